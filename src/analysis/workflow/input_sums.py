"""What results are made from, as sums: taken before a run, compared after it, and kept in its record.

Whoever doubts a result can say with them whether it came from the data and the code at hand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from analysis import paths
from analysis.errors import AnalysisError

# folders and files whose every byte counts; a notebook counts by its cells alone
_SOURCES = ("data/raw", "notebooks", "grids", "src/analysis", "locale", "CITATION.cff", "requirements.lock")
# a reader's own store of customs declarations, which may be larger than memory, is known by its manifest
_STORE = "customs"
_MANIFEST = "manifest.json"
# what reads results and makes none
_COMPARING = ("check.py", "drawings.py", "readings.py")
_SHOWN = 3  # changed files that a sentence names


def taken() -> dict[str, str]:
    """SHA-256 of every input by its path from the top of the repository.

    A notebook has the sum of its cells' kinds, sources and tags, so that running it in JupyterLab changes
    nothing; any other file has the sum that ``sha256sum`` prints.

    Returns
    -------
    dict
        In the order of the paths.

    Raises
    ------
    AnalysisError
        If a file cannot be read.
    """
    return {paths.relative(path): _sum(path) for path in sorted(_files())}


def _files() -> Iterator[Path]:
    for name in _SOURCES:
        place = paths.root() / name
        found = [place] if place.is_file() else _visible(place)
        yield from (path for path in found if path.name not in _COMPARING)
    for path in _visible(paths.user()):
        inside = path.relative_to(paths.user()).parts
        if inside[0] != _STORE or inside[1:] == (_MANIFEST,):
            yield path


def _visible(folder: Path) -> Iterator[Path]:
    """Files of a folder and its subfolders, without what the system and Python leave there."""
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
            yield path


def _sum(path: Path) -> str:
    try:
        if path.suffix == ".ipynb":
            return hashlib.sha256(_cells(path.read_text(encoding="utf-8"))).hexdigest()
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AnalysisError(f"{paths.relative(path)} cannot be read ({error}).") from None


def _cells(text: str) -> bytes:
    cells = [
        [cell["cell_type"], "".join(cell["source"]), sorted(cell["metadata"].get("tags", []))]
        for cell in json.loads(text)["cells"]
    ]
    return json.dumps(cells, ensure_ascii=False).encode()


def user_files(inputs: Mapping[str, str]) -> list[str]:
    """Files of the reader's own among the inputs."""
    prefix = paths.relative(paths.user())
    return [name for name in inputs if name.startswith(f"{prefix}/")]


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Inputs that are new, gone or different, in the order of their paths."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def named(names: list[str]) -> str:
    """Few names for a sentence: ``a, b, c and 12 more``."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
