"""How answers of the customs store look: names beside codes, columns, bars."""

from __future__ import annotations

import pandas as pd

from analysis.customs import trade
from analysis.data.messages import Message, Name, _
from analysis.publish import charts
from analysis.publish.charts import Chart
from analysis.publish.tables import Column, with_names
from analysis.publish.words import Words

THOUSAND = _("thousand US dollars")
INDENT = "\u2003"


def named(frame: pd.DataFrame, *, is_tree: bool = False) -> pd.DataFrame:
    """Put names beside the partners or goods of a frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        With a column ``partner`` or ``goods``.
    is_tree : bool
        Whether names carry their code and stand in by their level.

    Returns
    -------
    pandas.DataFrame
        With ``name_en`` and ``name_ru``.
    """
    if "partner" in frame:
        return with_names(frame, "name", [trade.partner_name(code) for code in frame["partner"]])
    names = [trade.goods_name(code) for code in frame["goods"]]
    if is_tree:
        # two digits a level
        return with_names(
            frame,
            "name",
            [
                _("{indent}{code} {name}", indent=INDENT * (len(code) // 2 - 1), code=code, name=name)
                for code, name in zip(frame["goods"], names, strict=True)
            ],
        )
    return with_names(frame, "name", names)


def columns(frame: pd.DataFrame, *, is_tree: bool = False) -> list[Column]:
    """Columns to print of a named frame of values."""
    key, heading = ("partner", _("Country")) if "partner" in frame else ("goods", _("Goods"))
    shown = [] if is_tree else [Column(key, _("Code"), "code")]
    shown += [Column("name", heading), Column("value_thousand_usd", _("Thousand US dollars"), "number", 1)]
    return shown + ([Column("share_percent", "%", "number", 1)] if "share_percent" in frame else [])


def bars(
    frame: pd.DataFrame, value: str = "value_thousand_usd", axis: Words = THOUSAND, *, is_tree: bool = False
) -> Chart:
    """Bars of a named frame, China in its colour where partners are told apart."""
    to_china = frame["partner"] == trade.CHINA if "partner" in frame else pd.Series(True, index=frame.index)
    return charts.bar_chart(
        [Name(row.name_en, row.name_ru) for row in frame[["name_en", "name_ru"]].itertuples()],
        frame[value].tolist(),
        [charts.CHINA if china else charts.OTHER for china in to_china],
        axis,
        decimals=1,
        is_tree=is_tree,
    )


def largest(frame: pd.DataFrame) -> Message:
    """Say what is largest in a named frame, or that there was no such trade."""
    first = frame.iloc[0]
    if not first["value_thousand_usd"]:
        return _("The files hold these months of the region, and no such trade in them.")
    name = Name(first["name_en"], first["name_ru"])
    if "partner" in frame and "share_percent" in frame:
        return _("Largest: {name}, {share:.1f} %.", name=name, share=first["share_percent"])
    return _(
        "Largest: {name}, {value:.1f} thousand US dollars.", name=name, value=first["value_thousand_usd"]
    )
