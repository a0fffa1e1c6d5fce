"""Front matter and file names: whatever the title, every reader gets what was meant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from paperkit.errors import PaperkitError
from paperkit.posts import Post
from paperkit.posts.figures import slug
from paperkit.posts.flavors import (
    JOINER,
    cell_of,
    edited,
    front_of,
    harmless,
    parsed,
    stated_title,
    title_of,
    written,
)

POST = Post(topic="元宇宙/虚拟人", date="2024-11-12 10:05:27", language="zh", author="Ana")
SHANGHAI = datetime(2024, 11, 12, 2, 5, 27, tzinfo=UTC).astimezone().replace(tzinfo=None)
TITLES = st.text(
    alphabet=st.characters(exclude_categories=("Cc", "Cs")),
    min_size=1,
    max_size=60,
)


def test_hexo_keys_stand_in_the_blogs_order() -> None:
    """The theme's keys are all there, null ones too, in the order of the replaced blog."""
    front = front_of(POST, "hexo", first_title="A: B", cover="/images/a.png")
    assert written(front) == (
        "---\n"
        "title: 元宇宙/虚拟人\n"
        "date: 2024-11-12 10:05:27\n"
        "author: Ana\n"
        "cover: /images/a.png\n"
        "categories: Paper\n"
        "tags:\n"
        "  - 元宇宙/虚拟人\n"
        "description: '元宇宙/虚拟人 方向最新论文（2024-11-12）：A: B'\n"
        "keywords: 元宇宙/虚拟人\n"
        "toc:\n"
        "toc_number: false\n"
        "toc_style_simple: true\n"
        "copyright:\n"
        "copyright_author:\n"
        "copyright_author_href:\n"
        "copyright_url:\n"
        "copyright_info:\n"
        "mathjax: true\n"
        "katex:\n"
        "aplayer:\n"
        "highlight_shrink:\n"
        "aside:\n"
        "disableNunjucks: true\n"
        "---\n"
    )


@given(TITLES)
def test_any_title_reads_back_from_yaml(title: str) -> None:
    """PyYAML gets the very text; each key is one line."""
    text = written({"title": title, "tags": [title], "none": None, "date": POST.date})
    assert yaml.safe_load(text.strip().strip("-")) == {
        "title": title,
        "tags": [title],
        "none": None,
        "date": datetime(2024, 11, 12, 10, 5, 27),
    }
    assert len(text.splitlines()) == 7


@pytest.mark.parametrize("flavor", ["hugo", "jekyll", "quarto", "myst", "plain"])
def test_other_engines_get_no_empty_keys(flavor: str) -> None:
    """The theme's null keys are Hexo's alone."""
    front = front_of(POST, flavor, first_title="A", cover="")
    assert [k for k, v in front.items() if v in (None, "", [])] == []
    assert list(front)[:2] == (["layout", "title"] if flavor == "jekyll" else ["title", "date"])


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("<img src=x> a<b 1 < 2 </p>", "<~img src=x> a<~b 1 < 2 <~/p>"),
        ("\\'+alert(1)+'", "\\~'+alert(1)+'"),
        ("$\\xi$ $\\upsilon$ $\\alpha$ \\", "$\\~xi$ $\\~upsilon$ $\\alpha$ \\~"),
        ("two\r\nlines", "two lines"),
    ],
)
def test_a_hexo_title_opens_no_tag_and_ends_no_script(text: str, printed: str) -> None:
    """Themes print it as HTML and between single quotes; a joiner without width is all there is."""
    assert harmless(text) == printed.replace("~", JOINER)


@given(TITLES.filter(str.strip))
@pytest.mark.parametrize("flavor", ["hugo", "jekyll", "myst", "plain"])
def test_other_engines_get_the_very_title(flavor: str, title: str) -> None:
    """Title, tags and description are untouched, tags of HTML and all."""
    post = Post(topic=title, date=POST.date, description=title)
    front = front_of(post, flavor, first_title="A", cover="")
    assert (front["title"], title in front["tags"], front["description"]) == (title, True, title)


def test_quarto_gets_its_title_as_markdown() -> None:
    """Quarto reads front matter as Markdown: formulas stay, tags and emphasis are text."""
    post = Post(topic="<b> *a* $x_{i}$: 'q'", date=POST.date)
    front = front_of(post, "quarto", first_title="A", cover="")
    assert front["title"] == "&lt;b&gt; &#42;a&#42; $x_{i}$: \\'q\\'"


@given(TITLES)
def test_the_front_matter_cell_round_trips(title: str) -> None:
    """What `cell_of` writes, `edited` reads."""
    topic = " ".join(title.split()) or "x"
    post = Post(topic=topic, date=POST.date, title=title, tags=(title,), front={"sticky": 3})
    assert edited(post, cell_of(post)) == post


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("title: 16:9", "title", "16:9"),
        ("title: On", "title", "On"),
        ("title: 1.10", "title", "1.10"),
        ("title: 2024-01-02", "title", "2024-01-02"),
        ("tags: [3D, 2024, yes, no]", "tags", ("3D", "2024", "yes", "no")),
        ("tags: On", "tags", ("On",)),
        ("n: 010", "front", {"n": 10}),
        ("ratio: 16:9", "front", {"ratio": "16:9"}),
        ("date: 2024-11-12 10:05:27 +0800", "date", SHANGHAI),
        ("date: 2024-11-12T10:05:27+08:00", "date", SHANGHAI),
        ("missing: false", "missing", False),
        ("title: ~", "title", ""),
    ],
)
def test_front_matter_is_read_as_it_was_typed(typed: str, field: str, value: object) -> None:
    """YAML 1.2, where "On" and "16:9" are texts; a date with a zone is local time."""
    assert getattr(edited(POST, typed), field) == value


@pytest.mark.parametrize("row", ["hexo", "quarto", "hugo"])
@given(title=TITLES)
def test_a_posts_file_is_known_by_its_title(
    tmp_path_factory: pytest.TempPathFactory, row: str, title: str
) -> None:
    """What its front matter states is the title it was given, however the engine wants it."""
    post, file = Post(topic="x", date=POST.date, title=title), tmp_path_factory.mktemp("a") / "x.md"
    text = written(front_of(post, row, first_title="a", cover=""))
    file.write_text(f"{text}\nbody\n---\n", encoding="utf-8")
    assert stated_title(file) == title_of(post, row)


@pytest.mark.parametrize("typed", ["title: [a, b]", "tags: {a: b}", "author: {a: b}"])
def test_lists_and_texts_are_told_apart(typed: str) -> None:
    """The error names the field."""
    with pytest.raises(PaperkitError, match=r"cell: \w+ must be a text; quote it"):
        edited(POST, typed)


def test_front_matter_that_is_no_mapping_is_refused() -> None:
    """The message says what the cell must hold."""
    with pytest.raises(PaperkitError, match=r"cell: must be 'key: value' lines"):
        parsed("- a\n- b", "cell")


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("元宇宙/虚拟人", "元宇宙_虚拟人"),
        ('a/b?c"d*e:f<g>h|i\\j', "a_b_c_d_e_f_g_h_i_j"),
        ("100% C#", "100_-C_"),
        ("..", "post"),
        (".NET 9 news", "NET-9-news"),
        ("_init_ tricks", "init_-tricks"),
        ('"Why Should I Trust You?" revisited', "Why-Should-I-Trust-You__-revisited"),
        ("#1 of the week", "1-of-the-week"),
        ("/r/MachineLearning", "r_MachineLearning"),
        ("<NeRF> and more", "NeRF_-and-more"),
        ("CON", "post-CON"),
        ("lpt1.txt", "post-lpt1.txt"),
        ("a\x00\u202eb\n", "ab"),
        ("x" * 300, "x" * 120),
        ("", "post"),
        ("end. ", "end"),
        ("a\nb", "a-b"),
    ],
)
def test_slugs_are_safe_file_names(topic: str, name: str) -> None:
    """No topic leads out of the folder, into a device or where an engine doesn't look."""
    assert slug(topic) == name


@given(st.text(max_size=300))
def test_a_slug_fits_every_file_system(topic: str) -> None:
    """At most 120 characters and 200 bytes, one path component."""
    name = slug(topic)
    assert name not in ("", ".", "..")
    assert not set(name) & set('/?"*:<>|\\\0 ')
    assert name[0] not in "._-~"
    assert len(name) <= 125
    assert len(name.encode()) <= 205
