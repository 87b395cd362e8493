"""What the sentences of the rules are made of, in both languages: numbers, intervals, quoted strings, dates, names.

A rule writes its sentence twice, side by side; everything here gives a piece of it as a `Text`. What is printed stays
as printed in both languages: only our own numbers take the decimal sign of the language.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from fractions import Fraction

from analysis.data import formats, regions
from analysis.data.formats import Text
from analysis.data.regions import LANGUAGES
from analysis.ledger.intervals import Interval
from analysis.ledger.printed import Printed

NOTHING: Text = {"en": "", "ru": ""}


# ------------------------------------------------------------------ pieces put together


def same(text: str) -> Text:
    """A piece that is the same in both languages."""
    return dict.fromkeys(LANGUAGES, text)


def joined(parts: Iterable[Text], by: str = " ") -> Text:
    """Pieces one after another with `by` between them; empty ones are left out."""
    parts = tuple(parts)
    return {language: by.join(part[language] for part in parts if part[language]) for language in LANGUAGES}


def capitalised(text: Text) -> Text:
    """A piece that begins a sentence."""
    return {language: text[language][:1].upper() + text[language][1:] for language in LANGUAGES}


# ------------------------------------------------------------------ names


def named(label: str, has_partners: bool = False) -> Text:
    """Name of what a label stands for: regions, and partner countries where the labels are such codes.

    Parameters
    ----------
    label : str
        Label of one number of a set, its parts joined by ``/``; a part that is no code stays as it is.
    has_partners : bool
        Whether two capital letters are a country.
    """
    return joined((_part_named(part, has_partners) for part in label.split("/")), "/")


def _part_named(part: str, has_partners: bool) -> Text:
    if part in formats.AGGREGATE_NAMES or part in regions.codes(regions.all_regions()):
        return {language: formats.region_name(part, language) for language in LANGUAGES}
    if has_partners and re.fullmatch("[A-Z]{2}", part):
        return {language: formats.country_name(part, language) for language in LANGUAGES}
    return same(part)


def quoted(text: str | Text) -> Text:
    """A printed string between the quotation marks of the language."""
    text = same(text) if isinstance(text, str) else text
    return {"en": f"'{text['en']}'", "ru": f"«{text['ru']}»"}


def dated(date: dt.date) -> Text:
    """A date: 2025-06-03, 03.06.2025."""
    return {"en": date.isoformat(), "ru": f"{date:%d.%m.%Y}"}


def period(text: str) -> Text:
    """A period as the claims file writes it; with its months in words in Russian."""
    return {"en": text, "ru": formats.period_name(text, "ru")}


# ------------------------------------------------------------------ numbers


def decimal(digits: str) -> Text:
    """A number of ours that is written with a decimal point; a decimal comma in Russian, anything else as it is."""
    is_number = re.fullmatch(r"-?\d+\.\d+", digits)
    return {"en": digits, "ru": digits.replace(".", ",") if is_number else digits}


def shown(value: Fraction, digits: int = 6) -> Text:
    """`value` to `digits` significant digits, without an exponent."""
    return decimal(_digits(value, digits))


def _digits(value: Fraction, digits: int) -> str:
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return _without_zeros(f"{float(value):.{places}f}")


def _without_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown_interval(interval: Interval, digits: int = 6) -> Text:
    """An interval, as one number where both ends look the same."""
    if interval.low is None:
        assert interval.high is not None, "an interval has an end"
        end = shown(interval.high, digits)
        return {"en": f"at most {end['en']}", "ru": f"не более {end['ru']}"}
    if interval.high is None:
        end = shown(interval.low, digits)
        return {"en": f"at least {end['en']}", "ru": f"не менее {end['ru']}"}
    return span(shown(interval.low, digits), shown(interval.high, digits))


def span(low: Text, high: Text) -> Text:
    """Two ends, or one number where they look the same."""
    if low == high:
        return low
    # a dash between two numbers would be read as the sign of the second
    is_negative = "-" in low["en"] + high["en"]
    russian = f"от {low['ru']} до {high['ru']}" if is_negative else f"{low['ru']}–{high['ru']}"
    return {"en": f"{low['en']} to {high['en']}", "ru": russian}


def shown_beside(value: Interval, published: Printed) -> Text:
    """A computed interval with two more decimals than the printed number it stands beside."""
    if published.value is None or value.low is None or value.high is None:
        return shown_interval(value)
    # a share in words has no printed decimals; four digits tell a quarter from a fifth
    if not re.search(r"\d", published.text):
        return shown_interval(value, 4)
    exponent = published.value.as_tuple().exponent
    assert isinstance(exponent, int), "a printed number is finite"
    places = max(0, -exponent) + 2
    low, high = (decimal(_without_zeros(f"{float(end):.{places}f}")) for end in (value.low, value.high))
    return span(low, high)
