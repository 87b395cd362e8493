"""Intervals and influence: how far a coefficient of a few cases can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.coefficients import Strata, tested, tested_pattern
from analysis.stats.errors import StatisticsError
from analysis.stats.exact import SECONDS, exact_cost, null_table
from analysis.stats.ranks import TIES, Floats, checked_levels, checked_pair, checked_strata, same_length
from analysis.stats.reasons import Reason, reason
from analysis.stats.results import Association
from analysis.stats.testing import Alternative, Strategy, Test, checked_level

CONFIDENCE = 0.95
# Fieller, Hartley and Pearson 1957 derived the two variances from samples of 10 to 50
SMALLEST_FIELLER_N = 10
FIELLER = "Fieller z, superpopulation reading"


@dataclass(frozen=True)
class ConfidenceInterval:
    """Confidence interval of a rank correlation.

    Attributes
    ----------
    ci_low, ci_high : float or None
        Bounds, or None with `cannot` set.
    ci_method : str or None
        ``Fieller z, superpopulation reading``: the interval speaks of an imagined population of
        which the cases were a random sample, also where they are all there are.
    cannot : Reason or None
        Why there is none.
    """

    ci_low: float | None = None
    ci_high: float | None = None
    ci_method: str | None = None
    cannot: Reason | None = None

    @property
    def reason(self) -> str | None:
        """English sentence saying why there is no interval, or None."""
        return str(self.cannot) if self.cannot else None


def interval(association: Association, level: float = CONFIDENCE) -> ConfidenceInterval:
    """Interval on Fisher's z scale.

    The standard error of z is sqrt(1.06 / (n - 3)) for rho and sqrt(0.437 / (n - 4)) for tau
    (Fieller, Hartley and Pearson 1957, "Tests for rank correlation coefficients. I").

    Parameters
    ----------
    association : Association
        Kendall's tau-b or Spearman's rho without strata.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    ConfidenceInterval
        Bounds, or a reason: another coefficient, strata, fewer than ten cases, a perfect order.

    Raises
    ------
    StatisticsError
        If the level is not between 0 and 1.
    """
    checked_level(level)
    cannot = _no_interval(association)
    if cannot is not None:
        return ConfidenceInterval(cannot=cannot)
    assert association.estimate is not None
    n = association.n
    variance = 1.06 / (n - 3) if association.statistic == "spearman_rho" else 0.437 / (n - 4)
    z, reach = math.atanh(association.estimate), NormalDist().inv_cdf((1 + level) / 2)
    return ConfidenceInterval(
        ci_low=math.tanh(z - reach * math.sqrt(variance)),
        ci_high=math.tanh(z + reach * math.sqrt(variance)),
        ci_method=FIELLER,
    )


def _no_interval(association: Association) -> Reason | None:
    if association.cannot is not None:
        return association.cannot
    if association.statistic not in ("kendall_tau_b", "spearman_rho") or association.strata:
        return reason("no_variance")
    if association.n < SMALLEST_FIELLER_N:
        return reason("too_few_for_interval", n=association.n)
    if association.estimate is not None and abs(association.estimate) >= 1:
        return reason("perfect_order")
    return None


@dataclass(frozen=True)
class LeaveOneOut:
    """The coefficient with each case left out in turn: influence, not a choice among equals.

    Attributes
    ----------
    results : tuple of Association
        In the order of the cases given; each without that case.
    """

    results: tuple[Association, ...]

    @property
    def estimates(self) -> tuple[float | None, ...]:
        """Coefficient without each case; None where it cannot be had."""
        return tuple(result.estimate for result in self.results)

    @property
    def p_values(self) -> tuple[float | None, ...]:
        """Two-sided p without each case; None where it cannot be had."""
        return tuple(result.p for result in self.results)

    @property
    def loo_low(self) -> float | None:
        """Smallest of the estimates, or None if there is none."""
        return min(self._had(), default=None)

    @property
    def loo_high(self) -> float | None:
        """Largest of the estimates, or None if there is none."""
        return max(self._had(), default=None)

    @property
    def most_influential(self) -> tuple[int, ...]:
        """Positions of the cases whose absence gives the lowest and the highest estimate."""
        if self.loo_low is None or self.loo_high is None:
            return ()
        return self.estimates.index(self.loo_low), self.estimates.index(self.loo_high)

    def _had(self) -> list[float]:
        return [estimate for estimate in self.estimates if estimate is not None]


def leave_one_out(
    statistic: str,
    score: ArrayLike,
    covariate: ArrayLike,
    *,
    strata: Strata | None = None,
    alternative: Alternative = "two-sided",
    ties: float = TIES,
    method: Strategy = "auto",
    resamples: int | None = None,
    seed: int | None = None,
    seconds: float = SECONDS,
) -> LeaveOneOut:
    """Coefficient and p with each case left out in turn, ranks taken anew.

    Parameters
    ----------
    statistic : str
        As in `analysis.stats.associate`; so are all other arguments.
    score, covariate : array_like, shape (n,)
        One number a case.

    Returns
    -------
    LeaveOneOut
        n results.

    Raises
    ------
    StatisticsError
        As `analysis.stats.associate`.
    """
    test = Test(alternative, ties, method, resamples, seed, seconds)
    a, b = checked_levels(score, "score", ties), checked_levels(covariate, "covariate", ties)
    same_length(a, b)
    labels = None if strata is None else checked_strata(strata, len(a))
    return LeaveOneOut(
        tuple(
            tested(
                statistic,
                np.delete(a, place),
                np.delete(b, place),
                None if labels is None else np.delete(labels, place),
                test,
            )
            for place in range(len(a))
        )
    )


@dataclass(frozen=True)
class ScoresMoved:
    """The test with one score moved by one step, all cases and both directions in turn.

    Attributes
    ----------
    moved : tuple of (position, step)
        What was changed: the score at this position, by this much.
    results : tuple of Association
        In the same order.
    """

    moved: tuple[tuple[int, float], ...]
    results: tuple[Association, ...]

    @property
    def p_values(self) -> tuple[float | None, ...]:
        """P after each move; None where it cannot be had."""
        return tuple(result.p for result in self.results)


def scores_moved(
    statistic: str,
    score: ArrayLike,
    covariate: ArrayLike,
    *,
    step: float = 1.0,
    scale: tuple[float, float] | None = None,
    strata: Strata | None = None,
    alternative: Alternative = "two-sided",
    ties: float = TIES,
    method: Strategy = "auto",
    resamples: int | None = None,
    seed: int | None = None,
    seconds: float = SECONDS,
) -> ScoresMoved:
    """What becomes of coefficient and p if one score were one step higher or lower.

    Parameters
    ----------
    statistic : str
        As in `analysis.stats.associate`; so are the arguments from `strata` on.
    score, covariate : array_like, shape (n,)
        One number a case.
    step : float
        By how much a score is moved, above zero.
    scale : pair of float, optional
        Lowest and highest score there is; moves that leave it are not made.

    Raises
    ------
    StatisticsError
        As `analysis.stats.associate`; also if the step is not above zero.
    """
    if not step > 0:
        raise StatisticsError(f"step is {step!r}; a move above zero is needed.")
    test = Test(alternative, ties, method, resamples, seed, seconds)
    a, b = checked_pair(score, covariate)
    low, high = scale or (-math.inf, math.inf)
    moves = [
        (place, way * step)
        for place in range(len(a))
        for way in (-1, 1)
        if low <= a[place] + way * step <= high
    ]
    results = []
    for place, change in moves:
        other = a.copy()
        other[place] += change
        results.append(tested(statistic, other, b, strata, test))
    return ScoresMoved(tuple(moves), tuple(results))


def reachable_p_values(
    statistic: str,
    score: ArrayLike,
    covariate: ArrayLike,
    *,
    strata: Strata | None = None,
    alternative: Alternative = "two-sided",
    ties: float = TIES,
    seconds: float = SECONDS,
) -> Floats:
    """Every p that some arrangement of these scores would give, rising: with ties they are few.

    Parameters
    ----------
    statistic, score, covariate, strata, alternative, ties, seconds
        As in `analysis.stats.associate`.

    Returns
    -------
    ndarray of float64, shape (m,)
        The last is one.

    Raises
    ------
    StatisticsError
        As `analysis.stats.associate`; also if the data allow no coefficient, or their exact distribution is
        estimated to take longer than `seconds`.
    """
    test = Test(alternative, ties, seconds=seconds)
    kernel, pattern, cannot = tested_pattern(statistic, score, covariate, strata, test)
    if cannot is not None:
        raise StatisticsError(f"No p can be reached: {cannot}")
    if not exact_cost(kernel, pattern).affordable(seconds):
        raise StatisticsError("The exact distribution of these data takes longer than `seconds`.")
    table = null_table(kernel, pattern)
    return np.array([count / table.arrangements for count in table.reachable(alternative)])
