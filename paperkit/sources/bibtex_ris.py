"""References: BibTeX and RIS entries that name an arXiv paper, as records of papers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from paperkit.errors import PaperkitError, SourceError
from paperkit.papers import parse_id

_ID = r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?"
_NAMED = re.compile(rf"arxiv(?:\.org/(?:abs|pdf|html)/|[:.]\s*)({_ID})", re.I)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def bibtex(text: str, name: str) -> Iterator[dict[str, Any]]:
    """Yield a record per entry of a BibTeX file; accents in TeX become letters.

    Raises:
        SourceError: an entry can't be read (named by its line).
    """
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.middlewares import LatexDecodingMiddleware

    # Mathematics stays TeX, as arXiv writes it.
    decoding = LatexDecodingMiddleware(keep_math_mode=True)
    library = parse_string(text, append_middleware=[decoding])
    if library.failed_blocks:
        line = (library.failed_blocks[0].start_line or 0) + 1
        raise SourceError(f"{name}: the entry at line {line} can't be read; mend or drop it.")
    for entry in library.entries:
        found = {f.key.lower(): str(f.value) for f in entry.fields}
        yield _of_bibtex(found)


def _of_bibtex(found: dict[str, str]) -> dict[str, Any]:
    eprint = found.get("eprint") or found.get("arxivid") or ""
    identity = _identity(eprint, *found.values())
    named = " ".join(found.get("author", "").split())
    return {
        "id": identity,
        "title": found.get("title"),
        "authors": [_turned(n) for n in re.split(r"\s+and\s+", named) if n],
        "abstract": found.get("abstract"),
        "categories": (found.get("primaryclass") or "").split(),
        "published": month_of(identity, _date(found)),
        "journal_ref": _journal(found.get("journal") or found.get("booktitle") or ""),
        "doi": _doi(found.get("doi", "")),
        "comment": found.get("note"),
    }


def _date(found: dict[str, str]) -> str:
    if "date" in found:
        return found["date"]
    month = found.get("month", "").lower()
    number = _MONTHS.index(month[:3]) + 1 if month[:3] in _MONTHS else month
    return f"{found.get('year', '')}-{number:0>2}-{found.get('day', '1'):0>2}"


def ris(text: str, name: str) -> Iterator[dict[str, Any]]:
    """Yield a record per entry of a RIS file.

    Raises:
        SourceError: the file is no RIS.
    """
    import rispy

    try:
        entries = rispy.loads(text)
    except (OSError, ValueError, KeyError) as error:
        raise SourceError(f"{name}: is no RIS file ({error}); mend or drop that line.") from error
    for entry in entries:
        yield _of_ris(entry)


def _of_ris(entry: dict[str, Any]) -> dict[str, Any]:
    texts = [str(v) for value in entry.values() for v in (value if _is_list(value) else [value])]
    identity = _identity("", *texts)
    day = str(entry.get("date") or entry.get("year") or "").strip("/").replace("/", "-")
    return {
        "id": identity,
        "title": entry.get("title") or entry.get("primary_title"),
        "authors": [_turned(n) for n in entry.get("authors") or entry.get("first_authors") or []],
        "abstract": entry.get("abstract") or entry.get("notes_abstract"),
        "categories": [
            k for k in entry.get("keywords") or [] if re.fullmatch(r"[a-z-]+(\.\S+)?", k)
        ],
        "published": month_of(identity, day),
        "journal_ref": _journal(entry.get("journal_name") or entry.get("secondary_title") or ""),
        "doi": _doi(str(entry.get("doi") or "")),
    }


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _identity(stated: str, *texts: str) -> str:
    """Return the arXiv id an entry states or mentions; without one it is no paper for us."""
    with suppress(PaperkitError):
        return "v".join(str(p) for p in parse_id(stated) if p)
    found = (_NAMED.search(text) for text in texts)
    return next((match[1] for match in found if match), "")


def month_of(identity: str, day: str) -> str:
    """Return the day an entry states if it fits the id's month, else the first of that month.

    References often carry the year of a later journal.
    """
    digits = re.search(r"(\d{2})(\d{2})(?:\.\d{4,5}|\d{3})(?:v\d+)?$", identity)
    if digits is None:
        return day
    century = "19" if int(digits[1]) > 90 else "20"
    month = f"{century}{digits[1]}-{digits[2]}"
    full = re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)
    return day if full and day.startswith(month) else f"{month}-01"


def _turned(name: str) -> str:
    last, _, first = name.partition(", ")
    return f"{first} {last}".strip() if first else name


def _journal(text: str) -> str:
    return "" if re.match(r"arxiv|corr\b", text.strip(), re.I) else text


def _doi(text: str) -> str:
    bare = re.sub(r"^https?://(?:dx\.)?doi\.org/", "", text.strip())
    return "" if bare.lower().startswith("10.48550/arxiv") else bare
