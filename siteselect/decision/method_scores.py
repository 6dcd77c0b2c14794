"""The scores of other decision methods, mostly through scikit-criteria; more is better.

Nothing unknown reaches them: its VIKOR drops a whole criterion, without a word, for one unknown
cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from siteselect.decision.outranking import INDIFFERENCE, PREFERENCE, net_flows
from siteselect.decision.ranking import TOLERANCE, Floats

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PRODUCT_FLOOR = 0.01
"""Added to every value before the weighted product, in which a single 0 ends the comparison.

One hundredth of a scale [judgement]. It is added always, so that no site depends on another's 0.
"""

_SET_DEPENDENT = "depends on which sites are compared"


def topsis_scores(matrix: Floats, weights: Floats) -> Floats:
    """Score by TOPSIS with vector scaling, more is better: closeness to the ideal, 0..1.

    Hwang & Yoon 1981; Tzeng & Huang 2011. All columns are better when greater.

    Raises
    ------
    ValueError
        A cell is unknown or infinite.
    """
    # Importing scikit-criteria takes seconds; only who asks for second opinions shall wait.
    from skcriteria.agg.topsis import TOPSIS  # noqa: PLC0415 - see above
    from skcriteria.preprocessing.scalers import VectorScaler  # noqa: PLC0415 - see above

    scaled = VectorScaler("matrix").transform(_decision_matrix(matrix, weights))
    return np.asarray(TOPSIS().evaluate(scaled).e_.similarity, dtype=np.float64)


def vikor_scores(matrix: Floats, weights: Floats) -> Floats:
    """Score by VIKOR with v = 0.5, more is better: minus Q, -1..0. The compromise set is not used.

    Opricovic & Tzeng, EJOR 156(2), 2004. All columns are better when greater.

    Raises
    ------
    ValueError
        A cell is unknown or infinite.
    """
    from skcriteria.agg.vikor import VIKOR  # noqa: PLC0415 - seconds, as above

    decision = _decision_matrix(matrix, weights)
    # Sites that are all equal in S or in R make a 0/0 that scikit-criteria then counts as 0.
    with np.errstate(invalid="ignore"):
        found = VIKOR(v=0.5, use_compromise_set=False).evaluate(decision).e_
    # Q again from S and R: spread by their range, a difference that is only rounding would count.
    group, regret = _spread(np.asarray(found.s_k)), _spread(np.asarray(found.r_k))
    return -(0.5 * group + 0.5 * regret)


def product_scores(matrix: Floats, weights: Floats) -> Floats:
    """Score by the weighted product of value + `PRODUCT_FLOOR`, as a logarithm; more is better.

    Miller & Starr 1963. Unlike a sum, it lets no criterion be bought off at a fixed price.

    Raises
    ------
    ValueError
        A cell is unknown or infinite.
    """
    from skcriteria.agg.simple import WeightedProductModel  # noqa: PLC0415 - seconds, as above

    decision = _decision_matrix(matrix + PRODUCT_FLOOR, weights)
    return np.asarray(WeightedProductModel().evaluate(decision).e_.score, dtype=np.float64)


def electre_scores(matrix: Floats, weights: Floats) -> Floats:
    """Score by ELECTRE II, more is better: minus the rank.

    Wang & Triantaphyllou, Omega 36, 2008; concordance levels 0.65, 0.5 and 0.35, discordance levels
    0.65 and 0.35. All columns are better when greater, and on one scale, since one range divides
    all differences.

    Raises
    ------
    ValueError
        A cell is unknown or infinite.
    """
    from skcriteria.agg.electre import ELECTRE2  # noqa: PLC0415 - seconds, as above

    found = ELECTRE2().evaluate(_decision_matrix(matrix, weights))
    return -np.asarray(found.rank_, dtype=np.float64)


def flow_scores(matrix: Floats, weights: Floats) -> Floats:
    """Score by the net flow of PROMETHEE II, usual form.

    Only who is better counts, not by how much (Brans & Vincke 1985). All columns are better when
    greater.

    Raises
    ------
    ValueError
        A cell is unknown or infinite.
    """
    return net_flows(matrix, weights)


def graded_flow_scores(matrix: Floats, weights: Floats) -> Floats:
    """Score by the net flow of PROMETHEE II, linear form between `INDIFFERENCE` and `PREFERENCE`.

    Brans & Vincke 1985. All columns are better when greater.

    Raises
    ------
    ValueError
        A cell is unknown or infinite.
    """
    return net_flows(matrix, weights, INDIFFERENCE, PREFERENCE)


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its scores (more is better), and what its reader must know.

    `set_dependent` says whether another candidate can change the order of the others.
    """

    score: Callable[[Floats, Floats], Floats]
    note: str
    set_dependent: bool = True


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "topsis": Method(topsis_scores, f"vector scaling; {_SET_DEPENDENT}"),
        "vikor": Method(
            vikor_scores,
            f"order of Q with v = 0.5, without compromise set; {_SET_DEPENDENT}",
        ),
        "weighted_product": Method(
            product_scores,
            f"{PRODUCT_FLOOR} is added to every value, since a 0 would decide alone",
            set_dependent=False,
        ),
        "promethee_usual": Method(
            flow_scores, f"counts who is better, not by how much; {_SET_DEPENDENT}"
        ),
        "promethee_linear": Method(
            graded_flow_scores,
            f"a difference counts from {INDIFFERENCE:g} of a scale on, and in full from "
            f"{PREFERENCE:g}; {_SET_DEPENDENT}",
        ),
        "electre_2": Method(
            electre_scores,
            f"concordance 0.65, 0.5, 0.35, discordance 0.65, 0.35; {_SET_DEPENDENT}",
        ),
    }
)
"""Methods asked."""


def _decision_matrix(matrix: Floats, weights: Floats) -> Any:
    from skcriteria import mkdm  # noqa: PLC0415 - seconds, as above

    if not np.isfinite(matrix).all():
        raise ValueError("an unknown or infinite cell must not reach scikit-criteria")
    return mkdm(matrix, [max] * len(weights), weights=weights)


def _spread(distance: Floats) -> Floats:
    width = float(np.ptp(distance))
    if width <= TOLERANCE:
        return np.zeros(len(distance))
    spread: Floats = (distance - distance.min()) / width
    return spread
