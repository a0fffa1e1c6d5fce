"""The JSON in a reply: the objects that a model wrote, whatever stands around them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from paperkit.errors import PaperkitError
from paperkit.outlines import Question
from paperkit.papers import parse_id

NOT_JSON = "the model's reply is not JSON"
NO_OBJECT = "the model's reply is no JSON object"
ANOTHER_PAPER = "the reply says that it is about another paper"
Rows = Mapping[str, Any]
_Found = tuple[int, int, dict[str, Any]]


def rows_in(
    text: str, questions: Sequence[Question], paper: str, thoughts: re.Pattern[str]
) -> tuple[Rows, str]:
    """Return the answers in a reply by question, or what is wrong with the reply.

    They are those of the last whole object that has some. Names of answers may be a question's key
    or its heading, in any case. What is JSON but for comments, commas or quotes of another kind is
    read as JSON where nothing else is.

    Args:
        text: the reply.
        questions: those that were asked.
        paper: the identifier of the paper they were asked of; an object that names another is none.
        thoughts: what marks the end of a model's thoughts; an object before it is not the answer.
    """
    if not text.strip():
        return {}, f"{NOT_JSON} (it was empty)"
    names = names_of(questions)
    given = _text_within(text)
    objects: list[dict[str, Any]] = []
    for tried in (given, _as_json(given)):
        spoken = _spoken_objects(_escaped(tried), thoughts)
        named = [_by_question(data, names) for data in spoken]
        if any(named):
            own = [r for r, d in zip(named, spoken, strict=True) if r and not _others(d, paper)]
            return (_joined(own), "") if own else ({}, ANOTHER_PAPER)
        objects = objects or spoken
    if objects:
        return {}, ""
    return {}, NO_OBJECT if re.match(r"\s*[\[\"\d]", text) else NOT_JSON


def objects_in(text: str) -> list[dict[str, Any]]:
    """Return the whole JSON objects of a text that lie in no other."""
    return [value for _, _, value in _objects(_escaped(text))]


def _text_within(text: str) -> str:
    """Return the JSON that a reply holds as one JSON string, or the reply."""
    try:
        inner = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return inner if isinstance(inner, str) and "{" in inner else text


def _spoken_objects(text: str, thoughts: re.Pattern[str]) -> list[dict[str, Any]]:
    """Return the objects after a model's thoughts."""
    found = list(_objects(text))
    for mark in reversed(list(thoughts.finditer(text))):
        # A mark within an object is the paper's words; the last one outside ends the thoughts.
        if not any(begin < mark.start() < end for begin, end, _ in found):
            found = [o for o in found if o[0] >= mark.end()]
            break
    return [data for _, _, data in found]


def _by_question(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return what an object answers, by question; also where a model puts it into another."""
    own = {names[plain_name(n)]: v for n, v in data.items() if plain_name(n) in names}
    if own:
        return own
    for value in reversed(list(data.values())):
        inner = {}
        if isinstance(value, dict):
            inner = {names[plain_name(n)]: v for n, v in value.items() if plain_name(n) in names}
        elif isinstance(value, list):
            inner = _listed_by_question(value, names)
        if inner:
            return inner
    return {}


def _listed_by_question(rows: list[Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return what a list of answers says, each of which names its question in a field."""
    found: dict[str, Any] = {}
    for row in (r for r in rows if isinstance(r, dict)):
        asked = [k for k, v in row.items() if isinstance(v, str) and plain_name(v) in names]
        rest = {k: v for k, v in row.items() if k not in asked[:1]}
        if asked:
            said = [v for v in rest.values() if isinstance(v, list)]
            found[names[plain_name(row[asked[0]])]] = said[0] if len(rest) == 1 and said else rest
    return found


def names_of(questions: Sequence[Question]) -> dict[str, str]:
    """Return what answers may be named by, as `plain_name` writes it: a question's key by each."""
    return {plain_name(n): q.key for q in questions for n in (*q.headings.values(), q.key)}


def plain_name(name: str) -> str:
    """Return a name as it is compared: letters and digits, without case."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _others(data: Mapping[str, Any], paper: str) -> bool:
    """Tell whether an object names a paper, and another one."""
    values = [v for k, v in data.items() if isinstance(v, str) and plain_name(k) in _PAPER_FIELDS]
    for name in (*values, *data):
        try:
            if parse_id(name).id != paper:
                return True
        except PaperkitError:
            continue
    return False


_PAPER_FIELDS = frozenset("id paper paperid arxiv arxivid identifier url".split())


def _joined(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the last object's answers; where models write one object an answer, those of all."""
    apart = all(not set(a) & set(b) for a, b in pairwise(rows))
    return {k: v for row in rows for k, v in row.items()} if apart else rows[-1]


def _objects(text: str) -> Iterator[_Found]:
    """Yield the whole JSON objects of a text that lie in no other: begin, end, value."""
    place = text.find("{")
    tried = 0
    while place >= 0 and tried < _TRIES:
        tried += 1
        try:
            value, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            yield place, end, value
        place = text.find("{", end)


_DECODER = json.JSONDecoder(strict=False)  # a line break within a string is a line break
_TRIES = 2000
"""How many braces are tried; a reply of nothing but braces must not take long."""

# Commands of TeX that JSON reads as a line break or a tab and the rest: \nu, \tau. A backspace, a
# form feed or a return before a letter is never meant (\beta, \frac, \rho), nor a tab in a formula.
_TEX = frozenset(
    """nabla natnums natural ncong ne nearrow neg negmedspace negthickspace negthinspace neq
    newcommand newline nexists ngeq ngeqq ngeqslant ngtr ni nleftarrow nLeftarrow
    nLeftrightarrow nleftrightarrow nleq nleqq nleqslant nless nmid nobreak nobreakspace
    noexpand nolimits nonumber norm normalsize not notag notin notni nparallel nprec npreceq
    nrightarrow nRightarrow nshortmid nshortparallel nsim nsubset nsubseteq nsubseteqq nsucc
    nsucceq nsupset nsupseteq nsupseteqq ntriangleleft ntrianglelefteq ntriangleright
    ntrianglerighteq nu nvDash nvdash nVDash nVdash nwarrow tag tan tanh tau tbinom text textbf
    textcolor textdegree textit textmd textnormal textrm textsc textsf textstyle texttt textup
    tfrac therefore theta thickapprox thicksim thickspace thinspace tilde times tiny to top
    triangle triangledown triangleleft trianglelefteq triangleq triangleright trianglerighteq tt
    twoheadleftarrow twoheadrightarrow""".split()
)
_BACKSLASH = re.compile(r'\\(?:\\|"|/|u[0-9a-fA-F]{4}|([A-Za-z]+)|)', re.DOTALL)


def _escaped(text: str) -> str:
    r"""Return JSON in which the backslashes of TeX commands stand for themselves.

    Models write ``\theta`` with one backslash, which JSON reads as a tab and "heta".
    """

    def doubled(match: re.Match[str]) -> str:
        word = match[1]
        if word is None:
            return match[0] if len(match[0]) > 1 else "\\\\"
        meant = word[0] in "nt" and word not in _TEX and not _in_formula(text, match)
        return match[0] if meant or word in ("b", "f", "r") else f"\\{match[0]}"

    return _BACKSLASH.sub(doubled, text)


def _in_formula(text: str, match: re.Match[str]) -> bool:
    """Tell whether what begins with a tab stands between dollars or TeX's brackets."""
    before = text[text.rfind('"', 0, match.start()) + 1 : match.start()].replace("$$", "$")
    dollars = before.count("$") - before.count("\\$")
    return match[1][0] == "t" and (dollars % 2 == 1 or before.rfind("\\(") > before.rfind("\\)"))


# What a string is, or what stands between strings and is no JSON. Each part ends where it can, or
# with the text, so that no text takes longer than its length.
_TOKEN = re.compile(
    r'"(?:\\(?:.|\Z)|[^"\\])*(?:"|\Z)'
    r"|(?<!\w)'(?P<single>(?:\\(?:.|\Z)|[^'\\]|'(?!\s*[,:\]}]))*)(?:'|\Z)"
    r"|“(?P<curly>[^”]*)(?:”|\Z)"
    r"|(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|\b(?P<word>None|True|False)\b",
    re.DOTALL,
)
_LAST_COMMA = re.compile(r'"(?:\\(?:.|\Z)|[^"\\])*(?:"|\Z)|,(?=\s*[}\]])', re.DOTALL)
_WORDS = {"None": "null", "True": "true", "False": "false"}


def _as_json(text: str) -> str:
    """Return as JSON what is JSON but for comments, last commas, other quotes, Python's words."""

    def token(match: re.Match[str]) -> str:
        if match["word"]:
            return _WORDS[match["word"]]
        if match["comment"]:
            return " "
        inner = match["single"] if match["single"] is not None else match["curly"]
        if inner is None:
            return match[0]
        quoted = re.sub(r'\\(.)|(")', _in_quotes, inner, flags=re.DOTALL)
        return f'"{quoted}"'

    begin = max(text.find("{"), 0)
    plain = _TOKEN.sub(token, text[begin:])
    return text[:begin] + _LAST_COMMA.sub(lambda m: m[0] if m[0] != "," else "", plain)


def _in_quotes(match: re.Match[str]) -> str:
    """Return an escape, or a bare double quote, as it stands between double quotes."""
    if match[2]:
        return '\\"'
    return "'" if match[1] == "'" else match[0]
