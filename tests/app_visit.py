"""Open a page of the app without a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamlit.util import calc_hash

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def at_page(app: AppTest, name: str) -> AppTest:
    """Go to a page; the next run shows it. Streamlit's own way knows only pages that are files."""
    app._page_hash = calc_hash("" if name == "rank" else name)
    return app
