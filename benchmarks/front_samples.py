"""First pages whose first author's affiliation is known: right, nothing or wrong.

    python benchmarks/bench_reading.py --affiliations FOLDER [FOLDER of PDFs ...]

``fronts.json`` holds twenty labels of papers by file name, looked for in the further folders,
and what made-up ones say, which are set into the first folder with LaTeX, in twenty classes
(needs ``pdflatex`` with the classes of texlive-publishers and CJK): twenty that the rules were
mended with and twenty ("later") with new words. Labels leave out streets and postal codes, as
the cards of posts do, and name the first of an author's places; "" is a page that states none.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from html_layouts import LAYOUTS, Layout, files
from html_second import LAYOUTS as SECOND
from html_words import Topic

LABELS = Path(__file__).with_name("fronts.json")
_TEXT = (
    "We describe how the records were taken, what they show, and where they can't be trusted. "
    "Nothing in this page depends on more than one season. "
)


def _tex(front: dict[str, Any], layout: Layout) -> str:
    people = tuple((n, int(p)) for n, p in (a.split(":") for a in front["people"].split("; ")))
    told = (front["layout"], front["title"], "cs.XX", "CC BY 4.0", people, tuple(front["places"]))
    topic = Topic(*told, "", "", (), (), (), "", ())
    begin, end = r"\begin{document}", r"\end{document}"
    if front["layout"] == "cjk":
        begin, end = begin + r"\begin{CJK}{UTF8}{gbsn}", r"\end{CJK}" + end
    text = (r"\section{Introduction}", _TEXT * 12, r"\section{Data}", _TEXT * 9)
    return "\n".join([layout.preamble, begin, layout.front(topic, _TEXT * 3), *text, end])


def _set(front: dict[str, Any], path: Path) -> None:
    """Set one made-up front with LaTeX."""
    layout = {**LAYOUTS, **SECOND}[front["layout"]]
    with tempfile.TemporaryDirectory() as made:
        for name, text in {**files(layout), "front.tex": _tex(front, layout)}.items():
            (Path(made) / name).write_text(text, encoding="utf-8")
        for _ in range(2):
            command = ["pdflatex", "-interaction=batchmode", "front.tex"]
            subprocess.run(command, cwd=made, check=False, stdout=subprocess.DEVNULL)
        path.write_bytes((Path(made) / "front.pdf").read_bytes())


def fronts(folder: Path, others: Sequence[Path]) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield each labelled paper that is there: its PDF, its authors, what may be said of them."""
    labels = json.loads(LABELS.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    for at, front in enumerate([*labels["made"], *labels["later"]]):
        path = folder / f"front-{at:02}-{front['layout']}.pdf"
        if not path.exists():
            _set(front, path)
        people = [person.split(":")[0] for person in front["people"].split("; ")]
        yield path, people, front["affiliation"]
    for name, label in labels["shared"].items():
        found = [other / name for other in others if (other / name).exists()]
        if found:
            yield found[0], label["authors"], label["affiliation"]


def _same(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def score(folder: Path, others: Sequence[Path]) -> str:
    """Return how many affiliations come out right, not at all and wrong; print the others."""
    from paperkit.posts.affiliations import affiliation
    from paperkit.reading import read_here

    counts: Counter[str] = Counter()
    for path, authors, right in fronts(folder, others):
        found = affiliation(read_here(path).affiliation, authors)
        known = _same(found) in map(_same, right)
        said = "right" if known else "wrong" if found else "nothing"
        counts[said] += 1
        if not known:
            print(f"{said}: {path.name}: {found!r}, not {right[0]!r}")
    return f"{counts.total()} first pages: " + ", ".join(
        f"{counts[said]} {said}" for said in ("right", "nothing", "wrong")
    )
