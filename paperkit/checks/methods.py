"""Methods: the name a paper gives its method, from its title ("Glide: …") or its abstract."""

from __future__ import annotations

import re
import unicodedata

from paperkit.checks.names import names
from paperkit.checks.words import is_common
from paperkit.papers import Paper

_COINED = re.compile(
    r"\b(?:propose|introduce|present|develop|call|name|term|dub|release)(?:d|s)?\s(?:it\s|our\s\w+\s|as\s)?"
    r"(?P<name>[A-Z][\w+-]*[A-Z0-9][\w+-]*)(?=\s?[,.;:(]|\s(?:a|an|the|which|that|to|for)\s|$)"
)
_TEX_COMMAND = re.compile(r"\\[A-Za-z]+\*?\s?|\\.")
_TEX_SIGN = re.compile(r"[${}^_\\]")
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
