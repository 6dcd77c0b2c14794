"""The plant's noise on the map and as a file: true in place, in level and in colour."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
from conftest import X0, Y0
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile
from shapely.geometry import Point, box

from siteselect.design.soundscape import Soundscape, receptor_table
from siteselect.maps import noise

if TYPE_CHECKING:
    from conftest import Town

    from siteselect.assess import Assessment
    from siteselect.study import Study

FINLAND = CRS.from_epsg(3067)
SITE = Point(X0 + 500, Y0 + 500)


def colours(picture: noise.Picture) -> Any:
    """Decode a picture with a reader of its own; four bands of colour."""
    with warnings.catch_warnings():
        # A picture for the web knows nothing of where it lies; its bounds stand beside it.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with MemoryFile(picture.png) as memory, memory.open(driver="PNG") as image:
            palette = image.colormap(1)
            places = image.read(1)
    return np.array([palette[place] for place in range(6)], dtype=np.uint8)[places]


def pixel(picture: noise.Picture, point: Point, crs: CRS) -> Any:
    """Look up the colour that Leaflet would show at a point: linear in web Mercator."""
    (south, west), (north, east) = picture.bounds
    mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    (left, right), (bottom, top) = mercator.transform([west, east], [south, north])
    x, y = Transformer.from_crs(crs, 3857, always_xy=True).transform(point.x, point.y)
    shown = colours(picture)
    row = int((top - y) / (top - bottom) * shown.shape[0])
    column = int((x - left) / (right - left) * shown.shape[1])
    return tuple(int(part) for part in shown[row, column])


def colour_of(level_dba: float) -> tuple[int, ...]:
    """Give the colour of a level by comparing it step by step."""
    reached = [
        colour
        for step, colour in zip(noise.STEPS_DBA, noise.COLOURS, strict=True)
        if level_dba >= step
    ]
    return (*bytes.fromhex(reached[-1][1:]), 255) if reached else (0, 0, 0, 0)


def field(level: Any, *, west: float = X0, north: float = Y0, cell_m: float = 10.0) -> Soundscape:
    return Soundscape(np.asarray(level, dtype=float), west, north, cell_m)


# The field


def test_the_field_holds_all_that_is_coloured(town: Town) -> None:
    assessment = town.assess()
    found = noise.noise_field(assessment.study, assessment.territory, SITE)
    edge = np.concatenate(
        [found.level_dba[0], found.level_dba[-1], found.level_dba[:, 0], found.level_dba[:, -1]]
    )
    assert found.level_dba.max() > noise.STEPS_DBA[0]
    assert edge.max() < noise.STEPS_DBA[0]


def test_a_quieter_plant_colours_less_ground(town: Town) -> None:
    areas = []
    for power in (70.0, 80.0, 90.0):
        town.document["pod"] = {"it_kw": 100, "outlet_c": 45, "sound_power_dba": power}
        assessment = town.assess()
        found = noise.noise_field(assessment.study, assessment.territory, SITE)
        areas.append(float((noise.bands(found.level_dba) > 0).sum() * found.cell_m**2))
    assert areas[0] < areas[1] < areas[2]


def test_a_plant_that_is_heard_everywhere_is_cut_at_the_search(town: Town) -> None:
    town.document["pod"] = {"it_kw": 100, "outlet_c": 45, "sound_power_dba": 130}
    assessment = town.assess()
    found = noise.noise_field(assessment.study, assessment.territory, SITE)
    half = found.cell_m * len(found.level_dba) / 2
    assert half == pytest.approx(assessment.study.noise.search_m, rel=0.05)


def test_a_wall_takes_the_colour_from_the_ground_behind_it(town: Town) -> None:
    wall = gpd.GeoDataFrame(
        {"screen_id": ["w"], "height_m": [12.0]},
        geometry=[box(X0 + 512, Y0 + 470, X0 + 514, Y0 + 530)],
        crs=3067,
    )
    town.write("screens", wall)
    town.document["pod"] = {"it_kw": 100, "outlet_c": 45, "sound_power_dba": 85}
    town.document["layers"]["noise_screens"] = [
        {
            "path": "screens.gpkg",
            "source": "test",
            "date": "2026",
            "licence": "none",
            "basis": "illustrative",
        }
    ]
    assessment = town.assess()
    found = noise.noise_field(assessment.study, assessment.territory, SITE)
    picture = noise.picture(found, assessment.territory.crs)
    behind, before = Point(X0 + 530, Y0 + 500), Point(X0 + 470, Y0 + 500)
    shades = [pixel(picture, place, FINLAND) for place in (behind, before)]
    assert shades[0] != shades[1]
    darkness = [sum(shade[:3]) if shade[3] else 999 for shade in shades]
    assert darkness[0] > darkness[1], "behind the wall it must be paler"


# The picture


@settings(max_examples=25)
@given(
    st.lists(st.lists(st.floats(0, 80), min_size=9, max_size=9), min_size=9, max_size=9),
    st.sampled_from([(3067, X0, Y0), (27700, 480_000.0, 305_000.0), (32721, 600_000.0, 6e6)]),
    st.tuples(st.integers(0, 8), st.integers(0, 8)),
)
def test_every_cell_has_its_colour_where_it_lies(
    level: list[list[float]], place: tuple[int, float, float], cell: tuple[int, int]
) -> None:
    epsg, west, north = place
    laid = field(level, west=west, north=north)
    crs = CRS.from_epsg(epsg)
    row, column = cell
    middle = Point(west + (column + 0.5) * 10, north - (row + 0.5) * 10)
    picture = noise.picture(laid, crs)
    assert pixel(picture, middle, crs) == colour_of(level[row][column])


def test_unknown_and_quiet_cells_stay_clear() -> None:
    laid = field([[np.nan, 34.9], [35.0, 60.0]])
    assert noise.bands(laid.level_dba).tolist() == [[0, 0], [1, 5]]
    seen = colours(noise.picture(laid, FINLAND))
    alphas = {int(alpha) for alpha in np.unique(seen[..., 3])}
    assert alphas == {0, 255}


def test_the_picture_is_light(demo: Assessment) -> None:
    found = noise.noise_field(demo.study, demo.territory, demo.sites.geometry.iloc[0])
    assert len(noise.picture(found, demo.territory.crs).png) < 20_000


def test_map_and_report_share_steps_and_colours() -> None:
    from siteselect.report import noise_figure

    assert noise_figure.STEPS_DBA is noise.STEPS_DBA
    assert noise_figure.COLOURS is noise.COLOURS
    assert [look.style["fillColor"] for look in noise.LOOK.looks] == list(noise.COLOURS)
    assert noise.LOOK.looks[0].label == "35 to 40 dB(A)"
    assert noise.LOOK.looks[-1].label == "55 dB(A) and more"


# The file


def opened(content: bytes) -> tuple[dict[str, Any], Any, dict[str, str], tuple[float, ...]]:
    """Read a file: its profile, its cells, its tags, and west, south, east and north."""
    with MemoryFile(content) as memory, memory.open() as raster:
        return dict(raster.profile), raster.read(1), raster.tags(), tuple(raster.bounds)


def test_the_geotiff_holds_the_field_in_the_crs_of_the_study() -> None:
    laid = field(np.arange(12.0).reshape(3, 4), cell_m=2.5)
    content = noise.geotiff(laid, FINLAND, site="a", study="town", date="2026-11-23", note="n")
    profile, read, tags, bounds = opened(content)
    assert profile["driver"] == "GTiff"
    assert profile["crs"].to_epsg() == FINLAND.to_epsg()
    assert np.isnan(profile["nodata"])
    np.testing.assert_array_equal(read, laid.level_dba.astype("float32"))
    assert bounds == (X0, Y0 - 7.5, X0 + 10.0, Y0)
    assert "all heat rejected" in tags["TITLE"]
    assert tags["SITE"] == "a"
    assert tags["METHOD"].startswith("ISO 9613-2:1996")
    again = noise.geotiff(laid, FINLAND, site="a", study="town", date="2026-11-23", note="n")
    assert again == content


def test_the_geotiff_agrees_with_the_level_at_the_window(town: Town) -> None:
    town.document["pod"] = {"it_kw": 100, "outlet_c": 45, "sound_power_dba": 90}
    assessment = town.assess()
    study, territory = assessment.study, assessment.territory
    content = noise.geotiff(
        noise.noise_field(study, territory, SITE),
        territory.crs,
        site="b",
        study=study.name,
        date="2026-11-23",
    )
    _, read, _, (west, _, east, north) = opened(content)
    cell_m = (east - west) / read.shape[1]
    row, column = int((north - (Y0 + 550)) / cell_m), int((X0 + 500 - west) / cell_m)
    table = receptor_table(study, territory, SITE)
    assert read[row, column] == pytest.approx(table["level_dba"].iloc[0], abs=0.5)


def test_a_hostile_name_does_no_harm_to_the_file() -> None:
    content = noise.geotiff(
        field([[40.0]]), FINLAND, site='<a b="\x00\x1b">&\u202e]]>', study="s", date="2026-11-23"
    )
    _, _, tags, _ = opened(content)
    assert tags["SITE"] == '<a b="">&]]>'


# The map


def test_the_map_shows_a_contour_only_of_a_chosen_site(demo: Assessment) -> None:
    found = noise.noise_field(demo.study, demo.territory, demo.sites.geometry.iloc[0])
    picture = noise.picture(found, demo.territory.crs)
    assert noise.spec(None, picture) is None
    assert noise.spec("a", None) is None
    spec = noise.spec("a", picture)
    assert spec is not None
    assert spec["url"].startswith("data:image/png;base64,")
    (south, west), (north, east) = spec["bounds"]
    lon, lat = demo.sites.iloc[0][["lon", "lat"]]
    assert south < lat < north
    assert west < lon < east


def test_the_script_of_the_map_lays_the_contour_or_takes_it_away(demo: Assessment) -> None:
    pytest.importorskip("streamlit_folium", reason="the extra `app` is not installed")
    from siteselect.maps.drawing import map_data, site_group

    site = str(demo.sites.index[0])
    found = noise.noise_field(demo.study, demo.territory, demo.sites.geometry.iloc[0])
    picture = noise.picture(found, demo.territory.crs)
    calls = []
    for given_ in (None, picture):
        group = site_group(demo, site, contour=given_)
        codes = [child.code for child in group._children.values()]
        calls.append(next(code for code in codes if "contour(" in code))
    assert calls[0] == "siteselectMap.contour(MAP, GROUP, null);"
    assert re.search(r"data:image.{1,12}png.{1,12}base64,", calls[1])
    assert "modelled, all heat rejected" in map_data(demo).legend.replace("\\u0028", "(")


def test_the_note_of_the_study_reaches_the_file(demo: Assessment) -> None:
    pytest.importorskip("streamlit_folium", reason="the extra `app` is not installed")
    from siteselect.app.map_panel import contour_tiff

    profile, read, tags, _ = opened(contour_tiff(demo, str(demo.sites.index[0])))
    assert "INVENTED DATA" in tags["NOTE"]
    assert profile["crs"].to_epsg() == demo.territory.crs.to_epsg()
    assert np.nanmax(read) > noise.STEPS_DBA[0]


def with_temperature(study: Study, temperature_c: float) -> Study:
    air = study.noise.model_copy(update={"temperature_c": temperature_c})
    return study.model_copy(update={"noise": air})


def test_the_reach_follows_the_air_of_the_study(town: Town) -> None:
    town.document["pod"] = {"it_kw": 100, "outlet_c": 45, "sound_power_dba": 100}
    assessment = town.assess()
    territory = replace(assessment.territory)
    sizes = [
        len(noise.noise_field(with_temperature(assessment.study, air_c), territory, SITE).level_dba)
        * noise.noise_field(with_temperature(assessment.study, air_c), territory, SITE).cell_m
        for air_c in (-10.0, 30.0)
    ]
    assert sizes[0] != sizes[1]
