"""Other people's libraries: what is on arXiv is loaded whole, the rest is told by key and line."""

from __future__ import annotations

import json
import time
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperkit.errors import SourceError
from paperkit.frames import to_frame
from paperkit.library import Library
from paperkit.sources import load
from tests.conftest import DATA, make_paper

CASES = DATA / "cases_inputs"


def loaded(name: str, **options: Any) -> pd.DataFrame:
    """Load a case file and leave its warning aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load(CASES / name, **options)


def faults(frame: pd.DataFrame) -> list[tuple[str, int, bool]]:
    """Return key, line and whether it was loaded of each fault."""
    return [(f.key, f.line, f.loaded) for f in frame.attrs["faults"]]


# Identity


def test_a_mention_is_no_identity() -> None:
    """Neither in an abstract nor in a note; such entries are told by key."""
    frame = loaded("bib_15_mention_in_abstract.bib")
    assert frame.empty
    assert faults(frame) == [("x", 1, False), ("y", 2, False)]


def test_an_entrys_own_address_beats_what_it_mentions() -> None:
    """Its url or arXiv's DOI, whatever stands before them; a PubMed number is no arXiv id."""
    frame = loaded("bib_22_abstract_before_url.bib")
    assert frame["title"].to_dict() == {
        "2403.00010": "The paper with an address of its own",
        "2403.00011": "The paper with arXiv's DOI",
    }
    assert faults(frame) == [("pubmed1", 15, False)]


def test_a_real_paper_never_gets_anothers_doi(library: Library, tmp_path: Path) -> None:
    """An article that cites it leaves the library as it was."""
    before = library.paper("2411.00001")
    (tmp_path / "z.bib").write_text(
        "@article{c, title={On another}, doi={10.1/x}, journal={J}, year={2024},"
        " abstract={See arXiv:2411.00001.}, note={arXiv:2411.00001}}"
    )
    with pytest.warns(UserWarning, match="0 of 1 entries are on arXiv"):
        library.add(load(tmp_path / "z.bib"))
    assert library.paper("2411.00001") == before


# Words


def test_percent_signs_and_dollars_cut_nothing() -> None:
    """In a .bib file % is a character like any other; formulas and addresses stay."""
    frame = loaded("bib_23_percent_and_dollar.bib")
    assert frame["title"].tolist() == [
        "Fifty percent: 50% faster and 3x smaller, at no cost",
        "It costs $5 and not $10 with model_v2 & R&D #1",
        r"A bold claim: $O(n^2)$ at 100% of x \cite{foo} — “good” ‘bad’",
        r"Backslash C:\new and \unknownmacro{kept?} and LaTeX",
        "Ok",
    ]
    assert frame["abstract"].tolist() == [
        "We gain 50% of accuracy and 3x speed on all sets. A second line says more.",
        "A run costs $5 on Foo_bar and $10 on Baz^2, i.e. <10 ms ~ 5 s; braces and 10% stay.",
        "See https://github.com/a_b/c_d%20e and https://github.com/x_y/z~w for code."
        r" Let \(x\) be \[y\].",
        "A half open $x is here and goes on for a long time.",
        "",
    ]
    assert frame.loc["2401.00005", "comment"] == "10 pages, 50% more"


def test_publishers_markup_becomes_text() -> None:
    """Entities, once or twice escaped, and tags; a less-than sign stays."""
    row = loaded("bib_24_crossref_entities.bib").loc["2401.00011"]
    assert row["title"] == "R&D of H. pylori: CO2 < 5 & more"
    assert row["abstract"] == "We do & see 5%."


def test_commands_lose_no_words() -> None:
    """Fonts, logos, links, units, and letters of many languages."""
    frame = loaded("bib_26_commands.bib")
    assert frame["title"].tolist() == [
        "emcee: a MCMC hammer for all of us",
        r"LaTeX and TeX, BibTeX and H2O, 10⁵, $\alpha$-decay",
        "Linked (https://x.y/z) H2O at 5 K, 10 % > ~3, A–B",
        "Emphasised old small type and fat",
        r"Title with \(x^2\) and \[y\] and \(z\) and \$5 and 5 km",
    ]
    assert frame.loc["2401.00034", "authors"] == tuple(
        "Ann Ørsted,B. Ægir,C. Straße,D. Łukasz,E. Íñigo,F. íz,G. Šime,H. Şen,I. ås,J. Nguyễn,"
        "K. ğ,L. șa".split(",")
    )


# Odd entries


@pytest.mark.parametrize(
    ("name", "ids", "told"),
    [
        (
            "bib_04_bp378_duplicate.bib",
            ["2201.00001", "2202.00002"],
            [("dup", 2, True)],
        ),
        (
            "bib_05_orcid33_comma_key.bib",
            ["1901.00001", "2001.00001"],
            [("EuropeanCommissionT2019", 1, True)],
        ),
        (
            "bib_13_field_twice.bib",
            ["2403.00001", "2403.00002"],
            [("doe_2024", 1, True), ("pm", 21, False)],
        ),
    ],
)
def test_one_odd_entry_never_costs_the_file(
    name: str, ids: list[str], told: list[tuple[str, int, bool]]
) -> None:
    """A key twice, a comma in a key, a field twice: loaded, and told by key and line."""
    frame = loaded(name)
    assert list(frame.index) == ids
    assert faults(frame) == told


def test_a_paper_that_stands_twice_is_one_and_told(tmp_path: Path) -> None:
    """A preprint and its copy: the record with an abstract stays."""
    (tmp_path / "z.bib").write_text(
        "@misc{a, title={One}, eprint={2401.00001}, abstract={We do.}}\n"
        "@misc{b, title={Copy}, url={https://arxiv.org/abs/2401.00001}}\n"
    )
    with pytest.warns(UserWarning, match="odd, but loaded: b .line 2.: this paper occurs twice"):
        frame = load(tmp_path / "z.bib")
    assert frame["title"].to_dict() == {"2401.00001": "One"}


def test_what_is_not_on_arxiv_is_said_in_a_sentence(tmp_path: Path) -> None:
    """Counted, the first ones by key, line and reason; strict makes it an error."""
    entries = "".join(
        f"@article{{k{n}, title={{T}}, author={{A B}}, eprint={{2401.{n:05}}}}}\n"
        if n > 5
        else f"@article{{k{n}, title={{T}}, doi={{10.1/{n}}}}}\n"
        for n in range(1, 13)
    )
    (tmp_path / "z.bib").write_text(entries)
    said = r"^z\.bib: 7 of 12 entries are on arXiv; 5 are not: k1 \(line 1\): no arXiv id.* 2 more"
    with pytest.warns(UserWarning, match=said):
        assert len(load(tmp_path / "z.bib")) == 7
    with pytest.raises(SourceError, match=r"z\.bib: k1 \(line 1\): no arXiv id"):
        load(tmp_path / "z.bib", strict=True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.ris", None, "looks like EndNote's tagged format; export it again as RIS"),
        ("b.ris", "<!DOCTYPE html><html>Sign in</html>", "looks like a web page"),
        ("c.ris", "PMID- 1\nTI  - A\n", "looks like PubMed's nbib format"),
        ("d.ris", "@misc{a, title={b}}", "looks like BibTeX"),
        ("e.bib", "just words\n", "holds no BibTeX entry, it looks like plain words"),
        ("f.bib", "", "looks like an empty file"),
        ("g.bib", "TY  - JOUR\nER  - \n", "looks like RIS"),
        ("h.json", "<html>", "is not JSON, it looks like a web page"),
        ("i.csv", "", "is not CSV"),
        ("j.csv", 'id,title\n2401.00001,"a\n', "is not CSV"),
    ],
)
def test_a_file_that_is_none_says_what_it_looks_like(
    tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    """An error of ours, never an empty frame."""
    path = tmp_path / name
    if content is None:
        content = (CASES / "ris_09_asreview602_endnote_tagged.ris").read_text()
    path.write_text(content)
    with pytest.raises(SourceError, match=message):
        load(path)


def test_old_encodings_and_odd_ris_lines_are_read(tmp_path: Path) -> None:
    """What a reference manager of 2005 writes; a line without a tag costs nothing else."""
    (tmp_path / "l.bib").write_bytes(
        "@misc{a, title={Größe}, author={José Núñez}, eprint={2401.00001}}".encode("latin-1")
    )
    row = load(tmp_path / "l.bib").loc["2401.00001"]
    assert (row["title"], row["authors"]) == ("Größe", ("José Núñez",))
    (tmp_path / "r.ris").write_text(
        "TY  - JOUR\nTI  - One\nUR  - https://arxiv.org/abs/2401.00001\nstray words\nER  -\n\n"
        "TY - GEN\r\nT1 - Two\r\nM1 - arXiv:2401.00002\r\nA1 - Doe, Ann\r\nER - \r\n"
    )
    assert load(tmp_path / "r.ris")["title"].tolist() == ["One", "Two"]


def test_what_known_services_export_is_read(tmp_path: Path) -> None:
    """INSPIRE, ADS, DBLP, Google Scholar and Zotero, each in its own habits."""
    (tmp_path / "s.bib").write_text(
        r"""@article{ATLAS:2012yve, author = "Aad, Georges and others", collaboration = "ATLAS",
        title = "{Observation of a boson}", eprint = "1207.7214", archivePrefix = "arXiv"}
        @article{1997re, title = "{The Large $N$ limit}", author = {J. M.}, eprint = "9711200",
        archivePrefix = "hep-th"}
        @ARTICLE{2018A&A, author = {{Gaia Collaboration} and {van Leeuwen}, F.}, title = "{DR}",
        journal = {\aap}, archivePrefix = {arXiv}, eprint = {1804.09365}, primaryClass = {astro-ph}}
        @article{DBLP:x, author = {A B and
        C D}, title = {Attention}, journal = {CoRR}, volume = {abs/1706.03762}}
        @article{scholar, title={Again}, author={B, A}, journal={arXiv preprint arXiv:1706.03763}}
        @misc{zot, title = {Zotero}, url = {http://arxiv.org/abs/2005.14165}, author = {B, A},
        abstract = {We {\textbackslash}emph\{GPT\} {$\sim$}10 \& 50\%, \$x\_{\textbackslash}pi\$.},
        note = {arXiv:2005.14165 [cs]
        Comment: 40+32 pages}}
        @comment{jabref-meta: x}"""
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = load(tmp_path / "s.bib")
    assert frame["authors"].to_dict() == {
        "1207.7214": ("ATLAS Collaboration", "Georges Aad"),
        "hep-th/9711200": ("J. M.",),
        "1804.09365": ("Gaia Collaboration", "F. van Leeuwen"),
        "1706.03762": ("A B", "C D"),
        "1706.03763": ("A B",),
        "2005.14165": ("A B",),
    }
    assert frame.loc["1804.09365", "journal_ref"] == "A&A"
    assert frame.loc["2005.14165", "comment"] == "40+32 pages"
    assert frame.loc["2005.14165", "abstract"] == r"We GPT $\sim$10 & 50%, $x_\pi$."


@pytest.mark.parametrize("name", ["x.bib", "x.ris", "x.json", "x.csv", "x.xml"])
@given(
    content=st.lists(
        st.sampled_from(
            '@misc{a, | title={ |} |{ |\\ |$ |% |" |\n |TY  - JOUR\n |ER  - \n |UR  - |AU  - |, |'
            '[ |{"id": |2401.00001|"title": |null |1e999 |] |<feed> |<OAI-PMH> |</ |id,title\n |'
            "\x00 |\ue000 |eprint={2401.00001}|author={ |\\'|\\verb|\\begin{math} |and |'|;".split(
                "|"
            )
        ),
        max_size=30,
    ).map("".join)
)
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_rubbish_is_an_error_of_ours_or_faults(tmp_path: Path, name: str, content: str) -> None:
    """Whatever a file holds: a frame, perhaps with faults, or a `SourceError`."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            assert load(path).index.name == "id"
        except SourceError as error:
            assert name in str(error) or "feed" in str(error)


# Names


def test_collaborations_and_institutions_are_names() -> None:
    """Braces hold a name together; ``others`` is nobody; suffixes and particles stay."""
    authors = loaded("bib_07_papis885_institution.bib")["authors"].tolist()
    assert authors == [
        ("The Example Collaboration", "Ann Doe"),
        ("Smith and Jones Institute", "Ben Roe"),
        ("Ann Doe",),
        ("Al Doe Jr", "Jan van der Berg", "Example Inc., Research"),
        ("ATLAS Collaboration", "Ann Doe"),
    ]
    assert loaded("bib_13_field_twice.bib").loc["2403.00002", "authors"] == (
        "Ann Doe",
        "Jan van den Berg",
    )


def test_a_colon_is_no_author() -> None:
    """ArXiv writes it after the name of a team."""
    assert loaded("json_08_colon_author.jsonl")["authors"].tolist() == [
        ("NVIDIA", "Aarti Doe", "Abhijit Roe"),
        ("The CLIC", "CLICdp collaborations", "M. J. Doe"),
    ]


def test_a_snapshots_odd_records_are_read() -> None:
    """Affiliations, suffixes and letters of TeX in names; versions in their order."""
    frame = loaded("json_01_snapshot_odd.jsonl")
    assert frame["authors"].tolist() == [
        ("A. Doe", "B. Roe", "C. van der Poe"),
        ("The ATLAS Collaboration", "A. Doe Jr.", "José Núñez", "B. Roe"),
        ("Ann Doe", "Ł. Luk", "K. Gödel", "Pavol Hořava"),
        ("C. Balázs", "E. L. Berger", "P. M. Nadolsky", "C.-P. Yuan"),
        ("Ann Doe",),
    ]
    assert frame.loc["math/0001001", "version"] == 12
    title = "Erdős--Rényi and Čech: a title with bold and emph"
    assert frame.loc["math/0001001", "title"] == title
    assert "see \\cite{foo} and" in frame.loc["math/0001001", "abstract"]


# Categories, JSON of all kinds, tables


def test_categories_in_other_spellings_are_arxivs_codes() -> None:
    """Lists with commas and semicolons, the primary one first."""
    assert loaded("bib_01_bbt560_primaryclass_list.bib")["categories"].tolist() == [
        ("math", "stat")
    ]
    frame = loaded("json_06_author_dicts.jsonl")
    assert frame.loc["2301.00011", "categories"] == ("cs.CV", "cs.LG")
    assert frame.loc["2301.00012", "categories"] == ("cs.LG", "cs.CV")


def test_what_cannot_be_chosen_by_is_counted(tmp_path: Path) -> None:
    """A record without a readable category is told, not dropped in silence."""
    (tmp_path / "a.jsonl").write_text(
        '{"id": "2401.00001", "title": "A", "categories": "Vision", "published": "2024-01-02"}\n'
        '{"id": "2401.00002", "title": "B", "categories": "cs.cv", "published": "2024-01-02"}\n'
    )
    with pytest.warns(UserWarning, match="1 was not: 2401.00001 .line 1.: its categories can't"):
        assert list(load(tmp_path / "a.jsonl", categories=["cs.CV"]).index) == ["2401.00002"]


def test_json_records_in_many_shapes_are_read() -> None:
    """Names in parts or on a line, ids as numbers, versions as text; the impossible is told."""
    frame = loaded("json_06_author_dicts.jsonl")
    assert len(frame) == 15
    assert faults(frame) == [("2301.0001", 6, True), ("2301.00015", 7, False),
                             ("0112019", 18, False), ("9912.0001", 19, False)]  # fmt: skip
    assert frame.loc["2301.00014", "title"] == "float id"
    assert frame["version"].reindex(["2301.00016", "2301.00018", "2301.00020"]).tolist() == [
        3,
        3,
        2,
    ]
    assert f"{frame.loc['2301.00012', 'published']:%Y-%m-%d}" == "2023-01-02"
    assert frame.loc["2301.00023", "authors"] == (
        "Alexandre Mandelbrot",
        "Sandra Andersson",
        "Chris Brandt",
    )


CSL = [
    {
        "id": "doe2024",
        "type": "article",
        "title": "A <i>thing</i>",
        "DOI": "10.48550/arXiv.2403.00011",
        "author": [{"family": "Berg", "given": "Jan", "non-dropping-particle": "van den"}],
        "issued": {"date-parts": [[2024, 3, 5]]},
        "note": "Answers arXiv:1706.03762",
    },
    {"id": "x", "type": "article-journal", "title": "Elsewhere", "abstract": "arXiv:1706.03762"},
]


@pytest.mark.parametrize("wrapped", [CSL, {"items": CSL}])
def test_csl_json_is_a_library_too(tmp_path: Path, wrapped: Any) -> None:
    """As an array, pretty-printed or with items; its id is a key."""
    (tmp_path / "z.json").write_text(json.dumps(wrapped, indent=2))
    with pytest.warns(UserWarning, match=r"1 was not: x \(line 2\): no arXiv id"):
        frame = load(tmp_path / "z.json")
    row = frame.loc["2403.00011"]
    assert (row["title"], row["authors"]) == ("A thing", ("Jan van den Berg",))
    assert f"{row['published']:%Y-%m-%d}" == "2024-03-05"


def test_json_lines_keep_their_numbers(tmp_path: Path) -> None:
    """Empty lines before, a broken first line, a line separator within a text."""
    good = '{"id": "2401.00001", "title": "A\u2028B", "published": "2024-01-02"}\n'
    (tmp_path / "a.jsonl").write_text("\n\n{broken\n" + good, encoding="utf-8")
    with pytest.warns(UserWarning, match="1 of 2 records read; 1 was not: line 3: is not JSON"):
        assert load(tmp_path / "a.jsonl")["title"].tolist() == ["A B"]


def test_our_own_frame_comes_back_from_csv(tmp_path: Path) -> None:
    """Every column with its type, also a title that looks like a number or like nothing."""
    papers = to_frame(
        [
            make_paper("2411.00010", title="1984", authors=["Doe, Jr.", "O'Neill", 'B "B" C']),
            make_paper("math/0309136", 3, title="NA", abstract='a, b\n"c"', categories=[]),
            make_paper("2411.00012", title="(a, b)", doi="10.1/x", comment="None"),
        ]
    )
    papers.to_csv(tmp_path / "p.csv")
    pd.testing.assert_frame_equal(load(tmp_path / "p.csv"), papers)
    row = loaded("csv_05_own_to_csv.csv").loc["2301.00010"]
    assert (row["authors"], row["categories"]) == (("Ann Doe", "Ben Roe"), ("cs.CV", "cs.LG"))


def test_a_librarys_frame_comes_back_from_csv(tmp_path: Path, library: Library) -> None:
    """With a spreadsheet's separator too; what is not arXiv's is left out."""
    frame = library.papers()
    frame.to_csv(tmp_path / "p.csv", sep=";")
    pd.testing.assert_frame_equal(load(tmp_path / "p.csv"), frame[load(tmp_path / "p.csv").columns])


def test_a_thousand_entries_with_abstracts_take_a_second(tmp_path: Path) -> None:
    """Only what holds TeX is decoded."""
    words = r"We show \textbf{something} new of $x_i$ at 10\% of {GANs} by Erd\H{o}s. " * 20
    (tmp_path / "big.bib").write_text(
        "".join(
            f"@article{{k{n}, title={{A {{GAN}} number {n}}}, author={{Bal{{\\'a}}zs, C. and B}},"
            f" eprint={{2401.{n:05}}}, abstract={{{words}}}}}\n"
            for n in range(1, 1001)
        )
    )
    start = time.process_time()
    frame = load(tmp_path / "big.bib")
    assert time.process_time() - start < 4  # 1 s on a machine with nothing else to do
    assert len(frame) == 1000
    assert frame["abstract"].str.startswith("We show something new of $x_i$ at 10% of GANs").all()
