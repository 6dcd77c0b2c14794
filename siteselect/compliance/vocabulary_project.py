"""Facts about the project: the pod, its plant, and who runs it."""

from __future__ import annotations

from siteselect.compliance.fact import flags, numbers, text
from siteselect.layers import heat_sinks

POD = (
    *numbers(
        "the maker of the pod",
        it_kw="installed IT power",
        total_input_kw="rated energy input of the whole data centre",
        design_pue="total electricity over IT electricity, averaged over a year",
        footprint_m2="ground the pod and its enclosure cover",
        height_m="height of the pod above the ground",
        volume_m3="volume of the pod (footprint times height where not given)",
        mass_kg="mass in working order, tanks filled",
        bearing_m2="area over which the mass stands on floor, roof or slab",
        floor_load_kpa="load on floor, roof or slab (from mass and bearing area)",
        coolant_l="dielectric oil held for immersion cooling",
        coolant_flash_c="flash point of the coolant",
        battery_kwh="energy of the batteries",
        converter_amp="largest current of UPS, rectifiers and drives, a phase",
        refrigerant_kg="refrigerant charge of the largest circuit",
        refrigerant_gwp="global warming potential of the refrigerant",
        refrigerant_tco2e="refrigerant charge as tonnes of CO2 equivalent (from charge and GWP)",
    ),
    *flags(
        "the maker of the pod",
        refrigerant_hermetic="whether the refrigerant circuit is hermetic and labelled so",
        refrigerant_flammable="whether the refrigerant is class A2L, A2 or A3",
        coolant_pfas="whether the coolant is fluorinated (two-phase or PFAS)",
        suppression_gas="whether a gas extinguishing system is fitted indoors",
        evaporative_cooling="whether the cooler sprays or evaporates water",
    ),
    text(
        "battery_chemistry", ("none", "li", "lead", "nicd"), "battery kind", "the maker of the pod"
    ),
)
PLANT = (
    *numbers(
        "the designer of the scheme",
        import_kva="electrical power to be drawn at the connection",
        connected_kw="nominal connected power of the data centre without redundancy",
        phase_export_kw="power that can be fed into the network, a phase",
        daily_abstraction_m3="water taken from ground, river or canal in a day",
        erf_share="energy reuse factor: heat reused over all energy taken in",
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
    *flags(
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
        potable_one_plate="whether one plate alone parts IT coolant from drinking water",
        pool_one_plate="whether one plate alone parts IT coolant from pool water",
        large_tree_affected="whether the works touch a tree with a stem over 75 mm at 1.5 m",
    ),
    text(
        "sink_kind",
        (*heat_sinks.KINDS, "none"),
        "what takes the heat; none where nothing does",
        "the designer of the scheme",
    ),
)
OPERATOR = (
    *numbers("the applicant", contract_value_gbp="value of the contract with VAT"),
    *numbers("the operator", company_energy_gwh_a="energy that the whole company uses in a year"),
    *flags(
        "the operator",
        defence_only="whether the site serves only defence or civil protection",
        own_use_only="whether the operator computes only for itself",
        several_pods="whether one operator runs several pods that may count together",
        serves_essential_service="whether an operator of an essential service depends on the pod",
        operator_medium_or_larger="whether the operator has 50 staff or turns over EUR 10 million",
        personal_data="whether personal data are processed",
        unmanned="whether the pod is without staff on the site",
        second_way_wanted="whether the service must outlast the loss of one fibre way",
        climate_agreement_sought="whether a discount under a climate change agreement is sought",
        heat_reuse_excused="whether an exception from the duty to reuse heat holds",
        public_operator="whether a public body runs the data centre",
        cctv="whether cameras see the public or staff",
    ),
    *flags(
        "the applicant",
        council_applicant="whether the applicant is a council",
        council_land_and_function=(
            "whether the land is the council's and the pod is needed for a function exercised there"
        ),
        council_lease="whether a council leases or sells the land",
        public_report="whether a public body publishes the report or decides on it",
        subsidy="whether land, heat or money is given below the market price",
        open_to_public="whether the public can come up to the pod",
        leased_or_temporary="whether the land is leased or the pod stands for a time only",
    ),
    text(
        "operation_start",
        ("before_2026_07", "2026_07_to_2027_06", "2027_07_to_2028_06", "from_2028_07"),
        "when the data centre goes or went into operation, by the periods that German law tells "
        "apart",
        "the applicant",
    ),
    text(
        "contracting_authority",
        ("none", "sub_central", "central"),
        "kind of contracting authority that buys",
        "the applicant",
    ),
    text(
        "contract_kind",
        ("goods_services", "works_concession"),
        "what the contract is for",
        "the applicant",
    ),
)
