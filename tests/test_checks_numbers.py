"""Numbers of every spelling: symbols with digits, letters that scale, Chinese numerals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperkit.checks.numbers import numbers
from paperkit.checks.stated import states

GREEK = "".join(chr(c) for c in range(0x3B1, 0x3CA) if chr(c) not in "μς")


@given(st.sampled_from(GREEK), st.integers(1, 9), st.decimals("0.01", "99.99", places=2))
def test_a_digit_on_a_symbols_line_belongs_to_the_symbol(letter: str, digit: int, value: object):
    """χ2, σ8 and α1 are names of quantities; what they amount to is the number."""
    for written in (f"{letter}{digit}", f"{letter} {digit}"):
        assert [n.text for n in numbers(f"a {written} of {value} was found")] == [str(value)]


@pytest.mark.parametrize(("scale", "worth"), [("G", 1e9), ("T", 1e12), ("P", 1e15)])
@pytest.mark.parametrize("of", [" parameters", " tokens", " FLOPs", "FLOPS", " MACs", "OPs"])
def test_scale_letters_before_what_there_are_many_of(scale: str, worth: float, of: str):
    """17G parameters are 17 billion; beside bytes, networks and teslas a letter is none of this."""
    assert numbers(f"It has 17{scale}{of}.")[0].value == 17 * worth
    assert numbers(f"It has 17 {scale}{of}.")[0].value == 17 * worth


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It needs 15 Petaflops.", [15e15]),
        ("It needs 3 teraFLOPs.", [3e12]),
        ("It has 16 G of memory.", [16.0]),
        ("It was tested on 5G networks.", []),
    ],
)
def test_what_a_scale_is_told_by_what_follows(text: str, found: list[float]):
    """A prefix before floating-point operations scales; gigabytes and generations do not."""
    assert [n.value for n in numbers(text)] == found


def in_chinese(value: int) -> str:
    """Write a whole number as Chinese does, in groups of four digits."""
    groups = []
    for unit in ("", "万", "亿"):
        value, part = divmod(value, 10_000) if unit != "亿" else (0, value)
        groups.append((part, unit))
    said = ""
    for part, unit in reversed(groups):
        if part:
            said += ("零" if said and part < 1000 else "") + _group(part) + unit
    return said


def _group(part: int) -> str:
    said, gap = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, part = divmod(part, power)
        if digit:
            said += ("零" if gap and said else "") + "零一二三四五六七八九"[digit] + unit
        gap = not digit
    return said


@given(st.integers(11, 999_999_999_999))
def test_chinese_numerals_are_numbers(value: int):
    """Whatever their size, with a word for what is counted or without one."""
    said = in_chinese(value)
    if len(said) > 1:
        assert [n.value for n in numbers(f"模型有{said}个参数")] == [value]
        assert [n.value for n in numbers(f"参数量为{said}。")] == [value]


@pytest.mark.parametrize(
    "text", ["十分有效", "性能一致", "千万不要", "二十世纪", "第二十届", "两三个"]
)
def test_idioms_with_chinese_digits_are_no_numbers(text: str):
    """Words for very, consistent, by no means, a century, an ordinal, two or three."""
    assert numbers(text) == ()


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("该模型有一百七十亿参数。", "The model has 17 billion parameters."),
        ("该模型有一百七十亿参数。", "The model has 17G parameters."),
        ("速度提高了一点五倍。", "It is 1.5 times faster."),
        ("训练使用三百五十万张图像。", "It is trained on 3.5M images."),
    ],
)
def test_a_number_in_chinese_words_is_borne_out_by_digits(said: str, source: str):
    """And another one is not."""
    assert all(states(numbers(source), n) for n in numbers(said))
    other = source.replace("17", "71").replace("1.5", "4.5").replace("3.5", "5.3")
    assert not all(states(numbers(other), n) for n in numbers(said))
