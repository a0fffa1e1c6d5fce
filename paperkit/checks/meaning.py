"""Meaning: which lines stand nearest to a statement in another language, by sentence vectors.

The vectors are worked out elsewhere, by a multilingual model. They locate a passage and don't
verify it: a turned meaning lies as near as the right one. What all sentences of papers share is
taken off each language first, so that likeness is about content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from paperkit.passages import SourceLine
from paperkit.text import is_chinese_text

Array: TypeAlias = NDArray[np.float32]

# What papers of any field say: their mean is what is taken off.
_USUAL = (
    "We propose a new method and show that it works well.",
    "Experiments on several datasets show that our approach outperforms the state of the art.",
    "However, existing methods are slow and need much labeled data.",
    "The code and the data are publicly available.",
    "In this paper we study a problem that has received much attention.",
    "We prove a bound on the error of the estimator.",
    "Deep neural networks have achieved great success in many fields.",
    "We present a framework that consists of two stages.",
    "The results improve the accuracy and reduce the computational cost.",
    "We introduce a new dataset with annotations.",
    "Users prefer our system in a study.",
    "Measurements of the sample agree with the theory.",
)
_USUAL_CHINESE = (
    "我们提出了一种新方法，并证明其有效。",
    "在多个数据集上的实验表明，该方法优于现有方法。",
    "现有方法速度慢，需要大量标注数据。",
    "代码和数据已公开。",
    "我们引入了一个带标注的新数据集。",
    "该框架由两个阶段组成。",
    "用户更喜欢我们的系统。",
    "结果提高了精度并降低了计算成本。",
)


def key_of(text: str) -> bytes:
    """Return what a text's vector is kept under."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def wanted(lines: Iterable[SourceLine], statements: Iterable[str]) -> tuple[str, ...]:
    """Return the texts whose vectors are needed to compare statements with a paper, each once."""
    prose = (line.text for line in lines if line.kind != "row")
    return tuple(dict.fromkeys((*_USUAL, *_USUAL_CHINESE, *prose, *statements)))


class Meanings:
    """The vectors of a paper's sentences and of statements about it, by one model."""

    def __init__(self, model: str, vectors: Mapping[bytes, Array]) -> None:
        self.model = model
        self.vectors = vectors

    def knows(self, text: str) -> bool:
        """Return whether a text's vector is at hand."""
        return key_of(text) in self.vectors

    def placed(self, texts: Sequence[str]) -> Array | None:
        """Return a row per text, of length 1, from its language's center; None where one lacks.

        The product of two rows is how alike they are, -1 to 1.
        """
        if not all(map(self.knows, texts)):
            return None
        rows = [self._placed(t) for t in texts]
        return np.stack(rows) if rows else np.zeros((0, 1), np.float32)

    @cached_property
    def _centers(self) -> tuple[Array, Array]:
        return self._mean(_USUAL), self._mean(_USUAL_CHINESE)

    def _mean(self, texts: Sequence[str]) -> Array:
        known = [self.vectors[key_of(t)] for t in texts if self.knows(t)]
        return np.mean(known, axis=0, dtype=np.float32) if known else np.zeros(1, np.float32)

    def _placed(self, text: str) -> Array:
        """Return a text's vector from its language's center, of length 1."""
        vector = self.vectors[key_of(text)].astype(np.float32)
        away: Array = vector - self._centers[is_chinese_text(text)]
        return away / (float(np.linalg.norm(away)) or 1.0)
