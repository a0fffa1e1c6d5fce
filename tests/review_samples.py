"""A small library with write-ups to review, used by the tests of the review."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from paperkit.digests import Answer, Digest, Evidence, Statement
from paperkit.library import Library
from paperkit.papers import Paper, clean_paper

FIRST, HOSTILE, CHINESE, BLANK = "2411.00001", "2411.00002", "2411.00003", "2411.00004"
"""A faulty draft in English, a clean one under a hostile title, one in Chinese, and none."""

HOSTILE_TITLE = "<img src=x onerror=alert(1)>: {{7*7}} {% raw %} $x_{i}$ a/b"
SENTENCES = (
    "We present AvatarNet, a network that turns one photo into a head avatar.",
    "AvatarNet learns a tri-plane prior from 70,000 images and fits it in 4.2 s.",
    "On NeRSemble it reaches a PSNR of 31.4 dB, 1.8 dB above the best baseline.",
)
AT = datetime(2024, 11, 20, 12, tzinfo=UTC)
ON_PAGE = Evidence("The encoder is trained once.", "3 Method", 1, (72.0, 100.0, 400.0, 130.0))


def paper(id: str, version: int = 1, **fields: object) -> Paper:
    """Return a paper about AvatarNet."""
    raw = {
        "id": id,
        "version": version,
        "title": "AvatarNet: head avatars from one photo",
        "authors": ["Ada Lovelace", "Kurt Gödel"],
        "abstract": " ".join(SENTENCES),
        "categories": ["cs.CV"],
        "published": "2024-11-07T18:00:00+00:00",
    }
    return clean_paper({**raw, **fields})


def answer(question: str, *statements: tuple[str, tuple[Evidence, ...]]) -> Answer:
    """Return a model's answer of statements with their passages."""
    made = tuple(Statement(text, evidence) for text, evidence in statements)
    return Answer(question=question, statements=made, model="model-1", prompt_version="1", at=AT)


def cite(*numbers: int) -> tuple[Evidence, ...]:
    """Return sentences of the abstract as passages."""
    return tuple(Evidence(SENTENCES[n]) for n in numbers)


def drafts(fault: str = "") -> list[Answer]:
    """Return a model's draft; `fault` is added to its second takeaway."""
    return [
        answer("summary", (SENTENCES[0], cite(0))),
        answer(
            "takeaways",
            ("AvatarNet turns one photo into a head avatar.", cite(0)),
            (f"AvatarNet fits its tri-plane prior in 4.2 s{fault}.", cite(1)),
            ("On NeRSemble AvatarNet reaches a PSNR of 31.4 dB.", cite(2)),
        ),
        answer("approach", (SENTENCES[1], (*cite(1), ON_PAGE))),
    ]


def chinese() -> list[Answer]:
    """Return a draft in Chinese."""
    return [
        answer("summary", ("AvatarNet 用一张照片生成头部化身。", cite(0))),
        answer("takeaways", ("在 NeRSemble 上 PSNR 达到 31.4 dB。", cite(2))),
    ]


def review_library(folder: Path) -> Library:
    """Make a library of four papers; three have a draft."""
    library = Library(folder)
    library.add(
        [
            paper(FIRST),
            paper(HOSTILE, title=HOSTILE_TITLE),
            paper(CHINESE, title="AvatarNet for Chinese readers"),
            paper(BLANK, title="Nothing written yet"),
        ],
        topic="avatars",
    )
    for id, language, written in (
        (FIRST, "en", drafts(", or in 999 s")),
        (HOSTILE, "en", drafts()),
        (CHINESE, "zh", chinese()),
    ):
        named = Digest(paper_id=id, version=1, outline="digest", language=language)
        library.drafts.save_answers(named, written)
    return library
