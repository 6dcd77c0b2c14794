"""The map: what it shows, that it needs no internet, and that names stay names."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.assess import reweigh
from siteselect.decision.ranking import order
from siteselect.maps import features, marks, style
from siteselect.maps.drawing import (
    Focus,
    draw,
    illustrative_titles,
    map_data,
    site_group,
    sites_spec,
)
from siteselect.maps.encoding import script_json, shown

if TYPE_CHECKING:
    from siteselect.assess import Assessment

PACKAGE = Path(__file__).resolve().parents[1] / "siteselect"
STATIC = PACKAGE / "static"
HOSTILE = "</script>${alert(1)}`{{ 7 }}{% x %}{# #}<img src=x onerror=alert(1)>map_div2 _0_1"

words = st.text(max_size=30)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def written(assessment: Assessment) -> str:
    """Give all the script that streamlit-folium would send for an assessment."""
    streamlit_folium = pytest.importorskip("streamlit_folium")
    drawn = draw(map_data(assessment), "../assets", None)
    group = site_group(assessment, str(assessment.sites.index[0]))
    drawn.get_root().render()
    base: str = streamlit_folium._get_map_string(drawn)
    sites: str = streamlit_folium._get_feature_group_string(group, drawn)
    return base + sites


# The encoder


@given(json_values)
def test_encoded_data_mean_the_same_and_hold_no_sign_of_any_language(value: Any) -> None:
    text = script_json(value)
    assert json.loads(text) == value
    assert re.fullmatch(r'[A-Za-z0-9 ,.:"\[\]{}\\+-]*', text)
    assert not re.search(r"\{[{%#]", text), "Jinja would take this for its own"
    for string in re.findall(r'"((?:[^"\\]|\\.)*)"', text):
        assert not set(string) & set("{}[]")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        script_json({"n": number})


def test_an_unpaired_surrogate_does_no_harm() -> None:
    assert json.loads(script_json("\ud800x")) == "\ud800x"


def test_a_name_is_only_ever_written_encoded(demo: Assessment) -> None:
    layers = {
        key: replace(layer, frame=layer.frame.assign(name=HOSTILE))
        if "name" in layer.frame.columns
        else layer
        for key, layer in demo.layers.items()
    }
    hostile = replace(
        demo,
        sites=demo.sites.assign(name=HOSTILE),
        findings=demo.findings.assign(title=HOSTILE),
        territory=replace(demo.territory, layers=layers),
    )
    script = written(hostile)
    for piece in ("</script", "${", "onerror=", "{{", "{%", "map_div2", "`"):
        assert piece not in script
    assert script_json(HOSTILE)[1:-1] in script


def test_folium_pieces_that_write_names_as_code_are_not_used() -> None:
    banned = re.compile(
        r"\bPopup\(|\bTooltip\(|DivIcon\(|unsafe_allow_html|unsafe_allow_javascript"
    )
    for path in PACKAGE.rglob("*.py"):
        assert not banned.search(path.read_text(encoding="utf-8")), path


# The fixed part


def test_nothing_is_loaded_from_elsewhere(demo: Assessment) -> None:
    drawn = draw(map_data(demo), "../assets", lambda file: f"../study/{file.name}")
    for _, url in [*drawn.default_js, *drawn.default_css]:
        assert url.startswith("../assets/")
        assert (STATIC / url.removeprefix("../assets/")).is_file()
    assert not re.search(r"https?:|//cdn", written(demo))


def test_vendored_files_are_the_ones_listed() -> None:
    listed = (STATIC / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    named = {line.split("  ")[1] for line in listed}
    for line in listed:
        digest, name = line.split("  ")
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest
    there = {str(p.relative_to(STATIC)) for p in (STATIC / "leaflet").rglob("*") if p.is_file()}
    assert named == there
    assert "BSD 2-Clause" in (STATIC / "leaflet" / "LICENSE").read_text(encoding="utf-8")


def test_the_same_assessment_gives_the_same_bytes(demo: Assessment) -> None:
    assert map_data(demo) == map_data(demo)
    assert written(demo) == written(demo)


def test_weights_do_not_move_the_fixed_part(demo: Assessment) -> None:
    other = reweigh(demo, {next(iter(demo.tree)): 3.0})
    assert map_data(other) == map_data(demo)


def test_the_map_can_be_zoomed_although_it_has_no_tiles(demo: Assessment) -> None:
    assert draw(map_data(demo), "..", None).options["maxZoom"] == 19


def test_layers_are_switchable_and_invented_ones_are_marked(demo: Assessment) -> None:
    data = map_data(demo)
    titles = [overlay.title for overlay in data.overlays]
    assert len(titles) == len(set(titles)) >= 9
    invented = set(illustrative_titles(demo))
    assert {t.removesuffix(" (illustrative)") for t in titles if "illustrative" in t} <= invented
    legend = json.loads(data.legend)
    assert invented
    for title in invented:
        assert title.lower() in legend["note"]
    units = json.dumps(legend, ensure_ascii=False)
    assert "dB(A)" in units
    assert "kVA" in units
    assert "of 100" in units


def test_the_credit_of_openstreetmap_comes_first(demo: Assessment) -> None:
    named = json.loads(map_data(demo).frame)["credits"]
    assert named[0] == "© OpenStreetMap contributors"
    assert sum("openstreetmap" in credit.lower() for credit in named) == 1


def test_the_base_map_lies_where_the_area_lies(demo: Assessment) -> None:
    ground = json.loads(features.ground(demo.territory))
    kinds = {feature["properties"]["kind"] for feature in ground["features"]}
    assert {"building", "water", "green", "major", "boundary"} <= kinds <= set(style.GROUND)
    lon, lat = demo.sites["lon"], demo.sites["lat"]
    text = json.dumps(ground)
    pairs = np.array(re.findall(r"\[(-?[\d.]+), (-?[\d.]+)\]", text), dtype=float)
    assert len(pairs) > 1000
    assert abs(np.median(pairs[:, 0]) - lon.mean()) < 0.05
    assert abs(np.median(pairs[:, 1]) - lat.mean()) < 0.05
    assert not re.search(r"\d\.\d{7,}", text), "more digits than a screen can show"


def test_a_study_without_display_layers_still_has_a_boundary(town: Any) -> None:
    del town.document["layers"]["noise_receptors"]
    del town.document["groups"]["noise"]
    town.document["presets"] = {}
    data = map_data(town.assess())
    ground = json.loads(data.ground.content)
    assert "boundary" in {feature["properties"]["kind"] for feature in ground["features"]}
    assert "Noise-sensitive buildings" not in {overlay.title for overlay in data.overlays}


# The sites


def seen(assessment: Assessment) -> dict[str, int]:
    """Read the class of every site back from its letter."""
    spec = sites_spec(assessment, None)
    codes = [ord(letter) - ord("A") for letter in spec["letters"]]
    return dict(zip(assessment.sites.index, codes, strict=True))


def test_every_site_is_there_and_those_a_rule_excludes_look_different(demo: Assessment) -> None:
    table = demo.ranking.table
    unranked = set(table.index[table["rank"].isna()])
    assert unranked, "the demo has lost its excluded sites"
    for site, code in seen(demo).items():
        assert (code == marks.UNRANKED) == (site in unranked)
        if site not in unranked:
            assert code % 10 == style.score_class(table.loc[site, "score_low"])
    looks = style.class_looks(len(table))
    assert looks[marks.UNRANKED]["shape"] == "crossed"
    assert looks[0]["shape"] == "circle"
    words = json.loads(marks.words(demo.sites, demo.findings))
    assert words["ids"] == list(demo.sites.index)
    failed = {words["ids"][row]: words["reasons"][code] for row, code in words["failed"]}
    assert set(failed) == unranked
    for site, told in failed.items():  # noqa: B007 - read by the query below
        titles = demo.findings.query("site_id == @site and verdict == 'fail'")["title"]
        assert told == "; ".join(titles)


def test_where_the_sites_lie_is_kept_to_a_centimetre(demo: Assessment) -> None:
    pairs = np.frombuffer(marks.positions(demo.sites), dtype="<i4").reshape(-1, 2) / 1e7
    assert np.abs(pairs[:, 0] - demo.sites["lon"]).max() <= 5.1e-8
    assert np.abs(pairs[:, 1] - demo.sites["lat"]).max() <= 5.1e-8


def test_the_numbers_of_every_site_are_those_of_the_ranking(demo: Assessment) -> None:
    spec = sites_spec(demo, None)
    code = spec["all"].replace(".", "/")
    content = base64.b64decode(code + "=" * (-len(code) % 4))
    count = len(demo.sites)
    ranks = np.frombuffer(content[: 6 * count], dtype="<u2").reshape(-1, 3)
    shares = np.frombuffer(content[6 * count :], dtype=np.uint8).reshape(-1, 3)
    for row, (_, told) in enumerate(demo.ranking.table.iterrows()):
        expected = [0 if pd.isna(told[name]) else told[name] for name in marks._RANKS]
        assert ranks[row].tolist() == expected
        points = [f"{100 * told[name]:.0f}" for name in marks._SHARES]
        assert [str(share) for share in shares[row]] == points


def test_only_the_leaders_carry_their_rank(demo: Assessment) -> None:
    badges = sites_spec(demo, None)["badges"]
    ranks = demo.ranking.table["rank"].dropna()
    assert {rank for _, rank in badges} == set(ranks[ranks <= style.LABELLED])
    assert all(demo.ranking.table["rank"].iloc[row] == rank for row, rank in badges)


def test_the_leading_sites_are_the_first_in_reading_order(demo: Assessment) -> None:
    table = demo.ranking.table
    ranked = [site for site in order(table) if pd.notna(table.loc[site, "rank"])]
    for count in (1, 5, len(ranked), 10_000):
        assert marks.leading(table, count) == ranked[:count]
    none = table.assign(rank=pd.array([None] * len(table), dtype="Int64"))
    assert marks.leading(none, 5) == []
    tied = table.assign(rank=pd.array([1] * len(table), dtype="Int64"))
    assert marks.leading(tied, 3) == list(order(tied)[:3])


def test_of_very_many_sites_only_those_that_matter_are_told(
    demo: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "ALL_TOLD", 10)
    monkeypatch.setattr(marks, "TOLD", 3)
    last = str(demo.ranking.table.index[demo.ranking.table["rank"].isna()][0])
    spec = sites_spec(demo, last, drawn=frozenset({str(demo.sites.index[7]), "gone"}))
    rows = {row for row, *_ in spec["few"]}
    first = demo.sites.index.get_indexer(marks.leading(demo.ranking.table, 3))
    assert spec["all"] is None
    assert rows == {*first.tolist(), 7, spec["row"]}
    assert spec["drawn"] == [7]
    for row, *numbers in spec["few"]:
        assert numbers[0] == (demo.ranking.table["rank"].fillna(0).iloc[row])


def test_a_site_that_the_browser_does_not_know_is_sent_along(demo: Assessment) -> None:
    known = demo.sites.index[:-2]
    spec = sites_spec(demo, str(demo.sites.index[-1]), known=known)
    assert spec["more"]["ids"] == list(demo.sites.index[-2:])
    assert spec["row"] == len(demo.sites) - 1
    assert len(spec["letters"]) == len(demo.sites)
    assert sites_spec(demo, None, known=demo.sites.index)["more"] is None


def test_a_site_that_is_no_longer_there_is_not_drawn(demo: Assessment) -> None:
    table = demo.ranking.table.iloc[1:]
    fewer = replace(demo, ranking=replace(demo.ranking, table=table), sites=demo.sites.iloc[1:])
    spec = sites_spec(fewer, None, known=demo.sites.index)
    assert ord(spec["letters"][0]) - ord("A") == marks.ABSENT
    assert spec["letters"][1:] == sites_spec(fewer, None)["letters"]


def test_a_site_that_is_mostly_unknown_is_marked(demo: Assessment) -> None:
    table = demo.ranking.table.assign(evidence_share=0.5)
    shaky = replace(demo, ranking=replace(demo.ranking, table=table))
    assert all(10 <= code <= marks.UNRANKED for code in seen(shaky).values())
    assert "dashArray" in style.class_looks(10)[13]


def test_colours_do_not_depend_on_the_other_sites(demo: Assessment) -> None:
    some = list(demo.ranking.table.index[::3])
    table = demo.ranking.table.loc[some]
    part = replace(demo, sites=demo.sites.loc[some], ranking=replace(demo.ranking, table=table))
    whole = seen(demo)
    assert seen(part) == {key: whole[key] for key in some}


def test_the_letters_of_a_change_take_a_byte_a_site(demo: Assessment) -> None:
    text = script_json(sites_spec(demo, None)["letters"])
    assert len(text) == len(demo.sites) + 2


def test_a_name_without_end_is_cut_and_turning_signs_are_dropped() -> None:
    assert len(shown("a" * 10_000)) == 120
    assert shown("Bell\x07 and \u202eturned\u202c") == "Bell and turned"
    assert shown("Straße, \u0645\u0648\u0642\u0639") == "Straße, \u0645\u0648\u0642\u0639"


def test_a_wish_to_move_names_the_place_and_its_turn(demo: Assessment) -> None:
    site = str(demo.sites.index[4])
    focus = sites_spec(demo, site, Focus(site, 3))["focus"]
    assert (focus["lat"], focus["lon"]) == (demo.sites["lat"][site], demo.sites["lon"][site])
    assert focus["turn"] == 3
    assert "focus" not in sites_spec(demo, site, Focus("gone", 3))


def test_the_group_clears_the_list_that_streamlit_folium_lets_grow(demo: Assessment) -> None:
    streamlit_folium = pytest.importorskip("streamlit_folium")
    drawn = draw(map_data(demo), "..", None)
    drawn.get_root().render()
    streamlit_folium._get_map_string(drawn)
    script = streamlit_folium._get_feature_group_string(site_group(demo, None), drawn)
    assert script.index("window.feature_group = [];") < script.index("siteselectMap.sites(map_div,")
    assert script.index("siteselectMap.sites") < script.index("window.feature_group.push")


@given(st.floats(0, 1), st.floats(0, 1))
def test_score_classes_rise_with_the_score(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= style.score_class(low) <= style.score_class(high) <= 9


def test_score_classes_at_their_edges() -> None:
    assert [style.score_class(score) for score in (0.0, 0.0999, 0.1, 0.999, 1.0)] == [0, 0, 1, 9, 9]


def test_colours_can_be_told_apart_without_colour_vision() -> None:
    shades = [luminance(colour) for colour in style.SCORE_COLOURS]
    assert all(pale > dark for pale, dark in itertools.pairwise(shades))
    noise = [luminance(colour) for colour in style.NOISE_COLOURS]
    assert all(pale > dark for pale, dark in itertools.pairwise(noise))


@pytest.mark.parametrize("place", range(10))
def test_a_rank_can_be_read_on_its_colour(place: int) -> None:
    ink = style.PAPER if place >= style.DARK_FROM_CLASS else style.INK
    assert contrast(ink, style.SCORE_COLOURS[place]) >= 4.5
