"""Site reports as PDF: ours, brief and in full, against WeasyPrint with figures by matplotlib.

Usage: python benchmarks/pdf_reports.py [brief] [full] [peer]; 200, 12 and 4 when left out

Counts are reports. The demo's sites are written again and again until there are enough: each
report is worked out and set anew, in two processes, from the assessment to the file. The peer sets
the page one, map, heat by month and open findings of the same brief report, from the same records,
in two processes' worth of one (its rate is doubled, which is the most that a second core can give);
matplotlib draws the map from the same layers and the bars from the same table. The peer is left
out where WeasyPrint or matplotlib is not installed.
"""

from __future__ import annotations

import html
import importlib.util
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteselect.assess import assess
from siteselect.report.pdf_batch import PORTIONS, pooled
from siteselect.report.site_brief import shared_by, site_brief
from siteselect.study_file import load_study

if TYPE_CHECKING:
    from collections.abc import Iterable

    from siteselect.assess import Assessment

STUDY = Path(__file__).resolve().parents[1] / "data" / "helsinki" / "study.yaml"
CORES = 2


def ours(assessment: Assessment, count: int, form: Any, out: Path) -> float:
    """Write so many reports; give how many a second, without the start of the processes."""
    sites = [str(site) for site in assessment.sites.index]
    with pooled(assessment, out, form=form, workers=CORES) as write:
        list(write(sites[: CORES * PORTIONS[form]]))
        start = time.perf_counter()
        done = sum(1 for _ in write(sites[at % len(sites)] for at in range(count)))
    return done / (time.perf_counter() - start)


def table_html(table: Any) -> str:
    heads = "".join(f"<th scope='col'>{html.escape(head)}</th>" for head in table.heads)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(f'{c.text} {c.tag} {c.note}')}</td>" for c in row)
        for row in table.rows
    )
    return f"<table><caption>{html.escape(table.caption)}</caption><tr>{heads}</tr>{rows}</table>"


def drawn(figure: Any) -> str:
    """Turn a matplotlib figure into an SVG that a page can hold."""
    import base64  # noqa: PLC0415

    import matplotlib.pyplot as plt  # noqa: PLC0415 - a peer

    made = BytesIO()
    figure.savefig(made, format="svg")
    plt.close(figure)
    return "data:image/svg+xml;base64," + base64.b64encode(made.getvalue()).decode()


def peer_map(assessment: Assessment, site: str) -> str:
    import matplotlib.pyplot as plt  # noqa: PLC0415 - a peer

    point = assessment.sites.geometry[site]
    figure, axes = plt.subplots(figsize=(7, 5))
    west, east, south, north = point.x - 250, point.x + 250, point.y - 180, point.y + 180
    base = assessment.layers["basemap"].frame.cx[west:east, south:north]
    for kind, colour in (("green", "#e2edda"), ("water", "#c5dcea"), ("building", "#d9d3ca")):
        part = base[base["kind"] == kind]
        if len(part):
            part.plot(ax=axes, color=colour)
    assessment.layers["roads"].frame.cx[west:east, south:north].plot(ax=axes, color="#bdb6aa")
    axes.plot(point.x, point.y, "o", color="#8f1d14")
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    return drawn(figure)


def peer_bars(table: Any) -> str:
    import matplotlib.pyplot as plt  # noqa: PLC0415 - a peer

    figure, axes = plt.subplots(figsize=(5, 3))
    known = [float(row[2].text.replace(",", "") or "nan") for row in table.rows]
    axes.bar([row[0].text for row in table.rows], known)
    return drawn(figure)


def peer_report(assessment: Assessment, site: str) -> bytes:
    """Set the same words by WeasyPrint."""
    import weasyprint  # noqa: PLC0415 - a peer

    report = site_brief(assessment, site, shared_by(assessment, [site]))
    lines: Iterable[str] = (
        *report.summary,
        *report.speaks_for,
        *report.speaks_against,
        *report.gaps,
        *report.checks,
    )
    findings = (
        f"<tr><td>{html.escape(e.title)} {e.word}</td>"
        f"<td>{html.escape(f'{e.outcome}: {e.action} {e.missing}')}</td>"
        f"<td>{html.escape(e.citation)}</td></tr>"
        for group in report.findings
        for e in group.entries
    )
    plates = report.heat.plates
    body = [
        f"<h1>{html.escape(report.name)}</h1><p>{html.escape(report.headline)}</p>",
        *(f"<p>{html.escape(line)}</p>" for line in lines),
        f"<img alt='{html.escape(report.map.alt)}' src='{peer_map(assessment, site)}'>",
        table_html(report.places),
        *(table_html(table) for table in report.design),
        *(
            f"<img alt='Heat by month' src='{peer_bars(p.table)}'>{table_html(p.table)}"
            for p in plates
        ),
        f"<table><tr><th>Rule</th><th>Do</th><th>Source</th></tr>{''.join(findings)}</table>",
        table_html(report.background.sources),
        *(f"<p>{html.escape(line)}</p>" for line in report.background.method),
    ]
    page = f"<html lang='en'><title>{html.escape(report.name)}</title>{''.join(body)}</html>"
    return bytes(weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/ua-1"))


def peer(assessment: Assessment, count: int) -> float:
    """Give how many reports a second two cores could set at best."""
    import matplotlib as mpl  # noqa: PLC0415 - a peer

    mpl.use("svg")
    sites = [str(site) for site in assessment.sites.index]
    peer_report(assessment, sites[0])
    start = time.perf_counter()
    for at in range(count):
        peer_report(assessment, sites[at % len(sites)])
    return CORES * count / (time.perf_counter() - start)


def main(brief: int = 200, full: int = 12, sample: int = 4) -> None:
    assessment = assess(load_study(STUDY), STUDY.parent, opinions=False)
    with tempfile.TemporaryDirectory() as folder:
        brief_rate = ours(assessment, brief, "brief", Path(folder))
        full_rate = ours(assessment, full, "full", Path(folder)) if full else float("nan")
    print(f"ours, brief, {brief} reports: {brief_rate:.1f} a second on {CORES} processes")
    print(f"ours, in full, {full} reports: {full_rate:.2f} a second on {CORES} processes")
    missing = [lib for lib in ("weasyprint", "matplotlib") if not importlib.util.find_spec(lib)]
    if missing:
        print(f"peer left out: {' and '.join(missing)} not installed")
        return
    peer_rate = peer(assessment, sample)
    print(f"WeasyPrint with matplotlib, brief, {sample} reports: {peer_rate:.2f} a second at best")
    print(f"ours in brief is {brief_rate / peer_rate:.1f} times as fast")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]))
