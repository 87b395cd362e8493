"""The paper's three tables as printed: Zhukovskii and Klokkel (2025).

Printed cells are strings (decimal comma, trailing zeros), because only strings keep the precision
a figure was printed with; the number stands beside them.
"""

from __future__ import annotations

import pandas as pd

from analysis.data import package
from analysis.data.messages import Message, _

FAR_EAST_ROW = "FAR_EAST"
# units of Table 1, as they are written in its file
UNITS: dict[str, Message] = {
    "km per 10,000 km2": _("km per 10,000 km²"),
    "km per 1,000 km2": _("km per 1,000 km²"),
    "km": _("km"),
    "count": _("count"),
    "per km of border": _("per km of border"),
}


def table_1() -> pd.DataFrame:
    """Table 1, transit potential of five border regions, 2020.

    Returns
    -------
    pandas.DataFrame
        Columns ``row`` (indicator), ``column`` (region code), ``printed``, ``value``, ``unit`` and labels.
    """
    return package.read("paper-table-1")


def table_2() -> pd.DataFrame:
    """Table 2, China's share of foreign trade turnover, per cent, ten years of 2000-2021.

    Returns
    -------
    pandas.DataFrame
        Columns ``row`` (region code or ``FAR_EAST``), ``column`` (year), ``printed``, ``value``, ``unit``
        and labels; ``printed`` is empty or ``-`` where the paper has no figure.
    """
    return package.read("paper-table-2")


def table_3() -> pd.DataFrame:
    """Table 3, timber exports of the Amur region to China, January-September 2021, thousand US dollars.

    Returns
    -------
    pandas.DataFrame
        Nine rows in print order: ``row``, labels, ``printed_codes``, ``printed``, ``value``, ``unit``.
    """
    return package.read("paper-table-3")


def claims() -> pd.DataFrame:
    """Declared claims of the paper: printed strings with their place and the rule that judges them.

    Returns
    -------
    pandas.DataFrame
        Columns of ``data/raw/paper/claims.csv``, all text.
    """
    return package.read("paper-claims")


def observations() -> pd.DataFrame:
    """Figures of Tables 1 and 2 that other computations start from.

    The printed densities are left out: they are recomputed from counts and lengths, because
    three printed decimals make ties that are not there.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, source``.
    """
    first = table_1()
    first = first[first["row"].isin(("border_length", "crossings_established", "crossings_functioning"))]
    # Table 1 is headed 2020; the length of a border has no year of its own
    transit = pd.DataFrame(
        {
            "region": first["column"],
            "indicator": first["row"],
            "period": "2020",
            "value": first["value"],
            "source": "paper-table-1",
        }
    )
    second = table_2().dropna(subset="value")
    share = pd.DataFrame(
        {
            "region": second["row"],
            "indicator": "china_share",
            "period": second["column"],
            "value": second["value"],
            "source": "paper-table-2",
        }
    )
    return pd.concat([transit, share], ignore_index=True)
