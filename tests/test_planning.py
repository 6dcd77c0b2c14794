"""From a study to a plan: what sites share in the town and in the demo, told and printed."""

from __future__ import annotations

import json
from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
from conftest import X0, Y0, Town, lonlat
from pydantic import ValidationError
from shapely.geometry import Point, box
from test_cli import siteselect

from siteselect import pod as pods
from siteselect.assess import Assessment
from siteselect.cli_portfolio import plan_with
from siteselect.design.heat_year import Scheme, heat_year
from siteselect.design.money_case import money_case
from siteselect.errors import StudyError
from siteselect.planning.plan import site_plan
from siteselect.planning.problem import pose
from siteselect.planning.sentences import headline, shortfall_lines, why_not_line
from siteselect.planning.shared import domain_of
from siteselect.planning.told import plan_told
from siteselect.planning.worth import build_gbp, carbon_kgco2e_a, npv_per_mwh
from siteselect.portfolio.scoring import worth_of
from siteselect.report.html import study_report
from siteselect.settings.portfolio import (
    ExistingSite,
    HostedWorkload,
    Plan,
    Spot,
)


def supply(town: Town, **columns: list[object]) -> None:
    """Write two secondaries under one primary."""
    plain: dict[str, list[object]] = {
        "supply_id": ["s1", "s2", "p"],
        "name": ["West", "East", "Primary X"],
        "level": ["secondary", "secondary", "primary"],
        "headroom_kva": [800.0, 800.0, 800.0],
        "upstream_id": ["p", "p", ""],
    }
    at = [(0, 0), (1000, 1000), (500, 900)]
    town.write(
        "supply",
        gpd.GeoDataFrame(
            {**plain, **columns}, geometry=[Point(X0 + e, Y0 + n) for e, n in at], crs=3067
        ),
    )


def spot(name: str, east: float, north: float, weight: float = 1.0) -> Spot:
    lon, lat = lonlat(east, north)
    return Spot(name=name, lon=lon, lat=lat, weight=weight)


def test_value_takes_the_best_scores_where_nothing_is_shared(demo: Assessment) -> None:
    told = site_plan(demo, Plan(count=4, share_headroom=False))
    low = demo.ranking.table["score_low"][demo.eligible].sort_values(ascending=False)
    assert set(told.choice.chosen) == set(low.index[:4])
    assert told.choice.objective == pytest.approx(low.iloc[:4].sum())
    assert told.choice.gap_share == 0.0


def test_every_site_is_either_open_to_choice_or_left_out_with_a_reason(demo: Assessment) -> None:
    told = site_plan(demo, Plan(count=2))
    assert {*told.sites.index, *told.left_out.index} == set(demo.sites.index)
    assert told.left_out.reason.str.len().gt(0).all()
    failed = demo.eligible.index[~demo.eligible]
    assert told.left_out.reason[failed].str.startswith("a rule fails: ").all()


def test_the_plan_keeps_the_headroom_of_every_level(demo: Assessment) -> None:
    told = site_plan(demo, Plan(count=12))
    sites, import_kva = demo.sites.loc[list(told.choice.chosen)], pods.import_kva(demo.study.pod)
    local = sites[sites.connection_option.isin(["lv_main", "lv_way"])]
    room = demo.layers["supply_points"].frame.set_index("supply_id").headroom_kva
    for column, chosen in (("supply_id", local), ("primary_id", sites)):
        taken = chosen[column].value_counts() * import_kva
        assert (taken <= room.reindex(taken.index) + 1e-6).all()


def test_headroom_of_the_primary_counts_for_both_its_substations(town: Town) -> None:
    supply(town, headroom_kva=[800.0, 800.0, 250.0])
    run = town.assess()
    assert len(site_plan(run, Plan(count=2)).choice.chosen) == 2
    told = site_plan(run, Plan(count=3))
    assert told.choice.status == "infeasible"
    lines = " ".join(shortfall_lines(told, told.choice.shortfall))
    assert "3 sites are wanted; under all limits at most 2 fit." in lines
    assert "Headroom at Primary X allows 2 of 3: 363 kVA against 250 kVA" in lines
    assert site_plan(run, Plan(count=3, reinforced=("p",))).choice.found
    assert site_plan(run, Plan(count=3, share_headroom=False)).choice.found


def test_an_existing_pod_takes_its_headroom_unless_it_is_counted(town: Town) -> None:
    supply(town, headroom_kva=[800.0, 800.0, 250.0])
    run = town.assess()
    lon, lat = lonlat(0, 500)
    old = ExistingSite(name="Old", lon=lon, lat=lat, supply_id="s1", import_kva=100.0)
    assert not site_plan(run, Plan(count=2, existing=(old,))).choice.found
    counted = old.model_copy(update={"counted": True})
    assert site_plan(run, Plan(count=2, existing=(counted,))).choice.found


def test_an_existing_candidate_is_not_chosen_again_and_keeps_its_distance(town: Town) -> None:
    run = town.assess()
    plan = Plan(count=3, existing=(ExistingSite(name="Built", site_id="a"),))
    told = site_plan(run, plan)
    assert set(told.choice.chosen) == {"b", "c", "d"}
    assert told.left_out.reason["a"] == "stands already: Built"
    # The centre lies 424 m from the pool.
    near = site_plan(run, plan.model_copy(update={"spacing_m": 430.0}))
    assert not near.choice.found
    assert near.unfit["b"].name == "430 m from Built"


def test_unknown_headroom_is_allowed_with_a_warning_or_forbidden(town: Town) -> None:
    supply(town, headroom_kva=[None, 800.0, 800.0])
    run = town.assess()
    told = site_plan(run, Plan(count=3))
    warning = next(notice for notice in told.notices if "not known" in notice.text)
    assert any("headroom at West" in fact for fact in warning.facts.values())
    strict = site_plan(run, Plan(count=1, unknown="forbid"))
    assert set(strict.choice.chosen) == {"c"}
    assert strict.left_out.reason["a"].startswith("not known: ")


def test_sites_of_one_flood_area_fail_together(town: Town) -> None:
    shapes = [box(X0 + 850, Y0, X0 + 1000, Y0 + 150), box(X0, Y0 + 100, X0 + 860, Y0 + 520)]
    apart = shapes[1].intersection(box(X0, Y0, X0 + 600, Y0 + 1000))
    for other, together in ((shapes[1], True), (apart, False)):
        flood = {"flood_id": ["w", "v"], "band": ["high", "low"]}
        town.write("flood", gpd.GeoDataFrame(flood, geometry=[shapes[0], other], crs=3067))
        groups, unknown = domain_of(town.assess(), "flood_zone")
        assert unknown == []
        assert groups == ({"v": {"a", "b", "d"}} if together else {"v": {"a", "b"}, "w": {"d"}})


def test_failure_domains_hold(demo: Assessment) -> None:
    plan = Plan(count=4, at_most={"exchange": 1, "feeder": 1})
    told = site_plan(demo, plan)
    chosen = demo.sites.loc[list(told.choice.chosen)]
    assert chosen.fibre_id.is_unique
    assert chosen.supply_id.is_unique


def test_a_site_without_a_known_net_present_value_is_left_out_with_the_reason(town: Town) -> None:
    told = site_plan(town.assess(), Plan(count=2, objective="npv"))
    assert set(told.choice.chosen) == {"a", "b"}
    assert told.left_out.reason.to_dict() == {
        "c": "the heat used is not known",
        "d": "the heat used is not known",
    }
    assert not site_plan(town.assess(), Plan(count=3, objective="npv")).choice.found


def test_a_budget_that_pays_for_no_more_than_loss_chooses_nothing_and_says_so(town: Town) -> None:
    run = town.assess()
    told = site_plan(run, Plan(budget_gbp=1e9, objective="npv"))
    assert told.choice.chosen == ()
    assert any("No site at all" in notice.text for notice in told.notices)
    full = site_plan(run, Plan(budget_gbp=1e9, objective="npv", fill=True))
    assert set(full.choice.chosen) == {"a", "b"}


def test_cost_is_that_of_the_money_case(demo: Assessment) -> None:
    site = demo.eligible.index[demo.eligible][0]
    case = money_case(demo.study, demo.sites, site)
    cost = build_gbp(demo.study, demo.sites.loc[[site]])
    assert cost.cost_gbp[site] == pytest.approx(sum(case.built.values()))
    told = site_plan(demo, Plan(budget_gbp=2.5 * cost.cost_gbp[site], fill=True))
    assert told.sites.cost_gbp[list(told.choice.chosen)].sum() <= 2.5 * cost.cost_gbp[site]


def test_carbon_is_that_of_the_heat_year(demo: Assessment) -> None:
    carbon = carbon_kgco2e_a(demo)
    pumped = (demo.sites.heat_mode == "heat pump") & (demo.sites.heat_delivered_mwh_a > 0)
    site = carbon[pumped].index[0]
    year = heat_year(demo.study, demo.territory, demo.sites, site)
    heat_only = year.carbon.fuel_avoided_kgco2e_a - year.carbon.heat_side_kgco2e_a
    assert carbon[site] == pytest.approx(heat_only, rel=1e-6)


def test_heat_of_several_pods_on_one_sink_is_that_of_the_hourly_match(demo: Assessment) -> None:
    posed = pose(demo, Plan(count=5, objective="carbon"))
    assert posed.problem.sinks
    name, sink = next(iter(posed.problem.sinks.items()))
    there = posed.sites.index[posed.sites.sink_id == name]
    nearest = demo.sites.loc[there, "sink_m"].idxmin()
    for count, one_pipe in ((1, 1e-9), (2, 0.01)):
        year = heat_year(demo.study, demo.territory, demo.sites, nearest, Scheme(pods=count))
        delivered = year.delivered_kw.sum() / 1000
        # Pods on one site share its pipe and its loss; pods on several sites have one each.
        assert sink.joint_mwh_a[count - 1] == pytest.approx(delivered, rel=one_pipe)
        assert sink.joint_mwh_a[count - 1] <= delivered * (1 + 1e-9)
    pair = list(there[:2])
    together = worth_of(posed.problem, pair)
    assert together <= sum(worth_of(posed.problem, (site,)) for site in pair) + 1e-6


def test_net_present_value_falls_by_what_unsold_heat_is_worth(demo: Assessment) -> None:
    heated = demo.sites.index[demo.sites.heat_delivered_mwh_a > 0][:1]
    slope = npv_per_mwh(demo.study, demo.sites, heated).iloc[0]
    site = heated[0]
    less = demo.sites.loc[heated].copy()
    share = 0.75
    for column in ("heat_delivered_mwh_a", "heat_pump_mwh_a"):
        less[column] = less[column] * share
    # The plant is sized by the ratio of delivered to used, so both are scaled.
    less["heat_used_mwh_a"] = less["heat_used_mwh_a"] * share
    before = money_case(demo.study, demo.sites, site).public.net.npv_gbp
    after = money_case(demo.study, less, site).public.net.npv_gbp
    lost = 0.25 * demo.sites.heat_delivered_mwh_a[site]
    assert slope > 0
    assert before - after == pytest.approx(slope * lost, rel=1e-6)


def test_coverage_serves_the_most_weight(town: Town) -> None:
    run = town.assess()
    demand = (spot("pool", 200, 200, 5.0), spot("hall", 800, 800, 3.0), spot("river", 900, 100, 1))
    plan = Plan(count=2, objective="coverage", demand=demand, reach_km=0.2)
    told = site_plan(run, plan)
    assert set(told.choice.chosen) == {"a", "c"}
    assert told.choice.objective == pytest.approx(8.0)
    assert told.choice.served_share == pytest.approx(8 / 9)
    asked = Plan(count=2, demand=demand, reach_km=0.2, served_share=1.0)
    short = site_plan(run, asked).choice.shortfall
    assert short.alone == ("coverage",)
    assert site_plan(run, asked.model_copy(update={"count": 3})).choice.served_share == 1.0


def test_a_latency_budget_that_fibre_cannot_keep_serves_nobody(town: Town) -> None:
    run = town.assess()
    # The equipment alone takes 0.2 ms there and back.
    plan = Plan(count=1, objective="coverage", demand=(spot("x", 210, 190),), latency_ms=0.19)
    assert site_plan(run, plan).choice.objective == 0.0
    assert site_plan(run, plan.model_copy(update={"latency_ms": 0.21})).choice.objective == 1.0


def test_a_layer_can_be_the_demand(town: Town) -> None:
    run = town.assess()
    plan = Plan(count=1, objective="coverage", demand_layer="noise_receptors", reach_km=0.06)
    assert site_plan(run, plan).choice.chosen == ("b",)
    with pytest.raises(StudyError, match="no such layer"):
        site_plan(run, plan.model_copy(update={"demand_layer": "people"}))
    with pytest.raises(StudyError, match="no such column"):
        site_plan(run, plan.model_copy(update={"demand_weight": "people"}))
    sinks = plan.model_copy(update={"demand_layer": "heat_sinks", "demand_weight": "demand_mwh_a"})
    with pytest.raises(StudyError, match="has no weight"):
        site_plan(run, sinks)


def test_workloads_run_on_the_chosen_pods_and_a_shared_exchange_is_a_loss(town: Town) -> None:
    users = (spot("office", 500, 500),)
    jobs = (
        HostedWorkload(
            name="records",
            it_kw=60,
            rtt_budget_ms=2,
            users=users,
            data_at=spot("archive", 800, 800),
            data_gb_day=10_000,
        ),
        HostedWorkload(name="batch", it_kw=60, rtt_budget_ms=50, users=users, must_run=False),
    )
    told = site_plan(town.assess(), Plan(count=2, workloads=jobs))
    assert told.choice.chosen == ("a", "c")
    assert told.placement.table.site_id.to_dict() == {"records": "c", "batch": "a"}
    losses = {outage.cause: outage for outage in told.outages}
    assert losses["pod c"].survived
    assert losses["pod c"].dropped == ("batch",)
    assert losses["fibre pick-up point f1"].stopped == ("records",)


def test_why_not_names_the_limit_and_the_site_that_would_leave(town: Town) -> None:
    told = site_plan(town.assess(), Plan(count=1, spacing_m=2000.0))
    why = {one.site_id: one for one in told.why_not}
    assert why["c"].leaves == ("a",)
    said = why_not_line(told, why["c"])
    assert "in place of By the pool (a)" in said
    assert "the spacing of 2,000 m between sites, with By the pool (a)" in said
    assert "no other set is better" in headline(told)


def test_the_choice_of_the_demo_equals_enumeration(demo: Assessment) -> None:
    posed = pose(demo, Plan(count=3, objective="carbon", spacing_m=250.0))
    problem = posed.problem
    best = -np.inf
    at = problem.sites[["x_m", "y_m"]].to_numpy()
    rows = {site: row for row, site in enumerate(problem.sites.index)}
    for chosen in combinations(problem.sites.index, 3):
        where = at[[rows[site] for site in chosen]]
        gaps = [np.hypot(*(where[i] - where[j])) for i, j in ((0, 1), (0, 2), (1, 2))]
        kept = all(
            sum(stock.use.get(site, 0.0) for site in chosen) <= stock.capacity + 1e-6
            for stock in problem.stocks
        )
        loose = sum(problem.sites.worth[list(chosen)])
        if min(gaps) >= 250.0 and kept and loose > best:
            best = max(best, worth_of(problem, chosen))
    found = site_plan(demo, Plan(count=3, objective="carbon", spacing_m=250.0))
    assert found.choice.objective == pytest.approx(best)


def test_a_plan_may_not_name_what_is_not_there(town: Town) -> None:
    old = ExistingSite(name="Old", site_id="zzz")
    lost = ExistingSite(name="Lost", lon=25.0, lat=60.0, supply_id="s9")
    with pytest.raises(StudyError) as caught:
        site_plan(town.assess(), Plan(count=1, reinforced=("s8",), existing=(old, lost)))
    assert {fault.value for fault in caught.value.faults} == {"zzz", "s8", "s9"}
    with pytest.raises(StudyError, match="no plan is asked for"):
        site_plan(town.assess())


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"count": 0},
        {"count": 2, "fill": True},
        {"count": 2, "objective": "coverage"},
        {"count": 2, "served_share": 0.5},
        {"count": 2, "at_most": {"street": 1}},
        {"count": 2, "existing": [{"name": "x"}]},
        {"count": 2, "existing": [{"name": "x", "site_id": "a", "lon": 1, "lat": 1}]},
        {"count": 2, "workloads": [{"name": "w", "it_kw": 1, "rtt_budget_ms": 1, "users": []}]},
    ],
)
def test_a_plan_that_is_none_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate(document)


def test_options_come_before_the_study() -> None:
    stated = Plan(count=3, spacing_m=100.0)
    assert plan_with(stated, {"count": 5}).spacing_m == 100.0
    assert plan_with(stated, {"budget_gbp": 1e6}).count is None
    with pytest.raises(StudyError, match="give `count`"):
        plan_with(None, {"count": None, "objective": "npv"})


def test_the_command_prints_json_and_writes_the_plan(town: Town) -> None:
    out = town.folder / "plan"
    done = siteselect("portfolio", town.file, "--count", 2, "--json", "--out", out)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [site["site_id"] for site in told["chosen"]] == ["a", "c"]
    assert told["status"] == "optimal"
    assert told["gap_share"] == 0
    assert sum(step["added"] for step in told["sequence"]) == pytest.approx(told["objective"])
    assert json.loads((out / "portfolio.json").read_text(encoding="utf-8")) == told
    assert (out / "sequence.csv").read_text(encoding="utf-8").startswith("step,site_id,name")


def test_the_command_says_what_is_in_the_way(town: Town) -> None:
    done = siteselect("portfolio", town.file, "--count", 4, "--spacing", 900)
    assert done.returncode == 3
    assert "Lifting one of these alone would do: spacing." in done.stdout
    unasked = siteselect("portfolio", town.file)
    assert unasked.returncode == 2
    assert "give `count`, `budget_gbp` or both" in unasked.stderr


def test_the_report_shows_a_plan_only_where_the_study_asks_for_one(town: Town) -> None:
    assert 'id="portfolio"' not in study_report(town.assess())
    town.document["portfolio"] = {"count": 2}
    shown = study_report(town.assess())
    assert 'id="portfolio"' in shown
    assert "proved best" in shown
    assert "Why not these sites" in shown
    town.document["portfolio"] = {"count": 4, "spacing_m": 900}
    assert "There is no plan with 4 sites" in study_report(town.assess())


def test_names_from_outside_stay_data(town: Town) -> None:
    lon, lat = lonlat(210, 190)
    town.candidates(f'site_id,name,kind,lon,lat\na,"<script>x</script>",car_park,{lon},{lat}\n')
    town.document["portfolio"] = {"count": 1}
    run = town.assess()
    assert "<script>x" not in study_report(run)
    assert plan_told(site_plan(run))["chosen"][0]["name"] == "<script>x</script>"
