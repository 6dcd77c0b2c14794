"""Workloads on pods against enumeration of every placement, and what an outage stops."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.portfolio.placement import Estate, Job, Prices, outages, place_jobs


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    jobs, pods = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rtt = rng.uniform(0, 3, (jobs, pods)).round(2)
    rtt[rng.random((jobs, pods)) < 0.1] = np.nan
    return Estate(
        jobs=tuple(
            Job(f"w{i}", float(rng.integers(0, 80)), 2.0, bool(rng.random() < 0.6))
            for i in range(jobs)
        ),
        pods=tuple(f"p{i}" for i in range(pods)),
        capacity_kw=rng.integers(0, 120, pods).astype(float),
        heat_used_share=np.where(rng.random(pods) < 0.2, np.nan, rng.random(pods)),
        rtt_ms=rtt,
        data_gb_km_day=rng.uniform(0, 3000, (jobs, pods)).round(0),
    )


def best(estate: Estate, prices: Prices, down: tuple[str, ...] = ()) -> tuple[int, int, float]:
    """Enumerate: most that must run, then most others, then least cost (as its negative)."""
    answers = []
    for plan in product(range(-1, len(estate.pods)), repeat=len(estate.jobs)):
        load, must, others, cost, fits = dict.fromkeys(range(-1, 3), 0.0), 0, 0, 0.0, True
        for row, pod in enumerate(plan):
            job = estate.jobs[row]
            if pod < 0:
                continue
            load[pod] += job.it_kw
            rtt = estate.rtt_ms[row, pod]
            fits &= estate.pods[pod] not in down and rtt <= job.rtt_budget_ms
            must, others = must + job.must_run, others + (not job.must_run)
            used = estate.heat_used_share[pod]
            wasted = job.it_kw * (1 - (0 if np.isnan(used) else used))
            cost += prices.latency * rtt / job.rtt_budget_ms
            cost += prices.data * estate.data_gb_km_day[row, pod] / prices.gb_km_day
            cost += prices.heat * wasted / prices.wasted_kw
        full = any(load[pod] > estate.capacity_kw[pod] for pod in range(len(estate.pods)))
        if fits and not full:
            answers.append((must, others, -cost))
    return max(answers)


@given(estates(), st.sampled_from([Prices(), Prices(latency=0.0, heat=5.0), Prices(data=20.0)]))
@settings(max_examples=120)
def test_the_placement_equals_enumeration(estate: Estate, prices: Prices) -> None:
    must, others, least = best(estate, prices)
    found = place_jobs(estate, prices)
    ran = found.table[found.table.site_id != ""]
    assert int(ran.must_run.sum()) == must
    assert int((~ran.must_run).sum()) == others
    assert found.cost == pytest.approx(-least, abs=1e-5)
    assert (found.load_kw.to_numpy() <= estate.capacity_kw + 1e-6).all()
    assert (found.table.reason != "").tolist() == (found.table.site_id == "").tolist()


@given(estates())
@settings(max_examples=60)
def test_an_outage_is_the_best_placement_on_what_is_left(estate: Estate) -> None:
    losses = {pod: (pod,) for pod in estate.pods} | {"all": estate.pods}
    for outage in outages(estate, losses):
        must, _, _ = best(estate, Prices(), outage.pods)
        wanted = sum(job.must_run for job in estate.jobs)
        assert len(outage.stopped) == wanted - must
        assert outage.survived == (must == wanted)
        assert not set(outage.moved) & {*outage.stopped, *outage.dropped}


def estate_of(**changes: object) -> Estate:
    """Two pods of 100 kW: one near the data, one whose heat is used."""
    plain = Estate(
        jobs=(Job("records", 60.0, 2.0), Job("video", 40.0, 5.0), Job("batch", 60.0, 50.0, False)),
        pods=("north", "south"),
        capacity_kw=np.array([100.0, 100.0]),
        heat_used_share=np.array([0.0, 1.0]),
        rtt_ms=np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]),
        data_gb_km_day=np.array([[0.0, 5000.0], [0.0, 0.0], [0.0, 0.0]]),
    )
    return replace(plain, **changes)


def test_data_holds_one_workload_and_heat_draws_the_others() -> None:
    found = place_jobs(estate_of())
    assert found.table.site_id.to_dict() == {"records": "north", "video": "south", "batch": "south"}
    assert found.load_kw.to_dict() == {"north": 60.0, "south": 100.0}


def test_heat_that_counts_for_more_than_the_data_moves_it() -> None:
    both = estate_of()
    alone = replace(
        both, jobs=both.jobs[:2], rtt_ms=both.rtt_ms[:2], data_gb_km_day=both.data_gb_km_day[:2]
    )
    assert place_jobs(alone).table.site_id["records"] == "north"
    assert place_jobs(alone, Prices(heat=100.0)).table.site_id["records"] == "south"


def test_the_latency_budget_is_never_traded() -> None:
    far = np.array([[2.01, 1.0], [1.0, 1.0], [1.0, 1.0]])
    assert place_jobs(estate_of(rtt_ms=far)).table.site_id["records"] == "south"
    nowhere = place_jobs(estate_of(rtt_ms=np.full((3, 2), 60.0)))
    assert nowhere.stopped == ("records", "video")
    assert nowhere.dropped == ("batch",)
    assert nowhere.table.reason["records"] == "no pod within 2 ms; the nearest takes 60.00"


def test_one_pod_down_drops_what_may_be_dropped_and_keeps_what_must_run() -> None:
    north, south = outages(estate_of(), {"north": ("north",), "south": ("south",)})
    assert north.survived
    assert north.dropped == ("batch",)
    assert north.moved == ("records",)
    assert north.short_kw == 0.0
    assert south.survived
    assert south.moved == ("video",)


def test_an_outage_that_stops_something_says_what_and_how_much_is_missing() -> None:
    (gone,) = outages(estate_of(capacity_kw=np.array([100.0, 70.0])), {"north": ("north",)})
    assert not gone.survived
    assert gone.stopped == ("records",)
    assert gone.short_kw == pytest.approx(30.0)


def test_a_shared_failure_takes_both() -> None:
    (both,) = outages(estate_of(), {"exchange North": ("north", "south")})
    assert both.stopped == ("records", "video")
    assert both.short_kw == pytest.approx(100.0)


def test_why_a_workload_runs_nowhere() -> None:
    large = estate_of(capacity_kw=np.array([50.0, 50.0]))
    assert "as large as 60 kW" in place_jobs(large).table.reason["records"]
    unknown = estate_of(rtt_ms=np.full((3, 2), np.nan))
    assert "not known" in place_jobs(unknown).table.reason["records"]
    assert place_jobs(estate_of(), down=("north", "south")).table.reason["video"] == "no pod is up"
    full = place_jobs(estate_of(), down=("north",))
    assert full.table.reason["batch"] == "the pods that it could run in are full"


def test_no_pods_and_no_workloads() -> None:
    none = estate_of(
        pods=(),
        capacity_kw=np.empty(0),
        heat_used_share=np.empty(0),
        rtt_ms=np.empty((3, 0)),
        data_gb_km_day=np.empty((3, 0)),
    )
    assert place_jobs(none).stopped == ("records", "video")
    idle = estate_of(jobs=(), rtt_ms=np.empty((0, 2)), data_gb_km_day=np.empty((0, 2)))
    assert place_jobs(idle).load_kw.tolist() == [0.0, 0.0]


def test_faults_are_told_at_once() -> None:
    bad = estate_of(
        jobs=(Job("a", -1.0, 2.0), Job("a", 1.0, 0.0), Job("b", 1.0, 1.0)),
        capacity_kw=np.array([1.0, np.nan]),
        rtt_ms=np.zeros((2, 2)),
    )
    with pytest.raises(InputError) as caught:
        place_jobs(bad)
    told = " ".join(str(fault) for fault in caught.value.faults)
    for part in ("named twice", "not a capacity", "not a workload", "other workloads"):
        assert part in told
