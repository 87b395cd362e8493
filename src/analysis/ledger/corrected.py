"""What Table 3 of the paper should have shown: its rows as a tree."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.data.messages import _
from analysis.errors import AnalysisError
from analysis.ledger.claims import Cell, PrintedTable
from analysis.ledger.goods import nest
from analysis.ledger.interval_arithmetic import Interval
from analysis.ledger.printed import parse
from analysis.ledger.wording import Words

TOTAL_ROW = "9"
WHOLE_ROW = "1"
VALUE_COLUMN = "value_thousand_usd"

# What the rows must be. The printed labels lost digits (44031, 44034) and rows 2 and 3 read alike; the tree
# found by arithmetic leaves one reading: row 2 holds rows 3 and 4, so it is the whole heading 4403.
_NAMES: dict[str, tuple[str, Words]] = {
    "1": (
        "44",
        _("Wood and articles of wood; charcoal"),
    ),
    "2": ("4403", _("Wood in the rough")),
    "3": ("4403", _("coniferous")),
    "4": ("4403", _("non-coniferous")),
    "5": ("4403", _("birch")),
    "6": ("4403", _("poplar and aspen")),
    "7": (
        "4407",
        _("Sawn wood, thicker than 6 mm"),
    ),
    "8": ("4407", _("coniferous")),
}
_OTHER = _("Other wood, not listed")
_TOTAL = _("Total")


@dataclass(frozen=True)
class CorrectedRow:
    """One row of the corrected Table 3.

    Attributes
    ----------
    row : str
        Row of the printed table; empty for the remainder.
    code : str
        Chapter or heading of the Harmonized System.
    name : Message
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
    name: Words
    depth: int
    parent: str
    printed: str
    value: float
    counts_in_total: bool


def _interval(cell: Cell, where: str) -> Interval:
    interval = parse(cell.printed, where).interval
    assert interval is not None, "Table 3 has no missing cell"
    return interval


def corrected_table_3(table: PrintedTable) -> tuple[CorrectedRow, ...]:
    """Table 3 as the tree its figures form, with the unlisted remainder and the true total.

    Parameters
    ----------
    table : PrintedTable
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
                name=names,
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
    rows.append(CorrectedRow("", "44", _OTHER, 1, WHOLE_ROW, "", rest, True))
    whole = float(values[labels.index(WHOLE_ROW)].middle)
    printed = table[TOTAL_ROW, VALUE_COLUMN].printed
    rows.append(CorrectedRow(TOTAL_ROW, "44", _TOTAL, 0, "", printed, whole, False))
    return tuple(rows)
