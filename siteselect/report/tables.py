"""The results as tables for other programs: CSV that is safe to open, GeoPackage and GeoParquet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio

from siteselect.contracts import VERDICTS
from siteselect.decision.ranking import order
from siteselect.design.routes import routes_of
from siteselect.errors import Fault, RunError
from siteselect.report.geopackage import TABLE as STYLES
from siteselect.report.geopackage import layer_styles
from siteselect.report.rounding import is_share
from siteselect.units import UNITS, unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from siteselect.assess import Assessment
    from siteselect.contracts import Criterion

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet take text for a formula, with the full-width forms (OWASP)."""

RANKING_COLUMNS = (
    "rank",
    "rank_best",
    "rank_worst",
    "score_low",
    "score_high",
    "evidence_share",
    "possible_first",
    "sure_first",
)

_NEEDS_QUOTES = re.compile(r'[",\r\n]')
_SUFFIXES = {unit.written: unit.suffix for unit in UNITS}


def ranking_table(assessment: Assessment) -> pd.DataFrame:
    """Put the results of all sites in one table, in the order in which they are read.

    Returns
    -------
    One row a site on the index `site_id`: name, kind, place, rank and range, scores [0..1],
    verdict counts, `excluded_because`, every measure in its own unit (named by the suffix), the
    reasons for unknown measures, and `illustrative_layers`, the layers with invented data. Where
    rules are ignored, `what_if` says which, in every row.
    """
    sites, ranking = assessment.sites, assessment.ranking.table
    table = pd.DataFrame(index=ranking.index)
    table["name"] = sites["name"]
    table["kind"] = sites["kind"]
    if assessment.ignored:
        table["what_if"] = what_if_note(assessment)
    table["lon"] = sites["lon"]
    table["lat"] = sites["lat"]
    for column in RANKING_COLUMNS:
        table[column] = ranking[column]
    for verdict in VERDICTS:
        table[f"rules_{verdict}"] = _count(assessment, verdict)
    table["excluded_because"] = _excluded(assessment)
    for name, record in assessment.criteria.items():
        table[measure_column(record)] = assessment.measures[name]
    table["unknown_because"] = _reasons(assessment)
    table["illustrative_layers"] = "; ".join(illustrative_layers(assessment))
    return table.loc[order(ranking)]


def measure_column(record: Criterion) -> str:
    """Name a criterion's column with its unit; criteria counted in classes have none."""
    if unit_of(record.name) is not None:
        return record.name
    suffix = "share" if is_share(record.unit) else _SUFFIXES.get(record.unit, "class")
    return record.name if record.name.endswith(f"_{suffix}") else f"{record.name}_{suffix}"


def illustrative_layers(assessment: Assessment) -> tuple[str, ...]:
    """Name the layers that hold invented data, each once."""
    named = [name for name, birth in assessment.provenance if birth.illustrative]
    return tuple(dict.fromkeys(named))


def what_if_note(assessment: Assessment) -> str:
    """Say which rules are ignored, so that no file with such a ranking is taken for a result."""
    return f"WHAT-IF, no result: ranked without {', '.join(assessment.ignored)}"


def safe_csv(frame: pd.DataFrame) -> str:
    """Write a table as CSV whose texts no spreadsheet takes for formulas.

    A text that begins with = + - @, tab or carriage return gets an apostrophe before it (OWASP,
    CSV injection); numbers, flags and empty cells are left alone. UTF-8, lines end with a line
    feed, unknown is an empty cell.
    """
    names = [] if frame.index.name is None else [frame.index.name]
    cells = frame.reset_index() if names else frame
    columns = [cells[name].astype(object).tolist() for name in cells.columns]
    rows = [(*names, *frame.columns), *zip(*columns, strict=True)]
    return "".join(",".join(map(csv_cell, row)) + "\n" for row in rows)


def findings_table(assessment: Assessment) -> pd.DataFrame:
    """Put all findings in one table of texts, one row a site and rule."""
    found = assessment.findings.reset_index(drop=True).copy()
    for column in found.columns:
        found[column] = found[column].map(_as_text).astype(object)
    return found


def spatial_table(assessment: Assessment) -> gpd.GeoDataFrame:
    """Put the results and the design of every site in one table with its point."""
    results = ranking_table(assessment)
    design = assessment.sites.loc[results.index]
    shape = design.geometry.name
    more = [name for name in design.columns if name not in results.columns and name != shape]
    joined = pd.concat([results, design[more]], axis=1)
    for column in joined.columns:
        joined[column] = _plain_column(joined[column])
    return gpd.GeoDataFrame(joined, geometry=design.geometry, crs=design.crs).reset_index()


def routes_table(assessment: Assessment, site_ids: Sequence[str]) -> gpd.GeoDataFrame:
    """Put the ways to some sites in one table, with texts that every format knows."""
    drawn = routes_of(assessment.study, assessment.territory, assessment.sites, site_ids)
    for column in ("site_id", "kind", "facility_id", "name", "basis"):
        drawn[column] = drawn[column].map(_as_text).astype(object)
    return drawn


def write_gpkg(assessment: Assessment, path: Path, ways_to: Sequence[str] = ()) -> None:
    """Write sites and findings as a GeoPackage that opens styled in QGIS.

    The same assessment gives the same bytes.

    Parameters
    ----------
    assessment : what to write.
    path : file; an older one is replaced.
    ways_to : sites whose cables, pipes and drives are drawn, in the layer `routes`.

    Raises
    ------
    RunError
        The file cannot be written.
    """
    note = export_note(assessment)
    # GeoPackage stamps each layer with the time of writing; the study's date stands in for it.
    study_date = assessment.study.date
    stamp = f"{study_date.isoformat()}T00:00:00.000Z"
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
    try:
        path.unlink(missing_ok=True)
        _write_layer(spatial_table(assessment), path, "sites", note)
        _write_layer(findings_table(assessment), path, "findings", note)
        if ways_to:
            _write_layer(routes_table(assessment, ways_to), path, "routes", note)
        styles = layer_styles(("sites", *(["routes"] if ways_to else [])), study_date, note)
        # QGIS keys the styles by `id`.
        _write_layer(styles, path, STYLES, note, FID="id")
    except (OSError, pyogrio.errors.DataSourceError) as error:
        raise RunError(
            Fault(str(path), f"cannot be written: {error}", "Choose another folder.")
        ) from None
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def write_geoparquet(assessment: Assessment, path: Path) -> None:
    """Write sites with results and design as GeoParquet 1.1, with the bounds of each row.

    What is invented stands in the metadata of the file, under `description`.

    Raises
    ------
    RunError
        The file cannot be written.
    """
    try:
        spatial_table(assessment).to_parquet(
            path, index=False, compression="zstd", schema_version="1.1.0", write_covering_bbox=True
        )
        table = pq.read_table(path)
        note = export_note(assessment).encode()
        described = {**(table.schema.metadata or {}), b"description": note}
        pq.write_table(table.replace_schema_metadata(described), path, compression="zstd")
    except OSError as error:
        raise RunError(
            Fault(str(path), f"cannot be written: {error}", "Choose another folder.")
        ) from None


def _write_layer(frame: Any, path: Path, layer: str, note: str, **options: str) -> None:
    pyogrio.write_dataframe(
        frame,
        path,
        layer=layer,
        driver="GPKG",
        append=path.exists(),
        layer_options={"IDENTIFIER": layer, "DESCRIPTION": note, **options},
        layer_metadata={"description": note},
    )


def export_note(assessment: Assessment) -> str:
    """Say what the file is, and loudly what in it is invented."""
    study = assessment.study
    note = f"siteselect study {study.name}, {study.date}. Screening only, not legal advice."
    invented = illustrative_layers(assessment)
    if invented:
        note += f" INVENTED DATA, not to be decided on: {', '.join(invented)}."
    return f"{note} {what_if_note(assessment)}." if assessment.ignored else note


def _count(assessment: Assessment, verdict: str) -> pd.Series[int]:
    found = assessment.findings.loc[assessment.findings["verdict"] == verdict, "site_id"]
    counts = found.value_counts()
    return counts.reindex(assessment.ranking.table.index, fill_value=0).astype("int64")


def _excluded(assessment: Assessment) -> pd.Series[str]:
    failed = assessment.findings[assessment.findings["verdict"] == "fail"]
    said = failed["rule_id"].astype(str) + " " + failed["title"].astype(str)
    joined = said.groupby(failed["site_id"]).agg("; ".join)
    return joined.reindex(assessment.ranking.table.index, fill_value="").astype(object)


def _reasons(assessment: Assessment) -> pd.Series[str]:
    names = list(assessment.criteria)
    table = assessment.reasons.loc[assessment.ranking.table.index, names].to_numpy(dtype=object)
    said = [
        "; ".join(f"{n}: {why}" for n, why in zip(names, row, strict=True) if why) for row in table
    ]
    return pd.Series(said, index=assessment.ranking.table.index, dtype=object)


def _plain_column(column: pd.Series[Any]) -> pd.Series[Any]:
    """Give a column a type that every format knows: flags in three states become yes, no, empty."""
    if isinstance(column.dtype, pd.Int64Dtype) or column.dtype.kind in "iufb":
        return column
    return column.map(_as_text).astype(object)


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | np.ndarray):
        return _encodable("; ".join(str(part) for part in value))
    return None if pd.isna(value) else _encodable(str(value))


def csv_cell(cell: Any) -> str:
    """Write a cell as `safe_csv` does."""
    if isinstance(cell, bool | np.bool_):
        return "yes" if cell else "no"
    if cell is None or cell is pd.NA:
        return ""
    if isinstance(cell, int | float | np.number):
        return str(cell) if cell == cell else ""  # noqa: PLR0124 - NaN differs from itself
    text = _encodable(str(cell))
    if text.startswith(FORMULA_STARTS):
        text = f"'{text}"
    # The csv module leaves a lone carriage return unquoted, and then a reader sees two rows.
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def _encodable(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can smuggle in and UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
