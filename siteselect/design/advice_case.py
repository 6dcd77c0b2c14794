"""Whether to build on a site at all, and what to measure once it runs."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from siteselect import pod as pods
from siteselect.advice import Advice, Facts, advise
from siteselect.finance.prices import prices
from siteselect.kpi_sheet import Expected, Kpi, kpi_sheet

if TYPE_CHECKING:
    import pandas as pd

    from siteselect.study import Study


ASKED = ("access_24_7", "heat_used_mwh_a", "rtt_ms", "npv_gbp")
"""Columns of the table of sites that the advice rests on."""


def advice_of(study: Study, sites: pd.DataFrame, site_id: str) -> Advice:
    """Count the reasons for a pod that stand on a site, and say what must hold first."""
    site = {name: sites.loc[site_id, name] for name in ASKED}
    settled = study.operations
    access = False if site["access_24_7"] is False else settled.safe_access
    nobody = site["heat_used_mwh_a"] == 0
    return advise(
        Facts(
            rtt_budget_ms=study.workload.rtt_budget_ms,
            site_rtt_ms=_known(site["rtt_ms"]),
            region_rtt_ms=settled.region_rtt_ms,
            must_run_alone=settled.must_run_alone,
            pue=study.pod.pue,
            central_pue=study.money.prices.get("central_pue", prices()["central_pue"].mid),
            heat_customer=False if nobody else settled.heat_customer,
            heat_used_mwh_a=_known(site["heat_used_mwh_a"]),
            it_mwh_a=_it_mwh_a(study),
            outage_min_a=settled.outage_min_a,
            backup_power=True if study.pod.generator_kwe > 0 else settled.backup_power,
            safe_access=access,
            security_model=settled.security_model,
            patching_owner=settled.patching_owner,
            net_npv_gbp=_known(site["npv_gbp"]),
        )
    )


def kpis_of(study: Study, sites: pd.DataFrame, site_id: str) -> tuple[Kpi, ...]:
    """List the figures to measure after go-live, each with the value expected now."""
    site = sites.loc[[site_id]].iloc[0]
    used = _known(site["heat_used_mwh_a"])
    return kpi_sheet(
        Expected(
            it_mwh_a=_it_mwh_a(study),
            facility_mwh_a=_it_mwh_a(study) * study.pod.pue,
            reused_mwh_a=used,
            recovered_mwh_a=used,
            failures_a=study.operations.failures_a,
            repair_h=study.operations.repair_h,
            outage_min_a=study.operations.outage_min_a,
        )
    )


def _it_mwh_a(study: Study) -> float:
    return study.pod.it_kw * study.pod.utilisation_share * pods.HOURS_A / 1000


def _known(value: Any) -> float | None:
    return None if isnan(value) else float(value)
