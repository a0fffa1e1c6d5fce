"""Summaries in one line: the span of the abstract a person's would overlap with most.

Two linear models: the first tells how likely each word of the paper is to stand in a person's
one-line summary, the second ranks the spans by those chances, their place and their wording.
`benchmarks/train_extractive.py` fits both on SciTLDR. Every span is verbatim.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from paperkit.extractive.weights import Features, dot, expected_hits, idf, weights
from paperkit.text import stem, stems

LEAST, MOST = 5, 40
"""Words of a span; MOST is also the limit of a one-line summary."""

LONGEST = 2000
"""Characters of a sentence; what is longer is no sentence and yields no spans."""

_LEAD = re.compile(
    r"(?:In|To|For|However|Specifically|Here|Thus|Moreover|Furthermore|Additionally|Finally"
    r"|Therefore|Hence|Consequently|Inspired|Motivated|Based|Towards?|With|By|As|On|From|Using"
    r"|First|Second|Third|Next|Then|While|Although|Unlike|At|Through|Concretely|Notably"
    r"|Importantly|Also|Unfortunately|Instead|Recently|Building|Given|Under|When|Since|Following"
    r"|Compared|Particularly|Interestingly|Empirically|Theoretically|Crucially)\b[^,]{0,110},\s+"
)
_THAT = re.compile(
    r"\b(?:show|demonstrate|find|prove|argue|observe|suggest|propose|conclude|hypothesize|establish"
    r"|illustrate|indicate|reveal|verify|confirm)s?\s+that\s+",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"\b(?:we|this (?:paper|work|article)) (?!have\b)\w+", re.IGNORECASE)
_FORCED = re.compile(
    r"(?<=[a-z]),? that (?!(?:is|are|was|were) )(?=[a-z]+s? )|(?<=[a-z]): (?=[a-z])"
)
"""Where a sentence that can be cut nowhere else may end."""
_PURPOSE = re.compile(
    r"(?<=\w) to (?:overcome|address|tackle|solve|alleviate|mitigate|handle|resolve|bridge|fill"
    r"|remedy)"
    r" (?:this|these|those|such)\b"
)
_WE = re.compile(r"(?:[,;:]\s+|\band\s+)(?=(?:we|this paper|this work|our)\b)", re.IGNORECASE)
_CUT = re.compile(
    r"(?P<punct>[,;])\s+(?P<after>\w+)(?:\s(?P<second>\w+))?"
    r"|\s+(?P<dash>[–—-])+\s+|\s(?P<word>by|while|using|without|which|so that|because|whose|where"
    r"|when|based on|through|via|including|compared|thereby|such as)\s",
    re.IGNORECASE,
)
_PASSIVE = ("ed", "en", "wn", "out", "ung", "ought")  # "written by …" is not cut apart
_BOUND = (" only", " even", " except", " case", " cases", " limit", " regime", " setting", " point")
"""What a condition after it ("only when …", "the case where …") is part of."""
_ASKS = re.compile(
    r"\b(?:stud(?:y|ies)|examine|investigate|explore|determine|understand|identify|show|decide"
    r"|learn"
    r"|know|see|explain|predict|ask|of|to|in|on|at|by|for|from|with|and|or|when|where|which)$"
)
"""What comes before "which" or "where" and needs what follows it."""
_DONE = re.compile(r"[.!?。！？][\s\"'”’)\]]*$")
# A comma before these words opens something that can be left out without harm to what precedes.
_AFTER_COMMA = frozenset(
    "which where while but thus thereby by using without including leading allowing making with"
    " whose when because since enabling resulting yielding achieving instead rather even especially"
    " particularly".split()
)
_AND = frozenset("we it this thus therefore hence show demonstrate propose".split())


@dataclass(frozen=True)
class Span:
    """A part of sentence number ``sentence``: offsets, and how it opens and closes.

    ``titled`` says that the paper's title is to stand before it.
    """

    sentence: int
    start: int
    end: int
    opens: str
    closes: str
    titled: bool = False


def spans(sentences: list[str]) -> list[Span]:
    """Return every span of LEAST to MOST words; a whole sentence may be shorter.

    A sentence that breaks off ("as follows:", a torn line) yields spans only if none is complete.
    """
    found = [span for number, text in enumerate(sentences) for span in _of_sentence(number, text)]
    complete = [s for s in found if s.closes != "end" or _DONE.search(sentences[s.sentence])]
    return complete or found


def _of_sentence(number: int, text: str) -> Iterator[Span]:
    if len(text) > LONGEST:
        return
    ends = {**dict(_cuts(text)), len(text): "end"}
    found = list(_between(number, text, _openings(text), ends))
    yield from found
    if not any(span.start == 0 for span in found):  # "…, a framework that" is cut when it must be
        ends = {match.start(): "relative" for match in _FORCED.finditer(text)}
        yield from _between(number, text, {0: "start"}, ends)


def _between(
    number: int, text: str, starts: Mapping[int, str], ends: Mapping[int, str]
) -> Iterator[Span]:
    for start, opens in starts.items():
        for end, closes in ends.items():
            if end <= start:
                continue
            words = len(text[start:end].split())
            whole = start == 0 and end == len(text)
            if words <= MOST and (words >= LEAST or whole) and _balanced(text[start:end]):
                yield Span(number, start, end, opens, closes)


def _openings(text: str) -> dict[int, str]:
    found = {0: "start"}
    if (lead := _LEAD.match(text)) and not _CLAUSE.search(lead[0]):
        found[lead.end()] = "lead"
    found |= {match.end(): "that" for match in _THAT.finditer(text)}
    for match in _WE.finditer(text):
        found.setdefault(match.end(), "we")
    return {start: opens for start, opens in found.items() if start < len(text)}


def _cuts(text: str) -> Iterator[tuple[int, str]]:
    yield from ((match.start(), "purpose") for match in _PURPOSE.finditer(text))
    for match in _CUT.finditer(text):
        after = (match["after"] or "").lower()
        if match["punct"] == ";":
            yield match.start(), ";"
        elif match["dash"]:
            yield match.start(), "-"
        elif match["word"]:
            before = text[max(0, match.start() - 24) : match.start()]
            agent = match["word"].lower() == "by" and before.endswith(_PASSIVE)
            agent = (
                agent
                or before.endswith(_BOUND)
                or before.endswith(" either")
                or _ASKS.search(before) is not None
            )
            if text[match.start() - 1] not in ",;:" and not agent:
                yield match.start(), match["word"].lower()
        elif after in _AFTER_COMMA or (after == "and" and (match["second"] or "").lower() in _AND):
            yield match.start(), f", {after}"


def _balanced(text: str) -> bool:
    first_alone = "(1)" in text and "(2)" not in text
    half = first_alone or ("not only" in text and "but" not in text)
    return text.count("(") == text.count(")") and text.count("$") % 2 == 0 and not half


# The span to show.

_CUES = tuple(
    re.compile(cue, re.IGNORECASE)
    for cue in (
        r"\bwe (?:\w+ )?(?:propose|present|introduce)",
        r"\bwe (?:\w+ )?(?:show|demonstrate|find|prove)",
        r"\bwe (?:\w+ )?(?:develop|describe|design|provide|devise)",
        r"\bwe (?:\w+ )?(?:study|investigate|analy[sz]e|explore|consider|examine|address)",
        r"\bthis (?:paper|work)",
        r"\bour\b",
        r"^(?:however|but|unfortunately)",
        r"\boutperform|state[- ]of[- ]the[- ]art|improv",
        r"^experiment|^(?:empirical|extensive|the )?results|experiments",
        r"\bnovel|\bnew\b",
        r"\bframework|algorithm|method|approach|model\b",
        r"^(?:finally|furthermore|moreover|additionally|also|in addition)",
        r"^(?:specifically|in particular|for example)",
        r"\d",
        r"^(?:we|our)\b",
        r"^(?:this|these|it|they|such)\b",
        r"\b(?:can|is|are)\b",
        r"\bin contrast|\bunlike",
        r"https?:|github|available",
        r"\?$",
    )
)
_CLAIM = re.compile(
    r"\b(?:we|this (?:paper|work)|our)\b.{0,40}?\b(?:propos|present|introduc|develop|show"
    r"|demonstrat|study|investigat|deriv|describ|provid|analy|explor|find|prove|address|evaluat"
    r"|argue)",
    re.IGNORECASE,
)
SENTENCES = 60  # of the first so many one is chosen; an abstract has a dozen
CHARACTERS = 400  # of a line that has no clause to cut at


def one_line(title: str, sentences: list[str], *, standalone: bool = True) -> str:
    """Return a one-line summary of at most 40 words, made of verbatim spans of the paper.

    It is a sentence of the abstract, or a clause of one. ``standalone`` is for where the title is
    not shown (lists, feeds): the title may then stand before it, set off by an en dash. Under a
    title (False) only the method's name may, set off by a colon, where the span leaves it out.
    Empty where there are no sentences.
    """
    if not any(sentence.strip() for sentence in sentences):
        return ""
    return line_of(title, sentences, best_span(title, sentences, titled=standalone))


def line_of(title: str, sentences: list[str], span: Span) -> str:
    """Return the line a span makes, with what of the title belongs before it."""
    text = sentences[span.sentence][span.start : span.end]
    if span.titled:
        return f"{title} – {text}"
    name = _method_name(title)
    if not name or name.lower() in text.lower():
        return text
    return f"{name}: {text[:1].upper()}{text[1:]}" if text.startswith("we ") else f"{name}: {text}"


def _method_name(title: str) -> str:
    """Return the name before the title's colon ("EMOPortraits: …"), empty where there is none."""
    head, colon, rest = title.partition(":")
    named = colon and rest[:1].isspace() and len(head.split()) <= 2 and len(head) <= 60
    return head.strip() if named and head != head.lower() else ""


def best_span(
    title: str,
    sentences: list[str],
    *,
    titled: bool = False,
    rank: Callable[[Span], int] | None = None,
) -> Span:
    """Return the span that a person's summary would most likely overlap with.

    With `rank` it is one of those with the highest.
    """
    sentences = sentences[:SENTENCES]
    found = candidates(title, sentences, titled=titled)
    if rank is not None:
        ranks = [rank(s) for s in found]
        found = [s for s, r in zip(found, ranks, strict=True) if r == max(ranks)]
    if not found:
        return _beginning(sentences)
    chance = word_chances(title, sentences)
    rows = span_features(title, sentences, chance, found)
    scores = [dot(row, weights("spans")) for row in rows]
    return found[scores.index(max(scores))]


def _beginning(sentences: list[str]) -> Span:
    """Return the beginning of the shortest sentence: all are too long and none can be cut."""
    number = min(range(len(sentences)), key=lambda n: len(sentences[n].strip()) or 10**9)
    words = list(re.finditer(r"\S+", sentences[number][: 2 * CHARACTERS]))[:MOST]
    start, end = words[0].start(), words[-1].end()
    return Span(number, start, min(end, start + CHARACTERS), "start", "cut")


def candidates(title: str, sentences: list[str], *, titled: bool) -> list[Span]:
    """Return the spans to choose from; with ``titled`` also each behind the title, if it fits."""
    plain = [s for s in spans(sentences) if sentences[s.sentence][s.start : s.end].strip()]
    # A title says what the paper is about; what follows it should say what the paper claims.
    room = MOST - len(title.split()) if titled and title.strip() else 0
    texts = ((s, sentences[s.sentence][s.start : s.end]) for s in plain)
    fits = [s for s, text in texts if len(text.split()) <= room and _CLAIM.search(text)]
    return plain + [replace(s, titled=True) for s in fits]


def word_chances(title: str, sentences: list[str]) -> dict[str, float]:
    """Return for each stem of the paper how likely a person's one-line summary holds it."""
    weight = weights("words")
    rows = word_features(title, sentences)
    return {word: 1 / (1 + math.exp(-dot(row, weight))) for word, row in rows.items()}


def word_features(title: str, sentences: list[str]) -> dict[str, Features]:
    """Return what is known about each stem of a paper."""
    parts = [stems(sentence) for sentence in sentences]
    places: dict[str, list[int]] = {}
    for number, part in enumerate(parts):
        for word in dict.fromkeys(part):
            places.setdefault(word, []).append(number)
    claims = {n for n, sentence in enumerate(sentences) if _CLAIM.search(sentence)}
    counts = Counter(word for part in parts for word in part)
    words = re.findall(r"\w+", " ".join([title, *sentences]))
    names = {stem(w.lower()) for w in words if sum(map(str.isupper, w)) >= 2}
    titled = set(stems(title))
    rows = {}
    for word in dict.fromkeys([*counts, *sorted(titled)]):
        row = _word_row(word, counts[word], places.get(word, []), len(parts))
        row["named"] = float(word in names)
        row["claimed"] = float(not claims.isdisjoint(places.get(word, ())))
        if word in titled:
            row |= {"title": 1.0, "title*claimed": row["claimed"], "title*count": row["count"]}
            row |= {"title*rare": row["rare"], "title*length": len(titled) / 10}
        rows[word] = row
    return rows


def _word_row(word: str, count: int, places: list[int], sentences: int) -> Features:
    rare = idf(word) / 8
    return {
        "one": 1.0,
        "count": math.log1p(count),
        "once": float(count == 1),
        "often": float(count >= 3),
        "spread": len(places) / sentences,
        "first": (places[0] if places else sentences) / sentences,
        "opens": float(0 in places),
        "closes": float(sentences - 1 in places),
        "absent": float(not places),
        "rare": rare,
        "rare*count": rare * math.log1p(count),
        "digit": float(word[0].isdigit()),
        f"word {word}": 1.0,
    }


def span_features(
    title: str, sentences: list[str], chance: Mapping[str, float], found: list[Span]
) -> list[Features]:
    """Return what is known about each span; titled ones have features of their own."""
    head = stems(title)
    cues = [_cues(sentence, "whole") for sentence in sentences]
    known: dict[Span, tuple[list[str], Features]] = {}
    rows = []
    for span in found:
        plain = replace(span, titled=False)
        if plain not in known:
            text = sentences[span.sentence][span.start : span.end]
            words = stems(text)
            row = _wording(text, words, set(head)) | cues[span.sentence]
            known[plain] = words, row | _place(span, len(sentences))
        words, row = known[plain]
        if span.titled:
            row = _behind_title(row, words, head)
            words = head + words
        else:
            row = row | _phrases(sentences[span.sentence][span.start : span.end])
        rows.append(row | _overlap(words, chance))
    return rows


def _behind_title(row: Features, words: list[str], head: list[str]) -> Features:
    return {
        **{f"titled {name}": value for name, value in row.items()},
        "titled": 1.0,
        "title length": len(head) / 10,
        "title again": float(len(set(head) & set(words))),
    }


def _overlap(words: list[str], chance: Mapping[str, float]) -> Features:
    hits, length = expected_hits(words, chance), len(words)
    return {
        "overlap 13": 20 * hits / (length + 13),
        "overlap 20": 20 * hits / (length + 20),
        "overlap 28": 20 * hits / (length + 28),
        "precision": 10 * hits / max(length, 1),
        "hits": hits,
        "length": length / 10,
        "length squared": (length / 10) ** 2,
        "log length": math.log1p(length),
        "long": max(0, length - 30) / 10,
        "short": max(0, 10 - length) / 10,
    }


def _wording(text: str, words: list[str], title: set[str]) -> Features:
    shared = len(title.intersection(words))
    return {
        "covers title": shared / max(1, len(title)),
        "from title": sum(word in title for word in words) / max(1, len(words)),
        "repeats": float(len(words) - len(set(words))),
        **_cues(text, "span"),
    }


def _place(span: Span, sentences: int) -> Features:
    relative = span.sentence / max(1, sentences - 1)
    return {
        f"from start {min(span.sentence, 5)}": 1.0,
        f"from end {min(sentences - 1 - span.sentence, 4)}": 1.0,
        "relative": relative,
        "relative squared": relative**2,
        f"opens {span.opens}": 1.0,
        f"closes {span.closes}": 1.0,
    }


def _phrases(text: str) -> Features:
    words = re.findall(r"[a-z]+", text.lower())
    first = {f"begins {' '.join(words[:n])}": 1.0 for n in (1, 2, 3)}
    return first | {f"ends {' '.join(words[-1:])}": 1.0}


def _cues(text: str, where: str) -> Features:
    return {f"cue {n} {where}": 1.0 for n, cue in enumerate(_CUES) if cue.search(text)}
