"""Parts of the study report for a page: worked out when asked for, and kept by run and moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from siteselect.assess import with_opinions
from siteselect.report.portfolio_section import portfolio_section
from siteselect.report.robustness_section import robustness_lines, robustness_section
from siteselect.report.side_by_side import comparison
from siteselect.report.weighing import opinions_table, stakeholders_section
from siteselect.report.wording import wording
from siteselect.runs import manifest_of
from siteselect.settings.portfolio import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from siteselect.assess import Assessment
    from siteselect.report.records import Section, Table
    from siteselect.report.side_by_side import Comparison

_KEPT = 40
"""Sections of each kind that are kept; one takes some ten kilobytes."""

Moment = tuple[tuple[float, ...], bytes]
"""Weights, and who is eligible: what a reader can move within a run."""


def firmness_of(assessment: Assessment, run: str) -> Section:
    """Give the section on how firm the order is, and what to find out next.

    Parameters
    ----------
    assessment : the run, under the weights of this moment.
    run : what tells this run from all others, whatever the weights.
    """
    return _firmness(assessment, run, _moment(assessment))


def firm_lines_of(assessment: Assessment, run: str, site_id: str) -> tuple[str, ...]:
    """Say how often one site comes first; parameters as in `firmness_of`."""
    return _firm_lines(assessment, run, _moment(assessment), site_id)


def opinions_of(assessment: Assessment, run: str) -> tuple[Table, tuple[str, ...]]:
    """Ask other decision methods, and give their table; parameters as in `firmness_of`."""
    return _opinions(assessment, run, _moment(assessment))


def plan_of(assessment: Assessment, run: str, plan: Plan) -> Section:
    """Choose several sites together; parameters as in `firmness_of`.

    Raises
    ------
    StudyError
        The plan names what is not in the study.
    """
    return _plan(assessment, run, _moment(assessment), plan.model_dump_json())


def stakeholders_of(assessment: Assessment, run: str) -> Section:
    """Say whose weights give what; parameters as in `firmness_of`, and weights do not count."""
    return _stakeholders(assessment, run)


def comparison_of(assessment: Assessment, run: str, sites: tuple[str, ...]) -> Comparison:
    """Set a few sites beside one another; parameters as in `firmness_of`."""
    return _comparison(assessment, run, _moment(assessment), sites)


def manifest_for(assessment: Assessment, run: str, folder: Path) -> dict[str, Any]:
    """Give the manifest of the run, with the rule packs read again in the study's folder.

    Raises
    ------
    RuleError
        A pack can no longer be read.
    """
    return _manifest(assessment, run, str(folder), folder)


def _moment(assessment: Assessment) -> Moment:
    weights = tuple(float(weight) for weight in assessment.weights)
    return weights, assessment.eligible.to_numpy().tobytes()


# Streamlit leaves an argument with a leading underscore out of the key.
@st.cache_data(max_entries=_KEPT, show_spinner="Drawing weights and data ten thousand times")
def _firmness(_assessment: Assessment, run: str, moment: Moment) -> Section:
    del run, moment  # parts of the key only
    return robustness_section(_assessment, wording())


@st.cache_data(max_entries=200, show_spinner="Drawing weights and data")
def _firm_lines(_assessment: Assessment, run: str, moment: Moment, site_id: str) -> tuple[str, ...]:
    del run, moment  # parts of the key only
    return robustness_lines(_assessment, site_id, wording())


@st.cache_data(max_entries=_KEPT, show_spinner="Asking other decision methods")
def _opinions(_assessment: Assessment, run: str, moment: Moment) -> tuple[Table, tuple[str, ...]]:
    del run, moment  # parts of the key only
    return opinions_table(with_opinions(_assessment), wording())


@st.cache_data(max_entries=_KEPT, show_spinner="Choosing the sites")
def _plan(_assessment: Assessment, run: str, moment: Moment, plan: str) -> Section:
    del run, moment  # parts of the key only
    wanted = Plan.model_validate_json(plan)
    asked = _assessment.study.model_copy(update={"portfolio": wanted})
    return portfolio_section(replace(_assessment, study=asked), wording())


@st.cache_data(max_entries=4, show_spinner="Ranking with everybody's weights")
def _stakeholders(_assessment: Assessment, run: str) -> Section:
    del run  # a part of the key only
    study = _assessment.study
    locked = [name for name, group in study.groups.items() if group.locked]
    return stakeholders_section(_assessment, study.stakeholders, locked, wording())


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _comparison(
    _assessment: Assessment, run: str, moment: Moment, sites: tuple[str, ...]
) -> Comparison:
    del run, moment  # parts of the key only
    return comparison(_assessment, sites, wording())


@st.cache_data(max_entries=4, show_spinner=False)
def _manifest(_assessment: Assessment, run: str, where: str, _folder: Path) -> dict[str, Any]:
    del run, where  # parts of the key only
    return manifest_of(_assessment, (), _folder)
