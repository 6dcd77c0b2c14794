"""The second phase: ranks over the whole list, and the files that are handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from siteselect.batch.arrow_file import arrow_bytes, arrow_table
from siteselect.batch.csv_file import csv_bytes
from siteselect.batch.folder import RESULTS
from siteselect.batch.journal import write_whole
from siteselect.batch.manifest import MANIFEST, manifest_of, text_of
from siteselect.batch.records import Step
from siteselect.batch.seal import leaders, parquet_bytes, plain, sealed_schema, sealing
from siteselect.batch.table import RANKS, SCORES, schema_of
from siteselect.batch.work import REJECTED
from siteselect.decision.ranking import places_among

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from siteselect.batch.context import Context
    from siteselect.batch.folder import Folder
    from siteselect.batch.phase import Part


class Scores(NamedTuple):
    """The scores of all ranked sites, sorted: at the worst and at the best of their unknowns."""

    lows: NDArray[np.float64]
    highs: NDArray[np.float64]


def scores_of(parts: Sequence[Part]) -> Scores:
    """Gather the scores of all parts; two numbers a site are all that is held of a whole list."""
    count, first = sum(part.counts["sites"] for part in parts), 0
    lows, highs = np.empty(count), np.empty(count)
    for part in parts:
        low, high, eligible = _scores(part)
        mine = slice(first, first + int(eligible.sum()))
        lows[mine], highs[mine] = low[eligible], high[eligible]
        first = mine.stop
    lows, highs = lows[:first], highs[:first]
    lows.sort()
    highs.sort()
    return Scores(lows, highs)


def ranks_of(part: Part, scores: Scores) -> bytes:
    """Rank the sites of a part among all: the columns of `RANKS`."""
    low, high, eligible = _scores(part)
    found: dict[str, NDArray[Any]] = dict(places_among(*scores, low, high))
    found["possible_first"] = eligible & (found["rank_best"] == 1)
    found["sure_first"] = eligible & (found["rank_worst"] == 1)
    columns = {
        name: pa.array(found[name], kind, mask=~eligible if kind == pa.int64() else None)
        for name, kind in RANKS.items()
    }
    return arrow_bytes(pa.table(columns))


def _scores(part: Part) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    table = arrow_table(part.sites.read_bytes(), SCORES)
    low, high, eligible = (table[name].to_numpy() for name in SCORES)
    return low, high, eligible


def write_rejected(parts: Sequence[Path], path: Path) -> None:
    """Put the rejected rows of all parts into one table, in the order of the list."""
    beside = path.with_name(f".{path.name}.part")
    with pq.ParquetWriter(beside, REJECTED, compression="zstd") as writer:
        for part in parts:
            table = arrow_table(part.read_bytes())
            if table.num_rows:
                writer.write_table(table)
    beside.replace(path)


def write_top(chosen: pa.Table, out: Path, crs: Any) -> int:
    """Write the leading sites of all, and say how many of them have an unknown measure."""
    write_whole(out / "top.parquet", parquet_bytes(chosen, crs))
    write_whole(out / "top.csv", csv_bytes(plain(chosen)))
    return sum(text != "" for text in chosen["unknown_because"].to_pylist())


def finish(
    folder: Folder, context: Context, basis: dict[str, Any], parts: Sequence[Part]
) -> dict[str, Any]:
    """Rank all sites, hand the parts over with their ranks, and write the manifest last."""
    folder.progress(Step("Ranking"))
    scores = scores_of(parts)
    tasks = (
        (number, (part.sites.read_bytes(), ranks_of(part, scores)))
        for number, part in enumerate(parts)
    )
    seal = sealing(folder.form, folder.where, folder.top)
    handed: dict[int, dict[str, Any]] = {}
    leading = sealed_schema(schema_of(context)).empty_table()
    for number, sealed in folder.scheduler(tasks, seal, context, folder.workers):
        name = f"part-{number:05d}.{folder.form}"
        sha256 = write_whole(folder.sites / name, sealed.file)
        more = {"file": f"{folder.sites.name}/{name}", "sha256": sha256, "matched": sealed.matched}
        handed[number] = parts[number].counts | more
        leading = leaders(pa.concat_tables([leading, arrow_table(sealed.leading)]), folder.top)
        folder.progress(Step("Writing sites", done=len(handed), parts=len(parts)))
    write_rejected([part.rejected for part in parts], folder.out / "rejected.parquet")
    totals = {
        name: sum(part.counts[name] for part in parts)
        for name in ("rows", "sites", "rejected", "faults")
    }
    totals |= {
        "ranked": len(scores.lows),
        "matched": sum(part["matched"] for part in handed.values()),
        "unknown_in_top": write_top(leading, folder.out, context.territory.crs),
    }
    described = [handed[number] for number in sorted(handed)]
    written = [folder.out / name for name in RESULTS if name != MANIFEST]
    manifest = manifest_of(context, basis, totals, described, written)
    write_whole(folder.out / MANIFEST, text_of(manifest).encode())
    return manifest
