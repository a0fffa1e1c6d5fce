"""Papers: identity without version, cleaning at the door, frames that come back the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperkit.errors import PaperkitError
from paperkit.frames import from_frame, to_frame
from paperkit.papers import (
    Paper,
    clean_paper,
    clean_text,
    find_links,
    is_code_link,
    paper_id,
    parse_id,
)
from tests.conftest import make_paper

new_ids = st.builds(
    lambda y, m, n: f"{y:02}{m:02}.{n:05}",
    st.integers(7, 99),
    st.integers(1, 12),
    st.integers(0, 99999),
)
old_ids = st.builds(
    lambda a, y, m, n: f"{a}/{y:02}{m:02}{n:03}",
    st.sampled_from(["math", "hep-th", "cond-mat", "cs", "quant-ph", "q-bio"]),
    st.integers(91, 99),
    st.integers(1, 12),
    st.integers(0, 999),
)
ids = new_ids | old_ids
text = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60)
moments = st.datetimes(
    datetime(1991, 1, 1),
    datetime(2100, 1, 1),
    timezones=st.just(UTC),
)


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    return Paper(
        id=draw(ids),
        version=draw(st.integers(1, 40)),
        title=draw(text.filter(bool)),
        authors=tuple(draw(st.lists(text, max_size=4))),
        abstract=draw(text),
        categories=tuple(draw(st.lists(st.sampled_from(["cs.CV", "math.GT"]), unique=True))),
        published=draw(moments),
        updated=draw(moments),
        comment=draw(text),
        journal_ref=draw(text),
        doi=draw(text),
    )


@given(ids, st.none() | st.integers(1, 99))
def test_an_id_is_the_same_however_it_is_written(bare: str, version: int | None) -> None:
    """Bare, prefixed, as address of page and PDF: one id, one version."""
    full = bare if version is None else f"{bare}v{version}"
    forms = [full, f"arXiv:{full}", f"https://arxiv.org/abs/{full}", f"arxiv.org/pdf/{full}.pdf"]
    assert {parse_id(form) for form in forms} == {(bare, version)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("math.GT/0309136v2", ("math/0309136", 2)),
        ("http://export.arxiv.org/abs/hep-th/9901001v3", ("hep-th/9901001", 3)),
        (" 0704.0001 ", ("0704.0001", None)),
    ],
)
def test_old_ids_lose_their_subject_class(text: str, expected: tuple[str, int | None]) -> None:
    """The class is not part of the identity."""
    assert parse_id(text) == expected


@pytest.mark.parametrize(
    "text", ["", "abc", "2413.00001", "2411.051", "../2411.05184", "v2", "1/2"]
)
def test_what_is_no_id_is_refused_by_name(text: str) -> None:
    """The error shows what was given and what an id looks like."""
    with pytest.raises(PaperkitError, match="not an arXiv identifier; give one like"):
        paper_id(text)


@given(st.lists(papers(), max_size=5))
def test_a_frame_gives_back_its_papers(rows: list[Paper]) -> None:
    """Paper to frame and back changes nothing."""
    assert from_frame(to_frame(rows)) == rows


@given(st.lists(papers(), min_size=1, max_size=3))
def test_an_empty_frame_has_a_full_ones_types(rows: list[Paper]) -> None:
    """Columns, dtypes and index name do not depend on the number of rows."""
    pd.testing.assert_frame_equal(to_frame([]), to_frame(rows).iloc[:0])


def test_a_frame_without_a_column_is_refused() -> None:
    """The error names the column and where such frames come from."""
    with pytest.raises(PaperkitError, match=r"column 'doi' is missing; start from search\(\)"):
        from_frame(to_frame([make_paper()]).drop(columns="doi"))


@given(st.text())
def test_cleaning_twice_changes_nothing(dirty: str) -> None:
    """Cleaned text is one line without control characters, and stays as it is."""
    once = clean_text(dirty)
    assert clean_text(once) == once
    assert once == " ".join(once.split())


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("A  Title\n  over lines", "A Title over lines"),
        ("Fig.~3 of $a~b$", "Fig. 3 of $a~b$"),
        ("the ``best'' one", "the “best” one"),
        ("evil\u202etext\x00", "eviltext"),
        ("see http://x.org/~me", "see http://x.org/~me"),
        (None, ""),
    ],
)
def test_text_is_cleaned_once_at_the_door(dirty: str | None, clean: str) -> None:
    """White space, ties, quotes, control and direction characters; math is left alone."""
    assert clean_text(dirty) == clean


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (r"\textbf{G}raph \underline{\textbf{M}}utual nets", "Graph Mutual nets"),
        (
            r"Fr\'echet, R\"uckert, R{\"u}ckert, na\"{\i}ve, Erd\H{o}s",
            "Fréchet, Rückert, Rückert, naïve, Erdős",
        ),
        (r"i.i.d.\ gains of 3\,dB", "i.i.d. gains of 3 dB"),
        (r"\emph{caf\'e} and {\em rest}", "café and rest"),
        (r"2.7\% of $50\% \textbf{x}$ at a\_b", r"2.7% of $50\% \textbf{x}$ at a_b"),
        (
            r"at \url{https://a.org/b_c} or \href{https://x.org}{here}",
            "at https://a.org/b_c or here (https://x.org)",
        ),
        (r"\ours{} costs \$5 \cite{x} \textbf{open", r"\ours{} costs \$5 \cite{x} \textbf{open"),
    ],
)
def test_the_text_commands_of_tex_become_text(told: str, shown: str) -> None:
    """Fonts, accents, links and signs; formulas and what is not known stay as arXiv has them."""
    made = make_paper(title=told, abstract=told, comment=told)
    assert (made.title, made.abstract, made.comment) == (shown, shown, shown)
    again = clean_paper(vars(made))
    assert again == made


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"title": " "}, "no title"),
        ({"published": None}, "no published date"),
        ({"published": "yesterday"}, "published 'yesterday' is no date"),
        ({"version": -1}, "version -1 is below 1"),
    ],
)
def test_a_record_that_is_no_paper_is_refused(changed: dict[str, object], message: str) -> None:
    """The error begins with the paper's id."""
    with pytest.raises(PaperkitError, match=f"^2411.05184: {message}"):
        make_paper("2411.05184", **{"version": 1, **changed})  # type: ignore[arg-type]


def test_links_are_found_whole() -> None:
    """Addresses end before punctuation and Chinese text; bare code hosts count."""
    found = find_links(
        "Code: https://github.com/a/b. See (https://x.org/a_(b)) and www.github.com/c/d, then",
        "主页 https://x.y/z，然后 \\url{https://t.co/1}",
    )
    assert found == (
        "https://github.com/a/b",
        "https://x.org/a_(b)",
        "https://www.github.com/c/d",
        "https://x.y/z",
        "https://t.co/1",
    )
    assert [is_code_link(f) for f in found] == [True, False, True, False, False]
