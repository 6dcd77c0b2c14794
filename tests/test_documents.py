"""The documents of a site: filled from the design, with questions where nothing is known."""

from __future__ import annotations

import json
import math
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from siteselect import cli
from siteselect.compliance.pack_files import load_packs, shipped_packs
from siteselect.compliance.vocabulary import FACTS
from siteselect.decision.ranking import order
from siteselect.documents.dossier import dossier
from siteselect.documents.known import case_of, known_of
from siteselect.documents.outline import ANY, Outline, outline
from siteselect.documents.statements import QUOTED
from siteselect.errors import InputError
from siteselect.pod import HOURS_A, total_input_kw
from siteselect.report.documents_export import documents_markdown, documents_told, markdown_text
from siteselect.report.documents_section import documents_section, dossier_of
from siteselect.report.documents_words import documents_wording, line_words, value_words
from siteselect.report.html import site_report
from siteselect.report.rounding import in_column_unit
from siteselect.report.wording import wording
from siteselect.settings.money import Operations

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Town

    from siteselect.assess import Assessment
    from siteselect.documents.records import Dossier, Line, Value

TALL_POD = {
    "it_kw": 400,
    "outlet_c": 45,
    "generator_kwe": 400,
    "fuel_l": 1500,
    "coolant_l": 900,
    "battery_kwh": 60,
    "battery_chemistry": "li",
    "refrigerant_kg": 12,
    "refrigerant_gwp": 2088,
    "mass_kg": 15000,
}


@pytest.fixture
def england(town: Town) -> Assessment:
    """Assess the town as if it lay in England, with all that a pod can hold."""
    town.document["packs"] = ["en"]
    town.document["facts"] = {"country": "England", "personal_data": True, "mains_filled": True}
    town.document["pod"] = TALL_POD
    return town.assess()


@pytest.fixture(scope="module")
def papers(demo: Assessment) -> dict[str, Dossier]:
    """Fill the documents of some sites of the demonstration."""
    return {site: dossier_of(demo, site) for site in some_sites(demo)}


def some_sites(assessment: Assessment) -> list[str]:
    ranked = [str(site) for site in order(assessment.ranking.table)]
    return [ranked[0], ranked[len(ranked) // 2], ranked[-1]]


def lines_of(found: Dossier) -> list[tuple[str, Line]]:
    return [(one.topic, line) for one in found.statements for line in one.lines]


def line(found: Dossier, topic: str, key: str) -> Line:
    return next(one for one in found.statement(topic).lines if one.key == key)


def value(of: Line, name: str) -> Value:
    return next(one for one in of.values if one.name == name)


def answer(found: Dossier, key: str, phase: str = "before_procurement") -> str:
    return next(
        item.answered for item in found.checklist if item.key == key and item.phase == phase
    )


def same(found: Any, cell: Any) -> bool:
    if found is None:
        return cell is None or (isinstance(cell, str) and not cell.strip()) or bool(pd.isna(cell))
    if isinstance(found, float):
        return math.isclose(found, float(cell))
    return bool(found == cell)


def test_every_figure_of_the_design_is_the_column_of_the_site(
    demo: Assessment, papers: dict[str, Dossier]
) -> None:
    compared = 0
    for site, found in papers.items():
        row = demo.sites.loc[site]
        for _, one in lines_of(found):
            for each in one.values:
                # Out of reach there is no sink, whatever the nearest is; "unknown" is no verdict.
                if each.name in row.index and each.name not in {"sink_kind", "noise_verdict"}:
                    assert same(each.value, row[each.name]), (site, each)
                    compared += 1
    assert compared > 150


def test_every_figure_is_written_in_the_unit_of_its_name(papers: dict[str, Dossier]) -> None:
    words = documents_wording()
    seen = set()
    for found in papers.values():
        for topic, one in lines_of(found):
            said = line_words(topic, one, words)
            for each in one.values:
                if isinstance(each.value, float) and value_words(each, words) in said:
                    assert value_words(each, words) == in_column_unit(each.value, each.name)
                    seen.add(each.name)
    assert {"floor_load_kpa", "heat_rejected_mwh_a", "receptor_level_dba", "sink_m"} <= seen


def test_figures_beyond_the_table_follow_from_it(demo: Assessment) -> None:
    site = some_sites(demo)[0]
    known = known_of(demo.study, demo.sites, site)
    row, pod = demo.sites.loc[site], demo.study.pod
    drawn = total_input_kw(pod) * pod.utilisation_share * HOURS_A / 1000
    assert known["heat_rejected_kw"].value == pytest.approx(total_input_kw(pod))
    assert known["heat_rejected_mwh_a"].value == pytest.approx(drawn - row["heat_used_mwh_a"])
    gas_kgco2e_kwh = 0.18296  # UK government conversion factors 2025, gross calorific value [R]
    assert known["fuel_avoided_kgco2e_a"].value == pytest.approx(
        row["fuel_saved_mwh_a"] * 1000 * gas_kgco2e_kwh
    )
    assert known["pod_kgco2e_a"].value == pytest.approx(
        drawn * 1000 * float(demo.study.heat.electricity_kgco2e_kwh or 0)
    )
    assert "United Kingdom" in str(known["carbon_basis"].value)
    assert known["heat_coverage_share"].value == pytest.approx(
        row["heat_delivered_mwh_a"] / row["sink_demand_mwh_a"]
    )


def test_what_is_unknown_becomes_a_question_with_somebody_to_ask(
    papers: dict[str, Dossier],
) -> None:
    asked = 0
    for found in papers.values():
        for topic, one in lines_of(found):
            names = {question.key for question in one.questions}
            for each in one.values:
                if each.value is None:
                    assert each.origin == "not known"
                    assert each.name in names, (topic, one.key, each)
                    asked += 1
            assert all(question.ask for question in one.questions)
    assert asked > 50


def test_a_default_of_the_pod_is_assumed_and_to_be_confirmed(town: Town) -> None:
    town.document["pod"] = {"it_kw": 100, "outlet_c": 45, "coolant_l": 0}
    found = dossier_of(town.assess(), "a")
    stated, assumed = line(found, "coolant", "oil"), line(found, "battery", "kind")
    assert (value(stated, "coolant_l").origin, stated.questions) == ("study", ())
    assert value(assumed, "battery_chemistry").origin == "default"
    assert [question.doubt for question in assumed.questions] == ["confirm"]


def test_no_unknown_fact_is_said_as_if_it_were_known(town: Town) -> None:
    del town.document["layers"]["noise_receptors"]
    del town.document["layers"]["heat_sinks"]
    del town.document["groups"]["noise"], town.document["groups"]["heat"]
    for preset in town.document["presets"].values():
        del preset["noise"], preset["heat"]
    run = town.assess()
    found = dossier_of(run, "a")
    assert line(found, "burden", "noise").case == "unknown"
    assert line(found, "benefit", "fuel").case == "unknown"
    assert answer(found, "noise") == "open"
    assert "nan" not in documents_markdown(run, "a").lower().replace("finance", "")


def test_each_permit_and_consultation_of_the_packs_appears_once(
    demo: Assessment, england: Assessment
) -> None:
    for run in (demo, england):
        for site in run.sites.index[:4]:
            rows = run.findings[run.findings["site_id"] == site]
            wanted = sorted(rows.loc[rows["outcome"].isin(["permit", "consult"]), "rule_id"])
            found = dossier_of(run, str(site)).permits
            assert sorted(p.key for p in found if p.kind in ("permit", "consult")) == wanted
            verdicts = dict(zip(rows["rule_id"], rows["verdict"], strict=True))
            for entry in found:
                if entry.kind != "agreement":
                    known = {"pass": "not needed", "unknown": "unknown"}
                    expected = known.get(verdicts[entry.key], {"needed", "conditional"})
                    assert entry.status == expected or entry.status in expected


def test_each_document_asked_for_is_quoted_once(england: Assessment) -> None:
    rows = england.findings[england.findings["site_id"] == "a"]
    found = dossier_of(england, "a")
    quoted = [note.rule_id for one in found.statements for note in one.rules]
    left = [note.rule_id for note in found.evidence]
    assert len(set(quoted + left)) == len(quoted + left)
    assert set(rows.loc[rows["outcome"] == "document", "rule_id"]) <= set(quoted + left)
    assert set(quoted) <= set(rows.loc[rows["outcome"].isin(QUOTED), "rule_id"])


def test_the_order_of_permits_lets_each_come_after_what_it_waits_for(
    demo: Assessment, england: Assessment
) -> None:
    stages = outline().stages
    waited = 0
    for run in (demo, england):
        for site in run.sites.index[:4]:
            found = dossier_of(run, str(site)).permits
            opened = [entry for entry in found if entry.order]
            assert [entry.order for entry in opened] == list(range(1, len(opened) + 1))
            place = {entry.key: entry.order for entry in opened}
            for entry in opened:
                assert all(place[key] < entry.order for key in entry.after)
                waited += len(entry.after)
            ranks = [stages.index(entry.stage) for entry in opened]
            assert ranks == sorted(ranks)
            assert all(entry.status == "not needed" for entry in found if not entry.order)
    assert waited > 10


def test_planning_comes_before_building_control_and_the_offer_before_the_heat_contract(
    england: Assessment,
) -> None:
    found = {entry.key: entry for entry in dossier_of(england, "a").permits}
    assert found["EN-P01"].order < found["EN-B01"].order
    assert 0 < found["EN-L01"].order < found["GRID"].order < found["HEAT"].order
    assert "GRID" in found["HEAT"].after


def test_a_step_that_is_not_needed_hands_on_what_it_waited_for(england: Assessment) -> None:
    rows = england.findings.copy()
    mine = rows["site_id"] == "a"
    for rule, verdict in (("EN-R01", "pass"), ("EN-R02", "conditional"), ("EN-L08", "conditional")):
        rows.loc[mine & (rows["rule_id"] == rule), "verdict"] = verdict
    found = {p.key: p for p in dossier(england.study, england.sites, "a", rows).permits}
    assert found["EN-R01"].order == 0
    assert "EN-L08" in found["EN-R02"].after


def test_lead_times_come_from_the_design_then_the_rule_then_the_catalogue(
    england: Assessment,
) -> None:
    found = {entry.key: entry for entry in dossier_of(england, "a").permits}
    row = england.sites.loc["a"]
    offer = found["GRID"]
    assert offer.lead_low_weeks == row["connection_low_weeks"]
    assert offer.lead_high_weeks == row["connection_high_weeks"]
    rules = {rule.id: rule for pack in load_packs(["en"]) for rule in pack.rules}
    planning = found["EN-P01"]
    assert planning.lead_basis == "rule"
    assert planning.lead_low_weeks == rules["EN-P01"].lead_time_weeks
    assert found["LAND"].lead_basis.startswith("[J]")
    bare = next(entry for entry in found.values() if entry.lead_basis == "not known")
    assert math.isnan(bare.lead_low_weeks)


def test_permitted_development_makes_planning_conditional(town: Town) -> None:
    town.document["packs"] = ["en"]
    town.document["facts"] = {
        "country": "England",
        "council_applicant": True,
        "council_land_and_function": True,
    }
    status = {entry.key: entry.status for entry in dossier_of(town.assess(), "a").permits}
    assert status["EN-P01"] == "conditional"


def test_without_a_country_permits_hang_on_it(town: Town) -> None:
    run = town.assess()
    found = dossier_of(run, "a")
    assert not found.country_known
    legal = [entry for entry in found.permits if entry.kind != "agreement"]
    assert legal
    assert "needed" not in {entry.status for entry in legal}
    assert documents_wording()("country") in {
        cell.text for cell in documents_section(run, "a", wording()).lines
    }


def test_without_packs_no_permit_is_named_and_none_is_cleared(town: Town) -> None:
    town.document["packs"] = []
    run = town.assess()
    found = dossier_of(run, "a")
    assert {entry.kind for entry in found.permits} == {"agreement"}
    said = {cell.text for cell in documents_section(run, "a", wording()).lines}
    assert documents_wording()("permits.none") in said


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ("heat_customer", "customer"),
        ("security_model", "security"),
        ("patching_owner", "patching"),
        ("backup_power", "backup"),
        ("safe_access", "access"),
    ],
)
def test_checklists_follow_what_the_study_says_of_operations(
    town: Town, setting: str, key: str
) -> None:
    given: tuple[tuple[bool | None, str], ...] = ((True, "yes"), (False, "no"), (None, "open"))
    run = town.assess()
    for state, expected in given:
        study = run.study.model_copy(update={"operations": Operations(**{setting: state})})
        found = dossier(study, run.sites, "a", run.findings)
        assert answer(found, key) == expected


def test_an_agreed_customer_settles_the_heat_agreement(town: Town) -> None:
    town.document["operations"] = {"heat_customer": True}
    found = dossier_of(town.assess(), "a")
    assert {p.key: p.status for p in found.permits}["HEAT"] == "not needed"
    assert line(found, "benefit", "customer").case == "is"


def test_checklists_follow_the_design(demo: Assessment, papers: dict[str, Dossier]) -> None:
    for site, found in papers.items():
        row = demo.sites.loc[site]
        left = row["headroom_after_pod_kva"]
        # A primary substation that stands in for the local network settles nothing.
        local = "yes" if row["supply_local"] is True else "open"
        expected = "open" if math.isnan(left) else local if left >= 0 else "no"
        assert answer(found, "headroom") == expected
        heard = {"pass": "yes", "fail": "no"}.get(row["noise_verdict"], "open")
        assert answer(found, "noise") == heard
        # A lorry that no mapped limit stops has not yet come.
        assert answer(found, "lorry") == ("no" if row["lorry_reaches"] is False else "open")


def test_no_screen_closes_a_point_on_permits(england: Assessment) -> None:
    passed = england.findings.assign(verdict="pass")
    found = dossier(england.study, england.sites, "a", passed)
    assert answer(found, "consents") == "open"
    assert not next(i for i in found.checklist if i.key == "consents").permits
    listed = dossier_of(england, "a")
    consents = next(i for i in listed.checklist if i.key == "consents")
    stage = {p.key for p in listed.permits if p.stage == "consent" and p.order}
    assert set(consents.permits) == stage


def test_statements_name_what_the_pod_holds(england: Assessment) -> None:
    words = documents_wording()
    found = dossier_of(england, "a")
    said = {
        (topic, one.key): line_words(topic, one, words).replace("\u00a0", " ")
        for topic, one in lines_of(found)
    }
    assert "60 kWh" in said["fire", "battery"]
    assert "900 l" in said["coolant", "oil"]
    assert "1,500 l" in said["coolant", "fuel"]
    assert "1,650 l" in said["coolant", "fuel"]  # 110 % of the container, SI 2001/2954 [S]
    assert "400 kWe" in said["battery", "generator"]
    assert "1.05 MWth" in said["battery", "generator"]
    assert "25.1 t CO2e" in said["refrigerant", "charge"]
    assert "15,000 kg" in said["loading", "mass"]
    assert "9.81 kPa" in said["loading", "mass"]
    assert value(line(found, "coolant", "fuel"), "bund_l").origin == "rule"
    assert line(found, "failure", "power_workload").case == "is"
    assert line(found, "backflow", "filled").case == "is"
    assert {topic for topic, _ in lines_of(found)} >= {
        *("fire", "loading", "access", "water", "backflow", "coolant", "battery", "refrigerant"),
        *("decommissioning", "failure", "security", "burden", "benefit", "ownership"),
    }


def test_failures_are_told_for_workload_heat_and_water(papers: dict[str, Dossier]) -> None:
    keys = {line.key for found in papers.values() for line in found.statement("failure").lines}
    events, sides = ("power", "fibre", "cooling", "pump"), ("workload", "heat", "water")
    assert keys == {f"{event}_{side}" for event in events for side in sides}


def test_without_a_sink_nothing_is_said_of_its_pipe(town: Town) -> None:
    town.document["routing"] = {"pipe_limit_m": 1}
    found = dossier_of(town.assess(), "b")
    assert line(found, "benefit", "fuel").case == "none"
    assert line(found, "burden", "heat").case == "not"
    assert "HEAT" not in {entry.key for entry in found.permits}
    assert answer(found, "customer") == "no"
    assert not {"cooling_heat", "pump_heat"} & {o.key for o in found.statement("failure").lines}


def test_every_name_of_the_catalogue_is_a_fact_with_words(demo: Assessment) -> None:
    known = known_of(demo.study, demo.sites, some_sites(demo)[0])
    plan, words = outline(), documents_wording().texts
    for one in plan.statements:
        for entry in one.lines:
            said = words["statements"][one.topic]["lines"][entry.key]
            asked = [*entry.when, *([entry.by] if entry.by else [])]
            asked += [name for names in entry.facts.values() for name in names]
            assert set(asked) <= set(known), (one.topic, entry.key)
            assert set(entry.facts) <= {ANY, *said}
            cases = set(said) - {"label"}
            assert cases, (one.topic, entry.key)
            for case, text in said.items():
                filled = {*entry.facts.get(ANY, ()), *entry.facts.get(case, ())}
                filled |= {entry.by} if entry.by else set()
                gaps = set(re.findall(r"{(\w+)}", text))
                assert gaps <= {name.replace(".", "_") for name in filled}, (entry.key, case)
    roles = {
        ask.ask for o in plan.statements for e in o.lines for a in e.asks.values() for ask in a
    }
    roles |= {step.ask for step in plan.agreements} | set(plan.ask.values())
    assert roles <= set(words["roles"])


def test_every_case_that_can_come_about_has_words(demo: Assessment) -> None:
    known = known_of(demo.study, demo.sites, some_sites(demo)[0])
    words = documents_wording().texts["statements"]
    noise = ("pass", "conditional", "fail", "unknown")
    by_word = {"noise_verdict": noise, "heat_mode": ("direct", "heat_pump", "too_cool")}
    for one in outline().statements:
        for entry in one.lines:
            said = words[one.topic]["lines"][entry.key]
            if entry.by is None:
                questions_only = not entry.facts
                assert {"said"} <= set(said)
                assert questions_only or "unknown" in said or entry.facts == {ANY: ("sink",)}
            elif entry.by in by_word:
                assert set(by_word[entry.by]) <= set(said)
            elif FACTS.get(entry.by) is not None and FACTS[entry.by].choices:
                assert {*FACTS[entry.by].choices, "unknown"} <= set(said)
            elif isinstance(known[entry.by].value, float) or entry.by.endswith("_a"):
                assert {"none", "some", "unknown"} <= set(said)
            else:
                states = {"is", "not"} | ({"unknown"} if entry.by != "sink_in_reach" else set())
                assert states <= set(said), (one.topic, entry.key)


def test_steps_of_the_catalogue_are_rules_that_ship() -> None:
    rules = {rule.id: rule for pack in load_packs(shipped_packs()) for rule in pack.rules}
    assert {step.key for step in outline().steps} <= set(rules)
    for step in outline().steps:
        if rules[step.key].outcome == "blocker":
            assert step.consent
    topics = {r.topic for r in rules.values() if r.outcome in ("permit", "consult")}
    assert topics <= set(outline().topics)
    assert set(outline().topics.values()) <= set(outline().stages)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"after": ["EN-XX"]}, "which is no step"),
        ({"after": ["EN-B01"]}, "whose stage is later"),
        ({"after": ["EN-P04"]}, "wait for each other"),
    ],
)
def test_an_outline_out_of_order_is_refused(change: dict[str, Any], problem: str) -> None:
    plan = json.loads(outline().model_dump_json())
    steps = {step["key"]: step for step in plan["steps"]}
    steps["EN-P01"] |= change
    steps["EN-P04"]["after"] = ["EN-P01"]
    with pytest.raises(ValueError, match=problem):
        Outline.model_validate(plan)


@pytest.mark.parametrize(
    ("found", "case"),
    [
        (None, "unknown"),
        (True, "is"),
        (False, "not"),
        (0.0, "none"),
        (3.0, "some"),
        ("heat pump", "heat_pump"),
    ],
)
def test_cases(found: bool | float | str | None, case: str) -> None:
    assert case_of(found) == case


HOSTILE = (
    "<script>alert(1)</script>",
    "![x](http://evil.example/x.png) [y](javascript:alert(1)) | `z` *b* <b>",
    "{0.__class__} {name} {{7*7}}",
    "a\x1b[31m\u202egnp.exe www.evil.example",
)


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def hostile(run: Assessment, text: str) -> Assessment:
    for column in ("name", "sink_name", "base_name", "receptor_name", "fire_access_basis"):
        run.sites[column] = text
    for column in ("title", "authority", "action", "citation"):
        run.findings[column] = text
    run.findings["url"] = "javascript:alert(1)"
    return run


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_inert(town: Town, text: str) -> None:
    run = hostile(town.assess(), text)
    page = site_report(run, "a")
    tags = _Tags(page).found
    assert "script" not in {tag for tag, _ in tags}
    links = [str(of.get(name, "")) for _, of in tags for name in ("href", "src")]
    assert all("evil" not in link and not link.startswith("javascript") for link in links)
    assert not [of for _, of in tags if any(name.startswith("on") for name in of)]
    written = documents_markdown(run, "a")
    assert not re.search(r"(?<!\\)[<`*]\w*script|(?<!\\)\]\(|https?://evil|www\.evil", written)
    assert "\x1b" not in written
    assert "\u202e" not in written
    widths = {
        block: {len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines() if row[:1] == "|"}
        for block in written.split("\n\n")
        if block.startswith("|")
    }
    assert widths
    assert all(len(counts) == 1 for counts in widths.values())


def test_markdown_keeps_figures_readable() -> None:
    assert markdown_text("7.85 kPa (1 in 20)") == "7.85 kPa (1 in 20)"
    assert markdown_text("a|b_c") == r"a\|b\_c"
    assert markdown_text("http://x.example") == r"http\://x.example"


def test_the_section_is_in_the_report_and_says_it_is_no_advice(demo: Assessment) -> None:
    site = some_sites(demo)[0]
    section = documents_section(demo, site, wording())
    assert "not legal advice" in section.lines[0].text
    assert section.lines[0].tag  # the demonstration rests on invented layers
    page = site_report(demo, site)
    assert page.count('<section id="documents"') == 1
    captions = [table.caption for table in section.results]
    assert len(set(captions)) == len(captions)
    assert all(caption in page for caption in captions)
    assert documents_wording()("screening") in documents_markdown(demo, site)


def test_json_round_trips_and_holds_every_record(demo: Assessment) -> None:
    site = some_sites(demo)[0]
    told = documents_told(demo, site)
    back = json.loads(json.dumps(told, allow_nan=False))
    assert back == told
    found = dossier_of(demo, site)
    assert [one["topic"] for one in back["statements"]] == [o.topic for o in found.statements]
    assert [one["key"] for one in back["permits"]] == [o.key for o in found.permits]
    lines = [one for statement in back["statements"] for one in statement["lines"]]
    assert all(one["text"] and one["label"] for one in lines)
    row = demo.sites.loc[site]
    loads = [v["value"] for o in lines for v in o["values"] if v["name"] == "floor_load_kpa"]
    assert set(loads) == {row["floor_load_kpa"]}


def test_the_command_prints_and_writes(town: Town, tmp_path: Path) -> None:
    run = CliRunner()
    study = str(town.file)
    printed = run.invoke(cli.app, ["documents", study, "--site", "a", "--json"])
    assert printed.exit_code == 0
    told = json.loads(printed.stdout)
    assert told["site_id"] == "a"
    assert told["screening"].startswith("Screening only, not legal advice.")
    out = tmp_path / "papers" / "a.md"
    written = run.invoke(cli.app, ["documents", study, "--site", "a", "--out", str(out)])
    assert written.exit_code == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith("# Documents for By the pool")
    assert text == run.invoke(cli.app, ["documents", study, "--site", "a"]).stdout


def test_an_unknown_site_is_refused(town: Town) -> None:
    with pytest.raises(Exception, match="no such site"):
        CliRunner().invoke(
            cli.app,
            ["documents", str(town.file), "--site", "zz"],
            catch_exceptions=False,
            standalone_mode=False,
        )


def test_a_language_without_words_is_refused() -> None:
    for language in ("xx", "../en", "en/../en"):
        with pytest.raises(InputError, match="no documents in this language"):
            documents_wording(language)


def test_the_documents_are_the_same_for_all_findings_and_for_those_of_the_site(
    demo: Assessment,
) -> None:
    site = some_sites(demo)[0]
    own = demo.findings[demo.findings["site_id"] == site]
    assert dossier(demo.study, demo.sites, site, own) == dossier(
        demo.study, demo.sites, site, demo.findings
    )


def test_a_site_without_a_factor_of_its_year_has_no_greenhouse_gas(town: Town) -> None:
    town.document["date"] = yaml.safe_load("2010-01-01")
    run = town.assess()
    known = known_of(run.study, run.sites, "a")
    assert known["fuel_avoided_kgco2e_a"].value is None
    assert known["carbon_basis"].origin == "not known"
