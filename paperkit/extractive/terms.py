"""Terms: what a paper is about, as it writes them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from paperkit.extractive.weights import idf, stem, stems, weights

_BREAK = re.compile(r"[^\w\s/+-]|\s[-–—]+\s|\n\s*\n|[\u3400-\u9fff]")
_STOP = frozenset(
    "a about above across additionally after again against all allow allows almost along already"
    " also although always among an and another any are as at available based be because been"
    " before being best better between both but by can cannot certain commonly compared consider"
    " consists could crucial current currently demonstrate demonstrates demonstrated despite"
    " develop developed different difficult do does done due during each easily effective"
    " effectively efficient either enable enables enough especially etc even every existing"
    " experimental experiments extensive few finally find first five for four from further"
    " furthermore general given good had has have hence here high higher highly how however i if"
    " important importantly improve improved improves in including instead into introduce"
    " introduced introduces is issue issues it its itself just key known lack large largely later"
    " lead leads less like likely low lower main mainly make makes many may method methods might"
    " more moreover most much must namely nearly need needs never new no non nor not novel number"
    " obtain obtained of often on one ones only or other others our out over own paper papers"
    " particular particularly per perform performs possible potential present presented presents"
    " previous previously prior problem problems propose proposed proposes provide provided"
    " provides rather real recent recently related relevant require required requires respectively"
    " result results same scale second set several should show shown shows significant"
    " significantly similar simple simply since single small so some specific specifically still"
    " strong study such suffer take task tasks than that the their them then there therefore these"
    " they this those three through thus to together too toward towards two typical typically"
    " under unlike up upon us use used useful uses using usually various very via was way ways we"
    " well were what when where whether which while whose why wide widely will with within without"
    " work works would yet you your approach approaches achieve achieves achieved art state"
    " article capable challenge challenges challenging address addresses aim aims analyze apply"
    " applied contribution describe evaluate evaluated examine explore explores focus"
    " investigate learn learns offer outperform outperforms performance reveal suggest suggests"
    " superior sets code website project page https http www com".split()
)
_WORD = re.compile(r"[\w][\w/+-]*")
_VERB_LIKE = re.compile(r".+(?:ly|ize|izes|ized|ates|ated)$")


def keywords(title: str, text: str, *, count: int = 6) -> list[str]:
    """Return at most ``count`` terms, best first, each verbatim in the title or the text.

    Terms are runs of two to four content words, and names in capitals; a term that is part of a
    better one is left out. Chinese running text yields none: its words are not set apart.
    """
    scores: dict[tuple[str, ...], float] = defaultdict(float)
    forms: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for part, weight in ((title, 2.0), (text, 1.0)):
        for form in _terms(part):
            key = tuple(stem(word) for word in _WORD.findall(form.lower()))
            scores[key] += weight
            forms[key][form] += 1
    head = set(stems(title))
    # What is said once is a term only where nothing else is left.
    ranked = sorted(
        scores, key=lambda k: (scores[k] < 2 and len(k) > 1, -_score(k, scores[k], head), k)
    )
    chosen: list[tuple[str, ...]] = []
    for key in ranked:
        if len(chosen) < count and not any(set(key) & set(other) == set(key) for other in chosen):
            chosen = [other for other in chosen if not set(other) < set(key)] + [key]
    return [min(forms[key], key=lambda form: (-forms[key][form], form)) for key in chosen]


def _terms(text: str) -> list[str]:
    found = []
    start = 0
    for end in [m.start() for m in _BREAK.finditer(text)] + [len(text)]:
        found += _of_run(text[start:end])
        start = end + 1
    return found


def _of_run(text: str) -> list[str]:
    """Return the terms of a text without punctuation: parts of its runs of content words."""
    found, run = [], []
    for match in [*_WORD.finditer(text), None]:
        if match and not _is_stop(match[0]):
            run.append(match)
            continue
        for i in range(len(run)):
            for j in range(i, min(i + 4, len(run))):
                term = text[run[i].start() : run[j].end()]
                if (j > i or _is_name(term)) and "\n" not in term and "  " not in term:
                    found.append(term)
        run = []
    return found


def _is_stop(word: str) -> bool:
    plain, verbs = word.lower(), weights("verbs")
    return (
        plain in _STOP
        or len(plain) < 2
        or word[0].isdigit()
        or bool(_VERB_LIKE.match(plain))
        or plain.endswith("-")
        or plain in verbs
        or plain.removesuffix("s") in verbs
    )


def _is_name(term: str) -> bool:
    return sum(ch.isupper() for ch in term) >= 2


def _score(key: tuple[str, ...], weight: float, head: set[str]) -> float:
    rare = sum(idf(word) for word in key) / len(key)
    titled = sum(word in head for word in key) / len(key)
    longer = {1: 0.7, 2: 1.2, 3: 1.3}.get(len(key), 1.0)
    often: float = weight**0.6
    return often * min(rare, 6.0) * longer * (1 + 0.6 * titled)
