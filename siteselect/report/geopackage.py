"""The styles of a GeoPackage, in the table that QGIS looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siteselect.report.gis_styles import (
    route_classes,
    routes_qml,
    routes_sld,
    site_classes,
    sites_qml,
    sites_sld,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

TABLE = "layer_styles"
GEOMETRY = "geom"
"""Name of the geometry column, as GDAL writes it unless told otherwise."""


def layer_styles(layers: Iterable[str], day: date, note: str) -> pd.DataFrame:
    """Give the table of the styles of some layers, with the columns that QGIS reads.

    QGIS takes the row of the layer's name and geometry column whose `f_table_schema` is empty and
    whose `useAsDefault` is true (QGIS, qgsogrprovidermetadata.cpp, `loadStyle`).

    Parameters
    ----------
    layers : names of the layers in the file; those without a style of ours get no row.
    day : stands in for the time of writing, so that the same content gives the same bytes.
    note : what a reader must know.
    """
    sites, routes = site_classes(), route_classes()
    ours = {
        "sites": ("Score and rank", sites_qml(sites), sites_sld(sites, "sites")),
        "routes": ("What goes along", routes_qml(routes), routes_sld(routes, "routes")),
    }
    rows = [(layer, *ours[layer]) for layer in layers if layer in ours]
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": [row[0] for row in rows],
            "f_geometry_column": GEOMETRY,
            "styleName": [row[1] for row in rows],
            "styleQML": [row[2] for row in rows],
            "styleSLD": [row[3] for row in rows],
            "useAsDefault": True,
            "description": note,
            "owner": "",
            "ui": pd.Series([None] * len(rows), dtype=object),
            "update_time": pd.Timestamp(day, tz="UTC"),
        }
    )
