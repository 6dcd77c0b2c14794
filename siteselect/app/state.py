"""What the page shows at one moment, and its way into and out of the address bar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from siteselect.app.drawn import read_points, write_points

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from siteselect.settings.candidates import DrawnPoint
    from siteselect.study import Study

OWN = ""
"""Key of the study's own swings among the presets."""

PARTS = ("Why", "Heat", "Noise", "Money", "Build", "Documents", "Rules")
"""Parts of the panel of a site, the first shown first; the address bar names them too."""

FULL_SWING = 100.0
MOST_LETTERS = 400
"""Longest list of swings that is looked at."""
MOST_LISTED = 4000
"""Longest list of sites, rules or drawn places that is looked at."""
MOST_COMPARED = 4
"""Sites that can be compared at once."""
PARAMETERS = ("site", "preset", "w", "part", "compare", "off", "new", "study", "tour")
"""Parameters of the address bar that are ours; others are left alone."""

_NUMBER = re.compile(r"\d{1,6}(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at, and under which wishes.

    The chosen site (None: the leader), the preset, the swing of every group, the part of the panel,
    the sites to compare, the rules left out of account (a what-if), and the drawn candidates.
    """

    site: str | None
    preset: str
    swings: Mapping[str, float]
    part: str = PARTS[0]
    compare: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    drawn: tuple[DrawnPoint, ...] = ()


def presets(study: Study) -> dict[str, dict[str, float]]:
    """Give the swings of every preset; the study's own come first, under `OWN`."""
    own = {name: group.swing for name, group in study.groups.items()}
    return {OWN: own, **{name: dict(swings) for name, swings in study.presets.items() if name}}


def read_view(
    params: Mapping[str, str],
    study: Study,
    sites: Collection[str],
    rules: Collection[str] = (),
) -> View:
    """Read the address bar, which anybody can edit: what makes no sense is left out.

    Parameters
    ----------
    params : `site`, `preset`, `w` (a swing a group, in the study's order, joined by `-`), `part`,
        and, as lists joined by commas, `compare` (sites), `off` (rules) and `new` (drawn places).
    study : the study, which says which presets and groups there are.
    sites : identifiers of the sites there are, the drawn ones among them.
    rules : identifiers of the rules there are.
    """
    known = presets(study)
    preset = params.get("preset", OWN)
    preset = preset if preset in known else OWN
    site, part = params.get("site"), params.get("part")
    return View(
        site=site if site in sites else None,
        preset=preset,
        swings=_swings(params.get("w", ""), study, preset) or known[preset],
        part=part if part in PARTS else PARTS[0],
        compare=_known(params.get("compare", ""), sites)[:MOST_COMPARED],
        ignored=tuple(sorted(_known(params.get("off", ""), rules))),
        drawn=read_drawn(params),
    )


def read_drawn(params: Mapping[str, str]) -> tuple[DrawnPoint, ...]:
    """Read the drawn candidates of the address bar, which must be known before all else."""
    return read_points(_split(params.get("new", "")))


def write_view(view: View, study: Study) -> dict[str, str]:
    """Write what differs from the page's first look, as `read_view` reads it."""
    params = {"site": view.site} if view.site is not None else {}
    if view.preset != OWN:
        params["preset"] = view.preset
    if is_changed(view, study):
        params["w"] = "-".join(f"{view.swings[group]:g}" for group in study.groups)
    if view.part != PARTS[0]:
        params["part"] = view.part
    for name, texts in (
        ("compare", view.compare),
        ("off", view.ignored),
        ("new", write_points(view.drawn)),
    ):
        if texts:
            params[name] = _joined(texts)
    return params


def address(url: str, params: Mapping[str, str]) -> str:
    """Write an address with its parameters, percent-encoded (RFC 3986)."""
    query = "&".join(f"{name}={_encoded(value)}" for name, value in params.items())
    return f"{url}?{query}" if query else url


def is_changed(view: View, study: Study) -> bool:
    """Say whether any swing differs from the preset's."""
    return dict(view.swings) != presets(study)[view.preset]


def clicked_site(value: Any, sites: Collection[str]) -> str | None:
    """Find the site that the map says was clicked; anything else it says counts for nothing."""
    feature = value.get("last_active_drawing") if isinstance(value, dict) else None
    properties = feature.get("properties") if isinstance(feature, dict) else None
    site = properties.get("site") if isinstance(properties, dict) else None
    return site if isinstance(site, str) and site in sites else None


def chosen_row(selection: Any, shown: Sequence[str]) -> str | None:
    """Find the site of the row that the table says was clicked: on its mark, or in any cell."""
    clicked = selection["selection"] if selection else {"rows": [], "cells": []}
    rows: list[int] = [row for row, _ in clicked["cells"]] or list(clicked["rows"])
    return shown[rows[0]] if len(rows) == 1 and 0 <= rows[0] < len(shown) else None


def data_years(dates: Sequence[str]) -> str:
    """Say from which years the data are, as far as their certificates name any."""
    years = sorted({int(year) for text in dates for year in re.findall(r"\b(?:19|20)\d\d\b", text)})
    if not years:
        return "not stated"
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"


def verdict_counts(findings: pd.DataFrame, sites: pd.Index[Any]) -> pd.DataFrame:
    """Count the verdicts of every site: columns fail, unknown, conditional, pass."""
    counted = pd.crosstab(findings["site_id"], findings["verdict"])
    return (
        counted.reindex(index=sites, columns=["fail", "unknown", "conditional", "pass"])
        .fillna(0)
        .astype("int64")
    )


def _swings(text: str, study: Study, preset: str) -> dict[str, float] | None:
    """Read swings; a locked group keeps the one it has."""
    parts = text.split("-") if len(text) <= MOST_LETTERS else []
    if len(parts) != len(study.groups) or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    kept = presets(study)[preset]
    numbers = {
        name: kept[name] if group.locked else min(float(part), FULL_SWING)
        for (name, group), part in zip(study.groups.items(), parts, strict=True)
    }
    return numbers if any(numbers.values()) else None


def _known(text: str, names: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in _split(text) if name in names))


def _split(text: str) -> list[str]:
    """Take a list apart; a comma inside an entry is written ~1, and a tilde ~0."""
    if not text or len(text) > MOST_LISTED:
        return []
    return [part.replace("~1", ",").replace("~0", "~") for part in text.split(",")]


def _joined(texts: Sequence[str]) -> str:
    return ",".join(text.replace("~", "~0").replace(",", "~1") for text in texts)


def _encoded(text: str) -> str:
    return "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-._~,") else _percent(sign)
        for sign in text
    )


def _percent(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "replace"))
