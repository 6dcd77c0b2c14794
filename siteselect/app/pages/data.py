"""Where every number comes from and what is missing: layers, files, gaps, rule packs, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.report_parts import show_section, show_table
from siteselect.app.study_sections import manifest_for
from siteselect.app.text import escape
from siteselect.errors import SiteselectError
from siteselect.report.background import background
from siteselect.report.data_held import layers_table, unknowns_section
from siteselect.report.ranking_parts import rejected_list
from siteselect.report.records import Cell, Table
from siteselect.report.waterfall import land_section
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from siteselect.app.context import Context
    from siteselect.report.records import Background


def show(context: Context) -> None:
    """Draw the page.

    Parameters
    ----------
    context : the run, the weights of this moment and the chosen site.
    """
    now, say = context.now, wording()
    told = background(now, now.study.title, "", say)
    st.header("Data and where they come from", anchor=False)
    _invented(told)
    st.subheader("Layers", anchor=False)
    show_table(layers_table(now, say))
    st.subheader("What is not known", anchor=False)
    show_section(unknowns_section(now, say))
    st.subheader(say("sections.land"), anchor=False)
    show_section(land_section(now, say))
    st.subheader("Input files, licences and credits", anchor=False)
    st.markdown(escape(say("data.text")))
    show_table(told.sources)
    _rejected(context)
    _notices(told)
    _packs(context, told)
    _versions(context, told)


def _invented(told: Background) -> None:
    if told.illustrative:
        st.warning(
            "**Illustrative data.** Invented for demonstration, never to be decided on:\n\n"
            + "\n".join(f"- {escape(name)}" for name in told.illustrative)
        )


def _rejected(context: Context) -> None:
    say = wording()
    st.subheader(say("sections.rejected"), anchor=False)
    table, more = rejected_list(context.now, say)
    if not table.rows:
        st.markdown(escape(say("study.rejected_none")))
        return
    show_table(table)
    if more:
        st.markdown(escape(more))


def _notices(told: Background) -> None:
    st.subheader(wording()("sections.notices"), anchor=False)
    if not told.notices:
        st.markdown("There is nothing to note about this run.")
    for topic, text, facts in told.notices:
        st.markdown(f"**{escape(topic.capitalize())}**: {escape(text)}")
        if facts:
            with st.expander(f"{escape(topic.capitalize())}: the list ({len(facts)})"):
                st.markdown("\n".join(f"- {escape(fact)}" for fact in facts))


def _packs(context: Context, told: Background) -> None:
    st.subheader("Rule packs", anchor=False)
    if not context.now.study.packs:
        st.markdown("The study names no rule pack.")
        return
    show_table(told.packs)
    try:
        described = manifest_for(context.now, context.run, context.file.parent)["packs"]
    except SiteselectError as error:
        st.error("\n".join(f"- {escape(fault)}" for fault in error.faults))
        return
    rows = tuple(
        tuple(Cell(str(pack[key] or "not stated")) for key in ("pack", "version", "date", "sha256"))
        for pack in described
    )
    show_table(
        Table(
            "Versions of the rule packs", ("Pack", "Version", "Date", "Fingerprint (SHA-256)"), rows
        )
    )


def _versions(context: Context, told: Background) -> None:
    st.subheader("Software and study", anchor=False)
    st.markdown(escape(told.version_line))
    try:
        manifest = manifest_for(context.now, context.run, context.file.parent)
    except SiteselectError:
        return
    libraries = {"python": manifest["python"], **manifest["libraries"]}
    rows = tuple((Cell(name), Cell(version)) for name, version in libraries.items())
    caption = "Versions of the libraries that can change a result"
    with st.expander(caption):
        show_table(Table(caption, ("Library", "Version"), rows))
