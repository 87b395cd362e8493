"""Foreign trade from the customs store: who buys, what, when, at what price.

Every function takes a `Store` and names a region, months, a direction and, where it matters, goods
and a partner; it answers with a tidy frame. Files hold US dollars, answers thousand US dollars, as
the exhibits print them. Sums are rounded to the cent: that is what the files state, and it keeps
the last bits of parallel sums out of the answer.

A month the store does not hold is refused, never taken for zero: a request in order that the store
cannot answer ends in a `NoDataError`, one that cannot be meant in another `AnalysisError`. Positions
whose code is withheld (``X``) count in every total and show as a row of their own where goods are
told apart.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Literal

import numpy as np
import pandas as pd
import polars as pl

from analysis.customs.reading import NO_REGION
from analysis.customs.rules import CHINA, UNKNOWN_PARTNER
from analysis.customs.store import Store
from analysis.data import formats, regions, user_data
from analysis.data.messages import Message, Name, _, english
from analysis.errors import AnalysisError, NoDataError, one_of

Direction = Literal["export", "import"]
DIRECTIONS: tuple[Direction, ...] = ("export", "import")
_FLOWS: dict[str, Message] = {"export": _("exports"), "import": _("imports")}
RUSSIA = "RU"
FAR_EAST = "FAR_EAST"

# digits of a code at each level of the commodity nomenclature (the Eurasian nomenclature: HS to six digits, national below)
LEVELS: dict[str, int] = {"chapter": 2, "heading": 4, "subheading": 6, "cn8": 8, "position": 10}
GROUPINGS = ("partner", *LEVELS)
WITHHELD = "X"
OTHER = "OTHER"
# codes the files use that are no countries of CLDR
SPECIAL_PARTNERS: dict[str, Name | Message] = {
    **{code: Name(name["en"], name["ru"]) for code, name in formats.UNCODED_COUNTRIES.items()},
    UNKNOWN_PARTNER: _("Not stated"),
}

INDICATORS = {"export": "exports_china", "import": "imports_china", "turnover": "turnover_china"}
TOTALS = {"export": "exports", "import": "imports", "turnover": "trade_turnover"}
UNIT = "million USD"
SOURCE = user_data.CUSTOMS


@dataclass(frozen=True)
class MonthRange:
    """A run of months, both ends included.

    Attributes
    ----------
    first, last : int
        Months as ``yyyymm``.
    """

    first: int
    last: int

    @cached_property
    def months(self) -> tuple[int, ...]:
        """Every month of the run."""
        return tuple(
            number // 12 * 100 + number % 12 + 1
            for number in range(_month_number(self.first), _month_number(self.last) + 1)
        )

    def __str__(self) -> str:
        """``2021``, ``2021-03`` or ``2021-01/2021-09``, the shortest that says it."""
        if self.first // 100 == self.last // 100 and (self.first % 100, self.last % 100) == (1, 12):
            return str(self.first // 100)
        ends = [f"{month // 100}-{month % 100:02d}" for month in (self.first, self.last)]
        return ends[0] if ends[0] == ends[1] else "/".join(ends)


@dataclass(frozen=True)
class Concentration:
    """How far trade rests on few partners or goods.

    Attributes
    ----------
    hhi : float
        Herfindahl-Hirschman index: sum of squared shares, from 1/n to 1 (times 10,000 in points).
    effective_number : float
        1 / hhi: as many equal ones would be as concentrated.
    n : int
        Partners or codes with a positive value.
    largest : str
        Partner or code with the largest share.
    largest_share : float
        Its share, percent.
    unstated_share : float
        Share of unknown partners or withheld codes, percent; they count as one.
    """

    hhi: float
    effective_number: float
    n: int
    largest: str
    largest_share: float
    unstated_share: float


def parse_period(value: object) -> MonthRange:
    """Read a period from ``2021``, ``"2021-03"`` or ``"2021-01/2021-09"``.

    Raises
    ------
    AnalysisError
        If it is anything else, or ends before it begins.
    """
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:/(\d{4})-(\d{2}))?)?", text, flags=re.ASCII)
    if found is None:
        raise _bad_period(value)
    year, month, last_year, last_month = (int(part) if part else None for part in found.groups())
    assert year is not None
    first = year * 100 + (month or 1)
    if last_year is not None and last_month is not None:
        last = last_year * 100 + last_month
    else:
        last = year * 100 + (month or 12)
    if month == 0 or not (1 <= first % 100 <= 12 and 1 <= last % 100 <= 12) or last < first:
        raise _bad_period(value)
    return MonthRange(first, last)


def _bad_period(value: object) -> AnalysisError:
    return AnalysisError(
        f"period is {value!r}; allowed are a year (2021), a month (2021-03) or a run of months "
        "(2021-01/2021-09) that does not end before it begins."
    )


def _month_number(month: int) -> int:
    return month // 100 * 12 + month % 100 - 1


# --- names -------------------------------------------------------------------------------------


@cache
def _goods_names() -> dict[str, Name]:
    text = resources.files("analysis.data").joinpath("register/goods.csv").read_text(encoding="utf-8")
    return {row["code"]: Name(row["name_en"], row["name_ru"]) for row in csv.DictReader(text.splitlines())}


def goods_name(code: str) -> Name | Message:
    """Short name of a goods code; the code itself where the register has none."""
    if WITHHELD in code:
        shown = code.rstrip(WITHHELD)
        return _("{code} (position withheld)", code=shown) if shown else _("Position withheld")
    if code == OTHER:
        return _("Other goods")
    return _goods_names().get(code, Name(code, code))


def partner_name(code: str) -> Name | Message:
    """Name of a partner country (Unicode CLDR through Babel); unknown codes as they are."""
    if code == OTHER:
        return _("Other countries")
    if code in SPECIAL_PARTNERS:
        return SPECIAL_PARTNERS[code]
    return Name(formats.country_name(code, "en"), formats.country_name(code, "ru"))


# --- exhibits ----------------------------------------------------------------------------------


def partner_values(
    store: Store,
    region: str,
    period: object,
    goods: Sequence[str] = (),
    direction: str = "export",
) -> pd.DataFrame:
    """Trade of a region by partner country.

    Parameters
    ----------
    store : Store
        Where the rows are.
    region : str
        ISO code, ``FAR_EAST`` or ``RU`` for the whole country.
    period : int or str
        As in `parse_period`.
    goods : sequence of str
        Codes of 2, 4, 6, 8 or 10 digits; none for all goods.
    direction : {'export', 'import'}
        Direction of trade.

    Returns
    -------
    pandas.DataFrame
        Columns ``partner, value_thousand_usd, net_weight_tonnes``, largest first.

    Raises
    ------
    NoDataError
        If the store does not hold every month.
    AnalysisError
        If a parameter is not allowed.
    """
    where = _where(store, region, period, direction, goods=goods)
    return _grouped(store, "partner", pl.col("partner"), where)


def partner_shares(
    store: Store,
    region: str,
    period: object,
    goods: Sequence[str] = (),
    direction: str = "export",
    top: int | None = None,
) -> pd.DataFrame:
    """Shares of partner countries, percent; beyond `top` they are summed as ``OTHER``.

    Returns
    -------
    pandas.DataFrame
        Columns ``partner, value_thousand_usd, net_weight_tonnes, share_percent``, largest first and
        ``OTHER`` last.

    Raises
    ------
    AnalysisError
        As `partner_values`, and if there was no trade to share.
    """
    table = partner_values(store, region, period, goods, direction)
    return _with_shares(table, "partner", top)


@dataclass(frozen=True)
class _InMemory(Store):
    """A store of which the rows that will be asked for, or their sums, have been read already."""

    frame: pl.DataFrame

    def rows(self) -> pl.LazyFrame:
        """Rows without the files."""
        return self.frame.lazy()


def excerpt(store: Store, region: str, period: object) -> Store:
    """Store that holds the rows of one region and period in memory.

    Many questions about them are then answered from one reading of the files.

    Parameters
    ----------
    store : Store
        Where the rows are.
    region, period
        As in `partner_values`. For the whole country the store itself is given back: its rows may be tens of
        millions.

    Returns
    -------
    Store
        The rows of the region's months in both directions, all partners and goods; it knows of the same files.

    Raises
    ------
    AnalysisError
        If a parameter is not allowed, or the store is damaged.
    """
    _region_codes(region)
    months = parse_period(period)
    if region == RUSSIA:
        return store
    kept = _is_one_of(_okato(region)) & pl.col("period").is_between(months.first, months.last)
    return _InMemory(store.root, store.sources, store.collect(store.rows().filter(kept)))


def summed(store: Store, goods: Sequence[str] = (), region_codes: Sequence[str] = ()) -> Store:
    """Store with the trade in some goods summed by region, direction, month and partner.

    Many questions about the same goods are then answered from one reading of the files. Goods are no longer
    told apart in it, so `goods` stays out of what is asked of it.

    Parameters
    ----------
    store : Store
        Where the rows are.
    goods : sequence of str
        Codes as in `partner_values`; none for all goods.
    region_codes : sequence of str
        Regions that will be asked for, as in `partner_values`; none for all.
    """
    kept = pl.lit(True)
    for region in region_codes:
        _region_codes(region)
    if region_codes and RUSSIA not in region_codes:
        kept = pl.col("region").is_in(sorted({okato for region in region_codes for okato in _okato(region)}))
    if codes := _goods(goods):
        for region in region_codes or (RUSSIA,):
            _refuse_finer(store, region, None, max(map(len, codes)))
        kept &= pl.any_horizontal(pl.col("goods").str.starts_with(code) for code in codes)
    query = (
        store.rows()
        .filter(kept)
        .group_by("region", "is_export", "period", "partner")
        .agg(pl.col("value").sum(), pl.col("net_weight").sum())
    )
    return _InMemory(store.root, store.sources, store.collect(query))


def top_items(
    store: Store,
    region: str,
    period: object,
    partner: str | None = None,
    direction: str = "export",
    by: str = "chapter",
    goods: Sequence[str] = (),
    top: int | None = None,
) -> pd.DataFrame:
    """Goods by value at one level of the nomenclature.

    Parameters
    ----------
    store, region, period, direction, goods
        As in `partner_values`.
    partner : str or None
        Two-letter code; None for all partners.
    by : str
        One of `LEVELS`; the levels are never mixed, so nothing counts twice.
    top : int or None
        How many to show; the others are summed as ``OTHER``.

    Returns
    -------
    pandas.DataFrame
        Columns ``goods, value_thousand_usd, net_weight_tonnes, share_percent``, largest first and
        ``OTHER`` last. Withheld positions end in ``X``.

    Raises
    ------
    AnalysisError
        As `partner_shares`.
    """
    where = _where(store, region, period, direction, partner=partner, goods=goods, digits=_level(by))
    table = _grouped(store, "goods", pl.col("goods").str.head(_level(by)), where)
    return _with_shares(table, "goods", top)


def goods_tree(
    store: Store,
    region: str,
    period: object,
    partner: str | None = None,
    direction: str = "export",
    goods: Sequence[str] = (),
    depth: str = "subheading",
) -> pd.DataFrame:
    """Goods as a tree in which each code is the sum of the codes below it.

    Parameters
    ----------
    store, region, period, partner, direction
        As in `top_items`.
    goods : sequence of str
        Codes at which trees begin, none of them inside another; none for all chapters.
    depth : str
        Lowest level shown, one of `LEVELS`.

    Returns
    -------
    pandas.DataFrame
        Columns ``goods, level, parent, value_thousand_usd, net_weight_tonnes, share_percent`` in the
        order of the codes, each above what is in it. ``parent`` is empty and shares are of the sum of
        the rows without one. Values of a level add up to the row above to the last digit given.

    Raises
    ------
    AnalysisError
        As `top_items`, and if a code of `goods` contains another or is longer than `depth`.
    """
    digits = _level(depth, "depth")
    codes = _goods(goods)
    _refuse_nesting(codes, digits)
    where = _where(store, region, period, direction, partner=partner, goods=goods, digits=digits)
    leaves = _grouped(store, "goods", pl.col("goods").str.head(digits), where)
    if leaves.empty or not leaves["value_thousand_usd"].sum():
        raise no_trade(region, period)
    roots = {
        code[: len(root)]: len(root) for code in leaves["goods"] for root in codes if code.startswith(root)
    }
    parts = [_tree_level(leaves, length, roots) for length in LEVELS.values() if length <= digits]
    tree = pd.concat(parts, ignore_index=True).sort_values(["goods", "level"], ignore_index=True)
    total = tree.loc[tree["parent"] == "", "value_thousand_usd"].sum()
    tree["level"] = tree["level"].map({length: name for name, length in LEVELS.items()})
    return tree.assign(share_percent=tree["value_thousand_usd"] / total * 100)


def _tree_level(leaves: pd.DataFrame, length: int, roots: dict[str, int]) -> pd.DataFrame:
    """One level of the tree: the leaves summed by their first `length` characters."""
    if roots:
        start = leaves["goods"].map(
            lambda code: next(n for root, n in roots.items() if code.startswith(root))
        )
        leaves = leaves[start <= length]
    level = leaves.groupby(leaves["goods"].str[:length])[["value_thousand_usd", "net_weight_tonnes"]].sum()
    level = level.round({"value_thousand_usd": 5, "net_weight_tonnes": 9}).rename_axis("goods").reset_index()
    # levels go by two digits, so the parent is the code without its last two
    top = [code in roots or (not roots and length == LEVELS["chapter"]) for code in level["goods"]]
    parent = ["" if is_root else code[:-2] for code, is_root in zip(level["goods"], top, strict=True)]
    return level.assign(level=length, parent=parent)[
        ["goods", "level", "parent", "value_thousand_usd", "net_weight_tonnes"]
    ]


def monthly_series(
    store: Store,
    region: str,
    period: object,
    partner: str | None = None,
    direction: str = "export",
    goods: Sequence[str] = (),
) -> pd.DataFrame:
    """Trade month by month; a month without trade is zero, since every month asked for is held.

    Returns
    -------
    pandas.DataFrame
        Columns ``period`` (``yyyy-mm``), ``value_thousand_usd``, ``net_weight_tonnes``, in order.

    Raises
    ------
    AnalysisError
        As `partner_values`.
    """
    where = _where(store, region, period, direction, partner=partner, goods=goods)
    table = _grouped(store, "period", pl.col("period"), where).set_index("period")
    months = parse_period(period).months
    table = table.reindex(months, fill_value=0.0).rename_axis("period").reset_index()
    return table.assign(period=[f"{month // 100}-{month % 100:02d}" for month in months])


def concentration(
    store: Store,
    region: str,
    period: object,
    direction: str = "export",
    by: str = "partner",
    partner: str | None = None,
    goods: Sequence[str] = (),
) -> Concentration:
    """Herfindahl-Hirschman concentration of trade over partners or goods.

    The sum of squared shares (Hirschman 1964, "The Paternity of an Index", American Economic Review
    54(5), p. 761).

    Parameters
    ----------
    store, region, period, direction, partner, goods
        As in `top_items`.
    by : str
        ``partner`` or one of `LEVELS`.

    Returns
    -------
    Concentration
        Index and what it rests on.

    Raises
    ------
    AnalysisError
        As `partner_shares`.
    """
    if by not in GROUPINGS:
        raise one_of("by", by, GROUPINGS)
    digits = 0 if by == "partner" else _level(by)
    where = _where(store, region, period, direction, partner=partner, goods=goods, digits=digits)
    key = pl.col("partner") if by == "partner" else pl.col("goods").str.head(_level(by))
    table = _with_shares(_grouped(store, "key", key, where), "key", None)
    table = table[table["value_thousand_usd"] > 0]
    keys, shares = table["key"].tolist(), table["share_percent"].to_numpy() / 100
    # no two-letter code is 'NNN', but many hold an X
    mark = UNKNOWN_PARTNER if by == "partner" else WITHHELD
    unstated = np.array([mark in key for key in keys])
    hhi = float(np.sum(shares**2))
    return Concentration(
        hhi=hhi,
        effective_number=1 / hhi,
        n=len(keys),
        largest=keys[0],
        largest_share=float(shares[0] * 100),
        unstated_share=float(shares[unstated].sum() * 100),
    )


def unit_values(
    store: Store,
    region: str,
    period: object,
    partner: str | None = None,
    direction: str = "export",
    goods: Sequence[str] = (),
    by: str = "heading",
) -> pd.DataFrame:
    """Dollars a kilogram and a supplementary unit, the customs statistician's stand-in for prices.

    Rows with a zero value (gas and electricity are met with a quantity only) are left out above and
    below the line: a price of zero would be untrue. So are rows without a weight, or a quantity.

    Returns
    -------
    pandas.DataFrame
        Columns ``goods, unit, value_thousand_usd, net_weight_tonnes, quantity, usd_per_kg,
        usd_per_unit``, sorted by goods and unit; a ratio is missing where nothing can be divided.
        ``value_thousand_usd`` counts every row, so it may be more than the ratios rest on.

    Raises
    ------
    AnalysisError
        As `top_items`.
    """
    where = _where(store, region, period, direction, partner=partner, goods=goods, digits=_level(by))
    value, weight, quantity = pl.col("value"), pl.col("net_weight"), pl.col("quantity")
    weighed = (value > 0) & (weight > 0)
    counted = (value > 0) & (quantity > 0) & (pl.col("unit") != "")
    query = (
        store.rows()
        .filter(where)
        .group_by(pl.col("goods").str.head(_level(by)), pl.col("unit"))
        .agg(
            (value.sum().round(2) / 1000).alias("value_thousand_usd"),
            (weight.sum().round(6) / 1000).alias("net_weight_tonnes"),
            quantity.sum().round(6).alias("quantity"),
            (value.filter(weighed).sum() / weight.filter(weighed).sum()).alias("usd_per_kg"),
            (value.filter(counted).sum() / quantity.filter(counted).sum()).alias("usd_per_unit"),
        )
        .sort("goods", "unit")
    )
    table = _to_pandas(store.collect(query))
    # twelve digits: what is left of the order in which threads add is beyond them
    for column in ("usd_per_kg", "usd_per_unit"):
        table[column] = [float(f"{number:.12g}") for number in table[column]]
    return table


def china_share(store: Store, region: str, period: object) -> float:
    """Share of China in a region's foreign trade turnover, percent (the paper's Table 2).

    Raises
    ------
    AnalysisError
        If the store does not hold every month in both directions, or there was no trade.
    """
    china = total = 0.0
    for direction in DIRECTIONS:
        table = partner_values(store, region, period, direction=direction)
        total += table["value_thousand_usd"].sum()
        china += table.loc[table["partner"] == CHINA, "value_thousand_usd"].sum()
    if not total:
        raise no_trade(region, period)
    return float(china / total * 100)


def china_shares(store: Store) -> pd.DataFrame:
    """Table 2 for every region and full year in the store, with the Far East where all of it is held.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, period, china_share`` (percent), sorted.
    """
    monthly = store.monthly()
    china, total = _observations(store, monthly, INDICATORS), _observations(store, monthly, TOTALS)
    both = china.merge(total, on=["region", "period"], suffixes=("_china", "_total"))
    both = both[
        (both["indicator_china"] == INDICATORS["turnover"]) & (both["indicator_total"] == TOTALS["turnover"])
    ]
    both = both[both["period"].str.fullmatch(r"\d{4}") & (both["value_total"] > 0)]
    shares = both.assign(china_share=both["value_china"] / both["value_total"] * 100)
    return shares[["region", "period", "china_share"]].sort_values(["region", "period"], ignore_index=True)


# --- observations for the catalogue ------------------------------------------------------------


def observations(store: Store) -> pd.DataFrame:
    """Exports to, imports from and turnover with China, for every region and period in the store.

    Returns
    -------
    pandas.DataFrame
        The catalogue's columns ``region, indicator, period, value, unit, source, basis``; million US
        dollars, observed. A year that is held in full is one period (``2021``); of other years each
        unbroken run of months is one (``2021-01/2021-09``). ``FAR_EAST`` appears where all eleven
        regions are held.
    """
    return _observations(store, store.monthly(), INDICATORS)


def total_observations(store: Store) -> pd.DataFrame:
    """Exports, imports and turnover with all partners, to be compared with Rosstat's.

    Returns
    -------
    pandas.DataFrame
        As `observations`, with the indicators ``exports``, ``imports`` and ``trade_turnover``.
    """
    return _observations(store, store.monthly(), TOTALS)


def sums(store: Store, monthly: pl.DataFrame) -> pd.DataFrame:
    """`observations` and `total_observations` of a store, one under the other, from its monthly sums."""
    tables = [_observations(store, monthly, names) for names in (INDICATORS, TOTALS)]
    return pd.concat(tables, ignore_index=True)


def source_names(store: Store, region: str, period: object) -> list[str]:
    """Files an answer for `region` and `period` stands on, with the beginning of their checksums.

    Parameters
    ----------
    store : Store
        Where the rows are.
    region, period
        As in `partner_values`.

    Returns
    -------
    list of str
        File names with the first twelve digits of their SHA-256, sorted.

    Raises
    ------
    AnalysisError
        If a parameter is not allowed.
    """
    _region_codes(region)
    months = set(parse_period(period).months)
    okato = set(_okato(region)) if region != RUSSIA else None
    return sorted(
        f"{source.path.rsplit('/', 1)[-1]} (sha256 {source.sha256[:12]})"
        for source in store.sources
        if any(month in months and (okato is None or code in okato) for _, code, month in source.cells)
    )


def _observations(store: Store, monthly: pl.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    column = "china" if names is INDICATORS else "value"
    dollars: dict[tuple[str, str], dict[int, float]] = {}
    for region, is_export, month, value in monthly.select(
        "region", "is_export", "period", column
    ).iter_rows():
        dollars.setdefault((region, "export" if is_export else "import"), {})[month] = value
    runs = cache(_runs)  # a national store holds the same months for every region
    rows: list[tuple[str, str, str, float]] = []
    for region, codes in _units(store):
        held: dict[str, frozenset[int]] = {
            direction: _held_by_all(store, codes, direction) for direction in DIRECTIONS
        }
        spans = {**held, "turnover": held["export"] & held["import"]}
        for flow, months in spans.items():
            flows: tuple[str, ...] = DIRECTIONS if flow == "turnover" else (flow,)
            found = [dollars.get(key, {}) for key in itertools.product(codes, flows)]
            for period in runs(months):
                values = (each.get(month, 0.0) for each in found for month in period.months)
                # dollars are stated to the cent, which is the eighth decimal of a million
                rows.append((region, names[flow], str(period), round(sum(values) / 1e6, 8)))
    table = pd.DataFrame(rows, columns=["region", "indicator", "period", "value"])
    table = table.assign(unit=UNIT, source=SOURCE, basis="observed")
    return table.sort_values(["indicator", "region", "period"], ignore_index=True)[user_data.OBSERVATION]


def _units(store: Store) -> list[tuple[str, tuple[str, ...]]]:
    """Regions the store can speak of, and the Far East, each with its OKATO codes."""
    nationwide = any(source.is_nationwide for source in store.sources)
    held = frozenset().union(*(source.regions for source in store.sources))
    known = [region for region in regions.all_regions() if nationwide or region.okato in held]
    return [*((region.code, (region.okato,)) for region in known), (FAR_EAST, _okato(FAR_EAST))]


def _runs(months: Iterable[int]) -> list[MonthRange]:
    """Full years as one period each, other months as unbroken runs within their year."""
    runs: list[list[int]] = []
    for month in sorted(months):
        if runs and month == runs[-1][-1] + 1:  # December to January is never one apart
            runs[-1].append(month)
        else:
            runs.append([month])
    return [MonthRange(run[0], run[-1]) for run in runs]


# --- what is asked for, checked ----------------------------------------------------------------


def _where(
    store: Store,
    region: str,
    period: object,
    direction: str,
    *,
    partner: str | None = None,
    goods: Sequence[str] = (),
    digits: int = 0,
) -> pl.Expr:
    """Condition on the store's rows for a request, after checking that the store can answer it to `digits` of goods."""
    if direction not in DIRECTIONS:
        raise one_of("direction", direction, DIRECTIONS)
    months = parse_period(period)
    condition = _region_condition(store, region, months, direction)
    condition &= pl.col("is_export") == (direction == "export")
    condition &= pl.col("period").is_between(months.first, months.last)
    if partner is not None:
        condition &= pl.col("partner") == _partner(partner)
    if codes := _goods(goods):
        condition &= pl.any_horizontal(pl.col("goods").str.starts_with(code) for code in codes)
    _refuse_finer(store, region, months, max([digits, *map(len, codes)]))
    return condition


def _refuse_finer(store: Store, region: str, months: MonthRange | None, digits: int) -> None:
    """Refuse goods told apart more finely than the files of a region and its months (None: any) do."""
    okato = set(_okato(region)) if region != RUSSIA else None
    for source in store.sources:
        is_asked = okato is None or bool(okato & source.regions)
        is_then = months is None or bool(source.all_months & set(months.months))
        if source.level < digits and is_asked and is_then:
            raise AnalysisError(
                f"{source.name} holds goods codes of {source.level} digits, so goods of {digits} digits cannot be told "
                f"apart in it; ask for {_name_of(source.level)} at most, or ingest a finer unload."
            )


def _name_of(level: int) -> str:
    return next(f"{name} ({digits} digits)" for name, digits in LEVELS.items() if digits == level)


def _region_condition(store: Store, region: str, months: MonthRange, direction: str) -> pl.Expr:
    _region_codes(region)
    if region == RUSSIA:
        return _country_condition(store, months, direction)
    codes = _okato(region)
    for okato in codes:
        _refuse_gaps(store, region, okato, months, direction)
    return _is_one_of(codes)


def _is_one_of(codes: Sequence[str]) -> pl.Expr:
    # one comparison is what Parquet's statistics can answer without reading
    return pl.col("region").is_in(codes) if len(codes) > 1 else pl.col("region") == codes[0]


def _country_condition(store: Store, months: MonthRange, direction: str) -> pl.Expr:
    """Condition for the whole country: the editions without regions, or nationwide ones, never both."""
    wanted = set(months.months)
    without = {
        month
        for source in store.sources
        for kind, code, month in source.cells
        if code == NO_REGION and kind == direction
    }
    nationwide = {
        month
        for source in store.sources
        if source.is_nationwide and direction in source.coverage
        for month in source.all_months
    }
    if wanted <= without:
        return pl.col("region") == NO_REGION
    if wanted <= nationwide:
        return pl.col("region") != NO_REGION
    missing = min(wanted - without, wanted - nationwide, key=len)
    raise _no_data(
        _(
            "The customs store has no nationwide {flow} for {span}; ingest the files of those months or ask for a "
            "region it holds.",
            flow=_FLOWS[direction],
            span=_span(missing),
        )
    )


def _held(store: Store, okato: str, direction: str) -> frozenset[int]:
    return frozenset().union(*(source.months(okato, direction) for source in store.sources))


def _held_by_all(store: Store, codes: Sequence[str], direction: str) -> frozenset[int]:
    return frozenset.intersection(*(_held(store, okato, direction) for okato in codes))


def _refuse_gaps(store: Store, region: str, okato: str, months: MonthRange, direction: str) -> None:
    missing = set(months.months) - _held(store, okato, direction)
    if not missing:
        return
    name = formats.place(regions.by_okato(okato).code)
    without = {month for source in store.sources for _cell, code, month in source.cells if code == NO_REGION}
    if missing <= without:
        raise _no_data(
            _(
                "For {span} the customs store holds only the edition without regions, which cannot say what {name} "
                "traded; ingest a file with regions, or ask for region {russia}.",
                span=_span(missing),
                name=name,
                russia=RUSSIA,
            )
        )
    raise _no_data(
        _(
            "The customs store does not hold the {flow} of {name} for {span} (asked for: {region}, {months}); ingest the "
            "files of those months or ask for another period.",
            flow=_FLOWS[direction],
            name=name,
            span=_span(missing),
            region=_place(region),
            months=Name(str(months), formats.period_name(str(months), "ru")),
        )
    )


def _no_data(words: Message) -> NoDataError:
    return NoDataError(english(words), words)


def _span(months: Iterable[int]) -> Name:
    """Runs of months as text."""
    runs = [str(run) for run in _runs(months)]
    return Name(", ".join(runs), ", ".join(formats.period_name(run, "ru") for run in runs))


def _region_codes(region: str) -> None:
    known = (*regions.codes(regions.all_regions()), FAR_EAST, RUSSIA)
    if region not in known:
        raise one_of("region", region, known)


def _okato(region: str) -> tuple[str, ...]:
    """Five-digit codes of a region or of the Far East's eleven."""
    chosen = regions.far_east() if region == FAR_EAST else (regions.by_code(region),)
    return tuple(each.okato for each in chosen)


def _partner(code: object) -> str:
    if isinstance(code, str) and (
        code in SPECIAL_PARTNERS or (code in formats.countries("en") and len(code) == 2)
    ):
        return code
    raise AnalysisError(
        f"partner is {code!r}, which is not known; allowed are two-letter country codes such as CN, JP or KR, "
        f"and {', '.join(SPECIAL_PARTNERS)} ({UNKNOWN_PARTNER} for partners not stated)."
    )


def _goods(codes: Sequence[str]) -> list[str]:
    if isinstance(codes, str):
        raise AnalysisError(f"goods is {codes!r}; it must be a list of codes, such as [{codes!r}].")
    for code in codes:
        if (
            not isinstance(code, str)
            or not re.fullmatch(r"\d+", code, re.ASCII)
            or len(code) not in LEVELS.values()
        ):
            raise AnalysisError(
                f"A code of goods is {code!r}; codes are text of 2, 4, 6, 8 or 10 digits with their leading "
                "zeros, such as '44' or '120190'."
            )
    return list(dict.fromkeys(codes))


def _level(by: str, name: str = "by") -> int:
    if by not in LEVELS:
        raise one_of(name, by, LEVELS)
    return LEVELS[by]


def _refuse_nesting(codes: Sequence[str], digits: int) -> None:
    for code in codes:
        for other in codes:
            if other != code and other.startswith(code):
                raise AnalysisError(
                    f"goods names {code} and {other}, which is part of it; a tree would count it twice."
                )
        if len(code) > digits:
            raise AnalysisError(
                f"goods names {code}, which lies below the lowest level shown ({digits} digits)."
            )


def no_trade(region: str, period: object) -> NoDataError:
    """Make the error for a share of nothing: region and period are held, without such trade."""
    return _no_data(
        _(
            "The customs store holds {region} for {period}, but no trade of the kind asked for; shares of nothing cannot "
            "be told.",
            region=_place(region),
            period=Name(str(period), formats.period_name(str(period), "ru")),
        )
    )


def _place(region: str) -> Name | Message:
    """Name of what a request calls a region."""
    return partner_name(RUSSIA) if region == RUSSIA else formats.place(region)


def _grouped(store: Store, name: str, key: pl.Expr, where: pl.Expr) -> pd.DataFrame:
    """Value and weight by `key`, largest first, ties in the order of the key."""
    query = (
        store.rows()
        .filter(where)
        .group_by(key.alias(name))
        .agg(
            (pl.col("value").sum().round(2) / 1000).alias("value_thousand_usd"),
            (pl.col("net_weight").sum().round(6) / 1000).alias("net_weight_tonnes"),
        )
        .sort("value_thousand_usd", name, descending=[True, False])
    )
    return _to_pandas(store.collect(query))


def _to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """Turn a small frame into one of pandas without pyarrow, which polars' own conversion needs."""
    types = {name: "float64" for name, kind in frame.schema.items() if kind == pl.Float64}
    return pd.DataFrame(frame.to_dict(as_series=False), columns=frame.columns).astype(types)


def _with_shares(table: pd.DataFrame, key: str, top: int | None) -> pd.DataFrame:
    if top is not None and (isinstance(top, bool) or not isinstance(top, int) or top < 1):
        raise AnalysisError(f"top is {top!r}; it must be a whole number from 1, or none for all.")
    total = table["value_thousand_usd"].sum()
    if not total:
        raise NoDataError(
            "The customs store holds no trade of the kind asked for, so there is nothing to share."
        )
    if top is not None and len(table) > top:
        rest = table.iloc[top:][["value_thousand_usd", "net_weight_tonnes"]].sum()
        # sums of sums: the cent and the milligram are as far as they are stated
        other = rest.round(9).to_frame().T.assign(**{key: OTHER})
        table = pd.concat([table.iloc[:top], other], ignore_index=True)
    return table.assign(share_percent=table["value_thousand_usd"] / total * 100)
