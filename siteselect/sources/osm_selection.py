"""Which tags make a place wanted: keys with their values, and conditions on other tags.

`leisure[access!=private|no]: [swimming_pool]` wants pools that are not closed to the public, and
`sport[leisure=sports_centre]: [swimming]` the sports centres where one swims. Conditions are
written as in Overpass, with `|` between values of which any will do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siteselect.errors import Fault, SourceError
from siteselect.sources.osm_tags import has_value

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY = re.compile(r"([\w:.-]+)((?:\[[\w:.-]+!?=[^\[\]=]+\])*)")
_CONDITION = re.compile(r"\[([\w:.-]+)(!?=)([^\[\]=]+)\]")


@dataclass(frozen=True, slots=True)
class Selector:
    """One key with the values that are wanted, and what other tags must and must not say."""

    key: str
    values: frozenset[str]
    must: tuple[tuple[str, frozenset[str]], ...]
    must_not: tuple[tuple[str, frozenset[str]], ...]

    def fitting(self, tags: Mapping[str, str]) -> str:
        """Give the tag that makes a place wanted, as key=value; empty where it is not."""
        parts = (part.strip() for part in tags.get(self.key, "").split(";"))
        found = next((part for part in parts if part in self.values), "")
        if not found or any(has_value(tags, key, values) for key, values in self.must_not):
            return ""
        if not all(has_value(tags, key, values) for key, values in self.must):
            return ""
        return f"{self.key}={found}"


def selectors(tags: Mapping[str, tuple[str, ...]], file: str) -> tuple[Selector, ...]:
    """Read what a study wants of OpenStreetMap.

    Parameters
    ----------
    tags : key, perhaps with conditions, to the wanted values.
    file : file to name in a fault.

    Raises
    ------
    SourceError
        A key is not written as a key with conditions; all of them are named.
    """
    unread = [written for written in tags if not _KEY.fullmatch(written)]
    if unread:
        raise SourceError(
            Fault(
                file,
                "not an OpenStreetMap key with conditions",
                "Write for example `amenity`, or `leisure[access!=private|no]`.",
                column="tags",
                value=written,
            )
            for written in unread
        )
    return tuple(_selector(written, values) for written, values in tags.items())


def _selector(written: str, values: tuple[str, ...]) -> Selector:
    conditions: dict[str, list[tuple[str, frozenset[str]]]] = {"=": [], "!=": []}
    for key, sign, wanted in _CONDITION.findall(written):
        conditions[sign].append((key, frozenset(part.strip() for part in wanted.split("|"))))
    return Selector(
        key=written.partition("[")[0],
        values=frozenset(values),
        must=tuple(conditions["="]),
        must_not=tuple(conditions["!="]),
    )
