"""Customs files at the size they really have: ingest and exhibits against pandas and polars.

    python benchmarks/customs.py [MILLIONS_OF_ROWS ...]        (default: 1 10)

For each size a synthetic extract in the true format of the Russian edition is written to a temporary
folder (some 165 bytes a row), and five programs run on it, each in a process of its own whose peak
memory the system reports. They take turns, so that whatever else the machine does falls on all; all find the file
in the system's cache, and none is charged for its start and imports. Wall times and processor seconds are given,
of which the second say more on a machine that does other things too; the run in the middle counts.

``ours``          `customs.ingest`: polars parses ten columns and writes nine to Parquet (directions and months as
                  numbers, no compression, flushed to disk), SHA-256 and lines are counted beside it, every value
                  is checked and the table of observations summed from what was written; then the exhibits
``pandas``        `read_csv` once, typed, only the columns needed; then groupby
``polars``        a lazy scan of the columns needed, the five exhibits collected together; no store
``polars-store``  `scan_csv` and `sink_parquet` at their defaults (zstd): nine of the ten columns as they are,
                  unchecked, without checksum and sums; then the exhibits from it
``polars-plain``  the same without compression, as ours

A last line tells what the ingest is made of: parsing, parsing with writing, checks with sums, checksum, each by itself.

The exhibits, each in dollars and kilograms: soybeans (120190) by country, partner shares, chapters to
China, chapter 27 to China in headings, timber to China in subheadings. All programs must give the same
figures, or the benchmark stops. Every figure in the file is random: nothing here says anything about trade.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from analysis.data import regions

SEED = 20260124
BLOCK = 1_000_000
REPEATS = 5  # the middle counts; at thirty million rows once must do
LARGE = 20
# peak memory comes in KiB on Linux, in bytes on macOS
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
COLUMNS = ["napr", "period", "strana", "tnved", "edizm", "Stoim", "Netto", "Kol", "Region", "Region_s"]
NUMBERS = ("Stoim", "Netto", "Kol")
AMOUNTS = ["Stoim", "Netto"]
NEEDED = ["napr", "period", "strana", "tnved", *AMOUNTS, "Region"]
PERIOD = "2021"
# for each exhibit, dollars and kilograms by country or code
Results = list[dict[str, tuple[float, float]]]


def write_synthetic(path: Path, rows: int) -> None:
    """Write random rows of nine years: every region, 22 partner codes, 9 000 goods codes."""
    rng = np.random.default_rng(SEED)
    goods = [f"{code:010d}" for code in rng.integers(10**8, 97 * 10**8, 8_000)]
    goods += [f"{chapter}{code:06d}00" for chapter in ("27", "44") for code in rng.integers(0, 10**6, 500)]
    # soybeans and China more often than chance, so that every exhibit has rows at every size
    goods += ["1201900000"] * 200 + ["XXXXXXXXXX"]
    choices: dict[str, list[str | None]] = {
        "napr": ["ИМ", "ЭК"],
        "period": [f"{month:02d}/{year}" for year in range(2013, 2022) for month in range(1, 13)],
        "strana": [*["CN"] * 20, *re.findall("..", "CNJPKRDENAKZBYUSVNTRITFRPLNLGBINUAFILVLT"), "NNN", None],
        "tnved": goods,
        "edizm": ["796", "113", None],
        "Region": [f"{region.okato} - {region.name_ru.upper()}" for region in regions.all_regions()],
        "Region_s": ["07 - ДАЛЬНЕВОСТОЧНЫЙ ФЕДЕРАЛЬНЫЙ ОКРУГ", "01 - ЦЕНТРАЛЬНЫЙ ФЕДЕРАЛЬНЫЙ ОКРУГ"],
    }
    with path.open("wb") as out:
        out.write(("\t".join(COLUMNS) + "\n").encode())
        for first in range(0, rows, BLOCK):
            size = min(BLOCK, rows - first)
            columns = {
                name: pl.Series(values).gather(rng.integers(0, len(values), size))
                for name, values in choices.items()
            }
            # dollars to the cent, kilograms to the gram
            for name, (location, decimals) in zip(NUMBERS, ((9, 2), (8, 3), (5, 1)), strict=True):
                columns[name] = pl.Series(np.round(rng.lognormal(location, 2, size), decimals))
            block = pl.DataFrame(columns).select(COLUMNS)
            block.write_csv(out, include_header=False, separator="\t", decimal_comma=True)


def steps(path: Path, folder: Path, lap: Callable[[str], None]) -> Results:
    """Take the steps of an ingest one after another."""
    from analysis.customs import detection, reading

    (table,), _ = detection.find_tables([path])
    folder.mkdir(parents=True, exist_ok=True)
    rows = reading.plan(table.layout, path)
    lap("import")
    rows.select(pl.all().null_count()).collect(engine="streaming")
    lap("parse")
    rows.sink_parquet(folder / "rows.parquet", compression=reading.COMPRESSION)
    lap("parse and write")
    pl.collect_all(reading.questions(pl.scan_parquet(folder / "rows.parquet")), engine="streaming")
    lap("checks and sums")
    reading.digest(path)
    lap("checksum")
    return []


def ours(path: Path, folder: Path, lap: Callable[[str], None]) -> Results:
    from analysis import customs
    from analysis.customs import trade

    lap("import")
    report = customs.ingest([path], folder)
    assert not report.files[0].unreadable
    lap("ingest")
    store = customs.open_store(folder)
    # as notebook 03 does it: the rows of the request once, then every exhibit from them
    store = trade.excerpt(store, "RU-AMU", PERIOD)
    tables = [
        trade.partner_values(store, "RU-AMU", PERIOD, ["120190"]),
        trade.partner_shares(store, "RU-AMU", PERIOD),
        trade.top_items(store, "RU-AMU", PERIOD, "CN", by="chapter"),
        trade.top_items(store, "RU-AMU", PERIOD, "CN", by="heading", goods=["27"]),
    ]
    tree = trade.goods_tree(store, "RU-AMU", PERIOD, "CN", goods=["44"])
    tables.append(tree[tree["level"] == "subheading"])
    lap("exhibits")
    columns = ["value_thousand_usd", "net_weight_tonnes"]
    return [
        dict(zip(table.iloc[:, 0], (table[columns] * 1000).itertuples(index=False, name=None), strict=True))
        for table in tables
    ]


def with_pandas(path: Path, folder: Path, lap: Callable[[str], None]) -> Results:
    import pandas as pd

    lap("import")
    types = {name: "float64" if name in NUMBERS else "category" for name in NEEDED}
    table = pd.read_csv(path, sep="\t", decimal=",", usecols=NEEDED, dtype=types, keep_default_na=False)
    lap("ingest")
    places, months = table["Region"].cat.categories, table["period"].cat.categories
    here = table["Region"].isin(places[places.str.startswith("10000")])
    year = table["period"].isin(months[months.str.endswith(PERIOD)])
    part = table[here & year & (table["napr"] == "ЭК")]
    part = part.astype({"strana": "str", "tnved": "str"})
    part["strana"] = part["strana"].replace("", "NNN")
    china = part[part["strana"] == "CN"]
    code = china["tnved"].str
    found = [
        part[part["tnved"].str.startswith("120190")].groupby("strana")[AMOUNTS].sum(),
        part.groupby("strana")[AMOUNTS].sum(),
        china.groupby(code[:2])[AMOUNTS].sum(),
        china[code.startswith("27")].groupby(code[:4])[AMOUNTS].sum(),
        china[code.startswith("44")].groupby(code[:6])[AMOUNTS].sum(),
    ]
    lap("exhibits")
    return [dict(zip(sums.index, sums.itertuples(index=False, name=None), strict=True)) for sums in found]


def _polars_queries(rows):  # type: ignore[no-untyped-def]
    part = rows.filter(
        pl.col("Region").str.starts_with("10000")
        & (pl.col("napr") == "ЭК")
        & pl.col("period").str.ends_with(PERIOD)
    ).with_columns(pl.col("strana").fill_null("NNN"))
    china = part.filter(pl.col("strana") == "CN")
    goods = pl.col("tnved").str

    def by(frame, key):  # type: ignore[no-untyped-def]
        return frame.group_by(key.alias("key")).agg(pl.col(AMOUNTS).sum())

    return [
        by(part.filter(goods.starts_with("120190")), pl.col("strana")),
        by(part, pl.col("strana")),
        by(china, goods.slice(0, 2)),
        by(china.filter(goods.starts_with("27")), goods.slice(0, 4)),
        by(china.filter(goods.starts_with("44")), goods.slice(0, 6)),
    ]


def _polars_scan(path: Path):  # type: ignore[no-untyped-def]
    types = {name: pl.Float64 if name in NUMBERS else pl.String for name in COLUMNS}
    return pl.scan_csv(path, separator="\t", decimal_comma=True, schema=types)


def with_polars(path: Path, folder: Path, lap: Callable[[str], None]) -> Results:
    lap("import")
    found = pl.collect_all(_polars_queries(_polars_scan(path)), engine="streaming")
    lap("exhibits")
    return [{key: amounts for key, *amounts in frame.rows()} for frame in found]


def with_polars_store(path: Path, folder: Path, lap: Callable[[str], None], **options: str) -> Results:
    lap("import")
    folder.mkdir(parents=True, exist_ok=True)
    _polars_scan(path).drop("Region_s").sink_parquet(folder / "rows.parquet", **options)
    lap("ingest")
    rows = pl.scan_parquet(folder / "rows.parquet")
    found = pl.collect_all(_polars_queries(rows), engine="streaming")
    lap("exhibits")
    return [{key: amounts for key, *amounts in frame.rows()} for frame in found]


PROGRAMS = {
    "ours": ours,
    "pandas": with_pandas,
    "polars": with_polars,
    "polars-store": with_polars_store,
    "polars-plain": partial(with_polars_store, compression="uncompressed"),
}


def run_one(program: str, path: Path, folder: Path) -> None:
    """Run one program in this process and print what it took and found."""
    laps: dict[str, tuple[float, float]] = {}  # wall and processor seconds
    last = (time.perf_counter(), time.process_time())

    def lap(name: str) -> None:
        nonlocal last
        now = (time.perf_counter(), time.process_time())
        laps[name] = (now[0] - last[0], now[1] - last[1])
        last = now

    results = (PROGRAMS | {"steps": steps})[program](path, folder, lap)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT / 2**20
    print(json.dumps({"laps": laps, "peak_mib": peak, "results": results}))


def measure(program: str, path: Path, folder: Path) -> dict:  # type: ignore[type-arg]
    """Run one program in a process of its own."""
    command = [sys.executable, __file__, "--run", program, str(path), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict = json.loads(done.stdout)  # type: ignore[type-arg]
    # importing a library is not reading a file; no program is charged for it
    charged = [lap for name, lap in measured["laps"].items() if name != "import"]
    measured["seconds"], measured["cpu"] = map(sum, zip(*charged, strict=True))
    return measured


def same_figures(left: Results, right: Results) -> bool:
    """Whether two programs found the same sums, to the cent and ten grams."""
    return len(left) == len(right) and all(
        one.keys() == other.keys()
        and all(np.allclose(one[key], other[key], rtol=0, atol=0.01) for key in one)
        for one, other in zip(left, right, strict=True)
    )


def compare(millions: float) -> None:
    """Measure one size and print a table."""
    runs: dict[str, list[dict]] = {program: [] for program in PROGRAMS}  # type: ignore[type-arg]
    with tempfile.TemporaryDirectory(prefix="synthetic-customs-") as name:
        path = Path(name, "SYNTHETIC_DATTSVT.csv")
        write_synthetic(path, round(millions * 1e6))
        print(
            f"\n{millions:g} million synthetic rows, {path.stat().st_size / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f}; "
            "ours to be at most 1.15 of polars-store"
        )
        for turn in range(1 if millions >= LARGE else REPEATS):
            for program in PROGRAMS:
                folder = Path(name, f"{program}-{turn}")
                runs[program].append(measure(program, path, folder))
                shutil.rmtree(folder, ignore_errors=True)
        made_of = measure("steps", path, Path(name, "steps"))["laps"]
    found = {
        name: sorted(each, key=lambda run: run["seconds"])[len(each) // 2] for name, each in runs.items()
    }
    print(
        f"{'':14}{'ingest s':>10}{'exhibits s':>12}{'total s':>10}{'ours/it':>9}{'cpu s':>8}{'ours/it':>9}{'peak MiB':>10}"
    )
    ours = found["ours"]
    for program, run in found.items():
        assert same_figures(run["results"], ours["results"]), f"{program} found other figures"
        # of processor seconds the least: what a busy machine adds is not the program's
        cpu, least = (min(each["cpu"] for each in runs[name]) for name in (program, "ours"))
        print(
            f"{program:14}{run['laps'].get('ingest', [0])[0]:10.2f}{run['laps']['exhibits'][0]:12.2f}{run['seconds']:10.2f}"
            f"{ours['seconds'] / run['seconds']:9.2f}{cpu:8.2f}{least / cpu:9.2f}{run['peak_mib']:10.0f}",
            flush=True,
        )
    told = (f"{step} {cpu:.2f}" for step, (_, cpu) in made_of.items() if step != "import")
    print(f"cpu s of the steps by themselves: {', '.join(told)}")


def main() -> None:
    """Read the command line."""
    if sys.argv[1:2] == ["--run"]:
        run_one(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
        return
    for millions in [float(argument) for argument in sys.argv[1:]] or [1.0, 10.0]:
        compare(millions)


if __name__ == "__main__":
    main()
