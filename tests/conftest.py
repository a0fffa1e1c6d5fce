"""What all tests share: real papers, and a library of them."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from paperkit.library import Library
from paperkit.papers import Paper, clean_paper

# Where it is there, jsonschema builds a parser of IRIs with it for seconds; no schema here has one.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

# Who signs in a test, where none is named.
os.environ.setdefault("PAPERKIT_NAME", "Tester")

settings.register_profile(
    "paperkit",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("paperkit")

# A shell that starts the tests in the background lets them, and what they start, ignore Ctrl+C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

DATA = Path(__file__).parent / "data"


def pytest_collection_finish() -> None:
    """Let the collector pass over what collecting has made; it lives as long as the tests."""
    gc.collect()
    gc.freeze()


LONGEST = "test_the_demo_runs_from_an_empty_folder"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts processes; what takes longest begins first, so that nobody waits for it."""
    for item in items:
        if "processes" in item.path.parts:
            item.add_marker("process")
    items.sort(key=lambda item: item.name != LONGEST)


def make_paper(id: str = "2411.05184", version: int = 1, **fields: object) -> Paper:
    """Return a paper with sensible fields."""
    raw = {
        "id": id,
        "version": version,
        "title": f"Gaussian splatting number {id}",
        "authors": ["Ada Lovelace", "Grace Hopper"],
        "abstract": "We render avatars with 3D Gaussians. It runs at 90 FPS on one GPU.",
        "categories": ["cs.CV", "cs.GR"],
        "published": "2024-11-07T18:00:00+00:00",
    }
    return clean_paper({**raw, **fields})


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Return a library of three papers."""
    made = Library(tmp_path / "library")
    papers = [
        make_paper("2411.00001", title="Fast avatars", published="2024-11-01"),
        make_paper(
            "2411.00002", title="Slow ions", published="2024-11-02", categories=["quant-ph"]
        ),
        make_paper("math/0309136", title="A theorem", published="2003-09-08"),
    ]
    made.add(papers, topic="test")
    return made


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the keys of whoever runs the tests out of them."""
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
