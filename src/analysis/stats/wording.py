"""Numbers and sentences as a paper prints them, in English and Russian."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.data.regions import LANGUAGES, Language
from analysis.stats.errors import one_of

MINUS, NO_BREAK_SPACE = "\u2212", "\u00a0"
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Reason:
    """Why a result cannot be had: one sentence in each language."""

    en: str
    ru: str

    def sentence(self, language: Language) -> str:
        """Return the sentence in `language`."""
        return checked_language(language) and (self.en if language == "en" else self.ru)


def checked_language(language: Language) -> Language:
    """Return the language, if it is one the project speaks.

    Raises
    ------
    StatisticsError
        If it is not ``en`` or ``ru``.
    """
    if language not in LANGUAGES:
        raise one_of("language", language, LANGUAGES)
    return language


def decimal(value: float, digits: int, language: Language) -> str:
    """Number with fixed decimals: decimal comma in Russian, a true minus sign in both."""
    text = f"{value:.{digits}f}".replace("-", MINUS)
    return text.replace(".", ",") if language == "ru" else text


def probability(p: float, language: Language) -> str:
    """Probability: four decimals, or two figures and a power of ten where those would not show."""
    if p >= 0.001 or p == 0.0:
        return decimal(p, 4, language)
    exponent = math.floor(math.log10(p))
    return f"{decimal(p / 10**exponent, 1, language)} × 10{str(exponent).translate(SUPERSCRIPTS)}"


def whole(number: int) -> str:
    """Whole number with thousands apart; from a quadrillion on as a power of ten."""
    if number >= 10**15:
        return f"10{str(len(str(number)) - 1).translate(SUPERSCRIPTS)}"
    return f"{number:,}".replace(",", NO_BREAK_SPACE)


def russian_plural(number: int, one: str, few: str, many: str) -> str:
    """Form of a Russian noun after a number (1 год, 2 года, 5 лет)."""
    tens, units = abs(number) % 100, abs(number) % 10
    if units == 1 and tens != 11:
        return one
    return few if 2 <= units <= 4 and not 12 <= tens <= 14 else many


def of_regions(number: int) -> str:
    """Russian for a number of regions after «из»: 21 региона, 22 регионов."""
    return f"{number} {russian_plural(number, 'региона', 'регионов', 'регионов')}"


def english_plural(number: int, noun: str) -> str:
    """English noun after a number."""
    return noun if number == 1 else f"{noun}s"


def years_apart(gap_years: int, language: Language) -> str:
    """Clause on the time between the covariate and the events rated.

    Parameters
    ----------
    gap_years : int
        Years from the covariate's period to the rated events; negative when the covariate is later.
    """
    years = abs(gap_years)
    if language == "en":
        if years == 0:
            return "the covariate and the rated events are of the same year"
        order = "precedes" if gap_years > 0 else "follows"
        return f"the covariate {order} the rated events by {years} {english_plural(years, 'year')}"
    if years == 0:
        return "показатель и оцениваемые события относятся к одному году"
    order = "предшествует оцениваемым событиям" if gap_years > 0 else "следует за оцениваемыми событиями"
    if gap_years > 0:
        return f"показатель {order} на {years} {russian_plural(years, 'год', 'года', 'лет')}"
    return f"показатель {order} через {years} {russian_plural(years, 'год', 'года', 'лет')}"
