"""Units of claims and of outside figures: what they measure, and how many base units one of them is.

A claim in billions of roubles and a series in millions are the same kind of thing and are converted; roubles and
kilometres are not, and comparing them is refused. Formulas carry units along, so a density times an area is a length.
A unit that is not of this list says nothing about kind or size: numbers are then compared as they are written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

# powers of the base units: roubles, dollars, yuan, tonnes, kilometres, people
Dimensions = tuple[tuple[str, int], ...]

_SCALE = {
    "": 0,
    "thousand": 3,
    "k": 3,
    "million": 6,
    "mln": 6,
    "mn": 6,
    "billion": 9,
    "bn": 9,
    "trillion": 12,
    "trn": 12,
    "тыс": 3,
    "млн": 6,
    "млрд": 9,
    "трлн": 12,
}
# word: base unit, its power, and how many base units it is
_BASES: dict[str, tuple[str, int, Fraction]] = {
    "rub": ("RUB", 1, Fraction(1)),
    "руб": ("RUB", 1, Fraction(1)),
    "usd": ("USD", 1, Fraction(1)),
    "долл": ("USD", 1, Fraction(1)),
    "cny": ("CNY", 1, Fraction(1)),
    "t": ("t", 1, Fraction(1)),
    "т": ("t", 1, Fraction(1)),
    "tonnes": ("t", 1, Fraction(1)),
    "kg": ("t", 1, Fraction(1, 1000)),
    "кг": ("t", 1, Fraction(1, 1000)),
    "m": ("km", 1, Fraction(1, 1000)),
    "м": ("km", 1, Fraction(1, 1000)),
    "km": ("km", 1, Fraction(1)),
    "км": ("km", 1, Fraction(1)),
    "km2": ("km", 2, Fraction(1)),
    "км2": ("km", 2, Fraction(1)),
    "ha": ("km", 2, Fraction(1, 100)),
    "га": ("km", 2, Fraction(1, 100)),
    "people": ("people", 1, Fraction(1)),
    "чел": ("people", 1, Fraction(1)),
    "points": ("", 0, Fraction(1)),
    "count": ("", 0, Fraction(1)),
    "%": ("", 0, Fraction(1, 100)),
    "times": ("", 0, Fraction(1)),
    "раз": ("", 0, Fraction(1)),
}


@dataclass(frozen=True)
class Unit:
    """Size and kind of a unit.

    Attributes
    ----------
    size : fractions.Fraction
        How many base units one of it is: a million for ``million RUB``.
    dimensions : tuple of (base unit, power)
        In alphabetical order; empty for a pure number.
    """

    size: Fraction
    dimensions: Dimensions

    def __mul__(self, other: Unit) -> Unit:
        return Unit(self.size * other.size, _together(self.dimensions, other.dimensions, 1))

    def __truediv__(self, other: Unit) -> Unit:
        return Unit(self.size / other.size, _together(self.dimensions, other.dimensions, -1))


NUMBER = Unit(Fraction(1), ())


def _together(left: Dimensions, right: Dimensions, sign: int) -> Dimensions:
    powers = dict(left)
    for base, power in right:
        powers[base] = powers.get(base, 0) + sign * power
    return tuple(sorted((base, power) for base, power in powers.items() if power))


def read(text: str) -> Unit | None:
    """Read a unit: ``bn RUB``, ``thousand USD``, ``km per 10,000 km2``, ``%``; None for any other text.

    A scale word stands before the unit; "of", "a year", "by 2032" and what follows are no part of it.
    """
    bare = text.strip().casefold().replace("²", "2").replace("\u00a0", " ").replace("\u2009", " ")
    bare = re.sub(r",(?=\d{3})", "", bare)
    bare = re.split(r" (?:of|by|a) |, ", bare)[0].removesuffix(" of border").removesuffix(" of gdp")
    top, *bottom = re.split(r" per | на |/", bare)
    units = [_simple(part) for part in (top, *bottom)]
    if any(unit is None for unit in units) or len(units) > 2:
        return None
    return units[0] / units[1] if len(units) == 2 else units[0]  # type: ignore[operator]


def _simple(text: str) -> Unit | None:
    words = text.replace(".", " ").split()
    if not words or words[-1] not in _BASES:
        return None
    base, power, size = _BASES[words[-1]]
    for word in words[:-1]:
        if word.isdigit():
            size *= int(word)
        elif word in _SCALE:
            size *= 10 ** _SCALE[word]
        else:
            return None
    return Unit(size, ((base, power),) if base else ())
