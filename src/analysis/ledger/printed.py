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
from typing import Literal

from analysis.errors import AnalysisError
from analysis.ledger.intervals import Interval

Qualifier = Literal["exactly", "about", "more_than", "at_least", "less_than", "at_most"]

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
    ("more than", "more_than"),
    ("less than", "less_than"),
    ("fewer than", "less_than"),
    ("не менее", "at_least"),
    ("не более", "at_most"),
    ("at least", "at_least"),
    ("at most", "at_most"),
    ("примерно", "about"),
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


def parse(text: str, where: str = "A printed number") -> Printed:
    """Read a printed number.

    Parameters
    ----------
    text : str
        For example ``0,006``, ``1 031,5``, ``about 2920``, ``более 750``, ``четвертую часть``, ``45,9 %``, ``-``.
        One comma is a decimal comma; commas are thousands only when a point follows (``1,031.5``) or when
        there are several. A per cent sign is accepted and left out.
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
    qualifier, rest = _split_qualifier(words)
    word = _number_word(rest)
    if word is not None:
        exact, interval = word
        value = Decimal(exact.numerator) / exact.denominator
    else:
        digits = _digits(rest, text, where)
        exact, value = Fraction(digits), Decimal(digits)
        interval = rounding_interval(digits, loose=qualifier == "about")
    return Printed(text, value, qualifier, _qualified(qualifier, exact, interval))


def _split_qualifier(words: str) -> tuple[Qualifier, str]:
    for word, meaning in _QUALIFIERS:
        if words.startswith(word + " "):
            return meaning, words[len(word) :].strip()
    return "exactly", words


def _qualified(qualifier: Qualifier, exact: Fraction, interval: Interval) -> Interval:
    if qualifier in ("more_than", "at_least"):
        return Interval(exact, None)
    if qualifier in ("less_than", "at_most"):
        return Interval(None, exact)
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
    return None


def _digits(words: str, text: str, where: str) -> str:
    """Plain digits with a decimal point, or one sentence why not."""
    bare = words.removesuffix("%").strip()
    sign = "-" if bare[:1] in MINUS_SIGNS else ""
    bare = bare[1:].strip() if sign else bare
    # no printed number is longer; a longer one would only be slow
    bare = bare if len(bare) <= LONGEST else ""
    grouped = r"\d{1,3}(?: \d{3})+|\d+"
    if re.fullmatch(rf"(?:{grouped})(?:[.,]\d+)?", bare):
        return sign + bare.replace(" ", "").replace(",", ".")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}", bare):
        return sign + bare.replace(",", "")
    raise AnalysisError(
        f"{where} is {text!r}, which is not a printed number; allowed are digits with a decimal comma or point, "
        "spaces between thousands, a word such as 'about' or 'более' before them, a per cent sign, or a mark for "
        "a missing value ('-', '–', '…', nothing)."
    )
