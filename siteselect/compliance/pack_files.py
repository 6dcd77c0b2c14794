"""Reading rule packs: shipped ones and a study's own, with every fault named at once."""

from __future__ import annotations

import difflib
import importlib.resources
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from siteselect.compliance.conditions import BOUNDS, Leaf
from siteselect.compliance.pack_checks import (
    example_faults,
    faults_between,
    limit_faults,
    rule_faults,
)
from siteselect.compliance.packs import Example, Rule, RulePack
from siteselect.errors import Fault, RuleError
from siteselect.study_file import UniqueKeyLoader, load_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_PACK_BYTES = 1_000_000


def shipped_packs() -> tuple[str, ...]:
    """List the codes of the packs that come with the program."""
    folder = importlib.resources.files("siteselect.rules")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def load_packs(packs: Sequence[str], study_dir: Path | None = None) -> tuple[RulePack, ...]:
    """Read rule packs and check them: form, units, dates, citations and worked examples.

    Parameters
    ----------
    packs : codes of shipped packs, or paths of packs of one's own.
    study_dir : folder that relative paths start from; the working folder when left out.

    Raises
    ------
    RuleError
        With every fault of every pack, each with its file and rule.
    """
    read: list[RulePack] = []
    faults: list[Fault] = []
    for pack in packs:
        text, file, problem = _text(pack, study_dir or Path())
        found, wrong = (None, [problem]) if problem else parse_pack(text, file)
        faults += wrong
        read += [found] if found is not None else []
    faults += faults_between(read)
    if faults:
        raise RuleError(faults)
    return tuple(read)


def parse_pack(text: str, file: str) -> tuple[RulePack | None, list[Fault]]:
    """Read the text of one pack; give it, or None, with all its faults."""
    document, faults = _document(text, file)
    if document is None:
        return None, faults
    rules: list[Rule] = []
    for place, raw in enumerate(_raw_rules(document)):
        try:
            rules.append(Rule.model_validate(raw))
        except ValidationError as error:
            faults += [_fault(file, _label(raw, place), detail) for detail in _details(error)]
    times = Counter(_label(raw, place) for place, raw in enumerate(_raw_rules(document)))
    faults += [
        Fault(file, "an id is given to two rules", "Give each rule its own.", row=label)
        for label, count in times.items()
        if count > 1
    ]
    header, wrong = _header({**document, "rules": ()}, file)
    faults += wrong
    if not _raw_rules(document):
        faults.append(Fault(file, "a pack without rules", "Add a list `rules`."))
    if header is None:
        return None, faults
    pack = header.model_copy(update={"rules": tuple(rules)})
    faults += [*limit_faults(pack, file), *rule_faults(pack, file), *example_faults(pack, file)]
    return (None if faults else pack), faults


class _PackLoader(UniqueKeyLoader):
    """YAML without aliases, which can blow up, and in which only true and false are flags."""

    # A key `on` must stay a word: YAML 1.1 would read it as true.
    yaml_implicit_resolvers = {  # noqa: RUF012 - the parent class declares it
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:bool"]
        for first, pairs in UniqueKeyLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(
                None, None, "an alias (*name) is refused", self.get_mark()
            )
        return super().compose_node(parent, index)


_PackLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def _text(pack: str, study_dir: Path) -> tuple[str, str, Fault | None]:
    shipped = shipped_packs()
    file = f"{pack}.yaml" if pack in shipped else pack
    cure = f"Give one of {', '.join(shipped)}, or the path of a YAML file in UTF-8."
    try:
        source = (
            importlib.resources.files("siteselect.rules") / file
            if pack in shipped
            else study_dir / pack
        )
        data = source.read_bytes()
        if len(data) > LARGEST_PACK_BYTES:
            return "", file, Fault(file, "the file is too large for a rule pack", cure)
        return data.decode("utf-8-sig"), file, None
    except (OSError, ValueError) as error:
        return "", file, Fault(file, f"no rule pack can be read there: {error}", cure)


def _document(text: str, file: str) -> tuple[dict[str, Any] | None, list[Fault]]:
    try:
        _, document = load_plain(text, _PackLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        row = None if mark is None else f"{mark.line + 1} (line)"
        cure = "Indent with spaces, quote text that holds ': ' or '#', and write each key once."
        return None, [Fault(file, f"not valid YAML: {problem}", cure, row=row)]
    if not isinstance(document, dict):
        return None, [Fault(file, "a rule pack is a list of `key: value` lines", "Start from en.")]
    return {str(key): value for key, value in document.items()}, []


def _raw_rules(document: dict[str, Any]) -> list[Any]:
    rules = document.get("rules")
    return rules if isinstance(rules, list) else []


def _header(document: dict[str, Any], file: str) -> tuple[RulePack | None, list[Fault]]:
    try:
        return RulePack.model_validate(document), []
    except ValidationError as error:
        details = _details(error)
        faults = [_fault(file, None, detail) for detail in details]
        odd = {detail["loc"][0] for detail in details if detail["type"] == "extra_forbidden"}
        kept = {key: value for key, value in document.items() if key not in odd}
        # Without its unknown keys the header may be sound enough to check the rest against.
        return (_header(kept, file)[0] if len(kept) < len(document) else None), faults


def _details(error: ValidationError) -> list[Any]:
    return list(error.errors(include_url=False))


def _label(raw: Any, place: int) -> str:
    name = raw.get("id") if isinstance(raw, dict) else None
    return name if isinstance(name, str) else f"rule {place + 1}"


def _fault(file: str, row: str | None, detail: Any) -> Fault:
    path = [str(part) for part in detail["loc"] if not str(part).startswith("<")]
    value = detail.get("input")
    plain = isinstance(value, str | int | float | bool)
    return Fault(
        file=file,
        problem={"extra_forbidden": "unknown key", "missing": "a required key is missing"}.get(
            detail["type"], str(detail["msg"]).removeprefix("Value error, ")
        ),
        cure=_cure(detail["type"], path),
        row=row,
        column=".".join(path) or None,
        value=str(value) if plain else None,
    )


def _cure(kind: str, path: list[str]) -> str:
    if kind == "missing":
        return f"Add {path[-1]!r}."
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(path[-1], _KEYS, n=1)
        if not near and "when" in path[0]:
            return f"The operators are is, one_of, {', '.join(BOUNDS)}."
        return f"Did you mean {near[0]!r}?" if near else "Remove it, or see the shipped packs."
    return "Correct it; write dates as 2026-11-23 without quotes and numbers without a unit."


_KEYS = sorted(
    {
        field.alias or name
        for model in (Rule, RulePack, Leaf, Example)
        for name, field in model.model_fields.items()
    }
)
