"""Traits: a word and its contrary at the same thing."""

from __future__ import annotations

import pytest

from paperkit.checks.traits import contrary_trait


@pytest.mark.parametrize(
    ("claim", "passage", "pair"),
    [
        ("It solves convex problems.", "We solve non-convex problems.", "convex non-convex"),
        ("Nonconvex losses are minimized.", "We minimize convex losses.", "nonconvex convex"),
        ("It learns from labelled images.", "It learns from unlabelled images.", "labelled un"),
        ("The phase is gapped.", "The phase is gapless.", "gapped gapless"),
        ("A noisy channel is studied.", "We study a noiseless channel.", "noisy noiseless"),
        ("It predicts aperiodic orbits.", "Periodic orbits are predicted.", "aperiodic periodic"),
        ("The coupling is repulsive here.", "Here the coupling is attractive.", "repulsive attr"),
        ("It works on connected graphs.", "It works on disconnected graphs.", "connected dis"),
        ("A multi-agent game.", "We look at a single-agent game.", "multi-agent single-agent"),
        ("Inaccurate estimates result.", "Accurate estimates result.", "inaccurate accurate"),
        ("Static scenes are rendered.", "We render dynamic scenes.", "static dynamic"),
        ("We study animal faces.", "This is a study of human faces.", "animal human"),
        ("Patients were female.", "All patients were male.", "female male"),
        ("该算法用于凸优化。", "An algorithm for non-convex optimization.", "凸 non"),
        ("该方法渲染静态场景。", "We render dynamic scenes.", "静态 dynamic"),
        ("该相是反铁磁的。", "The phase is ferromagnetic.", "反铁磁 ferro"),
        ("数据未标注。", "The data are labeled by hand.", "未标注 labeled"),
    ],
)
def test_a_contrary_at_the_same_thing_is_told(claim: str, passage: str, pair: str) -> None:
    """Made by a prefix or an ending, or of a table; in Chinese by the table."""
    found = contrary_trait(claim, [passage])
    assert found
    for said, expected in zip(found, pair.split(), strict=True):
        assert said.startswith(expected)


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("It solves convex problems.", "We solve convex and non-convex problems."),
        ("Unlike convex problems, non-convex ones are hard.", "Non-convex problems are hard."),
        ("The system is not stable here.", "The system is unstable here."),
        ("A dense network of layers.", "We model sparse inputs."),
        ("Variant calls are made.", "The calls are invariant."),
        ("Robustness is proved for networks.", "It improved robustness."),
        ("It solves problems. Convex sets help.", "Non-convex problems are solved."),
        ("该方法渲染静态与动态场景。", "We render dynamic scenes."),
        ("用于非凸优化。", "It is for non-convex optimization."),
        ("性能稳定。", "Training is stable, whereas others are unstable."),
    ],
)
def test_another_thing_or_the_same_trait_is_not(claim: str, passage: str) -> None:
    """Where both are named, where it is denied, and where the word stands at something else."""
    assert contrary_trait(claim, [passage]) is None
