"""Charts of heat: bars as tall as their values, areas as large as sums, gaps where not known."""

import re
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from siteselect.charts.axes import ENERGY, MONEY, amount, figures, scale_for, ticks
from siteselect.charts.heat import duration_curve, monthly_bars, week_lines
from siteselect.charts.heat_tables import (
    MOST_POINTS,
    duration_table,
    duration_text,
    monthly_table,
    monthly_text,
    thinned,
    week_table,
)

SVG = "{http://www.w3.org/2000/svg}"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
USED = np.array([34, 32, 27, 18, 10, 4, 5, 10, 18, 27, 32, 34.0])
OFFERED = np.full(12, 45.0)
NAN = float("nan")
HOURS = np.arange(8760)
YEAR = {
    "offered_kw": 60 + 5 * np.sin(HOURS / 24),
    "demand_kw": 50 + 45 * np.cos(HOURS / 8760 * 2 * np.pi),
    "used_kw": np.minimum(60.0, 50 + 45 * np.cos(HOURS / 8760 * 2 * np.pi)),
}
LABELS = [f"Day {hour // 24 + 1}" for hour in range(168)]
WEEK = {name: values[:168] for name, values in YEAR.items()}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x>',
    "]]>",
    "a\x00b\u202e",
    "\ud800",
    "水" * 999,
)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - SVG that we wrote ourselves a moment ago


def marks(svg: str, kind: str) -> list[ET.Element]:
    return [node for node in parsed(svg).iter() if node.get("class") == kind]


def heights(svg: str, kind: str) -> list[float]:
    return [float(node.get("height", "nan")) for node in marks(svg, kind)]


def words(svg: str) -> str:
    return " | ".join(node.text or "" for node in parsed(svg).iter(f"{SVG}text"))


def months(offered: np.ndarray, used: np.ndarray, dumped: np.ndarray) -> str:
    return monthly_bars(MONTHS, offered, used, dumped, title="Heat by month")


def curve(**series: np.ndarray) -> str:
    return duration_curve(**series, title="Hours of the year")


def week(**series: np.ndarray) -> str:
    return week_lines(LABELS, **series, title="A week in January")


def area(svg: str, kind: str) -> float:
    """Measure the area under a curve of the year in px^2, down to the lowest point drawn."""
    path = marks(svg, kind)[0].get("d", "").split("V")[0]
    points = [tuple(map(float, p.split())) for p in re.split("[ML]", path) if p]
    floor = float(grid_lines(svg)[0])
    return sum((b[0] - a[0]) * (floor - (a[1] + b[1]) / 2) for a, b in pairwise(points))


def grid_lines(svg: str) -> list[str]:
    """Read the heights of the grid, lowest value first."""
    paths = (node.get("d", "") for node in parsed(svg).iter(f"{SVG}path"))
    return [m[1] for m in (re.fullmatch(r"M54 ([\d.]+)H472", path) for path in paths) if m]


def test_bars_are_as_tall_as_their_values() -> None:
    svg = months(OFFERED, USED, OFFERED - USED)
    scale = heights(svg, "offered")[0] / OFFERED[0]
    assert heights(svg, "used") == pytest.approx(list(USED * scale), abs=0.11)
    assert heights(svg, "dumped") == pytest.approx(list((OFFERED - USED) * scale), abs=0.11)


def test_used_and_dumped_fill_the_outline_of_what_was_offered() -> None:
    svg = months(OFFERED, USED, OFFERED - USED)
    stack = np.add(heights(svg, "used"), heights(svg, "dumped"))
    assert stack == pytest.approx(heights(svg, "offered"), abs=0.3)
    tops = [float(node.get("y", "nan")) for node in marks(svg, "dumped")]
    assert tops == pytest.approx([float(m.get("y", "nan")) for m in marks(svg, "offered")], abs=0.2)


def test_a_month_that_is_not_known_is_a_gap_and_is_named() -> None:
    used = USED.copy()
    used[5] = NAN
    svg = months(OFFERED, used, OFFERED - used)
    assert len(marks(svg, "used")) == len(marks(svg, "dumped")) == 11
    assert len(marks(svg, "offered")) == 12
    assert len(marks(svg, "gap")) == 1
    assert "Not known: Jun" in words(svg)
    assert "Used: at least 247 MWh" in words(svg)
    heads, rows = monthly_table(MONTHS, OFFERED, used, OFFERED - used)
    assert heads == ("Month", "Offered, MWh", "Used, MWh", "Dumped, MWh")
    assert rows[5] == ("Jun", "45", "not known", "not known")


def test_zero_is_drawn_as_zero_and_not_as_a_gap() -> None:
    nothing = np.zeros(12)
    svg = months(nothing, nothing, nothing)
    assert heights(svg, "used") == [0.0] * 12
    assert marks(svg, "gap") == []
    assert "Offered: 0 MWh" in words(svg)


def test_the_area_below_each_duration_curve_is_its_energy() -> None:
    svg = curve(**YEAR)
    areas = {name: area(svg, name) for name in ("offered", "demand", "used")}
    per_kwh = areas["offered"] / YEAR["offered_kw"].sum()
    for name, drawn in areas.items():
        assert drawn == pytest.approx(YEAR[f"{name}_kw"].sum() * per_kwh, rel=0.003)


@given(
    arrays.arrays(float, st.integers(1, 900), elements=st.floats(0, 1e6)).map(
        lambda values: np.sort(values)[::-1]
    )
)
def test_thinning_keeps_the_ends_the_order_and_the_area(values: np.ndarray) -> None:
    hours, height = thinned(values)
    assert len(hours) <= MOST_POINTS
    assert (hours[0], hours[-1]) == (0.0, len(values))
    assert (height[0], height[-1]) == (values[0], values[-1])
    assert (np.diff(hours) >= 0).all()
    assert (np.diff(height) <= 0).all()
    # one step of the curve is 1/397 of both axes together; the area between is at most half of it
    error = 2 / (MOST_POINTS - 3) * len(values) * (values[0] - values[-1])
    exact = 1e-9 * values.sum()
    assert abs(np.trapezoid(height, hours) - values.sum()) <= error + exact


def test_a_short_curve_is_not_thinned_and_its_area_is_exact() -> None:
    values = np.array([9.0, 4.0, 3.0, 0.5])
    hours, height = thinned(values)
    assert np.trapezoid(height, hours) == pytest.approx(values.sum(), rel=1e-12)


def test_a_duration_curve_ends_where_its_known_hours_end() -> None:
    demand = YEAR["demand_kw"].copy()
    demand[:2190] = NAN
    series = YEAR | {"demand_kw": demand}
    svg = curve(**series)
    ends = [float(x) for x in re.findall(r"[ML]([\d.]+) ", marks(svg, "demand")[0].get("d", ""))]
    assert ends[-1] == pytest.approx(54 + 0.75 * 418, abs=0.1)
    assert "Not known: Demand 2,190 h" in words(svg)
    heads, rows = duration_table(**series)
    assert heads[0] == "Hours at this power or more"
    assert rows[-1] == ("Not known [h]", "0", "2,190", "0")
    assert rows[-2][2] == "not known", "the last hours of a gapped series are nobody's"


def test_the_duration_table_agrees_with_the_sorted_series() -> None:
    _, rows = duration_table([3, 1, 2, 4], [0, 0, 0, 8], [1, 1, 1, 1])
    assert rows[0] == ("1", "4", "8", "1")
    assert rows[-1] == ("4", "1", "0", "1")


def test_a_week_breaks_its_line_at_a_gap() -> None:
    used = WEEK["used_kw"].copy()
    used[30:50] = NAN
    whole, gapped = week(**WEEK), week(**(WEEK | {"used_kw": used}))
    assert marks(whole, "used")[0].get("d", "").count("M") == 1
    assert marks(gapped, "used")[0].get("d", "").count("M") == 2
    (gap,) = marks(gapped, "gap")
    assert float(gap.get("width", "0")) == pytest.approx(20 * 418 / 168, abs=0.1)
    assert "Not known: Used 20 h" in words(gapped)


def test_a_week_draws_one_level_stretch_an_hour() -> None:
    levels = np.tile([10.0, 30.0], 84)
    path = marks(week(offered_kw=levels, demand_kw=levels, used_kw=levels), "offered")[0].get("d")
    assert path is not None
    assert (path.count("H"), path.count("V")) == (168, 167)


def test_the_week_table_sums_whole_days_only() -> None:
    used = np.ones(168)
    used[25] = NAN
    heads, rows = week_table(LABELS, np.full(168, 50.0), np.ones(168), used)
    assert heads[1:] == ("Offered, MWh", "Demand, MWh", "Used, MWh")
    assert rows[0] == ("Day 1", "1.2", "0.024", "0.024")
    assert rows[1][3] == "not known"


def test_no_values_are_a_picture_that_says_so() -> None:
    for svg in (
        monthly_bars([], [], [], [], title="t"),
        duration_curve([], [], [], title="t"),
        week_lines([], [], [], [], title="t"),
        months(*np.full((3, 12), NAN)),
    ):
        assert "not known" in words(svg)
        assert len(marks(svg, "gap")) == 1
    assert monthly_table([], [], [], [])[1] == ()
    assert duration_table([], [], [])[1] == ()


@pytest.mark.parametrize(
    "draw", [lambda: months(OFFERED, USED, OFFERED - USED), lambda: curve(**YEAR)]
)
def test_the_same_numbers_give_the_same_bytes(draw: Callable[[], str]) -> None:
    assert draw() == draw()


def test_charts_tell_a_screen_reader_what_they_show() -> None:
    root = parsed(months(OFFERED, USED, OFFERED - USED))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Heat by month"
    said = monthly_text(MONTHS, OFFERED, USED, OFFERED - USED)
    assert root.findtext(f"{SVG}desc") == said
    assert said == "Offered: 540 MWh. Used: 251 MWh. Dumped: 289 MWh."
    assert parsed(curve(**YEAR)).findtext(f"{SVG}desc") == duration_text(**YEAR)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_no_label_breaks_out(name: str) -> None:
    gap = np.full(12, NAN)
    for svg in (
        monthly_bars([name] * 12, gap, gap, gap, title=name),
        week_lines([name] * 168, **WEEK, title=name),
    ):
        tags = {node.tag.removeprefix(SVG) for node in parsed(svg).iter()}
        assert tags <= {
            *("svg", "title", "desc", "defs", "pattern", "rect", "path", "text", "g", "circle")
        }
        assert len(svg.encode()) < 60_000


@given(
    arrays.arrays(float, (3, 168), elements=st.one_of(st.floats(0, 1e9), st.just(NAN))),
)
def test_any_week_stays_small_and_in_its_picture(series: np.ndarray) -> None:
    offered, demand, used = series
    for svg in (
        week(offered_kw=offered, demand_kw=demand, used_kw=used),
        curve(offered_kw=offered, demand_kw=demand, used_kw=used),
    ):
        parsed(svg)
        assert len(svg.encode()) < 60_000
        assert "nan" not in svg
        ys = [
            float(y) for d in re.findall(r' d="([^"]*)"', svg) for y in re.findall(r"V([\d.-]+)", d)
        ]
        assert all(0 <= y <= 420 for y in ys)


@pytest.mark.parametrize("size", [1e-250, 1e-18, 1e-3, 1.0, 1e6, 1e150, 1e300])
def test_numbers_of_any_size_keep_their_shape(size: float) -> None:
    svg = months(OFFERED * size, USED * size, (OFFERED - USED) * size)
    assert "nan" not in svg
    assert "inf" not in svg
    if 1e-100 < size < 1e200:
        ratio = heights(svg, "used")[0] / heights(svg, "offered")[0]
        assert ratio == pytest.approx(34 / 45, abs=0.01)


def test_what_is_wrong_is_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        months(OFFERED, USED, USED[:11])
    with pytest.raises(ValueError, match="not negative"):
        months(OFFERED, USED, -USED)
    months(OFFERED, USED, np.full(12, -1e-9))  # rounding is no fault


def test_numbers_have_at_most_three_figures() -> None:
    assert [figures(v) for v in (0, 1234.5, 0.000123456, -99.96, 12, 1e15)] == [
        *("0", "1,230", "0.000123", "\u2212100", "12", "1×10¹⁵")  # noqa: RUF001 - as a reader sees it
    ]
    assert amount(0.25, ENERGY) == "250 kWh"
    assert amount(-3_450_000, MONEY) == "\u22123,450 thousand GBP"


@given(st.floats(-1e9, 0), st.floats(0, 1e9))
def test_ticks_are_few_rise_evenly_and_reach_over_the_range(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 8
    assert np.allclose(np.diff(found), found[1] - found[0])
    slack = 1e-6 * (found[-1] - found[0])
    assert found[0] <= low + slack
    assert found[-1] >= high - slack


@given(st.floats(1e-190, 1e190))
def test_every_size_finds_a_unit_that_keeps_it_short(peak: float) -> None:
    assert 1e-4 < peak / scale_for(peak, ENERGY).size < 2e4
