"""The planner's page: weights, map, ranking and one site, all showing the same assessment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from siteselect.app.assets import static_folder
from siteselect.app.downloads import show_downloads
from siteselect.app.findings import show_findings
from siteselect.app.loading import data_folder, load, study_path
from siteselect.app.map_panel import show_map
from siteselect.app.ranking_table import show_plain_ranking, show_ranking
from siteselect.app.site_panel import show_site
from siteselect.app.state import data_years, write_view
from siteselect.app.text import escape, link
from siteselect.app.weights import sidebar, start, weighted
from siteselect.decision.ranking import order
from siteselect.errors import SiteselectError
from siteselect.maps.drawing import illustrative_titles

if TYPE_CHECKING:
    from siteselect.app.state import View
    from siteselect.assess import Assessment

DISCLAIMER = (
    "A screening for early decisions: not legal advice, not a design, and no promise of a "
    "connection. A rule that does not fire is not a clearance."
)


def main(default: Path | None = None) -> None:
    """Draw the page; Streamlit calls this at every change.

    Parameters
    ----------
    default : study to show where neither the command line nor the environment names one.
    """
    st.set_page_config("siteselect", layout="wide", initial_sidebar_state=250)
    st.html(static_folder() / "siteselect" / "page.css")
    file = study_path(sys.argv[1:], os.environ, default)
    if file is None:
        _show_no_study()
        return
    try:
        loaded = load(file, data_folder(os.environ))
    except SiteselectError as error:
        show_faults(file, error)
        return
    assessment = loaded.assessment
    start(assessment)
    _head(assessment)
    view = sidebar(assessment.study)
    now = weighted(assessment, view)
    leader = str(order(now.ranking.table)[0])
    selected = leader if view.site is None else view.site
    left, right = st.columns([12, 11], gap="small")
    with left:
        show_map(now, loaded.drawn, selected, loaded.run)
    with right:
        show_ranking(now, selected)
    show_downloads(now, selected)
    if st.toggle("The ranking as plain text"):
        show_plain_ranking(now)
    show_site(now, selected, loaded.run)
    show_findings(now, loaded.run)
    _about(assessment)
    _to_address(view, assessment)


def show_faults(file: Path, error: SiteselectError) -> None:
    """List everything that is wrong with a study, each with its cure."""
    st.title("This study cannot be shown yet")
    count = len(error.faults)
    what = "One thing needs" if count == 1 else f"{count} things need"
    st.error(f"{what} to be put right in {escape(file)}. Correct the files and reload the page.")
    st.markdown("\n".join(f"1. {escape(fault)}" for fault in error.faults))


def _show_no_study() -> None:
    st.title("No study chosen")
    st.markdown("Start the app with one: `streamlit run app.py -- path/to/study.yaml`")


def _head(assessment: Assessment) -> None:
    study = assessment.study
    st.title(escape(study.title), anchor=False)
    years = data_years([part.date for _, part in assessment.provenance])
    st.markdown(
        f"Study **{escape(study.name)}** · speaks for **{study.date.isoformat()}** · "
        f"data from {escape(years)} · {len(assessment.sites)} sites · screening, not legal advice"
    )
    invented = illustrative_titles(assessment)
    if invented:
        st.warning(
            "**Illustrative data.** Invented for demonstration, never to be decided on: "
            f"{escape(', '.join(invented).lower())}."
        )


def _about(assessment: Assessment) -> None:
    st.header("About this page", anchor=False)
    st.markdown(DISCLAIMER)
    if assessment.notices:
        with st.expander(f"Notes on this run ({len(assessment.notices)})"):
            lines = [f"- **{escape(n.topic)}**: {escape(n.text)}" for n in assessment.notices]
            st.markdown("\n".join(lines))
    with st.expander("Data and licences"):
        rows = [
            {
                "Layer": escape(layer.replace("_", " ")),
                "Source": link(part.source, part.url),
                "Date": escape(part.date),
                "Licence": escape(part.licence),
                "Basis": escape(part.basis),
                "Credit": escape(part.attribution),
            }
            for layer, part in assessment.provenance
        ]
        st.table(pd.DataFrame(rows), hide_index=True)


def _to_address(view: View, assessment: Assessment) -> None:
    wanted = write_view(view, assessment.study)
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
