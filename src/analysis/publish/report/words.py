"""The report's own words in both languages; exhibits bring theirs."""

from __future__ import annotations

from types import SimpleNamespace

from analysis.data.formats import Text
from analysis.data.regions import Language

_WORDS: dict[str, Text] = {
    "site": {
        "en": "Russian regions' cooperation with China: a study that reruns",
        "ru": "Сотрудничество российских регионов с Китаем: исследование, которое можно повторить",
    },
    "question": {
        "en": "Does the rating of regions' work with China follow trade, investment and border crossings, and which "
        "printed numbers hold?",
        "ru": "Связан ли рейтинг работы регионов с Китаем с внешней торговлей, инвестициями и пунктами пропуска — и какие "
        "напечатанные числа подтверждаются?",
    },
    "lead": {
        "en": "Zhukovskii and Klokkel (2025) describe how the Amur region changes through cooperation with China. A rating of "
        "June 2026 scores 83 regions on how productive their work with China is. This study rebuilds what the paper "
        "prints, number by number, and sets the rating against trade, investment in fixed capital and border crossings in "
        "the eleven regions of the Far East.",
        "ru": "Жуковский и Клокель (2025) описывают, как меняется Амурская область благодаря сотрудничеству с Китаем. "
        "Рейтинг, вышедший в июне 2026 года, оценивает продуктивность работы 83 регионов с КНР. Здесь пересчитано всё, что "
        "напечатано в статье, число за числом, а оценки рейтинга сопоставлены с внешнеторговым оборотом, инвестициями в "
        "основной капитал и пунктами пропуска в одиннадцати регионах Дальнего Востока.",
    },
    "home": {"en": "Findings", "ru": "Выводы"},
    "exhibits": {"en": "Exhibits", "ru": "Таблицы и рисунки"},
    "ledger": {"en": "Ledger", "ru": "Реестр"},
    "multiverse": {"en": "Specifications", "ru": "Спецификации"},
    "notebooks": {"en": "Notebooks", "ru": "Блокноты"},
    "sources": {"en": "Sources", "ru": "Источники"},
    "skip": {"en": "Skip to the content", "ru": "К содержанию"},
    "navigation": {"en": "Pages", "ru": "Разделы"},
    "switch": {"en": "По-русски", "ru": "In English"},
    "findings": {"en": "What it finds", "ru": "Что получилось"},
    "headline": {"en": "Which printed numbers hold", "ru": "Какие напечатанные числа подтверждаются"},
    "to_ledger": {"en": "Every claim with its verdict", "ru": "Каждое утверждение и вывод о нём"},
    "to_multiverse": {"en": "Explore the specifications", "ru": "Рассмотреть спецификации"},
    "to_exhibit": {"en": "Table, data and reference", "ru": "Таблица, данные и ссылка для цитирования"},
    "exhibits_lead": {
        "en": "The paper's own exhibits keep their numbers; ours say what they show. The identifier is the same in files, "
        "pages, notebooks and references.",
        "ru": "Таблицы и диаграммы статьи сохраняют свои номера, наши названы по содержанию. Обозначение одно и то же в "
        "файлах, на страницах, в блокнотах и в ссылках.",
    },
    "figure": {"en": "Figure", "ru": "Рисунок"},
    "figure_alone": {"en": "Open the figure alone (SVG)", "ru": "Открыть рисунок отдельно (SVG)"},
    "table": {"en": "Table", "ru": "Таблица"},
    "identifier": {"en": "Identifier", "ru": "Обозначение"},
    "period": {"en": "Period", "ru": "Период"},
    "source": {"en": "Source", "ru": "Источник"},
    "parameters": {"en": "Parameters", "ru": "Параметры"},
    "default": {"en": "default", "ru": "по умолчанию"},
    "changed": {"en": "changed", "ru": "изменён"},
    "no_parameters": {"en": "This notebook has none.", "ru": "У этого блокнота их нет."},
    "made_by": {"en": "Made by", "ru": "Создано в блокноте"},
    "downloads": {"en": "Files", "ru": "Файлы"},
    "inputs": {"en": "Data it may draw on", "ru": "Возможные исходные данные"},
    "cite": {"en": "Reference to copy", "ru": "Ссылка для цитирования"},
    "cite_note": {
        "en": "The SHA-256 is that of the exhibit's CSV file (of its SVG where there is no table). The command below adds the "
        "state of git.",
        "ru": "SHA-256 — контрольная сумма файла CSV (или SVG, если таблицы нет). Команда ниже добавляет состояние git.",
    },
    "copy": {"en": "Copy", "ru": "Копировать"},
    "copied": {"en": "Copied", "ru": "Скопировано"},
    "selected": {"en": "Selected: press Ctrl+C", "ru": "Выделено: нажмите Ctrl+C"},
    "verdicts": {"en": "What holds of it", "ru": "Что из неё подтвердилось"},
    "cell_by_cell": {"en": "Cell by cell", "ru": "По ячейкам"},
    "previous": {"en": "Previous", "ru": "Назад"},
    "next": {"en": "Next", "ru": "Далее"},
    "ledger_lead": {
        "en": "Every number, rank, comparison and count that the paper prints, with the rule that judges it. No verdict is "
        "typed: each follows from the rule and the inputs. Every row has an address of its own.",
        "ru": "Каждое число, место, сравнение и количество, напечатанное в статье, и правило, по которому оно проверено. Ни "
        "один вывод не вписан вручную: все следуют из правила и данных. У каждой строки есть свой адрес.",
    },
    "claim": {"en": "Claim", "ru": "Утверждение"},
    "place": {"en": "Place", "ru": "Место"},
    "rule": {"en": "Rule", "ru": "Правило"},
    "printed": {"en": "Printed", "ru": "Напечатано"},
    "reproduced": {"en": "Reproduced", "ru": "Воспроизведено"},
    "verdict": {"en": "Verdict", "ru": "Вывод"},
    "note": {"en": "Note", "ru": "Примечание"},
    "part": {"en": "Part of the paper", "ru": "Часть статьи"},
    "evidence": {"en": "Judged from", "ru": "По каким данным"},
    "search": {"en": "Text", "ru": "Текст"},
    "all": {"en": "all", "ru": "все"},
    "none": {"en": "none", "ru": "ни одного"},
    "rows_shown": {"en": "Rows shown", "ru": "Показано строк"},
    "of": {"en": "of", "ru": "из"},
    "clear": {"en": "Clear the filter", "ru": "Сбросить отбор"},
    "internal": {"en": "the paper's own figures", "ru": "данные самой статьи"},
    "external": {"en": "independent data", "ru": "независимые данные"},
    "own_customs": {"en": "customs files", "ru": "таможенные файлы"},
    "without_customs": {"en": "without them", "ru": "без них"},
    "no_basis": {"en": "nothing", "ru": "нет данных"},
    "multiverse_lead": {
        "en": "Another analyst could defend other choices. Here are all combinations that can be defended, each computation "
        "once. Choose among them: the curve and the table show the specifications that remain, with their exact p and their "
        "regions.",
        "ru": "Другой исследователь мог бы обоснованно выбрать иначе. Здесь собраны все обоснованные сочетания, каждое "
        "вычисление — один раз. Отметьте варианты: кривая и таблица покажут оставшиеся спецификации, их точные p и регионы.",
    },
    "multiverse_warning": {
        "en": "A share of specifications is not a probability. The adjusted p judges each estimate against all "
        "specifications of its set; looking for the smallest exact p is what it adjusts for.",
        "ru": "Доля спецификаций — не вероятность. Поправка учитывает все спецификации набора: именно выбор наименьшего "
        "точного p она и компенсирует.",
    },
    "choices": {"en": "Choices", "ru": "Варианты выбора"},
    "curve": {"en": "Curve", "ru": "Кривая"},
    "specifications": {"en": "specifications", "ru": "спецификаций"},
    "positive": {"en": "above zero", "ru": "выше нуля"},
    "low_p": {"en": "with exact p of at most", "ru": "с точным p не выше"},
    "estimate": {"en": "Estimate", "ru": "Оценка"},
    "exact_p": {"en": "Exact p", "ru": "Точное p"},
    "smallest_p": {"en": "Smallest p possible", "ru": "Наименьшее возможное p"},
    "adjusted_p": {"en": "Adjusted p", "ru": "p с поправкой"},
    "regions": {"en": "Regions", "ru": "Регионы"},
    "more": {"en": "Show 100 more", "ru": "Показать ещё 100"},
    "nothing": {
        "en": "No specification has all of these choices.",
        "ru": "Нет спецификации с таким сочетанием вариантов.",
    },
    "curve_text": {
        "en": "Each point is a specification, in rising order of the estimate; black: exact p of at most the level; pale: the "
        "level could not be reached.",
        "ru": "Каждая точка — спецификация, по возрастанию оценки; чёрные: точное p не выше уровня; бледные: уровень "
        "недостижим.",
    },
    "needs_script": {
        "en": "This part needs JavaScript; the same figures are in the CSV file.",
        "ru": "Для этой части нужен JavaScript; те же числа есть в файле CSV.",
    },
    "file": {"en": "All rows as CSV", "ru": "Все строки в CSV"},
    "notebooks_lead": {
        "en": "The argument, in the order of reading. Each notebook is shown as it was run.",
        "ru": "Ход рассуждения в порядке чтения. Каждый блокнот показан в том виде, в каком был выполнен; текст — "
        "по-английски.",
    },
    "in_english": {"en": "", "ru": " (по-английски)"},
    "open_notebook": {"en": "Notebook file", "ru": "Файл блокнота"},
    "sources_lead": {
        "en": "Every figure starts from these files. Each has its source down to the table, its terms and its checksum; a file "
        "whose bytes differ stops the run.",
        "ru": "Все числа берутся из этих файлов. Для каждого указаны источник с точностью до таблицы, условия использования и "
        "контрольная сумма; при расхождении байтов расчёт останавливается.",
    },
    "about": {"en": "About", "ru": "О проекте"},
    "about_text": {
        "en": "Every page is made from the results of one run. Code: MIT. Text, tables and figures: CC BY 4.0. Raw figures: "
        "terms per resource, below. Please cite the paper, the rating and the publishers of the figures too.",
        "ru": "Все страницы созданы по результатам одного расчёта. Код: MIT. Текст, таблицы и рисунки: CC BY 4.0. Исходные "
        "данные: условия указаны ниже для каждого ресурса. Просим ссылаться также на статью, рейтинг и источники данных.",
    },
    "location": {"en": "Where in the source", "ru": "Место в источнике"},
    "trust": {"en": "Cross-checks", "ru": "Проверка"},
    "licence": {"en": "Terms", "ru": "Условия"},
    "data_file": {"en": "File", "ru": "Файл"},
    "used_by": {"en": "Used by", "ru": "Используется в"},
    "version": {"en": "Version", "ru": "Версия"},
    "sort": {"en": "sort", "ru": "сортировать"},
    "table_scroll": {"en": "Table, scrolls sideways", "ru": "Таблица с прокруткой"},
    "figure_scroll": {"en": "Figure, scrolls sideways", "ru": "Рисунок с прокруткой"},
    "code_scroll": {"en": "Code, scrolls sideways", "ru": "Код с прокруткой"},
    "file_note": {
        "en": "Every table heading sorts its column; a third press restores the order.",
        "ru": "Нажатие на заголовок столбца сортирует таблицу; третье нажатие возвращает порядок.",
    },
}


def words(language: Language) -> SimpleNamespace:
    """Every word of the report in `language`, as attributes."""
    return SimpleNamespace(**{name: text[language] for name, text in _WORDS.items()})
