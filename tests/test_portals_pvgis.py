"""A typical year of PVGIS, against a small one on this machine, read by the weather reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from portal_server import PortalServer, client_for
from provider_shapes import SOUTH, WEST, pvgis, toy_year

from siteselect.errors import InputError, SourceError
from siteselect.portals.pvgis import fetch_typical_year
from siteselect.sources.weather_epw import read_weather


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer(pvgis()) as server:
        yield server


def test_the_year_comes_as_a_file_that_the_weather_reader_reads(
    portal: PortalServer, tmp_path: Path
) -> None:
    to = tmp_path / "weather.json"
    client = client_for(tmp_path / "c")
    got = fetch_typical_year(client, (WEST, SOUTH), to, url=portal.url)
    weather = read_weather(to, "Europe/London")
    assert len(weather.index) == 8760
    assert weather.temperature_c.min() == pytest.approx(2.0)
    assert weather.temperature_c.max() == pytest.approx(18.0)
    assert weather.humidity_share.max() == pytest.approx(0.8)
    assert got.provenance.date == "2005 to 2023"
    assert "PVGIS-SARAH3" in got.provenance.note
    assert "European" in got.provenance.licence
    assert portal.count("/tmy") == 1
    assert portal.asked[0].query == {"lat": ["53.950"], "lon": ["-1.100"], "outputformat": ["json"]}


def test_a_refreshed_year_is_asked_for_once(portal: PortalServer, tmp_path: Path) -> None:
    client = client_for(tmp_path / "c", refresh=True)
    fetch_typical_year(client, (WEST, SOUTH), tmp_path / "w.json", url=portal.url)
    assert portal.count("/tmy") == 1


def test_a_point_in_the_sea_is_refused_in_the_services_words(
    portal: PortalServer, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="over the sea"):
        fetch_typical_year(
            client_for(tmp_path / "c"), (-30.0, 50.0), tmp_path / "w.json", url=portal.url
        )


def test_a_year_with_hours_missing_is_no_year(tmp_path: Path) -> None:
    year = toy_year()
    del year["outputs"]["tmy_hourly"][100]
    with (
        PortalServer(pvgis(year)) as portal,
        pytest.raises((SourceError, InputError), match="8759"),
    ):
        fetch_typical_year(
            client_for(tmp_path / "c"), (WEST, SOUTH), tmp_path / "w.json", url=portal.url
        )
    assert not (tmp_path / "w.json").exists()


@pytest.mark.parametrize("document", [[], {}, {"outputs": None}, {"outputs": {"hourly": []}}])
def test_an_answer_of_another_shape_is_refused(tmp_path: Path, document: object) -> None:
    with PortalServer(pvgis(document)) as portal, pytest.raises(SourceError, match="typical year"):
        fetch_typical_year(
            client_for(tmp_path / "c"), (WEST, SOUTH), tmp_path / "w.json", url=portal.url
        )
