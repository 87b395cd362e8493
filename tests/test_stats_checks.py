"""What stands beside a coefficient: influence, inverted intervals, contrasts, space, checks of the ordered logit."""

import csv
import itertools
import math
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from papermill.exceptions import PapermillExecutionError
from scipy import stats as scipys

from analysis import stats
from analysis.stats import copula
from analysis.stats.errors import StatisticsError
from analysis.stats.ordered_model import ProportionalOdds
from analysis.workflow import runs
from analysis.workflow.terminal import Group

SCORE = [9, 9, 9, 8, 8, 8, 6, 5, 5, 4, 3]
SHARE = [52.6, 98.3, 48.3, 27.5, 33.0, 87.8, 42.5, 17.0, 16.2, 80.0, 5.0]
BORDER = [1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0]


@pytest.fixture(scope="module")
def r_rows():
    """Output of tests/r/association_reference.R, as committed, row by row."""
    path = Path(__file__).parent / "r" / "association_reference.csv"
    with path.open(encoding="utf-8") as file:
        return [(row["case"], row["quantity"], float(row["value"])) for row in csv.DictReader(file)]


# --- influence --------------------------------------------------------------------------------


def test_one_score_moved_by_one():
    """Eleven scores, up and down: fails if a move is forgotten, made twice, or leaves the scale."""
    found = stats.scores_moved("kendall_tau_b", SCORE, SHARE)
    assert len(found.results) == 22 and len(set(found.moved)) == 22
    for (place, step), result in zip(found.moved, found.results, strict=True):
        other = list(SCORE)
        other[place] += step
        assert result == stats.kendall_tau_b(other, SHARE)
    on_scale = stats.scores_moved("kendall_tau_b", SCORE, SHARE, scale=(3, 9))
    assert len(on_scale.results) == 22 - 3 - 1
    with pytest.raises(StatisticsError, match="above zero"):
        stats.scores_moved("kendall_tau_b", SCORE, SHARE, step=0)


def test_leaving_one_out_within_strata_and_in_one_direction():
    """Fails if labels and cases part ways, or the direction is dropped."""
    found = stats.leave_one_out("kendall_tau_b", SCORE, SHARE, strata=BORDER, alternative="greater")
    for place, result in enumerate(found.results):
        kept = [i for i in range(11) if i != place]
        score, share, border = ([values[i] for i in kept] for values in (SCORE, SHARE, BORDER))
        assert result == stats.kendall_tau_b(score, share, strata=border, alternative="greater")


@pytest.mark.parametrize("strata", [None, BORDER])
@pytest.mark.parametrize("statistic", ["kendall_tau_b", "spearman_rho"])
def test_estimates_without_each_case_are_those_of_the_tests(statistic, strata):
    """Fails if the short way, without p, ranks other cases than the long one."""
    known = stats.leave_one_out(statistic, SCORE, SHARE, strata=strata).estimates
    assert stats.estimates_without_each(statistic, SCORE, SHARE, strata) == pytest.approx(
        list(known), abs=1e-15
    )
    assert stats.estimates_without_each(statistic, [1, 1, 2], [1, 2, 3])[2] is None


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_reachable_p_are_those_of_all_arrangements(alternative):
    """Fails if a p is listed that no arrangement gives, or one is missing."""
    score, covariate = [1, 1, 2, 2, 3], [5, 1, 4, 4, 2]
    every = {
        stats.kendall_tau_b(s, covariate, alternative=alternative).p for s in itertools.permutations(score)
    }
    found = stats.reachable_p_values("kendall_tau_b", score, covariate, alternative=alternative)
    assert found.tolist() == sorted(every)
    known = stats.kendall_tau_b(SCORE, SHARE)
    listed = stats.reachable_p_values("kendall_tau_b", SCORE, SHARE)
    assert listed[np.searchsorted(listed, known.p) + 1] == known.p_next
    with pytest.raises(StatisticsError, match="No p can be reached"):
        stats.reachable_p_values("kendall_tau_b", [1, 1, 1], [1, 2, 3])


def test_levels_and_lists_that_are_none_are_refused():
    """Fails if a p of 4 is adjusted, or a level of 95 taken for 95 %."""
    with pytest.raises(StatisticsError, match="holds 4 at position 2"):
        stats.holm([0.01, 4])
    found = stats.kendall_tau_b(SCORE, SHARE)
    for level in (95, 0, "x"):
        with pytest.raises(StatisticsError, match="between 0 and 1"):
            stats.interval(found, level)
    wide, narrow = stats.interval(found, 0.99), stats.interval(found, 0.9)
    assert wide.ci_low < stats.interval(found).ci_low < narrow.ci_low < narrow.ci_high < wide.ci_high


# --- the Gaussian copula ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1, 2, 9])
def test_the_inverted_interval_never_contradicts_the_test(seed):
    """Zero is inside exactly where the exact test does not reject; the estimate is inside. Fails otherwise."""
    generator = np.random.default_rng(seed)
    score = generator.integers(0, 5, 11)
    covariate = score * generator.choice([-1, 0.3, 1]) + generator.standard_normal(11) * 2
    for level in (0.8, 0.95):
        for statistic in ("kendall_tau_b", "spearman_rho"):
            test = stats.associate(statistic, score, covariate)
            found = stats.copula_interval(statistic, score, covariate, level=level)
            assert (found.ci_low <= 0 <= found.ci_high) == (test.p_exact > 1 - level)
            assert (found.latent_low <= 0 <= found.latent_high) == (test.p_exact > 1 - level)
            assert found.ci_low - 0.02 <= test.estimate <= found.ci_high + 0.02


@pytest.mark.parametrize("step", [1e-9, -1e-9])
def test_at_the_very_level_of_the_exact_p_the_exact_test_decides(step):
    """Draws alone put zero inside at either level, or outside at both."""
    p = stats.kendall_tau_b(SCORE, SHARE).p_exact
    found = stats.copula_interval("kendall_tau_b", SCORE, SHARE, level=1 - p + step)
    assert (found.ci_low <= 0 <= found.ci_high) == (step > 0)


def test_the_p_at_the_ends_of_the_inverted_interval_is_the_level():
    """By draws of our own at both ends; an interval of 97.5 % would be printed as one of 95 % otherwise."""
    covariate = [5, 2, 9, 1, 4, 11, 3, 10, 6, 8, 7]
    found = stats.copula_interval("kendall_tau_b", SCORE, covariate)
    first, second = np.triu_indices(11, 1)
    ordered, covariate = np.sort(SCORE), np.array(covariate)
    signs = np.sign(covariate[second] - covariate[first]) * np.sign(
        np.array(SCORE)[second] - np.array(SCORE)[first]
    )
    generator = np.random.default_rng(3)
    for latent in (found.latent_low, found.latent_high):
        x, noise = generator.standard_normal((2, 20_000, 11))
        ranks = (latent * x + math.sqrt(1 - latent**2) * noise).argsort(axis=1).argsort(axis=1)
        scores = np.take_along_axis(ordered[ranks], x.argsort(axis=1), axis=1)
        sums = np.sign(scores[:, second] - scores[:, first]).sum(axis=1)
        p = np.mean(np.abs(sums - sums.mean()) >= abs(signs.sum() - sums.mean()) - 1e-9)
        # 20,000 draws here and there: four standard errors of the difference, and one step of the lattice
        assert p == pytest.approx(0.05, abs=0.01)


def test_the_inverted_interval_covers_its_own_model():
    """Samples of the copula at 0.5: hardly one of ten intervals misses it. Fails if a bound is turned or too short."""
    generator = np.random.default_rng(12)
    held = 0
    for _ in range(10):
        first, second = generator.standard_normal((2, 12))
        second = 0.5 * first + math.sqrt(0.75) * second
        found = stats.copula_interval("kendall_tau_b", first, second)
        held += found.latent_low <= 0.5 <= found.latent_high
    assert 10 * 0.95 - 3.5 * math.sqrt(10 * 0.95 * 0.05) <= held


@pytest.mark.parametrize("strata", [None, BORDER])
def test_pairs_turn_concordant_where_sorted_draws_say(strata):
    """S counted from turning points is S of the sorted draws; fails if a pair turns at another correlation."""
    design = copula.copula_design("kendall_tau_b", SCORE, SHARE, strata)
    for latent in (-1.0, -0.3, 0.0, 0.25, 0.9, 1.0):
        drawn = copula._sorted_sums(design.kernel, design._strata(), design.draws, design.n, latent)
        assert np.array_equal(design.sums(latent), drawn)
        assert design.mean(latent) == drawn.mean()
        for bound in (drawn.min() - 1, -2.5, 0, 7, drawn.max()):
            assert design.at_most(bound, latent) == (drawn <= bound).sum()
            assert design.at_least(bound, latent) == (drawn >= bound).sum()


def test_power_is_the_level_at_zero_and_rises_to_the_detectable_effect():
    """Fails if the curve and the minimum detectable effect are of different alternatives."""
    least = stats.minimum_detectable_effect("kendall_tau_b", SCORE, SHARE)
    found = stats.power_curve("kendall_tau_b", SCORE, SHARE, latent=(0.0, 0.4, least.latent_correlation))
    table = stats.reachable_p_values("kendall_tau_b", SCORE, SHARE)
    size = table[table <= 0.05].max()
    assert found.power[0] == pytest.approx(size, abs=4 * math.sqrt(size / copula.DRAWS))
    assert found.power[0] < found.power[1] < found.power[2] and found.power[2] >= 0.8
    assert found.expected_estimate[2] == least.expected_estimate
    within = stats.minimum_detectable_effect("kendall_tau_b", SCORE, SHARE, strata=BORDER)
    assert within.cannot is not None or within.latent_correlation > least.latent_correlation
    with pytest.raises(StatisticsError, match="outside -1 to 1"):
        stats.power_curve("kendall_tau_b", SCORE, SHARE, latent=[2])


def test_what_is_excluded_leaves_a_twentieth_of_the_draws():
    """At the bound the observed S, or a lower one, is as rare as alpha; fails if the wrong tail is cut."""
    generator = np.random.default_rng(3)
    score, covariate = generator.integers(0, 10, 83), generator.random(83)
    found = stats.excluded_effect("kendall_tau_b", score, covariate)
    design = copula.copula_design("kendall_tau_b", score, covariate, None)
    assert (design.sums(found.latent_above) <= design.observed).mean() == pytest.approx(0.05, abs=0.01)
    assert (design.sums(found.latent_below) >= design.observed).mean() == pytest.approx(0.05, abs=0.01)
    assert found.below < stats.kendall_tau_b(score, covariate).estimate < found.above < 0.4
    five = stats.excluded_effect("kendall_tau_b", [9, 9, 9, 8, 8], [5, 4, 3, 2, 1])
    assert five.latent_above is None or five.latent_above > 0.5


def test_thousands_of_cases_use_the_normal_null_and_millions_are_refused():
    """Fails if a table of an exact null is waited for, or memory is filled."""
    generator = np.random.default_rng(4)
    score = generator.integers(0, 3, 600)
    found = stats.power_curve("kendall_tau_b", score, generator.integers(0, 9, 600), latent=(0.0, 0.3))
    assert found.power[0] == pytest.approx(0.05, abs=0.015) and found.power[1] > 0.99
    assert stats.copula_interval("spearman_rho", range(6000), range(6000)).cannot is not None


# --- a subset against others ------------------------------------------------------------------


def test_a_subset_among_all_subsets_of_its_size():
    """Every subset of four of nine others listed; fails if the share is of something else."""
    generator = np.random.default_rng(5)
    score, covariate = generator.integers(0, 4, 13), generator.integers(0, 6, 13)
    member = np.arange(13) < 4
    score[:4], covariate[:4] = [1, 2, 3, 3], [4, 3, 1, 5]
    found = stats.subset_contrast(score, covariate, member, resamples=20_000)
    known = stats.kendall_tau_b(score[:4], covariate[:4]).estimate
    values = [
        scipys.kendalltau(score[list(chosen)], covariate[list(chosen)]).statistic
        for chosen in itertools.combinations(range(4, 13), 4)
    ]
    values = np.array(values)[~np.isnan(values)]
    assert found.estimate == pytest.approx(known)
    assert found.share_low <= (values <= known + 1e-9).mean() <= found.share_high
    assert found.drawn + found.undefined == 20_000 and found.p_less is None
    assert found == stats.subset_contrast(score, covariate, member, resamples=20_000)
    both = stats.subset_contrast(score, covariate, member, pool="all", resamples=999)
    assert both.pool_size == 13 and both.p_less == (both.at_most + 1) / (both.drawn + 1)


def test_subsets_that_cannot_be_drawn_are_refused():
    """Fails if more cases are drawn than there are, or a membership of names is taken for flags."""
    with pytest.raises(StatisticsError, match="cannot be drawn from 2"):
        stats.subset_contrast(range(6), range(6), [1, 1, 1, 1, 0, 0])
    with pytest.raises(StatisticsError, match="true and false"):
        stats.subset_contrast(range(6), range(6), [2, 1, 1, 1, 0, 0])
    with pytest.raises(StatisticsError, match="others, all"):
        stats.subset_contrast(range(6), range(6), [1] * 3 + [0] * 3, pool="rest")
    assert stats.subset_contrast([1] * 3 + [1, 2, 3], range(6), [1] * 3 + [0] * 3).cannot is not None


# --- space ------------------------------------------------------------------------------------


def test_moran_of_columbus_is_that_of_spdep(r_rows):
    """Crime in 49 districts (Anselin 1988: I = 0.511); fails if weights or the variance are scaled otherwise."""
    known = {quantity: value for case, quantity, value in r_rows if case == "columbus_moran"}
    districts = [row for row in r_rows if row[0].startswith("columbus_") and row[0] != "columbus_moran"]
    crime = [value for _, quantity, value in districts if quantity == "crime"]
    pairs = [(int(case[-2:]), int(value)) for case, quantity, value in districts if quantity == "neighbour"]
    matrix = stats.neighbour_matrix(range(1, 50), pairs)
    for style, letter in (("row", "W"), ("binary", "B")):
        found = stats.morans_i(crime, matrix, style=style, resamples=9999)
        assert found.estimate == pytest.approx(known[f"{letter}_I"], rel=1e-12)
        assert found.expected == pytest.approx(known[f"{letter}_expected"])
        assert found.p_sampled == 1 / 10_000


RING = {0: [1, 5], 1: [0, 2], 2: [1, 3], 3: [2, 4], 4: [3, 5], 5: [4, 0]}


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
@pytest.mark.parametrize("strata", [None, [0, 0, 0, 1, 1, 1]])
def test_morans_p_is_that_of_all_permutations(alternative, strata):
    """Six cases on a ring, 720 orders (36 within halves); fails if the null is not the permutations'."""
    values = np.array([1.0, 2.5, 2.0, 7.0, 6.0, 3.0])

    def moran(x):
        z = x - x.mean()
        return sum(z[i] * z[j] for i, others in RING.items() for j in others) / 2 / (z @ z)

    orders = itertools.permutations(range(6))
    if strata:
        orders = (order for order in orders if all(strata[i] == strata[j] for i, j in enumerate(order)))
    every, seen = np.array([moran(values[list(order)]) for order in orders]), moran(values)
    hits = {
        "greater": every >= seen - 1e-12,
        "less": every <= seen + 1e-12,
        "two-sided": abs(every + 0.2) >= abs(seen + 0.2) - 1e-12,
    }
    found = stats.morans_i(values, RING, strata=strata, alternative=alternative, resamples=20_000)
    assert found.estimate == pytest.approx(seen) and found.p_low <= hits[alternative].mean() <= found.p_high


def test_cases_without_neighbours_are_named_and_left_out():
    """Kaliningrad has none; fails if it counts as a zero, or the register is misread in silence."""
    values, pairs = [1, 2, 3, 9], [("a", "b"), ("c", "b"), ("a", "x")]
    found = stats.morans_i(values, stats.neighbour_matrix(list("abcd"), pairs), resamples=99)
    assert (found.n, found.isolated, found.links) == (3, (3,), 4)
    assert found.estimate == stats.morans_i(values[:3], {0: [1], 1: [0, 2], 2: [1]}, resamples=99).estimate
    assert stats.morans_i([1, 1, 1], {0: [1], 1: [0, 2], 2: [1]}).cannot is not None
    for wrong, words in (
        ({0: [7]}, "positions below 3"),
        (np.ones((2, 2)), "shape"),
        (np.ones((3, 3)), "zero on the diagonal"),
        ([["a"] * 3] * 3, "other than numbers"),
    ):
        with pytest.raises(StatisticsError, match=words):
            stats.morans_i([1, 2, 3], wrong)
    with pytest.raises(StatisticsError, match="own neighbour"):
        stats.neighbour_matrix("ab", [("a", "a")])
    with pytest.raises(StatisticsError, match="twice"):
        stats.neighbour_matrix("aa", [])


# --- ordered logit ----------------------------------------------------------------------------


def synthetic_model(n=60, effect=1.0):
    """Synthetic scores on five levels and three covariates, the last an indicator."""
    generator = np.random.default_rng(7)
    x = generator.standard_normal((n, 3))
    x[:, 2] = x[:, 2] > 0.8
    latent = effect * x[:, 0] + generator.logistic(size=n)
    return np.searchsorted(np.quantile(latent, [0.2, 0.4, 0.6, 0.8]), latent), x


def test_brants_test_is_that_of_car(r_rows):
    """car::poTest on thirty departments; fails if the covariance of cuts is another."""
    values = {(case, quantity): value for case, quantity, value in r_rows}
    clerks = sorted({case for case, _ in values if case.startswith("clerks_") and case != "clerks_brant"})
    level, learning, raises = (
        np.array([values[case, name] for case in clerks]) for name in ("level", "learning", "raises")
    )
    found = stats.brant_test(level, np.column_stack([learning, raises]), ["learning", "raises"])
    assert (found.cuts, found.left_out, found.degrees) == ((1.0, 2.0, 3.0), (), 4)
    for place, name in enumerate(found.names):
        assert found.by_covariate[place][0] == pytest.approx(values["clerks_brant", name], rel=1e-6)
    assert found.statistic == pytest.approx(values["clerks_brant", "all"], rel=1e-6)
    assert found.p == pytest.approx(scipys.chi2.sf(found.statistic, 4))


def test_cuts_that_are_separated_are_left_out_of_brants_test():
    """Fails if a logit without a maximum enters with a coefficient of its own making."""
    codes, x = synthetic_model()
    x[:, 2] = 0
    x[[np.flatnonzero(codes == level)[0] for level in (1, 2, 3)], 2] = 1
    found = stats.brant_test(codes, x, ["a", "b", "c"])
    assert (found.cuts, found.left_out, found.degrees) == ((1.0, 2.0), (0.0, 3.0), 3)
    assert stats.brant_test([1, 2] * 10, np.arange(20)[:, None] % 7, ["a"]).cannot is not None


def test_the_permutation_statistic_is_raos():
    """Score and information of the full model where the coefficient is zero, by statsmodels' parameters."""
    codes, x = synthetic_model()
    for place, found in enumerate(stats.ordered_logit_permutation(codes, x, ["a", "b", "c"], resamples=99)):
        null = ProportionalOdds(codes, np.delete(x, place, axis=1)).fit()
        model, params = ProportionalOdds(codes, x), np.insert(null.params, place, 0.0)
        rao = model.score(params) @ np.linalg.inv(-model.hessian(params)) @ model.score(params)
        assert found.score_statistic == pytest.approx(rao, rel=1e-8)


def test_permutation_p_of_coefficients_agree_with_the_asymptotic_ones_of_many_cases():
    """A strong and two idle covariates; fails if the wrong residual is permuted."""
    codes, x = synthetic_model(300)
    model = stats.ordered_logit(codes, x, ["a", "b", "c"])
    found = stats.ordered_logit_permutation(codes, x, ["a", "b", "c"], resamples=4999)
    assert found[0].p_sampled == 1 / 5000
    for test, p in list(zip(found, model.p_values, strict=True))[1:]:
        assert test.p_sampled == pytest.approx(p, abs=0.03)
    strata = np.arange(300) % 3
    within = stats.ordered_logit_permutation(codes, x, ["a", "b", "c"], strata=strata, resamples=999)
    assert within[1].p_sampled == pytest.approx(found[1].p_sampled, abs=0.06)


def test_a_permuted_covariate_of_few_cases_by_every_order():
    """One covariate, seven cases, 5 040 orders; fails if ties of the statistic are lost to rounding."""
    codes, x = np.array([0, 0, 1, 1, 2, 2, 2]), np.array([1.0, 3.0, 2.0, 5.0, 3.0, 4.0, 2.0])
    counts = np.array([2, 2, 3]) / 7
    below = np.concatenate(([0], np.cumsum(counts)[:-1]))
    null = (below - (1 - below - counts))[codes]
    z = x - x.mean()
    every = np.array([abs(z[list(order)] @ null) for order in itertools.permutations(range(7))])
    found = stats.ordered_logit_permutation(codes, x[:, None], ["x"], resamples=20_000)[0]
    # without other covariates the variance differs between orders, so that the two agree roughly
    assert found.p_sampled == pytest.approx((every >= abs(z @ null) - 1e-12).mean(), abs=0.1)


def test_a_covariate_permuted_within_strata_by_every_order():
    """Two strata of four, 576 orders; fails if what differs between strata counts, or cases leave theirs."""
    codes, strata = np.array([0, 1, 1, 2, 0, 1, 2, 2]), np.repeat([0, 1], 4)
    x = np.array([[1.0, 3.0, 2.0, 5.0, 13.0, 10.0, 14.0, 12.0], [0.2, 0.9, 0.4, 0.1, 0.8, 0.3, 0.5, 0.7]]).T
    null = ProportionalOdds(codes, x[:, 1:]).fit()
    design = np.column_stack([strata == 0, strata == 1, x[:, 1]])
    residual = x[:, 0] - design @ np.linalg.lstsq(design, x[:, 0], rcond=None)[0]

    def rao(values):
        model, params = (
            ProportionalOdds(codes, np.column_stack([values, x[:, 1]])),
            np.insert(null.params, 0, 0.0),
        )
        return model.score(params) @ np.linalg.inv(-model.hessian(params)) @ model.score(params)

    orders = itertools.product(itertools.permutations(range(4)), itertools.permutations(range(4, 8)))
    every = np.array([rao(residual[[*first, *second]]) for first, second in orders])
    exact = (every >= rao(residual) * (1 - 1e-7)).mean()
    found = stats.ordered_logit_permutation(codes, x, ["a", "b"], strata=strata, resamples=20_000)[0]
    assert found.p_low <= exact <= found.p_high
    # a shift of a whole stratum changes nothing, and a covariate that is the stratum has no p
    shifted = x + np.outer(strata, [100, 0])
    moved = stats.ordered_logit_permutation(codes, shifted, ["a", "b"], strata=strata, resamples=20_000)[0]
    assert moved.p_sampled == pytest.approx(found.p_sampled, abs=1e-9)
    same = stats.ordered_logit_permutation(
        codes, np.column_stack([strata, x[:, 1]]), ["s", "b"], strata=strata, resamples=99
    )[0]
    assert same.p_sampled is None and same.cannot.code == "constant_within"


def test_refits_without_each_case_are_models_of_the_rest():
    """Fails if a case is left in, or a refit without a maximum is passed on."""
    codes, x = synthetic_model(30)
    found = stats.ordered_logit_leave_one_out(codes, x, ["a", "b", "c"])
    for place in (0, 7, 29):
        kept = np.arange(30) != place
        known = stats.ordered_logit(codes[kept], x[kept], ["a", "b", "c"])
        assert found.coefficients[place] == pytest.approx(known.coefficients, rel=1e-9)


def test_residuals_are_those_of_statsmodels():
    """Probability-scale residuals; fails if higher and lower are exchanged."""
    codes, x = synthetic_model()
    found = stats.ordered_logit(codes, x, ["a", "b", "c"])
    assert np.array(found.residuals) == pytest.approx(ProportionalOdds(codes, x).fit().resid_prob, abs=1e-8)


# --- errors -----------------------------------------------------------------------------------


def test_an_error_of_the_statistics_is_one_sentence_on_the_command_line_and_in_a_notebook():
    """Fails if a reader sees a traceback where the package's own errors are a sentence."""

    @click.group(cls=Group)
    def main():
        pass

    @main.command()
    def ask():
        stats.holm([4])

    shown = CliRunner().invoke(main, ["ask"])
    assert shown.exit_code == 2 and shown.output.startswith(
        "amur: The list of p-values holds 4 at position 1;"
    )
    assert "Traceback" not in shown.output
    error = StatisticsError("One sentence.")
    assert isinstance(error, ValueError) and error._render_traceback_() == ["StatisticsError: One sentence."]
    failed = PapermillExecutionError(2, 1, "stats.holm([4])", "StatisticsError", "One sentence.", [])
    assert (
        str(runs._cell_failed("05_association", failed)) == "05_association failed in cell 3: One sentence."
    )
