"""One customs table into Parquet: dollars, kilograms, codes as text, nothing guessed.

Polars parses; it measured faster than DuckDB on these files. It does not get the last word on what a
row is. A text file is streamed to Parquet whole, while another thread takes checksum and number of
lines. If that gives other than one row a line, or a value that breaks a rule (`rules`), the file is
read again in blocks of whole lines, and a block with a fault line by line in plain Python, which tells
every row that cannot be read, its line and the reason. ZIP members and DBF are read in blocks from the
start, so they need no room on disk. Memory does not grow with the file.

Stored columns: ``is_export``, ``period`` (yyyymm), ``partner`` (two letters, or ``NNN`` for unknown),
``goods`` (ten characters; ``X`` where digits are withheld), ``unit``, ``value`` (US dollars),
``net_weight`` (kg), ``quantity`` (in ``unit``), ``region`` (five-digit OKATO; empty in editions
without regions).
"""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import IO, Literal

import numpy as np
import polars as pl

from analysis.customs import dbase, rules
from analysis.customs.detection import MAX_LINE, NUMBERS, Layout, SourceTable
from analysis.customs.rules import CHINA, DIRECTIONS, UNKNOWN_PARTNER, Unreadable
from analysis.data import archives
from analysis.errors import AnalysisError

# direction -> region -> months with rows
Coverage = dict[str, dict[str, tuple[int, ...]]]
Progress = Callable[[str, float], None]

NO_REGION = ""
COVERED = ("is_export", "region", "period")
STORED: dict[str, pl.DataType] = {
    "is_export": pl.Boolean(),
    "period": pl.Int32(),
    "partner": pl.String(),
    "goods": pl.String(),
    "unit": pl.String(),
    "value": pl.Float64(),
    "net_weight": pl.Float64(),
    "quantity": pl.Float64(),
    "region": pl.String(),
}
EXPORTS = [word for word, is_export in DIRECTIONS.items() if is_export]
MAY_BE_EMPTY = ("partner", "unit", "district")
# One row in a thousand: the paper prints shares to 0.1 %, which a loss of this size cannot move by
# more than a unit of the last digit unless the lost rows are unlike the others.
MAX_UNREADABLE_SHARE = 0.001
# A file with more unreadable rows than this is not an extract with faults but something else.
MAX_LISTED = 100_000
# Some 200 000 rows. Measured: blocks of 32 and 64 MiB take the same time, of 32 less memory.
BLOCK = 32 << 20
# a line of more than MAX_LINE covers at least one whole piece of half that size, which then has no end in it
HALF = MAX_LINE // 2
COUNTED = 1 << 20  # read at a time; a multiple of HALF, so that pieces stay pieces from one read to the next
NEWLINE = ord("\n")
# Parquet's dictionaries alone make less than a fifth of the text. Of that fifth snappy would save a quarter for a
# tenth of the ingest's time, zstd four tenths for a quarter.
COMPRESSION: Literal["uncompressed"] = "uncompressed"


@dataclass(frozen=True)
class Part:
    """A table turned into Parquet.

    Attributes
    ----------
    paths : tuple of Path
        Parquet files, one a block.
    rows : int
        Rows in them.
    unreadable : tuple of Unreadable
        Rows left out.
    monthly : polars.DataFrame
        Their sums, as `monthly` gives them.
    sha256 : str
        Checksum of the table as delivered (for a ZIP member, unpacked).
    """

    paths: tuple[Path, ...]
    rows: int
    unreadable: tuple[Unreadable, ...]
    monthly: pl.DataFrame
    sha256: str

    @property
    def coverage(self) -> Coverage:
        """Months with rows, by direction and region, both in order."""
        found = self.monthly.group_by("is_export", "region").agg(pl.col("period").sort())
        months: Coverage = {}
        for is_export, region, periods in found.sort("is_export", "region", descending=[True, False]).rows():
            months.setdefault("export" if is_export else "import", {})[region] = tuple(periods)
        return months


@dataclass(frozen=True)
class _Block:
    """Whole lines of a table, the number of each in it, and how much of the table has been read."""

    data: bytes
    numbers: Iterable[int]
    share: float


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def monthly(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Dollars by direction, region and month: ``value`` of trade with all partners, ``china`` of that with China.

    Months without a row have none. They are what the table of observations takes from customs files.
    """
    china = pl.when(pl.col("partner") == CHINA).then(pl.col("value")).otherwise(0.0)
    # the column first and then its sum: half the time of a sum over a condition
    return rows.with_columns(china.alias("china")).group_by(COVERED).agg(pl.col("value", "china").sum())


def added(sums: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """One frame from several that `monthly` gave."""
    return pl.concat(sums).group_by(COVERED).agg(pl.col("value", "china").sum())


def read(table: SourceTable, folder: Path, progress: Progress | None = None) -> Part:
    """Turn one table into Parquet files in `folder`.

    Parameters
    ----------
    table : SourceTable
        What `analysis.customs.detection.find_tables` found.
    folder : Path
        Temporary folder; everything written goes there.
    progress : callable, optional
        Called with the table's name and the share done.

    Returns
    -------
    Part
        The files and what is in them.

    Raises
    ------
    AnalysisError
        If more than `MAX_UNREADABLE_SHARE` of the rows cannot be read, or the file is hostile.
    """
    if table.member is None and table.layout.kind == "text" and table.layout.encoding == "utf-8":
        part = _read_whole(table, folder, progress)
        if part is not None:
            return part
    return _read_in_blocks(table, folder, progress)


def _read_whole(table: SourceTable, folder: Path, progress: Progress | None) -> Part | None:
    """Stream a text file to Parquet, or give None unless every line became a row that keeps the rules."""
    path = folder / "whole.parquet"
    with ThreadPoolExecutor(1) as pool:
        counting = pool.submit(_count, table, progress)
        try:
            plan(table.layout, table.path).sink_parquet(path, compression=COMPRESSION)
            stored = pl.scan_parquet(path, glob=False)
            written = stored.select(pl.len()).collect().item()
            sums = _checked(table.layout, stored) if written else None
        except pl.exceptions.PolarsError:
            sums = None
        checksum, lines = counting.result()
    if sums is None or lines is None or written != lines - 1:  # the header
        path.unlink(missing_ok=True)
        return None
    if progress is not None:
        progress(table.name, 1.0)
    return Part((path,), written, (), sums, checksum)


def _count(table: SourceTable, progress: Progress | None) -> tuple[str, int | None]:
    """Checksum and number of lines, or None for lines of which one may be too long.

    Told as the first half of the work, since polars says nothing of the other.
    """
    checksum, lines, done, last, is_long = hashlib.sha256(), 0, 0, NEWLINE, False
    size = table.path.stat().st_size
    buffer = np.empty(COUNTED, dtype=np.uint8)
    with table.path.open("rb", buffering=0) as stream:
        while taken := stream.readinto(buffer.data):
            data = buffer[:taken]
            checksum.update(data.data)
            is_end = data == NEWLINE
            # numpy counts five times faster than bytes do, and this thread shares two cores with the parser
            lines += int(np.count_nonzero(is_end))
            is_long |= any(
                not is_end[start : start + HALF].any() for start in range(0, taken - HALF + 1, HALF)
            )
            done += taken
            last = int(data[-1])
            if progress is not None and done % BLOCK < COUNTED:
                progress(table.name, done / size / 2)
    return checksum.hexdigest(), None if is_long else lines + (last != NEWLINE)


def _read_in_blocks(table: SourceTable, folder: Path, progress: Progress | None) -> Part:
    checksum = hashlib.sha256()
    paths: list[Path] = []
    unreadable: list[Unreadable] = []
    sums: list[pl.DataFrame] = []
    rows = 0
    for block in _ahead(_blocks(table, checksum.update)):
        if (parsed := _parse(table.layout, block.data)) is not None:
            frame, found = parsed
        else:
            frame, faults = rules.read_carefully(table, block.data, block.numbers)
            unreadable += faults
            _refuse_many(table, len(unreadable))
            found = monthly(frame.lazy()).collect()
        path = folder / f"{len(paths)}.parquet"
        frame.write_parquet(path, compression=COMPRESSION)
        paths.append(path)
        rows += frame.height
        sums.append(found)
        if progress is not None:
            progress(table.name, block.share)
    _refuse_losses(table, rows, unreadable)
    return Part(tuple(paths), rows, tuple(unreadable), added(sums), checksum.hexdigest())


def _ahead(blocks: Iterator[_Block]) -> Iterator[_Block]:
    """Read and hash the next block while the present one is parsed."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = pool.submit(next, blocks, None)
            yield block


def _blocks(table: SourceTable, update: Callable[[bytes], None]) -> Iterator[_Block]:
    if table.member is not None:
        with archives.opened(table.path) as archive:
            info = archive.getinfo(table.member)
            with archives.member(table.path, archive, info) as stream:
                yield from _blocks_of(table, stream, info.file_size, update)
    else:
        with table.path.open("rb") as stream:
            yield from _blocks_of(table, stream, table.path.stat().st_size, update)


def _blocks_of(
    table: SourceTable, stream: IO[bytes], size: int, update: Callable[[bytes], None]
) -> Iterator[_Block]:
    kind = dbase.blocks if table.layout.kind == "dbf" else _text_blocks
    done = 0

    def taken(data: bytes) -> None:
        nonlocal done
        done += len(data)
        update(data)

    if table.layout.kind == "text" and table.layout.encoding != "utf-8":
        # polars reads UTF-8 alone; the checksum is of the bytes as they are
        pieces = kind(table.name, _Recoded(stream, table, taken), _nothing)  # type: ignore[arg-type]
    else:
        pieces = kind(table.name, stream, taken)
    for data, numbers in pieces:
        yield _Block(data, numbers, min(done / max(size, 1), 1.0))


def _nothing(_data: bytes) -> None:
    """Count nothing: the recoding stream has counted."""


class _Recoded:
    """A text of another encoding as UTF-8, read in the two ways a table is read."""

    def __init__(self, stream: IO[bytes], table: SourceTable, taken: Callable[[bytes], None]) -> None:
        self._stream = stream
        self._name = table.name
        self._encoding = table.layout.encoding
        self._decoder = codecs.getincrementaldecoder(self._encoding)()
        self._taken = taken
        self._ready = b""
        self._is_done = False

    def _fill(self, size: int) -> None:
        while len(self._ready) < size and not self._is_done:
            data = self._stream.read(COUNTED)
            self._taken(data)
            self._is_done = not data
            try:
                self._ready += self._decoder.decode(data, final=self._is_done).encode()
            except UnicodeDecodeError:
                raise AnalysisError(
                    f"{self._name} is text in {self._encoding.upper()} by its beginning, and not throughout; save it as "
                    "UTF-8."
                ) from None

    def read(self, size: int) -> bytes:
        self._fill(size)
        data, self._ready = self._ready[:size], self._ready[size:]
        return data

    def readline(self, size: int) -> bytes:
        self._fill(size)
        end = self._ready.find(b"\n", 0, size)
        return self.read(size if end < 0 else end + 1)


def _text_blocks(
    name: str, stream: IO[bytes], taken: Callable[[bytes], None]
) -> Iterator[tuple[bytes, Iterable[int]]]:
    """Lines after the header in blocks, with their numbers."""
    taken(_line(name, stream))
    number = 2  # the header is line 1
    while data := stream.read(BLOCK):
        if not data.endswith(b"\n"):
            data += _line(name, stream)
        _refuse_long_lines(name, data)
        taken(data)
        yield data, count(number)
        number += data.count(b"\n")


def _refuse_long_lines(name: str, data: bytes) -> None:
    """Refuse a block with a line of more than `MAX_LINE` bytes."""
    # lines are only measured if a piece without an end says that one may be too long
    suspect = any(data.find(b"\n", start, start + HALF) < 0 for start in range(0, len(data) - HALF, HALF))
    if suspect and max(map(len, data.split(b"\n"))) > MAX_LINE:
        raise rules.too_long(name)


def _line(name: str, stream: IO[bytes]) -> bytes:
    line = stream.readline(MAX_LINE + 1)
    if len(line) > MAX_LINE:
        raise rules.too_long(name)
    return line


def _parse(layout: Layout, data: bytes) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Rows of a block by polars and their sums, or None unless every line became a row that keeps the rules."""
    try:
        frame = plan(layout, io.BytesIO(data), has_header=False).collect()
    except pl.exceptions.PolarsError:
        return None
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    sums = _checked(layout, frame.lazy()) if frame.height == lines else None
    return None if sums is None else (frame, sums)


def plan(layout: Layout, source: Path | io.BytesIO, *, has_header: bool = True) -> pl.LazyFrame:
    """Rows of a text in the store's columns, for polars to stream; what is not understood is null."""
    text = pl.scan_csv(
        source,
        has_header=False,
        skip_lines=int(has_header),
        separator=layout.separator,
        quote_char=layout.quote or None,
        decimal_comma=layout.decimal == ",",
        schema={field: _types(layout.month is None).get(field, pl.String()) for field in layout.fields},
        empty_string_is_null=False,  # numbers are null all the same
        ignore_errors=True,  # cells that are no numbers, or none of the words allowed, become null
        glob=False,
    )
    return text.select(_stored(layout))


@cache
def _types(has_month: bool) -> dict[str, pl.DataType]:
    """Types in which polars reads the columns that are no free text.

    Words of a list are looked up while they are read, which costs next to nothing and leaves nothing to be cut to
    pieces or checked afterwards. A partner is not such a word: an empty one would be the same as a wrong one.
    """
    types: dict[str, pl.DataType] = {"direction": pl.Enum(list(DIRECTIONS))}
    if has_month:
        types["period"] = pl.Enum(list(rules.MONTHS))
    return types | dict.fromkeys(NUMBERS, pl.Float64())


def _stored(layout: Layout) -> list[pl.Expr]:
    """Columns of the store from those of the file, in expressions that polars can stream."""
    is_export = pl.col("direction").is_in(EXPORTS)
    if (last := layout.fields[-1]) in MAY_BE_EMPTY:
        # polars fills up a line that is cut short; the careful reader knows it from one that ends in nothing
        is_export = pl.when(pl.col(last) != "").then(is_export)
    if layout.month is None:
        # months of a spelling stand in order; sixteen bits hold them all and are the fastest to reckon in
        place = pl.col("period").to_physical()
        year = place % (12 * (rules.LAST_YEAR - rules.FIRST_YEAR + 1)) // 12 + rules.FIRST_YEAR
        month = year.cast(pl.Int32()) * 100 + place % 12 + 1
    else:
        month = pl.when(pl.col("period") == str(layout.month // 100)).then(pl.lit(layout.month, pl.Int32()))
    partner = pl.col("partner")
    # the code stands before the first ' - '; the name holds more of them and is the register's business
    region = pl.col("region").str.head(rules.OKATO_DIGITS) if layout.has_region else pl.lit(NO_REGION)
    return [
        is_export.alias("is_export"),
        month.alias("period"),
        pl.when(partner == "").then(pl.lit(UNKNOWN_PARTNER)).otherwise(partner).alias("partner"),
        *(pl.col(name) for name in ("goods", "unit", *NUMBERS)),
        region.alias("region"),
    ]


def questions(rows: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Ask for the sums of the rows and what the rules are asked of, distinct values: goods, partners, amounts."""
    return [
        monthly(rows),
        *(rows.select(name).unique() for name in ("goods", "partner")),
        rows.select(
            pl.any_horizontal(pl.col(NUMBERS).has_nulls()).alias("missing"),
            pl.min_horizontal(pl.col(NUMBERS).min()).alias("least"),
            # unlike the maximum, a sum lets neither NaN nor infinity pass
            pl.all_horizontal(pl.col(NUMBERS).sum().is_finite()).alias("finite"),
        ),
    ]


def _checked(layout: Layout, rows: pl.LazyFrame) -> pl.DataFrame | None:
    """Sums of the rows, or None if a value is one the store may not hold."""
    sums, goods, partners, amounts = pl.collect_all(questions(rows), engine="streaming")
    missing, least, finite = amounts.row(0)
    code = pl.col("goods")
    is_goods = code.str.contains(f"^(?:{rules.GOODS})$") & (code.str.len_chars() == layout.level)
    if (
        missing
        or not finite
        or least < 0
        or sums["is_export"].has_nulls()
        or sums["period"].has_nulls()
        or (layout.has_region and not all(map(rules.is_region, set(sums["region"]))))
        or not goods.select(is_goods.all()).item()
        or not rules.PARTNERS.issuperset(partners["partner"])
    ):
        return None
    return sums


def _refuse_losses(table: SourceTable, rows: int, unreadable: list[Unreadable]) -> None:
    lines = rows + len(unreadable)
    if not lines:
        raise AnalysisError(f"{table.name} has a header and no rows.")
    if len(unreadable) > MAX_UNREADABLE_SHARE * lines:
        reasons: dict[str, list[int]] = {}
        for each in unreadable:
            reasons.setdefault(each.reason, []).append(each.line)
        largest = sorted(reasons.items(), key=lambda item: -len(item[1]))
        shown = "; ".join(f"{reason} ({len(at)} rows, line {at[0]} first)" for reason, at in largest[:3])
        raise AnalysisError(
            f"{table.name}: {len(unreadable)} of {lines} rows cannot be read: {shown}; at most "
            f"{MAX_UNREADABLE_SHARE:.1%} may be, so the store is left as it was."
        )


def _refuse_many(table: SourceTable, unreadable: int) -> None:
    if unreadable > MAX_LISTED:
        raise AnalysisError(
            f"{table.name}: more than {MAX_LISTED} rows cannot be read, which is no customs table with faults "
            "but something else; the store is left as it was."
        )
