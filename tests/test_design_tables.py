"""What the site report says of the design: each row against the columns that it is made of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
from conftest import X0, Y0
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from siteselect.decision.ranking import order
from siteselect.design.columns import SITE_COLUMNS
from siteselect.design.reach import BY_ROUTE
from siteselect.report import design_tables as tables
from siteselect.report.design_rows import span
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from conftest import Town

    from siteselect.assess import Assessment
    from siteselect.report.records import Cell

SAY = wording()
LINES = [(topic, line) for topic in tables.TOPICS for line in topic.lines]


def told(topic: tables.Topic, column: str, **site: Any) -> Cell | None:
    """Write one row of a site of which only some columns are known."""
    line = next(line for line in topic.lines if line.column == column)
    row = line.row({column: None, **site}, SAY)
    return None if row is None else row[1]


def value(topic: tables.Topic, column: str, **site: Any) -> str:
    cell = told(topic, column, **site)
    assert cell is not None
    return cell.text.replace("\u00a0", " ")


def note(topic: tables.Topic, column: str, **site: Any) -> str:
    cell = told(topic, column, **site)
    assert cell is not None
    return cell.note.replace("\u00a0", " ")


# The tables as a whole


@pytest.mark.parametrize(("topic", "line"), LINES, ids=[line.column for _, line in LINES])
def test_every_row_is_of_a_column_of_the_sites_and_has_a_label(
    topic: tables.Topic, line: Any
) -> None:
    assert line.column in {column.name for column in SITE_COLUMNS}
    assert SAY(f"design.rows.{line.column}")
    assert SAY(f"design.topics.{topic.name}")


def test_no_label_stands_twice_in_a_table_and_none_is_left_over() -> None:
    for topic in tables.TOPICS:
        labels = [SAY(f"design.rows.{line.column}") for line in topic.lines]
        assert len(set(labels)) == len(labels)
    used = {line.column for _, line in LINES} | {"inside", "outside", "uncovered"}
    assert set(SAY.texts["design"]["rows"]) == used


def test_a_site_of_which_nothing_is_known_reads_so_in_every_row() -> None:
    empty = {"text": "", "number": np.nan, "flag": None}
    site = {column.name: empty[column.kind] for column in SITE_COLUMNS}
    for _, line in LINES:
        row = line.row(site, SAY)
        if row is not None:
            assert row[1].text in {"not known", "none named", "Not covered by the data"}, line


def test_a_column_that_is_not_there_gives_no_row() -> None:
    assert all(line.row({}, SAY) is None for _, line in LINES)


def test_no_row_of_the_demo_shows_how_it_is_stored(demo: Assessment) -> None:
    for site in order(demo.ranking.table):
        for table in tables.design_tables(demo, str(site), SAY):
            for label, cell in table.rows:
                words = f"{label.text} {cell.text} {cell.note}"
                assert not re.search(r"\b(nan|None|NaT|True|False|inf)\b|\{|_", words), words


def test_the_demo_knows_the_works_of_its_first_site(demo: Assessment) -> None:
    site = str(order(demo.ranking.table)[0])
    row = demo.sites.loc[site]
    rows = {
        label.text: cell
        for table in tables.design_tables(demo, site, SAY)
        for label, cell in table.rows
    }
    low, middle, high = (
        float(cell.replace(",", ""))
        for cell in re.findall(r"[\d,]+\d", rows["Cost, without reinforcement"].text)
    )
    stated = [row[f"connection{end}_gbp"] for end in ("_low", "_high", "")]
    assert [low, middle, high] == pytest.approx(stated, rel=0.051)
    assert rows["Primary substation that feeds it"].text == row["primary_name"]
    assert rows["Primary substation that feeds it"].note.startswith(row["primary_basis"])
    assert rows["Pick-up point"].text == row["fibre_name"]
    assert rows["Stand for the crane"].note == row["crane_stand_basis"]


# Electricity


def test_a_range_names_both_ends_and_the_likeliest() -> None:
    site = {"connection_low_gbp": 4000.0, "connection_gbp": 8000.0, "connection_high_gbp": 12000.0}
    assert value(tables.WORKS, "connection_gbp", **site) == ("4,000 to 12,000, likeliest 8,000 GBP")


def test_a_range_whose_ends_read_the_same_is_one_number() -> None:
    site = {"connection_low_gbp": 5001.0, "connection_gbp": 5002.0, "connection_high_gbp": 5003.0}
    assert value(tables.WORKS, "connection_gbp", **site) == "5,000 GBP"


@given(st.lists(st.floats(0.1, 1e8), min_size=3, max_size=3).map(sorted))
def test_a_range_stays_in_order_when_it_is_rounded(ends: list[float]) -> None:
    site = dict(zip(("x_low_gbp", "x_gbp", "x_high_gbp"), ends, strict=True))
    told = span("x", "gbp", "GBP").write(site, SAY)
    assert told is not None
    numbers = [float(part.replace(",", "")) for part in re.findall(r"\d[\d,]*(?:\.\d+)?", told[0])]
    if len(numbers) == 1:
        assert numbers[0] == pytest.approx(ends[1], rel=0.051)
        assert ends[0] == pytest.approx(ends[2], rel=0.11)
        return
    low, high, middle = numbers
    assert low <= middle <= high
    assert [low, middle, high] == pytest.approx(ends, rel=0.051)


def test_the_ground_of_the_cable_leaves_out_what_is_not_there() -> None:
    site = {
        "connection_verge_m": 12.3,
        "connection_footway_m": 0.0,
        "connection_carriageway_m": 150.0,
    }
    assert value(tables.GRID, "connection_verge_m", **site) == "12 m verge, 150 m carriageway"
    assert told(tables.GRID, "connection_verge_m") is None


def test_an_unknown_length_gives_the_reason() -> None:
    why = "no local substation is mapped: an unmapped substation is not an absent supply"
    site = {"connection_m": np.nan, "connection_basis": why}
    assert value(tables.GRID, "connection_m", **site) == "not known"
    assert note(tables.GRID, "connection_m", **site) == why


def test_a_reason_does_not_say_unknown_a_second_time() -> None:
    site = {"rtt_ms": np.nan, "rtt_basis": "unknown: no length is stated"}
    assert value(tables.FIBRE, "rtt_ms", **site) == "not known"
    assert note(tables.FIBRE, "rtt_ms", **site) == "no length is stated"


def test_a_primary_that_stands_in_for_a_local_point_says_so() -> None:
    site = {"supply_name": "Oakham", "supply_level": "primary"}
    assert "stands in" in note(tables.GRID, "supply_name", supply_local=False, **site)
    assert "stands in" not in note(tables.GRID, "supply_name", supply_local=True, **site)
    assert "stands in" not in note(tables.GRID, "supply_name", supply_local=None, **site)


def test_negative_headroom_keeps_its_sign() -> None:
    assert value(tables.GRID, "supply_headroom_kva", supply_headroom_kva=-250.0) == "\u2212250 kVA"


@pytest.mark.parametrize(
    ("needed", "whole", "said", "small"),
    [
        (None, np.nan, "not known", ""),
        (False, 0.0, "no", "as far as is known"),
        (True, np.nan, "yes", "its cost is not known"),
        (True, 400_000.0, "yes", "400,000 GBP in all, of which the customer pays 280,000 GBP"),
    ],
)
def test_reinforcement_says_who_pays(
    needed: bool | None, whole: float, said: str, small: str
) -> None:
    site = {
        "reinforcement_needed": needed,
        "reinforcement_whole_gbp": whole,
        "reinforcement_gbp": 0.7 * whole,
    }
    assert value(tables.WORKS, "reinforcement_needed", **site) == said
    assert note(tables.WORKS, "reinforcement_needed", **site) == small


@pytest.mark.parametrize(
    ("option", "kva", "said"),
    [
        ("lv_way", np.nan, "none: that of the network serves"),
        ("new_substation", 315.0, "315 kVA"),
        ("new_substation", np.nan, "not known"),
        ("", np.nan, "not known"),
    ],
)
def test_no_transformer_is_an_answer_only_at_low_voltage(
    option: str, kva: float, said: str
) -> None:
    site = {"connection_option": option, "transformer_kva": kva}
    assert value(tables.WORKS, "transformer_kva", **site) == said


def test_what_limits_the_supply_is_known_or_not() -> None:
    assert value(tables.GRID, "upstream_limit", upstream_limit="") == "not known"
    free = {"upstream_limit": "", "upstream_rag": "green", "upstream_after_pod_kva": 900.0}
    assert value(tables.GRID, "upstream_limit", **free) == "nothing that is known"
    short = {**free, "upstream_limit": "Oakham: red", "upstream_after_pod_kva": -5.0}
    assert value(tables.GRID, "upstream_limit", **short) == "Oakham: red"
    assert note(tables.GRID, "upstream_limit", **short) == "least headroom left \u22125 kVA"


# Fibre, noise, access


@pytest.mark.parametrize(
    ("flag", "said"), [(True, "yes"), (False, "no"), (None, "not known"), (np.nan, "not known")]
)
def test_a_flag_has_three_states(flag: object, said: str) -> None:
    assert value(tables.FIBRE, "fibre_closing", fibre_closing=flag) == said


@pytest.mark.parametrize("step", range(6))
def test_every_step_of_the_ladder_is_put_in_words(step: int) -> None:
    site = {"diversity_possible": float(step), "diversity_shared_m": 36.0}
    assert value(tables.FIBRE, "diversity_possible", **site) == f"step {step} of 5"
    assert note(tables.FIBRE, "diversity_possible", **site).endswith("the shared stretch is 36 m")
    assert note(tables.FIBRE, "diversity_proven", diversity_proven=float(step))


def test_screens_are_named_where_they_take_a_decibel() -> None:
    site = {"receptor_open_dba": 41.0, "receptor_level_dba": 33.0}
    assert note(tables.NOISE, "receptor_level_dba", **site) == "8 dB taken by what stands between"
    site["receptor_open_dba"] = 33.2
    assert note(tables.NOISE, "receptor_level_dba", **site) == ""


def test_only_limits_that_are_there_are_named() -> None:
    site = {"day_limit_dba": 55.0, "evening_limit_dba": np.nan, "night_limit_dba": 45.0}
    assert value(tables.NOISE, "night_limit_dba", **site) == "55 dB(A) by day, 45 dB(A) by night"


def test_the_lorry_says_why_it_does_not_arrive() -> None:
    stopped = {
        "lorry_reaches": False,
        "delivery_basis": "no way within the limits mapped",
        "delivery_block": "maxheight 2.1 m at Low Bridge",
    }
    assert value(tables.ACCESS, "lorry_reaches", **stopped) == "no"
    assert note(tables.ACCESS, "lorry_reaches", **stopped) == "no way within the limits mapped"
    assert value(tables.ACCESS, "delivery_block", **stopped) == "maxheight 2.1 m at Low Bridge"
    assert told(tables.ACCESS, "delivery_detour_share", **stopped) is None
    arrived = {
        "lorry_reaches": True,
        "delivery_basis": BY_ROUTE,
        "delivery_from": "primary",
        "delivery_min": 4.0,
        "delivery_detour_share": 0.5,
        "delivery_block": "",
        "delivery_limits_known_share": 0.25,
    }
    assert value(tables.ACCESS, "delivery_detour_share", **arrived) == "50 % longer"
    assert "primary" in note(tables.ACCESS, "lorry_reaches", **arrived)
    assert value(tables.ACCESS, "delivery_block", **arrived) == "none that is mapped"
    assert note(tables.ACCESS, "delivery_block", **arrived) == (
        "limits are mapped on 25 % of the way"
    )


def test_the_floor_says_what_it_bears_or_that_nobody_stated_it() -> None:
    site = {"floor_holds": True, "floor_load_kpa": 7.85, "floor_capacity_kpa": 10.0}
    assert note(tables.ROOM, "floor_holds", **site) == (
        "the pod loads it with 7.85 kPa; it bears 10 kPa"
    )
    site = {"floor_holds": None, "floor_load_kpa": 7.85, "floor_capacity_kpa": np.nan}
    assert note(tables.ROOM, "floor_holds", **site).endswith("not stated for this place")


# What nobody invited


def test_names_from_a_list_stay_names(town: Town) -> None:
    hostile = "</td><script>alert(1)</script>\u202e{x} ${y}"
    supply = town.write("supply", _supply(hostile))
    assert supply.exists()
    assessment = town.assess()
    table = next(
        table
        for table in tables.design_tables(assessment, "a", SAY)
        if table.caption.startswith("Electricity:")
    )
    shown = {label.text: cell for label, cell in table.rows}["Supply point"].text
    assert shown == hostile.replace("\u202e", "")


def _supply(name: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"supply_id": ["s1"], "name": [name], "headroom_kva": [500.0], "level": ["secondary"]},
        geometry=[Point(X0 + 200, Y0 + 200)],
        crs=3067,
    )
