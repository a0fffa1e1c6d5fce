"""Hidden text: what the file says and a reader of the page does not see; and what talks to models.

Found by the pixels where the text should stand: almost no contrast means nothing is seen there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperkit.reading.layout import union
from paperkit.reading.pages import Line, Page, Span
from paperkit.readings import Box, Figure, Hidden, Paragraph
from paperkit.text import CJK, letters

if TYPE_CHECKING:
    import numpy as np

CONTRAST = 16
"""Gray levels (of 255) within a span's box under which nothing is seen; visible text has 200."""
TINY = 3.0
"""Font size in points under which text is not for readers."""

_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.]{0,40}\b(?:previous|prior|above|earlier|all|any)"
    r"\b[^.]{0,30}\b(?:instruction|prompt|direction|guideline|rule|command)s?\b"
    r"|\b(?:give|write|provide|generate|output)\b[^.]{0,30}\b(?:positive|favou?rable|glowing)"
    r"\b[^.]{0,15}\b(?:review|score|rating|recommendation|summary)\b"
    r"|\b(?:do not|don't|never) (?:highlight|mention)\b[^.]{0,30}\b(?:negative|weakness\w*|flaw)"
    r"|\b(?:as an?|you are an?) (?:ai|llm|(?:large )?language model|assistant|reviewer)\b"
    r"[^.]{0,60}\b(?:must|should|recommend|accept|give)\b"
    r"|\brecommend (?:this paper )?(?:for )?(?:strong )?accept(?:ance)?\b"
    r"|\bif you(?: are|'re|’re) an? (?:ai|llm|(?:large )?language model|chatbot)\b"
    r"|\b(?:new|system) (?:instructions?|prompt) ?:"
    r"|(?:忽略|忽視|忽视|无视|無視|忘记|不要理会|不用理会)[^。]{0,14}(?:指令|提示|指示|命令|规则|規則|要求)"
    r"|(?:给出|只给|给予|撰写|写出|输出|給出|打出)[^。]{0,12}(?:正面|积极|積極|好评|好評|高分|满分|滿分)"
    r"|(?:不要|不得|切勿|请勿)(?:提及|提到|指出|强调|突出)[^。]{0,12}(?:缺点|不足|负面|弱点|缺陷|局限)"
    r"|作为(?:一个|一名|一位)?(?:AI|人工智能|大?语言模型|大模型|审稿人|评审)[^。]{0,24}"
    r"(?:你必须|你应|您应|请|必须给|应当给|应该给)"
    r"|(?:请|务必|必须|应当?)(?:推荐|建议)?(?:直接)?(?:接收|录用)(?:本文|这篇|该论文|本论文)",
    re.I,
)


# A passage can only match if one of these stands in it: the long pattern is slow on every page.
_SIGNS = (
    *("ignore", "disregard", "forget", "override", "positive", "favorable", "favourable"),
    *("glowing", "mention", "highlight", "recommend", "if you", "instruction", "prompt"),
    *(" ai ", "llm", "language model", "assistant", "reviewer", "chatbot"),
)
_CHINESE = re.compile(f"[{CJK}]")


@dataclass(frozen=True, slots=True)
class Seen:
    """A page with its hidden text taken out, what was taken, and whether it is a scan."""

    page: Page
    hidden: tuple[Hidden, ...]
    scanned: bool


def seen(page: Page, gray: np.ndarray | None, under: frozenset[Box] = frozenset()) -> Seen:
    """Return the page as a reader sees it; a scan's invisible text layer is kept.

    ``under`` are the boxes of spans that lie unseen below a picture.
    """
    scanned = _scanned(page, under)
    taken: list[tuple[Span, str]] = []
    lines: list[Line] = []
    for line in page.lines:
        reasons = [
            "covered" if s.box in under and not scanned else _reason(s, page, gray, scanned=scanned)
            for s in line.spans
        ]
        taken += [(s, r) for s, r in zip(line.spans, reasons, strict=True) if r]
        kept = tuple(s for s, r in zip(line.spans, reasons, strict=True) if not r)
        if len(kept) == len(line.spans):
            lines.append(line)
        elif any(s.text.strip() for s in kept):
            lines.append(_without(line, kept))
    found = [*_passages(taken, page), *_cut(page)]
    return Seen(replace(page, lines=tuple(lines)), tuple(found), scanned)


def could_mislead(found: Sequence[Hidden], figures: Sequence[Figure]) -> tuple[Hidden, ...]:
    """Return the hidden passages a reader should know of, each once.

    A plot's labels below a curve or outside its clip are no message: they are short, or stand
    within a figure, and don't read like an order.
    """
    kept: dict[tuple[str, int], Hidden] = {}
    for hidden in found:
        drawn = any(f.page == hidden.page and _meet(hidden.bbox, f.bbox) for f in figures)
        long = len(re.findall(r"[^\W\d_]{2,}", hidden.text)) >= 5 or _CHINESE.search(hidden.text)
        if (long and not drawn) or _might_order(f" {hidden.text} "):
            kept.setdefault((letters(hidden.text), hidden.page), hidden)
    return tuple(kept.values())


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] + 9 and a[2] > b[0] - 9 and a[1] < b[3] + 9 and a[3] > b[1] - 9


def _cut(page: Page) -> Iterable[Hidden]:
    """Yield the passages outside the page or a clip; a picture's cut labels are too short."""
    for line in page.cut:
        words = re.findall(r"[^\W\d_]{2,}", line.text)
        if len(words) >= 3:
            x0, y0, x1, y1 = line.box
            outside = x1 < 0 or y1 < 0 or x0 > page.width or y0 > page.height
            reason = "off-page" if outside else "covered"
            yield Hidden(" ".join(line.text.split()), page.number, line.box, reason)


def _without(line: Line, kept: tuple[Span, ...]) -> Line:
    box = union(s.box for s in kept if s.text.strip())
    return replace(line, text="".join(s.text for s in kept), box=box, spans=kept)


def _scanned(page: Page, under: frozenset[Box]) -> bool:
    """Return whether an image fills the page and its text layer is not seen."""
    area = page.width * page.height
    filled = any(
        s.image and (s.box[2] - s.box[0]) * (s.box[3] - s.box[1]) > 0.7 * area for s in page.shapes
    )
    spans = [s for line in page.lines for s in line.spans if s.text.strip()]
    return filled and sum(not s.painted or s.box in under for s in spans) > 0.6 * len(spans)


def _reason(span: Span, page: Page, gray: np.ndarray | None, *, scanned: bool) -> str:
    if not span.text.strip() or (scanned and not span.painted):
        return ""
    x0, y0, x1, y1 = span.box
    if x1 < 0 or y1 < 0 or x0 > page.width or y0 > page.height:
        return "off-page"
    if not span.painted:
        return "invisible"
    if span.alpha < 26:
        return "transparent"
    if span.size < TINY and len(span.text.strip()) > 2:
        return "tiny"
    if gray is not None and _contrast(gray, span.box) < CONTRAST:
        return "white" if span.color == 0xFFFFFF else "covered"
    return ""


def _contrast(gray: np.ndarray, box: Box) -> int:
    part = gray[
        max(0, int(box[1] * 2)) : int(box[3] * 2) + 1, max(0, int(box[0] * 2)) : int(box[2] * 2) + 1
    ]
    return int(part.max()) - int(part.min()) if part.size else 255


def _passages(taken: Sequence[tuple[Span, str]], page: Page) -> Iterable[Hidden]:
    """Yield neighboring spans hidden in the same way as one passage; lone symbols are dropped."""
    groups: list[tuple[list[Span], str]] = []
    for span, reason in taken:
        if groups and groups[-1][1] == reason and _near(groups[-1][0][-1].box, span.box):
            groups[-1][0].append(span)
        else:
            groups.append(([span], reason))
    for spans, reason in groups:
        text = " ".join(" ".join(s.text for s in spans).split())
        if len(set(re.findall(r"[^\W\d_]", text))) >= 3:
            yield Hidden(text, page.number, union(s.box for s in spans), reason)


def _near(a: Box, b: Box) -> bool:
    height = max(a[3] - a[1], b[3] - b[1], 4.0)
    return b[1] - a[3] < height and a[1] - b[3] < height


def instructions(paragraphs: Iterable[Paragraph], pages: Iterable[Page] = ()) -> list[Hidden]:
    """Return the visible passages that speak to a model instead of a reader.

    Paragraphs first; then whatever else stands on the pages: in figures, margins, headers.
    """
    found = [
        Hidden(_around(match, p.text), p.page, p.bbox, "instruction")
        for p in paragraphs
        if _might_order(p.text) and (match := _INSTRUCTION.search(p.text)) is not None
    ]
    known: dict[int, str] = {}
    for hidden in found:
        known[hidden.page] = known.get(hidden.page, "") + letters(hidden.text)
    return found + [
        hidden for page in pages for hidden in _elsewhere(page, known.get(page.number, ""))
    ]


def _elsewhere(page: Page, known: str) -> Iterable[Hidden]:
    text, starts = "", []
    for line in page.lines:
        starts.append(len(text))
        text += " ".join(line.text.split()) + " "
    for match in _INSTRUCTION.finditer(text) if _might_order(text) else ():
        if letters(match[0]) not in known:
            first = bisect_right(starts, match.start()) - 1
            lines = page.lines[first : bisect_right(starts, match.end() - 1)]
            box = union(line.box for line in lines)
            yield Hidden(_around(match, text), page.number, box, "instruction")


def _might_order(text: str) -> bool:
    lower = text.lower()
    return any(sign in lower for sign in _SIGNS) or _CHINESE.search(text) is not None


def _around(match: re.Match[str], text: str) -> str:
    start = max(text.rfind(". ", 0, match.start()) + 1, match.start() - 200, 0)
    end = text.find(". ", match.end())
    return text[start : end + 1 if 0 <= end < match.end() + 200 else match.end() + 200].strip()
