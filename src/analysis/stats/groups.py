"""One group of cases against the rest: an exact Wilcoxon-Mann-Whitney test with ties."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.coefficients import associate, coefficient
from analysis.stats.errors import StatisticsError
from analysis.stats.ranks import checked_levels, checked_pair, doubled_midranks
from analysis.stats.reasons import Reason, reason
from analysis.stats.results import Association


@dataclass(frozen=True)
class GroupComparison:
    """Scores inside a group of cases against those outside.

    Attributes
    ----------
    inside, outside : int
        Cases in the group and in the rest.
    superiority : float or None
        Probability that a case of the group scores higher than one of the rest, ties counted
        half (Mann and Whitney 1947; Vargha and Delaney 2000, A).
    association : Association
        Somers' D of the score given membership, 2 * superiority - 1, and its exact test, which is
        Wilcoxon's rank sum test given the ties.
    """

    inside: int
    outside: int
    superiority: float | None
    association: Association

    @property
    def cannot(self) -> Reason | None:
        """Why there is no result, or None."""
        return self.association.cannot


def compare_groups(score: ArrayLike, member: ArrayLike) -> GroupComparison:
    """Exact Wilcoxon-Mann-Whitney test of a group of cases against the rest.

    With two groups Spearman's sum of products is the rank sum in other units (and so is Kendall's
    S), so the lattice of `analysis.stats.coefficients.spearman_rho` gives the exact
    distribution with ties, for 83 cases too.

    Parameters
    ----------
    score : array_like, shape (n,)
        One number a case.
    member : array_like of bool, shape (n,)
        Whether the case belongs to the group.

    Raises
    ------
    StatisticsError
        As `associate`; also if `member` holds anything but true and false (or 1 and 0).
    """
    a, inside = checked_pair(score, member)
    if not np.isin(inside, (0.0, 1.0)).all():
        raise StatisticsError("The group membership holds other values than true and false (1 and 0).")
    count = int(inside.sum())
    if len(a) > 0 and count in (0, len(a)):
        nobody = reason("empty_group")
        return GroupComparison(
            count, len(a) - count, None, Association(statistic="somers_d", n=len(a), cannot=nobody)
        )
    result = associate("spearman_rho", a, inside)
    if result.cannot is not None:
        return GroupComparison(count, len(a) - count, None, replace(result, statistic="somers_d"))
    somers = coefficient("somers_d", doubled_midranks(checked_levels(a, "score")), doubled_midranks(inside))
    return GroupComparison(
        count, len(a) - count, (somers + 1) / 2, replace(result, statistic="somers_d", estimate=somers)
    )
