"""A ledger row in a reader's language: the claims file is written in English."""

from __future__ import annotations

import re

from analysis.data import regions
from analysis.data.regions import Language

# longest phrases first, so that a part of one is not translated before the whole
_TERMS: tuple[tuple[str, str], ...] = (
    ("Results, prospects of cooperation", "Результаты, перспективы сотрудничества"),
    ("Results, transport infrastructure", "Результаты, транспортная инфраструктура"),
    ("Results, agro-industrial clusters", "Результаты, агропромышленные кластеры"),
    ("Results, industrial clusters", "Результаты, промышленные кластеры"),
    ("Results, creative clusters", "Результаты, креативные кластеры"),
    ("Front matter, date received, both languages", "Сведения о статье, дата поступления на двух языках"),
    ("Citation in the text against the Russian list", "Ссылка в тексте и русский список литературы"),
    ("English caption against the Russian one", "Английская подпись и русская"),
    ("Caption against the row of railway densities", "Подпись и строка густоты железных дорог"),
    ("Caption against the row of road densities", "Подпись и строка плотности автодорог"),
    ("Numbers of the footnotes, in order of appearance", "Номера сносок в порядке появления"),
    ("all values", "все значения"),
    ("shares of all countries but China", "доли всех стран, кроме Китая"),
    ("caption against its footnote", "подпись и сноска"),
    ("Russian against English", "русский текст и английский"),
    ("Abstract, aim of the study", "Аннотация, цель исследования"),
    ("Abstract, objectives", "Аннотация, задачи"),
    ("Abstract, data sources", "Аннотация, источники данных"),
    ("English abstract, last sentence", "Английская аннотация, последнее предложение"),
    ("Keywords", "Ключевые слова"),
    ("Reference list", "Список литературы"),
    ("References (English)", "Английский список литературы"),
    ("Marks for missing figures", "Обозначения пропусков"),
    ("Labels of the rows", "Названия строк"),
    ("Codes in the labels", "Коды в названиях"),
    ("Note under the table", "Примечание под таблицей"),
    ("caption against footnote", "подпись и сноска"),
    ("Caption against footnote", "Подпись и сноска"),
    ("and title of footnote", "и название сноски"),
    ("density of functioning points", "плотность действующих пунктов"),
    ("functioning points", "действующие пункты"),
    ("density of points", "плотность пунктов"),
    ("density of railways", "густота железных дорог"),
    ("density of roads", "плотность автодорог"),
    ("length of border", "протяженность границы"),
    ("deciduous, in the rough", "лиственные необработанные"),
    ("wood in the rough", "необработанные лесоматериалы"),
    ("sawn wood", "распиленные лесоматериалы"),
    ("wood, chapter 44", "древесина, группа 44"),
    ("points", "пункты"),
    ("and the first 15", "и первая сноска 15"),
    ("date of access", "дата обращения"),
    ("last sentence", "последнее предложение"),
    ("numbered list, item", "нумерованный список, пункт"),
    ("sentences", "предложения"),
    ("sentence", "предложение"),
    ("judged for", "проверка за"),
    ("with Table", "и таблица"),
    ("and footnote", "и сноска"),
    ("Introduction", "Введение"),
    ("Results", "Результаты"),
    ("Conclusion", "Заключение"),
    ("Footnotes", "Сноски"),
    ("Footnote", "Сноска"),
    ("footnote", "сноска"),
    ("address", "адрес"),
    ("Far East", "ДФО"),
    ("caption", "подпись"),
    ("Caption", "Подпись"),
    ("column", "столбец"),
    ("Table", "Таблица"),
    ("Chart", "Диаграмма"),
    ("total", "всего"),
    ("pars.", "абз."),
    ("par.", "абз."),
    ("Row", "Строка"),
    ("and", "и"),
)


def locus(text: str, language: Language) -> str:
    """Where a claim stands, with names for region codes; words unknown here stay English."""
    named = re.sub(r"RU-[A-Z]{2,3}\b", lambda found: regions.by_code(found[0]).name(language), text)
    if language == "en":
        return named
    for english, russian in _TERMS:
        named = re.sub(rf"(?<![A-Za-z]){re.escape(english)}(?![A-Za-z])", russian, named)
    return named


_NUMBERED: dict[str, dict[Language, str]] = {
    "table": {"en": "Table", "ru": "Таблица"},
    "chart": {"en": "Chart", "ru": "Диаграмма"},
}
_PARTS: dict[str, dict[Language, str]] = {
    "abstract": {"en": "Abstract", "ru": "Аннотация"},
    "text": {"en": "Text", "ru": "Текст"},
    "footnotes": {"en": "Footnotes", "ru": "Сноски"},
    "references": {"en": "References", "ru": "Список литературы"},
}

OWN_CUSTOMS: dict[Language, str] = {
    "en": "judged from the reader's own customs files",
    "ru": "по таможенным файлам читателя",
}

RULES: dict[str, dict[Language, str]] = {
    "R1": {
        "en": "ratios recomputed from printed figures",
        "ru": "отношения, пересчитанные по напечатанным числам",
    },
    "R2": {"en": "totals without double counting", "ru": "итоги без двойного счёта"},
    "R3": {"en": "superlatives and comparisons", "ru": "превосходные степени и сравнения"},
    "R4": {"en": "per-cent change of a count", "ru": "процентное изменение целого числа"},
    "R5": {"en": "chains of shares, parts and wholes", "ru": "цепочки долей, частей и целого"},
    "R6": {
        "en": "labels: repeated, impossible or at odds",
        "ru": "обозначения: повторы, невозможные, несогласованные",
    },
    "R7": {"en": "one source for two things", "ru": "один источник для разных сведений"},
    "R8": {"en": "counting words and lists", "ru": "слова-числа и перечни"},
    "R9": {"en": "marks for missing figures", "ru": "обозначения пропусков"},
    "R10": {"en": "periods and dates", "ru": "периоды и даты"},
    "R11": {"en": "independent data", "ru": "независимые данные"},
    "none": {"en": "no rule applies", "ru": "правило неприменимо"},
}


def exhibit(name: str, language: Language) -> str:
    """Printed name of a table, a chart or another part of a paper; an unknown one as it is."""
    kind, _, number = name.partition("-")
    if kind in _NUMBERED and number.isdigit():
        return f"{_NUMBERED[kind][language]} {number}"
    return _PARTS.get(name, {language: name})[language]


def is_numbered(name: str) -> bool:
    """Whether an exhibit is a table or chart with a number."""
    kind, _, number = name.partition("-")
    return kind in _NUMBERED and number.isdigit()
