"""Findings and noise contour as a reader meets them: in Chromium, by mouse and by keyboard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser_visit import GRID, Visit, hostile_copy, needs_browser, serving

from siteselect.assess import Assessment
from siteselect.maps.noise import TITLE
from siteselect.report.html import study_report

pytestmark = needs_browser


def images(visit: Visit) -> list[str]:
    """Read the words of every picture that lies on the map."""
    found: list[str] = visit.map.evaluate(
        "() => [...document.querySelectorAll('.leaflet-rasters-pane img')].map((i) => i.alt)"
    )
    return found


def legend(visit: Visit) -> str:
    return str(visit.map.locator(".siteselect-legend").inner_text())


def contour_of(visit: Visit) -> str:
    return str(visit.map.evaluate("() => document.getElementById('map_div').dataset.contour"))


def open_findings(visit: Visit) -> None:
    visit.go("Compliance")
    visit.page.get_by_text("Choose a cell for what was found there").wait_for()
    visit.quiet()


def shown(visit: Visit) -> str:
    return str(visit.page.get_by_text(re.compile("^Shown: ")).inner_text())


# The contour


def test_the_contour_comes_and_goes_with_its_switch(visit: Visit) -> None:
    assert images(visit) == []
    assert TITLE not in legend(visit)
    switch = visit.page.get_by_text(TITLE, exact=True)
    switch.click()
    visit.until("() => document.getElementById('map_div').dataset.contour", in_map=True)
    visit.quiet()
    assert images(visit) == [TITLE]
    assert contour_of(visit) == visit.selected()
    assert "35 to 40 dB(A)" in legend(visit)
    width = visit.map.evaluate(
        "() => document.querySelector('.leaflet-rasters-pane img').getBoundingClientRect().width"
    )
    assert width > 150, "the map did not come near enough to see it"
    switch.click()
    visit.until("() => !document.getElementById('map_div').dataset.contour", in_map=True)
    assert images(visit) == []
    assert TITLE not in legend(visit)


def test_the_contour_follows_the_choice_of_a_site(visit: Visit) -> None:
    visit.page.get_by_text(TITLE, exact=True).click()
    visit.until("() => document.getElementById('map_div').dataset.contour", in_map=True)
    visit.quiet()
    before = contour_of(visit)
    visit.click_row(4)
    visit.until(
        "(site) => document.getElementById('map_div').dataset.contour !== site",
        in_map=True,
        argument=before,
    )
    visit.quiet()
    assert contour_of(visit) == visit.selected() != before
    assert images(visit) == [TITLE]


def test_the_geotiff_can_be_taken_away(visit: Visit) -> None:
    with visit.page.expect_download() as taken:
        visit.page.get_by_role("button", name="Plant noise (GeoTIFF)").click()
    content = Path(taken.value.path()).read_bytes()
    assert content[:4] in {b"II*\x00", b"MM\x00*"}
    assert taken.value.suggested_filename.endswith("-noise.tif")


# The findings


def test_filters_narrow_the_findings(visit: Visit) -> None:
    open_findings(visit)
    everything = shown(visit)
    assert "fail" in everything
    assert "pass" in everything
    visit.page.get_by_role("button", name="Fails", exact=True).click()
    visit.until("() => !/^Shown: .* pass/m.test(document.body.innerText)")
    visit.quiet()
    fails = shown(visit)
    assert re.fullmatch(r"Shown: (\d+) findings?: \1 fails?\.", fails), fails
    visit.page.get_by_text("List with evidence", exact=True).click()
    cells = visit.until(
        """() => {
          const grid = document.querySelector('[data-testid=stDataFrame]');
          const cells = [...(grid?.querySelectorAll('td') ?? [])].map((cell) => cell.textContent);
          return cells.includes('Fails') ? cells : null;
        }"""
    )
    assert "Passes" not in cells


def test_a_cell_tells_its_evidence_by_keyboard_too(visit: Visit) -> None:
    open_findings(visit)
    visit.page.locator(GRID).first.click(position={"x": 400, "y": 55})
    box = visit.page.locator(".st-key-findings_evidence")
    box.wait_for()
    first = box.inner_text()
    assert "Found:" in first
    assert "Source:" in first
    visit.page.keyboard.press("ArrowDown")
    second = visit.fresh(".st-key-findings_evidence", first)
    assert "Found:" in second
    visit.page.keyboard.press("ArrowRight")
    found = re.search(" at (.+)", visit.fresh(".st-key-findings_evidence", second))
    assert found is not None
    visit.page.get_by_role("button", name="Open this site").click()
    visit.until("() => location.pathname.endsWith('/site') && location.search.includes('site=')")
    visit.until(
        "(name) => document.querySelector('h2#site')?.innerText.includes(name)", argument=found[1]
    )


def test_the_findings_shown_can_be_taken_away(visit: Visit) -> None:
    open_findings(visit)
    visit.page.get_by_role("button", name="Fails", exact=True).click()
    visit.until("() => !/^Shown: .* pass/m.test(document.body.innerText)")
    visit.quiet()
    with visit.page.expect_download() as taken:
        visit.page.get_by_role("button", name="These findings (CSV)").click()
    lines = Path(taken.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("site_id,Verdict,Site,Topic,Rule,Found")
    assert f"Shown: {len(lines) - 1} finding" in shown(visit)


def test_names_stay_names_in_the_findings(chromium: Any, tmp_path: Path) -> None:
    folder = hostile_copy(tmp_path / "study")
    with serving(folder / "study.yaml") as url:
        visit = Visit(chromium, url)
        open_findings(visit)
        grid = visit.page.locator(GRID).first
        grid.hover(position={"x": 400, "y": 15})
        visit.page.wait_for_timeout(700)
        grid.click(position={"x": 400, "y": 55})
        visit.page.locator(".st-key-findings_evidence").wait_for()
        visit.page.get_by_text("List with evidence", exact=True).click()
        visit.quiet()
        assert visit.page.evaluate("() => window.fired") is None
        assert visit.outside == []
        visit.page.close()


# The matrix of the report


@pytest.mark.parametrize("width", [1100, 390])
def test_a_rule_in_the_matrix_opens_its_evidence(
    chromium: Any, demo: Assessment, tmp_path: Path, width: int
) -> None:
    file = tmp_path / "study.html"
    file.write_text(study_report(demo), encoding="utf-8")
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto(file.as_uri())
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    rule = page.locator(".matrix th a").first
    evidence = page.locator(rule.get_attribute("href"))
    assert not evidence.is_visible()
    rule.focus()
    page.keyboard.press("Enter")
    evidence.wait_for(state="visible")
    assert page.locator("details[open] li").count() > 0
    page.close()
