"""The closed list of facts that screening rules may ask for: meaning, unit and whom to ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siteselect.layers import constraints, flood, heat_sinks
from siteselect.units import Unit, unit_of

if TYPE_CHECKING:
    from siteselect.contracts import ColumnKind

UK_NATIONS = ("England", "Scotland", "Wales", "Northern Ireland")
EU_MEMBERS = (
    *("Austria", "Belgium", "Bulgaria", "Croatia", "Cyprus", "Czechia", "Denmark", "Estonia"),
    *("Finland", "France", "Germany", "Greece", "Hungary", "Ireland", "Italy", "Latvia"),
    *("Lithuania", "Luxembourg", "Malta", "Netherlands", "Poland", "Portugal", "Romania"),
    *("Slovakia", "Slovenia", "Spain", "Sweden"),
)
NEAR_KINDS = ("listed_building", "sssi", "habitat_site", "ancient_woodland", "scheduled_monument")
"""Kinds of constraint for which distance counts, not only being inside."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A name that rules may use; the unit of a number is the suffix of its name."""

    name: str
    kind: ColumnKind
    meaning: str
    ask: str
    choices: tuple[str, ...] = ()
    signed: bool = False

    @property
    def unit(self) -> Unit | None:
        """Read the unit of a number from its name; counts have none."""
        return unit_of(self.name) if self.kind == "number" else None


def _numbers(ask: str, *, signed: bool = False, **meanings: str) -> tuple[Fact, ...]:
    return tuple(Fact(name, "number", text, ask, (), signed) for name, text in meanings.items())


def _flags(ask: str, **meanings: str) -> tuple[Fact, ...]:
    return tuple(Fact(name, "flag", text, ask) for name, text in meanings.items())


def _text(name: str, choices: tuple[str, ...], meaning: str, ask: str) -> Fact:
    return Fact(name, "text", meaning, ask, choices)


_POD = (
    *_numbers(
        "the maker of the pod",
        it_kw="installed IT power",
        total_input_kw="rated energy input of the whole data centre",
        footprint_m2="ground the pod and its enclosure cover",
        height_m="height of the pod above the ground",
        volume_m3="volume of the pod (footprint times height where not given)",
        mass_kg="mass in working order, tanks filled",
        bearing_m2="area over which the mass stands on floor, roof or slab",
        floor_load_kpa="load on floor, roof or slab (from mass and bearing area)",
        coolant_l="dielectric oil held for immersion cooling",
        coolant_flash_c="flash point of the coolant",
        battery_kwh="energy of the batteries",
        refrigerant_kg="refrigerant charge of the largest circuit",
        refrigerant_gwp="global warming potential of the refrigerant",
        refrigerant_tco2e="refrigerant charge as tonnes of CO2 equivalent (from charge and GWP)",
    ),
    *_flags(
        "the maker of the pod",
        refrigerant_hermetic="whether the refrigerant circuit is hermetic and labelled so",
        refrigerant_flammable="whether the refrigerant is class A2L, A2 or A3",
        coolant_pfas="whether the coolant is fluorinated (two-phase or PFAS)",
        suppression_gas="whether a gas extinguishing system is fitted indoors",
        evaporative_cooling="whether the cooler sprays or evaporates water",
    ),
    _text(
        "battery_chemistry", ("none", "li", "lead", "nicd"), "battery kind", "the maker of the pod"
    ),
)
_PLANT = (
    *_numbers(
        "the designer of the scheme",
        import_kva="electrical power to be drawn at the connection",
        site_area_ha="area of the development site",
        generator_kwe="electrical output of one standby generator; 0 where there is none",
        generator_count="like generators on the site, with those already there",
        generator_efficiency_share="electrical output over rated thermal input of a generator",
        generator_unit_mwth="rated thermal input of one generator (from output and efficiency)",
        generator_site_mwth="rated thermal input of all generators on the site together",
        fuel_l="size of the largest fuel container; 0 where there is none",
        fuel_total_l="size of all fuel containers together",
        bund_l="least capacity of the bund (from the fuel containers)",
        habitat_lost_m2="area of habitat that the works take",
        hedge_lost_m="length of hedge or other linear habitat that the works take",
        works_days="working days on the building site",
        works_peak_workers="most workers on the building site at once",
        works_person_days="person-days of construction",
        heat_customers="number of buildings supplied with heat",
        heat_users="number of separate occupiers supplied with heat",
    ),
    *_flags(
        "the designer of the scheme",
        outdoors="whether pod, cooler, generator or enclosure stands outdoors",
        roof="whether plant stands on a roof",
        alters_building="whether a building is altered, inside or out",
        ancillary_use="whether the pod only serves the use of the building it stands in",
        groundworks="whether the ground is broken",
        shared_wall="whether the works touch a shared wall or dig within 3 to 6 m of a neighbour",
        fuel_outdoors="whether the fuel stands outdoors above ground",
        generator_parallel="whether generator, battery or UPS can run in parallel with the network",
        balancing_contract="whether generators earn from capacity or balancing contracts",
        mains_filled="whether a water circuit is filled from the mains",
        preheats_hot_water="whether hot tap water is preheated, sprayed, or stored at 20 to 45 °C",
        discharges_water="whether bleed, backwash or cooling water leaves the site",
        coolant_drain="whether leaked coolant or glycol could reach a drain or a watercourse",
        pipe_in_street="whether a pipe or cable runs in the public road",
        third_party_land="whether a pipe or cable crosses land of others",
        heat_to_network="whether heat is delivered into a district-heating network",
    ),
    _text(
        "sink_kind",
        (*heat_sinks.KINDS, "none"),
        "what takes the heat; none where nothing does",
        "the designer of the scheme",
    ),
)
_OPERATOR = (
    *_numbers("the applicant", contract_value_gbp="value of the contract with VAT"),
    *_flags(
        "the operator",
        defence_only="whether the site serves only defence or civil protection",
        own_use_only="whether the operator computes only for itself",
        several_pods="whether one operator runs several pods that may count together",
        serves_essential_service="whether an operator of an essential service depends on the pod",
        operator_medium_or_larger="whether the operator has 50 staff or turns over EUR 10 million",
        personal_data="whether personal data are processed",
        cctv="whether cameras see the public or staff",
    ),
    *_flags(
        "the applicant",
        council_applicant="whether the applicant is a council",
        council_land_and_function=(
            "whether the land is the council's and the pod is needed for a function exercised there"
        ),
        council_lease="whether a council leases or sells the land",
        public_report="whether a public body publishes the report or decides on it",
        subsidy="whether land, heat or money is given below the market price",
    ),
    _text(
        "contracting_authority",
        ("none", "sub_central", "central"),
        "kind of contracting authority that buys",
        "the applicant",
    ),
    _text(
        "contract_kind",
        ("goods_services", "works_concession"),
        "what the contract is for",
        "the applicant",
    ),
)
_HOST = (
    *_numbers(
        "a structural engineer",
        floor_capacity_kpa="load that the floor, roof or slab under the pod may carry",
    ),
    *_flags(
        "the owner of the building",
        higher_risk_building="whether the pod stands in a higher-risk building",
        built_before_2000="whether the building was built before 2000",
    ),
)
_SITE = (
    _text("country", (*UK_NATIONS, *EU_MEMBERS, "other"), "country of the site", "the study"),
    _text(
        "flood_band",
        (*flood.BANDS, "none"),
        "worst yearly flood likelihood band at the site",
        "the Environment Agency or the flood authority of the country",
    ),
    *_numbers(
        "the distribution network operator",
        signed=True,
        headroom_after_pod_kva="network headroom that would be left after the pod",
    ),
    *_numbers(
        "the environmental health officer",
        receptor_distance_m="distance from the pod to the nearest noise-sensitive building",
    ),
    *_numbers(
        "the environmental health officer",
        signed=True,
        rating_level_dba=(
            "predicted rating level at the nearest receptor, with the correction for character"
        ),
        night_limit_dba="limit by night at the nearest receptor",
        day_limit_dba="limit by day at the nearest receptor",
        noise_margin_db="limit by night less the predicted level",
        background_excess_db="predicted rating level less the likeliest night background",
        background_excess_low_db="the same against the highest plausible background",
        background_excess_high_db="the same against the lowest plausible background",
    ),
    *_flags(
        "the local planning authority",
        functional_floodplain="whether the site lies in functional floodplain (zone 3b)",
        contaminated_land="whether the ground is made up or may be contaminated",
        permitted_development_removed="whether an old permission took permitted development away",
    ),
    *_flags(
        "the Mining Remediation Authority",
        coal_high_risk="whether the site lies in a coal-mining high-risk area",
    ),
    *_numbers(
        "the Environment Agency",
        main_river_m="distance to the nearest main river or flood defence",
        watercourse_m="distance to the nearest surface water",
        borehole_m="distance to the nearest well, spring or borehole",
    ),
)


_SAID = {
    "sssi": "site of special scientific interest",
    "habitat_site": "protected habitat site",
    "tree_preservation": "tree preservation order",
    "article_4": "Article 4 direction",
    "air_quality_area": "air quality management area",
    "groundwater_area": "groundwater protection area",
    "hazard_zone": "major-hazard or pipeline zone",
}


def _kind_facts() -> tuple[Fact, ...]:
    said = {kind: _SAID.get(kind, kind.replace("_", " ")) for kind in constraints.KINDS}
    ask = "the local planning authority"
    inside = (
        Fact(f"in_{kind}", "flag", f"whether the site lies inside: {text}", ask)
        for kind, text in said.items()
    )
    near = (
        Fact(f"{kind}_m", "number", f"distance to the nearest {said[kind]}", ask)
        for kind in NEAR_KINDS
    )
    return (*inside, *near)


VOCABULARY: tuple[Fact, ...] = (*_POD, *_PLANT, *_OPERATOR, *_HOST, *_SITE, *_kind_facts())
"""Every fact, in the order in which the documentation lists them."""

FACTS: dict[str, Fact] = {fact.name: fact for fact in VOCABULARY}
"""The same by name."""
