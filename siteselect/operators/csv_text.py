"""Delimited text as operators publish it: cells of several lines, a 'sep=' line, old encodings."""

from __future__ import annotations

import csv
import io

import pandas as pd

from siteselect.errors import Fault, InputError, SourceError

SEPARATORS = ",;\t|"


def read(content: bytes, name: str) -> pd.DataFrame:
    """Read all cells as text, on the number of their row, the header being row 1.

    Parameters
    ----------
    content : bytes of the file.
    name : file or URL for messages.

    Raises
    ------
    SourceError
        It is not delimited text, or holds a header and nothing else.
    InputError
        Rows of another length than the header, all of them.
    """
    text = _decoded(content, name)
    first, _, rest = text.partition("\n")
    stated = ""
    if first.strip().lower().startswith("sep="):
        stated, text = first.strip()[4:5], rest
    separator = stated or max(SEPARATORS, key=text.split("\n", 1)[0].count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise SourceError(
            Fault(name, f"not a table: {error}", "Fetch it again: it may have broken off.")
        ) from None
    body = [(number, row) for number, row in enumerate(rows[1:], 2) if any(map(str.strip, row))]
    if not body:
        raise SourceError(
            Fault(
                name,
                "the table has a header and no rows",
                "Portals do that where a key is wanted: register and state the key.",
            )
        )
    width = len(rows[0])
    faults = [
        Fault(name, f"{len(row)} cells where the header has {width}", "Fetch it again.", row=number)
        for number, row in body
        if len(row) != width
    ]
    if faults:
        raise InputError(faults)
    return pd.DataFrame(
        [row for _, row in body], columns=rows[0], index=[at for at, _ in body], dtype=object
    )


def _decoded(content: bytes, name: str) -> str:
    if b"\x00" in content:
        raise SourceError(Fault(name, "holds binary data", "Give the CSV, not the workbook."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Spreadsheets of British operators are saved in the Windows code page.
        return content.decode("cp1252", errors="replace")
