"""Midranks in whole numbers, and the checks every series passes before it is ranked.

Midranks are halves, so everything here is doubled: a doubled midrank is a whole number, sums of
their products are whole numbers, and two arrangements with the same statistic compare as equal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
# (value, how often) of each tie group, values rising: all that an exact null depends on
TieGroups = tuple[tuple[int, ...], tuple[int, ...]]


def narrowest(bound: int) -> np.dtype[Any]:
    """Smallest signed integer type that holds every whole number from -bound to bound.

    Narrow numbers are for speed alone; whoever uses one says here how large its numbers can get.

    Parameters
    ----------
    bound : int
        Greatest absolute value.

    Raises
    ------
    AnalysisError
        If 64 bits do not hold it.
    """
    for kind in (np.int8, np.int16, np.int32, np.int64):
        if bound <= np.iinfo(kind).max:
            return np.dtype(kind)
    raise AnalysisError(f"A statistic of these data can reach {bound:.1e}, more than 64 bits hold.")


def checked_series(values: ArrayLike, what: str) -> Floats:
    """Values of one variable over the regions, as a one-dimensional array of finite floats.

    Parameters
    ----------
    values : array_like, shape (n,)
        One number a region.
    what : str
        The variable's name, for the error's sentence.

    Raises
    ------
    AnalysisError
        If the values are not numbers, not one-dimensional, or some are missing or infinite.
    """
    array = np.asarray(values)
    if array.size == 0 and array.ndim == 1:
        return np.empty(0)
    if array.dtype.kind not in "iufb":
        raise AnalysisError(f"The {what} holds {array.dtype} values; only numbers can be ranked.")
    if array.ndim != 1:
        raise AnalysisError(f"The {what} has {array.ndim} dimensions; a flat series is needed.")
    array = array.astype(np.float64)
    broken = np.flatnonzero(~np.isfinite(array))
    if broken.size:
        places = ", ".join(str(i + 1) for i in broken[:5])
        raise AnalysisError(
            f"The {what} is missing or infinite at position {places}; leave regions without a figure out first."
        )
    return array


def checked_pair(score: ArrayLike, covariate: ArrayLike) -> tuple[Floats, Floats]:
    """Both series checked, and of equal length.

    Parameters
    ----------
    score, covariate : array_like, shape (n,)
        One number a region.

    Returns
    -------
    tuple of two ndarrays of float64, shape (n,)
        Score and covariate.

    Raises
    ------
    AnalysisError
        As `checked_series`, and if the lengths differ.
    """
    a, b = checked_series(score, "score"), checked_series(covariate, "covariate")
    if len(a) != len(b):
        raise AnalysisError(
            f"The score has {len(a)} values and the covariate {len(b)}; both need one value a region."
        )
    return a, b


def checked_strata(strata: Sequence[Any] | NDArray[Any], n: int) -> Integers:
    """Stratum of each region as whole numbers from zero, in order of first appearance.

    Parameters
    ----------
    strata : sequence, shape (n,)
        Label of each region's stratum, of any kind that can be a key.
    n : int
        Number of regions.

    Returns
    -------
    ndarray of int64, shape (n,)
        Equal labels have equal numbers.

    Raises
    ------
    AnalysisError
        If there are not `n` labels.
    """
    labels = list(strata)
    if len(labels) != n:
        raise AnalysisError(
            f"There are {len(labels)} stratum labels for {n} regions; one a region is needed."
        )
    index: dict[Any, int] = {}
    return np.array([index.setdefault(label, len(index)) for label in labels], dtype=np.int64)


def doubled_midranks(values: NDArray[Any]) -> Integers:
    """Twice the midrank of each value: whole numbers from 2 (alone and smallest) to 2n.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Numbers without gaps; equal numbers are ties.

    Returns
    -------
    ndarray of int64, shape (n,)
        Tied values share the mean of the ranks they occupy, doubled (Kendall and Gibbons 1990,
        chapter 3).
    """
    order = values.argsort()
    ordered = values[order]
    starts = np.ones(len(values), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=starts[1:])
    first = np.flatnonzero(starts)
    last = np.append(first[1:], len(values))
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[order] = np.repeat(first + last + 1, last - first)
    return ranks


def tie_groups(values: Integers) -> TieGroups:
    """Distinct whole numbers, rising, and how often each occurs.

    Parameters
    ----------
    values : ndarray of int64, shape (n,)
        Whole numbers, such as doubled midranks.

    Returns
    -------
    tuple of two tuples of int
        The values, and the size of each one's tie group.
    """
    counts: dict[int, int] = {}
    for value in sorted(values.tolist()):
        counts[value] = counts.get(value, 0) + 1
    return tuple(counts), tuple(counts.values())


def arrangement_count(counts: Sequence[int]) -> int:
    """Distinct orders of a multiset: n! divided by the factorial of each tie group's size."""
    return math.factorial(sum(counts)) // math.prod(math.factorial(count) for count in counts)


def concordance(a: NDArray[Any], b: NDArray[Any]) -> int:
    """Concordant minus discordant pairs (Kendall's S) of two series of equal length.

    Parameters
    ----------
    a, b : ndarray, shape (n,)
        Numbers without gaps; a pair tied in either series counts zero.
    """
    signs = np.sign(a[:, None] - a) * np.sign(b[:, None] - b)
    return int(signs.sum()) // 2


def untied_pairs(counts: Sequence[int]) -> int:
    """Pairs of regions that differ, given the sizes of the tie groups."""
    n = sum(counts)
    return (n * n - sum(count * count for count in counts)) // 2
