"""One table of all runs of a batch from one table of each."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import polars as pl

from analysis import paths
from analysis.errors import one_of
from analysis.workflow.batch import summary
from analysis.workflow.batch.work import Job, declared_files

FOLDER = "collected"
# the table's own columns may have the names of parameters (edition, subset)
PREFIX = "run_"
ID = f"{PREFIX}id"


def table_name(name: str, notebooks: Sequence[str]) -> str:
    """Path of a declared table in a run's folder, from its path or its file name.

    Raises
    ------
    AnalysisError
        If none of the notebooks writes it.
    """
    known = [file for notebook in notebooks for file in declared_files(notebook) if file.endswith(".csv")]
    for file in known:
        if name in (file, file.rpartition("/")[2]):
            return file
    raise one_of("--collect", name, known)


def collect(output: Path, name: str, jobs: Sequence[Job]) -> Path | None:
    """Put the same table of every finished run under each other, with the parameters as columns.

    Parameters
    ----------
    output : Path
        Folder of the batch.
    name : str
        Path of the table in a run's folder.
    jobs : sequence of Job
        The finished runs; those whose notebook does not write the table are passed over.

    Returns
    -------
    Path or None
        ``collected/<name>.parquet``, typed: parameters as the grid gave them (a list as text with
        spaces), the table's columns as whole numbers, numbers or text, whichever fits every cell, and
        an empty cell as null. Beside it stands ``<name>.csv`` with the cells as the runs wrote them.
        None if no run wrote the table; what an earlier call collected is then gone too.
    """
    target = paths.make_folder(output / FOLDER) / Path(name).with_suffix(".parquet").name
    written = target.with_suffix(".csv")
    writers = [job for job in jobs if (job.folder / name).is_file()]
    if not writers:
        for path in (target, written):
            path.unlink(missing_ok=True)
        return None
    parameters = list(dict.fromkeys(parameter for job in writers for parameter in job.parameters))
    with paths.replacing(written) as temporary:
        _write_csv(temporary, name, writers, parameters)
    with paths.replacing(target) as temporary:
        _write_parquet(written, temporary, _types(writers, parameters))
    return target


def _write_csv(path: Path, name: str, jobs: Sequence[Job], parameters: Sequence[str]) -> None:
    """Write all tables as text, one at a time: a thousand need no more memory than one."""
    own: dict[str, None] = {}
    for job in jobs:
        with _opened(job, name) as reader:
            own.update(dict.fromkeys(reader.fieldnames or ()))
    columns = [ID, *(f"{PREFIX}{parameter}" for parameter in parameters), *own]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        for job in jobs:
            given = {f"{PREFIX}{key}": summary.as_cell(value) for key, value in job.parameters.items()}
            with _opened(job, name) as reader:
                writer.writerows({**row, ID: job.id, **given} for row in reader)


@contextmanager
def _opened(job: Job, name: str) -> Iterator[csv.DictReader[str]]:
    file: TextIO
    with (job.folder / name).open(encoding="utf-8", newline="") as file:
        yield csv.DictReader(file)


def _types(jobs: Sequence[Job], parameters: Sequence[str]) -> dict[str, pl.DataType]:
    """Type of the identity and of each parameter, known without looking at text."""
    types: dict[str, pl.DataType] = {ID: pl.String()}
    for parameter in parameters:
        values = [job.parameters[parameter] for job in jobs if parameter in job.parameters]
        types[f"{PREFIX}{parameter}"] = _type_of(values)
    return types


def _type_of(values: Sequence[Any]) -> pl.DataType:
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return pl.Boolean()
    if kinds == {int}:
        return pl.Int64()
    return pl.Float64() if kinds <= {int, float} else pl.String()


def _write_parquet(source: Path, target: Path, known: Mapping[str, pl.DataType]) -> None:
    """Type the collected text; polars streams it, so its size does not matter."""
    text = pl.scan_csv(source, infer_schema=False)
    names = text.collect_schema().names()
    types = {**_inferred(text, [name for name in names if name not in known]), **known}
    typed = [
        (pl.col(name) == "True") if types[name] == pl.Boolean() else pl.col(name).cast(types[name])
        for name in names
    ]
    text.select(typed).sink_parquet(target)


def _inferred(text: pl.LazyFrame, names: Sequence[str]) -> dict[str, pl.DataType]:
    """Type that fits every cell of a column; text where none does, or where it is empty."""
    tests = [test.alias(f"{number} {name}") for name in names for number, test in enumerate(_tests(name))]
    fits = text.select(tests).collect(engine="streaming").row(0, named=True) if tests else {}
    types: dict[str, pl.DataType] = {}
    for name in names:
        fitting = [kind for number, kind in enumerate(_KINDS) if fits[f"{number} {name}"]]
        types[name] = fitting[0] if fitting else pl.String()
    return types


# from the narrowest; `_tests` has a test for each
_KINDS: tuple[pl.DataType, ...] = (pl.Boolean(), pl.Int64(), pl.Float64())


def _tests(name: str) -> tuple[pl.Expr, ...]:
    """Whether all cells of a column that are not empty are truth values, whole numbers, numbers."""
    cell = pl.col(name).drop_nulls()
    # 0303 is a code, and digits too many for a whole number are a name: as a number both lose something
    is_code = cell.str.contains(r"^-?(0\d|\d{19,}$)").any()
    has_cells = cell.len() > 0
    return (
        has_cells & cell.is_in(["True", "False"]).all(),
        has_cells & (cell.cast(pl.Int64, strict=False).cast(pl.String) == cell).fill_null(value=False).all(),
        has_cells & ~is_code & cell.cast(pl.Float64, strict=False).is_not_null().all(),
    )
