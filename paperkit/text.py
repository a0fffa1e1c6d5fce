"""Text: the only place that takes text apart: sentences, words, stems, scripts, letters.

Every sentence is an exact substring of the text it came from, so that a quote stays a quote.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

CJK = r"\u3400-\u9fff\uf900-\ufaff"
"""Chinese characters, as they stand within the brackets of a regular expression."""

_CJK = re.compile(f"[{CJK}]")
_LATIN_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_NO_LETTER = re.compile(r"[\W_]+")
_NO_ALPHA = re.compile(r"[\W\d_]+")
_CHINESE_SHARE = 0.3  # tells the languages of 321 lines apart

# Sentences.

# All begin with one of a few characters, which makes the search fast.
_END = re.compile(
    r"""[。！？．.!?\n](?:
        (?<=[。！？．])[。！？．]*[”’」』）》]*                     # needs no space after it
      | (?<=[.!?])(?P<more>[.!?]*)["'”’)\]]*(?:\[\d[\d,\s–-]*\])?
      | (?<=\n)\s*\n                    # an empty line ends a sentence without a mark
    )""",
    re.VERBOSE,
)
_WORD_BEFORE = re.compile(r"[^\s(\[{“\"'/,;~—–]*$")
_NEXT_WORD = re.compile(r"\s*(?P<open>[\"'“‘(\[]*)(?P<word>[^\s.,;:!?)\]]*)")
_LIST_MARKER = re.compile(r"\(?(?:\d{1,3}|[ivxIVX]{1,4}|[a-zA-Z])[.)]+")
_NAME_IN_LOWER_CASE = re.compile(r"[a-z]+[A-Z0-9]|[a-z]-[A-Za-z]|\\[a-zA-Z]")

# What follows these belongs to them ("Fig. 3", "e.g. BERT"), so they never end a sentence.
_BOUND = frozenset(
    "fig figs eq eqs eqn eqns sec secs sect thm e.g i.e eg ie cf viz vs v.s resp approx prof dr mr"
    " mrs w.r.t wrt s.t a.k.a aka incl esp stat syst".split()
)
# These may end a sentence: they do when the next word is one that opens sentences.
_LOOSE = frozenset(
    "al etc inc corp ltd co dept univ jr sr ph.d m.sc u.s u.k u.n e.u a.m p.m i.i.d iid d.c ca no"
    " nos vol pp ed eds phys rev lett proc tab tabs ref refs alg app appx ch chap lem prop cor def"
    " ms st mt ver jan feb mar apr jun jul aug sep sept oct nov dec".split()
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
        if match["more"] is None or _ends_sentence(text, match):
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
    if match[0][0] + match["more"] != ".":
        return True
    return _period_ends(_word_before(text, match.start()), word)


def _ends_without_space(text: str, match: re.Match[str], word: str) -> bool:
    """Tell whether a mark glued to the next word ends a sentence ("results.We", "对吗?我们")."""
    before = text[match.start() - 1 : match.start()]
    if _CJK.match(word):
        return bool(_CJK.match(before)) or match[0][0] + match["more"] in "!?"
    return before.islower() and word in _OPENERS and len(word) > 1


def _may_open(word: str, *, bracket: bool) -> bool:
    """Tell whether ``word`` can open a sentence; names like word2vec or k-means can."""
    if not word:
        return bracket
    if word[0] in "±∓=<>≤≥≈∼×→+":  # "(stat.) ± 0.11"
        return False
    if word[0].islower():
        return bool(_NAME_IN_LOWER_CASE.match(word))
    return True


def _period_ends(before: str, word: str) -> bool:
    """Tell whether a period after ``before`` ends the sentence and is not an abbreviation's."""
    key = before.lower()
    if key in _BOUND:
        return False
    initial = len(before) == 1 and before.isalpha() and before.isupper()
    if key in _LOOSE or initial or re.fullmatch(r"(?:[A-Za-z]\.-?)+[A-Za-z]", before):
        return word in _OPENERS
    return True


def _word_before(text: str, end: int) -> str:
    found = _WORD_BEFORE.search(text[max(0, end - 30) : end])
    return found[0] if found else ""


# Words.

_WORD = re.compile(rf"[a-z0-9]+|[{CJK}]")
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:['’][a-z]+)?")
_SUFFIXES = frozenset(
    """izations ization ations ation ingly edly ively ities iness ments ement ment ances ance ences
    ence ives ive ities ity izing ized izes ize ising ised ises ise ators ator ating ated ates ate
    ions ion ings ing ers er ors or ely ly ies ied ed es s e y al ally ical ically ous ful ness ible
    able ably ibly ic ics""".split()
)
_SHORT_PLURAL = re.compile(r"[a-z]{2}[^aiusy]s")  # runs, GANs
_LONGEST = max(map(len, _SUFFIXES))
FUNCTION_WORDS = frozenset(
    """a an the and or but if then than as at by for from in into of off on onto out over to under
    up with within without between among through during before after above below about against is
    are was were be been being am do does did doing have has had having can could may might must
    shall should will would i we you he she it they them us me him her our your their its his my
    this that these those there here which who whom whose what when where why how not no nor so
    such only own same too very just also more most less least much many few some any all both each
    either neither other another one two via per et al eg ie etc s t re ll ve d""".split()
)


# What nearly every abstract says, whatever it is about.
PAPER_WORDS = frozenset(
    """achieve achieved achieves across additionally address addresses again aim aims allow allows
    almost along already although always analyze applied apply approach approaches art article
    available based because best better cannot capable certain challenge challenges challenging
    code com commonly compared consider consists contribution crucial current currently
    demonstrate demonstrated demonstrates describe despite develop developed different difficult
    done due easily effective effectively efficient enable enables enough especially evaluate
    evaluated even every examine existing experimental experiments explore explores extensive
    finally find first five focus four further furthermore general given good hence high higher
    highly however http https important importantly improve improved improves including instead
    introduce introduced introduces investigate issue issues itself key known lack large largely
    later lead leads learn learns like likely low lower main mainly make makes method methods
    moreover namely nearly need needs never new non novel number obtain obtained offer often
    ones others outperform outperforms page paper papers particular particularly perform
    performance performs possible potential present presented presents previous previously prior
    problem problems project propose proposed proposes provide provided provides rather real
    recent recently related relevant require required requires respectively result results
    reveal scale second set sets several show shown shows significant significantly similar
    simple simply since single small specific specifically state still strong study suffer
    suggest suggests superior take task tasks therefore three thus together toward towards
    typical typically unlike upon use used useful uses using usually various way ways website
    well whether while wide widely work works www yet""".split()
)
STOP_WORDS = FUNCTION_WORDS | PAPER_WORDS
"""Words that begin and end no term."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return what is left of an English word without its endings, at least three letters."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    if _SHORT_PLURAL.fullmatch(word):
        return word[:-1]
    for length in range(min(_LONGEST, len(word) - 4), 0, -1):
        if word[-length:] in _SUFFIXES:
            word = word[:-length]
            if len(word) == 4 and word[-1] == word[-2] and word[-1] not in "aeiouls":
                return word[:-1]
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word[-1] in "ei" else word


def tokens(text: str) -> list[str]:
    """Return the Latin words of `text` in order, in lower case, hyphenated ones taken apart."""
    return _TOKEN.findall(text.lower())


def stems(text: str) -> list[str]:
    """Return the stemmed words of a text in order; a number and a Chinese character are words."""
    return [stem(word) for word in _WORD.findall(text.lower())]


def content_stems(text: str) -> list[str]:
    """Return the stems of the Latin words of a text that tell something, in order.

    >>> content_stems("The nets of a model win.")
    ['net', 'model', 'win']
    """
    return [stem(w) for w in tokens(text) if w not in FUNCTION_WORDS and len(w) > 1]


# Scripts and letters.


def cjk_count(text: str) -> int:
    """Return how many Chinese characters a text has."""
    return 0 if text.isascii() else len(_CJK.findall(text))


def latin_count(text: str) -> int:
    """Return how many words in Latin letters a text has; a hyphenated one is one."""
    return len(_LATIN_WORD.findall(text))


def cjk_share(text: str) -> float:
    """Return the share of Chinese characters among Chinese characters and Latin words."""
    cjk = cjk_count(text)
    return cjk / (cjk + latin_count(text)) if cjk else 0.0


def is_chinese_text(text: str) -> bool:
    """Return whether a text is Chinese, by its share of Chinese characters."""
    return cjk_share(text) >= _CHINESE_SHARE


def letters(text: str, *, digits: bool = True) -> str:
    """Return what is left of a text in lower case without spaces, marks and signs (NFKC)."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return (_NO_LETTER if digits else _NO_ALPHA).sub("", text.lower())
