"""What a set of OpenStreetMap tags proves a thing to be, in the words of the house's layers.

A tag proves what it says and no more: a class that the tags leave open is no class. Meanings
follow the OpenStreetMap wiki, one page a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siteselect.sources.osm_tags import has_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    Tags = Mapping[str, str]

NO_BUILDING = frozenset({"no", "entrance", "ruins", "construction", "proposed", "collapsed"})
STREETS = frozenset(
    {
        *("motorway", "trunk", "primary", "secondary", "tertiary"),
        *("motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link"),
        *("unclassified", "residential", "living_street", "service", "road", "busway"),
        *("pedestrian", "footway", "cycleway", "path", "bridleway", "track"),
    }
)
"""Classes along which a vehicle, a cable or a pipe may run."""

_MINOR = frozenset({"service", "pedestrian", "footway", "cycleway", "path", "track"})
_MODES = ("foot", "bicycle", "vehicle", "motor_vehicle", "motorcar", "hgv", "bus", "psv", "permit")

_SINK_PLACES: tuple[tuple[str, frozenset[str], str], ...] = (
    ("amenity", frozenset({"hospital"}), "hospital"),
    ("healthcare", frozenset({"hospital"}), "hospital"),
    ("amenity", frozenset({"school", "kindergarten", "college"}), "school"),
    ("tourism", frozenset({"hotel", "hostel", "motel"}), "hotel"),
    ("landuse", frozenset({"greenhouse_horticulture"}), "greenhouse"),
    ("social_facility", frozenset({"nursing_home", "assisted_living", "group_home"}), "housing"),
    ("amenity", frozenset({"nursing_home"}), "housing"),
    (
        "amenity",
        frozenset(
            {
                *("university", "library", "townhall", "courthouse", "community_centre"),
                *("public_building", "theatre", "arts_centre", "concert_hall"),
            }
        ),
        "public_building",
    ),
    ("tourism", frozenset({"museum"}), "public_building"),
    ("office", frozenset({"government"}), "public_building"),
    ("amenity", frozenset({"prison"}), "other"),
)
_SINK_BUILDINGS: Mapping[str, str] = {
    **dict.fromkeys(("greenhouse", "glasshouse"), "greenhouse"),
    "office": "office",
    **dict.fromkeys(("apartments", "flats", "residential", "dormitory"), "housing"),
    "hotel": "hotel",
    **dict.fromkeys(("school", "kindergarten", "college"), "school"),
    "hospital": "hospital",
    **dict.fromkeys(("public", "civic", "government", "university"), "public_building"),
    **dict.fromkeys(("sports_centre", "sports_hall"), "leisure_centre"),
}
_SPORT_HALLS = frozenset({"sports_centre", "sports_hall"})
_SWIMMING = frozenset({"swimming"})
_POOLS = frozenset({"swimming_pool"})
_HEAT = frozenset({"heat", "hot_water", "heating", "steam"})

_RECEPTOR_PLACES: tuple[tuple[str, frozenset[str], str], ...] = (
    ("amenity", frozenset({"hospital"}), "hospital"),
    ("healthcare", frozenset({"hospital"}), "hospital"),
    ("social_facility", frozenset({"nursing_home", "assisted_living", "group_home"}), "care"),
    ("social_facility", frozenset({"hospice"}), "care"),
    ("healthcare", frozenset({"hospice"}), "care"),
    ("amenity", frozenset({"nursing_home"}), "care"),
    (
        "amenity",
        frozenset({"school", "kindergarten", "childcare", "college", "university"}),
        "school",
    ),
    ("tourism", frozenset({"hotel", "hostel", "motel", "guest_house"}), "hotel"),
    ("amenity", frozenset({"place_of_worship"}), "worship"),
)
_RECEPTOR_BUILDINGS: Mapping[str, str] = {
    **dict.fromkeys(("apartments", "flats", "residential", "dormitory", "house"), "dwelling"),
    **dict.fromkeys(("detached", "semidetached_house", "semi", "terrace"), "dwelling"),
    **dict.fromkeys(("bungalow", "farm", "houseboat", "static_caravan"), "dwelling"),
    "hotel": "hotel",
    **dict.fromkeys(("school", "kindergarten", "college", "university"), "school"),
    "hospital": "hospital",
    **dict.fromkeys(("church", "chapel", "cathedral", "mosque", "synagogue"), "worship"),
    "temple": "worship",
}
_OTHER_USES = (
    *("shop", "office", "amenity", "tourism", "craft", "leisure", "industrial", "man_made"),
    *("power", "railway", "aeroway", "military", "telecom", "healthcare", "historic"),
)

_NOT_PUBLIC_SUPPLY = frozenset(
    {"traction", "converter", "compensation", "transition", "inspection_gauge", "measurement"}
)
_PROTECTION_WORDS: tuple[tuple[str, str], ...] = (
    ("site of special scientific interest", "sssi"),
    ("special area of conservation", "habitat_site"),
    ("special protection area", "habitat_site"),
    ("ramsar", "habitat_site"),
    ("natura 2000", "habitat_site"),
    ("area of outstanding natural beauty", "national_landscape"),
    ("national landscape", "national_landscape"),
    ("green belt", "green_belt"),
    ("conservation area", "conservation_area"),
    ("scheduled monument", "scheduled_monument"),
    ("world heritage", "world_heritage"),
)
_GREEN: tuple[tuple[str, frozenset[str]], ...] = (
    ("leisure", frozenset({"park", "garden", "golf_course", "nature_reserve", "pitch"})),
    (
        "landuse",
        frozenset({"grass", "forest", "meadow", "recreation_ground", "village_green", "cemetery"}),
    ),
    ("natural", frozenset({"wood", "scrub", "heath", "grassland"})),
)
_RAIL = frozenset({"rail", "light_rail", "tram", "narrow_gauge", "subway"})


def is_building(tags: Tags) -> bool:
    """Say whether the tags are those of a standing building."""
    return tags.get("building", "no") not in NO_BUILDING


def is_street(tags: Tags) -> bool:
    """Say whether a way belongs in the street network.

    Ways drawn as areas, indoor corridors, deep tunnels of service roads and footways, and ways
    closed to everybody do not. A way closed in general but open to some (on foot, by bus) does,
    since the street is there for a cable.
    """
    if tags.get("highway") not in STREETS or tags.get("area") == "yes":
        return False
    if tags.get("indoor", "no") != "no" or _lies_deep(tags):
        return False
    if tags.get("access") != "no":
        return True
    return any(tags.get(mode, "no") not in {"no", "use_sidepath"} for mode in _MODES)


def heat_sink_place(tags: Tags) -> str:
    """Name the kind of heat sink that a place is by its use; empty where it is none.

    A pool that does not say whether it is indoors is an outdoor pool here; the reader turns it
    into an indoor one where it stands inside a building.
    """
    if tags.get("leisure") in _POOLS or tags.get("amenity") in _POOLS:
        return "pool" if _indoors(tags) else "outdoor_pool"
    if tags.get("leisure") in _SPORT_HALLS:
        return "pool" if has_value(tags, "sport", _SWIMMING) else "leisure_centre"
    found = _first(tags, _SINK_PLACES)
    if found:
        return found
    return "office" if tags.get("office", "no") != "no" and is_building(tags) else ""


def heat_sink_building(tags: Tags) -> str:
    """Name the kind of heat sink that a building was built as; empty where it is none."""
    return _SINK_BUILDINGS.get(tags.get("building", ""), "")


def is_heat_main(tags: Tags) -> bool:
    """Say whether a line is a pipe of a heat network (`type` is how older data says it)."""
    return tags.get("man_made") == "pipeline" and any(
        has_value(tags, key, _HEAT) for key in ("substance", "usage", "type")
    )


def receptor_place(tags: Tags) -> str:
    """Name why a place is sensitive to noise by its use; empty where it is not."""
    return _first(tags, _RECEPTOR_PLACES)


def receptor_building(tags: Tags) -> str:
    """Name why a building is sensitive to noise by what it was built as."""
    return _RECEPTOR_BUILDINGS.get(tags.get("building", ""), "")


def may_be_dwelling(tags: Tags) -> bool:
    """Say whether an unspecified building may be inferred to be a home.

    `building=yes` proves nothing. With an address and no other use it is taken for a home if it
    also stands in `landuse=residential`, which the reader checks. This is an inference: it makes
    the noise criterion stricter, never milder.
    """
    return (
        tags.get("building") == "yes"
        and any(key.startswith("addr:house") for key in tags)
        and not any(tags.get(key, "no") != "no" for key in _OTHER_USES)
    )


def fibre_kind(tags: Tags) -> str:
    """Name the kind of fibre pick-up point; empty where it is none or known to be copper."""
    if tags.get("telecom:medium") in {"copper", "coaxial"}:
        return ""
    if tags.get("telecom") in {"exchange", "central_office"}:
        return "exchange"
    centres = {"data_center", "data_centre"}
    if tags.get("telecom") in centres or tags.get("building") in centres:
        return "data_centre"
    if tags.get("telecom") == "connection_point":
        return "cabinet"
    is_cabinet = tags.get("man_made") == "street_cabinet"
    return "cabinet" if is_cabinet and tags.get("street_cabinet") == "telecom" else ""


def is_supply_point(tags: Tags) -> bool:
    """Say whether public supply may be met here: not at railway or gas installations."""
    if tags.get("power") == "substation":
        return tags.get("substation") not in _NOT_PUBLIC_SUPPLY
    if tags.get("power") == "transformer":
        return tags.get("transformer") not in {"traction", "converter", "generator"}
    if tags.get("power") == "cable_distribution_cabinet":
        return True
    return tags.get("man_made") == "street_cabinet" and tags.get("street_cabinet") == "power"


def constraint_kind(tags: Tags) -> str:
    """Name what a place is protected as, only where a tag says it in so many words.

    `heritage=yes`, `heritage=2` and `leisure=nature_reserve` do not say which list or law
    protects the place, so they are no kind.
    """
    listed = tags.get("listed_status", "").lower()
    if listed.startswith("grade "):
        return "listed_building"
    if listed == "scheduled monument":
        return "scheduled_monument"
    if tags.get("heritage:operator") == "whc" or "ref:whc" in tags:
        return "world_heritage"
    if tags.get("boundary") != "protected_area":
        return ""
    said = " ".join(
        tags.get(key, "") for key in ("protection_title", "designation", "protect_title")
    )
    said = said.lower().replace("_", " ")
    return next((kind for words, kind in _PROTECTION_WORDS if words in said), "")


def basemap_area(tags: Tags) -> str:
    """Name what an area is drawn as; empty where it is not drawn."""
    if is_building(tags):
        return "building"
    water = tags.get("natural") == "water" or tags.get("waterway") in {"riverbank", "dock"}
    if water or tags.get("landuse") in {"basin", "reservoir"}:
        return "water"
    return "green" if any(tags.get(key) in values for key, values in _GREEN) else ""


def is_open_rail(tags: Tags) -> bool:
    """Say whether a line is a railway one can see."""
    return tags.get("railway") in _RAIL and tags.get("tunnel", "no") == "no"


def _lies_deep(tags: Tags) -> bool:
    """Say whether a minor way runs below the underpasses, where no place at the surface joins it.

    Layer -1 is where subways under a road or railway lie, which a cable may take.
    """
    if tags.get("tunnel", "no") in {"no", "building_passage"} or tags["highway"] not in _MINOR:
        return False
    return "level" in tags or tags.get("layer", "0") in {"-2", "-3", "-4", "-5"}


def _indoors(tags: Tags) -> bool:
    if tags.get("swimming_pool") == "indoor" or tags.get("location") == "indoor":
        return True
    return tags.get("indoor") == "yes" or tags.get("covered") == "yes" or is_building(tags)


def _first(tags: Tags, table: tuple[tuple[str, frozenset[str], str], ...]) -> str:
    return next((kind for key, values, kind in table if has_value(tags, key, values)), "")
