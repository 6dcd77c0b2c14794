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
        origin="which file and row, or grid, proposed it",
    ),
    *flags(
        roof="whether the pod would stand on a roof",
        indoors="whether the pod would stand in an existing building",
        access_24_7="whether engineers may enter at any hour",
    ),
    *numbers(
        floor_capacity_kpa="what the floor bears",
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
