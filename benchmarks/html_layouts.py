"""The document classes of made-up papers: preambles, title blocks and how sections are numbered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from html_words import MACROS, Topic

PACKAGES = r"""\usepackage{graphicx}
\usepackage{booktabs,multirow,makecell,array,dcolumn,tabularx,longtable,threeparttable,rotating}
\usepackage{amsmath}
\renewcommand{\labelitemi}{$\bullet$}
"""
SYMBOLS = "\\usepackage{amssymb}\n"
THEOREMS = "\\newtheorem{theorem}{Theorem}\n"
LINKS = "\\usepackage[hidelinks]{hyperref}\n"


@dataclass(frozen=True)
class Layout:
    """One class: what stands before the text, and the habits of its house.

    ``shim`` is the class that LaTeXML knows in this one's place, where it has no binding;
    ``habits`` are what its papers often have: run-in heads, thanks, a third level of heads.
    """

    preamble: str
    front: Callable[[Topic, str], str]
    numbering: str = "arabic"
    columns: int = 1
    named: bool = False
    shim: str = ""
    appendix: str = r"\appendix"
    habits: tuple[str, ...] = ()


def _grouped(t: Topic) -> list[tuple[str, list[str]]]:
    """Return each place with the authors who work there."""
    return [(p, [n for n, at in t.authors if at == i]) for i, p in enumerate(t.places, 1)]


def _mail(name: str) -> str:
    return f"{name.split()[-1].lower()}@example.org"


def _abstract(text: str) -> str:
    return f"\\begin{{abstract}}\n{text}\n\\end{{abstract}}\n"


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def article(t: Topic, abstract: str) -> str:
    """Authors with their places in lines below, one thanked."""
    thanks = [r"\thanks{Supported by grant 17-204.}", *[""] * 9]
    blocks = [
        rf"{n}{extra} \\ {t.places[at - 1]}"
        for (n, at), extra in zip(t.authors, thanks, strict=False)
    ]
    people = r" \and ".join(blocks)
    date = r"\date{5 November 2026}"
    return _lines(_title(t), rf"\author{{{people}}}", date, r"\maketitle", _abstract(abstract))


def _title(t: Topic, short: str = "") -> str:
    return rf"\title{short}{{{t.title}}}"


def ieee(t: Topic, abstract: str) -> str:
    """Blocks of names and places."""
    blocks = [
        rf"\IEEEauthorblockN{{{', '.join(names)}}}"
        "\n" + rf"\IEEEauthorblockA{{{place}\\ {_mail(names[0])}}}"
        for place, names in _grouped(t)
    ]
    people = r" \and ".join(blocks)
    words = r"\begin{IEEEkeywords} radar, sensing \end{IEEEkeywords}"
    author = rf"\author{{{people}}}"
    return _lines(_title(t), author, r"\maketitle", _abstract(abstract), words)


def _each(t: Topic, place: str = "affiliation") -> str:
    people = [rf"\author{{{n}}}" "\n" rf"\{place}{{{t.places[at - 1]}}}" for n, at in t.authors]
    return "\n".join(people)


def physics(t: Topic, abstract: str) -> str:
    """Each author followed by a place, the abstract before the title is set."""
    return _lines(
        _title(t), _each(t), r"\date{5 November 2026}", _abstract(abstract), r"\maketitle"
    )


def astro(t: Topic, abstract: str) -> str:
    """The same with the abstract last."""
    return _lines(_title(t), _each(t), _abstract(abstract), r"\keywords{galaxies --- dust}")


def numbered(t: Topic, abstract: str) -> str:
    """Names with raised numbers, places below."""
    names = ", ".join(f"{n}$^{{{at}}}$" for n, at in t.authors)
    places = r"\\ ".join(f"$^{{{i}}}${p}" for i, p in enumerate(t.places, 1))
    author = rf"\author[A. Author et al.]{{{names}\\ {places}}}"
    words = r"\begin{keywords} stars: flare \end{keywords}"
    title = _title(t, "[Short title]")
    return _lines(title, author, r"\maketitle", _abstract(abstract), words)


def springer(t: Topic, abstract: str) -> str:
    """Names with institute marks."""
    names = r" \and ".join(rf"{n}\inst{{{at}}}" for n, at in t.authors)
    places = r" \and ".join(t.places)
    people = (rf"\author{{{names}}}", rf"\institute{{{places}}}")
    return _lines(_title(t), *people, r"\maketitle", _abstract(abstract))


def acm(t: Topic, abstract: str) -> str:
    """Places in parts, the abstract before the title is set."""
    people = [
        _lines(
            *(rf"\author{{{n}}}", rf"\email{{{_mail(n)}}}"),
            rf"\affiliation{{\institution{{{t.places[at - 1]}}}\country{{Europe}}}}",
        )
        for n, at in t.authors
    ]
    words = r"\keywords{charts, reading}"
    return _lines(_title(t), *people, _abstract(abstract), words, r"\maketitle")


def conference(t: Topic, abstract: str) -> str:
    """Names, places and addresses in blocks side by side."""
    blocks = [rf"{n} \\ {t.places[at - 1]} \\ \texttt{{{_mail(n)}}}" for n, at in t.authors]
    people = r" \And ".join(blocks)
    return _lines(_title(t), rf"\author{{{people}}}", r"\maketitle", _abstract(abstract))


def elsevier(t: Topic, abstract: str) -> str:
    """A front matter with labelled addresses."""
    people = [rf"\author[{at}]{{{n}}}" for n, at in t.authors]
    places = [rf"\address[{i}]{{{p}}}" for i, p in enumerate(t.places, 1)]
    words = r"\begin{keyword} lattice \sep fatigue \end{keyword}"
    inner = (_title(t), *people, *places, _abstract(abstract), words)
    return _lines(r"\begin{frontmatter}", *inner, r"\end{frontmatter}")


def mathematics(t: Topic, abstract: str) -> str:
    """Addresses at the paper's end, the abstract before the title is set."""
    subject = r"\subjclass[2020]{05C38}"
    return _lines(_title(t), _each(t, "address"), subject, _abstract(abstract), r"\maketitle")


def chinese(t: Topic, abstract: str) -> str:
    """A plain title block in Chinese."""
    names = "，".join(f"{n}$^{{{at}}}$" for n, at in t.authors)
    places = "；".join(f"$^{{{i}}}${p}" for i, p in enumerate(t.places, 1))
    author = rf"\author{{{names}\\ {places}}}"
    return _lines(_title(t), author, r"\date{}", r"\maketitle", _abstract(abstract))


STYLE = r"""\ProvidesPackage{confstyle}
\def\And{\end{tabular}\hskip 2em\begin{tabular}[t]{c}}
\renewcommand{\section}{\@startsection{section}{1}{0pt}{2ex}{1ex}{\large\bfseries\raggedright}}
"""
SHIM = "package LaTeXML::Package::Pool;\nuse LaTeXML::Package;\n@load@\n1;\n"


def files(layout: Layout) -> dict[str, str]:
    """Return the files that stand beside the TeX: a house's style, and what LaTeXML lacks."""
    found = {"confstyle.sty": STYLE, "confstyle.sty.ltxml": SHIM.replace("@load@", _AND)}
    found["CJKutf8.sty.ltxml"] = SHIM.replace("@load@", _CJK)
    if layout.shim:
        known = layout.preamble.partition("{")[2].partition("}")[0]
        found[f"{known}.cls.ltxml"] = SHIM.replace("@load@", f"LoadClass('{layout.shim}');")
    return found


_CJK = "DefEnvironment('{CJK}{}{}', '#body');"
_AND = r"DefMacro('\And', '\and');"
NO_OPTIONS = PACKAGES + SYMBOLS + "\\usepackage{hyperref}\n" + MACROS
HOUSE = "\\usepackage{confstyle}\n"
WHOLE = PACKAGES + SYMBOLS + LINKS + MACROS


def _class(options: str, name: str) -> str:
    return f"\\documentclass[{options}]{{{name}}}\n"


LAYOUTS = {
    "article": Layout(_class("11pt", "article") + WHOLE, article, habits=("third", "thanks")),
    "ieee": Layout(
        _class("conference", "IEEEtran") + WHOLE, ieee, "ieee", 2, appendix=r"\appendices"
    ),
    "revtex": Layout(
        _class("prb,twocolumn", "revtex4-2") + WHOLE, physics, "roman", 2, shim="revtex4-1"
    ),
    "aastex": Layout(
        _class("twocolumn", "aastex631") + PACKAGES + MACROS,
        astro,
        columns=2,
        named=True,
        shim="aastex",
    ),
    "mnras": Layout(
        _class("fleqn,usenatbib", "mnras")
        + PACKAGES
        + SYMBOLS
        + "\\usepackage{hyperref}\n"
        + MACROS,
        numbered,
        columns=2,
        named=True,
    ),
    "llncs": Layout(_class("runningheads", "llncs") + WHOLE, springer),
    "acm": Layout(
        _class("sigconf,nonacm", "acmart") + "\\usepackage{lmodern}\n" + PACKAGES + MACROS,
        *(acm, "arabic", 2, True),
    ),
    "neurips": Layout(
        _class("10pt", "article") + WHOLE + HOUSE, conference, habits=("runin", "thanks")
    ),
    "elsarticle": Layout(
        _class("preprint,11pt", "elsarticle") + WHOLE, elsevier, habits=("third",)
    ),
    "amsart": Layout(_class("11pt", "amsart") + WHOLE + THEOREMS, mathematics),
    "cjk": Layout(_class("11pt", "article") + "\\usepackage{CJKutf8}\n" + WHOLE, chinese),
    "report": Layout(_class("a4paper", "article") + WHOLE, article, habits=("third", "thanks")),
    "icml": Layout(
        _class("10pt,twocolumn", "article") + "\\usepackage{natbib}\n" + WHOLE,
        article,
        "dotted",
        2,
        True,
    ),
    "acl": Layout(
        _class("11pt,twocolumn,a4paper", "article")
        + "\\usepackage{times,natbib}\n"
        + WHOLE
        + HOUSE,
        *(conference, "arabic", 2, True),
    ),
}
