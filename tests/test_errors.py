"""Errors: short in a notebook, and a call that is wrong says what was expected."""

from __future__ import annotations

import inspect
import pickle
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from paperkit import (
    Library,
    Post,
    Query,
    Review,
    Triage,
    chart,
    compose,
    papers_per,
    read,
    summarize,
)
from paperkit.batch import answers, update
from paperkit.errors import ArgumentError, PaperkitError


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
        "read: library is a int; give a library, like Library('my-papers')."
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
        "update: 'NeRF' is no Topic; give load_topics('topics.toml')."
    )
    assert update({}, library).empty


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
    assert said(chart, library) == "chart: frame is a Library; give frame."
    assert said(answers, library, library).startswith("answers: papers is a Library; give papers")
    assert said(read, []).startswith("read: library is missing; give a library, like ")
