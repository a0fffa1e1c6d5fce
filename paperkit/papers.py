"""Papers: one arXiv paper as a value, many as a frame, and the ids that tell them apart."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from paperkit.errors import PaperkitError
from paperkit.text import CJK

_NEW_ID = re.compile(r"(\d{2})(0[1-9]|1[0-2])\.(\d{4,5})")
_OLD_ID = re.compile(r"([a-z]+(?:-[a-z]+)?)(?:\.[A-Za-z-]{2,})?/(\d{2}(?:0[1-9]|1[0-2])\d{3})")
_VERSION = re.compile(r"(?:v(?P<version>[1-9]\d{0,3}))?$")
_PREFIX = re.compile(
    r"^(?:arxiv:\s*|(?:https?://)?(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html|e-print)/)", re.I
)


class PaperId(NamedTuple):
    """An arXiv identifier taken apart: ``id`` without version; ``version`` None when not given."""

    id: str
    version: int | None


def parse_id(text: str) -> PaperId:
    """Return the arXiv identifier that `text` names, be it bare, with version, or an address.

    ``arXiv:2411.05184v2``, ``https://arxiv.org/pdf/2411.05184`` and ``math.GT/0309136`` are all
    understood. The subject class of an old identifier is dropped, as arXiv's API does: it is not
    part of a paper's identity (https://info.arxiv.org/help/arxiv_identifier.html).

    Raises:
        PaperkitError: `text` is not an arXiv identifier.
    """
    given = str(text).strip()
    bare = _PREFIX.sub("", given).removesuffix(".pdf").rstrip("/")
    for pattern in (_NEW_ID, _OLD_ID):
        if match := re.fullmatch(pattern.pattern + _VERSION.pattern, bare):
            version = match["version"]
            base = bare[: match.start("version") - 1] if version else bare
            if pattern is _OLD_ID:
                base = f"{match[1]}/{match[2]}"
            return PaperId(base, int(version) if version else None)
    raise PaperkitError(
        f"{given[:80]!r}: not an arXiv identifier; give one like 2411.05184, 2411.05184v2 or "
        "math/0309136."
    )


def paper_id(text: str) -> str:
    """Return the identifier without version that `text` names (see `parse_id`)."""
    return _bare(str(text))


@lru_cache(maxsize=4096)
def _bare(text: str) -> str:
    return parse_id(text).id


_CONTROL = dict.fromkeys(
    [c for c in range(32) if c not in (9, 10, 13)]
    + [0x7F, *range(0x80, 0xA0), 0xFEFF, *range(0xD800, 0xE000)]
)
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def clean_text(text: str | None) -> str:
    """Return `text` on one line: NFC, white space collapsed, control and bidi override dropped.

    TeX's ties become spaces and its quotes typographic ones; everything inside ``$…$`` is kept.
    """
    if not text:
        return ""
    kept = unicodedata.normalize("NFC", str(text).translate(_CONTROL).translate(_BIDI))
    parts = re.split(r"(\$[^$]*\$)", " ".join(kept.split()))
    return "".join(p if i % 2 else _untie(p) for i, p in enumerate(parts))


def _untie(text: str) -> str:
    text = re.sub(r"(?<=[\w.\]])~(?=[\w\\(\[])", " ", text)
    return text.replace("``", "“").replace("''", "”")


_FONT = re.compile(
    r"\\(?:emph|u?line|underline|mbox|text(?:bf|it|sc|tt|sf|rm|sl|up|md|normal))\s*\{([^{}]*)\}"
    r"|\{\\(?:em|bf|it|sc|tt|sf|rm|sl)\s+([^{}]*)\}"
)
_HREF = re.compile(r"\\href\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_LETTER = r"(?:\{\\?([A-Za-z])\}|\\?([A-Za-z]))"
_ACCENT = re.compile(rf"\\(?:(['`^\"~=.]){_LETTER}|([uvHckr])\{{\\?([A-Za-z])\}})")
_BRACED = re.compile(rf"\{{({_ACCENT.pattern})\}}")
_MARKS = dict(
    zip(
        "'`^\"~=.uvHckr",
        "\u0301\u0300\u0302\u0308\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u0328\u030a",
        strict=True,
    )
)
_DEPTH = 4  # commands within commands


def _untex(text: str) -> str:
    """Return prose without TeX's text commands (fonts, links, accents, signs); formulas stay."""

    def accented(match: re.Match[str]) -> str:
        letter = match[2] or match[3] or match[5]
        return unicodedata.normalize("NFC", letter + _MARKS[match[1] or match[4]])

    def plain(part: str) -> str:
        part = _ACCENT.sub(accented, _BRACED.sub(r"\1", part))
        for _ in range(_DEPTH):
            part = _FONT.sub(lambda m: m[1] if m[1] is not None else m[2], part)
        part = re.sub(r"\\url\s*\{([^{}]*)\}", r"\1", _HREF.sub(r"\2 (\1)", part))
        part = re.sub(r"(?<!\\)\\[, ]", " ", part)
        return re.sub(r"(?<!\\)\\([%&#_])", r"\1", part)

    parts = re.split(r"(\$[^$]*\$)", text)
    return "".join(p if i % 2 else plain(p) for i, p in enumerate(parts))


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One paper as arXiv describes it; every word of it comes from arXiv, none from a model.

    ``id`` has no version; ``categories`` begin with the primary one; ``published`` is the date of
    v1 and ``updated`` that of this version, both UTC; what arXiv does not state is empty.
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

    @property
    def abs_url(self) -> str:
        """Return the address of this version's abstract page."""
        return f"https://arxiv.org/abs/{self.id}v{self.version}"

    @property
    def pdf_url(self) -> str:
        """Return the address of this version's PDF."""
        return f"https://arxiv.org/pdf/{self.id}v{self.version}"


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
        title=clean_text(_untex(str(raw.get("title") or ""))),
        authors=tuple(a for a in map(clean_text, raw.get("authors") or ()) if a),
        abstract=clean_text(_untex(str(raw.get("abstract") or ""))),
        categories=tuple(dict.fromkeys(map(clean_text, raw.get("categories") or ()))),
        published=published,
        updated=_utc(raw.get("updated") or published, found.id, "updated"),
        comment=clean_text(_untex(str(raw.get("comment") or ""))),
        journal_ref=clean_text(raw.get("journal_ref")),
        doi=clean_text(raw.get("doi")),
    )


def _utc(value: Any, of: str, name: str) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise PaperkitError(f"{of}: {name} {value[:40]!r} is no date; use ISO 8601.") from error
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
