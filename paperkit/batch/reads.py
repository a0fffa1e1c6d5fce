"""Reading many papers, from arXiv's HTML and their PDFs, and showing where a passage stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pandas as pd

from paperkit.batch.run import Run
from paperkit.errors import PaperkitError, ReadError, explained
from paperkit.frames import ids_of
from paperkit.library import Library
from paperkit.papers import Paper
from paperkit.readings import Box, Figure, PageImage, Reading

_READERS = 2

Choice = Literal["auto", "html", "pdf"]
"""What a paper is read from."""


@explained
def read(
    papers: pd.DataFrame | Iterable[str],
    library: Library,
    *,
    source: Choice = "auto",
    download: bool = True,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Read some papers of a library; those read before are skipped.

    ``auto`` takes what lies in the library's folder; of a paper with neither HTML nor PDF there it
    fetches both from arXiv, 15 s apart from the next. The text comes from the HTML, if that is the
    paper in this version and whole, pages, boxes and figures from the PDF; else all comes from the
    PDF, and ``reason`` says why. ``html`` asks arXiv for the HTML alone, ``pdf`` for the PDF alone;
    without `download` nothing is fetched.

    Each file is read in a process of its own with limits; one bad paper stops no other. A PDF that
    is not the paper it is stored for is read too, and its reading says so (``matches``). `executor`
    is any `concurrent.futures` executor, also of other machines that see the library's folder.

    Returns a report: index id, outcome (read; abstract only: there is nothing to read and nothing
    was to be fetched; known, failed), title, error, pages, figures, source (html, pdf), reason (why
    not the HTML; what of it is missing; why the abstract only).

    >>> read(library.papers(decision="keep"), library)

    Raises:
        PaperkitError: what is given holds no papers; a bad one is a row of the report.
    """
    if source not in ("auto", "html", "pdf"):
        raise PaperkitError(f"source {source!r}: unknown; use auto, html or pdf.")
    ids = ids_of(papers)
    tasks = {i: partial(_read_one, library, i, source, download) for i in ids}
    titles = library.index.titles(ids)
    run = Run(
        tasks, _READ_COLUMNS, executor=executor, workers=_READERS, label="reading", titles=titles
    )
    return run.wait()


_READ_COLUMNS = {
    "outcome": "str", "error": "str", "pages": "Int64", "figures": "Int64", "source": "str",
    "reason": "str",
}  # fmt: skip


def _read_one(library: Library, id: str, source: Choice, download: bool) -> dict[str, Any]:
    paper = library.paper(id)
    held = library.reading(paper.id, version=paper.version)
    if held is not None and _is_current(held, source):
        return _row("known", held, "")
    path = library.files.pdf_path(paper.id, paper.version)
    if not (download or path.is_file() or _has_html(library, paper)):
        return {"outcome": "abstract only", "error": "", "reason": _absent(path)}
    held, reason = _read(library, paper, source, download)
    library.files.save_reading(paper.id, held, version=paper.version)
    if held.licence and not library.files.licence(paper.id):
        library.files.set_licence(paper.id, held.licence)
    return _row("read", held, reason)


def _row(outcome: str, held: Reading, reason: str) -> dict[str, Any]:
    told = {"pages": held.page_count, "figures": len(held.figures), "source": held.source}
    return {"outcome": outcome, "error": "", **told, "reason": reason}


def _is_current(held: Reading, source: Choice) -> bool:
    """Return whether a reading is one of today's reader, of the source that is asked for."""
    from paperkit import reading

    newest = {"pdf": reading.READER_VERSION, "html": reading.HTML_READER_VERSION}
    return held.reader == newest[held.source] and source in ("auto", held.source)


def _read(library: Library, paper: Paper, source: Choice, download: bool) -> tuple[Reading, str]:
    """Return a paper's reading and, of the HTML, what there is to say in the report."""
    held = library.files.pdf_path(paper.id, paper.version).is_file()
    fetched = download and not (held and source == "auto")
    if source == "pdf" or (source == "auto" and not fetched and not _has_html(library, paper)):
        return _from_pdf(library, paper, download), ""
    from paperkit.sources import Paused

    try:
        page = _from_html(library, paper, fetched)
    except PaperkitError as error:
        if source == "html" or isinstance(error, Paused):
            raise
        return _instead(library, paper, download, str(error))
    try:
        pdf = _from_pdf(library, paper, download and source == "auto")
    except PaperkitError as error:
        return _without_pages(page, str(error)), _told(page)
    return _both(page, pdf, source)


def _both(page: Reading, pdf: Reading, source: Choice) -> tuple[Reading, str]:
    """Return the page's reading with the PDF's pages; where they differ, that of the PDF."""
    from paperkit.reading.matching import differs, placed

    if pdf.matches is False:
        return _without_pages(page, f"the PDF is another paper's ({pdf.why})"), _told(page)
    if not (why := differs(page, pdf)):
        return placed(page, pdf), _told(page)
    if source == "html":
        return _without_pages(page, why), _told(page)
    return _warned(pdf, f"arXiv's HTML was not used: {why}"), why


def _instead(library: Library, paper: Paper, download: bool, why: str) -> tuple[Reading, str]:
    """Return the PDF's reading where there is no HTML to use, for the reason given."""
    try:
        return _warned(
            _from_pdf(library, paper, download), f"arXiv's HTML was not used: {why}"
        ), why
    except PaperkitError as error:
        raise ReadError(f"{error} Nor is there HTML: {why}") from error


def _told(page: Reading) -> str:
    """Return what a report says of a page that was read: what the conversion left out."""
    return "; ".join(w for w in page.warnings if w.startswith("arXiv's conversion"))


def _without_pages(page: Reading, why: str) -> Reading:
    return _warned(page, f"no pages, boxes and images of figures: {why}")


def _warned(held: Reading, warning: str) -> Reading:
    return replace(held, warnings=(*held.warnings, warning))


def _has_html(library: Library, paper: Paper) -> bool:
    return library.files.html_path(paper.id, paper.version).is_file()


def _from_html(library: Library, paper: Paper, download: bool) -> Reading:
    """Return what arXiv's HTML says; a page that is fetched and refused isn't kept.

    Raises:
        PaperkitError: there is none, or it is not this paper in this version, or not whole.
    """
    from paperkit import reading, sources

    path = library.files.html_path(paper.id, paper.version)
    fetched = not path.is_file()
    if fetched and not download:
        raise ReadError(f"{paper.id}: no HTML in the library; read with download=True.")
    if fetched:
        library.files.save_html(paper.id, sources.fetch_html(paper), version=paper.version)
    why = ""
    try:
        page = reading.read_html(path, paper)
        why = "" if page.matches else f"{path.name}: {page.why}; read the PDF."
    except ReadError as error:
        why = str(error)
    if why and fetched:
        path.unlink(missing_ok=True)
    if why:
        raise ReadError(why)
    return page


def _from_pdf(library: Library, paper: Paper, download: bool) -> Reading:
    from paperkit import reading

    path = _pdf(library, paper, download)
    return reading.read_pdf(path, figures_dir=library.files.figures_path(paper.id), paper=paper)


def _pdf(library: Library, paper: Paper, download: bool) -> Path:
    path = library.files.pdf_path(paper.id, paper.version)
    if path.is_file():
        return path
    if not download:
        raise ReadError(f"{paper.id}: {_absent(path)}")
    from paperkit import sources

    return library.files.save_pdf(paper.id, sources.fetch_pdf(paper))


def _absent(path: Path) -> str:
    return f"no PDF in the library; put it at {path}, or read with download=True."


@explained
def fetch_figures(id: str, library: Library) -> pd.DataFrame:
    """Fetch the images that arXiv's HTML has of a paper's figures and no PDF gave; draw them anew.

    Returns the paper's figures (`Library.figures`). The parts of a figure are one image, twelve at
    most.

    Raises:
        PaperkitError: the paper was not read, an address is no image, or arXiv can't be asked.

    >>> fetch_figures("2411.05184", library)["path"]
    """
    paper = library.paper(id)
    held = library.reading(paper.id, version=paper.version)
    if held is None:
        raise ReadError(f"{paper.id}: not read yet; run read([{paper.id!r}], library) first.")
    drawn = tuple(
        _drawn(library, paper, f) if f.images and f.file is None else f for f in held.figures
    )
    if drawn != held.figures:
        held = replace(held, figures=drawn)
        library.files.save_reading(paper.id, held, version=paper.version)
    return library.files.figures(paper.id, paper.version)


PARTS = 12
"""Images of one figure that are fetched at most, each at arXiv's pace."""


def _drawn(library: Library, paper: Paper, figure: Figure) -> Figure:
    """Return a figure with its images, which are drawn anew as one in a process of its own."""
    from paperkit import reading, sources

    folder = library.files.figures_path(paper.id, paper.version)
    anchors = [i[1:] for i in figure.images if i.startswith("#")][:PARTS]
    if len(anchors) == min(len(figure.images), PARTS):
        page = library.files.html_path(paper.id, paper.version)
        return reading.draw_image(page, figure, folder, anchors=anchors)
    addresses = [i for i in figure.images if not i.startswith("#")][:PARTS]
    parts = [sources.fetch_image(paper, address) for address in addresses]
    with TemporaryDirectory() as place:
        path = Path(place) / "images"
        path.write_bytes(b"".join(parts))
        return reading.draw_image(path, figure, folder, sizes=[len(p) for p in parts])


def page_image(
    library: Library,
    id: str,
    page: int,
    *,
    bbox: Box | None = None,
    marks: Sequence[Box] = (),
    words: str = "",
    dpi: int = 110,
    version: int | None = None,
) -> PageImage:
    """Return a page of a paper's PDF, or a box of it, as PNG, with boxes (PDF points) marked.

    Where `words` stand within the boxes, only their lines are marked; the result has the boxes
    that were. The PDF is that of
    `version`, by default the newest's.

    Raises:
        ReadError: the library has no PDF of it, or no such page.
    """
    from paperkit import reading

    paper = library.paper(id)
    wanted = replace(paper, version=version or paper.version)
    path = _pdf(library, wanted, download=False)
    return reading.page_crop(path, page, bbox, marks=marks, words=words, dpi=dpi)
