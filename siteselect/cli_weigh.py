"""The command that turns judgements into weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteselect.cli_options import AsJson, print_json


def weigh(
    judgements: Annotated[Path, typer.Argument(metavar="FILE", help="File of judgements (YAML).")],
    as_json: AsJson = False,
) -> None:
    """Work out swings from judgements, say how consistent they are, and what to look at again.

    Example: siteselect weigh judgements.yaml

    The file holds `groups:` and, for each group under `criteria:`, one judgement, which is one of:

    {method: swing, swings: {a: 100, b: 40}}

    {method: rank_order, order: [a, [b, c], d]}

    {method: best_worst, best_to_others: {a: 1, b: 3}, others_to_worst: {a: 3, b: 1}}

    {method: pairs, pairs: {a: {b: 3, c: 5}, b: {c: 1/2}}}
    """
    from siteselect.console_explain import elicited_told, show_elicited  # noqa: PLC0415 - slow
    from siteselect.decision.elicitation import elicit_levels  # noqa: PLC0415
    from siteselect.judgement_file import load_judgements  # noqa: PLC0415

    levels = elicit_levels(load_judgements(judgements))
    if as_json:
        print_json(elicited_told(levels))
    else:
        show_elicited(levels)
