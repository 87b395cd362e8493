"""The raw extracts and their descriptor, ``data/raw/datapackage.json`` (Frictionless Data Package v2).

A table is read only through here, so no figure enters the study without its source, its unit and
the check that its bytes are those that were committed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths
from analysis.data.regions import Language
from analysis.errors import AnalysisError, one_of, quoted

DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True)
class Resource:
    """One raw file and what is known about it.

    Attributes
    ----------
    name : str
        Identifier, cited by observations (``rosstat-trade``).
    path : Path
        The file.
    sha256 : str
        Checksum the file must have.
    title : dict
        Short reference for source lines, by language.
    table : str
        Table, section or series within the source.
    date : str
        What the figures refer to.
    trust : str
        How far the figures were cross-checked.
    fields : tuple of dict
        Field descriptors of Table Schema: name, type, title, unit, constraints.
    primary_key : tuple of str
        Fields that identify a row.
    """

    name: str
    path: Path
    sha256: str
    title: dict[Language, str]
    table: str
    date: str
    trust: str
    fields: tuple[dict[str, Any], ...]
    primary_key: tuple[str, ...]


def descriptor() -> dict[str, Any]:
    """Content of the descriptor.

    Raises
    ------
    AnalysisError
        If it cannot be read, is not JSON in UTF-8, or lacks what the study needs of a resource.
    """
    path = paths.raw() / DESCRIPTOR
    where = paths.relative(path)
    try:
        content: dict[str, Any] = json.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise AnalysisError(f"{where} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise AnalysisError(f"{where} is not UTF-8 (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise AnalysisError(f"{where} is not JSON at line {error.lineno}: {error.msg}.") from None
    except (ValueError, RecursionError):
        raise AnalysisError(f"{where} holds a number too long or is nested too deeply to be read.") from None
    _check_descriptor(content, where)
    return content


# texts that the study reads of every resource
_TEXTS = ("name", "path", "hash", "title_en", "title_ru", "table", "date", "trust")


def _check_descriptor(content: Any, where: str) -> None:
    """Refuse a descriptor of another shape, so that nobody who reads it has to."""

    def need(holds: bool, place: str, what: str) -> None:
        if not holds:
            raise AnalysisError(f"{where}: {place} must {what}.")

    entries = content.get("resources") if isinstance(content, dict) else None
    need(isinstance(entries, list) and bool(entries), "the descriptor", "have a list of resources")
    seen = set()
    for number, entry in enumerate(entries or (), start=1):
        place = f"resource {number}"
        need(isinstance(entry, dict), place, "be a table of properties")
        for name in _TEXTS:
            need(isinstance(entry.get(name), str) and entry[name], f"{name} of {place}", "be a text")
        place = f"the resource {quoted(entry['name'])}"
        need(entry["name"] not in seen, place, "stand once")
        seen.add(entry["name"])
        # as the standard has it: a path that leaves the folder could name any file of the reader's
        inside = not re.search(r"(^|[/\\])\.\.([/\\]|$)|^[/\\~]|^\w:|\0", entry["path"])
        need(inside, f"the path of {place}", "lie below data/raw/")
        for name in ("sources", "licenses"):
            items = entry.get(name)
            is_titled = isinstance(items, list) and all(
                isinstance(item, dict)
                and isinstance(item.get("title"), str)
                and isinstance(item.get("path", ""), str)
                for item in items
            )
            need(is_titled, f"{name} of {place}", "be a list of tables with a title")
        _check_schema(entry.get("schema"), place, need)


def _check_schema(schema: Any, place: str, need: Callable[[bool, str, str], None]) -> None:
    fields = schema.get("fields") if isinstance(schema, dict) else None
    need(isinstance(fields, list) and bool(fields), f"the schema of {place}", "have a list of fields")
    for field in fields or ():
        is_named = isinstance(field, dict) and isinstance(field.get("name"), str)
        need(is_named, f"a field of {place}", "have a name")
        need(
            isinstance(field.get("type"), str) and field["type"] in _CONVERTERS,
            f"the type of {quoted(field['name'])} of {place}",
            f"be one of {', '.join(_CONVERTERS)}",
        )
        need(
            isinstance(field.get("constraints", {}), dict),
            f"the constraints of {quoted(field['name'])} of {place}",
            "be a table",
        )
    key = schema.get("primaryKey")
    names = [field["name"] for field in fields or ()]
    columns = [key] if isinstance(key, str) else key
    need(
        isinstance(columns, list) and bool(columns) and all(name in names for name in columns),
        f"the primaryKey of {place}",
        "name fields of it",
    )


def told(entry: Mapping[str, Any], key: str, language: Language) -> str:
    """Text of a descriptor's entry: that of `key`, in Russian that of ``<key>_ru`` where there is one."""
    return str(entry.get(f"{key}_ru", entry[key]) if language == "ru" else entry[key])


def resources() -> dict[str, Resource]:
    """Every resource of the descriptor, by name, in its order."""
    found = {}
    for entry in descriptor()["resources"]:
        found[entry["name"]] = Resource(
            name=entry["name"],
            path=paths.raw() / entry["path"],
            sha256=entry["hash"].removeprefix("sha256:"),
            title={"en": entry["title_en"], "ru": entry["title_ru"]},
            table=entry["table"],
            date=entry["date"],
            trust=entry["trust"],
            fields=tuple(entry["schema"]["fields"]),
            primary_key=tuple(_as_list(entry["schema"]["primaryKey"])),
        )
    return found


def resource(name: str) -> Resource:
    """Resource called `name`.

    Raises
    ------
    AnalysisError
        If the descriptor has no such resource.
    """
    known = resources()
    if name not in known:
        raise one_of("A data resource", name, known)
    return known[name]


def provenance(name: str) -> dict[str, str]:
    """Where a resource comes from, as its descriptor says it, for people to read.

    Parameters
    ----------
    name : str
        Resource name.

    Returns
    -------
    dict
        ``file``, ``source``, ``table``, ``date``, ``terms``, ``trust`` and ``sha256``, in this order; a title
        with an address has it behind it in angle brackets.

    Raises
    ------
    AnalysisError
        If the descriptor has no such resource.
    """
    item = resource(name)
    entry = next(entry for entry in descriptor()["resources"] if entry["name"] == name)
    sources = [
        source["title"] + (f" <{source['path']}>" if "path" in source else "") for source in entry["sources"]
    ]
    return {
        "file": paths.relative(item.path),
        "source": "; ".join(sources),
        "table": item.table,
        "date": item.date,
        "terms": "; ".join(licence["title"] for licence in entry["licenses"]),
        "trust": item.trust,
        "sha256": item.sha256,
    }


def checked_bytes(item: Resource) -> bytes:
    """Bytes of a raw file, after comparing them with the descriptor.

    Raises
    ------
    AnalysisError
        If the file is missing or its bytes differ.
    """
    where = paths.relative(item.path)
    try:
        content = item.path.read_bytes()
    except OSError as error:
        raise AnalysisError(f"The raw file {where} cannot be read ({error.strerror}).") from None
    if hashlib.sha256(content).hexdigest() != item.sha256:
        raise AnalysisError(
            f"The raw file {where} differs from its checksum in data/raw/{DESCRIPTOR}: restore it "
            f"(`git checkout {where}`), or change both in one commit."
        )
    return content


def verify() -> int:
    """Check every raw file against the descriptor, and that none is undescribed.

    Returns
    -------
    int
        Number of files checked.

    Raises
    ------
    AnalysisError
        For the first file that differs, is missing or is not described.
    """
    known = resources()
    for item in known.values():
        checked_bytes(item)
    described = {item.path for item in known.values()} | {paths.raw() / DESCRIPTOR}
    for path in sorted(paths.raw().rglob("*")):
        if path.is_file() and path not in described:
            raise AnalysisError(
                f"The raw file {paths.relative(path)} is not described in data/raw/{DESCRIPTOR}: describe it "
                "there, or keep your own files in data/user/."
            )
    return len(known)


def read(name: str) -> pd.DataFrame:
    """Read a resource with the types of its schema.

    Parameters
    ----------
    name : str
        Resource name.

    Returns
    -------
    pandas.DataFrame
        One column a field: ``number`` float64, ``integer`` and ``year`` int64, ``boolean`` bool,
        ``string`` str; a blank number is NaN.

    Raises
    ------
    AnalysisError
        If the bytes differ, the header differs, a cell cannot be read or a row stands twice.
    """
    item = resource(name)
    where = paths.relative(item.path)
    # newline="" keeps a line break inside a quoted cell
    rows = list(csv.reader(io.StringIO(checked_bytes(item).decode("utf-8"), newline="")))
    expected = [field["name"] for field in item.fields]
    if not rows or rows[0] != expected:
        raise AnalysisError(f"{where} must have the columns {', '.join(expected)}.")
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(expected):
            raise AnalysisError(
                f"{where}, line {line}, has {len(row)} cells; the header has {len(expected)}."
            )
    columns: dict[str, Any] = {}
    for number, field in enumerate(item.fields):
        cells = [row[number] for row in rows[1:]]
        columns[field["name"]] = _typed(cells, field, where)
    table = pd.DataFrame(columns)
    repeated = table.duplicated(list(item.primary_key))
    if repeated.any():
        line = int(repeated.to_numpy().argmax()) + 2  # header line and counting from one
        raise AnalysisError(f"{where}, line {line}, repeats an earlier row ({', '.join(item.primary_key)}).")
    return table


def _typed(cells: list[str], field: dict[str, Any], where: str) -> Any:
    required = field.get("constraints", {}).get("required", False)
    convert = _CONVERTERS[field["type"]]
    values = []
    for line, cell in enumerate(cells, start=2):
        if cell == "" and field["type"] != "string":
            if required:
                raise AnalysisError(f"{where}, line {line}, has no {field['name']}.")
            values.append(float("nan"))
            continue
        try:
            values.append(convert(cell))
        except ValueError:
            raise AnalysisError(
                f"{where}, line {line}, has {cell!r} as {field['name']}, which must be {field['type']}."
            ) from None
    return values


def _boolean(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise ValueError(cell)
    return cell == "true"


_CONVERTERS: dict[str, Callable[[str], Any]] = {
    "number": float,
    "integer": int,
    "year": int,
    "boolean": _boolean,
    "string": str,
}


def _as_list(key: str | list[str]) -> list[str]:
    return [key] if isinstance(key, str) else key


def source_line(names: list[str], language: Language) -> str:
    """Short references of the resources `names`, for the line under a table or figure.

    Parameters
    ----------
    names : list of str
        Names of resources; others (a reader's own) are passed over.
    language : {'en', 'ru'}
        Language of the references.
    """
    known = resources()
    return "; ".join(known[name].title[language] for name in names if name in known)
