"""Frames: which papers are meant, one set of dtypes, and how a table shows itself."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from paperkit.errors import PaperkitError
from paperkit.frames import ids_of, table, to_frame
from paperkit.library import Library
from paperkit.papers import parse_id
from tests.conftest import make_paper

PAPER = make_paper("2411.05184")


@pytest.mark.parametrize(
    "meant",
    [
        "2411.05184",
        "https://arxiv.org/abs/2411.05184v2",
        PAPER,
        parse_id("2411.05184v2"),
        ["2411.05184v1", "arXiv:2411.05184"],
        [PAPER, "2411.05184"],
        to_frame([PAPER]),
        to_frame([PAPER]).reset_index(),
        to_frame([PAPER]).index,
        (i for i in ["2411.05184"]),
    ],
)
def test_one_paper_is_meant_in_many_ways(meant: object) -> None:
    """A frame, a paper, an id with or without version, or several: one id, once."""
    assert ids_of(meant) == ["2411.05184"]  # type: ignore[arg-type]


def test_order_stays_and_what_is_no_id_is_named() -> None:
    """None of it is guessed."""
    assert ids_of(["2411.00002", "2411.00001", "2411.00002v3"]) == ["2411.00002", "2411.00001"]
    assert ids_of([]) == []
    with pytest.raises(PaperkitError, match="'avatars': not an arXiv identifier"):
        ids_of(["2411.00002", "avatars"])


def test_an_empty_table_has_a_full_ones_types() -> None:
    """Columns, dtypes and index do not depend on the number of rows."""
    columns = {"outcome": "str", "count": "int64"}
    full = table([{"id": "a", "outcome": "new", "count": 1}], columns)
    pd.testing.assert_frame_equal(table([], columns), full.iloc[:0])
    assert table([{"count": 1}], {"count": "Int64"}, index=None).columns.tolist() == ["count"]


def test_a_frame_shows_itself_with_everything_escaped(library: Library) -> None:
    """Titles lead to arXiv, dates have no time, and nothing from outside is markup."""
    evil = make_paper(
        "2411.00003", title="<img src=x onerror=alert(1)>", authors=["<b>A</b>", 'B"B'], abstract=""
    )
    library.add([evil])
    library.note("2411.00003", "</td><script>x</script>")
    frame = library.papers()
    shown = frame._repr_html_()
    assert '<a href="https://arxiv.org/abs/2411.00003" rel="noopener">&lt;img src=x' in shown
    assert "2024-11-01<" in shown
    assert "00:00" not in shown
    assert re.findall(r"</?([a-z]+)", shown).count("script") == 0
    assert "<img" not in shown
    assert "<b>" not in shown
    assert "text-align:left" in shown


def test_a_part_of_a_frame_shows_itself_too(library: Library) -> None:
    """Some columns, some rows, none at all, or a thousand: still a table of that kind."""
    frame = library.papers()
    assert "arxiv.org/abs/math/0309136" in frame[["title"]]._repr_html_()
    assert "0 rows × 17 columns" in frame.iloc[:0]._repr_html_()
    many = to_frame([make_paper(f"2411.{n:05}") for n in range(1, 1001)])
    assert "1,000 rows" in many._repr_html_()
    assert many._repr_html_().count("<tr>") == 22
    assert pd.concat([many, many]).groupby("title")["version"].sum().max() == 2
