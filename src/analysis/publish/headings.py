"""Headings and formats of the columns the project's tables share, so that a frame can be saved as it is."""

from __future__ import annotations

import pandas as pd

from analysis.data import indicators
from analysis.data.messages import _
from analysis.data.regions import LANGUAGES
from analysis.publish.tables import Column, Kind
from analysis.publish.words import Words

# heading, kind, decimals
_KNOWN: dict[str, tuple[Words, Kind, int]] = {
    "region": (_("Region"), "region", 0),
    "indicator": (_("Indicator"), "text", 0),
    "period": (_("Period"), "text", 0),
    "edition": (_("Edition"), "text", 0),
    "score": (_("Score"), "number", 0),
    "n": (_("n"), "number", 0),
    "estimate": (_("Estimate"), "number", 2),
    "p_exact": (_("Exact p"), "p_value", 0),
    "p_min": (_("Smallest p possible"), "p_value", 0),
    "p_adjusted": (_("Adjusted p"), "p_value", 0),
    "arrangements": (_("Arrangements"), "number", 0),
    "leave_one_out_low": (_("Lowest without one region"), "number", 2),
    "leave_one_out_high": (_("Highest without one region"), "number", 2),
    "source": (_("Source"), "text", 0),
}


def describe(rows: pd.DataFrame) -> tuple[Column, ...]:
    """Columns of a frame as they are printed.

    Parameters
    ----------
    rows : pandas.DataFrame
        The frame, its index already among its columns.

    Returns
    -------
    tuple of Column
        One a column: with the project's heading, with the name and unit of an indicator, or with its own name;
        fractions have two decimals.
    """
    return tuple(_describe(str(name), rows[name]) for name in rows.columns)


def _describe(name: str, values: pd.Series) -> Column:
    if name in _KNOWN:
        header, kind, decimals = _KNOWN[name]
        return Column(name, header, kind, decimals)
    kind, decimals = _kind(values)
    known = indicators.catalogue()
    if name in known:
        title = {
            language: f"{known[name].name[language]}, {known[name].unit[language]}" for language in LANGUAGES
        }
        return Column(name, title, kind, decimals)
    return Column(name, name, kind, decimals)


def _kind(values: pd.Series) -> tuple[Kind, int]:
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        return "text", 0
    whole = values.dropna()
    return "number", 0 if (whole == whole.round()).all() else 2
