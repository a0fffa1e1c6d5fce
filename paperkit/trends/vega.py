"""Drawings: what all pictures of trends share: colors, labels, the frame around the marks.

A drawing is a Vega-Lite specification with words for those who listen. Marks use the colors of
Okabe and Ito, which color-blind readers tell apart, with shapes beside the colors; text and
ground are left to the theme that shows them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY, ORANGE, GRAY = "#56B4E9", "#E69F00", "#808080"
# Vega knows the ground it draws on, so colors follow the theme of whoever shows the chart.
DARK = "luminance(background || '#fff') < 0.4"
INK = {"expr": f"{DARK} ? '#e6edf3' : '#1f2328'"}
FIRST = {"expr": f"{DARK} ? '{SKY}' : '{BLUE}'"}
SECOND = {"expr": f"{DARK} ? '{ORANGE}' : '{VERMILION}'"}
COLORS: list[Any] = [FIRST, SECOND, GREEN, PURPLE, INK, GRAY]
COLORS.append({"expr": f"{DARK} ? '{VERMILION}' : '{ORANGE}'"})
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-left"]
LONGEST_LABEL = 60
STEP = 19

Row = dict[str, Any]


@dataclass(frozen=True)
class Drawing:
    """A specification with its title and its alt text."""

    spec: dict[str, Any]
    title: str
    alt: str


@dataclass(frozen=True)
class Wish:
    """What the caller asked of a drawing; None leaves it to the drawing."""

    measure: str | None = None
    title: str | None = None
    top: int | None = None
    width: int = 560
    height: int | None = None


def plain(value: object) -> str:
    """Return text from outside as one short line that is safe in SVG and JSON."""
    text = str(value).encode("utf-8", "replace").decode()
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"


def number(value: Any) -> float | None:
    """Return a number as JSON can hold it: NaN and infinities are null."""
    return float(value) if value is not None and math.isfinite(value) else None


def finished(
    body: dict[str, Any], rows: list[Row], title: str, notes: list[str], alt: str
) -> Drawing:
    """Return a drawing from its body, its data, its title, the notes below it and its alt text."""
    heading = {"text": plain(title), "subtitle": notes, "anchor": "start", "offset": 12}
    spec = {
        "$schema": SCHEMA,
        "description": alt,
        "title": heading,
        "data": {"values": rows},
        **body,
        "config": {
            "view": {"stroke": None},
            "axis": {"labelLimit": 320, "titleFontWeight": "normal", "labelFontSize": 11},
            "legend": {"labelLimit": 400, "labelFontSize": 11, "symbolStrokeWidth": 2},
            "title": {"fontSize": 15, "subtitleFontSize": 11, "subtitlePadding": 5},
        },
    }
    return Drawing(spec, plain(title), alt)


def nothing(wish: Wish, said: str = "No papers to show") -> dict[str, Any]:
    """Return the body of a drawing of no papers: words instead of an empty frame."""
    text = {"type": "text", "color": INK, "fontSize": 13}
    return {
        "width": wish.width,
        "height": 60,
        "mark": text,
        "encoding": {"text": {"value": said}},
        "data": {"values": [{}]},
    }


def quantity(field: str, title: str, **more: Any) -> dict[str, Any]:
    """Return a quantitative channel with its axis title; ``more`` goes into the axis."""
    return {"field": field, "type": "quantitative", "axis": {"title": title, **more}}


def names(field: str, order: list[str]) -> dict[str, Any]:
    """Return a vertical axis of names in the order given, drawn in full."""
    axis = {"title": None, "domain": False, "ticks": False}
    return {"field": field, "type": "nominal", "sort": order, "axis": axis}


def tip(field: str, title: str, kind: str = "quantitative", **more: Any) -> dict[str, Any]:
    """Return one line of a tooltip."""
    return {"field": field, "type": kind, "title": title, **more}


def label(**more: Any) -> dict[str, Any]:
    """Return a text mark in the color of the axis labels."""
    return {"type": "text", "color": INK, "align": "left", "fontSize": 10, **more}


def counted(n: int, noun: str = "papers") -> str:
    """Return a number with its noun."""
    return f"{n:,} {noun}" if n != 1 else f"1 {noun.removesuffix('s')}"


def percent(share: float | None) -> str:
    """Return a share in words, with two digits that mean something."""
    return "unknown" if share is None else f"{100 * share:.2g} %" if share < 1 else "100 %"
