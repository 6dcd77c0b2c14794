"""What is known of one site: every fact by name, with its origin and whom to ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siteselect import pod as pods
from siteselect.compliance.facts import derive
from siteselect.compliance.site_facts import SAYS_NOTHING, facts_of
from siteselect.compliance.vocabulary import FACTS
from siteselect.design.columns import CANDIDATE, SITE_COLUMNS
from siteselect.design.heat_year import emission_factors
from siteselect.documents.outline import outline
from siteselect.documents.records import Value
from siteselect.errors import InputError
from siteselect.settings.access import Access
from siteselect.settings.declared import Declared
from siteselect.settings.money import Operations
from siteselect.settings.pod import Pod

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siteselect.documents.records import Origin
    from siteselect.study import Study

Plain = bool | float | str | None

PARTS: dict[str, type[Declared]] = {"pod": Pod, "operations": Operations, "access": Access}
"""Parts of the study whose settings are facts here, as `part.setting`."""
DESIGNER = "designer"
"""Role that is asked where nothing says who knows."""

_OF_POD = {"bearing_m2": "footprint_m2", "fuel_total_l": "fuel_l", "fuel_outdoors": "fuel_l"}
_BY_RULE = {"bund_l"}
_LISTED = {column.name for column in CANDIDATE}
_SITE = {column.name: column for column in SITE_COLUMNS}
_WORKED_OUT = {
    "heat_rejected_kw": "heat that the cooler rejects at full load while no sink takes any",
    "heat_rejected_mwh_a": "electricity of a year that ends as heat outdoors",
    "electricity_mwh_a": "electricity that the pod draws in a year",
    "fuel_avoided_kgco2e_a": "greenhouse gas of the fuel that is not burnt",
    "pod_kgco2e_a": "greenhouse gas of the pod's electricity",
    "heat_pump_kgco2e_a": "greenhouse gas of the heat pump's electricity",
    "carbon_basis": "emission factors of fuel and electricity",
    "heat_coverage_share": "part of the sink's demand that is covered",
    "sink": "name of what takes the heat",
    "base": "place that engineers come from",
    "receptor": "name of the window or place where the noise counts",
    "backup": "whether a generator or a second feed carries the pod through an outage",
    "customer": "whether somebody has agreed to take the heat",
    "access_safe": "whether people and vehicles reach the pod safely at any hour",
}
KG_PER_MWH_FROM_KWH = 1000.0


def known_of(study: Study, sites: pd.DataFrame, site_id: str) -> dict[str, Value]:
    """Gather every fact of one site by name; what is unknown is there as well, without a value.

    Names are those of the rules' vocabulary, of the columns of sites, of settings (`pod.it_kw`),
    and of a few figures worked out here. Where vocabulary and table share a name, what the rules
    use counts.
    """
    one = _encodable(sites.loc[[site_id]])
    facts = derive(facts_of(study, one)).iloc[0]
    row = one.iloc[0]
    known = {
        name: _value(name, plain_value(row.get(name)), _origin_of_column(name), column.meaning)
        for name, column in _SITE.items()
    }
    for name, fact in FACTS.items():
        if name in facts.index or name not in known:
            found = plain_value(facts.get(name))
            known[name] = _value(name, found, _origin(name, study, row), fact.meaning)
    for name, found, origin, meaning in _settings(study):
        known[name] = _value(name, found, origin, meaning)
    for name, found in _worked_out(study, known).items():
        known[name] = _value(name, plain_value(found), "design", _WORKED_OUT[name])
    return known


def _encodable(one: pd.DataFrame) -> pd.DataFrame:
    """Replace half letters in text from outside, which no text column of a table can hold."""
    cells = {
        str(name): pd.Series([cell.encode("utf-8", "replace").decode()], one.index, dtype=object)
        for name, cell in one.iloc[0].items()
        if isinstance(cell, str)
    }
    return pd.DataFrame(one).assign(**cells)


def plain_value(value: Any) -> Plain:
    """Turn a cell into a plain flag, number or text; None where it says nothing."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, str):
        return None if value.strip() in SAYS_NOTHING else value
    if value is None or pd.isna(value):
        return None
    return float(value)


def case_of(value: Plain) -> str:
    """Name the case of a value: is, not; none, some; a word; unknown."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "is" if value else "not"
    if isinstance(value, str):
        return value.replace(" ", "_")
    return "some" if value else "none"


def said_in(known: Mapping[str, Value], when: Mapping[str, tuple[str, ...]]) -> bool:
    """Say whether every fact is in one of its cases."""
    return all(case_of(known[name].value) in cases for name, cases in when.items())


def _value(name: str, value: Plain, origin: Origin, meaning: str) -> Value:
    told = outline().ask.get(name) or outline().ask.get(name.partition(".")[0])
    ask = FACTS[name].ask if name in FACTS else told or DESIGNER
    return Value(name, value, "not known" if value is None else origin, meaning, ask)


def _origin_of_column(name: str) -> Origin:
    return "study" if name in _LISTED else "design"


def _origin(name: str, study: Study, row: pd.Series[Any]) -> Origin:
    setting = _OF_POD.get(name, name)
    if name in study.facts and plain_value(row.get(name)) is None:
        return "study"
    if name in _BY_RULE:
        return "rule"
    if setting in Pod.model_fields:
        return _stated(study.pod, setting)
    return _origin_of_column(name)


def _stated(part: Any, setting: str) -> Origin:
    return "study" if setting in part.model_fields_set else "default"


def _settings(study: Study) -> list[tuple[str, Plain, Origin, str]]:
    return [
        (
            f"{part}.{name}",
            plain_value(getattr(getattr(study, part), name)),
            _stated(getattr(study, part), name),
            " ".join((field.description or name).split()),
        )
        for part, model in PARTS.items()
        for name, field in model.model_fields.items()
        if not isinstance(getattr(getattr(study, part), name), tuple)
    ]


def _worked_out(study: Study, known: Mapping[str, Value]) -> dict[str, Any]:
    """Work out what the documents say beyond the table of sites.

    All electricity of the pod ends as heat; what no sink uses goes outdoors. Greenhouse gas is
    energy times the emission factor of `design.heat_year`, circulation pumps left out.
    """
    number = {name: _number(value.value) for name, value in known.items()}
    drawn_kw = pods.total_input_kw(study.pod)
    drawn_mwh_a = drawn_kw * study.pod.utilisation_share * pods.HOURS_A / 1000
    fuel, electricity, basis = _factors(study)
    settled = study.operations
    nobody = number["heat_used_mwh_a"] == 0
    shut = known["access_24_7"].value is False
    wanted_mwh_a = number["sink_demand_mwh_a"] if known["sink_in_reach"].value else np.nan
    return {
        "heat_rejected_kw": drawn_kw,
        "heat_rejected_mwh_a": drawn_mwh_a - number["heat_used_mwh_a"],
        "electricity_mwh_a": drawn_mwh_a,
        "fuel_avoided_kgco2e_a": number["fuel_saved_mwh_a"] * KG_PER_MWH_FROM_KWH * fuel,
        "pod_kgco2e_a": drawn_mwh_a * KG_PER_MWH_FROM_KWH * electricity,
        "heat_pump_kgco2e_a": number["heat_pump_mwh_a"] * KG_PER_MWH_FROM_KWH * electricity,
        "carbon_basis": basis,
        "heat_coverage_share": number["heat_delivered_mwh_a"] / wanted_mwh_a
        if wanted_mwh_a > 0
        else np.nan,
        **{
            thing: known[f"{thing}_name"].value or known[f"{thing}_id"].value
            for thing in ("sink", "base", "receptor")
        },
        "backup": True if study.pod.generator_kwe > 0 else settled.backup_power,
        "customer": False if nobody else settled.heat_customer,
        "access_safe": False if shut else settled.safe_access,
    }


def _number(value: Plain) -> float:
    return float(value) if isinstance(value, float) else float("nan")


def _factors(study: Study) -> tuple[float, float, str]:
    try:
        return emission_factors(study)
    except InputError:  # no factor of a year so early
        return float("nan"), float("nan"), ""
