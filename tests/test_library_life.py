"""The life of a library's folder: backup, dump, restore, verify, remove, compact, merge."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from paperkit.__main__ import main
from paperkit.digests import Answer, Digest, Statement
from paperkit.errors import LibraryError, PaperkitError
from paperkit.frames import to_frame
from paperkit.library import Library, schema
from paperkit.queries import Query
from paperkit.readings import Figure, Reading
from tests.conftest import make_paper

ONE, TWO, OLD = "2411.00001", "2411.00002", "math/0309136"
PNG = b"\x89PNG\r\n\x1a\n"


def answered(text: str, *, origin: str = "model", day: int = 12) -> Answer:
    at = datetime(2024, 11, day, tzinfo=UTC)
    return Answer(question="summary", statements=(Statement(text),), origin=origin, at=at)  # type: ignore[arg-type]


def named(id: str = ONE) -> Digest:
    return Digest(paper_id=id, version=1, outline="digest", language="en")


@pytest.fixture
def full(library: Library) -> Library:
    """Return a library with something in every part."""
    library.decide([ONE, TWO], "keep", tags=["good"], note="=1+1")
    library.decide(TWO, "skip")
    library.undo()
    figure = Figure(
        label="Figure 1", caption="c", page=1, bbox=(0, 0, 1, 1), file="f.png", kind="figure"
    )
    library.files.save_pdf(ONE, b"%PDF-1.7 one")
    library.files.save_pdf(OLD, b"%PDF-1.7 old")
    folder = library.files.figures_path(ONE)
    folder.mkdir(parents=True)
    (folder / "f.png").write_bytes(PNG)
    library.files.save_reading(ONE, Reading(title="T", page_count=1, reader="1", figures=(figure,)))
    library.files.set_licence(ONE, "CC BY 4.0")
    library.drafts.save_answers(named(), [answered("A draft.")], key="k")
    library.approve(ONE, by="ada", reason="seen")
    library.publish(pd.DataFrame({"version": [1], "topic": "x", "date": "2024-11-12"}, [ONE]))
    library.calls.save(ONE, key="k", model="m", tokens=(1, 2), outcome="answered")
    library.index.save_view("triage", {"query": {}})
    return library


def told(library: Library) -> dict[str, object]:
    """Return all that a library holds, to be compared."""
    with schema.reading(library.path / schema.NAME) as db:
        names = [
            r[0]
            for r in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if not r[0].startswith("words_")
        ]
        tables: dict[str, object] = {
            n: sorted(map(repr, (tuple(r) for r in db.execute(f'SELECT * FROM "{n}"'))))
            for n in names
        }
    kept = (p for n in ("pdf", "figures", "views") for p in (library.path / n).rglob("*"))
    files = {str(p.relative_to(library.path)): p.read_bytes() for p in kept if p.is_file()}
    return {**tables, **files}


# ---- Backups, dumps, restoring


def test_a_backup_is_the_whole_library(full: Library, tmp_path: Path) -> None:
    """It opens as a library and holds all; a later one into it takes over what is new."""
    held = full.index
    held.hold()  # something is still in the log
    place = full.backup(tmp_path / "copies" / "monday")
    assert told(Library(place)) == told(full)
    full.note(TWO, "later")
    full.files.save_pdf(ONE, b"%PDF-1.7 another")
    assert told(Library(full.backup(place))) == told(full)
    assert Library(place).verify().empty


def test_a_backup_never_overwrites_what_is_none(full: Library, tmp_path: Path) -> None:
    """Not the library itself, nor other files, nor a library with entries of its own."""
    with pytest.raises(PaperkitError, match="is inside the library"):
        full.backup(full.path / "inside")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.tex").write_text("precious")
    with pytest.raises(PaperkitError, match="holds something other than a backup"):
        full.backup(tmp_path / "taken")
    grown = Library(full.backup(tmp_path / "grown"))
    grown.decide(OLD, "keep")
    before = told(grown)
    with pytest.raises(PaperkitError, match="entries of its own.*merge"):
        full.backup(grown.path)
    assert told(Library(grown.path)) == before


@pytest.mark.parametrize("copy", ["backup", "dump"])
def test_what_stops_a_copy_is_said_of_the_copy(
    full: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copy: str
) -> None:
    """A file in the way, or a full disk there, is no fault of the library."""
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(LibraryError, match=r"file/copy: the copy can't be written \(Not a dir"):
        getattr(full, copy)(tmp_path / "file" / "copy")

    def no_room(*given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", no_room)
    with pytest.raises(LibraryError, match="stick: the copy found no room left on its disk"):
        getattr(full, copy)(tmp_path / "stick")
    monkeypatch.undo()
    assert told(full)
    assert told(Library(full.backup(tmp_path / "later"))) == told(full)


def test_a_backup_is_whole_while_others_write(full: Library, tmp_path: Path) -> None:
    """A write that is not yet committed is not in it, one committed before is."""
    with schema.writing(full.path / schema.NAME) as db:
        db.execute("UPDATE papers SET note = 'half'")
        copy = Library(full.backup(tmp_path / "copy"))
    assert set(copy.papers()["note"]) == {"=1+1", ""}
    assert set(full.papers()["note"]) == {"half"}


def test_a_dump_is_read_by_any_program_and_comes_back(full: Library, tmp_path: Path) -> None:
    """JSON Lines and CSV hold everything; restoring gives the same library."""
    place = full.dump(tmp_path / "dump")
    lines = (place / "tables" / "papers.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [ONE, TWO, OLD]
    sheet = pd.read_csv(place / "papers.csv", dtype=str).set_index("id")
    assert sheet.loc[ONE, "note"] == "'=1+1"  # a spreadsheet would have reckoned
    assert len(pd.read_csv(place / "decisions.csv")) == 4
    assert told(Library.restore(place, tmp_path / "again")) == told(full)
    assert Library.restore(place).path == tmp_path / "dump-restored"
    assert Library(tmp_path / "again").papers("fast").index.tolist() == [ONE]
    assert Library(tmp_path / "again").verify().empty


def test_a_backup_can_be_restored(full: Library, tmp_path: Path) -> None:
    """Into a new folder only."""
    made = Library.restore(full.backup(tmp_path / "copy"), tmp_path / "again")
    assert told(made) == told(full)
    with pytest.raises(PaperkitError, match="is not empty; name a new folder"):
        Library.restore(tmp_path / "copy", full.path)


def test_what_is_not_whole_is_not_restored(full: Library, tmp_path: Path) -> None:
    """A dump with lines missing, a damaged backup, any other folder: nothing is made."""
    place = full.dump(tmp_path / "dump")
    answers = place / "tables" / "decisions.jsonl"
    answers.write_text("".join(answers.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(PaperkitError, match=r"decisions.jsonl: holds 3 of 4 rows"):
        Library.restore(place, tmp_path / "new")
    answers.write_text("{nonsense\n")
    with pytest.raises(PaperkitError, match=r"decisions.jsonl: can't be read"):
        Library.restore(place, tmp_path / "new")
    with pytest.raises(PaperkitError, match="neither a backup nor a dump"):
        Library.restore(tmp_path / "dump" / "pdf", tmp_path / "new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dump", "library"]


def test_a_backup_onto_a_full_disk_leaves_the_one_before(
    full: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is in words, the earlier backup whole, and the next one succeeds."""
    place = full.backup(tmp_path / "copy")
    before = told(Library(place))
    full.decide(OLD, "keep")
    full.files.save_pdf(OLD, b"%PDF-1.7 a longer one")

    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(shutil, "copyfileobj", no_room)
        with pytest.raises(LibraryError, match="copy: the copy found no room left on its disk"):
            full.backup(place)
    assert told(Library(place)) == before
    assert told(Library(full.backup(place))) == told(full)


# ---- Verifying


def test_a_whole_library_has_no_problems(full: Library) -> None:
    """An empty frame with its columns."""
    assert list(full.verify().columns) == ["thing", "problem", "repaired"]
    assert full.verify().empty


def test_verify_puts_right_what_follows_from_the_rest(full: Library) -> None:
    """A paper's state and the search index are derived; without `repair` they are only named."""
    with schema.writing(full.path / schema.NAME) as db:
        db.execute("UPDATE papers SET decision = 'later', tags = '[]' WHERE id = ?", (ONE,))
        db.execute("INSERT INTO words (words) VALUES ('delete-all')")
    problems = [
        (ONE, "its state is not that of its history"),
        ("search index", "words are missing or too many"),
    ]
    for repair in (False, True):
        found = full.verify(repair=repair)
        assert list(zip(found["thing"], found["problem"], strict=True)) == problems
        assert set(found["repaired"]) == {repair}
    assert full.verify().empty
    assert full.papers("fast").loc[ONE, ["decision", "tags"]].tolist() == ["keep", ("good",)]


def test_verify_compares_files_with_records(full: Library) -> None:
    """What is missing, orphaned, no PDF, or left by something stopped; only the last is removed."""
    (full.files.figures_path(ONE) / "f.png").unlink()
    full.files.save_pdf(OLD, b"<html>")
    (full.path / "pdf" / "2401.99999v1.pdf").write_bytes(b"%PDF-1.7")
    (full.path / "pdf" / ".abc.part").write_bytes(b"%PDF")
    found = full.verify().set_index("thing")
    assert found["repaired"].to_dict() == {
        "figures/2411.00001v1/f.png": False,
        "pdf/math_0309136v1.pdf": False,
        "pdf/2401.99999v1.pdf": False,
        "pdf/.abc.part": True,
    }
    assert found.loc["pdf/2401.99999v1.pdf", "problem"] == "belongs to no paper"
    assert (full.path / "pdf" / "2401.99999v1.pdf").exists()
    assert not (full.path / "pdf" / ".abc.part").exists()


def test_verify_finds_flipped_bytes(full: Library) -> None:
    """A page that was damaged on the disk is named, and nothing is written over it."""
    full.compact()
    file = full.path / schema.NAME
    data = bytearray(file.read_bytes())
    with closing(sqlite3.connect(file)) as db:
        root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'decisions'").fetchone()[
            0
        ]
    size = int.from_bytes(data[16:18], "big")
    data[(root - 1) * size : (root - 1) * size + 40] = bytes(range(40, 80))
    file.write_bytes(data)
    found = full.verify()
    assert len(found) > 0
    assert not found["repaired"].any()
    assert file.read_bytes()[(root - 1) * size :][:40] == bytes(range(40, 80))


# ---- Removing, making small


def test_a_removed_paper_takes_all_that_is_its_own(full: Library) -> None:
    """Rows and files; others stay, what was published stays on record, and so does the removal."""
    full.index.find(Query())
    kept = full.history(TWO)
    assert full.remove(f"{ONE}v1") == [ONE]
    with pytest.raises(PaperkitError, match="not in this library"):
        full.paper(ONE)
    assert [p.name for p in (full.path / "pdf").iterdir()] == ["math_0309136v1.pdf"]
    assert list((full.path / "figures").iterdir()) == []
    assert full.papers("fast").empty
    assert full.index.find(Query()).total == 2
    assert full.index.find(Query(text="fast")).total == 0
    pd.testing.assert_frame_equal(full.history(TWO), kept)
    assert full.published().index.size == 1
    assert full.calls().empty
    assert full.verify().empty
    with schema.reading(full.path / schema.NAME) as db:
        removed = db.execute("SELECT id, title FROM removals").fetchall()
    assert [tuple(r) for r in removed] == [(ONE, "Fast avatars")]


def test_papers_are_removed_all_or_none(full: Library) -> None:
    """One unknown id, and every paper stays."""
    before = told(full)
    with pytest.raises(PaperkitError, match="2411.09999: not in this library"):
        full.remove([ONE, "2411.09999"])
    assert told(full) == before


def test_a_removed_papers_number_is_never_given_anew(full: Library) -> None:
    """A table that still lists the number shows nothing, not another paper."""
    last = full.index.numbers([OLD])[0]
    full.remove(OLD)
    full.add([make_paper("2411.00009")])
    assert full.index.numbers(["2411.00009"]) == [last + 1]
    assert full.index.rows([last]) == []


def test_an_undo_skips_what_was_removed(full: Library) -> None:
    """The action of a removed paper alone is no step of its own."""
    full.decide(OLD, "later")
    full.remove(OLD)
    assert full.undo() == [ONE, TWO]


def test_compacting_gives_room_back(full: Library) -> None:
    """The file shrinks and holds the same."""
    full.add([make_paper(f"2401.{n:05}", abstract="word " * 400) for n in range(200)])
    full.remove([f"2401.{n:05}" for n in range(200)])
    before = told(full)
    assert full.compact() > 100_000
    assert told(full) == before
    assert full.papers("fast").index.tolist() == [ONE]


# ---- Merging


@pytest.fixture
def theirs(full: Library, tmp_path: Path) -> Library:
    """Return a colleague's copy of the library, in which work went on."""
    return Library(full.backup(tmp_path / "theirs"))


def test_a_merge_takes_over_what_is_new_there(full: Library, theirs: Library) -> None:
    """Papers, decisions and files; the histories of both are one, and again changes nothing."""
    arxiv = to_frame([make_paper("2411.00009")])
    arxiv.attrs["source"] = "arxiv"
    theirs.add(arxiv, topic="new")
    theirs.decide(["2411.00009", OLD], "keep", tags=["theirs"])
    theirs.files.save_pdf("2411.00009", b"%PDF-1.7 nine")
    theirs.drafts.save_answers(named(OLD), [answered("Theirs.")])
    theirs.approve(OLD, by="bob", reason="seen")
    full.decide(TWO, "later")
    assert full.merge(theirs).empty
    decided = full.papers()["decision"].to_dict()
    assert decided == {"2411.00009": "keep", ONE: "keep", TWO: "later", OLD: "keep"}
    assert full.topics() == {"new": 1, "test": 3}
    said = to_frame([make_paper("2411.00009", title="What a file says")])
    said.attrs["source"] = "file"
    assert full.add(said)["outcome"].tolist() == ["known"]  # arXiv's word stays arXiv's
    assert full.files.pdf_path("2411.00009").read_bytes() == b"%PDF-1.7 nine"
    digest = full.digest(OLD)
    assert digest is not None
    assert digest.approval is not None
    assert (digest["summary"].texts, digest.approval.by) == (("Theirs.",), "bob")
    assert full.verify().empty
    before = told(full)
    assert full.merge(theirs.path).empty
    assert told(full) == before
    assert full.undo() == [TWO]


@pytest.mark.parametrize("newer", ["here", "there"])
def test_a_merge_lists_what_both_decided(full: Library, theirs: Library, newer: str) -> None:
    """The newer word stands, the older stays in the history."""
    order = (theirs, full) if newer == "here" else (full, theirs)
    for library in order:
        library.decide(OLD, "keep" if library is full else "skip", tags=["a"])
    found = full.merge(theirs)
    told = {"what": "decision", "here": "keep [a]", "there": "skip [a]", "kept": newer}
    assert found.to_dict("index") == {OLD: told}
    stands = "keep" if newer == "here" else "skip"
    assert full.papers().loc[OLD, "decision"] == stands
    history = full.history(OLD)["decision"].tolist()
    assert (set(history), history[-1]) == ({"keep", "skip"}, stands)
    assert full.verify().empty
    assert full.merge(theirs).empty


@pytest.mark.parametrize("newer", ["here", "there"])
def test_a_merge_lists_what_both_edited(full: Library, theirs: Library, newer: str) -> None:
    """Two people's words for one answer: the newer ones are shown, both are kept."""
    days = {"here": (20, 13), "there": (13, 20)}[newer]
    mine = answered("Mine.", origin="person", day=days[0])
    full.drafts.save_answers(named(), [mine])
    theirs.drafts.save_answers(named(), [answered("Theirs.", origin="person", day=days[1])])
    found = full.merge(theirs)
    told = {"what": "answer to summary", "here": "Mine.", "there": "Theirs.", "kept": newer}
    assert found.to_dict("index") == {ONE: told}
    digest = full.digest(ONE)
    assert digest is not None
    assert digest["summary"].texts == ("Mine." if newer == "here" else "Theirs.",)
    texts = {a.texts[0] for a in full.drafts(ONE)}
    assert texts == {"A draft.", "Mine.", "Theirs."}


def test_a_library_is_not_merged_with_itself(full: Library) -> None:
    """By whatever path it is named."""
    with pytest.raises(PaperkitError, match="is this library itself"):
        full.merge(full.path / ".." / "library")


# ---- Killed at any moment


def killed_at(act: Callable[[], object], moment: int) -> int:
    """Fork, let `act` begin and be killed at the nth event; return how many there were.

    An event is a file opened, renamed, linked or removed, a folder made, or a statement of SQL.
    """
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        seen = 0

        def count(*_: object) -> None:
            nonlocal seen
            seen += 1
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        def event(name: str, _: tuple[object, ...]) -> None:
            if name in ("open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir"):
                count()

        connect = sqlite3.connect

        def connected(*args: object, **kwargs: object) -> sqlite3.Connection:
            db = connect(*args, **kwargs)  # type: ignore[call-overload]
            db.set_trace_callback(count)
            return db

        try:
            sqlite3.connect = connected  # type: ignore[assignment]
            sys.addaudithook(event)
            act()
            os.write(write, str(seen).encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as file:
        return int(file.read() or 0)


ACTS: dict[str, Callable[[Library, Path], object]] = {
    "backup": lambda library, place: library.backup(place),
    "dump": lambda library, place: library.dump(place),
    "restore": lambda library, place: Library.restore(library.path, place),
    "remove": lambda library, _: library.remove([ONE, OLD]),
    "compact": lambda library, _: library.compact(),
    "merge": lambda library, place: library.merge(place.parent / "theirs"),
    "new": lambda _, place: Library(place),
}


@pytest.mark.process
@pytest.mark.parametrize("name", ACTS)
def test_killed_at_fifty_moments(name: str, full: Library, tmp_path: Path) -> None:
    """The library is as it was, or as it was to be; what was half made is not taken for whole."""
    theirs = Library(full.backup(tmp_path / "theirs"))
    theirs.decide([ONE, OLD], "skip")
    theirs.drafts.save_answers(named(OLD), [answered("Theirs.")])
    act = ACTS[name]

    def copy(label: str) -> tuple[Library, Path]:
        return Library(full.backup(tmp_path / "at" / label)), tmp_path / f"made-{label}"

    done, place = copy("whole")
    before = told(done)
    events = killed_at(lambda: act(done, place), 0)
    after, made = (
        told(Library(done.path)),
        told(Library(place)) if name in ("backup", "new") else {},
    )
    moments = sorted({1 + round(n * (events - 1) / 49) for n in range(50)})
    for moment in moments:
        library, place = copy(str(moment))
        killed_at(lambda o=library, p=place: act(o, p), moment)  # type: ignore[misc]
        again = Library(library.path)
        problems = again.verify()
        assert problems["repaired"].all(), problems.to_string()
        assert volatile(told(again)) in (volatile(before), volatile(after)), moment
        if name in ("backup", "new", "restore") and (place / schema.NAME).exists():
            assert not made or set(told(Library(place))) == set(made)
            assert Library(place).verify()["repaired"].all()
        if name == "dump":
            assert not place.exists() or (place / "manifest.json").exists()
        shutil.rmtree(library.path)
    assert len(moments) == min(50, events) > 15


def volatile(held: dict[str, object]) -> dict[str, object]:
    """Return what a library holds without moments that differ from run to run."""
    left = {n: v for n, v in held.items() if n not in ("removals", "sqlite_sequence", "words")}
    return {n: len(v) if isinstance(v, list) else v for n, v in left.items()}


# ---- Commands


def test_each_is_a_command(
    full: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`paperkit backup LIB TO` and the others say in one line what they did."""
    at = str(full.path)
    for command in (
        ["backup", at, str(tmp_path / "copy")],
        ["dump", at, str(tmp_path / "dump")],
        ["restore", str(tmp_path / "dump"), str(tmp_path / "again")],
        ["verify", at],
        ["compact", at],
        ["merge", at, str(tmp_path / "again")],
        ["remove", "--yes", at, ONE],
    ):
        assert main(command) == 0
        out, err = capsys.readouterr()
        assert (out.startswith(f"{command[0]}: "), len(out.splitlines()), err) == (True, 1, "")
    assert ONE not in full.papers().index
    assert told(Library(tmp_path / "again")) == told(Library(tmp_path / "copy"))


def test_removing_is_asked_twice(full: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once with the titles, once with their number; another answer removes nothing."""
    asked: list[str] = []
    for answers, gone in ((["no"], False), (["yes", "2"], False), (["yes", "1"], True)):
        given = iter(answers)
        monkeypatch.setattr("builtins.input", lambda q, g=given: (asked.append(q), next(g))[1])
        assert main(["remove", str(full.path), ONE]) == (0 if gone else 1)
        assert (ONE not in full.papers().index) == gone
    assert "Fast avatars" in asked[0]
    assert len(asked) == 5


def test_a_problem_that_stays_is_a_failure(
    full: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    """`paperkit verify` returns 1 and says how many were repaired."""
    (full.files.figures_path(ONE) / "f.png").unlink()
    assert main(["verify", str(full.path)]) == 1
    assert "1 problems, 0 repaired" in capsys.readouterr().out


def test_a_library_error_names_the_newest_backup(full: Library, tmp_path: Path) -> None:
    """What is damaged is told apart from what is empty, and the way back is said."""
    place = full.backup(tmp_path / "copy")
    (full.path / schema.NAME).write_bytes(b"")
    with pytest.raises(LibraryError, match=f"newest backup is {place}, put it back with paperkit"):
        Library(full.path)
