"""The one door for tables from strangers, in and out: CSV and XLSX, with bounds on size, cells and time.

A file that is hostile, damaged or too large ends in one sentence. What a spreadsheet program left
beside the table (lock files, hidden files) is told by `is_litter` and is no table.
"""

from __future__ import annotations

import csv
import io
import re
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import paths
from analysis.data import archives
from analysis.errors import AnalysisError, SeveralFaultsError, quoted

if TYPE_CHECKING:
    import pandas as pd

# A section of the yearbook has 0.7 MB packed and 12 MB unpacked; the largest table of a reader's own
# that the study can use (83 regions, 30 years, some indicators) is smaller.
MAX_BYTES = 64 << 20
MAX_UNPACKED = 256 << 20
MAX_CELLS = 2_000_000
MAX_ROWS = 1 << 20  # what a spreadsheet can hold
MAX_SECONDS = 20.0
MAX_LINE = 1 << 16  # of a first line, which is looked at for the separator
SEPARATORS = (";", "\t", ",")
COMMENT = "#"
# number of a line, and its cells
Line = tuple[int, list[str]]
# looked for in order: marked encodings first, then the one that cannot be mistaken, then Russian Excel's
_MARKED = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARATIONS = tuple(
    text.encode(encoding)
    for text in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)


@dataclass(frozen=True)
class Unstored:
    """A cell with a formula and no stored result, which only a spreadsheet program could compute."""

    formula: str

    def __str__(self) -> str:
        """Return what a message quotes."""
        return f"the formula {quoted(self.formula)} without a stored result"


@dataclass(frozen=True)
class Text:
    """A text file decoded, and as what.

    Attributes
    ----------
    content : str
        The text.
    encoding : str
        ``utf-8``, ``utf-8-sig``, ``utf-16`` or ``cp1251``.
    """

    content: str
    encoding: str


class Workbook:
    """An open XLSX workbook.

    Attributes
    ----------
    path : Path
        The file.
    sheets : tuple of str
        Names of its worksheets in order; sheets that are charts are left aside.
    """

    def __init__(self, path: Path, stored: Any, formulas: Any) -> None:
        self.path = path
        self._stored = stored.worksheets
        self._formulas = formulas.worksheets
        self.sheets: tuple[str, ...] = tuple(str(page.title) for page in self._stored)
        self._deadline = time.monotonic() + MAX_SECONDS

    def rows(self, place: int, *, as_shown: bool = False) -> list[tuple[Any, ...]]:
        """Rows of the worksheet at `place`, from row 1, each without the empty cells at its end.

        Parameters
        ----------
        place : int
            Which worksheet, from 0.
        as_shown : bool
            Numbers as texts with the decimals of their format: a printed 8,50 is stored as 8.5.

        Returns
        -------
        list of tuple
            Numbers, texts, dates and None; `Unstored` for a formula without a result.

        Raises
        ------
        AnalysisError
            If the sheet is damaged, or has more cells or takes longer than allowed.
        """
        found: list[tuple[Any, ...]] = []
        cells = 0
        with _guarded(self.path):
            for page in (self._stored[place], self._formulas[place]):
                page.reset_dimensions()  # what a sheet says of its size is not relied on
            pairs = zip(
                self._stored[place].iter_rows(values_only=not as_shown),
                self._formulas[place].iter_rows(values_only=True),
                strict=False,
            )
            for values, written in pairs:
                row = _row([_shown(cell) for cell in values] if as_shown else values, written)
                cells += len(row)
                found.append(row)
                _refuse_excess(self.path, self.sheets[place], len(found), cells, self._deadline)
        while found and not found[-1]:
            found.pop()
        return found


def _shown(cell: Any) -> Any:
    """A cell as Excel shows it: zeros behind the decimal point are in the format, not in the number."""
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    places = cell.number_format.split(";")[0].rpartition(".")[2] if "." in (cell.number_format or "") else ""
    if decimals := len(places) - len(places.lstrip("0")):
        return f"{value:.{decimals}f}"
    return str(int(value)) if float(value).is_integer() else repr(value)


LOCKS = ("~$", "~lock", ".~lock")


def is_litter(path: Path) -> bool:
    """Whether a file is what programs leave beside tables: lock files, hidden files, system files."""
    return path.name.startswith((".", *LOCKS)) or path.name in ("Thumbs.db", "desktop.ini")


def rows(path: Path) -> list[tuple[Any, ...]]:
    """Rows of a CSV or of the first worksheet of an XLSX, told apart by their bytes.

    Parameters
    ----------
    path : Path
        CSV with semicolons, tabs or commas; UTF-8 (with a mark or without), UTF-16 or CP1251.

    Returns
    -------
    list of tuple
        Of a CSV texts as they stand; of a workbook as `Workbook.rows`.

    Raises
    ------
    AnalysisError
        If the file is missing, no table, damaged, hostile or too large.
    """
    content = read_bytes(path)
    if archives.is_zip(content[:4]):
        with workbook(path) as book:
            return book.rows(0)
    return list(csv_rows(decoded(content, path).content, path))


def lines(path: Path) -> list[Line]:
    """Lines of a table written by hand, as texts with their numbers, told apart as in `rows`.

    Blank lines and those that begin with ``#`` are left out. Lines of a workbook are of one length; of a CSV
    each is as long as it stands there.

    Raises
    ------
    AnalysisError
        As `rows`; also if a cell of the workbook has a formula without a stored result, all of them at once.
    """
    content = read_bytes(path)
    if archives.is_zip(content[:4]):
        with workbook(path) as book:
            found = _texts(book.rows(0, as_shown=True), path)
    else:
        found = [
            (number, list(cells))
            for number, cells in _numbered(decoded(content, path).content, path, COMMENT)
        ]
    return [
        (number, cells)
        for number, cells in found
        if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith(COMMENT)
    ]


def _texts(table: Sequence[tuple[Any, ...]], path: Path) -> list[Line]:
    """Rows of a workbook as texts, each filled up to the longest."""
    faults = [
        AnalysisError(
            f"{paths.relative(path)}, row {number}, holds {cell}; save it once more in a spreadsheet."
        )
        for number, row in enumerate(table, 1)
        for cell in row
        if isinstance(cell, Unstored)
    ]
    if faults:
        raise SeveralFaultsError(faults)
    width = max(map(len, table), default=0)
    texts = [["" if cell is None else str(cell) for cell in row] for row in table]
    return [(number, row + [""] * (width - len(row))) for number, row in enumerate(texts, 1)]


def read_bytes(path: Path) -> bytes:
    """Bytes of a file of no more than `MAX_BYTES`.

    Raises
    ------
    AnalysisError
        If it is missing, no regular file, empty or larger.
    """
    where = paths.relative(path)
    if path.name.startswith(LOCKS):
        raise AnalysisError(
            f"{where} is what a spreadsheet program leaves beside a table that is open; name the table."
        )
    try:
        if not path.is_file():
            raise AnalysisError(f"There is no file {where}.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise AnalysisError(f"{where} has {size >> 20} MiB; a table may have {MAX_BYTES >> 20}.")
        content = path.read_bytes()
    except OSError as error:
        raise AnalysisError(f"{where} cannot be read ({error.strerror}).") from None
    if not content:
        raise AnalysisError(f"{where} is empty.")
    return content


def decoded(content: bytes, path: Path) -> Text:
    """Text of a file in UTF-8, UTF-16 with its mark, or CP1251.

    Raises
    ------
    AnalysisError
        If it is none of them.
    """
    for mark, encoding in _MARKED:
        if content.startswith(mark):
            return _as(content, encoding, path)
    if b"\0" in content:
        raise AnalysisError(
            f"{paths.relative(path)} holds zero bytes, so it is no text; save the table as CSV or XLSX."
        )
    try:
        return Text(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _as(content, "cp1251", path)


def _as(content: bytes, encoding: str, path: Path) -> Text:
    try:
        return Text(content.decode(encoding), encoding)
    except UnicodeDecodeError:
        raise AnalysisError(
            f"{paths.relative(path)} is text in none of UTF-8, UTF-16 and CP1251; save it as UTF-8."
        ) from None


def csv_rows(text: str, path: Path) -> Iterator[tuple[str, ...]]:
    """Rows of CSV text, separated as its first line is.

    Raises
    ------
    AnalysisError
        If a quote is not closed, a cell is longer than 131,072 characters or there are too many cells.
    """
    return (row for _, row in _numbered(text, path))


def _numbered(text: str, path: Path, comment: str | None = None) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows of CSV text, each with the number of the line it begins on.

    The separator is that of the first line that has anything and is no comment.
    """
    first = next((line for line in text.splitlines() if line.strip() and not _is_comment(line, comment)), "")
    separator = max(
        SEPARATORS, key=lambda mark: len(next(csv.reader([first[:MAX_LINE]], delimiter=mark), []))
    )
    deadline = time.monotonic() + MAX_SECONDS
    cells = before = 0
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for number, row in enumerate(reader, start=1):
            cells += len(row)
            _refuse_excess(path, "", number, cells, deadline)
            yield before + 1, tuple(row)
            # a cell may hold line breaks, so a row begins after the line the one before ended on
            before = reader.line_num
    except csv.Error as error:
        raise AnalysisError(
            f"{paths.relative(path)}, line {reader.line_num}, cannot be read as CSV ({error}); save it again."
        ) from None


def _is_comment(line: str, mark: str | None) -> bool:
    return mark is not None and line.lstrip('" ').startswith(mark)


@contextmanager
def workbook(path: Path) -> Iterator[Workbook]:
    """Open an XLSX workbook, with every fault of the file told in one sentence.

    Raises
    ------
    AnalysisError
        If it is no XLSX, damaged, hostile or larger than allowed.
    """
    import openpyxl  # type: ignore[import-untyped]  # slow to load, and most runs read no workbook

    content = read_bytes(path)
    if not archives.is_zip(content[:4]):
        raise AnalysisError(f"{paths.relative(path)} is no XLSX workbook; save the table in that format.")
    _refuse_hostile(path)
    with _guarded(path):
        stored, formulas = (
            openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)
            for data_only in (True, False)
        )
        book = Workbook(path, stored, formulas)
    if not book.sheets:
        raise AnalysisError(f"{paths.relative(path)} has no worksheet.")
    try:
        yield book
    finally:
        stored.close()
        formulas.close()


@contextmanager
def _guarded(path: Path) -> Iterator[None]:
    """Tell whatever a damaged workbook makes the library raise in one sentence."""
    try:
        yield
    except AnalysisError:
        raise
    except MemoryError:
        raise AnalysisError(f"{paths.relative(path)} needs more memory than there is.") from None
    except (
        Exception
    ) as error:  # openpyxl raises whatever its parts raise: KeyError, TypeError, zlib.error ...
        raise AnalysisError(
            f"{paths.relative(path)} is no whole XLSX workbook ({type(error).__name__}: {quoted(str(error))}); open it "
            "in a spreadsheet program and save it again."
        ) from None


def _refuse_hostile(path: Path) -> None:
    """Refuse a ZIP that is no workbook, swells when unpacked or declares a document type."""
    with archives.opened(path) as archive:
        if "[Content_Types].xml" not in archive.namelist():
            raise AnalysisError(f"{paths.relative(path)} is a ZIP, but no XLSX workbook.")
        total = 0
        for info in archive.infolist():
            total += info.file_size
            if total > MAX_UNPACKED:
                raise AnalysisError(
                    f"{paths.relative(path)} unpacks to more than {MAX_UNPACKED >> 20} MiB, which no table needs."
                )
            if info.filename.endswith((".xml", ".rels")):
                _refuse_declarations(path, archive, info)


def _refuse_declarations(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    overlap = max(map(len, _DECLARATIONS)) - 1
    tail = b""
    with archives.member(path, archive, info) as stream:
        while data := stream.read(1 << 20):
            piece = tail + data
            if any(declaration in piece for declaration in _DECLARATIONS):
                raise AnalysisError(
                    f"{paths.relative(path)} declares a document type or entities in {quoted(info.filename)}, which no "
                    "workbook needs and which can be used to exhaust memory; it is not opened."
                )
            tail = piece[-overlap:]


def _row(values: Sequence[Any], written: Sequence[Any]) -> tuple[Any, ...]:
    row = list(values)
    for place, formula in enumerate(written):
        if formula is not None and (place >= len(row) or row[place] is None):
            row += [None] * (place + 1 - len(row))
            row[place] = Unstored(str(getattr(formula, "text", formula)))
    while row and (row[-1] is None or row[-1] == ""):
        row.pop()
    return tuple(row)


def _refuse_excess(path: Path, sheet: str, row: int, cells: int, deadline: float) -> None:
    where = paths.relative(path) + (f", sheet {quoted(sheet)}," if sheet else "")
    if cells > MAX_CELLS or row > MAX_ROWS:
        raise AnalysisError(
            f"{where} has more than {MAX_CELLS} cells or {MAX_ROWS} rows, which no table here needs."
        )
    if row % 1000 == 0 and time.monotonic() > deadline:
        raise AnalysisError(
            f"{where} took more than {MAX_SECONDS:.0f} seconds to read and was left at row {row}."
        )


# What Excel, LibreOffice and Google Sheets take for the start of a formula, full-width forms included
# (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "\u2212")
# a number with its sign, or a mark for a missing one: no spreadsheet can run those
_FIGURE = re.compile(r"[-+\u2212]?[\d\s.,%?]*(?:e[-+]?\d+)?", re.IGNORECASE)


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> Path:
    """Write a table of texts (UTF-8, commas, line feeds), whole or not at all.

    Raises
    ------
    AnalysisError
        If the folder of `path` cannot be written.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return paths.write_text(path, text.getvalue())


def harmless(cell: str) -> str:
    """Put an apostrophe before a cell that starts like a formula.

    Spaces in front do not hide one; apostrophes that are already there get one more, so that `original`
    gives the same text back.
    """
    return f"'{cell}" if cell.lstrip(" '\u00a0\ufeff").startswith(FORMULA_STARTS) else cell


def original(cell: str) -> str:
    """Take off the apostrophe `harmless` put before a cell."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) != cell[1:] else cell


def inert(frame: pd.DataFrame) -> pd.DataFrame:
    """Table to be written as CSV, in which no text that came from elsewhere is run by a spreadsheet.

    Figures stay as they are, negative ones too.
    """
    return _texts_changed(frame, lambda cell: cell if _FIGURE.fullmatch(cell) else harmless(cell))


def revived(frame: pd.DataFrame) -> pd.DataFrame:
    """Table whose CSV `inert` made, as it was."""
    return _texts_changed(frame, lambda cell: cell if _FIGURE.fullmatch(cell[1:]) else original(cell))


def _texts_changed(frame: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    """Table with its texts changed; columns of numbers, which hold none, are not gone through."""
    changed = frame.copy(deep=False)
    for place, kind in enumerate(frame.dtypes):
        if kind.kind == "O":  # objects and texts
            column = frame.iloc[:, place].map(lambda cell: change(cell) if isinstance(cell, str) else cell)
            changed.isetitem(place, column.astype(kind))
    return changed
