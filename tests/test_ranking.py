"""Ranking: scores from decisions, reasons, off-topic flags, replay, and when to stop."""

import threading

import pandas as pd
import pytest
from scipy.stats import betabinom

from paperkit.errors import PaperkitError
from paperkit.ranking import (
    BackgroundRanking,
    Stopped,
    off_topic,
    rank,
    remaining,
    replay,
    vectorize,
)
from paperkit.ranking.screening import Remaining
from paperkit.ranking.vectors import plain_words

AVATAR = "We animate a talking head avatar from speech audio with lip motion, variant {}."
SPLAT = "We render novel views with gaussian splatting of a static scene, variant {}."
DART = "We grow gallium nitride layers on sapphire wafers by epitaxy, variant {}."


def make_papers(**kinds: tuple[str, int]) -> pd.DataFrame:
    """Return a papers frame: per kind `count` papers whose ids are the kind and a number."""
    rows = [
        (f"{kind}{at}", f"{kind} study {at}", text.format(at), ("A. Author",), ("cs.CV",))
        for kind, (text, count) in kinds.items()
        for at in range(count)
    ]
    frame = pd.DataFrame(rows, columns=["id", "title", "abstract", "authors", "categories"])
    frame["published"] = pd.Timestamp("2024-05-01", tz="UTC")
    return frame.set_index("id")


@pytest.fixture
def papers() -> pd.DataFrame:
    return make_papers(avatar=(AVATAR, 8), splat=(SPLAT, 8), dart=(DART, 8))


def decide(papers: pd.DataFrame, **decisions: str) -> pd.DataFrame:
    return papers.loc[list(decisions)].assign(decision=list(decisions.values()))


def kinds(frame: pd.DataFrame) -> list[str]:
    """Return the kinds in order of score, best first."""
    order = frame.sort_values("score", ascending=False, kind="stable").index
    return list(dict.fromkeys(str(paper_id).rstrip("0123456789") for paper_id in order))


def test_rows_as_given(papers):
    """The answer has one row per paper in the order given, with scores between 0 and 1."""
    shuffled = papers.sample(frac=1, random_state=3)
    ranked = rank(shuffled, decide(papers, avatar0="keep", dart0="skip"))
    assert ranked.index.equals(shuffled.index)
    assert list(ranked.columns) == ["score", "why", "terms", "neighbors"]
    assert ranked["score"].dtype == float
    assert ranked["score"].between(0, 1).all()


def test_one_keep_is_enough(papers):
    """A single kept paper puts its kind first."""
    ranked = rank(papers, decide(papers, splat3="keep"))
    assert kinds(ranked)[0] == "splat"


def test_one_skip_is_enough(papers):
    """A single skipped paper puts its kind last."""
    ranked = rank(papers, decide(papers, splat3="skip"))
    assert kinds(ranked)[-1] == "splat"


def test_skips_separate_two_kinds(papers):
    """Of two kinds one is kept and one skipped: the undecided kind stands between them."""
    ranked = rank(papers, decide(papers, avatar0="keep", dart0="skip", dart1="skip"))
    assert kinds(ranked) == ["avatar", "splat", "dart"]


def test_later_is_neutral(papers):
    """A decision for later changes no score."""
    decided = decide(papers, avatar0="keep", dart0="skip")
    with_later = decide(papers, avatar0="keep", dart0="skip", splat0="later")
    assert rank(papers, decided).equals(rank(papers, with_later))


def test_cold_start_by_words(papers):
    """Without decisions the topic's words order the papers."""
    assert kinds(rank(papers, topic_words='ti:"gallium nitride"'))[0] == "dart"


def test_words_excluded_by_query_do_not_attract(papers):
    """What stands after ANDNOT is not a topic word."""
    ranked = rank(papers, topic_words='"talking head" ANDNOT "gallium nitride"')
    assert kinds(ranked)[0] == "avatar"
    assert plain_words('ti:"talking head" AND (abs:avatar) ANDNOT cat:eess.AS') == (
        "talking head avatar"
    )


def test_words_fade(papers):
    """Kept papers outweigh topic words that point elsewhere."""
    decided = decide(papers, **{f"splat{at}": "keep" for at in range(5)})
    assert kinds(rank(papers, decided, topic_words="gallium nitride"))[0] == "splat"


def test_kept_papers_from_elsewhere(papers):
    """Kept papers that are not among the candidates count as well."""
    outside = make_papers(earlier=(AVATAR, 3)).assign(decision="keep")
    assert kinds(rank(papers, outside))[0] == "avatar"


def make_seeds() -> pd.DataFrame:
    """Return two known papers that are on nobody's list, numbered as a CSV file's rows are."""
    seeds = make_papers(own=(AVATAR, 2))[["title", "abstract"]].reset_index(drop=True)
    return seeds.assign(title=["Speaking faces", "Avatars by ear"])


def test_seeds_are_kept_papers(papers):
    """Known papers without a decision or an arXiv id lead to their kind, and are named by title."""
    ranked = rank(papers, make_seeds())
    assert kinds(ranked)[0] == "avatar"
    assert set(ranked["neighbors"]["avatar3"]) == {"“Speaking faces”", "“Avatars by ear”"}


def test_a_seeds_number_is_no_papers_id(papers):
    """Seeds numbered 0 and 1 are not the candidates of these numbers."""
    numbered = papers.iloc[::-1].set_axis([str(at) for at in range(len(papers))])
    ranked = rank(numbered, make_seeds())
    assert ranked["score"].idxmax() in numbered.index[numbered["title"].str.startswith("avatar")]


def test_a_word_of_one_candidate_and_one_seed_counts(papers):
    """The seeds' words are part of what is known, even those only one candidate has."""
    papers.loc["dart3", "abstract"] += " It has a phonograph."
    seeds = make_seeds().assign(title="Phonograph", abstract="A phonograph.")
    assert rank(papers, seeds)["score"].idxmax() == "dart3"


def test_seeds_and_decisions_together(papers):
    """Seeds given a decision stand beside what was decided on."""
    decided = decide(papers, splat0="keep", dart0="skip")
    both = pd.concat([make_seeds().assign(decision="keep"), decided])
    assert set(kinds(rank(papers, both))[:2]) == {"avatar", "splat"}


def test_a_ranking_in_the_background_is_the_same(papers):
    """What arrives is what rank returns, and afterwards no thread is left."""
    came = []
    ranking = BackgroundRanking(came.append)
    ranking.request(papers, decide(papers, avatar0="keep"))
    assert ranking.wait(60)
    assert len(came) == 1
    assert came[0].equals(rank(papers, decide(papers, avatar0="keep")))


def test_the_newest_request_overtakes_the_others(papers):
    """While one is delivered ten more are asked for: only the last of them is ranked."""
    entered, free, came = threading.Event(), threading.Event(), []

    def done(ranked: pd.DataFrame) -> None:
        came.append(kinds(ranked)[0])
        entered.set()
        assert free.wait(60)

    ranking = BackgroundRanking(done)
    ranking.request(papers, decide(papers, avatar0="keep"))
    assert entered.wait(60)
    for _ in range(9):
        ranking.request(papers, decide(papers, dart0="keep"))
    ranking.request(papers, decide(papers, splat0="keep"))
    free.set()
    assert ranking.wait(60)
    assert came == ["avatar", "splat"]


def test_a_cancelled_ranking_does_not_arrive(papers):
    """What is cancelled while another is delivered is never ranked; a later request is."""
    entered, free, came = threading.Event(), threading.Event(), []

    def done(ranked: pd.DataFrame) -> None:
        came.append(kinds(ranked)[0])
        entered.set()
        assert free.wait(60)

    ranking = BackgroundRanking(done)
    ranking.request(papers, decide(papers, avatar0="keep"))
    assert entered.wait(60)
    ranking.request(papers, decide(papers, dart0="keep"))
    ranking.cancel()
    free.set()
    assert ranking.wait(60)
    assert came == ["avatar"]


def test_a_running_ranking_stops_at_its_next_step(papers):
    """Asked whether it is still wanted, an unwanted ranking ends there."""
    with pytest.raises(Stopped):
        rank(papers, decide(papers, avatar0="keep"), stopped=lambda: True)


def test_a_ranking_that_fails_is_told(papers):
    """An error reaches `failed`, and the next request is served."""
    came, wrong = [], []
    ranking = BackgroundRanking(came.append, failed=wrong.append)
    ranking.request(papers[["abstract"]])
    assert ranking.wait(60)
    ranking.request(papers, decide(papers, avatar0="keep"))
    assert ranking.wait(60)
    assert [type(error) for error in wrong] == [PaperkitError]
    assert len(came) == 1


def test_nothing_known_is_newest_first(papers):
    """Without decisions and words the newest paper leads and the reason says so."""
    papers.loc["dart5", "published"] = pd.Timestamp("2024-09-01", tz="UTC")
    ranked = rank(papers)
    assert ranked["score"].idxmax() == "dart5"
    assert set(ranked["why"]) == {"no decisions and no topic words yet: newest first"}


def test_recency_breaks_ties(papers):
    """Of two papers with the same text the newer one scores higher, unless recency is off."""
    twins = papers.loc[["avatar1", "splat1", "dart1"]]
    twins = pd.concat([twins, papers.loc[["avatar1"]].rename(index={"avatar1": "newer"})])
    twins.loc["newer", "published"] = pd.Timestamp("2024-09-01", tz="UTC")
    decided = decide(papers, avatar0="keep", dart0="skip")
    assert rank(twins, decided)["score"]["newer"] > rank(twins, decided)["score"]["avatar1"]
    still = rank(twins, decided, recency=0)["score"]
    assert still["newer"] == still["avatar1"]


def test_old_decisions_fade(papers):
    """Where decisions carry times, a taste of years ago gives way to the recent one."""
    decided = decide(papers, dart0="keep", splat0="keep", avatar0="skip")
    old, new = pd.Timestamp("2019-01-01", tz="UTC"), pd.Timestamp("2024-01-01", tz="UTC")
    decided["decided_at"] = [old, new, new]
    assert kinds(rank(papers, decided))[0] == "splat"
    decided["decided_at"] = [new, old, new]
    assert kinds(rank(papers, decided))[0] == "dart"


def test_reasons_name_terms_and_neighbors(papers):
    """A paper's reasons are the terms it shares with the kept ones, and those papers' ids."""
    decided = decide(papers, avatar0="keep", avatar1="keep", dart0="skip")
    ranked = rank(papers, decided)
    best, worst = ranked.loc["avatar5"], ranked.loc["dart5"]
    assert set(best["neighbors"]) == {"avatar0", "avatar1"}
    assert all(weight > 0 for _, weight in best["terms"][:1])
    assert "near kept avatar" in best["why"]
    assert worst["terms"][0][1] < 0
    assert worst["why"].startswith("against: ") or "; against: " in worst["why"]


def test_reasons_leave_stop_words_out(papers):
    """No stop word and no bare number is given as a reason."""
    ranked = rank(papers, decide(papers, avatar0="keep", dart0="skip"))
    named = {word for terms in ranked["terms"] for name, _ in terms for word in name.split()}
    assert named.isdisjoint({"we", "a", "with", "of", "from", "on", "by", "the", "0", "1"})
    assert named


def test_a_paper_is_not_its_own_neighbor(papers):
    """A kept paper names other kept papers, never itself."""
    ranked = rank(papers, decide(papers, avatar0="keep", avatar1="keep"))
    assert ranked["neighbors"]["avatar0"] == ("avatar1",)


def test_explain_only_what_is_asked(papers):
    """Ids given to explain get reasons, the others a hint how to get them."""
    decided = decide(papers, avatar0="keep", dart0="skip")
    ranked = rank(papers, decided, explain=["splat2"])
    assert ranked["why"]["splat3"] == "not among the best: rank(…, explain=[id]) says why"
    assert ranked["why"]["splat2"] != ranked["why"]["splat3"]
    assert ranked["score"].equals(rank(papers, decided)["score"])


def test_same_answer_every_time(papers):
    """The same frames give the same answer, with vectors handed in or not."""
    decided = decide(papers, avatar0="keep", dart0="skip", splat0="skip")
    assert rank(papers, decided).equals(rank(papers, decided, vectors=vectorize(papers.copy())))


def test_changed_text_is_not_ranked_from_memory(papers):
    """A paper whose abstract changed is scored by its new text."""
    decided = decide(papers, avatar0="keep", dart0="skip")
    before = rank(papers, decided)["score"]["dart5"]
    papers.loc["dart5", "abstract"] = AVATAR.format(9)
    assert rank(papers, decided)["score"]["dart5"] > before


def test_no_papers():
    """No candidates give an empty answer with the same columns."""
    empty = make_papers(none=("", 0))
    assert list(rank(empty).columns) == ["score", "why", "terms", "neighbors"]
    assert len(rank(empty)) == 0


@pytest.mark.parametrize("count", [1, 2])
def test_very_few_papers(count):
    """One or two candidates, even without any text, are scored and not an error."""
    few = make_papers(blank=("", count)).assign(title="", abstract=None)
    ranked = rank(few, decide(few, blank0="keep"), topic_words="avatar")
    assert ranked["score"].between(0, 1).all()


def test_unknown_decision_is_named(papers):
    """A decision that is none of the three is an error that names the paper and the way out."""
    decided = decide(papers, avatar0="keep", dart0="maybe")
    with pytest.raises(PaperkitError, match=r"dart0: decision 'maybe'; use one of keep, skip, la"):
        rank(papers, decided)


def test_missing_columns_are_named(papers):
    """Frames without title or decision are refused with the column's name."""
    with pytest.raises(PaperkitError, match="no column 'decision', so these are seeds, and no 'ti"):
        rank(papers, papers[["abstract"]])
    with pytest.raises(PaperkitError, match="papers: no column 'title'"):
        rank(papers[["abstract"]], decide(papers, avatar0="keep"))


def make_mixed() -> pd.DataFrame:
    return make_papers(avatar=(AVATAR, 20), dart=(DART + " It is said to be an avatar.", 2))


def test_off_topic_by_words():
    """Candidates that only carry a word of the query are flagged, the others are not."""
    flags = off_topic(make_mixed(), '"talking head" OR avatar')
    assert flags[flags].index.tolist() == ["dart0", "dart1"]


def test_off_topic_by_kept_papers():
    """Kept papers instead of words tell the topic too."""
    papers = make_mixed()
    flags = off_topic(papers, papers.loc[["avatar0", "avatar1", "avatar2"]])
    assert flags[flags].index.tolist() == ["dart0", "dart1"]


def test_off_topic_by_categories():
    """Where words stand for two fields, the topic's categories say which one is meant."""
    papers = make_papers(avatar=(AVATAR, 9), dart=(DART + " Avatar.", 9))
    papers["categories"] = [("cs.CV",)] * 9 + [("physics.app-ph",)] * 9
    flags = off_topic(papers, "avatar", categories=["cs.CV"])
    assert flags[flags].index.tolist() == [f"dart{at}" for at in range(9)]


@pytest.mark.parametrize("topic", ["", "unheard words"])
def test_off_topic_without_a_clue_flags_nothing(topic):
    """A topic that matches nothing flags nothing."""
    assert not off_topic(make_mixed(), topic).any()


def make_labelled() -> pd.DataFrame:
    """Return 60 records of which the 12 about avatars are relevant, mixed up."""
    papers = make_papers(avatar=(AVATAR, 12), splat=(SPLAT, 24), dart=(DART, 24))
    papers["label_included"] = papers.index.str.startswith("avatar").astype(int)
    mixed = papers.sample(frac=1, random_state=7)
    return mixed[["title", "abstract", "label_included"]].reset_index(drop=True)


def first(labelled: pd.DataFrame, label: int) -> int:
    return int((labelled["label_included"] == label).idxmax())


def test_replay_lists_every_record_once():
    """The order starts with the priors, holds every row once and finds what is alike first."""
    labelled = make_labelled()
    priors = (first(labelled, 1), first(labelled, 0))
    order = replay(labelled, priors=priors)
    assert tuple(order[:2]) == priors
    assert sorted(order) == list(range(60))
    assert labelled["label_included"].iloc[order[2:13]].sum() == 11


def test_replay_looks_at_no_label_too_early():
    """Labels of records not yet read do not change the order so far."""
    labelled = make_labelled()
    priors = (first(labelled, 1), first(labelled, 0))
    order = replay(labelled, priors=priors)
    for read in (2, 10, 30):
        changed = labelled.copy()
        changed.loc[order[read:], "label_included"] = 1 - changed["label_included"]
        assert replay(changed, priors=priors)[: read + 1] == order[: read + 1]


def test_replay_asks_what_rank_puts_first():
    """Replay measures the ranking people get: at every step it asks for that one's best record."""
    labelled = make_labelled()
    order = replay(labelled, priors=(first(labelled, 1), first(labelled, 0)))
    names = labelled["label_included"].map({1: "keep", 0: "skip"})
    texts = labelled[["title", "abstract"]]
    for read in (2, 5, 20, 40):
        decided = texts.loc[order[:read]].assign(decision=names[order[:read]])
        open_scores = rank(texts, decided)["score"].drop(index=order[:read])
        assert open_scores[order[read]] == pytest.approx(open_scores.max(), abs=1e-6)


def test_a_near_relative_outranks_faint_likeness():
    """What is close to one kept paper comes before what is a little like five of another kind."""
    faint = "We render novel views of a harbor {}."
    papers = make_papers(avatar=(AVATAR, 6), splat=(SPLAT, 6), faint=(faint, 6), dart=(DART, 18))
    decided = decide(papers, avatar0="keep", **{f"splat{at}": "keep" for at in range(5)})
    assert kinds(rank(papers, decided)) == ["splat", "avatar", "faint", "dart"]


def test_kinship_never_lifts_a_paper_above_those_looked_at(papers, monkeypatch):
    """In a pool too large for kinship the best by terms stay before the others."""
    decided = decide(papers, avatar0="keep", dart0="skip")
    everything = rank(papers, decided, recency=0)["score"]
    monkeypatch.setattr("paperkit.ranking.relevance._RELATED", 8)
    best = rank(papers, decided, recency=0)["score"].nlargest(8)
    assert set(best.index) == {f"avatar{at}" for at in range(8)}
    assert set(everything.nlargest(8).index) == set(best.index)


def test_remaining_is_everything_at_first(papers):
    """Before ten decisions the interval is all open papers."""
    left = remaining(papers, decide(papers, avatar0="keep", dart0="skip"))
    assert left == Remaining(expected=11.0, low=0, high=22, open=22, read=2, kept=1)


def make_read(answers: str, left: int | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return 400 candidates, or so that `left` stay, and decisions in order: k keeps, s skips."""
    papers = make_papers(any=(SPLAT, 400 if left is None else len(answers) + left))
    names = {"k": "keep", "s": "skip"}
    return papers, decide(papers, **{f"any{at}": names[each] for at, each in enumerate(answers)})


def test_remaining_shrinks_with_fruitless_reading():
    """The longer no paper was kept, the fewer are expected, down to a fraction of one."""
    found = [remaining(*make_read("ks" * 20 + "s" * more)) for more in (0, 20, 60, 300)]
    expected = [each.expected for each in found]
    assert expected == sorted(expected, reverse=True)
    assert expected[-1] < 0.5
    assert [each.low for each in found[1:]] == [0, 0, 0]
    assert found[-1].found > 0.97 > found[0].found


def test_remaining_interval_holds_what_it_was_fitted_on():
    """With 4 of the last 20 kept and 300 left, about ten are expected, at most 32."""
    left = remaining(*make_read("k" * 20 + "s" * 60 + "ksssskssssksssskssss"))
    assert (left.low, left.high) == (3, 32)
    assert left.expected == pytest.approx(10.18, abs=0.01)


def test_remaining_says_less_early():
    """While at most a fifth is read, the same last decisions give a wider interval."""
    early = remaining(*make_read("k" * 20 + "s" * 40 + "ksssskssssksssskssss"))
    assert (early.low, early.high) == (1, 42)
    assert early.expected == pytest.approx(10.26, abs=0.01)


def test_remaining_without_an_order():
    """Read in an order without meaning, what is left is as rich as what was read."""
    left = remaining(*make_read("ksss" * 25), best_first=False)
    assert left.expected == pytest.approx(300 * 25.5 / 101)
    assert left.low < 75 < left.high


@pytest.mark.parametrize("left", [1, 30, 9_000])
@pytest.mark.parametrize(("kept", "read"), [(0, 10), (3, 40), (40, 40)])
def test_remaining_without_an_order_is_what_scipy_says(kept, read, left):
    """The interval is the beta-binomial's, from the 5th to the 95th percentile."""
    papers, decided = make_read("k" * kept + "s" * (read - kept), left=left)
    found = remaining(papers, decided, best_first=False)
    chance = betabinom(left, kept + 0.5, read - kept + 0.5)
    assert (found.low, found.high) == (chance.ppf(0.05), chance.ppf(0.95))
    assert found.expected == pytest.approx(chance.mean())


def test_remaining_when_all_is_read():
    """With nothing left nothing is expected."""
    left = remaining(*make_read("ks" * 200))
    assert (left.expected, left.low, left.high, left.open) == (0.0, 0, 0, 0)


def test_remaining_follows_the_times_of_decisions():
    """Where decisions carry times, these are the order, not the frame's."""
    papers, decided = make_read("k" * 20 + "s" * 80)
    decided["decided_at"] = pd.date_range("2024-01-01", periods=100, tz="UTC")
    assert remaining(papers, decided.iloc[::-1]) == remaining(papers, decided)


def test_later_counts_as_unread():
    """A paper kept for later is still open."""
    papers, decided = make_read("k" * 5 + "s" * 10)
    decided.loc["any14", "decision"] = "later"
    left = remaining(papers, decided)
    assert (left.open, left.read) == (386, 14)


def test_remaining_reads_as_a_sentence():
    """The estimate prints as one line with its interval."""
    assert str(Remaining(expected=3.6, low=0, high=9, open=110, read=50, kept=20)) == (
        "about 4 (0 to 9) of 110 unread papers are probably relevant; 20 kept of 50 read"
    )
