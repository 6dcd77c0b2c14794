"""The errors a user can cure: each one carries every fault that was found, not only the first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FAULTS_SHOWN = 100
"""Faults that a message lists one by one; all are kept in `faults`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input, and what would put it right."""

    file: str
    problem: str
    cure: str
    row: int | str | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        """Write the fault as one line: place, problem, value, cure."""
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        shown = "" if self.value is None else f" (found {_short(self.value)})"
        return f"{place}: {self.problem}{shown}. {self.cure}"


class SiteselectError(Exception):
    """Something the user can cure; the parent of every error raised on purpose."""

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        """Keep all faults, so that one run of the program shows them all."""
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        lines = [str(fault) for fault in self.faults[:FAULTS_SHOWN]]
        if len(self.faults) > FAULTS_SHOWN:
            lines.append(f"... and {len(self.faults) - FAULTS_SHOWN} faults more.")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[SiteselectError], tuple[tuple[Fault, ...]]]:
        """Cross from one process to another with the faults, not with their text alone."""
        return type(self), (self.faults,)


class StudyError(SiteselectError, ValueError):
    """The study file does not say what a study must say."""


class InputError(SiteselectError, ValueError):
    """A layer or a candidate list breaks its contract."""


class SourceError(SiteselectError, OSError):
    """A file or a provider could not be read at all."""


class RuleError(SiteselectError, ValueError):
    """A rule pack is not one that may be quoted."""


class RunError(SiteselectError, OSError):
    """A run folder cannot be written or read back."""


def _short(value: str, limit: int = 80) -> str:
    text = repr(value) if not value.isprintable() or not value.strip() else value
    return text if len(text) <= limit else text[: limit - 3] + "..."
