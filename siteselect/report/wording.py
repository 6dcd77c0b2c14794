"""The fixed wording of reports, kept in one file a language, apart from code and data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = "siteselect.report"


@dataclass(frozen=True, slots=True)
class Say:
    """The texts of one language; calling it looks one up and fills its named gaps.

    The texts are ours and trusted; what fills their gaps is data and is never read as a format.
    """

    texts: Mapping[str, Any]

    def __call__(self, key: str, /, **gaps: object) -> str:
        """Give a text; where it has the forms `one` and `other`, the gap `n` picks one.

        Raises
        ------
        KeyError
            There is no such text, or a gap is left empty.
        """
        found = self._look_up(key)
        if isinstance(found, dict):
            found = found["one" if gaps.get("n") == 1 else "other"]
        if not isinstance(found, str):
            raise KeyError(f"{key}: not a single text")
        return found.strip().format(**gaps)

    def parts(self, key: str) -> tuple[Any, ...]:
        """Give the parts of a text that is a list, such as the paragraphs of a section."""
        found = self._look_up(key)
        if not isinstance(found, list):
            raise KeyError(f"{key}: not a list of texts")
        return tuple(found)

    def heads(self, *columns: str) -> tuple[str, ...]:
        """Give the heads of a table's columns."""
        return tuple(self(f"column.{column}") for column in columns)

    def _look_up(self, key: str) -> Any:
        found: Any = self.texts
        for part in key.split("."):
            if not isinstance(found, dict) or part not in found:
                raise KeyError(f"no text for {key!r}")
            found = found[part]
        return found


@cache
def wording(language: str = "en") -> Say:
    """Read the texts of one language.

    Raises
    ------
    InputError
        There is no file of texts for that language.
    """
    name = f"text_{language}.yaml"
    file = resources.files(PACKAGE).joinpath(name)
    if not language.isalpha() or not file.is_file():
        raise InputError(Fault(name, "no texts in this language", "Use 'en'.", value=language))
    return Say(yaml.safe_load(file.read_text(encoding="utf-8")))
