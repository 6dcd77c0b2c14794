"""What the study and the design say of each site, in the words that screening rules use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siteselect import pod as pods
from siteselect.compliance.vocabulary import FACTS
from siteselect.errors import Fault, StudyError
from siteselect.heat.key_figures import erf

if TYPE_CHECKING:
    from siteselect.settings.pod import Pod
    from siteselect.study import Study

SAYS_NOTHING = ("", "unknown")
"""Words of the table of sites that leave a fact unknown."""

RECEPTOR_RULES_M = 300.0
"""Farthest distance to a receptor that a shipped rule asks about."""

HOSTS = {
    "industrial": "industry_warehouse",
    "warehouse": "industry_warehouse",
    "school": "school",
    "office": "office",
    "hospital": "hospital",
    "retail": "shop",
}
"""Premises by what is there now; any other kind leaves them unknown."""


def facts_of(study: Study, sites: pd.DataFrame) -> pd.DataFrame:
    """Gather the facts that rules may ask for.

    A column of the table of sites that bears the name of a fact is that fact. What the study states
    under `facts` holds at every site where nothing was found out, and overrides nothing that was.

    Raises
    ------
    StudyError
        The study states a fact that the vocabulary does not have, or that its pod states already.
    """
    pod = _pod_facts(study.pod)
    _check_names(study, pod)
    found = pod | _of_the_table(sites) | _site_facts(study, sites)
    stated = _assumed_facts(study.pod) | study.facts
    columns = {
        name: _column(found.get(name, np.nan), stated.get(name), sites.index)
        for name in FACTS
        if name in found or name in stated
    }
    return pd.DataFrame(columns, index=sites.index)


def _column(found: Any, stated: Any, index: pd.Index[str]) -> pd.Series[Any]:
    column = found if isinstance(found, pd.Series) else pd.Series([found] * len(index), index)
    if stated is None or column.notna().all():
        return column
    return column.astype(object).where(column.notna(), stated)


def _check_names(study: Study, pod: dict[str, Any]) -> None:
    wrong = {
        name: ("no rule knows this fact", "See the list of facts in docs/rules.md.")
        for name in study.facts
        if name not in FACTS
    }
    twice = ("the study's pod states this already", "Change it under `pod`.")
    wrong |= {name: twice for name in study.facts if name in pod}
    if wrong:
        raise StudyError(
            Fault(f"study {study.name}", problem, cure, column=f"facts.{name}", value=name)
            for name, (problem, cure) in wrong.items()
        )


def _pod_facts(pod: Pod) -> dict[str, Any]:
    return {
        "it_kw": pod.it_kw,
        "total_input_kw": pods.total_input_kw(pod),
        "import_kva": pods.import_kva(pod),
        "design_pue": pod.pue,
        "footprint_m2": pod.footprint_m2,
        "height_m": pod.height_m,
        "mass_kg": pod.mass_kg,
        "coolant_l": pod.coolant_l,
        "battery_kwh": pod.battery_kwh,
        "battery_chemistry": pod.battery_chemistry,
        "refrigerant_kg": pod.refrigerant_kg,
        "refrigerant_gwp": pod.refrigerant_gwp,
        "generator_kwe": pod.generator_kwe,
        "generator_efficiency_share": pod.generator_efficiency_share,
        "fuel_l": pod.fuel_l,
        "fuel_outdoors": pod.fuel_l > 0,
    }


def _assumed_facts(pod: Pod) -> dict[str, Any]:
    """Give what the pod alone suggests, until the study says otherwise."""
    return {
        "bearing_m2": pod.footprint_m2,
        "fuel_total_l": pod.fuel_l,
        "generator_count": float(pod.generator_kwe > 0),
    }


def _of_the_table(sites: pd.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in sites.columns:
        # The load follows from the area that the study states, not always from the footprint.
        if name not in FACTS or name == "floor_load_kpa":
            continue
        words = FACTS[name].kind == "text"
        found[name] = sites[name].mask(sites[name].isin(SAYS_NOTHING)) if words else sites[name]
    return found


def _site_facts(study: Study, sites: pd.DataFrame) -> dict[str, Any]:
    in_reach = sites["sink_in_reach"].astype(bool)
    loop = in_reach & sites["sink_kind"].eq("district_loop")
    covered_sink = sites["heat_used_mwh_a"].notna() | in_reach
    indoors = sites["indoors"].eq(True) & sites["roof"].ne(True)
    outdoors = pd.Series(study.pod.outdoors, index=sites.index, dtype=object)
    mean_input_kw = study.pod.utilisation_share * pods.total_input_kw(study.pod)
    taken_in_mwh_a = mean_input_kw * pods.HOURS_A / 1000
    premises = [HOSTS.get(str(kind).rpartition("=")[2]) for kind in sites["kind"]]
    return {
        "outdoors": outdoors.mask(indoors, False),
        "host_use": pd.Series(premises, sites.index, dtype=object),
        "erf_share": sites["heat_used_mwh_a"].map(lambda reused: erf(reused, taken_in_mwh_a)),
        "sink_kind": _known(sites["sink_kind"].where(in_reach, "none"), covered_sink),
        "heat_to_network": _known(loop.astype(object), covered_sink),
        "heat_customers": in_reach.astype("float64").where(covered_sink & ~loop),
        **_heard(study, sites),
    }


def _heard(study: Study, sites: pd.DataFrame) -> dict[str, Any]:
    """Give the noise at the receptor; where none is within a covered search, that at its edge."""
    quiet = sites["noise_covered"].eq(True) & sites["receptor_in_search"].eq(False)
    rating_dba = sites["receptor_level_dba"] + study.pod.tonal_correction_db
    limit_dba = sites["night_limit_dba"].mask(quiet, study.noise.night_limit_dba)
    at_edge_dba = limit_dba - sites["noise_margin_db"]
    # A distance of at least so much says nothing to a rule that looks farther.
    at_least_m = study.noise.search_m if study.noise.search_m > RECEPTOR_RULES_M else np.nan
    return {
        "receptors_covered": sites["noise_covered"],
        "receptor_distance_m": sites["receptor_m"].mask(quiet, at_least_m),
        "night_limit_dba": limit_dba,
        "rating_level_dba": rating_dba.mask(quiet, at_edge_dba),
    }


def _known(values: pd.Series[Any], known: pd.Series[bool]) -> pd.Series[Any]:
    return values.astype(object).where(known, np.nan)
