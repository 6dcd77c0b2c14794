"""What every part of a study has: house rules, and the origin of a file."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from siteselect.contracts import Basis

Swing = Annotated[float, Field(ge=0, le=100)]
"""Worth of a swing, against the most important one = 100."""
Share = Annotated[float, Field(ge=0, le=1)]
"""Part of one."""

_SECRET = re.compile(
    r"://[^/?#]*@|[?&](?:api[-_]?key|key|(?:access[-_]?)?token|password|pwd|secret|"
    r"subscription-key|signature|sig)=",
    re.IGNORECASE,
)


class Declared(BaseModel):
    """House rules of every part: frozen, no unknown keys, docstrings are descriptions."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        str_strip_whitespace=True,
    )


class Provenanced(Declared):
    """Where a file comes from. Reports repeat all of it."""

    source: str = Field(min_length=1)
    """Who made the data."""
    date: str = Field(min_length=4)
    """Date or year the data describes."""
    licence: str = Field(min_length=1)
    """Licence or terms; write 'not confirmed' rather than guess."""
    basis: Basis
    """measured, published, modelled, assumed, or illustrative (invented for a demonstration)."""
    attribution: str = ""
    """Credit line that the licence asks for."""
    url: str = ""
    """Page where the terms and the data can be checked."""
    note: str = ""
    """What a reader must know before relying on it."""

    @field_validator("url")
    @classmethod
    def _without_secrets(cls, url: str) -> str:
        # Reports and run folders repeat the address.
        if _SECRET.search(url):
            raise ValueError("the address holds a password or a key: give the public page")
        return url


class LayerFile(Provenanced):
    """One file that feeds a layer."""

    path: str = Field(min_length=1)
    """File, relative to the study file (or to the folder given with --data)."""
    table: str | None = None
    """Name of the table inside the file, where it holds several."""
    reader: str | None = None
    """Name of the source that reads it, where the ending does not tell: docs/sources.md lists them.
    """
    crs: str | None = None
    """CRS of the coordinates, needed only where the file does not state it (CSV, for one)."""
    columns: dict[str, str] = Field(default_factory=dict)
    """House column name to the file's column name, where they differ."""
    units: dict[str, str] = Field(default_factory=dict)
    """House column name to the unit suffix the file uses, for example headroom_kva: mva."""
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    """House column name to a map from the file's words to the house's words."""
    fixed: dict[str, str] = Field(default_factory=dict)
    """House column name to one value that holds for the whole file."""
    covers: str | None = None
    """File with the polygon inside which absence means absence; the study area when left out."""
    kinds: tuple[str, ...] = ()
    """For constraints: the kinds that this file covers, so that others stay unknown."""
