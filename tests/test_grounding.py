"""Grounding: numbers, names, directions, quotes and the findings made of them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from paperkit.checks import Sources, find_quote, ground, support
from paperkit.checks.names import known_names, knows, names
from paperkit.checks.numbers import numbers
from paperkit.checks.stated import states
from paperkit.digests import Evidence, Statement
from paperkit.papers import Paper
from paperkit.readings import Paragraph, Reading
from tests.conftest import make_paper

ABSTRACT = (
    "We present Glide, a convolutional neural network for depth estimation. It does not need"
    " camera poses. On ImageNet it reduces the error by 63.4% and runs 10.7 times faster than"
    " ResNet-50. We collect 12,000 labeled images."
)
PAPER = Paper(
    id="2401.00001",
    title="Glide: Depth Estimation without Poses",
    authors=("Ada Lovelace", "Alan Turing"),
    abstract=ABSTRACT,
    published=datetime(2024, 1, 1, tzinfo=UTC),
    updated=datetime(2024, 1, 1, tzinfo=UTC),
)
PAGES = Reading(
    title="Glide",
    page_count=2,
    reader="test",
    paragraphs=(
        Paragraph("Training takes 7 hours on one card.", 1, (0, 0, 1, 1)),
        Paragraph(
            "Our loss is not differ-\nentiable everywhere, as shown in [3].", 2, (0, 0, 1, 1)
        ),
    ),
)


def codes(statement, sources=None):
    found = ground(statement, sources or Sources(PAPER))
    return [(f.code, f.severity, f.words) for f in found]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("误差降低63.4%", "reduces the error by 63.4 percent"),
        ("提高10.7倍", "10.7 times faster"),
        ("提高10.7倍", "a 10.7x speed-up"),
        ("达到９５．２％", "95.2%"),
        ("1.2万张图像", "12,000 images"),
        ("1.5亿参数", "150M parameters"),
        ("百分之三十", "30%"),
        ("三维人体", "3D humans"),
        ("速度翻倍", "doubles the speed"),
        ("doubles the speed", "runs 2x faster"),
        ("halves the cost", "a 50% lower cost"),
        ("3 to 5 layers", "3-5 layers"),
        ("two million users", "2,000,000 users"),
        ("an accuracy of 0.63", "63% accuracy"),
        ("about 63%", "63.4%"),
        ("a gain of 63 %", r"a gain of $63\%$"),
        ("two orders of magnitude", "100 times"),
    ],
)
def test_the_same_number_is_known_in_another_form(claim, source):
    """Percent, times, fold, Chinese units, full width, ranges and words are one number."""
    assert all(states(numbers(source), n) > 0 for n in numbers(claim)) and numbers(claim)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("提高10.8倍", "10.7 times faster"),
        ("63%", "36%"),
        ("63.4%", "63%"),
        ("1.2万张", "1,200 images"),
        ("50 times", "50%"),
        ("three layers", "two layers"),
    ],
)
def test_another_number_is_not_taken_for_the_same(claim, source):
    """A changed digit, unit or precision that the source lacks is seen."""
    assert [states(numbers(source), n) for n in numbers(claim)] == [0.0]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("用时 90 秒", "takes 1.5 minutes"),
        ("延迟为 0.1 s", "a latency of 100 ms"),
        ("达到 49 帧每秒", "at 49 FPS"),
        ("in 2 seconds", "a runtime of 2"),
        ("耗时两分钟", "in 2 minutes"),
        ("只需 1 小时", "within an hour"),
        ("只需 60 分钟", "in one hour"),
        ("a gain of 5.5 points", "a gain of 5.5 dB"),
        ("2 ms", "2 to 5 ms"),
        ("100 多万张图像", "1M images"),
        ("100余万个样本", "one million samples"),
        ("一百多万个样本", "one million samples"),
        ("提升 3.5 倍", "a speed-up of 3.5"),
        ("63.4%", "63.4 accuracy"),
    ],
)
def test_a_number_is_known_in_another_unit(claim, source):
    """Units are converted; a number whose unit is not known may still bear one out."""
    assert all(states(numbers(source), n) > 0 for n in numbers(claim)) and numbers(claim)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("in 2 minutes", "in 2 seconds"),
        ("2 分钟", "2 seconds"),
        ("耗时两小时", "2 minutes"),
        ("2 minutes", "2 to 5 seconds"),
        ("5 dB", "5 ms"),
        ("提速 100 倍", "in 100 seconds"),
        ("提升3倍", "3D scenes"),
        ("降低 12%", "12 cameras"),
        ("12 seconds", "12 times"),
        ("7 seconds", "7%"),
    ],
)
def test_a_number_of_another_unit_bears_nothing_out(claim, source):
    """Seconds are no minutes, a count is no multiple and a name no number."""
    assert [states(numbers(source), n) for n in numbers(claim)] == [0.0]


@pytest.mark.parametrize(
    ("claim", "severity"),
    [
        ("Glide runs nearly 11 times faster.", "warn"),
        ("Glide runs 11.9 times faster.", "block"),
        ("速度约为11.9倍。", "warn"),
        ("误差减少65%左右。", "warn"),
        ("误差减少65%。", "block"),
    ],
)
def test_a_number_that_is_only_about_so_much_never_blocks(claim, severity):
    """Who says "about" has rounded or worked it out; a person looks."""
    found = [s for code, s, _ in codes(claim) if code == "number-not-in-source"]
    assert found in ([severity], [] if severity == "warn" else None)


def test_about_loosens_a_number_by_a_few_percent():
    """About 50 is borne out by 49 well enough for the score, about 80 is not."""
    scores = [
        support(f"It runs at {n} frames.", "It runs at 49 frames.")["numbers"]
        for n in ("about 50", "50", "about 80")
    ]
    assert [s >= 0.5 for s in scores] == [True, False, False]


@pytest.mark.parametrize("unit", ["dB", "ms", "GB", "Hz", "FPS", "kHz", "fps"])
def test_a_unit_is_no_name(unit):
    """What a number is measured in need not stand in the paper by name."""
    assert [n.text for n in names(f"误差为 5 {unit} 左右")] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Glide uses THREE HUNDRED images.", ["THREE HUNDRED"]),
        ("误差降低６８．４％。", ["６８．４％"]),
        (r"It gains $68.4\%$ here.", [r"68.4\%"]),
        ("It takes 2 minutes.", ["2"]),
        ("It takes 63.4 minutes.", ["63.4 minutes"]),
        ("It uses ＣＩＦＡＲ images.", ["ＣＩＦＡＲ"]),
        ("速度提升三个数量级。", ["三个数量级"]),
    ],
)
def test_a_findings_words_stand_in_the_statement_as_typed(text, words):
    """An editor marks them: no case, width or TeX is changed, and nothing is said twice."""
    assert [w for code, _, w in codes(text) if code != "direction"] == words


def test_numbers_in_names_belong_to_the_name():
    """ResNet-50 and GPT4 state no number; enumeration marks and references do not either."""
    assert numbers("(1) ResNet-50 and GPT4 as in [12] beat $x_{2}$") == ()


def test_names_and_vague_counts_in_chinese_state_no_number():
    """6G is a name and 百万 is "millions", but 24GB and 30fps count something."""
    assert numbers("6G车载网络处理数百万个高斯体") == ()
    assert [n.value for n in numbers("24GB显存达到30fps")] == [24.0, 30.0]


def test_names_are_those_that_spelling_marks():
    """Acronyms and mixed case are names anywhere, capitals only inside a sentence."""
    assert [n.text for n in names("Here the Wasserstein loss beats iMAML on CIFAR-10.")] == [
        "Wasserstein",
        "iMAML",
        "CIFAR-10",
    ]


def test_names_are_found_in_chinese_text():
    """Chinese characters glued to a name do not hide it."""
    assert [n.text for n in names("我们在ImageNet上训练Glide模型")] == ["ImageNet", "Glide"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CNNs", True),
        ("Resnet50", True),
        ("glide-based", True),
        ("BERT", False),
        ("ResNet-18", False),
    ],
)
def test_a_source_knows_names_by_spelling_plural_and_initials(name, expected):
    """Case, hyphens, plural and initials are seen through; another name is not."""
    assert (knows(known_names(ABSTRACT), name) >= 0.5) is expected


@pytest.mark.parametrize(
    ("claim", "gate"),
    [
        ("Glide reduces the error by 68.4% on ImageNet.", "numbers"),
        ("Glide reduces the error by 63.4% on COCO.", "entities"),
        ("Glide increases the error by 63.4% on ImageNet.", "polarity"),
        ("Glide runs slower than ResNet-50.", "polarity"),
        ("Protein folding obeys thermodynamic constraints in yeast.", "topic"),
    ],
)
def test_each_gate_sees_its_own_edit(claim, gate):
    """A changed number, name or direction, and another topic, each fail the gate made for it."""
    scores = support(claim, ABSTRACT)
    assert [g for g in scores if scores[g] < 0.5] == [gate, "worst"]


def test_a_faithful_claim_passes_every_gate():
    """What the source says in other words stays above one half everywhere."""
    scores = support("Glide, a CNN for depth, lowers the error on ImageNet by 63.4%.", ABSTRACT)
    assert {g: s >= 0.5 for g, s in scores.items()} == dict.fromkeys(scores, True)


def test_scores_lie_between_zero_and_one():
    """Every score is a share, also for empty texts."""
    assert all(0 <= s <= 1 for s in (*support("", "").values(), *support("a 5%", "").values()))


def test_a_quote_is_verbatim_in_spite_of_case_spaces_and_line_breaks():
    """Case, white space, hyphenation at a line's end and typographic quotes do not count."""
    found = find_quote("our  loss is NOT differentiable everywhere", PAGES.paragraphs[1].text)
    assert (found.kind, found.text) == ("verbatim", "Our loss is not differ-\nentiable everywhere")


def test_a_quote_with_another_word_is_near_and_says_what_stands_there():
    """A likeness between 85 and 98 is near; the text's own words come back."""
    quote = "We present Glide, a convolutional neural net for the depth estimation"
    found = find_quote(quote, ABSTRACT)
    assert (found.kind, found.changed) == ("near", ())
    assert "neural network for depth estimation" in found.text


@pytest.mark.parametrize(
    ("quote", "changed"),
    [
        (
            "it reduces the error by 68.4% and runs 10.7 times faster than ResNet-50",
            {"68.4", "63.4"},
        ),
        ("it reduces the error by 63.4% and runs 10.7 times faster than ResNet-18", {"18"}),
        ("It does need camera poses. On ImageNet it reduces the error", {"not"}),
        ("Training on one card takes 7 days and no more", {"7-days", "7-hours"}),
    ],
)
def test_a_changed_digit_or_negation_is_never_verbatim(quote, changed):
    """One digit or one "not" leaves the likeness near 100, so they are compared exactly."""
    found = find_quote(quote, f"{ABSTRACT} Training on one card takes 7 hours and no more.")
    assert (found.kind, set(found.changed)) == ("near", changed)


def test_a_shortened_quote_is_found_part_by_part():
    """An ellipsis splits the quote; both parts must stand in the text."""
    whole = find_quote("We present Glide, a convolutional … labeled images.", ABSTRACT)
    half = find_quote("We present Glide, a convolutional … labeled videos.", ABSTRACT)
    assert (whole.kind, half.kind) == ("verbatim", "missing")


def test_a_number_cut_out_of_a_longer_one_is_not_a_quote():
    """The text says 63.4%, not 3.4%."""
    assert find_quote("3.4% and runs", ABSTRACT).kind == "missing"


def test_a_near_quote_is_found_in_a_long_text():
    """In a full text only the likely places are compared; the quote is found all the same."""
    filler = " ".join(f"Sentence number {i} talks about weather and trees." for i in range(400))
    quote = "We present Glide, a convolutional neural net for the depth estimation"
    found = find_quote(quote, f"{filler} {ABSTRACT} {filler}")
    assert found.kind == "near"


def test_a_statement_with_its_evidence_has_no_finding():
    """A sentence of the abstract that quotes itself raises nothing."""
    text = "We collect 12,000 labeled images."
    assert codes(Statement(text, (Evidence(text),))) == []


def test_a_number_the_paper_lacks_blocks():
    """The number is named in the finding."""
    assert codes("Glide reduces the error by 68.4%.") == [
        ("number-not-in-source", "block", "68.4%")
    ]


def test_a_number_outside_the_evidence_warns():
    """The paper states it elsewhere; the passage given does not."""
    statement = Statement(
        "Glide collects 12,000 labeled images.",
        (Evidence("We present Glide, a convolutional neural network for depth estimation."),),
    )
    assert ("number-not-in-evidence", "warn", "12,000") in codes(statement)


def test_evidence_that_is_not_in_the_paper_blocks():
    """An invented quote is a blocking finding."""
    quote = "Our approach wins every single benchmark by a wide margin"
    found = codes(Statement("Glide is a network for depth estimation.", (Evidence(quote),)))
    assert ("evidence-missing", "block", quote) in found


def test_evidence_from_a_text_not_at_hand_warns():
    """A passage with a page can't be looked up without the reading."""
    quote = "Training takes 7 hours on one card."
    statement = Statement("Training Glide takes 7 hours.", (Evidence(quote, "Setup", 1),))
    assert codes(statement) == [("evidence-unread", "warn", quote)]
    assert codes(statement, Sources(PAPER, PAGES)) == []


def test_an_unknown_name_warns():
    """A name the paper never writes is shown."""
    assert codes("Glide does depth estimation on KITTI.") == [
        ("name-not-in-source", "warn", "KITTI")
    ]


def test_without_sources_there_is_nothing_to_compare_with():
    """Neither paper nor reading: no finding, not a false one."""
    assert ground("Glide gains 99%.", Sources()) == ()


@pytest.mark.parametrize(
    ("claim", "source", "stated"),
    [
        ("trains in two stages", "It has two stages and three losses.", True),
        ("trains in three stages", "It has two stages and three losses.", False),
        ("uses 4 datasets", "It is run on Cora, Citeseer and Pubmed.", True),
        ("uses 4 datasets", "It is run on two graphs: Cora and Pubmed.", False),
        ("reaches a score of 4.2.", "It reaches a score of 4.2.", True),
        ("uses 40 datasets", "It is run on Cora, Citeseer and Pubmed.", False),
    ],
)
def test_a_number_is_judged_by_what_it_counts(claim, source, stated):
    """The same digit on other things bears nothing out; small counts may sum up what is named."""
    assert (support(claim, source)["numbers"] >= 0.5) is stated


def test_a_small_count_in_digits_that_the_paper_lacks_only_warns():
    """A person may have counted; the finding asks to look and does not block."""
    paper = replace(PAPER, abstract="Glide does depth estimation on Cora, Citeseer and Pubmed.")
    assert codes("Glide does depth estimation on 3 datasets.", Sources(paper)) == [
        ("number-not-in-source", "warn", "3")
    ]


@pytest.mark.parametrize(
    ("name", "source", "known"),
    [
        ("SIM", "We simulate traffic.", False),
        ("GAN", "We train a CycleGAN.", True),
        ("TransE", "We transform texts.", False),
        ("LEARNING", "We study deep learning.", False),
        ("I2I", "A model for image-to-image translation.", True),
        ("LSH", "Labels stay. However, nothing is hashed.", False),
    ],
)
def test_an_acronym_is_not_borne_out_by_chance(name, source, known):
    """Heads of ordinary words and initials across sentences do not make a name known."""
    assert (knows(known_names(source), name) >= 0.5) is known


@pytest.mark.parametrize(
    ("claim", "turned"),
    [
        ("Glide在ImageNet上将误差降低63.4%。", False),
        ("Glide在ImageNet上使误差增加63.4%。", True),
        ("Glide的速度提高10.7倍。", False),
        ("Glide的速度降低10.7倍。", True),
    ],
)
def test_a_chinese_claim_is_turned_round_by_an_amount_the_paper_states(claim, turned):
    """An amount that goes down in the source may not go up in Chinese, and the reverse."""
    assert ("direction" in [code for code, *_ in codes(claim)]) is turned
    assert (support(claim, ABSTRACT)["polarity"] < 0.5) is turned


def test_evidence_that_is_not_word_for_word_warns_with_the_papers_words():
    """The message shows what the paper says."""
    quote = "We present Glide, a convolutional neural net for the depth estimation"
    found = ground(Statement("Glide is a network for depth.", (Evidence(quote),)), Sources(PAPER))
    near = [f for f in found if f.code == "evidence-near"]
    assert [(f.severity, f.words) for f in near] == [("warn", quote)]
    assert "neural network for depth estimation" in near[0].message


@pytest.mark.parametrize(
    "quote",
    [
        "it reduces the error by 68.4% and runs 10.7 times faster than ResNet-50",
        "It does need camera poses. On ImageNet it reduces the error",
    ],
)
def test_evidence_with_another_number_or_without_its_not_blocks(quote):
    """The passage is the paper's but for what matters."""
    found = codes(Statement("Glide is a network for depth.", (Evidence(quote),)))
    assert ("evidence-altered", "block", quote) in found


def test_a_statement_on_something_else_is_off_topic():
    """A sentence of five words or more that shares nothing with the paper warns."""
    text = "Protein folding obeys thermodynamic constraints in yeast."
    assert codes(text) == [("off-topic", "warn", text)]
    assert codes("Quality does not suffer.") == []


def test_beside_a_passage_of_the_paper_only_what_is_clearly_off_is_off_topic():
    """A paraphrase may share few words with the passage it rests on."""
    evidence = (Evidence("We collect 12,000 labeled images."),)
    loose = "Labeled pictures of many scenes were gathered by annotators beforehand."
    assert "off-topic" in [c for c, *_ in codes(loose)]
    assert "off-topic" not in [c for c, *_ in codes(Statement(loose, evidence))]
    protein = "Protein folding obeys thermodynamic constraints in yeast."
    assert "off-topic" in [c for c, *_ in codes(Statement(protein, evidence))]


def test_an_english_statement_that_turns_the_paper_round_warns():
    """Better for worse is seen whether or not a passage is given."""
    text = "Glide runs slower than ResNet-50."
    evidence = Evidence("runs 10.7 times faster than ResNet-50")
    assert codes(text) == [("direction", "warn", text)]
    assert ("direction", "warn", text) in codes(Statement(text, (evidence,)))


def test_a_direction_that_its_evidence_bears_out_does_not_warn():
    """The abstract says how it is by day, the passage how it is at night."""
    paragraph = "At night the network runs slower than ResNet-50 on every card."
    pages = replace(PAGES, paragraphs=(Paragraph(paragraph, 1, (0, 0, 1, 1)),))
    text = "Glide runs slower than ResNet-50 at night."
    sources = Sources(PAPER, pages)
    assert "direction" in [c for c, *_ in codes(text)]
    assert codes(Statement(text, (Evidence(paragraph, "Night", 1),)), sources) == []


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The map is not sharp.", "The map is sharp at night and by day."),
        ("The proposed network does not improve the maps.", "Our network improves the maps."),
    ],
)
def test_a_negation_the_source_does_not_have_costs_score(claim, source):
    """What the source does not deny may not be denied."""
    assert support(claim, source)["polarity"] < 0.5


def test_a_negation_dropped_costs_score():
    """What the source denies scores less than what it says; alone it does not decide."""
    denied = support("It needs poses of cameras.", "It does not need poses of cameras.")
    said = support("It needs poses of cameras.", "It does need poses of cameras.")
    assert denied["polarity"] < 0.7 < said["polarity"]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("It cuts memory without hurting accuracy.", "It reduces memory and keeps the accuracy."),
        ("It is faster, with no loss of quality.", "It is faster at the same quality."),
        ("It does not degrade the maps.", "It is faster, and the maps remain as they are."),
        ("None of the variants is better.", "No variant clearly outperforms the baseline."),
        ("All variants fail to beat the baseline.", "No variant outperforms the baseline."),
        ("It needs no training on faces.", "A method free of training on faces."),
    ],
)
def test_a_denied_harm_and_a_denied_success_turn_nothing_round(claim, source):
    """Two negations make an affirmation; what the source denies too may be denied."""
    assert support(claim, source)["polarity"] >= 0.5


def test_a_capitalized_word_the_paper_lacks_warns():
    """A name need not be an acronym to be foreign; eponyms of method families are let pass."""
    assert codes("Glide does depth estimation with Sinkhorn maps.") == [
        ("name-not-in-source", "warn", "Sinkhorn")
    ]
    assert codes("Glide does depth estimation with Gaussian maps.") == []


def test_a_change_at_the_edge_of_a_quote_is_seen():
    """The aligned window may end too early, so the words around it are compared too."""
    text = "It was trained for as many as 63 days and one night. It is not the first of its kind."
    found = find_quote("for as many as 63 days and one night. It is the", text)
    assert (found.kind, set(found.changed)) == ("near", {"not"})


def test_what_the_passage_denies_may_not_be_said_beside_it():
    """With its evidence at hand a dropped "not" decides, though it does not alone."""
    text = "Glide needs camera poses for depth estimation."
    evidence = Evidence("It does not need camera poses.")
    assert codes(text) == []
    assert ("direction", "warn", text) in codes(Statement(text, (evidence,)))


SAYS = {
    "spared": "It builds maps without the need for camera calibration or test-time optimization.",
    "free": "The approach is training-free and does not require annotations.",
    "needed": "The method requires calibrated cameras and dense annotations.",
    "others": "Existing methods require per-scene optimization, while ours generalizes.",
    "none": "None of our extensions conclusively outperform the published baselines.",
    "wins": "Our approach outperforms baseline methods in rendering quality.",
    "fast": "It is significantly faster than baseline models.",
    "noisy": "The third method shows higher noise and lower point density.",
}


@pytest.mark.parametrize(
    ("passage", "claim", "words"),
    [
        ("spared", "该方法需要相机标定。", "需要相机标定"),
        ("free", "它需要重新训练检测器。", "需要重新训练检测器"),
        ("free", "它不需要位姿，但依赖标注。", "依赖标注"),
        ("needed", "该方法无需相机标定。", "无需相机标定"),
        ("none", "所有扩展都明确超越了基线。", "超越"),
        ("wins", "该方法的渲染质量劣于基线。", "劣于"),
        ("wins", "该方法未能超越基线。", "超越"),
        ("fast", "其速度明显慢于基线模型。", "慢于"),
        ("noisy", "第三种方法的噪声更小。", "噪声更小"),
        ("noisy", "第三种方法的点密度更高。", "密度更高"),
    ],
)
def test_a_chinese_claim_that_contradicts_its_passage_warns(passage, claim, words):
    """Needs, winners and quantities are compared with the passage given as evidence."""
    sources = Sources(replace(PAPER, abstract=f"{ABSTRACT} {SAYS[passage]}"))
    found = codes(Statement(claim, (Evidence(SAYS[passage]),)), sources)
    assert ("direction", "warn", words) in found


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("spared", "它无需相机标定即可重建头像。"),
        ("spared", "仅需几张照片就能重建头像，不需要测试时优化。"),
        ("spared", "以往的方法需要相机标定。"),
        ("free", "无需训练，也不需要标注。"),
        ("needed", "该方法需要标定过的相机和密集标注。"),
        ("others", "现有方法需要逐场景优化，而该方法可以泛化。"),
        ("others", "该方法不需要逐场景优化。"),
        ("none", "没有任何扩展能明显超越已发表的基线。"),
        ("none", "所提扩展均未能明确超越基线。"),
        ("wins", "该方法在渲染质量上优于基线。"),
        ("wins", "基线的渲染质量不如该方法。"),
        ("wins", "该无监督方法优于基线。"),
        ("fast", "它比基线模型快得多。"),
        ("fast", "基线模型慢于该方法。"),
        ("noisy", "第三种方法噪声更大、点密度更低。"),
        ("noisy", "其他方法的噪声更小。"),
    ],
)
def test_a_faithful_chinese_claim_does_not_contradict_its_passage(passage, claim):
    """A natural translation, also of what others do, has no finding on its direction."""
    sources = Sources(replace(PAPER, abstract=f"{ABSTRACT} {SAYS[passage]}"))
    found = codes(Statement(claim, (Evidence(SAYS[passage]),)), sources)
    assert "direction" not in [code for code, *_ in found]


@pytest.mark.parametrize(
    ("claim", "off"),
    [
        ("该催化剂提高了钙钛矿太阳能电池的寿命。", True),
        ("它用强化学习对齐大语言模型。", True),
        ("该网络从图像估计深度图，不需要相机位姿。", False),
        ("Glide 用强化学习对齐大语言模型。", False),
        ("该催化剂效果很好。", False),
        ("该方法效果显著。", False),
    ],
)
def test_a_chinese_claim_is_off_topic_where_the_paper_has_none_of_its_terms(claim, off):
    """Two terms of the table that the paper lacks, and no name or number it has, tell."""
    assert ("off-topic" in [code for code, *_ in codes(claim)]) is off
    assert (support(claim, ABSTRACT)["topic"] < 0.5) is off


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ("It counts 3.5 million stars near the field.", []),
        ("It counts $3.5\\times10^{6}$ stars near the field.", []),
        ("作者统计了350万颗恒星。", []),
        ("The noise near the field is 0.0021 of the signal.", []),
        ("It counts 3.5 × 10^7 stars near the field.", ["3.5 × 10^7"]),
        ("It counts 3.5 stars near the field.", ["3.5"]),
    ],
)
def test_a_power_of_ten_is_a_part_of_its_number(claim, words):
    """Written as the PDF has it, in TeX, or as a word."""
    abstract = "We count 3.5 × 10^6 stars near the field. "
    abstract += "The noise is $2.1 \\times 10^{-3}$ of the signal."
    found = ground(claim, Sources(paper=make_paper(abstract=abstract), reading=None))
    assert [f.words for f in found if f.code == "number-not-in-source"] == words


SCALES = [
    ("17 billion parameters", "a 17B model"),
    ("17 billion parameters", "Turing-NLG (17B)"),
    ("1.7 billion parameters", "Qwen-1.7B"),
    ("13 billion parameters", "Llama2-13B"),
    ("8 billion parameters", "an 8b model"),
    ("345 million parameters", "BERT-345M"),
    ("1.5 trillion tokens", "1.5T tokens"),
    ("2 trillion tokens", "on 2T of text"),
    ("60 thousand images", "60K images"),
    ("60,000 images", "60k images"),
    ("17 million users", "17mn users"),
    ("17 billion parameters", "17Bn parameters"),
    ("100 million parameters", "0.1B parameters"),
    ("a 17-billion-parameter model", "17B-parameter model"),
    ("three hundred million pairs", "300M pairs"),
    ("two billion pairs", "2B pairs"),
    ("170亿参数", "17B parameters"),
    ("1.7万亿词元", "1.7T tokens"),
    ("1.7万张图像", "17K images"),
    ("3亿张图像", "300 million images"),
]


@pytest.mark.parametrize(("one", "other"), SCALES)
def test_a_number_is_the_same_in_words_and_with_a_letter_for_its_scale(one: str, other: str):
    """K, M, B, T, thousand to trillion, 万 and 亿, whichever of the two the paper writes."""
    assert [n for n in numbers(one) if n.value > 1000]
    assert support(one, other)["numbers"] == 1
    assert support(other, one)["numbers"] == 1


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("17 billion parameters", "17M parameters"),
        ("17 billion parameters", "a 16B model"),
        ("17B parameters", "17 million parameters"),
        ("17B parameters", "1.7 billion parameters"),
        ("1.5T tokens", "1.5 billion tokens"),
        ("17亿参数", "17B parameters"),
        ("1.7 billion parameters", "a 7B model and one of 1B"),
        ("17 billion parameters", "17 parameters"),
    ],
)
def test_another_scale_is_another_number(claim: str, source: str):
    """A letter that is read wrongly would let a factor of a thousand pass."""
    assert support(claim, source)["numbers"] < 0.5


@pytest.mark.parametrize(
    "text", ["a 3T scanner", "a 7 T magnet", "Gemma-2B is used", "see Fig. 2B"]
)
def test_a_letter_after_a_number_need_not_be_a_scale(text: str):
    """Teslas, panels and sizes within names need not be borne out."""
    assert support(text, "Nothing of the kind.")["numbers"] >= 0.5
