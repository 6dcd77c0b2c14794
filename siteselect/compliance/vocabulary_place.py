"""Facts about the place: the building, the land, the noise, the networks and the way in."""

from __future__ import annotations

from siteselect.compliance.fact import Fact, flags, numbers, text
from siteselect.grid.catalogue import OPTIONS
from siteselect.layers import constraints, flood

OFFICER = "the environmental health officer"
NETWORK = "the distribution network operator"
RAG = ("green", "amber", "red")
UK_NATIONS = ("England", "Scotland", "Wales", "Northern Ireland")
EU_MEMBERS = (
    *("Austria", "Belgium", "Bulgaria", "Croatia", "Cyprus", "Czechia", "Denmark", "Estonia"),
    *("Finland", "France", "Germany", "Greece", "Hungary", "Ireland", "Italy", "Latvia"),
    *("Lithuania", "Luxembourg", "Malta", "Netherlands", "Poland", "Portugal", "Romania"),
    *("Slovakia", "Slovenia", "Spain", "Sweden"),
)
NEAR_KINDS = ("listed_building", "sssi", "habitat_site", "ancient_woodland", "scheduled_monument")
"""Kinds of constraint for which distance counts, not only being inside."""


HOST = (
    *numbers(
        "a structural engineer",
        floor_capacity_kpa="load that the floor, roof or slab under the pod may carry",
    ),
    *flags(
        "the owner of the building",
        higher_risk_building="whether the pod stands in a higher-risk building",
        built_before_2000="whether the building was built before 2000",
    ),
    text(
        "host_use",
        ("industry_warehouse", "shop", "office", "school", "hospital", "other", "none"),
        "use of the premises that would host the pod; none where there are none",
        "the owner of the building",
    ),
)
SITE = (
    text("country", (*UK_NATIONS, *EU_MEMBERS, "other"), "country of the site", "the study"),
    text(
        "flood_band",
        (*flood.BANDS, "none"),
        "worst yearly flood likelihood band at the site",
        "the Environment Agency or the flood authority of the country",
    ),
    *flags(
        "the local planning authority",
        functional_floodplain="whether the site lies in functional floodplain (zone 3b)",
        contaminated_land="whether the ground is made up or may be contaminated",
        permitted_development_removed="whether an old permission took permitted development away",
        in_aerodrome_zone="whether the site lies inside: safeguarding zone of an aerodrome",
    ),
    *flags(
        "Natural England",
        in_sssi_impact_zone="whether the site lies inside: impact risk zone of such a site",
        sssi_zone_names_scheme="whether the list of that zone names a scheme of this kind",
    ),
    *flags(
        "the Mining Remediation Authority",
        coal_high_risk="whether the site lies in a coal-mining high-risk area",
    ),
    *numbers(
        "the Environment Agency",
        main_river_m="distance to the nearest main river or flood defence",
        watercourse_m="distance to the nearest surface water",
        borehole_m="distance to the nearest well, spring or borehole",
    ),
    *numbers("Network Rail", railway_m="distance from the works to the nearest railway"),
    *numbers("the navigation authority", canal_m="distance from the works to the nearest canal"),
)
NOISE = (
    *numbers(
        OFFICER,
        receptor_distance_m="distance from the pod to the nearest noise-sensitive building",
        noise_uncertainty_db="uncertainty of the predicted level, either way",
    ),
    *numbers(
        OFFICER,
        signed=True,
        rating_level_dba=(
            "predicted rating level at the nearest receptor, with the correction for character"
        ),
        night_limit_dba="limit by night at the nearest receptor",
        day_limit_dba="limit by day at the nearest receptor",
        noise_margin_db=(
            "strictest limit less the rating level; by the night limit where only that is known"
        ),
        background_excess_db="predicted rating level less the likeliest night background",
        background_excess_low_db="the same against the highest plausible background",
        background_excess_high_db="the same against the lowest plausible background",
        generator_level_dba="predicted level there while the standby generator runs",
    ),
    text(
        "noise_verdict",
        ("pass", "conditional", "fail"),
        "level against the limit; conditional where the margin is within its uncertainty",
        OFFICER,
    ),
    *flags(
        OFFICER,
        receptors_covered="whether the receptor layer covers the whole search round the site",
    ),
)
GRID = (
    *numbers(
        NETWORK,
        signed=True,
        headroom_after_pod_kva="network headroom that would be left after the pod",
        primary_after_pod_kva="headroom that would be left at the primary substation",
        upstream_after_pod_kva="least headroom that would be left there and at all that feeds it",
    ),
    text("primary_rag", RAG, "class that the operator gives the primary substation", NETWORK),
    text("upstream_rag", RAG, "worst class of it and of all that feeds the site", NETWORK),
    text(
        "connection_option",
        OPTIONS,
        "kind of connection: on a low-voltage main, an own low-voltage way, a new substation, or "
        "metered at high voltage",
        NETWORK,
    ),
    *flags(
        NETWORK,
        supply_local="whether the supply point that was found is of the local network",
        reinforcement_needed="whether the network must be reinforced for the pod",
    ),
)
FIBRE = (
    *flags(
        "the fibre operators",
        fibre_closing="whether closure of the pick-up point of the fibre is announced",
        fibre_route_known="whether a mapped fibre route is at the site",
    ),
    *numbers(
        "the fibre operators",
        diversity_possible=(
            "how far apart two fibre ways along the streets could be: 0 none, 1 and 2 one way, "
            "3 a short last stretch shared, 4 and 5 apart"
        ),
        diversity_proven="the same as mapped fibre proves, 0 to 3; a lower bound",
        rtt_budget_share="round trip to where the workload talks to, over what it may take",
    ),
)
ACCESS = (
    *flags(
        "the highway authority",
        lorry_reaches="whether the delivery lorry can come within the limits of the streets",
    ),
    *numbers(
        "the highway authority",
        delivery_limits_known_share="part of the lorry's way for which any limit is mapped",
    ),
    *flags(
        "the owner of the site",
        private_access="whether the way uses a street that is private or for destinations only",
        gate_ok="whether the gate is wide enough for the lorry",
        crane_stand="whether a lorry with a crane can stand beside the pod",
        access_24_7="whether engineers may enter at any hour",
        parking_ok="whether an engineer can park",
        maintenance_room_ok="whether there is room to work round the pod",
    ),
    *flags(
        NETWORK,
        overhead_near="whether an overhead line is so near that its operator is asked first",
    ),
    *numbers(NETWORK, crane_near_overhead_m="distance to the nearest mapped overhead line"),
    *flags(
        "the fire and rescue service",
        fire_access="whether a fire engine comes near enough to the pod",
    ),
    *flags("a structural engineer", floor_holds="whether the floor bears the pod"),
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


KINDS_NEAR = _kind_facts()
