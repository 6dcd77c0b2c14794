"""When to say no: plain cases, and that what is unknown never helps."""

from __future__ import annotations

from dataclasses import fields, replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.advice import VERDICT_ORDER, Facts, advise
from siteselect.errors import InputError

GOOD = Facts(
    rtt_budget_ms=2.0,
    site_rtt_ms=0.8,
    region_rtt_ms=6.0,
    must_run_alone=True,
    pue=1.10,
    central_pue=1.40,
    heat_customer=True,
    heat_used_mwh_a=200,
    it_mwh_a=300,
    outage_min_a=40,
    backup_power=True,
    safe_access=True,
    security_model=True,
    patching_owner=True,
    net_npv_gbp=50_000,
)
LEVERS_DOWN = {
    "latency": {"region_rtt_ms": 1.5},
    "resilience": {"must_run_alone": False},
    "energy efficiency": {"pue": 1.35},
    "heat": {"heat_customer": False},
}


def test_a_site_with_everything_is_a_plain_yes() -> None:
    advice = advise(GOOD)
    assert advice.verdict == "build"
    assert all(lever.stands for lever in advice.levers)
    assert advice.conditions == ()
    assert advice.unknowns == ()


@pytest.mark.parametrize("kept", sorted(LEVERS_DOWN))
def test_one_reason_alone_is_a_plain_no(kept: str) -> None:
    changes: dict[str, object] = {"net_npv_gbp": -10_000}
    for name, change in LEVERS_DOWN.items():
        if name != kept:
            changes |= change
    advice = advise(replace(GOOD, **changes))  # type: ignore[arg-type]
    assert advice.verdict == "do not build here"
    assert [lever.name for lever in advice.levers if lever.stands] == [kept]
    assert "1 of 4" in advice.reasons[0]
    assert kept in advice.reasons[0]


def test_one_reason_alone_that_pays_is_only_if() -> None:
    changes: dict[str, object] = {}
    for name in ("latency", "resilience", "energy efficiency"):
        changes |= LEVERS_DOWN[name]
    advice = advise(replace(GOOD, **changes))  # type: ignore[arg-type]
    assert advice.verdict == "only if"
    assert "50,000" in advice.conditions[0]


def test_no_reason_at_all_is_a_plain_no_even_if_it_pays() -> None:
    changes: dict[str, object] = {}
    for change in LEVERS_DOWN.values():
        changes |= change
    assert advise(replace(GOOD, **changes)).verdict == "do not build here"  # type: ignore[arg-type]


def test_a_latency_budget_that_the_region_meets_is_no_reason() -> None:
    advice = advise(replace(GOOD, rtt_budget_ms=10.0))
    lever = advice.levers[0]
    assert lever.stands is False
    assert "6 ms" in lever.reason
    assert "10 ms" in lever.reason
    assert advise(replace(GOOD, rtt_budget_ms=inf)).levers[0].stands is False


def test_a_region_exactly_on_budget_meets_it() -> None:
    assert advise(replace(GOOD, region_rtt_ms=2.0)).levers[0].stands is False


def test_a_budget_that_not_even_the_site_meets_is_no_reason() -> None:
    assert advise(replace(GOOD, site_rtt_ms=3.0)).levers[0].stands is False


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"heat_customer": False}, "nobody has agreed"),
        ({"heat_used_mwh_a": 60.0}, "20%"),
    ],
)
def test_heat_without_a_customer_or_with_little_use_is_no_reason(
    change: dict[str, object], words: str
) -> None:
    lever = advise(replace(GOOD, **change)).levers[3]  # type: ignore[arg-type]
    assert lever.stands is False
    assert words in lever.reason


def test_no_safe_access_is_a_plain_no() -> None:
    advice = advise(replace(GOOD, safe_access=False))
    assert advice.verdict == "do not build here"
    assert any("safe access" in reason for reason in advice.reasons)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"security_model": False}, "touch the pod"),
        ({"patching_owner": False}, "patches"),
        ({"outage_min_a": 600.0, "backup_power": False}, "600 min"),
        ({"net_npv_gbp": -250_000.0}, "GBP 250,000 more"),
    ],
)
def test_what_can_be_cured_is_only_if_with_the_numbers(
    change: dict[str, object], words: str
) -> None:
    advice = advise(replace(GOOD, **change))  # type: ignore[arg-type]
    assert advice.verdict == "only if"
    assert any(words in condition for condition in advice.conditions)


def test_backup_power_makes_up_for_a_poor_grid() -> None:
    assert advise(replace(GOOD, outage_min_a=600.0)).verdict == "build"


def test_nothing_known_gives_questions_and_no_verdict() -> None:
    advice = advise(Facts())
    assert advice.verdict == "unknown"
    assert len(advice.unknowns) >= 8
    assert all(question.endswith("?") for question in advice.unknowns)


@pytest.mark.parametrize("name", [item.name for item in fields(Facts)])
def test_an_unknown_never_improves_the_verdict(name: str) -> None:
    """One fact at a time is forgotten; NaN is as unknown as None."""
    known = VERDICT_ORDER.index(advise(GOOD).verdict)
    for unknown in (None,) if isinstance(getattr(GOOD, name), bool) else (None, nan):
        advice = advise(replace(GOOD, **{name: unknown}))  # type: ignore[arg-type]
        assert VERDICT_ORDER.index(advice.verdict) <= known
        if name not in {"backup_power", "outage_min_a"}:
            assert advice.unknowns


flags = st.sampled_from([True, False, None])
facts = st.builds(
    Facts,
    rtt_budget_ms=st.none() | st.floats(0.1, 50),
    site_rtt_ms=st.none() | st.floats(0.1, 50),
    region_rtt_ms=st.none() | st.floats(0.1, 50),
    must_run_alone=flags,
    pue=st.none() | st.floats(1, 2),
    central_pue=st.none() | st.floats(1, 2),
    heat_customer=flags,
    heat_used_mwh_a=st.none() | st.floats(0, 500),
    it_mwh_a=st.none() | st.floats(0, 500),
    outage_min_a=st.none() | st.floats(0, 1000),
    backup_power=flags,
    safe_access=flags,
    security_model=flags,
    patching_owner=flags,
    net_npv_gbp=st.none() | st.floats(-1e6, 1e6),
)
GATES = ("safe_access", "security_model", "patching_owner", "must_run_alone", "heat_customer")


@given(facts, st.sampled_from([*GATES, "backup_power"]))
def test_losing_what_one_has_never_improves_the_verdict(given_: Facts, name: str) -> None:
    have = advise(replace(given_, **{name: True}))  # type: ignore[arg-type]
    for lost in (None, False):
        advice = advise(replace(given_, **{name: lost}))  # type: ignore[arg-type]
        assert VERDICT_ORDER.index(advice.verdict) <= VERDICT_ORDER.index(have.verdict)


@given(facts)
def test_a_plain_yes_has_no_open_end_on_its_gates(given_: Facts) -> None:
    advice = advise(given_)
    if advice.verdict == "build":
        assert advice.conditions == ()
        assert sum(lever.stands is True for lever in advice.levers) >= 2
        assert given_.safe_access
        assert given_.security_model
        assert given_.patching_owner
    else:
        assert advice.conditions or advice.unknowns or advice.reasons


def test_negative_numbers_are_refused_all_at_once() -> None:
    with pytest.raises(InputError) as caught:
        advise(replace(GOOD, pue=-1.0, site_rtt_ms=-2.0))
    assert {fault.column for fault in caught.value.faults} == {"pue", "site_rtt_ms"}
