"""The command for lists of any length: its exit codes, its forms, and what becomes of Ctrl-C."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import Town
from test_batch import batch, bytes_of, csv_of, done_parts, frame, sites
from typer.testing import CliRunner

from siteselect.batch import readers, run_batch
from siteselect.batch.folder import clear
from siteselect.cli import app
from siteselect.errors import SourceError

FAULTY = "bad,No place,car_park,far,60.0\n"


def said(town: Town, *more: str) -> tuple[int, str]:
    arguments = ["batch", str(town.folder / "batch.csv"), "--study", str(town.file)]
    arguments += ["--out", str(town.folder / "out"), "--partition-rows", "30", "--workers", "1"]
    done = CliRunner().invoke(app, [*arguments, *more])
    return done.exit_code, done.stdout


def listed(town: Town, text: str) -> None:
    (town.folder / "batch.csv").write_text(text, encoding="utf-8")


def test_csv_has_the_numbers_of_the_parquet_and_is_safe_to_open(town: Town) -> None:
    text = csv_of().replace("Place 5,", "=cmd|' /C calc'!A0,")
    plain = sites(batch(town, "plain", text=text).out)
    out = batch(town, "csv", form="csv").out
    assert sorted(path.suffix for path in (out / "sites").iterdir()) == [".csv"] * 4
    found = pd.concat(
        [
            pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
            for path in sorted((out / "sites").iterdir())
        ]
    ).set_index("site_id")
    assert found.index.tolist() == plain.index.tolist()
    assert set(plain.columns) - set(found.columns) == {"geometry"}
    numbers = plain.drop(columns="geometry").select_dtypes("number").columns
    assert "rank" in numbers
    assert "score_low" in numbers
    for name in numbers:
        mine, theirs = (
            one[name].astype(object).fillna(np.nan).astype(np.float64) for one in (found, plain)
        )
        assert np.array_equal(mine, theirs, equal_nan=True), name
    assert found.loc["b5", "name"] == "'=cmd|' /C calc'!A0"
    assert plain.loc["b5", "name"] == "=cmd|' /C calc'!A0"


def test_exit_codes_and_json(town: Town) -> None:
    listed(town, csv_of(FAULTY))
    code, text = said(town, "--json", "--top", "3")
    assert code == 0
    told = json.loads(text)
    assert (told["rows"], told["sites"], told["rejected"]) == (61, 60, 1)
    assert said(town, "--top", "3", "--fail-on", "rejected")[0] == 3
    assert said(town, "--top", "3", "--fail-on", "no-site")[0] == 0


def faulty_input(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "siteselect", "batch", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_exit_code_2_names_the_fault_without_a_traceback(town: Town) -> None:
    listed(town, "name,lon,lat\nnowhere,24,60\n")
    common = ("--study", str(town.file), "--out", str(town.folder / "out"))
    code, text = faulty_input(str(town.folder / "batch.csv"), *common)
    assert code == 2
    assert "site_id" in text
    assert "Traceback" not in text


def test_an_interrupted_run_says_so_and_goes_on_to_the_same_bytes(town: Town) -> None:
    listed(town, csv_of())
    whole = bytes_of(batch(town, "whole", partition_rows=6).out)
    out = town.folder / "out"
    command = [sys.executable, "-m", "siteselect", "batch", "batch.csv", "--study", "study.yaml"]
    command += ["--out", "out", "--partition-rows", "6", "--workers", "2"]
    with subprocess.Popen(
        command,
        cwd=town.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        while running.poll() is None and not done_parts(out):
            time.sleep(0.005)
        # A terminal sends it to the whole group, workers included.
        os.killpg(running.pid, signal.SIGINT)
        text = running.communicate()[1]
    assert running.returncode == 130
    assert "the same command goes on" in text
    assert "Traceback" not in text
    assert batch(town, "out", partition_rows=6).resumed >= 1
    assert bytes_of(out) == whole


def test_a_restart_that_was_killed_leaves_nothing_to_be_taken_for_the_next(town: Town) -> None:
    whole = bytes_of(batch(town, "whole", partition_rows=30).out)
    out = batch(town, "out", text=csv_of(), partition_rows=7).out
    (out / "journal.jsonl").unlink()
    assert batch(town, "out", partition_rows=30).resumed == 0
    assert bytes_of(out) == whole
    clear(out)
    assert bytes_of(out) == {}


def test_a_chunk_of_the_list_that_was_damaged_is_read_again(town: Town) -> None:
    whole = bytes_of(batch(town, "whole").out)

    def interrupt(step) -> None:
        if step.doing == "Working out sites":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch(town, "out", progress=interrupt)
    (town.folder / "out" / "work" / "list-00002.arrow").write_bytes(b"torn")
    assert batch(town, "out").resumed == 1
    assert bytes_of(town.folder / "out") == whole


@pytest.mark.parametrize("url", ["https://example.org/a.parquet", "az://box/a.parquet"])
def test_a_store_that_needs_a_library_names_the_command_that_brings_it(
    town: Town, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("aiohttp", "adlfs"):
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("fsspec.implementations.http",):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(SourceError, match="pip install") as caught:
        run_batch(url, town.file, town.folder / "out", workers=1)
    assert caught.value.faults[0].file == url


def test_an_object_store_is_read_through_fsspec(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed")
    store = fsspec.filesystem("memory")
    content = io.BytesIO()
    frame().to_parquet(content)
    store.pipe("/lists/a.parquet", content.getvalue())
    monkeypatch.setattr(readers, "SCHEMES", dict(readers.SCHEMES) | {"memory": "parquet"})
    found = run_batch("memory://lists/a.parquet", town.file, town.folder / "out", workers=1)
    assert found.sites == 60
    assert "bytes" in found.manifest["candidates"]["a.parquet"]


def test_rejected_rows_stand_in_the_order_of_the_list(town: Town, tmp_path: Path) -> None:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["site_id", "lon", "lat"])
    rows.writerows([f"x{number}", "far", "60"] for number in range(50))
    out = batch(town, "out", text=text.getvalue(), partition_rows=7, workers=2).out
    rejected = pd.read_parquet(out / "rejected.parquet")
    assert rejected["line"].drop_duplicates().tolist() == list(range(2, 52))
