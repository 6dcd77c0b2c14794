"""The checklists: what must be settled before procurement, during deployment and after go-live."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from siteselect.documents.known import case_of, said_in
from siteselect.documents.outline import outline
from siteselect.documents.records import CheckItem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siteselect.documents.outline import Check
    from siteselect.documents.records import Answer, Permit, Phase, Value


def checklist(known: Mapping[str, Value], listed: Sequence[Permit]) -> tuple[CheckItem, ...]:
    """Say of every point whether it is answered already, and by what.

    An unknown fact leaves its point open, and so does every permit of its stages that is needed or
    may be. A screen in which no permit turned up closes nothing: a clearance is not its to give.

    Parameters
    ----------
    known : facts of the site by name.
    listed : permits and agreements of the site.
    """
    return tuple(
        _item(phase, check, known, listed)
        for phase, checks in outline().checks.items()
        for check in checks
    )


def _item(
    phase: Phase, check: Check, known: Mapping[str, Value], listed: Sequence[Permit]
) -> CheckItem:
    waiting = tuple(
        entry.key
        for entry in listed
        if entry.stage in check.stages and entry.status != "not needed"
    )
    names = (*((check.by,) if check.by else ()), *check.facts)
    return CheckItem(
        phase=phase,
        key=check.key,
        answered=_answer(check, known),
        by=tuple(known[name] for name in names),
        permits=waiting,
    )


def _answer(check: Check, known: Mapping[str, Value]) -> Answer:
    found = _by_fact(check, known)
    return "open" if found == "yes" and not said_in(known, check.sure) else found


def _by_fact(check: Check, known: Mapping[str, Value]) -> Answer:
    if check.by is None:
        return "open"
    value = known[check.by].value
    if check.least is not None or check.most is not None:
        if not isinstance(value, float):
            return "open"
        least = -inf if check.least is None else check.least
        most = inf if check.most is None else check.most
        return "yes" if least <= value <= most else "no"
    case = case_of(value)
    if case in check.answers_yes:
        return "yes"
    return "no" if case in check.answers_no else "open"
