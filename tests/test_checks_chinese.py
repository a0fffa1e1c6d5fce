"""Chinese claims on English full texts, in pairs: as the paper says it, and changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from paperkit.batch import read
from paperkit.checks import Sources, find_evidence, ground
from paperkit.checks.contrary import contrary
from paperkit.checks.evidence import LineIndex, keys_of
from paperkit.digests import Statement
from paperkit.library import Library
from paperkit.passages import SourceLine

FILE = Path(__file__).parent / "data" / "chinese_full_texts.json"
PAIRS = json.loads(FILE.read_text(encoding="utf-8"))["papers"]
CODES = {"number": "number-not-in-source", "name": "name-not-in-source", "direction": "direction"}
# Where the words alone find another passage, and where the PDF writes "mm" for micrometers.
MISSED = {"S2ORC 的预训练语料小于 SciBERT 的语料。"}
FLAGGED = {"作者选择电压，使离子间距保持在 6.5 微米到 10 微米之间。"}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sources]:
    library = Library.sample(tmp_path_factory.mktemp("chinese") / "sample")
    ids = [i for i in PAIRS if i in library.papers().index]
    read(ids, library, download=False)
    return {i: Sources(library.paper(i), library.reading(i)) for i in ids}


def codes(text: str, sources: Sources) -> set[str]:
    statement = Statement(text, find_evidence(text, sources))
    return {f.code for f in ground(statement, sources, origin="model")} - {"unchecked"}


@pytest.mark.process
def test_changed_claims_on_full_texts_are_told_apart(sources: dict[str, Sources]) -> None:
    """The changed one has the finding of its kind, the other none."""
    pairs = [(sources[i], *pair) for i in sources for pair in PAIRS[i]]
    assert len(pairs) == 10
    missed = {bad for known, kind, _, bad in pairs if CODES[kind] not in codes(bad, known)}
    flagged = {right for known, _, right, _ in pairs if codes(right, known)}
    assert (missed, flagged) == (MISSED, FLAGGED)


def lines(*texts: str) -> Iterator[SourceLine]:
    return (SourceLine(n, t) for n, t in enumerate(texts, 1))


@pytest.mark.parametrize(
    ("claim", "line"),
    [
        ("语料含 150 万篇论文。", "It has 1.5M papers."),
        ("语料含 12.5 亿个词元。", "It has 1.25 billion tokens."),
        ("语料含 8.5 万张图像。", "It has 85,000 images."),
        ("速度快 10 倍。", "It is up to 10x faster."),
        ("内存降低到四分之一，即 4 倍。", "Memory is cut 4-fold."),
    ],
)
def test_an_amount_leads_to_the_line_that_writes_it_in_english(claim: str, line: str) -> None:
    """In millions and billions, in plain digits, or as a multiple."""
    index = LineIndex(list(lines("It has 7.5M papers and is 3x faster.", line)))
    assert index.best(keys_of(claim))[0] == [1]


@pytest.mark.parametrize(
    ("right", "turned", "evidence"),
    [
        ("保真度低于 85%。", "保真度高于 85%。", "The fidelity is lower than 85%."),
        ("吞吐量超过 40 TFlops。", "吞吐量低于 40 TFlops。", "It reaches over 40 TFlops per GPU."),
        ("甲的语料多于乙。", "甲的语料少于乙。", "Its corpus is larger than that of B."),
        ("它比基线快 10 倍。", "它比基线慢 10 倍。", "It is up to 10x faster than baselines."),
        ("内存最多降低 4 倍。", "内存最多增加 4 倍。", "Partitioning gives a 4x memory reduction."),
    ],
)
def test_a_turned_comparison_is_seen(right: str, turned: str, evidence: str) -> None:
    """Over or under a value, more or less than another, faster or slower by a multiple."""
    assert contrary(turned, evidence)
    assert not contrary(right, evidence)
