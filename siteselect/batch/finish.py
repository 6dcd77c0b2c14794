"""The second phase: ranks over the whole list, and the files that are handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from siteselect.batch.arrow_file import arrow_bytes, arrow_table
from siteselect.batch.folder import RESULTS
from siteselect.batch.journal import write_whole
from siteselect.batch.manifest import MANIFEST, manifest_of, text_of
from siteselect.batch.records import Step
from siteselect.batch.seal import csv_text, leaders, parquet_bytes, sealed_schema, sealing
from siteselect.batch.table import RANKS, SCORES, schema_of
from siteselect.batch.work import REJECTED
from siteselect.decision.ranking import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from siteselect.batch.context import Context
    from siteselect.batch.folder import Folder
    from siteselect.batch.phase import Part


def ranks_of(parts: Sequence[Path]) -> tuple[list[int], dict[str, NDArray[Any]]]:
    """Rank all sites of all parts at once; held in memory are a few numbers a site.

    Returns
    -------
    tuple
        How many sites each part has, and the columns of `RANKS`, with `ranked`.
    """
    low, high, ranked = [np.empty(0)], [np.empty(0)], [np.empty(0, dtype=bool)]
    for part in parts:
        scores = arrow_table(part.read_bytes(), SCORES)
        low.append(scores["score_low"].to_numpy())
        high.append(scores["score_high"].to_numpy())
        ranked.append(scores["eligible"].to_numpy())
    eligible = np.concatenate(ranked)
    found: dict[str, NDArray[Any]] = dict(
        places(np.concatenate(low), np.concatenate(high), eligible)
    )
    found["possible_first"] = eligible & (found["rank_best"] == 1)
    found["sure_first"] = eligible & (found["rank_worst"] == 1)
    return [len(one) for one in low[1:]], found | {"ranked": eligible}


def ranks_by_part(counts: Sequence[int], found: dict[str, NDArray[Any]]) -> Iterator[bytes]:
    """Cut the ranks into those of each part."""
    first = 0
    for count in counts:
        mine = slice(first, first + count)
        unranked = ~found["ranked"][mine]
        columns = {
            name: pa.array(found[name][mine], kind, mask=unranked if kind == pa.int64() else None)
            for name, kind in RANKS.items()
        }
        yield arrow_bytes(pa.table(columns))
        first += count


def write_rejected(parts: Sequence[Path], path: Path) -> None:
    """Put the rejected rows of all parts into one table, in the order of the list."""
    beside = path.with_name(f".{path.name}.part")
    with pq.ParquetWriter(beside, REJECTED, compression="zstd") as writer:
        for part in parts:
            table = arrow_table(part.read_bytes())
            if table.num_rows:
                writer.write_table(table)
    beside.replace(path)


def write_top(leading: Sequence[pa.Table], schema: pa.Schema, folder: Folder, crs: Any) -> int:
    """Write the leading sites of all, and say how many of them have an unknown measure."""
    chosen = leaders(pa.concat_tables([schema.empty_table(), *leading]), folder.top)
    write_whole(folder.out / "top.parquet", parquet_bytes(chosen, crs))
    write_whole(folder.out / "top.csv", csv_text(chosen).encode())
    return sum(text != "" for text in chosen["unknown_because"].to_pylist())


def finish(
    folder: Folder, context: Context, basis: dict[str, Any], parts: Sequence[Part]
) -> dict[str, Any]:
    """Rank all sites, hand the parts over with their ranks, and write the manifest last."""
    folder.progress(Step("Ranking"))
    counts, found = ranks_of([part.sites for part in parts])
    tasks = (
        (number, (part.sites.read_bytes(), ranks))
        for number, (part, ranks) in enumerate(
            zip(parts, ranks_by_part(counts, found), strict=True)
        )
    )
    seal = sealing(folder.form, folder.where, folder.top)
    handed: dict[int, dict[str, Any]] = {}
    leading: dict[int, pa.Table] = {}
    for number, sealed in folder.scheduler(tasks, seal, context, folder.workers):
        name = f"part-{number:05d}.{folder.form}"
        sha256 = write_whole(folder.sites / name, sealed.file)
        more = {"file": f"{folder.sites.name}/{name}", "sha256": sha256, "matched": sealed.matched}
        handed[number] = parts[number].counts | more
        leading[number] = arrow_table(sealed.leading)
        folder.progress(Step("Writing sites", done=len(handed), parts=len(parts)))
    write_rejected([part.rejected for part in parts], folder.out / "rejected.parquet")
    totals = {
        name: sum(part.counts[name] for part in parts)
        for name in ("rows", "sites", "rejected", "faults")
    }
    totals |= {
        "ranked": int(found["ranked"].sum()),
        "matched": sum(part["matched"] for part in handed.values()),
        "unknown_in_top": write_top(
            [leading[number] for number in sorted(leading)],
            sealed_schema(schema_of(context)),
            folder,
            context.territory.crs,
        ),
    }
    described = [handed[number] for number in sorted(handed)]
    written = [folder.out / name for name in RESULTS if name != MANIFEST]
    manifest = manifest_of(context, basis, totals, described, written)
    write_whole(folder.out / MANIFEST, text_of(manifest).encode())
    return manifest
