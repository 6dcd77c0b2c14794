"""What a reader can take away: the ranking as CSV and GeoJSON, and a site's report."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from siteselect.decision.ranking import order
from siteselect.report.html import site_report
from siteselect.report.tables import ranking_table, safe_csv
from siteselect.runs import file_name

if TYPE_CHECKING:
    from siteselect.assess import Assessment


def ranking_csv(assessment: Assessment) -> str:
    """Write the ranking as CSV whose texts no spreadsheet takes for a formula."""
    text: str = safe_csv(ranking_table(assessment))
    return text


def ranking_geojson(assessment: Assessment) -> str:
    """Write the sites with their place in the ranking as GeoJSON (RFC 7946, WGS 84)."""
    table = assessment.ranking.table
    sites = assessment.sites.loc[order(table)]
    features = [
        {
            "type": "Feature",
            "id": str(site_id),
            "properties": {
                "name": str(site["name"]),
                "kind": str(site["kind"]),
                **{column: _plain(value) for column, value in table.loc[site_id].items()},
            },
            "geometry": {"type": "Point", "coordinates": [site["lon"], site["lat"]]},
        }
        for site_id, site in sites.iterrows()
    ]
    return json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, allow_nan=False
    )


def show_downloads(assessment: Assessment, selected: str) -> None:
    """Draw the download buttons; a file is only made when it is asked for."""
    name = assessment.study.name
    csv, geojson, report = st.columns(3)
    csv.download_button(
        "Ranking (CSV)",
        partial(ranking_csv, assessment),
        file_name=f"{name}-ranking.csv",
        mime="text/csv",
        on_click="ignore",
        width="stretch",
    )
    geojson.download_button(
        "Sites (GeoJSON)",
        partial(ranking_geojson, assessment),
        file_name=f"{name}-sites.geojson",
        mime="application/geo+json",
        on_click="ignore",
        width="stretch",
    )
    report.download_button(
        "Report on the chosen site (HTML)",
        partial(site_report, assessment, selected),
        file_name=f"{name}-{file_name(selected)}.html",
        mime="text/html",
        on_click="ignore",
        width="stretch",
    )


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
