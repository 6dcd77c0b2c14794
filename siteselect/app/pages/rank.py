"""Map and rank: where the sites are, in what order, and what would move them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from siteselect.app.limits import show_limits, show_none_left
from siteselect.app.map_panel import show_map
from siteselect.app.placing import is_placing, position, show_placing
from siteselect.app.ranking_table import rank_words, show_plain_ranking, show_ranking
from siteselect.app.search import show_search
from siteselect.app.selection import COMPARE, go_to
from siteselect.app.state import MOST_COMPARED
from siteselect.app.text import escape
from siteselect.app.tour import show_tour

if TYPE_CHECKING:
    from siteselect.app.context import Context

DISCLAIMER = (
    "A screening for early decisions: not legal advice, not a design, and no promise of a "
    "connection. A rule that does not fire is not a clearance."
)


def show(context: Context) -> None:
    """Draw the page.

    Parameters
    ----------
    context : the run, the weights of this moment and the chosen site.
    """
    now, view = context.now, context.view
    # Kept in one place, so that what comes or goes here does not move the map, which reloads it.
    with st.container():
        show_tour()
        show_none_left(now, view)
    left, right = st.columns([12, 11], gap="small")
    with left:
        st.header("Map", anchor=False)
        show_map(
            now,
            context.loaded.drawn,
            context.selected,
            context.run,
            private=context.private,
            placing=is_placing(),
            position=position(),
            drawn=frozenset(point.site_id for point in view.drawn),
        )
    with right:
        st.header("Ranking", anchor=False)
        show_search(now)
        show_ranking(now, context.selected)
    _show_chosen(context)
    show_placing(view)
    show_limits(now, view)
    if st.toggle("The ranking as plain text", key="plain_ranking"):
        show_plain_ranking(now)
    st.markdown(DISCLAIMER)


def _show_chosen(context: Context) -> None:
    """Say where the chosen site stands, and offer to go on with it."""
    now, site = context.now, context.selected
    row: Any = now.ranking.table.loc[site]
    with st.container(border=True, key="chosen"):
        place = "Not ranked" if pd.isna(row["rank"]) else f"Rank {row['rank']}"
        name = escape(now.sites.loc[site, "name"] or site)
        st.header(f"{place}: {name}", anchor="site")
        st.markdown(escape(rank_words(now, site)) + _origin(context, site))
        with st.container(horizontal=True):
            st.button("Open this site", type="primary", on_click=go_to, args=("site",))
            compared = tuple(st.session_state.get(COMPARE) or ())
            st.button(
                "In the comparison" if site in compared else "Add to the comparison",
                on_click=_compare,
                args=(site,),
                disabled=site in compared or len(compared) >= MOST_COMPARED,
            )


def _origin(context: Context, site: str) -> str:
    drawn = {point.site_id for point in context.view.drawn}
    return " **Drawn in this session.**" if site in drawn else ""


def _compare(site: str) -> None:
    st.session_state[COMPARE] = [*(st.session_state.get(COMPARE) or ()), site]
