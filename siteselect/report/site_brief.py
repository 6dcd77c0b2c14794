"""The report on one site in brief, for batches: page one, map, design, heat, open findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siteselect.charts.drawing import plain
from siteselect.design.heat_year import heat_year
from siteselect.errors import Fault, InputError
from siteselect.report import model
from siteselect.report.background import NAME_LETTERS, background
from siteselect.report.build_section import build_line
from siteselect.report.design_tables import design_tables
from siteselect.report.heat_section import heat_section
from siteselect.report.ranking_parts import site_name
from siteselect.report.records import Figure, Section, SiteReport, Table
from siteselect.report.robustness_section import robustness_lines
from siteselect.report.screening import finding_groups
from siteselect.report.standing import standing
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from siteselect.assess import Assessment

KEY_TOPICS = 3
"""Tables of the design that the brief form shows: heat, electricity, connection works."""
_EMPTY, _NO_TABLE = Section(lines=()), Table("", (), ())


def site_brief(
    assessment: Assessment, site_id: str, *, manifest_hash: str = "", language: str = "en"
) -> SiteReport:
    """Write down the brief report; what it leaves out is empty. Parameters as in `site_model`.

    Left out are the points, noise, money, whether to build, documents, and rules that pass; none
    of it is worked out, which is what makes a batch fast.

    Raises
    ------
    InputError
        There is no such site, or no wording in that language.
    """
    if site_id not in assessment.sites.index:
        cure = "Give the id of a site in this run."
        raise InputError(Fault("sites", "no such site", cure, value=str(site_id)))
    say = wording(language)
    name = site_name(assessment, site_id)
    front = standing(assessment, site_id, say)
    figure, places = model.surroundings(assessment, site_id, say)
    year = heat_year(assessment.study, assessment.territory, assessment.sites, site_id)
    heat = heat_section(assessment, site_id, year, say)
    findings = finding_groups(assessment, site_id, say)
    robust = robustness_lines(assessment, site_id, say)
    return SiteReport(
        background=background(assessment, say("site.title", name=name), manifest_hash, say),
        site_id=plain(site_id, NAME_LETTERS),
        name=name,
        id_line=model.id_line(assessment, site_id, say),
        tone=front.tone,
        headline=front.headline,
        summary=(*front.summary, *robust, build_line(assessment, site_id, say)),
        figures=front.figures,
        speaks_for=front.speaks_for,
        speaks_against=front.speaks_against,
        gaps=front.gaps,
        checks=front.checks,
        map=figure,
        places=places,
        design=design_tables(assessment, site_id, say)[:KEY_TOPICS],
        chart=Figure("", ""),
        points=_NO_TABLE,
        heat=Section(heat.lines, plates=heat.plates[:1]),
        noise=_EMPTY,
        money=_EMPTY,
        build=_EMPTY,
        findings=tuple(group for group in findings if group.verdict != "pass"),
        documents=_EMPTY,
    )
