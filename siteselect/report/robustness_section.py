"""How firm the order is, for a reader: chances in words, and what to find out before money goes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from siteselect.charts.drawing import plain
from siteselect.charts.ranks import Strip, rank_strips
from siteselect.decision.next_check import checks, next_checks
from siteselect.decision.robustness import robustness_of
from siteselect.report.background import NAME_LETTERS
from siteselect.report.records import Cell, Figure, Plate, Section, Table
from siteselect.report.rounding import rounded

if TYPE_CHECKING:
    import pandas as pd

    from siteselect.assess import Assessment
    from siteselect.decision.next_check import NextChecks
    from siteselect.decision.robustness import Firmness
    from siteselect.report.wording import Say

CHARTED = 10
"""Sites and places of the chart."""
LISTED = 8
"""Most checks of the to-do list [judgement: what somebody may do before the next meeting]."""
FEW, MANY = 0.005, 0.995
"""Shares beyond which a per cent would be rounded to none or all."""
WORTH_NAMING = 0.02
"""Least difference of a weight that is named [judgement]."""
MOST_NAMED = 2


def robustness_section(assessment: Assessment, say: Say) -> Section:
    """Write down how often the leading sites come first, and what to check next.

    Parameters
    ----------
    assessment : the run.
    say : fixed wording.
    """
    found = robustness_of(assessment)
    if found is None:
        return Section((Cell(say("robustness.nobody")),))
    checked = next_checks(assessment)
    return Section(
        lines=tuple(Cell(line) for line in _lines(assessment, found, say)),
        plates=(Plate(_chart(assessment, found, say), _shares(assessment, found, say)),),
        notes=(_to_do_line(assessment, checked, say),),
        results=(_to_do(assessment, checked, say),) if len(checked.table) else (),
        closing=_closing(found, say),
    )


def robustness_lines(assessment: Assessment, site_id: str, say: Say) -> tuple[str, ...]:
    """Say on page one how often a site comes first, and whose weights favour it.

    Nothing for a site that a rule keeps out.
    """
    found = robustness_of(assessment)
    if found is None or site_id not in found.table.index:
        return ()
    row: Any = found.table.loc[site_id]
    told = say(
        "robustness.site_line",
        first=chance(row["first_both"], say),
        word=say(f"robustness.word.{row['word']}"),
        top=chance(row["top_both"], say),
        places=found.settings.places,
        draws=f"{found.settings.draws:,}",
    )
    return tuple(filter(None, (told, _favoured(assessment, found, site_id, say))))


def chance(share: float, say: Say) -> str:
    """Write a share of draws; what is not quite none or all is not rounded to it."""
    if share <= 0:
        return say("robustness.never")
    if share < FEW:
        return say("robustness.few")
    if share >= 1:
        return say("robustness.always")
    return say("robustness.nearly") if share > MANY else _whole(share)


def _whole(share: float) -> str:
    # Ten thousand draws find a share to within one per cent: decimals would be false precision.
    return f"{100 * share:.0f}\u00a0%"


def _lines(assessment: Assessment, found: Firmness, say: Say) -> tuple[str, ...]:
    first = str(found.table["first_both"].idxmax())
    row: Any = found.table.loc[first]
    lines = [
        say(
            "robustness.leader",
            name=_name(assessment, first),
            share=chance(row["first_both"], say),
            half=f"{100 * row['first_half']:.1f}",
            draws=f"{found.settings.draws:,}",
            word=say(f"robustness.word.{row['word']}"),
        )
    ]
    ahead = assessment.ranking.table["rank"] == 1
    if not ahead[first]:
        shown = str(ahead.index[ahead.fillna(False)][0])
        share = chance(float(found.table["first_both"][shown]), say)
        lines.append(say("robustness.other", name=_name(assessment, shown), share=share))
    key = _advice(1 - row["first_weights"], 1 - row["first_data"])
    weights, data = (chance(row[f"first_{mode}"], say) for mode in ("weights", "data"))
    lines.append(say(f"robustness.{key}", weights=weights, data=data))
    return tuple(lines)


def _advice(by_weights: float, by_data: float) -> str:
    if max(by_weights, by_data) < 1 - MANY:
        return "neither"
    return "argue" if by_weights > by_data else "measure"


def _chart(assessment: Assessment, found: Firmness, say: Say) -> Figure:
    sites = found.ranks.index[:CHARTED]
    places = min(CHARTED, found.ranks.shape[1])
    strips = []
    for site in sites:
        shares = found.ranks.loc[site].to_numpy()
        inside = shares[:places]
        rest = min(max(1.0 - float(inside.sum()), 0.0), 1.0)
        label = _name(assessment, str(site))
        strips.append(Strip(label, (*map(float, inside), rest)))
    svg = rank_strips(
        strips,
        title=say("robustness.chart_title", shown=len(sites)),
        axis=say("robustness.chart_axis"),
        later=say("robustness.later"),
    )
    return Figure(svg, say("robustness.chart_alt", shown=len(sites)), say("robustness.chart_text"))


def _shares(assessment: Assessment, found: Firmness, say: Say) -> Table:
    rows = []
    tell = partial(chance, say=say)
    for site, row in found.table.head(CHARTED).iterrows():
        expected = row["expected_rank"]
        rows.append(
            (
                Cell(_name(assessment, str(site))),
                Cell(tell(row["first_weights"])),
                Cell(tell(row["first_data"])),
                Cell(tell(row["first_both"]), note=say(f"robustness.word.{row['word']}")),
                Cell(tell(row["top_both"])),
                Cell(say("unknown") if np.isnan(expected) else f"{expected:.1f}"),
            )
        )
    heads = ("site", "weights", "data", "both", "top", "expected")
    words = (say(f"robustness.head.{head}", places=found.settings.places) for head in heads)
    return Table(say("robustness.caption"), tuple(words), tuple(rows))


def _to_do_line(assessment: Assessment, checked: NextChecks, say: Say) -> str:
    if not checked.asked:
        return say("robustness.nothing_open")
    if not len(checked.table):
        return say("robustness.nothing_matters", n=checked.asked, places=checked.places)
    row: Any = checked.table.iloc[0]
    return say(
        "robustness.to_do_line",
        what=_title(assessment, row),
        name=_name(assessment, row["site_id"]),
        who=_who(row, say),
        first=chance(row["chance_first"], say),
        idle=checked.idle,
        asked=checked.asked,
    )


def _to_do(assessment: Assessment, checked: NextChecks, say: Say) -> Table:
    rows = []
    for _, row in checked.table.head(LISTED).iterrows():
        titles = (assessment.criteria[name].title for name in row["criteria"])
        rows.append(
            (
                Cell(_title(assessment, row).capitalize(), note="; ".join(titles)),
                Cell(_name(assessment, row["site_id"])),
                Cell(_who(row, say)),
                Cell(_price(row, say)),
                Cell(chance(row["chance_first"], say)),
                Cell(chance(row["chance_top"], say)),
            )
        )
    heads = ("what", "site", "who", "price", "changes_first", "changes_top")
    words = (say(f"robustness.head.{head}", places=checked.places) for head in heads)
    return Table(say("robustness.to_do"), tuple(words), tuple(rows))


def _title(assessment: Assessment, row: pd.Series[Any]) -> str:
    check = checks().get(row["criteria"][0])
    return assessment.criteria[row["criteria"][0]].title if check is None else check.title


def _who(row: pd.Series[Any], say: Say) -> str:
    check = checks().get(row["criteria"][0])
    return say("robustness.holder") if check is None else check.who


def _price(row: pd.Series[Any], say: Say) -> str:
    check = checks().get(row["criteria"][0])
    if check is None:
        return say("unknown")
    (low, _, high), weeks = check.cost_gbp, check.weeks[1]
    return say("robustness.price", low=rounded(low), high=rounded(high), weeks=rounded(weeks))


def _favoured(assessment: Assessment, found: Firmness, site_id: str, say: Say) -> str:
    """Say which weights those draws had in which the site came first."""
    if site_id not in found.central.index:
        return ""
    central: pd.Series[float] = found.central.T[site_id]
    if central.isna().any():
        return ""
    moved = central - assessment.weights[central.index]
    parts = []
    for sign, key in ((1, "more"), (-1, "less")):
        named = (sign * moved).nlargest(MOST_NAMED)
        parts += [
            say(
                f"robustness.{key}",
                criterion=assessment.criteria[str(name)].title,
                central=_whole(central[str(name)]),
                stated=_whole(assessment.weights[str(name)]),
            )
            for name, size in named.items()
            if size >= WORTH_NAMING
        ]
    return say("robustness.favoured", parts="; ".join(parts)) if parts else ""


def _closing(found: Firmness, say: Say) -> tuple[str, ...]:
    settings = found.settings
    sure = settings.sureness
    by_number = settings.known == "stated" and not isinstance(sure, str)
    told = [
        say(
            "robustness.method",
            draws=f"{settings.draws:,}",
            seed=found.seed,
            known=say(
                f"robustness.known.{'spread' if by_number else settings.known}",
                sure=say(f"robustness.sure.{sure}") if isinstance(sure, str) else f"{sure:g}",
            ),
            unknown=found.unknown_cells,
            uncertain=found.uncertain_cells,
        ),
        say("robustness.words"),
        say("robustness.checks_text"),
    ]
    if found.uncertain.unstated:
        told.append(say("robustness.unstated", n=sum(found.uncertain.unstated.values())))
    if found.left_out:
        told.append(say("robustness.left_out", n=len(found.left_out)))
    if not found.in_full:
        told.append(say("robustness.part", n=len(found.ranks), places=settings.places))
    return tuple(told)


def _name(assessment: Assessment, site_id: str) -> str:
    return plain(assessment.sites.loc[site_id, "name"] or site_id, NAME_LETTERS)
