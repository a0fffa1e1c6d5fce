"""Fit the weights of the offline summarizer: paperkit/data/extractive.json.gz.

    python benchmarks/train_extractive.py FOLDER

FOLDER holds scitldr/{train,dev}.jsonl and roles/{train,dev}.jsonl (SciTLDR and CSAbstruct, both
Apache 2.0). Only the train splits are fitted; the dev splits are scored at the end. Takes some
minutes on one core; running it twice gives the same file. Needs scikit-learn and scipy.
"""

from __future__ import annotations

import gzip
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from paperkit.extractive import sentence_roles, summaries, weights
from paperkit.extractive.weights import Features, dot
from paperkit.text import stems

TARGET = Path(__file__).parent.parent / "paperkit" / "data" / "extractive.json.gz"
FOLDS = 5
WORD_COUNT, SPAN_COUNT, ROLE_COUNT = 8, 20, 3  # a feature rarer than that is left out
WORD_C, SPAN_PENALTY, ROLE_PENALTY = 0.1, 300.0, 64.0  # chosen on dev
SCALE = 1000  # role weights are stored as whole thousandths

Paper = dict[str, Any]
Floats = NDArray[np.float64]


def main(folder: Path) -> None:
    """Fit everything, write the file, print the dev scores."""
    papers = rows(folder / "scitldr/train.jsonl")
    abstracts = rows(folder / "roles/train.jsonl")
    parts: dict[str, Any] = {
        "idf": fit_idf(papers, abstracts),
        "verbs": find_verbs(papers, abstracts),
    }
    save(parts)
    parts["roles"] = fit_roles(abstracts)
    parts["words"] = fit_words(papers)
    parts["spans"] = fit_spans(papers)
    save(parts)
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1000:.0f} kB")
    report(rows(folder / "scitldr/dev.jsonl"), rows(folder / "roles/dev.jsonl"))


def rows(path: Path) -> list[Paper]:
    """Return the records of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def save(parts: dict[str, Any]) -> None:
    """Write the weights so that the same weights give the same bytes."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    TARGET.write_bytes(gzip.compress(text.encode(), mtime=0))
    weights.load.cache_clear()


def fit_idf(papers: Sequence[Paper], abstracts: Sequence[Paper]) -> dict[str, float]:
    """Return the inverse document frequency of every stem of at least two papers."""
    texts = [[p["title"], *p["source"]] for p in papers] + [a["sentences"] for a in abstracts]
    counts = Counter(word for text in texts for word in set(stems(" ".join(text))))
    return {w: round(math.log(len(texts) / n), 3) for w, n in counts.items() if n > 1}


def find_verbs(papers: Sequence[Paper], abstracts: Sequence[Paper]) -> dict[str, int]:
    """Return the words that often follow "to", "we", "can": verbs, which no keyword holds."""
    counts: Counter[str] = Counter()
    verbal: Counter[str] = Counter()
    for text in [s for p in papers for s in p["source"]] + [
        s for a in abstracts for s in a["sentences"]
    ]:
        words = re.findall(r"[a-z]+", text.lower())
        counts.update(words)
        verbal.update(b for a, b in pairwise(words) if a in ("to", "we", "can", "will", "may"))
    return {w: 1 for w, n in counts.items() if n >= 3 and len(w) > 3 and verbal[w] >= 0.25 * n}


# ---- matrices ------------------------------------------------------------------------------


def vocabulary(found: Iterable[Iterable[str]], least: int) -> dict[str, int]:
    """Return a column for every feature that occurs at least so often."""
    counts = Counter(name for names in found for name in names)
    return {name: n for n, name in enumerate(sorted(k for k, c in counts.items() if c >= least))}


def matrix(found: Sequence[Features], columns: dict[str, int]) -> sparse.csr_matrix:
    """Return the features as a sparse matrix, one row each."""
    ends, places, values = [0], [], []
    for row in found:
        known = [(columns[name], value) for name, value in row.items() if name in columns]
        places += [place for place, _ in known]
        values += [value for _, value in known]
        ends.append(len(places))
    return sparse.csr_matrix((values, places, ends), shape=(len(found), len(columns)))


def named(columns: dict[str, int], values: Floats, digits: int = 4) -> dict[str, float]:
    """Return weights by name, rounded; zeros are left out."""
    pairs = ((name, round(float(values[n]), digits)) for name, n in columns.items())
    return {name: value for name, value in pairs if value}


# ---- words ---------------------------------------------------------------------------------


def fit_words(papers: Sequence[Paper]) -> dict[str, float]:
    """Return the weights of the chance that a summary holds a word (logistic regression)."""
    features, hits = [], []
    for paper in papers:
        summary = set(stems(paper["target"][0]))
        for word, row in summaries.word_features(paper["title"], paper["source"]).items():
            features.append(row)
            hits.append(word in summary)
    columns = vocabulary(features, WORD_COUNT)
    model = LogisticRegression(C=WORD_C, max_iter=1000).fit(matrix(features, columns), hits)
    found = named(columns, model.coef_[0])
    found["one"] = round(found.get("one", 0.0) + float(model.intercept_[0]), 4)
    return found


def chances(paper: Paper, weight: dict[str, float]) -> dict[str, float]:
    """Return the chance of every word of a paper under given weights."""
    found = summaries.word_features(paper["title"], paper["source"])
    return {word: 1 / (1 + math.exp(-dot(row, weight))) for word, row in found.items()}


def unseen_chances(papers: Sequence[Paper]) -> list[dict[str, float]]:
    """Return each paper's word chances from weights fitted without it, as they are in use."""
    found: list[dict[str, float]] = [{} for _ in papers]
    for fold in range(FOLDS):
        weight = fit_words([p for n, p in enumerate(papers) if n % FOLDS != fold])
        for n in range(fold, len(papers), FOLDS):
            found[n] = chances(papers[n], weight)
    return found


# ---- spans ---------------------------------------------------------------------------------


def overlap(text: str, target: str) -> float:
    """Return ROUGE-1 F1 over stems."""
    ours, theirs = Counter(stems(text)), Counter(stems(target))
    return 2 * (ours & theirs).total() / max(1, ours.total() + theirs.total())


def fit_spans(papers: Sequence[Paper]) -> dict[str, float]:
    """Return the weights that rank spans: they maximize the expected overlap of the one chosen."""
    features: list[Features] = []
    rewards: list[list[float]] = []
    for paper, chance in zip(papers, unseen_chances(papers), strict=True):
        title, source, target = paper["title"], paper["source"], paper["target"][0]
        found = summaries.candidates(title, source, titled=True)
        if not found:
            continue
        made = summaries.span_features(title, source, chance, found)
        texts = [source[s.sentence][s.start : s.end] for s in found]
        lines = [f"{title} {t}" if s.titled else t for s, t in zip(found, texts, strict=True)]
        reward = [overlap(line, target) for line in lines]
        plain = sum(not s.titled for s in found)  # the weights have to serve both uses
        features += made + made[:plain]
        rewards += [reward, reward[:plain]]
    columns = vocabulary(features, SPAN_COUNT)
    return named(columns, listwise(matrix(features, columns), rewards))


def listwise(table: sparse.csr_matrix, rewards: list[list[float]]) -> Floats:
    """Return the weights under which drawing spans by softmax brings the most reward."""
    sizes = [len(r) for r in rewards]
    group = np.repeat(np.arange(len(sizes)), sizes)
    begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    reward, transposed = np.concatenate(rewards), table.T.tocsr()

    def loss(weight: Floats) -> tuple[float, Floats]:
        scores = table @ weight
        grown = np.exp(scores - np.maximum.reduceat(scores, begins)[group])
        share = grown / np.add.reduceat(grown, begins)[group]
        expected = np.add.reduceat(share * reward, begins)
        slope = transposed @ (share * (reward - expected[group]))
        value = -100 * expected.sum() + SPAN_PENALTY / 2 * (weight @ weight)
        return value, -100 * slope + SPAN_PENALTY * weight

    start = np.zeros(table.shape[1])
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150}).x


# ---- roles ---------------------------------------------------------------------------------


def fit_roles(abstracts: Sequence[Paper]) -> dict[str, Any]:
    """Return the conditional random field: weights per feature, moves, starts and ends."""
    found = [row for a in abstracts for row in sentence_roles.role_features(a["sentences"])]
    columns = vocabulary(found, ROLE_COUNT)
    table = matrix([dict.fromkeys(sorted(row), 1.0) for row in found], columns)
    labels = [[sentence_roles.ROLES.index(name) for name in a["labels"]] for a in abstracts]
    field = Field(table, labels)
    start = np.zeros(field.size)
    best = minimize(field.loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 80}).x
    weight, moves, starts, ends = field.parts(best)
    whole = np.rint(weight * SCALE).astype(int)
    return {
        "features": {name: whole[n].tolist() for name, n in columns.items() if whole[n].any()},
        "scale": SCALE,
        "moves": moves.round(4).tolist(),
        "starts": starts.round(4).tolist(),
        "ends": ends.round(4).tolist(),
    }


class Field:
    """A linear-chain conditional random field's penalized negative log likelihood."""

    def __init__(self, table: sparse.csr_matrix, labels: list[list[int]]) -> None:
        self.table, self.transposed = table, table.T.tocsr()
        self.kinds = len(sentence_roles.ROLES)
        self.lengths = [len(row) for row in labels]
        self.flat = np.concatenate(labels)
        self.truth = np.eye(self.kinds)[self.flat]
        self.place = np.full((len(labels), max(self.lengths)), -1)
        for n, end in enumerate(np.cumsum(self.lengths)):
            self.place[n, : self.lengths[n]] = np.arange(end - self.lengths[n], end)
        self.there = self.place >= 0
        self.size = (table.shape[1] + self.kinds + 2) * self.kinds
        self._count(labels)

    def _count(self, labels: list[list[int]]) -> None:
        self.moved = np.zeros((self.kinds, self.kinds))
        for row in labels:
            np.add.at(self.moved, (row[:-1], row[1:]), 1)
        self.started = np.bincount([row[0] for row in labels], minlength=self.kinds)
        self.ended = np.bincount([row[-1] for row in labels], minlength=self.kinds)

    def parts(self, flat: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return feature weights, moves, starts and ends."""
        rest = flat.reshape(-1, self.kinds)
        return rest[: -self.kinds - 2], rest[-self.kinds - 2 : -2], rest[-2], rest[-1]

    def loss(self, flat: Floats) -> tuple[float, Floats]:
        """Return the loss and its slope."""
        weight, moves, starts, ends = self.parts(flat)
        scores = self.table @ weight
        padded = np.zeros((*self.place.shape, self.kinds))
        padded[self.there] = scores[self.place[self.there]]
        forward = self._forward(padded, moves, starts)
        backward = self._backward(padded, moves, ends)
        total = np.logaddexp.reduce(forward[:, -1] + ends, axis=1)
        chance = np.exp(forward + backward - total[:, None, None])
        seen = np.zeros_like(scores)
        seen[self.place[self.there]] = chance[self.there]
        pairs = self._pairs(padded, forward, backward, moves, total)
        reached = (scores * self.truth).sum() + (moves * self.moved).sum()
        reached += starts @ self.started + ends @ self.ended - total.sum()
        slope = np.vstack(
            [
                self.transposed @ (seen - self.truth) + ROLE_PENALTY * weight,
                pairs - self.moved + 0.1 * moves,
                chance[:, 0].sum(0) - self.started + 0.1 * starts,
                chance[:, -1].sum(0) - self.ended + 0.1 * ends,
            ]
        )
        small = (moves**2).sum() + starts @ starts + ends @ ends
        return -reached + ROLE_PENALTY / 2 * (weight**2).sum() + 0.05 * small, slope.ravel()

    def _forward(self, scores: Floats, moves: Floats, starts: Floats) -> Floats:
        found = np.zeros_like(scores)
        found[:, 0] = scores[:, 0] + starts
        for n in range(1, scores.shape[1]):
            step = np.logaddexp.reduce(found[:, n - 1, :, None] + moves, axis=1) + scores[:, n]
            found[:, n] = np.where(self.there[:, n, None], step, found[:, n - 1])
        return found

    def _backward(self, scores: Floats, moves: Floats, ends: Floats) -> Floats:
        found = np.zeros_like(scores)
        found[:, -1] = ends
        for n in range(scores.shape[1] - 2, -1, -1):
            after = (scores[:, n + 1] + found[:, n + 1])[:, None, :]
            step = np.logaddexp.reduce(moves + after, axis=2)
            found[:, n] = np.where(self.there[:, n + 1, None], step, ends)
        return found

    def _pairs(
        self, scores: Floats, forward: Floats, backward: Floats, moves: Floats, total: Floats
    ) -> Floats:
        found = np.zeros_like(moves)
        for n in range(1, scores.shape[1]):
            on = self.there[:, n]
            after = (scores[on, n] + backward[on, n])[:, None, :]
            both = forward[on, n - 1, :, None] + moves + after
            found += np.exp(both - total[on, None, None]).sum(0)
        return found


# ---- scores --------------------------------------------------------------------------------


def report(papers: Sequence[Paper], abstracts: Sequence[Paper]) -> None:
    """Print the dev scores (ROUGE-1 over our own stems; the bench's own script is the judge)."""
    for standalone in (True, False):
        lines = [summaries.one_line(p["title"], p["source"], standalone=standalone) for p in papers]
        best = [
            max(overlap(line, t) for t in p["target"])
            for line, p in zip(lines, papers, strict=True)
        ]
        print(f"one_line standalone={standalone}: ROUGE-1 {100 * np.mean(best):.2f} on dev")
    right = [
        ours == theirs
        for a in abstracts
        for ours, theirs in zip(sentence_roles.roles(a["sentences"]), a["labels"], strict=True)
    ]
    print(f"roles: accuracy {np.mean(right):.4f} on dev")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
