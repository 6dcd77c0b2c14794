"""Heat pump and pipe: the sheet's tables, and what must hold for any temperature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.heat.heat_pump import cop, cop_staffell, lift_k, lifted_kw
from siteselect.heat.pipe import (
    DIAMETERS,
    flow_m3_h,
    pipe_for_kw,
    pipe_loss_kw,
    pipe_u_w_mk,
    pressure_gradient_pa_m,
    pumping_kw,
)

# Heat sheet 4.2 [C]: source, sink, 0.45 of Carnot, the same with pinches of 5 K.
PERFORMANCE = (
    (35, 60, 6.00, 4.35),
    (30, 70, 3.86, 3.13),
    (40, 65, 6.09, 4.41),
    (25, 75, 3.13, 2.65),
    (50, 80, 5.30, 4.03),
    (45, 55, 14.8, 7.50),
)


@pytest.mark.parametrize(("source", "sink", "plain", "pinched"), PERFORMANCE)
def test_cop_of_the_sheet(source: float, sink: float, plain: float, pinched: float) -> None:
    assert float(cop(source, sink)) == pytest.approx(pinched, abs=0.006)
    assert float(cop(source, sink, pinch_k=0, cap=100)) == pytest.approx(plain, abs=0.04)


def test_t5_heat_pump() -> None:
    assert float(cop(35, 60, carnot_share=0.45, pinch_k=5)) == pytest.approx(4.348, abs=5e-4)
    sink_kw, electric_kw = lifted_kw(100.0, 4.0)
    assert float(sink_kw) == pytest.approx(133.33, abs=0.005)
    assert float(electric_kw) == pytest.approx(33.33, abs=0.005)


def test_staffell() -> None:
    # Heat sheet 4.2 [S]: dT = 35 K.
    assert float(cop_staffell(35)) == pytest.approx(4.419, abs=5e-4)
    assert float(cop_staffell(35, "air")) == pytest.approx(3.347, abs=5e-4)
    assert float(cop_staffell(500)) == float(cop_staffell(60))


def test_a_source_warmer_than_the_sink_has_the_cap_and_no_lift() -> None:
    assert float(cop(80, 40)) == 8
    assert float(cop(45, 35, pinch_k=5)) == 8
    assert float(lift_k(80, 40)) == 0


@given(st.floats(-20, 90), st.floats(10, 110), st.floats(0, 30))
def test_cop_falls_as_the_sink_rises_and_lift_grows_as_the_source_cools(
    source: float, sink: float, step: float
) -> None:
    assert float(cop(source, sink + step)) <= float(cop(source, sink)) + 1e-12
    assert float(cop(source - step, sink)) <= float(cop(source, sink)) + 1e-12
    assert 1 <= float(cop(source, sink)) <= 8
    assert float(lift_k(source - step, sink)) >= float(lift_k(source, sink))


@given(st.floats(0, 1000), st.floats(1.01, 8))
def test_a_heat_pump_s_energy_balances(source_kw: float, performance: float) -> None:
    sink_kw, electric_kw = lifted_kw(source_kw, performance)
    assert float(sink_kw) == pytest.approx(source_kw + float(electric_kw), rel=1e-9)
    assert float(sink_kw) == pytest.approx(performance * float(electric_kw), rel=1e-9)


def test_a_pump_that_moves_no_heat_is_refused() -> None:
    with pytest.raises(ValueError, match="above 1"):
        lifted_kw(10.0, [3.0, 1.0])


def test_a_vector_is_its_scalars() -> None:
    sources, sinks = np.array([35.0, 30.0, 90.0]), np.array([60.0, 70.0, 40.0])
    assert cop(sources, sinks) == pytest.approx(
        [float(cop(a, b)) for a, b in zip(sources, sinks, strict=True)], rel=1e-15
    )
    assert np.isnan(cop(np.nan, 60.0))


# Heat sheet 5 [C]: W per metre of trench at 55/30, 40/30, 70/40 and 80/50 degC.
LOSSES = (
    (25, 0.162, 10.5, 8.1, 14.6, 17.8),
    (40, 0.192, 12.5, 9.6, 17.3, 21.1),
    (50, 0.216, 14.0, 10.8, 19.4, 23.7),
    (80, 0.264, 17.2, 13.2, 23.8, 29.1),
    (100, 0.278, 18.1, 13.9, 25.1, 30.6),
)


@pytest.mark.parametrize(("dn", "u", "a", "b", "c", "d"), LOSSES)
def test_pipe_losses_of_the_sheet(
    dn: int, u: float, a: float, b: float, c: float, d: float
) -> None:
    assert pipe_u_w_mk(dn) == pytest.approx(u, abs=6e-4)
    watts = pipe_loss_kw(1.0, dn, np.array([55, 40, 70, 80]), np.array([30, 30, 40, 50])) * 1000
    assert watts == pytest.approx([a, b, c, d], abs=0.06)


def test_t7_pipe() -> None:
    loss_kw = float(pipe_loss_kw(100, 50, 55, 30, 10))
    assert loss_kw == pytest.approx(1.401, abs=1e-3)
    assert loss_kw * 8.76 == pytest.approx(12.27, abs=0.01)


def test_a_pipe_colder_than_the_ground_loses_nothing() -> None:
    assert float(pipe_loss_kw(100, 50, 8, 6)) == 0


def test_flow_of_the_sheet() -> None:
    heat, delta = [20, 50, 100, 100, 500], [10, 10, 15, 30, 30]
    assert flow_m3_h(heat, delta) == pytest.approx([1.72, 4.30, 5.73, 2.87, 14.3], abs=0.04)


def test_pressure_and_pumping_of_the_sheet() -> None:
    # 100 kW through DN50: 209 Pa/m and 203 W per 100 m at 10 K; 57 Pa/m and 27 W at 20 K [C].
    assert pressure_gradient_pa_m(100, [10, 20], 50) == pytest.approx([209, 57], rel=0.02)
    assert pumping_kw(100, 100, [10, 20], 50) * 1000 == pytest.approx([203, 27], rel=0.04)


def test_sizes_of_the_sheet() -> None:
    # At 10 to 20 K: 20 kW DN25, 50 DN40, 100 DN50, 200 DN65, 500 DN100 [C].
    assert pipe_for_kw([20, 50, 100, 200, 500], 15).tolist() == [25, 40, 50, 65, 100]


@given(st.floats(0, 3000), st.floats(5, 40))
def test_the_chosen_pipe_is_the_smallest_that_keeps_to_the_limit(
    heat_kw: float, delta: float
) -> None:
    chosen = int(pipe_for_kw(heat_kw, delta))
    assert float(pressure_gradient_pa_m(heat_kw, delta, chosen)) <= 150
    smaller = [dn for dn in DIAMETERS if dn < chosen]
    if smaller:
        assert float(pressure_gradient_pa_m(heat_kw, delta, smaller[-1])) > 150


def test_no_heat_needs_no_pumping() -> None:
    assert float(pumping_kw(100, 0.0, 10, 25)) == 0


def test_pipes_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="DN51"):
        pipe_loss_kw(10, 51, 55, 30)
    with pytest.raises(ValueError, match="more heat"):
        pipe_for_kw(1e6, 10)
    with pytest.raises(ValueError, match="warmer"):
        pipe_for_kw(10, 0)
