"""What so few cases could have shown: power under a Gaussian copula, and the smallest detectable association."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import ArrayLike, NDArray

from analysis.stats.copula import DRAWS, copula_design
from analysis.stats.errors import StatisticsError
from analysis.stats.reasons import Reason, reason
from analysis.stats.testing import checked_level

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
    return reason("p_unreachable", smallest=smallest, alpha=alpha)


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
