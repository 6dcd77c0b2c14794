"""The condition of a rule: how it is written, when it is true, false or unknown, and in words."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Discriminator, Field, StrictBool, StrictStr, Tag, model_validator
from pydantic_core import PydanticCustomError

from siteselect.compliance.vocabulary import FACTS
from siteselect.settings.declared import Declared

if TYPE_CHECKING:
    from siteselect.compliance.facts import FactTable, Truth
    from siteselect.compliance.vocabulary import Fact

BOUNDS = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most"}
RELATIVE_TOLERANCE = 1e-9
"""A value this close to a limit has reached it [compliance sheet, section 5]."""

Limits: TypeAlias = Mapping[str, float]
Number = Annotated[float, Field(strict=True)]


class FactValue(Declared):
    """A limit that is itself a fact of the site, with something added where the rule says so."""

    fact: str
    """Name of the fact."""
    plus: Number = 0.0
    """Added to it, in its unit."""


class LimitValue(Declared):
    """A limit that changes with the date."""

    limit: str
    """Name of one of the pack's `limits`."""


def _kind_of_bound(value: object) -> str:
    if isinstance(value, FactValue) or (isinstance(value, dict) and "fact" in value):
        return "<fact>"
    if isinstance(value, LimitValue | dict):
        return "<limit>"
    return "<number>"


Bound = Annotated[
    Annotated[Number, Tag("<number>")]
    | Annotated[FactValue, Tag("<fact>")]
    | Annotated[LimitValue, Tag("<limit>")],
    Discriminator(_kind_of_bound),
]


class Leaf(Declared):
    """One question about one fact: `{fact: it_kw, at_least: 500, unit: kW}`."""

    fact: str
    """Name of the fact."""
    is_: StrictBool | StrictStr | None = Field(default=None, alias="is")
    """The flag or word it must be."""
    one_of: tuple[StrictStr, ...] | None = Field(default=None, min_length=1)
    """The words of which it must be one."""
    above: Bound | None = None
    """It must exceed this."""
    at_least: Bound | None = None
    """It must reach this."""
    below: Bound | None = None
    """It must not reach this."""
    at_most: Bound | None = None
    """It must not exceed this."""
    unit: str | None = None
    """Unit of the limit; refused where it is not the unit of the fact."""

    @model_validator(mode="after")
    def _sound(self) -> Leaf:
        problems = list(_problems(self))
        if problems:
            raise PydanticCustomError("condition", "{said}", {"said": "; ".join(problems)})
        return self

    @property
    def bound(self) -> tuple[str, float | FactValue | LimitValue] | None:
        """Give the comparison with a limit, if the question is one."""
        for name in BOUNDS:
            value = getattr(self, name)
            if value is not None:
                return name, value
        return None


class AllOf(Declared):
    """Every part must be true."""

    all_: tuple[Condition, ...] = Field(alias="all", min_length=1)
    """The parts."""


class AnyOf(Declared):
    """At least one part must be true."""

    any_: tuple[Condition, ...] = Field(alias="any", min_length=1)


class Not(Declared):
    """The part must be false."""

    not_: Condition = Field(alias="not")


def _kind_of_condition(value: object) -> str:
    for key, kind in (("all", AllOf), ("any", AnyOf), ("not", Not)):
        if isinstance(value, kind) or (isinstance(value, dict) and key in value):
            return f"<{key}>"
    return "<leaf>"


Condition: TypeAlias = Annotated[
    Annotated[AllOf, Tag("<all>")]
    | Annotated[AnyOf, Tag("<any>")]
    | Annotated[Not, Tag("<not>")]
    | Annotated[Leaf, Tag("<leaf>")],
    Discriminator(_kind_of_condition),
]
for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()


def leaves(condition: Condition) -> tuple[Leaf, ...]:
    """List the questions of a condition in the order in which they are written."""
    if isinstance(condition, Leaf):
        return (condition,)
    return tuple(leaf for part in _parts(condition) for leaf in leaves(part))


def inputs(condition: Condition) -> tuple[str, ...]:
    """List the facts that a condition asks for, each once, in order."""
    names: dict[str, None] = {}
    for leaf in leaves(condition):
        names[leaf.fact] = None
        if leaf.bound is not None and isinstance(leaf.bound[1], FactValue):
            names[leaf.bound[1].fact] = None
    return tuple(names)


def evaluate(condition: Condition, table: FactTable, limits: Limits) -> Truth:
    """Say for each site whether a condition is true (1), false (-1) or unknown (0).

    Notes
    -----
    Kleene's strong three-valued logic: `all` is the least of its parts, `any` the greatest, `not`
    the opposite (Kleene, Introduction to Metamathematics, 1952, section 64).
    """
    if isinstance(condition, Leaf):
        return _truth_of_leaf(condition, table, limits)
    if isinstance(condition, Not):
        return -evaluate(condition.not_, table, limits)
    strongest = np.minimum if isinstance(condition, AllOf) else np.maximum
    parts = [evaluate(part, table, limits) for part in _parts(condition)]
    return functools.reduce(strongest, parts)


def undecided(
    condition: Condition, table: FactTable, limits: Limits
) -> dict[str, npt.NDArray[np.bool_]]:
    """Mark for each fact the sites at which its absence keeps the condition unknown."""
    found: dict[str, npt.NDArray[np.bool_]] = {}
    everywhere = np.ones(table.size, dtype=bool)
    _mark(condition, table, limits, everywhere, found)
    return {name: sites for name, sites in found.items() if sites.any()}


def _mark(
    condition: Condition,
    table: FactTable,
    limits: Limits,
    above: npt.NDArray[np.bool_],
    found: dict[str, npt.NDArray[np.bool_]],
) -> None:
    # Below a part that is decided nothing is worth finding out.
    here = above & (evaluate(condition, table, limits) == 0)
    if not here.any():
        return
    for part in () if isinstance(condition, Leaf) else _parts(condition):
        _mark(part, table, limits, here, found)
    if isinstance(condition, Leaf):
        for name in inputs(condition):
            sites = here & _is_unknown(table.column(name), FACTS[name])
            found[name] = found[name] | sites if name in found else sites


def _parts(condition: AllOf | AnyOf | Not) -> tuple[Condition, ...]:
    if isinstance(condition, AllOf):
        return condition.all_
    return condition.any_ if isinstance(condition, AnyOf) else (condition.not_,)


def _is_unknown(values: npt.NDArray[Any], fact: Fact) -> npt.NDArray[np.bool_]:
    unknown: npt.NDArray[np.bool_] = values == 0 if fact.kind == "flag" else pd.isna(values)
    return unknown


def _truth_of_leaf(leaf: Leaf, table: FactTable, limits: Limits) -> Truth:
    fact, values = FACTS[leaf.fact], table.column(leaf.fact)
    if leaf.bound is not None:
        return _compare(leaf.bound[0], values, bound_values(leaf.bound[1], table, limits))
    if fact.kind == "flag":
        answer: Truth = values if leaf.is_ is True else -values
        return answer
    wanted = leaf.one_of if leaf.one_of is not None else (leaf.is_,)
    matches = np.logical_or.reduce([values == word for word in wanted])
    return _truth(matches, _is_unknown(values, fact))


def bound_values(
    bound: float | FactValue | LimitValue, table: FactTable, limits: Limits
) -> npt.NDArray[np.float64]:
    """Give the limit of a comparison for each site, in the unit of the fact; NaN where unknown."""
    if isinstance(bound, FactValue):
        return table.column(bound.fact) + bound.plus
    value = limits.get(bound.limit, np.nan) if isinstance(bound, LimitValue) else bound
    return np.full(table.size, value, dtype="float64")


def _compare(name: str, values: npt.NDArray[np.float64], bounds: npt.NDArray[np.float64]) -> Truth:
    close = np.abs(values - bounds) <= RELATIVE_TOLERANCE * np.maximum(
        np.abs(values), np.abs(bounds)
    )
    answer = {
        "above": (values > bounds) & ~close,
        "at_least": (values > bounds) | close,
        "below": (values < bounds) & ~close,
        "at_most": (values < bounds) | close,
    }[name]
    return _truth(answer, np.isnan(values) | np.isnan(bounds))


def _truth(answer: npt.NDArray[np.bool_], unknown: npt.NDArray[np.bool_]) -> Truth:
    return np.where(unknown, 0, np.where(answer, 1, -1)).astype(np.int8)


def _problems(leaf: Leaf) -> tuple[str, ...]:
    fact = FACTS.get(leaf.fact)
    if fact is None:
        return (f"no fact {leaf.fact!r} in the vocabulary{_near(leaf.fact)}",)
    asked = [name for name in BOUNDS if getattr(leaf, name) is not None]
    asked += [
        word for word, value in (("is", leaf.is_), ("one_of", leaf.one_of)) if value is not None
    ]
    if len(asked) != 1:
        return (f"{fact.name} needs exactly one operator of is, one_of, {', '.join(BOUNDS)}",)
    said = _operator_problem(leaf, fact, asked[0])
    return tuple(problem for problem in (said, _unit_problem(leaf, fact)) if problem)


def _operator_problem(leaf: Leaf, fact: Fact, operator: str) -> str:
    if fact.kind == "number":
        if leaf.bound is None:
            return f"{fact.name} is a number: compare it with {', '.join(BOUNDS)}"
        return _bound_problem(leaf.bound[1], fact)
    if fact.kind == "flag":
        wrong = operator != "is" or not isinstance(leaf.is_, bool)
        return f"{fact.name} is a flag: write `is: true` or `is: false`" if wrong else ""
    if leaf.bound is not None or isinstance(leaf.is_, bool):
        return f"{fact.name} is a word: write `is: word` or `one_of: [..]`"
    words = leaf.one_of or (str(leaf.is_),)
    odd = [word for word in words if word not in fact.choices]
    return f"{fact.name} is never {odd}, only {list(fact.choices)}" if odd else ""


def _bound_problem(bound: float | FactValue | LimitValue, fact: Fact) -> str:
    if not isinstance(bound, FactValue):
        return ""
    other = FACTS.get(bound.fact)
    if other is None:
        return f"no fact {bound.fact!r} in the vocabulary{_near(bound.fact)}"
    same = other.kind == "number" and other.unit == fact.unit
    return "" if same else f"{fact.name} and {other.name} have different units"


def _unit_problem(leaf: Leaf, fact: Fact) -> str:
    if leaf.unit is None or (fact.unit and leaf.unit in {fact.unit.suffix, fact.unit.written}):
        return ""
    held = "has no unit" if fact.unit is None else f"is in {fact.unit.written}"
    return f"unit {leaf.unit!r} stated, but {fact.name} {held}"


def _near(name: str) -> str:
    near = difflib.get_close_matches(name, FACTS, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
