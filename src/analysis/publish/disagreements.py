"""Where a reader's own figures and other sources differ, as a notebook shows it."""

from __future__ import annotations

import pandas as pd

from analysis import paths
from analysis.data import comparison, indicators, package, user_data
from analysis.data.messages import _
from analysis.data.regions import LANGUAGES, Language
from analysis.publish import tables
from analysis.publish.output import HtmlOutput
from analysis.publish.tables import Column, Table
from analysis.publish.words import text

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
    found = comparison.disagreements()
    if found.empty:
        return None
    rows = comparison.largest_first(found).head(ROWS_SHOWN).reset_index(drop=True)
    rows["percent"] = rows["relative_difference"] * 100
    for name in LANGUAGES:
        rows[f"name_{name}"] = [
            _name(*pair, name) for pair in zip(rows["indicator"], rows["other_indicator"], strict=True)
        ]
        for which in ("source", "other_source"):
            rows[f"{which}_{name}"] = [_source(value, name) for value in rows[which]]
    title = _(
        "Figures that differ between two sources: {shown:d} of {n:d}, largest difference first",
        shown=len(rows),
        n=len(found),
    )
    source = "; ".join(dict.fromkeys([*rows[f"source_{language}"], *rows[f"other_source_{language}"]]))
    return HtmlOutput(tables.to_html(_table(rows), language, "disagreements", text(title, language), source))


def _table(rows: pd.DataFrame) -> Table:
    note = _(
        "Tables differ where rounding cannot explain it, customs files from one per cent on. The committed figure is the "
        "one used; `amur reproduce` writes every row to data/processed/disagreements.csv."
    )
    return Table(
        rows,
        (
            Column("region", _("Region"), "region"),
            Column({"en": "name_en", "ru": "name_ru"}, _("Indicator")),
            Column("period", _("Period")),
            Column("value", _("Own figure"), "number", 2),
            Column({"en": "source_en", "ru": "source_ru"}, _("Own source")),
            Column("other_value", _("Other figure"), "number", 2),
            Column({"en": "other_source_en", "ru": "other_source_ru"}, _("Other source")),
            Column("percent", _("Difference, %"), "number", 2),
        ),
        {language: (text(note, language),) for language in LANGUAGES},
    )


def _name(indicator: str, other: str, language: Language) -> str:
    names = (indicators.indicator(indicator).name[language], indicators.indicator(other).name[language])
    return " / ".join(dict.fromkeys(names))


def _source(names: str, language: Language) -> str:
    return "; ".join(
        text(user_data.title(name, paths.user()), language)
        if user_data.is_user_source(name)
        else package.source_line([name], language)
        for name in names.split("; ")
    )
