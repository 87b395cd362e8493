"""Tables with a line of names on top: claims, printed tables, and files that an input points to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analysis.data import tabular
from analysis.errors import AnalysisError
from analysis.paths import relative


@dataclass(frozen=True)
class Records:
    """Lines of a table by the names of its columns.

    Attributes
    ----------
    names : tuple of str
        Columns in order.
    header : str
        File and line of the names, for an error's sentence.
    rows : tuple of (str, dict)
        File and line of each row, and its cells by column.
    faults : tuple of AnalysisError
        Lines that are not as long as the header; they are in no row.
    """

    names: tuple[str, ...]
    header: str
    rows: tuple[tuple[str, dict[str, str]], ...]
    faults: tuple[AnalysisError, ...]


def records(path: Path) -> Records:
    """Read a table as people save them (`analysis.data.tabular.lines`).

    Raises
    ------
    AnalysisError
        If the file cannot be read or a name is given twice.
    """
    (first, header), *below = tabular.lines(path) or [(1, [])]
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    top = f"{relative(path)}, line {first}"
    if len(set(names)) < len(names):
        raise AnalysisError(f"{top} has the columns {', '.join(names)}; one name is there twice.")
    rows, faults = [], []
    for line, found in below:
        where = f"{relative(path)}, line {line}"
        cells = _without_blank_end(found, len(names))
        if len(cells) == len(names):
            rows.append((where, dict(zip(names, cells, strict=True))))
        else:
            faults.append(
                AnalysisError(
                    f"{where} has {len(cells)} fields where the header has {len(names)} fields; a text with a comma needs "
                    "quotes."
                )
            )
    return Records(tuple(names), top, tuple(rows), tuple(faults))


def _without_blank_end(cells: list[str], width: int) -> list[str]:
    """Cells without blank ones beyond the header, which spreadsheets leave behind."""
    beyond = cells[width:]
    return cells[:width] if not any(cell.strip() for cell in beyond) else cells
