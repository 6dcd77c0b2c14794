"""A long list, from file to ranked file: seconds, rate and peak memory of `siteselect batch`.

Usage: python benchmarks/batch.py [sites] [--ten] [--dask] [--towns] [folder with the data]

Sites lie at random on the real extract of Rutland, always the same ones; with --towns they stand
near its buildings. --ten runs ten times as many after that, which should take at most eleven times
as long in the same memory. --dask works the same list out on a Dask cluster of one and then of two
worker processes, and compares the seconds of the first phase. Memory is that of all processes of
the command together (proportional set size, so that pages they share count once), looked at five
times a second.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import shapely
from analyst import DATA, STUDY, rutland, scattered_places, versions
from analyst_study import near_buildings
from pyproj import Transformer

from siteselect.batch import Step, run_batch
from siteselect.batch.cluster import cluster

POLL_S = 0.2
KB_PER_GB = 1e6


def write_list(file: Path, count: int, data: Path, *, towns: bool) -> None:
    """Write sites as CSV in degrees."""
    _, territory = rutland(data)
    points = (near_buildings if towns else scattered_places)(territory, count)
    to_degrees = Transformer.from_crs(territory.crs, 4326, always_xy=True)
    lon, lat = to_degrees.transform(shapely.get_x(points), shapely.get_y(points))
    sites = pd.DataFrame({"site_id": range(count), "lon": lon, "lat": lat})
    sites.to_csv(file, index=False, float_format="%.7f")


def used_gb(process: int) -> float:
    """Give the memory of a process and all its children [GB]."""
    total, waiting = 0, [process]
    while waiting:
        folder = Path("/proc") / str(waiting.pop())
        with contextlib.suppress(OSError, ValueError):
            lines = (folder / "smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            for task in (folder / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
    return total / KB_PER_GB


def by_command(file: Path, out: Path, data: Path, study: Path = STUDY) -> tuple[float, float]:
    """Run the command: seconds and peak memory [GB]."""
    words = [sys.executable, "-m", "siteselect", "batch", file, "--study", study, "--out", out]
    start, peak_gb = time.perf_counter(), 0.0
    with subprocess.Popen(  # noqa: S603 - our own command
        [*map(str, words), "--data", str(data), "--json"], stdout=subprocess.DEVNULL
    ) as child:
        while child.poll() is None:
            peak_gb = max(peak_gb, used_gb(child.pid))
            time.sleep(POLL_S)
    if child.returncode:
        raise SystemExit(f"siteselect batch ended with {child.returncode}")
    return time.perf_counter() - start, peak_gb


def first_phase_s(file: Path, out: Path, data: Path, workers: int) -> float:
    """Work a list out on a cluster of so many processes, and time its first phase [s]."""
    from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra

    spent: list[float] = []

    def told(step: Step) -> None:
        if step.doing == "Working out sites":
            spent.append(step.seconds)

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as local,
        Client(local) as client,
    ):
        client.wait_for_workers(workers)
        run_batch(
            file, STUDY, out, data=data, scheduler=cluster(local.scheduler_address), progress=told
        )
    return max(spent)


def main(counts: list[int], data: Path, *, dask: bool, towns: bool) -> None:
    """Run the sizes asked for, and print a line each."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sites.csv"
        for count in counts:
            write_list(file, count, data, towns=towns)
            out = Path(folder) / f"out-{count}"
            seconds, peak_gb = by_command(file, out, data)
            told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["counts"]
            print(f"{count:,} rows: {seconds:.1f} s, {count / seconds:,.0f} sites/s, ", end="")
            print(f"peak {peak_gb:.2f} GB; {told['sites']:,} sites, {told['rejected']:,} rejected")
        if dask:
            one_s, two_s = (
                first_phase_s(file, Path(folder) / f"dask-{workers}", data, workers)
                for workers in (1, 2)
            )
            print(f"Dask, first phase: 1 worker {one_s:.1f} s, 2 workers {two_s:.1f} s, ", end="")
            print(f"{one_s / two_s:.2f} times as fast (goal: at least 1.7)")
    print(versions())


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    first = int(words[0]) if words else 1_000_000
    main(
        [first, 10 * first] if "--ten" in sys.argv else [first],
        Path(words[1]) if len(words) > 1 else DATA,
        dask="--dask" in sys.argv,
        towns="--towns" in sys.argv,
    )
