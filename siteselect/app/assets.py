"""Files for the browser: Leaflet and the map's script from the package, the base map from memory.

Streamlit serves the folder of every declared component, so both need no setting and work from an
installed wheel and under a base path. Such files are public to whoever reaches the server: only
the package's own files and the base map may lie there.
"""

from __future__ import annotations

import tempfile
from importlib import resources
from pathlib import Path

import streamlit as st
from streamlit.components.v1 import declare_component

_ASSETS = "siteselect_assets"
_GROUND = "siteselect_ground"


def static_folder() -> Path:
    """Find the package's folder of static files."""
    return Path(str(resources.files("siteselect") / "static"))


def assets_url() -> str:
    """Serve the static files; the address is relative to the map's frame."""
    declared = declare_component(_ASSETS, path=str(static_folder()))
    return f"../{declared.name}"


def ground_url(name: str, content: bytes) -> str:
    """Serve the base map under a name made of its hash, so that a browser asks for it once."""
    folder = Path(_ground_folder().name)
    file = folder / name
    if not file.exists():
        part = file.with_suffix(".part")
        part.write_bytes(content)
        part.replace(file)
    declared = declare_component(_GROUND, path=str(folder))
    return f"../{declared.name}/{name}"


@st.cache_resource(show_spinner=False)
def _ground_folder() -> tempfile.TemporaryDirectory[str]:
    # The object removes its folder when the process ends.
    return tempfile.TemporaryDirectory(prefix="siteselect-ground-")
