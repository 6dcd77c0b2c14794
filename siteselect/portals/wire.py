"""One exchange with a portal: https only, redirects watched, size and completeness checked."""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import requests
from requests.exceptions import InvalidHeader, InvalidURL, SSLError

from siteselect.errors import Fault, SourceError
from siteselect.portals.client import Reply
from siteselect.portals.refusals import (
    blanked,
    is_web_page,
    refusal,
    safe_url,
    said,
    web_page_error,
)

if TYPE_CHECKING:
    from siteselect.portals.client import Client, Key

REDIRECTS = 5
KEPT_HEADERS = ("content-type", "content-disposition", "date", "etag", "last-modified", "link")
PASSING = frozenset((408, 429, 500, 502, 503, 504))
"""Statuses that may go away by themselves."""
SLOWEST = 30
"""A reply may take this many times `timeout_s` in all, however steadily it drips."""
_REDIRECTING = frozenset((301, 302, 303, 307, 308))
_OK, _FIRST_REFUSAL, _CHUNK = 200, 400, 1 << 16


class PassingError(Exception):
    """A fault that may go away by itself; `wait_s` is what the portal asks for."""

    def __init__(self, problem: str, wait_s: float | None = None) -> None:
        """Keep the problem, in words without secrets."""
        super().__init__(problem)
        self.problem, self.wait_s = problem, wait_s


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it goes out; `secret_headers` go to the first host only."""

    method: str
    url: str
    data: bytes = b""
    content_type: str = ""
    secret_headers: tuple[tuple[str, str], ...] = ()
    key: Key | None = None

    def __repr__(self) -> str:
        """Write the request without its headers."""
        return f"Asked({self.method} {safe_url(self.url)})"

    @property
    def secrets(self) -> list[str]:
        """List what must never be written down: each header value, and its part after a scheme."""
        values = [value for _, value in self.secret_headers]
        parts = [value.rpartition(" ")[2] for value in values]
        return sorted({text for text in values + parts if text}, key=len, reverse=True)


def require_safe(url: str) -> None:
    """Refuse a URL that is not https; the machine itself may be asked by http.

    Raises
    ------
    SourceError
        It has another scheme, no host, or a password in it.
    """
    try:
        parts = urlsplit(url)
        host, named = parts.hostname, parts.username is not None or parts.password is not None
    except ValueError:
        raise SourceError(
            Fault("a portal's address", "not a URL", "Check the catalogue.")
        ) from None
    if named:
        raise SourceError(
            Fault(host or "a portal", "the address holds a user name", "Use the key's variable.")
        )
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_local(url))):
        raise SourceError(
            Fault(
                safe_url(url),
                "only https addresses are asked",
                "Give the portal's https address.",
                value=parts.scheme or "no scheme",
            )
        )


def is_local(url: str) -> bool:
    """Say whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def exchange(client: Client, asked: Asked) -> Reply:
    """Ask once and follow redirects.

    Raises
    ------
    PassingError
        It may work when tried again.
    SourceError
        It will not.
    """
    now = asked
    for _ in range(REDIRECTS + 1):
        reply, onward = _once(client, now)
        if onward is None:
            return replace(reply, url=safe_url(asked.url))
        now = _redirected(now, onward, reply.status)
    raise SourceError(
        Fault(safe_url(asked.url), f"more than {REDIRECTS} redirects", "Check the address.")
    )


def _redirected(asked: Asked, onward: str, status: int) -> Asked:
    url = urljoin(asked.url, onward)
    require_safe(url)
    if is_local(url) and not is_local(asked.url):
        raise SourceError(
            Fault(safe_url(asked.url), "redirects to this machine", "Check the address.")
        )
    elsewhere = urlsplit(url)[:2] != urlsplit(asked.url)[:2]
    # 307 and 308 keep the method; the others turn a POST into a GET, as browsers do (RFC 9110).
    keeps = status in (307, 308) or asked.method == "GET"
    return replace(
        asked,
        url=url,
        method=asked.method if keeps else "GET",
        data=asked.data if keeps else b"",
        secret_headers=() if elsewhere else asked.secret_headers,
    )


def _once(client: Client, asked: Asked) -> tuple[Reply, str | None]:
    url = safe_url(asked.url)
    headers = {"User-Agent": client.user_agent, "Accept-Encoding": "gzip, deflate"}
    if asked.content_type and asked.data:
        headers["Content-Type"] = asked.content_type
    headers |= dict(asked.secret_headers)
    with requests.Session() as session:
        session.trust_env = not is_local(asked.url)
        try:
            prepared = requests.Request(
                asked.method, asked.url, headers=headers, data=asked.data or None
            ).prepare()
            settings = session.merge_environment_settings(prepared.url, {}, True, None, None)
            with session.send(
                prepared, timeout=client.timeout_s, allow_redirects=False, **settings
            ) as response:
                return _received(client, asked, response)
        except requests.Timeout:
            raise PassingError(f"no reply within {client.timeout_s:g} s") from None
        except SSLError:
            raise SourceError(
                Fault(url, "the certificate cannot be trusted", "Check the address and the clock.")
            ) from None
        except (InvalidURL, InvalidHeader) as error:
            name = type(error).__name__
            raise SourceError(
                Fault(url, f"cannot be asked: {name}", "Check the address.")
            ) from None
        except requests.RequestException as error:
            raise PassingError(f"the connection failed ({_cause(error)})") from None


def _cause(error: requests.RequestException) -> str:
    """Name the kind of a failure; its text would repeat the URL and all that is in it."""
    inner = error.args[0] if error.args else error
    return type(getattr(inner, "reason", inner)).__name__


def _received(
    client: Client, asked: Asked, response: requests.Response
) -> tuple[Reply, str | None]:
    url, status = safe_url(asked.url), response.status_code
    onward = response.headers.get("Location") if status in _REDIRECTING else None
    body = b"" if onward else _body(client, response, url)
    if status in PASSING:
        words = blanked(said(body), asked.secrets)
        wait_s = _retry_after(response.headers.get("Retry-After", ""))
        raise PassingError(f"HTTP {status}" + (f": {words}" if words else ""), wait_s)
    if status >= _FIRST_REFUSAL:
        raise refusal(status, body, url, asked.key, asked.secrets)
    if onward is None:
        if status != _OK:
            raise SourceError(
                Fault(url, f"an answer without data (HTTP {status})", "Check the address.")
            )
        if is_web_page(body):
            raise web_page_error(url)
    kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Reply(url, status, body, kept, now, from_cache=False), onward


def _body(client: Client, response: requests.Response, url: str) -> bytes:
    limit = client.max_mb * 1e6
    stated = response.headers.get("Content-Length", "")
    if stated.isdigit() and int(stated) > limit:
        raise _too_large(client, url)
    until = client.clock() + SLOWEST * client.timeout_s
    parts = bytearray()
    for chunk in response.iter_content(_CHUNK):
        parts += chunk
        if len(parts) > limit:
            raise _too_large(client, url)
        if client.clock() > until:
            raise PassingError(f"the reply took longer than {SLOWEST * client.timeout_s:g} s")
    arrived = response.raw.tell()
    if stated.isdigit() and arrived < int(stated):
        raise PassingError(f"the reply broke off after {arrived} of {stated} bytes")
    return bytes(parts)


def _too_large(client: Client, url: str) -> SourceError:
    return SourceError(
        Fault(
            url,
            f"the reply is larger than {client.max_mb:g} MB",
            "Ask for less: a smaller area or fewer columns; or raise the limit.",
        )
    )


def _retry_after(text: str) -> float | None:
    """Read the wait [s] that a portal asks for: seconds or a date (RFC 9110, 10.2.3)."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    seconds = (moment - dt.datetime.now(dt.UTC)).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None
