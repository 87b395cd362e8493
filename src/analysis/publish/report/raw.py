"""The raw files as pages show them, row by row, and the way from a printed figure to its row.

A cell of an exhibit's table carries the address of its figure (`analysis.publish.tables.Column.figure`): an observation
(``exports:2021/RU-AMU``) or a row of a raw file (``paper-table-3/1``). Here it becomes a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.data import indicators, package, regions
from analysis.data.messages import _
from analysis.data.package import Resource
from analysis.data.regions import Language
from analysis.publish.words import Words, text

# a key of this kind makes a series: a page shows it with a row a region and a column a year
SERIES_KEY = ("region", "year")
# the row of the publisher's sheet, which a page shows with the sheet
SHEET_ROW = "sheet_row"
_FIGURE = re.compile(r'<td data-figure="(?P<address>[^"]*)">(?P<shown>[^<]*)</td>')


@dataclass(frozen=True)
class RawTable:
    """A raw file as a page shows it.

    Attributes
    ----------
    heads : tuple of Message or str
        Headings.
    rows : tuple of (str, tuple of str)
        Anchor and cells of each row, as they stand in the file.
    """

    heads: tuple[Words, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def table(name: str, language: Language) -> RawTable:
    """Figures of a raw file: as they stand in it, or, for a series by region and year, a row a region and a column a year.

    Checksums of the documents, the same in each row, are left out; an anchor is made of the row's key.
    """
    item = package.resource(name)
    frame = _read(item)
    if item.primary_key == SERIES_KEY:
        return _series(item, frame, language)
    anchors = [_anchor(row[key] for key in item.primary_key) for row in frame.to_dict("records")]
    cells = [tuple(map(str, row)) for row in frame.itertuples(index=False)]
    return RawTable(tuple(map(str, frame.columns)), tuple(zip(anchors, cells, strict=True)))


def _read(item: Resource) -> pd.DataFrame:
    frame = pd.read_csv(item.path, dtype=str, keep_default_na=False)
    return frame.drop(columns=[column for column in frame.columns if column.endswith("_sha256")])


def _series(item: Resource, frame: pd.DataFrame, language: Language) -> RawTable:
    """A row a region and series, the series of a region one under the other, each with its place in the source."""
    years = sorted(frame["year"].unique())
    fields = [field for field in item.fields if field["name"] not in (*SERIES_KEY, SHEET_ROW)]
    # cells are picked one by one: a frame a region took ten times as long
    cells: dict[str, dict[str, dict[str, str]]] = {}
    for record in frame.to_dict("records"):
        cells.setdefault(record["region"], {})[record["year"]] = record
    rows = []
    for region, by_year in cells.items():
        at = dict.fromkeys(record[SHEET_ROW] for record in by_year.values()) if SHEET_ROW in frame else ()
        for field in fields:
            name, place = field["name"], text(_place(item, field, at), language)
            figures = (by_year[year][name] if year in by_year else "" for year in years)
            named = (region, package.in_language(field, "title", language), place)
            rows.append((_anchor([region, name]), (*named, *figures)))
    heads: tuple[Words, ...] = (_("Region"), _("Series"), _("Place in the source"), *years)
    return RawTable(heads, tuple(rows))


def _place(item: Resource, field: Mapping[str, Any], rows: Any) -> Words:
    """Sheet and row of a series in the publisher's workbook; of others what the descriptor says of the file."""
    if "sheet" not in field or not len(rows):
        described = next(entry for entry in package.descriptor()["resources"] if entry["name"] == item.name)
        return {language: package.in_language(described, "table", language) for language in ("en", "ru")}
    return _("sheet {sheet}, row {row}", sheet=field["sheet"], row=", ".join(rows))


def _anchor(keys: Any) -> str:
    return "-".join(re.sub(r"\W+", "_", str(key)) or "none" for key in keys)


def linked(fragment: str, page: Callable[[str], str], language: Language) -> Markup:
    """HTML of tables whose figures lead to their rows; a figure without one row of its own stays as it is.

    Parameters
    ----------
    fragment : str
        HTML with the cells that `analysis.publish.tables.to_html` gave addresses.
    page : callable
        Gives the way to a page of the report by its name.
    language : {'en', 'ru'}
        Language of the page.
    """
    told = text(_("This figure in its source"), language)

    def link(cell: re.Match[str]) -> str:
        found = row(cell["address"])
        if found is None or not re.search(r"\d", cell["shown"]):
            return cell[0]
        name, anchor = found
        return (
            f'<td><a class="figure" href="{page(f"sources/{name}")}#row-{anchor}" '
            f'title="{told}">{cell["shown"]}</a></td>'
        )

    return Markup(_FIGURE.sub(link, fragment))


def row(address: str) -> tuple[str, str] | None:
    """Raw file and anchor of the row that a figure's address names; None for what several rows make."""
    what, _slash, where = address.partition("/")
    indicator, is_observation, period = what.partition(":")
    if not is_observation:
        return (what, _anchor(where.split("/"))) if what in package.resources() else None
    name = _sources().get((indicator, period, where))
    if name is None or name not in package.resources():
        return None
    item = package.resource(name)
    if item.primary_key == SERIES_KEY:
        field = next(field["name"] for field in item.fields if indicator in field.get("indicators", ()))
        return name, _anchor([_spelled(name)[where], field])
    if item.primary_key == ("region",):
        return name, _anchor([_spelled(name)[where]])
    # Table 2 has a row a region and a column a year
    return (name, _anchor([where, period])) if indicator == "china_share" else None


# a cell of the paper's own tables on the ledger: cell.table-2.FAR_EAST.2000
_CELL = re.compile(r"cell\.(?P<table>table-\d)\.(?P<keys>.+)")
_CLAIMS = ("paper-claims", "rating-claims")


def claim(claim_id: str) -> tuple[str, str] | None:
    """Raw file and anchor of the row that has what a claim of the ledger prints; None for a claim of no such file."""
    cell = _CELL.fullmatch(claim_id)
    if cell is not None:
        return f"paper-{cell['table']}", _anchor(cell["keys"].split("."))
    return _claims().get(claim_id)


@cache
def _claims() -> dict[str, tuple[str, str]]:
    """First row of each claim in the files of claims."""
    found: dict[str, tuple[str, str]] = {}
    for name in _CLAIMS:
        item = package.resource(name)
        for row in _read(item).to_dict("records"):
            found.setdefault(row["claim_id"], (name, _anchor(row[key] for key in item.primary_key)))
    return found


@cache
def _sources() -> dict[tuple[str, str, str], str]:
    """Raw file of every observed figure by indicator, period and region."""
    found = indicators.observations()
    found = found[found["basis"] == "observed"]
    keys = zip(found["indicator"], found["period"], found["region"], strict=True)
    return dict(zip(keys, found["source"], strict=True))


@cache
def _spelled(name: str) -> dict[str, str]:
    """Regions by code as a raw file spells them."""
    spelled = _read(package.resource(name))["region"].unique()
    return {code: region for region in spelled if (code := regions.area(region) or region)}
