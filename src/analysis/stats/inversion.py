"""Intervals by test inversion: which latent correlations a permutation test does not contradict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.stats.copula import Design, copula_design
from analysis.stats.ranks import TIES
from analysis.stats.reasons import Reason
from analysis.stats.testing import checked_level

COPULA_METHOD = "Gaussian copula, test inversion"
# Halvings of the range of latent correlations: finer than the draws allow
STEPS = 10
# S is a whole number and its mean a float: what lies nearer to the bound than this lies on it
NEAR = 1e-9


@dataclass(frozen=True)
class CopulaInterval:
    """Associations that the test does not reject, under a Gaussian copula cut at the observed ties.

    Attributes
    ----------
    level : float
        Confidence.
    ci_low, ci_high : float or None
        Bounds in the coefficient's own unit: the mean coefficient at the bounds of the latent
        correlation.
    latent_low, latent_high : float or None
        The same as correlations of the copula.
    ci_method : str or None
        ``Gaussian copula, test inversion``.
    draws : int
        Samples behind every probability.
    cannot : Reason or None
        Why there is none.
    """

    level: float
    ci_low: float | None = None
    ci_high: float | None = None
    latent_low: float | None = None
    latent_high: float | None = None
    ci_method: str | None = None
    draws: int = 0
    cannot: Reason | None = None


def copula_interval(
    statistic: str,
    score: ArrayLike,
    covariate: ArrayLike,
    *,
    strata: Sequence[Any] | NDArray[Any] | None = None,
    level: float = 0.95,
    ties: float = TIES,
) -> CopulaInterval:
    """Interval that contains zero exactly where the two-sided permutation test does not reject.

    For each latent correlation of a Gaussian copula cut at the observed ties, the two-sided p of the
    observed S is P(abs(S - E(S)) >= abs(s - E(S))) over draws from it; the interval holds the latent
    correlations whose p is above 1 - level. At zero the copula is the permutation null, for which
    the exact p decides, so that the interval and the test cannot contradict each other.

    Parameters
    ----------
    statistic : {"kendall_tau_b", "spearman_rho"}
        The coefficient.
    score, covariate, strata, ties
        As in `analysis.stats.kendall_tau_b`.
    level : float
        Confidence, between 0 and 1.

    Raises
    ------
    StatisticsError
        As `analysis.stats.kendall_tau_b`; also if the level is not between 0 and 1.
    """
    alpha = 1 - checked_level(level)
    design = copula_design(statistic, score, covariate, strata, ties)
    if design.cannot is not None:
        return CopulaInterval(level, cannot=design.cannot)
    observed = design.observed
    centre = _crossing(lambda latent: design.mean(latent) < observed, -1.0, 1.0)

    def keeps(latent: float) -> bool:
        mean = design.mean(latent)
        distance = abs(observed - mean) - NEAR
        far = design.at_least(mean + distance, latent) + design.at_most(mean - distance, latent)
        return far / design.draws > alpha

    low = _crossing(lambda latent: not keeps(latent), -1.0, centre)
    high = _crossing(keeps, centre, 1.0)
    low, high = _at_zero(design, observed, alpha, low, high)
    ends = design.mean_estimate(low), design.mean_estimate(high)
    return CopulaInterval(level, *ends, low, high, COPULA_METHOD, design.draws)


def _crossing(below: Callable[[float], bool], low: float, high: float) -> float:
    """Where a condition that holds from `low` on ceases to hold, by bisection."""
    if not below(low):
        return low
    for _ in range(STEPS):
        middle = (low + high) / 2
        if below(middle):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _at_zero(design: Design, observed: int, alpha: float, low: float, high: float) -> tuple[float, float]:
    """Let the exact test decide on which side of a bound zero lies."""
    rejects = bool(design.rejected(np.array([observed]), alpha)[0])
    if not rejects:
        return min(low, 0.0), max(high, 0.0)
    step = 2.0**-STEPS
    above = design.estimates(np.array([observed]))[0] > 0
    return (max(low, step), max(high, step)) if above else (min(low, -step), min(high, -step))


@dataclass(frozen=True)
class Excluded:
    """Associations as strong as which the data exclude, in one-sided tests (equivalence).

    Attributes
    ----------
    alpha : float
        Level of each one-sided test.
    above, below : float or None
        Mean coefficient from which on upwards (downwards) an association would have given an S as
        low (as high) as the observed one in no more than a share alpha of draws.
    latent_above, latent_below : float or None
        The same as correlations of the copula; None where even a perfect order is not excluded.
    draws : int
        Samples behind every probability.
    cannot : Reason or None
        Why there is none.
    """

    alpha: float
    above: float | None = None
    below: float | None = None
    latent_above: float | None = None
    latent_below: float | None = None
    draws: int = 0
    cannot: Reason | None = None


def excluded_effect(
    statistic: str,
    score: ArrayLike,
    covariate: ArrayLike,
    *,
    strata: Sequence[Any] | NDArray[Any] | None = None,
    alpha: float = 0.05,
    ties: float = TIES,
) -> Excluded:
    """How strong an association the data exclude: two one-sided tests under the Gaussian copula.

    Absence of evidence is not evidence of absence; this says what an insignificant coefficient does
    exclude (Schuirmann 1987, "A comparison of the two one-sided tests procedure").

    Parameters
    ----------
    statistic, score, covariate, strata, ties
        As in `copula_interval`.
    alpha : float
        Level of each test.

    Raises
    ------
    StatisticsError
        As `copula_interval`.
    """
    checked_level(alpha, "alpha")
    design = copula_design(statistic, score, covariate, strata, ties)
    if design.cannot is not None:
        return Excluded(alpha, cannot=design.cannot)
    observed = design.observed
    above = _crossing(lambda latent: design.at_most(observed, latent) / design.draws > alpha, -1.0, 1.0)
    below = _crossing(lambda latent: design.at_least(observed, latent) / design.draws <= alpha, -1.0, 1.0)
    edge = 1 - 2.0**-STEPS
    found = [None if abs(latent) >= edge else latent for latent in (above, below)]
    means = [None if latent is None else design.mean_estimate(latent) for latent in found]
    return Excluded(alpha, means[0], means[1], found[0], found[1], design.draws)
