"""Posts: composing, the gate, exporting; what a person did to the notebook is never lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest

from paperkit.errors import PaperkitError, PublishError
from paperkit.library import Library
from paperkit.outlines import Outline, Question
from paperkit.posts import Post, adopt, compose, export, notes, preview
from paperkit.posts.flavors import FLAVORS
from paperkit.posts.notebooks import KEY, role_of
from tests import posts_samples as samples

IDS = ("2411.00001", "2411.00002")
POST = Post(
    topic="元宇宙/虚拟人",
    date=datetime(2024, 11, 12, 10, 5, 27),
    papers=IDS,
    language="zh",
    author="Ana",
    figures="include",
    prose="Opening words.",
)
HEXO = "source/_posts/Paper/2024-11-12/元宇宙_虚拟人.md"


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


def test_a_composed_notebook_has_front_matter_banner_prose_and_a_card_per_paper(
    shelf: Library,
) -> None:
    """The cells are in the order of the post, and the notebook is valid."""
    nb = compose(POST, shelf)
    nbformat.validate(nb)
    assert [(role_of(c), c.cell_type) for c in nb.cells] == [
        ("front", "raw"),
        ("banner", "markdown"),
        ("", "markdown"),
        ("card", "markdown"),
        ("card", "markdown"),
    ]
    assert [c.metadata[KEY]["paper"] for c in nb.cells[3:]] == list(IDS)


def test_the_hexo_post_is_laid_out_as_the_blog_has_it(shelf: Library, tmp_path: Path) -> None:
    """The body has the blog's parts in the blog's order."""
    paths = export(POST, tmp_path / "site", library=shelf, flavor="hexo")
    assert paths[0] == tmp_path / "site" / HEXO
    lines = paths[0].read_text(encoding="utf-8").split("---\n", 2)[2].splitlines()
    card = lines[lines.index("## Light-Head: Avatars from $n&#95;&#123;1&#125;$ Views") :]
    marks = [x for x in card if x.startswith(("#", "**", "[PDF]", "<d", "<s", "</"))]
    assert marks[: marks.index("</details>") + 1] == [
        "## Light-Head: Avatars from $n&#95;&#123;1&#125;$ Views",
        "**作者**：Ana Ruiz, Jörg Weiß, 李雷",
        "[PDF](https://arxiv.org/pdf/2411.00001v1) [arXiv](https://arxiv.org/abs/2411.00001v1) "
        "12 pages, 5 figures",
        "**总结**",
        "**要点**",
        "**深度阅读**",
        "### 标题",
        "### 单位",
        "### 关键词",
        "### 链接",
        "### 内容概要",
        "**研究背景**：头像重建需要很多视角。",
        "**本文方法**：Light-Head 预测权重。然后混合模板。",
        "### 方法步骤",
        "### 结论",
        "**证据**：在两个数据集上做了实验。",
        "<details>",
        "<summary>点此查看论文截图</summary>",
        "</details>",
    ]
    assert lines[1:8] == [
        "> ⚠️ 以下总结内容由 tester-1 生成，并由 Tester 通过脚本批准（最近一次："
        f"{datetime.now(UTC):%Y-%m-%d}）。如有错误，仅供参考，谨慎使用。",
        ">",
        "> 🔴 请勿用于严肃的学术场景，仅供阅读论文前的初筛。",
        ">",
        "> 💗 由 paperkit 于 2024-11-12 整理。",
        "",
        "# 2024-11-12 更新",
    ]


@pytest.mark.parametrize("flavor", FLAVORS)
def test_exporting_twice_changes_nothing(shelf: Library, tmp_path: Path, flavor: str) -> None:
    """The second export writes no file: same bytes, same times."""
    paths = export(POST, tmp_path / "site", flavor=flavor, library=shelf)
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in paths}
    again = export(POST, tmp_path / "site", flavor=flavor, library=shelf)
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in again} == before
    assert set(tree(tmp_path / "site")) == {
        p.relative_to(tmp_path / "site").as_posix() for p in paths
    }


@pytest.mark.process
def test_nbconvert_in_a_fresh_shell_writes_the_same_tree(shelf: Library, tmp_path: Path) -> None:
    """``jupyter nbconvert --to hexo`` and `export` agree byte for byte."""
    compose(POST, shelf, path=tmp_path / "post.ipynb")
    export(tmp_path / "post.ipynb", tmp_path / "ours", flavor="hexo")
    command = [sys.executable, "-m", "nbconvert", "--to", "hexo", str(tmp_path / "post.ipynb")]
    done = subprocess.run(
        [*command, "--output-dir", str(tmp_path / "theirs")],
        cwd=tmp_path.parent,
        capture_output=True,
        text=True,
        env={**os.environ, "JUPYTER_PLATFORM_DIRS": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "theirs") == tree(tmp_path / "ours")


def test_every_figure_of_the_post_is_a_file_it_links(shelf: Library, tmp_path: Path) -> None:
    """The links in the text and the files on disk are the same set; the names carry hashes."""
    paths = export(POST, tmp_path, flavor="blog-markdown", library=shelf)
    text = paths[0].read_text(encoding="utf-8")
    names = {p.name for p in paths[1:]}
    assert len(names) == 4
    assert {n for n in names if n in text} == names


# The gate


def test_an_unapproved_paper_is_refused_with_paper_field_finding_and_next_step(
    shelf: Library, tmp_path: Path
) -> None:
    """The error names what keeps the paper back, and nothing is written."""
    shelf.disapprove("2411.00002", language="zh")
    with pytest.raises(PublishError) as caught:
        export(POST, tmp_path / "site", library=shelf, flavor="hexo")
    assert "2411.00002: approval: no person has approved it. Approve it in Review." in str(
        caught.value
    )
    assert "2411.00001" not in str(caught.value)
    assert not (tmp_path / "site").exists()


def test_a_signature_taken_back_after_composing_is_honored(shelf: Library, tmp_path: Path) -> None:
    """The notebook is no way around the library."""
    compose(POST, shelf, path=tmp_path / "post.ipynb")
    shelf.edit("2411.00001", "summary", ["Something else."], language="zh")
    with pytest.raises(PublishError, match=r"2411\.00001: approval"):
        export(tmp_path / "post.ipynb", tmp_path / "site", flavor="hexo")


def test_a_paper_without_digest_in_the_posts_language_is_refused(
    shelf: Library, tmp_path: Path
) -> None:
    """A Chinese digest does not make an English post."""
    with pytest.raises(PublishError, match=r"digest: nothing is written about it .* in 'en'"):
        export(replace(POST, language="en"), tmp_path, library=shelf, flavor="hexo")


def test_a_missing_figure_file_is_refused(shelf: Library, tmp_path: Path) -> None:
    """A figure that was cropped and whose file is gone keeps the post back."""
    (shelf.files.figures_path("2411.00001") / "figure-1.png").unlink()
    with pytest.raises(
        PublishError, match=r"2411\.00001: Figure 1: its image figure-1\.png is gone"
    ):
        export(POST, tmp_path, library=shelf, flavor="hexo")


def test_a_figure_name_never_leads_out_of_the_librarys_folder(shelf: Library) -> None:
    """A reading that names a file elsewhere gets no image of it."""
    from paperkit.posts.figures import located

    figure = shelf.reading("2411.00001").figures[0]  # type: ignore[union-attr]
    folder = shelf.files.figures_path("2411.00001")
    assert located(replace(figure, file="../../library.db"), folder) is None


@pytest.mark.parametrize(
    ("licence", "shown"),
    [
        ("", False),
        ("CC BY 4.0", True),
        ("https://creativecommons.org/licenses/by-sa/4.0/", True),
        ("https://creativecommons.org/publicdomain/zero/1.0/", True),
        ("CC BY-NC-ND 4.0", False),
        ("https://arxiv.org/licenses/nonexclusive-distrib/1.0/", False),
    ],
)
def test_figures_are_shown_only_where_the_licence_allows_it(
    shelf: Library, licence: str, shown: bool, tmp_path: Path
) -> None:
    """An open licence shows them with attribution, any other links them with a notice."""
    for paper in IDS:
        shelf.files.set_licence(paper, licence)
    paths = export(replace(POST, figures="licensed"), tmp_path, library=shelf, flavor="hexo")
    text = paths[0].read_text(encoding="utf-8")
    assert [len(paths) - 1, text.count("<img "), "图片：Ana Ruiz" in text] == (
        [4, 4, True] if shown else [0, 0, False]
    )
    assert ("pdf/2411.00001v1#page=1" in text) is not shown


# What a person does to the notebook


def test_recomposing_keeps_prose_and_order_and_adds_new_papers(
    shelf: Library, tmp_path: Path
) -> None:
    """Cards moved and words written by the person stay where she put them."""
    path = tmp_path / "post.ipynb"
    nb = compose(POST, shelf, path=path)
    front, banner, prose, first, second = nb.cells
    mine = nbformat.v4.new_markdown_cell("My words.")
    nb.cells = [front, banner, second, mine, first, prose]
    nbformat.write(nb, path)
    samples.put(shelf, samples.paper(3))
    again = compose(replace(POST, papers=(*IDS, "2411.00003")), shelf, path=path)
    kept = [c.metadata.get(KEY, {}).get("paper") or c.source for c in again.cells[2:]]
    assert kept == ["2411.00002", "My words.", "2411.00001", "Opening words.", "2411.00003"]


def test_recomposing_refreshes_cards_from_the_library(shelf: Library, tmp_path: Path) -> None:
    """An edit in Review is on the card after the next compose."""
    path = tmp_path / "post.ipynb"
    compose(POST, shelf, path=path)
    shelf.edit("2411.00001", "summary", ["Light-Head 更快。"], language="zh")
    nb = compose(POST, shelf, path=path)
    assert "Light-Head 更快。" in nb.cells[3].source


def test_composing_twice_gives_the_same_bytes(shelf: Library, tmp_path: Path) -> None:
    """Nothing in the notebook depends on the time or on chance."""
    path = tmp_path / "post.ipynb"
    compose(POST, shelf, path=path)
    before = path.read_bytes()
    compose(POST, shelf, path=path)
    assert path.read_bytes() == before


def test_a_removed_paper_is_marked_and_not_published(shelf: Library, tmp_path: Path) -> None:
    """Its card stays in the notebook, behind a notice, and out of the post."""
    path = tmp_path / "post.ipynb"
    compose(POST, shelf, path=path)
    nb = compose(replace(POST, papers=IDS[1:]), shelf, path=path)
    assert [role_of(c) for c in nb.cells] == ["front", "banner", "", "notice", "card", "card"]
    text = export(path, tmp_path / "site", flavor="hexo")[0].read_text(encoding="utf-8")
    assert "2411.00001" not in text
    assert "✋" not in text


def test_a_card_the_person_deleted_stays_away(shelf: Library, tmp_path: Path) -> None:
    """Composing again does not bring it back."""
    path = tmp_path / "post.ipynb"
    nb = compose(POST, shelf, path=path)
    nb.cells = [c for c in nb.cells if c.metadata.get(KEY, {}).get("paper") != IDS[0]]
    nbformat.write(nb, path)
    assert [c.metadata[KEY]["paper"] for c in compose(POST, shelf, path=path).cells[3:]] == [IDS[1]]


def edit_card(path: Path, before: str, after: str) -> None:
    """Change words on a card as a person would in Jupyter."""
    nb = nbformat.read(path, 4)
    card = next(c for c in nb.cells if before in c.source and role_of(c) == "card")
    card.source = card.source.replace(before, after)
    nbformat.write(nb, path)


def test_a_card_edited_by_hand_is_neither_lost_nor_published(
    shelf: Library, tmp_path: Path
) -> None:
    """Composing keeps it behind a notice, exporting refuses it."""
    path = tmp_path / "post.ipynb"
    compose(POST, shelf, path=path)
    edit_card(path, "速度提高 3 倍。", "速度提高 4 倍。")
    nb = compose(POST, shelf, path=path)
    assert [role_of(c) for c in nb.cells] == ["front", "banner", "", "notice", "card", "card"]
    assert "速度提高 4 倍。" in nb.cells[4].source
    with pytest.raises(PublishError, match=r"2411\.00001: card: it was edited by hand"):
        export(path, tmp_path / "site", flavor="hexo")


def test_discarding_drops_the_edit(shelf: Library, tmp_path: Path) -> None:
    """The card is as the library has it again, and can be published."""
    path = tmp_path / "post.ipynb"
    compose(POST, shelf, path=path)
    before = path.read_bytes()
    edit_card(path, "速度提高 3 倍。", "速度提高 4 倍。")
    compose(POST, shelf, path=path, discard=[IDS[0]])
    assert path.read_bytes() == before


def test_adopting_takes_the_edit_into_the_library_as_a_persons(
    shelf: Library, tmp_path: Path
) -> None:
    """The answers become a person's, approval is asked for again, the card counts as clean."""
    path = tmp_path / "post.ipynb"
    compose(POST, shelf, path=path)
    edit_card(path, "速度提高 3 倍。", "速度提高 4 倍。\n- 新增 $x_{i}$。")
    edit_card(path, "然后混合模板。", "再混合模板。")
    report = adopt(path)
    assert report.to_dict("index") == {
        IDS[0]: {"outcome": "adopted", "changed": ("takeaways", "approach"), "left": ()}
    }
    digest = shelf.digest(IDS[0], language="zh")
    assert digest is not None
    takeaways = (*samples.TEXTS["takeaways"][:2], "速度提高 4 倍。", "新增 $x_{i}$。")
    assert digest["takeaways"].texts == takeaways
    assert digest["approach"].texts == ("Light-Head 预测权重。", "再混合模板。")
    assert (digest["takeaways"].origin, digest["summary"].origin) == ("person", "model")
    assert not digest.approved
    shelf.approve(IDS[0], language="zh", reason="a test")
    compose(POST, shelf, path=path)
    assert "速度提高 4 倍。" in export(path, tmp_path / "site", flavor="hexo")[0].read_text(
        encoding="utf-8"
    )


def test_adopting_an_untouched_card_changes_nothing(shelf: Library, tmp_path: Path) -> None:
    """Every answer read back from a card is the answer it was written from."""
    from paperkit.outlines import DIGEST
    from paperkit.posts.adoption import answers_of

    nb = compose(POST, shelf)
    found = answers_of(nb.cells[3].source, DIGEST, "zh")
    assert {k: found[k] for k in samples.TEXTS} == {k: tuple(v) for k, v in samples.TEXTS.items()}
    assert adopt(nb, shelf).empty


def test_arxivs_own_words_are_not_adopted(shelf: Library, tmp_path: Path) -> None:
    """A changed author stays an edit that can't be published, and the report says so."""
    path = tmp_path / "post.ipynb"
    compose(POST, shelf, path=path)
    edit_card(path, "Ana Ruiz, ", "Anna Ruiz, ")
    report = adopt(path)
    assert report.to_dict("index") == {
        IDS[0]: {"outcome": "refused", "changed": (), "left": ("authors",)}
    }
    with pytest.raises(PublishError, match="edited by hand"):
        export(path, tmp_path / "site", flavor="hexo")


def test_the_front_matter_cell_wins(shelf: Library, tmp_path: Path) -> None:
    """What a person writes there is in the post: known fields, and keys of her own."""
    path = tmp_path / "post.ipynb"
    nb = compose(POST, shelf, path=path)
    nb.cells[0].source = (
        nb.cells[0]
        .source.replace("author: Ana", "author: 'Ben: B'")
        .replace("---\ntopic", "---\nsticky: 5\ntopic")
    )
    nbformat.write(nb, path)
    compose(POST, shelf, path=path)
    text = export(path, tmp_path / "site", flavor="hexo")[0].read_text(encoding="utf-8")
    assert "\nauthor: 'Ben: B'\n" in text
    assert "\nsticky: 5\n" in text


def test_a_broken_front_matter_cell_is_one_clear_error(shelf: Library, tmp_path: Path) -> None:
    """The message names the cell and the next step."""
    path = tmp_path / "post.ipynb"
    nb = compose(POST, shelf, path=path)
    nb.cells[0].source = "title: a: b"
    nbformat.write(nb, path)
    with pytest.raises(PaperkitError, match="front matter cell: not valid YAML .* quote texts"):
        export(path, tmp_path / "site", flavor="hexo")


def test_code_prompts_and_widgets_stay_behind_and_charts_come_along(
    shelf: Library, tmp_path: Path
) -> None:
    """Of a code cell only its image is published, with its alternative text."""
    import base64

    path = tmp_path / "post.ipynb"
    nb = compose(POST, shelf, path=path)
    code = nbformat.v4.new_code_cell("chart(papers_per(library))  # SECRET")
    data = {
        "image/png": base64.b64encode(samples.png()).decode(),
        "text/plain": "Chart(SECRET)",
        "application/vnd.vegalite.v5+json": {"title": "Papers per month"},
    }
    widget = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "VBox(SECRET)"}
    code.outputs = [
        nbformat.v4.new_output("display_data", data),
        nbformat.v4.new_output("display_data", widget),
        nbformat.v4.new_output("stream", text="SECRET"),
    ]
    nb.cells.insert(3, code)
    nbformat.write(nb, path)
    paths = export(path, tmp_path / "site", flavor="hexo")
    text = paths[0].read_text(encoding="utf-8")
    assert "SECRET" not in text
    assert "![Papers per month](/images/" in text
    assert samples.png() in [p.read_bytes() for p in paths[1:]]


def test_images_attached_to_prose_become_files(shelf: Library, tmp_path: Path) -> None:
    """A picture dropped into a Markdown cell goes with the post."""
    import base64

    path = tmp_path / "post.ipynb"
    nb = compose(POST, shelf, path=path)
    nb.cells[2].source = "See ![mine](attachment:my pic.png)"
    encoded = base64.b64encode(samples.png(shade=9)).decode()
    nb.cells[2].attachments = {"my pic.png": {"image/png": encoded}}
    nbformat.write(nb, path)
    paths = export(path, tmp_path / "site", flavor="hexo")
    assert "attachment:" not in paths[0].read_text(encoding="utf-8")
    assert samples.png(shade=9) in [p.read_bytes() for p in paths[1:]]


def test_a_card_that_stands_twice_is_refused(shelf: Library, tmp_path: Path) -> None:
    """Splitting or copying a card's cell doesn't publish a paper twice."""
    path = tmp_path / "post.ipynb"
    nb = compose(POST, shelf, path=path)
    nb.cells.append(nbformat.from_dict({**nb.cells[3], "id": "copy"}))
    nbformat.write(nb, path)
    with pytest.raises(PublishError, match=r"2411\.00001: card: it occurs twice"):
        export(path, tmp_path / "site", flavor="hexo")


# Further


def test_preview_is_the_card_of_the_post(shelf: Library, tmp_path: Path) -> None:
    """What Review shows is what the exporter writes, but for the place of the figures."""
    text = export(replace(POST, figures="link"), tmp_path, library=shelf, flavor="hexo")[
        0
    ].read_text("utf-8")
    assert preview(IDS[0], shelf) in text


def test_the_library_is_found_from_a_notebook_that_moved_with_it(tmp_path: Path) -> None:
    """The path is kept relative where both lie close."""
    shelf = samples.small(tmp_path / "a" / "shelf")
    compose(POST, shelf, path=tmp_path / "a" / "post.ipynb")
    (tmp_path / "a").rename(tmp_path / "b")
    assert export(tmp_path / "b" / "post.ipynb", tmp_path / "site", flavor="hexo")[0].is_file()


def test_a_post_whose_library_is_gone_says_so(shelf: Library, tmp_path: Path) -> None:
    """The error names the path and the next step."""
    compose(POST, shelf, path=tmp_path / "post.ipynb")
    shelf.path.rename(tmp_path / "elsewhere")
    with pytest.raises(PaperkitError, match="shelf: the post's library is not there"):
        export(tmp_path / "post.ipynb", tmp_path / "site", flavor="hexo")
    moved = Library(tmp_path / "elsewhere")
    assert export(tmp_path / "post.ipynb", tmp_path / "site", library=moved, flavor="hexo")[
        0
    ].is_file()


def test_an_outline_of_ones_own_makes_the_post(shelf: Library, tmp_path: Path) -> None:
    """Another question is another heading; the notebook remembers the outline."""
    outline = Outline(
        "mine", (Question(key="idea", headings={"en": "Idea"}, ask="The idea?", kind="line"),)
    )
    digest = shelf.digest(IDS[0], language="zh")
    assert digest is not None
    shelf.drafts.save_answers(
        replace(digest, outline="mine", language="en"),
        samples.answers({"idea": ["A single idea."]}),
    )
    shelf.approve(IDS[0], outline=outline, language="en", reason="a test")
    post = replace(POST, outline=outline, language="en", papers=IDS[:1])
    compose(post, shelf, path=tmp_path / "post.ipynb")
    text = export(tmp_path / "post.ipynb", tmp_path / "site", flavor="hexo")[0].read_text(
        encoding="utf-8"
    )
    assert "**Idea**\n\nA single idea.\n\n<details>" in text


def test_the_banner_names_the_models_that_wrote_and_whether_a_person_did(
    shelf: Library, tmp_path: Path
) -> None:
    """Provenance is read from the answers that stand."""
    from paperkit.posts.cards import source_of
    from paperkit.posts.rendering import banner

    shelf.edit(IDS[0], "summary", ["By hand."], language="zh")
    sources = [source_of(i, shelf, POST.outline, "zh") for i in IDS]
    post = replace(POST, language="en")
    assert banner(post, sources)[0] == (
        "⚠️ The summaries below were written by tester-1 and a person; 1 of 2 are "
        "approved, 1 of them in a script by Tester. "
        "They may be wrong: use them with care."
    )


def test_a_paper_with_a_newer_version_says_what_the_card_is_about(
    shelf: Library, tmp_path: Path
) -> None:
    """Title, abstract and links are those of the version that was written about."""
    shelf.add([samples.paper(1, id="2411.00001v2", title="Renamed", abstract="Rewritten.")])
    text = preview(IDS[0], shelf)
    assert text.startswith("## Light-Head: ")
    assert "Rewritten" not in text
    assert "> 以下内容基于第 1 版；论文现已更新至第 2 版。" in text
    assert "https://arxiv.org/pdf/2411.00001v1" in text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"topic": " "}, "topic is empty"),
        ({"date": "soon"}, "date 'soon' is not a date"),
        ({"papers": ["nonsense"]}, "'nonsense': not an arXiv identifier"),
        ({"figures": "all"}, "figures 'all'; use licensed, include, link"),
        ({"repeats": "yes"}, "repeats 'yes'; use true or false"),
    ],
)
def test_an_impossible_post_is_one_clear_error(wrong: dict[str, object], message: str) -> None:
    """A wrong field is named when the post is made."""
    with pytest.raises(PaperkitError, match=message):
        replace(POST, **wrong)  # type: ignore[arg-type]


def test_an_unknown_flavor_lists_the_known_ones(shelf: Library, tmp_path: Path) -> None:
    """The error names the flavors there are."""
    with pytest.raises(PaperkitError, match=r"flavor 'wordpress': unknown; use hexo, hugo"):
        export(POST, tmp_path, flavor="wordpress", library=shelf)


def test_a_post_survives_its_metadata() -> None:
    """`to_dict` and `from_dict` are inverse."""
    assert Post.from_dict(POST.to_dict()) == POST


# Elsewhere


@pytest.mark.parametrize("scheme", ["memory", "file"])
def test_figures_go_to_any_file_system_with_a_public_prefix(
    shelf: Library, tmp_path: Path, scheme: str
) -> None:
    """The text links the public address, the bytes are where they were sent, none beside it."""
    fsspec = pytest.importorskip("fsspec")
    place = f"{scheme}://{tmp_path}/bucket"
    post = replace(POST, assets_url="https://cdn.example/figures")
    paths = export(post, tmp_path / "site", library=shelf, assets=place, flavor="hexo")
    text = paths[0].read_text(encoding="utf-8")
    files, folder = fsspec.core.url_to_fs(place)
    stored = {name.rpartition("/")[2] for name in files.ls(folder, detail=False)}
    assert len(stored) == 4
    assert {n for n in stored if f'src="https://cdn.example/figures/{n}"' in text} == stored
    assert list(tree(tmp_path / "site")) == [HEXO]


def test_figures_elsewhere_need_an_address(shelf: Library, tmp_path: Path) -> None:
    """Without a public prefix the post would link nothing."""
    with pytest.raises(PaperkitError, match="set assets_url on the post"):
        export(POST, tmp_path, library=shelf, assets="memory://x", flavor="hexo")


def test_a_note_has_properties_and_keeps_what_a_person_wrote_below(
    shelf: Library, tmp_path: Path
) -> None:
    """Written again after a decision, the properties are new and the person's words stay."""
    import yaml

    (path,) = notes([IDS[0]], shelf, tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + "My thoughts.\n", encoding="utf-8")
    shelf.decide(IDS[0], "keep", tags=["to read"])
    assert notes(shelf.papers(decision="keep"), shelf, tmp_path) == [path]
    head, body = path.read_text(encoding="utf-8").split("---\n", 2)[1:]
    assert path.name == "2411.00001 Light-Head_ Avatars from n_{1} Views.md"
    assert yaml.safe_load(head) == {
        "title": "Light-Head: Avatars from $n_{1}$ Views",
        "aliases": ["arXiv:2411.00001"],
        "authors": ["Ana Ruiz", "Jörg Weiß", "李雷"],
        "arxiv": "2411.00001",
        "version": 1,
        "url": "https://arxiv.org/abs/2411.00001v1",
        "published": datetime(2024, 11, 8).date(),
        "categories": ["cs.CV", "cs.GR"],
        "tags": ["avatars", "to-read"],
        "decision": "keep",
    }
    assert body.startswith("\n## Light-Head: Avatars from $n_{1}$ Views\n")
    assert body.endswith("is yours %%\nMy thoughts.\n")


def test_words_typed_into_the_banner_are_prose(shelf: Library, tmp_path: Path) -> None:
    """The date's heading is in the banner's cell: what is written below it reaches the post."""
    path = tmp_path / "post.ipynb"
    nb = compose(POST, shelf, path=path)
    nb.cells[1].source += "\n\nMy own introduction."
    nbformat.write(nb, path)
    assert "My own introduction." in export(path, tmp_path / "a", flavor="hexo")[0].read_text(
        encoding="utf-8"
    )
    again = compose(POST, shelf, path=path)
    assert "My own introduction." in [c.source for c in again.cells]
    assert "My own introduction." in export(path, tmp_path / "b", flavor="hexo")[0].read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("place", ["**作者**", "</details>"])
def test_words_no_answer_can_take_are_not_called_adopted(
    shelf: Library, tmp_path: Path, place: str
) -> None:
    """They stay in the card, behind the notice, and the report says so."""
    path = tmp_path / "post.ipynb"
    compose(POST, shelf, path=path)
    edit_card(path, place, f"Mine alone.\n\n{place}")
    assert adopt(path)["left"].tolist() == [("text",)]
    nb = compose(POST, shelf, path=path)
    assert any("Mine alone." in cell.source for cell in nb.cells)
    with pytest.raises(PublishError, match="edited by hand"):
        export(path, tmp_path / "site", flavor="hexo")
