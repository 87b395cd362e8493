"""A batch at a glance, from the summary it left."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from analysis import paths
from analysis.data import formats, regions
from analysis.data.regions import Language
from analysis.errors import AnalysisError, NoDataError
from analysis.publish import charts, charts_batch
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.tables import Column, Table

STATES: Mapping[str, Mapping[Language, str]] = {
    "done": {"en": "Done", "ru": "Выполнено"},
    "no data": {"en": "No data", "ru": "Нет данных"},
    "failed": {"en": "Failed", "ru": "С ошибкой"},
    "stopped": {"en": "Stopped", "ru": "Остановлено"},
    "left": {"en": "Left", "ru": "Не начато"},
}
# columns of summary.csv before those of the parameters
FIXED = ["id", "notebook", "state", "seconds", "cell", "reason", "folder"]
# parameters that name regions
BY_REGION = ("region", "regions")
BETWEEN = " · "


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


def states(table: pd.DataFrame) -> Exhibit:
    """Runs of each notebook by state, and how long they took.

    Parameters
    ----------
    table : pandas.DataFrame
        As `summary`.

    Returns
    -------
    Exhibit
        One row a notebook: ``runs``, a count for each state, ``median_seconds`` and ``longest_seconds``.
    """
    rows = []
    for notebook, runs in table.groupby("notebook", sort=True):
        counted = runs["state"].value_counts()
        rows.append(
            {
                "notebook": notebook,
                "runs": len(runs),
                **{state: int(counted.get(state, 0)) for state in STATES},
                "median_seconds": runs["seconds"].median(),
                "longest_seconds": runs["seconds"].max(),
            }
        )
    columns = (
        Column("notebook", {"en": "Notebook", "ru": "Блокнот"}),
        Column("runs", {"en": "Runs", "ru": "Запусков"}, "number"),
        *(Column(state, names, "number") for state, names in STATES.items()),
        Column("median_seconds", {"en": "Median, s", "ru": "Медиана, с"}, "number", 1),
        Column("longest_seconds", {"en": "Longest, s", "ru": "Наибольшее, с"}, "number", 1),
    )
    return Exhibit("batch-states", _period(table), _sentence(table), (), Table(pd.DataFrame(rows), columns))


def grid(table: pd.DataFrame) -> Exhibit:
    """Every run as a cell of its notebook's grid of parameters.

    Parameters
    ----------
    table : pandas.DataFrame
        As `summary`.
    """
    return Exhibit(
        "batch-grid",
        _period(table),
        {
            "en": "A cell is a run, the number its seconds; ×: failed, —: no data, a dot: not carried out.",
            "ru": "Клетка — запуск, число — секунды; × — ошибка, — — нет данных, точка — не выполнен.",
        },
        (),
        draw=lambda language, title, footer: charts_batch.run_grid(
            [
                _panel(str(notebook), runs, language)
                for notebook, runs in table.groupby("notebook", sort=True)
            ],
            language,
            title,
            footer,
        ),
    )


def _panel(notebook: str, runs: pd.DataFrame, language: Language) -> charts_batch.Panel:
    """Place of each run: an axis across, the others down; names of regions always down, where they fit."""
    axes = _axes(runs.drop(columns=FIXED))
    short = [axis for axis in axes if not set(axis) & set(BY_REGION)]
    across = max(short, key=lambda axis: runs[axis[0]].nunique(), default=[])
    down = [name for axis in axes if axis != across for name in axis]
    cells = pd.DataFrame(
        {
            "row": _labels(runs, down, language),
            "column": _labels(runs, across, language),
            "state": runs["state"],
            "seconds": runs["seconds"],
        }
    )
    heading = ", ".join(
        part
        for part in (
            notebook,
            f"↓ {BETWEEN.join(down)}" if down else "",
            f"→ {BETWEEN.join(across)}" if across else "",
        )
        if part
    )
    return charts_batch.Panel(heading, cells)


def _axes(values: pd.DataFrame) -> list[list[str]]:
    """Parameters that vary; those that change together (zipped) are one axis."""
    axes: dict[tuple[int, ...], list[str]] = {}
    for name in values:
        steps = tuple(pd.factorize(values[name])[0])
        if max(steps) > 0:
            axes.setdefault(steps, []).append(str(name))
    return list(axes.values())


def _labels(runs: pd.DataFrame, names: list[str], language: Language) -> list[str]:
    return [
        BETWEEN.join(_label(name, value, language) for name, value in zip(names, row, strict=True))
        for row in runs[names].itertuples(index=False)
    ]


def _label(name: str, value: str, language: Language) -> str:
    if name not in BY_REGION:
        return value
    return ", ".join(place_name(code, language, is_short=True) for code in value.split())


def place_name(code: str, language: Language, *, is_short: bool = False) -> str:
    """Name of a region, of the Far East or of the whole country.

    Raises
    ------
    AnalysisError
        If `code` is neither a region nor ``FAR_EAST`` nor ``RU``.
    """
    if code == "RU":
        return {"en": "Russia", "ru": "Россия"}[language]
    return charts.short(code, language) if is_short else formats.region_name(code, language)


def _period(table: pd.DataFrame) -> str:
    return f"n = {len(table)}"


def _sentence(table: pd.DataFrame) -> dict[Language, str]:
    counted = table["state"].value_counts()
    median = float(table["seconds"].median())
    told: dict[Language, str] = {}
    for language in regions.LANGUAGES:
        parts = ", ".join(
            f"{names[language].lower()} {counted[state]}"
            for state, names in STATES.items()
            if state in counted
        )
        told[language] = {
            "en": f"Of {len(table)} runs: {parts}",
            "ru": f"Всего запусков {len(table)}: {parts}",
        }[language]
        if math.isfinite(median):
            seconds = formats.number(median, 1, language)
            told[language] += {
                "en": f"; the median run took {seconds} s",
                "ru": f"; медианное время запуска — {seconds} с",
            }[language]
        told[language] += "."
    return told
