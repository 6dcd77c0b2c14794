"""From a pressed key to a repainted map: ours against a layer of Folium circle markers.

Usage: python benchmarks/map_repaint.py [changes]

Headless Chromium moves a weight by the arrow keys; a change has ended when the page shows the new
weight, the map has drawn it, and two frames have passed. All ways run in the same browser on the
same machine: a page without a map (what any change costs), our map, and a feature group of circle
markers handed to st_folium, drawn on a canvas. Sites are invented. Needs Chromium and Playwright.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path.insert(0, str(TESTS))

from browser_visit import CHROMIUM, DEMO, serving  # noqa: E402 - lies beside the tests
from test_map_browser import page_of  # noqa: E402

RUNS = (
    ("no map", 10_000, "trivial"),
    ("no map", 100_000, "trivial"),
    ("ours", 1_000, "ours"),
    ("ours", 10_000, "ours"),
    ("ours", 100_000, "ours"),
    ("circle markers", 1_000, "circles"),
    ("circle markers", 10_000, "circles"),
)
# Ours says when it has repainted; of circle markers the group in place is another one.
DRAWN = {
    "ours": "() => window.map?.siteselect?.field?.repaints",
    "circles": "() => window.feature_group?.length && window.feature_group.at(-1)._leaflet_id",
}
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def frame_of(page: Any) -> Any:
    """Find the frame of the map."""
    return next((f for f in page.frames if "streamlit_folium" in f.url), None)


def first_ms(page: Any, url: str, way: str) -> float:
    """Open a page and wait until it has drawn what it is there for [ms]."""
    start = time.perf_counter()
    page.goto(url)
    page.get_by_text("Weight is").wait_for(timeout=180_000)
    if way in DRAWN:
        page.wait_for_selector("iframe[src*=streamlit_folium]", timeout=180_000)
        frame_of(page).wait_for_function(DRAWN[way], timeout=180_000)
        frame_of(page).evaluate(FRAMES)
    return (time.perf_counter() - start) * 1000


def change_ms(page: Any, way: str) -> float:
    """Press a key on the slider and wait until the map has followed [ms]."""
    slider = page.locator("[data-testid=stSlider] input").first
    slider.focus()
    frame = frame_of(page) if way in DRAWN else None
    before = frame.evaluate(DRAWN[way]) if frame else None
    wanted = int(slider.input_value()) + 1
    start = time.perf_counter()
    slider.press("ArrowRight")
    page.get_by_text(f"Weight is {wanted}", exact=True).wait_for(timeout=180_000)
    if frame:
        script = f"(seen) => {{ const now = ({DRAWN[way]})(); return now && now !== seen; }}"
        frame.wait_for_function(script, arg=before, timeout=180_000)
        frame.evaluate(FRAMES)
    else:
        page.evaluate(FRAMES)
    return (time.perf_counter() - start) * 1000


def measured(browser: Any, count: int, way: str, changes: int) -> tuple[float, float, float]:
    """Give the first map and the median change [ms], and the median bytes of a change."""
    with page_of(count, way=way) as url:
        warm = browser.new_page()
        first_ms(warm, url, way)
        warm.close()
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        received = [0]
        page.on(
            "websocket",
            lambda socket: socket.on(
                "framereceived", lambda data: received.__setitem__(0, received[0] + len(data))
            ),
        )
        first = first_ms(page, url, way)
        change_ms(page, way)
        taken, sizes = [], []
        for _ in range(changes):
            page.wait_for_timeout(400)
            before = received[0]
            taken.append(change_ms(page, way))
            sizes.append(received[0] - before)
        page.close()
    return first, statistics.median(taken), statistics.median(sizes)


def demo_first_ms(browser: Any) -> float:
    """Open the real app on the demo, twice: the second time the server is warm [ms]."""
    with serving(DEMO / "study.yaml") as url:
        for _ in range(2):
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            start = time.perf_counter()
            page.goto(url)
            page.wait_for_selector("iframe[src*=streamlit_folium]", timeout=180_000)
            frame_of(page).wait_for_function(DRAWN["ours"], timeout=180_000)
            taken = (time.perf_counter() - start) * 1000
            page.close()
    return taken


def main(changes: int = 5) -> None:
    """Print the table."""
    print(f"{'':16}{'sites':>9}{'first ms':>10}{'change ms':>11}{'of no map':>11}{'kB':>9}")
    found: dict[tuple[str, int], float] = {}
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=str(CHROMIUM))
        for title, count, way in RUNS:
            first, change, size = measured(browser, count, way, changes)
            found[title, count] = change
            ratio = change / found["no map", 10_000]
            print(
                f"{title:16}{count:9,}{first:10.0f}{change:11.0f}{ratio:11.1f}{size / 1000:9.1f}",
                flush=True,
            )
        print(f"the demo's first map on a warm server: {demo_first_ms(browser):.0f} ms")
        browser.close()
    for count in (1_000, 10_000):
        times = found["circle markers", count] / found["ours", count]
        print(f"{count:,} sites: circle markers take {times:.1f} times as long as ours")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
