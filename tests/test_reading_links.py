"""Links: addresses whole and once, and whether they are the paper's own."""

from __future__ import annotations

import pymupdf
import pytest

from paperkit.reading import read_here
from paperkit.reading.links import kind_of
from tests.reading_samples import LEFT, RIGHT, Paper, body


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://github.com/a/b", "code"),
        ("https://huggingface.co/a/model", "code"),
        ("https://huggingface.co/datasets/a/b", "data"),
        ("https://zenodo.org/records/1", "data"),
        ("https://youtu.be/xyz", "video"),
        ("https://someone.github.io/scenes", "project"),
        ("https://arxiv.org/abs/2401.00001", "paper"),
        ("https://example.org/", "other"),
    ],
)
def test_an_address_says_what_it_leads_to(url, kind):
    """The kind follows from host and path."""
    assert kind_of(url) == kind


def _links(paper, tmp_path):
    return [(k.url, k.kind, k.own) for k in read_here(paper.save(tmp_path / "links.pdf")).links]


def test_code_that_the_text_calls_available_is_the_papers_own(tmp_path):
    """Words before the address decide; an address in the references is a citation."""
    paper = Paper()
    end = body(paper, 72, LEFT, 150)
    paper.paragraph("Our code is available at https://github.com/us/ours.", end + 8, LEFT)
    paper.next_page()
    end = body(paper, 72, LEFT, 150)
    paper.line("References", LEFT[0], end + 24, size=12, font="tibo")
    paper.paragraph("[1] A. Nobody. Tools. https://github.com/them/theirs", end + 34, LEFT)
    assert _links(paper, tmp_path) == [
        ("https://github.com/us/ours", "code", True),
        ("https://github.com/them/theirs", "code", False),
    ]


def test_an_annotated_address_is_taken_once_and_whole(tmp_path):
    """The annotation's address wins over its broken text."""
    paper = Paper()
    body(paper, 72, LEFT)
    paper.line("https://github.com/us/", RIGHT[0], 90)
    paper.line("ours-with-a-long-name", RIGHT[0], 102)
    for y in (80, 92):
        where = {"kind": pymupdf.LINK_URI, "uri": "https://github.com/us/ours-with-a-long-name"}
        paper.page.insert_link({**where, "from": pymupdf.Rect(RIGHT[0], y, 420, y + 11)})
    assert _links(paper, tmp_path) == [
        ("https://github.com/us/ours-with-a-long-name", "code", True)
    ]


def test_an_address_broken_over_lines_is_joined(tmp_path):
    """Without an annotation the next line's start completes an address that ends in a slash."""
    paper = Paper()
    body(paper, 72, LEFT)
    paper.line("See the code at https://github.com/us/", RIGHT[0], 90)
    paper.line("ours_2 for more.", RIGHT[0], 102)
    assert _links(paper, tmp_path) == [("https://github.com/us/ours_2", "code", True)]


def test_only_web_addresses_are_links(tmp_path):
    """Scripts and files named by annotations are never listed."""
    paper = Paper()
    body(paper, 72, LEFT)
    for uri in ("javascript:alert(1)", "file:///etc/passwd"):
        where = {"kind": pymupdf.LINK_URI, "uri": uri, "from": pymupdf.Rect(60, 80, 200, 90)}
        paper.page.insert_link(where)
    assert _links(paper, tmp_path) == []


def test_a_discussion_is_no_code(tmp_path):
    """An issue on the first page is about the paper, not the paper's code."""
    paper = Paper()
    paper.paragraph("Review: https://github.com/journal/submissions/issues/23", 72, LEFT)
    assert _links(paper, tmp_path) == [
        ("https://github.com/journal/submissions/issues/23", "code", False)
    ]
