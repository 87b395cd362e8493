"""The smallest association that so few regions could have shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.data.regions import Language
from analysis.errors import AnalysisError, one_of
from analysis.stats.coefficients import affordable_table, obstacle
from analysis.stats.exact import Kernel, NullTable
from analysis.stats.ranks import Floats, Integers, checked_pair, doubled_midranks, tie_groups
from analysis.stats.results import STATISTIC_NAMES
from analysis.stats.wording import Reason, checked_language, decimal

# Draws per power: standard error 0.003 at a power of 0.8
DRAWS = 20_000
SEED = 20260602
# Cohen's usual level (1988)
POWER = 0.8
# Halvings of [0, 1]: the answer to two decimals, finer than the draws allow
STEPS = 8


@dataclass(frozen=True)
class MinimumDetectable:
    """Minimum detectable effect of an exact test.

    Attributes
    ----------
    statistic : str
        The coefficient tested.
    n : int
        Regions.
    alpha, power : float
        Level of the two-sided exact test, and the power asked for.
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
    statistic: str, score: ArrayLike, covariate: ArrayLike, alpha: float = 0.05
) -> MinimumDetectable:
    """Smallest latent correlation that the exact test would have found with power 0.8.

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
        Level, between 0 and 1.

    Raises
    ------
    AnalysisError
        As `analysis.stats.coefficients.associate`; also if alpha is not between 0 and 1.
    """
    if statistic not in ("kendall_tau_b", "spearman_rho"):
        raise one_of("statistic", statistic, ("kendall_tau_b", "spearman_rho"))
    if not 0 < alpha < 1:
        raise AnalysisError(f"alpha is {alpha!r}; it must lie between 0 and 1.")
    a, b = checked_pair(score, covariate)
    none = MinimumDetectable(statistic, len(a), alpha, POWER)
    cannot = obstacle(a, b)
    if cannot is not None:
        return _without(none, cannot)
    x, y = np.sort(doubled_midranks(a)), np.sort(doubled_midranks(b))
    kernel: Kernel = "product" if statistic == "spearman_rho" else "concordance"
    table = affordable_table(kernel, ((tie_groups(x), tie_groups(y)),))
    if table is None:
        return _without(none, OUT_OF_REACH)
    rejected = table.tails(table.values.astype(np.int64)) <= alpha * table.arrangements
    best = int(np.searchsorted(table.values.astype(np.int64), _greatest(kernel, x, y)))
    if not rejected[best]:
        return _without(none, _too_few(table, alpha))
    latent = _smallest(kernel, table, rejected.astype(bool), x, y)
    sums = _drawn_sums(kernel, latent, x, y)
    scale = _divisor(kernel, x, y)
    mean = table.mean[0] / table.mean[1]
    return MinimumDetectable(statistic, len(a), alpha, POWER, latent, float((sums.mean() - mean) / scale))


OUT_OF_REACH = Reason(
    "the exact test itself is out of reach for these ties.",
    "точный критерий при таких совпадениях недостижим.",
)


def _without(empty: MinimumDetectable, reason: Reason) -> MinimumDetectable:
    return MinimumDetectable(empty.statistic, empty.n, empty.alpha, empty.power, cannot=reason)


def _too_few(table: NullTable, alpha: float) -> Reason:
    smallest = table.farthest() / table.arrangements
    return Reason(
        f"the smallest reachable p is {smallest:.4f}, and even a perfect order stays above {alpha}.",
        f"наименьшее достижимое p равно {decimal(smallest, 4, 'ru')}, даже полное совпадение порядка даёт больше "
        f"{decimal(alpha, 2, 'ru')}.",
    )


def _smallest(
    kernel: Kernel, table: NullTable, rejected: NDArray[np.bool_], x: Integers, y: Integers
) -> float:
    """Bisection on the latent correlation; the draws are the same throughout, so power only rises."""
    low, high = 0.0, 1.0
    values = table.values.astype(np.int64)
    for _ in range(STEPS):
        middle = (low + high) / 2
        sums = _drawn_sums(kernel, middle, x, y)
        if rejected[np.searchsorted(values, sums)].mean() >= POWER:
            high = middle
        else:
            low = middle
    return high


def _drawn_sums(kernel: Kernel, latent: float, x: Integers, y: Integers) -> Integers:
    """S of each draw at a latent correlation, shape (DRAWS,)."""
    generator = np.random.default_rng(SEED)
    first, second = generator.standard_normal((2, DRAWS, len(x)))
    second = latent * first + np.sqrt(1 - latent**2) * second
    scores, covariates = _cut(first, x), _cut(second, y)
    if kernel == "product":
        return np.einsum("ij,ij->i", scores, covariates)
    i, j = np.triu_indices(len(x), 1)
    signs = np.sign(scores[:, j] - scores[:, i]) * np.sign(covariates[:, j] - covariates[:, i])
    return signs.sum(axis=1)


def _cut(normal: Floats, ranks: Integers) -> Integers:
    """Replace each draw's order by the observed midranks (sorted)."""
    return ranks[np.argsort(np.argsort(normal, axis=1), axis=1)]


def _greatest(kernel: Kernel, x: Integers, y: Integers) -> int:
    """S of the perfect order (both sorted)."""
    if kernel == "product":
        return int(x @ y)
    i, j = np.triu_indices(len(x), 1)
    return int((np.sign(x[j] - x[i]) * np.sign(y[j] - y[i])).sum())


def _divisor(kernel: Kernel, x: Integers, y: Integers) -> float:
    """Divisor that turns S less its mean into the coefficient."""
    if kernel == "product":
        a, b = x - x.mean(), y - y.mean()
        return float(np.sqrt((a @ a) * (b @ b)))
    i, j = np.triu_indices(len(x), 1)
    return float(np.sqrt(np.count_nonzero(x[j] - x[i]) * np.count_nonzero(y[j] - y[i])))
