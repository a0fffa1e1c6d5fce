"""Frames: many papers as a table, which papers a caller means, and how a table shows itself."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import pandas as pd

from paperkit.errors import ArgumentError, PaperkitError
from paperkit.papers import Paper, PaperId, paper_id

COLUMNS: dict[str, str] = {
    "version": "int64",
    "title": "str",
    "authors": "object",
    "abstract": "str",
    "categories": "object",
    "published": "datetime64[us, UTC]",
    "updated": "datetime64[us, UTC]",
    "comment": "str",
    "journal_ref": "str",
    "doi": "str",
}
"""The columns of a papers frame and their dtypes; the index is ``id``."""

_ROWS = 20  # of a longer frame the first and last half of these are shown
_CHARACTERS = 300  # of a cell
_TOLD = ("error", "note", "reason")  # what a report tells in sentences
_CELL = "text-align:left;vertical-align:top;white-space:normal"
_BREAKS = ";overflow-wrap:anywhere"  # in long texts; heads, ids and short words stay whole
_SHORT = 24  # characters
_WIDTHS = {"title": 22, "authors": 12, "abstract": 28}  # em; the others take what they need

Papers = pd.DataFrame | Paper | str | Iterable[str | Paper]
"""What the verbs take: a papers frame, one paper or id, or several."""


def ids_of(papers: Papers) -> list[str]:
    """Return the ids (without version) that a papers frame, one id or paper, or several mean.

    Each once, in the order given. Ids may be written in any way `paperkit.papers.parse_id` knows.

    Raises:
        PaperkitError: one of them is no arXiv identifier, or it is nothing that holds papers.
    """
    if isinstance(papers, (str, Paper, PaperId)):
        given: Iterable[Any] = [papers]
    elif isinstance(papers, pd.DataFrame):
        given = papers["id"] if "id" in papers.columns else papers.index
    elif isinstance(papers, Iterable):
        given = papers
    else:
        kind = type(papers).__name__
        raise ArgumentError(f"papers: {kind} holds none; give papers, like library.papers().")
    return list(dict.fromkeys(_id_of(one) for one in given))


def _id_of(one: Any) -> str:
    return one.id if isinstance(one, (Paper, PaperId)) else paper_id(str(one))


class PapersFrame(pd.DataFrame):
    """A papers frame: a DataFrame that shows its papers well in a notebook.

    Titles lead to arXiv, text is left-aligned and wrapped, dates have no time; all of it is
    escaped. It is a DataFrame in every other way.
    """

    @property
    def _constructor(self) -> type[PapersFrame]:
        return PapersFrame

    def _repr_html_(self) -> str:
        return as_html(self)


class Report(pd.DataFrame):
    """A report: one row per paper or topic, which shows what came of it and what went wrong.

    In a notebook: how many rows of each outcome, then the rows to look at; what was known already
    is counted only, what no row says is left out, and no error is cut. It is a DataFrame in every
    other way.
    """

    @property
    def _constructor(self) -> type[Report]:
        return Report

    def __repr__(self) -> str:
        """Return the counts and the rows to look at, with their errors whole."""
        if "outcome" not in self.columns:
            return pd.DataFrame(self).to_string(max_colwidth=None, max_rows=_ROWS)
        news = pd.DataFrame(self[self["outcome"] != "known"])
        rows = news.to_string(max_colwidth=None, max_rows=_ROWS) if len(news) else ""
        return f"{self._summed}\n{rows}".rstrip()

    def _repr_html_(self) -> str:
        if "outcome" not in self.columns:
            return as_html(self)
        news = self[self["outcome"] != "known"]
        said = f"<p>{html.escape(self._summed)}</p>"
        empty = [c for c in news.columns if not any(_told(v, None) for v in news[c])]
        shown = pd.DataFrame(news.drop(columns=empty))
        return said + (as_html(shown, whole=_TOLD, counted=False) if len(news) else "")

    @property
    def _summed(self) -> str:
        counts = self["outcome"].value_counts()
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        return f"{len(self):,} {'row' if len(self) == 1 else 'rows'}" + (
            f": {told}" if told else ""
        )


def to_frame(papers: Iterable[Paper]) -> pd.DataFrame:
    """Return a papers frame: one row per paper in the order given, index ``id`` (no version).

    The columns are `Paper`'s other fields; an empty frame has a full one's dtypes.
    """
    rows = list(papers)
    data = {name: [getattr(p, name) for p in rows] for name in COLUMNS}
    index = pd.Index([p.id for p in rows], name="id", dtype="str")
    return frame_of(data, index)


def frame_of(data: Mapping[str, Sequence[Any]], index: pd.Index) -> pd.DataFrame:
    """Return a papers frame from columns; those named in `COLUMNS` get their dtypes."""

    def column(name: str, values: Sequence[Any]) -> pd.Series:
        dtype = COLUMNS.get(name, "object")
        if dtype.startswith("datetime"):
            values = pd.to_datetime(pd.Series(list(values), dtype="object"), utc=True).to_list()
        return pd.Series(list(values), index=index, dtype=dtype)

    return PapersFrame({name: column(name, v) for name, v in data.items()}, index=index)


def table(
    rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str], *, index: str | None = "id"
) -> pd.DataFrame:
    """Return rows as a frame with these columns and dtypes, also when there are none.

    What a row lacks is missing; `index` names the key that becomes the index (None: none does).
    """
    listed = list(rows)
    kinds = {**({index: "str"} if index else {}), **columns}
    data = {c: pd.Series([r.get(c) for r in listed], dtype="object") for c in kinds}
    made = pd.DataFrame(data).astype(kinds)
    return made.set_index(index) if index else made


def from_frame(frame: pd.DataFrame) -> list[Paper]:
    """Return the papers of a papers frame, in its order; further columns are ignored.

    Raises:
        PaperkitError: a column of `COLUMNS` is missing.
    """
    need(frame, COLUMNS, "papers frame", "start from search(), load() or library.papers()")
    names = [f.name for f in fields(Paper) if f.name != "id"]
    return [
        Paper(id=str(i), **{n: _plain(v) for n, v in zip(names, row, strict=True)})
        for i, row in zip(frame.index, frame[names].itertuples(index=False), strict=True)
    ]


def need(frame: pd.DataFrame, columns: Iterable[str], what: str, instead: str) -> None:
    """Raise a `PaperkitError` that says what to give instead where a column is missing."""
    for column in columns:
        if column not in frame.columns:
            raise PaperkitError(f"{what}: column {column!r} is missing; {instead}.")


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return value.item() if hasattr(value, "item") else value


def as_html(frame: pd.DataFrame, *, whole: Sequence[str] = (), counted: bool = True) -> str:
    """Return a frame as an HTML table, everything in it escaped; of a long one both ends.

    Long texts are cut, but for those of the columns named `whole`.
    """
    half = _ROWS // 2
    parts = [frame] if len(frame) <= _ROWS else [frame.iloc[:half], frame.iloc[-half:]]
    gap = f'<tr><td colspan="{len(frame.columns) + 1}" style="{_CELL}">…</td></tr>'
    body = gap.join(_rows_html(part, whole) for part in parts)
    names = [frame.index.name or "", *frame.columns]
    head = "".join(f'<th style="{_CELL}">{html.escape(str(n))}</th>' for n in names)
    rows = f"{len(frame):,} {'row' if len(frame) == 1 else 'rows'}"
    count = f"<p>{rows} × {len(frame.columns)} columns</p>" if counted else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{count}"


def _rows_html(frame: pd.DataFrame, whole: Sequence[str]) -> str:
    names = [str(c) for c in frame.columns]
    rows = zip(frame.index, frame.itertuples(index=False, name=None), strict=True)
    return "".join(
        f'<tr><th style="{_CELL}">{html.escape(str(i))}</th>'
        + "".join(
            _cell(name, value, i, cut=name not in whole)
            for name, value in zip(names, row, strict=True)
        )
        + "</tr>"
        for i, row in rows
    )


def _cell(name: str, value: Any, index: Any, *, cut: bool) -> str:
    text = html.escape(_told(value, _CHARACTERS if cut else None))
    if name == "title" and (identity := _known_id(index)):
        text = f'<a href="https://arxiv.org/abs/{identity}" rel="noopener">{text}</a>'
    width = f";min-width:{_WIDTHS[name]}em" if name in _WIDTHS else ""
    breaks = _BREAKS if len(text) > _SHORT else ""
    return f'<td style="{_CELL}{width}{breaks}">{text}</td>'


def _known_id(index: Any) -> str:
    try:
        return paper_id(str(index))
    except PaperkitError:
        return ""


def _told(value: Any, most: int | None) -> str:
    if isinstance(value, (list, tuple)):
        text = ", ".join(map(str, value))
    elif value is None or value is pd.NaT or value is pd.NA or value != value:
        text = ""
    elif isinstance(value, datetime):
        text = f"{value:%Y-%m-%d}"
    elif isinstance(value, float):
        text = f"{value:.3g}"
    else:
        text = str(value)
    return text if most is None or len(text) <= most else f"{text[:most].rstrip()}…"
