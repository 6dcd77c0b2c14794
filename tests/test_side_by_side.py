"""Sites beside one another: marks, stacked points and ranges of ranks."""

from __future__ import annotations

from math import nan

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.assess import Assessment
from siteselect.charts.rank_ranges import Reach, rank_range_chart, ticks_to
from siteselect.charts.stacked import Stack, stacked_chart
from siteselect.decision.side_by_side import marks
from siteselect.report.ranking_parts import leading
from siteselect.report.side_by_side import comparison
from siteselect.report.wording import wording


@pytest.mark.parametrize(
    ("worths", "found"),
    [
        ((1.0, 2.0, 3.0), ("worst", "between", "best")),
        ((2.0, 2.0), ("alike", "alike")),
        ((nan, 2.0), ("unknown", "alike")),
        ((nan, nan), ("unknown", "unknown")),
        ((5.0, nan, 4.0), ("best", "unknown", "worst")),
        ((1.0, 1.0, 0.0), ("best", "best", "worst")),
    ],
)
def test_marks(worths: tuple[float, ...], found: tuple[str, ...]) -> None:
    assert marks(worths) == found


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=4))
def test_the_best_is_never_less_than_the_worst(worths: list[float]) -> None:
    found = marks(worths)
    best = [worth for worth, mark in zip(worths, found, strict=True) if mark == "best"]
    worst = [worth for worth, mark in zip(worths, found, strict=True) if mark == "worst"]
    assert bool(best) == bool(worst)
    assert all(high > low for high in best for low in worst)


def test_points_by_group_add_up_to_the_score(demo: Assessment) -> None:
    sites = leading(demo, 4)
    found = comparison(demo, sites, wording())
    for place, site in enumerate(sites, start=1):
        low = float(demo.ranking.table.loc[site, "score_low"])
        parts = [float(row[place].text.split(" ")[0]) for row in found.chart.table.rows]
        assert sum(parts) == pytest.approx(100 * low, abs=0.05 * len(parts))


def test_an_unknown_measure_is_told_with_its_reason_and_never_marked(demo: Assessment) -> None:
    open_site = str(demo.measures.index[demo.measures["heat_used"].isna()][0])
    found = comparison(demo, [leading(demo, 1)[0], open_site], wording())
    (row,) = [row for row in found.measures.rows if row[0].text == demo.criteria["heat_used"].title]
    assert row[2].text == "not known"
    assert row[2].note == demo.reasons.loc[open_site, "heat_used"]
    assert not row[1].tag


@pytest.mark.parametrize("count", [0, 1, 5])
def test_other_numbers_of_sites_are_refused(demo: Assessment, count: int) -> None:
    with pytest.raises(ValueError, match="2 to 4"):
        comparison(demo, leading(demo, count), wording())


def test_two_sites_of_one_name_keep_their_identifiers(demo: Assessment) -> None:
    from dataclasses import replace

    sites = leading(demo, 2)
    named = demo.sites.assign(name=pd.Series("Twin", index=demo.sites.index))
    found = comparison(replace(demo, sites=named), sites, wording())
    assert len(set(found.standing.heads)) == 3
    assert all(site in head for site, head in zip(sites, found.standing.heads[1:], strict=True))


def test_a_stack_needs_all_its_parts() -> None:
    with pytest.raises(ValueError, match="2 parts"):
        stacked_chart([Stack("a", (1.0,), 0.0)], ["x", "y"], title="", axis="", possible="")


def test_a_stack_hatches_only_what_is_open() -> None:
    drawn = {
        points: stacked_chart(
            [Stack("<a>", (40.0,), points)], ["x"], title="t", axis="", possible="may be"
        )
        for points in (0.0, 10.0)
    }
    assert "may be" not in drawn[0.0]
    assert "may be" in drawn[10.0]
    assert "<a>" not in drawn[0.0]


def test_a_rank_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="does not lie"):
        rank_range_chart([Reach("a", 3, 1, 2)], title="", axis="", key=("", ""))


@given(st.integers(1, 10**6))
def test_ticks_begin_at_the_first_place_and_are_few(last: int) -> None:
    ticks = ticks_to(last)
    assert ticks[0] == 1
    assert ticks[-1] <= last
    assert len(ticks) <= 9
