"""Rosstat's regional series (yearbook "Regions of Russia") for the 83 rated regions.

Arkhangelsk and Tyumen oblasts stand here without their autonomous okrugs, as their names in the
files say; a file whose plain "Тюменская область" includes the okrugs must not be mixed in.
"""

from __future__ import annotations

import pandas as pd

from analysis import paths
from analysis.data import package, regions

# resource -> {column: indicator}
_COLUMNS = {
    "rosstat-investment": {"investment_mln_rub": "investment"},
    "rosstat-grp": {"grp_mln_rub": "grp", "grp_per_head_rub": "grp_per_head"},
    "rosstat-population": {
        "annual_average_thousand": "population",
        "year_end_thousand": "population_year_end",
    },
    "rosstat-transport": {"rail_km_per_10000_km2": "rail_density", "road_km_per_1000_km2": "road_density"},
    "rosstat-fdi": {
        "fdi_inflow_mln_usd": "fdi_inflow",
        "fdi_outflow_mln_usd": "fdi_outflow",
        "fdi_net_mln_usd": "fdi_net",
    },
}
# the land area is a constant of the register, not a series: it carries no year of its own
AREA_PERIOD = "2020"


def trade() -> pd.DataFrame:
    """Exports, imports and turnover, far abroad plus CIS, million US dollars.

    A blank CIS cell beside a filled far-abroad cell counts as no trade: in the Far East it only
    occurs where the neighbouring years print 0.0-0.6 million. A blank far-abroad cell leaves the
    sum missing.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, source``.
    """
    table = _with_codes("rosstat-trade")
    sums = {
        flow: table[f"{column}_far_abroad_mln_usd"] + table[f"{column}_cis_mln_usd"].fillna(0.0)
        for flow, column in (("exports", "export"), ("imports", "import"))
    }
    # published with one decimal; the sum has no more
    wide = table[["region", "period"]].assign(
        exports=sums["exports"].round(1),
        imports=sums["imports"].round(1),
        trade_turnover=(sums["exports"] + sums["imports"]).round(1),
    )
    return _long(wide, ["exports", "imports", "trade_turnover"], "rosstat-trade")


def observations() -> pd.DataFrame:
    """Every Rosstat series, long.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, source``; units are the catalogue's.
    """
    parts = [trade()]
    for name, columns in _COLUMNS.items():
        wide = _with_codes(name).rename(columns=columns)
        if name == "rosstat-transport":
            wide["rail_density"] = _none_is_zero(wide, "rail_density")
        parts.append(_long(wide, list(columns.values()), name))
    area = _with_codes("rosreestr-area", period=AREA_PERIOD).rename(columns={"area_km2": "area"})
    parts.append(_long(area, ["area"], "rosreestr-area"))
    return pd.concat(parts, ignore_index=True)


def _none_is_zero(wide: pd.DataFrame, column: str) -> pd.Series:
    """A column in which a blank of a region without any figure is zero: the yearbook prints `-`, none, there.

    In a region with figures in other years a blank is a figure not given (Chechnya, 2001-2004).
    """
    has_figures = wide.groupby("region")[column].transform("count") > 0
    return wide[column].where(wide[column].notna() | has_figures, 0.0)


def _with_codes(name: str, period: str | None = None) -> pd.DataFrame:
    where = paths.relative(package.resource(name).path)
    table = package.read(name)
    code = {spelling: regions.by_name(spelling, where).code for spelling in table["region"].unique()}
    table["region"] = table["region"].map(code)
    table["period"] = table["year"].astype(int).astype(str) if period is None else period
    return table


def _long(wide: pd.DataFrame, indicators: list[str], source: str) -> pd.DataFrame:
    long = wide.melt(
        id_vars=["region", "period"], value_vars=indicators, var_name="indicator", value_name="value"
    )
    return long.dropna(subset="value").assign(source=source)
