"""What the data alone would stress: a diagnostic, never the weights of a study.

These shares measure how widely the candidates spread, not what the spread is worth to anybody, and
they change when a candidate is added. Nothing in a study can ask for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteselect.decision.ranking import TOLERANCE, Floats

if TYPE_CHECKING:
    from collections.abc import Mapping

DIAGNOSTIC = "what the data alone would stress; depends on which sites are compared; no weights"
_FEWEST_SITES = 2


def data_stress(values: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Say how much each criterion would count if only the spread of the data did.

    Parameters
    ----------
    values : one row a site, one column a criterion [0..1]; NaN where unknown.

    Returns
    -------
    tuple
        One row a method (entropy, critic, merec) and one column a criterion, shares that sum to 1,
        NaN where a method has no answer; and what a reader must know, with the reasons.
    """
    complete = values.dropna()
    notes = [f"{DIAGNOSTIC[0].upper()}{DIAGNOSTIC[1:]}."]
    if len(complete) < len(values):
        notes.append(
            f"{len(values) - len(complete)} of {len(values)} sites are left out, since a measure "
            "of them is unknown."
        )
    rows = {}
    matrix: Floats = complete.to_numpy(dtype=np.float64)
    for name, method in _METHODS.items():
        rows[name] = np.full(values.shape[1], np.nan)
        if len(complete) < _FEWEST_SITES:
            notes.append(f"{name}: fewer than two complete sites.")
            continue
        try:
            rows[name] = method(matrix)
        except ValueError as error:
            notes.append(f"{name}: {error}.")
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(values.columns))
    return table.rename_axis("diagnostic"), tuple(notes)


def entropy_shares(matrix: Floats) -> Floats:
    """Share by how far each column is from even: (1 - entropy of x / sum x) over all of these.

    Shannon entropy to the base of the number of rows (Hwang & Yoon 1981).

    Raises
    ------
    ValueError
        A cell is unknown, infinite or negative, a column is all 0, or all columns are even.
    """
    _refuse_unknown(matrix)
    if (matrix < 0).any() or not (matrix.sum(axis=0) > 0).all():
        raise ValueError("entropy needs columns of 0 or more that are not all 0")
    share = matrix / matrix.sum(axis=0)
    surprise = share * np.log(np.where(share > 0, share, 1.0))
    return _shares(1 + surprise.sum(axis=0) / np.log(len(matrix)))


def critic_shares(matrix: Floats) -> Floats:
    """Share by spread and by how little a column repeats the others: sd x sum of (1 - r).

    CRITIC (Diakoulaki and others, C&OR 22(7), 1995), on columns scaled from their own least to
    greatest; larger is better in every column.

    Raises
    ------
    ValueError
        A cell is unknown or infinite, or a column is constant, so that it correlates with nothing.
    """
    _refuse_unknown(matrix)
    width = np.ptp(matrix, axis=0)
    if (width <= TOLERANCE).any():
        raise ValueError("a criterion on which all sites are equal correlates with nothing")
    scaled = (matrix - matrix.min(axis=0)) / width
    correlation = np.atleast_2d(np.corrcoef(scaled, rowvar=False))
    if len(correlation) == 1:
        return np.ones(1)
    return _shares(scaled.std(axis=0, ddof=1) * (1 - correlation).sum(axis=0))


def merec_shares(matrix: Floats, larger_is_better: npt.NDArray[np.bool_] | None = None) -> Floats:
    """Share by how much the sites' overall performance changes when a column is taken away.

    MEREC (Keshavarz-Ghorabaee and others, Symmetry 13(4) 525, 2021): n = min x / x where larger is
    better, else x / max x; S = ln(1 + mean |ln n|), and the share is the sum of |S' - S|.

    Parameters
    ----------
    matrix : one row a site, one column a criterion.
    larger_is_better : per column; left out, in all.

    Raises
    ------
    ValueError
        A cell is unknown, infinite, 0 or negative: its logarithm is not defined.
    """
    _refuse_unknown(matrix)
    if (matrix <= 0).any():
        raise ValueError("MEREC needs every cell above 0")
    columns = matrix.shape[1]
    better = np.ones(columns, dtype=bool) if larger_is_better is None else larger_is_better
    scaled = np.where(better, matrix.min(axis=0) / matrix, matrix / matrix.max(axis=0))
    strength = np.abs(np.log(scaled))
    whole = np.log1p(strength.sum(axis=1) / columns)
    without = np.log1p((strength.sum(axis=1, keepdims=True) - strength) / columns)
    return _shares(np.abs(without - whole[:, None]).sum(axis=0))


_METHODS: Mapping[str, Callable[[Floats], Floats]] = {
    "entropy": entropy_shares,
    "critic": critic_shares,
    "merec": merec_shares,
}


def _shares(amounts: Floats) -> Floats:
    amounts = np.maximum(amounts, 0.0)
    if amounts.sum() <= TOLERANCE:
        raise ValueError("the sites are equal on every criterion")
    shares: Floats = amounts / amounts.sum()
    return shares


def _refuse_unknown(matrix: Floats) -> None:
    if not np.isfinite(matrix).all():
        raise ValueError("an unknown or infinite cell has no share")
