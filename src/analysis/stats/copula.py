"""A Gaussian copula cut at the observed ties: the one named alternative behind power, intervals and bounds.

Pairs are drawn from a bivariate normal distribution with a latent correlation and replaced, rank by
rank (within strata, if there are any), by the observed scores and covariate. Every latent correlation
uses the same draws, so that power and means change smoothly along it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.stats.coefficients import (
    affordable_table,
    midranks_within,
    obstacle,
    stratum_pattern,
    stratum_sum,
    without_single,
)
from analysis.stats.errors import one_of
from analysis.stats.exact import Kernel, NullTable, null_mean
from analysis.stats.normal import normal_p, null_variance
from analysis.stats.ranks import (
    TIES,
    Floats,
    Integers,
    checked_levels,
    checked_strata,
    same_length,
    untied_pairs,
)
from analysis.stats.reasons import Reason, reason
from analysis.stats.sampling import row_sums

STATISTICS = ("kendall_tau_b", "spearman_rho")
# Draws per power: standard error 0.003 at a power of 0.8
DRAWS = 20_000
SEED = 20260602
# Numbers drawn at once, for each side: of more than 250 cases fewer samples are drawn, of more than
# 2 500 none
DRAWN = 5_000_000
FEWEST_DRAWS = 2_000


@dataclass(frozen=True, eq=False)
class Design:
    """Ties and strata of both sides, with draws of the copula to be cut at them.

    Attributes
    ----------
    kernel : {"product", "concordance"}
        The sum S behind the coefficient.
    x, y : ndarray of int64, shape (n,)
        Doubled midranks, observed.
    groups : ndarray of int64, shape (n,)
        Stratum numbers.
    table : NullTable or None
        Exact null distribution; None where the normal approximation stands in.
    draws : int
        Samples.
    cannot : Reason or None
        Why nothing can be drawn.
    """

    kernel: Kernel
    x: Integers
    y: Integers
    groups: Integers
    table: NullTable | None = None
    draws: int = DRAWS
    cannot: Reason | None = None

    @property
    def n(self) -> int:
        """Cases."""
        return len(self.x)

    @property
    def observed(self) -> int:
        """Observed S."""
        return stratum_sum(self.kernel, self.x, self.y, self.groups)

    def smallest_p(self) -> float | None:
        """Two-sided p of the most extreme order, or None where the null is approximated."""
        return None if self.table is None else self._p(np.array([self._greatest()]))[0]

    def _greatest(self) -> int:
        """S of the perfect order: both sides sorted within every stratum."""
        order_x, order_y = (np.lexsort((side, self.groups)) for side in (self.x, self.y))
        groups = np.sort(self.groups)
        return stratum_sum(self.kernel, self.x[order_x], self.y[order_y], groups)

    def rejected(self, sums: Integers, alpha: float) -> NDArray[np.bool_]:
        """Whether the two-sided test of no association rejects, shape of `sums`."""
        return np.asarray(self._p(sums) <= alpha)

    def _p(self, sums: Integers) -> Floats:
        values, places = np.unique(sums, return_inverse=True)
        if self.table is not None:
            tails = self.table.tails(values)
            p = np.array([int(tail) / self.table.arrangements for tail in tails])
        else:
            mean, variance = self._mean(), null_variance(self.kernel, self._pattern())
            p = np.array([normal_p(value - mean, variance, "two-sided") for value in values.tolist()])
        return p[places]

    def estimates(self, sums: NDArray[Any]) -> Floats:
        """Coefficient of each S."""
        return np.asarray((sums - self._mean()) / self._divisor(), dtype=np.float64)

    def mean_estimate(self, latent: float) -> float:
        """Mean coefficient at a latent correlation, less what the draws have at zero by chance."""
        drawn = self.estimates(self.sums(latent)).mean() - self.estimates(self.sums(0.0)).mean()
        return float(drawn)

    def _pattern(self) -> Any:
        return stratum_pattern(self.x, self.y, self.groups)

    def _mean(self) -> float:
        numerator, denominator = null_mean(self.kernel, self._pattern())
        return numerator / denominator

    def _divisor(self) -> float:
        """Divisor that turns S less its mean into the coefficient."""
        if self.kernel == "product":
            sides = []
            for ranks in (self.x, self.y):
                means = np.bincount(self.groups, weights=ranks) / np.bincount(self.groups)
                centred = ranks - means[self.groups]
                sides.append(float(centred @ centred))
        else:
            pattern = self._pattern()
            sides = [float(sum(untied_pairs(stratum[side][1]) for stratum in pattern)) for side in (0, 1)]
        return float(np.sqrt(sides[0] * sides[1]))

    def sums(self, latent: float) -> Integers:
        """S of every draw at a latent correlation, shape (draws,); read-only, as designs alike share it.

        Parameters
        ----------
        latent : float
            Correlation of the normal pairs, -1 to 1.
        """
        return _sums(self.kernel, self._strata(), self.draws, self.n, float(latent))

    def mean(self, latent: float) -> float:
        """Mean S over the draws at a latent correlation."""
        turning = self._turning()
        if turning is None:
            return float(self.sums(latent).mean())
        return float((2 * np.count_nonzero(turning < latent) - turning.size) / self.draws)

    def at_most(self, bound: float, latent: float) -> int:
        """Draws whose S is no higher than `bound` at a latent correlation."""
        turning = self._turning()
        if turning is None:
            return int(np.count_nonzero(self.sums(latent) <= bound))
        # the most pairs that may be concordant
        most = math.floor((bound + len(turning)) / 2)
        if not 0 <= most < len(turning):
            return self.draws if most >= 0 else 0
        return int(np.count_nonzero(turning[most] >= latent))

    def at_least(self, bound: float, latent: float) -> int:
        """Draws whose S, a whole number, is no lower than `bound` at a latent correlation."""
        return self.draws - self.at_most(math.ceil(bound) - 1, latent)

    def _strata(self) -> tuple[Stratum, ...]:
        found = []
        for label in range(int(self.groups.max()) + 1):
            places = np.flatnonzero(self.groups == label)
            x, y = (tuple(np.sort(side[places]).tolist()) for side in (self.x, self.y))
            found.append((tuple(places.tolist()), x, y))
        return tuple(found)

    def _turning(self) -> Floats | None:
        strata = self._strata()
        return _turning_points(strata, self.draws, self.n) if _has_turning(self.kernel, strata) else None


# Places, and the doubled midranks of the score and of the covariate in rising order: all that draws depend on
Stratum = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
# Pairs of cases, over all strata, that are kept for every draw: 190, of twenty cases, times 20 000 draws are 30 MB
MOST_PAIRS = 190


def _has_turning(kernel: Kernel, strata: tuple[Stratum, ...]) -> bool:
    """Whether each pair of cases turns concordant at one latent correlation: no two covariates are alike."""
    if kernel != "concordance" or any(len(set(y)) < len(y) for _, _, y in strata):
        return False
    return sum(math.comb(len(y), 2) for _, _, y in strata) <= MOST_PAIRS


@lru_cache(maxsize=4)
def _turning_points(strata: tuple[Stratum, ...], draws: int, n: int) -> Floats:
    """Latent correlations from which on pairs are concordant, rising in each draw, shape (pairs, draws).

    The score of a case is cut from a normal number u, its covariate from r u + sqrt(1 - r^2) v. A pair with the
    differences du and dv is concordant where r > -q / sqrt(1 + q^2), q = dv / du. Pairs tied in the score, as
    many in every draw, are left out.
    """
    first, second = _normals(draws, n)
    points = []
    for places, x, _ in strata:
        scores = _cut(draws, n, places, x).T
        for (i, of_i), (j, of_j) in itertools.combinations(enumerate(places), 2):
            slope = (second[of_i] - second[of_j]) / (first[of_i] - first[of_j])
            points.append(np.where(scores[i] == scores[j], np.inf, -slope / np.sqrt(1 + slope**2)))
    rising = np.sort(np.array(points).reshape(-1, draws).T, axis=1)
    untied = np.isfinite(rising[0])
    found = np.ascontiguousarray(rising[:, untied].T)
    found.flags.writeable = False
    return found


# The bisections of one analysis come back to the same points: 512 of 20 000 draws are 80 MB at most
@lru_cache(maxsize=512)
def _sums(kernel: Kernel, strata: tuple[Stratum, ...], draws: int, n: int, latent: float) -> Integers:
    if _has_turning(kernel, strata):
        turning = _turning_points(strata, draws, n)
        concordant = np.zeros(draws, dtype=np.int16)  # at most `MOST_PAIRS`
        for row in turning:
            concordant += row < latent
        total = 2 * concordant.astype(np.int64) - len(turning)
    else:
        total = _sorted_sums(kernel, strata, draws, n, latent)
    total.flags.writeable = False
    return total


def _sorted_sums(kernel: Kernel, strata: tuple[Stratum, ...], draws: int, n: int, latent: float) -> Integers:
    """S of every draw by sorting its cases."""
    first, second = _normals(draws, n)
    mixed = latent * first + np.sqrt(1 - latent**2) * second
    total = np.zeros(draws, dtype=np.int64)
    for places, x, y in strata:
        order = np.argsort(mixed[list(places)].T, axis=1)
        # cases sorted by the covariate: its midranks are then the same in every draw
        total += row_sums(kernel, np.take_along_axis(_cut(draws, n, places, x), order, axis=1), np.array(y))
    return total


@lru_cache(maxsize=2)
def _normals(draws: int, n: int) -> tuple[Floats, Floats]:
    """Two independent normal numbers a case and draw, each of shape (n, draws)."""
    first, second = np.random.default_rng(SEED).standard_normal((2, draws, n))
    return np.ascontiguousarray(first.T), np.ascontiguousarray(second.T)


@lru_cache(maxsize=8)
def _cut(draws: int, n: int, places: tuple[int, ...], ranks: tuple[int, ...]) -> Integers:
    """Every draw's order of a stratum replaced by the observed midranks, shape (draws, cases)."""
    normal = _normals(draws, n)[0][list(places)].T
    return np.array(ranks, dtype=np.int64)[np.argsort(np.argsort(normal, axis=1), axis=1)]


def copula_design(
    statistic: str,
    score: ArrayLike,
    covariate: ArrayLike,
    strata: Sequence[Any] | NDArray[Any] | None,
    ties: float = TIES,
) -> Design:
    """Check the data and make the design of a copula.

    Parameters
    ----------
    statistic : {"kendall_tau_b", "spearman_rho"}
        The coefficient tested.
    score, covariate, strata, ties
        As in `analysis.stats.kendall_tau_b`.

    Raises
    ------
    StatisticsError
        If the statistic is another; else as `analysis.stats.kendall_tau_b`.
    """
    if statistic not in STATISTICS:
        raise one_of("statistic", statistic, STATISTICS)
    a, b = checked_levels(score, "score", ties), checked_levels(covariate, "covariate", ties)
    same_length(a, b)
    groups = np.zeros(len(a), dtype=np.int64) if strata is None else checked_strata(strata, len(a))
    if strata is not None:
        a, b, groups = without_single(a, b, groups)
    kernel: Kernel = "product" if statistic == "spearman_rho" else "concordance"
    cannot = obstacle(a, b, None if strata is None else groups)
    draws = min(DRAWS, DRAWN // max(len(a), 1))
    if cannot is None and draws < FEWEST_DRAWS:
        cannot = TOO_MANY
    if cannot is not None:
        empty = np.zeros(len(a), dtype=np.int64)
        return Design(kernel, empty, empty, groups, cannot=cannot)
    x, y = midranks_within(a, groups), midranks_within(b, groups)
    table = affordable_table(kernel, stratum_pattern(x, y, groups))
    return Design(kernel, x, y, groups, table, draws)


TOO_MANY = reason("too_many_to_draw", most=DRAWN // FEWEST_DRAWS)
