"""The library's folder: where each file lies; how one is written is said in `paperkit.files`."""

from __future__ import annotations

import gzip
import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from filelock import FileLock, Timeout

from paperkit.files import write_atomic as write_atomic
from paperkit.frames import table
from paperkit.library import drafts, records, schema
from paperkit.papers import Paper, clean_paper, clean_text, parse_id
from paperkit.readings import Reading

if TYPE_CHECKING:
    from paperkit.library import Library

FIGURES = {
    "kind": "str",
    "label": "str",
    "page": "int64",
    "caption": "str",
    "path": "str",
    "width": "int64",
    "height": "int64",
    "teaser": "bool",
}


class Files:
    """Where a library's files lie: PDFs, HTML, figures, raw answers; and under which licence."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder / schema.NAME

    @property
    def cache_path(self) -> Path:
        """Return the folder where sources keep the raw answers they were given."""
        return self._folder / "raw"

    def _stem(self, id: str, version: int | None) -> str:
        with schema.reading(self._file) as db:
            num = records.number(db, id)
            return stem(id, version or _newest(db, num))

    def with_pdf(self) -> list[str]:
        """Return the ids of the papers that have a PDF."""
        stems = [p.stem.rpartition("v")[0] for p in (self._folder / "pdf").glob("*.pdf")]
        return [s.replace("_", "/") for s in stems]

    def pdf_path(self, id: str, version: int | None = None) -> Path:
        """Return where the PDF of a paper lies, or would lie; the newest version by default."""
        return self._folder / "pdf" / f"{self._stem(id, version)}.pdf"

    def html_path(self, id: str, version: int | None = None) -> Path:
        """Return where arXiv's HTML of a paper lies, or would lie, as it came."""
        return self._folder / "html" / f"{self._stem(id, version)}.html"

    def figures_path(self, id: str, version: int | None = None) -> Path:
        """Return the folder of a paper's figure images."""
        return self._folder / "figures" / self._stem(id, version)

    def figure_path(self, id: str, name: str | None, version: int | None = None) -> Path | None:
        """Return where a figure of that file name lies; None for a name that leaves its folder."""
        return inside(self.figures_path(id, version), name)

    def save_pdf(self, id: str, data: bytes, *, version: int | None = None) -> Path:
        """Keep a paper's PDF; return its path."""
        return write_atomic(self.pdf_path(id, version), data)

    def save_html(self, id: str, data: bytes, *, version: int | None = None) -> Path:
        """Keep arXiv's HTML of a paper as it came; return its path."""
        return write_atomic(self.html_path(id, version), data)

    def licence(self, id: str) -> str:
        """Return the licence a source states for a paper's files, empty when unknown."""
        with schema.reading(self._file) as db:
            return records.licence(db, records.number(db, id))

    def set_licence(self, id: str, licence: str) -> None:
        """Remember the licence a source states: a name like CC BY 4.0, or its address."""
        with schema.writing(self._file) as db:
            records.set_licence(db, records.number(db, id), clean_text(licence))

    def save_reading(self, id: str, reading: Reading, *, version: int | None = None) -> None:
        """Remember what the PDF or HTML of a paper's version says."""
        with schema.writing(self._file) as db:
            num = records.number(db, id)
            drafts.put_reading(db, num, version or _newest(db, num), reading)

    def figures(self, id: str, version: int | None) -> pd.DataFrame:
        """Return a paper's figures and tables, one row each (see `Library.figures`)."""
        with schema.reading(self._file) as db:
            num = records.number(db, id)
            found = drafts.version_read(db, num, version)
            reading = None if found is None else drafts.get_reading(db, num, found)
        rows: list[dict[str, Any]] = []
        if reading is not None and found is not None:
            folder = self._folder / "figures" / stem(id, found)
            for figure in reading.figures:
                path = inside(folder, figure.file)
                shown = path is not None and path.is_file()
                told = {c: getattr(figure, c) for c in FIGURES if c != "path"}
                rows.append({**told, "path": str(path) if shown else None})
        return table(rows, FIGURES, index=None)


def inside(folder: Path, name: str | None) -> Path | None:
    """Return the path of a file of that name in `folder`; None where the name leads out of it."""
    if not name or name in (".", "..") or Path(name).name != name or set(name) & set("\\:"):
        return None
    path = folder / name
    return path if path.resolve().parent == folder.resolve() else None  # a link may lead out


def _newest(db: sqlite3.Connection, num: int) -> int:
    return int(db.execute("SELECT version FROM papers WHERE num = ?", (num,)).fetchone()[0])


def stem(paper: str, version: int) -> str:
    """Return the file name stem of a paper's version: ``2411.05184v1``, ``math_0309136v2``."""
    return f"{parse_id(paper).id.replace('/', '_')}v{version}"


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file, empty when there is no file or it holds none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


_SETTLED = 0.1  # seconds; file systems stamp writes in steps of up to some hundredths


def stamp(*paths: Path) -> tuple[int, ...] | None:
    """Return the times and sizes of files, or None while one is so fresh that it may go unseen."""
    found: list[int] = []
    for path in paths:
        try:
            status = path.stat()
        except FileNotFoundError:
            found += (0, 0)
            continue
        if time.time() - status.st_mtime < _SETTLED:
            return None
        found += (status.st_mtime_ns, status.st_size)
    return tuple(found)


# ---- Claims: what is being asked is not asked twice, whichever cell, notebook or process asks


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


# ---- The bundled sample: real arXiv metadata and a few openly licensed papers, put into a libra

_FOLDER = resources.files("paperkit") / "data" / "papers"


def fill(library: Library) -> None:
    """Add the sample's papers under their topics, with the PDFs and licences of some."""
    by_topic: dict[str, list[Paper]] = defaultdict(list)
    with_pdf: list[dict[str, Any]] = []
    for line in gzip.decompress((_FOLDER / "papers.jsonl.gz").read_bytes()).splitlines():
        record = json.loads(line)
        for topic in record["topics"]:
            by_topic[topic].append(clean_paper(record))
        if "pdf" in record:
            with_pdf.append(record)
    for topic, papers in by_topic.items():
        library.add(papers, topic=topic)
    for record in with_pdf:
        library.files.save_pdf(record["id"], (_FOLDER / record["pdf"]).read_bytes())
        library.files.set_licence(record["id"], record["licence"])
