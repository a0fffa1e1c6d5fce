"""Lint: what is a fault of the text and what only looks like one, rule by rule."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from paperkit.checks import lint_answer
from paperkit.checks.names import method_name
from paperkit.checks.wordings import find_markup
from paperkit.outlines import DIGEST, Question
from paperkit.papers import Paper

NOW = datetime(2024, 5, 1, tzinfo=UTC)
PAPER = Paper(
    id="2401.00001",
    title="Glide: Depth without Poses",
    authors=("Ada Lovelace",),
    abstract=(
        "Glide estimates depth by sampling pixels sparsely. Reconstructions need no camera poses."
        " Code: https://github.com/ada/glide, page: https://glide.github.io"
    ),
    published=NOW,
    updated=NOW,
    doi="10.1145/12345.678",
)


def codes(text, question=None, **options):
    texts = (text,) if isinstance(text, str) else text
    chinese = any("\u4e00" <= c <= "\u9fff" for t in texts for c in t)
    return [
        f.code for f in lint_answer(text, question, language="zh" if chinese else "en", **options)
    ]


FAULTS = {
    "cut-off": [
        "Glide estimates depth with the help of a",
        "The maps are smoother than the.",
        "Glide estimates depth where prior methods struggle with",
        "它利用稀疏的像素来",
        "模型在训练中使用",
        "Glide 先对像素采样。随后它把深度图融合到",
        "该方法适用于动态的",
        "它首次把位姿估计与",
        "它先把图像切成小块，然后利用",
    ],
    "markup": [
        "Glide estimates depth<sup>1</sup> at night.",
        "An <u>important</u> step.",
        "<font color=red>重要</font>的结果在这里。",
        "<center>居中的文字在这里。",
        "Depth <!-- check --> is estimated.",
        "It&#39;s fast &amp; small.",
        "The *whole* network is trained.",
        "The __whole__ network is trained.",
        "Call `fit` to train it.",
        "| method | error |\n|---|---|\n| Glide | 3 |",
        "① 提出估计深度的方法。",
        "一）提出估计深度的方法。",
        "a) A network estimates depth.",
        "II. A network estimates depth.",
        "Step 1 - the network estimates depth.",
        "【背景】深度估计需要相机位姿。",
        "- 3 networks estimate depth.",
        "(ii) a network estimates depth.",
        "► 提出估计深度的方法。",
        "[1] A network estimates depth.",
        "Main idea:\nA network estimates depth.",
    ],
    "language": [
        "Le réseau estime la profondeur des images et il ne demande pas de poses dans ce cas.",
        "Das Netz schätzt die Tiefe der Bilder und ist nicht auf die Kamera angewiesen.",
        "Сеть оценивает глубину по одному изображению.",
        "이 네트워크는 단일 이미지에서 깊이를 추정한다.",
        "ネットワークは単一の画像から深度を推定します。",
        "該網絡從單張圖像估計深度，不需要相機位姿。",
        "该网络 estimates depth from single images without any poses at night，效果良好。",
    ],
    "repeated": [
        "该网络可估计深度。该网络可估计深度。",
        "降低误差，降低误差，降低误差。",
    ],
    "filler": [
        "Good question! Glide estimates depth.",
        "In summary of the passage you sent, Glide estimates depth.",
        "As a writing assistant, here are the facts: Glide estimates depth.",
        "I believe this work is very promising for robots.",
        "接下来我用简单的话来讲：它估计深度。",
        "我觉得该方法很有潜力。",
        "该论文写得非常清楚，值得一读。",
    ],
    "refusal": [
        "The abstract provides no numbers on speed.",
        "As the full text isn't accessible, only the gist is given.",
        "The sentences do not answer the question.",
        "No information about performance is provided.",
        "Performance is not reported in this paper.",
        "The authors do not discuss any limitations.",
        "There is no information on limitations.",
        "本文没有讨论局限性。",
        "该问题在文中没有答案。",
        "摘要里没有提训练时间。",
        "文章未给出具体的实验数值，因此难以评价效果。",
        "作者没有提供代码链接。",
        "无法确定论文的代码是否公开。",
    ],
    "placeholder": [
        "Glide gains __ dB over the baseline.",
        "该网络的误差为【数字】。",
        "N/A for this work.",
        "无",
        "不适用。",
        "同上",
        "详见原文",
        "Glide gains ?? dB over the baseline.",
        "略",
    ],
    "echo": [
        "用两句话概括该论文，不要超过八十个字：它估计深度。",
        "至少三条要点，每条一句。它估计深度。",
        "In one sentence, naming the network: Glide estimates depth.",
        "List two to four takeaways. Glide estimates depth.",
        "Answer in at most 50 words. Glide estimates depth.",
        "You are a helpful assistant. Glide estimates depth.",
    ],
    "garbled": [
        "The rate is 2v2|10{5 per second.",
        "误差为 wð Þ2 的函数。",
        "The set {a, b is finite.",
        "The mean is \ue0a2 here.",
        "The sum (cid:12) is finite.",
    ],
}


@pytest.mark.parametrize(("code", "text"), [(c, t) for c, ts in FAULTS.items() for t in ts])
def test_a_fault_is_seen(code, text):
    """Each way of going wrong has its finding."""
    assert code in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "Each point keeps the object it belongs to.",
        "It is as fast as the network it is distilled from.",
        "This is what earlier networks could not cope with.",
        "Those are the cameras that the map depends on.",
        "噪声在夜间依然存在",
        "模型无需重新训练即可直接使用",
        "标注过程不需要专家参与",
        "它能够预测行人的行为",
        "第一步是图像与文本的配对",
        "实验结果表明收益已经饱和",
        "该步骤是可选的",
        "适合在移动端部署和使用",
        "评测要求模型按照给定格式输出结果。",
        "作者希望这项工作对后续研究有所帮助。",
        "Words that are not mentioned in the source text count as errors.",
        "The user may ask follow-up questions at any time.",
        "系统根据您的手势生成画面。",
        "学生可以随时提问，系统自动作答。",
        "Note that the answer vectors are normalized first.",
        "A ranker scores whether the given document is relevant.",
        "The provided text is encoded by a transformer.",
        "作者没有提供与人类水平的比较。",
        "文章没有说明模型的训练时长。",
        "该模型无法判断论文引用是否恰当。",
        "The paper does not provide a comparison with human readers.",
        "Summaries hold at most 30 words per image.",
        "Annotators respond in English or Chinese.",
        "The instruction says that you are a professional photographer.",
        "We do not use tags at test time.",
        "模型把一句话描述的场景转成三维网格。",
        "(3) is solved by gradient descent.",
        "- 2 dB are lost at night.",
        "Background: earlier networks need poses.",
        "背景：以往的网络需要位姿。",
        "It holds that a<b>c for every edge.",
        "The sets {1, 2} and {3, 4} are disjoint.",
        "The product a * b * c and the search A* are fast.",
        "Tag pairs <i, j> and <k, l> are compared.",
        "它把短语“a large set of small words from the old book”当作查询。",
        "该系统（a large set of small words from the old book）能估计深度。",
        "位姿是否必要？一项关于深度估计的研究",
        "AT&T; Bell Labs built it.",
        "Results vary by city: Los Angeles, Las Vegas, San Jose, Des Moines and El Paso.",
        "The Great Pyramid is 140 m high, as \\_\\_init\\_\\_ says.",
    ],
)
def test_ordinary_prose_is_let_pass(text):
    """A careful person's sentence has no finding, however close to a fault it looks."""
    assert codes(text) == []


def test_garbled_signs_only_warn():
    """They stand in passages taken word for word too; a person decides."""
    found = lint_answer("The rate is 2v2|10{5 per second, as (cid:12) says.")
    assert [(f.code, f.severity) for f in found] == [("garbled", "warn")]


def test_half_a_word_of_the_paper_at_the_end_is_cut_off():
    """The beginning of one of its words, where it is no word itself, breaks off."""
    assert codes("Glide estimates depth by sparse sampl", paper=PAPER) == ["cut-off"]
    assert codes("Glide estimates depth by reconstruc", paper=PAPER) == ["cut-off"]
    assert codes("Glide estimates depth per pixel", paper=PAPER) == []
    assert codes("Glide estimates depth from a camera pose", paper=PAPER) == []


def test_the_last_item_alone_without_an_end_mark_is_cut_off():
    """Where the items before it end in a full stop, the last has lost its end."""
    items = ["Glide estimates depth.", "It needs no poses.", "It is trained on many large sets"]
    assert codes(items) == ["cut-off"]
    assert codes([i.rstrip(".") for i in items]) == []


def test_a_sentence_runs_on_in_chinese_too():
    """260 characters without a stop are too many, 200 are not."""
    clause = "网络从单张图像估计深度，把结果交给下一层，"
    assert "run-on" in codes(f"{clause * 15}并结束。")
    assert "run-on" not in codes(f"{clause[:10]}并且结束。" * 15)


def test_a_destroyed_character_is_a_broken_end():
    """U+FFFD anywhere in the text says that something was lost."""
    assert codes("Glide esti\ufffdmates depth.") == ["cut-off"]


@pytest.mark.parametrize(("words", "severity"), [(10, None), (12, "warn"), (13, "block")])
def test_a_length_over_the_limit_by_a_quarter_blocks(words, severity):
    """Up to the limit all is well, up to a quarter over it warns."""
    question = Question(key="few", headings={"en": "Few"}, ask="?", words=10)
    text = " ".join(f"word{'s' * i}" for i in range(words)) + "."
    found = [f.severity for f in lint_answer(text, question) if f.code == "too-long"]
    assert found == ([severity] if severity else [])


def test_the_heading_of_its_own_question_is_a_label():
    """The post puts the heading there; another one's heading is a word like any other."""
    text = "Background: earlier networks need poses."
    assert codes(text, DIGEST["background"]) == ["markup"]
    assert codes(text, DIGEST["approach"]) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/ada/glide/tree/main/data",
        "https://github.com/Ada/Glide#usage",
        "https://glide.github.io/demo.html",
        "doi 10.48550/arXiv.2401.00001",
        "DOI: 10.1145/12345.678.",
        "arXiv 2401.00001v3",
        "2401.00001v3",
        "the arXiv paper",
        "a rate of 2401.99999 %",
    ],
)
def test_what_lies_below_the_papers_own_address_is_its_own(text):
    """A path of its repository or page, its DOI and its id in any form are fine."""
    assert codes(f"See {text} for all.", paper=PAPER) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/ada/glider",
        "https://github.com/ada",
        "doi:10.1145/99999.111",
        "10.48550/arXiv.2401.99999",
        "arXiv 2401.99999",
        "2401.99999v2",
        "2401.99999",
    ],
)
def test_another_papers_address_is_foreign(text):
    """Ids and DOIs count as links, also without the word arXiv."""
    assert codes(f"See {text} for all.", paper=PAPER) == ["foreign-link"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("FLOAT: Talking Portraits by Flow Matching", "FLOAT"),
        ("4C4D: Four Cameras", "4C4D"),
        ("3DGS-Avatar: Animatable Avatars", "3DGS-Avatar"),
        ("Hi-Reco: Digital Humans", "Hi-Reco"),
        ("3DGS$^3$: Joint Super Sampling", "3DGS3"),
        ("E$^3$NeRF: Event-Enhanced Fields", "E3NeRF"),
        ("S^3D-NeRF: Speech-Driven Fields", "S3D-NeRF"),
        ("$C^{3}$-NeRF: Many Scenes", "C3-NeRF"),
        ("3DGS-DET: Detection", "3DGS-DET"),
        ("MS$^3$D: Limited Data", "MS3D"),
        ("Gaussian Wardrobe: Compositional Avatars", ""),
        ("Fourier Splatting: Encoded Primitives", ""),
        ("Animatable Gaussians: Pose-dependent Maps", ""),
        ("Depth-supervised NeRF: Fewer Views", ""),
        ("Radiance Fields in XR: A Survey", ""),
        ("Few TensoRF: Enhance the Few-shot", "TensoRF"),
    ],
)
def test_the_name_before_the_colon_is_told_by_its_spelling(title, name):
    """Capitals, digits and mixed hyphens make a name; two ordinary words make none."""
    assert method_name(replace(PAPER, title=title, abstract="Nothing is coined here.")) == name


@pytest.mark.parametrize("written", ["3DGS$^3$", "3DGS^3", "3DGS³", "$3DGS^{3}$"])
def test_a_methods_name_is_compared_without_tex(written):
    """Superscripts and dollar signs do not hide the name."""
    paper = replace(PAPER, title="3DGS$^3$: Joint Super Sampling")
    assert codes(f"{written} samples frames jointly.", DIGEST["summary"], paper=paper) == []


def test_findings_name_words_as_they_were_typed():
    """An editor can mark the words: formulas before them do not shift or change them."""
    text = r"With $\alpha<b>$ set, the *whole* network & its <sub>parts</sub> are trained."
    assert find_markup(text) in text
    for found in lint_answer("該網絡（$x$）從單張圖像估計深度。", language="zh"):
        assert found.words in "該網絡（$x$）從單張圖像估計深度。"
