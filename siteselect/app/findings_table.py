"""All findings as tables to be narrowed down: a list with evidence, and rules against sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.app.text import VERDICT_WORDS
from siteselect.contracts import VERDICTS
from siteselect.decision.ranking import order
from siteselect.report.findings_matrix import CODES, rules_by_topic
from siteselect.report.screening import confidence_text, evidence_text, needed_text
from siteselect.report.standing import OUTCOMES, verdict_counts
from siteselect.report.tables import safe_csv
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from siteselect.assess import Assessment

SITE = "site: "
"""What the columns of sites begin with in the matrix: no identifier is taken for another."""
VERDICT_OF = {word: verdict for verdict, word in VERDICT_WORDS.items()}
LISTED = (
    *("Verdict", "Site", "Topic", "Rule", "Found", "To do", "Who decides"),
    *("Source", "Confidence", "Reviewed", "Pack", "Rule id"),
)
"""Columns of the list, in the order in which they are read."""


def findings_list(assessment: Assessment) -> pd.DataFrame:
    """Write every finding for a reader, worst verdict and gravest outcome first.

    Returns
    -------
    DataFrame
        The columns `LISTED`, on the index `site_id`; sites with the same verdict on the same rule
        stand in the order of the study's sites.
    """
    found = assessment.findings
    say = wording()
    evidence = {text: evidence_text(text) for text in found["evidence"].unique()}
    needed = [needed_text(missing, say) for missing in found["missing"]]
    said = found["evidence"].map(evidence)
    names = assessment.sites["name"]
    keys = found["site_id"].astype(str)
    listed = pd.DataFrame(
        {
            "Verdict": found["verdict"].map(VERDICT_WORDS),
            "Site": [str(names[key]) or key for key in keys],
            "Topic": found["topic"],
            "Rule": found["title"],
            "Found": [
                f"{one}. {other}." if other else str(one)
                for one, other in zip(said, needed, strict=True)
            ],
            "To do": found["action"],
            "Who decides": found["authority"],
            "Source": found["citation"],
            "Confidence": [confidence_text(str(words), say) for words in found["confidence"]],
            "Reviewed": found["reviewed_on"].astype(str),
            "Pack": found["pack"],
            "Rule id": found["rule_id"],
        },
        columns=list(LISTED),
    )
    listed["site_id"] = keys
    listed["_verdict"] = found["verdict"].map(VERDICTS.index)
    listed["_outcome"] = found["outcome"].map(OUTCOMES.index)
    ordered = listed.sort_values(["_verdict", "_outcome", "Rule id"], kind="stable")
    return ordered.drop(columns=["_verdict", "_outcome"]).set_index("site_id")


def narrowed(
    listed: pd.DataFrame,
    topics: Collection[str] = (),
    verdicts: Collection[str] = (),
    packs: Collection[str] = (),
    sites: Collection[str] = (),
) -> pd.DataFrame:
    """Keep the findings of some topics, verdicts (as words), packs and sites (identifiers).

    Nothing named keeps all.
    """
    kept = np.ones(len(listed), dtype=bool)
    if sites:
        kept &= listed.index.isin(list(sites))
    for column, wanted in (("Topic", topics), ("Verdict", verdicts), ("Pack", packs)):
        if wanted:
            kept &= listed[column].isin(list(wanted)).to_numpy()
    return listed[kept]


def rules_list(assessment: Assessment) -> pd.DataFrame:
    """Write every rule once, with its source and what it says of the sites, graver topics first.

    Returns
    -------
    DataFrame
        `Rule`, `Topic`, `Says`, `Asks for`, `Who decides`, `Source`, `Address` (empty where there
        is none), `Reviewed`, `Confidence` and `Pack`, on the index `Rule id`.
    """
    found, say = assessment.findings, wording()
    first = found.drop_duplicates("rule_id").set_index("rule_id")
    by_rule = {str(rule): part for rule, part in found.groupby("rule_id")}
    ordered = [rule for rule, _ in rules_by_topic(found)]
    rules = first.loc[ordered]
    return pd.DataFrame(
        {
            "Rule": rules["title"],
            "Topic": rules["topic"],
            "Says": [verdict_counts(by_rule[rule]["verdict"], say) for rule in ordered],
            "Asks for": [say(f"outcome.{outcome}") for outcome in rules["outcome"]],
            "Who decides": rules["authority"],
            "Source": rules["citation"],
            "Address": rules["url"],
            "Reviewed": rules["reviewed_on"].astype(str),
            "Confidence": [confidence_text(str(words), say) for words in rules["confidence"]],
            "Pack": rules["pack"],
        },
        index=rules.index.rename("Rule id"),
    )


def counted(listed: pd.DataFrame) -> str:
    """Count the findings, and by verdict in words, worst first."""
    counts = verdict_counts(listed["Verdict"].map(VERDICT_OF), wording())
    noun = "finding" if len(listed) == 1 else "findings"
    return f"{len(listed):,} {noun}: {counts}." if counts else "No findings."


def findings_csv(listed: pd.DataFrame) -> str:
    """Write findings as CSV whose texts no spreadsheet takes for a formula."""
    text: str = safe_csv(listed)
    return text


def matrix_sites(assessment: Assessment, most: int, *, leading: bool) -> list[str]:
    """Choose the sites of the matrix: the leading ones, or those with the worst verdicts."""
    ordered = [str(site) for site in order(assessment.ranking.table)]
    if leading:
        return ordered[:most]
    found = assessment.findings
    counts = pd.crosstab(found["site_id"].astype(str), found["verdict"])
    counts = counts.reindex(index=ordered, columns=list(VERDICTS), fill_value=0)
    worst = counts.sort_values(list(VERDICTS[:-1]), ascending=False, kind="stable")
    return [str(site) for site in worst.index[:most]]


def matrix_of(listed: pd.DataFrame, findings: pd.DataFrame, sites: Sequence[str]) -> pd.DataFrame:
    """Set rules against sites, with the verdict's letter in each cell.

    Parameters
    ----------
    listed : the findings to show, as `narrowed` gives them.
    findings : all findings of the run, which give the order of the rules.
    sites : identifiers of the sites to show.

    Returns
    -------
    DataFrame
        A row a rule on the index `Rule id`, with `Topic`, `Rule` and a column a site, named by
        `SITE` and its identifier; empty where the rule has no such finding. The worst topic and
        rule come first.
    """
    shown = listed[listed.index.isin(sites)]
    letters = shown["Verdict"].map(VERDICT_OF).map(CODES)
    wide = (
        pd.DataFrame({"rule": shown["Rule id"], "site": shown.index, "letter": letters})
        .pivot_table(index="rule", columns="site", values="letter", aggfunc="first")
        .reindex(columns=list(sites))
        .fillna("")
    )
    ordered = [(rule, topic) for rule, topic in rules_by_topic(findings) if rule in wide.index]
    titles = shown.drop_duplicates("Rule id").set_index("Rule id")["Rule"]
    wide = wide.reindex([rule for rule, _ in ordered])
    wide.columns = [SITE + str(site) for site in wide.columns]
    wide.insert(0, "Topic", [topic for _, topic in ordered])
    wide.insert(1, "Rule", [str(titles[rule]) for rule, _ in ordered])
    return wide.rename_axis(index="Rule id", columns=None)
