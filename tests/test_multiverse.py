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
from analysis.rating.specifications import choices
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


def estimates_over_all_arrangements(found):
    """Every specification on every arrangement, by scipy: rows arrangements, columns specifications."""
    every = sorted(set(itertools.permutations(found.score.tolist())))
    table = np.zeros((len(every), len(found.specifications)))
    for column, specification in enumerate(found.specifications):
        members = list(specification.members)
        for row, scores in enumerate(every):
            inside = np.array(scores)[members]
            if len(set(inside)) > 1:
                covariate = specification.covariate[members]
                table[row, column] = COEFFICIENT[specification.statistic](inside, covariate).statistic
    return table, every.index(tuple(found.score.tolist()))


def test_joint_inference_is_what_brute_force_finds(border):
    """Ten arrangements by scipy: p, max-T, min-p and median test; fails if any joins the wrong rows."""
    found, rows = border.found, border.found.frame(order=False)
    table, observed = estimates_over_all_arrangements(found)
    assert found.joint.arrangements == len(table) == 10
    size = np.abs(table)
    tail = (size[None, :, :] >= size[:, None, :] - 1e-9).mean(axis=1)  # p of each arrangement and column
    spread = np.sqrt((table**2).mean(axis=0))
    ranked = np.flatnonzero(rows["statistic"] != "pearson_r")
    assert rows["estimate"].to_numpy() == pytest.approx(table[observed], abs=1e-12)
    assert rows["p_joint"].to_numpy() == pytest.approx(tail[observed])
    assert rows["p_minp"][ranked].to_numpy() == pytest.approx(step_down(-tail[:, ranked], observed))
    assert rows["p_minp"].isna().sum() == len(rows) - len(ranked)
    for family, summary in zip(found.families.values(), border.families().itertuples(), strict=True):
        maxt = step_down(size[:, family] / spread[family], observed)
        assert rows["p_maxt"][family].to_numpy() == pytest.approx(maxt)
        medians = np.median(table[:, family], axis=1)
        assert summary.median == pytest.approx(medians[observed], abs=1e-12)
        assert summary.p_median == pytest.approx((np.abs(medians) >= abs(medians[observed]) - 1e-9).mean())


def test_as_many_significant_specifications_as_brute_force_finds():
    """Simonsohn, Simmons and Nelson's second test on ten arrangements; fails if signs are pooled."""
    for alpha in (0.2, 0.4, 0.6):
        made = specifications.multiverse(synthetic_observations(), subset="border", alpha=alpha)
        table, observed = estimates_over_all_arrangements(made.found)
        size = np.abs(table)
        tail = (size[None, :, :] >= size[:, None, :] - 1e-9).mean(axis=1)
        for family, summary in zip(made.found.families.values(), made.families().itertuples(), strict=True):
            if summary.statistic == "pearson_r":
                assert np.isnan(summary.p_significant)
                continue
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
    found = far_east.found
    rows = found.frame(order=False)
    for place, (specification, carried) in enumerate(
        zip(found.specifications, found.associations, strict=True)
    ):
        members = list(specification.members)
        pair = found.score[members], specification.covariate[members]
        if specification.statistic == "pearson_r":
            own = stats.pearson_r(*pair)
            assert carried.upper == own.upper
        else:
            own = stats.associate(specification.statistic, *pair, specification.strata)
        assert carried.p_exact == own.p_exact and carried.p_min == own.p_min
        assert carried.estimate == pytest.approx(own.estimate)
        if len(members) == 11 and specification.strata is None:
            assert rows["p_joint"][place] == own.p_exact
    assert (rows["p_joint"] <= rows["p_maxt"]).all() and (rows["p_maxt"] <= 1).all()
    assert (rows["p_joint"] <= rows["p_minp"].fillna(1)).all()


def test_same_ranks_are_one_specification_and_say_for_how_many_they_stand(far_east):
    """Exports of 2021 are those of 2020 times 1.07: one computation for ranks and for Pearson's r two."""
    labels = every_label(far_east)
    assert ("exports", "2021") in {(o["indicator"], o["period"]) for o in labels}
    for specification in far_east.found.specifications:
        years = {o["period"] for o in specification.options if o["indicator"] == "exports"}
        if years and specification.statistic != "pearson_r":
            assert years == {"2020", "2021"}
    without = len(far_east.found.without_result)
    assert len(labels) == far_east.found.combinations - without == len(far_east.every_combination())
    assert len({str(options) for options in labels}) == len(labels)


def every_label(made):
    return [options for each in made.found.specifications for options in each.options]


def test_density_without_a_border_is_missing_or_zero_by_choice_only(far_east):
    """Missing leaves five regions, zero keeps eleven; fails if a hole is filled without being asked."""
    for specification in far_east.found.specifications:
        used = {FAR_EAST[member] for member in specification.members}
        for options in specification.options:
            if options["indicator"] in choices.DENSITIES and options["region_set"] == "far_east":
                zero = options["non_border_density"] == "zero" and options["strata"] != "border"
                assert used == set(FAR_EAST if zero else BORDER)
            if options["indicator"] == "china_share":
                assert used <= set(FAR_EAST[:9])


def test_choices_multiply_only_where_they_make_a_difference(far_east, border):
    """Transform for Pearson's r only, population per head only; every option taken is one that is explained."""
    known = {choice.id: {option.id for option in choice.options} for choice in specifications.CHOICES}
    for options in (*every_label(far_east), *every_label(border)):
        pearson = options["statistic"] == "pearson_r"
        assert (options["transform"] != stats.NOT_APPLICABLE) == pearson
        assert (options["population"] != stats.NOT_APPLICABLE) == (options["indicator"] == choices.PER_HEAD)
        assert (options["skovorodino"] != stats.NOT_APPLICABLE) == (options["indicator"] in choices.DENSITIES)
        assert set(options) == set(choices.CHOICE_COLUMNS)
        for choice in set(options) & set(known):
            assert options[choice] in known[choice] | {stats.NOT_APPLICABLE}
    assert {options["region_set"] for options in every_label(border)} == {"border"}
    assert all(text(o.reason, "en") != text(o.reason, "ru") for c in choices.CHOICES for o in c.options)


def test_investment_per_head_by_the_year_before_is_recomputed(far_east):
    """Million roubles over thousand people: by hand; fails if the vintage or the unit is off."""
    data = synthetic_observations().set_index(["indicator", "period", "region"])["value"].sort_index()
    expected = data["investment", "2021"] / data["population_year_end", "2020"] * 1000
    found = [
        each.covariate
        for each in far_east.found.specifications
        if any(o["population"] == "previous_year_end" and o["transform"] == "level" for o in each.options)
    ]
    assert found and found[0] == pytest.approx(expected.loc[list(FAR_EAST)].to_numpy())


def test_influence_stands_beside_the_curve(far_east):
    """Leaving a region out adds no specification; fails if it pads the count or ranks are kept."""
    found = far_east.found
    place, specification = next(
        (place, each)
        for place, each in enumerate(found.specifications)
        if each.statistic == "kendall_tau_b" and len(each.members) == 11 and not each.strata
    )
    known = stats.leave_one_out("kendall_tau_b", found.score, specification.covariate)
    row = found.influence().loc[place]
    assert (row["loo_low"], row["loo_high"]) == pytest.approx((known.loo_low, known.loo_high))
    shift = [abs(value - found.associations[place].estimate) for value in known.estimates]
    assert row["most_influential"] == FAR_EAST[int(np.argmax(shift))]


def test_rows_are_the_curve_in_order(far_east):
    """One row a specification, by rising estimate within a statistic; fails if the table loses a column."""
    rows = far_east.table()
    assert len(rows) == len(far_east.found.specifications)
    assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
    for _, members in rows.groupby("statistic"):
        assert members["estimate"].is_monotonic_increasing
    assert {"edition", "p_exact", "p_min", "p_joint", "p_maxt", "p_minp", "combinations", "regions"} <= set(
        rows
    )


def test_words_printed_with_the_curve(far_east):
    """Null, warnings and counts in both languages; fails if the curve can be printed without them."""
    assert "554,400" in text(far_east.null, "en") and "554\u00a0400" in text(far_east.null, "ru")
    for language in ("en", "ru"):
        assert any("Del Giudice" in text(warning, language) for warning in specifications.WARNINGS)
        assert str(len(far_east.found.specifications)) in text(far_east.counts, language)
    rows, summary = far_east.table(), far_east.families().iloc[0]
    members = rows[
        (rows["regions_used"] == summary["region_set"]) & (rows["statistic"] == summary["statistic"])
    ]
    assert summary["significant"] == (members["p_exact"] <= 0.05).sum()


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
    table = table[table["indicator"].isin(["score", "exports", "china_share"])]
    few = (table["indicator"] != "china_share") | table["region"].isin(FAR_EAST[:2])
    found = specifications.multiverse(table[few]).found
    assert any("only" in sentence for _, sentence in found.without_result)
    assert {options["indicator"] for options, _ in found.without_result} == {"china_share"}


def test_tests_of_the_whole_set_are_what_brute_force_finds():
    """Number of small p and median over all rank specifications, every arrangement of the five scores in turn."""
    primary = specifications.multiverse(synthetic_observations(), subset="border", alpha=0.35).latest()
    assert {s.statistic for s in primary.found.specifications} == {"kendall_tau_b", "spearman_rho"}
    table, observed = estimates_over_all_arrangements(primary.found)
    p = (np.abs(table)[None] >= np.abs(table)[:, None] - 1e-9).mean(axis=1)
    signed = [((p <= 0.35 + 1e-12) & (np.sign(table) == sign)).sum(axis=1) for sign in (-1, 1)]
    low = np.maximum(*signed)
    medians = np.abs(np.median(table, axis=1))
    whole = primary.found.whole()
    assert whole.size == table.shape[1] and whole.significant == low[observed]
    assert whole.p_significant == pytest.approx((low >= low[observed]).mean())
    assert whole.p_median == pytest.approx((medians >= medians[observed] - 1e-12).mean())
    assert whole.p_smallest == pytest.approx((p.min(axis=1) <= p.min(axis=1)[observed] + 1e-12).mean())


def test_the_latest_year_of_each_indicator_is_the_primary_curve(far_east):
    """Fails if an earlier year, or Pearson's r, comes into the curve that leads."""
    last = {}
    for options in every_label(far_east):
        last[options["indicator"]] = max(last.get(options["indicator"], ""), options["period"])
    rows = far_east.latest().every_combination()
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
    found = far_east.shares()
    assert set(found) == set(COEFFICIENT)
    for shares in (*found.values(), *far_east.latest().shares_with_interactions().values()):
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
