"""The study: one frozen, validated file that declares a whole assessment."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from siteselect.contracts import Basis

Swing = Annotated[float, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0, le=1)]


class Declared(BaseModel):
    """House rules of every part: frozen, no unknown keys, docstrings are descriptions."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        str_strip_whitespace=True,
    )


class Provenanced(Declared):
    """Where a file comes from. Reports repeat all of it."""

    source: str = Field(min_length=1)
    """Who made the data."""
    date: str = Field(min_length=4)
    """Date or year the data describes."""
    licence: str = Field(min_length=1)
    """Licence or terms; write 'not confirmed' rather than guess."""
    basis: Basis
    """measured, published, modelled, assumed, or illustrative (invented for a demonstration)."""
    attribution: str = ""
    """Credit line that the licence asks for."""
    url: str = ""
    """Page where the terms and the data can be checked."""
    note: str = ""
    """What a reader must know before relying on it."""


class LayerFile(Provenanced):
    """One file that feeds a layer."""

    path: str = Field(min_length=1)
    """File, relative to the study file (or to the folder given with --data)."""
    table: str | None = None
    """Name of the table inside the file, where it holds several."""
    crs: str | None = None
    """CRS of the coordinates, needed only where the file does not state it (CSV, for one)."""
    columns: dict[str, str] = Field(default_factory=dict)
    """House column name to the file's column name, where they differ."""
    units: dict[str, str] = Field(default_factory=dict)
    """House column name to the unit suffix the file uses, for example headroom_kva: mva."""
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    """House column name to a map from the file's words to the house's words."""
    fixed: dict[str, str] = Field(default_factory=dict)
    """House column name to one value that holds for the whole file."""
    covers: str | None = None
    """File with the polygon inside which absence means absence; the study area when left out."""
    kinds: tuple[str, ...] = ()
    """For constraints: the kinds that this file covers, so that others stay unknown."""


class GridOfPoints(Provenanced):
    """Candidates at the crossings of a square grid over the study area."""

    spacing_m: float = Field(gt=0)
    """Distance between neighbours."""


class CandidateFile(LayerFile):
    """Candidates listed in a file, or derived from OpenStreetMap tags when it is a .osm.pbf."""

    tags: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """For a .osm.pbf: OpenStreetMap key to the values that make a place a candidate."""


class Candidates(Declared):
    """Which places are proposed."""

    files: tuple[CandidateFile, ...] = ()
    """Lists of candidates."""
    grid: GridOfPoints | None = None
    """Candidates generated on a grid."""
    on_fault: Literal["stop", "reject"] = "stop"
    """stop: refuse the run, naming every fault; reject: leave faulty rows out, in rejected.csv."""
    limit: int = Field(default=100_000, gt=0)
    """Most candidates that one run may hold."""

    @model_validator(mode="after")
    def _some(self) -> Candidates:
        if not self.files and self.grid is None:
            raise ValueError("no candidates: give `files`, `grid` or both")
        return self


class Pod(Declared):
    """The micro data centre that would be placed on each site."""

    it_kw: float = Field(ge=20, le=500)
    """Installed IT power."""
    utilisation_share: float = Field(default=0.7, gt=0, le=1)
    """Mean IT load over installed IT power."""
    pue: float = Field(default=1.15, ge=1.0, le=3.0)
    """Total electricity over IT electricity, averaged over a year."""
    power_factor: float = Field(default=0.95, gt=0.5, le=1.0)
    """Real over apparent power at the connection."""
    capture_share: Share = 0.9
    """Part of the IT heat that reaches the water for the sink."""
    outlet_c: float = Field(default=45.0, ge=15, le=80)
    """Temperature of the water that leaves the pod."""
    sound_power_dba: float | None = Field(default=None, ge=30, le=130)
    """Sound power of the heat rejection at full load; left out, estimated from its duty."""
    tonal_correction_db: float = Field(default=2.0, ge=0, le=6)
    """Added for the character of the sound (fans are perceptibly tonal)."""
    footprint_m2: float = Field(default=15.0, gt=0)
    """Ground the pod covers."""
    height_m: float = Field(default=2.9, gt=0)
    """Height of the pod."""
    mass_kg: float = Field(default=12_000.0, gt=0)
    """Mass in working order."""
    outdoors: bool = True
    """Whether pod or cooler stands outdoors."""
    coolant_l: float = Field(default=0.0, ge=0)
    """Dielectric oil held, for immersion cooling."""
    generator_kwe: float = Field(default=0.0, ge=0)
    """Electrical output of the standby generator."""
    generator_efficiency_share: float = Field(default=0.38, gt=0.1, lt=0.7)
    """Electrical output over rated thermal input of the generator."""
    fuel_l: float = Field(default=0.0, ge=0)
    """Largest fuel container outdoors."""
    battery_kwh: float = Field(default=0.0, ge=0)
    """Energy of the batteries."""
    battery_chemistry: Literal["none", "li", "lead", "nicd"] = "none"
    """Kind of battery."""
    refrigerant_kg: float = Field(default=0.0, ge=0)
    """Refrigerant charge of the largest circuit."""
    refrigerant_gwp: float = Field(default=0.0, ge=0)
    """Global warming potential of the refrigerant."""


class Workload(Declared):
    """What the pod runs, as far as the site matters to it."""

    rtt_budget_ms: float = Field(default=2.0, gt=0)
    """Longest acceptable round trip to where the workload talks to."""


class Routing(Declared):
    """Assumptions about distance by route."""

    margin_m: float = Field(default=10_000.0, ge=0)
    """How far beyond the area features still count; farther ones are left out, with a notice."""
    snap_limit_m: float = Field(default=250.0, gt=0)
    """Farther than this from any street, a place is off the graph and the straight line is used."""
    straight_line_factor: float = Field(default=1.4, ge=1.0)
    """Route over straight line where the graph cannot be used [judgement]."""
    pipe_limit_m: float = Field(default=300.0, gt=0)
    """Longest heat pipe [judgement: 100 kW pays for 100 to 150 m, 500 kW for 500 m]."""
    drive_delay_factor: float = Field(default=1.4, ge=1.0)
    """Real over free-flow driving time [judgement: 1.2 rural, 1.4 urban]."""
    offroad_kmh: float = Field(default=5.0, gt=0)
    """Speed over the last metres between street and site."""


class Backhaul(Declared):
    """Assumptions about latency."""

    us_per_km: float = Field(default=4.9, gt=4.8, lt=5.2)
    """One-way delay of light in fibre [planning value; 4.897 at 1550 nm]."""
    equipment_ms: float = Field(default=0.2, ge=0)
    """Round-trip delay of the equipment on the way [judgement]."""


class Heat(Declared):
    """Assumptions about heat."""

    approach_k: float = Field(default=5.0, ge=0)
    """Temperature lost in the heat exchanger [judgement: 3 to 5 K]."""
    pipe_loss_w_m: float = Field(default=14.0, ge=0)
    """Loss of a flow and return pair per metre of trench [computed: DN50 at 55/30 °C]."""
    heat_pump: bool = True
    """Whether a heat pump lifts the heat where the pod's water is too cool for the sink."""
    carnot_share: float = Field(default=0.45, gt=0, le=0.8)
    """Heat pump's COP over Carnot's [recalled: 0.40 to 0.55; conservative 0.40]."""
    exchanger_kw: float | None = Field(default=None, gt=0)
    """Most that the exchanger passes on; left out, all that the pod gives."""
    measured: dict[str, LayerFile] = Field(default_factory=dict)
    """Sink identifier to a CSV of metered heat: heat_mwh by month or heat_kw by hour."""
    boiler_efficiency_share: float = Field(default=0.85, gt=0.3, le=1.0)
    """Heat over fuel of the boiler that is replaced [judgement: 0.75 to 0.92]."""
    benchmarks: bool = False
    """Whether a sink with a floor area but no demand figure gets one from published benchmarks."""
    fuel_kgco2e_kwh: float | None = Field(default=None, ge=0, le=2)
    """Emission factor of the fuel replaced; left out, gas in the United Kingdom, by year."""
    electricity_kgco2e_kwh: float | None = Field(default=None, ge=0, le=2)
    """Location-based factor of electricity with network losses; left out, the United Kingdom's."""


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


class Climate(Declared):
    """Which year of weather the heat is matched over."""

    weather: LayerFile | None = None
    """Weather file, EPW or PVGIS; left out, a year is made from the nearest monthly normals."""
    time_zone: str = "Europe/London"
    """Civil time zone of the place, for opening hours and heating profiles."""
    year: int = Field(default=2025, ge=1950, le=2100)
    """Calendar year that the made year is laid out in."""


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


class Noise(Declared):
    """Assumptions about noise."""

    search_m: float = Field(default=1000.0, gt=0)
    """How far receptors are looked for."""
    night_limit_dba: float | None = Field(default=None, ge=20, le=80)
    """Limit at a receptor that lies in no zone; left out, such a margin is unknown."""
    background_dba: float | None = Field(default=None, ge=10, le=80)
    """Background LA90 by night as measured; left out, a range of what is plausible is used."""
    ground_share: Share = 0.0
    """Porous part of the ground between plant and window: 0 paving, the loudest, to 1 lawn."""
    source_height_m: float = Field(default=1.5, gt=0, le=100)
    """Height of the cooler's fans above the ground."""
    receiver_height_m: float = Field(default=4.0, gt=0, le=100)
    """Height of the window above the ground: 4 m is an upper floor, where people sleep."""
    temperature_c: float = Field(default=10.0, ge=-20, le=50)
    """Air temperature for absorption; 10 °C at 70 % absorbs little of a cooler's sound."""
    humidity_share: float = Field(default=0.7, gt=0, le=1)
    """Relative humidity for absorption."""


class CriterionChoice(Declared):
    """How much a criterion counts, and on which fixed scale it is valued."""

    swing: Swing
    """Worth of going from worst to best on this scale, against the best of its group = 100."""
    scale: tuple[tuple[float, float], ...] | None = Field(default=None, min_length=2)
    """Knots (measure, value 0 to 1), measures rising; left out, the criterion's own scale."""
    plausible: tuple[float, float] | None = None
    """Range in the criterion's unit while a measure is unknown; left out, the whole scale."""

    @model_validator(mode="after")
    def _knots(self) -> CriterionChoice:
        if self.scale is not None:
            measures = [knot[0] for knot in self.scale]
            if any(right <= left for left, right in pairwise(measures)):
                raise ValueError("the measures of `scale` must rise from knot to knot")
            if any(not 0 <= knot[1] <= 1 for knot in self.scale):
                raise ValueError("the values of `scale` must lie between 0 and 1")
        if self.plausible is not None and self.plausible[0] > self.plausible[1]:
            raise ValueError("`plausible` must be given as low, high")
        return self


class Group(Declared):
    """A branch of the criteria tree."""

    swing: Swing
    """Worth of the group's whole swing, against the most important group = 100."""
    criteria: dict[str, CriterionChoice] = Field(min_length=1)
    """The criteria of the group."""


class Study(Declared):
    """Everything that one assessment depends on."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    """Short name: lower-case letters, digits and hyphens."""
    title: str = Field(min_length=1, max_length=200)
    """Title for maps and reports."""
    date: date
    """Day the assessment speaks for; rules are evaluated as in force on that day."""
    crs: str
    """Projected CRS in metres in which everything is measured, for example EPSG:27700."""
    area: LayerFile
    """Polygon of the territory."""
    packs: tuple[str, ...] = ()
    """Rule packs: codes of shipped packs (eu, fi, en) or paths of your own."""
    seed: int = Field(default=0, ge=0, lt=2**32)
    """Seed of everything drawn at random."""
    candidates: Candidates
    pod: Pod
    workload: Workload = Workload()
    layers: dict[str, tuple[LayerFile, ...]] = Field(min_length=1)
    """Layer name to the files that feed it."""
    routing: Routing = Routing()
    backhaul: Backhaul = Backhaul()
    heat: Heat = Heat()
    climate: Climate = Climate()
    money: Money = Money()
    operations: Operations = Operations()
    noise: Noise = Noise()
    facts: dict[str, bool | float | str] = Field(default_factory=dict)
    """Further facts about the project that rules ask for, by their vocabulary name."""
    groups: dict[str, Group] = Field(min_length=1)
    """Criteria tree of two levels with swing weights."""
    presets: dict[str, dict[str, Swing]] = Field(default_factory=dict)
    """Named alternative swing weights of the groups."""
    shortlist: int = Field(default=50, ge=2, le=2000)
    """How many leading sites the second opinions are asked about."""

    @model_validator(mode="after")
    def _tree(self) -> Study:
        seen: dict[str, str] = {}
        for group, branch in self.groups.items():
            for criterion in branch.criteria:
                if criterion in seen:
                    raise ValueError(
                        f"{criterion!r} stands in groups {seen[criterion]!r} and {group!r}"
                    )
                seen[criterion] = group
            if not any(choice.swing > 0 for choice in branch.criteria.values()):
                raise ValueError(f"group {group!r} has no criterion with a swing above 0")
        if not any(branch.swing > 0 for branch in self.groups.values()):
            raise ValueError("no group has a swing above 0")
        for preset, swings in self.presets.items():
            if unknown := set(swings) - set(self.groups):
                raise ValueError(
                    f"preset {preset!r} names no group of this study: {sorted(unknown)}"
                )
            if set(self.groups) - set(swings):
                raise ValueError(f"preset {preset!r} must give a swing to every group")
            if not any(swing > 0 for swing in swings.values()):
                raise ValueError(f"preset {preset!r} has no swing above 0")
        return self


def study_schema() -> dict[str, Any]:
    """Give the JSON schema of a study, for editors that complete and check it."""
    schema = Study.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema


def study_hash(study: Study) -> str:
    """Hash the meaning of a study: comments and key order do not count."""
    text = json.dumps(study.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
