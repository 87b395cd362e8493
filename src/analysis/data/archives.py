"""ZIP files from strangers: what is in them, and a copy of one member that cannot hurt.

Nothing is ever written under a member's own name, and nothing is trusted that the archive says of
itself: the bytes that come out are counted while they come.
"""

from __future__ import annotations

import errno
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from analysis.errors import AnalysisError

MAGIC = b"PK\x03\x04"
EMPTY_MAGIC = b"PK\x05\x06"
# Text tables shrink ten to thirty times; deflate can reach 1032. A small member may be one value
# repeated, so the ratio only counts above FREE_BYTES.
MAX_RATIO = 200
FREE_BYTES = 64 << 20
# A national extract has twelve members a year; more than this is no collection of tables.
MAX_MEMBERS = 10_000


def is_zip(head: bytes) -> bool:
    """Whether a file that begins with `head` is a ZIP, whatever its name."""
    return head.startswith((MAGIC, EMPTY_MAGIC))


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the archive at `path`, with every fault of the format told in one sentence.

    Raises
    ------
    AnalysisError
        If it is damaged, encrypted, has members outside itself or would swell beyond reason.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_traps(path, archive.infolist())
            yield archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        EOFError,
        NotImplementedError,
        UnicodeDecodeError,
    ) as error:
        raise _unreadable(path, error) from None
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        # a list of members that points before the start of the file
        raise _unreadable(path, error) from None
    except RuntimeError as error:  # zipfile's own word for a member that wants a password
        if "encrypted" not in str(error):
            raise
        raise AnalysisError(f"{path} is encrypted; unpack it first and give the table.") from None


def _unreadable(path: Path, error: Exception) -> AnalysisError:
    return AnalysisError(f"{path} begins like a ZIP but cannot be read as one ({error}); fetch it again.")


def members(archive: zipfile.ZipFile) -> tuple[zipfile.ZipInfo, ...]:
    """Members that can be tables: no folders, and none of what macOS adds beside the files."""
    return tuple(
        info
        for info in archive.infolist()
        if not info.is_dir()
        and not info.filename.startswith("__MACOSX/")
        and not PurePosixPath(info.filename).name.startswith(".")
    )


@contextmanager
def member(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    """Open a member for reading, refused as soon as more comes out than an honest table could hold.

    Raises
    ------
    AnalysisError
        While reading, if the member swells beyond `MAX_RATIO`, whatever size its entry declares.
    """
    with archive.open(info) as stream:
        yield _Counted(path, info, stream)  # type: ignore[misc]


class _Counted:
    """The two ways in which a table is read, with the bytes counted."""

    def __init__(self, path: Path, info: zipfile.ZipInfo, stream: IO[bytes]) -> None:
        self._path = path
        self._info = info
        self._stream = stream
        self._count = 0

    def read(self, size: int) -> bytes:
        return self._checked(self._stream.read(size))

    def readline(self, size: int) -> bytes:
        return self._checked(self._stream.readline(size))

    def _checked(self, data: bytes) -> bytes:
        self._count += len(data)
        _refuse_bomb(self._path, self._info, self._count)
        return data


def head(archive: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> bytes:
    """Return the first `size` bytes of a member."""
    with archive.open(info) as stream:
        return stream.read(size)


def _refuse_traps(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_MEMBERS:
        raise AnalysisError(f"{path} holds {len(infos)} members; at most {MAX_MEMBERS} are allowed.")
    for info in infos:
        # zipfile turns backslashes only on Windows; both kinds climb
        parts = info.orig_filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
            raise AnalysisError(
                f"{path} has a member called {info.orig_filename!r}, which points outside the archive; "
                "members must have plain names."
            )
        if info.flag_bits & 1:
            raise AnalysisError(f"{path} is encrypted; unpack it first and give the table.")
        _refuse_bomb(path, info, info.file_size)


def _refuse_bomb(path: Path, info: zipfile.ZipInfo, size: int) -> None:
    if size > FREE_BYTES and size > MAX_RATIO * max(info.compress_size, 1):
        raise AnalysisError(
            f"{path} has a member {info.filename!r} of {info.compress_size} bytes that swells to {size} or "
            f"more; above {FREE_BYTES >> 20} MiB at most {MAX_RATIO} times the packed size is allowed."
        )
