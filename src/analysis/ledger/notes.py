"""Notes of the ledger in Russian: the rules and the claims file write them in English.

A note is the arithmetic of a rule, followed by a remark of the claims file. Remarks and the items of its lists are
translated whole, from ``register/ledger_notes.csv``; the arithmetic by the forms its rules write. Printed strings stay
as printed. What neither knows, such as a remark of another paper's claims file, stays as it is.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

from analysis import regions
from analysis.regions import Language

_PRINTED = re.compile(r"'[^']*'")
_KEPT = "\ue000{}\ue001"  # private-use characters: no note has them
# a decimal point, but not one inside a DOI or a date
_POINT = re.compile(r"(?<![\w./])(\d+)\.(\d+)(?![\w/]|\.\w)")

# forms of the rules' sentences, in the order in which they are looked for: the long before their parts
_FORMS: tuple[tuple[str, str], ...] = (
    (r"transcribed only\.", "только переписано."),
    (
        r"the number keeps below it, which contradicts nothing and proves nothing",
        "число ниже, что ничему не противоречит и ничего не доказывает",
    ),
    (r"the number exceeds it", "число больше"),
    (r"the number reaches into it", "число его задевает"),
    (
        r"is inside, which contradicts nothing and proves nothing",
        "внутри, что ничему не противоречит и ничего не доказывает",
    ),
    (r"is outside", "вне этих границ"),
    (r"A mean of the parts lies in (.+?);", r"Среднее частей лежит в границах \1;"),
    (r"; the limit is ", "; предел — "),
    (
        r"The difference is inside the revision band of (\S+) %",
        r"Разница не превышает допуска на пересмотр в \1 %",
    ),
    (r"Inside the revision band of (\S+) %", r"В пределах допуска на пересмотр в \1 %"),
    (r"Beyond the revision band of (\S+) %", r"Сверх допуска на пересмотр в \1 %"),
    (r"The rounding of the inputs leaves it open", "Округление исходных чисел оставляет вопрос открытым"),
    (r"It fits: no year", "Не подходит ни один год"),
    (r"It fits: ", "Подходит: "),
    (r"Outside series, ", "Внешний ряд, "),
    (r"Printed: ", "Напечатано: "),
    (r"\bprinted: ", "напечатанные значения: "),
    (r"unrounded: ", "без округления: "),
    (r", ahead of (.+?)(?=;|\.(?: |$))", r", впереди (следом \1)"),
    (r", behind (.+?)(?=;|\.(?: |$))", r", позади (впереди \1)"),
    (r", level with (.+?)(?=;|\.(?: |$))", r", наравне (\1)"),
    (r"place (\d+) of (\d+)", r"место \1 из \2"),
    (r"; distance ", "; разность "),
    (
        r"Larger in (\d+) of (\d+); the smallest distance is (\S+) against (\S+?)(?= \(|\.(?: |$))",
        r"Больше в \1 из \2; наименьшая разность: \3 против \4",
    ),
    (r"Not larger: ", "Не больше: "),
    (
        r"The others hold (.+?) % together; their shares are needed to know that none has more",
        r"Остальные вместе — \1 %; чтобы знать, что ни у кого нет больше, нужны их доли",
    ),
    (
        r"(\S.*?) % is more than half: nobody can have more",
        r"\1 % — больше половины: больше ни у кого быть не может",
    ),
    (r"after a change down of (\S+) % comes from", r"после снижения на \1 % получается из"),
    (r"after a change up of (\S+) % comes from", r"после роста на \1 % получается из"),
    (r"where there is no whole number", "где нет целого числа"),
    (r"from (\d+) it is ", r"от \1 это "),
    (r"The list has one entry for ", "В списке одна запись для "),
    (r"The list has no entry for ", "В списке нет записи для "),
    (
        r"The list has (\d+) entries, so that it is not known which is meant for ",
        r"В списке несколько записей (\1), и неизвестно, какая имеется в виду, для ",
    ),
    (r"Repeated: ", "Повторяется: "),
    (r"(?<=\ue001) (\d+) times", r" — раз: \1"),
    (r"All (\d+) labels differ", r"Все обозначения (\1) различны"),
    (r"\btwice: ", "дважды: "),
    (r"\babsent: ", "нет: "),
    (r"; Complete|Complete\.", "Полностью."),
    (r"Impossible: ", "Невозможны: "),
    (r"\((\d+) digits\)", r"(знаков: \1)"),
    (
        r"codes have 2, 4, 6, 8 or 10 digits",
        "в кодах 2, 4, 6, 8 или 10 знаков",
    ),
    (r"Cited at (.+?) for: ", r"Ссылки (\1) — на: "),
    (r"Cited once, so there is nothing to compare", "Ссылка одна, сравнивать не с чем"),
    (r", and (\d+) follow: ", r", а далее — \1: "),
    (r"Russian: ", "по-русски: "),
    (r"English: ", "по-английски: "),
    (r"The table explains none of its marks", "Таблица не объясняет своих обозначений"),
    (r"Explained: ", "Объяснено: "),
    (r" in (\d+) cells", r" — ячеек: \1"),
    (r"no missing cell", "пропусков нет"),
    (
        r"Captioned (\S+); the source and the text are for (\S+?)\.(?= |$)",
        r"В подписи \1; источник и текст — за \2.",
    ),
    (
        r"Read on (\S+), (\d+) days after the (\S+) in its address",
        r"Прочитано \1, дней после даты \3 в адресе: \2",
    ),
    (
        r"Read on (\S+), (\d+) days before the (\S+) in its address",
        r"Прочитано \1, дней до даты \3 в адресе: \2",
    ),
    (
        r"Results of (\S+), which was not over when its source came out on (\S+?)\.(?= |$)",
        r"Итоги за \1: период ещё не кончился, когда вышел источник (\2).",
    ),
    (
        r"Results of (\S+), which was over when its source came out on (\S+?)\.(?= |$)",
        r"Итоги за \1: период кончился до выхода источника (\2).",
    ),
    (
        r"All (\d+) cells agree to the printed digit in: (.+?) \(of (\S+)\)",
        r"Все ячейки (\1) совпадают до напечатанного знака в годы: \2 (из \3)",
    ),
    (
        r"The outside figure is of (.+?) and differs: (.+?); with another date it neither confirms nor refutes",
        r"Внешнее число (\1) отличается: \2; при другой дате оно ни подтверждает, ни опровергает",
    ),
    (
        r"The outside figure is of (.+?) and is the same: (.+?); with another date it neither confirms nor refutes",
        r"Внешнее число (\1) такое же: \2; при другой дате оно ни подтверждает, ни опровергает",
    ),
    (
        r"In the outside measure (\S+) has (\S+) % and is ahead of (\S+): plausibility only",
        r"По внешнему показателю: \1 — \2 %, следом \3; это лишь правдоподобие",
    ),
    (r"(\d+) facts agree: ", r"Совпадают сведения (\1): "),
    (r"In one list only: ", "Только в одном списке: "),
    (
        r"(\S+) is the whole number \(ru\) and the volume \(en\)",
        r"\1 — сквозной номер (ru) и том (en)",
    ),
    (r"the DOI carries ", "в DOI стоит "),
    (r"No row is the sum of others", "Ни одна строка не сумма других"),
    (r"\bRows: ", "Строки: "),
    (r"Row (\S+) holds everything, (.+?) of it not listed", r"Строка \1 содержит всё, не перечислено \2"),
    (r"Row (\S+) holds everything", r"Строка \1 содержит всё"),
    (r"The rows that are part of no other give ", "Строки, не входящие в другие, дают "),
    (
        r"The printed total is the sum of all (\d+) rows, each value counted once for every level: (\S+) too much, "
        r"(\S+) times the true total",
        r"Напечатанный итог — сумма всех строк (\1), где каждая величина сосчитана на каждом уровне: лишние \2, в \3 раза "
        r"больше верного итога",
    ),
    (r"(?<=\ue001) here, ", " здесь, "),
    (r"(?<=\ue001) there\.", " там."),
    (r"(?<=\ue001) and (?=\d)", " и "),
    (r" stands for at least ", " означает не менее "),
    (r" stands for at most ", " означает не более "),
    (r" stands for ", " означает "),
    (r" gives ", " даёт "),
    (r" with (?=\w+ ?[=:])", ", где "),
    (r"(\w+): (\d+) values", r"\1 (значений: \2)"),
    (r"(?<=[\d%]) to (?=[\d−-])", "–"),
    (r"\bat least ", "не менее "),
    (r"\bat most ", "не более "),
    (r"\bwhole_number\b", "сквозной номер"),
    (r"\b[Yy]ear\b", "год"),
    (r"\b[Vv]olume\b", "том"),
    (r"\bissue\b", "номер"),
    (r"\bpages\b", "страницы"),
    (r"\bsource\b", "источник"),
    (r"\bfn(\d+)-chart-(\d+)", r"сноска \1 к диаграмме \2"),
    (r"\bfn(\d+)", r"сноска \1"),
    (r"\bBY\b", "Беларусь"),
    (r"\bCN\b", "Китай"),
)


# descriptions that rules give in the place of a number
_VALUES: tuple[tuple[str, str], ...] = (
    (r"^Russian (\d+), English (\d+)$", r"по-русски \1, по-английски \2"),
    (r"^(\d+) different of (\d+)$", r"различных \1 из \2"),
    (r"^(\d+) different$", r"различных \1"),
    (r"^(\d+) marks$", r"обозначений: \1"),
    (r"^(\d+) subject\(s\) in (\d+) places$", r"предметов: \1, мест: \2"),
    (r"^(\d+) place$", r"мест: \1"),
    (r"^(\d+) facts agree$", r"совпали сведения: \1"),
    (r"^source of (\S+)$", r"источник от \1"),
    (r"^others together (.+)$", r"остальные вместе \1"),
    (r"^(\S+) % in another measure$", r"\1 % по другому показателю"),
    (r"^place (\d+)$", r"место \1"),
)


@cache
def _whole() -> tuple[tuple[str, str], ...]:
    """Remarks and items with their translation, the longest first: one may be part of another."""
    file = resources.files("analysis").joinpath("register/ledger_notes.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return tuple(
        sorted(((row["en"], row["ru"]) for row in rows), key=lambda pair: len(pair[0]), reverse=True)
    )


def note(text: str, language: Language) -> str:
    """Note of a ledger row in a reader's language, with names for region codes.

    Parameters
    ----------
    text : str
        The note as the ledger has it, in English.
    language : {'en', 'ru'}
        Language wanted.
    """
    if language == "en":
        return text
    kept: list[str] = []

    def keep(part: str) -> str:
        kept.append(part)
        return _KEPT.format(len(kept) - 1)

    told = text.replace("'blank'", "«пусто»")
    for english, russian in _whole():
        # a translated remark is done with; a translated item is part of a rule's sentence
        told = told.replace(english, keep(russian)) if english in told else told
    told = _PRINTED.sub(lambda found: keep(f"«{found[0][1:-1]}»"), told)
    for english, russian in _FORMS:
        told = re.sub(english, russian, told)
    told = re.sub(r"RU-[A-Z]{2,3}\b", lambda found: regions.by_code(found[0]).name_ru, told)
    told = _POINT.sub(r"\1,\2", told)
    for number in reversed(range(len(kept))):
        told = told.replace(_KEPT.format(number), kept[number].replace("'", ""))
    # a name of a formula keeps its letter
    return told[:1].upper() + told[1:] if re.match("[а-я]", told) else told


def value(text: str, language: Language) -> str:
    """What a rule reproduced, in a reader's language; a description that is not known stays English.

    Parameters
    ----------
    text : str
        The ledger's ``reproduced``.
    language : {'en', 'ru'}
        Language wanted.
    """
    if language == "en":
        return re.sub(r"RU-[A-Z]{2,3}\b", lambda found: regions.by_code(found[0]).name_en, text)
    for english, russian in (*_VALUES, *_FORMS):
        text = re.sub(english, russian, text)
    told = re.sub(r"RU-[A-Z]{2,3}\b", lambda found: regions.by_code(found[0]).name_ru, text)
    return _POINT.sub(r"\1,\2", told)
