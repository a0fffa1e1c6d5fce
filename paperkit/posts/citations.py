"""Citations: papers as BibTeX, RIS or CSL-JSON, for reference managers and LaTeX.

BibTeX follows https://info.arxiv.org/help/hypertex/bibstyles/index.html (eprint, archivePrefix,
primaryClass); a paper without a publisher's DOI has the one arXiv registers.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from paperkit.errors import PaperkitError
from paperkit.frames import from_frame
from paperkit.papers import Paper
from paperkit.posts.escapes import Formula, pieces

if TYPE_CHECKING:
    import pandas as pd

_PARTICLES = frozenset(
    "van von der den de del della di da dos du le la ter ten zu zum zur af av bin ibn al el".split()
)
_SUFFIXES = re.compile(r"(?i)^(?:jr|sr|ii|iii|iv)\.?$")
_GROUP = re.compile(r"(?i)\b(?:collaborations?|consortium|team|group|project|the)\b")
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
    "\u0328": "k",
    "\u0331": "b",
}
_LETTERS = {
    "ß": r"{\ss}",
    "æ": r"{\ae}",
    "Æ": r"{\AE}",
    "œ": r"{\oe}",
    "Œ": r"{\OE}",
    "ø": r"{\o}",
    "Ø": r"{\O}",
    "ł": r"{\l}",
    "Ł": r"{\L}",
    "đ": r"{\dj}",
    "Đ": r"{\DJ}",
    "ı": r"{\i}",
    "–": "--",
    "—": "---",
    "“": "``",
    "”": "''",
    "‘": "`",
    "’": "'",
    "…": r"{\ldots}",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "$": r"\$",
    "_": r"\_",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    "{": r"\{",
    "}": r"\}",
    "\\": r"{\textbackslash}",
}


def bibliography(papers: pd.DataFrame | Iterable[Paper] | Paper, *, format: str = "bibtex") -> str:
    """Return papers (a papers frame, or `Paper` values) as ``bibtex``, ``ris`` or ``csl-json``.

    Keys are name, year and first word, with a letter where two would be the same.

    Raises:
        PaperkitError: the format is unknown.
    """
    if format not in _FORMATS:
        raise PaperkitError(f"format {format!r}: unknown; use {', '.join(_FORMATS)}.")
    if isinstance(papers, Paper):
        rows: Sequence[Paper] = [papers]
    else:
        rows = (
            from_frame(cast("pd.DataFrame", papers)) if hasattr(papers, "columns") else list(papers)
        )
    return _FORMATS[format](list(zip(keys(rows), rows, strict=True)))


def keys(papers: Iterable[Paper]) -> list[str]:
    """Return a citation key per paper, ASCII and all different: ``ruiz2024lighthead``."""
    taken: dict[str, int] = {}
    found = []
    for paper in papers:
        family = name_parts(paper.authors[0])[0] if paper.authors else "anonymous"
        words = [w for w in re.findall(r"[^\W_]+", _ascii(paper.title)) if w.lower() not in _SMALL]
        base = _letters(family) or paper.id.replace("/", "").replace(".", "")
        key = f"{base}{paper.published.year}{_letters(words[0]) if words else ''}"
        taken[key] = taken.get(key, 0) + 1
        count = taken[key]
        found.append(key if count == 1 else f"{key}-{count}")
    return found


_SMALL = frozenset("a an the on of for in to and with from by at is are towards toward".split())


def _ascii(text: str) -> str:
    plain = "".join(_LETTERS.get(c, c) if c.isalpha() else c for c in text)
    return unicodedata.normalize("NFD", plain).encode("ascii", "ignore").decode()


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", _ascii(text).lower())


def name_parts(name: str) -> tuple[str, str]:
    """Return an author's family and given names; a group or a single name has no given one."""
    words = name.split()
    if len(words) < 2 or _GROUP.search(name) or "," in name or re.search(r"\band\b", name):
        return name, ""
    tail = 1 if not _SUFFIXES.match(words[-1]) or len(words) < 3 else 2
    start = len(words) - tail
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    suffix = f", {words[-1]}" if tail == 2 else ""
    return " ".join(words[start : len(words) - tail + 1]) + suffix, " ".join(words[:start])


def tex(text: str) -> str:
    r"""Return text for a BibTeX field: accents and special characters as commands, formulas kept.

    TeX that arXiv's metadata holds already (``K\"ahler``) is kept where its braces match.
    """
    return "".join(
        (f"$${p.tex}$$" if p.display else f"${p.tex}$") if isinstance(p, Formula) else _plain(p)
        for p in pieces(text)
    )


def _plain(text: str) -> str:
    balanced = text.count("{") == text.count("}")
    kept = "\\{}" if balanced and re.search(r"\\[A-Za-z'`\"^~=.]", text) else ""
    return "".join(c if c in kept else _letter(c) for c in text)


def _letter(character: str) -> str:
    if character in _LETTERS:
        return _LETTERS[character]
    base, *marks = list(unicodedata.normalize("NFD", character))
    if len(marks) != 1 or marks[0] not in _ACCENTS or not base.isascii():
        return character
    inner = f"\\{base}" if base in "ij" and marks[0] not in ("\u0323", "\u0327", "\u0328") else base
    accent = _ACCENTS[marks[0]]
    return f"{{\\{accent}{{{inner}}}}}" if accent.isalpha() else f"{{\\{accent}{inner}}}"


def _tex_name(name: str) -> str:
    family, given = name_parts(name)
    if not given:
        return f"{{{tex(name)}}}" if len(name.split()) > 1 else tex(name)
    return f"{tex(family)}, {tex(given)}"


def _doi(paper: Paper) -> str:
    return paper.doi or f"10.48550/arXiv.{paper.id}"


def _bibtex(rows: Sequence[tuple[str, Paper]]) -> str:
    return "\n".join(_entry(key, paper) for key, paper in rows)


def _entry(key: str, paper: Paper) -> str:
    fields = {
        "title": f"{{{tex(paper.title)}}}",
        "author": " and ".join(map(_tex_name, paper.authors)),
        "year": str(paper.published.year),
        "month": str(paper.published.month),
        "eprint": paper.id,
        "archivePrefix": "arXiv",
        "primaryClass": paper.categories[0] if paper.categories else "",
        "doi": _doi(paper),
        "url": f"https://arxiv.org/abs/{paper.id}",
        "note": tex(paper.journal_ref),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}", ""])


def _ris(rows: Sequence[tuple[str, Paper]]) -> str:
    return "\n".join(_record(key, paper) for key, paper in rows)


def _record(key: str, paper: Paper) -> str:
    names = [", ".join(p for p in name_parts(a) if p) for a in paper.authors]
    # What names the paper comes first: an abstract may name others.
    tags = [
        ("TY", "UNPB"),
        ("ID", key),
        ("M1", f"arXiv:{paper.id}"),
        ("DO", _doi(paper)),
        ("UR", f"https://arxiv.org/abs/{paper.id}"),
        ("TI", paper.title),
        *(("AU", n) for n in names),
        ("PY", str(paper.published.year)),
        ("DA", f"{paper.published:%Y/%m/%d}"),
        ("AB", paper.abstract),
        *(("KW", c) for c in paper.categories),
        ("PB", "arXiv"),
        ("N1", paper.journal_ref),
    ]
    lines = [f"{tag}  - {value}" for tag, value in tags if value]
    return "\n".join([*lines, "ER  - ", ""])


def _csl(rows: Sequence[tuple[str, Paper]]) -> str:
    return json.dumps([_item(k, p) for k, p in rows], ensure_ascii=False, indent=1) + "\n"


def _item(key: str, paper: Paper) -> dict[str, Any]:
    day = paper.published
    item = {
        "id": key,
        "type": "article",
        "genre": "preprint",
        "title": paper.title,
        "author": [_csl_name(a) for a in paper.authors],
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "abstract": paper.abstract,
        "publisher": "arXiv",
        "number": f"arXiv:{paper.id}",
        "archive": "arXiv",
        "archive_location": paper.id,
        "DOI": _doi(paper),
        "URL": f"https://arxiv.org/abs/{paper.id}",
        "keyword": ", ".join(paper.categories),
        "note": paper.journal_ref,
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(name: str) -> dict[str, str]:
    family, given = name_parts(name)
    if not given:
        return {"literal": name}
    family, _, suffix = family.partition(", ")
    return {"family": family, "given": given, **({"suffix": suffix} if suffix else {})}


_FORMATS: dict[str, Callable[[Sequence[tuple[str, Paper]]], str]] = {
    "bibtex": _bibtex,
    "ris": _ris,
    "csl-json": _csl,
}
