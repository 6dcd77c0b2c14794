"""Conditions: three-valued logic, limits that are reached, and what is said of them."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from toy_pack import sites

from siteselect.compliance.conditions import Condition, evaluate, undecided
from siteselect.compliance.evidence import evidence, phrase
from siteselect.compliance.facts import read_facts

CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)


def condition(**written: Any) -> Condition:
    return CONDITION.validate_python(written)


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
            rating_level_dba=[50.0, 49.0, 60.0],
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
    reached = evaluate(condition(fact="rating_level_dba", at_least=over), table, {})
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


# --- what is said -------------------------------------------------------------------------------


def test_evidence_says_value_and_limit_in_units():
    table = read_facts(
        sites(
            it_kw=[100, 499.9999, None],
            rating_level_dba=[47.3, 50.04, 20],
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
    over = {"fact": "rating_level_dba", "above": {"fact": "night_limit_dba"}}
    assert list(evidence(condition(**over), table, {})) == [
        "rating_level_dba = 47.3 dB(A), limit night_limit_dba = 45 dB(A)",
        "rating_level_dba = 50.04 dB(A), limit night_limit_dba unknown",
        "rating_level_dba = 20 dB(A), limit night_limit_dba = 45 dB(A)",
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
            {"fact": "rating_level_dba", "above": {"fact": "night_limit_dba", "plus": -5}},
        ]
    )
    assert phrase(written, {"big_kw": 500}) == (
        "(it_kw at least 500 kW and roof is no) or not (flood_band is high or low)"
        " or rating_level_dba above night_limit_dba - 5"
    )
