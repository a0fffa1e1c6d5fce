"""Escapes: text from outside as Markdown that every engine shows as it was written.

Measured in the real engines: a Markdown-active character as a numeric entity is inert in marked,
kramed, goldmark, kramdown, pandoc and markdown-it alike, backslashes are not. Formulas go one of
two ways: as entities, where the engine knows no math and MathJax reads the finished page, or
in dollars, where the engine itself takes them out before it looks for Markdown. These engines
don't agree on where a formula ends, and some print it as HTML: what they might read otherwise than
we do goes out as text, and no formula holds a "<".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Literal, NamedTuple
from urllib.parse import quote

from paperkit.papers import find_links

MathStyle = Literal["entities", "native"]

# A backslash that MathJax would take for the start of a formula, a reference or an escape.
_MATHJAX = r"(?:\\(?=[\\$(\[]|begin\b|(?:eq)?ref\b)|\$)+"
_ACTIVE = re.compile(
    rf"({_MATHJAX})" + r"|[\\`*_{}\[\]<>&~|^$@]|:(?=[\w+-]+:)|::|(?<!\S)#|#(?=#*$)|(?<==)="
    r"|(?<=\+)\+|(?<=http):(?=//)|(?<=https):(?=//)|(?<=ftp):(?=//)|(?<=www)\."
)
# What "smart" punctuation turns into something else: names and titles are to stay arXiv's.
_SMART = re.compile(r"['\"]|(?<=[-+])-|(?<=\.)\.|\((?=(?:c|r|p|tm)\))", re.I)
_ACTIVE_OR_SMART = re.compile(f"{_ACTIVE.pattern}|{_SMART.pattern}", re.I)
_LITERALS: dict[str, Callable[[str], str]] = {
    "span": lambda text: "".join(f"<span>{'&#92;' if c == chr(92) else c}</span>" for c in text),
    # Jupyter's readers and GitHub's look for dollars everywhere, in an element's text too.
    "entity": lambda text: "".join(f"<span>{entity(c)}</span>" for c in text),
    "code": lambda text: f"`{text}`",
    "escape": lambda text: text.replace("\\", "&#92;").replace("$", "\\$"),
    # pandoc's pages let MathJax look for \\( and $$ everywhere.
    "pandoc": lambda text: re.sub(
        r"\$+",
        lambda run: "\\$" if len(run[0]) == 1 else "<span>\\$</span>" * len(run[0]),
        text.replace("\\", "<span>&#92;</span>"),
    ),
}
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# pandoc counts with letters, with Roman numbers and in brackets too.
_LIST_NUMBER = re.compile(r"\(?(?:[A-Za-z]|[ivxlcdm]+|[IVXLCDM]+)[.)](?=\s|$)|\(?\d+[.)]")
_TASK = re.compile(r"&#91;[ xX]&#93;(?=\s|$)")
_ENDS = frozenset(("\\(", "\\)", "\\[", "\\]"))
_FENCES = {"$$": "$$", "$": "$", "\\[": "\\]", "\\(": "\\)"}
_ENVIRONMENT = (
    r"\\begin\{((?:align|alignat|eqnarray|equation|flalign|gather|multline|displaymath|math)\*?)\}"
)
_OPENING = re.compile(rf"\\\\|\\\$|\$\$|\$|\\\[|\\\(|{_ENVIRONMENT}")
# Macros that reach beyond their formula: links and styles into the page, definitions into others.
_REACHING = re.compile(
    r"\\(?:href|url|style|class|cssId|require|html\w+|data|def|gdef|edef|let|newcommand|"
    r"renewcommand|newenvironment|renewenvironment|DeclareMathOperator|mmlToken|bbox|unicode|"
    r"includegraphics|input|toggle|texttip|tooltip|enclose|include|write|immediate|open(?:in|out)|"
    r"read|csname|catcode|directlua|special|usepackage|verbatiminput|lstinputlisting|everymath|"
    r"batchmode|scantokens|expandafter)(?![A-Za-z])"
)
_ALIGNING = re.compile(r"\\begin\b|\\(?:\w*matrix|\w*cases|\w*align\w*)\b")
_MONEY = re.compile(r"\d[\d.,]*\s?(?:[kKMB]|bn|USD|million|billion)?(?:\s|[,;:.]\s|$)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*[+%]?")
# Groups whose content is no mathematics: "\\lt" would be shown as it is written.
_WORDS_IN_MATH = re.compile(
    r"\\(?:text\w*|[mhf]box|ce|pu|tag|label|(?:eq)?ref|operatorname|verb)(?![A-Za-z])\*?"
)
_PLAIN_IN_MATH = frozenset("+=,()/;:!? ")


class Formula(NamedTuple):
    """One formula of a text: its TeX without delimiters, and whether it stands on its own line."""

    tex: str
    display: bool


def pieces(text: str, style: MathStyle = "entities") -> Iterator[str | Formula]:
    r"""Yield the text's runs of words and its formulas (``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]``).

    A dollar sign that opens no formula ("$5 and then $6") stays in the words. So does a formula
    with macros that reach beyond it (``\href``, ``\def``), whose braces don't match, or which
    engines of that `style` might end elsewhere. What would be an error in TeX is escaped: "#",
    and "&" where nothing is aligned ("$S&P500$").
    """
    start = position = 0
    while found := _OPENING.search(text, position):
        position = found.end()
        close = rf"\end{{{found[1]}}}" if found[1] else _FENCES.get(found[0], "")
        end = _closing(text, position, close) if close else -1
        behind = end + len(close)
        if end < 0 or not _is_formula(text[position:end], found[0], text[behind : behind + 1]):
            continue
        tex = _tidy(text[found.start() : behind] if found[1] else text[position:end])
        if style == "native" and not (tex := _native(tex)):
            continue
        if found.start() > start:
            yield text[start : found.start()]
        yield Formula(tex, found[0] not in ("$", "\\("))
        start = position = behind
    if start < len(text):
        yield text[start:]


def _closing(text: str, start: int, close: str) -> int:
    """Where the formula ends: as in MathJax, at the first closing outside of braces."""
    depth, position = 0, start
    while position < len(text) and position - start < 2000:
        if depth == 0 and text.startswith(close, position):
            return position
        if text[position] == "\\":
            position += 2
            continue
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth < 0:
            return -1
        position += 1
    return -1


def _is_formula(tex: str, fence: str, after: str) -> bool:
    """Whether TeX between a fence and its end, before the character `after`, is a formula."""
    if not tex.strip() or "\n\n" in tex or _REACHING.search(tex) or _has_loose_end(tex):
        return False
    if not _is_matched(tex):
        return False
    if fence != "$" or re.search(r"[\\^_=<>{}]", tex):
        return True
    if tex != tex.strip() or after.isdigit() or tex[-1] in "/([":
        return False
    if _MONEY.match(tex):
        return bool(_NUMBER.fullmatch(tex))
    if tex[-1] in ".,;:+" and after.isalnum():  # $HOME:$PATH
        return False
    return not re.search(r"[^\W\d]{3,}\s+[^\W\d]{2,}", tex)


def _is_matched(tex: str) -> bool:
    r"""Whether each ``\begin`` has its ``\end``: half an environment is an error on the page."""
    opened = []
    for kind, name in re.findall(r"\\(begin|end)\{([^{}]*)\}", tex):
        if kind == "begin":
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened


def _has_loose_end(tex: str) -> bool:
    r"""Whether a delimiter could end the formula early: pairs in braces (``\text``) can't."""
    depth, dollars = 0, 0
    for token in re.findall(r"(?s)\\.|[{}]|\$+", tex):
        depth += {"{": 1, "}": -1}.get(token, 0)
        if token[0] == "$":
            dollars += 1
        if token.startswith("$$") or (depth == 0 and (token[0] == "$" or token in _ENDS)):
            return True
    return dollars % 2 == 1


def _tidy(tex: str) -> str:
    """TeX on one line, without what would be an error there, or would escape its own end."""
    tex = re.sub(r"(?<!\\)#" if _ALIGNING.search(tex) else r"(?<!\\)[#&]", r"\\\g<0>", tex)
    tex = " ".join(tex.split())
    return tex + " {}" if re.search(r"(?<!\\)(?:\\\\)*\\\$?$", tex) else tex


def _native(tex: str) -> str:
    """TeX that every engine which knows dollars ends where we do, and that opens no tag; or ""."""
    turns = cycle(("\\(", "\\)"))

    def written(found: re.Match[str]) -> str:
        return next(turns) if found[0] == "$" else f"{found[0]} " if found[1] else found[0]

    # "$" within \text is "\(" there; Jupyter takes the brace of "\\{" for an escaped one.
    tex = re.sub(r"(\\\\)(?=[{}])|\\.|\$", written, tex)
    tex = tex.replace("``", "“").replace("`", "‘")
    tex = re.sub(r"\](?=[(\[{])", "] ", tex)  # no link and no attributes, whoever reads it
    # A space before the closing dollar would make it no formula to pandoc.
    return "" if _has_tag_in_words(tex) else re.sub("< ?", r"\\lt ", tex).rstrip()


def _has_tag_in_words(tex: str) -> bool:
    r"""Whether a "<" stands in words within a formula (``\text{a<b}``)."""
    for found in _WORDS_IN_MATH.finditer(tex):
        group = re.sub(r"\\\(.*?\\\)", "", tex[found.end() :])
        end = _closing(group, 1, "}")
        if "<" in (group[:end] if end >= 0 else group):
            return True
    return False


def entity(text: str) -> str:
    """Return characters as numeric entities."""
    return "".join(f"&#{ord(c)};" for c in text)


def _barless(tex: str) -> str:
    r"""TeX without "|", which ends a cell in MyST even within a formula."""
    bars = {"|": "\\vert ", "\\|": "\\Vert "}
    tex = re.sub(r"\\verb\*?\|([^|]*)\|", r"\\verb!\1!", tex)
    return re.sub(r"\\.|\|", lambda bar: bars.get(bar[0], bar[0]), tex).strip()


def formula(found: Formula, style: MathStyle, *, cell: bool = False) -> str:
    """Return a formula with its delimiters, safe from the engine, also in a table's `cell`."""
    if style == "native":
        fence = "$$" if found.display else "$"
        return f"{fence}{_barless(found.tex) if cell else found.tex}{fence}"
    tex = "".join(
        c if c.isalnum() or c in _PLAIN_IN_MATH or ord(c) > 127 else entity(c) for c in found.tex
    )
    # kramed turns "$$" into a script element, in which entities would stay as they are.
    return f"$&#36;{tex}&#36;$" if found.display else f"${tex}$"


@dataclass(frozen=True)
class Escape:
    """How one engine wants its text.

    ``math`` says who reads formulas; ``literal`` is how a dollar sign that starts none is
    written: in an element, as MathJax reads no formula across an element's ends, or escaped.
    ``smart`` is how quotes, dashes and dots are kept from being changed: "" where they are safe.
    """

    math: MathStyle = "entities"
    literal: Literal["span", "entity", "code", "escape", "pandoc"] = "span"
    smart: Literal["entity", "backslash", ""] = "entity"

    def words(self, text: str) -> str:
        """Return text without formulas as inline Markdown."""
        pattern = _ACTIVE_OR_SMART if self.smart else _ACTIVE
        return pattern.sub(self._written, text)

    def _written(self, found: re.Match[str]) -> str:
        if found[1]:
            return _LITERALS[self.literal](found[0])
        if self.smart == "backslash" and _SMART.match(found.string, found.start()):
            return "\\" + found[0]
        return _NAMED.get(found[0]) or entity(found[0])

    def inline(self, text: str, *, links: bool = True, cell: bool = False) -> str:
        """Return one line of outside text as Markdown: words inert, formulas kept, URLs linked.

        In a table's `cell` no formula has a bar.
        """
        write = self._linked if links else self.words
        done, is_behind = "", False  # right behind a formula whose end an engine looks for
        for piece in pieces(" ".join(text.split()), self.math):
            if isinstance(piece, Formula):
                written = formula(piece, self.math, cell=cell)
                is_escaped = self.math == "entities" and done.endswith("&#92;")  # "\\$x$"
                done += "&#8288;" * (is_behind or is_escaped) + written  # "$x$$y$"
            elif is_behind and self.math == "native" and piece[0].isdigit():
                done += entity(piece[0]) + write(piece[1:])  # "$x$2" would be no formula
            else:
                done += write(piece)
            is_behind = isinstance(piece, Formula)
        return _not_leading(done)

    def _linked(self, text: str) -> str:
        done, position = [], 0
        for url in find_links(text):
            start = text.find(url, position)
            if start < 0:
                continue
            safe = safe_url(url)
            link = f"<{safe}>" if safe == url else f"[{self.words(url)}]({safe})"
            done += [self.words(text[position:start]), link]
            position = start + len(url)
        return "".join([*done, self.words(text[position:])])


def safe_url(url: str) -> str:
    """Return an http(s) address, or a relative path, that no engine can misread; else ``""``."""
    if re.match(r"(?!https?://)[A-Za-z][A-Za-z0-9+.\-]*:", url):
        return ""
    # "@" turns kramed's <https://…> into a mail address.
    return quote(url, safe="/:?#=&;,+-._~%!")


def _not_leading(line: str) -> str:
    """Keep the first characters of a line from starting a list, a heading or a rule."""
    if number := _LIST_NUMBER.match(line):
        return number[0][:-1] + entity(number[0][-1]) + line[number.end() :]
    if line[:1] and line[0] in "#+-=:%!":
        return entity(line[0]) + line[1:]
    if _TASK.match(line):  # pandoc makes a box of it whatever the brackets are written as
        return f"&#91;&#8288;{line[5:]}"
    return line


def attribute(text: str) -> str:
    """Return outside text for a double-quoted HTML attribute, inert for Markdown engines too."""
    line = " ".join(text.split())
    return "".join(
        c if c.isalnum() or ord(c) > 127 or c in " .,;:()/+-=?!" else entity(c) for c in line
    )


_CODE = re.compile(
    r"(?ms)^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)|(`+)(?!`).+?(?<!`)\2(?!`)"
    r"|<(code|pre|script|style)\b[^>]*>.*?</\3>"
)
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)")
# What holds dollars that are no money: tags, and addresses of links.
_KEPT = re.compile(r"(<[^>\n]*>|\]\([^)\n]*\)|https?://\S+)|(?:\\?\$)+")


def prose(markdown: str, escape: Escape, templates: tuple[str, ...] = ()) -> str:
    """Return a person's own Markdown with its formulas made safe from the engine.

    `templates` are openings of the engine's template language: text to a person who writes for
    every engine, so they are kept from being run, in code too. A dollar sign that starts no
    formula, escaped or not, is money in every engine.
    """
    done, position = [], 0
    for start, end in code_in(markdown):
        done.append(_formulas(markdown[position:start], escape, templates))
        done.append(_apart(markdown[start:end], templates))
        position = end
    done.append(_formulas(markdown[position:], escape, templates))
    return "".join(done)


def code_in(markdown: str) -> Iterator[tuple[int, int]]:
    """Yield where code stands: fenced, in backticks, in HTML, or indented outside of a list."""
    found = [m.span() for m in _CODE.finditer(markdown)]
    for start, end in _indented(markdown):
        if not any(a < end and start < b for a, b in found):
            found.append((start, end))
    yield from sorted(found)


def _indented(markdown: str) -> Iterator[tuple[int, int]]:
    in_list, was_blank, start, position = False, True, -1, 0
    for line in markdown.splitlines(keepends=True):
        is_blank, is_deep = not line.strip(), line.startswith(("    ", "\t"))
        if start >= 0 and not is_blank and not is_deep:
            yield start, position
            start = -1
        if start < 0 and is_deep and was_blank and not in_list and not is_blank:
            start = position
        if not is_blank and not is_deep:
            in_list = bool(_ITEM.match(line)) or (in_list and line.startswith(" "))
        was_blank, position = is_blank, position + len(line)
    if start >= 0:
        yield start, position


def _formulas(text: str, escape: Escape, templates: tuple[str, ...]) -> str:
    done = ""
    for piece in pieces(text, escape.math):
        if isinstance(piece, Formula):
            is_row = done.rpartition("\n")[2].lstrip().startswith("|")
            done += formula(piece, escape.math, cell=is_row)
            continue
        for opening in templates:
            piece = piece.replace(opening, entity(opening))
        done += _KEPT.sub(lambda found: found[1] or _money(found[0], escape), piece)
    return done


def _money(dollars: str, escape: Escape) -> str:
    return _LITERALS[escape.literal](dollars.replace("\\", ""))


def _apart(code: str, templates: tuple[str, ...]) -> str:
    """Code shows entities as they are: a character without width keeps the opening apart."""
    for opening in templates:
        code = code.replace(opening, opening[0] + "\u200b" + opening[1:])
    return code
