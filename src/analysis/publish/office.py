"""A table as files that people work on: a tidy CSV for R and pandas, a workbook, and a Word table as journals print it.

The same table gives the same bytes: dates inside the files and in their ZIP are fixed.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from decimal import Decimal
from typing import Any

import pandas as pd
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Border, Font, Side  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

from analysis.data import formats, regions, tabular
from analysis.data.messages import _
from analysis.data.regions import LANGUAGES, Language
from analysis.publish import tables
from analysis.publish.tables import Column, Table
from analysis.publish.words import text

# the oldest date a ZIP can carry
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# a workbook's columns: no narrower than a number, no wider than is read without turning the head
NARROWEST, WIDEST = 9, 60
# headings that are values of a variable: years, and regions
_YEAR = re.compile(r"\d{4}")
_REGION = re.compile(r"RU-[A-Z]+|FAR_EAST")
# from so many of them on the table is wide
WIDE = 3
# a number as the paper prints it
_PRINTED = re.compile(r"[-−]?\d[\d\s]*(,\d+)?")
# of a Russian journal: 12 points, the notes smaller
FONT, SIZE, SMALL = "Times New Roman", Pt(12), Pt(10)


def tidy(table: Table) -> pd.DataFrame:
    """Rows of a table as R and pandas want them: a variable a column, numbers as numbers, regions named in both languages.

    Parameters
    ----------
    table : Table
        The table. Columns that are years or regions become rows (``year`` or ``region``, and ``value``); printed
        numbers are read, and a mark that stands for no number is left blank.

    Returns
    -------
    pandas.DataFrame
        In the order of the table.
    """
    rows = table.rows.copy()
    rows.columns = [str(name) for name in rows.columns]
    for heading, pattern in (("year", _YEAR), ("region", _REGION)):
        wide = [name for name in rows.columns if pattern.fullmatch(name)]
        if len(wide) >= WIDE and heading not in rows.columns:
            kept = [name for name in rows.columns if name not in wide]
            rows = rows.assign(_row=range(len(rows)))
            rows = rows.melt([*kept, "_row"], wide, var_name=heading, value_name="value")
            # melting puts columns under each other; the reader knows the table row by row
            rows = rows.sort_values("_row", kind="stable", ignore_index=True).drop(columns="_row")
    rows = rows.apply(_as_numbers)
    if "region" in rows.columns:
        at = rows.columns.get_loc("region") + 1
        for language in reversed(LANGUAGES):
            if f"region_{language}" not in rows.columns:
                rows.insert(at, f"region_{language}", [_region(code, language) for code in rows["region"]])
    return rows


def _region(code: Any, language: Language) -> str:
    known = {*regions.codes(regions.all_regions()), *formats.AGGREGATE_NAMES}
    return formats.region_name(str(code), language) if code in known else ""


# beyond it a float no longer tells neighbouring whole numbers apart
LARGEST = 2**53


def _as_numbers(values: pd.Series) -> pd.Series:
    """Printed numbers as numbers, if all of a column that is not a mark is one; years are whole."""
    if pd.api.types.is_numeric_dtype(values):
        return values
    shown = [None if _is_missing(value) else str(value).strip() for value in values]
    is_number = [value is not None and bool(_PRINTED.fullmatch(value)) for value in shown]
    is_mark = [value is None or value in ("", "-", "–", formats.MISSING, "…") for value in shown]
    if not any(is_number) or not all(map(lambda a, b: a or b, is_number, is_mark)):
        return values
    numbers = [_number(value) if ok else None for value, ok in zip(shown, is_number, strict=True)]
    # the arrangements of eighty regions are whole, and more than an integer of a table can hold
    is_whole = all(number is None or (number.is_integer() and abs(number) < LARGEST) for number in numbers)
    return pd.Series(numbers, index=values.index, dtype="Int64" if is_whole else "Float64", name=values.name)


def _number(printed: str | None) -> float:
    return float(re.sub(r"\s", "", str(printed)).replace("−", "-").replace(",", "."))


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def to_tidy_csv(table: Table) -> str:
    """Write `tidy` as CSV with Unix line ends, blank for missing, no cell that a spreadsheet would run."""
    content: str = tabular.inert(tidy(table)).to_csv(index=False, lineterminator="\n")
    return content


# ------------------------------------------------------------------ a workbook


def to_xlsx(table: Table, language: Language, exhibit_id: str, title: str, source: str) -> bytes:
    """Write a workbook: the table as printed, numbers as numbers in their decimals, and a sheet with the tidy data."""
    book = Workbook()
    sheet = book.active
    sheet.title = text(_("Table"), language)
    sheet.append([f"{title} [{exhibit_id}]"])
    sheet["A1"].font = Font(bold=True)
    printed = table.printed(language)
    sheet.append(list(printed.columns))
    rule = Border(bottom=Side(style="thin"), top=Side(style="thin"))
    for cell in sheet[2]:
        cell.font, cell.border = Font(bold=True), rule
        cell.alignment = Alignment(wrap_text=True, vertical="bottom")
    for cells in printed.itertuples(index=False):
        sheet.append([_plain(cell) for cell in cells])
    for at, column in enumerate(table.columns, start=1):
        for row, value in enumerate(table.rows[column.key_for(language)].tolist(), start=3):
            _set_number(sheet.cell(row, at), value, column)
    for note in (*table.notes[language], tables.source_label(language) + source):
        sheet.append([_plain(note)])
    _widths(sheet, printed)
    sheet.freeze_panes = "B3"
    data = book.create_sheet(text(_("Data"), language))
    frame = tidy(table)
    data.append([str(name) for name in frame.columns])
    for record in frame.itertuples(index=False):
        data.append([_cell(value) for value in record])
    data.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return _fixed(buffer.getvalue())


def _set_number(cell: Any, value: Any, column: Column) -> None:
    """Put a number in a cell that shows one, with its decimals; the programme shows the reader's decimal mark."""
    if column.kind not in ("number", "p_value") or _is_missing(value):
        return
    decimals = 3 if column.kind == "p_value" else column.decimals
    cell.value = float(value)
    cell.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")


def _plain(value: Any) -> str:
    """Text that a spreadsheet takes for text: no formula, no control character."""
    shown = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", str(value))
    return f"'{shown}" if shown[:1] in ("=", "+", "@") else shown


def _cell(value: Any) -> Any:
    if _is_missing(value):
        return None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bool | int | float):
        return value
    return value.item() if hasattr(value, "item") else _plain(value)


def _widths(sheet: Any, printed: pd.DataFrame) -> None:
    for at, heading in enumerate(printed.columns):
        longest = max([len(str(heading)) // 2, *map(len, printed[heading])], default=NARROWEST)
        sheet.column_dimensions[get_column_letter(at + 1)].width = min(max(longest + 2, NARROWEST), WIDEST)


# ------------------------------------------------------------------ a Word table


def to_docx(table: Table, language: Language, exhibit_id: str, title: str, source: str) -> bytes:
    """Write a Word table in the form of a journal: numbered caption above, ruled table, source and notes below."""
    document = Document()
    section = document.sections[0]
    printed = table.printed(language)
    if printed.shape[1] > 6:  # a wide table lies on its side
        section.page_width, section.page_height = section.page_height, section.page_width
    section.left_margin = section.right_margin = Cm(2)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, SIZE
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    _caption(document.add_paragraph(), text(_("Table"), language), title)
    document.element.body.insert(-1, _ruled(printed, [column.kind for column in table.columns]))
    lines = [*table.notes[language], f"{tables.source_label(language)}{source} [{exhibit_id}]."]
    for line in lines:
        paragraph = document.add_paragraph(_printable(line))
        paragraph.runs[0].font.size = SMALL
    buffer = io.BytesIO()
    document.save(buffer)
    return _fixed(buffer.getvalue())


def _caption(paragraph: Any, word: str, title: str) -> None:
    """Caption whose number Word counts itself, so that it fits into any manuscript."""
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_after = Pt(6)
    paragraph.add_run(f"{word} ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" SEQ {word} \\* ARABIC ")
    field.append(_run("1"))
    paragraph._p.append(field)
    paragraph.add_run(f" – {_printable(title)}")


def _ruled(printed: pd.DataFrame, kinds: list[str]) -> Any:
    """Table with thin rules. Built of elements: python-docx looks a cell up by going through all of them."""
    made = OxmlElement("w:tbl")
    properties = OxmlElement("w:tblPr")
    for name, attributes in (("w:tblW", {"w:w": "5000", "w:type": "pct"}), ("w:jc", {"w:val": "center"})):
        properties.append(_element(name, attributes))
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(f"w:{side}", {"w:val": "single", "w:sz": "4", "w:color": "auto"}))
    properties.append(borders)
    made.append(properties)
    made.append(OxmlElement("w:tblGrid"))
    for _heading in printed.columns:
        made[-1].append(OxmlElement("w:gridCol"))
    made.append(_row(list(printed.columns), ["center"] * len(kinds), is_head=True))
    sides = ["right" if kind in ("number", "p_value", "printed") else "left" for kind in kinds]
    for row in printed.itertuples(index=False):
        made.append(_row([str(cell) for cell in row], sides))
    return made


def _row(cells: list[str], sides: list[str], is_head: bool = False) -> Any:
    row = OxmlElement("w:tr")
    properties = OxmlElement("w:trPr")
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:  # repeated on each page
        properties.append(OxmlElement("w:tblHeader"))
    row.append(properties)
    for content, side in zip(cells, sides, strict=True):
        cell, paragraph, form = (OxmlElement(name) for name in ("w:tc", "w:p", "w:pPr"))
        form.append(_element("w:spacing", {"w:after": "0"}))
        form.append(_element("w:jc", {"w:val": side}))
        paragraph.append(form)
        paragraph.append(_run(content))
        cell.append(paragraph)
        row.append(cell)
    return row


def _run(content: str) -> Any:
    run, shown = OxmlElement("w:r"), OxmlElement("w:t")
    properties = OxmlElement("w:rPr")
    properties.append(_element("w:sz", {"w:val": "20"}))  # half points
    run.append(properties)
    shown.text = _printable(content)
    shown.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(shown)
    return run


def _element(name: str, attributes: dict[str, str]) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(key), value)
    return made


def _printable(content: str) -> str:
    """Text without the control characters that XML forbids."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", content)


def _fixed(content: bytes) -> bytes:
    """Return an Office file with the dates in it and in its ZIP fixed: two runs must give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"1980-01-01T00:00:00Z", part)
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, part)
    return buffer.getvalue()
