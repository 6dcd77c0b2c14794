"""How firm the order is: ranges of values, the record, the report, and the command."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import DEMO, Town
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from siteselect.assess import Assessment
from siteselect.charts.ranks import Strip, rank_strips
from siteselect.cli import app
from siteselect.contracts import ValueScale
from siteselect.decision.robustness import MODES, robustness_of, word_for
from siteselect.decision.uncertainty import DESIGN_RANGES, _value_ends, uncertainty_of
from siteselect.decision.value import value_bounds
from siteselect.design.columns import SITE_COLUMNS
from siteselect.errors import StudyError
from siteselect.report.html import site_report, study_report
from siteselect.report.robustness_section import robustness_lines, robustness_section
from siteselect.report.wording import wording
from siteselect.settings.robustness import Robustness

FEW = Robustness(draws=500)


@given(
    low=st.floats(-50, 50), width=st.floats(0, 60), middle=st.floats(0.1, 0.9), end=st.floats(0, 1)
)
def test_ranges_of_values_are_the_bounds_of_the_scale(
    low: float, width: float, middle: float, end: float
) -> None:
    scale = ValueScale(((-20.0, 0.0), (0.0, middle), (10.0, 1.0), (30.0, end)))
    worst, best = _value_ends(scale, pd.Series([low]), pd.Series([low + width]))
    assert (worst[0], best[0]) == pytest.approx(value_bounds(scale, low, low + width))


def test_columns_that_give_a_range_exist() -> None:
    columns = {column.name for column in SITE_COLUMNS}
    for found in DESIGN_RANGES.values():
        assert {name for name in (found.low, found.high, found.plus_minus) if name} <= columns


def test_ranges_hold_the_value_that_is_counted(demo: Assessment) -> None:
    found = uncertainty_of(demo)
    low, middle, high, today = (
        getattr(found.ranges, name).to_numpy() for name in ("low", "middle", "high", "today")
    )
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert ((low <= today) & (today <= high)).all()
    measured = demo.values.notna().to_numpy()
    assert (today[measured] == demo.values.to_numpy()[measured]).all()
    assert (today == low)[~measured].all()
    assert found.rests["noise_margin"] == "design"


def test_what_the_study_states_takes_the_place_of_the_design(demo: Assessment) -> None:
    wide = Robustness.model_validate({"uncertainty": {"noise_margin": {"plus_minus": 30}}})
    none = Robustness(design_ranges=False)
    spread = [
        (found.ranges.high - found.ranges.low)["noise_margin"].sum()
        for found in (uncertainty_of(demo, chosen) for chosen in (wide, FEW, none))
    ]
    assert spread == sorted(spread, reverse=True)
    assert spread[0] > spread[1] > spread[2]


def test_an_uncertainty_by_share_grows_with_the_measure(town: Town) -> None:
    town.document["robustness"] = {
        "uncertainty": {"connection_length": {"share": 0.2, "shared": True}}
    }
    assessment = town.assess()
    found = uncertainty_of(assessment)
    assert found.shared == {"connection_length"}
    scale = assessment.criteria["connection_length"].scale
    for site, length in assessment.measures["connection_length"].items():
        expected = value_bounds(scale, 0.8 * length, 1.2 * length)
        cell = site, "connection_length"
        assert (found.ranges.low.loc[cell], found.ranges.high.loc[cell]) == pytest.approx(expected)


def test_an_uncertainty_of_a_strange_criterion_is_refused(demo: Assessment) -> None:
    strange = Robustness.model_validate({"uncertainty": {"nobody": {"share": 0.1}}})
    with pytest.raises(StudyError, match="nobody"):
        uncertainty_of(demo, strange)


def test_a_range_that_the_design_does_not_know_is_counted(demo: Assessment) -> None:
    sites = demo.sites.copy()
    sites["noise_uncertainty_db"] = np.nan
    found = uncertainty_of(replace(demo, sites=sites))
    known = int(demo.measures["noise_margin"].notna().sum())
    assert found.unstated == {"noise_margin": known}
    assert (found.ranges.low["noise_margin"] == found.ranges.today["noise_margin"]).all()


def test_the_record_holds_eligible_sites_alone(demo: Assessment) -> None:
    found = robustness_of(demo, FEW)
    assert found is not None
    assert set(found.table.index) == set(demo.eligible.index[demo.eligible])
    assert set(found.left_out) == set(demo.eligible.index[~demo.eligible])
    for mode in MODES:
        assert found.table[f"first_{mode}"].sum() == pytest.approx(1)
        assert found.table[f"top_{mode}"].sum() == pytest.approx(FEW.places)
    assert found.in_full
    assert found.ranks.sum(axis=0).to_numpy() == pytest.approx(1)
    won = found.table["first_both"] > 0
    central = found.central[won.reindex(found.central.index)]
    assert central.sum(axis=1).to_numpy() == pytest.approx(1)
    short = found.table.loc[found.central.index]
    assert (short["confidence"].notna() == (short["first_both"] > 0)).all()
    gaps = int(demo.values[demo.eligible].isna().to_numpy().sum())
    assert found.unknown_cells == gaps


def test_the_same_run_is_drawn_once_and_an_equal_one_alike(demo: Assessment) -> None:
    found = robustness_of(demo, FEW)
    assert robustness_of(demo, FEW) is found
    again = robustness_of(replace(demo), FEW)
    assert found is not None
    assert again is not None
    pd.testing.assert_frame_equal(found.table, again.table)


def test_being_surer_of_the_weights_keeps_the_leader_first(demo: Assessment) -> None:
    leader = demo.ranking.table["rank"].eq(1).idxmax()
    shares = []
    for word in ("very", "fairly", "hardly"):
        found = robustness_of(demo, Robustness(draws=2000, sureness=word))
        assert found is not None
        shares.append(found.table["first_weights"][leader])
    assert shares == sorted(shares, reverse=True)


def test_without_an_eligible_site_there_is_no_order(demo: Assessment) -> None:
    nobody = replace(demo, eligible=demo.eligible & False)
    assert robustness_of(nobody, FEW) is None
    say = wording()
    assert robustness_section(nobody, say).lines[0].text == say("robustness.nobody")
    assert robustness_lines(nobody, str(demo.sites.index[0]), say) == ()


def test_a_large_study_is_ranked_in_full_among_the_leading(
    demo: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = robustness_of(demo, FEW)
    monkeypatch.setattr("siteselect.decision.robustness.MOST_IN_FULL", 5)
    part = robustness_of(replace(demo), FEW)
    assert whole is not None
    assert part is not None
    assert not part.in_full
    assert part.ranks.shape == (5, 5)
    assert int(part.table["expected_rank"].notna().sum()) == 5
    pd.testing.assert_series_equal(part.table["first_both"], whole.table["first_both"])


@pytest.mark.parametrize(
    ("share", "word"),
    [(1, "clear"), (0.9, "clear"), (0.8999, "likely"), (0.67, "likely"), (0.5, "contested")],
)
def test_words_follow_the_agreed_scale(share: float, word: str) -> None:
    assert word_for(share) == word


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_is_none_has_no_word(share: float) -> None:
    with pytest.raises(ValueError, match="no share"):
        word_for(share)


def test_the_chart_writes_every_share_and_encodes_names() -> None:
    strips = [Strip("<b>A</b>", (0.7, 0.3, 0.0)), Strip("B", (0.3, 0.001, 0.699))]
    svg = rank_strips(strips, title="t", axis="place", later="later")
    assert "<b>" not in svg
    assert [f">{number}<" in svg for number in (70, 30, 0)] == [True, True, False]
    with pytest.raises(ValueError, match="differ in length"):
        rank_strips([*strips, Strip("C", (1.0,))], title="t", axis="", later="")
    with pytest.raises(ValueError, match="no share"):
        rank_strips([Strip("C", (1.2,))], title="t", axis="", later="")


def test_reports_say_how_firm_the_order_is(demo: Assessment) -> None:
    leader = str(demo.ranking.table["rank"].eq(1).idxmax())
    study = study_report(demo)
    assert "How firm the order is" in study
    assert "What to find out before money is committed" in study
    assert "it is first in" in site_report(demo, leader)


def test_the_section_names_the_leader_and_its_word(demo: Assessment) -> None:
    found = robustness_of(demo)
    assert found is not None
    first = str(found.table["first_both"].idxmax())
    section = robustness_section(demo, wording())
    assert str(demo.sites.loc[first, "name"]) in section.lines[0].text
    assert section.lines[0].text.endswith(f"{found.table.loc[first, 'word']}.")
    assert f"seed {found.seed}" in section.closing[0]


def test_the_command_prints_shares_and_checks() -> None:
    run = CliRunner().invoke(app, ["robust", str(DEMO), "--draws", "300", "--json"])
    assert run.exit_code == 0, run.output
    told = json.loads(run.stdout)
    assert told["settings"]["draws"] == 300
    assert sum(site["first_both"] for site in told["sites"]) == pytest.approx(1, abs=0.02)
    assert told["next_checks"]
    table = CliRunner().invoke(app, ["robust", str(DEMO), "--draws", "300", "--sure", "hardly"])
    assert "How firm the order is, 300 draws" in table.stdout


@pytest.mark.parametrize("wrong", [["--sure", "somewhat"], ["--sure", "2"], ["--draws", "3"]])
def test_the_command_refuses_settings_that_are_none(wrong: list[str]) -> None:
    run = CliRunner().invoke(app, ["robust", str(DEMO), *wrong])
    assert isinstance(run.exception, StudyError)


def test_the_compiler_is_not_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, siteselect.decision.robustness, siteselect.decision.next_check;"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
