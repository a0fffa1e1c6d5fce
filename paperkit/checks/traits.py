"""Traits: a word and its contrary at the same thing ("stable" for "unstable", "a static scene").

Contraries are made by a prefix (convex and non-convex, known and unknown), by an ending (gapless
and gapped), or stand in a small table. The words beside the trait tell that both texts mean the
same thing: a paper on dense models of sparse data contradicts nobody who says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from paperkit.checks.polarity import is_negator
from paperkit.text import FUNCTION_WORDS, is_chinese_text, stem

# Pairs that exclude each other, the Chinese words behind "~". What a method is praised for or not
# (fast, stable) is compared in Chinese by `paperkit.checks.contrary`.
_TABLE = r"""
static ~ 静态 / dynamic ~ 动态
rigid ~ (?<!非)刚[体性] / deformable|nonrigid ~ 可变形|非刚[体性]
convex ~ (?<!非)凸(?=[优函问集组]) / concave ~ 凹
convex ~ (?<!非)凸(?=[优函问集组]) / nonconvex ~ 非凸
linear ~ (?<!非)线性 / nonlinear ~ 非线性
symmetric ~ (?<![非不])对称 / asymmetric ~ [非不]对称
labeled|labelled ~ 有标[签注] / unlabeled|unlabelled ~ [无未]标[签注]
sparse ~ 稀疏 / dense ~ 稠密|密集
local ~ 局部 / global ~ 全局
implicit ~ 隐式 / explicit ~ 显式
training ~ 训练时 / test|inference ~ 推理时|测试时
necessary ~ 必要 / sufficient ~ 充分
theoretical|theoretically ~ 理论上 / empirical|empirically|experimentally ~ 实验上
fermionic|fermions ~ 费米子 / bosonic|bosons ~ 玻色子
ferromagnetic ~ (?<!反)铁磁 / antiferromagnetic ~ 反铁磁
human|humans ~ 人类|人体 / animal|animals ~ 动物
forward ~ 前向|正向 / backward|inverse ~ 反向|逆向
internal ~ 内部 / external ~ 外部
active ~ 主动 / passive ~ 被动
additive ~ 加性 / multiplicative ~ 乘性
parallel ~ 并行 / sequential|serial ~ 串行
qualitative ~ 定性 / quantitative ~ 定量
attractive ~ 吸引 / repulsive ~ 排斥
coherent ~ (?<!非)相干 / incoherent ~ 非相干
male|men ~ 男性 / female|women ~ 女性
young|younger ~ 年轻 / old|older|elderly ~ 老年
early ~ 早期 / late ~ 晚期
day|daytime ~ 白天 / night|nighttime ~ 夜间
input ~ 输入 / output ~ 输出
closed|proprietary ~ 闭源 / open ~ 开源
high-resolution ~ 高分辨率 / low-resolution ~ 低分辨率
high-temperature ~ 高温 / low-temperature ~ 低温
"""
_SIDES = tuple(
    tuple(tuple(part.strip() for part in side.split("~")) for side in line.split(" / "))
    for line in _TABLE.strip().splitlines()
)
_OPPOSITES = frozenset(
    frozenset((one, other))
    for (left, _), (right, _) in _SIDES
    for one in left.split("|")
    for other in right.split("|")
)
_ENGLISH, _CHINESE = (
    tuple(tuple(re.compile(wrap.format(side[n]), re.I) for side in sides) for sides in _SIDES)
    for n, wrap in ((0, r"(?<![-\w])(?:{})(?![-\w])"), (1, r"(?:{})"))
)
_WORD = re.compile(r"[A-Za-z]+(?:['’]t)?(?:-[A-Za-z]+)*|[.;:!?]")
_ANY = re.compile(r"(?:un|non-?|anti-?|dis(?=[a-z]+ed$))(?P<rest>[a-z]{5,})$")
_SOME = re.compile(
    r"(?:in|im|ir|il|a|dis)(?P<rest>[a-z]{4,}(?:able|ible|ent|ant|ite|ive|ate|al|ar|ous|ic|ect|ete)"
    r"(?:ly)?)$"
)
_NOT_CONTRARY = frozenset("invariant invaluable information internal different interest".split())
_KINDS = re.compile(r"(?P<kind>single|multi|intra|inter|low|high|short|long)-(?P<rest>[a-z]+)$")
_OTHER_KIND = {
    frozenset(p)
    for p in (("single", "multi"), ("intra", "inter"), ("low", "high"), ("short", "long"))
}
_LESS = re.compile(r"(?P<root>[a-z]{3,})less$")


def contrary_trait(claim: str, passages: Sequence[str]) -> tuple[str, str] | None:
    """Return a trait that a claim names and the contrary that its passages have, else None.

    >>> contrary_trait("It is for convex problems.", ["It solves non-convex problems."])
    ('convex', 'non-convex')

    The claim may be Chinese and the passages English.
    """
    if is_chinese_text(claim):
        return _across(claim, "\n".join(passages))
    theirs = [place for passage in passages for place in _traits(passage)]
    known = {word for word, _, _ in theirs}
    ours = list(_traits(claim))
    own = {word for word, _, _ in ours}
    for word, beside, denied in ours:
        if word in known:
            continue
        for other, around, turned in theirs:
            if denied == turned and beside & around and other not in own and _contrary(word, other):
                return word, other
    return None


def _across(claim: str, told: str) -> tuple[str, str] | None:
    """Return the same where the claim is Chinese: neither text has the other's word."""
    told = re.sub(r"\bnon-", "non", told, flags=re.IGNORECASE)
    for chinese, english in zip(_CHINESE, _ENGLISH, strict=True):
        here, there = (
            [p.search(t) for p in side] for side, t in ((chinese, claim), (english, told))
        )
        for mine, other in ((0, 1), (1, 0)):
            said, found = here[mine], there[other]
            if said and found and not here[other] and not there[mine]:
                return said[0], found[0]
    return None


def _traits(text: str) -> Iterator[tuple[str, frozenset[str], bool]]:
    """Yield each telling word, the stems of the telling words beside it, whether it is denied."""
    words = [w.lower() for w in _WORD.findall(text)]
    telling = [n for n, w in enumerate(words) if w not in FUNCTION_WORDS and w[0].isalpha()]
    beside: dict[int, set[str]] = {n: set() for n in telling}
    for one, other in pairwise(telling):
        if not any(w in ".;:!?" for w in words[one:other]):
            beside[one].add(stem(words[other]))
            beside[other].add(stem(words[one]))
    for place, near in beside.items():
        denied = any(is_negator(w) for w in words[max(0, place - 3) : place])
        yield words[place], frozenset(near), denied


def _contrary(one: str, other: str) -> bool:
    """Tell whether two words mean the contrary, by their making or the table."""
    if frozenset((one, other)) in _OPPOSITES or _other_kind(one, other):
        return True
    return any(_negates(a, b) for a, b in ((one, other), (other, one)))


def _other_kind(one: str, other: str) -> bool:
    mine, theirs = _KINDS.match(one), _KINDS.match(other)
    return bool(
        mine
        and theirs
        and mine["rest"] == theirs["rest"]
        and frozenset((mine["kind"], theirs["kind"])) in _OTHER_KIND
    )


def _negates(word: str, bare: str) -> bool:
    """Tell whether a word is another one with a prefix that denies it, or "-less" of it."""
    if less := _LESS.match(word):
        return bool(re.fullmatch(rf"{less['root'].rstrip('e')}.?(?:e?d|y|ive|ful)", bare))
    if word in _NOT_CONTRARY:
        return False
    found = _ANY.match(word) or _SOME.match(word)
    return bool(found and found["rest"] == bare)
