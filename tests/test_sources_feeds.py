"""Announcements: arXiv's daily feeds, with announce type and licence."""

from __future__ import annotations

from pathlib import Path

import pytest

from paperkit.errors import SourceError
from paperkit.library import Library
from paperkit.sources import announcements, load
from tests.arxiv_samples import Archive, papers, served
from tests.conftest import DATA
from tests.servers import Answer, serve

ITEM = """<item><title>{title}</title><link>https://arxiv.org/abs/{id}</link>
<description>arXiv:{id}v{version} Announce Type: {type}
Abstract: We render people.</description>
<guid isPermaLink="false">oai:arXiv.org:{id}v{version}</guid>
<category>cs.CV</category><category>cs.GR</category>
<pubDate>Wed, 27 Nov 2024 00:00:00 -0500</pubDate>
<arxiv:announce_type>{type}</arxiv:announce_type>
<dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
<dc:creator>Ada Lovelace, Grace Hopper</dc:creator></item>"""
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel><title>cs.CV</title>'
)
NEW = {"id": "2411.16001", "version": 1, "type": "new", "title": "New &amp; good"}
REPLACED = {"id": "2409.00007", "version": 3, "type": "replace", "title": "Again"}


def rss(*items: dict[str, object]) -> bytes:
    """Return a feed as arXiv writes it."""
    return (HEAD + "".join(ITEM.format(**i) for i in items) + "</channel></rss>").encode()


ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"
xmlns:dc="http://purl.org/dc/elements/1.1/"><entry><id>oai:arXiv.org:2411.16001v1</id>
<title>New &amp; good</title><updated>2024-11-27T05:00:00+00:00</updated>
<summary>arXiv:2411.16001v1 Announce Type: new Abstract: We render people.</summary>
<category term="cs.CV"/><category term="cs.GR"/><published>2024-11-27T00:00:00-05:00</published>
<arxiv:announce_type>new</arxiv:announce_type>
<dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
<dc:creator>Ada Lovelace, Grace Hopper</dc:creator></entry></feed>"""


def test_rss_and_atom_say_the_same(tmp_path: Path) -> None:
    """Type, day and licence beside the paper; the lead of the abstract is gone."""
    (tmp_path / "f.rss").write_bytes(rss(NEW))
    (tmp_path / "f.atom").write_bytes(ATOM)
    one, other = load(tmp_path / "f.rss"), load(tmp_path / "f.atom")
    assert one.to_dict() == other.to_dict()
    row = one.loc["2411.16001"]
    assert (row["title"], row["abstract"]) == ("New & good", "We render people.")
    assert row["authors"] == ("Ada Lovelace", "Grace Hopper")
    assert row["categories"] == ("cs.CV", "cs.GR")
    assert (row["announce_type"], row["announced"]) == ("new", "2024-11-27")
    assert row["licence"] == "http://creativecommons.org/licenses/by/4.0/"


def test_a_replacement_was_not_submitted_today(tmp_path: Path) -> None:
    """Its month is known from its id, its version from the feed."""
    (tmp_path / "f.xml").write_bytes(rss(REPLACED))
    row = load(tmp_path / "f.xml").loc["2409.00007"]
    assert f"{row['published']:%Y-%m-%d}" == "2024-09-01"
    assert (row["version"], row["announce_type"]) == (3, "replace")


def test_a_saved_answer_of_the_api_is_a_feed_too() -> None:
    """Real recordings, read like any other file."""
    frame = load(DATA / "arxiv_api" / "arxivpy2026_q_testing_s0_m10.xml")
    assert len(frame) == 10
    assert frame.index[0] == "2202.12139"
    assert frame.iloc[0]["categories"][0] == "cs.SE"
    assert "licence" not in frame.columns


def test_today_is_asked_for_once(library: Library) -> None:
    """With a library the feed is kept for the day."""
    with serve(lambda _: Answer(rss(NEW, REPLACED))) as server, served(Archive([])) as (client, _):
        for _ in range(2):
            frame = announcements(
                ["cs.CV", "cs.GR"], library=library, client=client, endpoint=server.url + "/rss/"
            )
            assert list(frame["announce_type"]) == ["new", "replace"]
    assert [a.path for a in server.asked] == ["/rss/cs.CV+cs.GR"]


def test_no_announcement_has_a_reason() -> None:
    """The archive's present is Thanksgiving."""
    with serve(lambda _: Answer(rss())) as server, served(Archive([])) as (client, _):
        frame = announcements("cs.CV", client=client, endpoint=server.url + "/")
    assert (len(frame), frame.attrs["why"]) == (0, "holiday")


@pytest.mark.parametrize("bad", [b"<html>busy</html>", b"", rss(NEW)[:300]])
def test_what_is_no_feed_is_asked_for_again(bad: bytes) -> None:
    """Then it is an error; one bad answer costs nothing."""
    answers = [Answer(bad), Answer(rss(NEW))]
    with serve(lambda _: answers.pop(0)) as server, served(Archive([])) as (client, _):
        assert len(announcements("cs.CV", client=client, endpoint=server.url + "/")) == 1
    with (
        serve(lambda _: Answer(bad)) as server,
        served(Archive(papers(1))) as (client, _),
        pytest.raises(SourceError, match="no whole feed, after 3 tries"),
    ):
        announcements("cs.CV", client=client, endpoint=server.url + "/")


def test_categories_are_checked() -> None:
    """They become part of an address."""
    with pytest.raises(SourceError, match="are no categories"):
        announcements("../../etc")


def test_a_file_that_is_no_feed_is_named(tmp_path: Path) -> None:
    """Well-formed or not."""
    for content, message in ((b"<a/>", "neither RSS nor Atom"), (b"<rss", "no whole feed")):
        (tmp_path / "f.xml").write_bytes(content)
        with pytest.raises(SourceError, match=message):
            load(tmp_path / "f.xml")
