"""Real models: ten bundled papers against any OpenAI-compatible server.

Run ``python benchmarks/bench_local.py URL MODEL``, like ``http://127.0.0.1:8000/v1 qwen2.5``. The
papers that have a PDF are read; ``--pdfs FOLDER …`` adds PDFs that are not bundled; the others are
asked by their abstract. Prints per paper and in all: digests complete, partial, failed;
statements; the share with evidence found; blocking findings; seconds and calls a paper.
``--record FILE`` keeps what the server said, for tests/models/test_recorded.py.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

from paperkit.batch import read, summarize
from paperkit.library import Library
from paperkit.models import OpenAIChat
from paperkit.papers import clean_paper
from paperkit.prompts import Reply, Request
from paperkit.reading import read_here


class Recorded(OpenAIChat):
    """The model, with what it was asked and what it said kept."""

    kept: list[dict[str, Any]]

    def answer(self, request: Request, watch: Any = None) -> Reply:
        """Return its reply, and keep it."""
        reply = super().answer(request, watch)
        self.kept.append(
            {
                "paper": request.paper.id,
                "questions": [q.key for q in request.questions],
                "form": request.form,
                "again": bool(request.faults),
                "text": reply.text,
                "tokens": [reply.tokens_in, reply.tokens_out],
            }
        )
        return reply


def measured(library: Library, id: str, model: OpenAIChat, ask: Any) -> dict[str, Any]:
    """Return what comes of one paper."""
    before, begun = len(library.calls()), time.monotonic()
    row = summarize([id], library, model, ask=ask).iloc[0]
    digest = library.digest(id)
    statements = [s for a in digest.answers for s in a.statements] if digest else []
    empty = [a for a in digest.answers if not a.statements and not a.error] if digest else []
    required = {"summary", "takeaways"}
    return {
        "id": id,
        "outcome": row["outcome"],
        "asked": row["asked"],
        "statements": len(statements),
        "evidence": sum(bool(s.evidence) for s in statements),
        "findings": int(row["findings"]) if row["outcome"] in ("answered", "partial") else 0,
        "empty": sum(a.question in required for a in empty),
        "seconds": round(time.monotonic() - begun, 1),
        "calls": len(library.calls()) - before,
        "error": row["error"],
    }


def shown(library: Library, id: str) -> str:
    """Return the statements of a paper with their first evidence, for whoever judges them."""
    digest = library.digest(id)
    lines = [f"## {id} {library.paper(id).title}"]
    for answer in digest.answers if digest else ():
        for statement in answer.statements:
            found = statement.evidence[0].quote if statement.evidence else "-"
            lines.append(f"{answer.question}: {statement.text}\n    [{found}]")
    return "\n".join(lines)


def bundled(library: Library, *, abstracts: bool) -> tuple[list[str], list[str]]:
    """Return the papers of the sample with a PDF, which is read unless `abstracts`, and others."""
    ids = list(library.papers().index)
    pdfs = [i for i in ids if library.files.pdf_path(i).is_file()]
    if not abstracts:
        read(pdfs, library, download=False)
    return pdfs, [i for i in ids if i not in pdfs]


def added(library: Library, files: Iterable[Path]) -> list[str]:
    """Return the papers that PDFs are: read, with title and abstract as they say them.

    A file whose name is no arXiv id gets a number of its name's own.
    """
    ids = []
    for file in files:
        reading = read_here(file)
        abstract = " ".join(p.text for p in reading.paragraphs if p.section.lower() == "abstract")
        known = re.fullmatch(r"\d{4}\.\d{5}", file.stem.split("v")[0])
        id = known[0] if known else f"2411.{crc32(file.stem.encode()) % 100_000:05d}"
        row = {"id": id, "title": reading.title, "authors": ["A. Author"], "abstract": abstract}
        library.add([clean_paper({**row, "published": "2024-11-01", "categories": ["cs.LG"]})])
        library.files.save_reading(id, reading, version=library.paper(id).version)
        ids.append(id)
    return ids


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("model")
    parser.add_argument("--papers", type=int, default=10)
    parser.add_argument("--abstracts", action="store_true", help="read no PDF")
    parser.add_argument("--ask", default="auto", choices=["auto", "whole", "single"])
    parser.add_argument("--context", type=int)
    parser.add_argument("--record", type=Path)
    parser.add_argument("--statements", type=Path, help="where to write them for a judge")
    parser.add_argument("--pdfs", type=Path, nargs="+", default=[], help="folders or files")
    return parser.parse_args(arguments)


def main() -> None:
    """Ask about each paper and print the table."""
    options = options_of()
    model = Recorded(options.model, base_url=options.url, context=options.context)
    model.kept = []
    rows, texts = [], []
    with tempfile.TemporaryDirectory() as folder:
        library = Library.sample(Path(folder) / "sample")
        pdfs, others = bundled(library, abstracts=options.abstracts)
        files = [f for p in options.pdfs for f in (sorted(p.glob("*.pdf")) if p.is_dir() else [p])]
        for id in [*pdfs, *added(library, files), *others][: options.papers]:
            rows.append(measured(library, id, model, options.ask))
            texts.append(shown(library, id))
            print(json.dumps(rows[-1]), flush=True)
            if options.record:
                options.record.write_text(json.dumps(model.kept, indent=1, ensure_ascii=False))
            if options.statements:
                options.statements.write_text("\n\n".join(texts), encoding="utf-8")
    print(summed(options.model, rows))


def summed(name: str, rows: list[dict[str, Any]]) -> str:
    """Return all papers in a line."""
    outcomes = [r["outcome"] for r in rows]
    total = {k: sum(r[k] for r in rows) for k in ("statements", "evidence", "findings", "empty")}
    share = 100 * total["evidence"] / max(1, total["statements"])
    counts = ", ".join(f"{o} {outcomes.count(o)}" for o in ("answered", "partial", "failed"))
    each = {k: sum(r[k] for r in rows) / max(1, len(rows)) for k in ("seconds", "calls")}
    return (
        f"{name}: {counts}; {total['statements']} statements, {share:.0f} % with evidence, "
        f"{total['findings']} findings, {total['empty']} required left empty; "
        f"{each['seconds']:.0f} s and {each['calls']:.1f} calls a paper"
    )


if __name__ == "__main__":
    main()
