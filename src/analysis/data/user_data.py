"""A reader's own figures, kept under ``data/user/``: tables of the yearbook, of EMISS, and any CSV or XLSX.

One CSV for each table taken in, in ``rosstat/``, ``emiss/`` or ``csv/``, with what it came from beside every
figure. ``register/own_tables.csv`` says which indicator a publisher's table holds, and the catalogue by which
words of its title that is checked. A reader may name a new indicator, which enters his own catalogue
(``data/user/catalogue.csv``); a table cannot be read as an indicator that its title does not name, nor join
where most of its figures are not those at hand.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import paths
from analysis.data import catalogue, normalise, package, regions
from analysis.data.messages import Message, _
from analysis.errors import AnalysisError, quoted

PUBLISHERS = ("rosstat", "emiss", "csv")
KEY = ["indicator", "region", "period"]
OBSERVATION = ["region", "indicator", "period", "value", "unit", "source", "basis"]
ORIGIN = ["file", "sha256", "table", "date"]
COLUMNS = [*OBSERVATION, *ORIGIN]
# how every name in the column ``source`` begins that is no resource of data/raw/
PREFIX = "user/"
CUSTOMS = f"{PREFIX}customs"
CUSTOMS_TITLE = _("Federal Customs Service, the reader's own files in data/user/customs/")
# the sums of a customs store that join the observations: a checksum of its manifest follows. The number goes up
# when `analysis.customs` sums a store in another way, so that sums made before are not taken for new ones.
CUSTOMS_SUMS = "observations-1-"
# between the indicators of a table that holds exports beside imports
SIDE_BY_SIDE = "|"
# digits of a checksum that tell the files of one reader apart
SHORT = 12


@dataclass(frozen=True)
class KnownTable:
    """A table whose indicator is known.

    Attributes
    ----------
    publisher : {'rosstat', 'emiss'}
        Whose it is.
    table : str
        Number of the yearbook's table, or of the EMISS indicator.
    indicator : str
        Identifier in the catalogue; several, with ``|`` between them, where the table holds them side by side.
    title : str
        The publisher's name of it.
    name_en : str
        Its English name where the catalogue has no such indicator: it enters the reader's own, in the unit the
        file states.
    """

    publisher: str
    table: str
    indicator: str
    title: str
    name_en: str

    @property
    def indicators(self) -> tuple[str, ...]:
        """Identifiers one by one."""
        return tuple(self.indicator.split(SIDE_BY_SIDE))


@dataclass(frozen=True)
class Ingested:
    """What came of reading a table.

    Attributes
    ----------
    path : Path
        The CSV under ``data/user/``.
    frame : pandas.DataFrame
        Its content, columns `COLUMNS`.
    is_new : bool
        Whether it was written; False if the same figures were there already.
    left_out : tuple of str
        Rows with figures that are no region of the register.
    notes : tuple of str
        Cells without a figure by kind, and the table's footnotes.
    """

    path: Path
    frame: pd.DataFrame
    is_new: bool
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Origin:
    publisher: str
    file: str
    sha256: str
    table: str


@cache
def known_tables() -> tuple[KnownTable, ...]:
    """Tables whose indicator is known."""
    text = resources.files("analysis.data").joinpath("register/own_tables.csv").read_text(encoding="utf-8")
    return tuple(KnownTable(**row) for row in csv.DictReader(text.splitlines()))


@dataclass(frozen=True)
class Named:
    """What a reader says a table holds.

    Attributes
    ----------
    indicator : str or None
        Identifier: of the catalogue, or a new one.
    name, unit : str
        What a new one is called and counted in.
    """

    indicator: str | None = None
    name: str = ""
    unit: str = ""


def ingest_rosstat(
    path: Path,
    tables: Sequence[str],
    user: Path,
    known: pd.DataFrame,
    named: Named | None = None,
    group: str = "",
) -> Ingested:
    """Read a table of the yearbook "Regions of Russia", or the sum of several, and keep its figures.

    Parameters
    ----------
    path : Path
        XLSX workbook.
    tables : sequence of str
        Numbers of the tables (``10.1``); several are added up where each has a figure.
    user : Path
        Folder of the reader's own files.
    known : pandas.DataFrame
        Observations at hand, columns ``region, indicator, period, value, source``.
    named : Named, optional
        What the table holds; by default what `known_tables` says.
    group : str
        Heading of the columns wanted, where the table has several.

    Returns
    -------
    Ingested
        The figures and where they are.

    Raises
    ------
    AnalysisError
        If the table's indicator is not known, the file, its title, its unit or a cell is not as it must be,
        or most figures differ from those at hand; nothing is then written.
    """
    from analysis.data import balance, yearbook  # openpyxl loads only here

    number = "+".join(yearbook.plain_number(table) for table in tables)
    chosen = named or Named()
    name = _known_indicator("rosstat", number, chosen)
    where = f"Table {number} of {paths.relative(path)}"
    read = [yearbook.read_table(path, table) for table in tables]
    together = yearbook.summed(read)
    entry = catalogue.readable().get(name)
    if entry is not None and not _is_own(name):
        catalogue.check_title(entry, [table.title for table in read], group, where)
        frame = yearbook.observations(together, name, entry.unit["en"], "", group)
    else:
        entry = _own_entry(name, chosen, _most_decimals(together.frame["value"]))
        frame = yearbook.observations_as_printed(together, name, entry.unit["en"], "", group)
    gaps = together.gaps.groupby("sign").size().to_dict()
    source = _Origin("rosstat", path.name, _digest(path.read_bytes()), number)
    footnotes = [f"{mark}) {text}" for mark, text in together.footnotes.items()]
    notes = (*_gap_notes(gaps), *footnotes, *(note for table in read for note in balance.notes(table)))
    return _keep(frame, source, user, entry, known, together.left_out, notes)


def ingest_emiss(
    given: str,
    user: Path,
    known: pd.DataFrame,
    named: Named | None = None,
    choose: Mapping[str, str] | None = None,
) -> Ingested:
    """Read an SDMX file of EMISS, or fetch an indicator by its number, and keep its figures.

    Parameters
    ----------
    given : str
        A file, or the number of an indicator.
    user, known, named
        As in `ingest_rosstat`; the number of a file is looked for in its name (``61497.xml``).
    choose : dict, optional
        Label wanted, by the name of a dimension.

    Returns
    -------
    Ingested
        The figures and where they are.

    Raises
    ------
    AnalysisError
        As `ingest_rosstat`, and if an indicator cannot be fetched.
    """
    from analysis.data import emiss  # fedstat loads only here

    chosen = named or Named()
    path = Path(given)
    if re.fullmatch(r"\d+", given, re.ASCII) and not path.exists():
        number, name = given, _known_indicator("emiss", given, chosen)
        table = emiss.fetch(given)
        content = table.to_csv(index=False, lineterminator="\n").encode()
        origin = _Origin("emiss", f"fedstat.ru/indicator/{given}", _digest(content), given)
    else:
        number = _number_in(path.stem) or ""
        name = _known_indicator("emiss", number or path.name, chosen)
        table = emiss.read(path)
        origin = _Origin("emiss", path.name, _digest(path.read_bytes()), number or path.stem)
    if SIDE_BY_SIDE in name:
        name = emiss.direction(table, choose or {})
    if name in catalogue.readable() and not _is_own(name):
        _check_emiss(catalogue.indicator(name), number, path.name)
        entry = catalogue.indicator(_with_partner(name, emiss.partner(table, choose or {})))
        frame = emiss.observations(table, entry.id, entry.unit["en"], "", choose)
    else:
        entry = _own_emiss_entry(number, name, chosen, emiss.stated_unit(table))
        frame = emiss.observations(table, name, None, "", choose).assign(unit=entry.unit["en"])
    return _keep(frame, origin, user, entry, known)


def _own_emiss_entry(number: str, name: str, named: Named, stated: str) -> catalogue.Indicator:
    """Entry of an EMISS table without a place in the catalogue: as the reader or the register names it."""
    item = next((item for item in known_tables() if item.table == number and item.indicator == name), None)
    if item is None:
        return _own_entry(name, named, catalogue.MOST_DECIMALS)
    given = Named(name, named.name or item.name_en, named.unit or stated)
    entry = _own_entry(
        name, given if name not in catalogue.user_indicators() else named, catalogue.MOST_DECIMALS
    )
    return entry if named.name else dataclasses.replace(entry, name={"en": item.name_en, "ru": item.title})


def _check_emiss(entry: catalogue.Indicator, number: str, name: str) -> None:
    """Refuse an EMISS table that its register, or EMISS's own list of indicators, calls something else."""
    known = [item for item in known_tables() if (item.publisher, item.table) == ("emiss", number)]
    if any(entry.id in item.indicators for item in known):
        return
    from fedstat import catalog  # slow to load, and only an EMISS table asks

    titles = catalog()
    title = titles.loc[titles["id"].astype(str) == number, "title"]
    if title.empty:
        raise AnalysisError(
            f"{name} does not have the number of an EMISS indicator in its name, so what it holds cannot be checked; name the "
            f"file by it (data-61497.xml), or give the figures a name of their own with --indicator, --name and --unit."
        )
    catalogue.check_title(entry, [str(title.iloc[0])], "", f"EMISS indicator {number}")


def _with_partner(name: str, partner: str | None) -> str:
    """Indicator of trade with one partner: with China it is another than with all countries."""
    if partner != "CN":
        return name
    china = {"exports": "exports_china", "imports": "imports_china", "trade_turnover": "turnover_china"}
    if name not in china:
        raise AnalysisError(f"{name} has no partner country, but the EMISS table is limited to China.")
    return china[name]


def ingest_csv(
    path: Path, user: Path, known: pd.DataFrame, named: Named, year: str = "", column: str = ""
) -> Ingested:
    """Read a table of a reader's own by region and year (CSV or XLSX) and keep its figures.

    Parameters
    ----------
    path : Path
        The file, long or wide.
    user, known, named
        As in `ingest_rosstat`; the indicator must be named.
    year, column : str
        As in :func:`analysis.data.free_table.read`.

    Returns
    -------
    Ingested
        The figures and where they are.

    Raises
    ------
    AnalysisError
        If the file or the name is not as it must be, or most figures differ from those at hand; nothing is
        then written.
    """
    from analysis.data import free_table

    if named.indicator is None:
        raise AnalysisError("A table of one's own needs a name: --indicator retail, with --name and --unit.")
    table = free_table.read(path, year, column)
    entry = catalogue.readable().get(named.indicator)
    if entry is None or _is_own(named.indicator):
        entry = _own_entry(named.indicator, named, table.decimals)
    elif named.name and normalise.clean(named.name) not in entry.name.values():
        raise AnalysisError(
            f"{entry.id} is an indicator of the catalogue, {quoted(entry.name['en'])}, not {quoted(named.name)}; leave out "
            "--name to add figures to it, or name another indicator."
        )
    elif named.unit and normalise.clean(named.unit) not in entry.unit.values():
        raise AnalysisError(
            f"{entry.id} of the catalogue is in {entry.unit['en']} ({entry.unit['ru']}), not in {quoted(named.unit)}; turn "
            "the figures into it, or give them a name of their own."
        )
    frame = table.frame.assign(indicator=entry.id, unit=entry.unit["en"], source="", basis="observed")
    frame = frame[OBSERVATION].sort_values(KEY, ignore_index=True)
    origin = _Origin("csv", path.name, _digest(path.read_bytes()), path.stem)
    notes = _gap_notes({"no figure": table.gaps} if table.gaps else {})
    return _keep(frame, origin, user, entry, known, table.left_out, notes)


def _is_own(name: str) -> bool:
    return name in catalogue.user_indicators()


def _own_entry(name: str, named: Named, decimals: int) -> catalogue.Indicator:
    """Entry of a reader's own indicator: as it is kept, or a new one."""
    if name in catalogue.committed():
        raise AnalysisError(
            f"The indicator {name!r} cannot be read from a table; allowed are "
            f"{', '.join(catalogue.readable())}, or a new name."
        )
    before = catalogue.user_indicators().get(name)
    if before is None:
        return catalogue.new(name, named.name, named.unit, decimals)
    for what, given, kept in (("name", named.name, before.name), ("unit", named.unit, before.unit)):
        if given and normalise.clean(given) not in kept.values():
            raise AnalysisError(
                f"{name} has the {what} {quoted(kept['en'])} in your catalogue, not {quoted(given)}; name another indicator, "
                f"or change data/user/{catalogue.USER_FILE}."
            )
    return dataclasses.replace(before, decimals=max(before.decimals, min(decimals, catalogue.MOST_DECIMALS)))


def _most_decimals(values: pd.Series) -> int:
    return int(values.map(package.decimals).max()) if len(values) else 0


def _gap_notes(gaps: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(f"{count} cell{'' if count == 1 else 's'}: {sign}" for sign, count in gaps.items())


# fewer figures that differ prove nothing
FEW = 10
# A first estimate and its revision differ by some per cent (2.6 in the median for investment in 2022); another
# indicator by far more. Beyond this a figure counts as another one.
REVISION = 0.10


def _refuse_another_indicator(frame: pd.DataFrame, known: pd.DataFrame, where: str) -> None:
    """Refuse figures of which most are not those at hand for the same region, indicator and period."""
    both = frame.merge(known[[*KEY, "value"]], on=KEY, suffixes=("", "_known"))
    if len(both) < FEW:
        return
    differs = (both["value"] - both["value_known"]).abs() > REVISION * both["value_known"].abs()
    if differs.mean() > 0.5:
        first = both[differs].iloc[0]
        raise AnalysisError(
            f"{where}: {int(differs.sum())} of {len(both)} figures differ from those at hand by more than "
            f"{REVISION:.0%} ({first['region']} {first['period']}: {first['value']:.12g} for {first['value_known']:.12g}), so "
            f"they are not {first['indicator']}; nothing was kept. Give them a name of their own with --indicator."
        )


def observations(user: Path) -> pd.DataFrame:
    """Figures of every table taken in; where two have the same figure, the one to be preferred first.

    The yearbook comes before EMISS and EMISS before other tables, and of one publisher what was taken in later comes before what was
    earlier: it is the newer edition.

    Parameters
    ----------
    user : Path
        Folder of the reader's own files.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`; empty without own tables.

    Raises
    ------
    AnalysisError
        If a CSV of those folders is not one that was written here.
    """
    parts = [_read(path) for path in files(user)]
    if not parts:
        return pd.DataFrame(columns=COLUMNS).astype({"value": float})
    table = pd.concat(parts, ignore_index=True)
    rank = table["source"].map(lambda name: PUBLISHERS.index(str(name).split("/")[1]))
    order = table.assign(rank=rank).sort_values(
        ["rank", "date", "source", *KEY], ascending=[True, False, True, True, True, True]
    )
    return order[COLUMNS].reset_index(drop=True)


def files(user: Path) -> list[Path]:
    """CSVs of own tables, in the order of their names."""
    return [path for publisher in PUBLISHERS for path in sorted((user / publisher).glob("*.csv"))]


def has_customs(user: Path) -> bool:
    """Whether there is a customs store, asked without loading the libraries that read one."""
    return (user / "customs" / "manifest.json").is_file()


def customs_sums_path(root: Path, manifest: Path | None = None) -> Path:
    """File with the sums of a customs store in a folder, by the state its manifest describes.

    Parameters
    ----------
    root : Path
        Folder of the store.
    manifest : Path, optional
        The manifest, where it is not the one in `root`.
    """
    state = hashlib.sha256((manifest or root / "manifest.json").read_bytes()).hexdigest()[:16]
    return root / f"{CUSTOMS_SUMS}{state}.csv"


def customs_sums(user: Path) -> pd.DataFrame:
    """Trade of regions with China and with all partners, as the ingest of a reader's customs files summed it.

    Parameters
    ----------
    user : Path
        Folder of the reader's own files.

    Returns
    -------
    pandas.DataFrame
        Columns `OBSERVATION`; without a store no rows.

    Raises
    ------
    AnalysisError
        If the store has no sums of its present state.
    """
    if not has_customs(user):
        return pd.DataFrame(columns=OBSERVATION).astype({"value": float})
    path = customs_sums_path(user / "customs")
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except OSError:
        raise AnalysisError(
            f"{paths.relative(path)} is missing, the sums of the customs files; run `amur ingest customs` again with any "
            "file that is in the store."
        ) from None
    return table.assign(value=table["value"].map(float))  # float() gives every bit back


def is_user_source(source: str) -> bool:
    """Whether a name in the column ``source`` is a reader's own file."""
    return source.startswith(PREFIX)


def title(source: str, user: Path) -> Message:
    """Short reference of an own source, for the line under a table or figure.

    Parameters
    ----------
    source : str
        Name in the column ``source``, for which `is_user_source` holds.
    user : Path
        Folder of the reader's own files.

    Raises
    ------
    AnalysisError
        If the file is not as `amur ingest` wrote it.
    """
    if source == CUSTOMS:
        return CUSTOMS_TITLE
    first = _read(user / f"{source.removeprefix(PREFIX)}.csv").iloc[0]
    publisher = {
        "rosstat": _("Rosstat, Regions of Russia, table {number}", number=first["table"]),
        "emiss": _("EMISS, indicator {number}", number=first["table"]),
        "csv": _("Table {number}", number=first["table"]),
    }[source.split("/")[1]]
    return _(
        "{publisher} (the reader's own file {file}, sha256 {digits})",
        publisher=publisher,
        file=first["file"],
        digits=first["sha256"][:SHORT],
    )


def _known_indicator(publisher: str, table: str, named: Named) -> str:
    """Indicator of a table: the one given, or the known one."""
    if named.indicator is not None:
        return named.indicator
    known = [item for item in known_tables() if item.publisher == publisher]
    for item in known:
        if item.table == table:
            return item.indicator
    kind = {"rosstat": "the yearbook's table", "emiss": "the EMISS indicator"}[publisher]
    listed = "; ".join(f"{item.table} ({item.title}: {item.indicator})" for item in known)
    raise AnalysisError(
        f"Which indicator {kind} {table!r} holds is not known; known are: {listed}. For another, name the "
        "indicator with --indicator; a new one with --name and --unit too."
    )


def _number_in(stem: str) -> str | None:
    """Number of an EMISS indicator, which has five digits, in a file's name: a known one first."""
    found = re.findall(r"(?<!\d)\d{5}(?!\d)", stem)
    numbers = {item.table for item in known_tables() if item.publisher == "emiss"}
    return next((number for number in found if number in numbers), found[0] if found else None)


def _keep(
    frame: pd.DataFrame,
    origin: _Origin,
    user: Path,
    entry: catalogue.Indicator,
    known: pd.DataFrame,
    left_out: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Ingested:
    """Write figures to their CSV, unless the same are there; a new indicator enters the reader's catalogue first."""
    if frame.empty:
        raise AnalysisError(f"{origin.file} holds no figure of a region of the register.")
    below = frame[frame["value"] < 0]
    if len(below) and not entry.can_be_negative:
        first = below.iloc[0]
        raise AnalysisError(
            f"{origin.file} has {first['value']:.12g} for {first['region']} in {first['period']}, but {entry.id} is never "
            f"below zero ({len(below)} figures are)."
        )
    table = re.sub(r"[^\w.+-]+", "-", origin.table)
    _refuse_another_indicator(frame, known, f"{origin.file}, {origin.table}")
    name = f"{frame['indicator'].iloc[0]}-{table}-{origin.sha256[:SHORT]}"
    path = user / origin.publisher / f"{name}.csv"
    frame = frame.assign(
        source=f"{PREFIX}{origin.publisher}/{name}",
        file=origin.file,
        sha256=origin.sha256,
        table=origin.table,
        date=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )[COLUMNS]
    # as it will be read back: a figure that could not be is refused before anything is written
    text = frame.to_csv(index=False, lineterminator="\n")
    frame = _checked(io.StringIO(text), path)
    if entry.id not in catalogue.committed() and catalogue.user_indicators().get(entry.id) != entry:
        catalogue.keep(entry)
    if path.is_file():
        before = _read(path)
        if before.drop(columns="date").equals(frame.drop(columns="date")):
            return Ingested(path, before, False, left_out, notes)
    paths.write_text(path, text)
    return Ingested(path, frame, True, left_out, notes)


def _read(path: Path) -> pd.DataFrame:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(f"{paths.relative(path)} cannot be read ({error}).") from None
    return _checked(io.StringIO(text), path)


def _checked(text: io.StringIO, path: Path) -> pd.DataFrame:
    """Table of an own CSV, every cell as it must be."""
    where = paths.relative(path)
    try:
        table = pd.read_csv(text, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        table = pd.DataFrame()
    if list(table.columns) != COLUMNS or table.empty:
        raise AnalysisError(
            f"{where} was not written by `amur ingest`, whose files have the columns {', '.join(COLUMNS)}; move it "
            "out of this folder."
        )
    value = pd.to_numeric(table["value"], errors="coerce")
    codes = regions.codes(regions.all_regions())
    is_period = table["period"].str.fullmatch(r"\d{4}(?:/\d{4})?")
    wrong = ~np.isfinite(value) | ~table["region"].isin(codes) | ~is_period
    wrong |= table.duplicated(KEY) | (table["source"] != f"{PREFIX}{path.parent.name}/{path.stem}")
    if wrong.any():
        line = int(wrong.to_numpy().argmax()) + 2  # header line and counting from one
        raise AnalysisError(
            f"{where}, line {line}, is not as `amur ingest` writes it; delete the file and read the table in again."
        )
    # to_numeric may miss the last bit
    return table.assign(value=table["value"].map(float))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
