"""Whose: of whom a statement tells something, and of whom the passage that carries it does.

What the paper itself does, told as what it starts from or as what was done before; what others do
or lack, told as the paper's own. Who a passage is about it says itself, or a line before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from paperkit.checks.questions import (
    is_admitted,
    is_of_itself,
    is_of_others,
    is_only_own,
    is_own_act,
    is_own_step,
    is_start,
    names_others,
)
from paperkit.passages import SourceLine

_CARRIES = 0.45  # what a passage has to carry to tell whose work a statement is about
_TELLS = 0.3  # … of what is lacking, or what the paper starts from, which it words more freely
_AS_MUCH = 0.7  # a passage that carries so much of what the best does can clear a statement
_OWN_STEPS = ("approach", "methods")  # what answers these is done by the paper, whoever is named
_FAR = 12  # lines; whom a passage is about is not told farther before it

Verdict = tuple[str, int]
"""A finding's code and the line that speaks against the statement."""


def misattributed(
    key: str, text: str, lines: Sequence[SourceLine], shares: Mapping[int, float], method: str
) -> Verdict | None:
    """Return what tells a statement's content of someone else than the statement does, if any.

    ``shares`` says how much of it each line carries; ``method`` is the paper's name for its own.
    """
    most = max(shares.values(), default=0.0)
    if most < _TELLS:
        return None
    best = min(n for n, share in shares.items() if share == most)
    near = [lines[n].text for n, s in shares.items() if s >= _AS_MUCH * most]
    own = any(is_of_itself(line) for line in near)
    acts = is_own_act(text) or key in _OWN_STEPS
    if most >= _CARRIES and acts and not own and _is_others(lines, best):
        return "others-work", best
    if is_admitted(text) and not own and (_is_others(lines, best) or _sets_out(lines, best)):
        return "others-work", best
    if (key == "prior_work" or is_start(key, text)) and all(_is_own(t, method) for t in near):
        return "own-work", best
    return None


def _is_own(line: str, method: str) -> bool:
    """Tell whether a line says what the paper does, or its method by name, and no one else."""
    named = bool(method) and line.startswith(method) and not names_others(line)
    return named or is_only_own(line)


def _is_others(lines: Sequence[SourceLine], place: int) -> bool:
    """Tell whether a line is about others, by itself or by the last line that says about whom."""
    for n in range(place, max(-1, place - _FAR), -1):
        if lines[n].section != lines[place].section or lines[n].kind != "sentence":
            return False
        if is_of_others(lines[n].text):
            return True
        if is_own_step(lines[n].text) or (n == place and is_of_itself(lines[n].text)):
            return False
    return False


def _sets_out(lines: Sequence[SourceLine], place: int) -> bool:
    """Tell whether a line comes before the first of its section that speaks of the paper itself."""
    section = [(n, s) for n, s in enumerate(lines) if s.section == lines[place].section]
    first = next((n for n, s in section if is_own_step(s.text)), -1)
    return place < first
