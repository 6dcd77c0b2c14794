"""Reading a run folder back, so that it can be compared; a folder that cannot be is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from siteselect.comparing.manifest import Manifest, read_manifest
from siteselect.contracts import VERDICTS, ValueScale
from siteselect.decision.ranking import Ranking, rank
from siteselect.decision.value import to_values
from siteselect.errors import Fault, InputError, SiteselectError
from siteselect.runs import load_table, manifest_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SCORE_TOLERANCE = 1e-9
"""How far a score worked out again may lie from the recorded one: summing rounds."""

REPEAT = "Repeat the run with this version of siteselect."
"""The cure of a folder that does not hold together."""

_RECORDED = {
    "sites.parquet": ("site_id", "name", "lon", "lat", "rank", "score_low", "score_high"),
    "findings.parquet": ("site_id", "rule_id", "title", "verdict", "evidence"),
    "measures.parquet": ("site_id", "criterion", "measure", "reason"),
}


@dataclass(frozen=True, slots=True)
class Model:
    """What turns measures into scores: fixed scales, weights, and the values of unknowns."""

    scales: dict[str, ValueScale]
    weights: pd.Series[float]
    unknown_low: pd.Series[float]
    unknown_high: pd.Series[float]


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run as its folder tells it, checked to hold together.

    `sites` (all recorded columns), `measures` (NaN where unknown), `reasons` and `eligible` share
    the index `site_id`; `findings` has one row a site and rule. `title` names the folder.
    """

    title: str
    manifest: dict[str, Any]
    declared: Manifest
    model: Model
    sites: pd.DataFrame
    measures: pd.DataFrame
    reasons: pd.DataFrame
    findings: pd.DataFrame
    eligible: pd.Series[bool]

    @property
    def digest(self) -> str:
        """Hash of the manifest, by which reports name the run."""
        return manifest_hash(self.manifest)


def read_runs(folders: Sequence[Path]) -> tuple[RecordedRun, ...]:
    """Read run folders, and name what is wrong with any of them at once.

    Raises
    ------
    InputError
        A folder is no run, was written by a version that kept too little, misses a file, has one
        that was changed after the run, or tells scores that do not follow from its measures.
    """
    runs, faults = [], []
    for folder in folders:
        try:
            runs.append(read_run(folder))
        except InputError as error:
            faults += [fault for fault in error.faults if fault not in faults]
    if faults:
        raise InputError(faults)
    return tuple(runs)


def read_run(folder: Path) -> RecordedRun:
    """Read one run folder.

    Raises
    ------
    InputError
        As `read_runs` does.
    """
    manifest, declared = read_manifest(folder)
    tables = _tables(folder)
    run = _assembled(folder, manifest, declared, tables)
    _refuse_incoherent(folder, run)
    return run


def ranking_of(
    measures: pd.DataFrame, model: Model, eligible: pd.Series[bool], scales: Model | None = None
) -> Ranking:
    """Rank measures under a model, with the scales of another one where that is asked for.

    The scales bring the values of unknowns with them, since those are read off the scales.
    """
    valued = scales or model
    return rank(
        to_values(measures[list(model.weights.index)], valued.scales).values,
        model.weights,
        valued.unknown_low,
        valued.unknown_high,
        eligible,
    )


def _tables(folder: Path) -> dict[str, pd.DataFrame]:
    tables: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for name, columns in _RECORDED.items():
        try:
            table = load_table(folder, name)
        except SiteselectError as error:
            faults += error.faults
            continue
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            told = str(error).partition("\n")[0]
            faults.append(Fault(str(folder / name), f"cannot be read: {told}", REPEAT))
            continue
        faults += [
            Fault(str(folder / name), "the table lacks a column", REPEAT, column=column)
            for column in columns
            if column not in table.columns
        ]
        tables[name] = table
    if faults:
        raise InputError(faults)
    return tables


def _assembled(
    folder: Path, manifest: dict[str, Any], declared: Manifest, tables: dict[str, pd.DataFrame]
) -> RecordedRun:
    sites = tables["sites.parquet"].set_index("site_id")
    findings, measured = tables["findings.parquet"], tables["measures.parquet"]
    names = list(declared.model.criteria)
    faults = [
        *_twice(folder / "sites.parquet", sites.index),
        *_twice(folder / "findings.parquet", pd.MultiIndex.from_frame(_keys(findings, "rule_id"))),
        *_twice(folder / "measures.parquet", pd.MultiIndex.from_frame(_keys(measured))),
    ]
    if faults:
        raise InputError(faults)
    cells = measured.set_index(["site_id", "criterion"])
    expected = pd.MultiIndex.from_product([sites.index, names])
    if faults := [*_strangers(folder, sites.index, findings, cells.index, expected)]:
        raise InputError(faults)
    wide = cells.reindex(expected)
    shape = (len(sites), len(names))
    numbers = pd.to_numeric(wide["measure"], errors="coerce").to_numpy(dtype=np.float64)
    failed = findings.loc[findings["verdict"] == "fail", "site_id"].unique()
    return RecordedRun(
        title=str(folder),
        manifest=manifest,
        declared=declared,
        model=_model(declared),
        sites=sites,
        measures=pd.DataFrame(numbers.reshape(shape), index=sites.index, columns=names),
        reasons=pd.DataFrame(
            wide["reason"].fillna("").to_numpy(dtype=object).reshape(shape),
            index=sites.index,
            columns=names,
        ),
        findings=findings,
        eligible=pd.Series(~sites.index.isin(failed), index=sites.index, name="eligible"),
    )


def _model(declared: Manifest) -> Model:
    criteria = declared.model.criteria

    def numbers(name: str) -> pd.Series[float]:
        return pd.Series(
            {key: float(getattr(one, name)) for key, one in criteria.items()}, dtype=float
        )

    return Model(
        scales={name: ValueScale(one.knots) for name, one in criteria.items()},
        weights=numbers("weight"),
        unknown_low=numbers("unknown_low"),
        unknown_high=numbers("unknown_high"),
    )


def _refuse_incoherent(folder: Path, run: RecordedRun) -> None:
    """Work the ranking out again: what follows would explain other numbers than the recorded."""
    file = str(folder / "sites.parquet")
    try:
        table = ranking_of(run.measures, run.model, run.eligible).table
        recorded = run.sites[["score_low", "score_high", "rank"]].astype("float64")
    except (SiteselectError, ValueError, TypeError) as error:
        told = str(error).partition("\n")[0]
        problem = f"no ranking follows from it: {told}"
        raise InputError(Fault(str(folder / "manifest.json"), problem, REPEAT)) from None
    again = table[["score_low", "score_high", "rank"]].astype("float64")
    off = ~np.isclose(again, recorded, rtol=0, atol=SCORE_TOLERANCE, equal_nan=True)
    if off.any():
        site = str(run.sites.index[int(np.argmax(off.any(axis=1)))])
        problem = "scores or ranks do not follow from the recorded measures, scales and weights"
        raise InputError(Fault(file, problem, REPEAT, row=json.dumps(site)))


def _strangers(
    folder: Path,
    sites: pd.Index,
    findings: pd.DataFrame,
    measured: pd.Index,
    expected: pd.MultiIndex,
) -> Iterator[Fault]:
    if len(expected) != len(measured) or not expected.isin(measured).all():
        problem = "not one measure for each site and criterion"
        yield Fault(str(folder / "measures.parquet"), problem, REPEAT)
    if not findings["site_id"].isin(sites).all():
        problem = "a finding on a site that is not in the run"
        yield Fault(str(folder / "findings.parquet"), problem, REPEAT)
    if not findings["verdict"].isin(VERDICTS).all():
        problem = "a verdict that is none"
        yield Fault(str(folder / "findings.parquet"), problem, REPEAT)


def _keys(table: pd.DataFrame, second: str = "criterion") -> pd.DataFrame:
    return table[["site_id", second]].astype(str)


def _twice(file: Path, keys: pd.Index) -> list[Fault]:
    if keys.is_unique:
        return []
    return [
        Fault(str(file), "a row stands there twice", REPEAT, row=str(keys[keys.duplicated()][0]))
    ]
