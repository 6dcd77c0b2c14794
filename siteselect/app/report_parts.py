"""Parts of the report on the page: its tables, its charts, and whole sections of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.text import escape, figure_html, link, table_html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.report.records import Cell, Plate, Section, Table


def show_section(section: Section) -> None:
    """Draw a section in the order of its record, with its charts in two columns."""
    for line in section.lines:
        st.markdown(cell_text(line))
    for table in section.tables:
        show_captioned(table)
    for note in section.notes:
        st.markdown(escape(note))
    _show_plates(section.plates)
    for result in section.results:
        show_captioned(result)
    for closing in section.closing:
        st.markdown(escape(closing))


def show_beside(plate: Plate, *, titled: bool = True) -> None:
    """Draw a chart with its numbers beside it, on a phone beneath it; `titled` adds the caption."""
    if titled:
        st.markdown(f"**{escape(plate.table.caption)}**")
    chart, numbers = st.columns(2, gap="medium")
    with chart:
        st.html(figure_html(plate.figure))
    with numbers:
        show_table(plate.table)
    if plate.figure.text:
        st.markdown(escape(plate.figure.text))


def _show_plates(plates: Sequence[Plate]) -> None:
    if len(plates) == 1:
        show_beside(plates[0])
        return
    # Side by side in halves, so that on a phone, where they stack, they keep their order.
    half = len(plates) // 2
    for number, column in enumerate(st.columns(2, gap="medium") if plates else ()):
        with column:
            part = plates[half:] if number else plates[:half]
            for plate in part:
                show_plate(plate)


def show_plate(plate: Plate) -> None:
    """Draw a chart under its title, with its numbers folded away beneath it."""
    caption = escape(plate.table.caption)
    st.markdown(f"**{caption}**")
    st.html(figure_html(plate.figure))
    if plate.figure.text:
        st.markdown(escape(plate.figure.text))
    with st.expander(f"{caption}: the numbers"):
        show_table(plate.table)


def show_captioned(table: Table) -> None:
    """Draw a table under its caption."""
    tag = f" ({escape(table.tag)})" if table.tag else ""
    st.markdown(f"**{escape(table.caption)}**{tag}")
    show_table(table)


def show_table(table: Table) -> None:
    """Draw a table of the report as one that a screen reader can walk through."""
    st.html(table_html(table))


def cell_text(cell: Cell) -> str:
    """Write a cell as Markdown, its note in brackets and its tag in bold."""
    words = link(cell.text, cell.url) if cell.url else escape(cell.text)
    note = f" ({escape(cell.note)})" if cell.note else ""
    return words + note + (f" **{escape(cell.tag)}**" if cell.tag else "")
