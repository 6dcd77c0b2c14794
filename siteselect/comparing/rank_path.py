"""How a site's rank went from one run to the other, one family of changes at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siteselect.comparing.recorded import RecordedRun, ranking_of
from siteselect.comparing.scores import joined_measures, joined_models
from siteselect.comparing.verdicts import eligible_under_new_rules

FAMILIES = ("candidates", "rules", "data", "scales", "weights")
"""The order in which the changes are made: from what is on the list to what is wanted of it."""

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.comparing.recorded import Model


def rank_path(a: RecordedRun, b: RecordedRun, changes: pd.DataFrame) -> pd.DataFrame:
    """Rank again after each family of changes, in the order of `FAMILIES`.

    1. candidates: the sites of run B; those that are new stand in with B's measures and verdicts.
    2. rules: the verdicts that a changed rule moved.
    3. data: B's measures, and the verdicts that facts moved.
    4. scales, and the values of unknowns. 5. weights: this is run B.

    Unlike a score, a rank cannot be split without regard to order: another order may give a step
    another share of the same move. A rank moves at a step for what changed at this site or at the
    sites that it passes or that pass it.

    Parameters
    ----------
    a, b : the runs.
    changes : verdicts that changed, from `verdict_changes`.

    Returns
    -------
    One row a site of either run; columns `a` and one a family, the rank after the step, missing
    where the site is not in the list or a rule fails.
    """
    models = joined_models(a, b)
    names = list(models[0].weights.index)
    new = _measures_after_candidates(a, b, names)
    old_rules = pd.concat([a.eligible, b.eligible[~b.eligible.index.isin(a.eligible.index)]])
    new_rules = old_rules.copy()
    turned = eligible_under_new_rules(a, b, changes)
    new_rules[turned.index] = turned
    sites = b.sites.index
    measures = joined_measures(b, a, names)
    path = {"a": ranking_of(a.measures, a.model, a.eligible).table["rank"]}
    path["candidates"] = _ranks(new, models[0], old_rules[sites])
    path["rules"] = _ranks(new, models[0], new_rules[sites])
    path["data"] = _ranks(measures, models[0], b.eligible)
    path["scales"] = _ranks(measures, models[0], b.eligible, models[1])
    path["weights"] = _ranks(measures, models[1], b.eligible)
    everywhere = a.sites.index.append(sites[~sites.isin(a.sites.index)])
    steps = {step: ranks.reindex(everywhere) for step, ranks in path.items()}
    return pd.DataFrame(steps, index=everywhere.rename("site_id"))


def _measures_after_candidates(
    a: RecordedRun, b: RecordedRun, names: Sequence[str]
) -> pd.DataFrame:
    """Give A's measures of the sites of B; B's own for those that A did not know."""
    old = joined_measures(a, b, names)
    new = joined_measures(b, a, names)
    staying = old.index[old.index.isin(new.index)]
    arriving = new.index[~new.index.isin(old.index)]
    return pd.concat([old.loc[staying], new.loc[arriving]]).loc[new.index]


def _ranks(
    measures: pd.DataFrame, model: Model, eligible: pd.Series[bool], scales: Model | None = None
) -> pd.Series[int]:
    ranks: pd.Series[int] = ranking_of(measures, model, eligible, scales).table["rank"]
    return ranks
