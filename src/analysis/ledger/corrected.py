"""What the paper's exhibits should have shown: Table 3 as a tree, Table 1's densities with their rounding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from analysis.data.regions import Language
from analysis.errors import AnalysisError
from analysis.ledger.claims import Cell, Table
from analysis.ledger.goods import nest
from analysis.ledger.intervals import Interval
from analysis.ledger.printed import parse

TOTAL_ROW = "9"
WHOLE_ROW = "1"
VALUE_COLUMN = "value_thousand_usd"

# What the rows must be. The printed labels lost digits (44031, 44034) and rows 2 and 3 read alike; the tree
# found by arithmetic leaves one reading: row 2 holds rows 3 and 4, so it is the whole heading 4403.
_NAMES: dict[str, tuple[str, dict[Language, str]]] = {
    "1": (
        "44",
        {"en": "Wood and articles of wood; charcoal", "ru": "Древесина и изделия из нее; древесный уголь"},
    ),
    "2": ("4403", {"en": "Wood in the rough", "ru": "Лесоматериалы необработанные"}),
    "3": ("4403", {"en": "coniferous", "ru": "хвойные"}),
    "4": ("4403", {"en": "non-coniferous", "ru": "лиственные"}),
    "5": ("4403", {"en": "birch", "ru": "береза"}),
    "6": ("4403", {"en": "poplar and aspen", "ru": "тополь и осина"}),
    "7": (
        "4407",
        {"en": "Sawn wood, thicker than 6 mm", "ru": "Лесоматериалы распиленные, толщиной более 6 мм"},
    ),
    "8": ("4407", {"en": "coniferous", "ru": "хвойные"}),
}
_OTHER: dict[Language, str] = {"en": "Other wood, not listed", "ru": "Прочая древесина, в таблице не указана"}
_TOTAL: dict[Language, str] = {"en": "Total", "ru": "Всего"}


@dataclass(frozen=True)
class CorrectedRow:
    """One row of the corrected Table 3.

    Attributes
    ----------
    row : str
        Row of the printed table; empty for the remainder.
    code : str
        Chapter or heading of the Harmonized System.
    name_en, name_ru : str
        What the row is.
    depth : int
        0 for the whole, 1 for its parts, and so on.
    parent : str
        Row it is part of; empty for the whole.
    printed : str
        As printed; empty for the remainder.
    value : float
        Thousand US dollars.
    counts_in_total : bool
        Whether the corrected total adds it: true for the rows that nothing listed is part of.
    """

    row: str
    code: str
    name_en: str
    name_ru: str
    depth: int
    parent: str
    printed: str
    value: float
    counts_in_total: bool


def _interval(cell: Cell, where: str) -> Interval:
    interval = parse(cell.printed, where).interval
    assert interval is not None, "Table 3 has no missing cell"
    return interval


def corrected_table_3(table: Table) -> tuple[CorrectedRow, ...]:
    """Table 3 as the tree its figures form, with the unlisted remainder and the true total.

    Parameters
    ----------
    table : Table
        The printed table, rows ``1`` to ``9``.

    Returns
    -------
    tuple of CorrectedRow
        The eight rows, the remainder of the chapter, and the total, which is the chapter itself.

    Raises
    ------
    AnalysisError
        If the figures form no tree, so that the parts exceed the chapter.
    """
    labels = [row for row, _ in table if row != TOTAL_ROW]
    values = [_interval(table[row, VALUE_COLUMN], f"Table 3, row {row}") for row in labels]
    tree = nest(values, labels.index(WHOLE_ROW))
    rows = []
    for place, label in enumerate(labels):
        code, names = _NAMES[label]
        parent = tree.parents[place]
        rows.append(
            CorrectedRow(
                row=label,
                code=code,
                name_en=names["en"],
                name_ru=names["ru"],
                depth=tree.depth(place),
                parent="" if parent is None else labels[parent],
                printed=table[label, VALUE_COLUMN].printed,
                value=float(values[place].middle),
                counts_in_total=place in tree.leaves,
            )
        )
    assert tree.remainder is not None, "the whole is declared"
    if tree.remainder.entirely_below(Interval.point(0)):
        raise AnalysisError(
            "The rows of Table 3 add up to more than its first row, the whole chapter; check data/raw/paper/table_3.csv."
        )
    rest = float(tree.remainder.middle)
    rows.append(CorrectedRow("", "44", _OTHER["en"], _OTHER["ru"], 1, WHOLE_ROW, "", rest, True))
    whole = float(values[labels.index(WHOLE_ROW)].middle)
    printed = table[TOTAL_ROW, VALUE_COLUMN].printed
    rows.append(CorrectedRow(TOTAL_ROW, "44", _TOTAL["en"], _TOTAL["ru"], 0, "", printed, whole, False))
    return tuple(rows)


@dataclass(frozen=True)
class DensityRow:
    """One crossing density of Table 1 beside what counts and lengths give, points per kilometre.

    Attributes
    ----------
    region, kind : str
        Region code; ``established`` or ``functioning``.
    printed : str
        As printed.
    low, high : float
        Ends of the printed number's rounding interval.
    unrounded : float
        Count over length.
    """

    region: str
    kind: str
    printed: str
    low: float
    high: float
    unrounded: float


def density_rows(table: Mapping[tuple[str, str], Cell]) -> tuple[DensityRow, ...]:
    """Every crossing density of Table 1, printed and recomputed."""
    rows = []
    for (row, region), cell in table.items():
        if not row.startswith("crossing_density_"):
            continue
        kind = row.removeprefix("crossing_density_")
        low, high = _interval(cell, f"Table 1, {region}").bounds()
        count = Fraction(int(table[f"crossings_{kind}", region].printed))
        length = _interval(table["border_length", region], f"Table 1, {region}").middle
        rows.append(DensityRow(region, kind, cell.printed, float(low), float(high), float(count / length)))
    return tuple(rows)
