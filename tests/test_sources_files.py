"""Metadata files: streamed, filtered, and every kind read the same way."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from paperkit import trends
from paperkit.errors import SourceError
from paperkit.frames import from_frame, to_frame
from paperkit.library import Library
from paperkit.posts import bibliography
from paperkit.sources import load, load_chunks, pack
from tests.conftest import make_paper


def snapshot(file: Path, count: int, *, spoiled: int | None = None) -> Path:
    """Write a file like arXiv's snapshot; record number `spoiled` (from 0) has no date."""

    def lines() -> Iterator[str]:
        for n in range(count):
            record = {
                "id": f"{2401 + n // 20_000 % 12}.{n % 20_000 + 1:05}",
                "title": f"Paper {n}",
                "authors": "Ada Lovelace, Grace Hopper",
                "authors_parsed": [["Lovelace", "Ada", ""], ["Hopper", "Grace", ""]],
                "categories": "cs.CV cs.GR" if n % 2 else "math.AG",
                "abstract": "We show something remarkable. " * 20,
                "license": "http://creativecommons.org/licenses/by/4.0/" if n % 2 else None,
                "versions": [
                    {"version": "v1", "created": f"Tue, {n % 28 + 1} Oct 2024 08:00:00 GMT"}
                ],
            }
            if n == spoiled:
                del record["versions"]
            yield json.dumps(record) + "\n"

    with file.open("w", encoding="utf-8") as out:
        out.writelines(lines())
    return file


def test_a_snapshot_comes_in_chunks(tmp_path: Path) -> None:
    """Frames of the size wanted, together all of it."""
    file = snapshot(tmp_path / "s.json", 25)
    chunks = list(load_chunks(file, size=10))
    assert [len(c) for c in chunks] == [10, 10, 5]
    pd.testing.assert_frame_equal(pd.concat(chunks), load(file))


def peak(file: Path) -> int:
    tracemalloc.start()
    for _ in load_chunks(file, size=50):
        pass
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def test_streaming_needs_no_more_memory_for_more_records(tmp_path: Path) -> None:
    """Five times the records, the same peak; a frame of them all needs more."""
    small, large = snapshot(tmp_path / "a.json", 100), snapshot(tmp_path / "b.json", 500)
    peak(large)  # the first reading pays for what is loaded or remembered once
    assert peak(large) < 1.4 * peak(small)


def test_only_what_is_wanted_is_kept(tmp_path: Path) -> None:
    """By category and by day, from both ends inclusive."""
    file = snapshot(tmp_path / "s.json", 28)
    kept = load(file, categories=["cs.CV"], since="2024-10-10", until="2024-10-13")
    assert list(kept.index) == ["2401.00010", "2401.00012"]
    assert load(file, categories="cs.CV").equals(load(file, categories=["cs.CV"]))


def test_records_that_are_no_papers_can_be_left_out(tmp_path: Path) -> None:
    """They are counted and named."""
    file = snapshot(tmp_path / "s.json", 5, spoiled=2)
    said = r"2401.00003 \(line 3\): no published date"
    with pytest.raises(SourceError, match=said) as caught:
        load(file, strict=True)
    assert list(caught.value.papers.index) == ["2401.00001", "2401.00002"]
    with pytest.warns(UserWarning, match=f"4 of 5 records read; 1 was not: {said}"):
        frame = load(file)
    assert len(frame) == 4
    reason = "no published date; check the source's record."
    assert frame.attrs["faults"] == [("2401.00003", 3, reason, False)]


def test_a_broken_line_costs_no_other(tmp_path: Path) -> None:
    """The papers before it are at hand; it can be left out like any other fault."""
    file = snapshot(tmp_path / "s.json", 4)
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([*lines[:2], lines[2][:30], lines[3]]), encoding="utf-8")
    with pytest.raises(SourceError, match=r"line 3: is not JSON") as caught:
        load(file, strict=True)
    assert list(caught.value.papers.index) == ["2401.00001", "2401.00002"]
    with pytest.warns(UserWarning, match="1 was not: line 3"):
        frame = load(file)
    assert list(frame.index) == ["2401.00001", "2401.00002", "2401.00004"]
    assert frame.attrs["faults"] == [("", 3, "is not JSON; mend or drop the line.", False)]


def test_a_file_cut_off_keeps_what_could_be_read(tmp_path: Path) -> None:
    """A torn download is an error that holds the papers before the tear."""
    whole = snapshot(tmp_path / "s.json", 400).read_bytes()
    packed = gzip.compress(whole)
    (tmp_path / "t.json.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(SourceError, match="can't be read to its end") as caught:
        load(tmp_path / "t.json.gz")
    assert 0 < len(caught.value.papers) < 400


def test_of_several_versions_the_newest_counts(tmp_path: Path) -> None:
    """Also when they come in different chunks, and out of order."""
    papers = [make_paper("2411.00001", 2), make_paper("2411.00002"), make_paper("2411.00001", 1)]
    rows = [{**vars(p), "published": p.published.isoformat(), "updated": None} for p in papers]
    file = tmp_path / "s.jsonl"
    file.write_text("".join(json.dumps(r) + "\n" for r in rows))
    assert load(file)["version"].to_dict() == {"2411.00001": 2, "2411.00002": 1}


def test_a_file_that_is_cut_is_named(tmp_path: Path) -> None:
    """A download that broke off is an error, not a short result."""
    whole = snapshot(tmp_path / "s.json", 50).read_bytes()
    packed = gzip.compress(whole)
    for name, content in (
        ("cut.json.gz", packed[: len(packed) // 2]),
        ("no.json.gz", b"plain"),
        ("cut.parquet", b"PAR1 nothing"),
        ("latin.jsonl", b'{"id": "caf\xe9"}'),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SourceError, match=rf"{name}: .*get it again"):
            load(tmp_path / name)


def test_a_snapshot_becomes_parquet_for_trends(tmp_path: Path) -> None:
    """The same papers, and trends count them."""
    file = snapshot(tmp_path / "s.json", 30, spoiled=4)
    assert pack(file, tmp_path / "p.parquet") == 29
    assert not list(tmp_path.glob("*.part"))
    frame = load(tmp_path / "p.parquet")
    with pytest.warns(UserWarning):
        assert from_frame(frame) == from_frame(load(file, strict=False))
    counted = trends.papers_per(tmp_path / "p.parquet", "month")
    assert counted["count"].sum() == 29


def test_a_packed_file_is_read_in_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No record is looked at on its own; cells that are not clean are cleaned all the same."""
    papers = [make_paper(f"2411.{n:05}", authors=["José Núñez", "A"]) for n in range(1, 30)]
    dirty = to_frame(papers).reset_index()
    dirty.loc[3, "title"] = r"  Evil\u202e and \textbf{bold}".replace(r"\u202e", "\u202e")
    dirty.to_parquet(tmp_path / "p.parquet")
    monkeypatch.setattr("paperkit.sources.files.clean_paper", lambda raw: pytest.fail("a record"))
    frame = load(tmp_path / "p.parquet")
    expected = to_frame(papers)
    expected.loc["2411.00004", "title"] = "Evil and bold"
    pd.testing.assert_frame_equal(frame, expected)
    assert list(load(tmp_path / "p.parquet", categories=["math.AG"]).index) == []
    monkeypatch.undo()
    dirty.loc[5, "id"] = "nonsense"
    dirty.to_parquet(tmp_path / "p.parquet")
    with pytest.warns(UserWarning, match="28 of 29 records read; 1 was not: nonsense .line 6."):
        assert len(load(tmp_path / "p.parquet")) == 28


def test_licences_go_into_the_library(tmp_path: Path, library: Library) -> None:
    """Where the source states them."""
    library.add(load(snapshot(tmp_path / "s.json", 2)))
    assert library.files.licence("2401.00002") == "http://creativecommons.org/licenses/by/4.0/"
    assert library.files.licence("2401.00001") == ""


def test_csv_keeps_the_zeros_of_an_id(tmp_path: Path) -> None:
    """2411.00010 is no number."""
    file = tmp_path / "t.csv"
    file.write_text("id,title,published\n2411.00010,T,2024-11-01\n")
    assert list(load(file).index) == ["2411.00010"]


BIBTEX = r"""
@article{a, title = {The {GAN} of Erd\H{o}s: $x_{i}$}, author = {Bal{\'a}zs, C. and Ada Lovelace},
  year = 2024, month = nov, day = 7, eprint = {2411.05184v2}, archivePrefix = {arXiv},
  primaryClass = {cs.CV}, journal = {arXiv preprint arXiv:2411.05184}, abstract = {An abstract.}}
@inproceedings{b, title = {Named in the journal}, author = {A B}, year = {2023},
  booktitle = {CVPR}, number = {arXiv:2211.00001}, doi = {https://doi.org/10.1/x}}
@misc{c, title = {Old}, author = {C D}, url = {http://arxiv.org/abs/math.GT/0309136}}
"""


def test_bibtex_entries_become_papers(tmp_path: Path) -> None:
    """Accents are letters, mathematics stays; a later journal's year is no date of v1."""
    (tmp_path / "r.bib").write_text(BIBTEX)
    frame = load(tmp_path / "r.bib")
    assert frame["title"].to_dict() == {
        "2411.05184": "The GAN of Erdős: $x_{i}$",
        "2211.00001": "Named in the journal",
        "math/0309136": "Old",
    }
    assert frame.loc["2411.05184", "authors"] == ("C. Balázs", "Ada Lovelace")
    assert frame["published"].dt.strftime("%Y-%m-%d").tolist() == [
        "2024-11-07",
        "2022-11-01",
        "2003-09-01",
    ]
    assert frame["version"].tolist() == [2, 1, 1]
    assert frame["journal_ref"].tolist() == ["", "CVPR", ""]
    assert frame["doi"].tolist() == ["", "10.1/x", ""]


RIS = """TY  - JOUR
AU  - Lovelace, Ada
AU  - Hopper, Grace
TI  - A title
UR  - https://arxiv.org/abs/2411.05184v3
PY  - 2024/11/07/
AB  - An abstract.
ER  -
TY  - JOUR
TI  - Not from arXiv
ER  -
"""


def test_ris_entries_become_papers(tmp_path: Path) -> None:
    """Those without an arXiv id are told."""
    (tmp_path / "r.ris").write_text(RIS.replace("ER  -", "ER  - "))
    with pytest.raises(SourceError, match="line 9: no arXiv id"):
        load(tmp_path / "r.ris", strict=True)
    with pytest.warns(UserWarning, match=r"1 of 2 entries are on arXiv; 1 is not: line 9"):
        (paper,) = from_frame(load(tmp_path / "r.ris"))
    assert (paper.id, paper.version) == ("2411.05184", 3)
    assert paper.authors == ("Ada Lovelace", "Grace Hopper")
    assert f"{paper.published:%Y-%m-%d}" == "2024-11-07"


@pytest.mark.parametrize(("format", "suffix"), [("bibtex", "bib"), ("ris", "ris")])
def test_what_paperkit_exports_it_reads_back(tmp_path: Path, format: str, suffix: str) -> None:
    """Ids, titles and authors survive the way out and in."""
    papers = [
        make_paper("2411.00001", title="Größe & 100 % of $x_i$", authors=["José Núñez", "李 明"]),
        make_paper("math/0309136", published="2003-09-08"),
    ]
    file = tmp_path / f"r.{suffix}"
    file.write_text(bibliography(to_frame(papers), format=format), encoding="utf-8")
    back = from_frame(load(file))
    assert [(p.id, p.title, p.authors) for p in back] == [
        (p.id, p.title, p.authors) for p in papers
    ]


def test_broken_bibtex_is_named_by_its_line(tmp_path: Path) -> None:
    """A brace that is not closed."""
    (tmp_path / "r.bib").write_text("@article{a, title = {x}}\n@article{b, title = {x\n")
    with pytest.raises(SourceError, match=r"r\.bib: a \(line 1\): no arXiv id"):
        load(tmp_path / "r.bib", strict=True)
    with pytest.warns(UserWarning, match="b .line 2.: can't be read; mend its braces"):
        assert load(tmp_path / "r.bib").empty


def test_packing_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """A file that is cut in the middle, or has no papers: nothing new, and nothing half."""
    goal = tmp_path / "packed" / "p.parquet"
    pack(snapshot(tmp_path / "s.json", 30), goal)
    before = goal.read_bytes()
    cut = tmp_path / "cut.json.gz"
    cut.write_bytes(gzip.compress((tmp_path / "s.json").read_bytes())[:-40])
    (tmp_path / "none.jsonl").write_text("")
    for file in (cut, tmp_path / "none.jsonl"):
        with pytest.raises(SourceError, match=file.name):
            pack(file, goal)
        assert {p.name: p.read_bytes() for p in goal.parent.iterdir()} == {"p.parquet": before}
