"""Tables that go to people and come back: CSV and XLSX, with nothing in them a spreadsheet would run.

A cell that starts like a formula is written behind an apostrophe, in either format (CSV has no cell
types, and an XLSX saved again as CSV loses them); reading takes that apostrophe off again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.data import tabular
from analysis.data.tabular import harmless, original
from analysis.errors import AnalysisError, one_of

FORMATS = (".csv", ".xlsx")

Row = Mapping[str, str]

INSTRUCTIONS_PAGE = "Instructions - Указания"
# characters: a line that is read without moving the head
INSTRUCTIONS_WIDTH = 100
# Excel refuses a file whose input message is longer
LONGEST_PROMPT = 255


def write(
    path: Path,
    columns: Sequence[str],
    rows: Sequence[Row],
    choices: Mapping[str, Sequence[str]] | None = None,
    instructions: Sequence[str] = (),
    *,
    is_new: bool = False,
) -> Path:
    """Write a sheet for people, whole or not at all.

    Parameters
    ----------
    path : Path
        Ending in ``.csv`` (UTF-8 with a byte order mark, so that Excel shows Cyrillic) or ``.xlsx``.
    columns : sequence of str
        Header.
    rows : sequence of dict
        Texts by column.
    choices : dict, optional
        Allowed values of a column, offered as a list in XLSX.
    instructions : sequence of str
        What the person should know, one paragraph each: the second page of an XLSX, the first paragraph also
        shown at every cell with choices. A CSV has no place for them.
    is_new : bool
        Whether a file of that name, which may be filled in, is to stay.

    Raises
    ------
    AnalysisError
        If the name ends otherwise, the file cannot be written, or it `is_new` and there already.
    """
    _check_format(path)
    cells = [[harmless(row[name]) for name in columns] for row in rows]
    if path.suffix == ".csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([list(columns), *cells])
        content = text.getvalue().encode("utf-8-sig")
    else:
        content = _workbook(columns, cells, choices or {}, instructions)
    with paths.replacing(path, is_new=is_new, needed=len(content)) as temporary:
        temporary.write_bytes(content)
    return path


def _workbook(
    columns: Sequence[str],
    cells: Sequence[Sequence[str]],
    choices: Mapping[str, Sequence[str]],
    instructions: Sequence[str],
) -> bytes:
    from openpyxl import Workbook  # type: ignore[import-untyped]  # here only, as sheets are rarely made
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # type: ignore[import-untyped]
    from openpyxl.styles import Alignment  # type: ignore[import-untyped]
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
    from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

    book = Workbook()
    page = book.active
    for number, row in enumerate([list(columns), *cells], start=1):
        for place, value in enumerate(row, start=1):
            cell = page.cell(number, place)
            # control characters cannot stand in a workbook
            cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)
            # never a formula or an error value, whatever the text looks like
            cell.data_type = "s"
    page.freeze_panes = "A2"
    for name, allowed in choices.items():
        letter = get_column_letter(list(columns).index(name) + 1)
        offered = DataValidation(type="list", formula1=f'"{",".join(allowed)}"', allow_blank=True)
        if instructions:
            offered.promptTitle, offered.prompt = name, instructions[0][:LONGEST_PROMPT]
            offered.showInputMessage = True
        page.add_data_validation(offered)
        offered.add(f"{letter}2:{letter}{len(cells) + 1}")
    if instructions:
        _write_instructions(book.create_sheet(INSTRUCTIONS_PAGE), instructions, Alignment(wrap_text=True))
    # in memory: a disk that fills up would meet openpyxl in the middle of its ZIP
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _write_instructions(page: Any, instructions: Sequence[str], wrapped: Any) -> None:
    page.column_dimensions["A"].width = INSTRUCTIONS_WIDTH
    for number, paragraph in enumerate(instructions, start=1):
        cell = page.cell(number, 1)
        cell.value, cell.data_type, cell.alignment = harmless(paragraph), "s", wrapped


def read(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> list[dict[str, str]]:
    """Read a sheet that came back.

    Parameters
    ----------
    path : Path
        CSV (commas, semicolons or tabs, as spreadsheets save it) or XLSX (its first page).
    columns : sequence of str
        Columns that must be there, in any order; others are left aside.
    optional : sequence of str
        Columns that are read too where they are there, and are empty where not.

    Returns
    -------
    list of dict
        One a row with anything in it; texts without outer spaces, whole numbers without ``.0``.
        ``row`` is the row's number in the file.

    Raises
    ------
    AnalysisError
        If the file cannot be read, a column is missing or stands twice, or a cell holds a formula whose result
        was not stored: dropped, it would pass for one left blank.
    """
    _check_format(path)
    where = paths.relative(path)
    first, *table = tabular.rows(path) or [()]
    header = [_cell(value).casefold() for value in first]
    for name in columns:
        if header.count(name) != 1:
            how = "lacks the column" if name not in header else "has twice the column"
            raise AnalysisError(f"{where}, row 1, {how} {name}; needed are {', '.join(columns)}, each once.")
    places = {name: header.index(name) for name in (*columns, *optional) if name in header}
    absent = dict.fromkeys((name for name in optional if name not in header), "")
    rows = []
    for number, cells in enumerate(table, start=2):
        found = {name: cells[place] if place < len(cells) else None for name, place in places.items()}
        for name, value in found.items():
            if isinstance(value, tabular.Unstored):
                raise AnalysisError(f"{where}, row {number}, has {value} as {name}; type the value itself.")
        if any(_cell(value) for value in cells):
            rows.append({name: _cell(value) for name, value in found.items()} | absent | {"row": str(number)})
    return rows


def _check_format(path: Path) -> None:
    if path.suffix not in FORMATS:
        raise one_of(f"The ending of {path.name}", path.suffix, FORMATS)


def _cell(value: object) -> str:
    if value is None:
        return ""
    # spreadsheets store a typed 7 as 7.0
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return original(text.strip())
