"""The command line: one line a run, exit codes that a schedule can use."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from paperkit import __version__, batch, sources
from paperkit.__main__ import _EXAMPLES, _parser, main
from paperkit.errors import PaperkitError, SourceError
from paperkit.frames import to_frame
from paperkit.library import Library
from paperkit.posts import Post, compose
from tests import posts_samples as samples
from tests.conftest import make_paper
from tests.test_checks import WRITEUP

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
    said = capsys.readouterr()
    assert said.out == (
        "update: 2 topics: 1 updated, 1 failed; 3 papers new, 0 updated, 0 completed\n"
    )
    assert said.err == "paperkit: B: failed, new 1: arXiv: HTTP 503; try again.\n"
    assert Library(tmp_path / "lib").topics() == {"A": 2, "B": 1}


def test_update_goes_on_where_a_known_record_gained_something(
    topics: str, arxiv: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A comment or a DOI that arXiv adds later is counted, and the next topic is asked."""
    bare = Library(tmp_path / "lib")
    bare.add([make_paper("2411.00001", abstract="")])  # as announcements and files may have it
    assert main(["update", str(bare.path), topics, "--verbose"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "A: updated, new 1, completed 1",
        "update: 2 topics: 1 updated, 1 failed; 2 papers new, 0 updated, 1 completed",
    ]
    assert said.err.startswith("paperkit: B: failed, new 1: arXiv: HTTP 503")
    assert bare.topics() == {"A": 2, "B": 1}


def test_verbose_adds_a_line_per_row(
    topics: str, arxiv: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The summary stays the last line."""
    assert main(["update", str(tmp_path / "lib"), topics, "--topic", "A", "--verbose"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "A: updated, new 2",
        "update: 1 topic: 1 updated; 2 papers new, 0 updated, 0 completed",
    ]


@pytest.mark.parametrize("before", [True, False])
def test_json_is_one_array(
    topics: str, arxiv: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], before: bool
) -> None:
    """For programs: the report's rows; the flag stands before the command or after it."""
    command = ["update", str(tmp_path / "lib"), topics, "--topic", "A"]
    assert main(["--json", *command] if before else [*command, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    counts = {"new": 2, "updated": 0, "completed": 0, "known": 0}
    assert rows == [{"id": "A", "outcome": "updated", "error": "", **counts}]


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
    assert capsys.readouterr().out == "summarize: 1 paper: 1 answered\n"
    assert library.digest("2411.00001") is not None


def test_a_digest_that_is_not_whole_is_told(
    library: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its open question goes to the error stream, and a scheduled run sees it by the exit code."""
    library.decide("2411.00001", "keep")
    report = pd.DataFrame(
        {"outcome": ["partial"], "error": ["takeaways: nothing came"]},
        index=pd.Index(["2411.00001"], name="id"),
    )
    monkeypatch.setattr(batch, "summarize", lambda *_, **__: report)
    assert main(["summarize", str(library.path), "--no-download"]) == 1
    said = capsys.readouterr()
    assert said.out == "summarize: 1 paper: 1 partial\n"
    assert "takeaways: nothing came" in said.err


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


@pytest.fixture
def post(tmp_path: Path) -> str:
    """Return the notebook of a post with one approved paper and one that isn't."""
    shelf = samples.small(tmp_path / "shelf", 1)
    samples.put(shelf, samples.paper(2), signed=False)
    given = Post(
        topic="Avatars", date="2024-11-12", papers=list(shelf.papers().index), language="zh",
        figures="include", assets_url="https://cdn.example/a",
    )  # fmt: skip
    compose(given, shelf, path=tmp_path / "post.ipynb")
    return str(tmp_path / "post.ipynb")


def test_export_refuses_with_the_list(
    post: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What isn't approved exits with 1, and nothing is written."""
    assert main(["export", post, str(tmp_path / "site"), "--flavor", "hexo"]) == 1
    said = capsys.readouterr()
    assert (said.out, "- 2411.00002: approval: no person" in said.err) == ("", True)
    assert not (tmp_path / "site").exists()


def test_export_says_in_one_line_what_was_written(
    post: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files one by one are for those who ask."""
    Library(tmp_path / "shelf").approve("2411.00002", language="zh", reason="a test")
    assert main(["export", post, str(tmp_path / "site"), "--flavor", "jekyll", "--record"]) == 0
    text = tmp_path / "site" / "_posts" / "2024-11-12-Avatars.md"
    assert capsys.readouterr().out == f"export: {text}, 4 figures, on record as published\n"
    assert main(["export", post, str(tmp_path / "site"), "--flavor", "jekyll", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0] == {"id": str(text)}
    assert {Path(row["id"]).suffix for row in rows[1:]} == {".png"}


def test_a_folder_that_is_no_site_is_refused(
    post: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says how to make one."""
    assert main(["export", post, str(tmp_path / "site"), "--draft"]) == 1
    assert "not a blog's root folder" in capsys.readouterr().err
    assert main(["export", post, str(tmp_path / "site"), "--draft", "--create"]) == 0
    assert main(["export", post, str(tmp_path / "site"), "--draft"]) == 0


def test_a_draft_is_exported_for_a_schedule(
    post: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It exits with 0, lies under a name of its own, and is never on record."""
    (tmp_path / "_config.yml").touch()
    assert main(["export", post, str(tmp_path), "--draft", "--flavor", "jekyll"]) == 0
    text = tmp_path / "_posts" / "2024-11-12-Avatars-draft.md"
    assert capsys.readouterr().out == f"export: {text}, 4 figures, a draft\n"
    assert text.is_file()
    assert Library(tmp_path / "shelf").published().empty


def test_export_takes_a_library_that_moved_and_a_place_for_figures(
    post: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The figures go to the URL, the text to the folder."""
    (tmp_path / "shelf").rename(tmp_path / "moved")
    place = f"file://{tmp_path}/bucket"
    command = ["export", post, str(tmp_path / "site"), "--draft", "--assets", place, "--create"]
    assert main([*command, "--library", str(tmp_path / "none")]) == 1
    assert main([*command, "--library", str(tmp_path / "moved")]) == 0
    assert len(list((tmp_path / "bucket").iterdir())) == 4
    assert (
        len([p for p in (tmp_path / "site").rglob("*") if p.suffix != ".yml" and p.is_file()]) == 1
    )
    assert capsys.readouterr().err == (
        f"paperkit: {tmp_path / 'none'}: no library there; make one with update.\n"
    )


def test_wrong_arguments_exit_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was begun then."""
    with pytest.raises(SystemExit) as stopped:
        main(["export", "post.ipynb"])
    assert stopped.value.code == 2


def test_the_demo_needs_the_notebooks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the folder named has none it says so, and removes nothing."""
    (tmp_path / "out").mkdir()
    assert main(["demo", str(tmp_path / "out"), "--notebooks", str(tmp_path / "none")]) == 1
    assert "no notebooks; leave --notebooks out" in capsys.readouterr().err
    assert (tmp_path / "out").exists()


def test_lint_prints_every_finding_of_published_markdown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clean post passes; one with filler fails, and the file and the finding are named."""
    clean, odd = tmp_path / "clean.md", tmp_path / "odd.md"
    clean.write_text(WRITEUP, encoding="utf-8")
    odd.write_text(f"{WRITEUP}\n好的，以下是您要的总结：xxx\n", encoding="utf-8")
    assert main(["lint", str(clean)]) == 0
    assert capsys.readouterr().out == "lint: 1 file, 0 findings\n"
    assert main(["lint", str(clean), str(odd)]) == 1
    assert f"paperkit: {odd}: " in capsys.readouterr().err
    assert main(["lint", str(tmp_path / "none.md")]) == 1
    assert "name a text file." in capsys.readouterr().err


def test_without_a_command_it_says_what_it_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Commands, exit codes and examples; that is no error."""
    assert main([]) == 0
    said = capsys.readouterr().out
    for words in ("update", "doctor", "exit codes:", "wrong arguments", "paperkit new my-papers"):
        assert words in said


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """As people paste it into a report."""
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert (stopped.value.code, capsys.readouterr().out) == (0, f"paperkit {__version__}\n")


@pytest.mark.parametrize("name", sorted(_EXAMPLES))
def test_each_command_has_examples_that_parse(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its help shows them and the exit codes, and the list of commands names it."""
    with pytest.raises(SystemExit):
        main([name, "--help"])
    said = capsys.readouterr().out
    assert "\nexit codes:\n  0 " in said
    for example in _EXAMPLES[name]:
        assert f"\n  paperkit {example}\n" in said
        given = example.split(" > ")[0].split()
        assert _parser().parse_args(given).command == name
    assert f"\n  {name} " in _parser().format_help()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("update lib topics.toml --since yesterday", "'yesterday': not a date; write one like"),
        ("summarize lib --language klingon", "'klingon': not a language tag; give one like"),
        ("lint post.md --language klingon", "'klingon': not a language tag; give one like"),
    ],
)
def test_a_wrong_argument_starts_nothing(
    given: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """It exits with 2 and names the argument; no library is made."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(given.split())
    assert (stopped.value.code, list(tmp_path.iterdir())) == (2, [])
    assert said in capsys.readouterr().err


def test_an_error_names_the_options_of_the_command_line(
    post: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not the arguments of the function behind it; a post that is refused makes no site."""
    site = tmp_path / "site"
    assert main(["export", post, str(site)]) == 1
    said = capsys.readouterr().err
    assert "with --create" in said
    assert "with --flavor hexo" in said
    assert main(["export", str(tmp_path / "none.ipynb"), str(site), "--create"]) == 1
    assert capsys.readouterr().err.startswith(f"paperkit: {tmp_path / 'none.ipynb'}: no such")
    assert main(["export", post, str(site), "--create"]) == 1
    assert not site.exists()


def test_ctrl_c_is_told_and_leaves_no_traceback(
    topics: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the exit code that shells know it by."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "update", interrupted)
    assert main(["update", str(tmp_path / "lib"), topics]) == 130
    assert capsys.readouterr().err.startswith("paperkit: stopped.")


def test_papers_are_removed_only_when_someone_confirms(
    library: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twice; the questions leave the output to the rows. Without a terminal nothing is removed."""
    command = ["remove", str(library.path), "2411.00001", "--json"]
    for typed in ("", "no\n", "yes\n2\n", "yes\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert main(command) == 1
        said = capsys.readouterr()
        assert (said.out, "nothing was removed" in said.err) == ("", True)
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n1\n"))
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out) == [{"id": "2411.00001"}]
    assert "2411.00001" not in library.papers().index


def test_nothing_kept_is_told(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    """With what comes first; a schedule doesn't fail for it."""
    assert main(["summarize", str(library.path)]) == 0
    said = "summarize: no paper is kept; decide in Triage first\n"
    assert capsys.readouterr().out == said


def test_new_makes_a_folder_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Four notebooks and topics, the sample's beside them; nothing is overwritten."""
    folder = tmp_path / "mine"
    assert main(["new", str(folder)]) == 0
    assert "jupyter lab" in capsys.readouterr().out
    names = [p.name for p in sorted(folder.iterdir())]
    assert names == [
        "01_triage.ipynb", "02_summarize.ipynb", "03_publish.ipynb", "04_trends.ipynb", "sample",
        "topics.toml",
    ]  # fmt: skip
    assert len(list((folder / "sample").iterdir())) == 5
    (folder / "topics.toml").write_text("mine")
    assert main(["new", str(folder)]) == 1
    assert (folder / "topics.toml").read_text() == "mine"


def test_doctor_tells_no_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only whether it is set."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-1")
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "canary" not in said
    assert re.search(r"^yes  OPENAI_API_KEY +set ", said, re.M)
    assert re.search(r"^no   GEMINI_API_KEY +not set ", said, re.M)
    assert main(["doctor", "--json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert {"python", "browser", "node", "openai"} <= set(rows)


def test_skill_prints_what_an_agent_should_know(capsys: pytest.CaptureFixture[str]) -> None:
    """Its names exist; it says that a person signs."""
    assert main(["skill"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("---\nname: paperkit\n")
    assert "Never sign" in said
    for line in re.findall(r"^from paperkit[\w.]* import .*$", said, re.M):
        exec(line, {})
    assert main(["skill", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["text"].rstrip() == said.rstrip()
