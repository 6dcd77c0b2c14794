"""One site in full: where it stands and why, where it lies, and what can be taken away."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.exports import NO_TYPESETTER, can_typeset, export_name
from siteselect.app.report_parts import show_table
from siteselect.app.sections import map_of
from siteselect.app.site_panel import show_site
from siteselect.app.text import escape, figure_html
from siteselect.report.html import site_report
from siteselect.report.wording import wording
from siteselect.runs import file_name

if TYPE_CHECKING:
    from siteselect.app.context import Context
    from siteselect.assess import Assessment


def show(context: Context) -> None:
    """Draw the page.

    Parameters
    ----------
    context : the run, the weights of this moment and the chosen site.
    """
    show_site(context.now, context.selected, context.run)
    where, take = st.columns([3, 2], gap="medium")
    with where:
        _map(context)
    with take:
        _downloads(context)


def _pdf(assessment: Assessment, site_id: str) -> bytes:
    from siteselect.report.pdf import site_pdf  # noqa: PLC0415 - an extra, loads slowly

    return site_pdf(assessment, site_id)


def _map(context: Context) -> None:
    say = wording()
    st.subheader(say("sections.map"), anchor=False)
    plate = map_of(context.now, context.run, context.selected)
    st.html(figure_html(plate.figure))
    st.markdown(escape(plate.figure.text))
    with st.expander(escape(plate.table.caption)):
        show_table(plate.table)


def _downloads(context: Context) -> None:
    st.subheader("Report on this site", anchor=False)
    now, site = context.now, context.selected
    st.markdown(
        "Verdict, map, design, heat, noise, money, findings, documents, sources and assumptions, "
        "under the weights of this moment."
    )
    st.download_button(
        "Report (HTML)",
        partial(site_report, now, site),
        file_name=export_name(now, file_name(site), ending="html"),
        mime="text/html",
        on_click="ignore",
        width="stretch",
    )
    if not can_typeset():
        st.markdown(escape(NO_TYPESETTER))
        return
    st.download_button(
        "Report (PDF)",
        partial(_pdf, now, site),
        file_name=export_name(now, file_name(site), ending="pdf"),
        mime="application/pdf",
        on_click="ignore",
        width="stretch",
    )
