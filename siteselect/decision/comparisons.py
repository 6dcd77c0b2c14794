"""Weights from comparisons: of all with the best and the worst, or of all pairs.

Only weights are elicited this way. Sites are never compared in pairs: their scores would then
depend on which of them are compared (Belton & Gear, Omega 11(3), 1983).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.errors import Fault, StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

RANDOM_INDEX = {
    "saaty_1980": (0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49),
    "later": (0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49),
}
"""Mean consistency index of random judgements of 3 to 10 items, by table [R].

`saaty_1980` is the default: The analytic hierarchy process, 1980. Ratios differ in the third digit.
"""
ACCEPTED_RATIO = 0.10
"""Consistency ratio below which pair judgements are accepted (Saaty 1977)."""

_FEWEST_WITH_RATIO = 3
_MOST_IN_PAIRS = 10
_SLIGHT = 1e-6


@dataclass(frozen=True, slots=True)
class Elicited:
    """Weights of one level, and how consistent the judgements behind them are.

    `consistency` is 0 for judgements without a contradiction, and NaN where the method asks nothing
    twice, so that nothing can contradict; `measure` says what it is. `accepted` is None where
    nobody has set a limit. `revisit` names the most inconsistent judgement with what the others
    imply, and is empty where there is none.
    """

    method: str
    weights: pd.Series[float]
    consistency: float
    measure: str
    accepted: bool | None
    revisit: str


def from_best_worst(
    best_to_others: Mapping[str, float], others_to_worst: Mapping[str, float]
) -> Elicited:
    """Turn comparisons with the best and the worst criterion into weights (linear BWM).

    min xi with |w_B - a_Bj w_j| <= xi, |w_j - a_jW w_W| <= xi, sum w = 1, w >= 0 (Rezaei, Omega 64,
    2016). The best is the one that `best_to_others` gives a 1, the worst the same in
    `others_to_worst`; xi is 0 if and only if a_Bj a_jW = a_BW everywhere.

    Parameters
    ----------
    best_to_others : how many times as important the best is as each, 1 to 9, itself 1.
    others_to_worst : how many times as important each is as the worst, 1 to 9, itself 1.

    Raises
    ------
    StudyError
        The two do not name the same criteria, a number is out of range, or they contradict on
        which one is best or worst.
    """
    if faults := _best_worst_faults(best_to_others, others_to_worst):
        raise StudyError(faults)
    names = list(best_to_others)
    best, worst = (
        _extreme(best_to_others, others_to_worst),
        _extreme(others_to_worst, best_to_others),
    )
    weights, xi = _best_worst_programme(best_to_others, others_to_worst, best, worst)
    whole = best_to_others[worst]
    product = {name: best_to_others[name] * others_to_worst[name] for name in names}
    off = max(names, key=lambda name: abs(math.log(product[name] / whole)))
    revisit = (
        f"{best} over {off} is said to be {best_to_others[off]:g} and {off} over {worst} "
        f"{others_to_worst[off]:g}, together {product[off]:g}; but {best} over {worst} is "
        f"{whole:g}."
    )
    consistent = math.isclose(product[off], whole)
    return Elicited(
        "best_worst",
        pd.Series(weights, index=names, name="weight").rename_axis("criterion"),
        0.0 if consistent else xi,
        "xi of the linear best-worst method; 0 is free of contradiction",
        True if consistent else None,
        "" if consistent else revisit,
    )


def from_pairs(
    pairs: Mapping[tuple[str, str], float], names: Sequence[str], table: str = "saaty_1980"
) -> Elicited:
    """Turn comparisons of all pairs into weights (AHP): the principal eigenvector.

    CI = (lambda - n) / (n - 1) and CR = CI / RI (Saaty, J. Math. Psychology 15, 1977). The
    judgement to revisit is the one farthest, in ratio, from the quotient of the weights.

    Parameters
    ----------
    pairs : how many times as important the first is as the second, 1/9 to 9; each pair once.
    names : two to ten criteria.
    table : of `RANDOM_INDEX`.

    Raises
    ------
    StudyError
        A pair is missing, given twice or out of range, or there are too many criteria.
    """
    matrix = _pair_matrix(pairs, names)
    size = len(names)
    found, vectors = np.linalg.eig(matrix)
    place = int(np.argmax(found.real))
    weights = np.abs(vectors[:, place].real)
    weights /= weights.sum()
    index = max(float(found[place].real) - size, 0.0) / (size - 1)
    known = size >= _FEWEST_WITH_RATIO
    ratio = index / RANDOM_INDEX[table][size - _FEWEST_WITH_RATIO] if known else 0.0
    off = np.abs(np.log(matrix * weights[None, :] / weights[:, None]))
    i, j = (int(place) for place in np.unravel_index(int(np.argmax(np.triu(off))), off.shape))
    said, meant = matrix[i, j], weights[i] / weights[j]
    revisit = (
        f"{names[i]} over {names[j]} is said to be {_times(said)}; all judgements together make it "
        f"{_times(meant)}."
    )
    return Elicited(
        "pairs",
        pd.Series(weights, index=list(names), name="weight").rename_axis("criterion"),
        ratio,
        f"consistency ratio with the random index of {table}; accepted below {ACCEPTED_RATIO:g}",
        ratio < ACCEPTED_RATIO,
        revisit if off[i, j] > _SLIGHT else "",
    )


def fault(problem: str, cure: str, name: str, value: object = None) -> Fault:
    """Make the fault of one judgement."""
    shown = None if value is None else str(value)
    return Fault("judgements", problem, cure, column=name, value=shown)


def _best_worst_programme(
    best_to: Mapping[str, float], to_worst: Mapping[str, float], best: str, worst: str
) -> tuple[npt.NDArray[np.float64], float]:
    from scipy.optimize import linprog  # noqa: PLC0415 - slow to import, needed only here

    names = list(best_to)
    place = {name: number for number, name in enumerate(names)}
    rows = []
    for name in names:
        for one, times, other in (
            (best, best_to[name], name),
            (name, to_worst[name], worst),
        ):
            row = np.zeros(len(names) + 1)
            row[place[one]] += 1
            row[place[other]] -= times
            rows += [row, -row]
    above = np.array(rows)
    above[:, -1] = -1.0
    whole = np.append(np.ones(len(names)), 0.0)[None, :]
    goal = np.append(np.zeros(len(names)), 1.0)
    found = linprog(goal, A_ub=above, b_ub=np.zeros(len(above)), A_eq=whole, b_eq=[1.0])
    solution = np.asarray(found.x, dtype=np.float64)
    weights = np.maximum(solution[:-1], 0.0)
    return weights / weights.sum(), max(float(solution[-1]), 0.0)


def _best_worst_faults(best_to: Mapping[str, float], to_worst: Mapping[str, float]) -> list[Fault]:
    if not best_to and not to_worst:
        return [Fault("judgements", "no comparisons", "Name the criteria.")]
    faults = [
        fault("not in both lists", "Compare it with the best and with the worst.", name)
        for name in sorted(set(best_to) ^ set(to_worst))
    ]
    for name, times in (*best_to.items(), *to_worst.items()):
        if not (math.isfinite(times) and 1 <= times <= 9):  # noqa: PLR2004 - Saaty's scale
            faults.append(fault("not a comparison", "Give a number from 1 to 9.", name, times))
    for title, level in (("best", best_to), ("worst", to_worst)):
        if not faults and 1 not in level.values():
            cure = f"Give the {title} criterion a 1 against itself."
            faults.append(Fault("judgements", f"no criterion is the {title}", cure))
    if faults:
        return faults
    best, worst = _extreme(best_to, to_worst), _extreme(to_worst, best_to)
    if best_to[worst] != to_worst[best]:
        problem = "best over worst is given twice, with two numbers"
        said = f"{best_to[worst]:g} and {to_worst[best]:g}"
        faults.append(fault(problem, "Give both the same number.", f"{best} over {worst}", said))
    return faults


def _extreme(level: Mapping[str, float], other: Mapping[str, float]) -> str:
    """Of those with a 1, the one that the other list puts farthest away."""
    return max((name for name in level if level[name] == 1), key=lambda name: other[name])


def _pair_matrix(
    pairs: Mapping[tuple[str, str], float], names: Sequence[str]
) -> npt.NDArray[np.float64]:
    size = len(names)
    faults = []
    if not 2 <= size <= _MOST_IN_PAIRS or len(set(names)) < size:  # noqa: PLR2004 - two make a pair
        problem = "pairs are compared among two to ten different criteria"
        faults.append(Fault("judgements", problem, "Split them into groups.", value=str(size)))
    place = {name: number for number, name in enumerate(names)}
    matrix = np.eye(size)
    for (one, other), times in pairs.items():
        title = f"{one} over {other}"
        if one not in place or other not in place or one == other:
            faults.append(fault("not a pair of these criteria", "Correct the names.", title))
        elif not (math.isfinite(times) and 1 / 9 - _SLIGHT <= times <= 9):  # noqa: PLR2004 - Saaty
            faults.append(fault("not a comparison", "Give 1/9 to 9.", title, times))
        elif (other, one) in pairs:
            faults.append(fault("a pair is judged in both directions", "Give one.", title))
        else:
            matrix[place[one], place[other]] = times
            matrix[place[other], place[one]] = 1 / times
    faults += [
        fault("a pair is not judged", "Compare the two.", f"{one} over {other}")
        for number, one in enumerate(names)
        for other in names[number + 1 :]
        if (one, other) not in pairs and (other, one) not in pairs
    ]
    if faults:
        raise StudyError(faults)
    return matrix


def _times(ratio: float) -> str:
    return f"{ratio:.2g}" if ratio >= 1 else f"1/{1 / ratio:.2g}"
