"""Wordings: those that give away text no one wrote for readers, as tables to extend.

A table maps a finding's code to regular expressions. Tables of all languages are applied to
every text, for a Chinese write-up may hold an English refusal. To add wordings of your own, or
another language, everywhere: `PHRASES_FILE`. For one check: pass
``PHRASES.extended("filler", r"hope this helps")`` as ``phrases=``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from html.entities import html5
from importlib import resources
from itertools import groupby
from pathlib import Path

from paperkit.checks.language import is_common
from paperkit.checks.units import UNIT_NAMES
from paperkit.errors import PaperkitError
from paperkit.text import CJK, cjk_count

PHRASES_FILE = "PAPERKIT_PHRASES"
"""The environment variable that names tables of one's own: a file, or a folder of ``*.txt``.

They are as ``wordings/en.txt``: a code in brackets, then one regular expression a line.
"""

_QUOTED = re.compile(r"“[^”\n]{2,60}”|「[^」\n]{2,60}」|《[^》\n]{2,80}》")
_EAST_ASIAN = re.compile(rf"[{CJK}\u3001-\u303f\uff01-\uff5e]")  # and their marks


@dataclass(frozen=True)
class Phrases:
    """The wordings looked for, per finding code; matched without regard to case, line by line."""

    table: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def extended(self, code: str, *patterns: str) -> Phrases:
        """Return these phrases with more regular expressions under `code`."""
        return replace(self, table={**self.table, code: (*self.table.get(code, ()), *patterns)})

    def find(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield (code, words) for the first wording of each code that `text` uses."""
        yield from self._remembered(text)

    @cached_property
    def _remembered(self) -> Callable[[str], tuple[tuple[str, str], ...]]:
        return lru_cache(maxsize=512)(lambda text: tuple(self._find(text)))

    def _find(self, text: str) -> Iterator[tuple[str, str]]:
        outside = _QUOTED.sub("“”", text)
        text = outside if len(outside) > 12 else text  # what a paper quotes is not said here
        chinese = bool(_EAST_ASIAN.search(text))
        tables = (self.plain, self.chinese) if chinese else (self.plain,)
        for code in self.table:
            found = (p.search(text) for table in tables if (p := table[code]))
            if match := next(filter(None, found), None):
                yield code, match[0].partition("“”")[0].strip() or match[0]

    @cached_property
    def plain(self) -> dict[str, re.Pattern[str] | None]:
        """One expression per code, of those for every text."""
        return self._compiled(chinese=False)

    @cached_property
    def chinese(self) -> dict[str, re.Pattern[str] | None]:
        """One expression per code, of those that only Chinese texts need."""
        return self._compiled(chinese=True)

    def _compiled(self, *, chinese: bool) -> dict[str, re.Pattern[str] | None]:
        def of(patterns: Iterable[str]) -> re.Pattern[str] | None:
            return _either([p for p in patterns if bool(_EAST_ASIAN.search(p)) == chinese])

        return {code: of(patterns) for code, patterns in self.table.items()}


_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def _either(patterns: list[str]) -> re.Pattern[str] | None:
    """Return one expression for all; those that begin at a word's edge are tried there only."""
    every = (a for p in patterns for a in _alternatives(p))
    runs = [
        rf"(?:\b|^)(?:{'|'.join(run)})" if edged else "|".join(run)
        for edged, run in groupby(every, lambda a: a.startswith((r"\b", "^")))
    ]
    return re.compile("|".join(runs), re.IGNORECASE | re.MULTILINE) if runs else None


def _alternatives(pattern: str) -> list[str]:
    """Return what an expression offers for choice, outside of any bracket."""
    found, depth = [""], 0
    for piece in _PIECE.findall(pattern):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and not depth:
            found.append("")
        else:
            found[-1] += piece
    return found


@dataclass(frozen=True)
class Standing(Phrases):
    """Phrases, and with them those of the person's own tables as they are at the moment."""

    def find(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield (code, words) for the first wording of each code, of either's, that is used."""
        yield from super().find(text)
        if own := os.environ.get(PHRASES_FILE, "").strip():
            yield from _own(_state(Path(own).expanduser())).find(text)


_State = tuple[tuple[Path, int], ...]


def _state(path: Path) -> _State:
    """Return a person's tables, each with the time of its last change."""
    try:
        files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
        return tuple((f, f.stat().st_mtime_ns) for f in files)
    except OSError as error:
        raise PaperkitError(f"{path}: not a table of wordings ({error}); correct it.") from error


@lru_cache(maxsize=4)
def _own(state: _State) -> Phrases:
    phrases = Phrases()
    for path, _ in state:
        try:
            phrases = _read(phrases, path.read_text(encoding="utf-8").splitlines())
            phrases.plain, phrases.chinese  # noqa: B018 a broken one is told with its file
        except (OSError, ValueError, re.error) as error:
            raise PaperkitError(
                f"{path}: not a table of wordings ({error}); correct it."
            ) from error
    return phrases


def _read(phrases: Phrases, lines: Iterable[str]) -> Phrases:
    """Return phrases with those of a table's lines."""
    code = ""
    for line in lines:
        if line.startswith("[") and line.endswith("]") and line[1:-1].isalpha():
            code = line[1:-1]
        elif line and not line.startswith("#"):
            phrases = phrases.extended(code, line)
    return phrases


def load_phrases(*languages: str) -> Phrases:
    """Return the wordings of the tables ``wordings/<language>.txt``; without names, of all."""
    folder = resources.files(__package__).joinpath("wordings")
    names = languages or tuple(sorted(f.name.removesuffix(".txt") for f in folder.iterdir()))
    phrases = Phrases()
    for name in names:
        lines = folder.joinpath(f"{name}.txt").read_text(encoding="utf-8").splitlines()
        phrases = _read(phrases, lines)
    return phrases


PHRASES: Phrases = Standing(load_phrases().table)
"""The wordings of all tables (filler, refusal, placeholder and echo, English and Chinese) and of
one's own (see `PHRASES_FILE`)."""


# Markup, numbering, labels and garbled signs that no reader should meet in an answer.

_STANDING_ALONE = (
    "ol|ul|li|br|hr|div|span|em|strong|img|h[1-6]|table|tr|td|th|tbody|thead|script|style|details"
    "|summary|code|pre|sub|sup|font|center|blockquote|figure|figcaption|section|article|button"
)
_MARKUP = re.compile(
    r"<(?P<tag>[a-z][a-z0-9]{0,15})(?:\s[^<>]*)?>(?=.*</(?P=tag)\s*>)"
    r"|</?[a-z][a-z0-9]{0,15}(?:\s+[a-z-]+\s*=[^<>]*)\s*/?>|<!--.*?(?:-->|$)"
    rf"|</?(?:{_STANDING_ALONE})\s*/?>|^\s*<p>|</[a-z][a-z0-9]{{0,15}}\s*>"
    r"|^\s{0,3}#{1,6}\s|^\s*(?:```|~~~)|^\s*>\s|!?\[[^\]\n]*\]\([^)\n]*\)"
    r"|\*\*[^*\n]+\*\*|(?<![\w_\\])__(?=[^\s_])[^\n]*?[^\s_]__(?![\w_])"
    rf"|(?<![A-Za-z0-9*\\)\]])\*(?=[A-Za-z0-9{CJK}])[^*\n]*[A-Za-z0-9{CJK}.]\*"
    r"(?![A-Za-z0-9*])"
    r"|(?<!`)`(?=[^`\s])[^`\n]*`(?!`)|^\s*\|(?:[^|\n]*\|){2,}\s*$|^\s*\|?\s*:?-{3,}:?\s*\|",
    re.MULTILINE | re.IGNORECASE,
)
_MARKS = re.compile(r"[<>*_`~#|\]]")  # without one of them there is no markup to look for
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z][a-z0-9]{1,24});", re.IGNORECASE)
# "(2) is solved in closed form": an equation, and "- 3 dB": a sign; neither numbers an item.
_GOES_ON = (
    r"(?!\s*(?:式|(?:is|are|was|were|has|have|had|can|could|may|must|will|does|holds?|follows?|shows?"
    r"|gives?|yields?|becomes?|implies|requires?|reduces?|in|by|from|and|or)\b))"
)
_AMOUNT = rf"(?!\d[\d.,]*\s?(?:%|{UNIT_NAMES})(?![A-Za-z]))"
_NUMBERING = re.compile(
    rf"^\s*(?:[(（]\s?\d{{1,2}}\s?[)）]{_GOES_ON}"
    r"|[(（]\s?(?:[一二三四五六七八九十]|[ivx]{1,4}|[a-h])\s?[)）]"
    r"|\d{1,2}\s?[.、)）](?!\d)|[a-h][)）]\s|[①-⑳⑴-⒇❶-❿►▶▪■●◆○◦‣]|\[\d{1,2}\]\s(?!\W)|(?-i:[IVX]{1,4}\.\s(?=[A-Z]))"
    rf"|[-*•·+]\s{_AMOUNT}|[一二三四五六七八九十]+[、)）]|(?:step|步骤)\s?\d+\s?[-–—:：.])",
    re.MULTILINE | re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\s*(?:(?:summary|title|abstract|answer|key takeaways?|takeaways?|tl;?dr|总结|摘要|标题|要点"
    r"|回答|答案|创新点|工作量|性能|意义)\s?[:：]|【[^】\n]{2,8}】)",
    re.IGNORECASE,
)
_LABEL_ALONE = re.compile(r"^[^\S\n]*[\w ]{2,30}[:：][^\S\n]*\n", re.MULTILINE)
_GARBLED = re.compile(
    r"[\ue000-\uf8ff]|\(cid:\d+\)|[ðÞþ](?=[^a-zà-ÿ]|$)|(?<=[\W\d])[ðÞþ]|\d[{|}]\d|[{}|]{3,}"
    r"|Ã[\x80-\xbf]|â€."
)
_MATH = re.compile(r"\$[^$]*\$")


def find_markup(text: str, headings: Collection[str] = ()) -> str:
    """Return the first piece of markup, numbering or label in `text`, empty where there is none.

    `headings` are those of the text's own question: the post adds them, so none may begin it.
    """
    bare = _without_math(text)
    marked = _MARKUP.search(bare) if _MARKS.search(bare) else None
    if match := marked or _NUMBERING.search(bare) or _LABEL.search(bare):
        return text[match.start() : match.end()]
    if match := _LABEL_ALONE.match(bare):
        return text[match.start() : match.end()]
    for entity in _ENTITY.finditer(bare):
        if entity[0][1] == "#" or entity[0][1:] in html5:
            return entity[0]
    opening = re.match(r"\s*([^:：\n]{2,60}?)\s*[:：]\s*\S", bare)
    if opening and opening[1].lower() in {h.lower() for h in headings}:
        return text[opening.start(1) : opening.end(1)]
    return ""


def _without_math(text: str) -> str:
    """Return `text` with its formulas blotted out, every place kept."""
    return _MATH.sub(lambda m: f"${'0' * (len(m[0]) - 2)}$", text) if "$" in text else text


# What is left of a TeX command whose backslash and first letter were read as a JSON escape: \theta,
# \times, \beta, \frac, \nabla, \rho, \right … Tails that formulas use too (u, f, eq) are left out.
_LOST_IN_MATH = re.compile(
    r"(?<![A-Za-z\\])(?:heta|au|imes|ilde|riangle|extbf|extit|extrm|ext(?=\{)|eta|ar(?=\{)|oldsymbol"
    r"|inom|egin(?=\{)|rac(?=[\d{])|orall|abla|otin|ho|ight|ightarrow)(?![A-Za-z])"
)
_WORDS_IN_MATH = re.compile(r"\\(?:text|math|operator)[a-z]*\s?\{[^{}]*\}")
_LOST = re.compile(
    r"(?<![A-Za-z\\])(?:heta(?![A-Za-z])|abla(?![A-Za-z])|rac\{|oldsymbol\{|ext(?:bf|it|rm|tt)?\{"
    r"|ightarrow(?![A-Za-z])|imes\s?(?=\d))|[\x07\x08\x0c]"
)


def find_lost_tex(text: str) -> str:
    """Return what is left of TeX commands that lost their first letter, empty where none did."""
    if match := _LOST.search(text):
        return text[max(0, match.start() - 8) : match.end() + 8].strip()
    for math in _MATH.finditer(text):
        if _LOST_IN_MATH.search(_WORDS_IN_MATH.sub(" ", math[0])):
            return math[0]
    return ""


def find_garbled(text: str) -> str:
    """Return signs that a PDF's formula left behind in `text`, empty where there are none."""
    bare = _without_math(text)
    if match := _GARBLED.search(bare):
        return text[max(0, match.start() - 8) : match.end() + 8].strip()
    if "{" not in bare and "}" not in bare:
        return ""
    depth = 0
    for place, char in enumerate(bare):
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return text[max(0, place - 8) : place + 8].strip()
    at = bare.rfind("{")
    return text[max(0, at - 8) : at + 8].strip() if depth else ""


# Whether a text breaks off: a dangling word or mark, an open bracket, half a word.

_OPEN_MARK = re.compile(r"(?:[,，、;；:：(（\[\-–—]|…|\.\.\.|\ufffd)\s*$")
# No English sentence ends in these, with a full stop or without one.
_NEVER_LAST = "and or nor the a an but than their its our every because although whereas".split()
# A sentence may end in these ("the network it is distilled from."), a text without its stop not.
_LAST_WITH_STOP = "of to in with for by that which is are as from on at this".split()
_DANGLING = re.compile(
    rf"(?:^|\s)(?:(?:{'|'.join(_NEVER_LAST)})\s*[.…]?|(?:{'|'.join(_LAST_WITH_STOP)})\s*…?)\s*$"
)
# Chinese words that want something after them, with the compounds in which they do not.
_OPEN_WORDS: dict[str, str] = {
    "的": "目 标 是[^，。；]*",
    "和": "饱 总 缓 中 调 平 柔 融 混 求 亲 谐",
    "与": "参 赋 给 授 干",
    "及": "普 提 顾 波 触",
    "在": "存 所 内 潜 外 实 现 自 常",
    "对": "配 应 面 相 绝 核 比 成 校 针锋相",
    "为": "行 人 成 认 作 分 视 极 无所作 大有可",
    "以": "可",
    "并": "合 吞 兼 归",
    "将": "即",
    "来": "起 出 下 过 未 以 本 上 回 到 进 往 将 原 从 近年 带 一直以",
    "通过": "测试 检验 验证 审核 评审 全部 均 未 顺利 可",
    "包括": "都 均 也",
    "其中": "在 置身 乐在",
    **dict.fromkeys(
        "或 以及 然而 但 因此 例如 由于 从而 而 是 为了 这 以便 使得 并且 而且 或者 如果".split(),
        "",
    ),
}
# A text may end in what a thing is used for, not where something used is still to come.
_OPEN_USE = re.compile(
    r"(?:^|[，。；：]|并|通过|而|中|我们|模型|方法|主要|首先|然后|再|还|则|分别|训练时|推理时)(?:使用|利用|采用|结合)$|(?:借助|基于|根据|按照|针对|关于|使得|如同)$"
)
_COMPOUNDS = {word: tuple(kept.split()) for word, kept in _OPEN_WORDS.items()}
_CLOSED = re.compile(
    r"[.!?。！？…;；][\"'”’」』）)\]*$]*$|[)）」』”\"$]$|(?:https?://|www\.|\.com/)\S+$"
)
_STOP_INSIDE = re.compile(rf"。(?=.*[{CJK}])")
_LAST_WORD = re.compile(r"(?<![A-Za-z0-9\\-])[a-z]{3,}$")
_ENDING = re.compile(r"(?:s|es|d|ed|r|er|ers|ing|ings|ly|n|y|or|al)$")
_NO_WORD_ENDS_SO = re.compile(r"(?:[bcdfgkptz]l|[bcdfgkptv]r|v|iz|qu|j)$")


def is_closed(text: str) -> bool:
    """Return whether a text ends in a mark that may end it, or in an address."""
    return bool(_CLOSED.search(text.rstrip()))


def breaks_off(text: str, known: Collection[str] = ()) -> bool:
    """Return whether a text ends before its end; `known` are the paper's words in lower case."""
    tail = text.rstrip()
    if not tail:
        return False
    if _OPEN_MARK.search(tail) or _DANGLING.search(tail) or _unclosed(tail):
        return True
    if cjk_count(tail[-1]):
        return _wants_more(tail) or bool(_STOP_INSIDE.search(tail))
    return _cut_word(tail, known)


def _wants_more(tail: str) -> bool:
    """Tell whether a Chinese text ends in a word that something has to follow."""
    if _OPEN_USE.search(tail):
        return True
    for word, compounds in _COMPOUNDS.items():
        if tail.endswith(word):
            before = tail.removesuffix(word)
            if not any(re.search(f"{c}$", before) for c in compounds):
                return True
    return False


def _unclosed(tail: str) -> bool:
    """Tell whether a bracket opened near the end is never closed."""
    end = re.sub(r"\$[^$]*\$", "", tail)[-60:]
    opened = max(end.rfind("("), end.rfind("（"))
    return opened >= 0 and not re.search(r"[)）]", end[opened:])


def _cut_word(tail: str, known: Collection[str]) -> bool:
    """Tell whether the last word is none, but the beginning of one of the paper's."""
    match = _LAST_WORD.search(tail)
    if not match or match[0] in known:
        return False
    word = match[0]
    rests = {w[len(word) :] for w in known if w.startswith(word)}
    if not rests:
        return False
    inflected = any(_ENDING.fullmatch(r) for r in rests)
    return bool(_NO_WORD_ENDS_SO.search(word)) or not (inflected or is_common(word))
