"""A Gaussian copula cut at the observed ties: the one named alternative behind power, intervals and bounds.

Pairs are drawn from a bivariate normal distribution with a latent correlation and replaced, rank by
rank (within strata, if there are any), by the observed scores and covariate. Every latent correlation
uses the same draws, so that power and means change smoothly along it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    _drawn: list[Any] = field(default_factory=list, repr=False)

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
        """S of every draw at a latent correlation, shape (draws,).

        Parameters
        ----------
        latent : float
            Correlation of the normal pairs, -1 to 1.
        """
        if not self._drawn:
            generator = np.random.default_rng(SEED)
            first, second = generator.standard_normal((2, self.draws, self.n))
            self._drawn.extend((first, second, self._cut(first, self.x)))
        first, second, scores = self._drawn
        mixed = latent * first + np.sqrt(1 - latent**2) * second
        total = np.zeros(self.draws, dtype=np.int64)
        for places in self._strata():
            order = np.argsort(mixed[:, places], axis=1)
            # cases sorted by the covariate: its midranks are then the same in every draw
            rows = np.take_along_axis(scores[:, places], order, axis=1)
            total += row_sums(self.kernel, rows, np.sort(self.y[places]))
        return total

    def _strata(self) -> list[Integers]:
        return [np.flatnonzero(self.groups == label) for label in range(int(self.groups.max()) + 1)]

    def _cut(self, normal: Floats, ranks: Integers) -> Integers:
        """Replace each draw's order by the observed midranks, within strata."""
        cut = np.empty(normal.shape, dtype=np.int64)
        for places in self._strata():
            order = np.argsort(np.argsort(normal[:, places], axis=1), axis=1)
            cut[:, places] = np.sort(ranks[places])[order]
        return cut


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
