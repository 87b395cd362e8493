"""Exact permutation distributions of rank statistics with ties on both sides.

The null hypothesis is exchangeability: every distinct arrangement of the scores over the cases
(within strata, if there are any) is equally likely. The distribution then depends on the two tie
patterns alone, so it is computed once per pair of patterns and kept.

A distribution of whole-number statistics is a polynomial whose coefficient at q**e counts the
arrangements with statistic e. It is held as one Python integer with a fixed number of bits a
coefficient (Kronecker substitution): multiplying by q**e is a shift, adding two distributions is
one addition, joining independent strata is one multiplication, and nothing is ever rounded.

Algorithms: dynamic programming over the lattice of partly used tie groups (van de Wiel and Di
Bucchianico 2001, "Fast computation of the exact null distribution of Spearman's rho and Page's L
statistic for samples with and without ties"), and for Kendall's S with one side untied the
Gaussian multinomial coefficient, whose coefficients count the arrangements of a multiset by
their inversions (MacMahon; Stanley 2012, Enumerative Combinatorics I, proposition 1.7.1).
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.stats.ranks import Integers, TieGroups, arrangement_count, untied_pairs

Kernel = Literal["product", "concordance"]
Method = Literal["lattice", "q-multinomial", "enumeration", "monte_carlo", "normal"]
# score and covariate tie groups of every stratum (one stratum when there are none)
Pattern = tuple[tuple[TieGroups, TieGroups], ...]


@dataclass(frozen=True)
class NullTable:
    """Exact null distribution of one statistic S, as counts of arrangements.

    Attributes
    ----------
    method : str
        The algorithm that made it: ``lattice`` or ``q-multinomial``.
    arrangements : int
        Distinct arrangements of the score (within strata).
    values, counts : ndarray, shape (m,)
        Reachable values of S, rising, and the arrangements reaching each; Python integers
        (dtype object) where 64 bits do not hold them.
    mean : tuple of int
        The mean of S as numerator and denominator.
    """

    method: Method
    arrangements: int
    values: NDArray[Any]
    counts: NDArray[Any]
    mean: tuple[int, int]

    @cached_property
    def _two_sided(self) -> tuple[list[int], list[int]]:
        """Distinct distances from the mean, rising, and the arrangements at least that far."""
        distance = self.deviation(self.values)
        order = np.argsort(distance, kind="stable")[::-1]
        far, tail = distance[order], np.cumsum(self.counts[order])
        ends = np.append(far[1:] != far[:-1], True).astype(bool)
        return far[ends][::-1].tolist(), tail[ends][::-1].tolist()

    @cached_property
    def _upper(self) -> tuple[list[int], list[int]]:
        return self.values.tolist(), np.cumsum(self.counts[::-1])[::-1].tolist()

    def deviation(self, values: NDArray[Any]) -> NDArray[Any]:
        """Distance of S from its mean, times the mean's denominator: whole numbers.

        Parameters
        ----------
        values : ndarray of int64, shape (k,)
            Values of S.

        Returns
        -------
        ndarray, shape (k,)
            abs(value * denominator - numerator), with the two numbers of ``mean``.
        """
        numerator, denominator = self.mean
        largest = max((abs(int(value)) for value in (values.min(), values.max())), default=0)
        if largest * denominator + abs(numerator) >= 2**63:
            # the sizes of many strata can have a large common multiple
            values = values.astype(object)
        return np.abs(values * denominator - numerator)

    def at_least_as_far(self, value: int) -> int:
        """Arrangements with abs(S - mean) >= abs(value - mean)."""
        distances, tails = self._two_sided
        numerator, denominator = self.mean
        place = bisect_left(distances, abs(value * denominator - numerator))
        return int(tails[place]) if place < len(tails) else 0

    def at_least(self, value: int) -> int:
        """Arrangements with S >= value."""
        values, tails = self._upper
        place = bisect_left(values, value)
        return int(tails[place]) if place < len(tails) else 0

    def at_most(self, value: int) -> int:
        """Arrangements with S <= value."""
        return self.arrangements - self.at_least(value + 1)

    def next_count(self, value: int, alternative: str) -> int | None:
        """Arrangements counted by the next larger p the data can reach, or None where p is one already.

        Parameters
        ----------
        value : int
            A reachable value of S.
        alternative : {"two-sided", "greater", "less"}
            Direction of the test.
        """
        if alternative == "two-sided":
            distances, tails = self._two_sided
            numerator, denominator = self.mean
            place = bisect_left(distances, abs(value * denominator - numerator)) - 1
            return int(tails[place]) if place >= 0 else None
        values, tails = self._upper
        place = bisect_left(values, value)
        if alternative == "greater":
            return int(tails[place - 1]) if place > 0 else None
        return self.at_most(values[place + 1]) if place + 1 < len(values) else None

    def reachable(self, alternative: str) -> list[int]:
        """Arrangements counted by every p the data can reach, rising."""
        if alternative == "two-sided":
            return self._two_sided[1][::-1]
        values, tails = self._upper
        return tails[::-1] if alternative == "greater" else [self.at_most(value) for value in values]

    def farthest(self) -> int:
        """Arrangements at the greatest distance from the mean: the smallest reachable count."""
        return int(self._two_sided[1][-1])

    def tails(self, values: Integers) -> NDArray[Any]:
        """`at_least_as_far` for many values at once.

        Parameters
        ----------
        values : ndarray of int64, shape (k,)
            Reachable values of S.

        Returns
        -------
        ndarray, shape (k,)
            Arrangements; Python integers (dtype object) where 64 bits do not hold them.
        """
        distances, tails = self._two_sided
        return np.array(tails)[np.searchsorted(np.array(distances), self.deviation(values))]

    def variance(self) -> float:
        """Variance of S under the null."""
        numerator, denominator = self.mean
        offsets = (value * denominator - numerator for value in self.values.tolist())
        total = sum(offset**2 * count for offset, count in zip(offsets, self.counts.tolist(), strict=True))
        return total / (self.arrangements * denominator**2)


def null_mean(kernel: Kernel, pattern: Pattern) -> tuple[int, int]:
    """Mean of S over all arrangements: zero for pairs, sum(a) * sum(b) / n a stratum for products.

    Parameters
    ----------
    kernel, pattern
        As in `null_table`.

    Returns
    -------
    tuple of int
        Numerator and denominator, not reduced.
    """
    if kernel == "concordance":
        return 0, 1
    sizes = [sum(score[1]) for score, _ in pattern]
    denominator = math.lcm(*sizes)
    numerator = sum(
        _total(score) * _total(covariate) * (denominator // size)
        for (score, covariate), size in zip(pattern, sizes, strict=True)
    )
    return numerator, denominator


def _total(groups: TieGroups) -> int:
    return sum(value * count for value, count in zip(*groups, strict=True))


# --- cost -------------------------------------------------------------------------------------

# What an exact distribution may take before sampling is the better bargain
SECONDS = 1.0
# Two layers of states are held at once; the project's kernels promise to stay below 100 MB.
EXACT_BYTES = 80e6
# Above it even the estimate is not worth making: a distribution would have millions of values
LARGEST_N = 3000


@dataclass(frozen=True)
class Cost:
    """What an exact distribution is expected to take, before it is computed.

    Attributes
    ----------
    seconds, bytes : float
        Upper estimates of time and of the memory of the lattice's states.
    """

    seconds: float
    bytes: float

    def affordable(self, seconds: float = SECONDS) -> bool:
        """Whether the exact distribution can be had within `seconds` and `EXACT_BYTES`."""
        return self.seconds <= seconds and self.bytes <= EXACT_BYTES


def exact_cost(kernel: Kernel, pattern: Pattern) -> Cost:
    """Estimate the price of `null_table` for a pattern, from the tie groups alone.

    One transition of the lattice costs about 0.5 us of interpreter plus 0.2 ns a byte of the shifted
    polynomial (measured on one core).

    Parameters
    ----------
    kernel, pattern
        As in `null_table`.
    """
    if sum(sum(score[1]) for score, _ in pattern) > LARGEST_N:
        return Cost(math.inf, math.inf)
    seconds = memory = 0.0
    bits = _coefficient_bits(kernel, pattern)
    for score, covariate in pattern:
        if _closed_form(kernel, score, covariate):
            # two passes a case over half the coefficients, some 5 ns a limb of six bytes
            steps = untied_pairs(score[1]) * bits / 48
            seconds += sum(score[1]) * steps * 5e-9
            # the limbs, and the copies made while they are shifted and packed
            memory += steps * 8 * 2
            continue
        states, walk = _roles(score, covariate)
        lattice = math.exp(min(700.0, sum(math.log(count + 1) for count in states[1])))
        moves = max(_ways(size, len(states[1])) for size in walk[1])
        width = _degree(kernel, score, covariate) * bits / 8
        seconds += lattice * min(moves, lattice) * (5e-7 + width * 2e-10)
        # a state's polynomial is on average half as long as the last one's
        memory += lattice * width / 2
    return Cost(seconds, memory)


def _ways(size: int, groups: int) -> float:
    """Ways to fill `size` places from so many groups; as a float, for the estimate."""
    logarithm = math.lgamma(size + groups) - math.lgamma(size + 1) - math.lgamma(groups)
    return math.exp(min(700.0, logarithm))


def _degree(kernel: Kernel, score: TieGroups, covariate: TieGroups) -> int:
    """Highest exponent a stratum's polynomial can reach."""
    if kernel == "concordance":
        n = sum(score[1])
        return n * (n - 1)
    (a, t), (b, u) = score, covariate
    rising_a = [value - a[0] for value, count in zip(a, t, strict=True) for _ in range(count)]
    rising_b = [value - b[0] for value, count in zip(b, u, strict=True) for _ in range(count)]
    unit = max(1, _spacing(a) * _spacing(b))
    return sum(x * y for x, y in zip(rising_a, rising_b, strict=True)) // unit


def _spacing(values: tuple[int, ...]) -> int:
    return math.gcd(*(value - values[0] for value in values))


def _coefficient_bits(kernel: Kernel, pattern: Pattern) -> int:
    """Room for every coefficient, with a bit to spare.

    The closed form counts arrangements of the score; the lattice may count labelled orders on the way.
    """
    bits = 1
    for score, covariate in pattern:
        closed = _closed_form(kernel, score, covariate)
        most = arrangement_count(score[1]) if closed else math.factorial(sum(score[1]))
        bits += most.bit_length()
    for width in (8, 16, 32, 64):
        if bits <= width:
            return width
    return 8 * math.ceil(bits / 8)


def _roles(score: TieGroups, covariate: TieGroups) -> tuple[TieGroups, TieGroups]:
    """The side whose tie groups span the smaller lattice, and the side walked along."""
    if math.prod(c + 1 for c in covariate[1]) < math.prod(c + 1 for c in score[1]):
        return covariate, score
    return score, covariate


def _closed_form(kernel: Kernel, score: TieGroups, covariate: TieGroups) -> bool:
    """Whether the Gaussian multinomial applies: Kendall's S with at least one side untied."""
    return kernel == "concordance" and (max(score[1]) == 1 or max(covariate[1]) == 1)


# --- polynomials ------------------------------------------------------------------------------


@lru_cache(maxsize=512)  # a table of eleven cases takes some 20 kB, one of 83 some 300 kB
def null_table(kernel: Kernel, pattern: Pattern) -> NullTable:
    """Exact null distribution of S given the tie groups of both sides, stratum by stratum.

    Parameters
    ----------
    kernel : {"product", "concordance"}
        S is the sum of products of doubled midranks (Spearman), or concordant minus discordant
        pairs within strata (Kendall, Somers, Goodman and Kruskal).
    pattern : tuple
        For each stratum the tie groups ``(values, counts)`` of the score and of the covariate.

    Returns
    -------
    NullTable
        Counts of distinct arrangements of the score.
    """
    bits = _coefficient_bits(kernel, pattern)
    closed = all(_closed_form(kernel, score, covariate) for score, covariate in pattern)
    unit = _unit(kernel, pattern, closed)
    packed, base = 1, 0
    for score, covariate in pattern:
        if closed:
            factor, start = _gaussian_multinomial(score, covariate, bits)
        else:
            factor, start = _lattice(kernel, score, covariate, bits, unit)
        packed, base = packed * factor, base + start
    counts = packed_counts(packed, bits)
    reached = np.flatnonzero(counts != 0)
    arrangements = math.prod(arrangement_count(score[1]) for score, _ in pattern)
    return NullTable(
        method="q-multinomial" if closed else "lattice",
        arrangements=arrangements,
        values=reached * unit + base,
        counts=counts[reached],
        mean=null_mean(kernel, pattern),
    )


def _unit(kernel: Kernel, pattern: Pattern, closed: bool) -> int:
    """Difference of S between neighbouring coefficients."""
    if kernel == "concordance":
        return 2 if closed else 1
    return max(1, math.gcd(*(_spacing(score[0]) * _spacing(covariate[0]) for score, covariate in pattern)))


def packed_counts(packed: int, bits: int) -> NDArray[Any]:
    """Coefficients of a packed polynomial: int64 where they fit, else Python integers.

    Parameters
    ----------
    packed : int
        Coefficients side by side, that of the constant term lowest.
    bits : int
        Width of each, a multiple of 8.

    Returns
    -------
    ndarray, shape (m,)
        From the constant term to the highest power whose coefficient is not zero.
    """
    size = bits // 8
    length = -(-packed.bit_length() // bits)
    raw = packed.to_bytes(length * size, "little")
    # below 2**63 by construction of the width, so the signed reading is the same number
    if size in (1, 2, 4, 8):
        return np.frombuffer(raw, dtype=f"<u{size}").astype(np.int64)
    # numpy has no integers of the widths between
    numbers = [int.from_bytes(raw[i : i + size], "little") for i in range(0, len(raw), size)]
    return np.array(numbers, dtype=np.int64 if bits <= 64 else object)


def _lattice(kernel: Kernel, score: TieGroups, covariate: TieGroups, bits: int, unit: int) -> tuple[int, int]:
    """Walk the lattice for one stratum: the packed polynomial and the S of its constant term.

    A state is how many cases of each tie group are still to be placed; a move fills one tie
    group of the other side. Counts come out as arrangements of the side the states stand for and
    are turned into arrangements of the score at the end.
    """
    states, walk = _roles(score, covariate)
    lowest = states[0][0], walk[0][0]
    layer: dict[tuple[int, ...], int] = {states[1]: 1}
    for value, size in zip(*walk, strict=True):
        following: dict[tuple[int, ...], int] = {}
        weight = (value - lowest[1]) * bits
        products = [weight * (level - lowest[0]) // unit for level in states[0]]
        fillings = list(_fillings(states[1], size)) if size > 1 else []
        for left, polynomial in layer.items():
            shifts = products if kernel == "product" else _surpluses(states[1], left, bits)
            for rest, ways, shift in _moves(left, shifts, fillings):
                following[rest] = following.get(rest, 0) + ((ways * polynomial) << shift)
        layer = following
    packed = layer[(0,) * len(states[1])]
    packed = packed * _orders_within(states[1]) // _orders_within(score[1])
    if kernel == "concordance":
        return packed, -untied_pairs(walk[1])
    n = sum(score[1])
    start = lowest[0] * _total(walk) + lowest[1] * _total(states) - n * lowest[0] * lowest[1]
    return packed, start


def _moves(
    left: tuple[int, ...], shifts: list[int], fillings: list[tuple[tuple[int, ...], int]]
) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """Next states from `left`, with their orders and shifts; no fillings means a single place."""
    if not fillings:
        for group, have in enumerate(left):
            if have:
                yield (*left[:group], have - 1, *left[group + 1 :]), 1, shifts[group]
        return
    for chosen, ways in fillings:
        rest = tuple(have - take for have, take in zip(left, chosen, strict=True))
        if min(rest) >= 0:
            yield rest, ways, sum(take * step for take, step in zip(chosen, shifts, strict=True))


def _orders_within(counts: tuple[int, ...]) -> int:
    """Orders of tied cases among themselves."""
    return math.prod(math.factorial(count) for count in counts)


def _surpluses(counts: tuple[int, ...], left: tuple[int, ...], bits: int) -> list[int]:
    """Shift for placing one case of each group: twice the cases placed below plus those level.

    That is (below - above) plus all placed so far; the latter does not depend on the arrangement
    and is taken off as the polynomial's starting value.
    """
    placed = [count - rest for count, rest in zip(counts, left, strict=True)]
    below = itertools.accumulate(placed, initial=0)
    return [bits * (2 * less + level) for less, level in zip(below, placed, strict=False)]


def _fillings(limits: tuple[int, ...], size: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Ways to fill `size` tied places from groups of limited size, with the orders of each."""
    if len(limits) == 1:
        if size <= limits[0]:
            yield (size,), 1
        return
    for take in range(min(size, limits[0]) + 1):
        for others, ways in _fillings(limits[1:], size - take):
            yield (take, *others), ways * math.comb(size, take)


def _gaussian_multinomial(score: TieGroups, covariate: TieGroups, bits: int) -> tuple[int, int]:
    """Arrangements of a multiset by inversions, packed, and Kendall's S without inversions, negated.

    The coefficient is [n]! / ([t1]! [t2]! ...) with [m]! the product of 1 - q**k, k = 1..m. It is a
    palindrome, so only its lower half is computed, as a power series: multiplying by 1 - q**k is a
    subtraction of the series shifted by k, dividing by it a running sum in steps of k. Arithmetic is
    modulo a power of two above every coefficient, so what overflows on the way comes back.
    """
    tied = covariate[1] if max(score[1]) == 1 else score[1]
    degree = untied_pairs(tied)
    length = degree // 2 + 1
    # a coefficient is cut into limbs, small enough for a running sum of `length` of them in 63 bits
    limb_bytes = (62 - length.bit_length()) // 8
    limbs = np.zeros((-(-bits // (8 * limb_bytes)), length), dtype=np.int64)
    limbs[0, 0] = 1
    for k, power in enumerate(_factor_powers(tied)):
        if power > 0:
            limbs[:, k:] -= limbs[:, :-k].copy()
            _carry(limbs, 8 * limb_bytes)
        for _ in range(-power):
            limbs = _running_sums(limbs, k)
            _carry(limbs, 8 * limb_bytes)
    # the limbs' bytes in order make a coefficient, of which the packed width is kept
    raw = limbs.T.astype("<i8").reshape(length, -1, 1).view(np.uint8)[:, :, :limb_bytes]
    lower = np.ascontiguousarray(raw.reshape(length, -1)[:, : bits // 8]).tobytes()
    packed = int.from_bytes(_mirrored(lower, degree, bits // 8), "little")
    # arrangements of the tied side are those of the score when the score is the tied one;
    # an untied score has n! of them
    return packed * (_orders_within(tied) // _orders_within(score[1])), -degree


def _factor_powers(counts: tuple[int, ...]) -> list[int]:
    """Power (at most one) of 1 - q**k in the multinomial, by k, once equal factors cancel."""
    return [0] + [1 - sum(count >= k for count in counts) for k in range(1, sum(counts) + 1)]


def _running_sums(limbs: Integers, step: int) -> Integers:
    """Divide a power series by 1 - q**step, limb by limb."""
    count, length = limbs.shape
    rounds = -(-length // step)
    padded = np.zeros((count, rounds * step), dtype=np.int64)
    padded[:, :length] = limbs
    sums = padded.reshape(count, rounds, step).cumsum(axis=1).reshape(count, -1)
    return np.ascontiguousarray(sums[:, :length])


def _carry(limbs: Integers, bits: int) -> None:
    """Bring every limb into its bits, lowest first; what leaves the highest is dropped."""
    mask = (1 << bits) - 1
    for i in range(len(limbs) - 1):
        limbs[i + 1] += limbs[i] >> bits
        limbs[i] &= mask
    limbs[-1] &= mask


def _mirrored(lower: bytes, degree: int, size: int) -> bytes:
    """Full palindrome of `degree` from its lower half (middle coefficient included)."""
    pieces = [lower[i : i + size] for i in range(0, len(lower), size)]
    return lower + b"".join(pieces[: (degree + 1) // 2][::-1])
