"""The command that builds a study of any place from public services."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siteselect.cli_options import EXIT_INPUT, AsJson, print_json

if TYPE_CHECKING:
    from siteselect.fetch.chain import Fetched
    from siteselect.fetch.request import Request

PAUSE_S = 1.0
CONTACT = "SITESELECT_CONTACT"
"""Environment variable with an address that services may write to."""


def fetch(  # noqa: PLR0913, PLR0917 - one parameter is one option of the command
    place: Annotated[
        str, typer.Argument(metavar="[PLACE]", help='Name of a place, or "latitude, longitude".')
    ] = "",
    study: Annotated[
        str, typer.Option("--study", help="Name of the study; left out, made from the place.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the study; left out, its name.")
    ] = None,
    around: Annotated[
        float | None, typer.Option("--around", help="A circle of so many km round the place.")
    ] = None,
    bbox: Annotated[
        str | None, typer.Option("--bbox", help="Box west,south,east,north in degrees.")
    ] = None,
    pbf: Annotated[
        Path | None, typer.Option("--pbf", help="OpenStreetMap extract to use for the map.")
    ] = None,
    weather: Annotated[
        Path | None, typer.Option("--weather", help="Weather file (EPW, PVGIS) to use.")
    ] = None,
    country: Annotated[
        str, typer.Option("--country", help="Country, where it cannot be found out.")
    ] = "",
    crs: Annotated[
        str, typer.Option("--crs", help="Projected CRS; left out, the country's or UTM.")
    ] = "",
    pod_kw: Annotated[float, typer.Option("--pod-kw", help="IT power of the pod in kW.")] = 100.0,
    margin_km: Annotated[
        float, typer.Option("--margin-km", help="How far beyond the area the map is kept.")
    ] = 2.0,
    grid_m: Annotated[
        float | None, typer.Option("--grid-m", help="Candidates on a grid too, so many m apart.")
    ] = None,
    operator: Annotated[
        list[str] | None,
        typer.Option("--operator", help="Network operator, where it is not to be looked up."),
    ] = None,
    refresh: Annotated[
        list[str] | None, typer.Option("--refresh", help="Step to repeat; may be repeated.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody; use files and what was kept.")
    ] = False,
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Folder in which replies are kept.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build a study of any place: boundary, map, grid, fibre, constraints, flood, weather.

    What does not come is left out and reported, with the cure. Run the same again to go on after
    an interruption.

    Example: siteselect fetch "Oakham, Rutland" --study oakham
    """
    from siteselect.console import working  # noqa: PLC0415 - seconds of imports
    from siteselect.fetch.chain import fetch as build  # noqa: PLC0415
    from siteselect.fetch.request import Request, parse_bbox, slug  # noqa: PLC0415
    from siteselect.fetch.services import addresses  # noqa: PLC0415

    name = slug(study or place or (pbf.name.split(".")[0] if pbf is not None else "box"))
    request = Request(
        name=name,
        place=place,
        around_km=around,
        bbox=None if bbox is None else parse_bbox(bbox),
        pbf=pbf,
        weather=weather,
        country=country,
        crs=crs,
        pod_kw=pod_kw,
        margin_km=margin_km,
        grid_m=grid_m,
        operators=tuple(operator or ()),
        offline=offline,
        refresh=tuple(refresh or ()),
    )
    folder = out or Path(name or "study")
    client = _client(cache or folder / "cache", request)
    with working() as progress:
        done = build(
            request,
            folder,
            client,
            today=date.today(),  # noqa: DTZ011 - the user's own calendar day
            urls=addresses(os.environ),
            progress=progress,
        )
    _tell(done, as_json=as_json)
    if done.faults:
        raise typer.Exit(EXIT_INPUT)


def _client(cache: Path, request: Request) -> Any:
    from siteselect import __version__  # noqa: PLC0415
    from siteselect.portals.web import Client  # noqa: PLC0415 - loads requests

    # OpenStreetMap's policies ask who is there, and how to reach them.
    contact = os.environ.get(CONTACT, "").encode("ascii", "ignore").decode().strip()
    agent = f"siteselect/{__version__} (site selection for micro data centres)"
    return Client(
        cache=cache,
        user_agent=f"{agent} {contact}" if contact.isprintable() and contact else agent,
        pause_s=PAUSE_S,
        offline=request.offline,
        refresh=bool(request.refresh),
    )


def _tell(done: Fetched, *, as_json: bool) -> None:
    from siteselect.console import plain  # noqa: PLC0415
    from siteselect.fetch.report import coverage  # noqa: PLC0415

    if as_json:
        report = done.report.with_suffix(".json").read_text(encoding="utf-8")
        print_json(json.loads(report))
        return
    for one in done.told:
        typer.echo(f"{one.title}: {plain(coverage(one), 200)}")
        for failure in one.entry.failures:
            said = f"{failure.asked}: {failure.reason}. {failure.cure}"
            typer.echo(f"  missing: {plain(said, 400)}")
        for notice in one.entry.notices:
            typer.echo(f"  note: {plain(notice, 400)}")
    for notice in done.notices:
        typer.echo(f"Note: {plain(notice, 400)}")
    for fault in done.faults:
        typer.echo(f"Fault: {plain(fault, 400)}", err=True)
    typer.echo(f"Study: {done.study}. Report: {done.report}")
    if not done.faults:
        typer.echo(f"Next: siteselect run {done.study} --out {done.study.parent / 'run'}")
