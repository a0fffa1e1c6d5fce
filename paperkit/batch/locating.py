"""Locating: the sentence vectors of a paper and of what was written about it in another language.

Worked out where a model for them is installed, one paper at a time, and kept in the library.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from paperkit.checks import Meanings, Sources, statements_across
from paperkit.checks.meaning import key_of, wanted
from paperkit.digests import Digest
from paperkit.library import Library
from paperkit.models import vectors
from paperkit.passages import source_lines

_AT_ONCE = threading.Lock()  # the work fills the processor


def place(library: Library, id: str, version: int, statements: Iterable[str]) -> Meanings | None:
    """Return the vectors of a paper's sentences and of statements; what lacks is worked out first.

    None where no model for them is installed and none were kept.

    Raises:
        PaperkitError: the model that the environment names can't be used.
    """
    held = library.vectors.of(id, version)
    if (model := vectors.installed()) is None:
        return held
    paper, reading = library.paper(id, version=version), library.reading(id, version=version)
    texts = wanted(source_lines(paper, reading), statements)
    with _AT_ONCE:
        held = library.vectors.of(id, version)
        known = held is not None and held.model == model.name
        lacking = [t for t in texts if not (held is not None and known and held.knows(t))]
        if lacking:
            made = zip(map(key_of, lacking), model.vectors(lacking), strict=True)
            library.vectors.keep(id, version, model.name, dict(made))
    return library.vectors.of(id, version)


def locate(library: Library, digest: Digest) -> bool:
    """Work out what the checks of a digest need across languages; return whether they have it.

    Raises:
        PaperkitError: the model that the environment names can't be used.
    """
    id, version = digest.paper_id, digest.version
    paper, reading = library.paper(id, version=version), library.reading(id, version=version)
    across = statements_across(digest, Sources.of(paper, reading))
    texts = [s.text for s in across]
    meanings = place(library, id, version, texts) if texts else None
    return meanings is not None and all(map(meanings.knows, texts))
