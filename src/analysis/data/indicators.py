"""The one tidy table of observations every notebook reads.

What an indicator is called, its unit and its basis stand in the catalogue (:mod:`analysis.data.catalogue`).
``basis`` is ``observed`` for a published figure or a sum of published components of one source, ``derived`` for
everything computed from several indicators.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis import paths
from analysis.data import crossings, normalise, package, paper, rating_tables, regions, tabular, user_data
from analysis.data.catalogue import CUSTOMS, catalogue, indicator, readable
from analysis.errors import AnalysisError, one_of, quoted

COLUMNS = ["region", "indicator", "period", "value", "unit", "source", "basis"]
# faults told of one file; the number of the others is given
TOLD = 6
# years in which regional shares times Rosstat's turnovers give the paper's Far East row to the printed digit
CHINA_TURNOVER_YEARS = ("2019", "2020", "2021")


# by the folder, so that another folder is another question
@cache
def _published(raw: Path) -> pd.DataFrame:
    """Published figures of the raw extracts, without what is computed from them."""
    parts = [
        paper.observations(),
        package.observations(),
        crossings.observations(),
        rating_tables.observations(),
    ]
    return pd.concat(parts, ignore_index=True)


def _complete(published: pd.DataFrame) -> pd.DataFrame:
    """Published figures with those derived from them, units and basis, in order."""
    table = pd.concat([published, derived(published)], ignore_index=True)
    known = catalogue()
    table["unit"] = table["indicator"].map({name: entry.unit["en"] for name, entry in known.items()})
    table["basis"] = table["indicator"].map({name: entry.basis for name, entry in known.items()})
    table = table.sort_values(["indicator", "region", "period"], ignore_index=True)[COLUMNS]
    _check(table)
    return table


@cache
def _observations() -> pd.DataFrame:
    published = _published(paths.raw())
    if has_user_data():
        published = pd.concat([published, _joining(published)], ignore_index=True)
    return _complete(published)


def _joining(published: pd.DataFrame) -> pd.DataFrame:
    """A reader's own figures that the raw extracts do not have, from the source of highest priority."""
    tables = user_tables()
    joining = tables.drop_duplicates(user_data.KEY)
    known = pd.MultiIndex.from_frame(published[user_data.KEY])
    joining = joining[~pd.MultiIndex.from_frame(joining[user_data.KEY]).isin(known)]
    china = customs_figures()
    china = china[china["indicator"].isin(CUSTOMS)]
    # the reader's own declarations before a table of what others made of theirs
    seen = pd.MultiIndex.from_frame(china[user_data.KEY])
    joining = joining[~pd.MultiIndex.from_frame(joining[user_data.KEY]).isin(seen)]
    return pd.concat([joining, china], ignore_index=True)[
        ["region", "indicator", "period", "value", "source"]
    ]


def user_tables() -> pd.DataFrame:
    """Figures of the reader's own tables, of indicators that are read and not computed."""
    tables = user_data.observations(paths.user())
    odd = tables[~tables["indicator"].isin([*readable(), *CUSTOMS])]
    if len(odd):
        row = odd.iloc[0]
        raise AnalysisError(
            f"data/{row['source']}.csv holds the indicator {row['indicator']!r}, which the catalogue does not have or "
            "computes itself; delete the file."
        )
    return tables


def customs_figures() -> pd.DataFrame:
    """Trade of regions with China and with all partners by the reader's customs files, as `observations`."""
    return user_data.customs_sums(paths.user())


def has_user_data() -> bool:
    """Whether the reader has figures of his own under ``data/user/`` that take part."""
    return bool(user_data.files(paths.user())) or user_data.has_customs(paths.user())


def committed() -> pd.DataFrame:
    """`observations` of the raw extracts alone, whatever a reader has under ``data/user/``."""
    return _committed(paths.raw()).copy()


@cache
def _committed(raw: Path) -> pd.DataFrame:
    return _complete(_published(raw))


def observations() -> pd.DataFrame:
    """Every observation of the raw extracts and of a reader's own files, derived indicators included.

    A figure of a reader's own joins where the raw extracts have none; where they have one, theirs stands
    and `analysis.data.comparison` lists the difference.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, unit, source, basis``, one row for each
        (indicator, region, period), sorted by them. ``region`` is an ISO code or ``FAR_EAST`` for the
        district row the paper prints. ``period`` is text: a year, months, or ``II``/``III`` for the score.
        ``source`` lists data resources, and ``user/...`` for a reader's own. What is missing has no row.

    Raises
    ------
    AnalysisError
        If a raw file differs from its checksum, or an own file is not as `amur ingest` wrote it.
    """
    return _observations().copy()


def read(path: Path) -> pd.DataFrame:
    """Read observations of a reader's own, to judge another paper by.

    Parameters
    ----------
    path : Path
        CSV or XLSX with at least the columns ``region, indicator, period, value, source``.

    Returns
    -------
    pandas.DataFrame
        These columns; ``value`` is float64, the others text.

    Raises
    ------
    AnalysisError
        If the file cannot be read, a column is missing or a value is not a number.
    """
    columns = ["region", "indicator", "period", "value", "source"]
    where = paths.relative(path)
    rows = tabular.rows(path)
    header = [normalise.clean(cell) for cell in rows[0]] if rows else []
    missing = [name for name in columns if name not in header]
    if missing:
        raise AnalysisError(f"{where} lacks the column {missing[0]}; it needs {', '.join(columns)}.")
    places = {name: header.index(name) for name in columns}
    found: list[dict[str, object]] = []
    faults: list[str] = []
    for line, row in enumerate(rows[1:], start=2):
        if not any(map(normalise.clean, row)):
            continue
        cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
        figure = normalise.figure(cells["value"])
        if figure.sign != "figure":
            faults.append(f"line {line} has {quoted(normalise.clean(cells['value']))} as value")
        found.append({**{name: normalise.clean(cell) for name, cell in cells.items()}, "value": figure.value})
    if faults:
        more = f" and {len(faults) - TOLD} more" if len(faults) > TOLD else ""
        raise AnalysisError(f"{where}: {'; '.join(faults[:TOLD])}{more}; a value must be a number.")
    if not found:
        raise AnalysisError(f"{where} has a header and no rows.")
    return pd.DataFrame(found, columns=columns).astype({"value": float})


def derived(read: pd.DataFrame) -> pd.DataFrame:
    """Indicators computed from others, by the formulas of the catalogue.

    Parameters
    ----------
    read : pandas.DataFrame
        Columns ``region, indicator, period, value, source``, published figures only.

    Returns
    -------
    pandas.DataFrame
        The same columns.
    """
    wide = {name: part for name, part in read.groupby("indicator")}
    turnover = _combine(
        wide["china_share"][wide["china_share"]["period"].isin(CHINA_TURNOVER_YEARS)],
        wide["trade_turnover"],
        "china_turnover",
        lambda share, total: share / 100 * total,
    )
    per_head = _combine(
        wide["investment"],
        wide["population"],
        "investment_per_head",
        # million roubles over thousand people, in roubles a head
        lambda millions, thousands: millions * 1000 / thousands,
    )
    densities = [
        _density(wide[f"crossings_{kind}{suffix}"], wide["border_length"], f"crossing_density_{kind}{suffix}")
        for kind in ("established", "functioning")
        for suffix in ("", "_without_skovorodino")
    ]
    return pd.concat(
        [turnover, per_head, *_investment_shares(wide["investment"]), *densities], ignore_index=True
    )


def _combine(left: pd.DataFrame, right: pd.DataFrame, name: str, formula) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    both = left.merge(right, on=["region", "period"], suffixes=("", "_right"))
    return pd.DataFrame(
        {
            "region": both["region"],
            "indicator": name,
            "period": both["period"],
            "value": formula(both["value"], both["value_right"]),
            "source": [
                "; ".join(dict.fromkeys(pair))
                for pair in zip(both["source"], both["source_right"], strict=True)
            ],
        }
    )


def _density(counts: pd.DataFrame, lengths: pd.DataFrame, name: str) -> pd.DataFrame:
    # the length of the border is the same whatever the year of the count
    lengths = lengths.assign(key=1)[["region", "value", "source"]]
    both = counts.merge(lengths, on="region", suffixes=("", "_length"))
    return pd.DataFrame(
        {
            "region": both["region"],
            "indicator": name,
            "period": both["period"],
            "value": both["value"] / both["value_length"] * 1000,
            "source": [
                "; ".join(dict.fromkeys(pair))
                for pair in zip(both["source"], both["source_length"], strict=True)
            ],
        }
    )


def _investment_shares(investment: pd.DataFrame) -> list[pd.DataFrame]:
    codes = regions.codes(regions.far_east())
    district = investment[investment["region"].isin(codes)]
    # a share of the district needs all of it
    district = district[district.groupby("period")["region"].transform("nunique") == len(codes)]
    total = district.groupby("period")["value"].transform("sum")
    share = district.assign(indicator="investment_district_share", value=district["value"] / total * 100)
    by_year = investment.assign(year=investment["period"].astype(int)).sort_values(["region", "year"])
    before = by_year.groupby("region")["value"].shift(1)
    consecutive = by_year.groupby("region")["year"].diff() == 1
    growth = by_year.assign(indicator="investment_growth", value=(by_year["value"] / before - 1) * 100)
    return [share, growth[consecutive].drop(columns="year")]


def _check(table: pd.DataFrame) -> None:
    unknown = table.loc[table["unit"].isna(), "indicator"].unique()
    if len(unknown):
        raise AnalysisError(
            f"The indicator {unknown[0]!r} is not in src/analysis/data/register/indicators.csv: add it there."
        )
    repeated = table[table.duplicated(["indicator", "region", "period"])]
    if len(repeated):
        row = repeated.iloc[0]
        raise AnalysisError(
            f"Two sources give {row['indicator']} of {row['region']} in {row['period']}: keep one of them."
        )


def periods(name: str) -> list[str]:
    """Periods in which an indicator has any value, in order.

    Raises
    ------
    AnalysisError
        If the catalogue has no such indicator.
    """
    indicator(name)
    found = _by_indicator().get(name)
    return [] if found is None else sorted(found.by_period)


class _Figures(NamedTuple):
    """Figures of one indicator: its rows of the table, and values by period and region."""

    rows: pd.DataFrame
    by_period: dict[str, pd.Series]


@cache
def _by_indicator() -> dict[str, _Figures]:
    # a look-up by key: comparing every text of the table for each of thousands of calls takes seconds
    return {
        str(name): _Figures(
            rows, {str(period): part.set_index("region")["value"] for period, part in rows.groupby("period")}
        )
        for name, rows in _observations().groupby("indicator")
    }


def values(name: str, period: str, region_codes: Sequence[str]) -> pd.Series:
    """Values of one indicator in one period.

    Parameters
    ----------
    name : str
        Indicator.
    period : str
        One of ``periods(name)``.
    region_codes : sequence of str, length n
        Regions, in the order wanted.

    Returns
    -------
    pandas.Series
        Length n, indexed by region; NaN where there is no observation.

    Raises
    ------
    AnalysisError
        If the indicator or the period is unknown.
    """
    if period not in periods(name):
        raise one_of(f"The period of {name}", period, periods(name))
    return _by_indicator()[name].by_period[period].reindex(list(region_codes))


def resources_of(
    name: str, period: str | None = None, region_codes: Sequence[str] | None = None
) -> list[str]:
    """Data resources and own files that the values of an indicator come from, in the order first met.

    Parameters
    ----------
    name : str
        Indicator.
    period : str, optional
        One of ``periods(name)``; all of them if not given.
    region_codes : sequence of str, optional
        Regions whose values are meant; all of them if not given.

    Returns
    -------
    list of str
        Names of resources, and ``user/...`` for a reader's own files; empty without observations.
    """
    if name not in _by_indicator():
        return []
    chosen = _by_indicator()[name].rows
    if period is not None:
        chosen = chosen[chosen["period"] == period]
    if region_codes is not None:
        chosen = chosen[chosen["region"].isin(region_codes)]
    found: dict[str, None] = {}
    for source in chosen["source"].unique():
        found.update(dict.fromkeys(source.split("; ")))
    return list(found)
