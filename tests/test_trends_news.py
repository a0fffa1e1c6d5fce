"""News of trends: what to read on a term, and what changed since a date."""

from __future__ import annotations

import pandas as pd
import pytest

from paperkit.trends import catch_up, changes, fading_terms, rising_terms
from tests.test_trends import corpus, frame

HOSTILE = "<script>alert(1)</script>"


def held() -> pd.DataFrame:
    """Return 40 early papers on grids and 40 late ones on splats, one of them like all others."""
    rows = [{"title": "voxel grid", "published": f"2023-{1 + i % 12:02d}-01"} for i in range(40)]
    days = pd.date_range("2024-01-02", periods=40).strftime("%Y-%m-%d")
    rows += [
        {"title": "neural splat", "abstract": f"own{i} words{i} here{i}", "published": day}
        for i, day in enumerate(days)
    ]
    rows[60]["abstract"] = " ".join(f"own{i} words{i}" for i in range(40))
    return frame(rows)


def test_to_catch_up_read_the_first_and_the_most_alike():
    """The earliest papers with the term, the one the others resemble, and a sentence with n."""
    papers = held()
    rising = rising_terms(papers, since="2024-01-01")
    assert rising["term"].tolist() == ["neural splat"]
    found = catch_up(papers, rising, number=1)
    assert found.papers["why"].to_dict() == {
        papers.index[40]: "among the first",
        papers.index[60]: "most like the others",
    }
    assert found.sentence.startswith(
        "“neural splat” is in 40 of 40 papers of 2024-01-02 to 2024-02-10 "
        "and in 0 of 40 of 2023-01-01 to 2023-12-01: its odds are "
    )
    assert found.sentence.endswith(").")
    assert "95 % interval" in found.sentence


def test_a_fading_term_has_lower_odds():
    """The sentence turns the ratio around, its bounds in order."""
    papers = corpus()
    said = catch_up(papers, fading_terms(papers, since="2024-01-01")).sentence
    assert "times lower" in said
    low, high = said.partition("interval ")[2].removesuffix(").").split(" to ")
    assert 1 < float(low) < float(high)


def test_a_term_that_is_not_in_the_trend_is_named():
    """What cannot be caught up with is an error that says where terms come from."""
    papers = held()
    with pytest.raises(ValueError, match="no term 'x'; give one that rising_terms returned"):
        catch_up(papers, rising_terms(papers, since="2024-01-01"), "x")


def changed() -> pd.DataFrame:
    rows = [{"topics": ("lasting",), "published": f"2024-0{m}-02"} for m in (3, 4, 5, 6)]
    rows += [{"topics": ("fading",), "published": f"2024-04-{d:02d}"} for d in range(1, 9)]
    rows += [{"topics": ("fresh",), "published": "2024-06-09", "authors": ("New Name",)}] * 3
    return frame(rows)


def test_what_changed_is_counted_since_a_date():
    """New papers per topic beside as long a time before, quiet topics and new authors."""
    found = changes(changed(), "2024-05-01")
    topics = found.topics.set_index("topic")
    assert topics["new"].to_dict() == {"fresh": 3, "lasting": 2, "fading": 0}
    assert topics["before"].to_dict() == {"fresh": 0, "lasting": 1, "fading": 8}
    assert topics["quiet"].to_dict() == {"fresh": False, "lasting": False, "fading": True}
    assert found.authors.to_dict("records") == [{"name": "New Name", "new": 3}]
    assert found.sentence == (
        "Since 2024-05-01: 5 new papers; quiet: fading; rising for certain: nothing."
    )


def test_a_few_papers_less_are_not_quiet():
    """A topic with two papers before and none since may have had bad luck."""
    papers = frame([{"topics": ("a",), "published": "2024-04-20"}] * 2 + [
        {"topics": ("b",), "published": "2024-06-01"}])  # fmt: skip
    assert not changes(papers, "2024-05-01").topics["quiet"].any()


def test_news_show_hostile_titles_as_text():
    """Names and titles from outside are escaped in a notebook."""
    papers = held().assign(title=lambda p: p["title"] + " " + HOSTILE, topics=[(HOSTILE,)] * 80)
    rising = rising_terms(papers, since="2024-01-01")
    shown = catch_up(papers, rising)._repr_html_() + changes(papers, "2024-01-01")._repr_html_()
    assert "<script" not in shown
    assert "&lt;script" in shown


@pytest.mark.parametrize("since", [None, pd.NaT])
def test_news_need_a_date(since):
    """Without a last post there is no date to start from, and the error says what to give."""
    with pytest.raises(ValueError, match="since has no date; give that of your last post"):
        changes(corpus(20), since)


def test_no_papers_have_no_news():
    """An empty frame has nothing new, and says so."""
    assert changes(corpus(20).iloc[:0], "2024-05-01").topics.empty
    found = changes(corpus(20).iloc[:0], "2024-05-01", until="2024-06")
    assert found.sentence == "Since 2024-05-01: 0 new papers; rising for certain: nothing."
