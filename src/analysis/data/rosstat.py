"""The raw extracts of Rosstat's yearbook: which sheet each column of ``data/raw/rosstat/`` is from.

"Regions of Russia. Socio-economic indicators", annex of the 2023 edition. The committed files are what
`extract` makes of its sections; ``python -m analysis.data.rosstat FOLDER`` compares them again with the
workbooks in a folder, cell by cell.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.data import package, regions, tabular, yearbook
from analysis.errors import AnalysisError

# resource -> column -> table of the annex
TABLES = {
    "rosstat-trade": {
        "export_far_abroad_mln_usd": "21.1.1",
        "import_far_abroad_mln_usd": "21.1.2",
        "export_cis_mln_usd": "21.2.1",
        "import_cis_mln_usd": "21.2.2",
    },
    "rosstat-investment": {"investment_mln_rub": "10.1"},
    "rosstat-grp": {"grp_mln_rub": "8.1", "grp_per_head_rub": "8.2"},
    "rosstat-population": {"annual_average_thousand": "1.2", "year_end_thousand": "1.1"},
    "rosstat-transport": {"rail_km_per_10000_km2": "16.3", "road_km_per_1000_km2": "16.10"},
    "rosstat-fdi": {
        "fdi_inflow_mln_usd": "10.4.2",
        "fdi_outflow_mln_usd": "10.4.3",
        "fdi_net_mln_usd": "10.4.1",
    },
}
# the sheets hold sums in binary arithmetic (1328.1999999999998); no figure is printed to more decimals
DECIMALS = 6


def extract(resource: str, workbooks: Iterable[Path]) -> pd.DataFrame:
    """Content of a raw file from the sections of the annex.

    Parameters
    ----------
    resource : str
        Key of `TABLES`.
    workbooks : iterable of Path
        Sections; the one that has the sheets is found by itself.

    Returns
    -------
    pandas.DataFrame
        Columns ``region`` (name in the register; Russia and the federal districts too),
        ``year``, ``sheet_row`` (the same on every sheet of the file) and those of `TABLES`; a dash is 0,
        a cell without a figure is NaN. Rows in the order of the sheet.

    Raises
    ------
    AnalysisError
        If no section has the sheets, or one cannot be read.
    """
    sheets = list(workbooks)
    tables = {column: _table(sheets, number) for column, number in TABLES[resource].items()}
    first = next(iter(tables.values()))
    if any(table.rows != first.rows for table in tables.values()):
        raise AnalysisError(f"The sheets of {resource} list their regions in different rows.")
    columns = [
        pd.concat([table.totals, table.frame])
        .set_index(["region", "period"])["value"]
        .round(DECIMALS)
        .rename(column)
        for column, table in tables.items()
    ]
    wide = pd.concat(columns, axis=1).reset_index()
    wide["sheet_row"] = wide["region"].map(first.rows)
    wide = wide.sort_values(["sheet_row", "period"], ignore_index=True)
    names = {code: regions.area_name(code) for code in wide["region"].unique()}
    wide = wide.assign(region=wide["region"].map(names), year=wide["period"].astype(int))
    return wide[["region", "year", "sheet_row", *tables]]


def _table(workbooks: Iterable[Path], number: str) -> yearbook.YearbookTable:
    for path in workbooks:
        if yearbook.has_table(path, number):
            return yearbook.read_table(path, number)
    raise AnalysisError(f"No section among the workbooks has the table {number}.")


def compare(folder: Path) -> pd.DataFrame:
    """Cells in which the committed files differ from the workbooks of a folder.

    Parameters
    ----------
    folder : Path
        The sections of the annex as Rosstat publishes them.

    Returns
    -------
    pandas.DataFrame
        Columns ``resource, region, year, column, committed, workbook``; no rows where all is equal.
    """
    workbooks = sorted(path for path in folder.glob("*.xlsx") if not tabular.is_litter(path))
    found = []
    for resource in TABLES:
        key = ["region", "year"]
        committed, fresh = (
            table.drop(columns="sheet_row").melt(key, var_name="column").set_index([*key, "column"])["value"]
            for table in (package.read(resource), extract(resource, workbooks))
        )
        both = pd.concat([committed, fresh], axis=1, keys=["committed", "workbook"])
        differs = both["committed"].fillna(-1.0) != both["workbook"].fillna(-1.0)
        rows = both[differs].reset_index()
        found.append(rows.assign(resource=resource))
    return pd.concat(found, ignore_index=True)[
        ["resource", "region", "year", "column", "committed", "workbook"]
    ]


if __name__ == "__main__":
    differing = compare(Path(sys.argv[1]))
    print(
        differing.to_string()
        if len(differing)
        else f"{paths.relative(paths.raw())}: every cell as in the workbooks."
    )
