"""What public services answer, for a toy town: each function gives the routes of one of them.

The shapes are those that the readers state, with the evidence named there; the content is invented.
Toyford lies near York: a square of streets, a pool, a substation, an exchange and six homes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from portal_server import Answer, Route

WEST, SOUTH = -1.100, 53.950
EAST, NORTH = -1.080, 53.960
TOWN = shapely.box(WEST, SOUTH, EAST, NORTH)
"""Area of the toy town, in EPSG:4326: about 1.3 km by 1.1 km."""
MAP_DAY = "2026-11-20T10:00:00Z"
STATUS = """Connected as: 1234567890
Current time: 2026-11-23T12:00:00Z
Announced endpoint: none
Rate limit: 2
2 slots available now.
Currently running queries (pid, space limit, time limit, start time):
"""
"""Status page of Overpass, of which OSMnx reads the fifth line."""
Routes = dict[str, Route]


def answer(document: Any, status: int = 200) -> Answer:
    """Answer with a document as JSON."""
    return status, {"Content-Type": "application/json"}, document


# --- OpenStreetMap ------------------------------------------------------------------------------


def toy_elements() -> list[dict[str, Any]]:
    """Draw the toy town as Overpass gives it: nodes, ways and one relation."""
    draw = _Drawing()
    corners = {}
    for column in range(4):
        for row in range(3):
            corners[column, row] = draw.node(0.004 + 0.004 * column, 0.002 + 0.003 * row)
    for row, name in enumerate(("Low Street", "Mid Street", "High Street")):
        tags = {"highway": "residential" if row != 1 else "secondary", "name": name}
        draw.way([corners[column, row] for column in range(4)], tags)
    limited = {"highway": "residential", "maxheight": "3.0", "maxspeed": "20 mph"}
    draw.way([corners[0, 0], corners[0, 1], corners[0, 2]], limited)
    for column in (1, 2, 3):
        draw.way([corners[column, row] for row in range(3)], {"highway": "residential"})
    pool = {"leisure": "sports_centre", "sport": "swimming", "building": "yes", "name": "Baths"}
    draw.area(0.006, 0.003, 0.0008, pool)
    substation = {"power": "substation", "voltage": "11000;400", "name": "Mid Street"}
    draw.area(0.010, 0.0035, 0.0002, substation)
    for at in range(6):
        home = {"building": "house", "addr:street": "High Street", "addr:housenumber": str(at + 1)}
        draw.area(0.005 + 0.0015 * at, 0.0085, 0.0003, home)
    draw.node(0.012, 0.006, {"telecom": "exchange", "name": "Toyford"})
    draw.node(0.013, 0.006, {"natural": "tree"})
    ring = draw.area(0.015, 0.001, 0.0009, {})
    protected = {
        "type": "multipolygon",
        "boundary": "protected_area",
        "protection_title": "Site of Special Scientific Interest",
        "name": "Toy Carr",
    }
    draw.relation([("way", ring, "outer")], protected)
    return draw.elements


class _Drawing:
    def __init__(self) -> None:
        self.elements: list[dict[str, Any]] = []

    def _add(self, kind: str, content: dict[str, Any], tags: Mapping[str, str]) -> int:
        number = len(self.elements) + 1
        about = {"tags": dict(tags)} if tags else {}
        self.elements.append({"type": kind, "id": number, **content, **about})
        return number

    def node(self, east: float, north: float, tags: Mapping[str, str] | None = None) -> int:
        place = {"lat": round(SOUTH + north, 7), "lon": round(WEST + east, 7)}
        return self._add("node", place, tags or {})

    def way(self, nodes: list[int], tags: Mapping[str, str]) -> int:
        return self._add("way", {"nodes": nodes}, tags)

    def area(self, east: float, north: float, size: float, tags: Mapping[str, str]) -> int:
        steps = ((0, 0), (size, 0), (size, size), (0, size))
        nodes = [self.node(east + x, north + y) for x, y in steps]
        return self.way([*nodes, nodes[0]], tags)

    def relation(self, members: Iterable[tuple[str, int, str]], tags: Mapping[str, str]) -> int:
        listed = [{"type": kind, "ref": ref, "role": role} for kind, ref, role in members]
        return self._add("relation", {"members": listed}, tags)


_COMPONENT = re.compile(r"\((node|way|relation)\['([^']+)'(?:='([^']*)')?\]\(poly:'([^']*)'\)")
_STREETS = re.compile(r"way\[\"highway\"\].*?\(poly:'([^']*)'\)")


def overpass(elements: list[dict[str, Any]] | None = None, prefix: str = "/api") -> Routes:
    """Answer as Overpass does: what has a tag and meets a polygon, with all its members."""
    known = toy_elements() if elements is None else elements
    index = {(each["type"], each["id"]): each for each in known}

    def interpreter(query: dict[str, list[str]]) -> Answer:
        text = query["data"][0]
        found: set[tuple[str, int]] = set()
        for kind, key, value, polygon in _COMPONENT.findall(text):
            found |= _selected(index, kind, key, value, _polygon(polygon))
        for polygon in _STREETS.findall(text):
            found |= _selected(index, "way", "highway", "", _polygon(polygon))
        for _ in range(2):
            found |= {member for one in found for member in _members(index[one])}
        chosen = [each for key, each in index.items() if key in found]
        return answer(
            {
                "version": 0.6,
                "generator": "Overpass API 0.7.62",
                "osm3s": {"timestamp_osm_base": MAP_DAY, "copyright": "ODbL"},
                "elements": chosen,
            }
        )

    status = (200, {"Content-Type": "text/plain"}, STATUS)
    return {
        f"{prefix}/interpreter": interpreter,
        f"{prefix}/status": lambda _: status,
    }


def _polygon(text: str) -> shapely.Polygon:
    numbers = [float(number) for number in text.split()]
    return shapely.Polygon(list(zip(numbers[1::2], numbers[::2], strict=True)))


def _selected(
    index: Mapping[tuple[str, int], Any], kind: str, key: str, value: str, polygon: Any
) -> set[tuple[str, int]]:
    return {
        identity
        for identity, each in index.items()
        if identity[0] == kind
        and key in each.get("tags", {})
        and value in {"", each["tags"][key]}
        and any(polygon.intersects(point) for point in _points(index, identity))
    }


def _points(index: Mapping[tuple[str, int], Any], identity: tuple[str, int]) -> list[shapely.Point]:
    each = index[identity]
    if identity[0] == "node":
        return [shapely.Point(each["lon"], each["lat"])]
    return [point for member in _members(each) for point in _points(index, member)]


def _members(each: Mapping[str, Any]) -> list[tuple[str, int]]:
    if each["type"] == "way":
        return [("node", number) for number in each["nodes"]]
    return [(member["type"], member["ref"]) for member in each.get("members", ())]


def nominatim(prefix: str = "") -> Routes:
    """Answer as Nominatim does: Toyford with an outline, Toy Cross as a point, else nothing."""
    outline = shapely.geometry.mapping(TOWN)

    def search(query: dict[str, list[str]]) -> Answer:
        wanted = query["q"][0].casefold()
        if wanted.startswith("toyford"):
            return answer([_hit("relation", 77, "Toyford", outline)])
        if wanted.startswith("toy cross"):
            point = {"type": "Point", "coordinates": [WEST, SOUTH]}
            return answer([_hit("node", 78, "Toy Cross", point)])
        return answer([])

    return {f"{prefix}/search": search}


def _hit(kind: str, number: int, name: str, geojson: Any) -> dict[str, Any]:
    return {
        "place_id": number,
        "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
        "osm_type": kind,
        "osm_id": number,
        "lat": str(SOUTH),
        "lon": str(WEST),
        "class": "boundary",
        "type": "administrative",
        "importance": 0.6,
        "display_name": f"{name}, York, England, United Kingdom",
        "boundingbox": [str(SOUTH), str(NORTH), str(WEST), str(EAST)],
        "geojson": geojson,
    }


# --- PeeringDB and Ofcom ------------------------------------------------------------------------


def toy_facilities() -> list[dict[str, Any]]:
    """List facilities: two in the town, one far away, one that nobody placed."""

    def facility(number: int, name: str, place: tuple[Any, Any], networks: Any) -> dict[str, Any]:
        return {
            "id": number,
            "org_id": 1,
            "org_name": "Toy Hosting",
            "name": name,
            "city": "Toyford",
            "country": "GB",
            "latitude": place[1],
            "longitude": place[0],
            "net_count": networks,
            "ix_count": 1,
            "carrier_count": 2,
            "updated": f"2026-0{number}-01T00:00:00Z",
            "status": "ok",
        }

    return [
        facility(1, "Toy House", (WEST + 0.01, SOUTH + 0.004), 12),
        facility(2, "Toy Shed", (WEST + 0.012, SOUTH + 0.006), None),
        facility(3, "Far House", (0.1, 51.5), 300),
        facility(4, "Unplaced", (None, None), 3),
    ]


def peeringdb(facilities: list[dict[str, Any]] | None = None, prefix: str = "/api") -> Routes:
    """Answer as PeeringDB does."""
    known = toy_facilities() if facilities is None else facilities

    def data(rows: list[dict[str, Any]]) -> Answer:
        return answer({"meta": {}, "data": rows})

    def links(query: dict[str, list[str]]) -> Answer:
        wanted = {int(each) for each in query["fac_id__in"][0].split(",")}
        rows = [{"id": 9, "ix_id": 5, "fac_id": 1, "status": "ok"}]
        return data([row for row in rows if row["fac_id"] in wanted])

    return {
        f"{prefix}/fac": lambda query: data(
            [row for row in known if row["country"] == query["country"][0]]
        ),
        f"{prefix}/ixfac": links,
        f"{prefix}/ix": lambda _: data([{"id": 5, "name": "TOYIX", "status": "ok"}]),
    }


def ofcom(prefix: str = "/broadband") -> Routes:
    """Answer for two postcodes: one of three premises with gigabit; one with nothing at all."""

    def premises(speeds: list[Any]) -> list[dict[str, Any]]:
        return [
            {"UPRN": at, "PostCode": "", "MaxUfbbPredictedDown": -1, "MaxPredictedDown": speed}
            for at, speed in enumerate(speeds)
        ]

    return {
        f"{prefix}/coverage/{code}": lambda _, code=code, speeds=speeds: answer(
            {"PostCode": code, "Availability": premises(speeds)}
        )
        for code, speeds in {"YO11AA": [1000, 80, -1], "YO11AB": [-1, None]}.items()
    }


# --- Planning data ------------------------------------------------------------------------------


def entity(number: int, dataset: str, wkt: str, **more: str) -> dict[str, Any]:
    """Write an entity as planning.data.gov.uk does: every null an empty string."""
    about = {
        "entity": number,
        "name": "",
        "dataset": dataset,
        "typology": "geography",
        "reference": f"ref-{number}",
        "prefix": dataset,
        "organisation-entity": "16",
        "entry-date": "2026-01-01",
        "start-date": "",
        "end-date": "",
        "geometry": "",
        "point": "",
    }
    shape = {"point": wkt} if wkt.startswith("POINT") else {"geometry": wkt}
    return {**about, **shape, **{key.replace("_", "-"): text for key, text in more.items()}}


def toy_entities() -> list[dict[str, Any]]:
    """List what planning holds on the toy town."""
    park = shapely.box(WEST + 0.001, SOUTH + 0.001, WEST + 0.003, SOUTH + 0.003)
    wet = shapely.box(WEST + 0.014, SOUTH, EAST, SOUTH + 0.002)
    wetter = shapely.box(WEST + 0.016, SOUTH, EAST, SOUTH + 0.001)
    england = shapely.box(WEST - 1, SOUTH - 1, EAST + 1, NORTH + 1)
    multi = shapely.multipolygons([park])
    return [
        entity(1, "conservation-area", multi.wkt, name="Old Toyford"),
        entity(
            2,
            "listed-building",
            f"POINT({WEST + 0.006} {SOUTH + 0.004})",
            name="Baths",
            listed_building_grade="II*",
        ),
        entity(
            3, "flood-risk-zone", wet.wkt, flood_risk_level="2", flood_risk_type="Fluvial Models"
        ),
        entity(
            4, "flood-risk-zone", wetter.wkt, flood_risk_level="3", flood_risk_type="Tidal Models"
        ),
        entity(5, "local-planning-authority", england.wkt, name="Toy LPA"),
        entity(6, "scheduled-monument", park.wkt, end_date="2020-01-01"),
    ]


def planning_data(entities: list[dict[str, Any]] | None = None) -> Routes:
    """Answer as planning.data.gov.uk does: pages by limit and offset, with links and a count."""
    known = toy_entities() if entities is None else entities

    def page(query: dict[str, list[str]]) -> Answer:
        if int(query["limit"][0]) > 500:
            return answer({"detail": "limit"}, 422)
        rows = [row for row in known if row["dataset"] in query["dataset"]]
        start = int(query.get("offset", ["0"])[0])
        end = start + int(query["limit"][0])
        links = {"next": f"https://example.org/?offset={end}"} if end < len(rows) else {}
        return answer({"entities": rows[start:end], "links": links, "count": len(rows)})

    return {"/entity.json": page}


# --- ArcGIS -------------------------------------------------------------------------------------


def feature(number: int, geometry: Any, **properties: Any) -> dict[str, Any]:
    """Write a feature as an ArcGIS service gives it with f=geojson."""
    mapped = None if geometry is None else shapely.geometry.mapping(geometry)
    about = {"OBJECTID": number, **properties}
    return {"type": "Feature", "id": number, "geometry": mapped, "properties": about}


def arcgis(
    features: list[dict[str, Any]], path: str = "/FeatureServer/0", largest: int = 2, **about: Any
) -> Routes:
    """Answer as a layer of an ArcGIS service that gives `largest` features a page."""
    names = {name for each in features for name in each["properties"]} or {"OBJECTID"}
    described = {
        "name": "layer",
        "objectIdField": "OBJECTID",
        "maxRecordCount": largest,
        "supportedQueryFormats": "JSON, geoJSON, PBF",
        "advancedQueryCapabilities": {"supportsPagination": True},
        "editingInfo": {"lastEditDate": 1_790_000_000_000},
        "fields": [{"name": name} for name in sorted(names)],
        **about,
    }

    def query(asked: dict[str, list[str]]) -> Answer:
        if "returnCountOnly" in asked:
            return answer({"count": len(features)})
        start = int(asked.get("resultOffset", ["0"])[0])
        end = start + min(int(asked.get("resultRecordCount", [str(largest)])[0]), largest)
        more = {"properties": {"exceededTransferLimit": True}} if end < len(features) else {}
        return answer({"type": "FeatureCollection", "features": features[start:end], **more})

    return {path: lambda _: answer(described), f"{path}/query": query}


# --- PVGIS --------------------------------------------------------------------------------------


def toy_year() -> dict[str, Any]:
    """Make a typical year as PVGIS gives it: a cosine of temperature, January from 2009."""
    hours = []
    days = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    hour = 0
    for month, length in enumerate(days, start=1):
        for day in range(1, length + 1):
            for clock in range(24):
                sun = max(0.0, math.sin(math.pi * (clock - 6) / 12)) * 500
                warmth = 10 - 8 * math.cos(2 * math.pi * hour / 8760)
                hours.append(
                    {
                        "time(UTC)": f"{2008 + month}{month:02}{day:02}:{clock:02}00",
                        "T2m": round(warmth, 2),
                        "RH": 80.0,
                        "G(h)": round(sun, 1),
                        "Gb(n)": 0.0,
                        "Gd(h)": round(sun, 1),
                        "IR(h)": 300.0,
                        "WS10m": 3.0,
                        "WD10m": 200.0,
                        "SP": 100000.0,
                    }
                )
                hour += 1
    chosen = [{"month": month, "year": 2008 + month} for month in range(1, 13)]
    return {
        "inputs": {
            "location": {"latitude": SOUTH, "longitude": WEST, "elevation": 15.0},
            "meteo_data": {
                "radiation_db": "PVGIS-SARAH3",
                "meteo_db": "ERA5",
                "year_min": 2005,
                "year_max": 2023,
                "use_horizon": True,
                "horizon_db": "DEM-calculated",
            },
        },
        "outputs": {"months_selected": chosen, "tmy_hourly": hours},
        "meta": {"inputs": {}, "outputs": {}},
    }


def pvgis(document: Any = None, prefix: str = "") -> Routes:
    """Answer as PVGIS does; over the sea (west of Greenwich by ten degrees) with HTTP 400."""
    text = json.dumps(toy_year() if document is None else document)

    def year(query: dict[str, list[str]]) -> Answer:
        if float(query["lon"][0]) < -10:
            return answer({"message": "Location over the sea.", "status": 400}, 400)
        return 200, {"Content-Type": "application/json"}, text

    return {f"{prefix}/tmy": year}
