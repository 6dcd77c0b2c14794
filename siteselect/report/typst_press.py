"""The press: one Typst compiler a process, with the shipped font only and fixed standards."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from siteselect.errors import Fault, InputError
from siteselect.report.typst_text import font_folder

if TYPE_CHECKING:
    from datetime import date

STANDARDS = ("a-2a", "ua-1")
"""PDF/A-2a for the archive and PDF/UA-1 for assistive technology, both in one file."""


def press(template: str, data: dict[str, Any], day: date) -> bytes:
    """Set one report as PDF; the same data give the same bytes.

    Parameters
    ----------
    template : name of a template of the program, without suffix.
    data : plain data, handed over as JSON and only shown.
    day : date that the document bears.

    Raises
    ------
    InputError
        The extra `pdf` is not installed.
    """
    made = _compiler(template).compile(
        sys_inputs={"report": json.dumps(data, ensure_ascii=False)},
        format="pdf",
        pdf_standards=list(STANDARDS),
        timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )
    return bytes(made)


def check_installed() -> None:
    """Say what to install where Typst is missing.

    Raises
    ------
    InputError
        The extra `pdf` is not installed.
    """
    try:
        import typst  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        cure = "Run: pip install 'siteselect[pdf]'. Reports as HTML need nothing more."
        raise InputError(Fault("PDF", "Typst, which sets PDF, is not installed", cure)) from error


@cache
def _compiler(template: str) -> Any:
    check_installed()
    import typst  # noqa: PLC0415 - an extra

    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(font_folder())],
    )
    folder = resources.files("siteselect.report").joinpath("typst")
    return typst.Compiler(
        str(folder.joinpath(f"{template}.typ")),
        root=str(folder),
        font_paths=fonts,
        ignore_system_fonts=True,
    )
