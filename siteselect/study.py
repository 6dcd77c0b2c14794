"""The study: one frozen, validated file that declares a whole assessment."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from pydantic import Field, model_validator

from siteselect.settings.access import Access
from siteselect.settings.backhaul import Backhaul
from siteselect.settings.candidates import Candidates
from siteselect.settings.criteria import Group, Stakeholder
from siteselect.settings.declared import Declared, LayerFile, Swing
from siteselect.settings.grid import Grid
from siteselect.settings.heat import Climate, Heat
from siteselect.settings.limits import Limits
from siteselect.settings.money import Money, Operations
from siteselect.settings.noise import Noise
from siteselect.settings.pod import Pod, Workload
from siteselect.settings.portfolio import Plan
from siteselect.settings.robustness import Robustness
from siteselect.settings.routing import Routing


class Study(Declared):
    """Everything that one assessment depends on."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    """Short name: lower-case letters, digits and hyphens."""
    title: str = Field(min_length=1, max_length=200)
    """Title for maps and reports."""
    date: date
    """Day the assessment speaks for; rules are evaluated as in force on that day."""
    crs: str
    """Projected CRS in metres in which everything is measured, for example EPSG:27700."""
    area: LayerFile
    """Polygon of the territory."""
    packs: tuple[str, ...] = ()
    """Rule packs: codes of shipped packs (en, de, fi, eu, engineering) or paths of your own."""
    seed: int = Field(default=0, ge=0, lt=2**32)
    """Seed of everything drawn at random."""
    candidates: Candidates
    pod: Pod
    workload: Workload = Workload()
    layers: dict[str, tuple[LayerFile, ...]] = Field(min_length=1)
    """Layer name to the files that feed it."""
    grid: Grid = Grid()
    routing: Routing = Routing()
    access: Access = Access()
    backhaul: Backhaul = Backhaul()
    heat: Heat = Heat()
    climate: Climate = Climate()
    money: Money = Money()
    operations: Operations = Operations()
    noise: Noise = Noise()
    facts: dict[str, bool | float | str] = Field(default_factory=dict)
    """Further facts about the project that rules ask for, by their vocabulary name."""
    groups: dict[str, Group] = Field(min_length=1)
    """Criteria tree of two levels with swing weights."""
    presets: dict[str, dict[str, Swing]] = Field(default_factory=dict)
    """Named alternative swing weights of the groups."""
    stakeholders: dict[str, Stakeholder] = Field(default_factory=dict)
    """People with swing weights of their own, on the same scales; they stand beside the study's."""
    robustness: Robustness = Robustness()
    portfolio: Plan | None = None
    """A set of sites to choose together, where one is wanted."""
    shortlist: int = Field(default=50, ge=2, le=2000)
    """How many leading sites the second opinions are asked about."""
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _tree(self) -> Study:
        seen: dict[str, str] = {}
        for group, branch in self.groups.items():
            for criterion in branch.criteria:
                if criterion in seen:
                    raise ValueError(
                        f"{criterion!r} stands in groups {seen[criterion]!r} and {group!r}"
                    )
                seen[criterion] = group
            if not any(choice.swing > 0 for choice in branch.criteria.values()):
                raise ValueError(f"group {group!r} has no criterion with a swing above 0")
        if not any(branch.swing > 0 for branch in self.groups.values()):
            raise ValueError("no group has a swing above 0")
        for preset, swings in self.presets.items():
            if unknown := set(swings) - set(self.groups):
                raise ValueError(
                    f"preset {preset!r} names no group of this study: {sorted(unknown)}"
                )
            if set(self.groups) - set(swings):
                raise ValueError(f"preset {preset!r} must give a swing to every group")
            if not any(swing > 0 for swing in swings.values()):
                raise ValueError(f"preset {preset!r} has no swing above 0")
            self._keep_locks(f"preset {preset!r}", swings)
        for name, person in self.stakeholders.items():
            if strange := (set(person.groups) - set(self.groups)) | (
                set(person.criteria) - set(seen)
            ):
                raise ValueError(
                    f"stakeholder {name!r} names no group or criterion of this study: "
                    f"{sorted(strange)}"
                )
            self._keep_locks(f"stakeholder {name!r}", person.groups)
        return self

    def _keep_locks(self, who: str, swings: dict[str, float]) -> None:
        for group, branch in self.groups.items():
            if branch.locked and swings.get(group, branch.swing) != branch.swing:
                raise ValueError(f"{who} moves group {group!r}, which is locked")


def study_schema() -> dict[str, Any]:
    """Give the JSON schema of a study, for editors that complete and check it."""
    schema = Study.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema


def study_hash(study: Study) -> str:
    """Hash the meaning of a study: comments and key order do not count."""
    text = json.dumps(study.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
