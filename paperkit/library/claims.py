"""Claims: what is being asked is not asked twice, whichever cell, notebook or process asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def claimed(folder: Path, key: str, wait: Callable[[], None]) -> Iterator[None]:
    """Hold a request for oneself; `wait` is called again and again while another holds it.

    The lock is a file's, held by the system: a killed process holds none, and a folder is the
    same by whatever path it is reached. The file goes with the claim.
    """
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / f"{key}.lock")
    while True:
        try:
            lock.acquire(blocking=False)
            break
        except Timeout:
            wait()
    try:
        yield
    finally:
        with suppress(OSError):  # Windows keeps a file that others look at
            Path(lock.lock_file).unlink()
        lock.release()
