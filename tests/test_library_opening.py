"""Opening: what lies in a library's folder is told apart, and never silently replaced."""

from __future__ import annotations

import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from paperkit.digests import Answer, Approval, Digest, Evidence, Finding, Statement
from paperkit.errors import LibraryError, PaperkitError
from paperkit.library import Library, opening, schema
from paperkit.outlines import DIGEST
from paperkit.posts import Post
from paperkit.queries import Query
from paperkit.readings import Reading
from tests.conftest import DATA, make_paper
from tests.test_library_life import ONE, killed_at, told

AT = Approval(by="ada", at=make_paper().published, reason="")


# ---- What lies there


def file_of(library: Library) -> Path:
    """Return the database of a library that nobody has open any more."""
    library.compact()
    return library.path / schema.NAME


def test_an_empty_file_is_no_new_library(library: Library) -> None:
    """A full disk or a sync left 0 bytes; nothing is made in their place."""
    file_of(library).write_bytes(b"")
    with pytest.raises(LibraryError, match=r"library\.db: is empty.*Restore a backup, or remove"):
        Library(library.path)
    assert (library.path / schema.NAME).read_bytes() == b""


def test_a_database_that_is_gone_is_missed(library: Library) -> None:
    """PDFs without their database are no folder for a new library."""
    library.files.save_pdf(ONE, b"%PDF-1.7")
    file_of(library).unlink()
    with pytest.raises(LibraryError, match=r"has a library's files \(pdf\) but no library\.db"):
        Library(library.path)
    assert not (library.path / schema.NAME).exists()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """Whatever version it says it has, it gets no table of ours."""
    for version in (0, 1, 99):
        folder = tmp_path / str(version)
        folder.mkdir()
        with closing(sqlite3.connect(folder / schema.NAME)) as db:
            db.executescript(f"CREATE TABLE bookmarks (x); PRAGMA user_version = {version}")
        before = (folder / schema.NAME).read_bytes()
        with pytest.raises(
            PaperkitError,
            match="is not a paperkit library but another program's; name another folder",
        ):
            Library(folder)
        assert (folder / schema.NAME).read_bytes() == before


def test_a_file_cut_short_is_told(library: Library) -> None:
    """By its own count of pages; it is left as it is."""
    file = file_of(library)
    data = file.read_bytes()[:-5000]
    file.write_bytes(data)
    with pytest.raises(LibraryError, match=r"cut short \([\d,]+ of [\d,]+ bytes\); restore"):
        Library(library.path)
    assert file.read_bytes() == data


def test_a_damaged_beginning_is_told(library: Library) -> None:
    """No page of it can be read: neither a raw error nor a new library."""
    file = file_of(library)
    for start, end in ((0, 16), (100, 4000)):
        data = bytearray(file.read_bytes())
        held = bytes(data)
        data[start:end] = bytes(end - start)
        file.write_bytes(data)
        with pytest.raises(PaperkitError, match="damaged"):
            Library(library.path)
        assert file.read_bytes() == data
        file.write_bytes(held)


def test_a_newer_library_is_left_alone(library: Library) -> None:
    """The next step is an update."""
    with schema.writing(library.path / schema.NAME) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(PaperkitError, match="made by a newer paperkit; update paperkit"):
        Library(library.path)


def test_a_dangling_link_is_told(tmp_path: Path, library: Library) -> None:
    """That of the folder as well as that of the database: a disk that isn't mounted."""
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(LibraryError, match=r"link: is a link to .*gone, which is gone; put it"):
        Library(tmp_path / "link")
    file_of(library).unlink()
    (library.path / schema.NAME).symlink_to(tmp_path / "gone.db")
    with pytest.raises(LibraryError, match=r"library\.db: is a link to .*gone\.db, which is gone"):
        Library(library.path)


@pytest.mark.process
def test_two_that_make_one_library_make_one(tmp_path: Path) -> None:
    """Whoever comes second finds it made; neither sees half of it."""
    script = (
        "import sys; from paperkit.library import Library, opening, schema\n"
        "sys.stdin.read(1)\nLibrary(sys.argv[1]).add([])\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "new")]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(4)]
    for one in started:
        assert one.stdin is not None
        one.stdin.close()
    assert [one.wait() for one in started] == [0] * 4
    assert [p.name for p in (tmp_path / "new").iterdir()] == [schema.NAME]


# ---- Where it lies


def test_a_relative_path_stays(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is the one that was meant, wherever the notebook moves."""
    monkeypatch.chdir(library.path.parent)
    near = Library("library")
    monkeypatch.chdir("/")
    near.decide(ONE, "keep")
    assert library.papers().loc[ONE, "decision"] == "keep"
    assert near.files.pdf_path(ONE).parent == library.path / "pdf"


@pytest.fixture
def readable() -> Iterator[Path]:
    """Return a folder of one library that this process, or another user, can only read."""
    folder = Path(tempfile.mkdtemp())
    library = Library(folder / "library")
    library.add([make_paper(ONE, title="Fast avatars")])
    library.decide(ONE, "keep")
    library.compact()
    for log in library.path.glob("*-*"):
        log.unlink()
    for path, mode in ((library.path / schema.NAME, 0o444), (library.path, 0o555), (folder, 0o755)):
        path.chmod(mode)
    yield library.path
    library.path.chmod(0o755)
    shutil.rmtree(folder)


def reads(folder: Path) -> str:
    """Look at a library in every way, then try to decide; return what was said to that."""
    library = Library(folder)
    assert library.papers("fast")["decision"].tolist() == ["keep"]
    assert library.index.find(Query()).total == 1
    library.index.hold()
    with library.index.session():
        assert library.history(ONE)["decision"].tolist() == ["keep"]
    try:
        library.decide(ONE, "skip")
    except LibraryError as error:
        return str(error)
    return "decided"


@pytest.mark.process
def test_a_library_that_can_only_be_read_opens_for_reading(readable: Path, tmp_path: Path) -> None:
    """On a read-only disk or without permission; a decision is refused in words."""
    shutil.copytree(readable, tmp_path / "own").chmod(0o755)
    (tmp_path / "own" / schema.NAME).chmod(0o644)
    assert reads(tmp_path / "own") == "decided"  # and imports all it needs
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        try:
            if os.geteuid() == 0:  # root may write anywhere
                os.setgid(65534)
                os.setuid(65534)
            os.write(write, reads(readable).encode())
        except BaseException as error:
            os.write(write, repr(error).encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as said:
        assert said.read() == (
            f"{readable}: the library can't be written to; check the permissions of its folder."
        )
    assert [p.name for p in readable.iterdir()] == [schema.NAME]


@pytest.mark.parametrize(
    ("mounts", "folder", "shared"),
    [
        ("nas:/x {place} nfs4 rw 0 0\n", "a", "a network disk (nfs4)"),
        ("nas {place}/with\\040space cifs rw 0 0\n", "with space/a", "a network disk (cifs)"),
        ("/dev/sda1 {place} ext4 rw 0 0\n", "Dropbox/a", "a synced folder (Dropbox)"),
        ("/dev/sda1 {place} ext4 rw 0 0\n", "OneDrive - ACME/a", "a synced folder (OneDrive)"),
        ("/dev/sda1 {place} ext4 rw 0 0\n", "a", ""),
        ("overlay / overlay rw 0 0\n", "a", ""),
    ],
)
def test_a_shared_folder_is_recognized(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mounts: str, folder: str, shared: str
) -> None:
    """There the library works without SQLite's log in shared memory, and a warning says why."""
    (tmp_path / "mounts").write_text(mounts.format(place=tmp_path))
    monkeypatch.setattr(opening, "MOUNTS", tmp_path / "mounts")
    place = tmp_path / folder
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        library = Library(place)
    assert [shared in str(w.message) for w in given] == ([True] if shared else [])
    library.add([make_paper(ONE)])
    with schema.reading(place / schema.NAME) as db:
        mode = db.execute("PRAGMA journal_mode").fetchone()[0]
    assert mode == ("delete" if shared else "wal")
    monkeypatch.setattr(opening, "MOUNTS", tmp_path / "none")


# ---- Older schemas


OLDER = sorted(DATA.glob("library_schema_*.db"))


def test_there_is_a_database_of_every_older_schema() -> None:
    """Each schema that was in use has a small library here, made by the paperkit of its time."""
    assert [p.stem.rpartition("_")[2] for p in OLDER] == [
        str(n) for n in range(1, len(schema.MIGRATIONS))
    ]


@pytest.fixture(params=OLDER, ids=lambda p: p.stem)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a folder with a library of an older schema."""
    folder = tmp_path / "older"
    folder.mkdir()
    shutil.copy(request.param, folder / schema.NAME)
    return folder


def test_an_older_library_is_brought_up_and_copied_first(older: Path) -> None:
    """Nothing is lost, the copy is as it was, and it is whole."""
    before = (older / schema.NAME).read_bytes()
    library = Library(older)
    papers = library.papers(Query(sort=("id",)))
    assert papers["title"].tolist() == ["Faster avatars", "Slow ions", "A theorem"]
    assert papers["decision"].tolist() == ["keep", "keep", None]
    assert papers["tags"].tolist() == [("good",), ("good", "x"), ()]
    assert library.history("2411.00002")["undo"].tolist() == [False, False, True, False]
    digest = library.digest(ONE)
    assert digest is not None
    assert digest.approval is not None
    assert (digest["summary"].texts, digest.approval.by) == (("A draft.",), "ada")
    assert library.papers("faster").index.tolist() == [ONE]
    assert library.published().index.size == 1
    assert library.verify().empty
    (copy,) = (older / "backups").iterdir()
    with closing(sqlite3.connect(copy)) as db, closing(sqlite3.connect(":memory:")) as old:
        old.deserialize(before)
        assert list(db.iterdump()) == list(old.iterdump())
    library.decide(ONE, "skip")
    assert library.undo() == [ONE]


def test_a_new_library_and_one_brought_up_have_the_same_schema(older: Path, tmp_path: Path) -> None:
    """Every table, index and trigger."""
    sql = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    found = []
    for library in (Library(older), Library(tmp_path / "new")):
        with schema.reading(library.path / schema.NAME) as db:
            found.append([tuple(row) for row in db.execute(sql)])
    assert found[0] == found[1]


@pytest.mark.process
def test_a_migration_killed_at_any_moment_is_done_again(older: Path, tmp_path: Path) -> None:
    """It is one transaction: the next opening finds the old schema or the new one, whole."""
    whole = shutil.copytree(older, tmp_path / "whole")
    events = killed_at(lambda: Library(whole), 0)
    expected = told(Library(whole))
    assert events >= 30
    for moment in sorted({1 + round(n * (events - 1) / 49) for n in range(50)}):
        folder = shutil.copytree(older, tmp_path / str(moment))
        killed_at(lambda f=folder: Library(f), moment)  # type: ignore[misc]
        again = Library(folder)
        assert again.verify()["repaired"].all()
        assert told(again) == expected


def test_a_migration_that_fails_leaves_the_library_as_it_was(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No half of it stays; the older paperkit opens it still."""
    before = told(library)
    more = (*schema.MIGRATIONS, "CREATE TABLE extra (x);\nINSERT INTO nowhere VALUES (1);\n")
    monkeypatch.setattr(schema, "MIGRATIONS", more)
    with pytest.raises(LibraryError, match="no such table: nowhere"):
        Library(library.path)
    monkeypatch.undo()
    assert told(Library(library.path)) == before


# ---- Errors and values


@pytest.mark.parametrize("text", ["half \ud83d of a pair", "nul \0 in it"])
def test_odd_characters_are_kept_or_refused_in_words(library: Library, text: str) -> None:
    """Whatever is typed: a paperkit error or a text that reads back; nothing else is lost."""
    library.decide(ONE, "keep", note="mine")
    for write in (
        lambda: library.note(ONE, text),
        lambda: library.tag(ONE, text),
        lambda: library.add([make_paper("2411.00009", title=text)], topic=text),
        lambda: library.index.save_view("triage", {"query": {"text": text}}),
        lambda: library.papers(text),
        lambda: library.files.set_licence(ONE, text),
    ):
        try:
            write()
        except PaperkitError as error:
            assert "can't be stored" in str(error) or "plain words" in str(error)
    assert library.papers().loc[ONE, "decision"] == "keep"
    assert library.verify().empty


def test_every_value_can_be_pickled(library: Library) -> None:
    """What the library gives goes to another process and comes back equal."""
    answer = Answer(question="summary", statements=(Statement("x", (Evidence("q"),)),), at=AT.at)
    digest = Digest(paper_id=ONE, version=1, outline="digest", language="en", answers=(answer,))
    library.drafts.save_answers(digest, [answer])
    library.files.save_reading(ONE, Reading("T", 1, "1"))
    finding = Finding(code="c", severity="warn", question="summary", message="m")
    values = [
        library.paper(ONE), digest, AT, finding, DIGEST, Query(text="x"),
        Post(topic="avatars", date="2024-11-12", front={"a": 1}), library.reading(ONE),
        library.judge(ONE), library.index.find(Query()).facets,
    ]  # fmt: skip
    for value in values:
        assert pickle.loads(pickle.dumps(value)) == value
    error = LibraryError("library: gone; put it back.")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    again = pickle.loads(pickle.dumps(library))
    assert again.path == library.path
    assert len(again.papers()) == 3
