"""Files from visitors: what they are, whether they may be read, and under which names."""

from siteselect.uploads.accept import Accepted, UploadLimits, accept, keep

__all__ = ("Accepted", "UploadLimits", "accept", "keep")
