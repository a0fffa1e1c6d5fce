"""Bulk metadata from files: arXiv's snapshot, JSON, Parquet, CSV, BibTeX, RIS, feeds and OAI.

Files are read record by record and kept as columns, chunk by chunk: 2.5 million records pass
through without standing in memory together. What can't be read is told by key and line, and
costs nothing else of the file.
"""

from __future__ import annotations

import gzip
import json
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from paperkit.errors import PaperkitError, SourceError, explained
from paperkit.files import writing
from paperkit.frames import to_frame
from paperkit.papers import Paper, clean_paper, clean_text, identify
from paperkit.sources import tables
from paperkit.sources.bibtex_ris import (
    NOT_ON_ARXIV,
    Entry,
    bibtex,
    categories,
    is_csl,
    of_csl,
    people,
    ris,
)
from paperkit.sources.tables import EXTRAS

CHUNK = 10_000
_KINDS = ".jsonl, .json, .parquet, .csv, .bib, .ris, .rss, .atom or .xml (text also as .gz)"
_TOLD = 1000  # faults named one by one
_WHOLE = 200_000_000  # bytes; a larger file is read line by line, whatever its first one holds
_SHOWN = 3  # of them in a sentence
_LIBRARIES = (".bib", ".ris")


class Fault(NamedTuple):
    """What is wrong with one record of a file: its key, its line (from 1), and the reason.

    ``loaded`` says that the paper came all the same.
    """

    key: str
    line: int
    reason: str
    loaded: bool = False

    def __str__(self) -> str:
        """Return it on one line."""
        place = f"{self.key} (line {self.line})" if self.key else f"line {self.line}"
        return f"{place}: {self.reason}"


@explained
def load(
    path: str | Path,
    *,
    categories: Collection[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    strict: bool = False,
) -> pd.DataFrame:
    """Return the papers frame of the metadata file `path`; of several versions the newest counts.

    >>> load("zotero.bib").attrs["faults"]

    ``.jsonl``/``.json``: one record a line or an array of them, arXiv's own snapshot
    (https://www.kaggle.com/datasets/Cornell-University/arxiv), CSL-JSON or `Paper`'s fields;
    ``.parquet`` and ``.csv``: columns named as `Paper`'s fields (``arxiv_id`` for ``id`` will
    do); ``.bib`` and ``.ris``: other people's libraries; ``.rss``, ``.atom``, ``.xml``: arXiv's
    feeds and OAI records. All but Parquet also as ``.gz``. Where a source states them, the frame
    has ``licence``, ``announce_type`` (new, cross, replace, replace-cross) and ``announced`` (a
    day) too.

    Only papers in one of `categories`, published from `since` to `until` (inclusive, UTC), are
    kept; the others cost no memory. Where a source knows only the month, it is the first of it.

    What is on arXiv is loaded; the rest is left out, counted in a warning and named by key, line
    and reason in ``attrs["faults"]`` (a list of `Fault`). With ``strict=True`` it is an error.

    Raises:
        SourceError: the file is missing or of another kind; with ``strict``, a record is no paper
            (``papers`` holds those before it).
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
    count = sum(chunk.attrs.pop("records", 0) for chunk in chunks)
    frame = _joined(chunks)
    frame.attrs.update(source="file", faults=faults[:_TOLD])
    if faults:
        warnings.warn(_sentence(Path(path), count, faults), stacklevel=2)
    return frame


def _sentence(file: Path, count: int, faults: list[Fault]) -> str:
    lost = [f for f in faults if not f.loaded]
    odd = [f for f in faults if f.loaded]
    of = file.name.lower().removesuffix(".gz").endswith(_LIBRARIES)
    said = [
        f"{count - len(lost):,} of {count:,} {'entries are on arXiv' if of else 'records read'}"
    ]
    if lost:
        verb = ("is" if of else "was") if len(lost) == 1 else ("are" if of else "were")
        said.append(f"{len(lost):,} {verb} not: {_examples(lost)}")
    if odd:
        said.append(f"odd, but loaded: {_examples(odd)}")
    return f"{file.name}: {'; '.join(said)} (all in attrs['faults'])."


def _examples(faults: list[Fault]) -> str:
    more = f" and {len(faults) - _SHOWN:,} more" if len(faults) > _SHOWN else ""
    return ", ".join(str(f).rstrip(".") for f in faults[:_SHOWN]) + more


def load_chunks(
    path: str | Path,
    *,
    size: int = CHUNK,
    categories: Collection[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    strict: bool = False,
) -> Iterator[pd.DataFrame]:
    """Yield a metadata file as papers frames of at most `size` papers (see `load`).

    >>> for papers in load_chunks("arxiv-metadata-oai-snapshot.json", categories=["cs.CV"]):
    ...     library.add(papers)

    Each frame's ``attrs["faults"]`` names the records left out, ``attrs["records"]`` counts those
    read. Several versions of a paper may come in several chunks.
    """
    file = Path(path)
    if not file.is_file():
        raise SourceError(f"{file}: no such file; check the path.")
    yield from _frames(file, size, Filter(categories, since, until), strict=strict)


def _frames(file: Path, size: int, keeps: Filter, *, strict: bool) -> Iterator[pd.DataFrame]:
    batch = Batch()
    try:
        for part in entries(file, size):
            if isinstance(part, pd.DataFrame):  # columns that need no look at each record
                if batch.count:
                    yield batch.frame()
                    batch = Batch()
                yield keeps.rows(part)
                continue
            batch.read(part, keeps)
            if strict and batch.lost:
                raise SourceError(f"{file}: {batch.lost[0]}")  # noqa: TRY301
            if len(batch.papers) >= size:
                yield batch.frame()
                batch = Batch()
    except SourceError as error:  # what was read before it is no worse for it
        error.papers = batch.frame()
        raise
    if batch.count:
        yield batch.frame()


class Filter:
    """Which papers are wanted."""

    def __init__(self, wanted: Collection[str] = (), since: Any = None, until: Any = None) -> None:
        self.categories = frozenset([wanted] if isinstance(wanted, str) else wanted)
        self.since, self.until = str(since or "0")[:10], str(until or "9")[:10]

    def listed(self, told: Collection[str]) -> bool:
        """Return whether one of a record's categories is wanted."""
        return not self.categories or not self.categories.isdisjoint(told)

    def dated(self, paper: Paper) -> bool:
        """Return whether its day is wanted."""
        return self.since <= f"{paper.published:%Y-%m-%d}" <= self.until

    def rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a frame that are wanted."""
        frame.attrs.update(source="file", records=len(frame), faults=[])
        if self.categories:
            frame = frame[[self.listed(c) for c in frame["categories"]]]
        if (self.since, self.until) != ("0", "9"):
            days = frame["published"].dt.strftime("%Y-%m-%d")
            frame = frame[(days >= self.since) & (days <= self.until)]
        return frame


class Batch:
    """The papers of one chunk, until they are columns."""

    def __init__(self) -> None:
        self.papers: dict[str, Paper] = {}
        self.extras: dict[str, dict[str, str]] = {}
        self.faults: list[Fault] = []
        self.count = self.twice = 0

    @property
    def lost(self) -> list[Fault]:
        """Return the faults that cost a record."""
        return [f for f in self.faults if not f.loaded]

    def read(self, entry: Entry, keeps: Filter) -> None:
        """Keep the paper of an entry if it is wanted, or what is wrong with it."""
        self.count += 1
        twice = self.twice
        reason = entry.problem or self._take(entry.record, keeps)
        key = clean_text(entry.key)[:80]
        if reason:
            self.faults.append(Fault(key, entry.line, reason.removeprefix(f"{entry.key}: ")))
        elif remark := entry.remark or ("this paper occurs twice" if self.twice > twice else ""):
            self.faults.append(Fault(key, entry.line, remark, loaded=True))

    def _take(self, record: dict[str, Any], keeps: Filter) -> str:
        """Keep a record if it is wanted; return why it is no paper, empty when it is one."""
        try:
            raw = fields(record)
            told = raw.get("categories") or ()
            if keeps.categories and not told:
                return "its categories can't be read, so they can't be chosen by"
            if not keeps.listed(told):
                return ""  # before the costly part: most of a snapshot is of other fields
            paper = clean_paper(raw)
        except (PaperkitError, ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
            return str(error)
        if keeps.dated(paper):
            self.add(paper, raw)
        return ""

    def add(self, paper: Paper, raw: Mapping[str, Any]) -> None:
        """Keep a paper, and what its record (see `fields`) says beyond it."""
        known = self.papers.get(paper.id)
        if known is not None and known.version == paper.version:
            self.twice += 1
            if known.abstract and not paper.abstract:
                return
        if known is None or paper.version >= known.version:
            self.papers[paper.id] = paper
            self.extras[paper.id] = {e: clean_text(str(raw.get(e) or "")) for e in EXTRAS}

    def frame(self) -> pd.DataFrame:
        """Return them as columns."""
        frame = to_frame(self.papers.values())
        for name in EXTRAS:
            values = [self.extras[i][name] for i in self.papers]
            if any(values):
                frame[name] = pd.Series(values, index=frame.index, dtype="str")
        frame.attrs.update(source="file", records=self.count, faults=self.faults)
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

    schema, count = tables.schema(), 0
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


def entries(file: Path, size: int = CHUNK) -> Iterator[Entry | pd.DataFrame]:
    """Yield the entries of a file by the kind its name tells, or whole frames of them.

    Raises:
        SourceError: the file is none of that kind, or can't be read to its end.
    """
    name = file.name.lower().removesuffix(".gz")
    try:
        if name.endswith((".jsonl", ".json")):
            found: Iterable[Entry | pd.DataFrame] = _json(file)
        elif name.endswith(".csv"):
            found = tables.csv(file)
        elif name.endswith(".parquet"):
            found = tables.parquet(file, size)
        elif name.endswith((*_LIBRARIES, ".rss", ".atom", ".xml")):
            found = _entries(file, name)
        else:
            raise SourceError(f"{file}: unknown kind of file; give {_KINDS}.")
        yield from found
    except (EOFError, OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{file}: can't be read to its end ({error}); get it again.") from error


def _entries(file: Path, name: str) -> Iterator[Entry]:
    from paperkit.sources import feeds

    content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    if not name.endswith(_LIBRARIES):
        for place, record in enumerate(feeds.entries(content, file.name), 1):
            yield Entry(str(record.get("id") or ""), place, record)
        return
    text = _decoded(content)
    is_bibtex = name.endswith(".bib")
    entry = None
    for entry in bibtex(text) if is_bibtex else ris(text):
        lacks = not entry.problem and not entry.record["id"]
        yield entry._replace(problem=NOT_ON_ARXIV) if lacks else entry
    if entry is None:
        kind = "BibTeX" if is_bibtex else "RIS"
        raise SourceError(
            f"{file.name}: holds no {kind} entry, it looks like {looks_like(text)}; "
            f"export it again as {kind}."
        )


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # what old reference managers write


_LOOKS = (
    (r"<!doctype html|<html", "a web page (perhaps a login)"),
    (r"%PDF-", "a PDF"),
    (r"PK\x03\x04", "a zip archive"),
    (r"<\?xml|<rss|<feed", "XML"),
    (r"^%[0A-Z] \S", "EndNote's tagged format"),
    (r"^PMID *- ", "PubMed's nbib format"),
    (r"^TY {0,2}-", "RIS"),
    (r"^\s*@\w+\s*[{(]", "BibTeX"),
    (r"\s*[\[{]\s*[\"{\[]", "JSON"),
    (r"\s*\Z", "an empty file"),
)


def looks_like(text: str) -> str:
    """Return what a file that is not what it should be looks like, in a few words."""
    for pattern, kind in _LOOKS:
        flags = re.I | re.M if pattern.startswith("^") else re.I
        if (re.search if flags & re.M else re.match)(pattern, text[:2000].lstrip("\ufeff"), flags):
            return kind
    return "plain words"


def _json(file: Path) -> Iterator[Entry]:
    """Yield the records of JSON lines, of an array, or of an object that holds one as items."""
    open_text = gzip.open if file.suffix == ".gz" else open
    with open_text(file, "rt", encoding="utf-8-sig") as lines:
        at, first = next(((n, x) for n, x in enumerate(lines, 1) if x.strip()), (1, ""))
        start = first.lstrip()[:1]
        if start not in ("{", "["):
            raise SourceError(
                f"{file.name}: is not JSON, it looks like {looks_like(first)}; get it again."
            )
        fits = start == "[" or file.stat().st_size < _WHOLE
        if not fits or _is_record(first):
            yield from _lines(chain([first], lines), at)
            return
        text = first + str(lines.read())
        if (whole := _array(text)) is not None:
            yield from (_of_json(record, place) for place, record in enumerate(whole, 1))
        else:
            yield from _lines(StringIO(text), at)


def _is_record(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _array(text: str) -> list[Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if isinstance(found, dict):
        items = found.get("items")
        found = items if isinstance(items, list) else [found]
    return found if isinstance(found, list) else None


def _lines(lines: Iterable[Any], first: int) -> Iterator[Entry]:
    for place, line in enumerate(lines, first):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError:
            yield Entry("", place, {}, "is not JSON; mend or drop the line.")
        else:
            yield _of_json(record, place)


def _of_json(record: Any, place: int) -> Entry:
    if not isinstance(record, dict):
        return Entry("", place, {}, "is no JSON object; correct or remove it.")
    key = str(record.get("id") or "")
    if is_csl(record):
        try:
            made = of_csl(record)
        except (TypeError, ValueError, AttributeError, IndexError) as error:
            return Entry(key, place, {}, f"can't be read ({error})")
        return Entry(key, place, made, "" if made["id"] else NOT_ON_ARXIV)
    return Entry(key, place, record)


_OTHER_NAMES = {
    "arxiv_id": "id",
    "comments": "comment",
    "journal-ref": "journal_ref",
    "summary": "abstract",
    "license": "licence",
}


def fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a source's record with `Paper`'s field names, as `clean_paper` takes it."""
    raw = {_OTHER_NAMES.get(k, k): _plain(v) for k, v in record.items()}
    raw["id"] = _id_of(raw)
    if parsed := raw.get("authors_parsed"):
        raw["authors"] = [" ".join(p for p in (n[1], n[0], *n[2:3]) if p) for n in parsed]
    else:
        raw["authors"] = people(raw.get("authors"))
    if isinstance(raw.get("title"), list):
        raw["title"] = " ".join(map(str, raw["title"]))
    raw["categories"] = _categories(raw)
    raw |= _versions(raw.pop("versions", None))
    raw["version"] = int(float(str(raw.get("version") or 1).lower().removeprefix("v")))
    if not raw.get("published") and raw.get("published_month"):
        raw["published"] = f"{raw['published_month']}-01"  # known to the month only
    for name in ("published", "updated"):
        raw[name] = _moment(raw.get(name))
    return raw


def _id_of(raw: Mapping[str, Any]) -> str:
    told = str(raw.get("id") or "")
    found = identify({"id": raw.get("id")})
    if found is None:
        raise PaperkitError(f"{told[:80]!r}: not an arXiv identifier; give one like 2411.05184.")
    return found.id if found.version is None else f"{found.id}v{found.version}"


def _categories(raw: Mapping[str, Any]) -> list[str]:
    told = raw.get("categories")
    primary = categories(str(raw.get("primary_category") or ""))
    listed = told.split() if isinstance(told, str) and not re.search(r"[,;]", told) else told or []
    return list(dict.fromkeys([*primary, *categories(listed)]))


def _versions(told: Any) -> dict[str, Any]:
    """Return version and days of a snapshot's list of versions."""
    if not told:
        return {}
    if not isinstance(told[-1], Mapping):
        return {"version": told[-1]}
    return {
        "version": told[-1]["version"],
        "published": parsedate_to_datetime(told[0]["created"]),
        "updated": parsedate_to_datetime(told[-1]["created"]),
    }


def _moment(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, (int, float)) and not isinstance(value, bool):  # seconds since 1970
        return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
    return value or None


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    return None if isinstance(value, float) and value != value else value
