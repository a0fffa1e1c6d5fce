"""Bodies: which sentences of a full text say by themselves what the paper did, and where.

A sentence of a body leans on what stands around it far more often than one of an abstract. What
is taken begins with the authors, the method's name or a report of results, tells no step that
follows another, and uses no letter that is explained elsewhere.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection
from functools import lru_cache

from paperkit.checks.questions import is_of_others
from paperkit.extractive.selection import PARTS, Part, has_number
from paperkit.extractive.weights import idf
from paperkit.extractive.wording import points_back, standalone
from paperkit.text import FUNCTION_WORDS, cjk_count, stems

FRAME = re.compile(
    r"abstract|introduction|contribution|overview|conclusion|summary|discussion|引言|结论|摘要|总结",
    re.IGNORECASE,
)
"""The headings under which a paper speaks of itself as a whole."""
_APART = re.compile(
    r"related|background|preliminar|previous|prior work|acknowledg|ethic|contributions$|funding"
    r"|availability|additional information|supplement|competing|notation|references",
    re.IGNORECASE,
)
CLOSING = re.compile(r"conclu|discussion|summary|limitation|结论|讨论|总结", re.IGNORECASE)
"""The headings under which it says what came of it."""
_WHOLE = r"(?:paper|work|article|study)"
_AUTHORS = rf"(?:we|our|(?-i:I) (?=[a-z]{{3}})|my|this {_WHOLE})\b|本文|我们"
# "We …", "In this paper, we …", "On two data sets, our model …".
_OPENS = re.compile(
    rf"(?:(?:in|with|through) this {_WHOLE},? |here,? |to [^,;:]{{3,90}}, "
    r"|(?:on|for|with|in|over|across|by|using|from|under|at|compared|unlike|between|through) "
    rf"[^,;:]{{3,90}},? )?(?:{_AUTHORS})",
    re.IGNORECASE,
)
# "Experiments on two data sets show …", "The trained solver generalizes …".
_REPORTS = re.compile(
    r"(?:(?:our|the|extensive|empirical|experimental|numerical|simulation|evaluation|main) ){0,3}"
    r"(?:experiments?|results|simulations?|evaluations?|findings|tests?|measurements?)\b"
    r"[^.;]{0,90}?\b(?:show|demonstrat|indicat|confirm|reveal|suggest|prov|verif|support)\w*"
    r"|the (?:trained|learned|proposed|presented|developed) [a-z]+ "
    r"|the (?:\w+ )?(?:combination|measurement|calculation|analysis|fit|simulation|study)s?"
    r" (?:is|are|was|were) (?:performed|carried out|based on|obtained)"
    r"|the (?:\w+ )?(?:model|network|method|system|solver|algorithm|classifier)s? "
    r"(?:is|are|was|were) (?:trained|evaluated|tested|compared)",
    re.IGNORECASE,
)
_IN_PASSING = re.compile(
    r"\b(?:then|next|(?<!the )first(?:ly)?|secondly|thirdly|now|again|above|below"
    r"|(?:the|as) follow(?:ing|s)|previously|former|latter|hence|thus|so far|them|here|hope|plan"
    r"|believe|note|refer|expect(?:ed)?|stress|recall|shall|will|begin|otherwise|speculate"
    r"|give an?|the same(?!\b.* as\b)|both(?!\b.* and\b)|display|plot(?:ted)?"
    r"|in the (?:first|second|third|last|two)|tr(?:y|ied) to|main paper"
    r"|future work|would like|I could|in the literature|references therein|look into|insights?"
    r"|appendi\w+|previous (?:section|experiment|example|step)|overview of"
    r"|each of the (?:two|three|four|five|six))\b|然后|接着|首先",
    re.IGNORECASE,
)
_BY_THE_WAY = re.compile(
    r"(?:we|I) (?:\w+ )?(?:need|let|want|would|emphasi[sz]e|(?:\w+ )?(?:it|them|they))\b"
    r"|.*[a-z]{2} \d\.$",
    re.IGNORECASE,
)
# "Here" begins a caption's sentence as often as a claim.
_HERE = re.compile(
    r"here\b(?!.{0,90}\b(?:show|demonstrat|propos|present|report|introduc|stud|investigat"
    r"|develop))",
    re.IGNORECASE,
)
# A letter that stands for something explained elsewhere; "F1" and "I" are words.
_SYMBOL = re.compile(
    r"(?<![\w.'’&+-])(?!(?:[aAI]|F1)\b)(?:[A-Za-z]\d?|[α-ωΑ-Ω]\w*|[a-z]{1,2}\d)"
    r"(?![\w'’&+-]|\.\w)|[=∈∑∀∂∫≡]|\w_\w"
)
SHORT_FORM = re.compile(r"\(([A-Z][A-Za-z-]*[A-Z])s?\)")
"""A short form in brackets after the words that it stands for."""
_DEFINITE = re.compile(r"\b[Tt]he (?=((?:[\w'’-]+ ){0,4}[\w'’-]+))")
# "The larger data set", "our second contribution": one of several.
_OF_SEVERAL = re.compile(
    r"\b(?:the|our) (?:larger|smaller|second|third|fourth|remaining|corresponding|previous"
    r"|resulting"
    r"|respective|other|aforementioned|next|last)\b(?! (?:few|decade|century|years?)\b)"
    r"|\b[\w.]+\(\)",
    re.IGNORECASE,
)
# "An overview is given in …", "See …": a pointer at another work.
_REFERS = re.compile(
    r"(?:see|for an?)\b|.*\b(?:overview|introduction|review|survey|discussion|treatment|details)\b"
    r".{0,60}\b(?:is|are|can be) (?:provided|given|found)\b|.*\[\d|.*\b(?:package|vignette)s?\b"
    r"|the basic\b",
    re.IGNORECASE,
)
# What the method as a whole is or does, or what its authors do throughout.
_STEP = re.compile(
    r"(?:[^,;:]{3,90}, )?(?:(?:we|I) (?:\w+ly )?(?:use|employ|adopt|train|fine-?tune|combine"
    r"|represent"
    r"|encode|decode|optimi[sz]e|minimi[sz]e|maximi[sz]e|fit|learn|build|construct|extract"
    r"|formulate"
    r"|parametri[sz]e|parameteri[sz]e|approximate|estimate|model|collect|sample|implement|apply"
    r"|augment|initiali[sz]e|solve|simulate|annotate|prune|replace)"
    r"|(?:our|the proposed) (?:[\w-]+ ){0,4}(?:method|model|approach|algorithm|framework|network"
    r"|system|encoder|architecture|pipeline) (?:\w+ly )?(?:is an?|is based|uses?|consists?|takes?"
    r"|maps?|relies|builds?|combines?|learns?|follows?|employs?|has|comprises?|works?)\b)|我们|本文",
    re.IGNORECASE,
)
_DESCRIBES = frozenset(
    "of that which who whose in on for to between from with by at where among under across".split()
)
"""What comes after a thing that a sentence itself describes."""
_EVERYWHERE = frozenset(
    stems(
        "method approach model framework algorithm system technique tool problem task field area"
        " result experiment literature paper work article first best most main same other only next"
        " whole entire past future last real world state number fact way art community case"
        " proposed presented original existing current"
    )
)
"""What every paper has, or what needs no telling which."""
_LEAST_WORDS = 9
_SHARED = 2  # rare words of the title in a sentence about what the title names
# What a paper did or found as a whole, or with what outcome, and no step of its work.
_CLAIMS = re.compile(
    r"\b(?:propos|present|introduc|develop|show|demonstrat|f[io]u?nd|prov|(?<!to )achiev|outperform"
    r"|confirm|replicat|reproduc|obtain|observ|conclud|establish|reveal|(?<!to )improv|investigat"
    r"|stud(?:y|ied)|analy|evaluat|compar|generali[sz]|measur|report|releas|provid|highlight|test)",
    re.IGNORECASE,
)
_MEASURES = re.compile(
    r"\b(?:we|I) (?:\w+ ){0,2}(?:evaluat|test|compar|measur|simulat|conduct|perform|validat|prov"
    r"|stud|survey|experiment|analy|run|ran\b)|\b(?:is|are|was|were) (?:\w+ )?(?:evaluated|tested"
    r"|compared|measured|validated|conducted|performed)"
    r"|\b(?:experiments?|simulations?|survey|evaluation|tests?) (?:\w+ ){0,9}"
    r"(?:show|reveal|demonstrat|confirm|indicat)",
    re.IGNORECASE,
)
_TRIES = re.compile(
    r"\b(?:train|evaluat|test|experiment|appl(?:y|ied)|us(?:e|ed|ing)\b|collect|run|ran\b|conduct"
    r"|construct|compar|demonstrat)",
    re.IGNORECASE,
)
_TESTS = re.compile(
    r"\b(?:evaluat|test|experiment|demonstrat|validat|benchmark|compar|outperform|surpass|achiev"
    r"|result)|state[- ]of[- ]the[- ]art",
    re.IGNORECASE,
)
_POSSIBLE = re.compile(r"\b(?:could|can|may|might|potential(?:ly)?)\b", re.IGNORECASE)
_OUTCOME = re.compile(
    r"\bwe (?:\w+ )?(?:show|f[io]u?nd|demonstrat|observ|obtain|achiev|reach|measur)"
    r"|(?<!to )\b(?:outperform|achiev|surpass|rival)|comparable to|(?:better|faster|worse) than"
    r"|more \w+ than|\d\s?%|state[- ]of[- ]the[- ]art",
    re.IGNORECASE,
)

LIMITS = Part(
    most=1,
    roles=frozenset(("background", "objective", "method", "result", "other")),
    cues=(
        r"\b(?:limited to|limitations? of (?:our|this|the)"
        r"|(?:may|might) not (?:hold|apply|generali[sz]e)"
        r"|(?:we|I) (?:\w+ ){0,2}(?:did|do|have|could|can) ?not|we (?:\w+ )?only|not every"
        r"|remains? (?:open|unclear|to be)|at the (?:cost|expense) of)\b",
        r"局限|不足|无法",
    ),
    sections=r"limitation|discussion|conclusion|future|局限|讨论|结论",
)
"""What a paper admits about itself; it stands with the performance."""


def unexplained(text: str, known: str, short_forms: Collection[str] = ()) -> bool:
    """Tell whether a sentence names what only other sentences of a body explain.

    That is a thing ("the second module") that neither it nor `known` has named before, or a short
    form explained elsewhere.
    """
    told = _things(known)
    for match in _DEFINITE.finditer(text):
        words = list(
            itertools.takewhile(lambda w: w.lower() not in FUNCTION_WORDS, match[1].split())
        )
        after = match[1].split()[len(words) : len(words) + 1] or text[match.end(1) :].split()[:1]
        described = bool(after) and after[0].lower() in _DESCRIBES
        before = set(stems(text[: match.start()]))
        if words and not described and not set(stems(" ".join(words))) & (told | before):
            return True
    ours = re.findall(r"\b[Oo]ur ([A-Z][a-z]+)\b", text)
    if _OF_SEVERAL.search(text) or any(name not in known for name in ours):
        return True
    return unknown_form(text, known, short_forms)


def unknown_form(text: str, known: str, short_forms: Collection[str]) -> bool:
    """Tell whether a text uses one of a paper's short forms that neither it nor `known` explains.

    Those that every reader knows (CNN, LLM) need no telling.
    """
    used = set(re.findall(r"[\w-]+", text)).intersection(short_forms) - _usual()
    told = known + " ".join(SHORT_FORM.findall(text))
    words = re.findall(r"\b[A-Za-z]?[a-z]+\b", told)  # and no short form
    initials = "".join(word[0] for word in words).lower()
    return any(form not in told and form.lower() not in initials for form in used)


@lru_cache(maxsize=4)
def _things(known: str) -> frozenset[str]:
    """Return the stems of what need not be told which, once for all sentences of a paper."""
    return _EVERYWHERE.union(stems(known))


@lru_cache(maxsize=1)
def _usual() -> frozenset[str]:
    from paperkit.trends.ngrams import groups

    return frozenset(pair.partition("=")[0] for pair in groups()["acronyms"])


def self_contained(text: str, name: str = "") -> bool:
    """Tell whether a sentence out of a body says by itself what the paper's authors did.

    It begins with them, or with their method's name or results, and tells no step that follows
    another.
    """
    alone = standalone(text)
    opens = _OPENS.match(alone) or _REPORTS.match(alone)
    named = bool(name) and name.lower() in alone[: 30 + len(name)].lower()
    return (opens is not None or named) and _is_complete(text)


def about(text: str, title: str) -> bool:
    """Tell whether a sentence without "we" is about what the title names, alone and uncited."""
    alone = standalone(text)
    shared = {w for w in set(stems(title)).intersection(stems(alone)) if idf(w) > 3}
    cited = re.search(r"\[\d|\bet al\b|\(\d{4}\)", alone)
    return len(shared) >= _SHARED and not cited and _is_complete(text)


def claims(text: str, section: str, name: str, title: str) -> bool:
    """Tell whether a sentence of a body says what the paper as a whole does or finds."""
    if not (FRAME.search(section) and _CLAIMS.search(text)):
        return False
    closes = CLOSING.search(section) is not None and about(text, title)
    return closes or self_contained(text, name)


def is_tested(text: str) -> bool:
    """Tell whether a sentence says that something is tested, or how it does in a test."""
    return _TESTS.search(text) is not None


def is_given(text: str) -> bool:
    """Tell whether a sentence of an introduction says what is known, and is no pointer."""
    return _REFERS.match(text) is None


def _is_complete(text: str) -> bool:
    alone = standalone(text)
    long = len(alone.split()) >= _LEAST_WORDS or cjk_count(alone) > 0
    said = re.sub(rf"^(?:In|With|Through) this {_WHOLE}", "", alone)
    leans = (
        _IN_PASSING.search(said)
        or _SYMBOL.search(said)
        or _HERE.match(text)
        or _BY_THE_WAY.match(said)
    )
    return long and not leans and not points_back(said) and not is_of_others(alone)


def is_in_place(part: str, text: str, section: str, name: str, title: str) -> bool:
    """Tell whether a sentence says something of this paper where a body says such a thing."""
    if _APART.search(section):
        return False
    section = "" if section.lower() == "abstract" else section  # a letter without headings
    home, frame = _part(part).at_home(section), bool(FRAME.search(section))
    alone = self_contained(text, name)
    results = PARTS["performance"].at_home(section)
    if part == "methods":
        step = _STEP.match(standalone(text)) and not re.search(r"\[\d|\bcompar|\btests?\b", text)
        return alone and bool(step) and (home or not (frame or results))
    if part == "task":
        tried = _TRIES.search(text) and not (_POSSIBLE.search(text) or _OUTCOME.search(text))
        return alone and bool(tried)
    if part in ("performance", "evidence", "limits"):
        outcome = part == "performance" and _OUTCOME.search(text) is not None
        measured = part == "evidence" and _MEASURES.search(text) is not None
        counts = outcome or measured or (part == "limits" and home)
        counts = counts or (part == "performance" and results and has_number(text))
        return counts and (alone or (part != "evidence" and results and about(text, title)))
    return alone and frame


def _part(part: str) -> Part:
    return LIMITS if part == "limits" else PARTS[part]
