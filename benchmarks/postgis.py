"""Containment and nearest neighbour: ours against a real PostGIS with its spatial indexes.

Usage: python benchmarks/postgis.py [points] [areas] [facilities]

Needs PostgreSQL with PostGIS and the extra `postgis`; the server is started for the run and
removed. PostGIS has its tables indexed, clustered by nothing and analysed beforehand; the time of
loading is not counted on either side. Results must be the same.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import postgis_server
import psycopg

from siteselect.containment import containing
from siteselect.geo import nearest_straight

SIDE_M = 50_000.0


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def load(connection: Any, table: str, shapes: Any) -> None:
    connection.execute(f"CREATE UNLOGGED TABLE {table} (id integer, g geometry(Geometry, 27700))")
    codes = shapely.to_wkb(shapely.set_srid(shapes, 27700), hex=True, include_srid=True)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for place, code in enumerate(codes):
            copy.write_row((place, code))
    connection.execute(f"CREATE INDEX ON {table} USING gist (g)")
    connection.execute(f"ANALYZE {table}")


def areas_of(count: int, rng: np.random.Generator) -> Any:
    """Make irregular areas of some sixty corners, of which some overlap."""
    turns = np.sort(rng.uniform(0, 2 * np.pi, (count, 60)), axis=1)
    radius = rng.uniform(0.5, 1.0, (count, 60)) * rng.uniform(100, 900, (count, 1))
    x = rng.uniform(0, SIDE_M, (count, 1)) + radius * np.cos(turns)
    y = rng.uniform(0, SIDE_M, (count, 1)) + radius * np.sin(turns)
    return shapely.make_valid(shapely.polygons(np.stack([x, y], axis=-1)))


def main(points: int = 200_000, areas: int = 3_000, facilities: int = 5_000) -> None:
    """Run both and print seconds and ratios."""
    rng = np.random.default_rng(1)
    places = shapely.points(rng.uniform(0, SIDE_M, (points, 2)))
    shapes = areas_of(areas, rng)
    posts = shapely.points(rng.uniform(0, SIDE_M, (facilities, 2)))
    with postgis_server.serving() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
        for table, what in (("places", places), ("areas", shapes), ("posts", posts)):
            load(connection, table, what)
        within = "SELECT count(*) FROM places p JOIN areas a ON ST_Intersects(p.g, a.g)"
        near = (
            "SELECT sum(d) FROM places p CROSS JOIN LATERAL (SELECT p.g <-> f.g AS d FROM posts f "
            "ORDER BY p.g <-> f.g LIMIT 1) n"
        )
        theirs = [timed(lambda q=q: connection.execute(q).fetchone()[0]) for q in (within, near)]
    ours = [
        timed(lambda: len(containing(places, shapes)[0])),
        timed(lambda: float(nearest_straight(places, posts)[1].sum())),
    ]
    print(f"{points:,} points, {areas:,} areas, {facilities:,} facilities")
    for name, (mine, answer), (his, asked) in zip(
        ("containment", "nearest neighbour"), ours, theirs, strict=True
    ):
        same = np.isclose(float(answer), float(asked), rtol=1e-9)
        print(
            f"{name:18s} ours {mine:7.2f} s  PostGIS {his:7.2f} s  ratio {his / mine:6.1f}", end=""
        )
        print("" if same else f"  DIFFERENT: {answer} and {asked}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
