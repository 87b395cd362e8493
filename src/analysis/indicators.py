"""The catalogue of indicators and the one tidy table of observations every notebook reads.

The catalogue (``register/indicators.csv``) says for each indicator its names, unit, basis and
formula. ``basis`` is ``observed`` for a published figure or a sum of published components of one
source, ``derived`` for everything computed from several indicators.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis import regions
from analysis.errors import AnalysisError, one_of
from analysis.rating import measures
from analysis.regions import Language
from analysis.sources import crossings, paper, rating, rosstat

COLUMNS = ["region", "indicator", "period", "value", "unit", "source", "basis"]

# years in which regional shares times Rosstat's turnovers give the paper's Far East row to the printed digit
CHINA_TURNOVER_YEARS = ("2019", "2020", "2021")


@dataclass(frozen=True)
class Indicator:
    """One entry of the catalogue.

    Attributes
    ----------
    id : str
        Identifier used in observations and parameters.
    name, unit : dict
        Printed name and unit, by language.
    basis : {'observed', 'derived'}
        Published, or computed from several indicators.
    formula : str
        How a value is made, where it is not simply read.
    remark : str
        What a reader should know of it.
    """

    id: str
    name: dict[Language, str]
    unit: dict[Language, str]
    basis: Literal["observed", "derived"]
    formula: str
    remark: str


@cache
def catalogue() -> dict[str, Indicator]:
    """Every indicator by its identifier."""
    text = resources.files("analysis").joinpath("register/indicators.csv").read_text(encoding="utf-8")
    return {
        row["indicator"]: Indicator(
            id=row["indicator"],
            name={"en": row["name_en"], "ru": row["name_ru"]},
            unit={"en": row["unit_en"], "ru": row["unit_ru"]},
            basis="derived" if row["basis"] == "derived" else "observed",
            formula=row["formula"],
            remark=row["remark"],
        )
        for row in csv.DictReader(text.splitlines())
    }


def indicator(name: str) -> Indicator:
    """Catalogue entry called `name`.

    Raises
    ------
    AnalysisError
        If the catalogue has no such indicator.
    """
    try:
        return catalogue()[name]
    except KeyError:
        raise one_of("An indicator", name, catalogue()) from None


@cache
def _observations() -> pd.DataFrame:
    read = pd.concat(
        [
            paper.observations(),
            rosstat.observations(),
            crossings.observations(),
            rating.observations(),
            measures.observations(),
        ],
        ignore_index=True,
    )
    table = pd.concat([read, derived(read)], ignore_index=True)
    known = catalogue()
    table["unit"] = table["indicator"].map({name: entry.unit["en"] for name, entry in known.items()})
    table["basis"] = table["indicator"].map({name: entry.basis for name, entry in known.items()})
    table = table.sort_values(["indicator", "region", "period"], ignore_index=True)[COLUMNS]
    _check(table)
    return table


def observations() -> pd.DataFrame:
    """Every observation the raw extracts carry, derived indicators included.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, unit, source, basis``, one row for each
        (indicator, region, period), sorted by them. ``region`` is an ISO code or ``FAR_EAST`` for the
        district row the paper prints. ``period`` is text: a year, or ``II``/``III`` for the score.
        ``source`` lists data resources. What is missing has no row.

    Raises
    ------
    AnalysisError
        If a raw file differs from its checksum.
    """
    return _observations().copy()


def read(path: Path) -> pd.DataFrame:
    """Read observations of a reader's own, to judge another paper by.

    Parameters
    ----------
    path : Path
        CSV with at least the columns ``region, indicator, period, value, source``.

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
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise AnalysisError(f"The observations {path} cannot be read as a CSV file ({error}).") from None
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise AnalysisError(f"{path} lacks the column {missing[0]}; it needs {', '.join(columns)}.")
    value = pd.to_numeric(table["value"], errors="coerce")
    if value.isna().any():
        line = int(value.isna().to_numpy().argmax()) + 2  # header line and counting from one
        cell = table["value"].iloc[line - 2]
        raise AnalysisError(f"{path}, line {line}, has {cell!r} as value, which must be a number.")
    return table[columns].assign(value=value)


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
    district = investment[investment["region"].isin(regions.codes(regions.far_east()))]
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
            f"The indicator {unknown[0]!r} is not in src/analysis/register/indicators.csv: add it there."
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
    return sorted(period for known, period in _by_indicator_and_period() if known == name)


@cache
def _by_indicator_and_period() -> dict[tuple[str, str], pd.Series]:
    # a look-up by key: comparing every text of the table for each of thousands of calls takes seconds
    return {
        (str(name), str(period)): part.set_index("region")["value"]
        for (name, period), part in _observations().groupby(["indicator", "period"])
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
    return _by_indicator_and_period()[name, period].reindex(list(region_codes))


def resources_of(name: str, period: str | None = None) -> list[str]:
    """Data resources that the values of an indicator come from, in the order first met."""
    table = _observations()
    chosen = table[table["indicator"] == name]
    if period is not None:
        chosen = chosen[chosen["period"] == period]
    found: dict[str, None] = {}
    for source in chosen["source"].unique():
        found.update(dict.fromkeys(source.split("; ")))
    return list(found)
