"""The rating against every indicator and year: one row for each association that the data allow.

A family for multiplicity is the rows of one edition, one statistic and one set of regions; rows
whose covariates rank the regions alike enter it once (Westfall and Young 1993, step-down max-T over
all arrangements of the score).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from analysis import stats
from analysis.data import indicators, regions
from analysis.errors import AnalysisError

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
# docs/analysis-plan.md: one indicator a concept; the others are exploration
PRIMARY = ("china_share", "trade_turnover", "investment", "crossing_density_functioning")
# more cases than this have more arrangements than a joint test of all covariates goes through in seconds
JOINT_CASES = 12
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


@dataclass(frozen=True)
class Years:
    """Which year stands for which kind of indicator.

    Attributes
    ----------
    trade, investment, crossings : str
        Years of the trade, investment and crossing indicators.
    """

    trade: str
    investment: str
    crossings: str

    def of(self, indicator: str) -> str:
        """Year used for an indicator."""
        if indicator in INVESTMENT:
            return self.investment
        return self.crossings if indicator in CROSSINGS else self.trade

    def covariates(self, names: Iterable[str] = COVARIATES) -> tuple[str, ...]:
        """Indicators with their years: ``("china_share:2021", ...)``."""
        return tuple(f"{name}:{self.of(name)}" for name in names)


def label_of(region_set: str | Sequence[str]) -> str:
    """Name of a set of regions in the column ``subset``: its own, or ``listed`` for a list of regions."""
    return region_set if isinstance(region_set, str) else "listed"


def has_enough(indicator: str, period: str, region_set: str | Sequence[str]) -> bool:
    """Whether enough regions of a set have an indicator's figure for a year.

    Parameters
    ----------
    indicator, period : str
        Indicator of the catalogue and period.
    region_set : str or sequence of str
        As in :func:`analysis.data.regions.resolve`.

    Returns
    -------
    bool
        False also for a year in which no region has it.

    Raises
    ------
    AnalysisError
        If the indicator or a region is unknown.
    """
    if period not in indicators.periods(indicator):
        return False
    values = indicators.values(indicator, period, regions.codes(regions.resolve(region_set)))
    return int(values.notna().sum()) >= MIN_REGIONS


def available(
    written: Iterable[str], region_set: str | Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Covariates for which a set has regions enough, and those for which it has not.

    Parameters
    ----------
    written : iterable of str
        Covariates, ``indicator:period``.
    region_set : str or sequence of str
        As in `has_enough`.

    Returns
    -------
    tuple of two tuples of str
        In the order given. What only customs files of a reader's own can give is in neither without them.

    Raises
    ------
    AnalysisError
        If no covariate is left.
    """
    known = [each for each in written if indicators.periods(each.split(":")[0])]
    enough = tuple(each for each in known if _is_enough(each, region_set))
    if not enough:
        raise AnalysisError(
            f"A coefficient needs {MIN_REGIONS} regions with figures, and in the set asked for no covariate has them: "
            f"{', '.join(known)}; name more regions, or other covariates."
        )
    return enough, tuple(each for each in known if each not in enough)


def _is_enough(covariate: str, region_set: str | Sequence[str]) -> bool:
    name, period = covariate.split(":")
    return has_enough(name, period, region_set)


def score_and_covariate(
    edition: str, indicator: str, period: str, region_set: str | Sequence[str]
) -> pd.DataFrame:
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
    codes = regions.codes(regions.resolve(region_set))
    return pd.DataFrame(
        {
            "score": indicators.values("score", edition, codes),
            "covariate": indicators.values(indicator, period, codes),
        }
    ).dropna()


def associate(
    edition: str, indicator: str, period: str, region_set: str | Sequence[str], statistic: str
) -> dict[str, object]:
    """One row of the associations table, without what needs the other rows of its family.

    Parameters
    ----------
    edition : {'II', 'III'}
        Edition of the rating.
    indicator, period : str
        Indicator of the catalogue and calendar year.
    region_set : str or sequence of str
        As in `has_enough`.
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
    data = score_and_covariate(edition, indicator, period, region_set)
    return _row(edition, indicator, period, region_set, statistic, data)


def _row(
    edition: str,
    indicator: str,
    period: str,
    region_set: str | Sequence[str],
    statistic: str,
    data: pd.DataFrame,
) -> dict[str, object]:
    """`associate` for figures that are at hand."""
    score, covariate = data["score"].to_numpy(), data["covariate"].to_numpy()
    found = stats.associate(statistic, score, covariate)
    interval = stats.interval(found)
    without = stats.estimates_without_each(statistic, score, covariate) if found.estimate is not None else []
    known = [estimate for estimate in without if estimate is not None]
    return {
        "edition": edition,
        "indicator": indicator,
        "period": period,
        "gap_years": gap_years(edition, period) if period.isdecimal() else None,
        "subset": label_of(region_set),
        "statistic": statistic,
        "n": found.n,
        "estimate": found.estimate,
        "arrangements": found.arrangements,
        "p_exact": found.p_exact,
        "p_min": found.p_min,
        "family": f"{edition}/{statistic}/{regions_used(data.index.tolist(), region_set)}",
        "ci_low": interval.ci_low,
        "ci_high": interval.ci_high,
        "ci_method": interval.ci_method,
        "loo_low": min(known, default=None),
        "loo_high": max(known, default=None),
        "regions": " ".join(data.index),
    }


def regions_used(used: Sequence[str], region_set: str | Sequence[str]) -> str:
    """Name of those regions of a set that were used: ``siberian less RU-TY``."""
    if region_set in regions.SUBSETS or set(used) <= set(regions.codes(regions.far_east())):
        return regions.region_set(used)
    missing = [code for code in regions.codes(regions.resolve(region_set)) if code not in used]
    return label_of(region_set) + "".join(f" less {code}" for code in missing)


def table(covariates: Iterable[str] = (), region_set: str | Sequence[str] = "far_east") -> pd.DataFrame:
    """Every edition x indicator x year x subset x statistic for which there are regions enough.

    Parameters
    ----------
    covariates : iterable of str
        Covariates that are to have rows of `region_set` too, where the table would not hold them.
    region_set : str or sequence of str
        Their regions, as in `has_enough`.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, sorted by the first six of them (but ``gap_years``). A cell is missing
        where the data do not allow it (a constant covariate, fewer than three regions).
    """
    rows = _table().copy()
    key = ["indicator", "period", "subset"]
    there = set(rows[key].itertuples(index=False, name=None))
    label = label_of(region_set)
    asked = [tuple(each.split(":")) for each in covariates]
    new = [
        (name, period)
        for name, period in asked
        if (name, period, label) not in there and has_enough(name, period, region_set)
    ]
    if not new:
        return rows
    size = len(regions.resolve(region_set))
    added = [
        associate(edition, name, period, region_set, statistic)
        for edition in EDITIONS
        for name, period in new
        # leaving each of many regions out of a sampled rho takes minutes and decides nothing
        for statistic in (STATISTICS if size <= JOINT_CASES else STATISTICS[:1])
    ]
    rows = pd.concat([rows, pd.DataFrame(added)], ignore_index=True)
    changed = {str(row["family"]) for row in added}
    return _with_adjusted(rows, changed)


@cache
def _table() -> pd.DataFrame:
    rows = pd.DataFrame(
        [
            _row(edition, indicator, period, subset, statistic, data)
            for indicator in COVARIATES
            for period in years(indicator)
            for subset in regions.SUBSETS
            if has_enough(indicator, period, subset)
            for edition in EDITIONS
            for data in [score_and_covariate(edition, indicator, period, subset)]
            for statistic in STATISTICS
        ]
    )
    rows["p_holm"] = np.nan
    rows["p_maxt"] = np.nan
    return _with_adjusted(rows, set(rows["family"]))


def _with_adjusted(rows: pd.DataFrame, families: Collection[str]) -> pd.DataFrame:
    """Rows in order, the adjusted p of some families computed anew."""
    rows = rows.sort_values(["edition", "indicator", "period", "subset", "statistic"], ignore_index=True)
    known = rows[rows["p_exact"].notna() & rows["family"].isin(families)]
    for _, members in known.groupby("family", sort=True):
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
    if len(codes) > JOINT_CASES:
        return holm[position], np.full(len(members), np.nan)
    maxt = np.asarray(stats.step_down_max_t(score, covariates[once], statistic=str(first["statistic"])))
    return holm[position], maxt[position]


def adjusted(frame: pd.DataFrame, score: str, covariates: Sequence[str]) -> pd.Series:
    """Adjust the p of tau-b for a family that was named beforehand.

    Covariates with figures for the same regions are one family. Adjusted is by the exact step-down max-T over
    all arrangements of the score (Westfall and Young 1993), beyond `JOINT_CASES` regions by Holm (1979).

    Parameters
    ----------
    frame : pandas.DataFrame
        A row a region; columns `score` and `covariates`, NaN where there is no figure.
    score : str
        Column of the score.
    covariates : sequence of str
        The family.

    Returns
    -------
    pandas.Series
        Indexed by covariate; NaN where it has no coefficient.
    """
    found = pd.Series(np.nan, index=list(covariates), dtype=float)
    used = {name: tuple(frame[[score, name]].dropna().index) for name in covariates}
    for codes in dict.fromkeys(used.values()):
        rows = frame.loc[list(codes)]
        p = {
            name: stats.kendall_tau_b(rows[score], rows[name]).p for name in covariates if used[name] == codes
        }
        members = [name for name, value in p.items() if value is not None]
        if not members:
            continue
        values = rows[members].to_numpy().T
        same_as = np.asarray(stats.distinct_rows(values))
        once, position = np.unique(same_as, return_inverse=True)
        if len(codes) > JOINT_CASES:
            known = np.asarray(stats.holm(np.array([p[members[place]] for place in once], dtype=float)))
        else:
            known = np.asarray(stats.step_down_max_t(rows[score].to_numpy(), values[once]))
        found[members] = known[position]
    return found
