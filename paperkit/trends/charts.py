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
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from paperkit.trends import dotplots, timelines
from paperkit.trends.vega import Drawing, Wish

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

MIME = "application/vnd.vegalite.v5+json"
# The oldest version the converter has; JupyterLab's own is 5.6.
VERSION = "5.8"
THEMES = ("light", "dark")
SCALE = 2


@dataclass(frozen=True)
class Chart:
    """A chart: ``spec`` (Vega-Lite 5), its ``title`` and its ``alt`` text.

    As a cell's last value it is interactive in JupyterLab and leaves a picture and the alt text
    in the notebook for nbconvert.
    """

    spec: dict[str, Any]
    title: str
    alt: str

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
        return data, {"image/png": {"alt": self.alt}}


def chart(
    frame: pd.DataFrame,
    *,
    measure: str | None = None,
    title: str | None = None,
    top: int | None = None,
    width: int = 560,
    height: int | None = None,
) -> Chart:
    """Draw a frame of trends as the picture that fits it.

    Which picture follows from the columns: counts per period become lines (bars for one group),
    terms and growth points with intervals, pairs a matrix, authors and venues bars. ``measure``
    is ``"count"`` or ``"share"`` where both are there; ``top`` limits groups, terms or bars; sizes
    are in pixels. The lines below the title state how many papers are shown, and of how many a
    share is.
    """
    if measure not in (None, "count", "share"):
        raise ValueError(f"measure is {measure!r}; give 'count' or 'share'")
    wish = Wish(measure, title, top, width, height)
    # Each mark knows its row, so that a click can lead back to it.
    picture = _kind(frame)(frame.assign(row=range(len(frame))), wish)
    return Chart(picture.spec, picture.title, picture.alt)


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
    raise ValueError(
        f"no chart fits the columns {', '.join(map(str, frame.columns))}; "
        "give a frame as papers_per, growth, rising_terms or another trend returns it"
    )


def chart_image(chart: Chart, format: str = "svg", *, theme: str = "light") -> bytes:
    """Return a chart as the bytes of an SVG or PNG picture, made without browser or network.

    The picture brings its own ground, so that it can be read on any page; ``theme="dark"`` fits
    dark ones. The SVG carries the alt text as its label.
    """
    if format not in ("svg", "png"):
        raise ValueError(f"format is {format!r}; give 'svg' or 'png'")
    if theme not in THEMES:
        raise ValueError(f"theme is {theme!r}; give 'light' or 'dark'")
    return _rendered(json.dumps(chart.spec), chart.alt, format, theme)


@lru_cache(maxsize=16)
def _rendered(spec: str, alt: str, format: str, theme: str) -> bytes:
    """Return the picture of a specification (cached: notebooks show a chart more than once)."""
    import vl_convert

    # The data are in the specification: nothing may be fetched.
    options: dict[str, Any] = {"vl_version": VERSION, "allowed_base_urls": []}
    options["config"] = _ground(theme)
    if format == "png":
        picture: bytes = vl_convert.vegalite_to_png(spec, scale=SCALE, **options)
        return _compressed(picture)
    return _labeled(vl_convert.vegalite_to_svg(spec, **options), alt).encode()


def _ground(theme: str) -> dict[str, Any]:
    """Return the colors of ground, text and lines that a theme gives a static picture."""
    ground, ink, faint = ("#ffffff", "#1f2328", "#e3e7eb")
    if theme == "dark":
        ground, ink, faint = ("#1b1f24", "#e6edf3", "#3a424b")
    return {
        "background": ground,
        "title": {"color": ink, "subtitleColor": ink},
        "style": {"guide-label": {"fill": ink}, "guide-title": {"fill": ink}},
        "axis": {"domainColor": ink, "tickColor": ink, "gridColor": faint},
    }


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
