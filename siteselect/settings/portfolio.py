"""What a set of sites is to be, and what runs in it."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field, model_validator

from siteselect.settings.declared import Declared, Share

Objective = Literal["value", "npv", "carbon", "coverage"]
Domain = Literal["feeder", "primary", "exchange", "flood_zone", "sink"]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]


class Spot(Declared):
    """A place with a name and a weight."""

    name: str = Field(min_length=1, max_length=200)
    """What it is called."""
    lon: Lon
    """Longitude, EPSG:4326 [degrees]."""
    lat: Lat
    """Latitude, EPSG:4326 [degrees]."""
    weight: float = Field(default=1.0, ge=0)
    """What it counts among the others, for example people served."""


class ExistingSite(Declared):
    """A pod that stands already, or is sure to: it takes its part before any new one."""

    name: str = Field(min_length=1, max_length=200)
    """What it is called."""
    site_id: str | None = None
    """Candidate on which it stands; place, supply, sink and domains are then read off it."""
    lon: Lon | None = None
    """Longitude, EPSG:4326 [degrees], where it stands on no candidate."""
    lat: Lat | None = None
    """Latitude, EPSG:4326 [degrees], where it stands on no candidate."""
    counted: bool = False
    """Whether the published headroom already has this pod in it, so that it takes no more."""
    import_kva: float | None = Field(default=None, ge=0)
    """What it draws; left out, what the study's pod draws."""
    supply_id: str = ""
    """Supply point it draws from, where it stands on no candidate."""
    heat_mwh_a: float = Field(default=0.0, ge=0)
    """Heat it delivers a year, where it stands on no candidate."""
    sink_id: str = ""
    """Sink that takes it, where it stands on no candidate."""
    domains: dict[Domain, str] = Field(default_factory=dict)
    """Feeder, primary, exchange ... it shares, by identifier, where it stands on no candidate."""

    @model_validator(mode="after")
    def _somewhere(self) -> ExistingSite:
        point = self.lon is not None and self.lat is not None
        if point == (self.site_id is not None):
            raise ValueError("give either site_id, or lon and lat")
        return self


class HostedWorkload(Declared):
    """A workload that is to run in one of the chosen pods."""

    name: str = Field(min_length=1, max_length=200)
    """What it is called."""
    it_kw: float = Field(gt=0)
    """IT power it needs."""
    rtt_budget_ms: float = Field(gt=0)
    """Longest round trip that any of its users accepts."""
    users: tuple[Spot, ...] = Field(min_length=1)
    """Where they are; the budget holds for the farthest."""
    data_at: Spot | None = None
    """Where its data lies or arises; left out, it moves none."""
    data_gb_day: float = Field(default=0.0, ge=0)
    """Data that it moves between there and the pod in a day [GB]."""
    must_run: bool = True
    """Whether it must go on with a pod down."""


class PlacementCost(Declared):
    """What a placement weighs: three terms, each divided by its own unit [judgement, all five].

    A whole latency budget used up, `gb_km_day` of data moved and `wasted_kw` of IT power whose heat
    nobody uses count alike at weights of 1.
    """

    latency: float = Field(default=1.0, ge=0)
    """Weight of the round trip over its budget."""
    data: float = Field(default=1.0, ge=0)
    """Weight of data times distance."""
    heat: float = Field(default=1.0, ge=0)
    """Weight of power whose heat is not used."""
    gb_km_day: float = Field(default=1000.0, gt=0)
    """Data moved a day times kilometres of fibre that count as one: 100 GB over 10 km."""
    wasted_kw: float = Field(default=100.0, gt=0)
    """IT power without use of its heat that counts as one."""


class Plan(Declared):
    """A set of sites to choose: how many, for what, and what they must not share."""

    count: int | None = Field(default=None, ge=1, le=1000)
    """How many new sites; left out, as many as serve the objective within the budget."""
    budget_gbp: float | None = Field(default=None, ge=0)
    """What all that is built may cost, servers included."""
    fill: bool = False
    """With a budget and no count: take as many sites as the budget allows, and the best of such
    sets; else the set with the greatest objective, which may be smaller."""
    objective: Objective = "value"
    """value: sum of scores, unknowns at their worst; npv: sum of net present values; carbon: sum of
    carbon that used heat avoids; coverage: weight of the demand points served."""
    spacing_m: float = Field(default=0.0, ge=0, le=100_000)
    """Least straight distance between any two sites, existing ones included."""
    at_most: dict[Domain, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    """Most sites, existing ones included, that one failure may take: by feeder (the supply point),
    primary substation, fibre exchange (the pick-up point), flood zone (mapped flood areas that
    touch), sink."""
    share_headroom: bool = True
    """Whether sites at one supply point, and at all that feeds it, must fit into its headroom."""
    reinforced: tuple[str, ...] = ()
    """supply_ids whose headroom sets no limit, since they are to be reinforced."""
    unknown: Literal["allow", "forbid"] = "allow"
    """What becomes of a site whose headroom or failure domain is unknown: allow it with a warning,
    or leave it out. A site whose objective or cost is unknown is always left out."""
    existing: tuple[ExistingSite, ...] = ()
    """Pods that stand already."""
    demand: tuple[Spot, ...] = ()
    """Points to be served."""
    demand_layer: str | None = None
    """Layer of the study whose features are points to be served too."""
    demand_weight: str | None = None
    """Column of that layer to weigh them by; 1 each when left out. A feature without is refused."""
    latency_ms: float | None = Field(default=None, gt=0)
    """Longest round trip from a site to a point it serves; left out, the study's workload's."""
    reach_km: float | None = Field(default=None, gt=0)
    """Longest straight line from a site to a point it serves; left out, latency alone decides."""
    served_share: Share = 0.0
    """Least part of the weight of all points that must be served, whatever the objective."""
    workloads: tuple[HostedWorkload, ...] = ()
    """What is to run in the chosen pods."""
    placement: PlacementCost = PlacementCost()
    """What a placement weighs."""
    time_s: float = Field(default=20.0, gt=0, le=3600)
    """How long the solver may think about each question."""
    gap_share: float = Field(default=0.0, ge=0, lt=1)
    """How much of the objective may be given away for a quicker answer."""
    explained: int = Field(default=5, ge=0, le=100)
    """How many sites that were not taken are explained."""

    @model_validator(mode="after")
    def _bounded(self) -> Plan:
        if self.count is None and self.budget_gbp is None:
            raise ValueError("give `count`, `budget_gbp` or both")
        if self.fill and (self.count is not None or self.budget_gbp is None):
            raise ValueError("`fill` goes with a budget and without a count")
        demand = bool(self.demand) or self.demand_layer is not None
        if (self.objective == "coverage" or self.served_share > 0) and not demand:
            raise ValueError("nothing to serve: give `demand` or `demand_layer`")
        for what, names in (
            ("workloads: name", [workload.name for workload in self.workloads]),
            ("existing: name", [site.name for site in self.existing]),
            ("demand: name", [spot.name for spot in self.demand]),
        ):
            if repeated := [name for name, count in Counter(names).items() if count > 1]:
                raise ValueError(f"{what} is given twice: {', '.join(repeated)}")
        return self
