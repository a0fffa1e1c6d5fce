"""Replies as models write them: what is read, from whatever shape, and what never is."""

from __future__ import annotations

import json
import time

import pytest

from paperkit.outlines import DIGEST
from paperkit.prompts import Reply, make_request, read_reply, single
from tests.conftest import make_paper

REQUEST = make_request(make_paper(), None, outline=DIGEST)
SUMMARY = "It renders avatars with 3D Gaussians."
TAKEAWAY = "It runs at 90 FPS on one GPU."
PLAIN = {"summary": [SUMMARY], "takeaways": [TAKEAWAY]}


def said(text: str) -> dict[str, list[str]]:
    answers, _ = read_reply(REQUEST, Reply(text=text, model="m"))
    return {a.question: list(a.texts) for a in answers if a.texts}


def line(text: str, question: str = "performance") -> list[str]:
    asked = next(q for q in REQUEST.questions if q.key == question)
    answers, _ = read_reply(single(REQUEST, asked), Reply(text=text, model="m"))
    return list(answers[0].texts)


SHAPES = {
    "comments and last commas": """{// first
        "summary": ["It renders avatars with 3D Gaussians.",], /* then */
        "takeaways": [{"text": "It runs at 90 FPS on one GPU.", "evidence": [2,],},],}""",
    "Python's": repr({"summary": [{"text": SUMMARY, "evidence": None}], "takeaways": [TAKEAWAY]}),
    "curly quotes": f"{{“summary”: [“{SUMMARY}”], “takeaways”: [“{TAKEAWAY}”]}}",
    "JSON in a string": json.dumps(json.dumps(PLAIN)),
    "an object a question": "\n".join(json.dumps({k: v}) for k, v in PLAIN.items()),
    "a list of answers": json.dumps(
        {"answers": [{"question": k, "statements": v} for k, v in PLAIN.items()]}
    ),
    "a list of texts": json.dumps(
        {"digest": [{"name": k, "text": v[0], "evidence": [1]} for k, v in PLAIN.items()]}
    ),
    "headings for keys": json.dumps({"Summary": [SUMMARY], "Key Takeaways": [TAKEAWAY]}),
    "under the paper's id": json.dumps({"2411.05184v1": PLAIN}),
    "beside another paper": json.dumps({"paper_id": "2401.00001", "summary": ["Wrong."]})
    + json.dumps({"paper_id": "2411.05184", **PLAIN}),
    "Markdown": f"## Summary\n{SUMMARY} [1]\n\n**Key takeaways:**\n- {TAKEAWAY} [2]\n",
    "YAML": f"summary:\n  - text: {SUMMARY}\n    evidence: [1]\ntakeaways:\n  - {TAKEAWAY}\n",
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_what_was_paid_for_is_read(text: str) -> None:
    """In any shape that holds the answers under the questions' names."""
    assert said(text) == PLAIN


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"paper_id": "2401.00001", **PLAIN}),
        json.dumps({"arXiv ID": "arXiv:2401.00001v2", **PLAIN}),
        json.dumps({"2401.00001": PLAIN}),
        json.dumps(PLAIN)[:-30],  # cut off: the last sentence may not be whole
    ],
)
def test_what_is_another_papers_or_cut_off_is_not(text: str) -> None:
    """A reply that names another paper says nothing of this one."""
    assert said(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        f"<seed:think>Perhaps. It is fast.</seed:think>{TAKEAWAY}",
        f"<answer>{TAKEAWAY}</answer>",
        f"\\boxed{{{TAKEAWAY}}}",
        f"**Performance:** {TAKEAWAY}",
        f"Final answer: {TAKEAWAY}",
        "Based on the abstract, it runs at 90 FPS on one GPU.",
        f'The paper states: "{TAKEAWAY}"',
        f"✅ {TAKEAWAY}",
        f"i) {TAKEAWAY}",
        f"{TAKEAWAY}\nUser: And what else?\nAssistant: It is good.",
        f"[INST] What is fast? [/INST] {TAKEAWAY}",
        "It runs at 90 FPS on one GPU [2].",
        "It runs at 90 FPS on one GPU (sentences 2, 3).",
    ],
)
def test_a_line_is_what_it_says(text: str) -> None:
    """Without labels, marks, openings, thoughts, and turns that the model plays on."""
    assert line(text) == [TAKEAWAY]


@pytest.mark.parametrize(
    "text", ["Values lie in [0, 1].", "The kernel is 3 × [2].", "We set k = [1]."]
)
def test_an_interval_is_no_mark(text: str) -> None:
    """Brackets that belong to a formula stay."""
    assert line(text) == [text]


@pytest.mark.parametrize(
    "part", ["'a ", "{ 'a' x", "“a", "/*", '"', ", ", "'\\", '"\\', "None ", "{'"]
)
def test_no_reply_takes_long(part: str) -> None:
    """A hundred thousand marks that begin something and end nothing."""
    began = time.process_time()
    assert said("{" + part * (100_000 // len(part))) == {}
    assert time.process_time() - began < 3
