"""Goods codes are a tree: which rows of a printed list are parts of which.

Codes of the Harmonized System nest (2 digits chapter, 4 heading, 6 subheading; national digits below), and
a value at one level contains every value below it. Where the printed labels lost their digits, arithmetic
still shows the tree: in a list written from the whole to its parts, a row is the parent of the rows
after it that add up to it within the rounding of what is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from analysis.ledger.interval_arithmetic import Interval, total


@dataclass(frozen=True)
class Tree:
    """The nesting of a printed list.

    Attributes
    ----------
    parents : tuple of int or None, length n
        Position of the row each row is part of; None for a row that is part of nothing.
    remainder : Interval or None
        What the declared whole holds beyond the rows directly below it; None without a declared whole.
        Negative when these rows add up to more: then some row is part of another that it does not show.
    """

    parents: tuple[int | None, ...]
    remainder: Interval | None

    @property
    def roots(self) -> tuple[int, ...]:
        """Rows that are part of no other."""
        return tuple(i for i, parent in enumerate(self.parents) if parent is None)

    @property
    def leaves(self) -> tuple[int, ...]:
        """Rows that no other is part of."""
        inner = set(self.parents)
        return tuple(i for i in range(len(self.parents)) if i not in inner)

    def children(self, row: int) -> tuple[int, ...]:
        """Rows directly below `row`."""
        return tuple(i for i, parent in enumerate(self.parents) if parent == row)

    def depth(self, row: int) -> int:
        """Number of rows above `row`."""
        parent = self.parents[row]
        return 0 if parent is None else 1 + self.depth(parent)


def nest(values: Sequence[Interval], whole: int | None = None, equal_is_part: bool = True) -> Tree:
    """Find the tree behind a list written from the whole to its parts.

    A row and everything below it stand together in such a list, so a row is a parent of the rows after it
    exactly when these fall into blocks whose first rows add up to it. Of all readings the one that leaves
    the fewest rows outside any other is taken.

    Parameters
    ----------
    values : sequence of Interval, length n
        Rounding intervals of the rows, in printed order, without the total.
    whole : int, optional
        Position of the row whose label names everything listed (a chapter's heading). Its parts need not
        add up to it: the breakdown may be incomplete.
    equal_is_part : bool
        Whether a row equal to the one before it may be its only part. Two different goods can have equal
        values by chance; sums of several rows hardly ever agree by chance.

    Returns
    -------
    Tree
    """
    count = len(values)
    fewest_parts = 1 if equal_is_part else 2

    @cache
    def parts(row: int, end: int) -> tuple[int, ...] | None:
        """First rows of the blocks that make up `row`, when the rows up to `end` are all below it."""
        return () if end == row + 1 else split(row, row + 1, end, Interval.point(0), 0)

    def split(row: int, start: int, end: int, so_far: Interval, found: int) -> tuple[int, ...] | None:
        if start == end:
            return () if found >= fewest_parts and so_far.overlaps(values[row]) else None
        if values[row].entirely_below(so_far):
            return None
        for stop in range(start + 1, end + 1):
            if parts(start, stop) is not None:
                rest = split(row, stop, end, so_far + values[start], found + 1)
                if rest is not None:
                    return (start, *rest)
        return None

    @cache
    def blocks(start: int) -> tuple[tuple[int, int], ...]:
        """Blocks from `start` to the end of the list, as few as possible."""
        if start == count:
            return ()
        readings = [
            ((start, stop), *blocks(stop))
            for stop in range(start + 1, count + 1)
            if parts(start, stop) is not None
        ]
        return min(readings, key=len)

    parents: list[int | None] = [None] * count

    def hang(row: int, end: int) -> None:
        children = parts(row, end) or ()
        for child, stop in zip(children, (*children, end)[1:], strict=True):
            parents[child] = row
            hang(child, stop)

    for row, end in blocks(0):
        hang(row, end)
    return Tree(tuple(parents), None) if whole is None else _under(values, parents, whole)


def _under(values: Sequence[Interval], parents: list[int | None], whole: int) -> Tree:
    """Put every row that is part of no other below the declared whole."""
    hung = [whole if parent is None and row != whole else parent for row, parent in enumerate(parents)]
    parts = total(values[row] for row, parent in enumerate(hung) if parent == whole)
    return Tree(tuple(hung), values[whole] - parts)
