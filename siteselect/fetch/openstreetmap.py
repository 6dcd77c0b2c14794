"""Step two: streets, buildings and places of the map, from a file given or from Overpass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
from shapely.geometry import box

from siteselect.candidates.map_kinds import map_kinds
from siteselect.contracts import Provenance
from siteselect.errors import Fault, SourceError
from siteselect.fetch.country import choices
from siteselect.fetch.files import DATA, put, put_area, sha256_of
from siteselect.fetch.journal import Kept
from siteselect.fetch.step import Context, Parcel, Step, area_key, box_km2, wider
from siteselect.portals import openstreetmap
from siteselect.portals.osmnx_session import OpenStreetMap
from siteselect.sources import osm_cut, osm_file
from siteselect.sources.registry import read_any

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from siteselect.portals.fetched import FetchedFile


LAYERS = (
    *("roads", "heat_sinks", "noise_receptors", "noise_screens", "fibre_nodes", "utilities"),
    *("basemap", "supply_points", "constraints"),
)
FALLBACK = ("constraints",)
"""Layers for which the map stands in only where no authority's data came: it shows few of them."""

OVERPASS_KM2 = 2500.0
"""Largest box that Overpass is asked for [J]: a conurbation; more wants an extract."""


def run(context: Context) -> Parcel:
    """Bring the map of the area and its surroundings into the study.

    Raises
    ------
    SourceError
        The file is of another place, or the map service failed.
    """
    if context.request.pbf is not None:
        return _from_file(context, context.request.pbf)
    return _from_service(context)


def _from_file(context: Context, pbf: Path) -> Parcel:
    area = context.located.area
    bounds = wider(area.bounds, context.request.margin_km)
    stated = osm_cut.covered(pbf)
    if stated is not None and not box(*stated).intersects(area):
        raise SourceError(
            Fault(str(pbf), "the file is of another place", "Take the extract of this territory.")
        )
    covered = box(*bounds) if stated is None else shapely.intersection(box(*bounds), box(*stated))
    name = f"{DATA}/{context.request.name}.osm.pbf"
    path = put(context.folder, name, lambda part: osm_cut.cut(pbf, covered.bounds, part))
    birth = Provenance(
        source="OpenStreetMap contributors",
        date=osm_cut.as_of(pbf) or _newest(path),
        licence="ODbL 1.0",
        basis="published",
        attribution="© OpenStreetMap contributors",
        url="https://www.openstreetmap.org/copyright",
        note=f"Cut from {pbf.name}. What is not drawn may be there all the same.",
    )
    kept = _kept(context, path, name, birth, covered)
    share = shapely.intersection(area, covered).area / area.area
    part = f"The extract covers {share:.0%} of the area; beyond it nothing is known."
    return Parcel(files=(kept,), notices=() if covered.covers(area) else (part,))


def _rows(path: Path) -> dict[str, int]:
    """Count what the file gives to each layer, streets first.

    Raises
    ------
    SourceError
        There is not one street.
    """
    rows = {layer: len(read_any(path, layer)) for layer in LAYERS}
    if not rows["roads"]:
        raise SourceError(
            Fault(path.name, "not one street lies in the area", "Check the place, or widen it.")
        )
    return {layer: count for layer, count in rows.items() if count or layer not in FALLBACK}


def _candidates(context: Context, path: Path) -> int:
    """Count the places in the area that the study takes for candidates."""
    tags: dict[str, tuple[str, ...]] = {}
    for kind in choices()["candidate_kinds"]:
        for key, values in map_kinds()[kind].tags.items():
            tags[key] = (*tags.get(key, ()), *values)
    found = read_any(path, "candidates", tags)
    return int(shapely.covers(context.located.area, found.geometry.to_numpy()).sum())


def _newest(path: Path) -> str:
    latest = osm_file.newest(path)
    return "not stated" if latest is None else f"{latest:%Y-%m-%d}"


def _from_service(context: Context) -> Parcel:
    area = box(*wider(context.located.area.bounds, context.request.margin_km))
    km2 = box_km2(area.bounds)
    if km2 > OVERPASS_KM2:
        raise SourceError(
            Fault(
                "Overpass",
                f"the box is {km2:,.0f} km², more than the public service is for",
                "Take an extract of the country or region, and name it with --pbf.",
            )
        )
    service = OpenStreetMap(
        overpass_url=context.url("overpass"),
        nominatim_url=context.url("nominatim"),
        # One's own server may have no page that says whether it is busy.
        rate_limit=not context.url("overpass"),
    )
    name = f"{DATA}/{context.request.name}.osm.pbf"
    came: list[FetchedFile] = []

    def write(part: Path) -> None:
        came.append(openstreetmap.fetch_map(context.client, area, part, service=service))

    path = put(context.folder, name, write)
    got = came[0]
    return Parcel(
        files=(_kept(context, path, name, got.provenance, got.covered or area),),
        notices=tuple(f"{notice.topic}: {notice.text}" for notice in got.notices),
    )


def _kept(
    context: Context, path: Path, name: str, birth: Provenance, covered: BaseGeometry
) -> Kept:
    covers = f"{DATA}/openstreetmap-covered.geojson"
    put_area(context.folder, covers, covered)
    rows = _rows(path) | {"candidates": _candidates(context, path)}
    return Kept(
        path=name,
        sha256=sha256_of(path),
        provenance=birth,
        layers=rows,
        fallback=tuple(layer for layer in FALLBACK if layer in rows),
        covers=covers,
        covers_sha256=sha256_of(context.folder / covers),
    )


def _key(context: Context) -> dict[str, object]:
    request = context.request
    return {
        **area_key(context),
        "name": request.name,
        "margin_km": request.margin_km,
        "pbf": "" if request.pbf is None else sha256_of(request.pbf),
    }


STEP = Step(
    name="openstreetmap",
    title="Streets, buildings and places",
    asks="Overpass, or the file given",
    run=run,
    key=_key,
    essential=True,
)
