"""Weights drawn at random: around the stated ones, in an order, or inside intervals.

Every draw comes from a seed and the name of what is weighed, so that ranks do not flicker from one
look to the next: a swing that moves a little moves every draw a little.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaincinv

from siteselect.decision.weights import Tree
from siteselect.errors import Fault, InputError
from siteselect.settings.robustness import SURENESS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from siteselect.settings.robustness import Robustness

    Floats = NDArray[np.float64]

_TRIED = 20_000
"""Draws by which it is judged whether rejection keeps enough."""
_LEAST_KEPT = 0.01
"""Share of draws kept below which the intervals are walked through and no longer rejected."""
_WALKERS = 500
"""Walks side by side, each of which gives every so manieth draw."""
_WARM_UP, _BETWEEN = 50, 2
"""Steps before the first draw that is kept and between two of them, times the number of weights."""


def weight_draws(knowledge: Robustness, tree: Tree, seed: int) -> Floats:
    """Draw the weights of a study's criteria by what is known about them.

    Parameters
    ----------
    knowledge : how many draws, and what is known: the stated swings and how sure one is of them,
        an order, intervals, or nothing.
    tree : groups and criteria with their swings.
    seed : of the draws.

    Returns
    -------
    ndarray
        One row a draw, one column a criterion in the order of the tree; rows sum to 1. The array
        is shared and cannot be written to.

    Raises
    ------
    InputError
        The order or the intervals do not fit the criteria.
    """
    swings = tuple((name, swing, tuple(branch.items())) for name, (swing, branch) in tree.items())
    return _drawn(knowledge, swings, seed)


@lru_cache(maxsize=8)
def _drawn(
    knowledge: Robustness,
    swings: tuple[tuple[str, float, tuple[tuple[str, float], ...]], ...],
    seed: int,
) -> Floats:
    tree = {name: (swing, dict(branch)) for name, swing, branch in swings}
    names = [name for _, branch in tree.values() for name in branch]
    draws = knowledge.draws
    if knowledge.known == "nothing":
        weights = uniform_weights(len(names), draws, seed)
    elif knowledge.known == "order":
        _same(names, knowledge.order)
        weights = ordered_weights([names.index(name) for name in knowledge.order], draws, seed)
    elif knowledge.known == "intervals":
        _among(names, knowledge.intervals)
        ends = np.array([knowledge.intervals.get(name, (0.0, 1.0)) for name in names])
        weights = interval_weights(ends[:, 0], ends[:, 1], draws, seed)
    else:
        weights = tree_weights(tree, spread_of(knowledge.sureness), draws, seed)
    weights.setflags(write=False)
    return weights


def concentration(count: int, spread_share: float) -> float:
    """Give the Dirichlet concentration at which weights spread so much.

    sd(w) = sqrt(w (1 - w) / (kappa + 1)). At kappa = count the draws around equal weights are
    uniform, which is to know nothing; `spread_share` is the part of that spread which is left:
    kappa = (count + 1) / r^2 - 1.

    Parameters
    ----------
    count : weights of one level.
    spread_share : standard deviation over that of weights of which nothing is known, r.

    Raises
    ------
    InputError
        The spread is not above 0 and up to 1.
    """
    if not 0 < spread_share <= 1:
        problem, cure = "not a spread", "Give a share above 0, to 1."
        shown = f"{spread_share:g}"
        raise InputError(Fault("weights", problem, cure, column="sureness", value=shown))
    return (count + 1) / spread_share**2 - 1


def spread_of(named: str | float) -> float:
    """Turn a word of `SURENESS` into a spread; a number is one already.

    Raises
    ------
    InputError
        There is no such word.
    """
    if not isinstance(named, str):
        return float(named)
    if named not in SURENESS:
        cure = f"Use one of: {', '.join(SURENESS)}, or a share."
        raise InputError(Fault("weights", "no such sureness", cure, value=named))
    return SURENESS[named]


def tree_weights(tree: Tree, spread_share: float, draws: int, seed: int) -> Floats:
    """Draw the weights of all criteria around those of a tree.

    Dirichlet draws at each level, multiplied down; what has a swing of 0 keeps a weight of 0. Each
    weight has a stream of its own that its swing only stretches, so another criterion more or less
    leaves the draws of the rest in step.
    """
    groups = _dirichlet(
        {name: swing for name, (swing, _) in tree.items()}, spread_share, draws, seed
    )
    parts = [
        _dirichlet(branch, spread_share, draws, seed, name) * groups[:, [column]]
        for column, (name, (_, branch)) in enumerate(tree.items())
    ]
    return np.concatenate(parts, axis=1)


def uniform_weights(count: int, draws: int, seed: int) -> Floats:
    """Draw weights of which nothing is known: uniform on the simplex."""
    drawn = np.random.default_rng(seed).standard_exponential((draws, count))
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def ordered_weights(order: Sequence[int], draws: int, seed: int) -> Floats:
    """Draw weights of which only the order is agreed: uniform on that part of the simplex.

    Parameters
    ----------
    order : places of the criteria, most important first.
    draws : how many.
    seed : of the draws.
    """
    weights = np.empty((draws, len(order)))
    weights[:, list(order)] = -np.sort(-uniform_weights(len(order), draws, seed), axis=1)
    return weights


def interval_weights(
    low: Sequence[float] | Floats, high: Sequence[float] | Floats, draws: int, seed: int
) -> Floats:
    """Draw weights of which only intervals are agreed: uniform on what these leave of the simplex.

    By rejection while it keeps one in a hundred, else by hit and run (Tervonen and others, EJOR
    224, 2013), whose neighbouring draws are not quite independent.

    Raises
    ------
    InputError
        No weights that sum to 1 lie inside the intervals.
    """
    least, most = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    sound = (least >= 0) & (least <= most)
    if not sound.all() or least.sum() > 1 or most.sum() < 1:
        problem = "no weights that sum to 1 lie inside these intervals"
        cure = "Let the low ends sum to 1 at most, and the high ends to 1 at least."
        raise InputError(Fault("weights", problem, cure, column="intervals"))
    rng = np.random.default_rng(seed)
    if len(_kept(rng, least, most, _TRIED)) >= _LEAST_KEPT * _TRIED:
        return _rejected(rng, least, most, draws)
    return _walked(rng, least, most, draws)


def _dirichlet(
    swings: Mapping[str, float], spread_share: float, draws: int, seed: int, path: str = ""
) -> Floats:
    total = sum(swings.values())
    counted = [name for name, swing in swings.items() if swing > 0]
    kappa = concentration(len(counted), spread_share)
    # Gamma numbers from their distribution and not by rejection: the same luck at any swing.
    parts = np.zeros((draws, len(swings)))
    for column, (name, swing) in enumerate(swings.items()):
        if swing > 0:
            luck = np.random.default_rng([seed, _stream(path, name)]).random(draws)
            parts[:, column] = gammaincinv(kappa * swing / total, luck)
    return np.asarray(parts / parts.sum(axis=1, keepdims=True))


def _stream(path: str, name: str) -> int:
    digest = blake2b(f"{path}\n{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _kept(rng: np.random.Generator, low: Floats, high: Floats, count: int) -> Floats:
    drawn = rng.standard_exponential((count, len(low)))
    drawn /= drawn.sum(axis=1, keepdims=True)
    return np.asarray(drawn[((drawn >= low) & (drawn <= high)).all(axis=1)])


def _rejected(rng: np.random.Generator, low: Floats, high: Floats, draws: int) -> Floats:
    kept = [_kept(rng, low, high, 4 * draws)]
    while sum(map(len, kept)) < draws:
        kept.append(_kept(rng, low, high, 4 * draws))
    return np.concatenate(kept)[:draws]


def _walked(rng: np.random.Generator, low: Floats, high: Floats, draws: int) -> Floats:
    """Walk through the polytope: a random direction in it, then a random spot on that line."""
    room, spare = high - low, 1.0 - low.sum()
    free = room > 0
    share = spare / room.sum() if room.any() else 0.0
    here = np.repeat([low + room * share], _WALKERS, axis=0)
    if free.sum() <= 1 or not 0 < share < 1:
        return np.repeat(here[:1], draws, axis=0)
    found = []
    rounds = -(-draws // _WALKERS)
    steps = [_WARM_UP * len(low), *[_BETWEEN * len(low)] * (rounds - 1)]
    for count in steps:
        for _ in range(count):
            _step(rng, here, low, high, free)
        found.append(here.copy())
    return np.concatenate(found)[:draws]


def _step(
    rng: np.random.Generator, here: Floats, low: Floats, high: Floats, free: NDArray[np.bool_]
) -> None:
    direction = np.zeros_like(here)
    direction[:, free] = rng.standard_normal((len(here), int(free.sum())))
    direction[:, free] -= direction[:, free].mean(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        to_low, to_high = (low - here) / direction, (high - here) / direction
    still = direction == 0
    back = np.where(still, -np.inf, np.minimum(to_low, to_high)).max(axis=1)
    ahead = np.where(still, np.inf, np.maximum(to_low, to_high)).min(axis=1)
    spot = back + rng.random(len(here)) * np.maximum(ahead - back, 0.0)
    np.clip(here + spot[:, np.newaxis] * direction, low, high, out=here)


def _same(names: Sequence[str], order: Sequence[str]) -> None:
    if sorted(names) != sorted(order):
        problem = "the order does not name every criterion once"
        cure = f"Name each once, most important first: {', '.join(names)}."
        found = ", ".join(order)
        raise InputError(Fault("study", problem, cure, column="robustness.order", value=found))


def _among(names: Sequence[str], intervals: Mapping[str, tuple[float, float]]) -> None:
    strange = [name for name in intervals if name not in names]
    if strange:
        cure = f"Choose from: {', '.join(names)}."
        column = "robustness.intervals"
        raise InputError(
            [Fault("study", "no such criterion", cure, column=column, value=s) for s in strange]
        )
