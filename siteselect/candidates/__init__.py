"""The places somebody proposes: from lists, drawn by hand, on a grid, or from OpenStreetMap."""

from siteselect.candidates.buildable import Buildable, buildable
from siteselect.candidates.contract import CANDIDATE, REJECTED
from siteselect.candidates.lists import fit
from siteselect.candidates.proposal import Proposal, ground_of, propose, proposed

__all__ = (
    "CANDIDATE",
    "REJECTED",
    "Buildable",
    "Proposal",
    "buildable",
    "fit",
    "ground_of",
    "propose",
    "proposed",
)
