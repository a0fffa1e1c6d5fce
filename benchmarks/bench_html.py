"""Reading arXiv's HTML measured: made-up papers in the usual classes, whose truth is known.

    python -m benchmarks.bench_html [FOLDER] [--pdf] [--each]

FOLDER is ``tests/data/html`` unless given, or a set that ``html_samples.py`` wrote. ``--pdf`` reads
the same papers' PDFs too and says what each of the two readings finds; ``--each`` names what is
wrong, paper by paper. Time is processor time, beside the start of the reading process.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from paperkit.checks import Sources, find_evidence, ground
from paperkit.errors import ReadError
from paperkit.reading import read_html, read_pdf
from paperkit.readings import Limits, Reading
from tests.html_samples import (
    FOLDER,
    HOSTILE,
    bad_pages,
    bare,
    decimals,
    hostile_page,
    page_path,
    record,
    seen,
    truth,
    truths,
)
from tests.html_scores import Told, Wrong, cell_exact, score, sections, sentences, with_rows

# ---- what both readings have


def compared(told: Told, reading: Reading, wrong: Wrong) -> Counter[str]:
    """Return what a reading of either kind finds: numbers, sentences, tables, support."""
    counts: Counter[str] = Counter()
    said = [s["text"] for s in told["sentences"]]
    said += [i["caption"] for kind in ("tables", "figures") for i in told[kind]]
    cells = [c for t in told["tables"] for row in t["rows"] for c in row]
    want = decimals("\n".join([*map(seen, said), *map(bare, cells)]))
    found = decimals(_whole(reading))
    _add(counts, "decimals", len(want & found), len(want))
    for name in sorted(want - found):
        wrong(f"decimal {name}")
    for kind in (with_rows, cell_exact, sections, sentences):
        judged = list(kind(told, reading))
        _add(counts, kind.__name__, sum(good for _, good in judged), len(judged))
    sources = Sources(record(told), reading)
    for item in told["statements"]:
        supported, caught = (
            is_supported(item["true"], sources),
            not is_supported(item["false"], sources),
        )
        _add(counts, "table statements supported", supported, 1)
        _add(counts, "with one digit changed caught", caught, 1)
        for good, name in ((supported, "true"), (caught, "false")):
            if not good:
                wrong(f"{name} statement: {item[name]}")
    return counts


def _add(counts: Counter[str], name: str, right: int, of: int) -> None:
    counts[f"{name} right"] += right
    counts[name] += of


def _whole(reading: Reading) -> str:
    """Return all that a reading says, cells and captions too."""
    rows = [c for f in reading.figures for row in f.rows or () for c in row]
    lines = [line for f in reading.figures for line in f.lines or ()]
    text = [p.text for p in reading.paragraphs]
    loose = [re.sub(r"[$^_{}]", " ", bare_marks(t)) for t in [*rows, *lines]]
    return "\n".join([*text, *loose, *(f.caption for f in reading.figures)])


def bare_marks(text: str) -> str:
    """Return a cell's text with marks and errors set apart from the number."""
    return re.sub(r"[±†‡*∗+−–-]", " ", text)


def is_supported(statement: str, sources: Sources) -> bool:
    """Say whether a statement is carried by a passage and nothing in it is objected to."""
    objected = [f for f in ground(statement, sources, origin="model") if f.severity != "info"]
    return bool(find_evidence(statement, sources)) and not objected


# ---- pages that are not the paper


def refused(path: Path, told: Told) -> str:
    """Return why a page is not taken for the paper, empty when it is."""
    try:
        reading = read_html(path, record(told), limits=Limits(seconds=60))
    except ReadError as error:
        return str(error)
    return "" if reading.matches else reading.why or "nothing to compare"


def show_bad(each: bool) -> None:
    """Print how many bad pages are recognized, and how many hostile ones do nothing."""
    told, done = truth("article"), Counter[bool]()
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / f"{told['id']}v{told['version']}.html"
        for name, data in bad_pages():
            path.write_bytes(data)
            why = refused(path, told)
            done[bool(why)] += 1
            if each or not why:
                print(f"    {name}: {why or 'TAKEN'}")
        print(f"bad pages recognized: {done[True]} of {done.total()}")
        inert = [name for name in HOSTILE if _is_inert(path, name, told)]
        print(f"hostile pages read as if they were not: {len(inert)} of {len(HOSTILE)}")
        print(*(f"    {name}: NOT" for name in HOSTILE if name not in inert), sep="\n")


def _is_inert(path: Path, name: str, told: Told) -> bool:
    """Say whether a page with something in it that wants to act reads as the clean one does."""
    clean = read_html(page_path(told), record(told))
    path.write_text(hostile_page(name), encoding="utf-8")
    got = read_html(path, record(told))
    said = str(replace(got, hidden=()).to_dict())
    words = ("owned", "javascript:", "127.0.0.1", "<script", "onerror")
    return clean.text == got.text and not any(word in said for word in words)


# ---- time


def seconds(paths: list[Path]) -> list[float]:
    """Return the processor seconds each page takes in a process that has read one before."""
    from paperkit.reading import html

    html.read_here(paths[0], limits=Limits())
    spent = []
    for path in paths:
        start = time.process_time()
        html.read_here(path, limits=Limits())
        spent.append(time.process_time() - start)
    return spent


def show(counts: Counter[str], title: str) -> None:
    """Print a line for each kind."""
    print(title)
    for name in [n for n in counts if not n.endswith(" right")]:
        right, of = counts[f"{name} right"], counts[name]
        print(f"    {name:32} {right:5} of {of:5}  {right / of:.3f}")


def main() -> None:
    """Score the folder asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    options.add_argument("--pdf", action="store_true")
    options.add_argument("--each", action="store_true")
    given = options.parse_args()
    all_told = truths(given.folder)
    given_html, both = Counter[str](), {"HTML": Counter[str](), "PDF": Counter[str]()}
    for told in all_told:
        path = page_path(told, given.folder)

        def wrong(what: str, name: str = f"{told['id']} {told['layout']}") -> None:
            if given.each:
                print(f"  {name} {what}"[:220])

        reading = read_html(path, record(told))
        given_html += score(told, reading, wrong)
        if given.pdf:
            both["HTML"] += compared(told, reading, lambda what: wrong(f"HTML {what}"))
            other = read_pdf(path.with_suffix(".pdf"), paper=record(told))
            both["PDF"] += compared(told, other, lambda what: wrong(f"PDF {what}"))
    show(given_html, f"{len(all_told)} papers' HTML")
    for name in both if given.pdf else ():
        show(both[name], f"the same papers' {name}")
    spent = seconds([page_path(t, given.folder) for t in all_told])
    print(f"processor seconds a page: median {statistics.median(spent):.3f}, most {max(spent):.3f}")
    if given.folder == FOLDER:
        show_bad(given.each)


if __name__ == "__main__":
    main()
