"""Announcements: arXiv's daily feeds, with announce type and licence."""

from __future__ import annotations

from datetime import UTC, datetime
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
    archive = Archive([], now=datetime(2024, 11, 27, 12, tzinfo=UTC))
    with serve(lambda _: Answer(rss(NEW, REPLACED))) as server, served(archive) as (client, _):
        for _ in range(2):
            frame = announcements(
                ["cs.CV", "cs.GR"], library=library, client=client, endpoint=server.url + "/rss/"
            )
            assert list(frame["announce_type"]) == ["new", "replace"]
    assert [a.path for a in server.asked] == ["/rss/cs.CV+cs.GR"]


def test_a_feed_of_yesterday_is_not_todays(library: Library) -> None:
    """It is shown with its day, and asked for again until today's is there; an old one goes."""
    answers = [rss(NEW), rss(REPLACED).replace(b"27 Nov", b"29 Nov")]
    archive = Archive([], now=datetime(2024, 11, 29, 12, tzinfo=UTC))
    with serve(lambda _: Answer(answers.pop(0))) as server, served(archive) as (client, _):
        frames = [
            announcements("cs.CV", library=library, client=client, endpoint=server.url + "/")
            for _ in range(3)
        ]
    assert [list(f.index) for f in frames] == [["2411.16001"], ["2409.00007"], ["2409.00007"]]
    assert frames[0].attrs["why"] == "arXiv's feed is still that of 2024-11-27; ask again later"
    assert [f.attrs["why"] for f in frames[1:]] == ["", ""]
    assert len(server.asked) == 2


OAI = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>
<identifier>oai:arXiv.org:2411.16001</identifier></header><metadata>{}</metadata></record>
<record><header status="deleted"><identifier>oai:arXiv.org:2411.16002</identifier></header>
</record></ListRecords></OAI-PMH>"""
RAW = r"""<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2411.16001</id>
<version version="v1"><date>Mon, 25 Nov 2024 10:00:00 GMT</date></version>
<version version="v2"><date>Tue, 26 Nov 2024 11:00:00 GMT</date></version>
<title>New &amp; good</title><authors>C. Bal\'azs (X, Y), Ben Roe</authors>
<categories>cs.CV cs.GR</categories><license>http://x.org/by</license><abstract>A.</abstract>
</arXivRaw>"""
PLAIN = """<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2411.16001</id>
<created>2024-11-25</created><authors><author><keyname>Doe</keyname><forenames>Al</forenames>
<suffix>Jr</suffix><affiliation>X</affiliation></author></authors><title>New &amp; good</title>
<categories>cs.CV cs.GR</categories><abstract>A.</abstract></arXiv>"""


def test_oai_records_are_read_like_any_file(tmp_path: Path) -> None:
    """Versions, days and licence of the raw form, names of the plain one; deleted ones told."""
    (tmp_path / "o.xml").write_text(OAI.format(RAW))
    with pytest.warns(UserWarning, match=r"1 of 2 records read; 1 was not: 2411.16002"):
        raw = load(tmp_path / "o.xml")
    row = raw.loc["2411.16001"]
    assert (row["version"], row["title"], row["categories"]) == (
        2,
        "New & good",
        ("cs.CV", "cs.GR"),
    )
    assert row["authors"] == ("C. Balázs", "Ben Roe")
    assert f"{row['published']:%d} {row['updated']:%d}" == "25 26"
    assert row["licence"] == "http://x.org/by"
    (tmp_path / "o.xml").write_text(OAI.format(PLAIN))
    with pytest.warns(UserWarning):
        assert load(tmp_path / "o.xml").loc["2411.16001", "authors"] == ("Al Doe Jr",)


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
        pytest.raises(SourceError, match="not a complete feed, after 3 tries"),
    ):
        announcements("cs.CV", client=client, endpoint=server.url + "/")


def test_categories_are_checked() -> None:
    """They become part of an address."""
    with pytest.raises(SourceError, match="are not categories"):
        announcements("../../etc")


def test_a_file_that_is_no_feed_is_named(tmp_path: Path) -> None:
    """Well-formed or not."""
    for content, message in ((b"<a/>", "neither RSS nor Atom"), (b"<rss", "not a complete feed")):
        (tmp_path / "f.xml").write_bytes(content)
        with pytest.raises(SourceError, match=message):
            load(tmp_path / "f.xml")
