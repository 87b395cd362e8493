"""What a row must be, and the slow reader that says of each bad one why.

The fast reader asks the same rules of the distinct values of a block; a block with a fault comes
here and is taken apart line by line.
"""

from __future__ import annotations

import csv
import itertools
import math
import re
import string
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from analysis.customs.detection import MAX_LINE, NUMBERS, Layout, SourceTable
from analysis.errors import AnalysisError

# whether a mark of the direction means export; editions and years spell it differently
DIRECTIONS = {
    "ЭК": True,
    "ИМ": False,
    "EXP": True,
    "IMP": False,
    "EXPORT": True,
    "IMPORT": False,
    "ЭКСПОРТ": True,
    "ИМПОРТ": False,
}
UNKNOWN_PARTNER = "NNN"
CHINA = "CN"
# two capital letters each; which of them are countries is not asked
PARTNERS = frozenset({UNKNOWN_PARTNER, *map("".join, itertools.product(string.ascii_uppercase, repeat=2))})
OKATO_DIGITS = 5
GOODS_DIGITS = 10
GOODS = "[0-9]*X*"
# the Federal Customs Service dates from 1991
FIRST_YEAR, LAST_YEAR = 1991, 2099
PERIODS = ("{month:02d}/{year}", "{month:02d}.{year}", "{year}-{month:02d}", "{year}-{month:02d}-01")
# every month in every spelling, as yyyymm
MONTHS = {
    spelling.format(year=year, month=month): year * 100 + month
    for spelling in PERIODS
    for year in range(FIRST_YEAR, LAST_YEAR + 1)
    for month in range(1, 13)
}
# a point or comma before the decimals; blanks between thousands are dropped before
NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)
LABELS = {"value": "the value", "net_weight": "the net weight", "quantity": "the quantity"}


@dataclass(frozen=True)
class Unreadable:
    """A row that was left out: the file, its line (of a DBF, its record) and why."""

    file: str
    line: int
    reason: str


class _FaultError(Exception):
    """Why a row cannot be read."""


def is_goods(code: str | None, level: int = GOODS_DIGITS) -> bool:
    """Whether `code` has the digits of the file's level, the last of which may be withheld."""
    return code is not None and len(code) == level and re.fullmatch(GOODS, code) is not None


def is_region(code: str | None) -> bool:
    """Whether `code` is a five-digit OKATO."""
    return code is not None and re.fullmatch(f"[0-9]{{{OKATO_DIGITS}}}", code) is not None


def too_long(name: str) -> AnalysisError:
    """Make the error for a line that no customs table has."""
    return AnalysisError(
        f"{name} has a line of more than {MAX_LINE} bytes; the longest real ones have some 300, so the "
        "file is damaged or no customs table."
    )


def read_carefully(
    table: SourceTable, data: bytes, numbers: Iterable[int]
) -> tuple[pl.DataFrame, list[Unreadable]]:
    """Read lines one by one, each for itself, so that no fault reaches beyond its line.

    Parameters
    ----------
    table : SourceTable
        Whose lines they are.
    data : bytes
        Whole lines.
    numbers : iterable of int
        Number of each line.

    Returns
    -------
    frame : polars.DataFrame
        The good rows in the store's columns; blank lines are no rows.
    unreadable : list of Unreadable
        The others.
    """
    rows, unreadable = [], []
    for number, line in zip(numbers, data.split(b"\n"), strict=False):
        content = line.rstrip(b"\r")
        if not content:
            continue
        try:
            rows.append(_row(table.layout, content))
        except _FaultError as fault:
            unreadable.append(Unreadable(table.name, number, str(fault)))
    schema = {"is_export": pl.Boolean(), "period": pl.Int32(), "partner": pl.String(), "goods": pl.String()}
    schema |= {"unit": pl.String(), **dict.fromkeys(NUMBERS, pl.Float64()), "region": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row"), unreadable


def _row(layout: Layout, content: bytes) -> tuple[object, ...]:
    cells = dict(zip(layout.fields, _cells(layout, content), strict=True))
    direction = DIRECTIONS.get(cells["direction"].upper())
    if direction is None:
        raise _FaultError(f"the direction (napr) is none of {', '.join(DIRECTIONS)}")
    partner = cells["partner"] or UNKNOWN_PARTNER
    if partner not in PARTNERS:
        raise _FaultError("the partner is not two capital letters")
    if not is_goods(cells["goods"], layout.level):
        raise _FaultError(f"the goods code (tnved) has not {layout.level} digits (leading zeros lost?)")
    region = cells["region"][:OKATO_DIGITS] if layout.has_region else ""
    if layout.has_region and not is_region(region):
        raise _FaultError("the region does not begin with five digits")
    amounts = [_amount(layout, name, cells[name]) for name in NUMBERS]
    if amounts[0] is None:
        raise _FaultError("the value is missing")
    head = (direction, _period(layout, cells["period"]), partner, cells["goods"])
    return (*head, cells["unit"], *amounts, region)


def _cells(layout: Layout, content: bytes) -> list[str]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _FaultError("it is not UTF-8") from None
    if not layout.quote:
        cells = text.split(layout.separator)
    else:
        try:
            cells = next(csv.reader([text], delimiter=layout.separator, quotechar=layout.quote, strict=True))
        except csv.Error:
            raise _FaultError("a quote is opened and not closed") from None
    if len(cells) != len(layout.fields):
        more = "more" if len(cells) > len(layout.fields) else "fewer"
        raise _FaultError(f"it has {more} fields than the header")
    return cells


def _period(layout: Layout, text: str) -> int:
    if layout.month is not None:
        if text != str(layout.month // 100):
            raise _FaultError("the year is not that of the file's name")
        return layout.month
    if text not in MONTHS:
        raise _FaultError("the period is no month (MM/YYYY, MM.YYYY or YYYY-MM-01)")
    return MONTHS[text]


def _amount(layout: Layout, name: str, text: str) -> float | None:
    text = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?:\D|$))", "", text.strip())
    if not text:
        return None
    # a comma under a decimal point would part thousands; a point under a decimal comma can only be meant
    if not NUMBER.fullmatch(text) or ("," in text and layout.decimal != ","):
        raise _FaultError(f"{LABELS[name]} is not a number")
    amount = float(text.replace(",", "."))
    if amount < 0 or not math.isfinite(amount):
        raise _FaultError(f"{LABELS[name]} is negative or beyond counting")
    return amount
