"""Rank correlation of an ordered score with a covariate, tested exactly with ties on both sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError, one_of
from analysis.stats.exact import Kernel, NullTable, Pattern, exact_cost, null_table
from analysis.stats.ranks import (
    Integers,
    checked_pair,
    checked_strata,
    concordance,
    doubled_midranks,
    tie_groups,
    untied_pairs,
)
from analysis.stats.results import Association
from analysis.stats.sampling import sampled_ranks
from analysis.stats.wording import Reason

RANK_STATISTICS = ("kendall_tau_b", "spearman_rho", "somers_d", "gamma")
# Two regions have two arrangements at most: nothing to speak of as an association.
SMALLEST_N = 3


def kendall_tau_b(
    score: ArrayLike, covariate: ArrayLike, *, strata: Sequence[Any] | NDArray[Any] | None = None
) -> Association:
    """Kendall's tau-b with its exact permutation p.

    S / sqrt(untied pairs of the score * untied pairs of the covariate), S being concordant minus
    discordant pairs (Kendall 1945, "The treatment of ties in ranking problems"). With strata only
    pairs within a stratum count, above and below the line (Korn 1984, "Kendall's tau with a
    blocking variable"), and the score is permuted within strata.

    Parameters
    ----------
    score, covariate : array_like, shape (n,)
        One number a region.
    strata : sequence, shape (n,), optional
        Label of each region's stratum.

    Returns
    -------
    Association
        With `Association.cannot` set where the data allow no coefficient.

    Raises
    ------
    AnalysisError
        If a series is not numeric, has gaps, or lengths differ.
    """
    return associate("kendall_tau_b", score, covariate, strata=strata)


def spearman_rho(
    score: ArrayLike, covariate: ArrayLike, *, strata: Sequence[Any] | NDArray[Any] | None = None
) -> Association:
    """Spearman's rho of midranks with its exact permutation p.

    The product-moment correlation of midranks (Kendall and Gibbons 1990, section 3.8). With strata
    midranks are taken and centred within each stratum, then pooled, as Kendall's pairs are; the
    score is permuted within strata.

    Parameters, returns and errors are those of `kendall_tau_b`.
    """
    return associate("spearman_rho", score, covariate, strata=strata)


def somers_d(
    score: ArrayLike, covariate: ArrayLike, *, strata: Sequence[Any] | NDArray[Any] | None = None
) -> Association:
    """Somers' D of the score given the covariate, with the exact permutation p of S.

    S / pairs untied on the covariate (Somers 1962, "A new asymmetric measure of association for
    ordinal variables"). The divisor does not change under permutation, so the p is tau-b's.

    Parameters, returns and errors are those of `kendall_tau_b`.
    """
    return associate("somers_d", score, covariate, strata=strata)


def goodman_kruskal_gamma(
    score: ArrayLike, covariate: ArrayLike, *, strata: Sequence[Any] | NDArray[Any] | None = None
) -> Association:
    """Goodman and Kruskal's gamma with the exact permutation p of its numerator.

    S / (concordant + discordant pairs) (Goodman and Kruskal 1954). With ties on both sides the
    divisor varies between arrangements; the test is of S, the numerator which gamma, tau-b and
    Somers' D share, so that the three cannot disagree about the null hypothesis.

    Parameters, returns and errors are those of `kendall_tau_b`.
    """
    return associate("gamma", score, covariate, strata=strata)


def associate(
    statistic: str,
    score: ArrayLike,
    covariate: ArrayLike,
    strata: Sequence[Any] | NDArray[Any] | None = None,
) -> Association:
    """Coefficient by name, exact where the cost estimate allows it and sampled otherwise.

    Parameters
    ----------
    statistic : {"kendall_tau_b", "spearman_rho", "somers_d", "gamma"}
        See the function of that name.
    score, covariate : array_like, shape (n,)
        One number a region.
    strata : sequence, shape (n,), optional
        Label of each region's stratum.

    Raises
    ------
    AnalysisError
        If the statistic is not known, a series is not numeric or has gaps, or lengths differ.
    """
    if statistic not in RANK_STATISTICS:
        raise one_of("statistic", statistic, RANK_STATISTICS)
    a, b = checked_pair(score, covariate)
    groups = None if strata is None else checked_strata(strata, len(a))
    cannot = obstacle(a, b, groups)
    if cannot is not None:
        return Association(statistic=statistic, n=len(a), cannot=cannot)
    x, y = midranks_within(a, groups), midranks_within(b, groups)
    kernel: Kernel = "product" if statistic == "spearman_rho" else "concordance"
    pattern = stratum_pattern(x, y, groups)
    observed = stratum_sum(kernel, x, y, groups)
    sizes = () if groups is None else tuple(np.bincount(groups).tolist())
    estimate = coefficient(statistic, x, y, groups)
    table = affordable_table(kernel, pattern)
    if table is None:
        return sampled_ranks(statistic, kernel, x, y, groups, estimate, exact_cost(kernel, pattern).seconds)
    exceeding = table.at_least_as_far(observed)
    return Association(
        statistic=statistic,
        n=len(a),
        estimate=estimate,
        arrangements=table.arrangements,
        p_exact=exceeding / table.arrangements,
        p_min=table.farthest() / table.arrangements,
        method=table.method,
        exceeding=exceeding,
        upper=table.at_least(observed),
        strata=sizes,
    )


def affordable_table(kernel: Kernel, pattern: Pattern) -> NullTable | None:
    """Exact null distribution, or None where its estimated cost is out of reach.

    Parameters
    ----------
    kernel : {"product", "concordance"}
        As in `null_table`.
    pattern : tuple
        Tie groups of both sides by stratum, as `stratum_pattern` gives them.
    """
    return null_table(kernel, pattern) if exact_cost(kernel, pattern).affordable else None


def midranks_within(values: NDArray[np.float64], strata: Integers | None) -> Integers:
    """Doubled midranks, taken separately in each stratum.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Numbers without gaps.
    strata : ndarray of int64, shape (n,), or None
        Stratum of each region as whole numbers from zero; None for one stratum of all.

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
        Stratum of each region as whole numbers from zero; None for one stratum of all.

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
        Stratum of each region as whole numbers from zero; None for one stratum of all.
    """
    if kernel == "product":
        return int(x @ y)
    if strata is None:
        return concordance(x, y)
    labels = range(int(strata.max()) + 1)
    return sum(concordance(x[strata == label], y[strata == label]) for label in labels)


def coefficient(statistic: str, x: Integers, y: Integers, strata: Integers | None = None) -> float:
    """Estimate from doubled midranks; defined only where `obstacle` finds nothing.

    Formulae as in the functions named after the statistics.
    """
    if strata is None:
        strata = np.zeros(len(x), dtype=np.int64)
    if statistic == "spearman_rho":
        a, b = centred_within(x, strata), centred_within(y, strata)
        return float(a @ b / math.sqrt((a @ a) * (b @ b)))
    pattern = stratum_pattern(x, y, strata)
    surplus = stratum_sum("concordance", x, y, strata)
    differ_score = sum(untied_pairs(score[1]) for score, _ in pattern)
    differ_covariate = sum(untied_pairs(covariate[1]) for _, covariate in pattern)
    if statistic == "somers_d":
        return surplus / differ_covariate
    if statistic == "kendall_tau_b":
        return surplus / math.sqrt(differ_score * differ_covariate)
    differ_both = np.abs(np.sign(x[:, None] - x) * np.sign(y[:, None] - y))[strata[:, None] == strata]
    return 2 * surplus / int(differ_both.sum())


def centred_within(ranks: Integers, strata: Integers) -> NDArray[np.float64]:
    """Ranks less their stratum's mean.

    Parameters
    ----------
    ranks, strata : ndarray of int64, shape (n,)
        Doubled midranks, and the stratum of each region as whole numbers from zero.

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
        Stratum of each region as whole numbers from zero.

    Returns
    -------
    Reason or None
        No region, fewer than three, a constant series; with strata a stratum of one region, or none in which
        both series vary.
    """
    n = len(score)
    if n == 0:
        return Reason("the region set leaves no region.", "в выборке не осталось ни одного региона.")
    if n < SMALLEST_N:
        return Reason(
            f"only {n} region{'s' if n > 1 else ''} with both figures, at least {SMALLEST_N} are needed.",
            f"оба значения есть лишь для {n} регион{'ов' if n > 1 else 'а'}, нужно не менее {SMALLEST_N}.",
        )
    if strata is not None:
        return _strata_obstacle(score, covariate, strata)
    if (score == score[0]).all():
        return Reason(
            f"the score is the same in all {n} regions.", f"оценка одинакова во всех регионах (их {n})."
        )
    if (covariate == covariate[0]).all():
        return Reason(
            f"the covariate is the same in all {n} regions.",
            f"показатель одинаков во всех регионах (их {n}).",
        )
    return None


def _strata_obstacle(
    score: NDArray[np.float64], covariate: NDArray[np.float64], strata: Integers
) -> Reason | None:
    if np.bincount(strata).min() == 1:
        return Reason(
            "a stratum holds a single region, and one region cannot be permuted.",
            "одна из страт состоит из единственного региона, переставлять в ней нечего.",
        )
    labels = range(int(strata.max()) + 1)
    varied = [
        len(np.unique(score[strata == label])) > 1 and len(np.unique(covariate[strata == label])) > 1
        for label in labels
    ]
    if not any(varied):
        return Reason(
            "in no stratum do both the score and the covariate vary.",
            "ни в одной из страт оценка и показатель не меняются одновременно.",
        )
    return None


def exact_p_values(statistic: str, score: ArrayLike, covariates: ArrayLike) -> NDArray[np.float64]:
    """Exact two-sided p of many covariates against one score, at table look-up speed.

    Parameters
    ----------
    statistic : {"kendall_tau_b", "spearman_rho", "somers_d", "gamma"}
        As in `associate`.
    score : array_like, shape (n,)
        One number a region.
    covariates : array_like, shape (k, n)
        One covariate a row, without gaps.

    Returns
    -------
    ndarray of float64, shape (k,)
        The same figures as `associate(...).p_exact` row by row.

    Raises
    ------
    AnalysisError
        As `associate`; also if a row allows no exact p, naming the row and why.
    """
    if statistic not in RANK_STATISTICS:
        raise one_of("statistic", statistic, RANK_STATISTICS)
    kernel: Kernel = "product" if statistic == "spearman_rho" else "concordance"
    rows = np.atleast_2d(np.asarray(covariates))
    a, _ = checked_pair(score, rows[0])
    x = doubled_midranks(a)
    score_groups = tie_groups(x)
    ranks = np.empty(rows.shape, dtype=np.int64)
    alike: dict[bytes, list[int]] = {}
    for number, row in enumerate(rows):
        _, b = checked_pair(score, row)
        ranks[number] = doubled_midranks(b)
        if (cannot := obstacle(a, b)) is not None:
            raise AnalysisError(f"Covariate {number + 1} has no exact p: {cannot.en}")
        alike.setdefault(np.sort(ranks[number]).tobytes(), []).append(number)
    p = np.empty(len(rows))
    for members in alike.values():
        table = affordable_table(kernel, ((score_groups, tie_groups(ranks[members[0]])),))
        if table is None:
            raise AnalysisError(
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
