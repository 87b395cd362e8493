"""Many rows under one permutation: their joint null over all arrangements of the score.

The score is permuted once over all regions; every row (a covariate on the regions where it has a
figure, with a statistic and perhaps strata) is evaluated on the same arrangement. A row's
coefficient depends on the arrangement through two whole numbers only, its sum S and the score's
norm on the row's regions, so each row is a small table of cells and everything else is look-ups.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.association.exact import Kernel, null_table
from analysis.association.kernels import Shorts, row_sums
from analysis.association.ranks import Floats, Integers, doubled_midranks, tie_groups

# Arrangements per block: 600 rows of cells at 4 bytes are then 20 MB
BLOCK = 8192
# Coefficients that differ at all differ by more than 1e-11 at eleven regions (their squares are
# fractions of whole numbers below 440**2); rounding errors stay below 1e-14.
TOLERANCE = 1e-12
Cells = Mapping[int, NDArray[np.int32]]


@dataclass(frozen=True)
class Frame:
    """What rows have in common: the kernel, the regions used and the strata.

    Attributes
    ----------
    kernel : {"product", "concordance"}
        Spearman's or Kendall's sum.
    members : tuple of int
        Positions of the regions used, among all regions permuted.
    strata : tuple of int or None
        Stratum of each member, or None.
    """

    kernel: Kernel
    members: tuple[int, ...]
    strata: tuple[int, ...] | None = None

    def design(self, levels: NDArray[np.int8]) -> tuple[Shorts, Integers]:
        """Whole-number design of a block of arrangements, and the squared norm of each.

        Parameters
        ----------
        levels : ndarray of int8, shape (n, m)
            Score levels of all regions, one arrangement a column.

        Returns
        -------
        design : ndarray of int16, shape (d, m)
            The sign of every pair's difference (pairs within strata), or the centred doubled
            midrank of each member (within its stratum).
        norm : ndarray of int64, shape (m,)
            Sum of squares of each column: the score's part of the coefficient's divisor.
        """
        first, second = self._pairs()
        here = levels[list(self.members)]
        signs = np.sign(here[second] - here[first]).astype(np.int16)
        if self.kernel == "concordance":
            return signs, np.abs(signs).sum(axis=0, dtype=np.int64)
        # a doubled midrank less its mean is (regions below) - (regions above)
        design = np.zeros(here.shape, dtype=np.int16)
        for i, j, sign in zip(first, second, signs, strict=True):
            design[j] += sign
            design[i] -= sign
        return design, np.einsum("ij,ij->j", design, design, dtype=np.int64)

    def _pairs(self) -> tuple[Integers, Integers]:
        """Members (as positions within the frame) of every pair that counts."""
        first, second = np.triu_indices(len(self.members), 1)
        if self.strata is None:
            return first, second
        labels = np.array(self.strata)
        same = labels[first] == labels[second]
        return first[same], second[same]


@dataclass(frozen=True, eq=False)
class Row:
    """One covariate in a frame, reduced to the whole numbers its statistic needs.

    Attributes
    ----------
    frame : Frame
        Regions, strata and kernel.
    vector : ndarray of int16, shape (d,)
        The covariate's side of the product.
    norm : int
        Its sum of squares.
    ranks : ndarray of int64
        Doubled midranks of the covariate on the frame's regions.
    """

    frame: Frame
    vector: Shorts
    norm: int
    ranks: Integers


def make_row(frame: Frame, covariate: Floats) -> Row:
    """Row of a covariate given on all regions (values outside the frame are not looked at).

    Parameters
    ----------
    frame : Frame
        Regions, strata and kernel.
    covariate : ndarray of float64, shape (n,)
        One number a region of all that are permuted; no gap in the frame.
    """
    members = list(frame.members)
    ranks = doubled_midranks(covariate[members])
    spread = np.zeros((max(members) + 1, 1), dtype=np.int8)
    spread[members, 0] = ranks
    design, norm = frame.design(spread)
    return Row(frame, design[:, 0], int(norm[0]), ranks)


@dataclass(frozen=True, eq=False)
class Marginal:
    """Exact distribution of one row's coefficient over all arrangements.

    Attributes
    ----------
    estimates : ndarray of float64, shape (c,)
        Coefficient in each cell; zero where the score is constant on the row's regions (an
        arrangement with no evidence either way).
    counts : ndarray of int64, shape (c,)
        Arrangements in each cell.
    observed : int
        The observed cell.
    """

    estimates: Floats
    counts: Integers
    observed: int

    @property
    def estimate(self) -> float:
        """The observed coefficient."""
        return float(self.estimates[self.observed])

    def deviation(self) -> float:
        """Standard deviation of the coefficient; its mean is zero, as every pair's is."""
        return math.sqrt(float(self.counts @ self.estimates**2) / int(self.counts.sum()))

    def tail_counts(self) -> Integers:
        """For each cell the arrangements whose coefficient is at least as far from zero, shape (c,)."""
        size = np.abs(self.estimates)
        order = np.argsort(-size, kind="stable")
        tail = np.cumsum(self.counts[order])
        # cells with the same coefficient share the last count of their run
        ends = np.append(np.flatnonzero(-np.diff(size[order]) > TOLERANCE), len(order) - 1)
        result = np.empty(len(order), dtype=np.int64)
        result[order] = np.repeat(tail[ends], np.diff(ends, prepend=-1))
        return result


class JointNull:
    """All arrangements of one score, and the rows evaluated on them block by block.

    Parameters
    ----------
    codes : ndarray of int8, shape (N, n)
        Every distinct arrangement of the score's levels.
    observed : ndarray of int8, shape (n,)
        The observed one.
    rows : sequence of Row
        Rows of any frames.
    """

    def __init__(self, codes: NDArray[np.int8], observed: NDArray[np.int8], rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self.arrangements = len(codes)
        self._levels = np.ascontiguousarray(codes.T)
        self._observed = observed
        self._work = sum(len(row.vector) for row in rows) * len(codes)
        self._frames: dict[Frame, list[int]] = {}
        for number, row in enumerate(self.rows):
            self._frames.setdefault(row.frame, []).append(number)
        self._norms = {frame: self._norm_classes(frame) for frame in self._frames}
        self._bounds = [_largest_sum(row) for row in self.rows]
        at_observed = self._cells(observed[:, None], self._frames)
        counts = self._counts()
        self.marginals = tuple(
            Marginal(self._estimates(i), counts[i], int(at_observed[i][0])) for i in range(len(self.rows))
        )

    def level_blocks(self) -> Iterator[NDArray[np.int8]]:
        """Score levels of all regions, block by block of arrangements, each of shape (n, m)."""
        for start in range(0, self.arrangements, BLOCK):
            yield self._levels[:, start : start + BLOCK]

    def cells(self, levels: NDArray[np.int8]) -> Cells:
        """For each row, the cell it falls into on each arrangement of a block.

        Parameters
        ----------
        levels : ndarray of int8, shape (n, m)
            A block of `level_blocks`.

        Returns
        -------
        dict of int to ndarray of int32, shape (m,)
            By position in ``rows``; a cell is a place in the arrays of the row's `Marginal`.
        """
        return self._cells(levels, self._frames)

    def _whole(self, frame: Frame) -> bool:
        """Whether the frame's exact null is the ordinary one: all regions, no strata."""
        return len(frame.members) == len(self._levels) and frame.strata is None

    def _norm_classes(self, frame: Frame) -> Integers:
        """Distinct squared norms of the score on a frame."""
        if self._whole(frame):
            return frame.design(self._levels[:, :1])[1]
        return np.unique(np.concatenate([np.unique(frame.design(part)[1]) for part in self.level_blocks()]))

    def _cells(
        self, levels: NDArray[np.int8], frames: Mapping[Frame, list[int]]
    ) -> dict[int, NDArray[np.int32]]:
        cells: dict[int, NDArray[np.int32]] = {}
        for frame, members in frames.items():
            design, norms = frame.design(levels)
            classes = np.searchsorted(self._norms[frame], norms).astype(np.int32)
            sums = row_sums(design, np.stack([self.rows[i].vector for i in members]), work=self._work)
            bases = {
                b: classes * np.int32(2 * b + 1) + np.int32(b) for b in {self._bounds[i] for i in members}
            }
            for i, row in zip(members, sums, strict=True):
                cells[i] = row + bases[self._bounds[i]]
        return cells

    def _counts(self) -> list[Integers]:
        """Arrangements in each row's cells: from the exact null where it applies, else counted."""
        sizes = [
            len(self._norms[row.frame]) * (2 * bound + 1)
            for row, bound in zip(self.rows, self._bounds, strict=True)
        ]
        counts = [np.zeros(size, dtype=np.int64) for size in sizes]
        to_count = {}
        for frame, members in self._frames.items():
            if self._whole(frame):
                for i in members:
                    self._fill(counts[i], i)
            else:
                to_count[frame] = members
        if to_count:
            for levels in self.level_blocks():
                for i, cells in self._cells(levels, to_count).items():
                    counts[i] += np.bincount(cells, minlength=sizes[i])
        return counts

    def _fill(self, counts: Integers, i: int) -> None:
        row = self.rows[i]
        score = doubled_midranks(self._observed)
        table = null_table(row.frame.kernel, ((tie_groups(score), tie_groups(row.ranks)),))
        numerator, denominator = table.mean
        counts[table.values - numerator // denominator + self._bounds[i]] = table.counts

    def _estimates(self, i: int) -> Floats:
        row, bound = self.rows[i], self._bounds[i]
        divisor = np.sqrt(self._norms[row.frame] * float(row.norm))[:, None]
        sums = np.broadcast_to(np.arange(-bound, bound + 1.0), (len(divisor), 2 * bound + 1))
        return np.divide(sums, divisor, out=np.zeros(sums.shape), where=divisor > 0).ravel()


def _largest_sum(row: Row) -> int:
    """Bound on abs(S): the sum if the score were untied and in the covariate's own order."""
    if row.frame.kernel == "concordance":
        return int(np.abs(row.vector).sum(dtype=np.int64))
    strata = (
        np.zeros(len(row.vector), dtype=np.int64) if row.frame.strata is None else np.array(row.frame.strata)
    )
    parts = (np.sort(row.vector[strata == label]).astype(np.int64) for label in np.unique(strata))
    return int(sum(part @ np.arange(1 - len(part), len(part), 2) for part in parts))


class StepDown:
    """Westfall and Young's step-down adjustment, fed with blocks of arrangements.

    Parameters
    ----------
    joint : JointNull
        Where the rows come from.
    members : sequence of int
        Rows of the family.
    extremes : sequence of ndarray
        For each member how extreme each of its cells is, larger being more extreme: a standardised
        coefficient (max-T), or minus the p (min-p).

    Notes
    -----
    Westfall and Young 1993, algorithms 2.8 and 4.1, with every arrangement in the place of a sample
    (Ge, Dudoit and Speed 2003, section 2). Values closer than `TOLERANCE`, relatively, are equal.
    """

    def __init__(self, joint: JointNull, members: Sequence[int], extremes: Sequence[Floats]) -> None:
        places = [joint.marginals[i].observed for i in members]
        observed = np.array([extreme[place] for extreme, place in zip(extremes, places, strict=True)])
        self._order = np.argsort(observed, kind="stable")
        rising = observed[self._order]
        thresholds = rising - np.abs(rising) * TOLERANCE
        # a cell's level is the number of observed values it reaches; running maxima of levels stand
        # for those of the statistics, and comparing them is exact
        self._levels = [np.searchsorted(thresholds, e, side="right").astype(np.int16) for e in extremes]
        self._reached = [int(level[place]) for level, place in zip(self._levels, places, strict=True)]
        self._members = list(members)
        self._hits = np.zeros(len(places), dtype=np.int64)
        self._arrangements = joint.arrangements

    def add(self, block: Cells) -> None:
        """Count one block of arrangements.

        Parameters
        ----------
        block : dict of int to ndarray of int32
            Cells of the members, as `JointNull.cells` gives them; every arrangement is to be added once.
        """
        running: Shorts | None = None
        for place, k in enumerate(self._order.tolist()):
            levels = self._levels[k][block[self._members[k]]]
            running = levels if running is None else np.maximum(running, levels, out=running)
            self._hits[place] += np.count_nonzero(running >= self._reached[k])

    def adjusted(self) -> Floats:
        """Adjusted p in the members' order, made monotone from the most extreme row down."""
        result = np.empty(len(self._order))
        result[self._order] = np.maximum.accumulate(self._hits[::-1])[::-1] / self._arrangements
        return result
