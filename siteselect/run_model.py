"""What a run folder holds so that another run can be compared with it: measures, model, packs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from siteselect.assess import Assessment
from siteselect.compliance.fingerprints import pack_fingerprints
from siteselect.compliance.screening import load_packs, shipped_packs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siteselect.contracts import Criterion
    from siteselect.decision.weights import Tree


def measures_table(assessment: Assessment) -> pd.DataFrame:
    """Put every measure in one table, one row a site and criterion.

    Returns
    -------
    Columns `site_id`, `criterion`, `measure` [the criterion's unit; NaN where unknown], `reason`
    (why it is unknown, else empty), `value` [0..1] and `clamped` (the measure lay off the scale).
    """
    names = list(assessment.criteria)
    sites = assessment.measures.index
    cells = {
        "measure": assessment.measures,
        "reason": assessment.reasons,
        "value": assessment.values,
        "clamped": assessment.clamped,
    }
    keys = {
        "site_id": sites.astype(str).repeat(len(names)),
        "criterion": names * len(sites),
    }
    return pd.DataFrame(
        keys | {name: table[names].to_numpy().ravel() for name, table in cells.items()}
    )


def model_of(
    criteria: Mapping[str, Criterion],
    tree: Tree,
    weights: pd.Series[float],
    unknown_low: pd.Series[float],
    unknown_high: pd.Series[float],
) -> dict[str, Any]:
    """Give the numbers that turn measures into scores: scales, weights, and ranges of unknowns."""
    return {
        "criteria": {
            name: {
                "title": record.title,
                "unit": record.unit,
                "weight": float(weights[name]),
                "knots": [[float(at), float(value)] for at, value in record.scale.knots],
                "unknown_low": float(unknown_low[name]),
                "unknown_high": float(unknown_high[name]),
            }
            for name, record in criteria.items()
        },
        "swings": {
            group: {"swing": swing, "criteria": dict(branch)}
            for group, (swing, branch) in tree.items()
        },
    }


def packs_of(assessment: Assessment, study_dir: Path | None) -> list[dict[str, Any]]:
    """Describe the study's rule packs by the hashes of what decides their verdicts.

    Parameters
    ----------
    assessment : the run.
    study_dir : folder of the study file, where packs of one's own are read again; left out, they
        are listed without hashes.

    Raises
    ------
    RuleError
        A pack can no longer be read.
    """
    study = assessment.study
    within_reach = [
        name for name in study.packs if study_dir is not None or name in shipped_packs()
    ]
    described = dict(
        zip(
            within_reach,
            pack_fingerprints(load_packs(within_reach, study_dir), study.date),
            strict=True,
        )
    )
    blank: dict[str, Any] = {"code": None, "version": None, "date": None, "sha256": None}
    return [{"pack": name, **described.get(name, {**blank, "rules": {}})} for name in study.packs]
