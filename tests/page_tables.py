"""What a page of the app shows, read as a reader meets it: its tables, freed of markup."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


class _Reader(HTMLParser):
    """Collects the cells of one table; notes and tags stand after their cell's words."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in {"th", "td"}:
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in {"th", "td"}

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def report_tables(app: AppTest) -> list[pd.DataFrame]:
    """Read the tables of the report on a page."""
    found = []
    for element in app.get("html"):
        body = element.proto.body
        if "<table" not in body:
            continue
        reader = _Reader()
        reader.feed(body)
        head, *rows = reader.rows
        found.append(pd.DataFrame(rows, columns=head))
    return found


def table_with(app: AppTest, *heads: str) -> pd.DataFrame:
    """Find the one table that has these columns."""
    (found,) = [table for table in report_tables(app) if set(heads) <= set(table.columns)]
    return found
