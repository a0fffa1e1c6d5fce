"""Trends: counts, shares and terms agree with plain pandas, and planted trends are found."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from paperkit.errors import SourceError
from paperkit.trends import (
    chart,
    co_occurrence,
    compare,
    fading_terms,
    growth,
    ngrams,
    papers_behind,
    papers_per,
    rising_terms,
    terms_per,
    themes,
    top_authors,
    venues,
)

WORDS = "field graph token scene depth motion sparse robust light shape query latent".split()
CATEGORIES = ["cs.CV", "cs.GR", "cs.LG", "eess.IV"]


def frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return a papers frame of rows that name only what matters."""
    usual = {
        "title": "A title", "authors": ("Ada Lovelace",), "abstract": "", "categories": ("cs.CV",),
        "published": "2024-01-15", "comment": "", "journal_ref": "", "topics": (),
    }  # fmt: skip
    papers = pd.DataFrame([{**usual, **row} for row in rows], columns=list(usual))
    papers.index = pd.Index([f"2401.{i:05d}" for i in range(len(rows))], name="id", dtype="str")
    papers["published"] = pd.to_datetime(papers["published"], utc=True, format="mixed")
    return papers


def corpus(size: int = 1200, seed: int = 1) -> pd.DataFrame:
    """Return papers of two years; "neural splat" rises and "voxel grid" fades after the first."""
    chance = random.Random(seed)
    rows = []
    for _ in range(size):
        day = pd.Timestamp("2023-01-01", tz="UTC") + pd.Timedelta(days=chance.randrange(730))
        late = day.year == 2024
        words = chance.sample(WORDS, 4)
        if chance.random() < (0.2 if late else 0.03):
            words.append("neural splats")
        if chance.random() < (0.03 if late else 0.2):
            words.append("voxel grid")
        rows.append({
            "title": " ".join(words), "published": day,
            "categories": tuple(chance.sample(CATEGORIES, chance.randint(1, 3))),
            "authors": tuple({f"Author {chance.randrange(40)}" for _ in range(3)}),
            "topics": ("late",) if late else (),
        })  # fmt: skip
    return frame(rows)


@pytest.fixture(scope="module")
def papers() -> pd.DataFrame:
    return corpus()


@pytest.fixture(scope="module")
def files(papers: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two Parquet files that together hold the papers, as a bulk download names its columns."""
    folder = tmp_path_factory.mktemp("parquet")
    bulk = papers.reset_index(names="arxiv_id").drop(columns="topics")
    for name in ("authors", "categories"):
        bulk[name] = bulk[name].map(list)
    bulk["published"] = bulk["published"].dt.strftime("%Y-%m-%d")
    names = [str(folder / f"{part}.parquet") for part in "ab"]
    for name, part in zip(names, (bulk[:700], bulk[700:]), strict=True):
        part.to_parquet(name)
    return names


@pytest.mark.parametrize(("period", "rule"), [("day", "D"), ("month", "M"), ("quarter", "Q")])
def test_counts_are_those_of_plain_pandas(papers, period, rule):
    """Counts per period and category are what pandas counts, shares are of the period."""
    counted = papers_per(papers, period, by="category")
    starts = papers["published"].dt.tz_localize(None).dt.to_period(rule).dt.start_time
    totals = starts.value_counts()
    tall = pd.DataFrame({"period": starts, "group": papers["categories"]}).explode("group")
    expected = tall.value_counts().to_dict()
    found = {
        (row.period.tz_localize(None), row.group): row.count
        for row in counted.assign(count_=counted["count"]).itertuples(index=False)
        if row.count_
    }
    assert {key: counted_ for key, counted_ in _counts(counted).items() if counted_} == expected
    assert set(found) == set(expected)
    per_period = counted.drop_duplicates("period").set_index("period")["total"]
    assert per_period.tz_localize(None).loc[lambda total: total > 0].to_dict() == totals.to_dict()
    assert np.allclose(counted["share"] * counted["total"], counted["count"], equal_nan=True) or (
        counted.loc[counted["total"] == 0, "share"].isna().all()
    )


def _counts(counted: pd.DataFrame) -> dict[tuple[pd.Timestamp, str], int]:
    """Return the counts of a frame by period and group."""
    periods = counted["period"].dt.tz_localize(None)
    keys = zip(periods, counted["group"], strict=True)
    return dict(zip(keys, counted["count"].tolist(), strict=True))


def test_weeks_start_on_monday():
    """A Sunday belongs to the week of the Monday before it."""
    counted = papers_per(frame([{"published": "2024-01-07"}, {"published": "2024-01-08"}]), "week")
    assert counted["period"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-01-08"]
    assert counted["count"].tolist() == [1, 1]


def test_periods_without_papers_are_there_with_zero():
    """A month without a paper is a zero, not a gap that a line would cross."""
    counted = papers_per(frame([{"published": "2024-01-02"}, {"published": "2024-04-02"}]))
    assert counted["count"].tolist() == [1, 0, 0, 1]


def test_a_paper_in_the_last_minute_of_a_month_counts_in_utc():
    """A date with another offset is counted in the month it is in UTC."""
    counted = papers_per(frame([{"published": "2024-01-31T20:00:00-05:00"}]))
    assert counted["period"].tolist() == [pd.Timestamp("2024-02-01", tz="UTC")]


@pytest.mark.parametrize(
    ("limits", "complete"),
    [
        ({}, [True, True, False]),
        ({"until": "2024-03"}, [True, True, True]),
        ({"until": "2024-03-31"}, [True, True, True]),
        ({"until": "2024-04-01T00:01"}, [True, True, True, False]),
        ({"since": "2024-01-10", "until": "2024-03-30"}, [False, True, False]),
    ],
)
def test_periods_that_are_not_wholly_covered_are_marked(limits, complete):
    """The last period is incomplete until its end is reached, the first if it is cut."""
    dates = ["2024-01-15", "2024-02-15", "2024-03-15"]
    counted = papers_per(frame([{"published": day} for day in dates]), **limits)
    assert counted["complete"].tolist() == complete


def test_shares_can_be_of_another_set_of_papers(papers):
    """With of=, the denominator is the other set's papers of the period."""
    late = papers[papers["topics"].map(bool)]
    counted = papers_per(late, "year", of=papers)
    by_year = papers.groupby(papers["published"].dt.year).size()
    assert counted["total"].tolist() == by_year.tolist()
    assert counted["count"].tolist() == [0, len(late)]


def test_a_denominator_without_the_papers_is_refused(papers):
    """A share above one is an error that names the group and the remedy."""
    with pytest.raises(ValueError, match="all papers: .* of= must include the papers themselves"):
        papers_per(papers, "year", of=papers.head(3))


def test_undated_papers_are_left_out_and_counted():
    """A paper without a date is in no period, and the frame says how many there are."""
    counted = papers_per(frame([{"published": None}, {"published": "2024-01-02"}]))
    assert (counted["count"].tolist(), counted.attrs["undated"]) == ([1], 1)


def test_the_largest_groups_are_kept_ties_by_name():
    """top= keeps the groups with the most papers, and of equals the first by name."""
    rows = [{"categories": ("b", "c")}, {"categories": ("a", "c")}]
    assert papers_per(frame(rows), by="category", top=2)["group"].tolist() == ["c", "a"]


def test_unknown_periods_and_groups_are_named():
    """A wrong option is answered with the right ones."""
    with pytest.raises(ValueError, match="period is 'decade'; give one of day, week, month"):
        papers_per(frame([{}]), "decade")
    with pytest.raises(ValueError, match="by is 'shape'; give one of"):
        papers_per(frame([{}]), by="shape")


def test_files_count_like_the_frame(papers, files):
    """Parquet files, one by one or through an executor, give what the frame gives."""
    expected = papers_per(papers, by="category")
    pd.testing.assert_frame_equal(papers_per(files, by="category"), expected)
    with ThreadPoolExecutor(2) as executor:
        side_by_side = papers_per(files, by="category", executor=executor)
    pd.testing.assert_frame_equal(side_by_side, expected)


def test_files_give_the_terms_of_the_frame(papers, files):
    """Rising terms do not depend on how the papers are cut into files."""
    with ThreadPoolExecutor(2) as executor:
        found = rising_terms(files, since="2024-01-01", executor=executor)
    expected = rising_terms(papers, since="2024-01-01")
    pd.testing.assert_frame_equal(found.drop(columns="papers"), expected.drop(columns="papers"))


def test_a_missing_file_is_named(tmp_path):
    """A path without a file says so."""
    with pytest.raises(SourceError, match=r"none\.parquet: no Parquet file here"):
        papers_per(tmp_path / "none.parquet")


def test_a_file_that_is_no_parquet_is_named(tmp_path):
    """A file of another format is named, with the function that reads it."""
    (tmp_path / "x.parquet").write_text("not a table")
    with pytest.raises(SourceError, match=r"x\.parquet: not readable as Parquet"):
        papers_per(tmp_path / "x.parquet")


def test_planted_terms_are_found_first(papers):
    """The planted phrase rises first and the planted fading one fades first, with examples."""
    rising = rising_terms(papers, since="2024-01-01")
    fading = fading_terms(papers, since="2024-01-01")
    assert rising["term"].tolist()[0] == "neural splats"
    assert fading["term"].tolist()[0] == "voxel grid"
    assert (rising["z"] > 0).all()
    assert (fading["z"] < 0).all()
    holders = [papers.loc[i, "title"] for i in rising.loc[0, "papers"]]
    assert len(holders) == 3
    assert all("neural splats" in title for title in holders)
    # Words that were not planted stay below the stated rate of false discoveries.
    assert set(rising.loc[rising["q"] < 0.05, "term"]) <= {"neural splats"}


def test_term_counts_are_those_of_plain_pandas(papers):
    """The counts behind a term are the papers whose title holds it."""
    row = rising_terms(papers, since="2024-01-01").iloc[0]
    holds = papers["title"].str.contains("neural splats")
    late = papers["published"] >= "2024-01-01"
    expected = [(holds & late).sum(), late.sum(), (holds & ~late).sum(), (~late).sum()]
    assert row[["count_a", "total_a", "count_b", "total_b"]].tolist() == expected


def test_without_a_trend_hardly_any_term_is_discovered():
    """Over 10 sets of papers without a trend, at most one term is called rising or fading."""
    found = 0
    for seed in range(10):
        chance = np.random.default_rng(seed)
        rows = [
            {"title": " ".join(chance.choice(WORDS, 3)), "published": f"2024-{m:02d}-01"}
            for m in chance.integers(1, 13, 250)
        ]
        both = [rising_terms(frame(rows), top=None), fading_terms(frame(rows), top=None)]
        found += sum(int((one["q"] < 0.05).sum()) for one in both)
    assert found <= 1


def test_a_word_inside_a_longer_term_is_left_to_it():
    """A phrase stands for its word where the one hardly occurs without the other."""
    rows = [{"title": "deep field", "published": "2023-01-01"}] * 40
    rows += [{"title": "neural splats scene", "published": "2024-01-01"}] * 40
    found = rising_terms(frame(rows), since="2024-01-01")["term"].tolist()
    assert found == ["neural splats scene"]


def test_plural_and_singular_are_one_term():
    """Splat and splats count together, under the singular."""
    rows = [{"title": f"splat{'s' * (i % 2)}", "published": "2024-01-01"} for i in range(10)]
    rows += [{"title": "grid", "published": "2023-01-01"}] * 10
    rising = rising_terms(frame(rows), since="2024-01-01", certain=False)
    assert rising.set_index("term")["count_a"].to_dict() == {"splat": 10}


def test_punctuation_ends_a_term_and_stop_words_do_not_begin_one():
    """No term reaches over a colon, begins or ends with a stop word, or is a number."""
    rows = [{"title": "Splat: the text to image of 2024", "published": "2024-01-01"}] * 10
    rows += [{"title": "grid", "published": "2023-01-01"}] * 10
    found = set(rising_terms(frame(rows), since="2024-01-01", certain=False)["term"])
    assert found == {"splat", "text to image"}


TERMS = {
    "We often captured the second environment temporally, as expected": set(),
    "A novel framework for efficient methods": set(),
    "Large language models for two-stage pipelines": {"large language model"},
    "Learned radiance fields": {"radiance field"},
    "A multi-agent study of mixture of experts": {"mixture of expert"},
    "Deep learning for a language": {"deep learning"},
    "Faster cohomology": {"cohomology"},
}


@pytest.mark.parametrize("title", TERMS)
def test_terms_are_what_a_reader_would_call_terms(title):
    """Noun phrases with a technical word and technical nouns; no verbs, adverbs or fragments."""
    runs = ngrams.runs(pa.chunked_array([pa.array([title, "Expert, model, field, pipeline."])]))
    found = ngrams.terms(runs, minimum=1).names
    longest = {name for name in found if not any(name in ngrams.inner(one) for one in found)}
    assert longest == TERMS[title]


def test_an_acronym_and_its_words_are_one_term():
    """Papers with the one, the other or both count once, and the row leads back to all of them."""
    texts = ["Gaussian splatting", "GS for all", "Gaussian Splatting (GS) again"]
    rows = [{"title": texts[i % 3], "published": "2024-01-01"} for i in range(60)]
    rows += [{"title": "Something else", "published": "2023-01-01"}] * 60
    found = rising_terms(frame(rows), since="2024-01-01")
    assert found["term"].tolist() == ["gaussian splatting (GS)"]
    assert found["count_a"].tolist() == [60]
    assert len(papers_behind(frame(rows), found)) == 60


def test_an_acronym_that_is_a_common_word_is_none():
    """Adversarial Training (AT) is not in every title that has an "at" in it."""
    rows = [{"title": "Adversarial Training (AT)", "published": "2024-01-01"}] * 60
    rows += [{"title": "Looking at splats", "published": "2023-01-01"}] * 60
    found = rising_terms(frame(rows), since="2024-01-01")
    assert found["term"].tolist() == ["adversarial training"]
    assert found["count_b"].tolist() == [0]


def test_an_acronym_that_stands_for_two_things_stays_alone():
    """Where papers explain it in two ways nobody knows which is meant."""
    texts = ["Gaussian Splatting (GS)", "Gauge Symmetry (GS)"]
    rows = [{"title": texts[i % 2], "published": "2024-01-01"} for i in range(60)]
    rows += [{"title": "Something else", "published": "2023-01-01"}] * 60
    found = rising_terms(frame(rows), since="2024-01-01", certain=False)
    assert not any("(" in term for term in found["term"])


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("3D Gaussian Splatting (3DGS) is fast", [("3DGS", "3d gaussian splatting")]),
        ("so neural radiance fields (NeRFs) came", [("NeRF", "neural radiance field")]),
        ("denoising diffusion probabilistic models (DDPM)",
         [("DDPM", "denoising diffusion probabilistic model")]),
        ("in the year (2020) and a figure (Fig2) of the (USA)", []),
        ("(LLM)", []),
    ],
)  # fmt: skip
def test_acronyms_are_read_where_they_are_explained(text, pairs):
    """The letters stand in the words before the parenthesis, the first at a word's beginning."""
    assert list(ngrams.acronyms(text)) == pairs


def test_nothing_certain_is_said():
    """Where nothing rises for certain there is no row, and the frame and its chart say so."""
    rows = [{"title": "splat", "published": f"2024-{m:02d}-01"} for m in range(1, 13)] * 5
    found = rising_terms(frame(rows))
    assert found.empty
    assert found.attrs["said"] == "Nothing rises for certain in 60 papers."
    assert "Nothing rises for certain in 60 papers." in chart(found).image("svg").decode()


def test_what_is_listed_is_certain(papers):
    """Every listed interval is on its side of "no difference", and q is at most five percent."""
    rising = rising_terms(papers, since="2024-01-01")
    assert len(rising) > 0
    assert (rising["low"] > 0).all()
    assert (rising["q"] <= 0.05).all()
    leaning = rising_terms(papers, since="2024-01-01", certain=False)
    assert len(leaning) > len(rising)


def test_two_sets_are_told_apart_by_their_terms(papers):
    """Compare gives the terms of each side, and papers of both sides count on both."""
    late = papers[papers["published"] >= "2024-01-01"]
    early = papers[papers["published"] < "2024-01-01"]
    found = compare(late, early, names=("late", "early"), top=1)
    assert found["term"].tolist() == ["neural splats", "voxel grid"]
    assert found["side_a"].tolist() == ["late", "late"]
    same = compare(late, late, top=None)
    assert same.empty


def test_growth_finds_a_planted_rate():
    """A group that doubles each year is found to, within its interval; a flat one stays flat."""
    chance = np.random.default_rng(3)
    rows = []
    for month in range(48):
        day = pd.Timestamp("2020-01-15") + pd.DateOffset(months=month)
        for group, mean in (("doubling", 5 * 2 ** (month / 12)), ("flat", 20)):
            rows += [{"published": day, "topics": (group,)}] * int(chance.poisson(mean))
    rates = growth(frame(rows), by="topic", until="2023-12-31").set_index("group")
    assert rates.index.tolist() == ["doubling", "flat"]
    assert rates.loc["doubling", "low"] < 1 < rates.loc["doubling", "high"]
    assert rates.loc["doubling", "doubling"] == pytest.approx(1, abs=0.15)
    assert rates.loc["flat", "low"] < 0 < rates.loc["flat", "high"]
    assert rates["periods"].tolist() == [48, 48]


def test_growth_of_a_share_is_beyond_that_of_the_field():
    """A group that grows with its field has a growing count and a level share."""
    rows = []
    for month in range(24):
        day = pd.Timestamp("2022-01-15") + pd.DateOffset(months=month)
        many = 10 + 2 * month
        rows += [{"published": day, "topics": ("part",)}] * many
        rows += [{"published": day}] * many
    counted = papers_per(frame(rows), by="topic", until="2023-12-31")
    assert growth(counted).loc[0, "low"] > 0.5
    assert growth(counted, measure="share").loc[0, "growth"] == pytest.approx(0, abs=1e-6)


def test_growth_does_not_look_at_an_incomplete_period():
    """The half-empty last month does not make a level series fall."""
    rows = [{"published": f"2024-{m:02d}-02"} for m in range(1, 12) for _ in range(30)]
    rows += [{"published": "2024-12-02"}]
    assert growth(frame(rows)).loc[0, "growth"] == pytest.approx(0, abs=1e-6)


def test_growth_of_too_few_periods_is_unknown():
    """Two complete months do not make a rate."""
    rows = [{"published": f"2024-0{m}-02"} for m in (1, 2, 3)]
    assert growth(frame(rows))["growth"].isna().tolist() == [True]


def test_a_term_is_followed_through_time(papers):
    """terms_per counts the papers whose title holds each term, unknown ones as zeros."""
    counted = terms_per(papers, ["Neural Splats", "unheard"], "year", until="2024")
    holds = papers[papers["title"].str.contains("neural splats")]
    expected = holds.groupby(holds["published"].dt.year).size().tolist()
    assert counted["count"].tolist() == [*expected, 0, 0]
    assert counted["group"].tolist() == ["Neural Splats"] * 2 + ["unheard"] * 2


def themed(until: str = "2024-12-31") -> pd.DataFrame:
    """Return papers of two planted themes, one before and one after the middle of 2024."""
    chance = random.Random(5)
    subjects = {
        "splat": "gaussian splatting rendering radiance novel view".split(),
        "voice": "talking head audio lip speech driven".split(),
    }
    rows = []
    for i in range(240):
        day = pd.Timestamp("2024-01-01") + pd.Timedelta(days=i * 1.5)
        name = "splat" if (i < 120) == (chance.random() < 0.9) else "voice"
        rows.append({"title": " ".join(chance.sample(subjects[name], 5)), "published": day})
    papers = frame(rows)
    return papers[papers["published"] <= pd.Timestamp(until, tz="UTC")]


def test_planted_themes_are_found_and_followed():
    """Two vocabularies make two themes, each papers' own, one giving way to the other."""
    papers = themed()
    found = themes(papers, number=2, period="quarter", until="2024")
    members = found.attrs["members"]
    for ids in members.values():
        talking = papers.loc[ids, "title"].str.contains("lip|speech|audio|talking|head|driven")
        assert talking.all() or not talking.any()
    wide = found.pivot_table(index="group", columns="period", values="count", sort=False)
    assert sorted((wide.iloc[:, 0] > wide.iloc[:, -1]).tolist()) == [False, True]
    assert found.groupby("period")["count"].sum().tolist() == (
        found.drop_duplicates("period")["total"].tolist()
    )


def test_themes_keep_their_names_when_papers_are_added():
    """With the earlier result, the same theme has the same name."""
    earlier = themes(themed("2024-10-01"), number=2)
    later = themes(themed(), number=2, previous=earlier)
    assert set(later["group"]) == set(earlier["group"])
    pd.testing.assert_frame_equal(themes(themed(), number=2), themes(themed(), number=2))


def test_pairs_are_counted_against_chance(papers):
    """Pairs of categories are the papers that have both; lift is over independence."""
    found = co_occurrence(papers).set_index(["a", "b"])
    both = papers["categories"].map(lambda held: {"cs.CV", "cs.GR"} <= set(held)).sum()
    pair = found.loc[("cs.CV", "cs.GR")] if ("cs.CV", "cs.GR") in found.index else (
        found.loc[("cs.GR", "cs.CV")])  # fmt: skip
    assert pair["count"] == both
    assert pair["lift"] == pytest.approx(both * len(papers) / (pair["count_a"] * pair["count_b"]))
    assert len(found) == 6


def test_terms_that_hold_each_other_are_no_pair():
    """A phrase and its own word do not count as occurring together."""
    rows = [{"title": "gaussian splatting for avatars"}] * 5 + [{"title": "gaussian noise"}] * 5
    found = co_occurrence(frame(rows), of="term")
    assert not any(a in b or b in a for a, b in zip(found["a"], found["b"], strict=True))


def test_authors_are_ranked_by_papers(papers):
    """The authors are those of plain pandas, ties by name."""
    sizes = papers["authors"].explode().value_counts().rename_axis("name").reset_index()
    expected = sizes.sort_values(["count", "name"], ascending=[False, True]).head(5)
    found = top_authors(papers, top=5)
    assert found[["name", "count"]].to_numpy().tolist() == expected.to_numpy().tolist()
    newest = papers[papers["authors"].map(lambda names: found["name"][0] in names)]
    assert found["last"][0] == newest["published"].max()


@pytest.mark.parametrize(
    ("comment", "reference", "venue"),
    [
        ("Accepted at CVPR 2024, 12 pages", "", "CVPR"),
        ("NIPS'16 camera ready", "", "NeurIPS"),
        ("ECCV 2024 Workshop on avatars", "", "ECCV workshop"),
        ("SIGGRAPH Asia 2023", "", "SIGGRAPH Asia"),
        ("", "Phys. Rev. D 77 (2008) 123", "Phys. Rev. D"),
    ],
)
def test_venues_are_read_from_what_authors_say(comment, reference, venue):
    """Acronyms in the comment and journals in the reference are recognized."""
    found = venues(frame([{"comment": comment, "journal_ref": reference}]))
    assert found["name"].tolist() == [venue]


@pytest.mark.parametrize(
    "comment", ["Submitted to CVPR 2024", "under review at ICLR", "12 pages", "aclarify 2 things"]
)
def test_what_is_not_published_has_no_venue(comment):
    """A submission is no publication, and a page count no place."""
    assert venues(frame([{"comment": comment}])).empty


def test_every_row_leads_back_to_its_papers(papers):
    """papers_behind gives as many papers as the row counts, for each kind of row."""
    counted = papers_per(papers, "quarter", by="category")
    pairs = co_occurrence(papers)
    authors = top_authors(papers)
    term = terms_per(papers, ["voxel grid"], "quarter")
    for trend in (counted, pairs, authors, term):
        behind = papers_behind(papers, trend, trend.index[2])
        assert len(behind) == trend.loc[trend.index[2], "count"]
        assert behind.columns.tolist() == papers.columns.tolist()
    row = rising_terms(papers, since="2024-01-01").head(1)
    assert len(papers_behind(papers, row)) == row[["count_a", "count_b"]].sum(axis=1)[0]


def test_files_lead_back_to_their_papers(papers, files):
    """From files, the papers behind a row come as a frame of their own."""
    counted = papers_per(files, "quarter", by="category")
    assert len(papers_behind(files, counted, 0)) == counted.loc[0, "count"]


def test_no_papers_give_empty_frames_of_the_same_shape(papers):
    """Every function takes an empty frame and returns its columns with no rows."""
    none = papers.iloc[:0]
    jobs = [
        papers_per, growth, rising_terms, fading_terms, top_authors, venues, co_occurrence,
        lambda p: themes(p, number=3), lambda p: terms_per(p, ["a"]),
        lambda p: compare(p, p), lambda p: papers_per(p, by="topic", top=3),
    ]  # fmt: skip
    for job in jobs:
        empty, full = job(none), job(papers)
        assert (len(empty), empty.columns.tolist()) == (0, full.columns.tolist())
