"""The tie-corrected normal approximation of the permutation null, for what is too large to enumerate or sample."""

from __future__ import annotations

import math

import numpy as np

from analysis.stats.exact import Kernel, Pattern
from analysis.stats.ranks import TieGroups


def null_variance(kernel: Kernel, pattern: Pattern) -> float:
    """Variance of S over all arrangements, exactly, strata being independent.

    Parameters
    ----------
    kernel : {"product", "concordance"}
        Sum of products of doubled midranks, or concordant minus discordant pairs.
    pattern : tuple
        Tie groups of both sides by stratum.

    Notes
    -----
    Products: the sums of squares about the mean multiplied, over n - 1. Pairs: Kendall and Gibbons
    1990, "Rank Correlation Methods", equation 4.3 with ties on both sides.
    """
    variance = _product_variance if kernel == "product" else _concordance_variance
    return math.fsum(variance(score, covariate) for score, covariate in pattern)


def _product_variance(score: TieGroups, covariate: TieGroups) -> float:
    n = sum(score[1])
    return _squares(score) * _squares(covariate) / (n - 1) if n > 1 else 0.0


def _squares(groups: TieGroups) -> float:
    values, counts = (np.array(part, dtype=np.float64) for part in groups)
    mean = (values @ counts) / counts.sum()
    return float(((values - mean) ** 2) @ counts)


def _concordance_variance(score: TieGroups, covariate: TieGroups) -> float:
    n = sum(score[1])
    if n < 2:
        return 0.0
    t, u = (np.array(groups[1], dtype=np.float64) for groups in (score, covariate))

    def both(power_of: int) -> float:
        """Product over the sides of the sums of t (t - 1) or t (t - 1) (t - 2)."""
        sides = (side * (side - 1) * (side - 2 if power_of == 3 else 1) for side in (t, u))
        return math.prod(float(side.sum()) for side in sides)

    untied = n * (n - 1) * (2 * n + 5)
    tied = sum(float((side * (side - 1) * (2 * side + 5)).sum()) for side in (t, u))
    variance = (untied - tied) / 18 + both(2) / (2 * n * (n - 1))
    return variance + both(3) / (9 * n * (n - 1) * (n - 2)) if n > 2 else variance


def normal_p(deviation: float, variance: float, alternative: str) -> float:
    """P of a normal S, no continuity correction.

    Parameters
    ----------
    deviation : float
        S less its mean.
    variance : float
        Variance of S, above zero.
    alternative : {"two-sided", "greater", "less"}
        Direction of the test.
    """
    z = deviation / math.sqrt(variance)
    if alternative == "two-sided":
        return math.erfc(abs(z) / math.sqrt(2))
    return 0.5 * math.erfc((z if alternative == "greater" else -z) / math.sqrt(2))
