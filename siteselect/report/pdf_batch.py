"""Many site reports as PDF in one run, by a pool of processes that read the assessment once."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from siteselect.errors import Fault, InputError, RunError
from siteselect.report.pdf import brief_pdf, site_pdf
from siteselect.report.site_brief import shared_by
from siteselect.report.typst_press import check_installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from siteselect.assess import Assessment
    from siteselect.report.pdf import Form

PORTIONS = {"full": 2, "brief": 16}
"""Reports that a process takes at a time; brief ones share the search for ways."""
_LONGEST_NAME = 64

_shared: list[Assessment] = []
"""The assessment that this process writes reports of; set once as the process starts."""


def site_pdfs(
    assessment: Assessment,
    site_ids: Sequence[str],
    out: Path,
    *,
    form: Form = "full",
    workers: int | None = None,
    manifest_hash: str = "",
    language: str = "en",
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Path, ...]:
    """Write the reports on many sites as PDF files into one folder.

    Parameters
    ----------
    assessment : the run.
    site_ids : the sites; one named twice is written once.
    out : folder, made if need be; files are named by site.
    form : "full", or "brief" for a few pages a site, which is many times faster.
    workers : processes; left out, one a core. One works in this process.
    manifest_hash, language : as in `site_pdf`.
    progress : told in one sentence how far the work is.

    Raises
    ------
    InputError
        There is no such site, or the extra `pdf` is not installed; nothing is written then.
    RunError
        The folder cannot be written to.
    """
    check_installed()
    wanted = list(dict.fromkeys(map(str, site_ids)))
    cure = "Give ids of sites in this run."
    missing = [site for site in wanted if site not in assessment.sites.index]
    if missing:
        raise InputError(Fault("sites", "no such site", cure, value=site) for site in missing)
    with pooled(
        assessment,
        out,
        form=form,
        workers=min(workers or os.cpu_count() or 1, max(1, len(wanted))),
        manifest_hash=manifest_hash,
        language=language,
    ) as write:
        return _gathered(write(wanted), len(wanted), progress)


@contextmanager
def pooled(
    assessment: Assessment,
    out: Path,
    *,
    form: Form = "full",
    workers: int = 1,
    manifest_hash: str = "",
    language: str = "en",
) -> Iterator[Callable[[Iterable[str]], Iterator[Path]]]:
    """Hold processes ready that write the reports on the sites they are given, in that order."""
    write = partial(_write, out=out, form=form, manifest_hash=manifest_hash, language=language)
    if workers == 1:
        _shared[:] = [assessment]
        yield lambda sites: chain.from_iterable(map(write, _portions(sites, PORTIONS[form])))
        return
    # A fresh process, since Typst and numba hold threads that a fork would not carry over.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(assessment,)) as pool:
        yield lambda sites: chain.from_iterable(pool.map(write, _portions(sites, PORTIONS[form])))


def _gathered(
    written: Iterator[Path], total: int, progress: Callable[[str], None]
) -> tuple[Path, ...]:
    files: list[Path] = []
    for file in written:
        files.append(file)
        progress(f"Wrote {len(files)} of {total} reports")
    return tuple(files)


def _begin(assessment: Assessment) -> None:
    _shared[:] = [assessment]
    # Each process keeps one core busy; Typst would start as many threads as there are cores.
    os.environ["RAYON_NUM_THREADS"] = "1"


def _portions(sites: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    rest = iter(sites)
    while portion := tuple(islice(rest, size)):
        yield portion


def _write(
    sites: Sequence[str], *, out: Path, form: Form, manifest_hash: str, language: str
) -> list[Path]:
    if form == "brief":
        shared = shared_by(
            _shared[0],
            list(dict.fromkeys(sites)),
            manifest_hash=manifest_hash,
            language=language,
        )
        make = partial(brief_pdf, _shared[0], shared=shared)
    else:
        make = partial(site_pdf, _shared[0], manifest_hash=manifest_hash, language=language)
    files = [out / pdf_name(site) for site in sites]
    for site, file in zip(sites, files, strict=True):
        write_pdf(file, make(site))
    return files


def write_pdf(path: Path, made: bytes) -> None:
    """Write a PDF file, with the folders above it.

    Raises
    ------
    RunError
        It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made)
    except OSError as error:
        raise RunError(
            Fault(str(path), f"cannot be written: {error.strerror}", "Choose another place.")
        ) from None


def pdf_name(site_id: str) -> str:
    """Name a site's file: letters, digits and hyphens only, and still unique."""
    safe = "".join(each if each.isalnum() and each.isascii() else "-" for each in site_id)
    if safe != site_id or not 0 < len(safe) <= _LONGEST_NAME:
        safe = f"{safe[:48]}-{hashlib.sha256(site_id.encode()).hexdigest()[:8]}"
    return f"{safe}.pdf"
