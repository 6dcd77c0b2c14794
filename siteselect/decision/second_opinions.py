"""What other decision methods make of the shortlist, mostly through scikit-criteria.

They answer one question: does the order depend on the method? Nothing unknown reaches them: its
VIKOR drops a whole criterion, without a word, for one unknown cell.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteselect.decision.method_scores import METHODS
from siteselect.decision.outranking import classes
from siteselect.decision.ranking import TOLERANCE, Floats, competition_rank, rank
from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN = "siteselect"
"""Column of our own ranks, taken again over the same sites."""

TOP = 10
"""Places whose sites are compared between two orders."""

_FEWEST_SITES = 2


@dataclass(frozen=True, slots=True)
class Opinions:
    """Ranks of the same complete sites by several methods, and how far they agree with ours.

    `ranks` has one row a site and one column a method, `siteselect` first (ties share the better
    rank). `agreement` has one row a method: `kendall_tau` (tau-b against our rank; NaN where all
    sites tie), `same_first` (whether the same sites are first), `top_10_overlap` (share of the
    first ten that both orders name; NaN where there are no more than ten), `set_dependent` (another
    candidate could change it) and `note`. `left_out` names the sites that could not be asked about
    and why. `note` says what holds for the whole table, or why it is empty. `classes` has one row
    for every site asked, unknowns or not: the lowest and highest class it may belong to, and how
    many of its criteria are unknown (see `outranking.classes`).
    """

    ranks: pd.DataFrame
    agreement: pd.DataFrame
    left_out: tuple[tuple[str, str], ...]
    note: str
    classes: pd.DataFrame


def second_opinions(
    values: pd.DataFrame,
    weights: pd.Series[float],
    shortlist: Sequence[str],
    unknown_low: pd.Series[float] | None = None,
    unknown_high: pd.Series[float] | None = None,
    veto: pd.Series[float] | None = None,
) -> Opinions:
    """Rank the complete sites of a shortlist by every method, and sort all of it into classes.

    Parameters
    ----------
    values : one row a site, one column a criterion [0..1]; NaN where unknown.
    weights : weight of each criterion; they sum to 1.
    shortlist : the sites to ask about.
    unknown_low, unknown_high : per criterion, the range of values assumed where it is unknown; left
        out, the whole scale. Only the classes look at them.
    veto : per criterion, the shortfall from a class that nothing makes up for; NaN for none.

    Raises
    ------
    InputError
        A site stands twice or is not among the values, or a veto cannot be one.
    """
    asked = _asked(values, shortlist)
    low = pd.Series(0.0, index=weights.index) if unknown_low is None else unknown_low
    high = pd.Series(1.0, index=weights.index) if unknown_high is None else unknown_high
    ranks, left_out, note = _ranks(asked, weights)
    return Opinions(
        ranks=ranks,
        agreement=_agreement(ranks),
        left_out=left_out,
        note=note,
        classes=classes(asked, weights, low, high, veto),
    )


def _ranks(
    asked: pd.DataFrame, weights: pd.Series[float]
) -> tuple[pd.DataFrame, tuple[tuple[str, str], ...], str]:
    used = weights[weights > 0]
    cells = asked[used.index].astype("float64")
    unknown = cells.isna().sum(axis=1)
    left_out = tuple((str(site), _unknown_words(n)) for site, n in unknown.items() if n)
    complete = cells[unknown == 0]
    differing = (complete.max() - complete.min()) > TOLERANCE
    nobody = pd.DataFrame(columns=[OWN, *METHODS], index=asked.index[:0], dtype="Int64")
    if len(complete) < _FEWEST_SITES:
        why = f"{len(complete)} of {len(asked)} sites complete; two are needed"
        return nobody, left_out, f"No second opinion: {why}."
    if not differing.any():
        why = "the sites are equal on every criterion with a weight"
        return nobody, left_out, f"No second opinion: {why}."
    whole = pd.Series(0.0, index=used.index), pd.Series(1.0, index=used.index)
    everyone = pd.Series(data=True, index=complete.index)
    own = rank(complete, used, *whole, everyone).table["rank"]
    matrix: Floats = complete.loc[:, differing].to_numpy(dtype=np.float64)
    pull: Floats = used[differing].to_numpy().astype(np.float64)
    ranks = pd.DataFrame({OWN: own})
    for name, method in METHODS.items():
        ranks[name] = competition_rank(method.score(matrix, pull))
    return ranks.astype("Int64"), left_out, _note(differing)


def _agreement(ranks: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import kendalltau  # noqa: PLC0415 - slow to import, needed only here

    columns: dict[str, list[Any]] = {
        "kendall_tau": [],
        "same_first": [],
        "top_10_overlap": [],
        "set_dependent": [],
        "note": [],
    }
    asked = METHODS if len(ranks) else {}
    own = ranks[OWN].to_numpy(dtype=np.int64)
    for name, method in asked.items():
        theirs = ranks[name].to_numpy(dtype=np.int64)
        tied = " and ".join(
            who for who, places in ((OWN, own), (name, theirs)) if places.max() == 1
        )
        tau = np.nan if tied else float(kendalltau(own, theirs).statistic)
        note = f"{method.note}; no tau, since all sites tie by {tied}" if tied else method.note
        row = (
            tau,
            bool(((own == 1) == (theirs == 1)).all()),
            _overlap(own, theirs),
            method.set_dependent,
            note,
        )
        for column, cell in zip(columns.values(), row, strict=True):
            column.append(cell)
    types = {"kendall_tau": float, "same_first": bool, "top_10_overlap": float}
    table = pd.DataFrame(columns, index=pd.Index(list(asked), name="method", dtype=str))
    return table.astype(types | {"set_dependent": bool})


def _overlap(own: npt.NDArray[np.int64], theirs: npt.NDArray[np.int64]) -> float:
    if len(own) <= TOP:
        return float("nan")
    ours, others = own <= TOP, theirs <= TOP
    return float((ours & others).sum() / max(ours.sum(), others.sum()))


def _note(differing: pd.Series[bool]) -> str:
    note = "Complete sites only. All but the weighted product depend on the candidate set."
    level = [str(name) for name in differing.index[~differing]]
    if level:
        note += f" All these sites are equal on: {', '.join(level)}."
    return note


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
