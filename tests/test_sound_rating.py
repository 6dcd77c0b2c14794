"""How a level is judged: BS 4142 vectors, classes, backgrounds, limits and Lden."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.sound.limits import strictest_dba, zone_limit, zone_limits
from siteselect.sound.rating import (
    NEEDS_SURVEY,
    UNKNOWN,
    background_prior,
    character_db,
    impact_class,
    impulse_db,
    initial_estimate,
    lden_dba,
    limit_verdict,
    margin_db,
    night_from_lden_dba,
    tonal_bands,
)

levels = st.floats(-20, 120)
THIRDS_HZ = np.array([100.0, 125.0, 160.0, 200.0, 400.0, 500.0, 630.0])


@pytest.mark.parametrize(
    ("specific", "correction", "measured", "rating", "excess", "impact"),
    [
        (32.0, character_db("just"), 30.0, 34.0, 4.0, "some"),
        (
            33.0,
            character_db("clearly", intermittent=True),
            30.0,
            40.0,
            10.0,
            "significant adverse likely",
        ),
        (30.0, character_db(), 35.0, 30.0, -5.0, "low"),
    ],
    ids=["34 and +4", "40 and +10", "30 and -5"],
)
def test_bs_4142_vectors(specific, correction, measured, rating, excess, impact) -> None:
    found = initial_estimate(specific, correction, background_prior("night", measured_dba=measured))
    assert found.rating_dba == pytest.approx(rating)
    assert found.excess_over_central_db == pytest.approx(excess)
    assert found.excess_over_low_db == found.excess_over_high_db == found.excess_over_central_db
    assert found.impact == impact
    assert not found.survey


def test_corrections_are_those_of_the_subjective_method() -> None:
    assert [character_db(how) for how in ("no", "just", "clearly", "highly")] == [0, 2, 4, 6]
    assert [character_db(impulsive=how) for how in ("just", "clearly", "highly")] == [3, 6, 9]
    assert character_db("highly", "highly", intermittent=True) == 18
    assert character_db(otherwise_distinctive=True) == 3
    with pytest.raises(InputError, match="neither tonal nor impulsive"):
        character_db("just", otherwise_distinctive=True)


def test_classes_at_their_limits() -> None:
    found = impact_class([-3.0, 0.0, 0.1, 4.9, 5.0, 9.9, 10.0, 30.0, np.nan])
    assert found.tolist() == [
        *["low"] * 2,
        *["some"] * 2,
        *["adverse likely"] * 2,
        *["significant adverse likely"] * 2,
        UNKNOWN,
    ]


def test_classes_do_not_hang_on_the_last_bit() -> None:
    # 0.1 + 0.2 is a shade more than 0.3.
    assert impact_class(0.1 + 0.2 - 0.3) == "low"


def test_background_is_a_range_until_somebody_measures() -> None:
    found = background_prior("night", [45.0, np.nan, np.nan], [np.nan, np.nan, 31.0])
    assert found.low_dba == pytest.approx([30.0, 22.0, 31.0])
    assert found.central_dba == pytest.approx([37.0, 28.0, 31.0])
    assert found.high_dba == pytest.approx([41.0, 35.0, 31.0])
    assert found.measured.tolist() == [False, False, True]
    day = background_prior("day")
    assert [float(day.low_dba), float(day.central_dba), float(day.high_dba)] == [28, 34, 42]


def test_classes_that_differ_need_a_survey() -> None:
    found = initial_estimate([30.0, 10.0, 70.0, np.nan], 2.0, background_prior("night"))
    assert found.impact_at_low[0] == "significant adverse likely"
    assert found.impact_at_high[0] == "low"
    assert found.impact.tolist() == [NEEDS_SURVEY, "low", "significant adverse likely", UNKNOWN]
    assert found.survey.all()


@given(levels, levels, st.floats(0, 20))
def test_a_louder_plant_is_never_judged_more_kindly(specific, measured, more) -> None:
    order = ["low", "some", "adverse likely", "significant adverse likely"]
    background = background_prior("night", measured_dba=measured)
    quiet, loud = (
        initial_estimate(level, 0.0, background) for level in (specific, specific + more)
    )
    assert order.index(str(loud.impact)) >= order.index(str(quiet.impact))


def test_tones_in_one_third_octaves() -> None:
    flat = np.full(7, 40.0)
    assert not tonal_bands(flat, THIRDS_HZ).any()
    for band, needed in ((1, 15.0), (2, 8.0), (3, 8.0), (4, 8.0), (5, 5.0)):
        proud, short = flat.copy(), flat.copy()
        proud[band] += needed
        short[band] += needed - 0.1
        assert np.flatnonzero(tonal_bands(proud, THIRDS_HZ)).tolist() == [band]
        assert not tonal_bands(short, THIRDS_HZ).any()
    one_sided = np.array([40.0, 60.0, 60.0, 40.0, 40.0, 40.0, 40.0])
    assert not tonal_bands(one_sided, THIRDS_HZ).any()


def test_impulses() -> None:
    # P = 3 lg 100 + 2 lg 10 = 8; 1.8 x 3.
    assert impulse_db(100.0, 10.0) == pytest.approx(5.4)
    assert impulse_db([10.0, 0.0, 1e9], [10.0, 0.0, 1e3]) == pytest.approx([0.0, 0.0, 9.0])


def test_limits_are_judged_by_the_uncertainty() -> None:
    margins = margin_db([45.0, 45.0, 45.0, np.nan, 45.0, 45.0], [30, 41, 46, 30, 43, 20], 2.0)
    assert margins == pytest.approx([13.0, 2.0, -3.0, np.nan, 0.0, 23.0], nan_ok=True)
    found = limit_verdict(margins, [5.0, 5.0, 5.0, 5.0, 5.0, np.nan])
    assert found.tolist() == ["pass", "conditional", "fail", UNKNOWN, "conditional", UNKNOWN]


@given(st.floats(-30, 30), st.floats(0, 15), st.floats(0, 30))
def test_less_sound_and_less_doubt_never_worsen_a_verdict(margin, spread, better) -> None:
    order = ["fail", "conditional", "pass"]
    given_verdict = order.index(str(limit_verdict(margin, spread)))
    assert order.index(str(limit_verdict(margin + better, spread))) >= given_verdict
    assert order.index(str(limit_verdict(margin, spread / 2))) >= given_verdict


def test_lden() -> None:
    """Directive 2002/49/EC, annex I: a constant 50 dB, and 60, 55 and 50."""
    found = lden_dba([50.0, 60.0], [50.0, 55.0], [50.0, 50.0])
    assert found == pytest.approx([56.40, 60.00], abs=0.005)
    assert np.isnan(lden_dba(50.0, np.nan, 50.0))
    assert night_from_lden_dba(60.0) == 52.0


def test_zone_limits_as_published() -> None:
    german = {"GI": 70, "GE": 50, "MU": 45, "MI": 45, "WA": 40, "WR": 35, "KUR": 35}
    assert {zone: zone_limit("de", zone).night_dba for zone in german} == german
    finnish = {"housing": (55, 50), "new_housing": (55, 45), "holiday": (45, 40)}
    for zone, levels_dba in finnish.items():
        found = zone_limit("fi", zone)
        assert (found.day_dba, found.night_dba) == levels_dba
    assert zone_limit("nl", "facade").evening_dba == 45


@pytest.mark.parametrize("key", zone_limits(), ids=" ".join)
def test_every_zone_is_tagged_and_its_night_no_louder_than_its_day(key) -> None:
    limit = zone_limits()[key]
    assert limit.source.startswith("[")
    assert 0 < limit.day_from < limit.night_from < 24
    assert np.isnan(limit.night_dba) or limit.night_dba <= limit.day_dba


def test_plant_that_never_stops_keeps_the_strictest_limit() -> None:
    assert strictest_dba(zone_limit("de", "GI")) == 70
    assert strictest_dba(zone_limit("de", "WA")) == 40
    assert strictest_dba(zone_limit("nl", "facade")) == 40
    # A school has no night value: unknown is not no limit, the day's holds.
    assert strictest_dba(zone_limit("fi", "school")) == 55
    with pytest.raises(InputError, match="de WA"):
        zone_limit("de", "moon")
