"""The legend under the map: the score's colours, then every layer that is switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from siteselect.maps import style

if TYPE_CHECKING:
    from siteselect.maps.style import LayerLook

WORDS = {
    "label": "Map of the sites; the ranking table holds the same in words",
    "rank": "rank # (could be # to #)",
    "points": "# of 100 points, # % of the weight is known",
    "span": "# to #",
    "shade": "# to # of 100 points for sure",
    "unsure": f"under {style.UNSURE_BELOW_SHARE:.0%} of the weight is known",
    "open": "open the site for its rank",
    "unranked": "not ranked",
    "why": "not ranked: #",
    "cell": "# sites; the best has # to # of 100 points for sure",
    "cell_unranked": "# sites, none of them ranked",
    "nearer": "click to come nearer",
    "drawn": "drawn by you",
    "placed": "your new site",
    "no_ground": "base map could not be loaded",
    "no_places": "the sites could not be loaded; the ranking table has them",
    "no_tiles": "background could not be loaded and was taken away",
}
"""What the map's script says; `#` stands for a figure or a name, in their order."""


def legend(parts: list[dict[str, Any]], illustrative: list[str]) -> dict[str, Any]:
    """Put the legend together; invented layers are named at its foot.

    Parameters
    ----------
    parts : sections of the layers, as `part` makes them.
    illustrative : titles of the layers that are invented.
    """
    looks = style.site_looks(8.0)
    middle = f"{len(style.SCORE_COLOURS) // 2}"
    unsure = f"under {style.UNSURE_BELOW_SHARE:.0%} known"
    return {
        "title": "Sure points of 100",
        "ramp": {"colours": style.SCORE_COLOURS, "ticks": style.SCORE_TICKS},
        "items": [
            {"label": unsure, "shape": "circle", "style": looks[f"u{middle}"]},
            {"label": "rule fails, not ranked", "shape": "crossed", "style": looks["x"]},
            {"label": "selected", "shape": "circle", "style": style.RING},
            {"label": WORDS["drawn"], "shape": "square", "style": style.DRAWN, "key": "drawn"},
            {
                "label": "square: best of its sites",
                "shape": "square",
                "style": looks[f"c{middle}"],
                "key": "cells",
            },
        ],
        "parts": parts,
        "note": f"* Illustrative, not real: {', '.join(illustrative).lower()}."
        if illustrative
        else "",
    }


def part(key: str, title: str, look: LayerLook, *, invented: bool) -> dict[str, Any]:
    """Make the section of one layer; an invented one carries a star."""
    items = [{"label": part.label, "shape": part.shape, "style": part.style} for part in look.looks]
    return {"key": key, "title": title + (" *" if invented else ""), "items": items}
