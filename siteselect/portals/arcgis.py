"""Layers of ArcGIS services: heritage and nature of England, and any other by its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import shapely

from siteselect.contracts import LayerSpec, Notice
from siteselect.errors import Fault, SourceError
from siteselect.layers import constraints
from siteselect.portals.arcgis_query import Described, describe, features_on
from siteselect.portals.client import Client
from siteselect.portals.fetched import (
    Fetched,
    Rejection,
    about_rows,
    covered_without,
    layer_frame,
    rejections,
    usable,
)
from siteselect.portals.providers import Provider, catalogue, providers

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Service:
    """A layer of a service and how its fields become columns of a layer of the house.

    Parameters
    ----------
    name : its name in the catalogue.
    provider : whose it is.
    url : address of the layer, such as .../FeatureServer/0.
    layer : contract of the house's layer.
    prefix : what identifiers begin with.
    fields : column to the fields that may hold it, best first; `id` makes the identifier.
    fixed : column to a value that all rows have.
    words : column to a map from the service's words, in lower case, to the house's.
    required : columns without which a feature is rejected.
    complete : whether the service holds all of its country.
    """

    name: str
    provider: Provider
    url: str
    layer: LayerSpec
    prefix: str
    fields: Mapping[str, tuple[str, ...]]
    fixed: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    complete: bool = False


def services() -> dict[str, Service]:
    """Give the services of the catalogue, all of them constraints."""
    found = {}
    for name, entry in catalogue()["arcgis_services"].items():
        provider = providers()[entry["provider"]]
        found[name] = Service(
            name=name,
            provider=provider,
            url=provider.url + entry["path"],
            layer=constraints.LAYER,
            prefix=name.replace("_", "-"),
            fields={
                "reference": tuple(entry["fields"]["id"]),
                **{column: tuple(names) for column, names in entry["fields"].items()},
            },
            fixed={"kind": entry["kind"]},
            complete=bool(entry["complete"]),
        )
    return found


def fetch_features(
    client: Client, area: BaseGeometry, service: Service, *, within: BaseGeometry | None = None
) -> Fetched:
    """Fetch the features of a layer that meet the bounding box of an area.

    Parameters
    ----------
    client : how to ask.
    area : place of interest, in EPSG:4326.
    service : what to ask.
    within : the country that the service is complete for, in EPSG:4326; without it nothing is
        said to be covered.

    Raises
    ------
    SourceError
        The service failed, wants a token, or did not give all that it counts.
    """
    client = service.provider.polite(client)
    described = _described(client, service)
    features = features_on(client, service.url, area, described)
    rows: list[dict[str, Any]] = []
    shapes: list[BaseGeometry] = []
    rejected: list[Rejection] = []
    repaired = 0
    for number, feature in features.items():
        row, problem = _row(service, feature, described, number)
        shape = _shape(feature)
        shaped = usable(shape, service.layer.shapes)
        reason = problem or shaped.reason
        if reason or shaped.shape is None:
            outline = shape if shape is not None and not shape.is_empty else None
            rejected.append(Rejection(row[service.layer.identifier], reason, "", outline))
            continue
        rows.append(row)
        shapes.append(shaped.shape)
        repaired += shaped.repaired
    return _fetched(service, described, rows, shapes, (rejected, repaired, area, within))


def _fetched(
    service: Service,
    described: Described,
    rows: Sequence[Mapping[str, Any]],
    shapes: Sequence[BaseGeometry],
    rest: tuple[Sequence[Rejection], int, BaseGeometry, BaseGeometry | None],
) -> Fetched:
    rejected, repaired, area, within = rest
    covered = None
    if service.complete and within is not None:
        part = shapely.intersection(area, within)
        covered = None if part.is_empty else covered_without(part, rejected)
    kind = service.fixed.get("kind", "")
    title = f"{service.provider.title}, {service.name}"
    silent = Notice(
        "absence proves nothing", f"{title}: where nothing was found, nothing is known."
    )
    return Fetched(
        frame=layer_frame(service.layer, rows, shapes),
        layer=service.layer.name,
        covered=covered,
        kinds=(kind,) if kind and covered is not None else (),
        provenance=service.provider.certificate(described.edited, url=service.url),
        notices=(*about_rows(title, repaired, rejected), *(() if covered else (silent,))),
        rejected=rejections(rejected),
    )


def _described(client: Client, service: Service) -> Described:
    described = describe(client, service.url)
    missing = [name for name in service.required if not _first(service, name, described.fields)]
    if missing:
        raise SourceError(
            Fault(
                service.url,
                f"no field for {', '.join(missing)}",
                f"The layer has {', '.join(described.fields)}.",
            )
        )
    return described


def _row(
    service: Service, feature: Mapping[str, Any], described: Described, number: str
) -> tuple[dict[str, Any], str]:
    properties = feature.get("properties") or {}
    row: dict[str, Any] = {service.layer.identifier: f"{service.prefix}-{number}", **service.fixed}
    problem = ""
    for column in service.fields:
        name = _first(service, column, described.fields)
        value = properties.get(name) if name else None
        text = "" if value is None else str(value).strip()
        words = service.words.get(column)
        if words is not None and text.lower() not in words:
            problem = f"{name} has no known word"
        text = text if words is None else words.get(text.lower(), "")
        if column in service.required and not text and not problem:
            problem = f"no {column}"
        if column != "id":
            row[column] = text
    return row, problem


def _first(service: Service, column: str, fields: Sequence[str]) -> str:
    return next((name for name in service.fields.get(column, ()) if name in fields), "")


def _shape(feature: Mapping[str, Any]) -> BaseGeometry | None:
    geometry = feature.get("geometry")
    if not geometry:
        return None
    try:
        return shapely.geometry.shape(geometry)
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError):
        return None
