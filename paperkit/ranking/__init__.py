"""Ranking: candidates scored from a person's decisions, with reasons, from the first click on.

Pure: frames in, frames out, the same answer for the same frames. `rank` scores and explains,
`BackgroundRanking` does so beside other work, `off_topic` flags what only matches a query's
letters, `replay` simulates screening, and `remaining` estimates what is still unseen.
"""

from __future__ import annotations

from paperkit.ranking.background import BackgroundRanking
from paperkit.ranking.relevance import Stopped, off_topic, rank
from paperkit.ranking.screening import Remaining, remaining, replay
from paperkit.ranking.vectors import Vectors, vectorize

__all__ = [
    "BackgroundRanking",
    "Remaining",
    "Stopped",
    "Vectors",
    "off_topic",
    "rank",
    "remaining",
    "replay",
    "vectorize",
]
