"""How well roles of sentences are found, by how far the annotators agreed: cross-validated.

    PAPERKIT_BENCH=FOLDER python -m benchmarks.bench_roles

FOLDER holds ``roles/train.jsonl`` (CSAbstruct), whose sentences carry the annotators' confidence in
the label. Half of them are disputed, so no labeller can agree with them all; a test set with
checked labels is like the agreed half. Every fourth of the abstracts is labelled by a fit on the
other three. Naive Bayes over words and pairs with Viterbi over neighbors is the yardstick.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

from benchmarks.train_extractive import fit_roles
from paperkit.extractive.sentence_roles import ROLES, role_chances

FOLDS = 4
AGREED = (0.0, 0.5, 0.65, 0.75, 0.9)

Abstract = dict[str, Any]
Labels = NDArray[np.int_]


def main() -> None:
    """Print a row per least confidence: sentences, naive Bayes, ours."""
    path = Path(os.environ["PAPERKIT_BENCH"]) / "roles" / "train.jsonl"
    abstracts = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    fold = np.random.default_rng(0).permutation(len(abstracts)) % FOLDS
    found: list[list[Labels]] = [[], []]
    order: list[Abstract] = []
    for n in range(FOLDS):
        known = [a for a, f in zip(abstracts, fold, strict=True) if f != n]
        asked = [a for a, f in zip(abstracts, fold, strict=True) if f == n]
        order += asked
        found[0] += bayes(known, asked)
        model = fit_roles(known)
        found[1] += [role_chances(a["sentences"], model).argmax(axis=1) for a in asked]
    truth = np.concatenate([numbers(a) for a in order])
    sure = np.concatenate([a["confs"] for a in order])
    print("confidence  sentences  naive Bayes  ours")
    for least in AGREED:
        rows = sure >= least
        right = [(np.concatenate(f)[rows] == truth[rows]).mean() for f in found]
        print(f"{least:10.2f}  {rows.sum():9d}  {right[0]:11.3f}  {right[1]:.3f}", flush=True)


def numbers(abstract: Abstract) -> Labels:
    """Return an abstract's labels as numbers."""
    return np.array([ROLES.index(label) for label in abstract["labels"]])


def bayes(known: Sequence[Abstract], asked: Iterable[Abstract]) -> list[Labels]:
    """Return labels by naive Bayes for the words and Viterbi for what follows what."""
    words = CountVectorizer(ngram_range=(1, 2), binary=True)
    table = words.fit_transform([s for a in known for s in a["sentences"]])
    labels = [numbers(a) for a in known]
    model = MultinomialNB().fit(table, np.concatenate(labels))
    moves, starts = np.ones((len(ROLES), len(ROLES))), np.ones(len(ROLES))
    for row in labels:
        starts[row[0]] += 1
        for pair in pairwise(row):
            moves[pair] += 1
    moves, starts = np.log(moves / moves.sum(axis=1, keepdims=True)), np.log(starts / starts.sum())
    return [
        viterbi(model.predict_joint_log_proba(words.transform(a["sentences"])), moves, starts)
        for a in asked
    ]


def viterbi(scores: Any, moves: Any, starts: Any) -> Labels:
    """Return the likeliest sequence."""
    best, back = starts + scores[0], []
    for row in scores[1:]:
        reached = best[:, None] + moves
        back.append(reached.argmax(axis=0))
        best = reached.max(axis=0) + row
    path = [int(best.argmax())]
    for step in reversed(back):
        path.append(int(step[path[-1]]))
    return np.array(path[::-1])


if __name__ == "__main__":
    main()
