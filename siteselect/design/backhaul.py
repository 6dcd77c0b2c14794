"""Fibre: where the backhaul is picked up, and how long a packet takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siteselect.design.reach import Streets, reach
from siteselect.design.table import numbers, picked, texts
from siteselect.fibre import rtt_ms

if TYPE_CHECKING:
    from siteselect.layers.build import Territory
    from siteselect.study import Study


COLUMNS = (
    *texts(
        fibre_id="nearest pick-up point by route",
        fibre_name="its name",
        fibre_kind="what it is",
        fibre_basis="how the length was found",
    ),
    *numbers(
        fibre_m="fibre length to the pick-up point",
        rtt_ms="round trip to where the workload talks to",
        rtt_budget_share="round trip over the workload's budget",
    ),
)
"""What this part adds to the table of sites."""


def haul(
    study: Study, territory: Territory, streets: Streets, index: pd.Index[str]
) -> pd.DataFrame:
    """Name the nearest pick-up point by route, and the round trip through it."""
    layer = territory.layers.get("fibre_nodes")
    frame = None if layer is None else layer.frame
    near = reach(streets, streets.points[:0] if frame is None else frame.geometry.to_numpy())
    columns = pd.DataFrame(index=index)
    for column, source in (
        ("fibre_id", "fibre_id"),
        ("fibre_name", "name"),
        ("fibre_kind", "kind"),
    ):
        columns[column] = picked(frame, source, near.facility, text=True)
    columns["fibre_m"] = near.length_m
    columns["fibre_basis"] = near.basis
    fibre_km = near.length_m / 1000 + picked(frame, "onward_km", near.facility)
    columns["rtt_ms"] = rtt_ms(fibre_km, study.backhaul.us_per_km, study.backhaul.equipment_ms)
    columns["rtt_budget_share"] = columns["rtt_ms"] / study.workload.rtt_budget_ms
    return columns
