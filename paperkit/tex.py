r"""TeX in metadata: letters, fonts and signs as text, formulas and unknown commands as they are.

`plain` is for what arXiv itself writes; `of_bibtex` also drops the braces and ties of a .bib
file; `of_html` is for what publishers write. None of them takes a word away.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

_DEPTH = 4  # commands within commands
_MATH = re.compile(
    r"(?<!\\)\$[^$]*\$|\\\(.*?\\\)|\\\[.*?\\\]|\\begin\{(math|equation\*?)\}.*?\\end\{\1\}", re.S
)
_FONT = re.compile(
    r"\\(?:emph|u?line|underline|mbox|text(?:bf|it|sc|tt|sf|rm|sl|up|md|normal))\s*\{([^{}]*)\}"
    r"|\{\\(?:em|bf|it|sc|tt|sf|rm|sl)\s+([^{}]*)\}"
)
_HREF = re.compile(r"\\href\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_LETTERS = "AA|aa|AE|ae|OE|oe|DH|dh|DJ|dj|NG|ng|TH|th|ss|O|o|L|l|i|j"
_BASE = r"(?:\\[ij](?![A-Za-z])|[^\W\d_])"
_ACCENT = (
    rf"\\(?:['`^\"~=.]\s*(?:\{{{_BASE}\}}|{_BASE})|(?:[uvHckrdb]|textcommabelow)\{{{_BASE}\}})"
)
_ACCENTED = re.compile(rf"\{{({_ACCENT}|\\[uvHckrdb]\s+{_BASE})\}}|({_ACCENT})")
# A letter command swallows the blanks or the empty group after it, as in TeX.
_LETTER = re.compile(
    rf"\{{\\({_LETTERS})\s*\}}|\\({_LETTERS})(?:\{{\}}|[ ]+(?=[^\W\d_])|(?![A-Za-z{{]))"
)
_COMMA_BELOW = "\u0326"


def plain(text: str) -> str:
    """Return prose without TeX's text commands (fonts, links, letters, signs); formulas stay."""
    if "\\" not in text:
        return text
    return _outside(_MATH, text, _without_commands)


def _outside(kept: re.Pattern[str], text: str, change: Callable[[str], str]) -> str:
    """Change a text but for what `kept` matches."""
    parts, end = [], 0
    for match in kept.finditer(text):
        parts += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, change(text[end:])])


def _without_commands(text: str) -> str:
    if "\\" not in text:
        return text
    text = letters(text)
    for _ in range(_DEPTH):
        text = _FONT.sub(lambda m: m[1] if m[1] is not None else m[2], text)
    text = re.sub(r"\\url\s*\{([^{}]*)\}", r"\1", _HREF.sub(r"\2 (\1)", text))
    text = re.sub(r"(?<!\\)\\[, ]", " ", text)
    return re.sub(r"(?<!\\)\\([%&#_])", r"\1", text)


def letters(text: str) -> str:
    r"""Return a text with TeX's letters and accents as letters: ``Erd\H{o}s`` is Erdős."""
    for _ in range(_DEPTH):
        before = text
        text = _LETTER.sub(lambda m: _letter(f"\\{m[1] or m[2]}"), text)
        text = _ACCENTED.sub(lambda m: _letter(m[1] or m[2]), text)
        if text == before:
            break
    return text


@lru_cache(maxsize=1000)
def _letter(command: str) -> str:
    if command in ("\\i", "\\j"):  # with an accent on it, it is a letter like any other
        return command[1]
    if command.startswith("\\textcommabelow"):
        base = command.partition("{")[2].removesuffix("}")
        return unicodedata.normalize("NFC", base + _COMMA_BELOW)
    from pylatexenc.latex2text import LatexNodes2Text

    found = LatexNodes2Text(keep_comments=True).latex_to_text(command).strip()
    return unicodedata.normalize("NFC", found)


_KEPT = re.compile(rf"{_MATH.pattern}|https?://[^\s{{}}]+|(?<!\\)\\[A-Za-z]:(?=\\)", re.S)
_URL = re.compile(r"\\(?:url|path|nolinkurl)\s*\{([^{}]*)\}")
_UNKNOWN = re.compile(r"\\[A-Za-z]+\*?(?:\[[^\]]*\])?(?:\{[^{}]*\})+")
_LOGOS = re.compile(r"\\(LaTeX|TeX|BibTeX)(?![A-Za-z])(?:\{\})?")
_SYMBOL = re.compile(
    r"\\(text[a-z]+|ldots|dots|copyright|S|P|pounds)(?![A-Za-z]|\{[^}])(?:\{\}|[ ])?"
)
_SI = re.compile(r"\\(?:SI|qty)\s*(?:\[[^\]]*\])?\{([^{}]*)\}\s*\{([^{}]*)\}")
_SUPER = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_SIGNS = {"textgreater": ">", "textless": "<", "textbar": "|", "textasciitilde": "~"}
_UNITS = {"percent": "%", "kelvin": "K", "meter": "m", "metre": "m", "second": "s", "degree": "°"}
_UNITS |= {"kilogram": "kg", "gram": "g", "hertz": "Hz", "volt": "V", "electronvolt": "eV"}
_UNITS |= {"kilo": "k", "mega": "M", "giga": "G", "milli": "m", "micro": "µ", "nano": "n"}


def of_bibtex(text: str) -> str:
    r"""Return a field of a .bib file as text: no braces, ties or dashes of TeX, each word kept.

    ``%`` is a percent sign, as BibTeX itself reads it. Formulas, addresses and commands nobody
    knows stay as they are written.
    """
    if not re.search(r"[\\{}~`]|--", text):
        return text
    held: list[str] = []

    def hold(kept: str) -> str:
        held.append(kept)
        return chr(0xE000 + len(held) - 1) if len(held) < 0x1000 else kept

    text = _URL.sub(lambda m: hold(m[1]), text.translate(_PRIVATE))
    text = _KEPT.sub(lambda m: hold(_formula(m[0])), text)
    text = _known_commands(text, hold)
    text = _UNKNOWN.sub(lambda m: hold(m[0]), text)
    text = re.sub(r"\\([{}])", lambda m: hold(m[1]), text)
    text = re.sub(r"(?<=\S)~(?=\S)", " ", re.sub(r"[{}]", "", text))
    text = text.replace("---", "—").replace("--", "–")
    text = re.sub(r"(?<!`)`(?!`)([^`']*)'(?!')", r"‘\1’", text)
    for _ in range(_DEPTH):
        text = re.sub(r"[\ue000-\uefff]", lambda m: held[ord(m[0]) - 0xE000], text)
    return text


_PRIVATE = dict.fromkeys(range(0xE000, 0xF000))  # our own marks; no text needs them


def _formula(text: str) -> str:
    return re.sub(r"^\\begin\{math\}(.*)\\end\{math\}$", r"\\(\1\\)", text, flags=re.S)


def _known_commands(text: str, hold: Callable[[str], str]) -> str:
    if "\\" not in text:
        return text
    text = _LOGOS.sub(lambda m: m[1], text)
    text = _SYMBOL.sub(lambda m: _symbol(m[0], m[1], hold), text)
    text = re.sub(r"\\ensuremath\s*\{([^{}]*)\}", lambda m: hold(f"${m[1]}$"), text)
    text = _SI.sub(lambda m: f"{m[1]} {_unit(m[2])}".strip(), text)
    text = re.sub(r"\\(?:ce|num|textsubscript)\s*\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\\textsuperscript\s*\{([^{}]*)\}", lambda m: m[1].translate(_SUPER), text)
    text = re.sub(r"\\\\(?:\[[^\]]*\])?|\\(?:newline|par)(?![A-Za-z])", " ", text)
    text = re.sub(r"\\[;:!/-](?![A-Za-z]*\\)", "", text)
    return _without_commands(text)


def _symbol(whole: str, name: str, hold: Callable[[str], str]) -> str:
    found = _SIGNS.get(name) or _letter(f"\\{name}")
    return hold(found) if found and not found.startswith("\\") else whole


def _unit(text: str) -> str:
    return re.sub(r"\\([A-Za-z]+)", lambda m: _UNITS.get(m[1], m[1]), text)


_TAG = re.compile(
    r"</?(?:jats:|mml:)?(?:i|b|u|em|strong|sub|sup|sc|scp|span|p|br|tt|italic|bold|title|sec"
    r"|inline-formula|math|mrow|mi|mn|mo|msub|msup|ovl)(?:\s[^<>]*)?/?>",
    re.I,
)
_SUP = re.compile(r"<(?:jats:)?sup>([0-9+-]+)</(?:jats:)?sup>", re.I)


def of_html(text: str) -> str:
    """Return what a publisher's record says without its markup: tags and entities become text."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" not in text:
        return text
    return _TAG.sub("", _SUP.sub(lambda m: m[1].translate(_SUPER), text))
