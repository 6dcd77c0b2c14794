"""Several sites together: how many, under which limits, in which order, and why not others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from pydantic import ValidationError

from siteselect.app.keeping import keep, recall
from siteselect.app.report_parts import show_section
from siteselect.app.study_sections import plan_of, stakeholders_of
from siteselect.app.text import escape
from siteselect.errors import SiteselectError
from siteselect.report.wording import wording
from siteselect.settings.portfolio import Plan

if TYPE_CHECKING:
    from siteselect.app.context import Context

COUNT, BUDGET, SPACING, OBJECTIVE, SHARED = (
    f"plan_{part}" for part in ("count", "budget", "spacing", "objective", "shared")
)
"""Keys of the controls."""
FIRST = 3
"""Sites that are chosen where the study does not say how many."""
MOST = 50
OBJECTIVES = {
    "value": "points of all sites together",
    "npv": "net present value",
    "carbon": "carbon avoided by used heat",
    "coverage": "demand points served",
}


def show(context: Context) -> None:
    """Draw the page.

    Parameters
    ----------
    context : the run, the weights of this moment and the chosen site.
    """
    now, say = context.now, wording()
    st.header(say("sections.portfolio"), anchor=False)
    st.markdown(
        "Sites that share a substation, a heat user or a risk are not worth the sum of each alone. "
        "Here they are chosen together, under the limits that you give."
    )
    if not now.eligible.any():
        st.info("No site can be chosen: a rule fails at every one of them.")
    else:
        _show_plan(context, now.study.portfolio)
    if now.study.stakeholders:
        st.subheader(say("sections.stakeholders"), anchor=False)
        show_section(stakeholders_of(now, context.run))


def plan_with(stated: Plan | None, given: dict[str, Any]) -> Plan:
    """Put the controls before what the study states.

    Raises
    ------
    ValidationError
        Together they are no plan.
    """
    document = {} if stated is None else stated.model_dump()
    # Without a number of sites the budget alone decides: then as many as it allows.
    fill = given["count"] is None and given["budget_gbp"] is not None
    return Plan.model_validate({**document, **given, "fill": fill})


def _show_plan(context: Context, stated: Plan | None) -> None:
    given = _controls(stated)
    if given["count"] is None and given["budget_gbp"] is None:
        st.info("Give a number of sites, a budget, or both.")
        return
    try:
        section = plan_of(context.now, context.run, plan_with(stated, given))
    except ValidationError as error:
        said = "; ".join(
            str(fault["msg"]).removeprefix("Value error, ") for fault in error.errors()
        )
        st.error(f"This is no plan: {escape(said)}.")
        return
    except SiteselectError as error:
        st.error("\n".join(f"- {escape(fault)}" for fault in error.faults))
        return
    show_section(section)


def _controls(stated: Plan | None) -> dict[str, Any]:
    """Draw the controls, filled from the study where it has a plan, and read them."""
    count, budget, spacing, objective = st.columns(4, vertical_alignment="bottom")
    recall(COUNT, FIRST if stated is None else stated.count)
    count.number_input(
        "How many sites", 1, MOST, key=COUNT, step=1, placeholder="as many as the budget allows"
    )
    recall(BUDGET, None if stated is None else stated.budget_gbp)
    budget.number_input(
        "Budget, GBP",
        0.0,
        key=BUDGET,
        step=500_000.0,
        format="%.0f",
        placeholder="no limit",
        help="All that is built, servers included.",
    )
    recall(SPACING, 0.0 if stated is None else stated.spacing_m)
    spacing.number_input(
        "Least distance, m", 0.0, 100_000.0, key=SPACING, step=100.0, format="%.0f"
    )
    recall(OBJECTIVE, "value" if stated is None else stated.objective)
    offered = [key for key in OBJECTIVES if key != "coverage" or _serves(stated)]
    objective.selectbox("The most of", offered, key=OBJECTIVE, format_func=OBJECTIVES.__getitem__)
    recall(SHARED, True if stated is None else stated.share_headroom)
    st.checkbox("Sites at one supply point must fit into its headroom together", key=SHARED)
    return {
        "count": keep(COUNT),
        "budget_gbp": keep(BUDGET),
        "spacing_m": keep(SPACING),
        "objective": keep(OBJECTIVE),
        "share_headroom": keep(SHARED),
    }


def _serves(stated: Plan | None) -> bool:
    """Say whether the study names points to be served."""
    return stated is not None and bool(stated.demand or stated.demand_layer)
