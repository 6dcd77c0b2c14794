"""Rule packs: the shipped ones, their worked examples, the golden cases, and packs to refuse."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.compliance import derive, load_packs, screen, shipped_packs
from siteselect.conditions import inputs
from siteselect.errors import RuleError
from siteselect.evidence import phrase
from siteselect.rulepack_files import LARGEST_PACK_BYTES, parse_pack
from siteselect.vocabulary import FACTS, VOCABULARY

ON = date(2026, 11, 23)
PACKS = {pack.code: pack for pack in load_packs(shipped_packs())}
RULES = {rule.id: (pack, rule) for pack in PACKS.values() for rule in pack.rules}
HOME = {"en": "England", "fi": "Finland", "eu": "Finland"}
CODES = list(PACKS)

READ_FOR_THE_KEY_NUMBER = {
    *("EN-P02", "EN-P08", "EN-P16", "EN-P20", "EN-P28", "EN-B10", "EN-E01", "EN-E02", "EN-E05"),
    *("EN-E08", "EN-E09", "EN-E10", "EN-H01", "EN-H04", "EN-W01", "EN-W02", "EN-W03", "EN-D01"),
    *("EN-D02", "EN-G02", "EU-01", "EU-03", "EU-05", "FI-01", "FI-02", "FI-02A", "FI-07"),
}
"""Rules whose row in the reference sheet of 2026-11-23 carries the mark [S]."""


def finding(rule_id: str, on: date = ON, **facts: Any) -> pd.Series:
    pack, rule = RULES[rule_id]
    known = {"country": HOME[pack.code], **facts}
    frame = pd.DataFrame([known], index=pd.Index(["here"], name="site_id"))
    alone = pack.model_copy(update={"rules": (rule,)})
    return screen(derive(frame), [alone], on).set_index("rule_id").loc[rule_id]


def verdict(rule: str, on: date = ON, **facts: Any) -> str:
    return str(finding(rule, on, **facts)["verdict"])


TRUE, FALSE, UNKNOWN = "conditional", "pass", "unknown"


# --- the shipped packs ---------------------------------------------------------------------------


def test_the_shipped_packs_are_those_promised():
    assert shipped_packs() == ("en", "eu", "fi")
    assert len(PACKS["en"].rules) >= 25
    assert {f"EU-{number:02}" for number in range(1, 12)} <= set(RULES)
    assert {f"FI-{number:02}" for number in range(1, 10)} <= set(RULES)


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_every_example_of_every_rule_comes_out(rule_id):
    pack, rule = RULES[rule_id]
    for example in rule.examples:
        on = example.on or pack.date
        assert verdict(rule_id, on, **example.facts) == example.verdict, example


def test_every_rule_says_how_it_was_checked_and_keeps_its_mark():
    assert {rule_id for rule_id, (_, rule) in RULES.items() if rule.seen} == READ_FOR_THE_KEY_NUMBER
    silent = [rule_id for rule_id, (_, rule) in RULES.items() if "2026-11-23" not in rule.basis]
    assert silent == []


def test_our_own_radii_are_shown_as_ours():
    unmarked = [
        rule_id
        for rule_id, (_, rule) in RULES.items()
        if "our own" in rule.action and "our" not in rule.basis
    ]
    assert unmarked == []


def test_every_covered_topic_has_a_rule_and_every_pack_its_gaps():
    for pack in PACKS.values():
        topics = {rule.topic for rule in pack.rules}
        covered = {topic for topic, cover in pack.coverage.items() if cover.extent != "not"}
        assert topics == covered, pack.code
        assert any(cover.extent == "not" for cover in pack.coverage.values()), pack.code
        assert "not a clearance" in pack.disclaimer


def test_law_that_is_not_in_force_only_advises():
    pending = {rule_id: rule for rule_id, (_, rule) in RULES.items() if rule.status == "pending"}
    assert {"EN-D01", "EN-D02", "FI-07"} <= set(pending)
    assert {rule.outcome for rule in pending.values()} == {"advisory"}


def test_every_condition_can_be_read_aloud():
    for pack, rule in RULES.values():
        said = phrase(rule.when, pack.limits_on(pack.date))
        assert all(name in said for name in inputs(rule.when)), rule.id


def test_every_number_of_the_vocabulary_has_a_unit_or_is_a_count():
    bare = {fact.name for fact in VOCABULARY if fact.kind == "number" and fact.unit is None}
    assert bare <= {
        "refrigerant_gwp",
        "refrigerant_tco2e",
        "generator_count",
        "works_days",
        "works_peak_workers",
        "works_person_days",
        "heat_customers",
        "heat_users",
    }
    assert len(FACTS) == len(VOCABULARY)


def test_nothing_known_clears_nothing():
    empty = pd.DataFrame(index=pd.Index(["here"], name="site_id"))
    found = screen(derive(empty), list(PACKS.values()), ON)
    assert set(found["verdict"]) == {"unknown"}
    assert (found["action"] != "").all()
    assert (found["missing"] != "").all()


def test_the_finnish_rule_replaces_the_european_one():
    frame = pd.DataFrame({"country": ["Finland", "Germany"]}, index=["fi", "de"])
    frame["operator_medium_or_larger"] = True
    found = screen(frame, [PACKS["eu"], PACKS["fi"]], ON)
    by_site = found.groupby("site_id")["rule_id"].agg(set)
    assert {"FI-08", "FI-04"} <= by_site["fi"]
    assert not {"EU-07", "EU-09"} & by_site["fi"]
    assert {"EU-07", "EU-09", "FI-00"} <= by_site["de"]


# --- golden cases of the reference sheet of 2026-11-23, section 5 --------------------------------

HALF = {"generator_efficiency_share": 0.38}


def test_golden_01_generator_380_kwe():
    facts = {"generator_kwe": 380.0, **HALF}
    assert verdict("EN-E05", **facts) == TRUE
    assert verdict("EN-E06", **facts) == TRUE
    assert verdict("EN-E07", **facts) == FALSE
    assert finding("EN-E05", **facts)["evidence"].startswith(
        "generator_unit_mwth = 1 MWth, limit 1"
    )


def test_golden_02_generator_300_kwe():
    facts = {"generator_kwe": 300.0, **HALF}
    assert verdict("EN-E05", **facts) == FALSE
    assert verdict("EN-E07", **facts) == FALSE


def test_golden_03_generator_304_kwe():
    assert verdict("EN-E07", generator_kwe=304.0, **HALF) == TRUE


def test_golden_04_two_generators_of_200_kwe():
    facts = {"generator_kwe": 200.0, "generator_count": 2, **HALF}
    assert verdict("EN-E05", **facts) == FALSE
    assert verdict("EN-E06", **facts) == TRUE


def test_golden_05_oil_200_l():
    assert verdict("EN-E08", fuel_l=200.0, fuel_outdoors=True) == FALSE


def test_golden_06_oil_201_l():
    found = finding("EN-E08", fuel_l=201.0, fuel_total_l=201.0, fuel_outdoors=True)
    assert found["verdict"] == TRUE
    assert "bund_l = 221.1 l" in found["evidence"]


@pytest.mark.parametrize(
    ("largest_l", "total_l", "bund_l"), [(5000, 7500, 5500), (1000, 10_000, 2500)]
)
def test_golden_07_08_bund_of_several_tanks(largest_l, total_l, bund_l):
    frame = derive(pd.DataFrame({"fuel_l": [largest_l], "fuel_total_l": [total_l]}))
    assert frame["bund_l"].iloc[0] == pytest.approx(bund_l)


@pytest.mark.parametrize(("charge_kg", "said"), [(2.39, FALSE), (2.40, TRUE)])
def test_golden_09_r410a_charge(charge_kg, said):
    # The sheet leaves open whether the circuit is hermetic; it must not be for 5 t to count.
    facts = {"refrigerant_kg": charge_kg, "refrigerant_gwp": 2088, "refrigerant_hermetic": False}
    assert verdict("EN-E01", **facts) == said


def test_golden_10_r32_not_hermetic():
    facts = {"refrigerant_kg": 7.41, "refrigerant_gwp": 675, "refrigerant_hermetic": False}
    found = finding("EN-E01", **facts)
    assert found["verdict"] == TRUE
    assert "every 12 months from 5 t" in found["action"]
    assert "refrigerant_tco2e = 5.00175" in found["evidence"]


def test_golden_11_r32_hermetic():
    facts = {"refrigerant_kg": 7.41, "refrigerant_gwp": 675, "refrigerant_hermetic": True}
    assert verdict("EN-E01", **facts) == FALSE


def test_golden_12_floor_overloaded():
    found = finding("EN-B02", mass_kg=2500.0, bearing_m2=1.2, floor_capacity_kpa=5.0)
    assert (found["verdict"], found["outcome"]) == ("fail", "blocker")
    assert found["evidence"] == "floor_load_kpa = 20.44 kPa, limit floor_capacity_kpa = 5 kPa"


def test_golden_13_floor_unknown_is_not_clear():
    facts = {"mass_kg": 2500.0, "bearing_m2": 1.2}
    found = finding("EN-B02", **facts)
    assert (found["verdict"], found["missing"]) == (UNKNOWN, "floor_capacity_kpa")
    assert "structural engineer" in found["action"]
    document = finding("EN-B02A", **facts)
    assert (document["verdict"], document["outcome"]) == (TRUE, "document")


def test_golden_14_reporting_at_500_kw():
    assert verdict("EU-01", it_kw=499.0, defence_only=False) == FALSE
    assert verdict("EU-02", it_kw=499.0, defence_only=False) == TRUE
    assert verdict("EU-01", it_kw=500.0, defence_only=False) == TRUE


@pytest.mark.parametrize(("total_input_kw", "said"), [(1000.0, FALSE), (1000.1, TRUE)])
def test_golden_15_waste_heat_above_1_mw(total_input_kw, said):
    assert verdict("EU-03", total_input_kw=total_input_kw) == said


COUNCIL = {"outdoors": True, "council_applicant": True, "council_land_and_function": True}


def test_golden_17_council_pod_3_9_m():
    facts = {**COUNCIL, "height_m": 3.9, "volume_m3": 200.0}
    found = finding("EN-P02", **facts)
    assert (found["verdict"], found["outcome"]) == (TRUE, "advisory")
    assert verdict("EN-P01", **facts) == TRUE


def test_golden_18_council_pod_4_1_m():
    facts = {**COUNCIL, "height_m": 4.1, "volume_m3": 200.0}
    assert verdict("EN-P02", **facts) == FALSE
    assert verdict("EN-P01", **facts) == TRUE


def test_golden_19_one_building_one_user():
    assert verdict("EN-H01", heat_customers=1, heat_users=1) == FALSE
    assert verdict("EN-H02", heat_customers=1, heat_users=1) == TRUE


def test_golden_20_two_buildings():
    assert verdict("EN-H01", heat_customers=2) == TRUE
    assert verdict("EN-H02", heat_customers=2) == FALSE


def test_golden_21_pool():
    assert verdict("EN-W03", sink_kind="pool") == TRUE
    assert verdict("EN-W05", sink_kind="pool") == TRUE


def test_golden_22_outside_the_flood_data():
    found = finding("EN-P20", flood_band=None)
    assert found["verdict"] == UNKNOWN
    assert found["action"].startswith("Check needed")


def test_golden_23_noise_class_hangs_on_background():
    facts = {
        "background_excess_low_db": 3.0,
        "background_excess_db": 6.0,
        "background_excess_high_db": 11.0,
    }
    assert verdict("EN-N02", **facts) == TRUE
    assert verdict("EN-N04", **facts) == TRUE


@pytest.mark.parametrize(
    ("peak_workers", "person_days", "said"), [(20, 400, FALSE), (21, 400, TRUE), (20, 501, TRUE)]
)
def test_golden_24_f10(peak_workers, person_days, said):
    facts = {"works_peak_workers": peak_workers, "works_person_days": person_days}
    assert verdict("EN-B12A", works_days=31, **facts) == said


@pytest.mark.parametrize(("value_gbp", "said"), [(207_719, FALSE), (207_720, TRUE)])
def test_golden_25_procurement(value_gbp, said):
    facts = {"contracting_authority": "sub_central", "contract_kind": "goods_services"}
    assert verdict("EN-G02", contract_value_gbp=value_gbp, **facts) == said


def test_golden_26_finnish_shed():
    assert verdict("FI-01", footprint_m2=29.0, volume_m3=119.0) == FALSE
    assert verdict("FI-01", footprint_m2=30.0) == TRUE


def test_golden_27_small_shared_data_centre():
    facts = {"it_kw": 400.0, "own_use_only": False}
    assert verdict("EN-D01", **facts) == FALSE
    assert verdict("EN-D02", **facts) == UNKNOWN


def test_golden_28_scotland():
    frame = pd.DataFrame({"country": ["Scotland"], "it_kw": [100.0], "outdoors": [True]})
    found = screen(frame, [PACKS["en"]], ON).set_index("rule_id")
    assert list(found.index) == ["EN-G06"]
    assert found.loc["EN-G06", "outcome"] == "advisory"
    assert "not valid here" in found.loc["EN-G06", "title"]


def test_golden_29_edge_of_an_sssi():
    # Within the tolerance of 10 m the flag arrives as unknown; the distance alone decides nothing.
    assert verdict("EN-P13", in_sssi=None, sssi_m=5.0) == UNKNOWN


# --- packs to refuse -----------------------------------------------------------------------------

MINIMAL = """
code: own
title: Own pack
jurisdiction: Trafford
version: "1"
date: 2026-11-23
disclaimer: Screening only.
applies_when: {fact: country, is: England}
outside: {id: OWN-00, title: Elsewhere, action: Use another pack., authority: others, citation: none}
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
    when: {fact: receptor_level_dba, above: {limit: night_dba}, unit: dB(A)}
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
      - {facts: {receptor_level_dba: 41}, verdict: fail}
      - {facts: {receptor_level_dba: 41}, on: 2025-06-01, verdict: pass}
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
    ("unit: dB(A)", "unit: kW", "unit 'kW' stated, but receptor_level_dba is in dB(A)"),
    ("fact: receptor_level_dba,", "fact: receptor_lvl_dba,", "did you mean 'receptor_level_dba'"),
    ("above: {limit", "more_than: {limit", "unknown key"),
    ("above: {limit: night_dba}, unit: dB(A)", "is: true", "is a number: compare it"),
    ("fact: receptor_level_dba, above", "fact: outdoors, above", "is a flag"),
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
    ("{receptor_level_dba: 41}, verdict", "{volume: 41}, verdict", "no fact of the vocabulary"),
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
    def ignore_aliases(self, data: object) -> bool:
        return True


def test_all_faults_of_a_pack_are_named_at_once(tmp_path):
    document = yaml.safe_load(MINIMAL)
    rule = document["rules"][0]
    document["surprise"] = 1
    document["limits"]["night_dba"].reverse()
    leaf = {"fact": "receptor_level_dba", "above": 40}
    document["rules"] = [
        {**rule, "id": "OWN-02", "when": {**leaf, "unit": "kW"}},
        {**rule, "id": "OWN-03", "when": {"fact": "noise_level", "above": 40}},
        {**rule, "id": "OWN-04", "when": {"fact": "receptor_level_dba", "exceeds": 40}},
        {key: value for key, value in rule.items() if key != "citation"} | {"id": "OWN-05"},
        {**rule, "id": "OWN-06", "when": leaf, "colour": "red"},
        {**rule, "id": "OWN-07", "when": leaf, "examples": rule["examples"]},
        {**rule, "id": "OWN-07", "when": leaf},
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
        ("OWN-07", "given to two rules"),
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
    with pytest.raises(RuleError, match="en, eu, fi"):
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
