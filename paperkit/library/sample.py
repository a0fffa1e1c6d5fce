"""The bundled sample: real arXiv metadata and a few openly licensed papers, put into a library."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from importlib import resources
from typing import TYPE_CHECKING, Any

from paperkit.papers import Paper, clean_paper

if TYPE_CHECKING:
    from paperkit.library import Library

_FOLDER = resources.files("paperkit") / "data" / "papers"


def fill(library: Library) -> None:
    """Add the sample's papers under their topics, with the PDFs and licences of some."""
    by_topic: dict[str, list[Paper]] = defaultdict(list)
    with_pdf: list[dict[str, Any]] = []
    for line in gzip.decompress((_FOLDER / "papers.jsonl.gz").read_bytes()).splitlines():
        record = json.loads(line)
        for topic in record["topics"]:
            by_topic[topic].append(clean_paper(record))
        if "pdf" in record:
            with_pdf.append(record)
    for topic, papers in by_topic.items():
        library.add(papers, topic=topic)
    for record in with_pdf:
        library.save_pdf(record["id"], (_FOLDER / record["pdf"]).read_bytes())
        library.set_licence(record["id"], record["licence"])
