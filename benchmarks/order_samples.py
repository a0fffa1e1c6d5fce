"""Made-up papers whose labels hang into the white between columns, with the order of their words.

    python benchmarks/order_samples.py FOLDER --seed 7 --papers 20
    python benchmarks/order_samples.py FOLDER --score

Lists of symbols, dialogues, bibliographies with long labels, notes that stand out to the left,
and a wide abstract over two short columns, in one and two columns. No word comes twice, so that
the order is known word by word; lines are those that the PDF's own layer holds. Needs ``pdflatex``.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from table_samples import Maker


class Words(Maker):
    """Words that never come twice."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.used: set[str] = set()

    def word(self, syllables: int = 2) -> str:
        """Return a word that was not there before."""
        while True:
            word = super().word(syllables)
            if word not in self.used:
                self.used.add(word)
                return word

    def text(self, low: int, high: int) -> str:
        """Return a sentence."""
        return " ".join(self.word() for _ in range(self.random.randint(low, high))) + "."

    def plain(self, sentences: int) -> str:
        """Return a paragraph."""
        return " ".join(self.text(7, 15) for _ in range(sentences)) + "\n\n"


def nomenclature(w: Words) -> str:
    """Symbols in a column of their own, what they mean beside them."""
    wide = w.random.choice(["1.2cm", "2cm", "2.8cm"])
    rows = [
        rf"\item[{w.word() if w.random.random() < 0.3 else f'$x_{{{n}}}$'}] {w.text(3, 22)}"
        for n in range(w.random.randint(8, 16))
    ]
    begin = rf"\begin{{list}}{{}}{{\labelwidth={wide}\leftmargin={wide}"
    begin += r"\advance\leftmargin\labelsep\let\makelabel=\flushed\itemsep=0pt}"
    return "\n".join([r"\section*{Nomenclature}", begin, *rows, r"\end{list}", ""])


def dialogue(w: Words) -> str:
    """Who speaks, and what is said, indented."""
    who = [w.random.choice(["A", "B", "Judge", "Robot"]) for _ in range(w.random.randint(8, 14))]
    rows = [rf"\item[\textbf{{{name}:}}] {w.text(4, 30)}" for name in who]
    begin = r"\begin{list}{}{\labelwidth=1.3cm\leftmargin=1.5cm\let\makelabel=\flushed}"
    return "\n".join([r"\section{Dialogue}", begin, *rows, r"\end{list}", ""])


def bibliography(w: Words) -> str:
    """Entries with long labels."""
    style = w.random.choice(["alpha", "number", "author"])
    rows = []
    for n in range(w.random.randint(9, 20)):
        label = {
            "alpha": f"[{''.join(w.random.choice('ABCDEFGH') for _ in range(3))}+{n + 10}]",
            "number": f"[{n + 1}]",
            "author": "",
        }[style]
        rows.append(
            rf"\item[{label}] {w.text(3, 5)[:-1].title()}. {w.text(6, 14)} "
            rf"\textit{{{w.text(2, 4)}}}"
        )
    wide = {"alpha": "1.4cm", "number": "0.6cm", "author": "0cm"}[style]
    hang = r"\itemindent=-0.5cm\leftmargin=0.5cm" if style == "author" else rf"\leftmargin={wide}"
    begin = rf"\begin{{list}}{{}}{{\labelwidth={wide}\labelsep=0pt{hang}\let\makelabel=\flushed}}"
    return "\n".join([r"\section*{References}", r"\small", begin, *rows, r"\end{list}", ""])


def outstanding(w: Words) -> str:
    """Paragraphs whose label stands out into the white beside the column."""
    out = w.random.choice(["0.35cm", "0.5cm"])
    rows = [
        rf"\noindent\llap{{({n})\hspace{{{out}}}}}{w.plain(2)}"
        for n in range(1, w.random.randint(4, 7))
    ]
    return "\n".join([r"\section{Remarks}", *rows])


KINDS: tuple[Callable[[Words], str], ...] = (nomenclature, dialogue, outstanding)
_HEAD = r"""\documentclass[%s]{article}
\usepackage[T1]{fontenc}\usepackage{%s}\usepackage[margin=2cm,columnsep=%s]{geometry}
\usepackage{multicol}\hyphenpenalty=10000 \tolerance=3000
\setlength{\columnsep}{%s}
\newcommand\flushed[1]{#1\hfil}
\begin{document}
"""


def paper(w: Words) -> str:
    """Return a paper's TeX: a wide front over two columns, or one column."""
    r = w.random
    gap = r.choice(["0.6cm", "0.8cm", "1cm"])
    size = r.choice(["9pt", "10pt", "11pt"]).replace("9pt", "10pt")
    head = _HEAD % (size, r.choice(["lmodern", "mathptmx", "mathpazo"]), gap, gap)
    kinds = r.sample(KINDS, r.randint(1, 3))
    short = r.random() < 0.4
    body = [
        r"\section{Introduction}" + "\n",
        w.plain(r.randint(2, 4)) if short else "".join(w.plain(6) for _ in range(3)),
    ]
    if not short:
        for make in kinds:
            body += [make(w), r"\section{Further}" + "\n", w.plain(6)]
    body.append(bibliography(w))
    front = [
        r"\title{On Order}\author{Ann Doe}\date{}\maketitle",
        r"\begin{abstract}",
        w.plain(r.randint(6, 9)),
        r"\end{abstract}",
    ]
    if r.random() < 0.8:
        body = [r"\begin{multicols}{2}", *body, r"\end{multicols}"]
    return "\n".join([head, *front, *body, r"\end{document}"])


def write(folder: Path, seed: int, papers: int) -> None:
    """Write the papers of a seed and the order of their words into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    truth = {}
    for number in range(papers):
        w = Words(seed * 1000 + number)
        tex, name = paper(w), f"order-{number}"
        with tempfile.TemporaryDirectory() as made:
            (Path(made) / f"{name}.tex").write_text(tex, encoding="utf-8")
            command = ["pdflatex", "-interaction=batchmode", f"{name}.tex"]
            subprocess.run(command, cwd=made, check=False, stdout=subprocess.DEVNULL)
            (folder / f"{name}.pdf").write_bytes((Path(made) / f"{name}.pdf").read_bytes())
        used = {word.lower() for word in w.used}
        told = re.findall(r"[a-z]+", tex.partition(r"\begin{document}")[2].lower())
        truth[name] = [word for word in told if word in used]
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")


# ---- scores


def order_score(truth: list[str], text: str, lines: list[list[str]]) -> dict[str, int]:
    """Return how many words and lines are followed by what follows them in print."""
    known = {word: at for at, word in enumerate(truth)}
    got = [known[word] for word in re.findall(r"[a-z]+", text.lower()) if word in known]
    follows = dict(pairwise(got))
    ends = [known[line[-1]] for line in lines if line and line[-1] in known]
    wanted = [at for at in ends if at + 1 < len(truth)]
    return {
        "words": len(truth),
        "there": len(set(got)),
        "lines": len(wanted),
        "followed": sum(follows.get(at) == at + 1 for at in wanted),
        "pairs": len(truth) - 1,
        "kept": sum(follows.get(at) == at + 1 for at in range(len(truth) - 1)),
    }


def _printed(path: Path, truth: set[str]) -> list[list[str]]:
    """Return the words of each line of the PDF's own layer."""
    import pymupdf

    with pymupdf.open(path) as document:
        texts = [page.get_text() for page in document]
    lines = [re.findall(r"[a-z]+", line.lower()) for text in texts for line in text.splitlines()]
    return [[word for word in line if word in truth] for line in lines]


def score(folder: Path) -> str:
    """Return how much of a set's order is kept; print the papers where some is not."""
    from paperkit.reading import read_here

    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    total: Counter[str] = Counter()
    for name, words in truth.items():
        path = folder / f"{name}.pdf"
        found = order_score(words, read_here(path).text, _printed(path, set(words)))
        if found["followed"] < found["lines"]:
            print(f"{name}: {found['lines'] - found['followed']} of {found['lines']} lines")
        total.update(found)
    return (
        f"{len(truth)} papers: {total['followed'] / total['lines']:.4f} of {total['lines']} lines "
        f"followed by the next, {total['kept'] / total['pairs']:.4f} of {total['pairs']} words; "
        f"{total['there'] / total['words']:.4f} of the words there"
    )


def main() -> None:
    """Write a set, or score one."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--papers", type=int, default=20)
    options.add_argument("--score", action="store_true", help="score a set that is there")
    given = options.parse_args()
    if given.score:
        print(score(given.folder))
        return
    write(given.folder, given.seed, given.papers)


if __name__ == "__main__":
    main()
