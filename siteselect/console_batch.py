"""What the command line prints of a batch: how far it is, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.text import Text

from siteselect.console import console_of, plain, working

if TYPE_CHECKING:
    from siteselect.batch import BatchResult, Step


@contextmanager
def following() -> Iterator[Callable[[Step], None]]:
    """Show on the error stream how far a batch is, its rate, and the time left."""
    with working() as tell:
        yield lambda step: tell(step_told(step))


def step_told(step: Step) -> str:
    """Write how far a batch is in one line."""
    if not step.parts:
        return f"{step.doing}, {step.rows:,} rows" if step.rows else step.doing
    text = f"{step.doing}: part {step.done:,} of {step.parts:,}"
    if step.fresh_rows and step.seconds > 0:
        rate = step.fresh_rows / step.seconds
        left_s = round((step.all_rows - step.rows) / rate)
        hours, minutes, seconds = left_s // 3600, left_s // 60 % 60, left_s % 60
        text += f", {rate:,.0f} rows/s, {hours}:{minutes:02}:{seconds:02} left"
    return text


def batch_told(found: BatchResult) -> dict[str, Any]:
    """Give what came out of a batch as plain data."""
    return {
        "out": str(found.out),
        "rows": found.rows,
        "sites": found.sites,
        "rejected": found.rejected,
        "ranked": found.ranked,
        "matched": found.matched,
        "unknown_in_top": found.unknown_in_top,
        "parts": found.parts,
        "resumed": found.resumed,
        "failed": list(found.failed),
        "outputs": found.manifest["outputs"],
    }


def show_batch(found: BatchResult) -> None:
    """Print what came out of a batch."""
    console = console_of()
    console.print(
        f"{found.rows:,} rows: {found.sites:,} sites, {found.rejected:,} rejected "
        f"(rejected.parquet says why). {found.ranked:,} sites fail no rule and are ranked."
    )
    console.print(Text(f"{plain(found.out, 300)}: sites/, top.csv, manifest.json"))
    if found.resumed:
        console.print(f"{found.resumed} of {found.parts} parts were there from before.")
