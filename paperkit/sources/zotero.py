"""Seeds: what a person already reads, from her library's file or a running Zotero."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from paperkit.errors import SourceError, explained
from paperkit.frames import table
from paperkit.papers import clean_cell, identify
from paperkit.sources import files
from paperkit.sources.bibtex_ris import Entry, of_zotero
from paperkit.sources.transport import requests

ZOTERO = "http://127.0.0.1:23119/api/users/0/items/top"
"""Zotero's local API (https://www.zotero.org/support/dev/web_api/v3/start), read only."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PAGE = 100
_SECONDS = 20
_MOST = 100_000  # items; nobody has read more
_COLUMNS = {"id": "object", "title": "str", "abstract": "str"}


@explained
def seeds(path: str | Path = "zotero") -> pd.DataFrame:
    """Return every entry of a library's file, on arXiv or not, as what a ranking can start from.

    >>> rank(papers, seeds("my-library.bib"))
    >>> rank(papers, seeds("zotero"))

    `path` is a file as `load` takes it, or ``zotero`` for the Zotero that runs on this computer
    (its preference "Allow other applications … to communicate" must be on), or an address of its
    local API, like that of one collection. Only this computer is ever asked.

    Returns a frame, one row per entry: id (None where it is not on arXiv), title, abstract.
    Entries without a title are left out and named in ``attrs["faults"]``.

    Raises:
        SourceError: the file is missing or none of these, or Zotero can't be asked.
    """
    text = str(path)
    if text == "zotero" or text.startswith(("http://", "https://")):
        found = _of_zotero(ZOTERO if text == "zotero" else text)
    else:
        found = _of_file(Path(path))
    rows: list[dict[str, Any]] = []
    faults: list[files.Fault] = []
    for entry in found:
        row = _seed(entry.record)
        if row["title"]:
            rows.append(row)
        else:
            faults.append(files.Fault(entry.key, entry.line, entry.problem or "no title"))
    frame = table(rows, _COLUMNS, index=None)
    frame.attrs["faults"] = faults
    return frame


def _seed(record: Mapping[str, Any]) -> dict[str, Any]:
    identity = identify({"id": record.get("id") or record.get("arxiv_id")})
    title = record.get("title")
    return {
        "id": identity.id if identity else None,
        "title": clean_cell("title", " ".join(title) if isinstance(title, list) else title),
        "abstract": clean_cell("abstract", record.get("abstract") or record.get("summary")),
    }


def _of_file(file: Path) -> Iterator[Entry]:
    if not file.is_file():
        raise SourceError(f"{file}: no such file; check the path.")
    place = 0
    for part in files.entries(file):
        if isinstance(part, pd.DataFrame):
            for record in part.reset_index().to_dict("records"):
                place += 1
                yield Entry(str(record["id"]), place, {str(k): v for k, v in record.items()})
        else:
            yield part


def _of_zotero(url: str) -> Iterator[Entry]:
    """Yield the items of Zotero's local API, page by page; attachments and notes are none."""
    if urlsplit(url).hostname not in _LOOPBACK or urlsplit(url).scheme != "http":
        raise SourceError(f"{url[:80]}: is not on this computer; give a file, or 'zotero'.")
    with requests.Session() as session:
        session.trust_env = False  # never through a proxy
        place = 0
        while place < _MOST:
            items = _page(session, url, place)
            for item in items:
                place += 1
                data = item.get("data") if isinstance(item, dict) else None
                if isinstance(data, dict) and data.get("itemType") not in _NO_ITEMS:
                    yield Entry(str(item.get("key") or ""), place, of_zotero(item))
            if len(items) < _PAGE:
                return


_NO_ITEMS = ("attachment", "note", "annotation")


def _page(session: requests.Session, url: str, start: int) -> list[Any]:
    asked = {"format": "json", "limit": str(_PAGE), "start": str(start)}
    try:
        response = session.get(
            url,
            params=asked,
            timeout=_SECONDS,
            allow_redirects=False,
            headers={"Zotero-API-Version": "3"},
        )
    except requests.RequestException as error:
        raise SourceError(
            f"Zotero: is not running here; start it and {_ALLOW}, or export the library as BibTeX."
        ) from error
    return _items(url, response)


_ALLOW = "allow other applications in its settings under Advanced"


def _items(url: str, response: requests.Response) -> list[Any]:
    status, said = response.status_code, response.text[:80].strip()
    if status == 403:
        raise SourceError(f"Zotero: does not let other programs read it ({said}); {_ALLOW}.")
    try:
        found = json.loads(response.content) if status == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise SourceError(f"Zotero: no list of items at {url[:80]} (HTTP {status}); check it.")
    return found
