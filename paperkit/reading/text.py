"""Text: lines of print as one text, without the marks of footnotes and references.

Chinese needs no space, a cut word no hyphen. A raised number that points at a footnote or a
reference is no part of a sentence and goes. An exponent looks the same; what stands before tells
them apart: a word, or the end of a sentence, has no square. Where that leaves doubt the page must
have a footnote of that number. A power of ten is written with a "^": without it, 10 to the 6 would
read as a hundred and six.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from paperkit.reading.layout import Row, Sheet
from paperkit.reading.pages import Line, Span


def spliced(lines: Iterable[str]) -> str:
    """Return the lines of a title or a caption as one."""
    text = ""
    for line in filter(None, (" ".join(line.split()) for line in lines)):
        close = not text or (chinese(text[-1]) and chinese(line[0]))
        text += line if close else f" {line}"
    return text


def repaired(text: str, words: Counter[str] | None = None) -> str:
    """Return a caption or a cell on one line, words cut at line ends joined."""
    whole, *parts = re.split(r"(?<=[A-Za-z]-)\s(?=[a-z])", " ".join(text.split()))
    for part in parts:
        whole = _dehyphenated(whole, part, words or Counter())
    return whole


def joined(lines: Iterable[str], words: Counter[str]) -> str:
    """Return the lines as one text, words cut at line ends repaired from the document's own."""
    text = ""
    for line in lines:
        line = " ".join(line.split())
        if not text or not line:
            text = text or line
        elif text.endswith(("-", "\xad", "‐")) and line[:1].isalpha():
            text = _dehyphenated(text, line, words)
        elif (chinese(text[-1]) and chinese(line[0])) or (
            _NUMBERED.search(text) and line[0].isdigit()  # "2-" "3", "T5-" "11B"
        ):
            text += line
        else:
            text += " " + line
    return text


def chinese(char: str) -> bool:
    """Return whether a character is set without spaces around it."""
    return "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef"


# ---- hyphens at line ends

_CHAIN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CUT = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-\xad‐]$")
_NUMBERED = re.compile(r"\d[-\xad‐–]$|[A-Z]{2}[-\xad‐]$")
_KEPT_AFTER = frozenset({"non", "self", "well", "cross"})
_KEPT_BEFORE = frozenset({"based", "driven", "specific", "agnostic", "oriented", "aware"})
_LINKS = frozenset("a and by de for free in la of off on or out the to up".split())
"""Short words inside compounds such as end-to-end."""
_HANGING = frozenset("and or to und oder bis sowie bzw et ou nor versus vs".split())
"""Words after a part that lacks its other half, as in "pre- and post-training"."""


def vocabulary(rows: Iterable[str]) -> Counter[str]:
    """Return the words inside lines, where no hyphenation can have cut them, in lower case.

    A compound of three or more parts counts for each two that follow each other as well.
    """
    words: Counter[str] = Counter()
    for row in rows:
        chains = _CHAIN.findall(row.lower())[:-1]
        words.update(chains)
        for parts in (c.split("-") for c in chains if c.count("-") > 1):
            words.update("-".join(pair) for pair in pairwise(parts))
    return words


def _dehyphenated(text: str, line: str, words: Counter[str]) -> str:
    """Return the line behind a text that ends in a hyphen, which goes where the typesetter set it.

    What the document writes elsewhere decides; then what the two parts are.
    """
    before, after = _CUT.search(text), _CHAIN.match(line)
    if before is None or after is None:
        return text + line
    a, b = before[1].rsplit("-", 1)[-1], after[0].split("-", 1)[0]
    low, next_low = a.lower(), b.lower()
    whole = _seen(words, low + next_low)
    compound = _seen(words, f"{low}-{next_low}")
    if b[0].isupper():
        return (text[:-1] if a.isupper() and b.isupper() and whole > compound else text) + line
    if not whole and not compound and after[0] in _HANGING:
        return f"{text} {line}"
    if compound != whole:
        return (text if compound > whole else text[:-1]) + line
    return (text if _is_compound(before[1], after[0], words) else text[:-1]) + line


def _seen(words: Counter[str], word: str) -> int:
    """Return how often a word stands elsewhere, in the singular or the plural."""
    return words[word] + words[f"{word}s"] + (words[word[:-1]] if word.endswith("s") else 0)


def _is_compound(before: str, after: str, words: Counter[str]) -> bool:
    """Return whether two chains that are known neither with nor without a hyphen keep it."""
    a, b = before.rsplit("-", 1)[-1], after.split("-", 1)[0]
    if "-" in before or len(a) == 1 or a.lower() in _KEPT_AFTER or a[-2:].isupper():
        return True
    if b in _KEPT_BEFORE and len(a) > 3:
        return True
    return b != after and (b in _LINKS or bool(words[a.lower()] and words[b]))


# ---- raised numbers

_NUMBERS = re.compile(r"\s*(\d{1,3}(?:\s*[,–-]\s*\d{1,3})*,?)\s*")
_POWER = re.compile(r"\s*([-−–]?\d{1,3})\s*")
_TEN = re.compile(r"(?<![\d.,])10$")
_FUNCTION = re.compile(r"(?:^|[^a-z])(?:sin|cos|tan|cot|sec|csc|sinh|cosh|tanh|log|exp|det|dim)$")
_WORD = re.compile(r"(?:[^\W\d_]{2}[a-z]|[^\W\d_][^\W\d_-]*[A-Z\d-][a-z]{2})$")
_AFTER_NUMBER = re.compile(r"\d\s?[a-zµ]+$")
_ENDED = re.compile(r"(?:[^\W\d_]{2}|[A-Z]\d?[A-Z]\w*|[)\]])[”’\"')]?[.,;:!?][”’\"')]?$")
_DOUBTFUL = re.compile(
    r"(?:[A-Z]{3,}s?|\([^()]*[^\W\d_]{3}[^()]*\)|[^\W\d_]\w*\d|v?\d+(?:\.\d+)+)[”’\"']?$"
)


def footnotes(sheet: Sheet) -> frozenset[str]:
    """Return the numbers that rows of small print on a page begin with, raised."""
    found = set()
    for row in sheet.rows:
        first = next((s for s in row.line.spans if s.text.strip()), None)
        if first and first.text.strip().isdigit() and _is_raised(first, row.line):
            found.add(first.text.strip())
    return frozenset(found)


def sentence_text(row: Row, notes: frozenset[str]) -> str:
    """Return the text of a row as a sentence has it; ``notes`` are the footnotes of its page."""
    kept, done, at = "", 0, 0
    for span in row.line.spans:
        start = row.text.find(span.text, at)
        if start < 0:
            continue
        at = start + len(span.text)
        if not _is_raised(span, row.line):
            continue
        before = kept + row.text[done:start]
        if (mark := _NUMBERS.fullmatch(span.text)) and _is_mark(before, mark[1], notes):
            kept, done = before, start + mark.end(1)
        elif (power := _POWER.fullmatch(span.text)) and _TEN.search(before):
            kept, done = f"{before}^{power[1]}", start + power.end(1)
    return kept + row.text[done:]


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def raised_text(row: Row) -> str:
    """Return the text of a row with its raised numbers as such: whose address is whose."""
    text, at = row.text, 0
    for span in row.line.spans:
        start = text.find(span.text, at)
        if start < 0:
            continue
        at = start + len(span.text)
        if _NUMBERS.fullmatch(span.text) and _is_raised(span, row.line):
            text = text[:start] + span.text.translate(_RAISED) + text[at:]
    return text


def _is_raised(span: Span, line: Line) -> bool:
    if span.box[3] >= line.base - 0.15 * line.size:
        return False
    return span.size <= 0.86 * max(line.size, *(s.size for s in line.spans))


def _is_mark(before: str, number: str, notes: frozenset[str]) -> bool:
    if before[-1:].isspace() or _FUNCTION.search(before) or _AFTER_NUMBER.search(before):
        return False
    if _ENDED.search(before) or _WORD.search(before):
        return True
    return _DOUBTFUL.search(before) is not None and set(re.findall(r"\d+", number)) <= notes
