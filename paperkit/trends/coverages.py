"""Coverages: the drawing of which days of a topic arXiv answered in full, as a calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from paperkit.trends.drawings import (
    DARK,
    FIRST,
    INK,
    ORANGE,
    STEP,
    Drawing,
    Row,
    Wish,
    counted,
    finished,
    nothing,
    plain,
    tip,
)

if TYPE_CHECKING:
    import pandas as pd

WEEKS = 26
FAINT, CLEAR = "rgba(128, 128, 128, 0.3)", "rgba(128, 128, 128, 0)"
ON_FIRST = {"expr": f"{DARK} ? '#1f2328' : '#ffffff'"}
NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
COMPLETE, NONE, MISSING, OPEN, UNASKED = (
    "complete",
    "complete, no paper",
    "papers missing",
    "not all announced yet",
    "not asked",
)
STATES = (COMPLETE, NONE, MISSING, OPEN, UNASKED)


def calendar(frame: pd.DataFrame, wish: Wish) -> Drawing:
    """Draw a library's coverage of a topic: a cell per day, a column per week, newest right.

    Only the last `WEEKS` weeks (or ``top``) are drawn; the numbers are papers, a question mark
    is a number nobody knows.
    """
    topic = ", ".join(dict.fromkeys(map(plain, frame["topic"])))
    title = wish.title or f"Days known of {topic}" if topic else "Days known"
    rows = [_cell(row) for row in frame.to_dict("records")]
    weeks = sorted({row["week"] for row in rows})[-(wish.top or WEEKS) :]
    rows = [row for row in rows if row["week"] in weeks]
    if not rows:
        return finished(nothing(wish), [], title, ["no day was asked for"], f"{title}: none.")
    notes, alt = _said(rows, title)
    return finished(_cells(weeks, wish), rows, title, notes, alt)


def _cell(row: Mapping[Any, Any]) -> Row:
    import pandas as pd

    day: pd.Timestamp = row["day"]
    week = day - pd.Timedelta(days=day.weekday())
    missing, why = row["missing"], str(row["why"])
    state = _state(row, why)
    unknown = pd.isna(missing)
    shown = {COMPLETE: f"{row['got']}", MISSING: "?" if unknown else f"−{missing}"}
    shown |= {OPEN: "…", UNASKED: "·"}
    return {
        "row": row["row"],
        "week": f"{week:%Y-%m-%d}",
        "weekday": NAMES[day.weekday()],
        "day": f"{day:%Y-%m-%d}",
        "state": state,
        "text": shown.get(state, ""),
        "got": int(row["got"]),
        "promised": "unknown" if pd.isna(row["promised"]) else f"{row['promised']}",
        "why": plain(why),
    }


def _state(row: Mapping[Any, Any], why: str) -> str:
    if row["complete"]:
        return COMPLETE if row["got"] else NONE
    return why if why in (OPEN, UNASKED) else MISSING


def _said(rows: list[Row], title: str) -> tuple[list[str], str]:
    whole = [r for r in rows if r["state"] in (COMPLETE, NONE)]
    gaps = [r["day"] for r in rows if r["state"] == MISSING]
    got = sum(r["got"] for r in rows)
    notes = [
        f"{len(whole)} of {counted(len(rows), 'days')} complete, {counted(got)}; "
        "days of submission (UTC)",
        "numbers are papers; − missing, ? unknown how many",
    ]
    listed = ", ".join(gaps[:10]) + (" …" if len(gaps) > 10 else "")
    alt = f"{title}, {rows[0]['day']} to {rows[-1]['day']}. {notes[0]}. "
    return notes, alt + (f"Papers are missing of {listed}." if gaps else "No papers are missing.")


def _cells(weeks: list[str], wish: Wish) -> dict[str, Any]:
    """Return the cells with their numbers."""
    place = _place(weeks)
    legend = {"title": None, "orient": "bottom", "columns": 3, "labelLimit": 200}
    colors = {"domain": list(STATES), "range": [FIRST, FAINT, ORANGE, CLEAR, CLEAR]}
    lines = {"domain": list(STATES), "range": [[1, 0], [1, 0], [1, 0], [3, 2], [1, 4]]}
    state = {"field": "state", "type": "nominal", "legend": legend}
    marks = {
        **place,
        "fill": {**state, "scale": colors},
        "strokeDash": {**state, "scale": lines},
        "tooltip": [tip(n, n, "nominal") for n in ("day", "got", "promised", "state", "why")],
    }
    rect = {"type": "rect", "stroke": INK, "strokeOpacity": 0.5, "cornerRadius": 2}
    words = {**place, "text": {"field": "text"}, "color": _contrast()}
    return {
        "width": {"step": STEP + 7},
        "height": {"step": wish.height // 7 if wish.height else STEP + 5},
        "layer": [
            {"mark": rect, "encoding": marks},
            {"mark": {"type": "text", "fontSize": 9}, "encoding": words},
        ],
    }


def _place(weeks: list[str]) -> dict[str, Any]:
    labels = {"labelExpr": "slice(datum.label, 5)", "labelAngle": 0, "labelOverlap": True}
    bare = {"grid": False, "domain": False}
    days = {"sort": list(NAMES), "scale": {"domain": list(NAMES)}}
    return {
        "x": {"field": "week", "type": "ordinal", "sort": weeks,
              "axis": {"title": "week from", **bare, **labels}},
        "y": {"field": "weekday", "type": "ordinal", **days,
              "axis": {"title": None, "ticks": False, **bare}},
    }  # fmt: skip


def _contrast() -> dict[str, Any]:
    """Return the color of a cell's number, by the color of the cell."""
    conditions = [
        {"test": f"datum.state == '{MISSING}'", "value": "#1f2328"},
        {"test": f"datum.state != '{COMPLETE}'", "value": INK},
    ]
    return {"condition": conditions, "value": ON_FIRST}
