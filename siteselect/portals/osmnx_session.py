"""OSMnx at work for one call: its settings lent and given back, its answers watched.

OSMnx keeps its settings in a module, pins host names in the socket library, waits for ever where a
server is busy, and takes a half answer (HTTP 200 with a `remark`) for a whole one [S, its source,
2.1.1]. Here it gets settings for one call, which are put back whatever happens; and every reply is
looked at before OSMnx sees it, by a hook that its documented setting `requests_kwargs` hands to
`requests`. It makes requests of its own, apart from those of `web.py`, and heeds the same rules:
https only, no redirects, the caller's name, patience with an end, no file of a half answer.
"""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import socket
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import requests

from siteselect.errors import Fault, SourceError
from siteselect.portals.client import Client
from siteselect.portals.providers import catalogue, providers
from siteselect.portals.refusals import is_web_page, refusal, safe_url, said, web_page_error
from siteselect.portals.wire import PASSING, PassingError, is_local, require_safe

Value = TypeVar("Value")

_LENT = threading.Lock()
"""OSMnx has one set of settings for the whole process, so that one call at a time may have it."""
_WHOLE = "whole"
_FIRST_REFUSAL, _FIRST_REDIRECT = 400, 300
_STATUS_LINES = 5
_BUSY = ("too busy", "rate_limited", "timeout", "timed out")


@dataclass(frozen=True, slots=True)
class OpenStreetMap:
    """Where the map is asked.

    Parameters
    ----------
    overpass_url, nominatim_url : addresses; those of the catalogue when left out.
    rate_limit : whether Overpass's status page is asked for a free slot first. Public servers want
        it; one's own server may have no such page.
    """

    overpass_url: str = ""
    nominatim_url: str = ""
    rate_limit: bool = True

    @property
    def overpass(self) -> str:
        """Give the address of Overpass."""
        return self.overpass_url or providers()["overpass"].url

    @property
    def nominatim(self) -> str:
        """Give the address of Nominatim."""
        return self.nominatim_url or providers()["nominatim"].url


def ask(
    client: Client,
    service: OpenStreetMap,
    question: Mapping[str, Any],
    work: Callable[[Path], Value],
) -> Value:
    """Let OSMnx work on one question, from the cache where it has been answered whole.

    Parameters
    ----------
    client : how to ask.
    service : whom to ask.
    question : what makes this question another than the last; names its folder in the cache.
    work : calls OSMnx, whose replies lie in the folder it is given.

    Raises
    ------
    SourceError
        The service refused, stayed busy, answered in part; or the client is offline and the cache
        has no answer.
    """
    for url in (service.overpass, service.nominatim):
        require_safe(url)
    folder = _folder(client, service, question)
    if client.refresh and not client.offline:
        shutil.rmtree(folder, ignore_errors=True)
    if client.offline and not (folder / _WHOLE).is_file():
        raise SourceError(
            Fault(
                "OpenStreetMap",
                "not in the cache, and the network may not be asked",
                f"Run once with the network, or give an extract; the cache is {client.cache}.",
            )
        )
    with _LENT, _settings(client, service, folder):
        value = _patiently(client, lambda: work(folder))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _WHOLE).write_text(json.dumps(question, sort_keys=True), encoding="utf-8")
    return value


def replies(folder: Path) -> list[dict[str, Any]]:
    """Read the replies of Overpass that one question left in its folder."""
    files = sorted(folder.glob("*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def _folder(client: Client, service: OpenStreetMap, question: Mapping[str, Any]) -> Path:
    text = json.dumps([service.overpass, service.nominatim, question], sort_keys=True)
    folder = client.cache / "openstreetmap" / hashlib.sha256(text.encode()).hexdigest()[:24]
    for file in folder.glob("*.json"):
        try:
            json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            file.unlink()  # OSMnx was stopped while it wrote
            (folder / _WHOLE).unlink(missing_ok=True)
    return folder


@contextmanager
def _settings(client: Client, service: OpenStreetMap, folder: Path) -> Iterator[None]:
    import osmnx  # noqa: PLC0415 - takes seconds, which nobody else need wait for

    choices = catalogue()["openstreetmap"]
    kept = {name: copy.deepcopy(value) for name, value in _public(osmnx.settings)}
    resolver = socket.getaddrinfo
    local = is_local(service.overpass) or is_local(service.nominatim)
    lent = {
        "overpass_url": service.overpass,
        "nominatim_url": service.nominatim,
        "overpass_rate_limit": service.rate_limit,
        "overpass_settings": "[out:json][timeout:{timeout}]{maxsize}",
        "overpass_memory": None,
        "use_cache": True,
        "cache_folder": folder,
        "cache_only_mode": False,
        "requests_timeout": int(choices["timeout_s"]),
        "requests_kwargs": {
            "hooks": {"response": [_watcher(client)]},
            "allow_redirects": False,
            **({"proxies": {"http": None, "https": None}} if local else {}),
        },
        "max_query_area_size": float(choices["largest_query_km2"]) * 1e6,
        "useful_tags_way": sorted({*kept["useful_tags_way"], *choices["way_tags"]}),
        "all_oneway": False,
        "default_crs": "epsg:4326",
        "http_user_agent": client.user_agent,
        "http_referer": client.user_agent,
        "http_accept_language": "en",
        "doh_url_template": None,  # it would tell a third party which servers are asked
        "log_console": False,
        "log_file": False,
    }
    try:
        for name, value in lent.items():
            setattr(osmnx.settings, name, value)
        with warnings.catch_warnings():
            # It warns that a large area is asked for in parts, which is what is wanted.
            warnings.filterwarnings("ignore", message="This area is", category=UserWarning)
            yield
    finally:
        for name, value in kept.items():
            setattr(osmnx.settings, name, value)
        socket.getaddrinfo = resolver


def _public(settings: Any) -> list[tuple[str, Any]]:
    """List the settings of OSMnx: what its module declares with a type."""
    return [(name, getattr(settings, name)) for name in settings.__annotations__]


def _watcher(client: Client) -> Callable[..., None]:
    """Make the hook that looks at each reply before OSMnx does."""

    def watch(response: requests.Response, **_: Any) -> None:
        _watch(response, client.max_mb)

    return watch


def _watch(response: requests.Response, max_mb: float) -> None:
    url = safe_url(response.url).split("?")[0]
    stated = response.headers.get("Content-Length", "")
    if stated.isdigit() and int(stated) > max_mb * 1e6:
        raise SourceError(Fault(url, f"more than {max_mb:g} MB", "Ask for a smaller area."))
    body, status = response.content, response.status_code
    if status in PASSING or any(word in said(body).lower() for word in _BUSY if is_web_page(body)):
        wait = response.headers.get("Retry-After", "")
        raise PassingError(
            f"{url}: busy (HTTP {status}): {said(body)[:120]}",
            float(wait) if wait.isdigit() else None,
        )
    if _FIRST_REDIRECT <= status < _FIRST_REFUSAL:
        raise SourceError(Fault(url, "it sends elsewhere", "Give its new address."))
    if status >= _FIRST_REFUSAL:
        raise refusal(status, body, url, None, [])
    if url.endswith("/status"):
        if is_web_page(body) or body.count(b"\n") < _STATUS_LINES - 1:
            raise SourceError(
                Fault(url, "no status page of Overpass", "For a server of your own: no rate limit.")
            )
        return
    if is_web_page(body):
        raise web_page_error(url)
    _require_whole(url, body)


def _require_whole(url: str, body: bytes) -> None:
    """Refuse an answer that breaks off, or says that it is not all.

    Raises
    ------
    PassingError
        It may be whole when asked again.
    SourceError
        It will not.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise PassingError(f"{url}: the JSON breaks off or is not JSON") from None
    remark = str(document.get("remark") or "") if isinstance(document, dict) else ""
    if not remark:
        return
    if any(word in remark.lower() for word in _BUSY):
        raise PassingError(f"{url}: only a part came: {remark[:200]}")
    raise SourceError(
        Fault(
            url, f"only a part came: {remark[:200]}", "Ask for a smaller area, or use an extract."
        )
    )


def _patiently(client: Client, work: Callable[[], Value]) -> Value:
    """Let OSMnx try again while the fault may pass; what it got is in its cache by then."""
    tries = max(1, client.tries)
    for attempt in range(tries):
        wait_s: float | None = None
        try:
            return work()
        except PassingError as fault:
            problem, wait_s = fault.problem, fault.wait_s
        except requests.RequestException as error:
            problem = f"the connection failed ({type(error).__name__})"
        wait_s = 5.0 * 2.0**attempt if wait_s is None else wait_s
        if attempt == tries - 1 or wait_s > client.longest_wait_s:
            raise SourceError(
                Fault(
                    "OpenStreetMap",
                    f"{problem}; given up after {attempt + 1} tries",
                    "Try again later, or give an extract (PBF) instead.",
                )
            )
        client.sleep(wait_s)
    raise AssertionError  # the loop above either returns or raises
