"""Answers: what an outline's questions were answered over several papers, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperkit.errors import explained
from paperkit.frames import ids_of
from paperkit.outlines import DIGEST, Outline

if TYPE_CHECKING:
    import pandas as pd

    from paperkit.digests import Digest
    from paperkit.frames import Papers
    from paperkit.library import Library


@explained
def answers(
    papers: Papers, library: Library, outline: Outline = DIGEST, *, language: str | None = None
) -> pd.DataFrame:
    """Return one row per paper (index id) and one column per question: the answer's text.

    A question without an answer is empty text. ``frame.attrs["evidence"]`` holds, by question
    and id, the passages an answer rests on. `language` picks the digests (None: written last).

    >>> answers(library.papers(decision="keep"), library, screening)["real_patients"]

    Raises:
        PaperkitError: one of the papers is not in the library.
    """
    import pandas as pd

    ids = ids_of(papers)
    digests = [library.digest(i, outline=outline.name, language=language) for i in ids]
    told = {i: answered(digest) for i, digest in zip(ids, digests, strict=True)}
    keys = [question.key for question in outline.questions]
    columns = {k: [told[i].get(k, ("", ()))[0] for i in ids] for k in keys}
    frame = pd.DataFrame(columns, index=pd.Index(ids, name="id"), dtype="object")
    frame.attrs["evidence"] = {k: {i: told[i][k][1] for i in ids if k in told[i]} for k in keys}
    return frame


def answered(digest: Digest | None) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return by question the text of a digest's answer and the quotes it rests on."""
    given = () if digest is None else digest.answers
    return {
        a.question: (" ".join(a.texts), tuple(e.quote for s in a.statements for e in s.evidence))
        for a in given
        if a.statements
    }
