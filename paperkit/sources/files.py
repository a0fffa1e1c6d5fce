"""Bulk metadata from files: arXiv's JSON-lines snapshot, JSON lines, Parquet and CSV."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pandas as pd

from paperkit.errors import PaperkitError, SourceError
from paperkit.papers import clean_paper, to_frame


def load(path: str | Path) -> pd.DataFrame:
    """Return the papers frame of a metadata file; of several versions the newest counts.

    ``.jsonl``/``.json`` (also ``.gz``): one record a line, arXiv's own snapshot
    (https://www.kaggle.com/datasets/Cornell-University/arxiv) or `Paper`'s fields; ``.parquet``
    and ``.csv``: columns named as `Paper`'s fields (``arxiv_id`` for ``id`` will do).

    Raises:
        SourceError: the file is missing, of another kind, or has a record that is no paper
            (named by its line; ``papers`` holds those before it).
    """
    file = Path(path)
    if not file.is_file():
        raise SourceError(f"{file}: no such file; check the path.")
    found: dict[str, Any] = {}
    for place, record in _records(file):
        try:
            paper = clean_paper(_fields(record))
        except PaperkitError as error:
            raise SourceError(
                f"{file}: record {place}: {error}", papers=to_frame(found.values())
            ) from error
        if paper.id not in found or paper.version >= found[paper.id].version:
            found[paper.id] = paper
    return to_frame(found.values())


def _records(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    name = file.name.lower().removesuffix(".gz")
    if name.endswith((".jsonl", ".json")):
        yield from _lines(file)
    elif name.endswith((".parquet", ".csv")):
        read = pd.read_parquet if name.endswith(".parquet") else pd.read_csv
        frame = read(file)
        for place, row in enumerate(frame.to_dict("records"), 1):
            yield place, {str(k): v for k, v in row.items()}
    else:
        raise SourceError(
            f"{file}: unknown kind of file; give .jsonl, .jsonl.gz, .parquet or .csv."
        )


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    open_text = gzip.open if file.suffix == ".gz" else open
    with open_text(file, "rt", encoding="utf-8") as lines:
        for place, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                raise SourceError(f"{file}: line {place} is not JSON; mend or drop it.") from error
            if not isinstance(record, dict):
                raise SourceError(f"{file}: line {place} is no JSON object; mend or drop it.")
            yield place, record


_OTHER_NAMES = {
    "arxiv_id": "id",
    "comments": "comment",
    "journal-ref": "journal_ref",
    "summary": "abstract",
}


def _fields(record: dict[str, Any]) -> dict[str, Any]:
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
