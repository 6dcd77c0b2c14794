"""A plan in words: plain sentences from its numbers, and no adjective that they do not carry."""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING

from siteselect.portfolio.model import COVERAGE, SPACING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.planning.plan import SitePlan
    from siteselect.portfolio.alternatives import WhyNot
    from siteselect.portfolio.choose import Limit
    from siteselect.portfolio.placement import Outage
    from siteselect.portfolio.shortage import Shortage, Shortfall

NAMES_SHOWN = 6
"""Sites that one sentence names; the others are counted."""
_DECIMALS = {"score": 3, "ms": 2}


def amount(value: float, unit: str) -> str:
    """Write an amount in its unit."""
    return f"{value:,.{_DECIMALS.get(unit, 0)}f} {unit}"


def named(told: SitePlan, site_id: str) -> str:
    """Call a site by its name and its identifier."""
    name = told.names.get(site_id, "")
    return f"{name} ({site_id})" if name and name != site_id else site_id


def listed(told: SitePlan, sites: Sequence[str]) -> str:
    """Name some sites, and count those beyond `NAMES_SHOWN`."""
    names = [named(told, site) for site in sites[:NAMES_SHOWN]]
    more = len(sites) - len(names)
    if more:
        return f"{', '.join(names)} and {more} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def headline(told: SitePlan) -> str:
    """Say in one sentence what was found."""
    choice, plan = told.choice, told.plan
    wanted = "as many sites as serve" if plan.count is None else f"{plan.count} sites"
    if choice.status == "no answer in time":
        return f"The solver found no plan for {wanted} within {plan.time_s:g} s."
    if choice.status == "infeasible":
        return f"There is no plan with {wanted} under these limits."
    total = amount(choice.objective, told.unit)
    return f"{len(choice.chosen)} sites with {total} in all; {proof(told)}."


def proof(told: SitePlan) -> str:
    """Say how good the plan is proved to be."""
    choice = told.choice
    if choice.status == "optimal":
        return "no other set is better (gap 0)"
    if not isfinite(choice.bound):
        return "how much better another could be is not known: the solver ran out of time"
    why = "the gap asked for" if choice.status == "near enough" else "the solver ran out of time"
    bound = amount(choice.bound, told.unit)
    return f"another could reach {bound} at most, a gap of {choice.gap_share:.2%} ({why})"


def limit_line(told: SitePlan, limit: Limit) -> str:
    """Say which limit is full, and by whom."""
    return f"{_first_up(_kind(limit))}: {_used(limit)}, by {listed(told, limit.sites)}."


def runner_up(told: SitePlan) -> str:
    """Say what the best other set is, and what it is worth less."""
    choice = told.choice
    if isnan(choice.runner_up_loss):
        return "No other set was found."
    leaves = sorted(set(choice.chosen) - set(choice.runner_up))
    joins = sorted(set(choice.runner_up) - set(choice.chosen))
    change = [
        *([f"with {listed(told, joins)}"] if joins else []),
        *([f"without {listed(told, leaves)}"] if leaves else []),
    ]
    loss = amount(choice.runner_up_loss, told.unit)
    less = f"is worth {loss} less" if choice.runner_up_loss else "is worth the same"
    return f"The best other set, {' and '.join(change)}, {less}."


def why_not_line(told: SitePlan, why: WhyNot) -> str:
    """Say why a site was not taken."""
    site = named(told, why.site_id)
    clash = "; ".join(_clash(told, limit) for limit in why.breaks)
    if why.alone:
        return f"{site} can be in no plan: {clash}."
    if why.shortfall is not None:
        return f"{site} fits into no plan: {' '.join(shortfall_lines(told, why.shortfall))}"
    if not why.in_time:
        return f"{site}: no plan with it was found in time."
    cost = amount(why.loss, told.unit)
    if why.loss_low < why.loss:
        cost = f"between {amount(max(why.loss_low, 0.0), told.unit)} and {cost}"
    said = f"{site} would cost the plan {cost}" if why.loss else f"{site} would do as well"
    if why.leaves:
        said += f", in place of {listed(told, why.leaves)}"
    if why.joins:
        said += f", with {listed(told, why.joins)} beside it"
    return f"{said}. " + (
        f"Added to the plan it would break {clash}."
        if clash
        else "It breaks no limit beside the plan."
    )


def shortfall_lines(told: SitePlan, why: Shortfall) -> tuple[str, ...]:
    """Say what stands in the way of a plan."""
    if why.wanted > why.candidates:
        return (f"{why.wanted} sites are wanted and {why.candidates} may be chosen at all.",)
    lines = []
    if why.possible is not None and why.possible < why.wanted:
        lines.append(f"{why.wanted} sites are wanted; under all limits at most {why.possible} fit.")
    if why.alone:
        lines.append(f"Lifting one of these alone would do: {', '.join(why.alone)}.")
    if why.together:
        lines.append(f"These would have to give way together: {', '.join(why.together)}.")
    lines += [shortage_line(told, shortage) for shortage in why.shortages]
    if why.undecided:
        lines.append(f"Not settled in time: {', '.join(why.undecided)}.")
    return tuple(lines)


def shortage_line(told: SitePlan, shortage: Shortage) -> str:
    """Say which limit is too small, and how many of its sites it allows."""
    if shortage.family == COVERAGE:
        best, needed = shortage.capacity, shortage.needed
        return f"{shortage.name}: {needed:,.1f} by weight is needed, {best:,.1f} can be served."
    who = listed(told, shortage.sites)
    if shortage.family == SPACING:
        return f"Spacing of {shortage.name} allows {shortage.allows} of {shortage.of}: {who}."
    wanted = amount(shortage.needed, shortage.unit)
    return (
        f"{_first_up(_kind(shortage))} allows {shortage.allows} of "
        f"{shortage.of}: {wanted} against {amount(shortage.capacity, shortage.unit)}, for {who}."
    )


def outage_line(told: SitePlan, outage: Outage) -> str:
    """Say what a loss stops."""
    cause = outage.cause.removeprefix("pod ")
    lost = named(told, cause) if len(outage.pods) == 1 else f"{cause} ({len(outage.pods)} pods)"
    dropped = f" Put off: {', '.join(outage.dropped)}." if outage.dropped else ""
    if outage.survived:
        return f"Without {lost} all that must run still runs.{dropped}"
    short = f"; {outage.short_kw:,.0f} kW are missing" if outage.short_kw else ""
    return f"Without {lost} these stop: {', '.join(outage.stopped)}{short}.{dropped}"


def _clash(told: SitePlan, limit: Limit) -> str:
    with_whom = f", with {listed(told, limit.sites)}" if limit.sites else ""
    if limit.family == SPACING:
        return f"the spacing of {limit.name}{with_whom}"
    return f"{_kind(limit)} ({_used(limit)}{with_whom})"


def _first_up(text: str) -> str:
    """Begin a sentence, and leave the names in it as they are."""
    return text[:1].upper() + text[1:]


def _used(limit: Limit) -> str:
    return f"{limit.used:,.0f} of {amount(max(limit.capacity, 0.0), limit.unit)}"


def _kind(limit: Limit | Shortage) -> str:
    """Call a limit by its family and its name, once where they are the same word."""
    return limit.name if limit.family == limit.name else f"{limit.family} at {limit.name}"
