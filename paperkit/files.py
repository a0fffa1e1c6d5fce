"""Files: how one is written, whole or not at all; the only module that makes temporary names.

It needs nothing but the standard library: the process that reads a PDF writes with it too.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def writing(path: Path, *, durable: bool = True) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path` that takes its place when the block ends well.

    When it doesn't, `path` stays as it was and the temporary file is removed. ``durable`` waits
    for the disk; what may be lost with the power needs no such wait. An existing file's
    permissions stay, a new one gets those that the system gives new files.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}.part")  # a thread's own, not a process's
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        with suppress(OSError):  # the file is new, or lies where there are no permissions
            shutil.copymode(path, part)
        os.replace(part, path)  # noqa: PTH105 named as the call it is: the moment of the change
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_atomic(path: Path, data: bytes, *, durable: bool = True) -> Path:
    """Write `data` to `path` whole or not at all (see `writing`); return `path`."""
    with writing(path, durable=durable) as file:
        file.write(data)
    return path


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep out, until the block ends, whoever else asks to be alone in `folder`; leave no file.

    The folder is made, and removed again when the block fails and left it empty. Windows and some
    network disks have no locks on folders: there nobody is kept out.
    """
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    held = None if sys.platform == "win32" else os.open(folder, os.O_RDONLY)
    try:
        if held is not None:
            _lock(held)
        yield
    except BaseException:
        if is_new:
            with suppress(OSError):  # it holds something
                folder.rmdir()
        raise
    finally:
        if held is not None:
            _lock(held, off=True)
            os.close(held)


def _lock(folder: int, *, off: bool = False) -> None:
    """Lock a folder, or unlock it: a process forked meanwhile holds what is only closed."""
    import fcntl

    with suppress(OSError):  # a disk without such locks
        fcntl.flock(folder, fcntl.LOCK_UN if off else fcntl.LOCK_EX)
