"""The loops over sites, draws and cells, compiled at first use.

Import this module where it is needed and not at the top of another: it loads the compiler. Scores
are single-precision sums in the order of the criteria, so that a site's score depends neither on
the other sites nor on how the work is split.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Singles = NDArray[np.float32]
    Keys = NDArray[np.uint64]
    Places = NDArray[np.int64]

_Loop = TypeVar("_Loop", bound=Callable[..., Any])

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_TILE = 4096
"""Sites whose scores are worked out at once: with twelve criteria they fill 200 kB of cache."""
_RANKS_AT_ONCE = 32
"""Ranks counted in one go: their counters stay in the cache, and 32 places are a cache line."""
_ALL = np.uint64(0xFFFFFFFF)
_HALF = np.float32(0.5)
_NOBODY = np.float32(-1.0)


def _compiled(loop: _Loop) -> _Loop:
    """Compile a loop without the interpreter's lock, and keep the machine code if that is possible.

    Where no folder can be written, it is compiled anew in every process.
    """
    try:
        return cast("_Loop", numba.njit(nogil=True, cache=True)(loop))
    except RuntimeError:
        return cast("_Loop", numba.njit(nogil=True)(loop))


@_compiled
def mixed(stream: np.uint64, draw: np.uint64) -> np.uint64:
    """Give the draw-th number of a stream: SplitMix64 (Steele, Lea & Flood, OOPSLA 2014)."""
    z = stream + (draw + np.uint64(1)) * _STEP
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))


@_compiled
def above_low(down: np.float32, up: np.float32, stream: np.uint64, draw: np.uint64) -> np.float32:
    """Draw how far a value lies above its low end: half of the draws below the middle."""
    u = np.float32(mixed(stream, draw) >> np.uint64(40)) * np.float32(2.0**-24)
    if u < _HALF:
        return np.float32(u + u) * down
    return down + (np.float32(u + u) - np.float32(1.0)) * up


@_compiled
def score(low: Singles, start: int, weights: Singles, scores: Singles) -> None:
    """Score as many sites as `scores` holds at the low ends of their values, from a site on.

    `low` has one row a criterion. Four criteria in one go save writing the sums down.
    """
    count = len(scores)
    scores[:] = np.float32(0.0)
    four = len(low) - len(low) % 4
    for j in range(0, four, 4):
        w, x, y, z = weights[j], weights[j + 1], weights[j + 2], weights[j + 3]
        # Rows cut out first: an index that might be negative would keep the loop from vectors.
        a, b = low[j, start : start + count], low[j + 1, start : start + count]
        c, d = low[j + 2, start : start + count], low[j + 3, start : start + count]
        for i in range(count):
            scores[i] = scores[i] + w * a[i] + x * b[i] + y * c[i] + z * d[i]
    for j in range(four, len(low)):
        w, a = weights[j], low[j, start : start + count]
        for i in range(count):
            scores[i] += w * a[i]


@_compiled
def add_drawn(cells: Any, weights: Singles, draw: np.uint64, scores: Singles) -> None:
    """Add what the uncertain cells of one draw lie above their low ends."""
    site, criterion, down, up, stream = cells
    for c in range(len(site)):
        part = above_low(down[c], up[c], stream[c], draw)
        scores[site[c]] += weights[criterion[c]] * part


@_compiled
def sort_keys(
    low: Singles, weights: Singles, cells: Any, tie: Keys, first: int, keys: Keys
) -> None:
    """Write for each draw one key a site that sorts the best score first.

    Scores are not negative, so their bits sort as whole numbers do. Equal scores are put in an
    order that changes from draw to draw; the last 12 bits name the site.
    """
    scores = np.empty(low.shape[1], dtype=np.float32)
    bits = scores.view(np.uint32)
    for d in range(len(weights)):
        draw = np.uint64(first + d)
        score(low, 0, weights[d], scores)
        add_drawn(cells, weights[d], draw, scores)
        turn = mixed(np.uint64(0), draw) | np.uint64(1)
        for i in range(len(scores)):
            order = (tie[i] * turn) >> np.uint64(44)
            keys[d, i] = (
                ((_ALL - np.uint64(bits[i])) << np.uint64(32))
                | (order << np.uint64(12))
                | np.uint64(i)
            )


@_compiled
def named(keys: Keys, sites: NDArray[np.uint16], places: NDArray[np.uint16]) -> None:
    """Read the sites back from sorted keys, whose last bits are places in the list `sites`."""
    for d in range(keys.shape[0]):
        for r in range(keys.shape[1]):
            places[d, r] = sites[keys[d, r] & np.uint64(0xFFF)]


@_compiled
def tally(order: NDArray[np.uint16], counts: NDArray[np.uint16]) -> None:
    """Count how often each site came at each place."""
    draws, sites = order.shape
    for start in range(0, sites, _RANKS_AT_ONCE):
        stop = min(start + _RANKS_AT_ONCE, sites)
        for d in range(draws):
            for r in range(start, stop):
                counts[r, order[d, r]] += np.uint16(1)


@_compiled
def pairs_won(keys: Keys, won: Places) -> None:
    """Count how often the site of the row stood before that of the column; keys are not sorted."""
    draws, sites = keys.shape
    for d in range(draws):
        for i in range(sites):
            for k in range(sites):
                won[i, k] += keys[d, i] < keys[d, k]


@_compiled
def enter(key: np.uint64, site: int, keys: Keys, sites: Places) -> None:
    """Put a site in its place among the best so far, smallest key first."""
    at = len(keys) - 1
    while at > 0 and keys[at - 1] > key:
        keys[at] = keys[at - 1]
        sites[at] = sites[at - 1]
        at -= 1
    keys[at] = key
    sites[at] = site


@_compiled
def leaders(
    low: Singles, weights: Singles, tie: Keys, first: int, keys: Keys, sites: Places
) -> None:
    """Find the best sites of each draw, tile by tile, with no list of all scores."""
    count = low.shape[1]
    scores = np.empty(min(_TILE, count), dtype=np.float32)
    bits = scores.view(np.uint32)
    for start in range(0, count, _TILE):
        size = min(_TILE, count - start)
        for d in range(len(weights)):
            score(low, start, weights[d], scores[:size])
            turn = mixed(np.uint64(0), np.uint64(first + d)) | np.uint64(1)
            _scan(bits[:size], tie[start : start + size], turn, start, keys[d], sites[d])


@_compiled
def _scan(
    bits: NDArray[np.uint32], tie: Keys, turn: np.uint64, start: int, keys: Keys, sites: Places
) -> None:
    # The bits of the score that must be reached; most runs of 64 sites have none, in one look.
    least = np.uint32(_ALL - (keys[-1] >> np.uint64(32)))
    whole = len(bits) - len(bits) % 64
    for at in range(0, len(bits), 64):
        if at < whole:
            run = bits[at : at + 64]
            some = False
            for i in range(64):
                some |= run[i] >= least
            if not some:
                continue
        for i in range(at, min(at + 64, len(bits))):
            if bits[i] >= least:
                key = ((_ALL - np.uint64(bits[i])) << np.uint64(32)) | (
                    (tie[i] * turn) >> np.uint64(32)
                )
                if key < keys[-1]:
                    enter(key, start + i, keys, sites)
                    least = np.uint32(_ALL - (keys[-1] >> np.uint64(32)))


@_compiled
def drawn_leaders(
    low: Singles, weights: Singles, cells: Any, tie: Keys, first: int, keys: Keys, sites: Places
) -> None:
    """Find the best sites of each draw with the uncertain cells drawn."""
    scores = np.empty(low.shape[1], dtype=np.float32)
    bits = scores.view(np.uint32)
    for d in range(len(weights)):
        draw = np.uint64(first + d)
        score(low, 0, weights[d], scores)
        add_drawn(cells, weights[d], draw, scores)
        turn = mixed(np.uint64(0), draw) | np.uint64(1)
        _scan(bits, tie, turn, 0, keys[d], sites[d])


@_compiled
def reaching(high: Singles, weights: Singles, least: Singles, marks: NDArray[np.bool_]) -> None:
    """Mark the sites that could reach a score in any draw, were all their cells at the best."""
    count = high.shape[1]
    scores = np.empty(min(_TILE, count), dtype=np.float32)
    for start in range(0, count, _TILE):
        tile = high[:, start : start + _TILE]
        size = tile.shape[1]
        for d in range(len(weights)):
            score(high, start, weights[d], scores[:size])
            for i in range(size):
                marks[start + i] |= scores[i] >= least[d]


@_compiled
def decided(
    low: Singles,
    weights: Singles,
    cells: Any,
    checks: Any,
    first: int,
    places: int,
    changed: Places,
) -> None:
    """Count the draws in which the answer of a check changes who is first, or within the places.

    `checks` holds the site of each check, where its cells start among the cells, and how far above
    its low end each cell is counted today. Row 0 of `changed` counts firsts, row 1 the places.
    """
    site, criterion, down, up, stream = cells
    checked, begin, counted = checks
    sites = low.shape[1]
    scores = np.empty(sites, dtype=np.float32)
    above = np.empty(len(site), dtype=np.float32)
    best = np.empty(places + 1, dtype=np.float32)
    for d in range(len(weights)):
        score(low, 0, weights[d], scores)
        for c in range(len(site)):
            part = above_low(down[c], up[c], stream[c], np.uint64(first + d))
            scores[site[c]] += weights[d, criterion[c]] * part
            above[c] = weights[d, criterion[c]] * (part - counted[c])
        _best(scores, best)
        for g in range(len(checked)):
            moved = np.float32(0.0)
            for c in range(begin[g], begin[g + 1]):
                moved += above[c]
            here = scores[checked[g]]
            changed[0, g] += _swaps(here, here - moved, best[0], best[1])
            changed[1, g] += _swaps(here, here - moved, best[places - 1], best[places])


@_compiled
def _best(scores: Singles, best: Singles) -> None:
    best[:] = _NOBODY
    for i in range(len(scores)):
        if scores[i] > best[-1]:
            at = len(best) - 1
            while at > 0 and best[at - 1] < scores[i]:
                best[at] = best[at - 1]
                at -= 1
            best[at] = scores[i]


@_compiled
def _swaps(here: np.float32, today: np.float32, last_in: np.float32, first_out: np.float32) -> bool:
    if here >= last_in:
        return bool(today < first_out)
    return bool(today > last_in)
