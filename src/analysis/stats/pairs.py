"""Pairs of cases that agree, disagree or tie: the counts behind Kendall's tau, in n log n steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.stats.ranks import Integers, checked_levels, checked_strata, narrowest, same_length

# Inversions inside blocks of this length are counted pair by pair, longer ones by merging
BLOCK = 16
# Below this many cases the table of all pairs is faster than sorting
FEW = 200


@dataclass(frozen=True)
class PairCounts:
    """Pairs of cases (within strata, if there are any) by what the two series say about their order.

    Attributes
    ----------
    concordant, discordant : int
        Pairs that differ on both series, in the same and in opposite directions.
    tied_score, tied_covariate, tied_both : int
        Pairs tied on the score alone, on the covariate alone, and on both.
    """

    concordant: int
    discordant: int
    tied_score: int
    tied_covariate: int
    tied_both: int

    @property
    def untied(self) -> int:
        """Pairs that differ on both series."""
        return self.concordant + self.discordant

    @property
    def surplus(self) -> int:
        """Concordant minus discordant pairs: Kendall's S."""
        return self.concordant - self.discordant


def pair_counts(
    score: ArrayLike,
    covariate: ArrayLike,
    *,
    strata: Sequence[Any] | NDArray[Any] | None = None,
    ties: float = 1e-12,
) -> PairCounts:
    """Count pairs of cases that go the same way, the other way, or tie.

    Parameters
    ----------
    score, covariate : array_like, shape (n,)
        One number a case.
    strata : sequence, shape (n,), optional
        Only pairs within a stratum are counted.
    ties : float or int
        As in `analysis.stats.kendall_tau_b`.

    Raises
    ------
    StatisticsError
        If a series is not numeric, has gaps, or lengths differ.
    """
    a, b = checked_levels(score, "score", ties), checked_levels(covariate, "covariate", ties)
    same_length(a, b)
    groups = np.zeros(len(a), dtype=np.int64) if strata is None else checked_strata(strata, len(a))
    return counts_within(a, b, groups)


def counts_within(a: NDArray[Any], b: NDArray[Any], groups: Integers) -> PairCounts:
    """`pair_counts` of checked numbers, with strata as whole numbers from zero."""
    total = np.zeros(5, dtype=np.int64)
    for label in range(int(groups.max(initial=-1)) + 1):
        inside = groups == label
        total += _counts(a[inside], b[inside])
    return PairCounts(*total.tolist())


def surplus(a: NDArray[Any], b: NDArray[Any]) -> int:
    """Concordant minus discordant pairs (Kendall's S) of two series of equal length.

    Parameters
    ----------
    a, b : ndarray, shape (n,)
        Numbers without gaps; a pair tied in either series counts zero.
    """
    if len(a) <= FEW:
        return int((np.sign(a[:, None] - a) * np.sign(b[:, None] - b)).sum()) // 2
    found = _counts(a, b)
    return int(found[0] - found[1])


def _counts(a: NDArray[Any], b: NDArray[Any]) -> Integers:
    """Concordant, discordant, tied on the first alone, on the second alone, on both."""
    n = len(a)
    order = np.lexsort((b, a))
    first, second = a[order], b[order]
    new_first, new_second = first[1:] != first[:-1], second[1:] != second[:-1]
    both = _pairs_in_runs(new_first | new_second)
    tied_first = _pairs_in_runs(new_first)
    ordered = np.sort(second)
    tied_second = _pairs_in_runs(ordered[1:] != ordered[:-1])
    # sorted by the first series, and by the second where it ties: only discordant pairs stand the wrong way round
    discordant = _inversions_of(second)
    concordant = n * (n - 1) // 2 - tied_first - tied_second + both - discordant
    return np.array([concordant, discordant, tied_first - both, tied_second - both, both])


def _pairs_in_runs(changes: NDArray[np.bool_]) -> int:
    """Pairs of neighbours-in-order that are equal, from where the sorted values change."""
    sizes = np.diff(np.flatnonzero(np.concatenate(([True], changes, [True]))))
    return int((sizes * (sizes - 1) // 2).sum())


def _inversions_of(values: NDArray[Any]) -> int:
    if len(values) <= FEW:
        return int(np.count_nonzero(np.triu(values[:, None] > values, 1)))
    levels = np.unique(values, return_inverse=True)[1]
    return int(inversions(levels[None, :])[0])


def inversions(rows: NDArray[Any]) -> Integers:
    """Pairs that stand the wrong way round (the larger first) in each row.

    Blocks are merged from the bottom up; in a stable merge the places of a left half's numbers, less
    those they had among themselves, count the numbers of the right half that are smaller.

    Parameters
    ----------
    rows : ndarray of int, shape (m, n)
        Whole numbers from zero to below n.

    Returns
    -------
    ndarray of int64, shape (m,)
        Inversions of each row.
    """
    m, n = rows.shape
    length = BLOCK
    while length < n:
        length *= 2
    # what is filled up stands at the end and is larger than all: it makes no inversion
    padded = np.full((m, length), n, dtype=narrowest(n))
    padded[:, :n] = rows
    blocks = padded.reshape(m, -1, BLOCK)
    total = np.zeros(m, dtype=np.int64)
    for distance in range(1, BLOCK):
        total += np.count_nonzero(blocks[:, :, :-distance] > blocks[:, :, distance:], axis=(1, 2))
    blocks = np.sort(blocks, axis=2)
    width = BLOCK
    while width < length:
        blocks = blocks.reshape(m, -1, 2 * width)
        order = np.argsort(blocks, axis=2, kind="stable")
        places = np.where(order < width, np.arange(2 * width), 0).sum(axis=2)
        total += (places - width * (width - 1) // 2).sum(axis=1)
        blocks = np.take_along_axis(blocks, order, axis=2)
        width *= 2
    return total
