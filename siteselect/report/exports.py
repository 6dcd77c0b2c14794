"""Every file that a study can be taken away as, by the name of its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siteselect.decision.ranking import order
from siteselect.errors import Fault, RunError, StudyError
from siteselect.maps.cog import cloud_optimised
from siteselect.maps.noise import geotiff, noise_field
from siteselect.report.gis_files import area_geojson, routes_geojson, sites_geojson
from siteselect.report.tables import export_note, write_geoparquet, write_gpkg
from siteselect.report.workbook import workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from siteselect.assess import Assessment

FORMATS = {
    "xlsx": "workbook with live formulas",
    "gpkg": "GeoPackage with styles for QGIS",
    "geoparquet": "GeoParquet 1.1",
    "geojson": "GeoJSON (RFC 7946)",
    "cog": "cloud-optimised GeoTIFF of the plant noise round a site",
}
ENDINGS = {
    ".xlsx": "xlsx",
    ".gpkg": "gpkg",
    ".parquet": "geoparquet",
    ".geojson": "geojson",
    ".tif": "cog",
}
LAYERS = ("sites", "routes", "area")
"""What GeoJSON can hold, one in a file."""
ROUTED = 5
"""Leading sites whose ways are drawn where none is named."""


def export_target(out: Path, kind: str | None, study: str) -> tuple[Path, str]:
    """Say which file to write and in which format.

    Parameters
    ----------
    out : a file, or a folder that exists.
    kind : name of a format; None takes it from the file's ending.
    study : name of the study, and of the file where a folder is given.

    Raises
    ------
    StudyError
        There is no such format, or none can be told from the ending.
    """
    if kind is not None and kind not in FORMATS:
        raise StudyError(
            Fault("--format", "no such format", f"Choose from: {', '.join(FORMATS)}.", value=kind)
        )
    if out.is_dir():
        if kind is None:
            cure = f"Name a file, or give --format: {', '.join(FORMATS)}."
            raise StudyError(Fault("--out", "a folder says no format", cure, value=str(out)))
        ending = next(end for end, name in ENDINGS.items() if name == kind)
        return out / f"{study}{ending}", kind
    told = kind or ENDINGS.get(out.suffix.lower())
    if told is None:
        cure = f"End it in {', '.join(ENDINGS)}, or give --format."
        raise StudyError(Fault("--out", "no format has this ending", cure, value=out.name))
    return out, told


def export(
    assessment: Assessment,
    file: Path,
    kind: str,
    *,
    layer: str = "sites",
    sites: Sequence[str] = (),
) -> None:
    """Write an assessment into a file of one format; an older file is replaced.

    Parameters
    ----------
    assessment : what to write.
    file : the file.
    kind : name of a format in `FORMATS`.
    layer : for GeoJSON, which of `LAYERS`.
    sites : sites whose ways are drawn, or round the first of which noise is mapped; left out, the
        leading ones.

    Raises
    ------
    InputError
        There are too many sites for a workbook.
    RunError
        The file cannot be written.
    StudyError
        There is no such layer.
    """
    check_layer(layer)
    chosen = [str(site) for site in sites or order(assessment.ranking.table)[:ROUTED]]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if kind == "gpkg":
            write_gpkg(assessment, file, chosen)
        elif kind == "geoparquet":
            write_geoparquet(assessment, file)
        else:
            file.write_bytes(_content(assessment, kind, layer, chosen))
    except OSError as error:
        if isinstance(error, RunError):
            raise
        raise RunError(
            Fault(str(file), f"cannot be written: {error.strerror}", "Choose another place.")
        ) from None


def _content(assessment: Assessment, kind: str, layer: str, sites: Sequence[str]) -> bytes:
    if kind == "xlsx":
        return workbook(assessment)
    if kind == "cog":
        return noise_cog(assessment, sites[0])
    if layer == "sites":
        return sites_geojson(assessment).encode()
    if layer == "routes":
        return routes_geojson(assessment, sites).encode()
    return area_geojson(assessment).encode()


def check_layer(layer: str) -> None:
    """Refuse a layer that no GeoJSON holds.

    Raises
    ------
    StudyError
        There is no such layer.
    """
    if layer not in LAYERS:
        raise StudyError(
            Fault("--layer", "no such layer", f"Choose from: {', '.join(LAYERS)}.", value=layer)
        )


def noise_cog(assessment: Assessment, site: str) -> bytes:
    """Write the noise of the plant round one site as a cloud-optimised GeoTIFF [dB(A)]."""
    study, territory = assessment.study, assessment.territory
    field = noise_field(study, territory, assessment.sites.geometry.loc[site])
    return cloud_optimised(
        geotiff(
            field,
            territory.crs,
            site=site,
            study=study.name,
            date=study.date.isoformat(),
            note=export_note(assessment),
        )
    )
