"""What OpenStreetMap's free text means as numbers, against published and hostile values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.sources import osm_kinds, osm_tags

FREE_TEXT = st.text(max_size=40) | st.from_regex(r"[0-9 .,;'\"mphkftinc-]{0,20}")
TAGS = st.dictionaries(
    st.sampled_from(
        ["building", "amenity", "leisure", "oneway", "highway", "voltage", "width", "power"]
    ),
    FREE_TEXT,
)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("20 mph", 32.187),  # osmnx golden test, grid-fibre-access 3.1
        ("30 mph", 48.280),  # OpenStreetMap wiki, Key:maxspeed, conversion table
        ("70 mph", 112.654),
        ("50", 50.0),
        ("50 km/h", 50.0),
        ("10 knots", 18.52),
        ("30mph", 48.280),
        ("30;50", 30.0),
        ("40 mph; 30 mph", 48.280),
        ("walk", 5.0),
        ("GB:nsl_single", 96.561),
    ],
)
def test_speed_published(text, kmh):
    assert osm_tags.speed_kmh(text) == pytest.approx(kmh, abs=0.001)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "none",
        "signals",
        "variable",
        "RO:urban",
        "0",
        "1000",
        "-30",
        "30;none",
        "1,000",
        "fast",
        "nan",
        "inf",
        "1e2",
        "٣٠",
        "30 parsecs",
        ";",
        "30 mph or so",
    ],
)
def test_speed_unknown(text):
    assert math.isnan(osm_tags.speed_kmh(text))


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("11'6\"", 3.505),  # grid-fibre-access 3.2
        ("10 ft 3 in", 3.124),
        ("3.5 m", 3.5),
        ("3.5", 3.5),
        ("3,5", 3.5),
        ("350 cm", 3.5),
        ("11'", 3.353),
        ("6 inches", 0.152),
        ("11′6″", 3.505),  # noqa: RUF001 -- typographic primes are what mappers paste
        ("4;3", 3.0),
        (".5", 0.5),
    ],
)
def test_length_published(text, metres):
    assert osm_tags.length_m(text) == pytest.approx(metres, abs=0.001)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "default",
        "none",
        "below_default",
        "unsigned",
        "~3",
        "3-4",
        "3+",
        "-3",
        "3;wide",
        "1,200",
        "nan",
        "inf",
        "1e3",
        "9" * 400,
        "5 parsecs",
        "''",
        "\x00",
    ],
)
def test_length_unknown(text):
    assert math.isnan(osm_tags.length_m(text))


def test_width_prefers_the_carriageway_and_refuses_the_absurd():
    assert osm_tags.width_m({"width": "9", "width:carriageway": "6.5"}) == 6.5
    assert osm_tags.width_m({"width": "6", "width:carriageway": "900"}) == 6.0
    assert math.isnan(osm_tags.width_m({"width": "0"}))


@pytest.mark.parametrize(
    ("text", "volts"),
    [
        ("33000;11000", (33000, 11000)),
        ("11000;33000", (33000, 11000)),  # unsorted, wiki Key:voltage
        ("11 kV", (11000,)),
        ("0.4kV", (400,)),
        ("400/230", (400, 230)),
        ("medium", ()),
        ("33,000", ()),
        ("0", ()),
        (None, ()),
    ],
)
def test_voltages(text, volts):
    assert osm_tags.voltages_v(text) == volts


@pytest.mark.parametrize(
    ("tags", "level"),
    [
        ({"voltage": "132000;33000;11000"}, "primary"),
        ({"voltage": "33000;11000"}, "primary"),
        ({"voltage": "110000;20000"}, "primary"),  # Finland
        ({"voltage": "400000;132000"}, "grid"),
        ({"voltage": "11000;400"}, "secondary"),
        ({"voltage": "11000"}, "secondary"),
        ({"voltage": "33000"}, "primary"),
        ({"voltage": "400/230"}, "lv"),
        ({"substation": "minor_distribution"}, "secondary"),
        ({"substation": "transmission"}, "grid"),
        ({}, "unknown"),
        ({"power": "transformer"}, "secondary"),
        ({"power": "", "man_made": "street_cabinet"}, "lv"),
    ],
)
def test_supply_level(tags, level):
    assert osm_tags.supply_level({"power": "substation", **tags}) == level


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({"oneway": "yes"}, "forward"),
        ({"oneway": "-1"}, "backward"),
        ({"oneway": "reverse"}, "backward"),
        ({"oneway": "no", "junction": "roundabout"}, "no"),
        ({"junction": "roundabout"}, "forward"),
        ({"highway": "motorway"}, "forward"),
        ({"highway": "motorway_link"}, "no"),
        ({"oneway": "reversible"}, "no"),
        ({}, "no"),
    ],
)
def test_oneway(tags, direction):
    assert osm_tags.oneway(tags) == direction


def test_storeys_and_lanes():
    assert osm_tags.storeys({"building:levels": "2.5"}) == 2.5
    assert math.isnan(osm_tags.storeys({"building:levels": "0"}))
    assert math.isnan(osm_tags.storeys({}))
    assert osm_tags.lanes("2") == 2
    assert math.isnan(osm_tags.lanes("2-3"))


def test_names():
    house = {"addr:street": "Mill Lane", "addr:housenumber": "2"}
    assert osm_tags.place_name(house) == "Mill Lane 2"
    assert osm_tags.place_name({"name": "Mill", **house}) == "Mill"
    assert osm_tags.place_name({}) == ""


@given(FREE_TEXT)
def test_any_text_gives_a_number_in_range_or_unknown(text):
    speed, length = osm_tags.speed_kmh(text), osm_tags.length_m(text)
    assert math.isnan(speed) or 1 <= speed <= 200
    assert math.isnan(length) or 0 <= length < math.inf
    assert all(volts > 0 for volts in osm_tags.voltages_v(text))


@given(st.floats(min_value=2, max_value=120))
def test_miles_are_longer_than_kilometres(number):
    text = f"{number:.2f}"
    ratio = osm_tags.speed_kmh(f"{text} mph") / osm_tags.speed_kmh(text)
    assert ratio == pytest.approx(1.609344)


@given(st.integers(0, 40), st.integers(0, 11))
def test_feet_and_inches_round_trip(feet, inches):
    expected = feet * 0.3048 + inches * 0.0254
    for text in (f"{feet}'{inches}\"", f"{feet} ft {inches} in", f"{feet}' {inches}''"):
        assert osm_tags.length_m(text) == pytest.approx(expected)


@given(TAGS)
def test_every_set_of_tags_has_an_answer(tags):
    assert osm_tags.oneway(tags) in {"no", "forward", "backward"}
    assert osm_tags.supply_level(tags) in {"grid", "primary", "secondary", "lv", "unknown"}
    for kind_of in (
        *(osm_kinds.heat_sink_place, osm_kinds.heat_sink_building, osm_kinds.receptor_place),
        *(osm_kinds.receptor_building, osm_kinds.fibre_kind, osm_kinds.constraint_kind),
    ):
        assert isinstance(kind_of(tags), str)


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "residential", "access": "private"}, True),
        ({"highway": "residential", "access": "no"}, False),
        ({"highway": "residential", "access": "no", "foot": "yes"}, True),
        ({"highway": "pedestrian", "area": "yes"}, False),
        ({"highway": "footway", "indoor": "yes"}, False),
        ({"highway": "service", "tunnel": "yes", "layer": "-3"}, False),
        ({"highway": "footway", "tunnel": "yes", "level": "-1"}, False),
        ({"highway": "footway", "tunnel": "yes", "layer": "-1"}, True),
        ({"highway": "primary", "tunnel": "yes", "layer": "-2"}, True),
        *(
            ({"highway": value}, False)
            for value in ("steps", "corridor", "elevator", "platform", "proposed")
        ),
        *(({"highway": value}, False) for value in ("construction", "raceway", "trail")),
        *(({"highway": value}, True) for value in ("track", "living_street", "cycleway")),
    ],
)
def test_streets(tags, kept):
    assert osm_kinds.is_street(tags) is kept


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"leisure": "swimming_pool", "location": "indoor"}, "pool"),
        ({"leisure": "swimming_pool"}, "outdoor_pool"),
        ({"leisure": "sports_centre", "sport": "tennis;swimming"}, "pool"),
        ({"leisure": "sports_centre"}, "leisure_centre"),
        ({"amenity": "university"}, "public_building"),
        ({"office": "company"}, ""),  # a tenant, drawn as a point
        ({"office": "company", "building": "yes"}, "office"),
        ({"amenity": "prison"}, "other"),
        ({"building": "yes"}, ""),
    ],
)
def test_heat_sink_places(tags, kind):
    assert osm_kinds.heat_sink_place(tags) == kind


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"listed_status": "Grade II*"}, "listed_building"),
        ({"listed_status": "Scheduled Monument"}, "scheduled_monument"),
        ({"heritage": "yes"}, ""),
        ({"leisure": "nature_reserve"}, ""),
        ({"boundary": "protected_area"}, ""),
        (
            {
                "boundary": "protected_area",
                "designation": "site_of_special_scientific_interest",
            },
            "sssi",
        ),
        (
            {"boundary": "protected_area", "protection_title": "Special Area of Conservation"},
            "habitat_site",
        ),
        ({"designation": "site_of_special_scientific_interest"}, ""),
    ],
)
def test_constraints_only_where_certain(tags, kind):
    assert osm_kinds.constraint_kind(tags) == kind


def test_a_plain_building_is_a_dwelling_only_with_an_address_and_no_other_use():
    address = {"building": "yes", "addr:housenumber": "4"}
    assert osm_kinds.may_be_dwelling(address)
    assert not osm_kinds.may_be_dwelling({"building": "yes"})
    assert not osm_kinds.may_be_dwelling({**address, "shop": "books"})
    assert not osm_kinds.may_be_dwelling({**address, "building": "industrial"})


def test_copper_is_no_fibre_and_railways_are_no_supply():
    cabinet = {"man_made": "street_cabinet", "street_cabinet": "telecom"}
    assert osm_kinds.fibre_kind(cabinet) == "cabinet"
    assert osm_kinds.fibre_kind({**cabinet, "telecom:medium": "copper"}) == ""
    assert osm_kinds.is_supply_point({"power": "substation"})
    assert not osm_kinds.is_supply_point({"power": "substation", "substation": "traction"})


def test_heat_mains_by_any_of_the_ways_to_say_so():
    assert osm_kinds.is_heat_main({"man_made": "pipeline", "substance": "hot_water"})
    assert osm_kinds.is_heat_main({"man_made": "pipeline", "type": "heat"})
    assert not osm_kinds.is_heat_main({"man_made": "pipeline", "substance": "water"})
