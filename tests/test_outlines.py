"""Outlines: the only list of questions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from paperkit import outlines
from paperkit.errors import PaperkitError
from paperkit.outlines import DIGEST, Outline, Question, is_chinese, load_outline


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
    with pytest.raises(PaperkitError, match="'gist' occurs twice"):
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


def test_the_digest_is_read_by_the_loader_of_everyones_outlines(tmp_path: Path) -> None:
    """A copy of the bundled file under another name is the same list of questions."""
    text = (Path(outlines.__file__).parent / "data" / "digest.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace('name = "digest"\n', "", 1), encoding="utf-8")
    assert load_outline(mine) == Outline("mine", DIGEST.questions, DIGEST.parts)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[questions]", "can't be read as an outline"),
        ('colour = "red"', "'colour' is not a field of an outline"),
        ("name = 'x'", "outline 'x': no questions"),
        ('[[questions]]\nkey = "data"', "question 'data': headings is missing"),
        ('[[questions]]\nask = "?"\nheadings = {en = "A"}', "question 1: key is missing"),
        ('[[questions]]\nkey = "data"\nwords = "ten"', "question 'data': words is 'ten'"),
        ('[[questions]]\nkey = "data"\nkind = "essay"', "write line or list or text"),
        ('[[questions]]\nkey = "data"\nlength = 3', "'length' is not a field of a question"),
        ('[[questions]]\nkey = "d"\nask = "?"\nheadings = {en = 1}', "headings must be texts"),
        (
            '[[questions]]\nkey = "d"\nask = "?"\nheadings = {en = "A"}\nitems = [3, 1]',
            "items is [3, 1]",
        ),
    ],
)
def test_what_is_wrong_with_an_outline_is_named(tmp_path: Path, text: str, told: str) -> None:
    """The file first, then the question and the field."""
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PaperkitError, match=re.escape(told)) as raised:
        load_outline(file)
    assert str(raised.value).startswith(str(file))


def test_an_outline_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the next step, not as the system's error."""
    with pytest.raises(PaperkitError, match=r"none\.toml: can't be read as an outline"):
        load_outline(tmp_path / "none.toml")
