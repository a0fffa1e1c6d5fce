"""Evidence across languages: sentence vectors as an extra, kept in the library."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from paperkit.batch import locate, summarize
from paperkit.checks import Sources, find_evidence, findings, with_evidence
from paperkit.checks.meaning import Meanings, key_of, wanted
from paperkit.digests import Answer, Digest, Evidence, Statement
from paperkit.errors import PaperkitError
from paperkit.library import Library
from paperkit.models import vectors
from paperkit.outlines import Outline, Question
from paperkit.passages import source_lines
from paperkit.prompts import Reply, Request
from paperkit.widgets.review import Review
from tests.conftest import DATA, make_paper

ID = "2411.00001"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ABSTRACT = (
    "Cooking rice takes long. A robot arm washes the pot before each meal."
    " Volunteers judged the taste in a blind test."
)
PAPER = make_paper(ID, title="Rice", abstract=ABSTRACT, comment="")
LINES = tuple(line.text for line in source_lines(PAPER))
WASHES, TASTE = "机械臂在每餐之前清洗锅具。", "志愿者在盲测中评判味道。"
FOREIGN = "量子比特的相干时间取决于温度。"
OUTLINE = Outline(
    "digest", (Question(key="summary", headings={"en": "Summary", "zh": "摘要"}, ask="What?"),)
)
CONCEPTS = (
    "rice|cooking|米|煮", "long|takes|久", "robot|arm|机械臂", "wash|清洗", "pot|锅", "meal|餐",
    "volunteer|志愿者", "judg|评判", "taste|味道", "blind|盲测", "test", "量子", "相干", "温度",
)  # fmt: skip


class Bilingual:
    """Places a text by the things it speaks of, in two languages; notes what it was asked."""

    name = "bilingual"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return one row per text: a column per thing, and one that all texts share."""
        self.asked += texts
        rows = [[1.0, *(float(bool(re.search(c, t.lower()))) for c in CONCEPTS)] for t in texts]
        return np.array(rows, np.float32)


def meanings(*statements: str) -> Meanings:
    texts = wanted(source_lines(PAPER), statements)
    return Meanings(
        "bilingual", dict(zip(map(key_of, texts), Bilingual().vectors(texts), strict=True))
    )


def digest(*statements: Statement) -> Digest:
    answer = Answer(question="summary", statements=statements, model="m", at=NOW)
    return Digest(paper_id=ID, version=1, outline="digest", language="zh-Hans", answers=(answer,))


def codes(statement: Statement, known: Meanings | None) -> set[tuple[str, str]]:
    found = findings(digest(statement), paper=PAPER, outline=OUTLINE, meanings=known)
    return {(f.code, f.severity) for f in found} - {("cut-off", "block")}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Bilingual:
    """Return the model that is installed."""
    made = Bilingual()
    monkeypatch.setattr(vectors, "installed", lambda: made)
    return made


@pytest.fixture
def rice(tmp_path: Path) -> Library:
    """Return a library of the one paper."""
    library = Library(tmp_path / "rice")
    library.add([PAPER])
    return library


# What is found


def test_a_passage_is_found_across_languages():
    """The sentence of the same meaning is the evidence, though no word is shared."""
    sources = Sources(PAPER, meanings=meanings(WASHES, TASTE))
    assert [find_evidence(t, sources)[0].quote for t in (WASHES, TASTE)] == [LINES[1], LINES[2]]


def test_the_wrong_sentence_is_flagged():
    """Beside its own sentence nothing is found; beside another one it is elsewhere."""
    known = meanings(WASHES)
    assert codes(Statement(WASHES, (Evidence(LINES[1]),)), known) == set()
    beside = codes(Statement(WASHES, (Evidence(LINES[2]),)), known)
    assert beside == {("evidence-elsewhere", "warn")}


def test_a_part_of_the_right_sentence_is_its_own_passage():
    """A person may quote less than the sentence."""
    statement = Statement(WASHES, (Evidence("A robot arm washes the pot"),))
    assert ("evidence-elsewhere", "warn") not in codes(statement, meanings(WASHES))


def test_a_model_statement_of_another_paper_blocks():
    """Nothing in the paper lies near it."""
    statement = Statement(FOREIGN, (Evidence(LINES[2]),))
    assert ("unsupported", "block") in codes(statement, meanings(FOREIGN))


def test_a_wrong_passage_is_mended_and_told():
    """The model pointed elsewhere: the answer says which statement was moved."""
    given = digest(Statement(WASHES, (Evidence(LINES[2]),))).answers[0]
    moved = with_evidence(given, Sources(PAPER, meanings=meanings(WASHES)))
    assert moved.statements[0].evidence[0].quote == LINES[1]
    assert moved.mended == "other passages than the model gave: statement 1"


def test_without_vectors_the_digest_says_what_was_not_checked():
    """One warning for the whole write-up; none where the paper and the text share a language."""
    found = findings(digest(Statement(WASHES), Statement(TASTE)), paper=PAPER, outline=OUTLINE)
    told = [f.message for f in found if f.code == "unchecked"]
    assert len(told) == 1
    assert told[0].startswith("Which passage carries 2 of 2 statements was not checked")
    english = codes(Statement("A robot arm washes the pot.", (Evidence(LINES[1]),)), None)
    assert ("unchecked", "warn") not in english


def test_vectors_change_nothing_in_english():
    """A statement in the paper's language is compared by its words alone."""
    statement = Statement("A robot arm washes the pot.", (Evidence(LINES[2]),))
    assert codes(statement, meanings(statement.text)) == codes(statement, None)


# What is kept


def test_each_text_is_asked_for_once(rice: Library, model: Bilingual):
    """What is known stays known, also to another opening of the library."""
    assert locate(rice, digest(Statement(WASHES)))
    first = list(model.asked)
    assert locate(Library(rice.path), digest(Statement(WASHES), Statement(TASTE)))
    assert model.asked[len(first) :] == [TASTE]
    assert rice.judge(digest(Statement(WASHES, (Evidence(LINES[1]),)))).findings is not None
    held = rice.vectors.of(ID, 1)
    assert held is not None
    assert held.knows(TASTE)


def test_another_models_vectors_take_the_place(rice: Library, model: Bilingual):
    """Vectors of two models can't be compared."""
    locate(rice, digest(Statement(WASHES)))
    model.name = "newer"
    locate(rice, digest(Statement(TASTE)))
    held = rice.vectors.of(ID, 1)
    assert held is not None
    assert (held.model, held.knows(WASHES), held.knows(TASTE)) == ("newer", False, True)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut", b"no archive"])
def test_a_damaged_file_is_none(rice: Library, model: Bilingual, data: bytes):
    """It is only a memory: the vectors are worked out again."""
    locate(rice, digest(Statement(WASHES)))
    next((rice.path / "vectors").iterdir()).write_bytes(data)
    assert rice.vectors.of(ID, 1) is None
    assert locate(rice, digest(Statement(WASHES)))


def test_they_go_with_their_paper(rice: Library, model: Bilingual):
    """Removing a paper leaves nothing of it."""
    locate(rice, digest(Statement(WASHES)))
    rice.remove(ID)
    assert list((rice.path / "vectors").iterdir()) == []


# What uses them


class Answers:
    """A model that gives one statement and points at the last line."""

    name = "m"

    def __init__(self, text: str = WASHES) -> None:
        self.text = text

    def answer(self, request: Request) -> Reply:
        """Return an answer to the one question."""
        row = {"text": self.text, "evidence": [len(LINES)]}
        text = json.dumps({"summary": [row]})
        return Reply(text=text, model=self.name, tokens_in=10, tokens_out=5)


def test_summaries_in_chinese_rest_on_the_right_sentence(rice: Library, model: Bilingual):
    """What the model pointed at is corrected before it is kept, and the check has run."""
    report = summarize([ID], rice, Answers(), outline=OUTLINE, language="zh-Hans", ask="whole")
    assert list(report["outcome"]) == ["answered"]
    judged = rice.judge(ID, outline=OUTLINE)
    assert judged.digest["summary"].statements[0].evidence[0].quote == LINES[1]
    assert {f.code for f in judged.findings} & {"unchecked", "evidence-elsewhere"} == set()


def test_english_summaries_ask_for_no_vectors(rice: Library, model: Bilingual):
    """They are for other languages alone."""
    report = summarize([ID], rice, Answers(LINES[1]), outline=OUTLINE, ask="whole")
    assert (list(report["outcome"]), model.asked) == (["answered"], [])


def test_review_works_them_out_in_the_background(rice: Library, model: Bilingual):
    """A write-up of before is checked once it is opened; the finding goes when it is."""
    written = digest(Statement(WASHES, (Evidence(LINES[2]),)))
    rice.drafts.save_answers(written, written.answers)
    review = Review([ID], rice, outline=OUTLINE)
    review._locating.join()
    assert {f["code"] for f in review._found} & {"unchecked", "evidence-elsewhere"} == {
        "evidence-elsewhere"
    }


# Which model


def test_off_is_none(monkeypatch: pytest.MonkeyPatch):
    """Whoever has the extra may still go without."""
    monkeypatch.setenv(vectors.VARIABLE, "off")
    assert vectors.installed() is None


def test_a_missing_file_is_told_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, rice: Library
):
    """The error names the file and the variable."""
    monkeypatch.setenv(vectors.VARIABLE, str(rice.path / "none.onnx"))
    with pytest.raises(PaperkitError, match=r"none\.onnx: no such file; .* PAPERKIT_VECTORS"):
        summarize([ID], rice, Answers(), outline=OUTLINE, language="zh-Hans")
    assert rice.calls().empty


def test_an_onnx_file_of_ones_own(monkeypatch: pytest.MonkeyPatch):
    """The hidden states of a text are averaged, its padding left out."""
    pytest.importorskip("tokenizers")
    monkeypatch.setenv(vectors.VARIABLE, str(DATA / "models/vectors/tiny.onnx"))
    found = vectors.installed()
    assert found is not None
    one, same, other = found.vectors(["Depth network", "深度网络", "runs fast"])
    assert np.linalg.norm(one) == pytest.approx(1)
    assert one @ same > 0.99
    assert one @ other < 0.5
    assert np.allclose(found.vectors(["Depth network"])[0], one)


def test_a_file_that_is_no_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Whatever is wrong with it, the file is named."""
    for name in ("bad.onnx", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    monkeypatch.setenv(vectors.VARIABLE, str(tmp_path / "bad.onnx"))
    with pytest.raises(PaperkitError, match=r"bad\.onnx: .*(?:missing|can't be loaded)"):
        vectors.installed()
