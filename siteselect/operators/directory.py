"""The shipped directory of operators and their portals: addresses, data sets, keys, licences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from siteselect.study_file import UniqueKeyLoader

Api = Literal["opendatasoft", "ckan"]


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set of a portal.

    For CKAN, `resource` names the file or table inside it, `newest` how the name of the monthly
    file begins. `filters` and `scenario_field` say what the portal may leave out. A `fallback` is
    asked for only where those before it are gone.
    """

    use: str
    identifier: str
    evidence: str
    resource: str = ""
    newest: str = ""
    table: bool = False
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    scenario_field: str = ""
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Portal:
    """An operator's portal."""

    name: str
    title: str
    api: Api
    base_url: str
    key_variable: str
    key_header: str
    key_prefix: str
    licence: str
    attribution: str
    scenario: str
    note: str
    areas: tuple[str, ...]
    also_called: tuple[str, ...]
    data_sets: tuple[DataSet, ...]

    def data_set(self, use: str) -> tuple[DataSet, ...]:
        """Give the data sets for one use: headroom or areas."""
        return tuple(entry for entry in self.data_sets if entry.use == use)


@cache
def portals() -> dict[str, Portal]:
    """Read all portals by name."""
    text = files("siteselect.catalogue").joinpath("portals.yaml").read_text(encoding="utf-8")
    document = yaml.load(text, Loader=UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    return {name: _portal(name, entry) for name, entry in document["portals"].items()}


@cache
def operators() -> dict[str, Portal]:
    """Read the portals of network operators by name."""
    return {name: portal for name, portal in portals().items() if portal.areas}


def usual_scenario(operator: str) -> str:
    """Name the scenario that is read where the study states none."""
    return portals()[operator].scenario


def _portal(name: str, entry: dict[str, Any]) -> Portal:
    key = entry.get("key") or {}
    licence = entry["licence"]
    return Portal(
        name=name,
        title=entry["title"],
        api=entry["api"],
        base_url=entry["base_url"],
        key_variable=key.get("variable", ""),
        key_header=key.get("header", "Authorization"),
        key_prefix=key.get("prefix", ""),
        licence=f"{licence['text']} [{licence['tag']}]",
        attribution=entry.get("attribution", ""),
        scenario=entry.get("scenario", ""),
        note=entry.get("note", ""),
        areas=tuple(entry.get("areas", ())),
        also_called=tuple(entry.get("also_called", ())),
        data_sets=tuple(_data_set(found) for found in entry["data_sets"]),
    )


def _data_set(entry: dict[str, Any]) -> DataSet:
    return DataSet(
        use=entry["use"],
        identifier=entry["id"],
        evidence=f"{entry['source']} [{entry['tag']}]",
        resource=entry.get("resource", ""),
        newest=entry.get("newest", ""),
        table=bool(entry.get("table", False)),
        filters=tuple(
            (name, tuple(any_of)) for name, any_of in (entry.get("filters") or {}).items()
        ),
        scenario_field=entry.get("scenario_field", ""),
        fallback=bool(entry.get("fallback", False)),
    )
