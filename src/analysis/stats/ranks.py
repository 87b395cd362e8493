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

from analysis.stats.errors import StatisticsError

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
    StatisticsError
        If 64 bits do not hold it.
    """
    for kind in (np.int8, np.int16, np.int32, np.int64):
        if bound <= np.iinfo(kind).max:
            return np.dtype(kind)
    raise StatisticsError(f"A statistic of these data can reach {bound:.1e}, more than 64 bits hold.")


# Relative distance below which two measured figures are the same: float noise is some 1e-16 a
# step of arithmetic, and no source prints thirteen digits
TIES = 1e-12
# Beyond it doubles no longer hold every whole number
WHOLE_FLOATS = 2**53


def checked_array(values: ArrayLike, what: str) -> NDArray[Any]:
    """Values of one variable over the cases: one-dimensional, numeric, finite, in their own type.

    Parameters
    ----------
    values : array_like, shape (n,)
        One number a case.
    what : str
        The variable's name, for the error's sentence.

    Raises
    ------
    StatisticsError
        If the values are not numbers, not one-dimensional, or some are missing or infinite.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise StatisticsError(f"The {what} is no flat series of numbers.") from None
    if array.size == 0 and array.ndim == 1:
        return np.empty(0)
    if array.dtype.kind not in "iufb":
        raise StatisticsError(f"The {what} holds {array.dtype} values; only numbers can be ranked.")
    if array.ndim != 1:
        raise StatisticsError(f"The {what} has {array.ndim} dimensions; a flat series is needed.")
    if array.dtype.kind == "f":
        broken = np.flatnonzero(~np.isfinite(array))
        if broken.size:
            places = ", ".join(str(i + 1) for i in broken[:5])
            raise StatisticsError(
                f"The {what} is missing or infinite at position {places}; leave cases without a figure out first."
            )
    return array


def checked_series(values: ArrayLike, what: str) -> Floats:
    """Values of one variable over the cases, as finite floats.

    Parameters
    ----------
    values, what
        As in `checked_array`.

    Returns
    -------
    ndarray of float64, shape (n,)
        The values.

    Raises
    ------
    StatisticsError
        As `checked_array`; also if whole numbers beyond 2**53 would fall together as floats.
    """
    array = checked_array(values, what)
    floats = array.astype(np.float64)
    beyond = array.dtype.kind in "iu" and (np.abs(floats) >= WHOLE_FLOATS).any()
    if beyond and len(np.unique(floats)) < len(np.unique(array)):
        raise StatisticsError(
            f"The {what} holds different whole numbers beyond 2**53 that floats cannot tell apart; subtract a "
            "constant or divide first."
        )
    return floats


def checked_levels(values: ArrayLike, what: str, ties: float = TIES) -> Floats:
    """Values replaced by their level, 0 for the smallest: all that a rank statistic needs of them.

    Whole numbers of any size are compared as they are. Measured figures tie where sorted neighbours
    differ by no more than the tolerance.

    Parameters
    ----------
    values, what
        As in `checked_array`.
    ties : float or int
        Relative tolerance (below 1), or from 1 on the number of decimals that figures are compared
        at; 0 compares floats as they are.

    Returns
    -------
    ndarray of float64, shape (n,)
        Whole numbers from zero.

    Raises
    ------
    StatisticsError
        As `checked_array`; also if `ties` is neither a tolerance nor a number of decimals.
    """
    array = checked_array(values, what)
    if isinstance(ties, bool) or not isinstance(ties, (int, float, np.integer, np.floating)) or not ties >= 0:
        raise StatisticsError(
            f"ties is {ties!r}; a relative tolerance below 1 or a number of decimals is needed."
        )
    if ties >= 1 and ties != int(ties):
        raise StatisticsError(f"ties is {ties!r}; from 1 on it is a whole number of decimals.")
    if array.dtype.kind != "f":
        return np.unique(array, return_inverse=True)[1].astype(np.float64)
    if ties >= 1:
        array = np.round(array, int(ties))
    ordered, codes = np.unique(array, return_inverse=True)
    if 0 < ties < 1 and len(ordered):
        reach = ties * np.maximum(np.abs(ordered[1:]), np.abs(ordered[:-1]))
        levels = np.concatenate(([0], np.cumsum(np.diff(ordered) > reach)))
        codes = levels[codes]
    return codes.astype(np.float64)


def levels_of_rows(rows: Floats) -> Floats:
    """`checked_levels` of every row at once, gaps staying gaps.

    Parameters
    ----------
    rows : ndarray of float64, shape (k, n)
        Measured figures; NaN where there is none.

    Returns
    -------
    ndarray of float64, shape (k, n)
        Whole numbers from zero within each row; NaN where there is no figure.
    """
    order = np.argsort(rows, axis=1)
    ordered = np.take_along_axis(rows, order, axis=1)
    reach = TIES * np.maximum(np.abs(ordered[:, 1:]), np.abs(ordered[:, :-1]))
    rises = np.diff(ordered, axis=1) > reach
    levels = np.zeros(rows.shape)
    np.put_along_axis(levels, order[:, 1:], np.cumsum(rises, axis=1, dtype=np.float64), axis=1)
    return np.where(np.isnan(rows), np.nan, levels)


def same_length(a: NDArray[Any], b: NDArray[Any]) -> None:
    """Check that both series have one value a case.

    Raises
    ------
    StatisticsError
        If their lengths differ.
    """
    if len(a) != len(b):
        raise StatisticsError(
            f"The score has {len(a)} values and the covariate {len(b)}; both need one value a case."
        )


def checked_pair(score: ArrayLike, covariate: ArrayLike) -> tuple[Floats, Floats]:
    """Both series checked, and of equal length.

    Parameters
    ----------
    score, covariate : array_like, shape (n,)
        One number a case.

    Returns
    -------
    tuple of two ndarrays of float64, shape (n,)
        Score and covariate.

    Raises
    ------
    StatisticsError
        As `checked_series`, and if the lengths differ.
    """
    a, b = checked_series(score, "score"), checked_series(covariate, "covariate")
    same_length(a, b)
    return a, b


def checked_strata(strata: Sequence[Any] | NDArray[Any], n: int) -> Integers:
    """Stratum of each case as whole numbers from zero, in order of first appearance.

    Parameters
    ----------
    strata : sequence, shape (n,)
        Label of each case's stratum, of any kind that can be a key.
    n : int
        Number of cases.

    Returns
    -------
    ndarray of int64, shape (n,)
        Equal labels have equal numbers.

    Raises
    ------
    StatisticsError
        If there are not `n` labels, or they cannot be keys.
    """
    try:
        labels = list(strata)
    except TypeError:
        raise StatisticsError(f"strata is {strata!r}; one label a case is needed.") from None
    if len(labels) != n:
        raise StatisticsError(f"There are {len(labels)} stratum labels for {n} cases; one a case is needed.")
    index: dict[Any, int] = {}
    try:
        return np.array([index.setdefault(label, len(index)) for label in labels], dtype=np.int64)
    except TypeError:
        raise StatisticsError(
            "A stratum label is a list or another thing that cannot be compared; texts or numbers are needed."
        ) from None


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


def untied_pairs(counts: Sequence[int]) -> int:
    """Pairs of cases that differ, given the sizes of the tie groups."""
    n = sum(counts)
    return (n * n - sum(count * count for count in counts)) // 2
