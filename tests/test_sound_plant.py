"""The catalogue of plant, and sound powers that follow from what is known of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.sound.bands import a_weighted
from siteselect.sound.plant import (
    dry_cooler_octaves_db,
    from_box_dba,
    from_pressure_dba,
    octaves_db,
    planes_db,
    plant,
    sound_power_dba,
    source_uncertainty_db,
    spectra,
    speed_share_for,
    turndown_db,
)


@pytest.mark.parametrize("name", spectra())
def test_every_spectrum_adds_up_to_what_its_maker_states(name) -> None:
    spectrum = spectra()[name]
    assert spectrum.octaves_db.shape == (8,)
    assert spectrum.source.startswith("[")
    if not np.isnan(spectrum.stated_dba):
        # Makers round, and leave some tenths of reserve.
        assert a_weighted(spectrum.octaves_db) == pytest.approx(spectrum.stated_dba, abs=0.75)


@pytest.mark.parametrize("name", plant())
def test_every_kind_of_plant_is_complete(name) -> None:
    kind = plant()[name]
    assert kind.spectrum in spectra()
    assert kind.low_db <= kind.quietest_db <= 0 <= kind.high_db
    assert kind.tonal_db == tuple(sorted(kind.tonal_db))
    assert kind.source.startswith("[")
    assert bool(kind.size) != bool(np.isnan(kind.reference_kw))
    size = kind.reference_kw if kind.size else np.nan
    assert a_weighted(octaves_db(name, size)) == pytest.approx(kind.level_dba)


def test_dry_cooler_by_hand() -> None:
    found = dry_cooler_octaves_db([50.0, 100.0, 115.0])
    assert a_weighted(found) == pytest.approx([79.990, 83.0, 83.607], abs=0.001)
    # The shape is the condenser's: the same step from octave to octave.
    assert np.diff(found, axis=1) == pytest.approx(
        np.tile(np.diff(spectra()["condenser"].octaves_db), (3, 1))
    )


def test_generator_follows_the_ceiling_of_the_directive() -> None:
    found = sound_power_dba("generator", [2.0, 8.0, 100.0, 250.0])
    assert found == pytest.approx([95.301, 96.903, 97.0, 97.398], abs=0.001)


def test_a_makers_figure_replaces_the_default() -> None:
    assert a_weighted(octaves_db("dry_cooler", stated_dba=70.0)) == pytest.approx(70.0)
    assert source_uncertainty_db(maker_data=True) == 2
    assert source_uncertainty_db(maker_data=False) == 5


def test_fan_law() -> None:
    assert turndown_db([1.0, 0.5]) == pytest.approx([0.0, -15.05], abs=0.01)


@given(st.floats(0, 40))
def test_fan_speed_undoes_the_fan_law(reduction) -> None:
    assert turndown_db(speed_share_for(reduction)) == pytest.approx(-reduction, abs=1e-9)


def test_sound_power_from_pressure() -> None:
    # The condensers of the catalogue: 83 dB(A) of power, 55 dB(A) at 10 m over one plane.
    assert from_pressure_dba(55.0, 10.0) == pytest.approx(83.0)
    # A canopy of 3 m at 80 dB(A): area 5 x 4 + 2 x 3.2 x 9 m2.
    assert from_box_dba(80.0, 3.0, 2.0, 2.2) == pytest.approx(80 + 10 * np.log10(77.6))
    assert planes_db([0, 1, 2]).tolist() == [0.0, 3.0, 6.0]


@given(st.floats(11, 400), st.floats(11, 400), st.sampled_from(sorted(plant())))
def test_larger_plant_is_never_quieter(one, other, kind) -> None:
    """From 11 kW: at 10 kW the ceiling for generators itself falls by a decibel."""
    small, large = sound_power_dba(kind, sorted((one, other)))
    assert large >= small


def test_what_is_not_in_the_catalogue_is_refused() -> None:
    with pytest.raises(InputError, match="dry_cooler"):
        sound_power_dba("windmill", 10.0)
    with pytest.raises(InputError, match="400"):
        sound_power_dba("generator", 500.0)
    with pytest.raises(InputError, match="above 0"):
        sound_power_dba("dry_cooler", [100.0, -1.0])
    with pytest.raises(InputError, match="not a speed"):
        turndown_db(0.0)
    assert np.isnan(sound_power_dba("dry_cooler", np.nan))
