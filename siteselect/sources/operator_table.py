"""Tables that network operators publish, as downloaded by hand: CSV, or GeoJSON and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteselect.contracts import Source
from siteselect.errors import Fault, InputError, SourceError
from siteselect.operators import csv_text
from siteselect.operators.registry import READERS, normalise
from siteselect.operators.table import Choice
from siteselect.settings.limits import USUAL, Limits
from siteselect.sources.delimited_text import require_text_size

if TYPE_CHECKING:
    import geopandas as gpd

    from siteselect.operators.table import Rows

SOURCE = Source(
    name="operator_table",
    title="Tables of British network operators (enwl, npg, nged, spen, ssen, ukpn)",
    endings=(),
    licence="as the study states for the file",
    meaning=(
        "Headroom tables as published, named by `reader:`; `table: <scenario> <year>` picks the "
        "rows of long ones. Rows without a place are left out and told of."
    ),
)
__all__ = ["AREAS", "READERS", "SOURCE", "read_of"]

AREAS = "supply_areas"


def read_of(
    path: Path, layer: str, reader: str, table: str | None = None, limits: Limits = USUAL
) -> gpd.GeoDataFrame:
    """Read a table as supply points, or its areas where the layer is supply_areas.

    Parameters
    ----------
    path : file as downloaded.
    layer : layer it feeds.
    reader : operator: enwl, npg, nged, spen, ssen or ukpn.
    table : scenario and year of a long table, such as 'Counterfactual 2027'; left out, the usual
        scenario and the first year.
    limits : how large the file may be.

    Raises
    ------
    SourceError
        It cannot be read, or has no row that can be placed.
    InputError
        It is not one of the operator's published forms.
    """
    try:
        found = normalise(reader, _rows(path, limits), _choice(table))
    except InputError as error:
        faults = (
            Fault(str(path), each.problem, each.cure, each.row, each.column, each.value)
            for each in error.faults
        )
        raise InputError(faults) from None
    frame = found.areas if layer == AREAS else found.frame
    if frame.empty:
        why = "; ".join(notice.text for notice in found.notices)
        what = "no areas in the table" if layer == AREAS else "no row of the table can be used"
        raise SourceError(Fault(str(path), what, why or "Choose another file."))
    frame = frame.copy()
    frame.attrs["notices"] = found.notices
    return frame


def _choice(table: str | None) -> Choice:
    words = (table or "").strip()
    found = re.fullmatch(r"(.*?)[\s,;:/-]*((?:19|20)\d{2})", words)
    if found is None:
        return Choice(scenario=words)
    return Choice(scenario=found.group(1).strip(), year=int(found.group(2)))


def _rows(path: Path, limits: Limits) -> Rows:
    require_text_size(path, limits)
    if path.suffix.lower() not in {".json", ".geojson"}:
        return csv_text.read(path.read_bytes(), str(path))
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise SourceError(
            Fault(str(path), "not JSON", "Download it again: it may have broken off.")
        ) from None
    rows = _records(document)
    if not rows:
        raise SourceError(
            Fault(str(path), "no records in it", "Give an export of all records, as JSON or CSV.")
        )
    return rows


def _records(document: Any) -> list[Mapping[str, Any]]:
    """Find the records of an export, of a page of an API, or of a map."""
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        features = document.get("features") or []
        return [
            {**(feature.get("properties") or {}), "geo_shape": feature.get("geometry")}
            for feature in features
            if isinstance(feature, dict)
        ]
    if isinstance(document, dict):
        document = document.get("results") or document.get("records") or []
    return [row for row in document if isinstance(row, dict)] if isinstance(document, list) else []
