"""Joint inference for many specifications: one permutation of the score, every specification on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.stats.errors import StatisticsError
from analysis.stats.exact import Kernel
from analysis.stats.joint import TOLERANCE, Cells, Frame, JointNull, JointRow, StepDown, make_row
from analysis.stats.loops import Tables, reached
from analysis.stats.multiplicity import joint_null
from analysis.stats.ranks import Floats
from analysis.stats.results import Association

KERNELS: dict[str, Kernel] = {"kendall_tau_b": "concordance", "spearman_rho": "product"}
# Pearson's sums are of measured figures: coefficients this close are taken as equal, so that
# rounding never turns a tie into a difference (the p can only err upwards)
PEARSON_SLACK = 1e-10
# More than any family has members, so that two counts fit one number of 31 bits, and four one of 62
BELOW = 1 << 15
ABOVE = BELOW**2

# Name of a family: whatever its specifications have in common
Family = tuple[str, ...]
Counts = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class JointResult:
    """What the joint null says, one figure a specification.

    Attributes
    ----------
    arrangements : int
        Arrangements of the score, all of them used.
    p_joint, p_maxt, p_minp : ndarray of float64, shape (k,)
        Marginal p under the joint null; max-T adjusted within region set and statistic; min-p
        adjusted over all rank specifications (NaN for Pearson's r, which is not among them).
    p_min_joint : ndarray of float64, shape (k,)
        Smallest marginal p reachable under the joint null (NaN where not computed).
    medians : dict
        Median estimate and its two-sided p by family.
    significant : dict
        For families of rank statistics: specifications with a p of at most alpha and the sign that more
        of these have, and the p of so many under the joint null.
    pearson : dict of int to Association
        Pearson's r of the specifications that use every region of the subset, by position: for
        them the joint null is their own, and going through the arrangements again would be waste.
    """

    arrangements: int
    p_joint: Floats
    p_maxt: Floats
    p_minp: Floats
    p_min_joint: Floats
    medians: dict[Family, tuple[float, float]]
    significant: dict[Family, tuple[int, float]]
    pearson: dict[int, Association]


class Specification(Protocol):
    """What joint inference needs to know of one computation."""

    @property
    def statistic(self) -> str:
        """``kendall_tau_b``, ``spearman_rho`` or ``pearson_r``."""

    @property
    def members(self) -> tuple[int, ...]:
        """Positions of the cases used."""

    @property
    def strata(self) -> tuple[int, ...] | None:
        """Stratum of each case used."""

    @property
    def covariate(self) -> Floats:
        """Values on all cases, shape (n,); outside the members they are not used."""


def joint_inference(
    score: Floats,
    specifications: Sequence[Specification],
    families: Mapping[Family, Sequence[int]],
    *,
    alpha: float = 0.05,
    resamples: int | None = None,
    seed: int | None = None,
) -> JointResult:
    """Permute the score once for all specifications, over all its distinct arrangements or a sample of them.

    Within a family: Westfall and Young's step-down max-T, and two of the tests of Simonsohn, Simmons
    and Nelson 2020 ("Specification curve analysis"): the median, two-sided by the absolute median,
    and the number of specifications that are significant in the dominant direction. Over all rank
    specifications: step-down min-p on the exact marginals.

    Parameters
    ----------
    score : ndarray of float64, shape (n,)
        What is permuted.
    specifications : sequence of Specification
        Computations; those of one family of Pearson's r share their members.
    families : mapping of name to positions
        Specifications of one statistic and one set of cases; every specification in one of them.
    alpha : float
        Level for counting significant specifications, by their p under the joint null.
    resamples, seed : int, optional
        Sample so many arrangements, where all of them are too many to be listed.

    Returns
    -------
    JointResult
        Every p is a count of arrangements divided by their number (the observed one among them).

    Raises
    ------
    StatisticsError
        If the arrangements are too many to be listed and `resamples` is left out.
    """
    ranked = [place for place, s in enumerate(specifications) if s.statistic in KERNELS]
    joint = joint_null(
        score, [_row(specifications[place]) for place in ranked], resamples=resamples, seed=seed
    )
    position = {place: row for row, place in enumerate(ranked)}
    tails = [marginal.tail_counts() for marginal in joint.marginals]
    rank_families = {
        name: _RankFamily(joint, [position[place] for place in members], tails, alpha)
        for name, members in families.items()
        if specifications[members[0]].statistic in KERNELS
    }
    pearson_families = {
        name: _PearsonFamily(score, [specifications[place] for place in members])
        for name, members in families.items()
        if name not in rank_families
    }
    smallest = StepDown(joint, range(len(ranked)), [-tail.astype(np.float64) for tail in tails])
    for levels in joint.level_blocks():
        cells = joint.cells(levels)
        smallest.add(cells)
        for rank_family in rank_families.values():
            rank_family.add(cells)
        for pearson_family in pearson_families.values():
            pearson_family.add(levels)
    return _assembled(joint, families, ranked, tails, smallest, rank_families, pearson_families)


def _row(specification: Specification) -> JointRow:
    frame = Frame(KERNELS[specification.statistic], specification.members, specification.strata)
    return make_row(frame, specification.covariate)


class _Median:
    """Two-sided permutation test of a family's median estimate.

    Whether a median reaches a bound mostly follows from how many estimates do; only where exactly
    half of an even number do, the two middle ones have to be looked at.
    """

    def __init__(self, estimates: Floats, slack: float) -> None:
        self.observed = float(np.median(estimates))
        self.bound = abs(self.observed) - slack
        self.hits = 0
        self._size = len(estimates)

    def add(
        self,
        above: Counts,
        below: Counts,
        estimates: Callable[[Counts], Floats],
        weights: Counts | None = None,
    ) -> None:
        """Count a block.

        Parameters
        ----------
        above, below : ndarray of int, shape (m,)
            Estimates at or above the bound, and at or below its negative, on each arrangement.
        estimates : callable
            From positions in the block, shape (u,), to all estimates there, shape (u, k).
        weights : ndarray of int, shape (m,), optional
            Arrangements each position stands for; one if left out.
        """
        middle = self._size / 2
        reached = (above > middle) | (below > middle) | (self.bound <= 0)
        unsure = np.flatnonzero(~reached & ((above == middle) | (below == middle)))
        if len(unsure):
            reached[unsure] = np.abs(np.median(estimates(unsure), axis=1)) >= self.bound
        self.hits += _count(reached, weights)


class _RankFamily:
    """Max-T and median of specifications of one region set and rank statistic."""

    def __init__(
        self, joint: JointNull, members: Sequence[int], tails: Sequence[NDArray[np.int64]], alpha: float
    ) -> None:
        if len(members) >= BELOW:
            raise StatisticsError(
                f"A family of {len(members)} specifications is too large; at most {BELOW - 1}."
            )
        self._members = list(members)
        self._estimates = [joint.marginals[i].estimates for i in members]
        spread = [joint.marginals[i].deviation() for i in members]
        extremes = [np.abs(e) / d for e, d in zip(self._estimates, spread, strict=True)]
        self.step_down = StepDown(joint, members, extremes)
        self.median = _Median(np.array([joint.marginals[i].estimate for i in members]), TOLERANCE)
        # both counts of a cell in one number, and above them those of cells that are significant by themselves: one
        # look-up serves
        bound = self.median.bound
        sides = [(e >= bound) + BELOW * (e <= -bound).astype(np.int64) for e in self._estimates]
        small = [tails[i] <= alpha * joint.arrangements for i in members]
        signs = [
            (there & (e > 0)) + BELOW * (there & (e < 0)).astype(np.int64)
            for there, e in zip(small, self._estimates, strict=True)
        ]
        self._counts = Tables(
            self._members, [side + ABOVE * sign for side, sign in zip(sides, signs, strict=True)]
        )
        observed = sum(int(sign[joint.marginals[i].observed]) for i, sign in zip(members, signs, strict=True))
        self.significant = max(observed % BELOW, observed // BELOW)
        self.significant_hits = 0

    def add(self, cells: Cells) -> None:
        self.step_down.add(cells)
        signs, sides = np.divmod(self._counts.sums(cells), ABOVE)
        most = np.maximum(signs % BELOW, signs // BELOW)
        self.significant_hits += int(np.count_nonzero(most >= self.significant))

        def at(places: Counts) -> Floats:
            columns = zip(self._members, self._estimates, strict=True)
            return np.stack([estimates[cells[i][places]] for i, estimates in columns], axis=1)

        self.median.add(sides % BELOW, sides // BELOW, at)


class _PearsonFamily:
    """The same for Pearson's r, whose family shares one set of regions and so one standard deviation."""

    def __init__(self, score: Floats, specifications: Sequence[Specification]) -> None:
        self._members = list(specifications[0].members)
        self.everywhere = len(self._members) == len(score)
        levels, codes = np.unique(score, return_inverse=True)
        self._levels = levels
        rows = np.stack([_unit(s.covariate[self._members][None, :])[0] for s in specifications])
        observed = rows @ _unit(levels[codes[self._members]][None, :])[0]
        self._order = np.argsort(np.abs(observed), kind="stable")
        self._rows = rows[self._order]
        self._observed = observed[self._order]
        sides = np.abs(self._observed), self._greatest(score[self._members]), self._observed
        self._thresholds = np.stack(sides) - PEARSON_SLACK
        self._hits = np.zeros((4, len(observed)), dtype=np.int64)
        self.median = _Median(observed, PEARSON_SLACK)

    def add(self, levels: NDArray[np.int8]) -> None:
        here = levels[self._members]
        weights: Counts = np.ones(levels.shape[1], dtype=np.int64)
        if not self.everywhere:
            # many arrangements of all regions look alike on a few of them
            here, weights = _distinct_columns(here)
        estimates = self._rows @ _unit(self._levels[here].T).T
        above, below = reached(estimates, weights, self._thresholds, self.median.bound, self._hits)
        self.median.add(above, below, lambda places: estimates[:, places].T, weights)

    def marginal(self, arrangements: int) -> Floats:
        result = np.empty(len(self._order))
        result[self._order] = self._hits[0] / arrangements
        return result

    def associations(self, arrangements: int) -> list[Association]:
        """Results under this null, in the order the specifications were given."""
        found = [
            Association(
                statistic="pearson_r",
                n=len(self._members),
                estimate=float(self._observed[place]),
                arrangements=arrangements,
                p_exact=int(self._hits[0, place]) / arrangements,
                p_min=int(self._hits[1, place]) / arrangements,
                method="enumeration",
                exceeding=int(self._hits[0, place]),
                upper=int(self._hits[2, place]),
            )
            for place in range(len(self._order))
        ]
        return [found[place] for place in np.argsort(self._order)]

    def _greatest(self, score: Floats) -> Floats:
        """Largest abs(r) of each row: both sorted, alike or in opposite directions."""
        rows, best = np.sort(self._rows, axis=1), np.sort(_unit(score[None, :])[0])
        return np.maximum(np.abs(rows @ best), np.abs(rows @ best[::-1]))

    def adjusted(self, arrangements: int) -> Floats:
        result = np.empty(len(self._order))
        result[self._order] = np.maximum.accumulate(self._hits[3, ::-1])[::-1] / arrangements
        return result


def _count(reached: NDArray[np.bool_], weights: Counts | None) -> int:
    """Arrangements that reach, each position standing for as many as its weight."""
    return int(np.count_nonzero(reached) if weights is None else weights[reached].sum())


def _distinct_columns(levels: NDArray[np.int8]) -> tuple[NDArray[np.int8], Counts]:
    """Distinct columns of score levels, and how often each occurs."""
    base = int(levels.max()) + 1
    if base ** len(levels) > 2**62:
        return np.unique(levels, axis=1, return_counts=True)
    codes = (levels.astype(np.int64) * base ** np.arange(len(levels))[:, None]).sum(axis=0)
    _, first, counts = np.unique(codes, return_index=True, return_counts=True)
    return levels[:, first], counts


def _unit(rows: Floats) -> Floats:
    """Rows centred and scaled to length one; constant rows become zero."""
    constant = (rows == rows[:, :1]).all(axis=1)
    centred = rows - rows.mean(axis=1, keepdims=True)
    centred[constant] = 0.0
    largest = np.abs(centred).max(axis=1, keepdims=True)
    scaled = np.divide(centred, largest, out=np.zeros_like(centred), where=largest > 0)
    length = np.sqrt((scaled**2).sum(axis=1, keepdims=True))
    return np.divide(scaled, length, out=np.zeros_like(centred), where=length > 0)


def _assembled(
    joint: JointNull,
    groups: Mapping[Family, Sequence[int]],
    ranked: Sequence[int],
    tails: Sequence[NDArray[np.int64]],
    smallest: StepDown,
    rank_families: Mapping[Family, _RankFamily],
    pearson_families: Mapping[Family, _PearsonFamily],
) -> JointResult:
    size, total = sum(map(len, groups.values())), joint.arrangements
    p_joint, p_maxt, p_minp, p_least = (np.full(size, np.nan) for _ in range(4))
    for row, place in enumerate(ranked):
        marginal = joint.marginals[row]
        p_joint[place] = tails[row][marginal.observed] / total
        p_least[place] = tails[row][marginal.counts > 0].min() / total
    p_minp[list(ranked)] = smallest.adjusted()
    medians: dict[Family, tuple[float, float]] = {}
    significant: dict[Family, tuple[int, float]] = {}
    pearson: dict[int, Association] = {}
    for name, members in groups.items():
        if name in rank_families:
            rank_family = rank_families[name]
            p_maxt[list(members)] = rank_family.step_down.adjusted()
            median = rank_family.median
            significant[name] = rank_family.significant, rank_family.significant_hits / total
        else:
            pearson_family = pearson_families[name]
            p_maxt[list(members)] = pearson_family.adjusted(total)
            p_joint[list(members)] = pearson_family.marginal(total)
            median = pearson_family.median
            if pearson_family.everywhere and not joint.sampled:
                pearson.update(zip(members, pearson_family.associations(total), strict=True))
        medians[name] = median.observed, median.hits / total
    return JointResult(total, p_joint, p_maxt, p_minp, p_least, medians, significant, pearson)
