"""Which public services are known: their addresses, terms and the names they give to things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from siteselect.contracts import Basis, Provenance
from siteselect.portals.client import Client
from siteselect.study_file import UniqueKeyLoader


@dataclass(frozen=True, slots=True)
class Provider:
    """A public service; the tags say how its terms and the shape of its answers are known."""

    name: str
    title: str
    url: str
    source: str
    licence: str
    licence_tag: str
    attribution: str
    terms: str
    policy: str
    policy_tag: str
    shape_tag: str
    pause_s: float

    def certificate(
        self, date: str, basis: Basis = "published", note: str = "", url: str = ""
    ) -> Provenance:
        """Make the birth certificate of what it gave."""
        return Provenance(
            source=self.source,
            date=date or "not stated by the service",
            licence=self.licence,
            basis=basis,
            attribution=self.attribution,
            url=url or self.terms,
            note=note,
        )

    def polite(self, client: Client) -> Client:
        """Give a client that leaves the service the pause it asks for."""
        return replace(client, pause_s=max(client.pause_s, self.pause_s))


@cache
def catalogue() -> Mapping[str, Any]:
    """Read the shipped catalogue of providers."""
    text = files("siteselect.catalogue").joinpath("providers.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    return found


@cache
def providers() -> Mapping[str, Provider]:
    """Give all providers by name."""
    return {name: Provider(name=name, **entry) for name, entry in catalogue()["providers"].items()}
