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
    "estimate": (_("tau-b"), "number", 2),
    "p_exact": (_("Exact p"), "p_value", 0),
    "p_min": (_("Smallest p possible"), "p_value", 0),
    "p_adjusted": (_("Adjusted p"), "p_value", 0),
    "arrangements": (_("Arrangements"), "number", 0),
    "leave_one_out_low": (_("Lowest without one region"), "number", 2),
    "leave_one_out_high": (_("Highest without one region"), "number", 2),
    "source": (_("Source"), "text", 0),
    "label": (_("Indicator and year"), "text", 0),
    "gap_years": (_("Years before the events"), "number", 0),
    "p_directed": (_("Directed p (higher score)"), "p_value", 0),
    "p_primary": (_("p adjusted: primary family"), "p_value", 0),
    "p_shown": (_("p adjusted: rows shown"), "p_value", 0),
    "p_all": (_("p adjusted: all indicators and years"), "p_value", 0),
    "other_estimate": (_("tau-b, other edition"), "number", 2),
    "other_p": (_("Exact p, other edition"), "p_value", 0),
    "loo_low": (_("One left out, from"), "number", 2),
    "loo_high": (_("One left out, to"), "number", 2),
    "raw": (_("tau-b"), "number", 2),
    "p_raw": (_("Exact p"), "p_value", 0),
    "within": (_("Border held fixed"), "number", 2),
    "p_within": (_("p, border held fixed"), "p_value", 0),
    "p_min_within": (_("Smallest reachable p, border held fixed"), "p_value", 0),
    "partial": (_("Partial tau"), "number", 2),
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
    return tuple(column(str(name), rows[name]) for name in rows.columns)


def column(name: str, values: pd.Series) -> Column:
    """Column of a frame as it is printed, as in `describe`."""
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
