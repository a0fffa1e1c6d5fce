"""Charts of trends: what they state, what they hide from no one, and what they never run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pandas as pd
import pytest

from paperkit.library import Library
from paperkit.trends import (
    Chart,
    chart,
    chart_image,
    co_occurrence,
    compare,
    growth,
    papers_per,
    rising_terms,
    terms_per,
    themes,
    top_authors,
    venues,
)
from paperkit.widgets.explorer import Explorer
from paperkit.widgets.triage import Triage
from tests.test_trends import corpus, frame

HOSTILE = '<script>alert(1)</script>"&{{x}}\x00\u202e datum.x'
KINDS = {
    "counts": lambda papers: papers_per(papers),
    "shares": lambda papers: papers_per(papers, by="category"),
    "term shares": lambda papers: terms_per(papers, ["voxel grid", "neural splat"]),
    "themes": lambda papers: themes(papers, number=3),
    "growth": lambda papers: growth(papers, by="category"),
    "rising": lambda papers: rising_terms(papers),
    "compared": lambda papers: compare(
        papers[papers["topics"].map(bool)], papers[~papers["topics"].map(bool)]
    ),
    "pairs": lambda papers: co_occurrence(papers),
    "authors": lambda papers: top_authors(papers),
    "venues": lambda papers: venues(papers.assign(comment="CVPR 2024")),
}


@pytest.fixture(scope="module")
def drawn() -> dict[str, Chart]:
    papers = corpus(600)
    return {name: chart(make(papers)) for name, make in KINDS.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_chart_states_n_and_speaks(drawn, kind):
    """The lines below the title state n, and the alt text says title, n and values."""
    one = drawn[kind]
    notes = " ".join(one.spec["title"]["subtitle"])
    assert re.search(r"n = (\d|papers of complete periods)", notes)
    assert one.spec["description"] == one.alt
    assert one.alt.startswith(one.title)
    assert re.search(r"\d", one.alt.removeprefix(one.title))


@pytest.mark.parametrize("kind", KINDS)
def test_every_chart_becomes_an_svg_with_its_alt_text(drawn, kind):
    """The static picture is well-formed, labeled, and fetches and runs nothing."""
    root = ElementTree.fromstring(chart_image(drawn[kind], "svg"))
    assert root.get("role") == "img"
    assert root.get("aria-label") == drawn[kind].alt
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not names & {"script", "image", "foreignObject", "a", "use"}


def test_shares_name_their_denominator():
    """A chart of shares says of what they are shares."""
    one = chart(papers_per(corpus(100), by="category"))
    assert "share: of the papers of each month" in one.spec["title"]["subtitle"][1]


def test_an_incomplete_period_is_drawn_hollow_and_said():
    """The last month is in the dashed layer only, and the notes name it."""
    rows = [{"published": f"2024-0{m}-02", "topics": (t,)} for m in (1, 2, 3) for t in ("a", "b")]
    one = chart(papers_per(frame(rows), by="topic"))
    values = [row for row in one.spec["data"]["values"] if row["group"] == "a"]
    assert [row["complete"] for row in values] == [True, True, False]
    assert [row["ends"] for row in values] == [False, True, True]
    dashed = [part for part in one.spec["layer"] if "strokeDash" in part["mark"]]
    assert [part["transform"] for part in dashed] == [[{"filter": "datum.ends"}]]
    assert "month from 2024-03-01 incomplete" in " ".join(one.spec["title"]["subtitle"])


@pytest.mark.parametrize("kind", ["counts", "shares", "rising"])
def test_light_and_dark_pictures_have_their_own_ground(drawn, kind):
    """Both grounds are in the picture, and labels change with them."""
    light, dark = (chart_image(drawn[kind], "svg", theme=t).decode() for t in ("light", "dark"))
    assert 'fill="#ffffff"' in light
    assert 'fill="#1b1f24"' in dark
    assert "#1f2328" not in dark
    assert "#e6edf3" not in light


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_on_a_page_takes_its_ground_its_ink_and_its_width(drawn, kind):
    """No white sheet in a dark notebook: no ground, the page's text color, the cell's width."""
    spec = drawn[kind].spec
    assert spec["background"] == "transparent"
    assert spec["config"]["style"]["guide-label"] == {"fill": "currentColor"}
    assert "@" not in json.dumps({**spec, "data": None})
    assert spec["width"] == "container" or kind == "pairs"
    assert chart(corpus_trend(), width=300).spec["width"] == 300


def corpus_trend() -> pd.DataFrame:
    return papers_per(corpus(50))


def test_quarters_are_named_and_ticks_are_at_the_points():
    """An axis of quarters says "2024 Q1" at each quarter's point; alt text and notes do too."""
    rows = [{"published": f"2024-{m:02d}-02", "topics": (t,)} for m in range(1, 12) for t in "ab"]
    one = chart(papers_per(frame(rows), "quarter", by="topic"))
    axis = one.spec["layer"][0]["encoding"]["x"]["axis"]
    starts = pd.to_datetime(["2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01"], utc=True)
    assert axis["values"] == [1000 * start.timestamp() for start in starts]
    assert "last complete 50 % in 2024 Q3" in one.alt
    assert "2024 Q4 incomplete" in " ".join(one.spec["title"]["subtitle"])
    picture = chart_image(one, "svg").decode()
    assert all(f">2024 Q{n}<" in picture for n in (1, 2, 3, 4))


def test_many_groups_have_intervals_too():
    """Each of five groups has its own lines, side by side, and the notes say what they are."""
    rows = [{"published": f"2024-{m:02d}-02", "topics": (t,)} for m in (1, 2, 3) for t in "abcde"]
    one = chart(papers_per(frame(rows), by="topic"))
    lines = [part["mark"] for part in one.spec["layer"] if part["mark"]["type"] == "rule"]
    assert [mark["xOffset"] for mark in lines] == [-8, -4, 0, 4, 8]
    assert "95 % interval" in one.spec["title"]["subtitle"][1]


def test_a_share_of_few_papers_is_marked():
    """A share of three papers has a cross above it, one of thirty has none."""
    rows = [{"published": "2024-01-02", "topics": ("a",)}] * 3
    rows += [{"published": "2024-02-02", "topics": ("a", "b")}] * 30
    one = chart(papers_per(frame(rows), by="topic", until="2024-02"))
    few = {(row["period"][:7], row["few"]) for row in one.spec["data"]["values"]}
    assert few == {("2024-01", True), ("2024-02", False)}
    assert "× of fewer than 10 papers" in one.spec["title"]["subtitle"][1]
    assert "×</text>" in chart_image(one, "svg").decode()


@pytest.mark.process
def test_chinese_names_are_drawn_where_the_machine_has_no_such_font():
    """The converter is given a font that draws them: two names give two pictures, not two boxes."""
    script = (
        "import vl_convert\n"
        "from paperkit.trends import charts\n"
        "charts._cjk_font()\n"
        "for text in ('虚拟', '元宇'):\n"
        "    mark = {'type': 'text', 'font': 'Droid Sans Fallback', 'text': text}\n"
        "    spec = {'mark': mark, 'data': {'values': [{}]}}\n"
        "    print(vl_convert.vegalite_to_png(spec, vl_version='5.8').hex())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    first, second = done.stdout.split()
    assert first.startswith(b"89504e47")
    assert first != second


def test_pictures_are_the_same_bytes_each_time():
    """The same frame gives the same specification and the same pictures."""
    first, second = (chart(papers_per(corpus(50))) for _ in range(2))
    assert json.dumps(first.spec) == json.dumps(second.spec)
    assert chart_image(first, "png") == chart_image(second, "png")
    assert chart_image(first, "png").startswith(b"\x89PNG\r\n")


def test_a_cell_shows_vega_lite_and_keeps_a_picture(drawn):
    """Jupyter gets the version it draws offline; nbconvert a PNG with its alt text."""
    one = drawn["counts"]
    data, metadata = one._repr_mimebundle_()
    assert set(data) == {"application/vnd.vegalite.v5+json", "image/png", "text/plain"}
    assert data["application/vnd.vegalite.v5+json"]["$schema"].endswith("vega-lite/v5.json")
    assert metadata["image/png"] == {"alt": one.alt}


def test_hostile_names_stay_text():
    """Markup, control characters and expressions in names are drawn as text, or dropped."""
    rows = [{"topics": (HOSTILE, "b"), "authors": (HOSTILE,), "title": HOSTILE}] * 6
    papers = frame(rows)
    trends = (papers_per(papers, by="topic"), co_occurrence(papers, of="topic"),
              top_authors(papers))  # fmt: skip
    for trend in trends:
        picture = chart_image(chart(trend), "svg").decode()
        ElementTree.fromstring(picture)
        assert "<script" not in picture
        assert "\u202e" not in picture
        assert "alert(1)" in picture


def test_long_names_are_cut_and_stay_apart():
    """Two names that begin alike keep a bar each."""
    names = ["x" * 80 + "1", "x" * 80 + "2"]
    one = chart(top_authors(frame([{"authors": tuple(names)}])))
    assert len({row["name"] for row in one.spec["data"]["values"]}) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_no_papers_make_a_chart_that_says_so(kind):
    """An empty frame is drawn as words, not as an error."""
    empty = corpus(20).iloc[:0]
    one = chart(KINDS[kind](empty))
    assert "No papers to show" in chart_image(one, "svg").decode()


def test_other_frames_and_options_are_refused(drawn):
    """What cannot be drawn is named, with what can."""
    with pytest.raises(ValueError, match="no chart fits the columns x"):
        chart(pd.DataFrame({"x": [1]}))
    with pytest.raises(ValueError, match="measure is 'z'; give 'count' or 'share'"):
        chart(papers_per(corpus(5)), measure="z")
    with pytest.raises(ValueError, match="format is 'gif'"):
        chart_image(drawn["counts"], "gif")
    with pytest.raises(ValueError, match="theme is 'blue'"):
        chart_image(drawn["counts"], theme="blue")


def click(explorer: Explorer, row: object) -> None:
    """Send what the browser sends after a click."""
    explorer._receive(explorer, {"do": "pick", "row": row}, [])


def test_a_click_leads_to_the_papers_behind_the_mark():
    """A clicked mark picks its row of the trend, and the papers are those the row counts."""
    papers = corpus(200)
    trend = papers_per(papers, "quarter", by="category").set_index("group", append=True)
    trend = trend.reset_index("group")[::-1]
    explorer = Explorer(trend, papers)
    assert explorer.papers.empty
    marks = explorer.get_state()["_spec"]["data"]["values"]
    mark = next(one for one in marks if one["group"] == "cs.GR" and one["count"])
    click(explorer, mark["row"])
    assert trend.loc[explorer.picked, "group"] == "cs.GR"
    assert len(explorer.papers) == mark["count"]
    said = explorer.get_state()["_said"]
    assert said.startswith(f"{mark['count']} papers behind ")
    assert said.endswith(", cs.GR.")


def test_a_growth_leads_to_the_papers_it_was_fitted_to():
    """Those of its group in complete periods, no others."""
    papers = corpus(400)
    counts = papers_per(papers, "month", by="category")
    explorer = Explorer(growth(counts), papers)
    mark = explorer.get_state()["_spec"]["data"]["values"][0]
    click(explorer, mark["row"])
    used = counts[counts["complete"] & (counts["group"] == mark["group"])]
    assert len(explorer.papers) == used["count"].sum() > 0


def test_what_was_picked_opens_in_triage(tmp_path):
    """The frame behind a mark is what a table over the library lists; another click, another."""
    library = Library.sample(tmp_path)
    papers = library.papers(topic="NeRF")
    table = Triage(library)
    trend = papers_per(papers, "quarter")
    explorer = Explorer(trend, papers, table=table)
    for row in (int(trend["count"].argmax()), int(trend["count"].gt(0).argmax())):
        click(explorer, row)
        assert 0 < len(explorer.papers) == trend["count"].iloc[row] < len(papers)
        assert sorted(table.visible.index) == sorted(explorer.papers.index)
    click(explorer, int(trend["count"].eq(0).argmax()))
    assert len(table.visible) == len(explorer.papers) == 0
    explorer.picked = None
    assert len(table.visible) == len(library.papers())


@pytest.mark.parametrize("row", [-1, 10_000, "0", None])
def test_a_click_on_nothing_picks_nothing(row):
    """Whatever the page sends."""
    papers = corpus(50)
    explorer = Explorer(papers_per(papers, "quarter"), papers)
    click(explorer, row)
    explorer._receive(explorer, "row", [])
    assert explorer.picked is None
    assert explorer.papers.empty


def test_an_explorer_leaves_a_picture_in_the_notebook():
    """Where no widget can run, the chart and its words are there."""
    papers = corpus(50)
    data, about = Explorer(papers_per(papers, "quarter"), papers)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == about["image/png"]["alt"]
