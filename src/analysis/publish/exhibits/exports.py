"""Table 3 and charts 1-4 of the paper: what is printed of them, and what is missing.

The charts are images that the text layer of the paper lost, and the customs files behind them are
no longer public. Nothing is made up to fill them: each exhibit shows every number that is printed.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.data import package, paper
from analysis.data.formats import Text, number
from analysis.data.regions import Language
from analysis.ledger import printed
from analysis.ledger.intervals import Interval
from analysis.publish import charts
from analysis.publish.exhibits import customs
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.parameters import Run
from analysis.publish.tables import Table, column

PERIOD = "2021-01/2021-09"
_PARTNERS: dict[str, Text] = {
    "CN": {"en": "China", "ru": "Китай"},
    "BY": {"en": "Belarus", "ru": "Беларусь"},
    "KZ": {"en": "Kazakhstan", "ru": "Казахстан"},
    "KR": {"en": "South Korea", "ru": "Республика Корея"},
    "UZ": {"en": "Uzbekistan", "ru": "Узбекистан"},
}
_SUPPLY: Text = {
    "en": "The image carries no text and the customs table is no longer public. A customs extract with regions "
    "(2013 to January 2022) would supply it; the README says where such files are.",
    "ru": "Изображение не содержит текста, а таблица таможни больше не публикуется. Нужна таможенная выгрузка с "
    "регионами (2013 год — январь 2022 года); где её искать, сказано в README.",
}


def _claim(claim_id: str) -> printed.Printed:
    text = paper.claims().set_index("claim_id").loc[claim_id, "published"]
    return printed.parse(str(text), f"The claim {claim_id}")


def table_3() -> Exhibit:
    """Table 3 as printed."""
    cells = paper.table_3()
    table = Table(
        cells,
        (
            column("row", "Row", "Строка", "number"),
            column({"en": "row_label_en", "ru": "row_label_ru"}, "Goods", "Товар"),
            column("printed_codes", "Codes in the label", "Коды в названии", "printed"),
            column("printed", "Thousand US dollars", "Тыс. долл.", "printed"),
        ),
        {
            "en": (
                "Labels shortened; amounts as printed. Codes in the labels lost digits in print. Rows 2-8 are parts of "
                "row 1 and of each other: goods codes are a tree.",
            ),
            "ru": (
                "Названия сокращены, суммы — как напечатано. Коды в названиях потеряли знаки при печати. Строки 2–8 — "
                "части строки 1 и друг друга: коды товаров образуют дерево.",
            ),
        },
    )
    values = cells["value"]
    of_rows = float(values.iloc[:-1].sum())
    total = float(values.iloc[-1])
    whole = float(values.iloc[0])
    matches = abs(of_rows - total) < 0.05  # half of the last printed digit
    return Exhibit(
        "table-3",
        PERIOD,
        {
            "en": f"The printed total, {number(total, 1, 'en')}, {'is' if matches else 'is not'} the sum of all rows above it, "
            f"{number(of_rows, 1, 'en')}, and {number(total / whole, 2, 'en')} times the first row, which already "
            "contains the others.",
            "ru": f"Напечатанный итог {number(total, 1, 'ru')} {'равен' if matches else 'не равен'} сумме всех строк "
            f"({number(of_rows, 1, 'ru')}) и в {number(total / whole, 2, 'ru')} раза больше первой строки, которая "
            "уже включает остальные.",
        },
        ("paper-table-3",),
        table,
    )


def _status(
    exhibit_id: str,
    period: str,
    rows: Sequence[dict[str, str | None]],
    sentence: dict[Language, str],
    sources: tuple[str, ...],
) -> Exhibit:
    """Exhibit of a chart whose values are not printed: what is printed, and what is missing."""
    table = Table(
        pd.DataFrame(rows),
        (
            column({"en": "figure_en", "ru": "figure_ru"}, "Figure", "Показатель"),
            column("printed", "Printed", "Напечатано", "printed"),
            column({"en": "unit_en", "ru": "unit_ru"}, "Unit", "Единица"),
        ),
        {"en": (_SUPPLY["en"],), "ru": (_SUPPLY["ru"],)},
    )
    return Exhibit(exhibit_id, period, sentence, sources, table)


def _row(
    en: str, ru: str, text: str | None, unit_en: str | None, unit_ru: str | None
) -> dict[str, str | None]:
    return {"figure_en": en, "figure_ru": ru, "printed": text, "unit_en": unit_en, "unit_ru": unit_ru}


def chart_1(run: Run) -> Exhibit:
    """Chart 1, soybeans by country: no value is printed.

    Parameters
    ----------
    run : Run
        Request of notebook 03.

    Returns
    -------
    Exhibit
        From the reader's customs files where they hold the request, else what the paper prints.

    Raises
    ------
    AnalysisError
        As `analysis.publish.exhibits.customs.store_for`.
    """
    store = customs.store_for(run)
    if store is not None:
        return customs.goods_by_partner(run, store)
    return _status(
        "chart-1",
        PERIOD,
        [
            _row(
                "Exports of soybeans by country", "Экспорт сои по странам", None, "thousand USD", "тыс. долл."
            )
        ],
        {
            "en": "No value of the chart is printed. The text reads from it that China is the main importer; the tonnage "
            "below agrees, which is plausible and no proof, because the chart is in dollars.",
            "ru": "Ни одно значение диаграммы не напечатано. По тексту, главный импортёр — Китай; тоннаж ниже с этим "
            "согласуется, но не доказывает: диаграмма построена в долларах.",
        },
        ("paper-claims",),
    )


def chart_2(run: Run) -> Exhibit:
    """Chart 2, partners' shares of exports: China's is printed, the others are known only together.

    Parameters, returns and errors as `chart_1`.
    """
    store = customs.store_for(run)
    if store is not None:
        return customs.partner_shares(run, store)
    share = _claim("text.export-share")
    assert share.interval is not None and share.value is not None
    rest = Interval.point(100) - share.interval
    rows = [
        _row("China", "Китай", share.text, "%", "%"),
        _row(
            "Exports to China",
            "Экспорт в Китай",
            _claim("text.exports-china").text,
            "million USD",
            "млн долл.",
        ),
        _row("Partner countries", "Страны-контрагенты", _claim("text.countries").text, "countries", "стран"),
        _row("All other countries, each", "Другие страны, каждая", None, "%", "%"),
    ]
    low, high = total_exports().bounds()
    spans = {
        language: f"{number(float(low), 1, language)}–{number(float(high), 1, language)}"
        for language in ("en", "ru")
    }
    sentence: dict[Language, str] = {
        "en": "Only China's share is printed; the others are known together. Share and value imply exports of "
        f"{spans['en']} million US dollars in all.",
        "ru": "Напечатана только доля Китая; остальные известны лишь вместе. Из доли и суммы следует общий экспорт "
        f"{spans['ru']} млн долл.",
    }
    status = _status("chart-2", PERIOD, rows, sentence, ("paper-claims",))
    labels: dict[Language, list[str]] = {
        "en": ["China", "All others, not broken down"],
        "ru": ["Китай", "Остальные, без разбивки"],
    }
    values = [float(share.value), float(rest.middle)]
    axis: Text = {"en": "% of exports", "ru": "% экспорта"}
    return Exhibit(
        "chart-2",
        PERIOD,
        sentence,
        ("paper-claims",),
        status.table,
        lambda language, title, footer: charts.bars(
            labels[language],
            values,
            [charts.CHINA, charts.OTHER],
            language,
            title,
            footer,
            axis[language],
            decimals=1,
            hollow=[False, True],
        ),
    )


def total_exports() -> Interval:
    """Exports of the region to all countries that the printed share and value imply, million US dollars.

    Returns
    -------
    Interval
        The rounding of both printed figures carried through.
    """
    share, value = _claim("text.export-share").interval, _claim("text.exports-china").interval
    assert share is not None and value is not None
    return value / share * Interval.point(100)


def chart_3(run: Run) -> Exhibit:
    """Chart 3, main items of exports to China: two are named, none has a value.

    Parameters, returns and errors as `chart_1`.
    """
    store = customs.store_for(run)
    if store is not None:
        return customs.top_items(run, store)
    return _status(
        "chart-3",
        "2021",
        [
            _row("Electricity", "Электроэнергия", None, None, None),
            _row("Soybeans and products of them", "Соя и продукция из неё", None, None, None),
        ],
        {
            "en": "The text names two main items and prints neither values nor a unit. The caption says 2021 where every other customs "
            "figure of the section covers nine months, and the chart names no source.",
            "ru": "Текст называет две основные статьи без значений и единицы. В подписи — 2021 год, тогда как остальные таможенные "
            "данные раздела охватывают девять месяцев; источник диаграммы не указан.",
        },
        ("paper-claims",),
    )


def chart_4(run: Run) -> Exhibit:
    """Chart 4, chapter 27: no value is printed.

    Parameters, returns and errors as `chart_1`.
    """
    store = customs.store_for(run)
    if store is not None:
        return customs.fuels(run, store)
    return _status(
        "chart-4",
        PERIOD,
        [
            _row(
                "Chapter 27 by heading, exports to China",
                "Группа 27 по товарным позициям, экспорт в Китай",
                None,
                "thousand USD",
                "тыс. долл.",
            )
        ],
        {
            "en": "No value of the chart is printed. The text reads from it that China is the main buyer of oil and oil "
            "products; the chart shows China alone, so it cannot say so.",
            "ru": "Ни одно значение диаграммы не напечатано. По тексту, Китай — основной покупатель нефти и нефтепродуктов; "
            "но на диаграмме только Китай, и этого из неё не следует.",
        },
        ("paper-claims",),
    )


def soybean_tonnes() -> Exhibit:
    """Soybean shipments in tonnes, as the press had them: a plausibility check on Chart 1."""
    shipped = package.read("press-soybeans-2021").sort_values("tonnes", ascending=False, ignore_index=True)
    shipped["partner_en"] = [_PARTNERS[code]["en"] for code in shipped["partner"]]
    shipped["partner_ru"] = [_PARTNERS[code]["ru"] for code in shipped["partner"]]
    table = Table(
        shipped,
        (
            column({"en": "partner_en", "ru": "partner_ru"}, "Country", "Страна"),
            column("tonnes", "Tonnes", "Тонн", "number"),
        ),
        {
            "en": (
                "China's figure is printed as 'more than'. A single press report, in tonnes; Chart 1 is in dollars.",
            ),
            "ru": (
                "По Китаю напечатано «более». Одно сообщение прессы, в тоннах; диаграмма 1 — в долларах.",
            ),
        },
    )
    labels = {language: shipped[f"partner_{language}"].tolist() for language in ("en", "ru")}
    texts: dict[Language, list[str]] = {
        language: [
            (("> " if lower else "") + number(value, 0, language))
            for value, lower in zip(shipped["tonnes"], shipped["is_lower_bound"], strict=True)
        ]
        for language in ("en", "ru")
    }
    axis: Text = {"en": "tonnes", "ru": "тонн"}
    share = float(shipped["tonnes"].iloc[0] / shipped["tonnes"].sum() * 100)
    return Exhibit(
        "soybean-tonnes",
        PERIOD,
        {
            "en": f"At least {number(share, 0, 'en')} per cent of the reported tonnage went to China.",
            "ru": f"Не менее {number(share, 0, 'ru')} % указанного тоннажа пришлось на Китай.",
        },
        ("press-soybeans-2021",),
        table,
        lambda language, title, footer: charts.bars(
            labels[language],
            shipped["tonnes"].tolist(),
            [charts.CHINA if code == "CN" else charts.OTHER for code in shipped["partner"]],
            language,
            title,
            footer,
            axis[language],
            value_labels=texts[language],
        ),
    )
