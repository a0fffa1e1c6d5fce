"""Authors and venues: who writes, where it appears, what occurs together, counted in papers.

Names are taken as arXiv has them: two people of one name are one here, one person with two
spellings is two.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Any

from paperkit.errors import ArgumentError, explained
from paperkit.trends import corpus, counts, ngrams, statistics, terms

if TYPE_CHECKING:
    import pandas as pd

    from paperkit.trends.corpus import Papers


COLUMNS = "name count total share low high first last papers".split()
PAIRS = "a b count count_a count_b total lift z".split()
WITHIN = "($1 IS NULL OR published >= $1) AND ($2 IS NULL OR published < $2)"


@explained
def top_authors(
    papers: Papers,
    *,
    top: int | None = 20,
    since: Any = None,
    until: Any = None,
    examples: int = 3,
    level: float = 0.95,
) -> pd.DataFrame:
    """List the authors with the most papers.

    One row per name, the most papers first: ``name``, ``count``, ``total`` (papers with
    authors), ``share`` with Wilson's ``low`` and ``high``, ``first`` and ``last`` date (UTC),
    ``papers`` (ids of the newest).
    """
    query = (
        "SELECT id, published, unnest(list_distinct(authors)) AS name FROM papers "  # noqa: S608
        f"WHERE {WITHIN}"
    )
    limits = (counts.moment(since), counts.end(until))
    with corpus.opened(papers) as connection:
        sql = (
            "SELECT name, count(*)::BIGINT AS count, min(published) AS first, "  # noqa: S608
            "max(published) AS last, arg_max(id, published, $3) AS papers "
            f"FROM ({query}) WHERE name <> '' GROUP BY name ORDER BY count DESC, name LIMIT $4"
        )
        found = corpus.frame(connection, sql, *limits, examples, top)
        size = f"SELECT count(*) FROM papers WHERE len(authors) > 0 AND {WITHIN}"  # noqa: S608
        total = corpus.number(connection, size, *limits)
    return _roster(found, total, level, "author", "papers with authors")


@explained
def venues(
    papers: Papers,
    *,
    top: int | None = 20,
    since: Any = None,
    until: Any = None,
    examples: int = 3,
    level: float = 0.95,
) -> pd.DataFrame:
    """List where the papers appeared, as far as their journal reference or comment says.

    The columns of ``top_authors``; ``total`` is the number of papers that name a place at all.
    Conferences are recognized by their acronym in the comment ("Accepted at CVPR 2024";
    submissions and papers under review do not count), journals by the journal reference up to
    its volume. A workshop is not its conference.
    """
    rows = placed(papers, since=since, until=until)
    grouped = rows.groupby("name")
    found = grouped["published"].agg(count="size", first="min", last="max").reset_index()
    newest = grouped["id"].agg(lambda ids: list(ids.head(examples)))
    found["papers"] = found["name"].map(newest).astype(object)
    found = found.sort_values(["count", "name"], ascending=[False, True], ignore_index=True)
    found = found if top is None else found.head(top)
    return _roster(found, len(rows), level, "venue", "papers that name a venue")


def placed(papers: Papers, *, since: Any = None, until: Any = None) -> pd.DataFrame:
    """Return the papers that name a venue, newest first: ``id``, ``published``, ``name``."""
    query = (
        "SELECT id, published, comment, journal_ref FROM papers "  # noqa: S608
        f"WHERE (journal_ref <> '' OR comment <> '') AND {WITHIN}"
    )
    with corpus.opened(papers) as connection:
        rows = corpus.frame(connection, query, counts.moment(since), counts.end(until))
    places = zip(rows["journal_ref"], rows["comment"], strict=True)
    rows["name"] = [_venue(reference) or _venue(comment, True) for reference, comment in places]
    rows = rows.loc[rows["name"].notna(), ["id", "published", "name"]]
    return rows.sort_values("published", ascending=False, kind="stable", ignore_index=True)


def _roster(found: pd.DataFrame, total: int, level: float, kind: str, basis: str) -> pd.DataFrame:
    """Return the frame of names with its shares and intervals."""
    found = found.assign(total=total)
    found["share"] = found["count"] / max(total, 1)
    found["low"], found["high"] = statistics.share_interval(
        found["count"], found["total"], level=level
    )
    for name in ("first", "last"):
        found[name] = found[name].astype("datetime64[us]").dt.tz_localize("UTC")
    found["papers"] = [tuple(ids) for ids in found["papers"]]
    found["name"] = found["name"].astype(str)
    found = found[COLUMNS]
    found.attrs |= {"title": f"Papers by {kind}", "by": kind, "basis": basis, "level": level}
    return found


_MEETINGS = (
    "CVPR ICCV ECCV WACV BMVC ACCV 3DV NeurIPS NIPS ICLR ICML AISTATS UAI COLT AAAI IJCAI ECAI "
    "ACL EMNLP NAACL EACL COLING LREC SIGGRAPH MICCAI MIDL ISBI IPMI ICASSP INTERSPEECH ICRA IROS "
    "CoRL RSS KDD WWW SIGIR CIKM WSDM RecSys CHI UIST VLDB SIGMOD ICDE ICSE FSE ASE ICIP ICME "
    "ICPR ICMR TPAMI TMLR JMLR IJCV TVCG TOG STOC FOCS SODA CRYPTO CCS NDSS DAC DATE"
).split()
_NAMES = {name.lower(): name for name in _MEETINGS} | {"nips": "NeurIPS"}
_MEETING = re.compile(
    rf"(?<![\w-])({'|'.join(_MEETINGS)}|ACM MM)(?:\s?(Asia))?(?=['’\s\d,.:;)-]|$)"
    r"(.{0,24}?\bworkshops?\b)?",
    re.IGNORECASE,
)
_OPEN = re.compile(r"submitted|under review|in review|in submission|rejected", re.IGNORECASE)
_VOLUME = re.compile(r"[\s,;:(]*(?:\bvol(?:ume)?\b|\d|\(|,|;|:).*", re.IGNORECASE | re.DOTALL)


def _venue(text: object, comment: bool = False) -> str | None:
    """Return the venue that a journal reference or a comment names, if any."""
    if not isinstance(text, str) or (comment and _OPEN.search(text)):
        return None
    # Long comments are not searched to their end: the place stands at the beginning.
    match = _MEETING.search(text[:300])
    if match:
        name = _NAMES.get(match[1].lower(), match[1])
        return f"{name}{' Asia' if match[2] else ''}{' workshop' if match[3] else ''}"
    if comment:
        return None
    name = _VOLUME.sub("", text.strip()[:300]).strip(" .")
    return name if len(name) > 2 else None


@explained
def co_occurrence(
    papers: Papers,
    *,
    of: str = "category",
    top: int = 15,
    minimum: int = 1,
    since: Any = None,
    until: Any = None,
    text: str = "title",
) -> pd.DataFrame:
    """Count how often two categories, topics, authors or terms share a paper.

    One row per pair of the ``top`` most frequent, the most papers first: ``a``, ``b``,
    ``count`` (papers with both, at least ``minimum``), ``count_a``, ``count_b``, ``total`` (all
    papers), ``lift`` (count over what independence would give; 1 is chance) and ``z`` (of the
    log odds ratio; beyond 2 is more than chance, below -2 less). ``of`` is ``"category"``,
    ``"topic"``, ``"author"`` or ``"term"`` (terms of ``text``; not one inside the other).
    """
    import pandas as pd

    if of == "term":
        names, held, total = _term_holders(papers, top, since, until, text)
    elif of in counts.GROUPS and of is not None:
        names, held, total = _group_holders(papers, of, top, since, until)
    else:
        raise ArgumentError(f"of is {of!r}; give 'category', 'topic', 'author' or 'term'")
    rows = [_pair(a, b, held, total) for a, b in combinations(names, 2)]
    apart = [row for row in rows if row[2] >= minimum and not (of == "term" and _nested(*row[:2]))]
    found = pd.DataFrame(apart, columns=PAIRS)
    found.attrs |= {"by": of, "text": text}
    return found.sort_values(["count", "a", "b"], ascending=[False, True, True], ignore_index=True)


def _nested(a: str, b: str) -> bool:
    """Say whether one term is a part of the other."""
    return a in ngrams.inner(b) or b in ngrams.inner(a)


def _pair(a: str, b: str, held: dict[str, set[int]], total: int) -> tuple[Any, ...]:
    """Return one row of pairs; half a paper is added to each cell, so that none is empty."""
    import math

    both, in_a, in_b = len(held[a] & held[b]), len(held[a]), len(held[b])
    cells = (both, in_a - both, in_b - both, total - in_a - in_b + both)
    yes, only_a, only_b, neither = (max(cell, 0) + 0.5 for cell in cells)
    odds = math.log(yes * neither / (only_a * only_b))
    error = math.sqrt(sum(1 / cell for cell in (yes, only_a, only_b, neither)))
    return a, b, both, in_a, in_b, total, both * total / (in_a * in_b), odds / error


def _group_holders(
    papers: Papers, of: str, top: int, since: Any, until: Any
) -> tuple[list[str], dict[str, set[int]], int]:
    """Return the most frequent groups, the papers (by number) each holds, and all papers."""
    with corpus.opened(papers) as connection:
        connection.execute(
            "CREATE TEMP TABLE held AS SELECT row_number() OVER () AS n, "  # noqa: S608
            f"list_distinct({counts.GROUPS[of]}) AS names FROM papers WHERE {WITHIN}",
            [counts.moment(since), counts.end(until)],
        )
        connection.execute(
            "CREATE TEMP TABLE pairs AS SELECT n, name FROM "
            "(SELECT n, unnest(names) AS name FROM held) WHERE name <> ''"
        )
        found = corpus.frame(
            connection,
            "SELECT name, list(n) AS papers FROM pairs GROUP BY name "
            "ORDER BY count(*) DESC, name LIMIT $1",
            top,
        )
        total = corpus.number(connection, "SELECT count(*) FROM held")
    names = zip(found["name"], found["papers"], strict=True)
    held = {str(name): set(map(int, numbers)) for name, numbers in names}
    return list(held), held, total


def _term_holders(
    papers: Papers, top: int, since: Any, until: Any, text: str
) -> tuple[list[str], dict[str, set[int]], int]:
    """Return the most frequent terms, the papers (by number) that hold them, and all papers."""
    corpus = terms.written(papers, text, after=since, until=until)
    found = ngrams.terms(corpus.texts, minimum=2)
    chosen = terms.telling((-found.counts()).argsort(kind="stable")[: top * 4].tolist(), found)
    held = {found.names[i]: set(found.holders(i).tolist()) for i in chosen[:top]}
    return list(held), held, corpus.texts.documents
