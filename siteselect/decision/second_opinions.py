"""What other decision methods make of the shortlist, through scikit-criteria.

They answer one question: does the order depend on the method? Nothing unknown reaches them: its
VIKOR drops a whole criterion, without a word, for one unknown cell.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siteselect.decision.ranking import TOLERANCE, Floats, competition_rank, rank
from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PRODUCT_FLOOR = 0.01
"""Added to every value before the weighted product, in which a single 0 ends the comparison.

One hundredth of a scale [judgement]. It is added always, so that no site depends on another's 0.
"""

OWN = "siteselect"
"""Column of our own ranks, taken again over the same sites."""

_FEWEST_SITES = 2
_SET_DEPENDENT = "depends on which sites are compared"


@dataclass(frozen=True, slots=True)
class Opinions:
    """Ranks of the same complete sites by several methods, and how far they agree with ours.

    `ranks` has one row a site and one column a method, `siteselect` first (ties share the better
    rank). `agreement` has one row a method: `kendall_tau` (tau-b against our rank; NaN where all
    sites tie), `same_first` (whether the same sites are first) and `note`. `left_out` names the
    sites that could not be asked about and why. `note` says what holds for the whole table, or
    why it is empty.
    """

    ranks: pd.DataFrame
    agreement: pd.DataFrame
    left_out: tuple[tuple[str, str], ...]
    note: str


def second_opinions(
    values: pd.DataFrame, weights: pd.Series[float], shortlist: Sequence[str]
) -> Opinions:
    """Rank the complete sites of a shortlist by TOPSIS, VIKOR and the weighted product.

    Parameters
    ----------
    values : one row a site, one column a criterion [0..1]; NaN where unknown.
    weights : weight of each criterion; they sum to 1.
    shortlist : the sites to ask about.

    Raises
    ------
    InputError
        A site stands twice or is not among the values.
    """
    asked = _asked(values, shortlist)
    used = weights[weights > 0]
    cells = asked[used.index].astype("float64")
    unknown = cells.isna().sum(axis=1)
    left_out = tuple((str(site), _unknown_words(n)) for site, n in unknown.items() if n)
    complete = cells[unknown == 0]
    differing = (complete.max() - complete.min()) > TOLERANCE
    if len(complete) < _FEWEST_SITES:
        return _none(left_out, f"{len(complete)} of {len(asked)} sites complete; two are needed")
    if not differing.any():
        return _none(left_out, "the sites are equal on every criterion with a weight")
    whole = pd.Series(0.0, index=used.index), pd.Series(1.0, index=used.index)
    everyone = pd.Series(data=True, index=complete.index)
    own = rank(complete, used, *whole, everyone).table["rank"]
    matrix: Floats = complete.loc[:, differing].to_numpy(dtype=np.float64)
    pull: Floats = used[differing].to_numpy().astype(np.float64)
    ranks = pd.DataFrame({OWN: own})
    for name, (score, _) in METHODS.items():
        ranks[name] = competition_rank(score(matrix, pull))
    return Opinions(ranks.astype("Int64"), _agreement(ranks), left_out, _note(differing))


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


METHODS: Mapping[str, tuple[Callable[[Floats, Floats], Floats], str]] = MappingProxyType(
    {
        "topsis": (topsis_scores, f"vector scaling; {_SET_DEPENDENT}"),
        "vikor": (
            vikor_scores,
            f"order of Q with v = 0.5, without compromise set; {_SET_DEPENDENT}",
        ),
        "weighted_product": (
            product_scores,
            f"{PRODUCT_FLOOR} is added to every value, since a 0 would decide alone",
        ),
    }
)
"""Methods asked, each with its scores (more is better) and what its reader must know."""


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


def _agreement(ranks: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import kendalltau  # noqa: PLC0415 - slow to import, needed only here

    own = ranks[OWN].to_numpy(dtype=np.int64)
    rows = {}
    for name, (_, note) in METHODS.items():
        theirs = ranks[name].to_numpy(dtype=np.int64)
        tied = " and ".join(
            who for who, places in ((OWN, own), (name, theirs)) if places.max() == 1
        )
        rows[name] = {
            "kendall_tau": np.nan if tied else float(kendalltau(own, theirs).statistic),
            "same_first": bool(((own == 1) == (theirs == 1)).all()),
            "note": f"{note}; no tau, since all sites tie by {tied}" if tied else note,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("method")


def _note(differing: pd.Series[bool]) -> str:
    note = "Complete sites only. TOPSIS and VIKOR depend on the candidate set."
    level = [str(name) for name in differing.index[~differing]]
    if level:
        note += f" All these sites are equal on: {', '.join(level)}."
    return note


def _none(left_out: tuple[tuple[str, str], ...], note: str) -> Opinions:
    ranks = pd.DataFrame(columns=[OWN, *METHODS], index=pd.Index([], name="site_id"), dtype="Int64")
    agreement = pd.DataFrame(
        {
            "kendall_tau": pd.Series(dtype=float),
            "same_first": pd.Series(dtype=bool),
            "note": pd.Series(dtype=str),
        }
    ).rename_axis("method")
    return Opinions(ranks, agreement, left_out, f"No second opinion: {note}.")


def _asked(values: pd.DataFrame, shortlist: Sequence[str]) -> pd.DataFrame:
    faults = [
        Fault("shortlist", "a site is named twice", "Name it once.", value=site)
        for site, times in Counter(shortlist).items()
        if times > 1
    ]
    faults += [
        Fault("shortlist", "no such site", "Give ids of sites in this run.", value=site)
        for site in dict.fromkeys(shortlist)
        if site not in values.index
    ]
    faults += [
        Fault("values", "a site is named twice", "Give each its own id.", row=str(site))
        for site in values.index[values.index.duplicated()].unique()
    ]
    if faults:
        raise InputError(faults)
    return values.loc[list(shortlist)].rename_axis("site_id")


def _unknown_words(n: int) -> str:
    return f"{n} {'criterion' if n == 1 else 'criteria'} unknown"
