"""The pipe between pod and sink: heat loss, diameter and pumping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

# Nominal diameter to outer and inner diameter of the steel and to the casing [mm]: pre-insulated
# single pipes, insulation series 1 (EN 253); 25, 40, 50, 80, 100 [C], the others [R].
_PIPES: dict[int, tuple[float, float, float]] = {
    25: (33.7, 28.5, 90.0),
    32: (42.4, 37.2, 110.0),
    40: (48.3, 43.1, 110.0),
    50: (60.3, 54.5, 125.0),
    65: (76.1, 70.3, 140.0),
    80: (88.9, 82.5, 160.0),
    100: (114.3, 107.1, 200.0),
    125: (139.7, 132.5, 225.0),
    150: (168.3, 160.3, 250.0),
    200: (219.1, 210.1, 315.0),
    250: (273.0, 263.0, 400.0),
    300: (323.9, 312.7, 450.0),
}
DIAMETERS: tuple[int, ...] = tuple(_PIPES)
"""Nominal diameters known, smallest first."""
GROUND_C = 10.0
"""Temperature of the ground at pipe depth, mean of the year [degC] [J]."""
DESIGN_PA_M = 150.0
"""Pressure gradient that a diameter is chosen by [Pa/m]; usual 100 to 200 [J]."""
PUMP_EFFICIENCY = 0.5
"""Hydraulic over electric power of a pump [J]."""
_FOAM_W_MK = 0.027
_SOIL_W_MK = 1.5
_DEPTH_M = 0.8
# Commercial steel [R].
_ROUGHNESS_M = 0.000045
# Water at about 50 degC.
_DENSITY_KG_M3 = 988.0
_VISCOSITY_PA_S = 0.00055
_HEAT_CAPACITY_KJ_KG_K = 4.186
_LAMINAR = 2300.0


def pipe_u_w_mk(dn: int) -> float:
    """Heat loss of one buried pipe per metre and kelvin [W/(m K)].

    1/U = ln(D/d) / (2 pi foam) + ln(4 z/D) / (2 pi soil), the form of EN 13941 [C], foam 0.027
    and soil 1.5 W/(m K), depth 0.8 m. The two pipes' warming of each other is left out, which
    overstates the loss by 5 to 10 %.
    """
    outer, _, casing = _size(dn)
    foam = np.log(casing / outer) / (2 * np.pi * _FOAM_W_MK)
    soil = np.log(4 * _DEPTH_M * 1000 / casing) / (2 * np.pi * _SOIL_W_MK)
    return float(1.0 / (foam + soil))


def pipe_loss_kw(
    length_m: ArrayLike,
    dn: int,
    flow_c: ArrayLike,
    return_c: ArrayLike,
    ground_c: ArrayLike = GROUND_C,
) -> NDArray[np.float64]:
    """Heat lost from a flow and a return pipe in one trench [kW].

    U ((Tf - Tg) + (Tr - Tg)) per metre of trench; never below nothing.

    Parameters
    ----------
    length_m : length of the trench [m].
    dn : nominal diameter, one of `DIAMETERS`.
    flow_c : temperature on the way there [degC].
    return_c : temperature on the way back [degC].
    ground_c : temperature of the ground at pipe depth [degC].

    Raises
    ------
    ValueError
        The diameter is not one of `DIAMETERS`.
    """
    excess_k = np.asarray(flow_c, float) + np.asarray(return_c, float) - 2 * np.asarray(ground_c)
    loss_kw = np.asarray(length_m, float) * pipe_u_w_mk(dn) * excess_k / 1000
    return np.asarray(np.maximum(loss_kw, 0.0))


def flow_m3_h(heat_kw: ArrayLike, delta_k: ArrayLike) -> NDArray[np.float64]:
    """Water needed to carry heat [m3/h], with a kilogram taken for a litre (heat sheet, 5)."""
    heat, delta = np.asarray(heat_kw, dtype=float), np.asarray(delta_k, dtype=float)
    if np.any(delta <= 0):
        raise ValueError("flow must be warmer than return")
    return np.asarray(heat / (_HEAT_CAPACITY_KJ_KG_K * delta) * 3.6)


def pressure_gradient_pa_m(heat_kw: ArrayLike, delta_k: ArrayLike, dn: int) -> NDArray[np.float64]:
    """Friction in one pipe [Pa/m]: Darcy, with Swamee and Jain's friction factor [C].

    Laminar below a Reynolds number of 2300.
    """
    inner_m = _size(dn)[1] / 1000
    kg_s = np.abs(flow_m3_h(heat_kw, delta_k)) / 3.6
    speed = kg_s / _DENSITY_KG_M3 / (np.pi / 4 * inner_m**2)
    reynolds = np.maximum(_DENSITY_KG_M3 * speed * inner_m / _VISCOSITY_PA_S, 1e-9)
    rough = _ROUGHNESS_M / (3.7 * inner_m)
    turbulent = 0.25 / np.log10(rough + 5.74 / np.maximum(reynolds, _LAMINAR) ** 0.9) ** 2
    friction = np.where(reynolds < _LAMINAR, 64 / reynolds, turbulent)
    return np.asarray(friction / inner_m * _DENSITY_KG_M3 / 2 * speed**2)


def pipe_for_kw(
    heat_kw: ArrayLike, delta_k: ArrayLike, limit_pa_m: float = DESIGN_PA_M
) -> NDArray[np.int64]:
    """Smallest nominal diameter that carries the heat within a pressure gradient.

    Parameters
    ----------
    heat_kw : heat to carry at most [kW].
    delta_k : flow less return temperature [K].
    limit_pa_m : largest pressure gradient [Pa/m].

    Raises
    ------
    ValueError
        More than the largest pipe known carries, or no difference of temperature.
    """
    gradients = np.stack([pressure_gradient_pa_m(heat_kw, delta_k, dn) for dn in DIAMETERS])
    fits = gradients <= limit_pa_m
    if not np.all(fits.any(axis=0)):
        raise ValueError(f"more heat than DN{DIAMETERS[-1]} carries at {limit_pa_m:g} Pa/m")
    return np.asarray(np.take(np.asarray(DIAMETERS, dtype=np.int64), np.argmax(fits, axis=0)))


def pumping_kw(
    length_m: ArrayLike,
    heat_kw: ArrayLike,
    delta_k: ArrayLike,
    dn: int,
    efficiency: float = PUMP_EFFICIENCY,
) -> NDArray[np.float64]:
    """Electricity of the pump for there and back along a trench [kW].

    Friction of both pipes times flow over efficiency; exchangers and valves are not in it.
    """
    m3_s = np.abs(flow_m3_h(heat_kw, delta_k)) / 3600 * 1000 / _DENSITY_KG_M3
    drop_pa = 2 * np.asarray(length_m, dtype=float) * pressure_gradient_pa_m(heat_kw, delta_k, dn)
    return np.asarray(drop_pa * m3_s / efficiency / 1000)


def _size(dn: int) -> tuple[float, float, float]:
    if int(dn) not in _PIPES:
        raise ValueError(f"DN{dn} is not one of {', '.join(map(str, DIAMETERS))}")
    return _PIPES[int(dn)]
