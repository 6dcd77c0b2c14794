"""What the command line prints of a sized pod."""

from __future__ import annotations

from typing import Any

import yaml
from rich.table import Table
from rich.text import Text

from siteselect.console import console_of, plain
from siteselect.sizing.size import Sizing, figures


def sizing_told(sizing: Sizing) -> dict[str, Any]:
    """Give a sizing as plain data: figures, notes, worksheet, and the pod for a study."""
    return {
        "figures": {name: _plain_number(value) for name, value in figures(sizing).items()},
        "pod": sizing.pod.model_dump(mode="json"),
        "notes": list(sizing.notes),
        "place": dict(sizing.place_notes),
        "worksheet": [
            {
                "name": step.name,
                "formula": step.formula,
                "inputs": {name: _plain_number(value) for name, value in step.inputs},
                "result": _plain_number(step.result),
                "unit": step.unit,
                "source": step.source,
            }
            for step in sizing.worksheet
        ],
    }


def show_sizing(sizing: Sizing) -> None:
    """Print the worksheet, the notes, and the lines to put into a study."""
    console = console_of()
    grid = Table(title="Worksheet", title_justify="left")
    for heading in ("Step", "How", "From", "Result", "Source"):
        grid.add_column(heading, justify="right" if heading == "Result" else "left")
    for step in sizing.worksheet:
        grid.add_row(
            Text(plain(step.name)),
            Text(plain(step.formula, 120)),
            Text(", ".join(f"{name} {_shown(value)}" for name, value in step.inputs)),
            Text(f"{_shown(step.result)} {step.unit}".strip()),
            Text(plain(step.source, 90)),
        )
    console.print(grid)
    for note in sizing.notes:
        console.print(Text(f"Note: {plain(note, 400)}"))
    for topic, note in sizing.place_notes:
        console.print(Text(f"{topic.capitalize()}: {plain(note, 400)}"))
    pod = sizing.pod.model_dump(mode="json", exclude_defaults=True)
    console.print(Text("Lines for the study:", style="bold"))
    console.print(Text(yaml.safe_dump({"pod": pod}, sort_keys=False).rstrip()))


def _shown(value: object) -> str:
    if isinstance(value, float):
        return "unknown" if value != value else f"{value:.4g}"  # noqa: PLR0124 - true of NaN only
    return plain(value)


def _plain_number(value: Any) -> Any:
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 - NaN
