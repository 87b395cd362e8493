"""Spatial autocorrelation: Moran's I over a list of neighbours, with its permutation null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.stats.errors import StatisticsError, one_of
from analysis.stats.ranks import Floats, checked_series, checked_strata
from analysis.stats.reasons import Reason, reason
from analysis.stats.sampling import binomial_interval, shuffled
from analysis.stats.testing import SEED, Alternative, Test

RESAMPLES = 99_999
BATCH = 4096
STYLES = ("row", "binary")
# Relative to the sum of squares: values of I this close are taken as equal
SLACK = 1e-12


@dataclass(frozen=True)
class MoranI:
    """Moran's I of one variable.

    Attributes
    ----------
    n, links : int
        Cases with at least one neighbour, and ordered pairs of neighbours.
    isolated : tuple of int
        Positions of cases without a neighbour, which are left out.
    style : {"row", "binary"}
        Weights of each case's neighbours: adding up to one, or one each.
    estimate, expected : float or None
        I, and its mean over all permutations, -1 / (n - 1).
    alternative : str
        ``greater``: neighbours are alike.
    p_sampled, p_low, p_high : float or None
        (b + 1) / (B + 1), and the 99 % interval of the p it stands for.
    resamples : int or None
        Random permutations.
    cannot : Reason or None
        Why there is none.
    """

    n: int
    links: int
    isolated: tuple[int, ...]
    style: str
    estimate: float | None = None
    expected: float | None = None
    alternative: str = "greater"
    p_sampled: float | None = None
    p_low: float | None = None
    p_high: float | None = None
    resamples: int | None = None
    cannot: Reason | None = None


def neighbour_matrix(labels: Sequence[Any], pairs: Sequence[tuple[Any, Any]]) -> NDArray[np.int8]:
    """Symmetric 0-1 matrix of neighbours from a register of pairs.

    Parameters
    ----------
    labels : sequence, length n
        Name of each case.
    pairs : sequence of pairs of labels
        Neighbours, in either order; pairs with a name that is not among the labels are left out.

    Returns
    -------
    ndarray of int8, shape (n, n)
        1 where two cases are neighbours.

    Raises
    ------
    StatisticsError
        If a label occurs twice, or a case is its own neighbour.
    """
    place = {label: i for i, label in enumerate(labels)}
    if len(place) < len(labels):
        raise StatisticsError("A case occurs twice among the labels of the neighbours.")
    matrix = np.zeros((len(place), len(place)), dtype=np.int8)
    for first, second in pairs:
        if first == second:
            raise StatisticsError(f"{first} is listed as its own neighbour.")
        if first in place and second in place:
            matrix[place[first], place[second]] = matrix[place[second], place[first]] = 1
    return matrix


def morans_i(
    values: ArrayLike,
    neighbours: ArrayLike | Mapping[int, Sequence[int]],
    *,
    style: str = "row",
    strata: Sequence[Any] | NDArray[Any] | None = None,
    alternative: Alternative = "greater",
    resamples: int | None = None,
    seed: int | None = None,
) -> MoranI:
    """Moran's I with its permutation p (Moran 1950; Cliff and Ord 1981, "Spatial Processes").

    n / S0 * sum w_ij z_i z_j / sum z_i**2, with z the values less their mean and S0 the sum of the
    weights. Values are permuted over the cases that have neighbours; residuals of a model are not
    exactly exchangeable, so that their p is approximate.

    Parameters
    ----------
    values : array_like, shape (n,)
        One number a case.
    neighbours : array_like of shape (n, n), or mapping of position to positions
        Weights above zero for neighbours, zero elsewhere and on the diagonal.
    style : {"row", "binary"}
        ``row`` scales each case's weights to a sum of one, ``binary`` takes one a neighbour.
    strata : sequence, shape (n,), optional
        Restricts permutations to within strata.
    alternative, resamples, seed
        As in `analysis.stats.kendall_tau_b`; 99,999 permutations by default.

    Raises
    ------
    StatisticsError
        If the values are not numeric or have gaps, the neighbours are no such matrix, or an argument is
        not allowed.
    """
    if style not in STYLES:
        raise one_of("style", style, STYLES)
    test = Test(alternative, resamples=resamples, seed=seed)
    z = checked_series(values, "variable")
    weights = _checked_weights(neighbours, len(z))
    joined = np.asarray((weights > 0).any(axis=1))
    isolated = tuple(np.flatnonzero(~joined).tolist())
    links = int((weights > 0).sum())
    z, weights = z[joined], weights[np.ix_(joined, joined)]
    none = MoranI(len(z), links, isolated, style, alternative=alternative)
    if len(z) < 3 or (z == z[0]).all():
        return MoranI(**{**vars(none), "cannot": CONSTANT})
    weights = (weights > 0).astype(np.float64)
    if style == "row":
        weights /= weights.sum(axis=1, keepdims=True)
    groups = np.zeros(len(joined), dtype=np.int64) if strata is None else checked_strata(strata, len(joined))
    groups = checked_strata(groups[joined].tolist(), len(z))
    centred = z - z.mean()
    scale = float(len(z) / weights.sum() / (centred @ centred))
    estimate = float(scale * (centred @ weights @ centred))
    expected = -1 / (len(z) - 1)
    hits, drawn = 0, resamples or RESAMPLES
    generator = np.random.default_rng(SEED if seed is None else seed)
    for start in range(0, drawn, BATCH):
        rows = shuffled(generator, centred, groups, min(BATCH, drawn - start))
        found = scale * np.einsum("ij,ij->i", rows @ weights, rows)
        hits += int(_as_extreme(found, estimate, expected, test.alternative).sum())
    low, high = binomial_interval(hits, drawn)
    return MoranI(
        len(z),
        links,
        isolated,
        style,
        estimate,
        expected,
        alternative,
        (hits + 1) / (drawn + 1),
        low,
        high,
        drawn,
    )


def _as_extreme(found: Floats, estimate: float, expected: float, alternative: str) -> NDArray[np.bool_]:
    if alternative == "greater":
        return found >= estimate - SLACK
    if alternative == "less":
        return found <= estimate + SLACK
    return np.abs(found - expected) >= abs(estimate - expected) - SLACK


CONSTANT = reason("no_neighbours")


def _checked_weights(neighbours: ArrayLike | Mapping[int, Sequence[int]], n: int) -> Floats:
    if isinstance(neighbours, Mapping):
        matrix = np.zeros((n, n))
        for case, others in neighbours.items():
            for other in others:
                if not (0 <= case < n and 0 <= other < n):
                    raise StatisticsError(f"Neighbours {case} and {other} are not both positions below {n}.")
                matrix[case, other] = 1
    else:
        matrix = np.asarray(neighbours)
        if matrix.dtype.kind not in "iufb":
            raise StatisticsError("The neighbours hold something other than numbers.")
        matrix = matrix.astype(np.float64)
    if matrix.shape != (n, n):
        raise StatisticsError(f"The neighbours have the shape {matrix.shape}; {n} by {n} is needed.")
    if not np.isfinite(matrix).all() or (matrix < 0).any() or np.diag(matrix).any():
        raise StatisticsError("Weights of neighbours are finite, from zero up, and zero on the diagonal.")
    return matrix
