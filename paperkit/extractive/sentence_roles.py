"""Sentence roles: what each sentence of an abstract is for, by a conditional random field.

`benchmarks/train_extractive.py` fits it on CSAbstruct; numpy decodes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from paperkit.extractive.weights import weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float64]


ROLES = ("background", "objective", "method", "result", "other")
_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*|\d+(?:[.,]\d+)*%?|[^\sa-z0-9]")


def roles(sentences: list[str]) -> list[str]:
    """Return for each sentence background, objective, method, result or other."""
    if not sentences:
        return []
    return [ROLES[best] for best in role_chances(sentences).argmax(axis=1)]


def role_chances(sentences: list[str], model: Mapping[str, Any] | None = None) -> Scores:
    """Return one row per sentence with the probability of each of `ROLES`, given its neighbors.

    ``model`` is another fit than the bundled one.
    """
    import numpy as np

    model = model or weights("roles")
    known = model["features"]
    scores = np.zeros((len(sentences), len(ROLES)))
    for row, names in zip(scores, role_features(sentences), strict=True):
        for name in names:
            if name in known:
                row += known[name]
    scores /= model["scale"]
    return marginals(scores, *(np.array(model[k]) for k in ("moves", "starts", "ends")))


def marginals(scores: Scores, moves: Scores, starts: Scores, ends: Scores) -> Scores:
    """Return each sentence's label probabilities by the forward-backward rule (log scores in)."""
    import numpy as np

    if not len(scores):  # an abstract alone has no body
        return scores
    forward, backward = scores.copy(), np.zeros_like(scores)
    forward[0] += starts
    for n in range(1, len(scores)):
        forward[n] += np.logaddexp.reduce(forward[n - 1][:, None] + moves, axis=0)
    backward[-1] = ends
    for n in range(len(scores) - 2, -1, -1):
        backward[n] = np.logaddexp.reduce(moves + scores[n + 1] + backward[n + 1], axis=1)
    both = forward + backward
    result: Scores = np.exp(both - np.logaddexp.reduce(both, axis=1, keepdims=True))
    return result


def role_features(sentences: list[str]) -> list[set[str]]:
    """Return the names of what holds for each sentence: words, pairs, endings, place, shape."""
    total = len(sentences)
    parts = [_words(sentence) for sentence in sentences]
    return [
        _wording(words) | _shape(sentence, words) | _place(number, total)
        for number, (sentence, words) in enumerate(zip(sentences, parts, strict=True))
    ]


def _words(sentence: str) -> list[str]:
    found = _WORD.findall(sentence.lower()[:2000])
    return [("0%" if w[-1] == "%" else "0") if w[0].isdigit() else w for w in found]


def _wording(words: list[str]) -> set[str]:
    framed = ["<", *words, ">"]
    names = {f"w {word}" for word in words}
    names |= {f"b {a} {b}" for a, b in pairwise(framed)}
    names |= {f"{n} {' '.join(words[:n])}" for n in (1, 2, 3, 4)}
    return names | {f"x {word[-3:]}" for word in words if len(word) > 4}


def _shape(sentence: str, words: list[str]) -> set[str]:
    capitals = sum(w.isupper() and len(w) > 1 for w in sentence.split())
    numbers = sum(word[0] == "0" for word in words)
    last = sentence.rstrip()[-1:]
    return {
        f"capitals {min(capitals, 4)}",
        f"numbers {min(numbers, 4)}",
        f"length {min(len(words) // 5, 12)}",
        f"last {last if last in tuple('.?!:,') else ''}",
        f"upper {sentence[:1].isupper()}",
    }


def _place(number: int, total: int) -> set[str]:
    return {
        "always",
        f"from start {min(number, 9)}",
        f"from end {min(total - 1 - number, 9)}",
        f"tenth {10 * number // total}",
        f"fifth {5 * number // total} of {min(total, 15)}",
    }
