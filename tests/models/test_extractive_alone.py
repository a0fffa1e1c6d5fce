"""The embedded model: what of a paper can stand alone in a digest, and under which question."""

import pytest

from paperkit.checks.questions import is_of_itself
from paperkit.extractive import Extractive, one_line, takeaways
from paperkit.extractive.bodies import is_given, is_in_place, is_tested, unexplained, unknown_form
from paperkit.extractive.selection import part_scores
from paperkit.extractive.wording import (
    acts,
    announces,
    is_known,
    is_plain,
    only_leads,
    points_back,
    points_elsewhere,
    standalone,
    states,
    sums_up,
    takes_symbols,
    takes_up,
)
from paperkit.outlines import DIGEST
from paperkit.prompts import make_request, read_reply
from paperkit.readings import Paragraph, Reading
from tests.models.test_extractive import NOW, TITLE, paper


def digest(title, abstract, body=()):
    """Return a digest's statements by question; `body` is pairs of a heading and a sentence."""
    box = (0.0, 0.0, 1.0, 1.0)
    paragraphs = tuple(Paragraph(text, 2, box, section) for section, text in body)
    reading = Reading(title=title, page_count=2, reader="1", paragraphs=paragraphs)
    request = make_request(paper(title, abstract), reading if body else None, outline=DIGEST)
    found, _ = read_reply(request, Extractive().answer(request), at=NOW)
    return {a.question: [s.text for s in a.statements] for a in found if a.statements}


@pytest.mark.parametrize(
    "sentence",
    [
        "We achieve this by modeling each net.",
        "We assess their size on all heads.",
        "This survey explores their uses in robots.",
        "We carry out a similar analysis on 10k nets.",
        "No analogous method was developed for trees.",
        "The blurred heads are then fed into a net.",
        "The heads can then be moved to other scenes.",
        "Four-wave mixing then fills the empty modes.",
        "In the second texture step, we train nets.",
        "The process employs nets of one layer.",
        "The result is used to bound the zeros.",
        "One algorithm is an estimator, the other one is exact.",
        "We have used samples made in this way to test nets.",
        "Now trees as well as nets can be fitted.",
        "The utilized module is tied to a net.",
        "It beats the former technique by 3%.",
        "Similar effects have been seen before.",
    ],
)
def test_what_leans_on_an_unseen_sentence_does_not_stand_alone(sentence):
    """A pronoun without its noun, a step after another, one of several things told before."""
    assert standalone(sentence) == ""


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("Finally the views are blended.", "The views are blended."),
        ("Last we train nets.", "We train nets."),
        ("For instance, nets win.", "Nets win."),
        ("Concretely, we train nets.", "We train nets."),
        ("To address them, we train nets.", "We train nets."),
        ("To bridge the gap, we train nets.", "We train nets."),
        (
            "We first blur heads, and then we train nets.",
            "We first blur heads, and then we train nets.",
        ),
        ("If heads move, nets then fail.", "If heads move, nets then fail."),
        ("This new survey lists nets.", "This new survey lists nets."),
        (
            "Our results are similar to those of trees.",
            "Our results are similar to those of trees.",
        ),
    ],
)
def test_what_can_be_left_out_or_explains_itself_stands_alone(sentence, shown):
    """A connective goes; a step beside the one before it, and a comparison, may stay."""
    assert standalone(sentence) == shown


@pytest.mark.parametrize(
    ("sentence", "known", "leans"),
    [
        ("We show that these nets win.", "We train nets.", False),
        ("We show that these methods fail.", "Earlier methods fail.", True),
        ("For some of these properties transfer helps.", "Transfer of nets", True),
        ("It weighs views by both uncertainties.", "We weigh views.", True),
        ("It weighs views by both color and depth.", "We weigh views.", False),
        ("Results on this are presented.", "", True),
    ],
)
def test_these_need_a_noun_that_is_named(sentence, known, leans):
    """Methods may be anybody's; the nets are those of the summary beside them."""
    assert points_back(sentence, known, beside=True) is leans


def test_a_step_of_an_unnamed_thing_is_taken_up():
    """A verb in the present tense does not hide that the thing was told before."""
    assert takes_up("The tree contains all views.", "We grow one tree for it.", "Nets")
    assert not takes_up(
        "The tree contains all views.", "We grow one tree for it.", "A tree of nets"
    )


@pytest.mark.parametrize(
    ("text", "before", "leans"),
    [
        ("We bound the growth of $A$.", "Let $A$ be a subset of a field.", True),
        ("We prove it for groups G alike.", "Let G be a group.", True),
        ("We prove it for any group G.", "Let G be a group.", False),
        ("We train $k$-means.", "Nets are slow.", False),
        ("The force is $W$, where $W$ is the width.", "Here $W$ matters.", False),
    ],
)
def test_a_letter_that_was_explained_before_is_missed(text, before, leans):
    """One that the sentence itself brings in is not."""
    assert takes_symbols(text, before) is leans


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("We scale with ESS on all flows.", True),
        ("We scale with Extended Similarity (ESS) on all flows.", False),
        ("We train a CNN on all flows.", False),
        ("We scale with HMC on all flows.", False),
    ],
)
def test_a_short_form_is_explained_or_known_to_all(text, unknown):
    """In the sentence, by the title's words, or because every reader knows it."""
    assert unknown_form(text, "Hamiltonian Monte Carlo", {"ESS", "CNN", "HMC"}) is unknown


@pytest.mark.parametrize(
    ("sentence", "unknown"),
    [
        ("With the Inconsolata font we reach an error of 22%.", True),
        ("With the font of two heads we reach an error of 22%.", False),
        ("We compare avatars on the larger benchmark of heads.", True),
        ("Our second contribution is a solver for avatars.", True),
        ("Our Selector wins on all benchmarks of avatars.", True),
        ("We draw the avatars by rflexmix() on all heads.", True),
        ("We compare the avatars with the best methods.", False),
    ],
)
def test_a_bodys_sentence_names_nothing_that_others_explain(sentence, unknown):
    """A definite thing is known from title and abstract, or described in the sentence."""
    assert unexplained(sentence, "Head avatars from sparse views") is unknown


@pytest.mark.parametrize(
    "text",
    [
        "This article was originally published in the journal of heads.",
        "This vignette is a slightly modified version of another paper.",
        "We will release our code and all data soon.",
        "Several results are made stronger, in particular: 1.",
        "He notes that the tree [. . . ] knows no test of heads.",
        "A simple con guration of heads su ces in most cases.",
        "The concept of heads$\\unicode{x2013}$new in this paper is told.",
        "To meet this {sparsity} of views nets are trained.",
        "A 89, 033617 (2014)], including all heads, we train nets.",
        "Our avatar meets many needs, including (1) fast training of nets.",
        "2) We lift the views into a set of small Gaussians.",
        "Serial correlation For all of the methods nets are trained.",
    ],
)
def test_notes_and_broken_lines_are_not_shown(text):
    """Where it was published, a list without its items, lost letters, halves of brackets."""
    assert not is_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "We aim to bridge the gap in this work.",
        "Numerical experiments illustrating the results are presented.",
        "A possible theory is also proposed.",
        "The paper concludes with a survey of nets.",
        "Here, we note that nets may be deep.",
        "By an arc we mean a set with two ends.",
        "If one insists on it, the order is said to be straight.",
        "See the vignette for an introduction.",
    ],
)
def test_what_only_announces_or_defines_is_no_takeaway(text):
    """Neither tells what was done or found."""
    assert announces(text)
    assert not announces("We prove that nets are straight under this order.")


def test_what_we_all_do_is_no_act_of_the_authors():
    """Nor is a "type I error" told by its author."""
    assert acts("In this paper, we search for nets.")
    assert acts("We first show that nets win.")
    assert not acts("When we search online, we see rankings.")
    assert is_of_itself("In it I show that nets win.")
    assert not is_of_itself("Tests control the type I error of nets.")


def test_what_is_well_known_is_told_from_news():
    """How widely something is done is background."""
    assert is_known("Such storage has not been widely explored.")
    assert not is_known("We store it widely.")


def test_a_summary_states_something():
    """An aim without its object, a lead and an overview of the text do not."""
    assert states("Our paper presents nets.")
    assert states("The partykit package provides trees.")
    assert states("We are the first to review nets.")
    assert not sums_up("We aim to bridge the gap in this work.")
    assert not sums_up("This paper gives a brief overview of the package.")
    assert only_leads("After detecting the properties of a process")
    assert not only_leads("After detecting them, the nets are trained")
    assert points_elsewhere("To tackle the issues above nets are trained, see [3].")


def test_a_line_may_end_before_its_purpose_or_at_a_colon():
    """What is left is true and names no issue that is not shown."""
    sentence = "We propose a random version of mirror descent to overcome this issue."
    long = "NetNet implements a frame for mixtures of nets: one " + "really " * 36 + "fast way."
    assert one_line("", [long]) == "NetNet implements a frame for mixtures of nets"
    found = digest("Mirrors", ["Descent is slow.", sentence])
    assert found["summary"] == ["We propose a random version of mirror descent."]


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("methods", "We validate the nets on videos by using standard measures of them."),
        ("methods", "We introduce a data set of heads by using many cameras at once."),
        ("task", "To handle large data, we propose DAKE using images of many heads."),
        ("performance", "We use a set of nets to compare pixels for accurate results on heads."),
        ("performance", "Our work is a large leap forward toward accurate avatars of heads."),
        ("significance", "We outline future directions that open up new uses of heads."),
        ("prior_work", "The feasible solutions of it are weights and require much time."),
    ],
)
def test_a_sentence_answers_the_question_and_not_its_neighbor(part, sentence):
    """A test is no step, a proposal no task, a use no result, an outlook no significance."""
    assert (part, 1) not in part_scores(["We study hair.", sentence, "It is fast."])


def test_a_task_is_tested_and_an_introduction_no_pointer():
    """What is trained on data alone is no test; "see …" tells nothing."""
    assert is_tested("We evaluate nets on three benchmarks.")
    assert not is_tested("Since we train nets on videos, we need few labels.")
    assert is_given("Trees are a popular tool for data.")
    assert not is_given("An overview of trees is given in Smith (2001).")
    assert not is_given("See the task view for trees.")


@pytest.mark.parametrize(
    ("sentence", "stands"),
    [
        ("We fit anisotropic Gaussians to three views of each head.", True),
        ("Our method is based on anisotropic Gaussians and on meshes.", True),
        ("We load the package and the views of all the heads.", False),
        ("We apply our method to heads and compare it with meshes.", False),
    ],
)
def test_a_step_of_a_body_is_one_of_the_method(sentence, stands):
    """What a reader does with the software, or a comparison, is none."""
    assert is_in_place("methods", sentence, "Fitting", "SplatPose", TITLE) is stands


def test_a_full_text_says_what_it_proposes_by_its_abstract():
    """One background, no approach out of the body, and a takeaway is no second summary."""
    abstract = [
        "Head avatars are important for telepresence.",
        "In this paper, we propose SplatPose, a method that fits Gaussians to a head from views.",
        "Experiments show that SplatPose halves the error of meshes on two public datasets.",
    ]
    body = [
        ("Introduction", "Avatars of heads are used in many films and in many games."),
        ("Introduction", "Heads with long hair are a problem that is widely known today."),
        ("Conclusion", "In this paper we presented SplatPose for the avatars of heads."),
        ("Conclusion", "We also propose a fast avatar for phones with two cameras."),
    ]
    found = digest(TITLE, abstract, body)
    assert len(found["background"]) == 1
    assert "approach" not in found
    assert all(body[2][1] not in texts for texts in found.values())


def test_a_body_that_states_sums_up_an_abstract_that_does_not():
    """It is asked where no sentence of the abstract says by itself what was done."""
    abstract = ["Rates need tuning by hand.", "However, nets are sensitive to that rate."]
    body = [("Conclusion", "We developed and studied an adaptive rate for the training of nets.")]
    assert digest("An adaptive rate", abstract, body)["summary"] == [body[0][1]]


def test_takeaways_are_chosen_among_some():
    """The others only tell what role each sentence has."""
    sentences = ["Nets are used.", "We train a deep net on heads.", "We show that the net wins."]
    assert takeaways("Nets", sentences, count=3, among=[2]) == [2]
