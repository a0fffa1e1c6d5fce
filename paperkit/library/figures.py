"""Galleries: a paper's figures and tables as a frame, with the files that show them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from paperkit.library import drafts, files, records, schema
from paperkit.library.tables import Shelf
from paperkit.papers import parse_id
from paperkit.readings import Reading

COLUMNS = {
    "kind": "str",
    "label": "str",
    "page": "int64",
    "caption": "str",
    "path": "str",
    "width": "int64",
    "height": "int64",
    "teaser": "bool",
}


class Gallery(Shelf):
    """What `Library` offers to those who look at pictures."""

    def figures(self, id: str, *, version: int | None = None) -> pd.DataFrame:
        """Return a paper's figures and tables, one row each, as they stand in the paper.

        Columns: kind (figure, table, algorithm, ...), label, page (from 1), caption, path (of the
        image; missing where there is none), width and height (pixels), teaser (suits a cover
        best). Of `version`, by default the newest that was read; empty before `read`.
        """
        with schema.reading(self._file) as db:
            num = records.number(db, id)
            found = drafts.version_read(db, num, version)
            reading = None if found is None else drafts.get_reading(db, num, found)
        rows: list[dict[str, Any]] = []
        if reading is not None and found is not None:
            stem = files.stem(parse_id(id).id, found)
            rows = list(_rows(reading, self.path / "figures" / stem))
        data = {c: pd.Series([r[c] for r in rows], dtype="object") for c in COLUMNS}
        return pd.DataFrame(data).astype(COLUMNS)


def _rows(reading: Reading, folder: Path) -> Iterator[dict[str, Any]]:
    for figure in reading.figures:
        # A name that leads out of the folder is none.
        inside = figure.file is not None and Path(figure.file).name == figure.file
        path = folder / figure.file if inside and figure.file else None
        shown = path is not None and path.is_file()
        told = {c: getattr(figure, c) for c in COLUMNS if c != "path"}
        yield {**told, "path": str(path) if shown else None}
