"""Tables of Rosstat's yearbook "Regions of Russia" from its XLSX annex.

One workbook a section, one sheet a table (``10.1.``): title rows, a row of years, then names in the
first column with footnote marks, federal districts between the regions, ``...`` for no data and ``-``
for none, numbers as numbers or as text with a comma. Where years stand under group headings (exports,
imports) the heading is kept.

Arkhangelsk and Tyumen oblasts are taken without their autonomous okrugs, as everywhere in this study;
the yearbook's plain row, which includes them, is left out.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

import openpyxl  # type: ignore[import-untyped]
import pandas as pd
from defusedxml import DefusedXmlException
from defusedxml import sax as safe_sax

from analysis.data import archives, regions, units
from analysis.errors import AnalysisError, one_of

COLUMNS = ["region", "group", "period", "value"]
NO_DATA = {"...", "…", ""}
NONE = {"-", "–", "—"}
YEAR = re.compile(r"((?:19|20)\d{2})(?:\s*г(?:\.|од)?)?(?:\s*\d\))?")
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
# rows that are neither regions of the register nor notes: sums, and territories the rating does not score
SUMS = re.compile(r"федеральный округ|^российская федерация|^в том числе:?$|^из него|^из них", re.IGNORECASE)
OUTSIDE = re.compile(r"крым|севастополь|донецк|луганск|запорожск|херсонск", re.IGNORECASE)
WITHOUT_OKRUGS = re.compile(r"\b(?:без|кроме)\b.*(?:автономн|АО)", re.IGNORECASE)
WITH_OKRUGS = ("RU-ARK", "RU-TYU")
# no figure is published to more; beyond them stands what a change of unit leaves in binary
DECIMALS = 9


@dataclass(frozen=True)
class Table:
    """One table of the yearbook.

    Attributes
    ----------
    number, title : str
        ``10.1`` and the text above the years.
    frame : pandas.DataFrame
        Columns ``region`` (ISO code), ``group`` (heading above the year, or empty), ``period`` (year),
        ``value`` (as printed; ``-`` is 0, ``...`` has no row), in the order of the sheet.
    left_out : tuple of str
        Names of rows with figures that are no region of the register.
    """

    number: str
    title: str
    frame: pd.DataFrame
    left_out: tuple[str, ...]


def read_table(path: Path, number: str) -> Table:
    """Read one table of a yearbook workbook.

    Parameters
    ----------
    path : Path
        The XLSX file.
    number : str
        Table, as the sheet is called, with or without the last dot (``10.1``).

    Returns
    -------
    Table
        Its figures.

    Raises
    ------
    AnalysisError
        If the file is no workbook or hostile, has no such sheet, or a row or cell cannot be read.
    """
    refuse_hostile_xlsx(path)
    workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        sheets = {_plain(name): name for name in workbook.sheetnames}
        if _plain(number) not in sheets:
            raise one_of(f"A table of {path}", number, workbook.sheetnames)
        rows = [tuple(row) for row in workbook[sheets[_plain(number)]].iter_rows(values_only=True)]
    finally:
        workbook.close()
    return _read_rows(f"{path}, table {number}", _plain(number), rows)


def observations(table: Table, indicator: str, unit: str, source: str, group: str = "") -> pd.DataFrame:
    """Figures of a table as observations of an indicator.

    Parameters
    ----------
    table : Table
        What `read_table` gave.
    indicator, unit : str
        Identifier and unit of the catalogue; the title must name a unit that can be turned into it.
    source : str
        Name for the column ``source``.
    group : str
        Heading of the columns wanted, where the table has several.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, unit, source, basis``, sorted.

    Raises
    ------
    AnalysisError
        If the title names another unit or none, or the table has no such group.
    """
    factor = units.factor(table.title, unit, f"The title of table {table.number}")
    groups = list(dict.fromkeys(table.frame["group"]))
    if group not in groups:
        raise one_of(f"A group of columns of table {table.number}", group, groups)
    part = table.frame[table.frame["group"] == group]
    part = part.assign(indicator=indicator, unit=unit, source=source, basis="observed")
    part["value"] = (part["value"] * factor).round(DECIMALS)
    columns = ["region", "indicator", "period", "value", "unit", "source", "basis"]
    return part[columns].sort_values(["indicator", "region", "period"], ignore_index=True)


def refuse_hostile_xlsx(path: Path) -> None:
    """Refuse a file that is no XLSX, swells when unpacked or declares XML entities.

    Raises
    ------
    AnalysisError
        In these cases.
    """
    if not path.is_file():
        raise AnalysisError(f"There is no file {path}.")
    with path.open("rb") as stream:
        if not archives.is_zip(stream.read(4)):
            raise AnalysisError(f"{path} is no XLSX workbook; save the table in that format.")
    with archives.opened(path) as archive:
        if "[Content_Types].xml" not in archive.namelist():
            raise AnalysisError(f"{path} is a ZIP, but no XLSX workbook.")
        for info in archives.members(archive):
            if info.filename.endswith((".xml", ".rels")):
                _refuse_entities(path, archive, info)


def _refuse_entities(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    try:
        with archive.open(info) as stream:
            safe_sax.parse(stream, ContentHandler(), forbid_dtd=True)
    except DefusedXmlException:
        raise AnalysisError(
            f"{path} declares a document type or entities in {info.filename}, which no workbook needs and "
            "which can be used to exhaust memory; it is not opened."
        ) from None
    except SAXParseException as error:
        raise AnalysisError(f"{path} has broken XML in {info.filename} ({error.getMessage()}).") from None


def _plain(number: str) -> str:
    return number.strip().rstrip(".")


def _read_rows(where: str, number: str, rows: Sequence[tuple[Any, ...]]) -> Table:
    header = next((place for place, row in enumerate(rows) if len(_years(row)) > 1), None)
    if header is None:
        raise AnalysisError(f"{where} has no row of years.")
    years = _years(rows[header])
    groups = _groups(rows[header - 1] if header else (), years)
    cells: list[tuple[str, str, str, float]] = []
    left_out: list[str] = []
    for line, row in enumerate(rows[header + 1 :], start=header + 2):
        name = _name(row)
        values = {place: row[place] for place in years if place < len(row) and _text(row[place]) != ""}
        if not name or not values:
            continue
        region = _region(name, f"{where}, row {line},")
        if region is None:
            left_out.append(name)
            continue
        for place, value in values.items():
            amount = _amount(value, f"{where}, row {line} ({name}), year {years[place]},")
            if amount is not None:
                cells.append((region, groups[place], years[place], amount))
    frame = pd.DataFrame(cells, columns=COLUMNS)
    repeated = frame.duplicated(["region", "group", "period"])
    if repeated.any():
        twice = frame[repeated].iloc[0]
        raise AnalysisError(f"{where} gives {twice['region']} for {twice['period']} twice.")
    return Table(number, _title(rows[:header]), frame, tuple(left_out))


def _years(row: Iterable[Any]) -> dict[int, str]:
    """Years by column, the first column apart."""
    found = {place: YEAR.fullmatch(_text(cell)) for place, cell in enumerate(row) if place}
    return {place: match[1] for place, match in found.items() if match}


def _groups(above: Sequence[Any], years: dict[int, str]) -> dict[int, str]:
    """Heading over each year column; a merged heading stands in its first cell only."""
    if len(set(years.values())) == len(years):
        return dict.fromkeys(years, "")
    groups, current = {}, ""
    for place in range(max(years) + 1):
        if place and place < len(above) and _text(above[place]):
            current = _without_mark(_text(above[place]))
        if place in years:
            groups[place] = current
    return groups


def _title(rows: Iterable[tuple[Any, ...]]) -> str:
    return " ".join(text for row in rows for cell in row if (text := _text(cell)))


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return re.sub(r"\s+", " ", str(cell).replace("\u00a0", " ")).strip()


def _without_mark(name: str) -> str:
    return re.sub(r"(?:\s*\d\)(?:\s*,)?)+$", "", name).strip()


def _name(row: tuple[Any, ...]) -> str:
    return _without_mark(_text(row[0])) if row else ""


def _region(name: str, where: str) -> str | None:
    """ISO code of a row's region, or None for sums and what the register does not hold."""
    bare = re.sub(r"^в том числе:?\s+", "", name, flags=re.IGNORECASE)
    if SUMS.search(bare) or OUTSIDE.search(bare):
        return None
    if WITHOUT_OKRUGS.search(bare):
        oblast = re.split(r"\s*\(|\s+(?:без|кроме)\b", bare, maxsplit=1)[0]
        return regions.by_name(oblast, where).code
    code = regions.by_name(bare, where).code
    return None if code in WITH_OKRUGS else code


def _amount(cell: Any, where: str) -> float | None:
    """Figure of a cell; ``...`` is None, ``-`` (none) is 0."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    text = _text(cell).replace(" ", "")
    if text in NO_DATA:
        return None
    if text in NONE:
        return 0.0
    if not NUMBER.fullmatch(text):
        raise AnalysisError(f"{where} has {_text(cell)!r}, which is no figure, '...' or '-'.")
    return float(text.replace(",", "."))
