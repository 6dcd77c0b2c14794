"""The value of the next check: which answer could change the decision, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import yaml

from siteselect.decision.acceptability import half_width, least_scores, reaching
from siteselect.decision.drawn_values import drawn_values, part_of
from siteselect.decision.robustness import weights_of
from siteselect.decision.threads import DRAWS_AT_ONCE, in_threads
from siteselect.decision.uncertainty import uncertainty_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from siteselect.decision.drawn_values import DrawnValues, ValueRange
    from siteselect.decision.uncertainty import Assessed
    from siteselect.settings.robustness import Robustness

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Check:
    """Something that settles one or several criteria at one site.

    Costs in GBP and weeks are (low, middle, high), NaN where the catalogue does not know the check.
    """

    name: str
    title: str
    who: str
    cost_gbp: tuple[float, float, float]
    weeks: tuple[float, float, float]
    tag: str
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NextChecks:
    """What to find out next.

    `table` has one row a site and check whose answer could matter, the most chance for the money
    first: `site_id`, `check`, `criteria`, `chance_first` and `chance_top` (share of draws in which
    the answer, against what is counted today, changes who is first, or who is within the places),
    `first_half` and `top_half` (half of the 95 % interval), `cost_gbp`, `weeks` (middle),
    `chance_per_1000_gbp`. `cells` has the same chances for every cell by itself. `asked` counts the
    open cells, `idle` those that can change neither, whatever the answer.
    """

    table: pd.DataFrame
    cells: pd.DataFrame
    asked: int
    idle: int
    places: int
    draws: int


@cache
def checks() -> dict[str, Check]:
    """Read the shipped table of checks: criterion to the check that settles it."""
    text = files("siteselect.catalogue").joinpath("checks.yaml").read_text(encoding="utf-8")
    entries: dict[str, Any] = yaml.safe_load(text)["checks"]
    found: dict[str, Check] = {}
    for name, entry in entries.items():
        cost, weeks = (
            (float(entry[key]["low"]), float(entry[key]["mid"]), float(entry[key]["high"]))
            for key in ("cost_gbp", "weeks")
        )
        criteria = tuple(entry["criteria"])
        check = Check(name, entry["title"], entry["who"], cost, weeks, entry["tag"], criteria)
        found |= dict.fromkeys(criteria, check)
    return found


def check_of(criterion: str) -> Check:
    """Name the check that settles a criterion; one without costs where the catalogue has none."""
    nothing = (np.nan, np.nan, np.nan)
    other = Check(
        criterion, criterion, "whoever holds the data", nothing, nothing, "", (criterion,)
    )
    return checks().get(criterion, other)


def next_checks(assessment: Assessed, settings: Robustness | None = None) -> NextChecks:
    """Say which checks could change the decision, over all that is not sure.

    Every draw takes weights and all open cells; with all else as drawn, the answer of one check is
    put against what the ranking counts today (unknown at its worst, measured as measured). The same
    draws serve all checks. Cells that could not bring their site among the leading ones, were they
    and all other cells of the site at their best, are set aside beforehand.

    Parameters
    ----------
    assessment : the run.
    settings : other than the study's, to try.

    Raises
    ------
    StudyError, InputError
        The settings do not fit the criteria.
    """
    chosen = settings or assessment.study.robustness
    uncertain = uncertainty_of(assessment, chosen)
    data = drawn_values(uncertain.ranges, uncertain.shared, assessment.study.seed)
    rows = np.flatnonzero(assessment.eligible.to_numpy(dtype=bool))
    if not len(rows):
        return _nothing(chosen)
    eligible = part_of(data, rows)
    return _asked(eligible, rows, uncertain.ranges, weights_of(assessment, chosen), chosen.places)


def decision_changes(
    data: DrawnValues,
    counted: NDArray[np.float32],
    groups: NDArray[Any],
    weights: Floats,
    places: int,
) -> Floats:
    """Give the share of draws in which an answer changes who is first, and who is within places.

    Parameters
    ----------
    data : values of the sites, their cells sorted by site.
    counted : how far above its low end each cell is counted today.
    groups : number of the check that settles each cell; the cells of a check are neighbours and
        all at one site.
    weights : one row a draw.
    places : how many leading places count.

    Returns
    -------
    ndarray
        Two rows, first and within the places; one column a check.
    """
    if not len(groups):
        return np.zeros((2, 0))
    drawn = np.ascontiguousarray(weights, dtype=np.float32)
    begin = np.flatnonzero(np.diff(groups, prepend=groups[0] - 1))
    asked = (data.cells[0][begin], np.append(begin, len(groups)).astype(np.int64), counted)

    def count_some(starts: Iterator[int]) -> NDArray[np.int64]:
        from siteselect.decision import compiled  # noqa: PLC0415 - loads the compiler

        changed = np.zeros((2, len(begin)), dtype=np.int64)
        for at in starts:
            some = drawn[at : at + DRAWS_AT_ONCE]
            compiled.decided(data.low, some, data.cells, asked, at, places, changed)
        return changed

    counted_in = in_threads(count_some, range(0, len(drawn), DRAWS_AT_ONCE))
    return np.asarray(np.sum(counted_in, axis=0) / len(drawn))


def _asked(
    data: DrawnValues, rows: NDArray[np.int64], ranges: ValueRange, weights: Floats, places: int
) -> NextChecks:
    least = least_scores(data, weights, places + 1)
    near = np.flatnonzero(reaching(data, weights.astype(np.float32), least))
    part = part_of(data, near)
    sites, criteria = ranges.low.index[rows[near]], ranges.low.columns
    names = np.array([check_of(str(name)).name for name in criteria], dtype=object)
    ids = pd.factorize(names)[0]
    part, check = _by_check(part, ids)
    site, criterion = part.cells[0], part.cells[1]
    counted = (ranges.today - ranges.low).to_numpy()[rows[near][site], criterion]
    counted = counted.astype(np.float32)
    alone = decision_changes(part, counted, np.arange(len(site)), weights, places)
    together = decision_changes(part, counted, check, weights, places)
    starts = np.flatnonzero(np.diff(check, prepend=-1))
    spans = np.split(np.arange(len(site)), starts[1:]) if len(site) else []
    draws = len(weights)
    cells = _chances(sites[site], alone, draws).assign(criterion=criteria[criterion])
    table = _chances(sites[site[starts]], together, draws)
    table.insert(1, "check", [names[criterion[at]] for at in starts])
    table["criteria"] = [tuple(map(str, criteria[criterion[span]])) for span in spans]
    matters = (cells["chance_first"] > 0) | (cells["chance_top"] > 0)
    asked = len(data.cells[0])
    return NextChecks(
        table=_by_price(table),
        cells=cells,
        asked=asked,
        idle=asked - int(matters.sum()),
        places=places,
        draws=draws,
    )


def _by_check(data: DrawnValues, check: NDArray[np.int64]) -> tuple[DrawnValues, NDArray[np.int64]]:
    """Put the cells of one check at one site beside one another, and number the pairs."""
    site, criterion = data.cells[0], data.cells[1]
    order = np.lexsort((criterion, check[criterion], site))
    _, _, down, up, stream = data.cells
    cells = (site[order], criterion[order], down[order], up[order], stream[order])
    pair = site[order] * (check.max(initial=0) + 1) + check[criterion[order]]
    numbered = np.cumsum(np.diff(pair, prepend=pair[:1]) != 0)
    return replace(data, cells=cells), numbered.astype(np.int64)


def _chances(sites: pd.Index, shares: Floats, draws: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "site_id": sites.astype(str),
            "chance_first": shares[0],
            "first_half": half_width(shares[0], draws),
            "chance_top": shares[1],
            "top_half": half_width(shares[1], draws),
        }
    )


def _by_price(table: pd.DataFrame) -> pd.DataFrame:
    """Add what the checks cost, drop those that change nothing, most chance for the money first."""
    known: Mapping[str, Check] = {check.name: check for check in checks().values()}
    table = table[(table["chance_first"] > 0) | (table["chance_top"] > 0)]
    for column in ("cost_gbp", "weeks"):
        table = table.assign(
            **{
                column: [
                    getattr(known[name], column)[1] if name in known else np.nan
                    for name in table["check"]
                ]
            }
        )
    price = table["cost_gbp"] / 1000
    table = table.assign(
        chance_per_1000_gbp=table["chance_first"] / price, _top=table["chance_top"] / price
    )
    keys = ["chance_per_1000_gbp", "_top", "site_id", "check"]
    ordered = table.sort_values(keys, ascending=[False, False, True, True], na_position="last")
    return ordered.drop(columns="_top").reset_index(drop=True)


def _nothing(settings: Robustness) -> NextChecks:
    nobody = _chances(pd.Index([], dtype=object), np.zeros((2, 0)), settings.draws)
    table = nobody.assign(check=pd.Series(dtype=object), criteria=pd.Series(dtype=object))
    cells = nobody.assign(criterion=pd.Series(dtype=object))
    return NextChecks(_by_price(table), cells, 0, 0, settings.places, settings.draws)
