"""Hedges: what a paper holds possible, told as certain."""

from __future__ import annotations

import pytest

from paperkit.checks import Sources, ground, with_evidence
from paperkit.checks.hedges import unhedged
from paperkit.digests import Answer, Statement
from tests.conftest import make_paper
from tests.test_checks_novelty import NOW


@pytest.mark.parametrize(
    ("claim", "passage", "words"),
    [
        ("The drug reduces the risk of stroke.", "The drug may reduce the risk of stroke.", "may"),
        ("Larger models suffer from noise.", "Larger models might suffer from noise.", "might"),
        ("The bound is tight for graphs.", "We conjecture that the bound is tight.", "conjecture"),
        ("The method is extended to video.", "The method could be extended to video.", "could"),
        ("The code and data are released.", "We plan to release the code and data.", "plan to"),
        ("They measured the speed.", "An experiment by which the speed can be measured.", "can"),
        ("Sleep causes this effect.", "Sleep seems to cause this effect.", "seems to"),
        ("Dust explains the signal.", "Dust is likely to explain the signal.", "likely"),
        ("It remains open; the gap closes.", "Closing the gap remains to be shown.", ""),
        ("药物降低了中风风险。", "The drug may reduce the risk of stroke.", "may"),
        ("该界是紧的。", "We conjecture that the bound is tight.", "conjecture"),
    ],
)
def test_what_the_passage_hedges_is_told(claim: str, passage: str, words: str) -> None:
    """With the words that hedge it."""
    assert words in unhedged(claim, [passage], []).lower()
    assert bool(unhedged(claim, [passage], [])) is bool(words)


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("The drug may reduce the risk of stroke.", "The drug may reduce the risk of stroke."),
        ("It possibly reduces the risk of stroke.", "The drug may reduce the risk of stroke."),
        ("The method generates long videos.", "The method can generate long videos."),
        ("The drug was given to patients.", "The drug may reduce the risk of stroke."),
        ("It was measured in May 2020 on ice.", "It was measured in May 2020 on ice."),
        ("The hypothesis of the theorem holds.", "The hypothesis of the theorem holds."),
        ("药物可能降低中风风险。", "The drug may reduce the risk of stroke."),
    ],
)
def test_what_is_as_careful_or_of_something_else_is_not(claim: str, passage: str) -> None:
    """What a method can do it does; a month is no hedge."""
    assert unhedged(claim, [passage], []) == ""


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("The drug may reduce the risk of stroke in older patients.", ["too-certain"]),
        (
            "The drug may reduce the risk of stroke in older patients. In our trial the drug"
            " reduced the risk of stroke in older patients.",
            [],
        ),
    ],
)
def test_a_line_without_the_hedge_clears_it(abstract: str, expected: list[str]) -> None:
    """The paper may suppose first and show later."""
    sources = Sources.of(make_paper("2411.00001", abstract=abstract), None)
    text = "The drug reduces the risk of stroke in older patients."
    answer = Answer(question="takeaways", statements=(Statement(text),), model="m", at=NOW)
    (statement,) = with_evidence(answer, sources).statements
    found = ground(statement, sources, origin="person")
    assert [f.code for f in found if f.code == "too-certain"] == expected


def test_a_piece_of_a_sentence_may_leave_out_its_hedge() -> None:
    """Though every word of it is the paper's."""
    abstract = "We conjecture that the bound is tight for all graphs."
    sources = Sources.of(make_paper("2411.00001", abstract=abstract), None)
    answer = Answer(
        question="takeaways",
        statements=(Statement("The bound is tight for all graphs."),),
        model="m",
        at=NOW,
    )
    (statement,) = with_evidence(answer, sources).statements
    assert "too-certain" in [f.code for f in ground(statement, sources)]
