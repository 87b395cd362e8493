"""Rank correlation of an ordered score with a covariate, tested exactly with ties on both sides."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.stats.errors import StatisticsError, one_of
from analysis.stats.exact import (
    SECONDS,
    Cost,
    Kernel,
    NullTable,
    Pattern,
    exact_cost,
    null_mean,
    null_table,
)
from analysis.stats.normal import normal_p, null_variance
from analysis.stats.pairs import counts_within, surplus
from analysis.stats.ranks import (
    TIES,
    Integers,
    checked_levels,
    checked_strata,
    doubled_midranks,
    same_length,
    tie_groups,
    untied_pairs,
)
from analysis.stats.reasons import Reason, reason
from analysis.stats.results import Association
from analysis.stats.sampling import RESAMPLES, affordable_resamples, sampled_ranks
from analysis.stats.testing import Alternative, Strategy, Test

RANK_STATISTICS = ("kendall_tau_b", "spearman_rho", "somers_d", "gamma")
# Two cases have two arrangements at most: nothing to speak of as an association.
SMALLEST_N = 3
# An exact distribution that would take longer, or fill more memory, is refused even where it is asked for
LONGEST_SECONDS, LARGEST_BYTES = 86_400.0, 4e9

Strata = Sequence[Any] | NDArray[Any]


class CostWarning(UserWarning):
    """An exact distribution was asked for that takes long; said before it is begun."""


def kendall_tau_b(
    score: ArrayLike,
    covariate: ArrayLike,
    *,
    strata: Strata | None = None,
    alternative: Alternative = "two-sided",
    ties: float = TIES,
    method: Strategy = "auto",
    resamples: int | None = None,
    seed: int | None = None,
    seconds: float = SECONDS,
) -> Association:
    """Kendall's tau-b with its exact permutation p.

    S / sqrt(untied pairs of the score * untied pairs of the covariate), S being concordant minus
    discordant pairs (Kendall 1945, "The treatment of ties in ranking problems"). With strata only
    pairs within a stratum count, above and below the line (Korn 1984, "Kendall's tau with a
    blocking variable"), and the score is permuted within strata.

    Parameters
    ----------
    score, covariate : array_like, shape (n,)
        One number a case.
    strata : sequence, shape (n,), optional
        Label of each case's stratum. A stratum of one case contributes nothing.
    alternative : {"two-sided", "greater", "less"}
        ``greater`` is a positive association.
    ties : float or int
        Figures tie within this relative tolerance (below 1), or (from 1 on) where they agree to so
        many decimals; 0 compares floats as they are. Whole numbers are always compared as they are.
    method : {"auto", "exact", "monte_carlo", "normal"}
        ``auto`` takes the exact distribution where it is estimated to take no more than `seconds`,
        else as many random arrangements as do (99,999 or 9,999), else the tie-corrected normal
        approximation; the result names what was done. ``exact`` insists, and warns beforehand
        (`CostWarning`) of what takes longer. The choice follows from the data alone, so that two
        machines give the same figures.
    resamples : int, optional
        Random arrangements where sampling is needed.
    seed : int, optional
        Seed of the random arrangements; fixed if left out.
    seconds : float
        What a distribution may be estimated to take.

    Returns
    -------
    Association
        With `Association.cannot` set where the data allow no coefficient.

    Raises
    ------
    StatisticsError
        If a series is not numeric, has gaps, lengths differ, or an argument is not allowed.
    """
    test = Test(alternative, ties, method, resamples, seed, seconds)
    return tested("kendall_tau_b", score, covariate, strata, test)


def spearman_rho(
    score: ArrayLike,
    covariate: ArrayLike,
    *,
    strata: Strata | None = None,
    alternative: Alternative = "two-sided",
    ties: float = TIES,
    method: Strategy = "auto",
    resamples: int | None = None,
    seed: int | None = None,
    seconds: float = SECONDS,
) -> Association:
    """Spearman's rho of midranks with its exact permutation p.

    The product-moment correlation of midranks (Kendall and Gibbons 1990, section 3.8). With strata
    midranks are taken and centred within each stratum, then pooled, as Kendall's pairs are; the
    score is permuted within strata.

    Parameters, returns and errors are those of `kendall_tau_b`.
    """
    test = Test(alternative, ties, method, resamples, seed, seconds)
    return tested("spearman_rho", score, covariate, strata, test)


def somers_d(
    score: ArrayLike,
    covariate: ArrayLike,
    *,
    strata: Strata | None = None,
    alternative: Alternative = "two-sided",
    ties: float = TIES,
    method: Strategy = "auto",
    resamples: int | None = None,
    seed: int | None = None,
    seconds: float = SECONDS,
) -> Association:
    """Somers' D of the score given the covariate, with the exact permutation p of S.

    S / pairs untied on the covariate (Somers 1962, "A new asymmetric measure of association for
    ordinal variables"). The divisor does not change under permutation, so the p is tau-b's.

    Parameters, returns and errors are those of `kendall_tau_b`.
    """
    test = Test(alternative, ties, method, resamples, seed, seconds)
    return tested("somers_d", score, covariate, strata, test)


def goodman_kruskal_gamma(
    score: ArrayLike,
    covariate: ArrayLike,
    *,
    strata: Strata | None = None,
    alternative: Alternative = "two-sided",
    ties: float = TIES,
    method: Strategy = "auto",
    resamples: int | None = None,
    seed: int | None = None,
    seconds: float = SECONDS,
) -> Association:
    """Goodman and Kruskal's gamma with the exact permutation p of its numerator.

    S / (concordant + discordant pairs) (Goodman and Kruskal 1954). With ties on both sides the
    divisor varies between arrangements; the test is of S, the numerator which gamma, tau-b and
    Somers' D share, so that the three cannot disagree about the null hypothesis.

    Parameters, returns and errors are those of `kendall_tau_b`.
    """
    test = Test(alternative, ties, method, resamples, seed, seconds)
    return tested("gamma", score, covariate, strata, test)


def associate(
    statistic: str,
    score: ArrayLike,
    covariate: ArrayLike,
    strata: Strata | None = None,
    *,
    alternative: Alternative = "two-sided",
    ties: float = TIES,
    method: Strategy = "auto",
    resamples: int | None = None,
    seed: int | None = None,
    seconds: float = SECONDS,
) -> Association:
    """Coefficient by name.

    Parameters
    ----------
    statistic : {"kendall_tau_b", "spearman_rho", "somers_d", "gamma"}
        See the function of that name; the other arguments are those of `kendall_tau_b`.

    Raises
    ------
    StatisticsError
        If the statistic is not known; else as `kendall_tau_b`.
    """
    test = Test(alternative, ties, method, resamples, seed, seconds)
    return tested(statistic, score, covariate, strata, test)


def tested(
    statistic: str, score: ArrayLike, covariate: ArrayLike, strata: Strata | None, test: Test
) -> Association:
    """`associate` with its options in one object.

    Raises
    ------
    StatisticsError
        As `associate`.
    """
    a, b, groups = _checked(statistic, score, covariate, strata, test)
    cannot = obstacle(a, b, groups)
    if cannot is not None:
        return Association(statistic=statistic, n=len(a), alternative=test.alternative, cannot=cannot)
    x, y = midranks_within(a, groups), midranks_within(b, groups)
    found = _tested(statistic, x, y, groups, test)
    return replace(found, statistic=statistic, estimate=coefficient(statistic, x, y, groups))


def estimates_without_each(
    statistic: str, score: ArrayLike, covariate: ArrayLike, strata: Strata | None = None
) -> list[float | None]:
    """Coefficient with each case left out in turn, ranks taken anew, without the tests.

    Parameters
    ----------
    statistic, score, covariate, strata
        As in `associate`, n cases.

    Returns
    -------
    list of float or None
        n coefficients, those of `analysis.stats.leave_one_out`; None where it cannot be had.

    Raises
    ------
    StatisticsError
        As `associate`.
    """
    a, b = checked_levels(score, "score"), checked_levels(covariate, "covariate")
    same_length(a, b)
    labels = None if strata is None else checked_strata(strata, len(a))
    found: list[float | None] = []
    for place in range(len(a)):
        pair = np.delete(a, place), np.delete(b, place)
        groups = None if labels is None else np.delete(labels, place)
        if obstacle(*pair, groups) is not None:
            found.append(None)
            continue
        x, y = (midranks_within(values, groups) for values in pair)
        found.append(coefficient(statistic, x, y, groups))
    return found


def _checked(
    statistic: str, score: ArrayLike, covariate: ArrayLike, strata: Strata | None, test: Test
) -> tuple[NDArray[np.float64], NDArray[np.float64], Integers | None]:
    if statistic not in RANK_STATISTICS:
        raise one_of("statistic", statistic, RANK_STATISTICS)
    a, b = checked_levels(score, "score", test.ties), checked_levels(covariate, "covariate", test.ties)
    same_length(a, b)
    if strata is None:
        return a, b, None
    return without_single(a, b, checked_strata(strata, len(a)))


def tested_pattern(
    statistic: str, score: ArrayLike, covariate: ArrayLike, strata: Strata | None, test: Test
) -> tuple[Kernel, Pattern, Reason | None]:
    """The key of the exact null that `tested` would use, or why there is none.

    Raises
    ------
    StatisticsError
        As `associate`.
    """
    a, b, groups = _checked(statistic, score, covariate, strata, test)
    kernel: Kernel = "product" if statistic == "spearman_rho" else "concordance"
    cannot = obstacle(a, b, groups)
    if cannot is not None:
        return kernel, (), cannot
    x, y = midranks_within(a, groups), midranks_within(b, groups)
    return kernel, stratum_pattern(x, y, groups), None


def without_single(
    a: NDArray[np.float64], b: NDArray[np.float64], groups: Integers
) -> tuple[NDArray[np.float64], NDArray[np.float64], Integers]:
    """Leave out strata of one case, which has nothing to be compared or exchanged with.

    Parameters
    ----------
    a, b : ndarray of float64, shape (n,)
        Both series.
    groups : ndarray of int64, shape (n,)
        Stratum of each case as whole numbers from zero.

    Returns
    -------
    tuple of three ndarrays
        The same of the cases that stay, strata numbered anew.
    """
    keep = np.bincount(groups, minlength=1)[groups] > 1
    return a[keep], b[keep], checked_strata(groups[keep].tolist(), int(keep.sum()))


def _tested(statistic: str, x: Integers, y: Integers, groups: Integers | None, test: Test) -> Association:
    """The test alone, by the method that was asked for or that the cost allows."""
    kernel: Kernel = "product" if statistic == "spearman_rho" else "concordance"
    pattern = stratum_pattern(x, y, groups)
    cost = exact_cost(kernel, pattern)
    if test.method == "exact" or (test.method == "auto" and cost.affordable(test.seconds)):
        _announce(cost, test)
        return _exact(kernel, pattern, stratum_sum(kernel, x, y, groups), groups, test)
    resamples = test.resamples or affordable_resamples(kernel, x, y, test.seconds)
    if test.method == "monte_carlo" or (test.method == "auto" and resamples is not None):
        found = sampled_ranks(statistic, kernel, x, y, groups, test, resamples or RESAMPLES[-1])
    else:
        found = _normal(kernel, pattern, stratum_sum(kernel, x, y, groups), groups, test)
    return replace(found, cost_seconds=cost.seconds)


def _announce(cost: Cost, test: Test) -> None:
    """Say what an exact distribution that was insisted on will take, or refuse what nobody can wait for.

    Raises
    ------
    StatisticsError
        If it would take more than `LONGEST_SECONDS` or `LARGEST_BYTES`.
    """
    if cost.affordable(test.seconds):
        return
    price = f"about {cost.seconds:,.0f} seconds and {cost.bytes / 1e6:,.0f} MB"
    if not (cost.seconds <= LONGEST_SECONDS and cost.bytes <= LARGEST_BYTES):
        price = price if cost.seconds < math.inf else "more time than can be estimated"
        raise StatisticsError(
            f"The exact distribution of these data would take {price}; method='monte_carlo' samples it."
        )
    warnings.warn(f"The exact distribution takes {price} on one core.", CostWarning, stacklevel=5)


def _exact(
    kernel: Kernel, pattern: Pattern, observed: int, groups: Integers | None, test: Test
) -> Association:
    table = null_table(kernel, pattern)
    counts = {
        "two-sided": table.at_least_as_far(observed),
        "greater": table.at_least(observed),
        "less": table.at_most(observed),
    }
    nearer = table.next_count(observed, test.alternative)
    return Association(
        statistic="",
        n=sum(sum(score[1]) for score, _ in pattern),
        alternative=test.alternative,
        arrangements=table.arrangements,
        p_exact=counts[test.alternative] / table.arrangements,
        p_min=table.reachable(test.alternative)[0] / table.arrangements,
        p_next=None if nearer is None else nearer / table.arrangements,
        method=table.method,
        exceeding=counts["two-sided"],
        upper=counts["greater"],
        lower=counts["less"],
        strata=_sizes(groups),
    )


def _normal(
    kernel: Kernel, pattern: Pattern, observed: int, groups: Integers | None, test: Test
) -> Association:
    numerator, denominator = null_mean(kernel, pattern)
    deviation = (observed * denominator - numerator) / denominator
    return Association(
        statistic="",
        n=sum(sum(score[1]) for score, _ in pattern),
        alternative=test.alternative,
        method="normal",
        p_normal=normal_p(deviation, null_variance(kernel, pattern), test.alternative),
        strata=_sizes(groups),
    )


def _sizes(groups: Integers | None) -> tuple[int, ...]:
    return () if groups is None else tuple(np.bincount(groups).tolist())


def affordable_table(kernel: Kernel, pattern: Pattern) -> NullTable | None:
    """Exact null distribution, or None where its estimated cost is out of reach.

    Parameters
    ----------
    kernel : {"product", "concordance"}
        As in `null_table`.
    pattern : tuple
        Tie groups of both sides by stratum, as `stratum_pattern` gives them.
    """
    return null_table(kernel, pattern) if exact_cost(kernel, pattern).affordable() else None


def midranks_within(values: NDArray[np.float64], strata: Integers | None) -> Integers:
    """Doubled midranks, taken separately in each stratum.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Numbers without gaps.
    strata : ndarray of int64, shape (n,), or None
        Stratum of each case as whole numbers from zero; None for one stratum of all.

    Returns
    -------
    ndarray of int64, shape (n,)
        From 2 (alone and smallest) to twice the size of the stratum.
    """
    if strata is None:
        return doubled_midranks(values)
    ranks = np.empty(len(values), dtype=np.int64)
    for label in range(int(strata.max()) + 1):
        ranks[strata == label] = doubled_midranks(values[strata == label])
    return ranks


def stratum_pattern(x: Integers, y: Integers, strata: Integers | None) -> Pattern:
    """Tie groups of both sides, stratum by stratum: the key of the exact null.

    Parameters
    ----------
    x, y : ndarray of int64, shape (n,)
        Doubled midranks of the score and of the covariate, as `midranks_within` gives them.
    strata : ndarray of int64, shape (n,), or None
        Stratum of each case as whole numbers from zero; None for one stratum of all.

    Returns
    -------
    tuple
        For each stratum the pair of `tie_groups` of score and covariate.
    """
    if strata is None:
        return ((tie_groups(x), tie_groups(y)),)
    labels = range(int(strata.max()) + 1)
    return tuple((tie_groups(x[strata == label]), tie_groups(y[strata == label])) for label in labels)


def stratum_sum(kernel: Kernel, x: Integers, y: Integers, strata: Integers | None) -> int:
    """Observed S: sum of products, or concordant minus discordant pairs within strata.

    Parameters
    ----------
    kernel : {"product", "concordance"}
        Spearman's or Kendall's sum.
    x, y : ndarray of int64, shape (n,)
        Doubled midranks of the score and of the covariate, as `midranks_within` gives them.
    strata : ndarray of int64, shape (n,), or None
        Stratum of each case as whole numbers from zero; None for one stratum of all.
    """
    if kernel == "product":
        return int(x @ y)
    if strata is None:
        return surplus(x, y)
    labels = range(int(strata.max()) + 1)
    return sum(surplus(x[strata == label], y[strata == label]) for label in labels)


def coefficient(statistic: str, x: Integers, y: Integers, strata: Integers | None = None) -> float:
    """Estimate from doubled midranks; defined only where `obstacle` finds nothing.

    Formulae as in the functions named after the statistics.
    """
    if strata is None:
        strata = np.zeros(len(x), dtype=np.int64)
    if statistic == "spearman_rho":
        a, b = centred_within(x, strata), centred_within(y, strata)
        return float(a @ b / math.sqrt((a @ a) * (b @ b)))
    if statistic == "gamma":
        counts = counts_within(x, y, strata)
        return counts.surplus / counts.untied
    pattern = stratum_pattern(x, y, strata)
    total = stratum_sum("concordance", x, y, strata)
    differ_score = sum(untied_pairs(score[1]) for score, _ in pattern)
    differ_covariate = sum(untied_pairs(covariate[1]) for _, covariate in pattern)
    if statistic == "somers_d":
        return total / differ_covariate
    return total / math.sqrt(differ_score * differ_covariate)


def centred_within(ranks: Integers, strata: Integers) -> NDArray[np.float64]:
    """Ranks less their stratum's mean.

    Parameters
    ----------
    ranks, strata : ndarray of int64, shape (n,)
        Doubled midranks, and the stratum of each case as whole numbers from zero.

    Returns
    -------
    ndarray of float64, shape (n,)
        Doubled, as `ranks` are.
    """
    sizes = np.bincount(strata)
    return ranks - (np.bincount(strata, weights=ranks) / sizes)[strata]


def obstacle(
    score: NDArray[np.float64], covariate: NDArray[np.float64], strata: Integers | None = None
) -> Reason | None:
    """Why no coefficient can be had from these data, or None.

    Parameters
    ----------
    score, covariate : ndarray of float64, shape (n,)
        Checked series.
    strata : ndarray of int64, shape (n,), optional
        Stratum of each case as whole numbers from zero.

    Returns
    -------
    Reason or None
        No case, fewer than three, a constant series; with strata none in which both series vary.
    """
    n = len(score)
    if n == 0:
        return reason("no_case")
    if n < SMALLEST_N:
        return reason("too_few_cases", n=n, least=SMALLEST_N)
    if strata is not None:
        return _strata_obstacle(score, covariate, strata)
    if (score == score[0]).all():
        return reason("constant_score", n=n)
    if (covariate == covariate[0]).all():
        return reason("constant_covariate", n=n)
    return None


def _strata_obstacle(
    score: NDArray[np.float64], covariate: NDArray[np.float64], strata: Integers
) -> Reason | None:
    labels = range(int(strata.max()) + 1)
    varied = [
        len(np.unique(score[strata == label])) > 1 and len(np.unique(covariate[strata == label])) > 1
        for label in labels
    ]
    if not any(varied):
        return reason("constant_strata")
    return None


def exact_p_values(statistic: str, score: ArrayLike, covariates: ArrayLike) -> NDArray[np.float64]:
    """Exact two-sided p of many covariates against one score, at table look-up speed.

    Parameters
    ----------
    statistic : {"kendall_tau_b", "spearman_rho", "somers_d", "gamma"}
        As in `associate`.
    score : array_like, shape (n,)
        One number a case.
    covariates : array_like, shape (k, n)
        One covariate a row, without gaps.

    Returns
    -------
    ndarray of float64, shape (k,)
        The same figures as `associate(...).p_exact` row by row.

    Raises
    ------
    StatisticsError
        As `associate`; also if a row allows no exact p, naming the row and why.
    """
    if statistic not in RANK_STATISTICS:
        raise one_of("statistic", statistic, RANK_STATISTICS)
    kernel: Kernel = "product" if statistic == "spearman_rho" else "concordance"
    rows = np.atleast_2d(np.asarray(covariates))
    a = checked_levels(score, "score")
    x = doubled_midranks(a)
    score_groups = tie_groups(x)
    ranks = np.empty(rows.shape, dtype=np.int64)
    alike: dict[bytes, list[int]] = {}
    for number, row in enumerate(rows):
        b = checked_levels(row, "covariate")
        same_length(a, b)
        ranks[number] = doubled_midranks(b)
        if (cannot := obstacle(a, b)) is not None:
            raise StatisticsError(f"Covariate {number + 1} has no exact p: {cannot}")
        alike.setdefault(np.sort(ranks[number]).tobytes(), []).append(number)
    p = np.empty(len(rows))
    for members in alike.values():
        table = affordable_table(kernel, ((score_groups, tie_groups(ranks[members[0]])),))
        if table is None:
            raise StatisticsError(
                f"Covariate {members[0] + 1} has no exact p within reach; use associate to sample it."
            )
        p[members] = table.tails(_sums(kernel, x, ranks[members])) / table.arrangements
    return p


def _sums(kernel: Kernel, x: Integers, rows: Integers) -> Integers:
    """Observed S of each row of ranks, shape (k,)."""
    if kernel == "product":
        return rows @ x
    first, second = np.triu_indices(len(x), 1)
    return np.sign(rows[:, second] - rows[:, first]) @ np.sign(x[second] - x[first])
