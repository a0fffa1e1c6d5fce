"""Files: written whole or not at all, with nothing left over, by as many as like."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from paperkit.files import write_atomic, writing


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    """Nothing stands beside it afterwards."""
    path = tmp_path / "a" / "b.md"
    assert write_atomic(path, b"new") == path
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["b.md"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_what_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Be it the disk that is full or the name that can't be taken."""
    path = write_atomic(tmp_path / "b.md", b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["b.md"]


def test_an_interrupt_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    """What was written until then goes."""
    path = write_atomic(tmp_path / "b.md", b"old")
    with pytest.raises(KeyboardInterrupt), writing(path) as file:
        file.write(b"ne")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["b.md"]


def test_the_bytes_are_on_the_disk_before_the_name_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flushed, then renamed; what need not last is only renamed."""
    steps: list[str] = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda f: (steps.append("fsync"), sync(f)))
    monkeypatch.setattr(os, "replace", lambda a, b: (steps.append("replace"), replace(a, b)))
    write_atomic(tmp_path / "a", b"x")
    assert steps == ["fsync", "replace"]
    write_atomic(tmp_path / "a", b"y", durable=False)
    assert steps == ["fsync", "replace", "replace"]


def test_threads_that_write_one_file_never_mix(tmp_path: Path) -> None:
    """All are in the middle at once; the file is one of their texts, whole."""
    path, together = tmp_path / "b.md", threading.Barrier(4)
    failed: list[Exception] = []

    def write(letter: bytes) -> None:
        try:
            with writing(path) as file:
                file.write(letter * 50_000)
                together.wait(10)
                file.write(letter * 50_000)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(bytes([65 + n]),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    text = path.read_bytes()
    assert text == text[:1] * 100_000
    assert os.listdir(tmp_path) == ["b.md"]


def test_permissions_are_the_old_files_or_the_systems(tmp_path: Path) -> None:
    """A web server can read a new post, and a private note stays private."""
    path, plain = tmp_path / "b.md", tmp_path / "plain"
    plain.write_bytes(b"")
    write_atomic(path, b"x")
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o600)
    private = path.stat().st_mode
    write_atomic(path, b"y")
    assert path.stat().st_mode == private
