"""Start the planner's app."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from siteselect.errors import Fault, SourceError


def serve(study: Path | None, port: int, data: Path | None = None) -> int:
    """Run the app until it is stopped, and give its exit code.

    Raises
    ------
    SourceError
        The extra `app` is not installed, or the study file is absent.
    """
    missing = [
        name
        for name in ("streamlit", "folium", "streamlit_folium")
        if importlib.util.find_spec(name) is None
    ]
    if missing:
        raise SourceError(
            Fault("siteselect app", "the app is not installed", "pip install 'siteselect[app]'")
        )
    environment = dict(os.environ)
    if study is not None:
        if not study.is_file():
            raise SourceError(
                Fault("siteselect app", "no such study file", "Check the path.", value=str(study))
            )
        environment["SITESELECT_STUDY"] = str(study.resolve())
    if data is not None:
        environment["SITESELECT_DATA"] = str(data.resolve())
    script = importlib.util.find_spec("siteselect.app.entry.main")
    if script is None or script.origin is None:
        raise SourceError(Fault("siteselect app", "the app's script is missing", "Reinstall."))
    command = [sys.executable, "-m", "streamlit", "run", script.origin]
    options = [
        f"--server.port={port}",
        "--browser.gatherUsageStats=false",
        "--server.maxUploadSize=20",
        "--server.showEmailPrompt=false",
    ]
    return subprocess.run([*command, *options], env=environment, check=False).returncode  # noqa: S603 - fixed program, arguments from our own command line
