"""The worksheet: every step of a calculation, so that an engineer can follow it with a pencil."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from siteselect.units import stem

Entry = float | int | str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a worksheet: what was worked out, how, from what, and on whose word."""

    key: str
    name: str
    formula: str
    inputs: tuple[tuple[str, Entry], ...]
    result: Entry
    unit: str
    source: str

    def __str__(self) -> str:
        """Write the step as one line: name, result, formula, inputs, source."""
        given = ", ".join(f"{name} {_shown(value)}" for name, value in self.inputs)
        unit = f" {self.unit}" if self.unit else ""
        basis = f" with {given}" if given else ""
        return f"{self.name}: {_shown(self.result)}{unit} = {self.formula}{basis}. {self.source}"


Worksheet = list[Step]
"""The steps entered so far, while one pod is sized; the result keeps them as a tuple."""


def enter(
    sheet: Worksheet,
    key: str,
    result: float,
    formula: str,
    inputs: Mapping[str, Entry],
    *,
    unit: str = "",
    source: str = "arithmetic",
) -> float:
    """Enter a step and hand its result back, so that what is shown is what is used."""
    choose(sheet, key, result, formula, inputs, unit=unit, source=source)
    return result


def choose(
    sheet: Worksheet,
    key: str,
    result: Entry,
    formula: str,
    inputs: Mapping[str, Entry],
    *,
    unit: str = "",
    source: str = "arithmetic",
) -> None:
    """Enter a step whose result may be a choice in words."""
    given = tuple(inputs.items())
    sheet.append(Step(key, _title(key), formula, given, result, unit, source))


def _title(key: str) -> str:
    words = [
        word.upper() if word in {"it", "ups", "pue"} else word for word in stem(key).split("_")
    ]
    title = " ".join(words)
    return title[:1].upper() + title[1:]


def _shown(value: Entry) -> str:
    return value if isinstance(value, str) else f"{value:,.6g}"
