"""The page of a line: where its words are printed, in the bundled papers' own PDFs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest

import paperkit
from paperkit.passages import SourceLine, source_lines
from paperkit.reading import read_here
from paperkit.readings import Paragraph, Reading

pytestmark = pytest.mark.process
"""It reads whole papers."""

PAPERS = sorted((Path(paperkit.__file__).parent / "data" / "papers").glob("*.pdf"))


def letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower().replace("ﬁ", "fi").replace("ﬂ", "fl"))


def share(line: SourceLine, page: str) -> float:
    """Return how much of a line stands on a page: eight letters in a row, a table row's words."""
    found = letters(line.text)
    parts = {found[i : i + 8] for i in range(max(len(found) - 7, 1))}
    if line.kind == "row":  # put together from the table's cells
        parts = {letters(word) for word in line.text.split()} - {""}
    return sum(part in page for part in parts) / len(parts)


@pytest.mark.parametrize("path", PAPERS, ids=lambda p: p.stem)
def test_every_line_is_on_the_page_it_says(path: Path) -> None:
    """No other page holds more of it; what runs over a page's end is where most of it is."""
    reading = read_here(path)
    with pymupdf.open(path) as document:
        pages = [letters(page.get_text()) for page in document]
    told = [line for line in source_lines(None, reading) if len(letters(line.text)) > 20]
    assert len(told) > 80
    assert any(p.turns for p in reading.paragraphs)
    wrong = [
        (line.page, line.text)
        for line in told
        if line.page
        and share(line, pages[line.page - 1]) < 0.99 * max(share(line, p) for p in pages)
    ]
    assert wrong == []


def test_a_sentence_belongs_to_the_page_that_holds_the_most_of_it() -> None:
    """Over three pages as well; without turns all of it is on the first."""
    text = "First of all. This one runs over the end. Third."
    paragraph = Paragraph(text, 4, (0, 0, 1, 1), turns=((5, 20), (6, 42)))
    reading = Reading("T", 9, "r", paragraphs=(paragraph,))
    lines = source_lines(None, reading)
    assert [line.page for line in lines] == [4, 5, 6]
    assert [line.bbox for line in lines] == [(0, 0, 1, 1), None, None]
    flat = replace(reading, paragraphs=(replace(paragraph, turns=()),))
    assert [line.page for line in source_lines(None, flat)] == [4, 4, 4]
    assert Reading.from_dict(reading.to_dict()) == reading
