"""Swaps: one thing in another's place, where a statement repeats the rest of its passage.

Who does better than whom, what leads from where to where, and which of a few that exclude each
other (GPU and CPU, 2D and 3D, supervised and reinforcement learning) it is. Most words of the
passage are there, so that what words share tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paperkit.checks.traits import contrary_trait
from paperkit.text import FUNCTION_WORDS, stem, tokens

_CLAUSE = re.compile(
    r"[;:!?]|\.(?!\d)|,(?!\d)|\b(?:while|whereas|but|although|though|because|which)\b"
)
_WINS = re.compile(
    r"\b(?:outperform(?:s|ed|ing)?|surpass(?:es|ed|ing)?|exceed(?:s|ed|ing)?|beats?|outclass(?:es|ed)?"
    r"|superior to|better than|improv(?:es|ed|ing) (?:up)?on|ahead of|faster than"
    r"|more (?:accurate|efficient|robust|stable) than)\b",
    re.IGNORECASE,
)
_LOSES = re.compile(
    r"\b(?:underperform(?:s|ed|ing)?|inferior to|worse than|poorer than|lag(?:s|ged|ging)? behind"
    r"|(?:falls?|trails?) behind|loses? to|slower than"
    r"|less (?:accurate|efficient|robust|stable) than"
    r"|(?:outperformed|surpassed|exceeded|beaten) by)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|no|nor|cannot|fails? to|neither|rather than)\b|n['’]t\b", re.I
)
_WHERE = re.compile(r"\b(?:by|in|on|at|for|with|across|under|using|over)\b")  # not who loses
_NAME = re.compile(r"[A-Za-z][\w+]*(?:-[\w+]+)*")


@dataclass(frozen=True)
class _Contest:
    """A comparison of two: names of who does better and worse, the amounts, the words."""

    winners: frozenset[str]
    losers: frozenset[str]
    amounts: frozenset[str]
    words: str


def swapped(claim: str, passages: Sequence[str]) -> str:
    """Return the words in which a claim puts one thing in another's place, else nothing.

    >>> swapped("BERT outperforms GPT.", ["GPT outperforms BERT on all tasks."])
    'BERT outperforms GPT'

    A passage that says it as the claim does clears it.
    """
    return (
        _won_by_the_other(claim, passages)
        or _led_back(claim, passages)
        or _on_the_other_side(claim, passages)
    )


_BOUND = re.compile(
    r"(?:\b(?P<over>above|over|exceed(?:s|ing)?|at least|a minimum of|no (?:less|fewer) than"
    r"|(?:more|greater|higher|larger|longer) than)"
    r"|\b(?:below|under|(?:less|fewer|lower|smaller|shorter) than|at most|up to|a maximum of"
    r"|no (?:more|greater) than|within)|[≥>](?P<sign>)|[≤<])\s?(?P<value>\d[\d.,]*\d|\d)",
    re.IGNORECASE,
)
# A value stated as it is: nothing before or behind it makes a bound or an estimate of it.
_EXACT = re.compile(
    r"\b(?:at|of|is|are|was|were|takes?|took|needs?|reach(?:es|ed)?|achiev(?:es?|ed)|runs? in|in)"
    r" (?:an? )?(?P<value>\d[\d.,]*\d|\d)(?!\s?(?:\+|or (?:more|less|fewer)|[-–—~]\s?\d|\d))"
)


def _on_the_other_side(claim: str, passages: Sequence[str]) -> str:
    """Return a bound that the passages have the other way round, or as the very value."""
    told = {(m["value"], _is_over(m)) for p in passages for m in _BOUND.finditer(p)}
    bounds = {value for value, _ in told}
    exact = {m["value"] for p in passages for m in _EXACT.finditer(p)} - bounds
    for match in _BOUND.finditer(claim):
        value, over = match["value"], _is_over(match)
        if (value, over) not in told and ((value, not over) in told or value in exact):
            return match[0]
    return ""


def _is_over(match: re.Match[str]) -> bool:
    return match["over"] is not None or match["sign"] is not None


def _contests(text: str) -> Iterator[_Contest]:
    for clause in _CLAUSE.split(text):
        for wins, pattern in ((True, _WINS), (False, _LOSES)):
            for match in pattern.finditer(clause or ""):
                before, after = clause[: match.start()], clause[match.end() :]
                if (
                    re.search(r"\b(?:is|are|was|were|been|be)\s+$", before)
                    and wins
                    and match[0].endswith("ed")
                ):
                    continue  # "is outperformed by"
                if not _DENIED.search(before):
                    sides = (
                        frozenset(_named(before)),
                        frozenset(_named(" ".join(_WHERE.split(after)[0].split()[:7]))),
                    )
                    words = " ".join(f"{before}{match[0]}{after}".split())
                    amounts = frozenset(re.findall(r"\d+(?:\.\d+)?", after))
                    yield _Contest(*(sides if wins else sides[::-1]), amounts, words[:90])


def _named(text: str) -> Iterator[str]:
    """Yield the names in a text: words with a capital or a digit that begin no sentence by it."""
    for match in _NAME.finditer(text):
        word = match[0]
        marked = any(c.isupper() for c in word[1:]) or any(c.isdigit() for c in word)
        inside = word[0].isupper() and match.start() > 0 and word.lower() not in FUNCTION_WORDS
        if marked or inside:
            yield word.lower()


def _won_by_the_other(claim: str, passages: Sequence[str]) -> str:
    """Return the words that let win who loses in the passages."""
    told = [c for p in passages for c in _contests(p)]
    for ours in _contests(claim):
        against = any(_crossed(ours, theirs) for theirs in told)
        agrees = any(_agrees(ours, theirs) for theirs in told)
        if not agrees and (against or _by_as_much(ours, told)):
            return ours.words
    return ""


def _by_as_much(ours: _Contest, told: Sequence[_Contest]) -> bool:
    """Tell whether the passages name others of whom that is said, by the same amount."""
    return bool(ours.losers) and any(
        theirs.losers and ours.amounts & theirs.amounts for theirs in told
    )


def _crossed(ours: _Contest, theirs: _Contest) -> bool:
    """Tell whether who wins here loses there, or who loses here wins there."""
    return bool(
        (ours.winners & theirs.losers and not ours.winners & theirs.winners)
        or (ours.losers & theirs.winners and not ours.losers & theirs.losers)
    )


def _agrees(ours: _Contest, theirs: _Contest) -> bool:
    return bool(ours.winners & theirs.winners or ours.losers & theirs.losers)


_FROM_TO = re.compile(
    r"\bfrom (?P<start>[^.,;]{1,40}?) (?:in)?to (?P<end>(?:\w[\w-]*\W+){0,3}\w[\w-]*)",
    re.IGNORECASE,
)


def _led_back(claim: str, passages: Sequence[str]) -> str:
    """Return the words that lead from A to B where the passages lead from B to A."""
    told = [_ends(m) for p in passages for m in _FROM_TO.finditer(p)]
    for match in _FROM_TO.finditer(claim):
        start, end = _ends(match)
        start, end = start - end, end - start
        crossed = any(start & b and end & a and not start & a for a, b in told)
        if crossed and not any(start & a and end & b for a, b in told):
            return match[0]
    return ""


def _ends(match: re.Match[str]) -> tuple[frozenset[str], frozenset[str]]:
    start, end = (
        frozenset(stem(t) for t in tokens(match[side]) if t not in FUNCTION_WORDS)
        for side in ("start", "end")
    )
    return start - end, end - start


# Each line names things of one sort, of which a sentence means one: words for it in English, and
# after "~" in Chinese, "/" between one thing and the next.
_SORTS = tuple(
    tuple(
        re.compile(rf"(?<![A-Za-z])(?:{words.replace(' ~ ', '|')})(?![A-Za-z])", re.IGNORECASE)
        for words in line.split(" / ")
    )
    for line in r"""
GPUs? / CPUs? / TPUs? / FPGAs?
1-?D|one-dimensional ~ 一维 / 2-?D|two-dimensional ~ 二维 / \
3-?D|three-dimensional ~ 三维 / 4-?D ~ 四维
(?<!self[ -])(?<!semi[ -])(?<!weakly[ -])supervised ~ (?<![自无半弱])监督(?=学习|训练) / \
unsupervised ~ 无监督 / self[- ]supervis\w+ ~ 自监督 / \
semi[- ]supervis\w+ ~ 半监督 / weak(?:ly)?[- ]supervis\w+ ~ 弱监督 / \
reinforcement|RL|policy gradients? ~ 强化学习 / contrastive ~ 对比学习 / \
imitation|behaviou?r(?:al)? cloning ~ 模仿学习 / federated ~ 联邦学习 / transfer learning ~ 迁移学习
encoder-only ~ 仅编码器 / decoder-only ~ 仅解码器
upper bounds? ~ 上界 / (?<!evidence )lower bounds? ~ 下界
single-view|monocular ~ 单目|单视角 / multi-view ~ 多视角|多视图 / stereo ~ 双目
online ~ 在线 / offline ~ 离线
discrete ~ 离散 / continuous ~ 连续
classical ~ 经典 / quantum ~ 量子
synchronous ~ 同步 / asynchronous ~ 异步
centrali[sz]ed ~ 集中式 / decentrali[sz]ed ~ 去中心化
homogeneous ~ 同质 / heterogeneous ~ 异质|异构
deterministic ~ 确定性 / stochastic|probabilistic ~ 随机|概率
zero-shot ~ 零样本 / one-shot ~ 单样本 / few-shot ~ 少样本|小样本
indoors? ~ 室内 / outdoors? ~ 室外|户外
""".replace("\\\n", "")
    .strip()
    .splitlines()
)


def replaced(claim: str, passages: Sequence[str]) -> tuple[str, str] | None:
    """Return what a claim names and the passages do, where these exclude each other.

    >>> replaced("It runs on one CPU.", ["It runs on one GPU."])
    ('CPU', 'GPU')

    A trait and its contrary at the same thing are such a pair too. The claim may be Chinese and
    the passages English.
    """
    told = "\n".join(passages)
    for sort in _SORTS:
        if not (here := [(n, m) for n, p in enumerate(sort) if (m := p.search(claim))]):
            continue
        there = [(n, m) for n, p in enumerate(sort) if (m := p.search(told))]
        if there and not {n for n, _ in here} & {n for n, _ in there}:
            return here[0][1][0], there[0][1][0]
    return contrary_trait(claim, passages)
