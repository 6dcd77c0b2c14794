"""Weather files: EPW and PVGIS as they are, and every way in which they are not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siteselect.errors import InputError, SourceError
from siteselect.sources.registry import read_any
from siteselect.sources.weather_epw import read_weather

REAL = Path(__file__).parents[1] / ".." / "shared" / "data" / "cardiff-weather"
HEADER = (
    "LOCATION,Testholm,-,FIN,made up,000000,60.2,24.9,{zone},10.0",
    "DESIGN CONDITIONS,0",
    "TYPICAL/EXTREME PERIODS,0",
    "GROUND TEMPERATURES,0",
    "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
    "COMMENTS 1,made up",
    "COMMENTS 2,made up",
    "DATA PERIODS,1,1,Data,Sunday,1/ 1,12/31",
)


def stamps(year: int) -> pd.DatetimeIndex:
    return pd.date_range(f"{year}-01-01", f"{year + 1}-01-01", freq="h", inclusive="left")


def epw_lines(
    year: int = 2021, zone: str = "2.0", typical: bool = False, tail: int = 13
) -> list[str]:
    """Write an EPW whose temperature is the number of its hour over a thousand."""
    rows = []
    for number, stamp in enumerate(stamps(year)):
        shown = 1990 + stamp.month if typical else stamp.year
        cells = [shown, stamp.month, stamp.day, stamp.hour + 1, 0, "?9", number / 1000, 2.0, 81]
        cells += [101325, 0, 0, 290, number % 800, 0, 0, 0, 0, 0, 0, 180, 3.5] + [0] * tail
        rows.append(",".join(map(str, cells)))
    return [*(line.format(zone=zone) for line in HEADER), *rows]


def write(folder: Path, lines: list[str], name: str = "made.epw") -> Path:
    file = folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def pvgis_rows() -> list[str]:
    return [
        f"{stamp:%Y%m%d}:{stamp:%H}00,{number / 1000},81.0,{number % 800}.0,"
        "0,0,300.0,3.5,180.0,101325.0"
        for number, stamp in enumerate(stamps(2011))
    ]


def pvgis_csv(rows: list[str]) -> str:
    head = ["Latitude (decimal degrees): 60.200", "Longitude (decimal degrees): 24.900"]
    head += ["Elevation (m): 10.0", "Irradiance Time Offset (h): 0.1761", "month,year"]
    head += [f"{month},2011" for month in range(1, 13)]
    head += ["time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP"]
    return "\r\n".join([*head, *rows, "", "T2m: 2-m air temperature (degree Celsius)", ""])


def pvgis_json() -> dict[str, object]:
    names = ["time(UTC)", "T2m", "RH", "G(h)", "Gb(n)", "Gd(h)", "IR(h)", "WS10m", "WD10m", "SP"]
    hours = []
    for row in pvgis_rows():
        first, *rest = row.split(",")
        hours.append(dict(zip(names, [first, *map(float, rest)], strict=True)))
    where = {"latitude": 60.2, "longitude": 24.9, "elevation": 10.0}
    return {
        "inputs": {"location": where},
        "outputs": {"months_selected": [], "tmy_hourly": hours},
        "meta": {"inputs": {"location": {}}},
    }


def test_t13_cardiff() -> None:
    file = next(iter(sorted(REAL.glob("*.epw"))), None)
    if file is None:
        pytest.skip("needs ../shared/data/cardiff-weather, which is not in the repository")
    weather = read_weather(file, "Europe/London")
    assert len(weather.index) == 8760
    assert weather.temperature_c.mean() == pytest.approx(11.26, abs=0.005)
    assert weather.temperature_c.min() == pytest.approx(-2.4)
    assert weather.temperature_c.max() == pytest.approx(29.5)
    assert weather.irradiance_w_m2.sum() / 1000 == pytest.approx(1079, abs=1)
    assert "Cardiff" in weather.source
    june = weather.irradiance_w_m2[weather.index.month == 6].reshape(-1, 24).mean(axis=0)
    assert june.argmax() in {12, 13}


@pytest.mark.parametrize(("year", "hours"), [(2021, 8760), (2024, 8784)])
def test_an_epw_of_one_year_keeps_it(tmp_path: Path, year: int, hours: int) -> None:
    weather = read_weather(write(tmp_path, epw_lines(year)))
    assert len(weather.index) == hours
    assert weather.index[0].isoformat() == f"{year}-01-01T00:00:00+02:00"
    assert weather.temperature_c[77] == pytest.approx(0.077)
    assert weather.humidity_share[0] == pytest.approx(0.81)
    assert weather.wind_m_s[0] == 3.5
    assert weather.irradiance_w_m2[799] == 799
    assert weather.basis == "published"


def test_a_typical_year_is_laid_on_a_common_year(tmp_path: Path) -> None:
    weather = read_weather(write(tmp_path, epw_lines(typical=True)))
    assert set(weather.index.year) == {2023}
    assert "several years" in weather.source


def test_a_leap_year_without_its_leap_day_is_a_typical_year(tmp_path: Path) -> None:
    lines = [line for line in epw_lines(2024) if not line.startswith("2024,2,29,")]
    assert len(read_weather(write(tmp_path, lines)).index) == 8760


@pytest.mark.parametrize(("zone", "offset"), [("-3.5", "-03:30"), ("0.0", "+00:00")])
def test_the_file_s_standard_time_is_kept(tmp_path: Path, zone: str, offset: str) -> None:
    weather = read_weather(write(tmp_path, epw_lines(zone=zone)))
    assert weather.index[0].isoformat() == f"2021-01-01T00:00:00{offset}"


def test_old_files_with_fewer_columns_and_other_line_ends_are_read(tmp_path: Path) -> None:
    file = tmp_path / "OLD.EPW"
    text = "\r\n".join(epw_lines(tail=10)).replace("Testholm", "Sk\u00f6vde")
    file.write_bytes(text.encode("latin-1"))
    weather = read_weather(file)
    assert len(weather.index) == 8760
    assert "Sk\u00f6vde" in weather.source


def test_supersaturated_air_is_saturated(tmp_path: Path) -> None:
    lines = epw_lines()
    lines[8] = lines[8].replace(",2.0,81,", ",2.0,104,")
    assert read_weather(write(tmp_path, lines)).humidity_share[0] == 1.0


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_pvgis_is_read_and_shown_on_the_civil_clock(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"tmy.{kind}"
    text = pvgis_csv(pvgis_rows()) if kind == "csv" else json.dumps(pvgis_json())
    file.write_text(text, encoding="utf-8", newline="")
    weather = read_weather(file)
    assert weather.index[0].isoformat() == "2011-01-01T00:00:00+00:00"
    assert weather.temperature_c[77] == pytest.approx(0.077)
    assert weather.humidity_share[5] == pytest.approx(0.81)
    assert "PVGIS at 60.200, 24.900" in weather.source
    local = read_weather(file, "Europe/Helsinki")
    assert local.index[0].isoformat() == "2011-01-01T00:00:00+02:00"
    assert local.temperature_c[2] == weather.temperature_c[0]


@pytest.mark.parametrize("ending", ["epw", "csv", "json"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n\n",
        b"<!DOCTYPE html><html><body>404</body></html>",
        b"PK\x03\x04\x00\x00binary",
        b"\xff\xfe\x00garbage",
        b"hello",
        b"[]",
        b'{"outputs": {"tmy_hourly": 3}}',
        b'{"outputs": null}',
        b"[" * 100_000,
        b"LOCATION,\n",
        b"LOCATION,a,b,c,d,e,not,numbers,at,all\n" + b"x\n" * 6 + b"DATA PERIODS\n",
        b"Latitude (decimal degrees): north\n",
    ],
    ids=lambda content: repr(content[:20]),
)
def test_what_is_no_weather_is_refused_with_a_cure(
    tmp_path: Path, ending: str, content: bytes
) -> None:
    file = tmp_path / f"bad.{ending}"
    file.write_bytes(content)
    with pytest.raises(SourceError) as refused:
        read_weather(file)
    assert all(fault.file == str(file) and fault.cure for fault in refused.value.faults)


def test_a_file_that_is_not_there_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_weather(tmp_path / "none.epw")
    other = tmp_path / "weather.xlsx"
    other.write_text("x")
    with pytest.raises(SourceError, match="ending"):
        read_weather(other)


@pytest.mark.parametrize("keep", [9, 100, 8000, 8767])
def test_a_truncated_epw_says_how_many_hours_it_has(tmp_path: Path, keep: int) -> None:
    with pytest.raises(SourceError, match=f"holds {keep - 8} hours"):
        read_weather(write(tmp_path, epw_lines()[:keep]))


def test_rows_of_the_wrong_width_are_all_named(tmp_path: Path) -> None:
    lines = epw_lines()
    lines[20] += ",1"
    lines[30] = "2021,1,1"
    with pytest.raises(SourceError) as refused:
        read_weather(write(tmp_path, lines))
    assert [fault.row for fault in refused.value.faults] == [21, 31]


def test_missing_values_and_words_among_numbers_are_named_with_their_hour(tmp_path: Path) -> None:
    lines = epw_lines()
    lines[8] = lines[8].replace(",0.0,2.0,81,", ",99.9,2.0,999,")
    lines[9] = lines[9].replace(",0.001,", ",mild,")
    with pytest.raises(InputError) as refused:
        read_weather(write(tmp_path, lines))
    found = [(fault.row, fault.column) for fault in refused.value.faults]
    assert found == [
        ("2021-01-01 00:00:00+02:00", "temperature_c"),
        ("2021-01-01 01:00:00+02:00", "temperature_c"),
        ("2021-01-01 00:00:00+02:00", "humidity_share"),
    ]


def test_hours_out_of_order_are_named(tmp_path: Path) -> None:
    lines = epw_lines()
    lines[100], lines[101] = lines[101], lines[100]
    with pytest.raises(InputError, match="out of order") as refused:
        read_weather(write(tmp_path, lines))
    assert len(refused.value.faults) == 2


@pytest.mark.parametrize("column", ["hour", "month"])
def test_impossible_stamps_are_refused(tmp_path: Path, column: str) -> None:
    place = {"month": 1, "hour": 3}[column]
    lines = epw_lines()
    cells = lines[50].split(",")
    cells[place] = "0" if column == "hour" else "99"
    lines[50] = ",".join(cells)
    with pytest.raises((SourceError, InputError)):
        read_weather(write(tmp_path, lines))


@pytest.mark.parametrize("zone", ["99", "nan", "x"])
def test_an_impossible_time_zone_is_refused(tmp_path: Path, zone: str) -> None:
    with pytest.raises(SourceError):
        read_weather(write(tmp_path, epw_lines(zone=zone)))


def test_a_short_pvgis_year_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tmy.csv"
    file.write_text(pvgis_csv(pvgis_rows()[:-1]), encoding="utf-8", newline="")
    with pytest.raises(SourceError, match="8759 hours"):
        read_weather(file)


def test_a_weather_file_is_no_layer(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="weather"):
        read_any(write(tmp_path, epw_lines()[:9]), "roads")


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    file = write(tmp_path, epw_lines())
    assert np.array_equal(read_weather(file).temperature_c, read_weather(file).temperature_c)
