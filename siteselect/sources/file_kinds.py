"""What a file is by its content, and what may not reach GDAL.

GDAL guesses the driver from the content, whatever the name says. Some drivers follow addresses
written in the file or start programs (GDAL's documentation of VRT, WMS, WFS, GDALG, GPSBabel and
of the `crs` member of GeoJSON). So only kinds known here are opened, and only without the marks
of such drivers.
"""

from __future__ import annotations

import json
import mmap
import re
import struct
from pathlib import Path
from typing import Literal
from xml.parsers import expat

Kind = Literal[
    "geopackage",
    "sqlite",
    "parquet",
    "zip",
    "geotiff",
    "shapefile",
    "flatgeobuf",
    "json",
    "gml",
    "kml",
    "gpx",
    "mapinfo",
    "text",
    "other",
]

HEAD_BYTES = 4096
"""Enough to know a file by."""
_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"PAR1", "parquet"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"II*\x00", "geotiff"),
    (b"MM\x00*", "geotiff"),
    (b"II+\x00", "geotiff"),
    (b"MM\x00+", "geotiff"),
    (b"\x00\x00\x27\x0a", "shapefile"),
    (b"fgb\x03", "flatgeobuf"),
)
_XML_ROOTS: dict[bytes, Kind] = {b"FeatureCollection": "gml", b"kml": "kml", b"gpx": "gpx"}
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)[\s/>]")
_XML_BEFORE_ROOT = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_GPKG_IDS = (b"GPKG", b"GP10", b"GP11")

_REACHING = re.compile(
    rb"<(?:OGRVRT|VRTDataset|GDAL|WMS_|OGRWFS|OGRCSW|OGCAPI|WCS_GDAL|!ENTITY|!DOCTYPE)"
    rb'|gdal_streamed_alg|"type"\s*:\s*"Topology"|/vsi[a-z0-9_]+/|OVERVIEW_FILE'
)
"""Marks of drivers and virtual files that lead out of the file; and of TopoJSON, in which one
line of coordinates can be used a million times."""
_READ_BY_NAME: frozenset[Kind] = frozenset(
    {"geopackage", "sqlite", "parquet", "zip", "shapefile", "flatgeobuf"}
)
"""Binary kinds: of these only the beginning is searched, which is all that GDAL guesses by."""
_CRS_KEY = re.compile(
    rb'"(?:(?:c|\\u00[46]3)(?:r|\\u00[57]2)(?:s|\\u00[57]3)|coordRefSys)"\s*:\s*', re.IGNORECASE
)
_CRS_LETTERS = 2000
_CRS_NAME = re.compile(
    r"urn:ogc:def:crs:[\w:.-]+|EPSG:+\d+|OGC:CRS84|https?://www\.opengis\.net/def/crs/[\w/.-]+"
    r"|\[OGC:CRS84\]|\[EPSG:\d+\]",
    re.IGNORECASE,
)


def kind_of(head: bytes) -> Kind:
    """Tell what a file is by its first bytes, `HEAD_BYTES` of them or all."""
    if head.startswith(b"SQLite format 3\x00"):
        return "geopackage" if head[68:72] in _GPKG_IDS else "sqlite"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in {b"{", b"["}:
        return "json"
    if start[:1] == b"<":
        return _xml_kind(start)
    if start[:6].lower() == b"!table":
        return "mapinfo"
    return "other" if b"\x00" in head else "text"


def kind_of_file(path: Path) -> Kind:
    """Tell what a file is by its first bytes.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with path.open("rb") as stream:
        return kind_of(stream.read(HEAD_BYTES))


def reaching_out(path: Path) -> str | None:
    """Say what in a file would lead GDAL out of it; None where nothing does.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with path.open("rb") as stream:
        if not stream.read(1):
            return None
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return reaching_out_of(content, kind_of(content[:HEAD_BYTES]))


def reaching_out_of(content: bytes | mmap.mmap, kind: Kind) -> str | None:
    """Say what in a file's content would lead GDAL out of it; None where nothing does."""
    searched = content[:HEAD_BYTES] if kind in _READ_BY_NAME else content
    if mark := _REACHING.search(searched):
        return f"would lead out of the file: it holds {mark.group().decode()!r}"
    if kind != "json":
        return None
    for found in _CRS_KEY.finditer(content):
        if not _plain_crs(content[found.end() : found.end() + _CRS_LETTERS]):
            return "states a `crs` that is a link, or a name that would have to be looked up"
    return None


def xml_fault(path: Path) -> str | None:
    """Say why a file is no whole XML; GDAL gives what stands before the fault, in silence.

    Documents with a DOCTYPE are refused before, so that no entity can unfold.
    """
    try:
        with path.open("rb") as stream:
            expat.ParserCreate().ParseFile(stream)
    except (expat.ExpatError, LookupError, ValueError, OSError) as error:
        return f"not whole XML: {error}"
    return None


def tiff_size(content: bytes) -> tuple[int, int] | None:
    """Read width and height of the first picture of a TIFF file; None where it has none.

    TIFF 6.0, section 2 (image file directory; tags 256 and 257), and BigTIFF.
    """
    order: Literal["<", ">"] = "<" if content[:2] == b"II" else ">"
    big = content[2:4] in {b"+\x00", b"\x00+"}
    try:
        at = struct.unpack_from(order + ("Q" if big else "I"), content, 8 if big else 4)[0]
        count = struct.unpack_from(order + ("Q" if big else "H"), content, at)[0]
        first, step = at + (8 if big else 2), (20 if big else 12)
        sizes: dict[int, int] = {}
        for entry in range(first, first + step * min(count, 4096), step):
            tag, kind = struct.unpack_from(order + "HH", content, entry)
            form = {3: "H", 4: "I", 16: "Q"}.get(kind)
            if tag in {256, 257} and form is not None:
                sizes[tag] = struct.unpack_from(order + form, content, entry + step // 2 + 2)[0]
    except struct.error:
        return None
    return (sizes[256], sizes[257]) if len(sizes) == 2 else None  # noqa: PLR2004 - both sides


def _xml_kind(start: bytes) -> Kind:
    while before := _XML_BEFORE_ROOT.match(start):
        start = start[before.end() :]
    root = _ROOT.match(start)
    return "other" if root is None else _XML_ROOTS.get(root.group(1), "other")


def _plain_crs(after: bytes) -> bool:
    """Say whether the value after a `crs` key is harmless: no object, or one with a known name."""
    text = after.decode("utf-8", errors="replace")
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return text[:1] not in {"{", "["}
    if isinstance(value, str):
        return "://" not in value or _CRS_NAME.fullmatch(value) is not None
    if not isinstance(value, dict):
        return not isinstance(value, list)
    inner = value.get("properties")
    name = inner.get("name") if isinstance(inner, dict) else None
    return value.get("type") == "name" and _CRS_NAME.fullmatch(str(name)) is not None
