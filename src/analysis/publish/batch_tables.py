"""What a batch left: its summary, and what its runs found put together as frames.

Every finished run left its tables in its folder; these functions read the one that answers the notebook's question.
For any table whatever there is ``amur batch GRID --collect TABLE``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis import paths
from analysis.customs import trade
from analysis.data import formats, regions
from analysis.data.messages import Message, Name, _
from analysis.errors import AnalysisError, NoDataError
from analysis.ledger import printed
from analysis.publish.tables import Column
from analysis.rating import associations

STATES: Mapping[str, Message] = {
    "done": _("Done"),
    "no data": _("No data"),
    "failed": _("Failed"),
    "stopped": _("Stopped"),
    "left": _("Left"),
}
# columns of summary.csv before those of the parameters
FIXED = ["id", "notebook", "state", "seconds", "cell", "reason", "folder"]
# parameters that name regions
BY_REGION = ("region", "regions")
ESTIMATES = "05_association"
SUBSETS: Mapping[str, Message] = {"far_east": _("Far East"), "border": _("border regions")}
CHOICE = ["edition", "subset", "indicator", "period"]


def summary(folder: str) -> pd.DataFrame:
    """Summary of a batch.

    Parameters
    ----------
    folder : str
        Folder of the batch, relative to the repository or absolute.

    Returns
    -------
    pandas.DataFrame
        One row a run in the order of the grid: `FIXED`, all text but ``seconds`` (NaN for a run not
        carried out), then a column for each parameter.

    Raises
    ------
    NoDataError
        If there is no batch.
    AnalysisError
        If the file is not a summary.
    """
    path = paths.root() / folder / "summary.csv"
    where = paths.relative(path)
    if not path.is_file():
        raise NoDataError(
            f"There is no batch in {paths.relative(path.parent)} yet: run one first, such as `amur batch "
            "grids/regions.toml`, and give as `batch` the folder that the command names at its end."
        )
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    if list(table.columns[: len(FIXED)]) != FIXED or table.empty or not set(table["state"]) <= set(STATES):
        raise AnalysisError(
            f"{where} is not the summary of a batch; its first columns are {', '.join(FIXED)}."
        )
    return table.assign(seconds=pd.to_numeric(table["seconds"]))


def place(code: str) -> Name | Message:
    """Name of a region, of the Far East or of the whole country; errors as `analysis.data.formats.region_name`."""
    return _("Russia") if code == trade.RUSSIA else formats.place(code)


def _tables(
    folder: str, runs: pd.DataFrame, name: str, *, is_optional: bool = False
) -> Iterator[tuple[pd.Series, pd.DataFrame]]:
    """Each run with the table it wrote, cells as text."""
    for _index, run in runs.iterrows():
        path = paths.root() / folder / str(run["folder"]) / "tables" / name
        if is_optional and not path.is_file():
            continue
        try:
            yield run, pd.read_csv(path, dtype=str, keep_default_na=False)
        except FileNotFoundError:
            raise AnalysisError(
                f"{paths.relative(path)} is missing though its run is done; start the batch again."
            ) from None


def estimates(folder: str, runs: pd.DataFrame) -> pd.DataFrame:
    """Every different estimate of the finished runs of notebook 05 once, with the number of runs that show it.

    Parameters
    ----------
    folder : str
        Folder of the batch, relative to the repository or absolute.
    runs : pandas.DataFrame
        Its summary.

    Returns
    -------
    pandas.DataFrame
        `CHOICE`, ``n, estimate, p_exact, p_min, runs``, in the order of the indicators; NaN where there is no estimate.

    Raises
    ------
    AnalysisError
        If a finished run has lost its table.
    """
    done = runs[(runs["state"] == "done") & (runs["notebook"] == ESTIMATES)]
    columns = [*CHOICE, "n", "estimate", "p_exact", "p_min"]
    parts = [part[columns] for _, part in _tables(folder, done, "association-forest.csv")]
    if not parts:
        return pd.DataFrame(columns=[*columns, "runs"])
    rows = pd.concat(parts, ignore_index=True)
    # an estimate hangs on its own year only, so runs that differ in another year repeat it
    counted = rows.groupby(CHOICE, sort=False).size().rename("runs").reset_index()
    rows = rows.drop_duplicates(CHOICE).merge(counted, on=CHOICE)
    rows[columns[4:]] = rows[columns[4:]].apply(pd.to_numeric)
    order = {name: place for place, name in enumerate(associations.COVARIATES)}
    return rows.sort_values(
        ["indicator", "period", "edition", "subset"],
        key=lambda cells: cells.map(order) if cells.name == "indicator" else cells,
        ignore_index=True,
    )


# results by region ---------------------------------------------------------------------------------

Found = Iterator[tuple[str, Column, float]]


@dataclass(frozen=True)
class _Source:
    """The table of a notebook that says something of each region, and how to read it."""

    table: str
    read: Callable[[pd.Series, pd.DataFrame], Found]
    is_optional: bool = False


def _densities(run: pd.Series, rows: pd.DataFrame) -> Found:
    for row in rows[rows["indicator"] == "crossing_density_established"].itertuples():
        heading = _("Established crossing points per 1,000 km of the border, {year}", year=str(row.period))
        column = Column(f"density {row.period}", heading, "number", 1)
        yield str(row.region), column, float(str(row.density_per_1000_km))


def _china_shares(run: pd.Series, rows: pd.DataFrame) -> Found:
    years = [name for name in rows if re.fullmatch(r"\d{4}", name)]
    # the ends of each run's span; the years between are in its own table
    for year in dict.fromkeys([years[0], years[-1]]):
        heading = _("China's share of turnover as printed, {year}, %", year=year)
        column = Column(f"china_share {year}", heading, "number", 1)
        for code, cell in zip(rows["region"], rows[year], strict=True):
            value = printed.parse(cell).value
            if value is not None:
                yield code, column, float(value)


def _customs(run: pd.Series, rows: pd.DataFrame) -> Found:
    values = {
        "partner": trade.partner_name(run["partner"]),
        "goods": f" ({run['goods']})" if run["goods"] else "",
        "period": run["period"],
    }
    heading = (
        _("Exports to: {partner}{goods}, {period}, thousand US dollars", **values)
        if run["direction"] == "export"
        else _("Imports from: {partner}{goods}, {period}, thousand US dollars", **values)
    )
    key = " ".join(("trade", run["direction"], run["partner"], run["goods"], run["period"]))
    yield (
        run["region"],
        Column(key, heading, "number", 1),
        float(pd.to_numeric(rows["value_thousand_usd"]).sum()),
    )


_SOURCES: Mapping[str, _Source] = {
    "01_transit_potential": _Source("crossing-densities.csv", _densities),
    "02_china_share": _Source("table-2.csv", _china_shares),
    # only from the reader's own customs files: what is printed stands in for the Amur region alone
    "03_exports": _Source("trade-monthly.csv", _customs, is_optional=True),
}


def _is_over_regions(runs: pd.DataFrame) -> bool:
    return any(name in runs and len(set(runs[name])) > 1 for name in BY_REGION)


@dataclass(frozen=True)
class ByRegion:
    """Results of a batch by region.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a region asked for, index ``region``; a column a quantity and time, NaN where there is no figure.
    columns : list of Column
        How these columns are printed.
    notebooks : tuple of str
        Notebooks that have a column.
    """

    table: pd.DataFrame
    columns: list[Column]
    notebooks: tuple[str, ...]


def by_region(folder: str, runs: pd.DataFrame) -> ByRegion:
    """Put together what the runs over regions found; parameters and errors as `estimates`."""
    cells: dict[tuple[str, str], float] = {}
    columns: dict[str, Column] = {}
    asked: set[str] = set()
    shown: dict[str, None] = {}
    for notebook, source in _SOURCES.items():
        own = runs[runs["notebook"] == notebook]
        if not _is_over_regions(own):
            continue
        asked.update(code for name in BY_REGION if name in own for cell in own[name] for code in cell.split())
        done = own[own["state"] == "done"]
        for run, rows in _tables(folder, done, source.table, is_optional=source.is_optional):
            for code, column, value in source.read(run, rows):
                columns[str(column.key)] = column
                cells[code, str(column.key)] = value
                shown[notebook] = None
    order = (*regions.codes(regions.all_regions()), trade.FAR_EAST, trade.RUSSIA)
    codes = pd.Index(sorted(asked, key=order.index), name="region")
    keys = sorted(columns)
    table = pd.DataFrame({key: [cells.get((code, key)) for code in codes] for key in keys}, index=codes)
    return ByRegion(table.astype(float), [columns[key] for key in keys], tuple(shown))
