"""How alike two editions of the rating are: agreement, which is not reliability.

The same authors saw the old score when they gave the new one; a high coefficient says that scores
persist, not that two judges agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.stats.errors import StatisticsError, one_of
from analysis.stats.paired import checked_square
from analysis.stats.ranks import Integers, checked_pair
from analysis.stats.reasons import Reason, reason

WEIGHTS = ("linear", "quadratic")


@dataclass(frozen=True)
class Agreement:
    """A coefficient of agreement between two editions.

    Attributes
    ----------
    coefficient : {"weighted_kappa", "krippendorff_alpha"}
        Which one.
    n : int
        Cases scored at least twice.
    estimate : float or None
        1 for the same score everywhere, 0 for agreement by chance.
    weights : str or None
        ``linear`` or ``quadratic`` (kappa), None for alpha, whose metric is ordinal.
    cannot : Reason or None
        Why there is none.
    """

    coefficient: Literal["weighted_kappa", "krippendorff_alpha"]
    n: int
    estimate: float | None = None
    weights: str | None = None
    cannot: Reason | None = None


ONE_SCORE = reason("one_score")
NOTHING_TWICE = reason("nothing_twice")


def transition_table(before: ArrayLike, after: ArrayLike, levels: Sequence[int]) -> Integers:
    """Cases by old and new score.

    Parameters
    ----------
    before, after : array_like, shape (n,)
        Scores of the same cases.
    levels : sequence of int
        The scale, in order; also levels nobody has.

    Returns
    -------
    ndarray of int64, shape (g, g)
        Rows are old scores, columns new ones.

    Raises
    ------
    StatisticsError
        If a series is not numeric, has gaps, lengths differ, or a score is not on the scale.
    """
    first, second = checked_pair(before, after)
    place = {float(level): i for i, level in enumerate(levels)}
    table = np.zeros((len(place), len(place)), dtype=np.int64)
    for old, new in zip(first.tolist(), second.tolist(), strict=True):
        for score in (old, new):
            if score not in place:
                raise one_of("A score", score, levels)
        table[place[old], place[new]] += 1
    return table


def weighted_kappa(table: ArrayLike, weights: str = "quadratic") -> Agreement:
    """Cohen's weighted kappa (Cohen 1968), by statsmodels.

    Parameters
    ----------
    table : array_like of int, shape (g, g)
        `transition_table`, categories in order.
    weights : {"linear", "quadratic"}
        Disagreement grows with the distance of the scores, or with its square.

    Raises
    ------
    StatisticsError
        If the table is not a square of counts or the weights are not known.
    """
    if weights not in WEIGHTS:
        raise one_of("weights", weights, WEIGHTS)
    counts = checked_square(table)
    n = int(counts.sum())
    if n == 0:
        return Agreement("weighted_kappa", 0, weights=weights, cannot=NOTHING_TWICE)
    if np.count_nonzero(counts.sum(axis=0) + counts.sum(axis=1)) == 1:
        return Agreement("weighted_kappa", n, weights=weights, cannot=ONE_SCORE)
    from statsmodels.stats.inter_rater import cohens_kappa  # a second to import, needed only here

    kind = "linear" if weights == "linear" else "quadratic"
    estimate = float(cohens_kappa(counts, wt=kind, return_results=False))
    return Agreement("weighted_kappa", n, estimate, weights)


def krippendorff_alpha(ratings: ArrayLike) -> Agreement:
    """Krippendorff's alpha for ordered categories; gaps are allowed.

    1 - observed / expected disagreement over the coincidences of values within units, the distance
    of two ordered values being (the number of values from one to the other, half of each end's)
    squared (Krippendorff 2019, Content Analysis, section 12.3.4).

    Parameters
    ----------
    ratings : array_like, shape (editions, cases)
        Scores; NaN where a case was not scored.

    Raises
    ------
    StatisticsError
        If the ratings are not a table of numbers.
    """
    values = np.asarray(ratings)
    if values.ndim != 2 or values.dtype.kind not in "iuf":
        raise StatisticsError("The ratings must be a table of numbers, one row an edition.")
    values = values.astype(np.float64)
    twice = (~np.isnan(values)).sum(axis=0) >= 2
    if not twice.any():
        return Agreement("krippendorff_alpha", 0, cannot=NOTHING_TWICE)
    coincidences = _coincidences(values[:, twice])
    n = int(twice.sum())
    if len(coincidences) == 1:
        return Agreement("krippendorff_alpha", n, cannot=ONE_SCORE)
    totals = coincidences.sum(axis=0)
    distance = _ordinal_distance(totals)
    observed = (coincidences * distance).sum()
    expected = (np.outer(totals, totals) * distance).sum() / (totals.sum() - 1)
    return Agreement("krippendorff_alpha", n, float(1 - observed / expected))


def _coincidences(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pairs of values within cases, each case's weighing its number of scores; levels in order."""
    levels = np.unique(values[~np.isnan(values)])
    table = np.zeros((len(levels), len(levels)))
    for column in values.T:
        codes = np.searchsorted(levels, column[~np.isnan(column)])
        held = np.bincount(codes, minlength=len(levels)).astype(np.float64)
        table += (np.outer(held, held) - np.diag(held)) / (len(codes) - 1)
    return table


def _ordinal_distance(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared number of values between the middles of two ordered categories."""
    middle = np.cumsum(totals) - totals / 2
    return (middle[:, None] - middle) ** 2
