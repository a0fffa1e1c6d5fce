"""Bulk metadata from files: arXiv's snapshot, JSON lines, Parquet, CSV, BibTeX, RIS and feeds.

Files are read record by record and kept as columns, chunk by chunk: 2.5 million records pass
through without standing in memory together.
"""

from __future__ import annotations

import gzip
import json
import re
import warnings
from collections.abc import Collection, Iterator
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pandas as pd

from paperkit.errors import PaperkitError, SourceError
from paperkit.files import writing
from paperkit.frames import to_frame
from paperkit.papers import Paper, clean_paper, clean_text

CHUNK = 10_000
EXTRAS = ("licence", "announce_type", "announced")
"""Columns beyond `Paper`'s fields that a file may bring; those no record has are left out."""

_KINDS = ".jsonl, .json, .parquet, .csv, .bib, .ris, .rss, .atom or .xml (text also as .gz)"
_TOLD = 100  # faults named one by one


def load(
    path: str | Path,
    *,
    categories: Collection[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    strict: bool = True,
) -> pd.DataFrame:
    """Return the papers frame of a metadata file; of several versions the newest counts.

    ``.jsonl``/``.json``: one record a line, arXiv's own snapshot
    (https://www.kaggle.com/datasets/Cornell-University/arxiv) or `Paper`'s fields; ``.parquet``
    and ``.csv``: columns named as `Paper`'s fields (``arxiv_id`` for ``id`` will do); ``.bib``
    and ``.ris``: entries with an arXiv id; ``.rss``, ``.atom``, ``.xml``: arXiv's feeds. All but
    Parquet also as ``.gz``. Where a source states them, the frame has ``licence``,
    ``announce_type`` (new, cross, replace, replace-cross) and ``announced`` (a day) too.

    Only papers in one of `categories`, published from `since` to `until` (inclusive, UTC), are
    kept; the others cost no memory. Where a source knows only the month, it is the first of it.
    With ``strict=False`` records that are no paper are left out and told in ``attrs["faults"]``.

    Raises:
        SourceError: the file is missing, of another kind, or has a record that is no paper
            (named by its place; ``papers`` holds those before it).
    """
    chunks: list[pd.DataFrame] = []
    wanted = load_chunks(path, categories=categories, since=since, until=until, strict=strict)
    try:
        chunks.extend(wanted)
    except SourceError as error:
        before = [] if error.papers is None else [error.papers]
        error.papers = _joined([*chunks, *before])
        raise
    faults = [fault for chunk in chunks for fault in chunk.attrs.pop("faults", [])]
    frame = _joined(chunks)
    frame.attrs["faults"] = faults[:_TOLD]
    if faults:
        warnings.warn(
            f"{path}: {len(faults):,} records are no papers, first {faults[0]}", stacklevel=2
        )
    return frame


def load_chunks(
    path: str | Path,
    *,
    size: int = CHUNK,
    categories: Collection[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    strict: bool = True,
) -> Iterator[pd.DataFrame]:
    """Yield a metadata file as papers frames of at most `size` papers (see `load`).

    >>> for papers in load_chunks("arxiv-metadata-oai-snapshot.json", categories=["cs.CV"]):
    ...     library.add(papers)

    Each frame's ``attrs["faults"]`` names the records left out (``strict=False``). Several
    versions of a paper may come in several chunks.
    """
    file = Path(path)
    if not file.is_file():
        raise SourceError(f"{file}: no such file; check the path.")
    keeps = _Filter(categories, since, until)
    batch = Batch()
    try:
        for place, record in _records(file):
            fault = record if isinstance(record, str) else _take(record, keeps, batch)
            if fault:
                batch.faults.append(f"{place}: {fault}")
                if strict:
                    break
            if len(batch.papers) >= size:
                yield batch.frame()
                batch = Batch()
    except SourceError as error:  # what was read before it is no worse for it
        error.papers = batch.frame()
        raise
    if strict and batch.faults:
        raise SourceError(f"{file}: record {batch.faults[0]}", papers=batch.frame())
    if batch.papers or batch.faults:
        yield batch.frame()


def _take(record: dict[str, Any], keeps: _Filter, batch: Batch) -> str:
    """Keep a record if it is wanted; return why it is no paper, empty when it is one."""
    try:
        raw = fields(record)
        if not keeps.listed(raw.get("categories") or ()):
            return ""  # before the costly part: most of a snapshot is of other fields
        paper = clean_paper(raw)
    except (PaperkitError, ValueError, TypeError, KeyError, IndexError) as error:
        return str(error)
    if keeps.dated(paper):
        batch.add(paper, raw)
    return ""


class _Filter:
    """Which papers are wanted."""

    def __init__(self, categories: Collection[str], since: Any, until: Any) -> None:
        self.categories = frozenset([categories] if isinstance(categories, str) else categories)
        self.since, self.until = str(since or "0"), str(until or "9")

    def listed(self, categories: Collection[str]) -> bool:
        """Return whether one of a record's categories is wanted."""
        return not self.categories or not self.categories.isdisjoint(categories)

    def dated(self, paper: Paper) -> bool:
        """Return whether its day is wanted."""
        return self.since[:10] <= f"{paper.published:%Y-%m-%d}" <= self.until[:10]


class Batch:
    """The papers of one chunk, until they are columns."""

    def __init__(self) -> None:
        self.papers: dict[str, Paper] = {}
        self.extras: dict[str, dict[str, str]] = {}
        self.faults: list[str] = []

    def add(self, paper: Paper, raw: dict[str, Any]) -> None:
        """Keep a paper, and what its record (see `fields`) says beyond it."""
        if paper.id not in self.papers or paper.version >= self.papers[paper.id].version:
            self.papers[paper.id] = paper
            self.extras[paper.id] = {e: clean_text(str(raw.get(e) or "")) for e in EXTRAS}

    def frame(self) -> pd.DataFrame:
        """Return them as columns."""
        frame = to_frame(self.papers.values())
        for name in EXTRAS:
            values = [self.extras[i][name] for i in self.papers]
            if any(values):
                frame[name] = pd.Series(values, index=frame.index, dtype="str")
        frame.attrs["faults"] = self.faults
        return frame


def _joined(chunks: list[pd.DataFrame]) -> pd.DataFrame:
    frame = pd.concat(chunks) if chunks else to_frame([])
    for name in [e for e in EXTRAS if e in frame.columns]:
        frame[name] = frame[name].fillna("")
    if frame.index.has_duplicates:
        order = frame["version"].reset_index().sort_values("version", kind="stable")
        kept = order.drop_duplicates("id", keep="last").index.sort_values()
        frame = frame.iloc[kept]
    return frame


def pack(path: str | Path, target: str | Path, *, strict: bool = False) -> int:
    """Write a metadata file as Parquet, chunk by chunk, for trends over millions of papers.

    Returns how many papers were written. The file appears when it is whole.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, count = _schema(), 0
    with writing(Path(target)) as file:
        with pq.ParquetWriter(file, schema) as writer:
            for chunk in load_chunks(path, strict=strict):
                kept = chunk.drop(columns=[e for e in EXTRAS if e in chunk.columns])
                rows = kept.reset_index()
                writer.write_table(pa.Table.from_pandas(rows, schema=schema, preserve_index=False))
                count += len(chunk)
        if not count:
            raise SourceError(f"{path}: has no papers; check the file.")
    return count


def _schema() -> Any:
    import pyarrow as pa

    kinds = {"object": pa.list_(pa.string()), "str": pa.string(), "int64": pa.int64()}
    moment = pa.timestamp("us", tz="UTC")
    from paperkit.frames import COLUMNS

    columns = {"id": "str", **COLUMNS}
    return pa.schema([(name, kinds.get(dtype, moment)) for name, dtype in columns.items()])


def _records(file: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield (place, record, or why it is none) of a file by the kind its name tells."""
    name = file.name.lower().removesuffix(".gz")
    try:
        if name.endswith((".jsonl", ".json")):
            yield from _lines(file)
        elif name.endswith((".parquet", ".csv")):
            yield from _rows(file, name)
        elif name.endswith((".bib", ".ris", ".rss", ".atom", ".xml")):
            yield from enumerate(_entries(file, name), 1)
        else:
            raise SourceError(f"{file}: unknown kind of file; give {_KINDS}.")
    except (EOFError, OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{file}: can't be read to its end ({error}); get it again.") from error


def _rows(file: Path, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    place = 0
    for frame in _tables(file, name):
        for row in frame.to_dict("records"):
            place += 1
            yield place, {str(k): v for k, v in row.items()}


def _tables(file: Path, name: str) -> Iterator[pd.DataFrame]:
    if name.endswith(".csv"):
        # An id like 2411.00010 is no number.
        yield from pd.read_csv(file, chunksize=CHUNK, dtype={"id": "str", "arxiv_id": "str"})
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        for batch in pq.ParquetFile(file).iter_batches(CHUNK):
            frame = batch.to_pandas()
            yield frame.reset_index() if frame.index.name else frame
    except pa.ArrowInvalid as error:
        raise SourceError(f"{file}: is no Parquet file ({error}); get it again.") from error


def _entries(file: Path, name: str) -> Iterator[dict[str, Any]]:
    from paperkit.sources import bibtex_ris, feeds

    content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    if name.endswith(".bib"):
        yield from bibtex_ris.bibtex(content.decode("utf-8-sig"), file.name)
    elif name.endswith(".ris"):
        yield from bibtex_ris.ris(content.decode("utf-8-sig"), file.name)
    else:
        yield from feeds.entries(content, file.name)


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    open_text = gzip.open if file.suffix == ".gz" else open
    with open_text(file, "rt", encoding="utf-8") as lines:
        for place, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError:
                yield place, "is not JSON; mend or drop the line."
            else:
                whole = isinstance(record, dict)
                yield place, record if whole else "is no JSON object; mend or drop the line."


_OTHER_NAMES = {
    "arxiv_id": "id",
    "comments": "comment",
    "journal-ref": "journal_ref",
    "summary": "abstract",
    "license": "licence",
}


def fields(record: dict[str, Any]) -> dict[str, Any]:
    """Return a source's record with `Paper`'s field names, as `clean_paper` takes it."""
    raw = {_OTHER_NAMES.get(k, k): _plain(v) for k, v in record.items()}
    if isinstance(raw.get("authors"), str):
        raw["authors"] = _names(record)
    if isinstance(raw.get("categories"), str):
        raw["categories"] = raw["categories"].split()
    if versions := raw.pop("versions", None):
        raw["version"] = int(str(versions[-1]["version"]).removeprefix("v"))
        raw["published"] = parsedate_to_datetime(versions[0]["created"])
        raw["updated"] = parsedate_to_datetime(versions[-1]["created"])
    if not raw.get("published") and raw.get("published_month"):
        raw["published"] = f"{raw['published_month']}-01"  # known to the month only
    if isinstance(raw.get("published"), pd.Timestamp):
        raw["published"] = raw["published"].to_pydatetime()
    if isinstance(raw.get("updated"), pd.Timestamp):
        raw["updated"] = raw["updated"].to_pydatetime()
    return raw


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    return None if isinstance(value, float) and value != value else value


def _names(record: dict[str, Any]) -> list[str]:
    parsed = record.get("authors_parsed")
    if parsed:
        return [" ".join(p for p in (n[1], n[0], *n[2:3]) if p) for n in parsed]
    return [n for n in re.split(r",\s*(?:and\s+)?|\s+and\s+", record["authors"]) if n]
