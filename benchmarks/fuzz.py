"""Have damaged files read, and count what became of them: `python benchmarks/fuzz.py 10000 1`.

Every file must be read, or refused with faults; a candidate list must account for every row. The
files are read in a process of their own, so that a crash of native code is one result among
others. A result that must not be ends with exit code 1 and names the files by seed and number.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"
BATCH = 250
STALLED_S = 600
GOOD = {"read", "refused"}

Result = tuple[int, str, str]


def run(count: int, seed: int, kinds: tuple[str, ...] = ()) -> list[Result]:
    """Read `count` damaged files; number, kind and outcome of each."""
    found: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="siteselect-fuzz-") as folder:
        while len(found) < count:
            size = min(BATCH, count - len(found))
            batch = Path(folder) / str(len(found))
            found += _batch(batch, seed, len(found), size, kinds)
    return found


def _batch(folder: Path, seed: int, first: int, count: int, kinds: tuple[str, ...]) -> list[Result]:
    """Read some files in a process of their own; where it dies, its last file is the cause."""
    arguments = [str(folder), str(seed), str(first), str(count), *kinds]
    command = [sys.executable, "-W", "ignore", str(TESTS / "fuzz_inputs.py"), *arguments]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as wrong:
        try:
            code = subprocess.run(  # noqa: S603 - our own worker
                command, stdout=out, stderr=wrong, timeout=STALLED_S, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            code = -9
        out.seek(0)
        wrong.seek(0)
        lines = [json.loads(line) for line in out]
        last_words = wrong.read()[-300:]
    kind_of = {line["number"]: line["kind"] for line in lines if "kind" in line}
    was = {line["number"]: line["was"] for line in lines if "was" in line}
    if not kind_of:
        raise RuntimeError(f"the worker did not start: {last_words}")
    return [
        (number, kind, was.get(number, f"the process died ({code}): {last_words}"))
        for number, kind in kind_of.items()
    ]


def main() -> None:
    """Print the tally by kind."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1  # noqa: PLR2004 - the second argument
    start = time.perf_counter()
    found = run(count, seed)
    tally = Counter((kind, was if was in GOOD else "WRONG") for _, kind, was in found)
    print(f"{'kind':<12}{'files':>8}{'read':>8}{'refused':>9}{'wrong':>7}")
    for kind in sorted({kind for kind, _ in tally}):
        row = [tally[kind, was] for was in ("read", "refused", "WRONG")]
        print(f"{kind:<12}{sum(row):>8}{row[0]:>8}{row[1]:>9}{row[2]:>7}")
    wrong = [result for result in found if result[2] not in GOOD]
    print(f"{len(found)} files, {len(wrong)} wrong, {time.perf_counter() - start:.0f} s")
    for number, kind, was in wrong[:50]:
        print(f"seed {seed}, number {number}, {kind}: {was}")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
