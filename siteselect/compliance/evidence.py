"""Screening in words: what was measured against which limit, and what a rule asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteselect.compliance.conditions import (
    BOUNDS,
    AllOf,
    AnyOf,
    Condition,
    FactValue,
    Leaf,
    Limits,
    LimitValue,
    Not,
    bound_values,
    leaves,
)
from siteselect.compliance.vocabulary import FACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siteselect.compliance.facts import FactTable

Words = npt.NDArray[np.object_]
DIGITS, DIGITS_NEAR_LIMIT = 4, 10
"""Significant digits of a number; more where fewer would hide which side of a limit it is on."""
NEAR_LIMIT_SHARE = 1e-3


def evidence(
    condition: Condition, table: FactTable, limits: Limits, also: Sequence[str] = ()
) -> Words:
    """Say for each site what its facts are and which limits they were held against.

    Parameters
    ----------
    condition : the condition of a rule.
    table : the facts.
    limits : the pack's limits on the day, by name.
    also : further facts to show, though the condition does not turn on them.
    """
    held_against: dict[str, list[Leaf]] = {}
    for leaf in leaves(condition):
        asked = held_against.setdefault(leaf.fact, [])
        if leaf.bound is not None and leaf.bound not in [other.bound for other in asked]:
            asked.append(leaf)
    for name in also:
        held_against.setdefault(name, [])
    parts = [_say(name, asked, table, limits) for name, asked in held_against.items()]
    said = parts[0]
    for part in parts[1:]:
        said = said + "; " + part
    return said


def phrase(condition: Condition, limits: Limits | None = None) -> str:
    """Write a condition as one line of plain words, for the documentation of a pack."""
    if isinstance(condition, Leaf):
        return _phrase_leaf(condition, limits or {})
    if isinstance(condition, Not):
        return f"not ({phrase(condition.not_, limits)})"
    both = isinstance(condition, AllOf)
    parts = condition.all_ if isinstance(condition, AllOf) else condition.any_
    said = [
        f"({phrase(part, limits)})" if isinstance(part, AllOf | AnyOf) else phrase(part, limits)
        for part in parts
    ]
    return (" and " if both else " or ").join(said)


def _phrase_leaf(leaf: Leaf, limits: Limits) -> str:
    if leaf.bound is None:
        words = leaf.one_of or (_word(leaf.is_),)
        return f"{leaf.fact} is {' or '.join(words)}"
    operator, bound = leaf.bound
    if isinstance(bound, FactValue):
        held = bound.fact + _plus(bound)
    elif isinstance(bound, LimitValue) and bound.limit not in limits:
        held = bound.limit
    else:
        value = limits[bound.limit] if isinstance(bound, LimitValue) else bound
        held = _number(value, DIGITS_NEAR_LIMIT) + _unit(leaf.fact)
    return f"{leaf.fact} {BOUNDS[operator]} {held}"


def _say(name: str, asked: list[Leaf], table: FactTable, limits: Limits) -> Words:
    values = table.column(name)
    if FACTS[name].kind == "flag":
        words: Words = np.array([f"{name} {word}" for word in ("unknown", "= yes", "= no")], object)
        return np.take(words, values, mode="wrap")
    if FACTS[name].kind == "text":
        return _once_each(values, lambda word: f"{name} = {word}", f"{name} unknown")
    bounds = [
        (leaf.bound[1], bound_values(leaf.bound[1], table, limits)) for leaf in asked if leaf.bound
    ]
    near = np.zeros(table.size, dtype=bool)
    for _, held in bounds:
        near |= np.abs(values - held) <= NEAR_LIMIT_SHARE * np.abs(held)
    said = _say_numbers(f"{name} = ", values, name, near)
    for bound, held in bounds:
        other = f"{bound.fact}{_plus(bound)} = " if isinstance(bound, FactValue) else ""
        said = said + ", limit " + _say_numbers(other, held, name, near)
    return said


def _say_numbers(
    before: str, values: npt.NDArray[np.float64], name: str, near: npt.NDArray[np.bool_]
) -> Words:
    unit, unknown = _unit(name), before.removesuffix(" = ") + " unknown"

    def say(digits: int) -> Words:
        return _once_each(values, lambda value: before + _number(value, digits) + unit, unknown)

    return np.where(near, say(DIGITS_NEAR_LIMIT), say(DIGITS))


def _once_each(values: npt.NDArray[Any], say: Callable[[Any], str], unknown: str) -> Words:
    # A pod's figures are the same at every site, so each different value is written once; the
    # place of an unknown is -1, which is the last word.
    place, different = pd.factorize(values)
    words: Words = np.array([*map(say, different), unknown], dtype=object)
    return np.take(words, place, mode="wrap")


def _number(value: float, digits: int) -> str:
    whole = len(str(int(abs(value))))
    return np.format_float_positional(
        value, precision=max(digits, whole), fractional=False, trim="-"
    )


def _unit(name: str) -> str:
    unit = FACTS[name].unit
    return "" if unit is None else f" {unit.written}"


def _plus(bound: FactValue) -> str:
    if not bound.plus:
        return ""
    sign = "+" if bound.plus > 0 else "-"
    return f" {sign} {_number(abs(bound.plus), DIGITS)}"


def _word(value: bool | str | None) -> str:
    return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else str(value)
