"""Packs of one's own: read from beside the study, or refused with every fault in words."""

from __future__ import annotations

from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.compliance.pack_files import LARGEST_PACK_BYTES, _PackLoader, parse_pack
from siteselect.compliance.screening import load_packs
from siteselect.errors import RuleError

MINIMAL = """
code: own
title: Own pack
jurisdiction: Trafford
version: "1"
date: 2026-11-23
disclaimer: Screening only.
applies_when: {fact: country, is: England}
outside: {id: OWN-00, title: Elsewhere, action: Go elsewhere., authority: others, citation: none}
coverage:
  noise: {extent: partly}
limits:
  night_dba:
    - {from: 2020-01-01, value: 45, source: local plan}
    - {from: 2026-01-01, value: 40, source: new local plan}
rules:
  - id: OWN-01
    topic: noise
    title: Local limit
    when: {fact: rating_level_dba, above: {limit: night_dba}, unit: dB(A)}
    outcome: blocker
    action: Redesign.
    authority: the council
    citation: local plan, policy 7
    effective_from: 2020-01-01
    reviewed_on: 2026-11-01
    basis: plan read
    confidence: H
    seen: true
    examples:
      - {facts: {rating_level_dba: 41}, verdict: fail}
      - {facts: {rating_level_dba: 41}, on: 2025-06-01, verdict: pass}
"""


def faults(text: str) -> list[str]:
    pack, found = parse_pack(text, "own.yaml")
    assert (pack is None) == bool(found)
    assert all(fault.file == "own.yaml" and fault.cure for fault in found)
    return [str(fault) for fault in found]


def test_a_pack_of_ones_own_is_read_from_beside_the_study(tmp_path):
    (tmp_path / "own.yaml").write_text(MINIMAL, encoding="utf-8")
    own, european = load_packs(["own.yaml", "eu"], tmp_path)
    assert own.limits_on(date(2025, 12, 31)) == {"night_dba": 45}
    assert own.limits_on(date(2026, 1, 1)) == {"night_dba": 40}
    assert european.code == "eu"
    assert faults(MINIMAL) == []


REPLACED = [
    ("unit: dB(A)", "unit: kW", "unit 'kW' stated, but rating_level_dba is in dB(A)"),
    ("fact: rating_level_dba,", "fact: rating_levl_dba,", "did you mean 'rating_level_dba'"),
    ("above: {limit", "more_than: {limit", "unknown key"),
    ("above: {limit: night_dba}, unit: dB(A)", "is: true", "is a number: compare it"),
    ("fact: rating_level_dba, above", "fact: outdoors, above", "is a flag"),
    ("{limit: night_dba}", "{limit: day_dba}", "no limit 'day_dba'"),
    ("{limit: night_dba}", "{limit: night_dba, plus: 3}", "unknown key"),
    ("{limit: night_dba}", "{fact: it_kw}", "have different units"),
    ("{limit: night_dba}", "'45'", "Input should be a valid number"),
    ("{limit: night_dba}", ".nan", "finite number"),
    ("night_dba:", "night_kw:", "no limit 'night_dba'"),
    ("from: 2026-01-01", "from: 2019-01-01", "overlap or are not in order"),
    ("{from: 2020-01-01, value", "{from: 2020-01-01, to: 2026-01-01, value", "overlap"),
    (
        "{from: 2020-01-01, value",
        "{from: 2020-01-01, to: 2025-11-30, value",
        "no value on some days",
    ),
    ("{from: 2020-01-01, value", "{from: 2021-01-01, value", "no value on some days"),
    ("    citation: local plan, policy 7\n", "", "a required key is missing. Add 'citation'"),
    ("citation: local plan", "citation: ''\n    x: local plan", "unknown key"),
    ("basis: plan read", "basis: plan read\n    titel: x", "Did you mean 'title'?"),
    ("version:", "verson: 1\nversion:", "Did you mean 'version'?"),
    ("id: OWN-01", "id: EN-01", "does not begin with the code"),
    ("id: OWN-01", "id: own 1", "pattern"),
    ("topic: noise", "topic: light", "topic 'light' is not covered"),
    ("extent: partly", "extent: not", "is not covered"),
    ("reviewed_on: 2026-11-01", "reviewed_on: 2026-11-24", "reviewed after the day of its pack"),
    ("reviewed_on: 2026-11-01", "reviewed_on: 0", "valid date"),
    ("effective_from: 2020-01-01", "effective_from: 2026-01-01", "not in force on the day"),
    ("seen: true", "seen: true\n    effective_to: 2019-01-01", "lies before"),
    ("seen: true", "seen: true\n    status: pending", "may only be an advisory"),
    ("seen: true", "seen: true\n    shows: [mood]", "no fact of the vocabulary"),
    ("seen: true", "seen: true\n    url: 'javascript:alert(1)'", "pattern"),
    ("confidence: H", "confidence: sure", "'H', 'M' or 'L'"),
    ("outcome: blocker", "outcome: forbidden", "'blocker'"),
    ("verdict: fail}", "verdict: pass}", "give an example with verdict fail"),
    ("41}, verdict: fail", "39}, verdict: fail", "the example says fail, the rule says pass"),
    ("41}, verdict: fail", "loud}, verdict: fail", "not a value this fact can have"),
    ("{rating_level_dba: 41}, verdict", "{volume: 41}, verdict", "no fact of the vocabulary"),
    ("country, is: England", "country, is: Albion", "is never ['Albion']"),
    ("country, is: England", "country, one_of: []", "at least 1 item"),
    ("when: {fact", "when: {all: [], fact", "unknown key"),
    ("code: own", "code: own\ncode: other", "given twice"),
    ("code: own", "code: &a own", None),
    ("citation: local plan", "citation: &a local plan", None),
    ("title: Own pack", "title: *code", "alias"),
    ("rules:", "rulez:", "a pack without rules"),
]


@pytest.mark.parametrize(("old", "new", "said"), REPLACED)
def test_one_wrong_thing_is_named(old, new, said):
    assert old in MINIMAL
    found = faults(MINIMAL.replace(old, new, 1))
    if said is None:
        assert found == []
    else:
        assert any(said in fault for fault in found), found


class _WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, _: object) -> bool:
        return True


def test_all_faults_of_a_pack_are_named_at_once(tmp_path):
    document = yaml.load(MINIMAL, Loader=_PackLoader)  # noqa: S506 - it is a SafeLoader
    rule = document["rules"][0]
    document["surprise"] = 1
    document["limits"]["night_dba"].reverse()
    leaf = {"fact": "rating_level_dba", "above": 40}
    document["rules"] = [
        {**rule, "id": "OWN-02", "when": {**leaf, "unit": "kW"}},
        {**rule, "id": "OWN-03", "when": {"fact": "noise_level", "above": 40}},
        {**rule, "id": "OWN-04", "when": {"fact": "rating_level_dba", "exceeds": 40}},
        {key: value for key, value in rule.items() if key != "citation"} | {"id": "OWN-05"},
        {**rule, "id": "OWN-06", "when": leaf, "colour": "red"},
        {**rule, "id": "OWN-07", "when": leaf, "examples": rule["examples"]},
        {**rule, "id": "OWN-02", "when": leaf},
    ]
    (tmp_path / "own.yaml").write_text(
        yaml.dump(document, Dumper=_WithoutAliases), encoding="utf-8"
    )
    with pytest.raises(RuleError) as caught:
        load_packs(["own.yaml", "nowhere.yaml"], tmp_path)
    said = [(fault.row, str(fault)) for fault in caught.value.faults]
    for row, words in [
        (None, "column surprise: unknown key"),
        (None, "overlap or are not in order"),
        ("OWN-02", "unit 'kW'"),
        ("OWN-03", "no fact 'noise_level'"),
        ("OWN-04", "column when.exceeds: unknown key"),
        ("OWN-05", "Add 'citation'"),
        ("OWN-06", "column colour: unknown key"),
        ("OWN-02", "given to two rules"),
        ("OWN-07, example 2", "the example says pass, the rule says fail"),
        (None, "nowhere.yaml: no rule pack can be read there"),
    ]:
        assert any(at == row and words in text for at, text in said), (row, words, *said)


HOSTILE = {
    "empty": "",
    "blank": " \n\n",
    "comment only": "# nothing\n",
    "list": "- a\n- b\n",
    "number": "42",
    "binary": "\x00\x01\x02",
    "tab": "code:\tx\n\t- y",
    "bomb": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nrules: *c\n",
    "endless": "a: &a [*a]\n",
    "deep": "[" * 5000,
    "deep condition": "rules: [{when: " + "{not: " * 300 + "{}" + "}" * 300 + "}]",
    "python": "code: !!python/object/apply:os.system ['true']\n",
    "merge": "<<: 3\n",
    "odd key": "? [1, 2]\n: x\n",
    "number key": "1: 2\nrules: 3\n",
    "rules of text": "rules: [a, 1, null, []]\n",
    "huge number": "code: " + "9" * 10_000,
    "no such day": "date: 2026-13-45\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_words(tmp_path, name):
    (tmp_path / "bad.yaml").write_bytes(HOSTILE[name].encode())
    with pytest.raises(RuleError) as caught:
        load_packs(["bad.yaml"], tmp_path)
    assert all(fault.file == "bad.yaml" for fault in caught.value.faults)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"#" * (LARGEST_PACK_BYTES + 1)])
def test_files_that_are_no_text_or_too_large_are_refused(tmp_path, data):
    (tmp_path / "bad.yaml").write_bytes(data)
    with pytest.raises(RuleError, match=r"bad\.yaml"):
        load_packs(["bad.yaml"], tmp_path)


@pytest.mark.parametrize("name", ["nowhere.yaml", ".", "xx", "a\0b"])
def test_a_pack_that_is_not_there_is_named_with_the_shipped_ones(tmp_path, name):
    with pytest.raises(RuleError, match="de, en, engineering, eu, fi"):
        load_packs([name], tmp_path)


def test_a_pack_given_twice_is_refused():
    with pytest.raises(RuleError, match="given twice"):
        load_packs(["eu", "eu"])


@pytest.mark.parametrize(
    ("overrides", "said"), [("EU-77", "no rule of pack eu"), ("OWN-01", "one of its own pack")]
)
def test_an_override_must_point_at_a_rule_elsewhere(tmp_path, overrides, said):
    text = MINIMAL.replace("seen: true", f"seen: true\n    overrides: {overrides}")
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=said):
        load_packs(["eu", "own.yaml"], tmp_path)


def test_rules_that_override_each_other_are_refused(tmp_path):
    for code, other in (("own", "TWO"), ("two", "OWN")):
        text = MINIMAL.replace("own", code).replace("OWN", code.upper())
        text = text.replace("seen: true", f"seen: true\n    overrides: {other}-01")
        (tmp_path / f"{code}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match="ring"):
        load_packs(["own.yaml", "two.yaml"], tmp_path)


@given(
    start=st.integers(0, len(MINIMAL)),
    length=st.integers(0, 40),
    put=st.text(st.characters(codec="utf-8"), max_size=10),
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_pack_is_either_sound_or_refused_in_words(start, length, put):
    pack, found = parse_pack(MINIMAL[:start] + put + MINIMAL[start + length :], "own.yaml")
    assert (pack is None) == bool(found)
