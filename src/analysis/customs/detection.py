"""What a file is, told from its bytes: ZIP, DBF or text, which edition, which separator.

Names lie (the portal's ZIP was met as ``DATTSVT.xlsx``), so the only thing ever read from a name is
the month of the later monthly files, which is written nowhere else.

The editions are those met in public parsers and samples of the Federal Customs Service's extracts:
the Russian one with regions (2013 - January 2022, CSV or DBF), the English one (2015-2019), the
monthly open files without regions (2021-01 - 2022-01), and the re-publication of 2016-2021 by the
Center for Advanced Governance (ЦПУР) and INID, known by its published description.
"""

from __future__ import annotations

import csv
import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from analysis.data import archives
from analysis.errors import AnalysisError

# Field names of the store, in the order of the Russian edition; the district is not kept, because the
# register knows it with dates and the files moved two regions in 2018.
FIELDS = (
    "direction",
    "period",
    "partner",
    "goods",
    "unit",
    "value",
    "net_weight",
    "quantity",
    "region",
    "district",
)
# header names in the order of FIELDS, in lower case
_MONTHLY = ("napr", "period", "strana", "tnved", "edizm", "stoim", "netto", "kol")
EDITIONS: dict[str, tuple[str, ...]] = {
    "russian": (*_MONTHLY, "region", "region_s"),
    "english": (
        *("direction", "period", "country", "hs", "um"),
        *("value", "netweight", "quantity", "region", "region_s"),
    ),
    "monthly": _MONTHLY,
    "republication": (
        *("direction", "month", "country", "code", "measure"),
        *("value", "netto", "quantity", "region", "district"),
    ),
}
SEPARATORS = ("\t", ",", ";")
NUMBERS = ("value", "net_weight", "quantity")

# Enough for a header and some thousand rows, by which the decimal mark is told.
HEAD_BYTES = 1 << 18
# Real lines have some 160 bytes, the longest some 300; a field of megabytes would eat the memory.
MAX_LINE = 1 << 16
BOM = b"\xef\xbb\xbf"
# First byte of dBase III, IV and Visual FoxPro tables, with and without memo.
DBF_VERSIONS = frozenset(b"\x03\x30\x31\x83\x8b\xf5")


@dataclass(frozen=True)
class Layout:
    """How the rows of a table are written.

    Attributes
    ----------
    edition : str
        Key of `EDITIONS`.
    kind : {'text', 'dbf'}
        Delimited text or dBase.
    header : tuple of str
        Column names as written, in the file's order.
    fields : tuple of str
        The same columns under the names of `FIELDS`.
    separator, quote, decimal : str
        Of the text (for DBF, of the text it is turned into).
    month : int or None
        ``yyyymm`` from the file's name, where the rows hold the year only.
    """

    edition: str
    kind: str
    header: tuple[str, ...]
    fields: tuple[str, ...]
    separator: str
    quote: str
    decimal: str
    month: int | None

    @property
    def has_region(self) -> bool:
        """Whether rows say which region they belong to."""
        return "region" in self.fields


@dataclass(frozen=True)
class Table:
    """One customs table: a file, or one member of a ZIP.

    Attributes
    ----------
    path : Path
        File on disk.
    member : str or None
        Name inside the ZIP.
    layout : Layout
        How its rows are written.
    """

    path: Path
    member: str | None
    layout: Layout

    @property
    def name(self) -> str:
        """What messages call it."""
        return str(self.path) if self.member is None else f"{self.path} ({self.member})"


@dataclass(frozen=True)
class Skipped:
    """A file of a folder or ZIP that is no customs table, with the reason."""

    name: str
    reason: str


class _NotCustomsError(Exception):
    """The bytes are something else; in a folder that is no fault."""


def find_tables(given: Iterable[Path]) -> tuple[tuple[Table, ...], tuple[Skipped, ...]]:
    """Every customs table in files, ZIPs and folders of folders.

    Parameters
    ----------
    given : iterable of Path
        What the reader named. In a folder other files may lie beside the tables; a file named by
        itself must be one.

    Returns
    -------
    tables, skipped : tuple
        In the order of the paths.

    Raises
    ------
    AnalysisError
        If a path is missing, a named file is not a customs table, an archive is hostile, or nothing
        was found.
    """
    tables: list[Table] = []
    skipped: list[Skipped] = []
    for path in (each.absolute() for each in given):
        if path.is_dir():
            for file in _walk(path):
                _add(file, tables, skipped)
        elif path.is_file():
            before = len(tables)
            _add(path, tables, skipped)
            if len(tables) == before:
                raise AnalysisError(
                    f"{path} is not a customs table: {skipped[-1].reason}; allowed are extracts with the columns "
                    f"{', '.join(EDITIONS['russian'])}, or those of another edition in docs/own-data.md."
                )
        else:
            raise AnalysisError(f"{path} is neither a file nor a folder; give customs files or their folder.")
    if not tables:
        raise AnalysisError(
            "No customs table was found; expected are CSV or DBF extracts with the header "
            f"{', '.join(EDITIONS['russian'])} or one of the other known editions."
        )
    return tuple(dict.fromkeys(tables)), tuple(skipped)


def _walk(folder: Path) -> Iterator[Path]:
    """Files below `folder` in the order of their names, hidden ones and links to folders left out."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(here, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _add(path: Path, tables: list[Table], skipped: list[Skipped]) -> None:
    try:
        with path.open("rb") as stream:
            first = stream.read(HEAD_BYTES)
    except OSError as error:
        raise AnalysisError(f"{path} cannot be read ({error.strerror}).") from None
    if archives.is_zip(first):
        _add_members(path, tables, skipped)
        return
    try:
        tables.append(Table(path, None, _layout(first, path.name)))
    except _NotCustomsError as reason:
        skipped.append(Skipped(str(path), str(reason)))


def _add_members(path: Path, tables: list[Table], skipped: list[Skipped]) -> None:
    with archives.opened(path) as archive:
        infos = archives.members(archive)
        if any(info.filename == "[Content_Types].xml" for info in infos):
            skipped.append(Skipped(str(path), "it is an Office document, not an extract under a wrong name"))
            return
        if not infos:
            skipped.append(Skipped(str(path), "the ZIP is empty"))
        for info in infos:
            try:
                tables.append(Table(path, info.filename, _member_layout(archive, info)))
            except _NotCustomsError as reason:
                skipped.append(Skipped(f"{path} ({info.filename})", str(reason)))


def _member_layout(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Layout:
    first = archives.head(archive, info, HEAD_BYTES)
    if archives.is_zip(first):
        raise _NotCustomsError("a ZIP inside a ZIP is not opened; unpack the outer one")
    return _layout(first, PurePosixPath(info.filename).name)


def _layout(first: bytes, name: str) -> Layout:
    if not first:
        raise _NotCustomsError("the file is empty")
    if first[0] in DBF_VERSIONS:
        return _dbf_layout(first)
    return _text_layout(first, name)


def _dbf_layout(first: bytes) -> Layout:
    """Layout of a DBF, whose field descriptors have 32 bytes each and begin with the name."""
    size = int.from_bytes(first[8:10], "little")
    names = []
    for start in range(32, min(size, len(first)) - 31, 32):
        descriptor = first[start : start + 32]
        if descriptor[0] == 0x0D:
            break
        names.append(descriptor[:11].split(b"\0")[0].decode("ascii", "replace"))
    edition = _edition(names)
    return Layout(edition, "dbf", tuple(names), _fields(edition, names), "\t", "", ".", None)


def _text_layout(first: bytes, name: str) -> Layout:
    text = first.removeprefix(BOM).decode("utf-8", "replace")
    lines = re.split(r"\r\n|\n|\r", text)
    separator, names = _header(lines[0])
    edition = _edition(names)
    fields = _fields(edition, names)
    # the last line of the sample may be cut
    rows = [row for row in _rows(lines[1:-1] or lines[1:], separator) if len(row) == len(names)]
    return Layout(
        edition,
        "text",
        tuple(names),
        fields,
        separator,
        '"',
        _decimal(rows, fields, edition),
        _month_of_name(rows, fields, name),
    )


def _rows(lines: list[str], separator: str) -> Iterator[list[str]]:
    """Fields of each line by itself, so that one stray quote cannot swallow the sample."""
    for line in lines:
        if len(line) <= MAX_LINE:
            yield next(csv.reader([line], delimiter=separator), [])


def _header(line: str) -> tuple[str, list[str]]:
    if len(line) > MAX_LINE:
        raise _NotCustomsError(f"its first line has more than {MAX_LINE} characters")
    for separator in SEPARATORS:
        names = next(csv.reader([line], delimiter=separator), [])
        if len(names) > 1:
            return separator, [name.strip() for name in names]
    raise _NotCustomsError("its first line is no header with tabs, commas or semicolons")


def _edition(names: list[str]) -> str:
    given = sorted(name.lower() for name in names)
    for edition, columns in EDITIONS.items():
        if given == sorted(columns):
            return edition
    raise _NotCustomsError(f"its columns {', '.join(names)[:200]!r} are those of no known edition")


def _fields(edition: str, names: list[str]) -> tuple[str, ...]:
    meaning = dict(zip(EDITIONS[edition], FIELDS, strict=False))
    return tuple(meaning[name.lower()] for name in names)


def _decimal(rows: list[list[str]], fields: tuple[str, ...], edition: str) -> str:
    """Decimal mark of the sample; whole numbers say nothing, and then the edition's own mark counts."""
    places = [fields.index(field) for field in NUMBERS]
    cells = [row[place] for row in rows for place in places]
    for mark in (",", "."):
        if any(mark in cell for cell in cells):
            return mark
    return "," if edition == "russian" else "."


def _month_of_name(rows: list[list[str]], fields: tuple[str, ...], name: str) -> int | None:
    """Month ``yyyymm`` from a name like ``2021-03.csv``, where the rows hold the year only."""
    place = fields.index("period")
    if not rows or not re.fullmatch(r"\d{4}", rows[0][place]):
        return None
    found = re.search(r"(?<!\d)((?:19|20)\d{2})[-_.]?(0[1-9]|1[0-2])(?!\d)", name)
    if found is None or found[1] != rows[0][place]:
        raise AnalysisError(
            f"The rows of {name} hold the year {rows[0][place]} without a month, and its name gives none of "
            "that year; name the file by its month, such as 2021-03.csv."
        )
    return int(found[1] + found[2])
