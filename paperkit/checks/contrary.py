"""Contrary: whether a Chinese claim turns round what an English source says, by small tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paperkit.checks import language
from paperkit.checks.numbers import numbers
from paperkit.checks.stated import Stated

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


_DENIED_HERE = re.compile(
    r"(?:没有?|并未|均未|尚未|难以|无法|并非|不(?![同仅但断少足止])|未(?![见来知])"
    r"|无(?!监督|参考|损|标|训|需|须|人|线|限))[^，。；时也下]{0,12}$"
)
_EN_OTHERS = re.compile(
    r"\b(?:existing|prior|previous|traditional|conventional|other|baselines?|unlike|earlier|most)\b"
    r"[^.;,]*$",
    re.IGNORECASE,
)
_BEATEN = re.compile(  # whoever is outperformed is not whom the next words are about
    r"\b(?:outperform|surpass|exceed|beat|than|over)\w*(?:\W+\w+){0,4}?\W+"
    r"(?:baselines?|methods?|approaches|models?|work)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"基线|现有|以往|传统|其他|此前|已有|先前|过去|别的")
_NEEDS = re.compile(
    r"(?<![不无没未仅只就所必])(?:需要|依赖|依靠|有赖于|离不开|要求|必须|须要)(?P<thing>[^，。；]{1,24})"
)
_SPARES = re.compile(
    r"(?:无需|不再?需要|无须|摆脱了?|不必|不依赖|免于|省去了?|不要求|避免了?)(?P<thing>[^，。；]{1,24})"
)
_DENIED_THING = re.compile(
    r"\b(?:without(?: the need (?:for|of|to)| need(?:ing)?| requir(?:ing)?| any)?"
    r"|no (?:need (?:for|to|of))?"
    r"|(?:do(?:es)? not|don't|doesn't|not|never|no longer) (?:need|require|rely on|depend on)"
    r"|(?:eliminat|remov|obviat|avoid|bypass)\w*(?: the| any)?(?: need (?:for|to|of))?|free of)\b"
    r"(?P<thing>(?:[\W_]*\w+){1,8})",
    re.IGNORECASE,
)
_FREE = re.compile(r"(?P<thing>\w+)-free\b", re.IGNORECASE)
_NEEDED_THING = re.compile(
    r"\b(?:requir|need|rel(?:y|ies) on|depend)\w*(?P<thing>(?:[\W_]*\w+){1,8})", re.IGNORECASE
)
_BETTER = re.compile(r"优于|超越|超过|胜过|更好|更优|更快|快于|领先于?|击败")
_WORSE = re.compile(
    r"(?:性能|精度|准确率|效果|表现|得分|质量|成功率|分数)[^，。；]{0,8}?低于"
    r"|(?:性能|精度|准确率|效果|得分|质量|成功率|PSNR|SSIM|F1|BLEU|AUC|mAP|IoU)"
    r"[^，。；]{0,6}?比[^，。；]{1,24}?(?:低|差)了?约?\s*\d[\d.]*\s*[%％]?"
    r"|(?:误差|错误率|延迟|成本|耗时)[^，。；]{0,6}?比[^，。；]{1,24}?(?:高|长)了?约?\s*\d[\d.]*\s*[%％]?"
    r"|(?:误差|错误率|延迟|成本|耗时)[^，。；]{0,8}?高于|劣于|不如|逊于|差于|弱于|不敌|输给|更差|较差|更慢|慢于|落后于?|不及"
)
_AMOUNT = re.compile(r"\s*[\d一二三四五六七八九十百]")
_EN_BETTER = re.compile(
    r"\b(?:outperform|surpass|exceed|superior|better|best|faster|beat|advanc|improv)\w*", re.I
)
_EN_WORSE = re.compile(
    r"\b(?:underperform|inferior|wors|slow|lag|behind|degrad|poor|fail)\w*", re.I
)
_EN_DENIES = re.compile(r"\b(?:not|no|none|never|nor|neither|without|cannot)\b|n't\b", re.I)
_QUANTITIES: dict[str, str] = dict(
    pair.split(":")
    for pair in """噪声:nois 密度:densit 精度:accura|precision 准确率:accura 误差:error 内存:memor
    显存:memor|footprint 速度:speed|rate 质量:qualit 成本:cost 延迟:latenc|delay 帧率:fps|frame
    参数量:parameter 敏感性:sensitiv 敏感度:sensitiv 粗糙度:rough 分辨率:resolution 方差:variance
    复杂度:complex 开销:overhead|cost 风险:risk""".split()
)
_HIGH = r"(?:更|最|较|显著|明显)?(?:高|大|多)|上升|增加|提高|增大|变大|升高"
_LOW = r"(?:更|最|较|显著|明显)?(?:低|小|少)|下降|减少|降低|减小|变小"
_EN_HIGH = r"(?:high|larg|great|big|more|increas|rais|rising|grow|boost|improv)\w*"
_EN_LOW = r"(?:low|small|less|fewer|reduc|decreas|drop|declin|shrink|cut)\w*"


def contrary(claim: str, evidence: str) -> str:
    """Return the words of a Chinese `claim` that contradict an English passage, else nothing."""
    if not evidence:
        return ""
    return (
        _needs_contrary(claim, evidence)
        or _success_contrary(claim, evidence)
        or _quantity_contrary(claim, evidence)
        or _way_contrary(claim, evidence)
        or _trait_contrary(claim, evidence)
        or _bound_contrary(claim, evidence)
    )


_BOUND = re.compile(r"(?:(?P<over>高于|大于|超过|多于)|低于|小于|不足|少于)\s*(?P<value>\d[\d.]*)")
_EN_OVER = re.compile(
    r"\b(?:over|above|exceed\w*|(?:more|high|great|larg)\w* than|at least)\b", re.I
)
_EN_UNDER = re.compile(r"\b(?:under|below|(?:less|few|low|small)\w* than|at most|within)\b", re.I)


def _bound_contrary(claim: str, evidence: str) -> str:
    """Return the words that put a value over what the evidence puts it under, or the reverse."""
    for match in _BOUND.finditer(claim):
        value = re.escape(match["value"].rstrip("."))
        for at in re.finditer(rf"(?<![\d.]){value}(?![\d.]*\d)", evidence):
            before = evidence[max(0, at.start() - 25) : at.start()]
            over, under = bool(_EN_OVER.search(before)), bool(_EN_UNDER.search(before))
            if over != under and under == bool(match["over"]):
                return match[0]
    return ""


# Traits in two poles: what Chinese says of each, and English.
_TRAITS = tuple(
    tuple(re.compile(pattern, re.IGNORECASE) for pattern in poles)
    for poles in (
        (
            r"快速|迅速|很快|较快|速度快|实时|快\s*\d[\d.]*\s*倍",
            r"缓慢|很慢|较慢|速度慢|耗时(?:较?长|很长|很久)|费时|慢\s*\d[\d.]*\s*倍",
            r"\b(?:fast\w*|quick\w*|rapid\w*|real[- ]?time|speed\w*|efficien\w*|accelerat\w*)",
            r"\b(?:slow\w*|time[- ]consuming|time-intensive|lengthy|delay\w*|tedious|costly)",
        ),
        (
            r"简单|容易|毫无难度|轻而易举",
            r"挑战|困难|难题|不易",
            r"\b(?:simpl\w*|eas(?:y|ily|ier)|straightforward\w*|trivial\w*)",
            r"\b(?:challeng\w*|difficult\w*|hard|struggl\w*|complex\w*|problem\w*|limit\w*)",
        ),
        (
            r"(?:大于|多于)(?!\s*\d)",
            r"(?:小于|少于)(?!\s*\d)",
            r"\b(?:larger|bigger|greater|more)\b",
            r"\b(?:smaller|fewer|less)\b",
        ),
        (r"(?<!不)稳定", r"不稳定", r"(?<!in)(?<!un)\bstab\w*", r"\b(?:unstab|instabil)\w*"),
        (
            r"(?<!无)(?<!不)有效|高效",
            r"无效|低效|效率低",
            r"\b(?:effectiv\w*|efficien\w*)",
            r"\b(?:ineffectiv\w*|inefficien\w*|fail\w*)",
        ),
        (
            r"高质量|逼真|高保真",
            r"低质量|失真|低保真",
            r"\b(?:high[- ](?:quality|fidelity)|photo-?realis\w*)",
            r"\b(?:low[- ](?:quality|fidelity)|artifact\w*|blurr?\w*|distort\w*|poor\w*)",
        ),
        (
            r"(?!)",
            r"无法|不能(?!不)|不支持",
            r"\w",
            r"\b(?:cannot|unable|fail\w*|prevent\w*|limit\w*|lack\w*|struggl\w*|difficult\w*"
            r"|challeng\w*|impractical|without|non-?existent|loss|lost|hinder\w*|only|insufficient\w*"
            r"|suboptimal|bottleneck\w*|problem\w*|issue\w*|neglect\w*|ignor\w*|unexplored"
            r"|restrict\w*|poor\w*|inefficien\w*|absence|suffer\w*|hard|however|drawback\w*)\b",
        ),
        (
            r"(?!)",
            r"减弱|削弱|(?:降低|损害)了?[^，。；]{0,14}(?:准确性|精度|质量|效果|一致性|性能|稳健性)",
            r"\b(?:improv|enhanc|increas|superior|better|strength|boost|high|guarantee)\w*",
            r"\b(?:reduc|decreas|weak|mitigat|degrad|less|lower|drop|compromis|hurt|harm|loss)\w*",
        ),
    )
)


_THAN = re.compile(r"比(?![如较例率])")  # whom a thing is compared with is not what is slow


def _trait_contrary(claim: str, evidence: str) -> str:
    """Return the words that give a trait where the evidence names its opposite alone."""
    if _EN_DENIES.search(evidence):
        return ""
    for zh_one, zh_other, en_one, en_other in _TRAITS:
        one, other = bool(en_one.search(evidence)), bool(en_other.search(evidence))
        ours = zh_other if one else zh_one
        if one == other or (zh_one if one else zh_other).search(claim):
            continue
        match = ours.search(claim)
        before = _THAN.split(re.split(r"[，。；]", claim[: match.start()])[-1])[0] if match else ""
        if match and not _OTHERS.search(before) and not _DENIED_HERE.search(before):
            return match[0]
    return ""


_FROM_TO = re.compile(r"[从由](?P<start>[^，。；到至]{1,20})[到至](?P<end>[^，。；]{1,16})")
_EN_FROM_TO = re.compile(
    r"\bfrom (?P<start>[^.,;]{1,40}?) (?:in)?to (?P<end>[^.,;]{1,40})", re.IGNORECASE
)


def _way_contrary(claim: str, evidence: str) -> str:
    """Return the words that go from A to B where the evidence goes from B to A."""
    for ours in _FROM_TO.finditer(claim):
        for theirs in _EN_FROM_TO.finditer(evidence):
            ends = [(ours[a], theirs[b]) for a in ("start", "end") for b in ("start", "end")]
            both = set(language.known_terms(ours["start"])) & set(language.known_terms(ours["end"]))
            straight, crossed = (ends[0], ends[3]), (ends[1], ends[2])
            if all(_alike(*pair, both) for pair in crossed) and not any(
                _alike(*pair, both) for pair in straight
            ):
                return ours[0]
    return ""


def _alike(chinese: str, english: str, apart: set[str]) -> bool:
    """Tell whether a few words of Chinese and of English share a name, or a term but these."""
    names = set(re.findall(r"[a-z0-9]{2,}", chinese.lower()))
    if names & set(re.findall(r"[a-z0-9]{2,}", english.lower())):
        return True
    return _meet(tuple(t for t in language.known_terms(chinese) if t not in apart), [english])


def _needs_contrary(claim: str, evidence: str) -> str:
    """Return the words that need what the evidence does without, or the reverse."""
    spared = [*_things(_DENIED_THING, evidence), *_things(_FREE, evidence)]
    needed = _things(_NEEDED_THING, _DENIED_THING.sub(" ", evidence))
    for pattern, against, agreeing in ((_NEEDS, spared, needed), (_SPARES, needed, spared)):
        for match in pattern.finditer(claim):
            things = language.known_terms(match["thing"])
            mentioned = _OTHERS.search(claim[: match.start()])
            if not mentioned and _meet(things, against) and not _meet(things, agreeing):
                return match[0]
    return ""


def _things(pattern: re.Pattern[str], evidence: str) -> list[str]:
    """Return what the evidence says of its own subject, not of others' methods."""
    found = pattern.finditer(evidence)
    befores = ((m, _BEATEN.sub("", evidence[: m.start()])) for m in found)
    return [m["thing"] for m, before in befores if not _EN_OTHERS.search(before)]


def _meet(things: tuple[str, ...], passages: list[str]) -> bool:
    return any(language.stands_in(t, language.spaced(p)) for t in things for p in passages)


def _success_contrary(claim: str, evidence: str) -> str:
    """Return the words that let win who loses in the evidence, or the reverse."""
    better, worse = bool(_EN_BETTER.search(evidence)), bool(_EN_WORSE.search(evidence))
    denied = bool(_EN_DENIES.search(evidence))
    if better == worse:
        return ""
    for match in (*_BETTER.finditer(claim), *_WORSE.finditer(claim)):
        before = re.split(r"[，。；]", claim[: match.start()])[-1]
        if _OTHERS.search(before) or _AMOUNT.match(claim, match.end()):
            continue
        turned_round = bool(_DENIED_HERE.search(before))
        wins = bool(_BETTER.fullmatch(match[0])) != turned_round
        if better and (denied and _all_denied(evidence) if wins else not _all_denied(evidence)):
            return match[0]
    return ""


def _all_denied(evidence: str) -> bool:
    """Tell whether each success of a passage comes soon after a denial."""
    hits = list(_EN_BETTER.finditer(evidence))
    return all(_EN_DENIES.search(evidence[max(0, m.start() - 50) : m.start()]) for m in hits)


def _quantity_contrary(claim: str, evidence: str) -> str:
    """Return the words that call a quantity high which the evidence calls low, or the reverse."""
    for chinese, english in _QUANTITIES.items():
        match = re.search(
            rf"{chinese}(?:消耗|占用|使用|需求)?(?:从[^，。；]{{1,16}})?"
            rf"(?:也|则|都|均|会|明显|显著|大幅|相对|最多|至多|至少)?(?:(?P<up>{_HIGH})|(?P<down>{_LOW}))",
            claim,
        ) or re.search(
            rf"(?:(?P<up>增加|增大|提高|加大)|(?P<down>降低|减少|减小|缩短|削减))了?"
            rf"[^，。；]{{0,4}}{chinese}",
            claim,
        )
        if not match or _OTHERS.search(claim[: match.start()]):
            continue
        up, down = (
            bool(
                re.search(rf"\b{way}(?:\W+\w+){{0,2}}?\W+(?:{english})", evidence, re.I)
                or re.search(
                    rf"\b(?:{english})\w*(?:\W+(?:is|are|was|were|becomes))?\W+{way}",
                    evidence,
                    re.I,
                )
            )
            for way in (_EN_HIGH, _EN_LOW)
        )
        if up != down and down == bool(match["up"]) and not _EN_DENIES.search(evidence):
            return match[0]
    return ""


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
