"""Compare a rerun with the committed reference: what ``make check`` does.

Text must be equal; a number may differ by the rounding of another machine's arithmetic; the READMEs'
figures may differ by the anti-aliasing of another font renderer. Every difference is listed.
"""

from __future__ import annotations

import csv
import math
import shutil
import sys
from pathlib import Path

from matplotlib.testing.compare import compare_images
from matplotlib.testing.exceptions import ImageComparisonFailure

from analysis import paths
from analysis.errors import AnalysisError
from analysis.publish import parameters
from analysis.publish.exhibits import register

# sums and products in another order differ in the last of 16 digits; nine digits leave room for chains of them
RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-12
# root mean square of grey levels out of 255; another FreeType moves glyph edges by less
IMAGE_TOLERANCE = 8.0
README_FIGURES = ("figures/association-forest.en.png", "figures/association-forest.ru.png")


def reference_files() -> list[str]:
    """Files kept as reference, relative to the folder of results."""
    tables = [
        f"tables/{entry.id}.csv"
        for name in parameters.study()
        for entry in register.entries(name)
        if "table" in entry.outputs
    ]
    return ["associations.csv", "multiverse.csv", "ledger.csv", *tables, *README_FIGURES]


def compare(results: Path, reference: Path) -> list[str]:
    """List every difference between a folder of results and the reference.

    Parameters
    ----------
    results, reference : Path
        Folders with the same layout.

    Returns
    -------
    list of str
        One sentence a difference; empty when there is none.

    Raises
    ------
    AnalysisError
        If there are no results.
    """
    if not results.is_dir():
        raise AnalysisError(f"There is no {paths.relative(results)}/ to check; run `make reproduce` first.")
    differences = []
    for name in reference_files():
        here, there = results / name, reference / name
        absent = [path for path in (here, there) if not path.is_file()]
        if absent:
            differences.append(f"{paths.relative(absent[0])} is missing.")
        elif name.endswith(".csv"):
            differences += compare_tables(here, there)
        else:
            differences += _compare_figures(here, there)
    return differences


def compare_tables(here: Path, there: Path) -> list[str]:
    """List the cells in which two CSV files differ by more than the tolerance.

    Parameters
    ----------
    here, there : Path
        The file of this run and that of the reference.

    Returns
    -------
    list of str
        One sentence a cell, with file, line and column; a single one where columns or numbers of rows
        differ; empty where all agree.
    """
    name = paths.relative(here)
    mine, theirs = (list(csv.reader(path.open(encoding="utf-8", newline=""))) for path in (here, there))
    if mine[0] != theirs[0]:
        return [f"{name} has the columns {', '.join(mine[0])}; the reference has {', '.join(theirs[0])}."]
    if len(mine) != len(theirs):
        return [f"{name} has {len(mine) - 1} rows; the reference has {len(theirs) - 1}."]
    return [
        f"{name}, line {line}, {column}: {a!r}; the reference has {b!r}."
        for line, (row, expected) in enumerate(zip(mine, theirs, strict=True), start=1)
        for column, a, b in zip(mine[0], row, expected, strict=True)
        if not same(a, b)
    ]


def same(a: str, b: str) -> bool:
    """Whether two cells are equal as text, or as numbers within the tolerance."""
    if a == b:
        return True
    try:
        return math.isclose(float(a), float(b), rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)
    except ValueError:
        return False


def _compare_figures(here: Path, there: Path) -> list[str]:
    # compare_images leaves a picture of the difference beside the file it is given
    scratch = paths.make_folder(paths.build() / "check")
    mine = Path(shutil.copy(here, scratch / "here.png"))
    theirs = Path(shutil.copy(there, scratch / "reference.png"))
    try:
        found = compare_images(str(theirs), str(mine), tol=IMAGE_TOLERANCE)
    except ImageComparisonFailure:
        # a reader's own figures can add rows to a figure
        return [f"{paths.relative(here)} has another size than the reference."]
    if found is None:
        return []
    return [f"{paths.relative(here)} looks different from the reference; see {paths.relative(scratch)}/."]


def renew(results: Path, reference: Path) -> None:
    """Make the present results the reference.

    Parameters
    ----------
    results, reference : Path
        Folder of the last run, and the folder that is replaced as a whole.

    Raises
    ------
    AnalysisError
        If there are no results, or a file of the reference is not among them.
    """
    if not results.is_dir():
        raise AnalysisError(f"There is no {paths.relative(results)}/ to keep; run `make reproduce` first.")
    # results of an older state of the code; nothing is copied before all is there
    missing = [name for name in reference_files() if not (results / name).is_file()]
    if missing:
        raise AnalysisError(f"{paths.relative(results)}/ lacks {missing[0]}; run `make reproduce` first.")
    new = reference.with_name(".reference.new")
    shutil.rmtree(new, ignore_errors=True)
    for name in reference_files():
        target = new / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(results / name, target)
    paths.replace_folder(new, reference)


def main(arguments: list[str]) -> int:
    """Run the comparison (or, with ``--renew``, keep the results) and say what came of it."""
    try:
        if arguments == ["--renew"]:
            renew(paths.results(), paths.reference())
            print(f"{len(reference_files())} files are the new reference; review them with git diff.")
            return 0
        differences = compare(paths.results(), paths.reference())
    except AnalysisError as error:
        print(f"check: {error}", file=sys.stderr)
        return 2
    for sentence in differences:
        print(sentence)
    print(f"{len(reference_files())} files compared with reference/, {len(differences)} differences.")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
