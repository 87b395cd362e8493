"""Printed words to the values they stand for: dates, periods, directions, stages, names in another alphabet.

Claims quote a paper verbatim; what the words mean is settled here, in code, and nowhere in a claims file.
"""

from __future__ import annotations

import datetime as dt
import re

from analysis.data import normalise
from analysis.errors import AnalysisError

_MONTHS = (
    ("янв", "jan"), ("фев", "feb"), ("мар", "mar"), ("апр", "apr"), ("ма", "may"), ("июн", "jun"),
    ("июл", "jul"), ("авг", "aug"), ("сен", "sep"), ("окт", "oct"), ("ноя", "nov"), ("дек", "dec"),
)  # fmt: skip
_MONTH_WORD = r"(?:янв|фев|мар|апр|ма[йяе]|июн|июл|авг|сен|окт|ноя|дек|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[а-яa-z]*"
_COUNTED = {
    "один": 1, "два": 2, "двух": 2, "три": 3, "трех": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8,
    "девять": 9, "десять": 10, "одиннадцать": 11, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "перв": 1,
    "втор": 2,
    "трет": 3,
    "четв": 4,
    "1": 1,
    "2": 2,
    "3": 3,
    "4": 4,
}
# a harvest of grain in Russia is brought in from July to November
_SEASONS = {"весн": ("03", "05"), "лет": ("06", "08"), "осен": ("09", "11"), "урожа": ("07", "11")}

Months = tuple[str, str]
# the first month there is, for what lasts "until" a month
EVER = "0000-01"


def folded(text: str) -> str:
    """Text to compare: one kind of dash and space, no capitals, ё as е."""
    dashes = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    return normalise.folded(re.sub(r"\s+", " ", dashes).strip())


def _month(word: str) -> int:
    return next(number for number, starts in enumerate(_MONTHS, 1) if word.startswith(starts))


# ------------------------------------------------------------------ dates and periods


def date_of(text: str, where: str) -> dt.date:
    """Read a printed date: ``03.06.2025``, ``2025-06-03``, ``2025/06``, ``8 июля 2025``, ``July 8, 2025``.

    A date without a day is the first of its month.

    Raises
    ------
    AnalysisError
        If it is none of these.
    """
    bare = folded(text)
    try:
        if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", bare):
            day, month, year = map(int, found.groups())
            return dt.date(year, month, day)
        if found := re.fullmatch(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?", bare):
            return dt.date(int(found[1]), int(found[2]), int(found[3] or 1))
        if found := re.fullmatch(rf"(\d{{1,2}}) ({_MONTH_WORD}),? (\d{{4}})(?: г(?:\.|ода))?", bare):
            return dt.date(int(found[3]), _month(found[2]), int(found[1]))
        if found := re.fullmatch(rf"({_MONTH_WORD}) (\d{{1,2}}),? (\d{{4}})", bare):
            return dt.date(int(found[3]), _month(found[1]), int(found[2]))
    except ValueError:
        pass
    raise AnalysisError(f"{where} has the date {text!r}, which cannot be read; write it as 2025-06-03.")


def months_of(text: str, where: str) -> Months:
    """First and last month of a period: ``2021``, ``2021-01/2021-09``, ``за 9 месяцев 2021 года``, ``лето 2025``.

    Raises
    ------
    AnalysisError
        If the words name no period.
    """
    bare = folded(text)
    for pattern, months in _PERIODS:
        if found := re.search(pattern, bare):
            first, last = months(*found.groups())
            if first <= last:
                return first, last
    raise AnalysisError(
        f"{where} has the period {text!r}; periods are written 2021, 2021-06 or 2021-01/2021-09 and do not end before "
        "they begin, or as print has them (9 месяцев 2021 года, октябрь 2024, лето 2025, 2023-2024)."
    )


def _year(first: str, last: str | None = None) -> Months:
    return f"{first}-01", f"{last or first}-12"


def _from_january(months: str, year: str) -> Months:
    return f"{year}-01", f"{year}-{_COUNTED.get(months) or int(months):02}"


def _part(number: str, part: str, year: str) -> Months:
    length = 6 if part.startswith(("полуг", "половин")) else 3
    last = length * _ROMAN[number]
    return f"{year}-{last - length + 1:02}", f"{year}-{last:02}"


def _one_month(word: str, year: str) -> Months:
    month = f"{year}-{_month(word):02}"
    return month, month


def _from_month_to_month(first: str, year: str, last: str, last_year: str) -> Months:
    return _one_month(first, year)[0], _one_month(last, last_year)[0]


def _season(word: str, year: str) -> Months:
    first, last = next(ends for stem, ends in _SEASONS.items() if word.startswith(stem))
    return f"{year}-{first}", f"{year}-{last}"


_COUNT_WORD = "|".join(sorted(_COUNTED, key=len, reverse=True))
_PERIODS = (
    (r"^(\d{4}-\d{2})/(\d{4}-\d{2})$", lambda first, last: (first, last)),
    (r"^(\d{4}-\d{2})$", lambda month: (month, month)),
    (r"^(\d{4})/(\d{4})$", _year),
    (rf"^до ({_MONTH_WORD}) (\d{{4}})", lambda word, year: (EVER, _one_month(word, year)[1])),
    (rf"события до ({_MONTH_WORD}) (\d{{4}})", lambda word, year: (EVER, _one_month(word, year)[1])),
    (rf"({_MONTH_WORD}) (\d{{4}}) ?- ?({_MONTH_WORD}) (\d{{4}})", _from_month_to_month),
    (rf"\b(\d{{1,2}}|{_COUNT_WORD}) (?:месяц|month)[а-яa-z]* (?:of )?(\d{{4}})", _from_january),
    (r"\b(i{1,3}|iv|перв|втор|трет|четв|[1-4])[а-я]* (полуг|половин|квартал)[а-я]* (\d{4})", _part),
    (r"\b((?:весн|лет|осен|урожа)[а-я]*) (\d{4})", _season),
    (rf"\b({_MONTH_WORD}) (\d{{4}})", _one_month),
    (r"(\d{4}) ?- ?(\d{4})", _year),
    (r"(?<!\d)((?:19|20)\d{2})(?!\d)", _year),
)  # fmt: skip


# ------------------------------------------------------------------ directions and stages

_DIRECTIONS = {
    "up": r"\bup\b|рост|вырос|увелич|повыс|выше|больше|growth|rose|increase",
    "down": r"\bdown\b|ниже|сниз|сокра|упал|меньше|lower|fell|decrease",
}
# what is being built is no longer being thought out
_STAGES = {
    "in development": r"разработк|проектир|in development|planned",
    "being built": r"продолжается строительств|строится|ведется строительств|идет строительств|under construction",
    "in operation": r"функционир|действует|запущен|открыт|in operation",
}


def direction_of(text: str, where: str) -> str:
    """Direction of a change that words name: ``up`` or ``down``.

    Raises
    ------
    AnalysisError
        If they name none, or both.
    """
    found = [name for name, pattern in _DIRECTIONS.items() if re.search(pattern, folded(text))]
    if len(found) != 1:
        raise AnalysisError(
            f"{where}: direction is {text!r}; allowed are: up, down, or words that name one of them."
        )
    return found[0]


def stage_of(text: str, where: str) -> str:
    """Stage of a project that words name.

    Raises
    ------
    AnalysisError
        If they name none.
    """
    for name, pattern in _STAGES.items():
        if re.search(pattern, folded(text)):
            return name
    raise AnalysisError(
        f"{where} has {text!r}, which names no stage of a project; allowed are: {', '.join(_STAGES)}."
    )


# ------------------------------------------------------------------ names in another alphabet

_LATIN = dict(
    zip(
        "абвгдезийклмнопрстуфхцъыьэ",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "c",
            "",
            "y",
            "",
            "e",
        ],
        strict=True,
    )
)
_LATIN |= {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"}


def in_latin(text: str) -> str:
    """Russian in Latin letters, to compare with a printed transliteration: schemes differ only where both are folded."""
    latin = "".join(_LATIN.get(letter, letter) for letter in folded(text))
    for written, same in (("kh", "h"), ("j", "y"), ("ts", "c"), ("'", ""), ("’", "")):
        latin = latin.replace(written, same)
    return re.sub(r"(?<=[a-z])y\b", "y", latin)


def stems(text: str) -> set[str]:
    """Beginnings of a text's content words: enough to tell whether two texts share a subject.

    Five letters, or all but the ending of a word of five: Китай and Китая are one word, Китай and китобой are not.
    """
    words = re.findall(r"[а-яa-z]{5,}", folded(text))
    return {word[: 4 if len(word) == 5 else 5] for word in words}
