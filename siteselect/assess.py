"""One run, from study to assessment: every table is kept, so that any number can be explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from siteselect.candidates import Buildable, propose
from siteselect.compliance import screening
from siteselect.compliance.facts import derive
from siteselect.compliance.site_facts import facts_of
from siteselect.contracts import Criterion, Layer, Notice, Provenance
from siteselect.criteria.registry import criteria, measure_all
from siteselect.decision.curves import compile_scale
from siteselect.decision.ranking import Ranking, order, rank
from siteselect.decision.second_opinions import Opinions, second_opinions
from siteselect.decision.value import to_values, value_bounds
from siteselect.decision.weights import Tree, global_weights, with_group_swings
from siteselect.design.place import place
from siteselect.errors import Fault, StudyError
from siteselect.layers.build import Territory, build_territory

if TYPE_CHECKING:
    import geopandas as gpd

    from siteselect.study import Study

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that one run found, with what is needed to check and repeat it.

    Tables share the index `site_id`. `sites` holds the design of the pod on each site in columns
    with units; `measures` the criteria in their own units (NaN where unknown, with the reason in
    `reasons`); `values` the same on the study's fixed scales, 0 to 1; `findings` one row a site
    and rule; `buildable` the land that the study's exclusions leave; `provenance` the birth
    certificate of every input file with the layer it feeds.
    """

    study: Study
    territory: Territory
    sites: gpd.GeoDataFrame
    measures: pd.DataFrame
    reasons: pd.DataFrame
    values: pd.DataFrame
    clamped: pd.DataFrame
    tree: Tree
    weights: pd.Series[float]
    unknown_low: pd.Series[float]
    unknown_high: pd.Series[float]
    eligible: pd.Series[bool]
    ranking: Ranking
    findings: pd.DataFrame
    opinions: Opinions | None
    rejected: pd.DataFrame
    buildable: Buildable
    provenance: tuple[tuple[str, Provenance], ...]
    notices: tuple[Notice, ...]

    @property
    def layers(self) -> Mapping[str, Layer]:
        """Layers by name, as read for the study."""
        return self.territory.layers

    @property
    def criteria(self) -> Mapping[str, Criterion]:
        """Records of the study's criteria, in the order of the tree, with the study's scales."""
        return chosen_criteria(self.study)


def assess(
    study: Study,
    folder: Path,
    *,
    data: Path | None = None,
    opinions: bool = True,
    progress: Progress = lambda _: None,
) -> Assessment:
    """Run the whole chain for one study.

    Parameters
    ----------
    study : what to assess.
    folder : folder of the study file, against which its paths are resolved.
    data : second folder in which paths are looked for.
    opinions : whether to ask other decision methods about the shortlist (takes some seconds).
    progress : told in one sentence what is being done.

    Raises
    ------
    StudyError, InputError, SourceError, RuleError
        With every fault of the stage that failed.
    """
    packs = screening.load_packs(study.packs, folder)
    chosen = chosen_criteria(study)
    progress("Reading the layers")
    territory = build_territory(study, folder, data)
    progress("Collecting the candidates")
    proposal = propose(study, territory, folder, data)
    progress(f"Placing the pod on {len(proposal.candidates)} sites")
    sites = place(study, territory, proposal.candidates)
    progress("Measuring the criteria")
    measures, reasons = measure_all(sites, territory.layers, chosen)
    progress("Screening the rules")
    facts = derive(facts_of(study, sites))
    findings = screening.screen(facts, packs, study.date)
    eligible = _eligible(sites.index, findings)
    valued = to_values(measures, {name: record.scale for name, record in chosen.items()})
    low, high = _unknown_ranges(study, chosen)
    progress("Ranking")
    tree = study_tree(study)
    weights = global_weights(tree)
    first = Assessment(
        study=study,
        territory=territory,
        sites=sites,
        measures=measures,
        reasons=reasons,
        values=valued.values,
        clamped=valued.clamped,
        tree=tree,
        weights=weights,
        unknown_low=low,
        unknown_high=high,
        eligible=eligible,
        ranking=rank(valued.values, weights, low, high, eligible),
        findings=findings,
        opinions=None,
        rejected=proposal.rejected,
        buildable=proposal.buildable,
        provenance=(*territory.provenance, *proposal.provenance),
        notices=(
            *territory.notices,
            *proposal.notices,
            *screening.notices(packs, facts, study.date),
        ),
    )
    if not opinions:
        return first
    progress("Asking other methods about the shortlist")
    return with_opinions(first)


def inventory(study: Study, folder: Path, data: Path | None = None) -> dict[str, Any]:
    """Read everything a study names, and list it; nothing is measured.

    Raises
    ------
    StudyError, InputError, SourceError, RuleError
        With every fault.
    """
    packs = screening.load_packs(study.packs, folder)
    chosen_criteria(study)
    territory = build_territory(study, folder, data)
    proposal = propose(study, territory, folder, data)
    counts = {
        name: len(layer.frame) for name, layer in territory.layers.items() if not layer.rasters
    }
    counts |= {"area": 1, "candidates": len(proposal.candidates)}
    return {
        "title": study.title,
        "inputs": [
            {"layer": name, "features": counts.get(name, ""), **asdict(birth)}
            for name, birth in (*territory.provenance, *proposal.provenance)
        ],
        "packs": [pack.title for pack in packs],
        "candidates": len(proposal.candidates),
        "rejected": len(proposal.rejected),
        "land": proposal.waterfall.to_dict("records"),
        "notices": [
            f"{notice.topic}: {notice.text}" for notice in (*territory.notices, *proposal.notices)
        ],
    }


def reweigh(assessment: Assessment, group_swings: Mapping[str, float]) -> Assessment:
    """Rank the same sites again under other swings of the groups; nothing is measured anew.

    The second opinions are dropped, since they belong to the weights they were asked under.
    """
    locked = [name for name, group in assessment.study.groups.items() if group.locked]
    tree = with_group_swings(assessment.tree, group_swings, locked)
    weights = global_weights(tree)
    ranking = rank(
        assessment.values,
        weights,
        assessment.unknown_low,
        assessment.unknown_high,
        assessment.eligible,
    )
    return replace(assessment, tree=tree, weights=weights, ranking=ranking, opinions=None)


def with_opinions(assessment: Assessment) -> Assessment:
    """Add what other decision methods make of the leading sites."""
    table = assessment.ranking.table
    leading = [site for site in order(table) if pd.notna(table.loc[site, "rank"])]
    shortlist = leading[: assessment.study.shortlist]
    asked = second_opinions(
        assessment.values,
        assessment.weights,
        shortlist,
        assessment.unknown_low,
        assessment.unknown_high,
        _vetoes(assessment.study),
    )
    return replace(assessment, opinions=asked)


def _vetoes(study: Study) -> pd.Series[float]:
    given = {
        name: choice.veto
        for group in study.groups.values()
        for name, choice in group.criteria.items()
    }
    return pd.Series(given, dtype="float64")


def study_tree(study: Study) -> Tree:
    """Give the criteria tree of a study as the decision floor takes it."""
    return {
        name: (
            group.swing,
            {criterion: choice.swing for criterion, choice in group.criteria.items()},
        )
        for name, group in study.groups.items()
    }


def chosen_criteria(study: Study) -> dict[str, Criterion]:
    """Pick the study's criteria from the shelf, with the study's scales where it gives any.

    Raises
    ------
    StudyError
        The study names criteria that are not on the shelf.
    """
    shelf = criteria()
    chosen: dict[str, Criterion] = {}
    faults = []
    for group, branch in study.groups.items():
        for name, choice in branch.criteria.items():
            if name not in shelf:
                faults.append(_no_such_criterion(group, name, shelf))
            elif choice.scale is None:
                chosen[name] = shelf[name]
            else:
                chosen[name] = replace(shelf[name], scale=compile_scale(choice.scale))
    if faults:
        raise StudyError(faults)
    return chosen


def _no_such_criterion(group: str, name: str, shelf: Mapping[str, Any]) -> Fault:
    return Fault(
        "study",
        "no such criterion",
        f"Choose from: {', '.join(sorted(shelf))}.",
        column=f"groups.{group}.criteria.{name}",
        value=name,
    )


def _unknown_ranges(
    study: Study, chosen: Mapping[str, Criterion]
) -> tuple[pd.Series[float], pd.Series[float]]:
    low = pd.Series(0.0, index=list(chosen))
    high = pd.Series(1.0, index=list(chosen))
    for group in study.groups.values():
        for name, choice in group.criteria.items():
            if choice.plausible is not None:
                low[name], high[name] = value_bounds(chosen[name].scale, *choice.plausible)
    return low, high


def _eligible(site_ids: pd.Index[Any], findings: pd.DataFrame) -> pd.Series[bool]:
    failed = findings.loc[findings["verdict"] == "fail", "site_id"].unique()
    return pd.Series(~site_ids.isin(failed), index=site_ids, name="eligible")
