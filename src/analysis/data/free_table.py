"""A table by region and year in the shapes people bring: long or wide, CSV or XLSX, Russian or English.

The column of regions is the one whose cells name regions; the header is the row above the first of them.
Other columns headed by years make the table wide; otherwise it is long, with one column of years and one of
figures. Regions may be written as ISO codes or by any known name. Whatever cannot be read is told at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths
from analysis.data import normalise, regions, tabular
from analysis.errors import AnalysisError, quoted

# rows above the header: a title, a unit, a blank line
LONGEST_HEAD = 30
# faults told of one file; the number of the others is given
TOLD = 6
YEAR_HEADS = frozenset({"year", "period", "год", "период"})
# a comma with three digits behind it, which may part thousands or decimals
_EITHER = re.compile(r"[+-]?\d{1,3},\d{3}")


@dataclass(frozen=True)
class FreeTable:
    """Figures by region and period.

    Attributes
    ----------
    frame : pandas.DataFrame
        Columns ``region`` (ISO code), ``period`` (text), ``value``.
    left_out : tuple of str
        Names of rows that are no region of the register.
    gaps : int
        Cells without a figure (blank, dots, a dash, ``x``).
    decimals : int
        Most decimals of any figure.
    """

    frame: pd.DataFrame
    left_out: tuple[str, ...]
    gaps: int
    decimals: int


def read(path: Path, year: str = "", column: str = "") -> FreeTable:
    """Read a table of a reader's own.

    Parameters
    ----------
    path : Path
        CSV (``;``, tab or comma; UTF-8, UTF-16 or CP1251) or XLSX, its first sheet.
    year : str
        Year of every figure, where the table has none.
    column : str
        Heading of the figures, where a long table has several columns of them.

    Returns
    -------
    FreeTable
        Its figures, in the order of the file.

    Raises
    ------
    AnalysisError
        If no column names regions, a header, a year or a cell cannot be read, or a figure stands twice.
    """
    where = paths.relative(path)
    rows = tabular.rows(path)
    head, place = _places(rows, where)
    header = [normalise.clean(cell) for cell in rows[head]] if head is not None else []
    body = rows[(head if head is not None else -1) + 1 :]
    cells, left_out = _cells(body, (head if head is not None else -1) + 2, header, place, year, column, where)
    return _figures(cells, left_out, where)


@dataclass(frozen=True)
class _Cell:
    line: int
    region: str
    period: str
    value: Any


def _places(rows: Sequence[tuple[Any, ...]], where: str) -> tuple[int | None, int]:
    """Row of the header (None where there is none) and column of the regions."""
    counts: Counter[int] = Counter()
    first: dict[int, int] = {}
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, str) and regions.area(cell) is not None:
                counts[place] += 1
                first.setdefault(place, number)
    if not counts:
        sheet = "; the first sheet is read, and Rosstat's yearbook by `amur ingest rosstat`"
        hint = sheet if where.casefold().endswith(".xlsx") else ""
        raise AnalysisError(f"{where} has no column of regions{_beginning(rows)}; {_ALLOWED}{hint}.")
    place, _ = counts.most_common(1)[0]
    above = [number for number in range(first[place] - 1, -1, -1) if any(map(normalise.clean, rows[number]))]
    if first[place] > LONGEST_HEAD:
        raise AnalysisError(
            f"{where} names its first region in row {first[place] + 1}; give the table alone."
        )
    return (above[0] if above else None), place


# a file in a fourth encoding reads as letters without sense, and shows here first
_ALLOWED = (
    "name them by ISO code (RU-AMU) or by name in Russian or English, one region a row, in a file saved as UTF-8, UTF-16 "
    "or CP1251"
)


def _beginning(rows: Sequence[tuple[Any, ...]]) -> str:
    """The first words of a table, by which its reader sees what was taken for a region and in which encoding."""
    words = [normalise.clean(row[0]) for row in rows if row and normalise.clean(row[0])]
    return f": its first column reads {', '.join(map(quoted, words[:3]))}" if words else ""


def _cells(
    body: Sequence[tuple[Any, ...]],
    start: int,
    header: Sequence[str],
    place: int,
    year: str,
    column: str,
    where: str,
) -> tuple[list[_Cell], tuple[str, ...]]:
    periods = {number: at.text for number, text in enumerate(header) if (at := normalise.period(text))}
    if periods:
        odd = [
            text for number, text in enumerate(header) if text and number > place and number not in periods
        ]
        if odd:
            raise AnalysisError(f"{where}, the header has {quoted(odd[0])} among the years.")
        columns = dict(periods)
    else:
        columns = None
    time, figures = _long_places(body, header, place, year, column, where) if columns is None else (None, -1)
    found: list[_Cell] = []
    left_out: list[str] = []
    faults: list[str] = []
    apart = {
        regions.area(name)
        for row in body
        if place < len(row)
        and re.search(r"\b(?:без|кроме)\b", name := normalise.clean(row[place]).casefold())
    }
    for line, row in enumerate(body, start=start):
        if not any(map(normalise.clean, row)):
            continue
        name = normalise.clean(row[place]) if place < len(row) else ""
        code = regions.area(name) if name else None
        # an oblast with its okrugs beside the row without them
        is_whole = code in apart and not re.search(r"\b(?:без|кроме)\b", name.casefold())
        if code is None or not code.startswith("RU-") or is_whole:
            left_out.append(name or f"(row {line})")
            continue
        if columns is not None:
            found += [
                _Cell(line, code, text, row[at] if at < len(row) else None) for at, text in columns.items()
            ]
            continue
        written = row[time] if time is not None and time < len(row) else year
        period = normalise.period(written)
        if period is None:
            faults.append(f"row {line} has {quoted(normalise.clean(written))} for a year")
            continue
        found.append(_Cell(line, code, period.text, row[figures] if figures < len(row) else None))
    _refuse(faults, where)
    return found, tuple(dict.fromkeys(left_out))


def _long_places(
    body: Sequence[tuple[Any, ...]], header: Sequence[str], place: int, year: str, column: str, where: str
) -> tuple[int | None, int]:
    """Columns of the years (None where `year` stands for them) and of the figures."""
    width = max((len(row) for row in body), default=0)
    named = [
        row for row in body if place < len(row) and regions.area(normalise.clean(row[place])) is not None
    ]

    def share(number: int, test: Any) -> float:
        values = [row[number] for row in named if number < len(row) and normalise.clean(row[number])]
        return sum(map(test, values)) / len(values) if values else 0.0

    others = [number for number in range(width) if number != place]
    if column:
        figures = [
            number for number in others if number < len(header) and header[number] == normalise.clean(column)
        ]
        if len(figures) != 1:
            raise AnalysisError(
                f"{where} has {len(figures)} columns headed {quoted(column)}; its header: {', '.join(header)}."
            )
    named_so = [n for n in others if n < len(header) and normalise.name_key(header[n]) in YEAR_HEADS]
    looking_so = [n for n in others if share(n, lambda cell: normalise.period(cell) is not None) > 0.5]
    times = [] if year else named_so or looking_so
    if not year and not times:
        raise AnalysisError(
            f"{where} has no column of years and no years in its header; name the year with --year."
        )
    if len(times) > 1:
        raise AnalysisError(f"{where} has {len(times)} columns of years; leave one.")
    if not column:
        # an index column of a saved data frame has no heading
        rest = [n for n in others if n not in times and (n >= len(header) or header[n])]
        numbers = [n for n in rest if share(n, lambda cell: normalise.figure(cell).sign == "figure") > 0.5]
        figures = rest if len(rest) == 1 else numbers
        if len(figures) != 1:
            names = ", ".join(header[n] if n < len(header) else str(n + 1) for n in figures)
            raise AnalysisError(
                f"{where} has {len(figures)} columns of figures{f' ({names})' if names else ''}; leave one, or name it "
                "with --column."
            )
    return (times[0] if times else None), figures[0]


def _figures(cells: Sequence[_Cell], left_out: tuple[str, ...], where: str) -> FreeTable:
    with_comma = [
        text for cell in cells if isinstance(cell.value, str) and "," in (text := normalise.clean(cell.value))
    ]
    if with_comma and all(map(_EITHER.fullmatch, with_comma)):
        raise AnalysisError(
            f"{where} writes {quoted(with_comma[0])}, which may be a decimal comma or part thousands; write decimals with a "
            "point and thousands without a separator."
        )
    rows: list[tuple[str, str, float]] = []
    faults: list[str] = []
    seen: dict[tuple[str, str], int] = {}
    gaps = 0
    for cell in cells:
        figure = normalise.figure(cell.value)
        if figure.sign == "unreadable" or figure.sign == "growth":
            faults.append(
                f"row {cell.line} ({cell.region}, {cell.period}) has {quoted(normalise.clean(cell.value))}, which is no figure"
            )
        elif figure.sign != "figure" or figure.value is None:
            gaps += 1  # a dash too: what a stranger means by it is not known
        elif (key := (cell.region, cell.period)) in seen:
            faults.append(f"row {cell.line} repeats {cell.region} in {cell.period} of row {seen[key]}")
        else:
            seen[key] = cell.line
            rows.append((cell.region, cell.period, figure.value))
    _refuse(faults, where)
    if not rows:
        raise AnalysisError(f"{where} holds no figure of a region of the register.")
    frame = pd.DataFrame(rows, columns=["region", "period", "value"])
    return FreeTable(frame, left_out, gaps, max(map(_decimals, frame["value"])))


def _refuse(faults: Sequence[str], where: str) -> None:
    if faults:
        more = f"; and {len(faults) - TOLD} more" if len(faults) > TOLD else ""
        raise AnalysisError(f"{where} cannot be read: {'; '.join(faults[:TOLD])}{more}; nothing was kept.")


def _decimals(value: float) -> int:
    text = f"{value:.6f}".rstrip("0")
    return len(text.partition(".")[2])
