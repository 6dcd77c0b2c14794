"""What a reader can take away: the ranking as CSV and GeoJSON, a site's report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from siteselect.assess import Assessment
