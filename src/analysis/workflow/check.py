"""Compare a rerun with the committed reference: what ``make check`` does.

Every file of the results is looked at: its bytes against the sums of the run, the data and the code it was made
from against those at hand, and what it holds against ``reference/``. Data are compared cell by cell, pages,
sentences and LaTeX line by line, figures mark by mark. A difference is told in one sentence.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from analysis import paths
from analysis.errors import AnalysisError
from analysis.workflow import drawings, input_sums, readings
from analysis.workflow.sums import RECORD, SUMS, departures, files


class Tolerance(NamedTuple):
    """How far two numbers written in full may lie apart: relative to the larger, or in all."""

    relative: float = readings.RELATIVE
    absolute: float = readings.ABSOLUTE


# Counts, codes, strings and rounded numbers are equal; exact p, coefficients, the ledger's figures are chains of a
# few sums and divisions, right to 1e-12 (`readings.same_number`). Two kinds of columns have longer chains:
# maximum likelihood stops where the score is nearly zero, and what is left of it may move the tenth digit;
FITTED = Tolerance(relative=1e-9)
# a share of variance, in per cent, is a mean of differences of R squared, each right to 1e-15 of one.
SHARE = Tolerance(absolute=1e-11)
KINDS: dict[str, dict[str, Tolerance]] = {
    "tables/all-regions.csv": dict.fromkeys(
        ("coefficient", "standard_error", "p", "by_cut_low", "by_cut_high"), FITTED
    ),
    "tables/all-regions-models.csv": {
        f"{figure}_{model}": FITTED
        for figure in ("b", "se", "p")
        for model in ("base", "turnover", "grp", "fdi")
    },
    "tables/multiverse-shares.csv": dict.fromkeys(("share_pct", "latest_with_interactions_pct"), SHARE),
}
# the READMEs show them from the reference
README_FIGURES = ("figures/china-share-lines.en.png", "figures/china-share-lines.ru.png")
FILES = "files.txt"
DRAWINGS, PICTURES, TEXT = "drawings", "pictures.txt", "text"
# differences of one file that are listed; a thousand of one kind would hide those of another
LISTED = 10
PRINTED = 100  # differences that are printed in all

Sections = dict[str, dict[str, list[str]]]


@dataclass
class Reading:
    """What the files of a folder of results hold.

    Attributes
    ----------
    files : list of str
        Every file, relative to the folder.
    sections : dict
        Lines by file of the reference and by file of the results.
    unreadable : dict
        Why a file could not be read, as a clause.
    """

    files: list[str]
    sections: Sections = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)

    def add(self, kept_in: str, name: str, lines: list[str]) -> None:
        """Keep the lines of a file."""
        self.sections.setdefault(kept_in, {})[name] = lines


def compare(results: Path, reference: Path) -> list[str]:
    """List every difference between a folder of results, what it was made from, and the reference.

    Parameters
    ----------
    results, reference : Path
        Folder of a run, and the folder made by `renew`.

    Returns
    -------
    list of str
        One sentence a difference; empty when there is none.

    Raises
    ------
    AnalysisError
        If there are no results or no reference.
    """
    _require(results, reference / FILES)
    return _departed(results) + against(read(results), results, reference)


def _departed(results: Path) -> list[str]:
    """How the results depart from what the run left, and from what it was made from."""
    return _sentences(results, departures(results)) + stale(results)


def _require(results: Path, listed: Path | None = None) -> None:
    if not results.is_dir():
        raise AnalysisError(f"There is no {paths.relative(results)}/ to check; run `make reproduce` first.")
    if listed and not listed.is_file():
        raise AnalysisError(f"There is no {paths.relative(listed)}; restore reference/ from the repository.")


def _sentences(results: Path, clauses: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{paths.relative(results / name)} {clause}." for name, clause in clauses]


def stale(results: Path) -> list[str]:
    """Say from what else than the data and the code at hand the results were made.

    Parameters
    ----------
    results : Path
        Folder of a run.

    Returns
    -------
    list of str
        At most one sentence.
    """
    record = paths.relative(results / RECORD)
    try:
        made_from = json.loads((results / RECORD).read_text(encoding="utf-8"))["inputs"]
        changed = input_sums.changed(made_from, input_sums.taken())
    except FileNotFoundError:
        return [f"{record} is missing, so nothing says what the results were made from."]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [f"{record} does not say what the results were made from; run `make reproduce` again."]
    if not changed:
        return []
    return [
        f"{paths.relative(results)}/ was made from another state of {input_sums.named(changed)}; "
        "run `make reproduce` again."
    ]


# ------------------------------------------------------------------ reading


def read(results: Path) -> Reading:
    """Read every file of a folder of results.

    Parameters
    ----------
    results : Path
        Folder of a run; a file that cannot be read is noted, not raised.
    """
    reading = Reading(files(results))
    known = readings.Known()
    # pages name what they show of tables and figures, so these are read first
    for name in sorted(reading.files, key=_rank):
        try:
            content = (results / name).read_bytes()
            known.sums[hashlib.sha256(content).hexdigest()] = name
            if not content:
                raise AnalysisError("it is empty")
            _read_one(reading, name, content, known)
        except OSError as error:
            reading.unreadable[name] = f"cannot be read ({error.strerror})"
        except UnicodeDecodeError:
            reading.unreadable[name] = "cannot be read: it is not text in UTF-8"
        except AnalysisError as error:
            reading.unreadable[name] = f"cannot be read: {error}"
    return reading


def _rank(name: str) -> tuple[int, str]:
    kinds = ("figures/", "tables/")
    return next((n for n, kind in enumerate(kinds) if name.startswith(kind)), len(kinds)), name


def _read_one(reading: Reading, name: str, content: bytes, known: readings.Known) -> None:
    suffix = Path(name).suffix
    language = readings.language_of(name)
    if suffix == ".png":
        reading.add(PICTURES, name, drawings.of_png(content))
        return
    if suffix in (".xlsx", ".docx") or name.endswith(".tidy.csv"):
        # other forms of a table that is compared cell by cell: one line for each tells whether they say the same
        for each in (language,) if suffix != ".csv" else ("en",):
            reading.add(f"{TEXT}.{each}.txt", name, [readings.of_office(content, suffix)])
        return
    text = content.decode("utf-8")
    if suffix == ".svg":
        drawn = drawings.of_svg(text)
        known.drawings[readings.digest(drawn)] = name
        reading.add(f"{DRAWINGS}.{language}.txt", name, drawn)
    elif suffix == ".html":
        lines = readings.of_html(text, known)
        if name.startswith("tables/"):
            known.add_table(name, lines)
        else:
            lines = readings.with_long_tables_summed(lines)
        reading.add(f"{TEXT}.{language}.txt", name, lines)
    elif suffix == ".json":
        for each in ("en", "ru"):
            reading.add(f"{TEXT}.{each}.txt", name, readings.of_card(text, each))
    elif suffix == ".ipynb":
        reading.add(f"{TEXT}.{language}.txt", name, readings.of_notebook(text, known))
    elif suffix == ".tex":
        reading.add(f"{TEXT}.{language}.txt", name, readings.of_plain(text))


# ------------------------------------------------------------------ comparison


def against(reading: Reading, results: Path, reference: Path) -> list[str]:
    """List the differences between what the results hold and the reference.

    Parameters
    ----------
    reading : Reading
        As `read` gives it.
    results, reference : Path
        The folders, for the files compared as they are.
    """
    theirs = kept(reference)
    expected = set((reference / FILES).read_text(encoding="utf-8").split())
    clauses = [(name, "is missing; the reference has it") for name in expected - set(reading.files)]
    clauses += [(name, "is not in the reference") for name in set(reading.files) - expected]
    clauses += reading.unreadable.items()
    both = [name for name in reading.files if name in expected and name not in reading.unreadable]
    for name in both:
        if _is_kept_whole(name):
            found = table_differences(results / name, reference / name, name)
        else:
            found = list(_line_differences(name, reading.sections, theirs))
        clauses += [(name, clause) for clause in _shortened(found)]
    return _sentences(results, sorted(clauses, key=lambda item: item[0]))


def _line_differences(name: str, sections: Sections, kept: Sections) -> Iterator[str]:
    for kept_in in sorted({*sections, *kept}):
        mine, theirs = sections.get(kept_in, {}).get(name), kept.get(kept_in, {}).get(name)
        if mine is None or theirs is None:
            if mine or theirs:
                yield f"has nothing to compare with in reference/{kept_in}; `make reference` keeps it"
        elif kept_in == PICTURES:
            yield from drawings.picture_differences(mine, theirs)
        elif kept_in.startswith(DRAWINGS):
            yield from drawings.drawn_differences(mine, theirs)
        else:
            yield from readings.text_differences(mine, theirs)


def _is_kept_whole(name: str) -> bool:
    """Whether the reference has the file itself: the tables, once each."""
    return name.endswith(".csv") and not name.endswith(".tidy.csv")


def _shortened(found: list[str]) -> list[str]:
    more = len(found) - LISTED
    return found if more <= 0 else [*found[:LISTED], f"differs in {more} more places"]


def table_differences(here: Path, there: Path, name: str) -> list[str]:
    """List the cells in which two CSV files differ by more than the tolerance of their kind.

    Parameters
    ----------
    here, there : Path
        The file of this run and that of the reference.
    name : str
        Its name among the results, which says what kinds of figures it holds.

    Returns
    -------
    list of str
        One clause a cell; a single one where columns or numbers of rows differ.
    """
    if not there.is_file():
        return ["is not in the reference"]
    try:
        mine, theirs = (
            list(csv.reader(path.open(encoding="utf-8", newline=""), strict=True)) for path in (here, there)
        )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return [f"cannot be read: {error}"]
    if mine[:1] != theirs[:1]:
        return [f"has the columns {', '.join(*mine[:1])}; the reference has {', '.join(*theirs[:1])}"]
    if len(mine) != len(theirs):
        return [f"has {len(mine) - 1} rows; the reference has {len(theirs) - 1}"]
    return list(_cell_differences(mine, theirs, KINDS.get(name, {})))


def _cell_differences(
    mine: list[list[str]], theirs: list[list[str]], kinds: Mapping[str, Tolerance]
) -> Iterator[str]:
    for line, (row, expected) in enumerate(zip(mine, theirs, strict=True), start=1):
        if len(row) != len(expected):
            yield f"has {len(row)} cells in line {line}; the reference has {len(expected)}"
            continue
        for column, a, b in zip(theirs[0], row, expected, strict=False):
            if not readings.same_number(a, b, *kinds.get(column, Tolerance())):
                yield f"has {a!r} in line {line}, {column}; the reference has {b!r}"


# ------------------------------------------------------------------ the reference's own files

# a name stands at the beginning of a line, what the file says is moved in by a space
_MARGIN = " "


def _written(sections: Mapping[str, list[str]]) -> str:
    return "".join(
        f"{name}\n" + "".join(f"{_MARGIN}{line}\n" for line in lines)
        for name, lines in sorted(sections.items())
    )


def kept(reference: Path) -> Sections:
    """Read the lines that the reference keeps, by its own file and by that of the results."""
    found: Sections = {}
    for path in sorted(reference.glob("*.txt")):
        if path.name == FILES:
            continue
        sections = found.setdefault(path.name, {})
        lines: list[str] = []
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line.startswith(_MARGIN):
                lines.append(line.removeprefix(_MARGIN))
            elif line:
                lines = sections.setdefault(line, [])
    return found


def renew(results: Path, reference: Path) -> int:
    """Make the present results the reference.

    Parameters
    ----------
    results, reference : Path
        Folder of the last run, and the folder that is replaced as a whole.

    Returns
    -------
    int
        Number of files of the results that the reference now holds.

    Raises
    ------
    AnalysisError
        If there are no results, if they are not those of the data and the code at hand, if a file of them was
        changed or cannot be read, or if a reader's own figures took part in them.
    """
    _require(results)
    reading = read(results)
    faults = _departed(results)
    faults += _sentences(results, reading.unreadable.items())
    if faults:
        raise AnalysisError(f"These results cannot be the reference: {faults[0]}")
    own = input_sums.user_files(json.loads((results / RECORD).read_text(encoding="utf-8"))["inputs"])
    if own:
        raise AnalysisError(
            f"These results cannot be the reference: your own {input_sums.named(own)} took part in them."
        )
    new = reference.with_name(f".{reference.name}.renewed")
    shutil.rmtree(new, ignore_errors=True)
    for name in (*filter(_is_kept_whole, reading.files), *README_FIGURES):
        target = new / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(results / name, target)
    for kept_in, sections in reading.sections.items():
        paths.write_text(new / kept_in, _written(sections))
    paths.write_text(new / FILES, "".join(f"{name}\n" for name in reading.files))
    paths.replace_folder(new, reference)
    return len(reading.files)


def main(arguments: list[str]) -> int:
    """Run the comparison and say what came of it.

    With ``--renew`` the results become the reference; with ``--current`` it is only asked whether they are whole and
    made from the data and the code at hand.
    """
    try:
        if arguments == ["--renew"]:
            count = renew(paths.results(), paths.reference())
            print(f"{count} files are the new reference; review them with git diff.")
            return 0
        if arguments == ["--current"]:
            _require(paths.results())
            differences = _departed(paths.results())
            print(*differences[:1], sep="\n")
            return 1 if differences else 0
        differences = compare(paths.results(), paths.reference())
    except AnalysisError as error:
        print(f"check: {error}", file=sys.stderr)
        return 2
    for sentence in differences[:PRINTED]:
        print(sentence)
    if len(differences) > PRINTED:
        print(f"... and {counted(differences[PRINTED:])} more.")
    print(f"{len(files(paths.results()))} files compared with {SUMS} and reference/, {counted(differences)}.")
    return 1 if differences else 0


def counted(differences: list[str]) -> str:
    """Say how many differences there are."""
    return "1 difference" if len(differences) == 1 else f"{len(differences)} differences"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
