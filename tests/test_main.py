"""The command line: one line a row, exit codes that a schedule can use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paperkit import batch, sources
from paperkit.__main__ import main
from paperkit.errors import PaperkitError, SourceError
from paperkit.library import Library
from paperkit.papers import to_frame
from tests.conftest import make_paper

TOPICS = '[[topic]]\nname = "A"\nqueries = ["a"]\n[[topic]]\nname = "B"\nqueries = ["b"]\n'


@pytest.fixture
def topics(tmp_path: Path) -> str:
    file = tmp_path / "topics.toml"
    file.write_text(TOPICS)
    return str(file)


@pytest.fixture
def arxiv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let topic A find two papers, and topic B break after one."""

    def search(topic, **_):  # type: ignore[no-untyped-def]
        if topic.name == "A":
            return to_frame([make_paper("2411.00001"), make_paper("2411.00002")])
        raise SourceError(
            "arXiv: HTTP 503; try again.", papers=to_frame([make_paper("2411.00003")])
        )

    monkeypatch.setattr(sources, "search", search)


def test_update_adds_and_says_what_failed(
    topics: str, arxiv: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One topic's failure stops no other, keeps what had arrived, and makes the exit code 1."""
    assert main(["update", str(tmp_path / "lib"), topics]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "A: outcome updated, new 2, updated 0, known 0",
        "B: outcome failed, error arXiv: HTTP 503; try again., new 1, updated 0, known 0",
    ]
    assert Library(tmp_path / "lib").topics() == {"A": 2, "B": 1}


def test_json_is_one_array(
    topics: str, arxiv: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For programs: the report's rows."""
    assert main(["--json", "update", str(tmp_path / "lib"), topics, "--topic", "A"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows == [
        {"id": "A", "outcome": "updated", "error": "", "new": 2, "updated": 0, "known": 0}
    ]


def test_an_unknown_topic_is_named(
    topics: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error goes to the error stream with the topics there are."""
    assert main(["update", str(tmp_path / "lib"), topics, "--topic", "C"]) == 1
    assert capsys.readouterr().err == "paperkit: 'C': no such topic; there are A, B.\n"


def test_summarize_takes_what_is_kept(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    """Offline by default; a paper without PDF is known by its abstract."""
    library.decide("2411.00001", "keep")
    assert main(["summarize", str(library.path), "--no-download"]) == 0
    assert capsys.readouterr().out.startswith("2411.00001: outcome answered")
    assert library.digest("2411.00001") is not None


def test_a_model_is_named_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """extractive, or gemini:NAME; a missing key and an unknown kind are said."""
    assert batch.model_named("extractive").name == "extractive"
    with pytest.raises(PaperkitError, match="GEMINI_API_KEY"):
        batch.model_named("gemini:gemini-test")
    monkeypatch.setenv("GEMINI_API_KEY", "canary")
    assert batch.model_named("gemini:gemini-test").name == "gemini-test"
    for bad in ("gpt", "gemini:", "extractive:x"):
        with pytest.raises(PaperkitError, match=f"{bad!r}: no such model"):
            batch.model_named(bad)


def test_the_demo_needs_the_notebooks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Outside a checkout it says so, and removes nothing."""
    (tmp_path / "out").mkdir()
    assert main(["demo", str(tmp_path / "out"), "--notebooks", str(tmp_path / "none")]) == 1
    assert "no notebooks; run it in a checkout" in capsys.readouterr().err
    assert (tmp_path / "out").exists()
