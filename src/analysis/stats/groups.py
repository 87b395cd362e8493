"""One group of regions against the rest: an exact Wilcoxon-Mann-Whitney test with ties."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.data.regions import Language
from analysis.stats.coefficients import associate, coefficient
from analysis.stats.errors import StatisticsError
from analysis.stats.ranks import checked_pair, doubled_midranks
from analysis.stats.results import Association
from analysis.stats.wording import Reason, checked_language, decimal, probability, whole


@dataclass(frozen=True)
class GroupComparison:
    """Scores inside a group of regions against those outside.

    Attributes
    ----------
    inside, outside : int
        Regions in the group and in the rest.
    superiority : float or None
        Probability that a region of the group scores higher than one of the rest, ties counted
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

    def sentence(self, language: Language) -> str:
        """One sentence that a paper could print."""
        result, superiority = self.association, self.superiority
        if superiority is None or result.p is None or result.arrangements is None or result.p_min is None:
            return result.sentence(checked_language(language))
        share, p = decimal(superiority, 2, language), probability(result.p, checked_language(language))
        count, smallest = whole(result.arrangements), probability(result.p_min, language)
        if language == "en":
            kind = "sampled" if result.method == "monte_carlo" else "exact"
            return (
                f"A region of the group ({self.inside}) scores higher than one of the rest ({self.outside}) with "
                f"probability {share}, ties counted half (rank sum test, {kind} two-sided p = {p}, {count} "
                f"arrangements, smallest reachable p = {smallest})."
            )
        kind = "по случайной выборке" if result.method == "monte_carlo" else "точное"
        return (
            f"Вероятность того, что оценка региона группы ({self.inside}) выше оценки региона вне её "
            f"({self.outside}), равна {share} (совпадения считаются наполовину; критерий Уилкоксона — Манна — "
            f"Уитни, двустороннее p, {kind}, = {p}; перестановок {count}, наименьшее достижимое p = {smallest})."
        )


def compare_groups(score: ArrayLike, member: ArrayLike) -> GroupComparison:
    """Exact Wilcoxon-Mann-Whitney test of a group of regions against the rest.

    With two groups Spearman's sum of products is the rank sum in other units (and so is Kendall's
    S), so the lattice of `analysis.stats.coefficients.spearman_rho` gives the exact
    distribution with ties, for 83 regions too.

    Parameters
    ----------
    score : array_like, shape (n,)
        One number a region.
    member : array_like of bool, shape (n,)
        Whether the region belongs to the group.

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
        nobody = Reason("one of the two groups is empty.", "одна из двух сравниваемых групп пуста.")
        return GroupComparison(
            count, len(a) - count, None, Association(statistic="somers_d", n=len(a), cannot=nobody)
        )
    result = associate("spearman_rho", a, inside)
    if result.cannot is not None:
        return GroupComparison(count, len(a) - count, None, replace(result, statistic="somers_d"))
    somers = coefficient("somers_d", doubled_midranks(a), doubled_midranks(inside))
    return GroupComparison(
        count, len(a) - count, (somers + 1) / 2, replace(result, statistic="somers_d", estimate=somers)
    )
