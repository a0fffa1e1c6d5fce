"""Trends: papers in, tidy frames out, and a chart for each of them.

Every function takes any papers frame, filtered as you like, or Parquet files of papers, and
returns a frame with one observation per row, its denominator and its uncertainty beside it.
``chart`` draws what any of them returned; ``papers_behind`` leads from a row back to the papers.
"""

from __future__ import annotations

from paperkit.trends.authors import co_occurrence, top_authors, venues
from paperkit.trends.charts import Chart, chart, chart_image
from paperkit.trends.counts import growth, papers_per
from paperkit.trends.lookup import papers_behind
from paperkit.trends.news import CatchUp, Changes, catch_up, changes
from paperkit.trends.terms import compare, fading_terms, rising_terms, terms_per
from paperkit.trends.themes import themes

__all__ = [
    "CatchUp",
    "Changes",
    "Chart",
    "catch_up",
    "changes",
    "chart",
    "chart_image",
    "co_occurrence",
    "compare",
    "fading_terms",
    "growth",
    "papers_behind",
    "papers_per",
    "rising_terms",
    "terms_per",
    "themes",
    "top_authors",
    "venues",
]
