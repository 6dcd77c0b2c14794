"""Kinds of rows of the design tables: each turns columns of one site into a value and a note."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from siteselect.report.background import readable
from siteselect.report.records import Cell, Row
from siteselect.report.rounding import FIGURES_BY_DIMENSION, in_column_unit, rounded

if TYPE_CHECKING:
    from siteselect.report.wording import Say

Site = Mapping[Any, Any]
Told = tuple[str, str]
"""A value in words, and what stands in small print beside it."""
Writer = Callable[[Site, "Say"], Told | None]
Note = Callable[[Site, "Say"], str]

ESTIMATE_FIGURES = FIGURES_BY_DIMENSION["time"]
"""Figures of a cost from list prices; more would be false precision [judgement]."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the key of its label, which is the column it cannot do without, and its writer."""

    column: str
    write: Writer

    def row(self, site: Site, say: Say) -> Row | None:
        """Write the row; None where the site has no such column or there is nothing to say."""
        if self.column not in site:
            return None
        told = self.write(site, say)
        if told is None:
            return None
        return Cell(say(f"design.rows.{self.column}")), Cell(told[0], note=told[1])


def number(site: Site, column: str) -> float | None:
    """Take a number; None where it is not known."""
    value = site.get(column)
    return None if value is None or pd.isna(value) else float(value)


def text(site: Site, column: str) -> str:
    """Take a text as people write it; empty where there is none.

    A reason that begins by saying "unknown" loses that word, since the value beside it says it.
    """
    value = site.get(column)
    return readable(value.removeprefix("unknown: ")) if isinstance(value, str) else ""


def flag(site: Site, column: str) -> bool | None:
    """Take a flag of three states; None where it is not known."""
    value = site.get(column)
    return None if value is None or pd.isna(value) else bool(value)


def figure(site: Site, column: str, say: Say) -> str:
    """Write a number with its unit, or that it is not known."""
    value = number(site, column)
    return say("unknown") if value is None else in_column_unit(value, column)


def said(column: str) -> Note:
    """Make a note of a text column."""
    return lambda site, _: text(site, column)


def measured(key: str, column: str) -> Note:
    """Make a note of a number, in a sentence with the gap `value`; nothing where it is unknown."""

    def write(site: Site, say: Say) -> str:
        value = number(site, column)
        return "" if value is None else say(key, value=in_column_unit(value, column))

    return write


def stated(column: str, key: str) -> Note:
    """Make a note of what the list states of a place, or that it states nothing."""

    def write(site: Site, say: Say) -> str:
        value = number(site, column)
        if value is None:
            return say("design.words.not_stated")
        return say(key, value=in_column_unit(value, column))

    return write


def unstated(column: str) -> Note:
    """Make a note of a flag that the list does not state."""
    return lambda site, say: say("design.words.not_stated") if flag(site, column) is None else ""


def noted(site: Site, say: Say, notes: tuple[Note, ...]) -> str:
    """Join notes, leaving out those that have nothing to say."""
    return "; ".join(filter(None, (note(site, say) for note in notes)))


def amount(column: str, *notes: Note) -> Line:
    """Write a number with its unit."""
    return Line(column, lambda site, say: (figure(site, column, say), noted(site, say, notes)))


def named(column: str, identifier: str, *notes: Note) -> Line:
    """Write a name, or the identifier where there is no name."""

    def write(site: Site, say: Say) -> Told:
        name, key = text(site, column), text(site, identifier)
        if not name and not key:
            return say("design.nothing"), noted(site, say, notes)
        rest = noted(site, say, notes)
        return name or key, "; ".join(filter(None, (rest, key if name else "")))

    return Line(column, write)


def wording_of(column: str, *notes: Note) -> Line:
    """Write a text column, or that nothing is named."""

    def write(site: Site, say: Say) -> Told:
        return text(site, column) or say("design.nothing"), noted(site, say, notes)

    return Line(column, write)


def coded(column: str, shelf: str, *notes: Note) -> Line:
    """Write a word of a closed list in the words of the shelf `design.<shelf>`."""

    def write(site: Site, say: Say) -> Told:
        value = site.get(column)
        known = isinstance(value, str) and value
        words = say(f"design.{shelf}.{value}") if known else say("unknown")
        return words, noted(site, say, notes)

    return Line(column, write)


def state(column: str, *notes: Note) -> Line:
    """Write yes, no or not known."""

    def write(site: Site, say: Say) -> Told:
        value = flag(site, column)
        word = "unknown" if value is None else "yes_word" if value else "no_word"
        return say(word), noted(site, say, notes)

    return Line(column, write)


def span(stem: str, unit: str, written: str, *notes: Note) -> Line:
    """Write a low, a likeliest and a high estimate as one: "4,000 to 12,000, likeliest 8,000".

    Parameters
    ----------
    stem, unit : of the columns: `<stem>_low_<unit>`, `<stem>_<unit>`, `<stem>_high_<unit>`.
    written : the unit as a reader knows it.
    notes : what stands beside it.
    """

    def write(site: Site, say: Say) -> Told:
        ends = [number(site, f"{stem}{end}_{unit}") for end in ("_low", "", "_high")]
        low, middle, high = (None if n is None else rounded(n, ESTIMATE_FIGURES) for n in ends)
        note = noted(site, say, notes)
        if middle is None:
            return say("unknown"), note
        one = f"{middle}\u00a0{written}"
        if low is None or high is None or low == high:
            return one, note
        return say("design.words.span", low=low, high=high, middle=one), note

    return Line(f"{stem}_{unit}", write)
