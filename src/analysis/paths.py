"""Where things are: the repository's folders, found from the package itself.

Notebooks run from any folder, so nothing may depend on the working directory.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from analysis.errors import AnalysisError


@cache
def root() -> Path:
    """Top folder of the repository.

    Raises
    ------
    AnalysisError
        If the package was installed apart from its repository, so that there is no data.
    """
    folder = Path(__file__).resolve().parents[2]
    if not (folder / "data" / "raw" / "datapackage.json").is_file():
        raise AnalysisError(
            f"The package in {folder} stands apart from the repository, so data/raw/ is missing; "
            "install it from a clone with `make reproduce` or `pip install --editable .`."
        )
    return folder


def raw() -> Path:
    """Folder of the raw extracts."""
    return root() / "data" / "raw"


def user() -> Path:
    """Folder of the reader's own files."""
    return root() / "data" / "user"


def processed() -> Path:
    """Folder of what is rebuilt from raw and user data."""
    return root() / "data" / "processed"


def results() -> Path:
    """Folder that only `amur reproduce` writes."""
    return root() / "results"


def reference() -> Path:
    """Folder of the committed results that a rerun is checked against."""
    return root() / "reference"


def notebooks() -> Path:
    """Folder of the notebooks."""
    return root() / "notebooks"


def build() -> Path:
    """Folder of everything that is neither committed nor a result."""
    return root() / "build"


def relative(path: Path) -> str:
    """`path` below the repository root with forward slashes, or as it is when it stands elsewhere."""
    try:
        return path.resolve().relative_to(root()).as_posix()
    except ValueError:
        return path.as_posix()


def make_folder(folder: Path) -> Path:
    """Create `folder` and make sure that files can be written there.

    Raises
    ------
    AnalysisError
        If it cannot be created or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if is_full(error):
            raise DiskFullError(folder) from None
        raise AnalysisError(
            f"The folder {relative(folder)} cannot be written ({error.strerror}); "
            "choose an output folder where files can be created."
        ) from None
    return folder


class DiskFullError(AnalysisError):
    """There was no room for a file; what was there before is as it was.

    Parameters
    ----------
    folder : Path
        Where the file was to go.
    needed : int, optional
        Bytes it takes, where that is known.
    at_least : bool
        Whether it may take more.
    """

    def __init__(self, folder: Path, needed: int | None = None, *, at_least: bool = False) -> None:
        if not needed:  # what found no room may have gone to the temporary folder
            folder = _fullest(folder)
        free = shutil.disk_usage(_existing(folder)).free
        told = f"{'more than ' * at_least}{size(needed)} needed, {size(free)}" if needed else size(free)
        super().__init__(
            f"The disk of {relative(folder)} is full ({told} free); make room and run the same command again, "
            "what was there before is unchanged."
        )


def is_full(error: BaseException) -> bool:
    """Whether an error says that there is no room: on the disk, in a quota, or under a limit on file sizes."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def need_room(folder: Path, needed: int) -> None:
    """Refuse before the work what would find no room after it.

    Raises
    ------
    DiskFullError
        If fewer than `needed` bytes are free where `folder` is.
    """
    if shutil.disk_usage(_existing(folder)).free < needed:
        raise DiskFullError(folder, needed)


@contextmanager
def disk_full_as_error(folder: Path) -> Iterator[None]:
    """Turn what libraries raise where there is no room in `folder` into the sentence.

    Raises
    ------
    DiskFullError
        If the block ends by an error that speaks of a full disk; polars, for one, raises none of the system's.
    """
    try:
        yield
    except AnalysisError:
        raise
    except Exception as error:
        if is_full(error) or os.strerror(errno.ENOSPC) in str(error):
            raise DiskFullError(folder) from None
        raise


def refusal(error: OSError) -> AnalysisError:
    """Say what the operating system refused, where nobody closer to it could.

    Parameters
    ----------
    error : OSError
        Its error.

    Returns
    -------
    AnalysisError
        Ready to be raised.
    """
    names = [name for name in (error.filename2, error.filename) if isinstance(name, str | bytes)]
    places = [Path(os.fsdecode(name)) for name in names]
    if is_full(error):
        return DiskFullError(_fullest(*(place.parent for place in places)))
    why = error.strerror or type(error).__name__
    return AnalysisError(
        f"The operating system refused {relative(places[-1]) if places else 'what was asked'}: {why}."
    )


def _fullest(*folders: Path) -> Path:
    """Of these folders, and of those that everything is written to, the one whose disk has the least room."""
    # tempfile passes over a temporary folder that is full
    asked = [os.environ[name] for name in ("TMPDIR", "TEMP", "TMP") if os.environ.get(name)]
    candidates = (*folders, root(), *map(Path, asked), Path(tempfile.gettempdir()))
    return min(candidates, key=lambda folder: shutil.disk_usage(_existing(folder)).free)


def _existing(folder: Path) -> Path:
    """Return `folder`, or the nearest above it that exists."""
    return next((place for place in (folder, *folder.absolute().parents) if place.exists()), root())


def size(count: int) -> str:
    """Write a number of bytes as people do: ``3 MB``."""
    for unit, bytes_of in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= bytes_of:
            return f"{count / bytes_of:.3g} {unit}"
    return f"{count} bytes"


# what belongs to the study itself: a run that wrote there would change what others rely on
_KEPT = (
    ".ci", ".git", ".github", ".venv", "benchmarks", "data", "docs", "grids", "locale", "notebooks", "reference",
    "results", "src", "tests",
)  # fmt: skip


def check_output_folder(folder: Path, told: str) -> Path:
    """Refuse a folder of the project that runs must not write to.

    Parameters
    ----------
    folder : Path
        Where a run or a batch is to write.
    told : str
        How it was asked for, for the sentence: ``output_dir is 'docs'``.

    Returns
    -------
    Path
        The same folder.

    Raises
    ------
    AnalysisError
        If it is the project's top folder, one of its own folders, or inside one.
    """
    place = folder.resolve()
    if place == root():
        raise AnalysisError(
            f"{told}, the top folder of the project; choose a folder below build/ or elsewhere."
        )
    for kept in _KEPT:
        if (root() / kept).resolve() in (place, *place.parents):
            raise AnalysisError(
                f"{told}, inside {kept}/, which runs must not touch; choose a folder below build/ or elsewhere."
            )
    return folder


def check_output_file(target: Path, *read: Path) -> Path:
    """Refuse to write a result over what it is made from.

    Parameters
    ----------
    target : Path
        Where the result is to go.
    *read : Path
        Files it is made from.

    Returns
    -------
    Path
        `target`.

    Raises
    ------
    AnalysisError
        If `target` is one of them, also by another name.
    """
    for path in read:
        if target.exists() and path.exists() and target.samefile(path):
            raise AnalysisError(
                f"The result would replace {relative(path)}, which it is made from; choose another --output."
            )
    return target


@contextmanager
def replacing(path: Path, *, is_new: bool = False, needed: int | None = None) -> Iterator[Path]:
    """Give a temporary path that becomes `path` when the block ends well, and vanishes when it does not.

    A link is followed: the file it leads to is replaced, not the link. What is no file (``/dev/null``, a named
    pipe) is never replaced but written into.

    Parameters
    ----------
    path : Path
        The file.
    is_new : bool
        Whether it must not be there yet: what people fill in is never replaced.
    needed : int, optional
        Bytes the file will have, for the sentence that there is no room.

    Raises
    ------
    AnalysisError
        If `path` is a folder, if its folder cannot be created or written, if there is no room, or if `is_new` and
        the file is there.
    """
    path = path.resolve() if path.is_symlink() else path
    if path.is_dir():
        raise AnalysisError(f"{relative(path)} is a folder; name a file.")
    is_file = path.is_file() or not path.exists()
    folder = Path(tempfile.gettempdir()) if not is_file else make_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name[:_LONGEST_PREFIX]}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes files private; a result is for everybody the umask allows
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        if is_new:
            _put_new(temporary, path)
        elif not is_file:
            with temporary.open("rb") as made, path.open("wb") as target:
                shutil.copyfileobj(made, target)
        else:
            temporary.replace(path)
    except OSError as error:
        if not is_full(error):
            raise
        written = temporary.stat().st_size
        raise DiskFullError(folder, needed or written, at_least=needed is None) from None
    finally:
        temporary.unlink(missing_ok=True)


# a file name has at most 255 bytes, Cyrillic takes two each, and mkstemp adds nine
_LONGEST_PREFIX = 100


def _put_new(temporary: Path, path: Path) -> None:
    """Give a finished file its name, unless something has that name."""
    try:
        # unlike a rename, a link never replaces, even what came a moment ago
        os.link(temporary, path)
    except FileExistsError:
        raise AnalysisError(f"{relative(path)} is there already; it is not replaced.") from None
    except OSError:  # a file system without links
        if path.exists():
            raise AnalysisError(f"{relative(path)} is there already; it is not replaced.") from None
        temporary.rename(path)


def write_text(path: Path, text: str) -> Path:
    """Write `text` as UTF-8 with Unix line ends, whole or not at all.

    Raises
    ------
    AnalysisError
        As `replacing`.
    """
    return write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> Path:
    """Write a file, whole or not at all.

    Raises
    ------
    AnalysisError
        As `replacing`.
    """
    with replacing(path, needed=len(content)) as temporary:
        temporary.write_bytes(content)
    return path


def replace_folder(new: Path, old: Path) -> None:
    """Put the folder `new` in the place of `old`, by renames, so that `old` is whole at all times.

    A link `old` is followed; where `new` lies on another disk it is copied beside `old` first.

    Raises
    ------
    AnalysisError
        If there is no room for the copy.
    """
    old = old.resolve()
    aside, beside = old.with_name(f".{old.name}.old"), old.with_name(f".{old.name}.new")
    for left in (aside, beside):
        shutil.rmtree(left, ignore_errors=True)
    moved = new
    if new.stat().st_dev != _existing(old.parent).stat().st_dev:
        moved = _copied(new, beside)
    if old.exists():
        old.rename(aside)
    try:
        moved.rename(old)
    except OSError:
        if aside.exists():
            aside.rename(old)
        raise
    for left in (aside, *([new] if moved is beside else [])):
        shutil.rmtree(left, ignore_errors=True)


def _copied(folder: Path, target: Path) -> Path:
    """Copy a folder to another disk, whole or not at all."""
    needed = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        shutil.copytree(folder, target)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(target, ignore_errors=True)
        # copytree goes on after a file that fails and tells of all at once, in words
        if is_full(error) or shutil.disk_usage(target.parent).free < needed:
            raise DiskFullError(target.parent, needed) from None
        raise
    return target


def lock(file: IO[str]) -> bool:
    """Hold an open file against other processes until it is closed or the process ends, however it ends.

    Parameters
    ----------
    file : text file
        Open for writing.

    Returns
    -------
    bool
        Whether it is ours; on Windows, which has no such locks, always.
    """
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
