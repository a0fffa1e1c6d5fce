"""Selection: which sentences to show for what, by their words, their cues and their roles.

`PARTS` is a table of cues to extend: what the sentences of each part of a deep reading say.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from paperkit.checks.questions import other_question
from paperkit.extractive.sentence_roles import ROLES, role_chances
from paperkit.extractive.summaries import word_chances
from paperkit.extractive.weights import expected_hits, idf
from paperkit.text import FUNCTION_WORDS, cjk_count, stems


@dataclass(frozen=True)
class Part:
    """One part of a deep reading: which sentences it takes.

    ``cues`` are regular expressions of which one must be found (case does not count), ``never``
    such that none may; ``roles`` are the sentence roles that suit it; ``most`` is how many
    sentences it takes; ``counts`` says that sentences with numbers come first; ``bonus`` is added
    where two parts want one sentence. ``sections`` are words of the headings it is found under.
    """

    most: int
    roles: frozenset[str]
    cues: tuple[str, ...]
    never: tuple[str, ...] = ()
    counts: bool = False
    bonus: float = 0.0
    sections: str = ""

    def says(self, text: str) -> bool:
        """Tell whether the words of a sentence fit this part."""
        return _any(self.cues, text) and not _any(self.never, text)

    @property
    def own(self) -> bool:
        """Tell whether it says what this paper did, and nothing of others."""
        return self.never != OWN

    def at_home(self, section: str) -> bool:
        """Tell whether a sentence of this part is to be expected under a section's heading."""
        return re.search(self.sections, section, re.IGNORECASE) is not None


def _any(patterns: tuple[str, ...], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


OWN = (
    r"\b(?:we|our|(?:this|the present) (?:[a-z]+ )?(?:paper|work|article|study|letter|contribution"
    r"|review|survey|report|note|book|thesis|monograph|chapter)"
    r"|the (?:paper|article|authors)|here|my|(?-i:I)(?= [a-z]{3}))\b",
    r"本文|我们",
)
"""What tells that a sentence is about its own paper."""

# What earlier work did, and what is still to do, is none of the paper's own.
_BEFORE_AND_AFTER = (
    r"\b(?:future work|in the future|we plan|we will|we hope|remains? (?:open|to be)"
    r"|(?:original|former|previous) (?:article|paper|authors|work))\b",
)

PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "approach": Part(
            most=3,
            roles=frozenset({"method", "objective"}),
            cues=(
                r"\b(?:we|this (?:paper|work|article|study)|our)\b.{0,50}?\b(?:propos|present"
                r"|introduc|develop|describ|design|devis|address|aim|study|investigat|extend|combine)",
                r"^(?:our|the proposed) (?:\w+ )?(?:method|approach|framework|algorithm)\b",
                r"本文提出|我们提出|本文介绍|提出了",
            ),
            never=(
                r"\b(?:future work|we plan|we will|rest of th|achiev|outperform|surpass"
                r"|experimental|extensive"
                r"|we (?:\w+ )?(?:show|demonstrate|find|observe|argue) that)",
            ),
            sections=r"introduction|overview|conclusion|method|approach|引言|方法",
        ),
        "prior_work": Part(
            most=3,
            roles=frozenset({"background"}),
            cues=(
                r"\b(?:existing|previous|prior|conventional|traditional|current|earlier"
                r"|recent)\b.{0,40}\b(?:work|method|approach|technique|model|algorithm|system|stud"
                r"|research|solution)",
                r"^(?:however|unfortunately|but)\b.*\b(?:method|approach|technique|model|algorithm"
                r"|system|stud|work|exist|understood|cost|expensive|limited|require|need)",
                r"\b(?:suffer|fail|lack|limited to|neglect|ignore|struggle|drawback|shortcoming)",
                r"现有|以往|传统方法|然而",
            ),
            never=OWN,
            sections=r"introduction|related|background|previous|prior|引言|相关",
        ),
        "background": Part(
            most=3,
            roles=frozenset({"background"}),
            cues=(
                r"\b(?:is|are|has|have|been|become|becom|play|remain|important|challeng|fundamental"
                r"|widely|problem|task)\b",
                r"是|已成为|重要",
            ),
            never=OWN,
            bonus=-0.3,
            sections=r"introduction|background|motivation|preliminar|引言|背景",
        ),
        "task": Part(
            most=2,
            roles=frozenset({"method", "result"}),
            cues=(
                r"\b(?:on|across|over|using|from)\b.{0,80}\b(?:dataset|benchmark|task|data set"
                r"|corpus|corpora|scenes?|images|videos|subjects|participants)",
                r"\b(?:tested|evaluated) (?:\w+ )?on\b",
                r"\b(?:test|evaluat|experiment|train|appl|demonstrat|perform|run)\w*\b.{0,40}\bon "
                r"(?:the )?(?-i:[A-Z][A-Za-z]*[A-Z0-9])",
                r"数据集|任务上",
            ),
            never=_BEFORE_AND_AFTER,
            counts=True,
            bonus=-0.5,
            sections=r"experiment|result|evaluat|data|setup|实验|结果",
        ),
        "performance": Part(
            most=3,
            roles=frozenset({"result"}),
            cues=(
                r"outperform|surpass|exceed|(?<!to )(?:achiev|attain|improv|reduc)|accura|faster"
                r"|speed|better|superior|compar|state[- ]of[- ]the[- ]art|score|error|\bgain"
                r"|(?:higher|lower)(?!-)|confirm\w* that|consistent with|validated",
                r"优于|提高|提升|达到|降低|准确率",
            ),
            counts=True,
            sections=r"experiment|result|evaluat|comparison|discussion|conclusion|实验|结果|结论",
        ),
        "evidence": Part(
            most=2,
            roles=frozenset({"method", "result"}),
            cues=(
                r"\b(?:experiments?|simulations?|evaluations?|ablations?|tests?|user stud(?:y|ies)"
                r"|case stud(?:y|ies)|participants)\b",
                r"\b(?:we|is|are|was|were)\b.{0,20}\b(?:evaluated?|tested|validated?|prove[dn]?)\b",
                r"实验|数据集|消融",
            ),
            never=_BEFORE_AND_AFTER,
            sections=r"experiment|result|evaluat|ablation|data|setup|user stud|实验|结果",
        ),
        "methods": Part(
            most=3,
            roles=frozenset({"method"}),
            cues=(
                r"\b(?:first(?:ly)?|then|next|second(?:ly)?|subsequently|finally|step|stages?"
                r"|consists? of|modules?|encod\w+|decod\w+|trained|optimi[sz]\w+|by \w+ing|using"
                r"|based on|computed?|estimated?)\b",
                r"首先|然后|接着|最后|步骤|模块",
            ),
            never=(
                r"\b(?:outperform|state[- ]of[- ]the[- ]art)",
                r"\b(?:shows?|shown|demonstrates?d?|finds?|found|proves?d?|observed?|results?)"
                r" (?:\w+ )?that",
                r"\bwe (?:\w+ )?(?:find|found|observe|conclude)\b",
                r"^(?:our|the|extensive) (?:\w+ )?(?:evaluations?|experiments?|results|findings)\b",
                *_BEFORE_AND_AFTER,
            ),
            sections=r"method|approach|model|architecture|algorithm|framework|overview"
            r"|pipeline|train|implement|方法|模型",
        ),
        "innovation": Part(
            most=2,
            roles=frozenset({"method", "objective", "result"}),
            cues=(
                r"\b(?:novel|for the first time|the first (?:to|work|method|approach)|unlike"
                r"|in contrast to|differ(?:s|ent) from|instead of"
                r"|(?:our|main|key) contributions?)\b",
                r"首次|创新|不同于",
            ),
            sections=r"introduction|contribution|conclusion|related|引言|结论",
        ),
        "significance": Part(
            most=2,
            roles=frozenset({"objective", "other", "result"}),
            cues=(
                r"\b(?:pav(?:e|es|ing) the|lays? the (?:foundation|groundwork)"
                r"|potential (?:to|for|of)|implications?|enabl(?:es?|ing)"
                r"|open(?:s|ing)? (?:up|the|new)|promising|benefits?|applicable"
                r"|applications? (?:in|to|of)|practical|generali[sz]es?|useful for"
                r"|new insights?|facilitates?|(?:will|can) help)\b",
                r"意义|应用|有助于|潜力",
            ),
            sections=r"introduction|conclusion|discussion|implication|broader|引言|结论|讨论",
        ),
    }
)


_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.\[-])[-+]?\d+(?:[.,]\d+)*(?:\s?[%×x]|\s?dB|[- ]fold)?(?![A-Za-z0-9_\]-])"
)
_YEAR = re.compile(r"(?:19|20)\d\d$")
# Notes of the first page and of the end that are no part of what the paper says.
_NOTE = re.compile(
    r"@|corresponding author|correspondence should|competing (?:financial )?interests"
    r"|equal contribution|author contributions|key ?words?\b.{0,3}[:—–-]"
    r"|all rights reserved|^submitted to"
    r"|was responsible for|acknowledg|thank|grant|©|https?://|visiting astronomer|preprint"
    r"|\b(?:code|codebase|source code|weights|data|dataset)s?\b[^.]{0,40}\b"
    r"(?:available|released|open[- ]source)",
    re.IGNORECASE,
)
# A heading ("Training We use"), a footnote's mark, a large letter before its word ("S trapped").
_FOOTNOTE = re.compile(
    r"(?:[A-Z][a-z]+ ){1,3}(?:We|Our|To|This|In) [a-z]"
    r"|\d{1,2}[A-Z][a-z]|\d+\. [A-Z]|[†‡*∗§¶]|(?![AI] )[A-Z] [a-z]{2}"
)
_CAPTION = re.compile(r"(?:fig(?:ure)?|tab(?:le)?|algorithm|listing)\.? ?\d+[.:]", re.IGNORECASE)
# A sentence that points at what is not shown beside it.
_POINTS = re.compile(
    r"(?:\b(?:Fig(?:ure|s)?|Tab(?:le)?s?|[Ss]ect?(?:ion)?s?|Eqs?|Equations?|Appendix|Algorithm"
    r"|Step|Refs?|Supplementary|Theorem|Lemma|Proposition|Corollary|Definition|[Cc]hapter)\b\.?"
    r"\s?\(?[\dA-Z]"
    r"|\b[Ii]n the (?:appendi|supplement|table|figure|previous|next|following|rest of)"
    r"|\b(?:problems?|equations?|bounds?|inequalit\w+|formulas?|constraints?|objective|in|by|of"
    r"|from|using|with|see) \(\d{1,2}\)"
    r"|§|\((?:see|cf\.?) |\b(?:rightmost|leftmost|row label|column)"
    r"|\b(?:bottom|top) (?:section|row)|aforementioned|above[- ]mentioned"
    r"|\b(?:made|described|mentioned|given|discussed|shown|defined|stated|introduced)"
    r" (?:above|below))"
)
_LABEL = re.compile(
    r"(?:(?:abstract|background|context|introduction|objectives?|aims?|purpose|motivation|methods?"
    r"|materials and methods|approach|results?|findings?|conclusions?|significance)"
    r"\s?(?:[:.—–]|-(?= ))"
    r"\s*(?=\S)|(?-i:A(?:bstract|BSTRACT)\s+(?=[A-Z])))",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(r"[A-Z][\w -]{2,30}(?::| [—–] )\s?[A-Z]")
# Letters that a formula leaves when its font is not understood.
_GARBLED = re.compile(
    r"ffiffi|\\(?:cite|ref|label|footnote)|[\u0300-\u036f]|[Þþð¼]|\dæ|\w\{\w|(?:[=~<>≤≥±∼≈][^=]*){4}"
)
_TEX = re.compile(r"\$[^$]*\$")
# Sentences that announce something and tell nothing.
_ANNOUNCES = re.compile(
    r"^(?:Let|We assume that) [\w$]|^Here,? \W"
    r"|^(?:in|from) (?:an? |our )?(?:earlier|previous|prior|companion) (?:work|paper|article|stud)"
    r"|^(?:\w+ ){0,3}(?:briefly |also )?(?:discuss|sketch|hope|provide a discussion)\b"
    r"|\b(?:is|are) (?:also |briefly )*(?:discussed|illustrated)\b"
    r"|^In Section|\bpresented in this paper\b|\bare organi[sz]ed\b|\bfor future research\b"
    r"|\brefer the reader\b|^For (?:more )?details|\bdescribed (?:below|above)\b|\?$"
    r"|\b(?:is|are) (?:also )?considered\.$|^Summary of\b|natural to ask"
)
_PLANS = re.compile(
    r"\bwe (?:hope|sketch|plan|refer|would)\b|\bfuture work\b|\bare (?:discussed|organi[sz]ed)\b"
    r"|\bpresented in this\b|\babove\b"
    r"|\bthe answer\b|\bwe (?:did|do|could|have) not\b",
    re.IGNORECASE,
)
# A sentence that tells what was done, without "we".
TELLS = re.compile(
    r"\b(?:is|are|was|were|has been|have been) (?:\w+ )?(?:stud|consider|show|prove|present"
    r"|investigat|deriv|used to|propos|develop|introduc|analy|obtain|perform|calculat|describ"
    r"|establish|install|test|measur|evaluat|compar|observ|demonstrat|construct|implement|examin"
    r"|extend|design|built|fabricat|report|replicat|simulat|modell?ed|solved|determin|generali[sz]"
    r"|review|revisit|reconsider)"
    r"|\bauthors? (?:present|prove|show|stud|propose|consider|describe|report)"
    r"|^This (?:\w+ )?(?:paper|work|article|review|study|survey|book|thesis|report|monograph)\b"
)
PASSIVE = re.compile(
    r"\b(?:is|are|was|were) (?:(?!widely|often|common|usual|typical|general|well|extensive)\w+ )?"
    r"(?:presented|proposed|described|introduced|developed|considered|investigated|derived|proved"
    r"|calculated|simulated|analy[sz]ed|computed|reported|examined|established|performed|studied"
    r"|constructed|designed|used to clarify)\b(?! by [A-Z])"
    r"|\bha(?:s|ve) been (?:studied|investigated|calculated|measured|analy[sz]ed|performed|computed)"
    r" (?:using|by means|with the|within the|in the framework)\b"
)
"""What the authors did, in a passive that seldom tells what is known."""
CONDITION = re.compile(r"(?:in case|when|under|for|given|at|with|since)\b", re.IGNORECASE)
"""Opens a clause without which the one after it says more than the paper does."""
SIGNS = {
    "methods": re.compile(r"\b(?:first|then|key (?:idea|insight))\b", re.IGNORECASE),
    "evidence": re.compile(r"\b(?:experiments?|simulations?|numerical)\b", re.IGNORECASE),
    "innovation": re.compile(r"\b(?:novel|for the first time)\b", re.IGNORECASE),
}
"""What a sentence of a part says that does not speak of "we" or of the paper's method."""
_ADDS = re.compile(
    r"(?:finally|additionally|furthermore|moreover|in addition|lastly|besides|then|next"
    r"|specifically|in particular|more precisely)\b"
    r"|.{0,60}\balso\b|we further\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"(?:existing|previous|prior|current|traditional|conventional|earlier|recent|most|many) "
    r"(?:\S+ ){0,5}?(?:works?|methods?|approach(?:es)?|techniques?|models?|algorithms?|systems?"
    r"|stud(?:y|ies)|research|solutions?|planners?|efforts?|benchmarks?|datasets?)\b"
    r"|.*\b(?:has|have) been (?:\w+ )?(?:obtained|reported|shown|found|proposed|studied|observed)"
    r" by [A-Z]",
    re.IGNORECASE,
)
_ASSUMES = re.compile(
    r"^(?:we|let) (?:also )?(?:assume|suppose|let|denote|stress|note|say|call|write|recall)\b",
    re.IGNORECASE,
)
# What ties a sentence to the one before it and can be left out.
_CONNECTIVE = re.compile(
    r"(?:(?:therefore|thus|hence|moreover|furthermore|additionally|consequently|finally|also|besides"
    r"|here|yet|in fact|indeed|as a remedy|in the end|on the other hand|more precisely"
    r"|to \w+ (?:this|these|such)(?: [\w-]+){1,4}"
    r"|meanwhile|subsequently|afterwards"
    r"|accordingly|as a result|in addition|in particular|specifically|notably"
    r"|(?:(?:more|most) )?importantly"
    r"|overall|in summary|in conclusion|to this end|however|nevertheless|nonetheless|unfortunately"
    r"|next|first(?:ly)?|then|second(?:ly)?|third(?:ly)?|lastly|for example"
    r"|in contrast|conversely|interestingly|further|similarly|last but not (?:the )?least"
    r"|(?:not )?surprisingly|remarkably|strikingly|promisingly|encouragingly|intriguingly|crucially"
    r"|unexpectedly|curiously)\s?,"
    r"|thus|hence|therefore|however|moreover|furthermore|consequently"
    r"|(?:here|finally|in the process|in doing so)(?= we\b))\s+",
    re.IGNORECASE,
)
# A sentence that opens so leans on the one before it, which is not shown.
_LEANS = re.compile(
    r"(?:(?:(?:by|in|for|with|under|from|on|at|as|given|using|based on|despite|after|before|through"
    r"|via|within|across|among|between|like|unlike|because of|due to|beyond|besides|without|over"
    r"|during|following|since|in spite of|motivated by|inspired by) )?"
    r"(?:this|that|these|those|such)"
    r"(?! (?:paper|work|article|study|letter|survey|report|thesis|review|contribution)\b)"
    r"|it(?! (?:is|was) (?:also )?(?:shown|found|proved|proven|demonstrated|argued)\b)"
    r"|its|they|their|he|she|then|to be (?:precise|exact|specific|clear)"
    r"|and|but|or|to test|to do so|doing so|both|one (?:is|of them)"
    r"|also|here|another|(?:we|I) (?:then|next|now)|instead|in turns?|on the contrary|by contrast"
    r"|rather|alternatively|likewise|recently,? we|we (?:have )?(?:recently|previously)"
    r"|(?:recently )?we have (?:recently |previously )?proposed|we (?:\w+ ){1,3}(?:it|them|they)\b"
    r"|an? \w+ one"
    r"|the (?:resulting|following|emerging|former|latter|same|other|two|three|first|second))\b"
    r"|(?:[\w-]+ ){1,4}this (?:gap|idea|problem|issue|question|end)\b"
    r"|(?:[\w-]+ ){1,6}(?:these|those|such(?! as\b| that\b))\b"
    r"|(?:for|in|of|with|by|on) the (?:former|latter)\b"
    r"|[^,.$]{0,40}, (?:this|these|those|such|they|it) "
    r"(?!(?:is|was|has been) (?:shown|found|proved)"
    r"|paper|work|article|study|review)",
    re.IGNORECASE,
)
# "this gap", "such nets", "the same tasks": what they mean has to be named before them.
_WHOLE = "(?:paper|work|article|study|letter|survey|report|thesis|review|contribution)"
_POINTS_BACK = re.compile(
    rf"\b(?:(?:this|these|those|such) (?!{_WHOLE}"
    r"|as\b|that\b|an?\b|(?:of|in|with|from|for|who)\b)"
    r"|the same (?=[\w-]+[.,;])|(?:with|of|for|by|to) that )(?:\w+ly )?([\w-]+)(?: ([\w-]+))?"
    r"|\b(this|these|those)[,;:.]",
    re.IGNORECASE,
)
_EVERYWHERE = frozenset(stems("field area domain context"))
# What the summary beside it names, or every paper has.
_UNDERSTOOD = frozenset(
    stems(
        "method approach model framework algorithm system technique tool dataset benchmark problem"
        " task context setting field area domain way time end issue challenge"
    )
)
_SUBJECT = re.compile(r"The ([a-z]+) (?:is|are|was|were|has|have|can|could|may|will|[a-z]{3,}ed)\b")
# A part of the work that only the sentences before it make known.
_PART_OF = re.compile(
    r"the (?:resulting )?(?:pipeline|method|approach|framework|model|system|algorithm|technique"
    r"|scheme|procedure|tool|architecture|network|benchmark|data ?set|corpus)s? "
    r"(?!of|for|that|in|to|by)",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"(?:(?:in|with|through) this \w+,? |here,? "
    r"|(?:motivated|inspired|based|building|drawing|using|to|for|with) [^,]{2,80}, )?"
    r"(?:we|(?:the )?authors|this (?:\w+ )?(?:paper|work|article|review|study|survey|letter))"
    r" (?:is )?(?:propos|present|introduc|develop|describ|stud|investigat|explor|concern|review"
    r"|design|devis|address|extend|establish)"
    r"|(?:our|the) (?:\w+ )?(?:aim|goal|purpose|objective) (?:of (?:this|our) \w+ )?(?:is|was) to\b"
    r"|the (?:aim|goal|purpose|objective) of this \w+ is\b"
    r"|本文(?:提出|介绍|研究)|我们提出",
    re.IGNORECASE,
)
_LEAST_ROLE = 0.4  # how likely a sentence has to have a role of its part
_WORTH = {"background": -0.9, "objective": 0.9, "method": 0.8, "result": 1.0, "other": -0.2}


def standalone(sentence: str) -> str:
    """Return a sentence as it can stand alone: no connective before it, a capital, an end mark.

    Empty where it leans on what stands before it ("This makes …").
    """
    text = unlabeled(sentence.strip())
    while match := _CONNECTIVE.match(text):
        text = text[match.end() :]
        if re.match(r"(?:how|why|what|whether|which)\b|\(", text):  # "In particular, how it learns"
            return ""
    return "" if _LEANS.match(text) else finished(text)


def unlabeled(text: str) -> str:
    """Return a text without the label of an abstract's part ("Results: …") before it."""
    return _LABEL.sub("", text, count=1) if _LABEL.match(text) else text


def announces(text: str) -> bool:
    """Tell whether a sentence only says that something is discussed, hoped for or shown."""
    return _ANNOUNCES.search(text) is not None


def alike(one: str, other: str) -> float:
    """Return how much of two sentences is the same, 0 to 1 (a cosine)."""
    return _cosine(_vector(one), _vector(other))


def sums_up(text: str) -> bool:
    """Tell whether a text can stand alone over a paper: no question, no plan, no assumption."""
    empty = _PLANS.search(text) or _ASSUMES.match(text) or text.rstrip().endswith("?")
    alone = standalone(text)
    return bool(alone) and not (empty or _PART_OF.match(alone) or points_elsewhere(text))


def adds(sentence: str) -> bool:
    """Tell whether a sentence tells what comes beside the main thing ("Finally, we also …")."""
    return _ADDS.match(sentence) is not None


def of_others(text: str) -> bool:
    """Tell whether a text begins with earlier work and says nothing of the paper's own."""
    return _EARLIER.match(standalone(text)) is not None and not _any(OWN, text)


def states(text: str) -> bool:
    """Tell whether a text begins with what its authors propose, present or study."""
    return _STATES.match(text) is not None


def points_elsewhere(text: str) -> bool:
    """Tell whether a text points at a figure, a section or an equation that is not shown."""
    return _POINTS.search(text) is not None


def points_back(text: str, known: str = "", *, beside: bool = False) -> bool:
    """Tell whether "these results" stands where neither the text before nor `known` names any.

    ``beside`` a summary "this method" is understood.
    """
    named = set(stems(known)) | _EVERYWHERE | (_UNDERSTOOD if beside else set())
    for match in _POINTS_BACK.finditer(text):
        nouns = set(stems(" ".join(filter(None, match.groups()[:2])))) - FUNCTION_WORDS
        if not {n[:5] for n in nouns} & {n[:5] for n in named.union(stems(text[: match.start()]))}:
            return True
    return False


def takes_up(text: str, before: str, known: str) -> bool:
    """Tell whether a text begins with "The nets" that only the sentence before it speaks of."""
    match = _SUBJECT.match(text)
    noun = set(stems(match[1])) if match else set()
    return bool(noun) and noun <= set(stems(before)) - set(stems(known)) - _UNDERSTOOD


def is_own(text: str, name: str = "") -> bool:
    """Tell whether a text says "we" or "this paper", or names the paper's method."""
    return _any(OWN, text) or bool(name and name.lower() in text.lower())


def finished(text: str) -> str:
    """Return a text with a capital at its start, unless a name stands there, and with an end."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    parts = first.strip(",").split("-")
    plain = first == "a" or (first.islower() and all(len(p) > 1 and p.isalpha() for p in parts))
    text = text[:1].upper() + text[1:] if plain else text
    text = text.rstrip(" ,;:–—-")
    return text if not text or text[-1] in '.!?。！？)”"' else f"{text}."


def takeaways(title: str, sentences: Sequence[str], *, count: int = 5) -> list[int]:
    """Return the positions of at most ``count`` sentences worth taking away, in text order.

    Maximal marginal relevance: each is chosen for what it says beyond those chosen before it;
    sentences that say the same as a chosen one are never taken.
    """
    usable = [n for n, sentence in enumerate(sentences) if is_plain(sentence)]
    if not usable:
        return []
    worth = _worth(title, list(sentences))
    vectors = {n: _vector(sentences[n]) for n in usable}
    chosen: list[int] = []
    overlap = dict.fromkeys(usable, 0.0)
    while len(chosen) < count:
        rest = [n for n in usable if n not in chosen and overlap[n] < 0.5]
        if not rest:
            break
        best = max(rest, key=lambda n: (0.7 * worth[n] - 0.3 * overlap[n], -n))
        chosen.append(best)
        for n in rest:
            overlap[n] = max(overlap[n], _cosine(vectors[n], vectors[best]))
    return sorted(chosen)


def skeleton(sentences: Sequence[str]) -> dict[str, list[int]]:
    """Return for each part of a deep reading (`PARTS`) the positions of its sentences, in order.

    A sentence stands in one part at most; a part the text says nothing about is an empty list.
    """
    found: dict[str, list[int]] = {part: [] for part in PARTS}
    scores = part_scores(sentences)
    taken: set[int] = set()
    for _, part, number in sorted((-score, *key) for key, score in scores.items()):
        if number not in taken and len(found[part]) < PARTS[part].most:
            found[part].append(number)
            taken.add(number)
    return {part: sorted(numbers) for part, numbers in found.items()}


def part_scores(
    sentences: Sequence[str], sections: Sequence[str] = (), *, parts: Mapping[str, Part] = PARTS
) -> dict[tuple[str, int], float]:
    """Return how well a sentence suits a part, 0 to 2; pairs that don't suit are left out.

    Roles are learned from abstracts: in a body, whose headings are the `sections`, a sentence
    under a part's own heading need not have the part's role.
    """
    if not sentences:
        return {}
    scores = {}
    for number, row in enumerate(role_chances(list(sentences))):
        text, chance = sentences[number], dict(zip(ROLES, row.tolist(), strict=True))
        if not is_plain(text):
            continue
        for name, part in parts.items():
            suits = sum(chance[role] for role in part.roles)
            if sections and part.at_home(sections[number]):
                suits = max(suits, _LEAST_ROLE)
            if announces(text) and (name != "significance" or "discuss" in text):
                continue
            if suits < _LEAST_ROLE or not part.says(text) or other_question(name, text)[0]:
                continue
            scores[name, number] = suits + part.bonus + 0.6 * (part.counts and has_number(text))
    return scores


def has_number(text: str) -> bool:
    """Tell whether a text states a quantity; a year or a citation's number is none."""
    return any(not _YEAR.match(found.strip()) for found in _NUMBER.findall(text))


def is_plain(sentence: str) -> bool:
    """Tell whether a text is a sentence to show: of some length, mostly words, not broken off."""
    text = sentence.strip()
    words = text.split()
    chinese = cjk_count(text)
    if (
        not (5 <= len(words) <= 60 or 10 <= chinese <= 150)
        or _CAPTION.match(text)
        or _NOTE.search(text)
        or _GARBLED.search(_TEX.sub("", text))
        or (_OTHER_LABEL.match(text) and not _LABEL.match(text))
    ):
        return False
    letters = sum(ch.isalpha() or ch.isspace() for ch in text)
    if _FOOTNOTE.match(text):
        return False
    starts = text[0].isupper() or text[0].isdigit() or not text[0].isascii() or "-" in words[0]
    return starts and letters >= 0.7 * len(text) and text[-1] in ".!?。！？)”"


def _worth(title: str, sentences: list[str]) -> list[float]:
    """Return how much each sentence is worth taking away, about 0 to 1."""
    chance = word_chances(title, sentences)
    found = []
    for sentence, row in zip(sentences, role_chances(sentences), strict=True):
        words = stems(sentence)
        gain = 2 * expected_hits(words, chance) / (len(words) + 20)
        role = sum(_WORTH[name] * p for name, p in zip(ROLES, row.tolist(), strict=True))
        leans = not standalone(sentence)
        empty = bool(_ANNOUNCES.search(sentence))
        found.append(gain + 0.7 * role + 0.1 * has_number(sentence) - 0.6 * leans - 0.5 * empty)
    return found


def _vector(text: str) -> dict[str, float]:
    counts = Counter(stems(text))
    return {word: (1 + math.log(n)) * idf(word) for word, n in counts.items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    size = math.sqrt(sum(v * v for v in one.values()) * sum(v * v for v in other.values()))
    return sum(value * other.get(word, 0.0) for word, value in one.items()) / size if size else 0.0
