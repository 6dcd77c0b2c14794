"""The legend under the map: the score's colours, then every layer that is switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from siteselect.maps import style

if TYPE_CHECKING:
    from siteselect.maps.style import LayerLook


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
