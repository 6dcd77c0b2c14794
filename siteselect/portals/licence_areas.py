"""Which network operator serves a place: NESO's map of the licence areas of Great Britain."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
from shapely.geometry import Point

from siteselect.errors import Fault, SourceError
from siteselect.operators.cells import outline
from siteselect.operators.directory import operators, portals
from siteselect.portals import ckan
from siteselect.portals.ckan import CkanPortal
from siteselect.portals.operator_rows import key_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from siteselect.portals.web import Client

_GEOGRAPHIC_LIMIT = 180.0
COLUMNS = ("operator", "area", "stated")


def operator_areas(client: Client, *, url: str = "") -> gpd.GeoDataFrame:
    """Fetch the licence areas.

    Parameters
    ----------
    client : how to ask.
    url : another address of the portal's actions.

    Returns
    -------
    GeoDataFrame
        operator (short name, empty where the map's name for it is not known), area and stated (the
        map's own words), polygons in EPSG:4326.

    Raises
    ------
    SourceError
        The portal fails, or gives something else than a map.
    """
    portal = portals()["neso"]
    portal = replace(portal, base_url=url) if url else portal
    entry = portal.data_set("licence_areas")[0]
    site = CkanPortal(portal.base_url, key_of(portal))
    pack = ckan.package(client, site, entry.identifier)
    named = {found.identifier: found for found in pack.resources}
    chosen = named.get(entry.resource) or ckan.newest(pack, "", "GeoJSON")
    return read_areas(ckan.download(client, site, chosen).body, chosen.name)


def read_areas(body: bytes, name: str) -> gpd.GeoDataFrame:
    """Read the map from GeoJSON in degrees or in metres of the National Grid.

    Raises
    ------
    SourceError
        It is not GeoJSON, or has no areas.
    """
    try:
        document = json.loads(body.decode("utf-8-sig"))
        features = list(document["features"])
    except (ValueError, RecursionError, KeyError, TypeError):
        raise SourceError(Fault(name, "not a GeoJSON map", "Fetch it again.")) from None
    rows = []
    for feature in features:
        drawn = outline(feature) if isinstance(feature, dict) else None
        if drawn is not None:
            stated = [str(value) for value in (feature.get("properties") or {}).values() if value]
            rows.append((operator_named(stated), _area(feature), " | ".join(stated), drawn))
    if not rows:
        raise SourceError(Fault(name, "a map without areas", "Fetch it again."))
    frame = gpd.GeoDataFrame(rows, columns=[*COLUMNS, "geometry"], geometry="geometry")
    return frame.set_crs(_crs(document, frame)).to_crs("EPSG:4326")


def operators_for(areas: gpd.GeoDataFrame, lon: float, lat: float) -> tuple[str, ...]:
    """Name the operators whose area has a point [degrees]; none off the coast, two on a border."""
    return operators_on(areas, Point(lon, lat))


def operators_on(areas: gpd.GeoDataFrame, area: BaseGeometry) -> tuple[str, ...]:
    """Name the operators whose licence area an area in EPSG:4326 touches.

    Where the map cannot be had, the user states the operator, or all of them are asked:
    `siteselect.operators.directory.operators` lists them.
    """
    found = areas[areas.geometry.intersects(area)]["operator"]
    return tuple(sorted(set(found) - {""}))


def operator_named(stated: list[str]) -> str:
    """Find the operator that a map means by its words; the longest name that fits decides."""
    fitting = [
        (len(alias), name)
        for name, portal in operators().items()
        for alias in portal.also_called
        if any(re.search(rf"\b{re.escape(alias)}\b", words, re.IGNORECASE) for words in stated)
    ]
    return max(fitting)[1] if fitting else ""


def _area(feature: Mapping[str, Any]) -> str:
    properties = feature.get("properties") or {}
    return str(next((properties[key] for key in ("Area", "area", "Name") if key in properties), ""))


def _crs(document: Mapping[str, Any], frame: gpd.GeoDataFrame) -> str:
    crs = document.get("crs")
    stated = str((crs.get("properties") or {}).get("name", "")) if isinstance(crs, dict) else ""
    in_metres = "27700" in stated or bool(abs(frame.total_bounds).max() > _GEOGRAPHIC_LIMIT)
    return "EPSG:27700" if in_metres else "EPSG:4326"
