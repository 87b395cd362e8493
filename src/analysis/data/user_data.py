"""A reader's own figures: tables of Rosstat's yearbook and of EMISS, kept under ``data/user/``.

One CSV for each table taken in, ``data/user/rosstat/`` and ``data/user/emiss/``, with what it came
from beside every figure. ``register/own_tables.csv`` says which indicator a table holds; a table it
does not know is read under the name of an indicator that the reader gives.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import paths
from analysis.data import regions
from analysis.data.regions import Language
from analysis.errors import AnalysisError

PUBLISHERS = ("rosstat", "emiss")
KEY = ["indicator", "region", "period"]
OBSERVATION = ["region", "indicator", "period", "value", "unit", "source", "basis"]
ORIGIN = ["file", "sha256", "table", "date"]
COLUMNS = [*OBSERVATION, *ORIGIN]
# how every name in the column ``source`` begins that is no resource of data/raw/
PREFIX = "user/"
CUSTOMS = f"{PREFIX}customs"
CUSTOMS_TITLE: dict[Language, str] = {
    "en": "Federal Customs Service, the reader's own files in data/user/customs/",
    "ru": "ФТС России, собственные файлы читателя в data/user/customs/",
}
# digits of a checksum that tell the files of one reader apart
SHORT = 12


@dataclass(frozen=True)
class KnownTable:
    """A table whose indicator is known.

    Attributes
    ----------
    publisher : {'rosstat', 'emiss'}
        Whose it is.
    table : str
        Number of the yearbook's table, or of the EMISS indicator.
    indicator : str
        Identifier in the catalogue.
    title : str
        The publisher's name of it.
    """

    publisher: str
    table: str
    indicator: str
    title: str


@dataclass(frozen=True)
class Ingested:
    """What came of reading a table.

    Attributes
    ----------
    path : Path
        The CSV under ``data/user/``.
    frame : pandas.DataFrame
        Its content, columns `COLUMNS`.
    is_new : bool
        Whether it was written; False if the same figures were there already.
    left_out : tuple of str
        Rows with figures that are no region of the register.
    """

    path: Path
    frame: pd.DataFrame
    is_new: bool
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Origin:
    publisher: str
    file: str
    sha256: str
    table: str


@cache
def known_tables() -> tuple[KnownTable, ...]:
    """Tables whose indicator is known."""
    text = resources.files("analysis.data").joinpath("register/own_tables.csv").read_text(encoding="utf-8")
    return tuple(KnownTable(**row) for row in csv.DictReader(text.splitlines()))


def ingest_rosstat(
    path: Path,
    table: str,
    user: Path,
    units: Mapping[str, str],
    indicator: str | None = None,
    group: str = "",
) -> Ingested:
    """Read a table of the yearbook "Regions of Russia" and keep its figures.

    Parameters
    ----------
    path : Path
        XLSX workbook.
    table : str
        Number of the table (``10.1``).
    user : Path
        Folder of the reader's own files.
    units : dict
        Unit of each indicator that may be read, by its identifier.
    indicator : str, optional
        What the table holds; by default what `known_tables` says.
    group : str
        Heading of the columns wanted, where the table has several.

    Returns
    -------
    Ingested
        The figures and where they are.

    Raises
    ------
    AnalysisError
        If the table's indicator is not known, or the file, its title, its unit or a cell is not as it
        must be; nothing is then written.
    """
    from analysis.data import yearbook  # openpyxl and the customs reader's archives load only here

    number = table.strip().rstrip(".")
    name = _indicator("rosstat", number, indicator, units)
    read = yearbook.read_table(path, number)
    if indicator is None:
        _check_title(read.title, number, path)
    source = _Origin("rosstat", path.name, _digest(path.read_bytes()), number)
    frame = yearbook.observations(read, name, units[name], "", group)
    return _keep(frame, source, user, read.left_out)


def ingest_emiss(
    given: str,
    user: Path,
    units: Mapping[str, str],
    indicator: str | None = None,
    choose: Mapping[str, str] | None = None,
) -> Ingested:
    """Read an SDMX file of EMISS, or fetch an indicator by its number, and keep its figures.

    Parameters
    ----------
    given : str
        A file, or the number of an indicator.
    user, units, indicator
        As in `ingest_rosstat`; the number of a file is looked for in its name (``61497.xml``).
    choose : dict, optional
        Label wanted, by the name of a dimension.

    Returns
    -------
    Ingested
        The figures and where they are.

    Raises
    ------
    AnalysisError
        As `ingest_rosstat`, and if an indicator cannot be fetched.
    """
    from analysis.data import emiss  # fedstat loads only here

    path = Path(given)
    if re.fullmatch(r"\d+", given, re.ASCII) and not path.exists():
        name = _indicator("emiss", given, indicator, units)
        table = emiss.fetch(given)
        content = table.to_csv(index=False, lineterminator="\n").encode()
        origin = _Origin("emiss", f"fedstat.ru/indicator/{given}", _digest(content), given)
    else:
        number = _number_in(path.stem)
        name = _indicator("emiss", number or path.name, indicator, units)
        table = emiss.read(path)
        origin = _Origin("emiss", path.name, _digest(path.read_bytes()), number or path.stem)
    frame = emiss.observations(table, name, units[name], "", choose)
    return _keep(frame, origin, user)


def observations(user: Path) -> pd.DataFrame:
    """Figures of every table taken in; where two have the same figure, the one to be preferred first.

    The yearbook comes before EMISS, and of one publisher what was taken in later comes before what was
    earlier: it is the newer edition.

    Parameters
    ----------
    user : Path
        Folder of the reader's own files.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`; empty without own tables.

    Raises
    ------
    AnalysisError
        If a CSV of those folders is not one that was written here.
    """
    parts = [_read(path) for path in files(user)]
    if not parts:
        return pd.DataFrame(columns=COLUMNS).astype({"value": float})
    table = pd.concat(parts, ignore_index=True)
    rank = table["source"].map(lambda name: PUBLISHERS.index(str(name).split("/")[1]))
    order = table.assign(rank=rank).sort_values(
        ["rank", "date", "source", *KEY], ascending=[True, False, True, True, True, True]
    )
    return order[COLUMNS].reset_index(drop=True)


def files(user: Path) -> list[Path]:
    """CSVs of own tables, in the order of their names."""
    return [path for publisher in PUBLISHERS for path in sorted((user / publisher).glob("*.csv"))]


def has_customs(user: Path) -> bool:
    """Whether there is a customs store, asked without loading the libraries that read one."""
    return (user / "customs" / "manifest.json").is_file()


def is_own(source: str) -> bool:
    """Whether a name in the column ``source`` is a reader's own file."""
    return source.startswith(PREFIX)


def title(source: str, user: Path, language: Language) -> str:
    """Short reference of an own source, for the line under a table or figure.

    Parameters
    ----------
    source : str
        Name in the column ``source``, for which `is_own` holds.
    user : Path
        Folder of the reader's own files.
    language : {'en', 'ru'}
        Language of the reference.

    Raises
    ------
    AnalysisError
        If the file is not as `amur ingest` wrote it.
    """
    if source == CUSTOMS:
        return CUSTOMS_TITLE[language]
    first = _read(user / f"{source.removeprefix(PREFIX)}.csv").iloc[0]
    publisher = {
        "rosstat": {
            "en": "Rosstat, Regions of Russia, table",
            "ru": "Росстат, Регионы России, таблица",
        },
        "emiss": {"en": "EMISS, indicator", "ru": "ЕМИСС, показатель"},
    }[source.split("/")[1]][language]
    own = {"en": "the reader's own file", "ru": "собственный файл читателя"}[language]
    return f"{publisher} {first['table']} ({own} {first['file']}, sha256 {first['sha256'][:SHORT]})"


def _indicator(publisher: str, table: str, given: str | None, units: Mapping[str, str]) -> str:
    """Indicator of a table: the one given, or the known one."""
    if given is not None:
        if given not in units:
            raise AnalysisError(
                f"The indicator {given!r} cannot be read from a table; allowed are: {', '.join(units)}."
            )
        return given
    known = [item for item in known_tables() if item.publisher == publisher]
    for item in known:
        if item.table == table:
            return item.indicator
    kind = {"rosstat": "the yearbook's table", "emiss": "the EMISS indicator"}[publisher]
    listed = "; ".join(f"{item.table} ({item.title}: {item.indicator})" for item in known)
    raise AnalysisError(
        f"Which indicator {kind} {table!r} holds is not known; known are: {listed}. For another, name the "
        "indicator with --indicator."
    )


def _check_title(title_of: str, number: str, path: Path) -> None:
    """Refuse a table that another edition gave this number."""
    expected = next(
        item.title for item in known_tables() if (item.publisher, item.table) == ("rosstat", number)
    )
    if expected.casefold() not in title_of.casefold():
        raise AnalysisError(
            f"Table {number} of {path} is headed {title_of!r}, not {expected!r}: editions number their tables "
            "differently; find the table, and name its indicator with --indicator."
        )


def _number_in(stem: str) -> str | None:
    """Number of a known EMISS indicator in a file's name."""
    numbers = {item.table for item in known_tables() if item.publisher == "emiss"}
    return next((found for found in re.findall(r"\d+", stem) if found in numbers), None)


def _keep(frame: pd.DataFrame, origin: _Origin, user: Path, left_out: tuple[str, ...] = ()) -> Ingested:
    """Write figures to their CSV, unless the same are there."""
    if frame.empty:
        raise AnalysisError(f"{origin.file} holds no figure of a region of the register.")
    table = re.sub(r"[^\w.-]+", "-", origin.table)
    name = f"{frame['indicator'].iloc[0]}-{table}-{origin.sha256[:SHORT]}"
    path = user / origin.publisher / f"{name}.csv"
    frame = frame.assign(
        source=f"{PREFIX}{origin.publisher}/{name}",
        file=origin.file,
        sha256=origin.sha256,
        table=origin.table,
        date=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )[COLUMNS]
    # as it will be read back: a figure that could not be is refused before anything is written
    text = frame.to_csv(index=False, lineterminator="\n")
    frame = _checked(io.StringIO(text), path)
    if path.is_file():
        before = _read(path)
        if before.drop(columns="date").equals(frame.drop(columns="date")):
            return Ingested(path, before, False, left_out)
    paths.write_text(path, text)
    return Ingested(path, frame, True, left_out)


def _read(path: Path) -> pd.DataFrame:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(f"{paths.relative(path)} cannot be read ({error}).") from None
    return _checked(io.StringIO(text), path)


def _checked(text: io.StringIO, path: Path) -> pd.DataFrame:
    """Table of an own CSV, every cell as it must be."""
    where = paths.relative(path)
    try:
        table = pd.read_csv(text, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        table = pd.DataFrame()
    if list(table.columns) != COLUMNS or table.empty:
        raise AnalysisError(
            f"{where} was not written by `amur ingest`, whose files have the columns {', '.join(COLUMNS)}; move it "
            "out of this folder."
        )
    value = pd.to_numeric(table["value"], errors="coerce")
    codes = regions.codes(regions.all_regions())
    wrong = ~np.isfinite(value) | ~table["region"].isin(codes) | ~table["period"].str.fullmatch(r"\d{4}")
    wrong |= table.duplicated(KEY) | (table["source"] != f"{PREFIX}{path.parent.name}/{path.stem}")
    if wrong.any():
        line = int(wrong.to_numpy().argmax()) + 2  # header line and counting from one
        raise AnalysisError(
            f"{where}, line {line}, is not as `amur ingest` writes it; delete the file and read the table in again."
        )
    # to_numeric may miss the last bit
    return table.assign(value=table["value"].map(float))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
