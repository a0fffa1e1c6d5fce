"""Rewording: what a statement changes in a passage whose words it repeats.

Words alone don't tell "enabled by a framework" from "enabling a framework": all are there. So the
runs of words that both have are laid side by side, and what stands around them is compared: whether
one denies them, who does what to whom, and what a number is a measure of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from paperkit.checks.polarity import Word, is_soft
from paperkit.text import FUNCTION_WORDS

Words = Sequence[Word]

_REACH, _SCOPE = 14, 6  # words after a negator, and those of them that tell something
_RUN = 3  # words in a row that one denies and the other states
_CLAUSE = frozenset(
    "but while whereas although though however because since if when unless than until except"
    " . ! ? ;".split()
)
_DONE = re.compile(r"(?:ed|en|wn|ne|id|ilt|ht)$")  # how a word ends that "by" follows


def turned_agent(claim: Words, passages: Sequence[Words]) -> str:
    """Return the words of who does something where claim and passage have it the other way.

    "Enabled by a simple framework" and "enables a simple framework" tell the opposite; who does it
    is known by two words in a row.
    """
    for passage in passages:
        for verb, agent, words in _agents(passage):
            if _acts_on(claim, verb, agent) and not any(_acts_on(p, verb, agent) for p in passages):
                return words
    told = {(verb, agent) for p in passages for verb, agent, _ in _agents(p)}
    for verb, agent, words in _agents(claim):
        if (verb, agent) not in told and any(_acts_on(p, verb, agent) for p in passages):
            return words
    return ""


def _agents(words: Words) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield what is done by whom: the verb's stem, the first stems of who does it, the words."""
    for by in (n for n, word in enumerate(words) if word.text == "by" and n):
        verb = by - 2 if words[by - 1].text.endswith("ly") and by > 1 else by - 1
        after = words[by + 1].text if by + 1 < len(words) else "."
        agent = _next_told(words, by)
        means = after.endswith("ing") or not after[0].isalpha()  # "by 5 %", "by using"
        if agent and not means and _DONE.search(words[verb].text) and _tells(words[verb]):
            yield words[verb].stem, agent, " ".join(w.text for w in words[verb : by + 4])


def _acts_on(words: Words, verb: str, object: tuple[str, ...]) -> bool:
    """Tell whether something is done to `object`, not by it."""
    return any(
        word.stem == verb
        and "by" not in [w.text for w in words[n + 1 : n + 3]]
        and _next_told(words, n) == object
        for n, word in enumerate(words)
    )


def _next_told(words: Words, place: int) -> tuple[str, ...]:
    found = tuple(w.stem for w in words[place + 1 : place + 6] if _tells(w))[:2]
    return found if len(found) == 2 else ()


def _tells(word: Word) -> bool:
    text = word.text
    return text[0].isalnum() and len(text) > 1 and text not in FUNCTION_WORDS and not word.negates


def dropped_denial(claim: Words, passages: Sequence[Words]) -> str:
    """Return the words that a passage denies, and a claim without any denial states.

    A passage that says them without a denial clears the claim.
    """
    if any(word.negates or is_soft(word) for word in claim):
        return ""
    return _denied_run(passages, [claim], [p for p in passages if not _denies(p)])


def added_denial(claim: Words, passages: Sequence[Words]) -> str:
    """Return the words that a claim denies, and its passages say without any denial."""
    return _denied_run([claim], passages, [p for p in passages if _denies(p)])


def _denies(words: Words) -> bool:
    return any(word.negates for word in words)


def _denied_run(
    denying: Sequence[Words], stating: Sequence[Words], clearing: Sequence[Words]
) -> str:
    """Return words that some texts deny and others state, where none says them that clears it."""
    stated, cleared = ([_told(words) for words in texts] for texts in (stating, clearing))
    for words in denying:
        for place in (n for n, word in enumerate(words) if word.negates):
            scope = _scope(words, place)
            for run in (scope[n : n + _RUN] for n in range(len(scope) - _RUN + 1)):
                if _holds(stated, run) and not _holds(cleared, run):
                    return " ".join(w.text for w in words[place : place + _SCOPE])
    return ""


def _told(words: Words) -> list[str]:
    return [word.stem for word in words if _tells(word)]


def _holds(texts: Iterable[list[str]], run: list[str]) -> bool:
    size = len(run)
    return any(t[n : n + size] == run for t in texts for n in range(len(t) - size + 1))


def _scope(words: Words, place: int) -> list[str]:
    """Return the stems that a negator denies; "not only" denies nothing."""
    found: list[str] = []
    for word in words[place + 1 : place + _REACH]:
        if word.text in _CLAUSE or (not found and word.text in ("only", "just")):
            break
        found += [word.stem] if _tells(word) else []
    return found[:_SCOPE]


# What a number is a measure of: the words for it, those of one measure in a line. A number may be a
# statistic of a quantity ("median latency"), so each table is asked by itself.
def _table(lines: str) -> dict[str, str]:
    return {word: line.split()[0] for line in lines.splitlines() for word in line.split()}


_MEASURES = (
    _table(
        """mean average averages averaged
        median
        variance variances
        deviation deviations std std-dev stddev sd
        ratio ratios
        maximum max maximal peak
        minimum min minimal
        total sum"""
    ),
    _table(
        """accuracy accuracies
        precision
        recall
        f1 f-score f-measure f1-score f1-scores
        auc auroc
        bleu
        rouge
        psnr
        ssim
        rmse
        mae
        perplexity
        latency
        throughput
        speedup speedups
        iou miou"""
    ),
)
_PIECE = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z]+)*|[.;]")


def other_measure(text: str, lines: Iterable[str]) -> tuple[str, str, str] | None:
    """Return a number, what a text calls it and what the lines that state it do, if that differs.

    "A variance of 6.8" where the paper says "std-dev from 18.5 to 6.8".
    """
    pieces = _PIECE.findall(text)
    named = [
        (number, table, mine)
        for place, number in enumerate(pieces)
        if number[0].isdigit() and len(number) > 1
        for table in _MEASURES
        if (mine := _measures(table, pieces, place, 6, 2))
    ]
    known = tuple(lines) if named else ()
    for number, table, mine in named:
        told = [m for line in known if number in line for m in _measured(table, number, line)]
        if told and not mine & set(told):
            return number, min(mine), told[0]
    return None


def _measured(table: dict[str, str], number: str, line: str) -> Iterator[str]:
    pieces = _PIECE.findall(line)
    for place in (n for n, piece in enumerate(pieces) if piece == number):
        yield from _measures(table, pieces, place, 12, 4)


def _measures(
    table: dict[str, str], pieces: Sequence[str], place: int, before: int, after: int
) -> set[str]:
    """Return what a number is a measure of, by the words that stand nearest to it."""
    left = reversed(pieces[max(0, place - before) : place])
    right = pieces[place + 1 : place + 1 + after]
    return {m for side in (left, right) if (m := _nearest(table, side))}


def _nearest(table: dict[str, str], pieces: Iterable[str]) -> str:
    """Return the first measure that some pieces of a sentence name."""
    for piece in pieces:
        if piece in (".", ";"):
            return ""
        if found := table.get(piece.lower()):
            return found
    return ""
