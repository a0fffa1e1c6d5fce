"""Made-up papers whose tables are known cell by cell, set with LaTeX.

    python benchmarks/table_samples.py FOLDER --seed 7 --papers 20
    python benchmarks/table_samples.py FOLDER --score

The first writes ``paper-N.pdf`` and ``truth.json``: for each paper its tables by label, each with
``rows`` (text over several columns or rows stands in the first of them), ``head`` (how many rows
are column heads) and ``kind``; the second says how much of it is read right. Needs ``pdflatex``
with booktabs, multirow, makecell, adjustbox and colortbl.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

Cell = tuple[str, str]
"""TeX, and what a reader sees of it."""

_ONSETS = ("b", "k", "l", "m", "n", "p", "s", "st", "t", "v", "z", "gr", "fl", "d", "h", "tr", "w")
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ou")


class Maker:
    """Random words, numbers and tables from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def word(self, syllables: int = 2) -> str:
        """Return a word that is none."""
        some = [self.random.choice(_ONSETS) + self.random.choice(_VOWELS) for _ in range(syllables)]
        return "".join(some) + self.random.choice(("", "n", "r", "s", "l"))

    def name(self) -> str:
        """Return a method's or data set's name."""
        r = self.random
        base = self.word().capitalize()
        return r.choice(
            [
                base,
                f"{base}Net",
                base.upper()[:4],
                f"{base}-{r.randint(2, 9)}B",
                f"{base} ({self.word()})",
            ]
        )

    def number(self, digits: int) -> str:
        """Return a number below 100 with that many decimals."""
        return f"{self.random.uniform(0, 100):.{digits}f}"

    def value(self, style: str, digits: int) -> Cell:
        """Return a cell of numbers in one of the usual dresses."""
        r, text = self.random, self.number(digits)
        if r.random() < 0.05:
            return ("--", "–")
        if style == "pm":
            error = self.number(digits)[-digits - 1 :].lstrip(".") or "1"
            return (f"${text} \\pm 0.{error}$", f"{text} ± 0.{error}")
        if style == "paren":
            return (f"{text} (0.{r.randint(10, 99)})",) * 2
        if style == "mark" and r.random() < 0.4:
            mark = r.choice([("^{*}", "∗"), ("^{\\dagger}", "†"), ("^{a}", "a")])
            return (f"{text}${mark[0]}$", f"{text}{mark[1]}")
        if style == "percent":
            return (f"{text}\\%", f"{text}%")
        if r.random() < 0.1:
            return (f"\\textbf{{{text}}}", text)
        return (text, text)

    def sentence(self, low: int, high: int) -> str:
        """Return so many words that begin with a capital."""
        words = [
            self.word(self.random.randint(1, 3)) for _ in range(self.random.randint(low, high))
        ]
        return " ".join(words).capitalize()


def _plain(words: list[str]) -> list[Cell]:
    return [(w, w) for w in words]


def _line(cells: list[Cell]) -> str:
    return " & ".join(c[0] for c in cells) + r" \\"


def _seen(cells: list[Cell]) -> list[str]:
    return [c[1] for c in cells]


Made = tuple[str, list[list[str]], int]
"""The tabular, its rows, how many of them are head."""


def _body(m: Maker, columns: int, style: str) -> list[list[Cell]]:
    digits = m.random.choice([1, 2, 3])
    rows = []
    for _ in range(m.random.randint(3, 9)):
        name = m.name()
        rows.append([(name, name), *(m.value(style, digits) for _ in range(columns - 1))])
    return rows


def plain(m: Maker, columns: int, style: str, align: str = "c") -> Made:
    """Booktabs, one line of heads."""
    head = _plain([m.word().capitalize(), *(m.name() for _ in range(columns - 1))])
    body = _body(m, columns, style)
    tex = [
        r"\begin{tabular}{l" + align * (columns - 1) + "}",
        r"\toprule",
        _line(head),
        r"\midrule",
    ]
    tex += [*map(_line, body), r"\bottomrule", r"\end{tabular}"]
    return "\n".join(tex), [_seen(head), *map(_seen, body)], 1


def grouped(m: Maker, columns: int, style: str) -> Made:
    """Two lines of heads, the upper over several columns, with short rules between."""
    pairs = max(2, (columns - 1) // 2)
    upper = [m.word(3).capitalize() for _ in range(pairs)]
    lower = [m.word()[:5].upper() for _ in range(2 * pairs)]
    first = m.word().capitalize()
    body = _body(m, 1 + 2 * pairs, style)
    tex = [r"\begin{tabular}{l" + "cc" * pairs + "}", r"\toprule"]
    tex += ["".join(rf" & \multicolumn{{2}}{{c}}{{{w}}}" for w in upper) + r" \\"]
    tex += ["".join(rf"\cmidrule(lr){{{2 + 2 * i}-{3 + 2 * i}}}" for i in range(pairs))]
    tex += [_line(_plain([first, *lower])), r"\midrule", *map(_line, body)]
    tex += [r"\bottomrule", r"\end{tabular}"]
    over = [""] + [c for w in upper for c in (w, "")]
    return "\n".join(tex), [over, [first, *lower], *map(_seen, body)], 2


def sectioned(m: Maker, columns: int, style: str) -> Made:
    """Lines of words over all columns part the body."""
    head = _plain([m.word().capitalize(), *(m.name() for _ in range(columns - 1))])
    tex = [r"\begin{tabular}{l" + "r" * (columns - 1) + "}", r"\toprule", _line(head)]
    rows = [_seen(head)]
    for _ in range(2):
        title = m.sentence(2, 4)
        tex += [r"\midrule", rf"\multicolumn{{{columns}}}{{l}}{{\emph{{{title}}}}} \\"]
        rows.append([title] + [""] * (columns - 1))
        some = _body(m, columns, style)[:4]
        tex += [_line(r) for r in some]
        rows += [_seen(r) for r in some]
    return "\n".join([*tex, r"\bottomrule", r"\end{tabular}"]), rows, 1


def merged(m: Maker, columns: int, style: str) -> Made:
    """Labels set for several rows."""
    head = _plain(
        [m.word().capitalize(), m.word().capitalize(), *(m.name() for _ in range(columns - 1))]
    )
    tex = [r"\begin{tabular}{ll" + "c" * (columns - 1) + "}", r"\toprule", _line(head)]
    rows = [_seen(head)]
    for _ in range(m.random.randint(2, 3)):
        label, count = m.word().capitalize(), m.random.choice([2, 3])
        some = _body(m, columns, style)[:count]
        tex += [r"\midrule"]
        for at, row in enumerate(some):
            first = rf"\multirow{{{len(some)}}}{{*}}{{{label}}}" if at == 0 else ""
            tex.append(f"{first} & {_line(row)}")
            rows.append([label if at == 0 else "", *_seen(row)])
    return "\n".join([*tex, r"\bottomrule", r"\end{tabular}"]), rows, 1


def worded(m: Maker, columns: int, style: str) -> Made:
    """Sentences in narrow cells, broken over lines."""
    head = _plain([m.word().capitalize(), m.word(3).capitalize(), m.word(3).capitalize()])
    rows, tex = (
        [_seen(head)],
        [r"\begin{tabular}{lp{2.4cm}p{2.2cm}}", r"\toprule", _line(head), r"\midrule"],
    )
    for _ in range(m.random.randint(3, 5)):
        row = _plain([m.word().capitalize(), m.sentence(4, 9), m.sentence(3, 7)])
        tex.append(_line(row).replace(r"\\", r"\\[2pt]"))
        rows.append(_seen(row))
    return "\n".join([*tex, r"\bottomrule", r"\end{tabular}"]), rows, 1


def ruled(m: Maker, columns: int, style: str) -> Made:
    """Rules between all cells."""
    head = _plain([m.word().capitalize(), *(m.word()[:6].capitalize() for _ in range(columns - 1))])
    body = _body(m, columns, style)
    tex = [r"\begin{tabular}{|l|" + "c|" * (columns - 1) + "}", r"\hline"]
    for row in [head, *body]:
        tex += [_line(row), r"\hline"]
    return "\n".join([*tex, r"\end{tabular}"]), [_seen(head), *map(_seen, body)], 1


def tight(m: Maker, columns: int, style: str) -> Made:
    """Little white between the columns."""
    tex, rows, head = plain(m, columns + 2, style, m.random.choice("cr"))
    return "\\setlength{\\tabcolsep}{2.5pt}\\scriptsize\n" + tex, rows, head


def stacked(m: Maker, columns: int, style: str) -> Made:
    """Heads of two lines each."""
    upper = [m.word().capitalize() for _ in range(columns - 1)]
    lower = [f"({m.word()[:4]})" for _ in range(columns - 1)]
    first = m.word().capitalize()
    body = _body(m, columns, style)
    heads = [rf"\makecell{{{a}\\{b}}}" for a, b in zip(upper, lower, strict=True)]
    tex = [r"\begin{tabular}{l" + "c" * (columns - 1) + "}", r"\toprule"]
    tex += [" & ".join([first, *heads]) + r" \\", r"\midrule", *map(_line, body)]
    joined = [first, *(f"{a} {b}" for a, b in zip(upper, lower, strict=True))]
    return "\n".join([*tex, r"\bottomrule", r"\end{tabular}"]), [joined, *map(_seen, body)], 1


def bare(m: Maker, columns: int, style: str) -> Made:
    """A rule above and below, none between head and body."""
    head = _plain([m.word().capitalize(), *(m.name() for _ in range(columns - 1))])
    body = _body(m, columns, style)
    tex = [r"\begin{tabular}{l" + "r" * (columns - 1) + "}", r"\hline", _line(head)]
    tex += [*map(_line, body), r"\hline", r"\end{tabular}"]
    return "\n".join(tex), [_seen(head), *map(_seen, body)], 1


def spanned(m: Maker, columns: int, style: str) -> Made:
    """Heads over three columns, no rule below them; the label's head is in the upper line."""
    upper = [m.word(3).capitalize() for _ in range(2)]
    lower = [m.word()[:4].upper() for _ in range(6)]
    first = m.word().capitalize()
    body = _body(m, 7, "plain")
    over = "".join(rf" & \multicolumn{{3}}{{c}}{{{w}}}" for w in upper)
    tex = [r"\begin{tabular}{l" + "ccc" * 2 + "}", r"\toprule", f"{first}{over}" + r" \\"]
    tex += [_line(_plain(["", *lower])), r"\midrule", *map(_line, body)]
    rows = [[first, *(c for w in upper for c in (w, "", ""))], ["", *lower], *map(_seen, body)]
    return "\n".join([*tex, r"\bottomrule", r"\end{tabular}"]), rows, 2


def answers(m: Maker, columns: int, style: str) -> Made:
    """Words and signs in the cells, no numbers."""
    head = _plain([m.word().capitalize(), *(m.word().capitalize() for _ in range(columns - 1))])
    signs = [("yes", "yes"), ("no", "no"), ("--", "–"), (r"$\checkmark$", "✓"), (r"$\times$", "×")]
    body: list[list[Cell]] = []
    for _ in range(m.random.randint(3, 8)):
        name = f"{m.word().capitalize()} et al. ({m.random.randint(2001, 2024)})"
        body.append([(name, name), *(m.random.choice(signs) for _ in range(columns - 1))])
    tex = [r"\begin{tabular}{l" + "c" * (columns - 1) + "}", r"\toprule", _line(head), r"\midrule"]
    tex += [*map(_line, body), r"\bottomrule", r"\end{tabular}"]
    return "\n".join(tex), [_seen(head), *map(_seen, body)], 1


def averaged(m: Maker, columns: int, style: str) -> Made:
    """A last row apart from the others, and one without a label."""
    tex, rows, head = plain(m, columns, style)
    last = [("Average", "Average"), *(m.value("plain", 1) for _ in range(columns - 1))]
    cut = tex.index(r"\bottomrule")
    tex = f"{tex[:cut]}\\midrule\n{_line(last)}\n{tex[cut:]}"
    return tex, [*rows, _seen(last)], head


KINDS: tuple[Callable[[Maker, int, str], Made], ...] = (
    *(plain, grouped, sectioned, merged, worded, ruled, tight, stacked),
    *(bare, spanned, answers, averaged),
)


def striped(m: Maker, columns: int, style: str) -> Made:
    """Every other row on gray, no rules in the body."""
    head = _plain([m.word().capitalize(), *(m.name() for _ in range(columns - 1))])
    body = _body(m, columns, style)
    tex = [r"\begin{tabular}{l" + "c" * (columns - 1) + "}", r"\hline", _line(head), r"\hline"]
    tex += [(r"\rowcolor[gray]{.9}" if n % 2 else "") + _line(r) for n, r in enumerate(body)]
    return "\n".join([*tex, r"\hline", r"\end{tabular}"]), [_seen(head), *map(_seen, body)], 1


def barred(m: Maker, columns: int, style: str) -> Made:
    """One rule down behind the labels, one across below the heads."""
    head = _plain([m.word().capitalize(), *(m.word().capitalize() for _ in range(columns - 1))])
    body = _body(m, columns, style)
    tex = [r"\begin{tabular}{l|" + "r" * (columns - 1) + "}", _line(head), r"\hline"]
    tex += [*map(_line, body), r"\end{tabular}"]
    return "\n".join(tex), [_seen(head), *map(_seen, body)], 1


def dated(m: Maker, columns: int, style: str) -> Made:
    """Years for heads, counts in thousands in the cells."""
    r, first = m.random, m.random.randint(2001, 2018)
    years = [str(first + n) for n in range(columns - 1)]
    head = _plain([m.word().capitalize(), *years])
    body = [
        _plain([m.name(), *(f"{r.randint(1, 99)},{r.randint(100, 999)}" for _ in years)])
        for _ in range(r.randint(3, 7))
    ]
    tex = [r"\begin{tabular}{l" + "r" * (columns - 1) + "}", r"\toprule", _line(head), r"\midrule"]
    tex += [*map(_line, body), r"\bottomrule", r"\end{tabular}"]
    return "\n".join(tex), [_seen(head), *map(_seen, body)], 1


def numbered(m: Maker, columns: int, style: str) -> Made:
    """Numbered rows, the names in the second column, the last column of short words."""
    head = _plain(["No.", m.word().capitalize(), m.name(), m.word(3).capitalize()])
    body = [
        _plain([f"({n})", m.sentence(1, 3), m.number(2), f"{m.word()} {m.word()}"])
        for n in range(1, m.random.randint(4, 8))
    ]
    tex = [r"\begin{tabular}{@{}rlcl@{}}", r"\toprule", _line(head), r"\midrule"]
    tex += [*map(_line, body), r"\bottomrule", r"\end{tabular}"]
    return "\n".join(tex), [_seen(head), *map(_seen, body)], 1


def spread(m: Maker, columns: int, style: str) -> Made:
    """Set to the line's full width, wide white between the columns."""
    tex, rows, head = plain(m, columns, style)
    wide = r"\begin{tabular*}{\linewidth}{@{\extracolsep{\fill}}"
    tex = tex.replace(r"\begin{tabular}{", wide, 1).replace(r"\end{tabular}", r"\end{tabular*}")
    return tex, rows, head


FURTHER: tuple[Callable[[Maker, int, str], Made], ...] = (striped, barred, dated, numbered, spread)
STYLES = ("plain", "pm", "paren", "mark", "percent", "plain")

_CLASSES = (
    r"\documentclass[10pt,twocolumn]{article}",
    r"\documentclass[11pt]{article}",
    r"\documentclass[9pt,twocolumn]{extarticle}",
)
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI")
_FURTHER_CLASSES = (
    r"\documentclass[11pt]{amsart}",
    r"\documentclass{llncs}",
    r"\documentclass[10pt,twocolumn]{scrartcl}",
)
_HEAD = r"""
\usepackage[T1]{fontenc}\usepackage{%s}\usepackage[margin=2cm]{geometry}
\usepackage{booktabs,multirow,makecell,amsmath,amssymb,adjustbox,colortbl}
\begin{document}
\title{%s}\author{%s}\date{}\maketitle
\section{Introduction}
"""


Kinds = tuple[Callable[[Maker, int, str], Made], ...]


def paper(m: Maker, classes: tuple[str, ...], kinds: Kinds) -> tuple[str, list[dict[str, Any]]]:
    """Return a paper's TeX, in one of some classes, and what its tables, of some kinds, say."""
    r = m.random
    kind = r.choice(classes)
    font = r.choice(["lmodern", "mathptmx", "mathpazo"])
    tex = [
        kind,
        _HEAD % (font, m.sentence(4, 8), f"{m.word().capitalize()} {m.word().capitalize()}"),
    ]
    above, tables = r.random() < 0.6, []
    for number in range(1, r.randint(4, 6)):
        make, style = r.choice(kinds), r.choice(STYLES)
        wide = "twocolumn" in kind and r.random() < 0.3
        columns = r.randint(3, 4) if style in {"pm", "paren"} and not wide else r.randint(3, 5)
        tabular, rows, head = make(m, columns, style)
        text = rf"\caption{{{m.sentence(4, 14)}.}}"
        size = r.choice(["", r"\small ", r"\footnotesize "])
        room = r"\begin{adjustbox}{max width=\linewidth}" + "\n"
        tabular = f"{room}{tabular}\n" + r"\end{adjustbox}"
        inner = f"{text}\n{size}{tabular}" if above else f"{size}{tabular}\n{text}"
        star = "*" if wide else ""
        tex += [". ".join(m.sentence(7, 16) for _ in range(6)) + f". See Table {number}.\n"]
        tex += [rf"\begin{{table{star}}}[t]\centering", inner, rf"\end{{table{star}}}"]
        tex += [". ".join(m.sentence(7, 16) for _ in range(14)) + ".\n"]
        name = getattr(make, "__name__", "")
        label = _ROMAN[number] if "IEEE" in kind else str(number)
        tables.append({"label": label, "kind": f"{name}-{style}", "rows": rows, "head": head})
    return "\n".join([*tex, r"\end{document}"]), tables


def _chosen(which: str) -> tuple[tuple[str, ...], Kinds]:
    """Return the classes and kinds of a set: the first, `further` or `third`."""
    if which == "third":
        from table_third import CLASSES, THIRD

        return CLASSES, THIRD
    return (_FURTHER_CLASSES, FURTHER) if which == "further" else (_CLASSES, KINDS)


def write(folder: Path, seed: int, papers: int, which: str = "first") -> None:
    """Write the papers of a seed and their truth into a folder."""
    classes, kinds = _chosen(which)
    folder.mkdir(parents=True, exist_ok=True)
    m, truth = Maker(seed), {}
    for number in range(papers):
        tex, tables = paper(m, classes, kinds)
        name = f"paper-{number}"
        with tempfile.TemporaryDirectory() as made:
            (Path(made) / f"{name}.tex").write_text(tex, encoding="utf-8")
            command = ["pdflatex", "-interaction=batchmode", f"{name}.tex"]
            subprocess.run(command, cwd=made, check=False, stdout=subprocess.DEVNULL)
            (folder / f"{name}.pdf").write_bytes((Path(made) / f"{name}.pdf").read_bytes())
        truth[name] = tables
    (folder / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")


# ---- scores


def _same(text: str) -> str:
    return re.sub(r"[\s*∗-]+", "", text.replace("−", "-")).replace("–", "-")


def table_score(truth: dict[str, Any], rows: list[list[str]] | None, head: int) -> dict[str, float]:
    """Return how many of a table's filled cells came out in the right row and column."""
    want = [[_same(c) for c in row] for row in truth["rows"]]
    got = [[_same(c) for c in row] for row in rows or []]
    filled = sum(bool(c) for row in want for c in row)
    aligned = len(want) == len(got) and all(
        len(a) == len(b) for a, b in zip(want, got, strict=True)
    )
    right = 0
    if aligned:
        pairs = zip(want, got, strict=True)
        right = sum(bool(a) and a == b for x, y in pairs for a, b in zip(x, y, strict=True))
    return {
        "cells": filled,
        "right": right,
        "rows": rows is not None,
        "whole": aligned and want == got,
        "head": rows is not None and head == truth["head"],
    }


def score(folder: Path) -> str:
    """Return how much of a set's tables comes out as it was set."""
    from paperkit.reading import read_here

    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    total: Counter[str] = Counter()
    for name, tables in truth.items():
        figures = read_here(folder / f"{name}.pdf").figures
        found = {f.label: f for f in figures if f.kind == "table"}
        for table in tables:
            got = found.get(table["label"])
            rows = None if got is None or got.rows is None else [list(r) for r in got.rows]
            total.update(table_score(table, rows, got.head if got else 0))
            total["tables"] += 1
    n = total["tables"]
    return (
        f"{n} tables: {total['rows'] / n:.3f} with rows, {total['whole'] / n:.3f} whole, "
        f"{total['head'] / n:.3f} with the right heads; "
        f"{total['right'] / total['cells']:.3f} of {total['cells']} cells in their place"
    )


def main() -> None:
    """Write a set, or score one."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--papers", type=int, default=20)
    options.add_argument("--further", dest="which", action="store_const", const="further")
    options.add_argument("--third", dest="which", action="store_const", const="third")
    options.add_argument("--score", action="store_true", help="score a set that is there")
    given = options.parse_args()
    if given.score:
        print(score(given.folder))
        return
    write(given.folder, given.seed, given.papers, given.which or "first")


if __name__ == "__main__":
    main()
