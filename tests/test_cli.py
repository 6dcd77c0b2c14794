"""The command line as a script sees it: output, exit codes, and faults in words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import DEMO, Town, lonlat

EXIT_INPUT = 2


def siteselect(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "siteselect", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=cwd,
        timeout=300,
    )


def test_run_writes_the_folder_and_prints_the_ranking(town: Town) -> None:
    out = town.folder / "run"
    done = siteselect("run", town.file, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "By the pool" in done.stdout
    assert "1 to 2" in done.stdout
    names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert {
        "manifest.json",
        "sites.parquet",
        "findings.parquet",
        "ranking.csv",
        "sites.gpkg",
        "rejected.csv",
        "report.html",
        "sites/a.html",
    } <= names


def test_run_in_json_is_json_alone_on_the_output(town: Town) -> None:
    done = siteselect("run", town.file, "--out", town.folder / "run", "--json", "--top", 2)
    told = json.loads(done.stdout)
    assert [row["site_id"] for row in told["ranking"]] == ["a", "c"]
    assert told["manifest"]["study"]["name"] == "town"


def test_rank_takes_presets_and_weights(town: Town) -> None:
    plain = json.loads(siteselect("rank", town.file, "--json").stdout)
    heat = json.loads(siteselect("rank", town.file, "--json", "--preset", "heat-first").stdout)
    moved = json.loads(siteselect("rank", town.file, "--json", "--weight", "heat=0").stdout)
    scores = [{row["site_id"]: row["score_low"] for row in rows} for rows in (plain, heat, moved)]
    assert scores[0] != scores[1] != scores[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--preset", "nonsense"), ("no such preset", "heat-first")),
        (("--weight", "heat"), ("--weight", "GROUP=0..100")),
        (("--weight", "heat=120"), ("--weight", "GROUP=0..100")),
        (("--weight", "heat=nan"), ("--weight", "GROUP=0..100")),
        (("--weight", "moon=5"), ("--weight", "groups: access, fibre, grid")),
    ],
)
def test_wrong_weights_are_refused(
    town: Town, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    done = siteselect("rank", town.file, *arguments)
    assert done.returncode == EXIT_INPUT
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_explain_tells_measures_reasons_and_rules(town: Town) -> None:
    told = json.loads(siteselect("explain", town.file, "c", "--json").stdout)
    assert told["rank"] == 2
    assert (told["rank_best"], told["rank_worst"]) == (1, 2)
    heat = next(part for part in told["criteria"] if part["name"] == "heat_used")
    assert heat["measure"] is None
    assert heat["reason"] == "the heat demand of sink hall is not known"
    assert {finding["verdict"] for finding in told["findings"]} <= {
        "pass",
        "conditional",
        "fail",
        "unknown",
    }
    shown = siteselect("explain", town.file, "c")
    assert "the heat demand of sink hall is not known" in shown.stdout


def test_explain_an_unknown_site_suggests_near_ones(town: Town) -> None:
    done = siteselect("explain", town.file, "aa")
    assert done.returncode == EXIT_INPUT
    assert "no such site" in done.stderr
    assert "Did you mean a?" in done.stderr


def test_report_writes_one_file(town: Town) -> None:
    out = town.folder / "deep" / "site.html"
    done = siteselect("report", town.file, "--site", "a", "--out", out)
    assert done.returncode == 0, done.stderr
    text = out.read_text(encoding="utf-8")
    assert text.lower().startswith("<!doctype html>")
    assert "By the pool" in text


def test_check_lists_inputs_or_every_fault(town: Town) -> None:
    good = siteselect("check", town.file, "--json")
    told = json.loads(good.stdout)
    assert told["candidates"] == 4
    counts = {part["layer"]: part["features"] for part in told["inputs"]}
    assert (counts["area"], counts["candidates"], counts["supply_points"]) == (1, 4, 2)
    assert counts["weather"] == ""
    (town.folder / "roads.gpkg").write_bytes(b"")
    (town.folder / "sinks.gpkg").unlink()
    bad = siteselect("check", town.file)
    assert bad.returncode == EXIT_INPUT
    assert bad.stdout == ""
    assert "0 bytes" in bad.stderr
    assert "no such file" in bad.stderr
    assert "2 faults; nothing was assessed." in bad.stderr


def test_faulty_input_leaves_no_run_behind(town: Town) -> None:
    town.candidates("site_id,lon,lat\na,1,2\n")
    done = siteselect("run", town.file, "--out", town.folder / "run")
    assert done.returncode == EXIT_INPUT
    assert not (town.folder / "run").exists()


def test_a_run_where_every_site_fails_says_so(town: Town) -> None:
    town.document["noise"]["night_limit_dba"] = 20
    town.document["facts"] = {"country": "Finland"}
    lon, lat = lonlat(500, 548)
    town.candidates(f"site_id,lon,lat\na,{lon},{lat}\n")
    done = siteselect("run", town.file, "--out", town.folder / "run")
    assert done.returncode == 3, done.stderr
    assert "Every site fails a rule" in done.stderr
    assert (town.folder / "run" / "manifest.json").is_file()


def test_a_folder_with_other_things_is_not_touched(town: Town) -> None:
    out = town.folder / "precious"
    out.mkdir()
    (out / "diary.txt").write_text("mine", encoding="utf-8")
    done = siteselect("run", town.file, "--out", out)
    assert done.returncode == EXIT_INPUT
    assert (out / "diary.txt").read_text(encoding="utf-8") == "mine"
    assert len(list(out.iterdir())) == 1


def test_new_then_check_says_what_is_missing(tmp_path: Path) -> None:
    made = siteselect("new", tmp_path / "My Town")
    assert made.returncode == 0, made.stderr
    study = tmp_path / "My Town" / "study.yaml"
    assert "name: my-town" in study.read_text(encoding="utf-8")
    checked = siteselect("check", study)
    assert checked.returncode == EXIT_INPUT
    assert "area.geojson" in checked.stderr
    again = siteselect("new", tmp_path / "My Town")
    assert again.returncode == EXIT_INPUT
    assert "there is a study already" in again.stderr


def test_schema_is_printed_or_written(tmp_path: Path) -> None:
    printed = siteselect("schema").stdout
    siteselect("schema", "--out", tmp_path / "s.json")
    assert json.loads(printed) == json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))


def test_names_cannot_steer_the_terminal(town: Town) -> None:
    lon, lat = lonlat(500, 500)
    town.candidates(f'site_id,name,lon,lat\na,"\x1b[2J[red]boo[/red]\x07",{lon},{lat}\n')
    done = siteselect("rank", town.file)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout
    assert "[red]boo[/red]" in done.stdout


def test_help_needs_no_heavy_library() -> None:
    code = (
        "import sys; from siteselect.cli import app; "
        "print([name for name in ('geopandas','pandas','pydantic','skcriteria','rich.table') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_the_demo_ranks_from_the_command_line() -> None:
    rows = json.loads(siteselect("rank", DEMO, "--json", "--top", 3).stdout)
    assert [row["rank"] for row in rows] == sorted(row["rank"] for row in rows)


def test_a_place_that_cannot_be_written_is_said_without_a_traceback(town: Town) -> None:
    file = town.file
    for arguments in (
        ("report", file, "--site", "a", "--out", file / "x.html"),
        ("schema", "--out", file / "x.json"),
        ("run", file, "--out", file),
        ("new", file / "x"),
    ):
        done = siteselect(*arguments)
        assert done.returncode == EXIT_INPUT, arguments
        assert "Traceback" not in done.stderr


def test_the_version_is_told() -> None:
    assert siteselect("--version").stdout.startswith("siteselect 0.")


def test_heat_tells_months_figures_and_hours(town: Town) -> None:
    hours = town.folder / "hours.csv"
    told = json.loads(siteselect("heat", town.file, "a", "--json", "--hours", hours).stdout)
    assert len(told["months"]) == 12
    assert told["figures"]["recovered_mwh_a"] == pytest.approx(400, rel=0.01)
    assert len(hours.read_text(encoding="utf-8").splitlines()) == 8761
    shown = siteselect("heat", town.file, "a").stdout
    assert "ERF" in shown
    none = siteselect("heat", town.file, "c")
    assert none.returncode == EXIT_INPUT
    assert "the heat demand of hall is not known" in none.stderr


def test_money_tells_both_totals_and_scenarios(town: Town) -> None:
    told = json.loads(siteselect("money", town.file, "a", "--json").stdout)
    assert {row["scenario"] for row in told["scenarios"]} >= {
        "conservative",
        "central",
        "optimistic",
    }
    by_name = {row["scenario"]: row["net_npv_gbp"] for row in told["scenarios"]}
    assert by_name["conservative"] < by_name["central"] < by_name["optimistic"]
    assert by_name["central"] == pytest.approx(told["public"]["net"]["npv_gbp"])
    none = siteselect("money", town.file, "c")
    assert none.returncode == EXIT_INPUT
    assert "the heat used is not known" in none.stderr


def test_size_prints_a_worksheet_and_lines_for_the_study() -> None:
    told = json.loads(siteselect("size", "--it-kw", 60, "--summer-c", 28, "--json").stdout)
    assert told["pod"]["it_kw"] >= 20
    assert all(step["source"] for step in told["worksheet"])
    wrong = siteselect("size", "--it-kw", 6000, "--design", "toaster")
    assert wrong.returncode == EXIT_INPUT
    assert "toaster" in wrong.stderr
    assert "6000" in wrong.stderr
