"""The places somebody proposes: from lists, drawn by hand, on a grid, or from OpenStreetMap."""

from siteselect.candidates.buildable import Buildable, buildable
from siteselect.candidates.contract import CANDIDATE, REJECTED
from siteselect.candidates.proposal import Proposal, propose

__all__ = ("CANDIDATE", "REJECTED", "Buildable", "Proposal", "buildable", "propose")
