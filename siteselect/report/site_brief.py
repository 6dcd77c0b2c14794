"""The report on one site in brief, for batches: page one, map, design, heat, open findings."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from siteselect.report.records import Background, Figure, Section, SiteReport, Table
from siteselect.report.robustness_section import robustness_lines
from siteselect.report.screening import groups_of
from siteselect.report.standing import findings_by_site, standing
from siteselect.report.ties import Ways, ways_of
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siteselect.assess import Assessment
    from siteselect.report.standing import Finding

KEY_TOPICS = 3
"""Tables of the design that the brief form shows: heat, electricity, connection works."""
_EMPTY, _NO_TABLE = Section(lines=()), Table("", (), ())


@dataclass(frozen=True, slots=True)
class Shared:
    """What the brief reports on some sites have in common, or is found faster for all at once."""

    background: Background
    ways: Mapping[str, Ways]
    findings: Mapping[str, Sequence[Finding]]
    language: str


def shared_by(
    assessment: Assessment,
    site_ids: Sequence[str],
    *,
    manifest_hash: str = "",
    language: str = "en",
) -> Shared:
    """Gather what the brief reports on some sites share; parameters as in `site_brief`.

    Raises
    ------
    InputError
        There is no such site, or no wording in that language.
    """
    missing = [site for site in site_ids if site not in assessment.sites.index]
    if missing:
        cure = "Give the id of a site in this run."
        raise InputError(Fault("sites", "no such site", cure, value=str(site)) for site in missing)
    whole = background(assessment, "", manifest_hash, wording(language))
    found = assessment.findings[assessment.findings["site_id"].isin(site_ids)]
    by_site = findings_by_site(found)
    return Shared(
        # The brief form does not show these, and they would be carried along for each site.
        background=replace(
            whole, assumptions=_NO_TABLE, sign_off=_NO_TABLE, use=(), misuse=(), known_limits=()
        ),
        ways=ways_of(assessment, site_ids),
        findings={site: by_site.get(site, []) for site in site_ids},
        language=language,
    )


def site_brief(assessment: Assessment, site_id: str, shared: Shared) -> SiteReport:
    """Write down the brief report; what it leaves out is empty.

    Left out are the points, noise, money, whether to build, documents, and rules that pass; none
    of it is worked out, which is what makes a batch fast.

    Parameters
    ----------
    assessment : the run.
    site_id : one of the sites that `shared` was gathered for.
    shared : what `shared_by` gives.
    """
    say = wording(shared.language)
    name, found = site_name(assessment, site_id), shared.findings[site_id]
    front = standing(assessment, site_id, say, found)
    figure, places = model.surroundings(assessment, site_id, say, shared.ways[site_id])
    year = heat_year(assessment.study, assessment.territory, assessment.sites, site_id)
    robust = robustness_lines(assessment, site_id, say)
    return SiteReport(
        background=replace(shared.background, title=say("site.title", name=name)),
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
        design=design_tables(assessment, site_id, say, KEY_TOPICS),
        chart=Figure("", ""),
        points=_NO_TABLE,
        heat=heat_section(assessment, site_id, year, say, brief=True),
        noise=_EMPTY,
        money=_EMPTY,
        build=_EMPTY,
        findings=groups_of([one for one in found if one["verdict"] != "pass"], say),
        documents=_EMPTY,
    )
