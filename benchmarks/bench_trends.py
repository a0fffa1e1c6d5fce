"""Trends at scale: counts, shares and rising terms over a large Parquet file of papers.

Run ``PAPERKIT_BENCH=FOLDER python benchmarks/bench_trends.py`` or give the file as an argument;
prints elapsed and CPU seconds per step, their sums and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paperkit.trends import chart, fading_terms, growth, papers_per, rising_terms

FILE = "arxiv_839k_no_abstract.parquet"


def main() -> None:
    """Measure the functions over one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("PAPERKIT_BENCH", ".")) / "scale" / FILE
    parser.add_argument("papers", nargs="?", type=Path, default=default)
    papers = parser.parse_args().papers
    begun = time.perf_counter()
    counts = measured("papers per month", lambda: papers_per(papers))
    measured("share per year of each category", lambda: papers_per(papers, "year", by="category"))
    measured("10 most active authors per year", lambda: papers_per(papers, "year", by="author",
                                                                   top=10))  # fmt: skip
    measured("growth of each primary category",
             lambda: growth(papers, "year", by="primary", since="2010-01-01"))  # fmt: skip
    measured("rising terms, newest quarter", lambda: rising_terms(papers))
    measured("fading terms since 2020", lambda: fading_terms(papers, since="2020-01-01",
                                                             after="2010-01-01"))  # fmt: skip
    measured("one chart as SVG", lambda: chart(counts).image("svg"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said("all", time.perf_counter() - begun, time.process_time(), f", peak {peak:,.0f} MB")


def measured(name: str, job: Callable[[], Any]) -> Any:
    """Run a job and print how long it took."""
    begun, busy = time.perf_counter(), time.process_time()
    result = job()
    said(name, time.perf_counter() - begun, time.process_time() - busy)
    return result


def said(name: str, seconds: float, busy: float, more: str = "") -> None:
    """Print one line of figures."""
    print(f"{name:36} {seconds:6.1f} s, CPU {busy:6.1f} s{more}", flush=True)


if __name__ == "__main__":
    main()
