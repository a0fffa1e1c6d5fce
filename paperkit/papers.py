"""Papers: one arXiv paper as a value, many as a frame, and the ids that tell them apart."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from paperkit import tex
from paperkit.errors import PaperkitError, explained
from paperkit.reprs import card, line, short
from paperkit.text import CJK

ARCHIVES = frozenset(
    """acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas
    cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex
    nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int supr-con""".split()
)
"""The archives that stand in the ids until 2007."""
_NEW_ID = re.compile(r"([0-9]{4})\.([0-9]{4,5})(?:v([1-9][0-9]{0,3}))?", re.I)
_OLD_ID = re.compile(
    r"([a-z]+(?:-[a-z]+)?)(?:\.[a-z-]{2,})?/([0-9]{4})([0-9]{3})(?:v([1-9][0-9]{0,3}))?", re.I
)
ID_IN_TEXT = r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})"
"""How an identifier without version looks amid other text; `parse_id` decides whether it is one."""
_HOSTS = r"(?:arxiv|alphaxiv|ar5iv)\.org|ar5iv\.labs\.arxiv\.org|lanl\.gov|huggingface\.co"
_PREFIX = re.compile(
    rf"""(?:(?:https?:)?//)?(?:[a-z0-9-]+\.)*(?:{_HOSTS})/(?:abs|pdf|html|e-print|src|format|papers)/
    |(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*)?10\.48550/arxiv[.:]
    |oai:arxiv\.org:
    |arxiv(?:\s+(?:e-)?prints?|\s+preprint)?\s*[:.,]?\s*(?:abs/)?""",
    re.I | re.X,
)
_CLASS = r"[a-z-]+(?:\.[a-z-]+)?"
_CLASSES = rf"[\[(]{_CLASS}(?:[,;\s]+{_CLASS})*[\])]"
_TAIL = re.compile(rf"(?:\.pdf)?/?(?:[?#].*)?(?:\s*{_CLASSES})?[.,;]?$", re.I)


class PaperId(NamedTuple):
    """An arXiv identifier taken apart: ``id`` without version; ``version`` None when not given."""

    id: str
    version: int | None


def parse_id(text: str) -> PaperId:
    """Return the arXiv identifier that `text` names, however people write it.

    ``arXiv:2411.05184v2 [cs.CV]``, ``https://arxiv.org/pdf/2411.05184``, arXiv's DOI and
    ``math.GT/0309136`` are all understood, and so is 2411.0518, of which a spreadsheet cut the
    last zero. The subject class of an old identifier is dropped, as arXiv's API does: it is not
    part of a paper's identity (https://info.arxiv.org/help/arxiv_identifier.html).

    Raises:
        PaperkitError: `text` is not an arXiv identifier, or its month is none.
    """
    given = str(text).strip()
    found = _identifier(given)
    if found is None:
        bare = unquote(unicodedata.normalize("NFKC", given))
        while prefix := _PREFIX.match(bare):
            bare = bare[prefix.end() :]
        found = _identifier(_TAIL.sub("", bare))
    if found is None:
        raise PaperkitError(
            f"{given[:80]!r}: not an arXiv identifier; give one like 2411.05184, 2411.05184v2 or "
            "math/0309136."
        )
    return found


def _identifier(text: str) -> PaperId | None:
    """Return a bare identifier taken apart, None where it is none."""
    if match := _NEW_ID.fullmatch(text):
        month, number, version = match[1], match[2], match[3]
        # Five digits since 2015 (https://info.arxiv.org/help/arxiv_identifier_for_services.html).
        digits = 5 if month >= "1501" else 4
        if len(number) == digits - 1 and version is None:
            number += "0"
        # The years 91 to 99 are the nineties, when identifiers looked otherwise.
        possible = "0704" <= month < "9101" and "01" <= month[2:] <= "12"
        if not possible or len(number) < digits:
            return None
        return PaperId(f"{month}.{number}", int(version) if version else None)
    if match := _OLD_ID.fullmatch(text):
        archive, month, number, version = match[1].lower(), match[2], match[3], match[4]
        possible = (month >= "9101" or month <= "0703") and "01" <= month[2:] <= "12"
        if archive not in ARCHIVES or not possible:
            return None
        return PaperId(f"{archive}/{month}{number}", int(version) if version else None)
    return None


def _possible(identity: PaperId) -> bool:
    """Return whether a paper can have it: numbers start at 1, with five digits only since 2015."""
    month, _, number = identity.id.rpartition("/")[2].rpartition(".")
    return int(number[-5:] if month else number[4:]) > 0 and not (
        month and month < "1501" and len(number) > 4
    )


def paper_id(text: str) -> str:
    """Return the identifier without version that `text` names (see `parse_id`)."""
    return _bare(str(text))


@lru_cache(maxsize=4096)
def _bare(text: str) -> str:
    return parse_id(text).id


def ids_in(text: str) -> tuple[str, ...]:
    """Return the ids of a text that is nothing but ids, in any spelling; empty for other texts.

    What is typed or pasted into a search is asked this first: ``2411.05184, arXiv:2411.00002``.
    """
    for parts in ([text], re.split(r"[\s,;]+", text.strip())):
        try:
            found = [parse_id(part) for part in parts if part]
        except PaperkitError:
            continue
        return tuple(dict.fromkeys(f.id for f in found)) if all(map(_possible, found)) else ()
    return ()


def doi_in(text: str) -> str:
    """Return the DOI that a text is, without its address; empty for any other text."""
    match = re.fullmatch(
        r"\s*(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/\S+?)[.,;]?\s*",
        text,
        re.I,
    )
    return match[1] if match else ""


def identify(fields: Mapping[str, Any]) -> PaperId | None:
    """Return which arXiv paper a record of a file is, None where it is none.

    Keys are the names of BibTeX, RIS (as words), CSL-JSON or `Paper`, in any case. Only what
    identifies the record itself counts, in this order: eprint (of arXiv), an arXiv id, arXiv's
    DOI, the record's own address, a journal or number that reads ``arXiv:…``. What a title, an
    abstract, a note or a reference list mentions is another paper. A number that no paper can
    have (2411.00000) identifies none.
    """
    told = {str(k).lower().replace("-", "_"): v for k, v in fields.items() if v is not None}
    for candidate in _stated(told):
        try:
            found = parse_id(candidate)
        except PaperkitError:
            continue
        if _possible(found):
            return found
    return None


def _stated(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a record says about its own identity, the surest first."""
    kind = str(told.get("archiveprefix") or told.get("eprinttype") or "arxiv").strip(" {}").lower()
    eprint = str(told.get("eprint") or "").strip(" {}")
    if kind == "arxiv":
        yield eprint
        archive = str(told.get("primaryclass") or told.get("eprintclass") or "")
        yield f"{archive.partition('.')[0].strip(' {}')}/{eprint}"
    elif kind in ARCHIVES:  # as SPIRES wrote them
        yield eprint
        yield f"{kind}/{eprint}"
    for name in ("arxivid", "arxiv_id", "arxiv", "id"):
        yield _unrounded(told.get(name))
    for value in _texts(told, "doi"):
        if re.search(r"10\.48550/arxiv", value, re.I):
            yield value
    for value in _texts(told, "url", "urls", "link", "howpublished", "ee"):
        yield from re.split(r"[\s{}]+", value)
    for value in _texts(told, *_SERIAL):
        if re.match(r"arxiv\b", value.strip(" {}"), re.I):
            yield value.strip(" {}")
        elif value.startswith("abs/"):  # as DBLP writes it: CoRR, volume abs/1706.03762
            yield value.removeprefix("abs/")


_SERIAL = (
    "journal", "journaltitle", "journal_name", "secondary_title", "container_title", "number",
    "volume", "howpublished", "archive_location", "accession_number",
)  # fmt: skip


def _texts(told: Mapping[str, Any], *names: str) -> Iterator[str]:
    for name in names:
        value = told.get(name)
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one:
                yield str(one)


def _unrounded(value: Any) -> str:
    """Return an id as text, also where a spreadsheet or JSON took it for a number."""
    text = str(value or "").strip()
    match = re.fullmatch(r"([0-9]{3,4})\.([0-9]{1,5})", text)
    if match is None:
        return text
    month = match[1].zfill(4)
    return f"{month}.{match[2]:0<{5 if month >= '1501' else 4}}"


_CONTROL = dict.fromkeys(
    [c for c in range(32) if c not in (9, 10, 13)]
    + [0x7F, *range(0x80, 0xA0), 0xFEFF, *range(0xD800, 0xE000)]
)
_DROPPED = _CONTROL | dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def clean_text(text: str | None) -> str:
    """Return `text` on one line: NFC, white space collapsed, control and bidi override dropped.

    TeX's ties become spaces and its quotes typographic ones; formulas and addresses are kept.
    """
    if not text:
        return ""
    kept = unicodedata.normalize("NFC", str(text).translate(_DROPPED))
    parts = re.split(r"(\$[^$]*\$|https?://\S+)", " ".join(kept.split()))
    return "".join(p if i % 2 else _untie(p) for i, p in enumerate(parts))


def _untie(text: str) -> str:
    text = re.sub(r"(?<=[\w.\]])~(?=[\w\\(\[])", " ", text)
    return text.replace("``", "“").replace("''", "”")


_ENTITY = re.compile(r"\bet\.?\s+al\b\.?|^others$", re.I)


def clean_name(text: str) -> str:
    r"""Return a person's or a collaboration's name as arXiv shows it, empty where it is none.

    ``Bal\'azs, C.`` is C. Balázs; affiliations in brackets, ``:``, ``others`` and ``et al.`` go.
    """
    name = clean_text(re.sub(r"[{}]", "", tex.plain(str(text))))
    while (bare := re.sub(r"\s*\([^()]*\)", "", name)) != name:
        name = bare
    name = re.sub(r"(?<=[A-Z]\.) -(?=[A-Z]\.)", "-", _ENTITY.sub("", name)).strip(" ,;:")
    return name if re.search(r"\w", name) else ""


def split_names(text: str) -> list[str]:
    """Return the names of an author line as it is written in prose, first names first.

    Separated by ``;``, ``and``, ``&`` or commas; ``Doe, Ann; Roe, Ben`` is turned around.
    """
    line = " ".join(str(text).split())
    while (bare := re.sub(r"\s*\([^()]*\)", "", line)) != line:
        line = bare  # affiliations hold commas
    if ";" in line:
        return [turned(part) for part in line.split(";") if part.strip()]
    parts = [p for p in re.split(r",\s*and\s+|\s+and\s+|\s+&\s+", line) if p.strip()]
    if len(parts) > 1 and all(re.fullmatch(r"[^,]+,[^,]+", p) for p in parts):
        return [turned(part) for part in parts]
    if re.fullmatch(r"[^\s,]+, [^\s,]+", line):
        return [turned(line)]
    found: list[str] = []
    for name in (n for part in parts for n in part.split(",")):
        if found and re.fullmatch(r"(?:Jr|Sr)\.?|I{2,3}|IV", name.strip()):
            found[-1] += f" {name.strip()}"
        elif name.strip():
            found.append(name.strip())
    return found


def turned(name: str) -> str:
    """Return ``Doe, Ann`` and ``Doe, Jr., Ann`` with the first name first."""
    parts = [p.strip() for p in name.split(",")]
    order = [*parts[2:3], parts[0], parts[1]] if len(parts) > 2 else parts[::-1]
    return " ".join(p for p in order if p)


_SHOWN = 1_500  # characters of an abstract in a notebook


@explained
@dataclass(frozen=True, kw_only=True)
class Paper:
    """One paper as arXiv describes it; nothing in it comes from a model.

    >>> paper = library.paper("1911.02782")
    >>> paper.title, paper.authors[0], paper.updated

    ``id`` has no version; ``title`` and ``authors`` are plain text; ``categories`` begin with the
    primary one; ``published`` is the date of v1 and ``updated`` that of this version, both UTC;
    what arXiv does not state (``abstract``, ``comment``, ``journal_ref``, ``doi``) is empty.

    Raises:
        PaperkitError: a field has a value no arXiv paper has; it is named.
    """

    id: str
    version: int = 1
    title: str
    authors: tuple[str, ...]
    abstract: str = ""
    categories: tuple[str, ...] = ()
    published: datetime
    updated: datetime
    comment: str = ""
    journal_ref: str = ""
    doi: str = ""

    def __post_init__(self) -> None:
        """Refuse a value no arXiv paper has."""
        if paper_id(self.id) != self.id:
            raise PaperkitError(f"{self.id!r}: an id without version is needed; use paper_id().")
        if self.version < 1:
            raise PaperkitError(f"{self.id}: version {self.version} is below 1; arXiv starts at 1.")
        if not self.title:
            raise PaperkitError(f"{self.id}: no title; check the source's record.")
        for name in ("published", "updated"):
            if getattr(self, name).tzinfo is None:
                raise PaperkitError(f"{self.id}: {name} has no time zone; give it in UTC.")

    def __repr__(self) -> str:
        """Return a line with id, title, first author and day."""
        return line("Paper", repr(f"{self.id}v{self.version}"), short(self.title), self._by)

    def _repr_html_(self) -> str:
        facts = [f"{self.id}v{self.version}", self._by, ", ".join(self.categories)]
        if len(told := self.abstract) > _SHOWN:
            told = f"{told[:_SHOWN].rstrip()}…"
        rows = {"": told, "Comment:": self.comment, "In:": self.journal_ref, "DOI:": self.doi}
        return card(self.title, facts, rows=rows, url=self.abs_url)

    @property
    def _by(self) -> str:
        more = f" + {len(self.authors) - 1}" if len(self.authors) > 1 else ""
        first = self.authors[0] if self.authors else "no author named"
        return f"{first}{more}, {self.published:%Y-%m-%d}"

    @property
    def abs_url(self) -> str:
        """Return the address of this version's abstract page."""
        return f"https://arxiv.org/abs/{self.id}v{self.version}"

    @property
    def pdf_url(self) -> str:
        """Return the address of this version's PDF."""
        return f"https://arxiv.org/pdf/{self.id}v{self.version}"

    @property
    def html_url(self) -> str:
        """Return the address of this version's HTML; arXiv has none of some papers."""
        return f"https://arxiv.org/html/{self.id}v{self.version}"


def clean_paper(raw: dict[str, Any]) -> Paper:
    """Return a `Paper` from a source's raw record (keys as `Paper`'s fields), cleaned once.

    ``id`` may carry a version; dates may be text (ISO 8601; no zone means UTC) or datetimes.

    Raises:
        PaperkitError: the id, a date or the title is missing or unusable.
    """
    found = parse_id(raw.get("id", ""))
    published = _utc(raw.get("published"), found.id, "published")
    return Paper(
        id=found.id,
        version=int(found.version or raw.get("version") or 1),
        title=clean_cell("title", raw.get("title")),
        authors=tuple(a for a in (clean_cell("authors", n) for n in raw.get("authors") or ()) if a),
        abstract=clean_cell("abstract", raw.get("abstract")),
        categories=tuple(dict.fromkeys(map(clean_text, raw.get("categories") or ()))),
        published=published,
        updated=_utc(raw.get("updated") or published, found.id, "updated"),
        comment=clean_cell("comment", raw.get("comment")),
        journal_ref=clean_cell("journal_ref", raw.get("journal_ref")),
        doi=clean_cell("doi", raw.get("doi")),
    )


def clean_cell(field: str, text: str | None) -> str:
    """Return what a source says in one of `Paper`'s fields (of authors: one name), cleaned."""
    if field == "authors":
        return clean_name(str(text or ""))
    prose = field in ("title", "abstract", "comment")
    return clean_text(tex.plain(str(text or "")) if prose else text)


def _utc(value: Any, of: str, name: str) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise PaperkitError(
                f"{of}: {name} {value[:40]!r} is not a date; use ISO 8601."
            ) from error
    if not isinstance(value, datetime):
        raise PaperkitError(f"{of}: no {name} date; check the source's record.")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_URL = re.compile(r"https?://[^\s<>\"'{}|\\^`\u3000-\u303f\uff00-\uffef" + CJK + "]+", re.I)
_BARE = re.compile(r"(?<![\w/.@])((?:www\.)?(?:github\.com|gitlab\.com|huggingface\.co)/[\w.\-/]+)")


def find_links(*texts: str) -> tuple[str, ...]:
    """Return the http(s) addresses in `texts`, in order, each once, without trailing punctuation.

    Bare ``github.com/…``, ``gitlab.com/…`` and ``huggingface.co/…`` count too.
    """
    found: dict[str, None] = {}
    for text in texts:
        plain = html.unescape(re.sub(r"\\(?:url|href)\{([^}]*)\}", r"\1", text or ""))
        hits = [(m.start(), m[0]) for m in _URL.finditer(plain)]
        hits += [(m.start(), f"https://{m[1]}") for m in _BARE.finditer(plain)]
        for _, url in sorted(hits):
            found[_trimmed(url)] = None
    return tuple(found)


def _trimmed(url: str) -> str:
    while url and (url[-1] in ".,;:!?'\"*_" or (url[-1] in ")]" and _unbalanced(url))):
        url = url[:-1]
    return url


def _unbalanced(url: str) -> bool:
    pairs = {")": "(", "]": "["}
    return url.count(url[-1]) > url.count(pairs[url[-1]])


CODE_HOSTS = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "huggingface.co")


def is_code_link(url: str) -> bool:
    """Return whether `url` leads to a code host (GitHub, GitLab, Bitbucket, Hugging Face …)."""
    host = re.sub(r"^https?://(?:www\.)?([^/]*).*", r"\1", url.lower())
    return host in CODE_HOSTS
