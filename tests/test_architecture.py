"""The house has floors: a module imports only from lower ones, and the outside only where named."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "siteselect"

FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "units", "contracts"),
    (
        "settings",
        "study",
        "study_file",
        "judgement_file",
        "geo",
        "containment",
        "discs",
        "cutting",
        "edge_grid",
        "morton",
        "nearest_edge",
        "nearest_line",
        "snapping",
        "field",
        "network",
        "paths",
        "trench",
        "disjoint",
        "topology",
        "locked_file",
        "program",
    ),
    ("pod", "lorry", "grid", "sizing", "heat", "sound", "fibre", "catalogue"),
    ("finance", "cash_flow", "advice", "kpi_sheet"),
    ("sources", "portals", "operators", "layers", "candidates", "uploads"),
    ("design", "criteria", "rules", "compliance"),
    ("decision", "portfolio"),
    ("assess", "planning", "documents"),
    ("charts", "maps"),
    (
        "report",
        "run_model",
        "runs",
        "batch",
        "postgis_push",
        "comparing",
        "decision_log",
        "starter",
        "fetch",
    ),
    (
        "console",
        "console_batch",
        "console_decision",
        "console_explain",
        "console_heat",
        "console_money",
        "console_pod",
        "console_portfolio",
        "console_runs",
        "serve",
        "cli_options",
        "cli_batch",
        "cli_decision",
        "cli_documents",
        "cli_export",
        "cli_fetch",
        "cli_portfolio",
        "cli_push",
        "cli_runs",
        "cli_site",
        "cli_study",
        "cli_weigh",
        "cli",
        "app",
        "static",
    ),
    ("__main__",),
)
"""Rooms by floor, lowest first. A room may import rooms of its own floor, without a circle."""

ALLOWED: dict[str, frozenset[str]] = {
    "streamlit": frozenset({"app"}),
    "streamlit_folium": frozenset({"app"}),
    "folium": frozenset({"app", "maps"}),
    "branca": frozenset({"app", "maps"}),
    "rich": frozenset(
        {
            "console",
            "console_batch",
            "console_decision",
            "console_explain",
            "console_heat",
            "console_money",
            "console_pod",
            "console_portfolio",
            "console_runs",
        }
    ),
    "typer": frozenset(
        {
            "cli",
            "cli_batch",
            "cli_decision",
            "cli_documents",
            "cli_export",
            "cli_fetch",
            "cli_options",
            "cli_portfolio",
            "cli_push",
            "cli_runs",
            "cli_site",
            "cli_study",
            "cli_weigh",
        }
    ),
    "jinja2": frozenset({"report"}),
    "xlsxwriter": frozenset({"report"}),
    "pyogrio": frozenset({"sources", "report", "batch"}),
    "rasterio": frozenset({"sources", "maps"}),
    "osmium": frozenset({"sources", "portals"}),
    "osmnx": frozenset({"sources", "portals"}),
    "skcriteria": frozenset({"decision"}),
    "rustworkx": frozenset({"topology"}),
    "dask": frozenset({"batch"}),
    "distributed": frozenset({"batch"}),
    "typst": frozenset({"report"}),
    "psycopg": frozenset({"sources", "postgis_push"}),
    "subprocess": frozenset({"serve"}),
    "requests": frozenset({"portals"}),
    "urllib": frozenset({"portals"}),
    "socket": frozenset({"portals"}),
    "matplotlib": frozenset(),
}
"""Libraries that reach outside or draw, and the only rooms that may import them."""

BANNED_NAMES = {"utils", "helpers", "common", "base", "manager", "handler"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """Name every module that a file imports, wherever in the file it does so."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "siteselect":
                found |= {f"siteselect.{alias.name}" for alias in node.names}
    return found


def rooms_imported(path: Path) -> set[str]:
    parts = (name.split(".") for name in imports_of(path) if name.startswith("siteselect."))
    return {part[1] for part in parts}


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_room_has_a_floor_and_imports_only_downwards(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    known = {name for rooms in FLOORS for name in rooms}
    assert room in known, f"give {room!r} a floor"
    above = {
        other
        for other in rooms_imported(path)
        if other in known and floor_of(other) > floor_of(room)
    }
    assert not above, f"{path.name} on floor {floor_of(room)} imports {above} from above"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_outside_libraries_are_imported_only_where_named(path: Path) -> None:
    for name in imports_of(path):
        library = name.split(".")[0]
        if library in ALLOWED:
            assert room_of(path) in ALLOWED[library], f"{path.name} must not import {library}"


def test_rooms_do_not_import_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for path in MODULES:
        room = room_of(path)
        graph.setdefault(room, set()).update(rooms_imported(path) - {room})
    done: set[str] = set()

    def visit(room: str, trail: tuple[str, ...]) -> None:
        assert room not in trail, f"circle: {' -> '.join((*trail, room))}"
        if room in done:
            return
        for other in sorted(graph.get(room, ())):
            visit(other, (*trail, room))
        done.add(room)

    for room in sorted(graph):
        visit(room, ())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_small_and_well_named(path: Path) -> None:
    assert not set(path.relative_to(PACKAGE).with_suffix("").parts) & BANNED_NAMES
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 400, f"{path.name} has {len(lines)} lines: it wants another room"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_functions_stay_short(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            has_docstring = ast.get_docstring(node) is not None
            first = node.body[1] if has_docstring and len(node.body) > 1 else node.body[0]
            length = (node.end_lineno or 0) - first.lineno + 1
            assert length <= 60, f"{path.name}:{node.name} has {length} lines"


def test_the_checker_sees_an_import_from_above(tmp_path: Path) -> None:
    file = tmp_path / "pod.py"
    file.write_text("def f():\n    from siteselect.assess import assess\n", encoding="utf-8")
    assert rooms_imported(file) == {"assess"}
    assert floor_of("assess") > floor_of("pod")
