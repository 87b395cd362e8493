"""Likelihood of the proportional-odds model, its score and information, and Newton's method for it.

P(score <= j | x) = F(threshold_j - x'coefficients) with F the logistic distribution function
(McCullagh 1980, "Regression models for ordinal data"). With u and l the upper and the lower
argument of a case and d = u - l > 0, the probability F(u) - F(l) equals F(u) F(-l) (1 - exp(-d)).
Its logarithm is thus a sum of three concave terms, none of which cancels, and the information is a
sum of three positive semidefinite ones (concavity: Pratt 1981, "Concavity of the log likelihood").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.stats.ranks import Floats, Integers

# Largest element of the score a case. Covariates come standardised, so the score is a sum of n
# terms near one, whose rounding stays below sqrt(n) * 1e-15; 83 cases end below 1e-12.
GRADIENT = 1e-14
# Newton's method takes 5-8 steps; many more mean that there is no maximum
ITERATIONS = 100


@dataclass(frozen=True, eq=False)
class Likelihood:
    """The log likelihood at one point, with its derivatives.

    Parameters are the k coefficients, then the g - 1 thresholds.

    Attributes
    ----------
    value : float
        Log likelihood.
    contributions : ndarray of float64, shape (n, k + g - 1)
        Score of each case.
    information : ndarray of float64, shape (k + g - 1, k + g - 1)
        Minus the matrix of second derivatives.
    residuals : ndarray of float64, shape (n,)
        Derivative of each case's log likelihood by its linear predictor. It equals P(Y < y) - P(Y > y),
        the probability-scale residual of Li and Shepherd 2012, "A new residual for ordinal outcomes".
    mixed : ndarray of float64, shape (n, k + g - 1)
        Minus the second derivative by the linear predictor and each parameter.
    weights : ndarray of float64, shape (n,)
        Minus the second derivative by the linear predictor.
    """

    value: float
    contributions: Floats
    information: Floats
    residuals: Floats
    mixed: Floats
    weights: Floats

    @property
    def score(self) -> Floats:
        """Gradient of the log likelihood, shape (k + g - 1,)."""
        return np.asarray(self.contributions.sum(axis=0), dtype=np.float64)


def likelihood(x: Floats, codes: Integers, coefficients: Floats, thresholds: Floats) -> Likelihood:
    """Log likelihood of the proportional-odds model with its analytic derivatives.

    Parameters
    ----------
    x : ndarray of float64, shape (n, k)
        Covariates in columns.
    codes : ndarray of int64, shape (n,)
        Score levels from zero.
    coefficients : ndarray of float64, shape (k,)
        Change of the log odds of a higher score per unit of each covariate.
    thresholds : ndarray of float64, shape (g - 1,)
        Strictly rising.
    """
    n, k = x.shape
    cuts = len(thresholds)
    predictor = x @ coefficients
    bounds = np.concatenate(([-np.inf], thresholds, [np.inf]))
    lower, upper = bounds[codes] - predictor, bounds[codes + 1] - predictor
    # 1 - F(u), F(l) and 1 / (exp(d) - 1): zero where a bound is infinite
    above, below = _logistic(-upper), _logistic(lower)
    with np.errstate(over="ignore"):
        between = 1 / np.expm1(upper - lower)
        value = np.log1p(np.exp(-upper)) + np.log1p(np.exp(lower)) - np.log(-np.expm1(lower - upper))
    from_upper, from_lower = np.zeros((n, k + cuts)), np.zeros((n, k + cuts))
    from_upper[:, :k] = from_lower[:, :k] = -x
    rows = np.arange(n)
    has_upper, has_lower = codes < cuts, codes > 0
    from_upper[rows[has_upper], k + codes[has_upper]] = 1
    from_lower[rows[has_lower], k + codes[has_lower] - 1] = 1
    gap = from_upper - from_lower
    gap[:, :k] = 0
    information = sum(
        (side * weight[:, None]).T @ side
        for side, weight in (
            (from_upper, above * (1 - above)),
            (from_lower, below * (1 - below)),
            (gap, between * (1 + between)),
        )
    )
    contributions = above[:, None] * from_upper - below[:, None] * from_lower + between[:, None] * gap
    by_upper, by_lower = above * (1 - above), below * (1 - below)
    mixed = -by_upper[:, None] * from_upper - by_lower[:, None] * from_lower
    return Likelihood(
        -float(value.sum()), contributions, np.asarray(information), below - above, mixed, by_upper + by_lower
    )


def _logistic(z: Floats) -> Floats:
    """Logistic distribution function, without overflow on either side."""
    tail = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1, tail) / (1 + tail), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where the likelihood is greatest.

    Attributes
    ----------
    coefficients, thresholds : ndarray of float64
        Maximum likelihood estimates.
    at : Likelihood
        Value, score and information there.
    iterations : int
        Newton steps taken.
    """

    coefficients: Floats
    thresholds: Floats
    at: Likelihood
    iterations: int

    @property
    def covariance(self) -> Floats:
        """Inverse of the information: coefficients, then thresholds."""
        return np.asarray(np.linalg.inv(self.at.information), dtype=np.float64)


def maximise(x: Floats, codes: Integers) -> Maximum | None:
    """Newton's method from the thresholds-only model, steps halved until the likelihood rises.

    Parameters
    ----------
    x : ndarray of float64, shape (n, k)
        Standardised covariates, neither collinear nor separating the scores.
    codes : ndarray of int64, shape (n,)
        Score levels from zero, each met.

    Returns
    -------
    Maximum or None
        None where the score does not vanish within `ITERATIONS` steps.
    """
    n, k = x.shape
    shares = np.cumsum(np.bincount(codes))[:-1] / n
    coefficients, thresholds = np.zeros(k), np.log(shares / (1 - shares))
    here = likelihood(x, codes, coefficients, thresholds)
    for iteration in range(ITERATIONS):
        if np.abs(here.score).max() <= GRADIENT * n:
            return Maximum(coefficients, thresholds, here, iteration)
        try:
            step = np.linalg.solve(here.information, here.score)
        except np.linalg.LinAlgError:
            return None
        # near the maximum the value no longer tells two points apart: then the full step is right
        floor = here.value - 1e-12 * (1 + abs(here.value))
        for halving in range(60):
            scale = 0.5**halving
            tried = coefficients + scale * step[:k], thresholds + scale * step[k:]
            if (np.diff(tried[1]) > 0).all():
                there = likelihood(x, codes, *tried)
                if there.value >= floor:
                    break
        else:
            return None
        coefficients, thresholds, here = *tried, there
    return None
