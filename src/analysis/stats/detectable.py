"""What so few cases could have shown: power under a Gaussian copula, and the smallest detectable association."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import ArrayLike, NDArray

from analysis.data.regions import Language
from analysis.stats.copula import DRAWS, copula_design
from analysis.stats.errors import StatisticsError
from analysis.stats.results import STATISTIC_NAMES
from analysis.stats.testing import checked_level
from analysis.stats.wording import Reason, checked_language, decimal

# Cohen's usual level (1988)
POWER = 0.8
# Halvings of [0, 1]: the answer to two decimals, finer than the draws allow
STEPS = 8
GRID = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class MinimumDetectable:
    """Minimum detectable effect of an exact test.

    Attributes
    ----------
    statistic : str
        The coefficient tested.
    n : int
        Cases.
    alpha, power : float
        Level of the two-sided test, and the power asked for.
    latent_correlation : float or None
        Smallest correlation of the Gaussian copula at which the test has that power.
    expected_estimate : float or None
        Mean coefficient at that correlation: the same effect in the printed unit.
    draws : int
        Samples the power was estimated from.
    cannot : Reason or None
        Why there is none.
    """

    statistic: str
    n: int
    alpha: float
    power: float
    latent_correlation: float | None = None
    expected_estimate: float | None = None
    draws: int = DRAWS
    cannot: Reason | None = None

    def sentence(self, language: Language) -> str:
        """One sentence that a paper could print."""
        name = STATISTIC_NAMES[self.statistic][checked_language(language)]
        if self.latent_correlation is None or self.expected_estimate is None:
            assert self.cannot is not None
            head = f"{name}: no effect is detectable" if language == "en" else f"{name}: эффект не обнаружим"
            return f"{head}; {self.cannot.sentence(language)}"
        alpha, power, latent, expected = (
            decimal(value, 2, language)
            for value in (self.alpha, self.power, self.latent_correlation, self.expected_estimate)
        )
        if language == "en":
            return (
                f"With {self.n} regions and these ties the exact test of {name} at level {alpha} has power "
                f"{power} from a latent correlation of {latent} on (Gaussian copula cut at the observed ties), "
                f"where the coefficient is {expected} on average."
            )
        return (
            f"При числе регионов {self.n} и таких совпадениях точный критерий ({name[0].lower()}{name[1:]}) с уровнем значимости {alpha} "
            f"имеет мощность {power} начиная с латентной корреляции {latent} (гауссова копула с наблюдаемыми "
            f"совпадениями), при которой коэффициент в среднем равен {expected}."
        )


def minimum_detectable_effect(
    statistic: str,
    score: ArrayLike,
    covariate: ArrayLike,
    alpha: float = 0.05,
    *,
    strata: Sequence[Any] | NDArray[Any] | None = None,
    power: float = POWER,
) -> MinimumDetectable:
    """Smallest latent correlation that the test would have found with a given power.

    Pairs are drawn from a bivariate normal distribution and replaced, rank by rank, by the observed
    scores and covariate: a Gaussian copula cut at the observed ties. It is a statement about the
    design (n and ties), not a power after the fact; the observed association does not enter.

    Parameters
    ----------
    statistic : {"kendall_tau_b", "spearman_rho"}
        The coefficient tested.
    score, covariate : array_like, shape (n,)
        Only their tie patterns are used.
    alpha : float
        Level of the two-sided test, between 0 and 1.
    strata : sequence, shape (n,), optional
        Labels within which the test permutes; the copula then holds within each stratum.
    power : float
        Power asked for, between 0 and 1.

    Raises
    ------
    StatisticsError
        As `analysis.stats.kendall_tau_b`; also if alpha or power is not between 0 and 1.
    """
    checked_level(alpha, "alpha")
    checked_level(power, "power")
    design = copula_design(statistic, score, covariate, strata)
    none = MinimumDetectable(statistic, design.n, alpha, power)
    if design.cannot is not None:
        return replace(none, cannot=design.cannot)
    if (smallest := design.smallest_p()) is not None and smallest > alpha:
        return replace(none, cannot=_too_few(smallest, alpha))
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if design.rejected(design.sums(middle), alpha).mean() >= power:
            high = middle
        else:
            low = middle
    estimate = float(design.estimates(design.sums(high)).mean())
    return replace(none, latent_correlation=high, expected_estimate=estimate, draws=design.draws)


def _too_few(smallest: float, alpha: float) -> Reason:
    return Reason(
        f"the smallest reachable p is {smallest:.4f}, and even a perfect order stays above {alpha}.",
        f"наименьшее достижимое p равно {decimal(smallest, 4, 'ru')}, даже полное совпадение порядка даёт больше "
        f"{decimal(alpha, 2, 'ru')}.",
    )


@dataclass(frozen=True)
class PowerCurve:
    """Power of a test by the strength of the association, under one named alternative.

    Attributes
    ----------
    statistic : str
        The coefficient tested.
    n : int
        Cases.
    alpha : float
        Level of the two-sided test.
    latent, expected_estimate, power : tuple of float
        Correlation of the Gaussian copula, mean coefficient there, and share of draws rejected.
    draws : int
        Samples each power was estimated from.
    cannot : Reason or None
        Why there is none.
    """

    statistic: str
    n: int
    alpha: float
    latent: tuple[float, ...] = ()
    expected_estimate: tuple[float, ...] = ()
    power: tuple[float, ...] = ()
    draws: int = DRAWS
    cannot: Reason | None = None


def power_curve(
    statistic: str,
    score: ArrayLike,
    covariate: ArrayLike,
    alpha: float = 0.05,
    *,
    strata: Sequence[Any] | NDArray[Any] | None = None,
    latent: Sequence[float] = GRID,
) -> PowerCurve:
    """Power of the permutation test along a grid of latent correlations (Gaussian copula).

    Parameters
    ----------
    statistic, score, covariate, alpha, strata
        As in `minimum_detectable_effect`.
    latent : sequence of float
        Correlations from -1 to 1.

    Raises
    ------
    StatisticsError
        As `minimum_detectable_effect`; also if a correlation lies outside -1 to 1.
    """
    checked_level(alpha, "alpha")
    if not all(-1 <= value <= 1 for value in latent):
        raise StatisticsError("A latent correlation lies outside -1 to 1.")
    design = copula_design(statistic, score, covariate, strata)
    none = PowerCurve(statistic, design.n, alpha, cannot=design.cannot)
    if design.cannot is not None:
        return none
    drawn = [design.sums(value) for value in latent]
    return replace(
        none,
        latent=tuple(float(value) for value in latent),
        expected_estimate=tuple(float(design.estimates(sums).mean()) for sums in drawn),
        power=tuple(float(design.rejected(sums, alpha).mean()) for sums in drawn),
        draws=design.draws,
    )
