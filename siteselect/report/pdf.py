"""The reports as PDF: tagged (PDF/UA-1) and fit for the archive (PDF/A-2a) in one file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from siteselect.report.model import site_model, study_model
from siteselect.report.records import SiteReport
from siteselect.report.site_brief import shared_by, site_brief
from siteselect.report.typst_press import check_installed, press
from siteselect.report.typst_text import typeset
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.report.records import FindingGroup, StudyReport
    from siteselect.report.site_brief import Shared
    from siteselect.report.wording import Say

Form = Literal["full", "brief"]
"""All that the HTML report says, or the few pages of it that a batch needs."""

_GROUPS = (
    *("page", "site", "study", "sections", "column", "score", "assumptions", "data", "limits"),
    *("sign_off", "findings", "findings_matrix", "checklist", "pdf"),
)


def site_pdf(
    assessment: Assessment,
    site_id: str,
    *,
    manifest_hash: str = "",
    language: str = "en",
    form: Form = "full",
) -> bytes:
    """Write the report on one site as PDF; the same assessment gives the same bytes.

    Parameters
    ----------
    assessment : the run.
    site_id : the site.
    manifest_hash : SHA-256 of the run's manifest, where the run is saved.
    language : code of the language of the fixed wording.
    form : "full" for all that the HTML report says; "brief" for a few pages of it.

    Raises
    ------
    InputError
        There is no such site, no wording in that language, or the extra `pdf` is not installed.
    """
    check_installed()
    if form == "brief":
        shared = shared_by(assessment, [site_id], manifest_hash=manifest_hash, language=language)
        return brief_pdf(assessment, site_id, shared)
    report = site_model(assessment, site_id, manifest_hash=manifest_hash, language=language)
    return _site(report, assessment, wording(language), brief=False)


def brief_pdf(assessment: Assessment, site_id: str, shared: Shared) -> bytes:
    """Write the brief report on one of the sites that `shared` was gathered for."""
    report = site_brief(assessment, site_id, shared)
    return _site(report, assessment, wording(shared.language), brief=True)


def _site(report: SiteReport, assessment: Assessment, say: Say, *, brief: bool) -> bytes:
    told = typeset(replace(report, findings=()))
    told["findings"] = [_findings(group, say) for group in report.findings]
    footer = say("pdf.footer", study=report.background.study_title, site=report.name)
    data = _data(report, told, footer, assessment, say)
    return press("site", data | {"brief": brief}, assessment.study.date)


def study_pdf(assessment: Assessment, *, manifest_hash: str = "", language: str = "en") -> bytes:
    """Write the report on a whole study as PDF; parameters as in `site_pdf`."""
    check_installed()
    say = wording(language)
    report = study_model(assessment, manifest_hash=manifest_hash, language=language)
    footer = say("pdf.footer_study", study=report.background.study_title)
    data = _data(report, typeset(report), footer, assessment, say)
    return press("study", data, assessment.study.date)


def _data(
    report: SiteReport | StudyReport,
    told: dict[str, Any],
    footer: str,
    assessment: Assessment,
    say: Say,
) -> dict[str, Any]:
    background, day = report.background, assessment.study.date
    words = {name: say.texts[name] for name in _GROUPS}
    words |= {
        "study_line": typeset(say("page.study_line", title=background.study_title)),
        "date_line": say("page.date_line", date=background.date),
        "findings_text": say("findings.text", date=background.date),
        "footer": typeset(f"{footer} · {background.date} · {say('page.screening_short')}"),
        "day": [day.year, day.month, day.day],
    }
    return {"report": told, "words": words}


def _findings(group: FindingGroup, say: Say) -> dict[str, Any]:
    told: dict[str, Any] = typeset(group)
    for entry, source in zip(told["entries"], group.entries, strict=True):
        entry["small"] = say(
            "findings.small",
            rule=source.rule_id,
            confidence=source.confidence,
            reviewed=source.reviewed_on,
        )
    return told
