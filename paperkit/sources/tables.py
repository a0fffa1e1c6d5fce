"""Tables of metadata: CSV as spreadsheets write it, and Parquet a column at a time."""

from __future__ import annotations

import ast
import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from paperkit.errors import SourceError
from paperkit.frames import COLUMNS, to_frame
from paperkit.papers import clean_cell
from paperkit.sources.bibtex_ris import Entry

EXTRAS = ("licence", "announce_type", "announced")
"""Columns beyond `Paper`'s fields that a file may bring; those no record has are left out."""

_ROWS = 10_000  # read at a time


def schema() -> Any:
    """Return the Arrow schema of a packed file: `Paper`'s fields, lists as lists."""
    import pyarrow as pa

    kinds = {"object": pa.list_(pa.string()), "str": pa.string(), "int64": pa.int64()}
    moment = pa.timestamp("us", tz="UTC")
    columns = {"id": "str", **COLUMNS}
    return pa.schema([(name, kinds.get(dtype, moment)) for name, dtype in columns.items()])


def csv(file: Path) -> Iterator[Entry]:
    """Yield the rows of a CSV file; every cell is text, so that a title 1984 stays one."""
    try:
        with pd.read_csv(
            file, chunksize=_ROWS, dtype="str", keep_default_na=False, encoding="utf-8-sig",
            sep=_separator(file),
        ) as chunks:  # fmt: skip
            place = 1
            for frame in chunks:
                for row in frame.to_dict("records"):
                    place += 1
                    record = {str(k): _listed(v) for k, v in row.items()}
                    yield Entry(str(record.get("id") or ""), place, record)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceError(f"{file.name}: is not CSV ({error}); export it again.") from error


def _separator(file: Path) -> str:
    open_text = gzip.open if file.suffix == ".gz" else open
    with open_text(file, "rt", encoding="utf-8-sig") as lines:
        head = str(next(iter(lines), ""))
    return max(",;\t", key=head.count)


def _listed(cell: str) -> Any:
    """Return a cell; one that holds a tuple or list as `DataFrame.to_csv` writes it, as that."""
    if not re.fullmatch(r"[(\[].*[)\]]", cell or "", re.S):
        return cell
    try:
        found = ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return cell
    return list(map(str, found)) if isinstance(found, (tuple, list)) else cell


def parquet(file: Path, size: int) -> Iterator[Entry | pd.DataFrame]:
    """Yield the rows of a Parquet file, or whole papers frames where no row needs a look."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = 0
    try:
        for batch in pq.ParquetFile(file).iter_batches(size):
            if (frame := _columns(batch)) is not None:
                yield frame
                place += len(frame)
                continue
            rows = batch.to_pandas()
            rows = rows.reset_index() if rows.index.name else rows
            for row in rows.to_dict("records"):
                place += 1
                record = {str(k): v for k, v in row.items()}
                yield Entry(str(record.get("id") or ""), place, record)
    except pa.ArrowInvalid as error:
        raise SourceError(f"{file}: is not a Parquet file ({error}); get it again.") from error


# What `clean_paper` might change; cells without any of it are clean.
_DIRTY = r"[^\x20-\x7e]|^ |  | $|\\|~|``|''"
_CLEAN_ID = r"^(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.[0-9]{4}$|^(?:1[5-9]|[2-8][0-9])(?:0[1-9]|1[0-2])\.[0-9]{5}$"  # noqa: E501


def _columns(batch: Any) -> pd.DataFrame | None:
    """Return a batch of Parquet as a papers frame without a look at each row, if that will do."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = pa.Table.from_batches([batch])
    if not set(schema().names) <= set(table.column_names) or set(EXTRAS) & set(table.column_names):
        return None
    try:
        table = table.select(schema().names).cast(schema())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    ids, versions = table["id"].combine_chunks(), table["version"].combine_chunks()
    sure = pc.all(pc.match_substring_regex(ids, _CLEAN_ID)).as_py() and not ids.null_count
    sure = sure and not versions.null_count and (pc.min(versions).as_py() or 0) >= 1
    dates = [table["published"], table["updated"]]
    if not sure or any(d.null_count for d in dates) or len(pc.unique(ids)) < len(ids):
        return None
    data = {n: _column(n, kind, table[n].combine_chunks()) for n, kind in COLUMNS.items()}
    if not all(data["title"]):
        return None
    made = to_frame([])
    index = pd.Index(ids.to_pylist(), name="id", dtype="str")
    series = {n: pd.Series(v, index=index, dtype=COLUMNS[n]) for n, v in data.items()}
    return type(made)(series, index=index)


def _column(name: str, kind: str, values: Any) -> Any:
    import pyarrow.compute as pc

    if kind not in ("str", "object"):
        return values.to_pandas().to_numpy() if kind == "int64" else values.to_pandas().array
    flat = values if kind == "str" else values.flatten()
    found = pc.fill_null(flat, "")
    texts = found.to_pylist()
    for place in pc.indices_nonzero(pc.match_substring_regex(found, _DIRTY)).to_pylist():
        texts[place] = clean_cell(name, texts[place])
    if kind == "str":
        return texts
    lengths = pc.fill_null(pc.list_value_length(values), 0).to_pylist()
    rest = iter(texts)
    return [tuple(t for t in (next(rest) for _ in range(n)) if t) for n in lengths]
