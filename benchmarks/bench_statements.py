"""Statements of real small models, judged one by one, and what the checks say of them.

    python benchmarks/bench_statements.py [FOLDER OF PDFS …]
    python benchmarks/bench_statements.py --made FILE OF RECORDS (.jsonl.gz, arXiv's metadata)

``tests/data/statements`` holds the labels and says who judged and how. Statements on papers that
are neither bundled nor in one of the folders are left out, and their number is printed.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.bench_local import added, bundled
from paperkit.batch.asking import without_strays
from paperkit.checks import Sources, findings, ground, with_evidence
from paperkit.digests import Answer, Digest, Finding, Statement
from paperkit.library import Library
from paperkit.outlines import DIGEST
from paperkit.papers import clean_paper
from paperkit.prompts import Request, make_request, single

LABELS = Path(__file__).parents[1] / "tests" / "data" / "statements"
FALSE = ("false", "unsupported")
BESIDE_THE_POINT = ("misplaced", "chat")
TRUTH = frozenset(
    "evidence-missing evidence-altered evidence-elsewhere unsupported no-evidence"
    " number-not-in-source number-misplaced number-not-in-evidence name-not-in-source direction"
    " off-topic others-work own-work relation-not-in-source spread other-question"
    " left-out words-not-in-source too-certain".split()
)
Row = dict[str, str]
Judged = tuple[Row, list[Finding]]


def judged(library: Library, id: str, rows: list[Row]) -> Iterator[Judged]:
    """Yield each statement on a paper with what the checks find of it.

    What a batch of one question after the other would not even keep is found ``left-out``.
    """
    paper = library.paper(id)
    reading = library.reading(id) if rows[0]["source"] == "full text" else None
    digest = digest_of(make_request(paper, reading, outline=DIGEST), Sources(paper, reading), rows)
    found_of: dict[tuple[str, int | None], list[Finding]] = defaultdict(list)
    for finding in findings(digest, reading, paper=paper):
        found_of[finding.question, finding.statement].append(finding)
    for row in rows:
        key, texts = row["question"], digest[row["question"]].texts
        if row["text"] in texts:
            yield row, found_of[key, texts.index(row["text"])]
        else:
            lost = Finding(code="left-out", severity="block", question=key, message="")
            yield row, [lost]


def digest_of(request: Request, sources: Sources, rows: list[Row]) -> Digest:
    """Return the digest that a batch makes of a model's statements."""
    answers: list[Answer] = []
    for key, said in groupby(rows, lambda r: r["question"]):
        statements = tuple(Statement(r["text"]) for r in said)
        answer = Answer(question=key, statements=statements, model="m", at=datetime.now(UTC))
        asked = single(request, DIGEST[key])
        answers += without_strays(asked, (with_evidence(answer, sources),), ())[0]
    return Digest(
        paper_id=request.paper.id,
        version=1,
        outline=DIGEST.name,
        language="en",
        answers=tuple(answers),
    )


def labelled() -> dict[str, Any]:
    """Return the runs and the statements of all files."""
    files = [json.loads(f.read_text(encoding="utf-8")) for f in sorted(LABELS.glob("*.json"))]
    runs = {name: run for data in files for name, run in data["runs"].items()}
    return {"runs": runs, "statements": [row for data in files for row in data["statements"]]}


def every(library: Library, data: dict[str, Any], folders: Iterable[str]) -> Iterator[Judged]:
    """Yield the judged statements whose paper is at hand."""
    bundled(library, abstracts=False)
    records = (LABELS / "abstracts.jsonl").read_text(encoding="utf-8").splitlines()
    library.add([clean_paper(json.loads(line)) for line in records])
    files = {f.name: f for folder in folders for f in Path(folder).glob("*.pdf")}
    known = set(library.papers().index)
    rows = [{**row, **data["runs"][row["run"]]} for row in data["statements"]]
    for (_, paper), group in groupby(rows, lambda r: (r["run"], r["paper"])):
        if paper in known:
            yield from judged(library, paper, list(group))
        elif paper in files:
            yield from judged(library, added(library, [files[paper]])[0], list(group))


def share(rows: list[Judged], severity: str = "", codes: frozenset[str] = TRUTH) -> str:
    """Return how many of some statements have a finding of these codes."""
    hit = sum(
        any(f.code in codes and severity in ("", f.severity) for f in found) for _, found in rows
    )
    return f"{hit} of {len(rows)} ({100 * hit / max(1, len(rows)):.0f} %)"


def blocked(found: list[Finding]) -> bool:
    """Return whether a statement keeps its digest from being approved."""
    return any(f.severity == "block" for f in found)


def report(name: str, rows: list[Judged]) -> None:
    """Print what the checks see of one run."""
    by_label = {
        kind: [r for r in rows if r[0]["label"] in labels]
        for kind, labels in (("false", FALSE), ("beside", BESIDE_THE_POINT), ("true", ("true",)))
    }
    passing = [r for r in rows if not blocked(r[1])]
    wrong = sum(r[0]["label"] in FALSE for r in passing)
    print(f"{name}: {dict(Counter(r[0]['label'] for r in rows))}")
    for kind, some in by_label.items():
        print(f"  {kind}: blocked about truth {share(some, 'block')}, blocked or warned "
              f"{share(some)}")  # fmt: skip
    print(f"  without a blocking finding: {len(passing)}, of these false {wrong} "
          f"({100 * wrong / max(1, len(passing)):.0f} %)")  # fmt: skip


OWN = re.compile(
    r"^(?:[^,]{0,60}, )?we (?:propose|introduce|present|develop) ([^.;:]{30,200})", re.I
)
GOOD = re.compile(
    r"\b(outperforms?|improves?|achieves?|enables?|reduces?|maintains?|preserves?) [^.;:]{20,160}",
    re.I,
)
BY_US = re.compile(r"(?:our|the proposed|extensive|experiment|it|this|these)", re.I)
LACKS = re.compile(r"\b(?:however|limit|challeng|lack|suffer|fail)", re.I)


def made(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, question, statement) as small models write them, from an abstract's sentences.

    False ones tell the paper's own step as its start, as a need or as unlike what it does not
    compare with, and the strength of a method as a lack or a limit.
    """
    for line in lines:
        if own := OWN.match(line):
            yield "true", "approach", f"The paper proposes {own[1]}."
            yield "true", "innovation", f"New here is {own[1]}."
            yield "start", "background", f"The paper starts from {own[1]}."
            yield "need", "takeaways", f"It finds {own[1]} necessary for all earlier methods."
            text = f"The paper introduces {own[1]}, which is different from earlier work."
            yield "comparison", "innovation", text
        if (good := GOOD.search(line)) and BY_US.match(line):
            does = good[0].replace(good[1], good[1].lower().removesuffix("s"), 1)
            yield "lack", "prior_work", f"It finds lacking in them the ability to {does}."
            yield "limit", "performance", f"The paper admits limitations in that it {good[0]}."
        if LACKS.search(line) and not re.search(r"\b(?:we|our)\b", line, re.I):
            words = line.split()
            yield "true", "prior_work", " ".join(w for n, w in enumerate(words) if n % 6 != 4)


def report_made(file: str, papers: int = 250) -> None:
    """Print what is found of made statements on a file's abstracts, drawn by a fixed seed."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    random.Random(11).shuffle(rows)
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows[:papers]:
        paper = clean_paper({**row, "id": row["arxiv_id"], "published": "2024-11-01"})
        sources = Sources(paper)
        for kind, question, text in made([line.text for line in sources.lines]):
            found = ground(Statement(text), sources, question=question, origin="model")
            found = tuple(f for f in found if f.code in TRUTH)
            counts[kind, "n"] += 1
            counts[kind, "found"] += bool(found)
            counts[kind, "blocked"] += blocked(list(found))
    for kind in dict.fromkeys(kind for kind, _ in counts):
        n = counts[kind, "n"]
        shares = (f"{how} {counts[kind, how] / n:.3f}" for how in ("found", "blocked"))
        print(f"{kind}: {n},", ", ".join(shares))


def main(folders: list[str]) -> None:
    """Print a table for each run; with ``--list`` each statement with its findings as well."""
    data = labelled()
    listed = "--list" in folders
    with tempfile.TemporaryDirectory() as folder:
        library = Library.sample(Path(folder) / "sample")
        rows = list(every(library, data, [f for f in folders if f != "--list"]))
    for row, found in rows if listed else ():
        codes = " ".join(f"{f.code}{'!' * (f.severity == 'block')}" for f in found)
        print(f"{row['run']} {row['label']}: {row['question']}: {row['text']}\n    {codes}")
    for name in data["runs"]:
        report(name, [r for r in rows if r[0]["run"] == name])
    report("all", rows)
    print(f"not at hand: {len(data['statements']) - len(rows)}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--made"]:
        sys.exit(report_made(sys.argv[2]))
    main(sys.argv[1:])
