"""A recorded run of a real small model on two bundled PDFs, replayed by a server on loopback.

Made by ``python benchmarks/bench_local.py URL MODEL --context 4096 --record FILE`` with these
papers; run that again to record anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import paperkit
from benchmarks.bench_local import added
from paperkit.batch import summarize
from paperkit.library import Library
from paperkit.models import OpenAIChat
from paperkit.outlines import DIGEST
from paperkit.prompts.requests import asked_of
from tests.models.dialects import DIALECTS
from tests.servers import Answer, Asked, serve

pytestmark = pytest.mark.process
"""It reads whole papers."""

NAME = "qwen2.5-coder-1.5b"
PAPERS = Path(paperkit.__file__).parent / "data" / "papers"
RECORDED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data/models/recorded.json").read_text(encoding="utf-8")
)
IDS = list(dict.fromkeys(r["paper"] for r in RECORDED))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    shelf = Library(tmp_path_factory.mktemp("recorded") / "library")
    assert set(added(shelf, [next(PAPERS.glob(f"{n}*.pdf")) for n in ("acl", "rescience")])) == set(
        IDS
    )
    return shelf


@pytest.fixture(scope="module")
def unused() -> list[dict[str, Any]]:
    return list(RECORDED)


@pytest.fixture(scope="module")
def report(library: Library, unused: list[dict[str, Any]]) -> Iterator[pd.DataFrame]:
    """Return what comes of the replies that the model gave."""
    titles = {id: f"Title: {library.paper(id).title}\n" for id in IDS}

    def answer(asked: Asked) -> Answer:
        prompt = asked.json["messages"][1]["content"]
        row = next(r for r in unused if titles[r["paper"]] in prompt and fits(r, prompt))
        unused.remove(row)
        return DIALECTS["openai"].reply(row["text"])

    with serve(answer) as server:
        model = OpenAIChat(NAME, base_url=f"{server.url}/v1", context=4096)
        yield summarize(IDS, library, model)  # type: ignore[misc]


def fits(row: dict[str, Any], prompt: str) -> bool:
    """Return whether a recorded reply is to the question that a prompt ends with."""
    question = DIGEST[row["questions"][0]]
    if row["again"]:
        return f"what this paper says ({question.heading('en')})" in prompt
    return f"Question about this paper: {asked_of(question)}\n" in prompt


def test_every_recorded_reply_is_asked_for(
    report: pd.DataFrame, unused: list[dict[str, Any]]
) -> None:
    """What is asked has not changed since; else the run is recorded anew."""
    assert list(report["asked"]) == ["one at a time"] * len(IDS)
    assert unused == []


def test_what_a_small_model_writes_becomes_digests(report: pd.DataFrame, library: Library) -> None:
    """Nothing that must be answered is empty and called answered."""
    assert Counter(report["outcome"])["failed"] == 0
    for id, outcome in report["outcome"].items():
        digest = library.digest(str(id))
        assert digest is not None
        open_ones = [k for k in ("summary", "takeaways") if k not in digest]
        assert bool(open_ones) == (outcome == "partial")
        assert bool(report.loc[id, "error"]) == (outcome == "partial")


def test_nothing_but_content_is_kept(report: pd.DataFrame, library: Library) -> None:
    """No copied question, no "not stated", no label, no bullet."""
    for id in report.index:
        digest = library.digest(str(id))
        assert digest is not None
        texts = [t for a in digest.answers for t in a.texts]
        assert texts
        asks = {q.ask for q in DIGEST.questions}
        assert not asks & set(texts)
        assert not [t for t in texts if t.lower().startswith(("not stated", "answer", "- ", "* "))]


def test_most_statements_are_beside_a_sentence_that_carries_them(
    report: pd.DataFrame, library: Library
) -> None:
    """The model named none; they were found."""
    digests = [library.digest(str(id)) for id in report.index]
    statements = [s for d in digests if d for a in d.answers for s in a.statements]
    found = sum(bool(s.evidence) for s in statements)
    assert found / len(statements) >= 0.95
