"""The sums under which a folder of results was finished, and what has happened to its files since."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

SUMS = "SHA256SUMS"
RECORD = "run.json"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def files(folder: Path) -> list[str]:
    """Every file of a folder of results but the sums and the record, relative to it."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name not in (SUMS, RECORD))
    return sorted(path.relative_to(folder).as_posix() for path in found)


def sums(folder: Path) -> str:
    """SHA-256 of every file under `folder` but the sums and the record, in ``sha256sum`` form."""
    return "".join(f"{_sum(folder / name)}  {name}\n" for name in files(folder))


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def departures(folder: Path) -> list[tuple[str, str]]:
    """How the files of a folder depart from its sums.

    Parameters
    ----------
    folder : Path
        Folder of results.

    Returns
    -------
    list of (str, str)
        File, relative to `folder`, and a clause that follows its name.
    """
    try:
        text = (folder / SUMS).read_text(encoding="utf-8")
    except FileNotFoundError:
        return [(SUMS, "is missing, so nothing says that the files are those of one run")]
    except (OSError, UnicodeDecodeError):
        return [(SUMS, "cannot be read")]
    lines = [_LINE.fullmatch(line) for line in text.split("\n") if line]
    listed = {line[2]: line[1] for line in lines if line}
    if not listed or not all(lines):
        return [(SUMS, "is empty or not in the form of sha256sum")]
    present = set(files(folder))
    found = [(name, f"is missing; {SUMS} lists it") for name in listed if name not in present]
    found += [(name, f"was not made by the run; {SUMS} does not list it") for name in present - set(listed)]
    for name in present & set(listed):
        if _sum(folder / name) != listed[name]:
            found.append((name, f"was changed after the run: it differs from its sum in {SUMS}"))
    return sorted(found)
