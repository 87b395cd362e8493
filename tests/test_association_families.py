"""Families, paired tests, agreement and the ordered logit, against R, brute force and print."""

import csv
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.stats.multitest import multipletests
from statsmodels.tools.numdiff import approx_fprime

from analysis import stats
from analysis.stats import (
    _compiled,
    exact,
    joint,
    loops,
    maxt,
    ordinal,
    paired,
    proportional_odds,
    ranks,
    sampling,
)
from analysis.stats.arrangements import arrangements
from analysis.stats.errors import StatisticsError
from analysis.stats.multiplicity import joint_null
from analysis.stats.ordered_model import ProportionalOdds
from analysis.stats.ranks import doubled_midranks, tie_groups

SCORE_III = [9, 9, 9, 8, 8, 8, 6, 5, 5, 4, 3]
SCORE_II = [9, 9, 9, 8, 8, 7, 6, 6, 5, 2, 3]
SHARE = [52.6, 98.3, 48.3, 27.5, 33.0, 87.8, 42.5, 17.0, 16.2, 80.0, 5.0]
TIED = [3, 1, 3, 2, 2, 5, 4, 4, 1, 1, 6]
NAN = float("nan")


# --- R ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def r_values():
    """Output of tests/r/association_reference.R, as committed."""
    path = Path(__file__).parent / "r" / "association_reference.csv"
    with path.open(encoding="utf-8") as file:
        return {(row["case"], row["quantity"]): float(row["value"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("case", "score", "covariate"),
    [
        ("III_share", SCORE_III, SHARE),
        ("II_share_first_nine", SCORE_II[:9], SHARE[:9]),
        ("III_tied_first_nine", SCORE_III[:9], TIED[:9]),
        ("border_five", [9, 9, 9, 8, 8], [1, 2, 3, 4, 5]),
    ],
)
def test_r_enumerates_to_the_same_p(r_values, case, score, covariate):
    """R went through every arrangement in plain code; fails if our distributions differ from it."""
    rho, tau = stats.spearman_rho(score, covariate), stats.kendall_tau_b(score, covariate)
    assert rho.estimate == pytest.approx(r_values[case, "rho"])
    assert rho.p_exact == pytest.approx(r_values[case, "rho_p"], rel=1e-12)
    assert (rho.upper, rho.arrangements) == (r_values[case, "rho_upper"], r_values[case, "arrangements"])
    assert tau.estimate == pytest.approx(r_values[case, "tau"])
    assert tau.p_exact == pytest.approx(r_values[case, "tau_p"], rel=1e-12)


def test_r_cor_test_agrees_without_ties(r_values):
    """R's own exact tests are right where nothing ties; fails if our two-sided rule is not theirs."""
    other = [2, 9, 4, 1, 3, 8, 5, 6, 7]
    assert stats.kendall_tau_b(SHARE[:9], other).p_exact == pytest.approx(r_values["kendall_untied_9", "p"])
    assert stats.spearman_rho(SHARE[:9], other).p_exact == pytest.approx(r_values["spearman_untied_9", "p"])


def test_exact_rank_tests_and_coin_agree_on_two_groups(r_values):
    """Wilcoxon-Mann-Whitney with ties, and the same on raw scores; fails if groups are compared otherwise."""
    score, member = [9, 9, 8, 6, 5, 5, 8, 5, 4, 4, 3, 2, 2], [1] * 6 + [0] * 7
    found = stats.compare_groups(score, member).association
    assert found.p_exact == pytest.approx(r_values["two_groups", "wilcoxon_exactRankTests_p"], rel=1e-12)
    assert found.p_exact == pytest.approx(r_values["two_groups", "wilcoxon_coin_p"], rel=1e-12)
    assert found.upper / found.arrangements == pytest.approx(r_values["two_groups", "upper_p"], rel=1e-12)
    assert stats.pearson_r(member, score).p_exact == pytest.approx(
        r_values["two_groups", "perm_p"], rel=1e-12
    )


def test_coin_agrees_on_groups_within_blocks(r_values):
    """Ranks and permutation within blocks, exactly; fails if our strata mean something else."""
    score, member = [9, 9, 8, 6, 5, 5, 8, 5, 4, 4, 3, 2, 2], [1] * 6 + [0] * 7
    block = [1, 1, 2, 2, 1, 1, 1, 2, 2, 1, 1, 2, 2]
    found = stats.spearman_rho(score, member, strata=block)
    assert found.p_exact == pytest.approx(r_values["two_groups_blocked", "within_p"], rel=1e-12)
    # the same distribution with ranks over all blocks, which is coin's own statistic
    x, y, blocks = doubled_midranks(np.array(score)), doubled_midranks(np.array(member)), np.array(block)
    pattern = tuple((tie_groups(x[blocks == b]), tie_groups(y[blocks == b])) for b in (1, 2))
    table = exact.null_table("product", pattern)
    p = table.at_least_as_far(int(x @ y)) / table.arrangements
    assert p == pytest.approx(r_values["two_groups_blocked", "overall_p"], rel=1e-12)


BEFORE = [5, 7, 3, 9, 4, 6, 8, 2, 5, 7, 6, 3]
AFTER = [6, 7, 5, 8, 6, 7, 8, 4, 4, 9, 7, 3]


def test_signed_rank_with_ties_is_that_of_exact_rank_tests(r_values):
    """scipy's exact signed-rank test is wrong with ties; fails if ours were built on it."""
    found = stats.signed_rank(BEFORE, AFTER)
    assert found.statistic == r_values["paired", "signed_rank_V"]
    assert found.p_exact == pytest.approx(r_values["paired", "signed_rank_p"], rel=1e-12)
    assert (found.rose, found.fell, found.kept, found.arrangements) == (7, 2, 3, 512)


def test_bowker_and_stuart_maxwell_statistics_are_those_of_r(r_values):
    """Fails if a pair is counted twice or the covariance has the wrong sign."""
    bowker = stats.bowker([[20, 10, 5], [3, 30, 15], [4, 5, 40]])
    assert bowker.statistic == pytest.approx(r_values["square_3", "bowker"])
    assert bowker.degrees == r_values["square_3", "bowker_df"]
    assert bowker.p_asymptotic == pytest.approx(r_values["square_3", "bowker_p"])
    maxwell = stats.stuart_maxwell([[20, 10, 5, 1], [3, 30, 15, 0], [4, 5, 40, 2], [0, 0, 1, 0]])
    assert maxwell.statistic == pytest.approx(r_values["square_4", "stuart_maxwell"])
    assert maxwell.p_asymptotic == pytest.approx(r_values["square_4", "stuart_maxwell_p"])


def test_ordered_logit_is_that_of_polr(r_values):
    """MASS::polr on the same 32 cars; fails if scaling is not undone or signs are turned."""
    cars = sorted({case for case, _ in r_values if case.startswith("cars_") and case != "cars_polr"})
    gear, wt, qsec = (np.array([r_values[car, name] for car in cars]) for name in ("gear", "wt", "qsec"))
    found = stats.ordered_logit(gear, np.column_stack([wt, qsec]), ["wt", "qsec"])
    for name, coefficient, error in zip(found.names, found.coefficients, found.standard_errors, strict=True):
        assert coefficient == pytest.approx(r_values["cars_polr", name], rel=1e-8)
        assert error == pytest.approx(r_values["cars_polr", f"se_{name}"], rel=1e-6)
    assert found.log_likelihood == pytest.approx(r_values["cars_polr", "logLik"], rel=1e-12)
    assert len(found.by_cut) == 2 and found.p_likelihood_ratio < 0.001


def eighty_three():
    """Synthetic scores on ten levels and three covariates (one of them an indicator), 83 cases."""
    generator = np.random.default_rng(20260604)
    x = generator.standard_normal((83, 3)) * [1, 40, 1] + [0, 200, 0]
    x[:, 2] = generator.random(83) < 0.2
    latent = 0.8 * x[:, 0] + 0.01 * x[:, 1] + 2 * x[:, 2] + generator.logistic(size=83)
    return np.searchsorted(np.quantile(latent, np.arange(0.1, 1, 0.1)), latent), x


def test_the_score_vanishes_at_the_fit_and_order_of_cases_moves_nothing():
    """A fit that stops early differs from processor to processor; fails if ours is no maximum."""
    codes, x = eighty_three()
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    assert np.abs(proportional_odds.maximise(z, codes).at.score).max() < 1e-12
    first = stats.ordered_logit(codes, x, ["a", "b", "c"])
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(83)
        again = stats.ordered_logit(codes[order], x[order], ["a", "b", "c"])
        assert again.coefficients == pytest.approx(first.coefficients, rel=1e-12)
        assert again.standard_errors == pytest.approx(first.standard_errors, rel=1e-12)
        assert again.log_likelihood == pytest.approx(first.log_likelihood, rel=1e-13)


def test_statsmodels_finds_the_same_maximum():
    """Its numerical derivatives start at our fit; fails if they lead away, or the likelihoods differ."""
    codes, x = eighty_three()
    ours = stats.ordered_logit(codes, x, ["a", "b", "c"])
    scale = x.std(axis=0)
    z = (x - x.mean(axis=0)) / scale
    own = ProportionalOdds(codes, z).fit()
    theirs = OrderedModel(codes, z, distr="logit").fit(own.params, method="newton", disp=0)
    assert theirs.llf == pytest.approx(ours.log_likelihood, rel=1e-12)
    for fit, digits, error_digits in ((own, 1e-12, 1e-12), (theirs, 1e-8, 1e-6)):
        assert (fit.params[:3] / scale) == pytest.approx(ours.coefficients, rel=digits)
        assert (fit.bse[:3] / scale) == pytest.approx(ours.standard_errors, rel=error_digits)
        assert fit.pvalues[:3] == pytest.approx(ours.p_values, rel=10 * error_digits)
    assert "Log-Likelihood" in str(own.summary()) and own.predict().shape == (83, 10)


def test_analytic_derivatives_are_those_of_the_likelihood():
    """Away from the maximum, in statsmodels' own parameters; fails if a term of either is missing."""
    codes, x = eighty_three()
    model = ProportionalOdds(codes, x / x.std(axis=0))
    params = np.concatenate(([0.5, 0.2, -0.3, -1.0], np.linspace(-1, 0.5, 8)))
    assert model.score(params) == pytest.approx(
        approx_fprime(params, model.loglike, centered=True), rel=1e-6, abs=1e-6
    )
    assert model.hessian(params) == pytest.approx(
        approx_fprime(params, model.score, centered=True), rel=1e-6, abs=1e-5
    )


# --- families ---------------------------------------------------------------------------------


def brute_step_down(score, rows, coefficient):
    """Step-down max-T over every distinct arrangement, with scipy's coefficients."""
    every = sorted(set(itertools.permutations(score)))
    there = [~np.isnan(row) for row in rows]

    def value(scores, row, used):
        inside = np.array(scores)[used]
        return 0.0 if len(set(inside)) == 1 else float(coefficient(inside, row[used]).statistic)

    table = np.array([[value(s, r, u) for r, u in zip(rows, there, strict=True)] for s in every])
    spread = np.sqrt((table**2).mean(axis=0))
    extreme = np.abs(table) / spread
    observed = np.array([abs(value(score, r, u)) for r, u in zip(rows, there, strict=True)]) / spread
    adjusted, last = np.empty(len(rows)), 0.0
    order = np.argsort(-observed, kind="stable")
    for place, row in enumerate(order):
        reached = (extreme[:, order[place:]].max(axis=1) >= observed[row] - 1e-9).mean()
        last = adjusted[row] = max(last, reached)
    return adjusted


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_step_down_max_t_is_westfall_and_youngs_by_brute_force(seed):
    """Ties, gaps and unequal scales included; fails if maxima run over the wrong rows."""
    generator = np.random.default_rng(seed)
    rows = np.round(generator.random((4, 6)) * generator.choice([2, 9, 100], (4, 1)))
    rows[0, int(generator.integers(6))] = NAN
    rows = rows[[len(set(row[~np.isnan(row)])) > 1 for row in rows]]
    score = [1, 1, 2, 2, 3, 4]
    for statistic, known in (
        ("kendall_tau_b", scipy.stats.kendalltau),
        ("spearman_rho", scipy.stats.spearmanr),
    ):
        assert stats.step_down_max_t(score, rows, statistic) == pytest.approx(
            brute_step_down(score, rows, known)
        )


def test_split_halves_give_what_the_general_path_gives():
    """The fast path of rho at edition III's size; fails if an arrangement is counted twice or lost."""
    rows = np.random.default_rng(3).permuted(np.tile(np.arange(11.0), (12, 1)), axis=1)
    fast = stats.step_down_max_t(SCORE_III, rows, "spearman_rho")
    frame = joint.Frame("product", tuple(range(11)))
    every = joint_null(np.array(SCORE_III, dtype=float), [joint.make_row(frame, row) for row in rows])
    extremes = [np.abs(marginal.estimates) / marginal.deviation() for marginal in every.marginals]
    family = joint.StepDown(every, range(len(rows)), extremes)
    for levels in every.level_blocks():
        family.add(every.cells(levels))
    assert fast.tolist() == family.adjusted().tolist()
    alone = stats.exact_p_values("spearman_rho", SCORE_III, rows)
    assert (fast >= alone).all()
    single = stats.step_down_max_t(SCORE_III, rows[:1], "spearman_rho")
    assert single == pytest.approx(alone[:1])


def test_compiled_loops_count_what_the_plain_ones_count():
    """Fails if 16-bit arithmetic in compiled code wraps where numpy's does not."""
    generator = np.random.default_rng(4)
    left, right = (generator.integers(-400, 400, (20, size)).astype(np.int16) for size in (7, 31))
    thresholds = np.sort(generator.integers(0, 700, 20)).astype(np.int16)
    counts = []
    for loop in (loops.count_hits_plain, _compiled.count_hits):
        hits = np.zeros(20, dtype=np.int64)
        loop(left, right, thresholds, np.zeros((7, 31), dtype=np.int16), hits)
        counts.append(hits.tolist())
    assert counts[0] == counts[1]
    columns, vectors = (generator.integers(-10, 11, shape).astype(np.int16) for shape in ((11, 50), (6, 11)))
    plain = loops.row_sums(columns, vectors, bound=1100, work=0)
    compiled = loops.row_sums(columns, vectors, bound=1100, work=loops.WORTH_COMPILING)
    assert compiled.dtype == plain.dtype == np.int16 and (compiled == plain).all()
    assert (plain == vectors.astype(int) @ columns.astype(int)).all()


@pytest.mark.parametrize("height", [5, 11, 130])  # ranks of 130 rows do not fit 8 bits
def test_compiled_ranks_are_the_plain_ones(height, monkeypatch):
    levels = np.random.default_rng(height).integers(0, 5, (height, 40)).astype(np.int8)
    compiled = loops.centred_ranks(levels)
    plain = loops.centred_ranks_plain(levels)
    assert compiled.dtype == plain.dtype and (compiled == plain).all()
    below = (levels[:, None] > levels[None]).sum(axis=1)
    above = (levels[:, None] < levels[None]).sum(axis=1)
    assert (plain == below - above).all()


def test_compiled_tables_count_what_the_plain_ones_count(monkeypatch):
    """Rows out of order, tables of unequal length; the last arrangement alone is looked up by hand."""
    generator = np.random.default_rng(5)
    sizes = [3, 9, 5]
    cells = np.stack([generator.integers(0, size, 60) for size in sizes]).astype(np.int32)
    order = [2, 0, 1]
    tables = [generator.integers(0, 4, sizes[row]).astype(np.int8) for row in order]
    made = loops.Tables(order, tables)
    thresholds = np.array([1, 2, 3], dtype=np.int8)
    estimates, weights = generator.uniform(-1, 1, (4, 60)), generator.integers(1, 9, 60)
    limits = np.sort(generator.uniform(-0.5, 0.9, (3, 4)))

    def counted():
        hits, reached = np.zeros(3, dtype=np.int64), np.zeros((4, 4), dtype=np.int64)
        made.step_down(cells, thresholds, hits)
        sides = loops.reached(estimates, weights, limits, 0.3, reached)
        return hits.tolist(), made.sums(cells).tolist(), reached.tolist(), sides.tolist()

    compiled = counted()
    monkeypatch.setattr(loops, "compiled", lambda: None)
    assert counted() == compiled
    hits, sums, reached, sides = compiled
    assert sums[-1] == sum(int(table[cells[row, -1]]) for row, table in zip(order, tables, strict=True))
    assert hits[0] == (tables[0][cells[2]] >= 1).sum()
    assert reached[0][0] == weights[np.abs(estimates[0]) >= limits[0, 0]].sum()
    assert sides[1] == (estimates <= -0.3).sum(axis=0).tolist()
    assert loops.Tables([], []).sums(cells).tolist() == [0] * 60


def test_compiled_surplus_is_the_plain_one(monkeypatch):
    """Levels below zero too: what is looked up must not count from the end."""
    generator = np.random.default_rng(7)
    rows = generator.permuted(np.tile(generator.integers(-3, 4, 30), (50, 1)), axis=1)
    y = generator.integers(0, 9, 30)
    compiled = sampling.row_sums("concordance", rows, y)
    monkeypatch.setattr(loops, "compiled", lambda: None)
    assert sampling.row_sums("concordance", rows, y).tolist() == compiled.tolist()
    rising = [
        sum(np.sign(row[j] - row[i]) * np.sign(y[j] - y[i]) for i in range(30) for j in range(i))
        for row in rows
    ]
    assert compiled.tolist() == rising


def test_halves_without_numba_are_the_same(monkeypatch):
    """A machine without numba must get the same figures, only later."""
    rows = np.random.default_rng(6).permuted(np.tile(np.arange(-10, 11, 2), (40, 1)), axis=1)
    ranks = doubled_midranks(np.array(SCORE_III)) - 12
    levels, counts = np.unique(ranks, return_counts=True)
    fast = maxt.rho_max_t_by(_compiled.count_hits, levels, counts.tolist(), ranks, rows)
    monkeypatch.setattr(maxt, "compiled", lambda: None)
    assert maxt.rho_max_t(levels, counts.tolist(), ranks, rows).tolist() == fast.tolist()


def test_copies_enter_a_family_once():
    """Share of the district and total order alike; fails if a copy is taken for a second question."""
    rows = [SHARE, np.sqrt(SHARE), [-v for v in SHARE], TIED, [NAN, *SHARE[1:]], [NAN, *np.log(SHARE[1:])]]
    assert stats.distinct_rows(rows).tolist() == [0, 0, 0, 3, 4, 4]
    with_copy = stats.step_down_max_t(SCORE_III, [SHARE, TIED, np.sqrt(SHARE)])
    without = stats.step_down_max_t(SCORE_III, [SHARE, TIED])
    assert with_copy[:2].tolist() == without.tolist() and with_copy[2] == with_copy[0]


def test_holm_and_benjamini_hochberg_by_hand():
    """0.01, 0.04, 0.03 by hand; fails if methods are swapped."""
    assert stats.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert stats.benjamini_hochberg([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.04, 0.04])
    assert stats.holm([]).size == 0


# statsmodels runs the garbage collector at every call, hence few examples
@settings(max_examples=10)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusted_p_are_those_of_statsmodels(p):
    # an order of ties, a cut at one or a cumulative maximum done wrong would show here
    for ours, method in ((stats.holm, "holm"), (stats.benjamini_hochberg, "fdr_bh")):
        assert ours(p).tolist() == multipletests(p, method=method)[1].tolist()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([[1.0] * 11], "Covariate 1"),
        ([SHARE, [1.0, 2.0, *[NAN] * 9]], "Covariate 2"),
        ([[1, 2, 3]], "columns"),
    ],
)
def test_rows_without_a_coefficient_have_no_place_in_a_family(rows, words):
    """Fails if a constant or empty row enters with a p of its own making."""
    with pytest.raises(StatisticsError, match=words):
        stats.step_down_max_t(SCORE_III, rows)


def test_arrangements_are_all_different_and_all_there():
    """Fails if an order is listed twice; and refuses lists that would fill the memory."""
    rows = arrangements([2, 1, 0, 3])
    assert len(rows) == 60 == len({tuple(row) for row in rows.tolist()})
    assert (np.sort(rows, axis=1) == [0, 0, 1, 3, 3, 3]).all()
    with pytest.raises(StatisticsError, match="at most"):
        arrangements([1] * 12)


# --- many cases: every narrow number at its bound ---------------------------------------------


def table_by_definition(score, rows, kernel):
    """Coefficient of every row (k, N) on every arrangement of a score with few cases off its commonest level.

    Signs of pairs and midranks by scipy, in 64-bit floats: nothing narrow is used.
    """
    values, counts = np.unique(score, return_counts=True)
    rare = [v for v in score if v != values[counts.argmax()]]
    every = {}
    for places in itertools.permutations(range(len(score)), len(rare)):
        arranged = np.full(len(score), values[counts.argmax()], dtype=float)
        arranged[list(places)] = rare
        every[arranged.tobytes()] = arranged
    every = np.array(list(every.values()))
    table = np.zeros((len(rows), len(every)))
    for row, found in zip(rows, table, strict=True):
        there = ~np.isnan(row)
        y, x = row[there], every[:, there]
        if kernel == "product":
            a, b = scipy.stats.rankdata(x, axis=1), scipy.stats.rankdata(y)
            a, b = a - a.mean(axis=1, keepdims=True), b - b.mean()
        else:
            first, second = np.triu_indices(there.sum(), 1)
            a, b = np.sign(x[:, second] - x[:, first]), np.sign(y[second] - y[first])
        norm = np.sqrt((a * a).sum(axis=1) * (b * b).sum())
        found[norm > 0] = (a @ b)[norm > 0] / norm[norm > 0]
    return table, int(np.flatnonzero((every == np.array(score)).all(axis=1))[0])


def step_down_of(table, place):
    """Westfall and Young's step-down max-T read off a table of coefficients."""
    extreme = np.abs(table) / np.sqrt((table**2).mean(axis=1, keepdims=True))
    observed = extreme[:, place]
    adjusted, last = np.empty(len(table)), 0.0
    order = np.argsort(-observed, kind="stable")
    for position, row in enumerate(order):
        reached = (extreme[order[position:]].max(axis=0) >= observed[row] * (1 - 1e-9)).mean()
        last = adjusted[row] = max(last, reached)
    return adjusted


@pytest.mark.parametrize(
    ("n", "rare"),
    # doubled midranks pass 127 at 64 cases, sums of products 32 767 at 47, sums of pairs 32 767 at 257
    [
        (46, [1, 1]),
        (47, [1, 1]),
        (63, [1, 1]),
        (64, [1, 2]),
        (83, [1, 1]),
        (128, [1]),
        (200, [1]),
        (257, [1]),
    ],
)
@pytest.mark.parametrize(
    ("statistic", "kernel"), [("kendall_tau_b", "concordance"), ("spearman_rho", "product")]
)
def test_families_of_many_cases_are_those_by_definition(n, rare, statistic, kernel):
    """Binary and heavily tied scores of up to 257 cases; fails where a narrow number wraps."""
    generator = np.random.default_rng(n)
    score = np.zeros(n)
    score[generator.choice(n, len(rare), replace=False)] = rare
    rows = np.stack([generator.permutation(n), generator.integers(0, 3, n), generator.random(n)]).astype(
        float
    )
    rows[2, generator.choice(n, 5, replace=False)] = NAN
    rows[0, score > 0] += n
    table, place = table_by_definition(score, rows, kernel)
    found = stats.step_down_max_t(score, rows, statistic)
    assert found == pytest.approx(step_down_of(table, place), rel=1e-12)
    complete = np.ascontiguousarray(rows[:1])
    alone = stats.step_down_max_t(score, complete, statistic)
    assert alone == pytest.approx(stats.exact_p_values(statistic, score, complete), rel=1e-12)


def test_two_ones_among_eighty_three():
    """Midranks of 8 bits made the second 0.1117; it is the second most extreme of 3 403 on each side."""
    score, covariate = np.zeros(83), np.arange(83.0)
    score[-2:] = 1
    assert stats.step_down_max_t(score, covariate[None])[0] == pytest.approx(2 / 3403)
    score[-2:], score[[80, 82]] = 0, 1
    assert stats.step_down_max_t(score, covariate[None])[0] == pytest.approx(4 / 3403)


@pytest.mark.parametrize("n", [60, 64, 128, 160, 200])
def test_pearson_of_many_cases_goes_through_every_arrangement(n):
    """A binary score by every pair of places; fails if positions or levels wrap."""
    generator = np.random.default_rng(n)
    score, covariate = np.zeros(n), np.round(generator.gamma(2, 10, n), 1)
    score[[3, n - 1]] = 1
    found = stats.pearson_r(score, covariate)
    tenths = np.round(10 * covariate).astype(int).tolist()
    middle = 2 * sum(tenths)
    far = [abs(n * (a + b) - middle) for a, b in itertools.combinations(tenths, 2)]
    seen = abs(n * (tenths[3] + tenths[n - 1]) - middle)
    assert found.arrangements == len(far) == math.comb(n, 2)
    assert found.exceeding == sum(value >= seen for value in far)
    assert found.estimate == pytest.approx(np.corrcoef(score, covariate)[0, 1])


@pytest.mark.parametrize("n", [11, 46, 64, 127, 128, 129, 300])
def test_arrangements_of_long_multisets_are_every_choice_of_places(n):
    """Positions past 127 do not fit int8; fails if a place is written twice or left out."""
    rows = arrangements([n - 2, 2])
    assert {tuple(np.flatnonzero(row)) for row in rows} == set(itertools.combinations(range(n), 2))
    rows = arrangements([1, n - 2, 1])
    places = set(zip(rows.argmin(axis=1).tolist(), rows.argmax(axis=1).tolist(), strict=True))
    assert len(rows) == n * (n - 1) == len(places)
    assert ((rows == 0).sum(axis=1) == 1).all() and ((rows == 2).sum(axis=1) == 1).all()


@pytest.mark.parametrize(("bits", "bound"), [(8, 127), (16, 32_767), (32, 2**31 - 1), (64, 2**63 - 1)])
def test_the_narrowest_number_holds_its_bound_and_no_more(bits, bound):
    """Fails if a type is chosen that wraps at its own bound."""
    kind = ranks.narrowest(bound)
    assert kind.itemsize * 8 == bits and np.array([-bound, bound]).astype(kind).tolist() == [-bound, bound]
    if bits < 64:
        assert ranks.narrowest(bound + 1).itemsize * 8 == 2 * bits
    else:
        with pytest.raises(StatisticsError, match="64 bits"):
            ranks.narrowest(bound + 1)


@pytest.mark.parametrize("bound", [2**15 - 1, 2**15, 2**24 - 1, 2**24, 2**31 - 1, 2**31, 2**53 - 1])
def test_sums_are_exact_up_to_the_bound(bound):
    """Single floats hold whole numbers below 2**24, double ones below 2**53; fails if a sum is rounded."""
    columns, vectors = (
        np.array([[bound // 3], [1], [1]]),
        np.array([[3, bound % 3, 0], [-3, -(bound % 3), 0]]),
    )
    assert loops.row_sums_plain(columns, vectors, bound=bound)[:, 0].tolist() == [bound, -bound]


def test_sums_past_the_last_bound_are_refused():
    """Fails if doubles are trusted past 2**53."""
    with pytest.raises(StatisticsError, match="more than floats hold"):
        loops.row_sums_plain(np.ones((1, 1)), np.ones((1, 1)), bound=2**53)


def test_compiled_counts_do_not_wrap_past_32_767_columns():
    """One row of 40 000 pairs that all reach the threshold; a 16-bit count would come out negative."""
    for loop in (loops.count_hits_plain, _compiled.count_hits):
        hits = np.zeros(1, dtype=np.int64)
        right = np.full((1, 40_000), 5, dtype=np.int16)
        running = np.zeros((1, 40_000), dtype=np.int16)
        loop(np.zeros((1, 1), dtype=np.int16), right, np.array([5], dtype=np.int16), running, hits)
        assert hits.tolist() == [40_000]


def test_halves_at_their_largest_size():
    """46 cases: the greatest sum, 32 430, is the last to fit 16 bits; the general path must agree."""
    score = np.zeros(maxt.LARGEST_N)
    score[[0, -1]] = 1
    rows = np.random.default_rng(9).permuted(np.tile(np.arange(46.0), (3, 1)), axis=1)
    rows[0] = np.arange(46)
    table, place = table_by_definition(score, rows, "product")
    assert stats.step_down_max_t(score, rows, "spearman_rho") == pytest.approx(step_down_of(table, place))


def test_a_joint_null_too_large_to_tabulate_is_refused():
    """500 cases whose scores differ by place: fails if memory is filled or sums wrap instead."""
    score = np.zeros(500)
    score[0] = 1
    rows = np.stack([np.arange(500.0), np.arange(500.0)])
    rows[1, 3] = NAN
    with pytest.raises(StatisticsError, match="are kept for a joint null"):
        stats.step_down_max_t(score, rows, "spearman_rho")


# --- paired -----------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=8))
def test_signed_rank_counts_every_sign_pattern(change):
    """Ties and zeros included; fails if zeros are ranked or V is halved wrongly."""
    found = stats.signed_rank([0] * len(change), change)
    moved = [c for c in change if c]
    if not moved:
        assert found.p_exact is None and found.cannot.code == "no_change"
        return
    ranks = scipy.stats.rankdata(np.abs(moved))
    middle = ranks.sum() / 2
    observed = sum(r for r, c in zip(ranks, moved, strict=True) if c > 0)
    values = [sum(itertools.compress(ranks, signs)) for signs in itertools.product((0, 1), repeat=len(moved))]
    assert found.statistic == observed
    assert found.p_exact == np.mean([abs(v - middle) >= abs(observed - middle) for v in values])
    assert found.p_min == 2 / len(values)


def test_bowker_leaves_empty_pairs_out():
    """statsmodels counts them in the degrees of freedom; fails if we do."""
    table = [[5, 4, 0], [1, 6, 0], [0, 0, 7]]
    found = stats.bowker(table)
    assert (found.degrees, found.statistic) == (1, pytest.approx(9 / 5))
    # one pair of five: at least as far from 2.5 as 4 is
    assert found.p_exact == pytest.approx(2 * (math.comb(5, 4) + 1) / 32)


TABLE = [[3, 4, 1], [1, 2, 3], [0, 2, 5]]


def every_split(table):
    """All tables with the same pair totals, and their weight under symmetry."""
    pairs = [(i, j) for i, j in itertools.combinations(range(len(table)), 2) if table[i][j] + table[j][i]]
    totals = [table[i][j] + table[j][i] for i, j in pairs]
    for split in itertools.product(*(range(total + 1) for total in totals)):
        other = np.array(table)
        for (i, j), total, k in zip(pairs, totals, split, strict=True):
            other[i, j], other[j, i] = k, total - k
        yield other, math.prod(math.comb(t, k) for t, k in zip(totals, split, strict=True)) / 2 ** sum(totals)


@pytest.mark.parametrize("test", [stats.bowker, stats.stuart_maxwell])
def test_square_table_tests_weigh_every_split_of_every_pair(test):
    """Exact p by going through all tables; fails if binomial weights or the comparison are off."""
    found = test(TABLE)
    expected = sum(w for other, w in every_split(TABLE) if test(other).statistic >= found.statistic - 1e-9)
    assert found.p_exact == pytest.approx(expected) and found.method == "enumeration"


def test_stuart_maxwell_is_sampled_where_states_are_too_many(monkeypatch):
    """Fails if the fallback is unmarked or far from the exact p."""
    known = stats.stuart_maxwell(TABLE).p_exact
    monkeypatch.setattr(paired, "MOST_STATES", 3)
    drawn = stats.stuart_maxwell(TABLE)
    assert (drawn.p_exact, drawn.method) == (None, "monte_carlo")
    assert drawn.p == pytest.approx(known, abs=0.01) and drawn.method == "monte_carlo"


@pytest.mark.parametrize("test", [stats.bowker, stats.stuart_maxwell])
def test_square_tables_that_allow_nothing(test):
    """Nobody moved, or no square of counts: fails if a p appears."""
    still = test([[3, 0], [0, 4]])
    assert still.p is None and still.cannot.code == "no_change"
    for table, words in (([[1, 2]], "square"), ([[1, -1], [0, 1]], "counts"), ([[0.5, 1], [0, 1]], "counts")):
        with pytest.raises(StatisticsError, match=words):
            test(table)


# --- agreement --------------------------------------------------------------------------------


def test_krippendorffs_own_example():
    """Twelve units, four observers, gaps: 0.815 in print (Krippendorff 2011, ordinal data)."""
    observers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
    found = stats.krippendorff_alpha(observers)
    assert round(found.estimate, 3) == 0.815 and found.n == 11


def test_weighted_kappa_by_hand():
    """Quadratic weights on a 3 x 3 table, by the definition; fails if weights are turned round."""
    table = np.array([[5, 2, 0], [1, 6, 2], [0, 1, 3]])
    for weights, power in (("linear", 1), ("quadratic", 2)):
        distance = np.abs(np.subtract.outer(range(3), range(3))) ** power
        expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
        by_hand = 1 - (distance * table).sum() / (distance * expected).sum()
        assert stats.weighted_kappa(table, weights).estimate == pytest.approx(by_hand)
    with pytest.raises(StatisticsError, match="quadratic"):
        stats.weighted_kappa(table, "cubic")


def test_agreement_without_variation_cannot_be_had():
    """One score everywhere, or nothing scored twice; fails if a division by zero shows."""
    assert stats.weighted_kappa([[0, 0], [0, 9]]).estimate is None
    assert stats.weighted_kappa([[0, 0], [0, 0]]).estimate is None
    assert stats.krippendorff_alpha([[4, 4], [4, 4]]).cannot.code == "one_score"
    assert stats.krippendorff_alpha([[4.0, NAN], [NAN, 4.0]]).cannot.code == "nothing_twice"
    with pytest.raises(StatisticsError, match="one row an edition"):
        stats.krippendorff_alpha([1, 2, 3])


def test_transition_table_counts_old_against_new():
    """Fails if rows and columns are exchanged or a score off the scale is dropped."""
    table = stats.transition_table([1, 1, 2], [2, 1, 3], [1, 2, 3])
    assert table.tolist() == [[1, 1, 0], [0, 0, 1], [0, 0, 0]]
    with pytest.raises(StatisticsError, match="allowed are: 1, 2, 3"):
        stats.transition_table([1, 4], [1, 1], [1, 2, 3])


# --- ordered logit ----------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=6, max_size=14))
def test_separation_of_one_covariate_is_a_matter_of_order(pairs):
    """With one covariate separation means its ranges per score touch at most; fails if the programme errs."""
    x, score = (np.array(v) for v in zip(*pairs, strict=True))
    _, codes = np.unique(score, return_inverse=True)
    if len(set(x.tolist())) == 1 or codes.max() == 0:
        return
    groups = [x[codes == level] for level in range(int(codes.max()) + 1)]
    rising = all(a.max() <= b.min() for a, b in itertools.pairwise(groups))
    falling = all(a.min() >= b.max() for a, b in itertools.pairwise(groups))
    assert ordinal.is_separated(x[:, None].astype(float), codes) == (rising or falling)


@pytest.mark.parametrize(
    ("score", "columns", "words"),
    [
        (range(8), [range(8)], "too few"),
        ([1, 1, 1, 1, 2, 2, 2, 2], [[0, 0, 0, 1, 1, 1, 1, 2]], "separates"),
        ([1] * 8, [range(8)], "same in all"),
        ([1, 2] * 4, [[3] * 8], "a is the same"),
        ([1, 2] * 4, [[1, 3, 2, 4, 0, 1, 5, 2], [2, 6, 4, 8, 0, 2, 10, 4]], "determine each other"),
    ],
)
def test_ordered_logit_refuses_what_has_no_maximum(score, columns, words):
    """statsmodels returns a coefficient of 31 with SE 379 there; fails if that is passed on."""
    names = ["a", "b"][: len(columns)]
    found = stats.ordered_logit(list(score), np.array([list(c) for c in columns]).T, names)
    assert found.coefficients == () and words in str(found.cannot)
    with pytest.raises(StatisticsError, match="shape"):
        stats.ordered_logit(list(score), np.zeros((3, 1)), names)
