"""Numerals: the numbers a text states, in English or Chinese, brought to one form.

Thousands, million/K/万/亿, percent/百分之, times/fold/倍/"doubles", ranges, full-width digits and
spelled-out counts are understood; digits inside names (ResNet-50, 3D) belong to the name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

NumberKind = Literal["plain", "percent", "times"]


@dataclass(frozen=True)
class Number:
    """One number: ``value`` (of a percentage the percents), ``kind``, and the words it stood in.

    ``step`` is the unit of the last digit given (0.1 in "63.4"); ``spelled`` numbers were words;
    a ``name`` (3D) can bear out a number (三维) but is none that has to be borne out.
    """

    value: float
    kind: NumberKind
    text: str
    step: float = 1.0
    spelled: bool = False
    name: bool = False


_UNITS = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
        " fifteen sixteen seventeen eighteen nineteen twenty".split(),
        range(21),
        strict=True,
    )
) | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "dozen": 12,
}
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "b": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "十万": 1e5,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "十亿": 1e9,
    "百亿": 1e10,
    "千亿": 1e11,
    "万亿": 1e12,
}
_CJK_DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"两": 2, "〇": 0}

_PERCENT = r"%|percent\b|per\s?cent\b|percentage\b|pp\b|个百分点"
_TIMES = r"×(?!\s?\d)|x(?![A-Za-z0-9])|-?\s?fold\b|times\b|倍"
_SCALE = (
    r"万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千|百"
    r"|(?:hundred|thousand|million|billion|trillion)s?(?![A-Za-z])|[KkMB](?![A-Za-z0-9])|bn\b"
)
_DIGITS = re.compile(
    rf"""(?<![A-Za-z0-9_.^\\])(?<![A-Za-z][-+])(?<![_^]\{{)
    (?P<digits>\d+(?:[,，]\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[-+]?\d+)?|\.\d+)
    (?![A-JLN-WYZ](?![A-Za-z])) (?![-]?D\b)
    (?:\^\{{?(?P<power>-?\d+)\}}?)?
    [\s-]{{0,1}}(?P<scale>{_SCALE})?
    [\s]{{0,1}}(?P<unit>{_PERCENT}|{_TIMES})?""",
    re.VERBOSE,
)
_CARDINAL = "|".join(sorted(_UNITS, key=len, reverse=True))
_SPELLED = re.compile(
    rf"\b(?=[defnostz])(?P<tens>{_CARDINAL})"
    rf"(?:[- ](?P<ones>one|two|three|four|five|six|seven|eight|nine))?"
    rf"(?:[- ](?P<scale>hundred|thousand|million|billion))?"
    rf"[- ]?(?P<unit>{_PERCENT}|{_TIMES})?(?![a-z])"
)
_FIXED: tuple[tuple[tuple[str, ...], str, float, NumberKind], ...] = (
    (("doubl",), r"\bdoubl(?:e[sd]?|ing)\b", 2, "times"),
    (("twice", "two-fold", "twofold"), r"\b(?:twice|two-?fold)\b", 2, "times"),
    (("翻", "成倍"), r"翻一?[倍番]|成倍", 2, "times"),
    (("tripl",), r"\btripl(?:e[sd]?|ing)\b", 3, "times"),
    (("threefold", "thrice"), r"\bth(?:reefold|rice)\b", 3, "times"),
    (("quadrupl",), r"\bquadrupl(?:e[sd]?|ing)\b", 4, "times"),
    (("half", "halv"), r"\b(?:half|halv(?:e[sd]?|ing))\b", 50, "percent"),
    (("一半", "减半"), r"一半|减半", 50, "percent"),
    (
        ("order of magnitude", "一个数量级"),
        r"(?:\bone )?order of magnitude|一个数量级",
        10,
        "times",
    ),
    (("two orders of", "两个数量级"), r"two orders of magnitude|两个数量级", 100, "times"),
    (("three orders of", "三个数量级"), r"three orders of magnitude|三个数量级", 1000, "times"),
)
_CJK_RUN = r"[零〇一二两三四五六七八九十百千]+"
_CJK_NUMBER = re.compile(
    rf"(?:(?P<hundredth>百分之)(?P<share>{_CJK_RUN}|\d+(?:\.\d+)?)|(?<![第之每同单统唯])(?P<count>{_CJK_RUN})"
    r"(?P<scale>万|亿)?(?P<unit>倍|成(?=[，。以的左])|[个种项类层阶步组套名条维大](?!别)))"
)
_DIMENSION = re.compile(r"(?<![A-Za-z0-9])([2-9])-?D(?![A-Za-z])")
_CITED = re.compile(r"(?:et al\.?,?|[A-Z][\w.-]+,)\s?[(]?((?:19|20)\d\d)[a-z]?\b")
_REFERENCE = re.compile(r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\]")
_ENUMERATION = re.compile(
    r"(?:^|(?<=[\s;:,.。；：，]))[(（]?\d{1,2}[)）.、](?!\d)|^\s*[(（]\d[)）]"
)
_APPROXIMATE = re.compile(
    r"(?:about|around|approximately|nearly|almost|roughly|over|more than|less than|under|up to|~"
    r"|≈|>|<|约|近|超过|大约|将近|逾|不到|高达)\s?$",
    re.IGNORECASE,
)


def plain_numbers(text: str) -> str:
    """Return `text` in NFKC without TeX around numbers (a percent sign or "times" in math)."""
    text = unicodedata.normalize("NFKC", text)
    text = text.replace("\\%", "%").replace("\\times", "×").replace("{,}", ",").replace("\\,", "")
    return text.replace("$", " ").replace("~", " ").replace("−", "-")


@lru_cache(maxsize=512)
def numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers `text` states, digits first, then words; enumeration marks left out."""
    plain = plain_numbers(text)
    cited = [Number(float(m[1]), "plain", m[0], name=True) for m in _CITED.finditer(plain)]
    for mark in (_CITED, _REFERENCE, _ENUMERATION):
        plain = mark.sub(lambda m: " " * len(m[0]), plain)
    return (*_in_digits(plain), *_in_words(plain), *_in_chinese(plain), *cited)


def _in_digits(text: str) -> Iterator[Number]:
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"[,，]", "", match["digits"])
        value = float(digits)
        step = 10.0 ** -len(digits.partition(".")[2]) if "." in digits else 1.0
        if match["power"]:
            value, step = value ** min(int(match["power"]), 40) if value else 0.0, 1e-9
        scale = _SCALES[match["scale"].lower().rstrip("s")] if match["scale"] else 1.0
        yield Number(value * scale, _kind(match["unit"]), match[0].strip(" -"), step * scale)
    for match in _DIMENSION.finditer(text):
        yield Number(float(match[1]), "plain", match[0], name=True)


def _in_words(text: str) -> Iterator[Number]:
    text = text.lower()
    fixed = list(_in_fixed_words(text))
    for number in fixed:
        text = text.replace(number.text, " ")
    yield from fixed
    for match in _SPELLED.finditer(text):
        value = float(_UNITS[match["tens"].lower()] + _UNITS.get((match["ones"] or "").lower(), 0))
        if match["scale"]:
            value *= _SCALES[match["scale"].lower()]
        if value > 1 or match["unit"]:
            yield Number(value, _kind(match["unit"]), match[0].strip(" -"), spelled=True)


def _in_fixed_words(text: str) -> Iterator[Number]:
    for hints, pattern, value, kind in _FIXED:
        if any(hint in text for hint in hints):  # most texts have none: this spares the search
            for match in re.finditer(pattern, text):
                yield Number(value, kind, match[0], spelled=True)


def _in_chinese(text: str) -> Iterator[Number]:
    for match in _CJK_NUMBER.finditer(text):
        digits = match["share"] or match["count"]
        value = float(digits) if digits[0].isdigit() and digits.isascii() else _cjk_value(digits)
        if match["scale"]:
            value *= _SCALES[match["scale"]]
        unit = "%" if match["hundredth"] else match["unit"]
        if unit == "成":
            value, unit = value * 10, "%"
        vague = not match["hundredth"] and not set(digits) - set("百千") and len(digits) == 1
        if not vague and (value > 1 or unit in ("%", "倍")):
            yield Number(value, _kind(unit), match[0], spelled=True)


def _cjk_value(digits: str) -> float:
    if not set(digits) & set("十百千"):
        return float("".join(str(_CJK_DIGITS[d]) for d in digits))
    total, current = 0, 0
    for digit in digits:
        if digit in _CJK_DIGITS:
            current = _CJK_DIGITS[digit]
        else:
            total += (current or 1) * {"十": 10, "百": 100, "千": 1000}[digit]
            current = 0
    return float(total + current)


def _kind(unit: str | None) -> NumberKind:
    if not unit:
        return "plain"
    if re.match(_PERCENT, unit, re.IGNORECASE):
        return "percent"
    return "times" if re.match(_TIMES, unit.strip(), re.IGNORECASE) else "plain"


def states(known: Sequence[Number], claimed: Number) -> float:
    """Return how well `known` numbers bear `claimed` out: 1 stated, 0.9 rounded, 0 not there."""
    best = 0.0
    for number in known:
        for value in _readings_of(number, claimed):
            if abs(value - claimed.value) <= 1e-9 * max(abs(value), 1.0):
                return 1.0
            if not claimed.spelled and number.step < claimed.step and _rounds(value, claimed):
                best = 0.9
    return best


def _rounds(value: float, claimed: Number) -> bool:
    return abs(value - claimed.value) <= 0.5 * claimed.step * (1 + 1e-9) and claimed.value >= 3


def _readings_of(number: Number, claimed: Number) -> Iterator[float]:
    """Yield the values `number` has when read in the kind of `claimed`."""
    pair = (number.kind, claimed.kind)
    if number.kind == claimed.kind or "plain" in pair:
        yield number.value
    if pair == ("plain", "percent"):
        yield number.value * 100
    if pair == ("percent", "plain"):
        yield number.value / 100
    if pair == ("times", "times") and "倍" in claimed.text:
        yield number.value - 1
    if pair == ("percent", "times"):
        yield from (100 / number.value if number.value else 0.0, 1 + number.value / 100)
        yield number.value / 100
    if pair == ("times", "percent"):
        yield from (100 / number.value if number.value else 0.0, (number.value - 1) * 100)


def is_approximate(text: str, words: str) -> bool:
    """Return whether `words` stand in `text` as "about" or "more than" so many."""
    plain = plain_numbers(text)
    at = plain.find(words)
    return at > 0 and bool(_APPROXIMATE.search(plain[max(0, at - 16) : at]))
