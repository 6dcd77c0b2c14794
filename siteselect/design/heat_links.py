"""The ways from a site's pods to its sinks, as the hourly match takes them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from siteselect import pod as pods
from siteselect.design.heating import demands, exchanger_kw, lift, profiles, standing_loss_kw
from siteselect.design.identity import Same
from siteselect.design.reach import pairs, streets_of
from siteselect.errors import Fault, InputError
from siteselect.heat.links import HeatSink, HeatSource, Link

if TYPE_CHECKING:
    import geopandas as gpd

    from siteselect.layers.build import Territory
    from siteselect.study import Study


def links_of(
    study: Study,
    territory: Territory,
    sites: gpd.GeoDataFrame,
    site_id: str,
    also: tuple[str, ...] = (),
    count: int = 1,
) -> list[Link] | str:
    """Link the pods of a site with its own sink and others in reach, its own first.

    Returns
    -------
    list of Link, or str
        The links; or why there are none.

    Raises
    ------
    InputError
        Several pods and several sinks at once, fewer than one pod, or no sink of that name.
    """
    _check(territory, also, count)
    names = [str(sites.loc[site_id, "sink_id"]), *also]
    lengths_m = _lengths_m(study, territory, sites, site_id, names)
    cap_kw = exchanger_kw(study)
    sources = [_source(study, number, len(territory.weather.index)) for number in range(count)]
    links: list[Link] = []
    for name, length_m in zip(names, lengths_m, strict=True):
        sink, cop = _sink(Same(study), Same(territory), name)
        if sink is None:
            known_as = territory.layers["heat_sinks"].frame.loc[name, "name"]
            return f"the heat demand of {known_as or name} is not known"
        if np.isnan(length_m):
            return f"{name} is farther than the longest pipe considered"
        links += [
            Link(
                source=source,
                sink=sink,
                cop=cop,
                exchanger_kw=cap_kw,
                heat_pump_kw=cap_kw,
                approach_k=study.heat.approach_k,
                # Pods side by side share one pipe, whose loss is counted once.
                loss_kw=standing_loss_kw(study, length_m) if first else 0.0,
            )
            for first, source in ((number == 0, each) for number, each in enumerate(sources))
        ]
    return links


# The sites of a batch share a few sinks, and a year of demand takes longest to work out.
@lru_cache(maxsize=64)
def _sink(study: Same, territory: Same, name: str) -> tuple[HeatSink | None, float | None]:
    """Describe a sink, None where its demand is not known, and the COP of a heat pump for it."""
    sinks = territory.thing.layers["heat_sinks"].frame.loc[[name]]
    needs = demands(sinks, study.thing, territory.thing)
    (demand_kw,) = profiles(sinks, needs, territory.thing)
    supply_c = needs["supply_c"].to_numpy(dtype=float)
    _, performance, _ = lift(study.thing, supply_c)
    cop = float(performance[0]) if study.thing.heat.heat_pump else None
    if demand_kw is None:
        return None, cop
    return HeatSink(name, demand_kw, float(supply_c[0])), cop


def _check(territory: Territory, also: tuple[str, ...], count: int) -> None:
    known = territory.layers["heat_sinks"].frame.index
    faults = [
        Fault("also", "no such heat sink", "Use a sink_id of the layer heat_sinks.", value=name)
        for name in also
        if name not in known
    ]
    if count < 1:
        faults.append(Fault("pods", "fewer than one pod", "Give 1 or more.", value=str(count)))
    if count > 1 and also:
        cure = "Try several pods on one sink, or one pod on several sinks."
        faults.append(Fault("pods", "several pods and several sinks at once", cure))
    if faults:
        raise InputError(faults)


def _source(study: Study, number: int, hours: int) -> HeatSource:
    return HeatSource(
        name=f"pod {number + 1}",
        offered_kw=np.full(hours, pods.heat_offered_kw(study.pod)),
        outlet_c=study.pod.outlet_c,
        full_load_kw=pods.total_input_kw(study.pod),
    )


def _lengths_m(
    study: Study,
    territory: Territory,
    sites: gpd.GeoDataFrame,
    site_id: str,
    names: list[str],
) -> list[float]:
    """Length of the pipe to each sink [m]; NaN beyond the longest pipe considered."""
    own = float(sites.loc[site_id, "sink_m"])
    if len(names) == 1:
        return [own]
    frame = territory.layers["heat_sinks"].frame
    streets = streets_of(territory, sites.loc[[site_id]], study.routing)
    found = pairs(streets, frame.geometry.to_numpy(), study.routing.pipe_limit_m)
    reached = dict(zip(frame.index[found.facility], found.length_m, strict=True))
    return [own, *(float(reached.get(name, np.nan)) for name in names[1:])]
