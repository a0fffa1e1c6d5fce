"""Letters and feeds: a post for those who have no blog engine."""

from __future__ import annotations

import base64
import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from paperkit.errors import PaperkitError, PublishError
from paperkit.library import Library
from paperkit.posts import Post, compose, export
from paperkit.posts.exporters import EXPORTERS
from paperkit.posts.letters import LONGEST, html_of
from tests import posts_samples as samples

IDS = ("2411.00001", "2411.00002")
POST = Post(
    topic="Heads",
    date=datetime(2024, 11, 12, 10, 5, 27),
    author="Ana",
    papers=IDS,
    language="zh",
    figures="include",
)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return the library that each test gets a copy of."""
    return samples.small(tmp_path_factory.mktemp("model"), page=3)


@pytest.fixture
def shelf(model: Library, tmp_path: Path) -> Library:
    """Return a library with two approved papers."""
    shutil.copytree(model.path, tmp_path / "shelf")
    return Library(tmp_path / "shelf")


class Page(HTMLParser):
    """Collects a page's tags, the addresses it names by attribute, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[tuple[str, str]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [(name, value or "") for name, value in attrs if name in ("src", "href")]
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_data(self, data: str) -> None:
        self.words += data


def sources(page: Page) -> list[str]:
    return [address for name, address in page.addresses if name == "src"]


def mailed(library: Library, folder: Path, post: Post = POST) -> tuple[Page, str]:
    """Export a letter; return its page and its plain text."""
    paths = export(post, folder, flavor="mail", library=library)
    assert [p.suffix for p in paths] == [".html", ".txt"]
    return Page(paths[0].read_text(encoding="utf-8")), paths[1].read_text(encoding="utf-8")


# Letters


def test_a_letter_holds_all_it_shows(shelf: Library, tmp_path: Path) -> None:
    """Its pictures stand in it; nothing is a script, nothing is fetched."""
    page, _ = mailed(shelf, tmp_path)
    held = sources(page)
    assert len(held) == 4
    pictures = [base64.b64decode(s.removeprefix("data:image/png;base64,")) for s in held]
    folder = shelf.files.figures_path(IDS[0])
    assert pictures[0] == (folder / "figure-1.png").read_bytes()
    assert not {"script", "link", "iframe", "object", "form"} & set(page.tags)
    assert "提出 Light-Head。" in page.words


def test_pictures_that_lie_elsewhere_are_linked(shelf: Library, tmp_path: Path) -> None:
    """With the post's own address for them; the files go where `assets` says."""
    post = replace(POST, assets_url="https://cdn.example/f")
    paths = export(post, tmp_path, flavor="mail", library=shelf)
    page = Page(paths[0].read_text(encoding="utf-8"))
    assert sources(page) == []
    assert sum(a.startswith("https://cdn.example/f/2411") for _, a in page.addresses) == 4
    assert [p.suffix for p in paths] == [".html", ".txt"] + [".png"] * 4


def test_a_persons_own_html_runs_and_fetches_nothing(shelf: Library, tmp_path: Path) -> None:
    """Her marks stay, and a picture from elsewhere is a link."""
    own = (
        "<b>Mine</b> <script>steal()</script> <img src='https://t.example/p.gif' onerror='x()'> "
        "![seen](https://t.example/q.png) <a href='javascript:x()' style='color:red'>go</a> "
        "[![in](https://t.example/r.png)](https://a.example) <iframe src='https://t.example'>"
    )
    page, _ = mailed(shelf, tmp_path, replace(POST, prose=own, figures="link"))
    assert sources(page) == []
    assert "b" in page.tags
    hrefs = [address for _, address in page.addresses]
    assert {"https://t.example/p.gif", "https://t.example/q.png", "https://a.example"} <= set(hrefs)
    assert not [a for a in hrefs if not a.startswith("https://")]


def test_the_plain_text_says_the_same(shelf: Library, tmp_path: Path) -> None:
    """In lines that any mail program shows, addresses behind the words they belong to."""
    _, text = mailed(
        shelf, tmp_path, replace(POST, prose="Read [this](https://a.example/x) first.")
    )
    assert text.startswith("Heads\nAna\n2024-11-12\n\n⚠️ 以下总结")
    assert "Read this <https://a.example/x> first." in text
    assert "- 提出 Light-Head。 第 3 页\n" in text
    assert "$n_{1}$" in text
    assert not re.search(r"&\w+;|&#|<(?!https?://)(?!b>|/b>|\s)", text.replace("{{< x >}}", ""))


def test_a_letter_is_under_the_gate(shelf: Library, tmp_path: Path) -> None:
    """What nobody approved does not get out; as a draft it says so."""
    shelf.disapprove(IDS[1], language="zh")
    with pytest.raises(PublishError, match=r"2411\.00002: approval"):
        export(POST, tmp_path, flavor="mail", library=shelf)
    assert not list(tmp_path.glob("*.html"))
    (path, _) = export(POST, tmp_path, flavor="mail", library=shelf, draft=True)
    assert path.name == "2024-11-12-Heads-draft.html"
    assert "草稿：请勿发布。" in path.read_text(encoding="utf-8")


def test_a_letter_is_found_again(shelf: Library, tmp_path: Path) -> None:
    """Its own title tells it from another post's of that name."""
    posts = [replace(POST, topic=t) for t in ("A & <b>/c", "A & <b>:c")]
    first = export(posts[0], tmp_path, flavor="mail", library=shelf)
    with pytest.warns(UserWarning, match="is another post"):
        second = export(posts[1], tmp_path, flavor="mail", library=shelf)
    assert first[0] != second[0]
    assert export(posts[0], tmp_path, flavor="mail", library=shelf) == first


def test_a_letter_is_shortened_until_no_program_cuts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First the deep readings go, then the abstracts, and it says so; then it is two posts."""
    assert LONGEST == 100_000
    longest = 32_000
    monkeypatch.setattr("paperkit.posts.letters.LONGEST", longest)
    library = Library(tmp_path / "library")
    for n in range(1, 23):
        paper = samples.paper(n, abstract=f"Abstract {n}. " + "We fit heads of many kinds. " * 60)
        samples.put(library, paper, figures=1, page=3)
    ids = [f"2411.{n:05d}" for n in range(1, 23)]
    lengths = {}
    for count, left in ((2, ""), (9, "深度阅读"), (17, "深度阅读和摘要")):
        post = replace(POST, topic=f"of {count}", papers=ids[:count])
        page, _ = mailed(library, tmp_path / "letters", post)
        html = (tmp_path / "letters" / f"2024-11-12-of-{count}.html").read_text(encoding="utf-8")
        lengths[count] = len(re.sub(r"data:image/[^\"]+", "", html).encode())
        assert (f"已略去{left}。" in page.words) == bool(left)
        assert ("Abstract 2." in page.words) == (count < 17)
        assert ("拟合模板。" in page.words) == (count < 9)
    assert max(lengths.values()) <= longest
    many = replace(POST, papers=ids, table=("takeaways", "methods", "approach"), evidence="quotes")
    with pytest.raises(PublishError, match="kB as a letter, .* make two posts of it"):
        export(many, tmp_path, flavor="mail", library=library)


def test_a_letter_too_heavy_for_any_server_is_told_of(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to do."""
    monkeypatch.setattr("paperkit.posts.letters.HEAVIEST", 1000)
    with pytest.warns(UserWarning, match="more than mail servers take; set assets_url"):
        export(POST, tmp_path, flavor="mail", library=shelf)


@pytest.mark.parametrize("flavor", ["mail", "feed"])
def test_nbconvert_writes_the_same(shelf: Library, tmp_path: Path, flavor: str) -> None:
    """Byte for byte, the plain text too."""
    nb = compose(POST, shelf)
    paths = export(nb, tmp_path / "ours", flavor=flavor, library=shelf)
    exporter = EXPORTERS[flavor](library=str(shelf.path))
    text, resources = exporter.from_notebook_node(nb)
    theirs = {text.encode(), *resources["outputs"].values()}
    assert theirs == {p.read_bytes() for p in paths}
    assert resources["output_extension"] == paths[0].suffix


@pytest.mark.parametrize("text", samples.SCRIPTS)
def test_hostile_words_stay_words(text: str) -> None:
    """Of a paper, made inert; and a person's own, taken apart."""
    page = Page(html_of(text, {}))
    assert set(page.tags) <= {"p", "em", "strong", "code", "a", "pre"}
    assert not [a for _, a in page.addresses if not a.startswith(("http", "#"))]


# Feeds


def entries(path: Path) -> list[ET.Element]:
    return ET.parse(path).getroot().findall(f"{ATOM}entry")


def test_a_feed_is_valid_atom(shelf: Library, tmp_path: Path) -> None:
    """With what RFC 4287 asks of a feed and of an entry, each once."""
    (path,) = export(POST, tmp_path, flavor="feed", library=shelf)
    root = ET.parse(path).getroot()
    assert root.tag == f"{ATOM}feed"
    (entry,) = entries(path)
    for element in (root, entry):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
            assert (element.findtext(f"{ATOM}{name}") or "").strip()
        stated = datetime.fromisoformat(str(element.findtext(f"{ATOM}updated")))
        assert stated.tzinfo is not None
        assert str(element.findtext(f"{ATOM}id")).startswith("urn:uuid:")
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ana"
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "html"
    page = Page(content.text or "")
    assert "提出 Light-Head。" in page.words
    assert len(sources(page)) == 4


def test_the_rest_of_a_feed_stays_byte_for_byte(shelf: Library, tmp_path: Path) -> None:
    """New entries stand first, the same post's is replaced where it stands."""
    path = tmp_path / "feed.xml"
    own = (
        "<?xml version='1.0'?>\n<a:feed xmlns:a='http://www.w3.org/2005/Atom'>\n"
        "  <a:title>Mine &amp; only</a:title><!-- a remark --> <a:id>urn:mine</a:id>\n"
        "  <a:entry><a:id>urn:old</a:id><a:title>Old 头</a:title></a:entry>\n"
        "  <a:updated>2020-01-01T00:00:00Z</a:updated>\n</a:feed>\n"
    )
    path.write_text(own, encoding="utf-8")
    export(POST, tmp_path, flavor="feed", library=shelf)
    text = path.read_text(encoding="utf-8")
    before, _, behind = own.partition("  <a:entry>")
    assert text.startswith(before)
    stamp = POST.date.astimezone().isoformat()
    assert text.endswith(behind.replace("2020-01-01T00:00:00Z", stamp))
    export(replace(POST, topic="Other", prose="Next."), tmp_path, flavor="feed", library=shelf)
    export(replace(POST, title="Renamed"), tmp_path, flavor="feed", library=shelf)
    titles = [e.findtext(f"{ATOM}title") for e in entries(path)]
    assert titles == ["Other", "Renamed", "Old 头"]


def test_a_file_that_is_no_feed_is_left_alone(shelf: Library, tmp_path: Path) -> None:
    """It is named, and nothing is written."""
    path = tmp_path / "feed.xml"
    for other in (b"<rss/>", b"no XML", "<feed>ä".encode("latin-1"), b"", b"<feed/>"):
        path.write_bytes(other)
        with pytest.raises(PaperkitError, match=r"feed\.xml: is not an Atom feed"):
            export(POST, tmp_path, flavor="feed", library=shelf)
        assert path.read_bytes() == other


def test_a_draft_never_gets_into_a_feed(shelf: Library, tmp_path: Path) -> None:
    """Its readers see what stands in it at once."""
    with pytest.raises(PublishError, match="a feed can't hold a draft"):
        export(POST, tmp_path, flavor="feed", library=shelf, draft=True)
    assert not (tmp_path / "feed.xml").exists()


def test_hostile_titles_stay_text_in_a_feed(shelf: Library, tmp_path: Path) -> None:
    """Nothing in them ends an element, nothing XML forbids is written."""
    title = "]]></title><script>alert(1)</script> &amp; \x07 \ufffe <b>"
    post = replace(POST, topic=title, author=title, description=title)
    (path,) = export(post, tmp_path, flavor="feed", library=shelf)
    (entry,) = entries(path)
    meant = "]]></title><script>alert(1)</script> &amp;   <b>"
    for name in ("title", "summary", f"author/{ATOM}name"):
        assert entry.findtext(f"{ATOM}{name}") == meant
