"""Tables of facts: what is read, what is refused, and what follows from what is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from toy_pack import sites

from siteselect.compliance.facts import derive, read_facts
from siteselect.errors import InputError
from siteselect.sizing.placement import floor_load_kn_m2


def test_every_wrong_cell_and_column_is_named_at_once():
    facts = sites(
        it_kw=["100", 50],
        fuel_l=[-1.0, 5.0],
        import_kva=[np.inf, 1.0],
        outdoors=["yes", True],
        roof=[2, 1],
        flood_band=["High", "low"],
        battery_kwh=[True, 1.0],
        outdors=[True, True],
    )
    with pytest.raises(InputError) as caught:
        read_facts(facts)
    wrong = {fault.column: fault for fault in caught.value.faults}
    assert set(wrong) == set(facts.columns)
    assert all(wrong[name].row == "s0" for name in facts.columns if name != "outdors")
    assert "'outdoors'" in wrong["outdors"].cure
    assert "in l, not below zero" in wrong["fuel_l"].cure
    assert "very_low" in wrong["flood_band"].cure


def test_a_site_listed_twice_is_refused():
    facts = sites(it_kw=[1, 2])
    facts.index = pd.Index(["s0", "s0"])
    with pytest.raises(InputError, match="listed twice"):
        read_facts(facts)


@pytest.mark.parametrize("dtype", ["float64", "Float64", "Int64", "object"])
def test_numbers_are_read_from_every_dtype_that_holds_them(dtype):
    cells = pd.DataFrame({"it_kw": pd.Series([100, None], dtype=dtype)})
    np.testing.assert_array_equal(read_facts(cells).column("it_kw"), [100.0, np.nan])


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series([True, False, None], dtype="boolean"),
        pd.Series([True, False, None], dtype="object"),
        pd.Series([1.0, 0.0, np.nan]),
        pd.Series([np.True_, 0, pd.NA], dtype="object"),
    ],
)
def test_flags_are_read_from_every_dtype_that_holds_them(cells):
    assert read_facts(pd.DataFrame({"outdoors": cells})).column("outdoors").tolist() == [1, -1, 0]


def test_text_is_read_from_text_and_categories():
    for dtype in ("str", "object", "category"):
        cells = pd.Series(["high", None], dtype=dtype)
        assert list(read_facts(pd.DataFrame({"flood_band": cells})).column("flood_band")) == [
            "high",
            None,
        ]


def test_derived_facts_follow_the_reference_sheet():
    derived = derive(
        sites(
            mass_kg=[2500],
            bearing_m2=[1.2],
            generator_kwe=[380],
            generator_efficiency_share=[0.38],
            generator_count=[2],
            refrigerant_kg=[2.4],
            refrigerant_gwp=[2088],
            footprint_m2=[15],
            height_m=[2.9],
            night_limit_dba=[45],
            rating_level_dba=[47.3],
        )
    ).iloc[0]
    # The sheet has 20.44, with gravity rounded to 9.81 m/s².
    assert derived["floor_load_kpa"] == pytest.approx(floor_load_kn_m2(2500, 1.2))
    assert derived["floor_load_kpa"] == pytest.approx(20.43, abs=0.005)
    assert derived["generator_unit_mwth"] == pytest.approx(1.0)
    assert derived["generator_site_mwth"] == pytest.approx(2.0)
    assert derived["refrigerant_tco2e"] == pytest.approx(5.0112)
    assert derived["volume_m3"] == pytest.approx(43.5)
    assert derived["noise_margin_db"] == pytest.approx(-2.3)


def test_derive_leaves_what_is_given_and_invents_nothing():
    facts = sites(
        footprint_m2=[10, 10, None],
        height_m=[3, 3, 3],
        volume_m3=[25, None, None],
        mass_kg=[1000, 1000, 1000],
        bearing_m2=[0, 1, None],
    )
    derived = derive(facts)
    np.testing.assert_array_equal(derived["volume_m3"], [25, 30, np.nan])
    np.testing.assert_allclose(derived["floor_load_kpa"], [np.nan, 9.80665, np.nan])
    assert "generator_unit_mwth" not in derived
    pd.testing.assert_frame_equal(derive(derived), derived)
    assert "floor_load_kpa" not in facts


def test_no_generator_has_no_thermal_input_whatever_its_efficiency():
    derived = derive(
        sites(
            generator_kwe=[0.0, 100.0, 100.0],
            generator_efficiency_share=[np.nan, np.nan, 0.4],
            generator_count=[np.nan, 1.0, np.nan],
        )
    )
    np.testing.assert_allclose(derived["generator_unit_mwth"], [0, np.nan, 0.25])
    np.testing.assert_allclose(derived["generator_site_mwth"], [0, np.nan, np.nan])
