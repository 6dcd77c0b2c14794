"""Styles that travel with a GeoPackage: QML for QGIS 3 and SLD 1.1 for everything else.

QML has no published schema; its elements are those that QGIS itself writes and reads (QGIS 3,
qgssymbollayerutils.cpp, qgsgraduatedsymbolrenderer.cpp, qgspallabeling.cpp). Symbol properties
stand twice, as `Option` and as `prop`, as QGIS 3.20 to 3.24 wrote them: older versions read the
second alone. SLD is OGC 05-078r4 with Symbology Encoding 1.1 (OGC 05-077r4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree as ET

from siteselect.design.routes import KINDS
from siteselect.maps.style import (
    INK,
    LABELLED,
    PAPER,
    QUIET,
    ROUTE_LOOKS,
    SCORE_COLOURS,
    UNSURE_BELOW_SHARE,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_RANKED = "Not ranked: fails a rule"
DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
QGIS = "3.22.0"
"""Version that the QML claims: it is read by every QGIS from 3.0 on."""

_SCORE = 'CASE WHEN "rank" IS NULL THEN -1 ELSE "score_low" END'
_LABEL = (
    f'CASE WHEN "rank" <= {LABELLED} THEN to_string("rank") || \'. \' ||'
    ' coalesce("name", "site_id")'
    ' WHEN "rank" IS NOT NULL THEN to_string("rank") END'
    f" || CASE WHEN \"evidence_share\" < {UNSURE_BELOW_SHARE} THEN ' ?' ELSE '' END"
)
_SLD, _SE = "http://www.opengis.net/sld", "http://www.opengis.net/se"
_OGC, _XSI = "http://www.opengis.net/ogc", "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = f"{_SLD} http://schemas.opengis.net/sld/1.1.0/StyledLayerDescriptor.xsd"
_PIXELS_A_MM = 1 / 0.28
"""Standardised rendering pixel of SE 1.1 and WMS: 0.28 mm."""
_UNRANKED = (-2.0, -0.5)
_TOP = 1.000001
"""End of the last class, so that a score of 1 lies below it in SLD."""

Form = Literal["marker", "line"]


@dataclass(frozen=True, slots=True)
class Class:
    """One class of a layer: which features, its word in the legend, and its symbol.

    Parameters
    ----------
    low, high : range of the score, `low` belongs to it; or `value`, what a text must be.
    colour : of the filling or of the line.
    shape : name of the mark, the same in QGIS and SLD.
    size_mm : width of the mark or of the line [mm].
    """

    label: str
    colour: str
    size_mm: float
    shape: str = "circle"
    low: float = 0.0
    high: float = 0.0
    value: str = ""


def site_classes() -> tuple[Class, ...]:
    """List the classes of sites: ten of the score, the best first, then what is not ranked.

    Of two ranges that meet at a score QGIS takes the first, so that the best first puts a score of
    0.3 into the class from 0.3, as the map does.
    """
    steps = len(SCORE_COLOURS)
    scored = tuple(
        Class(
            f"{100 * place // steps} to {100 * (place + 1) // steps} points",
            *(colour, 3.4),
            low=place / steps,
            high=(place + 1) / steps if place + 1 < steps else _TOP,
        )
        for place, colour in enumerate(SCORE_COLOURS)
    )
    return (*reversed(scored), Class(NOT_RANKED, PAPER, 3.0, "cross2", *_UNRANKED))


def route_classes() -> tuple[Class, ...]:
    """List the classes of routes: what goes along them."""
    return tuple(Class(kind.capitalize(), _route_colour(kind), 0.8, value=kind) for kind in KINDS)


def sites_qml(classes: tuple[Class, ...]) -> str:
    """Write the style of the sites for QGIS: coloured by score, labelled by rank."""
    root = _qgis(labels=True)
    renderer = _renderer(root, "graduatedSymbol", _SCORE, graduatedMethod="GraduatedColor")
    ranges = ET.SubElement(renderer, "ranges")
    for number, each in enumerate(classes):
        ends = {"lower": f"{each.low:.15f}", "upper": f"{each.high:.15f}"}
        about = {**ends, "symbol": str(number), "label": each.label, "render": "true"}
        ET.SubElement(ranges, "range", about)
    _qml_symbols(renderer, classes, "marker")
    _qml_labels(root)
    return _qml(root)


def routes_qml(classes: tuple[Class, ...]) -> str:
    """Write the style of the routes for QGIS: coloured by what goes along them."""
    root = _qgis(labels=False)
    renderer = _renderer(root, "categorizedSymbol", "kind")
    categories = ET.SubElement(renderer, "categories")
    for number, each in enumerate(classes):
        about = {"value": each.value, "symbol": str(number), "label": each.label, "render": "true"}
        ET.SubElement(categories, "category", about)
    _qml_symbols(renderer, classes, "line")
    return _qml(root)


def sites_sld(classes: tuple[Class, ...], layer: str) -> str:
    """Write the style of the sites as SLD; sites without a rank have a class of their own."""
    root, style = _sld(layer)
    for each in classes:
        rule = _rule(style, each)
        where = ET.SubElement(rule, f"{{{_OGC}}}Filter")
        if each.label == NOT_RANKED:
            _property(ET.SubElement(where, f"{{{_OGC}}}PropertyIsNull"), "rank")
        else:
            both = ET.SubElement(where, f"{{{_OGC}}}And")
            ranked = ET.SubElement(both, f"{{{_OGC}}}Not")
            _property(ET.SubElement(ranked, f"{{{_OGC}}}PropertyIsNull"), "rank")
            _compared(both, "PropertyIsGreaterThanOrEqualTo", "score_low", f"{each.low:g}")
            _compared(both, "PropertyIsLessThan", "score_low", repr(each.high))
        _sld_mark(rule, each)
    return _written(root)


def routes_sld(classes: tuple[Class, ...], layer: str) -> str:
    """Write the style of the routes as SLD."""
    root, style = _sld(layer)
    for each in classes:
        rule = _rule(style, each)
        where = ET.SubElement(rule, f"{{{_OGC}}}Filter")
        _compared(where, "PropertyIsEqualTo", "kind", each.value)
        line = ET.SubElement(rule, f"{{{_SE}}}LineSymbolizer")
        _stroke(line, each.colour, each.size_mm)
    return _written(root)


def _route_colour(kind: str) -> str:
    return str(ROUTE_LOOKS[kind][2].looks[0].style["color"])


def _qgis(*, labels: bool) -> ET.Element:
    categories = "Symbology|Labeling" if labels else "Symbology"
    about = {"version": QGIS, "styleCategories": categories, "labelsEnabled": str(int(labels))}
    return ET.Element("qgis", about)


def _renderer(root: ET.Element, kind: str, attribute: str, **more: str) -> ET.Element:
    rest = {"forceraster": "0", "symbollevels": "0", "enableorderby": "0"}
    return ET.SubElement(root, "renderer-v2", {"type": kind, "attr": attribute, **rest, **more})


def _qml_symbols(parent: ET.Element, classes: tuple[Class, ...], form: Form) -> None:
    symbols = ET.SubElement(parent, "symbols")
    for number, each in enumerate(classes):
        about = {"type": form, "name": str(number), "alpha": "1", "clip_to_extent": "1"}
        symbol = ET.SubElement(symbols, "symbol", {**about, "force_rhr": "0"})
        name = "SimpleMarker" if form == "marker" else "SimpleLine"
        state = {"class": name, "enabled": "1", "pass": "0", "locked": "0"}
        layer = ET.SubElement(symbol, "layer", state)
        properties = _marker(each) if form == "marker" else _line(each)
        kept = ET.SubElement(layer, "Option", {"type": "Map"})
        for key, value in properties.items():
            ET.SubElement(kept, "Option", {"name": key, "type": "QString", "value": value})
        for key, value in properties.items():
            ET.SubElement(layer, "prop", {"k": key, "v": value})


def _marker(each: Class) -> dict[str, str]:
    crossed = each.shape == "cross2"
    return {
        "name": each.shape,
        "color": _rgba(each.colour),
        "size": f"{each.size_mm:g}",
        "size_unit": "MM",
        "outline_color": _rgba(QUIET if crossed else INK),
        "outline_style": "solid",
        "outline_width": "0.5" if crossed else "0.25",
        "outline_width_unit": "MM",
        "scale_method": "diameter",
    }


def _line(each: Class) -> dict[str, str]:
    return {
        "line_color": _rgba(each.colour),
        "line_width": f"{each.size_mm:g}",
        "line_width_unit": "MM",
        "line_style": "solid",
        "capstyle": "round",
        "joinstyle": "round",
    }


def _qml_labels(root: ET.Element) -> None:
    labeling = ET.SubElement(root, "labeling", {"type": "simple"})
    settings = ET.SubElement(labeling, "settings")
    look = {"fontSize": "8", "fontSizeUnit": "Point", "textColor": _rgba(INK), "textOpacity": "1"}
    text = ET.SubElement(settings, "text-style", {"fieldName": _LABEL, "isExpression": "1", **look})
    buffer = {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM"}
    ET.SubElement(text, "text-buffer", {**buffer, "bufferColor": _rgba(PAPER)})
    # 6: beside the point in an order of preference, as cartographers do.
    ET.SubElement(settings, "placement", {"placement": "6", "dist": "1", "distUnits": "MM"})
    ET.SubElement(settings, "rendering", {"drawLabels": "1", "obstacle": "1"})


def _sld(layer: str) -> tuple[ET.Element, ET.Element]:
    about = {"version": "1.1.0", f"{{{_XSI}}}schemaLocation": _SCHEMA}
    root = ET.Element(f"{{{_SLD}}}StyledLayerDescriptor", about)
    named = ET.SubElement(root, f"{{{_SLD}}}NamedLayer")
    ET.SubElement(named, f"{{{_SE}}}Name").text = layer
    user = ET.SubElement(named, f"{{{_SLD}}}UserStyle")
    ET.SubElement(user, f"{{{_SE}}}Name").text = layer
    return root, ET.SubElement(user, f"{{{_SE}}}FeatureTypeStyle")


def _rule(style: ET.Element, each: Class) -> ET.Element:
    rule = ET.SubElement(style, f"{{{_SE}}}Rule")
    ET.SubElement(rule, f"{{{_SE}}}Name").text = each.label
    return rule


def _compared(parent: ET.Element, how: str, name: str, value: str) -> None:
    test = ET.SubElement(parent, f"{{{_OGC}}}{how}")
    _property(test, name)
    ET.SubElement(test, f"{{{_OGC}}}Literal").text = value


def _property(parent: ET.Element, name: str) -> None:
    ET.SubElement(parent, f"{{{_OGC}}}PropertyName").text = name


def _sld_mark(rule: ET.Element, each: Class) -> None:
    point = ET.SubElement(rule, f"{{{_SE}}}PointSymbolizer")
    graphic = ET.SubElement(point, f"{{{_SE}}}Graphic")
    mark = ET.SubElement(graphic, f"{{{_SE}}}Mark")
    crossed = each.shape == "cross2"
    # SE knows square, circle, triangle, star, cross and x alone (OGC 05-077r4, 11.3.2).
    ET.SubElement(mark, f"{{{_SE}}}WellKnownName").text = "x" if crossed else each.shape
    fill = ET.SubElement(mark, f"{{{_SE}}}Fill")
    ET.SubElement(fill, f"{{{_SE}}}SvgParameter", {"name": "fill"}).text = each.colour
    _stroke(mark, QUIET if crossed else INK, 0.5 if crossed else 0.25)
    size = ET.SubElement(graphic, f"{{{_SE}}}Size")
    size.text = f"{each.size_mm * _PIXELS_A_MM:.1f}"


def _stroke(parent: ET.Element, colour: str, width_mm: float) -> None:
    stroke = ET.SubElement(parent, f"{{{_SE}}}Stroke")
    values: Mapping[str, str] = {
        "stroke": colour,
        "stroke-width": f"{width_mm * _PIXELS_A_MM:.1f}",
    }
    for name, value in values.items():
        ET.SubElement(stroke, f"{{{_SE}}}SvgParameter", {"name": name}).text = value


def _rgba(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"{red},{green},{blue},255"


def _qml(root: ET.Element) -> str:
    ET.indent(root)
    return DOCTYPE + ET.tostring(root, encoding="unicode") + "\n"


def _written(root: ET.Element) -> str:
    for prefix, space in (("sld", _SLD), ("se", _SE), ("ogc", _OGC), ("xsi", _XSI)):
        ET.register_namespace(prefix, space)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
