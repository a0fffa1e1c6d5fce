"""Trends over a cluster: the same functions, counted by Dask's workers."""

from __future__ import annotations

import pandas as pd
import pytest

from paperkit.trends import papers_per, rising_terms
from tests.test_trends import corpus

distributed = pytest.importorskip("distributed", reason="needs the extra with Dask")


def test_a_cluster_counts_what_one_process_counts(tmp_path):
    """Counts and rising terms of three files are those of one frame, on two worker processes."""
    papers = corpus(600)
    for i in range(3):
        papers.iloc[i::3].reset_index().to_parquet(tmp_path / f"{i}.parquet")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    )
    with cluster, distributed.Client(cluster) as client:
        executor = client.get_executor()
        counted = papers_per(tmp_path, by="category", executor=executor)
        rising = rising_terms(tmp_path, executor=executor)
    pd.testing.assert_frame_equal(counted, papers_per(papers, by="category"))
    pd.testing.assert_frame_equal(rising, rising_terms(papers))
