"""Sampled permutation p-values, for patterns whose exact distribution costs too much."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.stats.exact import Kernel, null_mean
from analysis.stats.ranks import Integers, arrangement_count, tie_groups
from analysis.stats.results import Association

# 99 999 gives a p of 0.05 a standard error of 0.0007, and (b + 1) / (B + 1) a round divisor.
RESAMPLES = 99_999
# Two runs must give the same bytes; the figure itself means nothing.
SEED = 20260601
# Resamples held at once: 83 regions x 8192 x 8 bytes is 5 MB, which stays in the cache's reach.
BATCH = 8192
CONFIDENCE = 0.99


def sampled_ranks(
    statistic: str,
    kernel: Kernel,
    x: Integers,
    y: Integers,
    strata: Integers | None,
    estimate: float,
    cost_seconds: float,
) -> Association:
    """Monte Carlo test of a rank statistic's S.

    Parameters
    ----------
    statistic, kernel : str
        Name of the coefficient and the S it is tested by.
    x, y : ndarray of int64, shape (n,)
        Doubled midranks of score and covariate.
    strata : ndarray of int64, shape (n,), or None
        Stratum numbers.
    estimate : float
        The coefficient.
    cost_seconds : float
        Estimated price of the exact distribution, kept in the result.
    """
    groups = np.zeros(len(x), dtype=np.int64) if strata is None else strata
    labels = range(int(groups.max()) + 1)
    pattern = tuple((tie_groups(x[groups == g]), tie_groups(y[groups == g])) for g in labels)
    numerator, denominator = null_mean(kernel, pattern)

    def deviations(rows: NDArray[Any]) -> NDArray[Any]:
        return _sums(kernel, rows, y, groups) * denominator - numerator

    return replace(
        sampled(statistic, x, groups, deviations, estimate),
        strata=() if strata is None else tuple(np.bincount(strata).tolist()),
        cost_seconds=cost_seconds,
    )


def sampled(
    statistic: str,
    x: NDArray[Any],
    groups: Integers,
    deviations: Callable[[NDArray[Any]], NDArray[Any]],
    estimate: float,
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
    estimate : float
        The coefficient.
    slack : float
        Distances this close count as equal; zero where they are whole numbers.

    Notes
    -----
    Adding one to b and B counts the observed arrangement among the draws, which keeps the test
    valid (Phipson and Smyth 2010, "Permutation p-values should never be zero").
    """
    generator = np.random.default_rng(SEED)
    observed = deviations(x[None, :])[0]
    exceeding = upper = drawn = 0
    while drawn < RESAMPLES:
        size = min(BATCH, RESAMPLES - drawn)
        found = deviations(_shuffled(generator, x, groups, size))
        exceeding += int((np.abs(found) >= abs(observed) - slack).sum())
        upper += int((found >= observed - slack).sum())
        drawn += size
    low, high = binomial_interval(exceeding, RESAMPLES)
    labels = range(int(groups.max()) + 1)
    sizes = [np.unique(x[groups == label], return_counts=True)[1].tolist() for label in labels]
    return Association(
        statistic=statistic,
        n=len(x),
        estimate=estimate,
        arrangements=math.prod(arrangement_count(counts) for counts in sizes),
        p_min=1 / (RESAMPLES + 1),
        method="monte_carlo",
        exceeding=exceeding,
        upper=upper,
        p_sampled=(exceeding + 1) / (RESAMPLES + 1),
        p_low=low,
        p_high=high,
        resamples=RESAMPLES,
    )


def binomial_interval(successes: int, trials: int) -> tuple[float, float]:
    """Clopper-Pearson interval of a proportion at `CONFIDENCE` (Clopper and Pearson 1934).

    Parameters
    ----------
    successes, trials : int
        Counts, the first not above the second.

    Returns
    -------
    tuple of float
        Lower and upper end, 0-1.
    """
    from scipy.stats import beta  # half a second to import, needed only here

    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if successes == 0 else float(beta.ppf(tail, successes, trials - successes + 1))
    high = 1.0 if successes == trials else float(beta.ppf(1 - tail, successes + 1, trials - successes))
    return low, high


def _shuffled(generator: np.random.Generator, x: NDArray[Any], groups: Integers, size: int) -> NDArray[Any]:
    """`size` random arrangements of the scores within groups, shape (size, n)."""
    rows = np.tile(x, (size, 1))
    for label in range(int(groups.max()) + 1):
        members = np.flatnonzero(groups == label)
        rows[:, members] = generator.permuted(rows[:, members], axis=1)
    return rows


def _sums(kernel: Kernel, rows: Integers, y: Integers, groups: Integers) -> NDArray[np.int64]:
    """S of each arrangement, shape (size,)."""
    if kernel == "product":
        return rows @ y
    labels = range(int(groups.max()) + 1)
    parts = (_surplus(rows[:, groups == g], y[groups == g]) for g in labels)
    return np.sum(list(parts), axis=0)


def _surplus(rows: Integers, y: Integers) -> NDArray[np.int64]:
    """Concordant minus discordant pairs of each arrangement, one region at a time.

    Regions are taken by rising covariate; each is compared with all before it that differ in the
    covariate, which costs n vector operations of shape (size, place) and never n squared at once.
    """
    order = np.argsort(y, kind="stable")
    ordered, ranked = rows[:, order].astype(np.int16), y[order]
    total = np.zeros(len(rows), dtype=np.int64)
    for place in range(1, len(y)):
        before = int(np.searchsorted(ranked, ranked[place]))
        if before:
            total += np.sign(ordered[:, place, None] - ordered[:, :before]).sum(axis=1)
    return total
