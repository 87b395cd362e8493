"""Sampled permutation p-values, for patterns whose exact distribution costs too much."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.stats.exact import Kernel, null_mean
from analysis.stats.loops import paid_for
from analysis.stats.pairs import inversions
from analysis.stats.ranks import Integers, arrangement_count, narrowest, tie_groups
from analysis.stats.results import Association
from analysis.stats.testing import SEED, Test

# 99,999 gives a p of 0.05 a standard error of 0.0007, 9,999 one of 0.0022; (b + 1) / (B + 1) has a round divisor.
RESAMPLES = (99_999, 9_999)
# Numbers held at once: 83 cases x 8192 arrangements x 8 bytes is 5 MB, which stays in the cache's reach.
BATCH = 8192 * 83
CONFIDENCE = 0.99
# Levels up to which counting level by level is faster than sorting
FEW_LEVELS = 24
# Seconds a number of an arrangement: to shuffle it and add a product; to count one level; to sort it once
PRODUCT_COST, LEVEL_COST, SORT_COST = 15e-9, 7e-9, 16e-9


def affordable_resamples(kernel: Kernel, x: Integers, y: Integers, seconds: float) -> int | None:
    """How many random arrangements can be had within a time, or None where not even the fewest can.

    Parameters
    ----------
    kernel : {"product", "concordance"}
        Spearman's (or Pearson's) or Kendall's sum.
    x, y : ndarray of int64, shape (n,)
        Doubled midranks of score and covariate.
    seconds : float
        Time to stay within.
    """
    each = PRODUCT_COST
    if kernel == "concordance":
        levels = min(len(np.unique(x)), len(np.unique(y)))
        each += LEVEL_COST * levels if levels <= FEW_LEVELS else 2 * SORT_COST * max(1.0, math.log2(len(x)))
    for resamples in RESAMPLES:
        if resamples * len(x) * each <= seconds:
            return resamples
    return None


def sampled_ranks(
    statistic: str,
    kernel: Kernel,
    x: Integers,
    y: Integers,
    strata: Integers | None,
    test: Test,
    resamples: int,
) -> Association:
    """Monte Carlo test of a rank statistic's S; the caller adds the estimate.

    Parameters
    ----------
    statistic, kernel : str
        Name of the coefficient and the S it is tested by.
    x, y : ndarray of int64, shape (n,)
        Doubled midranks of score and covariate.
    strata : ndarray of int64, shape (n,), or None
        Stratum numbers.
    test : Test
        Direction and seed.
    resamples : int
        Random arrangements.
    """
    groups = np.zeros(len(x), dtype=np.int64) if strata is None else strata
    labels = range(int(groups.max()) + 1)
    pattern = tuple((tie_groups(x[groups == g]), tie_groups(y[groups == g])) for g in labels)
    numerator, denominator = null_mean(kernel, pattern)
    # a doubled midrank is at most 2n, so a sum of products stays below 4 n**3: 64 bits hold it up to a million cases
    if 4 * len(x) ** 3 * denominator >= 2**62:
        numerator, denominator = round(numerator / denominator), 1

    def deviations(rows: NDArray[Any]) -> NDArray[Any]:
        return sums(kernel, rows, y, groups) * denominator - numerator

    found = sampled(statistic, x, groups, deviations, test, resamples)
    return replace(found, strata=() if strata is None else tuple(np.bincount(strata).tolist()))


def sampled(
    statistic: str,
    x: NDArray[Any],
    groups: Integers,
    deviations: Callable[[NDArray[Any]], NDArray[Any]],
    test: Test,
    resamples: int,
    slack: float = 0.0,
) -> Association:
    """Monte Carlo test: p = (b + 1) / (B + 1), with the interval of the exact p.

    Parameters
    ----------
    statistic : str
        Name of the coefficient.
    x : ndarray, shape (n,)
        What is permuted: the scores, or their ranks.
    groups : ndarray of int64, shape (n,)
        Strata within which it is permuted.
    deviations : callable
        From arrangements, shape (m, n), to the signed distances of S from its mean, shape (m,).
    test : Test
        Direction and seed.
    resamples : int
        Random arrangements.
    slack : float
        Distances this close count as equal; zero where they are whole numbers.

    Notes
    -----
    Adding one to b and B counts the observed arrangement among the draws, which keeps the test
    valid (Phipson and Smyth 2010, "Permutation p-values should never be zero").
    """
    generator = np.random.default_rng(SEED if test.seed is None else test.seed)
    observed = deviations(x[None, :])[0]
    hits = {"two-sided": 0, "greater": 0, "less": 0}
    drawn = 0
    while drawn < resamples:
        size = min(max(1, BATCH // len(x)), resamples - drawn)
        found = deviations(shuffled(generator, x, groups, size))
        hits["two-sided"] += int((np.abs(found) >= abs(observed) - slack).sum())
        hits["greater"] += int((found >= observed - slack).sum())
        hits["less"] += int((found <= observed + slack).sum())
        drawn += size
    low, high = binomial_interval(hits[test.alternative], resamples)
    labels = range(int(groups.max()) + 1)
    sizes = [np.unique(x[groups == label], return_counts=True)[1].tolist() for label in labels]
    return Association(
        statistic=statistic,
        n=len(x),
        alternative=test.alternative,
        arrangements=math.prod(arrangement_count(counts) for counts in sizes),
        p_min=1 / (resamples + 1),
        method="monte_carlo",
        exceeding=hits["two-sided"],
        upper=hits["greater"],
        lower=hits["less"],
        p_sampled=(hits[test.alternative] + 1) / (resamples + 1),
        p_low=low,
        p_high=high,
        resamples=resamples,
    )


def binomial_interval(successes: int, trials: int, level: float = CONFIDENCE) -> tuple[float, float]:
    """Clopper-Pearson interval of a proportion (Clopper and Pearson 1934).

    Parameters
    ----------
    successes, trials : int
        Counts, the first not above the second.
    level : float
        Confidence.

    Returns
    -------
    tuple of float
        Lower and upper end, 0-1.
    """
    from scipy.special import betaincinv  # a tenth of a second to import, needed only here

    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else float(betaincinv(successes, trials - successes + 1, tail))
    high = 1.0 if successes == trials else float(betaincinv(successes + 1, trials - successes, 1 - tail))
    return low, high


def shuffled(generator: np.random.Generator, x: NDArray[Any], groups: Integers, size: int) -> NDArray[Any]:
    """`size` random arrangements of the scores within groups, shape (size, n)."""
    rows = np.tile(x, (size, 1))
    for label in range(int(groups.max()) + 1):
        members = np.flatnonzero(groups == label)
        if len(members) == len(x):
            return generator.permuted(rows, axis=1)
        rows[:, members] = generator.permuted(rows[:, members], axis=1)
    return rows


def sums(kernel: Kernel, rows: Integers, y: Integers, groups: Integers) -> NDArray[np.int64]:
    """S of each arrangement, shape (size,).

    Parameters
    ----------
    kernel : {"product", "concordance"}
        Sum of products, or concordant minus discordant pairs within groups.
    rows : ndarray of int64, shape (size, n)
        Arrangements of the score.
    y : ndarray of int64, shape (n,)
        The covariate's doubled midranks.
    groups : ndarray of int64, shape (n,)
        Stratum numbers.
    """
    if kernel == "product":
        return rows @ y
    labels = range(int(groups.max()) + 1)
    parts = (row_sums(kernel, rows[:, groups == g], y[groups == g]) for g in labels)
    return np.sum(list(parts), axis=0)


def row_sums(kernel: Kernel, rows: Integers, y: Integers) -> NDArray[np.int64]:
    """S of each arrangement of one stratum, shape (size,).

    Parameters
    ----------
    kernel : {"product", "concordance"}
        Sum of products, or concordant minus discordant pairs.
    rows : ndarray of int64, shape (size, n)
        Arrangements of one multiset.
    y : ndarray of int64, shape (n,)
        The covariate's doubled midranks.
    """
    return rows @ y if kernel == "product" else _surplus(rows, y)


def _surplus(rows: Integers, y: Integers) -> NDArray[np.int64]:
    """Concordant minus discordant pairs of each arrangement.

    The signs do not depend on which side is called the score, so the cases can be sorted by either;
    the levels of the other are then few, and counted one after the other, or many, and sorted.
    """
    if len(y) < 2:
        return np.zeros(len(rows), dtype=np.int64)
    order = np.argsort(y, kind="stable")
    ranked = y[order]
    levels, codes = np.unique(rows[0], return_inverse=True)
    # midranks are small whole numbers: looked up, not searched for
    code_of = np.zeros(int(levels[-1] - levels[0]) + 1, dtype=narrowest(len(y)))
    code_of[levels - levels[0]] = np.arange(len(levels))
    codes = code_of[rows[:, order] - levels[0]]
    if len(levels) <= FEW_LEVELS:
        return _by_levels(codes, ranked, len(levels))
    # sorted within ties of the covariate, rising and falling, inversions are discordant and not concordant pairs
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    sizes = np.diff(np.append(starts, len(ranked)))
    total = len(y) * (len(y) - 1) // 2
    if (sizes == 1).all():
        tied = sum(count * (count - 1) // 2 for count in np.bincount(codes[0]).tolist())
        return total - tied - 2 * inversions(codes)
    rising, falling = codes.copy(), codes.copy()
    for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        if size > 1:
            inside = np.sort(codes[:, start : start + size], axis=1)
            rising[:, start : start + size], falling[:, start : start + size] = inside, inside[:, ::-1]
    # not inverted in the falling order: smaller first, across ties of the covariate; equal ones are no inversion either
    tied = sum(count * (count - 1) // 2 for count in np.bincount(codes[0]).tolist())
    discordant = inversions(rising)
    return total - tied - inversions(falling) - discordant


def _by_levels(codes: NDArray[Any], ranked: Integers, count: int) -> NDArray[np.int64]:
    """Surplus of rows with few levels, cases being sorted by the covariate."""
    kernels = paid_for()
    if kernels is not None:
        found = np.empty(len(codes), dtype=np.int64)
        kernels["surplus"](codes, np.searchsorted(ranked, ranked, side="right"), count, found)
        return found
    starts = np.searchsorted(ranked, ranked)
    untied = (starts == np.arange(len(ranked))).all()
    kind = narrowest(len(ranked))
    surplus = np.zeros(len(codes), dtype=np.int64)
    for level in range(count):
        before = np.zeros((len(codes), len(ranked) + 1), dtype=kind)
        np.cumsum(codes == level, axis=1, dtype=kind, out=before[:, 1:])
        seen = before[:, :-1] if untied else before[:, starts]
        # pairs of an earlier case on this level with a later one above it, less those with one below
        surplus += np.einsum("ij,ij->i", seen, np.sign(codes - kind.type(level)), dtype=np.int64)
    return surplus
