"""Tables of Rosstat's yearbook "Regions of Russia" from its XLSX annex.

One workbook a section, one sheet a table (``10.1.``): title lines, the row of years, then Russia, the
federal districts and the regions, then a line and footnotes. The row of years is found by its place:
it stands above the first row that is named, and its own first cell is empty. Every cell of it must be a
year, or the table is refused. Rows that are no region of the register are left out and listed; a region
of the register that has no row is a refusal.

Arkhangelsk and Tyumen oblasts are taken without their autonomous okrugs, as everywhere in this study;
the yearbook's plain row, which includes them, is left out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths
from analysis.data import normalise, regions, tabular, units
from analysis.data.normalise import Figure, Period
from analysis.errors import AnalysisError, one_of, quoted

COLUMNS = ["region", "group", "period", "value"]
GAP_COLUMNS = ["region", "group", "period", "sign", "printed"]
MARK_COLUMNS = ["region", "group", "period", "mark"]
RUSSIA = "RU"
# territories the rating does not score and the register does not hold
OUTSIDE = re.compile(r"крым|севастополь|донецк|луганск|запорожск|херсонск")
WITHOUT_OKRUGS = re.compile(r"\b(?:без|кроме)\b")
WITH_OKRUGS = ("RU-ARK", "RU-TYU")
# rows that include autonomous okrugs, and the regions of the register they are made of
OKRUGS = {
    "Архангельская область": ("RU-ARK", "RU-NEN"),
    "Тюменская область": ("RU-TYU", "RU-KHM", "RU-YAN"),
}
# section 8 heads its first row by the indicator, over all subjects, where others have Russia
NATIONAL = re.compile(r"субъект\w* российской федерации")
# no figure is published to more; beyond them stands what a change of unit leaves in binary
DECIMALS = 9


@dataclass(frozen=True)
class YearbookTable:
    """One table of the yearbook.

    Attributes
    ----------
    number : str
        ``10.1``.
    title : str
        The lines above the years.
    frame : pandas.DataFrame
        Columns ``region`` (ISO code), ``group`` (heading above the year, or empty), ``period`` (year, or
        ``2010/2011``), ``value`` (as printed; ``-`` is 0), in the order of the sheet.
    totals : pandas.DataFrame
        The same of Russia (``RU``) and the federal districts (keys of `analysis.regions.DISTRICT_NAMES`).
    rows : dict
        Row of the sheet, from 1, of each region and total.
    gaps : pandas.DataFrame
        Cells without a figure: ``sign`` is ``no data``, ``blank`` or ``growth`` (``в 2,3 р.``).
    marks : pandas.DataFrame
        Footnotes of cells and, with an empty period, of names.
    footnotes : dict
        Their texts, by mark.
    left_out : tuple of str
        Names of rows with figures that are no region of the register.
    parts : pandas.DataFrame
        What each total is made of, by the place of the rows: ``whole`` (as in `totals`), ``group``, ``period``,
        ``value`` (NaN without a figure), ``is_needed`` (whether there must be one). Whole oblasts stand for
        their okrugs.
    """

    number: str
    title: str
    frame: pd.DataFrame
    totals: pd.DataFrame
    rows: dict[str, int]
    gaps: pd.DataFrame
    marks: pd.DataFrame
    footnotes: dict[str, str]
    left_out: tuple[str, ...]
    parts: pd.DataFrame


def read_table(path: Path, number: str, required: Sequence[str] | None = None) -> YearbookTable:
    """Read one table of a yearbook workbook.

    Parameters
    ----------
    path : Path
        The XLSX file.
    number : str
        Table, as the sheet is called, with or without the last dot (``10.1``).
    required : sequence of str, optional
        ISO codes of regions that must have a row; by default all of the register.

    Returns
    -------
    YearbookTable
        Its figures.

    Raises
    ------
    AnalysisError
        If the file is no workbook or hostile, has no such sheet or two of them, or a header, row or cell
        cannot be read.
    """
    with tabular.workbook(path) as book:
        plain = [plain_number(name) for name in book.sheets]
        if plain_number(number) not in plain:
            raise one_of(f"A table of {paths.relative(path)}", number, book.sheets)
        if plain.count(plain_number(number)) > 1:
            raise AnalysisError(
                f"{paths.relative(path)} has two sheets called {quoted(number)}; delete the wrong one."
            )
        rows = book.rows(plain.index(plain_number(number)))
    needed = regions.codes(regions.all_regions()) if required is None else required
    return _read_rows(
        f"{paths.relative(path)}, table {plain_number(number)},", plain_number(number), rows, needed
    )


def has_table(path: Path, number: str) -> bool:
    """Whether a workbook has a sheet of that number.

    Raises
    ------
    AnalysisError
        If the file is no workbook or hostile.
    """
    with tabular.workbook(path) as book:
        return plain_number(number) in map(plain_number, book.sheets)


def observations(
    table: YearbookTable, indicator: str, unit: str, source: str, group: str = ""
) -> pd.DataFrame:
    """Figures of a table as observations of an indicator.

    Parameters
    ----------
    table : YearbookTable
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
        If the title names another unit, none or two, or the table has no such group.
    """
    factor = units.factor(table.title, unit, f"The title of table {table.number}")
    return _long(table, indicator, unit, source, group, factor)


def observations_as_printed(
    table: YearbookTable, indicator: str, unit: str, source: str, group: str = ""
) -> pd.DataFrame:
    """`observations` of an indicator of a reader's own, whose unit is the one the reader names."""
    return _long(table, indicator, unit, source, group, 1.0)


def _long(
    table: YearbookTable, indicator: str, unit: str, source: str, group: str, factor: float
) -> pd.DataFrame:
    groups = list(dict.fromkeys(table.frame["group"]))
    if group not in groups:
        raise one_of(f"A group of columns of table {table.number}", group, groups)
    part = table.frame[table.frame["group"] == group]
    part = part.assign(indicator=indicator, unit=unit, source=source, basis="observed")
    part["value"] = (part["value"] * factor).round(DECIMALS)
    columns = ["region", "indicator", "period", "value", "unit", "source", "basis"]
    return part[columns].sort_values(["indicator", "region", "period"], ignore_index=True)


def summed(tables: Sequence[YearbookTable]) -> YearbookTable:
    """Sum tables of one form: exports to the far abroad and to the CIS, say.

    Parameters
    ----------
    tables : sequence of YearbookTable
        One or more.

    Returns
    -------
    YearbookTable
        Figures where every table has one; titles side by side.
    """
    first, *others = tables
    if not others:
        return first
    key = ["region", "group", "period"]

    def added(frames: list[pd.DataFrame]) -> pd.DataFrame:
        together = pd.concat(frames, ignore_index=True)
        sums = together.groupby(key, sort=False)["value"].agg(["sum", "count"]).reset_index()
        return (
            sums[sums["count"] == len(frames)]
            .rename(columns={"sum": "value"})[COLUMNS]
            .reset_index(drop=True)
        )

    return YearbookTable(
        number="+".join(table.number for table in tables),
        title=" | ".join(table.title for table in tables),
        frame=added([table.frame for table in tables]),
        totals=added([table.totals for table in tables]),
        rows=first.rows,
        gaps=pd.concat([table.gaps for table in tables], ignore_index=True),
        marks=pd.concat([table.marks for table in tables], ignore_index=True),
        footnotes={
            f"{table.number}: {mark}": text for table in tables for mark, text in table.footnotes.items()
        },
        left_out=tuple(dict.fromkeys(name for table in tables for name in table.left_out)),
        parts=first.parts.iloc[:0],
    )


def plain_number(number: str) -> str:
    """Number of a table without its last dot and outer blanks."""
    return normalise.clean(number).rstrip(".").casefold()


@dataclass(frozen=True)
class _Header:
    """The row of years: its place, and period and group by column."""

    place: int
    periods: dict[int, Period]
    groups: dict[int, str]


@dataclass(frozen=True)
class _Line:
    """A named row below the header: what area it is, and its cells."""

    number: int
    name: str
    area: str | None
    marks: tuple[str, ...]
    cells: dict[int, Any]


def _read_rows(
    where: str, number: str, rows: Sequence[tuple[Any, ...]], required: Sequence[str]
) -> YearbookTable:
    header = _header(where, rows)
    body, footnotes = _split(rows, header.place)
    lines = list(_lines(where, body, header))
    missing = [code for code in required if code not in {line.area for line in lines}]
    left_out = tuple(dict.fromkeys(line.name for line in lines if line.area is None and line.cells))
    if missing:
        raise AnalysisError(
            f"{where} has no row of {regions.by_code(missing[0]).name_ru} ({missing[0]}; {len(missing)} regions are "
            f"missing); rows that are no region: {'; '.join(left_out[:6]) or 'none'}."
        )
    cells = _Cells(where, header, footnotes)
    for line in lines:
        if line.area is not None:
            cells.add(line)
    return YearbookTable(
        number=number,
        title=_title(rows[: header.place]),
        frame=cells.frame(lambda area: area.startswith("RU-")),
        totals=cells.frame(lambda area: not area.startswith("RU-")),
        rows=cells.rows,
        gaps=pd.DataFrame(cells.gaps, columns=GAP_COLUMNS),
        marks=pd.DataFrame(cells.marks, columns=MARK_COLUMNS),
        footnotes=footnotes,
        left_out=left_out,
        parts=_parts(lines, header, footnotes),
    )


def _parts(lines: Sequence[_Line], header: _Header, footnotes: dict[str, str]) -> pd.DataFrame:
    """What Russia and each district are made of, by the place of the rows."""
    okrugs = {
        code for name, codes in OKRUGS.items() if any(line.name == name for line in lines) for code in codes
    }
    found: list[tuple[str, str, str, float | None, bool]] = []
    district = RUSSIA
    for line in lines:
        if line.area == RUSSIA or line.area in okrugs or not line.cells:
            continue
        if line.area in regions.DISTRICT_NAMES:
            district = line.area
        is_outside = bool(OUTSIDE.search(normalise.name_key(line.name)))
        is_region = is_outside or line.area is not None or line.name in OKRUGS
        # "not distributed by region", an interregional office: rows of Russia's own, wherever they stand
        whole = RUSSIA if line.area == district or not is_region else district
        for place, period in header.periods.items():
            value = normalise.figure(line.cells.get(place), footnotes).value
            needed = is_region and not is_outside
            found.append((whole, header.groups[place], period.text, value, needed))
    frame = pd.DataFrame(found, columns=["whole", "group", "period", "value", "is_needed"])
    return frame.astype({"value": float, "is_needed": bool})


class _Cells:
    """Figures, gaps and marks of a table while it is read."""

    def __init__(self, where: str, header: _Header, footnotes: dict[str, str]) -> None:
        self.where = where
        self.header = header
        self.footnotes = footnotes
        self.rows: dict[str, int] = {}
        self.figures: list[tuple[str, str, str, float]] = []
        self.gaps: list[tuple[str, str, str, str, str]] = []
        self.marks: list[tuple[str, str, str, str]] = []

    def add(self, line: _Line) -> None:
        """Take a row in."""
        area = str(line.area)
        if area in self.rows:
            raise AnalysisError(
                f"{self.where} gives {area} twice, in rows {self.rows[area]} and {line.number}."
            )
        self.rows[area] = line.number
        self.marks += [(area, "", "", mark) for mark in line.marks]
        for place, period in self.header.periods.items():
            self._add_cell(area, line, place, period)

    def _add_cell(self, area: str, line: _Line, place: int, period: Period) -> None:
        cell, group = line.cells.get(place), self.header.groups[place]
        found: Figure = normalise.figure(cell, self.footnotes)
        if found.sign == "unreadable":
            raise AnalysisError(
                f"{self.where} row {line.number} ({line.name}), year {period.text}, has {quoted(_printed(cell))}, which "
                "is no figure, '...' or '-'."
            )
        if found.value is None:
            self.gaps.append((area, group, period.text, found.sign, _printed(cell)))
        else:
            self.figures.append((area, group, period.text, found.value))
        self.marks += [(area, group, period.text, mark) for mark in found.marks]

    def frame(self, wanted: Any) -> pd.DataFrame:
        """Figures of the areas wanted."""
        frame = pd.DataFrame([row for row in self.figures if wanted(row[0])], columns=COLUMNS)
        return frame.astype({"value": float})


def _header(where: str, rows: Sequence[tuple[Any, ...]]) -> _Header:
    """Find the row of years by its place and read every cell of it."""
    first = next(
        (place for place, row in enumerate(rows) if _first_cell(row) and territory(_first_cell(row))), None
    )
    if first is None:
        raise AnalysisError(
            f"{where} has no row of Russia, a district or a region, so it is no table by region."
        )
    places = [place for place in range(first) if not _first_cell(rows[place]) and _filled(rows[place])]
    if not places:
        raise AnalysisError(f"{where} has no row of years above row {first + 1}.")
    place = places[-1]
    periods = {}
    for column, cell in _filled(rows[place]).items():
        period = normalise.period(cell)
        if period is None:
            raise AnalysisError(
                f"{where} row {place + 1}, has {quoted(_printed(cell))} in the row of years, which is no year of four digits."
            )
        periods[column] = period
    groups = _groups(rows[place - 1] if place else (), periods)
    _check_years(f"{where} row {place + 1},", periods, groups)
    return _Header(place, periods, groups)


def _check_years(where: str, periods: dict[int, Period], groups: dict[int, str]) -> None:
    """Refuse years that go back, stand twice or lie ahead."""
    this_year = dt.date.today().year
    for group in dict.fromkeys(groups.values()):
        years = [periods[place].text for place in sorted(periods) if groups[place] == group]
        if sorted(set(years)) != years:
            raise AnalysisError(f"{where} has years that do not ascend: {', '.join(years)}.")
        if int(years[-1][:4]) > this_year:
            raise AnalysisError(
                f"{where} has the year {years[-1]}, which lies ahead; its cells are no years."
            )


def _groups(above: Sequence[Any], periods: dict[int, Period]) -> dict[int, str]:
    """Heading over each year; a merged heading stands in its first cell only."""
    if len({period.text for period in periods.values()}) == len(periods):
        return dict.fromkeys(periods, "")
    groups, current = {}, ""
    for place in range(max(periods) + 1):
        if place and place < len(above) and normalise.clean(above[place]):
            current = normalise.without_marks(normalise.clean(above[place]))[0]
        if place in periods:
            groups[place] = current
    return groups


def _split(
    rows: Sequence[tuple[Any, ...]], header: int
) -> tuple[list[tuple[int, tuple[Any, ...]]], dict[str, str]]:
    """Numbered rows of the table, and the footnotes below it."""
    body: list[tuple[int, tuple[Any, ...]]] = []
    footnotes: dict[str, str] = {}
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        text = _first_cell(row)
        if (note := normalise.footnote(text)) is not None:
            footnotes.setdefault(note[0], note[1])
        elif not normalise.is_rule(text) and (_filled(row) or text):
            body.append((number, row))
    return body, footnotes


def _lines(where: str, body: Sequence[tuple[int, tuple[Any, ...]]], header: _Header) -> Iterator[_Line]:
    has_area = False
    for number, row in body:
        name, marks = normalise.without_marks(_first_cell(row))
        cells = _filled(row)
        outside = [place for place in cells if place not in header.periods]
        if outside and name:
            raise AnalysisError(
                f"{where} row {number} ({name}), has {quoted(_printed(cells[outside[0]]))} in column {outside[0] + 1}, "
                "above which there is no year."
            )
        if not name and cells and len(cells) > 1 and all(map(normalise.period, cells.values())):
            raise AnalysisError(f"{where} row {number}, begins a second table on the sheet; split it.")
        area = territory(name)
        if area is None and not has_area and cells and NATIONAL.search(normalise.name_key(name)):
            area = RUSSIA
        has_area |= area is not None
        yield _Line(number, name or f"(row {number}, without a name)", area, marks, cells)


def territory(name: str) -> str | None:
    """Code of a row: of a region, ``RU``, a district's key; None for what is none of them."""
    bare = re.sub(r"^в том числе:?\s*", "", normalise.name_key(name))
    if not bare or OUTSIDE.search(bare):
        return None
    if bare == normalise.name_key("Российская Федерация"):
        return RUSSIA
    if (district := regions.find_district(bare)) is not None:
        return district if "округ" in bare else None
    if WITHOUT_OKRUGS.search(bare):
        oblast = regions.find(WITHOUT_OKRUGS.split(bare)[0])
        return oblast.code if oblast is not None and oblast.code in WITH_OKRUGS else None
    region = regions.find(bare)
    return None if region is None or region.code in WITH_OKRUGS else region.code


def _first_cell(row: tuple[Any, ...]) -> str:
    return normalise.clean(row[0]) if row else ""


def _filled(row: tuple[Any, ...]) -> dict[int, Any]:
    """Cells with anything in them by column, the first apart."""
    return {place: cell for place, cell in enumerate(row) if place and _printed(cell)}


def _printed(cell: Any) -> str:
    return normalise.clean(cell)


def _title(rows: Sequence[tuple[Any, ...]]) -> str:
    return " ".join(text for row in rows for cell in row if (text := normalise.clean(cell)))
