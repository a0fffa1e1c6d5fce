"""Swaps: one thing in another's place, where the rest of a passage is repeated."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from paperkit.checks import Sources, findings, with_evidence
from paperkit.checks.contrary import contrary
from paperkit.checks.swaps import replaced, swapped
from paperkit.digests import Answer, Digest, Statement
from tests.conftest import make_paper

WINS = "On the DNA-Rendering data set it outperforms InstantAvatar by 7% in PSNR."


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("InstantAvatar outperforms the proposed AvatarNet by 7%.", WINS),
        ("InstantAvatar outperforms AvatarNet by 7% in PSNR.", WINS),
        ("The method is 7% worse than InstantAvatar in PSNR.", WINS),
        ("It is outperformed by InstantAvatar.", WINS),
        ("It outperforms NeRF by 7% in PSNR.", WINS),
        ("It lags behind InstantAvatar on every scene.", WINS),
        ("The BERT model is better than the RoBERTa model.", "RoBERTa surpasses BERT on GLUE."),
        ("A student of ours beats GPT-4.", "GPT-4 is better than our student."),
        ("It generalizes from 3D scenes to 2D images.", "We go from 2D images to 3D scenes."),
        ("Knowledge flows from student to teacher.", "It flows from the teacher to the student."),
        ("The error stays below 5 mm.", "The error is above 5 mm in all cases."),
        ("More than 12 volunteers took part.", "We recruited fewer than 12 volunteers."),
        ("It runs below 90 FPS.", "It runs at 90 FPS on one GPU."),
        ("It takes more than 3 hours.", "Training takes 3 hours."),
        ("The error is at least 5 mm.", "The error is at most 5 mm."),
        ("Accuracy is > 90 %.", "Accuracy stays < 90 % throughout."),
    ],
)
def test_what_is_swapped_is_told(claim: str, passage: str) -> None:
    """Who wins, what leads where, and on which side of a value something is."""
    assert swapped(claim, [passage])


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("AvatarNet outperforms InstantAvatar by 7%.", WINS),
        ("InstantAvatar is outperformed by 7% in PSNR.", WINS),
        ("InstantAvatar does not outperform it.", WINS),
        ("It outperforms NeRF by 12% in PSNR.", WINS),
        ("It outperforms others by 7% in PSNR.", WINS),
        ("It is better than InstantAvatar, and InstantAvatar is slow.", WINS),
        ("Training goes from 3D scenes to 2D images.", "From 3D scenes to 2D images and back."),
        ("The error stays below 5 mm.", "The error is below 5 mm, and above 5 mm for one."),
        ("Accuracy rises from 70 to 80.", "It rises from 70 to 80 percent."),
        ("It runs at up to 90 FPS.", "It runs at 90 FPS at most, and up to 90 FPS on one GPU."),
        ("It takes more than 3 hours.", "Training takes 3 or more hours."),
        ("It reaches over 90 FPS.", "It reaches 90+ FPS."),
    ],
)
def test_what_the_passage_says_is_not(claim: str, passage: str) -> None:
    """In other words, or about another clause."""
    assert not swapped(claim, [passage])


@pytest.mark.parametrize(
    ("claim", "passage", "pair"),
    [
        ("It runs on one CPU.", "It runs on one GPU.", ("CPU", "GPU")),
        ("It renders with 2D Gaussians.", "We render with 3D Gaussians.", ("2D", "3D")),
        ("Trained by supervised learning.", "We use reinforcement learning.", None),
        ("An upper bound is proved.", "We prove a lower bound.", ("upper bound", "lower bound")),
        (
            "作者采用监督学习训练。",
            "We train with reinforcement learning.",
            ("监督", "reinforcement"),
        ),
        ("在一块 CPU 上运行。", "It runs on one GPU.", ("CPU", "GPU")),
        ("由二维高斯渲染。", "We render with 3D Gaussians.", ("二维", "3D")),
        ("该方法在离线环境中训练。", "Agents are trained online.", ("离线", "online")),
    ],
)
def test_one_of_a_few_for_another_is_told(
    claim: str, passage: str, pair: tuple[str, str] | None
) -> None:
    """In English and across languages, with what each says."""
    found = replaced(claim, [passage])
    assert found if pair is None else found == pair


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("It runs on one GPU.", "It needs a GPU and a CPU."),
        ("A weakly supervised method.", "Weak supervision is enough: weakly supervised."),
        ("A self-supervised method.", "Trained in a self-supervised way."),
        ("The model maximizes the evidence lower bound.", "We derive an upper bound."),
        ("采用自监督学习。", "It is self-supervised."),
    ],
)
def test_what_both_name_is_not(claim: str, passage: str) -> None:
    """Nor a part of another term."""
    assert replaced(claim, [passage]) is None


@pytest.mark.parametrize(
    "claim", ["其性能比 InstantAvatar 低 7%。", "PSNR 比 InstantAvatar 差 7 个百分点。"]
)
def test_worse_by_an_amount_is_worse_in_chinese(claim: str) -> None:
    """Where the passage does better by it."""
    assert contrary(claim, WINS)
    assert not contrary("误差比 InstantAvatar 低 7%。", WINS)


def test_a_models_swap_is_stopped_and_a_persons_is_shown() -> None:
    """The finding says what each of the two says."""
    paper = make_paper(abstract="We train a network with care. It runs at 90 FPS on one GPU.")
    said = Statement("It runs at 90 FPS on one CPU.")
    answer = Answer(
        question="performance", statements=(said,), model="m", at=datetime(2026, 1, 2, tzinfo=UTC)
    )
    answer = with_evidence(answer, Sources(paper, None))
    digest = Digest(
        paper_id=paper.id, version=1, outline="digest", language="en", answers=(answer,)
    )
    found = [f for f in findings(digest, None, paper=paper) if f.code == "direction"]
    assert [(f.severity, f.message) for f in found] == [
        ("block", "The passage says GPU, the statement CPU; compare them.")
    ]
