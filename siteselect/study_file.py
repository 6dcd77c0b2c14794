"""Read a study file: YAML in, a validated study out, or every fault with its line."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from siteselect.errors import Fault, StudyError
from siteselect.study import Study

LARGEST_BYTES = 1_000_000
"""Largest study [J]: the demo's has seven thousand bytes."""
DEEPEST = 40
"""Deepest nesting of YAML [J]: studies and rule packs have ten levels."""
MOST_NODES = 200_000
"""Most entries of YAML, aliases written out [J]."""


def load_study(path: Path | str) -> Study:
    """Read and validate a study file.

    Raises
    ------
    StudyError
        With every fault of the file, each with its line.
    """
    file = Path(path)
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise StudyError(_too_large(str(file)))
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise StudyError(Fault(str(file), "no such file", "Check the path.")) from None
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(
            Fault(str(file), f"cannot be read: {error}", "Give a YAML file in UTF-8.")
        ) from None
    return parse_study(text, str(file))


def parse_study(text: str, name: str = "study") -> Study:
    """Validate the text of a study; see `load_study`."""
    document, lines = _parse_yaml(text, name)
    try:
        return Study.model_validate(document)
    except ValidationError as error:
        raise StudyError(
            [_fault(name, detail, lines) for detail in error.errors(include_url=False)]
        ) from None


class UniqueKeyLoader(yaml.SafeLoader):
    """Safe YAML that refuses a key given twice, since one of the two would be lost in silence."""


def _mapping(loader: UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, str) and key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"key {key!r} is given twice", key_node.start_mark
            )
        if isinstance(key, str):
            seen.add(key)
    return loader.construct_mapping(node, deep=True)


UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _parse_yaml(text: str, name: str) -> tuple[Any, dict[tuple[str, ...], int]]:
    if not text.strip():
        raise StudyError(Fault(name, "the file is empty", "Start from `siteselect new`."))
    if len(text) > LARGEST_BYTES:
        raise StudyError(_too_large(name))
    try:
        node, document = load_plain(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise StudyError(
            Fault(
                name,
                f"not valid YAML: {problem}",
                "Indent with spaces and quote text that holds ': ' or '#'.",
                row=None if mark is None else f"{mark.line + 1} (line)",
            )
        ) from None
    if not isinstance(document, dict):
        raise StudyError(
            Fault(name, "a study is a list of `key: value` lines", "Start from `siteselect new`.")
        )
    return document, _lines(node)


def _too_large(name: str) -> Fault:
    return Fault(
        name,
        f"larger than the {LARGEST_BYTES / 1e6:g} MB that a study may have",
        "Put lists of places into files of their own and name them under `candidates.files`.",
    )


def load_plain(
    text: str, loader_class: type[UniqueKeyLoader] = UniqueKeyLoader
) -> tuple[yaml.Node | None, Any]:
    """Read YAML from outside: no deep nesting, and no aliases that unfold without end.

    Raises
    ------
    yaml.YAMLError, RecursionError, ValueError
        It is not such YAML.
    """
    loader = loader_class(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, None
        _require_modest(node)
        return node, loader.construct_document(node)
    finally:
        loader.dispose()


def _require_modest(root: yaml.Node) -> None:
    """Count what stands in a document with every alias written out; an alias of itself has no end.

    Raises
    ------
    yaml.YAMLError
        It is too deep or too large.
    """
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size_of(node: yaml.Node, depth: int) -> int:
        if id(node) in sizes:
            return sizes[id(node)]
        if id(node) in open_nodes:
            raise _refused("an alias stands inside what it stands for", node)
        if depth > DEEPEST:
            raise _refused(f"nested deeper than {DEEPEST} levels", node)
        open_nodes.add(id(node))
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        inner = [part for pair in pairs for part in pair]
        if isinstance(node, yaml.SequenceNode):
            inner = node.value
        size = 1 + sum(size_of(part, depth + 1) for part in inner)
        open_nodes.discard(id(node))
        if size > MOST_NODES:
            raise _refused(f"more than {MOST_NODES:,} entries with its aliases written out", node)
        sizes[id(node)] = size
        return size

    size_of(root, 0)


def _refused(problem: str, node: yaml.Node) -> yaml.YAMLError:
    return yaml.composer.ComposerError(None, None, problem, node.start_mark)


def _lines(root: yaml.Node | None) -> dict[tuple[str, ...], int]:
    """Say on which line each part of the document stands; an alias is followed only once."""
    found: dict[tuple[str, ...], int] = {}
    seen: set[int] = set()
    waiting: list[tuple[tuple[str, ...], yaml.Node]] = [] if root is None else [((), root)]
    while waiting:
        path, node = waiting.pop()
        found.setdefault(path, node.start_mark.line + 1)
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, str(key.value))
                found[inner] = key.start_mark.line + 1
                waiting.append((inner, value))
        elif isinstance(node, yaml.SequenceNode):
            waiting += [((*path, str(index)), value) for index, value in enumerate(node.value)]
    return found


def _fault(name: str, detail: Any, lines: dict[tuple[str, ...], int]) -> Fault:
    path = tuple(str(part) for part in detail["loc"])
    known = path
    while known and known not in lines:
        known = known[:-1]
    line = lines.get(known)
    value = detail.get("input")
    return Fault(
        file=name,
        problem=_problem(detail),
        cure=_cure(detail, path),
        row=None if line is None else f"{line} (line)",
        column=".".join(path) or None,
        value=str(value) if isinstance(value, str | int | float | bool) else None,
    )


def _problem(detail: Any) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return "unknown key"
    if kind == "missing":
        return "a required key is missing"
    return str(detail["msg"]).removeprefix("Value error, ")


def _cure(detail: Any, path: tuple[str, ...]) -> str:
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(path[-1], sorted(_every_key()), n=1)
        return (
            f"Did you mean {near[0]!r}?"
            if near
            else "Remove it; `siteselect schema` lists all keys."
        )
    if detail["type"] == "missing":
        return f"Add {path[-1]!r}."
    return "Correct the value; `siteselect schema` gives types and limits."


def _every_key() -> set[str]:
    schema = Study.model_json_schema()
    keys = set(schema["properties"])
    for part in schema["$defs"].values():
        keys |= set(part.get("properties", {}))
    return keys
