"""Questions to the rating, trends, pictures and exhibits: against brute force, scipy and by hand."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import stats
from analysis.data import rating_tables, regions
from analysis.errors import AnalysisError
from analysis.publish import charts, charts_rating
from analysis.publish.words import text
from analysis.rating import codebook, follow_up, rating_tests, trends

PAIRS = st.lists(st.tuples(st.integers(1, 10), st.integers(1, 10)), min_size=3, max_size=9)


# Numbers


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_spread_test_counts_what_all_exchanges_give(pairs):
    """The exact p stands on the signed sum being the difference of the sums of squares."""
    before, after = np.array(pairs).T
    observed = abs(after.var() - before.var())
    moved = np.flatnonzero(before != after)
    exceeding = 0
    for exchanged in product([False, True], repeat=len(moved)):
        first, second = before.copy(), after.copy()
        chosen = moved[list(exchanged)]
        first[chosen], second[chosen] = after[chosen], before[chosen]
        exceeding += abs(second.var() - first.var()) >= observed - 1e-9
    found = rating_tests.spread_test(before, after)
    assert found.p_exact == pytest.approx(exceeding / 2 ** len(moved))
    assert found.before == pytest.approx(before.std(ddof=1))
    assert rating_tests.spread_test(after, before).p_exact == pytest.approx(found.p_exact)


def test_spread_test_refuses_halves():
    """Whole numbers keep the distribution exact; halves would be rounded away unseen."""
    with pytest.raises(AnalysisError, match="whole scores"):
        rating_tests.spread_test([1, 2.5], [1, 2])


NUMBERS = st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=5, max_size=25)


@settings(max_examples=60, deadline=None)
@given(NUMBERS)
def test_partial_rho_with_one_control_is_the_usual_formula(rows):
    """With one control both definitions must agree, or the printed name is wrong."""
    score, covariate, control = (np.array(column, float) for column in zip(*rows, strict=True))
    known = stats.partial_rank_correlation("spearman_rho", score, covariate, control).estimate
    found = rating_tests.partial_rho(score, covariate, [control])
    if known is not None and not np.isnan(found):
        assert found == pytest.approx(known, abs=1e-6)


def test_partial_rho_says_nothing_of_what_its_controls_determine():
    """Rounding error divided by rounding error would look like a correlation."""
    x = np.arange(8.0)
    assert np.isnan(rating_tests.partial_rho(x, x**2, [x]))


def test_district_effect_is_kruskal_wallis():
    """Against scipy's H, which is right about ties; epsilon-squared is H over n - 1."""
    score = pd.Series([1, 2, 2, 3, 4, 4, 5, 6, 6, 9])
    group = pd.Series(list("aabbbccccc"))
    effect, p = rating_tests.district_effect(score, group)
    h = scipy.stats.kruskal(*(score[group == name] for name in "abc")).statistic
    assert effect == pytest.approx(h / (len(score) - 1))
    assert 1 / (rating_tests.RESAMPLES + 1) <= p < 0.1
    with pytest.raises(AnalysisError, match="same score"):
        rating_tests.district_effect(pd.Series([3, 3, 3]), pd.Series(list("abb")))


def test_what_chance_gives_to_districts_is_the_mean_over_shuffled_scores():
    """Said of a share that eight districts take of any scores; a wrong one would make a finding of chance."""
    table = rating_tests.frame()
    said = text(rating_tests.border_and_district(table).answer, "en")
    generator = np.random.default_rng(1)
    for part, place in ((table, 0), (table[table["district"] != "far_eastern"], 1)):
        groups = [part["district"].to_numpy() == name for name in part["district"].unique()]
        score = part["score"].to_numpy()
        drawn = (generator.permutation(score) for _ in range(100))
        shares = [
            scipy.stats.kruskal(*(one[group] for group in groups)).statistic / (len(part) - 1)
            for one in drawn
        ]
        printed = float(re.findall(r"where chance gives (\d\.\d\d)", said)[place])
        # four standard errors of a mean of 100, and the rounding
        assert abs(printed - np.mean(shares)) < 4 * np.std(shares) / 10 + 0.005


def test_the_length_of_the_entry_goes_with_the_score():
    """The study's warning on the rating: rho 0.85, and word counts add little once length is held."""
    table = rating_tests.frame()
    assert len(table) == 83
    assert scipy.stats.spearmanr(table["score"], table["words"]).statistic == pytest.approx(0.852, abs=5e-4)
    rows = {text(row.subject, "en"): row for row in rating_tests.length(table).rows}
    assert rows["Score and words"].estimate == pytest.approx(0.852, abs=5e-4)
    assert abs(rows["Score and intended statements, words held"].estimate) < 0.1
    held = rows["Score and words, population and investment held"]
    assert held.p is None and held.loo_low < held.estimate < held.loo_high


@pytest.mark.parametrize("question", rating_tests.QUESTIONS, ids=lambda item: item.__name__)
def test_every_question_answers_with_its_limits_in_both_languages(question):
    """An answer without what it cannot show would be believed too far."""
    found = question(rating_tests.frame())
    for language in regions.LANGUAGES:
        assert any(letter.isdigit() for letter in text(found.answer, language))
        assert len(text(found.limit, language)) > 40
        assert "nan" not in text(found.answer, language) and "None" not in text(found.answer, language)
    for row in found.rows:
        assert row.estimate is not None and (row.p is None or 0 < row.p <= 1)
        assert (row.p is None) == (row.p_kind == "")


def test_change_sees_a_shift_and_gap_a_widening():
    """On made-up scores with a known answer; a sign turned round would tell the opposite story."""
    before = np.array([2, 3, 4, 5, 6, 7, 8] * 3)
    after = np.where(before < 5, before - 1, before + 1)
    table = pd.DataFrame({"previous_score": before, "score": after})
    assert "widened" in text(rating_tests.gap(table).answer, "en")
    shifted = table.assign(score=before + 1)
    found = rating_tests.change(shifted)
    assert found.rows[0].p == pytest.approx(2 / 2 ** len(before))
    assert "21 regions rose, 0 fell, 0 stayed" in text(found.answer, "en")
    slopes = [row.estimate for row in rating_tests.regression_to_mean(shifted).rows[:2]]
    assert slopes == [pytest.approx(1), pytest.approx(1)]
    with pytest.raises(AnalysisError, match="regress"):
        rating_tests.regression_to_mean(table.assign(score=5))


# Entries as indicators


def test_the_counts_are_read_by_the_codes_of_the_dictionary():
    """A code that the reader does not know would leave the share's denominator."""
    assert codebook.CODES == rating_tables.CODES and rating_tables.CODES[-1] == codebook.REMAINDER


def test_conversion_by_region_is_that_of_the_register():
    """The indicator and the notebook's table of the same initiatives would differ."""
    found = rating_tables.conversions()
    register = follow_up.by_region(follow_up.committed())
    assert found.index.tolist() == [item.group for item in register]
    assert found["open"].tolist() == [item.open for item in register]
    for name in ("realised", "moving"):
        expected = [np.nan if getattr(item, name) is None else getattr(item, name) for item in register]
        np.testing.assert_array_equal(found[name], expected)


def test_measures_cover_every_region_once():
    """A region missing from an indicator would drop out of an association silently."""
    table = rating_tables.observations()
    assert not table.duplicated(["indicator", "region", "period"]).any()
    counts = table[table["period"] == rating_tables.EDITION].groupby("indicator")["region"].agg(["size"])
    assert counts.loc["entry_words", "size"] == counts.loc["stalled_count", "size"] == 83
    assert counts.loc["conversion_moving", "size"] <= 11
    shares = table[table["indicator"].isin(["realised_share", "conversion_realised", "conversion_moving"])]
    assert shares["value"].between(0, 100).all() and not table["value"].isna().any()


def test_realised_share_leaves_context_out():
    """Context statements in the denominator would punish regions for being described."""
    counts = pd.DataFrame(
        {"realised": [1, 0], "under_way": [1, 0], "intended": [2, 0], "stalled": [0, 0], "context": [9, 4]},
        index=["RU-AMU", "RU-BU"],
    )
    share = rating_tables.realised_share(counts)
    assert share["RU-AMU"] == 0.25 and np.isnan(share["RU-BU"])


# Trends


def test_twelve_trends_each_tested_or_with_what_is_missing():
    """A trend that is neither would look confirmed by being listed."""
    found = trends.register()
    assert [trend.number for trend in found] == list(range(1, 13))
    for trend in found:
        assert all(
            text(trend.claim, language) and text(trend.data, language) for language in regions.LANGUAGES
        )
        assert trend.missing.en and trend.missing.ru
        assert bool(trend.tests) == (trend.testable != "no")
        assert len(trends.findings(trend)) == len(trend.tests)


def trend_table(**changes: object) -> pd.DataFrame:
    row = {
        "number": 1,
        "testable": "no",
        "tests": "",
        **{f"{n}_{lang}": "x" for n in ("claim", "data", "missing") for lang in ("en", "ru")},
    }
    return pd.DataFrame([{**row, **changes}])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"testable": "maybe"}, "testable is 'maybe'"),
        ({"tests": "tides"}, "a test is 'tides'"),
        ({"testable": "yes"}, "names 0 tests"),
        ({"tests": "gap"}, "names 1 tests"),
    ],
)
def test_a_faulty_trend_is_refused(changes, sentence):
    """A test that does not exist must not be claimed."""
    assert len(trends.parse(trend_table())) == 1
    with pytest.raises(AnalysisError, match=sentence):
        trends.parse(trend_table(**changes))


def test_kind_conversion_is_fishers_exact_test():
    """Against scipy on the committed register; tables without probability ties agree in both rules."""
    items = follow_up.committed()
    found = trends.kind_conversion(items, "transport")
    (inside, n), (outside, m) = ((int(row.estimate), row.n) for row in found.rows[:2])
    table = [[inside, n - inside], [outside, m - outside]]
    assert n + m == follow_up.overall(items).open
    # two-sided rules differ (distance from the mean here, probability there): the same order of size
    assert found.rows[2].p == pytest.approx(scipy.stats.fisher_exact(table).pvalue, abs=0.2)
    upper = scipy.stats.fisher_exact(table, alternative="greater").pvalue
    assert upper <= found.rows[2].p


def test_origin_of_moving_adds_up():
    """Old and new must be all that moves, each counted once."""
    items = follow_up.committed()
    old, new, _ = trends.origin(items).rows
    moving = [i for i in items if i.status_now in ("realised", "under_way") and i.status_before != "realised"]
    assert old.estimate + new.estimate == len(moving) == old.n


# Pictures


def test_tile_grid_has_each_region_once_and_no_two_on_one_square():
    """A region hidden under another would be lost from the map without a trace."""
    tiles = charts_rating.tiles()
    assert sorted(tile.region for tile in tiles) == sorted(region.code for region in regions.all_regions())
    assert len({(tile.row, tile.column) for tile in tiles}) == 83
    for language in regions.LANGUAGES:
        assert len({tile.label[language] for tile in tiles}) == 83
    places = {tile.region: tile for tile in tiles}
    assert places["RU-KGD"].column < places["RU-MOW"].column < places["RU-IRK"].column
    assert places["RU-MUR"].row < places["RU-MOW"].row < places["RU-DA"].row


@pytest.mark.parametrize("language", regions.LANGUAGES)
def test_labels_fit_their_tiles(language):
    """At 8 points a label wider than its square runs into the neighbour's."""
    rows = rating_tests.frame().reset_index()
    with charts.style():
        figure = charts_rating.tile_map(rows).draw(language, "Title", ["Footer"])
        figure.draw_without_rendering()
        axis = figure.axes[0]
        (left, _), (right, _) = axis.transData.transform([(0, 0), (0.96, 0)])
        labels = {tile.label[language] for tile in charts_rating.tiles()}
        shown = [text for text in axis.texts if text.get_text() in labels]
        assert len(shown) == 83
        assert max(text.get_window_extent().width for text in shown) <= right - left
        assert min(text.get_fontsize() for text in axis.texts) >= 8


def test_map_leaves_a_region_without_score_empty():
    """A region that is not in the edition must not be coloured as if it were."""
    rows = rating_tests.frame().reset_index()
    with charts.style():
        figure = charts_rating.tile_map(rows[rows["region"] != "RU-AMU"]).draw("en", "Title", [])
    texts = [label.get_text() for label in figure.axes[0].texts]
    assert "Amur" in texts and len([t for t in texts if t.rstrip("▲▼").isdigit()]) == 82 + 10


def test_status_bars_draw_every_count():
    """A status left out would make the bar, and the conversion, look shorter."""
    counts = {"realised": 1, "under_way": 2, "announced": 3, "no_news": 4, "abandoned": 5}
    with charts.style():
        figure = charts_rating.status_bars([("RU-AMU", counts)], follow_up.STATUSES).draw("ru", "Title", [])
    axis = figure.axes[0]
    assert sorted(bar.get_width() for bar in axis.patches) == [1, 2, 3, 4, 5]
    assert max(bar.get_x() + bar.get_width() for bar in axis.patches) == 15
    assert tuple(charts_rating.STATUS_LOOKS) == tuple(follow_up.STATUSES)
