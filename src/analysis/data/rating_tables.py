"""The rating's committed tables read as figures by region: scores, length of entries, stalls, conversion.

The scores are the document's own. What the dictionary counted and what the register of initiatives says
carries the mark of how it was made.
"""

from __future__ import annotations

import pandas as pd

from analysis.data import package

SCORES = "rating-scores"
STATEMENTS = "rating-statements"
DICTIONARY = "rating-dictionary-counts"
INITIATIVES = "rating-initiatives"
# the tables of entries are of one edition
EDITION = "III"
# columns of the dictionary's counts; statements of the last one speak of no stage of work
CODES = ("stalled", "realised", "under_way", "intended", "context")
# what an initiative can still be converted from: not finished when the edition before was made
OPEN = ("announced", "under_way")


def scores() -> pd.DataFrame:
    """Scores of both editions, the one in brackets as that of the edition before.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, source``; ``period`` is the edition.
    """
    table = package.read(SCORES)
    parts = [
        _figures(table["region"], "score", table[edition], table[score], SCORES)
        for edition, score in (("edition", "score"), ("previous_edition", "previous_score"))
    ]
    return pd.concat(parts, ignore_index=True)


def lengths() -> pd.DataFrame:
    """Length of each region's entry in edition III, and the stalls its typesetting marks.

    Returns
    -------
    pandas.DataFrame
        Indexed by region: ``statements``, ``words``, ``numbers``; ``stalled`` (set in italics) and
        ``stalled_unknown`` (fell out of the table, so that italics are lost), all int64.
    """
    table = package.read(STATEMENTS)
    return (
        table.assign(
            statements=1,
            stalled_unknown=table["stalled"] == "",
            stalled=table["stalled"] == "true",
        )
        .groupby("region")[["statements", "words", "numbers", "stalled", "stalled_unknown"]]
        .sum()
    )


def dictionary_counts() -> pd.DataFrame:
    """Statements of each entry by the dictionary's code, both columns together.

    Returns
    -------
    pandas.DataFrame
        Indexed by region; columns `CODES`, int64. Not validated by people.
    """
    return package.read(DICTIONARY).groupby("region")[list(CODES)].sum()


def realised_share(counts: pd.DataFrame) -> pd.Series:
    """Share of realised among the statements that speak of a stage at all, 0-1.

    Parameters
    ----------
    counts : pandas.DataFrame
        As `dictionary_counts`. A region whose statements are all context has no share (NaN).
    """
    *stages, _context = CODES
    spoken = counts[stages].sum(axis=1)
    return (counts["realised"] / spoken.where(spoken > 0)).rename("realised_share")


def conversions() -> pd.DataFrame:
    """Conversion of the initiatives open in the edition before, by region.

    Returns
    -------
    pandas.DataFrame
        Indexed by region: ``open`` (count), ``realised`` and ``moving`` (shares, 0-1; NaN where nothing was
        open). One coder.
    """
    table = package.read(INITIATIVES)
    is_open = table["status_before"].isin(OPEN)
    now = table["status_now"]
    counts = (
        pd.DataFrame(
            {
                "open": is_open,
                "realised": is_open & now.eq("realised"),
                "moving": is_open & now.isin(("realised", "under_way")),
            }
        )
        .groupby(table["region"], sort=False)
        .sum()
        .astype(float)
    )
    return counts.assign(**{name: counts[name] / counts["open"] for name in ("realised", "moving")})


def observations() -> pd.DataFrame:
    """Scores, and the entries of edition III as indicators.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, source``; the period is the edition. Indicators: ``score``;
        ``entry_words``, ``stalled_count`` (italics, a lower bound where text fell out of the table),
        ``realised_share`` (%, by the dictionary, not validated by people), ``conversion_realised``
        and ``conversion_moving`` (%, one coder, Far East only).
    """
    length, counts, converted = lengths(), dictionary_counts(), conversions()
    series = {
        "entry_words": (length["words"], STATEMENTS),
        "stalled_count": (length["stalled"], STATEMENTS),
        "realised_share": (realised_share(counts) * 100, DICTIONARY),
        "conversion_realised": (converted["realised"] * 100, INITIATIVES),
        "conversion_moving": (converted["moving"] * 100, INITIATIVES),
    }
    parts = [
        _figures(values.index, name, EDITION, values, source).dropna(subset="value")
        for name, (values, source) in series.items()
    ]
    return pd.concat([scores(), *parts], ignore_index=True)


def _figures(
    region: pd.Series | pd.Index, indicator: str, period: pd.Series | str, values: pd.Series, source: str
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region": region.to_numpy(),
            "indicator": indicator,
            "period": period if isinstance(period, str) else period.to_numpy(),
            "value": values.to_numpy(float),
            "source": source,
        }
    )
