"""Reading: what a paper's PDF or HTML says, read outside the caller's process.

`read_pdf` and `read_html` return a `Reading`; `page_crop` shows a page or a passage of it as it
stands. Alone here knows PyMuPDF (``pages``, ``rasters``) and lxml (``html``); everything between
decides on plain values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from paperkit.errors import ReadError
from paperkit.files import write_atomic
from paperkit.papers import Paper
from paperkit.readings import (
    HTML_READER_VERSION,
    READER_VERSION,
    Box,
    Figure,
    Limits,
    PageImage,
    Reading,
)

__all__ = [
    "HTML_READER_VERSION",
    "READER_VERSION",
    "Limits",
    "draw_image",
    "page_crop",
    "read_dict",
    "read_here",
    "read_html",
    "read_pdf",
]


def read_pdf(
    path: str | Path,
    *,
    limits: Limits | None = None,
    figures_dir: str | Path | None = None,
    paper: Paper | None = None,
) -> Reading:
    """Return what a PDF says, read in a process of its own that ends with this call.

    With ``paper`` the reading says whether the PDF is that paper (``matches``, ``why``).

    With ``figures_dir`` each figure and table is also written there as an image, under a name
    that stays the same as long as the picture does. Raises `ReadError` when the file can't be
    read within the limits.
    """
    import base64

    from paperkit.reading.identity import compared
    from paperkit.reading.worker import ask

    told = ask("read", Path(path), limits or Limits(), drawn=figures_dir is not None)
    reading = Reading.from_dict(told["reading"])
    if figures_dir is not None:
        images = {name: base64.b64decode(data) for name, data in told["images"].items()}
        _write(Path(figures_dir), images)
    return reading if paper is None else compared(reading, paper)


def read_html(
    path: str | Path,
    paper: Paper | None = None,
    *,
    limits: Limits | None = None,
) -> Reading:
    """Return what a page of arXiv's HTML says, read in a process of its own that fetches nothing.

    With ``paper`` the reading says whether the page is that paper in that version (``matches``,
    ``why``); formulas are ``$TeX$``, paragraphs have the page's ids (``anchor``), and what arXiv's
    conversion could not make out is counted in the ``warnings``.

    Raises:
        ReadError: it is an error page, a stub or cut, holds another kind of page, or is too large
            or too deep.

    >>> read_html("2411.05184v1.html").paragraphs[3].anchor
    'S1.p2'
    """
    from paperkit.reading.identity import compared, whole
    from paperkit.reading.worker import ask

    reading = Reading.from_dict(ask("html", Path(path), limits or Limits()))
    whole(reading, Path(path).name)
    return reading if paper is None else compared(reading, paper)


def draw_image(
    path: str | Path,
    figure: Figure,
    figures_dir: str | Path,
    *,
    anchors: Sequence[str] = (),
    sizes: Sequence[int] = (),
    limits: Limits | None = None,
) -> Figure:
    """Draw images of a page of HTML anew as one, in a process of its own; return their figure.

    `path` is the page, where drawings lie under the ids `anchors`, or a file of images, one behind
    the other, of so many bytes each (`sizes`). Raises `ReadError` when one is none.
    """
    import base64

    from paperkit.reading.worker import ask

    asked = {"anchors": anchors, "sizes": sizes, "kind": figure.kind, "label": figure.label}
    told = ask("image", Path(path), limits or Limits(), **asked)
    _write(Path(figures_dir), {told["name"]: base64.b64decode(told["image"])})
    return replace(figure, file=told["name"], width=told["width"], height=told["height"])


def page_crop(
    path: str | Path,
    page: int,
    bbox: Box | None = None,
    *,
    marks: Sequence[Box] = (),
    words: str = "",
    dpi: int = 110,
    limits: Limits | None = None,
) -> PageImage:
    """Return a page (from 1), or a box of it in points, as PNG, with passages marked in yellow.

    `marks` are boxes; where `words` stand within them, only their lines are marked. The result
    says which boxes were marked. Raises `ReadError` when the PDF has no such page or box.
    """
    import base64

    from paperkit.reading.worker import ask

    box, boxes = None if bbox is None else list(bbox), [list(m) for m in marks]
    asked = {"page": page, "bbox": box, "marks": boxes, "words": words, "dpi": dpi}
    told = ask("crop", Path(path), limits or Limits(), **asked)
    marked = tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in told["marks"])
    return PageImage(base64.b64decode(told["png"]), tuple(told["box"]), marked)


def read_here(
    path: str | Path, *, limits: Limits | None = None, figures_dir: str | Path | None = None
) -> Reading:
    """Return what a PDF says, read in this process: only for processes that may die."""
    from paperkit.reading import document

    drawn = figures_dir is not None
    reading, images = document.read_here(Path(path), limits=limits or Limits(), drawn=drawn)
    if figures_dir is not None:
        _write(Path(figures_dir), images)
    return reading


def _write(folder: Path, images: Mapping[str, bytes]) -> None:
    """Write images under their names into a folder; none is ever seen half written."""
    for name, data in images.items():
        if not re.fullmatch(r"[a-z0-9-]+\.(?:png|webp)", name):
            raise ReadError(f"{name[:80]!r}: not the name of a figure; read the PDF again")
        write_atomic(folder / name, data)


def read_dict(path: str) -> dict[str, Any]:
    """Return `read_here` as JSON-able data, as measuring scripts expect it."""
    return read_here(path).to_dict()
