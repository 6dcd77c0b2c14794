"""Which source reads which file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import siteselect.sources
from siteselect.contracts import Source, collect
from siteselect.errors import Fault, SourceError
from siteselect.settings.limits import USUAL, Limits
from siteselect.sources import operator_table, vector_file

if TYPE_CHECKING:
    import geopandas as gpd


_LEADS_ELSEWHERE = re.compile(r"^\s*[A-Za-z][\w+.-]+:|://|^\s*[/\\]+vsi", re.ASCII)
"""Addresses, names of drivers and servers (PG:, MYSQL:), and GDAL's virtual files; `C:` is none."""


@cache
def sources() -> dict[str, ModuleType]:
    """Find every source on the shelf, by name."""
    return collect(siteselect.sources, "SOURCE")


def records() -> dict[str, Source]:
    """Give the record of every source on the shelf."""
    return {name: module.SOURCE for name, module in sources().items()}


def locate(path: str, folders: tuple[Path, ...], wanted_by: str, limits: Limits = USUAL) -> Path:
    """Find a file named in a study in the first folder that has it.

    Raises
    ------
    SourceError
        It is nowhere, is a folder, has no bytes or too many, or is not a plain local path.
    """
    if _LEADS_ELSEWHERE.search(path) or not path.isprintable():
        raise SourceError(
            Fault(wanted_by, "not a local file", "Download it and name the local copy.", value=path)
        )
    tried = [folder / path for folder in folders]
    for file in tried:
        if _is_file(file):
            if file.stat().st_size == 0:
                raise SourceError(
                    Fault(str(file), "the file has 0 bytes", "Fetch or export it again.")
                )
            size_mb = file.stat().st_size / 1e6
            if size_mb > limits.file_mb:
                problem = f"{size_mb:,.1f} MB, more than {limits.file_mb:,g}"
                raise SourceError(
                    Fault(str(file), problem, "Cut it to the area, or raise `limits.file_mb`.")
                )
            return file
    raise SourceError(
        Fault(
            wanted_by,
            "no such file",
            f"Looked for {' and '.join(map(str, tried))}. Use --data to name another folder.",
            value=path,
        )
    )


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:
        return False  # the name is too long for the disk


def read_any(
    path: Path,
    layer: str,
    tags: Mapping[str, tuple[str, ...]] | None = None,
    table: str | None = None,
    reader: str | None = None,
    limits: Limits = USUAL,
) -> gpd.GeoDataFrame:
    """Read a file with the reader stated, or with the source that its ending asks for.

    An ending that nobody claims goes to GDAL.

    Raises
    ------
    SourceError, InputError
        From the source; or no source reads such a file, or none has the name of the reader.
    """
    if reader is not None:
        return _by_name(path, layer, tags, table, reader, limits)
    name = path.name.lower()
    fitting = [
        (len(ending), module)
        for module in sources().values()
        for ending in module.SOURCE.endings
        if name.endswith(ending)
    ]
    if not fitting:
        return _by_gdal(path, layer, table, limits)
    module = max(fitting, key=lambda pair: pair[0])[1]
    frame: gpd.GeoDataFrame = module.read(path, layer, tags=tags, table=table, limits=limits)
    return frame


def _by_name(
    path: Path,
    layer: str,
    tags: Mapping[str, tuple[str, ...]] | None,
    table: str | None,
    reader: str,
    limits: Limits,
) -> gpd.GeoDataFrame:
    if reader in operator_table.READERS:
        return operator_table.read_of(path, layer, reader, table, limits)
    module = sources().get(reader)
    if module is None or module is operator_table or not hasattr(module, "read"):
        known = sorted({*operator_table.READERS, *sources()} - {operator_table.SOURCE.name})
        raise SourceError(
            Fault(
                str(path),
                "no reader of this name",
                f"Choose from: {', '.join(known)}.",
                column="reader",
                value=reader,
            )
        )
    frame: gpd.GeoDataFrame = module.read(path, layer, tags=tags, table=table, limits=limits)
    return frame


def _by_gdal(path: Path, layer: str, table: str | None, limits: Limits) -> gpd.GeoDataFrame:
    try:
        return vector_file.read(path, layer, table=table, limits=limits)
    except SourceError as error:
        known = sorted({ending for record in records().values() for ending in record.endings})
        raise SourceError(
            [
                Fault(
                    str(path),
                    "no source reads this kind of file, nor does GDAL",
                    f"Known endings: {', '.join(known)}.",
                ),
                *error.faults,
            ]
        ) from None
