"""The run folder: equal runs are equal to the byte, and nothing in it is unaccounted for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from conftest import Town, lonlat

from siteselect.errors import RunError
from siteselect.runs import file_name, load_manifest, load_table, save_run


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_equal_runs_are_equal_to_the_byte(town: Town) -> None:
    one, two = town.folder / "one", town.folder / "two"
    save_run(town.assess(), one)
    save_run(town.assess(), two)
    assert contents(one) == contents(two)
    assert len(contents(one)) == 9 + 4


def test_a_second_run_replaces_the_first_and_spares_other_files(town: Town) -> None:
    out = town.folder / "run"
    save_run(town.assess(), out)
    (out / "note.txt").write_text("mine", encoding="utf-8")
    lon, lat = lonlat(500, 500)
    town.candidates(f"site_id,lon,lat\nonly,{lon},{lat}\n")
    save_run(town.assess(), out)
    names = set(contents(out))
    assert "sites/only.html" in names
    assert "sites/a.html" not in names
    assert "note.txt" in names


def test_the_manifest_accounts_for_every_input_and_output(town: Town) -> None:
    out = town.folder / "run"
    save_run(town.assess(), out)
    manifest = load_manifest(out)
    made = [part for part in manifest["inputs"] if not part["file"]]
    assert [(part["layer"], part["basis"]) for part in made] == [("weather", "modelled")]
    for part in (part for part in manifest["inputs"] if part["file"]):
        file = town.folder / part["file"]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == part["sha256"]
        assert part["licence"]
        assert part["date"]
    assert {part["layer"] for part in manifest["inputs"]} == {
        "area",
        "candidates",
        "weather",
        *town.document["layers"],
    }
    for name, digest in manifest["outputs"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert manifest["study"]["declared"]["pod"]["it_kw"] == 100
    assert json.dumps(manifest).count(str(town.folder)) == 0, "no path of this machine"


def test_tables_can_be_read_by_others(town: Town) -> None:
    out = town.folder / "run"
    found = town.assess()
    save_run(found, out)
    sites = gpd.read_parquet(out / "sites.parquet")
    package = gpd.read_file(out / "sites.gpkg", layer="sites")
    listed = pd.read_csv(out / "ranking.csv")
    assert sites.crs == found.territory.crs
    assert set(package["site_id"]) == set(listed["site_id"]) == {"a", "b", "c", "d"}
    by_id = listed.set_index("site_id")
    table = found.ranking.table
    assert by_id.loc["c", "score_low"] == pytest.approx(table.loc["c", "score_low"], abs=1e-12)
    assert len(load_table(out, "findings.parquet")) == len(found.findings)


def test_a_changed_table_is_noticed(town: Town) -> None:
    out = town.folder / "run"
    save_run(town.assess(), out)
    with (out / "findings.parquet").open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(RunError, match="changed after the run"):
        load_table(out, "findings.parquet")
    with pytest.raises(RunError, match="no such table"):
        load_table(out, "other.parquet")
    with pytest.raises(RunError, match="not a run folder"):
        load_manifest(town.folder)


def test_hostile_names_reach_the_files_as_text(town: Town) -> None:
    lon, lat = lonlat(500, 500)
    names = [
        "<script>alert(1)</script>",
        '=HYPERLINK(""http://x"")',
        "${alert(1)}",
        "@x",
        "+1",
        "-1",
    ]
    rows = "".join(f'"../{i}\u202e","{name}",{lon},{lat}\n' for i, name in enumerate(names))
    town.candidates("site_id,name,lon,lat\n" + rows)
    out = town.folder / "run"
    save_run(town.assess(), out, reports=10)
    reports = list((out / "sites").iterdir())
    assert len(reports) == len(names)
    for file in [*reports, out / "report.html"]:
        text = file.read_text(encoding="utf-8")
        assert "<script" not in text
    cells = (out / "ranking.csv").read_text(encoding="utf-8").splitlines()[1:]
    for line in cells:
        assert not any(cell.lstrip('"').startswith(("=", "@", "+")) for cell in line.split(","))


@pytest.mark.parametrize("site", ["a/b", "..", "CON", "a" * 500, "ä", "x y", "", "a\x00b"])
def test_file_names_are_plain_and_unique(site: str) -> None:
    name = file_name(site)
    assert name.replace("-", "").isalnum() or set(name) <= {"-"}
    assert len(name) <= 64
    assert name not in {"", ".", ".."}
    assert file_name(site + "!") != name
