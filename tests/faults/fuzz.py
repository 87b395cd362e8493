"""Damaged inputs for every reader: each ends in a result or in one sentence, soon.

A few seconds a reader are part of the tests (`test_fuzz.py`). By hand, with more, in the folder ``tests``::

    ../.venv/bin/python -m faults.fuzz --inputs 300 [--reader yearbook] [--seed 1] [--keep FOLDER]

prints for each reader how many inputs were read, refused, and how many ended otherwise: a traceback (by its last
line), longer than `LONGEST_SECONDS`, a message longer than `LONGEST_MESSAGE`. ``--keep`` keeps those inputs.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from analysis import customs, ledger, paths
from analysis.data import emiss, free_table, indicators, package, user_data, yearbook
from analysis.errors import AnalysisError, SeveralFaultsError
from analysis.publish.ledger_file import write_ledger
from analysis.publish.words import text
from analysis.rating import coding, document, edition, follow_up, statements
from analysis.workflow.batch import grid, gridfile
from faults.damage import damaged

# the longest that a person waits for a file of some kilobytes before taking the program for dead
LONGEST_SECONDS = 20
LONGEST_MESSAGE = 2000
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


@dataclass(frozen=True)
class Reader:
    """A reader and an input it takes.

    Attributes
    ----------
    name : str
        As asked for by ``--reader``.
    make : callable
        Writes an input in order into a folder and gives its file; the other files of the folder stay whole.
    read : callable
        Reads a file; a second argument is an empty folder.
    """

    name: str
    make: Callable[[Path], Path]
    read: Callable[[Path, Path], object]


@dataclass
class Total:
    """What became of a reader's inputs.

    Attributes
    ----------
    read, refused : int
        Inputs that gave a result, and those refused by a sentence.
    faults : dict
        Other ends by what they were, with the number of the first input that had it.
    """

    read: int = 0
    refused: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    longest: int = 0

    def __str__(self) -> str:
        """One line."""
        others = sum(self.faults.values())
        return (
            f"{self.read + self.refused + others} inputs: {self.read} read, {self.refused} refused, {others} other ends; "
            f"slowest {self.slowest:.1f} s, longest message {self.longest} characters"
        )


class TooLongError(BaseException):  # nothing that guards against a library's errors is to catch it
    """The time for one input is over."""


@contextmanager
def timed(seconds: float) -> Iterator[None]:
    """End the block by `TooLongError` when the time is over."""

    def over(signum: int, frame: object) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run(
    reader: Reader, seed: int, inputs: int, seconds: float | None = None, keep: Path | None = None
) -> Total:
    """Give a reader damaged inputs, as many as asked for or as fit into the time."""
    total = Total()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="synthetic-fuzz-") as name:
        whole = Path(name) / "whole"
        whole.mkdir()
        path = reader.make(whole)
        content = path.read_bytes()
        reader.read(path, _fresh(Path(name)))  # an input in order is read: else the test would test nothing
        for number in range(inputs):
            if seconds is not None and time.monotonic() - started > seconds:
                break
            chance = random.Random(f"{reader.name} {seed} {number}")
            path.write_bytes(damaged(chance, content))
            end = _end(reader, path, _fresh(Path(name)), total)
            if end is not None:
                total.faults[end] += 1
                total.first.setdefault(end, number)
                if keep is not None and total.first[end] == number:
                    shutil.copy(path, keep / f"{reader.name}-{seed}-{number}{path.suffix}")
    return total


def _fresh(folder: Path) -> Path:
    scratch = folder / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    return scratch


def _end(reader: Reader, path: Path, scratch: Path, total: Total) -> str | None:
    """Read one input; what is wrong with how it ended, None where nothing is."""
    started = time.monotonic()
    message = ""
    fault = None
    try:
        with warnings.catch_warnings(), timed(LONGEST_SECONDS):
            warnings.simplefilter("ignore")
            reader.read(path, scratch)
        total.read += 1
    except AnalysisError as error:
        message = str(error)
        # what is wrong with a file written by hand is told at once, a line a fault
        is_list = isinstance(error, SeveralFaultsError)
        if len(message) > LONGEST_MESSAGE or ("\n" in message and not is_list):
            fault = "a message that is no sentence"
        else:
            total.refused += 1
    except TooLongError:
        fault = f"longer than {LONGEST_SECONDS} s"
    except BaseException as error:  # also what ends a program: pyo3's panics, SystemExit
        if isinstance(error, KeyboardInterrupt):
            raise
        place = traceback.extract_tb(error.__traceback__)
        ours = [item for item in place if "/analysis/" in item.filename] or place
        fault = (
            f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}: {str(error)[:90]}"
        )
    total.slowest = max(total.slowest, time.monotonic() - started)
    total.longest = max(total.longest, len(message))
    return fault


# the readers ---------------------------------------------------------------------------------------


def _copy(source: Path) -> Callable[[Path], Path]:
    return lambda folder: Path(shutil.copyfile(source, folder / source.name))


def _scoring(ending: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        names = {"RU-AMU": "Амурская область", "RU-PRI": "Приморский край", "RU-SA": "Якутия"}
        path = edition.write_sheet(folder / f"expert{ending}", {"RU-AMU": 7}, names).path
        _fill(path, "score", ["7", "3", "10"])
        return path

    return make


def _coding(ending: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        whole = document.read_edition(FIXTURES / "rating" / "synthetic_edition.txt")
        path = coding.write_sheet(whole, folder / f"coder{ending}").path
        _fill(path, "code", ["realised", "stalled", "intended"])
        return path

    return make


def _fill(path: Path, column: str, values: list[str]) -> None:
    from faults.test_forms import filled

    filled(path, column, values)


def _yearbook(folder: Path) -> Path:
    from test_yearbook import workbook

    return workbook(folder)


def _emiss(folder: Path) -> Path:
    from test_emiss import sdmx, series

    return sdmx(folder, series("10000000000", 2021, "1,5"), series("05000000000", 2021, "2"))


def _unload(folder: Path) -> Path:
    from test_customs_trade import unload

    row = ("ЭК", 1, "CN", "1201900000", "166", "1,50", "20", "0", "10000 - АМУРСКАЯ ОБЛАСТЬ")
    return unload(folder, [row, ("ИМ", 2, *row[2:]), ("ЭК", 3, *row[2:])])


def _unload_zip(folder: Path) -> Path:
    import zipfile

    table = _unload(folder)
    with zipfile.ZipFile(folder / "unload.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(table, table.name)
    table.unlink()
    return folder / "unload.zip"


def _claims(folder: Path) -> Path:
    for path in (FIXTURES / "ledger").glob("*.csv"):
        shutil.copy(path, folder)
    return folder / "synthetic_claims.csv"


def _printed(folder: Path) -> Path:
    return _claims(folder).with_name("synthetic_harvest.csv")


def _verify(path: Path, scratch: Path) -> object:
    claims = path.with_name("synthetic_claims.csv")
    outside = indicators.read(FIXTURES / "ledger" / "synthetic_observations.csv")
    found = ledger.verify_file(claims, outside)
    return write_ledger(found, scratch / "ledger.csv"), [text(row.text, "ru") for row in found.rows]


def _descriptor(folder: Path) -> Path:
    return Path(shutil.copyfile(paths.raw() / package.DESCRIPTOR, folder / package.DESCRIPTOR))


def _read_descriptor(path: Path, scratch: Path) -> object:
    raw = paths.raw
    for item in raw().iterdir():  # everything but the descriptor as it is
        if item.name != package.DESCRIPTOR:
            (scratch / item.name).symlink_to(item)
    shutil.copy(path, scratch / package.DESCRIPTOR)
    paths.raw = lambda: scratch
    try:
        known = package.resources()
        return [package.read(name) for name in list(known)[:2]], [package.provenance(name) for name in known]
    finally:
        paths.raw = raw


def _own_table(folder: Path) -> Path:
    from own_files import INVESTMENT, workbook

    book = workbook(folder / "book.xlsx", [["", 2024, 2025], ["Амурская область", 5, 6]], INVESTMENT, "10.1.")
    return user_data.ingest_rosstat(book, ["10.1"], folder / "user", indicators.committed()).path


def _free_csv(folder: Path) -> Path:
    path = folder / "free.csv"
    path.write_bytes("Регион;2022;2023\nАмурская обл.;1 234,5;2\nг. Москва;…;3,5\n".encode("cp1251"))
    return path


def _free_xlsx(folder: Path) -> Path:
    from own_files import workbook

    return workbook(folder / "free.xlsx", [["", 2024, 2025], ["Амурская область", 5, 6]], ["Synthetic"], "1")


def _read_own(path: Path, scratch: Path) -> object:
    return user_data.observations(path.parents[1])


def _statements(path: Path, scratch: Path) -> object:
    whole = document.read_edition(path)
    return (
        statements.to_rows(whole),
        [text(item, "ru") for item in document.uncertainties(whole)],
        document.to_rows(whole),
    )


def _customs(path: Path, scratch: Path) -> object:
    return customs.ingest([path], scratch / "store")


def _grid_yaml(folder: Path) -> Path:
    path = folder / "grid.yaml"
    path.write_text(
        "grid:\n- notebook: 05_association\n  fixed: {alpha: 0.1}\n  cross:\n    edition: [II, III]\n  zip:\n"
        "  - trade_period: [2019, 2020]\n    investment_period: [2022, 2023]\n  exclude:\n  - edition: II\n",
        encoding="utf-8",
    )
    return path


def _grid(path: Path, scratch: Path) -> object:
    return grid.requests(gridfile.read(path))


READERS = {
    reader.name: reader
    for reader in (
        Reader("scoring-xlsx", _scoring(".xlsx"), lambda path, _: edition.read_sheets(path.parent)),
        Reader("scoring-csv", _scoring(".csv"), lambda path, _: edition.read_sheets(path.parent)),
        Reader("coding-xlsx", _coding(".xlsx"), lambda path, _: coding.read_sheet(path, "a")),
        Reader("coding-csv", _coding(".csv"), lambda path, _: coding.read_sheet(path, "a")),
        Reader(
            "scores", _copy(paths.raw() / "rating" / "scores.csv"), lambda path, _: document.load_scores(path)
        ),
        Reader("edition", _copy(FIXTURES / "rating" / "synthetic_edition.txt"), _statements),
        Reader(
            "initiatives",
            _copy(FIXTURES / "rating" / "synthetic_initiatives.csv"),
            lambda path, _: follow_up.read(path),
        ),
        Reader("claims", _claims, _verify),
        Reader("printed-table", _printed, _verify),
        Reader(
            "observations",
            _copy(FIXTURES / "ledger" / "synthetic_observations.csv"),
            lambda path, _: indicators.read(path),
        ),
        Reader("yearbook", _yearbook, lambda path, _: yearbook.read_table(path, "10.1")),
        Reader("emiss", _emiss, lambda path, _: emiss.read(path)),
        Reader("customs-csv", _unload, _customs),
        Reader("customs-zip", _unload_zip, _customs),
        Reader("own-table", _own_table, _read_own),
        Reader("free-csv", _free_csv, lambda path, _: free_table.read(path)),
        Reader("free-xlsx", _free_xlsx, lambda path, _: free_table.read(path)),
        Reader("descriptor", _descriptor, _read_descriptor),
        Reader("grid-toml", _copy(paths.root() / "grids" / "regions.toml"), _grid),
        Reader("grid-yaml", _grid_yaml, _grid),
    )
}


def main() -> int:
    """Fuzz what was asked for; status 1 where an input ended otherwise than it may."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--inputs", type=int, default=300)
    given.add_argument("--seed", type=int, default=0)
    given.add_argument("--reader", choices=READERS, action="append")
    given.add_argument("--keep", type=Path)
    asked = given.parse_args()
    if asked.keep is not None:
        asked.keep.mkdir(parents=True, exist_ok=True)
    others = 0
    for name in asked.reader or READERS:
        total = run(READERS[name], asked.seed, asked.inputs, keep=asked.keep)
        print(f"{name}: {total}", flush=True)
        for fault, count in total.faults.most_common():
            print(f"    {count} x {fault} (first: input {total.first[fault]})", flush=True)
        others += sum(total.faults.values())
    return 1 if others else 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
