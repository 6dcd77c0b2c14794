"""How often each site would be first, and under whose weights: SMAA-2.

Source: Lahdelma & Salminen, Operations Research 49(3), 2001. Scores are compared at single
precision, which tells scores apart that differ by a ten-millionth. Sites that then tie stand in an
order that changes from draw to draw, so that none gains by its place in the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from siteselect.decision.drawn_values import certain, highest, part_of
from siteselect.decision.threads import DRAWS_AT_ONCE, in_threads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from siteselect.decision.drawn_values import DrawnValues

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

MOST_RANKED = 4096
"""Sites that can be ranked in full: counters grow with the square of their number."""
_KEYS_AT_ONCE = 2**16
"""Keys sorted in one go: half a megabyte, so that they stay in the cache."""
_PLACES_AT_ONCE = 2**20
"""Places counted in one go."""
_MOST_COUNTED = 65_535
"""Draws that a counter of 16 bits can count."""
_ROUNDING = 1e-5
"""Room for the rounding of single-precision sums, when sites that cannot lead are set aside."""


@dataclass(frozen=True, slots=True)
class Acceptability:
    """What K draws made of n sites.

    `ranks` is the share of draws in which site i came r-th (n by n); `central` the mean weights of
    the draws in which it came first, NaN if it never did (n by m); `expected_rank` its mean place.
    """

    draws: int
    ranks: Floats
    central: Floats
    expected_rank: Floats

    @property
    def first(self) -> Floats:
        """Share of draws in which each site came first."""
        return np.asarray(self.ranks[:, 0])

    def within(self, places: int) -> Floats:
        """Share of draws in which each site came within the first so many places."""
        return np.asarray(self.ranks[:, :places].sum(axis=1))


@dataclass(frozen=True, slots=True)
class Leading:
    """The leading sites of K draws: `sites` has one row a draw, best first."""

    sites: Counts
    count: int

    @property
    def first(self) -> Floats:
        """Share of draws in which each site came first."""
        return np.bincount(self.sites[:, 0], minlength=self.count) / len(self.sites)

    @property
    def within(self) -> Floats:
        """Share of draws in which each site was among the leading ones."""
        return np.bincount(self.sites.ravel(), minlength=self.count) / len(self.sites)


def acceptability(data: DrawnValues, weights: Floats) -> Acceptability:
    """Rank the sites under every draw of weights and data.

    Parameters
    ----------
    data : values of n sites, `MOST_RANKED` at most.
    weights : one row a draw, one column a criterion; rows sum to 1.

    Raises
    ------
    ValueError
        There are more sites than can be ranked in full, or weights that do not fit.
    """
    counts = rank_counts(data, weights)
    first = leading(data, weights, 1)
    ranks = counts.T / len(weights)
    places = np.arange(1, len(counts) + 1)
    return Acceptability(
        draws=len(weights),
        ranks=ranks,
        central=central_weights(first, weights),
        expected_rank=np.asarray(ranks @ places),
    )


def rank_counts(data: DrawnValues, weights: Floats) -> NDArray[np.unsignedinteger[Any]]:
    """Count how often each site came at each place: one row a place, one column a site.

    Raises
    ------
    ValueError
        There are more sites than can be ranked in full, or weights that do not fit.
    """
    count = data.low.shape[1]
    if count > MOST_RANKED:
        raise ValueError(f"{count} sites; ranks in full are counted for {MOST_RANKED} at most")
    # The last 12 bits of a key settle what hashing leaves tied; sorted, they favour no place.
    order = np.argsort(data.tie, kind="stable")
    ordered, drawn = part_of(data, order), _single(data, weights)
    if len(drawn) <= _MOST_COUNTED:
        return _counted(ordered, order, drawn, 0)
    total = np.zeros((count, count), dtype=np.uint32)
    for first in range(0, len(drawn), _MOST_COUNTED):
        some = drawn[first : first + _MOST_COUNTED]
        np.add(total, _counted(ordered, order, some, first), out=total)
    return total


def _counted(
    data: DrawnValues, order: Counts, drawn: NDArray[np.float32], first: int
) -> NDArray[np.uint16]:
    count = len(order)
    named = order.astype(np.uint16)
    step = max(1, _KEYS_AT_ONCE // count)
    chunk = max(step, _PLACES_AT_ONCE // count)

    def count_some(starts: Iterator[int]) -> NDArray[np.uint16]:
        from siteselect.decision import compiled  # noqa: PLC0415 - loads the compiler

        counts = np.zeros((count, count), dtype=np.uint16)
        keys = np.empty((step, count), dtype=np.uint64)
        places = np.empty((chunk, count), dtype=np.uint16)
        for start in starts:
            stop = min(start + chunk, len(drawn))
            for at in range(start, stop, step):
                some = keys[: min(step, stop - at)]
                rows = drawn[at : at + len(some)]
                compiled.sort_keys(data.low, rows, data.cells, data.tie, first + at, some)
                some.sort(axis=1)
                compiled.named(some, named, places[at - start : at - start + len(some)])
            compiled.tally(places[: stop - start], counts)
        return counts

    total, *others = in_threads(count_some, range(0, len(drawn), chunk))
    for part in others:
        total += part
    return total


def leading(data: DrawnValues, weights: Floats, places: int) -> Leading:
    """Find the first few sites of every draw, among however many sites.

    Scores are never stored: memory is that of the values and of a list of `places` a draw. Where
    cells are drawn, sites are set aside first that could not lead with all their cells at their
    best against the others at their worst, which changes nothing.
    """
    drawn = _single(data, weights)
    count = data.low.shape[1]
    places = min(places, count)
    keys, sites = _best(certain(data), drawn, places)
    if not len(data.cells[0]):
        return Leading(sites, count)
    inside = np.flatnonzero(reaching(data, drawn, _scores_of(keys[:, -1])))
    _, found = _best(part_of(data, inside), drawn, places)
    return Leading(inside[found], count)


def reaching(
    data: DrawnValues, drawn: NDArray[np.float32], least: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Mark the sites that could score at least so much in any draw, all cells at their best."""
    high = highest(data)

    def mark_some(starts: Iterator[int]) -> NDArray[np.bool_]:
        from siteselect.decision import compiled  # noqa: PLC0415 - loads the compiler

        marks = np.zeros(data.low.shape[1], dtype=np.bool_)
        for at in starts:
            some = slice(at, at + DRAWS_AT_ONCE)
            compiled.reaching(high, drawn[some], least[some] - np.float32(_ROUNDING), marks)
        return marks

    marked = in_threads(mark_some, range(0, len(drawn), DRAWS_AT_ONCE))
    return np.asarray(np.any(marked, axis=0), dtype=np.bool_)


def least_scores(data: DrawnValues, weights: Floats, places: int) -> NDArray[np.float32]:
    """Give for each draw the score of the last leading site, all cells at their worst."""
    keys, _ = _best(certain(data), _single(data, weights), min(places, data.low.shape[1]))
    return _scores_of(keys[:, -1])


def central_weights(first: Leading, weights: Floats) -> Floats:
    """Give the mean weights of the draws in which each site came first; NaN if it never did."""
    winners = first.sites[:, 0]
    wins = np.bincount(winners, minlength=first.count)
    sums = np.stack(
        [np.bincount(winners, column, first.count) for column in np.asarray(weights).T], axis=1
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / wins[:, np.newaxis])


def confidence(data: DrawnValues, central: Floats, sites: Iterable[int], draws: int) -> Floats:
    """Give the share of data draws in which sites come first under their central weights.

    Parameters
    ----------
    data : values of all sites.
    central : central weights of all sites, NaN where a site was never first.
    sites : which sites are asked about; all others, and those never first, get NaN.
    draws : how many draws of the data; one is enough where nothing is drawn.
    """
    shares = np.full(len(central), np.nan)
    many = draws if len(data.cells[0]) else 1
    for site in sites:
        if not np.isnan(central[site]).any():
            found = leading(data, np.repeat(central[[site]], many, axis=0), 1)
            shares[site] = found.first[site]
    return shares


def pairwise_winning(data: DrawnValues, weights: Floats) -> Floats:
    """Give the share of draws in which the site of the row stands before that of the column.

    For a shortlist: the cost grows with the square of the number of sites. The diagonal is NaN.
    """
    drawn = _single(data, weights)
    order = np.argsort(data.tie, kind="stable")
    ordered, count = part_of(data, order), len(order)
    step = max(1, _KEYS_AT_ONCE // count)

    def count_some(starts: Iterator[int]) -> Counts:
        from siteselect.decision import compiled  # noqa: PLC0415 - loads the compiler

        won = np.zeros((count, count), dtype=np.int64)
        for first in starts:
            rows = drawn[first : first + step]
            keys = np.empty((len(rows), count), dtype=np.uint64)
            compiled.sort_keys(ordered.low, rows, ordered.cells, ordered.tie, first, keys)
            compiled.pairs_won(keys, won)
        return won

    total = np.sum(in_threads(count_some, range(0, len(drawn), step)), axis=0)
    shares = np.empty((count, count))
    shares[np.ix_(order, order)] = total / len(drawn)
    np.fill_diagonal(shares, np.nan)
    return shares


def half_width(share: Floats, draws: int) -> Floats:
    """Half of the 95 % interval of a share found in so many draws: 1.96 sqrt(b (1 - b) / K)."""
    return np.asarray(1.96 * np.sqrt(share * (1 - share) / draws))


def _best(
    data: DrawnValues, drawn: NDArray[np.float32], places: int
) -> tuple[NDArray[np.uint64], Counts]:
    keys = np.full((len(drawn), places), np.iinfo(np.uint64).max, dtype=np.uint64)
    sites = np.full((len(drawn), places), -1, dtype=np.int64)

    def find_some(starts: Iterator[int]) -> None:
        from siteselect.decision import compiled  # noqa: PLC0415 - loads the compiler

        for at in starts:
            some = slice(at, at + DRAWS_AT_ONCE)
            into = (data.tie, at, keys[some], sites[some])
            if len(data.cells[0]):
                compiled.drawn_leaders(data.low, drawn[some], data.cells, *into)
            else:
                compiled.leaders(data.low, drawn[some], *into)

    in_threads(find_some, range(0, len(drawn), DRAWS_AT_ONCE))
    return keys, sites


def _scores_of(keys: NDArray[np.uint64]) -> NDArray[np.float32]:
    bits = np.uint64(0xFFFFFFFF) - (keys >> np.uint64(32))
    return bits.astype(np.uint32).view(np.float32)


def _single(data: DrawnValues, weights: Floats) -> NDArray[np.float32]:
    """Bring the weights into the precision of the scores; refuse what are no weights."""
    if weights.ndim != 2 or weights.shape[1] != len(data.low) or not len(weights):  # noqa: PLR2004 - rows and columns
        raise ValueError(f"weights of shape {weights.shape} for {len(data.low)} criteria")
    if not (np.asarray(weights) >= 0).all():
        raise ValueError("a weight that is unknown or negative")
    return np.ascontiguousarray(weights, dtype=np.float32)
