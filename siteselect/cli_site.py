"""The commands about one site or one pod."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from siteselect.cli_options import (
    AsJson,
    DataFolder,
    Preset,
    StudyFile,
    Weight,
    assessed,
    check_site,
    print_json,
    reweighed,
)
from siteselect.errors import Fault, StudyError

if TYPE_CHECKING:
    from siteselect.decision.explanation import Baseline


class From(StrEnum):
    """What the points of a site are counted from."""

    worst = "worst"
    median = "median"
    runner_up = "runner_up"


def explain(
    study: StudyFile,
    site: Annotated[str, typer.Argument(metavar="SITE", help="Identifier of a site.")],
    data: DataFolder = None,
    preset: Preset = None,
    weight: Weight = None,
    other: Annotated[
        str | None, typer.Option("--against", help="Second site: what would turn their order.")
    ] = None,
    baseline: Annotated[
        From, typer.Option("--baseline", help="What the points are counted from.")
    ] = From.worst,
    as_json: AsJson = False,
) -> None:
    """Say why a site ranks where it does, what is unknown, and which rules speak.

    Example: siteselect explain data/helsinki/study.yaml osm-way-4217295 --baseline runner_up
    """
    from siteselect.console import explanation, show_explanation, working  # noqa: PLC0415
    from siteselect.console_explain import (  # noqa: PLC0415
        compared,
        counted_from,
        show_compared,
        show_counted_from,
    )

    with working() as progress:
        assessment = reweighed(assessed(study, data, progress, opinions=False), preset, weight)
    check_site(assessment, site)
    counted = (
        None
        if baseline is From.worst
        else counted_from(assessment, site, cast("Baseline", baseline.value))
    )
    pair = None
    if other is not None:
        check_site(assessment, other)
        pair = compared(assessment, site, other)
    if as_json:
        more = {"counted_from": counted, "against": pair}
        told = {key: value for key, value in more.items() if value is not None}
        print_json(explanation(assessment, site) | told)
        return
    show_explanation(assessment, site)
    if counted is not None:
        show_counted_from(assessment, counted)
    if pair is not None:
        show_compared(assessment, pair)


def heat(
    study: StudyFile,
    site: Annotated[str, typer.Argument(metavar="SITE", help="Identifier of a site.")],
    data: DataFolder = None,
    hours: Annotated[
        Path | None, typer.Option("--hours", help="CSV file to write every hour of the year to.")
    ] = None,
    also: Annotated[
        list[str] | None, typer.Option("--also", help="Further sink to serve; may be repeated.")
    ] = None,
    pods: Annotated[int, typer.Option("--pods", help="Like pods on the site's sink.")] = 1,
    store_m3: Annotated[
        float, typer.Option("--store-m3", min=0, help="Hot-water store to try.")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Match the pod's heat with its sink by the hour: months, key figures, carbon.

    Example: siteselect heat data/helsinki/study.yaml osm-node-1380976609
    """
    from siteselect.console import working  # noqa: PLC0415
    from siteselect.console_heat import heat_told, hours_csv, show_heat  # noqa: PLC0415 - heavy
    from siteselect.design.heat_year import Scheme, heat_year  # noqa: PLC0415
    from siteselect.starter import write_text  # noqa: PLC0415

    with working() as progress:
        assessment = assessed(study, data, progress, opinions=False)
        check_site(assessment, site)
        scheme = Scheme(tuple(also or ()), pods, store_m3)
        year = heat_year(assessment.study, assessment.territory, assessment.sites, site, scheme)
    if isinstance(year, str):
        raise StudyError(
            Fault("SITE", f"no heat to match: {year}", "See the heat_sinks layer.", value=site)
        )
    if hours is not None:
        write_text(hours, hours_csv(year))
    if as_json:
        print_json(heat_told(year))
    else:
        show_heat(year)


def money(
    study: StudyFile,
    site: Annotated[str, typer.Argument(metavar="SITE", help="Identifier of a site.")],
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Work out what the pod costs and earns on a site: scenarios, tornado, cash flow.

    Example: siteselect money data/helsinki/study.yaml osm-node-1380976609
    """
    from siteselect.console import working  # noqa: PLC0415 - seconds of imports
    from siteselect.console_money import money_told, show_money  # noqa: PLC0415
    from siteselect.design.money_case import money_case  # noqa: PLC0415

    with working() as progress:
        assessment = assessed(study, data, progress, opinions=False)
        check_site(assessment, site)
        case = money_case(assessment.study, assessment.sites, site)
    if isinstance(case, str):
        cure = "Complete the layers; an unknown quantity cannot be appraised."
        raise StudyError(Fault("SITE", f"no money to work out: {case}", cure, value=site))
    if as_json:
        print_json(money_told(case))
    else:
        show_money(case)


def size(
    design: Annotated[
        str, typer.Option("--design", help="cpu_node, gpu_pod or storage_node.")
    ] = "cpu_node",
    form_factor: Annotated[
        str, typer.Option("--form", help="plant_room, leased_cabinet, rooftop or container.")
    ] = "container",
    it_kw: Annotated[float | None, typer.Option("--it-kw", help="Installed IT power.")] = None,
    steady_units: Annotated[
        float | None,
        typer.Option(
            "--steady", help="Cores, GPUs or TB in use at steady state, in place of it-kw."
        ),
    ] = None,
    recovery_time_min: Annotated[
        float | None, typer.Option("--recovery-min", help="Longest outage the workload accepts.")
    ] = None,
    summer_c: Annotated[
        float | None, typer.Option("--summer-c", help="Air that only 1 % of hours exceed.")
    ] = None,
    available_kva: Annotated[
        float | None, typer.Option("--available-kva", help="Most that the network can give.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Size a pod: servers, cooling, supply and place, with every step of the worksheet.

    Example: siteselect size --design gpu_pod --it-kw 100 --summer-c 30
    """
    from siteselect.console_pod import show_sizing, sizing_told  # noqa: PLC0415 - loads pydantic
    from siteselect.sizing.request import PodRequest  # noqa: PLC0415
    from siteselect.sizing.size import size_pod  # noqa: PLC0415

    sizing = size_pod(
        PodRequest(
            design=design,
            form_factor=form_factor,
            it_kw=it_kw,
            steady_units=steady_units,
            recovery_time_min=recovery_time_min,
            summer_c=summer_c,
            available_kva=available_kva,
        )
    )
    if as_json:
        print_json(sizing_told(sizing))
    else:
        show_sizing(sizing)
