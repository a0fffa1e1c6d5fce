"""Tables as data: cells where the print tells them apart, and None where it does not."""

from __future__ import annotations

import pytest

from paperkit.reading import read_here
from tests.reading_samples import LEFT, RIGHT, Paper, body, prose

HEAD = ["Method", "Error", "Time"]


def _rows(tmp_path, cells, width=(70, 280)):
    paper = Paper()
    end = body(paper, 72, LEFT, 120)
    bottom = paper.table(width, end + 20, cells)
    paper.paragraph("Table 1: How they compare.", bottom + 6, LEFT, size=9)
    body(paper, bottom + 30, LEFT, 120)
    body(paper, 72, RIGHT)
    reading = read_here(paper.save(tmp_path / "table.pdf"))
    (table,) = [f for f in reading.figures if f.kind == "table"]
    return table.rows


def test_cells_come_out_as_rows(tmp_path):
    """Columns of numbers beside names are told apart, empty cells too."""
    cells = [HEAD, ["Ours", "0.1", "3 (1)"], ["Theirs", "0.2", ""], ["Older", "0.25", "12 000"]]
    assert _rows(tmp_path, cells) == tuple(tuple(row) for row in cells)


@pytest.mark.parametrize("pair", ["0.1 0.2", "0.1 (0.3) 0.2 (0.4)", "-1.5 +2.5%"])
def test_two_numbers_in_each_cell_are_not_reliable(tmp_path, pair):
    """Columns set so close that they read as one are no data."""
    cells = [HEAD, *([name, pair, "3"] for name in ("Ours", "Theirs", "Older", "Oldest"))]
    assert _rows(tmp_path, cells) is None


def test_sentences_in_cells_are_not_reliable(tmp_path):
    """A table of prose is shown as an image only."""
    said = [[f"Q{i}", prose(16, 5 * i)] for i in range(5)]
    assert _rows(tmp_path, [["Question", "Answer"], *said], (70, 540)) is None
