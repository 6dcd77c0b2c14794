"""A year of heat at one site for a reader: by month, by power, by week, and in key figures."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from siteselect import pod as pods
from siteselect.charts.drawing import plain
from siteselect.charts.heat import duration_curve, monthly_bars, week_lines
from siteselect.charts.heat_tables import (
    DAY_H,
    HeatWords,
    duration_table,
    duration_text,
    monthly_table,
    monthly_text,
    week_table,
)
from siteselect.report.background import NAME_LETTERS, TEXT_LETTERS, readable
from siteselect.report.heat_figures import energy, figures_table, power, share_of
from siteselect.report.records import Cell, Figure, Plate, Section, Table
from siteselect.report.rounding import rounded, with_unit

if TYPE_CHECKING:
    import pandas as pd

    from siteselect.assess import Assessment
    from siteselect.charts.axes import PlainTable
    from siteselect.design.heat_year import HeatYear
    from siteselect.report.wording import Say

WEEK_H = 7 * DAY_H
KWH_PER_MWH = 1000.0


def heat_section(
    assessment: Assessment, site_id: str, year: HeatYear | str, say: Say, *, brief: bool = False
) -> Section:
    """Write down a site's year of heat; where it is unknown, the reason and what to find out.

    Parameters
    ----------
    assessment : the run.
    site_id : the site.
    year : what `design.heat_year.heat_year` gives for that site.
    say : fixed wording.
    brief : whether to show the months only, without single hours and key figures.
    """
    site = assessment.sites.loc[site_id]
    layer = assessment.layers.get("heat_sinks")
    tag = say("page.illustrative_tag") if layer is not None and layer.illustrative else ""
    if isinstance(year, str):
        cooler = say("heat.cooler", rejection=power(pods.total_input_kw(assessment.study.pod)))
        return Section(_without(assessment, site, year, tag, say), closing=(cooler,))
    words = heat_words(say)
    lines = (
        Cell(_sentence(assessment, site, year, say), tag=tag, tone="invented"),
        *_lines(site, year, say),
    )
    months = _months(year, tag, words, say)
    if brief:
        return Section(lines, plates=(months,))
    return Section(
        lines=lines,
        plates=(
            months,
            _duration(year, tag, words, say),
            *_weeks(year, tag, words, say),
        ),
        results=(figures_table(year, tag, say),),
        closing=_closing(year, say),
    )


def heat_words(say: Say) -> HeatWords:
    """Give the charts of heat their words; the gaps in them are for the charts to fill."""
    told = {
        field.name: say(f"heat.words.{field.name}", unit="{unit}", hours="{hours}")
        for field in fields(HeatWords)
    }
    return HeatWords(**told)


def weeks_of(year: HeatYear) -> tuple[int, int] | None:
    """Find the weeks, Monday to Sunday, in which most and least heat is asked for.

    A week in which the clocks change is not looked at: its days have no 24 hours.

    Returns
    -------
    tuple or None
        Place of the first hour of both; the same twice where all weeks are alike.
    """
    hours = year.hours
    last = len(hours) - WEEK_H + 1
    starts = np.flatnonzero((hours.day_of_week == 0) & (hours.hour == 0))
    starts = starts[starts < last]
    ends = hours[starts + WEEK_H - 1]
    starts = starts[(ends.day_of_week == 6) & (ends.hour == DAY_H - 1)]  # noqa: PLR2004 - Sunday
    if not len(starts):
        return None
    # Rounded, so that noise in the last digits does not choose between weeks that are alike.
    sums = [round(float(year.demand_kw[at : at + WEEK_H].sum()), 3) for at in starts]
    return int(starts[np.argmax(sums)]), int(starts[np.argmin(sums)])


def _without(
    assessment: Assessment, site: pd.Series[Any], reason: str, tag: str, say: Say
) -> tuple[Cell, ...]:
    """Say why there is no year of heat; heat that no sink takes is known, and is dumped."""
    if "heat_sinks" not in assessment.layers:
        case = "no_layer"
    elif site["sink_in_reach"]:
        case = "no_demand"
    else:
        case = "no_cover" if np.isnan(site["heat_used_mwh_a"]) else "no_sink"
    gaps = {
        "reason": plain(reason, TEXT_LETTERS),
        "limit": with_unit(assessment.study.routing.pipe_limit_m, "m"),
        "offered": energy(pods.heat_offered_mwh_a(assessment.study.pod)),
    }
    told = [say(f"heat.without.{case}.{part}", **gaps) for part in ("reason", "find_out")]
    return (Cell(told[0], tag=tag, tone="invented"), Cell(told[1]))


def _sentence(assessment: Assessment, site: pd.Series[Any], year: HeatYear, say: Say) -> str:
    link, figures = year.match.links[0], year.figures
    way = (
        "direct" if year.match.direct[0].all() else "too_cool" if link.cop is None else "heat_pump"
    )
    return say(
        f"heat.sentence.{way}",
        offered=energy(figures.offered_mwh_a),
        sink=_sink(year),
        used=energy(figures.recovered_mwh_a),
        share=share_of(figures.recovered_mwh_a, figures.offered_mwh_a, say),
        supply=with_unit(float(site["sink_supply_c"]), "°C"),
        outlet=with_unit(assessment.study.pod.outlet_c, "°C"),
        dumped=rounded(figures.dumped_h, 4),
        hours=rounded(len(year.hours), 4),
    )


def _lines(site: pd.Series[Any], year: HeatYear, say: Say) -> tuple[Cell, ...]:
    basis = year.weather_basis
    weather = Cell(
        say(f"heat.weather.{'made' if basis == 'modelled' else 'given'}"),
        note=say("heat.weather.source", source=plain(year.weather, TEXT_LETTERS)),
        tag=say(f"basis.{basis}"),
        tone="invented" if basis == "illustrative" else "conditional",
    )
    demand = say(
        "heat.demand",
        demand=energy(float(year.demand_kw.sum()) / KWH_PER_MWH),
        basis=readable(site["sink_demand_basis"] or say("unknown")),
    )
    lifted = (year.match.heat_pump_kwe > 0).any()
    return (Cell(f"{demand} {say('heat.lifted')}" if lifted else demand), weather)


def _months(year: HeatYear, tag: str, words: HeatWords, say: Say) -> Plate:
    names = say.parts("months_short")
    labels = [names[int(str(month)[-2:]) - 1] for month in year.months.index]
    columns = ("offered_kwh", "recovered_kwh", "dumped_kwh")
    series = [year.months[column].to_numpy() / KWH_PER_MWH for column in columns]
    title = say("heat.months.title", sink=_sink(year))
    heads, rows = monthly_table(labels, *series, words=words)
    asked = [energy(value / KWH_PER_MWH, bare=True) for value in year.months["demand_kwh"]]
    table = Table(
        caption=say("heat.months.caption"),
        heads=(*heads, say("heat.months.asked")),
        rows=tuple((*map(Cell, row), Cell(need)) for row, need in zip(rows, asked, strict=True)),
        tag=tag,
    )
    svg = monthly_bars(labels, *series, title=title, words=words)
    alt = say("heat.alt", title=title, said=monthly_text(labels, *series, words=words))
    return Plate(Figure(svg, alt, say("heat.months.text")), table)


def _duration(year: HeatYear, tag: str, words: HeatWords, say: Say) -> Plate:
    series = (year.offered_kw, year.demand_kw, year.used_kw)
    title = say("heat.duration.title", sink=_sink(year))
    svg = duration_curve(*series, title=title, words=words)
    alt = say("heat.alt", title=title, said=duration_text(*series, words=words))
    told = duration_table(*series, words=words)
    return Plate(
        Figure(svg, alt, say("heat.duration.text")),
        _table(told, say("heat.duration.caption"), tag),
    )


def _weeks(year: HeatYear, tag: str, words: HeatWords, say: Say) -> tuple[Plate, ...]:
    found = weeks_of(year)
    if found is None:
        return ()
    if found[0] == found[1]:
        return (_week(year, found[0], "alike", tag, words, say),)
    return tuple(
        _week(year, start, which, tag, words, say)
        for start, which in zip(found, ("most", "least"), strict=True)
    )


def _week(year: HeatYear, start: int, which: str, tag: str, words: HeatWords, say: Say) -> Plate:
    part = slice(start, start + WEEK_H)
    hours, days, months = year.hours[part], say.parts("weekdays_short"), say.parts("months")
    labels = [f"{days[hour.day_of_week]} {hour.day}" for hour in hours]
    series = (year.offered_kw[part], year.demand_kw[part], year.used_kw[part])
    span = say(
        "heat.week.span",
        first=f"{hours[0].day} {months[hours[0].month - 1]}",
        last=f"{hours[-1].day} {months[hours[-1].month - 1]}",
    )
    title = say(f"heat.week.{which}", span=span)
    svg = week_lines(labels, *series, title=title, words=words)
    alt = say("heat.alt", title=title, said=duration_text(*series, words=words))
    told = week_table(labels, *series, words=words)
    return Plate(Figure(svg, alt, title), _table(told, say("heat.week.caption", span=span), tag))


def _closing(year: HeatYear, say: Say) -> tuple[str, ...]:
    figures = year.figures
    lines = [say("heat.cooler", rejection=power(float(year.match.rejection_kw[0])))]
    if figures.recovered_mwh_a > 0:
        lines.append(
            say(
                "heat.host_closes",
                offered=energy(figures.offered_mwh_a),
                fuel=energy(figures.fuel_avoided_mwh_a),
            )
        )
    return (*lines, say("heat.rounding"))


def _sink(year: HeatYear) -> str:
    return plain(year.sink_name or year.sink_id, NAME_LETTERS)


def _table(told: PlainTable, caption: str, tag: str) -> Table:
    heads, rows = told
    return Table(caption, heads, tuple(tuple(map(Cell, row)) for row in rows), tag=tag)
