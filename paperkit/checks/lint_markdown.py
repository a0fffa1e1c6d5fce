"""Lint of Markdown: what makes texts already published as Markdown unfit to be read.

What comes from arXiv (title, authors, abstract, link line) and the images are left out; only what
a model or a person wrote is judged. Numbering and HTML, which the old blogs' format brought with
it, are no faults here; a list left open or nothing under a heading is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from paperkit.checks.lint import Asked, lint_answer
from paperkit.checks.wordings import PHRASES, Phrases
from paperkit.digests import Finding
from paperkit.papers import ID_IN_TEXT, find_links, ids_in
from paperkit.text import CJK, is_chinese_text, letters, split_sentences

_HEADING = re.compile(r"^## +(?P<title>\S.*)$", re.MULTILINE)
_SUMMARY = re.compile(
    r"^\*\*(?:Summary|摘要|总结|概要|TL;DR)\*\*[:：]?\s*$", re.MULTILINE | re.IGNORECASE
)
_BLOCK = re.compile(r"<details>.*?(?:</details>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^>\n]{0,300}>")
_MARK = re.compile(
    r"^[\s>*+\-•#]*(?:[(（]?\d{1,2}[)）.、]?[:：.、)）]?|[*+\-•])?\s*[:：]?\s*(?=\S)", re.MULTILINE
)
_AUTHORS = re.compile(
    r"^[\W\d]*(?P<name>authors?|作者(?:姓名|列表|名单)?)\s*\**\s*[:：]\**\s*(?P<value>.*)$",
    re.IGNORECASE,
)
_RUN_ON_CHARACTERS = 300
# The old blogs' headings quoted the prompt's questions; that alone makes no text unreadable.
_OLD_HEADING = re.compile(r"支持[^。\n]{0,10}(?:目标|目的)|什么任务|中文翻译")
_ARXIV = re.compile(rf"arxiv\.org/(?:abs|pdf)/({ID_IN_TEXT})", re.IGNORECASE)


@dataclass(frozen=True)
class Writeup:
    """One paper of a published post: what arXiv says of it and what was written about it."""

    title: str
    source: str
    body: str


def writeups(markdown: str) -> list[Writeup]:
    """Return the write-ups of a post, one per ``##`` heading; a text without any is one itself."""
    text = _BLOCK.sub("\n", markdown)
    heads = list(_HEADING.finditer(text))
    heads = [h for h in heads if _is_paper(text[h.end() : h.end() + 600])] or heads
    if not heads:
        return [Writeup("", "", _written(text))]
    ends = [h.start() for h in heads[1:]] + [len(text)]
    found = []
    for head, end in zip(heads, ends, strict=True):
        whole = text[head.end() : end]
        body = _written(whole)
        found.append(Writeup(head["title"].strip(), whole[: len(whole) - len(body)], body))
    return found


def _is_paper(text: str) -> bool:
    return "**Authors" in text or "arxiv.org/" in text


def _written(text: str) -> str:
    """Return what stands from the summary on, or all of it where no summary is marked."""
    start = _SUMMARY.search(text)
    return text[start.start() :] if start else text


def lint_text(
    markdown: str, language: str = "zh", *, phrases: Phrases = PHRASES
) -> tuple[Finding, ...]:
    """Return what is wrong with a published write-up, or with all write-ups of a post.

    ``question`` is the write-up's title where a post holds several. Wordings, refusals,
    placeholders, loops, cut-off ends, empty parts, foreign links and invented authors are found.
    """
    every = writeups(markdown)
    found: list[Finding] = []
    for one in every:
        label = one.title if len(every) > 1 else ""
        for code, message, words in _faults(one, language, phrases):
            found.append(
                Finding(code=code, severity="block", question=label, message=message, words=words)
            )
    return tuple(found)


_Fault = tuple[str, str, str]


def _faults(one: Writeup, language: str, phrases: Phrases) -> Iterator[_Fault]:
    lines = list(_lines(one.body))
    yield from _wordings(lines, language, phrases)
    yield from _repeats(lines)
    yield from _fields(one, lines)
    yield from _gaps(one)
    yield from _cut(lines)


def _lines(body: str) -> Iterator[str]:
    """Yield the written lines without tags, list marks and emphasis."""
    for raw in _TAG.sub("", html.unescape(body)).splitlines():
        line = re.sub(r"(?<!\*)\*\*(?!\*)|^\s*#+\s*", "", raw).strip()
        if line:
            yield line


def _wordings(lines: list[str], language: str, phrases: Phrases) -> Iterator[_Fault]:
    asked = Asked(None, language, None, phrases)
    for line in lines:
        for fault in lint_answer(
            _MARK.sub("", line, count=1), language=asked.language, phrases=phrases
        ):
            judged = fault.code in phrases.table or fault.code == "repeated"
            if judged and not _OLD_HEADING.search(fault.words):
                yield fault.code, fault.message, fault.words


def _repeats(lines: list[str]) -> Iterator[_Fault]:
    seen: dict[str, int] = {}
    for line in lines:
        for sentence in split_sentences(_MARK.sub("", line, count=1)):
            if len(sentence) > _RUN_ON_CHARACTERS and is_chinese_text(sentence):
                yield "run-on", "One sentence runs on too long to be read; split it.", sentence[:60]
            key = letters(sentence)
            seen[key] = seen.get(key, 0) + 1
            if len(key) >= 30 and seen[key] == 3:
                yield "repeated", "The same sentence stands three times; remove two.", sentence


def _fields(one: Writeup, lines: list[str]) -> Iterator[_Fault]:
    own = _linked(one.source)
    authors = _authors(one.source)
    for line in lines:
        match = _AUTHORS.match(line)
        if match and authors:
            yield from _invented(match["value"], authors)
        for other in _linked(line) - own if own else ():
            yield "foreign-link", "The link leads to another paper; remove it.", other
    code = [u for u in find_links(one.source) if "github.com" in u]
    none = re.search(
        r"github[^\n:：]{0,10}[:：]\s*\**(?:none|无|暂无|没有)", one.body, re.IGNORECASE
    )
    if code and none:
        yield "link-denied", f"Says there is no code, but the paper links {code[0]}.", none[0]


def _linked(text: str) -> set[str]:
    """Return the ids of the papers that a text links to at arXiv."""
    return {id for found in _ARXIV.findall(text) for id in ids_in(found)}


def _authors(source: str) -> str:
    match = re.search(r"\*\*Authors:?\**:?(?P<names>[^\n*]+)", source)
    return match["names"] if match else ""


def _invented(value: str, authors: str) -> Iterator[_Fault]:
    """Yield authors that arXiv does not name: Chinese characters guessed, or other people."""
    plain = re.sub(r"等人?|和|以及|与|第一作者|通讯作者|作者", ",", value)
    chinese = [n for n in re.findall(rf"[{CJK}·]{{2,12}}", plain) if n not in authors]
    if len(chinese) >= 2:
        message = "Authors are given Chinese names that arXiv does not state; use arXiv's."
        yield "authors", message, "，".join(chinese[:4])
    people = [p.strip() for p in re.split(r"[,，、;；]|\band\b|[(（][^)）]*[)）]", plain)]
    latin = [p for p in people if re.fullmatch(r"[A-Z][\w.'’-]*(?: [\w.'’-]+){1,3}", p)]
    strangers = [p for p in latin if not any(_known(w, authors) for w in p.split() if len(w) > 2)]
    if len(strangers) >= max(2, len(latin) / 2):
        message = "The authors named are not the paper's; use arXiv's."
        yield "authors", message, ", ".join(strangers[:4])


def _known(word: str, authors: str) -> bool:
    return bool(re.search(rf"\b{re.escape(word)}\b", authors, re.IGNORECASE))


def _gaps(one: Writeup) -> Iterator[_Fault]:
    """Yield parts that are announced and empty, and write-ups that say next to nothing."""
    if len(re.sub(r"\W+", "", _TAG.sub("", one.body))) < 80:
        yield "missing", "There is next to no text; write the paper up.", one.body.strip()[:60]


def _cut(lines: list[str]) -> Iterator[_Fault]:
    for line in lines:
        if "\ufffd" in line:
            yield "cut-off", "The text was cut inside a character.", line[-30:]
        elif (
            len(line) > 120
            and is_chinese_text(line)
            and not re.search(r"[。！？.!?；;：:）)”\"】\]」]\s*$", line)
        ):
            yield "cut-off", "The text breaks off before its end.", line[-30:]
