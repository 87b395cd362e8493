"""Printed numbers: strings to decimals, and to the interval of values that a printed number stands for.

Numbers stay strings until here because only a string keeps its trailing zeros, and so its precision:
``26,0`` promises a tenth, ``26`` does not. Which way a tie was rounded is never printed, so the interval
takes both rules (half up, half to even) and is closed at both ends; the same choice as ``up_or_down`` in
the R package scrutiny (Jung).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Literal

from analysis.errors import AnalysisError
from analysis.ledger.interval_arithmetic import Interval

Qualifier = Literal["exactly", "about", "almost", "more_than", "at_least", "less_than", "at_most"]

# thin, narrow, figure and no-break spaces separate thousands in print
SPACES = "\u0020\u00a0\u2007\u2009\u200a\u202f"
MINUS_SIGNS = "-\u2212\u2013"
LONGEST = 40
MISSING_MARKS = (
    "",
    "-",
    "\u2010",
    "\u2011",
    "\u2012",
    "\u2013",
    "\u2014",
    "\u2212",
    "...",
    "\u2026",
    "x",
    "х",
    "н/д",
    "n/a",
)

# longest first, so that 'не более' is not read as 'более'
_QUALIFIERS: tuple[tuple[str, Qualifier], ...] = (
    ("approximately", "about"),
    ("приблизительно", "about"),
    ("no less than", "at_least"),
    ("not less than", "at_least"),
    ("no more than", "at_most"),
    ("not more than", "at_most"),
    ("not exceeding", "at_most"),
    ("превысил отметку в", "more_than"),
    ("превысил", "more_than"),
    ("more than", "more_than"),
    ("less than", "less_than"),
    ("fewer than", "less_than"),
    ("более чем", "more_than"),
    ("менее чем", "less_than"),
    ("не менее", "at_least"),
    ("не более", "at_most"),
    ("at least", "at_least"),
    ("at most", "at_most"),
    ("примерно", "about"),
    ("almost", "almost"),
    ("nearly", "almost"),
    ("почти", "almost"),
    ("up to", "at_most"),
    ("больше", "more_than"),
    ("свыше", "more_than"),
    ("более", "more_than"),
    ("меньше", "less_than"),
    ("менее", "less_than"),
    ("около", "about"),
    ("around", "about"),
    ("about", "about"),
    ("under", "less_than"),
    ("over", "more_than"),
    ("до", "at_most"),
    ("≤", "at_most"),
    ("<=", "at_most"),
    ("≥", "at_least"),
    (">=", "at_least"),
    ("<", "less_than"),
    (">", "more_than"),
    ("=", "exactly"),
)

_SCALES: tuple[tuple[str, int], ...] = (
    (r"тысяч[а-я]*|тыс\.?|thousand", 3),
    (r"миллион[а-я]*|млн\.?|million|mln|mn", 6),
    (r"миллиард[а-я]*|млрд\.?|billion|bn", 9),
    (r"триллион[а-я]*|трлн\.?|trillion|trn", 12),
)

# what may stand around a number and says only how it is meant: a per cent, a multiple, a p-value, an ordinal
_BEFORE = re.compile(r"(?:(?:в|на|by|p)(?: |(?=[<>=≤≥])))+")
_AFTER = re.compile(
    r"(?: ?%| процент[а-я]*| per ?cent| ?раз(?:а|у)?| times|[- ]?fold|-?кратн[а-я]+|-(?:е|я|й|го|м|ый|ая|ое)|(?<=\d)(?:st|nd|rd|th))$"
)

_MULTIPLES: tuple[tuple[str, int], ...] = (
    (r"вдвое|удвоил[а-я]*|doubled?|twofold|twice", 2),
    (r"втрое|утроил[а-я]*|trebled?|tripled?|threefold", 3),
    (r"вчетверо|fourfold", 4),
)

# a share in words is the nearest unit fraction: a quarter is nearer to 1/4 than to 1/5 or 1/3
_SHARES: tuple[tuple[str, int], ...] = (
    (r"полови[а-я]+|half", 2),
    (r"треть[а-я]*(?: част[а-я]+)?|a? ?third", 3),
    (r"четверт[а-я]+(?: част[а-я]+)?|a? ?quarter", 4),
    (r"пят[а-я]+ част[а-я]+|a? ?fifth", 5),
)

_COUNTS: tuple[tuple[str, int], ...] = (
    (r"од(?:ин|н[а-я]+)|one", 1),
    (r"дв(?:а|е|ух|ум|умя)|two", 2),
    (r"тр(?:и|[её]х|[её]м|емя)|three", 3),
    (r"четыр(?:е|[её]х|[её]м|ьмя)|four", 4),
    (r"пят(?:ь|и|ью)|five", 5),
    (r"шест(?:ь|и|ью)|six", 6),
    (r"сем(?:ь|и|ью)|seven", 7),
    (r"вос(?:емь|ьми|емью)|eight", 8),
    (r"девят(?:ь|и|ью)|nine", 9),
    (r"десят(?:ь|и|ью)|ten", 10),
)


@dataclass(frozen=True)
class Printed:
    """A number as it is printed.

    Attributes
    ----------
    text : str
        The string itself.
    value : decimal.Decimal or None
        Its value; None when the string is a mark for a missing one.
    qualifier : str
        What stands before the number.
    interval : Interval or None
        Every value that may be printed so; None when missing.
    """

    text: str
    value: Decimal | None
    qualifier: Qualifier
    interval: Interval | None

    @property
    def decimals(self) -> int | None:
        """Decimals printed; None for a number in words."""
        found = re.findall(r"\d(?:[.,](\d+))?(?!\d)", self.text)
        return len(found[-1]) if found else None

    @property
    def is_missing(self) -> bool:
        """Whether the string is a mark for a missing number."""
        return self.value is None


def quantum(digits: str) -> Decimal:
    """Place value of the last printed digit: 0.001 for ``0.006``, 1 for ``81``."""
    return Decimal(1).scaleb(-len(digits.partition(".")[2]))


def rounding_interval(digits: str, loose: bool = False) -> Interval:
    """Values that round to a printed decimal, both ties included.

    Parameters
    ----------
    digits : str
        The number with a decimal point and no spaces.
    loose : bool
        Whether it is printed as approximate: then zeros at the end of a whole number promise nothing
        (about 2920 is taken as 2915 to 2925).
    """
    step = quantum(digits)
    if loose and step == 1 and Decimal(digits):
        whole = digits.lstrip("-")
        step = Decimal(1).scaleb(len(whole) - len(whole.rstrip("0")))
    half, value = Fraction(step) / 2, Fraction(digits)
    return Interval(value - half, value + half)


@cache
def parse(text: str, where: str = "A printed number") -> Printed:
    """Read a printed number.

    Parameters
    ----------
    text : str
        For example ``0,006``, ``1 031,5``, ``about 2920``, ``более 750``, ``четвертую часть``, ``45,9 %``,
        ``10-12 %``, ``в 3,4 раза``, ``p < 0,05``, ``1.2 million``, ``-``. One comma is a decimal comma; commas are
        thousands only when a point follows (``1,031.5``) or when there are several. A per cent sign and the words of
        a multiple are left out; a scale word multiplies.
    where : str
        File and line, for the error's sentence.

    Raises
    ------
    AnalysisError
        If it is not a number, a number word or a mark for a missing one.
    """
    bare = text.strip(SPACES + "\t")
    if bare.casefold() in MISSING_MARKS:
        return Printed(text, None, "exactly", None)
    words = re.sub(f"[{SPACES}]+", " ", bare.casefold())
    words = _BEFORE.sub("", words, count=1) if _BEFORE.match(words) else words
    qualifier, rest = _split_qualifier(words)
    rest = _BEFORE.sub("", rest, count=1) if _BEFORE.match(rest) else rest
    word = _number_word(rest)
    if word is not None:
        exact, interval = word
    else:
        exact, interval = _in_digits(rest, qualifier, text, where)
    value = Decimal(exact.numerator) / exact.denominator
    return Printed(text, value, qualifier, _qualified(qualifier, exact, interval))


def _split_qualifier(words: str) -> tuple[Qualifier, str]:
    for word, meaning in _QUALIFIERS:
        if words.startswith(word) and (not word[-1].isalpha() or words[len(word) :].startswith(" ")):
            return meaning, words[len(word) :].strip()
    return "exactly", words


def _qualified(qualifier: Qualifier, exact: Fraction, interval: Interval) -> Interval:
    if qualifier in ("more_than", "at_least"):
        return Interval(exact, None)
    if qualifier in ("less_than", "at_most"):
        return Interval(None, exact)
    if qualifier == "almost":
        # short of the number, and still nearer to it than to the one below
        return Interval(interval.low, exact)
    return interval


def _number_word(words: str) -> tuple[Fraction, Interval] | None:
    for pattern, parts in _SHARES:
        if re.fullmatch(pattern, words):
            low = Fraction(1, parts) + Fraction(1, parts + 1)
            high = Fraction(1, parts) + Fraction(1, parts - 1)
            return Fraction(1, parts), Interval(low / 2, high / 2)
    for pattern, count in _COUNTS:
        if re.fullmatch(pattern, words):
            return Fraction(count), Interval.point(count)
    for pattern, times in _MULTIPLES:
        if re.fullmatch(pattern, words):
            return Fraction(times), rounding_interval(str(times))
    return None


_RANGE = re.compile(rf"(?:от |from )?(\d[\d ,.]*?)(?: ?[{MINUS_SIGNS}\u2014] ?| до | to )(\d[\d ,.]*)")


def is_range(text: str) -> bool:
    """Whether a printed string is a range of two numbers (``10-12 %``)."""
    return _RANGE.fullmatch(_scale(_AFTER.sub("", text.strip().casefold()))[1]) is not None


def _in_digits(words: str, qualifier: Qualifier, text: str, where: str) -> tuple[Fraction, Interval]:
    """Value and rounding interval of a number or of a range, its scale word taken into account."""
    scale, bare = _scale(_AFTER.sub("", words))
    ends = _RANGE.fullmatch(bare)
    try:
        numbers = [_digits(end.strip()) for end in (ends.groups() if ends else (bare,))]
    except ValueError:
        raise AnalysisError(
            f"{where} is {text!r}, which is not a printed number; allowed are digits with a decimal comma or point, "
            "spaces between thousands, a range (10-12), a multiple (в 3,4 раза), a limit (p < 0,05), a word such as "
            "'about' or 'более' before them, a scale (million, млн) or a per cent sign after them, or a mark for a "
            "missing value ('-', '–', '…', nothing)."
        ) from None
    loose = qualifier in ("about", "almost") and not scale
    low, high = (rounding_interval(number, loose) for number in (numbers[0], numbers[-1]))
    (a, b), factor = (low.bounds()[0], high.bounds()[1]), Fraction(10) ** scale
    if a > b:
        raise AnalysisError(f"{where} is {text!r}, a range that runs down; write the smaller end first.")
    exact = sum(map(Fraction, numbers), Fraction(0)) / len(numbers)
    return exact * factor, Interval(a * factor, b * factor)


def _scale(words: str) -> tuple[int, str]:
    """Power of ten that a scale word stands for, and what stands before it."""
    for pattern, power in _SCALES:
        if found := re.fullmatch(rf"(.*\d) ?-?(?:{pattern})", words):
            return power, found[1]
    return 0, words


def _digits(words: str) -> str:
    """Plain digits with a decimal point; a ValueError if these are none."""
    sign = "-" if words[:1] and words[:1] in MINUS_SIGNS else ""
    bare = words[1:].strip() if sign else words
    # no printed number is longer; a longer one would only be slow
    bare = bare if len(bare) <= LONGEST else ""
    grouped = r"\d{1,3}(?: \d{3})+|\d+"
    if re.fullmatch(rf"(?:{grouped})(?:[.,]\d+)?", bare):
        return sign + bare.replace(" ", "").replace(",", ".")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}", bare):
        return sign + bare.replace(",", "")
    raise ValueError(words)
