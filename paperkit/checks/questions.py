"""Questions: whether a text answers another question than the one it stands under.

A table of signs per question key of the outline that write-ups follow; add your own keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from paperkit.text import CJK

WHOLE = (
    "(?:paper|work|article|study|letter|contribution|review|survey|report|note|book|thesis"
    "|monograph|chapter|vignette|memo|manuscript|tutorial|essay|dissertation)"
)
"""What a paper may call itself."""
OWN = (
    rf"\b(?:we|ours?|(?:this|the present) (?:[a-z]+ )?{WHOLE}"
    r"|the (?:paper|article|authors)(?! (?:of|in|by)\b)|here|the proposed|my"
    # "I show", and no "type I errors" or "class I methods".
    r"|(?<!ype )(?<!lass )(?<!art )(?<!ode )(?<!hase )(?<!tage )(?-i:I)(?= [a-z]{3}))\b",
    r"本文|本研究|我们|所提",
)
"""What tells that a text is about its own paper."""
_OWN = re.compile("|".join(OWN), re.IGNORECASE)
_OWN_STEP = re.compile(
    r"^(?:in this (?:paper|work|article|study) |"
    r"(?:in|here|to|before|after)\b[^,]{0,60}, |(?:therefore|thus|hence|finally|instead),? )?"
    r"(?:we|th(?:is|e) (?:paper|work|article|study)|the authors)"
    r"\s(?:\w+\s)?(?:introduc|propos|present|develop|design|devis|describ|show)"
    r"|^(?:our|the proposed) (?:method|model|approach|framework|algorithm|network|system)\b"
    r"|^[A-Z][\w-]+, our\b"
    r"|^(?:(?:为此|因此|针对|为了?)[^，。；]{0,20}，)?(?:在)?(?:本文|本研究|我们|作者)"
    r"[^，。；]{0,6}(?:提出|引入|介绍|设计|开发|构建)",
    re.IGNORECASE,
)
_CITED_SUBJECT = re.compile(
    r"^(?:(?:in|recently|however|previously|later)\b,?\s)?[\[(]?[A-Z][\w'’-]+"
    r"(?:\s(?:et al\b\.?|and\s[A-Z][\w'’-]+(?=\s?[\[(]))|\s?[\[(](?:19|20)\d\d[a-z]?[\])])"
    r"|^\[\d[\d, ]*\]\s?[a-z]|^(?:In|By)\s\[\d[\d, ]*\],"
    r"|^(?:According to|(?:(?:Previous|Prior|Earlier) w|W)ork (?:of|by))\s[A-Z]\w+ et al"
    rf"|^(?:[A-Z][\w-]+\s?|[{CJK}]{{1,4}})等人?(?:[（(]|提出|发现|的)"
)
_MANY = r"(?i:two|three|four|five|six|several|many|various|other|different|independent|some)"
_TEAMS = (
    "teams|groups|collaborations|authors|researchers|scientists|laboratories|studies|works|papers"
    "|surveys"
)
# A sentence that tells what another work brought: "The original paper proposes", "Adam [12] is".
_OTHERS_BROUGHT = re.compile(
    r"^(?:\w+,\s)?(?:(?:In|By) )?[Tt]he original (?:paper|work|article|study|publication|authors?"
    r"|method|algorithm|approach|model)s?\b"
    r"|^(?:\w+,\s)?(?:[Tt]he (?:authors|work|method|approach|paper)s? (?:of|in|by) )"
    r"(?:\[\d[\d, ]*\]|[A-Z]\w+ et al)"
    r"|^(?:\w+,\s)?[A-Z][\w-]+\s?(?:\[\d[\d, ]*\]|\([^()]*\d{4}[a-z]?\))\s(?:also\s|first\s)?"
    r"(?:propos|introduc|present|develop|design|devis|suggest)"
    r"|^(?:Previous|Prior|Earlier|Existing|Recent|Related) (?:work|stud(?:y|ies)|methods?|papers?"
    r"|approaches)\b"
    rf"|(?:^|\bby )(?:{_MANY}) (?:[a-z-]+ ){{0,2}}?(?:{_TEAMS})\b"
    r"|^(?:原(?:论文|文|作者)|(?:此前|以往|先前|已有)的?(?:工作|研究|方法))"
)
_OUTCOME = re.compile(
    r"^(?:in (?:summary|conclusion)|to conclude|overall|in short|to sum up)\b|\bwe conclude\b"
    r"|\b(?:outperform|surpass)(?:s|ed|ing)?\b|\bachiev\w+ (?:new )?state[- ]of[- ]the[- ]art"
    r"|^(?:综上|总之|总的来说|结论是)|(?:实验|结果)(?:结果)?(?:表明|证明|显示)"
    r"|^(?:(?:these|our|the|extensive) )*(?:results|experiments) "
    r"(?:show|demonstrat|indicat|confirm)"
    r"|(?:优于|超越)(?:现有|以往|基线|所有)",
    re.IGNORECASE,
)
_FIRST_OF_OTHERS = re.compile(
    r"\b(?:was|were|is|are) (?:among|one of) the (?:first|earliest)\b"
    r"|\b(?:was|were) the first (?:\w+ )?to\b"
    r"|是?最早[^，。；]{0,16}之一",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"\d|[A-Z]{2,}|[a-z][A-Z]|\b(?i:data|datasets?|benchmarks?|corpus|corpora|test set|suite"
    r"|images?|videos?|scenes?|simulat\w*|participants|users?|games|languages)\b"
    r"|数据|基准|语料|图像|视频|场景|用户|仿真"
)

# What is done with a method or found by it: who did it has to be told where two papers did.
_OWN_ACT = re.compile(
    r"^(?:we|they|th(?:is|e) (?:paper|work|article|study)|the authors)\s(?:also\s|then\s|first\s)?"
    r"(?:train|test|evaluat|implement|appl(?:y|ies|ied)|use|build|built|construct|collect|conduct"
    r"|discover|detect|find|found|measur|observ|report|perform|carr(?:y|ied) out|analy[sz]e"
    r"|obtain)",
    re.IGNORECASE,
)
_STARTS = re.compile(
    r"^(?:th(?:is|e) (?:paper|work|article|study)|it|we|the authors) (?:\w+ )?"
    r"(?:starts?|started|begins?|began|departs?|sets? out|is motivated|was motivated)"
    r" (?:from|with|by)\b",
    re.IGNORECASE,
)
_ADMITS = re.compile(
    r"^(?:th(?:is|e) (?:paper|work|article|study)|it|we|the authors) (?:\w+ )?"
    r"(?:admit|acknowledg|conced|recogni[sz])\w*\b"
    r"|^(?:the |a |one |its |their )?(?:main )?limit(?:ation)?s? of (?:the|this|our|its)\b",
    re.IGNORECASE,
)
_NAMES_OTHERS = re.compile(
    r"\b(?:unlike|than|existing|previous|prior|earlier|conventional|traditional|others?|recent"
    r"|baselines?|compared|contrast|however|but|instead|limit\w*|challeng\w*|problems?|issues?)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"^(?:however|yet|but|unfortunately|nevertheless|still|this|these|they|it|such|as a result)\b",
    re.IGNORECASE,
)

_SAID: Mapping[str, tuple[tuple[re.Pattern[str], bool, str], ...]] = MappingProxyType(
    {
        "prior_work": ((_OWN_STEP, False, "tells what this paper does, not what was done before"),),
        "methods": ((_OUTCOME, False, "tells what came out, not a step of the method"),),
        "performance": ((_CITED_SUBJECT, True, "tells what others did"),),
        "innovation": (
            (_CITED_SUBJECT, True, "tells what others did"),
            (_FIRST_OF_OTHERS, True, "tells what others did first"),
        ),
        "task": ((_CITED_SUBJECT, True, "tells what others did"),),
    }
)


def other_question(key: str, text: str) -> tuple[str, str]:
    """Return the words that answer another question than `key`, and what they do, else nothing.

    A sentence that says "we" or "this paper" is never taken for others' work.
    """
    for sign, others, does in _SAID.get(key, ()):
        match = sign.search(text)
        if match and not (others and _OWN.search(text)):
            return match[0].strip(), does
    return "", ""


def is_own_step(line: str) -> bool:
    """Tell whether a line of a paper says what the paper itself does ("we propose …")."""
    return bool(_OWN_STEP.search(line))


def is_of_others(line: str) -> bool:
    """Tell whether a line of a paper says what others did, and nothing of the paper itself."""
    told = _CITED_SUBJECT.search(line) or _OTHERS_BROUGHT.search(line)
    return bool(told) and not _OWN.search(line)


def is_of_itself(line: str) -> bool:
    """Tell whether a line of a paper speaks of the paper or of those who wrote it."""
    return bool(_OWN.search(line))


def is_own_act(text: str) -> bool:
    """Tell whether a statement says what the paper itself does, trains, tests or uses."""
    return bool(_OWN_STEP.search(text) or _OWN_ACT.search(text))


def is_start(key: str, text: str) -> bool:
    """Tell whether a statement says what the paper starts from."""
    return key == "background" or bool(_STARTS.search(text))


def is_admitted(text: str) -> bool:
    """Tell whether a statement says which limits the paper admits of itself."""
    return bool(_ADMITS.search(text))


def is_only_own(line: str) -> bool:
    """Tell whether a line says what the paper itself does and names nothing it sets out from."""
    return is_own_step(line) and not names_others(line)


def names_others(line: str) -> bool:
    """Tell whether a line names what it is unlike, better than or sets out from."""
    return bool(_NAMES_OTHERS.search(line))


def points_back(line: str) -> bool:
    """Tell whether a line goes on about what the line before it says ("However, they …")."""
    return bool(_POINTS_BACK.search(line))


def names_data(text: str) -> bool:
    """Tell whether a text names data or a number, as one on task and performance has to."""
    return bool(_DATA.search(text))
