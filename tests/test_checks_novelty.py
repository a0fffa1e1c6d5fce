"""Novelty: what a statement says that the paper has no word for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from paperkit.checks import Sources, findings, with_evidence
from paperkit.checks.novelty import added, is_made_up, new_words
from paperkit.checks.scores import Source
from paperkit.digests import Answer, Digest, Origin, Statement
from tests.conftest import make_paper

NOW = datetime.now(UTC)
GARMENTS = Source.of(
    "We propose a try-on method that wears a garment on a person without parsing. It renders"
    " images of high quality and is studied on two bodies."
)
BUNDLES = Source.of("We prove the Verlinde formula by a sequence of flips of the moduli space.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It makes garments appealing to customers.", ["appealing", "customers"]),
        ("The garment is worn by a wealthy person.", ["wealthy"]),
        ("Fabrics are rendered.", ["fabrics"]),
        ("It renders garments with a reinforcement loop.", ["reinforcement", "loop"]),
    ],
)
def test_words_that_the_paper_has_none_of_are_named(text: str, words: list[str]) -> None:
    """Whatever else of the statement stands in it."""
    assert sorted(new_words(text, GARMENTS)) == sorted(words)


def test_one_word_more_may_be_another_way_to_say_it() -> None:
    """It warns; several, or very rare ones, block."""
    assert not is_made_up(["slow"])
    assert not is_made_up([])
    assert is_made_up(["appealing", "customers"])


@pytest.mark.parametrize(
    "text",
    [
        "The authors introduce a new approach to wearing garments.",
        "The studies render personal images, a promising application.",
        "It is named ParserNet and reaches 30 dB.",
        "Rendering quality improves.",
        "",
    ],
)
def test_frames_inflections_names_and_numbers_are_no_new_words(text: str) -> None:
    """What any account of a paper uses, and what other checks look at."""
    assert new_words(text, GARMENTS) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The formula is tested on pairs of bundles.", "a test"),
        ("It uses a large dataset of bundles.", "a test"),
        ("The formula is accurate.", "accuracy"),
        ("This is a faster and efficient way to the formula.", "speed or cost"),
        ("The proof is robust.", "robustness"),
        ("It applies to a wide range of bundles.", "a wide range"),
        ("The formula is superior to others.", "a gain over others"),
    ],
)
def test_what_models_add_to_any_paper_is_told(text: str, name: str) -> None:
    """A proof has no data set; where the paper speaks of it in other words there is no doubt."""
    assert (added(text, BUNDLES) or "")[0] == name
    spoken = "We compare, with errors, many tests in less time under noise."
    assert added(text, Source.of(spoken)) is None
    assert added("The formula is proved by flips.", BUNDLES) is None


@pytest.mark.parametrize(("origin", "expected"), [("model", True), ("person", False)])
def test_it_is_said_of_what_a_model_wrote(origin: Origin, expected: bool) -> None:
    """A person who adds what the paper does not say knows it."""
    paper = make_paper("2411.00001", title="Try-on", abstract=GARMENTS.text)
    statement = Statement("The method wears a garment on customers of a boutique.")
    answer = Answer(
        question="takeaways",
        statements=(statement,),
        model="m",
        at=NOW,
        origin=origin,
    )
    answer = with_evidence(answer, Sources.of(paper, None))
    digest = Digest(
        paper_id=paper.id, version=1, outline="digest", language="en", answers=(answer,)
    )
    found = [f for f in findings(digest, paper=paper) if f.code == "words-not-in-source"]
    assert bool(found) is expected
    if found:
        assert found[0].severity == "block"  # two rare words are more than another way to say it
        assert (
            "customers, boutique" in found[0].message or "boutique, customers" in found[0].message
        )
