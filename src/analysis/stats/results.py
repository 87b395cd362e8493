"""What a test of association says: one frozen object, never a bare number and never NaN."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from analysis.stats.exact import Method
from analysis.stats.reasons import Reason

Statistic = Literal["kendall_tau_b", "spearman_rho", "somers_d", "gamma", "pearson_r"]

TWO_SIDED_RULE = "P(|S - E(S)| >= |s - E(S)|) over all distinct arrangements of the score"
RULES = {
    "two-sided": TWO_SIDED_RULE,
    "greater": "P(S >= s) over all distinct arrangements of the score",
    "less": "P(S <= s) over all distinct arrangements of the score",
}
# Whole numbers from here on are shown as a power of ten
LONG = 10**15


def short_repr(result: Any) -> str:
    """Fields of a result that say something, on one short line.

    Parameters
    ----------
    result : dataclass
        Fields that are None or empty are left out; long whole numbers become a power of ten.
    """
    shown = []
    for field in fields(result):
        value = getattr(result, field.name)
        if value is not None and value != () and value != field.default:
            shown.append(f"{field.name}={_short(value)}")
    return f"{type(result).__name__}({', '.join(shown)})"


def _short(value: object) -> str:
    if isinstance(value, int) and value >= LONG:
        return f"10**{math.log10(value):.1f}"
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


STATISTICS: tuple[Statistic, ...] = get_args(Statistic)


@dataclass(frozen=True, repr=False)
class Association:
    """Association of the score with one covariate over a set of cases.

    Attributes
    ----------
    statistic : str
        One of `STATISTICS`.
    n : int
        Cases used; with strata those of strata of two and more.
    estimate : float or None
        The coefficient; within strata where there are strata. None when it cannot be had.
    alternative : {"two-sided", "greater", "less"}
        Direction of the test.
    arrangements : int or None
        Distinct arrangements of the score (within strata): the size of the null distribution. None
        where the normal approximation stands in for it.
    p_exact : float or None
        Exact p by `rule`; None where it was sampled, approximated or cannot be had.
    p_min : float or None
        Smallest p reachable given both tie patterns; for a sampled p the smallest the sample can
        show, 1 / (resamples + 1); None for the normal approximation.
    p_next : float or None
        Next larger p that these ties can reach, where p is exact: what the data would show one step
        nearer to independence.
    method : str or None
        ``lattice``, ``q-multinomial``, ``enumeration`` (exact), ``monte_carlo`` or ``normal``.
    exceeding, upper, lower : int or None
        Arrangements (or resamples) at least as far from the mean as the observed one, with a
        statistic at least as large, and at most as large.
    strata : tuple of int
        Sizes of the strata within which the score was permuted; empty without strata.
    p_sampled, p_low, p_high : float or None
        Monte Carlo p, (b + 1) / (B + 1) (Phipson and Smyth 2010), and the 99 % Clopper-Pearson
        interval of the exact p it stands for.
    p_normal : float or None
        p of the tie-corrected normal approximation.
    resamples : int or None
        Random arrangements drawn.
    cost_seconds : float or None
        What the exact distribution was estimated to take, where it was therefore not computed.
    cannot : Reason or None
        Why there is no result.
    """

    statistic: str
    n: int
    estimate: float | None = None
    alternative: str = "two-sided"
    arrangements: int | None = None
    p_exact: float | None = None
    p_min: float | None = None
    p_next: float | None = None
    method: Method | None = None
    exceeding: int | None = None
    upper: int | None = None
    lower: int | None = None
    strata: tuple[int, ...] = ()
    p_sampled: float | None = None
    p_low: float | None = None
    p_high: float | None = None
    p_normal: float | None = None
    resamples: int | None = None
    cost_seconds: float | None = None
    cannot: Reason | None = None

    def __repr__(self) -> str:
        return short_repr(self)

    @property
    def rule(self) -> str:
        """What p counts."""
        return RULES[self.alternative]

    @property
    def is_exact(self) -> bool:
        """Whether every arrangement was counted."""
        return self.p_exact is not None

    @property
    def p_greater(self) -> float | None:
        """P of the directed alternative of a positive association, exact or sampled."""
        return self._directed(self.upper)

    @property
    def p_less(self) -> float | None:
        """P of the directed alternative of a negative association, exact or sampled."""
        return self._directed(self.lower)

    def _directed(self, count: int | None) -> float | None:
        if count is None or self.arrangements is None:
            return None
        return count / self.arrangements if self.resamples is None else (count + 1) / (self.resamples + 1)

    @property
    def p(self) -> float | None:
        """The exact p; where that is out of reach the sampled one, and then the normal one."""
        return next((p for p in (self.p_exact, self.p_sampled, self.p_normal) if p is not None), None)

    @property
    def reason(self) -> str | None:
        """English sentence saying why there is no result, or None."""
        return str(self.cannot) if self.cannot else None

    def can_reach(self, alpha: float) -> bool:
        """Whether any arrangement at all would give a p of `alpha` or less."""
        return self.p_min is not None and self.p_min <= alpha
