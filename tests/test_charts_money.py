"""Charts of money: bars as long as their values, payback where the line crosses, gaps in words."""

import math
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.charts.drawing import HATCH
from siteselect.charts.money import MOST_SWINGS, cash_flow_bars, cost_stack, tornado_chart
from siteselect.charts.money_tables import (
    Swing,
    cash_flow_table,
    cash_flow_text,
    cost_table,
    cost_text,
    payback_year,
    tornado_table,
    tornado_text,
)

SVG = "{http://www.w3.org/2000/svg}"
NAN = float("nan")
YEARS = list(range(1, 13))
NET = np.array([-420e3, *[70e3] * 11])
SUMS = np.cumsum(NET)
SWINGS = [
    Swing("Discount rate", 260e3, 212e3, 150e3, "3 %", "8 %"),
    Swing("Gas price", -120e3, 212e3, 640e3, "0.04 GBP/kWh", "0.11 GBP/kWh"),
    Swing("Capital cost", 330e3, 212e3, 90e3, "-25 %", "+25 %"),
]
PARTS = [("Pod", 310e3), ("Grid connection", 84e3), ("Heat pump", 96e3), ("Pipe", 10e3)]
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x>',
    "]]>",
    "a\x00b\u202e",
    "\ud800",
    "水" * 999,
)
TAGS = {"svg", "title", "desc", "defs", "pattern", "rect", "path", "text", "g", "circle"}
amounts = st.one_of(st.floats(-1e12, 1e12), st.just(NAN), st.just(math.inf))


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - SVG that we wrote ourselves a moment ago


def marks(svg: str, kind: str) -> list[ET.Element]:
    return [node for node in parsed(svg).iter() if node.get("class") == kind]


def number(node: ET.Element, name: str) -> float:
    return float(node.get(name, "nan"))


def sizes(svg: str, kind: str, side: str = "height") -> list[float]:
    return [number(node, side) for node in marks(svg, kind)]


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in parsed(svg).iter(f"{SVG}text")]


def words(svg: str) -> str:
    return " | ".join(texts(svg))


def flow(net: np.ndarray = NET, sums: np.ndarray = SUMS) -> str:
    return cash_flow_bars(YEARS, net, sums, title="Cash flow")


def tornado(rows: list[Swing]) -> str:
    return tornado_chart(rows, title="What moves the result", axis="Change of net present value")


def cost(parts: list[tuple[str, float]]) -> str:
    return cost_stack(parts, title="Capital cost")


def test_surplus_stands_on_zero_and_deficit_hangs_from_it() -> None:
    svg = flow()
    (deficit,), surplus = marks(svg, "deficit"), marks(svg, "surplus")
    assert number(deficit, "height") / number(surplus[0], "height") == pytest.approx(6, rel=0.01)
    feet = [number(bar, "y") + number(bar, "height") for bar in surplus]
    assert feet == pytest.approx([number(deficit, "y")] * 11, abs=0.15)


def test_the_line_shares_the_scale_of_the_bars() -> None:
    svg = flow()
    per_gbp = sizes(svg, "deficit")[0] / 420e3
    at = [number(dot, "cy") for dot in marks(svg, "sum")]
    assert at[0] - at[-1] == pytest.approx((SUMS[-1] - SUMS[0]) * per_gbp, abs=0.5)


def test_payback_is_marked_in_its_year() -> None:
    svg = flow()
    assert payback_year(YEARS, SUMS) == 7
    (line,) = marks(svg, "payback")
    assert line.get("d", "").split()[0] == f"M{marks(svg, 'sum')[6].get('cx')}"
    assert "Paid back in year 7" in texts(svg)
    assert "Paid back in year 7." in cash_flow_text(YEARS, NET, SUMS)


@pytest.mark.parametrize(
    ("sums", "year"),
    [
        ([-5, -1, 2, -1, 3], 5),  # a replacement in year 4 puts it in the red again
        ([-5, 0, 1, 1, 1], 2),
        ([-5, -4, -3, -2, -1], None),
        ([1, 2, 3, 4, 5], None),
        ([-5, -1, NAN, 3, 4], None),  # the gap hides the crossing
        ([NAN, -1, 3, 3, 4], 3),
        ([-5, -1, 3, 4, NAN], None),
        ([NAN] * 5, None),
    ],
)
def test_payback_is_when_the_line_leaves_the_red_for_good(sums: list[float], year: int) -> None:
    assert payback_year([1, 2, 3, 4, 5], sums) == year
    svg = cash_flow_bars([1, 2, 3, 4, 5], np.ones(5), sums, title="t")
    assert len(marks(svg, "payback")) == (year is not None)
    assert ("Not paid back by year 5" in words(svg)) == (sums[-1] < 0)


def test_a_year_that_is_not_known_is_a_gap_and_breaks_the_line() -> None:
    net, sums = NET.copy(), SUMS.copy()
    net[3], sums[3] = NAN, NAN
    svg = flow(net, sums)
    assert len(marks(svg, "surplus")) == 10
    assert len(marks(svg, "sum")) == 11
    line = max((node.get("d", "") for node in parsed(svg).iter(f"{SVG}path")), key=len)
    assert (line.count("M"), line.count("L")) == (2, 9), "three years, then eight"
    assert len(marks(svg, "gap")) == 1
    assert "Not known: year 4" in words(svg)
    assert cash_flow_table(YEARS, net, sums)[1][3] == ("4", "not known", "not known")


def test_the_cash_flow_table_tells_the_unit_once() -> None:
    heads, rows = cash_flow_table(YEARS, NET, SUMS)
    assert heads == ("Year", "Net of the year, thousand GBP", "Sum so far, thousand GBP")
    assert rows[0] == ("1", "\u2212420", "\u2212420")
    assert rows[6] == ("7", "70", "0")


def test_the_tornado_has_the_widest_swing_on_top() -> None:
    svg = tornado(SWINGS)
    names = [text for text in texts(svg) if text in {row.label for row in SWINGS}]
    assert names == ["Gas price", "Capital cost", "Discount rate"]
    assert [row[0] for row in tornado_table(SWINGS)[1]] == names


def test_swings_are_as_long_as_their_changes_and_meet_at_the_base() -> None:
    svg = tornado(SWINGS)
    low, high = sizes(svg, "low", "width"), sizes(svg, "high", "width")
    per_gbp = low[0] / 332e3
    assert low == pytest.approx([332e3 * per_gbp, 118e3 * per_gbp, 48e3 * per_gbp], abs=0.15)
    assert high == pytest.approx([428e3 * per_gbp, 122e3 * per_gbp, 62e3 * per_gbp], abs=0.15)
    starts = [number(bar, "x") for bar in (marks(svg, "high")[0], *marks(svg, "low")[1:])]
    assert starts == pytest.approx([starts[0]] * 3, abs=0.15)
    assert "Base case: 212 thousand GBP" in texts(svg)


def test_input_values_stand_at_the_end_they_belong_to() -> None:
    nodes = {node.text: node for node in parsed(tornado(SWINGS)).iter(f"{SVG}text")}
    assert number(nodes["0.04 GBP/kWh"], "x") < number(nodes["0.11 GBP/kWh"], "x")
    assert number(nodes["+25 %"], "x") < number(nodes["-25 %"], "x"), "dearer is worse"


def test_a_swing_on_one_side_only_keeps_both_bars_in_sight() -> None:
    svg = tornado([Swing("Pool hours", 190e3, 212e3, 180e3, "few", "many")])
    kinds = [node.get("class") for node in parsed(svg).iter() if node.get("class")]
    assert kinds == ["high", "low"], "the narrower lies on top"


def test_a_swing_that_is_not_known_stands_last_as_a_question() -> None:
    rows = [replace(SWINGS[1], low=NAN), *SWINGS[::2]]
    svg = tornado(rows)
    assert len(marks(svg, "low")) == 2
    assert len(marks(svg, "high")) == 3
    assert len(marks(svg, "gap")) == 1
    assert "0.04 GBP/kWh ?" in texts(svg)
    assert tornado_table(rows)[1][-1][:2] == ("Gas price", "not known (0.04 GBP/kWh)")
    assert "0.04 GBP/kWh: not known" in tornado_text(rows)


def test_rows_beyond_the_most_are_left_to_the_table_and_the_chart_says_so() -> None:
    rows = [Swing(f"Input {n}", -n, 0, n, "low", "high") for n in range(MOST_SWINGS + 5)]
    svg = tornado(rows)
    assert len(marks(svg, "low")) == MOST_SWINGS
    assert "5 smaller ones are in the table" in texts(svg)
    assert len(tornado_table(rows)[1]) == MOST_SWINGS + 5


def test_parts_are_as_wide_as_their_cost_and_touch() -> None:
    svg = cost(PARTS)
    wide = sizes(svg, "part", "width")
    assert np.array(wide) / sum(wide) == pytest.approx([0.62, 0.168, 0.192, 0.02], abs=0.001)
    bars = marks(svg, "part")
    for one, two in pairwise(bars):
        assert number(two, "x") == pytest.approx(number(one, "x") + number(one, "width"), abs=0.2)


def test_every_part_is_numbered_in_the_bar_and_in_the_list() -> None:
    found = texts(cost(PARTS))
    for place, (label, _) in enumerate(PARTS, start=1):
        assert found.count(str(place)) == 2
        assert label in found
    assert {"62 %", "500", "thousand GBP"} <= set(found)


def test_money_that_comes_in_lies_left_of_zero() -> None:
    svg = cost([*PARTS, ("Grant", -50e3)])
    *costs, grant = marks(svg, "part")
    edge = number(grant, "x") + number(grant, "width")
    assert edge == pytest.approx(number(costs[0], "x"), abs=0.2)
    assert number(grant, "width") / number(costs[0], "width") == pytest.approx(50 / 310, abs=0.01)
    assert cost_table([*PARTS, ("Grant", -50e3)])[1][-1] == ("Total", "450", "")


def test_a_part_that_is_not_known_has_no_length_and_no_share() -> None:
    parts = [*PARTS, ("Noise screen", NAN)]
    svg = cost(parts)
    assert len(marks(svg, "part")) == 4
    (gap,) = marks(svg, "gap")
    assert gap.get("fill") == HATCH
    assert "Total of what is known" in texts(svg)
    assert "%" not in words(svg)
    assert cost_table(parts)[1][-2] == ("Noise screen", "not known", "")
    assert "Noise screen: not known." in cost_text(parts)


@pytest.mark.parametrize("big_at", [0, 5, 9])
def test_numbers_above_narrow_parts_do_not_touch(big_at: int) -> None:
    parts = [(f"part {n}", 1e6 if n == big_at else 1.0) for n in range(10)]
    spots = [
        number(node, "x")
        for node in parsed(cost(parts)).iter(f"{SVG}text")
        if node.get("y") == "16" and (node.text or "").isdigit()
    ]
    assert len(spots) == 10
    assert min(np.diff(sorted(spots))) >= 16
    assert 0 < min(spots) < max(spots) < 480


def test_nothing_and_zeros_are_pictures_too() -> None:
    assert "not known" in words(cost([]))
    assert "Not known" in words(tornado([]))
    assert len(marks(cash_flow_bars([], [], [], title="t"), "gap")) == 1
    assert sizes(flow(np.zeros(12), np.zeros(12)), "surplus") == [0.0] * 12
    assert sizes(tornado([Swing("a", 1, 1, 1, "", "")]), "low", "width") == [0.0]
    assert cost_table([("a", 0.0)])[1] == (("a", "0", ""), ("Total", "0", ""))


def test_series_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        flow(NET[:5], SUMS)


def test_charts_tell_a_screen_reader_what_they_show() -> None:
    said = {
        flow(): cash_flow_text(YEARS, NET, SUMS),
        tornado(SWINGS): tornado_text(SWINGS),
        cost(PARTS): cost_text(PARTS),
    }
    for svg, text in said.items():
        root = parsed(svg)
        assert root.get("role") == "img"
        assert root.findtext(f"{SVG}title")
        assert root.findtext(f"{SVG}desc") == text


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert flow() == flow(NET.copy(), SUMS.copy())
    assert tornado(SWINGS) == tornado(list(SWINGS))
    assert cost(PARTS) == cost(list(PARTS))


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_no_label_breaks_out(name: str) -> None:
    rows = [Swing(name, -1, 0, 2, name, name)] * 40
    for svg in (tornado(rows), cost([(name, 5.0)] * 25)):
        assert {node.tag.removeprefix(SVG) for node in parsed(svg.encode()).iter()} <= TAGS
        assert len(svg.encode()) < 60_000


@given(st.lists(amounts, max_size=60), st.lists(amounts, min_size=60, max_size=60))
def test_any_cash_flow_is_drawn_within_its_picture(net: list[float], sums: list[float]) -> None:
    svg = cash_flow_bars(list(range(len(net))), net, sums[: len(net)], title="t")
    assert not re.search(r'"[^"]*\b(nan|inf)\b', svg)
    bars = marks(svg, "surplus") + marks(svg, "deficit")
    assert len(bars) == sum(map(math.isfinite, net))
    for bar in bars:
        assert 35.9 <= number(bar, "y") <= number(bar, "y") + number(bar, "height") <= 236.2
    assert len(svg.encode()) < 60_000


@given(st.lists(st.tuples(amounts, amounts, amounts), max_size=25))
def test_any_tornado_and_stack_are_drawn_within_their_picture(
    rows: list[tuple[float, float, float]],
) -> None:
    swings = [Swing("a", *row, "low", "high") for row in rows]
    parts = [("a", row[0]) for row in rows]
    for svg, kinds in ((tornado(swings), ("low", "high")), (cost(parts), ("part", "gap"))):
        assert not re.search(r'"[^"]*\b(nan|inf)\b', svg)
        for kind in kinds:
            for bar in marks(svg, kind):
                assert 0 <= number(bar, "x") <= number(bar, "x") + number(bar, "width") <= 480.2
        assert len(svg.encode()) < 60_000
    table = tornado_table(swings)[1]
    assert len(table) == len(rows)
