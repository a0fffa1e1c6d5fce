"""Readings as values: they survive JSON and know what a model may see."""

from __future__ import annotations

import json

from paperkit.readings import Figure, Hidden, Link, Paragraph, Reading, Section

BOX = (1.0, 2.0, 3.0, 4.0)
READING = Reading(
    title="A Title",
    page_count=2,
    reader="1",
    paragraphs=(
        Paragraph("Names", 1, BOX, "", "front"),
        Paragraph("We do.", 1, BOX, "Introduction"),
        Paragraph("[1] They did.", 2, BOX, "References", "references"),
    ),
    sections=(Section("Introduction", 1, 1, "1"), Section("References", 1, 2)),
    figures=(Figure("table", "1", 2, BOX, "Table 1: x", rows=(("a", "b"), ("1", "2"))),),
    links=(Link("https://github.com/a/b", "code", 1, True, "stands on the first page"),),
    hidden=(Hidden("secret words", 1, BOX, "white"),),
    warnings=("page 2 is damaged",),
    affiliation="A University",
    page_sizes=((612.0, 792.0), (612.0, 792.0)),
)


def test_a_reading_survives_json():
    """What `to_dict` writes as JSON, `from_dict` reads back equal."""
    assert Reading.from_dict(json.loads(json.dumps(READING.to_dict()))) == READING


def test_text_is_all_paragraphs_in_order():
    """The text joins the paragraphs with an empty line."""
    assert READING.text == "Names\n\nWe do.\n\n[1] They did."


def test_a_model_gets_no_references():
    """The body leaves the reference list out."""
    assert [p.text for p in READING.body] == ["Names", "We do."]


def test_the_dict_lists_the_addresses():
    """The dict carries text and addresses beside the fields."""
    data = READING.to_dict()
    assert (data["text"], data["urls"]) == (READING.text, ["https://github.com/a/b"])
