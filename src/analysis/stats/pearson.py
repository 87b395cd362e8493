"""Product-moment correlation with its permutation p, by going through every arrangement."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.stats.arrangements import arranged_sums, listable
from analysis.stats.coefficients import obstacle
from analysis.stats.exact import SECONDS
from analysis.stats.normal import normal_p
from analysis.stats.ranks import Floats, Integers, arrangement_count, checked_pair
from analysis.stats.results import Association
from analysis.stats.sampling import RESAMPLES, affordable_resamples, sampled
from analysis.stats.testing import Alternative, Strategy, Test

# Where 63 bits do not hold the sums, floats are compared with this slack relative to the greatest
# distance: arrangements a rounding error apart are ties, and the p can only err upwards.
SLACK = 1e-10
# Room for n times a sum of n products, whatever the signs
WHOLE_BELOW = 2**62
# Above it the count of arrangements is too long to be worth making; nothing that large is listable
ARRANGED_N = 3000


# Sums of products that enumeration adds up in a second, at some 2 ns each
ENUMERATED_A_SECOND = 500_000_000


def pearson_r(
    score: ArrayLike,
    covariate: ArrayLike,
    *,
    alternative: Alternative = "two-sided",
    method: Strategy = "auto",
    resamples: int | None = None,
    seed: int | None = None,
    seconds: float = SECONDS,
) -> Association:
    """Pearson's r with its permutation p.

    The score is permuted over all its distinct arrangements. Figures are taken as the decimal
    numbers they print as, so that sums of products are compared as whole numbers wherever 63 bits
    hold them.

    Parameters
    ----------
    score, covariate : array_like, shape (n,)
        One number a case.
    alternative, method, resamples, seed, seconds
        As in `analysis.stats.kendall_tau_b`.

    Returns
    -------
    Association
        Method ``enumeration``, ``monte_carlo`` or ``normal``; `Association.cannot` set where the data allow
        no coefficient.

    Raises
    ------
    StatisticsError
        If a series is not numeric, has gaps, lengths differ, an argument is not allowed, or arrangements too
        many to be listed are insisted on.
    """
    test = Test(alternative, method=method, resamples=resamples, seed=seed, seconds=seconds)
    a, b = checked_pair(score, covariate)
    cannot = obstacle(a, b)
    if cannot is not None:
        return Association(statistic="pearson_r", n=len(a), alternative=alternative, cannot=cannot)
    return replace(_tested(a, b, test), estimate=product_moment(a, b))


def _tested(a: Floats, b: Floats, test: Test) -> Association:
    x, y, slack = _comparable(a, b)
    levels, codes, counts = np.unique(x, return_inverse=True, return_counts=True)
    few = len(x) <= ARRANGED_N and listable(counts.tolist())
    fits = few and arrangement_count(counts.tolist()) * len(x) <= test.seconds * ENUMERATED_A_SECOND
    if test.method == "exact" or (test.method == "auto" and fits):
        return _enumerated(levels, codes, counts.tolist(), y, slack, test)

    def deviations(rows: NDArray[Any]) -> NDArray[Any]:
        return (rows @ y) * len(x) - x.sum() * y.sum()

    resamples = test.resamples or affordable_resamples("product", x, y, test.seconds)
    if test.method == "monte_carlo" or (test.method == "auto" and resamples is not None):
        groups = np.zeros(len(x), dtype=np.int64)
        return sampled("pearson_r", x, groups, deviations, test, resamples or RESAMPLES[-1], slack)
    # over all arrangements r has the variance 1 / (n - 1) (Kendall and Gibbons 1990, section 5.19)
    p = normal_p(product_moment(a, b), 1 / (len(a) - 1), test.alternative)
    return Association(
        statistic="pearson_r", n=len(a), alternative=test.alternative, method="normal", p_normal=p
    )


def _enumerated(
    levels: NDArray[Any], codes: Integers, counts: list[int], y: NDArray[Any], slack: float, test: Test
) -> Association:
    middle = (levels @ np.array(counts)) * y.sum()
    found = arranged_sums(counts, levels, y) * len(y) - middle
    observed = (levels[codes] @ y) * len(y) - middle
    hits, best = (_hits(found, value, slack) for value in (observed, None))
    return Association(
        statistic="pearson_r",
        n=len(y),
        alternative=test.alternative,
        arrangements=len(found),
        p_exact=hits[test.alternative] / len(found),
        p_min=best[test.alternative] / len(found),
        method="enumeration",
        exceeding=hits["two-sided"],
        upper=hits["greater"],
        lower=hits["less"],
    )


def _hits(found: NDArray[Any], observed: Any, slack: float) -> dict[str, int]:
    """Arrangements at least as far out as the observed one in each direction, or (None) as the farthest."""
    if observed is None:
        high, low = found.max(), found.min()
        far = max(high, -low)
    else:
        far, high, low = abs(observed), observed, observed
    # a sum of truth values is first made a sum of whole numbers, which takes four times as long
    is_far = (found >= far - slack) | (found <= slack - far)
    return {
        "two-sided": int(np.count_nonzero(is_far)),
        "greater": int(np.count_nonzero(found >= high - slack)),
        "less": int(np.count_nonzero(found <= low + slack)),
    }


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
    least = min(exact)
    shifted = [value - least for value in exact]
    places = max(0, *(-int(value.normalize().as_tuple().exponent) for value in shifted))
    return [int(value.scaleb(places)) for value in shifted]
