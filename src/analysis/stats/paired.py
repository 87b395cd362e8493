"""The same cases twice: exact tests of a shift between two editions, with ties."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.stats.errors import StatisticsError
from analysis.stats.exact import packed_counts
from analysis.stats.ranks import Integers, checked_pair, doubled_midranks
from analysis.stats.reasons import Reason, reason

SIGNED_RANK_RULE = "P(|V - E(V)| >= |v - E(V)|) over all signs of the non-zero differences"
# Distinct vectors of marginal differences followed at once: some 100 bytes each
MOST_STATES = 300_000
RESAMPLES = 99_999
SEED = 20260603


@dataclass(frozen=True)
class SignedRank:
    """Wilcoxon's signed-rank test, exact given the ties.

    Attributes
    ----------
    n, rose, fell, kept : int
        Cases, and how many rose, fell and stayed.
    statistic : float or None
        V, the sum of the midranks of the rises.
    arrangements : int or None
        Sign patterns of the changes, 2 ** (rose + fell).
    p_exact, p_min : float or None
        Two-sided p by `two_sided_rule`, and the smallest reachable one.
    cannot : Reason or None
        Why there is no result.
    two_sided_rule : str
        What "two-sided" means here.
    """

    n: int
    rose: int
    fell: int
    kept: int
    statistic: float | None = None
    arrangements: int | None = None
    p_exact: float | None = None
    p_min: float | None = None
    cannot: Reason | None = None
    two_sided_rule: str = SIGNED_RANK_RULE


def signed_rank(before: ArrayLike, after: ArrayLike) -> SignedRank:
    """Exact signed-rank test of no shift, with ties; unchanged cases are left out.

    Every sign pattern of the differences is equally likely under the null; the distribution of V
    is the product of 1 + q**r over the doubled midranks r of the absolute differences (Wilcoxon
    1945, who drops zero differences; Hollander, Wolfe and Chicken 2014, section 3.1).

    Parameters
    ----------
    before, after : array_like, shape (n,)
        Scores of the same cases in two editions.

    Raises
    ------
    StatisticsError
        If a series is not numeric, has gaps, or lengths differ.
    """
    first, second = checked_pair(before, after)
    change = second - first
    rose, fell = int((change > 0).sum()), int((change < 0).sum())
    kept = len(change) - rose - fell
    if rose + fell == 0:
        return SignedRank(len(change), rose, fell, kept, cannot=NO_CHANGE)
    moved = change[change != 0]
    ranks = doubled_midranks(np.abs(moved))
    value, total = int(ranks[moved > 0].sum()), int(ranks.sum())
    counts = _sign_counts(ranks)
    # V is symmetric about half its greatest value: distances are compared doubled, in whole numbers
    distance = np.abs(2 * np.arange(total + 1) - total)
    patterns = 2 ** len(moved)
    extreme = int(counts[distance >= abs(2 * value - total)].sum())
    return SignedRank(
        len(change), rose, fell, kept, value / 2, patterns, extreme / patterns, 2 * int(counts[0]) / patterns
    )


NO_CHANGE = reason("no_change")


def _sign_counts(ranks: Integers) -> NDArray[np.object_]:
    """Sign patterns by the doubled V, shape (sum of ranks + 1,); Python integers."""
    bits = 8 * (len(ranks) // 8 + 1)
    packed = 1
    for rank in ranks.tolist():
        packed += packed << (rank * bits)
    return packed_counts(packed, bits).astype(object)


@dataclass(frozen=True)
class SquareTableTest:
    """A test on a square table of old scores against new ones.

    Attributes
    ----------
    name : str
        ``bowker`` or ``stuart_maxwell``.
    statistic : float or None
        The chi-squared statistic.
    degrees : int or None
        Degrees of freedom: pairs of cells that are not both empty (Bowker), or the rank of the
        covariance of the marginal differences (Stuart-Maxwell).
    p_asymptotic : float or None
        Chi-squared p, for comparison; unreliable in sparse tables.
    p_exact : float or None
        Exact p under symmetry given the total of each pair of cells; None where it was sampled.
    method : {"enumeration", "monte_carlo"} or None
        How the p was got.
    p_sampled : float or None
        (b + 1) / (B + 1) where exact is out of reach.
    resamples : int or None
        B.
    cannot : Reason or None
        Why there is no result.
    """

    name: Literal["bowker", "stuart_maxwell"]
    statistic: float | None = None
    degrees: int | None = None
    p_asymptotic: float | None = None
    p_exact: float | None = None
    method: Literal["enumeration", "monte_carlo"] | None = None
    p_sampled: float | None = None
    resamples: int | None = None
    cannot: Reason | None = None

    @property
    def p(self) -> float | None:
        """The exact p, or the sampled one."""
        return self.p_exact if self.p_exact is not None else self.p_sampled


def bowker(table: ArrayLike) -> SquareTableTest:
    """Bowker's test of symmetry, pairs of empty cells left out of the degrees of freedom.

    The sum over pairs of (n_ij - n_ji)**2 / (n_ij + n_ji) (Bowker 1948); its exact distribution
    given the pair totals is that of independent fair binomials.

    Parameters
    ----------
    table : array_like of int, shape (g, g)
        Cases by old (rows) and new score (columns).

    Raises
    ------
    StatisticsError
        If the table is not square or holds anything but counts.
    """
    counts = checked_square(table)
    pairs = _pairs(counts)
    if not pairs:
        return SquareTableTest("bowker", cannot=NO_CHANGE)
    statistic = sum((n - m) ** 2 / (n + m) for n, m in pairs.values())
    # a common multiple makes every term a whole number, so equal statistics compare as equal
    common = math.lcm(*(n + m for n, m in pairs.values()))
    observed = sum(common * (n - m) ** 2 // (n + m) for n, m in pairs.values())
    states = {0: 1}
    for n, m in pairs.values():
        total = n + m
        following: dict[int, int] = {}
        for value, ways in states.items():
            for k in range(total + 1):
                reached = value + common * (2 * k - total) ** 2 // total
                following[reached] = following.get(reached, 0) + ways * math.comb(total, k)
        states = following
    patterns = 2 ** sum(n + m for n, m in pairs.values())
    return SquareTableTest(
        "bowker",
        statistic,
        len(pairs),
        _chi_squared(statistic, len(pairs)),
        p_exact=sum(ways for value, ways in states.items() if value >= observed) / patterns,
        method="enumeration",
    )


def stuart_maxwell(table: ArrayLike) -> SquareTableTest:
    """Stuart-Maxwell test of equal marginal distributions, exact where it is feasible.

    d' V**-1 d with d the differences of row and column totals and V their covariance under
    symmetry (Stuart 1955; Maxwell 1970, with the null covariance). V depends on the pair totals
    only, and given these the cells of a pair are a fair binomial, so the distribution is exact
    under symmetry. Categories nobody moved into or out of do not enter.

    Parameters and errors are those of `bowker`.
    """
    counts = checked_square(table)
    pairs = _pairs(counts)
    if not pairs:
        return SquareTableTest("stuart_maxwell", cannot=NO_CHANGE)
    metric, degrees = _marginal_metric(counts)
    observed = _difference(pairs, len(counts))
    statistic = float(observed @ metric @ observed)
    result = SquareTableTest("stuart_maxwell", statistic, degrees, _chi_squared(statistic, degrees))
    states = _difference_states(pairs, len(counts))
    # differences are whole, the metric is not: equal statistics may differ by rounding, so the
    # bound is lowered by far less than any two distinct ones are apart
    bound = statistic * (1 - 1e-9)
    if states is None:
        values = _sampled_statistics(pairs, len(counts), metric)
        return SquareTableTest(
            "stuart_maxwell",
            statistic,
            degrees,
            result.p_asymptotic,
            method="monte_carlo",
            p_sampled=(int((values >= bound).sum()) + 1) / (RESAMPLES + 1),
            resamples=RESAMPLES,
        )
    vectors = np.array(list(states), dtype=np.float64)
    reached = np.einsum("ij,jk,ik->i", vectors, metric, vectors) >= bound
    extreme = sum(ways for ways, there in zip(states.values(), reached.tolist(), strict=True) if there)
    patterns = 2 ** sum(n + m for n, m in pairs.values())
    return SquareTableTest(
        "stuart_maxwell",
        statistic,
        degrees,
        result.p_asymptotic,
        p_exact=extreme / patterns,
        method="enumeration",
    )


def checked_square(table: ArrayLike) -> Integers:
    """Square table of counts.

    Raises
    ------
    StatisticsError
        If it is not square or holds anything but whole numbers from zero up.
    """
    counts = np.asarray(table)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise StatisticsError(
            f"The table has the shape {counts.shape}; old against new scores make a square one."
        )
    if counts.dtype.kind not in "iuf" or (counts < 0).any() or (counts != np.round(counts)).any():
        raise StatisticsError(
            "The table holds something other than counts; whole numbers from zero up are allowed."
        )
    return counts.astype(np.int64)


def _pairs(counts: Integers) -> dict[tuple[int, int], tuple[int, int]]:
    """Both cells of every pair that is not empty."""
    return {
        (i, j): (int(counts[i, j]), int(counts[j, i]))
        for i in range(len(counts))
        for j in range(i + 1, len(counts))
        if counts[i, j] + counts[j, i]
    }


def _chi_squared(statistic: float, degrees: int) -> float:
    from scipy.stats import chi2  # half a second to import, needed only here

    return float(chi2.sf(statistic, degrees))


def _marginal_metric(counts: Integers) -> tuple[NDArray[np.float64], int]:
    """Generalised inverse of the covariance of marginal differences, and its rank."""
    totals = (counts + counts.T).astype(np.float64)
    np.fill_diagonal(totals, 0)
    covariance = np.diag(totals.sum(axis=1)) - totals
    inverse = np.linalg.pinv(covariance, hermitian=True).astype(np.float64)
    return inverse, int(np.linalg.matrix_rank(covariance, hermitian=True))


def _difference(pairs: Mapping[tuple[int, int], tuple[int, int]], size: int) -> NDArray[np.float64]:
    difference = np.zeros(size)
    for (i, j), (n, m) in pairs.items():
        difference[i] += n - m
        difference[j] -= n - m
    return difference


def _difference_states(
    pairs: Mapping[tuple[int, int], tuple[int, int]], size: int
) -> dict[tuple[int, ...], int] | None:
    """Marginal differences and the patterns reaching each, or None if there are too many."""
    states: dict[tuple[int, ...], int] = {(0,) * size: 1}
    for (i, j), (n, m) in pairs.items():
        total = n + m
        following: dict[tuple[int, ...], int] = {}
        for vector, ways in states.items():
            for k in range(total + 1):
                moved = list(vector)
                moved[i] += 2 * k - total
                moved[j] -= 2 * k - total
                key = tuple(moved)
                following[key] = following.get(key, 0) + ways * math.comb(total, k)
            if len(following) > MOST_STATES:
                return None
        states = following
    return states


def _sampled_statistics(
    pairs: Mapping[tuple[int, int], tuple[int, int]], size: int, metric: NDArray[np.float64]
) -> NDArray[np.float64]:
    generator = np.random.default_rng(SEED)
    vectors = np.zeros((RESAMPLES, size))
    for (i, j), (n, m) in pairs.items():
        drawn = 2 * generator.binomial(n + m, 0.5, RESAMPLES) - (n + m)
        vectors[:, i] += drawn
        vectors[:, j] -= drawn
    return np.einsum("ij,jk,ik->i", vectors, metric, vectors)
