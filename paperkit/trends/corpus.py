"""Papers as columns: the only room that knows DuckDB.

A corpus is a papers frame or Parquet files of papers. Whatever it is, it answers SQL over one
view, ``papers(id, title, abstract, authors, categories, topics, published, comment,
journal_ref)``: lists of text where the frame has tuples, ``published`` in UTC without a zone,
NULL where nothing is known. Files are scanned, never loaded whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from paperkit.errors import SourceError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

    Papers = pd.DataFrame | str | Path | Sequence[str | Path]


TEXTS = ("title", "abstract", "comment", "journal_ref")
LISTS = ("authors", "categories", "topics")
IDS = ("id", "arxiv_id", "paper_id")
DATES = ("published", "published_month")
MEMORY = "1GB"


@contextmanager
def opened(papers: Papers, *, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection whose view ``papers`` is the corpus; it is closed afterwards.

    ``threads`` caps the engine's threads (None: one per core). Above one gigabyte the engine
    spills to the system's temporary folder.
    """
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute("SET preserve_insertion_order = false")
        if threads is not None:
            connection.execute(f"SET threads = {int(threads)}")
        _register(connection, papers)
        connection.execute(_view(connection))
        yield connection


def table(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> pa.Table:
    """Return a query's answer as an Arrow table; ``?`` in the query stand for the parameters."""
    found: pa.Table = connection.sql(query, params=list(parameters)).to_arrow_table()
    return found


def number(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> int:
    """Return a query's answer that is one whole number."""
    return int(connection.sql(query, params=list(parameters)).fetchall()[0][0])


def frame(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> pd.DataFrame:
    """Return a query's answer as a frame."""
    found: pd.DataFrame = connection.sql(query, params=list(parameters)).df()
    return found


def parts(papers: Papers) -> list[Any]:
    """Return the pieces a corpus is counted in: one per Parquet file, or the frame itself."""
    if isinstance(papers, (str, Path)):
        return _files(papers)
    if isinstance(papers, Sequence):
        return [file for path in papers for file in _files(path)]
    return [papers]


def is_frame(papers: object) -> TypeGuard[pd.DataFrame]:
    """Say whether the corpus is a frame in memory rather than files."""
    return hasattr(papers, "columns")


def _files(path: str | Path) -> list[str]:
    """Return the Parquet files that a path, folder or pattern names."""
    here = Path(path).expanduser()
    if here.is_dir():
        found = sorted(str(file) for file in here.glob("*.parquet"))
    elif here.is_file():
        found = [str(here)]
    else:
        found = sorted(str(file) for file in here.parent.glob(here.name))
    if not found:
        raise SourceError(f"{here}: no Parquet file here; give a file, a folder or a pattern")
    return found


def _register(connection: duckdb.DuckDBPyConnection, papers: Papers) -> None:
    """Make the corpus known to the engine as ``raw``."""
    import duckdb

    if is_frame(papers):
        connection.register("raw", _arrow(papers))
        return
    files = parts(papers)
    try:
        connection.read_parquet(files, union_by_name=True).create_view("raw")
    except duckdb.Error as error:
        raise SourceError(
            f"{files[0]}: not readable as Parquet ({error}); load(path) reads other formats"
        ) from error


def _arrow(papers: pd.DataFrame) -> pa.Table:
    """Return the columns trends need as an Arrow table, whatever their dtypes are."""
    import pyarrow as pa

    columns = {}
    ids = next((papers[name] for name in IDS if name in papers), papers.index)
    columns["id"] = pa.array([str(value) for value in ids], pa.string())
    for name in TEXTS:
        if name in papers:
            values = [value if isinstance(value, str) else None for value in papers[name]]
            columns[name] = pa.array(values, pa.string())
    for name in LISTS:
        if name in papers:
            lists = [_strings(value) for value in papers[name]]
            columns[name] = pa.array(lists, pa.list_(pa.string()))
    source = next((name for name in DATES if name in papers), None)
    columns["published"] = _dates(None if source is None else papers[source], len(papers))
    return pa.table(columns)


def _strings(value: object) -> list[str] | None:
    """Return a cell of authors, categories or topics as a list of texts."""
    if value is None or isinstance(value, (str, float)):
        return [value] if isinstance(value, str) and value else None
    return [str(item) for item in value]  # type: ignore[attr-defined]


def _dates(values: pd.Series | None, length: int) -> pa.Array:
    """Return dates as UTC timestamps without a zone; what cannot be read is NULL."""
    import pandas as pd
    import pyarrow as pa

    if values is None:
        return pa.nulls(length, pa.timestamp("us"))
    dates = pd.to_datetime(values, utc=True, errors="coerce", format="mixed")
    naive = dates.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    return pa.array(naive, pa.timestamp("us"))


def _view(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the SQL of the view ``papers`` over what ``raw`` really holds."""
    found = {row[0]: row[1] for row in connection.sql("DESCRIBE SELECT * FROM raw").fetchall()}
    chosen = [_first(found, IDS, "id", "VARCHAR")]
    chosen += [_first(found, (name,), name, "VARCHAR") for name in TEXTS]
    chosen += [_first(found, (name,), name, "VARCHAR[]") for name in LISTS]
    chosen.append(_published(found))
    return f"CREATE VIEW papers AS SELECT {', '.join(chosen)} FROM raw"  # noqa: S608


def _first(found: dict[str, str], names: Sequence[str], target: str, kind: str) -> str:
    """Return the select item for a column that may be missing or go by another name."""
    name = next((name for name in names if name in found), None)
    return f"CAST({name or 'NULL'} AS {kind}) AS {target}"


def _published(found: dict[str, str]) -> str:
    """Return the select item for the date, in UTC without needing the engine's zone tables."""
    name = next((name for name in DATES if name in found), None)
    if name is None:
        return "CAST(NULL AS TIMESTAMP) AS published"
    if "TIME ZONE" in found[name]:
        return f"make_timestamp(epoch_us({name})) AS published"
    if found[name] == "VARCHAR":
        # A month alone ("2024-11") stands for its first day; a trailing Z is UTC already.
        text = f"rtrim({name}, 'Z')"
        month = f"CASE WHEN length({name}) = 7 THEN {name} || '-01' ELSE {text} END"
        return f"TRY_CAST({month} AS TIMESTAMP) AS published"
    return f"TRY_CAST({name} AS TIMESTAMP) AS published"
