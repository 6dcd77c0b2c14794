"""The study that a fetch writes: its own words round what came, with the origin of every file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from siteselect.criteria.registry import criteria
from siteselect.fetch.country import choices
from siteselect.fetch.request import line_of

if TYPE_CHECKING:
    from siteselect.contracts import Provenance
    from siteselect.fetch.journal import Kept
    from siteselect.fetch.report import Told
    from siteselect.fetch.step import Context

CANDIDATES = "candidates"
EMPTY_PROVES_NOTHING = ("supply_points", "supply_areas", "fibre_nodes", "fibre_routes")
"""Layers that are left out where they have no row: nothing drawn does not mean nothing there."""
LOCAL = {"secondary", "lv"}
"""Levels of the network at which a pod connects."""
WIDE = 90


def study_text(context: Context, told: Sequence[Told]) -> str:
    """Write the study of what came; the same text for the same journal.

    Parameters
    ----------
    context : the request and the place.
    told : what became of every step, in order.
    """
    where, request = context.located, context.request
    fed = feeding(kept for one in told for kept in one.entry.files)
    layers = {name: kept for name, kept in fed.items() if name != CANDIDATES}
    weather = _only(told, "weather")
    retrieved = max(one.entry.retrieved for one in told)
    reach = choices()["reach_km"]
    return _template().substitute(
        name=request.name,
        title=_quoted(f"Where should the pod stand? {where.title}"),
        date=retrieved,
        crs=where.crs,
        packs=_packs(where.country.packs, where.country.name),
        area="\n".join(_file(_only(told, "boundary"), 2)),
        pod_kw=f"{request.pod_kw:g}",
        candidates="\n".join(_candidates(context, fed)),
        layers="\n".join(_layers(layers)),
        missing="\n".join(_missing(told)),
        time_zone=where.time_zone,
        weather="\n".join(_weather(weather)),
        margin_m=f"{max(reach.values()) * 1000:g}",
        groups="\n".join(_groups(layers)),
    )


def feeding(kept: Iterable[Kept]) -> dict[str, list[Kept]]:
    """Say which files feed each layer; one that is a fallback only where no other has a row."""
    fed: dict[str, list[Kept]] = {}
    spare: dict[str, list[Kept]] = {}
    for file in kept:
        for layer in file.layers:
            (spare if layer in file.fallback else fed).setdefault(layer, []).append(file)
    for layer, others in spare.items():
        if not any(file.layers[layer] for file in fed.get(layer, ())):
            fed[layer] = [*fed.get(layer, ()), *others]
    return {
        layer: found
        for layer, found in fed.items()
        if layer not in EMPTY_PROVES_NOTHING or any(file.layers[layer] for file in found)
    }


@cache
def _template() -> Template:
    text = files("siteselect.catalogue").joinpath("fetch_study.yaml").read_text(encoding="utf-8")
    return Template(text)


def _only(told: Sequence[Told], step: str) -> Kept | None:
    found = [kept for one in told if one.step == step for kept in one.entry.files]
    return found[0] if found else None


def _packs(packs: Sequence[str], country: str) -> str:
    if not country:
        return (
            "packs: [] # the country is not known; name it under facts, then en, de, fi or eu\n"
            "# facts: {country: England}"
        )
    why = "" if packs else " # there is no rule pack for this country: nothing is screened"
    return f"packs: [{', '.join(packs)}]{why}\nfacts: {{country: {_quoted(country)}}}"


def _file(kept: Kept | None, indent: int) -> list[str]:
    """Write a file with its origin, and the kinds and the area that it covers."""
    if kept is None:
        return []
    pad = " " * indent
    lines = [f"{pad}path: {_quoted(kept.path)}", *_origin(kept.provenance, pad)]
    if kept.covers:
        lines.append(f"{pad}covers: {_quoted(kept.covers)} # elsewhere nothing is known")
    if kept.kinds:
        lines.append(f"{pad}kinds: [{', '.join(kept.kinds)}]")
    return lines


def _origin(birth: Provenance, pad: str) -> list[str]:
    stated: Mapping[str, str] = {
        "source": birth.source,
        "date": birth.date or "not stated",
        "licence": birth.licence or "not confirmed",
        "basis": birth.basis,
        "attribution": birth.attribution,
        "url": birth.url,
        "note": birth.note,
    }
    return [
        f"{pad}{name}: {text if name == 'basis' else _quoted(text)}"
        for name, text in stated.items()
        if text
    ]


def _candidates(context: Context, fed: Mapping[str, list[Kept]]) -> list[str]:
    kinds = choices()["candidate_kinds"]
    found = [file for file in fed.get(CANDIDATES, ()) if file.layers[CANDIDATES]]
    lines: list[str] = ["  files:"] if found else []
    for file in found:
        head, *rest = _file(file, 6)
        lines += [f"    - {head.strip()}", *rest]
        if file.path.endswith(".pbf"):
            lines.append(f"      kinds: [{', '.join(kinds)}]")
    spacing_m = context.request.grid_m
    if spacing_m is None and not found:
        spacing_m = _spacing_m(context)
    if spacing_m is not None:
        why = "" if found else " # the map shows no candidate: points stand in"
        lines += [
            f"  grid:{why}",
            f"    spacing_m: {spacing_m:g} # m",
            "    source: siteselect, points on a grid",
            f'    date: "{context.today[:4]}"',
            "    licence: Apache-2.0",
            "    basis: assumed",
        ]
    return lines


def _spacing_m(context: Context) -> float:
    """Space a grid so that about the wished number of points lie in the area."""
    import geopandas as gpd  # noqa: PLC0415 - only a study without places on the map needs it

    area = gpd.GeoSeries([context.located.area], crs="EPSG:4326").to_crs(context.located.crs)
    spacing_m = float((area.area.iloc[0] / choices()["grid_points"]) ** 0.5)
    return max(10.0, round(spacing_m, -1))


def _layers(fed: Mapping[str, list[Kept]]) -> list[str]:
    """Write every layer with its files; one that feeds several is written once, then named."""
    names: dict[str, str] = {}
    lines: list[str] = []
    for layer in sorted(fed):
        lines.append(f"  {layer}:")
        for file in fed[layer]:
            rows = f" # {file.layers[layer]} rows"
            if file.path in names:
                lines.append(f"    - *{names[file.path]}{rows}")
                continue
            names[file.path] = f"file{len(names) + 1}"
            lines += [f"    - &{names[file.path]}{rows}", *_file(file, 6)]
    return lines


def _missing(told: Sequence[Told]) -> list[str]:
    lines = []
    for one in told:
        for failure in one.entry.failures:
            text = f"{one.title}, {failure.asked}: {failure.reason}"
            lines.append(f"# missing: {line_of(text, 400)}")
        if one.entry.status == "skipped":
            lines.append(f"# not asked: {one.title}: {line_of(' '.join(one.entry.notices))}")
    return [*lines, ""] if lines else []


def _weather(kept: Kept | None) -> list[str]:
    if kept is None:
        return ["  # weather: no file came, so that a year is made from monthly normals"]
    return ["  weather:", *_file(kept, 4)]


def _groups(fed: Mapping[str, list[Kept]]) -> list[str]:
    """Write the criteria whose layers came, and the others as comments."""
    shelf = criteria()
    there = _supplied(fed.get("supply_points", ()))
    lines: list[str] = []
    for group, branch in choices()["groups"].items():
        kept = {
            name
            for name, choice in branch["criteria"].items()
            if all(layer in fed for layer in shelf[name].layers)
            and choice.get("needs", "") in {"", *there}
        }
        mark = "" if kept else "# "
        lines += [f"{mark}  {group}:", f"{mark}    swing: {branch['swing']}"]
        lines.append(f"{mark}    criteria:")
        for name, choice in branch["criteria"].items():
            mark = "" if name in kept else "# "
            unit = shelf[name].unit or "class"
            lines.append(f"{mark}      {name}: {{swing: {choice['swing']}}} # {unit}")
    return lines


def _supplied(supply: Sequence[Kept]) -> set[str]:
    """Say which supply points came; the map states no levels and shows mostly local ones."""
    found = set()
    for file in supply:
        levels, rows = set(file.levels), file.layers["supply_points"]
        local = bool(rows) and (not levels or bool(levels & LOCAL))
        found |= {"local"} if local else set()
        found |= {"local_headroom"} if levels & LOCAL and file.headroom else set()
        found |= {"primary_headroom"} if levels - LOCAL and file.headroom else set()
    return found if "local" in found or not found else {*found, "primary_only"}


def _quoted(text: Any) -> str:
    """Write a text as a YAML string on one line, whatever it holds."""
    return json.dumps(line_of(text, WIDE * 10), ensure_ascii=False)
