r"""Formulas in arXiv's HTML: TeX as `$TeX$`, and as plain text where there is nothing but numbers.

``$95.3\pm 0.2$`` is 95.3 ± 0.2 to a reader, to whoever quotes it and to the checks; ``$x^{2}$``
stays what it is.
"""

from __future__ import annotations

import re
from typing import Literal

Mode = Literal["text", "cell", "authors"]
"""What raised numbers are: marks of references, part of a cell, or whose address is whose."""

_SIGNS = {
    r"\pm": "±", r"\mp": "∓", r"\times": "×", r"\cdot": "·", r"\%": "%", r"\sim": "∼",
    r"\approx": "≈", r"\simeq": "≃", r"\leq": "≤", r"\le": "≤", r"\leqslant": "≤", r"\geq": "≥",
    r"\ge": "≥", r"\geqslant": "≥", r"\ll": "≪", r"\gg": "≫", r"\lt": "<", r"\gt": ">",
    r"\to": "→", r"\rightarrow": "→", r"\leftarrow": "←", r"\uparrow": "↑", r"\downarrow": "↓",
    r"\checkmark": "✓", r"\bullet": "•", r"\dagger": "†", r"\ddagger": "‡", r"\star": "⋆",
    r"\ast": "*", r"\circ": "°", r"\prime": "′", r"\infty": "∞", r"\ldots": "…", r"\dots": "…",
    r"\&": "&", r"\#": "#", r"\$": "$", r"\S": "§", r"\P": "¶", r"\|": "‖", r"\lbrack": "[",
    r"\rbrack": "]", r"\langle": "⟨", r"\rangle": "⟩", r"\textasciitilde": "∼", r"\sharp": "♯",
    r"\diamond": "⋄", r"\spadesuit": "♠", r"\clubsuit": "♣", r"\heartsuit": "♡",
    r"\diamondsuit": "♢", r"\triangle": "△", r"\Delta": "Δ", r"\S ": "§",
}  # fmt: skip
_WRAPPED = re.compile(
    r"\\(?:math(?:bf|rm|it|sf|tt|normal)|text(?:bf|it|rm|sf|tt|sc|up|normal)?|bm|boldsymbol|pmb|"
    r"underline|uline|emph|mbox|hbox|operatorname)\s*\{([^{}]*)\}"
)
_STYLE = re.compile(
    r"\\(?:displaystyle|textstyle|scriptstyle|scriptscriptstyle|rm|bf|it|sf|tt|boldmath|left|right|"
    r"big|Big|bigg|Bigg|nolimits|limits|mathstrut)(?![A-Za-z])"
)
_SPACE = re.compile(r"\\(?:[,;:> ]|quad|qquad|thinspace|enspace|hfill)(?![A-Za-z])|~|\\!")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)")
_POWER = re.compile(r"\^\{\s*([-−+]?[\d.]+)\s*\}|\^([-−+]?\d)")
_SCRIPT = re.compile(r"[\^_]\{([^{}]*)\}|[\^_]([±∓†‡*⋆°′✓↑↓+])")
_NUMERIC = re.compile(r"[\d\s.,:;!?%±∓×·∼≈≃≤≥≪≫<>=+−/()\[\]→←↑↓✓•†‡*⋆°′^|–—…∞&#$§¶‖⟨⟩♯⋄♠♣♡♢△'-]*")
_BINARY = re.compile(r"(?<=[\d%)\]°′])\s*([+−×·±∓=<>≤≥≈≃∼≪≫→])\s*(?=\S)")
_UNARY = re.compile(r"(?<![\d%)\]°′ ])([+−±∓<>≤≥≈≃∼=])\s+(?=[\d.])")
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_ORDINAL = re.compile(r"(?<=\d)\s*(?:st|nd|rd|th)", re.I)
_LONG_WORD = re.compile(r"[^\W\d_]{4,}[.,;:!?)\]”’\"']*$|[)\]”’\"'][.,;:]?$|[^\W\d_]{2}[.,;:]$")


def cleaned(tex: str) -> str:
    """Return TeX on one line: no ends of lines by "%", no display style, no math within text."""
    tex = re.sub(r"(?<!\\)%\s*\n\s*", "", tex)
    tex = re.sub(r"(?<!\\)\$", "", tex)
    tex = re.sub(r"\\(?:displaystyle|textstyle)(?![A-Za-z])\s*", "", tex)
    return re.sub(r"^(?:\{\s*\})+", "", " ".join(tex.split()))


def written(tex: str, before: str, mode: Mode) -> str:
    """Return a formula as it stands in a text that ended with `before` so far."""
    tex = cleaned(tex)
    if tex.startswith("^"):
        inner = tex[1:].removeprefix("{").removesuffix("}") if _one_group(tex[1:]) else None
        shown = None if inner is None else plain(inner)
        if shown is not None:
            return raised(shown, before, mode)
    number = plain(tex)
    return f"${tex}$" if number is None and tex else number or ""


def _one_group(tex: str) -> bool:
    """Return whether TeX is one group in braces, or one letter or command."""
    if not tex.startswith("{"):
        return len(tex) == 1 or _COMMAND.fullmatch(tex) is not None
    depth = 0
    for at, character in enumerate(tex):
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return at == len(tex) - 1
    return False


def plain(tex: str) -> str | None:
    """Return a formula of numbers and signs alone as text, an ordinal's ending too; else None."""
    if len(tex) > 200:
        return None
    text = tex
    for _ in range(4):
        text, found = _WRAPPED.subn(r"\1", text)
        if not found:
            break
    text = _SPACE.sub(lambda m: "" if m[0] == r"\!" else " ", _STYLE.sub("", text))
    text = text.replace("{,}", ",").replace("{.}", ".").replace("{:}", ":")
    text = _COMMAND.sub(lambda m: _SIGNS.get(m[0], m[0]), text)
    if re.fullmatch(r"\s*(?:st|nd|rd|th)\s*", text):
        return text.strip()
    text = _POWER.sub(lambda m: _power(m, text), text)
    text = _SCRIPT.sub(lambda m: m[1] if m[1] is not None else m[2], text)
    text = text.replace("{", "").replace("}", "").replace("-", "−")
    if not _NUMERIC.fullmatch(text):
        return None
    text = _UNARY.sub(r"\1", _BINARY.sub(r" \1 ", text))
    return " ".join(text.split())


def _power(match: re.Match[str], text: str) -> str:
    after_number = text[: match.start()].rstrip()[-1:].isdigit()
    return f"^{match[1] or match[2]}" if after_number else match[0]


def raised(text: str, before: str, mode: Mode) -> str:
    """Return raised text as it stands behind `before`.

    A number behind a number is a power (10^6); behind a word it is the mark of a reference, which
    is no part of a sentence, behind a unit it is a part of the unit. Signs and letters stay.
    """
    text = text.strip()
    if mode == "authors":
        return text.translate(RAISED)
    digits = re.fullmatch(r"[-−+–]?\d[\d.,–−\s-]*", text)
    if digits is None:
        return text
    if mode == "text" and _LONG_WORD.search(before):
        return ""
    return f"^{text.replace('-', '−')}" if before[-1:].isalnum() else text
