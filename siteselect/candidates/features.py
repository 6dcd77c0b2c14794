"""The features of a layer that a study picks by column and value, and where they are known of."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from siteselect.errors import Fault
from siteselect.layers.build import specs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from siteselect.contracts import Layer, LayerSpec
    from siteselect.layers.build import Territory
    from siteselect.settings.candidates import Exclusion, Near
    from siteselect.study import Study

    Where = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Picked:
    """Features of one kind, and the area inside which there are no others of it."""

    shapes: NDArray[np.object_]
    coverage: BaseGeometry


def pick(territory: Territory, layer: str, where: Where) -> tuple[Picked, ...] | None:
    """Take the features of a layer whose cells hold the wanted values.

    Constraints come kind by kind, each with the coverage of its own kind, as one file may speak
    of listed buildings only. None says that the study has no such layer.
    """
    found = territory.layers.get(layer)
    if found is None:
        return None
    rows = np.ones(len(found.frame), dtype=bool)
    for column, values in where.items():
        rows &= found.frame[column].isin(values).to_numpy()
    shapes = found.frame.geometry.to_numpy()
    if not _covered_by_kind(found):
        return (Picked(shapes[rows], found.coverage),)
    kinds = where.get("kind") or tuple(sorted(found.kind_coverage))
    return tuple(
        Picked(
            shapes[rows & (found.frame["kind"] == kind).to_numpy()],
            found.kind_coverage.get(kind, shapely.Polygon()),
        )
        for kind in kinds
    )


def faults_of(study: Study) -> list[Fault]:
    """Find what cannot be picked: layers and columns that do not exist, words of no contract."""
    faults: list[Fault] = []
    for place, exclusion in enumerate(study.candidates.exclude):
        at = f"candidates.exclude.{place}"
        faults += [*_faults(exclusion, at, study), *_needs_surface(exclusion, at, study)]
    for at, near in _every_near(study):
        found = _faults(near, at, study)
        if not found and near.layer not in study.layers:
            cure = "Add the layer, or take this `near` away."
            found = [_fault(study, "the study has no such layer", cure, f"{at}.layer", near.layer)]
        faults += found
    return faults


def _covered_by_kind(layer: Layer) -> bool:
    return bool(layer.kind_coverage) or layer.name == "constraints"


def _every_near(study: Study) -> Iterable[tuple[str, Near]]:
    for place, file in enumerate(study.candidates.files):
        for number, near in enumerate(file.near):
            yield f"candidates.files.{place}.near.{number}", near
    grid = study.candidates.grid
    for number, near in enumerate(() if grid is None else grid.near):
        yield f"candidates.grid.near.{number}", near


def _faults(wanted: Exclusion | Near, at: str, study: Study) -> list[Fault]:
    spec = specs().get(wanted.layer)
    if spec is None or spec.shapes == ("raster",):
        usable = [name for name, each in specs().items() if each.shapes != ("raster",)]
        near = difflib.get_close_matches(wanted.layer, usable, n=1)
        cure = f"Did you mean {near[0]!r}?" if near else f"Choose from: {', '.join(usable)}."
        problem = "no such layer" if spec is None else "a raster has no features to pick"
        return [_fault(study, problem, cure, f"{at}.layer", wanted.layer)]
    faults = []
    for column, values in wanted.where.items():
        faults += _where_faults(spec, column, values, f"{at}.where.{column}", study)
    return faults


def _where_faults(
    spec: LayerSpec, column: str, values: tuple[str, ...], at: str, study: Study
) -> list[Fault]:
    texts = {each.name: each for each in spec.columns if each.kind == "text"}
    if column not in texts:
        cure = f"Its columns of words: {', '.join(texts)}."
        return [_fault(study, f"the layer {spec.name!r} has no such column", cure, at, column)]
    choices = texts[column].choices
    cure = f"One of: {', '.join(choices)}."
    return [
        _fault(study, "not a word of the contract", cure, at, value)
        for value in values
        if choices and value not in choices
    ]


def _needs_surface(exclusion: Exclusion, at: str, study: Study) -> list[Fault]:
    spec = specs().get(exclusion.layer)
    if spec is None or exclusion.buffer_m > 0 or {"polygon", "raster"} & set(spec.shapes):
        return []
    problem = f"points and lines have no area, so {exclusion.label!r} would remove nothing"
    return [_fault(study, problem, "Give `buffer_m`.", f"{at}.buffer_m", "0")]


def _fault(study: Study, problem: str, cure: str, column: str, value: str) -> Fault:
    return Fault(f"study {study.name}", problem, cure, column=column, value=value)
