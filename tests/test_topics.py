"""Topics: a file that a person edits, and queries arXiv understands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperkit.days import settled, to_ask, why_none
from paperkit.errors import PaperkitError
from paperkit.topics import Topic, load_topics, matches, parse, terms


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("NeRF", "all:NeRF"),
        ('neural "radiance field"', '(all:neural AND all:"radiance field")'),
        ("ti:NeRF AND abs:avatar", "(ti:NeRF AND abs:avatar)"),
        ("3D Gaussian-splatting", "(all:3D AND all:Gaussian-splatting)"),
        ("ti:GAN NeRF", "(ti:GAN AND all:NeRF)"),
        ("a OR b c", "(all:a OR (all:b AND all:c))"),
        ("NeRF NOT (chip OR GaN)", "(all:NeRF ANDNOT (all:chip OR all:GaN))"),
        (
            'NeRF -"gallium nitride" avatar',
            '(all:NeRF AND all:avatar ANDNOT all:"gallium nitride")',
        ),
        ("ti:(neural OR radiance) abs:field", "((ti:neural OR ti:radiance) AND abs:field)"),
        ("all:a ANDNOT all:b", "(all:a ANDNOT all:b)"),
        ("au:del_maestro cat:cs.*", "(au:del_maestro AND cat:cs.*)"),
        (
            "a AND submittedDate:[202401010000 TO 202401312359]",
            "(all:a AND submittedDate:[202401010000 TO 202401312359])",
        ),
        (
            "What is a field? Splats.",
            "(all:What AND all:is AND all:a AND all:field AND all:Splats)",
        ),
        ("and or not", "(all:and AND all:or AND all:not)"),
        ("元宇宙 avatar", "(all:元宇宙 AND all:avatar)"),
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
        ('[[topic]]\nname = "a"\nqueries = ["b"]\n' * 2, "topic 'a' occurs twice"),
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


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (' "" ', "no word in it"),
        ("", "no word in it"),
        ('x") OR (all:y', "a quotation mark is not closed"),
        ("(a OR b", "a parenthesis is not closed"),
        ("a) OR b", "a parenthesis is closed but was not opened"),
        ("a AND", "AND has nothing after it"),
        ("a OR", "no word in it"),
        ("AND a", "AND has nothing before it"),
        ("NOT a", "NOT has nothing to take away from"),
        ("a AND OR b", "AND has nothing after it"),
        ("title:NeRF", "'title' is not a field of arXiv's; use ti, au"),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused(typed: str, message: str) -> None:
    """The error quotes it and says what to mend, before anything is sent."""
    with pytest.raises(PaperkitError, match=message):
        terms(typed)


@given(st.text(alphabet='ab ()"-:ANDORT', max_size=30))
def test_whatever_is_typed_becomes_a_balanced_query_or_an_error(typed: str) -> None:
    """Code builds the query: its quotes and parentheses always match, and it reads back alike."""
    try:
        query = terms(typed)
    except PaperkitError:
        return
    assert query.count("(") == query.count(")")
    assert query.count('"') % 2 == 0
    assert terms(query) == query


PAPER = {
    "title": "NeRF avatars",
    "authors": ("Ada Lovelace",),
    "abstract": "Neural radiance fields of people.",
    "categories": ("cs.CV",),
}


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("nerf avatar", True),
        ('"radiance field"', True),
        ('"field radiance"', False),
        ("NeRF NOT avatar", False),
        ("GaN OR lovelace", True),
        ("ti:radiance", False),
        ("cat:cs.* abs:neur*", True),
        ("gallium nitride", False),
        ("ne", False),
    ],
)
def test_an_expression_judges_a_paper(typed: str, fits: bool) -> None:
    """Whole words in their field, plural or not."""
    assert matches(parse(typed), PAPER) is fits


def test_the_days_to_ask_are_gaps_and_the_latest() -> None:
    """Never asked, incomplete, and those last seen when they were young; newest first."""
    day = date(2024, 11, 20)
    known: dict[date, date | None] = {day - timedelta(days=n): day for n in range(1, 11)}
    known[day - timedelta(days=9)] = None
    assert to_ask(known, today=day, max_age_days=10, look_back=2) == [
        (date(2024, 11, 19), day),
        (date(2024, 11, 11), date(2024, 11, 11)),
    ]


def test_a_long_absence_leaves_no_hole() -> None:
    """The search goes on from the last complete day, however long ago."""
    day = date(2024, 11, 20)
    first = date(2024, 9, 1)
    asked = to_ask({first: date(2024, 9, 20)}, today=day, max_age_days=5, last=first)
    assert asked == [(date(2024, 9, 2), day)]
    early = to_ask({first: date(2024, 9, 4)}, today=day, max_age_days=5, last=first)
    assert early == [(first, day)]


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        ("2024-11-12", "2024-11-14"),  # a Tuesday's last papers are announced on Wednesday evening
        ("2024-11-14", "2024-11-18"),  # Thursday's on Sunday evening
        ("2024-11-15", "2024-11-19"),  # Friday's on Monday evening
        ("2024-11-17", "2024-11-19"),
        ("2024-11-27", "2024-12-02"),  # Thanksgiving
    ],
)
def test_a_day_is_settled_when_it_was_announced(day: str, shown: str) -> None:
    """Weekends and holidays delay it."""
    assert settled(date.fromisoformat(day)).date() == date.fromisoformat(shown)


def test_an_empty_day_has_a_reason() -> None:
    """The weekend, a holiday, or that there was nothing."""
    days = (date(2024, 11, 16), date(2024, 11, 28), date(2024, 12, 25), date(2024, 11, 12))
    reasons = ["weekend", "holiday", "holiday", "arXiv said zero"]
    assert [why_none(d) for d in days] == reasons
