"""Where a reader's own figures and other sources differ, as a notebook shows it."""

from __future__ import annotations

import pandas as pd

from analysis import paths
from analysis.data import indicators, package, user_data
from analysis.data.regions import LANGUAGES, Language
from analysis.publish import tables
from analysis.publish.output import HtmlOutput
from analysis.publish.tables import Table, column

# enough to see what differs; the file has all of them
ROWS_SHOWN = 20


def shown(language: Language) -> HtmlOutput | None:
    """Largest disagreements between two sources as a table, None where there are none.

    Parameters
    ----------
    language : {'en', 'ru'}
        Language of the table.

    Returns
    -------
    HtmlOutput or None
        What a notebook cell displays.
    """
    found = indicators.disagreements()
    if found.empty:
        return None
    rows = indicators.largest_first(found).head(ROWS_SHOWN).reset_index(drop=True)
    rows["percent"] = rows["relative_difference"] * 100
    for name in LANGUAGES:
        rows[f"name_{name}"] = [
            _name(*pair, name) for pair in zip(rows["indicator"], rows["other_indicator"], strict=True)
        ]
        for which in ("source", "other_source"):
            rows[f"{which}_{name}"] = [_source(value, name) for value in rows[which]]
    title = {
        "en": f"Figures that differ between two sources: {len(rows)} of {len(found)}, largest difference first",
        "ru": f"Расхождения между источниками: {len(rows)} из {len(found)}, начиная с наибольшего",
    }[language]
    source = "; ".join(dict.fromkeys([*rows[f"source_{language}"], *rows[f"other_source_{language}"]]))
    return HtmlOutput(tables.to_html(_table(rows), language, "disagreements", title, source))


def _table(rows: pd.DataFrame) -> Table:
    return Table(
        rows,
        (
            column("region", "Region", "Регион", "region"),
            column({"en": "name_en", "ru": "name_ru"}, "Indicator", "Показатель"),
            column("period", "Period", "Период"),
            column("value", "Own figure", "Собственные данные", "number", 2),
            column({"en": "source_en", "ru": "source_ru"}, "Own source", "Собственный источник"),
            column("other_value", "Other figure", "Другие данные", "number", 2),
            column({"en": "other_source_en", "ru": "other_source_ru"}, "Other source", "Другой источник"),
            column("percent", "Difference, %", "Разница, %", "number", 2),
        ),
        {
            "en": (
                "Tables differ where rounding cannot explain it, customs files from one per cent on. The committed "
                "figure is the one used; `amur reproduce` writes every row to data/processed/disagreements.csv.",
            ),
            "ru": (
                "Для таблиц показаны расхождения сверх округления, для таможенных файлов — свыше одного процента. "
                "В расчётах остаются данные из data/raw/; все строки `amur reproduce` записывает в "
                "data/processed/disagreements.csv.",
            ),
        },
    )


def _name(indicator: str, other: str, language: Language) -> str:
    names = (indicators.indicator(indicator).name[language], indicators.indicator(other).name[language])
    return " / ".join(dict.fromkeys(names))


def _source(names: str, language: Language) -> str:
    return "; ".join(
        user_data.title(name, paths.user(), language)
        if user_data.is_own(name)
        else package.source_line([name], language)
        for name in names.split("; ")
    )
