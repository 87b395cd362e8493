"""The catalogue of indicators: ``register/indicators.csv``, and a reader's own beside it.

Everything that differs from one indicator to the next stands here as data: names, unit, decimals, which
parameter gives the year, whether a figure may be negative, and the words by which a publisher's table is known
to hold it. A reader's own indicators stand in ``data/user/catalogue.csv``, written by ``amur ingest``; nothing
in the package is edited for them.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from analysis import paths
from analysis.data import normalise, tabular
from analysis.data.regions import Language
from analysis.errors import AnalysisError, one_of, quoted

USER_FILE = "catalogue.csv"
COLUMNS = (
    "indicator",
    "name_en",
    "name_ru",
    "unit_en",
    "unit_ru",
    "basis",
    "decimals",
    "year_from",
    "can_be_negative",
    "title_has",
    "title_lacks",
    "title_parts",
    "formula",
    "remark",
)
# an identifier is a parameter's value, a file's name and half of a covariate ("retail:2023")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{1,59}")
# observed in a reader's own customs files, and published nowhere
CUSTOMS = ("exports_china", "imports_china", "turnover_china")
MOST_DECIMALS = 6


@dataclass(frozen=True)
class Indicator:
    """One entry of the catalogue.

    Attributes
    ----------
    id : str
        Identifier used in observations and parameters.
    name, unit : dict
        Printed name and unit, by language.
    basis : {'observed', 'derived'}
        Published, or computed from several indicators.
    decimals : int
        Decimals shown in tables and charts.
    year_from : str
        Parameter of the notebooks that gives its period, or empty.
    can_be_negative : bool
        Whether a figure below zero is one.
    title_has, title_lacks : tuple of str
        Patterns that the title of a publisher's table must all have, and must not have (lower case).
    title_parts : tuple of str
        Patterns of tables that hold parts of it; a sum must have every part once.
    formula : str
        How a value is made, where it is not simply read.
    remark : str
        What a reader should know of it.
    """

    id: str
    name: dict[Language, str]
    unit: dict[Language, str]
    basis: Literal["observed", "derived"]
    decimals: int
    year_from: str
    can_be_negative: bool
    title_has: tuple[str, ...]
    title_lacks: tuple[str, ...]
    title_parts: tuple[str, ...]
    formula: str
    remark: str


@cache
def committed() -> dict[str, Indicator]:
    """Every indicator of the package, by its identifier."""
    text = resources.files("analysis.data").joinpath("register/indicators.csv").read_text(encoding="utf-8")
    return _parsed(text, "src/analysis/data/register/indicators.csv")


def catalogue() -> dict[str, Indicator]:
    """Every indicator by its identifier, the reader's own after the package's.

    Raises
    ------
    AnalysisError
        If the reader's catalogue is not as `amur ingest` writes it.
    """
    return committed() | user_indicators()


def user_indicators() -> dict[str, Indicator]:
    """Indicators of a reader's own.

    Raises
    ------
    AnalysisError
        As `catalogue`.
    """
    path = paths.user() / USER_FILE
    try:
        status = path.stat()
    except OSError:
        return {}
    return _own(path, status.st_mtime_ns, status.st_size)


@cache
def _own(path: Path, *stamp: int) -> dict[str, Indicator]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(f"{paths.relative(path)} cannot be read ({error}).") from None
    found = _parsed(text, paths.relative(path))
    both = sorted(set(found) & set(committed()))
    if both:
        raise AnalysisError(
            f"{paths.relative(path)} names {both[0]}, which the project has itself; take the row out of the file."
        )
    return found


def indicator(name: str) -> Indicator:
    """Catalogue entry called `name`.

    Raises
    ------
    AnalysisError
        If the catalogue has no such indicator.
    """
    known = catalogue()
    if name not in known:
        raise one_of("An indicator", name, known)
    return known[name]


def readable() -> dict[str, Indicator]:
    """Indicators that a table of figures by region and year may hold: published ones, and a reader's own."""
    return {
        name: entry
        for name, entry in catalogue().items()
        if entry.basis == "observed" and name not in CUSTOMS and entry.year_from != "edition"
    }


def new(name: str, label: str, unit: str, decimals: int) -> Indicator:
    """Entry for an indicator of a reader's own.

    Parameters
    ----------
    name : str
        Identifier: small Latin letters, digits and underscores.
    label, unit : str
        What tables and charts call it, in either language; it stands for both.
    decimals : int
        Decimals to show.

    Raises
    ------
    AnalysisError
        If the identifier has another form, or the label or unit is empty.
    """
    if not IDENTIFIER.fullmatch(name):
        raise AnalysisError(
            f"The indicator {quoted(name)} must be 2 to 60 small Latin letters, digits and underscores, the first a "
            "letter, such as retail_turnover."
        )
    texts = {what: normalise.clean(text) for what, text in (("--name", label), ("--unit", unit))}
    for what, text in texts.items():
        if not text:
            raise AnalysisError(
                f"{name} is not in the catalogue; say with {what} what it is called and counted in."
            )
    return Indicator(
        id=name,
        name=dict.fromkeys(("en", "ru"), texts["--name"]),
        unit=dict.fromkeys(("en", "ru"), texts["--unit"]),
        basis="observed",
        decimals=min(decimals, MOST_DECIMALS),
        year_from="",
        can_be_negative=True,
        title_has=(),
        title_lacks=(),
        title_parts=(),
        formula="",
        remark="the reader's own",
    )


def keep(entry: Indicator) -> None:
    """Write an indicator of a reader's own to ``data/user/catalogue.csv``, in place of what it was called before.

    Raises
    ------
    AnalysisError
        If the file cannot be read or written.
    """
    entries = user_indicators() | {entry.id: entry}
    tabular.write_rows(paths.user() / USER_FILE, COLUMNS, map(_row, entries.values()))


def _row(entry: Indicator) -> dict[str, str]:
    lists = {name: ";".join(getattr(entry, name)) for name in ("title_has", "title_lacks", "title_parts")}
    return {
        "indicator": entry.id,
        **{f"name_{language}": text for language, text in entry.name.items()},
        **{f"unit_{language}": text for language, text in entry.unit.items()},
        "basis": entry.basis,
        "decimals": str(entry.decimals),
        "year_from": entry.year_from,
        "can_be_negative": str(entry.can_be_negative).lower(),
        **lists,
        "formula": entry.formula,
        "remark": entry.remark,
    }


def _parsed(text: str, where: str) -> dict[str, Indicator]:
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise AnalysisError(f"{where} must have the columns {', '.join(COLUMNS)}.")
    found = {}
    for line, row in enumerate(reader, start=2):
        is_whole = None not in row and None not in row.values()
        if not is_whole or not IDENTIFIER.fullmatch(row["indicator"]):
            raise AnalysisError(f"{where}, line {line}, is no row of the catalogue.")
        if row["basis"] not in ("observed", "derived") or not re.fullmatch(r"\d", row["decimals"]):
            raise AnalysisError(
                f"{where}, line {line}, needs a basis (observed or derived) and decimals (0 to 9)."
            )
        found[row["indicator"]] = _entry(row)
    return found


def _entry(row: dict[str, str]) -> Indicator:
    has, lacks, parts = (
        tuple(part for part in row[name].split(";") if part)
        for name in ("title_has", "title_lacks", "title_parts")
    )
    return Indicator(
        id=row["indicator"],
        name={"en": row["name_en"], "ru": row["name_ru"]},
        unit={"en": row["unit_en"], "ru": row["unit_ru"]},
        basis="derived" if row["basis"] == "derived" else "observed",
        decimals=int(row["decimals"]),
        year_from=row["year_from"],
        can_be_negative=row["can_be_negative"] == "true",
        title_has=has,
        title_lacks=lacks,
        title_parts=parts,
        formula=row["formula"],
        remark=row["remark"],
    )


def check_title(entry: Indicator, titles: list[str], group: str, where: str) -> None:
    """Refuse a publisher's table whose title does not say that it holds an indicator.

    Parameters
    ----------
    entry : Indicator
        What it is to be read as.
    titles : list of str
        Title of each table, where several are summed.
    group : str
        Heading of the columns read, where a table has several.
    where : str
        File and table, for the sentence.

    Raises
    ------
    AnalysisError
        If a word is missing, one is there that must not be, or the tables are only parts of the indicator.
    """
    if not entry.title_has:
        raise AnalysisError(
            f"{where} cannot be read as {entry.id}: the catalogue has no words by which a table of it is known."
        )
    for title in titles:
        text = normalise.folded(normalise.alphabet(normalise.clean(f"{title} {group}")))
        missing = [word for word in entry.title_has if not re.search(word, text)]
        wrong = [word for word in entry.title_lacks if re.search(word, text)]
        if missing or wrong:
            why = "does not name it" if missing else f"speaks of {wrong[0]!r}"
            raise AnalysisError(
                f"{where} is headed {quoted(title)}, which {why}: it is not read as {entry.id} ({entry.name['ru']}); "
                "editions number their tables differently: find the table, or give the figures a name of their own "
                "with --indicator, --name and --unit."
            )
    _check_parts(entry, titles, where)


def _check_parts(entry: Indicator, titles: list[str], where: str) -> None:
    texts = [normalise.alphabet(normalise.clean(title)).casefold() for title in titles]
    counts = [sum(bool(re.search(part, text)) for text in texts) for part in entry.title_parts]
    whole = not any(counts) and len(titles) == 1
    if entry.title_parts and not whole and any(count != 1 for count in counts):
        raise AnalysisError(
            f"{where} is a part of {entry.id}: give each part once, as --table 21.1.1 --table 21.2.1 for the far abroad "
            "and the CIS."
        )
    if not entry.title_parts and len(titles) > 1:
        raise AnalysisError(
            f"{where}: tables are summed only for an indicator published in parts, which {entry.id} is not."
        )
