"""Make the bundled sample: `python scripts/make_sample.py DATA`, DATA holding the source files.

Reads arxiv_corpus.jsonl.gz and bench/scale/*.parquet (arXiv metadata, CC0) and writes
paperkit/data/papers/papers.jsonl.gz; the PDFs beside it are listed in LICENCES.md there.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd

TARGET = Path(__file__).parent.parent / "paperkit" / "data" / "papers" / "papers.jsonl.gz"
MOST = {"NeRF": 90, "3DGS": 90, "元宇宙/虚拟人": 80, "Talking Head Generation": 60}
WORDS = {
    "NeRF": (r"radiance fields?\b|\bnerf\b", ("cs.CV", "cs.GR", "cs.RO"), 60),
    "3DGS": (r"gaussian splat|\b3dgs\b", ("cs.CV", "cs.GR", "cs.RO"), 90),
    "元宇宙/虚拟人": (r"metaverse|avatar|digital human", ("cs.CV", "cs.GR", "cs.HC"), 40),
    "Talking Head Generation": (r"talking[- ](?:head|face|portrait)", ("cs.CV", "cs.SD"), 30),
    "Scholarly documents": (
        r"scholarly|scientific (?:papers|literature|articles|documents)|citation (?:graph|network)",
        ("cs.CL", "cs.DL", "cs.IR"),
        60,
    ),
    "Trapped ions": (r"trapped[- ]ion|ion (?:trap|crystal)", ("quant-ph", "physics.atom-ph"), 40),
}
FULL = {
    "1911.02782": {
        "topics": ["Scholarly documents"],
        "pdf": "acl2020_main447_s2orc.pdf",
        "licence": "CC BY 4.0",
        "version": 3,
        # arXiv's metadata at hand has v1's title; title and abstract are those of the PDF.
        "title": "S2ORC: The Semantic Scholar Open Research Corpus",
        "abstract": (
            "We introduce S2ORC, a large corpus of 81.1M English-language academic papers spanning "
            "many academic disciplines. The corpus consists of rich metadata, paper abstracts, "
            "resolved bibliographic references, as well as structured full text for 8.1M open "
            "access papers. Full text is annotated with automatically-detected inline mentions of "
            "citations, figures, and tables, each linked to their corresponding paper objects. In "
            "S2ORC, we aggregate papers from hundreds of academic publishers and digital archives "
            "into a unified source, and create the largest publicly-available collection of "
            "machine-readable academic text to date. We hope this resource will facilitate "
            "research and development of tools and tasks for text mining over academic text."
        ),
    },
    "1408.6659": {
        "topics": ["Trapped ions"],
        "pdf": "srep08555_planar_ion_crystal.pdf",
        "licence": "CC BY 4.0",
        "version": 2,
        "abstract": (
            "We propose a scheme to realize scalable quantum computation in a planar ion crystal "
            "confined by a Paul trap. We show that the inevitable in-plane micromotion affects the "
            "gate design via three separate effects: renormalization of the equilibrium positions, "
            "coupling to the transverse motional modes, and amplitude modulation in the addressing "
            "beam. We demonstrate that all of these effects can be taken into account and "
            "high-fidelity gates are possible in the presence of micromotion. This proposal opens "
            "the prospect to realize large-scale fault-tolerant quantum computation within a "
            "single Paul trap."
        ),
    },
}


def corpus(data: Path, known: pd.DataFrame) -> list[dict[str, Any]]:
    """Return papers of the digest topics, spread over the months, each once."""
    frame = pd.read_json(data / "arxiv_corpus.jsonl.gz", lines=True, dtype=False)
    frame = frame.set_index("arxiv_id")
    rows: dict[str, dict[str, Any]] = {}
    for topic, most in MOST.items():
        of_topic = frame[frame["topics"].map(lambda t, topic=topic: topic in t)]
        # Those whose categories are at hand come first; the rest is spread over the months.
        described = of_topic.index.isin(known.index[known["categories"].notna()])
        chosen = of_topic[described].head(most)
        rest = of_topic[~described].sort_values(["published_month"])
        step = max(1.0, len(rest) / max(1, most - len(chosen)))
        places = [int(i * step) for i in range(min(most - len(chosen), len(rest)))]
        for _, row in pd.concat([chosen, rest.iloc[places]]).iterrows():
            rows[str(row.name)] = from_corpus(row, known)
    return list(rows.values())


def from_corpus(row: pd.Series, known: pd.DataFrame) -> dict[str, Any]:
    """Return one record; the day and the categories where arXiv's metadata at hand has them."""
    record = {
        "id": row.name,
        "version": int(row["version"]),
        "title": row["title"],
        "authors": row["authors"],
        "abstract": row["abstract"],
        "categories": [],
        "published": f"{row['published_month']}-01",
        "comment": row["comment"] or "",
        "topics": [t for t in row["topics"] if t in MOST],
    }
    if row.name in known.index:
        more = known.loc[row.name]
        if more["categories"] is not None:
            record["categories"] = list(more["categories"])
        if more["date_precision"] != "month-from-id":
            record["published"] = more["published"]
    return record


def from_words(data: Path) -> list[dict[str, Any]]:
    """Return the newest papers whose title has a topic's words."""
    frame = pd.read_parquet(data / "bench" / "scale" / "arxiv_100k.parquet")
    frame = frame[~frame["abstract_truncated"]].dropna(subset=["authors", "categories"])
    frame = frame.sort_values("published", ascending=False)
    rows = []
    for topic, (words, categories, most) in WORDS.items():
        fits = frame["title"].str.contains(words, case=False, regex=True)
        fits &= frame["primary_category"].isin(categories)
        for _, row in frame[fits].head(most).iterrows():
            rows.append(
                {
                    "id": row["arxiv_id"],
                    "title": row["title"],
                    "authors": list(row["authors"]),
                    "abstract": row["abstract"],
                    "categories": list(row["categories"]),
                    "published": row["published"],
                    "updated": None if pd.isna(row["updated"]) else row["updated"],
                    "comment": "" if pd.isna(row["comment"]) else row["comment"],
                    "topics": [topic],
                }
            )
    return rows


def full(known: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the papers that come with their PDF."""
    rows = []
    for paper_id, extra in FULL.items():
        row = known.loc[paper_id]
        record = {
            "id": paper_id,
            "title": row["title"],
            "authors": list(row["authors"]),
            "categories": list(row["categories"]),
            "published": row["published"],
            "updated": None if pd.isna(row["updated"]) else row["updated"],
            "comment": "" if pd.isna(row["comment"]) else row["comment"],
        }
        rows.append({**record, **extra})
    return rows


def main() -> None:
    """Write the sample's records, one JSON object a line, sorted by id."""
    data = Path(sys.argv[1])
    known = pd.read_parquet(data / "bench" / "scale" / "arxiv_839k_no_abstract.parquet")
    known = known.set_index("arxiv_id")
    records: dict[str, dict[str, Any]] = {}
    for record in [*corpus(data, known), *from_words(data), *full(known)]:
        if held := records.get(record["id"]):
            record["topics"] = sorted({*held["topics"], *record["topics"]})
        records[record["id"]] = record
    lines = [json.dumps(records[i], ensure_ascii=False) + "\n" for i in sorted(records)]
    TARGET.write_bytes(gzip.compress("".join(lines).encode(), 9, mtime=0))
    print(f"{len(lines)} papers, {TARGET.stat().st_size / 1e3:.0f} kB: {TARGET.name}")


if __name__ == "__main__":
    main()
