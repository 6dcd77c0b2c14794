"""What in a zip file must not be unpacked."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import PurePosixPath

from siteselect.sources.file_kinds import HEAD_BYTES, kind_of

MOST_MEMBERS = 1000
"""Files in one archive [J]: a Shapefile has seven, a county of them some hundred."""
SHAPEFILE_ENDINGS = frozenset(
    {".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".qmd", ".xml"}
)
"""Parts of a Shapefile."""
TEXT_ENDINGS = frozenset({".txt", ".pdf", ".html", ".htm", ".md", ".lyr", ".qml", ".sld"})
"""What publishers put beside it, and nobody reads here."""
_UNIX_LINK, _UNIX_KIND = 0o120000, 0o170000


def zip_faults(archive: zipfile.ZipFile, most_bytes: float) -> list[str]:
    """Say what in a zip file must not be unpacked: size, tricks of names, nesting, encryption."""
    members = archive.infolist()
    times = Counter(member.filename for member in members)
    faults = [f"{name[:80]!r} stands in it twice" for name, count in times.items() if count > 1]
    faults += [
        f"{member.filename[:80]!r} {wrong}"
        for member in members[:MOST_MEMBERS]
        if (wrong := _member_fault(member))
    ]
    if len(members) > MOST_MEMBERS:
        faults.append(f"it holds {len(members)} files, more than {MOST_MEMBERS}")
    total = sum(member.file_size for member in members)
    if total > most_bytes:
        faults.append(f"it holds {total / 1e6:,.0f} MB unpacked, more than {most_bytes / 1e6:,.0f}")
    return faults


def not_a_shapefile(archive: zipfile.ZipFile) -> list[str]:
    """Say why a zip file is not one or several Shapefiles and their papers."""
    faults = []
    drawn = False
    for member in archive.infolist():
        ending = PurePosixPath(member.filename.lower()).suffix
        if member.filename.endswith("/"):
            continue
        if ending == ".shp":
            drawn = True
            with archive.open(member) as stream:
                if kind_of(stream.read(HEAD_BYTES)) != "shapefile":
                    faults.append(f"{member.filename[:80]!r} is no Shapefile")
        elif ending not in SHAPEFILE_ENDINGS | TEXT_ENDINGS:
            faults.append(f"{member.filename[:80]!r} is no part of a Shapefile")
    return faults if drawn else [*faults, "it holds no Shapefile"]


def _member_fault(member: zipfile.ZipInfo) -> str | None:  # noqa: PLR0911 - one return a trick
    name = member.filename.replace("\\", "/")
    if not name:
        return "has no name"
    if member.flag_bits & 0x1:
        return "is encrypted"
    if (member.external_attr >> 16) & _UNIX_KIND == _UNIX_LINK:
        return "is a link"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        return "points out of the archive"
    if "\x00" in name or not name.isprintable():
        return "has a name with control characters"
    if name.lower().endswith((".zip", ".7z", ".gz", ".bz2", ".xz", ".tar", ".kmz", ".vrt")):
        return "is an archive or a virtual file itself"
    return None
