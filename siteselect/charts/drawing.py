"""What every chart is drawn with: encoders for text from outside, the palette, and the key."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SURE, POSSIBLE, POSSIBLE_EDGE = "#0b5c8f", "#e69f00", "#8a5a00"
MISSED, GRID = "#cdd5db", "#dfe4e8"
INK, QUIET = "#1b1f23", "#59636e"
"""Blue, orange and greys stay apart in every common form of colour blindness (Okabe and Ito)."""

HATCH = "url(#unknown)"
"""The fill that stands for what is not known; `hatch` defines it."""

FONT, SMALL = 14, 12
"""Letters of labels, and of small print in wide charts [px]."""

_BREAKS = dict.fromkeys(map(ord, "\t\n\r\x0b\x0c\x85\u2028\u2029"), " ")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_HARMLESS = re.compile(r"[\w.#%,() -]*", re.ASCII)
_JOINERS = "\u200c\u200d"
_LETTER, _WIDE_LETTER = 0.53, 1.0
_MARK_WIDTH, _MARK_HEIGHT = 20, 13
_KEY_LINE, _KEY_GAP = 23, 18


def plain(text: object, limit: int | None = None) -> str:
    """Make text from outside fit to be shown: one line, no invisible characters, cut to a length.

    Control, formatting and unpaired surrogate characters are dropped: they would break an SVG or
    turn the reading direction of a page around. Markup is left to the target's own encoder.

    Parameters
    ----------
    text : what a file or a user gave.
    limit : most letters to keep, with an ellipsis as the last; None keeps all.
    """
    line = str(text)
    if not (line.isascii() and line.isprintable()):
        line = "".join(letter for letter in line.translate(_BREAKS) if _is_shown(letter))
    line = " ".join(line.split())
    if limit is None or len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + "…"


def _is_shown(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter) not in _INVISIBLE


def svg_tag(name: str, *content: str, **attributes: float | str) -> str:
    """Write one SVG element; numbers are cut to a tenth, attribute text is encoded.

    Parameters
    ----------
    name : element name.
    content : what stands inside, already encoded (other elements, or `svg_text`).
    attributes : values by name, with `_` for `-`; empty text leaves an attribute out.
    """
    written = "".join(
        f" {_attribute_name(key)}={_attribute(value)}"
        for key, value in attributes.items()
        if value != ""
    )
    inside = "".join(content)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def svg_text(text: object, limit: int | None = None) -> str:
    """Encode text for the inside of an SVG element."""
    return escape(plain(text, limit))


def svg_document(
    width: float, height: float, body: Iterable[str], *, title: str, description: str = ""
) -> str:
    """Wrap drawn parts as an SVG document that names itself to a screen reader."""
    said = [svg_tag("desc", svg_text(description))] if description else []
    return svg_tag(
        "svg",
        svg_tag("title", svg_text(title)),
        *said,
        *body,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        aria_label=plain(title),
        font_family="Liberation Sans, Arial, Helvetica, sans-serif",
    )


def hatch() -> str:
    """Define the hatching that stands for what is not known."""
    tile = svg_tag("rect", width=7, height=7, fill=POSSIBLE)
    stripe = svg_tag("rect", width=3, height=7, fill="#ffffff")
    pattern = svg_tag(
        "pattern",
        tile,
        stripe,
        id="unknown",
        width=7,
        height=7,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    return svg_tag("defs", pattern)


def text_at(
    x: float,
    y: float,
    encoded: str,
    *,
    size: int = SMALL,
    anchor: str = "",
    fill: str = INK,
    weight: int = 400,
    rim: bool = False,
) -> str:
    """Write encoded text at a place: its base line at `y`, its `anchor` at `x`.

    A white rim keeps it legible over lines and bars.
    """
    style = {"paint_order": "stroke", "stroke": "#ffffff", "stroke_width": "4"} if rim else {}
    return svg_tag(
        "text",
        encoded,
        x=x,
        y=y,
        font_size=size,
        text_anchor=anchor,
        fill=fill,
        font_weight=weight,
        **style,
    )


@cache
def _attribute_name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _attribute(value: float | str) -> str:
    if not isinstance(value, str):
        return f'"{value:.1f}"'.replace('.0"', '"')
    # The long ones are paths, in which there is nothing to encode or to hide.
    if _HARMLESS.fullmatch(value) and value == value.strip() and "  " not in value:
        return f'"{value}"'
    return quoteattr(plain(value))


def width_of(text: str, size: int = FONT) -> float:
    """Estimate how wide a line of text runs [px]; no font is asked, so that any reader may differ.

    A Latin letter counts 0.53 of the size, a little over the mean of Liberation Sans; a wide one 1.
    """
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return size * (_LETTER * (len(text) - wide) + _WIDE_LETTER * wide)


def fitted(text: object, room: float, size: int = FONT) -> str:
    """Cut a label to the room it has [px], with an ellipsis as the last letter."""
    line = plain(text, 200)
    if width_of(line, size) <= room:
        return line
    while line and width_of(line + "…", size) > room:
        line = line[:-1]
    return line.rstrip() + "…"


def box_mark(fill: str, edge: str = "") -> str:
    """Draw a patch of a fill for the key."""
    return svg_tag(
        "rect", x=0.5, y=0.5, width=_MARK_WIDTH - 2, height=_MARK_HEIGHT - 1, fill=fill, stroke=edge
    )


def line_mark(stroke: str, dash: str = "", *, dotted: bool = False) -> str:
    """Draw a stretch of a line for the key, with a dot on it where its points carry one."""
    middle = _MARK_HEIGHT / 2
    line = svg_tag(
        "path",
        d=f"M0 {middle}H{_MARK_WIDTH}",
        stroke=stroke,
        stroke_width=2.5,
        stroke_dasharray=dash,
    )
    dot = svg_tag("circle", cx=_MARK_WIDTH / 2, cy=middle, r=3, fill=stroke) if dotted else ""
    return line + dot


def key_lines(
    entries: Sequence[tuple[str, str]], top: float, *, left: float, right: float
) -> tuple[list[str], float]:
    """Write the key, broken into as many lines as it needs.

    Parameters
    ----------
    entries : mark and words of each entry; one without words is left out.
    top : where the key begins [px].
    left, right : where its lines begin and must end [px].

    Returns
    -------
    tuple
        The drawn parts, and where the key ends [px].
    """
    parts: list[str] = []
    x, line = left, top + _MARK_HEIGHT
    for mark, words in entries:
        if not words:
            continue
        shown = fitted(words, right - left - _MARK_WIDTH - 6)
        width = _MARK_WIDTH + 6 + width_of(shown)
        if x > left and x + width > right:
            x, line = left, line + _KEY_LINE
        if mark:
            place = f"translate({x:.1f} {line - _MARK_HEIGHT + 1.5:.1f})"
            parts.append(svg_tag("g", mark, transform=place))
        start = x + _MARK_WIDTH + 6 if mark else x
        parts.append(text_at(start, line, escape(shown), size=FONT))
        x += width + _KEY_GAP
    return parts, line + 10
