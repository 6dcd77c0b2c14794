"""What every report carries: assumptions, sources with licences, rule packs, limits, sign-off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import siteselect
from siteselect.charts.drawing import plain
from siteselect.compliance.vocabulary import FACTS
from siteselect.report.records import Background, Cell, Row, Table
from siteselect.report.rounding import in_column_unit, measure, with_unit
from siteselect.settings.declared import Declared, LayerFile
from siteselect.study import study_hash

if TYPE_CHECKING:
    from datetime import date

    from siteselect.assess import Assessment
    from siteselect.contracts import Provenance
    from siteselect.report.wording import Say

NAME_LETTERS = 60
"""Longest name that a report shows."""
TEXT_LETTERS = 400
"""Longest text from outside that a report shows; the data files hold the whole of it."""

_COMPOUND = {"us_per_km": "µs/km", "pipe_loss_w_m": "W/m"}
"""Assumptions whose unit is a ratio, which a column suffix cannot say."""
_PARTS = (
    *("pod", "workload", "grid", "routing", "access", "backhaul"),
    *("heat", "climate", "money", "noise"),
)
_TAG = re.compile(r"\s*\[(?P<tag>[^\]]*)\]\.?$")


def background(assessment: Assessment, title: str, manifest_hash: str, say: Say) -> Background:
    """Collect what a report of any kind must carry.

    Parameters
    ----------
    assessment : the run.
    title : title of the document.
    manifest_hash : SHA-256 of the run's manifest, or empty.
    say : fixed wording.
    """
    study = assessment.study
    manifest = say("page.manifest_none")
    if manifest_hash:
        manifest = say("page.manifest_line", hash=plain(manifest_hash))
    return Background(
        language=say("language"),
        title=title,
        study_title=plain(study.title),
        date=written_date(study.date, say),
        illustrative=_invented(assessment),
        assumptions=_assumptions(assessment, say),
        packs=_packs(assessment, say),
        sources=_sources(assessment, say),
        notices=tuple(
            (
                plain(notice.topic, TEXT_LETTERS),
                plain(notice.text, TEXT_LETTERS),
                tuple(_first_up(plain(fact, TEXT_LETTERS)) for fact in notice.facts.values()),
            )
            for notice in assessment.notices
        ),
        method=say.parts("method"),
        use=say.parts("limits.use"),
        misuse=say.parts("limits.misuse"),
        known_limits=say.parts("limits.known"),
        sign_off=_sign_off(say),
        version_line=say(
            "page.version_line",
            version=siteselect.__version__,
            study=study.name,
            hash=study_hash(study),
            seed=study.seed,
        ),
        manifest_line=manifest,
    )


def written_date(day: date, say: Say) -> str:
    """Write a date in words."""
    return say("date", day=day.day, month=say.parts("months")[day.month - 1], year=day.year)


def readable(word: object) -> str:
    """Write a word of a closed list (`car_park`, `leisure=sports_centre`) as people do."""
    return plain(str(word).replace("_", " ").replace("=", ": "), TEXT_LETTERS)


def layer_title(assessment: Assessment, name: str) -> str:
    """Name a layer as its contract does."""
    layer = assessment.layers.get(name)
    return readable(name).capitalize() if layer is None else layer.spec.title


def web_address(url: str) -> str:
    """Pass on an address only if it is one that a browser opens as a page."""
    return plain(url) if url.startswith(("https://", "http://")) else ""


def _invented(assessment: Assessment) -> tuple[str, ...]:
    return tuple(
        f"{layer_title(assessment, name)} ({plain(birth.file or birth.source, NAME_LETTERS)})"
        for name, birth in assessment.provenance
        if birth.illustrative
    )


def _assumptions(assessment: Assessment, say: Say) -> Table:
    study = assessment.study
    topics = [(part, _declared(getattr(study, part), say)) for part in _PARTS]
    topics.append(("facts", _facts(assessment, say)))
    topics.append(("plausible", _plausible(assessment, say)))
    rows = [
        (Cell(say(f"assumptions.topics.{topic}")), *row) for topic, found in topics for row in found
    ]
    numbered = tuple((Cell(f"A{at:02d}"), *row) for at, row in enumerate(rows, start=1))
    columns = say.heads("id", "about", "assumption", "value", "ground")
    return Table(say("assumptions.caption"), columns, numbered)


def _declared(part: Declared, say: Say) -> list[Row]:
    rows: list[Row] = []
    for name, field in type(part).model_fields.items():
        meaning = " ".join((field.description or readable(name)).split())
        tag = _TAG.search(meaning)
        stated = "stated" if name in part.model_fields_set else "default"
        ground = Cell(say(f"assumptions.{stated}"), note=tag["tag"] if tag else "")
        value = Cell(_value(getattr(part, name), name, say))
        rows.append((Cell(_TAG.sub("", meaning).rstrip(".")), value, ground))
    return rows


def _facts(assessment: Assessment, say: Say) -> list[Row]:
    stated = Cell(say("assumptions.stated"))
    return [
        (Cell(_first_up(FACTS[name].meaning)), Cell(_value(value, name, say)), stated)
        for name, value in assessment.study.facts.items()
        if name in FACTS
    ]


def _plausible(assessment: Assessment, say: Say) -> list[Row]:
    rows: list[Row] = []
    to = say("unit.to")
    for group in assessment.study.groups.values():
        for name, choice in group.criteria.items():
            record = assessment.criteria[name]
            knots = record.scale.knots
            low, high = choice.plausible or (knots[0][0], knots[-1][0])
            ground = "default" if choice.plausible is None else "stated"
            note = say("assumptions.whole_scale") if choice.plausible is None else ""
            span = f"{measure(low, record.unit)} {to} {measure(high, record.unit)}"
            meaning = say("assumptions.plausible_meaning", criterion=record.title)
            rows.append((Cell(meaning), Cell(span), Cell(say(f"assumptions.{ground}"), note=note)))
    return rows


def _value(value: Any, name: str, say: Say) -> str:
    if value is None or isinstance(value, bool):
        key = {None: "assumptions.left_out", True: "yes_word", False: "no_word"}[value]
        return say(key)
    if isinstance(value, dict | tuple | Declared):
        return _parts(value, name, say)
    if isinstance(value, str) or name == "year":
        return readable(value)
    if name in _COMPOUND:
        return with_unit(value, _COMPOUND[name])
    return in_column_unit(value, name)


def _parts(value: Any, name: str, say: Say) -> str:
    if isinstance(value, LayerFile):
        return readable(value.path)
    if isinstance(value, tuple):
        return "; ".join(_value(part, name, say) for part in value) or say("none")
    if isinstance(value, Declared):
        value = {key: getattr(value, key) for key in type(value).model_fields}
        value = {key: part for key, part in value.items() if part is not None}
    told = (f"{readable(key)} {_value(part, key, say)}" for key, part in value.items())
    return ", ".join(told) or say("none")


def _sources(assessment: Assessment, say: Say) -> Table:
    rows = tuple(_source(assessment, name, birth, say) for name, birth in assessment.provenance)
    columns = say.heads("layer", "source", "licence", "ground", "fingerprint")
    return Table(say("data.caption"), columns, rows)


def _source(assessment: Assessment, name: str, birth: Provenance, say: Say) -> Row:
    file = (
        say("data.file", file=plain(birth.file, TEXT_LETTERS))
        if birth.file
        else say("data.no_file")
    )
    credit = (
        say("data.credit", credit=plain(birth.attribution, TEXT_LETTERS))
        if birth.attribution
        else ""
    )
    invented = birth.illustrative
    basis = "" if invented else say(f"basis.{birth.basis}")
    return (
        Cell(layer_title(assessment, name), note=file),
        Cell(
            plain(birth.source, TEXT_LETTERS),
            note=plain(birth.date, NAME_LETTERS),
            url=web_address(birth.url),
        ),
        Cell(plain(birth.licence, TEXT_LETTERS), note=credit),
        Cell(
            basis,
            note=plain(birth.note, TEXT_LETTERS),
            tag=say("basis.illustrative") if invented else "",
            tone="invented" if invented else "",
        ),
        Cell(birth.sha256),
    )


def _packs(assessment: Assessment, say: Say) -> Table:
    rows = []
    for pack, found in assessment.findings.groupby("pack", sort=True):
        reviewed = sorted({str(day) for day in found["reviewed_on"]})
        span = reviewed[0]
        if len(reviewed) > 1:
            span = say("findings.span", first=reviewed[0], last=reviewed[-1])
        count = str(found["rule_id"].nunique())
        day = str(found["evaluated_on"].iloc[0])
        rows.append((Cell(plain(pack)), Cell(count), Cell(day), Cell(span)))
    columns = say.heads("pack", "rules_count", "evaluated", "reviewed_span")
    return Table(say("findings.packs_caption"), columns, tuple(rows))


def _sign_off(say: Say) -> Table:
    blank = Cell(say("sign_off.empty"))
    rows = tuple((Cell(role), blank, Cell("")) for role in say.parts("sign_off.roles"))
    return Table(say("sign_off.caption"), say.heads("role", "person", "signature"), rows)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
