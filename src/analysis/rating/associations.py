"""The rating against every indicator and year: one row for each association that the data allow.

A family for multiplicity is the rows of one edition, one statistic and one set of regions; rows
whose covariates rank the regions alike enter it once (Westfall and Young 1993, step-down max-T over
all arrangements of the score).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from analysis import stats
from analysis.data import indicators, regions

STATISTICS = ("kendall_tau_b", "spearman_rho")
EDITIONS = ("II", "III")

# last year of the events an edition scores: to May 2025 for II, June 2025 - May 2026 for III
EVENTS_YEAR = {"II": 2025, "III": 2026}

VOLUME = ("exports", "imports", "trade_turnover", "china_turnover")
DEPENDENCE = ("china_share",)
INVESTMENT = ("investment", "investment_per_head")
CROSSINGS = (
    "crossing_density_established",
    "crossing_density_functioning",
    "crossing_density_established_without_skovorodino",
    "crossing_density_functioning_without_skovorodino",
)
COVARIATES = (*DEPENDENCE, *VOLUME, *indicators.CUSTOMS, *INVESTMENT, *CROSSINGS)
# three regions make a coefficient, and one is left out in turn; only a reader's own figures can have fewer
MIN_REGIONS = 4

COLUMNS = [
    "edition",
    "indicator",
    "period",
    "gap_years",
    "subset",
    "statistic",
    "n",
    "estimate",
    "arrangements",
    "p_exact",
    "p_min",
    "p_holm",
    "p_maxt",
    "family",
    "ci_low",
    "ci_high",
    "ci_method",
    "loo_low",
    "loo_high",
    "regions",
]


def gap_years(edition: str, period: str) -> int:
    """Years from the covariate to the end of the events an edition scores.

    Parameters
    ----------
    edition : {'II', 'III'}
        Edition of the rating.
    period : str
        Calendar year of the covariate.
    """
    return EVENTS_YEAR[edition] - int(period)


def years(indicator: str) -> list[str]:
    """Years of an indicator; a customs store also has runs of months, which are no year's covariate.

    Raises
    ------
    AnalysisError
        If the catalogue has no such indicator.
    """
    return [period for period in indicators.periods(indicator) if period.isdecimal()]


def has_enough(indicator: str, period: str, subset: str) -> bool:
    """Whether enough regions of a subset have an indicator's figure for a year.

    Parameters
    ----------
    indicator, period : str
        Indicator of the catalogue and calendar year.
    subset : {'far_east', 'border'}
        Set of regions.

    Returns
    -------
    bool
        False also for a year in which no region has it.

    Raises
    ------
    AnalysisError
        If the indicator or the subset is unknown.
    """
    if period not in years(indicator):
        return False
    values = indicators.values(indicator, period, regions.codes(regions.subset(subset)))
    return int(values.notna().sum()) >= MIN_REGIONS


def pair(edition: str, indicator: str, period: str, subset: str) -> pd.DataFrame:
    """Score and covariate of the regions that have both.

    Returns
    -------
    pandas.DataFrame
        Columns ``score`` and ``covariate``, indexed by region, in register order.

    Raises
    ------
    AnalysisError
        If an argument is unknown.
    """
    codes = regions.codes(regions.subset(subset))
    return pd.DataFrame(
        {
            "score": indicators.values("score", edition, codes),
            "covariate": indicators.values(indicator, period, codes),
        }
    ).dropna()


def associate(edition: str, indicator: str, period: str, subset: str, statistic: str) -> dict[str, object]:
    """One row of the associations table, without what needs the other rows of its family.

    Parameters
    ----------
    edition : {'II', 'III'}
        Edition of the rating.
    indicator, period : str
        Indicator of the catalogue and calendar year.
    subset : {'far_east', 'border'}
        Set of regions.
    statistic : str
        One of `STATISTICS`.

    Returns
    -------
    dict
        Keys `COLUMNS` but ``p_holm`` and ``p_maxt``; None where the data do not allow a figure.

    Raises
    ------
    AnalysisError
        If an argument is unknown.
    """
    data = pair(edition, indicator, period, subset)
    score, covariate = data["score"].to_numpy(), data["covariate"].to_numpy()
    found = stats.associate(statistic, score, covariate)
    interval = stats.interval(found)
    influence = stats.leave_one_out(statistic, score, covariate) if found.estimate is not None else None
    return {
        "edition": edition,
        "indicator": indicator,
        "period": period,
        "gap_years": gap_years(edition, period),
        "subset": subset,
        "statistic": statistic,
        "n": found.n,
        "estimate": found.estimate,
        "arrangements": found.arrangements,
        "p_exact": found.p_exact,
        "p_min": found.p_min,
        "family": f"{edition}/{statistic}/{regions.region_set(data.index.tolist())}",
        "ci_low": interval.ci_low,
        "ci_high": interval.ci_high,
        "ci_method": interval.ci_method,
        "loo_low": influence.loo_low if influence else None,
        "loo_high": influence.loo_high if influence else None,
        "regions": " ".join(data.index),
    }


def table() -> pd.DataFrame:
    """Every edition x indicator x year x subset x statistic for which there are regions enough.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, sorted by the first six of them (but ``gap_years``). A cell is missing
        where the data do not allow it (a constant covariate, fewer than three regions).
    """
    return _table().copy()


@cache
def _table() -> pd.DataFrame:
    rows = pd.DataFrame(
        [
            associate(edition, indicator, period, subset, statistic)
            for edition in EDITIONS
            for indicator in COVARIATES
            for period in years(indicator)
            for subset in regions.SUBSETS
            if has_enough(indicator, period, subset)
            for statistic in STATISTICS
        ]
    )
    rows = rows.sort_values(["edition", "indicator", "period", "subset", "statistic"], ignore_index=True)
    rows["p_holm"] = np.nan
    rows["p_maxt"] = np.nan
    for _, members in rows[rows["p_exact"].notna()].groupby("family", sort=True):
        holm, maxt = _adjusted(members)
        rows.loc[members.index, "p_holm"] = holm
        rows.loc[members.index, "p_maxt"] = maxt
    return rows[COLUMNS]


def _adjusted(members: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Holm and max-T adjusted p of one family, copies taking the value of the row they copy."""
    first = members.iloc[0]
    codes = str(first["regions"]).split()
    score = indicators.values("score", str(first["edition"]), codes).to_numpy()
    covariates = np.array(
        [
            indicators.values(str(row.indicator), str(row.period), codes).to_numpy()
            for row in members.itertuples()
        ]
    )
    same_as = np.asarray(stats.distinct_rows(covariates))
    once = np.unique(same_as)
    position = np.searchsorted(once, same_as)
    holm = np.asarray(stats.holm(members["p_exact"].to_numpy(dtype=float)[once]))
    maxt = np.asarray(stats.step_down_max_t(score, covariates[once], statistic=str(first["statistic"])))
    return holm[position], maxt[position]
