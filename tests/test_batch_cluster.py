"""A batch on a Dask cluster gives the bytes of a batch here, also when workers die and join."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import X0, Y0, Town, lonlat
from typer.testing import CliRunner

from siteselect.batch import run_batch
from siteselect.batch.cluster import cluster
from siteselect.cli import app
from siteselect.errors import Fault, InputError, RunError

distributed = pytest.importorskip("distributed", reason="the extra `distributed` is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed"),
]


@pytest.fixture(scope="module")
def two_workers() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0"
    ) as started:
        yield started


@pytest.fixture
def listed(town: Town) -> Path:
    """Write a list of 600 places, some faulty."""
    places = np.random.default_rng(1).uniform(0, 1000, (600, 2))
    rows = [f"p{n},{lon!r},{lat!r}" for n, (lon, lat) in enumerate(lonlat(*at) for at in places)]
    rows[7] = "p7,nowhere,60"
    rows[400] = rows[3]
    path = town.folder / "many.csv"
    path.write_text("site_id,lon,lat\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Read every result; the log may have times."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".jsonl"
    }


def test_a_cluster_changes_no_byte(town: Town, listed: Path, two_workers: Any) -> None:
    study = town.file
    here = run_batch(listed, study, town.folder / "here", partition_rows=100, workers=1)
    there = run_batch(
        listed,
        study,
        town.folder / "there",
        partition_rows=100,
        scheduler=cluster(two_workers.scheduler_address),
    )
    assert here.rows == there.rows == 600
    assert there.rejected == 3
    assert bytes_of(town.folder / "here") == bytes_of(town.folder / "there")


def test_a_worker_that_is_killed_and_one_that_joins_change_no_byte(
    town: Town, listed: Path, two_workers: Any
) -> None:
    study, out = town.file, town.folder / "there"
    run_batch(listed, study, town.folder / "here", partition_rows=20, workers=1)
    victims = [worker.pid for worker in two_workers.workers.values()]
    killed = threading.Event()

    def kill_once(step: Any) -> None:
        if step.done >= 3 and not killed.is_set():
            killed.set()
            os.kill(victims[0], signal.SIGKILL)
            two_workers.scale(3)

    run_batch(
        listed,
        study,
        out,
        partition_rows=20,
        scheduler=cluster(two_workers.scheduler_address),
        progress=kill_once,
    )
    assert killed.is_set()
    assert bytes_of(town.folder / "here") == bytes_of(out)


def test_a_fault_of_the_list_comes_back_whole(town: Town, two_workers: Any) -> None:
    path = town.folder / "list.csv"
    path.write_text(f"site,lon,lat\na,{X0},{Y0}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        run_batch(
            path,
            town.file,
            town.folder / "out",
            scheduler=cluster(two_workers.scheduler_address),
        )
    assert any("site_id" in str(fault) for fault in caught.value.faults)


def test_nobody_at_the_address_is_said_plainly(
    town: Town, listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siteselect.batch.cluster._PATIENCE_S", 1)
    given = ["batch", str(listed), "--study", str(town.file), "--out", str(town.folder / "out")]
    done = CliRunner().invoke(app, [*given, "--scheduler", "tcp://127.0.0.1:9"])
    assert isinstance(done.exception, RunError)
    assert "no cluster answers there" in str(done.exception)


def test_errors_cross_processes_with_their_faults() -> None:
    error = InputError([Fault("a.csv", "wrong", "Mend it.", row=3)])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert again.faults == error.faults
    assert str(again) == str(error)
