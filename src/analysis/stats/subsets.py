"""A subset of cases against random subsets of its size: how unusual its coefficient is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.stats.coefficients import associate, obstacle
from analysis.stats.errors import StatisticsError, one_of
from analysis.stats.ranks import (
    TIES,
    Floats,
    Integers,
    checked_levels,
    checked_series,
    narrowest,
    same_length,
)
from analysis.stats.reasons import Reason
from analysis.stats.sampling import binomial_interval
from analysis.stats.testing import checked_resamples, checked_seed

RESAMPLES = 99_999
SEED = 20260605
# Subsets held at once; eleven cases have 55 pairs
BATCH = 4096
POOLS = ("others", "all")


@dataclass(frozen=True)
class SubsetContrast:
    """Tau-b of a subset among random subsets of the same size.

    Attributes
    ----------
    size, pool_size : int
        Cases of the subset, and cases the random subsets are drawn from.
    pool : {"others", "all"}
        Drawn from the other cases, or from all of them.
    estimate, estimate_others : float or None
        Tau-b of the subset, and of all other cases.
    at_most, at_least : int
        Random subsets with a coefficient no higher, and no lower.
    drawn, undefined : int
        Random subsets with a coefficient, and such as have none (a constant series).
    share, share_low, share_high : float or None
        `at_most` over `drawn` with its 99 % Clopper-Pearson interval. It describes; a p it is only
        for ``all``, where membership is permuted.
    p_less : float or None
        (at_most + 1) / (drawn + 1) for ``all``: p of "the subset's coefficient is low by chance".
    cannot : Reason or None
        Why there is none.
    """

    size: int
    pool_size: int
    pool: str
    estimate: float | None = None
    estimate_others: float | None = None
    at_most: int = 0
    at_least: int = 0
    drawn: int = 0
    undefined: int = 0
    share: float | None = None
    share_low: float | None = None
    share_high: float | None = None
    p_less: float | None = None
    cannot: Reason | None = None


def subset_contrast(
    score: ArrayLike,
    covariate: ArrayLike,
    member: ArrayLike,
    *,
    pool: str = "others",
    resamples: int | None = None,
    seed: int | None = None,
    ties: float = TIES,
) -> SubsetContrast:
    """How often a random subset of as many cases shows so low a tau-b as this one.

    Parameters
    ----------
    score, covariate : array_like, shape (n,)
        One number a case.
    member : array_like of bool, shape (n,)
        The subset.
    pool : {"others", "all"}
        Where random subsets come from: the cases outside the subset ("do eleven others ever look
        like this?"), or all cases (a permutation test of membership).
    resamples, seed, ties
        As in `analysis.stats.kendall_tau_b`; 99,999 subsets by default.

    Raises
    ------
    StatisticsError
        As `analysis.stats.kendall_tau_b`; also if `member` holds anything but true and false, or the
        pool has fewer cases than the subset.
    """
    if pool not in POOLS:
        raise one_of("pool", pool, POOLS)
    checked_resamples(resamples)
    checked_seed(seed)
    a, b = checked_levels(score, "score", ties), checked_levels(covariate, "covariate", ties)
    same_length(a, b)
    flags = checked_series(member, "membership")
    same_length(a, flags)
    if not np.isin(flags, (0.0, 1.0)).all():
        raise StatisticsError("The membership holds other values than true and false (1 and 0).")
    inside = flags.astype(bool)
    places = np.arange(len(a)) if pool == "all" else np.flatnonzero(~inside)
    size = int(inside.sum())
    if len(places) < size:
        raise StatisticsError(f"Subsets of {size} cases cannot be drawn from {len(places)} others.")
    none = SubsetContrast(size, len(places), pool, cannot=obstacle(a[inside], b[inside]))
    if none.cannot is not None:
        return none
    estimate = associate("kendall_tau_b", a[inside], b[inside], method="normal").estimate
    others = associate("kendall_tau_b", a[~inside], b[~inside], method="normal").estimate
    assert estimate is not None
    values = _drawn(a[places], b[places], size, resamples or RESAMPLES, SEED if seed is None else seed)
    known = values[~np.isnan(values)]
    # coefficients are square roots of fractions of whole numbers: equal ones differ by rounding alone
    at_most = int((known <= estimate + 1e-12).sum())
    low, high = binomial_interval(at_most, len(known)) if len(known) else (0.0, 1.0)
    return replace(
        none,
        estimate=estimate,
        estimate_others=others,
        at_most=at_most,
        at_least=int((known >= estimate - 1e-12).sum()),
        drawn=len(known),
        undefined=len(values) - len(known),
        share=at_most / len(known) if len(known) else None,
        share_low=low,
        share_high=high,
        p_less=(at_most + 1) / (len(known) + 1) if pool == "all" else None,
    )


def _drawn(a: Floats, b: Floats, size: int, resamples: int, seed: int) -> Floats:
    """Tau-b of random subsets, NaN where a series is constant."""
    signs = [np.sign(side[:, None] - side).astype(np.int8) for side in (a, b)]
    first, second = np.triu_indices(size, 1)
    found = []
    for chosen in _chosen(len(a), size, resamples, seed):
        found.append(_tau_b(signs[0], signs[1], chosen[:, first], chosen[:, second]))
    return np.concatenate(found)


# a notebook asks the same of one covariate after the other: 2 MB for its 99 999 subsets of eleven
@lru_cache(maxsize=2)
def _chosen(n: int, size: int, resamples: int, seed: int) -> list[Integers]:
    """Places of the cases of random subsets, in batches of shape (m, size)."""
    generator = np.random.default_rng(seed)
    order = np.tile(np.arange(n), (min(BATCH, resamples), 1))
    return [
        generator.permuted(order[: min(BATCH, resamples - start)], axis=1)[:, :size].astype(narrowest(n))
        for start in range(0, resamples, BATCH)
    ]


def _tau_b(x: NDArray[np.int8], y: NDArray[np.int8], first: Integers, second: Integers) -> Floats:
    """Tau-b from signs of all pairs, for the pairs of each subset (a row)."""
    u, v = x[first, second], y[first, second]
    surplus = np.einsum("ij,ij->i", u, v, dtype=np.int64)
    divisor = np.sqrt(np.count_nonzero(u, axis=1) * np.count_nonzero(v, axis=1).astype(np.float64))
    return np.divide(surplus, divisor, out=np.full(len(u), np.nan), where=divisor > 0)
