"""Selection: which sentences to show for what, by their words, their cues and their roles.

`PARTS` is a table of cues to extend: what the sentences of each part of a deep reading say.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from paperkit.checks.questions import OWN, other_question
from paperkit.extractive.sentence_roles import ROLES, role_chances
from paperkit.extractive.summaries import word_chances
from paperkit.extractive.weights import expected_hits, idf
from paperkit.extractive.wording import announces, is_plain, standalone
from paperkit.text import stems


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


_METHODS = (
    "(?:methods|approaches|techniques?|models|algorithms|systems|studies|works|solvers"
    "|architectures|networks)"
)
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
                r"|introduc|develop|describ|design|devis|address|aim|study|investigat|extend"
                r"|combine)",
                r"^(?:our|the proposed) (?:\w+ )?(?:method|approach|framework|algorithm)\b",
                r"本文提出|我们提出|本文介绍|提出了",
            ),
            never=(
                r"\b(?:future work|we plan|we will|rest of th|achiev|outperform|surpass"
                r"|experimental|extensive"
                r"|we (?:\w+ )?(?:show|demonstrate|find|observe|argue) that|set out|whether)",
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
                rf"^[^,.;:]{{0,90}}\b{_METHODS}\b.*\b(?:suffer|fail|falls? short|lack|limit"
                rf"|neglect|ignor|struggl"
                r"|drawback|shortcoming|cannot|expensive|costly|difficult|rely|relies)",
                rf"^(?:however|unfortunately|but|nevertheless),? (?:[\w-]+ ){{0,8}}{_METHODS}\b",
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
            never=(
                *_BEFORE_AND_AFTER,
                r"\b(?:we|paper|work) (?:\w+ )?(?:propose|introduce|present)s?\b",
                r"^(?:since|as|because)\b",
            ),
            counts=True,
            bonus=-0.5,
            sections=r"experiment|result|evaluat|data|setup|实验|结果",
        ),
        "performance": Part(
            most=3,
            roles=frozenset({"result"}),
            cues=(
                r"outperform|surpass|exceed|(?<!to )(?:achiev|attain|improv|reduc)|accura|faster"
                r"|speed|better|superior|compared (?:to|with)|comparable"
                r"|(?<!the )state[- ]of[- ]the[- ]art|score|error|\bgain"
                r"|(?:higher|lower)(?!-)|confirm\w* that|consistent with|validated",
                r"优于|提高|提升|达到|降低|准确率",
            ),
            never=(
                # What is done, aimed at or of use is no result.
                r"^(?:[^,]{3,60}, )?we (?:\w+ly )?(?:use|employ|adopt|leverage|apply|introduce"
                r"|propose"
                r"|present|design|develop|extend|train|hope)\b(?!.*\b(?:results|outperform"
                r"|achiev))",
                r"\b(?:contributes? to|insights? (?:in)?to|understanding|could be used)\b"
                r"|\b(?:leap|advance\w*|steps?) (?:forward )?toward",
                r"^(?:since|as|because)\b",
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
                r"\bwe (?:\w+ )?(?:find|found|observe|conclude|assume)\b",
                r"^(?:our|the|extensive) (?:\w+ )?(?:evaluations?|experiments?|results|findings)\b",
                # A test, or data for one, is no step of the method.
                r"^(?:we|for|to) (?:\w+ )?(?:validat|evaluat|test|assess|benchmark|compar)",
                r"\b(?:introduc|present|contribut|releas|collect|construct|provid)\w* "
                r"(?:[\w-]+ ){0,6}(?:data ?sets?|benchmark|corpus|toolbox)\b",
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
            never=(
                r"\b(?:outline|future|limitations?|open challenges|aimed)\b",
                r"^(?:\w+ )?(?:experiment|result)",
            ),
            sections=r"introduction|conclusion|discussion|implication|broader|引言|结论|讨论",
        ),
    }
)
SIGNS = {
    "methods": re.compile(r"\bfirst\b.*\bthen\b|\bkey (?:idea|insight)\b", re.IGNORECASE),
    "evidence": re.compile(r"\b(?:experiments?|simulations?|numerical)\b", re.IGNORECASE),
    "task": re.compile(
        r"\b(?:is|are|was|were|been) (?:\w+ )?(?:evaluated|tested|trained|applied|compared)\b"
        r"|\bexperiments?\b",
        re.IGNORECASE,
    ),
    "innovation": re.compile(
        r"\bfor the first time\b|\bnovel\b.*\b(?:is|are) (?:\w+ )?(?:propos|introduc|develop"
        r"|present)",
        re.IGNORECASE,
    ),
}
"""What a sentence of a part says that does not speak of "we" or of the paper's method."""

_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.\[-])[-+]?\d+(?:[.,]\d+)*(?:\s?[%×x]|\s?dB|[- ]fold)?(?![A-Za-z0-9_\]-])"
)
_YEAR = re.compile(r"(?:19|20)\d\d$")
_LEAST_ROLE = 0.4  # how likely a sentence has to have a role of its part
_WORTH = {"background": -0.9, "objective": 0.9, "method": 0.8, "result": 1.0, "other": -0.2}


def alike(one: str, other: str) -> float:
    """Return how much of two sentences is the same, 0 to 1 (a cosine)."""
    return _cosine(_vector(one), _vector(other))


def takeaways(
    title: str, sentences: Sequence[str], *, count: int = 5, among: Collection[int] | None = None
) -> list[int]:
    """Return the positions of at most ``count`` sentences worth taking away, in text order.

    They are `among` the positions given, or any; the others tell what role each has. Maximal
    marginal relevance: each is chosen for what it says beyond those chosen before it; sentences
    that say the same as a chosen one are never taken.
    """
    places = range(len(sentences)) if among is None else among
    if not (usable := [n for n in places if is_plain(sentences[n])]):
        return []
    worth = _worth(title, list(sentences))
    vectors = {n: _vector(sentences[n]) for n in usable}
    chosen, overlap = list[int](), dict.fromkeys(usable, 0.0)
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


def _worth(title: str, sentences: list[str]) -> list[float]:
    """Return how much each sentence is worth taking away, about 0 to 1."""
    chance = word_chances(title, sentences)
    found = []
    for sentence, row in zip(sentences, role_chances(sentences), strict=True):
        words = stems(sentence)
        gain = 2 * expected_hits(words, chance) / (len(words) + 20)
        role = sum(_WORTH[name] * p for name, p in zip(ROLES, row.tolist(), strict=True))
        leans = not standalone(sentence)
        empty = announces(sentence)
        found.append(gain + 0.7 * role + 0.1 * has_number(sentence) - 0.6 * leans - 0.5 * empty)
    return found


def _vector(text: str) -> dict[str, float]:
    counts = Counter(stems(text))
    return {word: (1 + math.log(n)) * idf(word) for word, n in counts.items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    size = math.sqrt(sum(v * v for v in one.values()) * sum(v * v for v in other.values()))
    return sum(value * other.get(word, 0.0) for word, value in one.items()) / size if size else 0.0
