"""Pod sizing: published cases, hand computations, limits, and a worksheet that tells the truth."""

from __future__ import annotations

from dataclasses import asdict, fields
from math import inf, isnan, nan, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect import pod as pods
from siteselect.errors import InputError
from siteselect.sizing.catalogue import (
    Figure,
    backup_levels,
    connection_steps,
    cooling_classes,
    form_factors,
    pod_designs,
    sizing_rules,
)
from siteselect.sizing.electrical import (
    apparent_power_kva,
    connection_for,
    line_current_amp,
    transformer_headroom_kw,
)
from siteselect.sizing.load import server_kw
from siteselect.sizing.placement import floor_load_kn_m2
from siteselect.sizing.request import PodRequest
from siteselect.sizing.size import figures, size_pod
from siteselect.sizing.supply import backup_for

HAND = PodRequest(
    design="cpu_node",
    form_factor="container",
    steady_units=1000,
    growth_share_a=0.15,
    horizon_months=30,
    cooling="immersion",
    summer_c=34,
    recovery_time_min=15,
)
"""The case that is worked by hand below."""


# --- published cases


@pytest.mark.parametrize(
    ("kw", "power_factor", "kva", "low_amp", "high_amp"),
    [
        (20, 0.95, 21.1, 30.4, 1.10),
        (50, 0.95, 52.6, 76.0, 2.76),
        (100, 0.95, 105.3, 151.9, 5.52),
        (200, 0.95, 210.5, 303.9, 11.05),
        (500, 0.95, 526.3, 759.7, 27.62),
        (500, 0.98, 510.2, 736.4, 26.78),
    ],
)
def test_reference_table_of_power_and_current(
    kw: float, power_factor: float, kva: float, low_amp: float, high_amp: float
) -> None:
    """Table 1.7 of the project's grid reference, to its printed precision."""
    found = apparent_power_kva(kw, power_factor)
    assert found == pytest.approx(kva, abs=0.05)
    assert line_current_amp(found) == pytest.approx(low_amp, abs=0.05)
    assert line_current_amp(found, voltage_v=11_000) == pytest.approx(high_amp, abs=0.005)


@pytest.mark.parametrize(
    ("kva", "amp"), [(315, 454.7), (500, 721.7), (800, 1154.7), (1000, 1443.4), (69.28, 100.0)]
)
def test_reference_current_of_transformers(kva: float, amp: float) -> None:
    assert line_current_amp(kva) == pytest.approx(amp, abs=0.05)


def test_single_phase_hundred_amperes_is_the_smallest_step() -> None:
    assert line_current_amp(23, phases=1) == pytest.approx(100.0)
    assert connection_steps()[0].phases == 1


@pytest.mark.parametrize(
    ("kva", "step"),
    [(21.1, 23), (23, 23), (52.6, 69), (105.3, 138), (210.5, 276), (300, 315), (526.3, 800)],
)
def test_connection_is_the_smallest_step_that_carries_the_load(kva: float, step: float) -> None:
    found = connection_for(kva)
    assert found is not None
    assert found.kva == step


def test_no_connection_is_sold_above_the_last_step() -> None:
    assert connection_for(1500.1) is None


def test_reference_headroom_of_a_loaded_transformer() -> None:
    """Section 1.10: 500 kVA at 0.8, peak 260 kVA, power factor 0.95 leaves 133.0 kW."""
    assert transformer_headroom_kw(500, 260, 0.95) == pytest.approx(133.0)
    assert transformer_headroom_kw(500, 450, 0.95) == 0


def test_reference_rack_on_a_floor() -> None:
    """Section 3.5: 1200 kg on 0.6 x 1.2 m is 16.34 kN/m2; on a bay of 1.8 m2 it is 6.54."""
    assert floor_load_kn_m2(1200, 0.6 * 1.2) == pytest.approx(16.34, abs=0.005)
    assert floor_load_kn_m2(1200, 1.8) == pytest.approx(6.54, abs=0.005)


@pytest.mark.parametrize("power_factor", [0, -0.5, 1.1, nan])
def test_a_power_factor_outside_its_range_is_refused(power_factor: float) -> None:
    with pytest.raises(ValueError, match="power factor"):
        apparent_power_kva(10, power_factor)


def test_two_phases_and_no_area_are_refused() -> None:
    with pytest.raises(ValueError, match="phases"):
        line_current_amp(10, phases=2)
    with pytest.raises(ValueError, match="area"):
        floor_load_kn_m2(100, 0)


# --- by hand


def test_servers_by_hand() -> None:
    """1000 cores x 1.15^2.5 = 1418.2; / 0.65 = 2181.9; / 64 = 34.1 -> 35, and one to spare."""
    load = size_pod(HAND).load
    assert load.growth_factor == pytest.approx(1.15**2.5)
    assert load.steady_units == pytest.approx(1418.22, abs=0.01)
    assert (load.needed_servers, load.servers) == (35, 36)
    assert load.it_kw == pytest.approx(28.8)


def test_draw_by_hand() -> None:
    """36 servers of 0.8 kW, idle 40 %: steady 11.52 + 17.28 x 1418.22 / 2304 = 22.157 kW."""
    load = size_pod(HAND).load
    assert load.steady_kw == pytest.approx(22.157, abs=0.001)
    assert load.burst_kw == pytest.approx(0.4 * 28.8 + 0.6 * 28.8 * 2181.88 / 2304, abs=0.001)
    assert load.failure_kw == pytest.approx(0.4 * 28.0 + 0.6 * 28.0 * 2181.88 / 2240, abs=0.001)
    assert load.peak_kw == max(load.steady_kw, load.burst_kw, load.failure_kw)


def test_heat_rejection_by_hand() -> None:
    """Immersion at 34 degC: 94 % leaves dry (limit 50), 6 % room heat (limit 27) by chiller."""
    thermal = size_pod(HAND).thermal
    rejection = 27.8841 / 0.75 * 1.07
    assert thermal.rejection_kw == pytest.approx(rejection, rel=1e-5)
    assert thermal.heat_kw == pytest.approx(22.1567 * 0.94, rel=1e-5)
    assert thermal.dry_share == pytest.approx(0.94)
    dry, rest = 0.94 * rejection * 15 / 16, 0.06 * rejection * 1.4
    assert thermal.cooler_kw == pytest.approx((dry + rest) * 4 / 3, rel=1e-5)
    assert thermal.worst_hour_kw == pytest.approx(28.8 * 1.07 * (1 + 0.06 / 2.5 + 0.03), rel=1e-5)


def test_supply_by_hand() -> None:
    """28.8 kW x 1.07 x 1.054 = 32.48 kW at worst; 27.88 x 1.12778 / 0.75 = 41.93 kW; 44.1 kVA."""
    supply = size_pod(HAND).supply
    assert supply.overhead_factor == pytest.approx(1.07 * 1.054)
    assert supply.envelope_kw == pytest.approx(27.8841 * 1.07 * 1.054 / 0.75, rel=1e-5)
    assert supply.need_kva == pytest.approx(supply.envelope_kw / 0.95)
    assert (supply.connection_kva, supply.phases) == (69, 3)
    assert supply.feed_amp == pytest.approx(supply.need_kva * 1000 / (sqrt(3) * 400))
    assert supply.battery_kwh == pytest.approx(28.8 * 1.03 * 10 / 60 / 0.72)
    assert supply.generator_needed is True
    assert supply.generator_kwe == pytest.approx(supply.envelope_kw / 0.8)


def test_placement_by_hand() -> None:
    """18 servers of 30 kg in a tank of 900 kg: 1440 kg on 1.6 m2 is 8.83 kN/m2."""
    placement = size_pod(HAND).placement
    assert placement.rack_kg == 1440
    assert placement.point_load_kn_m2 == pytest.approx(8.826, abs=0.001)
    assert placement.bay_load_kn_m2 == pytest.approx(1440 * 9.80665 / 2680, abs=1e-6)
    assert placement.footprint_m2 == pytest.approx(2 * 2.68 + 8)


def test_cooler_with_a_failed_fan_still_rejects_everything_on_the_hottest_hours() -> None:
    """The cooler's rating falls with the temperature difference and with the fans that run."""
    thermal = size_pod(
        PodRequest(it_kw=100, cooling="direct_to_chip", summer_c=20, design="gpu_pod")
    ).thermal
    assert thermal.dry_share == pytest.approx(1)
    worst_rating = 3 / 4 * thermal.cooler_kw
    needed = 0.75 * thermal.rejection_kw * 15 / (50 - 20)
    needed += 0.25 * thermal.rejection_kw * 15 / (27 - 20)
    assert worst_rating == pytest.approx(needed)


def test_sound_agrees_with_the_pod_that_a_study_would_declare() -> None:
    sizing = size_pod(HAND)
    assert sizing.placement.sound_power_dba == pytest.approx(pods.sound_power_dba(sizing.pod))
    assert pods.heat_offered_kw(sizing.pod) == pytest.approx(sizing.thermal.heat_kw)


def test_storage_decides_when_it_needs_more_servers() -> None:
    """400 TB, no growth: 400 / (30 x 0.33 x 0.8) = 50.5 -> 51 servers."""
    request = PodRequest(steady_units=640, storage_tb=400, growth_share_a=0)
    sizing = size_pod(request)
    assert sizing.load.needed_servers == 51
    assert any("Storage" in note for note in sizing.notes)


# --- choices


@pytest.mark.parametrize(
    ("design", "rack_kw", "cooling"),
    [
        ("cpu_node", 15, "air"),
        ("cpu_node", 16, "rear_door"),
        ("gpu_pod", None, "rear_door"),
        ("storage_node", None, "air"),
    ],
)
def test_cooling_follows_density(design: str, rack_kw: float | None, cooling: str) -> None:
    found = size_pod(PodRequest(design=design, it_kw=96, rack_kw=rack_kw)).thermal
    assert found.cooling == cooling
    assert found.rack_kw <= cooling_classes()[cooling].rack_limit_kw.value


@pytest.mark.parametrize(
    ("minutes", "generator"), [(0, True), (1, True), (30, True), (31, False), (1e6, False)]
)
def test_generator_by_recovery_time(minutes: float, generator: bool) -> None:
    level = backup_for(minutes)
    assert level is not None
    assert level.generator is generator
    assert level.ups_min > 0


def test_unknown_recovery_time_and_summer_stay_unknown_and_are_asked_for() -> None:
    sizing = size_pod(PodRequest(it_kw=50))
    assert isnan(sizing.supply.battery_kwh)
    assert sizing.supply.generator_needed is None
    assert isnan(sizing.thermal.cooler_kw)
    text = " ".join(sizing.notes)
    assert "summer_c" in text
    assert "recovery_time_min" in text


def test_air_cooling_on_a_hot_day_needs_a_chiller_and_a_larger_feed() -> None:
    mild = size_pod(PodRequest(it_kw=60, summer_c=18))
    hot = size_pod(PodRequest(it_kw=60, summer_c=34))
    assert mild.thermal.compressor_kw == 0
    assert hot.thermal.compressor_kw > 0
    assert hot.supply.need_kva > mild.supply.need_kva
    assert any("chiller" in note for note in hot.notes)


def test_a_rooftop_says_that_its_floor_binds() -> None:
    sizing = size_pod(PodRequest(it_kw=40, form_factor="rooftop"))
    assert any("kN/m2" in note for note in sizing.notes)
    assert dict(sizing.place_notes)["access"].startswith("Crane")


def test_a_leased_cabinet_has_no_sound_and_no_heat_of_its_own() -> None:
    sizing = size_pod(PodRequest(it_kw=40, form_factor="leased_cabinet"))
    assert isnan(sizing.placement.sound_power_dba)
    assert any("landlord" in note for note in sizing.notes)


# --- impossible requests


def test_all_faults_of_a_request_come_at_once() -> None:
    with pytest.raises(InputError) as caught:
        size_pod(
            PodRequest(
                design="mainframe",
                form_factor="balloon",
                cooling="ice",
                growth_share_a=-1,
                power_factor=nan,
                summer_c=inf,
                failure_units=3,
            )
        )
    columns = {fault.column for fault in caught.value.faults}
    assert columns >= {
        "design",
        "form_factor",
        "cooling",
        "growth_share_a",
        "power_factor",
        "summer_c",
        "steady_units",
        "failure_units",
    }
    assert all(fault.cure for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("request_", "column"),
    [
        (PodRequest(steady_units=10), "steady_units"),
        (PodRequest(steady_units=1e6), "steady_units"),
        (PodRequest(it_kw=19), "it_kw"),
        (PodRequest(it_kw=50, steady_units=10), "steady_units"),
        (PodRequest(steady_units=1000, burst_units=500), "burst_units"),
        (PodRequest(steady_units=1000, burst_units=1500, failure_units=1600), "failure_units"),
        (PodRequest(it_kw=50, storage_tb=1e5), "storage_tb"),
        (PodRequest(it_kw=50, cooling="immersion", form_factor="leased_cabinet"), "cooling"),
        (PodRequest(it_kw=100, design="gpu_pod", cooling="air"), "rack_kw"),
        (PodRequest(it_kw=400, form_factor="rooftop"), "form_factor"),
        (PodRequest(it_kw=100, available_kva=69), "available_kva"),
    ],
)
def test_impossible_requests_name_what_is_wrong(request_: PodRequest, column: str) -> None:
    with pytest.raises(InputError) as caught:
        size_pod(request_)
    assert column in {fault.column for fault in caught.value.faults}


def test_a_place_too_small_and_a_network_too_weak_come_together() -> None:
    with pytest.raises(InputError) as caught:
        size_pod(PodRequest(it_kw=300, form_factor="rooftop", available_kva=100, summer_c=30))
    assert {fault.column for fault in caught.value.faults} == {"form_factor", "available_kva"}


# --- the worksheet


def test_every_figure_of_the_result_that_was_worked_out_stands_in_the_worksheet() -> None:
    sizing = size_pod(HAND)
    steps = {step.key: step.result for step in sizing.worksheet}
    words = {"cooling", "connection", "backup", "bound_by", "generator_needed", "phases"}
    ranges = {"outlet_low_c", "outlet_high_c", "floor_limit_kn_m2"}
    for name, value in figures(sizing).items():
        if name in words | ranges:
            continue
        assert steps[name] == pytest.approx(value), name


def test_every_step_can_be_read() -> None:
    for step in size_pod(HAND).worksheet:
        assert step.formula
        assert step.source
        assert str(step).startswith(step.name)
    shown = "\n".join(str(step) for step in size_pod(HAND).worksheet)
    assert "needed + 1 (N+1)" in shown


# --- properties

requests = st.builds(
    PodRequest,
    design=st.sampled_from(["cpu_node", "gpu_pod", "storage_node"]),
    it_kw=st.floats(25, 130),
    cooling=st.sampled_from(["immersion", "direct_to_chip"]),
    summer_c=st.floats(10, 45),
    recovery_time_min=st.floats(0, 1000),
    power_factor=st.floats(0.85, 1.0),
)


@settings(max_examples=60, deadline=None)
@given(requests)
def test_expected_load_stays_within_the_envelope(request: PodRequest) -> None:
    sizing = size_pod(request)
    limit = sizing_rules()["envelope_share"].value + 1e-9
    assert sizing.supply.electrical_loading_share <= limit
    assert sizing.thermal.thermal_loading_share <= limit
    assert sizing.supply.connection_kva >= sizing.supply.need_kva
    assert sizing.load.it_kw * sizing.supply.overhead_factor <= sizing.supply.envelope_kw + 1e-9


@settings(max_examples=60, deadline=None)
@given(requests)
def test_all_heat_can_be_dumped_and_a_failed_server_is_carried(request: PodRequest) -> None:
    sizing = size_pod(request)
    load = sizing.load
    each = pod_designs()[request.design].units_per_server.value
    assert sizing.thermal.rejection_kw >= load.it_kw
    assert sizing.thermal.heat_kw <= load.steady_kw
    assert load.failure_units <= (load.servers - 1) * each + 1e-6
    assert 0 < load.utilisation_share <= 1


@settings(max_examples=40, deadline=None)
@given(st.floats(1000, 2300), st.floats(1.0, 3.0))
def test_more_workload_never_needs_less(units: float, factor: float) -> None:
    small = size_pod(PodRequest(steady_units=units, summer_c=30, cooling="immersion"))
    grown = PodRequest(steady_units=units * factor, summer_c=30, cooling="immersion")
    large = size_pod(grown)
    assert large.load.servers >= small.load.servers
    assert large.supply.need_kva >= small.supply.need_kva - 1e-9
    assert large.thermal.heat_kw >= small.thermal.heat_kw - 1e-9


@given(st.sampled_from(sorted(pod_designs())), st.floats(0, 1), st.floats(0, 1))
def test_a_busier_server_never_draws_less(name: str, one: float, other: float) -> None:
    design = pod_designs()[name]
    low, high = sorted((one, other))
    assert server_kw(design, low) <= server_kw(design, high) + 1e-12
    assert server_kw(design, 1) == pytest.approx(design.server_max_kw.value)


# --- the shipped data


def test_the_catalogue_is_whole() -> None:
    entries = [*pod_designs().values(), *cooling_classes().values(), *form_factors().values()]
    found = [
        value
        for entry in entries
        for value in (getattr(entry, item.name) for item in fields(entry))
        if isinstance(value, Figure)
    ]
    found += list(sizing_rules().values())
    assert len(found) > 60
    for figure in found:
        assert figure.low <= figure.value <= figure.high, asdict(figure)
        assert figure.source[:3] in {"[S]", "[K]", "[R]", "[J]"}
    limits = [entry.rack_limit_kw.value for entry in cooling_classes().values()]
    assert limits == sorted(limits)
    assert backup_levels()[-1].up_to_min == inf
    steps = [step.kva for step in connection_steps()]
    assert steps == sorted(steps)


@pytest.mark.parametrize("name", sorted(form_factors()))
def test_every_form_factor_allows_known_cooling_and_says_what_it_changes(name: str) -> None:
    place = form_factors()[name]
    assert set(place.cooling) <= set(cooling_classes())
    assert all((place.permits, place.noise, place.access, place.floor))


numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True)


@settings(max_examples=150, deadline=None)
@given(
    st.builds(
        PodRequest,
        design=st.sampled_from(sorted(pod_designs())),
        form_factor=st.sampled_from(sorted(form_factors())),
        steady_units=st.none() | st.floats(1, 1e5),
        burst_units=numbers,
        failure_units=numbers,
        it_kw=st.none() | st.floats(20, 500),
        storage_tb=st.floats(0, 1e4),
        cooling=st.none() | st.sampled_from(sorted(cooling_classes())),
        rack_kw=st.none() | st.floats(0.1, 200),
        summer_c=numbers,
        available_kva=numbers,
    )
)
def test_whatever_is_asked_the_answer_is_a_pod_or_a_list_of_faults(request: PodRequest) -> None:
    try:
        sizing = size_pod(request)
    except InputError as error:
        assert error.faults
        assert all(fault.cure for fault in error.faults)
    else:
        assert 20 <= sizing.load.it_kw <= 500
        assert sizing.thermal.racks >= 1
