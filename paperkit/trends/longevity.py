"""Longevity: when terms become established, when they fall silent, and how long they last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paperkit.trends import corpus, counts, ngrams, statistics
from paperkit.trends.terms import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from paperkit.trends.corpus import Papers

COLUMNS = "term born established last peak peak_count count age died".split()
CURVE = "age at_risk died survival low high".split()
DATES = ["born", "established", "last", "peak"]


def lifetimes(
    papers: Papers,
    terms: Sequence[str] | None = None,
    *,
    period: str = "quarter",
    minimum: int = 5,
    quiet: int = 2,
    text: str = "title",
    until: Any = None,
    top: int | None = None,
) -> pd.DataFrame:
    """Follow terms from the period they are established in to their last use.

    One row per term, the most papers first: ``term``, ``born`` (start of the first period with a
    paper that holds it), ``established`` (of the one in which it reaches ``minimum`` papers),
    ``last`` use, ``peak`` and ``peak_count`` (the period with the most papers), ``count``
    (papers), ``age`` (periods from established to the last use, or to the end while it lives),
    ``died`` (silent for the last ``quiet`` complete periods or more). The clock starts when a
    term is established, not when it is born: only terms that live long enough to be
    established are known, and their youth would count as proof of long life. Without ``terms``
    all that are established are followed, but those used in the first ``quiet`` periods, since
    nobody knows when they were born. An incomplete last period is not looked at.
    """
    end = counts.end(until)
    corpus = written(papers, text, until=end, dated=True)
    found = ngrams.terms(corpus.texts, minimum=minimum if terms is None else 1)
    names = found.names if terms is None else list(terms)
    held = [found.holders(i) if terms is None else found.holders_of(t) for i, t in enumerate(names)]
    starts, number = _periods(corpus.published, period, end)
    uses = _uses(held, number, len(starts))
    rows = [_life(*pair, starts, minimum, quiet) for pair in zip(names, uses, strict=True)]
    fresh = set(starts[quiet:].tolist())
    lives = _lives([row for row in rows if row and (terms is not None or row[1].tolist() in fresh)])
    lives.attrs |= {"unit": period, "n": corpus.texts.documents, "text": text, "by": "term"}
    return lives if top is None else lives.head(top)


def _lives(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return rows of lifetimes as a frame, the most papers first."""
    import pandas as pd

    lives = pd.DataFrame(rows, columns=COLUMNS)
    for name in DATES:
        lives[name] = lives[name].astype("datetime64[us]").dt.tz_localize("UTC")
    lives = lives.astype({"died": bool, "age": "int64", "count": "int64", "peak_count": "int64"})
    return lives.sort_values(["count", "term"], ascending=[False, True], ignore_index=True)


def _periods(published: Any, period: str, until: pd.Timestamp | None) -> tuple[Any, Any]:
    """Return the starts of the complete periods, and for each paper the number of its own."""
    import numpy as np
    import pandas as pd

    if not len(published):
        return np.zeros(0, dtype="datetime64[us]"), np.zeros(0, dtype=np.int64)
    newest = pd.Timestamp(published.max())
    end = until or newest + pd.Timedelta(1, "us")
    every = counts.starts(pd.Timestamp(published.min()), end, period)
    whole = counts.complete(pd.Series(every), period, None, end)
    number = np.searchsorted(every.to_numpy(), counts.floors(published, period))
    return every.to_numpy()[whole.to_numpy()], number


def _uses(held: list[Any], number: Any, periods: int) -> Any:
    """Return papers per term and complete period."""
    import numpy as np

    uses = np.zeros((len(held), periods), dtype=np.int64)
    for i, holders in enumerate(held):
        uses[i] = np.bincount(number[holders], minlength=periods)[:periods]
    return uses


def _life(name: str, use: Any, starts: Any, minimum: int, quiet: int) -> tuple[Any, ...] | None:
    """Return one row of lifetimes; None for a term that is never established."""
    import numpy as np

    if use.sum() < minimum:
        return None
    used = np.flatnonzero(use)
    first, last, peak = int(used[0]), int(used[-1]), int(use.argmax())
    begun = int(np.searchsorted(use.cumsum(), minimum))
    died = len(use) - 1 - last >= quiet
    age = (last if died else len(use) - 1) - begun
    dates = (starts[first], starts[begun], starts[last], starts[peak])
    return (name, *dates, int(use[peak]), int(use.sum()), age, died)


def survival(papers: Papers | pd.DataFrame, *, level: float = 0.95, **options: Any) -> pd.DataFrame:
    """Estimate how long terms stay in use once they are established (Kaplan and Meier).

    One row per age in periods: ``age``, ``at_risk`` (terms followed that long), ``died`` (fell
    silent at that age), ``survival`` (share still in use after it), ``low`` and ``high``
    (Greenwood's interval on the log-log scale). Terms in use at the end count as followed up to
    then. ``papers`` may also be a frame of ``lifetimes``; ``options`` are its options.
    """
    import pandas as pd

    ready = corpus.is_frame(papers) and {"age", "died", "born"} <= set(papers)
    lives: Any = papers if ready else lifetimes(papers, **options)
    curve = statistics.kaplan_meier(lives["age"], lives["died"], level=level)
    frame = pd.DataFrame(dict(zip(CURVE, curve, strict=True)), columns=CURVE)
    frame = frame.astype({"age": "int64", "at_risk": "int64", "died": "int64"})
    frame.attrs |= {"unit": lives.attrs.get("unit", "period"), "level": level}
    if "term" in lives:  # what the papers behind a step are found by
        silent = lives[lives["died"]].groupby("age")["term"].agg(list)
        frame.attrs |= {"text": lives.attrs.get("text", "title"), "silent": silent.to_dict()}
    return frame
