"""The files of posts and notes: figures first, the text last, and never a half one."""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from nbconvert.nbconvertapp import NbConvertApp

from paperkit.errors import PublishError
from paperkit.files import alone_in
from paperkit.library import Library
from paperkit.posts import Post, adopt, compose, export, notes
from paperkit.posts.markdown import MARK
from paperkit.posts.notebooks import loading
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
        paths = export(POST, tmp_path / "site", library=shelf, flavor="hexo")
    assert taken == [".png"] * 4 + [".md"]
    assert [p.suffix for p in paths] == [".md"] + [".png"] * 4


def converted(notebook: Path, folder: Path, *options: str, to: str = "hexo") -> None:
    """Run ``jupyter nbconvert --to hexo`` in this process."""
    command = [str(notebook), "--to", to, "--output-dir", str(folder), "--log-level=CRITICAL"]
    NbConvertApp.clear_instance()
    try:
        NbConvertApp.launch_instance([*command, *options])
    finally:
        NbConvertApp.clear_instance()


def test_nbconvert_writes_each_file_whole_and_the_text_last(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own writer would write over the old text from its first byte on."""
    compose(POST, shelf, path=tmp_path / "post.ipynb")
    with failing(monkeypatch, "nothing") as taken:
        converted(tmp_path / "post.ipynb", tmp_path / "site")
    assert taken == [".png"] * 4 + [".md"]
    (old,) = (tmp_path / "site").rglob("*.md")
    before = old.read_bytes()
    compose(replace(POST, prose="New."), shelf, path=tmp_path / "post.ipynb")
    with failing(monkeypatch, ".md"), pytest.raises((OSError, SystemExit)):
        converted(tmp_path / "post.ipynb", tmp_path / "site", "--PostExporter.record=True")
    assert old.read_bytes() == before
    assert shelf.published().empty
    converted(tmp_path / "post.ipynb", tmp_path / "site", "--PostExporter.record=True")
    assert b"New." in old.read_bytes()
    assert len(shelf.published()) == 2


@pytest.mark.parametrize("ending", [".png", ".md"])
def test_an_export_that_fails_leaves_the_old_text_whole(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """And nothing half, neither beside the text nor beside the figures."""
    old = export(POST, tmp_path / "site", library=shelf, flavor="hexo")[0]
    before = old.read_bytes()
    for figure in (tmp_path / "site").rglob("*.png"):
        figure.unlink()
    with failing(monkeypatch, ending), pytest.raises(OSError, match="Input/output"):
        export(replace(POST, prose="New."), tmp_path / "site", library=shelf, flavor="hexo")
    assert old.read_bytes() == before
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.process
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(5))
def test_a_process_killed_while_exporting_leaves_no_text_without_its_images(
    shelf: Library, tmp_path: Path, call: int, moment: str
) -> None:
    """At each file taken: the old post or the new one, and on record only once it is there."""
    site = tmp_path / "site"
    old = export(replace(POST, figures="link"), site, library=shelf, flavor="hexo")[0]
    before, calls, real = old.read_text(encoding="utf-8"), count(), os.replace

    def die(part: str | Path, path: str | Path) -> None:
        is_last = next(calls) == call
        if is_last and moment == "before":
            os._exit(9)
        real(part, path)
        if is_last:
            os._exit(9)

    if (child := os.fork()) == 0:
        os.replace = die  # type: ignore[assignment]
        export(POST, site, library=shelf, flavor="hexo", record=True)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    after = old.read_text(encoding="utf-8")
    assert (after != before) == ((call, moment) == (4, "after"))
    linked = re.findall(r'<img src="/([^"]+)"', after)
    assert all((site / "source" / name).is_file() for name in linked)
    assert shelf.published().empty
    export(POST, site, library=shelf, flavor="hexo", record=True)
    assert len(shelf.published()) == 2


def at_once(*posts: Post, site: Path, library: Library, flavor: str = "hexo") -> list[Path]:
    """Export posts in threads that begin together; return the paths of their texts."""
    together, done, failed = threading.Barrier(len(posts)), list[Path](), list[Exception]()

    def run(post: Post) -> None:
        together.wait(30)
        try:
            done.append(export(post, site, library=library, flavor=flavor)[0])
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(post,)) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert not list(site.rglob("*.part"))
    return done


def test_two_threads_that_export_to_one_place_never_mix(shelf: Library, tmp_path: Path) -> None:
    """One whole text is there in the end."""
    posts = [replace(POST, prose=p) for p in "ab"]
    texts = {
        export(p, tmp_path / p.prose, library=shelf, flavor="hexo")[0].read_bytes() for p in posts
    }
    at_once(*posts, site=tmp_path / "site", library=shelf)
    (text,) = (tmp_path / "site").rglob("*.md")
    assert text.read_bytes() in texts


@pytest.mark.filterwarnings("ignore:.*is another post")
def test_posts_that_want_one_name_at_the_same_moment_get_two(
    shelf: Library, tmp_path: Path
) -> None:
    """Each looks for a free name and takes it while nobody else does."""
    posts = [replace(POST, topic=f"GAN{sign}NeRF") for sign in '/:|?*<"']
    texts = at_once(*posts, site=tmp_path / "site", library=shelf)
    assert len(set(texts)) == len(posts)
    titles = {text.read_text(encoding="utf-8").splitlines()[1] for text in texts}
    assert len(titles) == len(posts)


@pytest.mark.process
def test_one_waits_until_the_other_is_done(tmp_path: Path) -> None:
    """Processes too: what a lock of threads alone would not do."""
    said = tmp_path / "said"
    with alone_in(tmp_path / "site"):
        if (child := os.fork()) == 0:
            with alone_in(tmp_path / "site"):
                is_last = said.exists()
            os._exit(0 if is_last else 1)
        assert os.waitpid(child, os.WNOHANG) == (0, 0)
        said.touch()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert list((tmp_path / "site").iterdir()) == []


def test_a_refused_post_leaves_no_empty_folder(shelf: Library, tmp_path: Path) -> None:
    """Nothing is written, not even where it would have been."""
    shelf.disapprove(IDS[0], language="zh")
    with pytest.raises(PublishError):
        export(POST, tmp_path / "site", library=shelf, flavor="hexo")
    assert not (tmp_path / "site").exists()


def test_a_figure_whose_copy_broke_off_is_sent_again(shelf: Library, tmp_path: Path) -> None:
    """A file of that name with fewer bytes is no figure."""
    pytest.importorskip("fsspec")
    post = replace(POST, assets_url="https://cdn.example/figures")
    place = f"file://{tmp_path}/bucket"
    export(post, tmp_path / "site", library=shelf, assets=place, flavor="hexo")
    whole = tree(tmp_path / "bucket")
    broken = tmp_path / "bucket" / min(whole)
    broken.write_bytes(whole[min(whole)][:9])
    export(post, tmp_path / "site", library=shelf, assets=place, flavor="hexo")
    assert tree(tmp_path / "bucket") == whole


def test_a_local_place_for_figures_gets_them_whole_or_not(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one can't be written there is neither a half one nor a text that shows it."""
    pytest.importorskip("fsspec")
    post = replace(POST, assets_url="https://cdn.example/figures")
    with failing(monkeypatch, ".png"), pytest.raises(OSError, match="Input/output"):
        export(
            post,
            tmp_path / "site",
            library=shelf,
            assets=f"file://{tmp_path}/bucket",
            flavor="hexo",
        )
    assert tree(tmp_path / "bucket") == tree(tmp_path / "site") == {}


# Names


@pytest.mark.parametrize(("one", "other"), [("GAN/NeRF", "GAN:NeRF"), ("C#", "C%")])
@pytest.mark.parametrize("flavor", samples.MARKDOWN)
def test_two_posts_never_write_one_file(
    shelf: Library, tmp_path: Path, flavor: str, one: str, other: str
) -> None:
    """The second gets another name, says so, and keeps it; the first stays as it was."""
    site, posts = tmp_path / "site", [replace(POST, topic=t) for t in (one, other)]
    first = export(posts[0], site, flavor=flavor, library=shelf)[0]
    before = first.read_bytes()
    with pytest.warns(UserWarning, match="is another post; .* goes to "):
        second = export(posts[1], site, flavor=flavor, library=shelf)[0]
    assert (first.read_bytes(), "-2" in str(second)) == (before, True)
    assert export(posts[0], site, flavor=flavor, library=shelf)[0] == first
    with pytest.warns(UserWarning, match="is another post"):
        assert export(posts[1], site, flavor=flavor, library=shelf)[0] == second


def test_a_file_that_is_no_post_of_ours_is_never_written_over(
    shelf: Library, tmp_path: Path
) -> None:
    """Whatever a person keeps under that name stays."""
    own = export(POST, tmp_path, library=shelf, flavor="hexo")[0]
    own.write_text("My own page.")
    with pytest.warns(UserWarning, match="is another post"):
        export(POST, tmp_path, library=shelf, flavor="hexo")
    assert own.read_text() == "My own page."


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


def killed(act: Callable[[], object], step: str, moment: str) -> int:
    """Fork, and end the child at its first call of `step`, before or after it; return its code."""
    if (child := os.fork()) == 0:
        real = getattr(os, step)

        def die(*given: object) -> None:
            if moment == "after":
                real(*given)
            os._exit(9)

        setattr(os, step, die)
        act()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.process
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
    assert killed(lambda: notes([IDS[0]], shelf, path.parent), step, moment) == 9
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


def test_a_papers_text_runs_nothing_in_obsidian_and_is_no_mark(
    shelf: Library, tmp_path: Path
) -> None:
    """No template, no wiki link, and the words of the line that parts a note are only words."""
    hostile = (
        "<% tp.system.clipboard() %> <%* x %> [[Secret]] ![[Secret]] [[[Secret]]] `= this` "
        f"`$= dv.pages()` $= x$ [key:: value] {MARK} x"
    )
    one = samples.paper(5, title=hostile, authors=[hostile], abstract=f"{MARK}", comment=hostile)
    shelf.add([one])
    (path,) = notes([one.id], shelf, tmp_path / "vault")
    path.write_text(path.read_text(encoding="utf-8") + "My thoughts.\n", encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    notes([one.id], shelf, tmp_path / "vault")
    assert path.read_text(encoding="utf-8") == before
    assert "<%" not in before
    assert "[[" not in before
    body = before.split("---\n", 2)[2].replace(f"\n{MARK}\n", "")
    assert not re.search(r"`|::|%%", body)  # dataview's queries and fields, comments


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


def test_a_slow_import_gives_a_sign_of_life(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, in a line that is gone afterwards."""
    monkeypatch.delitem(sys.modules, "nbconvert")
    with loading("nbconvert"):
        assert capsys.readouterr().err.strip() == "loading nbconvert (once)"
    assert capsys.readouterr().err.endswith("\r")
    with loading("sys"):
        assert capsys.readouterr().err == ""
