"""Named sets of OpenStreetMap tags that make a place a candidate."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

from siteselect.errors import Fault
from siteselect.sources import osm_pbf

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from siteselect.settings.candidates import CandidateFile
    from siteselect.study import Study


@dataclass(frozen=True, slots=True)
class MapKind:
    """A set of tags, what it is called and means, and how sure we are of the tags."""

    name: str
    title: str
    tags: Mapping[str, tuple[str, ...]]
    meaning: str
    source: str


@cache
def map_kinds() -> dict[str, MapKind]:
    """Read the shipped sets by name."""
    text = files("siteselect.catalogue").joinpath("candidate_kinds.yaml").read_text("utf-8")
    return {
        name: MapKind(
            name=name,
            title=entry["title"],
            tags={key: tuple(values) for key, values in entry["tags"].items()},
            meaning=entry["meaning"],
            source=entry["source"],
        )
        for name, entry in yaml.safe_load(text).items()
    }


def from_map(file: CandidateFile) -> bool:
    """Say whether a study picks the candidates of a file by their tags."""
    return file.path.lower().endswith(osm_pbf.SOURCE.endings)


def with_tags(file: CandidateFile) -> CandidateFile:
    """Write the sets of a file out as tags; what the study picks by itself comes last."""
    tags: dict[str, tuple[str, ...]] = {}
    for source in (*(map_kinds()[kind].tags for kind in file.kinds), file.tags):
        for key, values in source.items():
            tags[key] = tuple(dict.fromkeys((*tags.get(key, ()), *values)))
    return file.model_copy(update={"tags": tags})


def sets_of(kinds: pd.Series[str], file: CandidateFile) -> pd.Series[str]:
    """Name the set that each candidate's tag stands in; empty where the study's own tags did."""
    by_tag = {
        f"{key.partition('[')[0]}={value}": name
        for name in file.kinds
        for key, values in map_kinds()[name].tags.items()
        for value in values
    }
    return kinds.map(lambda kind: by_tag.get(kind, "")).astype(object)


def faults_of(study: Study) -> list[Fault]:
    """Find sets that do not exist, and sets or tags asked of a file that has no tags."""
    faults = []
    for place, file in enumerate(study.candidates.files):
        at = f"candidates.files.{place}"
        for kind in file.kinds:
            if kind not in map_kinds():
                near = difflib.get_close_matches(kind, map_kinds(), n=1)
                cure = f"Choose from: {', '.join(map_kinds())}."
                cure = f"Did you mean {near[0]!r}?" if near else cure
                faults.append(_fault(study, "no such set of tags", cure, f"{at}.kinds", kind))
        if (file.kinds or file.tags) and not from_map(file):
            problem = "`kinds` and `tags` pick from an OpenStreetMap extract, which this is not"
            cure = "Remove them, or name a .osm.pbf."
            faults.append(_fault(study, problem, cure, f"{at}.path", file.path))
    return faults


def _fault(study: Study, problem: str, cure: str, column: str, value: str) -> Fault:
    return Fault(f"study {study.name}", problem, cure, column=column, value=value)
