"""The part of a run's manifest that a comparison needs, checked before it is believed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siteselect.errors import Fault, InputError
from siteselect.runs import MARKER

if TYPE_CHECKING:
    from pathlib import Path


class _Recorded(BaseModel):
    """Later versions may record more; what is read must be what it says."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class RecordedCriterion(_Recorded):
    """Weight and scale of one criterion."""

    title: str
    unit: str
    weight: float = Field(ge=0, le=1)
    knots: tuple[tuple[float, float], ...] = Field(min_length=2)
    unknown_low: float = Field(ge=0, le=1)
    unknown_high: float = Field(ge=0, le=1)


class RecordedModel(_Recorded):
    """What turns measures into scores."""

    criteria: dict[str, RecordedCriterion] = Field(min_length=1)


class RecordedPack(_Recorded):
    """A rule pack and what its rules turn on; no hashes where the pack was not read again."""

    pack: str
    code: str | None = None
    version: str | None = None
    sha256: str | None = None
    rules: dict[str, str] = Field(default_factory=dict)


class RecordedStudy(_Recorded):
    """The study as it was declared."""

    name: str
    date: str
    declared: dict[str, Any]


class Manifest(_Recorded):
    """A manifest, as far as a comparison looks at it."""

    siteselect: str
    python: str
    libraries: dict[str, str]
    study: RecordedStudy
    model: RecordedModel
    packs: tuple[RecordedPack, ...]
    inputs: tuple[dict[str, Any], ...]
    outputs: dict[str, str]


def read_manifest(folder: Path) -> tuple[dict[str, Any], Manifest]:
    """Read and check the manifest of a run folder.

    Raises
    ------
    InputError
        It is no run folder, it was written by a version that kept too little, or it is damaged;
        with every fault.
    """
    file = folder / MARKER
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        # JSON can smuggle in halves of characters, which nothing later could print.
        json.dumps(document, ensure_ascii=False).encode()
    except OSError:
        cure = "Give a folder that `siteselect run` wrote."
        raise InputError(Fault(str(folder), "not a run folder", cure)) from None
    except (ValueError, RecursionError):
        raise InputError(Fault(str(file), "not JSON any more", "Repeat the run.")) from None
    if isinstance(document, dict) and "siteselect" in document and "model" not in document:
        version = str(document["siteselect"])
        raise InputError(
            Fault(
                str(file),
                "written by a version of siteselect that kept no weights, scales and measures",
                "Repeat the run with this version.",
                value=version,
            )
        )
    try:
        return document, Manifest.model_validate(document)
    except ValidationError as error:
        raise InputError(
            [
                Fault(
                    str(file),
                    f"not a manifest: {detail['msg']}",
                    "Repeat the run.",
                    column=".".join(map(str, detail["loc"])) or None,
                    value=str(detail["input"])[:80],
                )
                for detail in error.errors()
            ]
        ) from None
