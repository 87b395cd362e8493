"""What the runs of a batch found, put together: estimates over a grid, results by region.

Every finished run left its tables in its folder; these exhibits read the one that answers the
notebook's question. For any table whatever there is ``amur batch GRID --collect TABLE``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis import paths
from analysis.customs import trade
from analysis.data import indicators, regions
from analysis.data.formats import Text, number
from analysis.data.regions import Language
from analysis.errors import AnalysisError
from analysis.ledger import printed
from analysis.publish import charts_batch, parameters
from analysis.publish.exhibits.batch import BY_REGION, place_name
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.tables import Column, Table, column
from analysis.rating import associations

ESTIMATES = "05_association"
SUBSETS: Mapping[str, Text] = {
    "far_east": {"en": "Far East", "ru": "Дальний Восток"},
    "border": {"en": "border regions", "ru": "приграничные регионы"},
}
_CHOICE = ["edition", "subset", "indicator", "period"]


@dataclass(frozen=True)
class Gathered:
    """What the runs of a batch found.

    Attributes
    ----------
    exhibits : list of Exhibit
        ``batch-estimates`` where runs of notebook 05 are done, ``batch-regions`` where runs over
        regions found something; none where neither is.
    remark : dict
        Which notebooks of the batch have nothing in them, by language.
    """

    exhibits: list[Exhibit]
    remark: Text


def gather(folder: str, table: pd.DataFrame) -> Gathered:
    """Put the results of a batch together.

    Parameters
    ----------
    folder : str
        Folder of the batch, relative to the repository or absolute.
    table : pandas.DataFrame
        Its summary (:func:`analysis.publish.exhibits.batch.summary`).

    Raises
    ------
    AnalysisError
        If a finished run has lost its table.
    """
    done = table[table["state"] == "done"]
    estimates = _estimates(folder, done[done["notebook"] == ESTIMATES])
    by_region, shown = _by_region(folder, table)
    exhibits = [] if estimates.empty else [_estimates_exhibit(estimates, _alpha(done))]
    shown |= {ESTIMATES} if exhibits else set()
    exhibits += [] if by_region is None else [by_region]
    return Gathered(exhibits, _remark(sorted(set(table["notebook"]) - shown)))


def _remark(left: list[str]) -> Text:
    if not left:
        return {
            "en": "Every notebook of the batch has results above.",
            "ru": "Выше есть результаты каждого блокнота серии.",
        }
    names = ", ".join(left)
    return {
        "en": f"Nothing is gathered here from {names}: no run found anything, its runs are not set apart by region, or it has "
        "no table for it. `amur batch GRID --collect TABLE` gathers any table that a notebook writes.",
        "ru": f"Из {names} здесь ничего не сведено: запуски ничего не нашли, различаются не регионом или у блокнота нет "
        "подходящей таблицы. `amur batch GRID --collect TABLE` сводит любую таблицу блокнота.",
    }


def _tables(
    folder: str, runs: pd.DataFrame, name: str, *, is_optional: bool = False
) -> Iterator[tuple[pd.Series, pd.DataFrame]]:
    """Each run with the table it wrote, cells as text."""
    for _, run in runs.iterrows():
        path = paths.root() / folder / str(run["folder"]) / "tables" / name
        if is_optional and not path.is_file():
            continue
        try:
            yield run, pd.read_csv(path, dtype=str, keep_default_na=False)
        except FileNotFoundError:
            raise AnalysisError(
                f"{paths.relative(path)} is missing though its run is done; start the batch again."
            ) from None


# estimates -----------------------------------------------------------------------------------------


def _estimates(folder: str, runs: pd.DataFrame) -> pd.DataFrame:
    """Every different estimate once, with the number of runs that show it."""
    columns = [*_CHOICE, "n", "estimate", "p_exact", "p_min"]
    parts = [part[columns] for _, part in _tables(folder, runs, "association-forest.csv")]
    if not parts:
        return pd.DataFrame(columns=[*columns, "runs"])
    rows = pd.concat(parts, ignore_index=True)
    # an estimate hangs on its own year only, so runs that differ in another year repeat it
    counted = rows.groupby(_CHOICE, sort=False).size().rename("runs").reset_index()
    rows = rows.drop_duplicates(_CHOICE).merge(counted, on=_CHOICE)
    rows[columns[4:]] = rows[columns[4:]].apply(pd.to_numeric)
    order = {name: place for place, name in enumerate(associations.COVARIATES)}
    return rows.sort_values(
        ["indicator", "period", "edition", "subset"],
        key=lambda cells: cells.map(order) if cells.name == "indicator" else cells,
        ignore_index=True,
    )


def _alpha(done: pd.DataFrame) -> float:
    """Level the runs share, or the notebook's default where they do not."""
    given = done["alpha"].dropna().unique() if "alpha" in done else []
    return float(given[0] if len(given) == 1 else parameters.defaults(ESTIMATES)["alpha"])


def _choice(row: pd.Series, language: Language) -> str:
    return f"{row['edition']}, {SUBSETS[row['subset']][language]}, {row['period']}"


def _estimates_exhibit(rows: pd.DataFrame, alpha: float) -> Exhibit:
    labels: dict[Language, dict[str, str]] = {
        language: {name: indicators.indicator(name).name[language] for name in rows["indicator"].unique()}
        for language in regions.LANGUAGES
    }
    return Exhibit(
        "batch-estimates",
        f"n = {len(rows)}",
        {language: _estimates_sentence(rows, alpha, labels, language) for language in regions.LANGUAGES},
        (),
        _estimates_table(rows, alpha, labels),
        lambda language, title, footer: charts_batch.estimates(
            rows.assign(
                label=rows["indicator"].map(labels[language]),
                series=[f"{row.edition}, {SUBSETS[str(row.subset)][language]}" for row in rows.itertuples()],
            ),
            alpha,
            language,
            title,
            footer,
        ),
    )


def _estimates_sentence(
    rows: pd.DataFrame, alpha: float, labels: Mapping[Language, Mapping[str, str]], language: Language
) -> str:
    had = rows.dropna(subset="estimate")
    level = number(alpha, 3, language).rstrip("0")
    ends = {}
    for name, place in (("low", had["estimate"].idxmin()), ("high", had["estimate"].idxmax())):
        row = had.loc[place]
        value = number(row["estimate"], 2, language)
        ends[name] = f"{value} ({labels[language][row['indicator']]}; {_choice(row, language)})"
    low = int((had["p_exact"] <= alpha).sum())
    return {
        "en": f"{len(rows)} different estimates, tau-b from {ends['low']} to {ends['high']}; the exact p is at most "
        f"{level} (dashed) for {low} of them (filled marks), not adjusted for their number.",
        "ru": f"Разных оценок {len(rows)}, тау-b от {ends['low']} до {ends['high']}; точное p не больше {level} (пунктир) у "
        f"{low} из них (закрашенные знаки), без поправки на их число.",
    }[language]


def _estimates_table(rows: pd.DataFrame, alpha: float, labels: Mapping[Language, Mapping[str, str]]) -> Table:
    lines = []
    for name, members in rows.groupby("indicator", sort=False):
        had = members.dropna(subset="estimate")
        line = {"indicator": name, "estimates": len(members), "median": had["estimate"].median()}
        line["p_smallest"], line["significant"] = had["p_exact"].min(), int((had["p_exact"] <= alpha).sum())
        for end, place in (("lowest", had["estimate"].idxmin()), ("highest", had["estimate"].idxmax())):
            line[end] = had.loc[place, "estimate"]
            for language in regions.LANGUAGES:
                line[f"{end}_{language}"] = _choice(had.loc[place], language)
        for language in regions.LANGUAGES:
            line[f"label_{language}"] = labels[language][str(name)]
        lines.append(line)
    level: Text = {language: number(alpha, 3, language).rstrip("0") for language in regions.LANGUAGES}
    columns = (
        column({"en": "label_en", "ru": "label_ru"}, "Indicator", "Показатель"),
        column("estimates", "Different estimates", "Разных оценок", "number"),
        column("lowest", "Lowest tau-b", "Наименьшее тау-b", "number", 2),
        column({"en": "lowest_en", "ru": "lowest_ru"}, "Lowest with", "Наименьшее при"),
        column("median", "Median", "Медиана", "number", 2),
        column("highest", "Highest tau-b", "Наибольшее тау-b", "number", 2),
        column({"en": "highest_en", "ru": "highest_ru"}, "Highest with", "Наибольшее при"),
        column("p_smallest", "Smallest exact p", "Наименьшее точное p", "p_value"),
        column("significant", f"p ≤ {level['en']}", f"p ≤ {level['ru']}", "number"),
    )
    return Table(
        pd.DataFrame(lines),
        columns,
        {
            "en": (
                "An estimate hangs on the year of its own indicator only; runs that repeat one count once.",
            ),
            "ru": (
                "Оценка зависит только от года своего показателя; запуски с одной и той же оценкой учтены один раз.",
            ),
        },
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
        heading = column(
            f"density {row.period}",
            f"Established crossing points per 1,000 km of the border, {row.period}",
            f"Установленных пунктов пропуска на 1000 км границы, {row.period}",
            "number",
            1,
        )
        yield str(row.region), heading, float(str(row.density_per_1000_km))


def _china_shares(run: pd.Series, rows: pd.DataFrame) -> Found:
    years = [name for name in rows if re.fullmatch(r"\d{4}", name)]
    # the ends of each run's span; the years between are in its own table
    for year in dict.fromkeys([years[0], years[-1]]):
        heading = column(
            f"china_share {year}",
            f"China's share of turnover as printed, {year}, %",
            f"Доля Китая в обороте, как напечатано, {year}, %",
            "number",
            1,
        )
        for code, cell in zip(rows["region"], rows[year], strict=True):
            value = printed.parse(cell).value
            if value is not None:
                yield code, heading, float(value)


_FLOWS: Mapping[str, Text] = {
    "export": {"en": "Exports to", "ru": "Экспорт в"},
    "import": {"en": "Imports from", "ru": "Импорт из"},
}


def _customs(run: pd.Series, rows: pd.DataFrame) -> Found:
    named: dict[Language, str] = {}
    for language in regions.LANGUAGES:
        flow, partner = _FLOWS[run["direction"]][language], trade.partner_name(run["partner"], language)
        goods = f" ({run['goods']})" if run["goods"] else ""
        unit = {"en": "thousand US dollars", "ru": "тыс. долл."}[language]
        named[language] = f"{flow}: {partner}{goods}, {run['period']}, {unit}"
    heading = column(f"trade {named['en']}", named["en"], named["ru"], "number", 1)
    yield run["region"], heading, float(pd.to_numeric(rows["value_thousand_usd"]).sum())


_SOURCES: Mapping[str, _Source] = {
    "01_transit_potential": _Source("crossing-densities.csv", _densities),
    "02_china_share": _Source("table-2.csv", _china_shares),
    # only from the reader's own customs files: what is printed stands in for the Amur region alone
    "03_exports": _Source("trade-monthly.csv", _customs, is_optional=True),
}


def _is_over_regions(runs: pd.DataFrame) -> bool:
    return any(name in runs and len(set(runs[name])) > 1 for name in BY_REGION)


def _by_region(folder: str, table: pd.DataFrame) -> tuple[Exhibit | None, set[str]]:
    """One row a region, one column a quantity and time; and the notebooks that have a column in it."""
    cells: dict[tuple[str, str], float] = {}
    columns: dict[str, Column] = {}
    asked: set[str] = set()
    shown: set[str] = set()
    for notebook, source in _SOURCES.items():
        runs = table[table["notebook"] == notebook]
        if not _is_over_regions(runs):
            continue
        asked.update(
            code for name in BY_REGION if name in runs for cell in runs[name] for code in cell.split()
        )
        done = runs[runs["state"] == "done"]
        for run, rows in _tables(folder, done, source.table, is_optional=source.is_optional):
            for code, heading, value in source.read(run, rows):
                columns[str(heading.key)] = heading
                cells[code, str(heading.key)] = value
                shown.add(notebook)
    return _regions_exhibit(sorted(asked, key=_place), cells, columns) if columns else None, shown


def _place(code: str) -> int:
    known = (*regions.codes(regions.all_regions()), trade.FAR_EAST, trade.RUSSIA)
    return known.index(code)


def _regions_exhibit(
    codes: list[str], cells: Mapping[tuple[str, str], float], columns: Mapping[str, Column]
) -> Exhibit:
    keys = sorted(columns)
    rows = [
        {
            "region": code,
            **{f"name_{language}": place_name(code, language) for language in regions.LANGUAGES},
            **{key: cells.get((code, key)) for key in keys},
        }
        for code in codes
    ]
    frame = pd.DataFrame(rows).astype(dict.fromkeys(keys, float))
    known = int(frame[keys].notna().any(axis=1).sum())
    name = column({"en": "name_en", "ru": "name_ru"}, "Region", "Регион")
    return Exhibit(
        "batch-regions",
        f"n = {len(codes)}",
        {
            "en": f"Of {len(codes)} regions asked for {known} have a result.",
            "ru": f"Запрошено регионов: {len(codes)}, с результатом: {known}.",
        },
        (),
        Table(
            frame,
            (name, *(columns[key] for key in keys)),
            {
                "en": ("A dash: no figures, a failed run, or nothing was asked for.",),
                "ru": ("Прочерк: нет данных, запуск с ошибкой или такого запроса не было.",),
            },
        ),
    )
