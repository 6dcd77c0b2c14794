"""A real PostgreSQL with PostGIS, started in a folder of its own and removed afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER = "siteselect_test"


def binaries() -> Path | None:
    """Find a PostgreSQL that has PostGIS."""
    for control in sorted(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        folder = Path("/usr/lib/postgresql") / control.parts[4] / "bin"
        if (folder / "initdb").is_file():
            return folder
    return None


@contextmanager
def serving() -> Iterator[str]:
    """Start a server that listens on a socket only, and give its URL."""
    pytest.importorskip("psycopg", reason="the extra `postgis` is not installed")
    found = binaries()
    if found is None:
        pytest.skip("no PostgreSQL with PostGIS is installed")
    # PostgreSQL refuses to run as root.
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    before = as_user if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as name:
        folder = Path(name)
        if before:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        first = ["initdb", "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        _run([*before, str(found / first[0]), *first[1:], "--locale=C.UTF-8"])
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        control = [*before, str(found / "pg_ctl"), "-D", str(data), "-w"]
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"])
        try:
            yield f"postgresql://{USER}@/postgres?host={folder}"
        finally:
            _run([*control, "-m", "immediate", "stop"])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")
