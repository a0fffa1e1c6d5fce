"""Reading many: once, on any executor, and one bad paper stops no other."""

from __future__ import annotations

import os
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context

import pandas as pd
import pytest

from paperkit import reading
from paperkit.batch import read
from paperkit.library import Library
from paperkit.readings import Figure, Reading
from tests.reading_samples import LEFT, Paper, body

IDS = ["2411.00001", "2411.00002", "math/0309136"]
COLUMNS = ["kind", "label", "page", "caption", "path", "width", "height", "teaser"]


@pytest.fixture
def stocked(library, tmp_path):
    """Return the library with two PDFs, the second cut off, and none of the third."""
    paper = Paper()
    end = body(paper, 72, LEFT, 120)
    paper.plot((60, end + 10, 280, end + 130))
    paper.paragraph("Figure 1: A curve.", end + 136, LEFT)
    path = paper.save(tmp_path / "paper.pdf")
    library.files.save_pdf(IDS[0], path.read_bytes())
    library.files.save_pdf(IDS[1], b"%PDF-1.5\n1 0 obj")
    return library


def _told(report: pd.DataFrame) -> list[tuple[str, str]]:
    return [(row.outcome, row.error.split(";")[0]) for row in report.itertuples()]


EXPECTED = [
    ("read", ""),
    ("failed", "2411.00002v1.pdf: not a readable PDF (damaged or cut off)"),
    ("abstract only", ""),
]


def _read_on(executor: Executor, library: Library) -> None:
    """Read all on an executor and check that the papers came as they are into the library."""
    report = read(IDS, library, download=False, executor=executor)
    assert _told(report) == EXPECTED
    assert report["pages"].tolist() == [1, pd.NA, pd.NA]
    assert library.reading(IDS[0]).figures[0].caption == "Figure 1: A curve."
    assert library.figures(IDS[0])["path"].map(os.path.isfile).tolist() == [True]


def test_one_bad_paper_stops_no_other(stocked):
    """Each paper has its row: read, cut off, not there."""
    assert _told(read(IDS, stocked, download=False)) == EXPECTED


def test_other_processes_read(stocked):
    """Tasks travel to processes that share nothing but the folder."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        _read_on(executor, stocked)


def test_a_cluster_reads(stocked, tmp_path, monkeypatch):
    """The executor of a Dask client reads, from a library opened by a relative path."""
    distributed = pytest.importorskip("distributed", reason="needs the extra with Dask")
    settings = {"n_workers": 1, "threads_per_worker": 2, "dashboard_address": None}
    with (
        distributed.LocalCluster(silence_logs=50, **settings) as cluster,
        cluster.get_client() as client,
    ):
        monkeypatch.chdir(tmp_path)
        _read_on(client.get_executor(), Library("library"))


def test_a_paper_is_read_again_only_by_a_newer_reader(stocked, monkeypatch):
    """What this reader has read is known; when its version moves, it is read anew."""
    first = read(IDS[:1], stocked, download=False)
    again = read(IDS[:1], stocked, download=False)
    assert (list(first["outcome"]), list(again["outcome"])) == (["read"], ["known"])
    old = Reading("Old", 9, "0")
    stocked.files.save_reading(IDS[0], old)
    assert stocked.reading(IDS[0]) == old
    newer = read(IDS[:1], stocked, download=False)
    assert (list(newer["outcome"]), stocked.reading(IDS[0]).page_count) == (["read"], 1)


def test_a_known_paper_needs_no_file(stocked, monkeypatch):
    """What was read is not opened again, not even looked for."""
    read(IDS[:1], stocked, download=False)
    stocked.files.pdf_path(IDS[0]).unlink()
    monkeypatch.setattr(reading, "read_pdf", None)
    assert list(read(IDS[:1], stocked)["outcome"]) == ["known"]


def test_figures_are_a_frame(library):
    """One row per figure or table, as in the paper; a path only where there is an image."""
    folder = library.files.figures_path(IDS[0])
    folder.mkdir(parents=True)
    (folder / "figure-1.png").write_bytes(b"image")
    box = (1.0, 2.0, 3.0, 4.0)
    figures = (
        Figure("figure", "1", 2, box, "Figure 1: A.", "figure-1.png", 900, 300, teaser=True),
        Figure("table", "I", 3, box, "Table I: B.", "gone.png", 800, 200),
        Figure("figure", "2", 4, box, "Figure 2: C.", "../../library.db"),
    )
    library.files.save_reading(IDS[0], Reading("T", 4, "1", figures=figures))
    frame = library.figures(IDS[0])
    assert list(frame.columns) == COLUMNS
    assert frame.astype(object).where(frame.notna(), None).values.tolist() == [
        ["figure", "1", 2, "Figure 1: A.", str(folder / "figure-1.png"), 900, 300, True],
        ["table", "I", 3, "Table I: B.", None, 800, 200, False],
        ["figure", "2", 4, "Figure 2: C.", None, 0, 0, False],
    ]


def test_figures_before_reading_are_an_empty_frame(library):
    """The columns and their dtypes are those of a full one."""
    empty = library.figures(IDS[0])
    library.files.save_reading(
        IDS[0], Reading("T", 1, "1", figures=(Figure("figure", "1", 1, (0, 0, 1, 1), "x"),))
    )
    assert len(empty) == 0
    assert empty.dtypes.equals(library.figures(IDS[0]).dtypes)


def test_figures_are_those_of_the_version_read(library):
    """A newer version that was not read yet does not hide the figures of the older one."""
    from tests.conftest import make_paper

    box = (1.0, 2.0, 3.0, 4.0)
    name = "figure-1.png"
    library.files.save_reading(
        IDS[0], Reading("T", 1, "1", figures=(Figure("figure", "1", 1, box, "x", name),))
    )
    path = library.files.figures_path(IDS[0]) / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"image")
    library.add([make_paper(IDS[0], version=2)])
    assert library.figures(IDS[0])["path"].tolist() == [str(path)]
    assert len(library.figures(IDS[0], version=2)) == 0
