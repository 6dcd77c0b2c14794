"""The report as plain data: texts and numbers already written, ready for any kind of page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its text, and what stands in small print or as a tag beside it."""

    text: str
    note: str = ""
    tag: str = ""
    tone: str = ""
    url: str = ""


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names its rows; every column has a head and it has a caption."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row = ()
    tag: str = ""
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A map or a chart, with what it shows said in words."""

    svg: str
    alt: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Plate:
    """A chart and the table of its numbers."""

    figure: Figure
    table: Table


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report that may be unknown: `lines` say so, and then all the rest is empty."""

    lines: tuple[Cell, ...]
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    plates: tuple[Plate, ...] = ()
    results: tuple[Table, ...] = ()
    closing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingEntry:
    """The verdict of one rule, as a reader needs it."""

    rule_id: str
    title: str
    verdict: str
    word: str
    outcome: str
    action: str
    authority: str
    citation: str
    url: str
    evidence: str
    missing: str
    confidence: str
    evaluated_on: str
    reviewed_on: str


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """All findings with one verdict."""

    verdict: str
    title: str
    entries: tuple[FindingEntry, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell of the matrix of findings: a letter, its verdict, and where it matters a hint."""

    code: str
    verdict: str
    hint: str


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A site as a column of the matrix: its number there, its name, and how it stands."""

    number: int
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class GridLine:
    """A rule as a row of the matrix; `anchor` is where its evidence stands.

    Where the verdict is the same at all sites there is one mark for all, and `same` says so.
    """

    rule_id: str
    title: str
    anchor: str
    marks: tuple[Mark, ...]
    same: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """One table of the matrix: its sites, and its rules by topic."""

    caption: str
    columns: tuple[GridColumn, ...]
    topics: tuple[tuple[str, tuple[GridLine, ...]], ...]


@dataclass(frozen=True, slots=True)
class EvidenceGroup:
    """Sites at which a rule says the same: in `lines` their numbers, and what was found there.

    `shared` is what was found alike at all of them.
    """

    verdict: str
    word: str
    action: str
    missing: str
    lines: tuple[tuple[str, str], ...]
    shared: str = ""


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """All that one rule found at the sites of the matrix."""

    anchor: str
    rule_id: str
    title: str
    counts: str
    authority: str
    groups: tuple[EvidenceGroup, ...]


@dataclass(frozen=True, slots=True)
class FindingsMatrix:
    """Verdicts of many sites by rule, with the letters explained and the evidence beneath."""

    legend: tuple[tuple[str, str, str], ...]
    grids: tuple[Grid, ...]
    evidence: tuple[RuleEvidence, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Background:
    """What every report carries: who made it from what, and what it must not be used for."""

    language: str
    title: str
    study_title: str
    date: str
    illustrative: tuple[str, ...]
    assumptions: Table
    packs: Table
    sources: Table
    notices: tuple[tuple[str, str, tuple[str, ...]], ...]
    method: tuple[str, ...]
    use: tuple[str, ...]
    misuse: tuple[str, ...]
    known_limits: tuple[str, ...]
    sign_off: Table
    version_line: str
    manifest_line: str


@dataclass(frozen=True, slots=True)
class SiteReport:
    """Everything that the report on one site says."""

    background: Background
    site_id: str
    name: str
    id_line: str
    tone: str
    headline: str
    summary: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    gaps: tuple[str, ...]
    checks: tuple[str, ...]
    map: Figure
    places: Table
    design: tuple[Table, ...]
    chart: Figure
    points: Table
    heat: Section
    noise: Section
    money: Section
    build: Section
    findings: tuple[FindingGroup, ...]
    documents: Section


@dataclass(frozen=True, slots=True)
class StudyReport:
    """Everything that the report on a whole study says."""

    background: Background
    headline: str
    summary: tuple[str, ...]
    chart: Figure
    ranking: Table
    portfolio: Section
    map: Figure
    excluded: Table
    excluded_more: str
    opinions: Table
    opinions_note: tuple[str, ...]
    weights: Table
    presets: Table
    stakeholders: Section
    robustness: Section
    sensitivity: Table
    matrix: Table
    rejected: Table
    rejected_more: str
    land: Section
    findings: FindingsMatrix
    checklist: Table
