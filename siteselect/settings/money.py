"""Assumptions about cost, income and operation."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from siteselect.settings.declared import Declared


class Operations(Declared):
    """What is settled about running the pod; what is left out is unknown and is asked for."""

    heat_customer: bool | None = None
    """Whether somebody has agreed to take the heat."""
    must_run_alone: bool | None = None
    """Whether the workload must go on while the line to the region is cut."""
    region_rtt_ms: float | None = Field(default=None, ge=0)
    """Round trip to the nearest central site in the region."""
    outage_min_a: float | None = Field(default=None, ge=0)
    """Minutes without supply in a year at such a connection."""
    backup_power: bool | None = None
    """Whether a generator or a second feed carries the pod through an outage."""
    safe_access: bool | None = None
    """Whether people and vehicles reach the pod safely; access_24_7 of a candidate may say no."""
    security_model: bool | None = None
    """Whether it is settled who may touch the pod, and what happens when it is opened or stolen."""
    patching_owner: bool | None = None
    """Whether a named team patches and watches the pod for its whole life."""
    failures_a: float | None = Field(default=None, ge=0)
    """Failures a year that stop the service."""
    repair_h: float | None = Field(default=None, ge=0)
    """Mean time to repair, the drive included."""


class Money(Declared):
    """Assumptions about cost and income; prices are those of the catalogue unless given here."""

    design: Literal["cpu_node", "gpu_pod", "storage_node"] = "cpu_node"
    """Kind of servers, which sets their price."""
    years: int = Field(default=15, ge=1, le=60)
    """Years of operation that are appraised."""
    pipe_ground: Literal["indoor", "soft", "hard"] = "hard"
    """Where the heat pipe lies: inside, in verge or field, or under streets."""
    structure: bool = True
    """Whether plinth, steel or screen is built."""
    connection_quote_gbp: float | None = Field(default=None, ge=0)
    """The network operator's offer, which replaces the estimate."""
    work_units_a: float | None = Field(default=None, gt=0)
    """Work done in a year once take-up is complete, in a unit of your own."""
    prices: dict[str, float] = Field(default_factory=dict)
    """Prices that are known, by their name in the catalogue of prices."""
    sites: int = Field(default=2000, ge=0)
    """Most sites of a run for which the net present value is worked out."""
