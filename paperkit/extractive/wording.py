"""Wording: what a sentence's words tell: whose it is, what it leans on, how it stands alone."""

from __future__ import annotations

import re

from paperkit.checks.questions import WHOLE, is_of_itself
from paperkit.text import FUNCTION_WORDS, cjk_count, stems

# Notes of the first page and of the end that are no part of what the paper says.
_NOTE = re.compile(
    r"@|corresponding author|correspondence should|competing (?:financial )?interests"
    r"|equal contribution|author contributions|key ?words?\b.{0,3}[:—–-]"
    r"|all rights reserved|^submitted to"
    r"|was responsible for|acknowledg|thank|grant|©|https?://|visiting astronomer|preprint"
    r"|\b(?:code|codebase|implementation|source code|weights|data|dataset)s?\b[^.]{0,40}\b"
    r"(?:available|released|open[- ]source)"
    r"|\bwe (?:will )?(?:release|open-source|publish) (?:our|the|all|both)\b"
    r"|\bfollow-up (?:paper|article)|\bversion of this|\bcan be found (?:at|in)\b"
    rf"|^this (?:\w+ ){{0,3}}{WHOLE} (?:has been |was )?(?:originally |first "
    rf"|previously )?published"
    r"|^this [^.]{0,90}?\b(?:is|was) (?:an? )?(?:\(?\w+\)? ){0,3}(?:version|companion|preprint"
    r"|reprint|translation|continuation|summary|sequel)\b",
    re.IGNORECASE,
)
# A heading ("Training We use"), a footnote's mark, a large letter before its word ("S trapped").
_FOOTNOTE = re.compile(
    r"[A-Z][a-z-]+(?: [a-z-]+){0,5} (?:For|We|Our|To|This|In|The|If|When|As|It) [a-z]"
    r"|(?:[A-Z][a-z]+ ){1,3}(?:We|Our|To|This|In) [a-z]"
    r"|\d{1,2}[A-Z][a-z]|\d+\. [A-Z]|[†‡*∗§¶]|(?![AI] )[A-Z] [a-z]{2}"
)
_CAPTION = re.compile(r"(?:fig(?:ure)?|tab(?:le)?|algorithm|listing)\.? ?\d+[.:]", re.IGNORECASE)
# A sentence that points at what is not shown beside it.
_POINTS = re.compile(
    r"(?:\b(?:Fig(?:ure|s)?|Tab(?:le)?s?|[Ss]ect?(?:ion)?s?|Eqs?|Equations?|Appendix|Algorithm"
    r"|Step|Refs?|Supplementary|Theorem|Lemma|Proposition|Corollary|Definition|[Cc]hapter)\b\.?"
    r"\s?\(?[\dA-Z]"
    r"|\b[Ii]n (?:the |an )?[Aa]ppendi"
    r"|\b[Ii]n the (?:supplement|table|figure|previous|next|following|rest of)"
    r"|\b(?:problems?|equations?|bounds?|inequalit\w+|formulas?|constraints?|objective|in|by|of"
    r"|from|using|with|see) \(\d{1,2}\)"
    r"|§|\[\d+(?:, ?\d+)*\]|\((?:see|cf\.?) |\b(?:rightmost|leftmost|row label|column)"
    r"|\b(?:bottom|top) (?:section|row)|aforementioned|above[- ]mentioned"
    r"|(?<!and) (?:\w+s|condition|result|strategy|discussion) above\b(?! (?:the|an?|all|\d))"
    r"|\b(?:made|described|mentioned|given|discussed|shown|defined|stated|introduced)"
    r" (?:above|below))"
)
_LABEL = re.compile(
    r"(?:(?:abstract|background|context|introduction|objectives?|aims?|purpose|motivation|methods?"
    r"|materials and methods|approach|results?|findings?|conclusions?|significance)"
    r"(?: (?:&|and) \w+)?\s?(?:[:.—–]|-(?= ))"
    r"\s*(?=\S)|(?-i:A(?:bstract|BSTRACT)\s+(?=[A-Z])))",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(r"[A-Z][\w& -]{2,30}(?::| [—–] )\s?[A-Z]")
# Letters that a formula leaves when its font is not understood; words without their "fi" or "ff".
_GARBLED = re.compile(
    r"(?<![\w-])(?:con guration|de ned?|di eren(?:t|ce)s?|e ects?|(?:coe|su|e) cien\w*"
    r"|speci (?:c|ed)|signi can\w*|rst|nal|nite|xed|gures?|tted|tting|elds?|lters?)(?![\w-])"
    r"|ffiffi|\\(?:cite|ref|label|footnote)|[\u0300-\u036f]|[Þþð¼]|\dæ|\w\{\w"
    r"|(?<![\\\w^_}])\{\w+\}|(?:[=~<>≤≥±∼≈][^=]*){4}"
)
_TEX = re.compile(r"\$[^$]*\$")
# A letter that stands for something: any in a formula, a capital elsewhere.
_LETTER = re.compile(
    r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])|\\(?:[A-Z][a-z]+|alpha|beta|gamma|delta)\b"
)
_CAPITAL = re.compile(r"(?<![\w$\\'’.&/-])[B-HJ-Z](?=[\s^_,;(]|[.)](?:\s|$))")
# "In particular: 1." and "as follows:" break off before what they announce; "[. . . ]" was cut.
_BROKEN_OFF = re.compile(
    r"[:;,] ?\(?\d{1,2}[.)]$|\[ ?(?:\. ?){2}|\[ ?…|(?<=\w)\?\?(?=\W)|\\unicode"
)
# Sentences that announce something and tell nothing.
_ANNOUNCES = re.compile(
    r"^(?:(?-i:Let)|We assume that) [\w$]|^Here,? \W"
    r"|^(?:in|from) (?:an? |our )?(?:earlier|previous|prior|companion) (?:work|paper|article|stud)"
    r"|^(?:\w+ ){0,3}(?:briefly |also )?(?:discuss|sketch|hope|provide a discussion)\b"
    r"|\b(?:is|are) (?:also |briefly )*(?:discussed|illustrated)\b"
    r"|^In Section|\bpresented in this paper\b|\bare organi[sz]ed\b|\bfor future research\b"
    r"|\brefer the reader\b|^For (?:more )?details|\bdescribed (?:below|above)\b|\?$"
    r"|\b(?:is|are) (?:also )?considered\.$|^Summary of\b|natural to ask"
    r"|^(?:here,? )?we (?:also )?(?:note|remark|recall|stress) (?:here )?that\b"
    rf"|\b{WHOLE} (?:concludes|ends|closes) (?:with|by)\b"
    r"|^(?:[\w-]+ ){1,9}(?:is|are) (?:also |then )?(?:presented|given|provided|reported|included"
    r"|shown)"
    r"(?: too| as well)?\.?$"
    r"|^(?:[\w-]+ ){1,7}(?:is|are) also (?:proposed|suggested|described|studied|explored)\.?$"
    r"|^Items? \(|^(?-i:See) "
    r"|\b(?:possible|potential|future) (?:applications?|extensions?|improvements?)\.?$",
    re.IGNORECASE,
)
_AIMS = re.compile(
    r"(?:(?:in this \w+|here),? )?we (?:\w+ to )?(?:bridge|fill|close|narrow|address|tackle|solve)"
    r" (?:the|this|these|that|such) (?:gaps?|issues?|problems?|challenges?|questions?)"
    r"(?: (?:in|with) (?:this|our) \w+| here)?\.?$",
    re.IGNORECASE,
)
_BRIEF = re.compile(r"\b(?:brief|short) (?:overview|introduction|summary) (?:of|to) the\b")
_PLANS = re.compile(
    r"\bwe (?:hope|sketch|plan|refer|would)\b|\bfuture work\b|\bare organi[sz]ed\b"
    r"|^.{0,50}\b(?:is|are) (?:also |briefly )?discussed\b"
    r"|\bpresented in this\b|\babove\b"
    r"|\bthe answer\b|"
    r"(?:effectiveness|efficacy|performance) of (?:our|the proposed|this)\b"
    r"|\bwe (?:did|do|could|have) not\b",
    re.IGNORECASE,
)
# A sentence that tells what was done, without "we".
TELLS = re.compile(
    r"\b(?:is|are|was|were|has been|have been) (?:\w+ )?(?:stud|consider|show|prove|present"
    r"|investigat|deriv|used to|propos|develop|introduc|analy|obtain|perform|calculat|describ"
    r"|establish|install|test|measur|evaluat|compar|observ|demonstrat|construct|implement|examin"
    r"|extend|design|built|fabricat|synthesi|grown|prepared|deposit|identifi|detect|estimat"
    r"|monitor|verifi"
    r"|confirm|reali[sz]ed|formulat|explor|report|replicat|simulat|modell?ed|solved|determin"
    r"|generali[sz]"
    r"|review|revisit|reconsider)"
    r"|^The [\w-]+ (?:package|library|toolbox|toolkit|software) (?:provides|implements|offers)\b"
    r"|\bauthors? (?:present|prove|show|stud|propose|consider|describe|report)"
    r"|\b(?:is|are|was|were) (?:\w+ )?(?:found (?:that|to)|carried out|conducted|processed|trained"
    r"|collected|suppressed|enhanced|observed)\b"
    rf"|^This (?:\w+ )?{WHOLE}\b"
)
PASSIVE = re.compile(
    r"\b(?:is|are|was|were) (?:(?!widely|often|common|usual|typical|general|well|extensive)\w+ )?"
    r"(?:being )?"
    r"(?:presented|proposed|described|introduced|developed|considered|investigated|derived|proved"
    r"|calculated|simulated|analy[sz]ed|computed|reported|examined|established|performed|studied"
    r"|constructed|designed|installed|reviewed|discussed|outlined|used to clarify)\b(?! by [A-Z])"
    r"|\b(?:is|are|was|were) (?:first|here|now) (?:applied|used|employed)\b"
    r"|\bha(?:s|ve) been (?:studied|investigated|calculated|measured|analy[sz]ed|performed"
    r"|computed)"
    r" (?:using|by means|with the|within the|in the framework)\b"
)
"""What the authors did, in a passive that seldom tells what is known."""
CONDITION = re.compile(r"(?:in case|when|under|for|given|at|with|since)\b", re.IGNORECASE)
"""Opens a clause without which the one after it says more than the paper does."""
_LEAD = re.compile(
    r"(?:if|when|whenever|under|for|given|at|with|since|although|while|suppose|let|after|before"
    r"|upon|by|in|to|from|through|using|on|based|as|because|due)\b"
    r"(?!.*\b(?:we|this|I)\b)(?!.*, (?:the|an?|our|it|there|[A-Z][\w-]+) )",
    re.IGNORECASE,
)
_ADDS = re.compile(
    r"(?:finally|ultimately|additionally|furthermore|moreover|in addition|lastly|besides|then|next"
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
_DEFINES = re.compile(
    r"(?:by an? .*\bwe mean|let|suppose|assume|if one|recall)\b"
    r"|(?!.*\b(?:we|this)\b).*\b(?:is|are) (?:said to|called|denoted|defined)\b",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"\b(?:has|have) (?:not |never |so far |rarely |only )?(?:been )?(?:\w+ )?(?:widely|extensively"
    r"|well|largely|rarely|little|long) |\b(?:is|are) (?:well|widely) (?:known|used)|\bit is known",
    re.IGNORECASE,
)
_ASSUMES = re.compile(
    r"^by an? .*\bwe mean\b|^suppose\b|^(?:[^,]{3,40}, )?(?:we|let) (?:also )?(?:assume|suppose"
    r"|let|denote|stress|note|say|call|write|recall)\b",
    re.IGNORECASE,
)
# What ties a sentence to the one before it and can be left out.
_CONNECTIVE = re.compile(
    r"(?:(?:therefore|thus|hence|moreover|furthermore|additionally|consequently|finally|also"
    r"|besides"
    r"|here|yet|in fact|indeed|as a remedy|in the end|on the other hand|more precisely"
    r"|to \w+ (?:this|these|such)(?: [\w{}-]+){1,4}"
    r"|to \w+ the (?:gaps?|issues?|problems?|challenges?|limitations?|drawbacks?|shortcomings?)"
    r"|meanwhile|subsequently|afterwards"
    r"|for instance|concretely|ultimately|to \w+ (?:this|it|them)|accordingly|as a result"
    r"|in addition|in particular|specifically|notably"
    r"|(?:(?:more|most) )?importantly"
    r"|overall|in summary|in conclusion|to this end|however|nevertheless|nonetheless|unfortunately"
    r"|next|first(?:ly)?|then|second(?:ly)?|third(?:ly)?|lastly|for example"
    r"|in contrast|conversely|interestingly|further|similarly|last but not (?:the )?least"
    r"|(?:not )?surprisingly|remarkably|strikingly|promisingly|encouragingly|intriguingly|crucially"
    r"|unexpectedly|curiously)\s?,"
    r"|thus|hence|therefore|however|moreover|furthermore|consequently"
    r"|(?:here|lastly|last|in the process|in doing so)(?= we\b)"
    r"|finally(?= (?:we|the|our|this (?:paper|work))\b))\s+",
    re.IGNORECASE,
)
# A sentence that opens so leans on the one before it, which is not shown.
_LEANS = re.compile(
    r"(?:(?:(?:by|in|for|with|under|from|on|at|as|given|using|based on|despite|after|before|through"
    r"|via|within|across|among|between|like|unlike|because of|due to|beyond|besides|without|over"
    r"|during|following|since|in spite of|motivated by|inspired by) )?"
    r"(?:this|that|these|those|such)"
    rf"(?! (?:\w+ )?{WHOLE}\b)"
    r"|it(?! (?:is|was) (?:also )?(?:shown|found|proved|proven|demonstrated|argued)\b)"
    r"|its|they|their|he|she|then|to be (?:precise|exact|specific|clear)"
    r"|and|but|or|to test|to do so|doing so|both|one (?:\w+ ){0,2}(?:is|was|of (?:them|these"
    r"|those))"
    r"|in the (?:first|second|third|final|next|last)(?: \w+){0,3} (?:step|stage|phase|part|case)\b"
    r"|the (?:process|procedure|step|stage|phase|answer|reason|effect|phenomenon|idea|former"
    r"|conjecture"
    r"|claim|statement|assumption)"
    r" (?!of\b|for\b|that\b|in\b|to\b|by\b)"
    r"|the (?:utilized|used|extracted|acquired|said|above)\b|.*\bthe former (?!.*\blatter\b)"
    r"|similar (?!to\b)|also|here|now|another|(?:we|I) (?:then|next|now)|instead|in turns?"
    r"|on the contrary"
    r"|by contrast"
    r"|.*\bin this (?:way|manner|fashion)|rather|alternatively|likewise|recently,? we"
    r"|we (?:have )?(?:recently|previously)"
    r"|(?:recently )?we have (?:recently |previously )?proposed"
    rf"|(?:we|this {WHOLE}) (?:\w+ ){{1,3}}(?:its?|their|them|they)\b"
    r"|the result (?=[\w-]+)(?!of\b|that\b|in\b|for\b)"
    r"|we (?:\w+ ){1,2}this (?:by|for|in|with|via|through|using|under|as|and|to|when)\b"
    r"|(?:we (?:\w+ ){1,4})?an? (?:similar|analogous|corresponding|equivalent)\b"
    r"(?! (?:\w+ ){0,4}(?:to|as|with)\b)|(?:no|\w+ the) (?:similar|analogous|corresponding)\b"
    r"|an? \w+ one"
    r"|the (?:resulting|obtained|following|emerging|former|latter|same|other|two|three|first"
    r"|second))\b"
    r"|(?:[\w-]+ ){1,4}this (?:gap|idea|problem|issue|question|end)\b"
    r"|(?:[\w-]+ ){1,6}such(?! as\b| that\b)\b"
    r"|(?:for|in|of|with|by|on) the (?:former|latter)\b"
    r"|[^,.$]{0,70}, (?:this|these|those|such(?! as\b)|they|it) "
    r"(?!(?:is|was|has been) (?:shown|found|proved)"
    r"|paper|work|article|study|review)",
    re.IGNORECASE,
)
# "this gap", "such nets", "the same tasks": what they mean has to be named before them.
_POINTS_BACK = re.compile(
    rf"\b(?:(?:this(?! {WHOLE}\b)|these|those|such) (?!"
    r"as\b|that\b|an?\b|(?:of|in|with|from|for|who)\b)"
    r"|the same (?=[\w-]+[.,;])|(?:with|of|for|by|to) that )(?:\w+ly )?([\w-]+)(?: ([\w-]+))?"
    r"|\b(this|these|those)[,;:.]"
    r"|\bboth (?!(?:[\w-]+ ){1,6}and\b|of\b|and\b)(?P<both>[\w-]+s)\b"
    r"|\b(?:on|of|for|to|in|with|by|from) (this) (?:is|are|was|were|and|or)\b",
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
# "… are then fed into": a step after one that is not shown.
_FOLLOWS = re.compile(
    r"\bthen\b(?! again\b)"
    r"|\b(?:is|are|was|were|be|can|could|may|will|we|and) (?:next|subsequently|afterwards)\b"
)
_BEFORE_IT = re.compile(
    r"\b(?:first|initial|if|when|once|after|given|by \w+ing|two[- ]st\w+|since|until)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"The ([a-z]+) (?:is|are|was|were|has|have|can|could|may|will|[a-z]{3,}ed|employs|uses|allows"
    r"|enables|provides|consists|comprises|contains|includes|requires|yields|achieves|relies|takes"
    r"|makes|gives|leads|performs|outperforms|learns|combines|first)\b"
)
# A part of the work that only the sentences before it make known.
_PART_OF = re.compile(
    r"the (?:resulting )?(?:pipeline|method|approach|framework|model|system|algorithm|technique"
    r"|scheme|procedure|tool|architecture|network|benchmark|data ?set|corpus)s? "
    r"(?!of|for|that|in|to|by)",
    re.IGNORECASE,
)
_IN_PAPER = re.compile(rf"\bin this (?:\w+ )?{WHOLE}\b", re.IGNORECASE)
_ACTS = re.compile(
    rf"\b(?:we|I|(?:the )?authors|(?:this|the|present) (?:\w+ )?{WHOLE}) "
    r"(?:(?:\w+ly|first|also|here|have|then|further|now|aim to|set out to) )*"
    r"(?:propos|present|introduc|develop|describ|stud|investigat|explor|review|design|devis|address"
    r"|extend|establish|aim|outline|provide|report|resolve|deriv|construct|offer|examin|focus"
    r"|consider"
    r"|analy|show|prove|find\b|found\b|demonstrat|observe|obtain|comput|calculat|determin"
    r"|measure|give"
    r"|discuss|characteri|generali|simulat|test|evaluat|compar|perform|appl|use\b|train|formulat"
    r"|solve"
    r"|conduct|combin|argue|identif|reveal|estimat|implement|build|built|created?|concern|deal"
    r"|survey"
    r"|initiate|revisit|suggest|improv|reduce|achiev|employ|discover|tackle|reconsider|model)"
    r"|\b(?:in|of) this (?:\w+ )?" + WHOLE + r"|\bhere,? we\b",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"(?:(?:in|with|through) this \w+,? |here,? "
    r"|(?:motivated|inspired|based|building|drawing|using|to|for|with) [^,]{2,80}, )?"
    rf"(?:we|(?:the )?authors|(?:this (?:\w+ )?{WHOLE})|our paper)"
    r" (?:is )?(?:propos|present|introduc|develop|describ|stud|investigat|explor|concern|review"
    r"|design|devis|address|extend|establish|aim|outline|provide|report|resolve"
    r"|deriv|construct|offer|examin|focus|give\b)"
    r"|the [\w-]+ (?:package|library|toolbox|toolkit|software|framework|code) "
    r"(?:provides|implements|offers|introduces)\b"
    r"|(?:in this \w+, )?we are the first to\b"
    r"|(?:our|the) (?:main |primary |overall )?(?:aim|goal|purpose|objective)"
    r" (?:of (?:this|our) \w+ )?(?:is|was) to\b"
    r"|the (?:aim|goal|purpose|objective) of this \w+ is\b"
    r"|本文(?:提出|介绍|研究)|我们提出",
    re.IGNORECASE,
)


def standalone(sentence: str) -> str:
    """Return a sentence as it can stand alone: no connective before it, a capital, an end mark.

    Empty where it leans on what stands before it ("This makes …").
    """
    text = unlabeled(sentence.strip())
    while match := _CONNECTIVE.match(text):
        text = text[match.end() :]
        if re.match(r"(?:how|why|what|whether|which)\b|\(", text):  # "In particular, how …"
            return ""
    return "" if _LEANS.match(text) or _follows(text) else finished(text)


def _follows(text: str) -> bool:
    """Tell whether a sentence tells a step after one that it does not name."""
    match = _FOLLOWS.search(text)
    return match is not None and not _BEFORE_IT.search(text[: match.start()])


def symbols(text: str) -> set[str]:
    """Return the letters of a text that stand for something ("$A$", "group G", but no "2D")."""
    formulas = " ".join(_TEX.findall(text))
    return {*_LETTER.findall(formulas), *_CAPITAL.findall(_TEX.sub(" ", text))}


def takes_symbols(text: str, before: str, known: str = "") -> bool:
    """Tell whether a text uses a letter that only the text before it has told the meaning of."""
    used = symbols(text) & symbols(before) - symbols(known)
    brought = r"\b(?:an?|any|every|each|some|all|where|let) (?:[\w-]+ ){0,4}\$?"
    return any(not re.search(brought + re.escape(letter), text) for letter in used)


def unlabeled(text: str) -> str:
    """Return a text without the label of an abstract's part ("Results: …") before it."""
    return _LABEL.sub("", text, count=1) if _LABEL.match(text) else text


def announces(text: str) -> bool:
    """Tell whether a sentence only says that something is discussed, hoped for or called so."""
    said = _ANNOUNCES.search(text) or _DEFINES.match(text)
    return said is not None or _AIMS.match(standalone(text)) is not None


def sums_up(text: str) -> bool:
    """Tell whether a text can stand alone over a paper: no question, no plan, no assumption."""
    alone = standalone(text)
    empty = _PLANS.search(text) or _AIMS.match(text) or _ASSUMES.match(text)
    unsaid = _BRIEF.search(text) or text.rstrip().endswith("?")
    return bool(alone) and not (empty or unsaid or _PART_OF.match(alone) or points_elsewhere(text))


def only_leads(text: str) -> bool:
    """Tell whether a text is what comes before a main clause ("After detecting …"), without one."""
    return _LEAD.match(text) is not None


def adds(sentence: str) -> bool:
    """Tell whether a sentence tells what comes beside the main thing ("Finally, we also …")."""
    return _ADDS.match(sentence) is not None


def of_others(text: str) -> bool:
    """Tell whether a text begins with earlier work and says nothing of the paper's own."""
    return _EARLIER.match(standalone(text)) is not None and not is_of_itself(text)


def is_main(text: str) -> bool:
    """Tell whether a text says "in this paper", as one on the main thing does."""
    return _IN_PAPER.search(text) is not None


def acts(text: str) -> bool:
    """Tell whether a text says what its authors do, and not what "we" all do ("when we search")."""
    return _ACTS.search(text) is not None


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
    told = set(stems(known)) | _EVERYWHERE
    for match in _POINTS_BACK.finditer(text):
        one = match[0].lower().startswith("this")
        named = told | _UNDERSTOOD if one and beside else told if one else told - _UNDERSTOOD
        words = [w for w in (match[1], match[2], match["both"]) if w]
        if not one and words and words[0].endswith("s"):  # "these properties transfer"
            words = words[:1]
        nouns = set(stems(" ".join(words))) - FUNCTION_WORDS
        if not {n[:5] for n in nouns} & {n[:5] for n in named.union(stems(text[: match.start()]))}:
            return True
    return False


def takes_up(text: str, before: str, known: str) -> bool:
    """Tell whether a text begins with "The nets" that only the sentence before it speaks of."""
    match = _SUBJECT.match(text)
    noun = set(stems(match[1])) if match else set()
    return bool(noun) and noun <= set(stems(before)) - set(stems(known)) - _UNDERSTOOD


def is_known(text: str) -> bool:
    """Tell whether a text says how widely something is known or done."""
    return _KNOWN.search(text) is not None


def is_own(text: str, name: str = "") -> bool:
    """Tell whether a text says "we" or "this paper", or names the paper's method."""
    return is_of_itself(text) or bool(name and name.lower() in text.lower())


def finished(text: str) -> str:
    """Return a text with a capital at its start, unless a name stands there, and with an end."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    parts = first.strip(",").split("-")
    plain = first == "a" or (first.islower() and all(len(p) > 1 and p.isalpha() for p in parts))
    text = text[:1].upper() + text[1:] if plain else text
    text = text.rstrip(" ,;:–—-")
    ended = not text or text[-1] in '.!?。！？”"' or text.endswith((".)", "!)", "?)", "。)"))
    return text if ended else f"{text}."


def _half_a_list(text: str) -> bool:
    """Tell whether a text has one item of a list and not the others ("1) …", "2) …")."""
    items = set(re.findall(r"(?:^|[\s(])([1-4])\) ", text))
    return len(items) == 1


def is_plain(sentence: str) -> bool:
    """Tell whether a text is a sentence to show: of some length, mostly words, not broken off."""
    text = sentence.strip()
    words = text.split()
    chinese = cjk_count(text)
    if (
        not (5 <= len(words) <= 60 or 10 <= chinese <= 150)
        or _CAPTION.match(text)
        or _NOTE.search(text)
        or _BROKEN_OFF.search(text)
        or _GARBLED.search(_TEX.sub("", text))
        or (_OTHER_LABEL.match(text) and not _LABEL.match(text))
    ):
        return False
    plain = _TEX.sub("", text)
    if plain.count("]") > plain.count("[") or _half_a_list(plain):
        return False
    letters = sum(ch.isalpha() or ch.isspace() for ch in text)
    if _FOOTNOTE.match(text):
        return False
    starts = text[0].isupper() or text[0].isdigit() or not text[0].isascii() or "-" in words[0]
    return starts and letters >= 0.7 * len(text) and text[-1] in ".!?。！？)”"
