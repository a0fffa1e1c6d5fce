"""Pages like arXiv's in fourteen classes: all that stands in them is read, and nothing else is."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from paperkit.checks import Sources, find_evidence, ground
from paperkit.errors import ReadError
from paperkit.reading import html, read_html
from paperkit.reading.identity import compared, whole
from paperkit.readings import Limits, Reading
from tests.html_samples import (
    HOSTILE,
    bad_pages,
    hostile_page,
    page,
    page_path,
    record,
    truth,
    truths,
)
from tests.html_scores import PARTS

LAYOUTS = [told["layout"] for told in truths()]


def read_here(path: Path, told: dict[str, Any]) -> Reading:
    """Return what `read_html` would, read in this process."""
    reading = html.read_here(path, limits=Limits())
    whole(reading, path.name)
    return compared(reading, record(told))


@cache
def reading_of(layout: str) -> Reading:
    told = truth(layout)
    return read_here(page_path(told), told)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_the_page_gives_is_read(layout: str, part: str) -> None:
    """Each cell, heading, sentence, formula, footnote, caption and reference, as the TeX has it."""
    judged = PARTS[part](truth(layout), reading_of(layout))
    assert [name for name, good in judged if not good] == []


def test_the_process_of_its_own_reads_the_same() -> None:
    """And says that the page is the paper."""
    told = truth("article")
    reading = read_html(page_path(told), record(told))
    assert reading == reading_of("article")
    assert reading.matches is True


def test_what_is_not_the_paper_is_never_taken_for_it(tmp_path: Path) -> None:
    """Stubs, error pages, other papers and versions, cut, failed, huge and deep pages."""
    told, taken = truth("article"), []
    path = tmp_path / "page.html"
    for name, data in bad_pages():
        path.write_bytes(data)
        try:
            if read_here(path, told).matches is not False:
                taken.append(name)
        except ReadError:
            continue
    assert taken == []


def test_what_the_conversion_left_out_is_counted(tmp_path: Path) -> None:
    """With the commands that it didn't know; a page without errors says nothing."""
    assert [w for w in reading_of("article").warnings if "conversion" in w] == []
    path = tmp_path / "page.html"
    error = '<span class="ltx_ERROR undefined">\\strange</span>'
    front, mark, body = page("article").partition('<section id="S1"')
    body = body.replace("</p>", f"{error}</p>", 12)
    path.write_text(f"{front}{mark}{body}", encoding="utf-8")
    reading = read_here(path, truth("article"))
    assert any("12 places" in w and "\\strange" in w for w in reading.warnings)
    assert reading.matches


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_only_a_table_bears_out_is_supported(layout: str) -> None:
    """By one of its rows; with one digit changed it is objected to."""
    sources = Sources(record(truth(layout)), reading_of(layout))
    for item in truth(layout)["statements"]:
        assert find_evidence(item["true"], sources) != ()
        assert ground(item["false"], sources, origin="model") != []


@pytest.mark.parametrize("name", HOSTILE)
def test_what_wants_to_act_does_nothing(name: str, tmp_path: Path) -> None:
    """The page reads as it does without; what is hidden is told apart."""
    path = tmp_path / "page.html"
    path.write_text(hostile_page(name), encoding="utf-8")
    reading = read_here(path, truth("article"))
    assert reading.text == reading_of("article").text
    told = {**reading.to_dict(), "hidden": ()}
    words = ("owned", "javascript:", "127.0.0.1", "<script", "onerror")
    assert [w for w in words if w in str(told)] == []
