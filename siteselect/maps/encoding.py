"""The one encoder of the map: data from outside reach its script as JSON and nothing else."""

from __future__ import annotations

import json
import re
import string
from typing import Any

_SIGNS = {ord(sign): sign for sign in string.ascii_letters + string.digits + " ,.:+-"}
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_PLAIN = re.compile(r'"[A-Za-z0-9 ,.:+-]*"')


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
