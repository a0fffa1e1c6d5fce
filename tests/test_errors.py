"""Errors: short in a notebook, and a call that is wrong says what was expected."""

from __future__ import annotations

import inspect
import pickle
import re
from collections.abc import Callable
from dataclasses import is_dataclass
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import paperkit
from paperkit import (
    Explorer,
    Library,
    Outline,
    Post,
    Query,
    Review,
    Topic,
    Triage,
    batch,
    chart,
    compose,
    papers_per,
    posts,
    read,
    sources,
    summarize,
    trends,
)
from paperkit.batch import answers, update
from paperkit.batch.run import Run
from paperkit.errors import ArgumentError, PaperkitError
from paperkit.models import Gemini, GenAI, OpenAIChat


def said(call, *args, **kwargs) -> str:
    with pytest.raises(ArgumentError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_a_notebook_shows_the_message_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Whole, however long; nothing of our source, and no control character of a paper's."""
    remedy = "x" * 500 + " give another."
    shell = InteractiveShell()
    shell.user_ns["error"] = PaperkitError(f"thing\x1b[31m: {remedy}")
    shell.run_cell("raise error")
    shown = "".join(capsys.readouterr())
    assert shown.strip() == f"PaperkitError: thing [31m: {remedy}"


def test_a_folder_is_no_library(library: Library) -> None:
    """The text given is shown as the library it was meant to be."""
    assert said(Triage, "folder") == ("Triage: library is a str 'folder'; give Library('folder').")
    assert said(read, ["2411.00001"], 3) == (
        "read: library is an int; give a library, like Library('my-papers')."
    )


def test_swapped_arguments_are_named(library: Library) -> None:
    """Papers come first, then the library."""
    papers = library.papers()
    swapped = "summarize: papers and library are swapped; write summarize(papers, library)."
    assert said(summarize, library, papers) == swapped
    assert said(Review, library, papers).startswith("Review: papers and library are swapped")
    assert (
        said(papers_per, library)
        == "papers_per: papers is a Library; give papers, like library.papers()."
    )


def test_a_misspelled_keyword_names_the_near_one(library: Library) -> None:
    """Where none is near, all are named."""
    assert said(summarize, [], library, langauge="zh") == (
        "summarize: has no argument 'langauge'; did you mean language=?"
    )
    assert said(Query, topic=["NeRF"]) == ("Query: has no argument 'topic'; did you mean topics=?")
    assert said(Post, topic="A", date="2024-11-12", xyzzy=1).startswith(
        "Post: has no argument 'xyzzy'; there are topic, date, papers, "
    )
    assert said(compose, Post(topic="A", date="2024-11-12"), "lib").startswith("compose: library")


def test_a_topics_name_is_no_topic(library: Library) -> None:
    """The message says how topics are loaded; a file's topics go in as they come."""
    assert said(update, ["NeRF"], library) == (
        "update: 'NeRF' is not a Topic; give load_topics('topics.toml')."
    )
    assert update({}, library).empty


def calls() -> dict[str, Callable]:
    """Every public function and class, and every public method of what a person works with."""
    rooms = (paperkit, batch, posts, sources, trends)
    face = {getattr(paperkit, name) for name in paperkit.__all__} - {PaperkitError}
    found: dict[str, Callable] = {m.__name__: m for m in (Gemini, GenAI, OpenAIChat)}
    for name, value in ((n, getattr(room, n)) for room in rooms for n in room.__all__):
        if name not in INNER and (inspect.isfunction(value) or value in face):
            found[name] = value
    for kind in (Library, Triage, Review, Explorer, Topic, Outline, Post, Query, Run):
        for name, value in vars(kind).items():
            inner = getattr(value, "__func__", value)
            if inspect.isfunction(inner) and not name.startswith("_"):
                found[f"{kind.__name__}.{name}"] = inner
    return found


INNER = {  # what other rooms call; a person doesn't type them
    "ask", "locate", "page_image", "fetch_html", "fetch_image", "fetch_pdf", "load_chunks", "pack",
}  # fmt: skip
CALLS = calls()


def taken(call: Callable) -> tuple[list[inspect.Parameter], list[object]]:
    """The parameters a person gives, and what stands before them: a method's own object."""
    given = list(inspect.signature(call).parameters.values())
    method = given[:1] and given[0].name in ("self", "cls")
    return (given[1:], [object()]) if method else (given, [])


@pytest.mark.parametrize("name", sorted(CALLS))
def test_every_public_call_says_what_is_wrong_with_its_arguments(name: str) -> None:
    """A letter too many names the argument meant; one too many by place, and a missing one too."""
    call = CALLS[name]
    parameters, own = taken(call)
    kinds = {p.kind for p in parameters}
    if inspect.Parameter.VAR_KEYWORD not in kinds:
        for one in parameters:
            if one.kind is not one.VAR_POSITIONAL:
                text = said(call, *own, **{f"{one.name}x": None})
                assert text.endswith(f": has no argument '{one.name}x'; did you mean {one.name}=?")
        assert ": has no argument 'xyzzy'; " in said(call, *own, xyzzy=1)
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        text = said(call, *own, *[None] * (len(parameters) + 1))
        assert re.search(r": takes .* by place; |: \w+ is None; give ", text)
    needed = [p for p in parameters if p.default is p.empty and p.kind.name[:3] != "VAR"]
    if needed:
        assert f": {needed[0].name} is missing; give " in said(call, *own)


@pytest.mark.parametrize("name", sorted(n for n, c in CALLS.items() if not is_dataclass(c)))
def test_an_argument_of_another_kind_is_named(name: str) -> None:
    """Wherever one kind is wanted: a frame, or anything at all, in its place says what to give."""
    parameters, own = taken(CALLS[name])
    plain = {"str", "int", "Outline", "Library", "Digest", "Query", "str | os.PathLike[str]"}
    for one in parameters:
        if str(one.annotation).removesuffix(" | None") in plain and one.kind.name[:3] != "VAR":
            for wrong, shown in ((pd.DataFrame(), "a DataFrame"), (object(), "an object")):
                text = said(CALLS[name], *own, **{one.name: wrong})
                assert re.search(rf"^[\w.]+: {one.name} is {shown}; give .+\.$", text)


def test_one_is_wanted_and_several_are_given(library: Library) -> None:
    """The message says how several are done; a folder is a name; what holds no paper is said."""
    frame = library.papers()
    assert said(library.approve, frame) == (
        "Library.approve: id is a DataFrame; "
        "give one id, like '2411.05184'; where there are several, call it for each."
    )
    assert said(library.papers, decison="keep") == (
        "Library.papers: has no argument 'decison'; did you mean decision=?"
    )
    assert said(Library, frame) == "Library: path is a DataFrame; give a path, like 'my-papers'."
    assert said(library.decide, 3, "keep").startswith("papers: int holds none; give papers")
    assert len(library.add(library.paper(frame.index[0]))) == 1
    assert said(library.add, "2411.05184").startswith("add: '2411.05184' is no Paper; give")
    with pytest.raises(PaperkitError, match="scores: column 'score' is missing; give what rank"):
        library.score(frame[["title"]])
    with pytest.raises(PaperkitError, match="posts: column 'topic' is missing; give what load_p"):
        library.publish(frame[["version"]])


def test_what_explains_itself_stays_what_it_is() -> None:
    """Signature, pickling and the kind of error are those of any function."""
    assert "language" in inspect.signature(summarize).parameters
    assert pickle.loads(pickle.dumps(summarize)) is summarize
    assert pickle.loads(pickle.dumps(Query(text="a"))) == Query(text="a")
    with pytest.raises(TypeError):
        summarize([], None, langauge="zh")


def test_a_library_elsewhere_and_a_missing_argument_are_said(tmp_path: Path) -> None:
    """Each says which argument it is, and what to give."""
    library = Library(tmp_path / "library")
    assert said(chart, library) == "chart: frame is a Library; give a DataFrame."
    assert said(answers, library, library).startswith("answers: papers is a Library; give papers")
    assert said(read, []).startswith("read: library is missing; give a library, like ")
