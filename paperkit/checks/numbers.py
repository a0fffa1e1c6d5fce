"""Numbers: those a text states, in English or Chinese, with their units, brought to one form.

Thousands, million/K/万/亿, percent/百分之, times/fold/倍/"doubles", ranges, full-width digits and
spelled-out counts are understood; digits inside names (ResNet-50, 3D) belong to the name. A number
with a unit is compared with those of its own dimension only: 2 minutes are not 2 seconds.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from paperkit.text import FUNCTION_WORDS, stem

# One dimension a line: each unit with the factor to the dimension's first one. Add to the table
# what your field measures in.
_TABLE = """
time    s=1 sec=1 secs=1 second=1 seconds=1 秒=1 秒钟=1 ms=1e-3 msec=1e-3 millisecond=1e-3
time    milliseconds=1e-3 毫秒=1e-3 us=1e-6 μs=1e-6 microsecond=1e-6 microseconds=1e-6 微秒=1e-6
time    ns=1e-9 nanosecond=1e-9 nanoseconds=1e-9 纳秒=1e-9 min=60 mins=60 minute=60 minutes=60
time    分钟=60 h=3600 hr=3600 hrs=3600 hour=3600 hours=3600 小时=3600 个小时=3600 day=86400
time    days=86400 天=86400 week=604800 weeks=604800 周=604800 个星期=604800 month=2592000
time    months=2592000 个月=2592000
bytes   B=1 byte=1 bytes=1 字节=1 KB=1e3 kB=1e3 KiB=1e3 MB=1e6 MiB=1e6 GB=1e9 GiB=1e9 G=1e9
bytes   TB=1e12 TiB=1e12 PB=1e15
bits    bit=1 bits=1 比特=1 kbit=1e3 Mbit=1e6 Gbit=1e9
speed   bps=1 kbps=1e3 Mbps=1e6 Gbps=1e9
level   dB=1 分贝=1 dBm=1
rate    Hz=1 赫兹=1 kHz=1e3 MHz=1e6 GHz=1e9 THz=1e12 fps=1 FPS=1 帧每秒=1 帧/秒=1 f/s=1
length  m=1 meter=1 meters=1 metre=1 metres=1 米=1 cm=1e-2 centimeter=1e-2 centimeters=1e-2
length  厘米=1e-2 mm=1e-3 millimeter=1e-3 millimeters=1e-3 毫米=1e-3 μm=1e-6 um=1e-6 微米=1e-6
length  nm=1e-9 纳米=1e-9 km=1e3 kilometer=1e3 kilometers=1e3 公里=1e3 千米=1e3
angle   degree=1 degrees=1 deg=1 °=1 度=1
power   W=1 瓦=1 mW=1e-3 kW=1e3
energy  J=1 kJ=1e3 焦耳=1 eV=1.6e-19 keV=1.6e-16 MeV=1.6e-13 GeV=1.6e-10
mass    g=1 gram=1 grams=1 克=1 kg=1e3 kilogram=1e3 kilograms=1e3 公斤=1e3 千克=1e3 mg=1e-3
pixels  pixel=1 pixels=1 px=1 像素=1
"""


def _units() -> dict[str, tuple[str, float]]:
    found: dict[str, tuple[str, float]] = {}
    for line in _TABLE.strip().splitlines():
        dimension, *units = line.split()
        for unit in units:
            name, _, factor = unit.partition("=")
            found[name] = (dimension, float(factor))
    return found


UNITS = _units()
"""What each unit measures, with its factor."""

UNIT_NAMES = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_UNIT_STARTS = frozenset(name[0] for name in UNITS) | frozenset("帧fi")
_UNIT = re.compile(rf"(?:\s|-(?=[a-z]))?\s?(?P<unit>{UNIT_NAMES})(?![A-Za-z0-9]|(?<=米)制)")
_RATE = re.compile(r"\s?(?:frames?|images?) (?:per|a) second\b|\s?帧(?:每|/)秒")


def measured(text: str, end: int) -> tuple[str, float, int]:
    """Return what the number that ends at `end` measures, with its unit's factor and end.

    Where no unit follows that is what ("", 1, end) says.
    """
    if text[end : end + 3].lstrip(" \t\n\u3000-")[:1] not in _UNIT_STARTS:  # so nearly always
        return "", 1.0, end
    if rate := _RATE.match(text, end):
        return "rate", 1.0, rate.end()
    match = _UNIT.match(text, end)
    return (*UNITS[match["unit"]], match.end()) if match else ("", 1.0, end)


def is_unit(word: str) -> bool:
    """Return whether `word` is a unit as it is written ("dB", "FPS"), and thus no name."""
    return word in UNITS or word.lower() in ("fps", "hz", "khz", "mhz", "ghz", "db")


NumberKind = Literal["plain", "percent", "times"]


@dataclass(frozen=True)
class Number:
    """One number: ``value`` (of a percentage the percents), ``kind``, and the words it stood in.

    ``step`` is the unit of the last digit given (0.1 in "63.4"); ``spelled`` numbers were words;
    a ``name`` (3D) can bear out a number (三维) but is none that has to be borne out. ``counted``
    holds the stems of the words that follow it (English): what there are so many of; ``measure`` is
    the dimension of its unit ("time") with the unit's ``factor``. ``loose`` numbers are "about" so
    many. ``span`` is its place in `plain_numbers` of the text, ``bare`` the end without its unit.
    """

    value: float
    kind: NumberKind
    text: str
    step: float = 1.0
    spelled: bool = False
    name: bool = False
    counted: frozenset[str] = frozenset()
    measure: str = ""
    factor: float = 1.0
    loose: bool = False
    span: tuple[int, int] = field(default=(0, 0), compare=False)
    bare: int = field(default=0, compare=False)

    @property
    def few(self) -> bool:
        """Return whether it is a count of one to ten things."""
        whole = self.kind == "plain" and not self.name and self.value == int(self.value)
        return whole and 0 < self.value <= 10


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
    "mn": 1e6,
    "t": 1e12,
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
# After a T that is a trillion, not a tesla.
_OF_TRILLIONS = r"(?=[\s-](?:tokens?|param|words?|op(?:eration)?s\b|FLOP|edges|samples|examples))"
_SCALE = (
    r"万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千|百"
    r"|(?:hundred|thousand|million|billion|trillion)s?(?![A-Za-z])|[KkMB](?![A-Za-z0-9])"
    rf"|[Bb]n\b|[Mm]n\b|T{_OF_TRILLIONS}"
)
_DIGITS = re.compile(
    rf"""(?<![A-Za-z0-9_.^\\])(?<![A-Za-z][-+])(?<![_^]\{{)
    (?P<digits>\d+(?:[,，]\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[-+]?\d+)?|\.\d+)
    (?!\d|(?:[AC-JLN-SU-WYZb]|T(?!{_OF_TRILLIONS}))(?![A-Za-z])) (?![-]?D\b) (?!(?:vec|seq)\b)
    (?:\^\{{?(?P<power>-?\d+)\}}?|\s?[×x]\s?10\s?\^\s?\{{?\s?(?P<ten>-?\d{{1,2}})\b\s?\}}?)?
    (?:\s?[多余来几](?=\s?[百千万亿]))?[\s-]{{0,1}}(?P<scale>{_SCALE})?
    [\s]{{0,1}}(?P<unit>{_PERCENT}|{_TIMES})?""",
    re.VERBOSE,
)
_CARDINAL = "|".join(sorted(_UNITS, key=len, reverse=True))
_SPELLED = re.compile(
    rf"\b(?=[defnostz])(?P<tens>{_CARDINAL})"
    rf"(?:[- ](?P<ones>one|two|three|four|five|six|seven|eight|nine))?"
    rf"(?:[- ](?P<hundred>hundred)(?=[- ][tmb]))?"
    rf"(?:[- ](?P<scale>hundred|thousand|million|billion|trillion))?"
    rf"[- ]?(?P<unit>{_PERCENT}|{_TIMES})?(?![a-z])"
)
# Words that are numbers: how each begins, goes on, and what it is worth.
_FIXED: tuple[tuple[str, str, float, NumberKind], ...] = (
    ("doubl", r"(?:e[sd]?|ing)\b", 2, "times"),
    ("twice", r"\b", 2, "times"),
    ("twofold", r"\b", 2, "times"),
    ("two-fold", r"\b", 2, "times"),
    ("翻", "一?[倍番]", 2, "times"),
    ("成倍", "", 2, "times"),
    ("tripl", r"(?:e[sd]?|ing)\b", 3, "times"),
    ("threefold", r"\b", 3, "times"),
    ("thrice", r"\b", 3, "times"),
    ("quadrupl", r"(?:e[sd]?|ing)\b", 4, "times"),
    ("half", r"\b", 50, "percent"),
    ("halv", r"(?:e[sd]?|ing)\b", 50, "percent"),
    ("一半", "", 50, "percent"),
    ("减半", "", 50, "percent"),
    ("order of magnitude", "", 10, "times"),
    ("一个数量级", "", 10, "times"),
    ("two orders of magnitude", "", 100, "times"),
    ("两个数量级", "", 100, "times"),
    ("three orders of magnitude", "", 1000, "times"),
    ("三个数量级", "", 1000, "times"),
)
_FIXED_WORDS = tuple(
    (begins, re.compile(rf"\b{begins}{rest}" if begins.isascii() else begins + rest), value, kind)
    for begins, rest, value, kind in _FIXED
)
_CJK_RUN = r"[零〇一二两三四五六七八九十百千]+"
_CJK_NUMBER = re.compile(
    rf"(?:(?P<hundredth>百分之)(?P<share>{_CJK_RUN}|\d+(?:\.\d+)?)|(?<![第之每同单统唯])(?P<count>{_CJK_RUN})"
    r"[多余来几]?(?P<scale>万|亿)?[多余]?(?P<unit>倍|成(?=[，。以的左])|[个种项类层阶步组套名条维大](?!别)"
    r"|(?=毫?秒|分钟|小时|天|字节|像素|毫米|厘米|公里|千米)))"
)
_FACTOR = re.compile(
    r"\b(?:factors?|speed-?ups?|accelerations?|ratios?) of(?: up to| about| over| around)?\s?$"
)
_LOOSE = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|approx\.?|nearly|almost|close to|some|circa)"
    r"|约|约为|大约|近|接近|将近|大概|差不多|[≈∼])\s?$"
)
_LOOSE_ENDS = frozenset("tdyx.oea约为大近似概多≈∼")  # the last letters of those
_LOOSELY = re.compile(r"\s?(?:左右|上下|or so\b)")
_ARTICLE = re.compile(r"\b(?:an?|one|a single)[ -](?P<unit>minute|hour|day|week|month)\b", re.I)
_RANGE = re.compile(r"\s?(?:[-–—~∼至到]|to)\s?")
_SCORES = frozenset(
    map(stem, "accuracy precision recall map miou iou score f1 auc bleu top".split())
)
_DIMENSION = re.compile(r"(?<![A-Za-z0-9])([2-9])-?D(?![A-Za-z])")
# A size within a name ("LLaMA-7B", "8b", "1.5T"): it bears out, and no more.
_SIZE = re.compile(
    r"(?:(?<=[A-Za-z][-+])(?=[\d.]+[KMBT])|(?<![A-Za-z0-9_.-])(?=[\d.]+(?:b|\s?T)))"
    r"(?P<digits>\d+(?:\.\d+)?)\s?(?P<scale>[KMBbT])(?![A-Za-z0-9])"
)
_CITED = re.compile(r"(?:et al\.?,?|[A-Z][\w.-]+,)\s?[(]?((?:19|20)\d\d)[a-z]?\b")
_REFERENCE = re.compile(r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\]")
# "1. Train", "; 2) test", "…: (3) sum": a mark that opens an item.
_ENUMERATION = re.compile(
    r"(?:^|(?<=[;:,。；：，.!?\n]))[^\S\n]*[(（]?\d{1,2}[)）.、](?=\s*[^\s\d.,;)）])", re.MULTILINE
)
_INLINE_ITEM = re.compile(r"(?<![A-Za-z0-9])[(（][1-9][)）]|(?<=\s)[1-9][)）](?=\s?[A-Za-z])")
_LABELLED = re.compile(
    r"\b(?=[aceflpst])(?:fig(?:ure)?s?|tab(?:le)?s?|sec(?:tion)?s?|eqs?|equations?|appendix|chapter|algorithm"
    r"|theorem|lemma|steps?|footnote|page)\.?\s?[(（]?\d{1,2}(?:\.\d+)*[)）]?(?!\d|\s?[%×])"
    r"|[图表式]\s?\d{1,2}(?!\d)",
    re.IGNORECASE,
)
_SUPERSCRIPT = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
# What a PDF makes of 3 · 10⁻⁴ and 10²⁰: the exponent on the line.
_FLATTENED = re.compile(r"(?<![\d.])10(?P<power>-?\d{1,2})(?![\d.,])")
_BY = re.compile(r"(?<![\d.])(?P<by>\d+(?:\.\d+)?)\s?[·×x⋅∗*]\s?$")
_NEXT_WORD = re.compile(r"[ -]?[A-Za-z]+|(?s:.)")
_ABOUT = 0.05
_VAGUE = frozenset("new novel differ main key exist popular".split())


def plain_numbers(text: str) -> str:
    """Return `text` in NFKC without TeX around numbers (a percent sign or "times" in math)."""
    text = _SUPERSCRIPT.sub(lambda m: f"^{{{unicodedata.normalize('NFKC', m[0])}}}", text)
    text = unicodedata.normalize("NFKC", text)
    text = text.replace("\\%", "%").replace("\\times", "×").replace("{,}", ",").replace("\\,", "")
    return text.replace("$", " ").replace("~", " ").replace("−", "-")


@lru_cache(maxsize=512)
def numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers `text` states, digits first, then words; enumeration marks left out."""
    plain = plain_numbers(text)
    cited = [
        Number(float(m[1]), "plain", m[0], name=True, span=m.span()) for m in _CITED.finditer(plain)
    ]
    listed = re.search(r"(?<!\w)[(（]?1[)）]", plain)  # a list has a first item
    for mark in (_CITED, _REFERENCE, _ENUMERATION, _LABELLED, *([_INLINE_ITEM] if listed else ())):
        plain = mark.sub(lambda m: " " * len(m[0]), plain)
    digits = _one_unit_per_range(list(_in_digits(plain)), plain)
    words = [*_in_words(plain), *_in_articles(plain)]
    taken = [n.span for n in words]
    chinese = [n for n in _in_chinese(plain) if not any(a <= n.span[0] < b for a, b in taken)]
    return (*digits, *words, *chinese, *cited, *_flattened(plain))


def _flattened(text: str) -> Iterator[Number]:
    """Yield the powers of ten whose exponent a PDF put on the line: they bear out, and no more."""
    for match in _FLATTENED.finditer(text):
        by = _BY.search(text[max(0, match.start() - 16) : match.start()])
        if by or match["power"][0] == "-":
            value = float(by["by"] if by else 1) * 10.0 ** int(match["power"])
            start = match.start() - (len(by[0]) if by else 0)
            span = (start, match.end())
            yield Number(value, "plain", text[start : span[1]], 1e-9 * value, name=True, span=span)


def as_typed(text: str, number: Number, *, unit: bool = True) -> str:
    """Return the piece of `text` that `number` was read from, with its unit of measure or not."""
    start, end = number.span
    end = end if unit else number.bare or end
    origins = _origins(text)
    if not 0 <= start < end <= len(origins):
        return number.text
    return text[origins[start] : origins[end - 1] + 1].strip(" -$~")


def piece(text: str, words: str) -> str:
    """Return the piece of `text` that reads `words` once normalized, else `words`."""
    at = -1 if words in text else plain_numbers(text).lower().find(words.lower())
    if at < 0:
        return words
    origins = _origins(text)
    return text[origins[at] : origins[at + len(words) - 1] + 1]


def _origins(text: str) -> list[int]:
    """Return, for each character of `plain_numbers` of `text`, its place in `text`."""
    found: list[int] = []
    for match in re.finditer(rf"\\%|\\times|\{{,\}}|\\,|{_SUPERSCRIPT.pattern}|(?s:.)", text):
        made = len(plain_numbers(match[0]))
        found.extend(min(match.start() + i, match.end() - 1) for i in range(made))
        if made and len(match[0]) > 1:
            found[-1] = match.end() - 1
    return found


def _one_unit_per_range(digits: list[Number], text: str) -> list[Number]:
    """Return the numbers, the first of a range ("2 to 5 ms") with the second one's unit."""
    for at, (first, second) in enumerate(pairwise(digits)):
        bare = first.kind == "plain" and not first.measure and not first.name
        if bare and second.measure and _RANGE.fullmatch(text[first.span[1] : second.span[0]]):
            digits[at] = replace(first, measure=second.measure, factor=second.factor)
    return digits


def _value_and_step(match: re.Match[str]) -> tuple[float, float]:
    """Return the value of a number in digits and what its last digit counts."""
    digits = re.sub(r"[,，]", "", match["digits"])
    value = float(digits)
    step = 10.0 ** -len(digits.partition(".")[2]) if "." in digits else 1.0
    if match["power"]:
        value, step = value ** min(int(match["power"]), 40) if value else 0.0, 1e-9
    scale = _SCALES[match["scale"].lower().rstrip("s")] if match["scale"] else 1.0
    if match["ten"]:  # 3.5 × 10^6 is one number
        scale *= 10.0 ** int(match["ten"])
    return value * scale, step * scale


def _in_digits(text: str) -> Iterator[Number]:
    for match in _DIGITS.finditer(text):
        value, step = _value_and_step(match)
        before = text[max(0, match.start() - 24) : match.start()]
        start, end = _trimmed(text, *match.span())
        kind = _kind(match["unit"])
        bare = end
        measure, factor, end = measured(text, end) if kind == "plain" else ("", 1.0, end)
        if kind == "plain" and not measure and " of" in before and _FACTOR.search(before):
            kind = "times"
        yield Number(
            value,
            kind,
            text[start:end],
            step,
            counted=_counted(text, match.end()),
            measure=measure,
            factor=factor,
            loose=_is_loose(text, match.start(), match.end()),
            span=(start, end),
            bare=bare,
        )
    for match in _DIMENSION.finditer(text):
        yield Number(float(match[1]), "plain", match[0], name=True, span=match.span())
    for match in _SIZE.finditer(text):
        value = float(match["digits"]) * _SCALES[match["scale"].lower()]
        yield Number(value, "plain", match[0], name=True, span=match.span())


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without spaces and hyphens at its ends."""
    while end > start and text[end - 1] in " -":
        end -= 1
    while start < end and text[start] in " -":
        start += 1
    return start, end


def _is_loose(text: str, start: int, end: int) -> bool:
    """Tell whether a number is said to be only about so much."""
    before, after = text[max(0, start - 24) : start], text[end : end + 12]
    if before.rstrip()[-1:] in _LOOSE_ENDS and _LOOSE.search(before):
        return True
    return bool(_LOOSELY.match(re.sub(r"^[^\s\d]{1,3}(?=左右|上下)", "", after)))


def _blanked(text: str, span: tuple[int, int]) -> str:
    start, end = span
    return text[:start] + " " * (end - start) + text[end:]


def _in_words(text: str) -> Iterator[Number]:
    lower = text.lower()
    if len(lower) != len(text):  # a few letters grow: then the places would be wrong
        lower = text
    for number in list(_in_fixed_words(lower)):
        lower = _blanked(lower, number.span)
        yield number
    for match in _SPELLED.finditer(lower):
        value = float(_UNITS[match["tens"]] + _UNITS.get(match["ones"] or "", 0))
        value *= _SCALES[match["scale"]] if match["scale"] else 1.0
        value *= 100.0 if match["hundred"] else 1.0
        if value > 1 or match["unit"]:
            start, end = _trimmed(lower, *match.span())
            kind = _kind(match["unit"])
            measure, factor, end = measured(lower, end) if kind == "plain" else ("", 1.0, end)
            yield Number(
                value,
                kind,
                lower[start:end],
                spelled=True,
                loose=_is_loose(lower, match.start(), match.end()),
                counted=_counted(lower, match.end()),
                measure=measure,
                factor=factor,
                span=(start, end),
            )


def _in_articles(text: str) -> Iterator[Number]:
    """Yield "an hour" and the like: they bear out 1 小时, and need not be borne out themselves."""
    for match in _ARTICLE.finditer(text):
        measure, factor, _ = measured(text.lower(), match.start("unit"))
        yield Number(
            1.0, "plain", match[0], name=True, measure=measure, factor=factor, span=match.span()
        )


def _in_fixed_words(text: str) -> Iterator[Number]:
    for begins, pattern, value, kind in _FIXED_WORDS:
        at = text.find(begins)  # much faster than to search for the pattern
        while at >= 0:
            if match := pattern.match(text, at):
                yield Number(value, kind, match[0], spelled=True, span=match.span())
            at = text.find(begins, at + 1)


def _counted(text: str, end: int) -> frozenset[str]:
    """Return the stems of the few words that follow a number, up to a mark or function word."""
    found: list[str] = []
    if not text[end : end + 2].lstrip(" -")[:1].isalpha():  # so nearly always in a table
        return frozenset()
    for match in _NEXT_WORD.finditer(text[end : end + 60]):
        word = match[0].strip(" -").lower()
        if not word or word in FUNCTION_WORDS or not word.isalpha() or len(found) == 3:
            break
        found.append(stem(word))
    return frozenset(found) - _VAGUE


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
            start, end = match.span()
            measure, factor, end = measured(text, end) if not unit else ("", 1.0, end)
            yield Number(
                value,
                _kind(unit),
                text[start:end],
                spelled=True,
                loose=_is_loose(text, match.start(), match.end()),
                measure=measure,
                factor=factor,
                span=(start, end),
            )


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


class Stated:
    """The numbers a text states, made ready to be asked for many others."""

    def __init__(self, numbers: Sequence[Number]) -> None:
        """Sort the numbers by what they count; their values are sorted when first asked for."""
        self._numbers = tuple(dict.fromkeys(numbers))
        self._values: dict[tuple[NumberKind, bool, str, float], list[tuple[float, float]]] = {}
        self._counts: dict[str, list[Number]] = {}
        for number in self._numbers:
            for word in number.counted if number.kind == "plain" else ():
                self._counts.setdefault(word, []).append(number)
        self.few = {n.value: n for n in self._numbers if n.few}.values()

    def states(self, claimed: Number) -> float:
        """Return how well the numbers bear `claimed` out: 1 stated, 0.9 rounded, 0 not there."""
        values = self._sorted(claimed)
        reach = max(0.5 * claimed.step, 1e-9 * abs(claimed.value)) * (1 + 1e-9)
        best = 0.0
        for at in range(bisect_left(values, (claimed.value - reach,)), len(values)):
            value, step = values[at]
            if value > claimed.value + reach:
                break
            if abs(value - claimed.value) <= 1e-9 * max(abs(value), 1.0):
                return 1.0
            if not claimed.spelled and step < claimed.step and claimed.value >= 3:
                best = 0.9
        return best

    def has_digits(self, claimed: Number) -> bool:
        """Tell whether any number has the same value, whatever it measures."""
        return any(n.value == claimed.value for n in self._numbers)

    def states_about(self, claimed: Number) -> bool:
        """Tell whether `claimed` is said to be only about so much and a number is within 5 %."""
        if not claimed.loose:
            return False
        values = self._sorted(claimed)
        reach = _ABOUT * abs(claimed.value)
        at = bisect_left(values, (claimed.value - reach,))
        return at < len(values) and values[at][0] <= claimed.value + reach

    def contradicts(self, claimed: Number) -> bool:
        """Tell whether the text counts the same thing as `claimed`, and nowhere so many."""
        if claimed.kind != "plain":
            return False
        same = [n for word in claimed.counted for n in self._counts.get(word, ())]
        return bool(same) and not Stated(same).states(claimed)

    def _sorted(self, claimed: Number) -> list[tuple[float, float]]:
        key = (claimed.kind, "倍" in claimed.text, claimed.measure, claimed.factor)
        if key not in self._values:
            pairs = ((v, n.step) for n in self._numbers for v in _readings_of(n, claimed))
            self._values[key] = sorted(pairs)
        return self._values[key]


def states(known: Sequence[Number], claimed: Number) -> float:
    """Return how well `known` numbers bear `claimed` out: 1 stated, 0.9 rounded, 0 not there."""
    return Stated(known).states(claimed)


def _readings_of(number: Number, claimed: Number) -> Iterator[float]:
    """Yield the values `number` has when read in the kind of `claimed`."""
    pair = (number.kind, claimed.kind)
    if claimed.measure:
        yield from _in_its_unit(number, claimed)
        return
    if number.kind == claimed.kind or claimed.kind == "plain" or _may_be_a_share(number):
        yield number.value
    if pair == ("plain", "percent") and not number.measure and not number.name:
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


def _in_its_unit(number: Number, claimed: Number) -> Iterator[float]:
    """Yield the values of `number` in the unit of `claimed`: same dimension, or no unit known."""
    if number.measure == claimed.measure:
        yield number.value * number.factor / claimed.factor
    elif number.kind == "plain" and not number.measure and not number.name:
        yield number.value


def _may_be_a_share(number: Number) -> bool:
    """Tell whether a plain number may stand for percents or times: "63.4 accuracy", no count."""
    if number.kind != "plain" or number.measure or number.name:
        return False
    return not number.counted or number.step < 1 or bool(number.counted & _SCORES)
