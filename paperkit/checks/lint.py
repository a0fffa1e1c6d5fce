"""Lint: what is wrong with a text as a text, whatever the paper says.

Every rule is one small function from an answer's statements to findings; wordings come from
`paperkit.checks.wordings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from paperkit.checks.language import in_another_language
from paperkit.checks.names import method_name, names_it
from paperkit.checks.questions import names_data, other_question
from paperkit.checks.wordings import (
    PHRASES,
    Phrases,
    breaks_off,
    find_garbled,
    find_lost_tex,
    find_markup,
    is_closed,
)
from paperkit.digests import Answer, Finding, Severity
from paperkit.outlines import Question, is_chinese
from paperkit.papers import Paper, find_links, parse_id
from paperkit.text import CJK, cjk_count, is_chinese_text, latin_count, letters, split_sentences

_ARXIV_ID = re.compile(
    r"(?<![\w/.])arxiv[:\s]\s*(?P<id>\S+?)(?=[\s,;)）。，]|$)"
    r"|(?<![\w/.:])(?P<bare>(?:[12][0-9]|0[7-9])(?:0[1-9]|1[0-2])\.(?:\d{5}|\d{4}(?=v\d))(?:v\d+)?)(?!\.?\w|\s?%)",
    re.IGNORECASE,
)
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;，；。）)]+")
_FORGE = re.compile(
    r"^(?:github\.com|gitlab\.com|huggingface\.co(?:/(?:datasets|spaces))?)/[^/]+/[^/?#]+"
)
_split = lru_cache(maxsize=1024)(split_sentences)  # several rules look at the same sentences
_RUN_ON_WORDS, _RUN_ON_CHARACTERS = 90, 260
_SLACK = 1.25  # a limit is what the model was asked for; a little over is no fault of the text


@dataclass(frozen=True)
class Asked:
    """What a text is judged against: its question, language, paper and phrases.

    ``links`` are those that the PDF gives as the paper's own.
    """

    question: Question | None
    language: str
    paper: Paper | None
    phrases: Phrases
    links: tuple[str, ...] = ()

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


def lint_answer(
    texts: Answer | Sequence[str] | str,
    question: Question | None = None,
    *,
    language: str = "en",
    paper: Paper | None = None,
    phrases: Phrases = PHRASES,
    links: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """Return what is wrong with an answer (or its texts) as text; nothing else is looked at.

    Without a `question` limits are not checked, without a `paper` neither links nor its method;
    `links` are the paper's own beside those of its abstract and comment.
    """
    plain = texts.texts if isinstance(texts, Answer) else texts
    given = (plain,) if isinstance(plain, str) else tuple(plain)
    asked = Asked(question, language, paper, phrases, tuple(links))
    found: list[Finding] = []
    for place, text in enumerate(given):
        for rule in (_wordings, _marked_up, _ending, _sentences, _script, _links, _question):
            found.extend(rule(text, place, asked))
    for rule_over_all in (_endings, _repeats, _limits, _method, _task):
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
    headings = tuple(asked.question.headings.values()) if asked.question else ()
    if words := find_markup(text, headings):
        message = "The text carries markup, numbering or a label of its own; the post adds those."
        yield asked.finding("markup", message, words=words, statement=place)
    if words := find_lost_tex(text):
        message = "A formula lost letters: a TeX command was read as an escape; write it out again."
        yield asked.finding("garbled", message, words=words, statement=place)
    elif words := find_garbled(text):
        message = "Signs of a formula stand here as the PDF garbled them; write it out or leave it."
        yield asked.finding("garbled", message, words=words, statement=place, severity="warn")


def _ending(text: str, place: int, asked: Asked) -> Iterator[Finding]:
    tail = text.rstrip()
    if asked.question is not None and asked.question.kind == "list":
        tail = tail.rstrip(";；")  # an item may end so
    long = latin_count(tail) + cjk_count(tail) / 2 > 40
    open_end = asked.question is not None and asked.question.kind == "text" and long
    if tail and (breaks_off(tail, _words_of(asked.paper)) or (open_end and not is_closed(tail))):
        message = "The text breaks off before its end; complete it."
        yield asked.finding("cut-off", message, words=tail[-30:], statement=place)
    elif "\ufffd" in text:
        message = "The text holds a character that was destroyed on the way; restore it."
        yield asked.finding("cut-off", message, words="\ufffd", statement=place)


@lru_cache(maxsize=64)
def _words_of(paper: Paper | None) -> frozenset[str]:
    """Return the Latin words of a paper's title and abstract in lower case."""
    text = f"{paper.title} {paper.abstract}" if paper else ""
    return frozenset(re.findall(r"[a-z]+", text.lower()))


def _endings(texts: Sequence[str], asked: Asked) -> Iterator[Finding]:
    """Yield the last item where it alone has no end mark: there the model was cut off."""
    *others, last = texts or ("",)
    alone = len(others) > 1 and all(map(is_closed, others)) and not is_closed(last)
    if alone and last.strip() and not breaks_off(last, _words_of(asked.paper)):
        message = "The last item alone has no end mark; complete it."
        yield asked.finding("cut-off", message, words=last.rstrip()[-30:], statement=len(others))


def _sentences(text: str, place: int, asked: Asked) -> Iterator[Finding]:
    for sentence in _split(text):
        words, characters = latin_count(sentence), cjk_count(sentence)
        if words > _RUN_ON_WORDS or characters > _RUN_ON_CHARACTERS:
            message = "One sentence runs on too long to be read; split it."
            yield asked.finding("run-on", message, words=sentence[:60], statement=place)
        if loop := _loop(sentence):
            message = "The same words come again and again; the model was caught in a loop."
            yield asked.finding("repeated", message, words=loop, statement=place)


def _loop(sentence: str) -> str:
    """Return a phrase repeated at once three times or more, empty where there is none."""
    plain = sentence.lower()
    if len(plain) != len(sentence):  # a few letters grow: then the places would be wrong
        plain = sentence
    match = re.search(r"(\b[a-z][\w' -]{2,40}\b[ ,;]+)\1{2,}", plain)
    match = match or re.search(rf"([{CJK}]{{2,20}})(?:[，,；]?\1){{2,}}", plain)
    return sentence[match.start() : match.end()] if match else ""


def _script(text: str, place: int, asked: Asked) -> Iterator[Finding]:
    size = cjk_count(text) + latin_count(text)
    if asked.key == "title" or (size < 6 and len(text) < 12):
        return
    if _is_foreign(text, asked.language):
        message = f"The text is not in the digest's language ({asked.language}); translate it."
        yield asked.finding("language", message, words=text[:60], statement=place)
        return
    if words := in_another_language(text, asked.language):
        message = f"Words here are not in the digest's language ({asked.language}); translate them."
        yield asked.finding("language", message, words=words[:60], statement=place)
        return
    for sentence in _split(text):
        foreign = _is_foreign(sentence, asked.language)
        size = latin_count(sentence) + cjk_count(sentence)
        if foreign and size >= 10:
            message = f"One sentence is not in the digest's language ({asked.language})."
            yield asked.finding("language", message, words=sentence[:60], statement=place)


def _is_foreign(text: str, language: str) -> bool:
    """Tell whether a text is Chinese and should not be, or is not and should be.

    Names in Latin letters ("Playground v2.5 优于 SDXL") make no Chinese sentence English.
    """
    if not is_chinese(language):
        return is_chinese_text(text)
    return not is_chinese_text(_NAME.sub(" ", text))


_NAME = re.compile(
    r"(?<![A-Za-z])(?:[A-Z][A-Za-z0-9.+·-]*|[a-z]\d[a-z0-9.]*|[a-z]+[A-Z0-9][A-Za-z0-9]*)"
)


def _links(text: str, place: int, asked: Asked) -> Iterator[Finding]:
    if asked.paper is None:
        return
    own = [_bare(u) for u in (*_links_of(asked.paper), *asked.links)]
    for url in find_links(text):
        if not (_belongs(_bare(url), own) or _is_own_id(url, asked.paper)):
            message = "The link is not one the paper itself gives; remove it."
            typed = url if url in text else url.removeprefix("https://")
            yield asked.finding("foreign-link", message, words=typed, statement=place)
    outside = re.sub(r"https?://\S+", lambda m: " " * len(m[0]), text)
    for match in _ARXIV_ID.finditer(outside):
        given = match["bare"] or match["id"]
        if re.search(r"\d{4}", given) and not _is_own_id(given, asked.paper):
            message = f"The arXiv id is not this paper's ({asked.paper.id}); remove it."
            yield asked.finding("foreign-link", message, words=match[0], statement=place)
    for match in _DOI.finditer(outside):
        if not _is_own_doi(match[0].rstrip("."), asked.paper):
            message = "The DOI is not this paper's; remove it."
            yield asked.finding("foreign-link", message, words=match[0], statement=place)


@lru_cache(maxsize=64)
def _links_of(paper: Paper) -> tuple[str, ...]:
    return find_links(paper.abstract, paper.comment)


def _bare(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?", "", url.lower()).rstrip("/").removesuffix(".git")


def _belongs(url: str, own: Sequence[str]) -> bool:
    """Tell whether an address is one of `own`, below one of them or in the same repository."""
    home = _FORGE.match(url)
    return any(
        url == mine
        or url.startswith((f"{mine}/", f"{mine}#", f"{mine}?"))
        or (home is not None and (at := _FORGE.match(mine)) is not None and at[0] == home[0])
        for mine in own
    )


def _is_own_doi(doi: str, paper: Paper) -> bool:
    of_arxiv = re.fullmatch(r"10\.48550/arxiv\.(\S+)", doi.lower())
    if of_arxiv:
        return _is_own_id(of_arxiv[1], paper)
    return doi.lower() in f"{paper.doi} {paper.abstract} {paper.comment}".lower()


def _is_own_id(text: str, paper: Paper) -> bool:
    from paperkit.errors import PaperkitError

    try:
        return parse_id(text.rstrip(".")).id == paper.id
    except PaperkitError:
        return False


def _question(text: str, place: int, asked: Asked) -> Iterator[Finding]:
    words, does = other_question(asked.key, text)
    if words:
        message = f"The text {does}; move it or take it out."
        yield asked.finding(
            "other-question", message, words=words, statement=place, severity="warn"
        )


def _task(texts: Sequence[str], asked: Asked) -> Iterator[Finding]:
    """Yield that an answer on task and data names neither data nor a number."""
    if asked.key == "task" and texts and not any(map(names_data, texts)):
        message = "The answer names no task, no data and no number; say what it was tested on."
        yield asked.finding("other-question", message, words=texts[0], statement=0, severity="warn")


def _repeats(texts: Sequence[str], asked: Asked) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for place, text in enumerate(texts):
        for sentence in _split(text):
            key = letters(sentence)
            if not _says_something(key):
                continue
            if key in seen:
                message = "The same sentence occurs twice; remove one."
                yield asked.finding("repeated", message, words=sentence, statement=place)
            seen[key] = place
    yield from _alike(texts, asked)


def _says_something(key: str) -> bool:
    """Tell whether a sentence without spaces and marks is long enough to repeat another."""
    return len(key) + cjk_count(key) >= 12


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
        items = "item" if len(texts) == 1 else "items"
        some = 0 < len(texts) < least  # an abstract may have no more to say
        advice = "add some where the paper says more" if some else "add or remove some"
        message = f"{len(texts)} {items} where {least} to {most} are asked for; {advice}."
        yield asked.finding("count", message, severity="warn" if some else "block")
    whole = list(enumerate(texts)) if question.kind == "list" else [(None, "\n".join(texts))]
    for place, text in whole:
        yield from _too_long(text, place, question, asked)


def _too_long(text: str, place: int | None, question: Question, asked: Asked) -> Iterator[Finding]:
    if is_chinese(asked.language):
        size, limit, unit = cjk_count(text), question.characters, "characters"
    else:
        size, limit, unit = latin_count(text), question.words, "words"
    if size > limit:
        severity: Severity = "block" if size > limit * _SLACK else "warn"
        message = f"{size} {unit} where {limit} are the limit; shorten it."
        yield asked.finding(
            "too-long",
            message,
            words=text.rpartition("\n")[2][-60:],
            statement=place,
            severity=severity,
        )


def _method(texts: Sequence[str], asked: Asked) -> Iterator[Finding]:
    if asked.paper is None or asked.question is None or asked.question.key != "summary":
        return
    method = method_name(asked.paper)
    if method and texts and not names_it(" ".join(texts), method):
        message = f"The summary does not name the paper's method, {method}; name it."
        yield asked.finding("no-method", message, words=texts[0], statement=0)


def lint_across(parts: Iterable[tuple[Question, Sequence[str]]], asked: Asked) -> Iterator[Finding]:
    """Yield sentences that an answer repeats verbatim from an earlier answer of the digest."""
    seen: dict[str, str] = {}
    for question, texts in parts:
        own: dict[str, str] = {}
        for place, text in enumerate(texts):
            for sentence in _split(text):
                key = letters(sentence)
                if _says_something(key) and key in seen:
                    here = Asked(question, asked.language, asked.paper, asked.phrases)
                    message = f"The sentence already stands under {seen[key]!r}; keep one."
                    yield here.finding(
                        "repeated-across", message, words=sentence, statement=place, severity="warn"
                    )
                own[key] = question.key
        seen.update(own)
