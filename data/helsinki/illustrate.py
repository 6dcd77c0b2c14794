"""Invent what no open file says of central Helsinki: headroom, fibre, bases and heat demand.

Everything made here is for demonstration. Values are drawn from a seed or set by hand, and no
decision can rest on them.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

DRIVEN = ("primary", "secondary", "tertiary", "unclassified", "residential")
STREET_SIDE_M = 4.0

HEAT_KWH_M2_A = {
    "pool": 960,
    "leisure_centre": 280,
    "hotel": 280,
    "office": 102,
    "public_building": 102,
    "school": 128,
    "housing": 110,
    "greenhouse": 350,
}
"""Heat a year on floor area: CIBSE TM46:2008 fuel figures times 0.85 for pool, leisure and office
[seen], hotel and school [recalled]; greenhouse [recalled]; housing and public building
[judgement]."""

FLOOR_M2 = {"pool": 2400.0, "leisure_centre": 900.0, "hotel": 1500.0}
"""Assumed floor of a place that is drawn as a point in a larger building [judgement]."""

STOREYS = 5
"""Assumed storeys where none are tagged [judgement: what most of the centre has]."""

SUPPLY_C = {"pool": 36.0, "greenhouse": 40.0, "leisure_centre": 55.0, "hotel": 58.0, "school": 60.0}
SUPPLY_C |= {"housing": 55.0, "office": 55.0, "district_loop": 80.0}

HEADROOM_KVA = (130, 60, 95, 165, 460, 900, 330, -40, 240, -120, 15, 640)
PRIMARY_KVA = ((40_000, 35_800), (40_000, 30_200))
FIBRE = (
    ("pop", "Fibre point of presence", 6.4),
    ("pop", "Fibre point of presence", 9.8),
    ("exchange", "Exchange", 4.1),
    ("cabinet", "Fibre cabinet", 11.5),
    ("cabinet", "Fibre cabinet", 13.2),
)


def heat_sinks(sinks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give real places a demand by benchmark, and join the pieces of each heat main."""
    mains = sinks["kind"] == "district_loop"
    places = sinks[~mains].copy()
    told = places["demand_basis"].str.contains("footprint")
    # Where one of several buildings is tagged, the sum cannot be corrected and stays too small.
    untagged = places["demand_basis"].str.contains("on 1 of 1 ")
    storeys = np.where(untagged, STOREYS, 1)
    in_part = places["demand_basis"].str.contains("part of a building")
    assumed = places["kind"].map(FLOOR_M2).where(in_part)
    floor_m2 = (places["floor_m2"] * storeys).where(told, assumed)
    per_m2 = places["kind"].map(HEAT_KWH_M2_A).astype("float64")
    demand = (floor_m2 * per_m2 / 1000).round(0)
    text = [
        f"illustrative: benchmark {rate:.0f} kWh/m2 a on {floor:.0f} m2" + note
        for rate, floor, note in zip(
            per_m2.fillna(0),
            floor_m2.fillna(0),
            np.where(told, np.where(untagged, f" ({STOREYS} storeys assumed)", ""), " (assumed)"),
            strict=True,
        )
    ]
    places["demand_mwh_a"] = demand
    places["demand_basis"] = pd.Series(text, index=places.index).where(demand.notna(), "")
    places["supply_c"] = places["kind"].map(SUPPLY_C).astype("float64")
    joined = [places, _heat_mains(sinks[mains])]
    return gpd.GeoDataFrame(pd.concat(joined, ignore_index=True), crs=sinks.crs)


def _heat_mains(mains: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join the pieces; only the four longest are said to take heat, the others stay unknown."""
    lines = shapely.get_parts(shapely.line_merge(mains.geometry.union_all()))
    lines = lines[np.argsort(-shapely.length(lines), kind="stable")]
    asked = np.arange(len(lines)) < 4  # noqa: PLR2004 -- said above
    return gpd.GeoDataFrame(
        {
            "sink_id": [f"heat-main-{at}" for at in range(1, len(lines) + 1)],
            "name": [f"District heating main {at}" for at in range(1, len(lines) + 1)],
            "kind": "district_loop",
            "demand_mwh_a": np.where(asked, 2500.0, np.nan),
            "supply_c": SUPPLY_C["district_loop"],
            "floor_m2": np.nan,
            "demand_basis": np.where(asked, "illustrative: what the network would take here", ""),
        },
        geometry=list(lines),
        crs=mains.crs,
    )


def supply_points(
    roads: gpd.GeoDataFrame,
    basemap: gpd.GeoDataFrame,
    mapped: gpd.GeoDataFrame,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Stand substations beside streets; the one that is really mapped has no headroom figure."""
    beside = _beside_streets(roads, basemap)
    # Primaries stand in the northern corners, so that most sites meet a secondary first.
    west, _, east, north = roads.total_bounds
    corners = shapely.points([[west, north], [east, north]])
    primary = beside.iloc[[int(np.argmin(beside.distance(corner))) for corner in corners]]
    chosen = pd.concat([_spread(beside, len(HEADROOM_KVA), rng), primary], ignore_index=True)
    count = len(chosen)
    firm = np.where(np.arange(len(HEADROOM_KVA)) % 3 == 0, 800.0, 1000.0)
    headroom = np.array(HEADROOM_KVA, dtype=float)
    firm = np.maximum(firm, headroom + 150)
    primaries = np.array(PRIMARY_KVA, dtype=float)
    firm_kva = np.concatenate([firm, primaries[:, 0]])
    peak_kva = np.concatenate([firm - headroom, primaries[:, 1]])
    levels = ["secondary"] * len(HEADROOM_KVA) + ["primary"] * len(PRIMARY_KVA)
    invented = gpd.GeoDataFrame(
        {
            "supply_id": [f"demo-supply-{at:02d}" for at in range(1, count + 1)],
            "name": [
                f"{'Substation' if level == 'secondary' else 'Primary substation'} {street}"
                for level, street in zip(levels, chosen["name"], strict=True)
            ],
            "level": levels,
            "headroom_kva": firm_kva - peak_kva,
            "firm_kva": firm_kva,
            "peak_kva": peak_kva,
            "rag": ["green" if left > 0 else "red" for left in firm_kva - peak_kva],
            "upstream_id": _fed_from(chosen.geometry.to_numpy(), len(HEADROOM_KVA)),
        },
        geometry=chosen.geometry.to_list(),
        crs=roads.crs,
    )
    real = mapped[mapped["level"] != "lv"].assign(level="secondary")
    real["name"] = "Substation as mapped, headroom not published"
    real = real.drop(columns="operator", errors="ignore")
    return gpd.GeoDataFrame(pd.concat([invented, real], ignore_index=True), crs=roads.crs)


def _fed_from(places: np.ndarray, secondaries: int) -> list[str]:
    """Let each secondary be fed from the nearer primary."""
    apart = [shapely.distance(places[:secondaries], primary) for primary in places[secondaries:]]
    nearer = np.argmin(apart, axis=0)
    fed = [f"demo-supply-{secondaries + 1 + at:02d}" for at in nearer]
    return [*fed, *[""] * len(apart)]


def fibre_nodes(
    roads: gpd.GeoDataFrame,
    basemap: gpd.GeoDataFrame,
    mapped: gpd.GeoDataFrame,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Add points of presence to the cabinet that is really mapped."""
    chosen = _spread(_beside_streets(roads, basemap), len(FIBRE), rng)
    invented = gpd.GeoDataFrame(
        {
            "fibre_id": [f"demo-fibre-{at}" for at in range(1, len(FIBRE) + 1)],
            "name": [
                f"{word} {street}"
                for (_, word, _), street in zip(FIBRE, chosen["name"], strict=True)
            ],
            "kind": [kind for kind, _, _ in FIBRE],
            "onward_km": [onward for _, _, onward in FIBRE],
        },
        geometry=chosen.geometry.to_list(),
        crs=roads.crs,
    )
    mapped = mapped.drop(columns="operator", errors="ignore")
    real = mapped.assign(name="Telecom cabinet as mapped", onward_km=12.0)
    return gpd.GeoDataFrame(pd.concat([invented, real], ignore_index=True), crs=roads.crs)


def maintenance_bases(
    roads: gpd.GeoDataFrame, basemap: gpd.GeoDataFrame, outline: shapely.Polygon
) -> gpd.GeoDataFrame:
    """Place a base beyond the map, where its engineers come in, and one at the other end of it."""
    main = roads[roads["highway"].isin(("primary", "secondary")) & (roads["oneway"] != "backward")]
    starts = shapely.get_point(main.geometry.to_numpy(), 0)
    entry = starts[np.argmax(shapely.get_y(starts))]
    if entry.distance(outline.exterior) > 60:  # noqa: PLR2004 -- metres from the map's edge
        raise ValueError("no main road enters the map from the north")
    beside = _beside_streets(roads, basemap)
    workshop = beside.iloc[int(beside.distance(entry).argmax())]
    return gpd.GeoDataFrame(
        {
            "base_id": ["demo-base-1", "demo-base-2"],
            "name": [f"Workshop {workshop['name']}", "Depot beyond Hakaniemi"],
            "approach_min": [0.0, 11.0],
        },
        geometry=[workshop.geometry, entry],
        crs=roads.crs,
    )


def _beside_streets(roads: gpd.GeoDataFrame, basemap: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find places beside named streets that are free of buildings and water."""
    streets = roads[
        roads["highway"].isin(DRIVEN) & (roads["name"] != "") & (roads.length > 25)  # noqa: PLR2004
    ]
    beside = shapely.line_interpolate_point(
        shapely.offset_curve(streets.geometry.to_numpy(), STREET_SIDE_M), 0.5, normalized=True
    )
    solid = basemap[basemap["kind"].isin(("building", "water"))].geometry.to_numpy()
    blocked, _ = shapely.STRtree(solid).query(beside, predicate="intersects")
    free = np.setdiff1d(np.flatnonzero(~shapely.is_empty(beside)), blocked)
    names = streets["name"].to_numpy()[free]
    return gpd.GeoDataFrame({"name": names}, geometry=list(beside[free]), crs=roads.crs)


def _spread(beside: gpd.GeoDataFrame, count: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Draw places that lie far from one another, without being a lattice."""
    chosen = [int(rng.integers(len(beside)))]
    away = beside.distance(beside.geometry.iloc[chosen[0]]).to_numpy()
    while len(chosen) < count:
        far = np.flatnonzero(away >= np.quantile(away, 0.85))
        chosen.append(int(rng.choice(far)))
        away = np.minimum(away, beside.distance(beside.geometry.iloc[chosen[-1]]).to_numpy())
    return beside.iloc[chosen]
