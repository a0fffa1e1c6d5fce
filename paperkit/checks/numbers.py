"""Numbers: those a text states, in English or Chinese, with their units, brought to one form.

Thousands, million/K/万/亿, percent/百分之, times/fold/倍/"doubles", ranges, full-width digits and
spelled-out counts are understood; digits inside names (ResNet-50, 3D) belong to the name. A number
with a unit is compared with those of its own dimension only: 2 minutes are not 2 seconds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from paperkit.checks.units import measured
from paperkit.text import FUNCTION_WORDS, stem

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
    "g": 1e9,
    "t": 1e12,
    "trillion": 1e12,
    "p": 1e15,
    "mega": 1e6,
    "giga": 1e9,
    "tera": 1e12,
    "peta": 1e15,
    "exa": 1e18,
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
# What there are so many of that a G, T or P before it is a billion and more: no bytes, no tesla.
_OF_MANY = (
    r"(?=[\s-]?(?:FLOP|flop|Flop|MACs?\b|OPs?\b|OPS\b)|[\s-](?:tokens?|param|weights|words?|edges|nodes"
    r"|op(?:eration)?s\b|multipl|samples|examples|images|pairs|pixels|points|documents|sentences))"
)
_SCALE = (
    r"万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千|百"
    r"|(?:hundred|thousand|million|billion|trillion)s?(?![A-Za-z])|[KkMB](?![A-Za-z0-9])"
    rf"|[Bb]n\b|[Mm]n\b|[MGTP]{_OF_MANY}|(?i:mega|giga|tera|peta|exa)(?=-?[Ff][Ll][Oo][Pp])"
)
_LETTER = r"A-Za-z\u0370-\u03ff\u1f00-\u1fff∇∂‖"  # a digit on its line belongs to it: χ2, σ8, L2
_DIGITS = re.compile(
    rf"""(?P<digits>[\d.]  # the search is for one of these; what has to stand before it, after
    (?<![{_LETTER}0-9_.^\\].)(?<![A-Za-z][-+].)(?<![_^]\{{.)(?!(?<=[α-ωΑ-Ω]\s\d)(?![\d.,%]))
    (?:(?<=\d)(?:\d*(?:[,，]\d{{3}})+(?:\.\d+)?|\d*(?:\.\d+)?(?:e[-+]?\d+)?)|(?<=\.)\d+))
    (?!\d|(?:[AC-FHIJLNOQRSU-WYZb]|[GPT](?!{_OF_MANY}))(?![A-Za-z])) (?![-]?D\b) (?!(?:vec|seq)\b)
    (?:\^\{{?(?P<power>-?\d+)\}}?|\s?[×x]\s?10\s?\^\s?\{{?\s?(?P<ten>-?\d{{1,2}})\b\s?\}}?)?
    (?:\s?[多余来几](?=\s?[百千万亿]))?[\s-]{{0,1}}(?P<scale>{_SCALE})?
    [\s]{{0,1}}(?P<unit>{_PERCENT}|{_TIMES})?""",
    re.VERBOSE,
)


def _beginning(words: Iterable[str]) -> str:
    """Return an expression for words that begin with a word, by their first letters.

    A search for it goes from one such letter to the next; one for a word's edge stops everywhere.
    """
    heads: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        heads.setdefault(word[0], []).append(word[1:])
    return "|".join(rf"{c}(?<!\w{c})(?:{'|'.join(rests)})" for c, rests in heads.items())


_SPELLED = re.compile(
    rf"(?P<tens>{_beginning(_UNITS)})"
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
_CJK_DIGIT, _CJK_RUN = "一二三四五六七八九", r"[零〇一二两三四五六七八九十百千]+"
_CJK_CHARACTERS = _CJK_RUN.strip("[]+")
_TWO_OR_THREE = frozenset(map("".join, pairwise(_CJK_DIGIT))) | {"两三"}
_CJK_POINT = rf"(?:点[零〇{_CJK_DIGIT}]+)"
_CJK_NUMBER = re.compile(
    rf"(?:(?P<hundredth>百分之)(?P<share>{_CJK_RUN}{_CJK_POINT}?|\d+(?:\.\d+)?)"
    rf"|(?<![第之每同单统唯])(?P<count>{_CJK_RUN}(?:{_CJK_POINT}(?=[倍万亿成]|毫?秒|分钟|小时|个百分点))?)"
    r"[多余来几]?(?P<scale>万亿|万|亿)?[多余]?"
    r"(?P<unit>倍|成(?=[，。以的左])|个百分点|[个种项类层阶步组套名条维大](?!别)"
    r"|(?=毫?秒|分钟|小时|天|字节|像素|毫米|厘米|公里|千米)))"
    # With a ten, a hundred or a 万 in it a number stands for itself: 十七亿参数, 二十三, 两千三百.
    rf"|(?<![第之每同单统唯零〇{_CJK_DIGIT}两十百千万亿点\d])(?P<plain>(?:[{_CJK_DIGIT}两]?[十百千]|[{_CJK_DIGIT}两])"
    rf"[零〇{_CJK_DIGIT}两十百千万亿]*+(?:{_CJK_POINT}(?=[万亿]))?[万亿]*+)(?!世纪|年|分[之明]|[计面多余来几])"
)
_FACTOR = re.compile(
    r"\b(?:factors?|speed-?ups?|accelerations?|ratios?) of(?: up to| about| over| around)?\s?$"
)
_LOOSE = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|approx\.?|nearly|almost|close to|some|circa)"
    r"|约|约为|大约|近|接近|将近|大概|差不多|[≈∼])\s?$"
)
_LOOSE_ENDS = frozenset("tdyx.oea约为大近似概多≈∼")  # the last letters of those
_LOOSELY = re.compile(r"(?:\s?|[^\s\d]{1,3})(?:左右|上下)|\s?or so\b")
_WHILE = re.compile(r"(?:minute|hour|day|week|month)\b")
_ARTICLE = re.compile(r"\b(?:an?|one|a single)[ -]$")
_RANGE = re.compile(r"\s?(?:[-–—~∼至到]|to)\s?")
_DIMENSION = re.compile(r"([2-9])(?<![A-Za-z0-9].)-?D(?![A-Za-z])")
# A size within a name ("LLaMA-7B", "8b", "1.5T"): it bears out, and no more. What may stand before
# it is looked at afterwards: a search that begins with a digit is fast.
_SIZE = re.compile(r"(?P<digits>\d\d*(?:\.\d+)?)(?P<gap>\s?)(?P<scale>[KMBbT])(?![A-Za-z0-9])")
_IN_NAME, _IN_WORD = re.compile(r"[A-Za-z][-+]$"), re.compile(r"[A-Za-z0-9_.-]$")
# A search for digits is fast; what has to stand before them is looked at where there are some.
_YEAR = re.compile(r"((?:19|20)\d\d)[a-z]?\b")
_CITES = re.compile(r"(?:et al\.?,?|[A-Z][\w.-]+,)\s?[(]?$")
_REFERENCE = re.compile(r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\]")
# "1. Train", "; 2) test", "…: (3) sum": a mark that opens an item.
_ENUMERATION = re.compile(r"\d\d?[)）.、](?=\s*[^\s\d.,;)）])")
_OPENS_ITEM = re.compile(r"(?:^|[;:,。；：，.!?\n])[^\S\n]*[(（]?$")
_INLINE_ITEM = re.compile(r"[(（](?<![A-Za-z0-9].)[1-9][)）]|[1-9](?<=\s.)[)）](?=\s?[A-Za-z])")
_LABELS = _beginning(
    "figures figure figs fig tables table tabs tab sections section secs sec equations equation eqs"
    " eq appendix chapter algorithm theorem lemma steps step footnote page".split()
)
_LABELLED = re.compile(rf"(?:{_LABELS})\.?\s?[(（]?\d{{1,2}}(?:\.\d+)*[)）]?(?!\d|\s?[%×])")
_LABELLED_IN_CHINESE = re.compile(r"[图表式]\s?\d{1,2}(?!\d)")
_SUPERSCRIPT = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
# What a PDF makes of 3 · 10⁻⁴ and 10²⁰: the exponent on the line.
_FLATTENED = re.compile(r"10(?<![\d.]10)(?P<power>-?\d{1,2})(?![\d.,])")
_BY = re.compile(r"(?<![\d.])(?P<by>\d+(?:\.\d+)?)\s?[·×x⋅∗*]\s?$")
_NEXT_WORD = re.compile(r"[ -]?([A-Za-z]+)|([^\W\d_])")
_NOTHING: frozenset[str] = frozenset()
_REACH = 60  # characters before digits in which what they belong to begins
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
    cited = list(_cited(plain))
    plain = _without_marks(_blanked(plain, (n.span for n in cited)))
    digits = _one_unit_per_range(list(_in_digits(plain)), plain)
    words = [*_in_words(plain), *_in_articles(plain)]
    taken = [n.span for n in words]
    chinese = [n for n in _in_chinese(plain) if not any(a <= n.span[0] < b for a, b in taken)]
    return (*digits, *words, *chinese, *cited, *_flattened(plain))


def _cited(text: str) -> Iterator[Number]:
    """Yield the years of references: they bear out, and no more."""
    for match in _YEAR.finditer(text):
        before = max(0, match.start() - _REACH)
        if cites := _CITES.search(text[before : match.start()]):
            span = (before + cites.start(), match.end())
            yield Number(float(match[1]), "plain", text[slice(*span)], name=True, span=span)


def _without_marks(text: str) -> str:
    """Return `text` with what only numbers something blotted out: references, items, figures."""
    listed = re.search(r"(?<!\w)[(（]?1[)）]", text)  # a list has a first item
    text = _REFERENCE.sub(_blank, text)
    text = _blanked(text, _items(text))
    text = _blanked(text, (m.span() for m in _LABELLED.finditer(_lower(text))))
    text = _LABELLED_IN_CHINESE.sub(_blank, text)
    return _INLINE_ITEM.sub(_blank, text) if listed else text


def _items(text: str) -> Iterator[tuple[int, int]]:
    """Yield where marks that open an item stand."""
    for match in _ENUMERATION.finditer(text):
        before = max(0, match.start() - _REACH)
        opens = _OPENS_ITEM.search(text[before : match.start()])
        if opens and (opens[0] or not before):
            yield match.start() - opens[0].endswith(("(", "（")), match.end()


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return `text` with spaces in place of some spans, which are in order."""
    parts, done = [], 0
    for start, end in spans:
        parts += [text[done:start], " " * (end - max(start, done))]
        done = end
    return "".join([*parts, text[done:]])


def _lower(text: str) -> str:
    """Return `text` in lower case, every place kept: a few letters would grow."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower()[:1] for c in text)


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


def _value_and_step(digits: str, power: str, ten: str, scale: str) -> tuple[float, float]:
    """Return the value of a number in digits and what its last digit counts."""
    digits = digits.replace(",", "").replace("，", "")
    value = float(digits)
    step = 10.0 ** -len(digits.partition(".")[2]) if "." in digits else 1.0
    if power:
        value, step = value ** min(int(power), 40) if value else 0.0, 1e-9
    factor = _SCALES[scale.lower().rstrip("s")] if scale else 1.0
    if ten:  # 3.5 × 10^6 is one number
        factor *= 10.0 ** int(ten)
    return (value * factor, step * factor) if factor != 1.0 else (value, step)


def _in_digits(text: str) -> Iterator[Number]:
    for match in _DIGITS.finditer(text):
        *parts, unit = match.groups()
        value, step = _value_and_step(*parts)
        start, end = _trimmed(text, *match.span())
        kind, bare, measure, factor = _kind(unit), end, "", 1.0
        if kind == "plain":
            measure, factor, end = measured(text, end)
            if not measure and _is_factor(text, match.start()):
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
    for match in filter(_is_size, _SIZE.finditer(text)):
        value = float(match["digits"]) * _SCALES[match["scale"].lower()]
        yield Number(value, "plain", match[0], name=True, span=match.span())


def _is_size(match: re.Match[str]) -> bool:
    """Tell whether a number and a letter are the size in a name, by what stands before them."""
    before = match.string[max(0, match.start() - 2) : match.start()]
    if match["scale"] != "b" and not match["gap"] and _IN_NAME.search(before):
        return True
    alone = not _IN_WORD.search(before)
    return alone and (match["scale"] == "T" or (match["scale"] == "b" and not match["gap"]))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without spaces and hyphens at its ends."""
    while end > start and text[end - 1] in " -":
        end -= 1
    while start < end and text[start] in " -":
        start += 1
    return start, end


def _is_factor(text: str, start: int) -> bool:
    """Tell whether a number is what something is multiplied by ("a factor of 3")."""
    before = text[max(0, start - 24) : start]
    return " of" in before and bool(_FACTOR.search(before))


def _is_loose(text: str, start: int, end: int) -> bool:
    """Tell whether a number is said to be only about so much."""
    last = text[max(0, start - 3) : start].rstrip()[-1:]
    if last in _LOOSE_ENDS and _LOOSE.search(text[max(0, start - 24) : start]):
        return True
    return bool(_LOOSELY.match(text, end, end + 12))


def _in_words(text: str) -> Iterator[Number]:
    lower = _lower(text)
    fixed = list(_in_fixed_words(lower))
    lower = _blanked(lower, sorted(n.span for n in fixed))
    yield from fixed
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
    lower = _lower(text)
    for match in _WHILE.finditer(lower):
        if article := _ARTICLE.search(lower[max(0, match.start() - 12) : match.start()]):
            measure, factor, _ = measured(lower, match.start())
            span = (match.start() - len(article[0]), match.end())
            told = text[slice(*span)]
            yield Number(1.0, "plain", told, name=True, measure=measure, factor=factor, span=span)


def _in_fixed_words(text: str) -> Iterator[Number]:
    for begins, pattern, value, kind in _FIXED_WORDS:
        at = text.find(begins)  # much faster than to search for the pattern
        while at >= 0:
            if match := pattern.match(text, at):
                yield Number(value, kind, match[0], spelled=True, span=match.span())
            at = text.find(begins, at + 1)


def _counted(text: str, end: int) -> frozenset[str]:
    """Return the stems of the few words that follow a number, up to a mark or function word."""
    if not text[end : end + 2].lstrip(" -")[:1].isalpha():  # so nearly always in a table
        return _NOTHING
    found: list[str] = []
    limit = end + 60
    while len(found) < 3 and (match := _NEXT_WORD.match(text, end, limit)):
        word = (match[1] or match[2]).lower()
        if word in FUNCTION_WORDS:
            break
        found.append(stem(word))
        end = match.end()
    return frozenset(found) - _VAGUE


def _in_chinese(text: str) -> Iterator[Number]:
    if not any(c in text for c in _CJK_CHARACTERS):
        return
    for match in _CJK_NUMBER.finditer(text):
        digits = match["share"] or match["count"] or match["plain"]
        if match["plain"] and not _stands_alone(digits):
            continue
        value = float(digits) if digits[0].isdigit() and digits.isascii() else _cjk_value(digits)
        if match["scale"]:
            value *= _SCALES[match["scale"]]
        unit = "%" if match["hundredth"] else match["unit"]
        if unit == "成":
            value, unit = value * 10, "%"
        vague = not match["hundredth"] and (digits in ("百", "千") or digits in _TWO_OR_THREE)
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


def _stands_alone(digits: str) -> bool:
    """Tell whether Chinese digits are a number without a word for what is counted, and no idiom."""
    return len(digits) > 1 and bool(set(digits) & set("十百千万亿")) and digits[0] not in "百千"


def _cjk_value(digits: str) -> float:
    whole, _, part = digits.partition("点")
    if part:
        after = "".join(str(_CJK_DIGITS[d]) for d in part if d in _CJK_DIGITS)
        scale = part.lstrip("".join(_CJK_DIGITS))
        return (_cjk_value(whole) + float(f"0.{after}")) * (_cjk_value(scale) if scale else 1)
    for big, worth in (("亿", 1e8), ("万", 1e4)):
        high, found, low = digits.rpartition(big)
        if found:
            return (_cjk_value(high) if high else 1) * worth + (_cjk_value(low) if low else 0)
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
    if unit == "%" or re.match(_PERCENT, unit, re.IGNORECASE):
        return "percent"
    return "times" if re.match(_TIMES, unit.strip(), re.IGNORECASE) else "plain"
