"""A second set of made-up papers: other classes, words, tables and formulas than the first.

    python benchmarks/html_second.py FOLDER [--seed 5]

The reader was finished before these were first read; their scores say what to expect of papers
that nobody here has seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from html_layouts import (
    LINKS,
    PACKAGES,
    SYMBOLS,
    WHOLE,
    Layout,
    _abstract,
    _class,
    _each,
    _lines,
    _title,
    acm,
    astro,
    elsevier,
    mathematics,
    physics,
)
from html_samples import Writer, main
from html_tables import BOOK, FULL, PLAIN, Cell, Numbers, Table, cell, made
from html_words import MACROS, Topic, _topic

TOPICS = (
    _topic(
        *("authblk", "Household Debt and the Timing of Small Loans", "econ.GN", "CC BY 4.0"),
        "Tessa Rowntree:1; Ikenna Obi:2; Marit Aasen:2",
        "School of Economics, Leith College; Institute for Rural Finance, Bergen",
        *("loan timing", "LagProbit"),
        "OLS; Probit; Hazard; Matching",
        "Coastal; Inland; Urban; Islands",
        "Default; Delay; Volume; Rate",
        *("days", "regression panels signs"),
    ),
    _topic(
        *("quantum", "Leakage in Three-Level Gates, Measured Twice", "quant-ph", "CC BY 4.0"),
        "Anton Reuter:1; Saskia Blom:2",
        "Institute of Quantum Control, Leuven; Kelvin Laboratory, Delft",
        *("leakage estimation", "TwiceRB"),
        "Standard RB; Interleaved; Cycle; Cross",
        "qutrit 1; qutrit 2; qutrit 3; qutrit 4",
        "Leakage; Seepage; Fidelity; Drift",
        *("kHz", "powers units signs"),
    ),
    _topic(
        *(
            "manuscript",
            "Cold Clumps near the Rim of the Little Veil",
            "astro-ph.GA",
            "CC BY-SA 4.0",
        ),
        "Ewa Zielinska:1; Tariq Aziz:2",
        "Polar Observatory, Tromso; Radio Section, University of Lahore West",
        *("clump finding", "ClumpTree"),
        "Gauss; Dendro; Fellwalk; Reinhold",
        "Veil-N; Veil-S; Veil-E; Veil-W",
        "Mass; Width; Noise; Depth",
        *("pc", "units powers panels"),
    ),
    _topic(
        *("amsproc", "A Sharp Bound for Sparse Circulant Sums", "math.NT", "CC BY 4.0"),
        "Bela Horvath:1; Maite Etxeberria:2",
        "Number Theory Group, Pecs; Department of Mathematics, Bilbao South",
        *("bounding sums", "lift"),
        "trivial; Weyl; large sieve; split",
        "q = 101; q = 211; q = 401; q = 809",
        "Bound; Value; Quotient; Steps",
        *("s", "diagonal bordered"),
    ),
    _topic(
        *("elsarticle5", "Sorting Mixed Textile Waste with Two Near-Infrared Bands", "eess.IV"),
        "CC BY-NC-ND 4.0",
        "Carmen Ruiz:1; Olli Virtanen:2",
        "Textile Institute, Terrassa; Centre for Circular Design, Lahti",
        *("fibre sorting", "TwoBand"),
        "PCA-LDA; Full scan; RGB; Hand",
        "cotton; wool; polyester; blends",
        "Purity; Yield; Speed; Cost",
        *("kg", "colored transposed subtables"),
    ),
    _topic(
        *("pre", "Jamming of Soft Rods under Slow Shear", "cond-mat.soft", "CC0 1.0"),
        "Wanjiru Kamau:1; Pieter Claes:1; Noor Hassan:2",
        "Soft Matter Laboratory, Nairobi; Institute of Physics, Amman",
        *("jamming", "rod model"),
        "disks; ellipses; chains; spheres",
        "slow; medium; fast; stopped",
        "Pressure; Shear; Contacts; Angle",
        *("Pa", "powers transposed panels"),
    ),
    _topic(
        *("journal", "Scheduling Uplinks in Dense Cells by Auction Rounds", "cs.NI", "CC BY 4.0"),
        "Deepa Iyer:1; Stefan Krall:2; Mina Park:1",
        "Wireless Systems Laboratory, Pune; Cell Networks Ltd., Graz",
        *("uplink scheduling", "RoundBid"),
        "Greedy; Fair-share; Max-CI; Random",
        "Stadium; Campus; Station; Harbor",
        "Throughput; Delay; Drops; Fairness",
        *("Mbit", "units subtables colored"),
    ),
    _topic(
        *("acmsmall", "What Reviewers Ask When Code Is Generated", "cs.SE", "CC BY 4.0"),
        "Lotte Hendriks:1; Emeka Eze:2",
        "Software Practice Group, Utrecht East; Faculty of Computing, Enugu",
        *("question coding", "AskCode"),
        "manual; keyword; topic; zero-shot",
        "kernel; browser; database; toolkit",
        "Agreement; Coverage; Effort; Count",
        *("h", "signs panels transposed"),
    ),
    _topic(
        *("thesis", "Maps of Groundwater from Sparse Wells", "physics.geo-ph", "CC BY 4.0"),
        "Nuno Falcao:1; Ida Holm:2",
        "Hydrogeology Section, Evora; Danish Well Survey, Aarhus",
        *("head mapping", "WellKrige"),
        "nearest; spline; kriging; forest",
        "north; south; delta; karst",
        "Error; Bias; Reach; Wells",
        *("m", "bordered units regression"),
    ),
    _topic(
        *("koma", "Reading Aloud with Uneven Subtitles", "cs.CL", "CC BY-SA 4.0"),
        "Fiona Gallagher:1; Hiroshi Ono:2",
        "Language and Media Unit, Galway Bay; Subtitle Laboratory, Nagoya",
        *("subtitle timing", "EvenCue"),
        "fixed; linear; human; learned",
        "news; drama; quiz; sport",
        "Lag; Misses; Effort; Score",
        *("ms", "diagonal colored transposed"),
    ),
)


# ---- title blocks


def blocks(t: Topic, abstract: str) -> str:
    """Authors and places by number."""
    people = [rf"\author[{at}]{{{n}}}" for n, at in t.authors]
    places = [rf"\affil[{i}]{{{p}}}" for i, p in enumerate(t.places, 1)]
    return _lines(_title(t), *people, *places, r"\date{}\maketitle", _abstract(abstract))


def quantum(t: Topic, abstract: str) -> str:
    """Each author followed by a place, then the title, then the abstract."""
    return _lines(_title(t), _each(t), r"\maketitle", _abstract(abstract))


def journal(t: Topic, abstract: str) -> str:
    """Names in a line, places in notes."""
    names = ", ".join(n for n, _ in t.authors)
    notes = "".join(rf"\thanks{{The authors are with the {p}.}}" for p in t.places)
    return _lines(_title(t), rf"\author{{{names}{notes}}}", r"\maketitle", _abstract(abstract))


def simple(t: Topic, abstract: str) -> str:
    """Names and places in lines."""
    rows = [rf"{n}\\{{\small {t.places[at - 1]}}}" for n, at in t.authors]
    people = r" \and ".join(rows)
    return _lines(
        *(_title(t), rf"\author{{{people}}}", r"\date{}\maketitle", _abstract(abstract)),
    )


MORE = "\\usepackage{xcolor,colortbl,diagbox}\n"
SHORT = PACKAGES.replace("longtable,", "")
LAYOUTS = {
    "authblk": Layout(_class("12pt", "article") + WHOLE + MORE + "\\usepackage{authblk}\n", blocks),
    "quantum": Layout(
        _class("a4paper,twocolumn,nopdfoutputerror", "quantumarticle") + WHOLE + MORE,
        quantum,
        columns=2,
    ),
    "manuscript": Layout(
        _class("manuscript", "aastex631") + PACKAGES + MORE + MACROS,
        *(astro, "arabic", 1, True, "aastex"),
    ),
    "amsproc": Layout(_class("10pt", "amsproc") + WHOLE + MORE, mathematics),
    "elsarticle5": Layout(_class("5p,twocolumn", "elsarticle") + WHOLE + MORE, elsevier, columns=2),
    "pre": Layout(
        _class("aps,pre,onecolumn", "revtex4-1") + SHORT + SYMBOLS + LINKS + MACROS + MORE,
        physics,
        habits=("third",),
    ),
    "journal": Layout(_class("journal", "IEEEtran") + WHOLE + MORE, journal, columns=2),
    "acmsmall": Layout(
        _class("acmsmall,nonacm", "acmart") + "\\usepackage{lmodern}\n" + PACKAGES + MORE + MACROS,
        *(acm, "arabic", 1, True),
    ),
    "thesis": Layout(_class("11pt", "report") + WHOLE + MORE, simple, "chapters"),
    "koma": Layout(_class("11pt", "scrartcl") + WHOLE + MORE, simple, habits=("runin",)),
}

# ---- words

HEADS = (
    ("Motivation", ("Why it matters", "What was known")),
    ("Data and setting", ()),
    ("Approach", ("First stage", "Second stage", "Choice of constants")),
    ("Findings", ("Overall", "By group")),
    ("Discussion and conclusion", ()),
)
ENGLISH = {
    "heads": HEADS,
    "appendix": ("Proofs and derivations", "Extra tables"),
    "opening": (
        "Questions of @task@ return every decade, and @data0@ is the usual test.",
        "Here we introduce \\emph{@method@} and find a @metric0@ of @2@ where @rival0@ has @2@.",
        "Several groups have argued the contrary \\cite{k2,k3,k4}.",
        "What follows rests on @n@ records, taken between March and June.",
    ),
    "sentences": (
        "In @data0@ the value rises to @2@~@unit@; in @data1@ it does not.",
        "For @k@ of the @n@ records no @metric1@ could be computed.",
        "Halving the step leaves @metric2@ at @3@ (before: @3@).",
        "The effect is small but its sign never flips: @1@\\%, @1@\\% and @1@\\%.",
        "@rival1@, by contrast, needs \\textit{a priori} knowledge of all @k@ groups.",
        "Sufficiently affluent offices afflict the flow of official files.",
        "See Sect.~\\ref{sec:a} for the reasons; nothing else depends on them.",
        'The na\\"{\\i}ve estimate, a fa\\c{c}ade of precision, is @2@ too high.',
        "Let @f@ be given, and suppose that @f@ never vanishes.",
        "From @f@ we obtain a rate that is @1@ times larger.",
        "Hence @f@, which is what was to be shown.",
        "Because @f@ holds only for @k@ groups, we check it by hand.",
        "A pilot with @k@ persons cost \\$@n@, i.e.\\ less than planned.",
        "The 95\\% interval is [@2@, @2@], and the median lies at @2@.",
        "We write ``@metric0@'' for what others call `@metric3@'.",
        "Rows with fewer than @k@ entries were left out, as in \\citet@open@",
        "Of the four sets, @data2@ is the hardest: @rival2@ stops at @1@.",
        "Version 2.1 of the tool, released on 3 May 2021, was used throughout.",
        "This took 1.5--2.5~h per set on a laptop with 16~GB of memory.",
        "Not one of the @n@ checks failed.",
    ),
    "closing": (
        "@method@ is no cure: at @1@~@unit@ it is as slow as @rival3@.",
        "Still, a @metric0@ of @2@ is the best so far on @data3@.",
    ),
    "notes": (
        "Figures of 2023; those of 2024 differ by @2@ at most.",
        "Kindly provided by the archive of @data1@ (@n@ sheets).",
    ),
    "captions": (
        "Estimates by set. Standard errors in parentheses; @n@ records.",
        "What changes when one of @k@ parts is left out.",
        "Summary of @data0@--@data3@, in @unit@.",
    ),
    "drawings": ("Course of @metric0@ over @k@ rounds in @data0@.", "Histogram of @n@ residuals."),
}
ENGLISH["sentences"] = tuple(s for s in ENGLISH["sentences"] if "@open@" not in s)

INLINE = (
    (r"\varepsilon\to 0", r"\varepsilon\to 0"),
    (r"f\colon X\to Y", r"f\colon X\to Y"),
    (r"\lvert z\rvert\leq 3.2", r"\lvert z\rvert\leq 3.2"),
    (r"T_c=1.25(3)", r"T_{c}=1.25(3)"),
    (r"\sum_{j\neq i} a_{ij}", r"\sum_{j\neq i}a_{ij}"),
    (r"\vect{q}\cdot\vect{r}", r"\mathbf{q}\cdot\mathbf{r}"),
    (r"\mathrm{d}N/\mathrm{d}t", r"\mathrm{d}N/\mathrm{d}t"),
    (r"\Gamma_{0}^{-1}", r"\Gamma_{0}^{-1}"),
    (r"\widetilde{O}(n^{2/3})", r"\widetilde{O}(n^{2/3})"),
    (r"2.4\times 10^{5}\,\mathrm{km}", r"2.4\times 10^{5}\,\mathrm{km}"),
)
DISPLAY = (
    (
        "equation",
        r"\R^{n}\ni\vect{x}\mapsto\max_{1\leq i\leq n}\lvert x_{i}\rvert",
        (r"\mathbb{R}^{n}\ni\mathbf{x}\mapsto\max_{1\leq i\leq n}\lvert x_{i}\rvert",),
    ),
    (
        "align*",
        r"a&=b+c+0.75d,\\ &=e-f.",
        (r"a=b+c+0.75d,", r"=e-f."),
    ),
    (
        "gather",
        r"\nabla\cdot\vect{B}=0,\\ \nabla\times\vect{E}=-\partial_{t}\vect{B}.",
        (r"\nabla\cdot\mathbf{B}=0,", r"\nabla\times\mathbf{E}=-\partial_{t}\mathbf{B}."),
    ),
    (
        "equation",
        r"\begin{aligned} p&=2q+1,\\ r&=3.5s \end{aligned}",
        (r"p=2q+1,", r"r=3.5s"),
    ),
    (
        "eqnarray",
        r"y_{1}&=&0.12x+z,\\ y_{2}&=&0.34x-z.",
        (r"y_{1}=0.12x+z,", r"y_{2}=0.34x-z."),
    ),
    (
        "equation",
        r"P\left(\frac{X-\mu}{\sigma}>1.96\right)=\binom{n}{k}2^{-n}",
        (r"P\left(\frac{X-\mu}{\sigma}>1.96\right)=\binom{n}{k}2^{-n}",),
    ),
)

# ---- tables


def regression(t: Topic, n: Numbers) -> Table:
    """Coefficients with stars, their errors in parentheses below."""
    head = [cell(""), *(cell(f"({i})") for i in range(1, 5))]
    rows = [head]
    for name in t.metrics:
        stars = [n.random.choice(("", "*", "**", "***")) for _ in range(4)]
        values = [f"{n.random.uniform(0, 2):.3f}" for _ in range(4)]
        rows.append(
            [
                cell(name),
                *(
                    Cell(f"{v}$^{{{s}}}$" if s else v, v + s)
                    for v, s in zip(values, stars, strict=True)
                ),
            ]
        )
        rows.append([cell(""), *(cell(f"({n.random.uniform(0, 1):.3f})") for _ in range(4))])
    rows.append(
        [cell("Observations"), *(cell(f"{n.random.randint(1000, 90000):,}") for _ in range(4))]
    )
    return made(rows, 1, "lcccc", PLAIN, between={len(rows) - 1: r"\hline"})


def panels(t: Topic, n: Numbers) -> Table:
    """Titles over all columns part the body."""
    rows = [[cell("Group"), *map(cell, t.metrics)]]
    between = {}
    for title in ("Panel A: first half", "Panel B: second half"):
        between[len(rows)] = r"\midrule"
        rows.append([Cell(rf"\emph{{{title}}}", title, 5)])
        rows += [[cell(d), *(n.plain(2) for _ in t.metrics)] for d in t.data[:3]]
    return made(rows, 1, "lcccc", between=between)


def signs(t: Topic, n: Numbers) -> Table:
    """Differences with signs."""

    def value() -> Cell:
        text = f"{n.random.uniform(0, 9):.2f}"
        minus = n.random.random() < 0.5
        return Cell(f"$-{text}$" if minus else f"$+{text}$", f"{'-' if minus else '+'}{text}")

    rows = [[cell(r), *(value() for _ in t.data)] for r in (*t.rivals, t.method)]
    return made([[cell("Rule"), *map(cell, t.data)], *rows], 1, "lcccc")


def powers(t: Topic, n: Numbers) -> Table:
    """Powers of ten, and values with their last digits' error."""
    head = [
        cell("Case"),
        Cell(r"$N$", "N"),
        Cell(r"$\Delta E$ (eV)", r"\Delta E (eV)"),
        cell("ratio"),
    ]
    rows = [
        [
            cell(d),
            Cell(rf"${a:.1f}\times 10^{{{b}}}$", f"{a:.1f}×10{b}"),
            cell(f"{n.random.uniform(0, 9):.3f}({n.random.randint(1, 9)})"),
            n.plain(3),
        ]
        for d in t.data
        for a, b in [(n.random.uniform(1, 9), n.random.randint(2, 9))]
    ]
    return made([head, *rows], 1, "lccc", PLAIN)


def units(t: Topic, n: Numbers) -> Table:
    """A second line of heads holds the units."""
    upper = [cell("Set"), *map(cell, t.metrics)]
    lower = [cell(""), *(cell(f"({u})") for u in (t.unit, "\\%", "s", "--"))]
    rows = [[cell(d), *(n.plain(2) for _ in t.metrics)] for d in t.data]
    return made([upper, lower, *rows], 2, "lrrrr")


def diagonal(t: Topic, n: Numbers) -> Table:
    """A head cell cut by a line, a word on each side."""
    corner = Cell(r"\diagbox{Rule}{Set}", "Rule Set")
    rows = [[cell(r), *(n.plain(1) for _ in t.data)] for r in t.rivals]
    return made([[corner, *map(cell, t.data)], *rows], 1, "|l|c|c|c|c|", FULL)


def bordered(t: Topic, n: Numbers) -> Table:
    """Labels for several rows at both ends."""
    rows = [[cell("Part"), cell("Rule"), cell(t.metrics[0]), cell("Note")]]
    for part in ("low", "high"):
        for y, rule in enumerate(t.rivals[:3]):
            first = cell(part, rows=3) if y == 0 else cell("")
            last = cell(f"{part} only", rows=3) if y == 0 else cell("")
            rows.append([first, cell(rule), n.plain(2), last])
    return made(rows, 1, "llcl", between={4: r"\midrule"}, side=2)


def colored(t: Topic, n: Numbers) -> Table:
    """Rows and cells with color behind them."""
    rows = [[cell("Rule"), *map(cell, t.metrics)]]
    for y, rule in enumerate((*t.rivals, t.method)):
        back = r"\rowcolor{gray!15} " if y % 2 else ""
        values = [n.plain(1) for _ in t.metrics]
        values[y % 4] = replace(values[y % 4], tex=r"\cellcolor{yellow!30}" + values[y % 4].tex)
        rows.append([Cell(back + rule, rule), *values])
    return made(rows, 1, "lcccc")


def transposed(t: Topic, n: Numbers) -> Table:
    """Heads down the side; the columns have heads too."""
    heads = [cell("Quantity"), cell("Symbol"), cell("Value")]
    rows = [
        [cell(m), Cell(rf"${s}$", s), Cell(v, v)]
        for m, s in zip(t.metrics, ("a", "b", "c", "d"), strict=True)
        for v in [f"{n.random.uniform(0, 9):.3f}"]
    ]
    return made([heads, *rows], 1, "llr", BOOK, side=1)


def subtables(t: Topic, n: Numbers) -> Table:
    """Heads spelled in small capitals and math, numbers beside names in parentheses."""
    head = [cell("Set"), *(Cell(rf"\textsc{{{m}}}~$\uparrow$", f"{m} ↑") for m in t.metrics)]
    rows = [
        [cell(f"{d} ({n.random.randint(20, 90)})"), *(n.small() for _ in t.metrics)] for d in t.data
    ]
    return made([head, *rows], 1, "lcccc", BOOK, env="table*")


KINDS: dict[str, Callable[[Topic, Numbers], Table]] = {
    f.__name__: f
    for f in (
        *(regression, panels, signs, powers, units, diagonal, bordered, colored, transposed),
        subtables,
    )
}


class Second(Writer):
    """The second set's writer: its own order of parts, chapters in a thesis."""

    layouts, kinds = LAYOUTS, KINDS
    inline, display, english = INLINE, DISPLAY, ENGLISH

    def label(self, kind: str, number: int) -> str:
        """Return the number printed before a caption, in a thesis by chapter."""
        if self.layout.numbering != "chapters":
            return str(number)
        tops = [s for s in self.truth.sections if s["level"] == 1]
        chapters = [s for s in tops if not s["appendix"]]
        after = len(tops) - len(chapters)
        top = chr(ord("A") + after - 1) if after else str(len(chapters))
        return f"{top}.{self.count(f'{kind} {top}')}"

    def section(self, title: str, level: int, appendix: bool = False) -> str:
        """Return a heading, in a thesis one level higher."""
        tex = super().section(title, level, appendix)
        label = r"\label{sec:a}" if title == "Approach" else ""
        if self.layout.numbering == "chapters":
            name = ("chapter", "section", "subsection")[level - 1]
            tex = rf"\{name}{{{title}}}" + "\n"
        return tex.rstrip() + label + "\n"

    def body(self) -> list[str]:
        """Return the text: tables and formulas where it takes them, two figures."""
        tables = list(self.topic.tables)
        parts: list[str] = []
        for at, (title, inner) in enumerate(self.words["heads"]):
            parts += [self.section(title, 1), self.paragraph()]
            if at == 0:
                parts += [self.joined(map(self.said, self.words["opening"][:2])), self.figure()]
            for name in inner:
                parts += [
                    self.section(name, 2),
                    self.paragraph(),
                    self.formula(),
                    self.paragraph(2, 4),
                ]
            if at in (1, 3) and tables:
                parts += [self.table(tables.pop(0)), self.note()]
            parts += [self.figure()] if at == 2 else []
        parts += [*self.extra("third"), *self.extra("runin")]
        parts += [self.joined(map(self.said, self.words["closing"])), self.layout.appendix]
        first, second = self.words["appendix"]
        parts += [self.section(first, 1, True), self.paragraph(), self.formula()]
        return [*parts, self.section(second, 1, True), self.paragraph(), *map(self.table, tables)]


if __name__ == "__main__":
    main(TOPICS, Second)
