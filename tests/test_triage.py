"""The triage widget without a browser: traits, frames, methods, and what is sent."""

from __future__ import annotations

import gzip
import html.parser
import json
import re
import sqlite3
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue

import pandas as pd
import pytest

from paperkit.batch import answers, summarize
from paperkit.digests import Answer, Digest, Statement
from paperkit.errors import LibraryError, PaperkitError, PublishError
from paperkit.library import Library
from paperkit.models import Extractive
from paperkit.outlines import Outline, Question
from paperkit.papers import Paper
from paperkit.queries import Query
from paperkit.readings import Figure, Reading
from paperkit.widgets import kit, triage_messages, triage_pane, triage_ranking
from paperkit.widgets.triage import Triage
from paperkit.widgets.triage_table import FIRST_ROWS

HOSTILE = "<img src=x onerror=alert(1)>: {{7*7}} {% raw %} $x_{i}$ a/b | `c` [d](javascript:e)"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def paper(number: int, *, title: str = "", version: int = 1, abstract: str = "") -> Paper:
    day = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number)
    return Paper(
        id=f"2401.{number:05}",
        version=version,
        title=title or f"Paper {number} on avatars",
        authors=("Ann Lee", "Bo Xu", "Cy Day", "Di Eck"),
        abstract=abstract or "We study it. Code: https://github.com/a/b.",
        categories=("cs.CV",),
        published=day,
        updated=day,
        comment="Accepted at CVPR 2024",
        doi="10.1000/x",
    )


@pytest.fixture
def library(tmp_path) -> Library:
    found = Library(tmp_path / "library")
    found.add([paper(n) for n in range(40)], topic="avatars")
    return found


class Wire:
    """What a widget sends to its browser."""

    def __init__(self, triage: Triage) -> None:
        self.sent: list[dict] = []
        self.buffers: list[list[bytes]] = []
        triage.send = self  # the comm's other end

    def __call__(self, content, buffers=None):
        json.dumps(content)  # whatever is sent must be JSON
        self.sent.append(content)
        self.buffers.append(buffers or [])

    def events(self, name: str) -> list[dict]:
        return [c for c in self.sent if c.get("event") == name]


def ask(triage: Triage, do: str, **content) -> dict:
    """Send a message as the browser does, and return its reply."""
    wire = Wire(triage)
    triage._receive(triage, {"do": do, "token": "v.7", **content}, [])
    (reply,) = (c["answer"] for c in wire.sent if "answer" in c)
    assert reply["token"] == "v.7"
    return reply


def rows_of(papers: list[Paper], library: Library) -> list[dict]:
    return library.index.rows(library.index.numbers([p.id for p in papers]))


# Frames and methods


def test_visible_lists_what_the_query_means_in_its_order(library):
    """`visible` is a papers frame; by default newest first."""
    triage = Triage(library)
    assert list(triage.visible.index) == [paper(n).id for n in range(39, -1, -1)]


def test_decisions_are_in_the_library_at_once(library):
    """`decide` returns when another connection can read the decision."""
    triage = Triage(library)
    triage.decide("keep", ids=[paper(3).id, paper(4).id])
    kept = Library(library.path).papers(decision="keep")
    assert list(kept.index) == list(triage.kept.index) == [paper(4).id, paper(3).id]


def test_without_ids_the_selection_is_meant(library):
    """A decision concerns the selection, which then is empty."""
    triage = Triage(library)
    triage.select([paper(1).id, paper(2).id])
    triage.decide("later")
    assert set(library.papers(decision="later").index) == {paper(1).id, paper(2).id}
    assert list(triage.selection.index) == []


def test_without_a_selection_the_paper_at_the_cursor_is_meant(library):
    """`show` moves the cursor."""
    triage = Triage(library)
    triage.show(paper(5).id)
    triage.tag("network", "fast")
    triage.note("look again")
    row = library.papers().loc[paper(5).id]
    assert (row.tags, row.note) == (("fast", "network"), "look again")


def test_without_any_target_there_is_one_clear_error(library):
    """Nothing is decided by accident."""
    with pytest.raises(PaperkitError, match="no paper is shown"):
        Triage(library).decide("keep")


def test_undo_takes_back_any_number(library):
    """Each undo takes back one action, however many papers it concerned."""
    triage = Triage(library)
    triage.decide("keep", ids=[paper(1).id, paper(2).id])
    triage.decide("skip", ids=paper(1).id)
    assert triage.undo() == [paper(1).id]
    assert set(triage.kept.index) == {paper(1).id, paper(2).id}
    assert set(triage.undo()) == {paper(1).id, paper(2).id}
    assert (len(triage.kept), triage.undo()) == (0, [])


def test_selection_keeps_the_order_and_can_grow_and_shrink(library):
    """Selecting replaces, adds or removes."""
    triage = Triage(library)
    triage.select([paper(9).id, paper(2).id])
    triage.select(paper(5).id, add=True)
    triage.select(paper(2).id, remove=True)
    assert list(triage.selection.index) == [paper(9).id, paper(5).id]


def test_select_all_means_all_that_are_listed(library):
    """Not those of the library."""
    triage = Triage(library, query={"since": "2024-02-01"})
    triage.select()
    assert list(triage.selection.index) == list(triage.visible.index)
    assert len(triage.selection) == 9


def test_an_empty_selection_is_a_whole_frame(library):
    """No rows, but all columns and their dtypes."""
    selection = Triage(library).selection
    assert (len(selection), selection.dtypes.equals(library.papers().dtypes)) == (0, True)


def test_next_and_previous_walk_the_list_and_stop_at_its_ends(library):
    """The cursor moves within what is listed."""
    triage = Triage(library)
    walked = [triage.next(), triage.next(), triage.previous(), triage.previous(5)]
    assert walked == [paper(39).id, paper(38).id, paper(39).id, paper(39).id]


def test_the_list_stands_still_until_it_is_asked_anew(library):
    """A decided paper keeps its place; `refresh` drops it."""
    triage = Triage(library, query=Query(decisions=("undecided",)))
    assert len(triage.visible) == 40
    triage.decide("skip", ids=paper(1).id)
    assert len(triage.visible) == 40
    triage.refresh()
    assert len(triage.visible) == 39


# The query


@pytest.mark.parametrize(
    "given", ["paper 3", {"text": "paper 3"}, Query(text="paper 3")], ids=["words", "dict", "query"]
)
def test_the_query_can_be_given_in_three_ways(library, given):
    """Words, a mapping and a `Query` are the same, at first and later."""
    assert Triage(library, query=given).query == Query(text="paper 3")
    triage = Triage(library)
    triage.query = given
    assert len(triage.visible) == 11


@pytest.mark.parametrize(
    ("given", "message"),
    [({"topic": ["x"]}, "no field 'topic'"), ({"decisions": ["kept"]}, "'kept' is unknown")],
)
def test_a_wrong_query_is_refused_and_changes_nothing(library, given, message):
    """The error names the field or the value."""
    triage = Triage(library, query="avatars")
    with pytest.raises(PaperkitError, match=message):
        triage.query = given
    assert triage.query == Query(text="avatars")


def test_the_query_can_be_observed(library):
    """What a person types is a value other cells can follow."""
    triage, seen = Triage(library), []
    triage.observe(lambda change: seen.append(change.new), "query")
    ask(triage, "query", query={"text": "avat"})
    assert seen == [Query(text="avat")]


def test_the_state_comes_back_when_the_cell_is_run_again(library):
    """Query, position and columns are remembered in the library's folder."""
    first = Triage(library)
    first.query = Query(text="paper", decisions=("undecided",))
    first.show(paper(7).id)
    first.layout_state = {"density": "roomy"}
    again = Triage(Library(library.path))
    assert (again.query, again.table.cursor, again.layout_state) == (
        first.query,
        paper(7).id,
        {"density": "roomy"},
    )


def test_a_query_given_goes_before_the_one_remembered(library):
    """The cell says what it shows."""
    Triage(library).query = Query(text="old")
    assert Triage(library, query=Query()).query == Query()


def test_a_view_of_another_version_is_forgotten(library):
    """A field that no longer exists is no error at opening."""
    library.index.save_view("triage", {"query": {"color": "red"}})
    assert Triage(library).query == Query(has=("-published",))


def test_what_a_post_wrote_about_is_no_candidate_but_is_found(library):
    """A fresh table leaves it out, as a filter that can be taken off; its status says why."""
    posted = pd.DataFrame({"version": 1, "topic": "x", "date": "2024-11-12"}, [paper(7).id])
    library.publish(posted)
    triage = Triage(library)
    assert paper(7).id not in triage.visible.index
    triage.query = Query()
    assert triage.visible.loc[paper(7).id, "status"] == "published 2024-11-12"
    triage.query = Query(has=["published"])
    assert triage.visible.index.tolist() == [paper(7).id]


def test_queries_are_saved_and_loaded_by_name(library):
    """Saved queries belong to the library."""
    triage = Triage(library, query="avatars")
    triage.save("the usual")
    other = Triage(Library(library.path), query=Query())
    assert (other.saved, other.load("the usual"), other.query) == (
        ["the usual"],
        Query(text="avatars"),
        Query(text="avatars"),
    )


def test_an_unknown_saved_query_is_an_error(library):
    """The error names those there are."""
    with pytest.raises(PaperkitError, match="'mine': no saved query; there are none"):
        Triage(library).load("mine")


# The wire


def test_the_widget_is_born_with_its_first_rows(library):
    """The first window and the total need no round trip."""
    state = Triage(library).get_state()["start"]
    assert state["total"] == 40
    assert [r["id"] for r in state["rows"]] == [paper(39 - n).id for n in range(FIRST_ROWS)]


def test_the_first_message_is_light(tmp_path):
    """Code, style, first rows and fallback together stay below 50 kB, whatever the size."""
    library = Library(tmp_path)
    long = "A title of usual length for a paper on neural radiance fields and avatars"
    library.add([paper(n, title=f"{long} {n}") for n in range(300)], topic="avatars")
    triage = Triage(library)
    bundle = triage._repr_mimebundle_()[0]
    state = triage.get_state()
    code = state.pop("_code")  # as bytes
    sent = [state, bundle, ask(triage, "hello")]
    assert len(code) + len(json.dumps(sent, ensure_ascii=False).encode()) < 50_000


def test_hello_tells_counts_and_position(library):
    """After the first paint the browser asks for the rest."""
    triage = Triage(library)
    triage.show(paper(30).id)
    reply = ask(triage, "hello")
    assert (reply["total"], reply["index"], reply["matching"], reply["selected"]) == (40, 9, 40, 0)
    assert "facets" not in reply
    triage.layout_state = {"facets": True}
    assert ask(triage, "hello")["facets"]["topics"] == [("avatars", 40)]


def test_hello_brings_the_first_rows_only_when_they_changed(library):
    """The widget came with them; a second view, opened later, hears what was decided since."""
    triage = Triage(library)
    assert "rows" not in ask(triage, "hello")
    triage.decide("keep", paper(39).id)
    assert ask(triage, "hello")["rows"][0]["decision"] == "keep"


def test_rows_are_sent_in_windows(library):
    """A window names the generation of the list it belongs to."""
    triage = Triage(library)
    reply = ask(triage, "rows", start=10, count=3)
    assert [r["id"] for r in reply["rows"]] == [paper(n).id for n in (29, 28, 27)]
    assert (reply["generation"], reply["start"]) == (0, 10)
    assert ask(triage, "rows", start=38, count=50)["rows"][-1]["id"] == paper(0).id


def test_a_window_is_never_larger_than_a_few_hundred_rows(tmp_path):
    """Whatever is asked for, a message stays small."""
    library = Library(tmp_path)
    library.add([paper(n) for n in range(450)])
    assert len(ask(Triage(library), "rows", start=-5, count=10_000)["rows"]) == 400


def test_a_query_from_the_browser_is_answered_to_every_view(library):
    """Rows, total and counts come in one event, which is the reply for the view that asked."""
    triage = Triage(library)
    wire = Wire(triage)
    triage._receive(triage, {"do": "query", "token": "v.1", "query": {"text": "3"}}, [])
    (event,) = wire.events("query")
    assert (event["total"], event["generation"], event["query"]) == (11, 1, {"text": "3",
        "sort": ["-published"]})  # fmt: skip
    assert wire.sent == [event]
    assert (event["answer"], event["matching"]) == ({"token": "v.1"}, 11)


def test_facets_are_counted_only_where_someone_looks(library):
    """They are most of a message and of its work."""
    triage = Triage(library)
    wire = Wire(triage)
    triage.query = "3"
    triage.layout_state = {"facets": True}
    triage.query = "4"
    assert [e.get("facets", {}).get("topics") for e in wire.events("query")] == [
        None,
        [("avatars", 1)],
    ]


def test_what_other_threads_tell_is_not_held_back_by_an_answer(library, monkeypatch):
    """A batch's progress goes its own way while a message is answered."""
    triage = Triage(library)
    wire = Wire(triage)

    def answered(*_):
        other = threading.Thread(target=triage._progress, args=({"running": True},))
        other.start()
        other.join()
        triage._tell("saved", saved=["mine"])
        assert [e["event"] for e in wire.sent] == ["progress"]
        return {"token": "v.1"}, []

    monkeypatch.setattr(triage_messages, "answer", answered)
    triage._receive(triage, {}, [])
    assert wire.sent[1] == {"event": "saved", "saved": ["mine"], "answer": {"token": "v.1"}}


def test_what_was_told_before_an_error_reaches_the_browser(library, monkeypatch):
    """An answer that fails unforeseen does not swallow what happened before."""
    triage = Triage(library)
    wire = Wire(triage)

    def broken(*_):
        triage._tell("saved", saved=["mine"])
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(triage_messages, "answer", broken)
    with pytest.raises(RuntimeError, match="unforeseen"):
        triage._receive(triage, {}, [])
    assert wire.events("saved")


def test_ranges_are_selected_by_place(library):
    """A range of any length is two numbers on the wire."""
    triage = Triage(library)
    reply = ask(triage, "select", start=5, end=2, mode="add")
    assert reply["selected"] == 4
    assert list(triage.selection.index) == [paper(n).id for n in (37, 36, 35, 34)]


def test_a_decision_is_told_with_its_row_and_counts_follow(library):
    """The row is sent as the library has it now; counts are asked for when the hand rests."""
    triage = Triage(library)
    wire = Wire(triage)
    triage.decide("keep", ids=paper(2).id)
    assert wire.events("rows")[-1]["rows"] == rows_of([paper(2)], library)
    assert [e["event"] for e in wire.sent] == ["rows"]
    assert "facets" not in ask(triage, "counts")
    assert dict(ask(triage, "counts", facets=True)["facets"]["decisions"])["keep"] == 1


def test_two_widgets_see_each_others_decisions(library):
    """In one kernel at once, whichever `Library` object they were given."""
    one, two = Triage(library), Triage(Library(library.path))
    wire = Wire(two)
    one.decide("skip", ids=paper(8).id)
    assert wire.events("rows")[-1]["rows"] == rows_of([paper(8)], library)


def test_a_decision_of_another_kernel_is_told_when_the_browser_looks(library):
    """The browser asks now and then; nothing new is nothing sent."""
    triage = Triage(library)
    ask(triage, "sync")
    Library(library.path).decide(paper(6).id, "keep")
    wire = Wire(triage)
    triage._receive(triage, {"do": "sync", "token": "v.1"}, [])
    assert [r["decision"] for r in wire.events("rows")[-1]["rows"]] == ["keep"]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"do": "decide", "decision": "burn", "ids": ["2401.00001"]}, "not a decision"),
        ({"do": "decide", "decision": "keep", "ids": ["2412.00001"]}, "not in this library"),
        ({"do": "rows", "start": "x", "count": 1}, "invalid literal"),
        ({"do": "detail", "id": "../../etc/passwd"}, "not an arXiv identifier"),
        ({"do": "query", "query": {"sort": ["color"]}}, "sort 'color' is unknown"),
        ({"do": "summarize"}, "no model"),
        ({"do": "save", "name": "a"}, None),
    ],
)
def test_what_goes_wrong_is_answered(library, message, error):
    """The browser gets one sentence to show; the kernel goes on."""
    reply = ask(Triage(library), **message)
    assert error in reply["error"] if error else "error" not in reply


@pytest.mark.parametrize("message", [None, "x", {}, {"do": "exec"}, {"do": "__init__"}])
def test_unknown_messages_are_not_answered(library, message):
    """Only what is listed can be asked for."""
    triage = Triage(library)
    wire = Wire(triage)
    triage._receive(triage, message, [])
    assert wire.sent == []


def test_a_callback_thread_and_a_cell_may_use_it_at_once(library):
    """JupyterLab runs callbacks beside cells: nothing is tied to one thread."""
    triage, errors = Triage(library), []
    Wire(triage)

    def click(number: int) -> None:
        try:
            triage.decide("keep", ids=paper(number).id)
            triage.query = Query(text=f"paper {number}")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=click, args=(n,)) for n in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert (errors, len(triage.kept)) == ([], 8)


# The reading pane


def test_a_detail_holds_what_one_decides_by(library):
    """Links are http(s); code links are marked."""
    library.decide(paper(1).id, "keep", tags=["a"])
    told = triage_pane.detail(library, paper(1).id)
    assert (told["row"]["decision"], told["authors"][-1]) == ("keep", "Di Eck")
    assert [(link["label"], link["code"]) for link in told["links"]] == [
        ("arXiv", False), ("PDF", False), ("DOI", False), ("github.com/a/b", True),
    ]  # fmt: skip
    assert [(h["decision"], h["undo"], h["tags"]) for h in told["history"]] == [
        ("keep", False, ["a"])
    ]
    assert json.loads(json.dumps(told))["abstract"] == paper(1).abstract


def test_versions_tell_what_changed_word_by_word(library):
    """Newest first; the first version has nothing before it."""
    library.add([paper(1, version=2, title="Paper 1 on hands", abstract=paper(1).abstract)])
    newest, first = triage_pane.versions(library.coverage.versions(paper(1).id))
    assert newest["title"] == [("same", "Paper 1 on "), ("gone", "avatars"), ("new", "hands")]
    assert (newest["abstract"], first["title"], first["version"]) == ([], [], 1)


def _read(library: Library, file: str, data: bytes) -> None:
    figure = Figure("figure", "Figure 1", 1, (0, 0, 1, 1), "Overview", file=file)
    reading = Reading("T", 1, "1", figures=(figure,))
    library.files.save_reading(paper(1).id, reading)
    folder = library.files.figures_path(paper(1).id)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(data)


def test_figures_are_sent_as_bytes(library):
    """A figure is fetched by its number, with its type told by its content."""
    _read(library, "a.png", PNG)
    assert triage_pane.detail(library, paper(1).id)["figures"][0]["caption"] == "Overview"
    assert triage_pane.figure(library, paper(1).id, 0) == triage_pane.Image(PNG, "image/png")


@pytest.mark.parametrize(
    ("file", "data"), [("x.svg", b"<svg onload=alert(1)>"), ("../../library.db", PNG)]
)
def test_only_images_of_the_papers_own_folder_are_sent(library, file, data):
    """No SVG (it could run scripts), no path that leaves the folder."""
    figure = Figure("figure", "Figure 1", 1, (0, 0, 1, 1), "c", file=file)
    library.files.save_reading(paper(1).id, Reading("T", 1, "1", figures=(figure,)))
    folder = library.files.figures_path(paper(1).id)
    folder.mkdir(parents=True)
    if ".." not in file:
        (folder / file).write_bytes(data)
    with pytest.raises(PaperkitError):
        triage_pane.figure(library, paper(1).id, 0)


# The fallback


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)


def test_a_saved_notebook_shows_twenty_rows(library):
    """HTML and Markdown stand beside the widget."""
    data, _ = Triage(library)._repr_mimebundle_()
    assert data["text/html"].count("<tr>") == 1 + triage_pane.ROWS
    assert data["text/markdown"].count("\n| ") == 1 + triage_pane.ROWS
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_fallback_escapes_hostile_text(tmp_path):
    """Neither HTML nor Markdown nor template tags survive."""
    library = Library(tmp_path)
    library.add([paper(1, title=HOSTILE)], topic="<b>|x")
    data, _ = Triage(library)._repr_mimebundle_()
    tags = _Tags()
    tags.feed(data["text/html"])
    assert tags.seen == {"table", "caption", "thead", "tr", "th", "tbody", "td", "a"}
    (line,) = [x for x in data["text/markdown"].splitlines() if "2401" in x]
    assert line.count("|") == 6
    assert not set("<>{`*_$") & set(line)


# What is sent as code


def test_a_packed_module_unpacks_to_itself_and_its_style(tmp_path, monkeypatch):
    """The code is the module and the style sheet, gzipped."""
    monkeypatch.setattr(kit, "SCRIPTS", tmp_path)
    script, style = tmp_path / "a.js", tmp_path / "a.css"
    script.write_text("export default { render() {} };")
    style.write_text(".a { color: red }")
    source = gzip.decompress(kit.code("a", style=style)).decode()
    assert source.startswith(script.read_text())
    assert 'sheet.textContent = ".a { color: red }";' in source


def test_a_module_is_joined_with_those_it_needs(tmp_path):
    """Each stands once, after those it needs itself; only the first one exports."""
    (tmp_path / "a.js").write_text(
        'import { b } from "./b.js";\nimport {\n  c,\n} from "./c.js";\nexport default b(c);\n'
    )
    (tmp_path / "b.js").write_text('import { c } from "./c.js";\nexport const b = (x) => x + c;\n')
    (tmp_path / "c.js").write_text('import { b } from "./b.js";\nexport const c = 1;\n')
    joined = kit.joined(tmp_path / "a.js")
    assert joined == "const c = 1;\nconst b = (x) => x + c;\nexport default b(c);"


@pytest.mark.parametrize("name", ["triage", "review", "explorer"])
def test_a_widget_is_one_module(name):
    """It exports itself alone, and nothing is left to be imported."""
    source = kit.joined(kit.SCRIPTS / f"{name}.js")
    assert len(re.findall(r"(?m)^export ", source)) == 1
    assert re.search(r"(?m)^import ", source) is None


def test_no_two_modules_have_a_name_in_common():
    """Joined they share one scope, where a second declaration is an error of the whole widget."""
    declared = re.compile(r"(?m)^(?:export )?(?:async )?(?:const|let|class|function) (\w+)")
    names = [n for p in kit.SCRIPTS.glob("*.js") for n in declared.findall(p.read_text())]
    assert len(names) > 100
    assert sorted(names) == sorted(set(names))


def test_a_lean_script_says_the_same():
    """Types, comments of a line of their own and indentation go, nothing else."""
    script = (
        "// x\nf(() => {\n  /** y */\n  /**\n   * z\n   */\n  g(`//z`); // w\n\n"
        "  /* a */ h(); /* b */\n  const i = /** @type {Map<string, a>} */ (j);\n});\n"
    )
    assert kit.lean(script) == (
        "f(() => {\ng(`//z`); // w\n/* a */ h(); /* b */\nconst i = (j);\n});"
    )


def test_a_tight_style_sheet_says_the_same(tmp_path):
    """Comments and white space go."""
    file = tmp_path / "a.css"
    file.write_text("/* x */\n.a {\n  color: red;\n}\n/* y */")
    assert kit.tight(file) == ".a { color: red; }"


def test_formulas_are_set_by_the_bundled_script():
    """KaTeX is in the package, with its license."""
    assert b"katex" in gzip.decompress(kit.katex())


@pytest.mark.parametrize("path", sorted(kit.SCRIPTS.glob("*.js")), ids=lambda p: p.name)
def test_the_browser_code_never_writes_html(path):
    """All text becomes text nodes; the preview alone reads a page back, one that runs nothing."""
    source = path.read_text(encoding="utf-8")
    forbidden = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
    allowed = ["innerHTML"] if path.name == "review_preview.js" else []
    assert [word for word in forbidden if word in source] == allowed


def test_no_script_is_long():
    """400 lines at most: what is longer is more than one idea."""
    lengths = {p.name: p.read_text("utf-8").count("\n") for p in kit.SCRIPTS.glob("*.js")}
    assert {name: n for name, n in lengths.items() if n > 400} == {}


# What the library can't take


@pytest.fixture
def locked(library, monkeypatch):
    """A library that another program writes to; `close()` ends that."""
    monkeypatch.setattr(triage_messages, "PATIENCE", 0.0)
    db = sqlite3.connect(library.path / "library.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    yield db
    db.close()


WRITES = [
    {"do": "decide", "decision": "keep", "ids": [paper(1).id]},
    {"do": "tag", "add": ["a"], "ids": [paper(1).id]},
    {"do": "note", "text": "n", "id": paper(1).id},
    {"do": "undo"},
]


@pytest.mark.parametrize("asked", WRITES, ids=lambda asked: asked["do"])
def test_what_a_locked_library_cannot_take_is_said_and_can_be_tried_again(library, locked, asked):
    """The reply names the reason and says that another try may succeed; no row is told changed."""
    before = library.index.entries(paper(1).id)
    triage = Triage(library)
    wire = Wire(triage)
    triage._receive(triage, {"token": "v.7", **asked}, [])
    (sent,) = wire.sent
    reason = f"{library.path}: the library is locked by another program; wait until it ends."
    assert sent == {"answer": {"token": "v.7", "error": reason, "again": True}}
    locked.close()
    assert library.index.entries(paper(1).id) == before
    wire.sent.clear()
    triage._receive(triage, {"token": "v.8", **asked}, [])
    assert "error" not in wire.sent[-1]["answer"]


def test_a_selection_that_could_not_be_decided_stays_selected(library, locked):
    """The next try concerns the same papers."""
    triage = Triage(library)
    triage.select([paper(1).id, paper(2).id])
    assert ask(triage, "decide", decision="keep", ids=None)["again"]
    locked.close()
    ask(triage, "decide", decision="keep", ids=None)
    assert sorted(triage.kept.index) == [paper(1).id, paper(2).id]
    assert triage.selection.empty


@pytest.mark.parametrize("asked", WRITES, ids=lambda asked: asked["do"])
def test_what_a_missing_folder_cannot_take_is_said(library, asked):
    """A drive that was taken out: the reply says so, and nothing new is made in its place."""
    triage = Triage(library)
    library.path.rename(library.path.with_name("away"))
    do, content = asked["do"], {k: v for k, v in asked.items() if k != "do"}
    reply = ask(triage, do, **content)
    assert reply["error"] == f"{library.path}: the library is gone; put its folder back."
    assert reply["again"] is True
    assert not library.path.exists()


def test_a_place_that_is_not_remembered_is_said(library):
    """It is no reason to refuse what was asked for."""
    triage = Triage(library)
    wire = Wire(triage)
    library.path.rename(library.path.with_name("away"))
    triage.layout_state = {"facets": True}
    (told,) = wire.events("trouble")
    assert told["text"].startswith("The table's place is not remembered: ")


def test_a_decision_that_was_saved_is_not_asked_for_again(library, monkeypatch):
    """Only showing it failed: undo would be done twice, were it tried again."""
    triage = Triage(library)
    triage.decide("keep", [paper(1).id])
    triage.decide("skip", [paper(1).id])
    gone = LibraryError("library: gone.")

    def fail(*_):
        raise gone

    monkeypatch.setattr(library.index, "changes", fail)
    wire = Wire(triage)
    reply = ask(triage, "undo")
    assert (reply["ids"], "error" in reply) == ([paper(1).id], False)
    triage.send = wire
    triage.undo()
    assert [told["text"] for told in wire.events("trouble")] == [
        f"Saved, but not shown yet: {gone}"
    ]
    monkeypatch.undo()
    wire.sent.clear()
    triage.catch_up()
    assert [row["id"] for row in wire.events("rows")[0]["rows"]] == [paper(1).id]


class Echo:
    """A model that answers nothing and counts."""

    name = "echo"

    def answer(self, request):
        raise PaperkitError(f"{request.paper.id}: nothing to say; ask another model.")


def test_a_selection_is_summarized_in_the_background(library):
    """The report tells the outcome of each paper; the widget hears when it is over."""
    triage = Triage(library, model=Echo())
    wire = Wire(triage)
    triage.select([paper(1).id, paper(2).id])
    triage.summarize()
    triage._batch.wait()
    assert dict(triage.report["outcome"]) == {paper(1).id: "failed", paper(2).id: "failed"}
    wire_end = [e for e in wire.events("progress") if not e["running"]]
    assert [(e["done"], e["total"], e["text"]) for e in wire_end] == [(2, 2, "2 failed")]


def test_nothing_selected_by_a_query_without_papers_is_an_error_to_summarize(library):
    """A batch of no papers would never end."""
    triage = Triage(library, model=Echo())
    with pytest.raises(PaperkitError, match="no papers to summarize"):
        triage.summarize([])


# What is left to be found


def _decide_by_turns(library: Library, count: int) -> None:
    for n in range(count):
        library.decide(paper(n).id, "keep" if n % 2 else "skip")


def test_what_is_unseen_is_estimated_from_the_tenth_decision_on(library):
    """Nine decisions say nothing; the papers of the query count, whatever it says of decisions."""
    triage = Triage(library, query=Query(decisions=("undecided",)))
    _decide_by_turns(library, 9)
    assert triage.remaining is None
    library.decide(paper(9).id, "keep")
    found = triage.remaining
    assert (found.open, found.read, found.kept) == (30, 10, 5)
    assert 0 <= found.low <= found.expected <= found.high <= 30


def test_only_decisions_within_the_query_count(library):
    """Another topic's papers tell nothing about this one's."""
    _decide_by_turns(library, 20)
    assert Triage(library, query=Query(since="2024-01-15")).remaining is None


def test_sorted_by_score_what_is_left_is_taken_for_poorer(library):
    """Read best first, the rest holds fewer than one read by date."""
    _decide_by_turns(library, 20)
    by_date = Triage(library, query=Query()).remaining
    best_first = Triage(library, query=Query(sort=("-score",))).remaining
    assert best_first.expected < by_date.expected


def test_the_browser_hears_of_the_estimate_apart_from_its_question(library):
    """The answer to the question is immediate; the estimate comes when it is made."""
    _decide_by_turns(library, 12)
    triage = Triage(library, query=Query())
    told = threading.Event()
    found: list[dict] = []

    def send(content, buffers=None):
        if content.get("event") == "remaining":
            found.append(json.loads(json.dumps(content))["found"])
            told.set()

    triage.send = send
    triage._estimate_soon()
    assert told.wait(60)
    assert (found[0]["open"], found[0]["read"], found[0]["kept"]) == (28, 12, 6)


def test_answers_of_an_outline_are_columns(library):
    """A row has the answers while a column shows them, and the quotes they rest on."""
    triage = Triage(library)
    id = triage.visible.index[0]
    summarize([id], library, Extractive())
    assert "answers" not in triage.table.window(0, 1)[0]
    triage.layout_state = {"columns": ["answer:summary"]}
    shown = triage.table.window(0, 1)[0]["answers"]["summary"]
    frame = answers([id], library)
    assert frame.loc[id, "summary"] == shown["text"] != ""
    assert "\n".join(frame.attrs["evidence"]["summary"][id]) == shown["quote"] != ""


SCREENING = Outline(
    "screening",
    (
        Question(key="patients", headings={"en": "Real patients?"}, ask="Were there patients?"),
        Question(key="setting", headings={"zh": "环境"}, ask="Where was it done?"),
    ),
)


@pytest.fixture
def screened(library) -> Triage:
    """Four papers answer two questions of a person's own; the others answer nothing."""
    given = [
        ("Yes, 20 patients.", "A hospital in Lyon took part over many months of one year."),
        ("yes", "在医院进行。"),
        ("No: simulated. Patients are noted as future work.", ""),
        ("Not said.", "Home."),
    ]
    for n, texts in enumerate(given):
        named = Digest(paper_id=f"2401.{n:05}", version=1, outline="screening", language="en")
        answers = [
            Answer(question=q.key, statements=(Statement(text),), model="m", at=datetime.now(UTC))
            for q, text in zip(SCREENING.questions, texts, strict=True)
            if text
        ]
        library.drafts.save_answers(named, answers)
    return Triage(library, outline=SCREENING)


def listed(triage: Triage) -> list[int]:
    return sorted(int(i[-5:]) for i in triage.visible.index)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"patients": "yes"}, [0, 1]),
        ({"patients": "NO"}, [2]),  # neither "not" nor "noted"
        ({"patients": " patients "}, [0, 2]),
        ({"setting": "医院"}, [1]),  # Chinese words stand anywhere
        ({"patients": "yes", "setting": "lyon"}, [0]),
        ({"patients": "yes", "setting": ""}, [0, 1]),
        ({"patients": "=yes"}, [0, 1]),
        ({"patients": "=No"}, [2]),
        ({"patients": "=patients"}, []),  # it stands in answers, and none begins with it
        ({"setting": "=在医院进行"}, [1]),
        ({"patients": ".*"}, []),
        ({}, list(range(40))),
    ],
)
def test_answers_narrow_the_list(screened, wanted, found):
    """By whole words, whatever their case; the questions become columns. Also in a cell."""
    screened.filter_answers(wanted)
    assert listed(screened) == found
    assert set(screened.table.shown) == {q for q, words in wanted.items() if words.strip()}
    assert screened.table.answer(facets=False)["matching"] == len(found)
    papers = screened.library.papers(Query(answers=wanted, outline="screening"))
    assert sorted(int(i[-5:]) for i in papers.index) == found
    screened.filter_answers()
    assert len(listed(screened)) == 40


def test_short_answers_are_counted_beside_the_other_filters(screened):
    """By their first clause; those too long for a list are found by their words."""
    screened.layout_state = {"columns": ["answer:patients", "answer:setting"], "facets": True}
    facets = screened.table.answer(facets=True)["facets"]
    assert facets["answer:patients"] == [("yes", 2), ("no", 1), ("not said", 1)]
    assert facets["answer:setting"] == [("home", 1), ("在医院进行", 1)]
    assert [q["heading"] for q in screened.start["questions"]] == ["Real patients?", "环境"]


def test_a_value_that_is_chosen_lists_as_many_papers_as_its_count_says(screened):
    """In every facet: those of answers count what the others leave, and the others what they do."""
    screened.library.tag(["2401.00000", "2401.00002", "2401.00005"], "lab")
    screened.layout_state = {"columns": ["answer:patients", "answer:setting"], "facets": True}
    for field, value in (("tags", "lab"), ("topics", "avatars")):
        screened.query = Query(**{field: [value]})
        for name, count in screened.table.counts(facets=True)["facets"]["answer:patients"]:
            chosen = replace(screened.query, answers={"patients": f"={name}"}, outline="screening")
            assert len(screened.library.papers(chosen)) == count
    screened.query = Query(answers={"patients": "yes"}, outline="screening")
    counts = screened.table.counts(facets=True)["facets"]
    assert counts["tags"] == [("lab", 1)]
    assert dict(counts["answer:patients"]) == {"yes": 2, "no": 1, "not said": 1}
    assert dict(counts["answer:setting"]) == {"在医院进行": 1}


def test_a_search_is_saved_with_the_answers_wanted(screened):
    """Also as the table is left, and for a table of another outline, which names the question."""
    screened.filter_answers({"patients": "=yes"})
    screened.save("real patients")
    assert Triage(screened.library, outline=SCREENING).query == screened.query
    screened.query = Query()
    other = Triage(screened.library)
    for table in (screened, other):
        table.load("real patients")
        assert listed(table) == [0, 1]
        facets = table.table.answer(facets=True)["facets"]
        assert facets["answer:patients"] == [("yes", 2), ("no", 1), ("not said", 1)]


def test_an_answer_counts_as_it_stands_now(screened):
    """A person's edit stands before any draft; a newer version's answers before an older one's."""
    wanted = Query(answers={"patients": "=yes"}, outline="screening")
    assert len(screened.library.papers(wanted)) == screened.library.index.find(wanted).total == 2
    screened.library.edit("2401.00000", "patients", ["No."], outline="screening")
    assert list(screened.library.papers(wanted).index) == ["2401.00001"]
    assert screened.library.index.find(wanted).total == 1


def test_answers_to_no_question_are_an_error(screened):
    """It names those there are; nothing changes."""
    with pytest.raises(PaperkitError, match="no question 'mood'; it has patients, setting"):
        screened.filter_answers({"mood": "good"})
    wanted = {"outline": "screening", "answers": {"patients": 1}}
    assert "answers needs words by question" in ask(screened, "query", query=wanted)["error"]
    assert len(listed(screened)) == 40
    with pytest.raises(PaperkitError, match="question 'patient': not in .*; use 'patients'"):
        screened.library.papers(Query(answers={"patient": "yes"}, outline="screening"))


def test_copies_are_inert_text_in_three_forms(library):
    """BibTeX, a Markdown list and CSV; signs and formulas mean nothing; others are refused."""
    triage = Triage(library)
    id = triage.visible.index[0]
    library.note(id, "=1+1")
    assert triage.copy("bibtex", id).startswith("@")
    assert triage.copy("markdown", id).startswith("- [")
    assert f"https://arxiv.org/abs/{id}" in triage.copy("markdown", id)
    assert ",'=1+1," in triage.copy("csv", id)
    with pytest.raises(PaperkitError, match="no format 'xml'; take bibtex, markdown, csv"):
        triage.copy("xml", id)


def test_progress_and_the_next_undecided_paper(library):
    """Decided papers are counted among those listed; the search goes round the end."""
    triage = Triage(library)
    ids = list(triage.visible.index)
    triage.decide("skip", ids[1:])
    assert triage.table.progress() == {"decided": len(ids) - 1, "total": len(ids)}
    assert triage.table.undecided(1) == 0
    triage.decide("keep", ids[0])
    assert triage.table.undecided(0) is None


def test_review_needs_a_summary_and_shows_the_papers_kept(library):
    """Papers that were kept and summarized are reviewed; without any it says what to do."""
    triage = Triage(library)
    id = triage.visible.index[0]
    triage.decide("keep", id)
    with pytest.raises(PaperkitError, match="summarize some kept papers first"):
        triage.review()
    summarize([id], library, Extractive())
    assert list(triage.review().digests.index) == [id]


def test_the_end_tells_the_step_that_each_paper_kept_lacks(library, tmp_path, monkeypatch):
    """A summary, an approval, a post; what was written for other questions is no summary."""
    monkeypatch.chdir(tmp_path)
    triage = Triage(library)
    ids = list(triage.visible.index[:3])
    triage.decide("keep", ids)

    def left() -> tuple[int, ...]:
        told = ask(triage, "ending")
        return tuple(told[name] for name in ("kept", "open", "unsigned", "ready"))

    summarize([ids[0]], library, Extractive(), outline=SCREENING)
    assert left() == (3, 3, 0, 0)
    summarize(ids[:2], library, Extractive())
    assert left() == (3, 1, 2, 0)
    library.approve(ids[0], by="Ana", reason="Looked at.")
    assert left() == (3, 1, 1, 1)
    assert list(triage.review().digests.index) == [ids[1], ids[0]]  # what is to do comes first
    assert ask(triage, "ending")["draft"] == ""
    assert ask(triage, "compose")["path"] == "avatars.post.ipynb"
    assert ask(triage, "ending")["draft"] == "avatars.post.ipynb"
    library.approve(ids[1], by="Ana", reason="Looked at.")
    assert ask(triage, "ending")["draft"] == ""
    posted = {"version": [1], "topic": ["avatars"], "date": ["2026-06-30"]}
    library.publish(pd.DataFrame(posted, index=pd.Index([ids[0]], name="id")))
    assert left() == (3, 1, 0, 1)
    assert triage.draft.papers == {ids[0]}


def test_composing_needs_an_approved_paper(library):
    """Nothing is written for none."""
    with pytest.raises(PublishError, match="approve some"):
        Triage(library).compose()


def test_many_decisions_in_a_row_are_one_ranking(library, monkeypatch):
    """It follows the last of them; no key waits for a thread of its own."""
    monkeypatch.setattr(triage_ranking, "REST", 0.2)
    timers, told = [], SimpleQueue()
    made = threading.Timer

    def timer(seconds, act):
        timers.append(seconds)
        return made(seconds, act)

    monkeypatch.setattr(threading, "Timer", timer)
    triage = Triage(library)
    triage.send = lambda content, *_: content.get("event") == "ranked" and told.put(content)
    triage._follow()
    began = time.monotonic()
    for n in range(8):
        triage.decide("keep" if n % 2 else "skip", paper(n).id)
    took = time.monotonic() - began
    assert told.get(timeout=60)["decisions"] == 8
    assert len(timers) <= 2 + took / 0.2
    triage.close()
