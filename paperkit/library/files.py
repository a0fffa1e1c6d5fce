"""The library's folder: where each file lies; how one is written is said in `paperkit.files`."""

from __future__ import annotations

import gzip
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from paperkit.files import write_atomic as write_atomic
from paperkit.papers import Paper, clean_paper, parse_id

if TYPE_CHECKING:
    from paperkit.library import Library


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
        library.save_pdf(record["id"], (_FOLDER / record["pdf"]).read_bytes())
        library.set_licence(record["id"], record["licence"])
