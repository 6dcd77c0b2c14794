"""Ask a layer of an ArcGIS service for all features on a box, and make sure that all came.

Shape [S, Esri's reference and its users' threads]: the layer's address with `f=json` gives its
fields, `objectIdField`, `maxRecordCount` and whether pages are supported; /query with
`returnCountOnly=true` a count; /query with `f=geojson`, `resultOffset` and `resultRecordCount` a
page, with `exceededTransferLimit` at the top or under `properties` where more follows, even after
an empty page. An error comes with HTTP status 200 as {"error": {"code", "message", "details"}}.
The number of features that came is held against the count: a layer never ends early in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from siteselect.errors import Fault, SourceError
from siteselect.portals.client import Client
from siteselect.portals.web import get_json
from siteselect.portals.wire import PassingError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LARGEST_PAGE = 1_000
"""Features a page, or fewer where the service allows fewer."""
_PASSING = frozenset((429, 500, 502, 503, 504))
_TOKEN = frozenset((498, 499, 401, 403))


@dataclass(frozen=True, slots=True)
class Described:
    """What a layer says of itself; `edited` is the day of its last change, empty if not said."""

    fields: tuple[str, ...]
    object_id: str
    page: int
    paged: bool
    edited: str


def describe(client: Client, url: str) -> Described:
    """Ask a layer about itself.

    Raises
    ------
    SourceError
        It is no layer that gives GeoJSON, wants a token, or failed.
    """
    document = get_json(client, url, params={"f": "json"}, check=_check)
    fields = tuple(str(each.get("name")) for each in document.get("fields") or ())
    object_id = document.get("objectIdField") or next(
        (name for name in fields if name.upper() in {"OBJECTID", "FID"}), ""
    )
    formats = str(document.get("supportedQueryFormats", "geojson")).lower()
    if not object_id or "geojson" not in formats:
        raise SourceError(
            Fault(
                url,
                "not a layer that gives GeoJSON with object numbers",
                "Name one layer, such as .../FeatureServer/0, or download the file by hand.",
            )
        )
    return Described(
        fields=fields,
        object_id=str(object_id),
        page=min(int(document.get("maxRecordCount") or LARGEST_PAGE), LARGEST_PAGE),
        paged=bool((document.get("advancedQueryCapabilities") or {}).get("supportsPagination")),
        edited=_day((document.get("editingInfo") or {}).get("lastEditDate")),
    )


def features_on(
    client: Client, url: str, area: BaseGeometry, described: Described
) -> dict[str, Mapping[str, Any]]:
    """Fetch all features that meet the bounding box of an area, by object number.

    Parameters
    ----------
    client : how to ask.
    url : address of the layer.
    area : in EPSG:4326, as the features come.
    described : what `describe` gave.

    Raises
    ------
    SourceError
        Not as many came as the service counts, or it failed.
    """
    asked: dict[str, str | int] = {
        "where": "1=1",
        "geometry": ",".join(f"{edge:.6f}" for edge in area.bounds),
        "geometryType": "esriGeometryEnvelope",
        "inSR": 4326,
        "spatialRel": "esriSpatialRelIntersects",
    }
    count = _count(client, url, asked)
    if count > described.page and not described.paged:
        raise SourceError(
            Fault(url, f"{count} features, and it gives no pages", "Ask for a smaller area.")
        )
    asked |= {"outFields": "*", "outSR": 4326, "f": "geojson"}
    found: dict[str, Mapping[str, Any]] = {}
    offset, more = 0, count > 0
    while more:
        page: dict[str, str | int] = {
            "orderByFields": described.object_id,
            "resultOffset": offset,
            "resultRecordCount": described.page,
        }
        params = asked | page if described.paged else asked
        document = get_json(client, f"{url}/query", params=params, check=_check_page)
        for feature in document["features"]:
            found.setdefault(_number(feature, described.object_id, len(found)), feature)
        offset += len(document["features"]) or described.page
        # A page may be short, or empty, with more to come; the count ends what never would.
        more = described.paged and (_exceeded(document) or offset < count) and offset <= 2 * count
    if len(found) < count:
        raise SourceError(
            Fault(
                url,
                f"gave {len(found)} of {count} features",
                "Ask again later, or for a smaller area.",
            )
        )
    return found


def _count(client: Client, url: str, asked: Mapping[str, str | int]) -> int:
    document = get_json(
        client,
        f"{url}/query",
        params={**asked, "returnCountOnly": "true", "f": "json"},
        check=_check,
    )
    count = document.get("count")
    if not isinstance(count, int):
        raise SourceError(
            Fault(url, "it does not count its features", "Download the file by hand.")
        )
    return count


def _exceeded(document: Mapping[str, Any]) -> bool:
    below = document.get("properties") or {}
    return bool(document.get("exceededTransferLimit") or below.get("exceededTransferLimit"))


def _number(feature: Mapping[str, Any], object_id: str, at: int) -> str:
    number = feature.get("id")
    if number is None:
        number = (feature.get("properties") or {}).get(object_id)
    return f"row-{at}" if number is None else str(number)


def _check(document: Any) -> None:
    """Refuse an error that comes with status 200.

    Raises
    ------
    PassingError
        It may go away by itself.
    SourceError
        It will not.
    """
    if not isinstance(document, dict):
        raise SourceError(Fault("the map service", "an answer of another shape", "Check its URL."))
    error = document.get("error")
    if not error:
        return
    error = error if isinstance(error, dict) else {"message": str(error)}
    code = error.get("code")
    words = " ".join([str(error.get("message") or ""), *map(str, error.get("details") or ())])
    words = " ".join(words.split())[:200] or "no reason"
    if code in _PASSING:
        raise PassingError(f"the map service says {code}: {words}")
    cure = (
        "It wants a token: name another copy of the layer, or download the file by hand."
        if code in _TOKEN
        else "Check the address of the layer; services are renamed now and then."
    )
    raise SourceError(Fault("the map service", f"it says {code}: {words}", cure))


def _check_page(document: Any) -> None:
    _check(document)
    features = document.get("features")
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        raise SourceError(
            Fault("the map service", "a page without features", "Check its URL and its version.")
        )


def _day(stamp: Any) -> str:
    """Write the day of a stamp in milliseconds; empty where it is none."""
    try:
        return f"{datetime.fromtimestamp(float(stamp) / 1000, UTC):%Y-%m-%d}"
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
