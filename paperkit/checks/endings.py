"""Endings: whether a text breaks off: a dangling word or mark, an open bracket, half a word."""

from __future__ import annotations

import re
from collections.abc import Collection

from paperkit.checks.words import is_common

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
_CJK = re.compile(r"[\u3400-\u9fff]")
_CLOSED = re.compile(
    r"[.!?。！？…;；][\"'”’」』）)\]*$]*$|[)）」』”\"$]$|(?:https?://|www\.|\.com/)\S+$"
)
_STOP_INSIDE = re.compile(r"。(?=.*[\u3400-\u9fff])")
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
    if _CJK.match(tail[-1]):
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
