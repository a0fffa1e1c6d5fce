"""Tables of made-up papers: TeX of every usual kind, and beside it what stands in each cell."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from html_words import Topic


@dataclass(frozen=True)
class Cell:
    """TeX and what a reader sees of it, over so many columns and rows."""

    tex: str
    seen: str
    cols: int = 1
    rows: int = 1


@dataclass(frozen=True)
class Table:
    """A tabular and its truth: text over several cells stands in the first of them.

    ``head`` rows and ``side`` columns are heads; ``spans`` are (row, column, rows, columns).
    ``env`` is the float it stands in; ``parts`` are further tables in the same one.
    """

    tex: str
    rows: tuple[tuple[str, ...], ...]
    head: int
    spans: tuple[tuple[int, int, int, int], ...] = ()
    side: int = 1
    env: str = "table"
    notes: str = ""
    parts: tuple[Table, ...] = field(default=())


def cell(text: str, cols: int = 1, rows: int = 1) -> Cell:
    """Return a cell of words; math and escapes are taken off for what is seen."""
    seen = text
    for tex, plain in (("$T_2^{*}$", "T2*"), ("$T_2$", "T2"), ("\\%", "%"), ("--", "–")):
        seen = seen.replace(tex, plain)
    return Cell(text, seen, cols, rows)


class Numbers:
    """Numbers in their dresses, from one generator."""

    def __init__(self, source: random.Random) -> None:
        self.random = source

    def plain(self, digits: int = 1) -> Cell:
        """Return a number, now and then bold, percent or missing."""
        chance = self.random.random()
        if chance < 0.04:
            return cell("--")
        text = f"{self.random.uniform(1, 99):.{digits}f}"
        if chance < 0.16:
            return Cell(rf"\textbf{{{text}}}", text)
        return Cell(text, text) if chance > 0.22 else Cell(rf"{text}\%", f"{text}%")

    def pm(self) -> Cell:
        """Return a value and its error."""
        value, error = self.random.uniform(1, 99), self.random.uniform(0.1, 3)
        return Cell(rf"${value:.1f} \pm {error:.2f}$", f"{value:.1f} ± {error:.2f}")

    def small(self) -> Cell:
        """Return a value and its error in smaller print."""
        value, error = self.random.uniform(1, 99), self.random.uniform(0.1, 3)
        return Cell(rf"{value:.1f}{{\scriptsize$\pm${error:.2f}}}", f"{value:.1f} ± {error:.2f}")

    def asymmetric(self) -> Cell:
        """Return a value with an error above and one below."""
        value, up, down = (self.random.uniform(1, 9) for _ in range(3))
        tex = rf"${value:.2f}^{{+{up / 9:.2f}}}_{{-{down / 9:.2f}}}$"
        return Cell(tex, f"{value:.2f}+{up / 9:.2f}-{down / 9:.2f}")

    def marked(self) -> Cell:
        """Return a number with a mark behind it."""
        text = f"{self.random.uniform(1, 99):.1f}"
        marks = [("^{*}", "*"), (r"^{\dagger}", "†"), (r"^{\ddagger}", "‡"), ("", "")]
        tex, seen = self.random.choice(marks)
        return Cell(f"{text}${tex}$" if tex else text, f"{text}{seen}")


Made = tuple[list[list[Cell]], int]


def grid(rows: Sequence[Sequence[Cell]]) -> tuple[list[list[str]], list[tuple[int, ...]]]:
    """Return the text of each place and the cells over several of them."""
    width = sum(c.cols for c in rows[0])
    seen = [[""] * width for _ in rows]
    spans = []
    for y, row in enumerate(rows):
        x = 0
        for c in row:
            seen[y][x] = c.seen
            if c.cols > 1 or c.rows > 1:
                spans.append((y, x, c.rows, c.cols))
            x += c.cols
    return seen, spans


def line(row: Sequence[Cell], align: str = "c") -> str:
    """Return a row's TeX."""
    parts = []
    for c in row:
        tex = rf"\multirow{{{c.rows}}}{{*}}{{{c.tex}}}" if c.rows > 1 else c.tex
        parts.append(rf"\multicolumn{{{c.cols}}}{{{align}}}{{{tex}}}" if c.cols > 1 else tex)
    return " & ".join(parts) + r" \\"


def ruled_by(top: str, middle: str, bottom: str, every: str = "") -> Callable[..., str]:
    """Return how a body is set with these rules."""

    def body(rows: Sequence[Sequence[Cell]], head: int, between: dict[int, str]) -> str:
        lines = [top]
        for y, row in enumerate(rows):
            if y == head:
                lines.append(middle)
            lines += [between[y]] if y in between else []
            lines.append(line(row, "|c|" if every else "c"))
            lines += [every] if every and y < len(rows) - 1 and y + 1 != head else []
        return "\n".join([*lines, bottom])

    return body


BOOK = ruled_by(r"\toprule", r"\midrule", r"\bottomrule")
PLAIN = ruled_by(r"\hline", r"\hline", r"\hline")
FULL = ruled_by(r"\hline", r"\hline", r"\hline", r"\hline")


def made(
    rows: Sequence[Sequence[Cell]],
    head: int,
    spec: str,
    rules: Callable[..., str] = BOOK,
    between: dict[int, str] | None = None,
    begin: str = "tabular",
    **rest: object,
) -> Table:
    """Return a table of these rows."""
    seen, spans = grid(rows)
    name = begin.partition("}")[0]
    tex = rf"\begin{{{begin}}}{{{spec}}}" + "\n" + rules(rows, head, between or {})
    return Table(
        f"{tex}\n\\end{{{name}}}",
        tuple(map(tuple, seen)),
        head,
        tuple(spans),  # type: ignore[arg-type]
        **rest,  # type: ignore[arg-type]
    )


def listed(t: Topic, n: Numbers, value: Callable[[], Cell]) -> list[list[Cell]]:
    """Return a row for each system, a column for each measure."""
    head = [cell("System" if t.layout != "cjk" else "系统"), *map(cell, t.metrics)]
    return [head, *([cell(name), *(value() for _ in t.metrics)] for name in (*t.rivals, t.method))]


def booktabs(t: Topic, n: Numbers) -> Table:
    """One line of heads, three rules."""
    return made(listed(t, n, n.plain), 1, "lcccc")


def averaged(t: Topic, n: Numbers) -> Table:
    """A last row apart."""
    rows = listed(t, n, lambda: n.plain(2))
    rows.append([cell("Average"), *(n.plain(2) for _ in t.metrics)])
    return made(rows, 1, "lrrrr", between={len(rows) - 1: r"\midrule"})


def pm(t: Topic, n: Numbers) -> Table:
    """Errors in small print behind each value."""
    return made(listed(t, n, n.small), 1, "lcccc")


def marks(t: Topic, n: Numbers) -> Table:
    """Marks behind the numbers, explained below."""
    notes = r"$^{*}$ significant; $^{\dagger}$ taken from the authors; $^{\ddagger}$ one run."
    return made(listed(t, n, n.marked), 1, "lrrrr", PLAIN, notes=notes)


def errors(t: Topic, n: Numbers) -> Table:
    """A row for each data set; values with errors, one column with two of them."""
    head = [cell("Set"), *map(cell, t.metrics[:3])]
    rows = [[cell(d), n.pm(), n.asymmetric(), n.pm()] for d in t.data]
    return made([head, *rows], 1, "lccc", PLAIN)


def decimals(t: Topic, n: Numbers) -> Table:
    """Numbers set on their decimal points."""
    rows = [[cell(d), *(n.random.choice((1, 2)) for _ in range(3))] for d in t.data]
    places = [
        [row[0], *(cell(f"{n.random.uniform(0, 400):.{d}f}") for d in row[1:])] for row in rows
    ]
    head = [cell("Set"), *(Cell(rf"\multicolumn{{1}}{{c}}{{{m}}}", m) for m in ("first", "2nd"))]
    head.append(Cell(r"\multicolumn{1}{c}{last}", "last"))
    return made([head, *places], 1, "lD{.}{.}{3.2}D{.}{.}{3.2}D{.}{.}{3.2}")  # type: ignore[arg-type]


def grouped(t: Topic, n: Numbers) -> Table:
    """Two lines of heads, the upper over two columns each; the label's head over both lines."""
    first = cell("System" if t.layout != "cjk" else "系统", rows=2)
    upper = [first, cell(t.data[0], 2), cell(t.data[1], 2)]
    lower = [cell(""), *map(cell, (t.metrics[0], t.metrics[1]) * 2)]
    rows = [[cell(s), *(n.plain() for _ in range(4))] for s in (*t.rivals[:3], t.method)]
    rule = r"\cmidrule(lr){2-3}\cmidrule(lr){4-5}"
    return made([upper, lower, *rows], 2, "lcccc", between={1: rule})


def wide(t: Topic, n: Numbers) -> Table:
    """Three lines of heads over both columns of the page."""
    top = [cell("System", rows=3), cell("All cases", 8)]
    upper = [cell(""), *(cell(d, 2) for d in t.data)]
    lower = [cell(""), *map(cell, ("dev", "test") * 4)]
    rows = [[cell(s), *(n.plain() for _ in range(8))] for s in (*t.rivals, t.method)]
    rules = {
        1: r"\cmidrule(lr){2-9}",
        2: "".join(rf"\cmidrule(lr){{{i}-{i + 1}}}" for i in (2, 4, 6, 8)),
    }
    return made([top, upper, lower, *rows], 3, "lcccccccc", between=rules, env="table*")


def merged(t: Topic, n: Numbers) -> Table:
    """A data set's name over the rows of its systems; two columns of labels."""
    rows = [[cell("Set"), cell("System"), *map(cell, t.metrics[:3])]]
    between = {}
    for at, name in enumerate(t.data[:3]):
        if at:
            between[len(rows)] = r"\midrule"
        for y, system in enumerate((*t.rivals[:2], t.method)):
            label = cell(name, rows=3) if y == 0 else cell("")
            rows.append([label, cell(system), *(n.plain(2) for _ in range(3))])
    return made(rows, 1, "llccc", between=between, side=2)


def ruled(t: Topic, n: Numbers) -> Table:
    """Rules between all cells."""
    return made(listed(t, n, lambda: n.plain(2)), 1, "|l|c|c|c|c|", FULL)


def answers(t: Topic, n: Numbers) -> Table:
    """Signs and words, no numbers."""
    signs = [(r"$\checkmark$", "✓"), (r"$\times$", "×"), ("yes", "yes"), ("partly", "partly")]
    rows = [
        [
            Cell(f"{s}~({2011 + y})", f"{s} ({2011 + y})"),
            *(Cell(*n.random.choice(signs)) for _ in t.data),
        ]
        for y, s in enumerate((*t.rivals, t.method))
    ]
    return made([[cell("Work"), *map(cell, t.data)], *rows], 1, "lcccc")


TEXTS = (
    "kept as published, with the default seed",
    "tuned on the first set and then frozen",
    "run once; no repeats were possible",
    "median of three attempts, worst dropped",
    "taken from the first report, rounded",
)


def worded(t: Topic, n: Numbers) -> Table:
    """Sentences broken over lines, in narrow columns."""
    rows = [
        [cell(s), cell(n.random.choice(TEXTS)), cell(f"{n.random.randint(2, 60)} cases, {t.unit}")]
        for s in (*t.rivals, t.method)
    ]
    head = [cell("System"), cell("How it was run"), cell("Extent")]
    return made([head, *rows], 1, "lp{3.4cm}p{2.2cm}")


def tabularx(t: Topic, n: Numbers) -> Table:
    """The same, as wide as the column."""
    table = worded(t, n)
    body = table.tex.partition("\n")[2].replace(r"\end{tabular}", r"\end{tabularx}")
    return replace(table, tex=r"\begin{tabularx}{\columnwidth}{lXX}" + "\n" + body)


def stacked(t: Topic, n: Numbers) -> Table:
    """Heads of two lines."""
    rows = listed(t, n, n.plain)
    rows[0] = [rows[0][0], *(Cell(rf"\makecell{{{m}\\(dev)}}", f"{m} (dev)") for m in t.metrics)]
    return made(rows, 1, "lcccc")


def notes(t: Topic, n: Numbers) -> Table:
    """Notes below the table, with marks in the cells."""
    rows = listed(t, n, n.plain)
    rows[1][0] = Cell(rf"{t.rivals[0]}\tnote{{a}}", f"{t.rivals[0]}a")
    rows[2][2] = Cell(r"55.5\tnote{b}", "55.5b")
    table = made(rows, 1, "lcccc")
    tex = "\n".join(
        [
            *(r"\begin{threeparttable}", table.tex, r"\begin{tablenotes}"),
            r"\item[a] From the first release. \item[b] Only 12 of 20 runs.",
            *(r"\end{tablenotes}", r"\end{threeparttable}"),
        ]
    )
    return replace(table, tex=tex)


def boxed(t: Topic, n: Numbers) -> Table:
    """Scaled to the width of the column."""
    table = grouped(t, n)
    return replace(table, tex=rf"\resizebox{{\columnwidth}}{{!}}{{{table.tex}}}")


def turned(t: Topic, n: Numbers) -> Table:
    """On its side, on a page of its own."""
    return replace(wide(t, n), env="sidewaystable")


def long(t: Topic, n: Numbers) -> Table:
    """Over more than a page, heads repeated."""
    head = [cell("Station"), *map(cell, ("level", "rise", "fall"))]
    rows = [[cell(f"{t.data[i % 4]} {i + 1}"), *(n.plain(2) for _ in range(3))] for i in range(36)]
    seen, _ = grid([head, *rows])
    begin = [r"\hline", line(head), r"\hline", r"\endhead", r"\hline", r"\endfoot"]
    body = "\n".join([*begin, *map(line, rows)])
    return Table(body, tuple(map(tuple, seen)), 1, env="longtable")


def nested(t: Topic, n: Numbers) -> Table:
    """A small table within a cell: its lines are that cell's text."""
    rows = listed(t, n, n.plain)
    for y in (1, 3):
        seen = rows[y][0].seen
        rows[y][0] = Cell(
            rf"\begin{{tabular}}{{@{{}}l@{{}}}}{seen}\\(old)\end{{tabular}}", f"{seen} (old)"
        )
    return made(rows, 1, "lcccc")


def pair(t: Topic, n: Numbers) -> Table:
    """Two tables side by side, each with its caption."""
    first = [[cell("System"), cell(t.metrics[0])], *([cell(s), n.plain()] for s in t.rivals)]
    second = [[cell("Set"), cell(t.metrics[1])], *([cell(s), n.plain(2)] for s in t.data)]
    right = made(second, 1, "lr")
    return replace(made(first, 1, "lc"), parts=(right,))


KINDS = {
    f.__name__: f
    for f in (
        *(booktabs, averaged, pm, marks, errors, decimals, grouped, wide, merged, ruled, answers),
        *(worded, tabularx, stacked, notes, boxed, turned, long, nested, pair),
    )
}
