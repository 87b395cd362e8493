"""DBF extracts as text: the header through the kept library ``dbf``, the records as fixed columns.

Record by record the library reads 14,000 rows a second; an extract of the format's full size (2 GB)
would take a quarter of an hour. Records are fixed-width bytes in CP866, one byte a letter, so
once the library has said where the columns are, cutting them is all that is left to do.
"""

from __future__ import annotations

import re
import struct
import tempfile
from collections.abc import Callable, Iterator
from typing import IO

import dbf
import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError

CODEPAGE = "cp866"
# Character and the two kinds of written-out numbers; everything else is binary and not in any extract.
TEXT_TYPES = frozenset("CNF")
DELETED = ord("*")
PREFIX = 32  # bytes before the first field descriptor
RECORDS = 1 << 17


def blocks(name: str, stream: IO[bytes], taken: Callable[[bytes], None]) -> Iterator[tuple[bytes, list[int]]]:
    """Records of a DBF as tab-separated UTF-8 lines, in blocks.

    Parameters
    ----------
    name : str
        What messages call the table.
    stream : binary file
        The DBF from its beginning.
    taken : callable
        Told of all bytes read.

    Yields
    ------
    data : bytes
        Lines; blanks at either end of a cell are dropped, and so are records marked as deleted.
    numbers : list of int
        Number of the record in each line, from 1.

    Raises
    ------
    AnalysisError
        If the header is damaged, a column is binary or the file is shorter than the header says.
    """
    widths, count = _structure(name, stream, taken)
    width = 1 + sum(widths)
    for first in range(0, count, RECORDS):
        wanted = min(RECORDS, count - first)
        data = stream.read(wanted * width)
        if len(data) < wanted * width:
            raise AnalysisError(f"{name} is shorter than its header says ({count} records); fetch it again.")
        taken(data)
        block = np.frombuffer(data, dtype=np.uint8).reshape(wanted, width)
        kept = np.flatnonzero(block[:, 0] != DELETED)
        if len(kept):
            yield _text(block[kept, 1:], widths), (kept + first + 1).tolist()
    while rest := stream.read(RECORDS):  # the mark of the end, which the checksum covers too
        taken(rest)


def _structure(name: str, stream: IO[bytes], taken: Callable[[bytes], None]) -> tuple[list[int], int]:
    """Widths of the columns and the number of records, with the stream left at the first of them."""
    prefix = stream.read(PREFIX)
    # bytes 4-7 count the records, 8-9 give the length of the header, 10-11 that of a record
    count, start, width = struct.unpack("<IHH", prefix[4:12].ljust(8, b"\0"))
    header = prefix + stream.read(max(start - len(prefix), 0))
    taken(header)
    # the library wants a table; one without records says all it has to say of the columns
    empty = header[:4] + bytes(4) + header[8:]
    try:
        with tempfile.NamedTemporaryFile(suffix=".dbf") as file:
            file.write(empty)
            file.flush()
            with dbf.Table(file.name, codepage=CODEPAGE).open(dbf.READ_ONLY) as table:
                infos = {column: table.field_info(column) for column in table.field_names}
    except (dbf.DbfError, struct.error, ValueError, IndexError, KeyError, TypeError) as error:
        raise AnalysisError(f"{name} begins like a DBF but its header cannot be read ({error}).") from None
    for column, info in infos.items():
        if chr(info.field_type) not in TEXT_TYPES:
            raise AnalysisError(
                f"{name} has the column {column} of the binary type {chr(info.field_type)!r}; extracts hold text "
                "and written-out numbers only (types C, N, F)."
            )
    widths = [int(info.length) for info in infos.values()]
    if width != 1 + sum(widths):
        raise AnalysisError(f"{name} has records of {width} bytes, but its columns need {1 + sum(widths)}.")
    return widths, int(count)


def _text(block: NDArray[np.uint8], widths: list[int]) -> bytes:
    """Records as lines: a tab between columns, blanks at either end of a cell dropped."""
    cells = np.split(np.where(block < 0x20, np.uint8(0x20), block), np.cumsum(widths)[:-1], axis=1)
    mark = np.full((len(block), 1), ord("\t"), dtype=np.uint8)
    pieces = [piece for cell in cells for piece in (cell, mark)]
    pieces[-1] = np.full((len(block), 1), ord("\n"), dtype=np.uint8)
    text = np.hstack(pieces).tobytes().decode(CODEPAGE)
    return re.sub(r" *([\t\n]) *", r"\1", text).lstrip(" ").encode()
