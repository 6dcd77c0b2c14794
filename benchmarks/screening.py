"""A thousand sites by all rules and all receptors in one run, on the map of a whole county.

Usage: python benchmarks/screening.py [sites] [folder with the data]

The study is data/rutland with every shipped rule pack, with the overhead lines and with the
buildings of the same extract as screens against noise; the grid is as fine as it takes to propose
enough sites. Times are of one run from the files to the findings, on warm files.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from siteselect.assess import assess
from siteselect.compliance.screening import load_packs, shipped_packs
from siteselect.study import Study
from siteselect.study_file import load_study

ROOT = Path(__file__).resolve().parents[1]
STUDY = ROOT / "data" / "rutland" / "study.yaml"
COUNTY_M2 = 26_700.0 * 26_400.0
"""Surface of the box that the extract covers."""
PLACES = 379
"""Places that the extract proposes beside the grid."""


def declared(sites: int) -> Study:
    """Give the study of Rutland with all packs, more layers, and a grid that is fine enough."""
    study = load_study(STUDY)
    extract = study.layers["roads"]
    grid = study.candidates.grid
    spacing_m = (COUNTY_M2 / max(sites - PLACES, 1)) ** 0.5 * 0.97
    return study.model_copy(
        update={
            "packs": shipped_packs(),
            "layers": {**study.layers, "utilities": extract, "noise_screens": extract},
            "candidates": study.candidates.model_copy(
                update={"grid": grid and grid.model_copy(update={"spacing_m": spacing_m})}
            ),
        }
    )


def main(sites: int = 1000, data: Path = ROOT.parent / "shared" / "data") -> None:
    """Run once and print the seconds of each step."""
    study = declared(sites)
    steps: list[tuple[str, float]] = []
    start = time.perf_counter()
    found = assess(
        study,
        STUDY.parent,
        data=data,
        opinions=False,
        progress=lambda step: steps.append((step, time.perf_counter())),
    )
    end = time.perf_counter()
    rules = sum(len(pack.rules) for pack in load_packs(study.packs))
    receptors = len(found.layers["noise_receptors"].frame)
    print(f"{len(found.sites)} sites, {rules} rules of {len(study.packs)} packs, ", end="")
    print(f"{receptors} receptors, {len(found.findings)} findings")
    for (step, since), (_, until) in zip(steps, [*steps[1:], ("", end)], strict=True):
        print(f"{until - since:8.2f} s  {step}")
    print(f"{end - start:8.2f} s  in all (goal: under 60 s on two cores)")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*map(int, given[:1]), *map(Path, given[1:]))
