"""What can go wrong with a library's folder: locked, gone, full, read-only, damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from contextvars import ContextVar
from pathlib import Path

import pytest

from paperkit.errors import LibraryError
from paperkit.library import Library, schema
from tests.conftest import make_paper

PAPER = "2411.00001"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no one who locks the library."""
    monkeypatch.setattr(schema, "_WAIT", ContextVar("wait", default=0.0))


def _locked(library: Library) -> sqlite3.Connection:
    db = sqlite3.connect(library.path / "library.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    return db


@pytest.mark.usefixtures("impatient")
def test_a_locked_library_is_an_error_in_words(library: Library) -> None:
    """Nothing is written, and the same call succeeds once the other program has ended."""
    with closing(_locked(library)):
        for write in (
            lambda: library.decide(PAPER, "keep"),
            lambda: library.tag(PAPER, "a"),
            lambda: library.note(PAPER, "n"),
            lambda: library.undo(),
            lambda: library.add([make_paper("2411.00009")]),
        ):
            with pytest.raises(LibraryError, match="library is locked by another program; wait"):
                write()
    assert library.index.entries(PAPER) == []
    library.decide(PAPER, "keep")
    assert library.index.entries(PAPER)[0]["decision"] == "keep"


def test_a_library_whose_folder_is_gone_is_an_error_and_is_not_made_anew(library: Library) -> None:
    """Neither an empty folder nor an empty database takes its place; it works again when back."""
    away = library.path.with_name("away")
    library.path.rename(away)
    for use in (
        lambda: library.decide(PAPER, "keep"),
        lambda: library.papers(),
        lambda: library.index.save_view("triage", {}),
    ):
        with pytest.raises(LibraryError, match="library is gone; put its folder back"):
            use()
    assert not library.path.exists()
    library.path.mkdir()
    with pytest.raises(LibraryError, match=r"has no library\.db; put it back"):
        library.decide(PAPER, "keep")
    assert list(library.path.iterdir()) == []
    library.path.rmdir()
    away.rename(library.path)
    library.decide(PAPER, "keep")
    assert library.index.entries(PAPER)[0]["decision"] == "keep"


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("PRAGMA query_only = ON", "can't be written to; check the permissions"),
        ("PRAGMA max_page_count = 1", "has no room left on its disk; free some"),
    ],
)
def test_a_disk_that_takes_nothing_is_an_error_in_words(
    library: Library, monkeypatch: pytest.MonkeyPatch, limit: str, words: str
) -> None:
    """SQLite's own refusals: read-only, and no page to be had."""
    connect, before = schema.connect, len(library.papers())

    def limited(path: Path) -> sqlite3.Connection:
        db = connect(path)
        db.execute(limit)
        return db

    monkeypatch.setattr(schema, "connect", limited)
    papers = [make_paper(f"2401.{n:05}", abstract="a " * 900) for n in range(40)]
    with pytest.raises(LibraryError, match=words):
        library.add(papers)
    monkeypatch.undo()
    assert len(library.papers()) == before


def test_a_damaged_database_is_an_error_in_words(library: Library) -> None:
    """It is neither read as empty nor replaced."""
    file = library.path / "library.db"
    file.write_bytes(b"spoiled!" * (file.stat().st_size // 8))
    with pytest.raises(LibraryError, match="is damaged; take a copy that is whole"):
        library.papers()


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path: Path) -> None:
    """A file stands where a folder is to be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="can't be made .*name another"):
        Library(tmp_path / "file" / "library")
