"""The one way to ask the network: cached, patient, and clear about what went wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.exceptions import RequestException

from siteselect.errors import Fault, SourceError
from siteselect.portals import cache
from siteselect.portals.client import Client, Key, NotFoundError, Reply
from siteselect.portals.refusals import safe_url
from siteselect.portals.wire import Asked, PassingError, exchange, require_safe

__all__ = ["Client", "Key", "NotFoundError", "Reply", "get", "get_json", "post", "post_json"]

Scalar = str | int | float
Parameters = Mapping[str, Scalar | Sequence[Scalar]] | Sequence[tuple[str, Scalar]]
"""Query parameters; a sequence of values, or a name that stands twice, repeats the parameter."""
Check = Callable[[Any], None]
"""Raises SourceError where a document is an error in disguise, which is then not kept."""

Value = TypeVar("Value")

_BROKEN_JSON = "the JSON breaks off or is not JSON"


def get(
    client: Client,
    url: str,
    *,
    params: Parameters | None = None,
    headers: Mapping[str, str] | None = None,
    key: Key | None = None,
) -> Reply:
    """Ask with GET, from the cache where it has the reply.

    Parameters
    ----------
    client : how to ask.
    url : https address.
    params : query parameters; no keys here.
    headers : further headers, all of them treated as secret: never kept, shown or passed on to
        another host.
    key : the portal's key, sent where the environment has it, named where it is wanted.

    Raises
    ------
    NotFoundError
        The portal has no such thing.
    SourceError
        The portal refused, failed, stayed silent, sent a web page, a broken or too large reply;
        or the client is offline and the cache has none.
    """
    return _kept(client, _asked("GET", url, params, None, headers, key), len)[0]


def post(
    client: Client,
    url: str,
    *,
    data: Mapping[str, str] | str | bytes,
    headers: Mapping[str, str] | None = None,
    key: Key | None = None,
) -> Reply:
    """Ask with POST as `get` does; for queries only, since the reply is cached by URL and data."""
    return _kept(client, _asked("POST", url, None, data, headers, key), len)[0]


def get_json(
    client: Client,
    url: str,
    *,
    params: Parameters | None = None,
    headers: Mapping[str, str] | None = None,
    key: Key | None = None,
    check: Check | None = None,
) -> Any:
    """Ask with GET for a JSON document; see `get`.

    Parameters
    ----------
    client, url, params, headers, key : as in `get`.
    check : raises SourceError on a document that is an error with HTTP status 200; such a document
        is not kept in the cache.
    """
    return _kept(client, _asked("GET", url, params, None, headers, key), _reader(check))[1]


def post_json(
    client: Client,
    url: str,
    *,
    data: Mapping[str, str] | str | bytes,
    headers: Mapping[str, str] | None = None,
    key: Key | None = None,
    check: Check | None = None,
) -> Any:
    """Ask with POST for a JSON document; see `get_json`."""
    return _kept(client, _asked("POST", url, None, data, headers, key), _reader(check))[1]


def _reader(check: Check | None) -> Callable[[bytes], Any]:
    """Make the reader of a JSON body; ValueError says that the body is not whole."""

    def read(body: bytes) -> Any:
        try:
            document = json.loads(body.decode("utf-8-sig"))
        except RecursionError:
            raise ValueError(_BROKEN_JSON) from None
        if check is not None:
            check(document)
        return document

    return read


def _asked(
    method: str,
    url: str,
    params: Parameters | None,
    data: Mapping[str, str] | str | bytes | None,
    headers: Mapping[str, str] | None,
    key: Key | None,
) -> Asked:
    require_safe(url)
    try:
        prepared = requests.Request(method, url, params=params, data=data).prepare()
    except (RequestException, ValueError):
        raise SourceError(
            Fault(safe_url(url), "the address cannot be made", "Check its parts.")
        ) from None
    body = prepared.body or b""
    secret = {**(headers or {}), **(key.headers() if key is not None else {})}
    return Asked(
        method=method,
        url=prepared.url or url,
        data=body.encode() if isinstance(body, str) else bytes(body),
        content_type=prepared.headers.get("Content-Type", ""),
        secret_headers=tuple(secret.items()),
        key=key,
    )


def _kept(client: Client, asked: Asked, read: Callable[[bytes], Value]) -> tuple[Reply, Value]:
    """Answer from the cache, or ask and keep the reply once it can be read."""
    path = cache.entry_path(client.cache, asked.method, asked.url, asked.data)
    found = None if client.refresh and not client.offline else cache.load(path)
    if found is not None:
        try:
            return found, read(found.body)
        except (ValueError, SourceError):
            found = None  # kept by a caller who read it otherwise: ask again
    if client.offline:
        raise SourceError(
            Fault(
                safe_url(asked.url),
                "not in the cache, and the network may not be asked",
                f"Run once with the network; the cache is {client.cache}.",
            )
        )
    reply, value = _patiently(client, asked, read)
    if not any(secret.encode() in reply.body for secret in asked.secrets):
        cache.store(path, reply)
    return reply, value


def _patiently(client: Client, asked: Asked, read: Callable[[bytes], Value]) -> tuple[Reply, Value]:
    """Ask again while the fault may pass."""
    tries = max(1, client.tries)
    for attempt in range(tries):
        _pause(client, asked.url)
        try:
            return _read(exchange(client, asked), read)
        except PassingError as fault:
            wait_s = 2.0**attempt if fault.wait_s is None else fault.wait_s
            if attempt == tries - 1:
                raise _gave_up(asked, fault.problem, f"{tries} tries") from None
            if wait_s > client.longest_wait_s:
                why = f"it asks to wait {wait_s:.0f} s"
                raise _gave_up(asked, fault.problem, why) from None
            client.sleep(wait_s)
    raise AssertionError  # the loop above either returns or raises


def _pause(client: Client, url: str) -> None:
    """Leave the host in peace for the stated pause."""
    host = urlsplit(url).netloc
    before = client.last_asked.get(host)
    if before is not None:
        rest_s = client.pause_s - (client.clock() - before)
        if rest_s > 0:
            client.sleep(rest_s)
    client.last_asked[host] = client.clock()


def _read(reply: Reply, read: Callable[[bytes], Value]) -> tuple[Reply, Value]:
    try:
        return reply, read(reply.body)
    except ValueError:
        raise PassingError(_BROKEN_JSON) from None


def _gave_up(asked: Asked, problem: str, why: str) -> SourceError:
    return SourceError(
        Fault(
            safe_url(asked.url),
            f"{problem}; given up after {why}" if why.endswith("tries") else f"{problem}; {why}",
            "Try again later, or download the file by hand.",
        )
    )
