"""Screening: findings, dates, jurisdictions, rules that replace others, and notices."""

from __future__ import annotations

import functools
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
import toy_pack
from toy_pack import ON, a_pack, a_rule, sites

from siteselect.compliance.screening import load_packs, notices, screen, verdicts
from siteselect.contracts import Finding
from siteselect.errors import InputError


@pytest.fixture
def load(tmp_path):
    return functools.partial(toy_pack.load, tmp_path)


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
    said = {(site, rule): word for rule in wide for site, word in wide[rule].dropna().items()}
    assert said == found.set_index(["site_id", "rule_id"])["verdict"].to_dict()
    assert wide.loc["s1"].isna().all()
    assert wide["TOY-01"].cat.ordered


def test_the_order_of_the_sites_changes_no_finding():
    packs = load_packs(["en"])
    random = np.random.default_rng(7)
    size = 40
    facts = sites(
        country=random.choice(np.array(["England", "Wales", None], dtype=object), size),
        outdoors=random.choice(np.array([True, False, None], dtype=object), size),
        rating_level_dba=random.choice([np.nan, 20.0, 40.0, 60.0], size),
        night_limit_dba=random.choice([np.nan, 40.0], size),
        flood_band=random.choice(np.array(["high", "none", None], dtype=object), size),
    )
    straight = screen(facts, packs, ON)
    mixed = screen(facts.sample(frac=1, random_state=1), packs, ON)
    again = mixed.set_index("site_id").loc[facts.index].reset_index()
    pd.testing.assert_frame_equal(again, straight)


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


def test_a_special_rule_says_what_it_stands_in_for_and_the_run_tells_it_once(load):
    packs = load(a_pack(), special_pack())
    facts = sites(country=["England"] * 3, in_article_4=[True, False, None], it_kw=[100] * 3)
    found = screen(facts, packs, ON).set_index(["site_id", "rule_id"])["citation"]
    assert found["s0", "CITY-01"] == "Act 1, section 2 (in place of TOY-01)"
    # Where it is unknown which law holds, nothing is replaced.
    assert found["s2", "CITY-01"] == found["s2", "TOY-01"] == "Act 1, section 2"
    told = {note.topic: note.facts for note in notices(packs, facts, ON)}
    assert told["rules replaced"] == {"CITY-01": "Act 1, section 2, in place of TOY-01 (1 sites)"}
    alone = notices(load(special_pack()), facts, ON)
    assert "rules replaced" not in {note.topic for note in alone}


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
    assert "rules stay undecided somewhere (1), and 0 of them at every site" in note.text


def test_a_rule_whose_facts_no_layer_gives_is_told_once_not_silently_unknown(load):
    rules = [a_rule(id=f"TOY-0{n}", when={"fact": "it_kw", "at_least": 100}) for n in (1, 2)]
    (note,) = notices(load(a_pack(*rules)), sites(country=["England"] * 50), ON)
    assert note.facts == {"it_kw": "installed IT power; ask the maker of the pod (TOY-01, TOY-02)"}
    assert "(2), and 2 of them at every site" in note.text


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


def test_facts_that_cannot_be_are_refused(load):
    with pytest.raises(InputError, match="outdoors"):
        screen(sites(outdoors=["perhaps"]), load(a_pack()), ON)


def test_no_sites_and_no_packs_give_empty_tables_with_all_columns(load):
    packs = load(a_pack())
    for facts, chosen in ((sites(it_kw=[]), packs), (sites(it_kw=[1]), ())):
        found = screen(facts.astype("float64"), chosen, ON)
        assert found.empty
        assert list(found.columns) == list(Finding.__dataclass_fields__)
