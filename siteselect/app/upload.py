"""Files of the reader: found fit first, then kept in the session's own folder, and nowhere else."""

from __future__ import annotations

import streamlit as st

from siteselect.app.faults import show_faults
from siteselect.app.opened import keep_upload, uploads
from siteselect.app.own_study import UPLOADS
from siteselect.app.text import escape
from siteselect.errors import Fault, InputError, SiteselectError
from siteselect.uploads import UploadLimits, accept

MOST = 20
"""Files that one session may keep."""
KINDS = ("csv", "geojson", "json", "gpkg", "zip", "parquet", "tif")
SOURCE = "uploaded by the reader in this session, unverified"
_FILES = "upload_files"
_DONE = "upload_done"


def show_uploads() -> None:
    """Draw the upload of lists and layers, and what was uploaded so far."""
    st.markdown(
        "Candidate lists and layers as CSV, GeoJSON, GeoPackage, zipped Shapefile, GeoParquet or "
        "GeoTIFF. They are checked, stay in this session and go when it ends."
    )
    given = st.file_uploader("Files", type=list(KINDS), accept_multiple_files=True, key=_FILES)
    done: set[str] = st.session_state.setdefault(_DONE, set())
    for file in given or ():
        if file.file_id not in done:
            done.add(file.file_id)
            _take(file.name, file.getvalue())
    if titles := uploads().titles:
        st.markdown(
            "\n".join(f"- `{UPLOADS}{name}`: {escape(title)}" for name, title in titles.items())
        )
        st.markdown("Name a file in the study so, with its provenance, then apply the study:")
        st.code(_example(list(titles)[-1]), language=None)


def _take(name: str, content: bytes) -> None:
    try:
        if len(uploads().titles) >= MOST:
            raise InputError(Fault("upload", f"{MOST} files are kept", "Reload the page."))
        accepted = accept(name, content, UploadLimits())
        keep_upload(accepted, name[:80])
    except SiteselectError as error:
        show_faults(error.faults)
        return
    st.success(f"{escape(name[:80])} is there ({escape(accepted.kind)}).")


def _example(name: str) -> str:
    return (
        f"- path: {UPLOADS}{name}\n  source: {SOURCE}\n  date: not stated\n"
        "  licence: not confirmed\n  basis: assumed\n"
    )
