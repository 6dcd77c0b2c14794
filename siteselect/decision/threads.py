"""Blocks of draws, worked through by as many threads as there are cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Found = TypeVar("_Found")

DRAWS_AT_ONCE = 64
"""Draws for which a tile of sites is scored while it is in the cache."""


def in_threads(work: Callable[[Iterator[int]], _Found], starts: range) -> list[_Found]:
    """Let as many threads as there are cores take blocks of draws from one list.

    Whoever is done takes the next, so that a core that is busy elsewhere holds nobody up. What is
    added up of their answers must not depend on who did what.
    """
    workers = max(1, min(os.cpu_count() or 1, len(starts)))
    queue = iter(starts)
    if workers == 1:
        return [work(queue)]
    with ThreadPoolExecutor(workers) as pool:
        return [each.result() for each in [pool.submit(work, queue) for _ in range(workers)]]
