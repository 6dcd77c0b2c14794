"""A gap in what is known never clears anything: not a rule, not a site, whatever is taken away."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import X0, Y0, Town
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from siteselect.compliance.conditions import inputs, leaves
from siteselect.compliance.facts import _FORMULAS, derive
from siteselect.compliance.screening import load_packs, screen, shipped_packs, verdicts
from siteselect.compliance.vocabulary import FACTS

ON = date(2026, 11, 23)
PACKS = load_packs(shipped_packs())
HOME = {"en": "England", "fi": "Finland", "eu": "France", "de": "Germany", "engineering": "Wales"}
DERIVED = frozenset(_FORMULAS)


def examples() -> pd.DataFrame:
    """Give every worked example of every rule as a site in the country of its pack."""
    rows = [
        {"country": HOME[pack.code], **example.facts}
        for pack in PACKS
        for rule in pack.rules
        for example in rule.examples
    ]
    frame = pd.DataFrame(rows, dtype=object)
    frame.index = pd.Index([f"s{number}" for number in range(len(frame))], name="site_id")
    return frame


def values_worth_trying() -> dict[str, list[Any]]:
    """Give each fact values on both sides of every limit that a rule sets it."""
    tried: dict[str, set[Any]] = defaultdict(set)
    for pack in PACKS:
        for rule in pack.rules:
            for leaf in leaves(rule.when):
                if leaf.bound is not None and isinstance(leaf.bound[1], float):
                    tried[leaf.fact] |= {leaf.bound[1], leaf.bound[1] + 1, leaf.bound[1] / 2}
    for fact in FACTS.values():
        tried[fact.name] |= (
            {True, False}
            if fact.kind == "flag"
            else set(fact.choices) or {0.0, 1.0, 40.0, 50.0, 1000.0}
        )
    return {name: sorted(found, key=str) for name, found in tried.items()}


EXAMPLES = examples()
VALUES = values_worth_trying()
EXAMPLES_SAY = verdicts(derive(EXAMPLES), PACKS, ON)


def random_sites(seed: int, count: int = 25) -> pd.DataFrame:
    """Draw sites of which a random part is known, near the limits of the rules."""
    random = np.random.default_rng(seed)
    columns = {}
    for name in sorted(set(VALUES) - DERIVED):
        cells = np.array([*VALUES[name], None], dtype=object)
        columns[name] = cells[random.integers(len(cells), size=count)]
    return pd.DataFrame(columns, index=[f"r{number}" for number in range(count)]).rename_axis(
        "site_id"
    )


def hide(facts: pd.DataFrame, seed: int, share: float) -> pd.DataFrame:
    """Blank a random part of the cells."""
    gone = np.random.default_rng(seed).random(facts.shape) < share
    return facts.astype(object).mask(gone, None)


def assert_nothing_cleared(before: pd.DataFrame, after: pd.DataFrame) -> None:
    """Hold every verdict to: as it was, or unknown."""
    old, new = before.astype(object), after.astype(object)
    was = old.notna()
    same = new.eq(old) | new.eq("unknown")
    wrong = was & ~same
    assert not wrong.to_numpy().any(), [
        (old.index[row], old.columns[column], old.iloc[row, column], new.iloc[row, column])
        for row, column in np.argwhere(wrong.to_numpy())[:5]
    ]
    all_pass = (new.eq("pass") | new.isna()).all(axis=1) & new.notna().any(axis=1)
    was_all_pass = (old.eq("pass") | old.isna()).all(axis=1)
    assert (was_all_pass | ~all_pass).all()


@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.02, 0.2, 0.6]))
@settings(max_examples=25)
def test_blanking_the_facts_of_examples_clears_no_rule_of_any_pack(seed, share):
    blanked = hide(derive(EXAMPLES), seed, share)
    assert_nothing_cleared(EXAMPLES_SAY, verdicts(blanked, PACKS, ON))


@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.02, 0.2, 0.6]))
@settings(max_examples=25)
def test_blanking_random_facts_before_anything_follows_from_them_clears_no_rule(seed, share):
    facts = random_sites(seed)
    before = verdicts(derive(facts), PACKS, ON)
    assert_nothing_cleared(before, verdicts(derive(hide(facts, seed + 1, share)), PACKS, ON))


@pytest.mark.parametrize(
    "rule", [rule for pack in PACKS for rule in pack.rules], ids=lambda rule: rule.id
)
def test_blanking_any_one_fact_of_a_pass_gives_pass_or_unknown(rule):
    (pack,) = (pack for pack in PACKS if rule in pack.rules)
    alone = [pack.model_copy(update={"rules": (rule,)})]
    for example in rule.examples:
        on = example.on or ON
        whole = derive(pd.DataFrame([{"country": HOME[pack.code], **example.facts}], dtype=object))
        asked = [name for name in inputs(rule.when) if name in whole.columns]
        for name in asked:
            (said,) = screen(whole.assign(**{name: None}), alone, on)["verdict"]
            assert said in {example.verdict, "unknown"}, (name, example)


def test_a_site_of_which_nothing_is_known_passes_no_rule():
    blank = EXAMPLES.astype(object).mask(EXAMPLES.notna(), None)
    said = verdicts(blank, PACKS, ON)
    assert said.notna().all(axis=None)
    assert said.eq("unknown").all(axis=None)


# --- layers of a study ---------------------------------------------------------------------------

FILE = {"source": "test", "date": "2026", "licence": "none", "basis": "illustrative"}


@pytest.fixture
def land(town: Town) -> Town:
    """Give the town protected land, an overhead line and limits, by English law."""
    town.document |= {"packs": ["en", "engineering"], "facts": {"country": "England"}}
    town.document["noise"] = {"night_limit_dba": 40}
    shapes = {
        "sssi": box(X0 + 850, Y0, X0 + 1000, Y0 + 150),
        "green_belt": box(X0 + 150, Y0 + 150, X0 + 300, Y0 + 300),
        "conservation_area": box(X0 + 400, Y0 + 400, X0 + 600, Y0 + 600),
    }
    town.write(
        "constraints",
        gpd.GeoDataFrame(
            {"constraint_id": list(shapes), "kind": list(shapes)},
            geometry=list(shapes.values()),
            crs=3067,
        ),
    )
    line = LineString([(X0 + 780, Y0), (X0 + 780, Y0 + 1000)])
    town.write(
        "utilities",
        gpd.GeoDataFrame(
            {"utility_id": ["line"], "kind": ["overhead_line"]}, geometry=[line], crs=3067
        ),
    )
    layers = town.document["layers"]
    layers["constraints"] = [{"path": "constraints.gpkg", "kinds": list(shapes), **FILE}]
    layers["utilities"] = [{"path": "utilities.gpkg", **FILE}]
    return town


def said(town: Town) -> pd.DataFrame:
    found = town.assess().findings
    return found.pivot_table("verdict", index="site_id", columns="rule_id", aggfunc="first")


LAYERS = (
    *("flood", "noise_receptors", "heat_sinks", "supply_points", "fibre_nodes"),
    *("constraints", "utilities", "maintenance_bases", "roads"),
)


def test_taking_away_a_layer_or_shrinking_its_coverage_clears_nothing(land):
    before = said(land)
    assert {"pass", "unknown", "conditional", "fail"} <= set(before.to_numpy().ravel())
    whole = land.document["layers"]
    land.write("corner", gpd.GeoDataFrame(geometry=[box(X0, Y0, X0 + 60, Y0 + 60)], crs=3067))
    for name in LAYERS:
        land.document["layers"] = {key: files for key, files in whole.items() if key != name}
        assert_nothing_cleared(before, said(land))
        shrunk = [{**file, "covers": "corner.gpkg"} for file in whole[name]]
        land.document["layers"] = {**whole, name: shrunk}
        assert_nothing_cleared(before, said(land))
