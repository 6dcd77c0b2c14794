"""What a step of a fetch is, what it is given and what it leaves."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import shapely
from shapely.geometry import box

from siteselect.errors import Fault, SiteselectError, SourceError
from siteselect.fetch.country import Country
from siteselect.fetch.files import DATA, put_area, put_frame, sha256_of
from siteselect.fetch.journal import Failure, Kept
from siteselect.fetch.request import Request, line_of

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from siteselect.geo import Bounds
    from siteselect.portals.client import Client
    from siteselect.portals.fetched import Fetched

    Asking = Callable[[], Sequence[Fetched]]

Progress = Callable[[str], None]
Answer = TypeVar("Answer")
KM_A_DEGREE = 111.32
"""Length of a degree of latitude [km]."""
_STUMBLES = (ValueError, KeyError, TypeError, IndexError, AttributeError, ArithmeticError)
HEADROOMS = ("headroom_kva", "real_headroom_kw")


@dataclass(frozen=True, slots=True)
class Located:
    """The place once its boundary is known: its area in degrees, its title, where it lies."""

    area: BaseGeometry
    area_sha256: str
    title: str
    country: Country
    crs: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Context:
    """What every step may use.

    `client` answers from its cache alone when the request is offline. `urls` gives other addresses
    of providers. `where` is None before the boundary is known.
    """

    request: Request
    folder: Path
    today: str
    client: Client
    progress: Progress
    urls: Mapping[str, str] = field(default_factory=dict)
    where: Located | None = None

    @property
    def located(self) -> Located:
        """Give the place, which every step after the first has."""
        if self.where is None:
            raise RuntimeError("a step asked for the place before its boundary was fetched")
        return self.where

    def url(self, provider: str) -> str:
        """Give another address of a provider; empty where its own holds."""
        return self.urls.get(provider, "")


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a step got: files in their places, what did not come, and facts for later steps."""

    files: tuple[Kept, ...] = ()
    failures: tuple[Failure, ...] = ()
    notices: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to fetch.

    `asks` names the services, `key` what the answer depends on, `skips` why the step has nothing to
    do here (empty where it has). Without an essential step there is no study.
    """

    name: str
    title: str
    asks: str
    run: Callable[[Context], Parcel]
    key: Callable[[Context], Mapping[str, object]]
    skips: Callable[[Context], str] = lambda _: ""
    essential: bool = False


def failures_of(asked: str, error: SiteselectError) -> tuple[Failure, ...]:
    """Turn the faults of an error into what the report says did not come."""
    return tuple(
        Failure(
            asked=line_of(asked),
            reason=line_of(
                fault.problem if fault.value is None else f"{fault.problem} ({fault.value})"
            ),
            cure=line_of(fault.cure),
        )
        for fault in error.faults
    )


def gather(context: Context, asks: Mapping[str, tuple[str, Asking]], reach_km: float) -> Parcel:
    """Ask several services and keep what each gave; one that fails does not stop the others.

    Parameters
    ----------
    context : the request and the place.
    asks : word for the files' names to what is asked, in words, and the call that asks it.
    reach_km : how far from the area's box rows are kept.
    """
    files: list[Kept] = []
    failures: list[Failure] = []
    notices: list[str] = []
    for word, (asked, ask) in asks.items():
        context.progress(f"Asking {asked}")
        try:
            came = guarded(ask)
        except SiteselectError as error:
            failures += failures_of(asked, error)
            continue
        kept = [keep(context, f"{_file_word(got.layer)}-{word}", got, reach_km) for got in came]
        files += [file for file in kept if file is not None]
        notices += _told(came)
        if not any(kept):
            notices.append(f"{asked}: nothing was found here.")
    return Parcel(tuple(files), tuple(failures), tuple(notices))


def _told(came: Sequence[Fetched]) -> list[str]:
    lines = [f"{notice.topic}: {notice.text}" for got in came for notice in got.notices]
    return [line_of(line, 600) for line in dict.fromkeys(lines)]


def _file_word(layer: str) -> str:
    return layer.replace("_", "-")


def keep(context: Context, stem: str, got: Fetched, reach_km: float) -> Kept | None:
    """Write the rows of a layer and the area they cover; None where neither says anything."""
    near = box(*wider(context.located.area.bounds, reach_km))
    frame = got.frame[got.frame.geometry.intersects(near)]
    if frame.empty and got.covered is None:
        return None
    name, covers = f"{DATA}/{stem}.parquet", f"{DATA}/{stem}-covered.geojson"
    path = put_frame(context.folder, name, frame)
    put_area(context.folder, covers, shapely.Polygon() if got.covered is None else got.covered)
    return Kept(
        path=name,
        sha256=sha256_of(path),
        provenance=got.provenance,
        layers={got.layer: len(frame)},
        kinds=got.kinds,
        covers=covers,
        covers_sha256=sha256_of(context.folder / covers),
        levels=_words(frame, "level"),
        headroom=any(_known(frame, column) for column in HEADROOMS),
    )


def wider(bounds: Bounds, margin_km: float) -> Bounds:
    """Widen a box in degrees by a margin on every side."""
    west, south, east, north = bounds
    up = margin_km / KM_A_DEGREE
    middle = math.cos(math.radians(max(abs(south), abs(north))))
    aside = up / max(middle, 0.01)
    return (
        round(max(west - aside, -180.0), 6),
        round(max(south - up, -90.0), 6),
        round(min(east + aside, 180.0), 6),
        round(min(north + up, 90.0), 6),
    )


def box_km2(bounds: Bounds) -> float:
    """Measure a box in degrees [km²], within a few parts in a thousand."""
    west, south, east, north = bounds
    middle = math.cos(math.radians((south + north) / 2))
    return (east - west) * (north - south) * KM_A_DEGREE**2 * middle


def guarded(call: Callable[[], Answer]) -> Answer:
    """Call a reader of a service, whose answers nobody has tried here.

    Raises
    ------
    SourceError
        The service failed; or its answer was none that the reader knows, with what it stumbled on.
    """
    try:
        return call()
    except SiteselectError:
        raise
    except _STUMBLES as error:
        raise SourceError(
            Fault(
                "siteselect",
                f"an answer of a form it does not know ({type(error).__name__}: {line_of(error)})",
                "Tell the makers of siteselect; until then give the data as a file of your own.",
            )
        ) from error


def area_key(context: Context) -> dict[str, object]:
    """Give what most answers depend on: the area as it was fetched."""
    return {"area": context.located.area_sha256}


def _words(frame: gpd.GeoDataFrame, column: str) -> tuple[str, ...]:
    if column not in frame:
        return ()
    return tuple(sorted({str(word) for word in frame[column].dropna()} - {""}))


def _known(frame: gpd.GeoDataFrame, column: str) -> bool:
    return column in frame and bool(frame[column].notna().any())
