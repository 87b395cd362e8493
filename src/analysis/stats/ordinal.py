"""Ordered logit of the score on several covariates.

Newton's method with analytic derivatives fits (`analysis.stats.proportional_odds`); this module
decides whether there is anything to fit. Where the covariates separate the scores the likelihood has
no maximum, which an optimiser need not notice, so that is looked for first, by a linear programme,
and refused. statsmodels' summary and predictions of the same fit are those of
`analysis.stats.ordered_model.ProportionalOdds`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.errors import StatisticsError
from analysis.stats.proportional_odds import maximise
from analysis.stats.ranks import Floats, Integers, checked_series
from analysis.stats.reasons import Reason, reason


@dataclass(frozen=True)
class OrderedLogit:
    """Proportional-odds model of the score.

    Attributes
    ----------
    n, levels : int
        Cases, and distinct scores.
    names : tuple of str
        Covariates.
    coefficients, standard_errors, p_values : tuple of float
        Change of the log odds of a higher score per unit of the covariate, with Wald's p; the errors
        are from the observed information.
    log_likelihood, log_likelihood_null : float or None
        Of the model, and of thresholds alone.
    p_likelihood_ratio : float or None
        All coefficients zero.
    by_cut : tuple of (cut, coefficients or None)
        The proportional-odds assumption looked at: coefficients of a binary logit of "score above
        the cut" for each cut; None where that logit is separated. Similar numbers support the
        model, different ones speak against it; `brant_test` tests it.
    residuals : tuple of float
        P(Y < y) - P(Y > y) of each case under the model, from -1 (lower than expected) to 1 (Li and
        Shepherd 2012, "A new residual for ordinal outcomes").
    cannot : Reason or None
        Why there is no model.
    """

    n: int
    levels: int
    names: tuple[str, ...]
    coefficients: tuple[float, ...] = ()
    standard_errors: tuple[float, ...] = ()
    p_values: tuple[float, ...] = ()
    log_likelihood: float | None = None
    log_likelihood_null: float | None = None
    p_likelihood_ratio: float | None = None
    by_cut: tuple[tuple[float, tuple[float, ...] | None], ...] = ()
    residuals: tuple[float, ...] = field(default=(), repr=False)
    cannot: Reason | None = None


def ordered_logit(score: ArrayLike, covariates: ArrayLike, names: Sequence[str]) -> OrderedLogit:
    """Proportional-odds model (McCullagh 1980), refused where no finite maximum exists.

    Parameters
    ----------
    score : array_like, shape (n,)
        Ordered scores.
    covariates : array_like, shape (n, k)
        Covariates in columns, without gaps; indicators of categories as 0 and 1.
    names : sequence of str
        One a column.

    Returns
    -------
    OrderedLogit
        With `OrderedLogit.cannot` set for a constant score or covariate, covariates that determine each other,
        too few cases for the parameters, or separation.

    Raises
    ------
    StatisticsError
        If the figures are not numeric, have gaps, or shapes do not fit.
    """
    x, levels, codes = checked_model(score, covariates, names)
    cannot = obstacle_of_model(x, levels, codes, names)
    if cannot is not None:
        return OrderedLogit(len(x), len(levels), tuple(names), cannot=cannot)
    return _fitted(x, levels, codes, tuple(names))


def checked_model(
    score: ArrayLike, covariates: ArrayLike, names: Sequence[str]
) -> tuple[Floats, Floats, Integers]:
    """Covariates in columns, distinct scores rising, and each case's place among them.

    Raises
    ------
    StatisticsError
        As `ordered_logit`.
    """
    y = checked_series(score, "score")
    columns = np.asarray(covariates)
    if columns.ndim != 2 or columns.shape != (len(y), len(names)):
        raise StatisticsError(
            f"The covariates have the shape {columns.shape}; {len(y)} cases by {len(names)} names are needed."
        )
    x = np.column_stack([checked_series(columns[:, j], name) for j, name in enumerate(names)])
    levels, codes = np.unique(y, return_inverse=True)
    return x, levels, codes


def _fitted(x: Floats, levels: Floats, codes: Integers, names: tuple[str, ...]) -> OrderedLogit:
    from scipy.stats import chi2, norm

    scale = x.std(axis=0)
    found = maximise((x - x.mean(axis=0)) / scale, codes)
    if found is None:
        return OrderedLogit(len(x), len(levels), names, cannot=NOT_CONVERGED)
    k = len(names)
    errors = np.sqrt(np.diag(found.covariance))[:k]
    counts = np.bincount(codes)
    null = float((counts * np.log(counts / len(codes))).sum())
    return OrderedLogit(
        n=len(x),
        levels=len(levels),
        names=names,
        coefficients=tuple((found.coefficients / scale).tolist()),
        standard_errors=tuple((errors / scale).tolist()),
        p_values=tuple((2 * norm.sf(np.abs(found.coefficients / errors))).tolist()),
        log_likelihood=found.at.value,
        log_likelihood_null=null,
        p_likelihood_ratio=float(chi2.sf(2 * (found.at.value - null), k)),
        by_cut=_by_cut(x, levels, codes),
        residuals=tuple(found.at.residuals.tolist()),
    )


NOT_CONVERGED = reason("not_converged")


def _by_cut(x: Floats, levels: Floats, codes: Integers) -> tuple[tuple[float, tuple[float, ...] | None], ...]:
    """Binary logits of "above the cut", one a cut."""
    scale = x.std(axis=0)
    z = (x - x.mean(axis=0)) / scale
    found: list[tuple[float, tuple[float, ...] | None]] = []
    for cut in range(len(levels) - 1):
        above = (codes > cut).astype(np.int64)
        # a logit is the model of two levels
        fit = None if is_separated(x, above) else maximise(z, above)
        found.append(
            (float(levels[cut]), None if fit is None else tuple((fit.coefficients / scale).tolist()))
        )
    return tuple(found)


def obstacle_of_model(x: Floats, levels: Floats, codes: Integers, names: Sequence[str]) -> Reason | None:
    """Why the model has no finite maximum, or None."""
    n, k = x.shape
    if len(levels) < 2:
        return reason("one_level")
    if n <= k + len(levels) - 1:
        return reason("too_few_for_parameters", n=n, parameters=k + len(levels) - 1)
    constant = [name for name, spread in zip(names, np.ptp(x, axis=0), strict=True) if spread == 0]
    if constant:
        return reason("constant_column", name=constant[0])
    standard = (x - x.mean(axis=0)) / x.std(axis=0)
    if np.linalg.matrix_rank(standard) < k:
        return reason("collinear")
    if is_separated(x, codes):
        return reason("separated")
    return None


def is_separated(x: Floats, codes: Integers) -> bool:
    """Whether the ordered logit's likelihood rises for ever in some direction.

    It does exactly if some linear combination of the covariates and some thresholds put every
    case on the right side of its thresholds, or on them, and not all cases on them (Albert and
    Anderson 1984, for two categories; the same argument holds for ordered ones). The greatest
    total distance from the thresholds, with coefficients bounded, is a linear programme (Konis
    2007, "Linear programming algorithms for detecting separated data").

    Parameters
    ----------
    x : ndarray of float64, shape (n, k)
        Covariates, none constant.
    codes : ndarray of int64, shape (n,)
        Score levels from zero, each met.
    """
    from scipy.optimize import linprog

    z = (x - x.mean(axis=0)) / x.std(axis=0)
    n, k = z.shape
    cuts = int(codes.max())
    rows = []
    for case, code in enumerate(codes.tolist()):
        for cut, side in ((code, 1.0), (code - 1, -1.0)):
            if 0 <= cut < cuts:
                # side * (combination - threshold) <= 0
                row = np.zeros(k + cuts)
                row[:k], row[k + cut] = side * z[case], -side
                rows.append(row)
    constraints = np.array(rows)
    bounds = [(-1, 1)] * k + [(None, None)] * cuts
    best = linprog(constraints.sum(axis=0), A_ub=constraints, b_ub=np.zeros(len(rows)), bounds=bounds)
    # zero (no separation) up to the solver's tolerance of 1e-7 a constraint
    return bool(best.fun < -1e-6 * n)
