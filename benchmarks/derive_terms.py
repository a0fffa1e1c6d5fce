"""Derive paperkit/data/terms.txt: which words make terms, from 100,000 arXiv records (CC0).

    python benchmarks/derive_terms.py [--data FOLDER]        (needs the package lemminflect)

A technical word is one that few fields use: how unevenly papers with it spread over the 67 largest
categories (each weighed alike) says so, in nats below an even spread. What part of speech a word is
comes from lemminflect (MIT), and from what stands before and after it in the abstracts.
"""

from __future__ import annotations

import argparse
import os
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from paperkit.trends import ngrams

TARGET = Path(__file__).parents[1] / "paperkit" / "data" / "terms.txt"
WEAK, GENERAL, SINGLE, FEW = 0.45, 1.0, 1.3, 1.6
"""Nats below which a modifier says nothing, a word is general, a noun is no term by itself, a
phrase with a vague word is none."""
BEFORE_VERBS = "we to can may could will would should must cannot they".split()
AFTER_VERBS = (
    "the a an this that these those our its their his how both each all any several many various"
).split()
HEAD = """\
# Words and phrases that make terms, derived by benchmarks/derive_terms.py from 100,000 arXiv
# records (metadata CC0 1.0) and parts of speech by lemminflect 0.2.3 (MIT). This list: CC0 1.0.
# never: in no term; weak: only in listed phrases; modifier, special (technical): not last;
# general: a noun that needs a technical word beside it; half: a noun that is no term alone.
# All other words are technical nouns.
"""
HALF = frozenset(
    "professor tradition participant item statistics cue bench comp memory stress text score "
    "people client user word paragraph sentence instruction answer question document annotator "
    "volunteer expert human hair mouth eye hand face body news movie restaurant hotel school "
    "hospital writing experiment experience english chinese judgment claim reader listener omni "
    "stiff onboard rep nuisance hop maker safe".split()
)
"""Nouns that the spread calls technical and a reader would not."""
PARTS = frozenset(
    "stage scale order level step shot world dimensional valued term free aware wise driven guided "
    "style size sized length hoc averaged art resolution source type resource".split()
)
"""Second halves of hyphenated words: "stage pipeline" is what is left of "two-stage pipeline"."""
VAGUE = frozenset(
    "accurate robust strong existing efficient effective reliable fast faster stable scalable "
    "practical realistic rich diverse extensive comprehensive systematic promising superior "
    "competitive state great good better best careful precise flexible powerful consistent "
    "remarkable valuable available required desired resulting corresponding underlying proposed "
    "improved enhanced generated learned trained considered obtained given known unknown certain "
    "current previous prior recent future early late final overall original standard common "
    "typical novel new traditional conventional classical modern advanced key main core".split()
)
GROUPS = "never weak modifier special general half".split()


def spreads(texts: pd.Series, fields: pd.Series, longest: int) -> dict[str, tuple[float, int]]:
    """Return per term (nats below an even spread over the fields, papers)."""
    sizes = fields.value_counts()
    large = sizes[(sizes >= 250) & (sizes.index != "")].index
    code = pd.Index(large).get_indexer(fields)
    chance = np.random.default_rng(0)
    rows = [chance.permutation(np.flatnonzero(code == at))[:1200] for at in range(len(large))]
    chosen = np.concatenate(rows)
    code = code[chosen]
    found = ngrams.every(runs_of(texts.iloc[chosen]), longest=longest, minimum=40)
    per_field = np.bincount(code, minlength=len(large))
    table = {}
    for at, (name, papers) in enumerate(zip(found.names, found.counts().tolist(), strict=True)):
        share = np.bincount(code[found.holders(at)], minlength=len(large)) / per_field
        share = share / share.sum()
        entropy = -(share * np.log(np.maximum(share, 1e-12))).sum()
        # A few papers never spread evenly (Miller and Madow's correction).
        expected = np.log(len(large)) - (len(large) - 1) / (2 * max(papers, len(large)))
        table[name] = (float(expected - entropy), papers)
    return table


def runs_of(texts: pd.Series) -> ngrams.Runs:
    return ngrams.runs(pa.chunked_array([pa.array(texts.tolist())]))


def uses(abstracts: pd.Series) -> dict[str, tuple[float, float, float]]:
    """Return how often a word follows what verbs follow, precedes an article, or ends a run."""
    runs = runs_of(abstracts)
    number = {word: at for at, word in enumerate(runs.words)}
    before, after = np.append(-1, runs.word[:-1]), np.append(runs.word[1:], -1)
    marks = []
    for words, side in ((BEFORE_VERBS, before), (AFTER_VERBS, after)):
        marks.append(np.isin(side, [number[w] for w in words if w in number]))
    marks.append(after < 0)
    real = runs.word >= 0
    total = np.bincount(runs.word[real], minlength=len(number))
    shares = [np.bincount(runs.word[real & m], minlength=len(number)) / total for m in marks]
    return {
        word: (float(shares[0][at]), float(shares[1][at]), float(shares[2][at]))
        for word, at in number.items()
        if total[at] >= 10
    }


def group(word: str, parts: set[str], use: tuple[float, float, float], spread: float) -> str:
    """Return the group of a word, "" for a technical noun."""
    verb, transitive, end = use
    if word in PARTS or word in VAGUE:
        return "weak"
    if not word.isascii() or (not parts and word.endswith("ly")):
        return "never" if word.isascii() else ""
    nouns = {"NOUN", "ADJ"} & parts or word.endswith(("ed", "ing")) or not parts
    verbal = parts and (verb >= 0.25 or transitive >= 0.3 or verb + transitive >= 0.4)
    if not nouns or verbal or "AUX" in parts or ("ADV" in parts and spread < 0.7 and end < 0.12):
        return "never"
    modifies = (
        (word.endswith("ed") and "VERB" in parts)
        or (word.endswith("ing") and "VERB" in parts and end < 0.12)
        or (parts and "NOUN" not in parts and not word.endswith("ing"))
        or ("ADJ" in parts and end < 0.08)
    )
    if modifies:
        return "weak" if spread < WEAK else "modifier" if spread < GENERAL else "special"
    if ngrams.singular(word) in HALF and spread >= GENERAL:
        return "half"
    return "general" if spread < GENERAL else "half" if spread < SINGLE else ""


def parts_of(word: str) -> set[str]:
    """Return the parts of speech that the dictionary knows for a word."""
    from lemminflect import getAllLemmas

    return set(getAllLemmas(word))


def grouped(table: dict[str, tuple[float, int]], use: dict[str, Any]) -> dict[str, list[str]]:
    """Return the words of each group; of rare words only what the dictionary knows is used."""
    groups: dict[str, list[str]] = defaultdict(list)
    for word in sorted({name for name in table if " " not in name} | set(use)):
        if word in ngrams.STOP or len(word) < 2 or re.search(r"\d", word):
            continue
        known = word in table
        spread = table[word][0] if known else 2 * WEAK
        name = group(word, parts_of(word), use.get(word, (0.0, 0.0, 0.0)), spread)
        listed = known or name in ("never", "modifier", "special")
        if name and (listed or ngrams.singular(word) in HALF):
            groups[name].append(word)
    return groups


def phrases(table: dict[str, tuple[float, int]], groups: dict[str, list[str]]) -> list[str]:
    """Return the pairs of general words that only few fields use together."""
    place = {word: name for name, words in groups.items() for word in words}
    kept = []
    for name, (spread, _) in table.items():
        words = name.split()
        least = FEW if words[0] in VAGUE else GENERAL
        if len(words) != 2 or spread < least or any(w in ngrams.STOP for w in words):
            continue
        first, last = (place.get(w, "") for w in words)
        vague = words[0] in PARTS or ngrams.singular(words[1]) in ngrams.EMPTY
        if first == "never" or last not in ("general", "half", "") or vague:
            continue
        if first == "weak" or (first in ("modifier", "general") and last == "general"):
            kept.append(name)
    return sorted(kept)


def pairs(texts: pd.Series) -> list[str]:
    """Return the acronyms that nearly always stand for the same words, as "acronym=words"."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for short, words in set(ngrams.acronyms(text)):
            seen[short][words] += 1
    kept = []
    for short, forms in sorted(seen.items()):
        words, times = forms.most_common(1)[0]
        alone = not parts_of(short.lower())  # a bus is no breast ultrasound
        if alone and times >= 5 and times >= 0.8 * sum(forms.values()):
            kept.append(f"{short}={words.replace(' ', '_')}")
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default=os.environ.get("PAPERKIT_BENCH", "bench"))
    file = Path(parser.parse_args().data) / "scale" / "arxiv_100k.parquet"
    columns = ["title", "abstract", "primary_category"]
    papers = pd.read_parquet(file, columns=columns).fillna("")
    texts = papers["title"] + " . " + papers["abstract"]
    table = spreads(texts, papers["primary_category"], 2)
    groups = grouped(table, uses(papers["abstract"]))
    lines = [f"{name}: {' '.join(groups[name])}" for name in GROUPS]
    lines.append("phrases: " + " ".join(p.replace(" ", "_") for p in phrases(table, groups)))
    lines.append("acronyms: " + " ".join(pairs(texts)))
    TARGET.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print({line.partition(":")[0]: line.count(" ") for line in lines}, TARGET.stat().st_size)


if __name__ == "__main__":
    main()
