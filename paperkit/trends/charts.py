"""Charts: the only room that draws, with Vega-Lite.

A chart is a Vega-Lite specification with its alt text. JupyterLab draws it itself, offline and
in its own light or dark theme; posts get a static picture made without a browser. Nothing of
the machine or the moment is in the specification, so the same frame gives the same bytes.

JupyterLab 4.6 bundles Vega-Lite 5.6 under the MIME type of version 5; Altair 6 writes version 6,
which JupyterLab cannot show offline. So the specifications are written here, in what both
understand: ``altair.Chart.from_dict(chart.spec)`` goes on from there.
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from paperkit.errors import ArgumentError, explained
from paperkit.trends import dotplots, timelines
from paperkit.trends.vega import Drawing, Wish, themed

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

MIME = "application/vnd.vegalite.v5+json"
# The oldest version the converter has; JupyterLab's own is 5.6.
VERSION = "5.8"
THEMES = ("light", "dark")
SCALE = 2
# The width of a static picture whose chart takes the width of the cell, in pixels.
WIDTH = 640
# JupyterLab draws charts in a box as wide as what is in it, which has no width to take; and as
# pictures, not canvases, so that marks have words and lines stay sharp.
EMBEDDED = {
    "renderer": "svg",
    "actions": False,
    "defaultStyle": ".vega-embed, .vega-embed .fit-x { display: block; width: 100%; }",
}


@dataclass(frozen=True)
class Chart:
    """A chart: ``spec`` (Vega-Lite 5), its ``title`` and its ``alt`` text.

    The specification has no ground of its own and the text color of the page it is shown in. As a
    cell's last value it is interactive in JupyterLab and leaves a picture and the alt text
    in the notebook for nbconvert.
    """

    spec: dict[str, Any]
    title: str
    alt: str
    drawing: dict[str, Any] = field(repr=False)
    """The specification before colors: `image` puts a theme's in."""

    def image(self, format: str = "svg", *, theme: str = "light") -> bytes:
        """Return the chart as ``"svg"`` or ``"png"``, on a light or a dark ground."""
        return chart_image(self, format, theme=theme)

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what Jupyter shows (Vega-Lite) and what nbconvert keeps (PNG and alt text).

        PNG, not SVG: nbconvert takes an alternative text for PNG only.
        """
        data = {
            MIME: self.spec,
            "image/png": self.image("png"),
            "text/plain": self.alt,
        }
        return data, {"image/png": {"alt": self.alt}, MIME: {"embed_options": dict(EMBEDDED)}}


@explained
def chart(
    frame: pd.DataFrame,
    *,
    measure: str | None = None,
    title: str | None = None,
    top: int | None = None,
    width: int | None = None,
    height: int | None = None,
) -> Chart:
    """Draw the chart that fits a frame of trends.

    >>> chart(papers_per(papers, "year", by="primary", top=5), title="Papers per year")

    Which picture follows from the columns: counts per period become lines (bars for one group),
    terms and growth points with intervals, pairs a matrix, authors and venues bars. ``measure`` is
    ``"count"`` or ``"share"`` where both are there; ``top`` limits groups, terms or bars; sizes are
    in pixels (``width`` None: as wide as the cell; ``height`` None: as many rows need). The lines
    below the title state how many papers are shown, and of how many a share is.

    Raises:
        ArgumentError: the frame is none of trends; what can be drawn is named.
    """
    if measure not in (None, "count", "share"):
        raise ArgumentError(f"measure is {measure!r}; give 'count' or 'share'")
    wish = Wish(measure, title, top, width, height)
    # Each mark knows its row, so that a click can lead back to it.
    picture = _kind(frame)(frame.assign(row=range(len(frame))), wish)
    spec = themed(picture.spec, "page")
    return Chart(spec, picture.title, picture.alt, picture.spec)


KINDS: tuple[tuple[str, Callable[[pd.DataFrame, Wish], Drawing]], ...] = (
    ("period group count total complete", timelines.periods),
    ("topic day asked promised got missing complete why", timelines.calendar),
    ("term log_odds low high count_a total_a count_b total_b", dotplots.terms),
    ("group growth low high count", dotplots.rates),
    ("a b count count_a count_b total lift", dotplots.pairs),
    ("name count total share low high", dotplots.ranking),
)


def _kind(frame: pd.DataFrame) -> Callable[[pd.DataFrame, Wish], Drawing]:
    """Return the drawing that fits a frame's columns."""
    for columns, draw in KINDS:
        if set(columns.split()) <= set(frame.columns):
            return draw
    raise ArgumentError(
        f"no chart fits the columns {', '.join(map(str, frame.columns))}; "
        "give a frame as papers_per, growth, rising_terms or another trend returns it"
    )


@explained
def chart_image(chart: Chart, format: str = "svg", *, theme: str = "light") -> bytes:
    """Return a chart as the bytes of an SVG or PNG picture, made without browser or network.

    The picture brings its own ground, so that it can be read on any page; ``theme="dark"`` fits
    dark ones. The SVG carries the alt text as its label.
    """
    if format not in ("svg", "png"):
        raise ArgumentError(f"format is {format!r}; give 'svg' or 'png'")
    if theme not in THEMES:
        raise ArgumentError(f"theme is {theme!r}; give 'light' or 'dark'")
    spec = themed(chart.drawing, theme, WIDTH)
    return _rendered(json.dumps(spec), chart.alt, format)


@lru_cache(maxsize=16)
def _rendered(spec: str, alt: str, format: str) -> bytes:
    """Return the picture of a specification (cached: notebooks show a chart more than once)."""
    import vl_convert

    # The data are in the specification: nothing may be fetched.
    options: dict[str, Any] = {"vl_version": VERSION, "allowed_base_urls": []}
    if format == "png":
        if _CJK.search(json.dumps(json.loads(spec), ensure_ascii=False)):
            _cjk_font()
        picture: bytes = vl_convert.vegalite_to_png(spec, scale=SCALE, **options)
        return _compressed(picture)
    return _labeled(vl_convert.vegalite_to_svg(spec, **options), alt).encode()


_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")


@cache
def _cjk_font() -> TemporaryDirectory[str]:
    """Give the converter a font with Chinese, Japanese and Korean; it brings none of its own."""
    import pymupdf
    import vl_convert

    folder = TemporaryDirectory(prefix="paperkit-font-")  # gone when Python ends
    (Path(folder.name) / "cjk.ttf").write_bytes(_named_font(pymupdf.Font("cjk").buffer))
    vl_convert.register_font_directory(folder.name)
    return folder


def _named_font(font: bytes) -> bytes:
    """Return a TrueType font with a PostScript name: the converter passes over fonts without one.

    A name table with the family (1), the style (2) and that name (6) is put at the end.
    """
    names = {1: "Droid Sans Fallback", 2: "Regular", 6: "DroidSansFallback"}
    records, texts = b"", b""
    for number, name in names.items():
        text = name.encode("utf-16-be")
        records += struct.pack(">6H", 3, 1, 0x409, number, len(text), len(texts))
        texts += text
    table = struct.pack(">3H", 0, len(names), 6 + len(records)) + records + texts
    # The font's directory: 16 bytes a table after 12 of header: tag, checksum, offset, length.
    entry = next(at for at in range(12, 1024, 16) if font[at : at + 4] == b"name")
    place = struct.pack(">2I", len(font), len(table))
    return font[: entry + 8] + place + font[entry + 16 :] + table


def _compressed(png: bytes) -> bytes:
    """Return the same picture in a third of the bytes: the converter packs for speed."""
    import zlib

    at, packed, before, after = 8, b"", b"", b""
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : end - 4]
        elif packed:
            after += png[at:end]
        else:
            before += png[at:end]
        at = end
    body = b"IDAT" + zlib.compress(zlib.decompress(packed), 9)
    size = (len(body) - 4).to_bytes(4)
    return png[:8] + before + size + body + zlib.crc32(body).to_bytes(4) + after


def _labeled(svg: str, alt: str) -> str:
    """Return the SVG with the alt text as its accessible name."""
    from xml.sax.saxutils import quoteattr

    return svg.replace("<svg ", f'<svg role="img" aria-label={quoteattr(alt)} ', 1)
