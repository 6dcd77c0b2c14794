"""What land is left: the waterfall adds up, what is not known stays in and is counted."""

from __future__ import annotations

import copy
import csv
import io
import itertools
import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import yaml
from conftest import STUDY, X0, Y0
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from shapely.geometry import GeometryCollection, LineString, Point, Polygon, box
from typer.testing import CliRunner

from siteselect import cli
from siteselect.candidates.buildable import NO_LAYER, STEPS, Buildable, buildable, judge
from siteselect.candidates.features import faults_of
from siteselect.charts.land import Taken, land_chart
from siteselect.contracts import Layer
from siteselect.errors import StudyError
from siteselect.layers.build import Territory, specs
from siteselect.report.html import study_report
from siteselect.report.model import study_model
from siteselect.report.tables import safe_csv
from siteselect.runs import save_run
from siteselect.study import Study

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Town
    from shapely.geometry.base import BaseGeometry

AREA = box(X0, Y0, X0 + 1000, Y0 + 1000)
HA = 10_000
HOSTILE = '<script>alert(1)</script>=HYPERLINK("x")\u202e\x1b[31m'


def square(west: float, south: float, side: float = 100) -> Polygon:
    return box(X0 + west, Y0 + south, X0 + west + side, Y0 + south + side)


def layer(
    name: str, shapes: list[BaseGeometry], coverage: BaseGeometry = AREA, **more: Any
) -> Layer:
    columns = {key: more.pop(key) for key in ("kind", "band", "highway") if key in more}
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=3067), crs=3067)
    return Layer(specs()[name], frame, (), coverage, **more)


def territory(*layers: Layer, area: BaseGeometry = AREA) -> Territory:
    by_name = {each.name: each for each in layers}
    return Territory(area, CRS(3067), by_name, None, {}, (), ())  # type: ignore[arg-type]


def study(*exclusions: dict[str, Any]) -> Study:
    document = copy.deepcopy(yaml.safe_load(STUDY))
    document["candidates"]["exclude"] = list(exclusions)
    return Study.model_validate(document)


def ground_of(*layers: Layer, exclude: list[dict[str, Any]], **more: Any) -> Buildable:
    asked = study(*exclude)
    assert faults_of(asked) == []
    return buildable(asked, territory(*layers, **more))


def band(name: str) -> dict[str, Any]:
    return {"label": name, "layer": "flood", "where": {"band": [name]}}


# --- the sums -------------------------------------------------------------------------------------


boxes = st.lists(
    st.builds(
        lambda x, y, w, h: box(X0 + x, Y0 + y, X0 + x + w, Y0 + y + h),
        st.floats(-300, 1200),
        st.floats(-300, 1200),
        st.floats(0.5, 600),
        st.floats(0.5, 600),
    ),
    max_size=6,
)
BANDS = ("high", "medium", "low")


@given(st.tuples(boxes, boxes, boxes), st.tuples(*[st.sampled_from([0.0, 0.0, 7.3, 120.0])] * 3))
def test_area_is_what_is_removed_plus_what_is_left(
    shapes: tuple[list[Polygon], ...], buffers: tuple[float, ...]
) -> None:
    flood = layer(
        "flood",
        list(itertools.chain(*shapes)),
        band=list(
            itertools.chain(*([name] * len(each) for name, each in zip(BANDS, shapes, strict=True)))
        ),
    )
    exclude = [{**band(name), "buffer_m": by} for name, by in zip(BANDS, buffers, strict=True)]
    ground = ground_of(flood, exclude=exclude)
    steps = ground.steps
    assert list(steps.columns) == list(STEPS)
    assert ground.area_ha == 100
    assert steps["removed_ha"].sum() + steps["left_ha"].iloc[-1] == pytest.approx(100, rel=1e-12)
    assert (steps["removed_ha"] + steps["left_ha"]).to_numpy() == pytest.approx(
        steps["before_ha"].to_numpy(), rel=1e-12
    )
    assert steps["before_ha"].tolist()[1:] == steps["left_ha"].tolist()[:-1]
    assert (steps["removed_ha"] >= 0).all()
    assert (steps["removed_ha"] <= steps["excluded_ha"] + 1e-3).all()
    assert (steps["left_share"] == steps["left_ha"] / 100).all()
    assert (steps["unknown_ha"] == 0).all()
    # The land is what one union of everything would have left.
    shut = [
        each.buffer(by, quad_segs=8)
        for part, by in zip(shapes, buffers, strict=True)
        for each in part
    ]
    expected = AREA.difference(shapely.union_all(shut)).area / HA
    assert ground.land.area / HA == pytest.approx(expected, abs=2e-3)
    assert ground.land.is_valid


@given(st.permutations(BANDS))
def test_what_an_exclusion_covers_by_itself_does_not_depend_on_the_order(order: list[str]) -> None:
    flood = layer(
        "flood",
        [square(0, 0, 300), square(150, 150, 300), square(0, 0, 700)],
        band=list(BANDS),
    )
    steps = ground_of(flood, exclude=[band(name) for name in order]).steps.set_index("label")
    assert steps["excluded_ha"].to_dict() == pytest.approx({"high": 9, "medium": 9, "low": 49})
    assert steps["left_ha"].iloc[-1] == pytest.approx(51)
    assert steps["removed_ha"].iloc[0] == pytest.approx(steps["excluded_ha"].iloc[0])
    first = {"high": 6.75, "medium": 6.75, "low": 49}  # high and medium share 2.25 ha
    if order[-1] == "low":
        assert steps.loc[order[1], "removed_ha"] == pytest.approx(first[order[1]])
        assert steps.loc["low", "removed_ha"] == pytest.approx(49 - 9 - 6.75)
    else:
        last = order[order.index("low") + 1 :]
        assert steps.loc[last, "removed_ha"].to_numpy() == pytest.approx(0)


def test_a_strip_round_a_point_and_a_line_has_the_area_of_its_polygon() -> None:
    supply = layer("supply_points", [Point(X0 + 500, Y0 + 500)])
    roads = layer("roads", [LineString([(X0 - 50, Y0 + 100), (X0 + 1050, Y0 + 100)])])
    exclude = [
        {"label": "Substations", "layer": "supply_points", "buffer_m": 50},
        {"label": "Roads", "layer": "roads", "buffer_m": 4},
    ]
    steps = ground_of(supply, roads, exclude=exclude).steps
    corners = 32  # a circle of four quarters with 8 segments each
    disc = 0.5 * corners * math.sin(2 * math.pi / corners) * 50**2
    assert steps["excluded_ha"].tolist() == pytest.approx([disc / HA, 1000 * 8 / HA], rel=1e-4)


def test_a_feature_just_outside_still_reaches_in() -> None:
    receptors = layer("noise_receptors", [Point(X0 - 30, Y0 + 500)])
    exclude = [{"label": "Homes", "layer": "noise_receptors", "buffer_m": 50}]
    ground = ground_of(receptors, exclude=exclude)
    segment_m2 = 50**2 * math.acos(30 / 50) - 30 * 40  # of a circle cut 30 m from its middle
    assert ground.steps["removed_ha"].iloc[0] * HA == pytest.approx(segment_m2, rel=0.02)
    flags = judge(np.array([Point(X0 + 10, Y0 + 500), Point(X0 + 30, Y0 + 500)]), ground)
    assert flags["buildable"].tolist() == [False, True]


def test_four_thousand_polygons_are_counted_to_the_square_metre() -> None:
    squares = [square(15 * i, 15 * j, 10) for i in range(64) for j in range(64)]
    ground = ground_of(layer("flood", squares, band=["high"] * 4096), exclude=[band("high")])
    assert ground.steps["removed_ha"].iloc[0] * HA == pytest.approx(4096 * 100, abs=1)
    assert len(ground.land.interiors) >= 63 * 63


def test_shapes_that_break_overlays_are_borne() -> None:
    mixed = GeometryCollection([square(0, 0), LineString([(X0, Y0), (X0 + 900, Y0 + 900)])])
    slivers = [
        Polygon([(X0, Y0 + 500), (X0 + 1000, Y0 + 500 + 1e-9), (X0 + 1000, Y0 + 500)]),
        square(200, 200).union(square(300, 300)),  # two squares that touch in a corner
        square(200 + 1e-10, 200 - 1e-10),
    ]
    ground = ground_of(layer("flood", [mixed, *slivers], band=["low"] * 4), exclude=[band("low")])
    assert ground.steps["removed_ha"].iloc[0] == pytest.approx(3, abs=1e-4)
    assert ground.land.is_valid


def test_the_whole_area_may_be_gone() -> None:
    ground = ground_of(layer("flood", [square(-1, -1, 2000)], band=["low"]), exclude=[band("low")])
    assert ground.steps["left_ha"].tolist() == [0]
    assert ground.land.is_empty
    points = np.array([Point(X0 + 5, Y0 + 5)])
    assert judge(points, ground)["buildable"].tolist() == [False]


# --- what is not known ----------------------------------------------------------------------------


def test_land_that_a_layer_does_not_cover_is_never_removed_but_counted() -> None:
    west = box(X0, Y0, X0 + 400, Y0 + 1000)
    flood = layer("flood", [square(300, 0, 200)], west, band=["high"])
    ground = ground_of(flood, exclude=[band("high")])
    (step,) = ground.steps.to_dict("records")
    assert step["removed_ha"] == pytest.approx(2)
    assert step["unknown_ha"] == pytest.approx(60)
    assert step["left_ha"] == pytest.approx(98)
    points = np.array([Point(X0 + x, Y0 + 100) for x in (100, 350, 450, 900)])
    flags = judge(points, ground)
    assert flags["buildable"].tolist() == [True, False, None, None]
    assert flags["excluded_by"].tolist() == ["", "high", "", ""]
    assert flags["exclusion_unknown"].tolist() == ["", "", "high", "high"]


def test_a_layer_that_the_study_does_not_have_removes_nothing() -> None:
    exclude = [band("high"), {"label": "Water", "layer": "basemap", "where": {"kind": ["water"]}}]
    ground = ground_of(layer("basemap", [square(0, 0)], kind=["water"]), exclude=exclude)
    first, second = ground.steps.to_dict("records")
    assert (first["note"], first["removed_ha"], first["unknown_ha"]) == (NO_LAYER, 0, 100)
    assert (second["note"], second["removed_ha"]) == ("", pytest.approx(1))
    flags = judge(np.array([Point(X0 + 50, Y0 + 50), Point(X0 + 500, Y0 + 50)]), ground)
    assert flags["buildable"].tolist() == [False, None]
    assert flags["exclusion_unknown"].tolist() == ["high", "high"]


def test_a_kind_of_constraint_counts_only_where_a_file_covers_that_kind() -> None:
    west, east = box(X0, Y0, X0 + 500, Y0 + 1000), box(X0 + 500, Y0, X0 + 1000, Y0 + 1000)
    constraints = layer(
        "constraints",
        [square(0, 0), square(900, 0), square(0, 300), square(900, 300), square(400, 600)],
        kind=["sssi", "sssi", "green_belt", "green_belt", "listed_building"],
        kind_coverage={"sssi": west, "green_belt": AREA, "world_heritage": east},
    )

    def steps(*kinds: str) -> tuple[float, float]:
        exclude = [{"label": "x", "layer": "constraints", "where": {"kind": list(kinds)}}]
        (step,) = ground_of(constraints, exclude=exclude).steps.to_dict("records")
        return round(step["removed_ha"], 6), round(step["unknown_ha"], 6)

    assert steps("sssi") == (1, 50)
    assert steps("green_belt") == (2, 0)
    assert steps("sssi", "green_belt") == (3, 49)
    assert steps("listed_building") == (0, 100)
    everything = ground_of(constraints, exclude=[{"label": "x", "layer": "constraints"}])
    assert everything.steps["removed_ha"].iloc[0] == pytest.approx(3)
    assert everything.steps["unknown_ha"].iloc[0] == pytest.approx(97)


def test_points_and_lines_among_areas_are_told_when_they_remove_nothing() -> None:
    constraints = layer(
        "constraints",
        [square(0, 0), Point(X0 + 500, Y0 + 500)],
        kind=["listed_building"] * 2,
        kind_coverage={"listed_building": AREA},
    )
    exclude = {"label": "Listed", "layer": "constraints"}
    (notice,) = ground_of(constraints, exclude=[exclude]).notices
    assert "1 points or lines" in notice.text
    assert ground_of(constraints, exclude=[{**exclude, "buffer_m": 5}]).notices == ()


def test_without_exclusions_nothing_is_claimed() -> None:
    ground = ground_of(exclude=[])
    assert ground.steps.empty
    assert list(ground.steps.columns) == list(STEPS)
    assert ground.land.equals(AREA)
    flags = judge(np.array([Point(X0 + 5, Y0 + 5)]), ground)
    assert flags.loc[0].tolist() == [None, "", ""]


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exclusion", "words"),
    [
        ({"layer": "flod"}, ("no such layer", "'flood'", "candidates.exclude.0.layer")),
        ({"layer": "noise_map"}, ("a raster has no features",)),
        ({"layer": "flood", "where": {"bnd": ["high"]}}, ("no such column", "band")),
        ({"layer": "flood", "where": {"band": ["hihg"]}}, ("hihg", "high, medium")),
        ({"layer": "roads"}, ("no area", "buffer_m")),
        ({"layer": "roads", "where": {"width_m": ["3"]}, "buffer_m": 1}, ("no such column",)),
    ],
)
def test_an_exclusion_that_cannot_work_is_refused(
    town: Town, exclusion: dict[str, Any], words: tuple[str, ...]
) -> None:
    town.document["candidates"]["exclude"] = [{"label": "Gone", **exclusion}]
    with pytest.raises(StudyError) as caught:
        town.assess()
    for word in words:
        assert word in str(caught.value)


def test_all_faults_are_told_at_once(town: Town) -> None:
    town.document["candidates"]["exclude"] = [
        {"label": "One", "layer": "flod"},
        {"label": "Two", "layer": "flood", "where": {"band": ["hihg"], "x": ["y"]}},
    ]
    town.document["candidates"]["files"][0] |= {"kinds": ["car_park"]}
    with pytest.raises(StudyError) as caught:
        town.assess()
    assert len(caught.value.faults) == 5


def test_a_label_stands_once(town: Town) -> None:
    town.document["candidates"]["exclude"] = [band("high"), band("high")]
    with pytest.raises(StudyError, match="label is given twice: high"):
        town.assess()


# --- where it is shown ----------------------------------------------------------------------------


@pytest.fixture
def flooded(town: Town) -> Town:
    town.document["candidates"]["exclude"] = [
        band("high"),
        {"label": HOSTILE, "layer": "basemap", "where": {"kind": ["water"]}},
    ]
    return town


def test_a_proposed_place_on_excluded_land_stays_and_is_flagged(flooded: Town) -> None:
    found = flooded.assess()
    assert found.sites["buildable"].to_dict() == {"a": None, "b": None, "c": None, "d": False}
    assert found.sites.loc["d", "excluded_by"] == "high"
    assert found.ranking.table["rank"].notna().sum() == 4
    assert found.buildable.steps["removed_ha"].tolist() == pytest.approx([2.25, 0])


def test_the_report_gives_every_number_and_no_text_breaks_out(flooded: Town) -> None:
    found = flooded.assess()
    section = study_model(found).land
    (plate,) = section.plates
    assert [row[1].text for row in plate.table.rows] == ["2.25\u00a0ha", "0.00\u00a0ha"]
    assert [row[3].text for row in plate.table.rows] == ["97.75\u00a0ha", "97.75\u00a0ha"]
    told = " ".join(line.text for line in section.lines)
    assert "100.00\u00a0ha" in told
    assert "One candidate" in told
    page = study_report(found)
    assert "What land was left" in page
    assert "<script" not in page
    assert "\u202e" not in page


def test_a_study_without_exclusions_says_so(town: Town) -> None:
    section = study_model(town.assess()).land
    assert section.plates == ()
    assert "excludes no land" in section.lines[0].text


def test_check_and_run_print_the_waterfall(flooded: Town, tmp_path: Path) -> None:
    runner = CliRunner()
    shown = runner.invoke(cli.app, ["check", str(flooded.file)]).output
    assert "What land is left" in shown
    assert "97.8 ha" in shown
    assert NO_LAYER in shown
    assert "\x1b[31m" not in shown
    save_run(flooded.assess(), tmp_path / "run", reports=0)
    text = (tmp_path / "run" / "waterfall.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [float(row["removed_ha"]) for row in rows] == pytest.approx([2.25, 0])
    assert tuple(rows[0]) == STEPS


def test_the_waterfall_is_safe_in_a_spreadsheet() -> None:
    exclusion = {**band("low"), "label": '=HYPERLINK("http://evil.example")'}
    ground = ground_of(layer("flood", [], band=[]), exclude=[exclusion])
    assert safe_csv(ground.steps).splitlines()[1].startswith("\"'=HYPERLINK")


def test_bars_end_where_the_next_begin_and_unknown_land_is_hatched() -> None:
    rows = [Taken("Water", 100, 80, 0, "80 %"), Taken(HOSTILE, 80, 50, 20, "50 %")]
    drawn = land_chart(rows, title="t", axis="percent", key=("left", "not known", "removed"))
    assert "<script" not in drawn
    assert drawn.count("url(#unknown)") == 2  # the bar and its mark in the key
    assert drawn == land_chart(
        rows, title="t", axis="percent", key=("left", "not known", "removed")
    )
    empty = land_chart([], title="t", axis="percent", key=("left", "", ""))
    assert empty.startswith("<svg")
