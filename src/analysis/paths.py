"""Where things are: the repository's folders, found from the package itself.

Notebooks run from any folder, so nothing may depend on the working directory.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from analysis.errors import AnalysisError


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
        raise AnalysisError(
            f"The folder {relative(folder)} cannot be written ({error.strerror}); "
            "choose an output folder where files can be created."
        ) from None
    return folder


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path that becomes `path` when the block ends well, and vanishes when it does not.

    Raises
    ------
    AnalysisError
        If the folder of `path` cannot be created or written.
    """
    make_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes files private; a result is for everybody the umask allows
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> Path:
    """Write `text` as UTF-8 with Unix line ends, whole or not at all.

    Raises
    ------
    AnalysisError
        As `replacing`.
    """
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return path


def replace_folder(new: Path, old: Path) -> None:
    """Put the folder `new` in the place of `old`, by renames, so that `old` is whole at all times."""
    aside = old.with_name(f".{old.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    if old.exists():
        old.rename(aside)
    try:
        new.rename(old)
    except OSError:
        if aside.exists():
            aside.rename(old)
        raise
    shutil.rmtree(aside, ignore_errors=True)


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
