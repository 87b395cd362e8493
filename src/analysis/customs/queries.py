"""What a reader asks of their own customs store, and the goods that the paper's charts show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import customs, paths
from analysis.data.messages import Message, Name, _
from analysis.errors import NoDataError

# what the paper's charts and Table 3 show
PAPER_REQUEST = {"region": "RU-AMU", "period": "2021-01/2021-09", "partner": "CN", "direction": "export"}
SOYBEANS = ("120190",)  # soybeans, whether or not broken, not for sowing (Chart 1)
FUELS = ("27",)  # mineral fuels (Chart 4)
TIMBER = ("44",)  # wood and articles of wood (Table 3)


def requested_store(values: Mapping[str, Any]) -> customs.Store | None:
    """Return the reader's customs store, if it holds what is asked for.

    Parameters
    ----------
    values : dict
        ``region``, ``period``, ``partner``, ``direction`` and ``goods``, checked.

    Returns
    -------
    Store or None
        The rows of the region and the period; None where the paper's own request finds no files.

    Raises
    ------
    NoDataError
        If something else than the paper's exhibits is asked for and the store does not hold it.
    AnalysisError
        If the store is damaged.
    """
    folder = paths.user() / "customs"
    is_papers = all(values[name] == value for name, value in PAPER_REQUEST.items()) and not values["goods"]
    if not customs.exists(folder):
        if is_papers:
            return None
        raise NoDataError(
            f"There are no customs data for {values['region']}, {values['period']}: bring files with regions into "
            "data/user/customs/ with `amur ingest customs PATH`."
        )
    # its libraries load only where there are customs files
    from analysis.customs import trade

    region, months = values["region"], values["period"]
    store = _excerpt(folder, (folder / customs.MANIFEST).read_bytes(), region, months)
    try:
        trade.partner_values(store, region, months, direction=values["direction"])
    except NoDataError:
        if is_papers:
            return None
        raise
    return store


@lru_cache(maxsize=1)
def _excerpt(folder: Path, manifest: bytes, region: str, period: str) -> customs.Store:
    """Read what all exhibits of a run ask for, once for each state of the store."""
    from analysis.customs import trade

    return trade.excerpt(customs.open_store(folder), region, period)


def no_trade(goods: Sequence[str]) -> pd.DataFrame:
    """Goods that were not traded in months the store holds: zero, which is a finding.

    Returns
    -------
    pandas.DataFrame
        Columns ``goods, value_thousand_usd``.
    """
    return pd.DataFrame({"goods": goods, "value_thousand_usd": 0.0})


def title(values: Mapping[str, Any], subject: Message, *, of_all_partners: bool = False) -> Message:
    """Title of a table or chart of a request: flow, region, partner and what is shown.

    Parameters
    ----------
    values : dict
        As `requested_store`.
    subject : Message
        What is shown.
    of_all_partners : bool
        Whether the partner asked for plays no part in it.
    """
    from analysis.customs import trade
    from analysis.data.formats import place

    is_export = values["direction"] == "export"
    region = _("Russia") if values["region"] == trade.RUSSIA else place(values["region"])
    if of_all_partners:
        flow = _("Exports, {region}: {subject}") if is_export else _("Imports, {region}: {subject}")
        return Message(flow.key, {"region": region, "subject": subject})
    flow = (
        _("Exports, {region} to {partner}: {subject}")
        if is_export
        else _("Imports, {region} from {partner}: {subject}")
    )
    named = {"region": region, "partner": trade.partner_name(values["partner"]), "subject": subject}
    return Message(flow.key, named)


def goods_subject(codes: Sequence[str]) -> Message:
    """Say which goods a chart by country shows."""
    from analysis.customs import trade

    names = [trade.goods_name(code) for code in codes]
    # a name of the register begins with a capital, which is out of place behind a colon
    small = [Name(_small(name.en), _small(name.ru)) if isinstance(name, Name) else name for name in names]
    listed: Message | Name = small[0]
    for name in small[1:]:
        listed = _("{first}; {second}", first=listed, second=name)
    return _("{goods}, by country", goods=listed)


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
