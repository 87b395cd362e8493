"""The loops worth compiling, each with a numpy form that gives the same whole numbers.

numba is fetched on first use and only for work that repays the second it takes to import; what it
compiles is cached on disk, so the compiling itself happens once a machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.stats.errors import StatisticsError
from analysis.stats.ranks import Integers, narrowest

Shorts = NDArray[np.int16]
# Multiply-adds below which importing numba (about half a second) costs more than it saves
WORTH_COMPILING = 200_000_000


@cache
def compiled() -> dict[str, Callable[..., Any]] | None:
    """Compiled forms by name, or None without numba."""
    try:
        from numba import config

        # numba sets it while it is imported; compiled forms would run as plain Python, far slower than numpy's
        if config.DISABLE_JIT:  # type: ignore[attr-defined]
            return None
        from analysis.stats import _compiled
    except ImportError:
        return None
    names = ("row_sums", "count_hits", "centre", "step_down", "add_up", "reach", "surplus")
    return {name: getattr(_compiled, name) for name in names}


def paid_for(work: int = 0) -> dict[str, Callable[..., Any]] | None:
    """Compiled forms for so many multiply-adds; once numba is there, its import is paid for."""
    return compiled() if work >= WORTH_COMPILING or "numba" in sys.modules else None


def load() -> None:
    """Have numba ready for its first call, a quarter of a second, so that processes forked from this one need not."""
    centred_ranks(np.zeros((2, 1), dtype=np.int8))


def row_sums(columns: NDArray[Any], vectors: NDArray[Any], *, bound: int, work: int) -> NDArray[Any]:
    """Products of every row's vector with every column: ``vectors @ columns``, exactly.

    Parameters
    ----------
    columns : ndarray of int, shape (d, m)
        Design of m arrangements.
    vectors : ndarray of int, shape (k, d)
        The covariates' side.
    bound : int
        No sum of absolute products exceeds it; it decides the width of the numbers.
    work : int
        Multiply-adds of the whole job this block belongs to; decides whether to compile.

    Returns
    -------
    ndarray of int, shape (k, m)
        Sums, in the narrowest type that holds the bound.

    Raises
    ------
    StatisticsError
        If the bound is 2**53 or more, which floats do not hold.
    """
    # the compiled form adds in 16 bits
    kernels = paid_for(work) if narrowest(bound).itemsize <= 2 else None
    if kernels is None:
        return row_sums_plain(columns, vectors, bound=bound)
    sums: Shorts = np.empty((len(vectors), columns.shape[1]), dtype=np.int16)
    kernels["row_sums"](columns.astype(np.int16, copy=False), vectors.astype(np.int16, copy=False), sums)
    return sums


def row_sums_plain(columns: NDArray[Any], vectors: NDArray[Any], *, bound: int) -> NDArray[Any]:
    """`row_sums` without numba: a product of floats, exact below 2**24 (single) or 2**53 (double).

    Parameters
    ----------
    columns : ndarray of int, shape (d, m)
        One arrangement a column.
    vectors : ndarray of int, shape (k, d)
        One covariate a row.
    bound : int
        As in `row_sums`.

    Returns
    -------
    ndarray of int, shape (k, m)
        ``vectors @ columns``.
    """
    if bound >= 2**53:
        raise StatisticsError(f"A sum of these data can reach {bound:.1e}, more than floats hold exactly.")
    kind = np.float32 if bound < 2**24 else np.float64
    return (vectors.astype(kind) @ columns.astype(kind)).astype(narrowest(bound))


def centred_ranks(levels: NDArray[Any]) -> NDArray[Any]:
    """Doubled midranks less their mean, (rows below) - (rows above), column by column.

    Parameters
    ----------
    levels : ndarray of int, shape (n, m)
        Whole numbers from zero.

    Returns
    -------
    ndarray of int, shape (n, m)
        In the narrowest type that holds n.
    """
    kernels = paid_for()
    if kernels is None:
        return centred_ranks_plain(levels)
    ranks = np.zeros(levels.shape, dtype=narrowest(len(levels)))
    kernels["centre"](np.ascontiguousarray(levels), ranks)
    return ranks


def centred_ranks_plain(levels: NDArray[Any]) -> NDArray[Any]:
    """`centred_ranks` without numba, from the counts of each level."""
    size = int(levels.max(initial=0)) + 1
    counts = np.stack([np.count_nonzero(levels == level, axis=0) for level in range(size)])
    up_to = counts.cumsum(axis=0)
    centre = (2 * up_to - counts - len(levels)).astype(narrowest(len(levels)))
    return np.take_along_axis(centre, levels.astype(np.intp), axis=0)


class Tables:
    """Look-ups for some rows of cells, in the order in which they are gone through.

    Parameters
    ----------
    rows : sequence of int, length k
        Rows of the arrays of cells.
    tables : sequence of ndarray, length k
        For each row a number a cell, all of one type.
    """

    def __init__(self, rows: Sequence[int], tables: Sequence[NDArray[Any]]) -> None:
        self._rows = np.array(rows, dtype=np.int64)
        # behind one another, for compiled code
        self._values = np.concatenate(tables) if len(tables) else np.zeros(0, dtype=np.int8)
        self._starts = np.cumsum([0, *map(len, tables)])

    def step_down(self, cells: NDArray[Any], thresholds: NDArray[Any], hits: Integers) -> None:
        """For each row, count the columns in which the largest number up to it reaches its threshold.

        Parameters
        ----------
        cells : ndarray of int32, shape (rows, m)
            Places in the tables, whose numbers are here zero or more.
        thresholds : ndarray of the tables' type, shape (k,)
            What is to be reached.
        hits : ndarray of int64, shape (k,)
            Added to in place.
        """
        running = np.zeros(cells.shape[1], dtype=self._values.dtype)
        kernels = paid_for()
        if kernels is not None:
            table = (self._rows, self._values, self._starts)
            kernels["step_down"](cells, *table, thresholds, running, hits)
            return
        for place, numbers in enumerate(self._looked_up(cells)):
            np.maximum(running, numbers, out=running)
            hits[place] += np.count_nonzero(running >= thresholds[place])

    def sums(self, cells: NDArray[Any]) -> Integers:
        """Sum over the rows in each column, shape (m,)."""
        sums = np.zeros(cells.shape[1], dtype=np.int64)
        kernels = paid_for()
        if kernels is not None:
            kernels["add_up"](cells, self._rows, self._values, self._starts, sums)
            return sums
        for numbers in self._looked_up(cells):
            sums += numbers
        return sums

    def _looked_up(self, cells: NDArray[Any]) -> Iterator[NDArray[Any]]:
        for row, start, end in zip(self._rows, self._starts[:-1], self._starts[1:], strict=True):
            yield self._values[start:end][cells[row]]


def reached(
    estimates: NDArray[np.float64],
    weights: NDArray[np.integer[Any]],
    thresholds: NDArray[np.float64],
    bound: float,
    hits: Integers,
) -> NDArray[np.int32]:
    """Count, for each row, the arrangements whose estimate reaches what was observed.

    Parameters
    ----------
    estimates : ndarray of float64, shape (k, m)
        Rows from the least extreme on, one arrangement a column.
    weights : ndarray of int64, shape (m,)
        How many arrangements a column stands for.
    thresholds : ndarray of float64, shape (3, k)
        For each row: for the absolute value, for the same and the largest possible, and for the value itself.
    bound : float
        For the counts returned.
    hits : ndarray of int64, shape (4, k)
        Added to in place: by the three thresholds, and by the first of them for the running maximum of absolute values.

    Returns
    -------
    ndarray of int32, shape (2, m)
        Rows at or above the bound, and at or below its negative, in each column.
    """
    sides = np.zeros((2, estimates.shape[1]), dtype=np.int32)
    kernels = paid_for()
    if kernels is not None:
        kernels["reach"](estimates, weights, thresholds, bound, hits, sides)
        return sides
    running = np.zeros(estimates.shape[1])
    for place, (row, (two_sided, largest, upper)) in enumerate(zip(estimates, thresholds.T, strict=True)):
        sides[0] += row >= bound
        sides[1] += row <= -bound
        size = np.abs(row)
        np.maximum(running, size, out=running)
        found = (size >= two_sided, size >= largest, row >= upper, running >= two_sided)
        hits[:, place] += [weights[each].sum() for each in found]
    return sides


def count_hits_plain(
    left: Shorts, right: Shorts, thresholds: Shorts, running: Shorts, hits: Integers
) -> None:
    """For each row, count pairs (p, q) where the running maximum of abs(left + right) reaches its threshold.

    Parameters
    ----------
    left, right : ndarray of int16, shapes (k, p) and (k, q)
        What each half of an arrangement adds to each row's sum, absolute sums staying below 2**15;
        rows from the least extreme on.
    thresholds : ndarray of int16, shape (k,)
        Observed sums in absolute value, rising.
    running : ndarray of int16, shape (p, q)
        Zeros; overwritten.
    hits : ndarray of int64, shape (k,)
        Added to in place.
    """
    sums = np.empty_like(running)
    for row, threshold in enumerate(thresholds):
        np.add.outer(left[row], right[row], out=sums)
        np.maximum(running, np.abs(sums, out=sums), out=running)
        hits[row] += np.count_nonzero(running >= threshold)
