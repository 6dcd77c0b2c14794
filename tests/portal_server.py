"""A small portal on this machine that speaks what a test tells it to, faults included."""

from __future__ import annotations

import json
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from siteselect.portals.client import Client

Answer = tuple[int, Mapping[str, str], Any]
"""Status, headers, and a body: bytes, text, or anything that JSON can write."""
Route = Callable[[dict[str, list[str]]], Answer]
LOGIN = "<!DOCTYPE html><html><head><title>Log in</title></head><body>Please log in</body></html>"


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class Trouble:
    """What goes wrong with the next request to a path, instead of its answer."""

    kind: str
    answer: Answer = (200, {}, b"")


@dataclass
class PortalServer:
    """A portal: `routes` maps a path to a function of the query (form fields of a POST included).

    Use as a context manager. `asked` holds every request, `count(path)` how many came to a path.
    """

    routes: dict[str, Route] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start with no troubles and no requests."""
        self.asked: list[Asked] = []
        self.troubles: dict[str, deque[Trouble]] = {}
        self.closing = threading.Event()

    def __enter__(self) -> Self:
        """Listen on a free port of this machine."""
        self.server = _Quiet(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening; requests that hang are let go."""
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=10)

    @property
    def url(self) -> str:
        """Address without a slash at its end."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def json(self, path: str, document: Any, status: int = 200) -> None:
        """Answer a path with one document."""
        self.routes[path] = lambda _query: (status, {"Content-Type": "application/json"}, document)

    def text(self, path: str, text: str | bytes, kind: str = "text/csv") -> None:
        """Answer a path with one text."""
        self.routes[path] = lambda _query: (200, {"Content-Type": kind}, text)

    def html(self, path: str) -> None:
        """Answer a path with a login page and status 200."""
        self.text(path, LOGIN, "text/html; charset=utf-8")

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        """Send a path on to another address."""
        self.routes[path] = lambda _query: (status, {"Location": to}, b"")

    def throttle(
        self, path: str, times: int, retry_after: str | None = None, status: int = 429
    ) -> None:
        """Refuse the next requests to a path with 429 or another status."""
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        self._trouble(path, times, Trouble("answer", (status, headers, {"error": "slow down"})))

    def hang(self, path: str, times: int = 1) -> None:
        """Say nothing to the next requests until the server closes."""
        self._trouble(path, times, Trouble("hang"))

    def reset(self, path: str, times: int = 1) -> None:
        """Close the connection on the next requests without a word."""
        self._trouble(path, times, Trouble("reset"))

    def truncate(self, path: str, times: int = 1) -> None:
        """Announce the whole answer to the next requests, and send half of it."""
        self._trouble(path, times, Trouble("truncate"))

    def count(self, path: str) -> int:
        """Say how many requests came to a path."""
        return Counter(request.path for request in self.asked)[path]

    def _trouble(self, path: str, times: int, trouble: Trouble) -> None:
        self.troubles.setdefault(path, deque()).extend([trouble] * times)


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is what many tests are about."""


def _handler(portal: PortalServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name upstream
            """Keep the test log clean."""

        def _serve(self, method: str) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = parse_qs(parts.query, keep_blank_values=True)
            if "urlencoded" in (self.headers.get("Content-Type") or ""):
                query |= parse_qs(body.decode(), keep_blank_values=True)
            headers = {name.lower(): value for name, value in self.headers.items()}
            portal.asked.append(Asked(method, parts.path, query, headers, body))
            waiting = portal.troubles.get(parts.path)
            trouble = waiting.popleft() if waiting else None
            if trouble is not None and trouble.kind == "hang":
                portal.closing.wait(timeout=30)
                return
            if trouble is not None and trouble.kind == "reset":
                self.connection.close()
                return
            if trouble is not None and trouble.kind == "answer":
                self._answer(trouble.answer, 1.0)
                return
            route = portal.routes.get(parts.path, _nowhere)
            self._answer(route(query), 0.5 if trouble is not None else 1.0)

        def _answer(self, answer: Answer, part: float) -> None:
            status, headers, content = answer
            body = _bytes(content)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: int(len(body) * part)])

    return Handler


def _bytes(content: Any) -> bytes:
    if isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else json.dumps(content)).encode()


def _nowhere(query: dict[str, list[str]]) -> Answer:
    return 404, {"Content-Type": "application/json"}, {"error_code": "NotFound", "message": "none"}


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        """Start at nought."""
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Let time pass, and note it."""
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        """Read the time."""
        return self.now


def client_for(cache: Any, clock: Clock | None = None, **changes: Any) -> Client:
    """Make a client that never really waits; `changes` are fields of Client."""
    time = clock or Clock()
    given = {"pause_s": 0.0, "timeout_s": 5.0, "sleep": time.sleep, "clock": time, **changes}
    return Client(cache=cache, user_agent="siteselect-tests", **given)
