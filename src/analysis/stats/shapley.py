"""How much of the spread of estimates each choice accounts for."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.stats.ranks import Floats

# Level of a factor in rows that have no such choice
NOT_APPLICABLE = "not_applicable"


def shapley_shares(
    estimates: Floats,
    weights: Floats,
    factors: Mapping[str, Sequence[str]],
    *,
    interactions: bool = False,
) -> dict[str, float]:
    """Shapley decomposition of the R-squared of estimates on choice factors.

    The share of a factor is the mean gain in R-squared from adding it, over all orders in which
    factors can be added (Shapley 1953; Lindeman, Merenda and Gold 1980; Shorrocks 2013). Every
    subset of factors is fitted by weighted least squares on indicator variables.

    Parameters
    ----------
    estimates : ndarray of float64, shape (m,)
        Coefficient of each option combination.
    weights : ndarray of float64, shape (m,)
        Weight of each; combinations that are one computation share the weight one.
    factors : mapping of str to sequence of str, each of length m
        Option taken in each choice, or ``not_applicable``.
    interactions : bool
        Fit the two-way interactions of the factors of a subset too; what two factors explain only
        together is then shared between them instead of being left unexplained.

    Returns
    -------
    dict of str to float
        Share of each factor that varies, then ``unexplained``: interactions of choices (of three and
        more, where those of two are fitted). They add up to one; empty if the estimates do not vary.
    """
    names = [name for name, levels in factors.items() if len(_applicable(levels)) > 1]
    root = np.sqrt(weights)
    centred = (estimates - np.average(estimates, weights=weights)) * root
    spread = float(centred @ centred)
    if not names or spread == 0:
        return {}
    plain = {name: _indicators(factors[name], weights) for name in names}
    columns: dict[tuple[str, ...], NDArray[np.float64]] = {(name,): table for name, table in plain.items()}
    if interactions:
        columns |= {
            (first, second): _products(plain[first], plain[second], weights)
            for first, second in itertools.combinations(names, 2)
        }
    explained: dict[tuple[str, ...], float] = {(): 0.0}
    for size in range(1, len(names) + 1):
        for chosen in itertools.combinations(names, size):
            used = [table for key, table in columns.items() if set(key) <= set(chosen)]
            design = np.hstack(used) * root[:, None]
            fitted = design @ np.linalg.lstsq(design, centred, rcond=None)[0]
            explained[chosen] = float(fitted @ centred) / spread
    shares = {name: _share(name, names, explained) for name in names}
    shares["unexplained"] = 1.0 - explained[tuple(names)]
    return shares


def _share(name: str, names: Sequence[str], explained: Mapping[tuple[str, ...], float]) -> float:
    total, k = 0.0, len(names)
    for chosen, value in explained.items():
        if name in chosen:
            others = tuple(other for other in chosen if other != name)
            weight = math.factorial(len(others)) * math.factorial(k - len(chosen)) / math.factorial(k)
            total += weight * (value - explained[others])
    # a gain in R-squared is never negative, only its rounding is
    return max(total, 0.0)


def _applicable(levels: Sequence[str]) -> list[str]:
    return sorted(set(levels) - {NOT_APPLICABLE})


def _indicators(levels: Sequence[str], weights: Floats) -> NDArray[np.float64]:
    """Indicator variables of a factor, the first level left out.

    Centred by weight where the choice applies, and zero elsewhere: a choice that only some
    combinations have explains differences among these, never those between them and the rest.
    """
    there = np.array([level != NOT_APPLICABLE for level in levels])
    table = np.array(
        [[level == kind for kind in _applicable(levels)[1:]] for level in levels], dtype=np.float64
    )
    table -= np.average(table[there], axis=0, weights=weights[there])
    table[~there] = 0.0
    return table


def _products(
    first: NDArray[np.float64], second: NDArray[np.float64], weights: Floats
) -> NDArray[np.float64]:
    """Products of the indicators of two factors, centred where both apply and zero elsewhere."""
    table = (first[:, :, None] * second[:, None, :]).reshape(len(first), -1)
    there = first.any(axis=1) & second.any(axis=1)
    if there.any():
        table[there] -= np.average(table[there], axis=0, weights=weights[there])
    return table
