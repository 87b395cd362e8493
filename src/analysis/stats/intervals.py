"""Intervals and influence: how far a coefficient of a few regions can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from analysis.data.regions import Language
from analysis.stats.coefficients import associate
from analysis.stats.ranks import checked_pair
from analysis.stats.results import STATISTIC_NAMES, Association
from analysis.stats.wording import Reason, checked_language, decimal

CONFIDENCE = 0.95
# Fieller, Hartley and Pearson 1957 derived the two variances from samples of 10 to 50
SMALLEST_FIELLER_N = 10
FIELLER = "Fieller z, superpopulation reading"


@dataclass(frozen=True)
class Interval:
    """Confidence interval of a rank correlation.

    Attributes
    ----------
    ci_low, ci_high : float or None
        Bounds at 95 %, or None with `cannot` set.
    ci_method : str or None
        ``Fieller z, superpopulation reading``: the interval speaks of an imagined population of
        which the regions were a random sample; the regions are all there are.
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
        return self.cannot.en if self.cannot else None


def interval(association: Association) -> Interval:
    """95 % interval on Fisher's z scale.

    The standard error of z is sqrt(1.06 / (n - 3)) for rho and sqrt(0.437 / (n - 4)) for tau
    (Fieller, Hartley and Pearson 1957, "Tests for rank correlation coefficients. I").

    Parameters
    ----------
    association : Association
        Kendall's tau-b or Spearman's rho without strata.

    Returns
    -------
    Interval
        Bounds, or a reason: another coefficient, strata, fewer than ten regions, a perfect order.
    """
    cannot = _no_interval(association)
    if cannot is not None:
        return Interval(cannot=cannot)
    assert association.estimate is not None
    n = association.n
    variance = 1.06 / (n - 3) if association.statistic == "spearman_rho" else 0.437 / (n - 4)
    z, reach = math.atanh(association.estimate), NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    return Interval(
        ci_low=math.tanh(z - reach * math.sqrt(variance)),
        ci_high=math.tanh(z + reach * math.sqrt(variance)),
        ci_method=FIELLER,
    )


def _no_interval(association: Association) -> Reason | None:
    if association.cannot is not None:
        return association.cannot
    if association.statistic not in ("kendall_tau_b", "spearman_rho") or association.strata:
        return Reason(
            "Fieller's variances are known for tau and rho without strata only.",
            "дисперсии Филлера известны только для тау и ро без стратификации.",
        )
    if association.n < SMALLEST_FIELLER_N:
        return Reason(
            f"with {association.n} regions no interval is trustworthy; look at the arrangements themselves.",
            f"при числе регионов {association.n} доверительный интервал ненадёжен; смотрите на сами перестановки.",
        )
    if association.estimate is not None and abs(association.estimate) >= 1:
        return Reason(
            "the order is perfect, and on the z scale that is infinitely far.",
            "порядок совпадает полностью, на шкале z это бесконечность.",
        )
    return None


@dataclass(frozen=True)
class LeaveOneOut:
    """The coefficient with each region left out in turn: influence, not a choice among equals.

    Attributes
    ----------
    results : tuple of Association
        In the order of the regions given; each without that region.
    """

    results: tuple[Association, ...]

    @property
    def estimates(self) -> tuple[float | None, ...]:
        """Coefficient without each region; None where it cannot be had."""
        return tuple(result.estimate for result in self.results)

    @property
    def p_values(self) -> tuple[float | None, ...]:
        """Two-sided p without each region; None where it cannot be had."""
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
        """Positions of the regions whose absence gives the lowest and the highest estimate."""
        if self.loo_low is None or self.loo_high is None:
            return ()
        return self.estimates.index(self.loo_low), self.estimates.index(self.loo_high)

    def _had(self) -> list[float]:
        return [estimate for estimate in self.estimates if estimate is not None]

    def sentence(self, language: Language, names: tuple[str, ...]) -> str:
        """One sentence that a paper could print.

        Parameters
        ----------
        language : {"en", "ru"}
            Language of the sentence.
        names : tuple of str
            Names of the regions in that language, in the order of the data.
        """
        checked_language(language)
        if self.loo_low is None or self.loo_high is None:
            return (
                "No coefficient is left once a region is dropped."
                if language == "en"
                else "После исключения любого региона коэффициент не определён."
            )
        low, high = (decimal(value, 2, language) for value in (self.loo_low, self.loo_high))
        without_low, without_high = (names[place] for place in self.most_influential)
        name = STATISTIC_NAMES[self.results[0].statistic][language]
        if language == "en":
            return f"{name} runs from {low} (without {without_low}) to {high} (without {without_high})."
        return (
            f"{name} меняется от {low} (без региона: {without_low}) до {high} (без региона: {without_high})."
        )


def leave_one_out(statistic: str, score: ArrayLike, covariate: ArrayLike) -> LeaveOneOut:
    """Coefficient and exact p with each region left out in turn, ranks taken anew.

    Parameters
    ----------
    statistic : str
        As in `associate`.
    score, covariate : array_like, shape (n,)
        One number a region.

    Returns
    -------
    LeaveOneOut
        n results.

    Raises
    ------
    StatisticsError
        As `associate`.
    """
    a, b = checked_pair(score, covariate)
    return LeaveOneOut(
        tuple(associate(statistic, np.delete(a, place), np.delete(b, place)) for place in range(len(a)))
    )
