"""What the study and the design say of each site, in the words that screening rules use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siteselect import pod as pods
from siteselect.compliance.vocabulary import FACTS, NEAR_KINDS
from siteselect.errors import Fault, StudyError
from siteselect.layers.constraints import KINDS

if TYPE_CHECKING:
    from siteselect.study import Study


def facts_of(study: Study, sites: pd.DataFrame) -> pd.DataFrame:
    """Gather the facts that rules may ask for.

    What the study states under `facts` holds for every site and overrides nothing that was
    measured at a site.

    Raises
    ------
    StudyError
        The study states a fact that the vocabulary does not have.
    """
    _check_names(study)
    index = sites.index
    facts: dict[str, Any] = dict(study.facts)
    facts |= _pod_facts(study)
    facts |= _site_facts(study, sites)
    columns = {
        name: value if isinstance(value, pd.Series) else pd.Series([value] * len(index), index)
        for name, value in facts.items()
    }
    return pd.DataFrame(columns, index=index)


def _check_names(study: Study) -> None:
    unknown = [name for name in study.facts if name not in FACTS]
    if unknown:
        raise StudyError(
            Fault(
                f"study {study.name}",
                "no rule knows this fact",
                "See the list of facts in docs/rules.md.",
                column=f"facts.{name}",
                value=name,
            )
            for name in unknown
        )


def _pod_facts(study: Study) -> dict[str, Any]:
    pod = study.pod
    return {
        "it_kw": pod.it_kw,
        "total_input_kw": pods.total_input_kw(pod),
        "import_kva": pods.import_kva(pod),
        "footprint_m2": pod.footprint_m2,
        "height_m": pod.height_m,
        "mass_kg": pod.mass_kg,
        "bearing_m2": pod.footprint_m2,
        "coolant_l": pod.coolant_l,
        "battery_kwh": pod.battery_kwh,
        "battery_chemistry": pod.battery_chemistry,
        "refrigerant_kg": pod.refrigerant_kg,
        "refrigerant_gwp": pod.refrigerant_gwp,
        "generator_kwe": pod.generator_kwe,
        "generator_efficiency_share": pod.generator_efficiency_share,
        "fuel_l": pod.fuel_l,
        "fuel_total_l": pod.fuel_l,
        "fuel_outdoors": pod.fuel_l > 0,
        # The pod's own generators; others already on the site are for the study's facts to add.
        "generator_count": float(pod.generator_kwe > 0),
    }


def _site_facts(study: Study, sites: pd.DataFrame) -> dict[str, Any]:
    in_reach = sites["sink_in_reach"].astype(bool)
    loop = in_reach & sites["sink_kind"].eq("district_loop")
    covered_sink = sites["heat_used_mwh_a"].notna() | in_reach
    facts = {
        "outdoors": pd.Series(study.pod.outdoors, index=sites.index, dtype=object).mask(
            sites["indoors"].eq(True) & sites["roof"].ne(True), False
        ),
        "roof": sites["roof"],
        "floor_capacity_kpa": sites["floor_capacity_kpa"],
        "headroom_after_pod_kva": sites["headroom_after_pod_kva"],
        "sink_kind": _known(sites["sink_kind"].where(in_reach, "none"), covered_sink),
        "heat_to_network": _known(loop.astype(object), covered_sink),
        "heat_customers": in_reach.astype("float64").where(covered_sink & ~loop),
        "receptor_distance_m": sites["receptor_m"],
        "rating_level_dba": sites["receptor_level_dba"] + study.pod.tonal_correction_db,
        "night_limit_dba": sites["night_limit_dba"],
        "day_limit_dba": sites["day_limit_dba"],
        "noise_margin_db": sites["noise_margin_db"],
        "background_excess_db": sites["background_excess_db"],
        "background_excess_low_db": sites["background_excess_low_db"],
        "background_excess_high_db": sites["background_excess_high_db"],
        "flood_band": sites["flood_band"],
    }
    facts |= {f"in_{kind}": sites[f"in_{kind}"] for kind in KINDS}
    facts |= {f"{kind}_m": sites[f"{kind}_m"] for kind in NEAR_KINDS}
    return facts


def _known(values: pd.Series[Any], known: pd.Series[bool]) -> pd.Series[Any]:
    return values.astype(object).where(known, np.nan)
