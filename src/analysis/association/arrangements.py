"""Every distinct arrangement of a multiset, as rows of an array."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.association.ranks import arrangement_count
from analysis.errors import AnalysisError

# Edition II of eleven regions has 1 663 200 arrangements in 18 MB; twice that is still at hand.
MOST_ROWS = 4_000_000


def arrangements(counts: Sequence[int]) -> NDArray[np.int8]:
    """All distinct orders of a multiset.

    Parameters
    ----------
    counts : sequence of int
        How often each level occurs; level g is written as the number g.

    Returns
    -------
    ndarray of int8, shape (n! / (t1! t2! ...), n)
        One arrangement a row; each once.

    Raises
    ------
    AnalysisError
        If there are more than `MOST_ROWS`.
    """
    total = arrangement_count(counts)
    if total > MOST_ROWS:
        raise AnalysisError(f"There are {total} arrangements; at most {MOST_ROWS} are listed one by one.")
    n = sum(counts)
    rows = np.zeros((1, n), dtype=np.int8)
    free = np.arange(n, dtype=np.int8)[None, :]
    # the largest level stays where nothing else is put, so it needs no step of its own
    stay = int(np.argmax(counts))
    rows += np.int8(stay)
    for level, count in enumerate(counts):
        if level != stay and count:
            rows, free = _place(rows, free, level, count)
    return rows


def _place(
    rows: NDArray[np.int8], free: NDArray[np.int8], level: int, count: int
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Put one level into every choice of free places of every row."""
    width = free.shape[1]
    chosen = np.array(list(itertools.combinations(range(width), count)), dtype=np.intp)
    others = np.array([[p for p in range(width) if p not in pick] for pick in chosen.tolist()], dtype=np.intp)
    places = free[:, chosen].reshape(-1, count)
    rows = np.repeat(rows, len(chosen), axis=0)
    np.put_along_axis(rows, places.astype(np.intp), np.int8(level), axis=1)
    return rows, free[:, others.reshape(len(chosen), width - count)].reshape(-1, width - count)
