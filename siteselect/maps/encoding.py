"""The one encoder of the map: data from outside reach its script as JSON and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import string
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from siteselect.charts.drawing import plain

MOST_LETTERS = 120
"""Longest name that is shown on the map; the table and the page of the site have it whole."""

_SIGNS = {ord(sign): sign for sign in string.ascii_letters + string.digits + " ,.:+-"}
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_PLAIN = re.compile(r'"[A-Za-z0-9 ,.:+-]*"')


@dataclass(frozen=True, slots=True)
class DataFile:
    """Data that a browser fetches once: a name made of the hash of the content, and the content."""

    name: str
    content: bytes


def data_file(content: bytes, suffix: str) -> DataFile:
    """Name data by their content, so that what has changed has another address."""
    return DataFile(f"{hashlib.sha256(content).hexdigest()[:32]}{suffix}", content)


@lru_cache(maxsize=64)
def inline(file: DataFile) -> str:
    """Write a file's data into a script: JSON as it is, all else in base 64 as a JSON string."""
    if file.name.endswith(".json"):
        return script_json(json.loads(file.content))
    return f'"{packed(file.content)}"'


def packed(content: bytes) -> str:
    """Write bytes in base 64 with `.` for `/`, and no filling: signs that `script_json` leaves."""
    return base64.b64encode(content, b"+.").decode("ascii").rstrip("=")


def compact(value: Any) -> bytes:
    """Write data as short JSON."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")


def shown(text: object) -> str:
    """Make a name fit to be shown: no invisible or turning signs, not longer than a tooltip."""
    words = str(text)
    if len(words) <= MOST_LETTERS and words.isprintable():
        return words
    return plain(words, MOST_LETTERS)


def script_json(value: Any) -> str:
    r"""Write data as JSON that stays data inside a script, a template of either side, and HTML.

    Inside strings every character but letters, digits, blanks and `,.:+-` becomes `\uXXXX`, which
    means the same. Braces too: Folium compiles what it writes as a Jinja template once more, so
    that a name holding `{{ }}` would run on the server.

    Raises
    ------
    ValueError
        A number is not finite.
    """
    return _STRING.sub(_harmless, json.dumps(value, separators=(",", ":"), allow_nan=False))


def _harmless(literal: re.Match[str]) -> str:
    if _PLAIN.fullmatch(literal[0]):
        return literal[0]
    units = json.loads(literal[0]).encode("utf-16-be", "surrogatepass")
    codes = [int.from_bytes(units[place : place + 2]) for place in range(0, len(units), 2)]
    return f'"{"".join(_SIGNS[code] if code in _SIGNS else _escape(code) for code in codes)}"'


def _escape(code: int) -> str:
    return f"\\u{code:04x}"
