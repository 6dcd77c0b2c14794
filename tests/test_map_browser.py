"""The map in headless Chromium: one letter a site at a change, clicks, memory, hostile names."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser_visit import Visit, _wait_until_healthy, needs_browser

PAGE = Path(__file__).with_name("map_page.py")
CHANGES = 100
STATE = """() => {
  const field = window.map.siteselect.field;
  return {
    letters: field.letters, shown: field.inCells ? 'cells' : 'points', count: field.count,
    repaints: field.repaints, tally: field.tally(), groups: window.feature_group.length,
  };
}"""
PAINTED = """() => {
  const canvas = document.querySelector('.leaflet-sites-pane canvas');
  return canvas.toDataURL();
}"""
AT = """(row) => {
  const field = window.map.siteselect.field;
  const at = window.map.latLngToContainerPoint(field.latLng(row));
  return [at.x, at.y];
}"""

pytestmark = needs_browser


@contextmanager
def page_of(count: int, *rest: str, way: str = "ours") -> Iterator[str]:
    """Serve the page of the map alone on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = (f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true")
    command = [sys.executable, "-m", "streamlit", "run", str(PAGE)]
    server = subprocess.Popen(
        [*command, *options, "--", str(count), way, *rest],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def small() -> Iterator[str]:
    with page_of(300) as url:
        yield url


def opened(chromium: Any, url: str) -> Visit:
    visit = Visit(chromium, url)
    visit.until("() => window.map?.siteselect?.field?.repaints", in_map=True)
    return visit


def press(visit: Visit, key: str) -> None:
    """Move the weight by a key, and wait until the server has answered."""
    slider = visit.page.locator("[data-testid=stSlider] input").first
    slider.focus()
    slider.press(key)
    value = slider.input_value()
    visit.until(
        "(value) => document.body.innerText.includes(`Weight is ${value}\\n`)", argument=value
    )


def click(visit: Visit, row: int) -> None:
    x, y = visit.map.evaluate(AT, row)
    visit.map.locator("#map_div").click(position={"x": x, "y": y})


def lone_row(visit: Visit) -> int:
    """Find a site in view with nothing near it, so that a click is meant for it alone."""
    row: int = visit.map.evaluate(
        """() => {
          const field = window.map.siteselect.field, size = window.map.getSize();
          const spots = [...field.units.keys()].filter((i) => i % 2 === 0).map(
            (i) => window.map.latLngToContainerPoint(field.latLng(i / 2)));
          const badges = new Set(window.map.siteselect.spec.badges.map(([row]) => row));
          const marked = [...badges].map((row) => spots[row]);
          return spots.findIndex((spot, row) => row > 2 && !badges.has(row)
            && spot.x > 80 && spot.y > 80 && spot.x < size.x - 80 && spot.y < size.y - 60
            && spots.every((other, place) => place === row || spot.distanceTo(other) > 22)
            && marked.every((other) => spot.distanceTo(other) > 40));
        }"""
    )
    assert row > 0
    return row


def test_a_change_of_weights_repaints_the_sites_on_the_same_map(chromium: Any, small: str) -> None:
    visit = opened(chromium, small)
    visit.map.evaluate("() => { window.kept = true; }")
    before, picture = visit.map.evaluate(STATE), visit.map.evaluate(PAINTED)
    assert before["count"] == 300
    assert len(before["tally"]) >= 5
    press(visit, "Home")
    visit.until(
        "(seen) => window.map.siteselect.field.repaints > seen",
        in_map=True,
        argument=before["repaints"],
    )
    after = visit.map.evaluate(STATE)
    assert after["letters"] != before["letters"]
    assert visit.map.evaluate(PAINTED) != picture, "the letters changed, the picture did not"
    assert visit.map.evaluate("() => window.kept")
    assert visit.outside == []
    visit.page.close()


def test_a_site_clicked_on_the_canvas_comes_back_to_the_page(chromium: Any, small: str) -> None:
    visit = opened(chromium, small)
    row = lone_row(visit)
    for _ in range(2):
        click(visit, row)
        visit.until("(t) => document.body.innerText.includes(t)", argument=f"Chosen is site-{row};")
        visit.until(
            "(site) => document.getElementById('map_div').dataset.selected === site",
            in_map=True,
            argument=f"site-{row}",
        )
    assert visit.map.locator(".leaflet-sites-pane svg path").count() >= 2, "no ring round the site"
    x, y = visit.map.evaluate(AT, row)
    visit.map.locator("#map_div").hover(position={"x": x, "y": y})
    tip = visit.map.locator(".leaflet-tooltip-top").inner_text()
    assert "of 100 points" in tip or "not ranked" in tip
    visit.page.close()


def test_a_badge_can_be_pressed_by_keyboard_and_keeps_the_focus(chromium: Any, small: str) -> None:
    visit = opened(chromium, small)
    third = visit.map.locator(".siteselect-badge").nth(2)
    label = third.get_attribute("aria-label")
    assert "rank" in label
    assert "of 100 points" in label
    third.focus()
    third.press("Enter")
    visit.until("() => !document.body.innerText.includes('Chosen is site-0;')")
    visit.quiet()
    focused = visit.map.evaluate("() => document.activeElement.getAttribute('aria-label')")
    assert focused == label
    visit.page.close()


def test_a_click_in_placing_mode_gives_its_place(chromium: Any, small: str) -> None:
    visit = opened(chromium, small)
    visit.page.get_by_text("Placing").click()
    visit.until("() => document.querySelector('.siteselect-placing')", in_map=True)
    row = lone_row(visit)
    wanted = visit.map.evaluate(
        "(row) => { const at = window.map.siteselect.field.latLng(row); return [at.lat, at.lng]; }",
        row,
    )
    click(visit, row)
    visit.until("() => !document.body.innerText.includes('put at None')")
    text = visit.page.get_by_text("put at").inner_text()
    lat, lon = (float(part) for part in text.split("put at ")[1].split(","))
    assert (lat, lon) == pytest.approx(wanted, abs=1e-4)
    assert "Chosen is site-0;" in text, "the click also chose the site under it"
    assert visit.map.evaluate("() => document.getElementById('map_div').dataset.placed")
    visit.quiet()
    visit.page.get_by_text("Placing").click()
    visit.until("() => !document.querySelector('.siteselect-placing')", in_map=True)
    assert not visit.map.evaluate("() => document.getElementById('map_div').dataset.placed")
    visit.page.close()


def test_names_that_are_code_or_turn_or_never_end_stay_names(chromium: Any, small: str) -> None:
    visit = opened(chromium, small)
    story = visit.map.evaluate(
        """() => {
          const known = window.map.siteselect;
          return known.names.names.slice(0, 13);
        }"""
    )
    assert "${window.top.fired=3}" in story
    assert max(map(len, story)) <= 120
    assert not any(sign in name for name in story for sign in "\x07\u202e\n")
    for badge in visit.map.locator(".siteselect-badge").all():
        badge.hover(force=True)
    for place in range(0, 300, 7):
        x, y = visit.map.evaluate(AT, place)
        visit.map.evaluate(
            """([x, y]) => {
              const box = document.getElementById('map_div').getBoundingClientRect();
              const at = { clientX: box.x + x, clientY: box.y + y, bubbles: true };
              document.getElementById('map_div').dispatchEvent(new MouseEvent('mousemove', at));
            }""",
            [x, y],
        )
    tips = visit.map.locator(".leaflet-tooltip")
    assert tips.count() >= 1
    assert visit.page.evaluate("() => window.top.fired") is None
    assert visit.map.locator("#map_div img[src='x']").count() == 0
    assert visit.outside == []
    visit.page.close()


def test_a_hundred_changes_leave_no_more_behind_than_fifty(chromium: Any, small: str) -> None:
    visit = opened(chromium, small)
    session = visit.page.context.new_cdp_session(visit.page)
    visit.map.evaluate("() => { window.kept = true; }")

    def counted() -> tuple[float, float]:
        session.send("HeapProfiler.collectGarbage")
        session.send("Performance.enable")
        found = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
        layers = visit.map.evaluate("() => Object.keys(window.map._layers).length")
        return found["JSHeapUsedSize"], layers

    press(visit, "Home")
    for number in range(1, CHANGES + 1):
        press(visit, "ArrowRight" if number < CHANGES else "ArrowLeft")
        if number == CHANGES // 2:
            half = counted()
    whole = counted()
    state = visit.map.evaluate(STATE)
    assert visit.map.evaluate("() => window.kept"), "the map was built anew"
    assert state["groups"] <= 2
    # Badges come and go with the ranking; what stays behind would come a hundredfold.
    assert whole[1] <= half[1] + 12
    assert whole[0] <= 1.15 * half[0]
    themes = visit.map.evaluate("() => document.head.querySelectorAll('style').length")
    assert themes < 12
    assert visit.outside == []
    visit.page.close()


def test_many_sites_are_squares_from_afar_and_points_from_near(chromium: Any) -> None:
    with page_of(8000) as url:
        visit = opened(chromium, url)
        state = visit.map.evaluate(STATE)
        assert (state["shown"], state["count"]) == ("cells", 8000)
        legend = visit.map.locator(".siteselect-legend")
        assert "square: best of its sites" in legend.inner_text()
        best = visit.map.evaluate(
            """() => {
              const field = window.map.siteselect.field;
              for (let k = 0; k < field.count; k += 1) {
                const kind = field.classes[field._seen[k]], cell = field._cell[k];
                if (field._worth[kind] > field._best[cell]) return false;
              }
              return true;
            }"""
        )
        assert best, "a square shows less than the best of its sites"
        badges = {row for row, _ in visit.map.evaluate("() => window.map.siteselect.spec.badges")}
        x, y = visit.map.evaluate(AT, next(row for row in range(3, 99) if row not in badges))
        visit.map.locator("#map_div").hover(position={"x": x, "y": y}, force=True)
        tips = visit.map.locator(".leaflet-tooltip-top").all_inner_texts()
        assert any("come nearer" in tip or "of 100 points" in tip for tip in tips)
        visit.map.evaluate("() => window.map.setZoom(18, { animate: false })")
        state = visit.map.evaluate(STATE)
        assert state["shown"] == "points"
        assert 0 < state["count"] < 8000
        assert "square: best" not in legend.inner_text()
        assert visit.map.locator(".siteselect-badge").count() == 10
        assert visit.outside == []
        visit.page.close()


def test_what_is_private_is_written_into_the_page_and_fetched_from_nowhere(chromium: Any) -> None:
    with page_of(60, "private") as url:
        page = chromium.new_page()
        fetched: list[str] = []
        page.on("request", lambda request: fetched.append(request.url))
        page.goto(url)
        page.wait_for_selector("iframe[src*=streamlit_folium]", timeout=90_000)
        frame = next(f for f in page.frames if "streamlit_folium" in f.url)
        frame.wait_for_function("() => window.map?.siteselect?.field?.count === 60")
        frame.wait_for_function("() => document.querySelector('#map_div').dataset.basemap")
        page.wait_for_timeout(500)
        assert any("siteselect_assets" in url for url in fetched)
        assert not any("siteselect_study" in url for url in fetched)
        page.close()


def test_tiles_that_cannot_be_reached_go_and_the_page_says_so(
    chromium: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITESELECT_TILES", "https://tiles.example/{z}/{x}/{y}.png")
    monkeypatch.setenv("SITESELECT_TILES_CREDIT", "<b>Example</b> tiles")
    with page_of(20) as url:
        visit = opened(chromium, url)
        credits_ = visit.map.locator(".leaflet-control-attribution")
        visit.until(
            "() => document.body.innerText.includes('background could not be loaded')", in_map=True
        )
        assert "<b>Example</b> tiles" in credits_.inner_text()
        assert visit.map.locator(".leaflet-tiles-pane img").count() == 0
        assert all("tiles.example" in url for url in visit.outside)
        visit.page.close()
