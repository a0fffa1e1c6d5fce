"""Checks: what is wrong with an answer. Pure: text in, findings out; nothing is called verified.

Every finding's code is explained with an example in ``docs/findings.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from paperkit.checks.batch import republished, swapped
from paperkit.checks.grounding import (
    Sources,
    find_evidence,
    ground,
    is_quote,
    with_evidence,
)
from paperkit.checks.lint import Asked, lint_across, lint_answer
from paperkit.checks.lint_markdown import lint_text
from paperkit.checks.meaning import Meanings
from paperkit.checks.quotes import Match, find_quote
from paperkit.checks.scores import support
from paperkit.checks.wordings import PHRASES, Phrases
from paperkit.digests import Answer, Digest, Finding, Severity, Statement
from paperkit.errors import explained
from paperkit.outlines import DIGEST, Outline, Question
from paperkit.papers import Paper
from paperkit.readings import Reading
from paperkit.text import is_chinese_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "PHRASES",
    "Match",
    "Meanings",
    "Phrases",
    "Sources",
    "check",
    "find_evidence",
    "find_quote",
    "findings",
    "findings_frame",
    "ground",
    "is_chinese_text",
    "lint_answer",
    "lint_text",
    "republished",
    "statements_across",
    "support",
    "swapped",
    "with_evidence",
]

COLUMNS = ("code", "severity", "question", "statement", "words", "message")
# A sentence taken from the paper word for word is the paper's, whatever its style.
_STYLE = frozenset(
    "filler refusal placeholder echo markup cut-off run-on repeated too-long no-method"
    " foreign-link".split()
)
_COMMAND = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all |any |the )?(?:previous|prior|above|earlier)"
    r"|\b(?:you (?:are|must|should)|please|do not|only) .{0,40}\b(?:review|recommend|accept|rate"
    r"|praise|positive|summar|output|say|mention)|\bas a language model\b|\bsystem prompt\b"
    r"|忽略(?:以上|之前|前面|所有)|(?:请|务必|必须).{0,12}(?:好评|推荐|接收|正面)",
    re.IGNORECASE,
)


@explained
def check(
    digest: Digest,
    reading: Reading | None = None,
    *,
    paper: Paper | None = None,
    outline: Outline = DIGEST,
    phrases: Phrases = PHRASES,
) -> pd.DataFrame:
    """Return `findings` as a frame: one row per finding, worst first, columns as in `COLUMNS`.

    >>> check(digest, library.reading(digest.paper_id), paper=library.paper(digest.paper_id))

    Of a `reading` (None: it was not read) and the `paper`'s abstract; `outline` holds the limits,
    `phrases` the wordings that must not go out. ``statement`` is the position within the answer
    (Int64, missing for the whole answer).
    """
    return findings_frame(findings(digest, reading, paper=paper, outline=outline, phrases=phrases))


def findings_frame(found: tuple[Finding, ...]) -> pd.DataFrame:
    """Return findings as a frame, blocking ones first; an empty one has the same dtypes."""
    import pandas as pd

    rows = sorted(found, key=lambda f: f.severity != "block")
    data = {name: [getattr(f, name) for f in rows] for name in COLUMNS}
    frame = pd.DataFrame(data, columns=list(COLUMNS))
    return frame.astype({name: "Int64" if name == "statement" else "str" for name in COLUMNS})


def findings(
    digest: Digest,
    reading: Reading | None = None,
    *,
    paper: Paper | None = None,
    outline: Outline = DIGEST,
    phrases: Phrases = PHRASES,
    meanings: Meanings | None = None,
) -> tuple[Finding, ...]:
    """Return everything wrong or doubtful in a digest, in the outline's order.

    Lint needs the digest alone; grounding needs the `paper` (title, abstract) or its `reading`,
    better both; in another language than the paper's also the sentences' `meanings`. Findings on
    the paper as a whole have the question "".
    """
    sources = Sources.of(paper, reading, meanings)
    answers = {a.question: a for a in digest.answers}
    found = [*_other_paper(reading), *_hidden(reading), *_unchecked(digest, sources)]
    for question in outline.questions:
        answer = answers.get(question.key)
        if gap := _gap(question, answer):
            found.append(gap)
        if answer is not None and answer.statements:
            asked = Asked(question, digest.language, paper, phrases, _own_links(reading))
            found.extend(_answer(answer, asked, sources))
    known = [(q, answers[q.key].texts) for q in outline.questions if q.key in answers]
    return (*found, *lint_across(known, Asked(None, digest.language, paper, phrases)))


def statements_across(digest: Digest, sources: Sources) -> tuple[Statement, ...]:
    """Return the statements in another language than the paper, which vectors are needed for."""
    every = (s for a in digest.answers for s in a.statements)
    return tuple(s for s in every if sources.across(s.text))


def _unchecked(digest: Digest, sources: Sources) -> Iterator[Finding]:
    """Yield that for some statements no passage was looked for across languages."""
    every = statements_across(digest, sources)
    if left := sum(sources.nearness(s.text) is None for s in every):
        message = (
            f"Which passage carries {left} of {len(every)} statements was not checked: they are in"
            " another language than the paper. Install paperkit[vectors], then open the paper in"
            " Review; it is checked there in the background."
        )
        yield Finding(code="unchecked", severity="warn", question="", message=message)


def _gap(question: Question, answer: Answer | None) -> Finding | None:
    """Return the finding for an answer that failed, or is missing though it is required."""
    if answer is not None and answer.error:
        message = f"The question has no answer: {answer.error[:160]} Ask again or write one."
    elif not question.optional and not (answer is not None and answer.statements):
        message = "The question has no answer; ask again or write one."
    else:
        return None
    return Finding(code="missing", severity="block", question=question.key, message=message)


def _answer(answer: Answer, asked: Asked, sources: Sources) -> Iterator[Finding]:
    quoted = [is_quote(s) for s in answer.statements]
    for fault in lint_answer(
        answer.texts,
        asked.question,
        language=asked.language,
        paper=asked.paper,
        phrases=asked.phrases,
        links=asked.links,
    ):
        own_words = fault.statement is not None and quoted[fault.statement]
        yield _as_warning(fault) if own_words and fault.code in _STYLE else fault
    for place, statement in enumerate(answer.statements):
        yield from ground(statement, sources, question=asked.key, place=place, origin=answer.origin)
        needless = asked.question is not None and asked.question.translation
        if answer.origin == "model" and not statement.evidence and not needless:
            yield _without_evidence(statement, place, asked, sources)


def _without_evidence(statement: Statement, place: int, asked: Asked, sources: Sources) -> Finding:
    """Return that a model's statement names no passage; it blocks where none is found either."""
    passages = find_evidence(statement, sources, most=1)
    if passages:
        best = passages[0]
        message = f"No passage is given for this. {best.place} says: {best.quote[:160]}"
    else:
        message = "No passage of the paper is given for this, and none was found; correct it."
    severity: Severity = "warn" if passages else "block"
    return asked.finding(
        "no-evidence", message, words=statement.text, statement=place, severity=severity
    )


def _as_warning(finding: Finding) -> Finding:
    """Return the same finding as one that does not block."""
    return replace(finding, severity="warn")


def _own_links(reading: Reading | None) -> tuple[str, ...]:
    """Return the addresses that the paper gives as the paper's own."""
    return tuple(link.url for link in reading.links if link.own) if reading else ()


def _other_paper(reading: Reading | None) -> Iterator[Finding]:
    """Yield that what was read is another paper, by its title or arXiv's stamp."""
    if getattr(reading, "matches", None) is False:
        title = reading.title if reading else ""
        message = (
            "The PDF that was read is another paper's; store the right file and read it again."
        )
        yield Finding(
            code="other-paper", severity="block", question="", message=message, words=title[:200]
        )


def _hidden(reading: Reading | None) -> Iterator[Finding]:
    """Yield a finding per hidden text; an instruction that no reader can see blocks."""
    for hidden in reading.hidden if reading is not None else ():
        orders = bool(_COMMAND.search(hidden.text))
        unseen = hidden.reason != "instruction"
        where = f"Page {hidden.page}" if hidden.page else "The HTML"
        message = (
            f"{where} holds text that "
            + (f"readers do not see ({hidden.reason})" if unseen else "reads like an instruction")
            + "; it was kept from the model. Look at the page."
        )
        yield Finding(
            code="hidden-instruction" if orders or not unseen else "hidden-text",
            severity="block" if orders and unseen else "warn",
            question="",
            message=message,
            words=hidden.text[:200],
        )
