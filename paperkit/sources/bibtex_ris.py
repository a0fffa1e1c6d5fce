"""Other people's libraries: entries of BibTeX, RIS, CSL-JSON and Zotero, as records of papers.

One odd entry never costs the others: each comes with its key, its line and what is wrong with it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from paperkit import tex
from paperkit.papers import ARCHIVES, identify, split_names, turned

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
NOT_ON_ARXIV = "no arXiv id, and no DOI or address of arXiv's"


class Entry(NamedTuple):
    """One entry of a file: its key, its line (from 1), and what it says as `Paper`'s fields.

    ``problem`` says why nothing can be made of it, ``remark`` what was odd about it.
    """

    key: str
    line: int
    record: dict[str, Any]
    problem: str = ""
    remark: str = ""


def bibtex(text: str) -> Iterator[Entry]:
    """Yield the entries of a BibTeX file; accents in TeX become letters, ``%`` stays."""
    from bibtexparser.library import Library
    from bibtexparser.middlewares.parsestack import default_parse_stack
    from bibtexparser.model import ParsingFailedBlock
    from bibtexparser.splitter import Splitter

    logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # the entry says it
    with_comma: set[str] = set()

    def joined(match: re.Match[str]) -> str:
        with_comma.add(key := match[2].replace(",", "").strip())
        return match[1] + key

    split = Splitter(_COMMA_KEY.sub(joined, text)).split()
    for block, remark in _blocks(split.blocks):
        if isinstance(block, ParsingFailedBlock):
            yield _broken(block)
            continue
        alone = Library([*split.strings, block])
        for step in default_parse_stack(allow_inplace_modification=True):
            alone = step.transform(alone)
        yield _of_block(
            alone.entries[0], "a comma in the key" if block.key in with_comma else remark
        )


def _blocks(blocks: Sequence[Any]) -> Iterator[tuple[Any, str]]:
    """Yield the entries among a file's blocks, broken ones too, with what is odd about them."""
    from bibtexparser.model import DuplicateFieldKeyBlock, ParsingFailedBlock
    from bibtexparser.model import Entry as Block

    for block in blocks:
        inner = getattr(block, "ignore_error_block", None)
        if isinstance(inner, Block):
            twice = isinstance(block, DuplicateFieldKeyBlock)
            yield inner, f"{_named(block) if twice else 'this key'} occurs twice"
        elif isinstance(block, (Block, ParsingFailedBlock)):
            yield block, ""


_COMMA_KEY = re.compile(r"(@\w+\s*\{)([^,={}\"\n]+(?:,[^,={}\"\n]+)+)(?=,\s*[\w-]+\s*=)")


def _broken(block: Any) -> Entry:
    key = re.match(r"\s*@\w+\s*[{(]\s*([^,\s]*)", block.raw or "")
    line = (block.start_line or 0) + 1
    return Entry(key[1] if key else "", line, {}, "can't be read; mend its braces or quotes")


def _named(block: Any) -> str:
    return ", ".join(sorted(block.duplicate_keys))


def _of_block(block: Any, remark: str) -> Entry:
    found: dict[str, str] = {}
    for field in block.fields:
        if str(field.value).strip():
            found.setdefault(field.key.lower(), str(field.value))
    return Entry(str(block.key), (block.start_line or 0) + 1, _of_bibtex(found), remark=remark)


def _of_bibtex(found: Mapping[str, str]) -> dict[str, Any]:
    identity = stated(found)
    classes = found.get("primaryclass") or found.get("eprintclass") or ""
    return {
        "id": identity,
        "title": _text(found.get("title")),
        "authors": _people(found),
        "abstract": _text(found.get("abstract")),
        "categories": categories(classes),
        "published": month_of(identity, _date(found)),
        "journal_ref": journal(
            _text(found.get("journal") or found.get("journaltitle") or found.get("booktitle"))
        ),
        "doi": doi(found.get("doi", "")),
        "comment": _comment(_text(found.get("note"))),
    }


def stated(found: Mapping[str, Any]) -> str:
    """Return the arXiv id (with its version) that a record states as its own, else nothing."""
    identity = identify(found)
    return "" if identity is None else "v".join(str(p) for p in identity if p)


def _text(value: str | None) -> str:
    return tex.of_html(tex.of_bibtex(value or ""))


def _comment(note: str) -> str:
    """Return arXiv's comment of what Zotero writes into a note: ``arXiv:… [cs] Comment: …``."""
    return re.sub(r"^\s*arXiv:\S+(?:\s*\[[^\]]*\])?\s*(?:Comment:\s*)?", "", note)


def _people(found: Mapping[str, str]) -> list[str]:
    names = [_person(n) for n in _split(found.get("author", ""), r"\s+and\s+")]
    group = _text(found.get("collaboration")).removesuffix(" Collaboration")
    if group and not any(group in n for n in names):
        names.insert(0, f"{group} Collaboration")
    return names


def _person(name: str) -> str:
    """Return one name of BibTeX's author field, first name first; braces hold it together."""
    name = " ".join(name.split())
    if re.match(r"(?:family|given|prefix|suffix)\s*=", name):
        told = dict(p.split("=", 1) for p in _split(name, r"\s*,\s*") if "=" in p)
        order = [told.get(k, "").strip() for k in ("given", "prefix", "family", "suffix")]
        return _text(" ".join(p for p in order if p))
    parts = _split(name, r"\s*,\s*")
    if len(parts) == 3:
        parts = [parts[2], f"{parts[0]} {parts[1]}"]
    elif len(parts) > 1:
        parts = [*parts[1:], parts[0]]
    return _text(" ".join(parts))


def _split(text: str, separator: str) -> list[str]:
    """Split a field where no brace is open."""
    depth, start, found = 0, 0, []
    for match in re.finditer(rf"\\.|[{{}}]|{separator}", text, re.S):
        if match[0] in ("{", "}"):
            depth += 1 if match[0] == "{" else -1
        elif depth <= 0 and not match[0].startswith("\\"):
            found.append(text[start : match.start()])
            start = match.end()
    return [part for part in [*found, text[start:]] if part.strip()]


def _date(found: Mapping[str, str]) -> str:
    if "date" in found:
        return found["date"]
    month = found.get("month", "").strip(" {}").lower()
    number = _MONTHS.index(month[:3]) + 1 if month[:3] in _MONTHS else month
    return f"{found.get('year', '')}-{number:0>2}-{found.get('day', '1'):0>2}"


def ris(text: str) -> Iterator[Entry]:
    """Yield the entries of a RIS file."""
    import rispy

    starts = [m.start() for m in re.finditer(r"^\s*TY {0,2}-", text, re.M)]
    for start, end in pairwise([*starts, len(text)]):
        line = text.count("\n", 0, start) + 1
        part = re.sub(r"^\s*([A-Z][A-Z0-9]) {0,2}-[ \t]*", r"\1  - ", text[start:end], flags=re.M)
        part = re.split(r"^ER  - .*$", part, maxsplit=1, flags=re.M)[0].rstrip("\n")
        try:
            (found,) = rispy.loads(f"{part}\nER  - \n")
        except (OSError, ValueError, KeyError) as error:
            yield Entry("", line, {}, f"can't be read ({error}); correct or remove it")
        else:
            yield Entry(str(found.get("id") or found.get("label") or ""), line, _of_ris(found))


def _of_ris(found: Mapping[str, Any]) -> dict[str, Any]:
    # M1 is where Zotero writes a report's number; rispy calls it a note.
    identity = stated({**found, "howpublished": found.get("note")})
    day = str(found.get("date") or found.get("year") or found.get("publication_year") or "")
    named = found.get("authors") or found.get("first_authors") or []
    return {
        "id": identity,
        "title": tex.of_html(str(found.get("title") or found.get("primary_title") or "")),
        "authors": [turned(n) if "," in n else n for n in named],
        "abstract": tex.of_html(str(found.get("abstract") or found.get("notes_abstract") or "")),
        "categories": categories(found.get("keywords") or []),
        "published": month_of(identity, day.strip("/").replace("/", "-")),
        "journal_ref": journal(
            str(found.get("journal_name") or found.get("alternate_title3") or "")
            or str(found.get("secondary_title") or "")
        ),
        "doi": doi(str(found.get("doi") or "")),
    }


def is_csl(record: Mapping[str, Any]) -> bool:
    """Return whether a JSON record is one of CSL-JSON (https://citationstyles.org)."""
    return "type" in record and not {"versions", "authors", "published"} & set(record)


def of_csl(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a CSL-JSON item as a record of a paper."""
    facts = {k: v for k, v in record.items() if k not in ("id", "note", "abstract")}
    identity = stated(facts)
    parts = ((record.get("issued") or {}).get("date-parts") or [[]])[0]
    return {
        "id": identity,
        "title": tex.of_html(_joined(record.get("title"))),
        "authors": people(record.get("author")),
        "abstract": tex.of_html(_joined(record.get("abstract"))),
        "categories": categories(record.get("keyword") or record.get("categories") or ""),
        "published": month_of(identity, "-".join(f"{int(p):02}" for p in parts if p)),
        "journal_ref": journal(_joined(record.get("container-title"))),
        "doi": doi(str(record.get("DOI") or "")),
    }


def of_zotero(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item of Zotero's API as a record; its ``data`` holds the fields."""
    data = item.get("data") or {}
    names = ("DOI", "url", "archiveLocation", "number")
    facts = {n: data.get(n) for n in names}
    facts |= {"journal": data.get("publicationTitle"), "arxiv": data.get("archiveID")}
    return {
        "id": stated(facts),
        "title": tex.of_html(str(data.get("title") or "")),
        "abstract": tex.of_html(str(data.get("abstractNote") or "")),
    }


def people(value: Any) -> list[str]:
    """Return author names however a JSON record holds them: a line, names, or their parts."""
    if isinstance(value, str):
        return split_names(value)
    return [_member(one) for one in value or () if one]


def _member(one: Any) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    if whole := one.get("name") or one.get("literal"):
        return str(whole)
    names = ("given", "non-dropping-particle", "family", "suffix")
    return " ".join(str(one[n]) for n in names if one.get(n))


def _joined(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def categories(value: str | Sequence[str]) -> list[str]:
    """Return arXiv's codes among what a record calls its categories, in their order."""
    words = re.split(r"[\s,;]+", value) if isinstance(value, str) else list(value)
    bare = (str(w).strip(" []{}()").partition(".") for w in words)
    return [
        f"{archive.lower()}{dot}{part.upper() if len(part) == 2 else part}"
        for archive, dot, part in bare
        if archive.lower() in _CODES and re.fullmatch(r"[A-Za-z-]*", part)
    ]


_CODES = ARCHIVES | {"econ", "eess", "q-fin", "stat"}


def month_of(identity: str, day: str) -> str:
    """Return the day an entry states if it fits the id's month, else the first of that month.

    References often carry the year of a later journal.
    """
    digits = re.search(r"(\d{2})(\d{2})(?:\.\d{4,5}|\d{3})(?:v\d+)?$", identity)
    if digits is None:
        return day
    century = "19" if int(digits[1]) > 90 else "20"
    month = f"{century}{digits[1]}-{digits[2]}"
    full = re.match(r"\d{4}-\d{2}-\d{2}", day)
    return full[0] if full and day.startswith(month) else f"{month}-01"


def journal(text: str) -> str:
    """Return a journal's name, nothing where it only says arXiv."""
    return "" if re.match(r"arxiv|corr\b", text.strip(), re.I) else _JOURNALS.get(text, text)


# The macros of astronomy (https://ui.adsabs.harvard.edu/help/actions/journal-macros).
_JOURNALS = {
    r"\aap": "A&A", r"\aj": "AJ", r"\apj": "ApJ", r"\apjl": "ApJL", r"\apjs": "ApJS",
    r"\araa": "ARA&A", r"\icarus": "Icarus", r"\jcap": "JCAP", r"\mnras": "MNRAS",
    r"\nat": "Nature", r"\pasp": "PASP", r"\prd": "PRD", r"\prl": "PRL", r"\ssr": "SSRv",
}  # fmt: skip


def doi(text: str) -> str:
    """Return a DOI without its address; arXiv's own is none of a journal."""
    bare = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", text.strip(" {}"), flags=re.I)
    return "" if bare.lower().startswith("10.48550/arxiv") else bare.replace("\\_", "_")
