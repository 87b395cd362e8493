"""Small files of a reader's own, built cell by cell; every figure in them is synthetic and says so by its test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl

from analysis.data import indicators, normalise, regions, yearbook
from test_customs_trade import unload

INVESTMENT = ["10.1. ИНВЕСТИЦИИ В ОСНОВНОЙ КАПИТАЛ", "(в фактически действовавших ценах; миллионов рублей)"]


def workbook(
    path: Path,
    rows: Sequence[Sequence[object]],
    title: Sequence[str],
    sheet: str,
    footnotes: Sequence[str] = (),
    whole: bool = True,
) -> Path:
    """Write a synthetic workbook of one table: title lines, then `rows`, the years first, then a line and footnotes.

    Where `whole`, every region that `rows` leave out gets a row without figures, as in the yearbook.
    """
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for line in [*([text] for text in title), *rows, *(missing_regions(rows) if whole else [])]:
        page.append(list(line))
    for line in ("_________", *footnotes):
        page.append([line])
    book.save(path)
    return path


def missing_regions(rows: Sequence[Sequence[object]]) -> list[list[object]]:
    """Rows without figures of the regions that `rows` do not name."""
    width = max(map(len, rows)) - 1
    named = {yearbook.territory(normalise.clean(row[0])) for row in rows if row and row[0]}
    return [
        [
            region.name_ru + (" без автономных округов" if region.code in yearbook.WITH_OKRUGS else ""),
            *["…"] * width,
        ]
        for region in regions.all_regions()
        if region.code not in named
    ]


def far_east_unload(
    folder: Path, total: Mapping[str, float] | None = None, china: Mapping[str, float] | None = None
) -> Path:
    """Write a synthetic unload of 2021 for the eleven regions that agrees with Rosstat's totals and Table 2.

    Parameters
    ----------
    folder : Path
        Where to.
    total, china : dict
        Factor on a region's trade with everybody, or with China, that makes it disagree.
    """
    codes = regions.codes(regions.far_east())
    raw = indicators.committed().query("period == '2021'").set_index(["indicator", "region"])["value"]
    cells = []
    for code in codes:
        region = regions.by_code(code)
        place = f"{region.okato} - {region.name_ru.upper()}"
        share = raw["china_share", code] / 100 * (china or {}).get(code, 1.0)
        for napr, flow in (("ЭК", "exports"), ("ИМ", "imports")):
            value = raw[flow, code] * 1e6 * (total or {}).get(code, 1.0)
            for partner, part in (("CN", share), ("JP", 1 - share)):
                cells.append((napr, 1, partner, "4403110000", "", dollars(value * part), "1", "0", place))
    # notebook 03 asks for the Amur region's soybeans and fuels
    amur = regions.by_code("RU-AMU")
    for goods in ("1201900000", "2701120000"):
        cells.append(("ЭК", 1, "CN", goods, "", "1,00", "1", "0", f"{amur.okato} - {amur.name_ru.upper()}"))
    # a row in every month makes the year whole
    first = regions.by_code(codes[0])
    place = f"{first.okato} - {first.name_ru.upper()}"
    for month in range(2, 13):
        cells += [(napr, month, "JP", "4403110000", "", "1,00", "1", "0", place) for napr in ("ЭК", "ИМ")]
    return unload(folder, cells)


def dollars(value: float) -> str:
    """Two decimals behind a comma, as customs write them."""
    return f"{value:.2f}".replace(".", ",")
