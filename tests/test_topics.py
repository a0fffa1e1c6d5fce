"""Topics: a file that a person edits, and queries arXiv understands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from paperkit.errors import PaperkitError
from paperkit.topics import Topic, load_topics, terms


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("NeRF", "all:NeRF"),
        ('neural "radiance field"', '(all:neural AND all:"radiance field")'),
        ("ti:NeRF AND abs:avatar", "(ti:NeRF AND abs:avatar)"),
        ('x") OR (all:y', '(x") OR (all:y)'),
        ("3D Gaussian-splatting", "(all:3D AND all:Gaussian-splatting)"),
    ],
)
def test_typed_words_become_a_query(typed: str, query: str) -> None:
    """Words are ANDed, quotes bind, arXiv's own syntax passes."""
    assert terms(typed) == query


def test_a_topic_is_one_query() -> None:
    """Alternatives, categories, exclusions and dates each have their place."""
    topic = Topic(
        name="NeRF",
        queries=("NeRF", '"radiance field"'),
        categories=("cs.CV", "cs.GR"),
        exclude=("gallium nitride",),
    )
    since = datetime(2024, 11, 1, tzinfo=UTC)
    until = datetime(2024, 11, 30, 23, 59, tzinfo=UTC)
    assert topic.query(since=since, until=until) == (
        '(all:NeRF OR all:"radiance field") AND (cat:cs.CV OR cat:cs.GR)'
        " ANDNOT (all:gallium AND all:nitride)"
        " AND submittedDate:[202411010000 TO 202411302359]"
    )


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "topics.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_of_topics_is_read_in_order(tmp_path: Path) -> None:
    """Every key of the table is a field of the topic."""
    file = write(
        tmp_path,
        '[[topic]]\nname = "元宇宙/虚拟人"\nqueries = ["metaverse"]\nlanguage = "zh"\n'
        '[[topic]]\nname = "NeRF"\nqueries = ["NeRF"]\nmax_age_days = 7\n',
    )
    assert load_topics(file) == {
        "元宇宙/虚拟人": Topic(name="元宇宙/虚拟人", queries=("metaverse",), language="zh"),
        "NeRF": Topic(name="NeRF", queries=("NeRF",), max_age_days=7),
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[topic]\n", "not valid TOML"),
        ("", r"no \[\[topic\]\] table"),
        ("colour = 1\n", "unknown key 'colour'"),
        ('[[topic]]\nname = "a"\n', "topic 'a': queries is missing"),
        ('[[topic]]\nname = "a"\nqueries = "b"\n', "queries must be a list of texts"),
        ('[[topic]]\nname = "a"\nqueries = ["b"]\nfoo = 1\n', "unknown key 'foo'; known are name"),
        ('[[topic]]\nname = "a"\nqueries = ["b"]\nmax_age_days = "9"\n', "must be a whole number"),
        ('[[topic]]\nname = "a"\nqueries = [" "]\n', "queries is empty"),
        ('[[topic]]\nname = "a"\nqueries = ["b"]\n' * 2, "topic 'a' stands twice"),
    ],
)
def test_a_broken_file_is_named_with_what_to_mend(
    tmp_path: Path, content: str, message: str
) -> None:
    """One clear error: the file or topic first, what to do last."""
    with pytest.raises(PaperkitError, match=message):
        load_topics(write(tmp_path, content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error says where to start from."""
    with pytest.raises(PaperkitError, match=r"none\.toml: no such topics file; copy"):
        load_topics(tmp_path / "none.toml")


def test_an_empty_query_is_refused() -> None:
    """There must be a word in it."""
    with pytest.raises(PaperkitError, match="no word in it"):
        terms(' "" ')
