"""Digests: drafts and edits side by side, each with its evidence."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from paperkit.digests import Answer, Digest, Evidence, Statement
from paperkit.errors import PaperkitError

AT = datetime(2024, 11, 12, tzinfo=UTC)
QUOTE = Evidence("It runs at 90 FPS.", "Results", 4, (1.0, 2.0, 3.0, 4.0))
DRAFT = Answer(
    question="takeaways",
    statements=(Statement("It is fast.", (QUOTE,)), Statement("It is new.")),
    model="m",
    at=AT,
)


def test_an_answer_survives_json() -> None:
    """To JSON and back changes nothing."""
    assert Answer.from_dict(json.loads(json.dumps(DRAFT.to_dict()))) == DRAFT


def test_an_edit_keeps_the_evidence_of_what_it_changes() -> None:
    """A changed sentence is judged against the passage the old one came from."""
    edited = DRAFT.edited(["It is very fast.", "It is new."], at=AT)
    assert edited.statements == (Statement("It is very fast.", (QUOTE,)), Statement("It is new."))
    assert (edited.origin, DRAFT.origin) == ("person", "model")


def test_an_edit_that_reorders_carries_evidence_along() -> None:
    """Evidence goes with the text, and a new sentence in a longer list has none."""
    edited = DRAFT.edited(["It is new.", "It is fast.", "It is cheap.", " "], at=AT)
    assert [len(s.evidence) for s in edited.statements] == [0, 1, 0]


def test_where_every_sentence_comes_from_is_a_frame() -> None:
    """One row per statement, with the passage it rests on."""
    digest = Digest(paper_id="2411.05184", version=1, outline="d", language="en", answers=(DRAFT,))
    frame = digest.to_frame()
    assert frame.index.tolist() == ["takeaways", "takeaways"]
    assert frame["quote"].tolist() == ["It runs at 90 FPS.", ""]
    assert frame["page"].astype(object).fillna(0).tolist() == [4, 0]
    assert set(frame["origin"]) == {"model"}


def test_a_missing_answer_is_named() -> None:
    """The error says what is answered."""
    empty = Digest(paper_id="2411.05184", version=1, outline="digest", language="en")
    with pytest.raises(PaperkitError, match=r"2411.05184: no answer to 'x'; answered are none"):
        empty["x"]
