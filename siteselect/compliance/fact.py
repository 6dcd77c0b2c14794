"""A fact that screening rules may ask for: its name, kind, meaning, and who knows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siteselect.units import Unit, unit_of

if TYPE_CHECKING:
    from siteselect.contracts import ColumnKind


@dataclass(frozen=True, slots=True)
class Fact:
    """A name that rules may use; the unit of a number is the suffix of its name."""

    name: str
    kind: ColumnKind
    meaning: str
    ask: str
    choices: tuple[str, ...] = ()
    signed: bool = False

    @property
    def unit(self) -> Unit | None:
        """Read the unit of a number from its name; counts have none."""
        return unit_of(self.name) if self.kind == "number" else None


def numbers(ask: str, *, signed: bool = False, **meanings: str) -> tuple[Fact, ...]:
    """Describe numbers that the same person knows."""
    return tuple(Fact(name, "number", text, ask, (), signed) for name, text in meanings.items())


def flags(ask: str, **meanings: str) -> tuple[Fact, ...]:
    """Describe flags that the same person knows."""
    return tuple(Fact(name, "flag", text, ask) for name, text in meanings.items())


def text(name: str, choices: tuple[str, ...], meaning: str, ask: str) -> Fact:
    """Describe a word out of a closed list."""
    return Fact(name, "text", meaning, ask, choices)
