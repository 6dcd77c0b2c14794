"""What is wrong, on the page: every fault with its place and its cure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.text import escape
from siteselect.errors import FAULTS_SHOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.errors import Fault


def counted_faults(faults: Sequence[Fault]) -> str:
    """Say how many things are wrong, to begin a sentence."""
    return "One thing needs" if len(faults) == 1 else f"{len(faults)} things need"


def show_faults(faults: Sequence[Fault]) -> None:
    """List faults, each with its cure."""
    lines = [f"1. {escape(fault)}" for fault in faults[:FAULTS_SHOWN]]
    left = len(faults) - FAULTS_SHOWN
    st.error(f"{counted_faults(faults)} to be put right.")
    st.markdown("\n".join(lines) + (f"\n\n... and {left} more." if left > 0 else ""))
