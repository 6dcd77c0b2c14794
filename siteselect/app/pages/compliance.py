"""Rules against sites: what passes, what fails, what is not known, and where each rule is from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.findings import show_findings, show_rules
from siteselect.app.report_parts import show_section
from siteselect.app.sections import documents_of
from siteselect.app.text import escape
from siteselect.report.ranking_parts import site_name
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from siteselect.app.context import Context


def show(context: Context) -> None:
    """Draw the page.

    Parameters
    ----------
    context : the run, the weights of this moment and the chosen site.
    """
    now, say = context.now, wording()
    st.header("Rules and sites", anchor="findings")
    st.markdown(f"**{escape(say('page.screening'))}**")
    if now.findings.empty:
        st.info(
            "No rule pack was screened for this study. Name packs under `packs` in the study, for "
            "example `packs: [eu, engineering]`."
        )
        return
    show_findings(now, context.run)
    show_rules(now, context.run)
    st.subheader("Permits and documents", anchor=False)
    title = f"What the council needs of {escape(site_name(now, context.selected))}"
    with st.expander(title, key="documents", on_change="rerun") as box:
        if box.open:
            documents = documents_of(now, context.run, context.selected)
            show_section(documents)
