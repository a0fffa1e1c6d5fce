"""The files of posts and notes: figures first, the text last, and never a half one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from paperkit.library import Library
from paperkit.posts import Post, adopt, compose, export, notes
from paperkit.posts.exporters import EXPORTERS
from paperkit.posts.markdown import MARK
from tests import posts_samples as samples

IDS = ("2411.00001", "2411.00002")
POST = Post(
    topic="Heads",
    date=datetime(2024, 11, 12, 10, 5, 27),
    papers=IDS,
    language="zh",
    figures="include",
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return the library that each test gets a copy of."""
    return samples.small(tmp_path_factory.mktemp("model"))


@pytest.fixture
def shelf(model: Library, tmp_path: Path) -> Library:
    """Return a library with two approved papers."""
    shutil.copytree(model.path, tmp_path / "shelf")
    return Library(tmp_path / "shelf")


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its relative path."""
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, ending: str) -> Iterator[list[str]]:
    """Let the system refuse to rename to files of that ending; give the names taken."""
    real, taken = os.replace, list[str]()

    def renamed(part: str | Path, path: str | Path) -> None:
        if str(path).endswith(ending):
            raise OSError(5, "Input/output error")
        real(part, path)
        taken.append(Path(path).suffix)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", renamed)
        yield taken


def test_the_text_is_written_after_its_figures(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader of the site never meets a text without its figures; the text is returned first."""
    with failing(monkeypatch, "nothing") as taken:
        paths = export(POST, tmp_path / "site", library=shelf)
    assert taken == [".png"] * 4 + [".md"]
    assert [p.suffix for p in paths] == [".md"] + [".png"] * 4


def test_nbconverts_writer_gets_the_text_last(shelf: Library) -> None:
    """It writes the outputs in their order."""
    told = {"metadata": {"name": "post"}, "unique_key": "post"}  # as nbconvert's command does
    exporter = EXPORTERS["hexo"](library=str(shelf.path))
    _, resources = exporter.from_notebook_node(compose(POST, shelf), told)
    assert [Path(name).suffix for name in resources["outputs"]] == [".png"] * 4 + [".md"]


@pytest.mark.parametrize("ending", [".png", ".md"])
def test_an_export_that_fails_leaves_the_old_text_whole(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """And nothing half, neither beside the text nor beside the figures."""
    old = export(POST, tmp_path / "site", library=shelf)[0]
    before = old.read_bytes()
    for figure in (tmp_path / "site").rglob("*.png"):
        figure.unlink()
    with failing(monkeypatch, ending), pytest.raises(OSError, match="Input/output"):
        export(replace(POST, prose="New."), tmp_path / "site", library=shelf)
    assert old.read_bytes() == before
    assert not list(tmp_path.rglob("*.part"))


def test_two_threads_that_export_to_one_place_never_mix(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are about to take the name at once; one whole text is there in the end."""
    texts = {
        export(replace(POST, prose=p), tmp_path / p, library=shelf)[0].read_bytes() for p in "ab"
    }
    real, together, failed = os.replace, threading.Barrier(2), list[Exception]()

    def renamed(part: str | Path, path: str | Path) -> None:
        if str(path).endswith(".md"):
            together.wait(30)
        real(part, path)

    def run(prose: str) -> None:
        try:
            export(replace(POST, prose=prose), tmp_path / "site", library=shelf)
        except Exception as error:
            failed.append(error)

    monkeypatch.setattr(os, "replace", renamed)
    threads = [threading.Thread(target=run, args=(p,)) for p in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    (text,) = (tmp_path / "site").rglob("*.md")
    assert text.read_bytes() in texts
    assert not list(tmp_path.rglob("*.part"))


def test_a_figure_whose_copy_broke_off_is_sent_again(shelf: Library, tmp_path: Path) -> None:
    """A file of that name with fewer bytes is no figure."""
    pytest.importorskip("fsspec")
    post = replace(POST, assets_url="https://cdn.example/figures")
    place = f"file://{tmp_path}/bucket"
    export(post, tmp_path / "site", library=shelf, assets=place)
    whole = tree(tmp_path / "bucket")
    broken = tmp_path / "bucket" / min(whole)
    broken.write_bytes(whole[min(whole)][:9])
    export(post, tmp_path / "site", library=shelf, assets=place)
    assert tree(tmp_path / "bucket") == whole


def test_a_local_place_for_figures_gets_them_whole_or_not(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one can't be written there is neither a half one nor a text that shows it."""
    pytest.importorskip("fsspec")
    post = replace(POST, assets_url="https://cdn.example/figures")
    with failing(monkeypatch, ".png"), pytest.raises(OSError, match="Input/output"):
        export(post, tmp_path / "site", library=shelf, assets=f"file://{tmp_path}/bucket")
    assert tree(tmp_path / "bucket") == tree(tmp_path / "site") == {}


# Notes


def test_a_note_that_cannot_be_written_keeps_the_persons_words(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old note stays as it was."""
    (path,) = notes([IDS[0]], shelf, tmp_path / "vault")
    path.write_text(path.read_text(encoding="utf-8") + "My thoughts.\n", encoding="utf-8")
    before = tree(tmp_path / "vault")
    shelf.decide(IDS[0], "keep", tags=["to read"])
    with failing(monkeypatch, ".md"), pytest.raises(OSError, match="Input/output"):
        notes([IDS[0]], shelf, tmp_path / "vault")
    assert tree(tmp_path / "vault") == before


KILLED = """
import os, sys
from paperkit.library import Library
from paperkit.posts import notes
real = getattr(os, sys.argv[3])
def die(*given):
    if sys.argv[4] == "after":
        real(*given)
    os._exit(9)
setattr(os, sys.argv[3], die)
notes(["2411.00001"], Library(sys.argv[1]), sys.argv[2])
"""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_process_killed_while_writing_a_note_keeps_the_persons_words(
    shelf: Library, tmp_path: Path, step: str, moment: str
) -> None:
    """Before and after each call that counts: the old note or the new one, with the words."""
    (path,) = notes([IDS[0]], shelf, tmp_path / "vault")
    path.write_text(path.read_text(encoding="utf-8") + "My thoughts.\n", encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    shelf.decide(IDS[0], "keep", tags=["to read"])
    done = subprocess.run(
        [sys.executable, "-c", KILLED, shelf.path, path.parent, step, moment], check=False
    )
    assert done.returncode == 9
    after = path.read_text(encoding="utf-8")
    assert (after != before) == ((step, moment) == ("replace", "after"))
    assert after.endswith(f"{MARK}\nMy thoughts.\n")
    assert notes([IDS[0]], shelf, path.parent) == [path]
    again = path.read_text(encoding="utf-8")
    assert "to-read" in again
    assert again.endswith(f"{MARK}\nMy thoughts.\n")


def test_a_note_without_the_line_is_all_the_persons(shelf: Library, tmp_path: Path) -> None:
    """It may be a file of her own, or she removed the line: it stays, below a new one."""
    (path,) = notes([IDS[0]], shelf, tmp_path / "vault")
    ours = path.read_text(encoding="utf-8")
    path.write_text("My own note.\n", encoding="utf-8")
    for _ in range(2):
        notes([IDS[0]], shelf, tmp_path / "vault")
        assert path.read_text(encoding="utf-8") == f"{ours}My own note.\n"


# Notebooks


def test_a_notebook_that_cannot_be_written_stays_as_it_was(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By compose and by adopt; nothing half beside it."""
    path = tmp_path / "blog" / "post.ipynb"
    compose(POST, shelf, path=path)
    before = tree(tmp_path / "blog")
    with failing(monkeypatch, ".ipynb"):
        with pytest.raises(OSError, match="Input/output"):
            compose(replace(POST, prose="New."), shelf, path=path)
        with pytest.raises(OSError, match="Input/output"):
            adopt(path, shelf)
    assert tree(tmp_path / "blog") == before
