"""Whether the rows of a yearbook's table add up: regions to their district, districts to Russia.

A region belongs to the district whose row it stands below, so that Crimea and regions that changed their
district count where the table has them. A table is held against its own sums only if most of its districts
are the sums of their regions; densities, shares and figures per head are not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from analysis.data import regions
from analysis.data.yearbook import RUSSIA, YearbookTable

COLUMNS = ["whole", "group", "period", "value", "parts", "gap"]
# A table is one of sums if so many of its districts are
MOST = 0.8
# Beyond rounding, and of a size that matters to anyone
SMALLEST = 0.001
# Told one by one; the largest say where to look
MOST_TOLD = 5


def imbalances(table: YearbookTable) -> pd.DataFrame:
    """Totals of a table that their parts do not add up to.

    Parameters
    ----------
    table : YearbookTable
        What `analysis.data.yearbook.read_table` gave.

    Returns
    -------
    pandas.DataFrame
        Columns ``whole`` (``RU`` or a district's key), ``group``, ``period``, ``value``, ``parts`` (their sum)
        and ``gap`` (value less parts), the largest gap relative to its value first; no rows where all add up
        or the table is none of sums.
    """
    key = ["whole", "group", "period"]
    known = table.parts.dropna(subset="value")
    sums = known.groupby(key)["value"].agg(["sum", "count"])
    # a part without a figure may be unknown as well as none: only what has all its parts is judged
    needed = table.parts.groupby(key)["is_needed"].sum()
    present = known.groupby(key)["is_needed"].sum().reindex(needed.index, fill_value=0)
    sums = sums[sums.index.isin(needed.index[needed <= present])]
    totals = table.totals.rename(columns={"region": "whole"}).set_index(key)[["value"]]
    both = totals.join(sums, how="inner").rename(columns={"sum": "parts"}).reset_index()
    if both.empty:
        return pd.DataFrame(columns=COLUMNS)
    both["gap"] = both["value"] - both["parts"]
    rounding = 0.5 * 10.0 ** -_decimals(table.frame["value"].tolist()) * (both["count"] + 1)
    odd = both["gap"].abs() > pd.concat([rounding, SMALLEST * both["value"].abs()], axis=1).max(axis=1)
    districts = both["whole"] != RUSSIA
    if not districts.any() or odd[districts].mean() > 1 - MOST:
        return pd.DataFrame(columns=COLUMNS)
    found = both[odd].assign(share=lambda rows: (rows["gap"] / rows["value"]).abs())
    return found.sort_values(["share", *key], ascending=[False, True, True, True])[COLUMNS].reset_index(
        drop=True
    )


def notes(table: YearbookTable) -> tuple[str, ...]:
    """Sentences on the largest of these gaps, for a reader who takes the table in."""
    found = imbalances(table)
    told = [
        f"Table {table.number}: {regions.area_name(row.whole)}, {row.period}: {row.value:.12g}, and its parts add up to "
        f"{row.parts:.12g}."
        for row in found.head(MOST_TOLD).itertuples()
    ]
    if len(found) > len(told):
        told.append(f"Table {table.number}: {len(found) - len(told)} more totals differ from their parts.")
    return tuple(told)


def _decimals(values: Sequence[float]) -> int:
    """Decimals most of the figures are printed with: trailing zeros are lost, so that single ones say little."""
    written = (f"{value:.3f}".rstrip("0").partition(".")[2] for value in values if value)
    return Counter(map(len, written)).most_common(1)[0][0]
