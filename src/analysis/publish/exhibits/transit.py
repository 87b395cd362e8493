"""Table 1 of the paper and the density of border crossings behind it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from analysis.data import formats, indicators, paper
from analysis.data.regions import Language
from analysis.ledger import printed
from analysis.publish import charts
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.tables import Table, column
from analysis.stats.wording import of_regions

# the year in the heading of Table 1, and of its counts
PRINTED_PERIOD = "2020"
_DENSITIES = ("crossing_density_established", "crossing_density_functioning")
_COUNTS = ("crossings_established", "crossings_functioning")
_KINDS = {
    "printed": {"en": "paper", "ru": "статья"},
    "rosstat": {"en": "Rosstat, 2020", "ru": "Росстат, 2020"},
    "recomputed": {"en": "from counts and lengths", "ru": "по числу пунктов и длине границы"},
    "list": {"en": "list of January 2026", "ru": "перечень, январь 2026"},
}


def table_1(region_codes: Sequence[str], crossings_period: str) -> Exhibit:
    """Table 1 as printed, each indicator beside what other figures give for it.

    Parameters
    ----------
    region_codes : sequence of str
        Border regions, in the order of the columns.
    crossings_period : str
        ``2020`` for the paper's counts, ``2026`` to add the public list's.
    """
    cells = paper.table_1().set_index(["row", "column"])
    rows = []
    for name in cells.index.get_level_values(0).unique():
        label = cells.loc[name].iloc[0]
        head = {
            "indicator": name,
            "indicator_en": f"{label['row_label_en']}, {label['unit'].replace('km2', 'km²')}",
            "indicator_ru": f"{label['row_label_ru']}, {_UNIT_RU[label['unit']]}",
        }
        rows.append(
            head | _kind("printed") | {code: str(cells.loc[(name, code), "printed"]) for code in region_codes}
        )
        rows += [head | extra for extra in _beside(name, region_codes, crossings_period)]
    table = Table(
        pd.DataFrame(rows),
        (
            column({"en": "indicator_en", "ru": "indicator_ru"}, "Indicator", "Показатель"),
            column({"en": "figure_en", "ru": "figure_ru"}, "Figure", "Источник значения"),
            *(
                column(code, formats.region_name(code, "en"), formats.region_name(code, "ru"), "printed")
                for code in region_codes
            ),
        ),
        {
            "en": (
                "Printed cells are as the paper has them, with a decimal comma. Air and sea points are excluded. Densities are printed per km; from counts and lengths "
                "they are given with one digit more than printed.",
            ),
            "ru": (
                "Без воздушных и морских пунктов. Плотность напечатана на 1 км; рассчитанная по числу "
                "пунктов и длине границы дана на один знак точнее.",
            ),
        },
    )
    sources = ["paper-table-1", "rosstat-transport"]
    if crossings_period != PRINTED_PERIOD:
        sources.append("crossings-2026")
    return Exhibit("table-1", crossings_period, _sentence_table_1(region_codes), tuple(sources), table)


_UNIT_RU = {
    "km per 10,000 km2": "км на 10\u00a0000 км²",
    "km per 1,000 km2": "км на 1000 км²",
    "km": "км",
    "count": "ед.",
    "per km of border": "на 1 км границы",
}


def _kind(kind: str) -> dict[str, str]:
    return {"figure": kind, "figure_en": _KINDS[kind]["en"], "figure_ru": _KINDS[kind]["ru"]}


def _beside(name: str, codes: Sequence[str], period: str) -> list[dict[str, Any]]:
    """Rows under a printed one: what independent or recomputed figures say."""
    if name in ("rail_density", "road_density"):
        found = indicators.values(name, PRINTED_PERIOD, codes)
        return [_kind("rosstat") | _rounded(found, 1)]
    rows = []
    if name in _DENSITIES:
        rows.append(_kind("recomputed") | _rounded(indicators.values(name, PRINTED_PERIOD, codes) / 1000, 4))
    if period != PRINTED_PERIOD and name in (*_DENSITIES, *_COUNTS):
        found = indicators.values(name, period, codes)
        rows.append(_kind("list") | (_rounded(found / 1000, 4) if name in _DENSITIES else _rounded(found, 0)))
    return rows


def _rounded(values: pd.Series, decimals: int) -> dict[str, Decimal]:
    # a decimal keeps its decimals, which differ from row to row; each language writes it its own way
    return {str(code): formats.rounded(value, decimals) for code, value in values.items()}


def _sentence_table_1(codes: Sequence[str]) -> dict[Language, str]:
    roads = pd.DataFrame(
        {
            "printed": paper.table_1()
            .query("row == 'road_density'")
            .set_index("column")["value"]
            .reindex(codes),
            "2018": indicators.values("road_density", "2018", codes).round(),
            "2020": indicators.values("road_density", PRINTED_PERIOD, codes).round(),
        }
    )
    n = len(codes)
    then = int((roads["printed"] == roads["2018"]).sum())
    headed = int((roads["printed"] == roads["2020"]).sum())
    return {
        "en": f"The printed road densities equal Rosstat's rounded figures of 2018 in {then} of {n} regions and "
        f"those of 2020, the year in the heading, in {headed} of {n}.",
        "ru": f"Напечатанная плотность дорог совпадает с округлёнными данными Росстата за 2018 год в {then} из "
        f"{of_regions(n)}, а за 2020 год, указанный в заголовке, — в {headed} из {n}.",
    }


def density_rows(region_codes: Sequence[str], crossings_period: str) -> pd.DataFrame:
    """Crossing densities per 1,000 km of border with the interval that the print allows.

    Returns
    -------
    pandas.DataFrame
        One row an indicator and region: ``indicator, region, period, points, border_length_km,
        density_per_1000_km, printed, printed_low, printed_high, is_inside``. The printed columns are
        missing for another period than the paper's.
    """
    cells = paper.table_1().set_index(["row", "column"])["printed"]
    lengths = indicators.values("border_length", PRINTED_PERIOD, region_codes)
    rows = []
    for density, count in zip(_DENSITIES, _COUNTS, strict=True):
        values = indicators.values(density, crossings_period, region_codes)
        points = indicators.values(count, crossings_period, region_codes)
        for code in region_codes:
            low, high, text = np.nan, np.nan, None
            if crossings_period == PRINTED_PERIOD:
                text = str(cells[(density, code)])
                low, high = (float(end) * 1000 for end in _printed_bounds(text))
            rows.append(
                {
                    "indicator": density,
                    "region": code,
                    "period": crossings_period,
                    "points": int(points[code]),
                    "border_length_km": lengths[code],
                    "density_per_1000_km": values[code],
                    "printed": text,
                    "printed_low": low,
                    "printed_high": high,
                    "is_inside": None if text is None else bool(low <= values[code] <= high),
                }
            )
    return pd.DataFrame(rows)


def _printed_bounds(text: str) -> tuple[float, float]:
    low, high = printed.rounding_interval(text.replace(",", ".")).bounds()
    return float(low), float(high)


def crossing_densities(region_codes: Sequence[str], crossings_period: str) -> Exhibit:
    """Density of crossing points, recomputed, as a table and a chart.

    Parameters
    ----------
    region_codes : sequence of str
        ISO codes of regions on the border.
    crossings_period : {'2020', '2026'}
        Period of the counts.

    Returns
    -------
    Exhibit
        Table with the columns of `density_rows`, and figure.

    Raises
    ------
    AnalysisError
        If there are no counts for the period.
    """
    rows = density_rows(region_codes, crossings_period)
    shown = rows.assign(
        kind_en=rows["indicator"].map({_DENSITIES[0]: "established", _DENSITIES[1]: "functioning"}),
        kind_ru=rows["indicator"].map({_DENSITIES[0]: "установленные", _DENSITIES[1]: "действующие"}),
    )
    table = Table(
        shown,
        (
            column({"en": "kind_en", "ru": "kind_ru"}, "Points", "Пункты пропуска"),
            column("region", "Region", "Регион", "region"),
            column("points", "Number", "Число", "number"),
            column("border_length_km", "Border, km", "Граница, км", "number", 1),
            column("density_per_1000_km", "Per 1,000 km", "На 1000 км", "number", 2),
            column("printed", "Printed, per km", "Напечатано, на 1 км", "printed"),
        ),
    )
    panels = {
        "en": list(zip(_DENSITIES, ("Established", "Functioning"), strict=True)),
        "ru": list(zip(_DENSITIES, ("Установленные", "Действующие"), strict=True)),
    }
    plotted = rows.rename(columns={"density_per_1000_km": "value"})
    sources = (
        ("paper-table-1",) if crossings_period == PRINTED_PERIOD else ("paper-table-1", "crossings-2026")
    )
    return Exhibit(
        "crossing-densities",
        crossings_period,
        _sentence_densities(rows, crossings_period),
        sources,
        table,
        lambda language, title, footer: charts.crossing_densities(
            plotted, panels[language], language, title, footer
        ),
    )


def _sentence_densities(rows: pd.DataFrame, period: str) -> dict[Language, str]:
    lowest = {
        name: part.loc[part["density_per_1000_km"].idxmin(), "region"]
        for name, part in rows.groupby("indicator")
    }
    first, second = (str(lowest[name]) for name in _DENSITIES)
    sentence: dict[Language, str] = {
        "en": f"Fewest established points per kilometre: {formats.region_name(first, 'en')}; fewest "
        f"functioning: {formats.region_name(second, 'en')}.",
        "ru": f"Меньше всего установленных пунктов на километр: {formats.region_name(first, 'ru')}; "
        f"действующих: {formats.region_name(second, 'ru')}.",
    }
    if period == PRINTED_PERIOD:
        inside = int(rows["is_inside"].astype(bool).sum())
        sentence["en"] += (
            f" Grey: values that would be printed as the paper prints them; {inside} of {len(rows)} "
            "recomputed densities lie inside."
        )
        sentence["ru"] += (
            f" Серым — значения, дающие напечатанную цифру; внутри {inside} из {len(rows)} "
            "рассчитанных значений."
        )
    return sentence
