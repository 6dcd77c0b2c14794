"""Every column of the table of sites: what it means; a number's unit is its name's suffix."""

from __future__ import annotations

from siteselect.contracts import Column
from siteselect.design.surroundings import RADIUS_OF_INTEREST_M
from siteselect.layers.constraints import KINDS


def _text(**meanings: str) -> tuple[Column, ...]:
    return tuple(Column(name, "text", meaning) for name, meaning in meanings.items())


def _numbers(**meanings: str) -> tuple[Column, ...]:
    return tuple(Column(name, "number", meaning) for name, meaning in meanings.items())


def _flags(**meanings: str) -> tuple[Column, ...]:
    return tuple(Column(name, "flag", meaning) for name, meaning in meanings.items())


CANDIDATE = (
    *_text(
        name="name of the place",
        kind="what is there now",
        origin="which file and row, or grid, proposed it",
    ),
    *_flags(
        roof="whether the pod would stand on a roof",
        indoors="whether the pod would stand in an existing building",
        access_24_7="whether engineers may enter at any hour",
    ),
    *_numbers(
        floor_capacity_kpa="what the floor bears",
        lon="longitude, EPSG:4326 [degrees]",
        lat="latitude, EPSG:4326 [degrees]",
    ),
)
CONNECTION = (
    *_text(
        supply_id="nearest supply point by route",
        supply_name="its name",
        supply_level="its network level",
        connection_basis="how the length was found",
    ),
    *_numbers(
        import_kva="apparent power the pod draws at full load",
        supply_headroom_kva="headroom of the supply point as published; may be negative",
        headroom_after_pod_kva="headroom less the pod's import",
        connection_m="cable length to the supply point",
    ),
)
BACKHAUL = (
    *_text(
        fibre_id="nearest pick-up point by route",
        fibre_name="its name",
        fibre_kind="what it is",
        fibre_basis="how the length was found",
    ),
    *_numbers(
        fibre_m="fibre length to the pick-up point",
        rtt_ms="round trip to where the workload talks to",
        rtt_budget_share="round trip over the workload's budget",
    ),
)
HEAT = (
    *_text(
        sink_id="sink that uses most heat; the nearest where none is in reach",
        sink_name="its name",
        sink_kind="what it is",
        sink_basis="how the length was found",
        sink_demand_basis="where the demand figure comes from",
        heat_mode="direct, or by heat pump where the pod's water is too cool; empty out of reach",
    ),
    *_flags(sink_in_reach="whether a sink lies within the longest pipe considered"),
    *_numbers(
        heat_offered_mwh_a="heat the pod gives to the water",
        sink_m="pipe length to the sink",
        sink_demand_mwh_a="heat the sink uses",
        sink_supply_c="water temperature the sink needs",
        heat_used_mwh_a="heat of the pod that is used, matched by the hour, less pipe loss",
        heat_delivered_mwh_a="heat that reaches the sink, with the heat pump's work",
        heat_pump_mwh_a="electricity of the heat pump",
        recovery_share="heat used over heat offered",
        fuel_saved_mwh_a="fuel that the sink's boiler does not burn",
    ),
)
NOISE = (
    *_text(
        receptor_id="receptor with the least margin",
        receptor_name="its name",
        receptor_kind="what it is",
        limit_basis="zone or setting that sets the limit",
        noise_impact="likely impact, first estimate after the structure of BS 4142",
    ),
    *_flags(
        receptor_in_search="whether any receptor lies within the search",
        noise_covered="whether the receptor layer covers the whole search",
    ),
    *_numbers(
        sound_power_dba="sound power of the heat rejection at full load",
        receptor_m="distance to the receptor's wall",
        receptor_level_dba="level there, all heat rejected, before the correction for character",
        day_limit_dba="limit there by day",
        night_limit_dba="limit there by night",
        noise_margin_db="stricter limit less level with correction; negative is too loud",
        noise_map_dba="modelled night level of traffic at the site",
        background_excess_db="rating level there over the likeliest night background",
        background_excess_low_db="the same over the highest plausible background",
        background_excess_high_db="the same over the lowest plausible background",
        noise_reduction_db="how much quieter the plant must be to meet the limit; 0 if it does",
        noise_setback_m="distance that would meet the limit over open ground",
    ),
)
ACCESS = (
    *_text(
        base_id="maintenance base that is there first",
        base_name="its name",
        drive_basis="how the time was found",
        road_class="OpenStreetMap class of the nearest drivable street",
    ),
    *_numbers(
        drive_min="drive time from the base to the site",
        road_width_m="mapped width of that street",
        road_offset_m="distance from site to that street",
    ),
)
MONEY = (
    *_text(npv_reason="why there is no net present value"),
    *_numbers(npv_gbp="net present value against staying central, public discounting"),
)
SURROUNDINGS = (
    Column("flood_band", "text", "worst flood band; none if covered and dry; empty if not covered"),
    *(Column(f"in_{kind}", "flag", f"whether inside: {kind.replace('_', ' ')}") for kind in KINDS),
    *(
        Column(f"{kind}_m", "number", f"distance to the nearest {kind.replace('_', ' ')}")
        for kind in RADIUS_OF_INTEREST_M
    ),
)

SITE_COLUMNS: tuple[Column, ...] = (
    *CANDIDATE,
    *CONNECTION,
    *BACKHAUL,
    *HEAT,
    *NOISE,
    *ACCESS,
    *SURROUNDINGS,
    *MONEY,
)
