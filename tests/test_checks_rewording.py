"""What a statement changes in a passage whose words it repeats."""

from __future__ import annotations

import pytest

from paperkit.checks import Sources, find_evidence, ground
from paperkit.digests import Origin, Statement
from paperkit.papers import clean_paper

ABSTRACT = (
    "Glide gives stronger bounds for greedy solvers, enabled by a simple framework of gap"
    " certificates. No significant loss of accuracy was observed on streets. There were no efforts"
    " to conduct passive damping of the cavity tuner. Smaller units reduce the variance between"
    " judges (e.g. a std-dev from 18.5 to 6.8). The solver handles reflective glass facades with a"
    " median latency of 41.5 ms. Errors are reduced by using wider filters."
)
SOURCES = Sources(
    clean_paper(
        {
            "id": "2411.00001v1",
            "title": "Glide: Bounds for Solvers",
            "authors": ["Ada Lovelace"],
            "abstract": ABSTRACT,
            "published": "2024-11-01",
            "categories": ["cs.LG"],
        }
    )
)


def found(text: str, code: str, origin: Origin = "model") -> list[str]:
    statement = Statement(text, find_evidence(text, SOURCES))
    return [f.severity for f in ground(statement, SOURCES, origin=origin) if f.code == code]


@pytest.mark.parametrize(
    "text",
    [
        "Glide gives stronger bounds for greedy solvers, enabling a simple framework of gap"
        " certificates.",
        "It enables a simple framework of gap certificates.",
        "The stronger bounds enable a simple framework.",
    ],
)
def test_who_does_it_and_to_what_it_is_done_are_told_apart(text: str) -> None:
    """What "enabled by" tells, told as "enabling", blocks from a model; a person is warned."""
    assert found(text, "direction") == ["block"]
    assert found(text, "direction", "person") == ["warn"]


def test_a_passage_in_the_active_told_as_done_by_its_object() -> None:
    """The other way round as well."""
    assert found("The solver is handled by reflective glass facades.", "direction") == ["block"]


@pytest.mark.parametrize(
    "text",
    [
        "The bounds for greedy solvers are enabled by a simple framework of gap certificates.",
        "A simple framework of gap certificates enables stronger bounds for greedy solvers.",
        "Reflective glass facades are handled by the solver.",
        "Using wider filters reduces errors.",
        "No loss of accuracy was observed on streets.",
        "There is no significant loss of accuracy on streets.",
        "It runs without a significant loss of accuracy.",
        "Passive damping of the cavity tuner was not attempted.",
    ],
)
def test_what_is_said_as_the_passage_says_it_passes(text: str) -> None:
    """In either voice, and denied in other words."""
    assert found(text, "direction") == []


@pytest.mark.parametrize(
    "text",
    [
        "It reaches a significant loss of accuracy on streets.",
        "Conduct passive damping of the cavity tuner.",
    ],
)
def test_a_denial_that_is_left_out_blocks(text: str) -> None:
    """Also where it stands some words before what it denies."""
    assert found(text, "direction") == ["block"]


def test_a_number_keeps_the_measure_that_it_is_of() -> None:
    """A standard deviation is no variance, a median no mean; the measure's other names pass."""
    assert found("Smaller units reach a variance of 6.8 between judges.", "number-misplaced")
    assert found("The solver handles facades with a mean latency of 41.5 ms.", "number-misplaced")
    for right in (
        "Smaller units reduce the standard deviation between judges to 6.8.",
        "The median latency of the solver is 41.5 ms.",
        "The solver takes 41.5 ms for facades.",
        "Smaller units bring 18.5 down to 6.8.",
    ):
        assert found(right, "number-misplaced") == []
