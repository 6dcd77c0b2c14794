"""How many premises have full fibre or gigabit, from Ofcom: evidence of fibre, not a backhaul.

Files [T]: Connected Nations CSV by postcode, output area or local authority; names of columns vary
by year, so that they are matched by what they say. Files by postcode have carried no full-fibre
column since 2023 or so, only gigabit, which coaxial cable reaches too.
API [T, its OpenAPI text]: GET /coverage/{PostCode} without the space, with a key in the header
`Ocp-Apim-Subscription-Key`, gives {"PostCode", "Availability": [{"UPRN", "MaxPredictedDown" ...}]},
speeds in Mbit/s and -1 where nothing can be had [K].
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from siteselect.contracts import Notice, Provenance
from siteselect.errors import Fault, InputError, SourceError
from siteselect.portals.client import Client, Key, NotFoundError
from siteselect.portals.fetched import Rejection, rejections
from siteselect.portals.providers import providers
from siteselect.portals.web import get_json

KEY = Key("SITESELECT_OFCOM_KEY", header="Ocp-Apim-Subscription-Key")
COLUMNS = ("postcode", "area_code", "full_fibre_share", "gigabit_share", "source_date")
GIGABIT_MBIT_S = 1_000.0
"""Predicted download speed that counts as gigabit [J]."""

_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}|GIR0AA")
_PLACES = (
    ("postcode", re.compile(r"postcode(_?space)?", re.IGNORECASE)),
    ("area_code", re.compile(r"(laua|output_?area|oa\d{2}|oa|pcon|parl_?const)", re.IGNORECASE)),
)
_SHARES = (
    ("full_fibre_share", re.compile(r"(full[ -]?fib\w+|fttp)\b.*%.*", re.IGNORECASE)),
    ("gigabit_share", re.compile(r"(% of premises with )?gigabit\b.*%?.*", re.IGNORECASE)),
)
_NOT_SHARES = re.compile(r"number of|count|premises with .*mbit", re.IGNORECASE)
_FILE_DATE = re.compile(r"(20\d\d)[-_]?(0[1-9]|1[0-2])?")


@dataclass(frozen=True, slots=True)
class Broadband:
    """Shares by postcode or by area code, one of which is empty; NaN where not published."""

    frame: pd.DataFrame
    provenance: Provenance
    notices: tuple[Notice, ...]
    rejected: pd.DataFrame


def read_coverage(path: Path, *, source_date: str = "") -> Broadband:
    """Read a Connected Nations CSV that somebody downloaded.

    Parameters
    ----------
    path : file with one row a postcode, output area or local authority.
    source_date : month or year of the data; read from the file's name when left out.

    Raises
    ------
    SourceError
        The file cannot be read.
    InputError
        It names no places, or neither share.
    """
    table = _table(path)
    names = {column: _column(table, column) for column, _ in (*_PLACES, *_SHARES)}
    if not (names["postcode"] or names["area_code"]):
        raise InputError(_no_column(path, table, "places", "postcode, laua or output_area"))
    if not (names["full_fibre_share"] or names["gigabit_share"]):
        raise InputError(
            _no_column(path, table, "shares", "'Full Fibre' or 'Gigabit availability (% premises)'")
        )
    rejected: list[Rejection] = []
    place = names["postcode"] or names["area_code"] or ""
    code = table[names["postcode"]].map(normal_postcode) if names["postcode"] else ""
    frame = pd.DataFrame(
        {
            "postcode": code,
            "area_code": "" if names["postcode"] else table[place].str.strip(),
            **{
                column: _shares(table, names[column], table[place], rejected)
                for column, _ in _SHARES
            },
            "source_date": source_date or _date_in(path.name),
        },
        index=table.index,
    )
    frame, doubled = _without_doubles(frame)
    notices = [_evidence()]
    if names["full_fibre_share"] is None:
        notices.append(_medium_unknown())
    return Broadband(
        frame=frame,
        provenance=providers()["ofcom"].certificate(
            str(source_date or _date_in(path.name)), note=f"Read from {path.name}."
        ),
        notices=tuple(notices),
        rejected=rejections([*rejected, *doubled]),
    )


def fetch_coverage(client: Client, postcodes: Sequence[str], *, url: str = "") -> Broadband:
    """Ask Ofcom for the premises of some postcodes.

    A speed does not tell fibre from cable, so that `full_fibre_share` stays unknown.

    Parameters
    ----------
    client : how to ask.
    postcodes : British postcodes, spaced or not; each is asked for once.
    url : another address of the service.

    Raises
    ------
    SourceError
        The service failed, or wants the key of the environment variable SITESELECT_OFCOM_KEY.
    """
    provider = providers()["ofcom"]
    client = provider.polite(client)
    rows: list[dict[str, Any]] = []
    rejected: list[Rejection] = []
    for given in dict.fromkeys(map(normal_postcode, postcodes)):
        if not _POSTCODE.fullmatch(given):
            rejected.append(Rejection(given, "not a British postcode"))
            continue
        try:
            document = get_json(
                client, f"{url or provider.url}/coverage/{given}", key=KEY, check=_check
            )
        except NotFoundError:
            rejected.append(Rejection(given, "Ofcom does not know this postcode"))
            continue
        share, unknown = _gigabit_share(document["Availability"])
        if unknown:
            rejected.append(Rejection(given, f"{unknown} premises without a predicted speed"))
        rows.append({"postcode": given, "area_code": "", "gigabit_share": share})
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["full_fibre_share"] = math.nan
    frame["gigabit_share"] = frame["gigabit_share"].astype("float64")
    frame["source_date"] = ""
    return Broadband(
        frame=frame,
        provenance=provider.certificate("", basis="modelled", note="Predicted speeds."),
        notices=(_evidence(), _medium_unknown()),
        rejected=rejections(rejected),
    )


def at_postcodes(postcodes: pd.Series[str], coverage: Broadband) -> pd.DataFrame:
    """Give the shares at each site's postcode, with the reason where there are none.

    Parameters
    ----------
    postcodes : postcode of each site, spaced or not; empty where not known.
    coverage : shares by postcode.

    Returns
    -------
    DataFrame
        On the index of `postcodes`: full_fibre_share, gigabit_share, source_date and reason.
    """
    wanted = postcodes.fillna("").astype(str).map(normal_postcode)
    known = coverage.frame[coverage.frame["postcode"].ne("")].set_index("postcode")
    found = known.reindex(wanted)[["full_fibre_share", "gigabit_share", "source_date"]]
    found.index = postcodes.index
    found["source_date"] = found["source_date"].fillna("")
    found["reason"] = ""
    found.loc[~wanted.isin(known.index).to_numpy(), "reason"] = "Ofcom has no row for this postcode"
    found.loc[wanted.eq("").to_numpy(), "reason"] = "the site has no postcode"
    return found


def normal_postcode(text: str) -> str:
    """Write a postcode in capitals without spaces."""
    return re.sub(r"\s+", "", str(text)).upper()


def _table(path: Path) -> pd.DataFrame:
    for encoding in ("utf-8-sig", "latin-1"):
        try:
            table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)
        except UnicodeDecodeError:
            continue
        except (OSError, ValueError) as error:
            first = (str(error).splitlines() or [""])[0]
            raise SourceError(
                Fault(str(path), f"cannot be read: {first}", "Give the unpacked CSV of Ofcom.")
            ) from None
        return table.rename(columns=lambda name: str(name).strip())
    raise AssertionError  # Latin 1 reads every file


def _column(table: pd.DataFrame, column: str) -> str | None:
    """Find the one column that says what is wanted; the compact postcode before the spaced one."""
    patterns = dict((*_PLACES, *_SHARES))
    fitting = [
        str(name)
        for name in table.columns
        if patterns[column].fullmatch(str(name)) and not _NOT_SHARES.search(str(name))
    ]
    # "from fixed or FWA" and the like count other networks too: the shortest name is the plain one.
    return min(fitting, key=len, default=None)


def _no_column(path: Path, table: pd.DataFrame, what: str, wanted: str) -> Fault:
    return Fault(
        path.name,
        f"no column for {what}",
        f"A Connected Nations file has {wanted}.",
        value=", ".join(map(str, table.columns))[:200],
    )


def _shares(
    table: pd.DataFrame, name: str | None, places: pd.Series[str], rejected: list[Rejection]
) -> pd.Series[float]:
    if name is None:
        return pd.Series(math.nan, index=table.index)
    text = table[name].str.strip().str.rstrip("%")
    shares = pd.to_numeric(text, errors="coerce").astype("float64") / 100
    wrong = ~shares.between(0.0, 1.0) & ~text.str.lower().isin({"", "n/a", "na", "*", "-"})
    rejected += [
        Rejection(str(place), f"{name}: not a percentage", value)
        for place, value in zip(places[wrong], text[wrong], strict=True)
    ]
    return shares.mask(~shares.between(0.0, 1.0))


def _without_doubles(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Rejection]]:
    """Drop places that stand twice: which row holds is not known."""
    doubled = frame.duplicated(["postcode", "area_code"], keep=False)
    places = frame["postcode"].where(frame["postcode"].ne(""), frame["area_code"])
    told = [Rejection(str(place), "stands in several rows") for place in places[doubled].unique()]
    return frame[~doubled], told


def _gigabit_share(premises: Sequence[Mapping[str, Any]]) -> tuple[float, int]:
    speeds = [each.get("MaxPredictedDown") for each in premises]
    known = [float(speed) for speed in speeds if isinstance(speed, (int, float))]
    unknown = len(speeds) - len(known)
    if not known:
        return math.nan, unknown
    return sum(speed >= GIGABIT_MBIT_S for speed in known) / len(known), unknown


def _check(document: Any) -> None:
    rows = document.get("Availability") if isinstance(document, dict) else None
    if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
        raise SourceError(
            Fault("Ofcom", "an answer without `Availability`", "Its API may have changed.")
        )


def _date_in(name: str) -> str:
    found = _FILE_DATE.search(name)
    return "" if found is None else "-".join(part for part in found.groups() if part)


def _evidence() -> Notice:
    return Notice(
        "evidence, not a backhaul",
        "Ofcom counts premises that can order broadband. It shows that fibre is near, not that a "
        "leased line or a second route can be had.",
    )


def _medium_unknown() -> Notice:
    return Notice(
        "full fibre not stated",
        "These figures give speed, not medium: gigabit comes over coaxial cable too.",
    )
