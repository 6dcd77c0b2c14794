"""Every column of the table of sites: what it means; a number's unit is its name's suffix."""

from __future__ import annotations

from siteselect.contracts import Column
from siteselect.design import (
    access,
    backhaul,
    connection,
    hearing,
    heating,
    money_case,
    surroundings,
)
from siteselect.design.table import flags, numbers, texts

CANDIDATE = (
    *texts(
        name="name of the place",
        kind="what is there now",
        origin="which file and row, set of tags, grid or drawn point proposed it",
        excluded_by="exclusions of the study that lie on the place",
        exclusion_unknown="exclusions that cannot be judged there: no layer, or not covered",
    ),
    *flags(
        buildable="whether no exclusion lies there; empty if one is unknown, or there is none",
        roof="whether the pod would stand on a roof",
        indoors="whether the pod would stand in an existing building",
        access_24_7="whether engineers may enter at any hour",
    ),
    *numbers(
        floor_capacity_kpa="what the floor bears",
        road_gate_width_m="narrowest gate or drive on the way in",
        stand_length_m="length of the firm stand beside the pod",
        stand_width_m="width of that stand",
        stand_slope_share="slope of that stand",
        parking_bays="bays that an engineer may use [count]",
        room_for_maintenance_m="clear room round the pod on every side",
        fire_access_m="hose run from a fire engine's stand to the farthest point of the pod",
        lon="longitude, EPSG:4326 [degrees]",
        lat="latitude, EPSG:4326 [degrees]",
    ),
)

SITE_COLUMNS: tuple[Column, ...] = (
    *CANDIDATE,
    *connection.COLUMNS,
    *backhaul.COLUMNS,
    *heating.COLUMNS,
    *hearing.COLUMNS,
    *access.COLUMNS,
    *surroundings.COLUMNS,
    *money_case.COLUMNS,
)
"""One row a site: the candidate, then each part of the design."""
