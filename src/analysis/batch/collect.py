"""One table of all runs of a batch from one table of each."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import util
from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.batch import summary
from analysis.batch.work import Job, declared_files
from analysis.errors import one_of

FOLDER = "collected"
# the table's own columns may have the names of parameters (edition, subset)
PREFIX = "run_"


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


def collect(output: Path, name: str, jobs: Sequence[Job]) -> Path:
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
    Path
        ``collected/<name>.csv``, cells as the runs wrote them. Beside it stands the same as Parquet,
        typed, where pyarrow is installed.
    """
    target = paths.make_folder(output / FOLDER) / Path(name).name
    writers = [job for job in jobs if (job.folder / name).is_file()]
    columns = _columns(writers, name)
    with paths.replacing(target) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        pd.DataFrame(columns=columns).to_csv(file, index=False, lineterminator="\n")
        for job in writers:  # one at a time: a thousand tables need no more memory than one
            _rows(job, name).reindex(columns=columns).to_csv(
                file, index=False, header=False, lineterminator="\n"
            )
    if util.find_spec("pyarrow") is not None:
        with paths.replacing(target.with_suffix(".parquet")) as temporary:
            pd.read_csv(target, low_memory=False).to_parquet(temporary, index=False, engine="pyarrow")
    return target


def _columns(jobs: Sequence[Job], name: str) -> list[str]:
    own = [f"{PREFIX}{parameter}" for job in jobs for parameter in ("id", *job.parameters)]
    read = [column for job in jobs for column in pd.read_csv(job.folder / name, nrows=0).columns]
    return list(dict.fromkeys([*own, *read]))


def _rows(job: Job, name: str) -> pd.DataFrame:
    # as text, so that a number comes out as it was written
    table = pd.read_csv(job.folder / name, dtype=str, keep_default_na=False)
    table[f"{PREFIX}id"] = job.id
    for parameter, value in job.parameters.items():
        table[f"{PREFIX}{parameter}"] = str(summary.as_cell(value))
    return table
