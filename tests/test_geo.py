"""Straight distances, and the coordinate systems that are refused."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from shapely import Point, box

from siteselect.errors import StudyError
from siteselect.geo import lonlat, looks_swapped, nearest_straight, require_metres, straight_m

RUTLAND = (-0.82, 52.52, -0.43, 52.76)
coordinate = st.integers(-50, 50).map(float)


def array(*items):
    found = np.empty(len(items), dtype=object)
    found[:] = items
    return found


@pytest.mark.parametrize("crs", ["EPSG:27700", "EPSG:32630", "EPSG:3067", 3879, "EPSG:7405"])
def test_a_projected_crs_in_metres_passes(crs):
    assert require_metres(crs, "study.yaml") == CRS.from_user_input(crs)


@pytest.mark.parametrize(
    ("crs", "problem"),
    [
        (None, "no CRS"),
        ("EPSG:4326", "degrees"),
        ("EPSG:4978", "not projected"),
        ("EPSG:2263", "US survey foot"),
        ("EPSG:3857", "Mercator"),
        ("EPSG:3395", "Mercator"),
        ("ESRI:54004", "Mercator"),
        ("EPSG:123456789", "not a known CRS"),
        ("the usual one", "not a known CRS"),
    ],
)
def test_a_crs_without_true_metres_is_refused_with_a_cure(crs, problem):
    with pytest.raises(StudyError, match=problem) as caught:
        require_metres(crs, "study.yaml")
    (fault,) = caught.value.faults
    assert fault.file == "study.yaml"
    assert "EPSG:27700" in fault.cure


def test_transverse_mercator_is_not_taken_for_mercator():
    assert require_metres("EPSG:27700", "x").coordinate_operation.method_name.endswith("Mercator")


def test_straight_distance_is_elementwise_and_missing_stays_missing():
    found = straight_m(array(Point(0, 0), None, Point()), array(Point(3, 4), Point(), Point(1, 1)))
    assert found[0] == 5
    assert np.isnan(found[1:]).all()


def test_nearest_straight_is_zero_inside_and_to_the_edge_outside():
    targets = array(box(0, 0, 10, 10), Point(30, 5))
    index, distance_m = nearest_straight(array(Point(5, 5), Point(14, 5), Point(29, 5)), targets)
    assert index.tolist() == [0, 0, 1]
    assert distance_m.tolist() == [0, 4, 1]


def test_nearest_straight_takes_the_first_of_several_as_near():
    index, _ = nearest_straight(array(Point(0, 0)), array(Point(0, 9), Point(1, 0), Point(-1, 0)))
    assert index.tolist() == [1]


def test_nearest_straight_without_targets_or_point():
    index, distance_m = nearest_straight(array(Point(0, 0), None), array())
    assert index.tolist() == [-1, -1]
    assert np.isinf(distance_m[0])
    assert np.isnan(distance_m[1])
    index, distance_m = nearest_straight(array(Point(0, 0)), array(None, Point(), Point(2, 0)))
    assert (index.tolist(), distance_m.tolist()) == ([2], [2])


@given(
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=8),
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=8),
)
def test_nearest_straight_equals_the_full_table(points, targets):
    here, there = shapely.points(points), shapely.points(targets)
    table = shapely.distance(here[:, None], there[None, :])
    index, distance_m = nearest_straight(here, there)
    assert index.tolist() == table.argmin(axis=1).tolist()
    assert distance_m == pytest.approx(table.min(axis=1), rel=1e-12)


def test_exchanged_coordinates_are_noticed_and_honest_ones_are_not():
    lon = np.array([-0.73, 52.67, -3.2, 52.67, np.nan])
    lat = np.array([52.67, -0.73, 55.9, 2.35, -0.73])
    assert looks_swapped(lon, lat, RUTLAND).tolist() == [False, True, False, False, False]


def test_a_point_just_over_the_border_is_not_taken_for_exchanged():
    assert not looks_swapped(-1.1, 52.4, RUTLAND)
    assert looks_swapped(52.4, -1.1, RUTLAND)


def test_where_both_readings_fit_nothing_is_claimed():
    assert not looks_swapped(10.2, 10.4, (10.0, 10.0, 10.5, 10.5))


def test_lonlat_of_a_known_point_and_of_none():
    # Ordnance Survey's worked example (guide to coordinate systems in Great Britain, annex C):
    # E 651409.903 N 313177.270 is 52°39'27.2531" N 1°43'4.5177" E on Airy 1830; on WGS 84 about
    # 52.6580 N 1.7161 E.
    lon, lat = lonlat(array(Point(651409.903, 313177.270), None), "EPSG:27700")
    assert lon[0] == pytest.approx(1.7161, abs=2e-4)
    assert lat[0] == pytest.approx(52.6580, abs=2e-4)
    assert np.isnan([lon[1], lat[1]]).all()
