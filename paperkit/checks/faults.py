"""Faults: what is wrong with a text as a text, whatever the paper says (lint).

Every rule is one small function from an answer's statements to findings; wordings come from
`paperkit.checks.phrases`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from paperkit.checks.names import names
from paperkit.checks.phrases import PHRASES, Phrases
from paperkit.digests import Answer, Finding, Severity
from paperkit.outlines import Question, is_chinese
from paperkit.papers import Paper, find_links, parse_id
from paperkit.sentences import split_sentences

_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_TAGS = (
    "p|ol|ul|li|br|div|span|b|i|em|strong|img|a|h[1-6]|table|tr|td|script|style|details|code|pre"
)
_MARKUP = re.compile(
    rf"</?(?:{_TAGS})(?:\s+[a-z-]+\s*=[^>]*)?\s*/?>|^\s{{0,3}}#{{1,6}}\s|^\s*```|\*\*[^*\n]+\*\*"
    r"|^\s*>\s|!?\[[^\]\n]*\]\([^)\n]*\)|&(?:nbsp|lt|gt|amp);",
    re.MULTILINE | re.IGNORECASE,
)
_NUMBERING = re.compile(
    r"^\s*(?:[(（]\s?(?:\d{1,2}|[一二三四五六七八九十]|[ivx]{1,4}|[a-h])\s?[)）]|\d{1,2}\s?[.、)）](?!\d)"
    r"|[-*•·+]\s|[一二三四五六七八九十]+、|(?:step|步骤)\s?\d+\s?[:：.])",
    re.MULTILINE | re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\s*(?:summary|title|abstract|answer|key takeaways?|takeaways?|background|conclusions?"
    r"|methods?|总结|摘要|标题|要点|回答|答案|结论|研究背景|创新点|性能|工作量|意义|方法)\s?[:：]",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(
    r"(?:[,，、;；:：(（\[\-–—]|…|\.\.\.|\ufffd)\s*$|(?:^|\s)(?:and|or|the|a|an|of|to|in|with|for|by|that"
    r"|which|is|are|as|from|on|at|than|but|their|its|this)\s*[.…]?\s*$"
    r"|(?:的|和|与|及|或|以及|通过|然而|但|因此|并|在|对|将|使用|其中|包括|例如|由于|从而|而|是|为了|为|以|这)$",
    re.IGNORECASE,
)
_FINISHED = re.compile(r"[.!?。！？…;；][\"'”’」』）)\]*$]*$|[)）」』”\"$]$")
_COINED = re.compile(
    r"\b(?:propose|introduce|present|develop|call|name|term|dub|release)(?:d|s)?\s(?:it\s|our\s\w+\s|as\s)?"
    r"(?P<name>[A-Z][\w+-]*[A-Z0-9][\w+-]*)(?=\s?[,.;:(]|\s(?:a|an|the|which|that|to|for)\s|$)"
)
_split = lru_cache(maxsize=1024)(split_sentences)  # several rules look at the same sentences
_RUN_ON_WORDS, _RUN_ON_CHARACTERS = 90, 260
_SLACK = 1.25  # a limit is what the model was asked for; a little over is no fault of the text


def cjk_share(text: str) -> float:
    """Return the share of Chinese characters among Chinese characters and Latin words."""
    cjk = len(_CJK.findall(text))
    latin = len(_LATIN_WORD.findall(text))
    return cjk / (cjk + latin) if cjk + latin else 0.0


def is_chinese_text(text: str) -> bool:
    """Return whether a text is Chinese: a share of 0.3 tells the languages of 321 lines apart."""
    return cjk_share(text) >= 0.3


@dataclass(frozen=True)
class Asked:
    """What a text is judged against: its question, language, paper and phrases."""

    question: Question | None
    language: str
    paper: Paper | None
    phrases: Phrases

    @property
    def key(self) -> str:
        """Return the question's key, empty where there is no question."""
        return self.question.key if self.question else ""

    def finding(
        self,
        code: str,
        message: str,
        *,
        words: str = "",
        statement: int | None = None,
        severity: Severity = "block",
    ) -> Finding:
        """Return a finding on this question; overlong words are cut."""
        return Finding(
            code=code,
            severity=severity,
            question=self.key,
            message=message,
            words=words.strip()[:200],
            statement=statement,
        )


def lint(
    texts: Answer | Sequence[str] | str,
    question: Question | None = None,
    *,
    language: str = "en",
    paper: Paper | None = None,
    phrases: Phrases = PHRASES,
) -> tuple[Finding, ...]:
    """Return what is wrong with an answer (or its texts) as text; nothing else is looked at.

    Without a `question` limits are not checked, without a `paper` neither links nor its method.
    """
    plain = texts.texts if isinstance(texts, Answer) else texts
    given = (plain,) if isinstance(plain, str) else tuple(plain)
    asked = Asked(question, language, paper, phrases)
    found: list[Finding] = []
    for place, text in enumerate(given):
        for rule in (_wordings, _marked_up, _ending, _sentences, _script, _links):
            found.extend(rule(text, place, asked))
    for rule_over_all in (_repeats, _limits, _method):
        found.extend(rule_over_all(given, asked))
    return tuple(found)


_SAID = {
    "filler": "speaks to whoever asked and not to readers",
    "refusal": "says that something could not be found or done instead of what the paper says",
    "placeholder": "holds a placeholder where content should stand",
    "echo": "repeats an instruction that was meant for the model",
}


def _wordings(text: str, place: int, asked: Asked) -> Iterator[Finding]:
    for code, words in asked.phrases.find(text):
        said = _SAID.get(code, "uses a wording that is on your list")
        yield asked.finding(code, f"The text {said}; rewrite it.", words=words, statement=place)


def _marked_up(text: str, place: int, asked: Asked) -> Iterator[Finding]:
    bare = re.sub(r"\$[^$]*\$", "$", text)
    if match := _MARKUP.search(bare) or _NUMBERING.search(bare) or _LABEL.search(bare):
        message = "The text carries markup, numbering or a label of its own; the post adds those."
        yield asked.finding("markup", message, words=match[0], statement=place)


def _ending(text: str, place: int, asked: Asked) -> Iterator[Finding]:
    tail = text.rstrip()
    long = len(_LATIN_WORD.findall(tail)) + len(_CJK.findall(tail)) / 2 > 40
    open_end = asked.question is not None and asked.question.kind == "text" and long
    odd = _unclosed(tail)
    if tail and (_UNFINISHED.search(tail) or odd or (open_end and not _FINISHED.search(tail))):
        message = "The text breaks off before its end; complete it."
        yield asked.finding("cut-off", message, words=tail[-30:], statement=place)
    elif "\ufffd" in text:
        message = "The text holds a character that was destroyed on the way; restore it."
        yield asked.finding("cut-off", message, words="\ufffd", statement=place)


def _unclosed(tail: str) -> bool:
    """Tell whether a bracket opened near the end is never closed."""
    end = re.sub(r"\$[^$]*\$", "", tail)[-60:]
    opened = max(end.rfind("("), end.rfind("（"))
    return opened >= 0 and not re.search(r"[)）]", end[opened:])


def _sentences(text: str, place: int, asked: Asked) -> Iterator[Finding]:
    for sentence in _split(text):
        words, characters = len(_LATIN_WORD.findall(sentence)), len(_CJK.findall(sentence))
        if words > _RUN_ON_WORDS or characters > _RUN_ON_CHARACTERS:
            message = "One sentence runs on too long to be read; split it."
            yield asked.finding("run-on", message, words=sentence[:60], statement=place)
        if loop := _loop(sentence):
            message = "The same words come again and again; the model was caught in a loop."
            yield asked.finding("repeated", message, words=loop, statement=place)


def _loop(sentence: str) -> str:
    """Return a phrase repeated at once three times or more, empty where there is none."""
    plain = sentence.lower()
    match = re.search(r"(\b[a-z][\w' -]{2,40}\b[ ,;]+)\1{2,}", plain)
    match = match or re.search(r"([\u4e00-\u9fff]{2,20}[，、,；]?)\1{2,}", plain)
    return match[0] if match else ""


def _script(text: str, place: int, asked: Asked) -> Iterator[Finding]:
    letters = len(_CJK.findall(text)) + len(_LATIN_WORD.findall(text))
    if letters < 6 or asked.key == "title":
        return
    if is_chinese_text(text) != is_chinese(asked.language):
        message = f"The text is not in the digest's language ({asked.language}); translate it."
        yield asked.finding("language", message, words=text[:60], statement=place)
        return
    for sentence in _split(text):
        foreign = is_chinese_text(sentence) != is_chinese(asked.language)
        size = len(_LATIN_WORD.findall(sentence)) + len(_CJK.findall(sentence))
        if foreign and size >= 10:
            message = f"One sentence is not in the digest's language ({asked.language})."
            yield asked.finding("language", message, words=sentence[:60], statement=place)


def _links(text: str, place: int, asked: Asked) -> Iterator[Finding]:
    if asked.paper is None:
        return
    own = {_bare(u) for u in find_links(asked.paper.abstract, asked.paper.comment)}
    for url in find_links(text):
        if _bare(url) not in own and not _is_own_id(url, asked.paper):
            message = "The link is not one the paper itself gives; remove it."
            yield asked.finding("foreign-link", message, words=url, statement=place)
    for match in re.finditer(r"arxiv:\s*(\S+?)(?=[\s,;)）。，]|$)", text, re.IGNORECASE):
        if not _is_own_id(match[0], asked.paper):
            message = f"The arXiv id is not this paper's ({asked.paper.id}); remove it."
            yield asked.finding("foreign-link", message, words=match[0], statement=place)


def _bare(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?", "", url.lower()).rstrip("/").removesuffix(".git")


def _is_own_id(text: str, paper: Paper) -> bool:
    from paperkit.errors import PaperkitError

    try:
        return parse_id(text.rstrip(".")).id == paper.id
    except PaperkitError:
        return False


def _repeats(texts: Sequence[str], asked: Asked) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for place, text in enumerate(texts):
        for sentence in _split(text):
            key = re.sub(r"[\W_]+", "", sentence).lower()
            if len(key) < 12:
                continue
            if key in seen:
                message = "The same sentence stands twice; remove one."
                yield asked.finding("repeated", message, words=sentence, statement=place)
            seen[key] = place
    yield from _alike(texts, asked)


def _alike(texts: Sequence[str], asked: Asked) -> Iterator[Finding]:
    from rapidfuzz import fuzz

    if not asked.question or asked.question.kind != "list":
        return
    for later, text in enumerate(texts):
        for earlier in texts[:later]:
            if (
                text != earlier
                and min(len(text), len(earlier)) > 15
                and fuzz.ratio(text, earlier) > 88
            ):
                message = "Two items say almost the same; merge them."
                yield asked.finding("duplicate", message, words=text, statement=later)
                break


def _limits(texts: Sequence[str], asked: Asked) -> Iterator[Finding]:
    question = asked.question
    if question is None:
        return
    least, most = question.items
    if question.kind != "text" and not least <= len(texts) <= most:
        message = f"{len(texts)} items where {least} to {most} are asked for; add or remove some."
        yield asked.finding("count", message)
    whole = list(enumerate(texts)) if question.kind == "list" else [(None, "\n".join(texts))]
    for place, text in whole:
        yield from _too_long(text, place, question, asked)


def _too_long(text: str, place: int | None, question: Question, asked: Asked) -> Iterator[Finding]:
    if is_chinese(asked.language):
        size, limit, unit = len(_CJK.findall(text)), question.characters, "characters"
    else:
        size, limit, unit = len(_LATIN_WORD.findall(text)), question.words, "words"
    if size > limit:
        severity: Severity = "block" if size > limit * _SLACK else "warn"
        message = f"{size} {unit} where {limit} are the limit; shorten it."
        yield asked.finding(
            "too-long", message, words=text[-60:], statement=place, severity=severity
        )


def _method(texts: Sequence[str], asked: Asked) -> Iterator[Finding]:
    if asked.paper is None or asked.question is None or asked.question.key != "summary":
        return
    method = method_name(asked.paper)
    plain = re.sub(r"[^a-z0-9]", "", " ".join(texts).lower())
    if method and texts and re.sub(r"[^a-z0-9]", "", method.lower()) not in plain:
        message = f"The summary does not name the paper's method, {method}; name it."
        yield asked.finding("no-method", message, words=texts[0], statement=0)


def method_name(paper: Paper) -> str:
    """Return the name a paper gives its method ("EMOPortraits: …"), empty where it gives none."""
    head, colon, _ = paper.title.partition(":")
    short = bool(colon) and len(head.split()) <= 2
    for name in reversed(names(f"the {head}") if short else []):
        if name.sure or name.text in paper.abstract:
            return name.text
    match = _COINED.search(paper.abstract)
    coined = match["name"] if match else ""
    marked = bool(coined) and any(n.sure for n in names(coined))
    return coined if marked and f"{paper.title} {paper.abstract}".count(coined) > 1 else ""


def lint_across(parts: Iterable[tuple[Question, Sequence[str]]], asked: Asked) -> Iterator[Finding]:
    """Yield sentences that an answer repeats verbatim from an earlier answer of the digest."""
    seen: dict[str, str] = {}
    for question, texts in parts:
        own: dict[str, str] = {}
        for place, text in enumerate(texts):
            for sentence in _split(text):
                key = re.sub(r"[\W_]+", "", sentence).lower()
                if len(key) >= 12 and key in seen:
                    here = Asked(question, asked.language, asked.paper, asked.phrases)
                    message = f"The sentence already stands under {seen[key]!r}; keep one."
                    yield here.finding(
                        "repeated-across", message, words=sentence, statement=place, severity="warn"
                    )
                own[key] = question.key
        seen.update(own)
