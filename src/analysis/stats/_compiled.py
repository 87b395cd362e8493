"""numba forms of the loops in `analysis.stats.loops`; imported only from there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Columns counted in 16 bits before they are added up
STRETCH = 2**14


@njit(cache=True, nogil=True)
def row_sums(columns: NDArray[Any], vectors: NDArray[Any], sums: NDArray[Any]) -> None:
    """Fill `sums` (k, m) with ``vectors @ columns``; zero weights and signs are cheap."""
    rows, length = vectors.shape
    for row in range(rows):
        sums[row, :] = 0
        for place in range(length):
            weight = vectors[row, place]
            if weight != 0:
                for column in range(columns.shape[1]):
                    sums[row, column] += np.int16(weight * columns[place, column])


@njit(cache=True, nogil=True)
def count_hits(
    left: NDArray[Any],
    right: NDArray[Any],
    thresholds: NDArray[Any],
    running: NDArray[Any],
    hits: NDArray[Any],
) -> None:
    """`analysis.stats.loops.count_hits_plain`; every number kept in 16 bits so that the inner loop is vectorised.

    The loop runs in stretches, so that a count within one is below 2**15.
    """
    width = right.shape[1]
    for row in range(len(thresholds)):
        threshold = thresholds[row]
        for p in range(left.shape[1]):
            offset = left[row, p]
            for start in range(0, width, STRETCH):
                found = np.int16(0)
                for q in range(start, min(start + STRETCH, width)):
                    value = np.int16(offset + right[row, q])
                    value = max(value, np.int16(-value))
                    value = max(value, running[p, q])
                    running[p, q] = value
                    found = np.int16(found + np.int16(value >= threshold))
                hits[row] += found
