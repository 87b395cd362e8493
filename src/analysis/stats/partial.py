"""Partial rank correlation: what is left between score and covariate once a third variable is held."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.coefficients import associate, coefficient, obstacle
from analysis.stats.errors import one_of
from analysis.stats.ranks import checked_levels, checked_pair, doubled_midranks
from analysis.stats.reasons import Reason, reason
from analysis.stats.results import Association

STATISTICS = ("kendall_tau_b", "spearman_rho")
ORDER_IS_FIXED = reason("order_is_fixed")


@dataclass(frozen=True)
class PartialAssociation:
    """Association given a control variable, in two views.

    Attributes
    ----------
    within : Association
        The first view: coefficient and exact test with the score permuted within the levels of the
        control. For a control that rarely repeats it says that it cannot be had.
    estimate : float or None
        The second view: (r_ab - r_az * r_bz) / sqrt((1 - r_az**2) * (1 - r_bz**2)).
        It carries no p: given a control that is not a stratum the scores are not exchangeable.
    statistic : str
        The coefficient r above.
    cannot : Reason or None
        Why the second view cannot be had.
    """

    within: Association
    estimate: float | None
    statistic: str
    cannot: Reason | None = None


def partial_rank_correlation(
    statistic: str, score: ArrayLike, covariate: ArrayLike, control: ArrayLike
) -> PartialAssociation:
    """Association of score and covariate given a control (border or not, or any other number).

    Parameters
    ----------
    statistic : {"kendall_tau_b", "spearman_rho"}
        Coefficient of both views.
    score, covariate, control : array_like, shape (n,)
        One number a case.

    Returns
    -------
    PartialAssociation
        The permutation within strata first, the partial coefficient (Kendall 1942, "Partial rank
        correlation"; for rho the same formula on midranks) second.

    Raises
    ------
    StatisticsError
        As `associate`.
    """
    if statistic not in STATISTICS:
        raise one_of("statistic", statistic, STATISTICS)
    a, b = checked_pair(score, covariate)
    _, z = checked_pair(score, control)
    within = associate(statistic, a, b, strata=z.tolist())
    cannot = obstacle(a, b) or obstacle(a, z)
    if cannot is not None:
        return PartialAssociation(within, None, statistic, cannot)
    x, y, held = (doubled_midranks(checked_levels(values, "series")) for values in (a, b, z))
    direct, by_score, by_covariate = (
        coefficient(statistic, *pair) for pair in ((x, y), (x, held), (y, held))
    )
    left = (1 - by_score**2) * (1 - by_covariate**2)
    # a coefficient of one computed in floats may miss it by a rounding error
    if left <= np.finfo(float).eps * 8:
        return PartialAssociation(within, None, statistic, ORDER_IS_FIXED)
    return PartialAssociation(within, (direct - by_score * by_covariate) / math.sqrt(left), statistic)
