"""Reading the PDFs of many papers, and showing where a passage stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from paperkit.batch.run import Run
from paperkit.errors import ReadError, explained
from paperkit.frames import ids_of
from paperkit.library import Library
from paperkit.papers import Paper
from paperkit.readings import Box, PageImage

_READERS = 2


@explained
def read(
    papers: pd.DataFrame | Iterable[str],
    library: Library,
    *,
    download: bool = True,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Read the PDFs of some papers of a library; those read before are skipped.

    >>> read(library.papers(decision="keep"), library)

    A PDF that is not in the library is fetched from arXiv unless `download` is False. Each runs
    in a process of its own with limits; one bad paper stops no other. A PDF that is not the paper
    it is stored for is read too, and its reading says so (``matches``). `executor` is any
    `concurrent.futures` executor, also of other machines that see the library's folder.

    Returns a report: index id, outcome (read, known, failed), error, pages, figures.
    """
    tasks = {i: partial(_read_one, library, i, download) for i in ids_of(papers)}
    run = Run(tasks, _READ_COLUMNS, executor=executor, workers=_READERS, label="reading")
    return run.wait()


_READ_COLUMNS = {"outcome": "str", "error": "str", "pages": "Int64", "figures": "Int64"}


def _read_one(library: Library, id: str, download: bool) -> dict[str, Any]:
    from paperkit import reading

    paper = library.paper(id)
    held = library.reading(paper.id, version=paper.version)
    if held is not None and held.reader == reading.READER_VERSION:
        outcome = "known"
    else:
        path = _pdf(library, paper, download)
        held = reading.read_pdf(path, figures_dir=library.files.figures_path(paper.id), paper=paper)
        library.files.save_reading(paper.id, held, version=paper.version)
        outcome = "read"
    return {"outcome": outcome, "error": "", "pages": held.page_count, "figures": len(held.figures)}


def _pdf(library: Library, paper: Paper, download: bool) -> Path:
    path = library.files.pdf_path(paper.id, paper.version)
    if path.is_file():
        return path
    if not download:
        raise ReadError(
            f"{paper.id}: no PDF in the library; put it at {path}, or read with download=True."
        )
    from paperkit import sources

    return library.files.save_pdf(paper.id, sources.fetch_pdf(paper))


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
