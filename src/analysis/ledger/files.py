"""Tables as people save them: CSV with commas, semicolons or tabs, UTF-8 or Windows-1251, or an Excel workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from analysis.paths import relative

# number of a line, and its cells
Line = tuple[int, list[str]]
_DELIMITERS = ",;\t"
COMMENT = "#"


def lines(path: Path) -> Iterator[Line]:
    """Lines of a table, each with its number; blank ones and those that begin with ``#`` are left out.

    Parameters
    ----------
    path : pathlib.Path
        ``.xlsx`` (its first sheet) or a text file: the delimiter is the one its first line has most of, the encoding
        UTF-8, or Windows-1251 where it is not that.

    Raises
    ------
    AnalysisError
        If the file cannot be read.
    """
    found = _workbook(path) if path.suffix.casefold() == ".xlsx" else _text(path)
    for number, cells in found:
        if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith(COMMENT):
            yield number, cells


def _text(path: Path) -> Iterator[Line]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise AnalysisError(f"{relative(path)} cannot be read: {error.strerror}.") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1251", errors="replace")
    head = next((line for line in text.splitlines() if line and not line.lstrip('"').startswith(COMMENT)), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=head.count))
    before = 0
    for cells in reader:
        # a field may hold line breaks, so a record begins after the line the one before ended on
        yield before + 1, cells
        before = reader.line_num


def _workbook(path: Path) -> Iterator[Line]:
    import openpyxl  # type: ignore[import-untyped]  # here only: few claims files are workbooks

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever the ZIP or the XML in it raised
        raise AnalysisError(
            f"{relative(path)} cannot be read as an Excel workbook ({type(error).__name__})."
        ) from None
    for number, row in enumerate(book.worksheets[0].iter_rows(), 1):
        yield number, [_shown(cell) for cell in row] or [""]
    book.close()


def _shown(cell: Any) -> str:
    """A cell as Excel shows it: zeros behind the decimal point are in the format, not in the number."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    places = cell.number_format.split(";")[0].rpartition(".")[2] if "." in (cell.number_format or "") else ""
    decimals = len(places) - len(places.lstrip("0"))
    if decimals:
        return f"{value:.{decimals}f}"
    return str(int(value)) if float(value).is_integer() else repr(value)


def named_lines(path: Path) -> tuple[tuple[str, ...], list[Line]]:
    """Names in a table's first line, and the lines below it.

    Raises
    ------
    AnalysisError
        If the file cannot be read or a name is given twice.
    """
    found = list(lines(path))
    header = [name.strip() for name in found[0][1]] if found else []
    while header and not header[-1]:
        header.pop()
    if len(set(header)) < len(header):
        raise AnalysisError(
            f"{relative(path)}, line 1 has the columns {', '.join(header)}; one name is there twice."
        )
    return tuple(header), [(number, _without_blank_end(cells, len(header))) for number, cells in found[1:]]


def _without_blank_end(cells: list[str], width: int) -> list[str]:
    """Cells without blank ones beyond the header, which spreadsheets leave behind."""
    beyond = cells[width:]
    return cells[:width] if not any(cell.strip() for cell in beyond) else cells
