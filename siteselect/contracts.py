"""The frozen records that pass between rooms: provenance, layer, criterion, measure, finding."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Literal

import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

Basis = Literal["measured", "published", "modelled", "assumed", "illustrative"]
"""How sure a number is. `illustrative` means invented for a demonstration: never decide on it."""

Family = Literal["grid", "fibre", "heat", "noise", "access", "hazard", "planning", "display"]
Verdict = Literal["pass", "conditional", "fail", "unknown"]
Outcome = Literal["blocker", "permit", "consult", "document", "advisory"]
ColumnKind = Literal["text", "number", "flag"]

VERDICTS: tuple[Verdict, ...] = ("fail", "unknown", "conditional", "pass")
"""Worst first, which is the order in which a reader needs them."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The birth certificate of a data set."""

    source: str
    date: str
    licence: str
    basis: Basis
    attribution: str = ""
    url: str = ""
    note: str = ""
    file: str = ""
    sha256: str = ""

    @property
    def illustrative(self) -> bool:
        """Say whether the data set was invented for a demonstration."""
        return self.basis == "illustrative"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layer or candidate list; a number's unit is its name's suffix."""

    name: str
    kind: ColumnKind
    meaning: str
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """The contract of one kind of layer: which shapes, which columns, what it is for."""

    name: str
    title: str
    family: Family
    shapes: tuple[Literal["point", "line", "polygon", "raster"], ...]
    columns: tuple[Column, ...]
    meaning: str
    identifier: str = ""

    def column(self, name: str) -> Column | None:
        """Find a column of the contract by name."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class Layer:
    """Canonical territory data of one kind, in the study's CRS, with provenance and coverage.

    `coverage` is the area inside which absence of a feature means absence; outside it nothing is
    known. Where a layer mixes kinds that come from different files, `kind_coverage` says so kind
    by kind. A raster layer has an empty `frame`, its files in `rasters`, and what each of them
    holds in `metrics`.
    """

    spec: LayerSpec
    frame: gpd.GeoDataFrame
    provenance: tuple[Provenance, ...]
    coverage: BaseGeometry
    kind_coverage: Mapping[str, BaseGeometry] = field(default_factory=dict)
    rasters: tuple[Path, ...] = ()
    metrics: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name the layer as its contract does."""
        return self.spec.name

    @property
    def illustrative(self) -> bool:
        """Say whether any of it was invented for a demonstration."""
        return any(part.illustrative for part in self.provenance)


@dataclass(frozen=True, slots=True)
class Source:
    """A format or provider that data can come from."""

    name: str
    title: str
    endings: tuple[str, ...]
    licence: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ValueScale:
    """Fixed piecewise-linear map from a criterion's unit to a value of 0 to 1.

    `knots` are (measure, value) pairs, measures strictly rising.
    """

    knots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a criterion measures, in which unit, and the scale it is valued on by default."""

    name: str
    title: str
    unit: str
    better: Literal["more", "less"]
    family: Family
    layers: tuple[str, ...]
    scale: ValueScale
    question: str
    source: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A criterion's number for every site; where there is none, the reason why not."""

    values: pd.Series[float]
    reasons: pd.Series[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of one dated, cited screening rule on one site."""

    site_id: str
    rule_id: str
    pack: str
    topic: str
    title: str
    verdict: Verdict
    outcome: Outcome
    action: str
    authority: str
    citation: str
    url: str
    evidence: str
    confidence: str
    evaluated_on: date
    reviewed_on: date
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader must know about a run that is not an error."""

    topic: str
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)


def measured(name: str, values: pd.Series, reasons: pd.Series | str = "") -> Measure:
    """Bind numbers to the reasons for their gaps.

    Parameters
    ----------
    name : name of the criterion.
    values : one number a site; NaN where unknown.
    reasons : why a number is missing, one a site or one for all.

    Raises
    ------
    ValueError
        A number is infinite, or one is missing without a reason.
    """
    numbers = values.astype("float64").rename(name)
    if numbers.abs().eq(float("inf")).any():
        raise ValueError(f"{name}: an infinite measure; leave it unknown with a reason")
    spread = reasons if isinstance(reasons, pd.Series) else pd.Series(reasons, index=values.index)
    why = spread.astype("object").where(numbers.isna(), "").fillna("").astype(str).rename(name)
    silent = numbers.isna() & why.eq("")
    if silent.any():
        raise ValueError(f"{name}: unknown without a reason at {list(numbers.index[silent][:5])}")
    return Measure(values=numbers, reasons=why)


def collect(package: ModuleType, attribute: str) -> dict[str, ModuleType]:
    """Find every module of a shelf that declares `attribute`, by the name its record carries.

    A shelf holds many of one kind, one to a file; adding a file is all it takes to add one.
    """
    found: dict[str, ModuleType] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        record = getattr(module, attribute, None)
        if record is None:
            continue
        if record.name in found:
            raise ValueError(f"{package.__name__}: two modules declare {record.name!r}")
        found[record.name] = module
    return found
