"""Numbers and names of statistics as a paper prints them, in English and Russian."""

from __future__ import annotations

import math

from analysis.data.regions import LANGUAGES, Language
from analysis.errors import one_of

MINUS, NO_BREAK_SPACE = "\u2212", "\u00a0"
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


STATISTIC_NAMES: dict[str, dict[Language, str]] = {
    "kendall_tau_b": {"en": "Kendall's tau-b", "ru": "Коэффициент ранговой корреляции Кендалла (тау-b)"},
    "spearman_rho": {"en": "Spearman's rho", "ru": "Коэффициент ранговой корреляции Спирмена"},
    "pearson_r": {"en": "Pearson's r", "ru": "Коэффициент линейной корреляции Пирсона"},
}


def checked_language(language: Language) -> Language:
    """Return the language, if it is one the project speaks.

    Raises
    ------
    AnalysisError
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
