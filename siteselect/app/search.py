"""Find a site by a part of its name or its identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.selection import choose
from siteselect.app.text import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siteselect.assess import Assessment

SHOWN = 8
"""Sites that are offered at once."""
_WORDS = "search"
_FOUND = "search_found"


def found_sites(names: Mapping[str, str], words: str, limit: int = SHOWN) -> list[str]:
    """Find the sites whose name or identifier holds all the words, in the order given.

    A site that is named exactly so stands alone.
    """
    wanted = words.casefold().split()
    if not wanted:
        return []
    exact = [site for site, name in names.items() if words.strip() in (site, name)]
    if len(exact) == 1:
        return exact
    found = []
    for site, name in names.items():
        text = f"{name} {site}".casefold()
        if all(word in text for word in wanted):
            found.append(site)
            if len(found) > limit:
                break
    return found


def show_search(assessment: Assessment) -> None:
    """Draw the search box and what it found; choosing one selects the site."""
    words = st.text_input(
        "Search sites", key=_WORDS, placeholder="A name or an identifier", max_chars=200
    )
    if not words.strip():
        return
    names = assessment.sites["name"]
    found = found_sites({str(key): str(name) for key, name in names.items()}, words)
    if not found:
        st.markdown("No site is called so.")
        return
    st.session_state[_FOUND] = None
    st.pills(
        "Found",
        found[:SHOWN],
        key=_FOUND,
        format_func=lambda site: escape(names[site] or site),
        on_change=_choose,
        label_visibility="collapsed",
    )
    if len(found) > SHOWN:
        st.markdown(f"The first {SHOWN} are shown; write more of the name.")


def _choose() -> None:
    choose(st.session_state[_FOUND], centre=True)
    st.session_state[_WORDS] = ""
