"""Publication: what was in a post is known, drafts stay drafts, trials leave no trace."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from nbconvert.nbconvertapp import NbConvertApp

from paperkit.errors import PaperkitError, PublishError
from paperkit.library import Library
from paperkit.posts import Post, compose, export, load_posts
from paperkit.posts.flavors import FLAVORS
from paperkit.posts.notebooks import KEY, role_of
from paperkit.queries import Query
from tests import posts_samples as samples

IDS = ("2411.00001", "2411.00002")
POST = Post(
    topic="Avatars", date=datetime(2024, 11, 12, 10, 5, 27), papers=IDS, language="zh",
    author="Ana", figures="include", prose="Opening words.",
)  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return the library that each test gets a copy of."""
    return samples.small(tmp_path_factory.mktemp("model"))


@pytest.fixture
def shelf(model: Library, tmp_path: Path) -> Library:
    """Return a library with two approved papers."""
    shutil.copytree(model.path, tmp_path / "shelf")
    return Library(tmp_path / "shelf")


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its relative path."""
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def converted(notebook: Path, folder: Path, flavor: str, *options: str) -> None:
    """Run ``jupyter nbconvert --to <flavor>`` in this process."""
    command = [str(notebook), "--to", flavor, "--output-dir", str(folder), "--log-level=ERROR"]
    NbConvertApp.clear_instance()
    NbConvertApp.launch_instance([*command, *options])
    NbConvertApp.clear_instance()


def site(folder: Path, settings: str = "_config.yml") -> Path:
    """Return a blog's root folder."""
    folder.mkdir()
    (folder / settings).touch()
    return folder


# The three ways to export are one


@pytest.mark.parametrize("draft", [False, True])
@pytest.mark.parametrize("flavor", samples.MARKDOWN)
def test_nbconvert_and_export_write_the_same_tree(
    shelf: Library, tmp_path: Path, flavor: str, draft: bool
) -> None:
    """For every engine, byte for byte, drafts too."""
    notebook = tmp_path / "post.ipynb"
    compose(POST, shelf, path=notebook)
    export(notebook, tmp_path / "ours", flavor=flavor, draft=draft)
    converted(notebook, tmp_path / "theirs", flavor, f"--PostExporter.draft={draft}")
    assert tree(tmp_path / "theirs") == tree(tmp_path / "ours")
    assert len(tree(tmp_path / "ours")) == 5


# What goes on record


@pytest.mark.parametrize(
    ("flavor", "settings"),
    [
        ("hexo", "_config.yml"),
        ("hugo", "hugo.toml"),
        ("jekyll", "_config.yml"),
        ("quarto", "_quarto.yml"),
        ("myst", "myst.yml"),
    ],
)
def test_only_what_goes_into_a_site_is_published(
    shelf: Library, tmp_path: Path, flavor: str, settings: str
) -> None:
    """A trial elsewhere marks nothing; the engine's settings make a folder a site."""
    export(POST, tmp_path / "trial", flavor=flavor, library=shelf)
    assert shelf.published().empty
    export(POST, site(tmp_path / "blog", settings), flavor=flavor, library=shelf)
    assert shelf.published().to_dict("list") == {
        "id": list(IDS),
        "version": [1, 1],
        "topic": ["Avatars"] * 2,
        "date": ["2024-11-12"] * 2,
    }


@pytest.mark.parametrize(
    ("place", "options", "recorded"),
    [
        ("trial", (), 0),
        ("blog", (), 2),
        ("blog", ("--PostExporter.record=False",), 0),
        ("trial", ("--PostExporter.record=True",), 2),
        ("blog", ("--PostExporter.draft=True",), 0),
    ],
)
def test_nbconvert_records_as_export_does(
    shelf: Library, tmp_path: Path, place: str, options: tuple[str, ...], recorded: int
) -> None:
    """The way to the blog makes no difference to what the library knows."""
    site(tmp_path / "blog")
    compose(POST, shelf, path=tmp_path / "post.ipynb")
    converted(tmp_path / "post.ipynb", tmp_path / place, "hexo", *options)
    assert len(shelf.published()) == recorded


def test_nbconvert_records_only_what_it_wrote(shelf: Library, tmp_path: Path) -> None:
    """Where the text can't be written, nothing is published; nor by looking at it."""
    compose(POST, shelf, path=tmp_path / "post.ipynb")
    blog = site(tmp_path / "blog")
    (blog / "source" / "_posts" / "Paper" / POST.day / "Avatars.md").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        converted(tmp_path / "post.ipynb", blog, "hexo")
    converted(tmp_path / "post.ipynb", blog, "hexo", "--stdout")
    assert shelf.published().empty


def test_nbconverts_output_names_the_file(shelf: Library, tmp_path: Path) -> None:
    """With its extension or without; what was written under that name is on record."""
    compose(POST, shelf, path=tmp_path / "post.ipynb")
    blog = site(tmp_path / "blog")
    converted(tmp_path / "post.ipynb", blog, "hexo", "--output", "named.md")
    assert [p.name for p in blog.rglob("*.md")] == ["named.md"]
    assert len(shelf.published()) == 2


@pytest.mark.parametrize(
    ("place", "record", "draft", "recorded"),
    [("trial", True, False, 2), ("blog", False, False, 0), ("blog", None, True, 0)],
)
def test_record_is_the_persons_word(
    shelf: Library, tmp_path: Path, place: str, record: bool | None, draft: bool, recorded: int
) -> None:
    """`record` overrules the folder; a draft is never published."""
    site(tmp_path / "blog")
    export(POST, tmp_path / place, library=shelf, record=record, draft=draft, flavor="hexo")
    assert len(shelf.published()) == recorded


def test_what_was_published_can_be_taken_back(shelf: Library, tmp_path: Path) -> None:
    """Of one paper, in every post or in one; then another post may have it."""
    export(POST, tmp_path / "blog", library=shelf, flavor="hexo", record=True)
    assert shelf.unpublish(IDS[0], topic="Another") == 0
    assert shelf.unpublish(IDS[0]) == 1
    assert list(shelf.published()["id"]) == [IDS[1]]
    export(
        replace(POST, topic="Later", papers=IDS[:1]),
        tmp_path / "later",
        library=shelf,
        flavor="hexo",
    )


@pytest.mark.parametrize(
    ("files", "flavor"),
    [
        ({"_config.yml": "title: x\nsource_dir: source\n"}, "hexo"),
        ({"_config.yml": "title: x\nplugins: [jekyll-feed]\n"}, "jekyll"),
        ({"_config.yml": "title: x\n", "_posts/a.md": ""}, "jekyll"),
        ({"_config.yml": "title: x\n", "source/_posts/a.md": ""}, "hexo"),
        ({"_config.yml": "sphinx: {}\n"}, "myst"),
        ({"hugo.toml": ""}, "hugo"),
        ({"config/_default/hugo.toml": ""}, "hugo"),
        ({"_quarto.yml": ""}, "quarto"),
        ({"myst.yml": ""}, "myst"),
    ],
)
def test_the_flavor_follows_the_site(
    shelf: Library, tmp_path: Path, files: dict[str, str], flavor: str
) -> None:
    """The engine's settings tell; another flavor is refused, and nothing is written then."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    other = "hugo" if flavor != "hugo" else "jekyll"
    with pytest.raises(PaperkitError, match=f"is a site of {flavor}; use flavor='{flavor}'"):
        export(POST, tmp_path, library=shelf, flavor=other)
    text = export(POST, tmp_path, library=shelf)[0]
    assert text == export(POST, tmp_path, library=shelf, flavor=flavor)[0]
    assert len(shelf.published()) == 2


def test_a_folder_that_is_no_site_is_refused(shelf: Library, tmp_path: Path) -> None:
    """And one whose settings may be of two engines; nothing is written, nothing is on record."""
    with pytest.raises(PaperkitError, match="not a blog's root folder; .* with create=True, or"):
        export(POST, tmp_path / "none", library=shelf)
    with pytest.raises(PaperkitError, match="may be a site of hexo or jekyll or myst; name flavor"):
        export(POST, site(tmp_path / "empty"), library=shelf)
    assert not list(tmp_path.rglob("*.md"))
    assert shelf.published().empty


def test_a_site_is_made_where_none_is(shelf: Library, tmp_path: Path) -> None:
    """Of the flavor named, else of Hexo; the next export finds it."""
    for flavor in (None, "hexo", "hugo", "jekyll", "quarto", "myst"):
        made = tmp_path / str(flavor)
        text = export(POST, made, library=shelf, flavor=flavor, create=True)[0]
        assert export(POST, made, library=shelf)[0] == text
    assert (tmp_path / "None" / "_config.yml").is_file()
    assert len(shelf.published()) == 2


@pytest.mark.parametrize(
    ("stated", "flavor", "said"),
    [
        ({"tags": ["x" * 300]}, "hugo", "longer than 200 bytes"),
        ({"tags": [".."]}, "hugo", "is a folder above"),
        ({"category": "日本: 語"}, "jekyll", "holds a colon"),
        ({"category": ":x"}, "jekyll", "holds a colon"),
        ({"title": "a\ud800"}, "hexo", "lone surrogate"),
        ({"front": {"categories": ["a", "b://c"]}}, "jekyll", "holds a colon"),
    ],
)
def test_what_an_engine_cannot_build_is_refused_by_name(
    shelf: Library, tmp_path: Path, stated: dict[str, Any], flavor: str, said: str
) -> None:
    """Before anything is written: one such post can stop a whole site."""
    with pytest.raises(PublishError, match=said):
        export(replace(POST, **stated), tmp_path, library=shelf, flavor=flavor)
    assert not list(tmp_path.rglob("*.md"))


def test_the_version_on_record_is_the_one_written_about(shelf: Library, tmp_path: Path) -> None:
    """A version that appeared since is another matter."""
    shelf.add([samples.paper(1, id="2411.00001v3")])
    export(POST, tmp_path, library=shelf, record=True, flavor="hexo")
    assert shelf.published()["version"].tolist() == [1, 1]


# Twice


def test_a_paper_of_another_post_is_refused(shelf: Library, tmp_path: Path) -> None:
    """The list names that post and the way out."""
    export(replace(POST, papers=IDS[:1]), tmp_path / "a", library=shelf, record=True, flavor="hexo")
    later = replace(POST, date=datetime(2024, 11, 19))
    with pytest.raises(PublishError) as caught:
        export(later, tmp_path / "b", library=shelf, flavor="hexo")
    assert (
        "- 2411.00001: post: it is in the post 'Avatars' of 2024-11-12 already. Delete its card, "
        "or write 'repeats: true' into the front matter.\n"
    ) in str(caught.value)
    assert "2411.00002" not in str(caught.value)
    assert export(replace(later, repeats=True), tmp_path / "b", library=shelf, flavor="hexo")[
        0
    ].is_file()


def test_the_same_post_is_exported_again(shelf: Library, tmp_path: Path) -> None:
    """Also when the blog's own files, which have its title only, were read back."""
    titled = replace(POST, title="Avatars: this week")
    export(titled, site(tmp_path / "blog"), library=shelf, flavor="hexo")
    shelf.publish(load_posts(tmp_path / "blog"))
    assert len(shelf.published()) == 4
    assert export(titled, tmp_path / "blog", library=shelf, flavor="hexo")[0].is_file()


def test_composing_says_what_another_post_has(shelf: Library, tmp_path: Path) -> None:
    """A notice stands before the card; with `repeats` in the front matter it goes."""
    export(replace(POST, papers=IDS[:1]), tmp_path, library=shelf, record=True, flavor="hexo")
    later = replace(POST, date=datetime(2024, 11, 19))
    path = tmp_path / "post.ipynb"
    nb = compose(later, shelf, path=path)
    assert [role_of(c) for c in nb.cells] == ["front", "banner", "", "notice", "card", "card"]
    assert nb.cells[3].source.startswith("> ✋ 2411.00001: it is in the post 'Avatars' of 2024-11")
    nb.cells[0].source = nb.cells[0].source.replace("repeats:", "repeats: true")
    nbformat.write(nb, path)
    again = compose(later, shelf, path=path)
    assert [role_of(c) for c in again.cells] == ["front", "banner", "", "card", "card"]
    assert len(export(path, tmp_path / "site", flavor="hexo")) == 5


# One post of each age of the replaced blog, shortened, and paperkit's own.
_BANNER = "> ⚠️ 以下所有内容总结都来自于 Google的大语言模型，仅供参考\n\n"
ERAS = {
    # Front matter that is no YAML (a colon in the description), the abstract page over http.
    "2024-02-23": (
        "\n---\ntitle: NeRF\ndate: 2024-02-23 13:26:38\ncategories: Paper\n"
        "description: NeRF 方向最新论文已更新  A: B: C  \n---\n\n"
        + _BANNER
        + "# 2024-02-23 更新\n\n"
        "## A: Title\n\n**Authors:Ana Ruiz**\n\nText.\n\n[PDF](http://arxiv.org/abs/2402.00001v1)\n"
    ),
    # Bold links and a comment behind.
    "2024-05-02": (
        "---\ntitle: NeRF\ndate: 2024-05-02 10:00:00\n---\n\n# 2024-05-02 更新\n\n"
        "## B Title\n\n[PDF](https://arxiv.org/abs/2402.00002v2) ECCV 2024\n"
    ),
    # HTML lists that swallow the next paper's heading.
    "2024-08-21": (
        "---\ntitle: NeRF\ndate: 2024-08-21 10:00:00\n---\n# 2024-08-21 更新\n\n## C Title\n\n"
        "[PDF](http://arxiv.org/abs/2402.00003v1) \n\n<ol>\n<li>x</li>\n## D Title\n\n"
        "[PDF](http://arxiv.org/abs/2402.00004v1) \n"
    ),
}


def test_the_first_day_does_not_publish_a_year_of_papers_again(
    shelf: Library, tmp_path: Path
) -> None:
    """Posts of every age are read back; what they wrote about is no candidate any more."""
    blog = site(tmp_path / "blog")
    export(replace(POST, papers=IDS[:1]), blog, library=shelf, record=False, flavor="hexo")
    for day, text in ERAS.items():
        place = blog / "source/_posts/Paper" / day / "NeRF.md"
        place.parent.mkdir(parents=True)
        place.write_text(text, encoding="utf-8")
    assert shelf.publish(load_posts(blog)) == 5
    assert shelf.published()[["id", "date"]].values.tolist() == [
        ["2402.00001", "2024-02-23"],
        ["2402.00002", "2024-05-02"],
        ["2402.00003", "2024-08-21"],
        ["2402.00004", "2024-08-21"],
        ["2411.00001", "2024-11-12"],
    ]
    shelf.add([samples.paper(3, id=f"2402.0000{n}v2") for n in (1, 2, 3, 4)])
    assert shelf.papers(Query(has=["-published"])).index.tolist() == ["2411.00002"]
    assert len(shelf.papers(Query(has=["published"]))) == 5


# Drafts


@pytest.mark.parametrize("flavor", samples.MARKDOWN)
def test_a_draft_has_a_banner_and_front_matter_that_keeps_it_back(
    shelf: Library, tmp_path: Path, flavor: str
) -> None:
    """The engine's own word for it, whatever the person's keys say."""
    post = replace(POST, front={"published": True, "draft": False})
    text = export(post, tmp_path, flavor=flavor, library=shelf, draft=True)[0].read_text("utf-8")
    front = yaml.safe_load(text.split("---\n")[1])
    key, value = ("published", False) if flavor in ("hexo", "jekyll") else ("draft", True)
    assert front[key] is value
    assert "> 🚧 **草稿：请勿发布。**" in text


@pytest.mark.parametrize("flavor", samples.MARKDOWN)
def test_a_draft_never_takes_the_place_of_the_post(
    shelf: Library, tmp_path: Path, flavor: str
) -> None:
    """Both lie side by side."""
    export(POST, tmp_path, flavor=flavor, library=shelf)
    before = tree(tmp_path)
    drafts = export(POST, tmp_path, flavor=flavor, library=shelf, draft=True)
    after = tree(tmp_path)
    assert {name: after[name] for name in before} == before
    assert drafts[0].relative_to(tmp_path).as_posix() not in before
    assert len(drafts) == 5


def test_a_draft_says_in_the_posts_language_what_is_missing_where(
    shelf: Library, tmp_path: Path
) -> None:
    """Every kind of finding has its words; the question is named by its heading."""
    shelf.edit(IDS[0], "summary", ["TODO：xxx 速度提高 97 倍。"], language="zh")
    samples.put(shelf, samples.paper(3), texts={}, signed=False)
    post = replace(POST, papers=(*IDS, "2411.00003"))
    text = export(post, tmp_path, library=shelf, draft=True, flavor="hexo")[0].read_text("utf-8")
    marks = [x for x in text.splitlines() if x.startswith("> 🚧 草稿：")]
    assert "**草稿：请勿发布。** 下列论文中有 2 篇尚不能发布。" in text
    assert "总结：留有未填写的占位符。总结：" in marks[0]
    assert marks[0].endswith("。尚未经人工审核。")
    assert marks[1] == "> 🚧 草稿：尚未撰写内容。"
    assert not re.search("[a-z]", "".join(marks))


# The gate


def test_the_gates_list_names_paper_field_finding_and_next_step(
    shelf: Library, tmp_path: Path
) -> None:
    """A blocking finding stands in it beside the missing signature."""
    shelf.edit(IDS[0], "takeaways", ["[insert number] 倍。", "第二条。", "第三条。"], language="zh")
    with pytest.raises(PublishError) as caught:
        export(POST, tmp_path, library=shelf, flavor="hexo")
    lines = str(caught.value).splitlines()
    assert lines[0] == "post 'Avatars': 1 paper can't be published yet:"
    assert any(
        x.startswith("- 2411.00001: takeaways: ") and x.endswith(
            " Edit the answer in Review, or approve it there with a reason."
        )
        for x in lines
    )  # fmt: skip
    assert "- 2411.00001: approval: no person has approved it. Approve it in Review." in lines
    assert lines[-1] == "Mend these, or export with draft=True to look at it."


def test_the_page_on_posts_lists_every_flavor_with_its_paths() -> None:
    """What `docs/posts.md` says is what is written."""
    page = (Path(__file__).parents[1] / "docs" / "posts.md").read_text(encoding="utf-8")
    names = {"category": "Paper", "section": "paper", "day": "<day>", "slug": "<slug>"}
    for flavor in FLAVORS.values():
        assert f"| `{flavor.name}` | `{flavor.text.format(**names)}` |" in page


# Composing again with another post


def test_what_changed_in_the_post_is_taken_over(shelf: Library, tmp_path: Path) -> None:
    """Title, tags, author, date and opening words follow the cell that composes."""
    path = tmp_path / "post.ipynb"
    compose(POST, shelf, path=path)
    changed = replace(
        POST, title="News", tags=("a", "b"), date=datetime(2024, 11, 13), prose="Other words."
    )
    nb = compose(changed, shelf, path=path)
    front = yaml.safe_load(nb.cells[0].source.strip("-\n"))
    assert (front["title"], front["tags"], front["date"]) == (
        "News",
        ["a", "b"],
        datetime(2024, 11, 13),
    )
    assert [role_of(c) or c.source for c in nb.cells] == [
        "front", "banner", "Other words.", "card", "card",
    ]  # fmt: skip
    assert "# 2024-11-13 更新" in nb.cells[1].source


def test_what_a_person_edited_stays_and_is_named(shelf: Library, tmp_path: Path) -> None:
    """Where cell and notebook both changed the same, a notice says so until they agree."""
    path = tmp_path / "post.ipynb"
    nb = compose(POST, shelf, path=path)
    nb.cells[0].source = nb.cells[0].source.replace("author: Ana", "author: Ben")
    nb.cells[2].source = "My words."
    nbformat.write(nb, path)
    assert compose(POST, shelf, path=path).cells[2].source == "My words."
    asked = replace(POST, author="Cid", title="News", prose="Their words.")
    for _ in range(2):
        nb = compose(asked, shelf, path=path)
        assert nb.cells[1].source.startswith(
            "> ✋ front matter: Kept as it was edited in this notebook: author stays Ben (asked "
            "for: Cid). The opening words were edited here and stay; Post(prose=…) is not used."
        )
        front = yaml.safe_load(nb.cells[0].source.strip("-\n"))
        assert (front["author"], front["title"], nb.cells[3].source) == ("Ben", "News", "My words.")
    nb.cells[0].source = nb.cells[0].source.replace("author: Ben", "author: Cid")
    nbformat.write(nb, path)
    nb = compose(replace(asked, prose=POST.prose), shelf, path=path)
    assert [role_of(c) for c in nb.cells] == ["front", "banner", "", "card", "card"]


def test_a_notebook_of_another_topic_is_no_place_for_a_post(shelf: Library, tmp_path: Path) -> None:
    """Nothing of it is mixed in."""
    path = tmp_path / "post.ipynb"
    compose(POST, shelf, path=path)
    before = path.read_bytes()
    with pytest.raises(PaperkitError, match="post 'Ions': that notebook is about 'Avatars'; name"):
        compose(replace(POST, topic="Ions"), shelf, path=path)
    assert path.read_bytes() == before


def test_a_notebook_from_before_is_understood(shelf: Library, tmp_path: Path) -> None:
    """One that doesn't say what was asked for is compared with what it holds."""
    path = tmp_path / "post.ipynb"
    nb = compose(POST, shelf, path=path)
    del nb.metadata[KEY]["given"]
    nbformat.write(nb, path)
    again = compose(replace(POST, title="News"), shelf, path=path)
    assert "title: News" in again.cells[0].source
