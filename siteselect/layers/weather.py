"""A year of weather: from a file where there is one, made from monthly normals elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.contracts import Provenance
from siteselect.errors import Fault, StudyError
from siteselect.geo import lonlat
from siteselect.heat.synthetic_weather import normals_near, synthetic_weather
from siteselect.layers.reading import certificate
from siteselect.sources.registry import locate
from siteselect.sources.weather_epw import read_weather

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from siteselect.heat.weather import Weather
    from siteselect.layers.reading import Place
    from siteselect.study import Study

FAR_KM = 300.0
"""Normals of a place farther away than this are refused: they would be another climate."""


def year_of_weather(study: Study, area: BaseGeometry, place: Place) -> tuple[Weather, Provenance]:
    """Give the year that heat is matched over, with its birth certificate.

    Raises
    ------
    SourceError, InputError
        The weather file cannot be used.
    StudyError
        There is no file, and no normals from near enough.
    """
    file = study.climate.weather
    if file is not None:
        path = locate(file.path, place.folders, "climate.weather", place.limits)
        return read_weather(path, study.climate.time_zone), certificate(file, path)
    lon, lat = lonlat(np.array([area.centroid], dtype=object), place.crs)
    normals = normals_near(float(lat[0]), float(lon[0]))
    if normals.distance_km > FAR_KM:
        raise StudyError(
            Fault(
                f"study {study.name}",
                f"no weather file, and the nearest normals ({normals.name}) are "
                f"{normals.distance_km:.0f} km away",
                "Give an EPW or PVGIS file under `climate.weather`.",
                column="climate.weather",
            )
        )
    weather = synthetic_weather(normals, study.climate.year, study.climate.time_zone, study.seed)
    birth = Provenance(
        source=f"Monthly normals of {normals.name}, {normals.distance_km:.0f} km away",
        date=str(study.climate.year),
        licence="Apache-2.0, part of siteselect",
        basis="modelled",
        note=f"{normals.source}. A made year, not a measured one: real extremes are sharper.",
    )
    return weather, birth
