"""The pod: what it draws, gives off and sounds like, from its nameplate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.sound.bands import energy_sum
from siteselect.sound.plant import octaves_db, planes_db, plant
from siteselect.sound.plant import sound_power_dba as cooler_sound_power_dba

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.settings.pod import Pod

HOURS_A = 8760.0
"""Hours in a common year [h]."""


def import_kva(pod: Pod) -> float:
    """Apparent power that the connection must carry at full load [kVA].

    The pod is taken as a flat load without diversity: installed IT power times the overhead of
    cooling and conversion, over the power factor.
    """
    return total_input_kw(pod) / pod.power_factor


def total_input_kw(pod: Pod) -> float:
    """Rated electricity input at full load [kW]."""
    return pod.it_kw * pod.pue


def heat_offered_kw(pod: Pod) -> float:
    """Mean heat in the water for the sink [kW]: IT load in use times the captured share."""
    return pod.it_kw * pod.utilisation_share * pod.capture_share


def heat_offered_mwh_a(pod: Pod) -> float:
    """Heat in the water for the sink over a year [MWh/a]."""
    return heat_offered_kw(pod) * HOURS_A / 1000


def sound_power_dba(pod: Pod) -> float:
    """Sound power of the heat rejection at full load [dB(A)].

    The state that counts is the one in which no sink takes heat and everything is rejected on a
    hot night. Where the maker's figure is not given, it is that of a dry cooler for the heat.
    """
    if pod.sound_power_dba is not None:
        return pod.sound_power_dba
    return float(cooler_sound_power_dba("dry_cooler", total_input_kw(pod)))


def sound_octaves_db(pod: Pod) -> NDArray[np.float64]:
    """Octave sound powers of all plant that runs by night, 63 Hz to 8 kHz [dB].

    The heat rejection at full load, with the shape of a dry cooler and what walls behind it throw
    back, and by energy whatever else the pod brings.
    """
    cooler = octaves_db("dry_cooler", stated_dba=sound_power_dba(pod))
    parts = [cooler + planes_db(pod.reflecting_walls)]
    for item in pod.plant:
        size_kw = pod.it_kw if item.size_kw is None else item.size_kw
        one = octaves_db(item.kind, size_kw, item.sound_power_dba)
        parts.append(one + 10.0 * np.log10(item.count))
    return energy_sum(np.stack(parts), axis=0)


def generator_octaves_db(pod: Pod) -> NDArray[np.float64] | None:
    """Octave sound powers of the standby generator, which runs in tests and outages [dB].

    None without a generator, and for one too large for the catalogue whose maker gave no figure.
    """
    if pod.generator_kwe <= 0:
        return None
    if pod.generator_sound_power_dba is not None:
        return octaves_db("generator", stated_dba=pod.generator_sound_power_dba)
    if pod.generator_kwe > plant()["generator"].largest_kw:
        return None
    return octaves_db("generator", pod.generator_kwe)
