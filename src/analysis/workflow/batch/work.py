"""One run of a batch, on whichever machine it lands: carried out, recorded, put in its place.

Everything is written into a folder under ``.partial/`` that takes its place by a rename, with a
record in it. Only a folder in its place, with a record whose files are all there, counts as done.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import nbformat

from analysis import paths
from analysis.errors import AnalysisError
from analysis.publish import exhibits
from analysis.publish.run import FORMATS
from analysis.workflow import runs
from analysis.workflow.batch import identity
from analysis.workflow.kernels import client

RECORD = "run.json"
PARTIAL = ".partial"
State = Literal["done", "no data", "failed", "stopped"]
# tables a notebook writes that are not exhibits
TABLES = {"05_association": ("associations.csv",)}
# the data of a workbook, which is written with it
TIDY = ".tidy.csv"
VERSIONS = ("numpy", "scipy", "pandas", "statsmodels", "matplotlib", "numba", "papermill", "ipykernel")


@dataclass(frozen=True)
class Job:
    """One run to be carried out; everything in it can be sent to another machine.

    Attributes
    ----------
    id : str
        Identity of the run.
    notebook : str
        Name without the suffix.
    parameters : dict
        JSON values, without the formats and the folder: neither changes a result.
    inputs : dict
        Hashes of what the results are made from.
    output : Path
        Folder of the batch.
    alive : Path
        File that exists as long as the batch does; without it the run stops.
    cell_seconds, run_seconds : float, optional
        Longest time for a cell and for the run.
    primes : tuple of str
        Functions whose cached result every run of the notebook uses.
    git : dict, optional
        State of the repository when the batch started.
    is_retry : bool
        Whether to run again what failed.
    formats : tuple of str
        Formats that the run writes.
    needed : tuple of str
        Those of them without which a run that is done is run again.
    """

    id: str
    notebook: str
    parameters: Mapping[str, Any]
    inputs: Mapping[str, str]
    output: Path
    alive: Path
    cell_seconds: float | None = None
    run_seconds: float | None = None
    primes: tuple[str, ...] = ()
    git: Mapping[str, Any] | None = None
    is_retry: bool = False
    formats: tuple[str, ...] = FORMATS
    needed: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Place of the finished run."""
        return self.output / "runs" / self.notebook / self.id


@dataclass(frozen=True)
class Outcome:
    """How a run ended, small enough to keep thousands.

    Attributes
    ----------
    id : str
        Identity of the run.
    state : {'done', 'no data', 'failed', 'stopped'}
        ``no data``: the request is in order and no source has figures for it.
    seconds : float
        Time it took, start of the kernel included.
    cell : int or None
        Cell it failed in, counting every cell from one.
    reason : str
        Why it failed or stopped; empty for a finished run.
    """

    id: str
    state: State
    seconds: float
    cell: int | None = None
    reason: str = ""


@dataclass
class _Report:
    """What is known of a run while it goes on; one that is not kept leaves nothing in its place."""

    state: State = "done"
    cell: int | None = None
    reason: str = ""
    is_kept: bool = True
    started: float = field(default_factory=time.time)
    seconds: float = 0.0


def carry_out(job: Job) -> Outcome:
    """Carry out a run, or tell how it ended if it is in its place already.

    Never raises for what a notebook, a kernel, a disk or a colleague's edit can do: that is the
    outcome of this one run.
    """
    known = finished(job)
    if known is not None and not (job.is_retry and known.state == "failed"):
        return known
    # what a run that is done has written, it has again when it is run for more
    job = replace(
        job, formats=tuple(kind for kind in FORMATS if kind in {*job.formats, *_written_formats(job)})
    )
    report = _Report()
    partial = None
    try:
        paths.make_folder(job.output / PARTIAL)
        partial = Path(tempfile.mkdtemp(dir=job.output / PARTIAL, prefix=f"{job.id}-"))
        _run(job, partial, report)
        if report.is_kept and report.state != "stopped":
            _write_record(job, partial, report)
            _place(partial, job)
    except (OSError, AnalysisError) as error:
        report.state, report.reason = "failed", _told(error, job.output)
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
    return Outcome(job.id, report.state, report.seconds, report.cell, report.reason)


def _told(error: Exception, output: Path) -> str:
    if paths.is_full(error):
        return str(paths.DiskFullError(output))
    if isinstance(error, OSError):
        told = error.strerror or type(error).__name__
        about = f", {error.filename}" if error.filename else ""
        return f"The operating system refused what the run needs ({told}{about})."
    return str(error)


def _run(job: Job, partial: Path, report: _Report) -> None:
    """Execute the notebook into `partial` and note how it ended."""
    scratch = partial / f".{job.notebook}.ipynb"
    limits = runs.Limits(job.cell_seconds, job.run_seconds, lambda: not job.alive.exists())
    try:
        _check_inputs(job, "before it started")
        _prime(job)
        if not job.alive.exists():  # no new kernel for a batch that has ended
            report.state = "stopped"
            return
        executed = runs.execute(
            job.notebook,
            {**job.parameters, "formats": ",".join(job.formats), "output_dir": str(partial)},
            scratch,
            is_warm=True,
            limits=limits,
        )
        _check_inputs(job, "while it ran")
        _check_files(job, partial)
    except runs.RunError as error:
        report.cell, report.reason = error.cell, str(error)
        report.state = "no data" if error.has_no_data else "failed"
        if not job.alive.exists():
            report.state = "stopped"
        if not scratch.exists():
            return
        executed = nbformat.read(scratch, as_version=4)
    except AnalysisError as error:  # not run as asked: the next batch is to try it again
        report.state, report.reason, report.is_kept = "failed", str(error), False
        scratch.unlink(missing_ok=True)
        return
    scratch.unlink(missing_ok=True)
    _keep_notebook(job, partial, executed)


def _check_inputs(job: Job, when: str) -> None:
    found = identity.inputs(job.notebook)
    changed = sorted(name for name in {*found, *job.inputs} if found.get(name) != job.inputs.get(name))
    if changed:
        raise AnalysisError(
            f"{job.notebook} was not run as asked: {changed[0]} changed {when}, or differs on "
            f"{socket.gethostname()}; start the batch again."
        )


def _prime(job: Job) -> None:
    if client.is_available():
        for name in job.primes:
            try:
                client.server().prime(name)
            # the server died, and the run will do without it or tell; or the batch is being ended
            except (OSError, client.EndedError):
                return


def _check_files(job: Job, partial: Path) -> None:
    for name in declared_files(job.notebook):
        if _is_asked(name, job) and not (partial / name).is_file():
            raise runs.RunError(f"{job.notebook} ran to its end but did not write {name}.")


def _is_asked(name: str, job: Job) -> bool:
    """Whether a declared file is among those this run writes; tables and cards always are."""
    _, *language, kind = name.rsplit("/", 1)[-1].split(".")
    if name.endswith(TIDY):
        return "xlsx" in job.formats
    if kind not in FORMATS or kind == "csv":
        return True
    is_shown = set(job.formats) == set(FORMATS) or job.parameters.get("language") in language
    return kind in job.formats and is_shown


def declared_files(notebook: str) -> list[str]:
    """Files a notebook promises, relative to a run's folder."""
    return [*exhibits.promised(notebook), *TABLES.get(notebook, ())]


def _keep_notebook(job: Job, partial: Path, executed: nbformat.NotebookNode) -> None:
    # where the run now is, not where it was made
    runs.placed(executed, paths.relative(partial), paths.relative(job.folder))
    for cell in executed.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = cell.source.replace(str(partial), paths.relative(job.folder))
    paths.write_text(partial / f"{job.notebook}.ipynb", runs.as_text(executed))


def _write_record(job: Job, partial: Path, report: _Report) -> None:
    report.seconds = round(time.time() - report.started, 2)
    files = sorted(path for path in partial.rglob("*") if path.is_file())
    record = {
        "state": report.state,
        "reason": report.reason,
        "cell": report.cell,
        "id": job.id,
        "notebook": job.notebook,
        "parameters": dict(job.parameters),
        "formats": list(job.formats),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(report.started)),
        "seconds": report.seconds,
        "host": socket.gethostname(),
        **_software(),
        "git": job.git,
        "inputs": dict(job.inputs),
        "files": {
            path.relative_to(partial).as_posix(): {
                "bytes": path.stat().st_size,
                "sha256": identity.digest(path.read_bytes()),
            }
            for path in files
        },
    }
    paths.write_text(partial / RECORD, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


@cache
def _software() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": {name: metadata.version(name) for name in VERSIONS},
    }


def _place(partial: Path, job: Job) -> None:
    """Put a finished run in its place; the first to come stays."""
    job.folder.parent.mkdir(parents=True, exist_ok=True)
    # mkdtemp makes folders private; a result is for everybody the umask allows
    umask = os.umask(0)
    os.umask(umask)
    partial.chmod(0o777 & ~umask)
    known = finished(job)
    if known is not None and known.state in ("done", "no data"):
        return
    try:
        paths.replace_folder(partial, job.folder)
    except OSError:  # another worker of a cluster may have come first by a moment
        if finished(job) is None:
            raise


def finished(job: Job) -> Outcome | None:
    """How a run in its place ended; None if there is none, or if a file or a format of it is missing."""
    try:
        record = json.loads((job.folder / RECORD).read_text(encoding="utf-8"))
        has_formats = record["state"] != "done" or {*job.needed} <= {*record.get("formats", FORMATS)}
        whole = has_formats and all(
            (job.folder / name).stat().st_size == item["bytes"] for name, item in record["files"].items()
        )
        if not whole or record["id"] != job.id:
            return None
        return Outcome(job.id, record["state"], record["seconds"], record["cell"], record["reason"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _written_formats(job: Job) -> tuple[str, ...]:
    """Formats that a run in its place has written; none if there is none that is done."""
    try:
        record = json.loads((job.folder / RECORD).read_text(encoding="utf-8"))
        return tuple(record.get("formats", FORMATS)) if record["state"] == "done" else ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()
