"""Review: the inline editor in which a person corrects and signs what will be published."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import pandas as pd
import traitlets

from paperkit.digests import Answer, Digest, Evidence, Statement, blocking
from paperkit.errors import PaperkitError, PublishError, explained
from paperkit.frames import ids_of
from paperkit.outlines import DIGEST, Outline, language_tag
from paperkit.papers import clean_text, paper_id
from paperkit.widgets import kit, review_evidence, review_forms, review_messages, review_preview
from paperkit.widgets.review_session import Session

if TYPE_CHECKING:
    from paperkit.batch import Run
    from paperkit.library import Library


__all__ = ["Review"]


@explained
class Review(anywidget.AnyWidget):
    """Edit, check and sign the write-ups of some papers, one at a time.

    >>> review = Review(library.papers(decision="keep"), library)
    >>> review                      # the editor; everything typed is saved at once
    >>> review.digests              # one row per paper: status, who signed, findings
    >>> review.approve()            # what the key "a" does

    `papers` is a papers frame, ids, or a `Run` of `summarize` whose drafts are shown as they
    arrive (see `follow`). `model` answers when asked again (None: `Extractive`);
    `language` picks the digests' language (None: that written last); `outline` names the
    questions. Each action of the editor is a method; they act on the paper shown (`current`)
    unless `id` names another.

    Raises:
        PaperkitError: no papers were given, or the library doesn't have one of them.
    """

    _esm = kit.LOADER
    _code = traitlets.Bytes(kit.code("review")).tag(sync=True)

    current = traitlets.Unicode().tag(sync=True)
    """The id of the paper shown; `show` sets it."""
    _batch: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    _paper = traitlets.Dict().tag(sync=True)
    _form: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    _passages: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    _found: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    _signer = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        papers: pd.DataFrame | Iterable[str] | str | Run,
        library: Library,
        *,
        model: Any = None,
        language: str | None = None,
        outline: Outline = DIGEST,
    ) -> None:
        self.library, self.model, self.outline = library, model, outline
        from paperkit.batch import Run

        ids = ids_of(papers.report if isinstance(papers, Run) else papers)
        if not ids:
            raise PaperkitError(
                "review: no papers; give some, like library.papers(decision='keep')."
            )
        spoken = None if language is None else language_tag(language)
        self._session = Session(library, tuple(ids), outline, spoken)
        super().__init__(_batch=[self._row(i) for i in ids], _signer=library.drafts.signer())
        self.on_msg(self._receive)
        self.show(ids[0])
        if isinstance(papers, Run):
            self.follow(papers)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and a list of the papers for where no widget can run."""
        found = super()._repr_mimebundle_(**kwargs)
        data, metadata = found if isinstance(found, tuple) else (found or {}, {})
        return {**data, **kit.show_saved(review_forms.static(self._batch))}, metadata

    # What it shows

    def show(self, id: str) -> None:
        """Show the paper `id` of the batch, as the library has it now.

        >>> review.show("2411.05184")
        """
        self._draw(self._one(id))

    def refresh(self) -> None:
        """Show the paper shown as the library has it now.

        >>> review.refresh()
        """
        self._draw(self.current)

    def follow(self, run: Run) -> None:
        """Show what a background `run` writes as it arrives; its papers are added to the list.

        A draft that arrives for an answer one has edited stands beside the edit, as any new one.

        >>> review.follow(summarize(papers, library, background=True))
        """
        outcomes = run.report["outcome"]
        for id in map(paper_id, outcomes.index[outcomes == "left"]):
            self._session.awaited[id] = ""
            self._note(id)
        run.on_done(self._arrived)

    def next(self, *, findings: bool = True) -> None:
        """Show the next paper that has `findings` and is not signed yet (False: simply the next).

        >>> review.next()
        """
        self._step(1, findings)

    def previous(self, *, findings: bool = True) -> None:
        """Show the previous paper that has `findings` and is not signed yet (False: simply that).

        >>> review.previous(findings=False)
        """
        self._step(-1, findings)

    @property
    def digests(self) -> pd.DataFrame:
        """Return one row per paper: index id, status, version, language, findings, approval.

        >>> review.digests
        """
        session = self._session
        with self.library.index.session():
            return review_forms.digests(
                (i, session.title(i), session.digest(i), session.findings(i)) for i in session.ids
            )

    @property
    def findings(self) -> pd.DataFrame:
        """Return one row per finding: id, question, statement, severity, code, words, message.

        >>> review.findings
        """
        with self.library.index.session():
            return review_forms.findings((i, self._session.findings(i)) for i in self._session.ids)

    def history(self, question: str, *, id: str | None = None) -> pd.DataFrame:
        """Return the versions of the answer to a `question`, oldest first.

        One row a version: at, origin, model, wish, texts. A person's edits in one go (no pause of
        two minutes) are one version. `id` None is the paper shown.

        >>> review.history("summary")
        """
        history = self._session.history(self._one(id), question)
        return review_forms.versions(review_forms.condensed(history))

    def passages(self, words: str = "", *, id: str | None = None) -> pd.DataFrame:
        """Return the sentences of a paper's source that `cite` takes: quote, section, page.

        Those with any of `words`, the rarest first; without words all, in reading order. `id` None
        is the paper shown.

        >>> review.passages("frames per second")
        """
        found = review_evidence.ranked(self._session.offered(self._one(id)), words)
        return review_forms.passages(found)

    def preview(self, *, id: str | None = None) -> str:
        """Return a paper's card as the blog shows it: HTML made of the exporter's own Markdown.

        `id` None is the paper shown.

        >>> review.preview()
        """
        return review_preview.page(self._one(id), self._session)

    # What a person does

    def edit(self, question: str, texts: str | Iterable[str], *, id: str | None = None) -> None:
        """Write the answer to a `question` anew; evidence stays with its statement.

        `texts` has one text per statement; `id` None is the paper shown.

        >>> review.edit("summary", "An avatar from one video, rendered in real time.")

        Raises:
            PaperkitError: the answer was edited elsewhere since it was shown here.
        """
        of = self._one(id)
        given = [texts] if isinstance(texts, str) else list(texts)
        edited = self._session.answer(of, question).edited([clean_text(t) for t in given])
        self._write(of, question, edited.statements)

    def cite(
        self, question: str, statement: int, passage: str, *, id: str | None = None
    ) -> Evidence:
        """Rest a statement on the sentence of the source that has the words `passage`; return it.

        `statement` is its place in the answer to `question`, from 0; `id` None is the paper shown.

        >>> review.cite("summary", 0, "renders in real time")

        Raises:
            PaperkitError: no sentence has these words, or the answer was edited elsewhere.
        """
        of = self._one(id)
        found = review_evidence.holding(passage, self._session.offered(of))
        if found is None:
            raise PaperkitError(
                f"{of}: no sentence of its abstract or PDF has {passage!r}; "
                "take one of review.passages('some words')."
            )
        self._rest(of, question, statement, lambda on: tuple(dict.fromkeys((*on, found))))
        return found

    def uncite(
        self, question: str, statement: int, passage: str = "", *, id: str | None = None
    ) -> None:
        """Take passages away from a statement: that which has `passage` in it, or all of them.

        `statement` is its place in the answer to `question`, from 0; `id` None is the paper shown.

        >>> review.uncite("summary", 0)

        Raises:
            PaperkitError: the statement rests on no such passage, or was edited elsewhere.
        """
        of = self._one(id)

        def left(on: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
            gone = review_evidence.holding(passage, on)
            if passage and gone is None:
                raise PaperkitError(f"{of}: {question} doesn't cite {passage!r} there.")
            return tuple(e for e in on if passage and e != gone)

        self._rest(of, question, statement, left)

    def restore(self, question: str, version: int, *, id: str | None = None) -> None:
        """Make a `version` of `history` (its index) the answer to `question` again, as a new edit.

        `id` None is the paper shown.

        >>> review.restore("summary", 0)

        Raises:
            PaperkitError: there is no such version.
        """
        of = self._one(id)
        versions = review_forms.condensed(self._session.history(of, question))
        if not -len(versions) <= version < len(versions):
            raise PaperkitError(
                f"{of}: {question} has no version {version}; see review.history({question!r})."
            )
        newest = self._session.newest(of, question)
        self._session.save(of, question, versions[version].statements, newest)
        self._changed(of)

    def keep(self, question: str, *, id: str | None = None) -> None:
        """Let one's own words for a `question` stand against a newer draft.

        `id` None is the paper shown.

        >>> review.keep("summary")
        """
        of = self._one(id)
        own = self._session.answer(of, question)
        self._session.append(of, own, self._session.newest(of, question))
        self._changed(of)

    def ask(
        self,
        questions: str | Iterable[str] | None = None,
        *,
        wish: str = "",
        id: str | None = None,
    ) -> dict[str, str]:
        """Ask the model again for the answers to `questions` (None: all empty ones).

        `wish` says in words what should be different; `id` None is the paper shown. A new draft
        never overwrites an edit: both are shown. Returns, by question, why there is no draft: empty
        where one came. It may cost money.

        >>> review.ask("summary", wish="shorter")

        Raises:
            ModelError: the model gave no usable reply; what stands is unchanged.
        """
        from paperkit import batch

        of = self._one(id)
        named = self._session.named(of)
        asked = review_forms.wanted(self.outline, named, questions)
        before = {q: len(self._session.history(of, q)) for q in asked}
        batch.ask(
            self.library,
            of,
            asked,
            self.model,
            outline=self.outline,
            language=named.language,
            wish=wish,
        )
        self._changed(of)
        return {q: _why(self._session.history(of, q)[known:]) for q, known in before.items()}

    def approve(self, *, reason: str = "", id: str | None = None) -> Digest:
        """Sign a paper's write-up as it stands; a `reason` overrides blocking findings.

        `id` None is the paper shown.

        >>> review.approve()

        Raises:
            PublishError: blocking findings remain and no reason was given, a newer draft stands
                beside an edit, or the answers were edited elsewhere and are not those shown.
        """
        return self._sign(reason=reason, id=id)

    def sign_as(self, name: str) -> None:
        """Take `name` for who approves; the library remembers it from the first approval on.

        >>> review.sign_as("Ana Ruiz")

        Raises:
            PaperkitError: the name is empty.
        """
        if not (told := clean_text(name)):
            raise PaperkitError("sign_as: the name is empty; write yours.")
        self._signer = told

    def _sign(self, *, reason: str, id: str | None, click: object = None) -> Digest:
        """Sign: as a person does with the session's own `click`, else as a script does."""
        session, of = self._session, self._one(id)
        origin = "click" if click is session.click else "script"
        with self.library.index.session():
            self._check_current(of)
            self._check_findings(of, reason)
            digest = self.library._sign(
                of,
                self.outline,
                language=session.named(of).language,
                by=self._signer or None,
                reason=reason,
                among=session.ids,
                origin=origin,
            )
            self._changed(of)
        return digest

    def disapprove(self, *, id: str | None = None) -> Digest:
        """Take a signature back; return the digest. `id` None is the paper shown.

        >>> review.disapprove()
        """
        of = self._one(id)
        named = {"outline": self.outline.name, "language": self._session.named(of).language}
        digest = self.library.disapprove(of, **named)
        self._changed(of)
        return digest

    def compose(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Write the notebook of a post with the approved papers; return where it is.

        Without a `path` it is named after the papers' most frequent topic, in this folder. A
        notebook that is there already keeps what a person wrote into it (see `compose`).

        >>> review.compose("avatars.post.ipynb")

        Raises:
            PublishError: none of the papers is approved yet.
        """
        return self._session.compose(path)

    def send_back(self, *, note: str | None = None, id: str | None = None) -> None:
        """Send a paper back to triage: it is undecided again, with a `note` if one is given.

        `id` None is the paper shown.

        >>> review.send_back(note="the PDF is of another paper")
        """
        of = self._one(id)
        self.library.decide(of, None, note=note)
        self._changed(of)

    def carry(self, *, id: str | None = None) -> None:
        """Take a write-up over to the paper's newest version, to be checked and signed again.

        `id` None is the paper shown.

        >>> review.carry()
        """
        of = self._one(id)
        self._session.carry(of)
        self._changed(of)

    # Between the session and the browser

    def _rest(
        self,
        of: str,
        question: str,
        place: int,
        change: Callable[[tuple[Evidence, ...]], tuple[Evidence, ...]],
    ) -> None:
        """Change what one statement rests on."""
        statements = list(self._session.answer(of, question).statements)
        if not 0 <= place < len(statements):
            raise PaperkitError(
                f"{of}: {question} has {len(statements)} statement{'s' * (len(statements) != 1)}; "
                "name one from 0 on."
            )
        changed = change(statements[place].evidence)
        statements[place] = replace(statements[place], evidence=changed)
        self._write(of, question, statements)

    def _write(self, of: str, question: str, statements: Sequence[Statement]) -> None:
        with self.library.index.session():
            saved = self._session.save(of, question, statements, self._seen(of, question))
            self._changed(of)
        if not saved:
            raise PaperkitError(
                f"{of}: {question} was edited elsewhere; it is shown now, edit it again."
            )

    def _arrived(self, id: str, row: dict[str, Any]) -> None:
        """Show that a run is through with a paper; called by the thread that worked on it."""
        session, of = self._session, paper_id(id)
        with session.lock:
            session.awaited.pop(of, None)
            if row["outcome"] in ("failed", "left"):
                session.awaited[of] = row["error"] or "stopped"
            if of not in session.ids:
                session.ids += (of,)
                self._batch = [*self._batch, self._row(of)]
            self._changed(of)

    def _one(self, id: str | None) -> str:
        wanted = paper_id(id) if id is not None else self.current
        if wanted not in self._session.ids:
            raise PaperkitError(f"{wanted}: not in this review; make one with Review([...]).")
        return wanted

    def _step(self, by: int, findings: bool) -> None:
        order = self._session.ids[::by]
        for id in order[order.index(self.current) + 1 :]:
            digest = self._session.digest(id)
            signed = digest is not None and digest.approved
            if not findings or (self._session.findings(id) and not signed):
                self.show(id)
                return

    def _seen(self, id: str, question: str) -> datetime | None:
        """Return when the edit was written that is shown here (of another paper: the newest)."""
        if id != self.current:
            return self._session.newest(id, question)
        marks = {row["key"]: row["mark"] for row in self._form}
        mark = marks.get(question, "")
        return datetime.fromisoformat(mark) if mark else None

    def _check_current(self, id: str) -> None:
        newest = review_forms.marks(self._session.history(id))
        shown = {row["key"]: row["mark"] for row in self._form if row["mark"]}
        if id == self.current and newest != shown:
            self._changed(id)
            raise PublishError(f"{id}: was edited elsewhere; look at it again, then approve.")
        if question := self._session.unsettled(id):
            raise PublishError(
                f"{id}: a newer draft of {question!r} stands beside your edit; take it, or "
                f"review.keep({question!r}), then approve."
            )

    def _check_findings(self, id: str, reason: str) -> None:
        stops = blocking(self._session.findings(id))
        if stops and not reason.strip():
            self._changed(id)
            raise PublishError(
                f"{id}: {len(stops)} blocking finding{'s' * (len(stops) > 1)}, the first: "
                f"{stops[0].message} Edit the answer, or approve with a reason."
            )

    def _draw(self, id: str) -> None:
        session = self._session
        with session.lock, self.library.index.session():
            digest, history = session.digest(id), session.history(id)
            language = session.named(id).language
            found = session.findings(id)
            with self.hold_sync():
                self.current = id
                decision = session.decision(id)
                head = review_forms.paper(
                    session.paper(id), session.about(id), digest, language, decision
                )
                self._paper = {**head, "posts": session.posts(id)}
                self._passages = review_evidence.shown(review_evidence.cited(history))
                self._form = review_forms.form(self.outline, language, history)
                self._found = review_forms.shown_findings(found)
                self._note(id)
        if any(f.code == "unchecked" for f in found):
            self._locating = threading.Thread(target=self._locate, args=(id,), daemon=True)
            self._locating.start()

    def _locate(self, id: str) -> None:
        """Show what is found across languages once the vectors for it are worked out."""
        try:
            if self._session.locate(id):
                self._changed(id)
        except PaperkitError as error:
            warnings.warn(str(error), stacklevel=2)

    def _changed(self, id: str) -> None:
        """Draw again what shows a paper: the form, or only its row of the list."""
        with self._session.lock, self.library.index.session():
            if id == self.current:
                self._draw(id)
            else:
                self._session.findings(id)
                self._note(id)

    def _note(self, id: str) -> None:
        with self._session.lock:
            self._batch = [self._row(id) if row["id"] == id else row for row in self._batch]

    def _row(self, id: str) -> dict[str, Any]:
        """Return a paper's row of the list; its findings are None until they were looked for."""
        session = self._session
        known = session.is_checked(id)
        found = session.findings(id) if known else ()
        stops = len(blocking(found)) if known else None
        return {
            "id": id,
            "title": session.title(id),
            "status": session.status(id),
            "told": session.awaited.get(id, ""),
            "block": stops,
            "warn": len(found) - stops if stops is not None else None,
        }

    def _receive(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        review_messages.receive(self, content)


def _why(came: Sequence[Answer]) -> str:
    """Return why the model has no draft for a question, empty where it has."""
    if came and came[-1].statements:
        return ""
    return (came[-1].error if came else "") or "the model found nothing to say"
