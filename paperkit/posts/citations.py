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
from urllib.parse import quote

from paperkit.errors import PaperkitError, explained
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
    # BibTeX counts the braces of "\{" too, and its readers take "@" before one for an entry.
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "@": "{@}",
    "\\": r"{\textbackslash}",
}


@explained
def bibliography(papers: pd.DataFrame | Iterable[Paper] | Paper, *, format: str = "bibtex") -> str:
    """Return papers (a papers frame, or `Paper` values) as ``bibtex``, ``ris`` or ``csl-json``.

    >>> bibliography(library.papers(decision="keep"), format="ris")

    A key is made of name, year and first word, and a letter if two would be the same.

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


def id_key(paper: Paper) -> str:
    """Return a citation key that is the same in every post of a site: ``arxiv-2411-05184``."""
    return f"arxiv-{re.sub(r'[^A-Za-z0-9]', '-', paper.id)}"


def cited_from(papers: Iterable[Paper]) -> str:
    """Return the BibTeX file that the posts of a site cite from by `id_key`."""
    return _bibtex([(id_key(paper), paper) for paper in papers])


_SMALL = frozenset("a an the on of for in to and with from by at is are towards toward".split())


def _ascii(text: str) -> str:
    plain = "".join(_LETTERS.get(c, c) if c.isalpha() else c for c in text)
    return unicodedata.normalize("NFD", plain).encode("ascii", "ignore").decode()


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", _ascii(text).lower())


def name_parts(name: str) -> tuple[str, str]:
    """Return an author's family and given names; a group or a single name has no given one."""
    words = name.split()
    if len(words) < 2 or _GROUP.search(name) or "," in name or re.search(r"(?i)\band\b", name):
        return name, ""
    tail = 1 if not _SUFFIXES.match(words[-1]) or len(words) < 3 else 2
    start = len(words) - tail
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    suffix = f", {words[-1]}" if tail == 2 else ""
    return " ".join(words[start : len(words) - tail + 1]) + suffix, " ".join(words[:start])


def tex(text: str) -> str:
    r"""Return text for a BibTeX field: accents and special characters as commands, formulas kept.

    Accents, letters and styles that arXiv's metadata holds as TeX (``K\"ahler``) are kept; every
    other command is text, so that a field can neither end early nor run anything.
    """
    return "".join(
        _formula(p) if isinstance(p, Formula) else _plain(p) for p in pieces(" ".join(text.split()))
    )


def _formula(found: Formula) -> str:
    braces = {"\\{": "\\lbrace ", "\\}": "\\rbrace "}
    inner = re.sub(r"\\(.)", lambda m: braces.get(m[0], m[0]), found.tex)
    inner = re.sub(r"(\\\\)(?=[{}])", r"\1 ", inner)
    inner = re.sub(r"@(?=\w*\s*\{)", "{@}", inner)
    return f"$${inner}$$" if found.display else f"${inner}$"


def _plain(text: str) -> str:
    done, position = "", 0
    for found in _KEPT.finditer(text):
        done += _escaped(text[position : found.start()]) + found[0]
        position = found.end()
    return done + _escaped(text[position:])


def _escaped(text: str) -> str:
    done = "".join(map(_letter, text))
    paired = re.sub(r"[^{}]", "", text)
    while "{}" in paired:
        paired = paired.replace("{}", "")
    if paired:
        return done
    return done.replace(_LETTERS["{"], "\\{").replace(_LETTERS["}"], "\\}")


# One letter below an accent (``\\"{a}``, ``{\\'\\i}``), and the letters that have a name.
_LETTER = r"(?:\{\\?[A-Za-z]\}|\\[ij](?![A-Za-z])|[A-Za-z])"
_ACCENT = (
    rf"\\(?:['`\"^~=.]\s?{_LETTER}|[uvHcdbkrt](?:\{{\\?[A-Za-z]{{1,2}}\}}| [A-Za-z])"
    r"|(?:ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j|dj|DJ|ldots|textendash)(?:\{\}|(?![A-Za-z])))"
)
_STYLED = (
    r"\{\\(?:em|it|bf|tt|sc|rm|sl) [^{}\\$%#&@]*\}"
    r"|\\(?:emph|mbox|text(?:it|bf|tt|sc|rm|sf|(?:super|sub)script))\{[^{}\\$%#&@]*\}"
)
_KEPT = re.compile(rf"\{{{_ACCENT}\}}|{_ACCENT}|{_STYLED}")


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
        is_name = len(name.split()) == 1 and name.lower() not in ("and", "others")
        return tex(name) if is_name else f"{{{tex(name)}}}"
    return f"{tex(family)}, {tex(given)}"


def _doi(paper: Paper) -> str:
    return quote(paper.doi, safe="/:;.,()<>+-_*=") or f"10.48550/arXiv.{paper.id}"


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
        "primaryClass": tex(paper.categories[0]) if paper.categories else "",
        "doi": _doi(paper),
        "url": f"https://arxiv.org/abs/{paper.id}",
        "note": tex(paper.journal_ref),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}", ""])


def _ris(rows: Sequence[tuple[str, Paper]]) -> str:
    import rispy

    class Writer(rispy.RisWriter):
        def set_header(self, count: int) -> str:
            return ""

    text: str = rispy.dumps([_record(key, paper) for key, paper in rows], implementation=Writer)
    return text.lstrip("\n") if rows else ""


def _record(key: str, paper: Paper) -> dict[str, Any]:
    # What names the paper comes first: an abstract may name others.
    fields = {
        "type_of_reference": "UNPB",
        "id": key,
        "note": f"arXiv:{paper.id}",
        "doi": _doi(paper),
        "urls": [f"https://arxiv.org/abs/{paper.id}"],
        "title": _line(paper.title),
        "authors": [_line(", ".join(p for p in name_parts(a) if p)) for a in paper.authors],
        "year": str(paper.published.year),
        "date": f"{paper.published:%Y/%m/%d}",
        "abstract": _line(paper.abstract),
        "keywords": list(map(_line, paper.categories)),
        "publisher": "arXiv",
        "notes": [_line(paper.journal_ref)] if paper.journal_ref else [],
    }
    return {name: value for name, value in fields.items() if value}


def _line(text: str) -> str:
    """Return text on one line: in RIS a line is a field."""
    return " ".join(text.split())


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
