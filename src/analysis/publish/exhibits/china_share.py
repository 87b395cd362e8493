"""Table 2 of the paper: China's share of foreign trade turnover, and what stands behind its district row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis import ledger
from analysis.data import formats, indicators, paper, regions, user_data
from analysis.data.regions import Language
from analysis.errors import NoDataError
from analysis.publish import charts
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.tables import Table, column

DISTRICT = "FAR_EAST"
# half of the last printed digit: what rounding alone allows
HALF_DIGIT = 0.05


def printed_years(first_year: str, last_year: str) -> list[str]:
    """Years of Table 2 within a span.

    Parameters
    ----------
    first_year, last_year : str
        Bounds, both included.
    """
    return [year for year in indicators.periods("china_share") if first_year <= year <= last_year]


def table_2(region_codes: Sequence[str], first_year: str, last_year: str) -> Exhibit:
    """Table 2 as printed: the district, the border regions, the others.

    Parameters
    ----------
    region_codes : sequence of str
        ISO codes of Far Eastern regions.
    first_year, last_year : str
        Bounds, both included.

    Returns
    -------
    Exhibit
        One row for the district and one a region: ``group_en``, ``group_ru`` and a column for each printed year,
        per cent as printed.

    Raises
    ------
    NoDataError
        If no region or no year of the request has figures.
    """
    years = printed_years(first_year, last_year)
    _check_has_figures(region_codes, years, f"{first_year}-{last_year}")
    cells = paper.table_2().set_index(["row", "column"])["printed"]
    border = set(regions.codes(regions.far_east_border()))
    order = [
        DISTRICT,
        *(code for code in _print_order() if code in region_codes and code in border),
        *(code for code in _print_order() if code in region_codes and code not in border),
    ]
    rows = pd.DataFrame(
        [
            {
                "region": code,
                "group_en": "" if code == DISTRICT else ("border" if code in border else "no border"),
                "group_ru": "" if code == DISTRICT else ("граничит" if code in border else "не граничит"),
                **{year: str(cells[(code, year)]) or None for year in years},
            }
            for code in order
        ]
    )
    table = Table(
        rows,
        (
            column("region", "Region", "Регион", "region"),
            column({"en": "group_en", "ru": "group_ru"}, "With China", "С Китаем"),
            *(column(year, year, year, "printed") for year in years),
        ),
        {
            "en": (
                "Per cent, as printed (decimal comma). An em dash marks a blank cell: Buryatia and Zabaykalsky "
                "Krai joined the district in November 2018. A hyphen stands in the paper itself, which does "
                "not say what it means.",
            ),
            "ru": (
                "В процентах, как напечатано. Тире — пустая ячейка: Бурятия и Забайкальский край вошли в округ "
                "в ноябре 2018 года. Дефис стоит в самой статье, его смысл там не объяснён.",
            ),
        },
    )
    return Exhibit(
        "table-2", f"{years[0]}–{years[-1]}", _sentence(region_codes, years), ("paper-table-2",), table
    )


def _check_has_figures(region_codes: Sequence[str], years: Sequence[str], asked: str) -> None:
    printed = {
        code: [year for year in indicators.periods("china_share") if _has_share(code, year)]
        for code in region_codes
    }
    if not any(year in printed[code] for code in region_codes for year in years):
        known = "; ".join(f"{code}: {', '.join(found) or 'none'}" for code, found in printed.items())
        raise NoDataError(
            f"Table 2 prints no share for {asked} of the regions chosen; years it has: {known}."
        )


def _has_share(code: str, year: str) -> bool:
    return bool(indicators.values("china_share", year, [code]).notna().all())


def _print_order() -> list[str]:
    return [str(code) for code in paper.table_2()["row"].unique() if code != DISTRICT]


def _sentence(region_codes: Sequence[str], years: Sequence[str]) -> dict[Language, str]:
    last = indicators.values("china_share", years[-1], region_codes).dropna().sort_values(ascending=False)
    first = indicators.values("china_share", years[0], region_codes)
    top = str(last.index[0])
    value = float(last.iloc[0])
    sentence: dict[Language, str] = {
        "en": f"In {years[-1]} the highest of the regions shown is {formats.region_name(top, 'en')} with "
        f"{formats.number(value, 1, 'en')} per cent.",
        "ru": f"В {years[-1]} году самая высокая доля из показанных — {formats.region_name(top, 'ru')}, "
        f"{formats.number(value, 1, 'ru')} %.",
    }
    amur = "RU-AMU"
    if amur in last.index and pd.notna(first.get(amur)):
        place = list(last.index).index(amur) + 1
        sentence["en"] += (
            f" Amur Oblast went from {formats.number(first[amur], 1, 'en')} in {years[0]} to "
            f"{formats.number(last[amur], 1, 'en')} in {years[-1]}, place {place} of {len(last)}."
        )
        sentence["ru"] += (
            f" Амурская область: {formats.number(first[amur], 1, 'ru')} % в {years[0]} году, "
            f"{formats.number(last[amur], 1, 'ru')} % в {years[-1]} году, место {place} из {len(last)}."
        )
    return sentence


def share_lines(region_codes: Sequence[str], first_year: str, last_year: str) -> Exhibit:
    """Twenty years of Table 2 as lines, border regions apart from the others.

    Parameters as `table_2`; the axis is in per cent.
    """
    years = printed_years(first_year, last_year)
    everything = indicators.observations().query("indicator == 'china_share'")
    everything = everything[everything["period"].isin(years)]
    table = everything[everything["region"].isin(region_codes)]
    district = everything[everything["region"] == DISTRICT].set_index("period")["value"].to_dict()
    border = set(regions.codes(regions.far_east_border()))
    last = indicators.values("china_share", years[-1], region_codes)
    ordered = sorted(region_codes, key=lambda code: -last.fillna(0)[code])
    inside = [code for code in ordered if code in border]
    outside = [code for code in ordered if code not in border]
    headings = {
        "en": ("Regions on the border with China", "Other regions of the district"),
        "ru": ("Регионы на границе с Китаем", "Другие регионы округа"),
    }
    sentence = _sentence(region_codes, years)
    gaps = {
        "en": " Points are the printed years; the lines between them are no data.",
        "ru": " Точки — напечатанные годы; линии между ними данных не содержат.",
    }
    return Exhibit(
        "china-share-lines",
        f"{years[0]}–{years[-1]}",
        {"en": sentence["en"] + gaps["en"], "ru": sentence["ru"] + gaps["ru"]},
        ("paper-table-2",),
        draw=lambda language, title, footer: charts.share_lines(
            table,
            list(zip(headings[language], (inside, outside), strict=True)),
            district,
            language,
            title,
            footer,
        ),
    )


def far_east_share() -> Exhibit:
    """The district's printed row beside the mean of its regions weighted by Rosstat's turnover.

    The weighted mean is ``sum(share x turnover) / sum(turnover)`` over the eleven regions; it exists
    for years in which all eleven have both figures.
    """
    codes = regions.codes(regions.far_east())
    rows = []
    for year in indicators.periods("china_share"):
        if year not in indicators.periods("trade_turnover"):
            continue
        share = indicators.values("china_share", year, codes)
        turnover = indicators.values("trade_turnover", year, codes)
        if share.isna().any() or turnover.isna().any():
            continue
        printed = float(indicators.values("china_share", year, [DISTRICT]).iloc[0])
        weighted = float((share * turnover).sum() / turnover.sum())
        rows.append(
            {
                "period": year,
                "printed": printed,
                "weighted": weighted,
                "unweighted": float(share.mean()),
                "difference": weighted - printed,
            }
        )
    frame = pd.DataFrame(rows)
    table = Table(
        frame,
        (
            column("period", "Year", "Год"),
            column("printed", "Printed, %", "Напечатано, %", "number", 1),
            column("weighted", "Weighted by turnover, %", "Взвешено по обороту, %", "number", 2),
            column("unweighted", "Plain mean, %", "Простое среднее, %", "number", 2),
            column("difference", "Weighted less printed", "Разность", "number", 2),
        ),
        {
            "en": ("Only years in which all eleven regions have a share and a turnover.",),
            "ru": ("Только годы, в которые доля и оборот есть у всех одиннадцати регионов.",),
        },
    )
    exact = frame[frame["difference"].abs() <= HALF_DIGIT]["period"].tolist()
    return Exhibit(
        "far-east-share",
        f"{frame['period'].iloc[0]}–{frame['period'].iloc[-1]}",
        {
            "en": "The regions' shares weighted by Rosstat's turnovers round to the printed district row in "
            f"{', '.join(exact)}; in these years the column is therefore the full year.",
            "ru": "Взвешенные по обороту Росстата доли регионов дают напечатанную строку округа в годы: "
            f"{', '.join(exact)}; значит, данные за эти годы — за полный год.",
        },
        ("paper-table-2", "rosstat-trade"),
        table,
    )


_FIGURES: dict[str, tuple[str, str]] = {
    "customs": ("your customs files", "ваши таможенные файлы"),
    "printed": ("printed", "напечатано"),
    "difference": ("difference", "разность"),
}


def from_customs() -> list[Exhibit]:
    """Table 2 from the reader's customs files, for every region and full year they hold, beside the printed one.

    Nothing without a store, and nothing where it holds no full year of any region in both directions. The
    notebook's choice of regions and years is left aside: regions outside the district are what a reader with
    files of the whole country cannot have from the paper.
    """
    store = ledger.own_store()
    if store is None:
        return []
    from analysis.customs import (
        trade,  # the customs reader's libraries load only where there are customs files
    )

    shares = trade.china_shares(store)
    return [_beside_printed(shares)] if len(shares) else []


def _beside_printed(shares: pd.DataFrame) -> Exhibit:
    # region and year name a share, so the mean of one is itself
    printed = paper.table_2().pivot_table("value", "row", "column")
    declared = shares.pivot_table("china_share", "region", "period")
    printed = printed.reindex(index=declared.index, columns=declared.columns)
    difference = declared - printed
    found = {"customs": declared, "printed": printed, "difference": difference}
    rows = [
        {
            "region": code,
            "figure": figure,
            "figure_en": _FIGURES[figure][0],
            "figure_ru": _FIGURES[figure][1],
            **values.loc[code].to_dict(),
        }
        for code in _in_order(declared.index)
        for figure, values in found.items()
        if figure == "customs" or difference.loc[code].notna().any()
    ]
    years = [str(year) for year in declared.columns]
    table = Table(
        pd.DataFrame(rows),
        (
            column("region", "Region", "Регион", "region"),
            column({"en": "figure_en", "ru": "figure_ru"}, "Share of China, %", "Доля Китая, %"),
            *(column(year, year, year, "number", 1) for year in years),
        ),
        {
            "en": (
                "An em dash: the files do not hold every month of the year in both directions, or the paper prints no "
                "figure. The difference is of unrounded shares less printed ones, in percentage points. The district is "
                "today's eleven regions in every year; until November 2018 it had nine.",
            ),
            "ru": (
                "Тире: в файлах нет всех месяцев года по экспорту и импорту или в статье нет значения. Разность — "
                "неокруглённая доля минус напечатанная, в процентных пунктах. Округ во все годы — нынешние одиннадцать "
                "регионов; до ноября 2018 года их было девять.",
            ),
        },
    )
    return Exhibit(
        "table-2-customs",
        years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}",
        _agreement(difference),
        ("paper-table-2",),
        table,
        own_source=user_data.CUSTOMS_TITLE,
    )


def _in_order(codes: Iterable[str]) -> list[str]:
    """District, border, other regions of the district as the paper prints them; then the rest of the register."""
    border = regions.codes(regions.far_east_border())
    printed = _print_order()
    order = [DISTRICT, *(c for c in printed if c in border), *printed, *regions.codes(regions.all_regions())]
    present = set(codes)
    return [code for code in dict.fromkeys(order) if code in present]


def _agreement(difference: pd.DataFrame) -> dict[Language, str]:
    both = {
        (str(region), str(year)): float(value)
        for region, values in difference.iterrows()
        for year, value in values.dropna().items()
    }
    if not both:
        return {
            "en": "The paper prints a share for none of these regions and years.",
            "ru": "Ни для одного из этих регионов и лет в статье нет доли.",
        }
    exact = sum(abs(value) <= HALF_DIGIT for value in both.values())
    (place, year), farthest = max(both.items(), key=lambda item: abs(item[1]))
    return {
        "en": f"Of {len(both)} shares that the paper prints too, {exact} agree to the printed digit; the farthest is "
        f"{formats.region_name(place, 'en')} in {year}, {formats.number(farthest, 1, 'en')} points from the print.",
        "ru": f"Из {len(both)} долей, напечатанных и в статье, до последнего знака совпали {exact}; дальше всего — "
        f"{formats.region_name(place, 'ru')}, {year} год: {formats.number(farthest, 1, 'ru')} процентного пункта от "
        "напечатанного.",
    }
