"""Every distinct arrangement of a multiset, as rows of an array."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.stats.errors import StatisticsError
from analysis.stats.ranks import arrangement_count, narrowest

# Edition II of eleven cases has 1 663 200 arrangements in 18 MB; twice that is still at hand.
MOST_ROWS = 4_000_000
# Four million rows of sixteen, or fewer longer ones: 64 MB at a byte a place
MOST_PLACES = 64_000_000


def listable(counts: Sequence[int]) -> bool:
    """Whether `arrangements` lists the orders of this multiset."""
    total = arrangement_count(counts)
    return total <= MOST_ROWS and total * sum(counts) <= MOST_PLACES


def arrangements(counts: Sequence[int]) -> NDArray[np.int8]:
    """All distinct orders of a multiset.

    Parameters
    ----------
    counts : sequence of int
        How often each level occurs; level g is written as the number g.

    Returns
    -------
    ndarray of int8, shape (n! / (t1! t2! ...), n)
        One arrangement a row; each once; read-only. Levels that occur fit int8: eleven of them already have
        more than `MOST_ROWS` arrangements.

    Raises
    ------
    StatisticsError
        If there are more than `MOST_ROWS`, or they would take more than `MOST_PLACES`.
    """
    n = sum(counts)
    if not listable(counts):
        raise StatisticsError(
            f"There are {shown_count(arrangement_count(counts))} arrangements of {n} cases; at most {MOST_ROWS} of them, "
            f"and {MOST_PLACES} places in all, are listed one by one."
        )
    return _listed(tuple(counts))


# one analysis asks for the orders of one score again and again
@lru_cache(maxsize=2)
def _listed(counts: tuple[int, ...]) -> NDArray[np.int8]:
    n = sum(counts)
    # the largest level stays where nothing else is put, so it needs no step of its own
    stay = int(np.argmax(counts)) if len(counts) else 0
    others = [(level, count) for level, count in enumerate(counts) if level != stay and count]
    rows = np.full((1, n), stay, dtype=np.int8)
    free = np.arange(n, dtype=narrowest(n))[None, :]
    for place, (level, count) in enumerate(others, start=1):
        rows, free = _place(rows, free, level, count, last=place == len(others))
    # by case: whoever reads them takes one case of all arrangements at a time
    rows = np.asfortranarray(rows)
    rows.flags.writeable = False
    return rows


def arranged_sums(counts: Sequence[int], values: NDArray[Any], weights: NDArray[Any]) -> NDArray[Any]:
    """Sum of products of every arrangement with the same weights.

    Parameters
    ----------
    counts : sequence of int, length k
        As in `arrangements`.
    values : ndarray, shape (k,)
        Value of each level.
    weights : ndarray, shape (n,)
        Weight of each place, of the same type.

    Returns
    -------
    ndarray, shape (number of arrangements,)
        In the order of `arrangements`.

    Raises
    ------
    StatisticsError
        As `arrangements`.
    """
    arrangements(counts)
    total = None
    for codes, places in _packed(tuple(counts)):
        sums = np.zeros(1, dtype=values.dtype)
        for weight in weights[places]:
            sums = np.add.outer(sums, values * weight).ravel()
        total = sums[codes] if total is None else total + sums[codes]
    return total if total is not None else np.zeros(1, dtype=values.dtype)


# kept beside `_listed`, of which it is a third
@lru_cache(maxsize=2)
def _packed(counts: tuple[int, ...]) -> list[tuple[NDArray[np.uint8], slice]]:
    """Arrangements with as many places in one code as a byte holds: a sum is looked up for all of them at once."""
    listed, levels = _listed(counts), len(counts)
    width = max(1, int(math.log(256) / math.log(max(levels, 2)) + 1e-9))
    found = []
    for first in range(0, listed.shape[1], width):
        codes = np.zeros(len(listed), dtype=np.uint8)
        for column in listed.T[first : first + width]:
            codes = codes * np.uint8(levels) + column.astype(np.uint8)
        found.append((codes, slice(first, first + width)))
    return found


def shown_count(count: int) -> str:
    """Count as digits, or as a power of ten where nobody would read them."""
    return f"{count:,}" if count < 10**9 else f"about 10^{math.log10(count):.0f}"


def _place(
    rows: NDArray[np.int8], free: NDArray[Any], level: int, count: int, *, last: bool
) -> tuple[NDArray[np.int8], NDArray[Any]]:
    """Put one level into every choice of free places of every row; the last need not say what is left."""
    width = free.shape[1]
    picks = itertools.chain.from_iterable(itertools.combinations(range(width), count))
    chosen = np.fromiter(picks, dtype=np.intp).reshape(-1, count)
    places = free[:, chosen].reshape(-1, count)
    placed = np.repeat(rows, len(chosen), axis=0)
    np.put_along_axis(placed, places.astype(np.intp), np.int8(level), axis=1)
    if last:
        return placed, free[:, :0]
    kept = np.ones((len(chosen), width), dtype=bool)
    np.put_along_axis(kept, chosen, False, axis=1)
    others = np.nonzero(kept)[1].reshape(len(chosen), width - count)
    return placed, free[:, others].reshape(-1, width - count)
