"""Bibliographies of real papers, as pandoc's citation processor and other readers see them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import rispy

from paperkit.papers import Paper
from paperkit.posts import Post, bibliography, export
from paperkit.posts.citations import name_parts
from tests import posts_samples as samples
from tests.blog import engines
from tests.blog.test_engines import real_papers


def cited(text: str, reader: str) -> list[dict[str, Any]]:
    """Return the items that pandoc reads, as CSL-JSON."""
    done = subprocess.run(
        [engines.need("pandoc"), "-f", reader, "-t", "csljson"],
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return list(json.loads(done.stdout))


def identified(item: dict[str, Any]) -> tuple[Any, ...]:
    """Return what tells an item from others: key, names, year and month, DOI, address."""
    names = [(family(a), a.get("given"), a.get("suffix")) for a in item["author"]]
    return (item["id"], names, item["issued"]["date-parts"][0][:2], item["DOI"])


def family(name: dict[str, str]) -> str:
    """Return a family name with its particles, wherever the processor keeps them."""
    parts = ("dropping-particle", "non-dropping-particle", "family", "literal")
    found = "".join(name.get(part, "") for part in parts)
    return found.translate({ord(" "): "", ord("’"): "'", ord("‘"): "`"})


@pytest.mark.parametrize(("format", "reader"), [("bibtex", "bibtex"), ("csl-json", "csljson")])
def test_a_citation_processor_reads_every_real_paper(format: str, reader: str) -> None:
    """Keys, authors with their diacritics, dates and DOIs of 220 papers are those of arXiv."""
    papers = real_papers()
    found = cited(bibliography(papers, format=format), reader)
    meant = json.loads(bibliography(papers, format="csl-json"))
    assert [identified(f) for f in found] == [identified(m) for m in meant]


def test_ris_of_every_real_paper_reads_back() -> None:
    """Title, authors, abstract, categories and day of 220 papers are those of arXiv."""
    papers = real_papers()
    found = rispy.loads(bibliography(papers, format="ris"))
    fields = ("title", "authors", "abstract", "keywords", "date")
    assert [tuple(f.get(k) for k in fields) for f in found] == [in_ris(p) for p in papers]


def in_ris(paper: Paper) -> tuple[Any, ...]:
    """Return a paper's fields as RIS has them."""
    names = [", ".join(part for part in name_parts(a) if part) for a in paper.authors]
    day = f"{paper.published:%Y/%m/%d}"
    return (paper.title, names, paper.abstract, list(paper.categories), day)


def test_quartos_reader_prints_the_reference(tmp_path: Path) -> None:
    """In the sentence and in the list, and nothing of a title runs or goes elsewhere."""
    text = citing(tmp_path, "quarto")
    done = subprocess.run(
        [engines.need("pandoc"), "--citeproc", "-f", "markdown", "-t", "html", text.name],
        cwd=text.parent,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stderr == ""
    assert re.search(r"See <span[^>]*>\(Byron[^)]*2024\)</span>\.", done.stdout)
    listed = done.stdout[done.stdout.index('id="refs"') :]
    assert listed.count('class="csl-entry"') == 1
    assert "<script" not in listed


def test_myst_prints_the_reference(tmp_path: Path) -> None:
    """The entry beside the post is found; the citation is no error."""
    site = tmp_path / "site"
    site.mkdir()
    shutil.copy(engines.HERE / "myst" / "myst.yml", site)
    text = citing(tmp_path, "myst")
    engines.myst(site)
    pages = (site / "_build" / "site" / "content").glob("*.json")
    read = [json.loads(p.read_text(encoding="utf-8")) for p in pages]
    (page,) = [r for r in read if Path(r["location"]).name == text.name]
    assert page["references"]["cite"]["order"] == ["arxiv-2411-00007"]
    entry = page["references"]["cite"]["data"]["arxiv-2411-00007"]["html"]
    assert "Byron" in entry
    assert "<script" not in entry


def citing(folder: Path, flavor: str) -> Path:
    """Return the text of a post that cites a paper with a hostile title."""
    shelf = samples.small(folder / "shelf", figures=0)
    title = f"{samples.SCRIPTS[0]} }}, note = {{x}} @article{{y,"
    shelf.add([samples.paper(7, authors=["Ada Byron"], title=title)])
    post = Post(
        topic="Heads",
        date="2024-11-12",
        papers=["2411.00001"],
        language="zh",
        prose="See @2411.00007.",
    )
    return export(post, folder / "site", flavor=flavor, library=shelf)[0]
