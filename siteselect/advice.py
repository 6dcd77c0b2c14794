"""When to say no: which reasons for a pod on this site stand, and what must hold first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from math import inf, isnan
from typing import TYPE_CHECKING, Literal

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from typing_extensions import TypeIs

AdviceVerdict = Literal["do not build here", "unknown", "only if", "build"]

VERDICT_ORDER: tuple[AdviceVerdict, ...] = ("do not build here", "unknown", "only if", "build")
"""Worst first."""
LEVERS_NEEDED = 2
"""One reason alone is better served by a central site [judgement]."""
HEAT_SHARE = 0.40
"""Least part of the IT heat that must be used for heat to count as a reason [judgement]."""
PUE_MARGIN = 0.10
"""Least advantage in PUE over the central site [judgement]."""
OUTAGE_LIMIT_MIN_A = 120.0
"""Minutes without supply in a year above which a grid counts as unreliable [judgement]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about a pod on a site; None or NaN is unknown and stays so."""

    rtt_budget_ms: float | None = None
    """Longest round trip that the workload accepts [ms]; infinity where it does not care."""
    site_rtt_ms: float | None = None
    """Round trip between the site and where the workload talks to [ms]."""
    region_rtt_ms: float | None = None
    """Round trip to the nearest central site in the region [ms]."""
    must_run_alone: bool | None = None
    """Whether the workload must go on while the line to the region is cut."""
    pue: float | None = None
    """Total over IT electricity of the pod, heat pump included."""
    central_pue: float | None = None
    """Total over IT electricity of the central site as it is today."""
    heat_customer: bool | None = None
    """Whether somebody has agreed to take the heat."""
    heat_used_mwh_a: float | None = None
    """Heat that the customer would use [MWh/a]."""
    it_mwh_a: float | None = None
    """Electricity of the servers [MWh/a]."""
    outage_min_a: float | None = None
    """Minutes without supply in a year at this connection [min/a]."""
    backup_power: bool | None = None
    """Whether a generator or a second feed carries the pod through an outage."""
    safe_access: bool | None = None
    """Whether people and vehicles reach the pod safely at any hour."""
    security_model: bool | None = None
    """Whether it is settled who may touch the pod, and what happens when it is opened or stolen."""
    patching_owner: bool | None = None
    """Whether a named team patches and watches the pod for its whole life."""
    net_npv_gbp: float | None = None
    """Central cost less pod cost plus heat income, in present values [GBP]."""


@dataclass(frozen=True, slots=True)
class Lever:
    """A reason for a pod: does it stand here, and on which numbers."""

    name: str
    stands: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class Advice:
    """A verdict in plain words, with its reasons, conditions, and what has to be asked."""

    verdict: AdviceVerdict
    levers: tuple[Lever, ...]
    reasons: tuple[str, ...]
    conditions: tuple[str, ...]
    unknowns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Gates:
    """What stands in the way, apart from the levers."""

    blockers: tuple[str, ...]
    conditions: tuple[str, ...]
    unknowns: tuple[str, ...]


def advise(facts: Facts) -> Advice:
    """Say whether a pod belongs on this site, only under conditions, or not at all.

    Two reasons out of latency, resilience, energy efficiency and heat must stand. No safe access
    is a plain no; missing backup, security model, patching owner or money are conditions. What is
    unknown is asked for and never counted as met.

    Raises
    ------
    InputError
        A number is negative.
    """
    if faults := list(_faults(facts)):
        raise InputError(faults)
    levers = (_latency(facts), _resilience(facts), _efficiency(facts), _heat(facts))
    gates = _gates(facts)
    verdict, count_reason, count_condition = _verdict(levers, gates, facts.net_npv_gbp)
    return Advice(
        verdict=verdict,
        levers=levers,
        reasons=(count_reason, *gates.blockers, *(lever.reason for lever in levers)),
        conditions=(*count_condition, *gates.conditions),
        unknowns=(
            *(lever.reason for lever in levers if lever.stands is None),
            *gates.unknowns,
        ),
    )


def _verdict(
    levers: tuple[Lever, ...], gates: _Gates, net_npv_gbp: float | None
) -> tuple[AdviceVerdict, str, tuple[str, ...]]:
    standing = [lever.name for lever in levers if lever.stands]
    open_ones = [lever.name for lever in levers if lever.stands is None]
    names = ", ".join(standing) or "none"
    reason = f"{len(standing)} of {len(levers)} reasons for a pod stand here: {names}."
    if gates.blockers:
        return "do not build here", reason, ()
    if len(standing) >= LEVERS_NEEDED:
        held = gates.conditions or gates.unknowns
        return ("only if" if held else "build"), reason, ()
    possible = len(standing) + len(open_ones)
    if possible >= LEVERS_NEEDED:
        reason += f" Not known yet: {', '.join(open_ones)}."
        return "unknown", reason, ()
    pays = _known(net_npv_gbp) and (net_npv_gbp or 0.0) >= 0
    if len(standing) == 1 and pays:
        condition = (
            f"One reason alone ({names}) carries the pod: build only if the conservative scenario "
            f"pays as well; the one given is worth {_pounds(net_npv_gbp)} against central."
        )
        return "only if", reason, (condition,)
    if standing or possible:
        reason += " One reason alone is better served centrally."
    return "do not build here", reason, ()


def _latency(facts: Facts) -> Lever:
    budget, site, region = facts.rtt_budget_ms, facts.site_rtt_ms, facts.region_rtt_ms
    name = "latency"
    if not _known(budget):
        return Lever(name, None, "Latency: which round trip does the workload accept?")
    if budget == inf:
        return Lever(name, False, "Latency: the workload sets no limit.")
    if _known(region) and region <= budget:
        text = f"the region answers in {region:g} ms, within the budget of {budget:g} ms"
        return Lever(name, False, f"Latency: {text}.")
    if _known(site) and site > budget:
        text = f"the site itself needs {site:g} ms, over the budget of {budget:g} ms"
        return Lever(name, False, f"Latency: {text}.")
    if not _known(site) or not _known(region):
        missing = "from the region" if not _known(region) else "from the site"
        return Lever(name, None, f"Latency: how long is the round trip {missing}?")
    text = f"the site answers in {site:g} ms, the region in {region:g} ms, the budget is"
    return Lever(name, True, f"Latency: {text} {budget:g} ms.")


def _resilience(facts: Facts) -> Lever:
    name = "resilience"
    if facts.must_run_alone is None:
        return Lever(name, None, "Resilience: must the workload go on when the line is cut?")
    if facts.must_run_alone:
        return Lever(name, True, "Resilience: the workload must go on when the line is cut.")
    return Lever(name, False, "Resilience: the workload may stop when the line is cut.")


def _efficiency(facts: Facts) -> Lever:
    name, pue, central = "energy efficiency", facts.pue, facts.central_pue
    if not _known(pue) or not _known(central):
        missing = "the pod" if not _known(pue) else "the central site as it is today"
        return Lever(name, None, f"Energy efficiency: what is the PUE of {missing}?")
    stands = central - pue >= PUE_MARGIN - 1e-9
    text = f"PUE {pue:.2f} here, {central:.2f} central; an advantage of {PUE_MARGIN:.2f} counts"
    return Lever(name, stands, f"Energy efficiency: {text}.")


def _heat(facts: Facts) -> Lever:
    name, used, offered = "heat", facts.heat_used_mwh_a, facts.it_mwh_a
    if facts.heat_customer is False:
        return Lever(name, False, "Heat: nobody has agreed to take it.")
    if _known(used) and _known(offered) and offered > 0 and used < HEAT_SHARE * offered:
        text = f"{used:,.0f} MWh a year used, {used / offered:.0%} of what the servers give off"
        return Lever(name, False, f"Heat: {text}; {HEAT_SHARE:.0%} counts.")
    if facts.heat_customer is None:
        return Lever(name, None, "Heat: has a customer agreed to take it?")
    if not _known(used) or not _known(offered) or offered <= 0:
        return Lever(name, None, "Heat: how much would the customer use, of how much?")
    text = f"{used:,.0f} MWh a year used, {used / offered:.0%} of what the servers give off"
    return Lever(name, True, f"Heat: {text}.")


def _gates(facts: Facts) -> _Gates:
    blockers, conditions, unknowns = [], [], []
    if facts.safe_access is False:
        blockers.append("There is no safe access at every hour.")
    for flag, condition, question in (
        (facts.safe_access, "", "Is there safe access at every hour?"),
        (
            facts.security_model,
            "It is settled who may touch the pod and what follows when it is opened or stolen.",
            "Is there a security model?",
        ),
        (
            facts.patching_owner,
            "A named team patches and watches the pod for its whole life.",
            "Who patches the pod?",
        ),
    ):
        if flag is None:
            unknowns.append(question)
        elif not flag and condition:
            conditions.append(condition)
    for found in (_grid(facts), _money(facts)):
        if found is not None:
            (unknowns if found.endswith("?") else conditions).append(found)
    return _Gates(tuple(blockers), tuple(conditions), tuple(unknowns))


def _grid(facts: Facts) -> str | None:
    outage = facts.outage_min_a
    if facts.backup_power:
        return None
    if not _known(outage):
        return "How many minutes a year is the supply out, or is there backup power?"
    if outage <= OUTAGE_LIMIT_MIN_A:
        return None
    if facts.backup_power is None:
        return f"The supply is out {outage:g} min a year: is there backup power?"
    return (
        f"A generator or a second feed carries the pod: the supply is out {outage:g} min a year, "
        f"over {OUTAGE_LIMIT_MIN_A:g}."
    )


def _money(facts: Facts) -> str | None:
    worth = facts.net_npv_gbp
    if not _known(worth):
        return "What does the pod cost against staying central?"
    if worth >= 0:
        return None
    return f"Somebody accepts that the pod costs {_pounds(-worth)} more than staying central."


def _faults(facts: Facts) -> Iterable[Fault]:
    for item in fields(facts):
        value = getattr(facts, item.name)
        if item.name == "net_npv_gbp" or isinstance(value, bool) or not _known(value):
            continue
        if value < 0:
            cure = "Give a number of 0 or more, or leave it out while it is unknown."
            yield Fault("facts", "negative", cure, column=item.name, value=str(value))


def _known(value: float | None) -> TypeIs[float]:
    return value is not None and not isnan(value)


def _pounds(amount: float | None) -> str:
    """Say an amount to three significant figures: a forecast of years is no better than that."""
    return "an unknown sum" if amount is None else f"GBP {float(f'{amount:.3g}'):,.0f}"
