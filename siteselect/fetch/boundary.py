"""Step one: where the place is, from a box, a circle, the map service or the file given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely
from shapely.geometry import box

from siteselect.contracts import Provenance
from siteselect.errors import Fault, SiteselectError, SourceError
from siteselect.fetch import country as countries
from siteselect.fetch.files import DATA, put_area, sha256_of
from siteselect.fetch.geocoding import country_at, point_of
from siteselect.fetch.journal import Entry, Kept
from siteselect.fetch.request import line_of
from siteselect.fetch.step import Context, Located, Parcel, Step, box_km2, failures_of
from siteselect.portals import openstreetmap
from siteselect.portals.osmnx_session import OpenStreetMap
from siteselect.portals.providers import providers
from siteselect.sources import osm_cut, osm_file

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from siteselect.fetch.country import Country
    from siteselect.fetch.request import Request

AREA = f"{DATA}/area.geojson"
GIVEN = Provenance(
    source="the user of siteselect",
    date="not stated",
    licence="none needed: coordinates that were typed",
    basis="assumed",
    note="A box or circle as it was asked for, not a boundary that anybody drew.",
)
_NOWHERE = countries.by_code("")
LARGEST_KM2 = 20_000.0
"""A larger box is refused: it wants an extract cut beforehand and a study written for it [J]."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A place in degrees, its origin, what it is called, and its country as far as it is known."""

    area: BaseGeometry
    provenance: Provenance
    title: str
    country: Country = _NOWHERE


def run(context: Context) -> Parcel:
    """Draw the area of the study and say in which country it lies.

    Raises
    ------
    SourceError
        The place cannot be found, has no area, or is too large.
    """
    found = _find(context)
    _check_size(found.area, context.request)
    land, notices = _country_of(found, context)
    path = put_area(context.folder, AREA, found.area)
    kept = Kept(path=AREA, sha256=sha256_of(path), provenance=found.provenance)
    if not land.name:
        notices = (*notices, _unknown_country(land))
    facts = {"title": line_of(found.title, 120), "country": dict(countries.facts_of(land))}
    return Parcel(files=(kept,), notices=notices, facts=facts)


def _country_of(found: _Found, context: Context) -> tuple[Country, tuple[str, ...]]:
    """Take the country that was named, or that the file or the map service knows."""
    request = context.request
    if request.country:
        return countries.by_name(request.country), ()
    if found.country.name:
        return found.country, ()
    if request.pbf is not None:
        land = countries.by_codes(*osm_cut.country_codes(request.pbf))
        if land.name:
            return land, ()
    middle = shapely.point_on_surface(found.area)
    try:
        return country_at(context, (middle.x, middle.y)), ()
    except SiteselectError as error:
        return found.country, tuple(
            f"Nominatim could not say the country: {failure.reason}"
            for failure in failures_of("Nominatim", error)
        )


def locate(entry: Entry, context: Context) -> Located:
    """Read the place back from what the step left.

    Raises
    ------
    SourceError
        The boundary is no longer there.
    """
    kept = entry.files[0]
    try:
        area = gpd.read_file(context.folder / kept.path).geometry.union_all()
    except (OSError, ValueError) as error:
        raise SourceError(
            Fault(kept.path, f"cannot be read: {line_of(error)}", "Use --refresh boundary.")
        ) from None
    facts = entry.facts
    land = countries.by_code(facts["country"]["code"], facts["country"]["nation"])
    return Located(
        area=area,
        area_sha256=kept.sha256,
        title=str(facts["title"]),
        country=land,
        crs=context.request.crs or countries.crs_for(land, area),
        time_zone=countries.time_zone_for(land, area),
    )


def _find(context: Context) -> _Found:
    request = context.request
    if request.bbox is not None:
        return _Found(box(*request.bbox), GIVEN, request.place or _box_title(request.bbox))
    if request.point is not None:
        return _round(request, request.point, GIVEN, request.place)
    if request.pbf is not None and not request.place.strip():
        return _whole_file(request)
    if request.pbf is not None and (found := _in_file(request)) is not None:
        return found
    if request.around_km is not None:
        point, title, land = point_of(context, request.place)
        birth = providers()["nominatim"].certificate("", note=f"Found as {title}.")
        return replace(_round(request, point, birth, request.place), country=land)
    service = OpenStreetMap(nominatim_url=context.url("nominatim"))
    named = openstreetmap.fetch_boundary(context.client, request.place, service=service)
    land = countries.by_word(named.country, named.nation)
    return _Found(named.area, named.provenance, request.place, land)


def _round(request: Request, point: tuple[float, float], birth: Provenance, name: str) -> _Found:
    radius_km = request.around_km or 0.0
    return _Found(circle(point, radius_km), birth, f"{radius_km:g} km round {name}")


def _whole_file(request: Request) -> _Found:
    assert request.pbf is not None  # noqa: S101 - the caller looked; this tells the type checker
    bounds = osm_cut.covered(request.pbf)
    if bounds is None:
        raise SourceError(
            Fault(
                str(request.pbf),
                "it does not say which box it covers",
                "Say where with --bbox W,S,E,N.",
            )
        )
    title = request.pbf.name.split(".")[0].replace("-", " ").replace("_", " ")
    return _Found(box(*bounds), GIVEN, title)


def _in_file(request: Request) -> _Found | None:
    """Look for the place by name among the boundaries, or the towns, of the file."""
    assert request.pbf is not None  # noqa: S101 - as above
    wanted = request.place.split(",")[0].strip().casefold()
    key = "boundary" if request.around_km is None else "place"

    def named(tags: Mapping[str, str]) -> bool:
        is_kind = key == "place" or tags.get("boundary") == "administrative"
        names = {tags.get(name, "").casefold() for name in ("name", "name:en", "official_name")}
        return is_kind and wanted in names

    found, _ = osm_file.places(request.pbf, (key,), named)
    if request.around_km is None:
        found = [place for place in found if place.shape.area > 0]
    if not found:
        return None
    best = max(found, key=lambda place: (place.shape.area, place.osm_id))
    birth = Provenance(
        source="OpenStreetMap contributors",
        date=osm_cut.as_of(request.pbf) or "not stated",
        licence="ODbL 1.0",
        basis="published",
        attribution="© OpenStreetMap contributors",
        url="https://www.openstreetmap.org/copyright",
        note=f"{best.osm_id} of {request.pbf.name}",
    )
    if request.around_km is None:
        return _Found(best.shape, birth, request.place)
    middle = shapely.point_on_surface(best.shape)
    return _round(request, (middle.x, middle.y), birth, request.place)


def circle(point: tuple[float, float], radius_km: float) -> BaseGeometry:
    """Draw a circle round a point (longitude, latitude), in degrees; corners to 10 cm."""
    centre = gpd.GeoSeries([shapely.Point(*point)], crs="EPSG:4326")
    # Equal distances from its centre are what this projection keeps.
    flat = f"+proj=aeqd +lat_0={point[1]} +lon_0={point[0]} +datum=WGS84 +units=m"
    ring = centre.to_crs(flat).buffer(radius_km * 1000).to_crs("EPSG:4326").iloc[0]
    rounded: BaseGeometry = shapely.set_precision(ring, 1e-6)
    return rounded


def _check_size(area: BaseGeometry, request: Request) -> None:
    west, _, east, _ = area.bounds
    if not area.area > 0:
        raise SourceError(Fault(request.place, "the place has no area", "Add --around KM."))
    km2 = box_km2(area.bounds)
    if km2 > LARGEST_KM2 or east - west > 180:  # noqa: PLR2004 - half the globe
        raise SourceError(
            Fault(
                line_of(request.place) or "--bbox",
                f"its box is {km2:,.0f} km², more than {LARGEST_KM2:,.0f} km²",
                "Name a smaller place, or give --bbox or --around.",
            )
        )


def _unknown_country(land: Country) -> str:
    if land.code == "GB":
        return (
            "It lies in the United Kingdom, but in which nation is not known: no rule pack "
            "applies. Say for example --country England."
        )
    return "The country is not known: no rule pack applies. Say it with --country."


def _box_title(bounds: tuple[float, float, float, float]) -> str:
    return "Box " + ", ".join(f"{edge:g}" for edge in bounds)


def _key(context: Context) -> dict[str, object]:
    request = context.request
    return {
        "place": request.place,
        "around_km": request.around_km,
        "bbox": request.bbox,
        "pbf": "" if request.pbf is None else sha256_of(request.pbf),
        "country": request.country,
    }


STEP = Step(
    name="boundary",
    title="Boundary",
    asks="Nominatim, or the file or box given",
    run=run,
    key=_key,
    essential=True,
)
