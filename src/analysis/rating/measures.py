"""What the entries of an edition look like, by region: length, stalls, codes, conversion.

These are the rating's own figures turned into indicators; those of the dictionary and of the
register of initiatives carry the mark of how they were made.
"""

from __future__ import annotations

import pandas as pd

from analysis.data import package
from analysis.rating import codebook, follow_up

STATEMENTS, DICTIONARY = "rating-statements", "rating-dictionary-counts"
# the committed tables are of one edition
EDITION = "III"


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
        Indexed by region; columns `analysis.rating.codebook.CODES`, int64. Not validated by people.
    """
    return package.read(DICTIONARY).groupby("region")[list(codebook.CODES)].sum()


def realised_share(counts: pd.DataFrame) -> pd.Series:
    """Share of realised among the statements that speak of a stage at all, 0-1.

    Parameters
    ----------
    counts : pandas.DataFrame
        As `dictionary_counts`. A region whose statements are all context has no share (NaN).
    """
    spoken = counts[[name for name in codebook.CODES if name != codebook.REMAINDER]].sum(axis=1)
    return (counts["realised"] / spoken.where(spoken > 0)).rename("realised_share")


def conversions() -> pd.DataFrame:
    """Conversion of the initiatives open in the edition before, by region.

    Returns
    -------
    pandas.DataFrame
        Indexed by region: ``open`` (count), ``realised`` and ``moving`` (shares, 0-1). One coder.
    """
    found = follow_up.by_region(follow_up.committed())
    return pd.DataFrame(
        {
            "open": [item.open for item in found],
            "realised": [item.realised for item in found],
            "moving": [item.moving for item in found],
        },
        index=pd.Index([item.group for item in found], name="region"),
        dtype=float,
    )


def observations() -> pd.DataFrame:
    """Indicators of the entries, in the form of `analysis.data.indicators`.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, source``; period ``III``. Indicators:
        ``entry_words``, ``stalled_count`` (italics, a lower bound where text fell out of the table),
        ``realised_share`` (%, by the dictionary, not validated by people), ``conversion_realised``
        and ``conversion_moving`` (%, one coder, Far East only).
    """
    length, counts, converted = lengths(), dictionary_counts(), conversions()
    series = {
        "entry_words": (length["words"], STATEMENTS),
        "stalled_count": (length["stalled"], STATEMENTS),
        "realised_share": (realised_share(counts) * 100, DICTIONARY),
        "conversion_realised": (converted["realised"] * 100, follow_up.RESOURCE),
        "conversion_moving": (converted["moving"] * 100, follow_up.RESOURCE),
    }
    parts = [
        pd.DataFrame(
            {
                "region": values.index,
                "indicator": name,
                "period": EDITION,
                "value": values.astype(float).to_numpy(),
                "source": source,
            }
        ).dropna(subset="value")
        for name, (values, source) in series.items()
    ]
    return pd.concat(parts, ignore_index=True)
