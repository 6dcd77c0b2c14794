"""Heat, noise, money and documents of a site: worked out when first looked at, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.design.heat_year import heat_year
from siteselect.design.money_case import money_case
from siteselect.report.documents_section import documents_section
from siteselect.report.heat_section import heat_section
from siteselect.report.money_section import money_section
from siteselect.report.noise_section import noise_section
from siteselect.report.records import Cell, Figure, Plate, Table
from siteselect.report.site_map import site_map
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.report.records import Section

_KEPT = 200
"""Sections of each kind that are kept; one takes some ten kilobytes."""


def heat_of(assessment: Assessment, run: str, site_id: str) -> Section:
    """Give the section on a site's heat.

    Parameters
    ----------
    assessment : the run; weights make no difference.
    run : what tells this run from all others.
    site_id : the site.
    """
    return _heat(assessment, run, site_id)


def money_of(assessment: Assessment, run: str, site_id: str) -> Section:
    """Give the section on a site's money; parameters as in `heat_of`."""
    return _money(assessment, run, site_id)


def noise_of(assessment: Assessment, run: str, site_id: str) -> Section:
    """Give the section on the noise round a site; parameters as in `heat_of`."""
    return _noise(assessment, run, site_id)


def documents_of(assessment: Assessment, run: str, site_id: str) -> Section:
    """Give the documents a council needs of a site; parameters as in `heat_of`."""
    return _documents(assessment, run, site_id)


def map_of(assessment: Assessment, run: str, site_id: str) -> Plate:
    """Give the map round a site, with the table of its places; parameters as in `heat_of`."""
    return _map(assessment, run, site_id)


# Streamlit leaves an argument with a leading underscore out of the key.
@st.cache_data(max_entries=_KEPT, show_spinner="Matching the heat of every hour")
def _heat(_assessment: Assessment, run: str, site_id: str) -> Section:
    del run  # a part of the key only
    study, sites = _assessment.study, _assessment.sites
    year = heat_year(study, _assessment.territory, sites, site_id)
    return heat_section(_assessment, site_id, year, wording())


@st.cache_data(max_entries=_KEPT, show_spinner="Working out the money")
def _money(_assessment: Assessment, run: str, site_id: str) -> Section:
    del run  # a part of the key only
    case = money_case(_assessment.study, _assessment.sites, site_id)
    return money_section(_assessment, case, wording())


@st.cache_data(max_entries=_KEPT, show_spinner="Listening at the windows")
def _noise(_assessment: Assessment, run: str, site_id: str) -> Section:
    del run  # a part of the key only
    return noise_section(_assessment, site_id, wording())


@st.cache_data(max_entries=_KEPT, show_spinner="Filling the documents")
def _documents(_assessment: Assessment, run: str, site_id: str) -> Section:
    del run  # a part of the key only
    return documents_section(_assessment, site_id, wording())


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _map(_assessment: Assessment, run: str, site_id: str) -> Plate:
    del run  # a part of the key only
    say = wording()
    drawn = site_map(_assessment, site_id, say)
    rows = tuple(
        tuple(map(Cell, (place.letter, place.role, place.name, place.distance, place.direction)))
        for place in drawn.places
    )
    heads = say.heads("on_map", "what", "name", "distance", "direction")
    table = Table(say("map.places_caption"), heads, rows)
    return Plate(Figure(drawn.svg, drawn.alt, drawn.text), table)
