"""Which criteria there are, and how all of them are measured."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import siteselect.criteria
from siteselect.contracts import Criterion, Measure, collect, measured

if TYPE_CHECKING:
    from siteselect.contracts import Layer


@cache
def _shelf() -> dict[str, ModuleType]:
    return collect(siteselect.criteria, "CRITERION")


def criteria() -> dict[str, Criterion]:
    """Give the record of every criterion on the shelf, by name."""
    return {name: module.CRITERION for name, module in _shelf().items()}


def measure(name: str, sites: pd.DataFrame, layers: Mapping[str, Layer]) -> Measure:
    """Measure one criterion on all sites.

    A criterion's `measure` takes the sites, and any layer it names as a further parameter. If the
    study lacks a layer that the criterion rests on, the measure is unknown everywhere.
    """
    module = _shelf()[name]
    missing = [layer for layer in module.CRITERION.layers if layer not in layers]
    if missing:
        nothing = pd.Series(np.nan, index=sites.index)
        return measured(name, nothing, f"the study has no layer {' and '.join(missing)}")
    wanted = list(inspect.signature(module.measure).parameters)[1:]
    result: Measure = module.measure(sites, **{layer: layers[layer] for layer in wanted})
    return result


def measure_all(
    sites: pd.DataFrame, layers: Mapping[str, Layer], chosen: Mapping[str, Criterion]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure the chosen criteria.

    Returns
    -------
    tuple
        Two tables, sites by criteria: numbers in the criteria's units, NaN where unknown; and the
        reasons, empty where known.
    """
    results = {name: measure(name, sites, layers) for name in chosen}
    values = pd.DataFrame(
        {name: found.values for name, found in results.items()}, index=sites.index
    )
    reasons = pd.DataFrame(
        {name: found.reasons for name, found in results.items()}, index=sites.index, dtype=object
    )
    return values, reasons
