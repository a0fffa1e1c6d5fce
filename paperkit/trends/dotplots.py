"""Dot plots, bars and matrices: drawings of what is compared rather than followed in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paperkit.trends.vega import (
    BLUE,
    FIRST,
    GRAY,
    SECOND,
    STEP,
    VERMILION,
    Drawing,
    Row,
    Wish,
    counted,
    finished,
    label,
    names,
    nothing,
    number,
    percent,
    plain,
    quantity,
    tip,
)

if TYPE_CHECKING:
    import pandas as pd

# Odds beyond this are drawn at the edge: a term that one side lacks has no upper bound.
FARTHEST = 64.0
FRACTIONS = "(datum.value < 1 ? '1/' : '') + format(max(datum.value, 1 / datum.value), '.3~r')"


def _unique(values: list[str]) -> list[str]:
    """Return labels made distinct: two names cut to the same length stay two bars."""
    seen: dict[str, int] = {}
    labels = []
    for value in values:
        seen[value] = seen.get(value, 0) + 1
        labels.append(value if seen[value] == 1 else f"{value} ({seen[value]})")
    return labels


def terms(frame: pd.DataFrame, wish: Wish) -> Drawing:
    """Draw terms as odds ratios with their intervals, on a scale that doubles."""
    data = frame if wish.top is None else frame.head(wish.top)
    title = wish.title or str(frame.attrs.get("title", "Terms that tell two sides apart"))
    if not len(data):
        said = str(frame.attrs.get("said", "No papers to show"))
        return finished(nothing(wish, said), [], title, ["n = 0 terms"], f"{title}. {said}")
    first = data.iloc[0]
    a, b = str(first.get("side_a", "a")), str(first.get("side_b", "b"))
    notes = [
        f"n = {counted(int(first['total_a']))} ({plain(a)}) against "
        f"{counted(int(first['total_b']))} ({plain(b)})",
        "how many times as likely in a paper of the first side; 95 % interval; "
        "right: papers with the term",
    ]
    rows = _term_rows(data)
    order = [row["term"] for row in rows]
    said = "; ".join(f"{row['term']} {row['odds']:.2g} times ({row['held']})" for row in rows[:8])
    alt = f"{title}. {notes[0]}. Most telling: {said}."
    return finished(_intervals("term", order, _odds(rows), wish), rows, title, notes, alt)


def _term_rows(data: pd.DataFrame) -> list[Row]:
    """Return the values of the drawing of terms."""
    import math

    labels = _unique([plain(term) for term in data["term"]])
    rows = []
    for name, row in zip(labels, data.to_dict("records"), strict=True):
        odds, low, high = (
            min(max(math.exp(row[field]), 1 / FARTHEST), FARTHEST)
            for field in ("log_odds", "low", "high")
        )
        held = f"{row['count_a']:,} / {row['count_b']:,}"
        share_a, share_b = (
            row["count_a"] / max(row["total_a"], 1),
            row["count_b"] / max(row["total_b"], 1),
        )
        rows.append({
            "row": row["row"], "term": name, "odds": odds, "low": low, "high": high, "held": held,
            "first": f"{row['count_a']:,} of {row['total_a']:,} ({percent(share_a)})",
            "second": f"{row['count_b']:,} of {row['total_b']:,} ({percent(share_b)})",
            "z": number(row.get("z")), "up": bool(row["log_odds"] > 0),
        })  # fmt: skip
    return rows


def _odds(rows: list[Row]) -> dict[str, Any]:
    """Return the pieces of a plot of odds: scale, middle, tooltip, text on the right."""
    return {
        "value": "odds", "middle": 1, "text": "held",
        "axis": {"title": "odds ratio", "tickCount": 6, "labelExpr": FRACTIONS},
        "scale": {"type": "log", "base": 2, "nice": False, "padding": 10},
        "tooltip": [tip("term", "term", "nominal"), tip("odds", "odds ratio", format=".3~g"),
                    tip("low", "low", format=".3~g"), tip("high", "high", format=".3~g"),
                    tip("first", "first side", "nominal"), tip("second", "second side", "nominal"),
                    tip("z", "z", format=".1f")],
    }  # fmt: skip


def _intervals(field: str, order: list[str], how: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """Return points with intervals, one line per name, a rule where nothing changes."""
    y = names(field, order)
    axis = {"field": how["value"], "type": "quantitative", "axis": how["axis"],
            "scale": how["scale"]}  # fmt: skip
    side = {"field": "up", "type": "nominal", "legend": None,
            "scale": {"domain": [True, False], "range": [FIRST, SECOND]}}  # fmt: skip
    shape = {"condition": {"test": "datum.up", "value": "circle"}, "value": "square"}
    spread = {"y": y, "x": {**axis, "field": "low"}, "x2": {"field": "high"}, "color": side}
    point = {"y": y, "x": axis, "color": side, "shape": shape, "tooltip": how["tooltip"]}
    text = {"y": y, "x": {"value": "width"}, "text": {"field": how["text"], "type": "nominal"}}
    rule = {"mark": {"type": "rule", "color": GRAY, "strokeDash": [2, 2]},
            "encoding": {"x": {"datum": how["middle"], "type": "quantitative",
                               "scale": how["scale"]}}}  # fmt: skip
    return {
        "width": wish.across,
        "padding": {"left": 5, "top": 5, "bottom": 5, "right": 110},
        "height": wish.height or {"step": STEP},
        "layer": [
            rule,
            {"mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.6}, "encoding": spread},
            {"mark": {"type": "point", "filled": True, "size": 64, "opacity": 1},
             "encoding": point},
            {"mark": label(dx=8), "encoding": text},
        ],
    }  # fmt: skip


def rates(frame: pd.DataFrame, wish: Wish) -> Drawing:
    """Draw growth per year with its interval; groups without a rate are named in the notes."""
    known = frame[frame["growth"].notna()]
    data = known.head(wish.top or 20)
    measure = str(frame.attrs.get("measure", "count"))
    title = wish.title or f"Growth of the {'share' if measure == 'share' else 'count'} per year"
    level = round(100 * float(frame.attrs.get("level", 0.95)))
    notes = [f"n = papers of complete periods, right; {level} % interval (quasi-Poisson)"]
    if len(known) < len(frame):
        notes.append(f"{len(frame) - len(known)} groups have too few complete periods")
    if not len(data):
        return finished(nothing(wish), [], title, notes, f"{title}. No rate is known.")
    rows = _rate_rows(data)
    order = [row["group"] for row in rows]
    said = "; ".join(f"{row['group']} {row['said']}" for row in rows[:8])
    alt = f"{title}. {notes[0]}. {said}."
    return finished(_intervals("group", order, _factor(), wish), rows, title, notes, alt)


def _rate_rows(data: pd.DataFrame) -> list[Row]:
    """Return the values of the drawing of growth: factors per year, so that halving mirrors."""
    labels = _unique([plain(group) for group in data["group"]])
    rows = []
    for name, row in zip(labels, data.to_dict("records"), strict=True):
        factor, low, high = (
            min(max(1 + row[field], 1 / FARTHEST), FARTHEST) for field in ("growth", "low", "high")
        )
        rows.append({
            "row": row["row"], "group": name, "factor": factor, "low": low, "high": high,
            "up": bool(factor > 1), "papers": f"{int(row['count']):,} papers",
            "said": f"times {factor:.2g} a year ({low:.2g} to {high:.2g})",
        })  # fmt: skip
    return rows


def _factor() -> dict[str, Any]:
    """Return the pieces of a plot of yearly factors."""
    return {
        "value": "factor", "middle": 1, "text": "papers",
        "axis": {"title": "times as many after a year", "tickCount": 6, "labelExpr": FRACTIONS},
        "scale": {"type": "log", "base": 2, "nice": False, "padding": 10},
        "tooltip": [tip("group", "group", "nominal"), tip("said", "growth", "nominal"),
                    tip("papers", "n", "nominal")],
    }  # fmt: skip


def ranking(frame: pd.DataFrame, wish: Wish) -> Drawing:
    """Draw authors or venues as bars."""
    data = frame.head(wish.top or 20)
    title = wish.title or str(frame.attrs.get("title", "Papers by name"))
    total = int(frame["total"].max()) if len(frame) else 0
    basis = str(frame.attrs.get("basis", "papers with a name"))
    notes = [f"n = {total:,} {basis}; a paper counts once for each name"]
    if not len(data):
        return finished(nothing(wish), [], title, notes, f"{title}. No names.")
    labels = _unique([plain(name) for name in data["name"]])
    rows = [
        {"row": row["row"], "name": name, "count": int(row["count"]), "share": number(row["share"])}
        for name, row in zip(labels, data.to_dict("records"), strict=True)
    ]
    alt = f"{title}. {notes[0]}. " + "; ".join(f"{r['name']} {r['count']}" for r in rows[:8]) + "."
    return finished(_bars(labels, wish), rows, title, notes, alt)


def _bars(labels: list[str], wish: Wish) -> dict[str, Any]:
    """Return a bar per name with its count beside it."""
    place = {"y": names("name", labels), "x": quantity("count", "papers", tickMinStep=1)}
    tips = [tip("name", "name", "nominal"), tip("count", "papers"), tip("share", "share",
            format=".2~%")]  # fmt: skip
    return {
        "width": wish.across,
        "padding": {"left": 5, "top": 5, "bottom": 5, "right": 45},
        "height": wish.height or {"step": STEP},
        "layer": [
            {"mark": {"type": "bar", "color": FIRST}, "encoding": {**place, "tooltip": tips}},
            {"mark": label(dx=4), "encoding": {**place, "text": {"field": "count"}}},
        ],
    }


def pairs(frame: pd.DataFrame, wish: Wish) -> Drawing:
    """Draw pairs that occur together as a matrix: one color less, one more than by chance."""
    title = wish.title or "What occurs together"
    total = int(frame["total"].max()) if len(frame) else 0
    notes = [f"n = {counted(total)}; number: papers with both; color: times as many as by chance"]
    if not len(frame):
        return finished(nothing(wish), [], title, notes, f"{title}. No pairs.")
    order = _by_size(frame)[: wish.top or 15]
    rows = _pair_rows(frame[frame["a"].isin(order) & frame["b"].isin(order)])
    said = "; ".join(f"{row['a']} and {row['b']} {row['count']}" for row in rows[:16:2])
    alt = f"{title}. {notes[0]}. {said}."
    return finished(_matrix([plain(name) for name in order], wish), rows, title, notes, alt)


def _by_size(frame: pd.DataFrame) -> list[str]:
    """Return the names in pairs, the one in most papers first."""
    sizes = dict(zip(frame["a"], frame["count_a"], strict=True))
    sizes |= dict(zip(frame["b"], frame["count_b"], strict=True))
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def _pair_rows(frame: pd.DataFrame) -> list[Row]:
    """Return the values of the matrix, each pair in both of its cells."""
    rows = []
    for row in frame.to_dict("records"):
        lift = min(max(row["lift"], 1 / FARTHEST), FARTHEST)
        one, two = plain(row["a"]), plain(row["b"])
        for a, b in ((one, two), (two, one)):
            cell = {"a": a, "b": b, "count": int(row["count"]), "lift": lift}
            rows.append({"row": row["row"], **cell})
    return rows


def _matrix(order: list[str], wish: Wish) -> dict[str, Any]:
    """Return the matrix of pairs."""
    top = {"title": None, "domain": False, "ticks": False, "orient": "top", "labelAngle": -45}
    x = {"field": "b", "type": "nominal", "sort": order, "axis": top, "scale": {"domain": order}}
    y = {**names("a", order), "scale": {"domain": order}}
    scale = {"type": "log", "base": 2, "domain": [1 / 8, 1, 8], "clamp": True,
             "range": [VERMILION, "#f7f7f7", BLUE], "interpolate": "lab"}  # fmt: skip
    legend = {"title": "times by chance", "labelExpr": FRACTIONS, "tickCount": 5}
    color = {"field": "lift", "type": "quantitative", "scale": scale, "legend": legend}
    tips = [tip("a", "one", "nominal"), tip("b", "other", "nominal"), tip("count", "papers"),
            tip("lift", "times by chance", format=".2~r")]  # fmt: skip
    far = "datum.lift > 3.5 || datum.lift < 1 / 3.5"
    ink = {"condition": {"test": far, "value": "#ffffff"}, "value": "#1f2328"}
    text = {"x": x, "y": y, "text": {"field": "count"}, "color": ink}
    return {
        "width": {"step": 34},
        "height": wish.height or {"step": 24},
        "layer": [
            {"mark": {"type": "rect"}, "encoding": {"x": x, "y": y, "color": color,
                                                    "tooltip": tips}},
            {"mark": label(align="center"), "encoding": text},
        ],
    }  # fmt: skip
