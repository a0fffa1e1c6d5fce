"""Relations: a lack, a need, a cause or a comparison that a statement tells and its passages don't.

A model takes the words of a passage and joins them by what it was asked for: the strength of a
method under "what is lacking", the setting of a test under "the problem". Its words are all there;
what they are said to be to each other is not. Each relation has the words that claim it and those,
more of them, that bear it out; a passage bears it out only where it speaks of the same things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paperkit.text import STOP_WORDS, stem, tokens

_BEFORE, _AFTER = 5, 8  # words beside a claim that tell what it is about


@dataclass(frozen=True)
class Relation:
    """A relation by name, the words that claim it and those that bear it out."""

    name: str
    claimed: re.Pattern[str]
    borne: re.Pattern[str]


def _relation(name: str, claimed: str, more: str) -> Relation:
    def words(pattern: str) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{'|'.join(pattern.split())})".replace("_", " "), re.IGNORECASE)

    return Relation(name, words(claimed), words(f"{claimed} {more}"))


LACK, COMPARISON = "lack or problem", "comparison with others"
# What a question asks for, a model makes up where the passage has none of it.
ASKED_FOR = {"prior_work": (LACK,), "performance": (LACK, COMPARISON), "innovation": (COMPARISON,)}
RELATIONS = (
    _relation(
        LACK,
        r"""lack(?:s|ed|ing)?\b limitations?\b drawbacks? shortcomings? fail(?:s|ed|ures?)?\b
        (?:un|in)(?:able|ability)\b gaps?_in not_effective ineffective suffer struggl
        insufficien weakness (?:from|by)_(?:the|a)_(?:problem|challenge)s?\b difficult
        challenging\b(?=\W*(?:$|\.|,|to\b|for\b|due\b|because\b))""",
        r"""limit fail cannot can't not\b \w+n['’]t\b challeng problem issue gaps?\b weak poor
        inadequa hinder bottleneck however\b unfortunately hard\b expensive costly constrain
        restrict prone neglect ignor overlook prohibit degrad inefficien unavail only\b
        seldom rarely labor open_question none\b never\b worse wors(?:t|en) error loss
        distort unclear unknown no\b(?!_(?:manual|need|extra|additional|further|longer|per))""",
    ),
    _relation(
        COMPARISON,
        r"""outperform better_than superior favou?rabl[ey] differ(?:s|ent)?_from surpass exceed
        unlike\b (?:compar\w+|similar|competitive)_(?:to|with)_(?:\w+_){0,3}(?:other|previous)
        (?:compar\w+|similar|competitive)_(?:to|with)_(?:\w+_){0,3}(?:prior|existing|earlier)""",
        r"""better differ compar \w+er_than more_\w+_than less_\w+_than baseline contrast improv
        instead state[-_]of sota\b best_(?:\w+_)?(?:result|perform|model|method) beat rather
        whereas competitiv
        (?:previous|prior|earlier|existing|other|traditional|conventional)\b advantage gain
        \d+(?:\.\d+)?\s?(?:x|times|%)""",
    ),
    _relation(
        "need or weight",
        r"""necess essential crucial vital\b must\b importance\b important\b indispensable""",
        r"""critical requir need has_to\b have_to\b demand key\b fundament significan cannot
        should imperativ indispens importan""",
    ),
    _relation(
        "requirement",
        r"""requires?\b (?:is|are|be|was|were)_(?:required|needed)\b""",
        r"""necess requir need must\b has_to\b have_to\b demand rel(?:y|ies|iance) depend
        essential crucial cannot should only\b without\b""",
    ),
    _relation(
        "novelty",
        r"""(?:not|im|never)_?(?:been_)?possible_(?:before|previously|until) for_the_first_time
        first_(?:to|in_a_series)\b never_before\b""",
        r"""first new\b novel previous prior before until existing hitherto unexplored unknown never
        yet\b open_(?:problem|question) conjectur""",
    ),
    _relation(
        "restriction",
        r"""(?:is|are|was|were|but|has|have|they|it)_only\b only_able solely\b exclusively\b""",
        r"""only sole exclusiv merely just\b limit restrict confin unable not\b cannot fail without
        alone lack""",
    ),
    _relation(
        "cause",
        r"""because\b due_to\b caused_by\b owing_to\b result(?:s|ed|ing)?_from\b as_a_result_of
        thanks_to\b""",
        r"""caus owing result lead led\b thanks since\b therefore thus\b hence\b thereby
        consequen aris stem attribut induc introduced_by make given\b from\b by\b so\b as\b
        yield bring""",
    ),
)


def unborne(text: str, passages: Sequence[str], follow: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each relation that a text claims and none of its passages bears out, with the words.

    A passage has to share a word with what the claim is about; what follows a passage and refers to
    it (`follow`) need not.
    """
    for relation in RELATIONS:
        for match in relation.claimed.finditer(text):
            about = _about(text, match)
            if any(relation.borne.search(p) for p in follow):
                break
            near = (p for p in passages if not about or about & _stems(p))
            if any(relation.borne.search(p) for p in near):
                continue
            yield relation.name, match[0]
            break


def _about(text: str, match: re.Match[str]) -> frozenset[str]:
    before, after = tokens(text[: match.start()]), tokens(text[match.end() :])
    return _stems(" ".join((*before[-_BEFORE:], *after[:_AFTER])))


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(w) for w in tokens(text) if w not in STOP_WORDS)


_JOINT = re.compile(r",? and (?=(?:it|they|this|these)\b)|, (?=which\b)|; ")


def clauses(text: str) -> list[str]:
    """Return the parts of a statement that a pronoun joins as being about the same thing."""
    return _JOINT.split(text)
