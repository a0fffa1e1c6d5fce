"""Polarity: which way a claim points (up or down, better or worse, is or is not).

Words that come in opposites are compared with the source's sentences that share most of the
claim's words; a direction the source turns round, or a negation it does not have, costs score.
Of a Chinese claim against an English source only a change by an amount is judged that the source
states too: where the source's words around that amount all point the other way, the claim is turned
round. Against the passage given as evidence three things more are, by small tables: what a claim
needs or does not need, who does better, and whether a known quantity is high or low.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from paperkit.checks import language
from paperkit.checks.language import weight
from paperkit.checks.numbers import Stated, numbers
from paperkit.text import FUNCTION_WORDS, stem

_NEGATORS = frozenset(
    "not no never without neither nor cannot cant none nothing hardly barely".split()
)
_SOFT_NEGATIONS = frozenset(
    """without fail lack unabl despit avoid prevent unlik rather impossibl instead hard difficult
    few littl littl suffer limit however unsupervis independ fre unnecessar elimin remov minim
    challeng poor insuffici ignor neglect struggl cannot onl except regardl although even""".split()
)
_REPORTING = frozenset(
    stem(w)
    for w in """propose present introduce show demonstrate develop study describe provide achieve
    analyze investigate prove derive improve outperform explore design use apply evaluate find
    learn train propose-d novel new""".split()
)
_HARMS = frozenset(
    """hurt harm degrad worsen losing lose sacrific comprom impair damag deteriorat suffer
    weaken penalt""".split()
)
_TOKEN = re.compile(r"[A-Za-z]+(?:n['’]t\b)?|[A-Za-z0-9]+(?:['’]t)?|[.!?;]")


def _axes() -> dict[str, tuple[tuple[int, int], ...]]:
    table: dict[str, list[tuple[int, int]]] = {}
    text = resources.files(__package__).joinpath("opposites.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for axis, line in enumerate(lines):
        for side, words in zip((1, -1), line.split("|"), strict=True):
            for word in words.split():
                table.setdefault(word, []).append((axis, side))
                if (cut := stem(word)) not in FUNCTION_WORDS:
                    entries = table.setdefault(cut, [])
                    if (axis, side) not in entries:
                        entries.append((axis, side))
    return {word: tuple(entries) for word, entries in table.items()}


_SIDES = _axes()
_SUCCESSES = frozenset(axis for axis, side in _SIDES["outperform"] + _SIDES["better"] if side > 0)


@dataclass(frozen=True)
class Word:
    """One word in place: lower case, stem, the axes it points on with the side, its weight.

    ``weight`` is 0 for what makes no context: marks, function words and directions themselves.
    """

    text: str
    stem: str
    sides: tuple[tuple[int, int], ...]
    negates: bool
    weight: float


def directed_words(text: str) -> list[Word]:
    """Return the words of an English `text` in order with their directions; marks are kept."""
    return [_word(t.replace("’", "'").lower()) for t in _TOKEN.findall(text)]


@lru_cache(maxsize=65536)
def _word(token: str) -> Word:
    cut = stem(token) if token[0].isalnum() else token
    sides = _SIDES.get(token) or _SIDES.get(cut, ())
    context = token[0].isalpha() and token not in FUNCTION_WORDS and not sides
    return Word(token, cut, sides, is_negator(token), weight(cut) if context else 0.0)


def is_negator(token: str) -> bool:
    """Return whether an English word negates (not, never, without, n't …)."""
    return token in _NEGATORS or token.endswith("n't")


@dataclass(frozen=True)
class DirectedText:
    """A source made ready: its words, where each stem, axis and negator stands.

    ``soft`` says that it holds a word that denies without being a negator (unable, despite),
    ``fails`` that it denies a success ("none … outperform").
    """

    words: tuple[Word, ...]
    places: dict[str, tuple[int, ...]]
    sides: dict[int, tuple[int, ...]]
    negators: tuple[int, ...]
    soft: bool
    fails: bool

    @classmethod
    def of(cls, text: str) -> DirectedText:
        """Return `text` made ready; worth keeping, for a source meets many claims."""
        words = tuple(directed_words(text))
        places: dict[str, list[int]] = {}
        sides: dict[int, list[int]] = {}
        for place, word in enumerate(words):
            places.setdefault(word.stem, []).append(place)
            for axis, _ in word.sides:
                sides.setdefault(axis, []).append(place)
        negators = tuple(i for i, w in enumerate(words) if w.negates)
        soft = not _SOFT_NEGATIONS.isdisjoint(places)
        denials = negators or "fail" in places or "unabl" in places
        fails = bool(denials and _denied_successes(words))
        return cls(words, _frozen(places), _frozen(sides), negators, soft, fails)


def _frozen(table: dict[Any, list[int]]) -> dict[Any, tuple[int, ...]]:
    return {key: tuple(values) for key, values in table.items()}


def _context(words: Sequence[Word], place: int, reach: int) -> dict[str, float]:
    """Return the stems around a place with their weights, directions and function words out."""
    near = words[max(0, place - reach) : place + reach + 1]
    return {w.stem: w.weight for w in near if w.weight}


def _agreement(context: dict[str, float], source: DirectedText, place: int, reach: int) -> float:
    near = {w.stem for w in source.words[max(0, place - reach) : place + reach + 1]}
    return sum(value for word, value in context.items() if word in near)


def features(claim: str, source: DirectedText) -> dict[str, float]:
    """Return what speaks against a claim's directions and negations, each 0 (nothing) or more."""
    words = directed_words(claim)
    found: dict[str, float] = {}
    for place, word in enumerate(words):
        if _affirms(words, place) or _denied_alike(words, place, source):
            continue
        for name, value in (*_turned(words, place, word, source), *_denied(words, place, source)):
            found[name] = max(found.get(name, 0.0), value)
    for name, value in _undenied(words, source):
        found[name] = max(found.get(name, 0.0), value)
    return found


def _affirms(words: Sequence[Word], place: int) -> bool:
    """Tell whether a word is part of a denied harm ("without hurting", "no loss of"): all well."""
    if words[place].negates:
        after = range(place + 1, min(len(words), place + 4))
        return any(_harms(words, at) and _joined(words, place, at) for at in after)
    if not _harms(words, place):
        return False
    before = range(max(0, place - 3), place)
    return any(words[at].negates and _joined(words, at, place) for at in before)


def _denied_alike(words: Sequence[Word], place: int, source: DirectedText) -> bool:
    """Tell whether a word is of a denied success ("fail to beat") that the source denies too."""
    if not source.fails or not (_denies(words[place]) or _succeeds(words[place])):
        return False
    return any(a <= place <= b for a, b in _denied_successes(words))


def _denied_successes(words: Sequence[Word]) -> list[tuple[int, int]]:
    """Return the spans from a denial to the success it denies, eight words on at most."""
    return [
        (at, to)
        for at, word in enumerate(words)
        if _denies(word)
        for to in range(at + 1, min(len(words), at + 9))
        if _succeeds(words[to]) and _joined(words, at, to)
    ]


def _denies(word: Word) -> bool:
    return word.negates or word.stem in ("fail", "unabl")


def _succeeds(word: Word) -> bool:
    return any(axis in _SUCCESSES and side > 0 for axis, side in word.sides)


def _joined(words: Sequence[Word], start: int, end: int) -> bool:
    """Tell whether no mark parts two words."""
    return all(w.text not in ".!?;" for w in words[start:end])


def _harms(words: Sequence[Word], place: int) -> bool:
    """Tell whether a word names a harm; a loss may be a function ("without adversarial loss")."""
    if words[place].stem == "loss":
        before = words[place - 1]
        return before.negates or before.text in ("any", "much", "significant", "noticeable")
    return words[place].stem in _HARMS


def _turned(
    words: Sequence[Word], place: int, word: Word, source: DirectedText
) -> Iterator[tuple[str, float]]:
    """Yield how far the source points a direction word of the claim the other way."""
    if not word.sides:
        return
    if word.stem in source.places:
        yield from _turned_nearby(words, place, word, source)
        return
    context, thing = _context(words, place, 6), _context(words[place : place + 5], 0, 5)
    best, close = {1: -1.0, -1: -1.0}, {1: 0.0, -1: 0.0}
    for axis, side in word.sides:
        for at in source.sides.get(axis, ()):
            for other_axis, other in source.words[at].sides:
                if other_axis == axis:
                    relation = side * other
                    best[relation] = max(best[relation], _agreement(context, source, at, 8))
                    close[relation] = max(close[relation], _agreement(thing, source, at, 4))
    if close[-1] > close[1]:
        up = any(side > 0 for _, side in word.sides)
        yield ("same_thing_up" if up else "same_thing"), math.log1p(close[-1] - close[1])
    yield from _absent(word, best)


def _absent(word: Word, best: dict[int, float]) -> Iterator[tuple[str, float]]:
    """Yield what it means that the source does not hold the word; claims rarely add a bad one."""
    down = all(side < 0 for _, side in word.sides)
    if best[-1] >= 0 and best[1] < 0:
        yield "opposite_agreement", math.log1p(best[-1])
        if down:
            yield "opposite_down", 1.0
    elif best[-1] >= 0:
        yield "both_closer", max(0.0, math.log1p(best[-1]) - math.log1p(best[1]))
        if down:
            yield "both_down", 1.0
    elif best[1] < 0:
        yield ("unseen_down" if down else "unseen_up"), 1.0
    elif down:
        yield "synonym_down", 1.0


def _turned_nearby(
    words: Sequence[Word], place: int, word: Word, source: DirectedText
) -> Iterator[tuple[str, float]]:
    """Yield how much better the claim's context fits where the source has the opposite word."""
    context = _context(words, place, 4)
    same = max(_agreement(context, source, at, 5) for at in source.places[word.stem])
    opposite = 0.0
    for axis, side in word.sides:
        for at in source.sides.get(axis, ()):
            if (axis, -side) in source.words[at].sides:
                opposite = max(opposite, _agreement(context, source, at, 5))
    if opposite > same:
        yield "elsewhere", math.log1p(opposite) - math.log1p(same)


def _denied(words: Sequence[Word], place: int, source: DirectedText) -> Iterator[tuple[str, float]]:
    """Yield what speaks against a negation of the claim: the source has none there, or at all."""
    word = words[place]
    if not word.negates or (word.text == "not" and _next(words, place) in ("only", "just")):
        return
    scope = [w for w in words[place + 1 : place + 6] if w.text not in FUNCTION_WORDS][:3]
    spots = [at for w in scope for at in source.places.get(w.stem, ())]
    if not source.negators:
        if word.text in ("no", "without") and any(_spared(source, at) for at in spots):
            return  # "needs no training" of what the source calls training-free
        yield ("negation_new_soft" if source.soft else "negation_new"), 1.0
    elif spots and not any(_negation_near(source, at, 5) for at in spots):
        yield "negation_moved", 1.0
    elif not spots:
        yield "negation_unplaced", 1.0
    if scope and scope[0].stem in _REPORTING:
        yield "negated_report", 1.0


def _spared(source: DirectedText, at: int) -> bool:
    """Tell whether the source says of a word's thing that it is not needed ("-free")."""
    near = source.words[max(0, at - 8) : at + 2]
    return any(
        w.text == "free" or w.stem in ("elimin", "avoid", "remov", "unnecessar") for w in near
    )


def _next(words: Sequence[Word], place: int) -> str:
    return words[place + 1].text if place + 1 < len(words) else ""


def _negation_near(source: DirectedText, at: int, reach: int) -> bool:
    near = source.words[max(0, at - reach) : at + 3]
    return any(w.negates or w.stem in _SOFT_NEGATIONS for w in near)


def _undenied(words: Sequence[Word], source: DirectedText) -> Iterator[tuple[str, float]]:
    """Yield how far the claim states what the source denies (a negation has been dropped)."""
    if any(w.negates or w.stem in _SOFT_NEGATIONS for w in words):
        return
    stems = {w.stem for w in words if w.text not in FUNCTION_WORDS}
    for at in source.negators:
        if _next(source.words, at) in ("only", "just"):
            continue
        scope = [w for w in source.words[at + 1 : at + 7] if w.text not in FUNCTION_WORDS][:4]
        if scope and scope[0].stem in stems:
            share = sum(w.stem in stems for w in scope) / len(scope)
            yield "negation_dropped", share


# A Chinese claim against an English source.

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
        or _kind_contrary(claim, evidence)
        or _trait_contrary(claim, evidence)
    )


# Traits in two poles: what Chinese says of each, and English.
_TRAITS = tuple(
    tuple(re.compile(pattern, re.IGNORECASE) for pattern in poles)
    for poles in (
        (
            r"快速|迅速|很快|较快|速度快|实时",
            r"缓慢|很慢|较慢|速度慢|耗时(?:较?长|很长|很久)|费时",
            r"\b(?:fast\w*|quick\w*|rapid\w*|real[- ]?time|speed\w*|efficien\w*|accelerat\w*)",
            r"\b(?:slow\w*|time[- ]consuming|time-intensive|lengthy|delay\w*|tedious|costly)",
        ),
        (
            r"简单|容易|毫无难度|轻而易举",
            r"挑战|困难|难题|不易",
            r"\b(?:simpl\w*|eas(?:y|ily|ier)|straightforward\w*|trivial\w*)",
            r"\b(?:challeng\w*|difficult\w*|hard|struggl\w*|complex\w*|problem\w*|limit\w*)",
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
        before = re.split(r"[，。；]", claim[: match.start()])[-1] if match else ""
        if match and not _OTHERS.search(before) and not _DENIED_HERE.search(before):
            return match[0]
    return ""


_FROM_TO = re.compile(r"[从由](?P<start>[^，。；到至]{1,20})[到至](?P<end>[^，。；]{1,16})")
_EN_FROM_TO = re.compile(
    r"\bfrom (?P<start>[^.,;]{1,40}?) (?:in)?to (?P<end>[^.,;]{1,40})", re.IGNORECASE
)
# Kinds of learning, of which a method is of one: what Chinese and English call each.
_KINDS: dict[str, str] = {
    r"强化学习": r"reinforc|\brl\b|policy gradient",
    r"(?<![自无半弱])监督学习": r"(?<!un)(?<!self-)(?<!semi-)(?<!weakly[ -])\bsupervis",
    r"无监督": r"unsupervis",
    r"自监督": r"self-supervis",
    r"半监督": r"semi-supervis",
    r"弱监督": r"weakly[ -]supervis",
    r"对比学习": r"contrastive",
    r"模仿学习": r"imitation|behaviou?r(?:al)? cloning",
    r"迁移学习": r"transfer",
    r"联邦学习": r"federated",
}


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


def _kind_contrary(claim: str, evidence: str) -> str:
    """Return the kind of learning that a claim names where the evidence names others only."""
    told = {zh for zh, en in _KINDS.items() if re.search(en, evidence, re.IGNORECASE)}
    named = {zh: m for zh in _KINDS if (m := re.search(zh, claim))}
    if not told or not named or told & named.keys():
        return ""
    return next(iter(named.values()))[0]


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
            rf"(?:也|则|都|均|会|明显|显著|大幅|相对)?(?:(?P<up>{_HIGH})|(?P<down>{_LOW}))",
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
                    rf"\b(?:{english})\w*(?:\W+(?:is|are|was|were|becomes))\W+{way}", evidence, re.I
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
