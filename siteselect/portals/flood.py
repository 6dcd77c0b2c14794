"""Flood bands of England: the zones of planning, and the risk maps of the Environment Agency.

Flood Zones ignore defences [S]: Zone 2 floods with 0.1 to 1 % a year from rivers (0.1 to 0.5 %
from the sea), Zone 3 with 1 % or more from rivers (0.5 % from the sea). Zone 2 is the band low.
Of Zone 3 no more is certain than medium; by the sea it begins within low, and is read as medium
too, on the careful side [J]. Outside both it is Zone 1, less than 0.1 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import shapely

from siteselect.contracts import Notice
from siteselect.layers.flood import LAYER
from siteselect.portals import arcgis, planning_data
from siteselect.portals.client import Client
from siteselect.portals.fetched import (
    Fetched,
    Rejection,
    about_rows,
    covered_without,
    layer_frame,
    rejections,
)
from siteselect.portals.providers import providers

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

DATASET = "flood-risk-zone"
ZONE_BANDS: Mapping[str, str] = {"2": "low", "3": "medium"}
_NO_RAIN = Notice(
    "rain not mapped",
    "Flood Zones show rivers and sea, not water that rain leaves in streets and yards, nor "
    "groundwater: a low-lying pod may stand in water outside every zone.",
)


def fetch_flood_zones(
    client: Client,
    area: BaseGeometry,
    *,
    england: BaseGeometry | None = None,
    url: str = "",
    today: date | None = None,
) -> Fetched:
    """Fetch the Flood Zones 2 and 3 from planning.data.gov.uk.

    Parameters are those of `planning_data.fetch_national_constraints`.

    Raises
    ------
    SourceError
        The service failed.
    """
    read = planning_data.entities(client, area, (DATASET,), ("polygon",), url=url, today=today)
    rows: list[dict[str, Any]] = []
    shapes: list[BaseGeometry] = []
    rejected = list(read.rejected)
    for entity, shape in zip(read.entities, read.shapes, strict=True):
        level = str(entity.get("flood-risk-level") or "").strip()
        name = f"{DATASET}-{entity.get('entity')}"
        if level not in ZONE_BANDS:
            rejected.append(Rejection(name, "no Flood Zone 2 or 3", level, shape))
            continue
        rows.append(
            {
                "flood_id": name,
                "band": ZONE_BANDS[level],
                "origin": _origin(str(entity.get("flood-risk-type") or "")),
            }
        )
        shapes.append(shape)
    covered = None if england is None else _part(area, england)
    return Fetched(
        frame=layer_frame(LAYER, rows, shapes),
        layer=LAYER.name,
        covered=covered_without(covered, rejected),
        kinds=(),
        provenance=providers()["planning_data"].certificate(
            read.newest,
            basis="modelled",
            note="Flood Zones of the Environment Agency, defences ignored. Zone 2 is the band low; "
            "Zone 3 is read as medium, the least that is certain of it, and may be high.",
        ),
        notices=(_NO_RAIN, *about_rows("Flood Zones", read.repaired, rejected)),
        rejected=rejections(rejected),
    )


def fetch_flood_risk(
    client: Client,
    area: BaseGeometry,
    *,
    url: str,
    origin: str,
    england: BaseGeometry | None = None,
) -> Fetched:
    """Fetch likelihood bands from an ArcGIS layer with the Environment Agency's words.

    The Agency's own map services want a token [seen in its code], so that the address has to be
    given: that of a published copy.

    Parameters
    ----------
    client, area, england : as in `fetch_flood_zones`.
    url : address of the layer, such as .../FeatureServer/0.
    origin : river, sea or surface water, as the layer shows.

    Raises
    ------
    SourceError
        The service failed, or has no field for the band.
    """
    service = arcgis.Service(
        name="flood_risk",
        provider=replace(providers()["environment_agency"], url=url),
        url=url,
        layer=LAYER,
        prefix=f"flood-{'-'.join(origin.split())}",
        fields={"band": ("Risk_band", "risk_band", "PROB_4BAND", "prob_4band")},
        fixed={"origin": origin},
        words={"band": {band.replace("_", " "): band for band in _bands()}},
        required=("band",),
        complete=True,
    )
    return arcgis.fetch_features(client, area, service, within=england)


def _bands() -> tuple[str, ...]:
    column = LAYER.column("band")
    return () if column is None else column.choices


def _origin(kind: str) -> str:
    """Read what floods from words such as "Fluvial Models" and "Tidal Models" [K]."""
    words = kind.lower()
    found = [
        name
        for sign, name in (("fluvial", "river"), ("river", "river"), ("tidal", "sea"))
        if sign in words
    ]
    return " and ".join(dict.fromkeys(found))


def _part(area: BaseGeometry, england: BaseGeometry) -> BaseGeometry | None:
    part = shapely.intersection(area, england)
    return None if part.is_empty else part
