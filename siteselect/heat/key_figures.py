"""Key figures of heat reuse: PUE, ERF, ERE, recovery, coverage, fuel and CO2e avoided."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import yaml

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from siteselect.heat.matching import Match

BOILER_EFFICIENCY = 0.85
"""Heat per gas of the boiler that stands still, over a season: 0.75 to 0.92 [J]."""

FactorKind = Literal["electricity", "electricity_losses", "gas"]


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """A year of a pod with heat reuse.

    `reused_mwh_a` is the heat that counts for ERF; `heat_side_mwh_a` the electricity of heat pump
    and circulation pump, part of `dc_mwh_a` only if `heat_side_inside`. `coverage_share` and
    `dump_share` are NaN where nothing is asked for or offered.
    """

    it_mwh_a: float
    dc_mwh_a: float
    offered_mwh_a: float
    recovered_mwh_a: float
    delivered_mwh_a: float
    loss_mwh_a: float
    dumped_mwh_a: float
    reused_mwh_a: float
    heat_side_mwh_a: float
    heat_side_inside: bool
    pue_without_reuse: float
    pue_with_reuse: float
    erf_share: float
    ere: float
    thermal_recovery_share: float
    dump_share: float
    coverage_share: float
    fuel_avoided_mwh_a: float
    dumped_h: int


@dataclass(frozen=True, slots=True)
class EmissionFactor:
    """A dated emission factor with its source and how sure it is."""

    kind: FactorKind
    kgco2e_kwh: float
    year: int
    tag: str
    source: str


@dataclass(frozen=True, slots=True)
class Carbon:
    """CO2e of a year, location-based, against both counterfactuals; positive is avoided.

    `net_if_elsewhere_kgco2e_a` holds if the same computing would have run in another data centre,
    `net_if_not_kgco2e_a` if it would not have run at all. Neither is the truth alone; show both.
    """

    fuel_avoided_kgco2e_a: float
    heat_side_kgco2e_a: float
    pod_kgco2e_a: float
    elsewhere_kgco2e_a: float
    net_if_elsewhere_kgco2e_a: float
    net_if_not_kgco2e_a: float


def pue(dc_mwh_a: float, it_mwh_a: float) -> float:
    """Power usage effectiveness, E_DC / E_IT (ISO/IEC 30134-2), both over a year."""
    return dc_mwh_a / it_mwh_a


def erf(reused_mwh_a: float, dc_mwh_a: float) -> float:
    """Energy reuse factor, E_reused / E_DC, 0 to 1 (ISO/IEC 30134-6).

    Parameters
    ----------
    reused_mwh_a : heat that crosses the boundary of the data centre and is used [MWh/a]. With the
        heat pump outside the boundary it is the heat that goes into it; inside, what it gives.
    dc_mwh_a : all energy that the data centre takes in [MWh/a].
    """
    return reused_mwh_a / dc_mwh_a


def ere(dc_mwh_a: float, reused_mwh_a: float, it_mwh_a: float) -> float:
    """Energy reuse effectiveness, (E_DC - E_reused) / E_IT = PUE (1 - ERF) (The Green Grid)."""
    return (dc_mwh_a - reused_mwh_a) / it_mwh_a


def thermal_recovery(recovered_mwh_a: float, it_mwh_a: float) -> float:
    """Share of the heat of the IT that a sink uses; our own figure, not a standard's."""
    return recovered_mwh_a / it_mwh_a


def fuel_avoided_mwh_a(
    delivered_mwh_a: float, boiler_efficiency: float = BOILER_EFFICIENCY
) -> float:
    """Boiler fuel that delivered heat makes unnecessary [MWh/a, gross calorific value].

    Heat used over seasonal efficiency. Heat that is offered and not used avoids nothing.
    """
    return delivered_mwh_a / boiler_efficiency


def key_figures(
    found: Match,
    it_mwh_a: float,
    pue_without_reuse: float,
    *,
    heat_side_inside: bool = False,
    rejection_share: float = 0.0,
    boiler_efficiency: float = BOILER_EFFICIENCY,
) -> KeyFigures:
    """Sum a year's match up to the figures that are reported.

    Parameters
    ----------
    found : match of all hours of one year.
    it_mwh_a : energy of the IT over those hours [MWh/a].
    pue_without_reuse : PUE with all heat rejected.
    heat_side_inside : whether heat pump and circulation pump belong to the data centre. If not,
        their electricity is the host's, and what counts as reused is the heat before the heat pump.
    rejection_share : electricity of fans and pumps that is saved per heat not rejected [J: 0.02 to
        0.04 for a dry cooler; 0 is prudent].
    boiler_efficiency : heat per fuel of the boiler that stands still.

    Raises
    ------
    InputError
        A number is out of range, or more heat would be reused than energy was taken in.

    Notes
    -----
    The heat that leaves the pod but is lost in the pipe is not counted as reused.
    """
    _check(it_mwh_a, pue_without_reuse, rejection_share, boiler_efficiency)
    offered, recovered, delivered, loss, dumped, demand, heat_side = (
        float(series.sum()) / 1000
        for series in (
            found.offered_kw,
            found.recovered_kw,
            found.delivered_kw,
            found.loss_kw,
            found.dumped_kw,
            found.demand_kw,
            found.heat_pump_kwe + found.pumping_kwe,
        )
    )
    saved = rejection_share * (offered - dumped)
    dc_mwh_a = it_mwh_a * pue_without_reuse - saved + (heat_side if heat_side_inside else 0.0)
    reused = delivered if heat_side_inside else recovered
    if reused > dc_mwh_a:
        problem = "more heat reused than energy taken in"
        cure = "Give the energy of the IT over the hours of the match, in MWh"
        raise InputError(Fault("key figures", problem, cure, value=f"{reused:g} of {dc_mwh_a:g}"))
    return KeyFigures(
        it_mwh_a=it_mwh_a,
        dc_mwh_a=dc_mwh_a,
        offered_mwh_a=offered,
        recovered_mwh_a=recovered,
        delivered_mwh_a=delivered,
        loss_mwh_a=loss,
        dumped_mwh_a=dumped,
        reused_mwh_a=reused,
        heat_side_mwh_a=heat_side,
        heat_side_inside=heat_side_inside,
        pue_without_reuse=pue_without_reuse,
        pue_with_reuse=pue(dc_mwh_a, it_mwh_a),
        erf_share=erf(reused, dc_mwh_a),
        ere=ere(dc_mwh_a, reused, it_mwh_a),
        thermal_recovery_share=thermal_recovery(recovered, it_mwh_a),
        dump_share=_share(dumped, offered),
        coverage_share=_share(delivered, demand),
        fuel_avoided_mwh_a=fuel_avoided_mwh_a(delivered, boiler_efficiency),
        dumped_h=found.hours_dumped,
    )


def carbon(
    figures: KeyFigures,
    gas_kgco2e_kwh: float,
    electricity_kgco2e_kwh: float,
    pue_elsewhere: float | None = None,
) -> Carbon:
    """Weigh the gas avoided against the electricity drawn [kg CO2e/a].

    Parameters
    ----------
    figures : a year of the pod.
    gas_kgco2e_kwh : factor of the boiler's fuel, on the calorific value that its efficiency is.
    electricity_kgco2e_kwh : location-based factor, losses of the network included.
    pue_elsewhere : PUE of the data centre that would have run the same load; None takes the pod's
        own without reuse, so that only the heat makes a difference.
    """
    elsewhere_pue = figures.pue_without_reuse if pue_elsewhere is None else pue_elsewhere
    heat_side_mwh_a = figures.heat_side_mwh_a
    pod_mwh_a = figures.dc_mwh_a - (heat_side_mwh_a if figures.heat_side_inside else 0.0)
    fuel = figures.fuel_avoided_mwh_a * 1000 * gas_kgco2e_kwh
    heat_side = heat_side_mwh_a * 1000 * electricity_kgco2e_kwh
    pod = pod_mwh_a * 1000 * electricity_kgco2e_kwh
    elsewhere = figures.it_mwh_a * elsewhere_pue * 1000 * electricity_kgco2e_kwh
    return Carbon(
        fuel_avoided_kgco2e_a=fuel,
        heat_side_kgco2e_a=heat_side,
        pod_kgco2e_a=pod,
        elsewhere_kgco2e_a=elsewhere,
        net_if_elsewhere_kgco2e_a=fuel - heat_side - pod + elsewhere,
        net_if_not_kgco2e_a=fuel - heat_side - pod,
    )


def emission_factor(kind: FactorKind, year: int) -> EmissionFactor:
    """Find the United Kingdom's factor of a year, else the newest one before it.

    Parameters
    ----------
    kind : electricity as generated, its network losses on top, or gas (gross calorific value).
    year : calendar year; the year of the factor that was found is in the record.

    Raises
    ------
    InputError
        There is no factor of that year or before.
    """
    known = _catalogue()["factors"][kind]
    years = [each for each in known if each <= year]
    if not years:
        cure = f"Give a year from {min(known)} on, or your own factor"
        raise InputError(Fault("catalogue/carbon.yaml", f"no {kind} factor", cure, value=str(year)))
    entry = known[max(years)]
    return EmissionFactor(kind, entry["value"], max(years), entry["tag"], entry["source"])


@cache
def _catalogue() -> dict[str, Any]:
    text = files("siteselect.catalogue").joinpath("carbon.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def _check(it_mwh_a: float, without_reuse: float, rejection: float, efficiency: float) -> None:
    possible = (
        ("it_mwh_a", 0 < it_mwh_a < float("inf"), it_mwh_a, "Give MWh above 0"),
        ("pue_without_reuse", 1 <= without_reuse < float("inf"), without_reuse, "Give 1 or more"),
        ("rejection_share", 0 <= rejection <= 1, rejection, "Give 0 to 1"),
        # Condensing boilers stay below 1 on the gross calorific value.
        ("boiler_efficiency", 0 < efficiency <= 1, efficiency, "Give above 0 and up to 1"),
    )
    faults = [
        Fault("key figures", "out of range", cure, column=name, value=str(value))
        for name, right, value, cure in possible
        if not right
    ]
    if faults:
        raise InputError(faults)
