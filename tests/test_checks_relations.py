"""Whose work a statement tells, and the lack, need or cause by which it joins things."""

from __future__ import annotations

import pytest

from paperkit.checks import Sources, ground
from paperkit.digests import Origin
from paperkit.papers import clean_paper
from paperkit.readings import Paragraph, Reading

BOX = (72.0, 100.0, 500.0, 130.0)
ABSTRACT = (
    "Bundle adjustment of street scenes takes hours on large maps. However, pruning by opacity"
    " ignores what each camera sees. We introduce Glide, a pruning of splats by rendered area."
    " Glide keeps a low memory use and a sustained frame rate on long tracks. Maps of twelve"
    " cities were rendered on a phone at sixty frames."
)
AREA = "a pruning of splats by rendered area"
PAPER = clean_paper(
    {
        "id": "2411.00001v1",
        "title": "Glide: Splats for Streets",
        "authors": ["Ada Lovelace"],
        "abstract": ABSTRACT,
        "published": "2024-11-01",
        "categories": ["cs.CV"],
    }
)
NEW = ("own-work", "others-work", "relation-not-in-source", "spread")


def found(text: str, question: str = "", origin: Origin = "model", sources: Sources | None = None):
    every = ground(text, sources or Sources(PAPER), question=question, origin=origin)
    return [(f.code, f.severity) for f in every if f.code in NEW]


@pytest.mark.parametrize(
    "text",
    [
        f"The paper starts from {AREA}.",
        f"It begins with {AREA}.",
        f"The authors set out from {AREA}.",
    ],
)
def test_a_paper_does_not_start_from_what_it_brings(text: str):
    """What it proposes is not the situation before it, in the frame of the question or without."""
    assert ("own-work", "warn") in found(text)
    assert ("own-work", "warn") in found(AREA.capitalize() + ".", "background")
    assert found(AREA.capitalize() + ".", "approach") == []


def test_what_the_method_keeps_was_not_there_before():
    """A sentence about the method by its name tells what the paper does."""
    text = "These keep a low memory use and a sustained frame rate on long tracks."
    assert ("own-work", "warn") in found(text, "prior_work")
    assert found(text, "performance") == []


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The paper starts from street scenes whose bundle adjustment takes hours.", "background"),
        ("Pruning by opacity ignores what each camera sees.", "prior_work"),
        ("The paper finds pruning by opacity lacking in what each camera sees.", "prior_work"),
        ("The paper introduces Glide, a pruning of splats by rendered area.", "approach"),
    ],
)
def test_what_stands_as_it_is_told_is_not_doubted(text: str, question: str):
    """The start, the lack and the step are told by passages of their kind."""
    assert found(text, question) == []


@pytest.mark.parametrize(
    ("text", "asked", "kind"),
    [
        ("They fail to keep a low memory use and a sustained frame rate.", "prior_work", "lack"),
        ("It finds lacking a sustained frame rate on long tracks.", "prior_work", "lack"),
        ("Twelve cities on a phone compare favorably with others.", "performance", "comparison"),
        ("Maps of twelve cities on a phone differ from earlier ones.", "innovation", "comparison"),
        ("Maps of twelve cities are crucial for rendering on a phone.", "", "need"),
        ("Rendering maps of twelve cities on a phone requires sixty frames.", "", "requirement"),
        ("Twelve cities were rendered on a phone because of sixty frames.", "", "cause"),
    ],
)
def test_a_relation_that_no_passage_tells(text: str, asked: str, kind: str):
    """The words are the passage's; the lack, the need or the cause that joins them is not."""
    told = [f for f in ground(text, Sources(PAPER)) if f.code == "relation-not-in-source"]
    assert [kind in f.message for f in told] == [True]
    block = "block" if asked else "warn"
    assert ("relation-not-in-source", block) in found(text, asked)
    assert ("relation-not-in-source", "warn") in found(text, asked, "person")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Pruning of splats by rendered area was not possible before.", "novelty"),
        ("Maps of twelve cities were rendered on a phone for the first time.", "novelty"),
        ("Glide is only able to keep a low memory use on long tracks.", "restriction"),
        ("The memory use on long tracks is similar to that of other methods.", "comparison"),
    ],
)
def test_a_first_or_an_only_that_no_passage_tells(text: str, kind: str):
    """Of what the abstract says without it; where it does say so there is no doubt."""
    (doubt,) = [f for f in ground(text, Sources(PAPER)) if f.code == "relation-not-in-source"]
    assert kind in doubt.message


def test_a_line_that_goes_on_about_its_passage_bears_a_lack_out():
    """A line with "However, it …" speaks of what the line before is about."""
    before = "Long tracks are stored as one tree of splats per street."
    paper = Sources(None, _reading(A=[before, "However, this does not fit on a phone."]))
    text = "Trees of splats per street for long tracks have limitations."
    assert found(text, "prior_work", sources=paper) == []
    apart = Sources(None, _reading(A=[before, "Phones do not matter to us in this text."]))
    assert found(text, "prior_work", sources=apart) == [("relation-not-in-source", "block")]


def _reading(**sections: list[str]) -> Reading:
    paragraphs = (Paragraph(" ".join(said), 2, BOX, name) for name, said in sections.items())
    return Reading("T", 1, "1", paragraphs=tuple(paragraphs))


def test_whom_a_passage_is_about_a_line_before_it_may_say():
    """Until the paper speaks of its own step, what follows others' proposal is theirs."""
    others = "The original paper proposes learned rules for iterative solvers of equations."
    test = "A solver was trained on square grids with constant boundary values."
    claim = "The authors trained a solver on square grids with constant boundary values."
    told = Sources(None, _reading(A=[others, test]))
    assert found(claim, "takeaways", sources=told) == [("others-work", "block")]
    assert found(claim, "takeaways", "person", told) == [("others-work", "warn")]
    for own in ("In this paper we present a copy of it.", "We develop our own copy."):
        said = Sources(None, _reading(A=[others, own, test]))
        assert found(claim, "takeaways", sources=said) == []
    elsewhere = Sources(None, _reading(A=[others], B=[test]))
    assert found(claim, "takeaways", sources=elsewhere) == []


def test_limits_of_others_are_not_admitted_by_the_paper():
    """What an introduction says of earlier work before the paper's own step is not its own."""
    limit = "Some corpora cover a small number of fields and hold no full text."
    paper = Sources(None, _reading(A=[limit, "We introduce a corpus of every field."]))
    text = "The paper admits limits, such as a small number of fields and no full text."
    assert ("others-work", "block") in found(text, "performance", sources=paper)
    own = Sources(None, _reading(A=["We introduce a corpus of every field.", limit]))
    assert found(text, "performance", sources=own) == []


PARSER = "A parser reaches good scores on inline citations."
FAR = [PARSER, *[f"Filler {n} says." for n in range(9)]]


@pytest.mark.parametrize("joint", [", and it reaches", ", which reaches", "; it reaches"])
def test_two_parts_from_far_apart_are_told(joint: str):
    """Each part stands in the paper; that they are about the same does not."""
    text = f"The encoder Bert was pretrained on abstracts{joint} good scores on inline citations."
    test = "The encoder Bert was pretrained on abstracts of the corpus."
    far = Sources(None, _reading(A=[*FAR, test]))
    assert found(text, sources=far) == [("spread", "warn")]
    assert found(text, sources=Sources(None, _reading(A=[PARSER, test]))) == []
