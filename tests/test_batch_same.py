"""The numbers of a batch on real data: those of the app, whatever else is in the list."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import DEMO, ROOT, SHARED, Town, lonlat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_batch import batch, same, sites

from siteselect.assess import Assessment
from siteselect.batch import run_batch
from siteselect.report.tables import spatial_table

RUTLAND = ROOT / "data" / "rutland"
INSIDE = lonlat(300, 400)


@pytest.mark.parametrize("rows", [pytest.param(1, marks=pytest.mark.slow), 13, 1000])
def test_the_demo_has_the_numbers_of_the_app(demo: Assessment, tmp_path: Path, rows: int) -> None:
    whole = spatial_table(demo).set_index("site_id")
    given_list = DEMO.parent / "candidates.csv"
    found = run_batch(given_list, DEMO, tmp_path / "out", partition_rows=rows, workers=1)
    assert found.sites == len(whole)
    mine = sites(found.out)
    assert {"rank", "rank_best", "rank_worst", "evidence_share", "npv_gbp"} <= set(mine.columns)
    same(mine, whole)


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real extract of Rutland is not here")
def test_a_site_has_its_numbers_whatever_stands_beside_it(tmp_path: Path) -> None:
    west, south, east, north = (
        gpd.read_file(RUTLAND / "area.geojson").to_crs(27700).total_bounds
        + np.array([2000, 2000, -2000, -2000])
    )  # fmt: skip
    draw = np.random.default_rng(3)
    places = gpd.GeoSeries.from_xy(
        draw.uniform(west, east, 3000), draw.uniform(south, north, 3000), crs=27700
    ).to_crs(4326)
    given_list = tmp_path / "list.csv"
    lines = [f"s{number},{point.x:.7f},{point.y:.7f}" for number, point in enumerate(places)]
    given_list.write_text("site_id,lon,lat\n" + "\n".join(lines) + "\n", encoding="utf-8")
    one, many = (
        sites(
            run_batch(
                given_list,
                RUTLAND / "study.yaml",
                tmp_path / str(rows),
                data=SHARED,
                partition_rows=rows,
                workers=workers,
            ).out
        )
        for rows, workers in ((3000, 1), (331, 2))
    )
    assert len(one) == 3000
    for name in one.columns:
        assert one[name].equals(many[name]), name


COORDINATES = st.one_of(
    st.floats().map(str),
    st.sampled_from(["", "far", "nan", "inf", "1e400", "24,9", "٣", "0x10", "9" * 400]),
    st.text(max_size=5),
)
IDENTIFIERS = st.one_of(
    st.sampled_from(["", " ", "a", "b", "A", "a ", "=1+1", "x" * 90_000, "\u202e", "é", "e\u0301"]),
    st.text(max_size=8),
    st.integers(0, 999).map(str),
)
PLACES = st.one_of(
    st.just((str(INSIDE[0]), str(INSIDE[1]))),
    st.tuples(COORDINATES, COORDINATES),
    st.sampled_from([("10", "10"), ("181", "91"), ("-0.0", "0")]),
)
ROWS = st.lists(st.tuples(IDENTIFIERS, st.text(max_size=4), PLACES), min_size=1, max_size=25)


def without_controls(cell: str) -> str:
    """Leave out what ends a file as a whole, which other tests look at."""
    return "".join(one for one in cell if one not in "\x00\r" and not "\ud800" <= one <= "\udfff")


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(listed=ROWS, rows=st.integers(1, 30))
def test_rows_are_sites_plus_rejected_whatever_the_list_holds(
    town: Town, listed: list[tuple[str, str, tuple[str, str]]], rows: int
) -> None:
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    written.writerow(["site_id", "name", "lon", "lat"])
    for identifier, name, place in listed:
        written.writerow([without_controls(cell) for cell in (identifier, name, *place)])
    found = batch(town, "out", text=text.getvalue(), partition_rows=rows, restart=True)
    assert found.rows == len(listed) == found.sites + found.rejected
    rejected = pd.read_parquet(found.out / "rejected.parquet")
    assert rejected["row"].nunique() == found.rejected
    assert (rejected["problem"] != "").all()
    parts = [gpd.read_parquet(part) for part in sorted((found.out / "sites").glob("*.parquet"))]
    kept = [name for part in parts for name in part["site_id"]]
    assert len(kept) == len(set(kept)) == found.sites
