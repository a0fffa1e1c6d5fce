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

from paperkit.reading.layout import Row, Sheet
from paperkit.reading.pages import Line, Span


def spliced(lines: Iterable[str]) -> str:
    """Return the lines of a title or a caption as one."""
    text = ""
    for line in filter(None, (" ".join(line.split()) for line in lines)):
        close = not text or (chinese(text[-1]) and chinese(line[0]))
        text += line if close else f" {line}"
    return text


def repaired(text: str) -> str:
    """Return a caption on one line, words cut at line ends joined."""
    text = " ".join(text.split())
    return re.sub(r"(?<=[a-z])-\s(?=[a-z])", "", text)


def joined(lines: Iterable[str], words: Counter[str]) -> str:
    """Return the lines as one text, words cut at line ends repaired from the document's own."""
    text = ""
    for line in lines:
        line = " ".join(line.split())
        if not text or not line:
            text = text or line
        elif text.endswith(("-", "\xad", "‐")) and line[:1].isalpha():
            text = _dehyphenated(text, line, words)
        elif chinese(text[-1]) and chinese(line[0]):
            text += line
        else:
            text += " " + line
    return text


def chinese(char: str) -> bool:
    """Return whether a character is set without spaces around it."""
    return "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef"


def _dehyphenated(text: str, line: str, words: Counter[str]) -> str:
    before = re.search(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-\xad‐]$", text)
    after = re.match(r"[^\W\d_]+", line)
    if before is None or after is None or not line[0].islower():
        return text + line
    a, b = before[1].lower(), after.group().lower()
    whole, compound = words[a.rsplit("-", 1)[-1] + b], words[f"{a}-{b}"]
    keep = compound > whole or (not whole and ("-" in a or a in {"non", "self", "well", "cross"}))
    return text + line if keep else text[:-1] + line


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
