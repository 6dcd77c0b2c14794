"""Layers from PostGIS and runs into PostGIS, against a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import postgis_server
import pytest
import shapely
from conftest import Town
from pandas.testing import assert_frame_equal
from shapely.geometry import Point
from typer.testing import CliRunner

from siteselect.assess import Assessment
from siteselect.batch import run_batch
from siteselect.cli import app
from siteselect.errors import InputError, RunError, SourceError
from siteselect.postgis_push import push
from siteselect.runs import load_table, save_run
from siteselect.settings.limits import Limits
from siteselect.sources.postgis_session import VARIABLE, session
from siteselect.sources.postgis_table import fingerprint, read_table, stream_table


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgis_server.serving() as url:
        yield url


@pytest.fixture
def database(server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give an empty database and name it in the environment."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS town")
        connection.execute("CREATE DATABASE town")
    url = server.replace("/postgres?", "/town?")
    monkeypatch.setenv(VARIABLE, url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
        yield connection


@pytest.fixture(scope="module")
def run(demo: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "demo"
    save_run(demo, out, reports=0)
    return out


def store(database: Any, table: str, frame: gpd.GeoDataFrame) -> None:
    """Write a frame as an analyst's table, by plain SQL of the test's own."""
    columns = [name for name in frame.columns if name != frame.geometry.name]
    kinds = {"f": "double precision", "i": "integer", "b": "boolean"}
    typed = "".join(f', "{c}" {kinds.get(frame[c].dtype.kind, "text")}' for c in columns)
    srid = frame.crs.to_epsg()
    database.execute(f"CREATE TABLE {table} (geom geometry(Geometry, {srid}){typed})")
    for row in frame.to_dict("records"):
        values = [None if pd.isna(row[c]) else row[c] for c in columns]
        marks = ", ".join(["%s"] * len(values))
        insert = f"INSERT INTO {table} VALUES (ST_GeomFromText(%s, {srid})"  # noqa: S608 - the test's own words
        database.execute(
            f"{insert}{', ' if marks else ''}{marks})",
            [shapely.to_wkt(row[frame.geometry.name], rounding_precision=-1), *values],
        )


@pytest.mark.parametrize("crs", [None, 4326], ids=["study's CRS", "degrees"])
def test_a_study_with_layers_in_the_database_gives_the_ranking_of_its_files(
    town: Town, database: Any, crs: int | None
) -> None:
    from_files = town.assess()
    for name in ("roads", "supply"):
        file = town.folder / town.document["layers"][name_of(town, name)][0]["path"]
        frame = gpd.read_file(file)
        store(database, name, frame if crs is None else frame.to_crs(crs))
        town.document["layers"][name_of(town, name)][0]["path"] = f"postgis:public.{name}"
    from_tables = town.assess()
    assert_frame_equal(
        from_tables.ranking.table, from_files.ranking.table, rtol=0 if crs is None else 1e-6
    )
    births = dict(from_tables.provenance)[name_of(town, "roads")]
    assert births.file == "postgis:public.roads"
    assert len(births.sha256) == 64


def name_of(town: Town, file: str) -> str:
    """Find the layer that a file of the town feeds."""
    return next(
        name
        for name, files in town.document["layers"].items()
        if any(Path(one["path"]).stem == file for one in files)
        or any(one["path"] == f"postgis:public.{file}" for one in files)
    )


def test_the_hash_depends_on_the_rows_and_not_on_their_order(database: Any) -> None:
    frame = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=[Point(1, 2), Point(3, 4)], crs=3067)
    store(database, "one", frame)
    store(database, "two", frame[::-1])
    store(database, "three", frame.assign(id=["a", "c"]))
    (first, hash_1), (second, hash_2) = read_table("postgis:one"), read_table("postgis:two")
    assert first.equals(second)
    assert hash_1 == hash_2 != read_table("postgis:three")[1]


def test_a_stream_gives_the_rows_of_the_whole_in_its_order(database: Any) -> None:
    frame = gpd.GeoDataFrame({"n": range(10)}, geometry=[Point(x, 2) for x in range(10)], crs=3067)
    store(database, "many", frame)
    whole, _ = read_table("postgis:many")
    parts = list(stream_table("postgis:many", 3))
    assert [len(part) for part in parts] == [3, 3, 3, 1]
    assert pd.concat(parts, ignore_index=True).equals(whole)
    before = fingerprint("postgis:many")
    database.execute("UPDATE many SET n = 11 WHERE n = 1")
    assert fingerprint("postgis:many") != before


def test_types_arrive_as_files_give_them(database: Any) -> None:
    database.execute(
        'CREATE TABLE "Odd ""name""" (geom geometry(Point, 27700), n numeric, d date, b boolean, '
        "j jsonb, t text, nothing integer)"
    )
    database.execute(
        'INSERT INTO "Odd ""name""" VALUES (ST_SetSRID(ST_Point(1, 2), 27700), 1.5, '
        "'2026-11-23', true, '{\"a\": 1}', 'é', NULL), (NULL, 2, NULL, false, NULL, '', NULL)"
    )
    frame, _ = read_table('postgis:Odd "name"')
    assert frame.crs == 27700
    row = frame[frame.geometry.notna()].iloc[0]
    assert (row["n"], row["d"], bool(row["b"]), row["t"]) == (1.5, "2026-11-23", True, "é")
    assert frame["nothing"].isna().all()
    assert frame.geometry.isna().sum() == 1


def test_rows_far_away_stay_in_the_database_and_are_counted(town: Town, database: Any) -> None:
    name = name_of(town, "roads")
    frame = gpd.read_file(town.folder / town.document["layers"][name][0]["path"])
    far = frame.iloc[[0]].translate(xoff=500_000.0)
    more = frame.iloc[[0]].set_geometry(far)
    store(database, "roads", gpd.GeoDataFrame(pd.concat([frame, more], ignore_index=True)))
    town.document["layers"][name][0]["path"] = "postgis:roads"
    notices = [notice.text for notice in town.assess().notices]
    assert any(text.startswith(f"1 of {len(frame) + 1} rows of postgis:roads") for text in notices)


def test_a_table_of_another_place_is_refused_as_a_file_would_be(town: Town, database: Any) -> None:
    name = name_of(town, "roads")
    frame = gpd.read_file(town.folder / town.document["layers"][name][0]["path"])
    store(database, "roads", frame.set_geometry(frame.translate(xoff=900_000.0)))
    town.document["layers"][name][0]["path"] = "postgis:roads"
    with pytest.raises(InputError, match="does not cover the study area"):
        town.assess()


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("postgis:absent", "no such table"),
        ("postgis:", "not the name of a table"),
        ("postgis:a.b.c", "not the name of a table"),
        ("postgis:bare", "0 geometry columns"),
        ("postgis:twice", "2 geometry columns"),
        ("postgis:mixed", "several CRS"),
        ("postgis:x; DROP TABLE bare", "no such table"),
        ("postgis:many", "3 rows, more than 2"),
    ],
)
def test_what_cannot_be_read_is_said_plainly(database: Any, table: str, problem: str) -> None:
    database.execute("CREATE TABLE bare (a integer)")
    database.execute("CREATE TABLE twice (a geometry, b geometry)")
    database.execute("CREATE TABLE mixed (g geometry)")
    database.execute("INSERT INTO mixed VALUES ('SRID=4326;POINT(0 0)'), ('SRID=3067;POINT(0 0)')")
    database.execute("CREATE TABLE many (g geometry)")
    database.execute("INSERT INTO many VALUES ('POINT(0 0)'), ('POINT(0 0)'), ('POINT(0 0)')")
    with pytest.raises(SourceError) as caught:
        read_table(table, limits=Limits(rows=2))
    assert problem in str(caught.value)
    assert database.execute("SELECT count(*) FROM bare").fetchone() == (0,)


def test_no_answer_says_how_to_name_a_database_and_repeats_no_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("psycopg", reason="the extra `postgis` is not installed")
    monkeypatch.setenv(VARIABLE, f"postgresql://me:hunter2@/none?host={tmp_path}")
    with pytest.raises(SourceError) as caught:
        read_table("postgis:roads")
    assert "hunter2" not in str(caught.value)
    assert VARIABLE in str(caught.value)


def test_a_database_without_postgis_is_refused(server: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP EXTENSION IF EXISTS postgis")
    with (
        pytest.raises(SourceError, match="no PostGIS"),
        session(server, read_only=True),
    ):
        pytest.fail("the session opened")


def test_a_batch_reads_its_list_from_the_database_and_sees_when_it_changed(
    town: Town, database: Any
) -> None:
    listed = pd.read_csv(town.folder / "candidates.csv")
    points = gpd.points_from_xy(listed["lon"], listed["lat"], crs=4326)
    frame = gpd.GeoDataFrame(listed.drop(columns=["lon", "lat"]), geometry=points)
    store(database, "places", frame)
    out = town.folder / "from-table"
    found = run_batch("postgis:places", town.file, out, partition_rows=3, workers=1)
    beside = run_batch(town.folder / "candidates.csv", town.file, town.folder / "csv", workers=1)
    assert (found.rows, found.sites) == (beside.rows, beside.sites) == (4, 4)
    ranks = [
        pd.read_parquet(folder / "top.parquet").set_index("site_id")["rank"].sort_index()
        for folder in (out, town.folder / "csv")
    ]
    assert ranks[0].equals(ranks[1])
    database.execute("UPDATE places SET name = 'Elsewhere' WHERE site_id = 'a'")
    with pytest.raises(RunError, match=r"changed|other"):
        run_batch("postgis:places", town.file, out, partition_rows=3, workers=1)


def test_a_run_comes_back_from_the_database_as_it_was(run: Path, database: Any) -> None:
    done = push(run, "demo")
    sites = load_table(run, "sites.parquet").set_index("site_id")
    stored = database.execute(
        "SELECT site_id, rank, score_low, name, ST_X(geometry), ST_Y(geometry) FROM demo.sites"
    ).fetchall()
    assert done.rows["sites"] == len(stored) == len(sites)
    for site_id, rank, score, name, x, y in stored:
        row = sites.loc[site_id]
        assert (rank is None) == pd.isna(row["rank"])
        assert rank is None or rank == row["rank"]
        assert score == row["score_low"]
        assert name == row["name"]
        point = shapely.from_wkb(row["geometry"])
        assert (x, y) == (point.x, point.y)
    measures = load_table(run, "measures.parquet")
    unknown = database.execute("SELECT count(*) FROM demo.measures WHERE measure IS NULL")
    assert unknown.fetchone() == (int(np.isnan(measures["measure"]).sum()),)
    (manifest,) = database.execute("SELECT manifest FROM demo.run").fetchone()
    assert manifest == json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    (comment,) = database.execute("SELECT obj_description('demo.sites'::regclass)").fetchone()
    assert "INVENTED DATA" in comment
    assert "not legal advice" in comment


def test_a_run_is_replaced_only_when_asked_and_nobody_elses_table_ever(
    run: Path, database: Any
) -> None:
    push(run, "demo")
    with pytest.raises(RunError, match="holds a run already"):
        push(run, "demo")
    push(run, "demo", replace=True)
    database.execute("DROP TABLE demo.measures; CREATE TABLE demo.measures (mine text)")
    database.execute("INSERT INTO demo.measures VALUES ('keep')")
    with pytest.raises(RunError, match="did not write"):
        push(run, "demo", replace=True)
    assert database.execute("SELECT mine FROM demo.measures").fetchone() == ("keep",)
    assert database.execute("SELECT count(*) FROM demo.sites").fetchone()[0] > 0


def test_a_changed_run_is_refused_and_leaves_nothing(
    demo: Assessment, database: Any, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    save_run(demo, out, reports=0)
    with (out / "measures.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(RunError, match="changed after the run"):
        push(out, "demo")
    assert database.execute("SELECT to_regnamespace('demo')").fetchone() == (None,)


def test_hostile_names_are_stored_as_text(town: Town, database: Any, tmp_path: Path) -> None:
    file = town.folder / "candidates.csv"
    text = file.read_text(encoding="utf-8")
    first = text.splitlines()[1].split(",")[1]
    hostile = "Robert'); DROP TABLE sites;-- \\N =1+1 ${x} \\. é"
    file.write_text(text.replace(first, hostile), encoding="utf-8")
    out = tmp_path / "run"
    save_run(town.assess(), out, reports=0)
    push(out, 'odd "schema"; DROP')
    names = database.execute('SELECT name FROM "odd ""schema""; DROP".sites').fetchall()
    assert hostile in {name for (name,) in names}


def test_the_command_line_pushes_and_says_what_is_wrong(run: Path, database: Any) -> None:
    done = CliRunner().invoke(app, ["push", str(run), "--schema", "demo", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["rows"]["sites"] > 0
    again = CliRunner().invoke(app, ["push", str(run), "--schema", "demo"])
    assert isinstance(again.exception, RunError)
