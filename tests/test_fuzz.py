"""Damaged files: every one is read, or refused with faults; no row of a list is lost."""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from pathlib import Path

import pytest
import yaml
from fuzz_inputs import JUDGES
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.compliance.pack_files import parse_pack
from siteselect.errors import SiteselectError, StudyError
from siteselect.judgement_file import parse_judgements
from siteselect.sources.delimited_text import read_cells
from siteselect.study_file import DEEPEST, LARGEST_BYTES, parse_study

FILES = 40
"""Files of each kind in the suite; benchmarks/fuzz.py reads ten thousand."""
BENCH = Path(__file__).resolve().parents[1] / "benchmarks" / "fuzz.py"

tree = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.fixture(scope="module")
def outcomes() -> dict[str, list[tuple[int, str]]]:
    spec = importlib.util.spec_from_file_location("fuzz", BENCH)
    assert spec is not None
    assert spec.loader is not None
    fuzz = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fuzz)
    found = defaultdict(list)
    for number, kind, was in fuzz.run(FILES * len(JUDGES), 20261123):
        found[kind].append((number, was))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", JUDGES)
def test_a_damaged_file_is_read_or_refused_with_its_faults(
    kind: str, outcomes: dict[str, list[tuple[int, str]]]
) -> None:
    assert len(outcomes[kind]) == FILES
    assert [each for each in outcomes[kind] if each[1] not in {"read", "refused"}] == []


@given(tree)
@settings(max_examples=60)
def test_any_tree_is_a_study_or_a_list_of_faults(document: object) -> None:
    text = yaml.safe_dump(document, allow_unicode=True)
    for parse in (parse_study, parse_judgements):
        with pytest.raises(StudyError) as caught:
            parse(text)
        assert caught.value.faults
    pack, faults = parse_pack(text, "pack.yaml")
    assert pack is None
    assert faults


@given(st.binary(max_size=300))
@settings(max_examples=150)
def test_any_bytes_are_a_table_or_faults(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(content)
        try:
            table, _ = read_cells(path)
        except SiteselectError as error:
            assert error.faults
        else:
            assert len(table.columns) > 0


def test_aliases_that_unfold_without_end_are_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    with pytest.raises(StudyError, match="aliases written out"):
        parse_study("\n".join(lines))


def test_merged_keys_that_unfold_without_end_are_refused_at_once() -> None:
    lines = ["a0: &a0 {k: 1, l: 2}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 10)}]}}" for i in range(1, 12)]
    with pytest.raises(StudyError, match="aliases written out"):
        parse_study("\n".join(lines))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: &a [*a]", "inside what it stands for"),
        ("a: " + "[" * (DEEPEST + 2) + "]" * (DEEPEST + 2), "nested deeper"),
        ("a: " + "[" * 100_000, "not valid YAML"),
        ("a: " + "x" * LARGEST_BYTES, "larger than"),
        ("a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
    ],
)
def test_yaml_that_is_a_trap_is_refused(text: str, problem: str) -> None:
    with pytest.raises(StudyError, match=problem):
        parse_study(text)
