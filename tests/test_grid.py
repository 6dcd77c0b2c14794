"""The electricity connection in pure form: table 1.7, published cases, limits, properties."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.finance.charges import connection_gbp as charged_gbp
from siteselect.finance.charges import customer_reinforcement_gbp
from siteselect.finance.prices import prices, rates_at
from siteselect.grid import upstream
from siteselect.grid.capacity import availability_share, headroom
from siteselect.grid.catalogue import (
    HV_METERED,
    LV_MAIN,
    LV_WAY,
    NEW_SUBSTATION,
    OPTIONS,
    kinds,
    notes_for,
    reinforcement_weeks,
    security_of,
)
from siteselect.grid.cost import connection_gbp, within
from siteselect.grid.duration import connection_weeks
from siteselect.grid.option import by_size, choose, longest_lv_m, transformer_kva
from siteselect.sizing.electrical import (
    apparent_power_kva,
    line_current_amp,
    transformer_headroom_kw,
)
from siteselect.sources import osm_power

NUMBERS = (
    *("headroom_kva", "real_headroom_kw", "firm_kva", "peak_kva", "contracted_kva"),
    *("rating_kva", "utilisation_share"),
)
TEXTS = ("name", "rag", "upstream_rag", "upstream_id", "constraint_text")


def points(*rows: dict[str, object]) -> pd.DataFrame:
    """Make rows of the layer `supply_points`."""
    empty = dict.fromkeys(NUMBERS, math.nan) | dict.fromkeys(TEXTS, "") | {"level": "secondary"}
    return pd.DataFrame([empty | {"supply_id": f"p{at}"} | row for at, row in enumerate(rows)])


# --- capacity


@pytest.mark.parametrize(
    ("real_kw", "factor", "kva", "low_amp", "high_amp"),
    [
        (20, 0.95, 21.1, 30.4, 1.10),
        (50, 0.95, 52.6, 76.0, 2.76),
        (100, 0.95, 105.3, 151.9, 5.52),
        (200, 0.95, 210.5, 303.9, 11.05),
        (500, 0.95, 526.3, 759.7, 27.62),
        (500, 0.98, 510.2, 736.4, 26.78),
    ],
)
def test_table_1_7(real_kw, factor, kva, low_amp, high_amp):
    """Reference sheet grid-fibre-access, table 1.7."""
    found = apparent_power_kva(real_kw, factor)
    assert found == pytest.approx(kva, abs=0.05)
    assert line_current_amp(found) == pytest.approx(low_amp, abs=0.05)
    assert line_current_amp(found, voltage_v=11_000) == pytest.approx(high_amp, abs=0.006)


def test_three_phases_of_100_a_are_69_28_kva():
    assert line_current_amp(69.282) == pytest.approx(100, abs=0.001)


def test_loading_rule_of_the_sheet_is_133_kw():
    """Section 1.10: (0.8 x 500 - 260) kVA x 0.95, and the same through the layer's columns."""
    assert transformer_headroom_kw(500, 260, 0.95) == pytest.approx(133.0)
    found = headroom(points({"rating_kva": 500.0, "peak_kva": 260.0}), 0.95, 0.8)
    assert found.kva[0] * 0.95 == pytest.approx(133.0)
    assert found.basis[0] == "0.8 of the rating less peak"


def test_real_power_becomes_apparent_power_only_with_a_stated_power_factor():
    """Section 6, test 15: 4.75 MW are 5.0 MVA at 0.95."""
    found = headroom(points({"real_headroom_kw": 4750.0}), 0.95, 0.8)
    assert found.kva[0] == pytest.approx(5000.0)
    assert found.basis[0] == "published as real power, at power factor 0.95"


def test_the_best_that_is_known_counts_and_says_so():
    everything = {
        "headroom_kva": 100.0,
        "real_headroom_kw": 190.0,
        "firm_kva": 1000.0,
        "peak_kva": 700.0,
        "rating_kva": 1500.0,
        "utilisation_share": 0.5,
    }
    rows, expected = [], [100.0, 200.0, 300.0, 500.0, 450.0]
    for known in ("", "headroom_kva", "real_headroom_kw", "firm_kva", "peak_kva"):
        everything = everything | ({known: math.nan} if known else {})
        rows.append(everything)
    found = headroom(points(*rows), 0.95, 0.8)
    assert found.kva == pytest.approx(expected)
    assert list(found.basis) == [
        "published",
        "published as real power, at power factor 0.95",
        "firm capacity less peak",
        "0.8 of the rating less peak",
        "0.8 of the rating less the share in use",
    ]


def test_headroom_keeps_its_sign_and_missing_stays_missing():
    found = headroom(
        points(
            {"firm_kva": 0.0, "peak_kva": 250.0},  # one transformer: no capacity after an outage
            {"headroom_kva": -300.0},
            {"firm_kva": 800.0},
            {},
        ),
        0.95,
        0.8,
    )
    assert found.kva[:2].tolist() == [-250.0, -300.0]
    assert np.isnan(found.kva[2:]).all()
    assert list(found.basis[2:]) == ["", ""]


def test_contracted_demand_is_taken_off_capacity_and_not_off_published_headroom():
    rows = points(
        {"firm_kva": 1000.0, "peak_kva": 400.0, "contracted_kva": 250.0},
        {"headroom_kva": 600.0, "contracted_kva": 250.0},
    )
    assert headroom(rows, 0.95, 0.8).kva.tolist() == [350.0, 600.0]
    assert "contracted" in headroom(rows, 0.95, 0.8).basis[0]
    assert headroom(rows, 0.95, 0.8, contracted=False).kva.tolist() == [600.0, 600.0]


@pytest.mark.parametrize("level", ["primary", "grid"])
def test_the_rating_of_a_primary_is_not_its_capacity_after_an_outage(level):
    rows = points({"level": level, "rating_kva": 40_000.0, "peak_kva": 12_000.0})
    assert np.isnan(headroom(rows, 0.95, 0.8).kva[0])


def test_availability_of_35_minutes():
    """Section 1.11: 35 customer minutes lost are 99.99334 %."""
    assert availability_share(35) == pytest.approx(0.9999334, abs=5e-8)
    assert availability_share(0) == 1.0
    for minutes in (-1.0, 525_601.0, math.nan):
        with pytest.raises(ValueError, match="525,600"):
            availability_share(minutes)


# --- kind of connection


@pytest.mark.parametrize(
    ("kva", "option"),
    [
        (1, "lv_main"),
        (69, "lv_main"),
        (69.1, "lv_way"),
        (276, "lv_way"),
        (277, "new_substation"),
        (1000, "new_substation"),
        (1000.1, "hv_metered"),
    ],
)
def test_sizes_of_the_sheet(kva, option):
    assert OPTIONS[int(by_size(kva))] == option


def test_a_long_cable_or_a_full_substation_asks_for_a_new_one():
    # Columns: near with room, too far, full, both unknown.
    found = choose(100, [50, 900, 50, np.nan], [500, 500, 99, np.nan], 300)
    assert found.tolist() == [LV_WAY, NEW_SUBSTATION, NEW_SUBSTATION, LV_WAY]
    assert choose(400, 10, 10_000, 300).tolist() == NEW_SUBSTATION
    assert choose(1200, 10, 0, 300).tolist() == HV_METERED


def test_voltage_holds_over_half_a_kilometre_only_for_small_loads():
    """276 kVA is 398 A: over 0.12 ohm/km that is 83 V a km between phases, 5 % of 400 V in 242 m.

    S z L / V^2 = 276,000 x 0.12 x 0.2415 / 160,000 = 0.05.
    """
    assert longest_lv_m(276, 0.05, 0.12, 500) == pytest.approx(241.5, abs=0.1)
    assert longest_lv_m(69, 0.05, 0.12, 500) == 500
    volts = math.sqrt(3) * line_current_amp(276) * 0.12 * 0.2415
    assert volts / 400 == pytest.approx(0.05, rel=1e-3)


@pytest.mark.parametrize(
    ("kva", "rating"), [(100, 315), (252, 315), (253, 500), (400, 500), (401, 800), (900, 1500)]
)
def test_a_flat_load_uses_eight_tenths_of_a_transformer(kva, rating):
    assert transformer_kva(np.array([NEW_SUBSTATION]), kva, 0.8)[0] == rating


def test_no_transformer_where_the_network_s_own_serves_and_none_beyond_the_largest():
    found = transformer_kva(np.array([LV_MAIN, LV_WAY, HV_METERED]), 1300, 0.8)
    assert np.isnan(found).all()


# --- cost


def one(option: int, transformer: float, ground_m: list[float], rates: dict[str, float]) -> float:
    found = connection_gbp(
        np.array([option]), np.array([transformer]), np.array([ground_m], dtype=float), rates
    )
    return float(found[0])


TABLE_1_9 = {  # verge, footway, carriageway; low, middle, high
    LV_WAY: ((60, 90, 150), (90, 140, 220), (140, 200, 350)),
    NEW_SUBSTATION: ((90, 130, 200), (130, 190, 300), (200, 280, 450)),
}


@pytest.mark.parametrize("option", TABLE_1_9)
@pytest.mark.parametrize(("ends", "row"), [("favourable", 0), ("mid", 1), ("adverse", 2)])
def test_cable_by_ground_is_table_1_9(option, ends, row):
    rates = rates_at(ends)
    bare = one(option, 315.0, [0, 0, 0], rates)
    for ground in range(3):
        metres = [0.0, 0.0, 0.0]
        metres[ground] = 100.0
        cable = one(option, 315.0, metres, rates) - bare
        assert cable == pytest.approx(100 * TABLE_1_9[option][row][ground])


def test_fixed_parts_are_those_of_table_1_9():
    rates = rates_at()
    fixed = [
        one(LV_MAIN, math.nan, [0, 0, 0], rates),
        one(LV_WAY, math.nan, [0, 0, 0], rates),
        one(NEW_SUBSTATION, 500, [0, 0, 0], rates),
        one(NEW_SUBSTATION, 800, [0, 0, 0], rates),
    ]
    assert fixed == [3000, 8000, 70_000, 90_000]
    assert math.isnan(one(NEW_SUBSTATION, 1500, [0, 0, 0], rates))
    assert math.isnan(one(HV_METERED, 1500, [0, 0, 0], rates))


def test_the_appraisal_uses_the_same_formula():
    rates = rates_at()
    same = one(NEW_SUBSTATION, 800, [20, 30, 50], rates)
    told = charged_gbp(
        450,
        100,
        rates,
        option="new_substation",
        transformer_kva=800,
        verge_m=20,
        carriageway_m=50,
    )
    assert told == pytest.approx(same)
    assert same == 90_000 + 20 * 130 + 30 * 190 + 50 * 300


def test_a_known_price_in_the_footway_carries_the_other_grounds():
    rates = rates_at("mid", {"cable_gbp_m": 280.0})
    assert one(LV_WAY, math.nan, [100, 0, 0], rates) == pytest.approx(8000 + 100 * 180)


def test_prices_of_the_connection_are_among_all_prices_with_their_evidence():
    for name in ("cable_gbp_m", "cable_hv_gbp_m", "service_gbp", "substation_large_gbp"):
        price = prices()[name]
        assert price.low < price.mid < price.high
        assert price.source.startswith("[J]")


@pytest.mark.parametrize(
    ("whole", "kva", "paid"), [(2_000_000, 1000, 280_000), (860_000, 500, 0), (150_000, 100, 0)]
)
def test_high_cost_threshold(whole, kva, paid):
    """Access SCR, applications from 1 April 2023: 1,720 GBP/kVA (section 1.8)."""
    assert customer_reinforcement_gbp(whole, kva) == pytest.approx(paid)
    assert customer_reinforcement_gbp(np.array([whole]), kva)[0] == pytest.approx(paid)
    assert math.isnan(customer_reinforcement_gbp(math.nan, kva))


LENGTHS = st.floats(0, 5000)
LOADS = st.floats(1, 1400)


def cost_of(kva: float, ground_m: list[float], room_kva: float, ends: str = "mid") -> float:
    options = choose([kva], [sum(ground_m)], [room_kva], longest_lv_m([kva], 0.05, 0.12, 500))
    transformers = transformer_kva(options, [kva], 0.8)
    return float(connection_gbp(options, transformers, np.array([ground_m]), rates_at(ends))[0])


@given(LOADS, LOADS, st.lists(LENGTHS, min_size=3, max_size=3), st.floats(-500, 2000))
def test_a_larger_load_never_costs_less(one_kva, other_kva, ground_m, room_kva):
    small, large = sorted((one_kva, other_kva))
    cheap, dear = cost_of(small, ground_m, room_kva), cost_of(large, ground_m, room_kva)
    assert math.isnan(dear) or cheap <= dear + 1e-6
    assert not math.isnan(cheap) or math.isnan(dear), "without a price at once, with one later"


@given(LOADS, st.lists(LENGTHS, min_size=3, max_size=3), LENGTHS, st.integers(0, 2))
def test_a_longer_cable_never_costs_less(kva, ground_m, more_m, ground):
    longer = list(ground_m)
    longer[ground] += more_m
    near, far = cost_of(kva, ground_m, 1e9), cost_of(kva, longer, 1e9)
    assert math.isnan(far) or near <= far + 1e-6


@given(LOADS, st.lists(LENGTHS, min_size=3, max_size=3), st.floats(-500, 2000))
def test_low_middle_and_high_stand_in_that_order(kva, ground_m, room_kva):
    low, mid, high = (
        cost_of(kva, ground_m, room_kva, ends) for ends in ("favourable", "mid", "adverse")
    )
    assert math.isnan(mid) or low <= mid <= high


@given(LOADS, LENGTHS, st.floats(-500, 2000), st.floats(0, 3000))
def test_more_headroom_never_asks_for_a_larger_connection(kva, route_m, room_kva, more_kva):
    before = choose(kva, route_m, room_kva, 300)
    after = choose(kva, route_m, room_kva + more_kva, 300)
    assert after <= before


@given(st.lists(LENGTHS, min_size=3, max_size=3), st.floats(0, 5000))
def test_a_cable_cut_short_keeps_its_grounds(ground_m, longest_m):
    whole = np.array([ground_m])
    cut = within(whole, longest_m)
    assert cut.sum() == pytest.approx(min(whole.sum(), longest_m), rel=1e-9, abs=1e-9)
    assert (cut <= whole + 1e-9).all()


# --- time, security, notes


def test_weeks_are_quotation_and_works():
    codes = np.arange(len(OPTIONS))
    none = np.zeros(len(codes), dtype=bool)
    low, mid, high = (connection_weeks(codes, none, end) for end in ("low", "mid", "high"))
    assert low[LV_MAIN] == 5 / 5 + 8
    assert high[NEW_SUBSTATION] == 35 / 5 + 52
    assert (low <= mid).all()
    assert (mid <= high).all()
    assert all(sooner <= later for sooner, later in pairwise(mid))


def test_reinforcement_runs_beside_the_works_and_takes_years():
    codes = np.array([LV_WAY])
    found = connection_weeks(codes, np.array([True]), "low")
    assert found[0] == 25 / 5 + reinforcement_weeks().low
    assert reinforcement_weeks().low >= 52


def test_every_time_says_where_it_comes_from():
    for kind in kinds():
        assert kind.weeks.source[:3] in {"[S]", "[K]", "[J]"}
        assert kind.weeks.low <= kind.weeks.mid <= kind.weeks.high


def test_a_single_pod_has_no_second_feed_by_right():
    first = security_of(600)
    assert first is not None
    assert "class A" in first.source
    assert "no second feed" in first.text
    second = security_of(1001)
    assert second is not None
    assert "class B" in second.source
    assert security_of(50_000) is None


@pytest.mark.parametrize(
    ("kva", "words"),
    [(100, "half-hourly"), (249, "charges for the offer"), (299, "major project")],
)
def test_notes_start_at_their_size(kva, words):
    def told(at_kva: float) -> bool:
        return any(words in note for note in notes_for(at_kva))

    assert not told(kva)
    assert told(kva + 1.01)
    assert any("90 days" in note for note in notes_for(1))
    assert all("[" in note for note in notes_for(500))


def test_half_hourly_metering_counts_real_power():
    assert not any("half-hourly" in note for note in notes_for(105, power_factor=0.95))
    assert any("half-hourly" in note for note in notes_for(106, power_factor=0.95))


# --- upstream


def chain() -> pd.DataFrame:
    return points(
        {"supply_id": "lv", "upstream_id": "pri", "name": "Mill Lane"},
        {"supply_id": "pri", "upstream_id": "bsp", "rag": "green", "name": "Oakham"},
        {"supply_id": "bsp", "upstream_id": "gsp", "rag": "amber", "name": "Stamford"},
        {"supply_id": "gsp", "rag": "red", "name": "Walpole", "constraint_text": "thermal"},
        {"supply_id": "lone", "upstream_id": "nobody", "rag": "green"},
        {"supply_id": "told", "rag": "green", "upstream_rag": "amber", "name": "Empingham"},
    )


def test_the_worst_on_the_way_up_counts_and_is_named():
    rows = chain()
    rungs = upstream.ladder(rows)
    unknown = np.full(len(rows), np.nan)
    assert upstream.worst_colour(rungs, rows).tolist() == ["red"] * 4 + ["green", "amber"]
    assert upstream.limit(rungs, rows, unknown, 100.0).tolist() == [
        *["Walpole: red, thermal"] * 4,
        "",
        "what feeds Empingham: amber",
    ]


def test_without_colours_the_one_that_is_short_is_named():
    rows = chain().assign(rag="", upstream_rag="")
    rungs = upstream.ladder(rows)
    kva = np.array([500.0, 5000.0, -40.0, np.nan, np.nan, 90.0])
    assert upstream.least_kva(rungs, kva)[:3].tolist() == [-40.0, -40.0, -40.0]
    told = upstream.limit(rungs, rows, kva, 100.0)
    assert told[0] == "Stamford: 140 kVA short"
    assert told[3] == ""
    assert told[5] == "Empingham: 10 kVA short"


def test_a_loop_in_the_data_ends():
    rows = points(
        {"supply_id": "a", "upstream_id": "b"},
        {"supply_id": "b", "upstream_id": "a", "rag": "red", "name": "B"},
        {"supply_id": "c", "upstream_id": "c"},
    )
    rungs = upstream.ladder(rows)
    assert [[row for row in line if row >= 0] for line in rungs.tolist()] == [[0, 1], [1, 0], [2]]
    assert upstream.worst_colour(rungs, rows).tolist() == ["red", "red", ""]


def test_no_points_is_no_fault():
    rows = chain().iloc[:0]
    rungs = upstream.ladder(rows)
    assert len(upstream.worst_colour(rungs, rows)) == 0
    assert len(upstream.limit(rungs, rows, np.empty(0), 100.0)) == 0


@given(st.lists(st.integers(-1, 6), min_size=7, max_size=7), st.permutations(range(7)))
def test_colours_do_not_hang_on_the_order_of_rows(parents, order):
    colours = ["", "green", "amber", "red", "", "green", "amber"]
    rows = points(
        *(
            {
                "supply_id": f"p{at}",
                "upstream_id": "" if parent < 0 else f"p{parent}",
                "rag": colours[at],
            }
            for at, parent in enumerate(parents)
        )
    )
    other = rows.iloc[list(order)].reset_index(drop=True)

    def by_id(frame: pd.DataFrame) -> dict[str, str]:
        worst = upstream.worst_colour(upstream.ladder(frame), frame)
        return dict(zip(frame["supply_id"], worst, strict=True))

    assert by_id(rows) == by_id(other)


# --- tags of OpenStreetMap


@pytest.mark.parametrize(
    ("text", "kva"),
    [
        ("500 kVA", 500),
        ("500kva", 500),
        ("0.5 MVA", 500),
        ("2 x 120MVA", 240_000),
        ("2x500 kVA", 1000),
        ("500", math.nan),
        ("500 kW", math.nan),
        ("40;50 MVA", math.nan),
        ("", math.nan),
        (None, math.nan),
        ("1e9 MVA", math.nan),
        ("99999999 MVA", math.nan),
        ("0 kVA", math.nan),
    ],
)
def test_ratings(text, kva):
    assert osm_power.rating_kva(text) == pytest.approx(kva, nan_ok=True)


@pytest.mark.parametrize(
    ("tags", "kv", "level"),
    [
        ({"voltage": "11000;33000"}, (33.0, 11.0), "primary"),
        ({"voltage": "132000;33000;11000"}, (132.0, 11.0), "primary"),
        ({"voltage:primary": "11000", "voltage:secondary": "400"}, (11.0, 0.4), "secondary"),
        ({"voltage:primary": "33000", "voltage:secondary": "11000"}, (33.0, 11.0), "primary"),
        ({"voltage": "11000"}, (11.0, math.nan), "secondary"),
        ({}, (math.nan, math.nan), "unknown"),
    ],
)
def test_voltages_of_a_substation(tags, kv, level):
    station = {"power": "substation", **tags}
    assert osm_power.voltages_kv(station) == pytest.approx(kv, nan_ok=True)
    assert osm_power.level(station) == level


def test_a_transformer_on_a_pole_is_met_and_a_bare_pole_is_not():
    assert osm_power.is_supply_point({"power": "pole", "transformer": "distribution"})
    assert osm_power.level({"power": "pole", "transformer": "distribution"}) == "secondary"
    assert not osm_power.is_supply_point({"power": "pole"})


@given(st.text(max_size=20))
def test_no_text_makes_a_rating_crash_or_lie(text):
    found = osm_power.rating_kva(text)
    assert math.isnan(found) or 1 <= found <= 5_000_000
