"""Outlines: the only list of questions."""

from __future__ import annotations

import pytest

from paperkit.errors import PaperkitError
from paperkit.outlines import DIGEST, Outline, Question, is_chinese


def question(key: str = "gist") -> Question:
    return Question(key=key, headings={"en": "Gist", "zh": "要旨"}, ask="What is it about?")


def test_a_heading_falls_back_to_english() -> None:
    """A regional tag finds its language, an unknown one English."""
    assert [question().heading(t) for t in ("zh", "zh-Hans", "fr")] == ["要旨", "要旨", "Gist"]


@pytest.mark.parametrize("key", ["", "Gist", "a b", "1a", "x" * 50])
def test_a_key_that_no_schema_could_hold_is_refused(key: str) -> None:
    """Keys are lower-case words."""
    with pytest.raises(PaperkitError, match="key must be lower case"):
        question(key)


def test_an_outline_has_each_question_once() -> None:
    """Two questions of one key could not be told apart."""
    with pytest.raises(PaperkitError, match="'gist' stands twice"):
        Outline("mine", (question(), question()))
    with pytest.raises(PaperkitError, match="no questions"):
        Outline("mine", ())


def test_an_unknown_question_is_named_with_the_known_ones() -> None:
    """The error lists what there is."""
    with pytest.raises(PaperkitError, match=r"no question 'x'; it has gist\."):
        Outline("mine", (question(),))["x"]


def test_the_digest_has_a_line_points_and_a_deep_reading() -> None:
    """Every question has a heading in English and Chinese."""
    required = [q.key for q in DIGEST.questions if not q.optional]
    assert required == ["summary", "takeaways"]
    assert all(set(q.headings) == {"en", "zh"} for q in DIGEST.questions)
    assert {q.part for q in DIGEST.questions} - {""} == set(DIGEST.parts)


def test_chinese_is_told_by_its_tag() -> None:
    """Limits count characters in Chinese, words elsewhere."""
    assert [is_chinese(t) for t in ("zh", "zh-TW", "ZH", "en", "ja")] == [True] * 3 + [False] * 2
