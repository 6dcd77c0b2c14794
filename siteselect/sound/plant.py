"""Sound powers of the plant a pod brings, and how they follow from what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from siteselect.errors import Fault, InputError
from siteselect.sound.bands import scaled_to

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_FAN_LAW = 50.0
_HEMISPHERE_DB = 8.0
_GENERATOR_DBA = 95.0
_SMALL_SET_KW = (2.0, 10.0)


@dataclass(frozen=True, slots=True)
class Spectrum:
    """A published or assumed octave spectrum [dB], linear; its level matters only if stated."""

    name: str
    octaves_db: NDArray[np.float64]
    stated_dba: float
    source: str


@dataclass(frozen=True, slots=True)
class Plant:
    """A kind of plant: its default sound power, the range of it, and the character of its sound.

    `tonal_db` is the correction for tones, low, usual and high, where nobody has listened.
    `quietest_db` is how far below the default the quietest sets are; `fans` whether fans make most
    of it. `size` says what its level
    rises with, and is empty where it does not.
    """

    name: str
    title: str
    spectrum: str
    level_dba: float
    low_db: float
    high_db: float
    height_m: float
    tonal_db: tuple[float, float, float]
    runs: str
    quietest_db: float
    fans: bool
    source: str
    size: str = ""
    reference_kw: float = float("nan")
    largest_kw: float = float("inf")


@cache
def spectra() -> dict[str, Spectrum]:
    """Read the shipped octave spectra by name."""
    found = {}
    for name, entry in _document()["spectra"].items():
        octaves = np.array(entry["octaves_db"], dtype=float)
        octaves.flags.writeable = False
        stated = float(entry.get("stated_dba", "nan"))
        found[name] = Spectrum(name, octaves, stated, _tagged(entry))
    return found


@cache
def plant() -> dict[str, Plant]:
    """Read the shipped kinds of plant by name."""
    found = {}
    for name, entry in _document()["plant"].items():
        fields = {key: value for key, value in entry.items() if key != "tag"}
        tones = tuple(float(value) for value in entry["tonal_db"])
        found[name] = Plant(name=name, **{**fields, "source": _tagged(entry), "tonal_db": tones})
    return found


def source_uncertainty_db(*, maker_data: bool) -> float:
    """Uncertainty of a sound power, either way [dB]: 2 for a maker's test, 5 for a default [D]."""
    key = "maker_db" if maker_data else "default_db"
    return float(_document()["uncertainty"][key]["value"])


def sound_power_dba(kind: str, size_kw: ArrayLike = np.nan) -> NDArray[np.float64]:
    """Sound power of plant by default [dB(A)].

    Parameters
    ----------
    kind : name of the plant in the catalogue.
    size_kw : what its level rises with [kW]: heat rejected or delivered, output, IT load; see
        `Plant.size`. Not used where the level does not depend on size.

    Raises
    ------
    InputError
        A kind that is not in the catalogue, or a size that is below 0 or beyond the catalogue.
    """
    found = _known(kind)
    size = np.asarray(size_kw, dtype=float)
    if not found.size:
        return np.full(size.shape, found.level_dba)
    wrong = (size <= 0) | (size > found.largest_kw)
    if wrong.any():
        limit = "" if np.isinf(found.largest_kw) else f", to {found.largest_kw:g} at most"
        raise InputError(
            Fault(
                kind,
                f"no such {found.size}",
                f"Give kilowatts above 0{limit}, or a maker's sound power",
                column="size_kw",
                value=f"{size[wrong].flat[0]:g}",
            )
        )
    if kind == "generator":
        # The ceiling is a decibel higher for 2 to 10 kW.
        small = (size > _SMALL_SET_KW[0]) & (size <= _SMALL_SET_KW[1])
        return np.asarray(_GENERATOR_DBA + small + np.log10(size))
    return np.asarray(found.level_dba + 10.0 * np.log10(size / found.reference_kw))


def octaves_db(
    kind: str, size_kw: ArrayLike = np.nan, stated_dba: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Octave sound powers of plant [dB], in the catalogue's shape.

    Parameters
    ----------
    kind : name of the plant in the catalogue.
    size_kw : what its level rises with [kW]; not used where a sound power is stated.
    stated_dba : the maker's sound power, in place of the default [dB(A)].

    Raises
    ------
    InputError
        A kind that is not in the catalogue, or a size that is below 0 or beyond the catalogue.
    """
    total = sound_power_dba(kind, size_kw) if stated_dba is None else stated_dba
    return scaled_to(spectra()[_known(kind).spectrum].octaves_db, total)


def dry_cooler_octaves_db(rejected_kw: ArrayLike) -> NDArray[np.float64]:
    """Octave sound powers of a dry cooler at full speed [dB].

    Give the whole heat of the pod: no sink takes any on the hot night that counts.

    Parameters
    ----------
    rejected_kw : heat to reject [kW].
    """
    return octaves_db("dry_cooler", rejected_kw)


def turndown_db(speed_share: ArrayLike) -> NDArray[np.float64]:
    """Change of sound power with fan speed [dB]: 50 lg(n/n0), so -15 at half speed (fan law).

    Only where a condition holds the speed; on a hot night the fans need all of it.

    Parameters
    ----------
    speed_share : fan speed over full speed, above 0 to 1.
    """
    speed = np.asarray(speed_share, dtype=float)
    if np.any((speed <= 0) | (speed > 1)):
        raise InputError(
            Fault("fan", "not a speed", "Give a share above 0, to 1", column="speed_share")
        )
    return np.asarray(_FAN_LAW * np.log10(speed))


def speed_share_for(reduction_db: ArrayLike) -> NDArray[np.float64]:
    """Fan speed at which the sound power falls by so much [share]; the inverse of `turndown_db`."""
    return np.asarray(10.0 ** (-np.maximum(reduction_db, 0.0) / _FAN_LAW))


def from_pressure_dba(level_dba: ArrayLike, distance_m: ArrayLike) -> NDArray[np.float64]:
    """Sound power from a maker's pressure level over hard ground [dB(A)]: Lp + 20 lg r + 8.

    The reflecting ground is in it; do not add 3 dB for it again.

    Parameters
    ----------
    level_dba : sound pressure level [dB(A)].
    distance_m : distance it is stated at, large against the unit [m].
    """
    distance = np.asarray(distance_m, dtype=float)
    return np.asarray(np.asarray(level_dba, float) + 20.0 * np.log10(distance) + _HEMISPHERE_DB)


def from_box_dba(
    level_1m_dba: ArrayLike, length_m: ArrayLike, width_m: ArrayLike, height_m: ArrayLike
) -> NDArray[np.float64]:
    """Sound power from the level 1 m from a box on the ground [dB(A)]: Lp + 10 lg S.

    S is the area of the box 1 m outside, on a hard floor, the idea of EN ISO 3744. A point formula
    at 1 m would be some 12 dB too low for a canopy of 3 m.

    Parameters
    ----------
    level_1m_dba : mean sound pressure level 1 m from the sides [dB(A)].
    length_m : length of the box [m].
    width_m : width of the box [m].
    height_m : height of the box [m].
    """
    length = np.asarray(length_m, dtype=float) + 2.0
    width = np.asarray(width_m, dtype=float) + 2.0
    area = length * width + 2.0 * (np.asarray(height_m, dtype=float) + 1.0) * (length + width)
    return np.asarray(np.asarray(level_1m_dba, dtype=float) + 10.0 * np.log10(area))


def planes_db(count: ArrayLike) -> NDArray[np.float64]:
    """Gain from walls close behind plant [dB]: 3 a wall [D], besides the ground.

    Instead of naming the same walls as facades, never besides it.

    Parameters
    ----------
    count : reflecting walls, 0 to 2.
    """
    return np.asarray(3.0 * np.asarray(count, dtype=float))


def _known(kind: str) -> Plant:
    kinds = plant()
    if kind not in kinds:
        cure = f"Use one of {', '.join(kinds)}"
        raise InputError(Fault("plant", "not in the catalogue", cure, column="kind", value=kind))
    return kinds[kind]


def _tagged(entry: dict[str, Any]) -> str:
    return f"[{entry['tag']}] {entry['source']}"


@cache
def _document() -> dict[str, Any]:
    text = files("siteselect.catalogue").joinpath("sound_sources.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document
