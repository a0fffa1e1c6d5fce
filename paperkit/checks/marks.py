"""Marks: markup, numbering, labels and garbled signs that no reader should meet in an answer."""

from __future__ import annotations

import re
from collections.abc import Collection
from html.entities import html5

from paperkit.checks.measures import UNIT_NAMES

_STANDING_ALONE = (
    "ol|ul|li|br|hr|div|span|em|strong|img|h[1-6]|table|tr|td|th|tbody|thead|script|style|details"
    "|summary|code|pre|sub|sup|font|center|blockquote|figure|figcaption|section|article|button"
)
_MARKUP = re.compile(
    r"<(?P<tag>[a-z][a-z0-9]{0,15})(?:\s[^<>]*)?>(?=.*</(?P=tag)\s*>)"
    r"|</?[a-z][a-z0-9]{0,15}(?:\s+[a-z-]+\s*=[^<>]*)\s*/?>|<!--.*?(?:-->|$)"
    rf"|</?(?:{_STANDING_ALONE})\s*/?>|^\s*<p>|</[a-z][a-z0-9]{{0,15}}\s*>"
    r"|^\s{0,3}#{1,6}\s|^\s*(?:```|~~~)|^\s*>\s|!?\[[^\]\n]*\]\([^)\n]*\)"
    r"|\*\*[^*\n]+\*\*|(?<![\w_\\])__(?=[^\s_])[^\n]*?[^\s_]__(?![\w_])"
    r"|(?<![A-Za-z0-9*\\)\]])\*(?=[A-Za-z0-9\u3400-\u9fff])[^*\n]*[A-Za-z0-9\u3400-\u9fff.]\*"
    r"(?![A-Za-z0-9*])"
    r"|(?<!`)`(?=[^`\s])[^`\n]*`(?!`)|^\s*\|(?:[^|\n]*\|){2,}\s*$|^\s*\|?\s*:?-{3,}:?\s*\|",
    re.MULTILINE | re.IGNORECASE,
)
_MARKS = re.compile(r"[<>*_`~#|\]]")  # without one of them there is no markup to look for
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z][a-z0-9]{1,24});", re.IGNORECASE)
# "(2) is solved in closed form": an equation, and "- 3 dB": a sign; neither numbers an item.
_GOES_ON = (
    r"(?!\s*(?:式|(?:is|are|was|were|has|have|had|can|could|may|must|will|does|holds?|follows?|shows?"
    r"|gives?|yields?|becomes?|implies|requires?|reduces?|in|by|from|and|or)\b))"
)
_AMOUNT = rf"(?!\d[\d.,]*\s?(?:%|{UNIT_NAMES})(?![A-Za-z]))"
_NUMBERING = re.compile(
    rf"^\s*(?:[(（]\s?\d{{1,2}}\s?[)）]{_GOES_ON}"
    r"|[(（]\s?(?:[一二三四五六七八九十]|[ivx]{1,4}|[a-h])\s?[)）]"
    r"|\d{1,2}\s?[.、)）](?!\d)|[a-h][)）]\s|[①-⑳⑴-⒇❶-❿►▶▪■●◆○◦‣]|\[\d{1,2}\]\s(?!\W)|(?-i:[IVX]{1,4}\.\s(?=[A-Z]))"
    rf"|[-*•·+]\s{_AMOUNT}|[一二三四五六七八九十]+[、)）]|(?:step|步骤)\s?\d+\s?[-–—:：.])",
    re.MULTILINE | re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\s*(?:(?:summary|title|abstract|answer|key takeaways?|takeaways?|tl;?dr|总结|摘要|标题|要点"
    r"|回答|答案|创新点|工作量|性能|意义)\s?[:：]|【[^】\n]{2,8}】)",
    re.IGNORECASE,
)
_LABEL_ALONE = re.compile(r"^[^\S\n]*[\w \u3400-\u9fff]{2,30}[:：][^\S\n]*\n", re.MULTILINE)
_GARBLED = re.compile(
    r"[\ue000-\uf8ff]|\(cid:\d+\)|[ðÞþ](?=[^a-zà-ÿ]|$)|(?<=[\W\d])[ðÞþ]|\d[{|}]\d|[{}|]{3,}"
    r"|Ã[\x80-\xbf]|â€."
)
_MATH = re.compile(r"\$[^$]*\$")


def find_markup(text: str, headings: Collection[str] = ()) -> str:
    """Return the first piece of markup, numbering or label in `text`, empty where there is none.

    `headings` are those of the text's own question: the post adds them, so none may begin it.
    """
    bare = _without_math(text)
    marked = _MARKUP.search(bare) if _MARKS.search(bare) else None
    if match := marked or _NUMBERING.search(bare) or _LABEL.search(bare):
        return text[match.start() : match.end()]
    if match := _LABEL_ALONE.match(bare):
        return text[match.start() : match.end()]
    for entity in _ENTITY.finditer(bare):
        if entity[0][1] == "#" or entity[0][1:] in html5:
            return entity[0]
    opening = re.match(r"\s*([^:：\n]{2,60}?)\s*[:：]\s*\S", bare)
    if opening and opening[1].lower() in {h.lower() for h in headings}:
        return text[opening.start(1) : opening.end(1)]
    return ""


def _without_math(text: str) -> str:
    """Return `text` with its formulas blotted out, every place kept."""
    return _MATH.sub(lambda m: f"${'0' * (len(m[0]) - 2)}$", text) if "$" in text else text


def find_garbled(text: str) -> str:
    """Return signs that a PDF's formula left behind in `text`, empty where there are none."""
    bare = _without_math(text)
    if match := _GARBLED.search(bare):
        return text[max(0, match.start() - 8) : match.end() + 8].strip()
    if "{" not in bare and "}" not in bare:
        return ""
    depth = 0
    for place, char in enumerate(bare):
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return text[max(0, place - 8) : place + 8].strip()
    at = bare.rfind("{")
    return text[max(0, at - 8) : at + 8].strip() if depth else ""
