"""Product-moment correlation with its permutation p, by going through every arrangement."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.stats.arrangements import MOST_ROWS, arrangements
from analysis.stats.coefficients import obstacle
from analysis.stats.ranks import Floats, arrangement_count, checked_pair
from analysis.stats.results import Association
from analysis.stats.sampling import sampled

# Where 63 bits do not hold the sums, floats are compared with this slack relative to the greatest
# distance: arrangements a rounding error apart are ties, and the p can only err upwards.
SLACK = 1e-10
# Room for n times a sum of n products, whatever the signs
WHOLE_BELOW = 2**62


def pearson_r(score: ArrayLike, covariate: ArrayLike) -> Association:
    """Pearson's r with its exact permutation p.

    The score is permuted over all its distinct arrangements; where they are more than four million
    they are sampled. Figures are taken as the decimal numbers they print as, so that sums of
    products are compared as whole numbers wherever 63 bits hold them.

    Parameters
    ----------
    score, covariate : array_like, shape (n,)
        One number a region.

    Returns
    -------
    Association
        Method ``enumeration`` or ``monte_carlo``; `Association.cannot` set where the data allow no coefficient.

    Raises
    ------
    AnalysisError
        If a series is not numeric, has gaps, or lengths differ.
    """
    a, b = checked_pair(score, covariate)
    cannot = obstacle(a, b)
    if cannot is not None:
        return Association(statistic="pearson_r", n=len(a), cannot=cannot)
    estimate = product_moment(a, b)
    x, y, slack = _comparable(a, b)

    def deviations(rows: NDArray[Any]) -> NDArray[Any]:
        return (rows @ y) * len(x) - x.sum() * y.sum()

    levels, codes, counts = np.unique(x, return_inverse=True, return_counts=True)
    total = arrangement_count(counts.tolist())
    if total > MOST_ROWS:
        return sampled("pearson_r", x, np.zeros(len(x), dtype=np.int64), deviations, estimate, slack)
    # a column of scores at a time: the whole table of values would be eight times the codes'
    every = arrangements(counts.tolist())
    sums = sum(levels[column] * weight for column, weight in zip(every.T, y, strict=True))
    found = np.asarray(sums) * len(x) - x.sum() * y.sum()
    observed = deviations(levels[codes][None, :])[0]
    exceeding = int((np.abs(found) >= abs(observed) - slack).sum())
    return Association(
        statistic="pearson_r",
        n=len(a),
        estimate=estimate,
        arrangements=total,
        p_exact=exceeding / total,
        p_min=int((np.abs(found) >= np.abs(found).max() - slack).sum()) / total,
        method="enumeration",
        exceeding=exceeding,
        upper=int((found >= observed - slack).sum()),
    )


def product_moment(a: Floats, b: Floats) -> float:
    """Pearson's coefficient; scaled before squaring so that no figure is too large for it.

    Parameters
    ----------
    a, b : ndarray of float64, shape (n,)
        Neither of them constant.
    """
    x, y = (values - values.mean() for values in (a, b))
    x, y = x / np.abs(x).max(), y / np.abs(y).max()
    return float(x @ y / math.sqrt((x @ x) * (y @ y)))


def _comparable(a: Floats, b: Floats) -> tuple[NDArray[Any], NDArray[Any], float]:
    """Both series as whole numbers with slack zero, or as they are with the slack of their sums."""
    x, y = _decimals(a), _decimals(b)
    n = len(a)
    if n * n * max(map(abs, x)) * max(map(abs, y)) < WHOLE_BELOW:
        return np.array(x, dtype=np.int64), np.array(y, dtype=np.int64), 0.0
    p, q = a - a.mean(), b - b.mean()
    return p, q, SLACK * n * n * float(np.abs(p).max() * np.abs(q).max())


def _decimals(values: Floats) -> list[int]:
    """Printed decimals as whole numbers in units of the last place, less the smallest."""
    exact = [Decimal(repr(value)) for value in values.tolist()]
    shifted = [value - min(exact) for value in exact]
    places = max(0, *(-int(value.normalize().as_tuple().exponent) for value in shifted))
    return [int(value.scaleb(places)) for value in shifted]
