"""Many cases, and the arguments of the tests: strategy by cost, direction, ties, seeds, strata of one."""

import itertools
import math
import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipys

from analysis import stats
from analysis.stats import exact, normal, pairs, sampling
from analysis.stats.errors import StatisticsError
from analysis.stats.ranks import doubled_midranks, levels_of_rows, tie_groups

RATING = np.repeat(np.arange(10.0), [2, 5, 10, 14, 16, 13, 9, 8, 4, 2])


def counted(a, b):
    """Concordant, discordant and tied pairs, one by one."""
    found = dict.fromkeys(("concordant", "discordant", "tied_score", "tied_covariate", "tied_both"), 0)
    for i, j in itertools.combinations(range(len(a)), 2):
        x, y = a[i] - a[j], b[i] - b[j]
        kind = (
            "tied_both" if x == y == 0 else "tied_score" if x == 0 else "tied_covariate" if y == 0 else None
        )
        found[kind or ("concordant" if (x > 0) == (y > 0) else "discordant")] += 1
    return found


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 70), st.integers(1, 40), st.integers(1, 40), st.integers(0, 10**6))
def test_pairs_are_counted_as_one_by_one(n, first, second, seed):
    """Ties on one side, both and neither; fails if a tie is taken for an order."""
    generator = np.random.default_rng(seed)
    a, b = generator.integers(0, first, n), generator.integers(0, second, n)
    found = stats.pair_counts(a, b)
    assert {name: getattr(found, name) for name in counted(a, b)} == counted(a, b)
    assert found.untied == found.concordant + found.discordant


@pytest.mark.parametrize("n", [199, 201, 256, 1000])
@pytest.mark.parametrize("levels", [2, 10, 10_000])
def test_sorting_counts_what_the_table_of_all_pairs_counts(n, levels):
    """Both algorithms on either side of the size at which they change; fails if the merge loses a pair."""
    generator = np.random.default_rng(n)
    a, b = generator.integers(0, levels, n), generator.integers(0, 50, n)
    signs = np.sign(a[:, None] - a) * np.sign(b[:, None] - b)
    assert pairs.surplus(a, b) == signs.sum() // 2
    assert stats.goodman_kruskal_gamma(a, b).estimate == signs.sum() / np.abs(signs).sum()


def test_pairs_within_strata_and_the_plain_count_of_the_headline():
    """37 of the 48 pairs that differ on both go the same way; fails if the count is of something else."""
    score = [9, 9, 9, 8, 8, 8, 6, 5, 5, 4, 3]
    share = [52.6, 98.3, 48.3, 27.5, 33.0, 87.8, 42.5, 17.0, 16.2, 80.0, 5.0]
    found = stats.pair_counts(score, share)
    assert (found.concordant, found.discordant, found.tied_score) == (37, 11, 7)
    halves = [0] * 5 + [1] * 6
    within = stats.pair_counts(score, share, strata=halves)
    parts = [stats.pair_counts(score[:5], share[:5]), stats.pair_counts(score[5:], share[5:])]
    assert within.surplus == sum(part.surplus for part in parts)
    assert sum(vars(within).values()) == 10 + 15


@pytest.mark.parametrize("n", [5, 30, 83, 150])
@pytest.mark.parametrize(("levels", "other"), [(2, 3), (10, 10_000), (10_000, 4), (10_000, 10_000), (40, 40)])
def test_sums_of_arrangements_are_those_by_definition(n, levels, other):
    """Level by level and by merging, ties on either side; fails if pairs tied on the covariate count."""
    generator = np.random.default_rng(n + levels)
    x = doubled_midranks(generator.integers(0, levels, n))
    y = doubled_midranks(generator.integers(0, other, n))
    for labels in (np.zeros(n, dtype=np.int64), np.arange(n) % 2):
        rows = sampling.shuffled(generator, x, labels, 20)
        found = sampling.sums("concordance", rows, y, labels)
        same = np.equal.outer(labels, labels)
        for row, value in zip(rows, found, strict=True):
            assert value == (np.sign(row[:, None] - row) * np.sign(y[:, None] - y))[same].sum() // 2


@pytest.mark.parametrize(
    ("score", "covariate"), [([0, 0, 1, 2, 2, 2, 3], [1, 1, 1, 0, 2, 2, 5]), (range(6), range(6))]
)
def test_the_variance_of_the_normal_approximation_is_that_of_the_exact_null(score, covariate):
    """Two derivations of one number; fails if a tie correction is left out."""
    pattern = (tuple(tie_groups(doubled_midranks(np.array(side))) for side in (score, covariate)),)
    for kernel in ("product", "concordance"):
        assert normal.null_variance(kernel, pattern) == pytest.approx(
            exact.null_table(kernel, pattern).variance()
        )
        both = exact.null_table(kernel, pattern * 2).variance()
        assert normal.null_variance(kernel, pattern * 2) == pytest.approx(both)


def test_the_normal_approximation_is_scipys():
    """scipy's asymptotic tau has the same variance and no continuity correction; fails if ours drifts."""
    generator = np.random.default_rng(3)
    a, b = generator.integers(0, 10, 300), generator.integers(0, 40, 300)
    for ours, theirs in (("two-sided", "two-sided"), ("greater", "greater"), ("less", "less")):
        found = stats.kendall_tau_b(a, b, method="normal", alternative=ours)
        known = scipys.kendalltau(a, b, method="asymptotic", alternative=theirs)
        assert (found.method, found.p_exact, found.p_sampled) == ("normal", None, None)
        assert (found.estimate, found.p_normal) == (
            pytest.approx(known.statistic),
            pytest.approx(known.pvalue),
        )
    rho = stats.spearman_rho(a, b, method="normal")
    assert rho.p == pytest.approx(2 * scipys.norm.sf(abs(rho.estimate) * math.sqrt(299)))
    r = stats.pearson_r(a, b, method="normal")
    assert r.p == pytest.approx(2 * scipys.norm.sf(abs(r.estimate) * math.sqrt(299)))


@pytest.mark.parametrize("n", [1000, 100_000])
@pytest.mark.parametrize("levels", [None, 10])
@pytest.mark.parametrize("function", [stats.kendall_tau_b, stats.spearman_rho, stats.pearson_r])
def test_many_cases_answer_in_seconds_and_say_how(function, n, levels):
    """An exact distribution of these would take hours; fails if the call hangs or does not name its method."""
    generator = np.random.default_rng(n)
    score = generator.integers(0, levels, n) if levels else generator.random(n)
    covariate = score + generator.standard_normal(n)
    start = time.process_time()
    found = function(score, covariate)
    assert time.process_time() - start < 3
    assert found.method in ("monte_carlo", "normal") and found.estimate > 0 and found.p < 0.01
    assert len(repr(found)) < 400


def test_methods_agree_where_all_can_be_had():
    """Exact, sampled and normal p of 60 cases; fails if one of them tests something else."""
    generator = np.random.default_rng(8)
    score, covariate = generator.integers(0, 6, 60), generator.standard_normal(60)
    for alternative in ("two-sided", "greater", "less"):
        known = stats.kendall_tau_b(score, covariate, alternative=alternative)
        drawn = stats.kendall_tau_b(score, covariate, alternative=alternative, method="monte_carlo")
        near = stats.kendall_tau_b(score, covariate, alternative=alternative, method="normal")
        assert known.is_exact and drawn.p_low <= known.p_exact <= drawn.p_high
        assert near.p == pytest.approx(known.p, abs=0.02)
        assert (known.p_greater, known.p_less) == (
            known.upper / known.arrangements,
            known.lower / known.arrangements,
        )


def test_exact_is_insisted_on_with_its_price_said_beforehand():
    """Fails if the wait is begun without a word, or a hopeless one at all."""
    with pytest.warns(stats.CostWarning, match=r"takes about \d+ seconds and \d+ MB"):
        found = stats.kendall_tau_b(range(60), range(60), method="exact", seconds=0)
    assert found.is_exact
    with pytest.raises(StatisticsError, match="would take"):
        stats.spearman_rho(np.repeat(range(40), 5), np.random.default_rng(1).random(200), method="exact")
    with pytest.raises(StatisticsError, match="more time than can be estimated"):
        stats.kendall_tau_b(range(5000), range(5000), method="exact")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert stats.kendall_tau_b(range(20), range(20), method="exact").is_exact


small = st.integers(3, 6).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 4), min_size=n, max_size=n)] * 2)
)


@settings(max_examples=40, deadline=None)
@given(small)
def test_directed_p_next_p_and_least_p_by_every_arrangement(series):
    """Fails if a direction is turned, or a p is called reachable that no arrangement gives."""
    score, covariate = series
    if len(set(score)) == 1 or len(set(covariate)) == 1:
        return
    for function, value in (
        (stats.kendall_tau_b, lambda a: scipys.kendalltau(a, covariate).statistic),
        (stats.spearman_rho, lambda a: scipys.spearmanr(a, covariate).statistic),
        (stats.pearson_r, lambda a: scipys.pearsonr(a, covariate).statistic),
    ):
        every = np.array([value(a) for a in set(itertools.permutations(score))]).round(12)
        seen = round(value(score), 12)
        known = {
            "greater": lambda s, every=every: (every >= s).mean(),
            "less": lambda s, every=every: (every <= s).mean(),
            "two-sided": lambda s, every=every: (abs(every) >= abs(s)).mean(),
        }
        for alternative, p in known.items():
            found = function(score, covariate, alternative=alternative)
            assert found.p_exact == pytest.approx(p(seen))
            reachable = sorted({p(s) for s in every})
            assert found.p_min == pytest.approx(reachable[0])
            if function is not stats.pearson_r:
                larger = [q for q in reachable if q > p(seen) + 1e-12]
                assert found.p_next == pytest.approx(larger[0]) if larger else found.p_next is None


def test_float_noise_is_a_tie_and_whole_numbers_are_never_merged():
    """0.1 + 0.2 is 0.3 to any reader; 2**53 and 2**53 + 1 are two numbers. Fails if either is read otherwise."""
    score = [1, 2, 3, 4]
    assert stats.pair_counts(score, [0.1 + 0.2, 0.3, 1, 2]).tied_covariate == 1
    assert stats.pair_counts(score, [0.1 + 0.2, 0.3, 1, 2], ties=0).tied_covariate == 0
    assert stats.pair_counts(score, [0.14, 0.11, 1, 2], ties=1).tied_covariate == 1
    assert stats.pair_counts(score, [1e-20, 2e-20, 1.0, 1e20]).tied_covariate == 0
    large = [2**53, 2**53 + 1, 2**53 + 2, 2**60]
    assert stats.kendall_tau_b(score, large).estimate == 1
    with pytest.raises(StatisticsError, match="beyond 2\\*\\*53"):
        stats.pearson_r(score, large)
    noisy, clean = [0.1 + 0.2, 0.3, 0.7, 0.5], [0.3, 0.3, 0.7, 0.5]
    for function in (stats.kendall_tau_b, stats.spearman_rho):
        assert function(score, noisy) == function(score, clean)
        assert function(score, noisy, ties=0).p_min != function(score, clean).p_min


def test_float_noise_is_a_tie_in_families_and_groups_too():
    """Fails if a row's own test and its place in the family rank it differently."""
    score, noise = [1, 1, 2, 3, 3, 4], 0.1 + 0.2
    noisy = [[noise, 0.3, 0.7, 0.5, 0.9, 0.8], [1, 2, 3, float("nan"), 5, 4]]
    clean = [[0.3, 0.3, 0.7, 0.5, 0.9, 0.8], noisy[1]]
    for statistic in ("kendall_tau_b", "spearman_rho"):
        found = stats.step_down_max_t(score, noisy, statistic)
        assert found.tolist() == stats.step_down_max_t(score, clean, statistic).tolist()
    assert stats.distinct_rows([noisy[0], clean[0]]).tolist() == [0, 0]
    member = [1, 0, 1, 0, 1, 0]
    assert stats.compare_groups(noisy[0], member) == stats.compare_groups(clean[0], member)
    levels = levels_of_rows(np.array([*noisy, clean[0]]))
    assert levels[0].tolist() == [0, 0, 2, 1, 4, 3] and np.isnan(levels[1, 3]) and levels[1, 5] == 3


@pytest.mark.parametrize("ties", [-1, 1.5, True, "1", float("nan")])
def test_ties_that_are_no_tolerance_are_refused(ties):
    """Fails if a string or a fraction of a decimal falls through."""
    with pytest.raises(StatisticsError, match="ties is"):
        stats.kendall_tau_b([1, 2, 3], [1, 2, 3], ties=ties)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"alternative": "larger"}, "two-sided, greater, less"),
        ({"method": "bootstrap"}, "auto, exact, monte_carlo, normal"),
        ({"resamples": 0}, "whole number from 1"),
        ({"resamples": 99.5}, "whole number from 1"),
        ({"seed": -1}, "whole number from zero"),
        ({"seconds": float("nan")}, "a time from zero up"),
        ({"strata": [[1], [2], [3]]}, "cannot be compared"),
        ({"strata": 5}, "one label a case"),
    ],
)
def test_arguments_that_mean_nothing_are_refused_in_a_sentence(arguments, words):
    """Fails if numpy or Python explains it instead."""
    with pytest.raises(StatisticsError, match=words):
        stats.kendall_tau_b([1, 2, 3], [1, 2, 3], **arguments)


def test_a_stratum_of_one_contributes_nothing():
    """Fails if a lone case stops the analysis, or moves its numbers."""
    generator = np.random.default_rng(2)
    score, covariate, strata = generator.integers(0, 5, 12), generator.random(12), [0] * 5 + [1] * 6 + [2]
    for function in (stats.kendall_tau_b, stats.spearman_rho):
        whole = function(score, covariate, strata=strata)
        assert whole == function(score[:11], covariate[:11], strata=strata[:11])
        assert (whole.n, whole.strata) == (11, (5, 6))
    alone = stats.kendall_tau_b([1, 2, 3], [1, 2, 3], strata=["a", "b", "c"])
    assert alone.cannot is not None and "no case" in alone.reason


def test_eighty_three_cases_in_eight_strata_are_exact():
    """Federal districts: within them every arrangement is counted; fails if sampling is resorted to."""
    generator = np.random.default_rng(5)
    districts = np.repeat(range(8), [18, 11, 8, 7, 14, 6, 10, 9])
    score, covariate = generator.permutation(RATING), generator.random(83)
    found = stats.kendall_tau_b(score, covariate, strata=districts)
    assert found.is_exact and found.strata == (18, 11, 8, 7, 14, 6, 10, 9)
    drawn = stats.kendall_tau_b(score, covariate, strata=districts, method="monte_carlo")
    assert drawn.p_low <= found.p_exact <= drawn.p_high


def test_many_strata_of_awkward_sizes_do_not_wrap():
    """The sizes' common multiple is past 64 bits; fails if distances from the mean overflow."""
    sizes = [7, 9, 11, 13, 16, 17, 19, 23, 25, 29, 31, 37, 41, 43, 47]
    strata = np.repeat(range(len(sizes)), sizes)
    score = np.concatenate([[1] + [0] * (size - 1) for size in sizes])
    covariate = np.random.default_rng(1).random(len(score))
    found = stats.spearman_rho(score, covariate, strata=strata, method="monte_carlo", resamples=999)
    near = stats.spearman_rho(score, covariate, strata=strata, method="normal")
    assert found.p == pytest.approx(near.p, abs=0.05)
