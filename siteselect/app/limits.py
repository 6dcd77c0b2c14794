"""The limits on the page: what each rule takes out, and what comes back when it is ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.selection import change, current
from siteselect.app.text import escape
from siteselect.decision.limits import removals

if TYPE_CHECKING:
    import pandas as pd

    from siteselect.app.state import View
    from siteselect.assess import Assessment

SHOWN = 40
"""Rules that can be switched on the page, most sites first."""


def show_limits(assessment: Assessment, view: View) -> None:
    """Draw a switch for every rule that takes a site out."""
    table = removals(assessment.findings, view.ignored)
    out = int((~assessment.eligible).sum())
    with st.expander(f"Limits: {out:,} of {len(assessment.sites):,} sites are out", key="limits"):
        if table.empty:
            st.markdown("No rule fails any site.")
            return
        st.markdown(
            "A rule that is switched off is ignored: its sites come back as a **what-if**, marked "
            "on the page, in the link and in every file. The rule itself still fails them."
        )
        for rule, row in table.head(SHOWN).iterrows():
            _switch(str(rule), row, view)


def show_none_left(assessment: Assessment, view: View) -> None:
    """Where no site passes, say which rule would bring back the most."""
    if assessment.eligible.any():
        return
    table = removals(assessment.findings, view.ignored).sort_values("alone", ascending=False)
    text = "**No site passes all limits.**"
    if table.empty or not table["alone"].iloc[0]:
        st.warning(f"{text} No one rule alone is the cause; see the limits below.")
        return
    rule, best = str(table.index[0]), table.iloc[0]
    st.warning(f"{text} Leaving out *{escape(best['title'])}* brings back {best['alone']:,}.")
    st.button("Show this as a what-if", on_click=_ignore, args=(rule,))


def _switch(rule: str, row: pd.Series, view: View) -> None:
    key = f"limit:{rule}"
    st.session_state[key] = rule not in view.ignored
    count, alone = int(row["sites"]), int(row["alone"])
    what = "1 site fails" if count == 1 else f"{count:,} sites fail"
    note = "" if rule in view.ignored else f", {alone:,} of them this rule alone"
    st.toggle(
        f"{escape(row['title'])} ({escape(rule)}): {what}{note}",
        key=key,
        on_change=_toggled,
        args=(rule,),
    )


def _toggled(rule: str) -> None:
    if st.session_state[f"limit:{rule}"]:
        change(ignored=tuple(one for one in current().ignored if one != rule))
    else:
        _ignore(rule)


def _ignore(rule: str) -> None:
    change(ignored=tuple(sorted({*current().ignored, rule})))
