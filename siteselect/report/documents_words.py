"""The words of the documents: what records say by key and case, written for a reader."""

from __future__ import annotations

from functools import cache
from importlib import resources
from math import isnan
from typing import TYPE_CHECKING, Any

import yaml

from siteselect.charts.drawing import plain
from siteselect.errors import Fault, InputError
from siteselect.report.background import NAME_LETTERS, TEXT_LETTERS
from siteselect.report.rounding import in_column_unit, rounded
from siteselect.report.wording import PACKAGE, Say
from siteselect.units import stem

if TYPE_CHECKING:
    from siteselect.documents.records import (
        CheckItem,
        Line,
        Permit,
        Question,
        RuleNote,
        Statement,
        Value,
    )


@cache
def documents_wording(language: str = "en") -> Say:
    """Read the words of the documents in one language.

    Raises
    ------
    InputError
        There is no file of words for that language.
    """
    name = f"documents_{language}.yaml"
    file = resources.files(PACKAGE).joinpath(name)
    if not language.isalpha() or not file.is_file():
        raise InputError(Fault(name, "no documents in this language", "Use 'en'.", value=language))
    return Say(yaml.safe_load(file.read_text(encoding="utf-8")))


def value_words(value: Value, words: Say) -> str:
    """Write a value with its unit; a flag as yes or no; text as people write it."""
    found = value.value
    if found is None:
        return words("not_known")
    if isinstance(found, bool):
        return words("yes_word" if found else "no_word")
    if isinstance(found, str):
        known: dict[str, str] = words.texts["words"]
        return known.get(found) or plain(found.replace("_", " "), TEXT_LETTERS)
    return in_column_unit(found, value.name)


def line_words(topic: str, line: Line, words: Say) -> str:
    """Write what a line says in its case."""
    gaps = {value.name.replace(".", "_"): value_words(value, words) for value in line.values}
    return words(f"statements.{topic}.lines.{line.key}.{line.case}", **gaps)


def line_label(topic: str, line: Line, words: Say) -> str:
    """Name what a line is about."""
    return words(f"statements.{topic}.lines.{line.key}.label")


def statement_title(statement: Statement, words: Say) -> str:
    """Name a statement."""
    return words(f"statements.{statement.topic}.title")


def sources_words(line: Line, words: Say) -> str:
    """Say of each known value of a line where it comes from, values of one origin together.

    What is assumed and to be confirmed is left to `asks_words`.
    """
    found: dict[str, list[str]] = {}
    confirmed = {one.key for one in line.questions if one.doubt == "confirm"}
    for value in line.values:
        if value.value is not None and value.name not in confirmed:
            found.setdefault(value.origin, []).append(_short(value.name, words))
    if len(found) == 1:
        return words(f"origin.{next(iter(found))}")
    return "; ".join(
        f"{words(f'origin.{origin}')}: {', '.join(dict.fromkeys(names))}"
        for origin, names in found.items()
    )


def asks_words(line: Line, words: Say) -> str:
    """Name those who can tell what a line leaves unknown, or confirm what it assumes."""
    asked = {
        doubt: ", ".join(
            dict.fromkeys(
                role_words(one.ask, words) for one in line.questions if one.doubt == doubt
            )
        )
        for doubt in ("find out", "confirm")
    }
    return " ".join(
        words(f"asked.{doubt.replace(' ', '_')}", ask=names)
        for doubt, names in asked.items()
        if names
    )


def role_words(ask: str, words: Say) -> str:
    """Name those to ask: a role by its words, or as the vocabulary of the rules writes it."""
    role: str | None = words.texts["roles"].get(ask)
    return role or plain(ask, NAME_LETTERS)


def question_words(question: Question, words: Say) -> str:
    """Write a question with those to ask."""
    ask = role_words(question.ask, words)
    if question.doubt == "agree":
        return words("doubt.agree", what=words(f"agree.{question.key}"), ask=ask)
    meaning = words.texts["meanings"].get(question.key) or question.meaning
    return words(f"doubt.{question.doubt.replace(' ', '_')}", what=meaning.rstrip("."), ask=ask)


def permit_name(key: str, title: str, words: Say) -> str:
    """Name a permit: by our name where there is one, else by the title of its rule."""
    names: dict[str, str] = words.texts["permits"]["names"]
    return names.get(key) or plain(title or key, TEXT_LETTERS)


def permit_authority(permit: Permit, words: Say) -> str:
    """Name who decides or agrees."""
    role: str | None = words.texts["roles"].get(permit.authority)
    return role or plain(permit.authority, TEXT_LETTERS)


def lead_words(permit: Permit, words: Say) -> tuple[str, str]:
    """Write a lead time in weeks, and what it rests on."""
    low, high, basis = permit.lead_low_weeks, permit.lead_high_weeks, permit.lead_basis
    if isnan(low):
        return words("permits.lead_unknown"), ""
    known: dict[str, str] = words.texts["permits"]["basis"]
    ends = {"low": rounded(low, 2), "high": rounded(high, 2)}
    if ends["low"] == ends["high"]:
        return words("permits.weeks", n=low, **ends), known.get(basis, basis)
    return words("permits.weeks_range", **ends), known.get(basis, basis)


def rule_words(note: RuleNote, verdict: str, words: Say) -> str:
    """Name a rule with its verdict."""
    return words(
        "rules.said",
        rule_id=plain(note.rule_id, NAME_LETTERS),
        title=plain(note.title, TEXT_LETTERS),
        verdict=verdict,
    )


def check_words(item: CheckItem, words: Say) -> str:
    """Write the point of a checklist."""
    return words(f"checks.{item.phase}.points.{item.key}")


def check_basis(item: CheckItem, words: Say) -> str:
    """Say what answers a point: facts with their values, permits that are open, or its doing."""
    parts = [f"{_short(value.name, words)}: {value_words(value, words)}" for value in item.by]
    if item.permits:
        parts.append(words("checks.permits", list=", ".join(_keys(item, words))))
    return "; ".join(parts) or words("checks.nothing")


def _keys(item: CheckItem, words: Say) -> list[str]:
    """Name agreements; rules stay as their ids, which the table of permits explains."""
    names: dict[str, Any] = words.texts["permits"]["names"]
    return [names[key] if key.isalpha() and key in names else plain(key) for key in item.permits]


def _short(name: str, words: Say) -> str:
    last = name.rpartition(".")[2]
    known: dict[str, str] = words.texts["shorts"]
    return known.get(last) or stem(last).replace("_", " ")
