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


@njit(cache=True, nogil=True)
def centre(levels: NDArray[Any], ranks: NDArray[Any]) -> None:
    """Add to `ranks` (n, m), in each column of `levels`, the rows below less the rows above; pair by pair, as whole rows."""
    for first in range(levels.shape[0]):
        for second in range(first):
            for column in range(levels.shape[1]):
                above, below = levels[first, column], levels[second, column]
                sign = np.int8(np.int8(above > below) - np.int8(above < below))
                ranks[first, column] += sign
                ranks[second, column] -= sign


@njit(cache=True, nogil=True)
def step_down(
    cells: NDArray[Any],
    rows: NDArray[Any],
    values: NDArray[Any],
    starts: NDArray[Any],
    thresholds: NDArray[Any],
    running: NDArray[Any],
    hits: NDArray[Any],
) -> None:
    """`analysis.stats.loops.Tables.step_down`; the look-ups apart from the count, which is vectorised."""
    for place in range(len(rows)):
        table = values[starts[place] : starts[place + 1]]
        line = cells[rows[place]]
        threshold = thresholds[place]
        for column in range(len(line)):
            running[column] = max(running[column], table[line[column]])
        found = np.int64(0)
        for column in range(len(line)):
            found += np.int64(running[column] >= threshold)
        hits[place] += found


@njit(cache=True, nogil=True)
def add_up(
    cells: NDArray[Any],
    rows: NDArray[Any],
    values: NDArray[Any],
    starts: NDArray[Any],
    sums: NDArray[Any],
) -> None:
    """`analysis.stats.loops.Tables.sums`, into `sums` (m,)."""
    for place in range(len(rows)):
        table = values[starts[place] : starts[place + 1]]
        line = cells[rows[place]]
        for column in range(len(line)):
            sums[column] += table[line[column]]


@njit(cache=True, nogil=True)
def reach(
    estimates: NDArray[Any],
    weights: NDArray[Any],
    thresholds: NDArray[Any],
    bound: float,
    hits: NDArray[Any],
    sides: NDArray[Any],
) -> None:
    """`analysis.stats.loops.reached`, with zeros for `sides`."""
    running = np.zeros(estimates.shape[1])
    for row in range(len(estimates)):
        two_sided, largest, upper = thresholds[0, row], thresholds[1, row], thresholds[2, row]
        found, least, above, stepped = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
        for column in range(estimates.shape[1]):
            value, weight = estimates[row, column], weights[column]
            size = abs(value)
            running[column] = max(running[column], size)
            sides[0, column] += np.int32(value >= bound)
            sides[1, column] += np.int32(value <= -bound)
            found += weight * np.int64(size >= two_sided)
            least += weight * np.int64(size >= largest)
            above += weight * np.int64(value >= upper)
            stepped += weight * np.int64(running[column] >= two_sided)
        hits[0, row] += found
        hits[1, row] += least
        hits[2, row] += above
        hits[3, row] += stepped


@njit(cache=True, nogil=True)
def surplus(codes: NDArray[Any], ends: NDArray[Any], levels: int, found: NDArray[Any]) -> None:
    """Fill `found` (size,) with the pairs of each row of `codes` (size, n) that rise, less those that fall.

    Columns up to the end of their tie, `ends` (n,), are not compared with one another.
    """
    counts = np.zeros(levels, dtype=np.int64)
    for row in range(len(codes)):
        counts[:] = 0
        total = np.int64(0)
        start = 0
        while start < codes.shape[1]:
            end = ends[start]
            for column in range(start, end):
                code = codes[row, column]
                lower = np.int64(0)
                for level in range(code):
                    lower += counts[level]
                # of the `start` before it, those that are neither lower nor on its level are higher
                total += 2 * lower + counts[code] - start
            for column in range(start, end):
                counts[codes[row, column]] += 1
            start = end
        found[row] = total
