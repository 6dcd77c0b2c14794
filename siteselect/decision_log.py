"""The decision log: who decided what, when, why and on which evidence; lines are only added.

One JSON object a line, in ASCII. Each line carries its own hash and that of the line before (with
what a crash left after it), so that a change, a removal or another order shows. The chain has no
key: whoever can write the file can also write another chain, and lines cut off the end leave no
gap. Note the hash that `append` returns elsewhere, and `read` can be asked whether the log still
holds it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from siteselect.errors import Fault, InputError, RunError
from siteselect.locked_file import add_bytes, all_bytes, locked_for_adding

LOG = "decisions.jsonl"
"""Name of the log in a run folder."""

Choice = Literal["accept", "reject", "defer", "override"]
CHOICES: tuple[Choice, ...] = get_args(Choice)
"""What can be decided. An override goes against a verdict; the verdict stays as it is."""

FORMAT = "siteselect decision 1"
LONGEST_NAME, LONGEST_WHY = 200, 20_000
"""Letters of a name and of a reason; enough to explain, too few to bury the log."""

FIRST = "0" * 64
"""What the first line names as the line before it."""

_START = b'{"at":'


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a site.

    `evidence` names the rules and criteria that it rests on; `run` is the manifest hash of the run
    that was looked at, `snapshot` what that run knew of the site (`comparing.evidence`).
    """

    site_id: str
    choice: Choice
    who: str
    why: str
    evidence: tuple[str, ...]
    run: str
    snapshot: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a log. `decision` is None where the line was cut short or is none of ours."""

    line: int
    raw: bytes
    at: str
    previous: str
    decision: Decision | None
    problem: str

    @property
    def sha256(self) -> str:
        """Hash of the line."""
        return _sha256(self.raw)


@dataclass(frozen=True, slots=True)
class Log:
    """A log as read: its lines, and what its chain shows to be wrong.

    `torn` numbers the lines that are no whole decision, as a crash leaves them; `broken` says where
    the chain does not hold, which means that the log was edited.
    """

    entries: tuple[Entry, ...]
    torn: tuple[int, ...]
    broken: tuple[str, ...]

    @property
    def head(self) -> str:
        """Hash of the last line."""
        return self.entries[-1].sha256 if self.entries else FIRST


def append(log: Path, decision: Decision, now: datetime | None = None) -> str:
    """Add one decision at the end of a log and wait until it is on the disk.

    Writers take turns by a lock on the file; nothing that is there is ever rewritten. After a line
    that a crash cut short, the new one begins on a line of its own and names the torn one.

    Parameters
    ----------
    log : file; made if absent.
    decision : what was decided.
    now : time of the decision; the clock's when left out.

    Returns
    -------
    str
        Hash of the new line (SHA-256), to be noted elsewhere.

    Raises
    ------
    InputError
        The decision is not one: with every fault.
    RunError
        The file is no decision log, or cannot be written.
    """
    if faults := [*_faults(decision)]:
        raise InputError(faults)
    if log.exists() and not log.is_file():
        raise RunError(Fault(str(log), "is not a file", "Give a file for the log."))
    try:
        with locked_for_adding(log) as file:
            # Only under the lock is the last line surely the one that the new line follows.
            before = all_bytes(file)
            if not before.startswith(_START[: len(before)]):
                cure = "Give another file; a log is made by `siteselect decide`."
                raise RunError(Fault(str(log), "holds something else than decisions", cure))
            body = {
                "at": (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="milliseconds"),
                "format": FORMAT,
                "previous": _link(_lines(before)),
                **_plain(decision),
            }
            line = _signed(body)
            add_bytes(file, (b"" if before.endswith(b"\n") or not before else b"\n") + line + b"\n")
    except OSError as error:
        if isinstance(error, RunError):
            raise
        problem = f"cannot be written: {error.strerror}"
        raise RunError(Fault(str(log), problem, "Give another file with --log.")) from None
    return _sha256(line)


def read(log: Path, holds: str | None = None) -> Log:
    """Read a log and check its chain.

    Parameters
    ----------
    log : file.
    holds : hash of a line that was noted earlier; a log without it was cut or rewritten.

    Raises
    ------
    RunError
        There is no such file, or it cannot be read.
    """
    try:
        content = log.read_bytes()
    except OSError as error:
        cure = "`siteselect decide` starts a log; --log names one that lies elsewhere."
        raise RunError(Fault(str(log), f"cannot be read: {error.strerror}", cure)) from None
    entries = [_parsed(number, line) for number, line in _lines(content)]
    broken = list(_breaks(entries))
    if holds is not None and holds not in {FIRST, *(entry.sha256 for entry in entries)}:
        broken.append("no line has the hash that was noted: lines were cut off or rewritten")
    torn = tuple(entry.line for entry in entries if entry.decision is None)
    return Log(tuple(entries), torn, tuple(broken))


def _breaks(entries: Sequence[Entry]) -> Iterator[str]:
    expected = FIRST
    chained = hashlib.sha256()
    for place, entry in enumerate(entries):
        if entry.decision is None:
            chained.update((b"\n" if place else b"") + entry.raw)
            expected = chained.hexdigest()
            continue
        if entry.previous != expected:
            yield (
                f"line {entry.line} does not follow what stands before it: lines were changed, "
                "removed, added or put in another order"
            )
        if entry.problem:
            yield f"line {entry.line}: {entry.problem}"
        chained = hashlib.sha256(entry.raw)
        expected = chained.hexdigest()


def _link(lines: Sequence[tuple[int, bytes]]) -> str:
    """Hash the last whole line with the torn ones after it; a torn line cannot name its own."""
    chained: list[bytes] = []
    for number, line in reversed(lines):
        chained.insert(0, line)
        if _parsed(number, line).decision is not None:
            break
    return _sha256(b"\n".join(chained)) if chained else FIRST


def _lines(content: bytes) -> list[tuple[int, bytes]]:
    return [(number, line) for number, line in enumerate(content.split(b"\n"), 1) if line]


def _parsed(number: int, line: bytes) -> Entry:
    try:
        body = json.loads(line)
        # JSON can smuggle in halves of characters, which nothing later could print.
        json.dumps(body, ensure_ascii=False).encode()
        decision = Decision(
            site_id=str(body["site_id"]),
            choice=CHOICES[CHOICES.index(body["decision"])],
            who=str(body["who"]),
            why=str(body["why"]),
            evidence=tuple(map(str, body["evidence"])),
            run=str(body["run"]),
            snapshot=dict(body["snapshot"]),
        )
        at, previous, given = str(body["at"]), str(body["previous"]), str(body.pop("sha256"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        problem = "no whole decision: cut short while it was written, or written by another hand"
        return Entry(number, line, "", "", None, problem)
    whole = _own_hash(body) == given and _line({**body, "sha256": given}) == line
    problem = "" if whole else "changed after it was written"
    return Entry(number, line, at, previous, decision, problem)


def _plain(decision: Decision) -> dict[str, Any]:
    return {
        "site_id": decision.site_id,
        "decision": decision.choice,
        "who": decision.who,
        "why": decision.why,
        "evidence": list(decision.evidence),
        "run": decision.run,
        "snapshot": dict(decision.snapshot),
    }


def _signed(body: dict[str, Any]) -> bytes:
    return _line({**body, "sha256": _own_hash(body)})


def _own_hash(body: Mapping[str, Any]) -> str:
    return _sha256(_line(body))


def _line(body: Mapping[str, Any]) -> bytes:
    text = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return text.encode("ascii")


def _sha256(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _faults(decision: Decision) -> Iterator[Fault]:
    for column, text, longest in (
        ("who", decision.who, LONGEST_NAME),
        ("why", decision.why, LONGEST_WHY),
    ):
        if not any(letter.isalnum() for letter in text):
            yield Fault("decision", "says nothing", "Give it in words.", column=column, value=text)
        if len(text) > longest:
            cure = f"Give {longest} letters or fewer."
            yield Fault("decision", "too long", cure, column=column, value=text)
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            cure = "Write it in UTF-8."
            yield Fault("decision", "not text", cure, column=column, value=ascii(text))
    if decision.choice not in CHOICES:
        cure = f"Choose from: {', '.join(CHOICES)}."
        yield Fault("decision", "no such decision", cure, value=str(decision.choice))
