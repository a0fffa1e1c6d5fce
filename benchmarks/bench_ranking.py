"""Ranking measured: replay on labelled screening sets, calibration of stopping, time at scale.

    python benchmarks/bench_ranking.py replay    [--data FOLDER] [--seeds 1,2,3]
    python benchmarks/bench_ranking.py seeds     [--data FOLDER]
    python benchmarks/bench_ranking.py remaining [--data FOLDER] [--seeds 1,2,3]
    python benchmarks/bench_ranking.py strangers [--data FOLDER]
    python benchmarks/bench_ranking.py speed     [--data FOLDER] [--sizes 10000,100000]

FOLDER (or PAPERKIT_BENCH) holds ``screening`` (*.csv.gz with title, abstract and label_included,
and priors.json: set -> seed -> [included row, excluded row]) and ``scale/arxiv_100k.parquet``.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from paperkit.ranking import off_topic, rank, remaining, replay, vectorize

SHARES = (0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
EARLY = 0.2
"""Share read up to which the interval of `remaining` is wider."""


def runs(folder: Path, seeds: list[str]) -> Iterator[tuple[str, str, pd.DataFrame, list[int]]]:
    """Yield (set, seed, labelled, order of replay) for every set and pair of priors."""
    priors = json.loads((folder / "priors.json").read_text())
    for name in sorted(priors):
        labelled = pd.read_csv(folder / f"{name}.csv.gz").fillna({"title": "", "abstract": ""})
        for seed in seeds:
            yield name, seed, labelled, replay(labelled, priors=tuple(priors[name][seed]))


def measures(order: list[int], labels: np.ndarray) -> dict[str, float]:
    """Return WSS@95, recall@10 % and time to discovery, the two priors left out."""
    answers = labels[order[2:]]
    total, relevant, found = len(answers), int(answers.sum()), np.cumsum(answers)
    needed = int(np.searchsorted(found, math.ceil(0.95 * relevant - 1e-9)) + 1)
    return {
        "wss95": (total - needed) / total - 0.05,
        "r10": float(found[math.ceil(0.1 * total) - 1] / relevant),
        "ttd": float(np.mean(np.flatnonzero(answers) + 1) / total),
    }


def bench_replay(folder: Path, seeds: list[str]) -> None:
    rows = []
    started = time.perf_counter()
    for name, _, labelled, order in runs(folder / "screening", seeds):
        taken, started = time.perf_counter() - started, time.perf_counter()
        labels = labelled["label_included"].to_numpy()
        rows.append({"set": name, **measures(order, labels), "seconds": taken})
    means = pd.DataFrame(rows).groupby("set").mean()
    print(means.round(3).to_string())
    print("mean", means.mean().round(3).to_dict())
    for left_out in means.index:
        print(f"without {left_out}:", means.drop(left_out).mean().round(3).to_dict())


def bench_seeds(folder: Path) -> None:
    """Rank once by ten relevant records as seeds, no decision: five draws from each set."""
    rows = []
    for file in sorted((folder / "screening").glob("*.csv.gz")):
        labelled = pd.read_csv(file).fillna({"title": "", "abstract": ""})
        labels, texts = labelled["label_included"].to_numpy(), labelled[["title", "abstract"]]
        for draw in range(5):
            chance = np.random.default_rng(draw)
            seeds = chance.choice(np.flatnonzero(labels), 10, replace=False)
            rest = np.setdiff1d(np.arange(len(labels)), seeds)
            score = rank(texts.iloc[rest], texts.iloc[seeds], explain=0)["score"].to_numpy()
            order = [*seeds[:2], *rest[np.argsort(-score, kind="stable")]]
            rows.append({"set": file.name.partition(".")[0], **measures(order, labels)})
    means = pd.DataFrame(rows).groupby("set").mean()
    print(means.round(3).to_string())
    print("mean", means.mean().round(3).to_dict())


def points(folder: Path, seeds: list[str]) -> pd.DataFrame:
    """Return per set, pair of priors and share read what is left, and what was said about it."""
    rows = []
    for name, _, labelled, order in runs(folder, seeds):
        labels = labelled["label_included"].to_numpy()
        for share in SHARES:
            read = order[: max(10, int(share * len(order)))]
            decisions = pd.DataFrame({"decision": np.where(labels[read], "keep", "skip")}, read)
            left = remaining(labelled, decisions)
            true = int(labels.sum() - labels[read].sum())
            recent = labels[read][-max(10, len(read) // 5) :]
            rate = (recent.sum() + 0.3) / (len(recent) + 1)
            rows.append((name, share, true, math.log1p(left.open * rate), left))
    frame = pd.DataFrame(rows, columns=["set", "share", "true", "yield", "left"])
    for part in ("expected", "low", "high", "open"):
        frame[part] = [getattr(left, part) for left in frame["left"]]
    return frame.drop(columns="left")


def fitted(known: pd.DataFrame) -> tuple[np.ndarray, dict[bool, np.ndarray]]:
    """Return (level, slope) and the 5 and 95 % quantiles of its misses, early (True) and later."""
    design = np.stack([np.ones(len(known)), known["yield"]], axis=1)
    truth = np.log1p(known["true"].to_numpy())
    line = np.linalg.solve(design.T @ design + np.eye(2), design.T @ truth)
    missed, early = truth - design @ line, (known["share"] <= EARLY).to_numpy()
    return line, {part: np.quantile(missed[early == part], [0.05, 0.95]) for part in (True, False)}


def bench_remaining(folder: Path, seeds: list[str]) -> None:
    found = points(folder / "screening", seeds)
    line, misses = fitted(found)
    print("level, slope", line.round(3), {part: miss.round(2) for part, miss in misses.items()})
    found["width"] = found["high"] - found["low"]
    found["held"] = found["true"].between(found["low"], found["high"])
    for name, own in found.groupby("set"):
        line, misses = fitted(found[found["set"] != name])
        levels = line[0] + line[1] * own["yield"]
        missed = np.stack([misses[share <= EARLY] for share in own["share"]])
        low = np.floor(np.expm1(levels + missed[:, 0]).clip(lower=0))
        high = np.minimum(np.ceil(np.expm1(levels + missed[:, 1])), own["open"])
        found.loc[own.index, "held elsewhere"] = own["true"].between(low, high).astype(float)
    shown = ["expected", "true", "width", "held", "held elsewhere"]
    for by in ("set", "share"):
        print(found.groupby(by)[shown].mean().round(2).to_string())
    early = np.where(found["share"] <= EARLY, "early", "later")
    print(found.groupby(early)[shown].mean().round(3).to_string())
    print("held", found[shown[-2:]].mean().round(3).to_dict())


POOLS = (
    ("NeRF radiance field", "radiance field|nerf ", "gallium|epitax|nanowire|semiconductor laser"),
    ("talking head avatar", "talking head|avatar", "gallium|epitax|nanowire"),
    ("diffusion model", "diffusion model", "ambipolar|thermal diffusion|diffusion coefficient"),
)
"""A topic's words, what papers on computing must hold, and what the strangers hold."""


def bench_strangers(folder: Path) -> None:
    papers = pd.read_parquet(folder / "scale" / "arxiv_100k.parquet").set_index("arxiv_id")
    texts = (papers["title"] + " " + papers["abstract"]).str.lower()
    computing = papers["primary_category"].str.startswith("cs.")
    for words, pattern, strange in POOLS:
        own = papers[texts.str.contains(pattern) & computing].iloc[:150]
        strangers = papers[texts.str.contains(strange) & ~computing].iloc[:15].copy()
        strangers["abstract"] += f" {words.split()[0]} ."
        pool = pd.concat([own, strangers]).sample(frac=1, random_state=1)
        for how, topic in (("words", words), ("ten kept", own.iloc[:10])):
            flags = off_topic(pool, topic)
            planted, others = flags[strangers.index].sum(), flags[own.index].sum()
            print(f"{words}, {how}: {planted} of {len(strangers)}, and {others} of {len(own)}")


def bench_speed(folder: Path, sizes: list[int]) -> None:
    everything = pd.read_parquet(folder / "scale" / "arxiv_100k.parquet").set_index("arxiv_id")
    for size in sizes:
        papers = everything.iloc[:size]
        started = time.perf_counter()
        vectorize(papers)
        print(f"{size}: vectors {time.perf_counter() - started:.2f} s", flush=True)
        decided = papers.iloc[:: size // 200].iloc[:200]
        decided = decided.assign(decision=np.where(np.arange(len(decided)) % 3, "skip", "keep"))
        for count in (198, 199, 200):
            started, used = time.perf_counter(), time.process_time()
            rank(papers, decided.iloc[:count])
            taken, used = time.perf_counter() - started, time.process_time() - used
            print(f"{size}: rank after {count} decisions {taken:.3f} s, CPU {used:.3f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["replay", "seeds", "remaining", "strangers", "speed"])
    parser.add_argument("--data", default=os.environ.get("PAPERKIT_BENCH", "bench"))
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--sizes", default="10000,100000")
    given = parser.parse_args()
    folder, seeds = Path(given.data), given.seeds.split(",")
    if given.what == "replay":
        bench_replay(folder, seeds)
    elif given.what == "seeds":
        bench_seeds(folder)
    elif given.what == "remaining":
        bench_remaining(folder, seeds)
    elif given.what == "strangers":
        bench_strangers(folder)
    else:
        bench_speed(folder, [int(size) for size in given.sizes.split(",")])


if __name__ == "__main__":
    main()
