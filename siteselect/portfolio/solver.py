"""HiGHS, through SciPy: one mixed-integer programme in, an answer with its bound out.

SciPy's `milp` is HiGHS with the relative gap, the time limit and the dual bound, which is all that
is needed here; `highspy` would add a warm start and a second wheel of the same solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from siteselect.portfolio.model import Model
from siteselect.portfolio.problem import Floats

Status = Literal["optimal", "near enough", "time limit", "infeasible", "no answer in time"]

FOUND = ("optimal", "near enough", "time limit")
"""Answers that hold a choice: proved best, within the gap that was asked for, best so far."""
SCALE = 1000.0
"""Largest coefficient of the objective as the solver sees it, whose absolute gap is 1e-6."""
GAP_TOLERANCE = 1e-6
"""A gap up to this share, of the objective or the worth of the largest site, is rounding."""
_PROVED = 5e-7
"""Gap at which the solver stops, well within the tolerance: else it would spend most of its time on
proving the tiebreak, which is as small."""
_ROOM = 1e-7
"""Room in a row, whose coefficients are at most 1: HiGHS holds rows to 1e-6 and, where a solution
lies on the edge of one, may find itself at fault after the fact ("Solve error")."""
_OPTIMAL, _LIMIT, _INFEASIBLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Solved:
    """An answer: `values` of all variables; `bound`, which no choice exceeds; both may be absent.

    `bound` is that of the objective with constant, in its own unit; infinite where none was found.
    `rounding` is how far above the objective it may lie though the choice is the best there is:
    the solver's tolerance, and what the tiebreak adds.
    """

    status: Status
    values: Floats
    bound: float
    rounding: float = 0.0

    @property
    def found(self) -> bool:
        """Say whether there is a choice at all, proved best or not."""
        return self.status in FOUND


def solve(model: Model, time_s: float, gap_share: float = 0.0) -> Solved:
    """Maximise the model's objective.

    Parameters
    ----------
    model : the programme.
    time_s : when to stop, with the best choice so far [s].
    gap_share : stop once the choice is proved this near to the best.

    Raises
    ------
    RuntimeError
        The solver failed in a way that says nothing about the problem.
    """
    if impossible(model):
        return Solved("infeasible", np.empty(0), -np.inf)
    gain = model.gain + model.tie
    size = len(gain)
    if size == 0:
        return Solved("optimal", np.empty(0), model.constant)
    largest = float(np.abs(gain).max(initial=0.0))
    scale = SCALE / largest if largest > 0 else 1.0
    found = _asked(model, gain * scale, time_s, max(gap_share, _PROVED))
    if found.status == _INFEASIBLE:
        return Solved("infeasible", np.empty(0), -np.inf)
    if found.status not in {_OPTIMAL, _LIMIT}:
        raise RuntimeError(f"HiGHS gave up: {found.message}")
    bound = np.inf if found.mip_dual_bound is None else -float(found.mip_dual_bound) / scale
    bound += model.constant
    if found.x is None:
        return Solved("no answer in time", np.empty(0), bound)
    values = np.asarray(found.x, dtype=np.float64)
    status: Status = "optimal" if found.status == _OPTIMAL else "time limit"
    return Solved(status, values, bound, float(model.tie @ values) + GAP_TOLERANCE * largest)


def _asked(model: Model, gain: Floats, time_s: float, gap_share: float) -> OptimizeResult:
    """Ask HiGHS; where it trips over a row that just holds, ask again with that much room."""
    for room in (0.0, _ROOM):
        rows = _rows(model)
        rows.ub = rows.ub + room
        found = milp(
            -gain,
            integrality=model.binary.astype(np.int64),
            bounds=Bounds(np.zeros(len(gain)), np.ones(len(gain))),
            constraints=rows,
            options={"time_limit": float(time_s), "mip_rel_gap": gap_share, "presolve": True},
        )
        if found.status in {_OPTIMAL, _LIMIT, _INFEASIBLE}:
            break
    return found


def impossible(model: Model) -> bool:
    """See at a glance that a row cannot hold, which the solver is not asked in an empty model."""
    for row in model.rows:
        most = float(np.maximum(row.factor, 0.0).sum())
        least = float(np.minimum(row.factor, 0.0).sum())
        if row.low > most + 1e-9 * max(1.0, abs(most)) or row.high < least:
            return True
    return False


def _rows(model: Model) -> LinearConstraint:
    lengths = [len(row.where) for row in model.rows]
    where = np.concatenate([np.empty(0, np.int64), *(row.where for row in model.rows)])
    factor = np.concatenate([np.empty(0), *(row.factor for row in model.rows)])
    which = np.repeat(np.arange(len(model.rows)), lengths)
    # A row in its own unit may be of thousands of kVA; the solver's tolerance is absolute.
    size = np.array([max(np.abs(row.factor).max(initial=0.0), 1e-12) for row in model.rows])
    matrix = sparse.csr_array(
        (factor / size[which], (which, where)), shape=(len(model.rows), len(model.gain))
    )
    low = np.array([row.low for row in model.rows]) / size
    high = np.array([row.high for row in model.rows]) / size
    return LinearConstraint(matrix, low, high)
