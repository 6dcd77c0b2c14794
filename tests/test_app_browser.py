"""The planner's page in headless Chromium, cut off from the internet."""

from __future__ import annotations

import io
import itertools
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browser_visit import DEMO, GRID, HOSTILE, Visit, hostile_copy, needs_browser, serving

from siteselect.app.exports import can_typeset
from siteselect.app.page import PAGES
from siteselect.app.state import PARTS
from siteselect.assess import Assessment
from siteselect.report.rounding import with_unit

ROOT = Path(__file__).resolve().parents[1]


pytestmark = needs_browser


def test_map_base_map_sites_and_ranking_are_there_without_internet(
    visit: Visit, tmp_path: Path
) -> None:
    candidates = len(pd.read_csv(DEMO / "candidates.csv"))
    assert visit.map.evaluate("() => document.getElementById('map_div').dataset.basemap") == "drawn"
    colours = visit.map.evaluate(
        """() => {
          const canvas = document.querySelector('.leaflet-ground-pane canvas');
          const ink = canvas.getContext('2d');
          const dots = ink.getImageData(0, 0, canvas.width, canvas.height).data;
          const seen = new Set();
          for (let i = 0; i < dots.length; i += 4)
            if (dots[i + 3] === 255) seen.add(dots.slice(i, i + 3).join());
          return seen.size;
        }"""
    )
    assert colours >= 5, "the base map shows hardly anything"
    field = visit.map.evaluate(
        """() => {
          const field = window.map.siteselect.field;
          return { count: field.count, letters: field.letters, kinds: field.tally().length };
        }"""
    )
    assert field["count"] == len(field["letters"]) == candidates
    assert len(set(field["letters"])) >= 3, "the sites all look the same"
    assert "1" in visit.map.locator(".siteselect-badge").all_text_contents()
    assert visit.row(1)[0] == "1"
    assert (
        "OpenStreetMap contributors"
        in visit.map.locator(".leaflet-control-attribution").inner_text()
    )
    assert "Illustrative" in visit.map.locator(".siteselect-legend").inner_text()
    assert visit.map.locator(".leaflet-control-scale-line").is_visible()
    picture = tmp_path / "app.png"
    visit.page.screenshot(path=picture)
    assert picture.stat().st_size > 50_000


def test_moving_a_weight_ranks_anew_and_keeps_the_map(visit: Visit) -> None:
    before = [visit.row(number) for number in range(1, 9)]
    visit.map.evaluate("() => { window.kept = true; }")
    slider = visit.page.locator("[data-testid=stSlider] input").first
    slider.focus()
    slider.press("Home")
    visit.until("() => document.body.innerText.includes('Changed from preset')")
    visit.quiet()
    after = [visit.row(number) for number in range(1, 9)]
    assert [row[2] for row in after] != [row[2] for row in before], "the order stayed"
    assert [row[3] for row in after] != [row[3] for row in before], "the points stayed"
    assert "w=0-" in visit.page.url
    assert visit.map.evaluate("() => window.kept && window.feature_group.length") == 1
    visit.page.get_by_role("button", name="Reset to preset").click()
    visit.until("() => document.body.innerText.includes('As in the preset')")
    visit.quiet()
    assert [visit.row(number) for number in range(1, 9)] == before


def test_clicking_a_row_moves_the_map_and_opens_the_site(visit: Visit) -> None:
    before, name = visit.panel(), visit.row(4)[2]
    visit.click_row(4)
    visit.until(
        "(name) => document.querySelector('h2#site')?.innerText.includes(name)", argument=name
    )
    visit.quiet()
    assert visit.panel() != before
    site = re.search(r"site=([^&]+)", visit.page.url)
    assert site is not None
    assert visit.selected() == site[1]
    place = pd.read_csv(DEMO / "candidates.csv", index_col="site_id").loc[site[1]]
    centre = visit.map.evaluate(
        "() => { const c = window.map.getCenter(); return [c.lat, c.lng]; }"
    )
    assert centre == pytest.approx([place["lat"], place["lon"]], abs=2e-4)


def test_any_cell_of_a_row_opens_its_site(visit: Visit) -> None:
    for number, x in ((4, 200), (6, 200), (2, 16), (4, 200)):
        name = visit.row(number)[2]
        visit.click_row(number, x)
        visit.until(
            "(start) => document.querySelector('h2#site')?.innerText === start",
            argument=f"Rank {visit.row(number)[0]}: {name}",
        )
        visit.quiet()
        assert visit.page.locator(f"{GRID} [role=row][aria-selected=true]").count() == 1


def taken(visit: Visit, title: str) -> bytes:
    """Make a file on the page Export, and take it away."""
    visit.page.get_by_role("button", name=f"Make: {title}").click()
    ready = visit.page.get_by_role("button", name=f"Download: {title}")
    ready.wait_for(timeout=90_000)
    visit.quiet()
    with visit.page.expect_download() as download:
        ready.click()
    return Path(download.value.path()).read_bytes()


def weigh_and_undo(visit: Visit) -> None:
    before = [visit.row(number) for number in range(1, 6)]
    slider = visit.page.locator("[data-testid=stSlider] input").first
    slider.focus()
    slider.press("Home")
    visit.until("() => location.search.includes('w=0-')")
    visit.quiet()
    assert [visit.row(number) for number in range(1, 6)] != before
    visit.page.get_by_role("button", name="Undo").click()
    visit.until("() => !location.search.includes('w=')")
    visit.quiet()
    assert [visit.row(number) for number in range(1, 6)] == before


def search_and_compare(visit: Visit) -> None:
    box = visit.page.get_by_role("textbox", name="Search sites")
    box.fill("Stockmann")
    box.press("Enter")
    visit.page.locator(".st-key-search_found button").first.click()
    visit.until("() => document.querySelector('h2#site')?.innerText.includes('Stockmann')")
    visit.quiet()
    visit.page.get_by_role("button", name="Add to the comparison").click()
    visit.until("() => location.search.includes('compare=')")
    visit.quiet()


def place_by_click(visit: Visit) -> None:
    visit.page.get_by_text("Add a site of your own").click()
    visit.page.get_by_text("Set the place by clicking on the map").click()
    visit.until("() => document.querySelector('.siteselect-placing')", in_map=True)
    visit.map.locator("#map_div").click(position={"x": 260, "y": 250})
    visit.until("() => document.querySelector('[aria-label=Latitude]')?.value.startsWith('60.')")
    visit.quiet()
    visit.page.get_by_role("button", name="Add and score this site").click()
    visit.page.get_by_text("One site was drawn in this session").wait_for(timeout=60_000)
    visit.until("() => document.querySelector('h2#site')?.innerText.includes('Drawn at')")
    visit.quiet()


def test_the_journey_of_a_planner(visit: Visit) -> None:
    """Open, tour, weigh, undo, search, ask what if, draw, compare, export, and mail the view."""
    page = visit.page
    assert page.get_by_text("Step 1 of 3").is_visible()
    page.get_by_role("button", name="Skip the tour").click()
    page.get_by_text("Step 1 of 3").wait_for(state="hidden")
    visit.quiet()
    visit.map.evaluate("() => { window.kept = true; }")
    weigh_and_undo(visit)
    search_and_compare(visit)

    page.get_by_text(re.compile("^Limits: ")).click()
    visit.quiet()
    page.locator("[class*='st-key-limit-'] label").first.click()
    page.get_by_text("What-if: a rule is ignored").wait_for()
    visit.until("() => location.search.includes('off=')")
    visit.quiet()
    assert visit.map.evaluate("() => window.kept"), "the map was built anew"
    place_by_click(visit)

    visit.go("Compare")
    page.get_by_text("Choose 2 to 4 sites").wait_for()
    visit.go("Export")
    assert page.get_by_text("What-if: a rule is ignored").is_visible()
    rule = visit.until("() => new URLSearchParams(location.search).get('off')")
    assert rule in taken(visit, "Ranking (CSV)").decode()

    mailed = Visit(page.context.browser, page.url.replace("/export", "/"))
    mailed.page.get_by_text("What-if: a rule is ignored").wait_for()
    mailed.page.get_by_text("One site was drawn in this session").wait_for()
    assert "Drawn at" in mailed.panel()
    assert mailed.outside == []
    mailed.page.close()


def test_a_typed_place_becomes_a_site(visit: Visit) -> None:
    near = pd.read_csv(DEMO / "candidates.csv").iloc[0]
    visit.page.get_by_text("Add a site of your own").click()
    for label, value in (
        ("Latitude", near["lat"]),
        ("Longitude", near["lon"]),
        ("Name (optional)", "Our yard"),
    ):
        field = visit.page.get_by_role("textbox", name=label)
        field.fill(str(value))
        field.press("Enter")
        visit.quiet()
    visit.page.get_by_role("button", name="Add and score this site").click()
    visit.until("() => document.querySelector('h2#site')?.innerText.includes('Our yard')")
    visit.quiet()
    visit.until(
        "(count) => window.map?.siteselect?.field.count === count",
        in_map=True,
        argument=len(pd.read_csv(DEMO / "candidates.csv")) + 1,
    )


def test_files_are_made_when_they_are_asked_for(visit: Visit) -> None:
    visit.go("Export")
    count = visit.page.get_by_role("spinbutton", name="Leading sites with a report")
    count.fill("1")
    count.press("Enter")
    visit.quiet()
    kinds = {
        "Ranking (CSV)": b"site_id",
        "Sites (GeoJSON)": b'{"type": "FeatureCollection"',
        "Reports (HTML)": b"PK",
        "Workbook (XLSX)": b"PK",
        "GeoPackage": b"SQLite format 3",
        "Plant noise (GeoTIFF)": b"PK",
    }
    if can_typeset():
        kinds["Reports (PDF)"] = b"PK"
    for title, start in kinds.items():
        assert taken(visit, title).startswith(start)
    with zipfile.ZipFile(io.BytesIO(taken(visit, "Run folder"))) as archive:
        assert "manifest.json" in archive.namelist()


def test_clicking_a_site_on_the_map_opens_it_and_marks_its_row(visit: Visit) -> None:
    # The third click goes back to the first site, which must count as a new click.
    for rank in ("6", "4", "6"):
        badge = visit.map.locator(".siteselect-badge", has_text=re.compile(rf"^{rank}$")).first
        badge.click(force=True)
        visit.until(
            f"() => document.querySelector('h2#site')?.innerText.startsWith('Rank {rank}:')"
        )
        visit.quiet()
        marked = visit.page.locator(f"{GRID} [role=row][aria-selected=true] td")
        assert marked.all_text_contents()[0] == rank
        name = marked.all_text_contents()[2]
        assert name in visit.panel()


def test_a_site_clicked_on_the_map_after_another_was_chosen_in_the_table(visit: Visit) -> None:
    badge = visit.map.locator(".siteselect-badge", has_text=re.compile(r"^2$")).first
    badge.click(force=True)
    visit.until("() => document.querySelector('h2#site')?.innerText.startsWith('Rank 2:')")
    visit.quiet()
    visit.click_row(5)
    visit.until("() => document.querySelector('h2#site')?.innerText.startsWith('Rank 5:')")
    visit.quiet()
    visit.map.evaluate("() => window.map.setZoom(13, { animate: false })")
    badge.click(force=True)
    visit.until("() => document.querySelector('h2#site')?.innerText.startsWith('Rank 2:')")


def test_heat_and_money_follow_the_chosen_site(visit: Visit, demo: Assessment) -> None:
    sinks = []
    for number in (1, 4):
        if number > 1:
            visit.go("Map and rank")
        visit.click_row(number)
        visit.until(
            "(start) => document.querySelector('h2#site')?.innerText.startsWith(start)",
            argument=f"Rank {number}:",
        )
        visit.quiet()
        visit.go("Site")
        visit.open_part("Heat")
        site = demo.sites.loc[demo.ranking.table["rank"] == number].iloc[0]
        assert f"{site['sink_name']} uses {site['heat_used_mwh_a']:.0f} MWh/a" in visit.part()
        charts = visit.charts()
        assert len(charts) == 4
        assert all(width > 100 for _, width in charts)
        assert site["sink_name"] in charts[0][0]
        sinks.append(site["sink_name"])
    assert sinks[0] != sinks[1]
    assert "part=Heat" in visit.page.url
    visit.open_part("Money")
    assert with_unit(site["npv_gbp"], "GBP").replace("\u00a0", " ") in visit.part()
    assert "judgement" in visit.part()
    assert all(width > 100 for _, width in visit.charts())


def test_the_ranking_shows_heat_and_money_and_still_opens_sites(visit: Visit) -> None:
    visit.page.get_by_text("Heat and money").click()
    visit.until(
        """() => document.querySelector('[data-testid=stDataFrame] thead, [role=grid]')
          ?.textContent.includes('NPV')"""
    )
    visit.quiet()
    name = visit.row(5)[1]
    visit.click_row(5, 200)
    visit.until(
        "(name) => document.querySelector('h2#site')?.innerText.includes(name)", argument=name
    )
    visit.quiet()
    assert len(visit.row(5)) == 5


def grave_faults(opened: Visit) -> list[tuple[str, str]]:
    """Ask axe-core for what is serious or worse on the page, what others drew aside."""
    axe = os.environ.get("SITESELECT_AXE", "")
    if not axe:
        pytest.skip("SITESELECT_AXE does not name a copy of axe.min.js")
    opened.page.evaluate(Path(axe).read_text(encoding="utf-8"))
    found = opened.page.evaluate("() => axe.run().then((done) => done.violations)")
    return [
        (fault["id"], fault["nodes"][0]["html"][:300])
        for fault in found
        if fault["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("name", list(PAGES))
def test_every_page_has_ordered_headings_and_no_grave_fault(
    chromium: Any, demo_url: str, name: str
) -> None:
    opened = Visit(chromium, f"{demo_url}/{name}?tour=0", mapped=False)
    levels = opened.page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain] :is(h1, h2, h3, h4, h5, h6)')]
          .map((heading) => Number(heading.tagName[1]))"""
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert len(levels) >= 2
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    assert opened.outside == []
    assert grave_faults(opened) == []
    opened.page.close()


@pytest.mark.parametrize("part", PARTS)
def test_no_part_of_a_site_has_a_grave_fault(chromium: Any, demo_url: str, part: str) -> None:
    opened = Visit(chromium, f"{demo_url}/site?part={part}", mapped=False)
    assert grave_faults(opened) == []
    opened.page.close()


@pytest.mark.parametrize(
    ("name", "width", "dark"), [("", 390, False), ("site", 390, False), ("", 1400, True)]
)
def test_narrow_and_dark_pages_have_no_grave_fault(
    chromium: Any, demo_url: str, name: str, width: int, dark: bool
) -> None:
    opened = Visit(chromium, f"{demo_url}/{name}?tour=0", width, mapped=not name, dark=dark)
    assert grave_faults(opened) == []
    opened.page.close()


def test_layers_are_switched_and_the_legend_follows(visit: Visit) -> None:
    legend = visit.map.locator(".siteselect-legend")
    assert "night limit" not in legend.inner_text()
    visit.map.locator(".leaflet-control-layers").hover()
    titles = visit.map.locator(".leaflet-control-layers-overlays label").all_inner_texts()
    shown = " ".join(titles)
    for title in (
        *("Noise zones", "Night noise map", "Flood bands", "Planning", "Noise-sensitive"),
        *("Streets", "Heat sinks", "Electricity supply", "Fibre", "Maintenance"),
    ):
        assert title in shown
    visit.switch("Noise zones")
    assert "night limit" in legend.inner_text()
    visit.switch("Night noise map")
    image = visit.map.locator("img.siteselect-raster")
    assert image.evaluate("(image) => image.naturalWidth") > 10


def test_the_address_opens_the_same_view(chromium: Any, demo_url: str) -> None:
    site = pd.read_csv(DEMO / "candidates.csv")["site_id"].iloc[2]
    opened = Visit(chromium, f"{demo_url}/?site={site}&preset=heat-first&w=9-9-9-9-9-9999")
    assert opened.selected() == site
    values = opened.until(
        """() => {
          const inputs = [...document.querySelectorAll('[data-testid=stSlider] input')];
          return inputs.length === 6 ? inputs.map((input) => input.value) : null;
        }"""
    )
    assert values == ["9", "9", "9", "9", "9", "100"]
    width = opened.map.evaluate(
        "() => window.map.getSize().x * 360 / 256 / 2 ** window.map.getZoom()"
    )
    lon = pd.read_csv(DEMO / "candidates.csv")["lon"]
    assert width < 4 * (lon.max() - lon.min()), "the sites are lost in a far too wide map"
    assert opened.outside == []
    opened.page.close()


def test_a_narrow_screen_shows_everything_without_sideways_scroll(
    chromium: Any, demo_url: str
) -> None:
    wide = "() => document.querySelector('[data-testid=stMain]').scrollWidth"
    opened = Visit(chromium, demo_url, width=390, height=844)
    assert opened.page.evaluate(wide) <= 390
    assert opened.row(1)[0] == "1"
    for part in PARTS:
        opened.page.goto(f"{demo_url}/site?part={part}")
        opened.page.get_by_role("tab", name=part, exact=True).wait_for(timeout=60_000)
        opened.quiet()
        assert opened.page.evaluate(wide) <= 390, part
    assert opened.outside == []
    opened.page.close()


def test_names_that_are_code_stay_names(chromium: Any, tmp_path: Path) -> None:
    folder = hostile_copy(tmp_path / "study")
    with serving(folder / "study.yaml") as url:
        opened = Visit(chromium, url)
        for number in range(1, len(HOSTILE) + 1):
            opened.click_row(number)
            opened.until(
                f"() => document.querySelector('h2#site')?.innerText.startsWith('Rank {number}')"
            )
            opened.quiet()
        badges = opened.map.locator(".siteselect-badge")
        for place in range(badges.count()):
            badges.nth(place).hover(force=True)
        tip = opened.map.locator(".leaflet-tooltip strong").first.inner_text()
        assert tip in HOSTILE
        opened.page.get_by_text("The ranking as plain text").click()
        opened.quiet()
        places = "() => document.getElementById('map_div2')?.parentElement.offsetWidth ?? 0"
        assert opened.map.evaluate(places) == 0
        for part in PARTS:
            opened.open_part(part)
        for page in ("Compare", "Uncertainty", "Compliance", "Portfolio", "Data", "Export"):
            opened.go(page)
        assert opened.page.evaluate("() => window.top.fired") is None
        assert opened.outside == []
        opened.page.close()


def test_points_where_areas_are_usual_are_drawn(chromium: Any, town: Any) -> None:
    with serving(town.file) as url:
        opened = Visit(chromium, url)
        opened.map.locator(".leaflet-control-layers").hover()
        for box in opened.map.locator(".leaflet-control-layers-overlays input").all():
            box.set_checked(checked=True)
        homes = opened.map.evaluate(
            """() => {
              let found = 0;
              window.map.eachLayer((layer) => { if (layer._radius === 4) found += 1; });
              return found;
            }"""
        )
        assert homes == 1
        assert opened.map.locator(".siteselect-badge").count() >= 1
        assert opened.outside == []
        opened.page.close()


def test_the_map_works_under_a_base_path(chromium: Any) -> None:
    with serving(DEMO / "study.yaml", "--server.baseUrlPath=tools/sites") as url:
        opened = Visit(chromium, url)
        assert opened.map.locator(".siteselect-badge").count() >= 1
        assert opened.outside == []
        opened.page.close()
