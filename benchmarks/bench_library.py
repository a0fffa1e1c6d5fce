"""Measure a library's growth: adding, opening, deciding, undoing, finding, approving, by size.

    PAPERKIT_BENCH=/path/to/bench python benchmarks/bench_library.py
        [--papers 100000] [--digests 10000] [--decisions 1000000] [--all] [--out x.json]

It needs pyarrow and `scale/arxiv_100k.parquet` under PAPERKIT_BENCH; with ``--all`` the 839,098
records of `scale/arxiv_839k_no_abstract.parquet` instead. Times are medians of wall-clock seconds,
adding and reading also in processor time; memory is what the process holds, in MB.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paperkit.digests import Answer, Digest, Statement
from paperkit.errors import PaperkitError
from paperkit.library import Library, drafts, schema
from paperkit.papers import Paper, clean_paper
from paperkit.queries import Query

FOLDER = Path(os.environ.get("PAPERKIT_BENCH", "bench")) / "scale"
LIMITS = {
    "open": 0.2, "decide": 0.010, "undo": 0.010, "undo after 100,000 undos": 0.010,
    "changes": 0.050, "first page": 0.2, "first find": 0.2, "approve": 0.060, "keystroke": 0.250,
}  # fmt: skip
"""Seconds each may take (of 100,000 papers, 10,000 digests and a million decisions)."""

WORDS = ("n", "ne", "neural", "quantum gra", "galaxy", "diffusion mod", "g")


def papers(path: Path, count: int | None) -> Iterator[Paper]:
    """Yield the papers of a Parquet file; rows that no paper can be made of are left out."""
    import pyarrow.parquet as pq

    names = {"arxiv_id": "id", "updated": "updated"}
    left = count
    for batch in pq.ParquetFile(path).iter_batches(20_000):
        for row in batch.to_pylist():
            raw = {names.get(k, k): v for k, v in row.items()}
            raw["updated"] = raw.get("updated") or raw["published"]
            try:
                yield clean_paper({"version": 1, **raw})
            except PaperkitError:
                continue
            if left is not None and (left := left - 1) == 0:
                return


def chunks(given: Iterator[Paper], size: int) -> Iterator[list[Paper]]:
    """Yield lists of that many papers."""
    while chunk := [p for _, p in zip(range(size), given, strict=False)]:
        yield chunk


def timed(act: Callable[[], object], times: int = 1) -> float:
    """Return the median of the seconds that an act takes."""
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def filled(library: Library, decisions: int, digests: int) -> None:
    """Write a long history straight into the database, most of it another session's."""
    with schema.writing(library.path / schema.NAME) as db:
        db.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO actions (at, session)"
            " SELECT '2024-11-12T00:00:00+00:00', 'before' FROM n",
            (decisions,),
        )
        count = db.execute("SELECT max(num) FROM papers").fetchone()[0]
        db.execute(
            "INSERT INTO decisions (action, num, version, decision, tags, note)"
            " SELECT seq, 1 + seq % ?, 1, 'skip', '[]', '' FROM actions",
            (count,),
        )
        answer = Answer(
            question="summary",
            statements=(Statement("It renders avatars in real time."),),
            at=datetime(2024, 11, 12, tzinfo=UTC),
        )
        for num in range(1, digests + 1):
            named = Digest(paper_id="", version=1, outline="digest", language="en")
            drafts.put_answers(db, num, named, [answer], None)


def undone(library: Library, count: int) -> None:
    """Write that many actions of this session and their undoing."""
    with schema.writing(library.path / schema.NAME) as db:
        name = library._session.name
        first = db.execute("SELECT max(seq) + 1 FROM actions").fetchone()[0]
        rows = [(first + i, name) for i in range(count)]
        db.executemany(
            "INSERT INTO actions (seq, at, session, undone)"
            " VALUES (?, '2024-11-13T00:00:00+00:00', ?, 1)",
            rows,
        )
        db.executemany(
            "INSERT INTO actions (at, undoes, session) VALUES ('2024-11-13T00:00:00+00:00', ?, ?)",
            rows,
        )


def measure(folder: Path, *, decisions: int, digests: int) -> dict[str, float]:
    """Return the figures of the library in a folder, by name."""
    figures = {"open": timed(lambda: Library(folder), 5)}
    library = Library(folder)
    figures["first page"] = timed(lambda: library.index.page(Query()))
    figures["first find"] = timed(lambda: library.index.find(Query(), facets=False))
    spent = time.process_time()
    figures["first facets"] = timed(lambda: library.index.find(Query()))
    figures["columns, processor"] = time.process_time() - spent
    words = iter(WORDS * 3)
    figures["keystroke"] = timed(
        lambda: library.index.find(Query(text=next(words))), len(WORDS) * 2
    )
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    figures["memory"] = pages * resource.getpagesize() / 1e6
    filled(library, decisions, digests)
    library.index.find(Query())
    library.index.hold()
    ids = iter(library.index.ids(range(1, 1000)))
    figures["decide"] = timed(lambda: library.decide(next(ids), "keep"), 30)
    figures["undo"] = timed(lambda: library.undo(), 20)
    head = library.index.changes(1 << 60)[0]
    undone(library, 100_000)
    library.decide(next(ids), "keep")
    library.decide(next(ids), "keep")
    figures["undo after 100,000 undos"] = timed(library.undo, 2)
    figures["changes"] = timed(lambda: library.index.changes(head), 9)
    if digests:
        approved = iter(library.index.ids(range(digests // 2, digests // 2 + 20)))
        figures["approve"] = timed(
            lambda: library.approve(next(approved), by="bench", reason="seen"), 15
        )
    return figures


def grown(folder: Path, path: Path, count: int | None) -> dict[str, float]:
    """Fill a library from a Parquet file; return how many papers, and the seconds it took."""
    library, figures = Library(folder), {"papers": 0.0, "add": 0.0, "add, processor": 0.0}
    for chunk in chunks(papers(path, count), 100_000):
        begun, spent = time.perf_counter(), time.process_time()
        library.add(chunk)
        figures["add"] += time.perf_counter() - begun
        figures["add, processor"] += time.process_time() - spent
        figures["papers"] += len(chunk)
    return figures


def main() -> int:
    """Print the figures; return 1 where one is above its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--digests", type=int, default=10_000)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--out")
    parser.add_argument("--measure", help=argparse.SUPPRESS)  # in a process of its own: its memory
    options = parser.parse_args()
    if options.measure:
        sizes = {"decisions": options.decisions, "digests": options.digests}
        print(json.dumps(measure(Path(options.measure), **sizes)))
        return 0
    name = "arxiv_839k_no_abstract.parquet" if options.all else "arxiv_100k.parquet"
    with tempfile.TemporaryDirectory() as folder:
        count = None if options.all else options.papers
        figures: dict[str, Any] = grown(Path(folder), FOLDER / name, count)
        command = [sys.executable, __file__, *sys.argv[1:], "--measure", folder]
        told = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        figures |= json.loads(told)
    for label, value in figures.items():
        limit = LIMITS.get(label)
        print(f"{label:28} {value:12,.4f}" + (f"   at most {limit}" if limit else ""))
    if options.out:
        Path(options.out).write_text(json.dumps(figures, indent=1))
    return int(any(figures.get(label, 0) > limit for label, limit in LIMITS.items()))


if __name__ == "__main__":
    sys.exit(main())
