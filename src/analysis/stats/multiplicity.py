"""Many covariates, one score: adjusted p within a family.

A family is the rows of one score, one statistic and one set of cases. Rows that order the cases
alike (or exactly the other way round) ask the same question and count once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.stats.arrangements import arrangements, listable, shown_count
from analysis.stats.coefficients import RANK_STATISTICS, obstacle
from analysis.stats.errors import StatisticsError, one_of
from analysis.stats.exact import Kernel
from analysis.stats.joint import Frame, JointNull, JointRow, StepDown, make_row
from analysis.stats.maxt import FIRST, LARGEST_N, rho_max_t
from analysis.stats.ranks import (
    Floats,
    Integers,
    arrangement_count,
    checked_levels,
    checked_series,
    doubled_midranks,
    levels_of_rows,
    narrowest,
)
from analysis.stats.testing import SEED, checked_resamples, checked_seed


def distinct_rows(covariates: ArrayLike) -> NDArray[np.int64]:
    """For each row the first row with the same ranks, or exactly reversed ones, on the same cases.

    Parameters
    ----------
    covariates : array_like, shape (k, n)
        One covariate a row; NaN where a case has no figure.

    Returns
    -------
    ndarray of int64, shape (k,)
        Positions; a row that is the first of its kind holds its own. ``numpy.unique`` of it
        lists one representative of each.
    """
    seen: dict[bytes, int] = {}
    first = []
    for number, row in enumerate(levels_of_rows(np.atleast_2d(np.asarray(covariates, dtype=np.float64)))):
        there = ~np.isnan(row)
        ranks = np.zeros(len(row), dtype=np.int64)
        ranks[there] = doubled_midranks(row[there])
        mirrored = np.where(there, 2 * (int(there.sum()) + 1) - ranks, 0)
        # dense levels, not midranks, would do as well: on equal cases the two are one-to-one
        first.append(seen.setdefault(min(ranks.tobytes(), mirrored.tobytes()), number))
    return np.array(first, dtype=np.int64)


def step_down_max_t(
    score: ArrayLike,
    covariates: ArrayLike,
    statistic: str = "kendall_tau_b",
    *,
    resamples: int | None = None,
    seed: int | None = None,
) -> Floats:
    """Step-down max-T adjusted p of several covariates, exact over all arrangements of the score.

    The score is permuted over all its cases, once for all rows; a row without a figure for some
    cases uses the others, ranked anew in every arrangement. Each row's statistic is the
    coefficient in absolute value, divided by its standard deviation over the arrangements, so that
    rows with fewer cases or more ties do not rule the maximum.

    Parameters
    ----------
    score : array_like, shape (n,)
        One number a case.
    covariates : array_like, shape (k, n)
        One covariate a row; NaN where a case has no figure.
    statistic : {"kendall_tau_b", "spearman_rho", "somers_d", "gamma"}
        Coefficient of the family; the three of concordance share tau-b's test.
    resamples : int, optional
        Sample so many arrangements instead, where all of them are too many to be listed; p is then
        (b + 1) / (B + 1).
    seed : int, optional
        Seed of the random arrangements; fixed if left out.

    Returns
    -------
    ndarray of float64, shape (k,)
        Adjusted p: strong control of the family-wise error under joint exchangeability.

    Raises
    ------
    StatisticsError
        If a row allows no coefficient, or the arrangements are too many to be listed and `resamples` is left out.
    """
    if statistic not in RANK_STATISTICS:
        raise one_of("statistic", statistic, RANK_STATISTICS)
    a = checked_levels(score, "score")
    rows = np.atleast_2d(np.asarray(covariates, dtype=np.float64))
    if rows.shape[1] != len(a):
        raise StatisticsError(f"The covariates have {rows.shape[1]} columns and the score {len(a)} values.")
    rows = levels_of_rows(rows)
    kernel: Kernel = "product" if statistic == "spearman_rho" else "concordance"
    if kernel == "product" and resamples is None and not np.isnan(rows).any():
        centred = np.sign(rows[:, :, None] - rows[:, None, :]).sum(axis=2).astype(np.int64)
        norms = np.unique((centred**2).sum(axis=1))
        if len(norms) == 1 and norms[0] > 0 and FIRST < len(a) <= LARGEST_N and not (a == a[0]).all():
            return _equal_scale(a, centred)
    family_rows = [_row(kernel, a, row, number) for number, row in enumerate(rows)]
    joint = joint_null(a, family_rows, resamples=resamples, seed=seed)
    extremes = [np.abs(marginal.estimates) / marginal.deviation() for marginal in joint.marginals]
    family = StepDown(joint, range(len(rows)), extremes)
    for levels in joint.level_blocks():
        family.add(joint.cells(levels))
    return family.adjusted()


def _equal_scale(score: Floats, centred: NDArray[np.int64]) -> Floats:
    """Rows that are tied alike and complete: rho's own scale is common, and sums add up by halves."""
    ranks = doubled_midranks(score) - (len(score) + 1)
    levels, counts = np.unique(ranks, return_counts=True)
    return rho_max_t(levels, counts.tolist(), ranks, centred)


def joint_null(
    score: Floats, rows: Sequence[JointRow], *, resamples: int | None = None, seed: int | None = None
) -> JointNull:
    """Arrangements of a score and the rows to be evaluated on them.

    Parameters
    ----------
    score : ndarray of float64, shape (n,)
        One number a case.
    rows : sequence of JointRow
        Rows of any frames over these cases.
    resamples : int, optional
        Random arrangements beside the observed one; all of them if left out.
    seed : int, optional
        Seed of the random arrangements; fixed if left out.

    Raises
    ------
    StatisticsError
        If the arrangements are too many to be listed and `resamples` is left out.
    """
    checked_resamples(resamples)
    checked_seed(seed)
    _, codes, counts = np.unique(score, return_inverse=True, return_counts=True)
    observed = codes.astype(narrowest(len(counts)))
    if resamples is None:
        if not listable(counts.tolist()):
            raise StatisticsError(
                f"The score has {shown_count(arrangement_count(counts.tolist()))} arrangements, too many to be listed; "
                "give resamples to sample them."
            )
        return JointNull(arrangements(counts.tolist()), observed, rows)
    generator = np.random.default_rng(SEED if seed is None else seed)
    drawn = generator.permuted(np.tile(observed, (resamples, 1)), axis=1)
    return JointNull(np.vstack([observed, drawn]), observed, rows, sampled=True)


def _row(kernel: Kernel, score: Floats, covariate: Floats, number: int) -> JointRow:
    there = np.flatnonzero(~np.isnan(covariate))
    if (cannot := obstacle(score[there], covariate[there])) is not None:
        raise StatisticsError(f"Covariate {number + 1} has no place in the family: {cannot}")
    return make_row(Frame(kernel, tuple(there.tolist())), covariate)


def holm(p: ArrayLike) -> Floats:
    """Holm's step-down adjusted p (Holm 1979, Scandinavian Journal of Statistics 6, 65-70).

    Parameters
    ----------
    p : array_like, shape (k,)
        Unadjusted p of one family.

    Raises
    ------
    StatisticsError
        If one is no number between 0 and 1.
    """
    values, order = _sorted(p)
    return _unsorted(np.maximum.accumulate(values * np.arange(len(values), 0, -1)), order)


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Step-up adjusted p for the false discovery rate (Benjamini and Hochberg 1995, JRSS B 57, 289-300).

    Parameters
    ----------
    p : array_like, shape (k,)
        Unadjusted p of one family.

    Raises
    ------
    StatisticsError
        If one is no number between 0 and 1.
    """
    values, order = _sorted(p)
    share = np.arange(1, len(values) + 1) / len(values) if len(values) else values
    return _unsorted(np.minimum.accumulate((values / share)[::-1])[::-1], order)


# statsmodels' multipletests gives the same numbers (tests compare them) but runs the garbage collector at
# every call, which takes longer than all else in a notebook that adjusts twenty families


def _sorted(p: ArrayLike) -> tuple[Floats, Integers]:
    values = checked_series(p, "list of p-values")
    outside = np.flatnonzero((values < 0) | (values > 1))
    if outside.size:
        raise StatisticsError(
            f"The list of p-values holds {values[outside[0]]:g} at position {outside[0] + 1}; p lies between 0 and 1."
        )
    order = np.argsort(values, kind="stable")
    return values[order], order


def _unsorted(adjusted: Floats, order: Integers) -> Floats:
    result = np.empty_like(adjusted)
    result[order] = np.minimum(adjusted, 1.0)
    return result
