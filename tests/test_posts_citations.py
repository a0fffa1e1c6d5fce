"""Citations and archives: papers out to reference managers, posts of the old blog back in."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime
from pathlib import Path

import bibtexparser
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors
from bibtexparser.model import Entry
from hypothesis import given
from hypothesis import strategies as st

from paperkit.errors import PaperkitError
from paperkit.frames import from_frame, to_frame
from paperkit.posts import bibliography, load_posts
from paperkit.posts.citations import keys, name_parts, tex
from paperkit.sources import load
from tests import posts_samples as samples

PAPERS = [
    samples.paper(1),
    samples.paper(
        2,
        title="Kähler & 50% of {x}_1: $x_{i}$ – ß",
        authors=["Ludwig van Beethoven", "José Núñez Jr.", "The ATLAS Collaboration", "李雷"],
        doi="10.1000/182",
        journal_ref="J. Tests 1 (2024) 2",
    ),
]


def test_bibtex_is_what_arxiv_recommends() -> None:
    """Eprint fields, DOI, names and special characters as LaTeX wants them."""
    assert bibliography(to_frame(PAPERS[1:])) == (
        "@misc{vanbeethoven2024kahler,\n"
        '  title = {{K{\\"a}hler \\& 50\\% of \\{x\\}\\_1: $x_{i}$ -- {\\ss}}},\n'
        "  author = {van Beethoven, Ludwig and N{\\'u}{\\~n}ez, Jr., Jos{\\'e} and "
        "{The ATLAS Collaboration} and 李雷},\n"
        "  year = {2024},\n"
        "  month = {11},\n"
        "  eprint = {2411.00002},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.CV},\n"
        "  doi = {10.1000/182},\n"
        "  url = {https://arxiv.org/abs/2411.00002},\n"
        "  note = {J. Tests 1 (2024) 2},\n"
        "}\n"
    )


def test_bibtex_reads_back_with_a_parser() -> None:
    """A BibTeX parser takes every entry apart: eprint fields, names, and LaTeX as letters."""
    found = read_bibtex(bibliography(PAPERS))
    assert [(e.key, e["eprint"], e["archivePrefix"], e["primaryClass"]) for e in found] == [
        ("ruiz2024light", "2411.00001", "arXiv", "cs.CV"),
        ("vanbeethoven2024kahler", "2411.00002", "arXiv", "cs.CV"),
    ]
    assert found[1]["title"] == "Kähler & 50% of {x}_1: $x_{i}$ – ß"
    assert found[1]["author"] == (
        "van Beethoven, Ludwig and Núñez, Jr., José and The ATLAS Collaboration and 李雷"
    )


def read_bibtex(text: str) -> list[Entry]:
    """Return a parser's entries, formulas left alone."""
    decoding = LatexDecodingMiddleware(keep_math_mode=True)
    library = bibtexparser.parse_string(text, append_middleware=[decoding])
    assert library.failed_blocks == []
    return list(library.entries)


LATIN = st.text(
    "aeiouycdghjklnrstzAEIOUYCDGHJKLNRSTZàâäåãāăąæçćčďđèéêëēęěğíîïīıłñńňòóôöõøōőœŕřßśšşťùûüūůűýÿźžż"
    "ÀÅÇČÉÊÖØŁŠÜŻ&%# 李雷",
    min_size=1,
)


@given(LATIN.map(lambda t: " ".join(t.split())).filter(bool))
def test_letters_of_any_language_survive_latex(text: str) -> None:
    """What a LaTeX decoder makes of a title is the title."""
    made = samples.paper(1, title=text)
    (found,) = read_bibtex(bibliography(made))
    assert unicodedata.normalize("NFC", found["title"]) == made.title


def test_ris_reads_back_with_a_parser() -> None:
    """Title, names, date, abstract and DOI survive."""
    found = rispy.loads(bibliography(PAPERS, format="ris"))
    assert [(r["title"], r["doi"], r["year"]) for r in found] == [
        (PAPERS[0].title, "10.48550/arXiv.2411.00001", "2024"),
        (PAPERS[1].title, "10.1000/182", "2024"),
    ]
    assert found[1]["authors"] == [
        "van Beethoven, Ludwig",
        "Núñez, Jr., José",
        "The ATLAS Collaboration",
        "李雷",
    ]


def test_ris_names_its_own_paper_before_any_other(tmp_path: Path) -> None:
    """Loaded again it is the same paper, though its abstract names another."""
    made = samples.paper(1, abstract="We correct arXiv:2411.00009 and arXiv:math/0011074.")
    path = tmp_path / "papers.ris"
    path.write_text(bibliography(made, format="ris"), encoding="utf-8")
    (found,) = from_frame(load(path))
    assert (found.id, found.title, found.authors, found.abstract, found.published.date()) == (
        (made.id, made.title, made.authors, made.abstract, made.published.date())
    )


def test_csl_json_has_names_dates_and_ids() -> None:
    """The items are what a citation processor reads."""
    first = json.loads(bibliography(PAPERS, format="csl-json"))[0]
    assert (first["type"], first["issued"], first["author"][1], first["archive_location"]) == (
        "article",
        {"date-parts": [[2024, 11, 8]]},
        {"family": "Weiß", "given": "Jörg"},
        "2411.00001",
    )


def test_keys_are_never_the_same() -> None:
    """Two papers of one author, year and word differ by a number."""
    assert keys([PAPERS[0], PAPERS[0]]) == ["ruiz2024light", "ruiz2024light-2"]


HOSTILE = (
    *samples.SCRIPTS,
    "}, note = {x} @article{y,",
    "$B \\rar K^* \\ \\gamma$} from Hybrid Sum Rule",
    '@{[system "touch blns.fail"]}',
    "Abbas Najati And Soon-Mo Jung",
    "others",
    "a\u2028TY  - X\nER  - \n@misc{x}, y",
    "\\input{/etc/passwd} $\\input{x}$ $\\{x$ \\",
    "% # & {",
)


def test_a_fields_text_stays_in_its_field() -> None:
    """Whatever title, author, category, DOI or journal hold: as many entries, fields and names."""
    rows = [
        samples.paper(
            n, title=t, authors=[t, "Ann Lee"], journal_ref=t, doi=t, abstract=t, categories=[t]
        )
        for n, t in enumerate(HOSTILE, 1)
    ]
    written = bibliography(rows)
    read = bibtexparser.parse_string(written, append_middleware=[SeparateCoAuthors()])
    assert not read.failed_blocks
    assert len(read.entries) == len(rows)
    assert {len(e.fields) for e in read.entries} == {10}
    count = [len(r.authors) for r in rows]  # "others" is nobody
    assert [len(e["author"]) for e in read.entries] == count
    assert not re.search(r"\\(?:input|write)(?![A-Za-z])", written)
    told = rispy.loads(bibliography(rows, format="ris"))
    assert [r["title"] for r in told] == [" ".join(r.title.split()) for r in rows]
    assert [len(r["authors"]) for r in told] == count
    assert {r["type_of_reference"] for r in told} == {"UNPB"}


@pytest.mark.parametrize(
    ("flavor", "settings", "cited", "ending"),
    [
        ("quarto", {}, "[@arxiv-2411-00007]", "## 参考文献\n\n::: {#refs}\n:::\n"),
        ("myst", {"myst.yml": "version: 1\n"}, "{cite}`arxiv-2411-00007`", ""),
    ],
)
def test_an_engine_that_cites_gets_its_own_references(
    tmp_path: Path, flavor: str, settings: dict[str, str], cited: str, ending: str
) -> None:
    """Entries lie beside the text, one each; no text of a paper ends its field."""
    text, bib, *_ = cite(tmp_path, flavor, settings, HOSTILE[0])
    written = text.read_text(encoding="utf-8")
    assert f"See {cited} and {cited}.\n" in written
    assert written.endswith(ending)
    assert bib == text.with_suffix(".bib")
    assert ("bibliography:\n  - index.bib\n" in written) == (flavor == "quarto")
    (entry,) = read_bibtex(bib.read_text(encoding="utf-8"))
    assert (entry.key, entry["eprint"]) == ("arxiv-2411-00007", "2411.00007")


@pytest.mark.parametrize(
    ("flavor", "settings"),
    [
        ("hexo", {}),
        ("myst", {}),
        ("myst", {"_config.yml": "sphinx: {}\n"}),
        ("myst", {"myst.yml": "project:\n  bibliography:\n    - mine.bib\n"}),
    ],
)
def test_where_no_entry_would_be_found_a_reference_is_a_link(
    tmp_path: Path, flavor: str, settings: dict[str, str]
) -> None:
    """Other engines; Jupyter Book's sites, and those of MyST that list their own files."""
    text, *files = cite(tmp_path, flavor, settings, "A title")
    written = text.read_text(encoding="utf-8")
    assert "See [Byron 2024](https://arxiv.org/abs/2411.00007v1) and [Byron" in written
    assert "## 参考文献\n\n- Ada Byron: [A title](https" in written
    assert not [f for f in files if f.suffix == ".bib"]


def cite(folder: Path, flavor: str, settings: dict[str, str], title: str) -> list[Path]:
    """Export a post that cites one paper twice; return what was written."""
    from paperkit.posts import Post, export

    shelf = samples.small(folder / "shelf", figures=0)
    shelf.add([samples.paper(7, authors=["Ada Byron"], title=title)])
    for name, stated in settings.items():
        (folder / "site").mkdir()
        (folder / "site" / name).write_text(stated)
    post = Post(
        topic="Heads",
        date="2024-11-12",
        papers=["2411.00001"],
        language="zh",
        prose="See @2411.00007 and @2411.00007v1.",
    )
    return export(post, folder / "site", flavor=flavor, library=shelf)


def test_an_empty_frame_is_an_empty_bibliography() -> None:
    """Nothing kept, nothing written."""
    assert bibliography(to_frame([])) == ""
    assert json.loads(bibliography([], format="csl-json")) == []


def test_an_unknown_format_lists_the_known_ones() -> None:
    """The error names the formats."""
    with pytest.raises(PaperkitError, match=r"format 'endnote': unknown; use bibtex, ris, csl"):
        bibliography(PAPERS, format="endnote")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ana Ruiz", ("Ruiz", "Ana")),
        ("Jan van der Berg", ("van der Berg", "Jan")),
        ("John Smith III", ("Smith, III", "John")),
        ("Plato", ("Plato", "")),
        ("CMS Collaboration", ("CMS Collaboration", "")),
        ("J. and K. Twin", ("J. and K. Twin", "")),
    ],
)
def test_names_are_taken_apart(name: str, parts: tuple[str, str]) -> None:
    """Particles and suffixes belong to the family name; groups have no given one."""
    assert name_parts(name) == parts


def test_tex_of_arxivs_own_is_kept() -> None:
    """An accent that the metadata writes in TeX is not escaped again."""
    assert tex('K\\"ahler and {\\em x}') == 'K\\"ahler and {\\em x}'


OLD = """
---
title: 元宇宙/虚拟人
date: 2024-05-02 10:00:16
description: a: b: c
---

## First   Paper

[PDF](http://arxiv.org/abs/2404.11111v2)

<li>x
## Second: Paper
**Authors:x**
[PDF](http://arxiv.org/abs/2404.22222)
See https://arxiv.org/abs/2404.99999v1
"""


def test_posts_of_the_old_blog_are_read_with_their_broken_front_matter(tmp_path: Path) -> None:
    """Papers are found by their PDF line, not by links in the text."""
    path = tmp_path / "2024-05-02" / "a.md"
    path.parent.mkdir()
    path.write_text(OLD, encoding="utf-8")
    (tmp_path / "about.md").write_text("no post", encoding="utf-8")
    found = load_posts(tmp_path)
    assert found.reset_index().to_dict("records") == [
        {
            "id": i,
            "version": v,
            "title": t,
            "topic": "元宇宙/虚拟人",
            "date": datetime(2024, 5, 2, 10, 0, 16),
            "path": str(path),
        }
        for i, v, t in (("2404.11111", 2, "First Paper"), ("2404.22222", 1, "Second: Paper"))
    ]


def test_a_post_of_ours_is_read_back(tmp_path: Path) -> None:
    """What `export` writes, `load_posts` knows."""
    from paperkit.posts import Post, export

    shelf = samples.small(tmp_path / "shelf", figures=0)
    post = Post(topic="A: b", date="2024-11-12", papers=["2411.00001", "2411.00002"], language="zh")
    export(post, tmp_path / "site", library=shelf, flavor="hexo")
    found = load_posts(tmp_path / "site")
    assert found[["version", "topic"]].to_dict("index") == {
        "2411.00001": {"version": 1, "topic": "A: b"},
        "2411.00002": {"version": 1, "topic": "A: b"},
    }


def test_a_folder_without_posts_is_one_clear_error(tmp_path: Path) -> None:
    """The message names the folder."""
    with pytest.raises(PaperkitError, match="no post with arXiv links"):
        load_posts(tmp_path)
    with pytest.raises(PaperkitError, match="no such folder"):
        load_posts(tmp_path / "gone")
