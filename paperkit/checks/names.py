"""Names: the Latin names and acronyms a claim uses, and whether a source knows them.

A source knows a name that it writes (whatever the case, hyphens or plural), one whose letters
are the initials of its words, and the usual short form of a term it spells out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from paperkit.checks.language import is_common
from paperkit.checks.units import is_unit
from paperkit.papers import Paper
from paperkit.text import FUNCTION_WORDS, cjk_count

_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]*(?:[-+./'’][A-Za-z0-9]+)*[+#]?")
_JOINT = re.compile(r"[-/.'’+]")
_MARKED = re.compile(r"[a-zA-Z0-9][A-Z]|[A-Za-z]\d|\d[a-zA-Z]")
_NUMBERED = re.compile(r"[A-Za-z]{2,}(?:-[A-Za-z]+)*-\d+(?:\.\d+)?")
_TEX = re.compile(r"\$[^$]*\$|\\[A-Za-z]+")
_URL = re.compile(r"https?://\S+|\b(?:www\.|github\.com/)\S+")
_ORDINARY = frozenset(
    """a an the i we our in on of for to and or is it its this that these those with by from as at
    be are was no not us if so but vs via per etc yes both each all new novel ok
    january february march april may june july august september october november december english
    figure fig table section appendix eq equation theorem lemma algorithm chapter part step
    github pdf url code arxiv paper tl dr tldr abstract et al ie eg i.e e.g ii iii iv""".split()
)
# Ordinary words that stay ordinary in capitals; any other in capitals is an acronym.
_EMPHASIZED = frozenset(
    """a i no not never only all any every each both and or more less very must should can does do
    is are we new novel why how what when tl dr tldr pdf url code github i.e e.g
    ii iii iv""".split()
)
# Numbers in words are numbers, also in capitals.
_COUNTS = frozenset(
    """one two three four five six seven eight nine ten eleven twelve dozen thrice twenty thirty
    forty fifty sixty seventy eighty ninety hundred thousand million billion twice""".split()
)
# What a reader of the field takes for the same thing, beyond initials.
_SHORT_FORMS: dict[str, tuple[str, ...]] = {
    "ai": ("artificial intelligence", "intelligen", "learning", "agent"),
    "ann": ("neural",),
    "asr": ("speech recognition",),
    "bert": ("bert",),
    "cnn": ("convolution", "convnet"),
    "convnet": ("convolution",),
    "cv": ("vision",),
    "dl": ("deep",),
    "dnn": ("deep n", "neural net", "deep learning"),
    "drl": ("deep reinforcement", "reinforcement"),
    "elbo": ("lower bound", "variational"),
    "gan": ("adversarial", "generative model", "discriminator"),
    "gp": ("gaussian process",),
    "gnn": ("graph neural", "graph conv", "graph net"),
    "kl": ("kullback", "divergence"),
    "lm": ("language model",),
    "llm": ("language model",),
    "lstm": ("long short", "recurrent"),
    "mcmc": ("markov chain", "sampl"),
    "mdp": ("markov decision",),
    "ml": ("machine learning", "learning"),
    "mlp": ("perceptron", "fully connected", "fully-connected"),
    "mt": ("machine translation", "translation"),
    "nas": ("architecture search",),
    "nerf": ("radiance field",),
    "neurips": ("nips",),
    "nlp": ("natural language", "language", "text"),
    "nmt": ("translation",),
    "nn": ("neural", "network"),
    "ocr": ("character recognition",),
    "ood": ("out-of-distribution", "out of distribution"),
    "pca": ("principal component",),
    "pde": ("partial differential",),
    "pomdp": ("partially observ", "partial observ"),
    "qa": ("question answer", "question-answer"),
    "relu": ("rectif",),
    "rl": ("reinforcement", "reward", "polic"),
    "rnn": ("recurrent",),
    "sgd": ("stochastic gradient", "gradient descent"),
    "sota": ("",),
    "svm": ("support vector",),
    "tts": ("text-to-speech", "speech synth"),
    "vae": ("variational", "autoencoder", "auto-encoder"),
    "vqa": ("visual question",),
    "vr": ("virtual reality",),
    "ar": ("augmented reality", "autoregressive"),
    "xr": ("extended reality",),
    "slam": ("localization and mapping",),
    "seq2seq": ("sequence-to-sequence", "sequence to sequence", "encoder-decoder"),
}
# Eponyms of method families: a paraphrase adds them freely, so their absence weighs little.
_EPONYMS = frozenset(
    """bayesian gaussian markov monte carlo fourier hilbert hessian euclidean riemannian lipschitz
    jacobian frechet kronecker laplace lagrangian hamiltonian nesterov newton poisson bernoulli
    boltzmann turing transformer python adam internet web wasserstein fisher cartesian""".split()
)
# Families everyone in the field names without being told: absence from an abstract says little.
_FAMILIES = frozenset(
    "ml ai cnn rnn lstm gru dnn nn mlp gan vae rl sgd relu ode pde gpu cpu".split()
)
_MARKS = str.maketrans(dict.fromkeys(".,;:!?()", " "))
_WORD, _WORD_OR_MARK = re.compile(r"[a-z0-9]+"), re.compile(r"[a-z0-9]+|[.,;:!?()]")
_LETTERS = re.compile(r"[^a-z0-9]+")
_LONG_NEIGHBORS = re.compile(r"(?<![a-z])([a-z])[a-z]{4,}(?=[- ]([a-z])[a-z]{4,})")
_TO = re.compile(r"(?<=[a-z])2(?=[a-z])")  # the "to" of end2end and I2I


@dataclass(frozen=True)
class Name:
    """One name in a claim: its words, and whether its spelling marks it as a name for sure."""

    text: str
    sure: bool


@dataclass(frozen=True)
class KnownNames:
    """What a source offers to bear out names, each part worked out when first asked for.

    ``plain`` is the source without the marks of TeX.
    """

    plain: str

    @cached_property
    def text(self) -> str:
        """The source in lower case."""
        return self.plain.lower()

    @cached_property
    def _in_order(self) -> list[str]:
        return _WORD.findall(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words."""
        return frozenset(self._in_order)

    @cached_property
    def letters(self) -> str:
        """Its letters and digits without gaps."""
        return "".join(self._in_order)

    @cached_property
    def spaced(self) -> str:
        """Its words, a space before and after each."""
        return f" {' '.join(self._in_order)} "

    @cached_property
    def marked(self) -> str:
        """Its own names, those that spelling marks as such, a space before and after each."""
        return f" {' '.join(_own_names(self.plain))} "

    @cached_property
    def initials(self) -> str:
        """The initials of all words, a space between sentences."""
        return _initials(_WORD_OR_MARK.findall(self.text))

    @cached_property
    def heads(self) -> str:
        """The initials of the words that are not function words, a space between sentences."""
        return _initials(w for w in _WORD_OR_MARK.findall(self.text) if w not in FUNCTION_WORDS)

    @cached_property
    def pairs(self) -> frozenset[str]:
        """The initials of two long neighbors."""
        return frozenset(a + b for a, b in _LONG_NEIGHBORS.findall(self.text))


def known_names(source: str) -> KnownNames:
    """Return the names, words and initials of `source`, to be kept with it."""
    return KnownNames(flattened(source))


def _initials(words: Iterable[str]) -> str:
    return "".join([w[0] for w in words]).translate(_MARKS)


def _own_names(text: str) -> Iterable[str]:
    """Return the words whose spelling marks them as names, in lower case, each once."""
    tokens = dict.fromkeys(re.findall(r"[A-Za-z0-9]+", text))
    return dict.fromkeys(t.lower() for t in tokens if not t.isdigit() and _MARKED.search(t))


def names(claim: str) -> list[Name]:
    """Return the names in `claim`, each once, in order."""
    plain = _URL.sub(" ", _TEX.sub(" ", unicodedata.normalize("NFKC", claim)))
    tokens = [(m[0].rstrip("'’"), _opens(plain, m.start())) for m in _TOKEN.finditer(plain)]
    tokens = [(re.sub(r"['’]s$", "", t), opens) for t, opens in tokens]
    lower = [t for t, _ in tokens if t[0].islower() and len(t) > 3]
    title_case = len([t for t, _ in tokens if t[0].isupper()]) > 1.2 * max(len(lower), 1) > 3
    shouting = sum(c.isupper() for c in plain) > sum(c.islower() for c in plain)
    chinese = bool(cjk_count(plain))
    found: dict[str, Name] = {}
    for token, opens in tokens:
        if (token.islower() and token.isalpha()) or len(token) < 2 or is_unit(token):
            continue
        if token.lower().rstrip("s") in _COUNTS:
            continue
        if token.lower() in (_EMPHASIZED if token.isupper() and not shouting else _ORDINARY):
            continue
        ordinary = all(is_common(p) for p in _JOINT.split(token) if len(p) > 1)
        if _is_marked(token) and not (shouting and ordinary):
            found.setdefault(token, Name(token, True))
        elif token[0].isupper() and not ordinary and (chinese or not (opens or title_case)):
            found.setdefault(token, Name(token, False))
    return list(found.values())


def _opens(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'“‘(*_-")
    return not before or before[-1] in ".!?:;\n。！？：；"


def _is_marked(token: str) -> bool:
    """Tell whether inner capitals or digits make `token` a name wherever it stands."""
    marked = any(len(p) > 1 and _MARKED.search(p) for p in _JOINT.split(token))
    return marked or bool(_NUMBERED.fullmatch(token))


def knows(known: KnownNames, name: Name | str) -> float:
    """Return how well a source knows a name: 1 written so, down to 0 never heard of."""
    token = name if isinstance(name, str) else name.text
    best = _knows_form(known, token)
    if (
        best < 1
        and (parts := [p for p in re.split(r"[-/+]", token) if len(p) > 1])
        and "-" in token
    ):
        scores = [_knows_form(known, p) if _counts(p) else 1.0 for p in parts]
        best = max(best, min(scores) * 0.95)
    if best < 1 and "/" in token:
        best = max(best, min(_knows_form(known, p) for p in token.split("/") if p))
    if token.isupper() and is_common(token) and f" {token.lower()} " not in known.marked:
        best = min(best, 0.35)  # "learning" bears out no LEARNING
    return max(best, 0.6) if token.lower() in _EPONYMS else best


def _counts(part: str) -> bool:
    return not part.islower() or len(part) > 6


def _knows_form(known: KnownNames, token: str) -> float:
    bare = _LETTERS.sub("", token.lower())
    if not bare or _written(known, bare):
        return 1.0
    for singular in _singulars(bare):
        if _written(known, singular):
            return 1.0
        if any(phrase in known.text for phrase in _SHORT_FORMS.get(singular, ())):
            return 0.8
        if initials := _initials_known(known, singular, token):
            return initials
        if singular in _FAMILIES and ("learn" in known.text or "neural" in known.text):
            return 0.52
    if token.isalpha() and not _MARKED.search(token) and _stem_known(known, bare):
        return 0.8
    return 0.0


def _written(known: KnownNames, bare: str) -> bool:
    """Tell whether the letters occur; very short ones only as a word of their own."""
    if len(bare) > 4 and (spoken := _TO.sub("to", bare)) != bare and spoken in known.letters:
        return True
    if len(bare) <= 4:
        return bare in known.words or bare + "s" in known.words or _glued(known, bare)
    return bare in known.letters


def _glued(known: KnownNames, bare: str) -> bool:
    """Tell whether `bare` is written with gaps or stands in a longer name (WGAN, A-NICE-MC)."""
    gaps = rf"{bare[0]}(?<![a-z0-9].){''.join(f'[-. ]?{c}' for c in bare[1:])}(?![a-z0-9])"
    if bare not in known.letters:  # so it is in no name either
        return False
    if re.search(gaps, known.text):
        return True
    return len(bare) >= 3 and (f" {bare}" in known.marked or f"{bare} " in known.marked)


def _singulars(bare: str) -> Iterable[str]:
    yield bare
    if bare.endswith("s") and len(bare) > 2:
        yield bare[:-1]
    if bare.endswith("es") and len(bare) > 3:
        yield bare[:-2]


def _initials_known(known: KnownNames, bare: str, token: str) -> float:
    """Return how well an acronym's letters are the initials of neighboring words of the source.

    Three letters meet by chance where function words count, two nearly anywhere.
    """
    if (spoken := _TO.sub("t", bare)) != bare:
        return 0.9 * (spoken in known.initials)
    if not (2 <= len(bare) <= 7 and sum(c.isupper() for c in token) >= 2 and bare.isalpha()):
        return 0.0
    if len(bare) == 2:
        return 0.6 * (bare in known.pairs)
    if bare in known.heads:
        return 0.75 if len(bare) == 3 else 0.9
    return (0.45 if len(bare) == 3 else 0.9) * (bare in known.initials)


def _stem_known(known: KnownNames, bare: str) -> bool:
    """Tell whether a capitalized word is an ordinary one of the source (Bayesian, Bayes)."""
    stem = bare[: max(4, len(bare) - 4)]
    return len(bare) > 4 and f" {stem}" in known.spaced


def explained(name: Name, claim: str) -> float:
    """Return 0.7 where the claim itself spells an acronym out before or after it, else 0."""
    bare = _LETTERS.sub("", name.text.lower()).removesuffix("s")
    if not name.sure or not 3 <= len(bare) <= 6 or not bare.isalpha():
        return 0.0
    rest = claim.replace(name.text, " . ")
    initials = "".join(w[0] for w in re.findall(r"[A-Za-z]+|\.", rest)).lower()
    return 0.7 if bare in initials else 0.0


# The name a paper gives its method, from its title ("Glide: …") or its abstract.

_COINED = re.compile(
    r"\b(?:propose|introduce|present|develop|call|name|term|dub|release)(?:d|s)?\s(?:it\s|our\s\w+\s|as\s)?"
    r"(?P<name>[A-Z][\w+-]*[A-Z0-9][\w+-]*)(?=\s?[,.;:(]|\s(?:a|an|the|which|that|to|for)\s|$)"
)
_TEX_COMMAND = re.compile(r"\\[A-Za-z]+\*?\s?|\\.")
_TEX_SIGN = re.compile(r"[${}^_\\]")
_FORMULA = re.compile(r"(?<!\\)\$[^$\n]{1,500}(?<!\\)\$")
_ONE_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9+'’.-]*")
# Fields, not names of one method, where they stand beside another word ("Radiance Fields in XR").
_FIELDS = frozenset(
    """2d 3d 4d 3dgs 2dgs 4dgs ai ar cv gan gans gpt gs hr hd llm llms lrm mllm ml nerf nerfs nlp
    rgb rgbd rl sdf slam tts vae vlm vlms vr xr""".split()
)


def method_name(paper: Paper) -> str:
    """Return the name a paper gives its method ("EMOPortraits: …"), empty where it gives none."""
    title = without_tex(paper.title)
    head, colon, _ = title.partition(":")
    words: list[str] = _ONE_TOKEN.findall(head)
    if colon and len(words) == 1 and head.strip() == words[0]:
        if _is_coined(words[0]) or _stands_in(words[0], paper):
            return words[0]
    elif colon and len(words) == 2:
        coined = [w for w in words if _is_coined(w) and not _is_field(w)]
        if coined:
            return coined[-1]
    return _from_abstract(paper)


def names_it(text: str, name: str) -> bool:
    """Return whether `text` holds `name`, whatever TeX marks, case, hyphens and spaces do."""
    return _letters(name) in _letters(text)


def without_tex(text: str) -> str:
    """Return `text` in NFKC without the marks of TeX: "3DGS$^3$" is 3DGS3."""
    plain = unicodedata.normalize("NFKC", text)
    return _TEX_SIGN.sub("", _TEX_COMMAND.sub("", plain))


def flattened(text: str) -> str:
    """Return `text` in NFKC, its formulas without the marks of TeX: "a $T_{2}^{*}$" is a T2*."""
    plain = unicodedata.normalize("NFKC", text)
    return _FORMULA.sub(lambda m: without_tex(m[0]), plain) if "$" in plain else plain


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", without_tex(text).lower())


def _is_coined(word: str) -> bool:
    """Tell whether spelling makes a name: all capitals, inner ones, digits, a mixed hyphenation."""
    letters = re.sub(r"[^A-Za-z0-9]", "", word)
    if sum(c.isalpha() for c in letters) < 2:
        return False
    parts = [p for p in word.split("-") if p]
    mixed = len(parts) > 1 and any(
        p[0].isdigit() or sum(c.isupper() for c in p) > 1 or len(p) < 4 for p in parts
    )
    capitals = all(p[:1].isupper() for p in parts) and len(parts) > 1
    capitals = capitals and (len(parts) > 2 or not all(map(is_common, parts)))
    inner = bool(re.search(r"[a-z0-9][A-Z]|[A-Z]\d|^\d+[A-Za-z]|[A-Z]{2,}", word.split("-")[0]))
    return inner or mixed or capitals or letters.isupper()


def _is_field(word: str) -> bool:
    """Tell whether a word names a field, or ends in one after a word of the language."""
    *before, last = word.split("-")
    return last.lower() in _FIELDS and not any(re.search(r"\d|.[A-Z]", p) for p in before)


def _stands_in(word: str, paper: Paper) -> bool:
    found = names(f"the {word}")
    return bool(found) and word in paper.abstract


def _from_abstract(paper: Paper) -> str:
    match = _COINED.search(paper.abstract)
    coined = match["name"] if match else ""
    marked = bool(coined) and any(n.sure for n in names(coined))
    return coined if marked and f"{paper.title} {paper.abstract}".count(coined) > 1 else ""
