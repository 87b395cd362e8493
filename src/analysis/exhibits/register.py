"""The one register of exhibits: identifier, notebook, outputs, title, data.

The README's table, the tests and the files under ``results/`` are made from it, so they cannot
disagree. The paper's own exhibits are ``table-1`` ... ``chart-4``; ours say what they show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.errors import one_of
from analysis.regions import Language

Output = Literal["table", "figure"]


@dataclass(frozen=True)
class Entry:
    """One registered exhibit.

    Attributes
    ----------
    id : str
        Identifier, the same in files, pages and references.
    notebook : str
        The notebook that makes it.
    outputs : tuple of {'table', 'figure'}
        What is written for it.
    inputs : tuple of str
        Data resources it may draw on.
    title : dict
        Title by language.
    """

    id: str
    notebook: str
    outputs: tuple[Output, ...]
    inputs: tuple[str, ...]
    title: dict[Language, str]


def _entry(
    id: str, notebook: str, outputs: tuple[Output, ...], inputs: tuple[str, ...], en: str, ru: str
) -> Entry:
    return Entry(id, notebook, outputs, inputs, {"en": en, "ru": ru})


_TRANSIT = ("paper-table-1", "crossings-2026")
_COVARIATES = (
    "rating-scores",
    "paper-table-2",
    "rosstat-trade",
    "rosstat-investment",
    "rosstat-population",
    "paper-table-1",
    "crossings-2026",
)

_ENTRIES: tuple[Entry, ...] = (
    _entry(
        "table-1",
        "01_transit_potential",
        ("table",),
        (*_TRANSIT, "rosstat-transport"),
        "Transit potential of the Far Eastern regions on the border with China",
        "Показатели транзитного потенциала дальневосточных регионов на границе с Китаем",
    ),
    _entry(
        "table-1-verdicts",
        "01_transit_potential",
        ("table",),
        ("paper-claims", *_TRANSIT, "rosstat-transport"),
        "Table 1 cell by cell: what holds",
        "Таблица 1 по ячейкам: что подтвердилось",
    ),
    _entry(
        "crossing-densities",
        "01_transit_potential",
        ("table", "figure"),
        _TRANSIT,
        "Crossing points per 1 000 km of the border with China",
        "Пункты пропуска на 1 000 км границы с Китаем",
    ),
    _entry(
        "table-2",
        "02_china_share",
        ("table",),
        ("paper-table-2", "rosstat-trade"),
        "China's share of the foreign trade turnover of Far Eastern regions",
        "Доля Китая во внешнеторговом обороте регионов Дальнего Востока",
    ),
    _entry(
        "table-2-verdicts",
        "02_china_share",
        ("table",),
        ("paper-claims", "paper-table-2", "rosstat-trade"),
        "Table 2 cell by cell: what holds",
        "Таблица 2 по ячейкам: что подтвердилось",
    ),
    _entry(
        "china-share-lines",
        "02_china_share",
        ("figure",),
        ("paper-table-2",),
        "China's share of the foreign trade turnover of Far Eastern regions over the years",
        "Доля Китая во внешнеторговом обороте регионов Дальнего Востока по годам",
    ),
    _entry(
        "far-east-share",
        "02_china_share",
        ("table",),
        ("paper-table-2", "rosstat-trade"),
        "The district's share as printed and as its regions imply",
        "Доля Китая по округу: напечатанная и рассчитанная по регионам",
    ),
    _entry(
        "table-3",
        "03_exports",
        ("table",),
        ("paper-table-3",),
        "Timber exports of the Amur region to China, January-September 2021",
        "Экспорт древесины из Амурской области в Китай, январь–сентябрь 2021 года",
    ),
    _entry(
        "table-3-verdicts",
        "03_exports",
        ("table",),
        ("paper-claims", "paper-table-3"),
        "Table 3 cell by cell: what holds",
        "Таблица 3 по ячейкам: что подтвердилось",
    ),
    _entry(
        "timber-tree",
        "03_exports",
        ("table", "figure"),
        ("paper-table-3",),
        "Table 3 corrected: timber exports as the tree they are",
        "Исправленная таблица 3: экспорт древесины как дерево товаров",
    ),
    _entry(
        "chart-1",
        "03_exports",
        ("table",),
        ("paper-claims",),
        "Exports of soybeans not for sowing from the Amur region by country, January-September 2021",
        "Экспорт соевых бобов не для посева из Амурской области по странам, январь–сентябрь 2021 года",
    ),
    _entry(
        "chart-2",
        "03_exports",
        ("table", "figure"),
        ("paper-claims",),
        "Partner countries in the Amur region's exports, January-September 2021",
        "Страны-контрагенты в экспорте Амурской области, январь–сентябрь 2021 года",
    ),
    _entry(
        "chart-3",
        "03_exports",
        ("table",),
        ("paper-claims",),
        "Main items of the Amur region's exports to China, 2021",
        "Основные статьи экспорта Амурской области в Китай, 2021 год",
    ),
    _entry(
        "chart-4",
        "03_exports",
        ("table",),
        ("paper-claims",),
        "Mineral fuels (chapter 27) exported from the Amur region to China, January-September 2021",
        "Экспорт минерального топлива (группа 27) из Амурской области в Китай, январь–сентябрь 2021 года",
    ),
    _entry(
        "soybean-tonnes",
        "03_exports",
        ("table", "figure"),
        ("press-soybeans-2021",),
        "Soybeans shipped from the Amur region by country, tonnes, January-September 2021",
        "Отгрузка сои из Амурской области по странам, тонн, январь–сентябрь 2021 года",
    ),
    _entry(
        "rating-scores",
        "04_rating",
        ("table", "figure"),
        ("rating-scores",),
        "Scores of the regions' work with China",
        "Оценки работы регионов с Китаем",
    ),
    _entry(
        "rating-tiers",
        "04_rating",
        ("table",),
        ("rating-scores",),
        "Tiers of the rating by federal district",
        "Группы рейтинга по федеральным округам",
    ),
    _entry(
        "rating-transitions",
        "04_rating",
        ("table", "figure"),
        ("rating-scores",),
        "Scores of edition II against edition III",
        "Оценки выпуска II и выпуска III",
    ),
    _entry(
        "rating-changes",
        "04_rating",
        ("figure",),
        ("rating-scores",),
        "Scores that changed between editions II and III",
        "Оценки, изменившиеся между выпусками II и III",
    ),
    _entry(
        "association-data",
        "05_association",
        ("table",),
        _COVARIATES,
        "The figures the associations are computed from",
        "Данные, по которым рассчитаны связи",
    ),
    _entry(
        "association-forest",
        "05_association",
        ("table", "figure"),
        _COVARIATES,
        "Rating score against trade, investment and border crossings: Kendall's tau-b",
        "Оценка рейтинга и торговля, инвестиции, пункты пропуска: тау-b Кендалла",
    ),
    _entry(
        "association-scatter",
        "05_association",
        ("figure",),
        _COVARIATES,
        "Rating score against trade, investment and border crossings",
        "Оценка рейтинга и торговля, инвестиции, пункты пропуска",
    ),
    _entry(
        "leave-one-out",
        "05_association",
        ("table", "figure"),
        _COVARIATES,
        "The coefficients with one region left out",
        "Коэффициенты при исключении одного региона",
    ),
    _entry(
        "coefficients",
        "05_association",
        ("table",),
        _COVARIATES,
        "Five coefficients for the same figures",
        "Пять коэффициентов по одним и тем же данным",
    ),
    _entry(
        "border-effect",
        "05_association",
        ("table",),
        _COVARIATES,
        "The coefficients with the border held fixed",
        "Коэффициенты при фиксированном положении у границы",
    ),
    _entry(
        "five-regions",
        "05_association",
        ("table",),
        _COVARIATES,
        "All arrangements of the border regions' scores over their crossing density",
        "Все расположения оценок приграничных регионов по плотности пунктов пропуска",
    ),
    _entry(
        "all-regions",
        "05_association",
        ("table",),
        ("rating-scores", "rosstat-investment", "rosstat-population"),
        "The score over all 83 regions: ordered logit",
        "Оценка по всем 83 регионам: порядковая логит-модель",
    ),
    _entry(
        "multiverse-curve",
        "06_multiverse",
        ("figure",),
        _COVARIATES,
        "Every defensible specification: estimates, exact p-values and choices",
        "Все обоснованные спецификации: оценки, точные p и сделанный выбор",
    ),
    _entry(
        "multiverse-families",
        "06_multiverse",
        ("table",),
        _COVARIATES,
        "The specifications by set of regions and coefficient, tested together",
        "Спецификации по наборам регионов и коэффициентам: совместная проверка",
    ),
    _entry(
        "multiverse-shares",
        "06_multiverse",
        ("table", "figure"),
        _COVARIATES,
        "Which choice moves the estimate: Shapley shares of the spread",
        "Какой выбор меняет оценку: доли разброса по Шепли",
    ),
    _entry(
        "multiverse-choices",
        "06_multiverse",
        ("table",),
        (),
        "The choices and what can be said for each",
        "Варианты выбора и доводы в пользу каждого",
    ),
    _entry(
        "ledger-summary",
        "07_ledger",
        ("table", "figure"),
        ("paper-claims",),
        "Printed numbers checked, by part of the paper",
        "Проверка напечатанных чисел по частям статьи",
    ),
    _entry(
        "ledger-rules",
        "07_ledger",
        ("table",),
        ("paper-claims",),
        "Printed numbers checked, by rule",
        "Проверка напечатанных чисел по правилам",
    ),
    _entry(
        "ledger-failures",
        "07_ledger",
        ("table",),
        ("paper-claims",),
        "Claims that fail",
        "Утверждения, которые не подтвердились",
    ),
    _entry(
        "ledger",
        "07_ledger",
        ("table",),
        ("paper-claims",),
        "The ledger: every printed claim with its verdict",
        "Реестр: каждое напечатанное утверждение и вывод о нём",
    ),
)


def entries(notebook: str | None = None) -> tuple[Entry, ...]:
    """Registered exhibits in reading order, of one notebook or of all."""
    return tuple(entry for entry in _ENTRIES if notebook in (None, entry.notebook))


def entry(exhibit_id: str) -> Entry:
    """Registered exhibit with an identifier.

    Raises
    ------
    AnalysisError
        If there is none.
    """
    for item in _ENTRIES:
        if item.id == exhibit_id:
            return item
    raise one_of("An exhibit", exhibit_id, (item.id for item in _ENTRIES))


def files(item: Entry) -> list[str]:
    """Files of an exhibit, relative to the folder of results."""
    names = [f"exhibits/{item.id}.json"]
    if "table" in item.outputs:
        names.append(f"tables/{item.id}.csv")
        names += [
            f"tables/{item.id}.{language}.{kind}" for language in ("en", "ru") for kind in ("html", "tex")
        ]
    if "figure" in item.outputs:
        names += [
            f"figures/{item.id}.{language}.{kind}" for language in ("en", "ru") for kind in ("png", "svg")
        ]
    return names
