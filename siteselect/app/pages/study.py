"""Study: what is open, another one to open, its text to edit, and files of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.faults import show_faults
from siteselect.app.opened import apply_own, drop_own, offered, open_other, own, uploads
from siteselect.app.own_study import edited_study
from siteselect.app.report_parts import show_table
from siteselect.app.text import harmless_cell
from siteselect.app.upload import show_uploads
from siteselect.compliance.pack_files import shipped_packs
from siteselect.errors import SiteselectError
from siteselect.report.records import Cell, Table
from siteselect.study_file import load_study

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from siteselect.app.context import Context

ROWS = 500
"""Rejected rows that are shown; the run folder holds all."""
_CHOICE = "study_choice"
_TEXT = "study_text"
_TOLD = "study_told"


def show_choice(files: Sequence[Path], file: Path) -> None:
    """Offer the studies that the server was given; this works while one of them is broken too."""
    st.header("Study", anchor=False)
    names = offered(files)
    if len(names) == 1:
        return
    st.session_state[_CHOICE] = next(name for name, one in names.items() if one == file)
    st.selectbox(
        "Open study",
        list(names),
        key=_CHOICE,
        on_change=_open,
        args=(names,),
        width=460,
    )


def show(context: Context) -> None:
    """Draw the page.

    Parameters
    ----------
    context : the run, the weights of this moment and the chosen site.
    """
    study, rejected = context.loaded.assessment.study, context.loaded.assessment.rejected
    facts = {
        "Title": study.title,
        "Speaks for": study.date.isoformat(),
        "Measured in": study.crs,
        "Candidates": f"{len(context.loaded.assessment.sites):,}",
        "Rule packs": ", ".join(study.packs) or "none",
        "Layers": ", ".join(name.replace("_", " ") for name in study.layers),
    }
    rows = tuple((Cell(name), Cell(value)) for name, value in facts.items())
    show_table(Table("The open study", ("What", "Is"), rows))
    _show_rejected(rejected)
    st.subheader("Files of your own", anchor=False)
    show_uploads()
    st.subheader("Edit the study", anchor=False)
    _show_editor(context)


def _show_rejected(rejected: pd.DataFrame) -> None:
    if rejected.empty:
        return
    st.subheader("Rows that were left out", anchor=False)
    first = rejected.head(ROWS)
    st.dataframe(first.map(harmless_cell), hide_index=True, alt="Rejected rows with the reason")
    if len(first) < len(rejected):
        st.markdown(f"The first {ROWS} of {len(rejected):,} are shown.")


def _show_editor(context: Context) -> None:
    st.markdown(
        "What you apply holds for this session only: nobody else sees it, and no file of the "
        "server is changed. Uploaded files go by the names listed above."
    )
    edited = own()
    if _TEXT not in st.session_state:
        st.session_state[_TEXT] = (
            context.file.read_text(encoding="utf-8-sig") if edited is None else edited.text
        )
    st.text_area("Text of the study (YAML)", key=_TEXT, height=420)
    with st.container(horizontal=True):
        validate = st.button("Validate")
        apply = st.button("Apply", type="primary")
        st.button("Back to the study as given", on_click=_reset, disabled=edited is None)
    if validate or apply:
        _check(context, apply=apply)
    if told := st.session_state.pop(_TOLD, ""):
        st.success(told)


def _check(context: Context, *, apply: bool) -> None:
    text = st.session_state[_TEXT]
    try:
        opened = load_study(context.file)
        study = edited_study(text, opened, uploads().titles, list(shipped_packs()))
        if apply:
            with st.spinner("Reading the layers and measuring the sites"):
                apply_own(study, text, context.file)
    except SiteselectError as error:
        show_faults(error.faults)
        return
    if apply:
        st.session_state[_TOLD] = "The edited study is open in this session."
        st.rerun()
    st.success(
        f"The text is a valid study: {len(study.groups)} groups of criteria, "
        f"{len(study.layers)} layers. Its files are read when it is applied."
    )


def _open(names: dict[str, Path]) -> None:
    open_other(names[st.session_state[_CHOICE]])
    st.session_state.pop(_TEXT, None)


def _reset() -> None:
    drop_own()
    st.session_state.pop(_TEXT, None)
