"""The toy town of `provider_shapes` as an extract, as a set of services, and as a fetch of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import osmium
import provider_shapes as shapes
import shapely
from portal_server import PortalServer, client_for

from siteselect.fetch.chain import Fetched, fetch
from siteselect.fetch.request import Request

TODAY = date(2026, 11, 23)
BOX = (shapes.WEST, shapes.SOUTH, shapes.EAST, shapes.NORTH)


def parking() -> list[dict[str, Any]]:
    """Draw the toy town with a car park, which is a candidate, and a boundary with its code."""
    elements = shapes.toy_elements()
    number = len(elements) + 1
    west, south = shapes.WEST + 0.007, shapes.SOUTH + 0.006
    steps = ((0.0, 0.0), (0.0004, 0.0), (0.0004, 0.0004), (0.0, 0.0004))
    corners = [
        {"type": "node", "id": number + at, "lon": round(west + x, 7), "lat": round(south + y, 7)}
        for at, (x, y) in enumerate(steps)
    ]
    ring = [corner["id"] for corner in corners]
    park = {
        "type": "way",
        "id": number + 4,
        "nodes": [*ring, ring[0]],
        "tags": {"amenity": "parking", "name": "Mid Street <b>Car Park</b>"},
    }
    edge = [(shapes.WEST, shapes.SOUTH), (shapes.EAST, shapes.SOUTH)]
    edge += [(shapes.EAST, shapes.NORTH), (shapes.WEST, shapes.NORTH)]
    posts = [
        {"type": "node", "id": number + 5 + at, "lon": x, "lat": y}
        for at, (x, y) in enumerate(edge)
    ]
    border = {
        "type": "way",
        "id": number + 9,
        "nodes": [*(post["id"] for post in posts), posts[0]["id"]],
    }
    about = {"boundary": "administrative", "type": "boundary", "name": "Toyford"}
    town = {
        "type": "relation",
        "id": number + 10,
        "members": [{"type": "way", "ref": number + 9, "role": "outer"}],
        "tags": {**about, "ISO3166-2": "GB-YOR", "ref:gss": "E06000014"},
    }
    return [*elements, *corners, park, *posts, border, town]


def write_extract(path: Path, elements: list[dict[str, Any]] | None = None) -> Path:
    """Write the toy town as an extract whose header states its box and its day."""
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(BOX[0] - 0.01, BOX[1] - 0.01, BOX[2] + 0.01, BOX[3] + 0.01))
    header.set("osmosis_replication_timestamp", shapes.MAP_DAY)
    known = parking() if elements is None else elements
    order = ("node", "way", "relation")
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for each in sorted(known, key=lambda one: (order.index(one["type"]), one["id"])):
            about = {"id": each["id"], "version": 1, "tags": each.get("tags", {})}
            if each["type"] == "node":
                place = (each["lon"], each["lat"])
                writer.add_node(osmium.osm.mutable.Node(location=place, **about))
            elif each["type"] == "way":
                writer.add_way(osmium.osm.mutable.Way(nodes=each["nodes"], **about))
            else:
                members = [
                    (member["type"][0], member["ref"], member["role"]) for member in each["members"]
                ]
                writer.add_relation(osmium.osm.mutable.Relation(members=members, **about))
    return path


def offline(folder: Path, extract: Path, **changes: Any) -> Fetched:
    """Fetch the toy town from an extract, asking nobody."""
    given = {"name": "toyford", "bbox": BOX, "pbf": extract, "offline": True, **changes}
    client = client_for(folder / "cache", offline=True)
    return fetch(Request(**given), folder, client, today=TODAY)


def serve(portal: PortalServer) -> dict[str, str]:
    """Give a portal all services of the toy town; the addresses of each are returned."""
    portal.routes |= shapes.overpass(parking(), prefix="/overpass")
    portal.routes |= shapes.nominatim(prefix="/nominatim")
    portal.routes |= shapes.peeringdb(prefix="/peeringdb")
    portal.routes |= shapes.planning_data()
    portal.routes |= shapes.pvgis(prefix="/pvgis")
    portal.json("/nominatim/reverse", ADDRESS)
    network_operator(portal)
    return {
        "overpass": f"{portal.url}/overpass",
        "nominatim": f"{portal.url}/nominatim",
        "peeringdb": f"{portal.url}/peeringdb",
        "planning_data": portal.url,
        "pvgis": f"{portal.url}/pvgis",
        "historic_england": f"{portal.url}/nhle",
        "natural_england": f"{portal.url}/ne",
        "neso": f"{portal.url}/neso",
        "npg": f"{portal.url}/npg",
    }


def network_operator(portal: PortalServer) -> None:
    """Let NESO map the licence areas, and Northern Powergrid two primary substations."""
    west, south = shapes.WEST, shapes.SOUTH
    land = shapely.box(west - 1, south - 1, west + 1, south + 1)
    about = {"ID": 1, "DNO_Full": "Northern Powergrid", "Area": "Yorkshire"}
    feature = {"type": "Feature", "properties": about, "geometry": shapely.geometry.mapping(land)}
    entry = {
        "id": "1c6a7dc0-1b6c-443a-bc67-5f7125649434",
        "name": "Licence areas",
        "format": "GeoJSON",
        "url": f"{portal.url}/neso/areas.geojson",
    }
    package = {"name": "areas", "title": "Areas", "resources": [entry]}
    portal.json("/neso/package_show", {"success": True, "result": package})
    portal.json("/neso/areas.geojson", {"type": "FeatureCollection", "features": [feature]})
    base = "/npg/api/explore/v2.1/catalog/datasets/heatmapsubstationareas"
    rows = [
        {
            "name": name,
            "type": "Primary",
            "pvoltage": 11.0,
            "demhr": headroom,
            "demconstraint": "",
            "upstreamname": "",
            "substation_location": {"lon": west + east, "lat": south + north},
            "worst_case_constraint_dem_colour": "Green",
        }
        for name, headroom, east, north in (("Toy East", 4.2, 0.015, 0.005), ("Far", 9, 0.5, 0.4))
    ]
    fields = [{"name": name, "type": "text"} for name in rows[0]]
    default = {
        "title": "Heat map",
        "records_count": 2,
        "license": "OGL v3",
        "modified": "2026-10-01",
    }
    described = {"dataset_id": "heatmapsubstationareas", "fields": fields, "data_visible": True}
    portal.json(base, {**described, "metas": {"default": default}})
    portal.json(f"{base}/records", {"total_count": 2, "results": rows})


ADDRESS = {
    "display_name": "England, United Kingdom",
    "address": {"state": "England", "country": "United Kingdom", "country_code": "gb"},
}


def online(folder: Path, urls: dict[str, str], cache: Path, **changes: Any) -> Fetched:
    """Fetch the toy town from local services."""
    given = {"name": "toyford", "place": "Toyford, York", **changes}
    client = client_for(cache)
    return fetch(Request(**given), folder, client, today=TODAY, urls=urls)


def files_of(folder: Path) -> dict[str, bytes]:
    """Read every file of a study but its journal and cache."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "fetch.jsonl" and "cache" not in path.parts
    }
