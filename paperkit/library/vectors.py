"""The library's vectors: those of a paper's sentences and of what was written about it, kept.

They can be worked out again, so that no copy of the library holds them; a damaged file is none.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from paperkit.checks.meaning import Array, Meanings
from paperkit.files import write_atomic
from paperkit.library.files import stem
from paperkit.library.schema import NAME, telling

FOLDER = "vectors"


class KeptVectors:
    """The sentence vectors of a library's papers, one file per version of a paper."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def _path(self, id: str, version: int) -> Path:
        return self._folder / f"{stem(id, version)}.npz"

    def of(self, id: str, version: int) -> Meanings | None:
        """Return the vectors kept for a version of a paper, or None."""
        path = self._path(id, version)
        try:
            status = path.stat()
        except OSError:
            return None
        return _read(path, status.st_mtime_ns, status.st_size)

    def keep(self, id: str, version: int, model: str, vectors: Mapping[bytes, Array]) -> None:
        """Add vectors to those kept for a version of a paper; another model's are given up.

        Raises:
            LibraryError: the folder can't be written to.
        """
        held = self.of(id, version)
        before = held.vectors if held is not None and held.model == model else {}
        every = {**before, **vectors}
        file = io.BytesIO()
        np.savez(
            file,
            model=np.array(model),
            keys=np.array([k.hex() for k in every]),
            vectors=np.array(list(every.values()), np.float16),
        )
        with telling(self._folder.with_name(NAME)):
            write_atomic(self._path(id, version), file.getvalue(), durable=False)


@lru_cache(maxsize=32)
def _read(path: Path, _changed: int, _size: int) -> Meanings | None:
    try:
        with np.load(path, allow_pickle=False) as held:
            keys = [bytes.fromhex(k) for k in held["keys"].tolist()]
            rows = held["vectors"].astype(np.float32)
            return Meanings(str(held["model"]), dict(zip(keys, rows, strict=True)))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
