"""The one model of the reports: an assessment turned into texts and numbers ready to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siteselect.charts.drawing import plain
from siteselect.design.heat_year import heat_year
from siteselect.design.money_case import money_case
from siteselect.errors import Fault, InputError
from siteselect.report.background import NAME_LETTERS, background, readable
from siteselect.report.build_section import build_line, build_section
from siteselect.report.design_tables import design_tables
from siteselect.report.documents_section import documents_section
from siteselect.report.findings_matrix import findings_matrix
from siteselect.report.heat_section import heat_section
from siteselect.report.money_section import money_section, npv_figure
from siteselect.report.noise_section import noise_section
from siteselect.report.points import points_chart, points_table
from siteselect.report.portfolio_section import portfolio_section
from siteselect.report.ranking_parts import (
    excluded_list,
    leading,
    matrix,
    ranking_chart,
    ranking_list,
    rejected_list,
    site_name,
)
from siteselect.report.records import Cell, Figure, SiteReport, StudyReport, Table
from siteselect.report.robustness_section import robustness_lines, robustness_section
from siteselect.report.rounding import percent, spread
from siteselect.report.screening import finding_groups
from siteselect.report.site_map import site_map
from siteselect.report.standing import standing
from siteselect.report.study_map import study_map
from siteselect.report.waterfall import land_section
from siteselect.report.weighing import (
    opinions_table,
    presets_table,
    sensitivity_table,
    stakeholders_section,
    weights_table,
)
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.report.ties import Ways
    from siteselect.report.wording import Say


def site_model(
    assessment: Assessment, site_id: str, *, manifest_hash: str = "", language: str = "en"
) -> SiteReport:
    """Write down all that the report on one site says.

    Parameters
    ----------
    assessment : the run.
    site_id : the site.
    manifest_hash : SHA-256 of the run's manifest, where the run is saved.
    language : code of the language of the fixed wording.

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
    page_one = standing(assessment, site_id, say)
    figure, places = surroundings(assessment, site_id, say)
    year = heat_year(assessment.study, assessment.territory, assessment.sites, site_id)
    case = money_case(assessment.study, assessment.sites, site_id)
    return SiteReport(
        background=background(assessment, say("site.title", name=name), manifest_hash, say),
        site_id=plain(site_id, NAME_LETTERS),
        name=name,
        id_line=id_line(assessment, site_id, say),
        tone=page_one.tone,
        headline=page_one.headline,
        summary=(
            *page_one.summary,
            *robustness_lines(assessment, site_id, say),
            build_line(assessment, site_id, say),
        ),
        figures=(*page_one.figures, npv_figure(case, say)),
        speaks_for=page_one.speaks_for,
        speaks_against=page_one.speaks_against,
        gaps=page_one.gaps,
        checks=page_one.checks,
        map=figure,
        places=places,
        design=design_tables(assessment, site_id, say),
        chart=points_chart(assessment, site_id, name, say),
        points=points_table(assessment, site_id, say),
        heat=heat_section(assessment, site_id, year, say),
        noise=noise_section(assessment, site_id, say),
        money=money_section(assessment, case, say),
        build=build_section(assessment, site_id, say),
        findings=finding_groups(assessment, site_id, say),
        documents=documents_section(assessment, site_id, say),
    )


def study_model(
    assessment: Assessment, *, manifest_hash: str = "", language: str = "en"
) -> StudyReport:
    """Write down all that the report on a whole study says; parameters as in `site_model`."""
    say = wording(language)
    headline, summary = _result(assessment, say)
    excluded, excluded_more = excluded_list(assessment, say)
    rejected, rejected_more = rejected_list(assessment, say)
    opinions, opinions_note = opinions_table(assessment, say)
    title = say("study.title", title=plain(assessment.study.title))
    return StudyReport(
        background=background(assessment, title, manifest_hash, say),
        headline=headline,
        summary=summary,
        chart=ranking_chart(assessment, say),
        ranking=ranking_list(assessment, say),
        portfolio=portfolio_section(assessment, say),
        map=study_map(assessment, say),
        excluded=excluded,
        excluded_more=excluded_more,
        opinions=opinions,
        opinions_note=opinions_note,
        weights=weights_table(assessment, say),
        presets=presets_table(assessment, say),
        stakeholders=stakeholders_section(
            assessment,
            assessment.study.stakeholders,
            [name for name, group in assessment.study.groups.items() if group.locked],
            say,
        ),
        robustness=robustness_section(assessment, say),
        sensitivity=sensitivity_table(assessment, say),
        matrix=matrix(assessment, say),
        rejected=rejected,
        rejected_more=rejected_more,
        land=land_section(assessment, say),
        findings=findings_matrix(assessment, say),
        checklist=_checklist(say),
    )


def surroundings(
    assessment: Assessment, site_id: str, say: Say, ways: Ways | None = None
) -> tuple[Figure, Table]:
    """Draw the map of a site, and list the places on it; parameters as in `site_map`."""
    drawn = site_map(assessment, site_id, say, ways)
    rows = tuple(
        tuple(
            Cell(part)
            for part in (place.letter, place.role, place.name, place.distance, place.direction)
        )
        for place in drawn.places
    )
    columns = say.heads("on_map", "what", "name", "distance", "direction")
    table = Table(say("map.places_caption"), columns, rows)
    return Figure(drawn.svg, drawn.alt, drawn.text), table


def id_line(assessment: Assessment, site_id: str, say: Say) -> str:
    """Say in one line which site it is, of which kind, and where."""
    site: Any = assessment.sites.loc[site_id]
    return say(
        "site.id_line",
        site_id=plain(site_id, NAME_LETTERS),
        kind=readable(site["kind"]) or say("site.no_kind"),
        lat=_degrees(float(site["lat"]), "n", "s", say),
        lon=_degrees(float(site["lon"]), "e", "w", say),
        origin=plain(site["origin"], NAME_LETTERS),
    )


def _degrees(value: float, plus: str, minus: str, say: Say) -> str:
    side = say(f"compass.{plus if value >= 0 else minus}")
    return say("site.degrees", degrees=f"{abs(value):.5f}", side=side)


def _result(assessment: Assessment, say: Say) -> tuple[str, tuple[str, ...]]:
    table = assessment.ranking.table
    counts = say(
        "study.counts",
        sites=len(table),
        ranked=int(table["rank"].notna().sum()),
        excluded=int((~assessment.eligible).sum()),
        rejected=len(assessment.rejected),
    )
    first = leading(assessment, 1)
    if not first:
        return say("study.headline.nobody"), (counts,)
    name = site_name(assessment, first[0])
    top: Any = table.loc[first[0]]
    score = spread(top["score_low"], top["score_high"], say("unit.to"))
    evidence = percent(top["evidence_share"])
    unknown = float(np.isnan(assessment.measures.to_numpy(dtype=float)).mean())
    lines = [counts, say("study.leader_score", name=name, score=score, evidence=evidence)]
    if unknown:
        lines.append(say("study.unknown_line", share=percent(unknown)))
    return _headline(assessment, name, say), tuple(lines)


def _headline(assessment: Assessment, name: str, say: Say) -> str:
    table = assessment.ranking.table
    shared = int((table["rank"] == 1).sum())
    if shared > 1:
        return say("study.headline.shared", n=shared)
    could = int(table["possible_first"].sum())
    if could == 1:
        return say("study.headline.sure", name=name)
    return say("study.headline.open", name=name, n=could)


def _checklist(say: Say) -> Table:
    rows = tuple(tuple(Cell(text) for text in row) for row in say.parts("checklist.rows"))
    return Table(say("checklist.caption"), say.heads("id", "check", "where"), rows)
