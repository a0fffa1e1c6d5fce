"""The bundled papers: three real templates, read as their pages show."""

from __future__ import annotations

from pathlib import Path

import pytest

import paperkit
from paperkit.reading import READER_VERSION, read_here

PAPERS = Path(paperkit.__file__).parent / "data" / "papers"


@pytest.fixture(scope="module")
def rescience():
    return read_here(PAPERS / "rescience_3162890_neural_pde_solvers.pdf")


@pytest.fixture(scope="module")
def srep():
    return read_here(PAPERS / "srep08555_planar_ion_crystal.pdf")


def test_sections_of_a_one_column_paper(rescience):
    """Every heading, with number and level."""
    assert [(s.number, s.title, s.level, s.page) for s in rescience.sections] == [
        ("1", "Introduction", 1, 1),
        ("2", "Background", 1, 1),
        ("2.1", "Poisson Equation", 2, 1),
        ("2.2", "Finite Difference Method", 2, 2),
        ("2.3", "Iterative Solvers", 2, 3),
        ("3", "Learning Process", 1, 3),
        ("3.1", "Interpretation of H", 2, 4),
        ("4", "Training and Generalization", 1, 4),
        ("4.1", "Training", 2, 4),
        ("4.2", "Hyper Parameter Search", 2, 5),
        ("5", "Experiments & Results", 1, 6),
        ("6", "Related Work", 1, 9),
        ("7", "Conclusion & Future work", 1, 9),
        ("", "References", 1, 9),
    ]


def test_figures_of_a_one_column_paper(rescience):
    """Figures, tables and the algorithm, with the pages where they stand."""
    assert [(f.kind, f.label, f.page) for f in rescience.figures] == [
        ("table", "1", 5),
        ("algorithm", "1", 6),
        ("figure", "1", 7),
        ("figure", "2", 7),
        ("figure", "3", 7),
        ("figure", "4", 8),
        ("table", "2", 8),
    ]


def test_the_papers_own_code_comes_first(rescience):
    """The repository that the first page calls the paper's code."""
    first = rescience.links[0]
    assert (first.url, first.kind, first.own) == (
        "https://github.com/francescobardi/pde_solver_deep_learned",
        "code",
        True,
    )


def test_a_reading_says_who_read_it(rescience):
    """The reader's version and the page count are part of the reading."""
    assert (rescience.reader, rescience.page_count, rescience.hidden) == (READER_VERSION, 9, ())


def test_a_journal_with_side_bar_and_logo(srep):
    """Title, sections and figures of a Nature template; its head and logo are none of them."""
    assert srep.title == "Quantum Computation under Micromotion in a Planar Ion Crystal"
    assert [s.title for s in srep.sections] == [
        "Results",
        "Discussion",
        "Acknowledgments",
        "Author contributions",
        "Additional information",
    ]
    assert [(f.kind, f.label, f.page) for f in srep.figures] == [
        ("figure", "1", 2),
        ("figure", "2", 3),
        ("figure", "3", 4),
    ]


@pytest.mark.process
def test_images_are_written_under_names_that_stay(tmp_path):
    """Reading twice writes the same files; each is light and its size is known."""
    path = PAPERS / "srep08555_planar_ion_crystal.pdf"
    first = read_here(path, figures_dir=tmp_path)
    names = [f.file for f in first.figures]
    assert [n.rsplit("-", 1)[0] for n in names] == ["figure-1", "figure-2", "figure-3"]
    assert read_here(path, figures_dir=tmp_path) == first
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(names)
    assert all((tmp_path / n).stat().st_size < 400_000 for n in names)
    assert all(1200 <= max(f.width, f.height) <= 2000 for f in first.figures)


def test_a_paper_without_a_first_heading_has_its_text(srep):
    """The block of authors ends where running text begins, heading or not."""
    assert srep.affiliation.endswith("Yale University, New Haven, Connecticut 06511, USA.")
    first = next(p for p in srep.paragraphs if p.role == "body")
    assert first.text.startswith("We propose a scheme to realize scalable quantum computation")
