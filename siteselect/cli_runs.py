"""The commands about runs that were written: their difference, and the decisions taken on them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siteselect.cli_options import AsJson, Top, print_json

if TYPE_CHECKING:
    from siteselect.comparing.difference import Difference

EXIT_MOVED = 3
"""The comparison is complete, and what --fail-on names has changed."""
EXIT_BROKEN = 3
"""The decisions are listed, but the chain of the log does not hold."""

RunFolder = Annotated[
    Path, typer.Argument(metavar="RUN", help="Folder that `siteselect run` wrote.")
]
LogFile = Annotated[
    Path | None, typer.Option("--log", help="Decision log; left out, RUN/decisions.jsonl.")
]


class FailOn(StrEnum):
    """What makes `diff` leave with exit code 3."""

    winner = "winner"
    any = "any"


class Decided(StrEnum):
    """What can be decided about a site."""

    accept = "accept"
    reject = "reject"
    defer = "defer"
    override = "override"


def diff(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="Folder of the earlier run.")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="Folder of the later run.")],
    top: Top = 20,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write the tables into, as CSV.")
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option("--fail-on", help="Exit code 3 if the winner, or any rank, has changed."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which sites moved between two runs, and what moved them.

    Data, scales and weights move scores; candidates and rules move ranks. See docs/runs.md.

    Example: siteselect diff runs/june runs/july --fail-on winner
    """
    from siteselect.comparing.difference import difference, ranks_changed  # noqa: PLC0415 - slow
    from siteselect.comparing.recorded import read_runs  # noqa: PLC0415
    from siteselect.console_runs import difference_told, show_difference  # noqa: PLC0415

    a, b = read_runs([run_a, run_b])
    found = difference(a, b)
    if out is not None:
        _write_tables(found, out)
    if as_json:
        print_json(difference_told(a, b, found))
    else:
        show_difference(a, b, found, top)
        if out is not None:
            typer.echo(f"Tables: {out} (diff.csv, diff_measures.csv, diff_verdicts.csv ...)")
    if fail_on is not None and ranks_changed(found, fail_on.value):
        raise typer.Exit(EXIT_MOVED)


def decide(
    run: RunFolder,
    site: Annotated[str, typer.Option("--site", help="Identifier of the site.")],
    who: Annotated[str, typer.Option("--who", help="Who decides.")],
    decision: Annotated[Decided, typer.Option("--decision", help="What is decided.")],
    why: Annotated[str, typer.Option("--why", help="The reason, in words.")],
    evidence: Annotated[
        list[str] | None,
        typer.Option("--evidence", help="Rule or criterion it rests on; may be repeated."),
    ] = None,
    log: LogFile = None,
    as_json: AsJson = False,
) -> None:
    """Add a decision about a site to the run's decision log; no verdict and no rank changes.

    Example: siteselect decide runs/july --site a --who Board --decision accept --why "Best use"
    """
    from siteselect.comparing.evidence import (  # noqa: PLC0415 - seconds of imports
        check_evidence,
        check_site,
        snapshot,
        verdicts_against,
    )
    from siteselect.comparing.recorded import read_run  # noqa: PLC0415
    from siteselect.decision_log import LOG, Decision, append  # noqa: PLC0415

    recorded = read_run(run)
    check_site(recorded, site)
    check_evidence(recorded, site, evidence or [])
    failed = verdicts_against(recorded, site)
    named = tuple(dict.fromkeys(evidence or (failed if decision == Decided.override else [])))
    taken = Decision(
        site_id=site,
        choice=decision.value,
        who=who,
        why=why,
        evidence=named,
        run=recorded.digest,
        snapshot=snapshot(recorded, site),
    )
    file = log or run / LOG
    digest = append(file, taken)
    if as_json:
        print_json({"log": str(file), "sha256": digest, "failed_rules": failed})
        return
    typer.echo(f"Recorded in {file}. Hash of the line, to be noted elsewhere: {digest}")
    if failed and decision in {Decided.accept, Decided.override}:
        typer.echo(f"The verdict stays: the site fails {', '.join(failed)} and has no rank.")


def decisions(
    run: RunFolder,
    against: Annotated[
        Path | None,
        typer.Option("--against", help="Later run to hold the evidence against; else RUN."),
    ] = None,
    noted: Annotated[
        str | None, typer.Option("--noted", help="Hash of a line that the log must still hold.")
    ] = None,
    log: LogFile = None,
    as_json: AsJson = False,
) -> None:
    """List decisions, check that the log was not edited, and flag what has changed since.

    Example: siteselect decisions runs/june --against runs/july
    """
    from siteselect.comparing.recorded import read_run  # noqa: PLC0415 - seconds of imports
    from siteselect.console_runs import decisions_told, show_decisions  # noqa: PLC0415
    from siteselect.decision_log import LOG, read  # noqa: PLC0415

    found = read(log or run / LOG, holds=noted)
    recorded = read_run(against or run)
    if as_json:
        print_json(
            {
                "against": recorded.title,
                "chain_holds": not found.broken,
                "broken": list(found.broken),
                "torn_lines": list(found.torn),
                "head": found.head,
                "decisions": decisions_told(found, recorded),
            }
        )
    else:
        show_decisions(found, recorded)
    if found.broken:
        raise typer.Exit(EXIT_BROKEN)


def _write_tables(found: Difference, out: Path) -> None:
    from siteselect.errors import Fault, RunError  # noqa: PLC0415
    from siteselect.report.tables import safe_csv  # noqa: PLC0415 - seconds of imports

    tables = {
        "diff.csv": found.sites,
        "diff_measures.csv": found.measures,
        "diff_verdicts.csv": found.verdicts,
        "diff_settings.csv": found.settings,
        "diff_inputs.csv": found.inputs,
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            (out / name).write_text(safe_csv(table), encoding="utf-8", newline="\n")
    except OSError as error:
        problem = f"cannot be written: {error.strerror}"
        raise RunError(Fault(str(out), problem, "Choose another folder.")) from None
