"""Units ride on column names; like converts to like and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.units import UNITS, factor, stem, unit_of


@pytest.mark.parametrize(
    ("column", "suffix"),
    [
        ("headroom_kva", "kva"),
        ("demand_mwh_a", "mwh_a"),
        ("noise_margin_db", "db"),
        ("receptor_level_dba", "dba"),
        ("HEADROOM_MVA", "mva"),
        ("name", None),
        ("m", None),
        ("receptor_kind", None),
    ],
)
def test_the_unit_is_the_longest_suffix(column: str, suffix: str | None) -> None:
    unit = unit_of(column)
    assert (None if unit is None else unit.suffix) == suffix


@pytest.mark.parametrize(
    ("given_", "wanted", "expected"),
    [
        ("mva", "kva", 1000.0),
        ("ft", "m", 0.3048),
        ("mph", "kmh", 1.609344),
        ("kwh_a", "mwh_a", 0.001),
        ("percent", "share", 0.01),
        ("mw", "kva", None),
        ("kw", "kwe", None),
        ("db", "dba", None),
        ("furlong", "m", None),
    ],
)
def test_factors(given_: str, wanted: str, expected: float | None) -> None:
    found = factor(given_, wanted)
    assert found == (None if expected is None else pytest.approx(expected))


@given(st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_there_and_back_is_one(one: object, other: object) -> None:
    there, back = factor(one.suffix, other.suffix), factor(other.suffix, one.suffix)
    assert (there is None) == (back is None)
    if there is not None:
        assert there * back == pytest.approx(1.0)


def test_a_stem_is_the_name_without_its_unit() -> None:
    assert stem("headroom_mva") == stem("headroom_kva") == "headroom"
    assert stem("name") == "name"


def test_suffixes_are_unique() -> None:
    suffixes = [unit.suffix for unit in UNITS]
    assert len(suffixes) == len(set(suffixes))
