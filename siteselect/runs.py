"""The run folder: everything an assessment found, with a manifest that lets anyone repeat it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

import siteselect
from siteselect.assess import Assessment
from siteselect.decision.ranking import order
from siteselect.errors import Fault, RunError
from siteselect.report.html import site_report, study_report
from siteselect.report.tables import ranking_table, safe_csv, write_geoparquet, write_gpkg
from siteselect.run_model import measures_table, model_of, packs_of
from siteselect.study import study_hash

LIBRARIES = (
    "geopandas",
    "numpy",
    "osmium",
    "osmnx",
    "pandas",
    "pyarrow",
    "pydantic",
    "pyogrio",
    "rasterio",
    "scikit-criteria",
    "scipy",
    "shapely",
)
"""Libraries whose versions can change a result."""

SITE_REPORTS = 5
"""How many leading sites get a report of their own in a run folder, unless more are asked for."""

MARKER = "manifest.json"
TABLES = (
    *("findings.parquet", "measures.parquet", "ranking.csv", "rejected.csv", "sites.gpkg"),
    *("sites.parquet", "waterfall.csv"),
)


def save_run(
    assessment: Assessment,
    out: Path,
    *,
    reports: int = SITE_REPORTS,
    study_dir: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Write a run folder; the same assessment gives the same bytes.

    Parameters
    ----------
    assessment : what to write.
    out : folder; made if absent. An older run there is replaced, anything else is refused.
    reports : number of leading sites that get a report of their own.
    study_dir : folder of the study file, where rule packs of one's own are read again to describe
        them in the manifest; left out, their contents stay undescribed.
    progress : told in one sentence what is being written.

    Returns
    -------
    dict
        The manifest, as written to manifest.json.

    Raises
    ------
    RunError
        The folder holds something else than a run, or cannot be written.
    """
    try:
        _make_room(out)
        progress("Writing the tables")
        leading = [str(site) for site in order(assessment.ranking.table)[:reports]]
        written = write_tables(assessment, out, leading)
        manifest = manifest_of(assessment, written, study_dir)
        progress("Writing the reports")
        digest = manifest_hash(manifest)
        (out / "report.html").write_text(
            study_report(assessment, manifest_hash=digest), encoding="utf-8", newline="\n"
        )
        folder = out / "sites"
        folder.mkdir(exist_ok=True)
        for site_id in leading:
            text = site_report(assessment, site_id, manifest_hash=digest)
            (folder / f"{file_name(site_id)}.html").write_text(text, encoding="utf-8", newline="\n")
        text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        (out / MARKER).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        if isinstance(error, RunError):
            raise
        raise RunError(
            Fault(str(out), f"cannot be written: {error.strerror}", "Choose another folder.")
        ) from None
    return manifest


def write_tables(
    assessment: Assessment, out: Path, ways_to: Sequence[str] = ()
) -> tuple[Path, ...]:
    """Write the tables of a run into an existing folder and name the files.

    Parameters
    ----------
    assessment : what to write.
    out : the folder.
    ways_to : sites whose cables, pipes and drives are drawn in the GeoPackage.
    """
    ranking = ranking_table(assessment)
    (out / "ranking.csv").write_text(safe_csv(ranking), encoding="utf-8", newline="\n")
    (out / "rejected.csv").write_text(safe_csv(assessment.rejected), encoding="utf-8", newline="\n")
    waterfall = assessment.buildable.steps
    (out / "waterfall.csv").write_text(safe_csv(waterfall), encoding="utf-8", newline="\n")
    write_geoparquet(assessment, out / "sites.parquet")
    findings = assessment.findings.copy()
    for column in ("evaluated_on", "reviewed_on"):
        findings[column] = findings[column].astype(str)
    findings.to_parquet(out / "findings.parquet", index=False)
    measures_table(assessment).to_parquet(out / "measures.parquet", index=False, compression="zstd")
    write_gpkg(assessment, out / "sites.gpkg", ways_to)
    return tuple(out / name for name in TABLES)


def manifest_of(
    assessment: Assessment, written: tuple[Path, ...], study_dir: Path | None = None
) -> dict[str, Any]:
    """Describe a run: versions, study, inputs with licences, and the hash of every table written.

    The time of the run is left out on purpose: it would make equal runs differ.
    """
    study = assessment.study
    return {
        "siteselect": siteselect.__version__,
        "python": ".".join(platform.python_version_tuple()[:2]),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "study": {
            "name": study.name,
            "title": study.title,
            "date": study.date.isoformat(),
            "sha256": study_hash(study),
            "seed": study.seed,
            "declared": study.model_dump(mode="json"),
        },
        "model": model_of(
            assessment.criteria,
            assessment.tree,
            assessment.weights,
            assessment.unknown_low,
            assessment.unknown_high,
        ),
        "packs": packs_of(assessment, study_dir),
        "inputs": [{"layer": layer, **asdict(birth)} for layer, birth in assessment.provenance],
        "sites": len(assessment.sites),
        "rejected": len(assessment.rejected),
        "notices": [f"{notice.topic}: {notice.text}" for notice in assessment.notices],
        "outputs": {file.name: _sha256(file) for file in written},
        "disclaimer": "A screening, not legal advice and not a design.",
    }


def manifest_hash(manifest: dict[str, Any]) -> str:
    """Hash a manifest, so that a report can name the run that it belongs to."""
    text = json.dumps(manifest, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def load_manifest(run: Path) -> dict[str, Any]:
    """Read the manifest of a run folder.

    Raises
    ------
    RunError
        It is no run folder.
    """
    try:
        manifest: dict[str, Any] = json.loads((run / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise RunError(
            Fault(str(run), "not a run folder", "Give a folder that `siteselect run` wrote.")
        ) from None
    return manifest


def load_table(run: Path, name: str) -> pd.DataFrame:
    """Read a parquet table of a run folder, after checking that it is the one the manifest names.

    Raises
    ------
    RunError
        The file is missing or was changed since the run.
    """
    expected = load_manifest(run)["outputs"].get(name)
    file = run / name
    if expected is None or not file.is_file():
        raise RunError(Fault(str(file), "the run has no such table", "Repeat the run."))
    if _sha256(file) != expected:
        raise RunError(Fault(str(file), "the file was changed after the run", "Repeat the run."))
    return pd.read_parquet(file)


def file_name(site_id: str) -> str:
    """Turn a site's identifier into a file name that is safe and still unique."""
    plain = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in site_id)
    if plain == site_id and 0 < len(plain) <= 64:  # noqa: PLR2004 - far below any file system's limit
        return plain
    return f"{plain[:48]}-{hashlib.sha256(site_id.encode()).hexdigest()[:8]}"


def _make_room(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise RunError(Fault(str(out), "is a file", "Give a folder for the run."))
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).is_file():
        raise RunError(
            Fault(str(out), "the folder holds something else than a run", "Give an empty folder.")
        )
    out.mkdir(parents=True, exist_ok=True)
    for name in (MARKER, "report.html", *TABLES):
        (out / name).unlink(missing_ok=True)
    for file in out.glob("sites/*.html"):
        file.unlink()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
