"""One line of a comparison: a number of every site, and in words who is best and by how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Literal

from siteselect.decision.side_by_side import marks
from siteselect.report.records import Cell

if TYPE_CHECKING:
    from siteselect.report.records import Row
    from siteselect.report.wording import Say

LETTERS = "ABCD"
"""What the sites of a comparison are called for short."""
Better = Literal["more", "less"]


@dataclass(frozen=True, slots=True)
class Line:
    """One number of every site, how it is written, and which end of it is better.

    `worths` say it instead where the number alone does not; `shown` is written in its place;
    `reasons` say why a number is not known; `apart` writes a difference where `write` cannot.
    """

    title: str
    numbers: tuple[float, ...]
    write: Callable[[float], str]
    better: Better
    worths: tuple[float, ...] = ()
    shown: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    apart: Callable[[float], str] | None = None


def compared(line: Line, say: Say) -> Row:
    """Write one number of every site, and in words who is best, worst, and by how much."""
    sign = 1.0 if line.better == "more" else -1.0
    marked = marks(line.worths or [sign * number for number in line.numbers])
    best = marked.index("best") if "best" in marked else None
    cells = []
    for place, (number, mark) in enumerate(zip(line.numbers, marked, strict=True)):
        if isnan(number):
            cells.append(Cell(say("unknown"), note=line.reasons[place] if line.reasons else ""))
            continue
        note = ""
        if best is not None and mark in {"between", "worst"}:
            note = _difference(number - line.numbers[best], LETTERS[best], line, say)
        tag = say(f"compare.mark.{mark}") if mark in {"best", "worst"} else ""
        shown = line.shown[place] if line.shown else line.write(number)
        cells.append(Cell(shown, note=note, tag=tag))
    alike = ""
    if all(mark == "alike" for mark in marked):
        same = len({cell.text for cell in cells}) == 1
        alike = say("compare.alike" if same else "compare.alike_worth")
    return (Cell(line.title, note=alike), *cells)


def _difference(apart: float, letter: str, line: Line, say: Say) -> str:
    if apart == 0:
        return ""
    amount = (line.apart or line.write)(abs(apart))
    if not amount:
        return ""
    return say("compare.more" if apart > 0 else "compare.less", amount=amount, letter=letter)
