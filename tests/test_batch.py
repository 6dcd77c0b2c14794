"""A list worked out in parts has the numbers of the whole, and loses no row."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from conftest import X0, Y0, Town, lonlat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from siteselect.batch import run_batch
from siteselect.errors import InputError, RunError
from siteselect.report.tables import spatial_table

RNG = np.random.default_rng(8)
PLACES = RNG.uniform(0, 1000, (60, 2))
FAULTY = "bad,No place,car_park,far,60.0\nb7,Twice,car_park,24.9,60.1\nshort\nout,Away,x,10,10\n"


def rows() -> list[tuple[str, str, str, float, float]]:
    return [
        (f"b{i}", f"Place {i}", "car_park" if i % 3 else "school", *lonlat(*PLACES[i]))
        for i in range(len(PLACES))
    ]


def csv_of(faulty: str = "") -> str:
    lines = [f"{i},{n},{k},{x:.7f},{y:.7f}" for i, n, k, x, y in rows()]
    return "site_id,name,kind,lon,lat\n" + "\n".join(lines) + "\n" + faulty


def frame() -> gpd.GeoDataFrame:
    ids, names, kinds, x, y = zip(*rows(), strict=True)
    return gpd.GeoDataFrame(
        {"site_id": ids, "name": names, "kind": kinds},
        geometry=[Point(a, b) for a, b in zip(x, y, strict=True)],
        crs=4326,
    )


def sites(out: Path) -> gpd.GeoDataFrame:
    parts = [gpd.read_parquet(part) for part in sorted((out / "sites").glob("*.parquet"))]
    return pd.concat([part for part in parts if len(part)]).set_index("site_id")


def bytes_of(out: Path) -> dict[str, bytes]:
    skip = {"log.jsonl", "journal.jsonl", ".lock"}
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name not in skip
    }


def batch(town: Town, name: str, text: str | None = None, **options):
    given_list = town.folder / "batch.csv"
    if text is not None or not given_list.exists():
        given_list.write_text(text or csv_of(), encoding="utf-8")
    options = {"workers": 1, "partition_rows": 17} | options
    return run_batch(given_list, town.file, town.folder / name, **options)


def assessed(town: Town) -> pd.DataFrame:
    town.candidates(csv_of())
    (town.folder / "batch.csv").write_text(csv_of(), encoding="utf-8")
    town.document["candidates"] = {
        "files": [
            {"path": "batch.csv", "source": "t", "date": "2026", "licence": "n", "basis": "assumed"}
        ]
    }
    return spatial_table(town.assess()).set_index("site_id")


def same(found: pd.DataFrame, whole: pd.DataFrame) -> None:
    assert set(whole.columns) <= set(found.columns)
    for name in whole.columns:
        if name == "geometry":
            assert found.geometry.to_wkb().equals(whole.loc[found.index].geometry.to_wkb())
            continue
        mine, theirs = found[name], whole.loc[found.index, name]
        if pd.api.types.is_numeric_dtype(theirs) and not pd.api.types.is_bool_dtype(theirs):
            left, right = (c.to_numpy(np.float64, na_value=np.nan) for c in (mine, theirs))
            assert np.array_equal(left, right, equal_nan=True), name
        else:
            words = {True: "yes", False: "no", np.True_: "yes", np.False_: "no"}
            left, right = (
                [None if pd.isna(cell) else words.get(cell, cell) for cell in column]
                for column in (mine, theirs)
            )
            assert left == right, name


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 70), workers=st.sampled_from([1, 1, 2]))
def test_a_batch_has_the_numbers_of_the_app_whatever_the_parts(town: Town, size, workers) -> None:
    whole = assessed(town)
    found = batch(town, f"out{size}-{workers}", partition_rows=max(size, 6), workers=workers)
    assert found.rows == found.sites == 60
    same(sites(found.out), whole)
    top = pd.read_csv(found.out / "top.csv")
    assert top["site_id"].tolist() == whole.index.tolist()


@pytest.mark.parametrize("money", [0, 59, 60])
def test_the_net_present_value_asks_for_the_whole_list(town: Town, money: int) -> None:
    town.document["money"] = {"sites": money}
    whole = assessed(town)
    found = batch(town, "out", text=csv_of("out,Away,x,10,10\n"))
    same(sites(found.out), whole)
    assert sites(found.out)["npv_gbp"].notna().any() == (money == 60)


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp", "a.parquet", "a.geojsonl", "d"])
def test_every_format_gives_the_same_sites(town: Town, name: str) -> None:
    plain = sites(batch(town, "plain").out)
    given_list = town.folder / name
    if name.endswith(".parquet"):
        frame().to_parquet(given_list)
    elif name == "d":
        given_list.mkdir()
        frame().iloc[:25].to_parquet(given_list / "1.parquet")
        frame().iloc[25:].to_parquet(given_list / "2.parquet")
    elif name.endswith("l"):
        lines = [json.dumps(feature) for feature in frame().iterfeatures(na="null")]
        given_list.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        frame().to_file(given_list, engine="pyogrio")
    found = run_batch(given_list, town.file, town.folder / "out", partition_rows=23, workers=1)
    assert found.rows == found.sites == 60
    mine = sites(found.out)
    assert mine.index.tolist() == plain.index.tolist()
    for column in ("name", "kind", "rank", "rules_fail"):
        assert mine[column].tolist() == plain[column].tolist()
    assert np.allclose(mine["score_low"], plain["score_low"], atol=1e-6)


def test_a_url_is_read_as_a_file(town: Town) -> None:
    frame().to_parquet(town.folder / "a.parquet")
    url = (town.folder / "a.parquet").as_uri()
    assert run_batch(url, town.file, town.folder / "out", workers=1).sites == 60


def test_no_row_is_lost_and_every_rejected_one_says_why(town: Town) -> None:
    found = batch(town, "out", text=csv_of(FAULTY))
    assert found.rows == 64
    assert found.sites + found.rejected == 64
    rejected = pq.read_table(found.out / "rejected.parquet").to_pandas()
    by_row = rejected.groupby("row")["problem"].agg("; ".join).to_dict()
    assert set(by_row) == {"9", "62", "63", "64", "65"}
    assert "several rows" in by_row["9"]
    assert "several rows" in by_row["63"]
    assert "finite number" in by_row["62"]
    assert "cells" in by_row["64"]
    assert "outside the study area" in by_row["65"]
    assert rejected["line"].astype(str).tolist() == rejected["row"].tolist()


def test_lines_are_those_of_the_file_where_a_cell_holds_some(town: Town) -> None:
    text = 'site_id,name,kind,lon,lat\na,"two\nlines",x,24,60\nbad,n,x,far,60\n'
    rejected = pq.read_table(batch(town, "out", text=text).out / "rejected.parquet").to_pandas()
    bad = rejected[rejected["problem"].str.contains("finite")]
    assert bad[["row", "line"]].to_numpy().tolist() == [["3", 4]]


def test_a_second_run_of_the_same_command_changes_no_byte(town: Town) -> None:
    first = batch(town, "out", text=csv_of(FAULTY))
    before = bytes_of(first.out)
    again = batch(town, "out")
    assert again.resumed == again.parts == first.parts
    assert bytes_of(first.out) == before
    other = batch(town, "other", workers=2)
    assert bytes_of(other.out) == before


def test_other_inputs_refuse_to_go_on_and_say_what_changed(town: Town) -> None:
    batch(town, "out")
    with pytest.raises(RunError, match="the list of candidates"):
        batch(town, "out", text=csv_of(FAULTY))
    with pytest.raises(RunError, match="partition_rows"):
        batch(town, "out", text=csv_of(), partition_rows=18)
    town.document["title"] = "Another"
    with pytest.raises(RunError, match="the study"):
        batch(town, "out")
    assert batch(town, "out", restart=True).resumed == 0


def test_a_torn_journal_and_a_broken_part_are_made_good(town: Town) -> None:
    whole = bytes_of(batch(town, "whole").out)
    with pytest.raises(KeyboardInterrupt):
        batch(town, "out", progress=interrupt_at(2))
    out = town.folder / "out"
    with (out / "journal.jsonl").open("ab") as file:
        file.write(b'{"done": "part", "num')
    next((out / "work").glob("sites-*.arrow")).write_bytes(b"torn")
    again = batch(town, "out")
    assert again.resumed == 1
    assert bytes_of(out) == whole


def interrupt_at(part: int):
    def told(step) -> None:
        if step.doing == "Working out sites" and step.done == part:
            raise KeyboardInterrupt

    return told


def test_killed_at_any_moment_the_run_goes_on_to_the_same_bytes(town: Town) -> None:
    whole = bytes_of(batch(town, "whole", partition_rows=10).out)
    out = town.folder / "out"
    command = [sys.executable, "-m", "siteselect", "batch", "batch.csv", "--study", "study.yaml"]
    command += ["--out", "out", "--partition-rows", "10", "--workers", "2"]
    for parts in (0, 2, 4):
        running = subprocess.Popen(
            command, cwd=town.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while running.poll() is None and len(done_parts(out)) <= parts:
            time.sleep(0.01)
        if running.poll() is None:
            os.kill(running.pid, signal.SIGKILL)
        running.wait()
    before = len(done_parts(out))
    again = batch(town, "out", partition_rows=10)
    assert again.resumed >= min(before, 6) > 0
    assert bytes_of(out) == whole


def done_parts(out: Path) -> list[str]:
    journal = out / "journal.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
    return [line for line in lines if '"done": "part"' in line]


def test_two_runs_never_meet_in_one_folder(town: Town) -> None:
    batch(town, "out")
    holder = (
        "import sys; from pathlib import Path; from siteselect.batch.journal import alone\n"
        "with alone(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(town.folder / "out")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(RunError, match="another run"):
            batch(town, "out")
        other.communicate()


def test_where_top_and_fail_on(town: Town) -> None:
    found = batch(town, "out", top=3, where="heat_used_mwh_a >= 0 and kind == 'school'")
    top = pd.read_csv(found.out / "top.csv")
    everything = sites(found.out)
    fitting = everything[(everything["heat_used_mwh_a"] >= 0) & (everything["kind"] == "school")]
    assert found.matched == len(fitting)
    assert set(top["kind"]) <= {"school"}
    assert len(top) == min(3, len(fitting))
    failing = batch(town, "bad", text=csv_of(FAULTY), fail_on=["rejected", "no-site"])
    assert failing.failed == ("rejected",)


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("heat_used > 5", "did you mean"),
        ("__import__('os').system('true')", "cannot be understood"),
        ("name > 3", "cannot be compared"),
        ("lon", "neither yes nor no"),
        ("lon >", "cannot be understood"),
    ],
)
def test_a_faulty_where_is_explained(town: Town, where: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        batch(town, "out", where=where)


def test_standard_input(town: Town) -> None:
    plain = bytes_of(batch(town, "plain").out)
    text = csv_of().encode()
    out = town.folder / "out"
    options = {"partition_rows": 17, "workers": 1}
    found = run_batch("-", town.file, out, stdin=io.BytesIO(text), **options)
    assert found.sites == 60
    assert (out / "sites" / "part-00000.parquet").stat().st_size > 0
    assert run_batch("-", town.file, out, stdin=io.BytesIO(), **options).resumed == found.parts
    with pytest.raises(RunError, match="another list"):
        run_batch("-", town.file, out, stdin=io.BytesIO(text + b"x"), **options)
    assert plain


def test_a_full_disk_is_told_with_its_cure(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from siteselect.batch import phase

    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(phase.journal, "write_whole", full)
    with pytest.raises(RunError, match="Make room on the disk"):
        batch(town, "out")


def test_the_parts_are_geoparquet_with_boxes(town: Town) -> None:
    found = batch(town, "out")
    part = found.out / "sites" / "part-00000.parquet"
    about = json.loads(pq.read_metadata(part).metadata[b"geo"])
    assert about["version"] == "1.1.0"
    assert "covering" in about["columns"]["geometry"]
    west = gpd.read_parquet(part, bbox=(X0, Y0, X0 + 500, Y0 + 1000))
    assert 0 < len(west) < 17
    assert (west.geometry.x <= X0 + 500).all()
