"""Text of PDFs: reading order, repair of words, running heads, references."""

from __future__ import annotations

from collections import Counter

import pymupdf
import pytest

from paperkit.reading import read_here
from paperkit.reading.pages import _clean as clean
from paperkit.reading.text import joined, repaired, vocabulary
from tests.reading_samples import LEFT, RIGHT, WHOLE, Paper, body, prose


@pytest.fixture
def two_columns(tmp_path):
    """A two-column paper of two pages with running heads, page numbers and references."""
    paper = Paper()
    for number in (1, 2, 3):
        if number > 1:
            paper.next_page()
        paper.line("A Running Head of This Paper", 200, 40, size=9)
        paper.line(str(number), 296, 770, size=9)
        if number == 1:
            paper.line("Sparse Codes for Busy Scenes", 150, 80, size=17, font="tibo")
        top = 110 if number == 1 else 72
        end = paper.paragraph(f"Leftone{number} " + prose(150), top, LEFT)
        paper.paragraph(f"Lefttwo{number} " + prose(100), end + 6, LEFT)
        end = paper.paragraph(f"Rightone{number} " + prose(120), top, RIGHT)
        if number == 3:
            paper.line("References", RIGHT[0], end + 26, size=12, font="tibo")
            paper.paragraph("[1] A. Nobody. Some title of some paper. 2019.", end + 34, RIGHT)
    return paper.save(tmp_path / "two.pdf")


def test_columns_are_read_one_after_the_other(two_columns):
    """On every page the whole left column comes before the right one."""
    text = read_here(two_columns).text
    marks = [w for n in (1, 2, 3) for w in (f"Leftone{n}", f"Lefttwo{n}", f"Rightone{n}")]
    assert sorted(marks, key=text.find) == marks
    assert all(mark in text for mark in marks)


def test_running_heads_and_page_numbers_are_left_out(two_columns):
    """What repeats at the edge of the pages is no text."""
    texts = [p.text for p in read_here(two_columns).paragraphs]
    assert not [t for t in texts if "Running Head" in t or t.strip() in {"1", "2", "3"}]


def test_ligatures_and_odd_characters_become_plain(tmp_path):
    """Ligatures come apart, a broken word is whole, any space is one."""
    paper = Paper()
    end = paper.paragraph(prose(80), 72, WHOLE)
    paper.page.insert_font(fontname="wide", fontbuffer=pymupdf.Font("tiro").buffer)
    paper.line(
        "An ef\ufb01cient \ufb02ow of 3\u00a0km is an exam\xad", WHOLE[0], end + 20, font="wide"
    )
    paper.line("ple that we measured twice.", WHOLE[0], end + 32, font="wide")
    text = " ".join(read_here(paper.save(tmp_path / "odd.pdf")).text.split())
    assert "An efficient flow of 3 km is an example that we measured twice." in text


@pytest.mark.parametrize(
    ("text", "plain"),
    [("a\x00b\x07", "ab"), ("a\ud800b", "ab"), ("a\u200bb\xad", "ab-"), ("3\u2009km\xa0", "3 km ")],
)
def test_what_is_no_character_is_dropped(text, plain):
    """Control characters, lone surrogates and invisible ones; any space is a plain one."""
    assert clean(text) == plain


def test_references_are_known_as_such(two_columns):
    """The reference list has its role and its section, and a model does not get it."""
    reading = read_here(two_columns)
    last = reading.paragraphs[-1]
    assert (last.text, last.section, last.role) == (
        "[1] A. Nobody. Some title of some paper. 2019.",
        "References",
        "references",
    )
    assert last not in reading.body


def test_a_paragraph_knows_its_page_and_place(two_columns):
    """A paragraph's box lies in the column where it stands."""
    found = next(p for p in read_here(two_columns).paragraphs if p.text.startswith("Rightone2"))
    assert found.page == 2
    assert RIGHT[0] - 2 < found.bbox[0] < found.bbox[2] < RIGHT[1] + 2


def test_the_title_is_the_largest_print(two_columns):
    """The title comes from the first page."""
    assert read_here(two_columns).title == "Sparse Codes for Busy Scenes"


def test_a_sentence_goes_on_across_columns(tmp_path):
    """A paragraph cut by the column's end is one paragraph."""
    paper = Paper()
    body(paper, 72, LEFT, 300)
    paper.paragraph(
        "The sentence begins here and then goes on and on until the column ends and", 700, LEFT
    )
    paper.paragraph("continues in the next one. " + prose(120), 72, RIGHT)
    text = read_here(paper.save(tmp_path / "cut.pdf")).text
    assert "column ends and continues in the next one." in text


def test_the_stamp_in_the_margin_is_left_out(tmp_path):
    """The rotated arXiv stamp is no text."""
    paper = Paper()
    body(paper, 72, WHOLE, 400)
    paper.line("arXiv:1503.07589v1 [hep-ex] 26 Mar 2015", 30, 560, size=20, rotate=90)
    assert "arXiv" not in read_here(paper.save(tmp_path / "stamp.pdf")).text


@pytest.mark.parametrize(
    ("lines", "words", "expected"),
    [
        (["a sum-", "mary here"], {"summary": 2}, "a summary here"),
        (["a state-", "space model"], {"state-space": 3}, "a state-space model"),
        (["pre-", "Raphaelite"], {}, "pre-Raphaelite"),
        (["图像", "分割"], {}, "图像分割"),
        (["one  two", "three"], {}, "one two three"),
        (["learn-", "ing-based ranking"], {"learn": 3}, "learning-based ranking"),
        (["English-", "to-German text"], {}, "English-to-German text"),
        (["English-to-", "German text"], {}, "English-to-German text"),
        (["state-", "of-the-art"], {}, "state-of-the-art"),
        (["state-of-", "the-art"], {}, "state-of-the-art"),
        (["state-of-the-", "art"], {}, "state-of-the-art"),
        (["a non-", "linear map"], {"nonlinear": 1}, "a nonlinear map"),
        (["a non-", "linear map"], {"non-linear": 1}, "a non-linear map"),
        (["a self-", "supervised"], {"self-supervised": 1}, "a self-supervised"),
        (["a task-", "specific head"], {}, "a task-specific head"),
        (["a task-", "model-free"], {"task": 1, "model": 1}, "a task-model-free"),
        (["hyper-", "parameter"], {"hyper-parameters": 2}, "hyper-parameter"),
        (["an LSTM-", "layer"], {}, "an LSTM-layer"),
        (["the k-", "means method"], {}, "the k-means method"),
        (["INTRO-", "DUCTION"], {"introduction": 1}, "INTRODUCTION"),
        (["the pre-", "and post-war years"], {}, "the pre- and post-war years"),
        (["thous-", "and"], {"thousand": 1}, "thousand"),
        (["die Vor-", "und Nachteile"], {}, "die Vor- und Nachteile"),
        (["die E-", "Mail"], {}, "die E-Mail"),
        (["Ver-", "arbeitung"], {}, "Verarbeitung"),
        (["pages 2-", "3 of it"], {}, "pages 2-3 of it"),
        (["pages 73–", "78 of it"], {}, "pages 73–78 of it"),
        (["a T5-", "11B and GPT-", "4"], {}, "a T5-11B and GPT-4"),
        (["a 3-", "dimensional net"], {}, "a 3-dimensional net"),
        (["2,4-di-", "methyl and N-", "methyl"], {}, "2,4-dimethyl and N-methyl"),
        (["the value x -", "3 times y"], {}, "the value x - 3 times y"),
    ],
)
def test_words_cut_at_line_ends_are_repaired(lines, words, expected):
    """The document's own words decide whether a hyphen was the typesetter's."""
    assert joined(lines, Counter(words)) == expected


def test_parts_of_long_compounds_count_as_seen():
    """A compound of four parts says how its parts are written when they stand alone."""
    words = vocabulary(["the self-supervised-learning task here"])
    assert joined(["a self-", "supervised one"], words) == "a self-supervised one"
    assert joined(["a supervised-", "learning one"], words) == "a supervised-learning one"


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("Scores of the state- of-the-art.", "Scores of the state-of-the-art."),
        ("The pre- and post-war years.", "The pre- and post-war years."),
        ("A sum- mary of it.", "A summary of it."),
        ("A mix- match of it.", "A mix-match of it."),
    ],
)
def test_captions_are_repaired_as_sentences_are(caption, expected):
    """A caption's hyphens follow the same rules, from the document's own words."""
    assert repaired(caption, Counter({"mix-match": 1})) == expected
