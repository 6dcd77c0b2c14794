"""Names that are code somewhere: inert in every file and on every face, and never a file name."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from conftest import DEMO, X0, Y0, Town, lonlat
from pydantic import ValidationError

from siteselect.app.exports import ranking_csv
from siteselect.app.text import escape
from siteselect.assess import Assessment, assess
from siteselect.maps.drawing import draw, map_data, site_group
from siteselect.report.gis_files import sites_geojson
from siteselect.report.html import site_report, study_report
from siteselect.report.tables import write_gpkg
from siteselect.runs import file_name, save_run
from siteselect.settings.declared import Provenanced
from siteselect.study_file import load_study

NAMES = (
    "<script>parent.fired=1</script>",
    "${alert(1)}",
    "`${alert`1`}`",
    "{{7*7}}{% raw %}{# x #}",
    "![i](http://x.example/i.png)",
    '=HYPERLINK("http://x.example","go")',
    "+1",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3",
    "\t=1+1",
    "\u202etxt.exe",
    "x" * 10_000,
    "\"><img src=x onerror='fired=1'>",
    "first line\nsecond line\r\n# heading",
    "</style></title><svg onload=fired=1>",
    "../../../etc/passwd",
    "CON",
    "a\x07b\x1b[31m",
    "javascript:alert(1)",
)
CHECKED = ("src", "href", "action", "data", "poster", "srcset")


class Tags(HTMLParser):
    """Every element with its attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    """Assess a town in which every name that anybody may choose is hostile."""
    town = Town(tmp_path_factory.mktemp("hostile"))
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["site_id", "name", "kind", "lon", "lat"])
    for number, name in enumerate(NAMES):
        place = lonlat(100 + 40 * number, 500)
        # The identifier is hostile too, where a row of a table can hold it.
        rows.writerow([f"{number}{name}"[:300], name, name[:100], *place])
    town.candidates(text.getvalue())
    sinks = gpd.GeoDataFrame(
        {"sink_id": [NAMES[0], NAMES[1]], "name": [NAMES[12], NAMES[4]], "kind": ["pool"] * 2},
        geometry=gpd.points_from_xy([X0 + 200, X0 + 800], [Y0 + 200, Y0 + 800]),
        crs=3067,
    )
    town.write("sinks", sinks)
    bases = gpd.GeoDataFrame(
        {"base_id": [NAMES[3]]}, geometry=gpd.points_from_xy([X0], [Y0 + 1000]), crs=3067
    )
    town.write("bases", bases)
    town.document["title"] = "".join(NAMES[:5])[:180]
    for number, files in enumerate(town.document["layers"].values()):
        for key in ("source", "licence", "attribution", "note"):
            files[0][key] = NAMES[number]
        files[0]["url"] = NAMES[-1]
    return assess(load_study(town.file), town.folder, opinions=False)


def test_every_site_is_assessed_under_its_name(hostile: Assessment) -> None:
    assert len(hostile.sites) == len(NAMES)
    names = set(hostile.sites["name"])
    assert {name.strip().replace("\r\n", "\n") for name in NAMES} == names


def test_reports_hold_no_code_and_ask_nothing_of_the_network(hostile: Assessment) -> None:
    pages = [study_report(hostile), *(site_report(hostile, key) for key in hostile.sites.index)]
    for page in pages:
        tags = Tags(page)
        assert {tag for tag, _ in tags.found}.isdisjoint(
            {"script", "iframe", "object", "embed", "form", "base", "link"}
        )
        for _, attributes in tags.found:
            assert not [name for name in attributes if name.startswith("on")]
            for name in CHECKED:
                address = (attributes.get(name) or "").strip().lower()
                assert not address.startswith(("javascript:", "vbscript:", "data:text"))
            assert not (attributes.get("src") or "data:").startswith("http")


def test_a_report_shows_a_hostile_name_as_text(hostile: Assessment) -> None:
    for number in (0, 1, 3, 12, 14):
        key = next(
            key
            for key in hostile.sites.index
            if str(key).startswith(f"{number}{NAMES[number][:2]}")
        )
        assert NAMES[number] in "".join(Tags(site_report(hostile, key)).words)


def test_csv_cells_are_no_formulas_and_come_back_whole(hostile: Assessment) -> None:
    rows = list(csv.reader(io.StringIO(ranking_csv(hostile)), strict=True))
    assert len(rows) == 1 + len(NAMES)
    assert len({len(row) for row in rows}) == 1
    for row in rows[1:]:
        for cell in row:
            if cell[:1] in {"=", "+", "@", "\t", "\r"}:
                pytest.fail(f"a spreadsheet would run {cell[:40]!r}")
            if cell[:1] == "-":
                float(cell)


def test_geojson_is_valid_and_holds_the_names(hostile: Assessment) -> None:
    document = json.loads(sites_geojson(hostile), parse_constant=pytest.fail)
    names = {feature["properties"]["name"] for feature in document["features"]}
    assert names == set(hostile.sites["name"])
    json.dumps(document).encode("utf-8")


def test_the_map_s_script_holds_no_name_as_code(hostile: Assessment) -> None:
    streamlit_folium = pytest.importorskip("streamlit_folium")
    drawn = draw(map_data(hostile), "../assets", None)
    group = site_group(hostile, str(hostile.sites.index[0]))
    page = drawn.get_root().render()
    script = streamlit_folium._get_map_string(drawn)
    script += streamlit_folium._get_feature_group_string(group, drawn)
    for text in (page, script):
        for piece in (
            "<script>parent",
            "${alert",
            "onerror='",
            "{{7*7",
            "<svg onload",
            "<img src=x",
        ):
            assert piece not in text


def test_the_page_s_markdown_shows_names_as_they_are() -> None:
    for name in NAMES:
        text = escape(name)
        assert not re.search(r"(?<!\\)[!\[\]()<>`*_#$~|{}=+@]", text)
        assert "\n" not in text
        assert "\x07" not in text


def test_a_run_folder_has_no_hostile_name(hostile: Assessment, tmp_path: Path) -> None:
    out = tmp_path / "run"
    save_run(hostile, out)
    files = [file.relative_to(out) for file in out.rglob("*")]
    assert files
    for file in files:
        assert re.fullmatch(r"[A-Za-z0-9._/-]+", file.as_posix())
        assert ".." not in file.parts
        assert all(len(part) < 200 for part in file.parts)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["run"]


def test_file_names_made_of_identifiers_are_plain_and_different() -> None:
    names = [file_name(name) for name in (*NAMES, "..", ".", "", "a/b", "a\\b", "nul\x00l")]
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_-]{0,80}", name)


def test_a_geopackage_holds_the_names_as_text(hostile: Assessment, tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    write_gpkg(hostile, path)
    frame = gpd.read_file(path, layer="sites")
    assert len(frame) == len(NAMES)
    assert set(hostile.sites["name"]) == set(frame["name"])


@pytest.mark.parametrize("name", ["<b>", "../x", "a b", "A", "x" * 65, "", "a\nb", "${x}"])
def test_a_study_has_a_plain_name(town: Town, name: str) -> None:
    town.document["name"] = name
    with pytest.raises(ValueError, match="name"):
        _ = town.study


@pytest.mark.parametrize(
    "url",
    [
        "https://me:secret@example.org/x",
        "https://token@example.org/x",
        "https://example.org/x?api_key=secret",
        "https://example.org/x?a=1&access_token=secret",
        "https://example.org/x?SUBSCRIPTION-KEY=secret",
    ],
)
def test_an_address_with_a_secret_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="password or a key"):
        Provenanced(source="s", date="2026", licence="l", basis="published", url=url)


def test_addresses_of_the_demo_hold_no_secret() -> None:
    assert load_study(DEMO).name


def test_a_run_holds_nothing_of_the_environment(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {
        "SITESELECT_OFCOM_KEY": "s3cr3t-ofcom",
        "PGPASSWORD": "s3cr3t-postgres",
        "AWS_SECRET_ACCESS_KEY": "s3cr3t-bucket",
        "SITESELECT_UKPN_KEY": "s3cr3t-portal",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    out = tmp_path / "run"
    save_run(town.assess(), out)
    held = b"".join(file.read_bytes() for file in out.rglob("*") if file.is_file())
    assert b"s3cr3t" not in held
    manifest: Any = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest
