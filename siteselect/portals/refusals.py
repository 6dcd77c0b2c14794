"""What is wrong with a reply, in words that a user can act on; secrets blanked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from siteselect.errors import Fault, SourceError
from siteselect.portals.client import NotFoundError

if TYPE_CHECKING:
    from siteselect.portals.client import Key

SECRET_PARAMETERS = frozenset(
    ("apikey", "api_key", "api-key", "key", "token", "access_token", "subscription-key", "password")
)
"""Query parameters whose value is never written down. Keys belong in headers."""

BLANK = "***"
_SAID_LIMIT = 300
_SPOKEN_KEYS = ("message", "error", "detail", "details", "error_message", "description", "remark")
_UNAUTHORISED, _FORBIDDEN, _NOT_FOUND, _GONE = 401, 403, 404, 410


def safe_url(url: str) -> str:
    """Write a URL without the values of secret parameters."""
    parts = urlsplit(url)
    if not parts.query:
        return url
    pairs = [
        (name, BLANK if name.lower() in SECRET_PARAMETERS else value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    if not any(value == BLANK for _, value in pairs):
        return url
    return urlunsplit(parts._replace(query=urlencode(pairs, safe="*")))


def blanked(text: str, secrets: Iterable[str]) -> str:
    """Take secrets out of a text, such as a portal's message that repeats the key."""
    for secret in secrets:
        text = text.replace(secret, BLANK)
    return text


def is_web_page(body: bytes) -> bool:
    """Say whether a reply is a page for people, whatever it calls itself."""
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html"))


def web_page_error(url: str) -> SourceError:
    """Say that a page for people came where data was asked for."""
    return SourceError(
        Fault(
            url,
            "the portal answered with a web page, perhaps a login",
            "Open the address in a browser: it may want a registration, or have moved.",
        )
    )


def said(body: bytes) -> str:
    """Find the reason in the body of a refusal: a field of its JSON, or its first words."""
    text = body[:20_000].decode("utf-8", errors="replace")
    try:
        found = _spoken(json.loads(text))
    except (ValueError, RecursionError):
        found = ""
        text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL | re.IGNORECASE)
        text = re.sub(r"<[^>]*>", " ", text)
    words = " ".join((found or text).split())
    words = "".join(letter if letter.isprintable() else "?" for letter in words)
    return words if len(words) <= _SAID_LIMIT else words[: _SAID_LIMIT - 3] + "..."


def _spoken(document: Any) -> str:
    if isinstance(document, str):
        return document
    if isinstance(document, list):
        return "; ".join(part for part in map(_spoken, document[:5]) if part)
    if not isinstance(document, dict):
        return ""
    for key in _SPOKEN_KEYS:
        spoken = _spoken(document.get(key))
        if spoken:
            return spoken
    return ""


def refusal(status: int, body: bytes, url: str, key: Key | None, secrets: list[str]) -> SourceError:
    """Make the error of a status that no retry will cure.

    Parameters
    ----------
    status : HTTP status, 400 or more.
    body : what the portal said with it.
    url : safe URL.
    key : the portal's key, to name its environment variable.
    secrets : values to blank.
    """
    words = blanked(said(body), secrets) or "no reason"
    if status in (_UNAUTHORISED, _FORBIDDEN):
        return SourceError(Fault(url, f"{_denied(status, key, secrets)}: {words}", _key_cure(key)))
    if status in (_NOT_FOUND, _GONE):
        return NotFoundError(
            Fault(
                url,
                f"the portal has no such thing (HTTP {status}): {words}",
                "Identifiers drift: search the portal's catalogue for the new one.",
            )
        )
    return SourceError(
        Fault(
            url,
            f"the portal refused the request (HTTP {status}): {words}",
            "Read what it says; if that does not help, download the file by hand.",
        )
    )


def _denied(status: int, key: Key | None, secrets: list[str]) -> str:
    if key is None:
        return f"the portal refuses access (HTTP {status})"
    if secrets:
        return f"the portal refuses the key in {key.variable} (HTTP {status})"
    return f"the portal refuses access without a key (HTTP {status})"


def _key_cure(key: Key | None) -> str:
    if key is None:
        return "Read what it says; it may want a registration, or download the file by hand."
    return (
        f"Register with the portal, accept the data set's terms there, and put the key in the "
        f"environment variable {key.variable}."
    )
