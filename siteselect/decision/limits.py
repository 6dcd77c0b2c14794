"""Which sites the rules leave in the ranking, and which rule takes out how many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Collection


def passing(
    site_ids: pd.Index[Any], findings: pd.DataFrame, ignored: Collection[str] = ()
) -> pd.Series[bool]:
    """Say of each site whether no rule fails there; the rules in `ignored` do not count."""
    counted = findings[(findings["verdict"] == "fail") & ~findings["rule_id"].isin(list(ignored))]
    failed = counted["site_id"].unique()
    return pd.Series(~site_ids.isin(failed), index=site_ids, name="eligible")


def removals(findings: pd.DataFrame, ignored: Collection[str] = ()) -> pd.DataFrame:
    """Count what every rule that fails somewhere takes out of the ranking.

    Parameters
    ----------
    findings : one row a site and rule.
    ignored : rules that are left out of account already.

    Returns
    -------
    DataFrame
        On the index `rule_id`, most sites first: `title`, `sites` (sites that the rule fails) and
        `alone` (those of them that no other rule fails, leaving the ignored ones out of account:
        so many come back when this rule is ignored too).
    """
    failed = findings[findings["verdict"] == "fail"].drop_duplicates(["site_id", "rule_id"])
    counting = failed[~failed["rule_id"].isin(list(ignored))]
    fails = counting.groupby("site_id", observed=True)["rule_id"].nunique()
    alone = counting[counting["site_id"].map(fails).eq(1)].groupby("rule_id", observed=True).size()
    table = failed.groupby("rule_id", observed=True).agg(
        title=("title", "first"), sites=("site_id", "nunique")
    )
    table["alone"] = alone.reindex(table.index).fillna(0).astype("int64")
    return table.sort_values(["sites", "title"], ascending=[False, True])
