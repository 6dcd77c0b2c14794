"""Ofcom's coverage: files of several years, and the API on this machine."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal_server import PortalServer, client_for
from provider_shapes import ofcom

from siteselect.errors import InputError, SourceError
from siteselect.portals import ofcom as reader
from siteselect.portals.ofcom import at_postcodes, fetch_coverage, normal_postcode, read_coverage


def write(tmp_path: Path, text: str, name: str = "202507_fixed_postcode.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_by_postcode_has_gigabit_and_no_full_fibre(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "postcode,postcode_space,postcode area,SFBB availability (% premises),"
        "UFBB availability (% premises),Gigabit availability (% premises)\n"
        "YO11AA,YO1 1AA,YO,100,95,90.5\nYO11AB,YO1 1AB,YO,100,,\n",
    )
    got = read_coverage(path)
    assert got.frame["postcode"].tolist() == ["YO11AA", "YO11AB"]
    assert got.frame["gigabit_share"].iloc[0] == pytest.approx(0.905)
    assert math.isnan(got.frame["gigabit_share"].iloc[1])
    assert got.frame["full_fibre_share"].isna().all()
    assert set(got.frame["source_date"]) == {"2025-07"}
    assert {notice.topic for notice in got.notices} == {
        "evidence, not a backhaul",
        "full fibre not stated",
    }


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Full Fibre availability (% premises)", "full_fibre_share"),
        ("FTTP availability (% premises)", "full_fibre_share"),
        ("Full fibre availability (% of premises)", "full_fibre_share"),
        ("Gigabit availability (% premises)", "gigabit_share"),
        ("% of premises with gigabit availability", "gigabit_share"),
    ],
)
def test_columns_are_known_by_what_they_say(tmp_path: Path, header: str, column: str) -> None:
    path = write(
        tmp_path,
        f"laua,laua_name,All Premises,Number of premises with {header},{header}\n"
        "E06000014,York,99,7,42\n",
    )
    got = read_coverage(path, source_date="2024")
    assert got.frame["area_code"].tolist() == ["E06000014"]
    assert got.frame[column].tolist() == [pytest.approx(0.42)]
    assert got.provenance.date == "2024"


def test_what_is_no_percentage_is_told_of(tmp_path: Path) -> None:
    path = write(
        tmp_path, "postcode,Gigabit availability (% premises)\nA1 1AA,150\nA1 1AB,lots\nA11AC,N/A\n"
    )
    got = read_coverage(path)
    assert got.frame["gigabit_share"].isna().all()
    assert got.rejected["value"].tolist() == ["150", "lots"]


def test_a_postcode_that_stands_twice_holds_for_neither_row(tmp_path: Path) -> None:
    path = write(
        tmp_path, "postcode,Gigabit availability (% premises)\nA1 1AA,1\na11aa,99\nB11BB,5\n"
    )
    got = read_coverage(path)
    assert got.frame["postcode"].tolist() == ["B11BB"]
    assert got.rejected["identifier"].tolist() == ["A11AA"]


def test_files_that_are_none_of_ofcoms_say_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column for places"):
        read_coverage(write(tmp_path, "town,Gigabit availability (% premises)\nx,1\n"))
    with pytest.raises(InputError, match="no column for shares"):
        read_coverage(write(tmp_path, "postcode,speed\nA11AA,1\n"))
    with pytest.raises(SourceError):
        read_coverage(write(tmp_path, ""))
    with pytest.raises(SourceError):
        read_coverage(tmp_path / "absent.csv")


def test_sites_get_the_share_of_their_postcode_or_a_reason(tmp_path: Path) -> None:
    path = write(tmp_path, "postcode,Gigabit availability (% premises)\nYO11AA,80\n")
    sites = pd.Series(["yo1 1aa", "ZZ1 1ZZ", "", None], index=["a", "b", "c", "d"])
    got = at_postcodes(sites, read_coverage(path))
    assert got.index.tolist() == ["a", "b", "c", "d"]
    assert got.loc["a", "gigabit_share"] == pytest.approx(0.8)
    assert got.loc["a", "reason"] == ""
    assert got["gigabit_share"].iloc[1:].isna().all()
    assert got.loc["b", "reason"] == "Ofcom has no row for this postcode"
    assert got.loc[["c", "d"], "reason"].eq("the site has no postcode").all()


@given(st.from_regex(reader._POSTCODE, fullmatch=True), st.integers(1, 4))
def test_spaces_and_case_make_no_other_postcode(code: str, at: int) -> None:
    assert normal_postcode(f" {code[:at]} {code[at:].lower()}") == code


def test_the_api_gives_shares_of_premises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(reader.KEY.variable, "abc123")
    with PortalServer(ofcom()) as portal:
        got = fetch_coverage(
            client_for(tmp_path / "cache"),
            ["YO1 1AA", "yo11aa", "YO1 1AB", "QQ9 9QQ", "nonsense"],
            url=f"{portal.url}/broadband",
        )
        assert portal.asked[0].headers["ocp-apim-subscription-key"] == "abc123"
        assert portal.count("/broadband/coverage/YO11AA") == 1
    assert got.frame["postcode"].tolist() == ["YO11AA", "YO11AB"]
    assert got.frame["gigabit_share"].tolist() == [pytest.approx(1 / 3), 0.0]
    assert got.frame["full_fibre_share"].isna().all()
    assert dict(zip(got.rejected["identifier"], got.rejected["reason"], strict=True)) == {
        "YO11AB": "1 premises without a predicted speed",
        "QQ99QQ": "Ofcom does not know this postcode",
        "NONSENSE": "not a British postcode",
    }


def test_without_a_key_the_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(reader.KEY.variable, raising=False)
    with PortalServer() as portal:
        portal.json("/broadband/coverage/YO11AA", {"message": "missing key"}, status=401)
        with pytest.raises(SourceError, match="SITESELECT_OFCOM_KEY"):
            fetch_coverage(client_for(tmp_path / "c"), ["YO11AA"], url=f"{portal.url}/broadband")


def test_an_answer_of_another_shape_is_refused(tmp_path: Path) -> None:
    with PortalServer() as portal:
        portal.json("/coverage/YO11AA", {"PostCode": "YO11AA"})
        with pytest.raises(SourceError, match="Availability"):
            fetch_coverage(client_for(tmp_path / "c"), ["YO11AA"], url=portal.url)
