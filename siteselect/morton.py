"""Points in Morton order (Morton 1966), in which neighbours follow one another.

Import this module where it is needed and not at the top of another: it loads the compiler.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.edge_grid import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Places = NDArray[np.int64]

SIDE = 2**16
"""Steps along a side that tell neighbours."""


def neighbours_together(
    x_m: Numbers, y_m: Numbers, box_m: tuple[float, float, float, float]
) -> Places:
    """Order points so that neighbours follow one another; leave out those that are nowhere.

    Parameters
    ----------
    x_m, y_m : n points [m]; one that is not finite is nowhere.
    box_m : west, south, east and north of where neighbours matter; points outside go to its edge.
    """
    here = np.flatnonzero(np.isfinite(x_m) & np.isfinite(y_m))
    if len(here) == 0:
        return here
    place = (
        *_steps(x_m[here], box_m[0], box_m[2]),
        *_steps(y_m[here], box_m[1], box_m[3]),
    )
    key = np.empty(len(here), dtype=np.int64)
    _keys(x_m, y_m, here, *place, key)
    return here[np.argsort(key)]


def _steps(at_m: Numbers, low_m: float, high_m: float) -> tuple[float, float]:
    """Give where the steps along a side begin [m], and how many there are to a metre."""
    first_m, last_m = max(float(at_m.min()), low_m), min(float(at_m.max()), high_m)
    return first_m, (SIDE - 1) / max(last_m - first_m, 1.0)


@compiled
def _spread(number: int) -> int:
    """Put a 0 between the bits of a number of 16 bits."""
    number = (number | (number << 8)) & 0x00FF00FF
    number = (number | (number << 4)) & 0x0F0F0F0F
    number = (number | (number << 2)) & 0x33333333
    return (number | (number << 1)) & 0x55555555


@compiled
def _keys(
    px: Numbers,
    py: Numbers,
    here: Places,
    west: float,
    columns_per_m: float,
    south: float,
    rows_per_m: float,
    key: Places,
) -> None:
    most = SIDE - 1.0
    for at in range(len(here)):
        across = min(max((px[here[at]] - west) * columns_per_m, 0.0), most)
        up = min(max((py[here[at]] - south) * rows_per_m, 0.0), most)
        key[at] = _spread(int(across)) | (_spread(int(up)) << 1)
