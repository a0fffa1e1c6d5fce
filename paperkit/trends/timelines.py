"""Timelines: drawings of what changes with time: counts, shares, a topic's known days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from paperkit.trends.vega import (
    COLORS,
    FIRST,
    INK,
    ON_FIRST,
    ORANGE,
    SHAPES,
    STEP,
    Drawing,
    Row,
    Wish,
    counted,
    finished,
    nothing,
    number,
    percent,
    plain,
    quantity,
    tip,
)

if TYPE_CHECKING:
    import pandas as pd


MOST_POINTS = 60
MOST_BANDS = 3
MOST_BARS = 100
MOST_TICKS = 12
# A share of fewer papers than this is marked.
FEW = 10
WORDS = {"count": "papers", "share": "share of papers"}


def periods(frame: pd.DataFrame, wish: Wish) -> Drawing:
    """Draw counts or shares per period: bars for one group, lines for several."""
    groups = list(dict.fromkeys(frame["group"]))
    shown = groups[: min(wish.top or len(COLORS), len(COLORS))]
    data = frame[frame["group"].isin(shown)]
    measure = wish.measure or ("count" if len(groups) == 1 else "share")
    unit = _unit(frame)
    title = wish.title or f"{WORDS[measure].capitalize()} per {unit}"
    notes = _notes(frame, data, (len(shown), len(groups)), measure, unit)
    alt = _said(data, shown, (measure, unit), f"{title}. {'; '.join(notes)}.")
    if not len(data):
        return finished(nothing(wish), [], title, notes, alt)
    if len(shown) == 1 and len(data) <= MOST_BARS:
        body = _bars(data, measure, unit, wish)
    else:
        body = _curves(data, shown, measure, unit, wish)
    return finished(body, _rows(data, measure), title, notes, alt)


def _unit(frame: pd.DataFrame) -> str:
    """Return the name of the period, from the distance between neighboring periods."""
    starts = frame["period"].drop_duplicates().sort_values()
    if len(starts) < 2:
        return str(frame.attrs.get("unit", "period"))
    days = starts.diff().dt.days.min()
    return next(name for most, name in _UNITS if days <= most)


_UNITS = ((1, "day"), (7, "week"), (31, "month"), (92, "quarter"), (10**9, "year"))
_DATES = {"year": "%Y", "month": "%Y-%m"}


def _notes(
    frame: pd.DataFrame, data: pd.DataFrame, groups: tuple[int, int], measure: str, unit: str
) -> list[str]:
    """Return the lines below the title: n, the denominator, the interval, what is missing."""
    total = int(frame.drop_duplicates("period")["total"].sum())
    n = f"n = {counted(total)}"
    if groups[0] < groups[1]:
        n += f"; the {groups[0]} largest of {groups[1]} groups"
    level = round(100 * float(frame.attrs.get("level", 0.95)))
    basis = f"share: of the papers of each {unit}" if measure == "share" else "counts"
    notes = [n, f"{basis}; {level} % interval"]
    if measure == "share" and data["total"].between(1, FEW - 1).any():
        notes[1] += f"; × of fewer than {FEW} papers"
    open_ones = data.loc[~data["complete"], "period"].drop_duplicates()
    if len(open_ones):
        dates = ", ".join(_named(day, unit) for day in open_ones[:3])
        begin = "" if unit == "quarter" else f"{unit} from "
        notes[1] += f"; {begin}{dates} incomplete (hollow, dashed)"
    return notes


def _said(data: pd.DataFrame, shown: list[str], how: tuple[str, str], head: str) -> str:
    """Return the alt text: what is shown, then for each group its peak and its last value."""
    parts, (measure, unit) = [head], how
    for name in shown:
        used = (data["group"] == name) & data["complete"] & data[measure].notna()
        rows = data.loc[used].sort_values("period")
        if len(rows):
            peak, last = rows.iloc[int(rows[measure].argmax())], rows.iloc[-1]
            parts.append(
                f"{plain(name)}: highest {_value(peak, measure)} in "
                f"{_named(peak['period'], unit)}, last complete {_value(last, measure)} in "
                f"{_named(last['period'], unit)}."
            )
    return " ".join(parts)


def _value(row: pd.Series, measure: str) -> str:
    return counted(int(row["count"])) if measure == "count" else percent(row["share"])


def _named(day: pd.Timestamp, unit: str) -> str:
    """Return a period by its first day, a quarter as "2024 Q1"."""
    return f"{day.year} Q{day.quarter}" if unit == "quarter" else day.strftime("%Y-%m-%d")


def _rows(data: pd.DataFrame, measure: str) -> list[Row]:
    """Return the values of the drawing; the last complete point also begins the dashed end."""
    low, high = ("count_low", "count_high") if measure == "count" else ("low", "high")
    length = data["period"].drop_duplicates().sort_values().diff().min()
    rows = []
    for _, group in data.groupby("group", sort=False):
        whole = [*group["complete"], True]
        for i, row in enumerate(group.to_dict("records")):
            end = row["period"] + (length if length == length else row["period"].resolution)
            rows.append({
                "row": row["row"],
                "period": _stamp(row["period"]), "end": _stamp(end),
                "middle": _stamp(row["period"] + (end - row["period"]) / 2),
                "group": plain(row["group"]),
                "value": number(row[measure]), "low": number(row.get(low)),
                "high": number(row.get(high)), "count": int(row["count"]),
                "total": int(row["total"]), "complete": bool(row["complete"]),
                "ends": not (whole[i] and whole[i + 1]),
                "few": measure == "share" and 0 < row["total"] < FEW,
            })  # fmt: skip
    return rows


def _stamp(day: pd.Timestamp) -> str:
    return day.strftime("%Y-%m-%dT%H:%M:%SZ")


def _time(unit: str, field: str = "period", ticks: Sequence[float] = ()) -> dict[str, Any]:
    """Return a time axis whose ticks are at the points, quarters named "2024 Q1"."""
    axis: dict[str, Any] = {"title": None, "grid": False}
    axis |= {"labelOverlap": True, "labelSeparation": 12}
    axis |= {"values": list(ticks)} if ticks else {}
    if unit == "quarter":
        axis["labelExpr"] = "utcyear(datum.value) + ' Q' + utcquarter(datum.value)"
    else:
        axis["format"] = _DATES.get(unit, "%Y-%m-%d")
    return {"field": field, "type": "temporal", "scale": {"type": "utc"}, "axis": axis}


def _ticks(data: pd.DataFrame, part: float = 0.0) -> list[float]:
    """Return where periods get a tick (milliseconds), the newest among them.

    ``part`` of a period after its start: half for a bar's middle.
    """
    starts = data["period"].drop_duplicates().sort_values()
    length = starts.diff().min().total_seconds() if len(starts) > 1 else 0.0
    every = -(-len(starts) // MOST_TICKS)
    moments = [start.timestamp() + part * length for start in starts[::-1][::every]]
    return [1000 * moment for moment in moments[::-1]]


def _amount(measure: str, field: str = "value") -> dict[str, Any]:
    form = {"format": "~%"} if measure == "share" else {"tickMinStep": 1, "format": ",d"}
    return quantity(field, WORDS[measure], tickCount=5, **form)


def _tooltip(measure: str) -> list[dict[str, Any]]:
    form = ".3~%" if measure == "share" else ",.3~r"
    return [
        tip("period", "from", "temporal", timeUnit="utcyearmonthdate", format="%Y-%m-%d"),
        tip("group", "group", "nominal"),
        tip("count", "papers"),
        tip("total", "of"),
        *(
            tip(field, name, format=form)
            for field, name in (("value", measure), ("low", "low"), ("high", "high"))
        ),
        tip("complete", "period complete", "nominal"),
    ]


def _when(test: str) -> list[dict[str, Any]]:
    return [{"filter": test}]


def _bars(data: pd.DataFrame, measure: str, unit: str, wish: Wish) -> dict[str, Any]:
    """Return bars with interval rules; the bar of an incomplete period is hollow and dashed."""
    # A week goes by the day it begins with, which is not the day of its middle.
    ticks = _ticks(data, 0.0 if unit == "week" else 0.5)
    place = {
        "x": _time(unit, ticks=ticks), "x2": {"field": "end"},
        "y": _amount(measure), "y2": {"datum": 0}, "tooltip": _tooltip(measure),
    }  # fmt: skip
    solid = {"type": "rect", "color": FIRST, "xOffset": 1, "x2Offset": -1}
    hollow = {**solid, "filled": False, "strokeDash": [4, 3], "strokeWidth": 1.5}
    spread = {
        "x": _time(unit, "middle", ticks),
        "y": _amount(measure, "low"),
        "y2": {"field": "high"},
    }
    rule = {"type": "rule", "color": INK, "opacity": 0.55}
    return {
        "width": wish.across,
        "height": wish.height or 260,
        "layer": [
            {"transform": _when("datum.complete"), "mark": solid, "encoding": place},
            {"transform": _when("!datum.complete"), "mark": hollow, "encoding": place},
            {"transform": _when("datum.complete"), "mark": rule, "encoding": spread},
            _few({"x": _time(unit, "middle", ticks), "y": _amount(measure)}),
        ],
    }


def _few(place: dict[str, Any]) -> dict[str, Any]:
    """Return the layer that marks shares of few papers."""
    mark = {"type": "text", "text": "×", "dy": -9, "color": INK, "fontSize": 12}
    return {"transform": _when("datum.few"), "mark": mark, "encoding": place}


def _points(data: pd.DataFrame) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the marks of complete and of incomplete periods."""
    few = data["period"].nunique() <= MOST_POINTS
    whole = {"type": "point", "filled": True, "size": 36 if few else 6}
    return whole, {"type": "point", "filled": False, "size": 60, "strokeWidth": 1.8}


def _curves(
    data: pd.DataFrame, shown: list[str], measure: str, unit: str, wish: Wish
) -> dict[str, Any]:
    """Return a line per group; its end in an incomplete period is dashed with a hollow point."""
    labels = [plain(name) for name in shown]
    color, shape = _distinct(labels)
    faded = {"condition": {"param": "picked", "value": 1}, "value": 0.15}
    ticks = _ticks(data)
    when, amount = _time(unit, ticks=ticks), _amount(measure)
    when["scale"] = {"type": "utc", "padding": 12}
    place = {"x": when, "y": amount, "color": color, "opacity": faded}
    dots = {**place, "shape": shape, "tooltip": _tooltip(measure)}
    whole, hollow = _points(data)
    picked = {"name": "picked", "select": {"type": "point", "fields": ["group"]}, "bind": "legend"}
    line = {"type": "line", "strokeWidth": 2}
    layers = [
        {"transform": _when("datum.complete"), "mark": line, "encoding": place, "params": [picked]},
        {"transform": _when("datum.ends"), "mark": {**line, "strokeDash": [4, 4]},
         "encoding": place},
        {"transform": _when("datum.complete"), "mark": whole, "encoding": dots},
        {"transform": _when("!datum.complete"), "mark": hollow, "encoding": dots},
        _few({"x": when, "y": amount}),
    ]  # fmt: skip
    spread = {**place, "y": _amount(measure, "low"), "y2": {"field": "high"}}
    layers = [*_spreads(labels, spread), *layers]
    return {"width": wish.across, "height": wish.height or 300, "layer": layers}


def _distinct(labels: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the channels of color and shape that tell groups apart, with their legend."""
    columns = 3 if max(map(len, labels)) < 30 else 1
    legend = {"title": None, "orient": "bottom", "columns": columns, "symbolLimit": 0}
    color = {"field": "group", "type": "nominal", "sort": labels, "legend": legend,
             "scale": {"domain": labels, "range": COLORS[: len(labels)]}}  # fmt: skip
    return color, {**color, "scale": {"domain": labels, "range": SHAPES[: len(labels)]}}


def _spreads(labels: list[str], place: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the layers of the intervals: bands, or lines side by side where there are many."""
    if len(labels) <= MOST_BANDS:
        bare = {name: channel for name, channel in place.items() if name != "opacity"}
        band = {"type": "area", "fillOpacity": 0.15}
        return [{"transform": _when("datum.complete"), "mark": band, "encoding": bare}]
    layers = []
    for at, label in enumerate(labels):
        chosen = [*_when("datum.complete"), {"filter": {"field": "group", "equal": label}}]
        aside = 4 * (at - (len(labels) - 1) / 2)
        line = {"type": "rule", "strokeOpacity": 0.5, "xOffset": aside}
        layers.append({"transform": chosen, "mark": line, "encoding": place})
    return layers


# Coverage: which days of a topic arXiv answered in full

WEEKS = 26
FAINT, CLEAR = "rgba(128, 128, 128, 0.3)", "rgba(128, 128, 128, 0)"
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
    notes, alt = _coverage_said(rows, title)
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


def _coverage_said(rows: list[Row], title: str) -> tuple[list[str], str]:
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
