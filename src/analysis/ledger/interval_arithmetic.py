"""Interval arithmetic with exact end points.

A printed number stands for every value that rounds to it. Chains of printed numbers are followed by
interval arithmetic (Moore 1966, *Interval Analysis*, chapter 2), with fractions as end points: nothing
is rounded on the way, so a disagreement found here is never an artefact of ours.

A name that occurs twice in a formula widens the result, never narrows it: the reproduced interval may be
too wide, so that an error is missed, but no error is invented.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from analysis.errors import AnalysisError


@dataclass(frozen=True)
class Interval:
    """Closed interval; ``None`` for an end means that there is none.

    Attributes
    ----------
    low, high : fractions.Fraction or None
        End points, both belonging to the interval.
    """

    low: Fraction | None
    high: Fraction | None

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise AnalysisError(f"An interval cannot run from {float(self.low)} down to {float(self.high)}.")

    @classmethod
    def point(cls, value: int | str | Decimal | Fraction) -> Interval:
        """Interval of one value."""
        exact = Fraction(value)
        return cls(exact, exact)

    def bounds(self) -> tuple[Fraction, Fraction]:
        """Both ends.

        Raises
        ------
        AnalysisError
            If one end is open: arithmetic needs both.
        """
        if self.low is None or self.high is None:
            raise AnalysisError(
                "A number printed as 'more than' or 'at most' has one end only, so nothing can be computed from it."
            )
        return self.low, self.high

    @property
    def middle(self) -> Fraction:
        """Midpoint."""
        low, high = self.bounds()
        return (low + high) / 2

    def __add__(self, other: Interval) -> Interval:
        (a, b), (c, d) = self.bounds(), other.bounds()
        return Interval(a + c, b + d)

    def __neg__(self) -> Interval:
        low, high = self.bounds()
        return Interval(-high, -low)

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        products = [x * y for x in self.bounds() for y in other.bounds()]
        return Interval(min(products), max(products))

    def __truediv__(self, other: Interval) -> Interval:
        low, high = other.bounds()
        if low <= 0 <= high:
            raise AnalysisError(
                f"A formula divides by a number between {float(low)} and {float(high)}: zero is among them."
            )
        return self * Interval(1 / high, 1 / low)

    def overlaps(self, other: Interval) -> bool:
        """Whether some value lies in both."""
        return not (self.entirely_below(other) or other.entirely_below(self))

    def within(self, other: Interval) -> bool:
        """Whether every value of this interval lies in `other`."""
        below = other.low is not None and (self.low is None or self.low < other.low)
        above = other.high is not None and (self.high is None or self.high > other.high)
        return not (below or above)

    def entirely_below(self, other: Interval) -> bool:
        """Whether every value is smaller than every value of `other`."""
        return self.high is not None and other.low is not None and self.high < other.low

    def widened(self, share: Fraction) -> Interval:
        """Both ends moved outwards by `share` of their size."""
        low = None if self.low is None else self.low - abs(self.low) * share
        high = None if self.high is None else self.high + abs(self.high) * share
        return Interval(low, high)


def total(intervals: Iterable[Interval]) -> Interval:
    """Sum of intervals; an empty sum is zero."""
    result = Interval.point(0)
    for interval in intervals:
        result = result + interval
    return result
