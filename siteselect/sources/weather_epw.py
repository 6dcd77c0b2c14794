"""Weather files: EPW, and the typical years of PVGIS as CSV or JSON."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Mapping
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pandas as pd

from siteselect.contracts import Source
from siteselect.errors import Fault, InputError, SourceError
from siteselect.heat.weather import HOURS, Weather, in_time_zone
from siteselect.settings.limits import USUAL, Limits

if TYPE_CHECKING:
    import geopandas as gpd

SOURCE = Source(
    name="weather_epw",
    title="Weather file (EPW, PVGIS)",
    endings=(".epw",),
    licence="as the file's publisher states",
    meaning="One typical or real year of weather by the hour.",
)

COMMON_YEAR = 2023
"""Calendar onto which a typical year is laid: a common year, its weekdays those of 2023."""
_EPW_HEADER_ROWS = 8
_EPW_COLUMNS = (22, 35)
_COLUMNS = {
    "temp_air": ("temperature_c", 1.0),
    "relative_humidity": ("humidity_share", 0.01),
    "wind_speed": ("wind_m_s", 1.0),
    "ghi": ("irradiance_w_m2", 1.0),
}
"""pvlib's name to ours, and what to multiply by."""
_SUPERSATURATED_SHARE = 1.10
_BROKEN = (
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What pvlib and pandas raise when a file is not what it says it is."""


def read(
    path: Path,
    layer: str,
    tags: Mapping[str, tuple[str, ...]] | None = None,
    table: str | None = None,
    limits: Limits = USUAL,
) -> gpd.GeoDataFrame:
    """Refuse a weather file that is listed as a layer.

    Raises
    ------
    SourceError
        Always: weather has no shapes.
    """
    del tags, table, limits
    raise SourceError(
        Fault(
            str(path),
            f"a weather file cannot be the layer {layer!r}",
            "Name it as the weather of the study.",
        )
    )


def read_weather(path: Path, time_zone: str | None = None) -> Weather:
    """Read a year of weather from an EPW file or a typical year of PVGIS (CSV, JSON).

    A file whose hours all belong to one year keeps that year; a typical year, put together from
    months of many, is laid on `COMMON_YEAR`. A file must hold 8760 hours, or 8784 with a
    29 February. Hours are beginnings of hours in the standard time of the file, or on the civil
    clock when a time zone is given. A relative humidity of up to 110 % is taken as 100 %.

    Parameters
    ----------
    path : file ending in .epw, .csv or .json.
    time_zone : civil time zone to show the year in, for example Europe/London.

    Raises
    ------
    SourceError
        The file cannot be read, or is not such a file.
    InputError
        Hours or values are missing or beyond belief: all of them.
    """
    text = _text(path)
    ending = path.suffix.lower()
    if ending == ".epw":
        frame, place, zone = _epw(path, text)
    elif ending in {".csv", ".json"}:
        frame, place, zone = _pvgis(path, text, ending[1:])
    else:
        _refuse(path, "not a weather file by its ending", value=path.suffix)
    weather = _weather(path, frame, place, zone)
    return weather if time_zone is None else in_time_zone(weather, time_zone)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        _refuse(path, f"cannot be read: {error.strerror or error}")
    if not content.strip():
        _refuse(path, "the file is empty")
    if b"\x00" in content:
        _refuse(path, "holds binary data; unpack it first if it is an archive")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Station names in older files are in Latin 1, which decodes anything.
        text = content.decode("latin-1")
    if text.lstrip()[:1] == "<":
        _refuse(path, "is a web page, not the weather file that its link promised")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _epw(path: Path, text: str) -> tuple[pd.DataFrame, str, timezone]:
    from pvlib.iotools import read_epw  # noqa: PLC0415  (heavy, and needed here only)

    lines = text.split("\n")
    if not lines[0].upper().startswith("LOCATION,"):
        _refuse(path, "does not begin with LOCATION", row=1, value=lines[0])
    if len(lines) > _EPW_HEADER_ROWS and not lines[7].upper().startswith("DATA PERIODS"):
        _refuse(path, "has no DATA PERIODS in row 8", row=8, value=lines[7])
    few, many = _EPW_COLUMNS
    faults = [
        Fault(str(path), f"{count} cells, not {few} to {many}", "Fetch the file again.", row=number)
        for number, line in enumerate(lines[_EPW_HEADER_ROWS:], start=_EPW_HEADER_ROWS + 1)
        if line.strip() and not few <= (count := line.count(",") + 1) <= many
    ]
    if faults:
        raise SourceError(faults)
    # Older files end before the last columns, of which none is needed here; pvlib wants all.
    rows = [
        line + "," * (many - 1 - line.count(","))
        for line in lines[_EPW_HEADER_ROWS:]
        if line.strip()
    ]
    _whole_year(path, len(rows))
    try:
        with warnings.catch_warnings():
            # A word among the numbers is reported below, with its hour.
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            data, meta = read_epw(io.StringIO("\n".join([*lines[:_EPW_HEADER_ROWS], *rows, ""])))
        parts = data[["year", "month", "day", "hour"]].astype("int64").reset_index(drop=True)
        data.index = pd.DatetimeIndex(pd.to_datetime(parts.assign(hour=parts["hour"] - 1)))
        zone = timezone(timedelta(hours=float(meta["TZ"])))
        place = f"{meta['city']} ({meta['data_type']})"
    except _BROKEN as error:
        _refuse(path, f"not an EPW file: {error}")
    return data, place, zone


def _pvgis(path: Path, text: str, kind: str) -> tuple[pd.DataFrame, str, timezone]:
    from pvlib.iotools import read_pvgis_tmy  # noqa: PLC0415  (heavy, and needed here only)

    try:
        if kind == "json":
            _whole_year(path, len(json.loads(text)["outputs"]["tmy_hourly"]))
            data, meta = read_pvgis_tmy(io.StringIO(text), pvgis_format=kind)
        else:
            _whole_year(path, sum(_is_pvgis_hour(line) for line in text.split("\n")))
            data, meta = read_pvgis_tmy(io.BytesIO(text.encode()), pvgis_format=kind)
        inputs = meta["inputs"]
        where = inputs.get("location", inputs)
        place = f"PVGIS at {float(where['latitude']):.3f}, {float(where['longitude']):.3f}"
    except _BROKEN as error:
        _refuse(path, f"not a typical year of PVGIS: {type(error).__name__} {error}")
    data.index = data.index.tz_localize(None).floor("h")
    return data, place, UTC


def _is_pvgis_hour(line: str) -> bool:
    return line[:8].isdigit() and line[8:9] == ":"


def _whole_year(path: Path, hours: int) -> None:
    if hours not in HOURS:
        _refuse(path, f"holds {hours} hours, not the 8760 (or 8784) of one year")


def _weather(path: Path, frame: pd.DataFrame, place: str, zone: timezone) -> Weather:
    missing = [name for name in _COLUMNS if name not in frame.columns]
    if missing:
        _refuse(path, f"has no column for {', '.join(missing)}")
    index, typical = _calendar(path, pd.DatetimeIndex(frame.index), zone)
    values = {}
    for name, (ours, factor) in _COLUMNS.items():
        numbers = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64) * factor
        if ours == "humidity_share":
            moist = (numbers > 1.0) & (numbers <= _SUPERSATURATED_SHARE)
            numbers = np.where(moist, 1.0, numbers)
        values[ours] = numbers
    # One year on every stamp may still be a typical year that someone stamped so.
    kind = "months of several years" if typical else f"hours stamped {index[0].year}"
    return Weather(
        index=index,
        source=f"{path.name}: {place}, {kind}",
        basis="published",
        **values,
    )


def _calendar(
    path: Path, stamps: pd.DatetimeIndex, zone: timezone
) -> tuple[pd.DatetimeIndex, bool]:
    years = np.unique(stamps.year)
    leap_day = bool(((stamps.month == 2) & (stamps.day == 29)).any())  # noqa: PLR2004  (29 Feb)
    real = len(years) == 1 and leap_day == bool(stamps.is_leap_year[0])
    year = int(years[0]) if real else COMMON_YEAR + (1 if leap_day else 0)
    index = pd.date_range(f"{year}-01-01", periods=len(stamps), freq="h", tz=zone)
    wall = index.tz_localize(None)
    same = (wall.month == stamps.month) & (wall.day == stamps.day) & (wall.hour == stamps.hour)
    faults = [
        Fault(
            str(path),
            f"the hour {wall[int(hour)]:%d %b %H:00} is missing or out of order",
            "Give every hour of the year once, in order, without summer time.",
            row=int(hour) + 1,
            value=f"{stamps[int(hour)]:%Y-%m-%d %H:00}",
        )
        for hour in np.flatnonzero(~same)
    ]
    if faults:
        raise InputError(faults)
    return index, not real


def _refuse(
    path: Path, problem: str, *, row: int | None = None, value: str | None = None
) -> NoReturn:
    raise SourceError(
        Fault(
            str(path),
            problem,
            "Give an EPW file, or a typical year (TMY) of PVGIS as CSV or JSON, complete.",
            row=row,
            value=value,
        )
    )
