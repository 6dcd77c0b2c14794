"""What every part of a batch is worked out with: made once, sent to each worker once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd

from siteselect.assess import chosen_criteria, study_tree, unknown_ranges
from siteselect.candidates import ground_of
from siteselect.compliance.screening import load_packs
from siteselect.contracts import Criterion
from siteselect.decision.weights import global_weights
from siteselect.design.reach import streets_of
from siteselect.layers.build import build_territory
from siteselect.settings.candidates import CandidateFile

if TYPE_CHECKING:
    import pandas as pd

    from siteselect.candidates import Buildable
    from siteselect.compliance.packs import RulePack
    from siteselect.decision.weights import Tree
    from siteselect.layers.build import Territory
    from siteselect.study import Study


@dataclass(frozen=True, slots=True)
class Context:
    """The study with its territory, ready to work out sites.

    `file` is what is declared of the list; `of` the number of sites of the whole batch, which
    the net present value asks for; `illustrative` the layers with invented data.
    """

    study: Study
    territory: Territory
    ground: Buildable
    packs: tuple[RulePack, ...]
    criteria: Mapping[str, Criterion]
    tree: Tree
    weights: pd.Series[float]
    unknown_low: pd.Series[float]
    unknown_high: pd.Series[float]
    file: CandidateFile
    illustrative: str
    of: int = 0


def make_context(study: Study, folder: Path, data: Path | None, file: CandidateFile) -> Context:
    """Read the layers and rules of a study.

    Raises
    ------
    StudyError, InputError, SourceError, RuleError
        With every fault of the stage that failed.
    """
    packs = load_packs(study.packs, folder)
    chosen = chosen_criteria(study)
    territory = build_territory(study, folder, data)
    low, high = unknown_ranges(study, chosen)
    tree = study_tree(study)
    invented = [name for name, birth in territory.provenance if birth.illustrative]
    invented += ["candidates"] if file.basis == "illustrative" else []
    return Context(
        study=study,
        territory=territory,
        ground=ground_of(study, territory),
        packs=tuple(packs),
        criteria=chosen,
        tree=tree,
        weights=global_weights(tree),
        unknown_low=low,
        unknown_high=high,
        file=file,
        illustrative="; ".join(dict.fromkeys(invented)),
    )


def warm(context: Context) -> None:
    """Build the street graph before the process forks, so that all workers share it."""
    centre = gpd.GeoDataFrame(geometry=[context.territory.area.centroid], crs=context.territory.crs)
    streets_of(context.territory, centre, context.study.routing)


def list_given(name: str, study: Study, crs: str | None) -> CandidateFile:
    """Declare a list about which nothing is known but its name."""
    return CandidateFile(
        path=name,
        source="List given to siteselect batch",
        date=study.date.isoformat(),
        licence="not stated",
        basis="assumed",
        crs=crs,
    )
