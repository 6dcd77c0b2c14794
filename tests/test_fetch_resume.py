"""A fetch that is killed goes on where it was and ends with the same bytes; nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT
from fetch_town import BOX, TODAY, files_of, offline, online, serve, write_extract
from hypothesis import given, settings
from hypothesis import strategies as st
from portal_server import PortalServer, client_for

from siteselect.contracts import Provenance
from siteselect.errors import SourceError, StudyError
from siteselect.fetch import journal
from siteselect.fetch.chain import BESIDE, STUDY, fetch
from siteselect.fetch.files import put_text, sha256_of
from siteselect.fetch.journal import JOURNAL, Entry, Failure, Kept
from siteselect.fetch.request import Request
from siteselect.fetch.step import Context, Parcel
from siteselect.fetch.steps import STEPS
from siteselect.study_file import load_study

KILLED = """
import json, os, signal, sys
from pathlib import Path
from siteselect.fetch import files
from fetch_town import offline, online

how, folder, cache, urls, extract = sys.argv[1:]
kind, _, count = how.partition(" ")
moves = 0
real = Path.replace

def move(self, target):
    global moves
    moves += self.name.startswith(".") and self.name.endswith(files.PART)
    if kind == "move" and moves == int(count):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)

Path.replace = move

if urls == "-":
    offline(Path(folder), Path(extract))
else:
    online(Path(folder), json.loads(urls), Path(cache))
"""


def killed(how: str, folder: Path, urls: dict[str, str] | None = None, extract: str = "") -> None:
    """Fetch in a process of its own that kills itself (SIGKILL) before it moves the n-th file."""
    told = "-" if urls is None else json.dumps(urls)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, how, folder, folder / "cache", told, extract],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_extract(tmp_path_factory.mktemp("extract") / "toyford.osm.pbf")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, extract: Path) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    offline(folder, extract)
    return files_of(folder)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize("move", [1, 2, 5])
def test_killed_from_an_extract_and_run_again_gives_the_same_bytes(
    tmp_path: Path, extract: Path, whole: dict[str, bytes], move: int
) -> None:
    killed(f"move {move}", tmp_path, extract=str(extract))
    left = [path.name for path in tmp_path.rglob("*.part")]
    assert len(left) == 1, "the kill came while a file was half written"
    offline(tmp_path, extract)
    assert _same(files_of(tmp_path), whole, tmp_path)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_among_services_and_run_again_gives_the_same_bytes(tmp_path: Path) -> None:
    with PortalServer() as portal:
        urls = serve(portal)
        portal.throttle("/peeringdb/fac", 1, retry_after="1")
        online(tmp_path / "whole", urls, tmp_path / "whole" / "cache")
        asked = len(portal.asked)
        portal.throttle("/entity.json", 1, retry_after="1")
        # Boundary, map and supply are whole by then; fibre is being written.
        killed("move 7", tmp_path / "broken", urls)
        places, maps = portal.count("/nominatim/search"), portal.count("/overpass/interpreter")
        done = online(tmp_path / "broken", urls, tmp_path / "broken" / "cache")
        assert portal.count("/nominatim/search") == places, "the boundary was there"
        assert portal.count("/overpass/interpreter") == maps, "the map was there"
        assert len(portal.asked) > asked
    assert done.faults == ()
    assert files_of(tmp_path / "broken") == files_of(tmp_path / "whole")


def test_a_fetched_study_runs_from_the_command_line(tmp_path: Path, extract: Path) -> None:
    folder = tmp_path / "toyford"

    def siteselect(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "siteselect", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            timeout=300,
        )

    box = ",".join(map(str, BOX))
    done = siteselect(
        "fetch", "--study", "../Toyford!", "--pbf", extract, f"--bbox={box}", "--offline"
    )
    assert done.returncode == 0, done.stderr
    assert "missing: PeeringDB" in done.stdout
    assert not (tmp_path.parent / "Toyford!").exists()
    ran = siteselect("run", folder / "study.yaml", "--out", tmp_path / "run", "--json")
    assert ran.returncode == 0, ran.stderr
    ranking = json.loads(ran.stdout)["ranking"]
    assert {row["site_id"][:8] for row in ranking} == {"osm-way-"}
    nowhere = siteselect("fetch", "--bbox", "1,2,3")
    assert nowhere.returncode == 2
    assert "not a box on the globe" in nowhere.stderr
    without = siteselect("fetch", "Nowhere", "--offline", "--out", tmp_path / "x")
    assert without.returncode == 2
    assert "not in the cache" in without.stderr


# --- what is kept, what is repeated -------------------------------------------------------------


def test_a_second_run_repeats_nothing_and_changes_nothing(tmp_path: Path) -> None:
    with PortalServer() as portal:
        urls = serve(portal)
        online(tmp_path, urls, tmp_path / "cache")
        first, asked = files_of(tmp_path), len(portal.asked)
        lines = (tmp_path / JOURNAL).read_bytes().count(b"\n")
        again = online(tmp_path, urls, tmp_path / "other-cache")
        assert len(portal.asked) == asked
    assert {one.age for one in again.told} == {"kept"}
    assert files_of(tmp_path) == first
    assert (tmp_path / JOURNAL).read_bytes().count(b"\n") == lines


def test_a_changed_or_lost_file_is_fetched_again(tmp_path: Path, extract: Path) -> None:
    offline(tmp_path, extract)
    first = files_of(tmp_path)
    path = tmp_path / "data" / "toyford.osm.pbf"
    path.write_bytes(path.read_bytes() + b"x")
    offline(tmp_path, extract)
    assert files_of(tmp_path) == first
    (tmp_path / "data" / "area.geojson").unlink()
    offline(tmp_path, extract)
    assert files_of(tmp_path) == first


def test_another_place_in_the_same_folder_is_another_question(
    tmp_path: Path, extract: Path
) -> None:
    offline(tmp_path, extract)
    before = sha256_of(tmp_path / "data" / "toyford.osm.pbf")
    smaller = (BOX[0], BOX[1], BOX[2] - 0.004, BOX[3])
    offline(tmp_path, extract, bbox=smaller, margin_km=0.0)
    assert sha256_of(tmp_path / "data" / "toyford.osm.pbf") != before


def test_what_failed_is_tried_again_and_the_rest_is_kept(tmp_path: Path) -> None:
    with PortalServer() as portal:
        urls = serve(portal)
        page = portal.routes["/overpass/interpreter"]
        portal.html("/overpass/interpreter")
        with pytest.raises(SourceError, match="web page"):
            online(tmp_path, urls, tmp_path / "cache")
        assert (tmp_path / "fetch-report.md").is_file()
        portal.routes["/overpass/interpreter"] = page
        found = portal.count("/nominatim/search")
        done = online(tmp_path, urls, tmp_path / "cache")
        assert portal.count("/nominatim/search") == found
    assert done.faults == ()


def test_refreshing_what_fails_now_keeps_what_came_before(tmp_path: Path) -> None:
    with PortalServer() as portal:
        urls = serve(portal)
        online(tmp_path, urls, tmp_path / "cache")
        portal.json("/peeringdb/fac", {"message": "closed today"}, status=403)
        done = online(tmp_path, urls, tmp_path / "other", refresh=("fibre",))
    fibre = next(one for one in done.told if one.step == "fibre")
    assert fibre.age == "older"
    assert "closed today" in fibre.entry.failures[0].reason
    assert len(load_study(done.study).layers["fibre_nodes"]) == 2
    assert "of an earlier fetch" in done.report.read_text("utf-8")


def test_refreshing_a_step_that_is_none_is_refused(tmp_path: Path, extract: Path) -> None:
    with pytest.raises(StudyError, match="no such step"):
        offline(tmp_path, extract, refresh=("moon",))


def test_an_edited_study_is_left_alone(tmp_path: Path, extract: Path) -> None:
    offline(tmp_path, extract)
    study = tmp_path / STUDY
    mine = study.read_text("utf-8").replace("it_kw: 100", "it_kw: 42")
    study.write_text(mine, "utf-8")
    done = offline(tmp_path, extract, pod_kw=200.0)
    assert study.read_text("utf-8") == mine
    assert done.study.name == BESIDE
    assert load_study(done.study).pod.it_kw == 200.0
    assert any("edited" in notice for notice in done.notices)


def test_our_own_study_is_replaced(tmp_path: Path, extract: Path) -> None:
    offline(tmp_path, extract)
    done = offline(tmp_path, extract, pod_kw=200.0)
    assert done.study.name == STUDY
    assert load_study(done.study).pod.it_kw == 200.0


def test_a_step_that_brings_a_part_is_kept_and_asked_again(tmp_path: Path, extract: Path) -> None:
    runs: list[str] = []

    def half(context: Context) -> Parcel:
        runs.append("run")
        path = put_text(context.folder, "data/half.txt", "half")
        kept = Kept("data/half.txt", sha256_of(path), Provenance("me", "2026", "none", "assumed"))
        return Parcel((kept,), (Failure("the other half", "away", "Wait."),))

    part = replace(STEPS[-1], name="half", run=half, key=lambda _: {})
    request = Request(name="x", bbox=BOX, pbf=extract, offline=True)
    client = client_for(tmp_path / "cache", offline=True)
    for _ in range(2):
        steps = (*STEPS[:2], part)
        done = fetch(request, tmp_path, client, today=TODAY, steps=steps)
        assert done.told[-1].entry.status == "partial"
    assert runs == ["run", "run"]


def test_an_answer_that_no_reader_knows_leaves_its_layer_out(tmp_path: Path, extract: Path) -> None:
    def stumbles(_: Context) -> Parcel:
        raise KeyError("surprise")

    odd = replace(STEPS[-1], name="odd", run=stumbles, key=lambda _: {})
    request = Request(name="x", bbox=BOX, pbf=extract, offline=True)
    client = client_for(tmp_path / "cache", offline=True)
    done = fetch(request, tmp_path, client, today=TODAY, steps=(*STEPS[:2], odd))
    assert done.faults == ()
    assert "KeyError: 'surprise'" in done.failures[0].reason


# --- the journal --------------------------------------------------------------------------------

ENTRY = Entry(
    step="fibre",
    status="done",
    key="k",
    retrieved="2026-11-23",
    files=(Kept("data/a.txt", "", Provenance("s", "2026", "l", "published"), {"roads": 3}),),
    failures=(Failure("a", "b", "c"),),
    notices=("n\nm",),
    facts={"title": "ü\u2028 x"},
)


def test_the_journal_gives_back_what_was_written(tmp_path: Path) -> None:
    journal.append(tmp_path, ENTRY)
    journal.append(tmp_path, replace(ENTRY, step="flood"))
    assert journal.read(tmp_path) == [ENTRY, replace(ENTRY, step="flood")]


@given(st.integers(min_value=1, max_value=400))
@settings(max_examples=25)
def test_a_torn_line_costs_that_line_alone(
    tmp_path_factory: pytest.TempPathFactory, lost: int
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal.append(folder, ENTRY)
    journal.append(folder, replace(ENTRY, step="torn"))
    path = folder / JOURNAL
    path.write_bytes(path.read_bytes()[:-lost])
    journal.append(folder, replace(ENTRY, step="after"))
    steps = [entry.step for entry in journal.read(folder)]
    assert steps in (["fibre", "torn", "after"], ["fibre", "after"])


@pytest.mark.parametrize(
    "line", [b"\xff\xfe\n", b"[]\n", b"3\n", b'{"step": 1}\n', b"null\n", b"{}\n"]
)
def test_lines_that_are_not_ours_are_passed_over(tmp_path: Path, line: bytes) -> None:
    (tmp_path / JOURNAL).write_bytes(line)
    journal.append(tmp_path, ENTRY)
    assert journal.read(tmp_path) == [ENTRY]


def test_the_last_word_on_a_step_counts(tmp_path: Path) -> None:
    path = put_text(tmp_path, "data/a.txt", "x")
    good = replace(ENTRY, files=(replace(ENTRY.files[0], sha256=sha256_of(path)),))
    bad = replace(ENTRY, status="failed", files=())
    assert journal.finished([good, bad], "fibre", "k", tmp_path) == good
    assert journal.finished([good], "fibre", "other", tmp_path) is None
    path.write_text("y", "utf-8")
    assert journal.finished([good], "fibre", "k", tmp_path) is None


def _same(one: dict[str, bytes], other: dict[str, bytes], folder: Path) -> bool:
    """Compare studies; the reports name the cache of each."""
    assert set(one) == set(other)
    return all(one[name] == other[name] for name in one if not name.startswith("fetch-report"))
