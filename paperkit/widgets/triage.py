"""Triage: the table in which a person decides; the kernel filters, the browser sees a window."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import pandas as pd
import traitlets

from paperkit.errors import LibraryError, PaperkitError, explained
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline
from paperkit.queries import Query
from paperkit.widgets import kit, triage_copy, triage_messages, triage_pane, triage_table
from paperkit.widgets.review_session import Draft, Session
from paperkit.widgets.triage_batch import Batch
from paperkit.widgets.triage_ranking import Reranking
from paperkit.widgets.triage_table import ANSWER, FIRST_ROWS, MOST_ROWS, Table

if TYPE_CHECKING:
    from paperkit.models import Model
    from paperkit.ranking import Remaining
    from paperkit.widgets.review import Review


__all__ = ["Triage"]

_AT_FIRST = Query(has=("-published",))
_open_widgets: weakref.WeakSet[Triage] = weakref.WeakSet()


class _QueryTrait(traitlets.Instance[Query]):
    """A `Query`; a mapping with its fields and plain words are taken too."""

    def __init__(self) -> None:
        super().__init__(Query, args=())

    def validate(self, obj: Any, value: Any) -> Query | None:
        """Return the query that `value` means."""
        return super().validate(obj, _meant(value))


def _meant(value: Any) -> Any:
    if isinstance(value, str):
        return Query(text=value)
    return Query.from_dict(value) if isinstance(value, Mapping) else value


@explained
class Triage(anywidget.AnyWidget):
    """A table over a library in which papers are kept, skipped, tagged and handed on.

    >>> triage = Triage(library, query=Query(topics=["NeRF"], decisions=["undecided"]))
    >>> triage
    >>> triage.kept

    ``query`` can be read, set and saved (``triage.query = Query(text="avatar")``); without one
    the table comes back as it was left, at first with all papers that are in no post yet.
    ``kept``, ``selection`` and ``visible`` are papers frames. Each button and key calls one of
    the methods below. With a ``model`` papers can be summarized from the table. The answers to the
    questions of an ``outline`` can be shown as columns.

    Raises:
        PaperkitError: the query has a field or value that `Query` doesn't know.
    """

    _esm = kit.LOADER
    _code = traitlets.Bytes(kit.code("triage")).tag(sync=True)
    _reranking: Reranking | None = None  # also where making the widget failed and it is closed

    query = _QueryTrait()
    """What the table shows; words or a mapping with `Query`'s fields are taken too."""
    layout_state = traitlets.Dict().tag(sync=True)
    """What the browser remembers: columns, widths, density, panels."""
    start = traitlets.Dict().tag(sync=True)
    """What the widget comes with: the first rows and how many there are."""

    def __init__(
        self,
        library: Library,
        *,
        query: Query | Mapping[str, Any] | str | None = None,
        model: Model | None = None,
        outline: Outline = DIGEST,
    ) -> None:
        self.outline = outline
        self.library: Library = library
        self.model: Model | None = model
        self._batch = Batch()
        self._closing: Session | None = None
        self._estimating = threading.Lock()
        self._outbox = threading.local()
        left = library.index.view("triage")
        wanted = _query_left(left, library) if query is None else _meant(query)
        self.table: Table = Table(library, wanted, outline)
        self.table.shown = _questions(left.get("layout", {}))
        if left.get("query") == wanted.to_dict():
            self.table.cursor = str(left.get("cursor", ""))
        super().__init__(
            query=wanted,
            layout_state=dict(left.get("layout", {})),
            start=self._beginning(wanted),
        )
        self.on_msg(self._receive)
        self.observe(lambda _: self.refresh(), "query")
        self.observe(self._arranged, "layout_state")
        _open_widgets.add(self)

    def _beginning(self, query: Query) -> dict[str, Any]:
        """The first rows come straight from the database, with the widget itself."""
        rows, total = self.library.index.page(query, limit=FIRST_ROWS)
        return {
            "generation": self.table.generation,
            "query": query.to_dict(),
            "rows": rows,
            "total": total,
            "questions": [
                {"key": q.key, "heading": q.heading("en")}
                for q in self.outline.questions
                if not q.translation
            ],
            "outline": self.outline.name,
            "model": "" if self.model is None else self.model.name,
        }

    # Frames

    @property
    def visible(self) -> pd.DataFrame:
        """Return the papers the table lists, in its order.

        >>> triage.visible.head()
        """
        return self._frame(self.table.listed)

    @property
    def selection(self) -> pd.DataFrame:
        """Return the selected papers, in the order they were selected.

        >>> triage.selection
        """
        return self._frame(self.table.selected)

    @property
    def kept(self) -> pd.DataFrame:
        """Return every paper kept in the library, newest first.

        >>> summarize(triage.kept, library)
        """
        return self.library.papers(decision="keep")

    @property
    def remaining(self) -> Remaining | None:
        """Return how many papers of the query are probably relevant and unread; None: too early.

        From the tenth decision on; see `paperkit.ranking.remaining`.

        >>> triage.remaining
        """
        return triage_table.unseen(self.library, self.query)

    def _frame(self, numbers: Iterable[int]) -> pd.DataFrame:
        ids = self.library.index.ids(numbers)
        wanted = Query(ids=tuple(ids)) if ids else Query(since=date.max)
        return self.library.papers(wanted).loc[ids]

    # What buttons and keys call

    def decide(self, decision: str | None, ids: str | Iterable[str] | None = None) -> None:
        """Record a decision, keep, skip, later or None, about the papers `ids`.

        None is whom `targets` names; what was selected is not any more, once it is decided.

        >>> triage.decide("keep", ["2411.05184"])
        """
        self.library.decide(self.targets(ids), decision)
        if ids is None:
            self.clear()
        self._changed()

    def tag(
        self, *tags: str, remove: Iterable[str] = (), ids: str | Iterable[str] | None = None
    ) -> None:
        """Add `tags` to the papers `ids` and `remove` others; None is whom `targets` names.

        >>> triage.tag("avatar", remove=["to read"])
        """
        self.library.tag(self.targets(ids), *tags, remove=remove)
        self._changed()

    def note(self, text: str, id: str | None = None) -> None:
        """Write `text` as the note of the paper `id`, None: the one under the cursor.

        >>> triage.note("compare with last month's")
        """
        self.library.note(id or self._here(), text)
        self._changed()

    def undo(self, n: int = 1) -> list[str]:
        """Take back the library's last `n` actions; return the ids they concerned.

        >>> triage.undo()
        """
        ids = self.library.undo(n)
        self._changed()
        return ids

    def select(
        self, ids: str | Iterable[str] | None = None, *, add: bool = False, remove: bool = False
    ) -> None:
        """Select the papers `ids` (None: all listed).

        Instead of what is selected; `add` to it, or `remove` from it.

        >>> triage.select(["2411.05184"], add=True)
        """
        given = [ids] if isinstance(ids, str) else ids
        numbers = self.table.listed if given is None else self.library.index.numbers(given)
        self._tell("selected", **self.table.select(numbers, add=add, remove=remove))

    def clear(self) -> None:
        """Select nothing.

        >>> triage.clear()
        """
        self.select([])

    def show(self, id: str) -> None:
        """Move the cursor to the paper `id` and show it in the reading pane.

        >>> triage.show("2411.05184")
        """
        self.move(id)
        self._tell("show", id=self.table.cursor, index=self.table.place(self.table.cursor))

    def next(self, step: int = 1) -> str:
        """Move the cursor by `step` papers and show that one; return its id (empty: none).

        >>> triage.next()
        """
        listed = self.table.listed
        if not len(listed):
            return ""
        here = self.table.place(self.table.cursor)
        place = 0 if here is None else max(0, min(len(listed) - 1, here + step))
        self.show(self.library.index.ids([listed[place]])[0])
        return self.table.cursor

    def previous(self, step: int = 1) -> str:
        """Move the cursor back by `step` papers; return the id of the paper there.

        >>> triage.previous()
        """
        return self.next(-step)

    def move(self, id: str) -> None:
        """Remember that a person is at the paper `id`.

        >>> triage.move("2411.05184")
        """
        self.table.cursor = self.library.paper(id).id
        self._remember()

    def refresh(self) -> None:
        """Ask the query anew, so that the list follows what was decided meanwhile.

        >>> triage.refresh()
        """
        if self._reranking is not None:
            self._reranking.begin()
        self.table.ask(self.query)
        self._tell("query", **self.table.answer(facets=self._counting))
        self._remember()

    def filter_answers(self, answers: Mapping[str, str] | None = None) -> None:
        """List papers whose answers have these words, by question (None: whatever they answer).

        The questions become columns. A paper without an answer is not listed. What is wanted is
        part of `query` (its ``answers``), and saved with it.

        >>> triage.filter_answers({"real_patients": "=yes"})

        Raises:
            PaperkitError: the outline has no such question.
        """
        for question in answers or {}:
            self.outline[question]
        wanted = replace(self.query, answers=answers or {}, outline=self.outline.name)
        known = self.layout_state.get("columns") or []
        if new := [c for q in wanted.answers if (c := ANSWER + q) not in known]:
            self.layout_state = {**self.layout_state, "columns": [*known, *new]}
        self.query = wanted

    def save(self, name: str) -> Query:
        """Keep the query under a `name`, offered in the table and by `load`; return it.

        >>> triage.save("avatars, undecided")
        """
        saved = self.library.index.view("queries")
        self.library.index.save_view("queries", {**saved, name: self.query.to_dict()})
        self._tell("saved", saved=self.saved)
        return self.query

    def load(self, name: str) -> Query:
        """Show the query that was saved under a `name`; return it.

        >>> triage.load("avatars, undecided")

        Raises:
            PaperkitError: no query has that name.
        """
        known = self.library.index.view("queries")
        if name not in known:
            raise PaperkitError(
                f"{name!r}: no saved query; there are {', '.join(known) or 'none'}, save() one."
            )
        self.query = Query.from_dict(known[name])
        return self.query

    @property
    def saved(self) -> list[str]:
        """Return the names queries were saved under.

        >>> triage.saved
        """
        return sorted(self.library.index.view("queries"))

    def summarize(self, ids: str | Iterable[str] | None = None) -> None:
        """Summarize the papers `ids` in the background; None is whom `targets` names.

        >>> triage.summarize(triage.kept.index)

        Raises:
            PaperkitError: the table has no model, a batch still runs, or there are no papers.
        """
        if self.model is None:
            raise PaperkitError("triage: no model; make it with Triage(library, model=...).")
        papers = self._frame(self.library.index.numbers(self.targets(ids)))
        self._batch.start(papers, self.library, self.model, self._progress, self.outline)

    def stop(self) -> None:
        """Stop summarizing after the papers in flight.

        >>> triage.stop()
        """
        self._batch.stop()

    @property
    def report(self) -> pd.DataFrame | None:
        """Return the report of the last `summarize` so far, None before the first.

        >>> triage.report
        """
        return self._batch.report

    def copy(self, format: str = "bibtex", ids: str | Iterable[str] | None = None) -> str:
        """Return the papers `ids` as text; None is whom `targets` names.

        `format` is bibtex, markdown or csv.

        >>> print(triage.copy("markdown"))
        """
        numbers = self.library.index.numbers(self.targets(ids))
        return triage_copy.text_of(self._frame(numbers), format)

    def review(self) -> Review:
        """Return a `Review` of the listed papers that were kept and summarized.

        >>> triage.review()

        Raises:
            PaperkitError: none of them has a summary.
        """
        from paperkit.widgets.review import Review

        kept = triage_table.ending(self.table)
        if not kept.written:
            raise PaperkitError("triage: no summary to review; summarize some kept papers first.")
        review = Review(kept.written, self.library, model=self.model, outline=self.outline)
        self._closing = review._session
        return review

    def compose(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Write the notebook of a post with what is approved of the listed papers; return its path.

        What a post has already is left out. Without a `path` it is named after the papers' most
        frequent topic, in this folder.

        >>> triage.compose("avatars.post.ipynb")

        Raises:
            PublishError: none of the listed papers is kept, approved and in no post yet.
        """
        ready = triage_table.ending(self.table).signed
        self._closing = Session(self.library, ready, self.outline, None)
        return self._closing.compose(path)

    @property
    def draft(self) -> Draft | None:
        """Return the post written last, by `compose` or in the review, and of which papers.

        >>> triage.draft.path
        """
        return None if self._closing is None else self._closing.draft

    def targets(self, ids: str | Iterable[str] | None = None) -> list[str]:
        """Return whom an action concerns: `ids`, else the selection, else the paper at the cursor.

        >>> triage.targets()

        Raises:
            PaperkitError: nothing is selected and the cursor is nowhere.
        """
        if ids is not None:
            return [ids] if isinstance(ids, str) else list(ids)
        selected = self.table.selected
        return self.library.index.ids(selected) if selected else [self._here()]

    def _here(self) -> str:
        if not self.table.cursor:
            raise PaperkitError("triage: no paper is shown; show(id) one or select some.")
        return self.table.cursor

    # Telling and hearing the browser

    @property
    def _counting(self) -> bool:
        """Return whether the filters, which show counts, are open."""
        return bool(self.layout_state.get("facets"))

    def _tell(self, event: str, **content: Any) -> None:
        told = {"event": event, **content}
        if (waiting := getattr(self._outbox, "events", None)) is None:
            self.send(told)
        else:
            waiting.append(told)

    def _changed(self) -> None:
        """Show what changed, here and in the other tables over the same library.

        It was saved: what can't be shown now is said, and shown once it can be read again.
        """
        for widget in list(_open_widgets):
            if widget.library.path == self.library.path:
                try:
                    widget.catch_up()
                except LibraryError as error:
                    widget._tell("trouble", text=f"Saved, but not shown yet: {error}")

    def catch_up(self) -> None:
        """Show what was decided since, by this table, another, a cell or another kernel.

        >>> triage.catch_up()
        """
        if (numbers := self.table.changes()) is None:
            return
        few = numbers[:MOST_ROWS]
        self._tell("rows", rows=self.table.rows(few), all=few == numbers)

    def _estimate_soon(self) -> None:
        """Tell the browser what `remaining` says, from another thread: no key waits for it."""
        if self._estimating.acquire(blocking=False):
            threading.Thread(target=self._estimate, daemon=True).start()

    def _estimate(self) -> None:
        try:
            found = self.remaining
        finally:
            self._estimating.release()
        self._tell("remaining", **({} if found is None else {"found": vars(found)}))

    def _follow(self) -> None:
        """Rank again after decisions, from the first time that a browser shows the table."""
        if self._reranking is None:
            self._reranking = Reranking(
                self.library, lambda: self.query, self._reranked, self._not_reranked
            )

    def _reranked(self, decisions: int) -> None:
        self._tell("ranked", decisions=decisions)

    def _not_reranked(self, error: Exception) -> None:
        self._tell("trouble", text=f"Not ranked again: {error}")

    def close(self) -> None:
        """Close the widget; nothing is ranked for it any more.

        >>> triage.close()
        """
        if self._reranking is not None:
            self._reranking.close()
        super().close()

    def _progress(self, state: dict[str, Any]) -> None:
        self._tell("progress", **state)
        if not state["running"]:
            self._tell("stale")

    def _arranged(self, change: Mapping[str, Any]) -> None:
        self._remember()
        before, self.table.shown = self.table.shown, _questions(change["new"])
        if set(self.table.shown) - set(before):
            self._tell("stale")

    def _remember(self) -> None:
        state = {"query": self.query.to_dict(), "cursor": self.table.cursor}
        try:
            self.library.index.save_view("triage", {**state, "layout": self.layout_state})
        except LibraryError as error:
            self._tell("trouble", text=f"The table's place is not remembered: {error}")

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Answer a message; what it led to is told to every view in the same message.

        Each message costs the server, the browser and JupyterLab's own signals some milliseconds.
        """
        events: list[dict[str, Any]] = []
        self._outbox.events = events
        answer, buffers = {}, []
        try:
            if (found := triage_messages.answer(self, content)) is not None:
                answer, buffers = {"answer": found[0]}, found[1]
        finally:
            self._outbox.events = None
            *before, last = events or [{}]
            for event in before:
                self.send(event)
            if last or answer:
                self.send({**last, **answer}, buffers or None)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the widget, and beside it a light table for where no widget can run."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        rows, total = self.library.index.page(self.query, limit=triage_pane.ROWS)
        told = {"text/plain": f"Triage({self.library!r}, {total:,} listed)"}
        return {**data, **kit.show_saved(triage_pane.static(rows, total)), **told}, metadata


def _questions(layout: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the questions whose answers a person made columns."""
    names = layout.get("columns") or ()
    return tuple(n.removeprefix(ANSWER) for n in names if n.startswith(ANSWER))


def _query_left(left: Mapping[str, Any], library: Library) -> Query:
    try:
        return Query.from_dict(left["query"]) if "query" in left else _first_query(library)
    except (PaperkitError, TypeError):  # written by another version: start afresh
        return _first_query(library)


def _first_query(library: Library) -> Query:
    """Return what a new table lists: what is in no post, the best first where there are scores."""
    best = replace(_AT_FIRST, sort=("-score", "-published"))
    rows, _ = library.index.page(best, limit=1)
    return best if rows and rows[0].get("score") is not None else _AT_FIRST
