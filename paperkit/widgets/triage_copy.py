"""Copies: papers as text that another program takes: BibTeX, a Markdown list, CSV."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from paperkit.errors import PaperkitError

_SIGNS = re.compile(r"[\\`*_\[\]<>#|~$]")
_CSV = ("title", "authors", "published", "categories", "decision", "tags", "note", "abs_url")


def text_of(papers: pd.DataFrame, format: str) -> str:
    """Return papers as text; ``format`` is bibtex, markdown or csv.

    Raises:
        PaperkitError: there is no such format.
    """
    if format not in _FORMATS:
        raise PaperkitError(f"copy: no format {format!r}; take {', '.join(_FORMATS)}.")
    return _FORMATS[format](papers)


def _bibtex(papers: pd.DataFrame) -> str:
    from paperkit.posts import bibliography

    return bibliography(papers)


def _markdown(papers: pd.DataFrame) -> str:
    return "".join(
        f"- [{_plain(row['title'])}](https://arxiv.org/abs/{id}), "
        f"{_plain(', '.join(row['authors'][:3]))}, {row['published']:%Y}\n"
        for id, row in papers.iterrows()
    )


def _plain(text: str) -> str:
    """Return a text in which no sign means anything to Markdown."""
    return _SIGNS.sub(r"\\\g<0>", " ".join(text.split()))


def _csv(papers: pd.DataFrame) -> str:
    """A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    told = papers.assign(abs_url=[f"https://arxiv.org/abs/{id}" for id in papers.index])
    for name in ("authors", "categories", "tags"):
        told[name] = told[name].map("; ".join)
    told["published"] = told["published"].dt.date
    shown = told.reindex(columns=list(_CSV)).map(_inert)
    return str(shown.to_csv(index_label="id"))


def _inert(value: object) -> object:
    risky = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if risky else value


_FORMATS: dict[str, Callable[[pd.DataFrame], str]] = {
    "bibtex": _bibtex,
    "markdown": _markdown,
    "csv": _csv,
}
