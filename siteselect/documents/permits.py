"""Permits, consultations and agreements of one site, in an order in which each can be sought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from graphlib import TopologicalSorter
from math import isnan, nan
from typing import TYPE_CHECKING, Any

from siteselect.compliance.conditions import inputs
from siteselect.compliance.pack_files import load_packs, shipped_packs
from siteselect.documents.known import case_of, said_in
from siteselect.documents.outline import outline
from siteselect.documents.records import Permit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from siteselect.compliance.packs import RulePack
    from siteselect.documents.outline import Step
    from siteselect.documents.records import Kind, Status, Value

CONSENTS: tuple[Kind, ...] = ("permit", "consult")
"""Outcomes of rules that always stand in the list."""


@dataclass(frozen=True, slots=True)
class _Law:
    """What the packs say beyond the findings, and what is known of the site."""

    lead_weeks: Mapping[str, float]
    anywhere: frozenset[str]
    applies: frozenset[str]
    known: Mapping[str, Value]


def permits(
    known: Mapping[str, Value], findings: pd.DataFrame, packs: Sequence[RulePack]
) -> tuple[Permit, ...]:
    """List what must be sought or agreed for one site, in order; what is not needed comes last.

    Parameters
    ----------
    known : facts of the site by name.
    findings : the site's findings; each permit and consultation among them is listed once.
    packs : the rule packs, which state lead times and whether they hold in any country.
    """
    steps = {step.key: step for step in outline().steps}
    rows = findings.to_dict("records")
    law = _Law(
        lead_weeks=_lead_weeks(packs),
        anywhere=frozenset(
            pack.code for pack in packs if "country" not in inputs(pack.applies_when)
        ),
        applies=frozenset(str(row["rule_id"]) for row in rows if row["verdict"] == "conditional"),
        known=known,
    )
    listed = [
        _of_rule(row, steps.get(str(row["rule_id"])), law) for row in rows if _is_listed(row, steps)
    ]
    listed += [
        _of_agreement(step, known) for step in outline().agreements if said_in(known, step.when)
    ]
    return _ordered(listed)


@cache
def packs_of(packs: tuple[str, ...]) -> tuple[RulePack, ...]:
    """Load the shipped ones of a study's packs; one given by path needs the study's folder."""
    return load_packs([pack for pack in packs if pack in shipped_packs()])


def _lead_weeks(packs: Sequence[RulePack]) -> dict[str, float]:
    return {
        rule.id: float(rule.lead_time_weeks)
        for pack in packs
        for rule in pack.rules
        if rule.lead_time_weeks is not None
    }


def _is_listed(row: Mapping[Any, Any], steps: Mapping[str, Step]) -> bool:
    step = steps.get(str(row["rule_id"]))
    blocks = row["outcome"] == "blocker" and step is not None and step.consent
    return row["outcome"] in CONSENTS or blocks


def _of_rule(row: Mapping[Any, Any], step: Step | None, law: _Law) -> Permit:
    rule_id = str(row["rule_id"])
    stage = step.stage if step else outline().topics.get(str(row["topic"]), outline().stages[0])
    low, high, basis = _lead(step, law.known, law.lead_weeks.get(rule_id, nan))
    return Permit(
        order=0,
        key=rule_id,
        kind=row["outcome"],
        title=str(row["title"]),
        authority=str(row["authority"]),
        status=_status(row, step, law),
        stage=stage,
        after=(),
        lead_low_weeks=low,
        lead_high_weeks=high,
        lead_basis=basis,
        action=str(row["action"]),
        citation=str(row["citation"]),
        url=str(row["url"]),
    )


def _status(row: Mapping[Any, Any], step: Step | None, law: _Law) -> Status:
    if row["verdict"] == "pass":
        return "not needed"
    if row["verdict"] == "unknown":
        return "unknown"
    lifted = step is not None and any(rule in law.applies for rule in step.lifted_by)
    # Where the country is unknown, so is whose law holds.
    nowhere = law.known["country"].value is None and row["pack"] not in law.anywhere
    return "conditional" if lifted or nowhere else "needed"


def _of_agreement(step: Step, known: Mapping[str, Value]) -> Permit:
    low, high, basis = _lead(step, known, nan)
    made = case_of(known[step.by].value) if step.by else "unknown"
    return Permit(
        order=0,
        key=step.key,
        kind="agreement",
        title="",
        authority=step.ask,
        status="not needed" if made == "is" else "needed",
        stage=step.stage,
        after=(),
        lead_low_weeks=low,
        lead_high_weeks=high,
        lead_basis=basis,
        action="",
        citation="",
        url="",
    )


def _lead(
    step: Step | None, known: Mapping[str, Value], by_rule: float
) -> tuple[float, float, str]:
    """Give the lead time [weeks]: the design's, else the rule's, else the catalogue's."""
    weeks = step.weeks if step else None
    if weeks is not None and weeks.design is not None:
        low, high = (known[name].value for name in weeks.design)
        if isinstance(low, float) and isinstance(high, float):
            return low, high, "design"
    if not isnan(by_rule):
        return by_rule, by_rule, "rule"
    if weeks is None or weeks.low is None or weeks.high is None:
        return nan, nan, "not known"
    return weeks.low, weeks.high, weeks.source


def _ordered(listed: Sequence[Permit]) -> tuple[Permit, ...]:
    """Put what is open in an order in which each comes after what it waits for."""
    open_ones = {entry.key: entry for entry in listed if entry.status != "not needed"}
    waits = {key: _open_before(key, open_ones) for key in open_ones}
    place = {key: at for at, key in enumerate(_catalogue_order())}

    def rank(key: str) -> tuple[int, int, str]:
        entry = open_ones[key]
        return outline().stages.index(entry.stage), place.get(key, len(place)), key

    sorter = TopologicalSorter(waits)
    sorter.prepare()
    ready, done = set(sorter.get_ready()), list[str]()
    while ready:
        key = min(ready, key=rank)
        ready.remove(key)
        done.append(key)
        sorter.done(key)
        ready |= set(sorter.get_ready())
    numbers = {key: number for number, key in enumerate(done, start=1)}
    first = [
        replace(
            open_ones[key],
            order=numbers[key],
            after=tuple(sorted(waits[key], key=lambda before: numbers[before])),
        )
        for key in done
    ]
    return (*first, *(entry for entry in listed if entry.status == "not needed"))


def _catalogue_order() -> list[str]:
    return [step.key for step in (*outline().steps, *outline().agreements)]


def _open_before(key: str, open_ones: Iterable[str]) -> tuple[str, ...]:
    """Find the open steps that come right before one, looking past those that are not needed."""
    before = {step.key: step.after for step in (*outline().steps, *outline().agreements)}
    found: dict[str, None] = {}
    seen: set[str] = set()
    trail = list(before.get(key, ()))
    while trail:
        one = trail.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in open_ones:
            found[one] = None
        else:
            trail += before.get(one, ())
    return tuple(found)
