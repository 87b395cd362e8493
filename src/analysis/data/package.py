"""The raw extracts and their descriptor, ``data/raw/datapackage.json`` (Frictionless Data Package v2).

A table is read only through here, so no figure enters the study without its source, its unit and
the check that its bytes are those that were committed.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths
from analysis.data import regions
from analysis.data.messages import Name
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
    checks : str
        Resource of which this one is a re-publication, or empty.
    vintage : str
        When the figures were published, where another resource has them too (``2023-12``).
    period : str
        Period of every figure, where the file has no column ``year``.
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
    checks: str = ""
    vintage: str = ""
    period: str = ""


def descriptor() -> dict[str, Any]:
    """Content of the descriptor, parsed once for each state of the file.

    Raises
    ------
    AnalysisError
        If it cannot be read, is not JSON in UTF-8, or lacks what the study needs of a resource.
    """
    return _descriptor(*_state())


def _state() -> tuple[Path, int, int]:
    """The descriptor's file, time and size."""
    path = paths.raw() / DESCRIPTOR
    try:
        status = path.stat()
    except OSError as error:
        raise AnalysisError(f"{paths.relative(path)} cannot be read ({error.strerror}).") from None
    return path, status.st_mtime_ns, status.st_size


@cache
def _descriptor(path: Path, *stamp: int) -> dict[str, Any]:
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


# types of fields
KINDS = ("string", "number", "integer", "year", "boolean")
# texts that the study reads of every resource
_TEXTS = ("name", "path", "hash", "title", "title_en", "title_ru", "description", "table", "date", "trust")


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
            isinstance(field.get("type"), str) and field["type"] in KINDS,
            f"the type of {quoted(field['name'])} of {place}",
            f"be one of {', '.join(KINDS)}",
        )
        need(
            isinstance(field.get("constraints", {}), dict),
            f"the constraints of {quoted(field['name'])} of {place}",
            "be a table",
        )
        held = field.get("indicators", [])
        need(
            isinstance(held, list) and all(isinstance(name, str) for name in held),
            f"the indicators of {quoted(field['name'])} of {place}",
            "be a list of names of the catalogue",
        )
    key = schema.get("primaryKey")
    names = [field["name"] for field in fields or ()]
    columns = [key] if isinstance(key, str) else key
    need(
        isinstance(columns, list) and bool(columns) and all(name in names for name in columns),
        f"the primaryKey of {place}",
        "name fields of it",
    )


def in_language(entry: Mapping[str, Any], key: str, language: Language) -> str:
    """Text of a descriptor's entry: that of `key`, in Russian that of ``<key>_ru`` where there is one."""
    return str(entry.get(f"{key}_ru", entry[key]) if language == "ru" else entry[key])


def resources() -> dict[str, Resource]:
    """Every resource of the descriptor, by name, in its order."""
    return dict(_resources(*_state()))


@cache
def _resources(path: Path, *stamp: int) -> dict[str, Resource]:
    found = {}
    for entry in _descriptor(path, *stamp)["resources"]:
        found[entry["name"]] = Resource(
            name=entry["name"],
            path=path.parent / entry["path"],
            sha256=entry["hash"].removeprefix("sha256:"),
            title={"en": entry["title_en"], "ru": entry["title_ru"]},
            table=entry["table"],
            date=entry["date"],
            trust=entry["trust"],
            fields=tuple(entry["schema"]["fields"]),
            primary_key=tuple(_as_list(entry["schema"]["primaryKey"])),
            checks=entry.get("checks", ""),
            vintage=entry.get("vintage", ""),
            period=entry.get("period", ""),
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
        if hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest() == item.sha256:
            # git checkout alone would turn them again
            raise AnalysisError(
                f"The raw file {where} has Windows line ends, so it differs from its checksum: clone again with "
                "`git clone --config core.autocrlf=false`, or unpack the archive without turning line ends."
            )
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
    strays = left_by_programs()
    for path in sorted(paths.raw().rglob("*")):
        if path.is_file() and path not in described and path not in strays:
            raise AnalysisError(
                f"The raw file {paths.relative(path)} is not described in data/raw/{DESCRIPTOR}: describe it "
                "there, or keep your own files in data/user/."
            )
    return len(known)


# LibreOffice, JupyterLab and macOS hide what they leave; Windows and Excel do not
_STRAY = re.compile(r"\..*|~\$.*|Thumbs\.db|desktop\.ini", re.IGNORECASE)


def left_by_programs() -> list[Path]:
    """Files below the raw extracts that other programs left there: no data, and no reason to stop."""
    return [
        path
        for path in sorted(paths.raw().rglob("*"))
        if path.is_file() and any(_STRAY.fullmatch(part) for part in path.relative_to(paths.raw()).parts)
    ]


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
    return _typed_table(item, checked_bytes(item), paths.relative(item.path))


def _typed_table(item: Resource, content: bytes, where: str) -> pd.DataFrame:
    expected = [field["name"] for field in item.fields]
    try:
        texts = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise AnalysisError(f"{where} cannot be read as CSV ({error}).") from None
    if not isinstance(texts.index, pd.RangeIndex):  # pandas takes a cell too many for the row's name
        raise AnalysisError(f"{where}, line 2, has more cells than the header, which has {len(expected)}.")
    if list(texts.columns) != expected:
        raise AnalysisError(f"{where} must have the columns {', '.join(expected)}.")
    short = texts.isna().any(axis=1)
    if short.any():
        raise AnalysisError(
            f"{where}, line {_line(short)}, has fewer cells than the header, which has {len(expected)}."
        )
    table = pd.DataFrame({field["name"]: _typed(texts[field["name"]], field, where) for field in item.fields})
    repeated = table.duplicated(list(item.primary_key))
    if repeated.any():
        raise AnalysisError(
            f"{where}, line {_line(repeated)}, repeats an earlier row ({', '.join(item.primary_key)})."
        )
    return table


def _line(rows: pd.Series) -> int:
    """Line of the first row for which `rows` holds: the header counts, and lines count from one."""
    return int(rows.to_numpy().argmax()) + 2


# what a cell of each type must look like, and the type it becomes
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TYPES: dict[str, tuple[str, type]] = {
    "number": (_NUMBER, float),
    "integer": (r"[+-]?\d+", int),
    "year": (r"\d{4}", int),
    "boolean": ("true|false", bool),
}


def _typed(cells: pd.Series, field: dict[str, Any], where: str) -> pd.Series:
    if field["type"] == "string":
        return cells
    shape, kind = _TYPES[field["type"]]
    blank = cells == ""
    if field.get("constraints", {}).get("required", False) and blank.any():
        raise AnalysisError(f"{where}, line {_line(blank)}, has no {field['name']}.")
    wrong = ~blank & ~cells.str.fullmatch(shape)
    if wrong.any():
        cell = quoted(cells[wrong].iloc[0])
        raise AnalysisError(
            f"{where}, line {_line(wrong)}, has {cell} as {field['name']}, which must be {field['type']}."
        )
    if kind is bool:
        return cells == "true"
    return cells.where(~blank, "nan").astype(float) if kind is float or blank.any() else cells.astype(kind)


OBSERVATION = ["region", "indicator", "period", "value", "source"]


def observations() -> pd.DataFrame:
    """Figures of every resource whose fields name the indicators they hold.

    A field of the descriptor with ``indicators`` is a column of figures by ``region`` (a name or code of the
    register, Russia, a federal district) and ``year``. Several fields of one resource with
    the same indicator are added, to the ``decimals`` the publisher prints; a sum lacking a part is missing.
    With ``blank_is_none`` a blank is 0 in a region without any figure. Of a figure that two resources give,
    see `preferred`.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, source``; ``region`` is an ISO code, ``RU`` or
        ``FAR_EAST``. Other districts and territories outside the register have no row.

    Raises
    ------
    AnalysisError
        If a raw file differs from its checksum, or names a region that is not known.
    """
    parts = [
        _observations_of(item) for item in resources().values() if any("indicators" in f for f in item.fields)
    ]
    return preferred(pd.concat(parts, ignore_index=True))


def _observations_of(item: Resource) -> pd.DataFrame:
    table = read(item.name)
    table = table.assign(region=_codes(item, table["region"]))
    table["period"] = table["year"].astype(str) if "year" in table else item.period
    fields: dict[str, list[dict[str, Any]]] = {}
    for field in item.fields:
        for indicator in field.get("indicators", ()):
            fields.setdefault(indicator, []).append(field)
    parts = [
        table[["region", "period"]].assign(indicator=indicator, value=_sum(table, summed), source=item.name)
        for indicator, summed in fields.items()
    ]
    long = pd.concat(parts, ignore_index=True).dropna(subset="value")
    known = {*regions.codes(regions.all_regions()), regions.RUSSIA, regions.FAR_EAST}
    return long[long["region"].isin(known)][OBSERVATION]


def _sum(table: pd.DataFrame, fields: list[dict[str, Any]]) -> pd.Series:
    columns = [
        _none_is_zero(table, field["name"]) if field.get("blank_is_none") else table[field["name"]]
        for field in fields
    ]
    if len(columns) == 1:
        return columns[0].astype(float)
    return (
        pd.concat(columns, axis=1).sum(axis=1, skipna=False).round(max(f.get("decimals", 9) for f in fields))
    )


def _none_is_zero(table: pd.DataFrame, column: str) -> pd.Series:
    """A column in which a blank of a region without any figure is 0; in others it is a figure not given."""
    has_figures = table.groupby("region")[column].transform("count") > 0
    return table[column].where(table[column].notna() | has_figures, 0.0)


def _codes(item: Resource, names: pd.Series) -> pd.Series:
    codes = {name: regions.area(name) for name in names.unique()}
    unknown = names.map(codes).isna()
    if unknown.any():
        raise AnalysisError(
            f"{paths.relative(item.path)}, line {_line(unknown)}, names the region {quoted(names[unknown].iloc[0])}, "
            "which is not in the register; allowed are the names and spellings in "
            "src/analysis/data/register/regions.csv."
        )
    return names.map(codes)


def preferred(found: pd.DataFrame) -> pd.DataFrame:
    """Of a figure in two resources, of which one checks the other, the one that counts.

    The primary publisher's stands where both are equal within their rounding, and so does the later vintage
    where they differ: the figure has been revised. Other figures given twice stay twice.

    Parameters
    ----------
    found : pandas.DataFrame
        Columns `OBSERVATION`.
    """
    known = resources()
    key = ["region", "indicator", "period"]
    is_check = found["source"].map(lambda name: bool(known[name].checks))
    first, second = found[~is_check].set_index(key), found[is_check].set_index(key)
    both = first.merge(second, left_index=True, right_index=True, suffixes=("", "_check"))
    tolerance = pd.concat([rounding(first), rounding(second)], axis=1, keys=["first", "second"]).max(axis=1)
    differs = (both["value"] - both["value_check"]).abs() > tolerance.reindex(both.index) * (1 + 1e-9)
    is_later = both["source_check"].map(lambda name: known[name].vintage) > both["source"].map(
        lambda name: known[name].vintage
    )
    revised = both.index[differs & is_later]
    kept = [
        first[~first.index.isin(revised)],
        second[second.index.isin(revised) | ~second.index.isin(first.index)],
    ]
    return pd.concat(kept).reset_index()[OBSERVATION]


def rounding(figures: pd.DataFrame) -> pd.Series:
    """How far each figure may lie from what it was rounded from.

    Half of the last decimal that its source uses for the indicator in the period.

    Parameters
    ----------
    figures : pandas.DataFrame
        Columns ``value``, ``source``; ``indicator`` and ``period`` as columns or in the index.
    """
    table = figures.reset_index()
    shown = {value: decimals(value) for value in table["value"].unique()}
    places = table["value"].map(shown).groupby([table[name] for name in ("source", "indicator", "period")])
    return pd.Series(0.5 * 10.0 ** -places.transform("max").to_numpy(dtype=float), index=figures.index)


def decimals(value: float) -> int:
    """Decimals a figure shows, six at most: what lies beyond is binary arithmetic."""
    finest = round(value, 6)
    return next((places for places in range(6) if round(value, places) == finest), 6)


def series_name(resource_name: str, column: str) -> Name:
    """Name of a column of a resource, in both languages.

    Raises
    ------
    AnalysisError
        If there is no such resource or column.
    """
    fields = {field["name"]: field for field in resource(resource_name).fields}
    if column not in fields:
        raise one_of(f"A column of {resource_name}", column, fields)
    return Name(fields[column]["title"], in_language(fields[column], "title", "ru"))


AGREEMENT = [
    "series",
    "resource",
    "other_resource",
    "first_year",
    "last_year",
    "shared",
    "equal",
    "different",
    "revised",
    "largest_difference",
    "region",
    "year",
]


def sources_agree() -> pd.DataFrame:
    """How far the publisher's own figures and their re-publication agree, series by series.

    Returns
    -------
    pandas.DataFrame
        One row a series: its column, the two resources, the years both have, how many ``shared`` figures
        are ``equal`` within the rounding of the coarser one and ``different``, in which years they differ
        (``revised``: the re-publication is the later vintage), and the ``largest_difference`` relative to
        the publisher's figure, in per cent, with its ``region`` (ISO code) and ``year``.

    Raises
    ------
    AnalysisError
        If a raw file differs from its checksum.
    """
    rows = []
    for other in (item for item in resources().values() if item.checks):
        first = resource(other.checks)
        names = [field["name"] for field in other.fields if field["type"] == "number"]
        for name in names:
            rows.append(
                {
                    "series": name,
                    "resource": first.name,
                    "other_resource": other.name,
                    **_agreement(first, other, name),
                }
            )
    return pd.DataFrame(rows, columns=AGREEMENT)


def _ranges(years: Iterable[int]) -> str:
    """Years in order, runs of three and more as ``2011–2021``."""
    runs: list[list[int]] = []
    for year in sorted(set(years)):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _agreement(first: Resource, other: Resource, column: str) -> dict[str, object]:
    series = []
    for item in (first, other):
        table = read(item.name)
        part = table.assign(region=_codes(item, table["region"]), indicator=column, source=item.name)
        part = part.rename(columns={column: "value", "year": "period"})[OBSERVATION].dropna(subset="value")
        series.append(part.set_index(["region", "indicator", "period"]))
    both = series[0].merge(series[1], left_index=True, right_index=True, suffixes=("", "_check"))
    tolerance = pd.concat([rounding(part) for part in series], axis=1).max(axis=1).reindex(both.index)
    difference = both["value_check"] - both["value"]
    differs = difference.abs() > tolerance * (1 + 1e-9)
    relative = (difference / both["value"].abs().where(both["value"] != 0))[differs] * 100
    years = both.index.get_level_values("period")
    found: dict[str, object] = {
        "first_year": int(years.min()),
        "last_year": int(years.max()),
        "shared": len(both),
        "equal": int((~differs).sum()),
        "different": int(differs.sum()),
        "revised": _ranges(years[differs]),
    }
    if len(relative):
        place = relative.abs().idxmax()
        found |= {"largest_difference": float(relative[place]), "region": place[0], "year": int(place[2])}
    return found


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
