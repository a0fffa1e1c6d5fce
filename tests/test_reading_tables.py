"""Tables as data: cells where the print tells them apart, and None where it does not."""

from __future__ import annotations

import pytest

from paperkit.errors import PaperkitError
from paperkit.reading import read_here
from paperkit.readings import Figure, Reading
from tests.reading_samples import LEFT, RIGHT, Paper, body, prose

HEAD = ["Method", "Error", "Time"]


def _rows(tmp_path, cells, width=(70, 280)):
    return _table(tmp_path, cells, width).rows


def _table(tmp_path, cells, width=(70, 280)):
    paper = Paper()
    end = body(paper, 72, LEFT, 120)
    bottom = paper.table(width, end + 20, cells)
    paper.paragraph("Table 1: How they compare.", bottom + 6, LEFT, size=9)
    body(paper, bottom + 30, LEFT, 120)
    body(paper, 72, RIGHT)
    reading = read_here(paper.save(tmp_path / "table.pdf"))
    (table,) = [f for f in reading.figures if f.kind == "table"]
    return table


def test_cells_come_out_as_rows(tmp_path):
    """Columns of numbers beside names are told apart, empty cells too."""
    cells = [HEAD, ["Ours", "0.1", "3 (1)"], ["Theirs", "0.2", ""], ["Older", "0.25", "12 000"]]
    assert _rows(tmp_path, cells) == tuple(tuple(row) for row in cells)


def test_each_row_has_its_page_and_box(tmp_path):
    """One below the other within the table; printed lines without cells have theirs too."""
    cells = [HEAD, ["Ours", "0.1", "3 (1)"], ["Theirs", "0.2", "4"], ["Older", "0.25", "12 000"]]
    pairs = [HEAD, *([name, "0.1 0.2", "3"] for name in ("Ours", "Theirs", "Older", "Oldest"))]
    for table in (_table(tmp_path, cells), _table(tmp_path, pairs)):
        assert len(table.places) == len(table.rows or table.lines)
        assert {page for page, _ in table.places} == {table.page}
        tops = [box[1] for _, box in table.places]
        assert tops == sorted(tops)
        assert all(box[3] <= after for (_, box), after in zip(table.places, tops[1:], strict=False))
        x0, y0, x1, y1 = table.bbox
        assert all(x0 - 2 < b[0] and b[2] < x1 + 2 and y0 - 2 < b[1] for _, b in table.places)
        assert tops[-1] < y1
    assert Reading.from_dict(READ.to_dict()) == READ


READ = Reading(
    "T", 1, "1", figures=(Figure("table", "1", 1, (0, 0, 9, 9), "", places=((1, (0, 0, 9, 3)),)),)
)


@pytest.mark.parametrize("pair", ["0.1 0.2", "0.1 (0.3) 0.2 (0.4)", "-1.5 +2.5%"])
def test_two_numbers_in_each_cell_are_not_reliable(tmp_path, pair):
    """Columns set so close that they read as one are no data."""
    cells = [HEAD, *([name, pair, "3"] for name in ("Ours", "Theirs", "Older", "Oldest"))]
    assert _rows(tmp_path, cells) is None


def test_sentences_in_cells_are_not_reliable(tmp_path):
    """A table of prose is shown as an image only."""
    said = [[f"Q{i}", prose(16, 5 * i)] for i in range(5)]
    assert _rows(tmp_path, [["Question", "Answer"], *said], (70, 540)) is None


def test_heads_are_told_from_cells(tmp_path):
    """The rows above the first inner rule are heads, and name the columns of the frame."""
    cells = [HEAD, ["Ours", "0.1", "3"], ["Theirs", "0.2", "4"]]
    table = _table(tmp_path, cells)
    assert (table.head, table.lines) == (1, None)
    assert table.to_frame().to_dict("list") == {
        "Method": ["Ours", "Theirs"],
        "Error": ["0.1", "0.2"],
        "Time": ["3", "4"],
    }


def test_cells_that_cannot_be_told_apart_keep_their_lines(tmp_path):
    """Every number of such a table is still in the reading."""
    table = _table(tmp_path, [HEAD, *([name, "0.1 0.25", "3"] for name in ("Ours", "Older"))])
    assert table.lines == ("Method  Error  Time", "Ours  0.1 0.25  3", "Older  0.1 0.25  3")
    assert table.to_frame()["line"].tolist() == list(table.lines)


def _drawn(tmp_path, lines, rules=(), end=None):
    """Return the table of these (text, x, baseline), its rules (y, left, right) and a caption.

    The last rule stands below all, or at ``end``.
    """
    paper = Paper()
    body(paper, 72, LEFT, 120)
    bottom = max(y for _, _, y in lines) + 5
    for y, left, right in [
        *rules,
        (min(y for _, _, y in lines) - 11, 60, 285),
        (end or bottom, 60, 285),
    ]:
        paper.page.draw_line((left, y), (right, y), width=0.7)
    for text, x, y in lines:
        paper.line(text, x, y, size=9)
    paper.paragraph("Table 1: How they compare.", bottom + 8, LEFT, size=9)
    body(paper, bottom + 34, LEFT, 120)
    body(paper, 72, RIGHT)
    reading = read_here(paper.save(tmp_path / "drawn.pdf"))
    (table,) = [f for f in reading.figures if f.kind == "table"]
    return table


def _row(cells, y, xs=(64, 130, 180, 230)):
    return [(cell, x, y) for cell, x in zip(cells, xs, strict=True) if cell]


def test_columns_less_than_a_space_apart_are_told_by_values_and_heads(tmp_path):
    """A head over each of them says that they are columns and no pairs of numbers."""
    close = (64, 130, 148.2, 230)
    cells = [
        ("Method", "Low", "Mid", "Time"),
        ("Ours", "31.2", "32.5", "4"),
        ("Theirs", "29.9", "30.1", "7"),
        ("Older", "18.4", "19.0", "9"),
    ]
    lines = [part for n, row in enumerate(cells) for part in _row(row, 300 + 13 * n, close)]
    assert _drawn(tmp_path, lines, [(303.5, 60, 285)]).rows == tuple(cells)


def test_heads_over_several_columns_name_each_of_them(tmp_path):
    """A head of two lines: the upper one stands in its first column, the frame joins both."""
    table = _drawn(
        tmp_path,
        [
            ("Faces", 150, 300),
            *_row(["Method", "Low", "High", "Time"], 313),
            *_row(["Ours", "31.2", "32.5", "4"], 327),
            *_row(["Theirs", "29.9", "30.1", "7"], 339),
        ],
        [(303, 126, 200), (316.5, 60, 285)],
    )
    assert table.head == 2
    assert table.rows[:2] == (("", "Faces", "", ""), ("Method", "Low", "High", "Time"))
    assert list(table.to_frame())[:3] == ["Method", "Faces Low", "Faces High"]


def test_a_head_in_the_middle_of_three_columns_stands_in_the_first(tmp_path):
    """No rule below it says how far it reaches; its place does."""
    table = _drawn(
        tmp_path,
        [
            ("Faces", 155, 300),
            *_row(["Method", "Low", "Mid", "High"], 313, (64, 120, 160, 200)),
            *_row(["Ours", "31.2", "32.5", "33.1"], 329, (64, 120, 160, 200)),
            *_row(["Theirs", "29.9", "30.1", "30.2"], 341, (64, 120, 160, 200)),
        ],
        [(317, 60, 285)],
    )
    assert table.rows[:2] == (("", "Faces", "", ""), ("Method", "Low", "Mid", "High"))
    assert list(table.to_frame()) == ["Method", "Faces Low", "Faces Mid", "Faces High"]


def test_errors_and_marks_stay_with_their_numbers(tmp_path):
    """A column of ± is none, and a raised mark belongs to the number it touches."""
    lines = []
    for at, name in enumerate(("Ours", "Theirs", "Oldest")):
        y = 314 + 12 * at
        lines += [(name, 64, y), (f"3{at}.2", 130, y), ("±", 151, y), (f"0.{at}", 161, y)]
        lines += [(f"4{at}.5", 220, y)]
    table = _drawn(
        tmp_path, [("Method", 64, 300), ("Score", 130, 300), ("Speed", 220, 300), *lines]
    )
    assert table.rows[1:] == (
        ("Ours", "30.2 ± 0.0", "40.5"),
        ("Theirs", "31.2 ± 0.1", "41.5"),
        ("Oldest", "32.2 ± 0.2", "42.5"),
    )


def test_wrapped_cells_are_one(tmp_path):
    """Words below words, where the first had no room in the line above, go on in their cell."""
    table = _drawn(
        tmp_path,
        [
            *_row(["Name", "What it says", "Count"], 300, (64, 120, 240)),
            *_row(["First", "a sentence that is cut by", "12"], 316, (64, 120, 240)),
            ("the narrow column", 120, 327),
            *_row(["Second", "another one", "15"], 343, (64, 120, 240)),
        ],
        [(304, 60, 285)],
    )
    assert table.rows[1:] == (
        ("First", "a sentence that is cut by the narrow column", "12"),
        ("Second", "another one", "15"),
    )


def test_heads_of_several_lines_set_in_the_middle_are_one_row(tmp_path):
    """Three lines beside two and one stand half a line apart; none names a group of columns."""
    xs = (64, 130, 180, 230)
    table = _drawn(
        tmp_path,
        [
            ("Mean", 180, 300),
            ("Faces", 130, 305.5),
            *_row(["Method", "", "hours", "Time"], 311),
            ("found", 130, 316.5),
            ("needed", 180, 322),
            *_row(["Ours", "31.2", "32.5", "4.25"], 338, xs),
            *_row(["Theirs", "29.9", "30.1", "7.01"], 350, xs),
            *_row(["Older", "18.4", "19.0", "9.50"], 362, xs),
        ],
        [(326, 60, 285)],
    )
    head = ("Method", "Faces found", "Mean hours needed", "Time")
    assert (table.head, table.rows[:2]) == (1, (head, ("Ours", "31.2", "32.5", "4.25")))


def test_labels_and_texts_broken_over_lines_are_one_row(tmp_path):
    """Their value stands beside the first line alone."""
    table = _drawn(
        tmp_path,
        [
            *_row(["Name", "What it says", "Count"], 300, (64, 130, 250)),
            *_row(["The first", "a sentence that is cut", "12"], 316, (64, 130, 250)),
            *_row(["condition", "by the narrow column"], 327, (64, 130)),
            *_row(["Second", "another one", "15"], 345, (64, 130, 250)),
        ],
        [(304, 60, 285), (332, 60, 285)],
    )
    said = "a sentence that is cut by the narrow column"
    assert table.rows[1:] == (("The first condition", said, "12"), ("Second", "another one", "15"))


def test_a_cell_over_two_columns_stands_in_the_first(tmp_path):
    """Words in the middle of two columns are neither's own."""
    table = _drawn(
        tmp_path,
        [
            *_row(["Method", "Low", "High", "Time"], 300),
            *_row(["Ours", "31.2", "32.5", "4"], 316),
            *_row(["Theirs", "29.9", "30.1", "7"], 328),
            *_row(["Older", "n/a", "", "9"], 340, (64, 159, 180, 230)),
            *_row(["Oldest", "18.4", "19.0", "9"], 352),
        ],
        [(304, 60, 285)],
    )
    assert table.rows[3] == ("Older", "n/a", "", "9")


def test_notes_below_the_last_rule_are_rows_of_their_own(tmp_path):
    """Their words cut no column and fill none."""
    table = _drawn(
        tmp_path,
        [
            *_row(["Method", "Low", "High", "Time"], 300),
            *_row(["Ours", "31.2", "32.5", "4"], 316),
            *_row(["Theirs", "29.9", "30.1", "7"], 328),
            ("a Trained on faces, as is usual here.", 64, 344),
            ("b Counted twice by each of us.", 64, 355),
        ],
        [(304, 60, 285)],
        end=333,
    )
    assert table.rows[1:] == (
        ("Ours", "31.2", "32.5", "4"),
        ("Theirs", "29.9", "30.1", "7"),
        ("a Trained on faces, as is usual here.", "", "", ""),
        ("b Counted twice by each of us.", "", "", ""),
    )


def test_numbers_of_rows_a_space_before_the_names_are_a_column(tmp_path):
    """They count on, and the names behind them stand flush."""
    lines = _row(["No.", "Name", "Score"], 300, (64, 79, 200))
    for n, name in enumerate(("Faces of people", "Hands", "Some feet"), 1):
        lines += _row([f"({n})", name, f"3{n}.2"], 303 + 13 * n, (64, 79, 200))
    assert _drawn(tmp_path, lines, [(304, 60, 285)]).rows == (
        ("No.", "Name", "Score"),
        ("(1)", "Faces of people", "31.2"),
        ("(2)", "Hands", "32.2"),
        ("(3)", "Some feet", "33.2"),
    )


def test_a_label_for_several_rows_stands_in_the_first(tmp_path):
    """Labels set in the middle of the rows between two rules are moved up."""
    lines = _row(["Data", "Method", "Score"], 300, (64, 120, 200))
    for at, label in enumerate(("Faces", "Hands")):
        y = 316 + 42 * at
        lines += [(label, 64, y + 6), *_row(["", "Ours", "31.2"], y, (64, 120, 200))]
        lines += _row(["", "Theirs", "29.9"], y + 12, (64, 120, 200))
    table = _drawn(tmp_path, lines, [(304, 60, 285), (342, 60, 285)])
    assert table.rows[1:] == (
        ("Faces", "Ours", "31.2"),
        ("", "Theirs", "29.9"),
        ("Hands", "Ours", "31.2"),
        ("", "Theirs", "29.9"),
    )


def test_a_line_over_all_columns_parts_the_body(tmp_path):
    """It stands in the first column; the columns are those of the other rows."""
    lines = _row(["Method", "Low", "High", "Time"], 300)
    lines += [("Models that were trained on faces", 64, 316)]
    lines += [
        *_row(["Ours", "31.2", "32.5", "4"], 328),
        *_row(["Theirs", "29.9", "30.1", "7"], 340),
    ]
    table = _drawn(tmp_path, lines, [(304, 60, 285)])
    assert table.rows[1:] == (
        ("Models that were trained on faces", "", "", ""),
        ("Ours", "31.2", "32.5", "4"),
        ("Theirs", "29.9", "30.1", "7"),
    )


def test_a_table_wider_than_its_column_is_whole(tmp_path):
    """What its rules span belongs to it."""
    cells = [["Method", *"ABCD"], *([name, *"1234"] for name in ("Ours", "Theirs", "Older"))]
    paper = Paper()
    bottom = paper.table((54, 420), 100, cells)
    paper.paragraph("Table 1: How they compare.", bottom + 8, LEFT, size=9)
    body(paper, bottom + 40, LEFT, 200)
    reading = read_here(paper.save(tmp_path / "wide.pdf"))
    assert reading.figures[0].rows == tuple(tuple(row) for row in cells)


def test_only_tables_are_frames():
    """A figure says what to ask instead."""
    with pytest.raises(PaperkitError, match=r"^figure 2: not a table; ask one of kind 'table'"):
        Figure("figure", "2", 1, (0, 0, 1, 1), "Figure 2: A cat.").to_frame()


def test_equal_heads_are_told_apart():
    """A frame has one name a column, also without heads."""
    rows = (("", "F1", "F1"), ("Ours", "1", "2"))
    table = Figure("table", "1", 1, (0, 0, 1, 1), "Table 1", rows=rows, head=1)
    assert list(table.to_frame()) == ["1", "F1", "F1 (3)"]
    reading = Reading("A title", 1, "0", figures=(table,))
    assert Reading.from_dict(reading.to_dict()) == reading
