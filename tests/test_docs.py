"""The pages say what the program does, because the program writes them."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest
import typer
from conftest import Town
from test_batch import batch, csv_of, sites

from siteselect import cli
from siteselect.criteria.registry import criteria

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_fresh(build: ModuleType) -> None:
    stale = [
        path.name
        for path, text in build.generated().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, f"run python docs/build.py: {stale}"


def test_every_criterion_is_on_its_page() -> None:
    page = (ROOT / "docs" / "criteria.md").read_text(encoding="utf-8")
    assert [name for name in criteria() if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md")),
    ],
)
def test_links_inside_the_project_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not ((ROOT / page).parent / link).exists()] == []


def test_every_command_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    group = typer.main.get_command(cli.app)
    named = set(re.findall(r"siteselect (run|rank|explain|report|check|schema|new|app)\b", text))
    assert named <= set(group.commands)
    for block in re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL):
        for line in block.splitlines():
            for command in line.split("&&"):
                words = shlex.split(command)
                if words and words[0].endswith("/siteselect"):
                    assert words[1] in group.commands


def test_the_ranking_over_counties_is_the_one_of_the_whole(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    (block,) = (
        found for found in re.findall("```python\n(.*?)```", text, re.DOTALL) if "counties" in found
    )
    lines = csv_of().splitlines(keepends=True)
    for name, part in (("east", lines[1:31]), ("west", lines[31:])):
        batch(town, f"batches/{name}", text="".join([lines[0], *part]))
    whole = sites(batch(town, "whole", text="".join(lines)).out)
    monkeypatch.chdir(town.folder)
    exec(compile(block, "scale.md", "exec"), {})  # noqa: S102 - our own page
    told = [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]]
    ranked = whole[whole["eligible"]].sort_values("score_low", ascending=False)
    assert len(told) == len(ranked) > 5
    assert whole.loc[told, "score_low"].tolist() == ranked["score_low"].tolist()
