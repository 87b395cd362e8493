"""Exact tests of association against brute force, hand arithmetic and what scipy does right."""

import itertools
import math
import re
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import stats
from analysis.stats import exact, sampling
from analysis.stats.errors import StatisticsError
from analysis.stats.pairs import surplus as concordance
from analysis.stats.ranks import doubled_midranks, tie_groups
from analysis.stats.reasons import SENTENCES, Reason

# Far Eastern regions: Amur, Jewish AO, Primorye, Yakutia, Khabarovsk, Zabaykalsky, Buryatia, Sakhalin,
# Kamchatka, Chukotka, Magadan
SCORE_III = [9, 9, 9, 8, 8, 8, 6, 5, 5, 4, 3]
SCORE_II = [9, 9, 9, 8, 8, 7, 6, 6, 5, 2, 3]
CHINA_SHARE_2021 = [52.6, 98.3, 48.3, 27.5, 33.0, 87.8, 42.5, 17.0, 16.2, 80.0, 5.0]
AT_BORDER = [1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0]

CHINA = 9  # position of Chukotka in the lists above

small_series = st.integers(3, 7).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 6), min_size=n, max_size=n)] * 2)
)


@cache
def doubled_rank_by_value(ordered):
    """Twice the midrank of each value of a sorted tuple, which no arrangement of it changes."""
    return {value: 2 * sum(w < value for w in ordered) + ordered.count(value) + 1 for value in ordered}


def statistic_of(kernel, score, covariate, strata=None):
    """S by definition, within strata: rank products as fractions, or pairs one by one."""
    total = Fraction(0)
    for label in set(strata or [0]):
        inside = [i for i in range(len(score)) if strata is None or strata[i] == label]
        a, b = [score[i] for i in inside], [covariate[i] for i in inside]
        if kernel == "product":
            ranks = [doubled_rank_by_value(tuple(sorted(values))) for values in (a, b)]
            total += Fraction(sum(ranks[0][x] * ranks[1][y] for x, y in zip(a, b, strict=True)), 4)
        else:
            total += sum(
                (a[i] > a[j]) * (b[i] > b[j]) * 1
                + (a[i] < a[j]) * (b[i] < b[j])
                - (a[i] > a[j]) * (b[i] < b[j])
                - (a[i] < a[j]) * (b[i] > b[j])
                for i, j in itertools.combinations(range(len(a)), 2)
            )
    return total


def brute_force(kernel, score, covariate, strata=None):
    """Exceeding, upper and farthest counts over every distinct arrangement (within strata)."""
    n = len(score)
    labels = strata or [0] * n
    blocks = [[i for i in range(n) if labels[i] == label] for label in sorted(set(labels))]
    choices = [set(itertools.permutations([score[i] for i in block])) for block in blocks]
    values = []
    for pick in itertools.product(*choices):
        arranged = [0] * n
        for block, part in zip(blocks, pick, strict=True):
            for i, value in zip(block, part, strict=True):
                arranged[i] = value
        values.append(statistic_of(kernel, arranged, covariate, strata))
    mean = sum(values) / len(values)
    observed = statistic_of(kernel, score, covariate, strata)
    far = [abs(value - mean) for value in values]
    reached, farthest = abs(observed - mean), max(far)
    return (
        len(values),
        sum(f >= reached for f in far),
        sum(value >= observed for value in values),
        far.count(farthest),
    )


def assert_matches_brute_force(result, kernel, score, covariate, strata=None):
    arrangements, exceeding, upper, farthest = brute_force(kernel, score, covariate, strata)
    assert (result.arrangements, result.exceeding, result.upper) == (arrangements, exceeding, upper)
    assert result.p_exact == exceeding / arrangements
    assert result.p_min == farthest / arrangements


@settings(max_examples=25, deadline=None)
@given(small_series)
def test_exact_p_is_that_of_every_arrangement_counted(series):
    """Ties on both sides, n up to 7: fails if the lattice, the closed form or the two-sided rule is off."""
    score, covariate = series
    if len(set(score)) == 1 or len(set(covariate)) == 1:
        return
    for statistic, kernel in (("kendall_tau_b", "concordance"), ("spearman_rho", "product")):
        result = stats.associate(statistic, score, covariate)
        assert_matches_brute_force(result, kernel, score, covariate)


@settings(max_examples=40, deadline=None)
@given(small_series, st.randoms(use_true_random=False))
def test_exact_p_within_strata_is_that_of_every_arrangement_counted(series, random):
    """Fails if strata are convolved wrongly or scores leak from one stratum into another."""
    score, covariate = series
    strata = [random.randint(0, 1) for _ in score]
    result = stats.associate("kendall_tau_b", score, covariate, strata)
    if result.cannot is None:
        assert_matches_brute_force(result, "concordance", score, covariate, strata)
        rho = stats.associate("spearman_rho", score, covariate, strata)
        assert_matches_brute_force(rho, "product", score, covariate, strata)


def compositions(n):
    for cuts in itertools.product((0, 1), repeat=n - 1):
        yield [sum(cuts[:i]) for i in range(n)]


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_null_distribution_is_right_for_every_pair_of_tie_patterns(n):
    """The whole table, not one p of it: fails if any reachable value or its count is wrong."""
    for score, covariate in itertools.product(compositions(n), repeat=2):
        x, y = doubled_midranks(np.array(score)), doubled_midranks(np.array(covariate))
        arranged = [np.array(p) for p in set(itertools.permutations(x.tolist()))]
        for kernel, value in (
            ("product", lambda p, y=y: int(p @ y)),
            ("concordance", lambda p, y=y: concordance(p, y)),
        ):
            table = exact.null_table(kernel, ((tie_groups(x), tie_groups(y)),))
            counted = Counter(value(p) for p in arranged)
            assert dict(zip(table.values.tolist(), table.counts.tolist(), strict=True)) == dict(counted)
            assert table.arrangements == len(arranged)


def test_reference_values_of_edition_three_and_the_share_of_china():
    """The study's headline: fails if the figure in every table of ours is no longer this one."""
    rho = stats.spearman_rho(SCORE_III, CHINA_SHARE_2021)
    assert round(rho.estimate, 4) == 0.5895
    assert (rho.exceeding, rho.upper, rho.arrangements) == (33_812, 16_906, 554_400)
    assert rho.method == "lattice"
    tau = stats.kendall_tau_b(SCORE_III, CHINA_SHARE_2021)
    assert (round(tau.estimate, 4), round(tau.p_exact, 4)) == (0.5060, 0.0433)
    assert tau.method == "q-multinomial"
    assert stats.kendall_tau_b(SCORE_II, CHINA_SHARE_2021).arrangements == 1_663_200


def test_five_border_regions_cannot_go_below_one_fifth():
    """Scores 9 9 9 8 8 have ten arrangements; fails if a smaller p is ever claimed reachable."""
    result = stats.kendall_tau_b([9, 9, 9, 8, 8], [5.6, 7.3, 5.8, 11.5, 4.7])
    assert (result.arrangements, result.p_min) == (10, 0.2)
    assert not result.can_reach(0.05)


@settings(max_examples=40, deadline=None)
@given(small_series)
def test_estimates_are_scipys_where_scipy_is_right(series):
    """Coefficients (not their p) are well tested in scipy; fails if ours have other conventions."""
    score, covariate = series
    if len(set(score)) == 1 or len(set(covariate)) == 1:
        return
    assert stats.kendall_tau_b(score, covariate).estimate == pytest.approx(
        scipy.stats.kendalltau(score, covariate).statistic
    )
    assert stats.spearman_rho(score, covariate).estimate == pytest.approx(
        scipy.stats.spearmanr(score, covariate).statistic
    )
    # scipy's first argument is the independent variable
    assert stats.somers_d(score, covariate).estimate == pytest.approx(
        scipy.stats.somersd(covariate, score).statistic
    )


def test_gamma_by_hand():
    """Pairs of (1,1) (1,2) (2,2) (3,1): 1-2 tied, 1-3 and 2-3... counted on paper: C = 1, D = 2."""
    # (1,1)-(2,2) concordant; (1,1)-(3,1) tied; (1,2)-(2,2) tied; (1,2)-(3,1) and (2,2)-(3,1) discordant
    assert stats.goodman_kruskal_gamma([1, 1, 2, 3], [1, 2, 2, 1]).estimate == pytest.approx(-1 / 3)


def test_the_three_coefficients_of_concordance_share_one_p():
    """tau-b, Somers' D and gamma have one numerator; fails if one is tested by something else."""
    p = {
        stats.associate(s, SCORE_III, CHINA_SHARE_2021).p_exact
        for s in ("kendall_tau_b", "somers_d", "gamma")
    }
    assert len(p) == 1


@settings(max_examples=30, deadline=None)
@given(small_series)
def test_order_of_regions_monotone_change_and_reversal_do_not_matter(series):
    """Invariances of rank tests; fails if anything but ranks enters."""
    score, covariate = (np.array(s, dtype=float) for s in series)
    first = stats.spearman_rho(score, covariate)
    shuffled = stats.spearman_rho(score[::-1], np.exp(covariate[::-1]))
    mirrored = stats.spearman_rho(score, -covariate)
    assert (
        (first.p_exact, first.p_min)
        == (shuffled.p_exact, shuffled.p_min)
        == (mirrored.p_exact, mirrored.p_min)
    )
    if first.estimate is not None:
        assert mirrored.estimate == pytest.approx(-first.estimate, abs=1e-12)


def test_closed_form_and_lattice_agree_at_eleven_regions():
    """Two algorithms for one distribution; fails if either drifts at a size brute force cannot reach."""
    x, y = doubled_midranks(np.array(SCORE_III)), doubled_midranks(np.array(CHINA_SHARE_2021))
    groups = tie_groups(x), tie_groups(y)
    closed = exact.null_table("concordance", (groups,))
    packed, base = exact._lattice("concordance", *groups, 32, 1)
    counts = exact.packed_counts(packed, 32)
    reached = np.flatnonzero(counts)
    assert (reached + base).tolist() == closed.values.tolist()
    assert counts[reached].tolist() == closed.counts.tolist()


@pytest.mark.parametrize("untied", ["covariate", "score"])
def test_kendall_of_eighty_three_regions_has_the_known_variance(untied):
    """Kendall's tie-corrected variance of S is an independent formula; fails if big integers overflow."""
    sizes = [2, 5, 10, 14, 16, 13, 9, 8, 4, 2]
    tied = tie_groups(doubled_midranks(np.repeat(np.arange(10), sizes)))
    plain = tie_groups(doubled_midranks(np.arange(83)))
    pair = (tied, plain) if untied == "covariate" else (plain, tied)
    table = exact.null_table("concordance", (pair,))
    assert sum(table.counts.tolist()) == table.arrangements == exact.arrangement_count(pair[0][1])
    n = 83
    expected = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in sizes)) / 18
    assert table.variance() == pytest.approx(expected, rel=1e-12)


def test_exact_p_values_in_bulk_are_those_one_by_one():
    """Fails if the look-up for many covariates and the single call part ways."""
    covariates = np.random.default_rng(1).integers(0, 12, (30, 11))
    for statistic in stats.RANK_STATISTICS:
        bulk = stats.exact_p_values(statistic, SCORE_III, covariates)
        assert bulk.tolist() == [stats.associate(statistic, SCORE_III, row).p_exact for row in covariates]
    with pytest.raises(StatisticsError, match="Covariate 2 has no exact p"):
        stats.exact_p_values("kendall_tau_b", SCORE_III, [CHINA_SHARE_2021, [1.0] * 11])


def test_sampling_is_used_only_where_exact_costs_too_much_and_brackets_the_exact_p():
    """Fails if Monte Carlo is biased, unmarked, or not the same twice."""
    whole = stats.spearman_rho(SCORE_III, CHINA_SHARE_2021)
    strata = stats.kendall_tau_b(SCORE_III, CHINA_SHARE_2021, strata=AT_BORDER)
    for statistic, known, labels in (("spearman_rho", whole, None), ("kendall_tau_b", strata, AT_BORDER)):
        arguments = {"strata": labels, "seconds": 1e-9, "resamples": 99_999}
        drawn = stats.associate(statistic, SCORE_III, CHINA_SHARE_2021, **arguments)
        assert (drawn.method, drawn.p_exact, drawn.resamples) == ("monte_carlo", None, 99_999)
        assert drawn.p_low <= known.p_exact <= drawn.p_high
        assert drawn.p_sampled == (drawn.exceeding + 1) / 100_000
        assert drawn.arrangements == known.arrangements and drawn.strata == known.strata
        assert drawn == stats.associate(statistic, SCORE_III, CHINA_SHARE_2021, **arguments)
        other = stats.associate(statistic, SCORE_III, CHINA_SHARE_2021, **arguments, seed=1)
        assert other != drawn and other.p_sampled == pytest.approx(drawn.p_sampled, rel=0.1)


def test_rho_of_eighty_three_tied_regions_is_sampled_and_says_what_exact_would_cost():
    """Ten score levels over 83 regions: fails if the cost estimate lets the lattice run for hours."""
    score = np.repeat(np.arange(10), [2, 5, 10, 14, 16, 13, 9, 8, 4, 2])
    x, y = doubled_midranks(score), doubled_midranks(np.arange(83))
    cost = exact.exact_cost("product", ((tie_groups(x), tie_groups(y)),))
    assert not cost.affordable() and cost.seconds > 1000


@pytest.mark.parametrize(
    ("score", "covariate", "strata", "words"),
    [
        ([5, 5, 5], [1, 2, 3], None, "score is the same in all 3 cases"),
        ([1, 2, 3], [7, 7, 7], None, "covariate is the same in all 3"),
        ([1, 2], [1, 2], None, "only 2 of the cases"),
        ([], [], None, "no case is left"),
        ([1, 2, 3], [1, 2, 3], [0, 0, 1], "only 2 of the cases"),
        ([1, 1, 2, 2], [1, 2, 3, 4], [0, 0, 1, 1], "in no stratum"),
    ],
)
@pytest.mark.parametrize("statistic", stats.RANK_STATISTICS)
def test_data_that_allow_nothing_give_a_result_that_says_so(statistic, score, covariate, strata, words):
    """Fails if NaN, a warning or a traceback stands where a sentence should."""
    result = stats.associate(statistic, score, covariate, strata)
    assert result.estimate is None and result.p is None and words in result.reason
    assert words in str(result.cannot) and result.reason.endswith(".")
    assert not result.can_reach(1.0)


@pytest.mark.parametrize(
    ("score", "covariate", "words"),
    [
        ([1, 2, float("nan")], [1, 2, 3], "missing or infinite at position 3"),
        ([1, 2, 3], [1, 2, float("inf")], "missing or infinite at position 3"),
        (["9", "8", "7"], [1, 2, 3], "only numbers"),
        ([1, 2, None], [1, 2, 3], "only numbers"),
        ([1, 2, 3], [1, 2], "3 values and the covariate 2"),
        ([[1, 2, 3]], [1, 2, 3], "2 dimensions"),
    ],
)
def test_input_that_is_no_series_is_refused_in_one_sentence(score, covariate, words):
    """Fails if strings are ranked as text, or a gap is silently dropped."""
    with pytest.raises(StatisticsError, match=words):
        stats.kendall_tau_b(score, covariate)
    if not isinstance(score[0], list):
        with pytest.raises(StatisticsError):
            stats.pearson_r(score, covariate)


def test_names_outside_the_lists_are_refused():
    """Fails if a misspelt statistic or language falls through to some default."""
    with pytest.raises(StatisticsError, match="kendall_tau_b"):
        stats.associate("kendall", [1, 2, 3], [1, 2, 3])
    with pytest.raises(StatisticsError, match="labels for 3 cases"):
        stats.kendall_tau_b([1, 2, 3], [1, 2, 3], strata=[1, 2])


def test_interval_is_fiellers_on_the_z_scale():
    """By hand: atanh(0.5895) = 0.6769, half-width 1.96 * sqrt(1.06 / 8) = 0.7134."""
    rho = stats.interval(stats.spearman_rho(SCORE_III, CHINA_SHARE_2021))
    assert rho.ci_low == pytest.approx(math.tanh(0.6769 - 0.7134), abs=2e-4)
    assert rho.ci_high == pytest.approx(math.tanh(0.6769 + 0.7134), abs=2e-4)
    tau = stats.interval(stats.kendall_tau_b(SCORE_III, CHINA_SHARE_2021))
    z, half = math.atanh(0.50602), 1.959964 * math.sqrt(0.437 / 7)
    assert (tau.ci_low, tau.ci_high) == pytest.approx((math.tanh(z - half), math.tanh(z + half)), abs=1e-4)
    assert "superpopulation" in rho.ci_method


@pytest.mark.parametrize(
    "result",
    [
        stats.kendall_tau_b([9, 9, 9, 8, 8], [1, 2, 3, 4, 5]),
        stats.somers_d(SCORE_III, CHINA_SHARE_2021),
        stats.kendall_tau_b(SCORE_III, CHINA_SHARE_2021, strata=AT_BORDER),
        stats.spearman_rho(range(12), range(12)),
        stats.spearman_rho([1, 1, 1], [1, 2, 3]),
    ],
)
def test_no_interval_is_better_than_a_wrong_one(result):
    """Five regions, strata, other coefficients, perfect order: fails if bounds appear all the same."""
    found = stats.interval(result)
    assert found.ci_low is None and found.ci_high is None and found.ci_method is None and found.reason


def test_dropping_chukotka_moves_the_headline_most():
    """0.59 becomes 0.85 without it; fails if ranks are not taken anew or the wrong region is named."""
    influence = stats.leave_one_out("spearman_rho", SCORE_III, CHINA_SHARE_2021)
    assert round(influence.loo_high, 2) == 0.85 and influence.most_influential[1] == CHINA
    rest = [i for i in range(11) if i != CHINA]
    alone = stats.spearman_rho([SCORE_III[i] for i in rest], [CHINA_SHARE_2021[i] for i in rest])
    assert influence.results[CHINA] == alone
    nothing = stats.leave_one_out("kendall_tau_b", [1, 1, 2], [1, 2, 3])
    assert nothing.loo_low is None and nothing.most_influential == ()


def test_pearson_is_exact_by_enumeration_and_exact_about_decimals():
    """Against scipy's own enumeration at n = 6; fails if sums that tie as decimals are split by rounding."""
    score, covariate = [3, 1, 2, 2, 4, 4], [0.1, 0.2, 0.3, 0.1, 0.4, 0.7]
    found = stats.pearson_r(score, covariate)
    known = scipy.stats.permutation_test(
        (score,),
        lambda x: np.round(abs(np.corrcoef(x, covariate)[0, 1]), 9),
        permutation_type="pairings",
        alternative="greater",
        n_resamples=np.inf,
        vectorized=False,
    )
    assert found.p_exact == pytest.approx(known.pvalue) and found.method == "enumeration"
    assert found.estimate == pytest.approx(scipy.stats.pearsonr(score, covariate).statistic)
    assert found.arrangements == 180 and 0 < found.p_min <= found.p_exact
    # 0.1 + 0.7 and 0.3 + 0.5 are one number to a reader, and two to a computer
    assert stats.pearson_r([0, 0, 1, 1], [0.1, 0.3, 0.5, 0.7]).p_exact == pytest.approx(1 / 3)


@pytest.mark.parametrize("covariate", [np.array([1, 2, 3, 1, 4, 7]) / 10, np.sqrt([1, 2, 3, 1, 5, 70])])
@pytest.mark.parametrize("alternative", ["less", "greater"])
def test_directed_pearson_counts_the_observed_arrangement(alternative, covariate):
    """By brute force, over decimals and over floats; fails if ties with the observed sum are lost on one side."""
    score = [3, 1, 2, 2, 4, 4]
    sums = np.array([np.dot(order, covariate) for order in set(itertools.permutations(score))])
    sign = 1 if alternative == "greater" else -1
    expected = np.mean(sign * sums >= sign * np.dot(score, covariate) - 1e-9)
    assert stats.pearson_r(score, covariate, alternative=alternative).p_exact == pytest.approx(
        expected, abs=1e-15
    )


def test_distances_from_a_mean_of_a_large_denominator_do_not_overflow():
    """Strata of many sizes have such a mean; 64 bits would turn far into near."""
    table = exact.NullTable("lattice", 2, np.array([3, 5]), np.array([1, 1]), (2**63 + 1, 2**61))
    assert table.deviation(table.values).tolist() == [2**63 + 1 - 3 * 2**61, 5 * 2**61 - 2**63 - 1]


def test_pearson_of_derived_figures_falls_back_on_floats_with_slack():
    """Seventeen-figure values do not fit whole numbers; fails if their p strays from the exact one's."""
    covariate = np.sqrt(CHINA_SHARE_2021)
    rough = stats.pearson_r(SCORE_III, covariate)
    assert rough.p_exact == pytest.approx(
        stats.pearson_r(SCORE_III, np.round(covariate, 9)).p_exact, abs=1e-5
    )
    many = stats.pearson_r(range(20), np.arange(20) ** 2)
    assert many.method == "monte_carlo" and many.p_sampled == 1 / (sampling.RESAMPLES[0] + 1)


def test_one_group_against_the_rest_is_the_rank_sum_test():
    """Against scipy's exact test, which is right without ties; fails if the two-sided rule differs."""
    inside, outside = [3.1, 8.2, 9.9, 7.0], [1.0, 2.5, 4.2, 5.5, 6.1, 0.3]
    found = stats.compare_groups(inside + outside, [1] * 4 + [0] * 6)
    known = scipy.stats.mannwhitneyu(inside, outside, method="exact")
    assert found.association.p_exact == pytest.approx(known.pvalue)
    assert found.superiority == pytest.approx(known.statistic / 24)


def test_far_east_against_the_rest_is_exact_for_all_regions():
    """83 regions with ten tied scores; fails if the test silently turns to sampling."""
    score = np.tile(np.arange(10), 9)[:83]
    found = stats.compare_groups(score, np.arange(83) < 11)
    assert found.association.method == "lattice" and (found.inside, found.outside) == (11, 72)
    empty = stats.compare_groups(score, np.zeros(83))
    assert empty.superiority is None and empty.cannot.code == "empty_group"
    with pytest.raises(StatisticsError, match="true and false"):
        stats.compare_groups([1, 2, 3], [0, 1, 2])


def test_partial_correlation_is_the_residuals_correlation():
    """Partial rho equals the correlation of rank residuals; fails if the formula is misread."""
    ranks = [scipy.stats.rankdata(v) for v in (SCORE_III, CHINA_SHARE_2021, AT_BORDER)]
    design = np.column_stack([np.ones(11), ranks[2]])
    residuals = [r - design @ np.linalg.lstsq(design, r, rcond=None)[0] for r in ranks[:2]]
    found = stats.partial_rank_correlation("spearman_rho", SCORE_III, CHINA_SHARE_2021, AT_BORDER)
    assert found.estimate == pytest.approx(np.corrcoef(*residuals)[0, 1])
    assert found.within == stats.spearman_rho(SCORE_III, CHINA_SHARE_2021, strata=AT_BORDER)
    same = stats.partial_rank_correlation("kendall_tau_b", SCORE_III, CHINA_SHARE_2021, CHINA_SHARE_2021)
    assert same.estimate is None and same.cannot.code == "order_is_fixed"


def test_minimum_detectable_effect_is_where_the_power_is():
    """Simulated anew with other draws, power there is 0.8; fails if the copula or the test is another."""
    found = stats.minimum_detectable_effect("spearman_rho", SCORE_III, CHINA_SHARE_2021)
    generator = np.random.default_rng(5)
    first, second = generator.standard_normal((2, 2000, 11))
    second = found.latent_correlation * first + math.sqrt(1 - found.latent_correlation**2) * second
    score = np.sort(SCORE_III)[np.argsort(np.argsort(first, axis=1), axis=1)]
    rejected = [
        stats.exact_p_values("spearman_rho", s, c[None])[0] <= 0.05
        for s, c in zip(score[:500], second[:500], strict=True)
    ]
    assert np.mean(rejected) == pytest.approx(0.8, abs=0.06)
    assert 0.6 < found.expected_estimate < 0.85
    strict = stats.minimum_detectable_effect("spearman_rho", SCORE_III, CHINA_SHARE_2021, alpha=0.01)
    assert strict.latent_correlation > found.latent_correlation


def test_five_border_regions_can_detect_nothing():
    """No power at all at 0.05; fails if an effect size is printed where no p can be small enough."""
    found = stats.minimum_detectable_effect("kendall_tau_b", [9, 9, 9, 8, 8], [1, 2, 3, 4, 5])
    assert (
        found.latent_correlation is None
        and found.cannot == Reason("p_unreachable", {"smallest": 0.2, "alpha": 0.05})
        and "smallest reachable p is 0.2," in str(found.cannot)
    )
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        stats.minimum_detectable_effect("kendall_tau_b", SCORE_III, CHINA_SHARE_2021, alpha=5)


def test_importing_the_statistics_costs_no_heavy_import():
    """Under 0.3 s of processor and nothing but numpy; fails if scipy, statsmodels or numba is fetched early."""
    code = (
        "import numpy, sys, time; start = time.process_time(); import analysis.stats as a;"
        "took = time.process_time() - start; a.kendall_tau_b([1, 2, 3], [1, 3, 2]);"
        "heavy = ('numba', 'scipy', 'statsmodels', 'pandas', 'matplotlib');"
        "print([m for m in heavy if m in sys.modules], took < 0.3);"
        "print(sorted({m.split('.')[1] for m in sys.modules if m.startswith('analysis.')}))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split("\n")[:2] == ["[] True", "['stats']"]


def test_results_cannot_be_changed():
    """Fails if a result could be edited between computing and printing."""
    with pytest.raises(AttributeError):
        stats.kendall_tau_b([1, 2, 3], [1, 3, 2]).estimate = 1.0


def test_every_reason_has_its_sentence():
    """A reason is a code and values; fails if a code is misspelt or a field of its sentence is missing."""
    source = "".join(path.read_text(encoding="utf-8") for path in Path(stats.__file__).parent.glob("*.py"))
    assert set(re.findall(r'reason\(\s*"(\w+)"', source)) == set(SENTENCES)
    result = stats.kendall_tau_b([5, 5, 5], [1, 2, 3])
    assert result.cannot == Reason("constant_score", {"n": 3})
    assert result.reason == "the score is the same in all 3 cases."
