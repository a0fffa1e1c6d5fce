"""Text taken apart: sentences, stems, scripts and letters, in English and Chinese."""

import time

import pytest

from paperkit.text import (
    FUNCTION_WORDS,
    STOP_WORDS,
    cjk_count,
    is_chinese_text,
    letters,
    sentence_spans,
    split_sentences,
    stem,
    stems,
)


@pytest.mark.parametrize(
    "sentences",
    [
        ["We build on Smith et al. (2020) and reach 3.5 dB.", "It is fast!"],
        ["See Fig. 3 and Eq. (2), cf. Sec. 4.1.", "This holds, i.e., always."],
        ["Its mass is 125.09 ± 0.21 (stat.) ± 0.11 (syst.) GeV.", "It is new."],
        ["We gain 2 dB approx. = 3 %.", "It is so."],
        ["Methods, e.g. BERT, fail.", "Ours vs. theirs is 2.1 vs. 1.9."],
        ["This was shown by J. K. Rowe and A. Turing.", "We agree."],
        ["Prior work is due to Smith et al.", "We extend it."],
        ["It was shown in J. Phys. 27 and in Phys. Rev. Lett. 3.", "By J.-F. Havet and others."],
        ["Vitamin C.", "The dose is 5 mg."],
        ["Is it real?", "Yes!", "“Quoted.”", "(Bracketed.)", "Done."],
        ["We use clustering.", "k-means is slow.", "word2vec helps.", "iOS too."],
        ["The U.S. Army funds it.", "Code is at https://a.b/c.d for v1.2."],
        ["It works well.[12, 13]", "Others do not."],
        ["The answer is no.", "We show why."],
        ["Samples are i.i.d. Gaussian.", "They run approx. 10 times."],
        ["我们提出了NeRF-X，速度提高3.5倍。", "结果很好！", "真的吗？", "“是的。”", "完。"],
        ["我们使用 BERT.", "它很快。"],
    ],
)
def test_sentences_written_one_after_the_other_come_apart_again(sentences):
    """Abbreviations, decimals, initials and names do not end a sentence; marks do."""
    separator = "" if "。" in sentences[0] else " "
    assert split_sentences(separator.join(sentences)) == sentences


def test_a_missing_space_before_an_opening_word_still_ends_the_sentence():
    """Text from PDFs and abstracts often glues sentences together."""
    assert split_sentences("It gives results.We use node.js.The end.") == [
        "It gives results.",
        "We use node.js.",
        "The end.",
    ]


def test_a_question_mark_in_ascii_ends_a_chinese_sentence():
    """Chinese text needs no space after the mark."""
    assert split_sentences("对吗?我们认为对。") == ["对吗?", "我们认为对。"]


def test_an_empty_line_ends_a_sentence_and_a_single_line_break_does_not():
    """Headings have no full stop; lines of a paragraph are no sentences."""
    assert split_sentences("1 Introduction\n\nWe go\non here.  Then stop.") == [
        "1 Introduction",
        "We go\non here.",
        "Then stop.",
    ]


def test_a_list_marker_stays_with_its_sentence():
    """``1.`` alone is no sentence."""
    assert split_sentences("1. We start. 2. We end.") == ["1. We start.", "2. We end."]


@pytest.mark.parametrize("text", ["", "  \n\n ", "\t"])
def test_nothing_has_no_sentences(text):
    """Blank text yields an empty list."""
    assert split_sentences(text) == []


@pytest.mark.parametrize("text", ["1.", "...", " no mark ", "a.b.c", "\n\n1.\n\n", "。。。"])
def test_nothing_but_space_is_lost(text):
    """Whatever the text, its sentences hold all of its visible characters, in place."""
    spans = sentence_spans(text)
    joined = "".join(text[start:end] for start, end in spans)
    assert "".join(joined.split()) == "".join(text.split())
    assert [text[start:end] for start, end in spans] == split_sentences(text)


def test_a_hostile_text_takes_no_more_than_seconds():
    """No run of marks, brackets or spaces makes the splitter slow."""
    start = time.perf_counter()
    for piece in (".", " ", "(", "[1,", " \n", "a. ", "。”", "?!)"):
        split_sentences(piece * (100_000 // len(piece)))
    assert time.perf_counter() - start < 10


def test_forms_of_one_word_have_one_stem():
    """Plurals, endings of verbs and doubled consonants fall together; short words stay."""
    for forms in ("model models modeling", "run runs running", "gan GANs", "layer layers"):
        assert len({stem(word) for word in forms.split()}) == 1, forms
    assert [stem(w) for w in ("is", "bias", "loss")] == ["is", "bias", "loss"]
    assert stems("Two GANs, 3 层") == ["two", "gan", "3", "层"]


def test_scripts_are_told_by_their_share():
    """Chinese with English names in it is Chinese; English with a Chinese name is not."""
    assert is_chinese_text("我们用 NeRF 做渲染")
    assert not is_chinese_text("We follow the method of 张三 and render faster")
    assert cjk_count("中a文。") == 2


def test_letters_alone_make_two_spellings_one():
    """Spaces, marks, case and width fall away; digits may go too."""
    assert letters("3.1  Self-Attention（Ａ）") == "31selfattentiona"
    assert letters("3.1 Self_Attention", digits=False) == "selfattention"


def test_the_words_of_every_paper_are_no_function_words():
    """The two lists are apart, and stop words are both."""
    assert "propose" in STOP_WORDS
    assert "propose" not in FUNCTION_WORDS
    assert FUNCTION_WORDS < STOP_WORDS
