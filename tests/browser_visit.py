"""A reader of the planner's page: Chromium on a server of our own, cut off from the rest."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "data" / "helsinki"
GRID = "[data-testid=stDataFrame]"
CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = (
    "<script>window.top.fired=1</script>",
    '<img src=x onerror="window.top.fired=2">',
    "${window.top.fired=3}",
    "`;window.top.fired=4;//`",
    "![i](http://tracker.example/x.png)",
    "</script><script>window.top.fired=5</script>",
    "map_div2 {{'map_div'}} alert(coords);",
    '=HYPERLINK("http://tracker.example","y")',
    "'+(window.top.fired=6)+'",
    "{{ 7 }}{% raise %}{# x #}",
)


def _missing() -> str:
    if importlib.util.find_spec("playwright") is None:
        return "the Python package playwright is not installed"
    return "" if CHROMIUM.exists() else f"{CHROMIUM} is not installed"


_IDLE = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  return app?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-testid=stStatusWidget]');
}"""
_STILL = 5
"""Looks in a row, a tenth of a second apart, that must find nothing going on."""

needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(
        bool(_missing()) and os.environ.get("SITESELECT_REQUIRE_BROWSER") != "1", reason=_missing()
    ),
]
"""Marks of a module that drives Chromium."""


@contextmanager
def serving(study: Path, *options: str) -> Iterator[str]:
    """Run the app on a free port until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    settings = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    server = subprocess.Popen(
        [*command, *settings, *options],
        cwd=ROOT,
        env={**os.environ, "SITESELECT_STUDY": str(study)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = next((o.split("=")[1] for o in options if o.startswith("--server.baseUrlPath")), "")
    url = f"http://127.0.0.1:{port}/{base}".rstrip("/")
    try:
        _wait_until_healthy(f"{url}/_stcore/health", server)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_until_healthy(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        assert server.poll() is None, "the app's server ended early"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.25)
    pytest.fail("the app's server never became healthy")


class Visit:
    """One reader's page, and every request of it that would have left the machine."""

    def __init__(
        self,
        browser: Any,
        url: str,
        width: int = 1400,
        height: int = 1000,
        *,
        mapped: bool = True,
        dark: bool = False,
    ) -> None:
        self.outside: list[str] = []
        look = "dark" if dark else "light"
        self.page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=look)
        self.page.route("**/*", self._guard)
        self.page.goto(url)
        if mapped:
            self.wait_for_map()
        else:
            self.page.wait_for_selector("[data-testid=stMain] h2", timeout=90_000)
        self.quiet()

    def wait_for_map(self) -> None:
        self.page.wait_for_selector("iframe[src*=streamlit_folium]", timeout=90_000)
        self.until("() => document.querySelector('#map_div')?.dataset.basemap", in_map=True)

    def go(self, title: str) -> None:
        """Go to a page by the menu on top."""
        link = self.page.get_by_role("link", name=title, exact=True)
        link.click()
        name = str(link.get_attribute("href")).rstrip("/").rpartition("/")[2]
        path = "/" if title == "Map and rank" else f"/{name}"
        self.until("(path) => location.pathname.endsWith(path)", argument=path)
        self.quiet()
        if title == "Map and rank":
            self.wait_for_map()
            self.quiet()

    def _guard(self, route: Any) -> None:
        if re.match(r"(http://127\.0\.0\.1[:/]|data:|blob:)", route.request.url):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    @property
    def map(self) -> Any:
        return next(f for f in self.page.frames if "streamlit_folium" in f.url)

    def until(self, condition: str, *, in_map: bool = False, argument: Any = None) -> Any:
        for _ in range(300):
            frames = [f for f in self.page.frames if "streamlit_folium" in f.url]
            place = (frames[0] if frames else None) if in_map else self.page
            found = place.evaluate(condition, argument) if place is not None else None
            if found:
                return found
            self.page.wait_for_timeout(100)
        pytest.fail(f"never came true: {condition}")

    def quiet(self) -> None:
        """Wait until the app has had nothing to do for half a second."""
        still = 0
        for _ in range(600):
            self.page.wait_for_timeout(100)
            still = still + 1 if self.page.evaluate(_IDLE) else 0
            if still == _STILL:
                return
        pytest.fail("the app never came to rest")

    def fresh(self, where: str, before: str) -> str:
        """Wait until an element says something else than before, and read it."""
        self.until(
            "([where, before]) => ![before, undefined].includes("
            "document.querySelector(where)?.innerText)",
            argument=[where, before],
        )
        self.quiet()
        return str(self.page.locator(where).inner_text())

    def row(self, number: int) -> list[str]:
        """Read a row of the ranking from the table that the grid keeps for screen readers."""
        cells: list[str] = self.until(
            """(place) => {
              const row = document.querySelector(
                `[data-testid=stDataFrame] [role=row][aria-rowindex='${place}']`);
              const cells = row ? [...row.querySelectorAll('td')] : [];
              return cells.length ? cells.map((cell) => cell.textContent.trim()) : null;
            }""",
            argument=number + 1,
        )
        return cells

    def click_row(self, number: int, x: int = 16) -> None:
        """Click a row of the ranking; the grid is one picture, with rows of 35 pixels."""
        self.page.locator(GRID).click(position={"x": x, "y": 35 * number + 17})

    def switch(self, title: str) -> None:
        """Switch a layer of the map; the list folds away when the page moves under the mouse."""
        label = self.map.locator(".leaflet-control-layers label", has_text=title)
        self.page.mouse.move(0, 0)
        self.map.locator(".leaflet-control-layers").hover()
        label.click(timeout=10_000)

    def open_part(self, title: str) -> None:
        """Open a part of the page of the chosen site."""
        if not re.search(r"/site(\?|$)", self.page.url):
            self.go("Site")
        self.page.get_by_role("tab", name=title, exact=True).click()
        self.until(
            "(title) => (new URLSearchParams(location.search).get('part') ?? 'Why') === title",
            argument=title,
        )
        self.quiet()

    def part(self) -> str:
        """Read the text of the open part of the panel."""
        shown = self.page.locator("[role=tabpanel]").filter(visible=True)
        return str(shown.inner_text()).replace("\u00a0", " ")

    def charts(self) -> list[tuple[str, int]]:
        """Read the words for every chart of the open part, and how wide its picture came out."""
        found: list[tuple[str, int]] = self.page.evaluate(
            """() => [...document.querySelectorAll('[role=tabpanel] img')]
              .filter((image) => image.checkVisibility())
              .map((image) => [image.alt, image.naturalWidth])"""
        )
        return found

    def panel(self) -> str:
        return str(self.page.locator("h2#site").inner_text())

    def selected(self) -> str:
        return str(self.map.evaluate("() => document.getElementById('map_div').dataset.selected"))


def hostile_copy(folder: Path) -> Path:
    """Copy the demo, with names that are code in one language or another."""
    shutil.copytree(DEMO, folder)
    candidates = pd.read_csv(folder / "candidates.csv", dtype=str, keep_default_na=False)
    names = [HOSTILE[place % len(HOSTILE)] for place in range(len(candidates))]
    candidates.assign(name=names).to_csv(folder / "candidates.csv", index=False)
    sinks = folder / "layers" / "heat_sinks.parquet"
    if sinks.exists():
        frame = gpd.read_parquet(sinks)
        frame["name"] = [HOSTILE[place % len(HOSTILE)] for place in range(len(frame))]
        frame.to_parquet(sinks)
    return folder
