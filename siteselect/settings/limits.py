"""How large an input may be before it is refused."""

from __future__ import annotations

from pydantic import Field

from siteselect.settings.declared import Declared


class Limits(Declared):
    """Largest inputs that are read; what is larger is refused with a fault, not read in part.

    The numbers are judgements [J] for a machine with 16 GB: a file at its limit is read in some
    gigabytes and minutes. Raise them in the study where the machine is larger.
    """

    file_mb: float = Field(default=4_000.0, gt=0, le=1_000_000)
    """Largest file, and the most that a zip file may hold [megabytes] [J]."""
    text_mb: float = Field(default=500.0, gt=0, le=1_000_000)
    """Largest file of text that is read whole: CSV, JSON tables, weather [megabytes] [J]."""
    rows: int = Field(default=5_000_000, gt=0)
    """Most rows or features of one file [J]."""
    columns: int = Field(default=1_000, gt=0)
    """Most columns of one file [J]."""
    cell_letters: int = Field(default=100_000, gt=0, le=131_072)
    """Longest cell of a table [letters] [J; the CSV reader itself ends at 131,072]."""
    vertices: int = Field(default=100_000_000, gt=0)
    """Most vertices of all shapes of one file [J: 16 bytes each]."""
    raster_cells: int = Field(default=200_000_000, gt=0)
    """Most cells of a raster that are read at once, round the sites [J: some 1 GB]."""


USUAL = Limits()
"""Limits where a study states none."""
