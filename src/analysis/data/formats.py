"""Numbers, periods and names as text, in either language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import get_month_names

from analysis.data import regions
from analysis.data.messages import Name
from analysis.data.regions import Language

Text = Mapping[Language, str]

NO_BREAK_SPACE = "\u00a0"
THIN_SPACE = "\u2009"
ZERO_WIDTH_SPACE = "\u200b"


# what a cell says when there is no value; the note under the table says why
MISSING = "—"


AGGREGATE_NAMES: dict[str, dict[Language, str]] = {
    "FAR_EAST": {"en": "Far Eastern Federal District", "ru": "Дальневосточный федеральный округ"},
}
AGGREGATE_SHORT_NAMES: dict[str, dict[Language, str]] = {"FAR_EAST": {"en": "Far East", "ru": "ДФО"}}
# Codes the customs files use that are no countries of CLDR: neither has an ISO code.
UNCODED_COUNTRIES: dict[str, dict[Language, str]] = {
    "AB": {"en": "Abkhazia", "ru": "Абхазия"},
    "OS": {"en": "South Ossetia", "ru": "Южная Осетия"},
}


_MONTH = re.compile(r"(\d{4})-(\d{2})")


def _months(language: Language) -> Mapping[int, str]:
    """Months by number, in the nominative."""
    found: Mapping[int, str] = get_month_names("wide", "stand-alone", locale=language)
    return found


def period_name(period: str, language: Language) -> str:
    """Write a period in words where it has months: ``2021-01/2021-09`` is January-September 2021.

    Parameters
    ----------
    period : str
        As exhibits carry it; years stay as they are, and an edition of the rating is called one.
    language : {'en', 'ru'}
        Language of the exhibit.
    """
    if edition := re.match(r"[IVX]+(–[IVX]+)?\b", period):
        word = {"en": "edition", "ru": "выпуск"}[language]
        several = {"en": "s", "ru": "и"}[language] if edition[1] else ""
        return f"{word}{several} {period}"
    if re.fullmatch(r"\d{4}/\d{4}", period):
        return period.replace("/", "–")
    ends = [_MONTH.fullmatch(end) for end in period.split("/")]
    if len(ends) > 2 or not all(ends):
        return period
    months = [(end[1], _months(language)[int(end[2])]) for end in ends if end]
    years = list(dict.fromkeys(year for year, _ in months))
    if len(years) > 1:
        return " – ".join(f"{month} {year}" for year, month in months)
    dash = {"en": "-", "ru": "–"}[language]
    return f"{dash.join(month for _, month in months)} {years[0]}"


def region_name(code: str, language: Language) -> str:
    """Name of a region, or of the district row the paper prints.

    Raises
    ------
    AnalysisError
        If `code` is neither.
    """
    if code in AGGREGATE_NAMES:
        return AGGREGATE_NAMES[code][language]
    return regions.by_code(code).name(language)


def place(code: str) -> Name:
    """Name of a region or of the district row the paper prints, in both languages; errors as `region_name`."""
    return Name(region_name(code, "en"), region_name(code, "ru"))


@cache
def countries(language: Language) -> dict[str, str]:
    """Names of countries and larger areas by code (Unicode CLDR through Babel)."""
    return {str(code): str(name) for code, name in Locale.parse(language).territories.items()}


def country_name(code: str, language: Language) -> str:
    """Name of a country; an unknown code as it is."""
    if code in UNCODED_COUNTRIES:
        return UNCODED_COUNTRIES[code][language]
    return countries(language).get(code, code)


def rounded(value: float, decimals: int) -> Decimal:
    """Round halves away from zero; a zero has no sign.

    Parameters
    ----------
    value : float
        What to round.
    decimals : int
        Decimals kept, trailing zeros with them.
    """
    # quantize rounds the decimal the reader would see; binary rounding turns 0.125 into 0.12
    kept = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding="ROUND_HALF_UP")
    return abs(kept) if kept == 0 else kept


def number(value: float, decimals: int, language: Language) -> str:
    """Write a number the way the language does: ``1,254.5`` or ``1 254,5``, with a true minus sign.

    Parameters
    ----------
    value : float
        What to write; halves are rounded away from zero, as printed tables do.
    decimals : int
        Decimals shown.
    language : {'en', 'ru'}
        Language of the exhibit.
    """
    shown = rounded(value, decimals)
    text = f"{shown:,.{decimals}f}".replace("-", "\u2212")
    if language == "ru":
        # no separator in four digits, as Russian typography has it
        grouped = text.replace(",", NO_BREAK_SPACE if abs(shown) >= 10_000 else "")
        return grouped.replace(".", ",")
    return text


def p_value(value: float, language: Language) -> str:
    """Write a p-value with three decimals, and never as zero."""
    if value < 0.001:
        return "<" + THIN_SPACE + number(0.001, 3, language)
    return number(value, 3, language)
