"""Made-up papers as TeX, as pages like arXiv's and as PDFs, with what stands in them as data.

    python benchmarks/html_samples.py FOLDER [--seed 1] [--only article ieee …]

For each topic FOLDER gets ``ID.html``, ``ID.pdf``, its figures and ``ID.json``, the truth. It
comes from the values the TeX is written from, never from a page that was read. Needs ``latexmlc``
(LaTeXML), ``pdflatex`` with the classes of texlive-publishers, and PyMuPDF.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from html_layouts import LAYOUTS, files
from html_pages import build, drawing
from html_tables import KINDS, Numbers, Table
from html_words import (
    APPENDIX,
    CAPTIONS,
    CHINESE,
    CLOSING,
    DISPLAY,
    DRAWINGS,
    HEADS,
    INLINE,
    NOTES,
    OPENING,
    SENTENCES,
    TOPICS,
    Topic,
)

_PLAIN = (
    (r"\\(?:emph|textbf|textit|texttt)\{([^{}]*)\}", r"\1"),
    (r"\\\"\{\\i\}", "ï"),
    (r"\\c\{c\}", "ç"),
    (r"\\ ", " "),
    (r"---", "—"),
    (r"--", "–"),
    (r"``", "“"),
    (r"''", "”"),
    (r"`", "‘"),
    (r"'", "’"),
    (r"\\’i", "í"),
    (r"\\\"u", "ü"),
    (r"\\([%&$_])", r"\1"),
    (r"~", " "),
)


def plain(tex: str) -> str:
    """Return what a reader sees of a sentence without formulas and citations."""
    for mark, seen in _PLAIN:
        tex = re.sub(mark, seen, tex)
    return tex


@dataclass
class Truth:
    """What stands in one paper; field by field what its JSON holds."""

    id: str
    version: int
    layout: str
    title: str
    category: str
    license: str
    authors: list[str]
    affiliations: list[str]
    sections: list[dict[str, Any]] = field(default_factory=list)
    sentences: list[dict[str, Any]] = field(default_factory=list)
    displays: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    references: list[dict[str, str]] = field(default_factory=list)
    statements: list[dict[str, str]] = field(default_factory=list)
    runin: list[str] = field(default_factory=list)


class Writer:
    """Writes one paper's TeX and, beside it, its truth; the material can be another's."""

    layouts, kinds = LAYOUTS, KINDS
    inline, display = INLINE, DISPLAY
    english: dict[str, Any] = {  # noqa: RUF012 never changed
        "heads": HEADS,
        "appendix": APPENDIX,
        "opening": OPENING,
        "sentences": SENTENCES,
        "closing": CLOSING,
        "notes": NOTES,
        "captions": CAPTIONS,
        "drawings": DRAWINGS,
    }

    def __init__(self, topic: Topic, number: int, seed: int) -> None:
        self.topic, self.layout = topic, self.layouts[topic.layout]
        self.random = random.Random(f"{seed} {topic.title}")
        self.numbers = Numbers(self.random)
        self.chinese = topic.layout == "cjk"
        self.words: dict[str, Any] = CHINESE if self.chinese else self.english
        people = [n for n, _ in topic.authors]
        self.truth = Truth(
            *(f"2611.{91000 + 100 * seed + number}", self.random.randint(1, 3), topic.layout),
            *(topic.title, topic.category, topic.license, people, list(topic.places)),
        )
        self.counters: dict[str, int] = {}
        self.keys = [f"k{i}" for i in range(1, 9)]
        self.cited = 0
        self.used: list[str] = []

    # ---- sentences

    def fill(self, sentence: str) -> tuple[str, str]:
        """Return a sentence's TeX and what a reader sees, formulas between dollars."""
        holes = [self.hole(name) for name in re.findall(r"@(\w+)@", sentence)]
        told, shown = sentence, plain(sentence)
        for tex, seen in holes:
            told = re.sub(r"@\w+@", lambda _, tex=tex: tex, told, count=1)
            shown = re.sub(r"@\w+@", lambda _, seen=seen: seen, shown, count=1)
        return told, shown

    def hole(self, name: str) -> tuple[str, str]:
        """Return what goes into one hole, as TeX and as seen."""
        t, r = self.topic, self.random
        if name == "f":
            tex, seen = r.choice(self.inline)
            return f"${tex}$", f"${seen}$"
        if name == "c":
            self.cited += 1
            return rf"\cite{{{self.keys[self.cited % 8]}}}", "[]"
        lists = {"data": t.data, "rival": t.rivals, "metric": t.metrics}
        if name[:-1] in lists:
            word = lists[name[:-1]][int(name[-1])]
        elif name in ("1", "2", "3"):
            word = f"{r.uniform(0.1, 99):.{name}f}"
        elif name in ("n", "k"):
            word = f"{r.randint(1000, 99999):,}" if name == "n" else str(r.randint(2, 60))
        else:
            word = getattr(t, name)
        return word, word.replace("$", "")

    def said(self, sentence: str, extra: str = "") -> str:
        """Return a sentence's TeX and keep what it says."""
        tex, seen = self.fill(sentence)
        math = "$" in tex.replace(r"\$", "") and "@f@" in sentence
        loose = "[]" in seen or r"\ref" in seen or ("$" in tex.replace(r"\$", "") and not math)
        if not loose:
            self.truth.sentences.append({"text": seen, "math": math})
        return tex + extra

    def paragraph(self, low: int = 4, high: int = 7) -> str:
        """Return some sentences, none twice in a row of papers' paragraphs."""
        pool = [s for s in self.words["sentences"] if s not in self.used] or self.words["sentences"]
        some = self.random.sample(pool, min(len(pool), self.random.randint(low, high)))
        self.used = [*self.used, *some][-16:]
        return self.joined(map(self.said, some))

    def joined(self, sentences: Any) -> str:
        """Return sentences as one paragraph."""
        return ("" if self.chinese else "\n").join(sentences) + "\n"

    def note(self) -> str:
        """Return a sentence with a footnote."""
        tex, seen = self.fill(self.random.choice(self.words["notes"]))
        self.truth.notes.append(seen)
        return self.said(self.words["sentences"][2], rf"\footnote{{{tex}}}")

    # ---- parts

    def count(self, name: str) -> int:
        """Return the next number of this kind."""
        self.counters[name] = self.counters.get(name, 0) + 1
        return self.counters[name]

    def label(self, kind: str, number: int) -> str:
        """Return the number printed before a caption."""
        return str(number)

    def section(self, title: str, level: int, appendix: bool = False) -> str:
        """Return a heading."""
        self.truth.sections.append({"title": title, "level": level, "appendix": appendix})
        return rf"\{'sub' * (level - 1)}section{{{title}}}" + "\n"

    def formula(self) -> str:
        """Return a formula on lines of its own."""
        env, tex, seen = self.display[self.count("formula") % len(self.display)]
        self.truth.displays.extend(seen)
        return f"\\begin{{{env}}}\n{tex}\n\\end{{{env}}}\n"

    def caption(self, pool: str, number: int) -> tuple[str, str]:
        """Return a caption's TeX and text."""
        some = self.words[pool]
        return self.fill(some[number % len(some)])

    def figure(self) -> str:
        """Return a drawing and its caption."""
        number = self.count("figure")
        tex, seen = self.caption("drawings", number)
        label = self.label("figure", number)
        self.truth.figures.append({"label": label, "caption": seen, "file": f"x{number}"})
        said = r"\Description{Bars of falling height.}" if self.topic.layout == "acm" else ""
        return (
            "\\begin{figure}[t]\n\\centering\n"
            f"\\includegraphics[width=0.7\\columnwidth]{{x{number}}}\n{said}\\caption{{{tex}}}\n"
            "\\end{figure}\n"
        )

    def table(self, kind: str) -> str:
        """Return a table with its caption."""
        made = self.kinds[kind](self.topic, self.numbers)
        parts = [self.kept(part, kind) for part in (made, *made.parts)]
        if made.env == "longtable":
            return self.longtable(parts[0][0], made)
        if len(parts) > 1:
            return self.beside(parts)
        if kind == "errors" and self.topic.layout == "aastex":
            return deluxe(made, parts[0][0])
        env = "table" if made.env == "table*" and self.layout.columns == 1 else made.env
        small = "\\small\n" if self.layout.columns == 2 or len(made.rows[0]) > 6 else ""
        size = "\\footnotesize\n\\setlength{\\tabcolsep}{3pt}\n" if small else ""
        below = f"\\\\ \\footnotesize {made.notes}\n" if made.notes else ""
        body = f"\\centering\n{size}\\caption{{{parts[0][0]}}}\n{made.tex}\n{below}"
        return f"\\begin{{{env}}}{'' if env == 'sidewaystable' else '[t]'}\n{body}\\end{{{env}}}\n"

    def kept(self, made: Table, kind: str) -> tuple[str, Table]:
        """Keep a table's truth; return its caption's TeX and itself."""
        number = self.count("table")
        label = self.label("table", number)
        tex, seen = self.caption("captions", number)
        told = {"label": label, "caption": seen, "kind": kind, "head": made.head}
        lists = {"side": made.side, "rows": made.rows, "spans": made.spans}
        self.truth.tables.append({**told, **lists})
        self.truth.statements.extend(statements(made, label, self.chinese, self.random))
        return tex, made

    def longtable(self, caption: str, made: Table) -> str:
        """Return a table over pages."""
        spec = "l" + "r" * (len(made.rows[0]) - 1)
        body = f"\\caption{{{caption}}}\\\\\n{made.tex}"
        return f"\\begin{{longtable}}{{{spec}}}\n{body}\n\\end{{longtable}}\n"

    def beside(self, parts: Sequence[tuple[str, Table]]) -> str:
        """Return two tables in one float."""
        env = "table*" if self.layout.columns == 2 else "table"
        boxes = "\\hfill\n".join(
            "\\begin{minipage}{0.46\\textwidth}\n\\centering\n"
            f"\\caption{{{tex}}}\n{made.tex}\n\\end{{minipage}}\n"
            for tex, made in parts
        )
        return f"\\begin{{{env}}}[t]\n{boxes}\\end{{{env}}}\n"

    # ---- the whole

    def tex(self) -> str:
        """Return the paper."""
        w = self.words
        abstract = self.joined(
            map(self.said, (w["opening"][0], w["opening"][1], w["sentences"][1]))
        )
        body = [self.layout.front(self.topic, abstract), *self.body(), self.bibliography()]
        start, stop = "\\begin{document}\n", "\\end{document}\n"
        if self.chinese:
            start, stop = start + "\\begin{CJK}{UTF8}{gbsn}\n", "\\end{CJK}\n" + stop
        return self.layout.preamble + start + "\n".join(body) + stop

    def body(self) -> list[str]:
        """Return the text from the introduction to the appendix."""
        w, tables = self.words, list(self.topic.tables)
        (intro, _), (method, inner), (results, outer), (limits, _) = w["heads"]
        parts = [
            self.section(intro, 1),
            self.joined(map(self.said, w["opening"])),
            self.paragraph(),
        ]
        parts += [self.figure(), self.section(method, 1), self.paragraph(), self.note()]
        parts += [self.section(inner[0], 2), self.paragraph(), self.formula(), self.paragraph()]
        parts += [self.section(inner[1], 2), self.paragraph(), self.formula(), self.items()]
        parts += [self.section(results, 1), self.paragraph(), self.table(tables.pop(0))]
        parts += [self.section(outer[0], 2), self.paragraph(), self.table(tables.pop(0))]
        parts += [self.paragraph(), self.section(outer[1], 2), self.paragraph(), self.formula()]
        parts += [*self.extra("third"), *self.extra("runin")]
        parts += [self.section(limits, 1), self.joined(map(self.said, w["closing"]))]
        parts += [*self.extra("thanks")]
        parts += [self.layout.appendix, self.section(w["appendix"][0], 1, appendix=True)]
        parts += [
            self.paragraph(),
            *map(self.table, tables),
            self.section(w["appendix"][1], 1, True),
        ]
        return [*parts, self.paragraph(), self.formula()]

    def extra(self, habit: str) -> list[str]:
        """Return what only some houses have: a deeper heading, one within a line, thanks."""
        if habit not in self.layout.habits:
            return []
        if habit == "runin":
            self.truth.runin.append("Remark.")
            return [r"\paragraph{Remark.}", self.paragraph()]
        if habit == "third":
            return [self.section("Seeds", 3), self.paragraph()]
        self.truth.sections.append({"title": "Thanks", "level": 1, "appendix": False})
        return [r"\section*{Thanks}", self.said(NOTES[1])]

    def items(self) -> str:
        """Return a list of points; in mathematics a theorem and its proof."""
        some = [self.said(s) for s in self.words["sentences"][:2]]
        if self.topic.layout == "amsart":
            envs = zip(("theorem", "proof"), some, strict=True)
            return "".join(f"\\begin{{{e}}}\n{s}\n\\end{{{e}}}\n" for e, s in envs)
        return (
            "\\begin{itemize}\n" + "".join(rf"\item {s}" + "\n" for s in some) + "\\end{itemize}\n"
        )

    def bibliography(self) -> str:
        """Return eight references, some with arXiv ids, some with DOIs."""
        lines = ["\\begin{thebibliography}{9}"]
        for at, key in enumerate(self.keys):
            tex, told = reference(at, self.random)
            self.truth.references.append({"key": key, **told})
            name = f"[Garland and Moss({2015 + at})]" if self.layout.named else ""
            lines.append(rf"\bibitem{name}{{{key}}} {tex}")
        return "\n".join([*lines, "\\end{thebibliography}\n"])


def deluxe(made: Table, caption: str) -> str:
    """Return a table in the astronomers' own environment."""
    heads = " & ".join(rf"\colhead{{{h}}}" for h in made.rows[0])
    body = made.tex.split("\\hline\n")[2].rstrip().removesuffix("\\\\")
    spec = "l" + "c" * (len(made.rows[0]) - 1)
    return (
        f"\\begin{{deluxetable}}{{{spec}}}\n\\tablecaption{{{caption}}}\n"
        f"\\tablehead{{{heads}}}\n\\startdata\n{body}\n\\enddata\n\\end{{deluxetable}}\n"
    )


def reference(at: int, source: random.Random) -> tuple[str, dict[str, str]]:
    """Return a reference's TeX and the ids in it."""
    year, page = 2015 + at, source.randint(10, 900)
    start = f"P. Garland and T. Moss. Notes on part {at + 1} of a study. "
    if at % 3 == 0:
        ident = f"{year % 100:02d}0{source.randint(1, 9)}.{source.randint(1000, 19999):05d}"
        return f"{start}arXiv:{ident}, {year}.", {"arxiv": ident}
    if at % 3 == 1:
        doi = f"10.{source.randint(1000, 9999)}/jst.{year}.{page}"
        link = rf"\href{{https://doi.org/{doi}}}{{doi:{doi}}}"
        return rf"{start}\emph{{J. Short Texts}}, {page}:1--9, {year}. {link}.", {"doi": doi}
    return rf"{start}In \emph{{Proc. 9th Meeting}}, pages {page}--{page + 8}, {year}.", {}


def statements(
    made: Table, label: str, chinese: bool, source: random.Random
) -> list[dict[str, str]]:
    """Return up to two statements that only this table bears out, and each with a digit changed."""
    cells = [
        (y, x)
        for y in range(made.head, len(made.rows))
        for x in range(made.side, len(made.rows[0]))
        if re.fullmatch(r"\d+\.\d+", made.rows[y][x]) and made.rows[y][made.side - 1]
    ]
    told = []
    for y, x in source.sample(cells, min(2, len(cells))):
        heads = [h for h in (head_of(made, level, x) for level in range(made.head)) if h]
        names = [made.rows[y][made.side - 1]]
        if made.side == 2:
            above = [made.rows[i][0] for i in range(made.head, y + 1) if made.rows[i][0]]
            names.append(above[-1])
        value = made.rows[y][x]
        wrong = value[:-1] + str((int(value[-1]) + source.randint(2, 8)) % 10)
        form = "{0}的{1}为{2}。" if chinese else "{0} has a {1} of {2}."
        said = [form.format(" on ".join(names), " ".join(heads), v) for v in (value, wrong)]
        told.append({"table": label, "true": said[0], "false": said[1]})
    return told


def head_of(made: Table, level: int, x: int) -> str:
    """Return the head above a column on one level, also where it stands over several columns."""
    for y, left, rows, cols in made.spans:
        if y <= level < y + rows and left <= x < left + cols:
            return made.rows[y][left] if y == level else ""
    return made.rows[level][x]


def main(topics: Sequence[Topic] = TOPICS, kind: type[Writer] = Writer) -> None:
    """Write the papers asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", nargs="*", default=[])
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for number, topic in enumerate(topics):
        if given.only and topic.layout not in given.only:
            continue
        writer = kind(topic, number, given.seed)
        tex, truth = writer.tex(), vars(writer.truth)
        figures = {f["file"]: drawing(number + i) for i, f in enumerate(writer.truth.figures)}
        build(given.folder, tex, truth, figures, files(writer.layout))
        told = json.dumps(truth, ensure_ascii=False, separators=(",", ":"))
        (given.folder / f"{truth['id']}.json").write_text(told, encoding="utf-8")
        print(truth["id"], topic.layout, topic.title, flush=True)


if __name__ == "__main__":
    main()
