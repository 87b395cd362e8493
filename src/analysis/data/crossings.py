"""Crossing points on the Russia-China border in the Far East: Rosgranstroy's list of January 2026."""

from __future__ import annotations

import pandas as pd

from analysis import paths
from analysis.data import package, regions

PERIOD = "2026"
# a special-purpose point (one-off shipments): counted or not is a choice, so both counts exist
SPECIAL_PURPOSE = "Сковородино"


def points() -> pd.DataFrame:
    """Return the 27 crossing points.

    Returns
    -------
    pandas.DataFrame
        Columns ``name, kind, traffic, regime, region`` (ISO code), ``functioning`` (bool),
        ``chinese_counterpart``. Air and sea points are not on the list.
    """
    table = package.read("crossings-2026")
    where = paths.relative(package.resource("crossings-2026").path)
    return table.assign(region=[regions.by_name(name, where).code for name in table["region"]])


def observations() -> pd.DataFrame:
    """Counts of established and functioning points by region, with and without Сковородино.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, source``.
    """
    listed = points()
    parts = []
    for suffix, chosen in (
        ("", listed),
        ("_without_skovorodino", listed[listed["name"] != SPECIAL_PURPOSE]),
    ):
        for indicator, kept in (
            (f"crossings_established{suffix}", chosen),
            (f"crossings_functioning{suffix}", chosen[chosen["functioning"]]),
        ):
            counts = kept.groupby("region").size()
            parts.append(
                pd.DataFrame(
                    {
                        "region": counts.index,
                        "indicator": indicator,
                        "period": PERIOD,
                        "value": counts.to_numpy(dtype=float),
                        "source": "crossings-2026",
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)
