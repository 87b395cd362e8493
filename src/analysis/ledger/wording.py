"""What the sentences of the rules are made of: numbers, intervals, quoted strings, dates, names.

Everything here gives a piece of a message; what language it is in is settled where it is shown. What is printed stays as
printed in every language: only our own numbers take the signs of the language.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from fractions import Fraction

from analysis.data import formats, regions
from analysis.data.messages import Message, Name, _
from analysis.ledger.interval_arithmetic import Interval
from analysis.ledger.printed import Printed

Words = Message | Name | str
NOTHING: Words = ""


# ------------------------------------------------------------------ pieces put together


def put(template: str, **values: Words | int) -> Message:
    """Make a piece of signs and values alone, which no language changes."""
    return Message(template, values)


def joined(parts: Iterable[Words], by: str = " ") -> Words:
    """Pieces one after another with `by` between them; empty ones are left out."""
    kept = [part for part in parts if part]
    if len(kept) < 2:
        return kept[0] if kept else NOTHING
    names = [f"p{place}" for place in range(len(kept))]
    return Message(by.join(f"{{{name}}}" for name in names), dict(zip(names, kept, strict=True)))


def in_both(english: str, russian: str) -> Words:
    """Words of a claims file in both languages, as far as it has them."""
    return Name(english, russian or english) if english else NOTHING


# ------------------------------------------------------------------ names


def named(label: str, has_partners: bool = False) -> Words:
    """Name of what a label stands for: regions, and partner countries where the labels are such codes.

    Parameters
    ----------
    label : str
        Label of one number of a set, its parts joined by ``/``; a part that is no code stays as it is.
    has_partners : bool
        Whether two capital letters are a country.
    """
    return joined((_part_named(part, has_partners) for part in label.split("/")), "/")


def _part_named(part: str, has_partners: bool) -> Words:
    if part in formats.AGGREGATE_NAMES or part in regions.codes(regions.all_regions()):
        return Name(formats.region_name(part, "en"), formats.region_name(part, "ru"))
    if has_partners and re.fullmatch("[A-Z]{2}", part):
        return Name(formats.country_name(part, "en"), formats.country_name(part, "ru"))
    return part


def quoted(text: Words) -> Message:
    """A printed string between the quotation marks of the language."""
    return _("'{text}'", text=text)


def dated(date: dt.date) -> Message:
    """A date: 2025-06-03, 03.06.2025."""
    return _("{year}-{month}-{day}", year=str(date.year), month=f"{date:%m}", day=f"{date:%d}")


def period(text: str) -> Words:
    """A period as the claims file writes it, with its months in words."""
    return Name(formats.period_name(text, "en"), formats.period_name(text, "ru"))


# ------------------------------------------------------------------ numbers


def number(value: Fraction | float, places: int) -> Message:
    """A number of ours with `places` decimals."""
    # a rounded value, so that two numbers that look the same are the same
    return Message(f"{{x:.{places}f}}", {"x": round(float(value), places)})


def is_number(words: Words) -> bool:
    """Whether a piece is a number or a span of two, so that a unit can follow it."""
    if isinstance(words, Message):
        ends = [end for name, end in words.values.items() if name in ("low", "high")]
        return bool(re.fullmatch(r"\{x:\.\d+f\}", words.key)) or (
            len(ends) == 2 and all(map(is_number, ends))
        )
    english = words.en if isinstance(words, Name) else words
    return bool(re.fullmatch(r"(?:from )?\u2212?[\d,.]+(?: to \u2212?[\d,.]+)?", english))


def decimal(digits: str) -> Words:
    """A number of ours that is written with a decimal point; anything else as it is."""
    found = re.fullmatch(r"-?\d+(?:\.(\d+))?", digits)
    return number(Fraction(digits), len(found[1] or "")) if found else digits


def shown(value: Fraction, digits: int = 6) -> Message:
    """`value` to `digits` significant digits, without zeros behind the point that say nothing."""
    if value == 0:
        return number(value, 0)
    return _trimmed(value, max(0, digits - 1 - math.floor(math.log10(abs(value)))))


def _trimmed(value: Fraction, places: int) -> Message:
    text = f"{float(value):.{places}f}"
    return number(value, len(text.rstrip("0").partition(".")[2]))


def shown_interval(interval: Interval, digits: int = 6) -> Message:
    """An interval, as one number where both ends look the same."""
    if interval.low is None:
        assert interval.high is not None, "an interval has an end"
        return _("at most {end}", end=shown(interval.high, digits))
    if interval.high is None:
        return _("at least {end}", end=shown(interval.low, digits))
    return span(shown(interval.low, digits), shown(interval.high, digits))


def span(low: Message, high: Message) -> Message:
    """Two ends, or one number where they look the same."""
    if low == high:
        return low
    # a dash between two numbers would be read as the sign of the second
    if any(isinstance(x := end.values.get("x"), float) and x < 0 for end in (low, high)):
        return _("from {low} to {high}", low=low, high=high)
    return _("{low} to {high}", low=low, high=high)


def shown_beside(value: Interval, published: Printed) -> Message:
    """A computed interval with two more decimals than the printed number it stands beside."""
    if published.value is None or value.low is None or value.high is None:
        return shown_interval(value)
    # a share in words has no printed decimals; four digits tell a quarter from a fifth
    if published.decimals is None:
        return shown_interval(value, 4)
    return span(*(_trimmed(end, published.decimals + 2) for end in (value.low, value.high)))


# units that claims of a paper and catalogues of figures are written in; any other is shown as it is
_UNITS: dict[str, Words] = {
    "RUB": _("RUB"),
    "thousand RUB": _("thousand RUB"),
    "million RUB": _("million RUB"),
    "mln RUB": _("million RUB"),
    "bn RUB": _("billion RUB"),
    "thousand USD": _("thousand USD"),
    "million USD": _("million USD"),
    "mln USD": _("million USD"),
    "bn USD": _("billion USD"),
    "km": _("km"),
    "km²": _("km²"),
    "km2": _("km²"),
    "km per 10,000 km²": _("km per 10,000 km²"),
    "km per 10,000 km2": _("km per 10,000 km²"),
    "km per 1,000 km²": _("km per 1,000 km²"),
    "km per 1,000 km2": _("km per 1,000 km²"),
    "points per km": _("points per km"),
    "mln rub": _("million RUB"),
    "t": _("t"),
    "tonnes": _("t"),
    "thousand t": _("thousand t"),
    "thousand t a year": _("thousand t a year"),
    "mln t": _("million t"),
    "mln t a year": _("million t a year"),
    "people": _("people"),
    "thousand people": _("thousand people"),
    "thousand": _("thousand"),
    "times": _("times"),
    "%": put("%"),
}


def in_unit(number: Words, unit: str) -> Words:
    """A number with its unit behind it; a unit that counts (``count``, ``points``) is not said."""
    if not unit or unit in ("count", "points"):
        return number
    return put("{number} {unit}", number=number, unit=_UNITS.get(unit, unit))
