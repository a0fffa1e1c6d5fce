"""The smallest models: a page for each question, few sentences, and only what a line carries."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from paperkit.batch import ask, summarize
from paperkit.batch.asking import LOOSE, NOT_ASKED, Ask
from paperkit.errors import PaperkitError
from paperkit.extractive.relevance import relevant
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline
from paperkit.passages import SourceLine
from paperkit.prompts import Reply, Request, read_reply, says_enough, single
from paperkit.readings import Paragraph, Reading
from tests.conftest import make_paper
from tests.test_batch import IDS, Scripted

ID = "2411.00009"
OWN = "We propose Glide, which renders crowds of heads at once."
ABSTRACT = f"Heads are slow to draw. {OWN}"
EARLIER = "Existing methods by others render one single head at a time and fail for crowds."
RESULT = "Glide outperforms the best earlier renderer and reaches 90 frames a second on one card."
OTHERS = "The renderer of Smith et al. (2020) reaches 200 frames a second, which is faster still."
FILLER = "The camera looks at the scene from a point that stands above the ground."


def told(text: str, section: str) -> Paragraph:
    return Paragraph(text, 2, (0, 0, 1, 1), section)


READING = Reading(
    title="Glide",
    page_count=4,
    reader="1",
    paragraphs=(
        told(EARLIER, "Related Work"),
        *(told(FILLER.replace("a point", f"point {n}"), "Setup") for n in range(60)),
        told(RESULT, "Results"),
        told(OTHERS, "Results"),
        told(
            "We showed that Glide renders whole crowds of heads at once on one card.", "Conclusion"
        ),
    ),
)


class Small(Scripted):
    """A model of 1.5 billion parameters on this machine, which says what it is told to."""

    local = True

    def __init__(
        self, text: str = "We propose Glide, which renders crowds of heads at once."
    ) -> None:
        super().__init__(name="some-model-1.5b")
        self.text = text

    def answer(self, request: Request) -> Reply:
        return replace(super().answer(request), text=self.text)


@pytest.fixture
def read(library: Library) -> Library:
    library.add([make_paper(ID, title="Glide", abstract=ABSTRACT)])
    library.files.save_reading(ID, READING, version=1)
    return library


def test_each_question_goes_out_with_the_sentences_it_needs(read: Library) -> None:
    """Behind a beginning that is the same for all, and never with the whole paper."""
    model = Small()
    report = summarize([ID], read, model)
    assert list(report["note"]) == [
        "each question went out with the abstract and a few sentences of the paper; " + NOT_ASKED
    ]
    asked = {r.questions[0].key: r for r in model.asked}
    body = {key: [s.text for s in r.sentences if s.page is not None] for key, r in asked.items()}
    assert body["summary"] == []
    assert body["prior_work"] == [EARLIER]
    assert RESULT in body["performance"]
    assert not {EARLIER, OTHERS} & set(body["performance"])
    assert not any(FILLER[:20] in text for texts in body.values() for text in texts)
    begin = asked["summary"].instructions() + "\n\n" + asked["summary"].source()
    assert all(r.prompt().startswith(begin) for r in asked.values())


def test_a_larger_model_is_given_the_whole_paper(read: Library) -> None:
    """It reads it, one question at a time or not."""
    model = Small()
    model.name = "some-model-8b"
    summarize([ID], read, model)
    assert {len(r.sentences) for r in model.asked} == {2 + 64}


def test_an_abstract_alone_goes_out_by_itself(library: Library) -> None:
    """Where nothing was read there is no body to choose from."""
    library.add([make_paper(ID, title="Glide", abstract=ABSTRACT)])
    model = Small()
    assert list(summarize([ID], library, model)["outcome"]) == ["answered"]
    assert all(r.source().count(OWN) == 1 for r in model.asked)


def test_what_no_sentence_answers_is_not_asked(read: Library) -> None:
    """The answer is empty, says why, and is known the next time."""
    outline = Outline("two", (DIGEST["summary"], DIGEST["significance"]))
    model = Small()
    report = summarize([ID], read, model, outline=outline)
    assert list(report["outcome"]) == ["answered"]
    assert [r.questions[0].key for r in model.asked] == ["summary"]
    digest = read.digest(ID, outline="two")
    assert digest is not None
    answer = next(a for a in digest.answers if a.question == "significance")
    assert (answer.texts, answer.note, answer.error) == ((), NOT_ASKED, "")
    assert list(summarize([ID], read, model, outline=outline)["outcome"]) == ["known"]


MADE_UP = "Glide was trained for weeks by volunteers in many distant laboratories."


def test_what_no_line_carries_is_left_out_and_said(read: Library) -> None:
    """The answer tells how much; the reply stays on record whole."""
    outline = Outline("one", (DIGEST["takeaways"],))
    summarize([ID], read, Small(f"{OWN}\n{MADE_UP}"), outline=outline)
    digest = read.digest(ID, outline="one")
    assert digest is not None
    assert digest["takeaways"].texts == (OWN,)
    assert digest["takeaways"].mended == (
        "left out, as no line carries them: 1 of the model's sentences"
    )


def test_nothing_but_made_up_is_a_failure(read: Library) -> None:
    """What must be answered is asked for once more, then open, with the reason."""
    outline = Outline("one", (DIGEST["summary"],))
    model = Small(MADE_UP)
    report = summarize([ID], read, model, outline=outline)
    assert list(report["outcome"]) == ["failed"]
    assert LOOSE in report.loc[ID, "error"]
    assert len(model.asked) == 2


def test_another_language_is_not_compared_word_by_word(read: Library) -> None:
    """A German sentence shares few words with an English line."""
    outline = Outline("one", (DIGEST["summary"],))
    said = "Glide zeichnet viele Köpfe auf einmal."
    summarize([ID], read, Small(said), outline=outline, language="de")
    digest = read.digest(ID, outline="one")
    assert digest is not None
    assert digest["summary"].texts == (said,)


def test_neither_half_of_a_paper_closes_its_fence(read: Library) -> None:
    """Abstract and body each stand between tags named after themselves."""
    model = Small()
    summarize([ID], read, model)
    sources = [r.source() for r in model.asked]
    for source in sources:
        for tag in re.findall(r"^<(paper-[0-9a-f]{12})>$", source, re.MULTILINE):
            assert source.count(f"</{tag}>") == 1
    assert max(len(re.findall(r"^</paper", s, re.MULTILINE)) for s in sources) == 2


def test_a_reply_is_read_no_further_than_was_asked(read: Library) -> None:
    """One sentence for a line, three for the rest."""
    model = Small()
    summarize([ID], read, model)
    line, others = model.asked[0], model.asked[1]
    assert [says_enough(line, "It is fast. " * n + "And small.") for n in (0, 1)] == [False, True]
    assert [says_enough(others, f"{'It is fast. ' * n}And small.") for n in (2, 3)] == [False, True]
    said = Reply(text="".join(f"It has {n} heads.\n" for n in range(9)), model="m")
    assert [len(read_reply(r, said)[0][0].texts) for r in (line, others)] == [1, 3]
    translation = single(line, DIGEST["abstract"])
    assert not says_enough(translation, "It is fast. " * 30 + "And small.")


def test_what_a_person_asks_for_by_name_is_asked(read: Library) -> None:
    """Even where no sentence is likely to answer it."""
    model = Small()
    digest = ask(read, ID, ["significance"], model)
    assert [r.questions[0].key for r in model.asked] == ["significance"]
    assert digest["significance"].texts == (OWN,)


@pytest.mark.parametrize(("way", "forms"), [("single", ["lines"] * 2), ("whole", ["json"])])
def test_asking_again_goes_the_way_it_is_told(library: Library, way: Ask, forms: list[str]) -> None:
    """All in one request or one after the other, whatever suits the model otherwise."""
    model = Scripted()
    ask(library, IDS[0], ["summary", "takeaways"], model, ask=way)
    assert [r.form for r in model.asked][: len(forms)] == forms
    with pytest.raises(PaperkitError, match="'auto', 'whole' or 'single'"):
        ask(library, IDS[0], ["summary"], model, ask="both")  # type: ignore[arg-type]


def test_a_paper_without_an_abstract_begins_with_its_beginning(library: Library) -> None:
    """Not with what another paper brought, which would pass for its own."""
    theirs = "The original paper proposes Glide, which renders crowds of heads at once."
    ours = "We reproduce the speed of a renderer of heads on two cards of our own."
    library.add([make_paper(ID, title="[Re] Glide", abstract="")])
    body = (told(theirs, "Introduction"), told(ours, "Introduction"), *READING.paragraphs[1:])
    library.files.save_reading(ID, replace(READING, paragraphs=body), version=1)
    model = Small(ours)
    summarize([ID], library, model, outline=Outline("one", (DIGEST["summary"],)))
    sent = [s.text for s in model.asked[0].sentences]
    assert ours in sent
    assert theirs not in sent


def test_a_chinese_papers_sentences_are_chosen_too() -> None:
    """Its words are not parted by spaces; a heading or a caption of it is still no sentence."""
    result = "实验结果表明，我们的方法在两个数据集上的准确率达到百分之九十，优于所有基线方法。"
    lines = [SourceLine(1, "我们提出一种绘制人群头像的方法。")]
    lines += [
        SourceLine(n, text, "实验结果", 3)
        for n, text in enumerate((result, "实验结果", "图一：结果"), start=2)
    ]
    assert [s.text for s in relevant(DIGEST["performance"], lines)] == [result]
