"""Write the generated pages from the registries that the program itself loads.

python docs/build.py          writes them
python docs/build.py --check  fails when a page is stale
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

from siteselect import cli
from siteselect.candidates import CANDIDATE
from siteselect.candidates.map_kinds import map_kinds
from siteselect.compliance.screening import load_packs
from siteselect.compliance.vocabulary import VOCABULARY
from siteselect.contracts import Column
from siteselect.criteria.registry import criteria
from siteselect.design.columns import SITE_COLUMNS
from siteselect.design.heating import catalogue
from siteselect.finance.prices import discountings, prices, scenarios
from siteselect.layers.build import specs
from siteselect.operators.directory import portals
from siteselect.operators.registry import READERS
from siteselect.portals.providers import providers
from siteselect.sources.registry import records
from siteselect.starter import schema_text
from siteselect.study import study_schema
from siteselect.units import UNITS, unit_of

HERE = Path(__file__).resolve().parent
NOTE = "<!-- Written by docs/build.py from the program itself; edit that, not this. -->\n"
PACKS = ("en", "de", "fi", "eu", "engineering")


def table(headings: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """Set a Markdown table."""
    lines = [f"| {' | '.join(headings)} |", "|" + "---|" * len(headings)]
    lines += [
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def columns_table(columns: tuple[Column, ...]) -> str:
    """Set the table of a contract's columns."""
    return table(
        ("column", "unit", "required", "meaning"),
        [
            (
                f"`{column.name}`",
                _unit(column),
                "yes" if column.required else "",
                column.meaning
                + (f"; one of: {', '.join(column.choices)}" if column.choices else ""),
            )
            for column in columns
        ],
    )


def _unit(column: Column) -> str:
    unit = unit_of(column.name) if column.kind == "number" else None
    return unit.written if unit else {"flag": "yes/no", "text": "text"}.get(column.kind, "")


def nomenclature() -> str:
    """List units, columns of the table of sites, and words."""
    return (
        "# Nomenclature\n\n" + NOTE + "\nA column's suffix is its unit. Unknown numbers are empty, "
        "never zero.\n\n## Units\n\n"
        + table(
            ("suffix", "unit", "meaning"),
            [(f"`_{unit.suffix}`", unit.written, unit.meaning) for unit in UNITS],
        )
        + "\n## The table of sites\n\n"
        + columns_table(SITE_COLUMNS)
        + "\n## The ranking\n\n"
        + table(
            ("column", "meaning"),
            [
                ("`score_low`, `score_high`", "score with unknowns at their worst, at their best"),
                ("`evidence_share`", "weight of the criteria that are known"),
                ("`rank`", "place by lowest score; equal scores share it; empty if a rule fails"),
                ("`rank_best`, `rank_worst`", "places that the unknowns allow"),
                (
                    "`possible_first`",
                    "whether it leads if unknowns turn out well here and badly elsewhere",
                ),
                ("`sure_first`", "whether it leads whatever the unknowns turn out to be"),
            ],
        )
    )


def layers() -> str:
    """List layers with their contracts, and the sources that can feed them."""
    parts = ["# Layers and sources\n\n" + NOTE]
    parts.append(
        "\nA column of a like unit is converted when its name or the study says so "
        "(`headroom_mva` feeds `headroom_kva`); power and apparent power are never mixed.\n"
    )
    for spec in specs().values():
        parts.append(f"\n## {spec.title}: `{spec.name}`\n\n{spec.meaning}\n\n")
        parts.append(f"Shapes: {', '.join(spec.shapes)}.\n")
        if spec.columns:
            parts.append("\n" + columns_table(spec.columns))
    parts.append(f"\n## {CANDIDATE.title}\n\n{CANDIDATE.meaning}\n\n")
    parts.append(columns_table(CANDIDATE.columns))
    parts.append("\n## Sources\n\n")
    parts.append(
        table(
            ("source", "file endings", "licence", "what it does"),
            [
                (
                    source.title,
                    ", ".join(f"`{end}`" for end in source.endings),
                    source.licence,
                    source.meaning,
                )
                for source in records().values()
            ],
        )
    )
    return "".join(parts)


def sources_page() -> str:
    """List where data comes from: files, network operators, other providers, map tags."""
    return (
        "# Sources\n\n"
        + NOTE
        + "\nFiles are read by their ending, or by the `reader:` that the study names. `siteselect "
        "fetch` asks the services; [fetch](fetch.md) says how. Tags: [S] seen in a source, [K] "
        "recalled, [T] seen in other people's code, [J] judgement. No address was tried against "
        "the live service when this was written.\n\n## Readers of files\n\n"
        + table(
            ("reader", "title", "file endings", "licence"),
            [
                (f"`{name}`", source.title, ", ".join(source.endings), source.licence)
                for name, source in records().items()
            ],
        )
        + "\nTables of network operators, as downloaded by hand: "
        + ", ".join(f"`{name}`" for name in READERS)
        + ".\n\n## Network operators\n\n"
        + table(
            ("name", "title", "interface", "address", "key", "licence", "data sets", "note"),
            [
                (
                    f"`{portal.name}`",
                    portal.title,
                    portal.api,
                    portal.base_url,
                    f"`{portal.key_variable}`" if portal.key_variable else "",
                    portal.licence,
                    "; ".join(
                        f"{each.use}: `{each.identifier}` {each.evidence}"
                        for each in portal.data_sets
                    ),
                    portal.note,
                )
                for portal in portals().values()
            ],
        )
        + "\n## Other providers\n\n"
        + table(
            ("name", "title", "address", "licence", "terms of use", "shape"),
            [
                (
                    f"`{each.name}`",
                    each.title,
                    each.url,
                    f"{each.licence} [{each.licence_tag}]",
                    f"{each.policy} [{each.policy_tag}]" if each.policy else "",
                    f"[{each.shape_tag}]",
                )
                for each in providers().values()
            ],
        )
        + "\n## Candidates from map tags\n\n"
        "`kinds:` of a candidate file names one or more of these sets; `tags:` is free.\n\n"
        + table(
            ("set", "tags", "meaning", "source"),
            [
                (
                    f"`{kind.name}`",
                    "; ".join(f"`{key}={', '.join(values)}`" for key, values in kind.tags.items()),
                    kind.meaning,
                    kind.source,
                )
                for kind in map_kinds().values()
            ],
        )
    )


def criteria_page() -> str:
    """List the criteria with their scales, and the heat catalogue they rest on."""
    parts = ["# Criteria\n\n" + NOTE]
    parts.append("\nThe scale is the default; a study may give its own knots.\n")
    for record in criteria().values():
        knots = ", ".join(f"{measure:g} → {value:g}" for measure, value in record.scale.knots)
        parts.append(
            f"\n## {record.title}: `{record.name}`\n\n"
            f"{record.question} {record.better.capitalize()} is better.\n\n"
            f"* Unit: {record.unit}\n* Layers: "
            + ", ".join(f"`{layer}`" for layer in record.layers)
            + f"\n* Default scale (measure → value): {knots}\n* Source: {record.source}\n"
        )
    parts.append("\n## What heat sinks need, where the layer does not say\n\n")
    parts.append(
        table(
            ("kind", "heat [kWh/m²·a]", "source", "water [°C]", "source"),
            [
                (
                    kind,
                    entry.get("heat_kwh_m2_a", ""),
                    entry.get("heat_source", ""),
                    entry["supply_c"],
                    entry["supply_source"],
                )
                for kind, entry in catalogue().items()
            ],
        )
    )
    return "".join(parts)


def rules() -> str:
    """List every rule of the shipped packs, the coverage register, and the vocabulary."""
    parts = ["# Rules\n\n" + NOTE]
    parts.append(
        "\nA screening, not legal advice; a rule that does not fire is not a clearance. "
        "Confidence: how sure we are that the rule is stated right for screening.\n"
    )
    for pack in load_packs(PACKS):
        parts.append(f"\n## {pack.title}: `{pack.code}`, version {pack.version}\n\n")
        parts.append(f"{pack.disclaimer}\n\n")
        parts.append(
            table(
                ("topic", "covered", "note"),
                [(topic, item.extent, item.note) for topic, item in pack.coverage.items()],
            )
        )
        parts.append("\n")
        parts.append(
            table(
                ("rule", "what", "outcome", "authority", "citation", "confidence", "reviewed"),
                [
                    (
                        rule.id,
                        rule.title,
                        rule.outcome,
                        rule.authority,
                        f"[{rule.citation}]({rule.url})" if rule.url else rule.citation,
                        rule.confidence + (", source seen" if rule.seen else ""),
                        rule.reviewed_on,
                    )
                    for rule in pack.rules
                ],
            )
        )
    parts.append("\n## Facts that rules may ask for\n\n")
    parts.append(
        table(
            ("fact", "kind", "meaning", "who knows"),
            [
                (
                    f"`{fact.name}`",
                    fact.unit.written if fact.unit else fact.kind,
                    fact.meaning,
                    fact.ask,
                )
                for fact in VOCABULARY
            ],
        )
    )
    return "".join(parts)


def money_page() -> str:
    """List the prices, scenarios and discounting that money rests on, and the emission factors."""
    parts = ["# Prices and factors\n\n" + NOTE]
    parts.append(
        "\nPlanning defaults. A tag in the source says how sure each is: [S] seen in a source, "
        "[R] or [K] recalled, [C] computed, [J] judgement. A study gives what it knows under "
        "`money.prices`.\n\n"
    )
    parts.append(
        table(
            ("price", "low", "middle", "high", "unit", "source", "as of"),
            [
                (
                    f"`{price.name}`",
                    f"{price.low:g}",
                    f"{price.mid:g}",
                    f"{price.high:g}",
                    price.unit,
                    price.source,
                    price.as_of,
                )
                for price in prices().values()
            ],
        )
    )
    parts.append("\n## Scenarios\n\n")
    parts.append(
        table(("scenario", "meaning"), [(item.name, item.meaning) for item in scenarios().values()])
    )
    parts.append("\n## Discounting\n\n")
    parts.append(
        table(
            ("schedule", "rates from year", "source"),
            [
                (
                    item.title,
                    ", ".join(f"{year}: {rate:.1%}" for year, rate in item.rates),
                    item.source,
                )
                for item in discountings().values()
            ],
        )
    )
    return "".join(parts)


def study() -> str:
    """List every key of a study with type, default and meaning."""
    schema = study_schema()
    parts = ["# The study file\n\n" + NOTE]
    parts.append(
        "\nOne YAML file declares a whole assessment. Unknown keys are refused. Paths are relative "
        "to the study file, or to the folder given with `--data`. `siteselect schema` writes the "
        "JSON schema; the first line of a study can point to it, and editors then complete keys.\n"
    )
    sections = {"Study": schema, **schema["$defs"]}
    for name, part in sections.items():
        if "properties" not in part:
            continue
        parts.append(f"\n## {name}\n\n{part.get('description', '').splitlines()[0]}\n\n")
        required = part.get("required", [])
        parts.append(
            table(
                ("key", "type", "default", "meaning"),
                [
                    (
                        f"`{key}`",
                        _type(value),
                        _default(key, value, required),
                        value.get("description", ""),
                    )
                    for key, value in part["properties"].items()
                ],
            )
        )
    return "".join(parts)


def _type(value: dict[str, object]) -> str:
    if "$ref" in value:
        return f"[{str(value['$ref']).rsplit('/', 1)[-1]}]"
    if "enum" in value:
        return " / ".join(str(choice) for choice in value["enum"])  # type: ignore[attr-defined]
    if "anyOf" in value:
        return " or ".join(_type(part) for part in value["anyOf"])  # type: ignore[attr-defined]
    if value.get("type") == "array":
        return "list of " + _type(value.get("items", {}))  # type: ignore[arg-type]
    limits = [
        f"{sign} {value[key]:g}"
        for key, sign in (
            ("minimum", "≥"),
            ("exclusiveMinimum", ">"),
            ("maximum", "≤"),
            ("exclusiveMaximum", "<"),
        )
        if key in value
    ]
    return " ".join([str(value.get("type", "value")), *limits])


def _default(key: str, value: dict[str, object], required: list[str]) -> str:
    if key in required:
        return "required"
    default = value.get("default")
    return "" if default in (None, "", [], {}) else f"`{json.dumps(default, ensure_ascii=False)}`"


def command_line() -> str:
    """Give the help of every command as the program prints it."""
    from typer.testing import CliRunner  # noqa: PLC0415

    runner = CliRunner(env={"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"})
    group = typer.main.get_command(cli.app)
    names = sorted(group.commands)  # type: ignore[attr-defined]
    parts = ["# Command line\n\n" + NOTE]
    for arguments in ([], *([name] for name in names)):
        shown = " ".join(["siteselect", *arguments])
        text = runner.invoke(cli.app, [*arguments, "--help"], prog_name="siteselect").output
        parts.append(f"\n## `{shown}`\n\n```text\n{text.strip()}\n```\n")
    return "".join(parts)


PAGES = {
    "nomenclature.md": nomenclature,
    "layers.md": layers,
    "criteria.md": criteria_page,
    "rules.md": rules,
    "money.md": money_page,
    "sources.md": sources_page,
    "study.md": study,
    "cli.md": command_line,
}


def generated() -> dict[Path, str]:
    """Give every generated file with its text."""
    pages = {HERE / name: make() for name, make in PAGES.items()}
    return {**pages, HERE.parent / "data" / "study.schema.json": schema_text()}


def main() -> int:
    """Write the pages, or check them."""
    stale = [
        path
        for path, text in generated().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv:
        for path in stale:
            sys.stderr.write(f"stale: {path.name}; run python docs/build.py\n")
        return 1 if stale else 0
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
