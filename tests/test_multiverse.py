"""The multiverse against brute force over the ten arrangements of the border regions, and by its rules."""

import itertools

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from analysis import stats
from analysis.data import regions
from analysis.errors import AnalysisError
from analysis.publish.words import text
from analysis.rating import specifications
from analysis.rating.specifications import build, choices
from analysis.rating.specifications.build import latest_only
from analysis.stats.joint_inference import _distinct_columns

BORDER = regions.codes(regions.far_east_border())
FAR_EAST = regions.codes(regions.far_east())
COEFFICIENT = {
    "kendall_tau_b": scipy.stats.kendalltau,
    "spearman_rho": scipy.stats.spearmanr,
    "pearson_r": scipy.stats.pearsonr,
}


def synthetic_observations(seed=0):
    """Made-up figures in the shape of the real table: eleven regions, few indicators, few years."""
    generator = np.random.default_rng(seed)
    rows = []

    def add(indicator, period, codes, values):
        rows.extend(
            {"region": code, "indicator": indicator, "period": period, "value": float(value)}
            for code, value in zip(codes, values, strict=True)
        )

    add("score", "III", FAR_EAST, [9, 8, 9, 5, 3, 5, 8, 4, 6, 8, 9])
    add("score", "II", FAR_EAST, [9, 8, 9, 5, 3, 6, 7, 2, 6, 8, 9])
    exports = generator.lognormal(3, 1, 11)
    add("exports", "2020", FAR_EAST, exports)
    add("exports", "2021", FAR_EAST, exports * 1.07)
    add("china_share", "2015", FAR_EAST[:9], generator.uniform(1, 99, 9))
    add("investment", "2021", FAR_EAST, generator.lognormal(5, 1, 11))
    add("investment_per_head", "2021", FAR_EAST, generator.lognormal(2, 1, 11))
    add("population_year_end", "2020", FAR_EAST, generator.lognormal(4, 1, 11))
    for name in choices.DENSITIES:
        density = generator.uniform(2, 12, 5)
        add(name, "2026", BORDER, density)
        add(f"{name}_without_skovorodino", "2026", BORDER, density - [0, 0, 0.9, 0, 0])
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def border():
    return specifications.multiverse(synthetic_observations(), edition="III", subset="border")


@pytest.fixture(scope="module")
def far_east():
    return specifications.multiverse(synthetic_observations(), edition="III", subset="far_east")


def estimates_over_all_arrangements(universe):
    """Every specification on every arrangement, by scipy: rows arrangements, columns specifications."""
    every = sorted(set(itertools.permutations(universe.score.tolist())))
    table = np.zeros((len(every), len(universe.specifications)))
    for column, specification in enumerate(universe.specifications):
        members = list(specification.members)
        for row, scores in enumerate(every):
            inside = np.array(scores)[members]
            if len(set(inside)) > 1:
                covariate = specification.covariate[members]
                table[row, column] = COEFFICIENT[specification.statistic](inside, covariate).statistic
    return table, every.index(tuple(universe.score.tolist()))


def test_joint_inference_is_what_brute_force_finds(border):
    """Ten arrangements by scipy: p, max-T, min-p and median test; fails if any joins the wrong rows."""
    universe = build(synthetic_observations(), edition="III", subset="border")
    table, observed = estimates_over_all_arrangements(universe)
    assert border.arrangements == len(table) == 10
    size = np.abs(table)
    tail = (size[None, :, :] >= size[:, None, :] - 1e-9).mean(axis=1)  # p of each arrangement and column
    by_label = {str(p.specification.options): p for p in border.points}
    assert len(by_label) == table.shape[1]
    ordered = [by_label[str(s.options)] for s in universe.specifications]
    spread = np.sqrt((table**2).mean(axis=0))
    rank = [i for i, s in enumerate(universe.specifications) if s.statistic != "pearson_r"]
    minp = step_down(-tail[:, rank], observed)
    for column, (specification, point) in enumerate(zip(universe.specifications, ordered, strict=True)):
        assert point.association.estimate == pytest.approx(table[observed, column], abs=1e-12)
        assert point.p_joint == pytest.approx(tail[observed, column])
        family = [
            i
            for i, other in enumerate(universe.specifications)
            if (other.region_set, other.statistic) == (specification.region_set, specification.statistic)
        ]
        maxt = step_down(size[:, family] / spread[family], observed)
        assert point.p_maxt == pytest.approx(maxt[family.index(column)])
        assert (point.p_minp is None) == (column not in rank)
        if column in rank:
            assert point.p_minp == pytest.approx(minp[rank.index(column)])
    for summary in border.families:
        family = [
            i
            for i, s in enumerate(universe.specifications)
            if (s.region_set, s.statistic) == (summary.region_set, summary.statistic)
        ]
        medians = np.median(table[:, family], axis=1)
        assert summary.median == pytest.approx(medians[observed], abs=1e-12)
        assert summary.p_median == pytest.approx((np.abs(medians) >= abs(medians[observed]) - 1e-9).mean())


def test_as_many_significant_specifications_as_brute_force_finds():
    """Simonsohn, Simmons and Nelson's second test on ten arrangements; fails if signs are pooled."""
    universe = build(synthetic_observations(), edition="III", subset="border")
    table, observed = estimates_over_all_arrangements(universe)
    size = np.abs(table)
    tail = (size[None, :, :] >= size[:, None, :] - 1e-9).mean(axis=1)
    for alpha in (0.2, 0.4, 0.6):
        found = specifications.multiverse(synthetic_observations(), subset="border", alpha=alpha)
        for summary in found.families:
            if summary.statistic == "pearson_r":
                assert summary.p_significant is None
                continue
            family = [
                i
                for i, s in enumerate(universe.specifications)
                if (s.region_set, s.statistic) == (summary.region_set, summary.statistic)
            ]
            small = tail[:, family] <= alpha + 1e-9
            most = np.maximum(
                (small & (table[:, family] > 1e-12)).sum(axis=1),
                (small & (table[:, family] < -1e-12)).sum(axis=1),
            )
            assert summary.significant_one_sign == most[observed]
            assert summary.p_significant == pytest.approx((most >= most[observed]).mean())


def step_down(extreme, observed):
    """Westfall and Young by definition; extremes have one row an arrangement."""
    order = np.argsort(-extreme[observed], kind="stable")
    adjusted, last = np.empty(extreme.shape[1]), 0.0
    for place, column in enumerate(order):
        reached = (extreme[:, order[place:]].max(axis=1) >= extreme[observed, column] - 1e-9).mean()
        last = adjusted[column] = max(last, reached)
    return adjusted


def test_each_point_carries_its_own_exact_test(far_east):
    """The curve's p is that of the single association; fails if the joint null's p is printed for it."""
    for point in far_east.points:
        specification, members = point.specification, list(point.specification.members)
        score = build(synthetic_observations(), edition="III", subset="far_east").score[members]
        covariate = specification.covariate[members]
        if specification.statistic == "pearson_r":
            own = stats.pearson_r(score, covariate)
            assert point.association.upper == own.upper
        else:
            own = stats.associate(specification.statistic, score, covariate, specification.strata)
        assert point.association.p_exact == own.p_exact and point.association.p_min == own.p_min
        assert point.association.estimate == pytest.approx(own.estimate)
        if len(members) == 11 and specification.strata is None:
            assert point.p_joint == own.p_exact
        assert point.p_joint <= point.p_maxt <= 1
        assert point.p_minp is None or point.p_joint <= point.p_minp


def test_same_ranks_are_one_specification_and_say_for_how_many_they_stand(far_east):
    """Exports of 2021 are those of 2020 times 1.07: one computation for ranks and for Pearson's r two."""
    labels = [(o["indicator"], o["period"]) for p in far_east.points for o in p.specification.options]
    assert ("exports", "2021") in labels
    for point in far_east.points:
        years = {o["period"] for o in point.specification.options if o["indicator"] == "exports"}
        if years and point.specification.statistic != "pearson_r":
            assert years == {"2020", "2021"} and point.combinations >= 2
    assert sum(p.combinations for p in far_east.points) == far_east.combinations - len(
        far_east.without_result
    )
    assert far_east.copies == far_east.combinations - len(far_east.points) - len(far_east.without_result)
    keys = {
        (
            p.specification.statistic,
            p.specification.regions,
            p.specification.strata,
            tuple(p.specification.covariate),
        )
        for p in far_east.points
    }
    assert len(keys) == len(far_east.points)


def test_density_without_a_border_is_missing_or_zero_by_choice_only(far_east):
    """Missing leaves five regions, zero keeps eleven; fails if a hole is filled without being asked."""
    for point in far_east.points:
        for options in point.specification.options:
            if options["indicator"] in choices.DENSITIES and options["region_set"] == "far_east":
                zero = options["non_border_density"] == "zero" and options["strata"] != "border"
                assert set(point.specification.regions) == set(FAR_EAST if zero else BORDER)
            if options["indicator"] == "china_share":
                assert set(point.specification.regions) <= set(FAR_EAST[:9])


def test_choices_multiply_only_where_they_make_a_difference(far_east, border):
    """Transform for Pearson's r only, population per head only, strata where both kinds of region are."""
    for point in (*far_east.points, *border.points):
        for options in point.specification.options:
            pearson = options["statistic"] == "pearson_r"
            assert (options["transform"] != stats.NOT_APPLICABLE) == pearson
            assert (options["population"] != stats.NOT_APPLICABLE) == (
                options["indicator"] == choices.PER_HEAD
            )
            assert (options["skovorodino"] != stats.NOT_APPLICABLE) == (
                options["indicator"] in choices.DENSITIES
            )
            assert set(options) == set(choices.CHOICE_COLUMNS)
    assert {o["region_set"] for p in border.points for o in p.specification.options} == {"border"}
    assert all(choice.options for choice in choices.CHOICES)
    assert all(text(o.reason, "en") != text(o.reason, "ru") for c in choices.CHOICES for o in c.options)


def test_investment_per_head_by_the_year_before_is_recomputed(far_east):
    """Million roubles over thousand people: by hand; fails if the vintage or the unit is off."""
    data = synthetic_observations().set_index(["indicator", "period", "region"])["value"].sort_index()
    expected = data["investment", "2021"] / data["population_year_end", "2020"] * 1000
    found = [
        p.specification.covariate
        for p in far_east.points
        if any(
            o["population"] == "previous_year_end" and o["transform"] == "level"
            for o in p.specification.options
        )
    ]
    assert found and found[0] == pytest.approx(expected.loc[list(FAR_EAST)].to_numpy())


def test_influence_stands_beside_the_curve(far_east):
    """Leaving a region out adds no specification; fails if it pads the count or ranks are kept."""
    point = next(
        p
        for p in far_east.points
        if p.specification.statistic == "kendall_tau_b"
        and len(p.specification.members) == 11
        and not p.specification.strata
    )
    score = build(synthetic_observations(), edition="III", subset="far_east").score
    known = stats.leave_one_out("kendall_tau_b", score, point.specification.covariate)
    assert (point.loo_low, point.loo_high) == pytest.approx((known.loo_low, known.loo_high))
    shift = [abs(value - point.association.estimate) for value in known.estimates]
    assert point.most_influential == point.specification.regions[int(np.argmax(shift))]


def test_rows_are_the_curve_in_order(far_east):
    """One row a specification, by rising estimate within a statistic; fails if the table loses a column."""
    rows = far_east.rows()
    assert len(rows) == len(far_east.points) and [r["rank"] for r in rows] == list(range(1, len(rows) + 1))
    for _, members in itertools.groupby(rows, key=lambda r: r["statistic"]):
        estimates = [r["estimate"] for r in members]
        assert estimates == sorted(estimates)
    assert {"edition", "p_exact", "p_min", "p_joint", "p_maxt", "p_minp", "combinations", "regions"} <= set(
        rows[0]
    )
    assert far_east.rows() == specifications.multiverse(synthetic_observations()).rows()


def test_words_printed_with_the_curve(far_east):
    """Null, warnings and counts in both languages; fails if the curve can be printed without them."""
    assert "554,400" in text(far_east.null, "en") and "554\u00a0400" in text(far_east.null, "ru")
    for language in ("en", "ru"):
        assert any("Del Giudice" in text(warning, language) for warning in specifications.WARNINGS)
        assert str(len(far_east.points)) in text(far_east.counts, language)
    summary = far_east.families[0]
    members = [
        p
        for p in far_east.points
        if (p.specification.region_set, p.specification.statistic) == (summary.region_set, summary.statistic)
    ]
    assert summary.significant == sum(p.association.p_exact <= 0.05 for p in members)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"edition": "IV"}, "allowed are: II, III"),
        ({"subset": "siberia"}, "far_east, border"),
        ({"alpha": 5}, "between 0 and 1"),
    ],
)
def test_requests_that_cannot_be_met_are_refused(arguments, words):
    """Fails if an unknown edition gives an empty curve."""
    with pytest.raises(AnalysisError, match=words):
        specifications.multiverse(synthetic_observations(), **arguments)


def test_missing_scores_and_empty_tables_are_named():
    """Fails if a region without a score is left out silently, or nothing at all is drawn as a curve."""
    table = synthetic_observations()
    with pytest.raises(AnalysisError, match="RU-AMU"):
        specifications.multiverse(table[(table["indicator"] != "score") | (table["region"] != "RU-AMU")])
    with pytest.raises(AnalysisError, match="No specification"):
        specifications.multiverse(table[table["indicator"] == "score"])


def test_what_cannot_be_computed_is_listed():
    """A covariate known for two regions: fails if its combinations vanish from the count."""
    table = synthetic_observations()
    few = (table["indicator"] != "china_share") | table["region"].isin(FAR_EAST[:2])
    found = build(table[few], edition="III", subset="far_east")
    assert any("only" in sentence for _, sentence in found.without_result)
    assert all(options["indicator"] == "china_share" for options, _ in found.without_result)


def test_tests_of_the_whole_set_are_what_brute_force_finds():
    """Number of small p and median over all rank specifications, every arrangement of the five scores in turn."""
    found = specifications.multiverse(synthetic_observations(), subset="border", alpha=0.35, latest=True)
    universe = latest_only(build(synthetic_observations(), edition="III", subset="border"))
    assert {s.statistic for s in universe.specifications} == {"kendall_tau_b", "spearman_rho"}
    table, observed = estimates_over_all_arrangements(universe)
    p = (np.abs(table)[None] >= np.abs(table)[:, None] - 1e-9).mean(axis=1)
    signed = [((p <= 0.35 + 1e-12) & (np.sign(table) == sign)).sum(axis=1) for sign in (-1, 1)]
    low = np.maximum(*signed)
    medians = np.abs(np.median(table, axis=1))
    assert found.whole.size == table.shape[1] and found.whole.significant == low[observed]
    assert found.whole.p_significant == pytest.approx((low >= low[observed]).mean())
    assert found.whole.p_median == pytest.approx((medians >= medians[observed] - 1e-12).mean())
    assert found.whole.p_smallest == pytest.approx((p.min(axis=1) <= p.min(axis=1)[observed] + 1e-12).mean())


def test_the_latest_year_of_each_indicator_is_the_primary_curve(far_east):
    """Fails if an earlier year, or Pearson's r, comes into the curve that leads."""
    primary = specifications.multiverse(synthetic_observations(), latest=True)
    last = {}
    for point in far_east.points:
        for options in point.specification.options:
            last[options["indicator"]] = max(last.get(options["indicator"], ""), options["period"])
    rows = primary.every_combination()
    assert set(zip(rows["indicator"], rows["period"], strict=True)) == set(last.items())
    assert set(rows["statistic"]) == {"kendall_tau_b", "spearman_rho"}


def test_shapley_shares_of_an_additive_spread():
    """Orthogonal factors: shares are their own R-squared; fails if orders are weighed unequally."""
    grid = list(itertools.product("ab", "xyz", "pq"))
    effect = {"a": 0.0, "b": 2.0, "x": -1.0, "y": 0.0, "z": 1.0, "p": 0.0, "q": 0.0}
    estimates = np.array([sum(effect[level] for level in row) for row in grid])
    factors = {name: [row[i] for row in grid] for i, name in enumerate(("first", "second", "third"))}
    shares = stats.shapley_shares(estimates, np.ones(len(grid)), factors)
    # variances 1 and 2/3 of the first two factors
    assert shares == pytest.approx({"first": 0.6, "second": 0.4, "third": 0.0, "unexplained": 0.0}, abs=1e-12)
    interaction = stats.shapley_shares(
        np.array([1.0, -1.0, -1.0, 1.0]), np.ones(4), {"f": list("aabb"), "g": list("cdcd")}
    )
    assert interaction["unexplained"] == pytest.approx(1.0)
    together = stats.shapley_shares(
        np.array([1.0, -1.0, -1.0, 1.0]),
        np.ones(4),
        {"f": list("aabb"), "g": list("cdcd")},
        interactions=True,
    )
    assert together == pytest.approx({"f": 0.5, "g": 0.5, "unexplained": 0.0}, abs=1e-12)
    crossed = estimates + np.array([(row[0] == "b") * (row[1] == "z") for row in grid])
    three = stats.shapley_shares(crossed, np.ones(len(grid)), factors, interactions=True)
    assert three["unexplained"] == pytest.approx(0, abs=1e-12) and three["third"] == pytest.approx(
        0, abs=1e-12
    )
    assert sum(three.values()) == pytest.approx(1)
    assert stats.shapley_shares(np.ones(4), np.ones(4), {"f": list("aabb")}) == {}


def test_a_choice_some_specifications_lack_explains_nothing_between_them_and_the_rest():
    """Population vintage exists per head only; fails if it takes the credit for the indicator."""
    indicator = ["exports"] * 4 + ["investment_per_head"] * 4
    vintage = ["not_applicable"] * 4 + ["annual_average", "previous_year_end"] * 2
    estimates = np.array([0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9])
    shares = stats.shapley_shares(estimates, np.ones(8), {"indicator": indicator, "population": vintage})
    assert shares == pytest.approx({"indicator": 1.0, "population": 0.0, "unexplained": 0.0}, abs=1e-12)


def test_shares_add_up_to_one(far_east):
    """Fails if a subset of choices is fitted twice or left out."""
    assert set(far_east.shares) == set(COEFFICIENT)
    for shares in far_east.shares.values():
        assert sum(shares.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("n", [11, 62, 63, 64, 70, 130])
def test_columns_that_differ_are_told_apart_at_any_length(n):
    """Binary columns of 63 places and more no longer fit one number; fails if two are merged."""
    columns = np.zeros((n, n + 2), dtype=np.int8)
    columns[range(n), range(n)] = 1
    columns[0, n:] = 1
    distinct, counts = _distinct_columns(columns)
    assert distinct.shape == (n, n) and sorted(counts.tolist()) == [1] * (n - 1) + [3]
    assert len({column.tobytes() for column in distinct.T.copy()}) == n
