"""A page with nothing but weights and the map, for any number of invented sites.

Run as `streamlit run tests/map_page.py -- COUNT [ours|circles|trivial] [private]`.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st
from browser_visit import HOSTILE
from streamlit_folium import st_folium

from siteselect.app import selection
from siteselect.app.state import read_view
from siteselect.assess import assess, reweigh
from siteselect.decision.ranking import rank
from siteselect.maps import style
from siteselect.maps.drawing import map_data
from siteselect.study_file import load_study

if TYPE_CHECKING:
    from siteselect.assess import Assessment

DEMO = Path(__file__).resolve().parents[1] / "data" / "helsinki" / "study.yaml"
NAMES = (
    *HOSTILE,
    "a" * 10_000,
    "Bell\x07 and \u202eturned\u202c and a\nbreak",
    "Plain",
)


def scene(count: int, names: tuple[str, ...] = NAMES) -> Assessment:
    """Put invented sites into the demo's area; a tenth may not be ranked."""
    demo = assess(load_study(DEMO), DEMO.parent, opinions=False)
    dice = np.random.default_rng(7)
    lon, lat = (
        dice.uniform(demo.sites[side].min(), demo.sites[side].max(), count)
        for side in ("lon", "lat")
    )
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(demo.territory.crs)
    index = pd.Index([f"site-{place}" for place in range(count)], name="site_id")
    sites = gpd.GeoDataFrame(
        {"name": [names[place % len(names)] for place in range(count)], "lon": lon, "lat": lat},
        geometry=points.to_numpy(),
        crs=demo.territory.crs,
        index=index,
    )
    cells = dice.random((count, len(demo.weights))) ** 0.5
    cells[dice.random(cells.shape) < 0.08] = np.nan
    values = pd.DataFrame(cells, columns=demo.weights.index, index=index)
    eligible = pd.Series(dice.random(count) > 0.1, index=index)
    ranking = rank(values, demo.weights, demo.unknown_low, demo.unknown_high, eligible)
    return replace(
        demo,
        sites=sites,
        values=values,
        eligible=eligible,
        ranking=ranking,
        findings=demo.findings.iloc[:0],
    )


@st.cache_resource
def prepared(count: int) -> Any:
    """Build the scene once for all visits."""
    assessment = scene(count)
    return assessment, map_data(assessment)


def circles(assessment: Assessment) -> None:
    """Draw every site as a Folium circle marker in a feature group, as most pages do."""
    group = folium.FeatureGroup("Sites")
    table = assessment.ranking.table.join(assessment.sites[["name", "lat", "lon"]])
    for row in table.itertuples():
        folium.CircleMarker(
            (row.lat, row.lon),
            radius=5,
            color="black",
            weight=1,
            fill_color=style.SCORE_COLOURS[style.score_class(row.score_low)],
            fill_opacity=1,
        ).add_to(group)
    lat, lon = assessment.sites["lat"].mean(), assessment.sites["lon"].mean()
    plain = folium.Map((lat, lon), tiles=None, zoom_start=12, prefer_canvas=True)
    from siteselect.app.assets import assets_url

    plain.default_js = [("leaflet", f"{assets_url()}/leaflet/leaflet.js")]
    plain.default_css = [("leaflet", f"{assets_url()}/leaflet/leaflet.css")]
    st_folium(plain, key="circles", feature_group_to_add=group, returned_objects=[], height=640)


def main(count: int, way: str, *rest: str) -> None:
    """Draw the page."""
    st.set_page_config(layout="wide")
    assessment, data = prepared(count)
    if "begun" not in st.session_state:
        st.session_state["begun"] = True
        selection.begin(read_view({}, assessment.study, assessment.sites.index))
    group = next(iter(assessment.tree))
    swing = st.slider("Weight", 0, 100, 50)
    placing = st.checkbox("Placing")
    now = reweigh(assessment, {group: float(swing)})
    st.text(f"Weight is {swing}")
    chosen = selection.current().site or str(assessment.sites.index[0])
    put = [st.session_state.get(part) for part in (selection.LAT, selection.LON)]
    st.text(f"Chosen is {chosen}; put at {put[0]}, {put[1]}")
    if way == "circles":
        circles(now)
    elif way == "ours":
        from siteselect.app.map_panel import show_map

        own = frozenset(assessment.sites.index[1:2])
        show_map(now, data, chosen, "run", private="private" in rest, placing=placing, drawn=own)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
