"""Small street networks and places on them, for several tests."""

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import strategies as st
from shapely import LineString

from siteselect.network import Snap

CORNERS = {"a": (0, 0), "b": (1000, 0), "c": (1000, 1000), "d": (0, 1000)}


def roads(*edges, crs="EPSG:27700"):
    """Make the layer from (from, to, line or None for straight, further columns)."""
    rows = []
    for number, (start, end, line, *rest) in enumerate(edges):
        about = {"highway": "residential", "oneway": "no"} | (rest[0] if rest else {})
        shape = LineString(line or [CORNERS[start], CORNERS[end]])
        rows.append(
            {"edge_id": f"e{number}", "from_node": start, "to_node": end, "geometry": shape} | about
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=crs)


def at(*places):
    """Make a snap from (edge, fraction, offset)."""
    edge, fraction, offset_m = np.array(places, dtype=float).reshape(-1, 3).T
    return Snap(edge.astype(np.int64), fraction, offset_m)


def one(places, index):
    """Pick one place, or several in another order."""
    index = np.atleast_1d(index)
    return Snap(places.edge[index], places.fraction[index], places.offset_m[index])


def points(*pairs):
    return shapely.points(np.array(pairs, dtype=float))


NOWHERE = (-1, np.nan, np.nan)

HIGHWAYS = st.sampled_from(["residential", "primary", "service", "footway"])
ONEWAY = st.sampled_from(["no", "no", "forward", "backward"])
# multiples of 2**-20, so that a line turned round has its places at exactly 1 - fraction
FRACTION = st.one_of(
    st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 2**20).map(lambda part: part / 2**20)
)


@st.composite
def networks(draw, places=5):
    """Draw a small network with parallel edges, loops and islands, and places on its edges."""
    spot = st.tuples(st.integers(0, 40), st.integers(0, 40))
    nodes = draw(st.lists(spot, min_size=2, max_size=7, unique=True))
    node = st.integers(0, len(nodes) - 1)
    edges = []
    for start, end in draw(st.lists(st.tuples(node, node), min_size=1, max_size=12)):
        bend = draw(st.lists(spot, min_size=2 if start == end else 0, max_size=2))
        line = [nodes[start], *bend, nodes[end]]
        about = {"highway": draw(HIGHWAYS), "oneway": draw(ONEWAY)}
        edges.append((f"n{start}", f"n{end}", line, about))
    place = st.one_of(
        st.just(NOWHERE),
        *[st.tuples(st.integers(0, len(edges) - 1), FRACTION, st.floats(0, 30))] * 4,
    )
    some = st.lists(place, min_size=1, max_size=places)
    return roads(*edges), at(*draw(some)), at(*draw(some))
