"""Kinds of statements that once passed, or were blocked, wrongly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from paperkit.checks import Sources, findings, ground, lint_answer
from paperkit.checks.numbers import numbers
from paperkit.checks.questions import names_data, other_question
from paperkit.checks.stated import states
from paperkit.digests import Answer, Digest, Evidence, Statement
from paperkit.outlines import DIGEST, Outline, Question
from paperkit.readings import Link, Reading
from tests.conftest import make_paper

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OUTLINE = Outline("short", (Question(key="what", ask="What?", headings={"en": "What"}),))
LIST = Question(
    key="steps", ask="?", kind="list", items=(1, 9), headings={"en": "Steps", "zh": "步骤"}
)


def codes(text: str, abstract: str) -> list[tuple[str, str]]:
    paper = make_paper("2401.00001", title="Glide: Translation", abstract=abstract, comment="")
    return [(f.code, f.severity) for f in ground(text, Sources(paper))]


def lint(text: str, question: Question | None = None, **options: object) -> list[str]:
    return [f.code for f in lint_answer(text, question, **options)]  # type: ignore[arg-type]


# Numbers


@pytest.mark.parametrize(
    "text", ["Glide reaches a BLEU score of 41.", "Glide reaches a good BLEU score (41)."]
)
def test_a_short_number_at_the_end_or_in_brackets_is_looked_at(text):
    """It is a number and no mark of an item; where the paper says 28, it blocks."""
    source = "Glide reaches a good BLEU score of 28."
    assert ("number-not-in-source", "block") in codes(text, source)
    assert codes(text.replace("41", "28"), source) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1. Train for 12 epochs. 2. Test.", [12]),
        ("We (1) encode, (2) decode and (3) refine 12 frames.", [12]),
        ("流程：1）编码；2）解码 12 帧。", [12]),
        ("Table 2 and Section 4.1 show 12 stages.", [12]),
    ],
)
def test_marks_of_items_and_labels_are_no_numbers(text, values):
    """What numbers an item, a table or a section counts nothing."""
    assert [n.value for n in numbers(text) if not n.name] == values


@pytest.mark.parametrize(
    ("claim", "source", "right"),
    [
        ("a rate of 10⁻³", "a rate of $10^{-3}$", True),
        ("a rate of 10⁻⁴", "a rate of $10^{-3}$", False),
        ("a rate of $10^{-4}$", "a rate of 10−4", True),
        ("a rate of $10^{-3}$", "a rate of 10−4", False),
        ("$2.3 × 10^{19}$ FLOPs", "2.3 · 1019 FLOPs", True),
        ("$2.3 × 10^{18}$ FLOPs", "2.3 · 1019 FLOPs", False),
    ],
)
def test_an_exponent_counts_however_it_is_written(claim, source, right):
    """Superscripts, TeX and the flat line of a PDF are one number; another exponent is another."""
    claimed = [n for n in numbers(claim) if not n.name]
    assert all(states(numbers(source), n) == 1 for n in claimed) is right


# Text


@pytest.mark.parametrize(
    "text", ["It tunes $ heta$.", "It scales by $rac{1}{2}$.", "By $eta$ we mean it.", "So abla f."]
)
def test_a_formula_that_lost_letters_blocks(text):
    """A TeX command whose backslash was read as an escape is no formula any more."""
    assert [(f.code, f.severity) for f in lint_answer(text)][:1] == [("garbled", "block")]


@pytest.mark.parametrize(
    "text", [r"It tunes $\theta$ and $\beta$.", r"So $x_{eq} = f(u)$.", r"$\text{the right one}$"]
)
def test_a_whole_formula_is_let_be(text):
    """Commands, words within formulas and short variables are none."""
    assert "garbled" not in lint(text)


@pytest.mark.parametrize("mark", [";", "；"])
def test_an_item_may_end_in_a_semicolon(mark):
    """An item of a list is no sentence; a text that ends so breaks off."""
    text = f"编码输入图像的特征{mark}"
    assert lint(text, LIST, language="zh") == []
    assert lint(text, language="zh") == ["cut-off"]


def test_names_in_latin_letters_make_no_chinese_sentence_english():
    """Names are no words of another language; English words are."""
    names = "Playground v2.5 优于 SDXL、PixArt-α、DALL·E 3 和 Midjourney 5.2。"
    assert lint(names, language="zh") == []
    assert lint("Playground 优于 all of the other open models。", language="zh") == ["language"]


def test_a_link_that_only_the_pdf_gives_as_its_own_is_the_papers():
    """A link cited in the PDF is not."""
    url = "https://github.com/ada/glide"
    paper = make_paper("2401.00001", abstract="We glide over scenes.", comment="")
    statement = Statement(f"The code is at {url}.")
    answer = Answer(question="what", statements=(statement,), at=NOW, origin="person")
    digest = Digest(paper_id=paper.id, version=1, outline="short", language="en", answers=(answer,))
    own = Reading("T", 1, "1", links=(Link(url, "code", 1, True, "first page"),))
    cited = replace(own, links=(Link(url, "code", 9, False, "cited"),))

    def found(reading: Reading) -> list[str]:
        return [f.code for f in findings(digest, reading, paper=paper, outline=OUTLINE)]

    assert "foreign-link" not in found(own)
    assert "foreign-link" in found(cited)


@pytest.mark.parametrize(
    "text",
    [
        "希望以上回答可以帮到您。",
        "请注意，以上仅为示例，具体数值请看论文。",
        "以上内容仅供演示。",
        "如需更多信息，请继续提问。",
        "期待你的反馈。",
        "代码在 https://github.com/ada/glide （代码链接）。",
        "Please note that the above is only an example.",
        "I hope the above answers your question.",
    ],
)
def test_more_wordings_of_a_model_to_whoever_asked(text):
    """They speak to a person who asked, not to a reader."""
    language = "en" if text.isascii() else "zh"
    assert "filler" in lint(text, language=language)


# Questions


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("prior_work", "We introduce a network that renders heads."),
        ("prior_work", "本文提出了一种新的渲染方法。"),
        ("methods", "In summary, the network renders heads well."),
        ("methods", "实验结果表明该方法很好。"),
        ("performance", "Smith et al. (2020) reach 41.2 BLEU."),
        ("innovation", "BERT [2019] was among the first to pretrain."),
        ("innovation", "It was among the first to use attention."),
    ],
)
def test_an_answer_to_another_question_warns(key, text):
    """The table of signs tells it; the severity leaves it to a person."""
    assert other_question(key, text) != ("", "")
    found = lint_answer(text, DIGEST[key], language="en" if text.isascii() else "zh")
    assert ("other-question", "warn") in [(f.code, f.severity) for f in found]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("prior_work", "Earlier networks render one head at a time."),
        ("methods", "First, we encode the image with a network."),
        ("performance", "We outperform Smith et al. (2020) by 3 points."),
        ("innovation", "We are among the first to render hair."),
        ("approach", "We introduce a network that renders heads."),
    ],
)
def test_an_answer_to_its_own_question_is_let_be(key, text):
    """Comparison with others is the paper's own result."""
    assert other_question(key, text) == ("", "")


def test_task_and_performance_name_data_or_a_number():
    """That it was tested on several tasks says neither."""
    assert not names_data("The method is tested on several tasks and works well.")
    assert names_data("It is tested on ImageNet.")
    assert names_data("测试用了三个数据集。")
    found = lint_answer("The method is tested on several tasks.", DIGEST["task"])
    assert [f.code for f in found] == ["other-question"]


# Meanings turned in Chinese


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("其性能低于现有基线 7%。", "Our method outperforms the baselines by 7%."),
        ("方法从 NeRF 推广到 2D 图像。", "We generalize from 2D images to NeRF."),
        ("用监督学习训练策略。", "We train the policy by reinforcement learning."),
    ],
)
def test_a_chinese_statement_that_turns_its_passage_round_warns(text, passage):
    """Who does better, from what to what, and which kind of learning."""
    paper = make_paper("2401.00001", abstract=passage, comment="")
    found = ground(Statement(text, (Evidence(passage),)), Sources(paper))
    assert "direction" in [f.code for f in found]


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("其误差低于现有基线。", "Our method outperforms the baselines."),
        ("方法从 2D 图像推广到 NeRF。", "We generalize from 2D images to NeRF."),
        ("用强化学习训练策略。", "We train the policy by reinforcement learning."),
        ("结合监督学习与强化学习。", "Supervised learning is followed by reinforcement learning."),
    ],
)
def test_a_chinese_statement_that_says_what_its_passage_says_is_let_be(text, passage):
    """The same words the right way round raise nothing."""
    paper = make_paper("2401.00001", abstract=passage, comment="")
    found = ground(Statement(text, (Evidence(passage),)), Sources(paper))
    assert "direction" not in [f.code for f in found]


# The paper


def test_a_reading_of_another_paper_blocks():
    """Unknown is no objection; a mismatch of title or stamp is."""
    paper = make_paper("2401.00001", abstract="We glide.")
    digest = Digest(paper_id=paper.id, version=1, outline="short", language="en")

    class Told(Reading):
        matches: bool | None = None

    def found(matches: bool | None) -> list[str]:
        reading = Told("TableFormer", 1, "1")
        object.__setattr__(reading, "matches", matches)
        return [f.code for f in findings(digest, reading, paper=paper, outline=OUTLINE)]

    assert "other-paper" in found(False)
    assert "other-paper" not in found(None) + found(True)


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("Glide 弱于强基线。", "It outperforms strong baselines and does not require labels."),
        (
            "该方法离不开人工标注。",
            "It outperforms strong baselines and does not require annotations.",
        ),
        ("训练缓慢。", "Training is fast: it takes 3 hours."),
        ("内存从 10^3 增加到 10^6。", "It reduces memory from 10^6 to 10^3."),
        ("Glide 增加了内存占用。", "It reduces memory from 10^6 to 10^3."),
        ("模型由真实图像推广至合成图像。", "The model generalizes from synthetic to real images."),
        ("模型不支持三种模态。", "Glide makes it possible to use three modalities."),
        ("该机制降低了准确性。", "The mechanism increases accuracy at minimal cost."),
    ],
)
def test_turned_meanings_across_languages(claim, passage):
    """The opposite of the passage is flagged; the passage's own sense is not."""
    paper = make_paper(title="Glide", abstract=passage, comment="")
    found = ground(Statement(claim, (Evidence(passage),)), Sources(paper))
    assert "direction" in {f.code for f in found}


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("强基线不如 Glide。", "It outperforms strong baselines and does not require labels."),
        ("该方法不依赖标注数据。", "It outperforms baselines and does not require annotations."),
        ("训练很快。", "Training is fast: it takes 3 hours."),
        ("内存从 10^6 减少到 10^3。", "It reduces memory from 10^6 to 10^3."),
        ("模型从合成图像推广到真实图像。", "The model generalizes from synthetic to real images."),
        ("现有方法无法做到实时。", "Existing methods fail to run in real time."),
    ],
)
def test_faithful_words_across_languages(claim, passage):
    """The same in other words is not flagged."""
    paper = make_paper(title="Glide", abstract=passage, comment="")
    found = ground(Statement(claim, (Evidence(passage),)), Sources(paper))
    assert "direction" not in {f.code for f in found}


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("prior_work", "为此，我们提出了一种新网络。"),
        ("prior_work", "Glide, our network, estimates depth."),
        ("methods", "These results show that the method works."),
        ("methods", "结果显示该方法有效。"),
        ("performance", "[12] achieves 77.3 on COCO."),
        ("performance", "According to Smith et al., the accuracy is 80%."),
        ("performance", "张等人（2020）在 KITTI 上达到 80%。"),
        ("innovation", "BERT was the first model to do so."),
    ],
)
def test_more_signs_of_another_question(question, text):
    """Own steps, outcomes and others' results, in either language."""
    assert other_question(question, text)[1]
