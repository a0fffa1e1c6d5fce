"""Evidence found by us, and numbers of tables at their row and column."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperkit.checks import Sources, find_evidence, findings, ground, with_evidence
from paperkit.checks.evidence import LineIndex, keys_of
from paperkit.digests import Answer, Digest, Evidence, Statement
from paperkit.outlines import Outline, Question
from paperkit.passages import SourceLine
from paperkit.readings import Figure, Paragraph, Reading
from tests.conftest import make_paper

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BOX = (10.0, 20.0, 300.0, 400.0)
ABSTRACT = (
    "We release S2ORC, a corpus of 81.1M English papers. It spans many academic disciplines."
    " The corpus holds abstracts, resolved references and structured text."
)
BODY = (
    "We train S2ORC-SciBERT on the corpus with the hyperparameters of SciBERT. Citation contexts"
    " are linked to the papers they cite. Clusters of duplicate papers are merged by their titles.",
    "Downloads of publishers' files took three weeks on a cluster of cheap machines.",
)
SCIBERT = (
    ("Domain", "Dataset", "Reference", "Task", "SCIBERT", "S2ORC-"),
    ("", "", "", "", "", "SCIBERT"),
    ("", "BC5CDR", "Li et al. (2016)", "NER", "90.01", "90.41 ± 0.06"),
    ("", "JNLPBA", "Collier and Kim (2004)", "NER", "77.28", "77.70 ± 0.25"),
    ("CS", "SciERC", "Luan et al. (2018)", "REL", "79.97", "81.77 ± 1.64"),
)
SIZES = (("Corpus", "Papers"), ("S2ORC", "8.1M"), ("RefSeer", "1.0M"))


def figure(label: str, rows: tuple[tuple[str, ...], ...], caption: str) -> Figure:
    return Figure("table", label, 6, BOX, f"Table {label}: {caption}", rows=rows)


PAPER = make_paper("2401.00001", title="S2ORC: A Corpus", abstract=ABSTRACT, comment="")
READING = Reading(
    "S2ORC",
    8,
    "1",
    paragraphs=tuple(Paragraph(t, n, BOX, "Corpus") for n, t in enumerate(BODY, 3)),
    figures=(
        figure("1", SIZES, "Papers with body text."),
        figure("5", SCIBERT, "Test results of language models."),
    ),
)
SOURCES = Sources(PAPER, READING)


def codes(text: str | Statement, origin: str = "model") -> list[tuple[str, str]]:
    return [(f.code, f.severity) for f in ground(text, SOURCES, origin=origin)]


def messages(text: str) -> list[str]:
    return [f.message for f in ground(text, SOURCES)]


# Numbers of tables


@pytest.mark.parametrize(
    "text",
    [
        "S2ORC-SciBERT reaches 90.41 on BC5CDR.",
        "On BC5CDR, S2ORC-SciBERT improves over SciBERT, 90.41 against 90.01.",
        "SciBERT scores 77.28 on JNLPBA and 90.01 on BC5CDR.",
        "The best F1 is 81.77, on SciERC.",
        "On NER the scores of S2ORC-SciBERT are 90.41 and 77.70.",
        "S2ORC 有 8.1M 篇论文带全文，RefSeer 只有 1.0M 篇。",
    ],
)
def test_a_number_that_a_table_states_is_in_the_paper(text):
    """Right row and right column: nothing is found, whichever of the labels are named."""
    assert [c for c, _ in codes(text) if c.startswith("number")] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "SciBERT reaches 90.41 on BC5CDR.",
            "Table 5 says 90.41 for S2ORC-SCIBERT; the statement gives it to SCIBERT, for which it"
            " says 90.01.",
        ),
        (
            "S2ORC-SciBERT reaches 77.70 on BC5CDR.",
            "Table 5 says 77.70 for JNLPBA; the statement gives it to BC5CDR, for"
            " which it says 90.41 ± 0.06.",
        ),
        (
            "RefSeer 有 8.1M 篇论文带全文。",
            "Table 1 says 8.1M for S2ORC; the statement gives it to RefSeer, for which it says"
            " 1.0M.",
        ),
    ],
)
def test_a_number_of_another_row_or_column_is_a_finding(text, message):
    """The message says where the number stands and what the named cell holds."""
    assert messages(text) == [message]
    assert codes(text)[0][0] == "number-misplaced"


def test_a_slip_of_one_digit_blocks_even_where_the_number_stands_elsewhere():
    """A digit changed makes another cell's number of it; two changed digits only warn."""
    assert codes("SciBERT reaches 90.61 on BC5CDR.")[0] == ("number-not-in-source", "block")
    slipped = (("Model", "EM", "F1"), ("Ours", "81.5", "91.5"), ("Base", "70.2", "60.3"))
    reading = Reading("T", 1, "1", figures=(figure("2", slipped, "Accuracy."),))
    found = ground("Ours has an EM of 91.5.", Sources(PAPER, reading))
    assert [(f.code, f.severity) for f in found] == [("number-misplaced", "block")]
    assert ("number-misplaced", "warn") in codes("S2ORC-SciBERT reaches 77.70 on BC5CDR.")


def test_a_number_that_prose_gives_to_the_same_thing_is_in_place():
    """A sentence with the number that says nearly all of the statement decides."""
    body = Paragraph("On BC5CDR the larger SciBERT model reaches 90.41.", 4, BOX, "Results")
    reading = Reading("T", 8, "1", paragraphs=(body,), figures=READING.figures)
    text = "SciBERT reaches 90.41 on BC5CDR."
    assert ground(text, Sources(PAPER, reading)) == ()


# Evidence


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Citing contexts are connected with the cited papers.", BODY[0].split(". ")[1] + "."),
        (
            "S2ORC-SciBERT reaches 81.77 on SciERC relation extraction.",
            "Table 5 · CS · SciERC · Luan et al. (2018) · REL · SCIBERT: 79.97"
            " · S2ORC-SCIBERT: 81.77 ± 1.64",
        ),
        ("It covers English papers of many disciplines.", ABSTRACT.split(". ")[1] + "."),
    ],
)
def test_the_passage_that_carries_a_statement_is_found(text, quote):
    """A sentence, or a row of a table with its words; page and box come with it."""
    found = find_evidence(text, SOURCES)
    assert quote in [e.quote for e in found]
    assert found[0].page is not None or found[0].section == "Abstract"


def test_two_passages_carry_what_neither_carries_alone():
    """Each further one is taken for what it adds."""
    text = "Duplicate papers are merged by titles, and downloads took three weeks."
    assert {e.page for e in find_evidence(text, SOURCES)} == {3, 4}
    assert len(find_evidence(text, SOURCES, most=1)) == 1


def test_what_a_model_pointed_at_breaks_ties_only():
    """Of two passages that carry it alike the cited one is taken; a weaker one never is."""
    twice = "The corpus is free. The corpus is free for research."
    reading = Reading("T", 1, "1", paragraphs=(Paragraph(twice, 2, BOX, "A"),))
    cited = Statement(
        "The corpus is free.", (Evidence("The corpus is free for research.", "A", 2),)
    )
    assert find_evidence(cited, Sources(None, reading))[0].quote.endswith("for research.")
    assert find_evidence("The corpus is free.", Sources(None, reading))[0].quote == (
        "The corpus is free."
    )


def test_nothing_is_found_for_what_the_paper_does_not_say():
    """No passage is better than a wrong one."""
    assert find_evidence("Protein folding obeys thermodynamics in yeast cells.", SOURCES) == ()


WORDS = "depth single image network pose street video error baseline splat camera render".split()


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7), min_size=1, max_size=6))
def test_the_lines_chosen_carry_more_and_more_and_at_most_all(said: list[list[str]]):
    """Each line after the first brings something; all of it is never more than the statement."""
    index = LineIndex([SourceLine(n, " ".join(words)) for n, words in enumerate(said)])
    for words in (WORDS, said[0], said[-1]):
        keys = keys_of(" ".join(words))
        chosen, shares = index.best(keys, most=6)
        assert len(set(chosen)) == len(chosen) == len(shares) > 0
        assert shares == sorted(shares)
        assert 0 < shares[0] == pytest.approx(max(index.shares(keys).values()), rel=0.06)
        assert shares[-1] <= 1 + 1e-9


SENTENCES = (
    "Depth from single images is hard without poses.",
    "We introduce Glide, a network that learns depth from single images without poses.",
    "Glide is trained on videos of streets.",
    "It halves the error of baselines on unseen streets.",
)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Glide learns depth from single images without any poses.", 1),
        ("Glide's training data are videos of streets.", 2),
        ("On unseen streets the error of baselines is halved.", 3),
    ],
)
def test_within_an_abstract_the_sentence_that_says_most_wins(text: str, own: int):
    """The sentences of an abstract share their words; the one a statement restates says more."""
    reading = Reading("T", 1, "1", paragraphs=(Paragraph(" ".join(SENTENCES), 1, BOX, "A"),))
    sources = Sources(None, reading)
    for place, sentence in enumerate(SENTENCES):
        found = ground(Statement(text, (Evidence(sentence, "A", 1),)), sources, origin="model")
        codes = [f.code for f in found if f.code == "evidence-elsewhere"]
        assert codes == ["evidence-elsewhere"] * (place != own), sentence


OTHERS = (
    "The original paper proposes learned update rules for iterative solvers of equations.",
    "Hoyer et al. propose learned update rules for iterative solvers of equations.",
    "[12] introduces learned update rules for iterative solvers of equations.",
    "Hoyer and Smith (2019) present learned update rules for iterative solvers of equations.",
    "Previous work develops learned update rules for iterative solvers of equations.",
    "The authors of [12] propose learned update rules for iterative solvers of equations.",
    "SolveNet [12] introduces learned update rules for iterative solvers of equations.",
)
OWN_CLAIM = "This paper proposes learned update rules for iterative solvers of equations."


def others_work(claim: str, *sentences: str) -> list[tuple[str, str]]:
    paragraphs = tuple(Paragraph(s, 2, BOX, "A") for s in (*sentences, "Grids are square here."))
    found = ground(claim, Sources(None, Reading("T", 1, "1", paragraphs=paragraphs)))
    return [(f.code, f.severity) for f in found if f.code == "others-work"]


@pytest.mark.parametrize("sentence", OTHERS)
def test_what_others_proposed_is_not_the_papers_own(sentence: str):
    """The passage has another subject than the statement."""
    assert others_work(OWN_CLAIM, sentence) == [("others-work", "warn")]
    assert others_work(OWN_CLAIM.replace("This paper proposes", "We introduce"), sentence)
    assert others_work(sentence, sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "We propose learned update rules for iterative solvers of equations.",
        "Unlike Hoyer et al. we propose learned update rules for iterative solvers of equations.",
        "Learned update rules for iterative solvers of equations are proposed.",
        "SolveNet (ours) brings learned update rules for iterative solvers of equations.",
    ],
)
def test_the_papers_own_proposal_may_be_told_as_such(sentence: str):
    """A passage without another subject, or one in which the paper says it too, clears it."""
    assert others_work(OWN_CLAIM, sentence) == []
    own = "In this paper we propose learned update rules for solvers of equations on grids."
    assert others_work(OWN_CLAIM, OTHERS[1], own) == []


def test_a_statement_beside_another_passage_than_its_own_warns():
    """Both stand in the paper; the message says where the right one is."""
    text = "Clusters of duplicates are merged by the titles of papers."
    wrong = Statement(text, (Evidence(BODY[1], "Corpus", 4, BOX),))
    found = ground(wrong, SOURCES)
    assert [(f.code, f.severity) for f in found] == [("evidence-elsewhere", "warn")]
    assert "Page 3 says: Clusters of duplicate papers" in found[0].message
    right = Statement(text, find_evidence(text, SOURCES))
    assert ground(right, SOURCES) == ()


def test_a_chinese_statement_meets_its_passage_in_terms_names_and_numbers():
    """The table of terms, Latin names and numbers locate it."""
    paper = make_paper(
        "2401.00002",
        abstract="NeRF renders novel views of a scene. Our network needs 3.5 GB of memory.",
    )
    text = "网络需要 3.5 GB 内存。"
    assert [e.quote for e in find_evidence(text, Sources(paper))] == [
        "Our network needs 3.5 GB of memory."
    ]


def test_what_nothing_carries_blocks_where_a_model_wrote_it():
    """A person's own words are hers to sign; a verbatim passage beside it changes nothing."""
    text = "Astronauts repaired the telescope during seven spacewalks above Houston."
    passage = Evidence(ABSTRACT.split(". ")[1] + ".")
    assert ("unsupported", "block") in codes(text)
    assert ("unsupported", "block") in codes(Statement(text, (passage,)))
    assert "unsupported" not in [c for c, _ in codes(text, origin="person")]


def outline() -> Outline:
    return Outline("short", (Question(key="what", ask="What?", headings={"en": "What"}),))


def digest(text: str, origin: str = "model") -> Digest:
    answer = Answer(question="what", statements=(Statement(text),), at=NOW, origin=origin)
    return Digest(paper_id=PAPER.id, version=1, outline="short", language="en", answers=(answer,))


def test_no_evidence_blocks_where_none_can_be_found():
    """Where a passage is found the finding warns and shows it."""
    for text, severity in (
        ("Citation contexts are linked to papers.", "warn"),
        ("Bees dance.", "block"),
    ):
        found = findings(digest(text), READING, paper=PAPER, outline=outline())
        assert ("no-evidence", severity) in [(f.code, f.severity) for f in found], text
    mine = findings(digest("Bees dance.", "person"), READING, paper=PAPER, outline=outline())
    assert mine == ()


def test_a_models_answer_is_put_on_the_passages_that_carry_it():
    """Missing and misplaced evidence is mended from what was sent and told; the rest stays."""
    right = Statement("Citation contexts are linked to papers.", find_evidence(BODY[0], SOURCES))
    lost = Statement("Duplicate papers are merged by their titles.")
    wrong = Statement(lost.text, (Evidence(BODY[1], "Corpus", 4, BOX),))
    answer = Answer(question="what", statements=(right, lost, wrong), at=NOW)
    told = with_evidence(answer, Sources(sent=SOURCES.lines))
    mended = told.statements
    assert told.mended == "other passages than the model gave: statement 3"
    assert mended[0] == right
    assert mended[1].evidence == mended[2].evidence
    assert mended[1].evidence[0].quote.startswith("Clusters of duplicate papers")


# Where a row stands


def test_a_row_as_evidence_has_its_own_page_and_box():
    """A table may go on on the next page; an older reading knows the whole table's box alone."""
    places = ((6, (10.0, 20.0, 300.0, 30.0)), (6, (10.0, 30.0, 300.0, 40.0)), (7, BOX))
    sizes = replace(figure("1", SIZES, "Papers."), places=places)
    text = "RefSeer holds 1.0M papers."
    for places_known, where in ((sizes, (7, BOX)), (replace(sizes, places=()), (6, BOX))):
        reading = Reading("T", 8, "1", figures=(places_known,))
        row = find_evidence(text, Sources(PAPER, reading))[0]
        assert (row.quote, row.page, row.bbox) == ("Table 1 · RefSeer · Papers: 1.0M", *where)


def test_a_passage_that_carries_clearly_less_is_told_though_it_is_more_alike():
    """All words of a short passage may stand in a statement that another one carries."""
    long = (
        "We use second order gradients of the target density, so that Markov chains converge"
        " faster at every point of a long run than those of earlier samplers."
    )
    short = "The chains converge faster by far."
    sources = Sources(make_paper("2401.00001", abstract=f"{long} {short}"))
    claim = "The chains converge faster by second order gradients of the density."
    found = [ground(Statement(claim, (Evidence(e),)), sources) for e in (long, short)]
    assert [[f.code for f in each] for each in found] == [[], ["evidence-elsewhere"]]


def test_of_lines_that_carry_as_much_the_first_is_taken():
    """Neither how sums are rounded nor how a set is ordered decides."""
    words = "zebra apple mango quince walnut"
    lines = [SourceLine(1, "apple quince mango"), SourceLine(2, "mango apple quince")]
    assert list(keys_of(words)) == ["zebra", "appl", "mango", "quinc", "walnut"]
    assert LineIndex(lines).best(keys_of(words), most=1)[0] == [0]


def test_what_was_found_of_a_statement_is_told_at_any_place():
    """It is remembered for a statement, not for where it stands."""
    first, again = (ground("It holds 92.3M papers.", SOURCES, place=n) for n in (0, 4))
    assert [replace(f, statement=4) for f in first] == list(again) != []
