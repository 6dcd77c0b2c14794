"""Noise round one site for a reader: the windows that matter, octave by octave, and what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siteselect.charts.drawing import plain
from siteselect.design.soundscape import OCTAVES, receptor_table
from siteselect.report.background import NAME_LETTERS, readable
from siteselect.report.noise_figure import noise_figure
from siteselect.report.records import Cell, Plate, Section, Table
from siteselect.report.rounding import decibels, percent, with_unit
from siteselect.sound.propagation import EDITION
from siteselect.sound.rating import CAVEAT

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.report.wording import Say


def noise_section(assessment: Assessment, site_id: str, say: Say) -> Section:
    """Write down what the plant means at the windows round a site.

    Parameters
    ----------
    assessment : the run.
    site_id : the site.
    say : fixed wording.
    """
    site = assessment.sites.loc[site_id]
    layer = assessment.layers.get("noise_receptors")
    if layer is None:
        return Section((Cell(say("noise.no_layer")),))
    receptors = receptor_table(assessment.study, assessment.territory, site.geometry)
    tag = say("page.illustrative_tag") if layer.illustrative else ""
    if receptors.empty:
        search = with_unit(assessment.study.noise.search_m, "m")
        known = "nobody" if site["noise_covered"] else "not_covered"
        return Section((Cell(say(f"noise.{known}", search=search), tag=tag, tone="invented"),))
    figure = noise_figure(assessment, site_id, receptors, say)
    return Section(
        lines=(Cell(_sentence(site, say), tag=tag, tone="invented"),),
        plates=(Plate(figure, _windows(receptors, tag, say)),),
        results=(_octaves(receptors, tag, say), _measures(site, say)),
        closing=_closing(assessment, site, say),
    )


def _sentence(site: pd.Series[Any], say: Say) -> str:
    known = {
        "name": plain(site["receptor_name"] or site["receptor_id"], NAME_LETTERS),
        "kind": readable(site["receptor_kind"]),
        "distance": with_unit(float(site["receptor_m"]), "m"),
        "level": with_unit(float(site["receptor_level_dba"]), "dB(A)"),
    }
    margin = float(site["noise_margin_db"])
    if np.isnan(margin):
        return say("noise.sentence.no_limit", **known)
    spread = float(site["noise_uncertainty_db"])
    verdict = str(site["noise_verdict"])
    return say(
        f"noise.sentence.{verdict}",
        **known,
        margin=with_unit(abs(margin), "dB"),
        basis=plain(site["limit_basis"], NAME_LETTERS),
        spread=say("unknown") if np.isnan(spread) else with_unit(spread, "dB"),
    )


def _windows(receptors: pd.DataFrame, tag: str, say: Say) -> Table:
    """List the receptors with level, limit and margin; the numbers are those on the map."""
    rows = []
    for number, row in enumerate(receptors.to_dict("records"), start=1):
        screened = row["open_dba"] - row["level_dba"]
        note = say("noise.screened", taken=with_unit(screened, "dB")) if screened >= 1 else ""
        rows.append(
            (
                Cell(
                    f"{number} {plain(row['name'] or row['receptor_id'], NAME_LETTERS)}",
                    note=readable(row["kind"]),
                ),
                Cell(with_unit(row["distance_m"], "m")),
                Cell(with_unit(row["level_dba"], "dB(A)"), note=note),
                _level(row["limit_dba"], "dB(A)", say),
                _level(row["margin_db"], "dB", say, say(f"verdict.{row['verdict']}")),
            )
        )
    heads = ("receptor", "distance", "level", "limit", "margin")
    return Table(
        say("noise.windows"),
        tuple(say(f"noise.head.{head}") for head in heads),
        tuple(rows),
        tag=tag,
    )


def _octaves(receptors: pd.DataFrame, tag: str, say: Say) -> Table:
    rows = tuple(
        (
            Cell(f"{number} {plain(row['name'] or row['receptor_id'], NAME_LETTERS)}"),
            *(Cell(decibels(row[band])) for band in OCTAVES),
            Cell(decibels(row["level_dba"])),
        )
        for number, row in enumerate(receptors.to_dict("records"), start=1)
    )
    heads = (
        say("noise.head.receptor"),
        *(say("noise.octave", hz=band) for band in OCTAVES),
        say("noise.head.total"),
    )
    return Table(say("noise.octaves"), heads, rows, tag=tag, wide=True)


def _measures(site: pd.Series[Any], say: Say) -> Table:
    """Say what each measure alone would have to be for the limit to be met."""
    reduction = float(site["noise_reduction_db"])
    quieter = site["noise_quieter_set"]
    fits = {True: say("noise.sold"), False: say("noise.not_sold")}
    rows = (
        ("quieter", _need(reduction, "dB", say), fits.get(quieter, "") if reduction else ""),
        ("distance", _level(site["noise_setback_m"], "m", say), say("noise.open_ground")),
        ("wall", _wall(site, say), say("noise.open_ground")),
        ("night", _speed(site, say), say("noise.night_note")),
    )
    return Table(
        say("noise.measures"),
        (say("noise.head.measure"), say("noise.head.needed"), say("noise.head.note")),
        tuple((Cell(say(f"noise.measure.{key}")), cell, Cell(note)) for key, cell, note in rows),
    )


def _wall(site: pd.Series[Any], say: Say) -> Cell:
    height = float(site["noise_wall_m"])
    if np.isnan(height) and site["noise_reduction_db"] > 0:
        return Cell(say("noise.no_wall"))
    return _need(height, "m", say)


def _need(value: float, unit: str, say: Say) -> Cell:
    return Cell(say("noise.no_need")) if value == 0 else _level(value, unit, say)


def _speed(site: pd.Series[Any], say: Say) -> Cell:
    share = float(site["noise_fan_speed_share"])
    if np.isnan(share):
        return Cell(say("unknown"))
    return Cell(say("noise.no_need") if share == 1 else say("noise.speed", share=percent(share)))


def _level(value: float, unit: str, say: Say, note: str = "") -> Cell:
    return Cell(say("unknown") if pd.isna(value) else with_unit(float(value), unit), note=note)


def _closing(assessment: Assessment, site: pd.Series[Any], say: Say) -> tuple[str, ...]:
    pod = assessment.study.pod
    told = [
        say(
            "noise.state",
            power=with_unit(float(site["sound_power_dba"]), "dB(A)"),
            basis=say("noise.by_maker" if pod.sound_power_dba is not None else "noise.by_rule"),
        ),
    ]
    excess = [float(site[f"background_excess{end}_db"]) for end in ("_low", "", "_high")]
    if not np.isnan(excess).any():
        low, middle, high = (with_unit(value, "dB") for value in excess)
        told.append(
            say(
                "noise.background",
                low=low,
                middle=middle,
                high=high,
                basis=plain(site["background_basis"]),
                impact=site["noise_impact"],
                caveat=CAVEAT,
            )
        )
    generator = float(site["generator_level_dba"])
    if not np.isnan(generator):
        told.append(say("noise.generator", level=with_unit(generator, "dB(A)")))
    elif pod.generator_kwe > 0:
        told.append(say("noise.generator_unknown"))
    if site["noise_host"]:
        told.append(say("noise.host", name=plain(site["noise_host"], NAME_LETTERS)))
    screens = "noise_screens" in assessment.layers and assessment.study.noise.screening
    told.append(say("noise.with_screens" if screens else "noise.without_screens"))
    told.append(say("noise.method", edition=EDITION))
    return tuple(told)
