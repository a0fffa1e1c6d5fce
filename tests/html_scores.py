"""What of a made-up paper a reading has: kind by kind, each thing with whether it is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from paperkit.readings import Figure, Reading
from tests.html_samples import bare, seen

Told = dict[str, Any]
Wrong = Callable[[str], None]
ROMAN = "0 I II III IV V VI VII VIII IX X".split()
APART = {"abstract", "references", "bibliography", "摘要", "参考文献"}


def score(told: Told, reading: Reading, wrong: Wrong) -> Counter[str]:
    """Return how much of what stands in a paper its reading has, kind by kind."""
    counts: Counter[str] = Counter()
    for kind, part in PARTS.items():
        for name, good in part(told, reading):
            counts[f"{kind} right"] += good
            counts[kind] += 1
            if not good:
                wrong(f"{kind}: {name}")
    return counts


Judged = Iterator[tuple[str, bool]]


def _tables(reading: Reading) -> dict[str, Figure]:
    return {_arabic(f.label): f for f in reading.figures if f.kind == "table"}


def _arabic(label: str) -> str:
    """Return a label in digits: the page may count I, II, III where the paper's house does."""
    return str(ROMAN.index(label)) if label in ROMAN else label


def with_rows(told: Told, reading: Reading) -> Judged:
    """Say for each table whether it has rows."""
    found = _tables(reading)
    for table in told["tables"]:
        yield f"{table['label']} {table['kind']}", bool(_rows(found.get(table["label"])))


def _rows(table: Figure | None) -> list[list[str]]:
    return [] if table is None or table.rows is None else [list(row) for row in table.rows]


def cell_exact(told: Told, reading: Reading) -> Judged:
    """Say for each table whether every cell is in its place, and nothing else."""
    found = _tables(reading)
    for table in told["tables"]:
        rows = _rows(found.get(table["label"]))
        right = [list(map(bare, row)) for row in table["rows"]]
        yield (
            f"{table['label']} {table['kind']} {rows[:2]}",
            [list(map(bare, r)) for r in rows] == right,
        )


def heads(told: Told, reading: Reading) -> Judged:
    """Say for each table whether as many rows are heads."""
    found = _tables(reading)
    for table in told["tables"]:
        figure = found.get(table["label"])
        yield (
            f"{table['label']} {table['kind']}",
            figure is not None and figure.head == table["head"],
        )


def spans(told: Told, reading: Reading) -> Judged:
    """Say for each table whether its cells over several places are those."""
    found = _tables(reading)
    for table in told["tables"]:
        figure = found.get(table["label"])
        got = None if figure is None else sorted(map(tuple, figure.spans))
        yield f"{table['label']} {table['kind']} {got}", got == sorted(map(tuple, table["spans"]))


def captions(told: Told, reading: Reading) -> Judged:
    """Say for each table and figure whether its caption is as printed."""
    for kind in ("table", "figure"):
        found = {_arabic(f.label): f.caption for f in reading.figures if f.kind == kind}
        for item in told[f"{kind}s"]:
            got = bare(found.get(item["label"], ""))
            yield (
                f"{kind} {item['label']} {got[:60]}",
                got.endswith(bare(item["caption"])) and len(got) < len(bare(item["caption"])) + 16,
            )


def images(told: Told, reading: Reading) -> Judged:
    """Say for each figure whether its image's address is known."""
    found = {f.label: f.images for f in reading.figures if f.kind == "figure"}
    for item in told["figures"]:
        got = found.get(item["label"], ())
        yield f"figure {item['label']} {got}", any(item["file"] in address for address in got)


def sections(told: Told, reading: Reading) -> Judged:
    """Say for each heading whether it is found on its level, and of what is found what is none."""
    right = [(s["title"].casefold(), s["level"]) for s in told["sections"]]
    got = [(seen(s.title).casefold(), s.level) for s in reading.sections]
    got = [item for item in got if item[0] not in APART]
    runin = {title.casefold().rstrip(".") for title in told["runin"]}
    for item in right:
        yield str(item), item in got
    for item in got:
        if item not in right and item[0].rstrip(".") not in runin:
            yield f"{item} is none", False


def sentences(told: Told, reading: Reading) -> Judged:
    """Say for each sentence without formula whether it is there word for word."""
    text = " ".join(seen(p.text) for p in reading.paragraphs)
    for item in told["sentences"]:
        if not item["math"]:
            yield item["text"], seen(item["text"]) in text


def formulas(told: Told, reading: Reading) -> Judged:
    """Say for each sentence with formulas, and each displayed formula, whether it is whole."""
    text = bare("".join(p.text for p in reading.paragraphs))
    for item in told["sentences"]:
        if item["math"]:
            yield item["text"], bare(item["text"]) in text
    for tex in told["displays"]:
        yield tex, bare(tex) in text


def notes(told: Told, reading: Reading) -> Judged:
    """Say for each footnote whether it is there, and apart from the text."""
    found = [seen(p.text) for p in reading.footnotes]
    text = " ".join(seen(p.text) for p in reading.paragraphs if not p.note)
    for note in map(seen, told["notes"]):
        yield note, any(note in f and len(f) < len(note) + 5 for f in found) and note not in text


def anchors(told: Told, reading: Reading) -> Judged:
    """Say of each paragraph whether it has an id of its own."""
    used = Counter(p.anchor for p in reading.paragraphs)
    for paragraph in reading.paragraphs:
        if paragraph.role in ("body", "appendix"):
            yield paragraph.text[:40], bool(paragraph.anchor) and used[paragraph.anchor] >= 1


def references(told: Told, reading: Reading) -> Judged:
    """Say for each reference whether its ids are known."""
    for at, item in enumerate(told["references"]):
        got = reading.references[at] if at < len(reading.references) else None
        want = (item.get("arxiv", ""), item.get("doi", ""))
        yield f"{want} {got}", got is not None and (got.arxiv_id, got.doi) == want


def front(told: Told, reading: Reading) -> Judged:
    """Say whether title, version, licence and each affiliation are known."""
    yield f"title {reading.title}", seen(reading.title) == seen(told["title"])
    yield f"stamp {reading.stamp}", reading.stamp == f"{told['id']}v{told['version']}"
    yield f"licence {reading.licence}", seen(reading.licence) == told["license"]
    yield f"matches {reading.why}", reading.matches is True
    for place in told["affiliations"]:
        yield f"affiliation {place} / {reading.affiliation}", place in seen(reading.affiliation)


PARTS: dict[str, Callable[[Told, Reading], Judged]] = {
    "tables with rows": with_rows,
    "tables cell-exact": cell_exact,
    "heads of tables": heads,
    "spans of tables": spans,
    "captions": captions,
    "images": images,
    "sections": sections,
    "sentences": sentences,
    "formulas": formulas,
    "footnotes": notes,
    "anchors": anchors,
    "references": references,
    "front matter": front,
}
