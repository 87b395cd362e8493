"""Many rows under one permutation: their joint null over all arrangements of the score.

The score is permuted once over all cases; every row (a covariate on the cases where it has a
figure, with a statistic and perhaps strata) is evaluated on the same arrangement. A row's
coefficient depends on the arrangement through two whole numbers only, its sum S and the score's
norm on the row's cases, so each row is a small table of cells and everything else is look-ups.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.stats.arrangements import shown_count
from analysis.stats.errors import StatisticsError
from analysis.stats.exact import Kernel, null_table
from analysis.stats.loops import Tables, centred_ranks, row_sums
from analysis.stats.ranks import Floats, Integers, checked_levels, doubled_midranks, narrowest, tie_groups

# Arrangements a block, at most: 600 rows of cells at 4 bytes are then 20 MB
BLOCK = 8192
# Coefficients that differ at all differ by more than 1e-11 at eleven cases (their squares are
# fractions of whole numbers below 440**2); rounding errors stay below 1e-14. Of hundreds of cases
# two may be closer: taken as equal they raise the p.
TOLERANCE = 1e-12
# A cell is four bytes of look-up here, eight of counts and eight of estimates, for each row
MOST_CELLS = 4_000_000
# Elements of a block's design: 32 MB at a byte each
DESIGN = 2**25
Cells: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True)
class Frame:
    """What rows have in common: the kernel, the cases used and the strata.

    Attributes
    ----------
    kernel : {"product", "concordance"}
        Spearman's or Kendall's sum.
    members : tuple of int
        Positions of the cases used, among all cases permuted.
    strata : tuple of int or None
        Stratum of each member, or None.
    """

    kernel: Kernel
    members: tuple[int, ...]
    strata: tuple[int, ...] | None = None

    def design(self, levels: NDArray[Any]) -> NDArray[Any]:
        """Whole-number design of a block of arrangements.

        Parameters
        ----------
        levels : ndarray of int, shape (n, m)
            Score levels of all cases from zero, one arrangement a column; in a type that holds
            their differences.

        Returns
        -------
        ndarray of int, shape (d, m)
            The sign of every pair's difference (pairs within strata), or the centred doubled
            midrank of each member (within its stratum).
        """
        here = levels[list(self.members)]
        if self.kernel == "concordance":
            first, second = self._pairs()
            return np.sign(here[second] - here[first]).astype(np.int8)
        design = np.empty(here.shape, dtype=narrowest(len(here)))
        for places in self.blocks():
            design[places] = centred_ranks(here[places])
        return design

    def norms(self, design: NDArray[Any]) -> Integers:
        """Squared norm of each arrangement of a `design`: the score's part of the coefficient's divisor.

        Parameters
        ----------
        design : ndarray of int, shape (d, m)
            Signs, or centred doubled midranks.

        Returns
        -------
        ndarray of int64, shape (m,)
            Sum of squares of each column.
        """
        if self.kernel == "concordance":
            return np.count_nonzero(design, axis=0).astype(np.int64)
        return np.einsum("ij,ij->j", design, design, dtype=np.int64)

    def bound(self) -> int:
        """Greatest sum of absolute products of two designs: every pair, or sum m (m**2 - 1) / 3 over strata.

        The second is the sum of squares of the centred doubled midranks of m untied cases.
        """
        sizes = [len(places) for places in self.blocks()]
        if self.kernel == "concordance":
            return sum(m * (m - 1) // 2 for m in sizes)
        return sum(m * (m * m - 1) // 3 for m in sizes)

    def blocks(self) -> list[Integers]:
        """Places (within the frame) of each stratum."""
        if self.strata is None:
            return [np.arange(len(self.members))]
        labels = np.array(self.strata)
        return [np.flatnonzero(labels == label) for label in np.unique(labels)]

    def _pairs(self) -> tuple[Integers, Integers]:
        """Members (as positions within the frame) of every pair that counts."""
        first, second = np.triu_indices(len(self.members), 1)
        if self.strata is None:
            return first, second
        labels = np.array(self.strata)
        same = labels[first] == labels[second]
        return first[same], second[same]


@dataclass(frozen=True, eq=False)
class JointRow:
    """One covariate in a frame, reduced to the whole numbers its statistic needs.

    Attributes
    ----------
    frame : Frame
        Cases, strata and kernel.
    vector : ndarray of int, shape (d,)
        The covariate's side of the product.
    norm : int
        Its sum of squares.
    ranks : ndarray of int64
        Doubled midranks of the covariate on the frame's cases.
    """

    frame: Frame
    vector: NDArray[Any]
    norm: int
    ranks: Integers


def make_row(frame: Frame, covariate: Floats) -> JointRow:
    """Row of a covariate given on all cases (values outside the frame are not looked at).

    Parameters
    ----------
    frame : Frame
        Cases, strata and kernel.
    covariate : ndarray of float64, shape (n,)
        One number a case of all that are permuted; no gap in the frame.
    """
    members = list(frame.members)
    ranks = doubled_midranks(checked_levels(covariate[members], "covariate"))
    levels = np.unique(ranks, return_inverse=True)[1]
    spread = np.zeros((max(members) + 1, 1), dtype=narrowest(len(members)))
    spread[members, 0] = levels
    design = frame.design(spread)
    return JointRow(frame, design[:, 0], int(frame.norms(design)[0]), ranks)


@dataclass(frozen=True, eq=False)
class Marginal:
    """Exact distribution of one row's coefficient over all arrangements.

    Attributes
    ----------
    estimates : ndarray of float64, shape (c,)
        Coefficient in each cell; zero where the score is constant on the row's cases (an
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
    """Arrangements of one score, and the rows evaluated on them block by block.

    Parameters
    ----------
    codes : ndarray of int, shape (N, n)
        Every distinct arrangement of the score's levels.
    observed : ndarray of int, shape (n,)
        The observed one.
    rows : sequence of JointRow
        Rows of any frames.
    sampled : bool
        The arrangements are the observed one and random others, so that counts over their number are
        (b + 1) / (B + 1); distributions are then those of the sample.
    """

    def __init__(
        self, codes: NDArray[Any], observed: NDArray[Any], rows: Sequence[JointRow], *, sampled: bool = False
    ) -> None:
        self.sampled = sampled
        self.rows = tuple(rows)
        self.arrangements = len(codes)
        self._levels = np.ascontiguousarray(codes.T)
        self._observed = observed
        self._work = sum(len(row.vector) for row in rows) * len(codes)
        self._block = max(64, min(BLOCK, DESIGN // max((len(row.vector) for row in rows), default=1)))
        self._frames: dict[Frame, list[int]] = {}
        for number, row in enumerate(self.rows):
            self._frames.setdefault(row.frame, []).append(number)
        self._norms = {frame: self._norm_classes(frame) for frame in self._frames}
        self._bounds = [self._largest_sum(row) for row in self.rows]
        self._sizes = [
            len(self._norms[row.frame]) * (2 * bound + 1)
            for row, bound in zip(self.rows, self._bounds, strict=True)
        ]
        if max(self._sizes, default=0) > MOST_CELLS:
            raise StatisticsError(
                f"A coefficient of {len(self._levels)} cases can take {shown_count(max(self._sizes))} values here; at most "
                f"{MOST_CELLS} are kept for a joint null."
            )
        at_observed = self.cells(observed[:, None])
        counts = self._counts()
        self.marginals = tuple(
            Marginal(self._estimates(i), counts[i], int(at_observed[i][0])) for i in range(len(self.rows))
        )

    def level_blocks(self) -> Iterator[NDArray[Any]]:
        """Score levels of all cases, block by block of arrangements, each of shape (n, m)."""
        for start in range(0, self.arrangements, self._block):
            yield self._levels[:, start : start + self._block]

    def cells(self, levels: NDArray[Any]) -> Cells:
        """For each row, the cell it falls into on each arrangement of a block.

        Parameters
        ----------
        levels : ndarray of int, shape (n, m)
            A block of `level_blocks`.

        Returns
        -------
        ndarray of int32, shape (k, m)
            Of the ``rows``; a cell is a place in the arrays of the row's `Marginal`.
        """
        return self._cells(levels, self._frames)

    def _whole(self, frame: Frame) -> bool:
        """Whether the frame's exact null is the ordinary one: all cases, no strata."""
        return len(frame.members) == len(self._levels) and frame.strata is None

    def _norm_classes(self, frame: Frame) -> Integers:
        """Distinct squared norms of the score on a frame."""
        if self._whole(frame):
            return frame.norms(frame.design(self._levels[:, :1]))
        norms = (np.unique(frame.norms(frame.design(part))) for part in self.level_blocks())
        return np.unique(np.concatenate(list(norms)))

    def _cells(self, levels: NDArray[Any], frames: Mapping[Frame, list[int]]) -> Cells:
        """Cells of the rows of some frames; the others are left undefined."""
        cells = np.empty((len(self.rows), levels.shape[1]), dtype=np.int32)
        for frame, members in frames.items():
            design = frame.design(levels)
            known = self._norms[frame]
            # of all cases the score has one norm, however it is arranged
            norms = known if len(known) == 1 else frame.norms(design)
            classes = np.searchsorted(known, norms).astype(np.int32)
            vectors = np.stack([self.rows[i].vector for i in members])
            sums = row_sums(design, vectors, bound=frame.bound(), work=self._work)
            # `MOST_CELLS` keeps a cell's number within 32 bits
            bases = {
                b: classes * np.int32(2 * b + 1) + np.int32(b) for b in {self._bounds[i] for i in members}
            }
            for i, row in zip(members, sums, strict=True):
                np.add(row, bases[self._bounds[i]], out=cells[i])
        return cells

    def _counts(self) -> list[Integers]:
        """Arrangements in each row's cells: from the exact null where it applies, else counted."""
        counts = [np.zeros(size, dtype=np.int64) for size in self._sizes]
        to_count = {}
        for frame, members in self._frames.items():
            if self.sampled or not self._whole(frame):
                to_count[frame] = members
                continue
            for i in members:
                self._fill(counts[i], i)
        if to_count:
            for levels in self.level_blocks():
                cells = self._cells(levels, to_count)
                for i in (i for members in to_count.values() for i in members):
                    counts[i] += np.bincount(cells[i], minlength=self._sizes[i])
        return counts

    def _fill(self, counts: Integers, i: int) -> None:
        row = self.rows[i]
        score = doubled_midranks(self._observed)
        table = null_table(row.frame.kernel, ((tie_groups(score), tie_groups(row.ranks)),))
        numerator, denominator = table.mean
        counts[table.values - numerator // denominator + self._bounds[i]] = table.counts

    def _largest_sum(self, row: JointRow) -> int:
        """Bound on abs(S): by the norms (Cauchy and Schwarz), and by both sides sorted."""
        frame = row.frame
        if frame.kernel == "concordance":
            return int(np.count_nonzero(row.vector))
        by_norm = math.isqrt(int(self._norms[frame].max()) * row.norm)
        by_order = 0
        for places in frame.blocks():
            vector = np.sort(row.vector[places]).astype(np.int64)
            if self._whole(frame):
                score = np.sort(frame.design(self._observed[:, None])[:, 0].astype(np.int64))
            else:
                # which scores stand on a part of the cases varies: at most they are untied
                score = np.arange(1 - len(vector), len(vector), 2)
            by_order += max(abs(int(vector @ score)), abs(int(vector @ score[::-1])))
        return min(by_norm, by_order)

    def _estimates(self, i: int) -> Floats:
        row, bound = self.rows[i], self._bounds[i]
        divisor = np.sqrt(self._norms[row.frame] * float(row.norm))[:, None]
        sums = np.broadcast_to(np.arange(-bound, bound + 1.0), (len(divisor), 2 * bound + 1))
        return np.divide(sums, divisor, out=np.zeros(sums.shape), where=divisor > 0).ravel()


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
        kind = narrowest(len(places))
        reached = [np.searchsorted(thresholds, e, side="right").astype(kind) for e in extremes]
        order = self._order.tolist()
        self._levels = Tables([members[k] for k in order], [reached[k] for k in order])
        self._thresholds = np.array([reached[k][places[k]] for k in order], dtype=kind)
        self._hits = np.zeros(len(places), dtype=np.int64)
        self._arrangements = joint.arrangements

    def add(self, block: Cells) -> None:
        """Count one block of arrangements.

        Parameters
        ----------
        block : ndarray of int32, shape (rows, m)
            As `JointNull.cells` gives it; every arrangement is to be added once.
        """
        self._levels.step_down(block, self._thresholds, self._hits)

    def adjusted(self) -> Floats:
        """Adjusted p in the members' order, made monotone from the most extreme row down."""
        result = np.empty(len(self._order))
        result[self._order] = np.maximum.accumulate(self._hits[::-1])[::-1] / self._arrangements
        return result
