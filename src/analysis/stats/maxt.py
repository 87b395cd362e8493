"""Step-down max-T of Spearman's rho for a family of equal scale, by halves of arrangements.

An arrangement is split into what stands on the first cases and what stands on the rest. For a
given choice of scores for the first, both halves vary freely, and a row's sum is one number from
each half added: one addition an arrangement and row, instead of one product a case.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.stats.arrangements import arrangements
from analysis.stats.loops import WORTH_COMPILING, compiled, count_hits_plain
from analysis.stats.ranks import Floats, Integers, arrangement_count

# The halves' sums are held in 16 bits; n (n**2 - 1) / 3 bounds the sum of centred doubled midranks
LARGEST_N = 46

# Cases in the first half: measured best at eleven (4: 78 ms, 3: 390 ms, 6: 166 ms for 1 000 rows)
FIRST = 4


def rho_max_t(levels: Integers, counts: Sequence[int], score: Integers, rows: Integers) -> Floats:
    """Adjusted p of rows whose midranks have one sum of squares, for at most `LARGEST_N` cases.

    Parameters
    ----------
    levels : ndarray of int64, shape (g,)
        Centred doubled midrank of each score level.
    counts : sequence of int
        Cases at each level.
    score : ndarray of int64, shape (n,)
        Observed centred doubled midranks of the score.
    rows : ndarray of int64, shape (k, n)
        Centred doubled midranks of the covariates.

    Returns
    -------
    ndarray of float64, shape (k,)
        Step-down adjusted p; equal scale makes abs(S) itself the standardised statistic.
    """
    kernels = compiled() if arrangement_count(counts) * len(rows) >= WORTH_COMPILING // 10 else None
    count = count_hits_plain if kernels is None else kernels["count_hits"]
    return rho_max_t_by(count, levels, counts, score, rows)


def rho_max_t_by(
    count: Callable[..., Any], levels: Integers, counts: Sequence[int], score: Integers, rows: Integers
) -> Floats:
    """`rho_max_t` with a given counting loop (the benchmark compares the two).

    Parameters
    ----------
    count : callable
        `analysis.stats.loops.count_hits_plain` or its compiled form.
    levels, counts, score, rows
        As in `rho_max_t`, whose result it returns.
    """
    observed = np.abs(rows @ score)
    order = np.argsort(observed, kind="stable")
    rising, thresholds = rows[order], observed[order].astype(np.int16)

    def hits_of(halves: tuple[NDArray[np.int8], NDArray[np.int8]]) -> Integers:
        first, second = halves
        left = _half_sums(rising[:, :FIRST], levels[first])
        right = _half_sums(rising[:, FIRST:], levels[second])
        hits = np.zeros(len(rising), dtype=np.int64)
        count(left, right, thresholds, np.zeros((len(first), len(second)), dtype=np.int16), hits)
        return hits

    # both loops let go of the interpreter's lock, so threads share the work
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        total = sum(pool.map(hits_of, _halves(counts)))
    adjusted = np.empty(len(rows))
    adjusted[order] = np.maximum.accumulate(np.asarray(total)[::-1])[::-1] / arrangement_count(counts)
    return adjusted


def _half_sums(rows: Integers, half: Integers) -> NDArray[np.int16]:
    # float32 for the fast matrix product; the sums of `LARGEST_N` cases stay below 2**15
    return (rows.astype(np.float32) @ half.T.astype(np.float32)).astype(np.int16)


def _halves(counts: Sequence[int]) -> Iterator[tuple[NDArray[np.int8], NDArray[np.int8]]]:
    """Every choice of scores for the first cases, with all orders of it and of the rest."""
    for taken in itertools.product(*(range(count + 1) for count in counts)):
        if sum(taken) == FIRST:
            rest = [count - take for count, take in zip(counts, taken, strict=True)]
            yield arrangements(taken), arrangements(rest)
