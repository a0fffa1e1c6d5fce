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
    clean_name,
    clean_paper,
    clean_text,
    find_links,
    identify,
    ids_in,
    is_code_link,
    paper_id,
    parse_id,
    split_names,
)
from tests.conftest import make_paper

new_ids = st.builds(
    lambda y, m, n: f"{y:02}{m:02}.{n:05}",
    st.integers(15, 90),
    st.integers(1, 12),
    st.integers(1, 99999),
) | st.builds(
    lambda y, m, n: f"{y:02}{m:02}.{n:04}",
    st.integers(8, 14),
    st.integers(1, 12),
    st.integers(1, 9999),
)
old_ids = st.builds(
    lambda a, y, m, n: f"{a}/{y:02}{m:02}{n:03}",
    st.sampled_from(["math", "hep-th", "cond-mat", "cs", "quant-ph", "q-bio"]),
    st.integers(91, 99),
    st.integers(1, 12),
    st.integers(1, 999),
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
    ("text", "expected"),
    [
        ("arXiv:2411.05184 [cs.CV]", ("2411.05184", None)),
        ("arXiv:2411.05184v2 [cs.CV, cs.LG]", ("2411.05184", 2)),
        ("arXiv 2411.05184", ("2411.05184", None)),
        ("arXiv preprint arXiv:1706.03762", ("1706.03762", None)),
        ("https://doi.org/10.48550/arXiv.2411.05184", ("2411.05184", None)),
        ("doi:10.48550/arXiv.2411.05184v3", ("2411.05184", 3)),
        ("http://dx.doi.org/10.48550/arxiv.2401.00011", ("2401.00011", None)),
        ("https://arxiv.org/abs/2411.05184v2?context=cs.CV#S1", ("2411.05184", 2)),
        ("https://arxiv.org/html/2411.05184v1/", ("2411.05184", 1)),
        ("https://www.alphaxiv.org/abs/2411.05184", ("2411.05184", None)),
        ("https://huggingface.co/papers/2411.05184", ("2411.05184", None)),
        ("https://arxiv.org/pdf/math%2F0309136", ("math/0309136", None)),
        ("oai:arXiv.org:hep-th/9711200", ("hep-th/9711200", None)),
        ("2411.05184V2.", ("2411.05184", 2)),
        ("2411.0518", ("2411.05180", None)),  # a spreadsheet cut the zero
        ("1003.001", None),
        ("2411.0518v2", None),
        ("9912.0001", None),
        ("0703.0001", None),
        ("2400.00001", None),
        ("foo/0112017", None),
        ("math/0113017", None),
        ("0112019", None),
        ("٢٤١١.٠٥١٨٤", None),
        ("https://evil.org/arxiv.org/abs/2411.05184", None),
        ("https://arxiv.org.evil.org/abs/2411.05184", None),
    ],
)
def test_ids_are_read_as_people_write_them(text: str, expected: tuple[str, int] | None) -> None:
    """Stamps, addresses and DOIs are understood; what no paper can have is refused."""
    if expected is None:
        with pytest.raises(PaperkitError, match="not an arXiv identifier"):
            parse_id(text)
    else:
        assert parse_id(text) == expected


def test_a_text_that_is_only_ids_is_told_from_words() -> None:
    """One, several, or none."""
    assert ids_in(" arXiv:2411.05184v2 [cs.CV] ") == ("2411.05184",)
    assert ids_in("2411.05184, https://arxiv.org/abs/2411.00002") == ("2411.05184", "2411.00002")
    assert [ids_in(t) for t in ("", "avatars 2411.05184", "3.5", "2411.00000")] == [()] * 4


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"eprint": "2411.05184v2"}, "2411.05184"),
        ({"eprint": "{1508.00882}", "eprinttype": "arxiv"}, "1508.00882"),
        ({"eprint": "9711200", "archivePrefix": "hep-th"}, "hep-th/9711200"),
        ({"eprint": "0309136", "archivePrefix": "arXiv", "primaryClass": "math.GT"},
         "math/0309136"),
        ({"eprint": "33301246", "eprinttype": "pmid"}, None),
        ({"eprint": "2012.00001", "eprinttype": "jstor"}, None),
        ({"arXivId": "2411.05184"}, "2411.05184"),
        ({"id": 2301.0001}, "2301.00010"),
        ({"id": "2411.051"}, "2411.05100"),
        ({"id": "doe2024", "DOI": "10.48550/arXiv.2403.00011"}, "2403.00011"),
        ({"doi": "10.1/abc"}, None),
        ({"urls": ["https://x.org", "https://arxiv.org/abs/2411.05184"]}, "2411.05184"),
        ({"howpublished": r"\url{https://arxiv.org/abs/2411.05184}"}, "2411.05184"),
        ({"journal": "arXiv preprint arXiv:1706.03762"}, "1706.03762"),
        ({"journal": "arXiv:1508.00882 [math, stat]"}, "1508.00882"),
        ({"number": "arXiv:2411.05184"}, "2411.05184"),
        ({"journal": "CoRR", "volume": "abs/1706.03762"}, "1706.03762"),
        ({"abstract": "We comment on arXiv:1706.03762."}, None),
        ({"note": "arXiv:1706.03762"}, None),
        ({"title": "arXiv:1706.03762", "references": "https://arxiv.org/abs/1706.03762"}, None),
        ({"journal": "Comments on arXiv:1706.03762"}, None),
        ({"url": "https://x.org/reply-to/arxiv.org/abs/1706.03762"}, None),
        ({"id": "2411.00000"}, None),
        ({"eprint": "1003.00012"}, None),
        ({"eprint": "math/0309000"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_a_record_is_the_paper_it_says_it_is(record: dict[str, object], expected: str) -> None:
    """Only what identifies the record itself counts; a mention is another paper."""
    found = identify(record)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (r"C. Bal\'azs", "C. Balázs"),
        ("Jos\\'e N\\'u\\~nez", "José Núñez"),
        (r"\L. Luk", "Ł. Luk"),
        ("C. -P. Yuan", "C.-P. Yuan"),
        ("Ann Doe (Univ. of X (a))", "Ann Doe"),
        ("Ann Doe et al.", "Ann Doe"),
        ("NVIDIA", "NVIDIA"),
        ("The CLIC", "The CLIC"),
        (":", ""),
        ("others", ""),
    ],
)
def test_names_are_what_arxiv_shows(told: str, shown: str) -> None:
    """Letters of TeX, no affiliations, nobody called colon or others."""
    assert clean_name(told) == shown
    assert clean_name(shown) == shown


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ann Doe; Ben Roe", ["Ann Doe", "Ben Roe"]),
        ("Doe, Ann; Roe, Ben", ["Ann Doe", "Ben Roe"]),
        ("Doe, Ann and Roe, Ben", ["Ann Doe", "Ben Roe"]),
        ("Doe, Ann", ["Ann Doe"]),
        ("Ann Doe & Ben Roe", ["Ann Doe", "Ben Roe"]),
        ("A. Mandelbrot, Sandra Andersson and Chris Brandt",
         ["A. Mandelbrot", "Sandra Andersson", "Chris Brandt"]),
        ("A. Doe (1), B. Roe (1, 2), C. Poe ((1) Univ. of X, (2) Y, Z)",
         ["A. Doe", "B. Roe", "C. Poe"]),
        ("The ATLAS Collaboration, A. Doe, Jr., B. Roe",
         ["The ATLAS Collaboration", "A. Doe Jr.", "B. Roe"]),
    ],
)  # fmt: skip
def test_author_lines_come_apart_where_names_end(line: str, names: list[str]) -> None:
    """Semicolons, and, ampersands or commas; what stands in brackets is no name."""
    assert split_names(line) == names


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
        ("https://x.org/a~b and c~d", "https://x.org/a~b and c d"),
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
        ({"published": "yesterday"}, "published 'yesterday' is not a date"),
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
