"""The study file: what it accepts, what it refuses, and that shipped ones stay readable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from conftest import STUDY
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.errors import StudyError
from siteselect.study import Study, study_hash, study_schema
from siteselect.study_file import load_study, parse_study

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = sorted((ROOT / "data").glob("*/study.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_shipped_studies_load_and_point_to_the_schema(path: Path) -> None:
    assert isinstance(load_study(path), Study)
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.split("=", 1)[1]).is_file()


def test_the_schema_describes_every_key() -> None:
    schema = study_schema()
    for name, part in {"Study": schema, **schema["$defs"]}.items():
        assert part.get("additionalProperties") is False or "enum" in part, name
        for key, value in part.get("properties", {}).items():
            assert value.get("description") or "$ref" in value, f"{name}.{key} is not described"


def test_the_schema_is_json() -> None:
    assert json.loads(json.dumps(study_schema()))["title"] == "Study"


def test_a_study_is_frozen() -> None:
    study = parse_study(STUDY)
    with pytest.raises(ValueError, match="frozen"):
        study.title = "other"  # type: ignore[misc]


def test_the_hash_ignores_comments_and_key_order_but_not_values() -> None:
    document = yaml.safe_load(STUDY)
    turned = yaml.safe_dump(dict(reversed(list(document.items()))), sort_keys=False)
    assert study_hash(parse_study("# a comment\n" + STUDY)) == study_hash(parse_study(turned))
    document["seed"] = 1
    assert study_hash(parse_study(yaml.safe_dump(document))) != study_hash(parse_study(STUDY))


def test_all_faults_come_at_once_each_with_its_line() -> None:
    text = STUDY.replace("it_kw: 100", "it_kw: 5000").replace("EPSG:3067\n", "EPSG:3067\nsede: 4\n")
    text = text.replace("swing: 100", "swing: 101", 1)
    with pytest.raises(StudyError) as caught:
        parse_study(text, "study.yaml")
    found = {fault.column: fault for fault in caught.value.faults}
    assert set(found) == {"pod.it_kw", "sede", "groups.grid.swing"}
    assert found["sede"].cure == "Did you mean 'seed'?"
    lines = text.splitlines()
    assert "sede" in lines[int(str(found["sede"].row).split()[0]) - 1]
    assert "it_kw" in lines[int(str(found["pod.it_kw"].row).split()[0]) - 1]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("scale", "scale", None),
        ("flood_band: {swing: 100}", "flood_band: {swing: 100, scale: [[1, 0], [1, 1]]}", "rise"),
        (
            "flood_band: {swing: 100}",
            "flood_band: {swing: 100, scale: [[0, 0], [1, 2]]}",
            "between 0",
        ),
        ("flood_band: {swing: 100}", "flood_band: {swing: 100, plausible: [3, 1]}", "low, high"),
        ("flood_band: {swing: 100}", "fibre_route: {swing: 100}", "stands in groups"),
        ("flood_band: {swing: 100}", "flood_band: {swing: 0}", "no criterion with a swing"),
        ("heat-first: {grid: 20,", "heat-first: {gird: 20,", "names no group"),
        ("heat-first: {grid: 20,", "heat-first: {", "must give a swing to every group"),
        ("it_kw: 100", "it_kw: .nan", "finite"),
        ("outlet_c: 45", "outlet_c: .inf", "finite"),
        ("date: 2026-11-23", "date: yesterday", "date"),
        ("basis: illustrative", "basis: guessed", "measured"),
        ("files: [{path: candidates.csv", "file: [{path: candidates.csv", "unknown key"),
    ],
)
def test_what_makes_no_sense_is_refused(old: str, new: str, problem: str | None) -> None:
    text = STUDY.replace(old, new, 1)
    if problem is None:
        parse_study(text)
        return
    assert text != STUDY
    with pytest.raises(StudyError, match=problem):
        parse_study(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_a_study_or_a_clear_refusal(text: str) -> None:
    with pytest.raises(StudyError) as caught:
        parse_study(text)
    assert all(fault.cure for fault in caught.value.faults)


@settings(max_examples=100, deadline=None)
@given(
    key=st.sampled_from(
        [
            "name",
            "date",
            "crs",
            "area",
            "pod",
            "layers",
            "groups",
            "candidates",
            "noise",
            "facts",
            "presets",
        ]
    ),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        ),
        max_leaves=6,
    ),
)
def test_any_value_in_place_of_a_section_is_accepted_or_refused_never_a_crash(
    key: str, value: object
) -> None:
    document = yaml.safe_load(STUDY)
    document[key] = value
    try:
        parse_study(yaml.safe_dump(document, allow_unicode=True))
    except StudyError as error:
        assert error.faults


def test_a_bomb_of_aliases_is_refused_or_harmless() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(8)
    )
    with pytest.raises(StudyError):
        parse_study(bomb)
