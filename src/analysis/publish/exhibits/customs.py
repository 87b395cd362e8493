"""Charts 1-4, the timber tree and what readers ask beyond them, from the reader's own customs store.

The store is ``data/user/customs/`` (`amur ingest customs`). Without it, or for what it does not hold,
the printed exhibits of :mod:`analysis.publish.exhibits.exports` stand in.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import customs, paths
from analysis.customs import trade
from analysis.data import formats, user_data
from analysis.data.formats import Text, number
from analysis.data.regions import LANGUAGES, Language
from analysis.errors import NoDataError
from analysis.publish import charts
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.parameters import Run
from analysis.publish.tables import Table, column

# what the paper's charts and Table 3 show
PAPER_REQUEST = {"region": "RU-AMU", "period": "2021-01/2021-09", "partner": "CN", "direction": "export"}
SOYBEANS = ("120190",)  # soybeans, whether or not broken, not for sowing (Chart 1)
FUELS = ("27",)  # mineral fuels (Chart 4)
TIMBER = ("44",)  # wood and articles of wood (Table 3)
# partners named in a chart; the others are one bar
PARTNERS_SHOWN = 8
_THOUSAND: Text = {"en": "thousand US dollars", "ru": "тыс. долл."}


def store_for(run: Run) -> customs.Store | None:
    """Return the reader's customs store, if it holds what a run asks for.

    Raises
    ------
    NoDataError
        If something else than the paper's exhibits is asked for and the store does not hold it.
    AnalysisError
        If the store is damaged.
    """
    folder = paths.user() / "customs"
    is_papers = all(run[name] == value for name, value in PAPER_REQUEST.items()) and not run["goods"]
    if not customs.exists(folder):
        if is_papers:
            return None
        raise NoDataError(
            f"There are no customs data for {run['region']}, {run['period']}: bring files with regions into "
            "data/user/customs/ with `amur ingest customs PATH`."
        )
    store = _excerpt(folder, (folder / customs.MANIFEST).read_bytes(), run["region"], run["period"])
    try:
        trade.partner_values(store, run["region"], run["period"], direction=run["direction"])
    except NoDataError:
        if is_papers:
            return None
        raise
    return store


@lru_cache(maxsize=1)
def _excerpt(folder: Path, manifest: bytes, region: str, period: str) -> customs.Store:
    """Read what all exhibits of a run ask for, once for each state of the store."""
    return trade.excerpt(customs.open_store(folder), region, period)


_SUBJECTS: dict[str, Text] = {
    "chart-1": {"en": "{goods}, by country", "ru": "{goods}, по странам"},
    "chart-2": {"en": "partner countries", "ru": "страны-контрагенты"},
    "chart-3": {"en": "main goods", "ru": "основные товары"},
    "chart-4": {"en": "mineral fuels (chapter 27)", "ru": "минеральное топливо (группа 27)"},
    "goods-tree": {"en": "goods as a tree", "ru": "товары деревом"},
    "trade-monthly": {"en": "by month", "ru": "по месяцам"},
    "trade-concentration": {
        "en": "concentration by country and goods",
        "ru": "концентрация по странам и товарам",
    },
    "unit-values": {"en": "unit values", "ru": "средние цены"},
}
# these show all partners; the others one
_ALL_PARTNERS = ("chart-1", "chart-2", "trade-concentration")
_FLOWS: dict[str, Text] = {
    "export": {"en": "Exports", "ru": "Экспорт"},
    "import": {"en": "Imports", "ru": "Импорт"},
}
# what stands between region and partner; a dash spares the Russian names their cases
_BETWEEN: dict[str, Text] = {
    "export": {"en": " to ", "ru": " — "},
    "import": {"en": " from ", "ru": " — "},
}


def _title(exhibit_id: str, run: Run, language: Language) -> str:
    """What a chart of this request shows; the registered titles name the paper's request."""
    country: Text = {"en": "Russia", "ru": "Россия"}
    is_country = run["region"] == trade.RUSSIA
    place = country[language] if is_country else formats.region_name(run["region"], language)
    if exhibit_id not in _ALL_PARTNERS:
        place += _BETWEEN[run["direction"]][language] + trade.partner_name(run["partner"], language)
    goods = "; ".join(trade.goods_name(code, language) for code in run["goods"] or SOYBEANS)
    # a name of the register begins with a capital, which is out of place behind a colon
    subject = _SUBJECTS[exhibit_id][language].format(goods=goods[:1].lower() + goods[1:])
    return f"{_FLOWS[run['direction']][language]}, {place}: {subject}"


def _exhibit(
    exhibit_id: str, run: Run, sentence: dict[Language, str], table: Table, draw: Any = None
) -> Exhibit:
    title: dict[Language, str] = {language: _title(exhibit_id, run, language) for language in LANGUAGES}
    return Exhibit(
        exhibit_id,
        str(run["period"]),
        sentence,
        (),
        table,
        draw,
        own_source=user_data.CUSTOMS_TITLE,
        own_title=title,
    )


def _named(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Names of partners or goods in both languages beside their codes."""
    other: Text = {"en": "Others", "ru": "Прочие"}
    name = trade.partner_name if key == "partner" else trade.goods_name
    for language in LANGUAGES:
        frame[f"name_{language}"] = [
            other[language] if code == trade.OTHER else name(code, language) for code in frame[key]
        ]
    return frame


def _table(frame: pd.DataFrame, key: str, *, is_tree: bool = False) -> Table:
    head = ("Country", "Страна") if key == "partner" else ("Goods", "Товар")
    columns = [
        # in a tree the code stands before each name
        *([] if is_tree else [column(key, "Code", "Код", "code")]),
        column({"en": "name_en", "ru": "name_ru"}, *head),
        column("value_thousand_usd", "Thousand US dollars", "Тыс. долл.", "number", 1),
    ]
    if "share_percent" in frame:
        columns.append(column("share_percent", "%", "%", "number", 1))
    return Table(frame, tuple(columns))


def _bars(frame: pd.DataFrame, key: str, value: str, axis: Text, *, is_tree: bool = False) -> Any:
    def draw(language: Language, title: str, footer: Sequence[str]) -> charts.Figure:
        to_china = frame[key] == trade.CHINA if key == "partner" else pd.Series(True, index=frame.index)
        return charts.bars(
            frame[f"name_{language}"].tolist(),
            frame[value].tolist(),
            [charts.CHINA if china else charts.OTHER for china in to_china],
            language,
            title,
            footer,
            axis[language],
            decimals=1,
            is_tree=is_tree,
        )

    return draw


def _first(frame: pd.DataFrame, language: Language, value: str, unit: str) -> str:
    row = frame.iloc[0]
    words: Text = {"en": "Largest", "ru": "Больше всего"}
    return (
        f"{words[language]}: {row[f'name_{language}']}, {number(row[value], 1, language)} {unit}".rstrip(".")
        + "."
    )


def _none(exhibit_id: str, run: Run, goods: Sequence[str]) -> Exhibit:
    """Exhibit of goods the region did not trade in the months held: zero, which is a finding."""
    frame = _named(pd.DataFrame({"goods": goods, "value_thousand_usd": 0.0}), "goods")
    sentence: dict[Language, str] = {
        "en": "The files hold these months of the region, and no such trade in them.",
        "ru": "Данные за эти месяцы по региону есть, но такой торговли в них нет.",
    }
    drawn = _bars(frame, "goods", "value_thousand_usd", _THOUSAND)
    return _exhibit(exhibit_id, run, sentence, _table(frame, "goods"), drawn)


def goods_by_partner(run: Run, store: customs.Store) -> Exhibit:
    """Chart 1: trade in the goods asked for (soybeans by default) by partner country.

    Parameters
    ----------
    run : Run
        Request of notebook 03: region, period, partner, direction, goods, level and number of goods.
    store : Store
        Where the rows are, as `store_for` gives it.

    Returns
    -------
    Exhibit
        Table and figure; values in thousand US dollars, weights in tonnes.

    Raises
    ------
    AnalysisError
        As `analysis.customs.trade.partner_values`.
    """
    goods = run["goods"] or SOYBEANS
    frame = trade.partner_values(store, run["region"], run["period"], goods, run["direction"])
    if frame.empty:
        return _none("chart-1", run, goods)
    frame = _named(frame, "partner")
    sentence = {
        language: _first(frame, language, "value_thousand_usd", _THOUSAND[language]) for language in LANGUAGES
    }
    return _exhibit(
        "chart-1",
        run,
        sentence,
        _table(frame, "partner"),
        _bars(frame, "partner", "value_thousand_usd", _THOUSAND),
    )


def partner_shares(run: Run, store: customs.Store) -> Exhibit:
    """Chart 2: shares of partner countries.

    Parameters as `goods_by_partner`, errors as `analysis.customs.trade.partner_shares`.
    """
    frame = trade.partner_shares(
        store, run["region"], run["period"], direction=run["direction"], top=PARTNERS_SHOWN
    )
    frame = _named(frame, "partner")
    sentence = {language: _first(frame, language, "share_percent", "%") for language in LANGUAGES}
    percent: Text = {"en": "%", "ru": "%"}
    return _exhibit(
        "chart-2", run, sentence, _table(frame, "partner"), _bars(frame, "partner", "share_percent", percent)
    )


def top_items(run: Run, store: customs.Store) -> Exhibit:
    """Chart 3: largest goods in trade with the partner, at the level asked for.

    Parameters as `goods_by_partner`, errors as `analysis.customs.trade.top_items`.
    """
    frame = trade.top_items(
        store,
        run["region"],
        run["period"],
        run["partner"],
        run["direction"],
        run["by"],
        run["goods"],
        run["top"],
    )
    frame = _named(frame, "goods")
    sentence = {
        language: _first(frame, language, "value_thousand_usd", _THOUSAND[language]) for language in LANGUAGES
    }
    return _exhibit(
        "chart-3",
        run,
        sentence,
        _table(frame, "goods"),
        _bars(frame, "goods", "value_thousand_usd", _THOUSAND),
    )


def _tree(exhibit_id: str, run: Run, store: customs.Store, goods: Sequence[str], depth: str) -> Exhibit:
    frame = trade.goods_tree(
        store, run["region"], run["period"], run["partner"], run["direction"], goods, depth=depth
    )
    frame = _named(frame, "goods")
    indents = {code: len(code) // 2 - 1 for code in frame["goods"]}
    for language in LANGUAGES:
        frame[f"name_{language}"] = [
            "\u2003" * indents[code] + f"{code} {name}"
            for code, name in zip(frame["goods"], frame[f"name_{language}"], strict=True)
        ]
    sentence: dict[Language, str] = {
        "en": "Every level adds up to the row above it; levels are never added together.",
        "ru": "Каждый уровень в сумме даёт строку над ним; уровни между собой не складываются.",
    }
    return _exhibit(
        exhibit_id,
        run,
        sentence,
        _table(frame, "goods", is_tree=True),
        _bars(frame, "goods", "value_thousand_usd", _THOUSAND, is_tree=True),
    )


def fuels(run: Run, store: customs.Store) -> Exhibit:
    """Chart 4: chapter 27 in its headings.

    Parameters and errors as `goods_by_partner`; without such trade the exhibit shows zero.
    """
    try:
        return _tree("chart-4", run, store, FUELS, "heading")
    except NoDataError:  # the goods are ours, not the reader's: their absence must not end the run
        return _none("chart-4", run, FUELS)


def timber(run: Run, store: customs.Store) -> Exhibit:
    """Table 3 from the records: chapter 44 as the tree it is, or the goods asked for.

    Parameters as `goods_by_partner`, errors as `analysis.customs.trade.goods_tree`; without trade in timber it shows zero.
    """
    try:
        return _tree("goods-tree", run, store, run["goods"] or TIMBER, "subheading")
    except NoDataError:
        if run["goods"]:
            raise
        return _none("goods-tree", run, TIMBER)


def monthly(run: Run, store: customs.Store) -> Exhibit:
    """Trade with the partner month by month.

    Parameters as `goods_by_partner`, errors as `analysis.customs.trade.monthly_series`.
    """
    frame = trade.monthly_series(
        store, run["region"], run["period"], run["partner"], run["direction"], run["goods"]
    )
    table = Table(
        frame,
        (
            column("period", "Month", "Месяц"),
            column("value_thousand_usd", "Thousand US dollars", "Тыс. долл.", "number", 1),
            column("net_weight_tonnes", "Net weight, tonnes", "Вес нетто, тонн", "number", 1),
        ),
    )
    named = frame.assign(name_en=frame["period"], name_ru=frame["period"])
    total = float(frame["value_thousand_usd"].sum())
    sentence: dict[Language, str] = {
        "en": f"{len(frame)} months, {number(total, 1, 'en')} thousand US dollars in all.",
        "ru": f"Месяцев: {len(frame)}, всего {number(total, 1, 'ru')} тыс. долл.",
    }
    return _exhibit(
        "trade-monthly", run, sentence, table, _bars(named, "period", "value_thousand_usd", _THOUSAND)
    )


def concentration(run: Run, store: customs.Store) -> Exhibit:
    """How far trade rests on few partners and few goods (Herfindahl-Hirschman).

    Parameters as `goods_by_partner`, errors as `analysis.customs.trade.concentration`.
    """
    names: dict[str, Text] = {
        "partner": {"en": "Partner countries", "ru": "Страны-контрагенты"},
        "chapter": {"en": "Chapters of goods", "ru": "Товарные группы"},
        "heading": {"en": "Headings of goods", "ru": "Товарные позиции"},
    }
    rows = []
    for by, name in names.items():
        found = trade.concentration(store, run["region"], run["period"], run["direction"], by)
        called = trade.partner_name if by == "partner" else trade.goods_name
        rows.append(
            {
                "by": by,
                **{f"by_{language}": name[language] for language in LANGUAGES},
                **vars(found),
                **{f"largest_{language}": called(found.largest, language) for language in LANGUAGES},
                "points": found.hhi * 10_000,
            }
        )
    frame = pd.DataFrame(rows)
    table = Table(
        frame,
        (
            column({"en": "by_en", "ru": "by_ru"}, "Across", "Разрез"),
            column("points", "HHI, points", "Индекс Херфиндаля — Хиршмана", "number"),
            column("effective_number", "Effective number", "Эффективное число", "number", 1),
            column("n", "Number", "Число", "number"),
            column({"en": "largest_en", "ru": "largest_ru"}, "Largest", "На первом месте"),
            column("largest_share", "Its share, %", "Доля, %", "number", 1),
            column("unstated_share", "Not stated, %", "Не указано, %", "number", 1),
        ),
        {
            "en": (
                "Sum of squared shares times 10,000; partners not stated and codes withheld count as one.",
            ),
            "ru": (
                "Сумма квадратов долей, умноженная на 10\u00a0000; неуказанные страны и скрытые коды считаются за одно.",
            ),
        },
    )
    sentence: dict[Language, str] = {
        language: {
            "en": "As many equal partners as would be as concentrated: ",
            "ru": "Столько равных партнёров дали бы ту же концентрацию: ",
        }[language]
        + number(float(frame["effective_number"].iloc[0]), 1, language)
        + "."
        for language in LANGUAGES
    }
    return _exhibit("trade-concentration", run, sentence, table)


def unit_values(run: Run, store: customs.Store) -> Exhibit:
    """Dollars a kilogram and a unit, by heading.

    Parameters as `goods_by_partner`, errors as `analysis.customs.trade.unit_values`.
    """
    goods = run["goods"] or (*SOYBEANS, *FUELS, *TIMBER)
    frame = trade.unit_values(store, run["region"], run["period"], run["partner"], run["direction"], goods)
    frame = _named(frame, "goods")
    table = Table(
        frame,
        (
            column("goods", "Code", "Код", "code"),
            column({"en": "name_en", "ru": "name_ru"}, "Goods", "Товар"),
            column("unit", "Unit code", "Код единицы"),
            column("usd_per_kg", "Dollars per kg", "Долл. за кг", "number", 3),
            column("usd_per_unit", "Dollars per unit", "Долл. за единицу", "number", 2),
        ),
    )
    sentence: dict[Language, str] = {
        "en": "A unit value mixes prices with kinds of goods; a dash where nothing can be divided.",
        "ru": "Средняя цена смешивает цены и виды товаров; прочерк — где делить нечего.",
    }
    return _exhibit("unit-values", run, sentence, table)


def beyond(run: Run) -> list[Exhibit]:
    """What the paper does not show; nothing without a store that holds the request.

    Raises
    ------
    AnalysisError
        As `store_for` and the functions of the exhibits.
    """
    store = store_for(run)
    if store is None:
        return []
    return [timber(run, store), monthly(run, store), concentration(run, store), unit_values(run, store)]
