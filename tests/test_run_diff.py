"""Two runs side by side: what moved a score, what moved a rank, and nothing left over."""

from __future__ import annotations

import csv
import itertools
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import Town, lonlat
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box
from test_cli import siteselect
from toy_pack import a_pack, a_rule

from siteselect.comparing.difference import Difference, difference, ranks_changed
from siteselect.comparing.manifest import Manifest
from siteselect.comparing.rank_path import FAMILIES, rank_path
from siteselect.comparing.recorded import Model, RecordedRun, ranking_of, read_run, read_runs
from siteselect.comparing.scores import SCORE_FAMILIES, score_parts
from siteselect.comparing.verdicts import verdict_changes
from siteselect.contracts import ValueScale
from siteselect.decision.value import to_values
from siteselect.errors import InputError
from siteselect.runs import save_run

CRITERIA = ("a", "b", "c")
STEPS = ["a", *FAMILIES]


def a_run(
    measures: pd.DataFrame,
    knots: dict[str, list[list[float]]],
    weights: dict[str, float],
    unknown: tuple[float, float] = (0.0, 1.0),
    failed: tuple[str, ...] = (),
    rule: str = "rule as it was",
) -> RecordedRun:
    """Make a run as its folder would tell it, with one rule that some sites fail."""
    criteria = {
        name: {
            "title": name,
            "unit": "m",
            "weight": weights[name],
            "knots": knots[name],
            "unknown_low": unknown[0],
            "unknown_high": unknown[1],
        }
        for name in measures.columns
    }
    document: dict[str, Any] = {
        "siteselect": "1",
        "python": "3",
        "libraries": {},
        "study": {"name": "toy", "date": "2026-01-01", "declared": {}},
        "model": {"criteria": criteria},
        "packs": [{"pack": "toy", "sha256": rule, "version": "1", "rules": {"TOY-01": rule}}],
        "inputs": [],
        "outputs": {},
    }
    numbers = {key: pd.Series(unknown[k], index=list(criteria)) for k, key in enumerate("lh")}
    model = Model(
        scales={name: ValueScale(tuple(map(tuple, knots[name]))) for name in criteria},
        weights=pd.Series({name: weights[name] for name in criteria}, dtype=float),
        unknown_low=numbers["l"],
        unknown_high=numbers["h"],
    )
    eligible = pd.Series(~measures.index.isin(failed), index=measures.index)
    sites = ranking_of(measures, model, eligible).table.assign(name="", lon=0.0, lat=0.0)
    findings = pd.DataFrame(
        {
            "site_id": measures.index,
            "rule_id": "TOY-01",
            "title": "Toy",
            "verdict": np.where(eligible, "pass", "fail"),
            "evidence": "it_kw = 1 kW",
        }
    )
    return RecordedRun(
        title="toy",
        manifest=document,
        declared=Manifest.model_validate(document),
        model=model,
        sites=sites,
        measures=measures,
        reasons=measures.isna().map({True: "not measured", False: ""}.get),
        findings=findings,
        eligible=eligible,
    )


@st.composite
def parts(draw: Any, n: int | None = None) -> dict[str, Any]:
    """Measures in tenths with gaps, scales that rise, fall or bend, weights with zeros."""
    size = n or draw(st.integers(1, 5))
    tenth = st.integers(0, 10).map(lambda k: k / 10)
    cell = st.one_of(tenth, tenth, tenth, st.just(np.nan))
    rows = draw(st.lists(st.lists(cell, min_size=3, max_size=3), min_size=size, max_size=size))
    knots = {
        name: [[0.0, draw(tenth)], [0.5, draw(tenth)], [1.0, draw(tenth)]] for name in CRITERIA
    }
    swings = draw(st.lists(st.integers(0, 5), min_size=3, max_size=3).filter(any))
    ends = sorted([draw(tenth), draw(tenth)])
    sites = [f"s{number}" for number in range(size)]
    return {
        "measures": pd.DataFrame(rows, index=sites, columns=list(CRITERIA), dtype=float),
        "knots": knots,
        "weights": {
            name: swing / sum(swings) for name, swing in zip(CRITERIA, swings, strict=True)
        },
        "unknown": (ends[0], ends[1]),
        "failed": tuple(site for site in sites if draw(st.integers(0, 4)) == 0),
    }


@st.composite
def pairs(draw: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    first = draw(parts())
    return first, draw(parts(len(first["measures"])))


def score(data: RecordedRun, scales: RecordedRun, weights: RecordedRun) -> pd.Series[float]:
    values = to_values(data.measures, scales.model.scales).values
    filled = values.fillna(scales.model.unknown_low)
    return (filled * weights.model.weights).sum(axis=1)


@settings(max_examples=30)
@given(pairs())
def test_the_parts_are_shapley_values_and_add_up_to_the_change(
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    a, b = (a_run(**part) for part in pair)
    found = {family: table.sum(axis=1) for family, table in score_parts(a, b).items()}
    change = b.sites["score_low"] - a.sites["score_low"]
    assert np.allclose(sum(found.values()), change, rtol=0, atol=1e-12)
    brute = dict.fromkeys(SCORE_FAMILIES, 0.0 * change)
    for order in itertools.permutations(SCORE_FAMILIES):
        mixture = dict.fromkeys(SCORE_FAMILIES, a)
        for family in order:
            before = score(*(mixture[name] for name in SCORE_FAMILIES))
            mixture[family] = b
            after = score(*(mixture[name] for name in SCORE_FAMILIES))
            brute[family] = brute[family] + (after - before) / 6
    for family in SCORE_FAMILIES:
        assert np.allclose(found[family], brute[family], rtol=0, atol=1e-12)


@settings(max_examples=30)
@given(pairs(), st.sampled_from(["data", "scales", "weights", "rules"]))
def test_a_change_in_one_family_is_attributed_to_that_family_alone(
    pair: tuple[dict[str, Any], dict[str, Any]], family: str
) -> None:
    keys = {
        "data": ("measures",),
        "scales": ("knots", "unknown"),
        "weights": ("weights",),
        "rules": ("failed", "rule"),
    }
    first, second = pair[0], {**pair[1], "rule": "rule as it is now"}
    a, b = a_run(**first), a_run(**{**first, **{key: second[key] for key in keys[family]}})
    for other, table in score_parts(a, b).items():
        if other != family:
            assert not table.to_numpy().any(), f"{other} moved a score"
    path = rank_path(a, b, verdict_changes(a, b))
    for before, after in itertools.pairwise(STEPS):
        if after != family:
            assert path[before].equals(path[after].rename(before)), f"{after} moved a rank"


@settings(max_examples=30)
@given(pairs())
def test_the_path_begins_at_the_ranks_of_a_and_ends_at_those_of_b(
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    a, b = a_run(**pair[0]), a_run(**pair[1], rule="another")
    path = rank_path(a, b, verdict_changes(a, b))
    assert path["a"].equals(a.sites["rank"].rename("a"))
    assert path["weights"].equals(b.sites["rank"].rename("weights"))


@settings(max_examples=30)
@given(parts(5), st.permutations(range(5)), st.integers(1, 5), st.integers(1, 5))
def test_other_candidates_move_ranks_at_their_own_step_and_no_score(
    part: dict[str, Any], shuffled: list[int], kept: int, held: int
) -> None:
    whole = part["measures"]
    a = a_run(**{**part, "measures": whole.iloc[:kept]})
    b = a_run(**{**part, "measures": whole.iloc[shuffled].iloc[:held]})
    found = difference(a, b)
    shared = found.sites[found.sites["status"] == "both"]
    assert not shared[[f"score_by_{family}" for family in SCORE_FAMILIES]].to_numpy().any()
    assert not shared["score_change"].any()
    path = rank_path(a, b, verdict_changes(a, b))
    for before, after in itertools.pairwise(STEPS[1:]):
        assert path[before].equals(path[after].rename(before))
    assert set(shared["moved_by"]) <= {"candidates"}
    assert found.added == len(set(b.sites.index) - set(a.sites.index))
    assert found.removed == len(set(a.sites.index) - set(b.sites.index))
    assert found.measures.empty


@settings(max_examples=30)
@given(parts(), st.permutations(range(3)))
def test_the_same_run_in_any_order_is_no_difference(
    part: dict[str, Any], columns: list[int]
) -> None:
    turned = part["measures"].iloc[::-1, columns]
    found = difference(a_run(**part), a_run(**{**part, "measures": turned}))
    assert found.empty
    assert not ranks_changed(found, "any")
    assert not ranks_changed(found, "winner")


@settings(max_examples=30)
@given(parts())
def test_taking_up_a_criterion_is_a_change_of_weights_alone(part: dict[str, Any]) -> None:
    fewer = {"a": 0.25, "b": 0.75, "c": 0.0}
    a = a_run(**{**part, "measures": part["measures"][["a", "b"]], "weights": fewer})
    b = a_run(**part)
    for one, other in ((a, b), (b, a)):
        found = score_parts(one, other)
        assert not found["data"].to_numpy().any()
        assert not found["scales"].to_numpy().any()
        change = other.sites["score_low"] - one.sites["score_low"]
        assert np.allclose(found["weights"].sum(axis=1), change, rtol=0, atol=1e-12)
        assert not difference(one, other).measures["measured_differently"].any()


def test_two_scores_by_hand() -> None:
    # One criterion [m] on 0..10 m, half known to move by data (5 to 10 m), half by the scale.
    knots = {"a": [[0.0, 0.0], [10.0, 1.0]]}
    wide = {"a": [[0.0, 0.0], [20.0, 1.0]]}
    near, far = pd.DataFrame({"a": [5.0]}, index=["s"]), pd.DataFrame({"a": [10.0]}, index=["s"])
    a = a_run(near, knots, {"a": 1.0})
    b = a_run(far, wide, {"a": 1.0})
    # V: 0.5 as it was, 1.0 new data, 0.25 new scale, 0.5 both; means over the two orders.
    found = {family: float(table.to_numpy().sum()) for family, table in score_parts(a, b).items()}
    assert found == {"data": pytest.approx(0.375), "scales": pytest.approx(-0.375), "weights": 0.0}


@pytest.mark.parametrize(
    ("rule", "evidence", "cause"),
    [
        ("rule as it was", ("it_kw = 1 kW, limit 5 kW", "it_kw = 9 kW, limit 5 kW"), "data"),
        ("another", ("it_kw = 9 kW, limit 10 kW", "it_kw = 9 kW, limit 5 kW"), "rules"),
        ("another", ("it_kw = 9 kW, limit  unknown", "it_kw = 9 kW, limit 5 kW"), "rules"),
        ("another", ("it_kw = 9 kW", "it_kw = 9 kW; outdoors = yes"), "rules"),
        ("another", ("it_kw = 1 kW, limit 10 kW", "it_kw = 9 kW, limit 5 kW"), "both"),
    ],
)
def test_a_verdict_was_changed_by_the_rule_or_by_the_facts(
    rule: str, evidence: tuple[str, str], cause: str
) -> None:
    measures = pd.DataFrame({"a": [0.5]}, index=["s"])
    one = {"measures": measures, "knots": {"a": [[0.0, 0.0], [1.0, 1.0]]}, "weights": {"a": 1.0}}
    a, b = a_run(**one), a_run(**one, failed=("s",), rule=rule)
    a, b = (
        replace(run, findings=run.findings.assign(evidence=said))
        for run, said in zip((a, b), evidence, strict=True)
    )
    assert list(verdict_changes(a, b)["cause"]) == [cause]


# The whole way: runs of a town, written and read back.


def saved(town: Town, name: str) -> Path:
    out = town.folder / name
    save_run(town.assess(), out, reports=0, study_dir=town.folder)
    return out


def compared(town: Town, first: Path) -> Difference:
    return difference(*read_runs([first, saved(town, "second")]))


def moved_alone_by(found: Difference, family: str) -> bool:
    """Check that no other family moved a score, nor a rank at its step."""
    others = found.sites[[f"score_by_{name}" for name in SCORE_FAMILIES if name != family]]
    names = {
        part.removesuffix(" of other sites")
        for said in found.sites["moved_by"]
        for part in said.split("; ")
    }
    return not others.fillna(0.0).to_numpy().any() and names <= {family, ""}


def test_equal_runs_of_a_study_do_not_differ(town: Town) -> None:
    assert compared(town, saved(town, "first")).empty


def test_other_swings_are_weights(town: Town) -> None:
    first = saved(town, "first")
    town.document["groups"]["heat"]["swing"] = 10
    found = compared(town, first)
    assert moved_alone_by(found, "weights")
    assert found.winners == (("a",), ("c",))
    assert ranks_changed(found, "winner")
    assert {part["criterion"] for part in found.weights} >= {"heat_used", "flood_band"}
    assert found.settings.to_dict("records") == [
        {"setting": "groups.heat.swing", "old": 100.0, "new": 10.0, "moves": "weights"}
    ]
    assert found.inputs.empty
    assert found.verdicts.empty


def test_another_scale_is_scales(town: Town) -> None:
    first = saved(town, "first")
    choice = town.document["groups"]["heat"]["criteria"]["sink_distance"]
    choice["scale"] = [[0.0, 1.0], [30.0, 0.0]]
    found = compared(town, first)
    assert moved_alone_by(found, "scales")
    assert found.scales == ["sink_distance"]
    assert set(found.settings["moves"]) == {"scales"}
    assert found.sites["score_by_scales"].lt(0).any()
    # An end moved and the weight stayed: nobody has said what the new step is worth.
    assert len(found.ask_again) == 1
    assert found.ask_again[0].startswith("sink_distance: scale 600 to 0 became 30 to 0")
    choice["swing"] = 100 * choice["swing"] / 99
    assert compared(town, first).ask_again == []


def test_another_file_is_data(town: Town) -> None:
    first = saved(town, "first")
    fibre = gpd.read_file(town.folder / "fibre.gpkg")
    fibre.geometry = [Point(400_800.0, 6_700_800.0)]
    town.write("fibre", fibre)
    found = compared(town, first)
    assert moved_alone_by(found, "data")
    assert list(found.inputs["layer"]) == ["fibre_nodes"]
    assert list(found.inputs["change"]) == ["content"]
    assert set(found.measures["criterion"]) <= {"fibre_route", "round_trip_time"}
    assert found.measures["measured_differently"].all()
    assert found.settings.empty


def blocker(limit_m: float) -> dict[str, Any]:
    return a_rule(
        when={"fact": "receptor_distance_m", "at_most": limit_m},
        outcome="blocker",
        examples=[
            {"facts": {"receptor_distance_m": 1.0}, "verdict": "fail"},
            {"facts": {"receptor_distance_m": 5000.0}, "verdict": "pass"},
        ],
    )


def own_pack(town: Town, *rules: dict[str, Any]) -> None:
    pack = a_pack(*rules, applies_when={"fact": "outdoors", "is": True})
    (town.folder / "toy.yaml").write_text(yaml.safe_dump(pack, sort_keys=False), encoding="utf-8")
    town.document["packs"] = ["toy.yaml"]


def test_a_stricter_rule_is_rules_and_names_it(town: Town) -> None:
    own_pack(town, blocker(10.0))
    first = saved(town, "first")
    own_pack(town, blocker(400.0))
    found = compared(town, first)
    assert moved_alone_by(found, "rules")
    assert dict(zip(found.verdicts["site_id"], found.verdicts["cause"], strict=True)) == {
        "b": "rules",
        "c": "rules",
    }
    assert {"rule_id": "TOY-01", "change": "changed"} in found.packs
    assert found.sites.loc["c", "moved_by"] == "rules"
    assert found.sites.loc["d", "moved_by"] == "rules of other sites"
    assert pd.isna(found.sites.loc["c", "rank_b"])
    assert found.sites["score_change"].eq(0).all()


def test_a_new_rule_is_rules_and_a_reworded_one_is_no_move(town: Town) -> None:
    own_pack(town, blocker(10.0))
    first = saved(town, "first")
    own_pack(town, {**blocker(10.0), "action": "Apply in good time."}, a_rule(id="TOY-02"))
    found = compared(town, first)
    assert {part.get("rule_id") for part in found.packs} == {None, "TOY-02"}
    assert set(found.verdicts["rule_id"]) == {"TOY-02"}
    assert set(found.verdicts["verdict_a"]) == {"not held"}
    assert not found.sites["moved_by"].any()
    assert not ranks_changed(found, "any")


@pytest.mark.parametrize("described", [True, False])
def test_a_fact_that_makes_a_rule_fail_is_data(town: Town, described: bool) -> None:
    pack_dir = town.folder if described else None
    flooded = a_rule(
        when={"fact": "flood_band", "is": "high"},
        outcome="blocker",
        examples=[
            {"facts": {"flood_band": "high"}, "verdict": "fail"},
            {"facts": {"flood_band": "none"}, "verdict": "pass"},
        ],
    )
    own_pack(town, flooded)
    save_run(town.assess(), town.folder / "first", reports=0, study_dir=pack_dir)
    flood = gpd.GeoDataFrame(
        {"flood_id": ["w"], "band": ["high"]},
        geometry=[box(400_000.0, 6_700_000.0, 400_300.0, 6_700_300.0)],
        crs=3067,
    )
    town.write("flood", flood)
    save_run(town.assess(), town.folder / "second", reports=0, study_dir=pack_dir)
    found = difference(*read_runs([town.folder / "first", town.folder / "second"]))
    assert moved_alone_by(found, "data")
    assert set(found.verdicts["cause"]) == {"data"}
    assert set(found.verdicts["site_id"]) == {"a", "d"}
    assert found.sites.loc["c", "moved_by"] == "data of other sites"


def test_one_candidate_more_is_candidates(town: Town) -> None:
    first = saved(town, "first")
    lon, lat = lonlat(205, 200)
    text = (town.folder / "candidates.csv").read_text(encoding="utf-8")
    town.candidates(text + f"e,Nearer the pool,car_park,{lon},{lat}\n")
    found = compared(town, first)
    assert moved_alone_by(found, "candidates")
    assert (found.shared, found.added, found.removed) == (4, 1, 0)
    assert found.sites.loc["e", "status"] == "added"
    assert pd.isna(found.sites.loc["e", "rank_a"])
    assert found.sites.loc[found.sites["status"] == "both", "score_change"].eq(0).all()
    assert list(found.inputs["layer"]) == ["candidates"]


def test_a_site_that_was_moved_says_so(town: Town) -> None:
    first = saved(town, "first")
    text = (town.folder / "candidates.csv").read_text(encoding="utf-8")
    lon, lat = lonlat(300, 300)
    rows = [row for row in text.splitlines() if not row.startswith("a,")]
    town.candidates("\n".join([*rows, f"a,By the pool,car_park,{lon:.7f},{lat:.7f}"]) + "\n")
    found = compared(town, first)
    assert list(found.sites.index[found.sites["moved_place"]]) == ["a"]
    assert moved_alone_by(found, "data")


def test_everything_at_once_still_adds_up_and_ends_at_b(town: Town) -> None:
    own_pack(town, blocker(10.0))
    first = saved(town, "first")
    own_pack(town, blocker(100.0))
    town.document["pod"]["it_kw"] = 60
    town.document["groups"]["noise"]["swing"] = 20
    town.document["groups"]["heat"]["criteria"]["sink_distance"]["scale"] = [[0, 1], [100, 0]]
    del town.document["groups"]["access"]
    del town.document["presets"]
    text = (town.folder / "candidates.csv").read_text(encoding="utf-8")
    lon, lat = lonlat(600, 200)
    rows = [row for row in text.splitlines() if not row.startswith("d,")]
    town.candidates("\n".join([*rows, f"e,New,car_park,{lon},{lat}"]) + "\n")
    a, b = read_runs([first, saved(town, "second")])
    found = difference(a, b)
    both = found.sites[found.sites["status"] == "both"]
    split = both[[f"score_by_{family}" for family in SCORE_FAMILIES]]
    assert np.allclose(split.sum(axis=1), both["score_change"], rtol=0, atol=1e-12)
    assert (split.abs() > 1e-6).any().all(), "each family has a part in this"
    path = rank_path(a, b, found.verdicts)
    assert path["weights"].dropna().to_dict() == b.sites["rank"].dropna().to_dict()
    assert {"candidates", "pod.it_kw"} & set(found.settings["setting"]) == {"pod.it_kw"}


# Folders that cannot be compared.


def test_all_faults_of_both_folders_are_named_at_once(town: Town) -> None:
    first = saved(town, "first")
    second = town.folder / "second"
    shutil.copytree(first, second)
    (first / "measures.parquet").unlink()
    (first / "findings.parquet").write_bytes(b"PAR1 not any more")
    with (second / "sites.parquet").open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(InputError) as caught:
        read_runs([first, second])
    files = {Path(fault.file) for fault in caught.value.faults}
    assert files == {
        first / "measures.parquet",
        first / "findings.parquet",
        second / "sites.parquet",
    }
    assert all(fault.cure for fault in caught.value.faults)


def test_a_run_of_an_older_version_is_refused_with_the_cure(town: Town) -> None:
    first = saved(town, "first")
    manifest = json.loads((first / "manifest.json").read_text(encoding="utf-8"))
    del manifest["model"], manifest["packs"]
    (first / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(InputError, match="Repeat the run with this version") as caught:
        read_run(first)
    assert caught.value.faults[0].value == manifest["siteselect"]


def test_scores_that_do_not_follow_from_the_measures_are_refused(town: Town) -> None:
    first = saved(town, "first")
    manifest = json.loads((first / "manifest.json").read_text(encoding="utf-8"))
    criteria = manifest["model"]["criteria"]
    one, other = list(criteria)[:2]
    criteria[one]["weight"], criteria[other]["weight"] = (
        criteria[other]["weight"],
        criteria[one]["weight"],
    )
    (first / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(InputError, match="do not follow"):
        read_run(first)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        "{" * 100_000,
        "[" * 100_000,
        '{"siteselect": "\\ud800"}',
        '{"siteselect": 1, "model": {"criteria": {}}}',
        '{"siteselect": "1", "model": {"criteria": {"a": {"weight": NaN, "knots": [[0, 0]]}}}}',
        "\x00\x01",
    ],
)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_run(tmp_path)
    assert "manifest.json" in str(caught.value)


def test_no_run_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a run folder") as caught:
        read_runs([tmp_path, tmp_path / "absent"])
    assert len(caught.value.faults) == 2


# The command.


def test_the_command_prints_writes_and_leaves_with_the_code_asked_for(town: Town) -> None:
    lon, lat = lonlat(400, 400)
    text = (town.folder / "candidates.csv").read_text(encoding="utf-8")
    hostile = '"=HYPERLINK(""http://x"")[red]\x1b[31m"'
    town.candidates(text + f"x,{hostile},car_park,{lon},{lat}\n")
    first = saved(town, "first")
    town.document["groups"]["heat"]["swing"] = 10
    second = saved(town, "second")
    out = town.folder / "diff"
    done = siteselect("diff", first, second, "--out", out, "--fail-on", "winner")
    assert done.returncode == 3, done.stderr
    assert "Rank 1 in A: a" in done.stdout
    assert "groups.heat.swing: 100.0 to 10.0" in done.stdout
    assert "\x1b" not in done.stdout
    with (out / "diff.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert {row["site_id"] for row in table} == {"a", "b", "c", "d", "x"}
    assert next(row["name"] for row in table if row["site_id"] == "x").startswith("'=HYPER")
    told = siteselect("diff", first, second, "--json")
    assert told.returncode == 0
    site = next(row for row in json.loads(told.stdout)["sites"] if row["site_id"] == "a")
    split = [site[f"score_by_{family}"] for family in SCORE_FAMILIES]
    assert sum(split) == pytest.approx(site["score_low_b"] - site["score_low_a"], abs=1e-12)


def test_the_command_on_equal_runs_and_on_faulty_folders(town: Town) -> None:
    first = saved(town, "first")
    same = siteselect("diff", first, first, "--fail-on", "any")
    assert same.returncode == 0
    assert "No difference." in same.stdout
    faulty = siteselect("diff", first, town.folder)
    assert faulty.returncode == 2
    assert "not a run folder" in faulty.stderr
    assert "Traceback" not in faulty.stderr
