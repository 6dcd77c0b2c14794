"""Time a task the same way in every benchmark."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def best_of(runs: int, task: Callable[[], Any]) -> tuple[float, Any]:
    """Give the shortest time of several runs [s], and the last result."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        result = task()
        taken.append(time.perf_counter() - start)
    return min(taken), result
