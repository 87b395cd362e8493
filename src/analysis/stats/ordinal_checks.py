"""What stands behind an ordered logit: permutation p, leave-one-out refits, the proportional-odds assumption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.coefficients import Strata
from analysis.stats.ordinal import NOT_CONVERGED, checked_model, is_separated, obstacle_of_model
from analysis.stats.proportional_odds import maximise
from analysis.stats.ranks import Floats, Integers, checked_strata
from analysis.stats.reasons import Reason, reason
from analysis.stats.sampling import binomial_interval, shuffled
from analysis.stats.testing import checked_resamples, checked_seed

RESAMPLES = 99_999
SEED = 20260606
BATCH = 4096
# Residuals of a standardised covariate below this are rounding
ROUNDING = 1e-9


@dataclass(frozen=True)
class CoefficientPermutation:
    """Permutation test of one coefficient of an ordered logit.

    Attributes
    ----------
    name : str
        Covariate.
    score_statistic : float or None
        Rao's score statistic of adding the covariate to the others, chi-squared on 1 degree.
    p_sampled, p_low, p_high : float or None
        (b + 1) / (B + 1), and the 99 % interval of the p it stands for.
    resamples : int or None
        Random permutations.
    cannot : Reason or None
        Why there is none.
    """

    name: str
    score_statistic: float | None = None
    p_sampled: float | None = None
    p_low: float | None = None
    p_high: float | None = None
    resamples: int | None = None
    cannot: Reason | None = None


def ordered_logit_permutation(
    score: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    strata: Strata | None = None,
    resamples: int | None = None,
    seed: int | None = None,
) -> tuple[CoefficientPermutation, ...]:
    """Permutation p of every coefficient of the proportional-odds model, the others held.

    A covariate is replaced by its residual of a linear regression on the others, which leaves its
    coefficient as it is; the residual is permuted (Potter 2005, "A permutation test for inference in
    logistic regression with small- and moderate-sized data sets"). The statistic is Rao's score
    statistic, so that the model without the covariate is fitted once and not for every permutation.

    Parameters
    ----------
    score, covariates, names
        As in `analysis.stats.ordered_logit`.
    strata : sequence, shape (n,), optional
        Restricts permutations to within strata; the residual is then that on the others and on the strata,
        so that only differences within strata count. A covariate that has none left has no p.
    resamples, seed : int, optional
        99,999 permutations and a fixed seed by default.

    Returns
    -------
    tuple of CoefficientPermutation
        In the order of the names.

    Raises
    ------
    StatisticsError
        As `analysis.stats.ordered_logit`; also if an argument is not allowed.
    """
    checked_resamples(resamples)
    checked_seed(seed)
    x, levels, codes = checked_model(score, covariates, names)
    groups = np.zeros(len(x), dtype=np.int64) if strata is None else checked_strata(strata, len(x))
    cannot = obstacle_of_model(x, levels, codes, names)
    if cannot is not None:
        return tuple(CoefficientPermutation(name, cannot=cannot) for name in names)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    drawn = resamples or RESAMPLES
    return tuple(
        _permuted(name, z, j, codes, groups, drawn, SEED if seed is None else seed)
        for j, name in enumerate(names)
    )


def _permuted(
    name: str, z: Floats, j: int, codes: Integers, groups: Integers, resamples: int, seed: int
) -> CoefficientPermutation:
    others = np.delete(z, j, axis=1)
    null = maximise(others, codes)
    if null is None:
        return CoefficientPermutation(name, cannot=NOT_CONVERGED)
    design = np.column_stack([groups[:, None] == np.arange(groups.max() + 1), others])
    residual = z[:, j] - design @ np.linalg.lstsq(design, z[:, j], rcond=None)[0]
    if np.abs(residual).max() < ROUNDING:
        return CoefficientPermutation(name, cannot=reason("constant_within", name=name))
    inverse = null.covariance

    def statistic(rows: Floats) -> Floats:
        shared = rows @ null.at.mixed
        variance = rows**2 @ null.at.weights - np.einsum("ij,jk,ik->i", shared, inverse, shared)
        return np.asarray((rows @ null.at.residuals) ** 2 / variance, dtype=np.float64)

    observed = float(statistic(residual[None, :])[0])
    generator = np.random.default_rng(seed)
    hits = 0
    for start in range(0, resamples, BATCH):
        rows = shuffled(generator, residual, groups, min(BATCH, resamples - start))
        # permutations that only exchange equal residuals differ by rounding
        hits += int((statistic(rows) >= observed * (1 - 1e-9)).sum())
    low, high = binomial_interval(hits, resamples)
    return CoefficientPermutation(name, observed, (hits + 1) / (resamples + 1), low, high, resamples)


@dataclass(frozen=True)
class OrderedLogitInfluence:
    """Coefficients of an ordered logit with each case left out in turn.

    Attributes
    ----------
    names : tuple of str
        Covariates.
    coefficients : tuple of (tuple of float or None)
        In the order of the cases; None where the model without the case has no finite maximum.
    """

    names: tuple[str, ...]
    coefficients: tuple[tuple[float, ...] | None, ...]


def ordered_logit_leave_one_out(
    score: ArrayLike, covariates: ArrayLike, names: Sequence[str]
) -> OrderedLogitInfluence:
    """Refit the proportional-odds model without each case: which cases carry a coefficient.

    Parameters
    ----------
    score, covariates, names
        As in `analysis.stats.ordered_logit`.

    Raises
    ------
    StatisticsError
        As `analysis.stats.ordered_logit`.
    """
    x, levels, codes = checked_model(score, covariates, names)
    found: list[tuple[float, ...] | None] = []
    for place in range(len(x)):
        kept, scores = np.delete(x, place, axis=0), np.delete(codes, place)
        left, again = np.unique(scores, return_inverse=True)
        if obstacle_of_model(kept, levels[left], again, names) is not None:
            found.append(None)
            continue
        scale = kept.std(axis=0)
        fit = maximise((kept - kept.mean(axis=0)) / scale, again)
        found.append(None if fit is None else tuple((fit.coefficients / scale).tolist()))
    return OrderedLogitInfluence(tuple(names), tuple(found))


@dataclass(frozen=True)
class BrantTest:
    """Brant's test that coefficients are the same at every cut of the score.

    Attributes
    ----------
    names : tuple of str
        Covariates.
    cuts : tuple of float
        Cuts compared ("score above the cut"); those whose binary logit is separated are left out.
    left_out : tuple of float
        Cuts left out.
    statistic, degrees, p : float or None
        Wald's chi-squared over all covariates; asymptotic.
    by_covariate : tuple of (statistic, p)
        The same for each covariate, on `len(cuts)` - 1 degrees of freedom.
    cannot : Reason or None
        Why there is none.
    """

    names: tuple[str, ...]
    cuts: tuple[float, ...]
    left_out: tuple[float, ...]
    statistic: float | None = None
    degrees: int | None = None
    p: float | None = None
    by_covariate: tuple[tuple[float, float], ...] = ()
    cannot: Reason | None = None


FEW_CUTS = reason("few_cuts")
SINGULAR = reason("singular")


def brant_test(score: ArrayLike, covariates: ArrayLike, names: Sequence[str]) -> BrantTest:
    """Test the proportional-odds assumption (Brant 1990, "Assessing proportionality ...", Biometrics 46).

    Binary logits of "score above the cut" are fitted cut by cut, their joint covariance follows from
    their fitted probabilities, and a Wald test compares their coefficients. With few cases above or
    below a cut the chi-squared p is rough; it is a look at the assumption, not proof of it.

    Parameters
    ----------
    score, covariates, names
        As in `analysis.stats.ordered_logit`.

    Raises
    ------
    StatisticsError
        As `analysis.stats.ordered_logit`.
    """
    x, levels, codes = checked_model(score, covariates, names)
    none = BrantTest(tuple(names), (), ())
    cannot = obstacle_of_model(x, levels, codes, names)
    if cannot is not None:
        return replace(none, cannot=cannot)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    fits, cuts, left_out = [], [], []
    for cut in range(len(levels) - 1):
        above = (codes > cut).astype(np.int64)
        fit = None if is_separated(x, above) else maximise(z, above)
        if fit is None:
            left_out.append(float(levels[cut]))
            continue
        cuts.append(float(levels[cut]))
        fits.append((fit.coefficients, 1 / (1 + np.exp(fit.thresholds[0] - z @ fit.coefficients))))
    none = replace(none, cuts=tuple(cuts), left_out=tuple(left_out))
    if len(cuts) < 2:
        return replace(none, cannot=FEW_CUTS)
    return _wald(none, z, fits)


def _wald(none: BrantTest, z: Floats, fits: list[tuple[Floats, Floats]]) -> BrantTest:
    from scipy.stats import chi2

    k, cuts = z.shape[1], len(fits)
    design = np.column_stack([np.ones(len(z)), z])
    inverses = [np.linalg.inv((design * (p * (1 - p))[:, None]).T @ design) for _, p in fits]
    covariance = np.zeros((cuts * k, cuts * k))
    for later in range(cuts):
        for earlier in range(later + 1):
            weight = fits[later][1] * (1 - fits[earlier][1])
            block = inverses[earlier] @ ((design * weight[:, None]).T @ design) @ inverses[later]
            here, there = slice(earlier * k, earlier * k + k), slice(later * k, later * k + k)
            covariance[here, there] = block[1:, 1:]
            covariance[there, here] = block[1:, 1:].T
    coefficients = np.concatenate([found for found, _ in fits])
    differences: Floats = np.kron(np.column_stack([np.ones(cuts - 1), -np.eye(cuts - 1)]), np.eye(k)).astype(
        np.float64
    )
    try:
        statistic = _quadratic(differences, coefficients, covariance)
        single = [_quadratic(differences[j::k], coefficients, covariance) for j in range(k)]
    except np.linalg.LinAlgError:
        return replace(none, cannot=SINGULAR)
    degrees = (cuts - 1) * k
    return replace(
        none,
        statistic=statistic,
        degrees=degrees,
        p=float(chi2.sf(statistic, degrees)),
        by_covariate=tuple((value, float(chi2.sf(value, cuts - 1))) for value in single),
    )


def _quadratic(rows: Floats, coefficients: Floats, covariance: Floats) -> float:
    contrast = rows @ coefficients
    return float(contrast @ np.linalg.solve(rows @ covariance @ rows.T, contrast))
