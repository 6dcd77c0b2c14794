"""How long a connection takes, from the application to the day it is live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.grid.catalogue import End, kinds, reinforcement_weeks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.grid.option import Codes, Numbers

WORKING_DAYS_WEEK = 5.0


def connection_weeks(options: Codes, reinforced: NDArray[np.bool_], end: End) -> Numbers:
    """Time to a live connection [weeks]: the quotation, then the works.

    Where the network is reinforced, whichever of connection and reinforcement takes longer
    counts: they are built side by side.

    Parameters
    ----------
    options : kinds of connection, as places in `catalogue.OPTIONS`.
    reinforced : where reinforcement is known to be needed; unknown counts as not.
    end : which end of the range, or its middle.
    """
    works = np.array([kind.weeks.at(end) for kind in kinds()])[options]
    quotes = np.array([kind.quote_days.at(end) / WORKING_DAYS_WEEK for kind in kinds()])[options]
    longer = np.maximum(works, reinforcement_weeks().at(end))
    return np.asarray(quotes + np.where(reinforced, longer, works), dtype=np.float64)
