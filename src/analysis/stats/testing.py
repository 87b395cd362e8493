"""How a test is to be carried out: direction, ties, method, and what it may cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from analysis.stats.errors import StatisticsError, one_of
from analysis.stats.exact import SECONDS
from analysis.stats.ranks import TIES

Alternative = Literal["two-sided", "greater", "less"]
Strategy = Literal["auto", "exact", "monte_carlo", "normal"]
# Two runs must give the same bytes; the figure itself means nothing.
SEED = 20260601


@dataclass(frozen=True)
class Test:
    """Checked arguments of a permutation test, as `analysis.stats.kendall_tau_b` explains them."""

    # not a test case, whatever pytest makes of the name
    __test__ = False

    alternative: Alternative = "two-sided"
    ties: float = TIES
    method: Strategy = "auto"
    resamples: int | None = None
    seed: int | None = None
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        if self.alternative not in get_args(Alternative):
            raise one_of("alternative", self.alternative, get_args(Alternative))
        if self.method not in get_args(Strategy):
            raise one_of("method", self.method, get_args(Strategy))
        checked_resamples(self.resamples)
        checked_seed(self.seed)
        if (
            isinstance(self.seconds, bool)
            or not isinstance(self.seconds, (int, float))
            or not self.seconds >= 0
        ):
            raise StatisticsError(f"seconds is {self.seconds!r}; a time from zero up is needed.")


def checked_resamples(resamples: object) -> None:
    """Check a number of random arrangements (None for the default).

    Raises
    ------
    StatisticsError
        If it is no whole number from 1 up.
    """
    if resamples is not None and (
        isinstance(resamples, bool) or not isinstance(resamples, int) or resamples < 1
    ):
        raise StatisticsError(f"resamples is {resamples!r}; a whole number from 1 up is needed.")


def checked_seed(seed: object) -> None:
    """Check a seed of random numbers (None for the default).

    Raises
    ------
    StatisticsError
        If it is no whole number from zero up.
    """
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or seed < 0):
        raise StatisticsError(f"seed is {seed!r}; a whole number from zero up is needed.")


def checked_level(level: float, what: str = "level") -> float:
    """Check a confidence or significance level.

    Raises
    ------
    StatisticsError
        If it does not lie between 0 and 1.
    """
    try:
        inside = 0 < level < 1
    except TypeError:
        inside = False
    if not inside or not math.isfinite(level):
        raise StatisticsError(f"{what} is {level!r}; it must lie between 0 and 1.")
    return level
