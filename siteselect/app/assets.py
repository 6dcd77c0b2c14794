"""Files for the browser: Leaflet and the map's script from the package, a study's from memory.

Streamlit serves the folder of every declared component, so both need no setting and work from an
installed wheel and under a base path. Such files are public to whoever reaches the server: only
the package's own files and those of the study that the server was started with may lie there,
never what a user has uploaded or drawn.
"""

from __future__ import annotations

import tempfile
from importlib import resources
from pathlib import Path

import streamlit as st
from streamlit.components.v1 import declare_component

from siteselect.maps.encoding import DataFile

_ASSETS = "siteselect_assets"
_STUDY = "siteselect_study"


def static_folder() -> Path:
    """Find the package's folder of static files."""
    return Path(str(resources.files("siteselect") / "static"))


def assets_url() -> str:
    """Serve the static files; the address is relative to the map's frame."""
    declared = declare_component(_ASSETS, path=str(static_folder()))
    return f"../{declared.name}"


def public_url(data: DataFile) -> str:
    """Serve data to all under a name made of their hash, so that a browser asks for them once."""
    folder = Path(_study_folder().name)
    file = folder / data.name
    if not file.exists():
        part = file.with_suffix(".part")
        part.write_bytes(data.content)
        part.replace(file)
    declared = declare_component(_STUDY, path=str(folder))
    return f"../{declared.name}/{data.name}"


@st.cache_resource(show_spinner=False)
def _study_folder() -> tempfile.TemporaryDirectory[str]:
    # The object removes its folder when the process ends.
    return tempfile.TemporaryDirectory(prefix="siteselect-study-")
