"""Charts: what is drawn is what was given, and no text breaks out of it."""

import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.charts.drawing import (
    HATCH,
    MISSED,
    SURE,
    fitted,
    plain,
    svg_document,
    svg_tag,
    svg_text,
    width_of,
)
from siteselect.charts.points import Bar, Interval, interval_chart, waterfall_chart

SVG = "{http://www.w3.org/2000/svg}"
BARS = [
    Bar("Heat", 18, 18, 25, "18.0"),
    Bar("Grid", 12, 12, 15, "12.0"),
    Bar("Road", 0, 4, 4, "0 to 4"),
]
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]>",
    "&amp;&#0;",
    "a\x00b\x07\x1b[31m",
    "\u202egnp.exe",
    "\ud800",
    "A" * 10_000,
)


def parsed(svg: str | bytes) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - SVG that we wrote ourselves a moment ago


def waterfall(bars: list[Bar]) -> str:
    return waterfall_chart(
        bars,
        title="How the points add up",
        total="Score",
        total_value="30 to 34",
        axis="points of 100",
        key=("gained", "possible", "missed"),
    )


def intervals(rows: list[Interval], out: str = "excluded") -> str:
    return interval_chart(
        rows, title="Score ranges", axis="points of 100", key=("ends", "between", out)
    )


def widths(svg: str, fill: str) -> list[float]:
    """Read the widths of all bars of one fill, the legend's left out."""
    root = parsed(svg)
    rects = (
        r for r in root.iter(f"{SVG}rect") if r.get("fill") == fill and r.get("height") == "16"
    )
    return [float(rect.get("width", "0")) for rect in rects]


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in parsed(svg).iter(f"{SVG}text")]


def test_the_last_bar_is_the_sum_of_the_others() -> None:
    *parts, total = widths(waterfall(BARS), SURE)
    assert total == pytest.approx(sum(parts), abs=0.2)


def test_every_bar_starts_where_the_one_above_ends() -> None:
    root = parsed(waterfall(BARS))
    sure = [r for r in root.iter(f"{SVG}rect") if r.get("fill") == SURE and r.get("height") == "16"]
    first, second = sure[0], sure[1]
    end = float(first.get("x", "0")) + float(first.get("width", "0"))
    assert float(second.get("x", "0")) == pytest.approx(end, abs=0.2)


def test_what_is_unknown_is_hatched_and_only_that() -> None:
    assert len(widths(waterfall(BARS), HATCH)) == 2, "the unknown bar and its share of the total"
    assert widths(waterfall(BARS[:2]), HATCH) == []


def test_the_points_a_criterion_could_have_brought_stand_behind_each_bar() -> None:
    assert widths(waterfall(BARS), MISSED)[0] == pytest.approx(
        widths(waterfall(BARS), SURE)[0] * 25 / 18, abs=0.2
    )


def test_points_off_the_scale_stay_in_the_picture() -> None:
    svg = waterfall([Bar("Too much", 170, 190, 200)])
    assert max(widths(svg, SURE)) <= 322


def test_no_bars_and_no_intervals_are_pictures_too() -> None:
    assert "Score" in texts(waterfall([]))
    parsed(intervals([]))


def test_a_known_score_is_one_mark_and_a_range_two() -> None:
    known = intervals([Interval("a", 40, 40)])
    ranged = intervals([Interval("a", 40, 60)])
    assert ranged.count('height="22"') == 2 * known.count('height="22"') == 2
    assert len(widths(ranged, HATCH)) == 1


def test_an_excluded_site_carries_a_cross_in_place_of_a_mark() -> None:
    svg = intervals([Interval("a", 40, 60, state="excluded")])
    assert 'height="22"' not in svg
    assert "l10 10m0 -10l-10 10" in svg


def test_an_empty_word_leaves_its_mark_out_of_the_key() -> None:
    assert "l10 10m0 -10l-10 10" in intervals([], out="excluded")
    assert "l10 10m0 -10l-10 10" not in intervals([], out="")


def test_charts_name_themselves_to_a_screen_reader() -> None:
    root = parsed(waterfall(BARS))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "How the points add up"
    assert root.findtext(f"{SVG}title") == "How the points add up"


def test_the_same_input_gives_the_same_bytes() -> None:
    assert waterfall(BARS) == waterfall(list(BARS))


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_breaks_out_of_a_chart(name: str) -> None:
    for svg in (waterfall([Bar(name, 1, 2, 3, name)]), intervals([Interval(name, 1, 2, name)])):
        root = parsed(svg.encode())
        assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {
            *("svg", "title", "defs", "pattern", "rect", "path", "text")
        }
        assert len(svg) < 6_000, "a long name is cut"


def test_plain_keeps_ordinary_names_as_they_are() -> None:
    for name in ("Töölön uimahalli", "St. Mary's & Co. (2)", "水泳場", "می‌خواهم", "=HYPERLINK(1)"):
        assert plain(name) == name


def test_plain_makes_one_line_of_many() -> None:
    assert plain("a\r\n b\u2028c\t") == "a b c"


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_plain_text_is_short_visible_and_can_be_encoded(text: str, limit: int) -> None:
    shown = plain(text, limit)
    assert len(shown) <= limit
    shown.encode("utf-8")
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in shown)
    assert plain(shown, limit) == shown


@given(st.text(), st.text())
def test_any_text_survives_as_content_and_as_attribute(inside: str, attribute: str) -> None:
    root = parsed(svg_tag("text", svg_text(inside), id=attribute or "x"))
    assert (root.text or "") == plain(inside)
    assert root.get("id") == plain(attribute or "x")
    assert len(root) == 0


def test_a_description_stands_in_the_document_only_where_there_is_one() -> None:
    told = parsed(svg_document(1, 1, [], title="t", description="Used: <b> & 3"))
    assert told.findtext(f"{SVG}desc") == "Used: <b> & 3"
    assert parsed(svg_document(1, 1, [], title="t")).find(f"{SVG}desc") is None


@given(st.text(max_size=80), st.floats(min_value=10, max_value=400))
def test_a_fitted_label_stays_in_its_room(text: str, room: float) -> None:
    shown = fitted(text, room)
    assert width_of(shown) <= room
    assert shown == plain(text, 200) or shown.endswith("…")
