"""Kill a batch without warning, let it go on, and compare every byte of what comes out.

`python benchmarks/kill.py [points] [rows] [seed]`: each trial begins in a fresh folder, is ended by
SIGKILL with all its workers, and is run again to its end. A quarter of the points are anywhere in
the run; the others are aimed at the reading of the list, at the parts, and at the last phase, each
at random within it. A byte that differs, or a run that does not go on, ends with exit code 1.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np

HELSINKI = Path(__file__).resolve().parents[1] / "data" / "helsinki"
PARTS = 12
UNCOMPARED = {"journal.jsonl", "log.jsonl", ".lock"}
"""The only files that may differ: they say what was done when, and are no results."""
LATEST_S = 0.1
"""A kill that is aimed comes up to so long after what it waits for."""


def write_list(path: Path, rows: int, seed: int) -> None:
    """Write random places in the demo's area; some rows are faulty, some identifiers repeated."""
    draw = np.random.default_rng(seed)
    west, south, east, north = (
        gpd.read_parquet(HELSINKI / "layers" / "area.parquet").to_crs(4326).total_bounds
    )
    places = zip(draw.uniform(west, east, rows), draw.uniform(south, north, rows), strict=True)
    lines = [f"p{number},Place {number},{lon:.7f},{lat:.7f}" for number, (lon, lat) in
             enumerate(places)]  # fmt: skip
    lines[rows // 3] = "p3,Twice,24.95,60.17"
    lines[rows // 2] = "nowhere,No place,far,60.17"
    path.write_text("site_id,name,lon,lat\n" + "\n".join(lines) + "\n", encoding="utf-8")


def command(given_list: Path, out: Path, rows: int) -> list[str]:
    """Write the command of every run."""
    study = str(HELSINKI / "study.yaml")
    return [
        *(sys.executable, "-m", "siteselect", "batch", str(given_list), "--study", study),
        *("--out", str(out), "--partition-rows", str(-(-rows // PARTS)), "--workers", "2"),
        *("--where", "eligible", "--top", "10"),
    ]


def bytes_of(out: Path) -> dict[str, bytes]:
    """Read every result."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and path.name not in UNCOMPARED
    }


def stage(out: Path) -> str:
    """Say how far a run was, from what it left."""
    if (out / "manifest.json").exists():
        return "the manifest was written"
    if any((out / "sites").glob("part-*")):
        return "sites were being sealed"
    journal = out / "journal.jsonl"
    done = journal.read_text(encoding="utf-8", errors="replace") if journal.exists() else ""
    parts = done.count('"done": "part"')
    if parts == PARTS:
        return "all parts done, none sealed"
    if parts:
        return "parts were being worked out"
    if '"done": "list"' in done:
        return "the list was read, no part done"
    return "the list was being read" if done else "the layers were being read"


def waits(out: Path, chance: random.Random, aim: str, took_s: float) -> Callable[[float], bool]:
    """Choose what a kill waits for; it is told how long the run has been going [s]."""
    if aim == "any":
        moment = chance.uniform(0, took_s)
        return lambda gone_s: gone_s >= moment
    names = {"list": "work/list-*", "parts": "work/sites-*", "seal": "sites/part-*"}
    count = chance.randint(0 if aim == "seal" else 1, PARTS)
    if count == 0:
        names["seal"], count = "work/rejected-*", PARTS
    return lambda _: sum(1 for _ in out.glob(names[aim])) >= count


def killed(arguments: list[str], out: Path, chance: random.Random, aim: str, took_s: float) -> str:
    """Run a batch, kill its process group, and say when that was."""
    with subprocess.Popen(  # noqa: S603 - our own command
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as running:
        started = time.monotonic()
        ready = waits(out, chance, aim, took_s)
        while running.poll() is None and not ready(time.monotonic() - started):
            time.sleep(0.001)
        if aim != "any":
            time.sleep(chance.uniform(0, LATEST_S))
        if running.poll() is not None:
            return "the run had ended"
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    return stage(out)


def outcome(arguments: list[str], out: Path, undisturbed: dict[str, bytes]) -> str:
    """Let a run go on to its end, and compare what it gives."""
    again = subprocess.run(arguments, capture_output=True, text=True, check=False)  # noqa: S603
    if again.returncode:
        return f"exit code {again.returncode}: {again.stderr[-500:]}"
    found = bytes_of(out)
    names = found.keys() | undisturbed.keys()
    wrong = sorted(name for name in names if found.get(name) != undisturbed.get(name))
    return f"differs: {', '.join(wrong)}" if wrong else "identical"


def main(points: int = 20, rows: int = 2_400, seed: int = 1) -> int:
    """Kill so many runs, and print a line for each and the tally."""
    chance = random.Random(seed)  # noqa: S311 - a draw, not a secret
    tally: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(prefix="siteselect-kill-") as name:
        folder = Path(name)
        given_list = folder / "list.csv"
        write_list(given_list, rows, seed)
        started = time.monotonic()
        subprocess.run(  # noqa: S603
            command(given_list, folder / "undisturbed", rows), check=True, capture_output=True
        )
        took_s = time.monotonic() - started
        undisturbed = bytes_of(folder / "undisturbed")
        print(f"undisturbed: {took_s:.1f} s, {len(undisturbed)} files, seed {seed}", flush=True)
        for point in range(points):
            aim, out = ("any", "list", "parts", "seal")[point % 4], folder / str(point)
            arguments = command(given_list, out, rows)
            when = killed(arguments, out, chance, aim, took_s)
            what = outcome(arguments, out, undisturbed)
            tally[when, what] += 1
            print(f"{point + 1:3} {aim:5} {when}: {what}", flush=True)
    for (when, what), count in sorted(tally.items()):
        print(f"{count:4} {when}: {what}")
    good = sum(count for (_, what), count in tally.items() if what == "identical")
    print(f"{good} of {points} identical")
    return 0 if good == points else 1


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
