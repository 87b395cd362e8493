"""What a file is, told from its bytes: ZIP, DBF or text, which edition, which separator.

Names lie (the portal's ZIP was met as ``DATTSVT.xlsx``), so the only thing ever read from a name is
the month of the later monthly files, which is written nowhere else.

The editions are those met in public parsers and samples of the Federal Customs Service's extracts:
the Russian one with regions (2013 - January 2022, CSV or DBF), the English one (2015-2019), the
monthly open files without regions (2021-01 - 2022-01), and the re-publication of 2016-2021 by the
Center for Advanced Governance and INID, known by its published description.
"""

from __future__ import annotations

import codecs
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
# other names of the same columns: unloads of 2022 call the partner's column so
ALIASES = {"nastranapr": "strana"}
# what a saved data frame puts before the columns
INDEX_HEADS = ("", "index", "unnamed: 0")
INDEX = "index"
SEPARATORS = ("\t", ",", ";")
# the portal could unload at each of these levels; ten digits are the usual one
LEVELS = (2, 4, 6, 8, 10)
NUMBERS = ("value", "net_weight", "quantity")

# Enough for a header and some thousand rows, by which the decimal mark is told.
HEAD_BYTES = 1 << 18
# Real lines have some 160 bytes, the longest some 300; a field of megabytes would eat the memory.
MAX_LINE = 1 << 16
BOM = b"\xef\xbb\xbf"
# First byte of dBase III, IV and Visual FoxPro tables, with and without memo.
DBF_CODEPAGE = "cp866"
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
    encoding : str
        Of the bytes: ``utf-8``, ``utf-16``, ``cp1251``; ``cp866`` of a DBF.
    level : int
        Digits of every goods code: a file unloaded at six digits holds subheadings, not codes with lost zeros.
    """

    edition: str
    kind: str
    header: tuple[str, ...]
    fields: tuple[str, ...]
    separator: str
    quote: str
    decimal: str
    month: int | None
    encoding: str = "utf-8"
    level: int = 10

    @property
    def has_region(self) -> bool:
        """Whether rows say which region they belong to."""
        return "region" in self.fields


@dataclass(frozen=True)
class SourceTable:
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


def find_tables(given: Iterable[Path]) -> tuple[tuple[SourceTable, ...], tuple[Skipped, ...]]:
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
    tables: list[SourceTable] = []
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


def _add(path: Path, tables: list[SourceTable], skipped: list[Skipped]) -> None:
    try:
        with path.open("rb") as stream:
            first = stream.read(HEAD_BYTES)
    except OSError as error:
        raise AnalysisError(f"{path} cannot be read ({error.strerror}).") from None
    if archives.is_zip(first):
        _add_members(path, tables, skipped)
        return
    try:
        tables.append(SourceTable(path, None, _layout(first, path.name)))
    except _NotCustomsError as reason:
        skipped.append(Skipped(str(path), str(reason)))


def _add_members(path: Path, tables: list[SourceTable], skipped: list[Skipped]) -> None:
    with archives.opened(path) as archive:
        infos = archives.members(archive)
        if any(info.filename == "[Content_Types].xml" for info in infos):
            skipped.append(Skipped(str(path), "it is an Office document, not an extract under a wrong name"))
            return
        if not infos:
            skipped.append(Skipped(str(path), "the ZIP is empty"))
        for info in infos:
            try:
                tables.append(SourceTable(path, info.filename, _member_layout(archive, info)))
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
    fields = _fields(edition, names)
    rows = _dbf_rows(first, len(names))
    return Layout(
        edition,
        "dbf",
        tuple(names),
        fields,
        "\t",
        "",
        _decimal(rows, fields, "dbf"),
        None,
        DBF_CODEPAGE,
        _level(rows, fields),
    )


def _dbf_rows(first: bytes, columns: int) -> list[list[str]]:
    """Records in the first bytes of a DBF, by which decimal mark and level are told."""
    start, width = int.from_bytes(first[8:10], "little"), int.from_bytes(first[10:12], "little")
    widths = [first[32 * number + 48] for number in range(columns) if 32 * number + 48 < len(first)]
    rows = []
    if len(widths) == columns and width == 1 + sum(widths):
        for at in range(start, len(first) - width + 1, width):
            text = first[at + 1 : at + width].decode(DBF_CODEPAGE, "replace")
            ends = [sum(widths[: number + 1]) for number in range(columns)]
            rows.append([text[end - size : end].strip() for end, size in zip(ends, widths, strict=True)])
    return rows


def _text_layout(first: bytes, name: str) -> Layout:
    encoding = _encoding(first)
    text = first.removeprefix(BOM).decode(encoding, "replace").removeprefix("\ufeff")
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
        encoding,
        _level(rows, fields),
    )


def _encoding(first: bytes) -> str:
    """Encoding of a text by its mark, or by whether its beginning is UTF-8."""
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        # the sample may end inside a letter
        codecs.getincrementaldecoder("utf-8")().decode(first)
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def _level(rows: list[list[str]], fields: tuple[str, ...]) -> int:
    """Digits of the goods codes, where the whole sample has one of the portal's levels."""
    place = fields.index("goods")
    lengths = {len(row[place]) for row in rows if len(row) == len(fields)}
    return lengths.pop() if len(lengths) == 1 and lengths <= set(LEVELS) else LEVELS[-1]


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


def _plain(names: list[str]) -> list[str]:
    """Header names in lower case, under the name the edition has; an index column's is `INDEX`."""
    plain = [ALIASES.get(name.lower(), name.lower()) for name in names]
    if plain and plain[0] in INDEX_HEADS:
        plain[0] = INDEX
    return plain


def _edition(names: list[str]) -> str:
    given = [name for name in _plain(names) if name != INDEX]
    for edition, columns in EDITIONS.items():
        if sorted(given) == sorted(columns):
            return edition
    nearest = max(EDITIONS, key=lambda edition: len(set(EDITIONS[edition]) & set(given)))
    missing = [name for name in EDITIONS[nearest] if name not in given]
    unknown = [name for name in given if name not in EDITIONS[nearest]]
    if len(missing) > len(EDITIONS[nearest]) // 2:
        raise _NotCustomsError(f"its columns {', '.join(names)[:200]!r} are those of no known edition")
    told = [f"lacks {', '.join(missing)}"] if missing else []
    told += [f"has {', '.join(unknown)[:100]} besides"] if unknown else []
    told += ["names a column twice"] if not told else []
    raise _NotCustomsError(
        f"its header is nearest to the {nearest} edition ({', '.join(EDITIONS[nearest])}) but {' and '.join(told)}"
    )


def _fields(edition: str, names: list[str]) -> tuple[str, ...]:
    meaning = dict(zip(EDITIONS[edition], FIELDS, strict=False)) | {INDEX: INDEX}
    return tuple(meaning[name] for name in _plain(names))


def _decimal(rows: list[list[str]], fields: tuple[str, ...], edition: str) -> str:
    """Decimal mark of the sample; whole numbers say nothing, and then the edition's own mark counts."""
    places = [fields.index(field) for field in NUMBERS]
    cells = [row[place] for row in rows if len(row) == len(fields) for place in places]
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
