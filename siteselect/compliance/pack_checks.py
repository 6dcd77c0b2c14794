"""What a rule pack must satisfy beyond its form: dates, units, topics, ids and worked examples."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from siteselect.compliance.conditions import LimitValue, evaluate, leaves
from siteselect.compliance.facts import derive, read_facts
from siteselect.errors import Fault, InputError
from siteselect.units import unit_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from siteselect.compliance.packs import Rule, RulePack

WORDS_OF_TRUTH = {0: "unknown", -1: "pass"}


def limit_faults(pack: RulePack, file: str) -> Iterator[Fault]:
    """Find limits whose dates overlap or are out of order."""
    for name, values in pack.limits.items():
        if not values:
            yield Fault(file, "a limit without a value", "Give one.", column=f"limits.{name}")
        for earlier, later in pairwise(values):
            if later.from_ <= (earlier.to or earlier.from_):
                yield Fault(
                    file,
                    "dates of a limit overlap or are not in order",
                    "Order the values by `from`, each beginning after the one before has ended.",
                    column=f"limits.{name}",
                    value=later.from_.isoformat(),
                )


def rule_faults(pack: RulePack, file: str) -> Iterator[Fault]:
    """Find rules that do not fit the rest of their pack."""
    for rule in pack.rules:
        for problem, cure in _problems(rule, pack):
            yield Fault(file, problem, cure, row=rule.id)


def _problems(rule: Rule, pack: RulePack) -> Iterator[tuple[str, str]]:
    prefix = f"{pack.code.upper()}-"
    if not rule.id.startswith(prefix):
        yield "an id does not begin with the code of the pack", f"Begin it with {prefix}."
    covered = pack.coverage.get(rule.topic)
    if covered is None or covered.extent == "not":
        yield f"topic {rule.topic!r} is not covered", "Say in `coverage` how far it is."
    if rule.reviewed_on > pack.date:
        yield "a rule is reviewed after the day of its pack", "Move the pack's `date` on."
    for leaf in leaves(rule.when):
        if leaf.bound is not None and isinstance(leaf.bound[1], LimitValue):
            yield from _limit_problems(rule, pack, leaf.fact, leaf.bound[1].limit)


def _limit_problems(rule: Rule, pack: RulePack, fact: str, name: str) -> Iterator[tuple[str, str]]:
    values = pack.limits.get(name)
    if not values:
        yield f"no limit {name!r} in the pack", "Add it under `limits`."
        return
    if unit_of(name) != unit_of(fact):
        yield f"limit {name} is not in the unit of {fact}", "End both names in the same unit."
    ends = [*(later.from_ for later in values[1:]), None]
    gaps = any(
        dated.to is not None and end is not None and (end - dated.to).days > 1
        for dated, end in zip(values, ends, strict=True)
    )
    last = values[-1].to
    short = last is not None and (rule.effective_to is None or rule.effective_to > last)
    if gaps or short or values[0].from_ > rule.effective_from:
        yield f"limit {name} has no value on some days of the rule", "Cover the rule's dates."


def example_faults(pack: RulePack, file: str) -> list[Fault]:
    """Work every example of a pack, and find those that do not come out as they say."""
    cases = [
        (rule, f"{rule.id}, example {number}", example)
        for rule in pack.rules
        for number, example in enumerate(rule.examples, start=1)
    ]
    frame = pd.DataFrame([example.facts for _, _, example in cases], dtype=object)
    faults: list[Fault] = []
    odd: set[str] = set()
    try:
        table = read_facts(derive(frame), file)
    except InputError as error:
        odd = {str(fault.row) for fault in error.faults}
        faults = [replace(fault, row=cases[int(str(fault.row))][1]) for fault in error.faults]
        table = read_facts(derive(frame.drop(index=[int(row) for row in odd])), file)
    sound = [case for place, case in enumerate(cases) if str(place) not in odd]
    for place, (rule, label, example) in enumerate(sound):
        on = example.on or pack.date
        truth = int(evaluate(rule.when, table, pack.limits_on(on))[place])
        verdict = WORDS_OF_TRUTH.get(truth, rule.verdict_when_true)
        if not rule.in_force(on):
            cure = "Give the example a day `on` which the rule is in force."
            faults.append(Fault(file, "not in force on the day of the example", cure, row=label))
        elif verdict != example.verdict:
            problem = f"the example says {example.verdict}, the rule says {verdict}"
            faults.append(Fault(file, problem, "Correct the rule or the example.", row=label))
    return faults


def faults_between(packs: Sequence[RulePack]) -> Iterator[Fault]:
    """Find packs given twice, and rules that override what is not there or each other."""
    codes = Counter(pack.code for pack in packs)
    for code, times in codes.items():
        if times > 1:
            yield Fault(code, "a pack is given twice", "Name each pack once.")
    rules = {rule.id: rule for pack in packs for rule in pack.rules}
    for pack in packs:
        for rule in pack.rules:
            if rule.overrides is None:
                continue
            general = rule.overrides.partition("-")[0].lower()
            if general == pack.code:
                yield Fault(
                    pack.code, "a rule overrides one of its own pack", "Merge them.", row=rule.id
                )
            elif general in codes and rule.overrides not in rules:
                problem = f"overrides {rule.overrides}, which is no rule of pack {general}"
                yield Fault(pack.code, problem, "Correct the id.", row=rule.id)
            elif _comes_back(rule, rules):
                yield Fault(
                    pack.code, "rules override each other in a ring", "Break it.", row=rule.id
                )


def _comes_back(rule: Rule, rules: dict[str, Rule]) -> bool:
    seen: set[str] = set()
    here: Rule | None = rule
    while here is not None and here.id not in seen:
        seen.add(here.id)
        here = rules.get(here.overrides or "")
    return here is not None
