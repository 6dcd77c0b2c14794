"""Operators' tables become supply points: units kept apart, nothing dropped without a word."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import SHARED, Town
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, mapping

from siteselect.errors import InputError, SourceError
from siteselect.layers import supply_areas, supply_points
from siteselect.operators import cells, csv_text
from siteselect.operators.directory import operators, portals
from siteselect.operators.registry import READERS, normalise
from siteselect.operators.table import AREA_COLUMNS, COLUMNS, Choice, Normalised
from siteselect.settings.declared import LayerFile
from siteselect.sources.operator_table import read_of
from siteselect.sources.registry import read_any

SUBSTATIONS = SHARED / "gb-primary-substations"
NGED_2023 = SUBSTATIONS / "wpd_network_capacity_map_2023-02-28.csv"
NPG_PLAN = SUBSTATIONS / "npg_ndp_demand_headroom.csv"
SSEN_HEADING = (
    "AssetID,GSP Grouping / Default Order,Map / License Area,Substation,Upstream GSP,Upstream BSP,"
    "Substation Type,Voltage (kV),Location Latitude,Location Longitude,Grid Reference,"
    "Substation Comment,LTDS CIM Nodes,Transformer Nameplate Ratings,Single Transformer Site,"
    "Maximum Observed Gross Demand (MVA),Minimum Observed Gross Demand (MVA),"
    "Contracted Demand Excl BESS (MVA),Contracted BESS Demand (MVA),"
    "Estimated Demand Headroom (MVA),Substation Demand RAG Status,Demand Constraint,TIA Threshold,"
    "Connected Generation (MW),Contracted Generation (MW),Technical Limits Agreed at GSP,"
    "Estimated Generation Headroom (MW),3-Phase Break Fault Rating (kA),"
    "3-Phase Break Fault Level (kA),Substation Generation RAG Status,Generation Constraint,"
    "Upstream Reinforcement Works,Upstream Reinforcement Completion Date,"
    "Substation Reinforcement Works,Substation Reinforcement Completion Date"
)
SSEN_HEADER = next(csv.reader([SSEN_HEADING]))
SSEN_USUAL = {
    "Map / License Area": "England / SEPD",
    "Substation Type": "Primary",
    "Voltage (kV)": "33",
    "Location Latitude": "51.52",
    "Location Longitude": "-1.12",
    "Transformer Nameplate Ratings": "2 x 20MVA",
    "Single Transformer Site": "No",
    "Maximum Observed Gross Demand (MVA)": "15.0",
    "Contracted Demand Excl BESS (MVA)": "6.0",
    "Contracted BESS Demand (MVA)": "0.0",
    "Estimated Demand Headroom (MVA)": "2.5",
    "Substation Demand RAG Status": "Red",
}


def ssen_row(asset: str, name: str, **changes: str) -> dict[str, str]:
    given = {key.replace("__", " "): value for key, value in changes.items()}
    return {
        **dict.fromkeys(SSEN_HEADER, ""),
        **SSEN_USUAL,
        "AssetID": asset,
        "Substation": name,
    } | given


def ssen_rows() -> list[dict[str, str]]:
    works = {
        "Upstream Reinforcement Works": "Transmission works:\nAdd transformer",
        "Upstream Reinforcement Completion Date": "Sep-26",
    }
    alpha = ssen_row("E-1", "Alpha", **{"Upstream GSP": "N/A", "Upstream BSP": "N/A"})
    alpha |= {
        "Substation Type": "GSP",
        "Voltage (kV)": "132",
        "Transformer Nameplate Ratings": "2 x 120MVA",
        "Substation Demand RAG Status": "Amber",
        "Demand Constraint": "Upstream Thermal Capacity",
    }
    bravo = ssen_row("E-2", "Bravo", **{"Upstream GSP": "Alpha", "Upstream BSP": "N/A"}, **works)
    lost = ssen_row("E-3", "Lost", **{"Location Latitude": "", "Location Longitude": ""})
    return [alpha | works, bravo, lost]


def as_csv(rows: list[dict[str, Any]], start: str = "") -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return (start + stream.getvalue()).encode()


def only(found: Normalised, identifier: str) -> pd.Series:
    return found.frame.set_index("supply_id").loc[identifier]


def topics(found: Normalised) -> str:
    return "\n".join(f"{notice.topic}: {notice.text}" for notice in found.notices)


def ukpn_row(**changes: Any) -> dict[str, Any]:
    return {
        "substation_name": "EXAMPLE PRIMARY 11kV",
        "voltage_kv": 11.0,
        "category": "Demand Headroom",
        "scenario": "Counterfactual",
        "year": "2025-01-01",
        "headroom_mw": 4.2,
        "sitefunctionallocation": "EPN-S001",
        "licencearea": "Eastern Power Networks (EPN)",
        "spatial_coordinates": {"lon": 0.5, "lat": 52.1},
        **changes,
    }


def test_the_columns_are_those_of_the_layers() -> None:
    assert set(COLUMNS) == {column.name for column in supply_points.LAYER.columns}
    assert set(AREA_COLUMNS) == {column.name for column in supply_areas.LAYER.columns}
    assert set(READERS) == set(operators())


# SSEN: the sheet's own header; values after a public client's test fixture of March 2026.


def test_ssen_reads_the_whole_sheet() -> None:
    found = normalise("ssen", csv_text.read(as_csv(ssen_rows()), "sheet.csv"))
    assert list(found.frame["supply_id"]) == ["ssen-e-1", "ssen-e-2"]
    alpha, bravo = only(found, "ssen-e-1"), only(found, "ssen-e-2")
    assert (alpha["level"], bravo["level"]) == ("grid", "primary")
    assert alpha["rating_kva"] == 240_000
    assert bravo["rating_kva"] == 40_000
    assert bravo["headroom_kva"] == 2_500
    assert math.isnan(bravo["real_headroom_kw"])
    assert bravo["peak_kva"] == 15_000
    assert bravo["contracted_kva"] == 6_000
    assert (alpha["rag"], bravo["rag"]) == ("amber", "red")
    assert (alpha["upstream_id"], bravo["upstream_id"]) == ("", "ssen-e-1")
    assert bravo["upstream_rag"] == "amber"
    assert bravo["reinforcement_date"] == "2026-09"
    assert "Transmission works: Add transformer" in bravo["constraint_text"]
    assert bravo["single_transformer"] is False
    assert bravo["primary_kv"] == 33
    assert bravo.geometry == Point(-1.12, 51.52)
    assert found.frame.crs == "EPSG:4326"


def test_ssen_keeps_rows_without_coordinates_with_their_reason() -> None:
    found = normalise("ssen", ssen_rows())
    assert found.rejected.to_dict("records") == [
        {"row": 2, "supply_id": "ssen-e-3", "name": "Lost", "reason": "no coordinates"}
    ]
    assert "1 of 3 rows of ssen were left out: no coordinates (Lost)" in topics(found)


def test_ssen_reads_its_mangled_names_and_the_separator_line() -> None:
    """Since 2026 some columns are called after a database: estimated_demand_headroom__mva_."""
    rows = [
        {
            (
                key.lower().replace(" ", "_").replace("(", "_").replace(")", "_")
                if "(" in key
                else key
            ): value
            for key, value in row.items()
        }
        for row in ssen_rows()
    ]
    found = normalise("ssen", csv_text.read(as_csv(rows, "sep=,\r\n"), "sheet.csv"))
    assert only(found, "ssen-e-2")["headroom_kva"] == 2_500


def test_unknown_contracted_demand_is_not_nought() -> None:
    row = ssen_row("E-2", "Bravo", **{"Contracted BESS Demand (MVA)": "N/A"})
    assert math.isnan(normalise("ssen", [row]).frame["contracted_kva"][0])


def test_a_rating_that_is_not_understood_is_unknown_and_told() -> None:
    row = ssen_row("E-2", "Bravo", **{"Transformer Nameplate Ratings": "2 x 20MVA, one spare"})
    found = normalise("ssen", [row])
    assert math.isnan(found.frame["rating_kva"][0])
    assert "not understood" in topics(found)


# NGED


def test_nged_of_before_is_in_mva_and_of_now_in_mw() -> None:
    before = {
        "Network Reference ID": "15160",
        "Parent Network Reference ID": "19",
        "Substation Name": "Aaronsons",
        "Asset Type": "Primary",
        "Latitude": "51.0225",
        "Longitude": "-3.8751",
        "Upstream Voltage": "33/11",
        "Downstream Voltage": "11",
        "Firm Capacity of Substation (MVA)": "8.0",
        "Measured Peak Demand (MVA)": "5.15",
        "Demand Headroom (MVA)": "2.85",
        "Demand Headroom RAG": "Green",
        "Upstream Demand Headroom RAG": "Amber",
    }
    now = {
        "substationNumber": 260580,
        "type": "Primary",
        "name": "Aaronsons",
        "latitude": 51.0225,
        "longitude": -3.8751,
        "demandConnectedHeadroomMW": 2.7,
        "demandContractedHeadroomMW": 0.4,
        "demandConnectedRAG": "green",
        "demandContractedRAG": "red",
        "BSP": "Barnstaple",
    }
    bsp = {**now, "type": "BSP", "name": "Barnstaple", "substationNumber": 19}
    old = only(normalise("nged", [before]), "nged-15160")
    new = only(normalise("nged", [now, bsp]), "nged-260580")
    assert (old["headroom_kva"], old["firm_kva"], old["peak_kva"]) == (2_850, 8_000, 5_150)
    assert math.isnan(old["real_headroom_kw"])
    assert (old["upstream_id"], old["upstream_rag"]) == ("nged-19", "amber")
    assert (old["primary_kv"], old["secondary_kv"]) == (33, 11)
    assert new["real_headroom_kw"] == 2_700
    assert math.isnan(new["headroom_kva"])
    assert new["rag"] == "green"
    assert new["constraint_text"] == "0.4 MW once contracted demand is connected (red)"
    assert new["upstream_id"] == "nged-19"


@pytest.mark.skipif(not NGED_2023.is_file(), reason="the shared real data are not here")
def test_nged_map_of_february_2023() -> None:
    """Counts as in SOURCE.md there: 1,087 rows; RAG green 776, red 141, amber 100, blank 70."""
    found = normalise("nged", csv_text.read(NGED_2023.read_bytes(), NGED_2023.name))
    assert len(found.frame) + len(found.rejected) == 1_087
    assert (
        found.rejected["reason"]
        .eq("the identifier stands in another row, which says more and is kept")
        .all()
    )
    assert len(found.rejected) == 5
    counts = found.frame["rag"].value_counts()
    assert (counts["green"], counts["red"], counts["amber"]) == (776, 141, 100)
    assert counts[""] == 70 - 5
    assert found.frame["headroom_kva"].notna().sum() == 1_017
    assert found.frame["real_headroom_kw"].isna().all()
    gap = found.frame["firm_kva"] - found.frame["peak_kva"] - found.frame["headroom_kva"]
    assert gap.abs().max() < 5
    assert only(found, "nged-315212")["headroom_kva"] == 1_490
    assert found.frame["supply_id"].is_unique
    assert "cut off" in topics(found)


# Northern Powergrid


def npg_row(**changes: Any) -> dict[str, Any]:
    square = Polygon([(-1.6, 53.7), (-1.4, 53.7), (-1.4, 53.9), (-1.6, 53.9)])
    return {
        "name": "Armouries Drive",
        "type": "Primary",
        "pvoltage": 11,
        "demhr": 12.3,
        "firm_cap": 23.0,
        "maxdemand": 10.7,
        "demconstraint": ["No Demand Constraint"],
        "worst_case_constraint_dem_colour": "Green",
        "upstreamname": "Low Road",
        "gsp_name": "Skelton Grange",
        "substation_location": {"lat": 53.79, "lon": -1.53},
        "geo_shape": {"type": "Feature", "geometry": mapping(square), "properties": {}},
        **changes,
    }


def test_npg_gives_points_and_areas() -> None:
    bsp = npg_row(
        name="Low Road", type="BSP", pvoltage=33, worst_case_constraint_dem_colour="Amber - Voltage"
    )
    found = normalise("npg", [npg_row(), bsp])
    point = only(found, "npg-armouries-drive-primary-11")
    assert (point["headroom_kva"], point["firm_kva"], point["peak_kva"]) == (12_300, 23_000, 10_700)
    assert point["secondary_kv"] == 11
    assert point["constraint_text"] == "No Demand Constraint"
    assert (point["upstream_id"], point["upstream_rag"]) == ("npg-low-road-bsp-33", "amber")
    assert list(found.areas["supply_id"]) == ["npg-armouries-drive-primary-11"]
    assert found.areas.geometry[0].area == pytest.approx(0.04)
    assert "names no unit" in topics(found)


def test_npg_reads_its_csv_labels_and_text_shapes() -> None:
    row = npg_row()
    cell = {
        "Name": row["name"],
        "Type": "Primary",
        "Downstream Voltage": "11.0",
        "Demand Headroom": "12.3",
        "Geo Point": "53.79, -1.53",
        "Geo Shape": json.dumps(row["geo_shape"]["geometry"]),
    }
    found = normalise("npg", csv_text.read(as_csv([cell]), "areas.csv"))
    assert found.frame.geometry[0] == Point(-1.53, 53.79)
    assert found.frame["headroom_kva"][0] == 12_300
    assert len(found.areas) == 1


@pytest.mark.skipif(not NPG_PLAN.is_file(), reason="the shared real data are not here")
def test_npg_development_plan() -> None:
    """3,120 rows are 624 sites in five scenarios; Attercliffe has 27.338 MW in 2026."""
    rows = csv_text.read(NPG_PLAN.read_bytes(), NPG_PLAN.name)
    found = normalise("npg", rows, Choice(year=2026))
    assert len(found.frame) == 624
    assert found.rejected.empty
    row = only(found, "npg-attercliffe-npgy-33")
    assert row["real_headroom_kw"] == pytest.approx(27_338.03, abs=0.01)
    assert found.frame["headroom_kva"].isna().all()
    assert row["source_date"] == "2026"
    assert row["level"] == "grid"
    assert (row.geometry.x, row.geometry.y) == pytest.approx((-1.42729, 53.39091), abs=1e-5)
    nearest = normalise("npg", rows, Choice(scenario="CT (DFES)", year=2033))
    assert set(nearest.frame["source_date"]) == {"2031"}
    assert "CT (DFES)" in topics(nearest)
    assert found.frame["real_headroom_kw"].min() < 0


# Long tables: UKPN, SPEN, ENWL


def test_ukpn_takes_one_scenario_and_the_nearest_year() -> None:
    rows = [
        ukpn_row(),
        ukpn_row(year="2030-01-01", headroom_mw=-1.5),
        ukpn_row(year="2035-01-01", headroom_mw=-9.0),
        ukpn_row(scenario="Electric Engagement", headroom_mw=99.0),
        ukpn_row(category="Gen inverter headroom", headroom_mw=88.0),
        ukpn_row(sitefunctionallocation="EPN-S002", substation_name="Other", headroom_mw=None),
    ]
    base = normalise("ukpn", rows)
    assert only(base, "ukpn-epn-s001-11")["real_headroom_kw"] == 4_200
    assert math.isnan(only(base, "ukpn-epn-s002-11")["real_headroom_kw"])
    assert base.frame["headroom_kva"].isna().all()
    later = normalise("ukpn", rows, Choice(year=2032))
    row = only(later, "ukpn-epn-s001-11")
    assert (row["real_headroom_kw"], row["source_date"]) == (-1_500, "2030")
    assert only(later, "ukpn-epn-s002-11")["source_date"] == "2025"
    stated = normalise("ukpn", rows, Choice(scenario="electric engagement"))
    assert only(stated, "ukpn-epn-s001-11")["real_headroom_kw"] == 99_000
    assert "scenario 'Electric Engagement'" in topics(stated)


def test_of_two_years_as_near_the_earlier_is_taken() -> None:
    rows = [ukpn_row(year=2030, headroom_mw=1.0), ukpn_row(year=2028, headroom_mw=2.0)]
    found = normalise("ukpn", rows, Choice(year=2029))
    assert found.frame["source_date"][0] == "2028"


@pytest.mark.parametrize("wanted", ["No Such", ""])
def test_a_scenario_that_is_not_there_is_never_replaced(wanted: str) -> None:
    rows = [ukpn_row(scenario="A"), ukpn_row(scenario="B")]
    with pytest.raises(InputError, match="State one of: A, B"):
        normalise("ukpn", rows, Choice(scenario=wanted))


def test_a_table_of_one_scenario_needs_none_stated() -> None:
    assert len(normalise("ukpn", [ukpn_row(scenario="A")]).frame) == 1


def test_ukpn_level_is_stated_or_follows_from_the_voltage() -> None:
    rows = [
        ukpn_row(sitefunctionallocation="1", voltage_kv=33.0, physical_level="PRIMARY"),
        ukpn_row(sitefunctionallocation="2", voltage_kv=33.0),
        ukpn_row(sitefunctionallocation="3", voltage_kv=6.6),
        ukpn_row(sitefunctionallocation="4", voltage_kv=None),
    ]
    levels = normalise("ukpn", rows).frame.set_index("supply_id")["level"]
    assert list(levels) == ["primary", "grid", "primary", "unknown"]


def test_ukpn_takes_missing_places_and_areas_from_another_table() -> None:
    square = Polygon([(0, 52), (1, 52), (1, 53), (0, 53)])
    rows = [ukpn_row(substation_name="Example Primary", spatial_coordinates=None)]
    places = [{"primary": "EXAMPLE PRIMARY", "geo_shape": mapping(square)}]
    found = normalise("ukpn", rows, places=places)
    assert found.frame.geometry[0].within(square)
    assert list(found.areas["supply_id"]) == list(found.frame["supply_id"])
    assert "middle of the area" in topics(found)
    without = normalise("ukpn", rows)
    assert without.frame.empty
    assert list(without.rejected["reason"]) == ["no coordinates"]


def test_spen_reads_both_of_its_workbooks_and_their_labels() -> None:
    spd = {
        "substation_group": "Leith Group",
        "voltage_kv": 11.0,
        "grid_gsp_group": "Portobello",
        "headroom_type": "Demand",
        "scenario": "HT",
        "year": "2025",
        "headroom_mw": 3.5,
    }
    spm = {
        "Substation Group": "Leith Group",
        "Voltage": "11.0",
        "Headroom Type": "Demand",
        "Scenario": "HT",
        "DFES Year": "2025",
        "Headroom (MW)": "3.5",
    }
    places = [{"primary_su": "LEITH GROUP", "geo_point_2d": {"lon": -3.17, "lat": 55.97}}]
    other = {**spd, "headroom_type": "Generation (Fully Rated Converter)", "headroom_mw": 77.0}
    for rows in ([spd, other], [spm]):
        found = normalise("spen", rows, places=places)
        assert list(found.frame["real_headroom_kw"]) == [3_500]
        assert found.frame.geometry[0] == Point(-3.17, 55.97)
    assert list(normalise("spen", [spd]).rejected["reason"]) == ["no coordinates"]
    with pytest.raises(InputError, match="no rows of the headroom type 'Demand'"):
        normalise("spen", [other])


def test_enwl_reads_firm_headroom_with_its_spaces() -> None:
    rows = [
        {
            "SUBSTATION": "Ambleside",
            "GROUP": "PRIMARY",
            "YEAR": year,
            "SCENARIO": "4 - HOLISTIC TRANSITION",
            "FIRM HEADROOM ( MVA )": value,
            "Geo Point": "54.42, -2.96",
        }
        for year, value in (("2026", "3.1"), ("2025", "3.4"), ("2030", "-0.7"))
    ]
    found = normalise("enwl", csv_text.read(as_csv(rows), "ndp.csv"))
    row = only(found, "enwl-ambleside-primary")
    assert (row["headroom_kva"], row["source_date"]) == (3_400, "2025")
    assert "the base year, which is 2025" in topics(found)
    assert normalise("enwl", rows, Choice(year=2040)).frame["headroom_kva"][0] == -700


def test_enwl_reads_only_firm_rows_and_its_heat_map() -> None:
    row = {
        "substation": "Ambleside",
        "substation_type": "PRIMARY",
        "year": "2025",
        "scenario": "4 - HOLISTIC TRANSITION",
        "status": "FIRM",
        "headroom_mva": 3.4,
        "geopoint": {"lon": -2.96, "lat": 54.42},
    }
    rows = [{**row, "status": "NON-FIRM", "headroom_mva": 12.0}, row]
    assert list(normalise("enwl", rows).frame["headroom_kva"]) == [3_400]
    heat = {
        "pry_number": "400123",
        "class": "Primary",
        "dem_hr_firm_mw": 2.0,
        "geo_point_2d": {"lon": -2.96, "lat": 54.42},
    }
    found = normalise("enwl", [heat]).frame
    assert (found["supply_id"][0], found["real_headroom_kw"][0]) == ("enwl-400123", 2_000)
    assert math.isnan(found["headroom_kva"][0])


# What every reader must withstand


@pytest.mark.parametrize("operator", sorted(READERS))
def test_a_table_of_another_form_is_refused_with_what_it_has(operator: str) -> None:
    with pytest.raises(InputError) as caught:
        normalise(operator, [{"foo": 1, "bar": 2}])
    assert "It has: foo, bar" in str(caught.value)
    with pytest.raises(InputError, match="without rows"):
        normalise(operator, [])


def test_all_columns_that_are_missing_are_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        normalise("ukpn", [{"category": "Demand Headroom"}])
    assert len(caught.value.faults) == 4


def test_an_unknown_operator_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="enwl, nged, npg, spen, ssen, ukpn"):
        normalise("edf", [{}])


@pytest.mark.parametrize(
    ("lat", "lon", "reason"),
    [
        ("-1.12", "51.52", "latitude and longitude are exchanged"),
        ("0", "0", "coordinates 0, 0 are not in Great Britain"),
        ("inf", "-1.12", "no coordinates"),
        ("51.52", "tbc", "no coordinates"),
    ],
)
def test_places_that_cannot_be_are_set_aside(lat: str, lon: str, reason: str) -> None:
    row = ssen_row("E-9", "Odd", **{"Location Latitude": lat, "Location Longitude": lon})
    found = normalise("ssen", [row, *ssen_rows()])
    assert list(found.rejected["reason"]) == [reason, "no coordinates"]


def test_a_row_without_an_identifier_is_set_aside() -> None:
    found = normalise("ssen", [ssen_row("", "Nameless"), *ssen_rows()])
    assert "no identifier" in set(found.rejected["reason"])


def test_of_repeated_identifiers_the_fuller_row_and_then_the_lower_headroom_is_kept() -> None:
    poor = ssen_row("E-2", "Bravo", **{"Estimated Demand Headroom (MVA)": ""})
    high = ssen_row("E-2", "Bravo", **{"Estimated Demand Headroom (MVA)": "9"})
    low = ssen_row("E-2", "Bravo", **{"Estimated Demand Headroom (MVA)": "-1"})
    found = normalise("ssen", [poor, high, low])
    assert list(found.frame["headroom_kva"]) == [-1_000]
    assert len(found.rejected) == 2


def test_a_feeding_substation_is_found_only_where_its_name_is_unique() -> None:
    rows = ssen_rows()
    twin = {**rows[0], "AssetID": "E-8"}
    found = normalise("ssen", [*rows, twin])
    assert only(found, "ssen-e-2")["upstream_id"] == ""
    assert "1 rows of ssen name a feeding substation" in topics(found)


@pytest.mark.parametrize(
    ("cell", "kva"),
    [
        ("2 x 120MVA", 240_000),
        ("2x20 MVA", 40_000),
        ("1 x 15MVA + 1 x 24MVA", 39_000),
        ("15MVA", 15_000),
        ("2 × 12/24 MVA", 24_000),  # noqa: RUF001 - as spreadsheets write it
        ("1 x 500kVA and 1 x 1 MVA", 1_500),
        ("2 x 20", math.nan),
        ("0 x 0MVA", math.nan),
        ("twenty MVA", math.nan),
        ("2 x 20MVA (spare 5)", math.nan),
        ("N/A", math.nan),
        (None, math.nan),
    ],
)
def test_ratings(cell: str | None, kva: float) -> None:
    assert cells.rating_kva(cell) == pytest.approx(kva, nan_ok=True)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("Sep-26", "2026-09"),
        ("September 2026", "2026-09"),
        ("Oct 27", "2027-10"),
        ("2027/28", "2027/28"),
        ("Abc-26", "Abc-26"),
        ("N/A", ""),
        (None, ""),
    ],
)
def test_months(cell: str | None, written: str) -> None:
    assert cells.month(cell) == written


@pytest.mark.parametrize(
    "cell",
    [
        {"lon": -0.12, "lat": 51.5},
        "51.5, -0.12",
        [51.5, -0.12],
        {"type": "Point", "coordinates": [-0.12, 51.5]},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [-0.12, 51.5]}},
    ],
)
def test_points_in_every_order_that_the_portals_use(cell: Any) -> None:
    """Version 1 and CSV write latitude first, GeoJSON longitude, version 2.1 names both."""
    assert cells.point(cell) == Point(-0.12, 51.5)


@pytest.mark.parametrize("cell", [None, "", "51.5", "a, b", [1], {}, {"lon": None, "lat": 1}, 7])
def test_what_is_no_point_is_none(cell: Any) -> None:
    assert cells.point(cell) is None


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,234.5", 1234.5),
        ("-3", -3.0),
        (4, 4.0),
        ("1,23", math.nan),
        ("No", math.nan),
        (True, math.nan),
        ("inf", math.nan),
        ("1e999", math.nan),
        (10**400, math.nan),
        ("<5", math.nan),
    ],
)
def test_numbers(cell: Any, value: float) -> None:
    assert cells.number(cell) == pytest.approx(value, nan_ok=True)


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.sampled_from(["lon", "lat", "type", "coordinates"]), st.text(max_size=3)),
)


@given(JUNK)
def test_no_cell_breaks_a_reader(cell: Any) -> None:
    assert isinstance(cells.text(cell), str)
    assert not math.isinf(cells.number(cell))
    assert cells.flag(cell) in {True, False, None}
    assert cells.colour(cell) in {"", "green", "amber", "red"}
    assert not cells.rating_kva(cell) <= 0
    assert all(value > 0 for value in cells.voltages_kv(cell))
    cells.month(cell)
    cells.year(cell)
    cells.point(cell)
    cells.outline(cell)


@given(st.lists(st.dictionaries(st.sampled_from(SSEN_HEADER), JUNK), min_size=1, max_size=4))
def test_no_row_is_lost(rows: list[dict[str, Any]]) -> None:
    whole = [{**dict.fromkeys(SSEN_HEADER, ""), **row} for row in rows]
    found = normalise("ssen", whole)
    assert len(found.frame) + len(found.rejected) == len(rows)
    assert found.rejected["reason"].ne("").all()
    assert found.frame["supply_id"].is_unique


# Files that were downloaded by hand


def test_a_study_may_name_the_reader_of_a_file(town: Town) -> None:
    """The town lies in Finland, so that its rows must be called far away, not unreadable."""
    path = town.folder / "ssen.csv"
    path.write_bytes(as_csv(ssen_rows()))
    frame = read_any(path, "supply_points", reader="ssen")
    assert set(COLUMNS) <= set(frame.columns)
    assert any("left out" in notice.text for notice in frame.attrs["notices"])
    given = town.document["layers"]["supply_points"][0]
    given |= {"path": "ssen.csv", "reader": "ssen"}
    with pytest.raises(InputError, match="does not cover the study area"):
        town.assess()


def test_rows_left_out_of_a_file_are_told_of_in_the_run(town: Town) -> None:
    town.document["crs"] = "EPSG:3067"
    path = town.folder / "ssen.csv"
    path.write_bytes(as_csv(ssen_rows()))
    from shapely.geometry import box

    from siteselect.geo import require_metres
    from siteselect.layers.reading import Place, read_contract

    file = LayerFile(
        path="ssen.csv", reader="ssen", source="t", date="2026", licence="none", basis="published"
    )
    place = Place((town.folder,), require_metres("EPSG:27700", "t"), box(0, 0, 1e6, 1e6), 0.0)
    read = read_contract(file, supply_points.LAYER, place)
    assert not read.faults
    assert len(read.frame) == 2
    assert any("no coordinates (Lost)" in notice.text for notice in read.notices)


@pytest.mark.parametrize("form", ["results", "list", "map"])
def test_exports_as_json_are_read(tmp_path: Path, form: str) -> None:
    row = npg_row()
    features = [{"type": "Feature", "geometry": row["geo_shape"]["geometry"], "properties": row}]
    document = {
        "results": {"total_count": 1, "results": [row]},
        "list": [row],
        "map": {"type": "FeatureCollection", "features": features},
    }[form]
    path = tmp_path / "npg.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert len(read_of(path, "supply_points", "npg")) == 1
    assert len(read_of(path, "supply_areas", "npg")) == 1


def test_scenario_and_year_come_from_the_table_key(tmp_path: Path) -> None:
    path = tmp_path / "ukpn.json"
    rows = [
        ukpn_row(),
        ukpn_row(year="2030", headroom_mw=1.0),
        ukpn_row(scenario="B", headroom_mw=2.0),
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")
    read = {
        table: float(read_of(path, "supply_points", "ukpn", table)["real_headroom_kw"].iloc[0])
        for table in (None, "Counterfactual 2031", "B", "2029")
    }
    assert read == {None: 4_200, "Counterfactual 2031": 1_000, "B": 2_000, "2029": 1_000}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "0 bytes|no rows"),
        (b"AssetID,Substation\n", "a header and no rows"),
        (b"\x00\x01", "binary"),
        (b'a,b\n"1,2', "not a table"),
        (b"a,b\n1,2,3\n4,5\n", "3 cells where the header has 2"),
        (b"a,b\n1,2\n", "no such column"),
    ],
)
def test_files_that_cannot_be_read_are_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(content)
    with pytest.raises((SourceError, InputError), match=words) as caught:
        read_any(path, "supply_points", reader="ssen")
    assert "sheet.csv" in str(caught.value)


def test_an_unknown_reader_is_refused_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"delimited_text.*nged.*ukpn"):
        read_any(path, "supply_points", reader="excel")


def test_a_reader_may_be_a_source_by_name(tmp_path: Path) -> None:
    path = tmp_path / "points.dat"
    path.write_text("id,lon,lat\na,1,2\n", encoding="utf-8")
    assert len(read_any(path, "supply_points", reader="delimited_text")) == 1


def test_old_spreadsheets_in_the_windows_code_page_are_read() -> None:
    rows = csv_text.read(b"a,b\nSt. Fagan\x92s,2\n", "t")
    assert rows["a"].iloc[0] == "St. Fagan\u2019s"


def test_the_directory_states_what_is_needed() -> None:
    for portal in portals().values():
        assert portal.base_url.startswith("https://")
        assert portal.licence.endswith("]")
        assert portal.data_sets
        assert all(entry.evidence.endswith("]") for entry in portal.data_sets)
    assert {"ukpn", "npg", "ssen", "nged", "enwl", "spen"} == set(operators())
