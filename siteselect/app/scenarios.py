"""Saved scenarios: named wishes, in the session and in a file that the reader keeps."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError

from siteselect.app.drawn import MOST as MOST_DRAWN
from siteselect.app.drawn import drawn_point
from siteselect.app.state import presets
from siteselect.errors import Fault, InputError
from siteselect.settings.declared import Declared, Swing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from siteselect.app.state import View
    from siteselect.study import Study

MOST = 50
"""Scenarios that are kept."""
MOST_BYTES = 200_000
"""Largest file of scenarios that is read."""
_FILE = "scenarios"


class Place(Declared):
    """A drawn candidate."""

    lat: float = Field(ge=-90, le=90)
    """Latitude, EPSG:4326 [degrees]."""
    lon: float = Field(ge=-180, le=180)
    """Longitude, EPSG:4326 [degrees]."""
    name: str = Field(default="", max_length=200)
    """What it is called."""


class Scenario(Declared):
    """Weights, limits left out of account, and drawn candidates, under a name."""

    name: str = Field(min_length=1, max_length=60)
    """Name of the scenario."""
    preset: str = ""
    """Preset that it began from; empty for the study's own weights."""
    swings: dict[str, Swing]
    """Swing of every group, 0 to 100."""
    ignored_rules: tuple[str, ...] = Field(default=(), max_length=500)
    """Rules left out of account: a what-if."""
    drawn: tuple[Place, ...] = Field(default=(), max_length=MOST_DRAWN)
    """Candidates drawn on the map."""


class ScenarioFile(Declared):
    """A file of scenarios, as the app writes it."""

    format: Literal["siteselect-scenarios-1"] = "siteselect-scenarios-1"
    """What kind of file this is."""
    study: str
    """Short name of the study that it belongs to."""
    scenarios: tuple[Scenario, ...] = Field(max_length=MOST)
    """The scenarios."""


def scenario_of(view: View, name: str) -> Scenario:
    """Keep what a view wishes for under a name.

    Raises
    ------
    InputError
        It has no name, or too long a one.
    """
    try:
        return Scenario(
            name=" ".join(name.split()),
            preset=view.preset,
            swings=dict(view.swings),
            ignored_rules=view.ignored,
            drawn=tuple(Place(lat=p.lat, lon=p.lon, name=p.name) for p in view.drawn),
        )
    except ValidationError:
        cure = "Give one of 1 to 60 letters."
        raise InputError(Fault("scenario", "no fit name", cure, value=name[:80])) from None


def view_of(scenario: Scenario, view: View) -> View:
    """Turn a view to the wishes of a scenario; what is looked at stays."""
    return replace(
        view,
        preset=scenario.preset,
        swings=dict(scenario.swings),
        ignored=tuple(sorted(scenario.ignored_rules)),
        drawn=tuple(drawn_point(p.lat, p.lon, p.name) for p in scenario.drawn),
    )


def matches(scenario: Scenario, view: View) -> bool:
    """Say whether a view is still what a scenario wishes for."""
    return view_of(scenario, view) == view


def write_scenarios(scenarios: Sequence[Scenario], study: Study) -> str:
    """Write scenarios as the JSON file that `read_scenarios` reads."""
    whole = ScenarioFile(study=study.name, scenarios=tuple(scenarios))
    return json.dumps(whole.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def read_scenarios(content: bytes, study: Study, rules: Collection[str]) -> tuple[Scenario, ...]:
    """Read a file of scenarios, which anybody may have written.

    Parameters
    ----------
    content : the file.
    study : the study that they must fit.
    rules : identifiers of the rules that there are.

    Raises
    ------
    InputError
        With everything in it that does not fit: it is too large, no such file, of another study,
        names groups, presets or rules that this study does not have, or swings out of range.
    """
    if len(content) > MOST_BYTES:
        cure = f"Give one of at most {MOST_BYTES // 1000} kB."
        raise InputError(Fault(_FILE, "the file is too large", cure, value=f"{len(content)} bytes"))
    try:
        whole = ScenarioFile.model_validate(json.loads(content.decode("utf-8-sig")))
    except ValidationError as error:
        raise InputError([_refused(one) for one in error.errors(include_url=False)]) from None
    except (ValueError, RecursionError):
        cure = "Give a JSON file that this app wrote."
        raise InputError(Fault(_FILE, "no scenarios can be read", cure)) from None
    faults = [] if whole.study == study.name else [_of_another(whole.study, study)]
    names = [scenario.name for scenario in whole.scenarios]
    if len(set(names)) < len(names):
        faults.append(Fault(_FILE, "two scenarios have one name", "Name each differently."))
    for place, scenario in enumerate(whole.scenarios, start=1):
        faults += _misfits(scenario, place, study, rules)
    if faults:
        raise InputError(faults)
    return whole.scenarios


def _misfits(scenario: Scenario, place: int, study: Study, rules: Collection[str]) -> list[Fault]:
    known = presets(study)
    faults = []
    if scenario.preset not in known:
        cure = f"Choose from: {', '.join(name for name in known if name)}."
        faults.append(_fault("no such preset", cure, place, "preset", scenario.preset))
    for group in sorted(set(scenario.swings) ^ set(study.groups)):
        missing = group in study.groups
        problem = "a group has no swing" if missing else "no such group"
        cure = f"The groups are: {', '.join(study.groups)}."
        faults.append(_fault(problem, cure, place, "swings", group))
    if not any(scenario.swings.values()):
        faults.append(_fault("no group counts", "Give one a swing above 0.", place, "swings"))
    for name, branch in study.groups.items():
        if branch.locked and scenario.swings.get(name, branch.swing) != branch.swing:
            cure = f"Leave it at {branch.swing:g}."
            faults.append(_fault("a locked group is moved", cure, place, "swings", name))
    for rule in sorted(set(scenario.ignored_rules) - set(rules)):
        cure = "Leave it out."
        faults.append(_fault("no such rule was screened", cure, place, "ignored_rules", rule))
    return faults


def _of_another(name: str, study: Study) -> Fault:
    cure = f"Open that study, or give scenarios of {study.name!r}."
    return Fault(_FILE, "the scenarios are of another study", cure, column="study", value=name[:80])


def _fault(problem: str, cure: str, place: int, column: str, value: str | None = None) -> Fault:
    return Fault(_FILE, problem, cure, row=place, column=column, value=value)


def _refused(detail: Any) -> Fault:
    given = detail.get("input")
    return Fault(
        _FILE,
        str(detail["msg"]),
        "Correct it, or save the scenario anew.",
        column=".".join(str(part) for part in detail["loc"]) or None,
        value=str(given)[:80] if isinstance(given, str | int | float | bool) else None,
    )
