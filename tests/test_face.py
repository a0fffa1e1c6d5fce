"""The face: what Tab and Shift+Tab show of every public name and of what a person works with."""

from __future__ import annotations

import inspect
import re

import pytest

import paperkit
from paperkit import Explorer, Library, Outline, PaperkitError, Post, Query, Review, Topic, Triage
from paperkit.batch.run import Run

METHODS = (Library, Topic, Query, Outline, Post, Run, Triage, Review, Explorer)


def shown() -> dict[str, object]:
    """By name: every public name, and every public method and property of what one works with."""
    found = {name: getattr(paperkit, name) for name in paperkit.__all__}
    for kind in METHODS:
        for name, member in vars(kind).items():
            inner = getattr(member, "__func__", getattr(member, "fget", member))
            if inspect.isfunction(inner) and not name.startswith("_"):
                found[f"{kind.__name__}.{name}"] = inner
    return found


SHOWN = shown()


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_docstring_has_an_example_and_names_every_parameter(name: str) -> None:
    """One sentence first; then all that stands in the signature is told, each by its name."""
    value = SHOWN[name]
    told = inspect.getdoc(value) or ""
    first = told.split("\n\n")[0]
    assert re.match(r"[A-Z].*\.$", first, re.S), first
    assert ">>> " in told
    signature = inspect.signature(value) if value is not PaperkitError else inspect.Signature()
    given = [p for p in signature.parameters if p not in ("self", "cls")]
    untold = [p for p in given if not re.search(rf"(?<![\w.]){p}(?!\w)", told)]
    assert untold == []


@pytest.mark.parametrize("name", sorted(n for n in SHOWN if inspect.isfunction(SHOWN[n])))
def test_what_raises_says_what(name: str) -> None:
    """Where the function itself raises one of our errors, its docstring names errors."""
    source = inspect.getsource(inspect.unwrap(SHOWN[name]))
    if re.search(r"^\s+raise \w*Error\(", source, re.M):
        assert "Raises:\n" in (inspect.getdoc(SHOWN[name]) or "")


def test_tab_offers_what_a_person_types_and_nothing_of_the_machinery(library: Library) -> None:
    """Verbs and values of the package; of a library its methods, not the parts other rooms use."""
    assert {n for n in dir(paperkit) if not n.startswith("_")} == set(paperkit.__all__)
    methods = {n for n in vars(Library) if not n.startswith("_")}
    assert {n for n in dir(library) if not n.startswith("_")} == methods | {"path"}
