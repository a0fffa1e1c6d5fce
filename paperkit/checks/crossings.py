"""Crossings: which way a Chinese claim says that a number goes, against an English source.

Without a translation only this is judged: a change by an amount that the source states too. Where
the source's words around that amount all point the other way, the claim is turned round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from paperkit.checks.numerals import Stated, numbers

_UP = re.compile(r"(?:提高|提升|增加|增长|上升|升高|增大|加快)了?(?:约|近|超过|至少|多达)?\s*$")
_DOWN = re.compile(r"(?:降低|减少|下降|减小|缩短|缩小|削减|减轻)了?(?:约|近|超过|至少|多达)?\s*$")
# "提高" of a cost is bad and of a quality good: where the source reduces, only a cost goes up.
_COSTS = re.compile(r"误差|错误率|损失|成本|时间|延迟|耗时|开销|内存|显存|能耗|计算量|参数量|数量")
_RISING = re.compile(
    r"\b(?:increas|improv|rais|boost|gain|higher|grow|faster|better|outperform|speed|doubl)", re.I
)
_FALLING = re.compile(
    r"\b(?:reduc|decreas|lower|declin|drop|sav|shrink|shorten|cut|fewer|less|smaller|degrad)", re.I
)
_CLAUSE_END = re.compile(r"[;!?\n]|[.,](?!\d)|\b(?:and|but|while|whereas)\b")


def turned(claim: str, source: str) -> str:
    """Return the words of a Chinese `claim` that an English `source` turns round, else nothing."""
    for words, up in _changes(claim):
        told = Stated(numbers(words))
        around = [c for c in _CLAUSE_END.split(source) if _tells(c, told)]
        rising, falling = (any(p.search(c) for c in around) for p in (_RISING, _FALLING))
        if (falling and not rising) if up else (rising and not falling):
            return words
    return ""


def _changes(claim: str) -> Iterator[tuple[str, bool]]:
    """Yield the changes by an amount, with whether they go up."""
    for match in re.finditer(r"[0-9０-９][0-9０-９.,，]*\s*[%％倍万亿]?", claim):
        before = re.split(r"[，。；,;]", claim[max(0, match.start() - 24) : match.start()])[-1]
        if _DOWN.search(before):
            yield before + match[0], False
        elif _UP.search(before) and _COSTS.search(before):
            yield before + match[0], True


def _tells(clause: str, told: Stated) -> bool:
    return any(c.isdigit() for c in clause) and any(told.states(n) == 1 for n in numbers(clause))
