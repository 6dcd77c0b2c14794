"""One run, from study to assessment: every table is kept, so that any number can be explained."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
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
from siteselect.decision.limits import passing
from siteselect.decision.ranking import Ranking, order, rank
from siteselect.decision.second_opinions import Opinions, second_opinions
from siteselect.decision.value import Valued, to_values, value_bounds
from siteselect.decision.weights import Tree, global_weights, with_group_swings
from siteselect.design.place import place
from siteselect.errors import Fault, StudyError
from siteselect.layers.build import Territory, build_territory

if TYPE_CHECKING:
    import geopandas as gpd

    from siteselect.study import Study

Progress = Callable[[str], None]
WHAT_IF = "what-if"
"""Topic of the notices that mark a ranking made without some of the rules."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that one run found, with what is needed to check and repeat it.

    Tables share the index `site_id`. `sites` holds the design of the pod on each site in columns
    with units; `measures` the criteria in their own units (NaN where unknown, with the reason in
    `reasons`); `values` the same on the study's fixed scales, 0 to 1; `findings` one row a site
    and rule; `buildable` the land that the study's exclusions leave; `provenance` the birth
    certificate of every input file with the layer it feeds; `ignored` the rules left out of account
    in a what-if, none in a result.
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
    ignored: tuple[str, ...] = ()

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
    territory: Territory | None = None,
    progress: Progress = lambda _: None,
) -> Assessment:
    """Run the whole chain for one study.

    Parameters
    ----------
    study : what to assess.
    folder : folder of the study file, against which its paths are resolved.
    data : second folder in which paths are looked for.
    opinions : whether to ask other decision methods about the shortlist (takes some seconds).
    territory : the layers, where they were read before for the same study; then only the sites are
        placed and measured.
    progress : told in one sentence what is being done.

    Raises
    ------
    StudyError, InputError, SourceError, RuleError
        With every fault of the stage that failed.
    """
    packs = screening.load_packs(study.packs, folder)
    chosen = chosen_criteria(study)
    if territory is None:
        progress("Reading the layers")
        territory = build_territory(study, folder, data)
    progress("Collecting the candidates")
    proposal = propose(study, territory, folder, data)
    progress(f"Placing the pod on {len(proposal.candidates)} sites")
    found = work_out(study, territory, proposal.candidates, chosen)
    progress("Screening the rules")
    findings = screening.screen(found.facts, packs, study.date)
    eligible = passing(found.sites.index, findings)
    low, high = unknown_ranges(study, chosen)
    progress("Ranking")
    tree = study_tree(study)
    weights = global_weights(tree)
    first = Assessment(
        study=study,
        territory=territory,
        sites=found.sites,
        measures=found.measures,
        reasons=found.reasons,
        values=found.valued.values,
        clamped=found.valued.clamped,
        tree=tree,
        weights=weights,
        unknown_low=low,
        unknown_high=high,
        eligible=eligible,
        ranking=rank(found.valued.values, weights, low, high, eligible),
        findings=findings,
        opinions=None,
        rejected=proposal.rejected,
        buildable=proposal.buildable,
        provenance=(*territory.provenance, *proposal.provenance),
        notices=(
            *territory.notices,
            *proposal.notices,
            *screening.notices(packs, found.facts, study.date),
        ),
    )
    if not opinions:
        return first
    progress("Asking other methods about the shortlist")
    return with_opinions(first)


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """Sites with the pod on them, their measures with reasons, values, and facts for the rules."""

    sites: gpd.GeoDataFrame
    measures: pd.DataFrame
    reasons: pd.DataFrame
    valued: Valued
    facts: pd.DataFrame


def work_out(
    study: Study,
    territory: Territory,
    candidates: gpd.GeoDataFrame,
    chosen: Mapping[str, Criterion],
    of: int | None = None,
) -> WorkedOut:
    """Place the pod on candidates, measure and value them, and gather the facts for the rules.

    Whoever needs numbers of sites comes this way, so that a list worked out in parts has those of
    the list worked out as a whole. Only the net present value asks how many sites the run holds,
    which `of` tells of a part.
    """
    sites = place(study, territory, candidates, of)
    measures, reasons = measure_all(sites, territory.layers, chosen)
    valued = to_values(measures, {name: record.scale for name, record in chosen.items()})
    return WorkedOut(sites, measures, reasons, valued, derive(facts_of(study, sites)))


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


def without_rules(assessment: Assessment, rule_ids: Collection[str]) -> Assessment:
    """Rank as if these rules took no site out: a what-if, which says so in `ignored` and a notice.

    Limits are no trade-offs, so the findings stay as they are; a site that comes back still fails.
    The rules left out before are forgotten, so that none at all gives the result again.

    Raises
    ------
    StudyError
        No finding is of a rule so named.
    """
    found = assessment.findings
    strange = sorted(set(rule_ids) - set(found["rule_id"]))
    if strange:
        cure = "Name rules that were screened."
        raise StudyError(Fault("what-if", "no such rule", cure, value=", ".join(strange)))
    eligible = passing(assessment.sites.index, found, rule_ids)
    titles = found[found["rule_id"].isin(list(rule_ids))].drop_duplicates("rule_id")
    told = tuple(
        Notice(WHAT_IF, f"rule {rule} ({title}) is ignored: sites that fail it are ranked")
        for rule, title in titles[["rule_id", "title"]]
        .sort_values("rule_id")
        .itertuples(index=False)
    )
    ranking = rank(
        assessment.values,
        assessment.weights,
        assessment.unknown_low,
        assessment.unknown_high,
        eligible,
    )
    return replace(
        assessment,
        eligible=eligible,
        ranking=ranking,
        opinions=None,
        notices=(*told, *(note for note in assessment.notices if note.topic != WHAT_IF)),
        ignored=tuple(sorted(set(rule_ids))),
    )


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


def unknown_ranges(
    study: Study, chosen: Mapping[str, Criterion]
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Give the least and greatest value of each criterion where it is unknown."""
    low = pd.Series(0.0, index=list(chosen))
    high = pd.Series(1.0, index=list(chosen))
    for group in study.groups.values():
        for name, choice in group.criteria.items():
            if choice.plausible is not None:
                low[name], high[name] = value_bounds(chosen[name].scale, *choice.plausible)
    return low, high
