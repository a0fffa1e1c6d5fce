"""How many digests of the offline model can be signed as they stand: 40, judged by a written guide.

    PAPERKIT_DATA=FOLDER python -m benchmarks.bench_digests write > digests.md
    PAPERKIT_DATA=FOLDER python -m benchmarks.bench_digests score
    PAPERKIT_DATA=FOLDER python -m benchmarks.bench_digests empty
    PAPERKIT_DATA=FOLDER python -m benchmarks.bench_digests draw SEED COUNT > digests.md
    PAPERKIT_DATA=FOLDER python -m benchmarks.bench_digests pdfs FILE… > digests.md

FOLDER holds ``papers`` (PDFs), ``arxiv_sample.jsonl.gz`` and ``arxiv_corpus.jsonl.gz``. The
verdicts stand in ``tests/data/digests/verdicts.json``, the guide beside them in ``guide.md``. A
verdict is of one text: the score says how many of today's digests read otherwise than those that
were judged.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import paperkit
from paperkit.models import Extractive
from paperkit.outlines import DIGEST
from paperkit.papers import Paper, clean_paper
from paperkit.prompts import make_request, read_reply
from paperkit.reading import read_here
from paperkit.readings import Reading

MOST_ABSTRACT = 1920
"""Characters (https://info.arxiv.org/help/prep.html); a letter without headings is no abstract."""
SEED, ALL, LEAST_WORDS = 20261128, 40, 80
AROUND = re.compile(r"^abstract\b[\W_]*|\bkey ?words\b.*$", re.IGNORECASE | re.DOTALL)
"""What stands around an abstract in a PDF and never in arXiv's record."""
JUDGED = Path(__file__).parents[1] / "tests" / "data" / "digests"
VERDICTS, FIRST = JUDGED / "verdicts.json", JUDGED / "first.json"


def papers() -> Iterator[tuple[Paper, Reading | None]]:
    """Yield the papers that come as a PDF, then abstracts of the sample, chosen by `SEED`."""
    files = sorted(Path(os.environ["PAPERKIT_DATA"], "papers").glob("*.pdf"))
    yield from of_pdfs(files)
    for row in random.Random(SEED).sample(_rows("arxiv_sample"), ALL - len(files)):
        yield _of_row(row), None


def of_pdfs(files: Sequence[Path]) -> Iterator[tuple[Paper, Reading]]:
    """Yield papers with their readings; what is not bundled gets its abstract from the PDF."""
    records = _bundled()
    for number, file in enumerate(files, 1):
        reading = read_here(file)
        parts = [p.text for p in reading.paragraphs if p.section.lower() == "abstract"]
        whole = " ".join(parts)
        if len(whole) > MOST_ABSTRACT:  # of a letter without headings the first paragraph
            whole = next(p for p in parts if len(p.split()) >= LEAST_WORDS)
        abstract = AROUND.sub("", whole[:MOST_ABSTRACT])
        row = {"id": f"2411.{number:05d}v1", "title": reading.title, "abstract": abstract}
        paper = _paper(row | {"categories": ["cs.LG"], "published": "2024-11-01"})
        yield records.get(reading.title.lower(), paper), reading


def unjudged(seed: int, count: int) -> Iterator[Paper]:
    """Yield abstracts that nobody has judged: half of the sample, half of the corpus."""
    seen = {i for f in (VERDICTS, FIRST) for i in re.findall(r'"([^"]+)": ', f.read_text())}
    chance = random.Random(seed)
    for name, number in (("arxiv_sample", count - count // 2), ("arxiv_corpus", count // 2)):
        rows = [row for row in _rows(name) if row["arxiv_id"] not in seen]
        yield from map(_of_row, chance.sample(rows, number))


def _rows(name: str) -> list[dict[str, Any]]:
    """Return the records of a file whose abstract has enough words to choose from."""
    file = Path(os.environ["PAPERKIT_DATA"], f"{name}.jsonl.gz")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [r for r in rows if len((r["abstract"] or "").split()) >= LEAST_WORDS]


def _of_row(row: Mapping[str, Any]) -> Paper:
    fixed = {"categories": ["cs.CV"], "published": "2024-11-01"}
    keys = ("title", "abstract", "categories", "published")
    known = {k: row[k] for k in keys if row.get(k)}
    return _paper(fixed | {"id": f"{row['arxiv_id']}v1"} | known)


def _bundled() -> dict[str, Paper]:
    """Return arXiv's records of the papers that the package brings along, by title."""
    file = Path(paperkit.__file__).parent / "data" / "papers" / "papers.jsonl.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {row["title"].lower(): clean_paper(row) for row in rows}


def _paper(row: dict[str, object]) -> Paper:
    return clean_paper({"authors": ["A. Author"], **row})


def digest(paper: Paper, reading: Reading | None) -> str:
    """Return what the offline model writes of a paper, one line per statement."""
    request = make_request(paper, reading, outline=DIGEST)
    answers, _ = read_reply(request, Extractive().answer(request))
    return "\n".join(f"{a.question}: {s.text}" for a in answers for s in a.statements)


def mark(text: str) -> str:
    """Return a short mark that tells whether a digest is the one that was judged."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def write(chosen: Iterable[tuple[Paper, Reading | None]]) -> None:
    """Print every digest with its mark, and the abstract that it is judged by."""
    for paper, reading in chosen:
        text = digest(paper, reading)
        print(f"# {paper.id} {mark(text)} {paper.title}\n> {paper.abstract}\n\n{text}\n")


def score() -> None:
    """Print how many digests were signable, which faults the others had, and what reads anew."""
    verdicts = json.loads(VERDICTS.read_text())
    for time in ("before", "after"):
        rows = [v[time] for v in verdicts.values()]
        faults = Counter(fault for row in rows for fault in set(row["faults"]))
        told = ", ".join(f"{name} {count}" for name, count in faults.most_common())
        print(f"{time}: {sum(not r['faults'] for r in rows)} of {len(rows)} signable; {told}")
    anew = [p.id for p, r in papers() if mark(digest(p, r)) != verdicts[p.id]["after"]["mark"]]
    print(f"{len(anew)} read otherwise than those judged: {', '.join(anew) or 'none'}")


def empty() -> None:
    """Print for how many of 200 abstracts of the corpus each answer is empty."""
    file = Path(os.environ["PAPERKIT_DATA"], "arxiv_corpus.jsonl.gz")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    chosen = random.Random(SEED).sample([r for r in rows if r["abstract"]], 200)
    fixed = {"categories": ["cs.CV"], "published": "2024-11-01"}
    made = (
        {"id": f"2411.{n:05d}v1", "title": r["title"], "abstract": r["abstract"]} | fixed
        for n, r in enumerate(chosen, 1)
    )
    texts = [digest(_paper(row), None) for row in made]
    for key in ("background", "prior_work", "approach", "task", "methods", "performance"):
        print(f"{key}: {sum(f'{key}: ' not in text for text in texts)} of {len(texts)} empty")
    begins = sum(text.split("summary: ")[1][:1].islower() for text in texts if "summary: " in text)
    print(f"{begins} summaries begin in lower case")


def main(command: str, *given: str) -> None:
    """Run one of the commands."""
    if command == "draw":
        write((paper, None) for paper in unjudged(*map(int, given)))
    elif command == "pdfs":
        write(of_pdfs([Path(name) for name in given]))
    elif command == "write":
        write(papers())
    else:
        {"score": score, "empty": empty}[command]()


if __name__ == "__main__":
    main(*sys.argv[1:])
