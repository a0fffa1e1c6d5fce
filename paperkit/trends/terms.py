"""Terms of one to three words: which rise, which fade, which tell two sets of papers apart.

Shares of papers are compared, not counts, so that a growing field does not make every word
rise; a prior made of both sides together keeps rare words from winning by luck.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from paperkit.errors import ArgumentError, explained
from paperkit.trends import corpus, counts, ngrams, statistics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    import pandas as pd
    import pyarrow as pa

    from paperkit.trends.corpus import Papers

TEXTS = {
    "title": "title",
    "abstract": "abstract",
    "both": "concat(title, ' . ', abstract)",
}
RECENT = 0.75
# False discoveries among what is called certain.
FALSE = 0.05
# Papers that explain an acronym, and the share of them that must agree on its words.
TELL, AGREE = 2, 0.8
EXPLAINED = 0.8
COLUMNS = (
    "term log_odds low high z q count_a total_a share_a count_b total_b share_b papers "
    "side_a side_b"
).split()


@dataclass(frozen=True)
class Written:
    """Texts of a corpus: ids, dates (UTC, no zone), the words of each paper, acronyms explained.

    ``acronyms`` counts the papers per (acronym as written, its words).
    """

    ids: pa.ChunkedArray
    published: Any
    texts: ngrams.Runs
    acronyms: Counter[tuple[str, str]]


@dataclass(frozen=True)
class Look:
    """How terms are compared; the fields are the options of ``rising_terms``."""

    longest: int = 3
    minimum: int | None = None
    prior: float = 50.0
    top: int | None = 30
    examples: int = 3
    level: float = 0.95
    certain: bool = True


@explained
def rising_terms(
    papers: Papers,
    *,
    since: Any = None,
    after: Any = None,
    until: Any = None,
    text: str = "title",
    executor: Executor | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Find the terms that are more frequent in recent papers than in earlier ones.

    >>> rising_terms(papers)

    Recent papers are those from ``since`` to ``until``; earlier ones those from ``after`` to
    before ``since``. By default ``since`` is where the newest quarter of the papers begins, and
    the rest is open. One row per term, the surest first: ``term``, ``log_odds`` (of recent against
    earlier, with the prior), ``low``, ``high``, ``z``, ``q`` (false discovery rate over all
    terms looked at, by Benjamini and Hochberg), ``count_a`` ``total_a`` ``share_a`` (papers
    that hold the term, recent), ``count_b`` ``total_b`` ``share_b`` (earlier), ``papers`` (ids
    of its newest papers), ``side_a``, ``side_b`` (what the sides are).

    Only clear rises are listed: the interval excludes "no difference", and at most one in twenty of
    the listed terms is expected to be there by chance (``q``). Often there are none;
    ``attrs["said"]`` then says so. ``certain=False`` also lists the likely ones.

    A term is a noun phrase with a technical word or a technical noun (see ``trends.ngrams``); an
    acronym and its words are one term, "large language model (LLM)", where the papers explain it
    or arXiv's papers agree. A term that occurs almost only inside a longer one is left to it.

    ``text`` is ``"title"``, ``"abstract"`` or ``"both"``; where some papers lack an abstract,
    use titles. ``options``: ``longest`` term in words (3); ``minimum`` papers that hold it on both
    sides together (None: 5, or one paper in 20,000 if that is more); ``prior``, the weight of
    "no difference" in papers (50); ``top`` terms (30; None: all); ``examples`` ids (3);
    ``level`` of the interval (0.95). ``executor`` reads several files side by side.

    Raises:
        ArgumentError: ``text`` is unknown; those there are are named.
    """
    corpus = written(papers, text, after=after, until=until, dated=True, executor=executor)
    return _moved(corpus, since, text, Look(**options), 1)


@explained
def fading_terms(
    papers: Papers,
    *,
    since: Any = None,
    after: Any = None,
    until: Any = None,
    text: str = "title",
    executor: Executor | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Find the terms that fewer of the recent papers hold: ``rising_terms`` by the other sign.

    The same options and columns; the papers named are earlier ones.
    """
    corpus = written(papers, text, after=after, until=until, dated=True, executor=executor)
    return _moved(corpus, since, text, Look(**options), -1)


@explained
def compare(
    a: Papers,
    b: Papers,
    *,
    names: tuple[str, str] = ("a", "b"),
    text: str = "title",
    top: int | None = 15,
    **options: Any,
) -> pd.DataFrame:
    """Find the terms that divide two sets of papers: two topics, two periods, kept and skipped.

    ``top`` terms of each side, those of ``a`` first; columns and options are those of
    ``rising_terms``. Papers in both sets count on both sides.
    """
    import numpy as np
    import pandas as pd

    left, right = written(a, text), written(b, text)
    both = _joined([left, right])
    in_a = np.arange(both.texts.documents) < left.texts.documents
    look = Look(top=top, **options)
    sides = [contrast(both, in_a, ~in_a, sign, names, look) for sign in (1, -1)]
    frame = pd.concat(sides, ignore_index=True)
    frame.attrs["title"] = f"Terms of {names[0]} against {names[1]}"
    frame.attrs |= {"text": text, "level": look.level}
    return frame


@explained
def terms_per(
    papers: Papers,
    terms: Sequence[str],
    period: str = "month",
    *,
    text: str = "title",
    since: Any = None,
    until: Any = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count the papers that hold each term per period: the columns of ``papers_per``.

    ``group`` is the term as given, one to three words; plural and singular are one where both
    are in use. Terms no paper holds are there with zeros.
    """
    import numpy as np

    corpus = written(papers, text, after=since, until=until, dated=True)
    held = [ngrams.holders_of(corpus.texts, term) for term in terms]
    names = np.repeat(np.array([*terms, ""], dtype=object)[:-1], [len(one) for one in held])
    holders = np.concatenate([*held, np.zeros(0, dtype=np.int64)])
    tally = counts.labeled(corpus.published, holders, names, period)
    first, last = counts.moment(since), counts.end(until)
    frame = counts.tabulated(
        tally, tally, period, since=first, until=last, level=level, groups=list(terms)
    )
    frame.attrs |= {"unit": period, "by": "term", "text": text, "level": level}
    return frame


def written(
    papers: Papers,
    text: str = "title",
    *,
    after: Any = None,
    until: Any = None,
    dated: bool = False,
    executor: Executor | None = None,
) -> Written:
    """Read the texts of a corpus, piece by piece; with ``dated`` only papers with a date."""
    if text not in TEXTS:
        raise ArgumentError(f"text is {text!r}; give one of {', '.join(TEXTS)}")
    limits = (counts.moment(after), counts.end(until), dated)
    job = partial(_read, text=text, limits=limits)
    return _joined(list(counts.spread(job, corpus.parts(papers), executor)))


def _read(piece: Any, *, text: str, limits: tuple[Any, Any, bool]) -> Written:
    """Read the texts of one piece of a corpus."""
    query = (
        f"SELECT id, published, {TEXTS[text]} AS text FROM papers "  # noqa: S608
        "WHERE ($1 IS NULL OR published >= $1) AND ($2 IS NULL OR published < $2) "
        "AND (NOT $3 OR published IS NOT NULL) ORDER BY published, id"
    )
    with corpus.opened(piece) as connection:
        found = corpus.table(connection, query, *limits)
    return Written(
        found.column("id"),
        found.column("published").to_numpy().astype("datetime64[us]"),
        ngrams.runs(found.column("text")),
        _explained(found.column("text")),
    )


def _explained(texts: pa.ChunkedArray) -> Counter[tuple[str, str]]:
    """Return how many texts explain each acronym by which words."""
    import pyarrow.compute as pc

    some = texts.filter(pc.match_substring_regex(texts, r"\([A-Z0-9][A-Za-z0-9-]{1,9}\)"))
    pairs = (set(ngrams.acronyms(text)) for text in some.to_pylist())
    return Counter(pair for each in pairs for pair in each)


def _moved(corpus: Written, since: Any, text: str, look: Look, sign: int) -> pd.DataFrame:
    """Compare the recent papers with the earlier ones."""
    import numpy as np

    dates = corpus.published
    border = counts.moment(since)
    if border is None and len(dates):
        border = counts.moment(np.sort(dates)[int(len(dates) * RECENT)])
    recent = dates >= np.datetime64(border, "us") if len(dates) else np.zeros(0, dtype=bool)
    sides = (_span(dates[recent]), _span(dates[~recent]))
    frame = contrast(corpus, recent, ~recent, sign, sides, look)
    frame.attrs["title"] = "Rising terms" if sign > 0 else "Fading terms"
    frame.attrs |= {"text": text, "level": look.level}
    if look.certain and frame.empty and len(dates):
        moves = "rises" if sign > 0 else "fades"
        frame.attrs["said"] = f"Nothing {moves} for certain in {len(dates):,} papers."
    return frame


def _span(dates: Any) -> str:
    """Return the days that dates reach from and to."""
    return f"{str(dates.min())[:10]} to {str(dates.max())[:10]}" if len(dates) else "no papers"


def _joined(several: list[Written]) -> Written:
    """Return several corpora as one, in their order."""
    import numpy as np
    import pyarrow as pa

    ids = [chunk for part in several for chunk in part.ids.chunks]
    dates = np.concatenate([part.published for part in several])
    texts = ngrams.joined([part.texts for part in several])
    explained = sum((part.acronyms for part in several), Counter[tuple[str, str]]())
    return Written(pa.chunked_array(ids, pa.string()), dates, texts, explained)


def _leaning(z: Any, q: Any, look: Look) -> Any:
    """Return each term's z where it leans far enough, else 0."""
    import numpy as np

    least = statistics.normal_quantile(look.level) if look.certain else 0.0
    return np.where((z > least) & ((q <= FALSE) | (not look.certain)), z, 0.0)


def contrast(
    corpus: Written, in_a: Any, in_b: Any, sign: int, names: tuple[str, str], look: Look
) -> pd.DataFrame:
    """Return the terms that lean to ``a`` (sign 1) or ``b`` (sign -1), the surest first."""
    import pandas as pd

    total_a, total_b = int(in_a.sum()), int(in_b.sum())
    minimum = look.minimum or max(5, (total_a + total_b) // 20_000)
    found = _terms_of(corpus, look.longest, minimum)
    a, b = (found.counts(side.astype("int64")) for side in (in_a, in_b))
    odds, error = statistics.log_odds(a, total_a, b, total_b, prior=look.prior)
    z = odds / error
    q = statistics.false_discovery(z)
    chosen = _chosen(_leaning(sign * z, q, look), found, look.top)
    reach = statistics.normal_quantile(look.level) * error
    side = in_a if sign > 0 else in_b
    values = {
        "term": [found.names[i] for i in chosen],
        "log_odds": odds[chosen], "low": (odds - reach)[chosen], "high": (odds + reach)[chosen],
        "z": z[chosen], "q": q[chosen],
        "count_a": a[chosen], "total_a": total_a, "share_a": a[chosen] / max(total_a, 1),
        "count_b": b[chosen], "total_b": total_b, "share_b": b[chosen] / max(total_b, 1),
        "papers": [_newest(found.holders(i), corpus, side, look.examples) for i in chosen],
        "side_a": names[0], "side_b": names[1],
    }  # fmt: skip
    return pd.DataFrame(values, columns=COLUMNS)


def _chosen(z: Any, found: ngrams.Terms, top: int | None) -> Any:
    """Return the numbers of the terms with the highest z above 0 that tell something."""
    import numpy as np

    order = np.argsort(-z, kind="stable")[: (top or len(z)) * 4]
    return np.array(telling([i for i in order if z[i] > 0], found)[:top], dtype=np.int64)


def telling(order: list[int], found: ngrams.Terms) -> list[int]:
    """Drop the terms that are almost always part of a longer term in the list."""
    sizes = found.counts()
    within: dict[str, int] = {}
    for i in order:
        for part in ngrams.inner(found.names[i]):
            within[part] = max(within.get(part, 0), int(sizes[i]))
    return [i for i in order if within.get(found.names[i], 0) < EXPLAINED * sizes[i]]


def _terms_of(corpus: Written, longest: int, minimum: int) -> ngrams.Terms:
    """Return the terms of a corpus, each acronym joined with its words."""
    meanings = _meanings(corpus.acronyms)
    known = frozenset(short.lower() for short in meanings)
    found = ngrams.terms(corpus.texts, longest=longest, minimum=minimum, known=known)
    return _with_acronyms(found, meanings, corpus.acronyms)


def _with_acronyms(
    found: ngrams.Terms, meanings: dict[str, str], explained: Counter[tuple[str, str]]
) -> ngrams.Terms:
    """Return the terms with each acronym and its words as one, "words (ACRONYM)".

    An acronym whose words are no term here is written as its papers write it; one of two letters
    that no paper explains is left out.
    """
    import numpy as np

    number = {name: at for at, name in enumerate(found.names)}
    names, held = list(found.names), [found.holders(at) for at in range(len(found.names))]
    gone: set[int] = set()
    for short, words in meanings.items():
        at, long = number.get(short.lower()), number.get(words)
        if at is not None and long is not None and at not in gone:
            names[long] = f"{words} ({short})"
            held[long] = np.union1d(held[long], held[at])
            gone.add(at)
        elif at is not None and (short, words) in explained:
            names[at] = short
        elif at is not None and len(short) < 3:
            gone.add(at)
    left = [at for at in range(len(names)) if at not in gone]
    sizes = [len(held[at]) for at in left]
    return ngrams.Terms(
        [names[at] for at in left],
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.concatenate([np.zeros(0, np.int64), *(held[at] for at in left)]).astype(np.int64),
    )


def _meanings(explained: Counter[tuple[str, str]]) -> dict[str, str]:
    """Return what acronyms mean: as the papers explain them, else as arXiv's papers agree."""
    listed = (pair.split("=") for pair in ngrams.groups()["acronyms"])
    known = {short: words.replace("_", " ") for short, words in listed}
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for (short, words), papers in explained.items():
        forms[short][words] += papers
    for short, counted in forms.items():
        words, papers = counted.most_common(1)[0]
        if papers >= TELL and papers >= AGREE * counted.total():
            known[short] = words
        elif papers >= TELL:
            known.pop(short, None)
    # In lower case AT and MAP are other words.
    return {short: words for short, words in known.items() if not ngrams.group_of(short.lower())}


def _newest(holders: Any, corpus: Written, side: Any, many: int) -> tuple[str, ...]:
    """Return the ids of the newest papers that hold a term on one side."""
    import numpy as np

    held = holders[side[holders]]
    order = np.argsort(corpus.published[held], kind="stable")[::-1][:many]
    return tuple(corpus.ids.take(held[order]).to_pylist())
