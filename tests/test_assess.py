"""The chain as a whole: what may and what may not change when its inputs change."""

from __future__ import annotations

import itertools
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
from conftest import X0, Y0, Town, lonlat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from siteselect.assess import Assessment, assess, reweigh, with_opinions
from siteselect.errors import StudyError

ONCE = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def rows(places: list[tuple[str, float, float]]) -> str:
    lines = [
        f"{name},{name},{lon},{lat}"
        for name, (lon, lat) in ((name, lonlat(east, north)) for name, east, north in places)
    ]
    return "site_id,name,lon,lat\n" + "\n".join(lines) + "\n"


PLACES = [("a", 210.0, 190.0), ("b", 500.0, 500.0), ("c", 790.0, 810.0), ("d", 900.0, 60.0)]
inside = st.floats(1.0, 999.0)


@ONCE
@given(east=inside, north=inside)
def test_adding_a_candidate_changes_no_other_score(town: Town, east: float, north: float) -> None:
    town.candidates(rows(PLACES))
    before = town.assess()
    town.candidates(rows([*PLACES, ("new", east, north)]))
    after = town.assess()
    town.candidates(rows(PLACES))
    columns = ["score_low", "score_high", "evidence_share"]
    pd.testing.assert_frame_equal(
        before.ranking.table[columns],
        after.ranking.table.loc[before.ranking.table.index, columns],
        check_exact=True,
    )
    pd.testing.assert_frame_equal(
        before.measures, after.measures.loc[before.measures.index], check_exact=True
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[1::5])
def test_permuting_candidates_changes_nothing(town: Town, order: tuple[int, ...]) -> None:
    town.candidates(rows(PLACES))
    before = town.assess()
    town.candidates(rows([PLACES[i] for i in order]))
    after = town.assess()
    same = after.ranking.table.loc[before.ranking.table.index]
    pd.testing.assert_frame_equal(before.ranking.table, same, check_exact=True)


@pytest.mark.parametrize("layer", ["roads", "supply", "fibre", "sinks", "receptors", "bases"])
def test_permuting_the_rows_of_a_layer_changes_nothing(town: Town, layer: str) -> None:
    before = town.assess()
    frame = gpd.read_file(town.folder / f"{layer}.gpkg")
    town.write(layer, frame.iloc[::-1].reset_index(drop=True))
    after = town.assess()
    pd.testing.assert_frame_equal(before.measures, after.measures, rtol=1e-12)


def test_an_unknown_never_ranks_as_if_it_were_known(town: Town) -> None:
    found = town.assess()
    table = found.ranking.table
    unknown = found.values.isna().any(axis=1)
    assert list(table.index[unknown]) == ["c", "d"]
    assert (table.loc[unknown, "score_high"] > table.loc[unknown, "score_low"]).all()
    assert (table.loc[~unknown, "score_high"] == table.loc[~unknown, "score_low"]).all()
    assert (table.loc[unknown, "evidence_share"] < 1).all()
    assert table.loc["c", "rank_best"] < table.loc["c", "rank_worst"]
    weight = found.weights["heat_used"]
    width = table.loc["c", "score_high"] - table.loc["c", "score_low"]
    assert width == pytest.approx(weight)


@ONCE
@given(demand=st.floats(0, 5000))
def test_whatever_the_unknown_turns_out_to_be_the_interval_held_it(
    town: Town, demand: float
) -> None:
    before = town.assess().ranking.table
    sinks = gpd.read_file(town.folder / "sinks.gpkg")
    known = sinks.copy()
    known.loc[known["sink_id"] == "hall", "demand_mwh_a"] = demand
    town.write("sinks", known)
    after = town.assess().ranking.table
    town.write("sinks", sinks)
    assert before.loc["c", "score_low"] - 1e-12 <= after.loc["c", "score_low"]
    assert after.loc["c", "score_high"] <= before.loc["c", "score_high"] + 1e-12
    assert before.loc["c", "rank_best"] <= after.loc["c", "rank"] <= before.loc["c", "rank_worst"]


def test_a_study_may_narrow_what_an_unknown_could_be(town: Town) -> None:
    wide = town.assess().ranking.table.loc["c"]
    town.document["groups"]["heat"]["criteria"]["heat_used"]["plausible"] = [0, 250]
    narrow = town.assess().ranking.table.loc["c"]
    assert narrow["score_low"] == pytest.approx(wide["score_low"])
    half = (wide["score_low"] + wide["score_high"]) / 2
    assert narrow["score_high"] == pytest.approx(half)


@pytest.mark.parametrize(
    "layer",
    [
        "roads",
        "supply_points",
        "fibre_nodes",
        "heat_sinks",
        "noise_receptors",
        "maintenance_bases",
        "flood",
    ],
)
def test_a_layer_left_out_makes_its_measures_unknown_and_says_so(town: Town, layer: str) -> None:
    del town.document["layers"][layer]
    found = town.assess()
    resting = [name for name, record in found.criteria.items() if layer in record.layers]
    assert resting
    for name in resting:
        assert found.measures[name].isna().all()
        assert found.reasons[name].str.contains(layer).all()
    assert found.ranking.table["rank"].notna().all()


def test_every_gap_has_a_reason_and_every_number_has_none(demo: Assessment) -> None:
    pd.testing.assert_frame_equal(demo.measures.isna(), demo.reasons.ne(""))
    assert demo.measures.isna().to_numpy().any(), "the demo must show what an unknown looks like"


def test_equal_inputs_give_equal_tables(town: Town) -> None:
    one, two = town.assess(), town.assess()
    pd.testing.assert_frame_equal(one.sites, two.sites, check_exact=True)
    pd.testing.assert_frame_equal(one.ranking.table, two.ranking.table, check_exact=True)
    pd.testing.assert_frame_equal(one.findings, two.findings, check_exact=True)


def test_reweighing_ranks_as_a_study_with_those_weights_would(town: Town) -> None:
    swings = {"grid": 5.0, "heat": 100.0, "noise": 0.0}
    moved = reweigh(town.assess(), swings)
    for group, swing in swings.items():
        town.document["groups"][group]["swing"] = swing
    stated = town.assess()
    pd.testing.assert_frame_equal(moved.ranking.table, stated.ranking.table, check_exact=True)
    assert moved.opinions is None


def test_a_scale_in_the_study_replaces_the_default(town: Town) -> None:
    town.document["groups"]["hazard"]["criteria"]["flood_band"]["scale"] = [[0, 0.5], [4, 0]]
    found = town.assess()
    assert found.values["flood_band"].tolist() == [0.5, 0.5, 0.5, 0.0]


def test_a_criterion_that_is_not_on_the_shelf_is_refused_with_the_list(town: Town) -> None:
    town.document["groups"]["hazard"]["criteria"]["volcano"] = {"swing": 10}
    with pytest.raises(StudyError, match=r"volcano.*|flood_band"):
        town.assess()


def test_second_opinions_leave_out_sites_with_unknowns(town: Town) -> None:
    found = with_opinions(town.assess())
    assert found.opinions is not None
    assert set(found.opinions.ranks.index) == {"a", "b"}
    assert {site for site, _ in found.opinions.left_out} == {"c", "d"}


def test_a_grid_of_candidates_keeps_its_points_when_the_area_grows(town: Town) -> None:
    file = {
        key: value
        for key, value in town.document["candidates"]["files"][0].items()
        if key != "path"
    }
    town.document["candidates"] = {"grid": {"spacing_m": 250, **file}}
    small = set(town.assess().sites.index)
    area = gpd.GeoDataFrame(geometry=[Point(X0 + 500, Y0 + 500).buffer(900)], crs=3067)
    town.write("area", area)
    assert small < set(town.assess().sites.index)
    assert len(small) == 25


def test_the_demo_is_a_real_ranking(demo: Assessment) -> None:
    table = demo.ranking.table
    assert 40 <= len(table) <= 80
    assert table["rank"].notna().sum() >= 30
    assert demo.measures.notna().to_numpy().mean() > 0.7
    assert table["score_low"].round(4).nunique() > 30
    assert any(part.basis == "illustrative" for _, part in demo.provenance)
    assert any(part.basis == "published" for _, part in demo.provenance)
    assert np.isfinite(table[["score_low", "score_high"]].to_numpy()).all()


def test_progress_is_told_in_sentences(town: Town) -> None:
    said: list[str] = []
    assess(town.study, Path(town.folder), opinions=False, progress=said.append)
    assert said[0] == "Reading the layers"
    assert "Placing the pod on 4 sites" in said


def test_candidates_that_an_extract_cannot_draw_are_told(town: Town) -> None:
    writer = osmium.SimpleWriter(str(town.folder / "places.osm.pbf"))
    tags = {"amenity": "parking", "name": "Whole"}
    writer.add_node(osmium.osm.mutable.Node(id=1, location=lonlat(500, 500), tags=tags, version=1))
    cut = {"type": "multipolygon", "amenity": "parking"}
    writer.add_relation(
        osmium.osm.mutable.Relation(id=30, members=[("w", 77, "outer")], tags=cut, version=1)
    )
    writer.close()
    file = town.document["candidates"]["files"][0]
    file |= {"path": "places.osm.pbf", "tags": {"amenity": ["parking"]}}
    found = town.assess()
    assert list(found.sites["name"]) == ["Whole"]
    told = [notice.text for notice in found.notices if notice.topic == "incomplete objects"]
    assert len(told) == 1
    assert "osm-relation-30" in told[0]
