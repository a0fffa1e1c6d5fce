"""Sentences: where the sentences of a scientific text in English or Chinese begin and end.

Every sentence is an exact substring of the text it came from, so that a quote stays a quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(
    r"""(?P<cjk>[。！？．]+[”’」』）》]*)          # needs no space after it
      | (?P<mark>[.!?]+)["'”’)\]]*(?:\[\d[\d,\s–-]*\])?
      | (?P<gap>\n\s*\n)                # an empty line ends a sentence without a mark
    """,
    re.VERBOSE,
)
_WORD_BEFORE = re.compile(r"[^\s(\[{“\"'/,;~—–]*$")
_NEXT_WORD = re.compile(r"\s*(?P<open>[\"'“‘(\[]*)(?P<word>[^\s.,;:!?)\]]*)")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LIST_MARKER = re.compile(r"\(?(?:\d{1,3}|[ivxIVX]{1,4}|[a-zA-Z])[.)]+")
_NAME_IN_LOWER_CASE = re.compile(r"[a-z]+[A-Z0-9]|[a-z]-[A-Za-z]|\\[a-zA-Z]")

# What follows these belongs to them ("Fig. 3", "e.g. BERT"), so they never end a sentence.
_BOUND = frozenset(
    "fig figs eq eqs eqn eqns sec secs sect thm e.g i.e eg ie cf viz vs v.s resp approx prof dr mr"
    " mrs w.r.t wrt s.t a.k.a aka incl esp".split()
)
# These may end a sentence: they do when the next word is one that opens sentences.
_LOOSE = frozenset(
    "al etc inc corp ltd co dept univ jr sr ph.d m.sc u.s u.k u.n e.u a.m p.m i.i.d iid d.c ca no"
    " nos vol pp ed eds tab tabs ref refs alg app appx ch chap lem prop cor def ms st mt ver jan"
    " feb mar apr jun jul aug sep sept oct nov dec".split()
)
_OPENERS = frozenset(
    "A Additionally After All Although An And Another As At Based Because Besides Both But By"
    " Compared Consequently Current Despite Due During Each Empirically Even Existing Experimental"
    " Experiments Extensive Finally First For Found From Further Furthermore Given Hence Here How"
    " However If In Instead Is It Its Many More Moreover Most Motivated Nevertheless Next No On"
    " Our Out Over Previous Prior Recent Recently Results Second Several Similarly Since Some"
    " Specifically Such That The Their Then There Therefore These They Third This Those Through"
    " Thus To Together Traditional Under Unfortunately Unlike Using We What When Where Whereas"
    " Whether Which While With Without Yet You".split()
)


def split_sentences(text: str) -> list[str]:
    """Return the sentences of ``text`` in order, each an exact substring without outer spaces."""
    return [text[start:end] for start, end in sentence_spans(text)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of every sentence: character offsets into ``text``, end exclusive."""
    spans, start = [], 0
    for end in (*_boundaries(text), len(text)):
        piece = text[start:end]
        if piece.strip() and not _LIST_MARKER.fullmatch(piece.strip()):
            lead = len(piece) - len(piece.lstrip())
            spans.append((start + lead, start + len(piece.rstrip())))
            start = end
    if start < len(text) and text[start:].strip():  # a list marker with nothing after it
        spans.append((start + len(text[start:]) - len(text[start:].lstrip()), len(text.rstrip())))
    return spans


def _boundaries(text: str) -> Iterator[int]:
    for match in _END.finditer(text):
        if match["mark"] is None or _ends_sentence(text, match):
            yield match.end()


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    after = text[match.end() : match.end() + 40]
    follow = _NEXT_WORD.match(after)
    word = follow["word"] if follow else ""
    if not after.strip():
        return True
    if not after[0].isspace():
        return _ends_without_space(text, match, word)
    if not _may_open(word, bracket=bool(follow and follow["open"])):
        return False
    return match["mark"] != "." or _period_ends(_word_before(text, match.start()), word)


def _ends_without_space(text: str, match: re.Match[str], word: str) -> bool:
    """Tell whether a mark glued to the next word ends a sentence ("results.We", "对吗?我们")."""
    before = text[match.start() - 1 : match.start()]
    if _CJK.match(word):
        return bool(_CJK.match(before)) or match["mark"] in "!?"
    return before.islower() and word in _OPENERS and len(word) > 1


def _may_open(word: str, *, bracket: bool) -> bool:
    """Tell whether ``word`` can open a sentence; names like word2vec or k-means can."""
    if not word:
        return bracket
    if word[0].islower():
        return bool(_NAME_IN_LOWER_CASE.match(word))
    return True


def _period_ends(before: str, word: str) -> bool:
    """Tell whether a period after ``before`` ends the sentence and is not an abbreviation's."""
    key = before.lower()
    if key in _BOUND:
        return False
    initial = len(before) == 1 and before.isalpha() and before.isupper()
    if key in _LOOSE or initial or re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", before):
        return word in _OPENERS
    return True


def _word_before(text: str, end: int) -> str:
    found = _WORD_BEFORE.search(text[max(0, end - 30) : end])
    return found[0] if found else ""
