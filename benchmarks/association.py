"""Speed and memory of the exact tests, measured side by side with what else there is.

Run ``python benchmarks/association.py``. All covariates are generated here, from a fixed seed; they
stand for no real figures. Every figure is the best of a few runs, in one process.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import platform
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import scipy.stats

from analysis import stats
from analysis.stats import exact, loops, maxt
from analysis.stats.ranks import doubled_midranks

# The rating's scores of the eleven Far Eastern regions: tie patterns are what the cost depends on
EDITIONS = {"III": [9, 9, 9, 8, 8, 8, 6, 5, 5, 4, 3], "II": [9, 9, 9, 8, 8, 7, 6, 6, 5, 2, 3]}
# Ten levels over 83 regions, spread as a rating's are
ALL_REGIONS = np.repeat(np.arange(1, 11), [2, 5, 10, 14, 16, 13, 9, 8, 4, 2])
COVARIATES = 1000
GENERATOR = np.random.default_rng(20260601)


def seconds(job: Callable[[], object], runs: int = 5, before: Callable[[], object] = lambda: None) -> float:
    best = float("inf")
    for _ in range(runs):
        before()
        start = time.perf_counter()
        job()
        best = min(best, time.perf_counter() - start)
    return best


def peak_megabytes(job: Callable[[], object]) -> float:
    tracemalloc.start()
    job()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def line(
    what: str, measured: float, aim: float | None = None, other: tuple[str, float] | None = None
) -> None:
    text = f"{what:<66} {measured * 1e3:>11.3f} ms"
    text += f"   aim < {aim * 1e3:g} ms: {'met' if measured < aim else 'MISSED'}" if aim else ""
    text += f"   {other[0]} {other[1] * 1e3:.1f} ms, ratio {other[1] / measured:,.0f}" if other else ""
    print(text)


def one_p() -> None:
    score, covariate = EDITIONS["III"], GENERATOR.random(11)
    for statistic in ("spearman_rho", "kendall_tau_b"):
        job = lambda statistic=statistic: stats.associate(statistic, score, covariate)  # noqa: E731
        line(
            f"one exact p, n = 11, {statistic}, null table made anew",
            seconds(job, 5, exact.null_table.cache_clear),
        )
        line(f"one exact p, n = 11, {statistic}, warm", seconds(job, 50), 1e-3)
    # scipy goes through all orders: eight regions are what it can do in a few seconds
    small, other = score[2:10], covariate[2:10]
    ranks = scipy.stats.rankdata(other)
    scipys = seconds(
        lambda: scipy.stats.permutation_test(
            (small,),
            lambda x, axis=-1: (scipy.stats.rankdata(x, axis=axis) * ranks).sum(axis=axis),
            permutation_type="pairings",
            n_resamples=np.inf,
            vectorized=True,
        ),
        1,
    )
    ours = seconds(lambda: stats.spearman_rho(small, other), 5, exact.null_table.cache_clear)
    line(
        "one exact p, n = 8, rho, null table made anew", ours, other=("scipy.stats.permutation_test", scipys)
    )


def many_p() -> None:
    rows = GENERATOR.random((COVARIATES, 11))
    score = EDITIONS["III"]
    for statistic in ("spearman_rho", "kendall_tau_b"):
        bulk = seconds(lambda statistic=statistic: stats.exact_p_values(statistic, score, rows), 3)
        line(f"{COVARIATES} exact p, {statistic}, in bulk", bulk, 50e-3)
    ranks = scipy.stats.rankdata(rows[0])
    scipys = seconds(
        lambda: scipy.stats.permutation_test(
            (score,),
            lambda x, axis=-1: (scipy.stats.rankdata(x, axis=axis) * ranks).sum(axis=axis),
            permutation_type="pairings",
            vectorized=True,
        ),
        1,
    )
    line(
        "one of these p (bulk time / 1000)",
        bulk / COVARIATES,
        other=("scipy, 9 999 resamples, not exact,", scipys),
    )


def joint() -> None:
    for edition, score in EDITIONS.items():
        rows = np.argsort(GENERATOR.random((COVARIATES, 11)), axis=1) * 2 - 10
        centred = doubled_midranks(np.array(score)) - 12
        levels, counts = np.unique(centred, return_counts=True)
        size = exact.arrangement_count(counts.tolist())
        # the aims are for edition III; others in proportion to their arrangements
        part = size / exact.arrangement_count([1, 1, 2, 1, 3, 3])
        arguments = (levels, counts.tolist(), centred, rows)
        plain = seconds(lambda a=arguments: maxt.rho_max_t_by(loops.count_hits_plain, *a), 2)
        line(f"joint max-T, edition {edition}, {size} arrangements x {COVARIATES}, numpy", plain, 2 * part)
        found = loops.compiled()
        if found is None:
            print("numba is not installed: no compiled figure")
            continue
        maxt.rho_max_t_by(found["count_hits"], *arguments)
        fast = seconds(lambda a=arguments, c=found["count_hits"]: maxt.rho_max_t_by(c, *a), 10)
        line(
            f"joint max-T, edition {edition}, {size} arrangements x {COVARIATES}, compiled", fast, 0.1 * part
        )
        line(f"  ratio of the two, edition {edition}", fast, other=("numpy", plain))
    whole = seconds(lambda: stats.step_down_max_t(EDITIONS["III"], rows, "spearman_rho"), 3)
    line("step_down_max_t, edition III, rho, checks and ranking included", whole)
    few = rows[:100]
    line(
        "step_down_max_t, edition III, tau-b, 100 covariates",
        seconds(lambda: stats.step_down_max_t(EDITIONS["III"], few, "kendall_tau_b"), 2),
    )
    peak = peak_megabytes(lambda: stats.step_down_max_t(EDITIONS["III"], rows, "spearman_rho"))
    print(
        f"{'memory at its peak, joint max-T of edition III, rho':<66} {peak:>11.1f} MB   aim < 100 MB: "
        f"{'met' if peak < 100 else 'MISSED'}"
    )
    peak = peak_megabytes(lambda: stats.step_down_max_t(EDITIONS["III"], few, "kendall_tau_b"))
    print(
        f"{'memory at its peak, joint max-T of edition III, tau-b, 100 rows':<66} {peak:>11.1f} MB   aim < 100 MB: "
        f"{'met' if peak < 100 else 'MISSED'}"
    )


def all_regions() -> None:
    covariate = GENERATOR.random(83)
    job = lambda: stats.kendall_tau_b(ALL_REGIONS, covariate)  # noqa: E731
    line("exact Kendall, n = 83, null table made anew", seconds(job, 20, exact.null_table.cache_clear), 5e-3)
    line("exact Kendall, n = 83, warm", seconds(job, 10), 5e-3)
    line(
        "Far East against the rest, n = 83, exact rank sum, table anew",
        seconds(
            lambda: stats.compare_groups(ALL_REGIONS, np.arange(83) < 11),
            3,
            exact.null_table.cache_clear,
        ),
    )


def many_cases() -> None:
    """Where an exact distribution would take hours: the method chosen is named on the line."""
    for n in (1000, 100_000):
        for levels in (None, 10):
            score = GENERATOR.integers(0, levels, n) if levels else GENERATOR.random(n)
            covariate = GENERATOR.random(n)
            for function in (stats.kendall_tau_b, stats.spearman_rho, stats.pearson_r):
                job = lambda f=function, a=score, b=covariate: f(a, b)  # noqa: E731
                tied = f"{levels} levels" if levels else "no ties"
                line(f"{function.__name__}, n = {n:,}, {tied}: {job().method}", seconds(job, 1), 3)
    covariate = GENERATOR.random(83)
    for score, tied in ((ALL_REGIONS, "10 levels"), (GENERATOR.random(83), "no ties")):
        job = lambda a=score: stats.minimum_detectable_effect("kendall_tau_b", a, covariate)  # noqa: E731
        line(f"minimum detectable tau-b, n = 83, {tied}", seconds(job, 1), 3)


def specification_curve() -> None:
    if importlib.util.find_spec("specification_curve") is None:
        print("specification_curve: not installed, nothing to compare with")
        return
    import pandas as pd
    import specification_curve as sc

    names = [f"x{i}" for i in range(20)]
    table = pd.DataFrame(GENERATOR.random((11, 20)), columns=names).assign(score=EDITIONS["III"])

    def others() -> None:
        for name in names:
            sc.SpecificationCurve(table, "score", name, []).fit()

    ours = seconds(
        lambda: stats.exact_p_values("kendall_tau_b", EDITIONS["III"], table[names].T.to_numpy()), 3
    )
    line(
        "20 specifications, exact p",
        ours,
        other=("specification_curve (OLS, no joint test)", seconds(others, 1)),
    )


def main() -> None:
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
        f"{os.cpu_count()} cores; covariates are generated"
    )
    for part in itertools.chain((one_p, many_p, joint, all_regions, many_cases, specification_curve)):
        part()


if __name__ == "__main__":
    main()
