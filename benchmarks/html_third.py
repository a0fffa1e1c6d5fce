"""A third set of made-up papers: further classes and words, tables that neither set before has.

    python benchmarks/html_third.py FOLDER --seed 11

Written after the reader was changed for the second set, and read once before it was changed again.
"""

from __future__ import annotations

from collections.abc import Callable

from html_layouts import WHOLE, Layout, _abstract, _class, _each, _lines, _title, mathematics
from html_samples import main
from html_second import ENGLISH as BEFORE
from html_second import KINDS as KNOWN
from html_second import MORE, Second, blocks, journal, simple
from html_tables import BOOK, FULL, PLAIN, Cell, Numbers, Table, cell, made
from html_words import Topic, _topic

TOPICS = (
    _topic(
        *("book", "Tide Gauges and the Memory of Harbors", "physics.ao-ph", "CC BY 4.0"),
        "Solveig Lund:1; Paulo Teixeira:2",
        "Coastal Survey, Stavanger; Institute of the Sea, Aveiro",
        *("tide reconstruction", "HarborNet"),
        "harmonic; persistence; ridge; gauge mean",
        "Quay; Breakwater; Estuary; Skerry",
        "Surge; Lag; Residual; Coverage",
        *("cm", "models drawn parameters decades"),
    ),
    _topic(
        *("roman", "Warm Dust around Eleven Quiet Dwarfs", "astro-ph.SR", "CC BY-SA 4.0"),
        "Ramesh Pillai:1; Agnes Toth:2; Ola Berg:2",
        "Stellar Group, Pune South; Konkoly Annex, Sopron",
        *("dust fitting", "DwarfFit"),
        "blackbody; two-belt; Mie; disk-only",
        "HQ 11; HQ 27; HQ 43; HQ 58",
        "Flux; Radius; Excess; Color",
        *("mJy", "symbols footed models"),
    ),
    _topic(
        *("amsbook", "Restarting Krylov Methods with Little Memory", "math.NA", "CC BY 4.0"),
        "Yara Haddad:1; Felix Brenner:2",
        "Numerics Group, Byblos; Chair of Linear Algebra, Ulm North",
        *("restarting", "KeepTwo"),
        "GMRES; FOM; deflated; flexible",
        "airfoil; cavity; heat; lattice",
        "Iterations; Residual; Memory; Time",
        *("s", "parameters stacked drawn"),
    ),
    _topic(
        *("twoside", "Sealed Ballots in Small Assemblies", "cs.CR", "CC BY-NC-SA 4.0"),
        "Nadia Petrova:1; Hugo Lefort:1",
        "Laboratory for Public Protocols, Namur",
        *("ballot sealing", "SealBox"),
        "paper; mixnet; tally-only; homomorphic",
        "council; board; club; union",
        "Latency; Proofs; Size; Rounds",
        *("kB", "footed decades stacked"),
    ),
    _topic(
        *("technote", "How Bees Judge Distance in Fog", "q-bio.NC", "CC0 1.0"),
        "Imogen Clarke:1; Takumi Endo:2",
        "Insect Vision Group, Exeter West; Field Station, Okayama",
        *("distance judging", "FogFlow"),
        "optic flow; odometer; landmark; blind",
        "meadow; tunnel; orchard; shore",
        "Error; Speed; Turns; Height",
        *("m", "symbols models stacked"),
    ),
    _topic(
        *("amsart10", "Ordering Repairs in Old Water Networks", "math.OC", "CC BY 4.0"),
        "Goran Ilic:1; Sunniva Dahl:2",
        "Faculty of Civil Engineering, Nis; Water Works, Drammen",
        *("repair ordering", "LeakFirst"),
        "age-first; cost-first; random order; dense-first",
        "old town; hillside; harbor side; suburb",
        "Leaks; Cost; Days; Outages",
        *("km", "drawn footed parameters"),
    ),
)


# ---- title blocks


def starry(t: Topic, abstract: str) -> str:
    """Names in a line with raised numbers, places as a list below."""
    names = ", ".join(rf"{n}\textsuperscript{{{at}}}" for n, at in t.authors)
    places = r"\\".join(rf"\textsuperscript{{{i}}}{p}" for i, p in enumerate(t.places, 1))
    return _lines(
        *(_title(t), rf"\author{{{names}\\{places}}}", r"\date{}\maketitle", _abstract(abstract))
    )


def spaced(t: Topic, abstract: str) -> str:
    """Each author followed by a place."""
    return _lines(_title(t), _each(t, "address"), _abstract(abstract), r"\maketitle")


PICTURES = MORE + "\\usepackage{tikz}\n"
LAYOUTS = {
    "book": Layout(_class("11pt", "book") + WHOLE + PICTURES, starry, "chapters"),
    "roman": Layout(
        _class("11pt,twocolumn", "article")
        + "\\usepackage{authblk}\n"
        + WHOLE
        + PICTURES
        + "\\renewcommand{\\thetable}{\\Roman{table}}\n",
        *(blocks, "arabic", 2),
    ),
    "amsbook": Layout(_class("12pt", "amsbook") + WHOLE + PICTURES, mathematics, "chapters"),
    "twoside": Layout(_class("twoside", "report") + WHOLE + PICTURES, simple, "chapters"),
    "technote": Layout(
        _class("technote", "IEEEtran") + WHOLE + PICTURES,
        *(journal, "arabic", 2),
        habits=("third", "runin"),
    ),
    "amsart10": Layout(_class("10pt", "amsart") + WHOLE + PICTURES, spaced, habits=("third",)),
}

# ---- words

ENGLISH = {
    **BEFORE,
    "heads": (
        ("Opening", ("A short history", "Terms")),
        ("Material", ("Sources", "Cleaning")),
        ("Procedure", ()),
        ("What we found", ("Across sites", "Within sites", "Outliers")),
        ("Closing words", ()),
    ),
    "appendix": ("Omitted arguments", "Further counts"),
    "opening": (
        "For @task@ nobody agrees on a yardstick; @data2@ is used most.",
        "We set out \\emph{@method@}, whose @metric1@ is @2@ while that of @rival1@ is @2@.",
        "Three earlier attempts \\cite{k1,k5,k6} stopped short of @data3@.",
        "All @n@ entries were checked twice, by two of us.",
    ),
    "sentences": (
        "Between @data1@ and @data2@ the gap is @2@~@unit@, not @1@.",
        "Every third entry of @data3@ was drawn again.",
        "With @f@ the claim is plain; without it, @metric2@ has no bound.",
        "A coarser grid costs @1@\\% of @metric0@ and saves @k@ hours.",
        "@rival0@ and @rival2@ differ by @3@ (s.e.\\ @3@).",
        "Whatever @f@ may be, the order of the sets stays as it is.",
        "We kept the default of @k@ steps; @k@ would do as well.",
        "Off-site staff affirmed the figures before filing them.",
        "The ratio is @1@:@1@, or nearly so.",
        "Since @f@, at most @k@ cases remain.",
        "In @data0@, @metric3@ fell from @2@ to @2@ within @k@ days.",
        "Prices are those of 2022; @n@ were paid in all.",
        "O'Neill's rule gives @2@, the fa\\c{c}ade method @2@.",
        "Neither change matters much (@1@\\% and @1@\\%).",
        "This is what \\textit{ceteris paribus} means here.",
    ),
    "closing": (
        "@method@ leaves @data1@ open: there, @rival2@ has a @metric1@ of @2@.",
        "The next @k@ entries will tell.",
    ),
    "notes": ("Without the @n@ doubtful ones.", "As of 2024; it was @2@ a year before."),
    "captions": (
        "How @method@ fares on @k@ further sets.",
        "All values of @metric1@, by site.",
        "Counts behind the text; @n@ in all.",
    ),
    "drawings": ("Layout of the @k@ stations.", "@metric1@ against @metric2@, in @data3@."),
}


# ---- tables


def models(t: Topic, n: Numbers) -> Table:
    """Names of models above their numbers in brackets."""
    upper = [cell(""), *(cell(m) for m in t.metrics)]
    lower = [cell(""), *(cell(f"({i})") for i in range(1, 5))]
    rows = [[cell(d), *(n.plain(3) for _ in t.metrics)] for d in t.data]
    return made([upper, lower, *rows], 2, "lcccc", PLAIN)


def drawn(t: Topic, n: Numbers) -> Table:
    """A small drawing beside each label."""
    dot = r"\tikz\draw (0,0) circle (2pt); "
    rows = [[Cell(dot + r, r), *(n.plain(2) for _ in t.data)] for r in t.rivals]
    return made([[cell("Rule"), *map(cell, t.data)], *rows], 1, "lcccc", BOOK)


def parameters(t: Topic, n: Numbers) -> Table:
    """Shares as heads beside an empty corner."""
    heads = [cell(""), *(Cell(rf"{p}\%", f"{p}%") for p in (5, 10, 25, 50))]
    rows = [[cell(r), *(Cell(v, v) for v in _values(n, 4))] for r in (*t.rivals, t.method)]
    return made([heads, *rows], 1, "|l|c|c|c|c|", FULL)


def _values(n: Numbers, count: int) -> list[str]:
    return [f"{n.random.uniform(0, 99):.2f}" for _ in range(count)]


def decades(t: Topic, n: Numbers) -> Table:
    """Ranges of years as heads under one heading."""
    upper = [cell("", 1), cell("Years", 4)]
    lower = [cell("Set"), *(cell(y) for y in ("1980--89", "1990--99", "2000--09", "2010--19"))]
    rows = [[cell(d), *(Cell(v, v) for v in _values(n, 4))] for d in t.data]
    return made([upper, lower, *rows], 2, "lcccc", BOOK)


def symbols(t: Topic, n: Numbers) -> Table:
    """Heads with lowered and raised signs."""
    heads = [
        cell("Object"),
        Cell(r"$M_{1}^{*}$", "M1*"),
        Cell(r"$\mathrm{R}^{2}$", "R2"),
        Cell(r"$T_{90}$", "T90"),
        Cell(r"H$_2$O", "H2O"),
    ]
    rows = [[cell(d), *(Cell(v, v) for v in _values(n, 4))] for d in t.data]
    return made([heads, *rows], 1, "lcccc", PLAIN)


def footed(t: Topic, n: Numbers) -> Table:
    """A last row over all columns."""
    rows = [[cell(r), *(n.plain(1) for _ in t.metrics)] for r in t.rivals]
    foot = [Cell(r"\footnotesize Means of five runs.", "Means of five runs.", 5)]
    return made([[cell("Rule"), *map(cell, t.metrics)], *rows, foot], 1, "lcccc", BOOK)


def stacked(t: Topic, n: Numbers) -> Table:
    """Cells of two lines, and a label for two rows."""
    heads = [cell("Site"), cell("Rule"), Cell(r"\makecell{Mean\\value}", "Mean value"), cell("Max")]
    rows = [
        [cell(d, rows=2) if y == 0 else cell(""), cell(r), *(Cell(v, v) for v in _values(n, 2))]
        for d in t.data[:3]
        for y, r in enumerate(t.rivals[:2])
    ]
    return made([heads, *rows], 1, "llcc", BOOK, side=2)


NEW = (models, drawn, parameters, decades, symbols, footed, stacked)


class Third(Second):
    """The third set's writer."""

    layouts, english = LAYOUTS, ENGLISH
    kinds: dict[str, Callable[[Topic, Numbers], Table]] = {**KNOWN, **{f.__name__: f for f in NEW}}  # noqa: RUF012 never changed


if __name__ == "__main__":
    main(TOPICS, Third)
