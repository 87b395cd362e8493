"""What publishers vary without meaning it: spaces, dashes, look-alike letters, footnote marks, signs.

Every reader goes through here, so that a name, a year or a figure is understood in one way whether it
stands in a yearbook, in EMISS, in a customs extract or in a table of a reader's own.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

# letters that look the same in both alphabets
_LATIN, _CYRILLIC = "ABCEHKMOPTXYaceopxy", "АВСЕНКМОРТХУасеорху"
_TO_CYRILLIC, _TO_LATIN = str.maketrans(_LATIN, _CYRILLIC), str.maketrans(_CYRILLIC, _LATIN)
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
# characters that draw a line; the fraction is what the font of old workbooks made of a bar
_LINE = frozenset("-_=~\u00af\u00be") | {chr(code) for code in range(0x2500, 0x2580)}
_RAISED = re.compile(
    "(?<![mм\u2070\u00b9\u00b2\u00b3\u2074-\u2079])([\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+)(?![\u2070\u00b9\u00b2\u00b3\u2074-\u2079)\u207e])"
)
# footnote marks at the end of a text: "1)", "1);2)", "2), 3)", "*"
_LAST_MARK = re.compile(r"(?:(\d{1,2}) ?\)|(\*{1,5})) ?[;,]?$")
_MARK = re.compile(r"\d{1,2}(?=\s*\))")
_FOOTNOTE = re.compile(r"(\d{1,2})\s*\)\s*(.+)|(\*+)\s*(.+)")
_YEAR = re.compile(r"((?:19|20)\d{2})\s*(?:г\.?|гг\.?|год|года)?")
_SCHOOL_YEAR = re.compile(
    r"((?:19|20)\d{2})\s*/\s*((?:19|20)?\d{2})(?:\s*(?:уч\.?\s*г\.?|учебный год|гг?\.?))?"
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:[eE][+-]?\d+)?")
# "в 5,8 р." is a growth index of 580 per cent in the tables that have it, and nothing elsewhere
_GROWTH = re.compile(r"в\s*\d+(?:[.,]\d+)?\s*р(?:аз\w*|\.)?")
_NO_DATA = re.compile(r"\.{2,}|н/?д|нет данных|n/?a", re.IGNORECASE)
_NOT_APPLICABLE = re.compile("[xXхХ]")

# a figure with its thousands, decimals and marks is far shorter
LONGEST_FIGURE = 100

Sign = Literal["figure", "none", "no data", "blank", "growth", "unreadable"]


def folded(text: str) -> str:
    """Text without capitals and ``ё``, which say nothing where words are looked for."""
    return text.casefold().replace("ё", "е")


def clean(text: object) -> str:
    """Text with one kind of space, dash and digit, and nothing that cannot be seen.

    Compatibility forms become plain (``¹⁾`` is ``1)``, ``…`` is ``...``); soft hyphens, joiners and
    byte order marks go; runs of blanks become one.
    """
    if text is None:
        return ""
    if isinstance(text, float) and text.is_integer():
        return str(int(text))
    # a raised digit is a footnote mark, but not in m2 and m3; NFKC alone would write 5 with mark 1 as 51
    raised = _RAISED.sub(r"\1)", str(text))
    plain = unicodedata.normalize("NFKC", raised.replace("\u00be", "_"))
    plain = _DASHES.sub("-", plain)
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return " ".join(plain.split())


def alphabet(text: str) -> str:
    """Text whose words are each in one alphabet: a Latin ``p`` in ``Калинингpадская`` becomes Cyrillic.

    A word of look-alikes alone follows the rest of the text.
    """
    has_cyrillic = any(_is_cyrillic(letter) and letter not in _CYRILLIC for letter in text)

    def mended(found: re.Match[str]) -> str:
        word = found[0]
        if any(_is_cyrillic(letter) and letter not in _CYRILLIC for letter in word):
            return word.translate(_TO_CYRILLIC)
        if any(letter.isascii() and letter.isalpha() and letter not in _LATIN for letter in word):
            return word.translate(_TO_LATIN)
        return (
            word.translate(_TO_CYRILLIC if has_cyrillic else _TO_LATIN)
            if _is_mixed(word) or has_cyrillic
            else word
        )

    return re.sub(r"[^\W\d_]+", mended, text)


def _is_cyrillic(letter: str) -> bool:
    return "\u0400" <= letter <= "\u04ff"


def _is_mixed(word: str) -> bool:
    return len({_is_cyrillic(letter) for letter in word}) > 1


def without_marks(text: str) -> tuple[str, tuple[str, ...]]:
    """Text without the footnote marks at its end, and the marks.

    Parameters
    ----------
    text : str
        Cleaned.
    """
    marks: list[str] = []
    # "(без АО)" ends in a bracket and has no mark
    while found := _LAST_MARK.search(text):
        marks.insert(0, found[1] or found[2])
        text = text[: found.start()].rstrip()
    return text, tuple(marks)


def footnote(text: str) -> tuple[str, str] | None:
    """Mark and text of a footnote (``1) Данные ...``), or None where `text` is something else."""
    found = _FOOTNOTE.fullmatch(text)
    if found is None:
        return None
    return (found[1], found[2]) if found[1] else (found[3], found[4])


def is_rule(text: str) -> bool:
    """Whether a text only draws a line, as yearbooks do above their footnotes."""
    drawn = text.replace(" ", "")
    return len(drawn) >= 3 and _LINE.issuperset(drawn)


def name_key(name: str) -> str:
    """What a name is compared by: case, ё, dashes, brackets, abbreviations and marks make no difference."""
    text, _ = without_marks(clean(name))
    text = folded(alphabet(text))
    text = " ".join(re.sub(r"[^\w]|_", " ", text).split())
    for pattern, full in _ABBREVIATIONS:
        text = pattern.sub(full, text)
    return text.strip()


_ABBREVIATIONS = tuple(
    (re.compile(pattern), full)
    for pattern, full in (
        (r"\bобл\b", "область"),
        (r"\bресп\b", "республика"),
        (r"\b(?:г|гор|город)\b ?", ""),
        (r"\bавт (?=окр|округ)", "автономный "),
        (r"\bавт (?=обл)", "автономная "),
        (r"\bокр\b", "округ"),
        (r"\bеврейская ао\b", "еврейская автономная область"),
        (r"\bао\b", "автономный округ"),
        (r"\bфед (?=округ)", "федеральный "),
        (r"\bфо\b", "федеральный округ"),
        (r"\bрф\b", "российская федерация"),
    )
)


@dataclass(frozen=True)
class Period:
    """A year or school year in a header, with the marks behind it.

    Attributes
    ----------
    text : str
        ``2021``, or ``2010/2011`` for a school year.
    marks : tuple of str
        Footnotes it refers to.
    """

    text: str
    marks: tuple[str, ...] = ()


def period(cell: object) -> Period | None:
    """Year or school year of a header cell, or None where it is neither.

    Two digits, a date and a year before 1900 are none: what they mean is for the file to say.
    """
    if isinstance(cell, bool):
        return None
    text = clean(cell)
    text, marks = _parted(text) or without_marks(text)
    if found := _YEAR.fullmatch(text):
        return Period(found[1], marks)
    if found := _SCHOOL_YEAR.fullmatch(text):
        first, second = int(found[1]), int(found[2]) % 100
        return Period(f"{first}/{first + 1}", marks) if (first + 1) % 100 == second else None
    return None


def _parted(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Year or school year with marks run together ("20211);2)"), taken apart; the year has four digits."""
    for shape in (r"\d{4}/\d{4}", r"\d{4}/\d{2}", r"\d{4}"):
        if found := re.match(rf"({shape})((?:\d{{1,2}}\s*\)\s*[;,]?\s*)+)$", text):
            return found[1], tuple(_MARK.findall(found[2]))
    return None


@dataclass(frozen=True)
class Figure:
    """What a cell of a table says.

    Attributes
    ----------
    sign : str
        ``figure``; ``none`` (a dash: there is none, the value is 0); ``no data`` (dots); ``blank``;
        ``growth`` (``в 2,3 р.``, not turned into a figure); ``unreadable``.
    value : float or None
        The number.
    marks : tuple of str
        Footnotes the cell refers to.
    """

    sign: Sign
    value: float | None = None
    marks: tuple[str, ...] = ()


def figure(cell: Any, footnotes: Collection[str] = ()) -> Figure:
    """Read a cell of a table.

    Parameters
    ----------
    cell : object
        Number or text.
    footnotes : collection of str
        Marks that the table explains at its foot. ``1878,23)`` is read as 1878,2 with the mark 3 only
        where there is a footnote 3 and no other reading.

    Returns
    -------
    Figure
        Decimal comma or point; blanks between thousands are dropped.
    """
    if isinstance(cell, bool):
        return Figure("unreadable")
    if isinstance(cell, int | float):
        return Figure("figure", float(cell)) if math.isfinite(cell) else Figure("unreadable")
    if cell is not None and not isinstance(cell, str):
        return Figure("unreadable")  # a date: what a spreadsheet made of 1.5
    text = clean(cell)
    if not text:
        return Figure("blank")
    if len(text) > LONGEST_FIGURE:
        return Figure("unreadable")
    if _NUMBER.fullmatch(joined := _without_thousands(text)):
        return Figure("figure", float(joined.replace(",", ".")))
    if found := _marked_number(joined, footnotes):
        return found
    text, marks = without_marks(text)
    if text == "-":
        return Figure("none", 0.0, marks)
    if _NO_DATA.fullmatch(text) or _NOT_APPLICABLE.fullmatch(text):
        return Figure("no data", None, marks)
    if _GROWTH.fullmatch(text):
        return Figure("growth", None, marks)
    return Figure("unreadable")


def _without_thousands(text: str) -> str:
    """Figure without the blanks between its thousands; other blanks stay, and make it unreadable."""
    return (
        text.replace(" ", "")
        if re.fullmatch(r"[+-]? ?\d{1,3}(?: \d{3})+(?:[.,]\d+)?.*|[+-] \S+", text)
        else text
    )


def _marked_number(text: str, footnotes: Collection[str]) -> Figure | None:
    """Figure with a mark run together, where the footnotes leave one reading."""
    found = re.fullmatch(r"([^)]*\d)\)((?:\s*[;,]?\s*\d{1,2}\))*)", text)
    if found is None:
        return None
    rest = tuple(_MARK.findall(found[2]))
    readings = [
        Figure("figure", float(number.replace(",", ".")), (mark, *rest))
        for number, mark in ((found[1][:-size].rstrip(), found[1][-size:]) for size in (1, 2))
        if mark in footnotes and _NUMBER.fullmatch(number) and not number.endswith((".", ","))
    ]
    return readings[0] if len(readings) == 1 and set(rest) <= set(footnotes) else None
