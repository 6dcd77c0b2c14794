"""What a reader chose on one page, kept while another page is looked at."""

from __future__ import annotations

from typing import Any

import streamlit as st

_KEPT = "kept-"


def recall(key: str, default: Any) -> None:
    """Give a widget its last value back before it is drawn; call `keep` after it.

    Streamlit forgets a widget's value as soon as a page without it is drawn.

    Parameters
    ----------
    key : key of the widget.
    default : its value where it was never drawn in this session.
    """
    if key not in st.session_state:
        st.session_state[key] = st.session_state.get(_KEPT + key, default)


def keep(key: str) -> Any:
    """Note the value of a widget that has been drawn, and give it."""
    value = st.session_state[key]
    st.session_state[_KEPT + key] = value
    return value
