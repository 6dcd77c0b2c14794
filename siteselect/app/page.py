"""The frame of the app: opens the study, draws what all pages share, and runs the chosen page."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from siteselect.app.assets import static_folder
from siteselect.app.context import Context
from siteselect.app.faults import show_faults
from siteselect.app.header import show_header
from siteselect.app.loading import study_path
from siteselect.app.opened import STUDY, offered, open_file, opened_run, own, with_drawn
from siteselect.app.saved import forget_scenarios
from siteselect.app.selection import WISH, begin, correct, current
from siteselect.app.sign_in import require_sign_in
from siteselect.app.state import PARAMETERS, read_drawn, read_view, write_view
from siteselect.app.text import escape
from siteselect.app.tour import TOUR, tour_parameter
from siteselect.app.weights import ranked, sidebar
from siteselect.decision.ranking import order
from siteselect.errors import SiteselectError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from siteselect.app.loading import Loaded

PAGES = {
    "study": "Study",
    "rank": "Map and rank",
    "site": "Site",
    "compare": "Compare",
    "uncertainty": "Uncertainty",
    "compliance": "Compliance",
    "portfolio": "Portfolio",
    "data": "Data",
    "export": "Export",
}
"""Pages by the last part of their address, which is also the name of their module."""
FIRST = "rank"
"""The page that opens by itself; its address is that of the app."""
WEIGHTED = frozenset({"rank", "site", "compare", "uncertainty", "portfolio"})
"""Pages that have the weights beside them."""
_READY = "ready_for"
_LAST = "last_address"


def main(default: Path | None = None) -> None:
    """Draw the app; Streamlit calls this at every change.

    Parameters
    ----------
    default : study to show where neither the command line nor the environment names one.
    """
    st.set_page_config("siteselect", layout="wide", initial_sidebar_state=250)
    st.html(static_folder() / "siteselect" / "page.css")
    require_sign_in()
    named = study_path(sys.argv[1:], os.environ, default)
    if named is None:
        _show_no_study()
        return
    files = [named] if default is None or not default.is_file() else [named, default]
    held: list[Callable[[], None]] = []
    pages = {
        name: st.Page(_runner(held), title=title, url_path=name, default=name == FIRST)
        for name, title in PAGES.items()
    }
    page = st.navigation(list(pages.values()), position="top")
    wish = st.session_state.pop(WISH, None)
    if wish in pages:
        st.switch_page(pages[wish])
    name = page.url_path or FIRST
    held.append(lambda: _show(name, files))
    page.run()


def _runner(held: list[Callable[[], None]]) -> Callable[[], None]:
    def run() -> None:
        held[0]()

    return run


def _show(name: str, files: Sequence[Path]) -> None:
    module: Any = import_module(f"siteselect.app.pages.{name}")
    file = open_file(files)
    try:
        base = opened_run(file)
    except SiteselectError as error:
        _show_broken(name, module, file, files, error)
        return
    _start(base, file)
    context = _context(base, file)
    if name in WEIGHTED:
        sidebar(context.loaded.assessment, context.view)
    wanted = _address(context, files)
    show_header(context, wanted)
    if name == "study":
        module.show_choice(files, file)
    module.show(context)
    _to_address(_address(replace(context, view=current()), files))


def _start(base: Loaded, file: Path) -> None:
    """Take the first look at a study from the address bar, or from what was looked at before."""
    if st.session_state.get(_READY) == base.run:
        return
    before: Mapping[str, str] | None = st.session_state.get(_LAST)
    if before is None:
        params = {str(key): str(value) for key, value in st.query_params.to_dict().items()}
    else:
        params = dict(before) if before.get(STUDY, "") == _study_of(base) else {}
    loaded, drawn = _settled(base, read_drawn(params), file)
    found = loaded.assessment
    rules = frozenset(found.findings["rule_id"])
    view = read_view(params, base.assessment.study, found.sites.index, rules)
    begin(replace(view, drawn=drawn))
    if st.session_state.get(TOUR) is None:
        st.session_state[TOUR] = tour_parameter(params)
    if before is not None and not params:
        forget_scenarios()
    st.session_state[_READY] = base.run


def _settled(base: Loaded, points: Any, file: Path) -> tuple[Loaded, Any]:
    """Give the run with the drawn candidates that can be assessed, and say what is wrong."""
    try:
        loaded, kept, faults = with_drawn(base, points, file)
    except SiteselectError as error:
        loaded, kept, faults = base, (), error.faults
    if faults:
        show_faults(faults)
    return loaded, kept


def _context(base: Loaded, file: Path) -> Context:
    view = current()
    loaded, drawn = _settled(base, view.drawn, file)
    sites, rules = loaded.assessment.sites.index, loaded.assessment.findings["rule_id"]
    correct(
        drawn=drawn,
        site=view.site if view.site in sites else None,
        ignored=tuple(rule for rule in view.ignored if rule in frozenset(rules)),
    )
    view = current()
    now = ranked(loaded.assessment, view, loaded.run)
    leader = str(order(now.ranking.table)[0])
    return Context(
        file=file,
        loaded=loaded,
        now=now,
        view=view,
        selected=leader if view.site is None else view.site,
        private=own() is not None or bool(drawn),
    )


def _show_broken(
    name: str, module: Any, file: Path, files: Sequence[Path], error: SiteselectError
) -> None:
    st.title("This study cannot be shown yet")
    st.markdown(f"Correct the files of {escape(file.name)} and reload the page.")
    show_faults(error.faults)
    if name == "study":
        module.show_choice(files, file)


def _show_no_study() -> None:
    st.title("No study chosen")
    st.markdown("Start the app with one: `streamlit run app.py -- path/to/study.yaml`")


def _study_of(base: Loaded) -> str:
    return base.assessment.study.name


def _address(context: Context, files: Sequence[Path]) -> dict[str, str]:
    """Write the address of what is looked at, as short as it can be."""
    study = context.loaded.assessment.study
    wanted = write_view(context.view, study)
    st.session_state[_LAST] = {**wanted, STUDY: study.name}
    names = [key for key, file in offered(files).items() if file == context.file]
    if own() is None and context.file != files[0] and names:
        wanted[STUDY] = names[0]
    if st.session_state.get(TOUR) == 0 and wanted == {}:
        wanted["tour"] = "0"
    return wanted


def _to_address(wanted: Mapping[str, str]) -> None:
    params = st.query_params.to_dict()
    others = {key: value for key, value in params.items() if key not in PARAMETERS}
    if params != {**others, **wanted}:
        st.query_params.from_dict({**others, **wanted})
