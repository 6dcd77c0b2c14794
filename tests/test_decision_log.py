"""The decision log: lines are only added, an edit shows, and no decision changes a verdict."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pytest
from conftest import Town
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point
from test_cli import siteselect
from test_run_diff import blocker, own_pack, saved
from test_runs import contents

from siteselect.comparing.evidence import evidence_changed, snapshot
from siteselect.comparing.recorded import read_run
from siteselect.decision_log import FIRST, LOG, Decision, append, read
from siteselect.errors import InputError, RunError

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
DECISION = Decision(
    site_id="a",
    choice="accept",
    who="Ann",
    why="Best use of the heat",
    evidence=("heat_used",),
    run="0" * 64,
    snapshot={"rank": 1, "measures": {"heat_used": 400.0}},
)


def a_log(folder: Path, count: int = 5) -> Path:
    log = folder / LOG
    for number in range(count):
        append(log, replace(DECISION, why=f"reason {number}"), AT)
    return log


def lines_of(log: Path) -> list[bytes]:
    return log.read_bytes().splitlines(keepends=True)


def test_what_is_written_is_read_back_in_order(tmp_path: Path) -> None:
    log = tmp_path / LOG
    first = append(log, DECISION, AT)
    second = append(log, replace(DECISION, choice="override", who="Бо 周"), AT)
    found = read(log)
    assert [entry.decision for entry in found.entries] == [
        DECISION,
        replace(DECISION, choice="override", who="Бо 周"),
    ]
    assert found.entries[0].at == "2026-11-23T12:00:00.000+00:00"
    assert [entry.sha256 for entry in found.entries] == [first, second]
    assert found.entries[0].previous == FIRST
    assert found.entries[1].previous == first
    assert (found.head, found.broken, found.torn) == (second, (), ())


def test_lines_are_only_added(tmp_path: Path) -> None:
    log = tmp_path / LOG
    before = b""
    for number in range(4):
        append(log, replace(DECISION, why=f"reason {number}"))
        after = log.read_bytes()
        assert after.startswith(before)
        assert after.count(b"\n") == number + 1
        before = after


@pytest.mark.parametrize("number", range(5))
def test_an_edit_of_any_line_shows(tmp_path: Path, number: int) -> None:
    log = a_log(tmp_path)
    lines = lines_of(log)
    lines[number] = lines[number].replace(b"reason", b"Reason")
    log.write_bytes(b"".join(lines))
    assert any(f"line {number + 1}: changed" in told for told in read(log).broken)


@pytest.mark.parametrize("number", range(5))
def test_white_space_in_any_line_shows(tmp_path: Path, number: int) -> None:
    log = a_log(tmp_path)
    lines = lines_of(log)
    lines[number] = lines[number].replace(b'","', b'", "', 1)
    log.write_bytes(b"".join(lines))
    assert read(log).broken


@pytest.mark.parametrize("number", range(4))
def test_a_removed_line_shows(tmp_path: Path, number: int) -> None:
    log = a_log(tmp_path)
    lines = lines_of(log)
    del lines[number]
    log.write_bytes(b"".join(lines))
    assert read(log).broken


def test_a_line_cut_off_the_end_shows_against_a_noted_hash(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    noted = read(log).head
    assert not read(log, holds=noted).broken
    append(log, DECISION)
    assert not read(log, holds=noted).broken, "what was added later is no fault"
    log.write_bytes(b"".join(lines_of(log)[:4]))
    assert not read(log).broken, "without a noted hash, nobody can tell"
    assert read(log, holds=noted).broken


@settings(max_examples=20)
@given(st.permutations(range(5)))
def test_another_order_shows(tmp_path_factory: pytest.TempPathFactory, turned: list[int]) -> None:
    log = a_log(tmp_path_factory.mktemp("log"))
    lines = lines_of(log)
    log.write_bytes(b"".join(lines[number] for number in turned))
    assert bool(read(log).broken) == (list(turned) != sorted(turned))


def test_an_inserted_line_shows_even_when_it_is_sound_in_itself(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    (tmp_path / "other").mkdir()
    strange = lines_of(a_log(tmp_path / "other", 1))[0].replace(b"reason 0", b"reason 9")
    lines = lines_of(log)
    log.write_bytes(b"".join([*lines[:2], strange, *lines[2:]]))
    assert read(log).broken


@pytest.mark.parametrize("cut", [1, 5, 40, 200])
def test_a_line_cut_short_by_a_crash_is_kept_and_reported(tmp_path: Path, cut: int) -> None:
    log = a_log(tmp_path, 3)
    whole = log.read_bytes()
    torn = lines_of(log)[2][:cut]
    log.write_bytes(whole + torn)
    found = read(log)
    assert (found.torn, found.broken) == ((4,), ())
    append(log, DECISION)
    assert log.read_bytes().startswith(whole + torn + b"\n")
    after = read(log)
    assert (after.torn, after.broken) == ((4,), ())
    assert sum(entry.decision is not None for entry in after.entries) == 4
    # The torn line is in the chain: neither it nor the line before it can be taken away.
    lines = lines_of(log)
    for missing in (2, 3):
        log.write_bytes(b"".join(lines[:missing] + lines[missing + 1 :]))
        assert read(log).broken


def test_a_crash_in_the_very_first_line_does_not_end_the_log(tmp_path: Path) -> None:
    log = tmp_path / LOG
    log.write_bytes(b'{"at')
    append(log, DECISION)
    found = read(log)
    assert (found.torn, found.broken, len(found.entries)) == ((1,), (), 2)


def test_a_file_that_is_no_log_is_left_alone(tmp_path: Path) -> None:
    for name, content in (("notes.txt", b"mine\n"), ("other.json", b'{"a": 1}\n')):
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(RunError, match="something else than decisions"):
            append(file, DECISION)
        assert file.read_bytes() == content
    with pytest.raises(RunError, match="is not a file"):
        append(tmp_path, DECISION)
    with pytest.raises(RunError, match="cannot be written"):
        append(tmp_path / "absent" / LOG, DECISION)
    with pytest.raises(RunError, match="cannot be read"):
        read(tmp_path / "absent")


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"null",
        b"[1]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"at": NaN}',
        b'{"sha256": "' + b"9" * 10_000 + b'"}',
        (
            b'{"at":"","who":"\\ud800","sha256":"","site_id":"","decision":"accept","why":"",'
            b'"evidence":[],"run":"","snapshot":{},"previous":""}'
        ),
    ],
)
def test_hostile_lines_are_reported_not_believed(tmp_path: Path, line: bytes) -> None:
    log = a_log(tmp_path, 2)
    log.write_bytes(log.read_bytes() + line + b"\n")
    assert read(log).torn == (3,)


def test_eight_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    log = tmp_path / LOG
    each = [replace(DECISION, who=f"writer {number}") for number in range(160)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(8, mp_context=context) as pool:
        hashes = list(pool.map(append, [log] * len(each), each))
    found = read(log)
    assert not found.broken
    assert not found.torn
    assert sorted(entry.sha256 for entry in found.entries) == sorted(hashes)
    written = [entry.decision.who for entry in found.entries if entry.decision]
    assert sorted(written) == sorted(decision.who for decision in each)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=500),
)
@settings(max_examples=50)
def test_any_text_is_one_line_and_comes_back(
    tmp_path_factory: pytest.TempPathFactory, who: str, why: str
) -> None:
    log = tmp_path_factory.mktemp("log") / LOG
    decision = replace(DECISION, who="Ann" + who[:190], why="so " + why)
    append(log, decision)
    append(log, decision)
    assert log.read_bytes().isascii()
    assert log.read_bytes().count(b"\n") == 2
    found = read(log)
    assert [entry.decision for entry in found.entries] == [decision, decision]
    assert not found.broken


def test_all_faults_of_a_decision_are_named_at_once(tmp_path: Path) -> None:
    bad = replace(DECISION, who=" \n", why="x" * 20_001, choice="maybe")  # type: ignore[arg-type]
    with pytest.raises(InputError) as caught:
        append(tmp_path / LOG, bad)
    assert [fault.column for fault in caught.value.faults] == ["who", "why", None]
    with pytest.raises(InputError, match="not text"):
        append(tmp_path / LOG, replace(DECISION, who="Ann\ud800"))
    assert not (tmp_path / LOG).exists()


# With runs.


def test_evidence_that_is_the_same_is_not_flagged(town: Town) -> None:
    first, second = saved(town, "first"), saved(town, "second")
    kept = snapshot(read_run(first), "a")
    again = json.loads(json.dumps(kept))
    assert evidence_changed(again, read_run(second), "a") == {}
    town.document["groups"]["heat"]["swing"] = 10
    reweighed = read_run(saved(town, "third"))
    assert evidence_changed(again, reweighed, "a") == {}, "weights are no evidence on a site"
    assert snapshot(reweighed, "a")["sha256"] == kept["sha256"]


def test_what_changed_since_is_named(town: Town) -> None:
    own_pack(town, blocker(10.0))
    first = read_run(saved(town, "first"))
    kept = {site: snapshot(first, site) for site in ("a", "c")}
    own_pack(town, blocker(400.0))
    sinks = gpd.read_file(town.folder / "sinks.gpkg")
    sinks["demand_mwh_a"] = [20.0, None]
    town.write("sinks", sinks)
    second = read_run(saved(town, "second"))
    at_a, at_c = (evidence_changed(kept[site], second, site) for site in ("a", "c"))
    assert set(at_a) >= {"heat_used", "site"}
    assert " to " in at_a["heat_used"]
    assert at_c["TOY-01"] == "pass to fail"
    assert "heat_used" not in at_c
    rows = (town.folder / "candidates.csv").read_text(encoding="utf-8").splitlines()
    town.candidates("\n".join(row for row in rows if not row.startswith("a,")) + "\n")
    gone = read_run(saved(town, "third"))
    assert evidence_changed(kept["a"], gone, "a") == {"site": "the site is not in this run"}


def test_a_measure_that_becomes_known_is_a_change_of_evidence(town: Town) -> None:
    first = read_run(saved(town, "first"))
    kept = snapshot(first, "c")
    assert isinstance(kept["measures"]["heat_used"], str), "the reason, as it is unknown"
    sinks = gpd.read_file(town.folder / "sinks.gpkg")
    sinks["demand_mwh_a"] = [400.0, 300.0]
    town.write("sinks", sinks)
    told = evidence_changed(kept, read_run(saved(town, "second")), "c")["heat_used"]
    assert told.startswith("unknown (")


def test_deciding_writes_the_log_alone_and_an_override_changes_no_verdict(town: Town) -> None:
    own_pack(town, blocker(100.0))
    run = saved(town, "run")
    before = contents(run)
    done = siteselect(
        *("decide", run, "--site", "b", "--who", "Board", "--decision", "override"),
        *("--why", "The neighbours agreed"),
    )
    assert done.returncode == 0, done.stderr
    assert "The verdict stays: the site fails TOY-01" in done.stdout
    after = contents(run)
    assert set(after) - set(before) == {LOG}
    assert {name: after[name] for name in before} == before
    told = json.loads(siteselect("decisions", run, "--json").stdout)
    decision = told["decisions"][0]
    assert decision["evidence"] == ["TOY-01"]
    assert decision["failed_rules"] == ["TOY-01"]
    assert decision["same_run"] is True
    assert decision["evidence_changed"] == {}
    assert told["chain_holds"] is True
    listed = siteselect("decisions", run)
    assert "changes no verdict; still failed: TOY-01" in listed.stdout
    found = read_run(run)
    assert found.sites.loc["b", ["rank"]].isna().all()
    verdict = found.findings[
        (found.findings["site_id"] == "b") & (found.findings["rule_id"] == "TOY-01")
    ]
    assert list(verdict["verdict"]) == ["fail"]


def test_a_repeated_run_spares_the_log_and_flags_what_changed(town: Town) -> None:
    run = saved(town, "run")
    decided = siteselect(
        *("decide", run, "--site", "a", "--who", "Ann", "--decision", "accept", "--why", "Heat"),
        *("--evidence", "heat_used", "--json"),
    )
    noted = json.loads(decided.stdout)["sha256"]
    sinks = gpd.read_file(town.folder / "sinks.gpkg")
    sinks.geometry = [Point(400_250.0, 6_700_200.0), sinks.geometry.iloc[1]]
    sinks["demand_mwh_a"] = [20.0, None]
    town.write("sinks", sinks)
    later = saved(town, "later")
    against = siteselect("decisions", run, "--against", later, "--noted", noted)
    assert against.returncode == 0
    assert "evidence has changed since: heat_used:" in against.stdout
    assert "other evidence has changed since:" in against.stdout
    saved(town, "run")
    here = siteselect("decisions", run)
    assert "evidence has changed since: heat_used:" in here.stdout


def test_hostile_texts_are_inert_on_the_terminal(town: Town) -> None:
    run = saved(town, "run")
    who = "[bold red]Ann[/] \x1b[31m\u202e<script>"
    why = "=cmd()\n\r\t{{7*7}} ${x} " + "long " * 2000
    done = siteselect(
        *("decide", run, "--site", "a", "--who", who, "--decision", "defer", "--why", why)
    )
    assert done.returncode == 0, done.stderr
    listed = siteselect("decisions", run)
    assert listed.returncode == 0, listed.stderr
    assert "[bold red]Ann[/]" in listed.stdout
    assert not set("\x1b\u202e\r\t") & set(listed.stdout)
    told = json.loads(siteselect("decisions", run, "--json").stdout)["decisions"][0]
    assert (told["who"], told["why"]) == (who, why)


def test_the_commands_refuse_what_is_not_there_and_tell_of_an_edit(town: Town) -> None:
    run = saved(town, "run")
    rest = ("--who", "Ann", "--decision", "accept", "--why", "Heat")
    no_site = siteselect("decide", run, "--site", "aa", *rest)
    assert no_site.returncode == 2
    assert "Did you mean a?" in no_site.stderr
    no_rule = siteselect("decide", run, "--site", "a", *rest, "--evidence", "heat_usd")
    assert no_rule.returncode == 2
    assert "Did you mean heat_used" in no_rule.stderr
    no_log = siteselect("decisions", run)
    assert no_log.returncode == 2
    assert not (run / LOG).exists()
    assert siteselect("decide", run, "--site", "a", *rest).returncode == 0
    assert siteselect("decide", run, "--site", "c", *rest).returncode == 0
    lines = lines_of(run / LOG)
    (run / LOG).write_bytes(lines[0].replace(b"Heat", b"Meat") + lines[1])
    edited = siteselect("decisions", run)
    assert edited.returncode == 3
    assert "The chain is broken" in edited.stdout
