"""One site in full: where it stands and why, where it lies, and what can be taken away."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

import streamlit as st

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


def site_pdf_of(assessment: Assessment, site_id: str) -> bytes:
    """Typeset the report on one site, by a part of the program that may not be installed."""
    from siteselect.report.pdf import site_pdf  # noqa: PLC0415 - the typesetter loads slowly

    written: bytes = site_pdf(assessment, site_id)
    return written


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
    name = f"{now.study.name}-{file_name(site)}"
    st.markdown(
        "Verdict, map, design, heat, noise, money, findings, documents, sources and assumptions, "
        "under the weights of this moment."
    )
    st.download_button(
        "Report (HTML)",
        partial(site_report, now, site),
        file_name=f"{name}.html",
        mime="text/html",
        on_click="ignore",
        width="stretch",
    )
    if find_spec("typst") is None or find_spec("siteselect.report.pdf") is None:
        st.markdown("A PDF needs the typesetter: install `siteselect[pdf]`.")
        return
    st.download_button(
        "Report (PDF)",
        partial(site_pdf_of, now, site),
        file_name=f"{name}.pdf",
        mime="application/pdf",
        on_click="ignore",
        width="stretch",
    )
