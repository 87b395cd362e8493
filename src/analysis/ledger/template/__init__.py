"""A claims file to begin with: a worked example with a printed table, and comments on what each part is for."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from analysis.errors import AnalysisError
from analysis.paths import relative, write_text


def write_template(path: Path) -> tuple[Path, Path]:
    """Write a commented claims file and, beside it, the printed table that it judges.

    Parameters
    ----------
    path : pathlib.Path
        Where the claims file goes, ``.csv``. The table is named after it: ``paper.csv`` has ``paper_table_1.csv``.

    Returns
    -------
    tuple of pathlib.Path
        The claims file and the table.

    Raises
    ------
    AnalysisError
        If the name has another ending, or one of the files is there already.
    """
    if path.suffix.casefold() != ".csv":
        raise AnalysisError(f"A new claims file is a .csv file, and {relative(path)} is none.")
    table = path.with_name(f"{path.stem}_table_1.csv")
    for file in (path, table):
        if file.exists():
            raise AnalysisError(
                f"{relative(file)} is there already; name another file, nothing is written over."
            )
    own = resources.files(__name__)
    text = own.joinpath("claims.csv").read_text(encoding="utf-8").replace("TABLE", table.stem)
    write_text(table, own.joinpath("table.csv").read_text(encoding="utf-8"))
    return write_text(path, text), table
