"""Figures that two sources give differently."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.data import indicators, package, user_data

COLUMNS = [
    "region",
    "indicator",
    "period",
    "value",
    "source",
    "other_indicator",
    "other_value",
    "other_source",
    "relative_difference",
]
ORDER = ["indicator", "region", "period", "source", "other_source"]
# customs revise a year's totals by tenths of a per cent after publication
CUSTOMS_TOLERANCE = 0.01


def disagreements() -> pd.DataFrame:
    """Where two sources give different figures for the same region, indicator and period.

    Compared are own tables with the raw extracts and with one another (they differ if rounding cannot
    explain it), and the customs store with both (they differ by more than one per cent, or the rounding
    of the other figure where that is more): its exports, imports and turnover with all partners with
    Rosstat's, and its turnover with China with the derived one.

    Returns
    -------
    pandas.DataFrame
        Columns as in `differing`, ``value`` being the own figure; without own files no rows.

    Raises
    ------
    AnalysisError
        As `indicators.observations`.
    """
    if not indicators.has_user_data():
        return pd.DataFrame(columns=COLUMNS)
    tables = _with_rounding(indicators.user_tables())
    raw = _with_rounding(indicators.committed())
    preferred = tables[~tables.duplicated(user_data.KEY)]
    others = tables[tables.duplicated(user_data.KEY)]
    published = pd.concat([raw, preferred], ignore_index=True)
    published = published[~published.duplicated(user_data.KEY)]
    customs = indicators.customs_figures().assign(rounding=0.0)
    found = [
        differing(tables, raw),
        differing(preferred, others),
        differing(customs, published, {"turnover_china": "china_turnover"}, CUSTOMS_TOLERANCE),
    ]
    return pd.concat(found, ignore_index=True).sort_values(ORDER, ignore_index=True)[COLUMNS]


def differing(
    ours: pd.DataFrame,
    others: pd.DataFrame,
    same_as: dict[str, str] | None = None,
    tolerance: float = 0.0,
) -> pd.DataFrame:
    """Figures of two sources that speak of the same thing and differ.

    Parameters
    ----------
    ours, others : pandas.DataFrame
        Observations with a column ``rounding``: how far a figure may lie from what it was rounded from, in its
        unit.
    same_as : dict, optional
        Indicator of `ours` to the indicator of `others` that means the same under another name
        (``turnover_china`` is observed, ``china_turnover`` derived); others are matched by name.
    tolerance : float
        Relative difference up to which two sources agree.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, source, other_indicator, other_value,
        other_source, relative_difference`` (ours less other, over other; missing where the other is
        zero), sorted.
    """
    names = same_as or {}
    left = ours.assign(other_indicator=ours["indicator"].map(lambda name: names.get(name, name)))
    right = others.rename(
        columns={name: f"other_{name}" for name in ("indicator", "value", "source", "rounding")}
    )[["region", "other_indicator", "period", "other_value", "other_source", "other_rounding"]]
    both = left.merge(right, on=["region", "other_indicator", "period"])
    difference = both["value"] - both["other_value"]
    both["relative_difference"] = difference / both["other_value"].where(both["other_value"] != 0)
    rounded = both["rounding"] + both["other_rounding"]
    # binary fractions: figures that differ by exactly what rounding allows agree
    allowed = np.maximum(tolerance * both["other_value"].abs(), rounded) * (1 + 1e-9)
    return both.loc[difference.abs() > allowed, COLUMNS].sort_values(ORDER, ignore_index=True)


def largest_first(found: pd.DataFrame) -> pd.DataFrame:
    """`disagreements` by the size of the relative difference, an undefined one (the other figure is zero) first.

    Parameters
    ----------
    found : pandas.DataFrame
        Columns as `disagreements`.
    """
    size = found["relative_difference"].abs().fillna(np.inf)
    return found.loc[size.sort_values(ascending=False, kind="stable").index]


def _with_rounding(table: pd.DataFrame) -> pd.DataFrame:
    """Observations with how far each may lie from what it was rounded from.

    Half of the last decimal that a source uses for the indicator in the period; for the derived turnover
    with China what the rounding of the share makes of it.
    """
    rounding = package.rounding(table)
    shares = table[table["indicator"] == "china_share"]
    # a half of the share's last decimal, relative to the share, by (region, period)
    relative = (rounding[shares.index] / shares["value"]).set_axis(
        pd.MultiIndex.from_frame(shares[["region", "period"]])
    )
    is_derived = table["indicator"] == "china_turnover"
    derived_from = pd.MultiIndex.from_frame(table.loc[is_derived, ["region", "period"]])
    rounding[is_derived] = table.loc[is_derived, "value"] * relative.reindex(derived_from).to_numpy()
    return table.assign(rounding=rounding)
