"""The closed list of facts that screening rules may ask for: meaning, unit and whom to ask."""

from __future__ import annotations

from siteselect.compliance.fact import Fact
from siteselect.compliance.vocabulary_place import (
    ACCESS,
    FIBRE,
    GRID,
    HOST,
    KINDS_NEAR,
    NEAR_KINDS,
    NOISE,
    SITE,
)
from siteselect.compliance.vocabulary_project import OPERATOR, PLANT, POD

__all__ = ["FACTS", "NEAR_KINDS", "VOCABULARY", "Fact"]

VOCABULARY: tuple[Fact, ...] = (
    *POD,
    *PLANT,
    *OPERATOR,
    *HOST,
    *SITE,
    *NOISE,
    *GRID,
    *FIBRE,
    *ACCESS,
    *KINDS_NEAR,
)
"""Every fact, in the order in which the documentation lists them."""

FACTS: dict[str, Fact] = {fact.name: fact for fact in VOCABULARY}
"""The same by name."""
