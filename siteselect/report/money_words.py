"""What is said of a site's money in sentences, and how prices are named for a reader."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from siteselect.finance.cash_flow import heat_price_gbp_kwh
from siteselect.finance.prices import prices, scenarios
from siteselect.report.rounding import percent, rounded, with_unit
from siteselect.units import unit_of

if TYPE_CHECKING:
    from siteselect.design.money_case import MoneyCase
    from siteselect.report.wording import Say
    from siteselect.settings.money import Money

HOST_CLOSES = "host closes"
"""Name of that scenario in the catalogue of prices."""
_JUDGEMENT = "[J]"
_SHARES = ("_share", "_share_a")


def lead(case: MoneyCase, say: Say) -> str:
    """Say in one sentence what the pod costs, what central costs, and what is left."""
    found = case.public
    return say(
        f"money.lead.{'costs' if found.net.npv_gbp < 0 else 'earns'}",
        years=case.plan.terms.years,
        pod=with_unit(found.pod_cost_pv_gbp, "GBP"),
        heat=with_unit(found.heat_income_pv_gbp, "GBP"),
        central=with_unit(found.central_cost_pv_gbp, "GBP"),
        npv=with_unit(found.net.npv_gbp, "GBP"),
        private=with_unit(case.private.net.npv_gbp, "GBP"),
    )


def prices_line(money: Money, say: Say) -> str:
    """Say what the prices are, which of them the study gives, and what replaces them."""
    known = prices()
    judged = sum(price.source.startswith(_JUDGEMENT) for price in known.values())
    told = [
        f"{cause_name(name, known[name].unit, say)}: {cause_value(name, value)}"
        for name, value in money.prices.items()
    ]
    if money.connection_quote_gbp is not None:
        told.append(say("money.quoted", quote=with_unit(money.connection_quote_gbp, "GBP")))
    given = say("money.given", given="; ".join(told)) if told else say("money.none_given")
    as_of = next(iter(known.values())).as_of
    return say("money.prices", as_of=as_of, judged=judged, count=len(known), given=given)


def takings(case: MoneyCase, say: Say) -> tuple[str, ...]:
    """Say what a kW costs a month, what heat would have to earn, and what a closing host does."""
    found = case.public
    sold = case.plan.project.heat_used_mwh_a > 0
    lines = [
        say(
            f"money.levelised.{'with_heat' if sold else 'without'}",
            pod=with_unit(found.pod_gbp_kw_month, "GBP"),
            less_heat=with_unit(found.pod_less_heat_gbp_kw_month, "GBP"),
            central=with_unit(found.central_gbp_kw_month, "GBP"),
        ),
        _break_even(case, say),
    ]
    if sold:
        here = found.net.npv_gbp
        closed: Any = case.scenarios.loc[HOST_CLOSES, "net_npv_gbp"]
        gaps = {
            "year": scenarios()[HOST_CLOSES].host_closes_in,
            "here": with_unit(here, "GBP"),
            "closed": with_unit(closed, "GBP"),
        }
        lines.append(say(f"money.host_closes.{'better' if closed > here else 'worse'}", **gaps))
    return tuple(lines)


def _break_even(case: MoneyCase, say: Say) -> str:
    price = case.public.heat_break_even_gbp_kwh
    if isnan(price):
        return say("money.break_even.none", reason=case.public.heat_break_even_reason)
    return say(
        f"money.break_even.{'given_away' if price < 0 else 'price'}",
        price=_pence(price),
        planned=_pence(float(heat_price_gbp_kwh(case.plan)[1])),
        saving=with_unit(case.public.host_saving_pv_gbp, "GBP"),
    )


def _pence(gbp_kwh: float) -> str:
    return f"{rounded(gbp_kwh, 2)}\u00a0GBP/kWh"


def cause_name(cause: str, unit: str, say: Say) -> str:
    """Name a price or quantity as people do, with its unit."""
    name = say(f"money.causes.{cause}")
    if cause.endswith(_SHARES):
        return name
    measured = unit_of(cause)
    written = unit if unit not in {"", "share"} else measured.written if measured else ""
    return f"{name}, {written}" if written else name


def cause_value(cause: str, value: float) -> str:
    """Write a price or quantity without its unit; a share as percent."""
    return percent(value) if cause.endswith(_SHARES) else rounded(value)
