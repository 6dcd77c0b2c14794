"""What a user may do wrong, and what the program says: file, row, column, value and cure."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pytest
from conftest import X0, Y0, Town, lonlat
from shapely.geometry import LineString, Point, Polygon, box

from siteselect.errors import InputError, SiteselectError, SourceError, StudyError


def faults_of(town: Town) -> str:
    with pytest.raises(SiteselectError) as caught:
        town.assess()
    return str(caught.value)


def supply(**columns: list[object]) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    points = [Point(X0 + 300 * i, Y0 + 100) for i in range(count)]
    return gpd.GeoDataFrame(columns, geometry=points, crs=3067)


def test_a_layer_without_a_crs_is_refused_with_the_cure(town: Town) -> None:
    csv = town.folder / "supply.csv"
    csv.write_text("supply_id,x,y\ns1,400100,6700100\n", encoding="utf-8")
    town.document["layers"]["supply_points"][0]["path"] = "supply.csv"
    message = faults_of(town)
    assert "supply.csv" in message
    assert "states no CRS" in message
    assert "crs: EPSG" in message
    town.document["layers"]["supply_points"][0]["crs"] = "EPSG:3067"
    assert town.assess().sites["supply_id"].eq("s1").all()


def test_two_contradicting_crs_are_refused(town: Town) -> None:
    town.document["layers"]["supply_points"][0]["crs"] = "EPSG:27700"
    assert "the study says EPSG:27700" in faults_of(town)


def test_a_geographic_study_crs_is_refused(town: Town) -> None:
    town.document["crs"] = "EPSG:4326"
    with pytest.raises(StudyError, match="EPSG:4326"):
        town.assess()


def test_exchanged_latitude_and_longitude_of_a_candidate_are_named(town: Town) -> None:
    lon, lat = lonlat(500, 500)
    town.candidates(f"site_id,name,lon,lat\na,First,{lat},{lon}\nb,Second,{lon},{lat}\n")
    message = faults_of(town)
    assert "candidates.csv, row 2" in message
    assert "latitude and longitude are exchanged" in message
    assert "row 3" not in message


def test_exchanged_latitude_and_longitude_of_a_layer_are_named(town: Town) -> None:
    lon, lat = lonlat(500, 500)
    town.write(
        "supply", gpd.GeoDataFrame({"supply_id": ["s"]}, geometry=[Point(lat, lon)], crs=4326)
    )
    assert "latitude and longitude are exchanged" in faults_of(town)


def test_an_empty_geometry_is_named_by_row(town: Town) -> None:
    frame = gpd.GeoDataFrame(
        {"supply_id": ["s1", "s2"]}, geometry=[Point(X0, Y0), Point()], crs=3067
    )
    town.write("supply", frame)
    message = faults_of(town)
    assert "supply.gpkg, row 1" in message
    assert "geometry is empty" in message


def test_duplicate_candidates_are_all_named(town: Town) -> None:
    lon, lat = lonlat(500, 500)
    rows = "".join(f"{name},Place,{lon},{lat}\n" for name in ("a", "b", "a", "b", "c"))
    town.candidates("site_id,name,lon,lat\n" + rows)
    message = faults_of(town)
    assert message.count("the identifier stands on several rows") == 4
    assert "row 6" not in message


def test_duplicates_over_two_lists_are_named_with_both_rows(town: Town) -> None:
    shutil.copy(town.folder / "candidates.csv", town.folder / "again.csv")
    town.document["candidates"]["files"].append(
        {**town.document["candidates"]["files"][0], "path": "again.csv"}
    )
    message = faults_of(town)
    assert "candidates.csv, row 2" in message
    assert "again.csv, row 2" in message


def test_candidates_outside_the_area_stop_the_run_or_are_kept_as_rejected(town: Town) -> None:
    inside, outside = lonlat(500, 500), lonlat(500, 5000)
    town.candidates(
        f"site_id,name,lon,lat\nin,In,{inside[0]},{inside[1]}\nout,Out,{outside[0]},{outside[1]}\n"
    )
    message = faults_of(town)
    assert "outside the study area" in message
    assert "row 3" in message
    town.document["candidates"]["on_fault"] = "reject"
    found = town.assess()
    assert list(found.sites.index) == ["in"]
    assert list(found.rejected["row"]) == ["3"]
    assert found.rejected["problem"].iloc[0] == "the candidate lies outside the study area"


def test_no_candidate_left_is_an_error(town: Town) -> None:
    outside = lonlat(500, 5000)
    town.candidates(f"site_id,name,lon,lat\nout,Out,{outside[0]},{outside[1]}\n")
    town.document["candidates"]["on_fault"] = "reject"
    assert "no candidate is left" in faults_of(town)


def test_a_layer_of_another_place_is_refused(town: Town) -> None:
    far = supply(supply_id=["s1"]).translate(500_000, 0)
    town.write("supply", gpd.GeoDataFrame({"supply_id": ["s1"]}, geometry=far, crs=3067))
    message = faults_of(town)
    assert "does not cover the study area" in message
    assert "supply.gpkg" in message


def test_a_feature_just_outside_the_area_still_counts(town: Town) -> None:
    near = gpd.GeoDataFrame(
        {"supply_id": ["beyond"], "headroom_kva": [900.0]}, geometry=[Point(X0 - 30, Y0)], crs=3067
    )
    town.write("supply", near)
    assert town.assess().sites["supply_id"].eq("beyond").all()


@pytest.mark.parametrize("value", ["inf", "-inf", "1e400"])
def test_infinite_numbers_are_refused(town: Town, value: str) -> None:
    lon, lat = lonlat(500, 500)
    (town.folder / "supply.csv").write_text(
        f"supply_id,lon,lat,headroom_kva\ns1,{lon},{lat},{value}\n", encoding="utf-8"
    )
    town.document["layers"]["supply_points"][0]["path"] = "supply.csv"
    message = faults_of(town)
    assert "supply.csv, row 2, column headroom_kva" in message
    assert "infinite" in message


@pytest.mark.parametrize("value", ["", "nan", "NaN", "n/a", "NULL", "-"])
def test_a_missing_number_stays_unknown_with_a_reason(town: Town, value: str) -> None:
    lon, lat = lonlat(500, 500)
    (town.folder / "supply.csv").write_text(
        f"supply_id,lon,lat,headroom_kva\ns1,{lon},{lat},{value}\n", encoding="utf-8"
    )
    town.document["layers"]["supply_points"][0]["path"] = "supply.csv"
    found = town.assess()
    assert found.measures["headroom_after_pod"].isna().all()
    assert found.reasons["headroom_after_pod"].str.contains("s1 is not known").all()


def test_coordinates_that_are_no_numbers_are_all_named(town: Town) -> None:
    lon, lat = lonlat(500, 500)
    town.candidates(f"site_id,lon,lat\na,east,{lat}\nb,{lon},\nc,{lon},nan\nd,{lon},{lat}\n")
    message = faults_of(town)
    for place in ("row 2, column lon", "row 3, column lat", "row 4, column lat"):
        assert place in message
    assert "row 5" not in message


def test_negative_headroom_keeps_its_sign(town: Town) -> None:
    town.write("supply", supply(supply_id=["s1"], headroom_kva=[-300.0]))
    found = town.assess()
    assert found.sites["supply_headroom_kva"].eq(-300.0).all()
    assert found.measures["headroom_after_pod"].lt(-300.0).all()
    assert found.clamped["headroom_after_pod"].all()


def test_a_like_unit_is_converted_and_an_unlike_one_refused(town: Town) -> None:
    town.write("supply", supply(supply_id=["s1"], headroom_mva=[0.9]))
    assert town.assess().sites["supply_headroom_kva"].eq(900.0).all()
    town.write("supply", supply(supply_id=["s1"], headroom_mw=[0.9]))
    message = faults_of(town)
    assert "apparent power" in message
    assert "power factor" in message


def test_a_stated_unit_is_converted(town: Town) -> None:
    town.write("supply", supply(supply_id=["s1"], spare=[0.4]))
    file = town.document["layers"]["supply_points"][0]
    file["columns"] = {"headroom_kva": "spare"}
    file["units"] = {"headroom_kva": "mva"}
    assert town.assess().sites["supply_headroom_kva"].eq(400.0).all()
    file["units"] = {"headroom_kva": "furlong"}
    assert "'furlong' cannot be turned into kVA" in faults_of(town)


def test_a_number_out_of_all_proportion_is_a_wrong_unit(town: Town) -> None:
    sinks = gpd.GeoDataFrame(
        {"sink_id": ["pool"], "kind": ["pool"], "supply_c": [311.0]},
        geometry=[Point(X0 + 200, Y0 + 200)],
        crs=3067,
    )
    town.write("sinks", sinks)
    message = faults_of(town)
    assert "column supply_c" in message
    assert "the unit is probably wrong" in message


def test_a_wrong_shape_a_wrong_word_and_a_missing_column_come_together(town: Town) -> None:
    line = LineString([(X0, Y0), (X0 + 100, Y0)])
    town.write(
        "receptors",
        gpd.GeoDataFrame({"receptor_id": ["r"], "kind": ["castle"]}, geometry=[line], crs=3067),
    )
    town.write("fibre", gpd.GeoDataFrame({"name": ["f"]}, geometry=[Point(X0, Y0)], crs=3067))
    message = faults_of(town)
    assert "takes point or polygon" in message
    assert "not a word of the contract" in message
    assert "castle" in message
    assert "column fibre_id: a required column is missing" in message


def test_a_polygon_that_crosses_itself_is_repaired_not_refused(town: Town) -> None:
    bow = Polygon([(X0, Y0), (X0 + 900, Y0 + 900), (X0 + 900, Y0), (X0, Y0 + 900)])
    town.write(
        "flood", gpd.GeoDataFrame({"flood_id": ["f"], "band": ["low"]}, geometry=[bow], crs=3067)
    )
    assert town.assess().sites["flood_band"].notna().all()


def test_unknown_keys_are_refused_with_a_suggestion_and_a_line(town: Town) -> None:
    town.document["pod"]["it_kilowatt"] = 3
    town.document["titel"] = "x"
    with pytest.raises(StudyError) as caught:
        _ = town.study
    message = str(caught.value)
    assert "Did you mean 'title'?" in message
    assert "column pod.it_kilowatt: unknown key" in message
    assert message.count("(line)") == 2


@pytest.mark.parametrize("name", ["roads.gpkg", "candidates.csv", "area.gpkg"])
def test_a_file_of_0_bytes_is_named(town: Town, name: str) -> None:
    (town.folder / name).write_bytes(b"")
    message = faults_of(town)
    assert name in message
    assert "0 bytes" in message


@pytest.mark.parametrize("name", ["roads.gpkg", "candidates.csv", "area.gpkg"])
def test_a_file_that_is_not_there_is_named_with_where_it_was_sought(town: Town, name: str) -> None:
    (town.folder / name).unlink()
    message = faults_of(town)
    assert "no such file" in message
    assert name in message


@pytest.mark.parametrize(
    "content", [b"\x00\xff" * 500, b"not a geopackage", b"SQLite format 3\x00"]
)
def test_a_file_that_is_not_what_its_name_says_is_named(town: Town, content: bytes) -> None:
    (town.folder / "roads.gpkg").write_bytes(content)
    message = faults_of(town)
    assert "roads.gpkg" in message
    assert "Traceback" not in message


@pytest.mark.parametrize(
    ("encoding", "separator", "decimals"),
    [("utf-8-sig", ",", "."), ("utf-8", ";", ","), ("utf-8-sig", ";", "."), ("utf-8", "\t", ".")],
)
def test_marks_semicolons_tabs_and_decimal_commas_are_read(
    town: Town, encoding: str, separator: str, decimals: str
) -> None:
    lon, lat = (f"{number:.6f}".replace(".", decimals) for number in lonlat(500, 500))
    text = "\n".join(
        separator.join(row)
        for row in (("site_id", "name", "lon", "lat"), ("ä", "Käpylä", lon, lat))
    )
    (town.folder / "candidates.csv").write_text(text, encoding=encoding)
    found = town.assess()
    assert list(found.sites.index) == ["ä"]
    assert found.sites.loc["ä", "name"] == "Käpylä"
    assert found.sites.geometry.iloc[0].distance(Point(X0 + 500, Y0 + 500)) < 0.2


def test_a_list_in_another_encoding_says_how_to_save_it(town: Town) -> None:
    (town.folder / "candidates.csv").write_bytes("site_id,lon,lat\nKäpylä,24,60\n".encode("cp1252"))
    assert "CSV UTF-8" in faults_of(town)


def test_rows_of_the_wrong_length_are_all_named(town: Town) -> None:
    town.candidates("site_id,name,lon,lat\na,One, two,24,60\nb,24,60\nc,C,24,60\n")
    message = faults_of(town)
    assert "row 2" in message
    assert "row 3" in message
    assert "row 4" not in message


def test_a_header_without_coordinates_says_what_to_call_them(town: Town) -> None:
    town.candidates("site_id,name\na,b\n")
    assert "Name them lon and lat" in faults_of(town)


def test_hostile_names_stay_text(town: Town) -> None:
    lon, lat = lonlat(500, 500)
    names = [
        "<script>alert(1)</script>",
        '=HYPERLINK(""http://x"")',
        "${alert(1)}",
        "a\tb",
        "x" * 9999,
    ]
    rows = "".join(f'id{i},"{name}",{lon},{lat}\n' for i, name in enumerate(names))
    town.candidates("site_id,name,lon,lat\n" + rows)
    assert list(town.assess().sites["name"]) == [name.replace('""', '"') for name in names]


@pytest.mark.parametrize(
    "path", ["/vsicurl/http://example.org/x.gpkg", "https://example.org/x.gpkg"]
)
def test_paths_that_reach_beyond_the_disk_are_refused(town: Town, path: str) -> None:
    town.document["layers"]["roads"][0]["path"] = path
    with pytest.raises(InputError, match="not a local file"):
        town.assess()


def test_a_table_of_several_must_be_named(town: Town) -> None:
    path = town.folder / "roads.gpkg"
    town_roads = gpd.read_file(path)
    town_roads.to_file(path, layer="second", engine="pyogrio", mode="a")
    message = faults_of(town)
    assert "holds 2 tables" in message
    town.document["layers"]["roads"][0]["table"] = "second"
    assert len(town.assess().sites) == 4


def test_faults_of_all_layers_come_at_once(town: Town) -> None:
    (town.folder / "roads.gpkg").write_bytes(b"")
    (town.folder / "sinks.gpkg").unlink()
    town.document["layers"]["castle"] = town.document["layers"]["flood"]
    message = faults_of(town)
    for word in ("0 bytes", "no such file", "no such layer"):
        assert word in message


def test_an_area_without_surface_is_refused(town: Town) -> None:
    town.write("area", gpd.GeoDataFrame(geometry=[LineString([(X0, Y0), (X0 + 9, Y0)])], crs=3067))
    assert "no surface" in faults_of(town)


def test_an_unreadable_study_is_not_a_traceback(tmp_path: Path) -> None:
    from siteselect.study_file import load_study

    for content in (
        b"",
        b"\xff\xfe\x00",
        b"- a\n- b\n",
        b"a: [",
        b"a: &x [*x]\n",
        b"? {a: b}: c\n",
    ):
        file = tmp_path / "study.yaml"
        file.write_bytes(content)
        with pytest.raises(StudyError):
            load_study(file)
    with pytest.raises(StudyError, match="no such file"):
        load_study(tmp_path / "none.yaml")


def test_too_many_candidates_are_refused_before_any_work(town: Town) -> None:
    file = town.document["candidates"]["files"][0]
    town.document["candidates"] = {
        "grid": {"spacing_m": 10, **{k: v for k, v in file.items() if k != "path"}},
        "limit": 100,
    }
    assert "where the study allows 100" in faults_of(town)


def test_a_source_error_names_known_endings(town: Town) -> None:
    (town.folder / "roads.docx").write_bytes(b"x")
    town.document["layers"]["roads"][0]["path"] = "roads.docx"
    assert "no source reads this kind of file" in faults_of(town)
    assert issubclass(SourceError, OSError)


def test_box_area_is_what_the_town_says(town: Town) -> None:
    assert town.assess().territory.area.equals(box(X0, Y0, X0 + 1000, Y0 + 1000))


@pytest.mark.parametrize("ending", ["geojson", "fgb", "shp", "gml", "gpx", "parquet"])
def test_any_format_that_gdal_reads_feeds_a_layer(town: Town, ending: str) -> None:
    bases = (
        gpd.read_file(town.folder / "bases.gpkg").to_crs(4326).rename(columns={"base_id": "name"})
    )
    path = town.folder / f"bases.{ending}"
    if ending == "parquet":
        bases.to_parquet(path)
    elif ending == "gpx":
        bases.to_file(path, engine="pyogrio", driver="GPX", layer="waypoints")
    else:
        bases.to_file(path, engine="pyogrio")
    file = town.document["layers"]["maintenance_bases"][0]
    file["path"] = path.name
    file["columns"] = {"base_id": "name"}
    if ending == "gpx":
        file["table"] = "waypoints"
    assert town.assess().sites["base_id"].eq("depot").all()


def test_a_zipped_shapefile_is_read_as_it_is(town: Town) -> None:
    bases = gpd.read_file(town.folder / "bases.gpkg")
    folder = town.folder / "shp"
    folder.mkdir()
    bases.to_file(folder / "bases.shp", engine="pyogrio")
    shutil.make_archive(str(town.folder / "bases"), "zip", folder)
    town.document["layers"]["maintenance_bases"][0]["path"] = "bases.zip"
    assert town.assess().sites["base_id"].eq("depot").all()
