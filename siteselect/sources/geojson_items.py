"""What stands in a GeoJSON file, item by item: GDAL leaves out in silence what is no feature."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from siteselect.errors import Fault, SourceError
from siteselect.sources.delimited_text import require_text_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from siteselect.settings.limits import Limits

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_CURE = "Save it again as GeoJSON (RFC 7946), in UTF-8."


def count_features(path: Path, limits: Limits) -> int:
    """Count the features, and check that all items are such.

    Raises
    ------
    SourceError
        The file is no JSON in UTF-8, is too large, or holds items that are no features: all.
    """
    require_text_size(path, limits)
    try:
        text = path.read_text(encoding="utf-8-sig")
        items, is_collection = _items(text)
    except (ValueError, IndexError, RecursionError) as error:
        problem = f"not GeoJSON: {str(error)[:120]}"
        raise SourceError(Fault(str(path), problem, _CURE)) from None
    if not is_collection:
        return 1
    faults = [
        Fault(str(path), f"not a feature: {wrong}", "Put it right or remove it.", row=number)
        for number, wrong in enumerate(items)
        if wrong
    ]
    if faults:
        raise SourceError(faults)
    return len(items)


def _items(text: str) -> tuple[list[str], bool]:
    """Give what is wrong with each item of `features`, and whether the file is a collection."""
    at = _skip(text, 0)
    found: list[str] = []
    is_collection = False
    if text[at] != "{":
        raise ValueError("it is no object")
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] != ":":
            raise ValueError(f"no colon after {str(key)[:20]!r}")
        at = _skip(text, at + 1)
        if key == "features" and text[at] == "[":
            is_collection = True
            inner = _Row(text, at)
            found += [_wrong(item) for item in inner]
            at = inner.at
        else:
            _, at = _DECODER.raw_decode(text, at)
        at = _next(text, at, "}")
    if text[at + 1 :].strip():
        raise ValueError("there is more after its end")
    return found, is_collection


class _Row:
    """The items of a list in a text, one at a time, so that never all are in memory."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at

    def __iter__(self) -> Iterator[Any]:
        self.at = _skip(self.text, self.at + 1)
        while self.text[self.at] != "]":
            item, self.at = _DECODER.raw_decode(self.text, self.at)
            yield item
            self.at = _next(self.text, self.at, "]")
        self.at += 1


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return at if found is None else found.end()


def _next(text: str, at: int, end: str) -> int:
    at = _skip(text, at)
    if text[at] == ",":
        at = _skip(text, at + 1)
        if text[at] == end:
            raise ValueError("a comma before the end")
    elif text[at] != end:
        raise ValueError(f"neither a comma nor {end!r} at letter {at}")
    return at


def _wrong(item: Any) -> str:
    if not isinstance(item, dict):
        return f"it is {type(item).__name__}"
    if item.get("type") != "Feature":
        return f"its type is {str(item.get('type'))[:40]!r}"
    if not isinstance(item.get("geometry"), dict | None):
        return "its geometry is no object"
    return "" if isinstance(item.get("properties"), dict | None) else "its properties are no object"
