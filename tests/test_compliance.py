"""Screening: three-valued logic, words, dates, jurisdictions, and what is refused."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from siteselect.compliance import derive, load_packs, notices, screen, verdicts
from siteselect.conditions import Condition, evaluate, undecided
from siteselect.contracts import Finding
from siteselect.errors import InputError
from siteselect.evidence import evidence, phrase
from siteselect.facts import read_facts
from siteselect.rulepacks import RulePack

ON = date(2026, 11, 23)
CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)


def condition(**written: Any) -> Condition:
    return CONDITION.validate_python(written)


def a_rule(**changes: Any) -> dict[str, Any]:
    rule = {
        "id": "TOY-01",
        "title": "Large pod",
        "topic": "energy",
        "when": {"fact": "it_kw", "at_least": 100},
        "outcome": "permit",
        "action": "Apply.",
        "authority": "the authority",
        "citation": "Act 1, section 2",
        "url": "https://example.org/act",
        "effective_from": date(2020, 1, 1),
        "reviewed_on": date(2026, 1, 1),
        "basis": "made for the tests",
        "confidence": "H",
        "seen": False,
        "examples": [
            {"facts": {"it_kw": 100}, "verdict": "conditional"},
            {"facts": {"it_kw": 99}, "verdict": "pass"},
        ],
    }
    return {**rule, **changes}


def a_pack(*rules: dict[str, Any], **changes: Any) -> dict[str, Any]:
    pack = {
        "code": "toy",
        "title": "Toy pack",
        "jurisdiction": "England",
        "version": "1",
        "date": ON,
        "disclaimer": "Screening only.",
        "coverage": {"energy": {"extent": "partly"}},
        "applies_when": {"fact": "country", "is": "England"},
        "outside": {
            "id": "TOY-00",
            "title": "Elsewhere",
            "action": "Use another pack.",
            "authority": "others",
            "citation": "extent of the Act",
        },
        "rules": list(rules) or [a_rule()],
    }
    return {**pack, **changes}


@pytest.fixture
def load(tmp_path):
    def read(*documents: dict[str, Any]) -> tuple[RulePack, ...]:
        names = []
        for number, document in enumerate(documents):
            names.append(f"pack{number}.yaml")
            text = yaml.safe_dump(document, sort_keys=False)
            (tmp_path / names[-1]).write_text(text, encoding="utf-8")
        return load_packs(names, tmp_path)

    return read


def sites(**columns: list[Any]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    index = pd.Index([f"s{number}" for number in range(size)], name="site_id")
    return pd.DataFrame({name: pd.Series(cells, index=index) for name, cells in columns.items()})


# --- three-valued logic --------------------------------------------------------------------------

THREE = {1: True, 0: None, -1: False}


@pytest.mark.parametrize(("left", "right"), list(product((1, 0, -1), repeat=2)))
def test_kleene_1952_section_64_strong_tables(left, right):
    table = read_facts(sites(outdoors=[THREE[left]], roof=[THREE[right]]))
    parts = [{"fact": "outdoors", "is": True}, {"fact": "roof", "is": True}]
    assert evaluate(condition(all=parts), table, {}).tolist() == [min(left, right)]
    assert evaluate(condition(any=parts), table, {}).tolist() == [max(left, right)]
    assert evaluate(condition(**{"not": parts[0]}), table, {}).tolist() == [-left]


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [
        ("above", -1, -1, 1),
        ("at_least", -1, 1, 1),
        ("below", 1, -1, -1),
        ("at_most", 1, 1, -1),
    ],
)
def test_a_value_equal_to_the_limit_has_reached_it(operator, below, equal, above):
    third = 500 * (1 + 5e-10)
    table = read_facts(sites(it_kw=[499.99, 500.0, third, 2 * 500 - third, 500.01, None]))
    truth = evaluate(condition(fact="it_kw", **{operator: 500}), table, {})
    assert truth.tolist() == [below, equal, equal, equal, above, 0]


def test_zero_limit_separates_nothing_from_something():
    table = read_facts(sites(battery_kwh=[0.0, 1e-6]))
    assert evaluate(condition(fact="battery_kwh", above=0), table, {}).tolist() == [-1, 1]


def test_words_flags_and_limits_that_are_facts():
    table = read_facts(
        sites(
            flood_band=["high", "none", None],
            outdoors=[True, False, None],
            receptor_level_dba=[50.0, 49.0, 60.0],
            night_limit_dba=[45.0, 45.0, np.nan],
        )
    )
    over = {"fact": "night_limit_dba", "plus": 5}
    assert evaluate(condition(fact="flood_band", one_of=["high", "low"]), table, {}).tolist() == [
        1,
        -1,
        0,
    ]
    assert evaluate(condition(fact="outdoors", **{"is": False}), table, {}).tolist() == [-1, 1, 0]
    reached = evaluate(condition(fact="receptor_level_dba", at_least=over), table, {})
    assert reached.tolist() == [1, -1, 0]


FLAGS = ("outdoors", "roof", "mains_filled", "personal_data")
FLAG_LEAVES = st.builds(
    lambda name, wanted: {"fact": name, "is": wanted}, st.sampled_from(FLAGS), st.booleans()
)
NUMBER_LEAVES = st.builds(
    lambda operator, limit: {"fact": "it_kw", operator: limit},
    st.sampled_from(["above", "at_least", "below", "at_most"]),
    st.one_of(
        st.sampled_from([0.0, 1.0, 2.0]),
        st.builds(lambda plus: {"fact": "total_input_kw", "plus": plus}, st.integers(-1, 1)),
    ),
)
CONDITIONS = st.recursive(
    st.one_of(FLAG_LEAVES, NUMBER_LEAVES),
    lambda inner: st.one_of(
        st.builds(lambda part: {"not": part}, inner),
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)
KNOWN = st.fixed_dictionaries(
    {
        **dict.fromkeys(FLAGS, st.booleans()),
        **dict.fromkeys(("it_kw", "total_input_kw"), st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0])),
    }
)
HIDDEN = st.sets(st.sampled_from([*FLAGS, "it_kw", "total_input_kw"]))


def one_site(known: dict[str, Any], hidden: set[str]) -> pd.DataFrame:
    return sites(**{name: [None if name in hidden else value] for name, value in known.items()})


@given(written=CONDITIONS, known=KNOWN, hidden=HIDDEN, still_hidden=HIDDEN)
def test_finding_out_more_never_turns_a_decided_condition(written, known, hidden, still_hidden):
    rule = condition(**written)
    before = evaluate(rule, read_facts(one_site(known, hidden)), {})[0]
    after = evaluate(rule, read_facts(one_site(known, hidden & still_hidden)), {})[0]
    assert before in (0, after)


@given(written=CONDITIONS, known=KNOWN, hidden=HIDDEN)
def test_the_missing_facts_are_those_that_decide(written, known, hidden):
    rule = condition(**written)
    table = read_facts(one_site(known, hidden))
    missing = set(undecided(rule, table, {}))
    assert missing <= hidden
    assert bool(missing) == (evaluate(rule, table, {})[0] == 0)
    # Finding out exactly what was named as missing always settles the question.
    assert evaluate(rule, read_facts(one_site(known, hidden - missing)), {})[0] != 0


@given(
    written=CONDITIONS,
    rows=st.lists(st.tuples(KNOWN, HIDDEN), min_size=1, max_size=6),
    seed=st.randoms(use_true_random=False),
)
@settings(max_examples=50)
def test_many_sites_at_once_equal_one_by_one_in_any_order(written, rows, seed):
    rule = condition(**written)
    frame = pd.concat([one_site(*row) for row in rows], ignore_index=True).astype(object)
    together = evaluate(rule, read_facts(frame), {})
    alone = [evaluate(rule, read_facts(one_site(*row)), {})[0] for row in rows]
    assert together.tolist() == alone
    order = list(range(len(rows)))
    seed.shuffle(order)
    mixed = read_facts(frame.iloc[order])
    assert evaluate(rule, mixed, {}).tolist() == [alone[place] for place in order]
    assert list(evidence(rule, mixed, {})) == list(evidence(rule, read_facts(frame), {})[order])


# --- what is said --------------------------------------------------------------------------------


def test_evidence_says_value_and_limit_in_units():
    table = read_facts(
        sites(
            it_kw=[100, 499.9999, None],
            receptor_level_dba=[47.3, 50.04, 20],
            night_limit_dba=[45, None, 45],
            outdoors=[True, None, False],
            flood_band=["high", "none", None],
        )
    )
    said = evidence(condition(fact="it_kw", at_least=500, unit="kW"), table, {})
    assert list(said) == [
        "it_kw = 100 kW, limit 500 kW",
        "it_kw = 499.9999 kW, limit 500 kW",
        "it_kw unknown, limit 500 kW",
    ]
    over = {"fact": "receptor_level_dba", "above": {"fact": "night_limit_dba"}}
    assert list(evidence(condition(**over), table, {})) == [
        "receptor_level_dba = 47.3 dB(A), limit night_limit_dba = 45 dB(A)",
        "receptor_level_dba = 50.04 dB(A), limit night_limit_dba unknown",
        "receptor_level_dba = 20 dB(A), limit night_limit_dba = 45 dB(A)",
    ]
    both = condition(
        all=[{"fact": "outdoors", "is": True}, {"fact": "flood_band", "is": "high"}],
    )
    assert list(evidence(both, table, {}, also=["roof"])) == [
        "outdoors = yes; flood_band = high; roof unknown",
        "outdoors unknown; flood_band = none; roof unknown",
        "outdoors = no; flood_band unknown; roof unknown",
    ]


def test_evidence_shows_the_digits_that_decide():
    table = read_facts(sites(total_input_kw=[1000.1, 1000.00001, 1_234_567.0]))
    said = evidence(condition(fact="total_input_kw", above=1000), table, {})
    assert [words.partition(",")[0] for words in said] == [
        "total_input_kw = 1000.1 kW",
        "total_input_kw = 1000.00001 kW",
        "total_input_kw = 1234567 kW",
    ]


def test_a_fact_asked_twice_is_said_once_with_both_limits():
    table = read_facts(sites(it_kw=[480]))
    between = condition(all=[{"fact": "it_kw", "at_least": 450}, {"fact": "it_kw", "below": 500}])
    assert list(evidence(between, table, {})) == ["it_kw = 480 kW, limit 450 kW, limit 500 kW"]


def test_a_condition_reads_as_a_sentence():
    written = condition(
        any=[
            {
                "all": [
                    {"fact": "it_kw", "at_least": {"limit": "big_kw"}},
                    {"fact": "roof", "is": False},
                ]
            },
            {"not": {"fact": "flood_band", "one_of": ["high", "low"]}},
            {"fact": "receptor_level_dba", "above": {"fact": "night_limit_dba", "plus": -5}},
        ]
    )
    assert phrase(written, {"big_kw": 500}) == (
        "(it_kw at least 500 kW and roof is no) or not (flood_band is high or low)"
        " or receptor_level_dba above night_limit_dba - 5"
    )


def test_findings_have_the_fields_of_the_contract_in_order_of_sites_and_rules(load):
    packs = load(a_pack(a_rule(), a_rule(id="TOY-02", topic="energy")))
    found = screen(sites(country=["England"] * 3, it_kw=[100, 99, None]), packs, ON)
    assert list(found.columns) == list(Finding.__dataclass_fields__)
    assert list(zip(found["site_id"], found["rule_id"], strict=True)) == [
        (site, rule) for site in ("s0", "s1", "s2") for rule in ("TOY-01", "TOY-02")
    ]
    first = found[found["rule_id"] == "TOY-01"].set_index("site_id")
    assert first["verdict"].to_dict() == {"s0": "conditional", "s1": "pass", "s2": "unknown"}
    assert first["action"].to_dict() == {
        "s0": "Apply.",
        "s1": "",
        "s2": "Find out: installed IT power (ask the maker of the pod).",
    }
    assert first["missing"].to_dict() == {"s0": "", "s1": "", "s2": "it_kw"}
    assert first.loc["s0", "confidence"] == "H [K]"
    assert first.loc["s0", "evaluated_on"] == ON
    assert first.loc["s0", "reviewed_on"] == date(2026, 1, 1)
    Finding(**found.iloc[0].to_dict())


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        ("blocker", "fail"),
        ("permit", "conditional"),
        ("consult", "conditional"),
        ("document", "conditional"),
        ("advisory", "conditional"),
    ],
)
def test_only_a_blocker_fails_a_site(load, outcome, verdict):
    examples = [
        {"facts": {"it_kw": 100}, "verdict": verdict},
        {"facts": {"it_kw": 99}, "verdict": "pass"},
    ]
    packs = load(a_pack(a_rule(outcome=outcome, examples=examples)))
    found = screen(sites(it_kw=[100.0, 1.0, np.nan]), packs, ON)
    assert list(found["verdict"]) == [verdict, "pass", "unknown"]
    assert set(found["outcome"]) == {outcome}


def test_only_what_keeps_a_rule_undecided_is_missing(load):
    when = {
        "all": [
            {"fact": "it_kw", "at_least": 100},
            {"any": [{"fact": "outdoors", "is": True}, {"fact": "roof", "is": True}]},
        ]
    }
    examples = [
        {"facts": {"it_kw": 100, "roof": True}, "verdict": "conditional"},
        {"facts": {"it_kw": 99}, "verdict": "pass"},
    ]
    packs = load(a_pack(a_rule(when=when, examples=examples, lead_time_weeks=8)))
    facts = sites(it_kw=[None, 200, 200, 50, 200], roof=[True, None, False, None, True])
    found = screen(facts, packs, ON).set_index("site_id")
    assert found["missing"].to_dict() == {
        "s0": "it_kw",
        "s1": "outdoors,roof",
        "s2": "outdoors",
        "s3": "",
        "s4": "",
    }
    assert found.loc["s4", "action"] == "Apply. Allow about 8 weeks."


def test_a_rule_that_says_what_to_ask_is_quoted(load):
    packs = load(a_pack(a_rule(ask="Ask the maker.")))
    assert screen(sites(it_kw=[None]), packs, ON)["action"].tolist() == ["Ask the maker."]


def test_verdicts_alone_agree_with_the_findings(load):
    packs = load(a_pack(a_rule(), a_rule(id="TOY-02", when={"fact": "it_kw", "above": 99.5})))
    facts = sites(country=["England", "Wales", None], it_kw=[100, 100, None])
    wide = verdicts(facts, packs, ON)
    found = screen(facts, packs, ON)
    found = found[found["topic"] != "jurisdiction"]
    assert wide.astype(object).stack().dropna().to_dict() == {
        (row.site_id, row.rule_id): row.verdict for row in found.itertuples()
    }
    assert wide.loc["s1"].isna().all()
    assert wide["TOY-01"].cat.ordered


# --- dates and jurisdictions ---------------------------------------------------------------------


def test_a_rule_counts_from_its_first_to_its_last_day(load):
    rule = a_rule(effective_from=date(2025, 1, 1), effective_to=date(2026, 12, 31))
    packs = load(a_pack(rule))
    facts = sites(country=["England"], it_kw=[100])
    rows = {on: len(screen(facts, packs, on)) for on in map(date.fromisoformat, DAYS)}
    assert list(rows.values()) == [0, 1, 1, 0]


DAYS = ("2024-12-31", "2025-01-01", "2026-12-31", "2027-01-01")


def test_a_limit_has_the_value_of_the_day(load):
    limits = {
        "big_kw": [
            {"from": date(2020, 1, 1), "value": 30, "source": "Act 1"},
            {"from": date(2026, 7, 1), "value": 100, "source": "Act 2"},
        ]
    }
    rule = a_rule(when={"fact": "it_kw", "at_least": {"limit": "big_kw"}})
    packs = load(a_pack(rule, limits=limits))
    facts = sites(it_kw=[50])
    before, after = (
        screen(facts, packs, on).iloc[0] for on in (date(2026, 6, 30), date(2026, 7, 1))
    )
    assert (before["verdict"], before["evidence"]) == ("conditional", "it_kw = 50 kW, limit 30 kW")
    assert (after["verdict"], after["evidence"]) == ("pass", "it_kw = 50 kW, limit 100 kW")


def test_elsewhere_a_pack_says_so_once_and_clears_nothing(load):
    packs = load(a_pack(a_rule(), a_rule(id="TOY-02")))
    found = screen(sites(country=["Scotland", "England"], it_kw=[1, 1]), packs, ON)
    there = found[found["site_id"] == "s0"]
    assert list(there["rule_id"]) == ["TOY-00"]
    only = there.iloc[0]
    assert (only["topic"], only["verdict"], only["outcome"]) == (
        "jurisdiction",
        "conditional",
        "advisory",
    )
    assert only["evidence"] == "country = Scotland"
    assert list(found.loc[found["site_id"] == "s1", "verdict"]) == ["pass", "pass"]


def test_where_the_country_is_unknown_findings_stay_as_computed(load):
    found = screen(sites(country=[None], it_kw=[100]), load(a_pack()), ON)
    assert list(found["rule_id"]) == ["TOY-01"]
    assert list(found["verdict"]) == ["conditional"]


def special_pack(**changes: Any) -> dict[str, Any]:
    rule = a_rule(
        id="CITY-01", when={"fact": "it_kw", "at_least": 100}, overrides="TOY-01", **changes
    )
    outside = {**a_pack()["outside"], "id": "CITY-00"}
    return a_pack(
        rule, code="city", outside=outside, applies_when={"fact": "in_article_4", "is": True}
    )


def test_a_special_rule_replaces_the_general_one_only_where_it_holds(load):
    packs = load(a_pack(), special_pack())
    facts = sites(
        country=["England"] * 3,
        in_article_4=[True, False, None],
        it_kw=[100] * 3,
    )
    found = screen(facts, packs, ON)
    assert found.groupby("site_id")["rule_id"].agg(list).to_dict() == {
        "s0": ["CITY-01"],
        "s1": ["TOY-01", "CITY-00"],
        "s2": ["TOY-01", "CITY-01"],
    }


def test_a_special_rule_not_yet_in_force_replaces_nothing(load):
    later = [
        {"facts": {"it_kw": 100}, "on": date(2030, 1, 1), "verdict": "conditional"},
        {"facts": {"it_kw": 99}, "on": date(2030, 1, 1), "verdict": "pass"},
    ]
    packs = load(a_pack(), special_pack(effective_from=date(2030, 1, 1), examples=later))
    facts = sites(country=["England"], in_article_4=[True], it_kw=[100])
    assert list(screen(facts, packs, ON)["rule_id"]) == ["TOY-01"]
    assert list(screen(facts, packs, date(2030, 1, 1))["rule_id"]) == ["CITY-01"]


# --- notices -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "stale"), [(date(2027, 1, 1), False), (date(2027, 1, 2), True), (ON, False)]
)
def test_a_rule_is_stale_after_more_than_a_year(load, on, stale):
    told = notices(load(a_pack()), sites(country=["England"], it_kw=[100]), on)
    assert [note.topic for note in told] == (["rules to review"] if stale else [])
    assert not stale or dict(told[0].facts) == {"TOY-01": "2026-01-01"}


def test_a_fact_that_no_site_has_is_told_once(load):
    when = {"any": [{"fact": "it_kw", "at_least": 100}, {"fact": "roof", "is": True}]}
    examples = [
        {"facts": {"it_kw": 100}, "verdict": "conditional"},
        {"facts": {"it_kw": 99, "roof": False}, "verdict": "pass"},
    ]
    packs = load(a_pack(a_rule(when=when, examples=examples), a_rule(id="TOY-02")))
    (note,) = notices(packs, sites(country=["England"] * 2, it_kw=[100, 50]), ON)
    assert note.topic == "facts to find out"
    assert list(note.facts) == ["roof"]
    assert "the designer of the scheme (TOY-01)" in note.facts["roof"]


def test_a_fact_that_would_change_nothing_is_not_asked_for(load):
    when = {"any": [{"fact": "it_kw", "at_least": 100}, {"fact": "roof", "is": True}]}
    examples = [
        {"facts": {"it_kw": 100}, "verdict": "conditional"},
        {"facts": {"it_kw": 99, "roof": False}, "verdict": "pass"},
    ]
    packs = load(a_pack(a_rule(when=when, examples=examples)))
    assert notices(packs, sites(country=["England"], it_kw=[100]), ON) == ()
    assert notices(packs, sites(country=["Scotland"], it_kw=[1]), ON) == ()


def test_an_unknown_country_is_told(load):
    (note,) = notices(load(a_pack()), sites(it_kw=[100]), ON)
    assert list(note.facts) == ["country"]


# --- what is refused -----------------------------------------------------------------------------


def test_every_wrong_cell_and_column_is_named_at_once(load):
    facts = sites(
        it_kw=["100", 50],
        fuel_l=[-1.0, 5.0],
        import_kva=[np.inf, 1.0],
        outdoors=["yes", True],
        roof=[2, 1],
        flood_band=["High", "low"],
        battery_kwh=[True, 1.0],
        outdors=[True, True],
    )
    with pytest.raises(InputError) as caught:
        screen(facts, load(a_pack()), ON)
    wrong = {fault.column: fault for fault in caught.value.faults}
    assert set(wrong) == set(facts.columns)
    assert all(wrong[name].row == "s0" for name in facts.columns if name != "outdors")
    assert "'outdoors'" in wrong["outdors"].cure
    assert "in l, not below zero" in wrong["fuel_l"].cure
    assert "very_low" in wrong["flood_band"].cure


def test_a_site_listed_twice_is_refused(load):
    facts = sites(it_kw=[1, 2])
    facts.index = pd.Index(["s0", "s0"])
    with pytest.raises(InputError, match="listed twice"):
        screen(facts, load(a_pack()), ON)


@pytest.mark.parametrize("dtype", ["float64", "Float64", "Int64", "object"])
def test_numbers_are_read_from_every_dtype_that_holds_them(dtype):
    cells = pd.DataFrame({"it_kw": pd.Series([100, None], dtype=dtype)})
    np.testing.assert_array_equal(read_facts(cells).column("it_kw"), [100.0, np.nan])


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series([True, False, None], dtype="boolean"),
        pd.Series([True, False, None], dtype="object"),
        pd.Series([1.0, 0.0, np.nan]),
        pd.Series([np.True_, 0, pd.NA], dtype="object"),
    ],
)
def test_flags_are_read_from_every_dtype_that_holds_them(cells):
    assert read_facts(pd.DataFrame({"outdoors": cells})).column("outdoors").tolist() == [1, -1, 0]


def test_text_is_read_from_text_and_categories():
    for dtype in ("str", "object", "category"):
        cells = pd.Series(["high", None], dtype=dtype)
        assert list(read_facts(pd.DataFrame({"flood_band": cells})).column("flood_band")) == [
            "high",
            None,
        ]


def test_no_sites_and_no_packs_give_empty_tables_with_all_columns(load):
    packs = load(a_pack())
    for facts, chosen in ((sites(it_kw=[]), packs), (sites(it_kw=[1]), ())):
        found = screen(facts.astype("float64"), chosen, ON)
        assert found.empty
        assert list(found.columns) == list(Finding.__dataclass_fields__)


# --- derived facts -------------------------------------------------------------------------------


def test_derived_facts_follow_the_reference_sheet():
    derived = derive(
        sites(
            mass_kg=[2500],
            bearing_m2=[1.2],
            generator_kwe=[380],
            generator_efficiency_share=[0.38],
            generator_count=[2],
            refrigerant_kg=[2.4],
            refrigerant_gwp=[2088],
            footprint_m2=[15],
            height_m=[2.9],
            night_limit_dba=[45],
            receptor_level_dba=[47.3],
        )
    ).iloc[0]
    assert derived["floor_load_kpa"] == pytest.approx(20.44, abs=0.005)
    assert derived["generator_unit_mwth"] == pytest.approx(1.0)
    assert derived["generator_site_mwth"] == pytest.approx(2.0)
    assert derived["refrigerant_tco2e"] == pytest.approx(5.0112)
    assert derived["volume_m3"] == pytest.approx(43.5)
    assert derived["noise_margin_db"] == pytest.approx(-2.3)


def test_derive_leaves_what_is_given_and_invents_nothing():
    facts = sites(
        footprint_m2=[10, 10, None],
        height_m=[3, 3, 3],
        volume_m3=[25, None, None],
        mass_kg=[1000, 1000, 1000],
        bearing_m2=[0, 1, None],
    )
    derived = derive(facts)
    np.testing.assert_array_equal(derived["volume_m3"], [25, 30, np.nan])
    np.testing.assert_allclose(derived["floor_load_kpa"], [np.nan, 9.81, np.nan])
    assert "generator_unit_mwth" not in derived
    pd.testing.assert_frame_equal(derive(derived), derived)
    assert "floor_load_kpa" not in facts


def test_no_generator_has_no_thermal_input_whatever_its_efficiency():
    derived = derive(
        sites(
            generator_kwe=[0.0, 100.0, 100.0],
            generator_efficiency_share=[np.nan, np.nan, 0.4],
            generator_count=[np.nan, 1.0, np.nan],
        )
    )
    np.testing.assert_allclose(derived["generator_unit_mwth"], [0, np.nan, 0.25])
    np.testing.assert_allclose(derived["generator_site_mwth"], [0, np.nan, np.nan])
