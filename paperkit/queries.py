"""Queries: which papers of a library are meant, as a value that can be read, set and saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Self

from paperkit.errors import PaperkitError, explained
from paperkit.reprs import card, line

DECISIONS = ("keep", "skip", "later")
"""What a person can decide; a paper without a decision is ``undecided`` in a query."""

SORTS = (
    "score", "published", "updated", "title", "authors", "category", "version", "decision",
    "decided", "id",
)  # fmt: skip
"""What papers can be sorted by; a leading ``-`` turns the order around."""

HAVE = ("pdf", "reading", "digest", "approved", "code", "update", "published")
"""What a paper can have: files, write-ups, a code link, a version since the decision, a post."""

VENUES: tuple[str, ...] = tuple(
    """3DV AAAI AAMAS ACL AISTATS ApJ ASRU BMVC CAV CCS CHI CIKM COLING COLM COLT CoRL CRYPTO CVPR
    EACL ECAI ECCV ECIR ECML EMNLP EUROCRYPT FOCS FSE GECCO HPCA ICALP ICASSP ICCV ICDE ICDM ICLR
    ICME ICML ICRA ICSE IJCAI IJCNN IJCV INFOCOM INTERSPEECH Interspeech IROS ISBI ISCA ISIT ISMIR
    ITSC JHEP JMLR KDD MICCAI MIDL MNRAS NAACL NDSS NeurIPS NIPS OSDI PAMI PLDI PODC POPL PRB PRD
    PRL RecSys RSS SIGCOMM SIGGRAPH SIGIR SIGMOD SOSP STACS STOC TACL TMLR TOG TPAMI UAI UIST
    USENIX VLDB WACV WSDM WWW""".split()
)
"""The venues recognized, as whole words in this case, in arXiv's comment and journal reference."""


@explained
@dataclass(frozen=True, kw_only=True)
class Query:
    """A selection of a library's papers; each field narrows it, unless it is empty.

    >>> library.papers(Query(text="avatar", decisions=["undecided"], sort=["-score"]))

    ``text`` are words (prefixes) of title, abstract or authors, all of which must occur; quotes
    keep a phrase together; an id, several, or a DOI means just these papers. Within one field the
    alternatives are ORed, but for ``has``, all of which must be true (``-pdf``: has none).
    ``topics``, ``tags`` and ``categories`` are names the library knows, ``ids`` are arXiv ids.
    ``venues`` are names of `VENUES` in the comment or journal reference. ``answers`` are words of
    what papers answer to the questions of ``outline``, by question, all of which must be there;
    ``"=yes"`` means those that answer just "yes", or "yes" and more behind a comma. ``since`` and
    ``until`` are dates of v1 (UTC, inclusive). ``sort`` is tried in order.

    Raises:
        PaperkitError: a field has a value that no paper could have; those there are are named.
    """

    text: str = ""
    topics: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)
    outline: str = "digest"
    since: date | None = None
    until: date | None = None
    sort: tuple[str, ...] = ("-published",)

    def __post_init__(self) -> None:
        """Refuse names no paper could have."""
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, list):
                object.__setattr__(self, f.name, tuple(value))
            elif isinstance(value, str) and f.name not in ("text", "outline", "since", "until"):
                raise PaperkitError(f"query: {f.name} must be a list, like [{value!r}].")
            elif isinstance(value, str) and f.name in ("since", "until"):
                object.__setattr__(self, f.name, _day(value, f.name))
        object.__setattr__(self, "answers", _words(self.answers))
        _known("decisions", self.decisions, (*DECISIONS, "undecided"))
        _known("sort", tuple(s.removeprefix("-") for s in self.sort), SORTS)
        _known("has", tuple(h.removeprefix("-") for h in self.has), HAVE)
        _known("venues", self.venues, VENUES)

    def __repr__(self) -> str:
        """Return the fields that say something, as one would type them."""
        return line("Query", **self.to_dict())

    def _repr_html_(self) -> str:
        told = self.to_dict()
        order = ", ".join(
            f"{name.removeprefix('-')}{' (descending)' * name.startswith('-')}"
            for name in told.pop("sort", ())
        )
        rows = {
            f"{name}:": ", ".join(f"{k} {v}" for k, v in value.items())
            if isinstance(value, dict)
            else ", ".join(value)
            if isinstance(value, list)
            else value
            for name, value in told.items()
            if name != "text"
        }
        return card(self.text or "All papers", rows={**rows, "sorted by:": order})

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able data with the fields that say something.

        >>> Query(text="avatar").to_dict()
        """
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        plain["outline"] = self.outline if self.answers else ""  # it says whose answers they are
        return {
            name: value.isoformat()
            if isinstance(value, date)
            else list(value)
            if isinstance(value, tuple)
            else dict(value)
            if isinstance(value, Mapping)
            else value
            for name, value in plain.items()
            if value
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the query that `to_dict` wrote as `data`.

        >>> Query.from_dict({"text": "avatar", "decisions": ["keep"]})

        Raises:
            PaperkitError: a field or a value is unknown.
        """
        known = [f.name for f in fields(cls)]
        if unknown := sorted(set(data) - set(known)):
            raise PaperkitError(f"query: no field {unknown[0]!r}; there are {', '.join(known)}.")
        return cls(**data)


def _day(value: str, name: str) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError as error:
        raise PaperkitError(f"query: {name} {value!r} is not a date; write 2024-11-30.") from error


def _words(answers: object) -> dict[str, str]:
    """Return the words wanted by question; a question without words is none."""
    if not isinstance(answers, Mapping) or any(not isinstance(w, str) for w in answers.values()):
        raise PaperkitError("query: answers needs words by question, like {'task': 'avatars'}.")
    told = {str(question): " ".join(words.split()) for question, words in answers.items()}
    return {question: words for question, words in told.items() if words}


def _known(name: str, values: tuple[str, ...], known: tuple[str, ...]) -> None:
    if wrong := [v for v in values if v not in known]:
        raise PaperkitError(f"query: {name} {wrong[0]!r} is unknown; use {', '.join(known)}.")
