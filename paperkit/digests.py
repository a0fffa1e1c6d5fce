"""Digests: what was written about one paper, by whom, and on what evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Self

from paperkit.errors import PaperkitError, explained
from paperkit.outlines import DIGEST
from paperkit.readings import Box
from paperkit.reprs import card, counted, line

if TYPE_CHECKING:
    import pandas as pd

    from paperkit.passages import SourceLine

Origin = Literal["model", "person", "source"]
Severity = Literal["block", "warn"]


@dataclass(frozen=True)
class Evidence:
    """The verbatim passage a statement rests on: quote, section, page (None in the abstract).

    ``anchor`` is the id of its paragraph, figure or table in arXiv's HTML (S4.p2), "" where the
    PDF was read; where only the HTML was, the page is 0.
    """

    quote: str
    section: str = "Abstract"
    page: int | None = None
    bbox: Box | None = None
    anchor: str = ""

    @classmethod
    def of(cls, line: SourceLine) -> Self:
        """Return a line of the source as evidence."""
        return cls(line.text, line.section, line.page, line.bbox, line.anchor)

    @property
    def place(self) -> str:
        """Return where it stands, to begin a sentence with: Page 4, Paragraph S4.p2."""
        if self.page:
            return f"Page {self.page}"
        return f"Paragraph {self.anchor}" if self.anchor else "The abstract"


@dataclass(frozen=True)
class Statement:
    """One sentence or list item of an answer, with the passages it rests on."""

    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to one question of an outline, by one origin at one time (UTC).

    A line has one statement, a list one per item, a text one per sentence. ``error`` says why
    there are none; it is never shown as content. ``wish`` is what a person asked for in words;
    ``note`` says what of the paper the model was not given; ``mended`` what was put right in a
    model's answer before it was kept.
    """

    question: str
    statements: tuple[Statement, ...] = ()
    origin: Origin = "model"
    model: str = ""
    prompt_version: str = ""
    at: datetime
    error: str = ""
    wish: str = ""
    note: str = ""
    mended: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the statements' texts."""
        return tuple(s.text for s in self.statements)

    def edited(self, texts: Iterable[str], *, at: datetime | None = None) -> Answer:
        """Return a person's version with these statements; the draft stays what it was.

        A statement keeps the evidence of the one with the same text, else of the one that stood
        in its place, so that the checks judge the new words against the passage they came from.
        """
        by_text = {s.text: s.evidence for s in self.statements}
        kept = [t.strip() for t in texts if t.strip()]
        same_length = len(kept) == len(self.statements)
        statements = []
        for place, text in enumerate(kept):
            fallback = self.statements[place].evidence if same_length else ()
            statements.append(Statement(text, by_text.get(text, fallback)))
        return replace(
            self,
            statements=tuple(statements),
            origin="person",
            at=at or datetime.now(UTC),
            error="",
            mended="",
        )

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able data."""
        return {**asdict(self), "at": self.at.isoformat()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the answer that `to_dict` wrote."""
        statements = tuple(
            Statement(s["text"], tuple(_evidence(e) for e in s["evidence"]))
            for s in data["statements"]
        )
        at = datetime.fromisoformat(data["at"])
        return cls(**{**data, "statements": statements, "at": at})


def _evidence(data: Mapping[str, Any]) -> Evidence:
    box = data.get("bbox")
    place = tuple(box) if box else None
    return Evidence(data["quote"], data["section"], data["page"], place, data.get("anchor", ""))


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Who signed a digest, when (UTC), and the reason where findings were overridden.

    ``origin`` is ``click`` where a person signed in Review, ``script`` where code did.
    """

    by: str
    at: datetime
    reason: str = ""
    origin: str = "script"


@explained
@dataclass(frozen=True, kw_only=True)
class Digest:
    """The current answers about one version of a paper, under one outline, in one language.

    >>> digest = library.digest("1911.02782")
    >>> digest.to_frame()

    ``paper_id`` has no version. ``answers`` are in the outline's order, one per question answered:
    a person's edit where there is one, else the model's draft. ``approval`` is None until a person
    signs, and again after any later change.
    """

    paper_id: str
    version: int
    outline: str
    language: str
    answers: tuple[Answer, ...] = ()
    approval: Approval | None = None

    def __repr__(self) -> str:
        """Return a line with the paper, how much is answered, by whom, and who signed."""
        return line("Digest", repr(f"{self.paper_id}v{self.version}"), *self._told)

    def _repr_html_(self) -> str:
        asked = DIGEST.questions if self.outline == DIGEST.name else ()
        names = {q.key: q.heading(self.language) for q in asked}
        texts = {a.question: " ".join(a.texts) for a in self.answers}
        rows = {f"{names.get(key, key)}:": text for key, text in texts.items()}
        return card(f"{self.paper_id}v{self.version}", self._told, rows=rows)

    @property
    def _told(self) -> list[str]:
        answered = sum(1 for a in self.answers if a.statements)
        signed = f"approved by {self.approval.by}" if self.approval else "not approved"
        by = ", ".join(self.models)
        answers = counted(answered, "answer") or "no answers"
        return [f"{self.outline} in {self.language}", answers, by and f"by {by}", signed]

    def __getitem__(self, question: str) -> Answer:
        """Return the answer to `question`."""
        for answer in self.answers:
            if answer.question == question:
                return answer
        known = ", ".join(a.question for a in self.answers) or "none"
        raise PaperkitError(f"{self.paper_id}: no answer to {question!r}; answered are {known}.")

    def __contains__(self, question: object) -> bool:
        """Return whether `question` has an answer with content."""
        return any(a.question == question and a.statements for a in self.answers)

    @property
    def approved(self) -> bool:
        """Return whether these answers are approved as they are."""
        return self.approval is not None

    @property
    def models(self) -> tuple[str, ...]:
        """Return the names of the models whose text is still in use, sorted."""
        return tuple(sorted({a.model for a in self.answers if a.model and a.statements}))

    @property
    def notes(self) -> tuple[str, ...]:
        """Return which parts of the paper the models did not get, each note once."""
        return tuple(dict.fromkeys(a.note for a in self.answers if a.note and a.statements))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per statement, in order, with where it comes from.

        Index question; columns text, quote, section, page (of the first passage it rests on),
        origin, model, at (UTC).
        """
        import pandas as pd

        columns = ["question", "text", "quote", "section", "page", "origin", "model", "at"]
        rows = [
            (a.question, s.text, *_first(s), a.origin, a.model, a.at)
            for a in self.answers
            for s in a.statements
        ]
        frame = pd.DataFrame(rows, columns=columns).astype({"page": "Int64"})
        return frame.set_index("question")


def _first(statement: Statement) -> tuple[str, str, int | None]:
    for evidence in statement.evidence:
        return evidence.quote, evidence.section, evidence.page or None
    return "", "", None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong or doubtful in a digest; ``block`` keeps it from being approved.

    ``statement`` is the position of the statement concerned (None: the whole answer); ``words``
    are the words concerned as they stand in it; ``message`` is one sentence for the person.
    """

    code: str
    severity: Severity
    question: str
    message: str
    words: str = ""
    statement: int | None = None


def blocking(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings that keep a digest from being approved."""
    return tuple(f for f in findings if f.severity == "block")
