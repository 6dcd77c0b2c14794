"""Candidate lists of any length, worked out in parts with the numbers of the app."""

from siteselect.batch.records import BatchResult, Step
from siteselect.batch.run import CONDITIONS, PARTITION_ROWS, TOP, run_batch

__all__ = ("CONDITIONS", "PARTITION_ROWS", "TOP", "BatchResult", "Step", "run_batch")
