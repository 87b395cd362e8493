"""The two loops worth compiling, each with a numpy form that gives the same whole numbers.

numba is fetched on first use and only for work that repays the second it takes to import; what it
compiles is cached on disk, so the compiling itself happens once a machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
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
    """Compiled forms of `row_sums_plain` and `count_hits_plain`, or None without numba."""
    try:
        from numba import config

        # numba sets it while it is imported; compiled forms would run as plain Python, far slower than numpy's
        if config.DISABLE_JIT:  # type: ignore[attr-defined]
            return None
        from analysis.stats import _compiled
    except ImportError:
        return None
    return {"row_sums": _compiled.row_sums, "count_hits": _compiled.count_hits}


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
    kind = narrowest(bound)
    # once numba is there, its import is paid for
    is_worth = work >= WORTH_COMPILING or "numba" in sys.modules
    # the compiled form adds in 16 bits
    kernels = compiled() if kind.itemsize <= 2 and is_worth else None
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
